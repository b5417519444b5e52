"""F1 between annotators on spans: exact, by overlap, by character and by token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from annotator.agreement.corpus import Corpus, read_corpus
from annotator.agreement.coverage import cover
from annotator.agreement.matching import match_spans
from annotator.agreement.ratings import Floats, Ints
from annotator.agreement.result import Result, defined, undefined
from annotator.agreement.statistics import Statistics, bootstrap, mean_defined, ratio

SpanMetric = Literal["f1_exact", "f1_iou", "f1_character", "f1_token"]
Counts = Ints  # (pairs, documents, labels, 3): shared, marked by the first, by the second


def spans(
    data: Any,
    metric: SpanMetric = "f1_exact",
    *,
    min_iou: float = 0.5,
    same_label: bool = True,
    replicates: int = 0,
    seed: int = 0,
) -> Result:
    """Mean pairwise F1 of spans, 2 tp / (n_A + n_B) (Hripcsak & Rothschild 2005).

    `data`: see `annotator.agreement`. Counts are pooled over the documents both annotators did,
    for each pair; the value is the mean over pairs.

    - `f1_exact`: tp = spans with the same fragments and label. Equal spans of one annotator
      count as often as they occur (a multiset), as they do in `f1_iou`.
    - `f1_iou`: tp = size of the one-to-one matching with the largest total IoU, of pairs with
      IoU >= `min_iou`, over the characters of the fragments, not their hulls.
      With `same_label` false the labels may differ.
    - `f1_character`, `f1_token`: tp, n = characters (tokens touched by a fragment) of the
      union of an annotator's spans, label by label.

    `detail`: by_pair, sd and min over pairs, by_label (mean over pairs), by_document,
    against_rest (each annotator's counts with everybody else pooled), leave_one_out (value
    without an annotator), counts. With `replicates`, `interval` from a bootstrap over documents.

    In [0, 1]. Undefined: `fewer_than_two_annotators`; `no_units` (nobody marked anything);
    `no_tokens`. One empty and one marking annotator: 0.
    """
    corpus = read_corpus(data)
    facts = {**corpus.facts(), "unit": "span"}
    if metric == "f1_iou":
        facts["min_iou"] = min_iou
    if not corpus.pairs:
        return undefined(metric, "fewer_than_two_annotators", **facts)
    if metric in ("f1_character", "f1_token"):
        facts["unit"] = metric.removeprefix("f1_")
        if metric == "f1_token" and not corpus.has_tokens:
            return undefined(metric, "no_tokens", **facts)
    counts = count(corpus, metric, min_iou=min_iou, same_label=same_label)
    return summarise(metric, corpus, counts, corpus.labels, facts, replicates, seed)


def count(
    corpus: Corpus, metric: SpanMetric, *, min_iou: float = 0.5, same_label: bool = True
) -> Counts:
    """What is shared and marked, by pair, document and label."""
    if metric in ("f1_character", "f1_token"):
        return cover(corpus, metric.removeprefix("f1_")).counts()
    if metric not in ("f1_exact", "f1_iou"):
        raise ValueError(f"There is no metric {metric!r} for spans.")
    shape = len(corpus.documents), max(len(corpus.labels), 1)
    layer = corpus.doc * shape[1] + corpus.label
    marked = [
        np.bincount(layer[corpus.annotator == who], minlength=shape[0] * shape[1]).reshape(shape)
        for who in range(len(corpus.annotators))
    ]
    counts = np.zeros((len(corpus.pairs), *shape, 3), np.int64)
    equal = _Equal(corpus, layer) if metric == "f1_exact" else None
    for number, pair in enumerate(corpus.pairs):
        both = corpus.both(pair)[:, None]
        counts[number, :, :, 1] = marked[pair[0]] * both
        counts[number, :, :, 2] = marked[pair[1]] * both
        if equal is not None:
            found = equal.shared(pair, shape[0] * shape[1])
        else:
            left, _, _ = match_spans(corpus, pair, min_iou, same_label=same_label)
            found = np.bincount(layer[left], minlength=shape[0] * shape[1])
        counts[number, :, :, 0] = found.reshape(shape)
    return counts


class _Equal:
    """Which spans are the same: document, label and fragments."""

    def __init__(self, corpus: Corpus, layer: Ints) -> None:
        shapes = int(corpus.shape.max()) + 1 if len(corpus.shape) else 1
        where, what = layer * corpus.extent + corpus.first, corpus.last * shapes + corpus.shape
        order = np.lexsort((what, where))
        opens = np.ones(len(order), bool)
        opens[1:] = (np.diff(where[order]) != 0) | (np.diff(what[order]) != 0)
        same = np.empty(len(order), np.int64)
        same[order] = np.cumsum(opens) - 1
        self.layer = layer[order][opens]
        self.often = [
            np.bincount(same[corpus.annotator == who], minlength=len(self.layer))
            for who in range(len(corpus.annotators))
        ]

    def shared(self, pair: tuple[int, int], layers: int) -> Ints:
        """Equal spans of two annotators in every layer, shape (layers,)."""
        common = np.minimum(self.often[pair[0]], self.often[pair[1]])
        return np.bincount(self.layer, weights=common, minlength=layers).astype(np.int64)


def f1(sums: Floats) -> Floats:
    """2 tp / (n_A + n_B) of counts (..., 3)."""
    return ratio(2.0 * sums[..., 0], sums[..., 1] + sums[..., 2])


def mean_f1(counts: Counts, corpus: Corpus) -> Statistics:
    """The mean over pairs of the pooled F1, from counts (pairs, documents, 3)."""
    pairs = len(counts)
    table = counts.transpose(1, 0, 2).reshape(counts.shape[1], pairs * 3)[corpus.shared]
    return Statistics(
        table.astype(float), lambda sums: mean_defined(f1(sums.reshape(*sums.shape[:-1], pairs, 3)))
    )


def summarise(
    metric: str,
    corpus: Corpus,
    counts: Counts,
    names: Sequence[Any],
    facts: dict[str, Any],
    replicates: int = 0,
    seed: int = 0,
    reason: str = "no_units",
) -> Result:
    """The result of counts (pairs, documents, names, 3); `reason` if there are none."""
    flat = counts.sum(axis=2)
    by_pair = _known(f1(flat.sum(axis=1).astype(float)))
    values = [value for value in by_pair if value is not None]
    by_document = _known(mean_defined(f1(flat.transpose(1, 0, 2).astype(float))))
    detail: dict[str, Any] = {
        **facts,
        "by_pair": {corpus.names(pair): by_pair[i] for i, pair in enumerate(corpus.pairs)},
        "by_label": {
            label: mean_f1(counts[:, :, i], corpus).value for i, label in enumerate(names)
        },
        "by_document": dict(zip(corpus.documents, by_document, strict=True)),
        "counts": {
            corpus.names(pair): dict(zip(("shared", "first", "second"), row, strict=True))
            for pair, row in zip(corpus.pairs, flat.sum(axis=1).tolist(), strict=True)
        },
        "sd": float(np.std(np.sort(values), ddof=1)) if len(values) > 1 else None,
        "min": min(values, default=None),
    }
    detail |= _by_annotator(corpus, flat)
    if not values:
        return undefined(metric, reason, **detail)
    statistics = mean_f1(flat, corpus)
    if replicates:
        (detail["interval"],) = bootstrap([statistics], replicates=replicates, seed=seed)
    return defined(metric, statistics.value, **detail)


def _by_annotator(corpus: Corpus, flat: Counts) -> dict[str, Any]:
    """Each annotator against the others, and the value without them."""
    rest, without = {}, {}
    for who, name in enumerate(corpus.annotators):
        own = np.array([who in pair for pair in corpus.pairs], bool)
        rest[name] = _known(f1(flat[own].sum(axis=(0, 1)).astype(float)))[0]
        without[name] = mean_f1(flat[~own], corpus).value if not own.all() else None
    return {"against_rest": rest, "leave_one_out": without}


def _known(values: Floats) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in np.atleast_1d(values)]
