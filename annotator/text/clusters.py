"""Grapheme clusters: what a reader takes for one character, and so where a caret may stop."""

import re
from array import array
from bisect import bisect_left, bisect_right
from itertools import accumulate

from wcwidth import iter_graphemes

from annotator.text.blocks import Blocks
from annotator.text.characters import SIMPLE

_ALL_SIMPLE = re.compile(rf"[{SIMPLE}]*")


class Clusters:
    """The grapheme clusters of one text (UAX #29), kept block by block.

    Unlike in UAX #29, a line feed is always a cluster of its own, also after a carriage return,
    so that no cluster reaches from one paragraph into the next.
    """

    def __init__(self, text: str, blocks: Blocks) -> None:
        self._text = text
        self._blocks = blocks
        self._starts: dict[int, array[int] | None] = {}  # by the start of the block
        self._ascii = text.isascii()

    def at(self, offset: int) -> tuple[int, int]:
        """The cluster `[start, end)` that contains `offset`; empty for `len(text)`."""
        if offset >= len(self._text):
            return offset, offset
        if self._ascii:
            return offset, offset + 1
        start, end = self._blocks.bounds(offset)
        starts = self._block(start, end)
        if starts is None:
            return offset, offset + 1
        after = bisect_right(starts, offset)
        return starts[after - 1], starts[after] if after < len(starts) else end

    def all_single(self, start: int, end: int) -> bool:
        """Whether each code point of the block `[start, end)` is a cluster."""
        return self._ascii or self._block(start, end) is None

    def boundaries(self, start: int, end: int) -> list[int]:
        """Every cluster start in `[start, end)`."""
        found: list[int] = []
        while start < end:
            block_start, block_end = self._blocks.bounds(start)
            starts = None if self._ascii else self._block(block_start, block_end)
            stop = min(end, block_end)
            if starts is None:
                found.extend(range(start, stop))
            else:
                found.extend(starts[bisect_left(starts, start) : bisect_left(starts, stop)])
            start = block_end
        return found

    def _block(self, start: int, end: int) -> "array[int] | None":
        """Cluster starts in one block; None where every code point is a cluster."""
        if start not in self._starts:
            if _ALL_SIMPLE.fullmatch(self._text, start, end):
                self._starts[start] = None
            else:
                # NUL stands in for the carriage return: a control too, but one that never joins.
                piece = self._text[start:end].replace("\r", "\0")
                lengths = map(len, iter_graphemes(piece))
                starts = array("I", accumulate(lengths, initial=start))
                starts.pop()
                self._starts[start] = starts
        return self._starts[start]
