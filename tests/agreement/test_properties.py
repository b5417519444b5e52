"""How the measures behave when annotators come to disagree, bit by bit."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator import agreement
from tests.agreement.generator import AMOUNTS, LABELS, corpus

Measure = Callable[[Any], agreement.Result]

MEASURES: dict[str, Measure] = {
    "f1 exact": agreement.spans,
    "f1 iou": lambda data: agreement.spans(data, "f1_iou"),
    "f1 character": lambda data: agreement.spans(data, "f1_character"),
    "layer alpha": agreement.layers,
    "label alpha": lambda data: agreement.attributes(data, None),
    "alpha u 2004": lambda data: agreement.unitizing(data, "alpha_u_2004"),
}
FLAT: dict[str, Measure] = {
    "u alpha": agreement.unitizing,
    "bar u alpha": lambda data: agreement.unitizing(data, "bar_u_alpha"),
    "cu alpha": lambda data: agreement.unitizing(data, "cu_alpha"),
}


def series(measure: Measure, kind: str) -> list[float]:
    values = [measure(corpus({kind: amount})).value for amount in AMOUNTS]
    return [value for value in values if value is not None]


def falls(values: list[float]) -> bool:
    return len(values) == len(AMOUNTS) and all(a > b for a, b in zip(values, values[1:]))  # noqa: B905, RUF007


@pytest.mark.parametrize("name", [*MEASURES, *FLAT])
def test_copies_agree(name: str) -> None:
    assert ({**MEASURES, **FLAT})[name](corpus({}, 3)).value == 1.0


@pytest.mark.parametrize("kind", ["shift", "miss", "extra", "merge"])
@pytest.mark.parametrize("name", ["f1 iou", "f1 character", "layer alpha"])
def test_more_damage_less_agreement(name: str, kind: str) -> None:
    assert falls(series(MEASURES[name], kind))


def test_only_what_looks_at_spans_sees_a_split() -> None:
    assert falls(series(MEASURES["f1 exact"], "split"))
    assert series(MEASURES["layer alpha"], "split") == [1.0] * len(AMOUNTS)
    assert series(MEASURES["f1 character"], "split") == [1.0] * len(AMOUNTS)


def test_labels_at_random_on_agreed_places() -> None:
    data = corpus({"label": 1.0})
    label = agreement.attributes(data, None)
    assert label.value == pytest.approx(0, abs=0.05)
    assert label.detail["coverage"] == 1.0
    assert FLAT["bar u alpha"](data).value == 1.0


def test_annotators_who_know_nothing_of_each_other_agree_by_chance() -> None:
    """The spans of three different texts, given out as the work of three on one of them."""
    data = []
    for number in range(12):
        work = [corpus({}, 1, seed=10 + 100 * number + who)[0] for who in range(3)]
        length = min(one["length"] for one in work)
        spans = [one["annotators"]["annotator-0"] for one in work]
        cut = [[span for span in own if span[1] <= length] for own in spans]
        data.append({"length": length, "annotators": dict(zip("abc", cut, strict=True))})
    for measure in (MEASURES["layer alpha"], FLAT["u alpha"], FLAT["bar u alpha"]):
        assert measure(data).value == pytest.approx(0, abs=0.05)


MIXED = {"shift": 0.2, "miss": 0.3, "extra": 0.2, "label": 0.3, "split": 0.2, "merge": 0.2}


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6))
def test_order_and_names_change_nothing_to_the_last_bit(seed: int) -> None:
    data = corpus(MIXED, 4, seed=seed % 97, annotators=4, spans=15)
    del data[1]["annotators"]["annotator-2"]
    random = Random(seed)
    names = random.sample(["kestrel", "heron", "plover", "dunlin"], 4)
    labels = dict(zip(LABELS, random.sample(["p", "q", "r", "s", "t"], 5), strict=True))
    other = []
    for one in data:
        work = [
            (
                names[int(name[-1])],
                [(start, end, labels[label]) for start, end, label in random.sample(own, len(own))],
            )
            for name, own in one["annotators"].items()
        ]
        other.append({**one, "annotators": dict(random.sample(work, len(work)))})
    random.shuffle(other)
    for name, measure in MEASURES.items():
        assert measure(data).value == measure(other).value, name


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6))
def test_the_same_for_flat_units_and_ratings(seed: int) -> None:
    random = Random(seed)
    data = corpus({"miss": 0.4, "label": 0.3}, 4, seed=seed % 89, annotators=4, spans=15)
    labels = dict(zip(LABELS, random.sample(["p", "q", "r", "s", "t"], 5), strict=True))
    other = [
        {
            **one,
            "annotators": {
                name: [(a, b, labels[label]) for a, b, label in own]
                for name, own in reversed(one["annotators"].items())
            },
        }
        for one in reversed(data)
    ]
    for name, measure in FLAT.items():
        assert measure(data).value == measure(other).value, name
    rows = [[random.choice(["v", "w", "x", None]) for _ in range(30)] for _ in range(4)]
    order = random.sample(range(30), 30)
    renamed = {"v": "3", "w": "1", "x": "2", None: None}
    shuffled = [[renamed[row[i]] for i in order] for row in random.sample(rows, 4)]
    for metric in ("alpha", "gwet_ac1", "percent_agreement", "specific_agreement"):
        assert agreement.coding(rows, metric).value == agreement.coding(shuffled, metric).value  # type: ignore[arg-type]


@pytest.mark.parametrize("name", list(MEASURES))
def test_where_the_text_begins_does_not_matter(name: str) -> None:
    data = corpus(MIXED, 3)
    far = 10**9
    moved = [
        {
            "continuum": {"begin": far, "length": one["length"]},
            "annotators": {
                who: [(start + far, end + far, label) for start, end, label in own]
                for who, own in one["annotators"].items()
            },
        }
        for one in data
    ]
    assert MEASURES[name](data).value == MEASURES[name](moved).value


@pytest.mark.parametrize("name", list(MEASURES))
def test_text_that_is_not_to_be_annotated_changes_nothing(name: str) -> None:
    """A thousand characters before the text and after it, with a span in them, left out."""
    data = corpus(MIXED, 3)
    framed = [
        {
            "length": one["length"] + 2000,
            "excluded": [[0, 1000], [one["length"] + 1000, one["length"] + 2000]],
            "annotators": {
                who: [(start + 1000, end + 1000, label) for start, end, label in own]
                + [(10, 30 + 10 * number, "claim")]
                for number, (who, own) in enumerate(one["annotators"].items())
            },
        }
        for one in data
    ]
    found = MEASURES[name](framed)
    assert found.value == MEASURES[name](data).value
    assert found.detail["spans_outside"] == 9
    assert found.detail["excluded_share"] == pytest.approx(
        6000 / sum(one["length"] for one in framed)
    )


def test_an_excluded_stretch_within_a_span_is_cut_out() -> None:
    data = {
        "length": 100,
        "excluded": [(20, 30)],
        "annotators": {"a": [(10, 40, "x")], "b": [(10, 20, "x"), (30, 50, "x")]},
    }
    found = agreement.spans(data, "f1_character")
    assert found.value == pytest.approx(2 * 20 / (20 + 30))
    assert found.detail["spans_clipped"] == 1
    assert agreement.layers(data).detail["positions"] == 90


@pytest.mark.parametrize("name", ["f1 exact", "f1 iou", "f1 character", "layer alpha"])
def test_twice_the_corpus_tells_the_same_with_more_certainty(name: str) -> None:
    data = corpus({"shift": 0.1, "miss": 0.3}, 40, spans=10)
    measure = {
        "f1 exact": lambda given: agreement.spans(given, replicates=4000),
        "f1 iou": lambda given: agreement.spans(given, "f1_iou", replicates=4000),
        "f1 character": lambda given: agreement.spans(given, "f1_character", replicates=4000),
        "layer alpha": lambda given: agreement.layers(given, replicates=4000),
    }[name]
    once, twice = measure(data), measure(data + data)
    assert once.value == pytest.approx(twice.value, abs=1e-4)
    width, narrow = (
        one.detail["interval"]["high"] - one.detail["interval"]["low"] for one in (once, twice)
    )
    assert narrow / width == pytest.approx(0.5**0.5, abs=0.06)
    interval = once.detail["interval"]
    assert interval["low"] < once.value < interval["high"]
    assert (interval["articles"], interval["few_articles"]) == (40, False)
    assert measure(data[:19]).detail["interval"]["few_articles"]
    assert measure(data).detail["interval"] == interval, "the same seed draws the same"


def test_an_annotator_who_was_not_assigned_is_not_one_who_found_nothing() -> None:
    """One of three is absent in a third of the articles: missing moves nothing, empty does."""
    data = corpus({"shift": 0.2, "miss": 0.3}, 40, spans=15)

    def absent(work: Any) -> list[dict[str, Any]]:
        return [
            {**one, "annotators": {**one["annotators"], f"annotator-{number % 9 // 3}": work}}
            if number % 3 == 0
            else one
            for number, one in enumerate(data)
        ]

    for measure in (
        lambda given: agreement.spans(given, "f1_iou", replicates=1000),
        lambda given: agreement.layers(given, replicates=1000),
    ):
        interval = measure(data).detail["interval"]
        assert interval["low"] < measure(absent(None)).value < interval["high"]
        assert measure(absent([])).value < interval["low"]


def test_a_copy_lifts_the_mean_and_not_the_worst_pair() -> None:
    data = corpus({"shift": 0.2, "miss": 0.3}, 6)
    copied = [
        {**one, "annotators": {**one["annotators"], "copy": one["annotators"]["annotator-1"]}}
        for one in data
    ]
    before, after = (agreement.spans(given, "f1_iou") for given in (data, copied))
    assert after.value > before.value
    assert after.detail["min"] == before.detail["min"]


def test_the_worse_annotator_is_found() -> None:
    amounts = (0.1, 0.3, 0.5, 0.7)
    data = corpus([{"label": amount} for amount in amounts], 12)
    rest = agreement.spans(data).detail["against_rest"]
    names = [f"annotator-{who}" for who in range(4)]
    assert sorted(names, key=lambda name: -rest[name]) == names
    rows = {
        name: [label for one in data for _, _, label in one["annotators"][name]] for name in names
    }
    for one_coin in (False, True):
        found = agreement.dawid_skene(rows, one_coin=one_coin)
        accuracy = found.detail["accuracy"]
        assert sorted(names, key=lambda name: -accuracy[name]) == names
        assert found.detail["converged"]
    without = agreement.spans(data).detail["leave_one_out"]
    assert max(without, key=lambda name: without[name]) == names[-1]
