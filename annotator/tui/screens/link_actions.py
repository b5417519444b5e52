"""Drawing links by key, and following them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from annotator.model.annotation import Span
from annotator.model.errors import EditError
from annotator.model.scheme import LinkType
from annotator.tui.modes import HintMode, MenuMode, numbered
from annotator.tui.offers import topic_possible

if TYPE_CHECKING:
    from annotator.tui.screens.annotate import AnnotateScreen


class LinkActions:
    """Actions of the annotate screen that concern links."""

    trail: list[tuple[int, str]]
    follow_at: tuple[str, int]

    def do_link(self: AnnotateScreen) -> None:
        span = self.need()
        label = self.labelling.scheme.labels.get(span.label)
        rules = [rule for rule in label.links if rule.key or len(label.links) == 1] if label else []
        if label is None or not rules:
            raise EditError(f"A {span.label} has no links in this scheme.")
        if len(rules) == 1 and not rules[0].key:
            self._link_menu(span.id, rules[0])
            return
        by_key = {rule.key: rule for rule in rules}
        self.enter_mode(
            MenuMode(
                "link",
                [(key, rule.name) for key, rule in by_key.items()],
                lambda key: self._link_menu(span.id, by_key[key]),
            )
        )

    def _link_menu(self: AnnotateScreen, span_id: str, rule: LinkType) -> None:
        candidates = self.labelling.candidates(span_id, rule.name)
        present = self.session.annotations.links_from(span_id, rule.name)
        linked = {(link.target_kind, link.target) for link in present}
        options = numbered([candidate.title for candidate in candidates])
        picked = [
            key
            for key, candidate in zip([k for k, _ in options], candidates, strict=False)
            if (candidate.target_kind, candidate.target) in linked
        ]
        if topic_possible(rule):
            options.append(("0", "other topic"))
        options.append(("f", "a word on the screen"))

        def choose(key: str) -> None:
            if key == "f":
                self._link_by_hint(span_id, rule)
            elif key == "0":
                self.choose_topic_for(span_id, rule.name)
            else:
                candidate = candidates[int(key) - 1]
                self.attempt(lambda: self._linked(span_id, rule, candidate))

        self.enter_mode(MenuMode(rule.name, options, choose, picked))

    def _linked(self: AnnotateScreen, span_id: str, rule: LinkType, candidate: object) -> None:
        drawn = self.labelling.toggle_link(span_id, rule.name, candidate)  # type: ignore[arg-type]
        self.say(f"{rule.name} {'→' if drawn else 'no longer'} {candidate.title}")  # type: ignore[attr-defined]
        self.look()

    def _link_by_hint(self: AnnotateScreen, span_id: str, rule: LinkType) -> None:
        hints = self.view.hints(self.units.tokens(*self.view.visible_range()))

        def pick(piece: tuple[int, int]) -> None:
            made: list[Span] = []
            act = self.labelling.link_to_text
            if self.attempt(lambda: made.append(act(span_id, rule.name, piece))):
                self.say(f"{rule.name} → {made[0].surface(self.units.text)}")
            self.look()

        self.enter_mode(HintMode(hints, self.view.narrow_hints, pick))

    def choose_topic_for(self: AnnotateScreen, span_id: str, link_type: str) -> None:
        self._ask_topic(
            lambda topic: self.session.link(span_id, link_type, topic, "topic"),
        )

    def do_follow(self: AnnotateScreen) -> None:
        """Go to the next end of the chosen span's links, outgoing first, then incoming."""
        if self.follow_at[0] and self.chosen is not None and self.follow_at[1] >= 0:
            start = self.follow_at[0]
            ends = self._ends(start)
            place = self.follow_at[1] + 1
            if ends and self.chosen == ends[self.follow_at[1] % len(ends)] and len(ends) > 1:
                self._follow(start, ends, place)
                return
        span = self.need()
        ends = self._ends(span.id)
        if not ends:
            raise EditError(f"{span.label} {span.id} has no link to follow.")
        self.trail.append((self.view.caret, span.id))
        self._follow(span.id, ends, 0)

    def _follow(self: AnnotateScreen, start: str, ends: list[str], place: int) -> None:
        place %= len(ends)
        self.follow_at = (start, place)
        self.go_to_span(ends[place])
        self.say(f"{place + 1} of {len(ends)} links of {start}; o goes on, O goes back.")

    def _ends(self: AnnotateScreen, span_id: str) -> list[str]:
        annotations = self.session.annotations
        ends: list[str] = []
        for link in annotations.links_from(span_id):
            if link.target_kind == "span":
                ends.append(link.target)
            elif link.target_kind == "entity":
                ends += [s.id for s in annotations.mentions(link.target)]
        ends += [link.source for link in annotations.links_to(span_id)]
        return [end for end in dict.fromkeys(ends) if end != span_id]

    def do_back(self: AnnotateScreen) -> None:
        if not self.trail:
            raise EditError("There is nowhere to go back to.")
        self.follow_at = ("", -1)
        caret, span_id = self.trail.pop()
        self.view.goto(caret)
        if span_id in self.session.annotations.spans:
            self.choose_span(span_id)
