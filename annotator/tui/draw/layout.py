"""Which spans stand on which rows, how many screen lines a row takes, and what is where."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from annotator.model.annotation import Span
from annotator.tui.draw.lanes import Part, Piece, Placed, place
from annotator.tui.draw.wrap import WrapTable

MAX_LANES = 6  # lanes drawn under a row; more are counted
_KEEP = 1024  # rows whose lanes are remembered


@dataclass(frozen=True, slots=True)
class Item:
    """A span as it is drawn. `lines` ones are drawn beside the text, with a lane at their end."""

    key: str
    span: Span
    ghost: bool = False
    lines: bool = False

    @property
    def order(self) -> tuple[int, int, str]:
        """Shortest first: the order in which spans get their lanes."""
        return self.span.end - self.span.start, self.span.start, self.key


class Layout:
    """The rows of a text with the spans on them, and the screen lines both take."""

    def __init__(self, table: WrapTable, items: Iterable[Item], *, lanes: bool) -> None:
        self.table = table
        self.chosen: str | None = None
        self._lanes = lanes
        self._items: dict[str, Item] = {}
        self._on_row: dict[int, dict[str, Item]] = {}
        self._placed: dict[int, tuple[list[list[Placed]], int]] = {}
        for item in items:
            self._insert(item)
        self._heights = [1] * len(table)
        for row in self._on_row if lanes else ():
            self._heights[row] = self._height(row)
        self._tops = [0, *accumulate(self._heights)]

    # -- spans -------------------------------------------------------------------------------------

    def item(self, key: str) -> Item | None:
        return self._items.get(key)

    def items(self) -> Iterable[Item]:
        return self._items.values()

    def on_row(self, row: int) -> list[Item]:
        """The spans with a fragment on a row, shortest first."""
        found = self._on_row.get(row)
        return sorted(found.values(), key=lambda item: item.order) if found else []

    def at(self, offset: int) -> list[Item]:
        """The spans that cover an offset, shortest first."""
        return [item for item in self.on_row(self.table.row_of(offset)) if item.span.covers(offset)]

    def rows_of(self, span: Span) -> list[int]:
        """The rows a span has a fragment on, in order."""
        rows: dict[int, None] = {}
        for start, end in span.fragments:
            rows.update(dict.fromkeys(self.table.rows_of(start, end)))
        return list(rows)

    def replace(self, changes: Iterable[tuple[str, Item | None]]) -> tuple[set[int], bool]:
        """Puts new items in the place of the old ones with the same keys (None removes).

        Returns the rows concerned, and whether any of them changed its height.
        """
        rows: set[int] = set()
        for key, item in changes:
            old = self._items.pop(key, None)
            if old is not None:
                for row in self.rows_of(old.span):
                    del self._on_row[row][key]
                    rows.add(row)
            if item is not None:
                rows.update(self._insert(item))
        moved = False
        for row in rows:
            self._placed.pop(row, None)
            height = self._height(row) if self._lanes else 1
            moved = moved or height != self._heights[row]
            self._heights[row] = height
        if moved:
            self._tops = [0, *accumulate(self._heights)]
        return rows, moved

    def choose(self, key: str | None) -> set[int]:
        """Makes a span the chosen one; returns the rows that look different."""
        rows: set[int] = set()
        for one in {self.chosen, key} if key != self.chosen else ():
            if one is not None and one in self._items:
                rows.update(self.rows_of(self._items[one].span))
        self.chosen = key
        for row in rows:
            self._placed.pop(row, None)
        return rows

    # -- lines -------------------------------------------------------------------------------------

    @property
    def height(self) -> int:
        """Screen lines in all."""
        return self._tops[-1]

    def top(self, row: int) -> int:
        """The first screen line of a row, the one with its text."""
        return self._tops[row]

    def lines_of(self, row: int) -> int:
        """How many screen lines a row takes."""
        return self._heights[row]

    def row_at(self, line: int) -> tuple[int, int]:
        """The row shown at a screen line, and which of its lines: 0 is the text, 1 a lane, ..."""
        row = min(max(bisect_right(self._tops, line) - 1, 0), len(self._heights) - 1)
        return row, line - self._tops[row]

    # -- lanes -------------------------------------------------------------------------------------

    def lanes(self, row: int) -> tuple[list[list[Placed]], int]:
        """The lanes of a row, nearest to the text first, and how many spans had no room."""
        known = self._placed.get(row)
        if known is None:
            if len(self._placed) >= _KEEP:
                self._placed.clear()
            known = self._placed[row] = self._place(row)
        return known

    def piece(self, item: Item, row: int) -> Piece | None:
        """What a row shows of a span; None if the span has nothing to show on it."""
        start, end = self.table.bounds(row)
        drawn = self.table.row(row)
        parts: list[Part] = []
        for first, last in item.span.fragments:
            if first >= end or last <= start:
                continue
            cells = drawn.cells(first, self._visible_end(max(first, start), min(last, end), last))
            if cells[0] < cells[1]:
                parts.append((*cells, first >= start, last <= end))
        if not parts:
            return None
        fragments = item.span.fragments
        return Piece(item.key, tuple(parts), fragments[0][1] <= start, fragments[-1][0] >= end)

    def _visible_end(self, start: int, end: int, last: int) -> int:
        """The end of a piece without the line feed, unless there is nothing else to show."""
        if self.table.text[end - 1] == "\n" and (end - 1 > start or last > end):
            return end - 1
        return end

    def _place(self, row: int) -> tuple[list[list[Placed]], int]:
        pieces = (
            self.piece(item, row)
            for item in self.on_row(row)
            if not item.lines or row == self.table.row_of(item.span.end - 1)
        )
        found = (piece for piece in pieces if piece is not None)
        return place(found, self.table.width, MAX_LANES, self.chosen)

    def _height(self, row: int) -> int:
        lanes, hidden = self._place(row)
        return 1 + len(lanes) + (hidden > 0)

    def _insert(self, item: Item) -> list[int]:
        self._items[item.key] = item
        rows = self.rows_of(item.span)
        for row in rows:
            self._on_row.setdefault(row, {})[item.key] = item
        return rows
