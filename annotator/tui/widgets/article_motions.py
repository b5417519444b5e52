"""Where a motion takes the caret."""

from collections.abc import Callable

from annotator.text.units import Units
from annotator.tui.draw.layout import Layout

MOTIONS = (
    "token-left",
    "token-right",
    "cluster-left",
    "cluster-right",
    "row-up",
    "row-down",
    "row-start",
    "row-end",
    "page-up",
    "page-down",
    "sentence-left",
    "sentence-right",
    "paragraph-up",
    "paragraph-down",
    "text-start",
    "text-end",
)


class Motions:
    """Motions over one layout. Each takes the caret and gives its new place, a caret stop.

    To the right, a motion goes to the start of the next unit; with `extend` to the end of this
    one (or of the next, when already there), so that a selection holds whole units and no blank.
    """

    def __init__(self, units: Units, layout: Layout) -> None:
        self._units = units
        self._layout = layout
        self._end = len(units.text)

    def target(self, motion: str, caret: int, *, extend: bool, column: int, lines: int) -> int:
        """`column` is the cell vertical motions keep; `lines` the height of a page.

        Raises ValueError for an unknown motion.
        """
        if motion in ("row-up", "row-down"):
            return self._row(caret, -1 if motion == "row-up" else 1, column)
        if motion in ("page-up", "page-down"):
            return self._page(caret, -lines if motion == "page-up" else lines, column)
        horizontal: dict[str, Callable[[int, bool], int]] = {
            "token-left": self._token_left,
            "token-right": self._token_right,
            "cluster-left": lambda at, _: self._units.previous_cluster(at),
            "cluster-right": lambda at, _: self._units.next_cluster(at),
            "row-start": lambda at, _: self._row_edge(at, 0),
            "row-end": lambda at, _: self._row_edge(at, self._layout.table.width),
            "sentence-left": self._sentence_left,
            "sentence-right": self._sentence_right,
            "paragraph-up": self._paragraph_up,
            "paragraph-down": self._paragraph_down,
            "text-start": lambda *_: 0,
            "text-end": lambda *_: self._end,
        }
        if motion not in horizontal:
            raise ValueError(f"unknown motion {motion!r}")
        return horizontal[motion](caret, extend)

    def _token_right(self, caret: int, extend: bool) -> int:
        token = self._units.token_at(caret) if extend else None
        if token is not None:
            return token[1]
        token = self._units.next_token(caret)
        return self._end if token is None else token[1 if extend else 0]

    def _token_left(self, caret: int, extend: bool) -> int:
        token = self._units.previous_token(caret)
        return token[0] if token else 0

    def _sentence_right(self, caret: int, extend: bool) -> int:
        sentence = self._units.sentence_at(caret) if extend else None
        if sentence is not None:
            return sentence[1]
        sentence = self._units.next_sentence(caret)
        return self._end if sentence is None else sentence[1 if extend else 0]

    def _sentence_left(self, caret: int, extend: bool) -> int:
        sentence = self._units.previous_sentence(caret)
        return sentence[0] if sentence else 0

    def _paragraph_down(self, caret: int, extend: bool) -> int:
        index = self._units.paragraph_index(caret)
        if extend and caret < self._units.paragraph(index)[1]:
            return self._units.paragraph(index)[1]
        for following in range(index + 1, self._units.paragraph_count()):
            start, end = self._units.paragraph(following)
            if start < end:
                return end if extend else start
        return self._end

    def _paragraph_up(self, caret: int, extend: bool) -> int:
        for index in range(self._units.paragraph_index(caret), -1, -1):
            start, end = self._units.paragraph(index)
            if start < caret and start < end:
                return start
        return 0

    def _row(self, caret: int, by: int, column: int) -> int:
        row = self._layout.table.row_of(caret) + by
        if not 0 <= row < len(self._layout.table):
            return 0 if by < 0 else self._end
        return self._layout.table.offset_at(row, column)

    def _page(self, caret: int, lines: int, column: int) -> int:
        row = self._layout.table.row_of(caret)
        line = self._layout.top(row) + lines
        target = self._layout.row_at(min(max(line, 0), self._layout.height - 1))[0]
        if target == row:
            return self._row(caret, 1 if lines > 0 else -1, column)
        return self._layout.table.offset_at(target, column)

    def _row_edge(self, caret: int, column: int) -> int:
        return self._layout.table.offset_at(self._layout.table.row_of(caret), column)
