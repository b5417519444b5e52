"""The figures of links: by entity end to end, strictly, and given a matched head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from annotator.agreement.corpus import Bools
from annotator.agreement.ground import REFERENCE, Ground, Pair
from annotator.agreement.measures import Figure, by_pair_f1, tally_of
from annotator.agreement.ratings import Ints
from annotator.agreement.result import REASONS
from annotator.agreement.spanwise import Counts, mean_f1
from annotator.model.scheme import Scheme


def link_figures(ground: Ground, scheme: Scheme, labels: Sequence[str]) -> Iterator[Figure]:
    """Tuple F1 over entities, strict F1, and agreement on the target given a matched head."""
    types = sorted(
        (number, kind)
        for number, kind in enumerate(ground.links.types)
        if kind[0] in labels and kind[1] != REFERENCE
    )
    if not types:
        return
    compared = LinkCounts(ground)
    order = {
        (label.name, link.name): place
        for place, (label, link) in enumerate(
            (label, link) for label in scheme.labels.values() for link in label.links
        )
    }
    for number, kind in sorted(types, key=lambda item: order.get(item[1], len(order))):
        layer = f"{kind[0]} {kind[1]}"
        n = int((ground.links.type == number).sum())
        for metric, kinds in (
            ("tuple_f1", ("link", "target")),
            ("strict_f1", ("link", "target", "boundary")),
        ):
            counts = compared.counts(metric, number)
            yield Figure(
                "links",
                layer,
                metric,
                mean_f1(counts, ground.corpus),
                n,
                "links",
                REASONS["no_links"],
                kinds,
                by_pair=by_pair_f1(ground.corpus, counts),
            )
        counts = compared.counts("target_agreement", number)
        yield Figure(
            "links",
            layer,
            "target_agreement",
            mean_f1(counts, ground.corpus),
            compared.heads(number),
            "heads",
            REASONS["no_matched_heads"],
            ("target",),
            compared.head_coverage(number),
            by_pair_f1(ground.corpus, counts),
        )


@dataclass(frozen=True, slots=True)
class Compared:
    """Links of two annotators as numbers that are equal where the links agree, and their rows."""

    first: Ints
    second: Ints
    first_rows: Ints
    second_rows: Ints
    head: Ints  # (S,) the span of the other that matches, -1 if none


def _firsts(key: Ints) -> Ints:
    """Where each distinct value occurs first."""
    return np.unique(key, return_index=True)[1]


class LinkCounts:
    """What links two annotators share, by type and document."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.links = ground, ground.links
        self.targets = ground.size + len(ground.entities) + len(ground.constants)
        self._tables: dict[tuple[str, Pair], Ints] = {}
        self._heads = np.zeros((len(self.links.types), 3), np.int64)
        self._compared: dict[tuple[bool, Pair], Compared] = {}

    def counts(self, metric: str, kind: int) -> Counts:
        """(pairs, D, 3) of one type of link."""
        return np.stack([self._table(metric, pair)[:, kind] for pair in self.ground.corpus.pairs])

    def heads(self, kind: int) -> int:
        """Heads that both linked, over all pairs."""
        return int(self._heads[kind, 0])

    def head_coverage(self, kind: int) -> float | None:
        """Heads that both linked, as a share of all linked heads."""
        both, first, second = self._heads[kind].tolist()
        return 2 * both / (first + second) if first + second else None

    def compared(self, metric: str, pair: Pair) -> Compared:
        """Links of both, those of the first written as the second's counterparts.

        A tuple that someone has twice, after mentions stood for their entities, counts once.
        """
        key = metric == "strict_f1", pair
        if key not in self._compared:
            self._compared[key] = self._compare(*key)
        return self._compared[key]

    def _compare(self, strict: bool, pair: Pair) -> Compared:
        corpus, links = self.ground.corpus, self.links
        target = links.raw if strict else links.target
        both = corpus.both(pair)[corpus.doc[links.source]]
        who = corpus.annotator[links.source]
        rows = [np.flatnonzero(both & (who == one)) for one in pair]
        if self.ground.without_assisted:
            rows = self._unassisted(rows, pair)
        head, tail = self._maps(pair, strict)
        width = self.ground.size + 1
        ends = self.targets + 1
        keys = []
        for side, own in enumerate(rows):
            own = own[_firsts((links.type[own] * width + links.source[own]) * ends + target[own])]
            source, end = links.source[own], target[own]
            if side == 0:
                source, end = head[source], tail[end]
            key = (links.type[own] * width + source + 1) * ends + end + 1
            lost = (source < 0) | (end < 0)
            key[lost] = -1 - own[lost]
            keys.append(key)
            rows[side] = own
        return Compared(keys[0], keys[1], rows[0], rows[1], head)

    def _unassisted(self, rows: list[Ints], pair: Pair) -> list[Ints]:
        """Without the links of a head and type of which either annotator's were suggested."""
        links, size = self.links, self.ground.size
        partner = self.ground.match(pair).partners(size)
        spoilt = []
        for own in rows:
            kind, source = links.type[own], links.source[own]
            bad = links.assisted[own]
            for heads in (source, partner[source]):
                spoilt.append((kind * (size + 1) + heads + 1)[bad])
        gone = np.concatenate(spoilt)
        key = links.type * (size + 1) + links.source + 1
        return [own[~np.isin(key[own], gone)] for own in rows]

    def _maps(self, pair: Pair, strict: bool) -> tuple[Ints, Ints]:
        """Heads and targets of the first annotator -> those of the second, -1 if none."""
        ground, size = self.ground, self.ground.size
        head = ground.match(pair).partners(size, exact=strict)
        spans = head if strict else ground.match(pair, same_label=False).partners(size)
        entities = ground.entity_map(pair, by_mentions=not strict)
        constants = np.arange(size + len(entities), self.targets)
        moved = np.where(entities >= 0, entities + size, -1)
        return head, np.concatenate((spans, moved, constants))

    def _table(self, metric: str, pair: Pair) -> Ints:
        """(D, types, 3)"""
        if (metric, pair) in self._tables:
            return self._tables[metric, pair]
        links, corpus = self.links, self.ground.corpus
        source = "tuple_f1" if metric == "target_agreement" else metric
        found = self.compared(source, pair)
        first, second = found.first, found.second
        rows = [found.first_rows, found.second_rows]
        if metric == "target_agreement":
            head = found.head
            width = self.ground.size + 1
            ends = [
                links.type[rows[0]] * width + head[links.source[rows[0]]] + 1,
                links.type[rows[1]] * width + links.source[rows[1]] + 1,
            ]
            lone = head[links.source[rows[0]]] < 0
            keep = [np.isin(ends[0], ends[1]) & ~lone, np.isin(ends[1], ends[0][~lone])]
            self._count_heads(rows, ends, lone)
            first, second = first[keep[0]], second[keep[1]]
            rows = [rows[0][keep[0]], rows[1][keep[1]]]
        shape = len(corpus.documents), len(links.types)
        table = np.zeros((*shape, 3), np.int64)
        place = corpus.doc[links.source] * shape[1] + links.type
        table[..., 0] = tally_of(place[rows[1][np.isin(second, first)]], shape)
        table[..., 1] = tally_of(place[rows[0]], shape)
        table[..., 2] = tally_of(place[rows[1]], shape)
        self._tables[metric, pair] = table
        return table

    def _count_heads(self, rows: list[Ints], ends: list[Ints], lone: Bools) -> None:
        links, width = self.links, self.ground.size + 1
        heads = [
            np.unique(links.type[own] * width + links.source[own] + 1) // width for own in rows
        ]
        shared = np.intersect1d(ends[0][~lone], ends[1]) // width
        for column, kinds in enumerate((shared, *heads)):
            self._heads[:, column] += np.bincount(kinds, minlength=len(links.types))
