"""Documents that several annotators marked, as columns of numbers.

Built once from plain data; every span measure works on it. Text outside the region that was to
be annotated is cut out here, so that no measure can see it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from annotator.agreement.given import FormError, distinct, items, stretch, whole
from annotator.agreement.overlap import merged
from annotator.agreement.ratings import Ints, order_of

Bools = npt.NDArray[np.bool_]
Fragments = Sequence[Sequence[int]]
_FAR = 1 << 53  # offsets beyond are not exact as floats


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
    words: tuple[Words | None, ...] = field(default=(), repr=False)

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

    @property
    def has_tokens(self) -> bool:
        """Whether every document says what its tokens are."""
        return len(self.words) == len(self.documents) and None not in self.words

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

    Raises ValueError for a span that ends before it starts or has no offsets, and for offsets
    that are not whole numbers.
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
    if isinstance(data, str) or not isinstance(data, Iterable):
        raise FormError(f"Documents are a list or a mapping, not {data!r}.")
    documents = list(data)
    for document in documents:
        if not isinstance(document, Mapping):
            raise FormError(f"A document is a mapping from annotators to spans, not {document!r}.")
    return [(str(document.get("id", "")), document) for document in documents]


def work_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What each annotator did on a document, by name."""
    full = isinstance(document.get("annotators"), Mapping)
    return document["annotators"] if full else document


def _by_document(data: Mapping[str, Any]) -> bool:
    """Whether the mapping is document -> work, not annotator -> spans."""
    return all(
        isinstance(value, Mapping) and not ("spans" in value or "links" in value)
        for value in data.values()
    )


class _Region:
    """Offsets without what lies outside the continuum or in an excluded stretch."""

    def __init__(self, begin: int, end: int, excluded: Iterable[Sequence[int]]) -> None:
        kept, place = [], begin
        for start, stop in sorted(stretch(pair, "Excluded stretches") for pair in excluded):
            if start > place:
                kept.append((place, min(start, end)))
            place = max(place, stop)
        kept.append((place, end))
        held = [(start, stop) for start, stop in kept if stop > start] or [(begin, begin)]
        self.starts, self.stops = np.array(held, np.int64).T
        sizes = self.stops - self.starts
        self.before = np.cumsum(sizes) - sizes
        self.length = int(sizes.sum())

    def place(self, offsets: Ints) -> Ints:
        """Where offsets of the text come to lie."""
        number = np.maximum(np.searchsorted(self.starts, offsets, "right") - 1, 0)
        start = self.starts[number]
        return np.asarray(self.before[number] + np.clip(offsets, start, self.stops[number]) - start)


class _Builder:
    """Collects plain data in lists, and makes columns of them at the end."""

    def __init__(self) -> None:
        self.documents: list[str] = []
        self.annotators: dict[str, int] = {}
        self.did: list[tuple[int, int, int]] = []  # document, annotator, number of spans
        self.begins: list[int] = []
        self.lengths: list[int] = []
        self.regions: dict[int, _Region] = {}  # of documents with excluded stretches
        self.marked: list[Any] = []
        self.labels: list[Any] = []
        self.pieces: list[int] = []  # fragments of each span
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.words: list[Words | None] = []

    def add(self, name: str, document: Mapping[str, Any]) -> None:
        number = len(self.documents)
        self.documents.append(name)
        full = isinstance(document.get("annotators"), Mapping)
        self._region(number, document if full else {})
        for annotator, spans in work_of(document).items():
            if spans is None:
                continue
            who = self.annotators.setdefault(str(annotator), len(self.annotators))
            marked = spans.get("spans", ()) if isinstance(spans, Mapping) else spans
            marked = items(marked, f"The spans of {annotator}")
            self.did.append((number, who, len(marked)))
            self._spans(marked)

    def _region(self, number: int, document: Mapping[str, Any]) -> None:
        continuum = document.get("continuum") or {}
        if not isinstance(continuum, Mapping):
            raise FormError(f"A continuum has begin and length; it is not {continuum!r}.")
        begin = whole(continuum.get("begin", 0), "The begin of a continuum")
        length = continuum.get("length", document.get("length"))
        if length is None and isinstance(document.get("text"), str):
            length = len(document["text"])
        self.begins.append(begin)
        size = -1 if length is None else whole(length, "A document's length", 0)
        self.lengths.append(size)
        excluded = items(document.get("excluded") or (), "Excluded stretches")
        if excluded:
            if size < 0:
                raise FormError("A document with excluded stretches needs its length.")
            self.regions[number] = _Region(begin, begin + size, excluded)
        given = document.get("tokens", document.get("text"))
        words = Words(given, begin, self.lengths[-1], self.regions.get(number))
        self.words.append(None if given is None else words)

    def _spans(self, marked: Collection[Any]) -> None:
        self.marked += marked
        if set(map(type, marked)) <= {tuple, list} and set(map(len, marked)) == {3}:
            start, end, label = zip(*marked, strict=True)
            self.starts += start
            self.ends += end
            self.labels += label
            self.pieces += [1] * len(start)
            return
        for span in marked:
            name, given = _read(span)
            fragments = items(given, "Fragments")
            self.labels.append(name)
            self.pieces.append(len(fragments))
            for first, last in map(_pair, fragments):
                self.starts.append(first)
                self.ends.append(last)

    def done(self) -> Corpus:
        labels = sorted(distinct(self.labels, "A label"), key=order_of)
        code = {label: number for number, label in enumerate(labels)}
        did = np.array(self.did, np.int64).reshape(-1, 3)
        assigned = np.zeros((len(self.documents), len(self.annotators)), bool)
        assigned[did[:, 0], did[:, 1]] = True
        doc, who = np.repeat(did[:, 0], did[:, 2]), np.repeat(did[:, 1], did[:, 2])
        pieces = np.array(self.pieces, np.int64)
        owner = np.repeat(np.arange(len(doc)), pieces)
        start, end = _offsets(self.starts), _offsets(self.ends)
        for wrong in owner[end < start]:
            raise FormError(f"The span {self.marked[wrong]!r} ends before it starts.")
        before = end - start
        start, end = self._placed(doc[owner], start, end)
        cut = np.bincount(owner, weights=before - (end - start), minlength=len(doc)) > 0
        owner, start, end, shape = _whole(owner, start, end, pieces)
        size = np.bincount(owner, weights=end - start, minlength=len(doc)).astype(np.int64)
        keep = size > 0
        clipped = int((cut & keep).sum())
        first, last = np.zeros(len(doc), np.int64), np.zeros(len(doc), np.int64)
        first[owner[::-1]], last[owner] = start[::-1], end
        length = np.array(self.lengths, np.int64)
        left_out = np.zeros_like(length)
        for number, region in self.regions.items():
            left_out[number] = length[number] - region.length
            length[number] = region.length
        corpus = Corpus(
            tuple(self.documents),
            tuple(self.annotators),
            tuple(labels),
            assigned,
            length,
            left_out,
            doc,
            who,
            np.array([code[label] for label in self.labels], np.int64),
            first,
            last,
            size,
            shape,
            owner,
            start,
            end,
            int((~keep).sum()),
            clipped,
            tuple(self.marked),
            tuple(self.words),
        )
        return corpus if keep.all() else corpus.without(~keep)

    def _placed(self, doc: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints]:
        """Offsets within the regions; without one, from the first marked character on."""
        origin = np.array(self.begins, np.int64)
        length = np.array(self.lengths, np.int64)
        unknown = length < 0
        if unknown.any():
            first = np.full(len(origin), np.iinfo(np.int64).max)
            np.minimum.at(first, doc, start)
            origin[unknown], length[unknown] = first[unknown], np.iinfo(np.int64).max
        most = length[doc]
        places = [np.clip(offsets - origin[doc], 0, most) for offsets in (start, end)]
        for number, region in self.regions.items():
            own = slice(*np.searchsorted(doc, (number, number + 1)))
            for offsets, place in zip((start, end), places, strict=True):
                place[own] = region.place(offsets[own])
        return places[0], places[1]


def _read(span: Any) -> tuple[Any, Fragments]:
    """Label and fragments of a span in any of the accepted forms."""
    if isinstance(span, Mapping):
        label = span.get("label")
        pieces = span.get("fragments")
        if pieces is None:
            pieces = span.get("spans")
        if pieces is None and "start" in span and "end" in span:
            pieces = ((span["start"], span["end"]),)
    elif isinstance(span, Sequence) and not isinstance(span, str):
        label, pieces = (span[2] if len(span) > 2 else None), (span[:2],)
    else:
        label, pieces = getattr(span, "label", None), getattr(span, "fragments", None)
    if not pieces:
        raise FormError(f"The span {span!r} has no offsets; give start and end, or fragments.")
    return label, pieces


def _pair(fragment: Any) -> Sequence[int]:
    if isinstance(fragment, str) or not isinstance(fragment, Sequence) or len(fragment) != 2:
        raise FormError(f"Fragments are pairs of start and end, not {fragment!r}.")
    return fragment


def _offsets(values: list[Any]) -> Ints:
    """Whole numbers that 64 bits hold with room to add; anything else is not guessed at."""
    found = np.array(values)
    if found.dtype.kind in "bi" and (not found.size or int(np.abs(found).max()) < _FAR):
        return found.astype(np.int64)
    for value in values:
        whole = isinstance(value, int | float | np.number) and value == value
        if not whole or abs(value) >= _FAR or int(value) != value:
            raise FormError(f"An offset is a whole number of characters, not {value!r}.")
    return found.astype(np.int64)


def _whole(owner: Ints, start: Ints, end: Ints, pieces: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Fragments by span and place, empty ones left out, touching ones joined; shapes (S,)."""
    shape = np.zeros(len(pieces), np.int64)
    held = end > start
    many = pieces[owner] > 1
    if not many.any():
        return owner[held], start[held], end[held], shape
    alone, mixed = held & ~many, held & many
    base = owner[mixed] * (int(end.max()) + 1)
    first, last, index = merged(base + start[mixed], base + end[mixed])
    mine = np.zeros(len(first), np.int64)
    mine[index] = owner[mixed]
    base = mine * (int(end.max()) + 1)
    all_owners = np.concatenate((owner[alone], mine))
    order = np.argsort(all_owners, kind="stable")
    shapes: dict[bytes, int] = {}
    for span in np.unique(mine):
        own = mine == span
        if own.sum() > 1:
            steps = np.stack((first[own], last[own])) - first[own][0]
            shape[span] = shapes.setdefault(steps.tobytes(), len(shapes) + 1)
    return (
        all_owners[order],
        np.concatenate((start[alone], first - base))[order],
        np.concatenate((end[alone], last - base))[order],
        shape,
    )


@dataclass(frozen=True, slots=True)
class Words:
    """Where the tokens of a document are, found when a measure asks for them."""

    given: Sequence[Sequence[int]] | str  # places, or the text
    begin: int
    length: int
    region: _Region | None

    def places(self) -> Ints:
        """Starts and ends within the document's region, shape (tokens, 2)."""
        tokens = _tokenise(self.given) if isinstance(self.given, str) else self.given
        places = np.array([(start, end) for start, end in tokens], np.int64).reshape(-1, 2)
        if self.region is not None:
            places = self.region.place(places)
        elif self.length >= 0:
            places = np.clip(places - self.begin, 0, self.length)
        return places[places[:, 1] > places[:, 0]]


def _tokenise(text: str) -> list[tuple[int, int]]:
    from annotator.text.blocks import Blocks
    from annotator.text.clusters import Clusters
    from annotator.text.tokens import Tokens

    blocks = Blocks(text)
    return list(Tokens(text, blocks, Clusters(text, blocks)).within(0, len(text)))
