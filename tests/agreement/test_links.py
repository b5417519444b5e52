"""Links, entities, and who tends to be right."""

from typing import Any

import pytest

from annotator import agreement


def span(id: str, start: int, end: int, label: str) -> dict[str, Any]:
    return {"id": id, "start": start, "end": end, "label": label}


def link(type: str, head: str, tail: str) -> dict[str, str]:
    return {"type": type, "head": head, "tail": tail}


NEAR = {
    "a": {
        "spans": [span("1", 100, 150, "claim"), span("2", 160, 210, "example")],
        "links": [link("shows", "1", "2")],
    },
    "b": {
        "spans": [span("x", 102, 152, "claim"), span("y", 162, 212, "reason")],
        "links": [link("shows", "x", "y")],
    },
}


def test_strict_and_matched_links() -> None:
    data = {"annotators": NEAR}
    assert agreement.links(data, "strict_f1").value == 0.0
    assert agreement.links(data, "matched_f1").value == 1.0
    assert agreement.links(data, "matched_f1", same_label=True).value == 0.0
    assert agreement.links(data, "matched_f1", min_iou=0.95).value == 0.0
    same = {"annotators": {"a": NEAR["a"], "b": NEAR["a"]}}
    assert agreement.links(same, "strict_f1").value == 1.0


def article(holder: str, *, pronoun: bool, entity: dict[str, str]) -> dict[str, Any]:
    """A claim held by a speaker who is named at 0 and perhaps called "she" at 40."""
    mentions = [span("m1", 0, 8, "speaker"), span("m2", 40, 43, "speaker")]
    return {
        "spans": [span("c", 50, 90, "claim"), *mentions],
        "links": [
            link("holder", "c", "m2" if pronoun else "m1"),
            link("ref", "m1", holder),
            link("ref", "m2", holder),
        ],
        "entities": {holder: entity, "other": {"name": "Port of Sel"}},
    }


def test_tuples_are_compared_end_to_end_over_entities() -> None:
    """One links the name and the other the pronoun: the same holder."""
    work = {
        "a": article("e7", pronoun=False, entity={"name": "Ilse Varn"}),
        "b": article("e2", pronoun=True, entity={"name": "ILSE VARN"}),
    }
    assert agreement.links({"annotators": work}, "tuple_f1").value == 1.0
    assert agreement.links({"annotators": work}, "strict_f1").value == 0.0
    work["b"]["entities"]["e2"] = {"name": "I. Varn"}
    assert agreement.links({"annotators": work}).value == 1.0, "their mentions are the same"
    work["b"]["links"][0] = link("holder", "c", "other")
    assert agreement.links({"annotators": work}).value == 0.0
    found = agreement.links({"annotators": work}, "target_agreement")
    assert (found.value, found.detail["head_coverage"]) == (0.0, 1.0)


def test_targets_are_only_asked_for_where_heads_match() -> None:
    def work(*claims: tuple[int, str]) -> dict[str, Any]:
        return {
            "spans": [span(f"c{start}", start, start + 10, "claim") for start, _ in claims],
            "links": [link("holder", f"c{start}", who) for start, who in claims],
        }

    data = {
        "annotators": {"a": work((0, "P"), (20, "Q"), (60, "P")), "b": work((0, "P"), (20, "P"))}
    }
    found = agreement.links(data, "target_agreement")
    assert found.value == 0.5
    assert found.detail["head_coverage"] == pytest.approx(4 / 5)
    assert agreement.links(data).value == pytest.approx(2 / 5)
    assert found.detail["by_label"] == {"holder": 0.5}
    apart = {"annotators": {"a": work((0, "P")), "b": work((50, "P"))}}
    assert agreement.links(apart, "target_agreement").reason == "no_matched_heads"


def test_clusters_may_be_given_in_three_forms() -> None:
    lists = {"a": [["Ilse", "she"], ["port"]], "b": [["Ilse"], ["she", "port"]]}
    named = {who: {str(i): c for i, c in enumerate(clusters)} for who, clusters in lists.items()}
    mentions = {
        who: {mention: i for i, cluster in enumerate(clusters) for mention in cluster}
        for who, clusters in lists.items()
    }
    for metric in ("b_cubed", "lea"):
        values = {
            agreement.entities(form, metric).value  # type: ignore[arg-type]
            for form in (lists, named, mentions, {"annotators": named}, [named])
        }
        assert len(values) == 1
    assert agreement.entities(lists, "b_cubed").value == pytest.approx(2 / 3)
    assert agreement.entities(lists, "lea").value == 0.0


def test_a_mention_that_one_does_not_have_counts_against_both_measures() -> None:
    """By hand: b's {1, 2} within a's {1, 2, 3}: precision 1; recall 2/3 * 2/3 and 1/3."""
    data = {"a": [[1, 2, 3]], "b": [[1, 2]]}
    recall = 4 / 9
    assert agreement.entities(data, "b_cubed").value == pytest.approx(2 * recall / (1 + recall))
    assert agreement.entities(data, "lea").value == pytest.approx(2 * (1 / 3) / (1 + 1 / 3))
    detail = agreement.entities(data, "b_cubed").detail["by_pair"]["a / b"]
    assert (detail["precision"], detail["recall"]) == (1.0, pytest.approx(recall))


def test_near_misses_reach_as_far_as_they_are_let() -> None:
    data = {"a": [5, 5], "b": [7, 3]}
    assert agreement.segmentation(data).value == 0.0
    assert agreement.segmentation(data, n_t=4).value == pytest.approx(1 - 2 / 4)


def test_the_likely_truth_outweighs_a_careless_majority() -> None:
    """Two annotators answer the same whatever they see; two look, and hardly ever differ."""
    truth = ["v", "w"] * 30
    looks = truth.copy()
    looks[0] = "w"
    rows = {"careful": truth, "attentive": looks, "idle": ["v"] * 60, "idler": ["v"] * 59 + ["w"]}
    found = agreement.dawid_skene(rows)
    assert found.detail["truth"][1:] == truth[1:]
    assert found.detail["errors"]["idle"]["w"]["v"] == pytest.approx(1.0)
    assert found.detail["accuracy"]["careful"] > 0.95
    assert found.detail["prior"]["v"] == pytest.approx(0.5, abs=0.02)


def test_repeated_answers_and_gaps_are_taken_as_they_are() -> None:
    rows = {"a": [["v", "v", "w"], "w", None, ["w", "w"]], "b": ["v", None, None, "w"]}
    found = agreement.dawid_skene(rows)
    assert found.detail["truth"] == ["v", "w", None, "w"]
    assert found.detail["units"] == 3
    few = agreement.dawid_skene(rows, one_coin=True, prior=(4.0, 1.0))
    assert all(0.5 < accuracy < 1 for accuracy in few.detail["accuracy"].values())
