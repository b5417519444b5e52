"""Two annotators' spans on one text: A's lanes above each row, B's below it."""

from collections.abc import Iterable
from dataclasses import replace

from annotator.tui.draw.lanes import ASCII, BOX, Charset, Piece, place
from annotator.tui.draw.layout import MAX_LANES, Item, Layout
from annotator.tui.draw.wrap import WrapTable

A, B, SETTLED = "a:", "b:", "=:"
"""What the keys of items begin with: whose they are, or that there is nothing to decide."""

ABOVE: dict[Charset, Charset] = {
    BOX: replace(BOX, opening="╭", closing="╮"),
    ASCII: replace(ASCII, opening="/", closing="\\"),
}


class ComparedLayout(Layout):
    """A layout whose rows have lanes on both sides; settled items have none.

    Of a row's lines, 0 is the text, then come A's lanes, the nearest to the text first, then B's.
    """

    def __init__(self, table: WrapTable, items: Iterable[Item], current: Iterable[str]) -> None:
        """`current` are the keys of the items that are drawn whatever the room."""
        self.current = frozenset(current)
        self._above: dict[int, int] = {}
        super().__init__(table, items, lanes=True)

    def above(self, row: int) -> int:
        """How many lanes stand above the text of a row."""
        if row not in self._above:
            self.lanes(row)
        return self._above[row]

    def row_at(self, line: int) -> tuple[int, int]:
        row, offset = super().row_at(line)
        above = self.above(row)
        if offset < above:
            return row, above - offset
        return row, 0 if offset == above else offset

    def point(self, current: Iterable[str]) -> set[int]:
        """Makes other items the current ones; returns the rows that look different."""
        before, self.current = self.current, frozenset(current)
        rows: set[int] = set()
        for key in before ^ self.current:
            item = self.item(key)
            if item is not None:
                rows.update(self.rows_of(item.span))
        for row in rows:
            self._placed.pop(row, None)
        return rows

    def _place(self, row: int) -> tuple[list[list[Piece]], int]:
        pieces = [piece for _, piece in self.pieces(row, lanes=True)]
        sides = [self._place_side(side, pieces) for side in (A, B)]
        self._above[row] = len(sides[0][0])
        return sides[0][0] + sides[1][0], sides[0][1] + sides[1][1]

    def _place_side(self, side: str, pieces: list[Piece]) -> tuple[list[list[Piece]], int]:
        own = [piece for piece in pieces if piece.key.startswith(side)]
        lanes, hidden = place(own, MAX_LANES)
        if hidden:  # in any order as many lanes are full, so that the row keeps its height
            own.sort(key=lambda piece: piece.key not in self.current)
            lanes, hidden = place(own, MAX_LANES)
        return lanes, hidden
