"""Agreement on which mentions belong together."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from itertools import combinations
from typing import Any, Literal

import numpy as np

from annotator.agreement.corpus import documents_of, work_of
from annotator.agreement.given import distinct, items
from annotator.agreement.ratings import Floats
from annotator.agreement.result import Result, defined, undefined
from annotator.agreement.statistics import Statistics, bootstrap, mean_defined, ratio

EntityMetric = Literal["b_cubed", "lea"]
Clusters = list[frozenset[Hashable]]


def entities(
    data: Any, metric: EntityMetric = "b_cubed", *, replicates: int = 0, seed: int = 0
) -> Result:
    """F1 of clusterings of mentions, mean over pairs of annotators.

    `data`: one document {annotator: clusters} or {"annotators": {...}}, or several (a list or
    {"documents": [...]}). Clusters are lists of mentions, {entity: [mention, ...]} or
    {mention: entity}; a mention is anything that can be compared, (start, end) for instance.

    With K the clusters of one annotator and R those of the other, precision swaps them:
    - `b_cubed` (Bagga & Baldwin 1998): recall = sum over mentions of |K_m & R_m| / |K_m|,
      / number of mentions in K. A mention the other does not have counts 0.
    - `lea` (Moosavi & Strube 2016): recall = sum_K |K| sum_R link(K & R) / link(K) / sum_K |K|,
      link(n) = n (n - 1) / 2; a single mention links to itself.
    F1 = 2 P R / (P + R). Sums are pooled over documents for each pair.

    `detail`: which metric, precision and recall by pair. In [0, 1]. Undefined:
    `fewer_than_two_annotators`, `no_mentions`.
    """
    if metric not in ("b_cubed", "lea"):
        raise ValueError(f"There is no metric {metric!r} for entities.")
    single = isinstance(data, Mapping) and "documents" not in data
    documents = [_work(data)] if single else [_work(one) for _, one in documents_of(data)]
    names = list(dict.fromkeys(name for work in documents for name in work))
    pairs = [
        pair
        for pair in combinations(names, 2)
        if any(pair[0] in work and pair[1] in work for work in documents)
    ]
    shared = [work for work in documents if len(work) >= 2]
    facts: dict[str, Any] = {"documents_shared": len(shared), "annotators": len(names)}
    if not pairs:
        return undefined(metric, "fewer_than_two_annotators", **facts)
    table = np.array(
        [
            [number for a, b in pairs for number in _sums(work.get(a), work.get(b), metric)]
            for work in shared
        ]
    )
    statistics = Statistics(table, lambda sums: mean_defined(_f1(sums)))
    sums = table.sum(axis=0).reshape(len(pairs), 4)
    by_pair = _f1(table.sum(axis=0))
    facts["mentions"] = int(sums[:, 1].sum() + sums[:, 3].sum())
    facts["by_pair"] = {
        f"{a} / {b}": {
            "f1": by_pair[i],
            "precision": row[2] / (row[3] or 1),
            "recall": row[0] / (row[1] or 1),
        }
        for i, ((a, b), row) in enumerate(zip(pairs, sums, strict=True))
    }
    if statistics.value is None:
        return undefined(metric, "no_mentions", **facts)
    if replicates:
        (facts["interval"],) = bootstrap([statistics], replicates=replicates, seed=seed)
    return defined(metric, statistics.value, **facts)


def _work(document: Mapping[str, Any]) -> dict[str, Clusters]:
    given = work_of(document).items()
    return {str(name): _clusters(one) for name, one in given if one is not None}


def _clusters(given: Any) -> Clusters:
    if isinstance(given, Mapping):
        if all(isinstance(value, list | tuple | set | frozenset) for value in given.values()):
            given = given.values()
        else:
            groups: dict[Hashable, list[Hashable]] = {}
            distinct(given.values(), "An entity")
            for mention, entity in given.items():
                groups.setdefault(entity, []).append(mention)
            given = groups.values()
    found = [
        frozenset(distinct(map(_mention, items(cluster, "Clusters of mentions")), "A mention"))
        for cluster in items(given, "The clusters of an annotator")
    ]
    return [cluster for cluster in found if cluster]


def _mention(mention: Any) -> Hashable:
    return tuple(map(_mention, mention)) if isinstance(mention, list) else mention


def _sums(first: Clusters | None, second: Clusters | None, metric: str) -> list[float]:
    """Numerators and denominators of recall and precision; 0 where one did not do it."""
    if first is None or second is None:
        return [0.0] * 4
    score = _b_cubed if metric == "b_cubed" else _lea
    return [*score(first, second), *score(second, first)]


def _b_cubed(key: Clusters, other: Clusters) -> tuple[float, float]:
    terms = [len(k & r) ** 2 / len(k) for k in key for r in _meeting(k, other)]
    return math.fsum(terms), float(sum(map(len, key)))


def _lea(key: Clusters, other: Clusters) -> tuple[float, float]:
    terms = []
    for k in key:
        if len(k) == 1:
            terms += [1.0 for r in _meeting(k, other) if len(r) == 1]
        else:
            terms += [len(k) * _links(len(k & r)) / _links(len(k)) for r in _meeting(k, other)]
    return math.fsum(terms), float(sum(map(len, key)))


def _links(size: int) -> float:
    return size * (size - 1) / 2


def _meeting(cluster: frozenset[Hashable], others: Iterable[frozenset[Hashable]]) -> Clusters:
    return [other for other in others if not cluster.isdisjoint(other)]


def _f1(sums: Floats) -> Floats:
    """F1 (..., pairs) of the four sums (..., pairs * 4)."""
    parts = sums.reshape(*sums.shape[:-1], -1, 4)
    recall, precision = ratio(parts[..., 0], parts[..., 1]), ratio(parts[..., 2], parts[..., 3])
    recall, precision = np.nan_to_num(recall), np.nan_to_num(precision)
    found = ratio(2 * recall * precision, recall + precision)
    some = parts[..., 1] + parts[..., 3] > 0
    return np.where(some, np.nan_to_num(found), np.nan)
