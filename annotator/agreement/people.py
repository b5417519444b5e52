"""Each annotator by themselves: how much they brought, and how they stand against the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from annotator.agreement.ground import Ground
from annotator.agreement.ratings import Ints
from annotator.agreement.spanwise import Counts, f1, mean_f1


@dataclass(frozen=True, slots=True)
class Person:
    """What one annotator brought, and how they stand against the rest (F1 by overlap, pooled)."""

    name: str
    articles: int
    spans: int
    links: int
    assisted_spans: int
    assisted_links: int
    against_rest: float | None
    without: float | None
    accuracy: float | None = None
    errors: Mapping[str, Mapping[str, float] | None] = field(default_factory=dict)


def people(ground: Ground, counts: Counts, labels: Sequence[str]) -> tuple[Person, ...]:
    """From the counts (pairs, D, 3) of F1 by overlap of some labels together."""
    corpus = ground.corpus
    diagnosis = _competence(ground, labels)
    found = []
    for who, name in sorted(enumerate(corpus.annotators), key=lambda item: item[1]):
        own = np.array([who in pair for pair in corpus.pairs], bool)
        works = [document.works[name] for document in ground.documents if name in document.works]
        spans = [span.get("origin", "manual") for work in works for span in work.spans]
        links = [link.get("origin", "manual") for work in works for link in work.links]
        found.append(
            Person(
                name,
                len(works),
                len(spans),
                len(links),
                len(spans) - spans.count("manual"),
                len(links) - links.count("manual"),
                known(f1(counts[own].sum(axis=(0, 1)).astype(float))),
                mean_f1(counts[~own], corpus).value if not own.all() else None,
                (diagnosis.get("accuracy") or {}).get(name),
                (diagnosis.get("errors") or {}).get(name, {}),
            )
        )
    return tuple(found)


def _competence(ground: Ground, labels: Sequence[str]) -> dict[str, Any]:
    """Dawid & Skene over the places that anyone marked, for three annotators or more.

    A place is a group of spans that match each other whatever their label; who marked nothing
    there said "not marked". Few places an annotator: the one-coin model.
    """
    from annotator.agreement.competence import dawid_skene

    corpus = ground.corpus
    if len(corpus.annotators) < 3:
        return {}
    wanted = np.array([label in labels for label in corpus.labels], bool)
    keep = np.flatnonzero(wanted[corpus.label]) if len(wanted) else np.zeros(0, np.int64)
    first, place = np.unique(_places(ground)[keep], return_inverse=True)
    # 0 is "not marked", -1 is not assigned; of two spans in one place the first counts.
    said = np.where(corpus.assigned[corpus.doc[first]], 0, -1)
    said[place[::-1], corpus.annotator[keep][::-1]] = corpus.label[keep][::-1] + 1
    words = np.array(["not marked", *map(str, corpus.labels), None], object)
    answers = {name: words[said[:, who]].tolist() for who, name in enumerate(corpus.annotators)}
    few = len(first) < 50 * len(corpus.annotators)
    return dawid_skene(answers, one_coin=few, by_unit=False).detail


def _places(ground: Ground) -> Ints:
    """For each span the first of those it is connected with by matches, shape (S,)."""
    root = np.arange(ground.size)
    matches = [ground.match(pair, same_label=False) for pair in ground.corpus.pairs]
    while True:
        before = root.copy()
        for match in matches:
            least = np.minimum(root[match.left], root[match.right])
            root[match.left] = root[match.right] = least
        if np.array_equal(before, root):
            return root


def known(value: Any) -> float | None:
    """None for NaN."""
    return None if np.isnan(value) else float(value)
