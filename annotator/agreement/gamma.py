"""Gamma: agreement on spans by the best alignment (Mathet, Widlöcher & Métivier 2015).

Needs scipy (`pip install annotator[gamma]`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import combinations
from math import ceil
from typing import Any, Literal

import numpy as np

from annotator.agreement.alignment import (
    Alignment,
    Dissimilarity,
    best_alignments,
    least_costs,
    positional,
)
from annotator.agreement.continua import SAMPLERS, Continua, Document, documents, observed
from annotator.agreement.corpus import Corpus, read_corpus
from annotator.agreement.ratings import Floats
from annotator.agreement.result import Result, defined, undefined
from annotator.agreement.statistics import Statistics, bootstrap, ratio, steady

Distances = Mapping[tuple[Hashable, Hashable], float]
SamplerName = Literal["statistical", "shuffle"]
MOST_SAMPLES = 1000


def gamma(
    data: Any,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    delta_empty: float = 1.0,
    distances: Distances | None = None,
    samples: int = 30,
    precision: float | None = 0.02,
    seed: int = 0,
    sampler: SamplerName = "statistical",
    replicates: int = 0,
) -> Result:
    """1 - D_o / D_e: disorder of the best alignment against that of random continua.

    `data`: see `annotator.agreement`. Spans count by their hulls and as often as they occur;
    they may overlap. Two units u, v differ by

        delta_empty (alpha ((|start_u - start_v| + |end_u - end_v|) / (length_u + length_v))²
                     + beta distance(label_u, label_v)).

    The label distance is 0 for equal labels, else `distances[u, v]` in either order, or 1. Over
    n annotators a unitary alignment costs the mean over its n(n-1)/2 pairs of slots, delta_empty
    for those with an empty slot. Disorder is the least sum of costs, an exact optimum, divided
    by the units per annotator.

    Random continua come from `statistical` (normal distributions of the document's numbers,
    lengths and gaps) or `shuffle` (Mathet 2015, 5.2); the values differ by a few hundredths, so
    name the sampler. `samples` are drawn per document, and more, up to 1,000, until the 95 %
    half-width of D_e is at most `precision` of it (None: no more).

    Documents are aligned by themselves and pooled: with m units per annotator in a document,
    gamma = 1 - sum D_o m / sum D_e m. `detail`: observed_disorder, expected_disorder,
    half_width of the latter, parameters, sampler, samples, seed, by_document (observed = D_o m,
    expected = D_e m, unitary alignments with the spans as given, null for an empty slot),
    documents_used, discontinuous (spans taken by their hull). Equally good alignments: the
    fewest unitary alignments, then the least positional cost, then the earliest. With
    `replicates`, `interval` from a bootstrap over documents.

    At most 1. Undefined: `fewer_than_two_annotators`; `no_units`; `no_variation` (random
    continua agree fully, as with one span of each annotator at one place).
    """
    setting = _Setting(alpha, beta, delta_empty, distances, samples, precision, seed, sampler)
    return _measure("gamma", data, setting, _disorder, replicates)


def gamma_cat(
    data: Any,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    delta_empty: float = 1.0,
    distances: Distances | None = None,
    samples: int = 30,
    precision: float | None = 0.02,
    seed: int = 0,
    sampler: SamplerName = "statistical",
    replicates: int = 0,
) -> Result:
    """Gamma on the labels of units that the best alignment joins (Mathet 2017).

    Arguments as for `gamma`. The disorder of an alignment is a weighted mean of label distances
    over its pairs of slots: max(0, 1 - delta_empty alpha p) / (k - 1) for two of k joined units,
    with p the positional part of their dissimilarity; delta_empty, at distance 1, for a unit
    and an empty slot (as the software of the authors and pygamma-agreement have it). Documents
    are pooled by their sums of weights. Alignments of random continua follow the rule for ties
    of `gamma` too.

    `detail`: as for `gamma`, and by_label: gamma_k, the same over the pairs in which at least
    one unit has the label (None where undefined).

    At most 1. Undefined: as for `gamma`, and `no_matched_spans` (no units are joined).
    """
    setting = _Setting(alpha, beta, delta_empty, distances, samples, precision, seed, sampler)
    return _measure("gamma_cat", data, setting, _label_disorder, replicates)


@dataclass(frozen=True, slots=True)
class _Setting:
    alpha: float
    beta: float
    delta_empty: float
    distances: Distances | None
    samples: int
    precision: float | None
    seed: int
    sampler: SamplerName

    def __post_init__(self) -> None:
        if min(self.alpha, self.beta) < 0 or self.delta_empty <= 0:
            raise ValueError("alpha and beta must not be negative, delta_empty must be positive.")
        if self.sampler not in SAMPLERS:
            raise ValueError(f"There is no sampler {self.sampler!r}; take statistical or shuffle.")
        if self.samples < 2:
            raise ValueError(f"{self.samples} samples are too few; take 2 or more.")

    def dissimilarity(self, labels: Sequence[Hashable]) -> Dissimilarity:
        apart = 1.0 - np.eye(len(labels))
        for one, other in combinations(range(len(labels)), 2):
            for pair in ((one, other), (other, one)):
                distance = (self.distances or {}).get((labels[pair[0]], labels[pair[1]]))
                if distance is not None:
                    apart[one, other] = apart[other, one] = distance
        if not (apart >= 0).all():
            raise ValueError("Distances between labels must not be negative.")
        return Dissimilarity(self.alpha, self.beta, self.delta_empty, apart)

    def facts(self) -> dict[str, Any]:
        distances = [[*pair, distance] for pair, distance in (self.distances or {}).items()]
        return {
            "alpha": self.alpha,
            "beta": self.beta,
            "delta_empty": self.delta_empty,
            "distances": distances,
            "sampler": self.sampler,
            "seed": self.seed,
            "precision": self.precision,
        }


@dataclass(frozen=True, slots=True)
class _Found:
    """Figures of one document: disorder of each and what it weighs in the corpus, shape (F,);
    `chance` gives those of random continua, (continua, F), NaN where there are none.
    """

    disorder: Floats
    weight: Floats
    chance: Callable[[Continua], Floats]


_Measure = Callable[[Continua, Alignment, Dissimilarity], _Found]


def _disorder(real: Continua, alignment: Alignment, dissimilarity: Dissimilarity) -> _Found:
    number = real.label.shape[1]

    def chance(random: Continua) -> Floats:
        costs = least_costs(random, dissimilarity)
        return np.asarray(costs * number / random.units.sum(axis=1))[:, None]

    per_annotator = real.units.sum() / number
    return _Found(np.array([alignment.cost / per_annotator]), np.array([per_annotator]), chance)


def _label_disorder(real: Continua, alignment: Alignment, dissimilarity: Dissimilarity) -> _Found:
    def sums(continua: Continua, alignments: Sequence[Alignment]) -> tuple[Floats, Floats]:
        """Weighted distances and weights, (continua, 1 + labels): of all pairs and by label."""
        total = np.zeros((2, len(continua), 1 + len(dissimilarity.labels)))
        for s, joins in enumerate(one.joins for one in alignments):
            for join in joins:
                units = [(a, slot) for a, slot in enumerate(join) if slot >= 0]
                for unit in units:
                    weight = (len(join) - len(units)) * dissimilarity.delta
                    total[:, s, [0, continua.label[s][unit] + 1]] += weight
                for one, other in combinations(units, 2):
                    labels = continua.label[s][one], continua.label[s][other]
                    place = positional(
                        continua.start[s][one],
                        continua.end[s][one],
                        continua.start[s][other],
                        continua.end[s][other],
                    )
                    part = dissimilarity.delta * dissimilarity.alpha * place
                    weight = max(0.0, 1 - part) / (len(units) - 1)
                    for column in {0, *(label + 1 for label in labels)}:
                        total[:, s, column] += weight * dissimilarity.labels[labels], weight
        return total[0], total[1]

    def chance(random: Continua) -> Floats:
        return ratio(*sums(random, best_alignments(random, dissimilarity)))

    distance, weight = sums(real, [alignment])
    return _Found(np.nan_to_num(ratio(distance, weight))[0], weight[0], chance)


class _Part:
    """A document, its figures and the random continua drawn so far."""

    def __init__(
        self, document: Document, corpus: Corpus, setting: _Setting, measure: _Measure
    ) -> None:
        self.document = document
        self._setting = setting
        real = observed(document)
        dissimilarity = setting.dissimilarity([corpus.labels[code] for code in document.labels])
        self.alignment = best_alignments(real, dissimilarity)[0]
        self.found = measure(real, self.alignment, dissimilarity)
        self._generator = document.generator(setting.seed)
        self._values = np.empty((0, len(self.found.weight)))

    def draw(self, size: int) -> None:
        sample = SAMPLERS[self._setting.sampler]
        random = sample(self.document, size, self._generator)
        self._values = np.vstack((self._values, self.found.chance(random)))

    @property
    def observed(self) -> Floats:
        """Disorder times weight, shape (F,)."""
        return self.found.disorder * self.found.weight

    @property
    def expected(self) -> Floats:
        """Mean disorder of random continua times weight, shape (F,)."""
        held = ~np.isnan(self._values)
        mean = ratio(np.where(held, self._values, 0).sum(axis=0), held.sum(axis=0).astype(float))
        return np.nan_to_num(mean) * self.found.weight

    @property
    def error(self) -> float:
        """Standard error of `expected`, first figure."""
        values = self._values[~np.isnan(self._values[:, 0]), 0]
        if len(values) < 2:
            return 0.0
        return float(values.std(ddof=1) / len(values) ** 0.5 * self.found.weight[0])

    def facts(self, corpus: Corpus) -> dict[str, Any]:
        unitary = [
            [
                None if slot < 0 else _as_given(corpus, self.document.units[a][slot].span)
                for a, slot in enumerate(join)
            ]
            for join in self.alignment.joins
        ]
        return {
            "annotators": [corpus.annotators[who] for who in self.document.annotators],
            "weight": self.found.weight[0],
            "observed": self.observed[0],
            "expected": self.expected[0],
            "cost": self.alignment.cost,
            "alignment": unitary,
        }


def _as_given(corpus: Corpus, span: int) -> Any:
    if not corpus.marked:
        label = corpus.labels[corpus.label[span]]
        return [int(corpus.first[span]), int(corpus.last[span]), label]
    given = corpus.marked[span]
    if isinstance(given, Mapping | Sequence):
        return given
    return {"label": given.label, "fragments": given.fragments}


def _measure(
    metric: str, data: Any, setting: _Setting, measure: _Measure, replicates: int
) -> Result:
    corpus = read_corpus(data)
    facts = {**corpus.facts(), **setting.facts()}
    if not corpus.pairs:
        return undefined(metric, "fewer_than_two_annotators", **facts)
    if find_spec("scipy") is None:
        raise ImportError(f"{metric} needs scipy: pip install 'annotator[gamma]'")
    parts = [_Part(document, corpus, setting, measure) for document in documents(corpus)]
    if not parts:
        return undefined(metric, "no_units", **facts)
    facts["samples"], facts["half_width"] = _draw(parts, setting)
    numbers = [part.document.number for part in parts]
    facts["documents_used"] = len(parts)
    facts["discontinuous"] = int((corpus.shape[np.isin(corpus.doc, numbers)] > 0).sum())
    facts["by_document"] = {
        corpus.documents[part.document.number]: part.facts(corpus) for part in parts
    }
    above = float(steady(np.array([part.observed[0] for part in parts])))
    below = float(steady(np.array([part.expected[0] for part in parts])))
    weight = float(steady(np.array([part.found.weight[0] for part in parts])))
    if metric == "gamma_cat":
        facts["by_label"] = _by_label(parts, corpus)
    if not weight:
        return undefined(metric, "no_matched_spans", **facts)
    facts |= {"observed_disorder": above / weight, "expected_disorder": below / weight}
    if below <= 0:
        return undefined(metric, "no_variation", **facts)
    if replicates:
        table = np.zeros((len(corpus.documents), 2))
        table[numbers] = [(part.observed[0], part.expected[0]) for part in parts]
        (facts["interval"],) = bootstrap(
            [Statistics(table, lambda sums: 1 - ratio(sums[..., 0], sums[..., 1]))],
            replicates=replicates,
            seed=setting.seed,
        )
    return defined(metric, 1 - above / below, **facts)


def _draw(parts: Sequence[_Part], setting: _Setting) -> tuple[int, float | None]:
    """Draw random continua until D_e is known well enough; their number and its half-width."""
    drawn, wanted = 0, setting.samples
    while True:
        for part in parts:
            part.draw(wanted - drawn)
        drawn = wanted
        expected = float(steady(np.array([part.expected[0] for part in parts])))
        half_width = 1.96 * _error(parts) / expected if expected else None
        if not half_width or not setting.precision or half_width <= setting.precision:
            return drawn, half_width
        if drawn >= MOST_SAMPLES:
            return drawn, half_width
        factor = (half_width / setting.precision) ** 2
        wanted = min(MOST_SAMPLES, max(drawn + 1, ceil(drawn * factor)))


def _error(parts: Sequence[_Part]) -> float:
    """Standard error of the sum of `expected`. Equal documents see the same random continua."""
    errors: dict[str, list[float]] = {}
    for part in parts:
        errors.setdefault(part.document.content, []).append(part.error)
    together = np.array([float(steady(np.array(equal))) for equal in errors.values()])
    return float(np.sqrt(steady(together**2)))


def _by_label(parts: Sequence[_Part], corpus: Corpus) -> dict[Hashable, float | None]:
    sums: dict[int, list[tuple[float, float]]] = {}
    for part in parts:
        columns = zip(part.document.labels, part.observed[1:], part.expected[1:], strict=True)
        for label, above, below in columns:
            sums.setdefault(label, []).append((above, below))
    totals = {label: steady(np.array(pairs).T) for label, pairs in sorted(sums.items())}
    return {
        corpus.labels[label]: float(1 - above / below) if below > 0 else None
        for label, (above, below) in totals.items()
    }
