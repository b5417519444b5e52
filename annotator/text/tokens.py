"""Tokens: words, numbers, marks and emoji. The steps in which a caret walks through prose."""

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache

from annotator.text.blocks import Blocks
from annotator.text.characters import HAN, HIRAGANA, INVISIBLE, KATAKANA
from annotator.text.clusters import Clusters

_JOINERS = "\u00ad\u200c\u200d\u2060"  # soft hyphen, ZWNJ, ZWJ, word joiner: inside words only


@lru_cache(maxsize=256)
def _pattern(marks: str) -> re.Pattern[str]:
    """The token pattern for a text whose combining marks are `marks`.

    `\\w` leaves marks out and the standard library has no class for them, so they are given.
    """
    mark = f"[{re.escape(marks)}]*" if marks else ""
    letter = rf"[^\W{HAN}{HIRAGANA}{KATAKANA}]{mark}"
    word = rf"{letter}(?:[{_JOINERS}]*{letter})*"
    return re.compile(
        rf"(?:{letter}\.){{2,}}"  # U.S.
        rf"|\d+(?:[.,]\d+)+(?:{word})?"  # 100,000  3.5m
        rf"|(?<=\w)[’'][sS]\b"  # the possessive, apart: a name is marked without it
        rf"|{word}(?:(?![’'][sS]\b)[’'\-.‐‑·״׳]{word})*"
        rf"|[{HAN}]{mark}"
        rf"|(?:[{HIRAGANA}]{mark})+"
        rf"|(?:[{KATAKANA}]{mark})+"
        rf"|([.\-–—!?*=~…])\1*{mark}"
        rf"|[^\w\s{INVISIBLE}\u200c\u200d]{mark}"
    )


class Tokens:
    """The tokens of one text, kept block by block. No token cuts a grapheme cluster."""

    def __init__(self, text: str, blocks: Blocks, clusters: Clusters) -> None:
        self._text = text
        self._blocks = blocks
        self._clusters = clusters
        self._cache: dict[int, tuple[array[int], array[int]]] = {}
        self._marks: frozenset[str] = frozenset()

    def at(self, offset: int) -> tuple[int, int] | None:
        """The token that contains `offset`, None on white space."""
        starts, ends = self._block(self._blocks.bounds(offset))
        index = bisect_right(starts, offset) - 1
        if index >= 0 and offset < ends[index]:
            return starts[index], ends[index]
        return None

    def after(self, offset: int) -> tuple[int, int] | None:
        """The first token that starts after `offset`."""
        end = offset
        while end < len(self._text):
            block = self._blocks.bounds(end)
            starts, ends = self._block(block)
            index = bisect_right(starts, offset)
            if index < len(starts):
                return starts[index], ends[index]
            end = block[1]
        return None

    def before(self, offset: int) -> tuple[int, int] | None:
        """The last token that starts before `offset`."""
        position = offset
        while position > 0:
            block = self._blocks.bounds(position - 1)
            starts, ends = self._block(block)
            index = bisect_left(starts, offset) - 1
            if index >= 0:
                return starts[index], ends[index]
            position = block[0]
        return None

    def within(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The tokens that share at least one code point with `[start, end)`."""
        position = start
        while position < end:
            block = self._blocks.bounds(position)
            starts, ends = self._block(block)
            first = bisect_right(ends, start)
            yield from zip(starts[first : bisect_left(starts, end)], ends[first:], strict=False)
            position = block[1]

    def _block(self, bounds: tuple[int, int]) -> "tuple[array[int], array[int]]":
        known = self._cache.get(bounds[0])
        if known is None:
            known = self._cache[bounds[0]] = self._read(*bounds)
        return known

    def _read(self, start: int, end: int) -> "tuple[array[int], array[int]]":
        starts, ends = array("I"), array("I")
        stops: list[int] = []
        if not self._clusters.all_single(start, end):
            self._marks |= set(filter(_is_mark, set(self._text[start:end])))
            stops = [*self._clusters.boundaries(start, end), end]
        for match in _pattern("".join(sorted(self._marks))).finditer(self._text, start, end):
            first, last = match.span()
            if stops:
                # Emoji sequences and flags: the pattern sees their parts, the cluster is one.
                first = stops[bisect_right(stops, first) - 1]
                last = stops[bisect_left(stops, last)]
                if ends and first < ends[-1]:
                    ends[-1] = max(ends[-1], last)
                    continue
            starts.append(first)
            ends.append(last)
        return starts, ends


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"
