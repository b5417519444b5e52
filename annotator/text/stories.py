"""Articles that tell one story: different texts about the same people and places at one time.

Each text is reduced to its names, words that are written with a capital and never without, and two
texts are as alike as the cosine between their names' numbers, damped (1 + log n). They tell one
story if that is at least `THRESHOLD`, they share `COMMON` names or more, and they were published at
most `DAYS` apart. Texts without a date are compared among themselves.

Whether two texts tell one story depends on these two alone, never on what else there is, so a
growing corpus does not change it. The threshold was measured on the 42 reports of `corpus/sources`,
among them six stories told two to four times: the weakest tie that holds a story together is .32,
and the strongest between two stories .26, of articles that lie nineteen months apart. Scripts
without capitals have no stories here, and German nouns count as names.
"""

import re
from array import array
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from math import fsum, log, sqrt

from annotator.text.wordlist import wordlist

THRESHOLD = 0.27
COMMON = 3
DAYS = 14
_KEPT = 64
_LOOKED_BACK = 50
_WORD = re.compile(r"[^\W\d_]{3,}")
_CALENDAR = wordlist(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june
    july august september october november december mon tue wed thu fri sat sun jan feb mar apr jun
    jul aug sep sept oct nov dec
    """
)

Names = Mapping[int, float]


def names(text: str) -> dict[str, int]:
    """How often each name occurs, folded in case; the 64 most frequent, without days and months."""
    counts = Counter(_WORD.findall(text))
    small = {word for word in counts if word[0].islower()}
    found: Counter[str] = Counter()
    for word, count in counts.items():
        if word[0].isupper() and word.lower() not in small:
            found[word.casefold()] += count
    kept = sorted(found.keys() - _CALENDAR, key=lambda name: (-found[name], name))
    return {name: found[name] for name in kept[:_KEPT]}


def likeness(one: Mapping[str, int], two: Mapping[str, int]) -> float:
    """The cosine in [0, 1] between two texts' names; 0 if they share fewer than `COMMON`."""
    return _cosine(_weights(one), _weights(two))


def _weights(counts: Mapping[str, int]) -> dict[int, float]:
    """The names as 64-bit numbers, with weights whose squares sum up to 1."""
    damped = {_number(name): 1 + log(count) for name, count in counts.items()}
    length = sqrt(fsum(weight * weight for weight in damped.values()))
    return {name: weight / length for name, weight in damped.items()}


@lru_cache(maxsize=65536)
def _number(name: str) -> int:
    return int.from_bytes(blake2b(name.encode("utf-8"), digest_size=8).digest(), "little")


def _cosine(one: Names, two: Names) -> float:
    shared = one.keys() & two.keys()
    if len(shared) < COMMON:
        return 0.0
    return min(1.0, fsum(one[name] * two[name] for name in shared))


class Chronicle:
    """The names of many texts, numbered from 0, to be compared along time: 12 bytes a name."""

    def __init__(self, days: int = DAYS) -> None:
        self._days = days
        self._names, self._shares = array("Q"), array("f")
        self._ends = array("Q", [0])
        self._when = array("i")
        self._order = array("Q")

    def add(self, text: str, day: int, order: int) -> None:
        """Take in the next text, published on a day (an ordinal; 0: unknown).

        Of one day's texts, those with the smaller `order` (below 2**64) come first.
        """
        for name, share in _weights(names(text)).items():
            self._names.append(name)
            self._shares.append(share)
        self._ends.append(len(self._names))
        self._when.append(day)
        self._order.append(order)

    def pairs(self) -> Iterator[tuple[int, int, float]]:
        """Pairs of one story with their likeness, the later text last, in the order of time.

        A text is compared with those that share at least two names with it; of the texts that
        bear a name only the latest 50 are looked at, which bounds the work and is enough to chain
        a long story together.
        """
        bearers: dict[int, deque[int]] = {}
        read = lru_cache(maxsize=4096)(self._read)
        when, days = self._when, self._days
        for later in sorted(range(len(when)), key=lambda n: (when[n], self._order[n])):
            own = read(later)
            shared: Counter[int] = Counter()
            for name in own:
                known = bearers.setdefault(name, deque(maxlen=_LOOKED_BACK))
                while known and when[later] - when[known[0]] > days:
                    known.popleft()
                shared.update(known)
                known.append(later)
            for earlier, count in shared.items():
                # Unknown days are 0 and come first, so no known day is near them.
                if count > 1:
                    found = _cosine(read(earlier), own)
                    if found >= THRESHOLD:
                        yield earlier, later, found

    def _read(self, number: int) -> Names:
        start, end = self._ends[number], self._ends[number + 1]
        return dict(zip(self._names[start:end], self._shares[start:end], strict=True))
