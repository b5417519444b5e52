"""The columns of a panel: spans, what matches what, and what each link points to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from annotator.agreement.corpus import Bools, Corpus, read_corpus
from annotator.agreement.matching import best_assignment, match_spans
from annotator.agreement.ratings import Floats, Ints
from annotator.agreement.works import Document, Record, Work

Pair = tuple[int, int]
REFERENCE = "ref"
"""The link from a mention to who or what it names."""


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


@dataclass(slots=True)
class Ground:
    """Some documents with the spans of one layer group, ready to be measured."""

    documents: Sequence[Document]
    corpus: Corpus
    min_iou: float
    without_assisted: bool = False
    _matches: dict[tuple[Pair, bool], Match] = field(default_factory=dict)

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

    def work(self, span: int) -> Work:
        return self.documents[int(self.corpus.doc[span])].works[
            self.corpus.annotators[int(self.corpus.annotator[span])]
        ]

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
    def entities(self) -> list[tuple[int, int, str, str]]:
        """All entities: document, annotator, id, name."""
        numbers = {name: number for number, name in enumerate(self.corpus.annotators)}
        return [
            (doc, numbers[name], entity["id"], entity.get("name", ""))
            for doc, document in enumerate(self.documents)
            for name, work in document.works.items()
            for entity in work.entities
        ]

    @cached_property
    def links(self) -> Links:
        return self._read_links()[0]

    @cached_property
    def constants(self) -> list[str]:
        """Names of the targets that all annotators share."""
        return self._read_links()[1]

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

    def _read_links(self) -> tuple[Links, list[str]]:
        if "_links" in self.__dict__:
            return self.__dict__["_links"]  # type: ignore[no-any-return]
        reader = _LinkReader(self)
        self.__dict__["_links"] = reader.read(), list(reader.constants)
        return self.__dict__["_links"]  # type: ignore[no-any-return]

    def entity_map(self, pair: Pair) -> Ints:
        """For each entity of the first annotator the same one of the second, -1 if none.

        Entities are the same if their mentions match: one to one in each document, the most
        matching mentions in all; those without a matching mention if they have the same name.
        """
        partner = self.match(pair).partners(self.size)
        who = self.corpus.annotator
        votes: dict[tuple[int, int], int] = {}
        for mention, own in self.mentions.items():
            other = int(partner[mention])
            if who[mention] != pair[0] or other < 0:
                continue
            for left in own:
                for right in self.mentions.get(other, ()):
                    votes[left, right] = votes.get((left, right), 0) + 1
        mapped = np.full(len(self.entities), -1, np.int64)
        for left, right in _most(votes, self.entities):
            mapped[left] = right
        taken = set(mapped.tolist())
        by_name: dict[tuple[int, str], int] = {}
        for number, (doc, annotator, _, name) in enumerate(self.entities):
            if annotator == pair[1] and name and number not in taken:
                by_name.setdefault((doc, name.casefold()), number)
        for number, (doc, annotator, _, name) in enumerate(self.entities):
            if annotator == pair[0] and mapped[number] < 0:
                mapped[number] = by_name.pop((doc, name.casefold()), -1)
        return mapped


def _most(
    votes: dict[tuple[int, int], int], entities: Sequence[tuple[int, int, str, str]]
) -> list[tuple[int, int]]:
    """One-to-one pairs of entities with the most votes, equal names first among ties."""
    lefts: dict[int, int] = {}
    rights: dict[int, int] = {}
    for left, right in votes:
        lefts[left] = lefts.get(left, 0) + 1
        rights[right] = rights.get(right, 0) + 1
    chosen = []
    contested: dict[int, list[tuple[int, int]]] = {}
    for left, right in votes:
        if lefts[left] == rights[right] == 1:
            chosen.append((left, right))
        else:
            contested.setdefault(entities[left][0], []).append((left, right))
    for edges in contested.values():
        rows = sorted({left for left, _ in edges})
        columns = sorted({right for _, right in edges})
        weights = [[0] * len(columns) for _ in rows]
        for left, right in edges:
            same = entities[left][3].casefold() == entities[right][3].casefold()
            weights[rows.index(left)][columns.index(right)] = 2 * votes[left, right] + same
        chosen += [
            (rows[row], columns[column])
            for row, column in best_assignment(weights)
            if weights[row][column]
        ]
    return chosen


class _LinkReader:
    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.entity = {
            (doc, who, id): number for number, (doc, who, id, _) in enumerate(ground.entities)
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
        return Links(*columns[:4], columns[4].astype(bool), tuple(self.types))

    def _work(self, doc: int, who: int, work: Work, spans: Mapping[str, int]) -> None:
        marked = self.ground.corpus.marked
        targets = [self._target(doc, who, link, spans) for link in work.links]
        named: dict[int, list[int]] = {}
        for link, target in zip(work.links, targets, strict=True):
            if link["type"] == REFERENCE and target is not None and link["source"] in spans:
                named.setdefault(spans[link["source"]], []).append(target)
        for link, target in zip(work.links, targets, strict=True):
            source = spans.get(link["source"])
            if source is None or target is None:
                continue
            key = marked[source]["label"], link["type"]
            kind = self.types.setdefault(key, len(self.types))
            assisted = link.get("origin", "manual") != "manual"
            for resolved in named.get(target, (target,)):
                self.rows.append((kind, source, resolved, target, assisted))

    def _target(self, doc: int, who: int, link: Record, spans: Mapping[str, int]) -> int | None:
        """None if the target is not there, or lies in excluded text."""
        size = self.ground.size
        kind, target = link.get("target_kind", "span"), link["target"]
        if kind == "span":
            return spans.get(target)
        if kind == "entity" and (doc, who, target) in self.entity:
            return size + self.entity[doc, who, target]
        known = self.constants.setdefault(target, len(self.constants))
        return size + len(self.entity) + known
