"""The figures of a panel, each with the sums per article that it and its interval rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from annotator.agreement.coincidences import alpha_of
from annotator.agreement.corpus import Bools, Corpus
from annotator.agreement.coverage import cover
from annotator.agreement.ground import Ground
from annotator.agreement.layered import layer_alpha
from annotator.agreement.ratings import Floats, Ints
from annotator.agreement.result import REASONS
from annotator.agreement.spanwise import Counts, SpanMetric, count, f1, mean_f1
from annotator.agreement.statistics import Statistics, mean_defined, ratio
from annotator.agreement.works import Document
from annotator.model.annotation import Value
from annotator.model.scheme import Attribute, DocumentField, Scheme

Family = Literal["spans", "labels", "attributes", "links", "entities", "fields", "presence"]
ALL = "all labels"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure before its value: `n` of `unit` compared, and `reason` if the sums leave none."""

    family: Family
    layer: str
    measure: str
    statistics: Statistics
    n: int
    unit: str
    reason: str
    kinds: tuple[str, ...]
    coverage: float | None = None
    by_pair: Mapping[str, float | None] = field(default_factory=dict)
    articles: int | None = None


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often the first annotator of a pair (by name) said the row and the second the column."""

    layer: str
    values: tuple[str, ...]
    counts: Ints

    @property
    def agreeing(self) -> int:
        return int(np.trace(self.counts))


@dataclass(slots=True)
class Measured:
    """What measuring a ground leaves for others: counts (pairs, D, L, 3) by metric, confusions."""

    counts: dict[str, Counts] = field(default_factory=dict)
    confusions: list[Confusion] = field(default_factory=list)


# -- spans -----------------------------------------------------------------------------------------


def span_figures(
    ground: Ground, labels: Sequence[str], unit: str, measured: Measured
) -> Iterator[Figure]:
    """F1 exact, by overlap and by character or token, and alpha, of each label and of all."""
    corpus = ground.corpus
    number = {label: i for i, label in enumerate(corpus.labels)}
    wanted = [number[label] for label in labels if label in number]
    per_unit: SpanMetric = "f1_token" if unit == "token" else "f1_character"
    found = cover(corpus, unit)
    measured.counts["f1_exact"] = count(corpus, "f1_exact")
    measured.counts["f1_iou"] = _overlapping(ground)
    measured.counts[per_unit] = found.counts()
    measured.counts["marked"] = found.marked
    in_shared = corpus.shared[corpus.doc]
    rows = [(ALL, wanted)] if len(labels) > 1 else []
    rows += [(label, [number[label]] if label in number else []) for label in labels]
    for name, columns in rows:
        spans = int((np.isin(corpus.label, columns) & in_shared).sum())
        for metric in ("f1_exact", "f1_iou", per_unit):
            counts = measured.counts[metric][:, :, columns].sum(axis=2)
            yield Figure(
                "spans",
                name,
                metric,
                mean_f1(counts, corpus),
                spans,
                "spans",
                REASONS["no_units"],
                ("missed", "extra", "boundary") if metric == "f1_exact" else ("missed", "extra"),
                by_pair=by_pair_f1(corpus, counts),
            )
        yield Figure(
            "spans",
            name,
            "alpha",
            layer_alpha(found, columns),
            spans,
            "spans",
            REASONS["no_gaps" if spans else "no_units"],
            ("missed", "extra", "boundary"),
            by_pair={
                corpus.names(pair): layer_alpha(found, columns, pair).value for pair in corpus.pairs
            },
        )


def _overlapping(ground: Ground) -> Counts:
    """The counts of `f1_iou`, from the matches that other figures need as well."""
    corpus = ground.corpus
    size = len(corpus.documents), max(len(corpus.labels), 1)
    layer = corpus.doc * size[1] + corpus.label
    counts = np.zeros((len(corpus.pairs), *size, 3), np.int64)
    for number, pair in enumerate(corpus.pairs):
        both = corpus.both(pair)[corpus.doc]
        counts[number, :, :, 0] = tally_of(layer[ground.match(pair).left], size)
        for side, who in enumerate(pair, 1):
            own = both & (corpus.annotator == who)
            counts[number, :, :, side] = tally_of(layer[own], size)
    return counts


def tally_of(numbers: Ints, shape: tuple[int, int]) -> Ints:
    return np.bincount(numbers, minlength=shape[0] * shape[1]).reshape(shape)


def by_pair_f1(corpus: Corpus, counts: Counts) -> dict[str, float | None]:
    """Pooled F1 of each pair, from counts (pairs, D, 3)."""
    values = f1(counts.sum(axis=1).astype(float))
    return {
        corpus.names(pair): None if np.isnan(value) else float(value)
        for pair, value in zip(corpus.pairs, values, strict=True)
    }


# -- labels and attributes of matched spans --------------------------------------------------------


def label_figures(ground: Ground, labels: Sequence[str], measured: Measured) -> Iterator[Figure]:
    """The label of spans that match whatever their label."""
    corpus = ground.corpus
    wanted = np.array([label in labels for label in corpus.labels], bool)
    keep = wanted[corpus.label] if len(corpus.labels) else np.zeros(0, bool)
    if np.count_nonzero(wanted) > 1:
        yield from _said(ground, "label", corpus.label, corpus.labels, keep, measured, "labels")


def attribute_figures(
    ground: Ground, scheme: Scheme, labels: Sequence[str], measured: Measured
) -> Iterator[Figure]:
    """Attributes of matched spans of one label; what the scheme sets by default counts as said.

    Free text is left out: whether two glosses agree is not a matter of equal characters.
    """
    corpus = ground.corpus
    for name in labels:
        label = scheme.labels.get(name)
        if label is None or name not in corpus.labels:
            continue
        keep = corpus.label == corpus.labels.index(name)
        for attribute in label.attributes:
            if attribute.kind == "text":
                continue
            codes, values = attribute_codes(ground, name, attribute)
            layer = f"{name}.{attribute.name}"
            yield from _said(ground, layer, codes, values, keep, measured, "attributes")


def attribute_codes(
    ground: Ground, label: str, attribute: Attribute
) -> tuple[Ints, tuple[str, ...]]:
    """What is said of each span of a label as an index of values, -1 if nothing is: (S,)."""
    spans, said = ground.said(label)
    name, default = attribute.name, attribute.default
    given = [
        tuple(value) if isinstance(value, list) else value
        for value in (values.get(name, default) for values in said)
    ]
    known: dict[Value | None, int] = {None: -1, "": -1}
    if attribute.kind == "flag":
        known |= {False: 0, True: 1}
    for value in (*attribute.values, *given):
        if value not in known:
            known[value] = len(known) - 2
    codes = np.full(ground.size, -1, np.int64)
    codes[spans] = [known[value] for value in given]
    return codes, tuple(shown(value) for value in list(known)[2:])


def shown(value: Value | None) -> str:
    """A value for a reader."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return str(value)


def _said(
    ground: Ground,
    layer: str,
    codes: Ints,
    values: Sequence[str],
    keep: Bools,
    measured: Measured,
    family: Literal["labels", "attributes"],
) -> Iterator[Figure]:
    """Alpha and percentage over matches with two values; coverage = 2 compared / all spans."""
    corpus, size = ground.corpus, len(values)
    documents = len(corpus.documents)
    table = np.zeros((documents, size + 1))
    agree = np.zeros((documents, 2))
    confusion = np.zeros((size, size), np.int64)
    compared = matched = could = 0
    by_pair: dict[str, float | None] = {}
    shares: dict[str, float | None] = {}
    for pair in corpus.pairs:
        match = ground.match(pair, same_label=family == "attributes")
        held = keep[match.left] & keep[match.right]
        matched += int(held.sum())
        held &= (codes[match.left] >= 0) & (codes[match.right] >= 0)
        doc = corpus.doc[match.left[held]]
        a, b = codes[match.left[held]], codes[match.right[held]]
        both = corpus.both(pair)[corpus.doc]
        could += int((keep & np.isin(corpus.annotator, pair) & both).sum())
        compared += len(doc)
        own = np.zeros_like(table)
        for column in (a, b):
            own[:, :size] += tally_of(doc * size + column, (documents, size))
        own[:, size] = 2 * np.bincount(doc[a != b], minlength=documents)
        agree[:, 0] += np.bincount(doc[a == b], minlength=documents)
        agree[:, 1] += np.bincount(doc, minlength=documents)
        table += own
        by_pair[corpus.names(pair)] = nominal(own).value
        shares[corpus.names(pair)] = float((a == b).mean()) if len(a) else None
        in_order = corpus.annotators[pair[0]] <= corpus.annotators[pair[1]]
        np.add.at(confusion, (a, b) if in_order else (b, a), 1)
    coverage = 2 * compared / could if could else None
    if compared:
        measured.confusions.append(Confusion(layer, tuple(map(str, values)), confusion))
    none = REASONS["no_pairable_values" if matched else "no_matched_spans"]
    only = REASONS["no_variation"] if compared else none
    kinds = ("label",) if family == "labels" else ("attribute",)
    shared = corpus.shared
    yield Figure(
        family,
        layer,
        "alpha",
        nominal(table[shared]),
        compared,
        "matches",
        only,
        kinds,
        coverage,
        by_pair,
    )
    yield Figure(
        family,
        layer,
        "percent",
        share(agree[shared]),
        compared,
        "matches",
        none,
        kinds,
        coverage,
        shares,
    )


def nominal(table: Floats) -> Statistics:
    """Nominal alpha from how often each value occurs and, last, what differs, by article."""

    def figure(sums: Floats) -> Floats:
        totals, apart = sums[..., :-1], sums[..., -1]
        n = totals.sum(axis=-1)
        expected = (n * n - (totals**2).sum(axis=-1)) / np.maximum(n - 1, 1)
        return 1.0 - ratio(apart, expected)

    return Statistics(table, figure)


def share(table: Floats) -> Statistics:
    """A ratio of sums, from numerators and denominators by article."""
    return Statistics(table, lambda sums: ratio(sums[..., 0], sums[..., 1]))


# -- the cast --------------------------------------------------------------------------------------


def entity_figures(ground: Ground) -> Iterator[Figure]:
    """B-cubed F1 (Bagga & Baldwin 1998) of how matched mentions are grouped into entities."""
    corpus, mentions = ground.corpus, ground.mentions
    if not mentions:
        return
    documents = len(corpus.documents)
    entity = np.full(ground.size, -1, np.int64)
    for span, named_ in mentions.items():
        entity[span] = named_[0]
    table = np.zeros((documents, len(corpus.pairs), 3))
    matched = could = 0
    for number, pair in enumerate(corpus.pairs):
        match = ground.match(pair, same_label=False)
        left, right = entity[match.left], entity[match.right]
        held = (left >= 0) & (right >= 0)
        both = corpus.both(pair)[corpus.doc] & (entity >= 0)
        could += int((both & np.isin(corpus.annotator, pair)).sum())
        matched += int(held.sum())
        doc, left, right = corpus.doc[match.left[held]], left[held], right[held]
        size = len(ground.entities)
        _, index, together = np.unique(left * size + right, return_inverse=True, return_counts=True)
        common = together[index]
        for column, side in enumerate((left, right)):
            mine = np.bincount(side, minlength=size)[side]
            table[:, number, column] = np.bincount(doc, common / mine, documents)
        table[:, number, 2] = np.bincount(doc, minlength=documents)

    def scores(sums: Floats) -> Floats:
        parts = sums.reshape(*sums.shape[:-1], -1, 3)
        recall = ratio(parts[..., 0], parts[..., 2])
        precision = ratio(parts[..., 1], parts[..., 2])
        return ratio(2 * recall * precision, recall + precision)

    flat = table.reshape(documents, -1)
    values = scores(flat.sum(axis=0))
    yield Figure(
        "entities",
        "cast",
        "b_cubed",
        Statistics(flat[corpus.shared], lambda sums: mean_defined(scores(sums))),
        matched,
        "mentions",
        REASONS["no_matched_spans"],
        ("entity",),
        2 * matched / could if could else None,
        {
            corpus.names(pair): None if np.isnan(value) else float(value)
            for pair, value in zip(corpus.pairs, values, strict=True)
        },
    )


# -- whole articles --------------------------------------------------------------------------------


def presence_figures(ground: Ground, labels: Sequence[str], marked: Ints) -> Iterator[Figure]:
    """Whether a label occurs in the article at all: the one figure that sees two empty passes."""
    corpus = ground.corpus
    for label in labels:
        if label not in corpus.labels:
            continue
        there = (marked[:, :, corpus.labels.index(label)] > 0).T.astype(np.int64)
        codes = np.where(corpus.assigned, there, -1)
        yield from _rated("presence", label, codes, 2, corpus)


def field_figures(ground: Ground, fields: Sequence[DocumentField]) -> Iterator[Figure]:
    """Alpha and percentage of document fields.

    Fields that hold several topics are compared as sets, with MASI distance (Passonneau 2006).
    """
    corpus = ground.corpus
    for one in fields:
        values, codes = field_codes(ground.documents, corpus, one)
        several = one.kind == "topics"
        yield from _rated("fields", one.name, codes, len(values), corpus, several and values)


def field_codes(
    documents: Sequence[Document], corpus: Corpus, one: DocumentField
) -> tuple[tuple[Any, ...], Ints]:
    """The values of a field and who gave which (D, R); -1 for none."""
    known: dict[Any, int] = {}
    codes = np.full(corpus.assigned.shape, -1, np.int64)
    for doc, document in enumerate(documents):
        for who, name in enumerate(corpus.annotators):
            work = document.works.get(name)
            if work is None:
                continue
            value = work.fields.get(one.name, one.default)
            if one.kind == "topics":
                value = tuple(sorted(value or ()))
            elif value is None or value == "":
                continue
            elif isinstance(value, list):
                value = tuple(value)
            codes[doc, who] = known.setdefault(value, len(known))
    return tuple(known), codes


def _rated(
    family: Family,
    layer: str,
    codes: Ints,
    size: int,
    corpus: Corpus,
    sets: tuple[Any, ...] | Literal[False] = False,
) -> Iterator[Figure]:
    """Alpha and percentage of one value an annotator and article, codes (D, R)."""
    shared = corpus.shared
    codes = codes[shared]
    tally = np.zeros((len(codes), size), np.int64)
    for value in range(size):
        tally[:, value] = (codes == value).sum(axis=1)
    m = tally.sum(axis=1)
    tally[m < 2] = 0
    m = tally.sum(axis=1)
    equal = (tally * (tally - 1)).sum(axis=1)
    pairs = m * (m - 1)
    if sets:
        alpha = _set_alpha(tally, m, sets)
    else:
        apart = np.divide(pairs - equal, np.maximum(m - 1, 1))
        alpha = nominal(np.column_stack((tally, apart)).astype(float))
    rated = int((m > 0).sum())
    none = REASONS["no_pairable_values"]
    only = REASONS["no_variation"] if rated else none
    kinds = ("attribute",) if family == "fields" else ("missed", "extra")
    percent = share(np.column_stack((equal, pairs)).astype(float))
    for measure, statistics, reason in (
        ("alpha_masi" if sets else "alpha", alpha, only),
        ("percent", percent, none),
    ):
        yield Figure(
            family, layer, measure, statistics, rated, "articles", reason, kinds, articles=rated
        )


def _set_alpha(tally: Ints, m: Ints, values: tuple[Any, ...]) -> Statistics:
    size = len(values)
    weight = 1.0 / np.maximum(m - 1, 1)
    table = tally[:, :, None] * (tally[:, None, :] - np.eye(size)) * weight[:, None, None]

    def figure(sums: Floats) -> Floats:
        return alpha_of(sums.reshape(*sums.shape[:-1], size, size), values, "masi")

    return Statistics(table.reshape(len(tally), -1), figure)
