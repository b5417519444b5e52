"""How much of the text each annotator marked with each label, and how much two share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from annotator.agreement.corpus import Corpus
from annotator.agreement.overlap import merged, overlaps
from annotator.agreement.ratings import Ints


@dataclass(frozen=True, slots=True)
class Cover:
    """In characters or tokens of the union of an annotator's spans of one label.

    `length` (D,), -1 if not known; `marked` (R, D, L); `shared` (pairs, D, L).
    """

    corpus: Corpus
    length: Ints
    marked: Ints
    shared: Ints

    def counts(self) -> Ints:
        """Shared, marked by the first, by the second: (pairs, D, L, 3)."""
        found = np.zeros((*self.shared.shape, 3), np.int64)
        for number, pair in enumerate(self.corpus.pairs):
            both = self.corpus.both(pair)[:, None]
            found[number, :, :, 0] = self.shared[number]
            found[number, :, :, 1] = self.marked[pair[0]] * both
            found[number, :, :, 2] = self.marked[pair[1]] * both
        return found


def cover(corpus: Corpus, unit: str) -> Cover:
    """Coverage by `unit` character or token. A token counts as marked if a fragment touches it."""
    if unit == "character":
        start, end, length, extent = corpus.start, corpus.end, corpus.length, corpus.extent
    elif unit == "token":
        start, end, length = _in_tokens(corpus)
        extent = int(length.max(initial=0)) + 1
    else:
        raise ValueError(f"There is no unit {unit!r}; take character or token.")
    labels = max(len(corpus.labels), 1)
    layers = len(corpus.documents) * labels
    shape = len(corpus.documents), labels
    base = (corpus.doc * labels + corpus.label)[corpus.owner] * extent
    who, held = corpus.annotator[corpus.owner], end > start
    unions, marked = [], np.zeros((len(corpus.annotators), *shape), np.int64)
    for annotator in range(len(corpus.annotators)):
        own = held & (who == annotator)
        first, last, _ = merged((base + start)[own], (base + end)[own])
        unions.append((first, last))
        total = np.bincount(first // extent, weights=last - first, minlength=layers)
        marked[annotator] = total.astype(np.int64).reshape(shape)
    shared = np.zeros((len(corpus.pairs), *shape), np.int64)
    for number, (a, b) in enumerate(corpus.pairs):
        left, _, length_shared = overlaps(*unions[a], *unions[b])
        total = np.bincount(unions[a][0][left] // extent, weights=length_shared, minlength=layers)
        shared[number] = total.astype(np.int64).reshape(shape)
    return Cover(corpus, length, marked, shared)


def _in_tokens(corpus: Corpus) -> tuple[Ints, Ints, Ints]:
    """Fragments as ranges of token numbers within the document, and tokens per document."""
    tokens = [words.places() for words in corpus.words if words is not None]
    length = np.array([len(places) for places in tokens], np.int64)
    before = np.cumsum(length) - length
    extent = max([corpus.extent, *(int(places.max(initial=0)) for places in tokens)]) + 1
    moved = [places + number * extent for number, places in enumerate(tokens)]
    table = np.concatenate([np.zeros((0, 2), np.int64), *moved])
    doc = corpus.doc[corpus.owner]
    first = np.searchsorted(table[:, 1], doc * extent + corpus.start, "right")
    last = np.searchsorted(table[:, 0], doc * extent + corpus.end, "left")
    return first - before[doc], last - before[doc], length
