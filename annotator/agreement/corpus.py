"""Documents that several annotators marked, as columns of numbers.

Built once from plain data; every span measure works on it. Text outside the region that was to
be annotated is cut out here, so that no measure can see it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from annotator.agreement.ratings import Ints

Bools = npt.NDArray[np.bool_]
Fragments = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Spans of D documents by R annotators with L labels; S spans of F fragments in all.

    Offsets count from the start of the document's region, without what was left out of it.
    `length` is -1 where it is not known; `shape` tells discontinuous spans with the same ends
    apart and is 0 for the others. `marked[i]` is the span as it was given.
    """

    documents: tuple[str, ...]
    annotators: tuple[str, ...]
    labels: tuple[Any, ...]
    assigned: Bools  # (D, R)
    length: Ints  # (D,)
    left_out: Ints  # (D,) characters of the continuum that were excluded
    doc: Ints  # (S,)
    annotator: Ints  # (S,)
    label: Ints  # (S,)
    first: Ints  # (S,)
    last: Ints  # (S,)
    size: Ints  # (S,) characters in the fragments
    shape: Ints  # (S,)
    owner: Ints  # (F,) span of the fragment
    start: Ints  # (F,)
    end: Ints  # (F,)
    dropped: int = 0  # spans that lie wholly outside the region, or are empty
    clipped: int = 0  # spans that lose a part to it
    marked: tuple[Any, ...] = field(default=(), repr=False)
    tokens: tuple[Any, ...] = field(default=(), repr=False)

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Annotators who share at least one document."""
        together = self.assigned.T.astype(np.int64) @ self.assigned
        return [(a, b) for a, b in combinations(range(len(self.annotators)), 2) if together[a, b]]

    def names(self, pair: tuple[int, int]) -> str:
        return f"{self.annotators[pair[0]]} / {self.annotators[pair[1]]}"

    def both(self, pair: tuple[int, int]) -> Bools:
        """Documents that both did, shape (D,)."""
        return np.asarray(self.assigned[:, pair[0]] & self.assigned[:, pair[1]])

    @property
    def shared(self) -> Bools:
        """Documents with two annotators or more, shape (D,)."""
        return np.asarray(self.assigned.sum(axis=1) >= 2)

    @property
    def extent(self) -> int:
        """More than any offset."""
        known = int(self.length.max()) if len(self.length) else 0
        used = int(self.last.max()) if len(self.last) else 0
        return max(known, used, 0) + 1

    def facts(self) -> dict[str, Any]:
        """What every result says about its ground."""
        left_out, kept = int(self.left_out.sum()), int(self.length[self.length > 0].sum())
        return {
            "documents": len(self.documents),
            "documents_shared": int(self.shared.sum()),
            "annotators": len(self.annotators),
            "spans": len(self.doc),
            "spans_outside": self.dropped,
            "spans_clipped": self.clipped,
            "excluded_share": left_out / (left_out + kept) if left_out else 0.0,
        }

    def only(self, annotators: Iterable[str]) -> Corpus:
        """The work of some annotators; the others count as not assigned."""
        wanted = set(annotators)
        keep = np.array([name in wanted for name in self.annotators], bool)
        return self._with(self.assigned & keep, keep[self.annotator])

    def without(self, spans: Bools) -> Corpus:
        """The same without some spans, shape (S,)."""
        return self._with(self.assigned, ~spans)

    def _with(self, assigned: Bools, keep: Bools) -> Corpus:
        number = np.cumsum(keep) - 1
        held = keep[self.owner]
        return replace(
            self,
            assigned=assigned,
            doc=self.doc[keep],
            annotator=self.annotator[keep],
            label=self.label[keep],
            first=self.first[keep],
            last=self.last[keep],
            size=self.size[keep],
            shape=self.shape[keep],
            owner=number[self.owner[held]],
            start=self.start[held],
            end=self.end[held],
            marked=tuple(self.marked[i] for i in np.flatnonzero(keep)) if self.marked else (),
        )


def from_columns(
    doc: Ints,
    annotator: Ints,
    start: Ints,
    end: Ints,
    label: Ints,
    length: Ints,
    *,
    annotators: Sequence[str],
    labels: Sequence[Any],
    assigned: Bools | None = None,
) -> Corpus:
    """A corpus of contiguous spans from arrays (S,) of numbers; `length` is (D,).

    For large data: nothing is copied. `assigned` (D, R) says who did which document; without
    it, everybody did all.
    """
    documents = tuple(map(str, range(len(length))))
    if assigned is None:
        assigned = np.ones((len(length), len(annotators)), bool)
    none = np.zeros(len(length), np.int64)
    spans = np.arange(len(doc))
    shape = np.broadcast_to(np.int64(0), len(doc))
    return Corpus(
        documents,
        tuple(annotators),
        tuple(labels),
        assigned,
        length,
        none,
        doc,
        annotator,
        label,
        start,
        end,
        end - start,
        shape,
        spans,
        start,
        end,
    )


def read_corpus(data: Any) -> Corpus:
    """A corpus from plain data; see `annotator.agreement` for the forms.

    Raises ValueError for a span that ends before it starts or has no offsets.
    """
    if isinstance(data, Corpus):
        return data
    builder = _Builder()
    for number, (name, document) in enumerate(documents_of(data)):
        builder.add(name or f"document {number + 1}", document)
    return builder.done()


def documents_of(data: Any) -> list[tuple[str, Any]]:
    """The documents of plain data with their names ("" where there is none), in order."""
    if isinstance(data, Mapping):
        if "documents" in data:
            return documents_of(data["documents"])
        if isinstance(data.get("annotators"), Mapping) or not data or not _by_document(data):
            return [(str(data.get("id", "")), data)]
        return [(str(name), document) for name, document in data.items()]
    return [(str(document.get("id", "")), document) for document in data]


def _by_document(data: Mapping[str, Any]) -> bool:
    """Whether the mapping is document -> work, not annotator -> spans."""
    return all(
        isinstance(value, Mapping) and not ("spans" in value or "links" in value)
        for value in data.values()
    )


class _Region:
    """Offsets without what lies outside the continuum or in an excluded stretch."""

    def __init__(self, begin: int, end: int, excluded: Iterable[Sequence[int]]) -> None:
        self.begin = begin
        kept, place = [], begin
        for start, stop in sorted((int(first), int(last)) for first, last in excluded):
            if start > place:
                kept.append((place, min(start, end)))
            place = max(place, stop)
        kept.append((place, end))
        self.kept = [(start, stop) for start, stop in kept if stop > start]
        self.starts = [start for start, _ in self.kept]
        self.before = [0]
        for start, stop in self.kept:
            self.before.append(self.before[-1] + stop - start)

    @property
    def length(self) -> int:
        return self.before[-1]

    def place(self, offset: int) -> int:
        """Where an offset of the text comes to lie."""
        number = bisect_right(self.starts, offset) - 1
        if number < 0:
            return 0
        start, stop = self.kept[number]
        return self.before[number] + min(offset, stop) - start


class _Builder:
    def __init__(self) -> None:
        self.documents: list[str] = []
        self.annotators: dict[str, int] = {}
        self.label_numbers: dict[Any, int] = {}
        self.shapes: dict[Fragments, int] = {}
        self.did: list[tuple[int, int]] = []
        self.lengths: list[int] = []
        self.left_out: list[int] = []
        self.spans: list[tuple[int, int, int, int, int, int, int]] = []
        self.pieces: list[tuple[int, int, int]] = []
        self.marked: list[Any] = []
        self.tokens: list[Any] = []
        self.dropped = self.clipped = 0

    def add(self, name: str, document: Mapping[str, Any]) -> None:
        number = len(self.documents)
        self.documents.append(name)
        full = isinstance(document.get("annotators"), Mapping)
        work = document["annotators"] if full else document
        region, length = self._region(document if full else {})
        self.tokens.append(_tokens(document, region) if full else None)
        for annotator, spans in work.items():
            if spans is None:
                continue
            who = self.annotators.setdefault(str(annotator), len(self.annotators))
            self.did.append((number, who))
            marked = spans.get("spans", ()) if isinstance(spans, Mapping) else spans
            for span in marked:
                self._span(number, who, span, region)
        self.lengths.append(length)

    def _region(self, document: Mapping[str, Any]) -> tuple[_Region | None, int]:
        """What is in the document; None where nothing has to be cut or moved."""
        continuum = document.get("continuum") or {}
        begin = int(continuum.get("begin", 0))
        length = continuum.get("length", document.get("length"))
        if length is None and isinstance(document.get("text"), str):
            length = len(document["text"])
        excluded = document.get("excluded") or ()
        if length is None:
            self.left_out.append(0)
            return (_Region(0, 1 << 60, excluded) if excluded else None), -1
        region = _Region(begin, begin + int(length), excluded)
        self.left_out.append(int(length) - region.length)
        return region, region.length

    def _span(self, doc: int, who: int, span: Any, region: _Region | None) -> None:
        label, fragments = _read(span)
        if region is not None:
            before = sum(end - start for start, end in fragments)
            fragments = tuple((region.place(start), region.place(end)) for start, end in fragments)
            after = sum(end - start for start, end in fragments)
            self.clipped += 0 < after < before
        if len(fragments) > 1 or fragments[0][0] >= fragments[0][1]:
            fragments = _joined(fragments)
        if not fragments:
            self.dropped += 1
            return
        first, last = fragments[0][0], fragments[-1][1]
        shape = 0
        size = last - first
        number = len(self.spans)
        if len(fragments) > 1:
            steps = tuple((start - first, end - first) for start, end in fragments)
            shape = self.shapes.setdefault(steps, len(self.shapes) + 1)
            size = sum(end - start for start, end in fragments)
        code = self.label_numbers.setdefault(label, len(self.label_numbers))
        self.spans.append((doc, who, code, first, last, size, shape))
        for start, end in fragments:
            self.pieces.append((number, start, end))
        self.marked.append(span)

    def done(self) -> Corpus:
        labels = sorted(self.label_numbers, key=lambda label: (str(type(label)), str(label)))
        rank = np.zeros(max(len(labels), 1), np.int64)
        for number, label in enumerate(labels):
            rank[self.label_numbers[label]] = number
        columns = np.array(self.spans, np.int64).reshape(-1, 7).T
        owner, start, end = np.array(self.pieces, np.int64).reshape(-1, 3).T
        doc, annotator, label, first, last, size, shape = columns
        assigned = np.zeros((len(self.documents), len(self.annotators)), bool)
        for number, who in self.did:
            assigned[number, who] = True
        lengths = np.array(self.lengths, np.int64)
        origin = np.zeros(len(lengths), np.int64)
        if len(doc) and (lengths < 0).any():
            origin[:] = np.iinfo(np.int64).max
            np.minimum.at(origin, doc, first)
            origin[lengths >= 0] = 0
        return Corpus(
            tuple(self.documents),
            tuple(self.annotators),
            tuple(labels),
            assigned,
            lengths,
            np.array(self.left_out, np.int64),
            doc,
            annotator,
            rank[label],
            first - origin[doc],
            last - origin[doc],
            size,
            shape,
            owner,
            start - origin[doc[owner]],
            end - origin[doc[owner]],
            self.dropped,
            self.clipped,
            tuple(self.marked),
            tuple(self.tokens),
        )


def _read(span: Any) -> tuple[Any, Fragments]:
    """Label and fragments of a span in any of the accepted forms."""
    if isinstance(span, Mapping):
        label = span.get("label")
        pieces = span.get("fragments", span.get("spans"))
        if pieces is None:
            pieces = ((span["start"], span["end"]),) if "start" in span and "end" in span else ()
        fragments = tuple((int(start), int(end)) for start, end in pieces)
    elif isinstance(span, Sequence) and not isinstance(span, str):
        start, end, label = span[0], span[1], span[2] if len(span) > 2 else None
        fragments = ((int(start), int(end)),)
    else:
        label, fragments = span.label, tuple(span.fragments)
    if not fragments:
        raise ValueError(f"The span {span!r} has no offsets; give start and end, or fragments.")
    for start, end in fragments:
        if end < start:
            raise ValueError(f"The span {span!r} ends before it starts.")
    return label, fragments


def _joined(fragments: Fragments) -> Fragments:
    """Sorted, without empty ones, touching and overlapping ones joined."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(fragments):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _tokens(document: Mapping[str, Any], region: _Region | None) -> Any:
    """Starts and ends of the document's tokens, moved like the spans; None if not given."""
    tokens = document.get("tokens")
    if tokens is None and isinstance(document.get("text"), str):
        tokens = _tokens_of(document["text"])
    if tokens is None:
        return None
    places = [(int(start), int(end)) for start, end in tokens]
    if region is not None:
        places = [(region.place(start), region.place(end)) for start, end in places]
    return np.array([place for place in places if place[1] > place[0]], np.int64).reshape(-1, 2)


def _tokens_of(text: str) -> list[tuple[int, int]]:
    from annotator.text.blocks import Blocks
    from annotator.text.clusters import Clusters
    from annotator.text.tokens import Tokens

    blocks = Blocks(text)
    return list(Tokens(text, blocks, Clusters(text, blocks)).within(0, len(text)))
