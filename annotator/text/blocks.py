"""Where a long text may be cut, so that work on it can be done, and kept, piece by piece."""

import re

from annotator.text.characters import HAN, SIMPLE

SIZE = 4096  # code points; few blocks for a long text, and one is done in about a millisecond

# Before white space, or between two ideographs, and never inside a grapheme cluster. A piece that
# is cut here has the same clusters and the same tokens as it has inside the whole text.
_CUT = re.compile(rf"(?<=[{SIMPLE}])[ \n]|(?<=[{HAN}])[{HAN}]")


class Blocks:
    """Tiles a text with blocks of about `SIZE` code points, found as they are asked for.

    A block is longer where the text offers no place to cut.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._cuts: dict[int, int] = {0: 0}

    def bounds(self, offset: int) -> tuple[int, int]:
        """The block `[start, end)` that contains `offset`; the last one for `len(text)`."""
        row = min(offset, max(len(self._text) - 1, 0)) // SIZE
        start, end = self._cut(row), self._cut(row + 1)
        while start > offset or (start == end and row > 0):
            row -= 1
            start, end = self._cut(row), start
        return start, end

    def _cut(self, row: int) -> int:
        """The first place to cut at or after `row * SIZE`."""
        cut = self._cuts.get(row)
        first = row
        while cut is None and row * SIZE < len(self._text):
            match = _CUT.search(self._text, row * SIZE, (row + 1) * SIZE)
            row += 1
            cut = match.start() if match else self._cuts.get(row)
        if cut is None:
            cut = len(self._text)
        self._cuts.update(dict.fromkeys(range(first, row), cut))
        return cut
