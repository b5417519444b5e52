"""alpha_U of 1995 and 2004: squared differences between units, label by label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from annotator.agreement.overlap import overlaps
from annotator.agreement.ratings import Floats, Ints
from annotator.agreement.result import Result, defined, undefined
from annotator.agreement.statistics import Statistics, bootstrap, ratio, steady

if TYPE_CHECKING:
    from annotator.agreement.unitised import Units


def alpha_u_2004(units: Units, facts: dict[str, Any], replicates: int, seed: int) -> Result:
    """1 - sum_c D_oc / sum_c D_ec (Krippendorff 1995; 2004, 11.6), lengths in characters.

    For one label, m annotators, L the length of the text, units v=1 and gaps v=0:
    D_oc = sum over ordered pairs of annotators of the squared differences, / (m (m-1) L^2):
    two units that intersect differ by (start - start)^2 + (end - end)^2, a unit that lies
    within a gap by its length squared.
    D_ec = 2/L sum_units [ (N_c - 1)/3 (2 l^3 - 3 l^2 + l) + l^2 sum_{gaps >= l} (gap - l + 1) ]
           / [ m L (m L - 1) - sum_units l (l - 1) ], N_c the number of units.
    Over several documents D_oc and D_ec are averaged with weight L^2: a unit never meets one
    of another document.
    """
    corpus = units.corpus
    shared = np.flatnonzero(corpus.shared)
    labels = len(corpus.labels)
    observed = _observed(units)
    expected = np.zeros_like(observed)
    for number in shared:
        for label in range(labels):
            expected[number, label] = _expected(units, int(number), label)
    square = corpus.length.astype(float)[:, None] ** 2
    table = np.hstack((observed * square, expected * square, square))[shared]

    def figure(sums: Floats) -> Floats:
        return 1.0 - ratio(steady(sums[..., :labels]), steady(sums[..., labels:-1]))

    sums = table.sum(axis=0)
    apart, chance = sums[:labels] / sums[-1], sums[labels:-1] / sums[-1]
    each = 1.0 - ratio(apart, chance)
    facts["by_label"] = {
        name: {"value": value, "observed": seen, "expected": by_chance}
        for name, value, seen, by_chance in zip(
            corpus.labels, each.tolist(), apart.tolist(), chance.tolist(), strict=True
        )
    }
    statistics = Statistics(table, figure)
    if statistics.value is None:
        return undefined("alpha_u_2004", "no_variation", **facts)
    if replicates:
        (facts["interval"],) = bootstrap([statistics], replicates=replicates, seed=seed)
    return defined("alpha_u_2004", statistics.value, **facts)


def _observed(units: Units) -> Floats:
    """D_oc of every document and label, shape (D, L)."""
    corpus = units.corpus
    labels = len(corpus.labels)
    layer = units.doc * labels + units.label
    start, end = layer * corpus.extent + units.start, layer * corpus.extent + units.end
    m = corpus.assigned.sum(axis=1)
    found = np.zeros(len(corpus.documents) * labels)
    for a, b in corpus.pairs:
        own, other = (np.flatnonzero(units.annotator == who) for who in (a, b))
        left, right, _ = overlaps(start[own], end[own], start[other], end[other])
        i, j = own[left], other[right]
        apart = (start[i] - start[j]) ** 2 + (end[i] - end[j]) ** 2
        np.add.at(found, layer[i], 2.0 * apart)
        both = corpus.both((a, b))
        for group, met in ((own, i), (other, j)):
            alone = np.setdiff1d(group[both[units.doc[group]]], met)
            np.add.at(found, layer[alone], 2.0 * ((end - start)[alone]) ** 2)
    below = np.maximum(m * (m - 1), 1) * np.maximum(corpus.length, 1).astype(float) ** 2
    return np.asarray(found.reshape(-1, labels) / below[:, None])


def _expected(units: Units, doc: int, label: int) -> float:
    """D_ec of one document and label."""
    corpus = units.corpus
    length = int(corpus.length[doc])
    own = (units.doc == doc) & (units.label == label)
    sizes = (units.end - units.start)[own].astype(float)
    annotators = np.flatnonzero(corpus.assigned[doc])
    if not len(sizes) or length < 1:
        return 0.0
    gaps = np.concatenate(
        [_gaps(units, own & (units.annotator == who), length) for who in annotators]
    )
    gaps.sort()
    first = np.searchsorted(gaps, sizes)  # the first gap into which each unit fits
    room = np.append(np.cumsum(gaps[::-1])[::-1], 0.0)[first]
    moves = room - (len(gaps) - first) * (sizes - 1)
    terms = (len(sizes) - 1) / 3 * (2 * sizes**3 - 3 * sizes**2 + sizes) + sizes**2 * moves
    whole = float(len(annotators) * length)
    below = whole * (whole - 1) - float(steady(sizes * (sizes - 1)))
    return float(2 / length * steady(terms) / below) if below > 0 else 0.0


def _gaps(units: Units, own: Ints, length: int) -> Floats:
    """Lengths of what one annotator left between units of a label."""
    order = np.argsort(units.start[own])
    start = np.append(units.start[own][order], length)
    end = np.insert(units.end[own][order], 0, 0)
    gaps = start - end
    return gaps[gaps > 0].astype(float)
