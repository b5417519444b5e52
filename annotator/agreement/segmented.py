"""Boundary similarity of flat segmentations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import accumulate, combinations
from typing import Any

import numpy as np

from annotator.agreement.corpus import documents_of, work_of
from annotator.agreement.given import items, whole
from annotator.agreement.result import Result, defined, undefined
from annotator.agreement.statistics import Statistics, bootstrap, ratio


def segmentation(data: Any, *, n_t: int = 2, replicates: int = 0, seed: int = 0) -> Result:
    """Boundary similarity B (Fournier 2013) of segmentations that cover the whole text.

    `data`: {annotator: [length, length, ...]} (lengths of the segments in units of the text),
    {"annotators": {...}}, several documents of that form, or {"pairs": [[lengths, lengths],
    ...]}. B = 1 - (additions + sum of d / n_t over transpositions)
               / (additions + transpositions + matches):
    boundaries at the same place match; of the others, two that are d < `n_t` units apart are
    one transposition (a near miss), as many as possible and then as near as possible; what is
    left is additions.

    The value is the ratio of sums over all pairs of annotators and documents;
    `detail["values"]` has B of each. In [0, 1]. Undefined: `fewer_than_two_annotators`,
    `no_boundaries`, `different_lengths`.
    """
    metric = "boundary_similarity"
    rows = _pairs(data)
    facts: dict[str, Any] = {"n_t": n_t, "pairs": len(rows)}
    if not rows:
        return undefined(metric, "fewer_than_two_annotators", **facts)
    if any(sum(a) != sum(b) for _, a, b in rows):
        return undefined(metric, "different_lengths", **facts)
    sums = [_edits(a, b, n_t) for _, a, b in rows]
    facts["values"] = [float(1 - cost / count) if count else None for cost, count in sums]
    articles = max(document for document, _, _ in rows) + 1
    table = np.zeros((articles, 2))
    for (document, _, _), (cost, count) in zip(rows, sums, strict=True):
        table[document] += (float(cost * n_t), count)
    statistics = Statistics(table, lambda sums: 1.0 - ratio(sums[..., 0] / n_t, sums[..., 1]))
    if statistics.value is None:
        return undefined(metric, "no_boundaries", **facts)
    if replicates:
        (facts["interval"],) = bootstrap([statistics], replicates=replicates, seed=seed)
    return defined(metric, statistics.value, **facts)


def _pairs(data: Any) -> list[tuple[int, Sequence[int], Sequence[int]]]:
    """(document, lengths, lengths) of each pair of annotators."""
    if isinstance(data, Mapping) and "pairs" in data:
        pairs = (map(_masses, pair) for pair in data["pairs"])
        return [(number, a, b) for number, (a, b) in enumerate(pairs)]
    found: list[tuple[int, Sequence[int], Sequence[int]]] = []
    for number, (_, document) in enumerate(documents_of(data)):
        work = work_of(document).values()
        given = [_masses(masses) for masses in work if masses is not None]
        found += [(number, a, b) for a, b in combinations(given, 2)]
    return found


def _masses(given: Any) -> list[int]:
    return [whole(mass, "A segment's length", 0) for mass in items(given, "The segments")]


def _edits(a: Sequence[int], b: Sequence[int], n_t: int) -> tuple[Fraction, int]:
    """What the edits cost, and how many edits and matches there are."""
    first, second = (set(accumulate(map(int, masses[:-1]))) for masses in (a, b))
    matches = len(first & second)
    moved, distance = _near(sorted(first - second), sorted(second - first), n_t)
    additions = len(first ^ second) - 2 * moved
    return additions + Fraction(distance, n_t), additions + moved + matches


def _near(a: list[int], b: list[int], n_t: int) -> tuple[int, int]:
    """How many boundaries can be moved onto one another, and over what distance in all."""
    best = [(0, 0)] * (len(b) + 1)  # (transpositions, -distance)
    for place in a:
        before, best = best, [(0, 0)]
        for j, other in enumerate(b):
            options = [before[j + 1], best[j]]
            if abs(place - other) < n_t:
                options.append((before[j][0] + 1, before[j][1] - abs(place - other)))
            best.append(max(options))
    return best[-1][0], -best[-1][1]
