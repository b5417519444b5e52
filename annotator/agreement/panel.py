"""The table of agreement: layers by measures, with intervals, grounds and what was left out.

Nothing here is one number. Span figures lead with F1, because what nobody marked has no count;
alpha stands beside them, per label. Whoever has no finished work on an article is missing there.
Sums are pooled over articles; coefficients are never averaged over labels or articles.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from annotator.agreement.casebook import Casebook, Disagreement
from annotator.agreement.ground import Ground
from annotator.agreement.independence import Dependence, dependences
from annotator.agreement.link_measures import link_figures
from annotator.agreement.measures import (
    ALL,
    Confusion,
    Figure,
    Measured,
    attribute_figures,
    entity_figures,
    field_figures,
    label_figures,
    presence_figures,
    span_figures,
)
from annotator.agreement.people import Person, known, people
from annotator.agreement.spanwise import Counts, f1, mean_f1
from annotator.agreement.statistics import bootstrap
from annotator.agreement.works import (
    Document,
    Exclusion,
    Options,
    Selection,
    excluded_text,
    excluding_label,
    select,
    unknown_labels,
)
from annotator.model.scheme import Scheme

VERSION = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `value` is None where it is undefined, and `reason` says why in words.

    `low` and `high` bound the 95 % interval of a bootstrap over articles. `n` counts what was
    compared, in `unit`. `coverage` is the share of all spans (links, mentions) that the figure
    speaks about. `kinds` are the kinds of cases behind it (see `Panel.cases`).
    """

    family: str
    layer: str
    measure: str
    value: float | None
    reason: str
    low: float | None
    high: float | None
    n: int
    unit: str
    articles: int
    coverage: float | None
    by_pair: Mapping[str, float | None]
    kinds: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.family}/{self.layer}/{self.measure}"


@dataclass(frozen=True, slots=True)
class ArticleFigure:
    """F1 by overlap of one article, over all pairs, of all labels and of each."""

    article: str
    at: str
    annotators: tuple[str, ...]
    value: float | None
    by_label: Mapping[str, float | None]
    left_out: float


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything the report shows; `cases` finds the disagreements behind a row."""

    scheme: str
    unit: str
    min_iou: float
    replicates: int
    seed: int
    without_assisted: bool
    annotators: tuple[str, ...]
    labels: tuple[str, ...]
    articles: tuple[ArticleFigure, ...]
    rows: tuple[Row, ...]
    people: tuple[Person, ...]
    excluded: tuple[Exclusion, ...]
    warnings: tuple[str, ...]
    dependent: tuple[Dependence, ...]
    confusions: tuple[Confusion, ...]
    manual_only: Mapping[str, tuple[float | None, float | None]]
    left_out: float
    empty_articles: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    casebook: Casebook | None = field(default=None, repr=False, compare=False)

    def cases(self, row: Row) -> list[Disagreement]:
        """The disagreements behind a figure, of its kinds, in the order of the text."""
        if self.casebook is None:
            return []
        found = self.casebook.of(row.family, row.layer)
        return [case for case in found if case.kind in row.kinds]

    def to_dict(self) -> dict[str, Any]:
        """As JSON; every row counts its cases by pair of annotators, kind and article."""
        return {
            "v": VERSION,
            "scheme": self.scheme,
            "unit": self.unit,
            "min_iou": self.min_iou,
            "replicates": self.replicates,
            "seed": self.seed,
            "without_assisted": self.without_assisted,
            "annotators": list(self.annotators),
            "labels": list(self.labels),
            "rows": [self._row(row) for row in self.rows],
            "people": [asdict(person) for person in self.people],
            "articles": [asdict(article) for article in self.articles],
            "left_out_share": self.left_out,
            "articles_without_spans": self.empty_articles,
            "manual_only": {
                label: {"all": both[0], "manual": both[1]}
                for label, both in self.manual_only.items()
            },
            "excluded": [asdict(one) for one in self.excluded],
            "not_independent": [asdict(one) for one in self.dependent],
            "warnings": list(self.warnings),
            "confusions": [
                {
                    "layer": one.layer,
                    "values": list(one.values),
                    "counts": one.counts.tolist(),
                }
                for one in self.confusions
            ],
            **self.facts,
        }

    def _row(self, row: Row) -> dict[str, Any]:
        counts: dict[tuple[str, str, str], Counter[str]] = {}
        for case in self.cases(row):
            counts.setdefault((*case.annotators, case.kind), Counter())[case.article] += 1
        cases = [
            {"first": first, "second": second, "kind": kind, "articles": dict(articles)}
            for (first, second, kind), articles in counts.items()
        ]
        return {**asdict(row), "reason": row.reason or None, "cases": cases}


def panel(
    documents: Iterable[Document],
    scheme: Scheme,
    options: Options | None = None,
    *,
    refused: Iterable[Exclusion] = (),
    tell: Callable[[str], None] | None = None,
) -> Panel:
    """Measure the work of two annotators or more on the same articles.

    `scheme` is the whole scheme. `refused` is work that could not even be read; it is listed with
    what was excluded. Labels that the scheme does not know are measured, and warned about before:
    `tell` is given each warning before anything is computed.
    """
    options = options or Options()
    selection = select(documents, options)
    unknown = unknown_labels(selection, scheme)
    warnings = tuple(_warnings(selection, scheme, unknown))
    if tell is not None:
        for warning in warnings:
            tell(warning)
    layers = _layers(selection, scheme, options)
    (main, labels), measured = layers[0], Measured()
    rows = _rows(_figures(layers, scheme, options, measured), main, options)
    return Panel(
        scheme=scheme.id,
        unit=options.unit,
        min_iou=options.min_iou,
        replicates=options.replicates,
        seed=options.seed,
        without_assisted=options.without_assisted,
        annotators=tuple(sorted(main.corpus.annotators)),
        labels=tuple(label for _, own in layers for label in own),
        articles=_articles(main, measured.counts["f1_iou"], labels),
        rows=rows,
        people=people(main, _pooled(main, measured.counts["f1_iou"], labels), labels),
        excluded=(*selection.excluded, *refused),
        warnings=warnings,
        dependent=tuple(dependences(selection)),
        confusions=tuple(measured.confusions),
        manual_only=_manual_only(main, measured, labels, options),
        left_out=float(main.corpus.facts()["excluded_share"]),
        empty_articles=_empty(main),
        facts={"gamma": _gamma(main, options)} if options.gamma else {},
        casebook=Casebook([ground for ground, _ in layers], scheme, labels),
    )


def _layers(
    selection: Selection, scheme: Scheme, options: Options
) -> list[tuple[Ground, list[str]]]:
    """What is measured together: all labels on the text that counts, then, on the whole text, the
    label that takes text out."""
    apart = excluding_label(scheme)
    excluded = {
        document.id: found
        for document in selection.documents
        if (found := excluded_text(document, scheme))
    }

    def build(wanted: Callable[[str], bool], cut: Mapping[str, Any]) -> Ground:
        return Ground.build(
            selection.documents,
            wanted,
            cut,
            min_iou=options.min_iou,
            without_assisted=options.without_assisted,
            tokens=options.unit == "token",
        )

    labels = _labels(selection, scheme, options)
    others = [label for label in labels if label != apart]
    layers = [(build(lambda label: label != apart, excluded), others)]
    if apart and apart in labels:
        layers.append((build(lambda label: label == apart, {}), [apart]))
    return layers


def _figures(
    layers: Sequence[tuple[Ground, list[str]]], scheme: Scheme, options: Options, measured: Measured
) -> list[Figure]:
    main, labels = layers[0]
    figures: list[Figure] = []
    for ground, own in layers:
        kept = measured if ground is main else Measured()
        figures += span_figures(ground, own, options.unit, kept)
    figures += label_figures(main, labels, measured)
    for ground, own in layers:
        figures += attribute_figures(ground, scheme, own, measured)
    for ground, own in layers:
        figures += link_figures(ground, scheme, own)
    figures += entity_figures(main)
    if not options.labels:
        figures += field_figures(main, scheme.fields)
    figures += presence_figures(main, labels, measured.counts["marked"])
    return figures


def _labels(selection: Selection, scheme: Scheme, options: Options) -> list[str]:
    """Labels in use, in the order of the scheme, then those that it does not know."""
    used = {span["label"] for _, work in selection.works() for span in work.spans}
    found = [*(label for label in scheme.labels if label in used), *sorted(used - {*scheme.labels})]
    return [label for label in found if not options.labels or label in options.labels]


def _rows(figures: Sequence[Figure], ground: Ground, options: Options) -> tuple[Row, ...]:
    articles = int(ground.corpus.shared.sum())
    intervals: list[dict[str, Any]] = [{} for _ in figures]
    if options.replicates:
        intervals = bootstrap(
            [figure.statistics for figure in figures],
            replicates=options.replicates,
            seed=options.seed,
        )
    rows = []
    for figure, interval in zip(figures, intervals, strict=True):
        value = figure.statistics.value
        rows.append(
            Row(
                figure.family,
                figure.layer,
                figure.measure,
                value,
                figure.reason if value is None else "",
                interval.get("low") if value is not None else None,
                interval.get("high") if value is not None else None,
                figure.n,
                figure.unit,
                articles if figure.articles is None else figure.articles,
                figure.coverage,
                dict(figure.by_pair),
                figure.kinds,
            )
        )
    return tuple(rows)


def _pooled(ground: Ground, counts: Counts, labels: Sequence[str]) -> Counts:
    """Counts (pairs, D, 3) of some labels together."""
    columns = [i for i, label in enumerate(ground.corpus.labels) if label in labels]
    return np.asarray(counts[:, :, columns].sum(axis=2))


def _articles(ground: Ground, counts: Counts, labels: Sequence[str]) -> tuple[ArticleFigure, ...]:
    corpus = ground.corpus
    together = f1(_pooled(ground, counts, labels).sum(axis=0).astype(float))
    each = f1(counts.sum(axis=0).astype(float))
    number = {label: i for i, label in enumerate(corpus.labels)}
    lost = corpus.left_out / np.maximum(corpus.left_out + np.maximum(corpus.length, 0), 1)
    return tuple(
        ArticleFigure(
            document.id,
            max((work.at for work in document.works.values()), default=""),
            tuple(document.works),
            known(together[doc]),
            {label: known(each[doc, number[label]]) for label in labels if label in number},
            float(lost[doc]),
        )
        for doc, document in enumerate(ground.documents)
    )


def _manual_only(
    ground: Ground, measured: Measured, labels: Sequence[str], options: Options
) -> dict[str, tuple[float | None, float | None]]:
    """F1 by overlap of each label, of all work and of what was made by hand."""
    if options.without_assisted or not ground.assisted.any():
        return {}
    by_hand = Ground(ground.documents, ground.manual(), options.min_iou)
    rest = Measured()
    for _ in span_figures(by_hand, labels, "character", rest):
        pass
    found = {}
    for label in [ALL, *labels]:
        some = labels if label == ALL else [label]
        found[label] = (
            mean_f1(_pooled(ground, measured.counts["f1_iou"], some), ground.corpus).value,
            mean_f1(_pooled(by_hand, rest.counts["f1_iou"], some), by_hand.corpus).value,
        )
    return found


def _empty(ground: Ground) -> int:
    """Articles in which nobody marked anything: agreement that no span figure can see."""
    return len(ground.documents) - len(np.unique(ground.corpus.doc))


def _warnings(
    selection: Selection, scheme: Scheme, unknown: Mapping[str, Counter[str]]
) -> Iterable[str]:
    for label, users in unknown.items():
        who = ", ".join(f"{name} {count:,}" for name, count in sorted(users.items()))
        yield (
            f"The scheme has no label {label}, which spans carry ({who}): if it was renamed, the "
            "figures below count a name as a disagreement about the text; run `annotator check`, "
            "which says how to rename."
        )
    versions = Counter(work.scheme for _, work in selection.works() if work.scheme)
    if len(versions) > 1:
        listed = ", ".join(f"{name} {count:,}" for name, count in sorted(versions.items()))
        yield f"The work was made under different schemes ({listed})."


def _gamma(ground: Ground, options: Options) -> dict[str, Any]:
    """Gamma of all labels, with what it depends on."""
    from annotator.agreement.gamma import gamma

    result = gamma(ground.corpus, seed=options.seed)
    kept = ("alpha", "beta", "delta_empty", "sampler", "samples", "seed", "half_width")
    facts = {key: result.detail[key] for key in kept if key in result.detail}
    return {"value": result.value, "reason": result.words or None, **facts}


def compare(now: Panel, before: Mapping[str, Any]) -> Panel:
    """The panel with the rows of an earlier `to_dict` beside its own, in `facts["before"]`.

    Raises ValueError if it is no such dictionary.
    """
    rows = before.get("rows")
    if before.get("v") != VERSION or not isinstance(rows, list):
        raise ValueError("it is not what `annotator agreement --json` wrote")
    try:
        earlier = {
            f"{row['family']}/{row['layer']}/{row['measure']}": row.get("value") for row in rows
        }
        facts = {"scheme": str(before["scheme"]), "articles": len(before["articles"])}
    except (KeyError, TypeError) as error:
        raise ValueError("it is not what `annotator agreement --json` wrote") from error
    return replace(now, facts={**now.facts, "before": {**facts, "values": earlier}})
