"""W3C Web Annotations: selectors, bodies, links, and other clients' habits."""

import json
from pathlib import Path
from typing import Any

import pytest

from annotator.formats.exchange import Source
from annotator.formats.loss import Loss
from annotator.formats.registry import get, guess
from annotator.model.annotation import Link, Span
from tests.formats import trips
from tests.formats.strategies import SCHEME

TEXT = "Ro Quill says the weir 🌊 holds; the weir, he says, will hold."
DOC = "https://news.example/weir"


def quoted(exact: str, prefix: str = "", suffix: str = "") -> dict[str, Any]:
    return {"type": "TextQuoteSelector", "exact": exact, "prefix": prefix, "suffix": suffix}


def placed(start: int, end: int) -> dict[str, Any]:
    return {"type": "TextPositionSelector", "start": start, "end": end}


def annotation(id: str, tag: str, *selectors: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": id,
        "type": "Annotation",
        "body": [{"type": "TextualBody", "purpose": "tagging", "value": tag}],
        "target": {"source": DOC, "selector": [*selectors]},
        **more,
    }


def a_file(folder: Path, *values: object) -> Path:
    path = folder / "annotations.jsonl"
    path.write_text("".join(f"{json.dumps(value)}\n" for value in values), encoding="utf-8")
    return path


def test_annotations_of_a_text_that_is_elsewhere(tmp_path: Path) -> None:
    path = a_file(
        tmp_path,
        annotation("x:1", "SPEAKER", quoted("Ro Quill"), placed(0, 8), creator="ada"),
        annotation("x:2", "CUE", quoted("says"), placed(9, 13), creator={"name": "bo"}),
        annotation("x:3", "CUE", quoted("says"), placed(9, 13), creator={"type": "Software"}),
    )
    found = trips.read("w3c", path, TEXT)
    assert [(x.foreign.annotator, x.foreign.suggested, x.places()) for x in found] == [
        ("ada", False, [("SPEAKER", "Ro Quill")]),
        ("bo", False, [("CUE", "says")]),
        ("", True, [("CUE", "says")]),
    ]
    assert found[0].document.text is None
    assert found[0].document.id == found[0].document.facts.url == DOC


def test_positions_of_javascript_clients_are_told_by_the_quotations(tmp_path: Path) -> None:
    after = TEXT.index("holds")
    path = a_file(
        tmp_path, annotation("x:1", "CLAIM", quoted("holds"), placed(after + 1, after + 6))
    )
    (trip,) = trips.read("w3c", path, TEXT)
    assert trip.fragments("CLAIM") == [((after, after + 5),)]


def collection(*items: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "AnnotationCollection",
        "annotator:article": {"id": "a1", "text": TEXT},
        "first": {"type": "AnnotationPage", "items": [*items]},
    }


@pytest.mark.parametrize("shift", [0, 1])
def test_quotations_alone_are_found_by_what_stands_around_them(shift: int, tmp_path: Path) -> None:
    after = TEXT.index("will hold") + shift
    path = a_file(
        tmp_path,
        collection(
            annotation("x:1", "SPEAKER", quoted("the weir", "; ", ", he")),
            annotation("x:2", "CUE", quoted("he says")),
            annotation("x:3", "CUE", quoted("the weir")),
            annotation("x:4", "CLAIM", quoted("will hold"), placed(after, after + 9)),
        ),
    )
    (trip,) = trips.read("w3c", path)
    second = TEXT.index("the weir, he")
    assert trip.fragments("SPEAKER") == [((second, second + 8),)]
    assert trip.places()[1:] == [("CUE", "he says"), ("CLAIM", "will hold")]
    assert trip.loss.left_out == {("CUE spans", "have no offsets"): 1}


def test_pieces_are_several_targets(tmp_path: Path) -> None:
    targets = [
        {"source": DOC, "selector": [quoted("the weir"), placed(14, 22)]},
        {"source": DOC, "selector": [quoted("holds"), placed(25, 30)]},
    ]
    path = a_file(tmp_path, annotation("x:1", "CLAIM") | {"target": targets})
    (trip,) = trips.read("w3c", path, TEXT)
    assert trip.fragments("CLAIM") == [((14, 22), (25, 30))]


def test_bodies_are_labels_attributes_and_notes(tmp_path: Path) -> None:
    bodies = [
        {"type": "TextualBody", "purpose": "tagging", "value": "CUE"},
        {"type": "TextualBody", "purpose": "tagging", "value": "STANCE"},
        {"type": "TextualBody", "purpose": "commenting", "value": "sure?"},
        {"type": "TextualBody", "purpose": "classifying", "value": "mild"},
        {"purpose": "commenting"},
    ]
    path = a_file(
        tmp_path,
        annotation("x:1", "", placed(9, 13)) | {"body": bodies},
        annotation("x:2", "", placed(0, 8), motivation="highlighting") | {"body": None},
    )
    (trip,) = trips.read("w3c", path, TEXT, unit="code-points")
    spans = trip.work.in_order()
    assert [span.label for span in spans] == ["highlighting", "CUE", "STANCE"]
    assert {(span.note, span.attributes["classifying"]) for span in spans[1:]} == {
        ("sure?", "mild")
    }
    assert trip.loss.left_out == {("bodies", "have no value we know"): 1}


@pytest.mark.parametrize(
    "ends",
    [
        {"target": [{"id": "x:1"}, {"id": "x:2"}]},
        {"target": "x:1", "body": [{"value": "of", "purpose": "tagging"}, {"id": "x:2"}]},
    ],
)
def test_links_are_annotations_about_annotations(ends: dict[str, Any], tmp_path: Path) -> None:
    link = {"id": "x:9", "motivation": "linking", "body": [{"value": "of"}], **ends}
    path = a_file(
        tmp_path,
        link,  # before what it is about
        {"type": "AnnotationPage", "items": [annotation("x:1", "CUE", placed(9, 13))]},
        annotation("x:2", "SPEAKER", placed(0, 8)),
        link | {"target": ["x:7"]},
    )
    (trip,) = trips.read("w3c", path, TEXT, unit="code-points")
    assert trip.links() == [("of", "says", "Ro Quill")]
    assert trip.loss.left_out == {("links", "are about annotations that are not here"): 1}


def test_the_native_form_of_a_javascript_client(tmp_path: Path) -> None:
    path = tmp_path / "native.json"
    given = {
        "id": "u1",
        "bodies": [{"purpose": "tagging", "value": "CUE"}],
        "target": {"annotation": "u1", "selector": [{"quote": "says", "start": 9, "end": 13}]},
    }
    path.write_text(json.dumps([given]), encoding="utf-8")
    (trip,) = trips.read("w3c", path, TEXT)
    assert trip.places() == [("CUE", "says")]


def test_what_selects_no_text_is_counted(tmp_path: Path) -> None:
    loss = Loss()
    reader = get("w3c").read
    assert reader is not None
    path = a_file(
        tmp_path,
        annotation("x:1", "CUE") | {"target": DOC},
        {"type": "AnnotationCollection", "first": "https://news.example/page1"},
        {"type": "Something"},
    )
    list(reader(Source(path, get("w3c").settle({}), SCHEME, loss)))
    assert sum(loss.left_out.values()) == 3


def test_written_annotations_follow_the_recommendation(tmp_path: Path) -> None:
    export = trips.work_on(TEXT, ("SPEAKER", "Ro Quill"))
    work = export.sets[0]
    work.spans["s2"] = Span("s2", "CLAIM", ((14, 22), (25, 30)), {"act": "deny"}, note="odd")
    work.links["l1"] = Link("l1", "holder", "s2", "s1")
    path = tmp_path / "out.jsonl"
    trips.write("w3c", path, [export])
    written = json.loads(path.read_bytes())
    assert written["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    speaker, claim, link = written["first"]["items"]
    assert written["total"] == 3
    assert [x["value"] for x in claim["body"]] == ["CLAIM", "deny", "odd"]
    assert [x["purpose"] for x in claim["body"]] == ["tagging", "classifying", "commenting"]
    one, other = (target["selector"] for target in claim["target"])
    assert one == [quoted("the weir", TEXT[:14], TEXT[22:54]), placed(14, 22)]
    assert other[1] == placed(25, 30)
    assert link["target"] == claim["id"]
    assert {"id": speaker["id"]} in link["body"]
    assert all("created" not in item for item in written["first"]["items"])
    assert guess(path) is get("w3c")
