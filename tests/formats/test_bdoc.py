"""GATE bdoc documents: offsets in two units, sets, features, links."""

import json
from pathlib import Path
from typing import Any

import pytest

from annotator.formats.exchange import Export, Source
from annotator.formats.loss import Loss
from annotator.formats.registry import get
from annotator.model.annotation import Link
from annotator.model.errors import AnnotatorError
from tests.formats import trips
from tests.formats.strategies import SCHEME

TEXT = "🛶 Pell says: no."


def document(*annotations: dict[str, Any], **more: Any) -> dict[str, Any]:
    sets = {"ada": {"name": "ada", "annotations": [*annotations], "next_annid": 9}}
    return {
        "name": "d1", "text": TEXT, "features": {"desk": "city"}, "offset_type": "p",
        "annotation_sets": sets, **more,
    }  # fmt: skip


def annotation(id: int, type: str, start: int, end: int, **features: Any) -> dict[str, Any]:
    return {"id": id, "type": type, "start": start, "end": end, "features": features}


def a_file(folder: Path, value: object, name: str = "one.bdocjs") -> Path:
    path = folder / name
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


@pytest.mark.parametrize(("unit", "shift"), [("p", 0), ("j", 1)])
def test_the_file_says_what_offsets_count(unit: str, shift: int, tmp_path: Path) -> None:
    given = document(annotation(3, "SPEAKER", 2 + shift, 6 + shift), offset_type=unit)
    (trip,) = trips.read("bdoc", a_file(tmp_path, given))
    assert trip.places() == [("SPEAKER", "Pell")]
    assert trip.document.meta == {"desk": "city"}
    assert (trip.document.id, trip.foreign.annotator) == ("d1", "ada")


def test_features_are_attributes_and_ids_in_them_links(tmp_path: Path) -> None:
    given = document(
        annotation(0, "SPEAKER", 2, 6, kind="person", n=3, nested={"a": 1}, nothing=None),
        annotation(1, "CUE", 7, 11, links={"by": [0], "to": 0, "lost": [8], "odd": ["x"]}),
    )
    (trip,) = trips.read("bdoc", a_file(tmp_path, given))
    speaker = trip.work.in_order()[0]
    assert speaker.attributes == {"kind": "person", "n": "3"}
    assert trip.links() == [("by", "says", "Pell"), ("to", "says", "Pell")]
    assert trip.loss.left_out == {
        ("attributes", "have no value we know"): 1,
        ("lost links", "an end is left out or missing"): 1,
        ("odd links", "name no annotation"): 1,
    }


def test_json_of_another_kind_is_told_not_taken_as_empty(tmp_path: Path) -> None:
    other = {"text": TEXT, "entities": {"SPEAKER": [{"indices": [2, 6]}]}}
    form, loss = get("bdoc"), Loss()
    assert form.read is not None
    (found,) = form.read(Source(a_file(tmp_path, other), form.settle({}), SCHEME, loss))
    assert found.sets == []
    assert loss.left_out == {("annotation sets", "stand under no known key"): 1}


def test_written_documents_are_what_gate_reads(tmp_path: Path) -> None:
    one = trips.work_on(TEXT, ("CUE", "says"), ("SPEAKER", "Pell"))
    one.sets[0].links["l1"] = Link("l1", "same_as", "s1", "s2")
    other = trips.work_on(TEXT, ("CLAIM", "no"), annotator="bo")
    trips.write("bdoc", tmp_path / "out", [Export(one.article, (*one.sets, *other.sets))])
    (path,) = (tmp_path / "out").iterdir()
    written = json.loads(path.read_bytes())
    assert (written["name"], written["text"], written["offset_type"]) == ("a1", TEXT, "p")
    assert list(written["annotation_sets"]) == ["ada", "bo"]
    ada = written["annotation_sets"]["ada"]
    assert [(x["id"], x["type"], x["start"], x["end"]) for x in ada["annotations"]] == [
        (0, "SPEAKER", 2, 6), (1, "CUE", 7, 11),
    ]  # fmt: skip
    assert ada["next_annid"] == 2
    assert ada["annotations"][1]["features"]["links"] == {"same_as": [0]}


def test_a_folder_of_documents(tmp_path: Path) -> None:
    for name in ("b.bdocjs", "a.json"):
        a_file(tmp_path, document(annotation(0, "CUE", 7, 11)), name)
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    assert [trip.places() for trip in trips.read("bdoc", tmp_path)] == [[("CUE", "says")]] * 2
    knows = get("bdoc").knows
    assert knows is not None
    assert knows(tmp_path, b"")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(AnnotatorError, match="holds no"):
        trips.read("bdoc", empty)
