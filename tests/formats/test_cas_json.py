"""CAS JSON: cassis reads ours, cassis' and other shapes are read, broken parts are counted."""

import json
from pathlib import Path
from typing import Any

import pytest
from cassis import load_cas_from_json

from annotator.formats.uima_out import types_of
from annotator.model.errors import AnnotatorError
from tests.formats import trips
from tests.formats.cas import TEXT, inception, ours
from tests.formats.strategies import SCHEME

SPAN = "webanno.custom.Mark"


def cas(text: str, *structures: dict[str, Any], **more: Any) -> dict[str, Any]:
    sofa = {
        "%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaNum": 1, "sofaID": "_InitialView",
        "sofaString": text,
    }  # fmt: skip
    ids = [item["%ID"] for item in structures if "begin" in item]
    return {
        "%TYPES": {SPAN: {"%NAME": SPAN, "%SUPER_TYPE": "uima.tcas.Annotation"}},
        "%FEATURE_STRUCTURES": [sofa, *structures],
        "%VIEWS": {"_InitialView": {"%SOFA": 1, "%MEMBERS": ids}},
        **more,
    }


def mark(key: int, begin: object, end: object, **more: Any) -> dict[str, Any]:
    return {"%ID": key, "%TYPE": SPAN, "@sofa": 1, "begin": begin, "end": end, **more}


def read(tmp_path: Path, value: object) -> trips.Trip:
    (tmp_path / "x.json").write_text(json.dumps(value), encoding="utf-8")
    [trip] = trips.read("cas-json", tmp_path / "x.json")
    return trip


# -- ours ------------------------------------------------------------------------------------------


def test_cassis_reads_what_we_write(tmp_path: Path) -> None:
    trips.write("cas-json", tmp_path / "out", [ours()])
    loaded = load_cas_from_json((tmp_path / "out" / "ada" / "quay.json").open("rb"))
    assert loaded.sofa_string == TEXT
    claims = loaded.select("webanno.custom.CLAIM")
    assert {claim.get_covered_text() for claim in claims} == {"the quay, “at last”, would close"}
    [pieces] = [claim for claim in claims if claim.spanId == "s2"]
    assert {(link.role, link.target.get_covered_text()) for link in pieces.links.elements} == {
        ("holder", "Ines Tal"),
        ("cue", "said"),
    }
    assert pieces.act == "assert"
    assert {claim.polarity for claim in claims} == {None, "pos", "neg"}
    assert loaded.select("webanno.custom.OtherSpan")[0].spanLabel == "ODD LABEL"


def test_what_cassis_writes_of_ours_comes_back_whole(tmp_path: Path) -> None:
    trips.write("cas-json", tmp_path / "out", [ours()])
    path = tmp_path / "out" / "ada" / "quay.json"
    again = load_cas_from_json(path.open("rb"))
    again.to_json(tmp_path / "again.json")
    [trip] = trips.read("cas-json", tmp_path / "again.json")
    [work] = ours().sets
    assert trip.document.id == "quay"
    assert (trip.work.spans, trip.work.links) == (work.spans, work.links)
    assert (trip.work.entities, trip.work.fields) == (work.entities, work.fields)


def test_what_was_changed_natively_counts(tmp_path: Path) -> None:
    trips.write("cas-json", tmp_path / "out", [ours()])
    path = tmp_path / "out" / "ada" / "quay.json"
    value = json.loads(path.read_text(encoding="utf-8"))
    [span] = [x for x in value["%FEATURE_STRUCTURES"] if x.get("spanId") == "s2"]
    span["end"] -= len(" close")
    span["act"] = "deny"
    copied = {**span, "%ID": 900}
    value["%FEATURE_STRUCTURES"].append(copied)
    value["%VIEWS"]["_InitialView"]["%MEMBERS"].append(900)
    trip = read(tmp_path, value)
    assert ("CLAIM", "the quay, “at last”, would") in trip.places()
    assert trip.work.spans["s2"].attributes["act"] == "deny"
    assert len(trip.work.spans) == 7
    assert not trip.loss.left_out


def test_control_characters_are_kept(tmp_path: Path) -> None:
    text = "A \x1b[31mred\x1b[0m word."
    trips.write("cas-json", tmp_path / "out", [trips.work_on(text, ("CLAIM", "red"))])
    [trip] = trips.read("cas-json", tmp_path / "out")
    assert trip.document.text == text
    assert trip.places() == [("CLAIM", "red")]


def test_the_types_hold_for_any_work_of_the_scheme() -> None:
    names = [item.name for item in types_of(SCHEME)]
    assert len(names) == len(set(names))
    assert "webanno.custom.CLAIM" in names


# -- of others -------------------------------------------------------------------------------------


def test_layers_of_inception_become_labels_attributes_and_links(tmp_path: Path) -> None:
    inception().to_json(tmp_path / "x.json")
    [trip] = trips.read("cas-json", tmp_path / "x.json")
    assert trip.places() == [("PER", "Ines Tal"), ("Statement", "the quay"), ("PER", "Bo")]
    assert trip.work.in_order()[0].attributes == {"identifier": "http://kb/Q7"}
    assert trip.work.in_order()[1].attributes == {
        "certain": True, "score": "3", "tags": ("a b", "c"),
    }  # fmt: skip
    assert trip.links() == [
        ("denied by", "the quay", "Bo"),
        ("speaker", "the quay", "Ines Tal"),
    ]
    aside = trip.loss.aside["Token annotations", "a layer of the text without labels"]
    assert aside == 2
    assert not trip.loss.left_out


def test_the_feature_with_the_label_can_be_named(tmp_path: Path) -> None:
    inception().to_json(tmp_path / "x.json")
    [trip] = trips.read("cas-json", tmp_path / "x.json", label="score")
    assert ("Statement", "the quay") in trip.places()
    [trip] = trips.read("cas-json", tmp_path / "x.json", label="kind")
    assert ("PER", "Bo") in trip.places()
    marks = cas("So it is.", mark(2, 0, 2, kind="CUE"))
    (tmp_path / "y.json").write_text(json.dumps(marks))
    [trip] = trips.read("cas-json", tmp_path / "y.json", label="kind")
    assert trip.places() == [("CUE", "So")]


def test_structures_may_stand_in_an_object_and_before_their_sofa(tmp_path: Path) -> None:
    value = cas("🎻 So it is.", mark(2, 3, 5))
    sofa, *rest = value["%FEATURE_STRUCTURES"]
    value["%FEATURE_STRUCTURES"] = {str(item.pop("%ID")): item for item in (*rest, sofa)}
    assert read(tmp_path, value).places() == [("Mark", "So")]


def test_without_types_and_views_what_has_offsets_is_a_span(tmp_path: Path) -> None:
    value = cas("So it is.", mark(2, 0, 2))
    del value["%TYPES"], value["%VIEWS"]
    assert read(tmp_path, value).places() == [("Mark", "So")]


def test_document_layers_of_others_are_left_out_and_named(tmp_path: Path) -> None:
    about = {"%ID": 3, "%TYPE": "webanno.custom.Genre", "@sofa": 1, "value": "report"}
    value = cas("So it is.", mark(2, 0, 2), about)
    value["%VIEWS"]["_InitialView"]["%MEMBERS"].append(3)
    trip = read(tmp_path, value)
    assert trip.places() == [("Mark", "So")]
    assert trip.loss.left_out["Genre structures", "have no place in the text"] == 1
    assert trip.loss.findings[0].raw == {"value": "report"}


def test_special_numbers_are_read_as_text(tmp_path: Path) -> None:
    value = cas("So it is.", mark(2, 0, 2, **{"#weight": "NaN", "size": 0.5}))
    [span] = read(tmp_path, value).work.spans.values()
    assert span.attributes == {"weight": "NaN", "size": "0.5"}


def test_lone_surrogates_do_not_move_offsets(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(
        json.dumps(cas("a\ud83d 🎻 So.", mark(2, 6, 8))), encoding="utf-8"
    )
    [trip] = trips.read("cas-json", tmp_path / "x.json")
    assert trip.places() == [("Mark", "So")]
    assert trip.document.text == "a\ufffd 🎻 So."


def test_places_that_are_none_are_refused_one_by_one(tmp_path: Path) -> None:
    bad = [mark(3, 2, 2), mark(4, 5, 3), mark(5, 3, 999), mark(6, -1, 3), mark(7, "a", 3),
           mark(8, None, 3), mark(9, 1, 4), mark(10, 10**30, 10**31)]  # fmt: skip
    trip = read(tmp_path, cas("🎻 Aid will come.", mark(2, 3, 6), *bad))
    assert trip.places() == [("Mark", "Aid")]
    assert sum(trip.loss.left_out.values()) == 8
    assert trip.loss.left_out["Mark spans", "are empty"] == 1
    assert all(finding.raw for finding in trip.loss.findings)


def test_broken_structures_are_counted_and_the_rest_is_read(tmp_path: Path) -> None:
    value = cas(
        "So it is.",
        mark(2, 0, 2, **{"@next": 77, "@odd": "x"}),
        {"%ID": 4, "%TYPE": 7},
        {"%ID": 2, "%TYPE": SPAN},
    )
    value["%FEATURE_STRUCTURES"] += [None, "x", {"%TYPE": SPAN}]
    trip = read(tmp_path, value)
    assert trip.places() == [("Mark", "So")]
    assert dict(+trip.loss.left_out) == {
        ("feature structures", "have no id or type"): 4,
        ("feature structures", "have the id of another"): 1,
        ("next features", "lead to no span"): 1,
        ("references", "are no ids"): 1,
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[]", "is no CAS JSON"),
        ('{"%FEATURE_STRUCTURES": 3}', "neither a list nor an object"),
        ('{"%FEATURE_STRUCTURES": []}', "holds no text"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_files_without_a_cas_are_refused_in_a_sentence(
    tmp_path: Path, content: str, message: str
) -> None:
    (tmp_path / "x.json").write_text(content, encoding="utf-8")
    with pytest.raises(AnnotatorError, match=message):
        trips.read("cas-json", tmp_path / "x.json")


def test_a_broken_file_among_others_is_counted(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps(cas("So.", mark(2, 0, 2))), encoding="utf-8")
    [trip] = trips.read("cas-json", tmp_path)
    assert trip.loss.left_out["files", "cannot be used"] == 1
    assert trip.places() == [("Mark", "So")]
