"""Optimised gamma of two annotators, on spans and on typed links (Ben Fguira, opt-gamma 0.4).

Needs scipy (`pip install annotator[gamma]`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np

from annotator.agreement.corpus import Corpus, documents_of, read_corpus, work_of
from annotator.agreement.result import Result, defined, undefined
from annotator.agreement.statistics import steady

Layer = Literal["spans", "links", "both"]
_Item = tuple[Any, tuple[tuple[int, int], ...]]  # label or type, and the hull of each end
_Items = Mapping[tuple[int, int], Sequence[_Item]]  # by document and annotator


def opt_gamma(
    data: Any,
    layer: Layer = "spans",
    *,
    alpha: float = 0.5,
    tau: float = 0.5,
    eta: float = 0.5,
    weight: float = 0.7,
) -> Result:
    """1 - disorder of the best one-to-one alignment, not corrected for chance.

    `data`: documents as for `links`. Two spans differ by their Jaccard distance (1 - IoU of the
    hulls), two links by the mean of those of their ends, d_pos; a pair costs

        alpha d_pos + (1 - alpha) [labels or types differ]

    and is allowed if d_pos <= tau; what stays alone costs eta. Disorder is the least sum of costs
    divided by the mean number of items of both. `both` is weight * spans + (1 - weight) * links.
    Counts are pooled over documents for each pair of annotators; the value is the mean over pairs.
    Links whose head or tail is no span are left out.

    In [1 - 2 eta, 1]. `detail`: by_pair and the parameters. Undefined:
    `fewer_than_two_annotators`, `no_units`, `no_links`.
    """
    metric = f"opt_gamma_{layer}"
    if layer not in ("spans", "links", "both"):
        raise ValueError(f"There is no layer {layer!r}; take spans, links or both.")
    if not all(0 <= share <= 1 for share in (alpha, tau, eta, weight)):
        raise ValueError("alpha, tau, eta and weight must lie between 0 and 1.")
    corpus = read_corpus(data)
    facts: dict[str, Any] = {**corpus.facts(), "alpha": alpha, "tau": tau, "eta": eta}
    if not corpus.pairs:
        return undefined(metric, "fewer_than_two_annotators", **facts)
    if find_spec("scipy") is None:
        raise ImportError(f"{metric} needs scipy: pip install 'annotator[gamma]'")
    if layer == "both":
        parts = [opt_gamma(data, one, alpha=alpha, tau=tau, eta=eta) for one in ("spans", "links")]
        for part in parts:
            if part.value is None:
                return undefined(metric, part.reason, **facts)
        spans, links = (part.value or 0.0 for part in parts)
        facts |= {"weight": weight, "spans_value": spans, "links_value": links}
        return defined(metric, weight * spans + (1 - weight) * links, **facts)
    items = _spans(corpus) if layer == "spans" else _links(data, corpus)
    by_pair = {}
    for pair in corpus.pairs:
        costs, numbers = [], 0
        for doc in np.flatnonzero(corpus.both(pair)).tolist():
            mine, yours = (items.get((doc, who), ()) for who in pair)
            costs.append(_cost(mine, yours, alpha, tau, eta))
            numbers += len(mine) + len(yours)
        if numbers:
            by_pair[corpus.names(pair)] = 1 - float(steady(np.array(costs))) / (numbers / 2)
    if not by_pair:
        return undefined(metric, "no_units" if layer == "spans" else "no_links", **facts)
    value = float(steady(np.array(list(by_pair.values())))) / len(by_pair)
    return defined(metric, value, by_pair=by_pair, **facts)


def _spans(corpus: Corpus) -> _Items:
    items: dict[tuple[int, int], list[_Item]] = defaultdict(list)
    columns = corpus.doc, corpus.annotator, corpus.label, corpus.first, corpus.last
    for doc, who, label, first, last in zip(*(one.tolist() for one in columns), strict=True):
        items[doc, who].append((label, ((first, last),)))
    return items


def _links(data: Any, corpus: Corpus) -> _Items:
    hulls: dict[tuple[int, int], dict[Any, tuple[int, int]]] = defaultdict(dict)
    columns = corpus.doc, corpus.annotator, corpus.first, corpus.last
    places = zip(*(one.tolist() for one in columns), strict=True)
    for (doc, who, first, last), span in zip(places, corpus.marked, strict=True):
        key = span.get("id") if isinstance(span, Mapping) else getattr(span, "id", None)
        hulls[doc, who][key] = (first, last)
    items = {}
    for doc, (_, document) in enumerate(documents_of(data)):
        for name, work in work_of(document).items():
            if isinstance(work, Mapping) and str(name) in corpus.annotators:
                who = corpus.annotators.index(str(name))
                items[doc, who] = list(_between(work.get("links", ()), hulls[doc, who]))
    return items


def _between(
    links: Sequence[Mapping[str, Any]], hulls: Mapping[Any, tuple[int, int]]
) -> Iterator[_Item]:
    for link in links:
        ends = link.get("head", link.get("source")), link.get("tail", link.get("target"))
        if all(end in hulls for end in ends):
            yield link.get("type"), tuple(hulls[end] for end in ends)


def _cost(
    mine: Sequence[_Item], yours: Sequence[_Item], alpha: float, tau: float, eta: float
) -> float:
    from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]

    alone = eta * (len(mine) + len(yours))
    if not mine or not yours:
        return alone
    a, b = (np.array([ends for _, ends in items], float) for items in (mine, yours))
    a, b = a[:, None], b[None]
    shared = np.maximum(np.minimum(a[..., 1], b[..., 1]) - np.maximum(a[..., 0], b[..., 0]), 0)
    together = (a[..., 1] - a[..., 0]) + (b[..., 1] - b[..., 0]) - shared
    place = (1 - shared / together).mean(axis=2)
    differ = np.array([[label != other for other, _ in yours] for label, _ in mine])
    cost = alpha * place + (1 - alpha) * differ
    saving = np.where(place <= tau, np.maximum(2 * eta - cost, 0), 0)
    return float(alone - saving[linear_sum_assignment(saving, maximize=True)].sum())
