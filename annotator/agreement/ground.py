"""The columns of a panel: spans, what matches what, and what each link points to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from annotator.agreement.corpus import Bools, Corpus, read_corpus
from annotator.agreement.matching import best_assignment, match_spans
from annotator.agreement.ratings import Floats, Ints
from annotator.agreement.works import Document, Record, Work

Pair = tuple[int, int]
REFERENCE = "ref"
"""The link from a mention to who or what it names."""
_SAME_KB, _SAME_NAME = 1 << 40, 1 << 20


@dataclass(frozen=True, slots=True)
class Match:
    """Spans of two annotators that match: indices of the corpus, and their IoU."""

    left: Ints
    right: Ints
    iou: Floats

    def partners(self, size: int, *, exact: bool = False) -> Ints:
        """For each span the one of the other annotator, -1 if there is none, shape (size,)."""
        found = np.full(size, -1, np.int64)
        keep = self.iou == 1.0 if exact else np.ones(len(self.iou), bool)
        found[self.left[keep]] = self.right[keep]
        found[self.right[keep]] = self.left[keep]
        return found


@dataclass(frozen=True, slots=True)
class Links:
    """Links of T tuples. `target` numbers spans, then entities, then what all annotators share
    (built-in entities and topics); mentions that name an entity stand for it, so one link may
    make several tuples. `raw` is the target before that."""

    type: Ints  # (T,) index of `types`
    source: Ints  # (T,) span
    target: Ints  # (T,)
    raw: Ints  # (T,)
    assisted: Bools  # (T,)
    types: tuple[tuple[str, str], ...]  # label, link


class CastMember(NamedTuple):
    """An entity of one annotator's work on one document."""

    doc: int
    annotator: int
    id: str
    name: str
    kb: str


@dataclass(eq=False)
class Ground:
    """Some documents with the spans of one layer group, ready to be measured."""

    documents: Sequence[Document]
    corpus: Corpus
    min_iou: float
    without_assisted: bool = False
    _matches: dict[tuple[Pair, bool], Match] = field(default_factory=dict, repr=False)

    @classmethod
    def build(
        cls,
        documents: Sequence[Document],
        wanted: Callable[[str], bool],
        excluded: Mapping[str, Sequence[tuple[int, int]]],
        *,
        min_iou: float,
        without_assisted: bool = False,
        tokens: bool = False,
    ) -> Ground:
        """From the spans whose label is `wanted`; `excluded` stretches by document are cut."""
        data = [
            {
                "id": document.id,
                "length": document.length,
                "excluded": excluded.get(document.id, ()),
                "annotators": {
                    name: [span for span in work.spans if wanted(span["label"])]
                    for name, work in document.works.items()
                },
                **({"text": document.text} if tokens else {}),
            }
            for document in documents
        ]
        ground = cls(documents, read_corpus(data), min_iou)
        if without_assisted:
            ground = cls(documents, ground.manual(), min_iou, True)
        return ground

    @property
    def size(self) -> int:
        return len(self.corpus.doc)

    @cached_property
    def assisted(self) -> Bools:
        """Spans whose origin is not manual, shape (S,)."""
        origins = (span.get("origin", "manual") != "manual" for span in self.corpus.marked)
        return np.fromiter(origins, bool, self.size)

    def manual(self) -> Corpus:
        """Without assisted spans, and without those of others that match one.

        Those would count as missed by someone who was only spared the work.
        """
        gone = self.assisted.copy()
        for pair in self.corpus.pairs:
            match = self.match(pair)
            touched = self.assisted[match.left] | self.assisted[match.right]
            gone[match.left[touched]] = True
            gone[match.right[touched]] = True
        return self.corpus.without(gone)

    def match(self, pair: Pair, *, same_label: bool = True) -> Match:
        key = pair, same_label
        if key not in self._matches:
            found = match_spans(self.corpus, pair, self.min_iou, same_label=same_label)
            self._matches[key] = Match(*found)
        return self._matches[key]

    def said(self, label: str) -> tuple[Ints, list[Record]]:
        """The spans of a label and their attributes."""
        spans = np.flatnonzero(self.corpus.label == self.corpus.labels.index(label))
        marked = self.corpus.marked
        return spans, [marked[span].get("attributes") or {} for span in spans.tolist()]

    # -- links -------------------------------------------------------------------------------------

    @cached_property
    def _place(self) -> dict[tuple[int, int], dict[str, int]]:
        """Span numbers by document and annotator, then id."""
        found: dict[tuple[int, int], dict[str, int]] = {}
        marked, key = self.corpus.marked, None
        doc, who = self.corpus.doc.tolist(), self.corpus.annotator.tolist()
        own: dict[str, int] = {}
        for number, span in enumerate(marked):
            if key != (doc[number], who[number]):
                key = doc[number], who[number]
                own = found.setdefault(key, {})
            own[span["id"]] = number
        return found

    @cached_property
    def entities(self) -> list[CastMember]:
        """All entities of all works."""
        numbers = {name: number for number, name in enumerate(self.corpus.annotators)}
        return [
            CastMember(
                doc,
                numbers[name],
                entity["id"],
                entity.get("name", ""),
                entity.get("kb", ""),
            )
            for doc, document in enumerate(self.documents)
            for name, work in document.works.items()
            for entity in work.entities
        ]

    @cached_property
    def links(self) -> Links:
        return self._link_reader.read()

    @property
    def constants(self) -> list[str]:
        """Names of the targets that all annotators share, in the order of their numbers."""
        return list(self._link_reader.constants) if len(self.links.type) else []

    @cached_property
    def _link_reader(self) -> _LinkReader:
        return _LinkReader(self)

    @cached_property
    def mentions(self) -> dict[int, list[int]]:
        """Entity numbers (see `entities`) by mention."""
        found: dict[int, list[int]] = {}
        types, size = self.links.types, self.size
        reference = {number for number, (_, name) in enumerate(types) if name == REFERENCE}
        rows = zip(
            self.links.type.tolist(),
            self.links.source.tolist(),
            self.links.raw.tolist(),
            strict=True,
        )
        for kind, source, target in rows:
            if kind in reference and size <= target < size + len(self.entities):
                found.setdefault(source, []).append(target - size)
        return found

    @cached_property
    def _cast(self) -> list[list[tuple[int, CastMember]]]:
        """The numbered entities of each annotator."""
        found: list[list[tuple[int, CastMember]]] = [[] for _ in self.corpus.annotators]
        for number, entity in enumerate(self.entities):
            found[entity.annotator].append((number, entity))
        return found

    def entity_map(self, pair: Pair, *, by_mentions: bool = True) -> Ints:
        """For each entity of the first annotator the same one of the second, -1 if none.

        One to one in each document: by equal kb, then equal name, then the number of mentions
        that match (see `links` of the engine). Without `by_mentions`, by the first two alone.
        """
        weights: dict[tuple[int, int], int] = {}
        if by_mentions:
            partner = self.match(pair, same_label=False).partners(self.size)
            who = self.corpus.annotator
            for mention, own in self.mentions.items():
                other = int(partner[mention])
                if other >= 0 and who[mention] == pair[0]:
                    for left in own:
                        for right in self.mentions.get(other, ()):
                            weights[left, right] = weights.get((left, right), 0) + 1
        for kind, worth in (("kb", _SAME_KB), ("name", _SAME_NAME)):
            known: dict[tuple[int, str], list[int]] = {}
            for number, entity in self._cast[pair[1]]:
                if value := getattr(entity, kind).casefold():
                    known.setdefault((entity.doc, value), []).append(number)
            for number, entity in self._cast[pair[0]] if known else ():
                for other in known.get((entity.doc, getattr(entity, kind).casefold()), ()):
                    weights[number, other] = weights.get((number, other), 0) + worth
        mapped = np.full(len(self.entities), -1, np.int64)
        for left, right in _heaviest(weights, self.entities):
            mapped[left] = right
        return mapped


def _heaviest(
    weights: dict[tuple[int, int], int], entities: Sequence[CastMember]
) -> list[tuple[int, int]]:
    """One-to-one pairs with the largest total weight, within documents."""
    lefts, rights = Counter(left for left, _ in weights), Counter(right for _, right in weights)
    chosen = []
    contested: dict[int, list[tuple[int, int]]] = {}
    for left, right in weights:
        if lefts[left] == rights[right] == 1:
            chosen.append((left, right))
        else:
            contested.setdefault(entities[left].doc, []).append((left, right))
    for edges in contested.values():
        rows = sorted({left for left, _ in edges})
        columns = sorted({right for _, right in edges})
        table = [[weights.get((row, column), 0) for column in columns] for row in rows]
        chosen += [(rows[i], columns[j]) for i, j in best_assignment(table) if table[i][j]]
    return chosen


class _LinkReader:
    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.entity = {
            (entity.doc, entity.annotator, entity.id): number
            for number, entity in enumerate(ground.entities)
        }
        self.constants: dict[str, int] = {}
        self.types: dict[tuple[str, str], int] = {}
        self.rows: list[tuple[int, int, int, int, bool]] = []

    def read(self) -> Links:
        ground = self.ground
        for (doc, who), spans in ground._place.items():
            work = ground.documents[doc].works[ground.corpus.annotators[who]]
            self._work(doc, who, work, spans)
        columns = np.array(self.rows, np.int64).reshape(-1, 5).T
        kind, source, target, raw, assisted = columns
        return Links(kind, source, target, raw, assisted.astype(bool), tuple(self.types))

    def _work(self, doc: int, who: int, work: Work, spans: Mapping[str, int]) -> None:
        marked, types = self.ground.corpus.marked, self.types
        named: dict[int, list[int]] = {}
        ends: list[tuple[int, int, int, bool]] = []
        for link in work.links:
            source = spans.get(link["source"])
            if source is None:
                continue
            if link.get("target_kind", "span") == "span":
                target = spans.get(link.get("target", ""))
                if target is None:
                    continue
            else:
                target = self._outside(doc, who, link)
            name = link["type"]
            if name == REFERENCE:
                named.setdefault(source, []).append(target)
            kind = types.setdefault((marked[source]["label"], name), len(types))
            ends.append((kind, source, target, link.get("origin", "manual") != "manual"))
        for kind, source, target, assisted in ends:
            for resolved in named.get(target, (target,)):
                self.rows.append((kind, source, resolved, target, assisted))

    def _outside(self, doc: int, who: int, link: Record) -> int:
        """The number of an entity of this work, or of what all annotators share."""
        target = link.get("target", "")
        own = self.entity.get((doc, who, target)) if link["target_kind"] == "entity" else None
        if own is not None:
            return self.ground.size + own
        known = self.constants.setdefault(target, len(self.constants))
        return self.ground.size + len(self.entity) + known
