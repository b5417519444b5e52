"""The fewest keys that select a stretch of text, found by search over the real key map.

States are the view's caret and selection; the steps are the actions bound to keys, with the same
units and motions that the view uses. The bench presses the keys afterwards and checks the result.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from annotator.text.units import Range, Units
from annotator.tui.keys import Keymap
from annotator.tui.screens.annotate import AnnotateScreen
from annotator.tui.widgets.article_caret import rest_of_sentence
from annotator.tui.widgets.article_motions import MOTIONS, Motions

REACH = 1500  # code points a search may stray from its goal
WALK = 5  # keys a caret without selection may go; two letters reach any word by three
NUDGE = 8  # code points from the goal's edge within which an edge is moved by characters


@dataclass(frozen=True)
class Spot:
    """Where the caret is, and where the selection began."""

    caret: int
    anchor: int | None = None

    @property
    def selection(self) -> Range | None:
        if self.anchor is None or self.anchor == self.caret:
            return None
        return min(self.anchor, self.caret), max(self.anchor, self.caret)


Step = Callable[[Spot], Spot | None]


class Selecting:
    """Ways to select, for one screen."""

    def __init__(self, screen: AnnotateScreen) -> None:
        self.screen = screen
        self.units: Units = screen.units
        layout = screen.view._layout
        assert layout is not None
        self.motions = Motions(self.units, layout)
        self.steps = dict(self._steps(screen.keymap))
        self._known: dict[tuple[Spot, Range, str], tuple[str, ...]] = {}

    def here(self) -> Spot:
        return Spot(self.screen.view.caret, self.screen.view.anchor)

    def keys(self, goal: Range, *, wish: str = "select") -> tuple[str, ...]:
        """Keys that select `goal` (white space at the edges does not matter), cheapest first.

        With `wish` "line", any selection or caret on the goal's lines will do; with "caret", the
        caret has to come onto its first word. `@N` stands for the first letter of the hint at
        offset N, and "" for its second.
        """
        here = self.here()
        key = (here, goal, wish)
        if key not in self._known:
            self._known[key] = self._search(here, goal, wish)
        return self._known[key]

    def _search(self, here: Spot, goal: Range, wish: str) -> tuple[str, ...]:
        hints = self._hints()
        queue: list[tuple[int, int, Spot, tuple[str, ...]]] = [(0, 0, here, ())]
        seen: dict[Spot, int] = {here: 0}
        count = 0
        while queue:
            cost, _, spot, keys = heapq.heappop(queue)
            if seen[spot] < cost:
                continue
            if self._is_reached(spot, goal, wish):
                return keys
            for press, after in self._next(spot, goal, hints):
                total = cost + len(press)
                if seen.get(after, 99) <= total or (after.selection is None and total > WALK):
                    continue
                if goal[0] - REACH < after.caret < goal[1] + REACH:
                    seen[after] = total
                    count += 1
                    heapq.heappush(queue, (total, count, after, keys + press))
        raise LookupError(f"no keys select {self.units.text[slice(*goal)]!r}")

    def _is_reached(self, spot: Spot, goal: Range, wish: str) -> bool:
        selection = spot.selection
        if wish == "line":
            start, end = selection or (spot.caret, spot.caret + 1)
            return self.units.paragraph_at(start)[0] == goal[0] and (
                self.units.paragraph_at(max(start, end - 1))[1] >= goal[1] >= end
            )
        if wish == "caret":
            return selection is None and spot.caret == goal[0]
        if selection is None:
            return self.units.token_at(spot.caret) == goal
        return self.units.trim(*selection) == goal

    def _next(
        self, spot: Spot, goal: Range, hints: set[int]
    ) -> Iterator[tuple[tuple[str, ...], Spot]]:
        """What one key, or one hint, leads to; steps that cannot help are left out."""
        selection = spot.selection
        on_edge = selection is not None and (
            goal[0] in (selection[0], spot.anchor) or spot.anchor == goal[1]
        )
        for action, (key, step) in self.steps.items():
            kind = action.partition("-")[0]
            if kind == "move" and selection is not None:
                continue
            if kind == "extend" and not (on_edge or spot.caret in (*goal, goal[1] + 1)):
                continue
            if kind in ("start", "end") and (
                selection is None or abs(selection[kind == "end"] - goal[kind == "end"]) > NUDGE
            ):
                continue
            after = step(spot)
            if after is not None and after != spot:
                yield (key,), after
        for start in hints:
            if not goal[0] - 200 <= start <= goal[1]:
                continue
            last = (self.units.token_at(start) or (start, start))[1]
            if selection is None:
                yield ("f", f"@{start}", ""), Spot(start)
                if spot.caret == goal[0] and last == goal[1]:
                    yield ("v", "f", f"@{start}", ""), Spot(last, spot.caret)
            elif spot.anchor == goal[0] and last == goal[1]:
                yield ("f", f"@{start}", ""), Spot(last, goal[0])

    def _hints(self) -> set[int]:
        """Where hints would stand; their letters depend on the caret, so `@N` names them."""
        view = self.screen.view
        found = view.hints(self.units.tokens(*view.visible_range()))
        view.clear_hints()
        return {piece[0] for piece in found.values()}

    # -- the steps ---------------------------------------------------------------------------------

    def _steps(self, keymap: Keymap) -> Iterator[tuple[str, tuple[str, Step]]]:
        units = self.units
        others: dict[str, Step] = {
            "grow": lambda s: self._select(units.grow(*(s.selection or (s.caret, s.caret)))),
            "select-sentence": lambda s: self._select(
                (units.next_sentence if s.selection else units.sentence_at)(self._from(s))
            ),
            "select-sentence-back": lambda s: self._select(
                (units.previous_sentence if s.selection else units.sentence_at)(self._from(s))
            ),
            "select-rest": lambda s: self._select(rest_of_sentence(units, s.caret, s.selection)),
            "select-quotation": lambda s: self._select(units.next_quotation(self._from(s))),
            "select-quotation-back": lambda s: self._select(
                units.previous_quotation(self._from(s))
            ),
            "start-left": lambda s: self._nudge(s, "start", -1),
            "start-right": lambda s: self._nudge(s, "start", 1),
            "end-left": lambda s: self._nudge(s, "end", -1),
            "end-right": lambda s: self._nudge(s, "end", 1),
        }
        for action in keymap.actions:
            if action.scope != "article" or not action.keys:
                continue
            kind, _, motion = action.name.partition("-")
            if kind in ("move", "extend") and motion in MOTIONS:
                if not motion.startswith(("page", "cluster")):
                    yield action.name, (action.keys[0], self._motion(motion, kind == "extend"))
            elif action.name in others:
                yield action.name, (action.keys[0], others[action.name])

    def _motion(self, motion: str, extend: bool) -> Step:
        def step(spot: Spot) -> Spot:
            column = self.motions._layout.table.locate(spot.caret)[1]
            caret = self.motions.target(motion, spot.caret, extend=extend, column=column, lines=1)
            anchor = (spot.caret if spot.anchor is None else spot.anchor) if extend else None
            return Spot(caret, anchor)

        return step

    def _select(self, unit: Range | None) -> Spot | None:
        return Spot(unit[1], unit[0]) if unit and unit[0] < unit[1] else None

    def _nudge(self, spot: Spot, edge: str, by: int) -> Spot | None:
        if spot.selection is None:
            return None
        start, end = spot.selection
        move = self.units.next_cluster if by > 0 else self.units.previous_cluster
        start, end = (move(start), end) if edge == "start" else (start, move(end))
        if start >= end:
            return None
        return Spot(start, end) if edge == "start" else Spot(end, start)

    def _from(self, spot: Spot) -> int:
        return spot.selection[0] if spot.selection else spot.caret
