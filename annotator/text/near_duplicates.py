"""Texts that are nearly the same: wire copy under two mastheads, corrected and shortened versions.

A text is the set of its shingles, runs of five words. Two texts are near-duplicates if they share
`THRESHOLD` of all shingles that either has (Jaccard). To find such pairs without comparing all,
every text is drawn down to a one-permutation MinHash: the hashes of its shingles fall into 64 bins,
and the smallest of each bin is kept. Four bins make a band; two texts that agree in one of the 16
bands are candidates, to be compared in full. Of pairs that share 60 % of their shingles 89 % become
candidates, of those that share 70 % 98 %, 80 % 99.98 %.

BLAKE2b is the only source of chance, so all machines and versions find the same pairs.
"""

import re
import unicodedata
from array import array
from collections.abc import Iterator
from hashlib import blake2b
from itertools import groupby
from struct import unpack

from annotator.text.characters import HAN, HIRAGANA, KATAKANA

THRESHOLD = 0.6
WORDS = 5
_BINS = 64
BANDS = 16
_ROWS = _BINS // BANDS
_MASK = (1 << 64) - 1
# Scripts written without spaces: every character counts as a word.
_WORD = re.compile(
    rf"[^\W{HAN}{HIRAGANA}{KATAKANA}]+|[{HAN}{HIRAGANA}{KATAKANA}]",
)

Shingles = frozenset[int]


def shingles(text: str) -> Shingles:
    """The 64-bit hashes of all runs of five words; case, marks and spacing do not count.

    A shorter text is one shingle, and one without words none.
    """
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    if len(words) > WORDS:
        runs = set(zip(*(words[first:] for first in range(WORDS)), strict=False))
    else:
        runs = {tuple(words)} if words else set()
    digests = [blake2b(" ".join(run).encode("utf-8"), digest_size=8).digest() for run in runs]
    return frozenset(unpack(f"<{len(digests)}Q", b"".join(digests)))


def jaccard(one: Shingles, two: Shingles) -> float:
    """The share of common shingles in all that either text has; 0 where there are none."""
    common = len(one & two)
    return common / (len(one) + len(two) - common) if common else 0.0


def band_keys(found: Shingles) -> tuple[int, ...]:
    """16 numbers below 2**64; texts that agree in one of them are candidates. None for no text."""
    if not found:
        return ()
    smallest = {value % _BINS: value for value in sorted(found, reverse=True)}
    rows = [0] * _BINS
    # An empty bin borrows from the next that is not, so that short texts can be compared as well.
    value = distance = 0
    for index in range(2 * _BINS - 1, -1, -1):
        if index % _BINS in smallest:
            value, distance = smallest[index % _BINS], 0
        else:
            distance += 1
        rows[index % _BINS] = value + distance
    return tuple(hash(tuple(rows[at : at + _ROWS])) & _MASK for at in range(0, _BINS, _ROWS))


class Sketches:
    """The bands of many texts, numbered from 0: 128 bytes a text, whatever its length."""

    def __init__(self) -> None:
        self._bands = [array("Q") for _ in range(BANDS)]
        self._blank: set[int] = set()

    def __len__(self) -> int:
        return len(self._bands[0])

    def add(self, text: str) -> None:
        """Take in the next text."""
        keys = band_keys(shingles(text))
        if not keys:
            self._blank.add(len(self))
        for band, key in zip(self._bands, keys or (0,) * BANDS, strict=True):
            band.append(key)

    def buckets(self) -> Iterator[list[int]]:
        """The numbers of texts that agree in a band, two or more; one pair may come several times.

        Which sets come, and in which order, does not depend on the order of the texts.
        """
        for band in self._bands:
            ordered = sorted(range(len(band)), key=band.__getitem__)
            for _, run in groupby(ordered, key=band.__getitem__):
                bucket = [number for number in run if number not in self._blank]
                if len(bucket) > 1:
                    yield bucket
