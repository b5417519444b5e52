"""Alpha of one label at a time: marked or not, position by position."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from typing import Any, Literal

import numpy as np

from annotator.agreement.corpus import read_corpus
from annotator.agreement.coverage import Cover, cover
from annotator.agreement.ratings import Floats, Ints, occurring
from annotator.agreement.result import Result, defined, undefined
from annotator.agreement.statistics import Statistics, bootstrap, ratio, steady

Unit = Literal["character", "token"]


def layers(
    data: Any,
    *,
    unit: Unit = "character",
    label: Hashable | None = None,
    replicates: int = 0,
    seed: int = 0,
) -> Result:
    """Krippendorff's alpha of each label over the positions of the text, marked or not.

    `data`: see `annotator.agreement`; every document needs its length (and its tokens or text
    for `unit="token"`). An annotator's spans of one label are taken as their union, so spans
    may overlap, nest and have gaps. With k of m annotators marking a position:
    D_o = sum 2 k (m - k) / (m - 1), D_e = 2 n_1 n_0 / (n - 1), n = sum of m, n_1 = sum of k,
    alpha = 1 - D_o / D_e: the same as `coding` over every position (Krippendorff 2011).

    The value pools the labels as 1 - sum D_o / sum D_e, or is that of `label`. `detail`:
    by_label (value, reason, marked share), by_pair, leave_one_out; `interval` with
    `replicates`.

    Undefined: `fewer_than_two_annotators`, `no_continuum`, `no_tokens`, `no_units`, `no_gaps`.
    """
    corpus = read_corpus(data)
    metric = "layer_alpha"
    facts = {**corpus.facts(), "unit": unit, "label": label}
    if not corpus.pairs:
        return undefined(metric, "fewer_than_two_annotators", **facts)
    if (corpus.length[corpus.shared] < 0).any() and unit == "character":
        return undefined(metric, "no_continuum", **facts)
    if unit == "token" and not corpus.has_tokens:
        return undefined(metric, "no_tokens", **facts)
    found = cover(corpus, unit)
    wanted = [i for i, one in enumerate(corpus.labels) if label is None or one == label]
    statistics = layer_alpha(found, wanted)
    facts["positions"] = int(found.length[corpus.shared].sum())
    facts["by_label"] = {corpus.labels[i]: _label(found, i) for i in wanted}
    facts["by_pair"] = {
        corpus.names(pair): layer_alpha(found, wanted, pair).value for pair in corpus.pairs
    }
    everyone = range(len(corpus.annotators))
    facts["leave_one_out"] = {
        name: layer_alpha(found, wanted, [a for a in everyone if a != who]).value
        for who, name in enumerate(corpus.annotators)
        if len(corpus.annotators) > 2
    }
    if statistics.value is None:
        marked = any(one["reason"] != "no_units" for one in facts["by_label"].values())
        return undefined(metric, "no_gaps" if marked else "no_units", **facts)
    if replicates:
        (facts["interval"],) = bootstrap([statistics], replicates=replicates, seed=seed)
    return defined(metric, statistics.value, **facts)


def layer_alpha(
    found: Cover, labels: Iterable[int], annotators: Iterable[int] | None = None
) -> Statistics:
    """Pooled alpha of some labels, per article n, n_1 and D_o of each label.

    D_o is kept as a whole number, multiplied by a common multiple of all m - 1, so that sums
    do not depend on the order of articles.
    """
    corpus, wanted = found.corpus, list(labels)
    keep = np.zeros(len(corpus.annotators), bool)
    keep[list(range(len(keep)) if annotators is None else annotators)] = True
    assigned = corpus.assigned & keep
    m = assigned.sum(axis=1)
    scale = common_multiple(m)
    marked = (found.marked * assigned.T[:, :, None]).sum(axis=0)[:, wanted]
    pairs = [i for i, (a, b) in enumerate(corpus.pairs) if keep[a] and keep[b]]
    common = found.shared[pairs].sum(axis=0)[:, wanted]
    weight = (scale // np.maximum(m - 1, 1))[:, None]
    n = np.broadcast_to((m * np.maximum(found.length, 0))[:, None], marked.shape)
    # sum 2 k (m - k) / (m - 1), because sum k^2 = n_1 + 2 * what pairs of annotators share
    apart = 2 * scale * marked - 4 * weight * common
    table = np.stack([n, marked, apart], axis=-1)[m >= 2].reshape(
        int((m >= 2).sum()), 3 * len(wanted)
    )

    def figure(sums: Floats) -> Floats:
        parts = sums.reshape(*sums.shape[:-1], len(wanted), 3)
        n, ones, apart = parts[..., 0], parts[..., 1], parts[..., 2]
        expected = 2 * ones * (n - ones) / np.maximum(n - 1, 1)
        return 1.0 - ratio(steady(apart) / scale, steady(expected))

    return Statistics(table.astype(float), figure)


def common_multiple(m: Ints) -> int:
    """The least common multiple of m - 1 over all m >= 2."""
    return math.lcm(*(int(size) - 1 for size in occurring(m) if size >= 2))


def _label(found: Cover, label: int) -> dict[str, Any]:
    statistics = layer_alpha(found, [label])
    n, marked, _ = statistics.table.sum(axis=0) if len(statistics.table) else (0, 0, 0)
    value = statistics.value
    reason = "" if value is not None else "no_gaps" if marked else "no_units"
    return {
        "value": value,
        "reason": reason or None,
        "marked_share": float(marked / n) if n else None,
    }
