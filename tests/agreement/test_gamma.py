"""Gamma: published values, the exact optimum against exhaustive search, and invariances."""

import math
import random
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.agreement.alignment import (
    Alignment,
    Dissimilarity,
    best_alignments,
    least_costs,
    positional,
)
from annotator.agreement.continua import Continua, documents, observed
from annotator.agreement.corpus import read_corpus
from annotator.agreement.gamma import gamma, gamma_cat

Spans = list[tuple[int, int, str]]

# The demonstration of the Gamma Software, figure 10 of Mathet et al. (2015), and a continuum with
# regular offsets and labels in turn; values as computed by pygamma-agreement 0.5.9.
DEMONSTRATION = {
    "continuum": {"begin": 0, "length": 60},
    "annotators": {
        "first": [
            (2, 9, "1"), (11, 17, "2"), (24, 30, "5"), (32, 36, "6"), (36, 44, "6"), (44, 60, "7"),
        ],
        "second": [(2, 9, "1"), (11, 17, "3"), (19, 25, "5"), (32, 44, "6")],
        "third": [
            (2, 9, "1"), (11, 17, "4"), (21, 27, "5"), (32, 36, "6"), (36, 40, "6"), (40, 44, "6"),
        ],
    },
}  # fmt: skip
FIGURE_10 = {
    "a": [(4, 14, "A"), (20, 25, "B")],
    "b": [(4, 14, "A"), (20, 30, "B")],
    "c": [(14, 24, "A"), (40, 44, "B")],
}
REGULAR = {
    "a": [(1 + 10 * i, 6 + 10 * i, "abc"[i % 3]) for i in range(16)],
    "b": [(2 + 10 * i, 8 + 10 * i, "bca"[i % 3]) for i in range(16)],
}


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [
        ((4, 14), (40, 44), 22.2244897959),
        ((4, 14), (4, 14), 0.0),
        ((4, 14), (20, 25), 3.24),
        ((4, 14), (14, 24), 1.0),
        ((20, 30), (20, 25), 1 / 9),
        ((20, 25), (14, 24), 0.217777777778),
    ],
)
def test_positional_dissimilarity_of_figure_10(
    one: tuple[int, int], other: tuple[int, int], value: float
) -> None:
    assert positional(*one, *other) == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize(
    ("data", "alpha", "beta", "disorder", "tolerance"),
    [
        (DEMONSTRATION, 3, 1, 0.960625, 1e-9),
        (FIGURE_10, 1, 0, 0.948148, 1e-5),
        (REGULAR, 1, 1, 1.07438015938, 2e-6),
    ],
)
def test_disorder_of_the_best_alignment(
    data: Any, alpha: float, beta: float, disorder: float, tolerance: float
) -> None:
    result = gamma(data, alpha=alpha, beta=beta)
    assert result.detail["observed_disorder"] == pytest.approx(disorder, abs=tolerance)


@pytest.mark.parametrize(
    ("sampler", "value", "tolerance"), [("shuffle", 0.455, 0.015), ("statistical", 0.425, 0.02)]
)
@pytest.mark.parametrize("seed", [0, 1])
def test_gamma_of_the_demonstration(
    sampler: Any, value: float, tolerance: float, seed: int
) -> None:
    result = gamma(DEMONSTRATION, alpha=3, sampler=sampler, seed=seed, samples=400)
    assert result.value == pytest.approx(value, abs=tolerance)


def test_labels_of_the_demonstration() -> None:
    result = gamma_cat(DEMONSTRATION, alpha=3, sampler="shuffle", samples=400)
    assert result.value == pytest.approx(0.395, abs=0.015)
    by_label = result.detail["by_label"]
    assert by_label["1"] == by_label["5"] == 1
    assert by_label["6"] == pytest.approx(0.36, abs=0.02)


def test_of_equally_good_alignments_the_one_with_fewest_joins_is_taken() -> None:
    (document,) = gamma(DEMONSTRATION, alpha=3).detail["by_document"].values()
    assert len(document["alignment"]) == 6
    assert any(
        sorted(str(span[2]) for span in join if span) == ["6", "7"]
        for join in document["alignment"]
    )


def test_the_alignment_names_every_span_once() -> None:
    (document,) = gamma(DEMONSTRATION).detail["by_document"].values()
    for column, name in enumerate(document["annotators"]):
        held = [tuple(join[column]) for join in document["alignment"] if join[column]]
        assert sorted(held) == sorted(DEMONSTRATION["annotators"][name])  # type: ignore[index]


# The optimum


def cost_of(join: list[tuple[int, int, str] | None], d: Any) -> float:
    pairs = list(combinations(join, 2))
    return math.fsum(d(u, v) if u and v else d(None, None) for u, v in pairs) / len(pairs)


def partitions(units: list[tuple[int, Any]]) -> Iterator[list[dict[int, Any]]]:
    """Every way to join units, at most one of an annotator."""
    if not units:
        yield []
        return
    (annotator, span), rest = units[0], units[1:]
    for partition in partitions(rest):
        yield [{annotator: span}, *partition]
        for index, join in enumerate(partition):
            if annotator not in join:
                yield [*partition[:index], {**join, annotator: span}, *partition[index + 1 :]]


def exhaustive(work: list[Spans], alpha: float, beta: float, delta: float) -> list[tuple[Any, ...]]:
    """Cost, number of unitary alignments and positional cost of every alignment, best first."""

    def place(u: Any, v: Any) -> float:
        return ((abs(u[0] - v[0]) + abs(u[1] - v[1])) / (u[1] - u[0] + v[1] - v[0])) ** 2

    def d(u: Any, v: Any) -> float:
        return delta if u is None else delta * (alpha * place(u, v) + beta * (u[2] != v[2]))

    units = [(a, span) for a, spans in enumerate(work) for span in spans]
    found = [
        (
            math.fsum(cost_of([join.get(a) for a in range(len(work))], d) for join in partition),
            len(partition),
            math.fsum(place(u, v) for join in partition for u, v in combinations(join.values(), 2)),
        )
        for partition in partitions(units)
    ]
    return sorted(found)


def continuum(work: list[Spans]) -> tuple[Continua, int]:
    (document,) = documents(read_corpus({f"annotator {a}": spans for a, spans in enumerate(work)}))
    return observed(document), len(document.labels)


def spans(most: int) -> st.SearchStrategy[Spans]:
    span = st.builds(
        lambda start, length, label: (start, start + length, label),
        st.integers(0, 20),
        st.integers(1, 8),
        st.sampled_from("xy"),
    )
    return st.lists(span, max_size=most)


small = st.one_of(
    st.lists(spans(4), min_size=2, max_size=2),
    st.lists(spans(3), min_size=3, max_size=3),
    st.lists(spans(2), min_size=4, max_size=4),
).filter(any)
weights = st.sampled_from([0.0, 0.5, 1.0, 3.0])


@settings(max_examples=150, deadline=None)
@given(small, weights, weights, st.sampled_from([0.5, 1.0, 2.0]))
def test_the_optimum_is_that_of_exhaustive_search(
    work: list[Spans], alpha: float, beta: float, delta: float
) -> None:
    continua, labels = continuum(work)
    dissimilarity = Dissimilarity(alpha, beta, delta, 1 - np.eye(labels))
    alignment = best_alignments(continua, dissimilarity)[0]
    every = exhaustive(work, alpha, beta, delta)
    best = every[0][0]
    assert alignment.cost == pytest.approx(best, abs=1e-9)
    assert least_costs(continua, dissimilarity)[0] == pytest.approx(best, abs=1e-9)
    ties = [(number, place) for cost, number, place in every if cost < best + 1e-9]
    fewest = min(number for number, _ in ties)
    assert len(alignment.joins) == fewest
    least = min(place for number, place in ties if number == fewest)
    assert places(alignment, continua) == pytest.approx(least, abs=1e-9)


def places(alignment: Alignment, continua: Continua) -> float:
    total = 0.0
    for join in alignment.joins:
        units = [(0, a, slot) for a, slot in enumerate(join) if slot >= 0]
        for u, v in combinations(units, 2):
            total += positional(
                continua.start[u], continua.end[u], continua.start[v], continua.end[v]
            )
    return total


def by_used_units(work: list[Spans], alpha: float) -> float:
    """Least sum of costs for three annotators, over all sets of used units."""
    first, second, third = work

    def d(u: Any, v: Any) -> float:
        if u is None or v is None:
            return 1.0
        place = (abs(u[0] - v[0]) + abs(u[1] - v[1])) / (u[1] - u[0] + v[1] - v[0])
        return float(alpha * place**2 + (u[2] != v[2]))

    def free(spans: Spans, used: int) -> list[tuple[int, Any]]:
        return [(1 << i, span) for i, span in enumerate(spans) if not used >> i & 1]

    @cache
    def least(done: int, used: int, taken: int) -> float:
        if done < len(first):
            u = first[done]
            return min(
                cost_of([u, v, w], d) + least(done + 1, used | i, taken | j)
                for i, v in [(0, None), *free(second, used)]
                for j, w in [(0, None), *free(third, taken)]
            )
        left = free(second, used)
        if not left:
            return float(len(free(third, taken)))
        i, v = left[0]
        return min(
            cost_of([None, v, w], d) + least(done, used | i, taken | j)
            for j, w in [(0, None), *free(third, taken)]
        )

    return least(0, 0, 0)


# The linear program of these, except the first, is not integral.
@pytest.mark.parametrize("seed", [0, 21, 129, 135, 140, 172, 193, 223])
def test_crowded_texts_whose_linear_program_is_not_integral(seed: int) -> None:
    generator = random.Random(seed)
    work = [crowd(generator, 5, 14) for _ in range(3)]
    continua, labels = continuum(work)
    dissimilarity = Dissimilarity(3, 1, 1, 1 - np.eye(labels))
    best = by_used_units(work, 3)
    assert best_alignments(continua, dissimilarity)[0].cost == pytest.approx(best, abs=1e-9)
    assert least_costs(continua, dissimilarity)[0] == pytest.approx(best, abs=1e-9)


def test_many_equal_spans_are_aligned_at_once() -> None:
    data = {name: [(5, 9, "x")] * 10 + [(20, 30, "y")] for name in "abc"}
    result = gamma(data, precision=None)
    (document,) = result.detail["by_document"].values()
    assert document["cost"] == 0
    assert len(document["alignment"]) == 11


# Behaviour


def crowd(generator: random.Random, number: int, extent: int) -> Spans:
    starts = (generator.randrange(extent) for _ in range(number))
    return [(start, start + generator.randint(2, 14), generator.choice("xyz")) for start in starts]


def corpus(number: int = 3, annotators: int = 3, seed: int = 0) -> list[dict[str, Spans]]:
    """Annotators who see the same spans with small differences."""
    generator = random.Random(seed)
    made = []
    for _ in range(number):
        truth = crowd(generator, 8, 200)
        made.append(
            {
                f"annotator {a}": [
                    (start - generator.randint(0, 2), end + generator.randint(0, 2), label)
                    for start, end, label in truth
                    if generator.random() < 0.8
                ]
                for a in range(annotators)
            }
        )
    return made


SAMPLERS = pytest.mark.parametrize("sampler", ["statistical", "shuffle"])


@SAMPLERS
@pytest.mark.parametrize("annotators", [2, 3, 4])
def test_identical_copies_agree_fully(sampler: Any, annotators: int) -> None:
    generator = random.Random(1)
    data = [dict.fromkeys(map(str, range(annotators)), crowd(generator, 9, 150)) for _ in range(2)]
    assert gamma(data, sampler=sampler).value == 1
    labels = gamma_cat(data, sampler=sampler)
    assert labels.value == 1
    assert set(labels.detail["by_label"].values()) == {1}


@SAMPLERS
def test_independent_annotators_agree_by_chance_only(sampler: Any) -> None:
    generator = random.Random(2)
    data = []
    for _ in range(20):
        work = {}
        for name in "abc":
            place, spans = 0, []
            for _ in range(20):
                place += generator.randint(2, 25)
                end = place + generator.randint(4, 12)
                spans.append((place, end, generator.choice("xyz")))
                place = end
            work[name] = spans
        data.append(work)
    assert gamma(data, sampler=sampler).value == pytest.approx(0, abs=0.05)


@SAMPLERS
@pytest.mark.parametrize("measure", [gamma, gamma_cat])
def test_nothing_but_places_and_equal_labels_matters(measure: Any, sampler: Any) -> None:
    data = corpus()
    value = measure(data, sampler=sampler).value
    swapped = [
        {"annotator 0": work["annotator 2"], "annotator 1": work["annotator 0"],
         "annotator 2": work["annotator 1"]}
        for work in data
    ]  # fmt: skip
    turned = [{name: spans[::-1] for name, spans in work.items()} for work in data]
    far = 10**9
    moved = [
        {name: [(s + far, e + far, label) for s, e, label in spans] for name, spans in work.items()}
        for work in data
    ]
    names = {"x": "zebra", "y": "ant", "z": "moth"}
    renamed = [
        {name: [(s, e, names[label]) for s, e, label in spans] for name, spans in work.items()}
        for work in data
    ]
    for other in (swapped, turned, moved, renamed, data[::-1], data * 2):
        assert measure(other, sampler=sampler).value == value


def test_the_seed_decides() -> None:
    data = corpus()
    assert gamma(data, seed=3).value == gamma(data, seed=3).value != gamma(data, seed=4).value


def test_more_noise_less_agreement() -> None:
    generator = random.Random(4)
    truth = [crowd(generator, 12, 300) for _ in range(6)]
    noise = [[generator.random() for _ in spans] for spans in truth]
    values = []
    for share in (0.0, 0.3, 0.6, 0.9):
        data = [
            {"a": spans, "b": [s for s, u in zip(spans, us, strict=True) if u >= share]}
            for spans, us in zip(truth, noise, strict=True)
        ]
        values.append(gamma(data).value)
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == len(values)


def test_documents_are_pooled_by_what_adds_up() -> None:
    data = corpus(4)
    result = gamma(data, samples=50, precision=None)
    parts = result.detail["by_document"].values()
    above, below = (sum(part[key] for part in parts) for key in ("observed", "expected"))
    assert result.value == pytest.approx(1 - above / below, abs=1e-12)
    alone = gamma(data[:1], samples=50, precision=None)
    (part,) = alone.detail["by_document"].values()
    assert part["expected"] == next(iter(parts))["expected"]


def test_interval_over_documents() -> None:
    result = gamma(corpus(8), replicates=200)
    interval = result.detail["interval"]
    assert interval["low"] < result.value < interval["high"]


def test_every_result_says_how_it_came_about() -> None:
    detail = gamma(corpus(), alpha=2, beta=0.5, delta_empty=1.5, seed=7, sampler="shuffle").detail
    told = {"alpha": 2, "beta": 0.5, "delta_empty": 1.5, "seed": 7, "sampler": "shuffle"}
    assert told.items() <= detail.items()
    assert detail["samples"] >= 30
    assert 0 < detail["half_width"] <= detail["precision"]
    assert detail["observed_disorder"] < detail["expected_disorder"]
    assert detail["documents_used"] == 3


def test_distances_between_labels() -> None:
    data = {"a": [(0, 5, "x"), (10, 15, "x")], "b": [(0, 5, "y"), (10, 15, "x")]}
    near = gamma(data, distances={("y", "x"): 0.25}).detail["observed_disorder"]
    assert near == pytest.approx(0.25 / 2)
    assert gamma(data).detail["observed_disorder"] == pytest.approx(1 / 2)


def test_fragments_count_by_their_hull_and_are_told() -> None:
    apart = {"fragments": [(0, 4), (8, 12)], "label": "x"}
    result = gamma({"a": [apart, (20, 25, "x")], "b": [(0, 12, "x"), (20, 25, "x")]})
    assert result.detail["observed_disorder"] == 0
    assert result.detail["discontinuous"] == 1


def test_overlapping_spans_of_one_annotator_are_aligned_one_to_one() -> None:
    result = gamma({"a": [(0, 10, "x"), (5, 12, "x")], "b": [(0, 10, "x")]})
    assert result.value is not None
    (document,) = result.detail["by_document"].values()
    assert document["cost"] == 1


@pytest.mark.parametrize("measure", [gamma, gamma_cat])
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"a": [], "b": []}, "no_units"),
        ({"a": [(5, 5, "x")], "b": [(5, 5, "x")]}, "no_units"),
        ({"a": [(1, 5, "x")]}, "fewer_than_two_annotators"),
        ({"a": [(1, 5, "x")], "b": None}, "fewer_than_two_annotators"),
        ({"a": [(1, 5, "x")], "b": [(1, 5, "x")]}, "no_variation"),
    ],
)
def test_undefined(measure: Any, data: Any, reason: str) -> None:
    result = measure(data)
    assert result.value is None
    assert result.reason == reason
    assert result.detail["sampler"] == "statistical"


@SAMPLERS
def test_one_of_two_marked_nothing(sampler: Any) -> None:
    result = gamma({"a": [(10, 20, "x"), (40, 60, "y")], "b": []}, sampler=sampler)
    assert result.value is not None
    assert result.value <= 0
    assert result.detail["observed_disorder"] == 2


def test_documents_of_one_annotator_and_empty_ones_are_left_out() -> None:
    data = corpus()
    more = [*data, {"annotator 0": [(3, 9, "x")]}, {"annotator 0": [], "annotator 1": []}]
    result = gamma(more)
    assert result.value == gamma(data).value
    assert result.detail["documents_used"] == 3
    assert result.detail["documents"] == 5


@pytest.mark.parametrize(
    "wrong",
    [{"alpha": -1}, {"delta_empty": 0}, {"sampler": "dice"}, {"samples": 1},
     {"distances": {("x", "y"): -1}}],
)  # fmt: skip
def test_wrong_parameters_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"There is no|must|too few"):
        gamma(corpus(1), **wrong)


def test_without_scipy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("annotator.agreement.gamma")
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"annotator\[gamma\]"):
        gamma(corpus(1))
