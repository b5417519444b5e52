"""Label Studio files: several people, regions with several labels, relations, old files."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from annotator.formats.registry import get, guess
from annotator.model.annotation import Link, Span
from annotator.model.errors import AnnotatorError
from tests.formats import trips
from tests.formats.strategies import SCHEME

TEXT = "Ilse Dorn firmly opposes the new quay 🚢, she says."


def region(id: str, covered: str, *labels: str, text: str = TEXT, **more: Any) -> dict[str, Any]:
    start = text.index(covered)
    value = {"start": start, "end": start + len(covered), "text": covered, "labels": [*labels]}
    return {
        "id": id, "from_name": "label", "to_name": "text", "type": "labels", "value": value, **more,
    }  # fmt: skip


def given(id: str, name: str, type: str, **value: Any) -> dict[str, Any]:
    return {"id": id, "from_name": name, "to_name": "text", "type": type, "value": value}


def relation(source: str, target: str, direction: str, *labels: str) -> dict[str, Any]:
    return {
        "type": "relation", "from_id": source, "to_id": target, "direction": direction,
        "labels": [*labels],
    }  # fmt: skip


def task(*annotations: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": 11, "data": {"text": TEXT}, "annotations": [*annotations], **more}


def by(who: object, *result: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"completed_by": who, "was_cancelled": False, "result": [*result], **more}


def a_file(folder: Path, *tasks: dict[str, Any]) -> Path:
    path = folder / "export.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return path


def test_the_work_of_several_people_is_kept_apart(tmp_path: Path) -> None:
    path = a_file(
        tmp_path,
        task(
            by(21, region("a", "Ilse Dorn", "SPEAKER"), region("b", "says", "CUE")),
            by({"id": 22, "email": "someone@news.example"}, region("a", "the new quay", "TARGET")),
            by(23, region("a", "new", "CUE"), was_cancelled=True),
            by(24),
            predictions=[{"model_version": "v7", "result": [region("p", "opposes", "STANCE")]}],
            drafts=[{"result": []}, {"result": []}],
        ),
    )
    found = trips.read("label-studio", path)
    assert {trip.foreign.annotator: trip.places() for trip in found} == {
        "21": [("SPEAKER", "Ilse Dorn"), ("CUE", "says")],
        "22": [("TARGET", "the new quay")],
        "24": [],  # looked, and marked nothing
        "v7": [("STANCE", "opposes")],
    }
    assert [trip.foreign.suggested for trip in found] == [False, False, False, True]
    assert {span.origin for span in found[3].work.spans.values()} == {"suggested"}
    assert found[0].loss.left_out == {
        ("annotations", "were skipped by the annotator"): 1,
        ("drafts", "were not submitted"): 2,
    }


def test_a_region_with_two_labels_is_two_spans(tmp_path: Path) -> None:
    path = a_file(
        tmp_path,
        task(
            by(
                21,
                region("a", "Ilse Dorn", "SPEAKER"),
                region("b", "opposes", "CUE", "STANCE"),
                given("b", "basis", "choices", choices=["stated"], start=17, end=24),
                given("b", "remark", "textarea", text=["strong"], start=17, end=24),
                relation("b", "a", "right", "holder"),
            )
        ),
    )
    (trip,) = trips.read("label-studio", path)
    assert trip.places() == [("SPEAKER", "Ilse Dorn"), ("CUE", "opposes"), ("STANCE", "opposes")]
    attributes = {span.label: dict(span.attributes) for span in trip.work.spans.values()}
    assert attributes["CUE"] == {"remark": "strong"}
    assert attributes["STANCE"] == {"basis": "stated", "remark": "strong"}
    (link,) = trip.work.links.values()
    assert trip.work.spans[link.source].label == "STANCE"  # only stances have holders


@pytest.mark.parametrize(
    ("direction", "ways"),
    [("right", ["ab"]), ("left", ["ba"]), ("bi", ["ab", "ba"]), (None, ["ab"]), ([], ["ab"])],
)
def test_arrows_point_where_the_relation_says(
    direction: Any, ways: list[str], tmp_path: Path
) -> None:
    a, b = region("a", "Ilse Dorn", "SPEAKER"), region("b", "she", "SPEAKER")
    path = a_file(tmp_path, task(by(21, a, b, relation("a", "b", direction, "same_as"))))
    (trip,) = trips.read("label-studio", path)
    assert [link.source + link.target for link in trip.work.links.values()] == ways


def test_the_later_annotation_of_a_person_is_taken(tmp_path: Path) -> None:
    path = a_file(
        tmp_path, task(by(21, region("a", "she", "SPEAKER")), by(21, region("a", "says", "CUE")))
    )
    (trip,) = trips.read("label-studio", path)
    assert trip.places() == [("CUE", "says")]
    assert sum(trip.loss.left_out.values()) == 1


def test_nobody_is_called_by_an_address(tmp_path: Path) -> None:
    path = a_file(tmp_path, task(by("x@news.example"), by({"email": "y@news.example"}), by(None)))
    found = [trip.foreign.annotator for trip in trips.read("label-studio", path)]
    assert len(set(found)) == 3
    assert all(name and "@" not in name and "news" not in name for name in found)


def test_old_files_with_ends_included_or_utf16_units(tmp_path: Path) -> None:
    inclusive, late = region("a", "Ilse Dorn", "SPEAKER"), region("b", "says", "CUE")
    inclusive["value"]["end"] -= 1
    late["value"]["end"] -= 1
    old = {"data": {"text": TEXT}, "completions": [{"result": [inclusive, late]}]}
    (trip,) = trips.read("label-studio", a_file(tmp_path, old))
    assert trip.places() == [("SPEAKER", "Ilse Dorn"), ("CUE", "says")]
    for end in ("start", "end"):
        late["value"][end] += 1  # after an emoji
    (trip,) = trips.read("label-studio", a_file(tmp_path, old))
    assert trip.places() == [("SPEAKER", "Ilse Dorn"), ("CUE", "says")]
    assert trip.loss.changed


def test_line_feeds_that_the_region_writes_as_two_characters(tmp_path: Path) -> None:
    text = "One says\nthat two say."
    result = region("a", "says\nthat", "CUE", text=text)
    result["value"]["text"] = "says\\nthat"
    given_task = {"data": {"text": text}, "annotations": [by(1, result)]}
    (trip,) = trips.read("label-studio", a_file(tmp_path, given_task))
    assert trip.places() == [("CUE", "says\nthat")]


def test_html_regions_count_only_if_their_text_stands_there(tmp_path: Path) -> None:
    def html(id: str, text: str, start: int) -> dict[str, Any]:
        value = {
            "start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]", "startOffset": 0, "endOffset": 4,
            "globalOffsets": {"start": start, "end": start + len(text)},
            "text": text, "hypertextlabels": ["CUE"],
        }  # fmt: skip
        return {"id": id, "type": "hypertextlabels", "value": value}

    source = "<p>Ane says so.</p><p>Bor asks.</p>"
    result = [html("a", "says", 4), html("b", "nothing", 2)]
    given_task = {"data": {"text": source}, "annotations": [by(1, *result)]}
    (trip,) = trips.read("label-studio", a_file(tmp_path, given_task))
    assert trip.places() == [("CUE", "says")]
    assert trip.loss.left_out == {("CUE spans", "cover another text than they state"): 1}


def test_values_of_the_whole_document_are_fields(tmp_path: Path) -> None:
    path = a_file(
        tmp_path,
        task(
            by(
                1,
                given("x", "genre", "choices", choices=["news"]),
                given("y", "stars", "rating", rating=4),
                given("z", "places", "taxonomy", taxonomy=[["Osk", "port"], ["Osk"]]),
                given("q", "box", "rectanglelabels2", x=1),
                given("gone", "act", "choices", choices=["deny"], start=0, end=4),
            )
        ),
    )
    (trip,) = trips.read("label-studio", path)
    assert trip.work.fields == {"genre": "news", "stars": "4", "places": ("Osk / port", "Osk")}
    assert trip.loss.left_out == {
        ("results", "are of a type we have no place for"): 1,
        ("attributes", "are about no span"): 1,
    }


def test_where_the_text_is(tmp_path: Path) -> None:
    result = by(1, region("a", "Ilse Dorn", "SPEAKER"))
    only = {"data": {"story": TEXT, "n": 4}, "annotations": [result]}
    (trip,) = trips.read("label-studio", a_file(tmp_path, only))
    assert (trip.article.text, trip.document.meta) == (TEXT, {"n": 4})
    several = {"data": {"story": TEXT, "who": "x"}, "annotations": [result]}
    path = a_file(tmp_path, several)
    assert not trips.read("label-studio", path)
    (trip,) = trips.read("label-studio", path, text="story")
    assert trip.places()
    config = tmp_path / "config.xml"
    config.write_text('<View><Text name="t" value="$story"/></View>', encoding="utf-8")
    (trip,) = trips.read("label-studio", path, config=str(config))
    assert trip.places()
    config.write_text("<View/>", encoding="utf-8")
    with pytest.raises(AnnotatorError, match="shows no text"):
        trips.read("label-studio", path, config=str(config))


def exported(folder: Path, **said: str) -> tuple[Path, Any]:
    export = trips.work_on(TEXT, ("STANCE", "opposes"), ("SPEAKER", "Ilse Dorn"), ("CUE", "says"))
    work = export.sets[0]
    place = work.spans["s1"].fragments
    work.spans["s1"] = Span("s1", "STANCE", place, {"basis": "stated"}, note="how?")
    work.spans["s3"] = Span("s3", "CUE", work.spans["s3"].fragments, {"neg": True})
    work.links["l1"] = Link("l1", "holder", "s1", "s2")
    path = folder / "out.json"
    trips.write("label-studio", path, [export], **said)
    return path, json.loads(path.read_bytes())


def test_written_files_say_all_that_label_studio_has_words_for(tmp_path: Path) -> None:
    _, (written,) = exported(tmp_path)
    assert written["data"] == {"text": TEXT, "article_id": "a1"}
    (annotation,) = written["annotations"]
    assert "completed_by" not in annotation  # it refuses people that it does not know
    results = {(x.get("id"), x["type"]): x for x in annotation["result"]}
    stance = results["s1", "labels"]
    assert stance["value"] == {"start": 17, "end": 24, "text": "opposes", "labels": ["STANCE"]}
    assert stance["meta"]["text"] == ["how?"]
    assert results["s1", "choices"]["from_name"] == "basis"
    assert results["s1", "choices"]["value"]["choices"] == ["stated"]
    assert results["s3", "choices"]["value"]["choices"] == ["yes"]
    assert results[None, "relation"] == relation("s1", "s2", "right", "holder")


@pytest.mark.parametrize(("how", "named"), [("email", {"email": "ada"}), ("id", {"email": "ada"})])
def test_annotators_are_named_if_asked_for(how: str, named: object, tmp_path: Path) -> None:
    _, (written,) = exported(tmp_path, **{"completed-by": how})
    assert written["annotations"][0]["completed_by"] == named


def test_a_value_changed_there_is_changed_here(tmp_path: Path) -> None:
    path, tasks = exported(tmp_path)
    for result in tasks[0]["annotations"][0]["result"]:
        if result["type"] == "choices" and result["id"] == "s3":
            result["value"]["choices"] = ["no"]
    path.write_text(json.dumps(tasks), encoding="utf-8")
    (trip,) = trips.read("label-studio", path)
    assert trip.work.spans["s3"].attributes == {"neg": False}


def test_the_configuration_holds_every_label_attribute_link_and_field(tmp_path: Path) -> None:
    config = tmp_path / "config.xml"
    path, _ = exported(tmp_path, config=str(config), text="story")
    root = ElementTree.fromstring(config.read_bytes())
    controls = {item.get("name"): item for item in root.iter() if item.get("toName")}
    labels = [item.get("value") for item in controls["label"]]
    assert labels == list(SCHEME.labels)
    attributes = {item.name for label in SCHEME.labels.values() for item in label.attributes}
    assert attributes | {field.name for field in SCHEME.fields} <= controls.keys()
    relations = {item.get("value") for item in root.iter("Relation")}
    assert relations == {link.name for label in SCHEME.labels.values() for link in label.links}
    (trip,) = trips.read("label-studio", path, config=str(config))  # says where the text is
    assert trip.article.text == TEXT


def test_a_configuration_edited_by_hand_is_never_replaced(tmp_path: Path) -> None:
    config = tmp_path / "config.xml"
    exported(tmp_path, config=str(config))
    exported(tmp_path, config=str(config))  # the same again
    config.write_text("<View/>", encoding="utf-8")
    with pytest.raises(AnnotatorError, match="is there already"):
        exported(tmp_path, config=str(config))
    assert config.read_text(encoding="utf-8") == "<View/>"


def test_files_are_known_by_their_tasks(tmp_path: Path) -> None:
    path, _ = exported(tmp_path)
    assert guess(path) is get("label-studio")
    knows = get("label-studio").knows
    assert knows is not None
    assert not knows(path, b'[{"data": {"text": "no annotations"}}]')
