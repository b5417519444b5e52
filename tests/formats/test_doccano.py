"""doccano files: offsets in three units, two shapes, and what its users type."""

import json
from pathlib import Path

import pytest

from annotator.formats.exchange import Export
from annotator.formats.fitting import FittingError
from annotator.formats.registry import get, guess
from annotator.model.annotation import Link, Span
from annotator.model.article import Article, hash_text
from tests.formats import trips

# The flag is two code points and four UTF-16 units, the family five and eight: one cluster each.
TEXT = "🇳🇴 Harbour: “We 👨‍👩‍👧 stay,” said Bel Oss ✊🏽."
SPANS = [("CLAIM", "“We 👨‍👩‍👧 stay,”"), ("CUE", "said"), ("SPEAKER", "Bel Oss ✊🏽")]
PLACES = {
    "code-points": [[12, 28], [29, 33], [34, 44]],
    "utf-16": [[14, 33], [34, 38], [39, 50]],
    "graphemes": [[11, 23], [24, 28], [29, 38]],
}


def a_file(folder: Path, *rows: object) -> Path:
    path = folder / "export.jsonl"
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def row(unit: str) -> dict[str, object]:
    labels = [[*place, label] for place, (label, _) in zip(PLACES[unit], SPANS, strict=True)]
    return {"id": 1, "text": TEXT, "label": labels}


@pytest.mark.parametrize("unit", PLACES)
def test_offsets_in_the_unit_the_user_names(unit: str, tmp_path: Path) -> None:
    (trip,) = trips.read("doccano", a_file(tmp_path, row(unit)), unit=unit)
    assert trip.places() == SPANS
    assert not trip.loss.anything_left_out


@pytest.mark.parametrize("unit", PLACES)
def test_unless_told_the_unit_nothing_is_guessed(unit: str, tmp_path: Path) -> None:
    with pytest.raises(FittingError, match="--set unit=utf-16"):
        trips.read("doccano", a_file(tmp_path, row(unit)))


def test_nothing_is_asked_where_all_units_count_alike(tmp_path: Path) -> None:
    plain = {"id": 1, "text": "Bel Oss said so.", "label": [[0, 7, "SPEAKER"]]}
    (trip,) = trips.read("doccano", a_file(tmp_path, plain))
    assert trip.places() == [("SPEAKER", "Bel Oss")]


def test_the_oldest_shape_tells_users_and_numbers_of_labels(tmp_path: Path) -> None:
    old = {
        "id": 3,
        "text": "Bel Oss said so.",
        "meta": {},
        "annotations": [
            {"label": 4, "start_offset": 0, "end_offset": 7, "user": 1},
            {"label": 9, "start_offset": 8, "end_offset": 12, "user": 2},
            {"label": 7, "user": 2},
        ],
        "annotation_approver": None,
    }
    path = a_file(tmp_path, old, {**old, "text": "Nil.", "annotations": []})
    found = get("doccano")
    assert guess(path) == found
    first, second, empty = trips.read("doccano", path)
    assert first.foreign.annotator == "1"
    assert [(span.label, span.fragments) for span in first.foreign.spans] == [("4", [(0, 7)])]
    assert second.foreign.annotator == "2"
    assert [(span.label, span.fragments) for span in second.foreign.spans] == [("9", [(8, 12)])]
    assert second.foreign.fields == {"label": ("7",)}
    assert empty.foreign.spans == []


def test_an_end_past_the_text_is_refused_never_cut(tmp_path: Path) -> None:
    (trip,) = trips.read("doccano", a_file(tmp_path, row("utf-16")), unit="code-points")
    assert trip.loss.left_out["SPEAKER spans", "lie outside the text"] == 1


def test_empty_and_reversed_spans_cost_themselves_only(tmp_path: Path) -> None:
    text = "Rain is due, he says.\n"
    given = {"text": text, "label": [[0, 11, "CLAIM"], [11, 11, "CUE"], [15, 13, "SPEAKER"]]}
    (trip,) = trips.read("doccano", a_file(tmp_path, given))
    assert trip.places() == [("CLAIM", "Rain is due")]
    assert sum(trip.loss.left_out.values()) == 2


def test_relations_by_ids_that_other_lines_use_too(tmp_path: Path) -> None:
    first, second = (
        {
            "text": f"{name} denies it.",
            "entities": [
                {"id": 5, "label": "SPEAKER", "start_offset": 0, "end_offset": 3},
                {"id": 6, "label": "CUE", "start_offset": 4, "end_offset": 10},
            ],
            "relations": [
                {"id": 1, "from_id": 6, "to_id": 5, "type": "same_as"},
                {"id": 2, "from_id": 6, "to_id": 99, "type": "gone"},
            ],
            "Comments": ["not sure"],
        }
        for name in ("Ane", "Bor")
    )
    one, other = trips.read("doccano", a_file(tmp_path, first, second))
    assert one.links() == [("same_as", "denies", "Ane")]
    assert other.links() == [("same_as", "denies", "Bor")]
    assert one.work.note == "not sure"
    assert one.loss.left_out == {("gone links", "an end is left out or missing"): 2}


def test_pretty_printed_columns_of_other_names_and_labels_of_the_whole(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    rows = [
        {"body": "Bel Oss left.", "tags": [[0, 7, "SPEAKER"]], "desk": "city", "n": 3},
        {"body": "She left.", "tags": ["column"]},
    ]
    path.write_text("\n".join(json.dumps(row, indent=4) for row in rows), encoding="utf-8")
    one, other = trips.read("doccano", path, text="body", label="tags")
    assert one.places() == [("SPEAKER", "Bel Oss")]
    assert one.document.meta == {"desk": "city", "n": 3}
    assert other.work.fields == {"tags": ("column",)}


def test_a_folder_has_a_file_for_each_annotator(tmp_path: Path) -> None:
    for name in ("ada", "bo", "all"):
        line = json.dumps({"id": 1, "text": "She left.", "label": [[0, 3, "SPEAKER"]]})
        (tmp_path / f"{name}.jsonl").write_text(line, encoding="utf-8")
    found = trips.read("doccano", tmp_path)
    assert [trip.foreign.annotator for trip in found] == ["ada", "", "bo"]


@pytest.mark.parametrize(("unit", "said"), [("utf-16", ""), *((unit, unit) for unit in PLACES)])
def test_written_offsets_are_those_doccano_draws_unless_others_are_asked_for(
    unit: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "out.jsonl"
    trips.write("doccano", path, [trips.work_on(TEXT, *SPANS)], **({"unit": said} if said else {}))
    (line,) = path.read_text(encoding="utf-8").splitlines()
    entities = json.loads(line)["entities"]
    assert [[x["start_offset"], x["end_offset"]] for x in entities] == PLACES[unit]
    (trip,) = trips.read("doccano", path)  # our own files say what they count
    assert trip.places() == SPANS


def test_triples_have_no_links_and_the_report_says_so(tmp_path: Path) -> None:
    export = trips.work_on("Ane denies it.", ("CUE", "denies"), ("SPEAKER", "Ane"))
    export.sets[0].links["l1"] = Link("l1", "same_as", "s1", "s2")
    path = tmp_path / "out.jsonl"
    loss = trips.write("doccano", path, [export], shape="triples")
    assert loss.left_out == {("same_as links", "the format has no place"): 1}
    assert json.loads(path.read_bytes())["label"] == [[0, 3, "SPEAKER"], [4, 10, "CUE"]]
    assert not trips.write("doccano", path, [export]).left_out
    (trip,) = trips.read("doccano", path)
    assert trip.links() == [("same_as", "denies", "Ane")]


def test_a_span_inside_a_cluster_cannot_be_counted_in_clusters(tmp_path: Path) -> None:
    export = trips.work_on(TEXT, ("CUE", "said"), ("CLAIM", "\u200d👩"))
    loss = trips.write("doccano", tmp_path / "out.jsonl", [export], unit="graphemes")
    assert loss.left_out == {("CLAIM spans", "begin or end inside a grapheme cluster"): 1}
    assert loss.carried["CUE spans"] == 1


def test_meta_data_never_stands_in_the_place_of_the_work(tmp_path: Path) -> None:
    text = "Ane left."
    article = Article(
        "a1", text, hash_text(text), headline="Gone", meta={"label": "x", "Text": 1, "desk": "c"}
    )
    work = trips.work_on(text, ("SPEAKER", "Ane")).sets[0]
    path = tmp_path / "out.jsonl"
    loss = trips.write("doccano", path, [Export(article, (work,))])
    assert loss.changed == {("meta keys", "renamed, as the format has them for itself"): 2}
    (trip,) = trips.read("doccano", path)
    assert trip.document.text == text
    assert trip.document.id == "a1"
    assert trip.document.facts.headline == "Gone"
    assert trip.document.meta == {"meta_label": "x", "meta_Text": 1, "desk": "c"}


def test_pieces_are_joined_and_everything_else_lost_is_counted(tmp_path: Path) -> None:
    export = trips.work_on("Ane left.", ("SPEAKER", "Ane"))
    export.sets[0].spans["s1"] = Span(
        "s1", "CLAIM", ((0, 3), (4, 8)), {"act": "deny"}, ("mt",), "why", "suggested"
    )
    loss = trips.write("doccano", tmp_path / "out.jsonl", [export])
    assert loss.changed == {("CLAIM spans", "pieces joined to one stretch"): 1}
    assert {key[0] for key in loss.left_out} == {
        "attributes", "flags of spans", "notes of spans", "origins of spans",
    }  # fmt: skip


def test_files_are_known_by_their_spans(tmp_path: Path) -> None:
    assert guess(a_file(tmp_path, row("utf-16"))) is get("doccano")
    knows = get("doccano").knows
    assert knows is not None
    assert not knows(tmp_path / "x", b'{"text": "x", "spans": [{"start": 1}]}\n')
