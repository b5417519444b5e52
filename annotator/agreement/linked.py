"""Agreement on links: who says a claim, what a stance is about."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from annotator.agreement.corpus import Corpus, documents_of, read_corpus, work_of
from annotator.agreement.matching import best_assignment, match_spans
from annotator.agreement.result import Result, undefined
from annotator.agreement.spanwise import summarise

LinkMetric = Literal["tuple_f1", "strict_f1", "matched_f1", "target_agreement"]
_Link = tuple[str, Hashable, Hashable]  # type, head, tail
_SAME_KB, _SAME_NAME = 1 << 40, 1 << 20


def links(
    data: Any,
    metric: LinkMetric = "tuple_f1",
    *,
    min_iou: float = 0.5,
    same_label: bool | None = None,
    ref: str = "ref",
    replicates: int = 0,
    seed: int = 0,
) -> Result:
    """F1 over links, 2 shared / (links of A + links of B), mean over pairs of annotators.

    `data`: documents as for spans, each annotator's work {"spans": [{"id", ...}], "links":
    [{"head", "tail", "type"}], "entities": {id: {"name", "kb"}}}. A tail is the id of a span or
    of an entity; without "entities", ids of entities mean the same for everybody. Links of type
    `ref` say which entity a span mentions; they are not counted themselves.

    - `strict_f1`: both ends have the same fragments and label (or are the same entity).
    - `matched_f1`: both ends are matched one to one with IoU >= `min_iou`, whatever their label
      unless `same_label`.
    - `tuple_f1`, end to end: the heads are matched (with the same label unless `same_label` is
      false) and the tails stand for the same entity: a tail span for what it refers to.
      Entities of two annotators are paired one to one by equal kb, then equal name, then the
      number of matched mentions. A tail span that refers to nothing must match itself.
    - `target_agreement`: only heads that are matched and linked with the same type by both;
      `detail["head_coverage"]` = their share of all linked heads.

    `detail` as for `spans`, by_label being by type of link. In [0, 1]. Undefined:
    `fewer_than_two_annotators`, `no_links`, `no_matched_heads`. kappa over all pairs of spans is
    left out on purpose: its negatives grow with the square of the spans.
    """
    if metric not in ("tuple_f1", "strict_f1", "matched_f1", "target_agreement"):
        raise ValueError(f"There is no metric {metric!r} for links.")
    corpus = read_corpus(data)
    facts: dict[str, Any] = {**corpus.facts(), "min_iou": min_iou}
    if not corpus.pairs:
        return undefined(metric, "fewer_than_two_annotators", **facts)
    work = _read(data, corpus, ref)
    types = sorted({link[0] for one in work.values() for link in one.links})
    facts["links"] = sum(len(one.links) for one in work.values())
    counts = np.zeros((len(corpus.pairs), len(corpus.documents), max(len(types), 1), 3), np.int64)
    heads = np.zeros(3, np.int64)
    alike = metric != "matched_f1" if same_label is None else same_label
    for number, pair in enumerate(corpus.pairs):
        left, right, _ = match_spans(corpus, pair, min_iou, same_label=alike)
        matched = dict(zip(left.tolist(), right.tolist(), strict=True))
        if alike and metric in ("tuple_f1", "target_agreement"):
            left, right, _ = match_spans(corpus, pair, min_iou, same_label=False)
        loosely = dict(zip(left.tolist(), right.tolist(), strict=True))
        for doc in np.flatnonzero(corpus.both(pair)).tolist():
            a, b = (work.get((doc, who), _Work()) for who in pair)
            mine, yours = _comparable(corpus, a, b, metric, matched, loosely)
            if metric == "target_agreement":
                mine, yours = _given_heads(mine, yours, heads)
            shared = Counter(mine) & Counter(yours)
            for column, found in enumerate((shared.elements(), mine, yours)):
                for link in found:
                    counts[number, doc, types.index(link[0]), column] += 1
    if metric == "target_agreement":
        linked = int(heads[1:].sum())
        facts["head_coverage"] = 2 * int(heads[0]) / linked if linked else None
    reason = "no_matched_heads" if facts["links"] and metric == "target_agreement" else "no_links"
    return summarise(metric, corpus, counts, types, facts, replicates, seed, reason)


@dataclass(slots=True)
class _Work:
    """One annotator's links on one document; spans are indices of the corpus."""

    links: list[tuple[str, int, Hashable]] = field(default_factory=list)  # type, head, tail
    refers: dict[int, Hashable] = field(default_factory=dict)  # span -> entity
    entities: Mapping[Any, Any] = field(default_factory=dict)


class _Entity(tuple[Any, ...]):
    """The id of an entity; never equal to the index of a span."""

    __slots__ = ()


def _read(data: Any, corpus: Corpus, ref: str) -> dict[tuple[int, int], _Work]:
    known: dict[tuple[int, int], dict[Any, int]] = defaultdict(dict)
    for index, span in enumerate(corpus.marked):
        own = known[int(corpus.doc[index]), int(corpus.annotator[index])]
        own[span.get("id") if isinstance(span, Mapping) else getattr(span, "id", None)] = index
    number = {name: who for who, name in enumerate(corpus.annotators)}
    work = {}
    for doc, (_, document) in enumerate(documents_of(data)):
        for name, given in work_of(document).items():
            if isinstance(given, Mapping) and str(name) in number:
                spans = known[doc, number[str(name)]]
                work[doc, number[str(name)]] = _read_work(given, spans, ref)
    return work


def _read_work(given: Mapping[str, Any], spans: Mapping[Any, int], ref: str) -> _Work:
    entities = given.get("entities") or {}
    if not isinstance(entities, Mapping):
        entities = {entity["id"]: entity for entity in entities}
    found = _Work(entities=entities)
    for link in given.get("links", ()):
        head, tail = link.get("head", link.get("source")), link.get("tail", link.get("target"))
        if head not in spans:
            continue  # its span was cut away with the text around it
        end: Hashable = spans[tail] if tail in spans else _Entity((tail,))
        if link.get("type") == ref:
            found.refers[spans[head]] = end
        else:
            found.links.append((str(link.get("type")), spans[head], end))
    return found


def _comparable(
    corpus: Corpus,
    a: _Work,
    b: _Work,
    metric: str,
    matched: Mapping[int, int],
    loosely: Mapping[int, int],
) -> tuple[list[_Link], list[_Link]]:
    """The links of both as (type, head, tail), written so that what agrees is equal.

    What A has is written as B's counterpart of it, where there is one.
    """
    if metric == "strict_f1":
        paired = _paired_entities(a, b, {})
        return _placed(corpus, a, paired), _placed(corpus, b, {})
    paired = _paired_entities(a, b, loosely)

    def first(tail: Hashable) -> Hashable:
        if metric != "matched_f1":
            tail = a.refers.get(tail, tail) if isinstance(tail, int) else tail
        if isinstance(tail, _Entity):
            return paired.get(tail, ("A", tail))
        return loosely.get(tail, ("A", tail)) if isinstance(tail, int) else tail

    def second(tail: Hashable) -> Hashable:
        if metric != "matched_f1" and isinstance(tail, int):
            return b.refers.get(tail, tail)
        return tail

    return (
        [(type_, matched.get(head, ("A", head)), first(tail)) for type_, head, tail in a.links],
        [(type_, head, second(tail)) for type_, head, tail in b.links],
    )


def _place(corpus: Corpus, span: int) -> Hashable:
    return tuple(
        int(column[span]) for column in (corpus.label, corpus.first, corpus.last, corpus.shape)
    )


def _placed(corpus: Corpus, work: _Work, paired: Mapping[Any, Any]) -> list[_Link]:
    """Links with the exact place of their ends instead of the spans."""
    return [
        (
            type_,
            _place(corpus, head),
            _place(corpus, tail) if isinstance(tail, int) else paired.get(tail, tail),
        )
        for type_, head, tail in work.links
    ]


def _paired_entities(a: _Work, b: _Work, matched: Mapping[int, int]) -> dict[Hashable, Hashable]:
    """A's entities -> B's, one to one. An id that either did not describe stands for itself."""
    met: Counter[tuple[Hashable, Hashable]] = Counter()
    for span, entity in a.refers.items():
        if span in matched and matched[span] in b.refers:
            met[entity, b.refers[matched[span]]] += 1
    rows = [_Entity((key,)) for key in a.entities]
    columns = [_Entity((key,)) for key in b.entities]
    weights = [
        [
            _SAME_KB * _equal(a.entities[row[0]], b.entities[column[0]], "kb")
            + _SAME_NAME * _equal(a.entities[row[0]], b.entities[column[0]], "name")
            + met[row, column]
            for column in columns
        ]
        for row in rows
    ]
    paired: dict[Hashable, Hashable] = {
        rows[i]: columns[j] for i, j in best_assignment(weights) if weights[i][j]
    }
    ends = [*a.refers.values(), *(tail for _, _, tail in a.links)]
    for end in ends:
        if isinstance(end, _Entity) and end[0] not in a.entities and end[0] not in b.entities:
            paired[end] = end
    return paired


def _equal(one: Any, other: Any, name: str) -> bool:
    mine, yours = (
        entity.get(name) if isinstance(entity, Mapping) else getattr(entity, name, None)
        for entity in (one, other)
    )
    return bool(mine) and str(mine).casefold() == str(yours).casefold()


def _given_heads(
    mine: list[_Link],
    yours: list[_Link],
    heads: Any,
) -> tuple[list[_Link], list[_Link]]:
    """Only links whose type and head both have; counts the heads on the way."""
    a, b = {link[:2] for link in mine}, {link[:2] for link in yours}
    both = a & b
    heads += (len(both), len(a), len(b))
    return [link for link in mine if link[:2] in both], [link for link in yours if link[:2] in both]
