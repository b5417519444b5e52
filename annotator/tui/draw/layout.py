"""Which spans stand on which rows, how many screen lines a row takes, and what is where."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from annotator.model.annotation import Span
from annotator.tui.draw.lanes import Part, Piece, place
from annotator.tui.draw.wrap import WrapTable

MAX_LANES = 6  # lanes drawn under a row; more are counted
_KEEP = 1024  # rows whose lanes are remembered


class Item(NamedTuple):
    """A span as it is drawn. `lines` ones are drawn beside the text, with a lane at their end."""

    key: str
    span: Span
    ghost: bool = False
    lines: bool = False


def _order(item: Item) -> tuple[int, int, str]:
    """Shortest first: the order in which spans get their lanes."""
    fragments = item.span.fragments
    start = fragments[0][0]
    return fragments[-1][1] - start, start, item.key


class Layout:
    """The rows of a text with the spans on them, and the screen lines both take."""

    def __init__(self, table: WrapTable, items: Iterable[Item], *, lanes: bool) -> None:
        self.table = table
        self.chosen: str | None = None
        self._lanes = lanes
        self._items: dict[str, Item] = {}
        self._on_row: dict[int, list[Item]] = {}
        self._placed: dict[int, tuple[list[list[Piece]], int]] = {}
        self._regions: dict[int, list[Item]] = {}
        for item in sorted(items, key=_order):
            self._items[item.key] = item
            for row in self.rows_of(item.span):
                self._on_row.setdefault(row, []).append(item)
                if item.lines:
                    self._regions.setdefault(row, []).append(item)
        self._heights = [1] * len(table)
        for row in self._on_row if lanes else ():
            self._heights[row] = self._height(row)
        self._tops = [0, *accumulate(self._heights)]

    # -- spans -------------------------------------------------------------------------------------

    def item(self, key: str) -> Item | None:
        return self._items.get(key)

    def items(self) -> Iterable[Item]:
        return self._items.values()

    def on_row(self, row: int) -> Sequence[Item]:
        """The spans with a fragment on a row, shortest first."""
        return self._on_row.get(row, ())

    def regions(self, row: int) -> Sequence[Item]:
        """The spans beside the text that a row belongs to, shortest first."""
        return self._regions.get(row, ())

    def at(self, start: int, end: int = 0) -> list[Item]:
        """The spans at an offset, or on a part of the character `[start, end)`, shortest first.

        A span from elsewhere may cut a character, and then is on it all the same.
        """
        end = max(end, start + 1)
        row = self.table.row_of(start)
        return [item for item in self.on_row(row) if item.span.touches(start, end)]

    def rows_of(self, span: Span) -> Iterable[int]:
        """The rows a span has a fragment on, in order."""
        if len(span.fragments) == 1:
            return self.table.rows_of(*span.fragments[0])
        rows: dict[int, None] = {}
        for start, end in span.fragments:
            rows.update(dict.fromkeys(self.table.rows_of(start, end)))
        return rows

    def replace(self, changes: Iterable[tuple[str, Item | None]]) -> tuple[set[int], bool]:
        """Puts new items in the place of the old ones with the same keys (None removes).

        Returns the rows concerned, and whether any of them changed its height.
        """
        rows: set[int] = set()
        for key, item in changes:
            old = self._items.pop(key, None)
            if old is not None:
                for row in self.rows_of(old.span):
                    self._on_row[row].remove(old)
                    if old.lines:
                        self._regions[row].remove(old)
                    rows.add(row)
            if item is not None:
                self._items[key] = item
                for row in self.rows_of(item.span):
                    insort(self._on_row.setdefault(row, []), item, key=_order)
                    if item.lines:
                        insort(self._regions.setdefault(row, []), item, key=_order)
                    rows.add(row)
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

    def lanes(self, row: int) -> tuple[list[list[Piece]], int]:
        """The lanes of a row, nearest to the text first, and how many spans had no room."""
        known = self._placed.get(row)
        if known is None:
            if len(self._placed) >= _KEEP:
                self._placed.clear()
            known = self._placed[row] = self._place(row)
        return known

    def key_at(self, row: int, lane: int, cell: int) -> str | None:
        """The key of the span whose line is drawn in a cell of a lane."""
        lanes, _ = self.lanes(row)
        for piece in lanes[lane] if lane < len(lanes) else ():
            if piece.first <= cell < piece.last:
                return piece.key
        return None

    def pieces(self, row: int, *, lanes: bool = False) -> Iterator[tuple[Item, Piece]]:
        """What a row shows of its spans, shortest first; with `lanes` only what has a lane."""
        items = self._on_row.get(row)
        if not items:
            return
        start, end = self.table.bounds(row)
        drawn = self.table.row(row)
        feed = self.table.text.endswith("\n", start, end)
        for item in items:
            fragments = item.span.fragments
            if lanes and item.lines and fragments[-1][1] > end:
                continue
            parts: list[Part] = []
            for first, last in fragments:
                if first >= end or last <= start:
                    continue
                stop = last if last < end else end
                if feed and stop == end and (last > end or end - 1 > first >= start):
                    stop -= 1  # a line feed is shown only where there is nothing else to show
                if drawn.columns is None:
                    cell, after = (first - start if first > start else 0), stop - start
                else:
                    cell, after = drawn.cells(first, stop)
                if cell < after:
                    parts.append((cell, after, first >= start, last <= end))
            if not parts:
                continue
            first_cell, last_cell = parts[0][0], parts[-1][1]
            if len(fragments) > 1:
                first_cell -= parts[0][2] and fragments[0][1] <= start and first_cell > 0
                last_cell += (
                    parts[-1][3] and fragments[-1][0] >= end and last_cell < self.table.width
                )
            yield item, Piece(item.key, first_cell, last_cell, tuple(parts))

    def _place(self, row: int) -> tuple[list[list[Piece]], int]:
        found = (piece for _, piece in self.pieces(row, lanes=True))
        return place(found, MAX_LANES, self.chosen)

    def _height(self, row: int) -> int:
        lanes, hidden = self._place(row)
        return 1 + len(lanes) + (hidden > 0)
