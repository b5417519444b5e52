"""Alpha for unitizing: where units are, and what they are."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from annotator.agreement.corpus import Corpus, read_corpus
from annotator.agreement.layered import common_multiple
from annotator.agreement.overlap import merged, overlaps
from annotator.agreement.ratings import Floats, Ints
from annotator.agreement.result import Result, defined, undefined
from annotator.agreement.squared_length import alpha_u_2004
from annotator.agreement.statistics import Statistics, bootstrap, mean_defined, ratio, steady

UnitizingMetric = Literal["u_alpha", "bar_u_alpha", "cu_alpha", "ku_alpha", "alpha_u_2004"]
SelfPairing = Literal["pairs", "pairwise", "union"]


def unitizing(
    data: Any,
    metric: UnitizingMetric = "u_alpha",
    *,
    self_pairing: SelfPairing = "pairs",
    replicates: int = 0,
    seed: int = 0,
) -> Result:
    """Krippendorff's alphas for units on a continuum.

    `data`: see `annotator.agreement`; every document needs its length, and lengths add up over
    documents (units of different documents never meet). The family of Krippendorff, Mathet,
    Bouvry & Widloecher (2016; Krippendorff 2019, 12.6) takes gaps as a value phi:

    - o_ck = sum over ordered pairs of annotators of the length where one has c and the other
      k, / (m - 1); n_c = sum_k o_ck, n = sum_c n_c; s_c = sum of squared lengths of the units
      of c, s_phi = sum of the lengths of the gaps;
      e_ck = (n_c n_k - [c=k] s_c) / (n - sum s / n).
    - `u_alpha` = 1 - sum_{c!=k} o_ck / sum_{c!=k} e_ck.
    - `bar_u_alpha` (|u-alpha): only phi against not phi.
    - `cu_alpha`: the labels where units meet: o without phi, n and s from what is in the
      intersections (s_c: squared length of a unit within the other's units).
    - `ku_alpha` ((k)u-alpha): the same for one label k, as shares of its row:
      1 - (sum_{c!=k} o_kc / sum_c o_kc) / (sum_{c!=k} e_kc / sum_c e_kc); the figures are in
      `detail["by_label"]`, the value is that of `cu_alpha`.
      For more than two annotators the publication leaves s open: by default both are the mean
      over pairs of annotators; `self_pairing="pairwise"` adds up the pairs, / (m - 1), and
      "union" intersects a unit with the union of the others' units.
    - `alpha_u_2004` (Krippendorff 1995, 2004): squared differences, label by label:
      see `squared_length`.

    Each fragment is a unit. Units of one annotator and label that overlap are merged
    (`detail["merged_units"]`); where units of different labels overlap within an annotator,
    there is no partition and the 2016 family is refused (`overlapping_labels`).

    Undefined: `fewer_than_two_annotators`, `no_continuum`, `no_units`, `no_gaps`
    (`bar_u_alpha`), `no_intersecting_units` (`cu_alpha`, `ku_alpha`), `no_variation`.
    """
    corpus = read_corpus(data)
    facts: dict[str, Any] = {**corpus.facts(), "unit": "character"}
    if metric not in ("u_alpha", "bar_u_alpha", "cu_alpha", "ku_alpha", "alpha_u_2004"):
        raise ValueError(f"There is no metric {metric!r} for unitizing.")
    if not corpus.pairs:
        return undefined(metric, "fewer_than_two_annotators", **facts)
    if (corpus.length[corpus.shared] < 0).any():
        return undefined(metric, "no_continuum", **facts)
    units = read_units(corpus)
    facts["merged_units"] = units.merged
    if not len(units.start):
        return undefined(metric, "no_units", **facts)
    if metric == "alpha_u_2004":
        return alpha_u_2004(units, facts, replicates, seed)
    if units.crossing:
        return undefined(metric, "overlapping_labels", overlapping_units=units.crossing, **facts)
    if metric in ("cu_alpha", "ku_alpha"):
        facts["self_pairing"] = self_pairing if len(corpus.annotators) > 2 else "pairs"
        statistics, by_label = _by_label_of(units, self_pairing, bool(replicates))
        facts["by_label"] = by_label
        reason = "no_variation" if _meet(units) else "no_intersecting_units"
    else:
        statistics = u_statistics(units, bool(replicates), collapse=metric == "bar_u_alpha")
        full = int(_covered(units)) == int((corpus.assigned.sum(axis=1) * corpus.length).sum())
        reason = "no_gaps" if metric == "bar_u_alpha" and full else "no_variation"
    if statistics.value is None:
        return undefined(metric, reason, **facts)
    if replicates:
        (facts["interval"],) = bootstrap([statistics], replicates=replicates, seed=seed)
    return defined(metric, statistics.value, **facts)


@dataclass(frozen=True, slots=True)
class Units:
    """Units of shared documents; those of one annotator and label do not overlap.

    Columns have shape (U,); offsets count from the start of the document.
    """

    corpus: Corpus
    doc: Ints
    annotator: Ints
    label: Ints
    start: Ints
    end: Ints
    merged: int = 0
    crossing: int = 0  # units that overlap an earlier one of the same annotator

    @property
    def place(self) -> Ints:
        """Where the documents start if they are laid end to end, shape (U,)."""
        return np.asarray(self.doc * self.corpus.extent)


def read_units(corpus: Corpus) -> Units:
    """The units of the documents that two annotators or more did."""
    doc, who, label = corpus.doc, corpus.annotator, corpus.label
    start, end = corpus.start, corpus.end
    if len(corpus.owner) != len(doc) or not corpus.shared.all():
        held = corpus.shared[doc[corpus.owner]]
        owner = corpus.owner[held]
        doc, who, label = doc[owner], who[owner], label[owner]
        start, end = start[held], end[held]
    units = Units(corpus, doc, who, label, start, end)
    if not _crossing(units):
        return units
    labels, annotators = max(len(corpus.labels), 1), len(corpus.annotators)
    base = ((doc * annotators + who) * labels + label) * corpus.extent
    first, last, _ = merged(base + start, base + end, touching=False)
    layer = first // corpus.extent
    base = layer * corpus.extent
    units = Units(
        corpus,
        layer // labels // annotators,
        layer // labels % annotators,
        layer % labels,
        first - base,
        last - base,
        len(start) - len(first),
    )
    return replace(units, crossing=_crossing(units))


def _crossing(units: Units) -> int:
    found = 0
    start, end = units.place + units.start, units.place + units.end
    for who in range(len(units.corpus.annotators)):
        own = units.annotator == who
        first, last = start[own], end[own]
        if len(first) and (first[1:] < first[:-1]).any():
            order = np.argsort(first, kind="stable")
            first, last = first[order], last[order]
        reach = np.maximum.accumulate(last)
        found += int((first[1:] < reach[:-1]).sum())
    return found


def _covered(units: Units) -> int:
    return int((units.end - units.start).sum())


def _meet(units: Units) -> bool:
    return any(len(left) for _, left, _, _ in _meetings(units))


def _meetings(
    units: Units, pairs: Iterable[tuple[int, int]] | None = None
) -> Iterable[tuple[tuple[int, int], Ints, Ints, Ints]]:
    """For each pair of annotators, the units that meet and the length they share."""
    start, end = units.place + units.start, units.place + units.end
    groups = [np.flatnonzero(units.annotator == who) for who in range(len(units.corpus.annotators))]
    for a, b in units.corpus.pairs if pairs is None else pairs:
        left, right, shared = overlaps(
            start[groups[a]], end[groups[a]], start[groups[b]], end[groups[b]]
        )
        yield (a, b), groups[a][left], groups[b][right], shared


def _tally(shape: tuple[int, ...], *index: Ints, weights: Ints) -> Floats:
    """Sums of weights by index, of that shape."""
    place = np.ravel_multi_index(index, shape) if len(index[0]) else np.zeros(0, np.int64)
    total = np.bincount(place, weights=weights, minlength=math.prod(shape))
    return total.astype(float).reshape(shape)


def _articles(units: Units, each: bool) -> tuple[Ints, int]:
    """Row of each document in the table: its own, or one for all."""
    shared = units.corpus.shared
    if not each:
        return np.zeros(len(shared), np.int64), 1
    return np.cumsum(shared) - 1, int(shared.sum())


def u_statistics(units: Units, each: bool = True, *, collapse: bool = False) -> Statistics:
    """u-alpha, or |u-alpha with `collapse`; one row an article, or one in all."""
    corpus = units.corpus
    row, rows = _articles(units, each)
    labels = max(len(corpus.labels), 1)
    m = corpus.assigned.sum(axis=1)
    scale = common_multiple(m)
    weight = scale // np.maximum(m - 1, 1)
    same, common = np.zeros((rows, labels)), np.zeros(rows)
    for _, left, right, shared in _meetings(units):
        doc = units.doc[left]
        weighed = 2 * shared * weight[doc]
        common += _tally((rows,), row[doc], weights=weighed)
        equal = units.label[left] == units.label[right]
        same += _tally((rows, labels), row[doc], units.label[left], weights=weighed * equal)
    length = units.end - units.start
    marked = _tally((rows, labels), row[units.doc], units.label, weights=length)
    squares = _tally((rows, labels), row[units.doc], units.label, weights=length**2)
    held = np.flatnonzero(corpus.shared)
    total = _tally((rows,), row[held], weights=(m * corpus.length)[held])
    table = np.hstack((same, marked, squares, common[:, None], total[:, None]))

    def figure(sums: Floats) -> Floats:
        same, marked, squares = (sums[..., k * labels : (k + 1) * labels] for k in range(3))
        common, n = sums[..., -2] / scale, sums[..., -1]
        units_in, gaps = marked.sum(axis=-1), n - marked.sum(axis=-1)
        one = np.maximum(n, 1)
        below = n - (gaps + squares.sum(axis=-1)) / one
        if collapse:
            apart = 2 * (units_in - common)
            expected = 2 * gaps * units_in
        else:
            apart = common - steady(same) / scale + 2 * (units_in - common)
            expected = n * n - gaps**2 - steady(marked**2)
        return 1.0 - ratio(apart * below, expected)

    return Statistics(table, figure)


def _block(units: Units, row: Ints, rows: int, pair: tuple[int, int]) -> tuple[Floats, Floats]:
    """o (rows, L, L) without phi and s (rows, L) of one pair of annotators."""
    labels = max(len(units.corpus.labels), 1)
    ((_, left, right, shared),) = _meetings(units, [pair])
    one = _tally(
        (rows, labels, labels),
        row[units.doc[left]],
        units.label[left],
        units.label[right],
        weights=shared,
    )
    squares = np.zeros((rows, labels))
    for unit in (left, right):
        within = np.bincount(unit, weights=shared, minlength=len(units.doc))
        squares += _tally((rows, labels), row[units.doc], units.label, weights=within**2)
    return one + one.transpose(0, 2, 1), squares


def cu_figure(o: Floats, s: Floats) -> tuple[Floats, Floats]:
    """cu-alpha (...) and ku-alpha (..., L) of o (..., L, L) and s (..., L)."""
    n_c = o.sum(axis=-1)
    n = n_c.sum(axis=-1)
    below = n - s.sum(axis=-1) / np.maximum(n, 1e-300)
    same = np.diagonal(o, axis1=-2, axis2=-1)
    whole = 1.0 - ratio((n - steady(same)) * below, n * n - steady(n_c**2))
    row = n[..., None] * n_c - s
    each = 1.0 - ratio((n_c - same) * row, n_c**2 * (n[..., None] - n_c))
    return whole, each


def _by_label_of(
    units: Units, self_pairing: SelfPairing, each: bool
) -> tuple[Statistics, dict[Any, float | None]]:
    """cu-alpha as statistics, and ku-alpha of every label."""
    corpus = units.corpus
    row, rows = _articles(units, each)
    labels = max(len(corpus.labels), 1)
    blocks = [_block(units, row, rows, pair) for pair in corpus.pairs]
    if self_pairing == "pairs":
        o, s = (np.stack(parts, axis=1) for parts in zip(*blocks, strict=True))
    elif self_pairing in ("pairwise", "union"):
        o, s = _together(units, row, rows, blocks, self_pairing)
    else:
        raise ValueError(f"There is no self-pairing {self_pairing!r}.")
    width = o.shape[1] * labels * labels
    table = np.hstack((o.reshape(rows, -1), s.reshape(rows, -1)))

    def parts(sums: Floats) -> tuple[Floats, Floats]:
        o_ = sums[..., :width].reshape(*sums.shape[:-1], -1, labels, labels)
        return cu_figure(o_, sums[..., width:].reshape(*sums.shape[:-1], -1, labels))

    by_label = mean_defined(parts(table.sum(axis=0))[1].T)
    known = [None if np.isnan(value) else float(value) for value in by_label]
    return (
        Statistics(table, lambda sums: mean_defined(parts(sums)[0])),
        dict(zip(corpus.labels, known, strict=False)),
    )


def _together(
    units: Units,
    row: Ints,
    rows: int,
    blocks: list[tuple[Floats, Floats]],
    self_pairing: SelfPairing,
) -> tuple[Floats, Floats]:
    """o and s of all annotators at once, each with an axis of length 1 for the pairs."""
    sizes = np.unique(units.corpus.assigned.sum(axis=1)[units.corpus.shared])
    if len(sizes) != 1:
        raise ValueError(
            f"Self-pairing {self_pairing!r} needs the same number of annotators in every document."
        )
    others = int(sizes[0]) - 1
    o = np.sum([o for o, _ in blocks], axis=0) / others
    if self_pairing == "pairwise":
        s = np.sum([s for _, s in blocks], axis=0) / others
    else:
        s = np.zeros((rows, o.shape[-1]))
        start, end = units.place + units.start, units.place + units.end
        for who in range(len(units.corpus.annotators)):
            own = np.flatnonzero(units.annotator == who)
            first, last, _ = merged(start[units.annotator != who], end[units.annotator != who])
            left, _, shared = overlaps(start[own], end[own], first, last)
            within = np.bincount(left, weights=shared, minlength=len(own))
            s += _tally(s.shape, row[units.doc[own]], units.label[own], weights=within**2)
    return o[:, None], s[:, None]
