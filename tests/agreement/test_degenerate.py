"""Data on which a measure says nothing: no number, and a reason."""

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator import agreement
from annotator.agreement.result import REASONS

FULL = {"a": [(0, 40, "x")], "b": [(0, 40, "x")]}


def checked(result: agreement.Result) -> tuple[float | None, str]:
    """Value and reason; on the way, that the result can be written and read as JSON."""
    json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert (result.value is None) == bool(result.reason)
    assert not result.reason or result.words != result.reason, "the reason has words"
    return result.value, result.reason


def document(length: int = 500, **work: Any) -> dict[str, Any]:
    return {"length": length, "annotators": work}


@pytest.mark.parametrize("metric", ["alpha", "cohen_kappa", "scott_pi", "fleiss_kappa", "gwet_ac1"])
def test_one_value_only(metric: Any) -> None:
    for rows in ([["v"] * 4, ["v"] * 4], [["v", None, "v"], ["v", "v", None]], [["v"], ["v"]]):
        assert checked(agreement.coding(rows, metric)) == (None, "no_variation")
        assert checked(agreement.coding(rows, "percent_agreement")) == (1.0, "")


@pytest.mark.parametrize("rows", [[["v", None], [None, "w"]], [[], []], [[None], [None]]])
def test_no_unit_with_two_values(rows: Any) -> None:
    for metric in ("alpha", "percent_agreement", "cohen_kappa", "gwet_ac1", "specific_agreement"):
        assert checked(agreement.coding(rows, metric)) == (None, "no_pairable_values")  # type: ignore[arg-type]


def test_a_value_seen_by_one_alone_is_no_variation() -> None:
    """The unit with v is not paired, so alpha never sees it; nor does kappa."""
    rows = [["w", None, "v"], ["w", "w", None]]
    assert checked(agreement.coding(rows)) == (None, "no_variation")
    assert checked(agreement.coding(rows, "cohen_kappa")) == (None, "no_variation")


def test_values_below_nothing_are_not_clamped() -> None:
    rows = [["v", "v", "w"], ["w", "w", "v"]]
    assert agreement.coding(rows).value == pytest.approx(-2 / 3)
    assert agreement.coding(rows, "cohen_kappa").value == pytest.approx(-0.8)
    rare = [["v"] * 6, ["v"] * 5 + ["w"]]
    assert (agreement.coding(rare).value, agreement.coding(rare, "cohen_kappa").value) == (0, 0)
    assert agreement.coding(rare, "percent_agreement").value == pytest.approx(5 / 6)


def test_kappa_wants_two_annotators() -> None:
    rows = [["v", "w", "u", None], ["v", "w", "w", "u"], [None, "w", "u", "u"]]
    assert checked(agreement.coding(rows, "cohen_kappa")) == (None, "not_two_annotators")
    assert agreement.coding(rows).value is not None


def test_missing_is_none_or_absent_or_nan_but_never_a_label() -> None:
    by_unit = {"a": {"u1": "v", "u2": "w"}, "b": {"u1": "v", "u2": "v", "u3": "w"}}
    listed = {"a": ["v", "w", None], "b": ["v", "v", "w"]}
    assert agreement.coding(by_unit) == agreement.coding(listed)
    numbers = {"a": [1.0, 2.0, float("nan")], "b": [1.0, 1.0, 2.0]}
    assert agreement.coding(numbers).value == agreement.coding(listed).value
    labels = agreement.coding({"a": ["nan", "w", "None"], "b": ["nan", "nan", "w"]})
    assert labels.detail["pairable_units"] == 3


def test_nobody_marked_anything() -> None:
    empty = document(a=[], b=[])
    for metric in ("f1_exact", "f1_iou", "f1_character"):
        assert checked(agreement.spans(empty, metric)) == (None, "no_units")  # type: ignore[arg-type]
    for metric in ("u_alpha", "bar_u_alpha", "cu_alpha", "ku_alpha", "alpha_u_2004"):
        assert checked(agreement.unitizing(empty, metric)) == (None, "no_units")  # type: ignore[arg-type]
    assert checked(agreement.layers(empty)) == (None, "no_units")
    assert checked(agreement.attributes(empty, "polarity")) == (None, "no_units")


def test_one_of_two_marked_nothing() -> None:
    data = document(a=[(10, 20, "x"), (40, 60, "y")], b=[])
    for metric in ("f1_exact", "f1_iou", "f1_character"):
        assert checked(agreement.spans(data, metric)) == (0.0, "")  # type: ignore[arg-type]
    assert checked(agreement.unitizing(data, "cu_alpha")) == (None, "no_intersecting_units")
    value, _ = checked(agreement.layers(data))
    assert value is not None
    assert value < 0
    assert checked(agreement.attributes(data, None)) == (None, "no_matched_spans")


def test_one_annotator() -> None:
    data = document(a=[(10, 20, "x")])
    for result in (
        agreement.spans(data),
        agreement.unitizing(data),
        agreement.layers(data),
        agreement.attributes(data, None),
        agreement.links(document(a={"spans": [], "links": []})),
        agreement.entities({"a": [[1, 2]]}),
        agreement.segmentation({"a": [3, 4]}),
    ):
        assert checked(result) == (None, "fewer_than_two_annotators")


def test_no_document() -> None:
    for data in ([], {}, {"documents": []}):
        assert checked(agreement.spans(data)) == (None, "fewer_than_two_annotators")
        assert checked(agreement.entities(data)) == (None, "fewer_than_two_annotators")


def test_a_missing_annotator_is_not_an_empty_one() -> None:
    same = [(10, 20, "x")]
    assigned = [document(a=same, b=same), document(a=same, b=same, c=same)]
    assert checked(agreement.spans(assigned)) == (1.0, "")
    assert agreement.spans([document(a=same, b=same, c=None), assigned[1]]).value == 1.0
    assert agreement.spans([document(a=same, b=same, c=[]), assigned[1]]).value != 1.0
    assert agreement.layers(assigned).value == 1.0


def test_spans_of_one_label_that_overlap_are_merged_and_counted() -> None:
    data = document(40, a=[(0, 10, "x"), (5, 12, "x")], b=[(0, 10, "x")])
    assert agreement.spans(data).value == pytest.approx(2 / 3)
    merged = agreement.unitizing(data)
    assert merged.detail["merged_units"] == 1
    union = agreement.unitizing(document(40, a=[(0, 12, "x")], b=[(0, 10, "x")]))
    assert merged.value == union.value
    assert union.detail["merged_units"] == 0


def test_equal_spans_count_as_often_as_they_occur() -> None:
    data = document(40, a=[(0, 10, "x"), (0, 10, "x")], b=[(0, 10, "x")])
    assert agreement.spans(data).value == pytest.approx(2 / 3)
    assert agreement.spans(data, "f1_iou").value == pytest.approx(2 / 3)
    assert agreement.spans(data, "f1_character").value == 1.0


def test_empty_spans_carry_nothing_and_are_counted() -> None:
    data = document(40, a=[(5, 5, "x")], b=[(5, 5, "y")])
    assert checked(agreement.unitizing(data)) == (None, "no_units")
    assert agreement.spans(data).detail["spans_outside"] == 2


def test_all_text_marked() -> None:
    data = document(40, **FULL)
    assert checked(agreement.unitizing(data, "bar_u_alpha")) == (None, "no_gaps")
    assert checked(agreement.unitizing(data, "u_alpha")) == (None, "no_variation")
    assert checked(agreement.layers(data)) == (None, "no_gaps")
    assert checked(agreement.spans(data)) == (1.0, "")


def test_a_text_of_unknown_length() -> None:
    assert checked(agreement.layers(FULL)) == (None, "no_continuum")
    assert checked(agreement.unitizing(FULL)) == (None, "no_continuum")
    assert checked(agreement.spans(FULL, "f1_character")) == (1.0, "")
    assert checked(agreement.spans(FULL, "f1_token")) == (None, "no_tokens")


def test_other_families() -> None:
    nothing = {"spans": [], "links": []}
    assert checked(agreement.links(document(a=nothing, b=nothing))) == (None, "no_links")
    assert checked(agreement.entities({"a": [], "b": []})) == (None, "no_mentions")
    assert checked(agreement.entities({"a": [[1, 2]], "b": []})) == (0.0, "")
    assert checked(agreement.segmentation({"a": [7], "b": [7]})) == (None, "no_boundaries")
    assert checked(agreement.segmentation({"a": [7], "b": [3, 5]})) == (None, "different_lengths")
    assert checked(agreement.sets([[[], ["x"]], [[], None]])) == (None, "no_variation")
    assert checked(agreement.sets([[None], [["x"]]])) == (None, "no_pairable_values")
    assert checked(agreement.dawid_skene([[None], [None]])) == (None, "no_pairable_values")
    assert checked(agreement.dawid_skene([["v"], ["v"]])) == (None, "no_variation")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: agreement.coding([["v"], ["v", "w"]]), "different length"),
        (lambda: agreement.coding([["v"], ["w"]], level="ordinal"), "in order"),
        (lambda: agreement.coding([["v"], ["w"]], level="interval"), "numbers"),
        (lambda: agreement.coding([["v"], ["w"]], values=["v"]), "not one of"),
        (lambda: agreement.spans({"a": [(5, 3, "x")], "b": []}), "ends before it starts"),
        (lambda: agreement.spans({"a": [{"label": "x"}], "b": []}), "no offsets"),
    ],
)
def test_data_of_a_wrong_form_are_refused_in_words(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


def test_every_reason_ends_without_a_stop() -> None:
    assert all(words and not words.endswith(".") for words in REASONS.values())


SPANS = st.lists(
    st.tuples(st.integers(-5, 45), st.integers(0, 12), st.sampled_from(["x", "y", None])).map(
        lambda drawn: (drawn[0], drawn[0] + drawn[1], drawn[2])
    ),
    max_size=6,
)
WORK = st.dictionaries(st.sampled_from("abcd"), st.none() | SPANS, max_size=4)
DOCUMENTS = st.lists(
    st.fixed_dictionaries(
        {
            "annotators": WORK,
            "continuum": st.fixed_dictionaries(
                {"begin": st.integers(-3, 3), "length": st.integers(0, 40)}
            ),
        },
        optional={
            "excluded": st.lists(
                st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted), max_size=2
            ),
            "tokens": st.just([(i, i + 3) for i in range(0, 40, 4)]),
        },
    ),
    max_size=3,
)


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS)
def test_no_spans_whatever_break_a_measure(documents: Any) -> None:
    for result in (
        agreement.spans(documents, replicates=5),
        agreement.spans(documents, "f1_iou", same_label=False, min_iou=0.01, replicates=5),
        agreement.spans(documents, "f1_character"),
        agreement.spans(documents, "f1_token"),
        agreement.layers(documents, replicates=5),
        agreement.layers(documents, unit="token", label="x"),
        agreement.unitizing(documents, "u_alpha", replicates=5),
        agreement.unitizing(documents, "bar_u_alpha"),
        agreement.unitizing(documents, "ku_alpha", replicates=5),
        agreement.unitizing(documents, "alpha_u_2004", replicates=5),
        agreement.attributes(documents, None, replicates=5),
        agreement.semeval(documents),
    ):
        value, _ = checked(result)
        assert value is None or value <= 1


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 5).flatmap(
        lambda units: st.lists(
            st.lists(st.sampled_from([None, 0, 1, 2.5]), min_size=units, max_size=units),
            max_size=4,
        )
    )
)
def test_no_ratings_whatever_break_a_coefficient(rows: Any) -> None:
    for metric in (
        "alpha",
        "percent_agreement",
        "specific_agreement",
        "cohen_kappa",
        "scott_pi",
        "fleiss_kappa",
        "conger_kappa",
        "bennett_s",
        "gwet_ac1",
        "gwet_ac2",
    ):
        for missing in ("refuse", "gwet"):
            checked(agreement.coding(rows, metric, missing=missing))  # type: ignore[arg-type]
    for level in ("ordinal", "interval", "ratio"):
        checked(agreement.coding(rows, level=level, replicates=5))  # type: ignore[arg-type]
    checked(agreement.dawid_skene(rows))
    checked(agreement.dawid_skene(rows, one_coin=True))


def marked(*spans: Any) -> dict[str, Any]:
    return {"length": 100, "annotators": {"a": list(spans), "b": [(0, 5, "x")]}}


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: agreement.spans(None), "Documents are a list or a mapping"),
        (lambda: agreement.spans("spans"), "Documents are a list or a mapping"),
        (lambda: agreement.spans([None]), "A document is a mapping"),
        (lambda: agreement.spans(marked(None)), "The span None has no offsets"),
        (lambda: agreement.spans(marked(("0", "5", "x"))), "a whole number of characters"),
        (lambda: agreement.spans(marked((0.5, 5, "x"))), "a whole number of characters"),
        (lambda: agreement.spans(marked((math.nan, 5, "x"))), "a whole number of characters"),
        (lambda: agreement.spans(marked((0, 10**20, "x"))), "a whole number of characters"),
        (lambda: agreement.coding(None), "Ratings are a mapping or a list of rows"),
        (lambda: agreement.coding([[1, math.inf], [2, 1]], level="interval"), "need values below"),
        (lambda: agreement.coding([[1, math.inf], [2, 1]], "gwet_ac2"), "need values below"),
        (lambda: agreement.sets([["polls"], ["polls"]]), "a list or set of labels"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(call: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()


def test_plain_spans_have_no_attributes() -> None:
    found = agreement.attributes(marked((0, 5, "x")), "polarity")
    assert (found.value, found.reason) == (None, "no_pairable_values")


def test_alpha_u_of_very_many_units_needs_little_room() -> None:
    """Every unit of 10 has gaps of 10 around it; all pairs of both would be 80 GB."""
    units = [(place, place + 10, "x") for place in range(0, 2_000_000, 20)]
    found = agreement.unitizing(
        {"length": 2_000_000, "annotators": {"a": units, "b": units}}, "alpha_u_2004"
    )
    assert found.value == pytest.approx(1.0)
