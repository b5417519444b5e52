"""Which intervals of two sets overlap, and by how much."""

from __future__ import annotations

import numpy as np

from annotator.agreement.ratings import Ints


def overlaps(start_a: Ints, end_a: Ints, start_b: Ints, end_b: Ints) -> tuple[Ints, Ints, Ints]:
    """Indices (i, j) of all intervals of A and B that overlap, and the length they share.

    Intervals are half-open, in any order, and may overlap within a set. Two intervals overlap
    if and only if one starts within the other, which two binary searches find:
    O((n + k) log n) for k overlapping pairs.
    """
    order_a, order_b = _order(start_a), _order(start_b)
    sorted_a = start_a if order_a is None else start_a[order_a]
    sorted_b = start_b if order_b is None else start_b[order_b]
    # B starts within A, then A starts strictly within B.
    i, j = _ranges(
        np.searchsorted(sorted_b, start_a, "left"), np.searchsorted(sorted_b, end_a, "left")
    )
    k, h = _ranges(
        np.searchsorted(sorted_a, start_b, "right"), np.searchsorted(sorted_a, end_b, "left")
    )
    left = np.concatenate((i, h if order_a is None else order_a[h]))
    right = np.concatenate((j if order_b is None else order_b[j], k))
    shared = np.minimum(end_a[left], end_b[right]) - np.maximum(start_a[left], start_b[right])
    return left, right, shared


def _order(start: Ints) -> Ints | None:
    """Indices that sort; None if it is sorted, as most data are."""
    return np.argsort(start, kind="stable") if (start[1:] < start[:-1]).any() else None


def _ranges(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """For every i all numbers in [low[i], high[i]): the i, and the numbers."""
    count = np.maximum(high - low, 0)
    rows = np.repeat(np.arange(len(low)), count)
    before = np.cumsum(count) - count
    return rows, np.arange(len(rows)) + np.repeat(low - before, count)


def merged(start: Ints, end: Ints, *, touching: bool = True) -> tuple[Ints, Ints, Ints]:
    """The union of intervals as disjoint ones, in order; third, the new index of each old one.

    With `touching` false, intervals that only meet stay apart.
    """
    if not len(start):
        return start, end, np.zeros(0, np.int64)
    order = np.lexsort((end, start))
    first, reach = start[order], np.maximum.accumulate(end[order])
    gap = first[1:] > reach[:-1] if touching else first[1:] >= reach[:-1]
    opens = np.concatenate(([True], gap))
    number = np.cumsum(opens) - 1
    index = np.empty(len(start), np.int64)
    index[order] = number
    closes = np.concatenate((np.flatnonzero(opens)[1:] - 1, [len(start) - 1]))
    return first[opens], reach[closes], index
