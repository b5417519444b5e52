"""Data of a form that cannot be read are refused in one sentence that shows what was given."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator import agreement
from annotator.model.errors import AnnotatorError

SPAN = {"label": "CLAIM", "start": 0, "end": 5}


def document(**said: Any) -> dict[str, Any]:
    return {"length": 100, "annotators": {"a": [SPAN], "b": [SPAN]}, **said}


def with_span(**said: Any) -> dict[str, Any]:
    return document(annotators={"a": [SPAN | said], "b": [SPAN]})


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (lambda: agreement.spans(document(excluded="abc")), "Excluded stretches are a list"),
        (lambda: agreement.spans(document(excluded=[7])), "Excluded stretches are a list, not 7"),
        (lambda: agreement.spans(document(excluded=[[1, 2, 3]])), "pairs of start and end"),
        (lambda: agreement.spans(document(length=float("nan"))), "length is a whole number"),
        (lambda: agreement.spans(document(length=float("inf"))), "length is a whole number"),
        (lambda: agreement.spans(document(length=-4)), "not -4"),
        (lambda: agreement.spans(document(annotators={"a": 5, "b": []})), "spans of a are a list"),
        (lambda: agreement.spans(with_span(label=["CLAIM"])), r"label is .* not \['CLAIM'\]"),
        (lambda: agreement.spans(with_span(fragments=[[3]])), "pairs of start and end"),
        (lambda: agreement.spans(document(continuum=3)), "continuum"),
        (lambda: agreement.coding({"a": None, "b": [1]}), "values of an annotator are a list"),
        (lambda: agreement.coding([[1, [2]], [1, 2]]), r"value is .* not \[2\]"),
        (lambda: agreement.sets(None), "Ratings are a list, not None"),
        (lambda: agreement.sets({"a": [[["x"]]], "b": [["x"]]}), "label is"),
        (lambda: agreement.entities({"a": 5, "b": []}), "clusters of an annotator are a list"),
        (lambda: agreement.entities({"a": [3], "b": []}), "Clusters of mentions are a list"),
        (lambda: agreement.segmentation({"a": "xy", "b": [3]}), "segments are a list"),
        (lambda: agreement.segmentation({"a": [1.5], "b": [3]}), "whole number"),
        (lambda: agreement.dawid_skene({"a": [[{}]], "b": [1]}), "answer is"),
    ],
)
def test_a_wrong_form_is_told_in_a_sentence(read: Callable[[], object], told: str) -> None:
    with pytest.raises(ValueError, match=told) as refused:
        read()
    assert isinstance(refused.value, AnnotatorError)
    assert str(refused.value).endswith(".")


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 12) | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a", "b", "annotators", "spans", "label", "start", "end", "length"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
_FAMILIES = ("coding", "sets", "spans", "layers", "unitizing", "links", "entities", "segmentation")


@pytest.mark.parametrize("family", _FAMILIES)
@settings(max_examples=60, deadline=None)
@given(data=_ANYTHING)
def test_whatever_is_given_no_raw_error_comes_out(family: str, data: Any) -> None:
    with suppress(AnnotatorError):
        getattr(agreement, family)(data)
