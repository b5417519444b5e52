"""Signs that one pass was copied from another, so that their agreement says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

from annotator.agreement.works import Selection, Work
from annotator.store.names import GOLD

FEW_SPANS = 5
"""Articles with fewer spans in common say nothing."""
MANY_SPANS = 100
ALIKE = 0.99
_COPIES = ("copied", "imported")


@dataclass(frozen=True, slots=True)
class Dependence:
    """Two annotators whose work is not independent, and why it seems so."""

    annotators: tuple[str, str]
    reason: str


def dependences(selection: Selection) -> list[Dependence]:
    """Pairs that seem not to be independent, with the strongest sign of each.

    The signs: all of one's shared work was copied; most articles with at least five spans hold
    the same spans under the same ids; the same spans were saved at the same moment; of at least
    100 spans more than 99 % are the same, and one of the two passes was imported as a whole.
    More than 99 % alike without such a trace is told as well, as too alike to be independent.
    """
    found = []
    for first, second in combinations(selection.annotators, 2):
        if GOLD in (first, second):
            continue  # gold is made of what it is compared with
        shared = [
            (document.works[first], document.works[second])
            for document in selection.documents
            if first in document.works and second in document.works
        ]
        reason = _sign(first, second, shared)
        if reason:
            found.append(Dependence((first, second), reason))
    return found


def _sign(first: str, second: str, shared: list[tuple[Work, Work]]) -> str:
    for name, side in ((first, 0), (second, 1)):
        spans = [span for pair in shared for span in pair[side].spans]
        if spans and all(span.get("origin") == "copied" for span in spans):
            return f"all of {name}'s spans were copied"
    telling = [(a, b) for a, b in shared if min(len(a.spans), len(b.spans)) >= FEW_SPANS]
    even = [(a, b) for a, b in telling if len(a.spans) == len(b.spans)]
    twins = sum(_named(a) == _named(b) for a, b in even)
    if twins and 2 * twins > len(telling):
        return f"{_of(twins, telling)} hold the same spans under the same ids"
    at_once = sum(bool(a.at) and a.at == b.at and _places(a) == _places(b) for a, b in even)
    if at_once and 2 * at_once > len(telling):
        return f"{_of(at_once, telling)} hold the same spans, saved at the same moment"
    larger = sum(max(len(a.spans), len(b.spans)) for a, b in shared)
    apart = 0
    for a, b in shared:
        left, right = _places(a), _places(b)
        apart += max(len(left - right), len(right - left))
        if apart >= (1 - ALIKE) * larger:
            return ""
    if larger >= MANY_SPANS:
        alike = f"{larger - apart:,} of {larger:,} spans are the same"
        for name, side in ((first, 0), (second, 1)):
            spans = [span for pair in shared for span in pair[side].spans]
            if all(span.get("origin") in _COPIES for span in spans):
                return f"{alike}, and all of {name}'s were imported"
        return f"{alike}, more than independent work shows"
    return ""


def _of(count: int, telling: list[tuple[Work, Work]]) -> str:
    return f"{count} of {len(telling)} articles with {FEW_SPANS} spans or more"


def _named(work: Work) -> set[Any]:
    return {(span["id"], *_place(span)) for span in work.spans}


def _places(work: Work) -> set[Any]:
    return {_place(span) for span in work.spans}


def _place(span: Any) -> tuple[Any, ...]:
    fragments = span["fragments"]
    if len(fragments) == 1:
        return (span["label"], *fragments[0])
    return (span["label"], tuple(map(tuple, fragments)))
