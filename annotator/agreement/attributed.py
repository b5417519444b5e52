"""Agreement on what is said of spans that match: an attribute, or the label."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from annotator.agreement.coincidences import alpha_of
from annotator.agreement.corpus import Corpus, read_corpus
from annotator.agreement.matching import match_spans
from annotator.agreement.ratings import Floats, order_of
from annotator.agreement.result import Result, defined, undefined
from annotator.agreement.statistics import Statistics, bootstrap

AttributeLevel = Literal["nominal", "ordinal", "interval", "ratio", "masi", "jaccard"]


def attributes(
    data: Any,
    name: str | None,
    *,
    level: AttributeLevel = "nominal",
    values: Sequence[Hashable] | None = None,
    of: Hashable | None = None,
    min_iou: float = 0.5,
    same_label: bool = True,
    replicates: int = 0,
    seed: int = 0,
) -> Result:
    """Krippendorff's alpha of an attribute over matched spans, with coverage.

    `data`: spans with "attributes" {name: value}; see `annotator.agreement`. Spans of each pair
    of annotators are matched one to one as in `spans(metric="f1_iou")`; every match where both
    gave a value is a unit with two values. `name` None means the label itself: then spans are
    matched whatever their label. `of` takes spans of one label only. `values` gives the domain
    and its order; sets are compared with `level` masi or jaccard.

    Always read beside `detail["coverage"]` = 2 matched / all spans of the two, pooled over
    pairs: spans without a match are not counted as disagreement here. `detail` also: observed
    (share of equal values), matched_pairs, valued_pairs, values, confusion (symmetrical
    coincidences), by_pair, leave_one_out; `interval` with `replicates`.

    Undefined: `fewer_than_two_annotators`, `no_units`, `no_matched_spans`,
    `no_pairable_values` (no match has two values), `no_variation`.
    """
    corpus = read_corpus(data)
    if of is not None:
        wanted = [i for i, label in enumerate(corpus.labels) if label == of]
        corpus = corpus.without(~np.isin(corpus.label, wanted))
    metric = f"alpha_{level}"
    facts: dict[str, Any] = {**corpus.facts(), "attribute": name, "level": level}
    facts |= {"min_iou": min_iou, "label": of}
    if not corpus.pairs:
        return undefined(metric, "fewer_than_two_annotators", **facts)
    if not len(corpus.doc):
        return undefined(metric, "no_units", **facts)
    said = [_value(corpus, i, name) for i in range(len(corpus.doc))]
    domain = _domain(said, values, level)
    table, matched, could = _coincidences(
        corpus, said, domain, min_iou, same_label and name is not None
    )
    together = table.sum(axis=(0, 1))
    valued = int(together.sum()) // 2
    facts |= {
        "coverage": 2 * matched / could if could else None,
        "matched_pairs": matched,
        "valued_pairs": valued,
        "observed": float(np.trace(together) / together.sum()) if valued else None,
        "values": [str(value) for value in domain],
        "confusion": together.astype(int),
    }
    if not matched:
        return undefined(metric, "no_matched_spans", **facts)
    if not valued:
        return undefined(metric, "no_pairable_values", **facts)
    facts["by_pair"] = {
        corpus.names(pair): _statistics(table[i : i + 1], corpus, domain, level).value
        for i, pair in enumerate(corpus.pairs)
    }
    facts["leave_one_out"] = {
        name: _statistics(
            table[[i for i, pair in enumerate(corpus.pairs) if who not in pair]],
            corpus,
            domain,
            level,
        ).value
        for who, name in enumerate(corpus.annotators)
        if len(corpus.annotators) > 2
    }
    statistics = _statistics(table, corpus, domain, level)
    if statistics.value is None:
        return undefined(metric, "no_variation", **facts)
    if replicates:
        (facts["interval"],) = bootstrap([statistics], replicates=replicates, seed=seed)
    return defined(metric, statistics.value, **facts)


def _value(corpus: Corpus, span: int, name: str | None) -> Hashable:
    """What is said of a span; None if nothing is. Lists are taken as sets."""
    if name is None:
        label: Hashable = corpus.labels[corpus.label[span]]
        return label
    marked = corpus.marked[span]
    if isinstance(marked, Mapping):
        said = marked.get("attributes")
    else:
        said = getattr(marked, "attributes", None)  # a plain (start, end, label) has none
    value = (said or {}).get(name)
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(sorted(value, key=order_of))
    return value if value == value else None


def _domain(
    said: Sequence[Hashable], values: Sequence[Hashable] | None, level: str
) -> tuple[Hashable, ...]:
    found = {value for value in said if value is not None}
    if values is None:
        if level == "ordinal" and not all(isinstance(value, int | float) for value in found):
            raise ValueError("The ordinal level needs `values`, in order, unless they are numbers.")
        return tuple(sorted(found, key=order_of))
    stray = found - set(values)
    if stray:
        raise ValueError(f"The value {min(stray, key=order_of)!r} is not one of {list(values)}.")
    return tuple(values)


def _coincidences(
    corpus: Corpus,
    said: Sequence[Hashable],
    domain: tuple[Hashable, ...],
    min_iou: float,
    same_label: bool,
) -> tuple[Floats, int, int]:
    """Coincidences (pairs, D, V, V), the number of matches, and of spans that could match."""
    code = {value: number for number, value in enumerate(domain)}
    codes = np.array([code.get(value, -1) for value in said], np.int64)
    size = max(len(domain), 1)
    table = np.zeros((len(corpus.pairs), len(corpus.documents), size, size))
    matched = could = 0
    for number, pair in enumerate(corpus.pairs):
        left, right, _ = match_spans(corpus, pair, min_iou, same_label=same_label)
        matched += len(left)
        both = corpus.both(pair)[corpus.doc]
        could += int((np.isin(corpus.annotator, pair) & both).sum())
        held = (codes[left] >= 0) & (codes[right] >= 0)
        doc, a, b = corpus.doc[left[held]], codes[left[held]], codes[right[held]]
        np.add.at(table[number], (doc, a, b), 1)
        np.add.at(table[number], (doc, b, a), 1)
    return table, matched, could


def _statistics(
    table: Floats, corpus: Corpus, domain: tuple[Hashable, ...], level: str
) -> Statistics:
    """Alpha of the coincidences of some pairs (pairs, D, V, V), added up."""
    size = table.shape[-1]
    rows = table.sum(axis=0)[corpus.shared].reshape(-1, size * size)
    return Statistics(
        rows, lambda sums: alpha_of(sums.reshape(*sums.shape[:-1], size, size), domain, level)
    )
