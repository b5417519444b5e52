"""Continua: the spans of several annotators on one document, and random ones like them.

A document is brought into an order that depends on nothing but where its spans lie and which of
them share a label. So names of annotators and labels, the order of spans and a common shift of all
offsets change no bit of a result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

import numpy as np

from annotator.agreement.corpus import Corpus
from annotator.agreement.ratings import Floats, Ints


class Unit(NamedTuple):
    """A span by its hull; `label` counts in canonical order, `span` is its row in the corpus."""

    start: int
    end: int
    label: int
    span: int


@dataclass(frozen=True, slots=True)
class Document:
    """A document two annotators or more did: `units[a]` are those of annotator `annotators[a]`.

    `labels[code]` is the number of the label in the corpus; `length` is that of the text or,
    where it is not known, of the hull of all units.
    """

    number: int
    annotators: tuple[int, ...]
    units: tuple[tuple[Unit, ...], ...]
    labels: tuple[int, ...]
    length: int

    @property
    def content(self) -> str:
        """Equal for documents whose units cannot be told apart."""
        return repr((self.length, [[unit[:3] for unit in units] for units in self.units]))

    def generator(self, seed: int) -> np.random.Generator:
        """Random numbers that depend on the seed and on what the document holds."""
        digest = blake2b(self.content.encode(), digest_size=8).digest()
        return np.random.default_rng([seed, int.from_bytes(digest, "big")])


@dataclass(frozen=True, slots=True)
class Continua:
    """Several continua of one number of annotators; every array is (continua, annotators, slots).

    A slot without a unit has label -1.
    """

    start: Floats
    end: Floats
    label: Ints

    @property
    def units(self) -> Ints:
        """Units per continuum and annotator."""
        return np.asarray((self.label >= 0).sum(axis=2))

    def __len__(self) -> int:
        return len(self.label)

    def __getitem__(self, which: slice) -> Continua:
        return Continua(self.start[which], self.end[which], self.label[which])


def documents(corpus: Corpus) -> Iterator[Document]:
    """Those of two annotators or more in which somebody marked something."""
    rows: dict[int, list[int]] = {}
    for row, number in enumerate(corpus.doc.tolist()):
        rows.setdefault(number, []).append(row)
    columns = corpus.first, corpus.last, corpus.label, corpus.annotator
    for number, chosen in rows.items():
        assigned = np.flatnonzero(corpus.assigned[number]).tolist()
        if len(assigned) >= 2:
            values = zip(*(column[chosen].tolist() for column in columns), chosen, strict=True)
            yield _document(number, assigned, list(values), int(corpus.length[number]))


def _document(
    number: int, assigned: list[int], spans: list[tuple[int, int, int, int, int]], length: int
) -> Document:
    begin = 0 if length >= 0 else min(span[0] for span in spans)
    places: dict[int, list[tuple[int, int]]] = {who: [] for who in assigned}
    for start, end, _, who, _ in spans:
        places[who].append((start, end))
    for given in places.values():
        given.sort()
    # Labels are told apart by where they occur and by the places of all spans of those who gave
    # them, so that their names play no part.
    occurrences: dict[int, list[tuple[int, int, list[tuple[int, int]]]]] = {}
    for start, end, label, who, _ in spans:
        occurrences.setdefault(label, []).append((start, end, places[who]))
    labels = sorted(occurrences, key=lambda label: sorted(occurrences[label]))
    codes = {label: code for code, label in enumerate(labels)}
    units: dict[int, list[Unit]] = {who: [] for who in assigned}
    for start, end, label, who, row in spans:
        units[who].append(Unit(start - begin, end - begin, codes[label], row))
    for marked in units.values():
        marked.sort()
    order = sorted(assigned, key=lambda who: [unit[:3] for unit in units[who]])
    if length < 0:
        length = max(span[1] for span in spans) - begin
    return Document(
        number, tuple(order), tuple(tuple(units[who]) for who in order), tuple(labels), length
    )


def observed(document: Document) -> Continua:
    """The document itself, as continuum 0."""
    slots = max(map(len, document.units))
    start, end = np.zeros((2, 1, len(document.units), slots))
    label = np.full(start.shape, -1)
    for a, units in enumerate(document.units):
        if units:
            start[0, a, : len(units)], end[0, a, : len(units)] = np.array(units).T[:2]
            label[0, a, : len(units)] = [unit.label for unit in units]
    return Continua(start, end, label)


def statistical(document: Document, size: int, generator: np.random.Generator) -> Continua:
    """Numbers of units, gaps and lengths from normal distributions, labels by their shares.

    The sampler that pygamma-agreement takes by default, but numbers of units are rounded, not
    truncated. The first gap of an annotator counts from the begin of the document.
    """
    flat = [unit for units in document.units for unit in units]
    gaps = [
        unit.start - before
        for units in document.units
        for before, unit in zip((0, *(unit.end for unit in units)), units, strict=False)
    ]
    lengths = [unit.end - unit.start for unit in flat]
    counts = [len(units) for units in document.units]
    drawn = np.abs(np.rint(generator.normal(np.mean(counts), np.std(counts), (size, len(counts)))))
    drawn[drawn.sum(axis=1) == 0, 0] = 1
    shape = (*drawn.shape, int(drawn.max()))
    gap = generator.normal(np.mean(gaps), np.std(gaps), shape)
    length = np.abs(generator.normal(np.mean(lengths), np.std(lengths), shape))
    end = np.cumsum(gap + length, axis=2)
    shares = np.bincount([unit.label for unit in flat]) / len(flat)
    label = generator.choice(len(shares), shape, p=shares)
    label[np.arange(shape[2]) >= drawn[..., None]] = -1
    return Continua(end - length, end, label)


def shuffle(document: Document, size: int, generator: np.random.Generator) -> Continua:
    """For each annotator the units of a random one, shifted round the document.

    Mathet, Widlöcher and Métivier (2015), 5.2: shifts within one continuum are at least half a
    mean unit length apart where the document has room for that.
    """
    real, number = observed(document), len(document.units)
    units = real.units[0]
    source = generator.integers(number, size=(size, number))
    source[units[source].sum(axis=1) == 0, 0] = int(units.argmax())
    apart = float((real.end - real.start).sum() / units.sum()) / 2
    shift = generator.uniform(0, document.length, (size, number))
    for _ in range(_TRIES):
        close = (np.diff(np.sort(shift, axis=1), axis=1) < apart).any(axis=1)
        if not close.any():
            break
        shift[close] = generator.uniform(0, document.length, (int(close.sum()), number))
    start, end = (side[0][source] + shift[..., None] for side in (real.start, real.end))
    back = np.where(start > document.length, document.length, 0.0)
    return Continua(start - back, end - back, real.label[0][source])


_TRIES = 100
Sampler = Callable[[Document, int, np.random.Generator], Continua]
SAMPLERS: Mapping[str, Sampler] = {"statistical": statistical, "shuffle": shuffle}
"""Draw that many random continua like a document; none of them is empty."""
