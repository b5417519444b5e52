"""What a case is about, in words, beside or below the compared article."""

from collections.abc import Sequence
from typing import NamedTuple

from textual.content import Content
from textual.widget import Widget

from annotator.tui.widgets.lines import ACCENT, KEY, MUTED, STRONG, WARNING, line, shorten


class Shown(NamedTuple):
    """A case as it is shown. `sides` are (key, name, what they say); `more` are further lines."""

    title: str
    state: str = ""
    sides: Sequence[tuple[str, str, str]] = ()
    details: str = ""
    votes: str = ""
    gold: str = ""
    remark: str = ""
    more: Sequence[str] = ()
    keys: Sequence[tuple[str, str]] = ()


class CasePanel(Widget):
    """Draws a case in as many lines as there are; what matters most comes first."""

    DEFAULT_CSS = "CasePanel { height: auto; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._case = Shown("")
        self.roomy = False

    def show(self, case: Shown) -> None:
        if case != self._case:
            self._case = case
            self.refresh(layout=True)

    def render(self) -> Content:
        width = max(1, self.size.width)
        case = self._case
        lines = [line((shorten(case.title, width), STRONG))]
        if case.state:
            lines.append(line((shorten(case.state, width), ACCENT)))
        if self.roomy:
            lines.append(Content())
        for key, name, says in case.sides:
            start = f"{name}: "
            lines += _wrapped(key, start, says, width, 6 if self.roomy else 1)
        if self.roomy:
            lines.append(Content())
        for text, style in (
            (case.details, MUTED),
            (case.votes, ""),
            (case.gold, ""),
            (case.remark, WARNING),
        ):
            if text:
                lines += [line((part, style)) for part in _folded(text, width, 4 * self.roomy or 1)]
        if self.roomy:
            lines.append(Content())
            for key, what in case.keys:
                lines += _wrapped(key.rjust(3), "", what, width, 2)
            lines.append(Content())
            lines += [line((shorten(text, width), MUTED)) for text in case.more]
        return Content("\n").join(lines)


def _wrapped(key: str, start: str, says: str, width: int, limit: int) -> list[Content]:
    lead = f"{key} "
    parts = _folded(start + says, width - len(lead), limit)
    return [
        line((lead if not number else " " * len(lead), KEY), part)
        for number, part in enumerate(parts)
    ]


def _folded(text: str, width: int, limit: int) -> list[str]:
    """The text in at most `limit` lines, cut at blanks where there are any."""
    words = text.split()
    lines: list[str] = []
    while words and len(lines) < limit:
        if len(lines) == limit - 1:
            lines.append(shorten(" ".join(words), width))
            break
        taken = words.pop(0)
        while words and len(taken) + 1 + len(words[0]) <= width:
            taken += " " + words.pop(0)
        lines.append(shorten(taken, width))
    return lines or [""]
