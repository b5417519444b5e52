"""Matching, fragments, tokens, attributes: what is compared with what."""

from dataclasses import dataclass
from itertools import permutations
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator import agreement
from annotator.agreement.matching import best_assignment
from tests.agreement.generator import corpus

FRAGMENTS = {
    "length": 60,
    "annotators": {
        "a": [
            {"fragments": [[0, 10], [20, 30]], "label": "claim"},
            {"fragments": [[5, 15]], "label": "claim"},
            {"fragments": [[40, 50]], "label": "claim"},
        ],
        "b": [
            {"fragments": [[20, 28], [0, 10]], "label": "claim"},
            {"fragments": [[5, 15]], "label": "claim"},
            {"fragments": [[40, 44], [46, 50]], "label": "claim"},
        ],
    },
}


def test_fragments_are_sets_of_characters_not_hulls() -> None:
    """IoU 18/20, 1 and 8/10; the unions are 35 and 31 characters, 31 of them shared."""
    assert agreement.spans(FRAGMENTS).value == pytest.approx(1 / 3)
    for min_iou, value in ((0.75, 1.0), (0.8, 1.0), (0.81, 2 / 3), (0.9, 2 / 3), (0.95, 1 / 3)):
        found = agreement.spans(FRAGMENTS, "f1_iou", min_iou=min_iou)
        assert found.value == pytest.approx(value), min_iou
    assert agreement.spans(FRAGMENTS, "f1_character").value == pytest.approx(62 / 66)
    assert agreement.layers(FRAGMENTS).value == pytest.approx(0.8664421997755332)


def test_every_form_of_a_span_is_read_alike() -> None:
    @dataclass
    class Marked:
        label: str
        fragments: tuple[tuple[int, int], ...]

    forms: list[Any] = [
        (3, 9, "claim"),
        [3, 9, "claim"],
        {"start": 3, "end": 9, "label": "claim"},
        {"fragments": [[3, 9]], "label": "claim"},
        {"spans": [[3, 5], [5, 9]], "label": "claim"},
        Marked("claim", ((3, 9),)),
    ]
    for one in forms:
        for other in forms:
            assert agreement.spans({"a": [one], "b": [other]}).value == 1.0


def test_the_matching_is_the_best_not_the_first() -> None:
    """Taking [0, 10) with its larger overlap first would leave one span alone."""
    data = {"a": [(0, 10, "x"), (4, 14, "x")], "b": [(2, 12, "x"), (0, 8, "x")]}
    found = agreement.spans(data, "f1_iou")
    assert found.value == 1.0
    for a in permutations(data["a"]):
        for b in permutations(data["b"]):
            assert agreement.spans({"a": a, "b": b}, "f1_iou").detail == found.detail


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 5).flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(0, 9), min_size=columns, max_size=columns), min_size=1, max_size=5
        )
    )
)
def test_no_assignment_weighs_more(weights: list[list[int]]) -> None:
    rows, columns = len(weights), len(weights[0])
    wide = weights if rows <= columns else [list(row) for row in zip(*weights, strict=True)]
    best = max(
        sum(row[column] for row, column in zip(wide, chosen, strict=True))
        for chosen in permutations(range(len(wide[0])), len(wide))
    )
    found = best_assignment(weights)
    assert sum(weights[row][column] for row, column in found) == best
    assert len({row for row, _ in found}) == len({column for _, column in found}) == len(found)


def test_layers_are_alpha_over_positions() -> None:
    """The same as writing marked or not for every character, on overlapping noise."""
    (one,) = corpus({"shift": 0.4, "extra": 0.4, "miss": 0.2}, 1, spans=12)
    length = one["length"]
    for label in ("claim", "quote"):
        rows = [
            [any(s <= i < e and name == label for s, e, name in own) for i in range(length)]
            for own in one["annotators"].values()
        ]
        found = agreement.layers(one, label=label)
        assert found.value == pytest.approx(agreement.coding(rows).value, abs=1e-12)
        assert found.detail["by_label"][label]["value"] == found.value


def test_tokens_count_as_marked_when_touched() -> None:
    text = "Ama said: the Olu rises."  # Ama said : the Olu rises .
    work = {"a": [(0, 3, "x"), (12, 17, "x")], "b": [(0, 8, "x")]}
    found = agreement.spans({"text": text, "annotators": work}, "f1_token")
    assert found.value == pytest.approx(2 * 1 / (3 + 2))
    given_ = [(0, 3), (4, 8), (8, 9), (10, 13), (14, 17), (18, 23), (23, 24)]
    again = {"tokens": given_, "length": len(text), "annotators": work}
    assert agreement.spans(again, "f1_token").value == found.value
    assert agreement.layers(again, unit="token").detail["positions"] == 7


def test_counts_are_pooled_over_documents_for_each_pair() -> None:
    documents = {
        "long": {
            "a": [(i, i + 1, "x") for i in range(8)],
            "b": [(i, i + 1, "x") for i in range(8)],
        },
        "short": {"a": [(0, 1, "x")], "b": [(1, 2, "x")], "c": [(0, 1, "x")]},
    }
    found = agreement.spans(documents)
    assert found.detail["by_pair"] == {"a / b": 16 / 18, "a / c": 1.0, "b / c": 0.0}
    assert found.value == pytest.approx((16 / 18 + 1 + 0) / 3)
    assert found.detail["by_document"]["long"] == 1.0
    assert found.detail["by_document"]["short"] == pytest.approx(1 / 3)
    assert found.detail["min"] == 0.0
    assert found.detail["counts"]["a / b"] == {"shared": 8, "first": 9, "second": 9}


POLARITY = {
    "a": [(0, 10, 1), (20, 35, -1), (50, 60, 0), (70, 90, 1), (100, 110, -1)],
    "b": [(0, 10, 1), (22, 35, -1), (50, 61, 1), (75, 90, 1), (200, 210, 0)],
}


def with_polarity(places: list[tuple[int, int, int]], label: str = "claim") -> list[dict[str, Any]]:
    return [
        {"start": start, "end": end, "label": label, "attributes": {"polarity": value}}
        for start, end, value in places
    ]


def test_an_attribute_is_compared_on_matched_spans_beside_its_coverage() -> None:
    """Four of five match; their values are (1, 1), (-1, -1), (0, 1), (1, 1)."""
    data = {name: with_polarity(places) for name, places in POLARITY.items()}
    for level, value in (("nominal", 10 / 17), ("ordinal", 3 / 4), ("interval", 40 / 47)):
        found = agreement.attributes(data, "polarity", level=level)  # type: ignore[arg-type]
        assert found.value == pytest.approx(value), level
        assert found.detail["coverage"] == pytest.approx(0.8)
        assert found.detail["observed"] == pytest.approx(0.75)
        assert found.detail["matched_pairs"] == 4


def test_attributes_that_one_did_not_set_are_left_out_and_counted() -> None:
    data = {name: with_polarity(places) for name, places in POLARITY.items()}
    data["b"][0]["attributes"] = {}
    found = agreement.attributes(data, "polarity")
    assert (found.detail["matched_pairs"], found.detail["valued_pairs"]) == (4, 3)


def test_attributes_that_are_sets_and_labels_in_order() -> None:
    def marked(*values: Any) -> list[dict[str, Any]]:
        return [
            {"start": 10 * i, "end": 10 * i + 5, "label": "x", "attributes": {"v": value}}
            for i, value in enumerate(values)
        ]

    rows = [[["a"], ["a", "b"], []], [["a"], ["a"], ["c"]]]
    data = {"one": marked(*rows[0]), "two": marked(*rows[1])}
    found = agreement.attributes(data, "v", level="masi")
    assert found.value == pytest.approx(agreement.sets(rows, "masi").value)
    ordered = {"one": marked("low", "mid", "top"), "two": marked("low", "top", "top")}
    order = ["low", "mid", "top"]
    by_rank = agreement.attributes(ordered, "v", level="ordinal", values=order)
    plain = agreement.coding(
        [["low", "mid", "top"], ["low", "top", "top"]], level="ordinal", values=order
    )
    assert by_rank.value == pytest.approx(plain.value)


@given(st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=1, max_size=6))
def test_the_best_assignment_is_the_best_of_all(weights: list[list[int]]) -> None:
    chosen = best_assignment(weights)
    rows, columns = len(weights), 4
    assert len({row for row, _ in chosen}) == len({column for _, column in chosen}) == len(chosen)
    assert len(chosen) == min(rows, columns)
    pad = [*weights, *([[0] * columns] * max(0, columns - rows))]
    best = max(
        sum(pad[row][column] for column, row in enumerate(order))
        for order in permutations(range(len(pad)), columns)
    )
    assert sum(weights[row][column] for row, column in chosen) == best


def test_hundreds_of_nested_spans_take_no_time() -> None:
    size = 300
    a = [(number, 4 * size - number, "X") for number in range(size)]
    b = [(number + number % 3, 4 * size - number, "X") for number in range(size)]
    begin = process_time()
    found = agreement.spans({"length": 4 * size, "annotators": {"a": a, "b": b}}, metric="f1_iou")
    assert found.value == 1.0
    assert process_time() - begin < 3.0
