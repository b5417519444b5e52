"""What the next keys mean for a moment: an offer, a menu, hints. Pure; the screen draws `line()`.

A mode's `key` returns True if it used the key. A mode that is `over` is taken down by the screen; a
key that a transient mode does not know ends it and is handled as usual.
"""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from annotator.text.units import Range
from annotator.tui.labelling import Labelling
from annotator.tui.offers import DIGITS, Offer

Role = Literal["title", "key", "choice", "picked", "muted"]
Line = list[tuple[str, Role]]


class Mode(Protocol):
    over: bool

    def key(self, key: str) -> bool: ...

    def line(self) -> Line: ...


class OfferMode:
    """Questions about a span just made, one after the other; other keys pass through."""

    def __init__(
        self,
        labelling: Labelling,
        offers: Sequence[Offer],
        act: Callable[[Callable[[], object]], bool],
        other: Callable[[str, str], None],
    ) -> None:
        self.labelling = labelling
        self.offers = list(offers)
        self.act = act
        self.other = other

    @property
    def over(self) -> bool:
        """Whether all is answered, or the span asked about was deleted or undone."""
        spans = self.labelling.session.annotations.spans
        return not self.offers or self.offers[0].span_id not in spans

    def _take(self) -> None:
        offer = self.offers.pop(0)
        if not self.act(lambda: self.labelling.take(offer)) or not self.offers:
            return
        # The answer may change what the next question proposes.
        span = self.labelling.session.annotations.spans.get(offer.span_id)
        self.offers = self.labelling.questions(span) if span else []

    def key(self, key: str) -> bool:
        if not self.offers:
            return False
        offer = self.offers[0]
        if key == "enter":
            self._take()
        elif key == "escape":
            self.offers.pop(0)
        elif key == "0" and not offer.immediate:
            row = next((r for r in offer.rows if self._takes_topic(offer, r.name)), None)
            if row is None:
                return False
            offer.rows.remove(row)
            self._take()
            self.other(offer.span_id, row.name)
        elif offer.choose(key):
            if offer.immediate:
                self._take()
        else:
            return False
        return True

    def _takes_topic(self, offer: Offer, name: str) -> bool:
        span = self.labelling.session.annotations.spans.get(offer.span_id)
        rule = self.labelling.scheme.link(span.label, name) if span else None
        return rule is not None and "TOPIC" in rule.targets

    def line(self) -> Line:
        line: Line = []
        offer = self.offers[0]
        for row in offer.rows:
            line.append((f"{row.name} ", "title"))
            names = row.values or [candidate.title for candidate in row.candidates]
            for index, name in enumerate(names):
                line.append((f"{row.first + index} ", "key"))
                line.append((f"{name}  ", "picked" if index in row.picks else "choice"))
            if self._takes_topic(offer, row.name):
                line += [("0 ", "key"), ("other topic  ", "choice")]
        line.append(("⏎ take  esc leave", "muted"))
        return line


class MenuMode:
    """One more key chooses; anything else ends the menu and is handled as usual."""

    def __init__(
        self,
        title: str,
        options: Sequence[tuple[str, str]],
        choose: Callable[[str], None],
        picked: Sequence[str] = (),
    ) -> None:
        self.title = title
        self.options = options
        self.choose = choose
        self.picked = set(picked)
        self.over = False

    def key(self, key: str) -> bool:
        self.over = True
        if any(key == option for option, _ in self.options):
            self.choose(key)
            return True
        return key == "escape"

    def line(self) -> Line:
        line: Line = [(f"{self.title}  ", "title")]
        for key, name in self.options:
            line.append((f"{key} ", "key"))
            line.append((f"{name}  ", "picked" if key in self.picked else "choice"))
        return line


def numbered(names: Sequence[str]) -> list[tuple[str, str]]:
    """Menu options on the digits 1 to 9."""
    return list(zip(DIGITS, names, strict=False))


class HintMode:
    """Two letters jump to a word on the screen."""

    def __init__(
        self, hints: dict[str, Range], show: Callable[[str], None], jump: Callable[[Range], None]
    ) -> None:
        self.hints = hints
        self.show = show
        self.jump = jump
        self.typed = ""
        self.over = False

    def key(self, key: str) -> bool:
        typed = self.typed + key
        if typed in self.hints:
            self.over = True
            self.jump(self.hints[typed])
        elif any(hint.startswith(typed) for hint in self.hints):
            self.typed = typed
            self.show(typed)
        else:
            self.over = True
        return True

    def line(self) -> Line:
        return [("jump  ", "title"), (self.typed, "key"), ("type the letters on the word", "muted")]
