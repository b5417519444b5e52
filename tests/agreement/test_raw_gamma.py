"""Optimised gamma: the printed example of its package, and properties."""

from typing import Any

import pytest

from annotator.agreement.raw_gamma import opt_gamma

EXAMPLE = {
    "annotators": {
        "A": {
            "spans": [
                {"id": "a1", "start": 100, "end": 150, "label": "Claim"},
                {"id": "a2", "start": 160, "end": 210, "label": "Example"},
            ],
            "links": [{"head": "a1", "tail": "a2", "type": "Illustration"}],
        },
        "B": {
            "spans": [
                {"id": "b1", "start": 102, "end": 152, "label": "Claim"},
                {"id": "b2", "start": 162, "end": 212, "label": "Explanation"},
            ],
            "links": [{"head": "b1", "tail": "b2", "type": "Illustration"}],
        },
    }
}


@pytest.mark.parametrize(
    ("layer", "value"), [("spans", 0.7115), ("links", 0.9615), ("both", 0.7865)]
)
def test_printed_example(layer: Any, value: float) -> None:
    assert opt_gamma(EXAMPLE, layer).value == pytest.approx(value, abs=5e-5)


def test_far_spans_stay_alone() -> None:
    result = opt_gamma({"a": [(0, 10, "x"), (50, 60, "x")], "b": [(8, 18, "x"), (50, 60, "x")]})
    assert result.value == pytest.approx(1 - 2 * 0.5 / 2)


def test_a_pair_dearer_than_two_alone_is_not_taken() -> None:
    data = {"a": [(0, 10, "x")], "b": [(0, 10, "y")]}
    assert opt_gamma(data, alpha=0.0, eta=0.25).value == pytest.approx(0.5)


def test_identical_copies_agree_fully_and_order_does_not_matter() -> None:
    spans = [(0, 10, "x"), (5, 9, "y"), (30, 41, "x")]
    assert opt_gamma({"a": spans, "b": spans[::-1]}).value == 1


@pytest.mark.parametrize(
    ("data", "layer", "reason"),
    [
        ({"a": [], "b": []}, "spans", "no_units"),
        ({"a": [(0, 5, "x")], "b": [(0, 5, "x")]}, "links", "no_links"),
        ({"a": [(0, 5, "x")], "b": [(0, 5, "x")]}, "both", "no_links"),
        ({"a": [(0, 5, "x")]}, "spans", "fewer_than_two_annotators"),
    ],
)
def test_undefined(data: Any, layer: Any, reason: str) -> None:
    result = opt_gamma(data, layer)
    assert (result.value, result.reason) == (None, reason)


@pytest.mark.parametrize("wrong", [{"eta": 2}, {"layer": "words"}])
def test_wrong_parameters_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must lie|There is no"):
        opt_gamma(EXAMPLE, **wrong)
