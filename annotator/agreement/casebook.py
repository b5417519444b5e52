"""The disagreements behind each figure of a panel, with where they are and what each one said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from annotator.agreement.ground import Ground, Pair
from annotator.agreement.link_measures import LinkCounts
from annotator.agreement.measures import ALL, attribute_codes, field_codes, shown
from annotator.agreement.works import Record
from annotator.model.scheme import Scheme

MARKED, UNMARKED = "marked", "not marked"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One place where two annotators differ.

    `kind` is "missed" (by the second), "extra" (in the second), "boundary", "label",
    "attribute", "link" (only one linked the source), "target" (both did) or "entity"; a link that
    agrees by entity but not by span is a "boundary". `start` and `end` enclose the spans in the
    article's text and are 0 for what concerns the whole article. `spans` are the ids of both, ""
    for none.
    """

    article: str
    annotators: tuple[str, str]
    kind: str
    label: str
    start: int
    end: int
    said: tuple[str, str]
    spans: tuple[str, str] = ("", "")


class Casebook:
    """Finds the disagreements of a layer when they are asked for."""

    def __init__(self, grounds: Sequence[Ground], scheme: Scheme, labels: Sequence[str]) -> None:
        self.grounds, self.scheme, self.labels = grounds, scheme, labels
        self._counts: dict[int, LinkCounts] = {}
        self._found: dict[tuple[str, str], list[Disagreement]] = {}

    def of(self, family: str, layer: str) -> list[Disagreement]:
        """In the order of the articles and the text."""
        if (family, layer) not in self._found:
            self._found[family, layer] = list(self._all(family, layer))
        return self._found[family, layer]

    def _all(self, family: str, layer: str) -> Iterator[Disagreement]:
        find: dict[str, Callable[[Ground, str], Iterator[Disagreement]]] = {
            "spans": self._spans,
            "labels": self._labels,
            "attributes": self._attributes,
            "links": self._links,
            "entities": self._entities,
            "presence": self._presence,
        }
        if family == "fields":
            yield from self._fields(layer)
            return
        for ground in self.grounds:
            order = {document.id: number for number, document in enumerate(ground.documents)}
            yield from sorted(
                find[family](ground, layer),
                key=lambda one: (order[one.article], one.start, one.end, one.annotators),
            )

    def _spans(self, ground: Ground, layer: str) -> Iterator[Disagreement]:
        corpus = ground.corpus
        names = self.labels if layer == ALL else [layer]
        if layer == ALL and ground is not self.grounds[0]:
            return
        wanted = np.array([label in names for label in corpus.labels], bool)
        if not wanted.any():
            return
        keep = wanted[corpus.label]
        for pair in corpus.pairs:
            match = ground.match(pair)
            partner = match.partners(ground.size)
            both = corpus.both(pair)[corpus.doc] & keep
            for who, kind in zip(pair, ("missed", "extra"), strict=True):
                for span in np.flatnonzero(both & (corpus.annotator == who) & (partner < 0)):
                    spans = (int(span), -1) if kind == "missed" else (-1, int(span))
                    yield _case(ground, pair, kind, spans, (MARKED, UNMARKED))
            apart = (match.iou < 1.0) & keep[match.left]
            for left, right in zip(match.left[apart], match.right[apart], strict=True):
                spans = int(left), int(right)
                yield _case(ground, pair, "boundary", spans, _places(ground, spans))

    def _labels(self, ground: Ground, layer: str) -> Iterator[Disagreement]:
        corpus = ground.corpus
        for pair in corpus.pairs:
            match = ground.match(pair, same_label=False)
            for left, right in zip(match.left.tolist(), match.right.tolist(), strict=True):
                said = tuple(str(corpus.labels[corpus.label[one]]) for one in (left, right))
                if said[0] != said[1] and all(one in self.labels for one in said):
                    yield _case(ground, pair, "label", (left, right), (said[0], said[1]))

    def _attributes(self, ground: Ground, layer: str) -> Iterator[Disagreement]:
        corpus = ground.corpus
        name, _, attribute_name = layer.partition(".")
        attribute = self.scheme.attribute(name, attribute_name)
        if attribute is None or name not in corpus.labels:
            return
        codes, values = attribute_codes(ground, name, attribute)
        for pair in corpus.pairs:
            match = ground.match(pair)
            a, b = codes[match.left], codes[match.right]
            apart = (a >= 0) & (b >= 0) & (a != b)
            for left, right in zip(match.left[apart], match.right[apart], strict=True):
                said = values[codes[left]], values[codes[right]]
                yield _case(ground, pair, "attribute", (int(left), int(right)), said)

    def _links(self, ground: Ground, layer: str) -> Iterator[Disagreement]:
        label, _, link = layer.partition(" ")
        if (label, link) not in ground.links.types:
            return
        kind = ground.links.types.index((label, link))
        counts = self._counts.setdefault(self.grounds.index(ground), LinkCounts(ground))
        for pair in ground.corpus.pairs:
            head = counts.compared("tuple_f1", pair).head
            linked, differ = _by_head(ground, counts, "tuple_f1", pair, kind)
            _, strictly = _by_head(ground, counts, "strict_f1", pair, kind)
            for source in sorted(differ | strictly):
                yield self._link(
                    ground, pair, (source, int(head[source])), linked[source], source in differ
                )

    def _link(
        self,
        ground: Ground,
        pair: Pair,
        heads: tuple[int, int],
        rows: Sequence[Sequence[int]],
        differ: bool,
    ) -> Disagreement:
        """The links of one type of a head, or of two that match, as each annotator drew them."""
        first = ground.corpus.annotator[heads[0]] == pair[0]
        spans = heads if first else (heads[1], heads[0])
        said = []
        for span, own in zip(spans, rows, strict=True):
            column = ground.links.target if differ else ground.links.raw
            targets = sorted(self._named(ground, int(column[row])) for row in own)
            where = f"{_text_range(ground.corpus.marked[span])} → " if not differ else ""
            said.append(
                where + ", ".join(targets)
                if targets
                else ("no such link" if span >= 0 else UNMARKED)
            )
        kind = "boundary" if not differ else "target" if all(rows) else "link"
        return _case(ground, pair, kind, spans, (said[0], said[1]))

    def _named(self, ground: Ground, target: int) -> str:
        if target < ground.size:
            return _text_range(ground.corpus.marked[target])
        target -= ground.size
        if target < len(ground.entities):
            return ground.entities[target].name or ground.entities[target].id
        return ground.constants[target - len(ground.entities)]

    def _entities(self, ground: Ground, layer: str) -> Iterator[Disagreement]:
        for pair in ground.corpus.pairs:
            mapped = ground.entity_map(pair)
            match = ground.match(pair, same_label=False)
            for left, right in zip(match.left.tolist(), match.right.tolist(), strict=True):
                own, other = ground.mentions.get(left), ground.mentions.get(right)
                if own and other and int(mapped[own[0]]) not in other:
                    said = (
                        ground.entities[own[0]].name or ground.entities[own[0]].id,
                        ground.entities[other[0]].name or ground.entities[other[0]].id,
                    )
                    yield _case(ground, pair, "entity", (left, right), said)

    def _presence(self, ground: Ground, layer: str) -> Iterator[Disagreement]:
        corpus = ground.corpus
        if layer not in corpus.labels:
            return
        own = corpus.label == corpus.labels.index(layer)
        there = np.zeros(corpus.assigned.shape, bool)
        there[corpus.doc[own], corpus.annotator[own]] = True
        for pair in corpus.pairs:
            apart = corpus.both(pair) & (there[:, pair[0]] != there[:, pair[1]])
            for doc in np.flatnonzero(apart).tolist():
                first, second = (MARKED if there[doc, who] else UNMARKED for who in pair)
                yield Disagreement(
                    ground.documents[doc].id,
                    (corpus.annotators[pair[0]], corpus.annotators[pair[1]]),
                    "missed" if first == MARKED else "extra",
                    layer,
                    0,
                    0,
                    (first, second),
                )

    def _fields(self, layer: str) -> Iterator[Disagreement]:
        ground = self.grounds[0]
        one = self.scheme.document_field(layer)
        if one is None:
            return
        values, codes = field_codes(ground.documents, ground.corpus, one)
        names = ground.corpus.annotators
        for doc, document in enumerate(ground.documents):
            for pair in ground.corpus.pairs:
                a, b = (int(codes[doc, who]) for who in pair)
                if a >= 0 and b >= 0 and a != b:
                    yield Disagreement(
                        document.id,
                        (names[pair[0]], names[pair[1]]),
                        "attribute",
                        layer,
                        0,
                        0,
                        (shown(values[a]), shown(values[b])),
                    )


def _case(
    ground: Ground,
    pair: Pair,
    kind: str,
    spans: tuple[int, int],
    said: tuple[str, str],
) -> Disagreement:
    corpus = ground.corpus
    there = [span for span in spans if span >= 0]
    places = [corpus.marked[span] for span in there]
    first = there[0]
    ids = [corpus.marked[span]["id"] if span >= 0 else "" for span in spans]
    return Disagreement(
        ground.documents[int(corpus.doc[first])].id,
        (corpus.annotators[pair[0]], corpus.annotators[pair[1]]),
        kind,
        str(corpus.labels[corpus.label[first]]),
        min(span["fragments"][0][0] for span in places),
        max(span["fragments"][-1][1] for span in places),
        said,
        (ids[0], ids[1]),
    )


def _by_head(
    ground: Ground, counts: LinkCounts, metric: str, pair: Pair, kind: int
) -> tuple[dict[int, list[list[int]]], set[int]]:
    """The links of each head by annotator, and the heads of which some are not shared.

    A head of the second that matches one of the first goes by the first's number.
    """
    found = counts.compared(metric, pair)
    partner = counts.compared("tuple_f1", pair).head
    linked: dict[int, list[list[int]]] = {}
    differ: set[int] = set()
    sides = (
        (found.first, found.first_rows, found.second),
        (found.second, found.second_rows, found.first),
    )
    for side, (own, rows, other) in enumerate(sides):
        some = ground.links.type[rows] == kind
        sources = ground.links.source[rows[some]]
        heads = np.where((partner[sources] >= 0) & (side == 1), partner[sources], sources)
        for head, row in zip(heads.tolist(), rows[some].tolist(), strict=True):
            linked.setdefault(head, [[], []])[side].append(row)
        differ.update(heads[~np.isin(own[some], other)].tolist())
    return linked, differ


def _places(ground: Ground, spans: tuple[int, int]) -> tuple[str, str]:
    first, second = (_text_range(ground.corpus.marked[span]) for span in spans)
    return first, second


def _text_range(span: Record) -> str:
    return ", ".join(f"{start}–{end}" for start, end in span["fragments"])
