"""The best one-to-one matching of spans that overlap enough."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import numpy as np

from annotator.agreement.corpus import Corpus
from annotator.agreement.overlap import overlaps
from annotator.agreement.ratings import Floats, Ints

_PRECISION = 1 << 40


def match_spans(
    corpus: Corpus, pair: tuple[int, int], min_iou: float, *, same_label: bool = True
) -> tuple[Ints, Ints, Floats]:
    """Spans (indices of the corpus) of two annotators that match, and their IoU.

    IoU = shared characters / characters of either, over the fragments; at least `min_iou` and
    more than 0. The matching has the largest total IoU; ties go to the larger single IoU, then
    to equal labels, then to closer starts. Order of input never matters.
    """
    left, right, shared = _candidates(corpus, pair, same_label)
    union = corpus.size[left] + corpus.size[right] - shared
    enough = shared / np.maximum(union, 1) >= min_iou
    left, right, shared, union = left[enough], right[enough], shared[enough], union[enough]
    chosen = _choose(corpus, left, right, shared, union)
    return left[chosen], right[chosen], shared[chosen] / union[chosen]


def _candidates(corpus: Corpus, pair: tuple[int, int], same_label: bool) -> tuple[Ints, Ints, Ints]:
    """All pairs of spans that share a character, with how many they share."""
    both = corpus.both(pair)
    layer = corpus.doc * len(corpus.labels) + corpus.label if same_label else corpus.doc
    base = (layer * corpus.extent)[corpus.owner]
    start, end = base + corpus.start, base + corpus.end
    who, where = corpus.annotator[corpus.owner], both[corpus.doc[corpus.owner]]
    a, b = (np.flatnonzero((who == annotator) & where) for annotator in pair)
    i, j, shared = overlaps(start[a], end[a], start[b], end[b])
    spans = len(corpus.doc)
    key = corpus.owner[a][i] * spans + corpus.owner[b][j]
    found, index = np.unique(key, return_inverse=True)
    total = np.bincount(index, weights=shared, minlength=len(found)).astype(np.int64)
    return found // max(spans, 1), found % max(spans, 1), total


def _choose(corpus: Corpus, left: Ints, right: Ints, shared: Ints, union: Ints) -> Ints:
    """Indices of the candidates that are matched."""
    spans = len(corpus.doc)
    rivals = np.bincount(left, minlength=spans)[left] + np.bincount(right, minlength=spans)[right]
    alone = rivals == 2
    chosen = np.flatnonzero(alone).tolist()
    for part in _components(left, right, np.flatnonzero(~alone)):
        rows = sorted({int(left[edge]) for edge in part})
        columns = sorted({int(right[edge]) for edge in part})
        row_of = {span: number for number, span in enumerate(rows)}
        column_of = {span: number for number, span in enumerate(columns)}
        edges = {(row_of[int(left[edge])], column_of[int(right[edge])]): edge for edge in part}
        weights = [[0] * len(columns) for _ in rows]
        for (row, column), edge in edges.items():
            weights[row][column] = _weight(
                corpus,
                int(left[edge]),
                int(right[edge]),
                int(shared[edge]),
                int(union[edge]),
            )
        chosen += [edges[cell] for cell in best_assignment(weights) if cell in edges]
    return np.array(sorted(chosen), np.int64)


def _weight(corpus: Corpus, a: int, b: int, shared: int, union: int) -> int:
    """Total IoU first, then the tie rules, as digits of one whole number."""
    part = (2 * shared * _PRECISION + union) // (2 * union)
    distance = abs(int(corpus.first[a] - corpus.first[b]))
    near = max(0, (1 << 30) - min(distance, 1 << 15) ** 2)
    same = int(corpus.label[a] == corpus.label[b])
    return (((part << 100) + part * part) << 60) + (same << 48) + near


def _components(left: Ints, right: Ints, edges: Ints) -> list[list[int]]:
    """Candidates in groups that share no span, each a list of edge numbers."""
    root: dict[tuple[bool, int], tuple[bool, int]] = {}

    def find(node: tuple[bool, int]) -> tuple[bool, int]:
        while root.setdefault(node, node) != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    for edge in edges.tolist():
        root[find((False, int(left[edge])))] = find((True, int(right[edge])))
    groups: dict[tuple[bool, int], list[int]] = {}
    for edge in edges.tolist():
        groups.setdefault(find((False, int(left[edge]))), []).append(edge)
    return list(groups.values())


def best_assignment(weights: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """The one-to-one choice of cells with the largest sum, as (row, column) (Kuhn 1955).

    Weights are whole numbers >= 0. O(n^2 m) by shortest augmenting paths.
    """
    if not weights or not weights[0]:
        return []
    if len(weights) > len(weights[0]):
        turned = list(zip(*weights, strict=True))
        return sorted((row, column) for column, row in best_assignment(turned))
    row_price = [max(row) for row in weights]
    column_price = [0] * len(weights[0])
    owner, column_of, late = [-1] * len(weights[0]), [-1] * len(weights), []
    for row, most in enumerate(row_price):  # who wants what nobody else has taken
        column = weights[row].index(most)
        if owner[column] < 0:
            owner[column], column_of[row] = row, column
        else:
            late.append(row)
    for row in late:
        _augment(weights, row, row_price, column_price, owner, column_of)
    return list(enumerate(column_of))


def _augment(
    weights: Sequence[Sequence[int]],
    start: int,
    row_price: list[int],
    column_price: list[int],
    owner: list[int],
    column_of: list[int],
) -> None:
    """Give one more row a column, along the path that costs least (Dijkstra 1959)."""
    far: list[float] = [inf] * len(column_price)  # whole numbers once a column is seen
    came = [-1] * len(column_price)
    open_columns = list(range(len(column_price)))
    reached: list[int] = []
    row, way = start, 0
    while True:
        values, price = weights[row], way + row_price[row]
        nearest, least = -1, inf
        for column in open_columns:
            cost = price - values[column] - column_price[column]
            if cost < far[column]:
                far[column], came[column] = cost, row
            if far[column] < least:
                nearest, least = column, far[column]
        open_columns.remove(nearest)
        way = int(least)
        if owner[nearest] < 0:
            break
        reached.append(nearest)
        row = owner[nearest]
    row_price[start] -= way
    for column in reached:
        spared = way - int(far[column])
        row_price[owner[column]] -= spared
        column_price[column] -= spared
    column = nearest
    while True:
        row = came[column]
        owner[column], column_of[row], column = row, column, column_of[row]
        if row == start:
            return
