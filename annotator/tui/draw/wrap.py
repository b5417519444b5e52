"""The wrap table: which part of the text stands on which row, and in which cell.

Rows tile the text. A row holds whole grapheme clusters, as many words as fit, and never two
paragraphs; the line feed that ends a paragraph is the last code point of its last row.
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from annotator.tui.draw.cells import PLAIN, TAB, draw_cluster, glyphs

MIN_WIDTH = 6  # cells; a widget narrower than this shows a part of each row

_PLAIN = re.compile(rf"[{PLAIN}]*")
_KEEP = 512  # rows whose cells are remembered

Boundaries = Callable[[int, int], list[int]]


@dataclass(slots=True)
class Row:
    """One row, `[start, end)` in code points.

    `drawn` has one string for each cell. `columns` holds the cell of each code point, relative to
    `start`, and at last the width; None where each code point is one cell. A line feed has a
    (blank) cell of its own.
    """

    start: int
    end: int
    drawn: str | list[str]
    columns: list[int] | None

    @property
    def width(self) -> int:
        return len(self.drawn)

    def glyphs(self, width: int) -> list[str]:
        """One string for each of `width` cells; "" where a wide character goes on."""
        return [*self.drawn, *" " * (width - len(self.drawn))]

    def cell(self, offset: int) -> int:
        """The first cell of the cluster at `offset`, or the width for `end`."""
        inside = offset - self.start
        return inside if self.columns is None else self.columns[inside]

    def cells(self, start: int, end: int) -> tuple[int, int]:
        """The cells that show `[start, end)`, whole clusters; both are cut to this row."""
        start, end = max(start, self.start), min(end, self.end)
        if start >= end:
            return 0, 0
        if self.columns is None:
            return start - self.start, end - self.start
        columns = self.columns
        after = bisect_right(columns, columns[end - 1 - self.start])
        return columns[start - self.start], columns[min(after, len(columns) - 1)]

    def offset(self, cell: int) -> int:
        """The start of the cluster shown in `cell`; `end` beyond the last one."""
        if cell >= self.width:
            return self.end
        if self.columns is None:
            return self.start + cell
        index = bisect_right(self.columns, cell) - 1
        return self.start + bisect_left(self.columns, self.columns[index])


class WrapTable:
    """The rows of `text` in `width` cells (at least `MIN_WIDTH`).

    The last cell of each row is kept for the blank or line feed that ends it. `boundaries(a, b)`
    gives the starts of the grapheme clusters in `[a, b)`.
    """

    def __init__(self, text: str, width: int, boundaries: Boundaries) -> None:
        self.text = text
        self.width = max(width, MIN_WIDTH)
        self._boundaries = boundaries
        self._starts = array("I")
        self._rows: dict[int, Row] = {}
        position = 0
        while position < len(text):
            line_feed = text.find("\n", position)
            end = len(text) if line_feed < 0 else line_feed
            self._wrap(position, end)
            position = end + 1
        if not text or text.endswith("\n"):
            self._starts.append(len(text))

    def __len__(self) -> int:
        return len(self._starts)

    def bounds(self, row: int) -> tuple[int, int]:
        """The code points `[start, end)` of a row."""
        last = row + 1 == len(self._starts)
        return self._starts[row], len(self.text) if last else self._starts[row + 1]

    def row_of(self, offset: int) -> int:
        """The row that shows `offset`; the last one for the end of the text."""
        return bisect_right(self._starts, offset) - 1

    def rows_of(self, start: int, end: int) -> range:
        """The rows that show a code point of `[start, end)`; one row for an empty range."""
        return range(self.row_of(start), self.row_of(max(start, end - 1)) + 1)

    def locate(self, offset: int) -> tuple[int, int]:
        """The row of `offset` and the first cell of the cluster it is in."""
        row = self.row_of(offset)
        return row, self.row(row).cell(offset)

    def offset_at(self, row: int, cell: int) -> int:
        """The caret stop nearest to a cell; both are cut to what there is."""
        row = min(max(row, 0), len(self) - 1)
        start, end = self.bounds(row)
        offset = self.row(row).offset(max(cell, 0))
        if offset < end or row + 1 == len(self):
            at_feed = offset == end > start and self.text[end - 1] == "\n"
            return end - 1 if at_feed else offset
        return self.row(row).offset(self.row(row).width - 1)

    def row(self, row: int) -> Row:
        """A row with its cells."""
        known = self._rows.get(row)
        if known is None:
            if len(self._rows) >= _KEEP:
                self._rows.clear()
            known = self._rows[row] = self._draw(*self.bounds(row))
        return known

    def _draw(self, start: int, end: int) -> Row:
        text = self.text[start:end]
        body = text.removesuffix("\n")
        feed = " " * (len(text) - len(body))
        if _PLAIN.fullmatch(body):
            return Row(start, end, body + feed, None)
        starts = self._boundaries(start, start + len(body))
        cells: list[str] = []
        columns: list[int] = []
        for first, last in zip(starts, [*starts[1:], start + len(body)], strict=True):
            columns.extend([len(cells)] * (last - first))
            if self.text[first] == "\t":
                cells.extend(" " * self._tab(len(cells)))
            else:
                cells.extend(glyphs(*draw_cluster(self.text[first:last])))
        columns.extend([len(cells)] * len(feed))
        cells.extend(feed)
        columns.append(len(cells))
        return Row(start, end, cells, columns)

    def _tab(self, cell: int) -> int:
        """How wide a tab at `cell` is: to the next stop, but not beyond the row."""
        return max(1, min(TAB - cell % TAB, self.width - cell))

    def _wrap(self, start: int, end: int) -> None:
        """Adds the rows of the paragraph `[start, end)`, without its line feed."""
        text, limit = self.text, self.width - 1
        self._starts.append(start)
        plain_until = _PLAIN.match(text, start, end).end()  # type: ignore[union-attr]
        while True:
            # Two more than fit must be plain, else a mark may follow the place of the break.
            if end - start <= limit and plain_until == end:
                return
            if plain_until >= min(start + limit + 2, end):
                blank = text.rfind(" ", start, start + limit + 1)
                start = blank + 1 if blank >= 0 else start + limit
            else:
                start = self._break(start, end)
                if start > plain_until:
                    plain_until = _PLAIN.match(text, start, end).end()  # type: ignore[union-attr]
            if start >= end:
                # A blank in the last cell leaves none for the line feed.
                if end < len(text) and self._draw(self._starts[-1], end).width == self.width:
                    self._starts.append(end)
                return
            self._starts.append(start)

    def _break(self, start: int, end: int) -> int:
        """Where the row that begins at `start` ends, cluster by cluster."""
        limit = self.width - 1
        cell, best = 0, start
        for first, last in self._clusters(start, end):
            cluster = self.text[first:last]
            if cluster in (" ", "\t"):
                cell += 1 if cluster == " " else self._tab(cell)
                best = last
                if cell > limit:
                    return last
                continue
            width = draw_cluster(cluster)[1]
            if width > 1:
                best = first
            if cell + width > limit:
                if best > start:
                    return best
                return first if first > start else last
            cell += width
            if width > 1:
                best = last
        return end

    def _clusters(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The clusters `[first, last)` from `start` on, asked for a few at a time."""
        size = 2 * self.width
        while start < end:
            stop = min(start + size, end)
            starts = self._boundaries(start, stop)
            if stop == end:
                starts.append(end)
            elif len(starts) == 1:
                size *= 2
                continue
            yield from pairwise(starts)
            start = starts[-1]
