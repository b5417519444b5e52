"""Plain rows of data sets: JSON lines and Parquet, with the fields called as they come."""

from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotator.formats.exchange import ForeignDocument, Source
from annotator.formats.loss import Loss
from annotator.formats.registry import guess
from annotator.formats.rows import FORMAT
from annotator.model.errors import AnnotatorError
from tests.formats.strategies import SCHEME

TEXT = "Mayor Ulla Brant said no."


def read(path: Path, **options: str) -> tuple[list[ForeignDocument], Loss]:
    assert FORMAT.read is not None
    loss = Loss()
    return list(FORMAT.read(Source(path, FORMAT.settle(options), SCHEME, loss))), loss


def lines(folder: Path, *records: object) -> Path:
    path = folder / "rows.jsonl"
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    return path


def spans(document: ForeignDocument) -> list[tuple[str, int, int]]:
    return [(span.label, *span.fragments[0]) for span in document.sets[0].spans]


@pytest.mark.parametrize(
    "given",
    [
        [{"start": 6, "end": 16, "label": "SPEAKER"}, {"start": 17, "end": 21, "label": "CUE"}],
        [
            {"start_offset": 6, "end_offset": 16, "type": "SPEAKER"},
            {"start_offset": 17, "end_offset": 21, "type": "CUE"},
        ],
        {"start": [6, 17], "end": [16, 21], "label": ["SPEAKER", "CUE"]},
        [[6, 16, "SPEAKER"], [17, 21, "CUE"]],
        [["SPEAKER", 6, 16], ["CUE", 17, 21]],
    ],
)
def test_spans_come_in_several_shapes(tmp_path: Path, given: object) -> None:
    [document], loss = read(lines(tmp_path, {"text": TEXT, "spans": given}))
    assert spans(document) == [("SPEAKER", 6, 16), ("CUE", 17, 21)]
    assert not loss.anything_left_out


def test_fields_can_be_named(tmp_path: Path) -> None:
    record = {
        "story": TEXT,
        "nr": 7,
        "marks": [{"from": 6, "to": 16, "kind": "SPEAKER", "said": "Ulla Brant", "sure": True}],
        "who": "bo",
        "title": "No",
        "page": 3,
    }
    [document], _ = read(
        lines(tmp_path, record),
        text="story",
        id="nr",
        spans="marks",
        start="from",
        end="to",
        label="kind",
        surface="said",
        annotator="who",
    )
    [span] = document.sets[0].spans
    assert (span.fragments, span.surface, span.attributes) == (
        [(6, 16)],
        "Ulla Brant",
        {"sure": True},
    )
    assert (document.id, document.text, document.sets[0].annotator) == ("7", TEXT, "bo")
    assert document.facts.headline == "No"
    assert document.meta == {"page": 3}


def test_tokens_with_tags_are_put_together(tmp_path: Path) -> None:
    record = {"tokens": ["Ulla", "Brant", "said"], "ner_tags": ["B-SPEAKER", "I-SPEAKER", "B-CUE"]}
    [document], _ = read(lines(tmp_path, record))
    assert document.rebuilt
    assert document.text == "Ulla Brant said"
    assert spans(document) == [("SPEAKER", 0, 10), ("CUE", 11, 15)]


def test_tokens_are_found_in_a_text_that_is_there(tmp_path: Path) -> None:
    tokens = ["Mayor", "Ulla", "Brant", "said", "no", "."]
    tags = [0, 1, 2, 0, 0, 0]
    record = {"text": TEXT, "tokens": tokens, "tags": tags}
    [document], loss = read(lines(tmp_path, record), names="O,B-SPEAKER,I-SPEAKER")
    assert spans(document) == [("SPEAKER", 6, 16)]
    assert not document.rebuilt
    path = lines(tmp_path, {**record, "tags": tags[1:]})
    [document], loss = read(path, names="O,B-SPEAKER,I-SPEAKER")
    assert document.sets == []
    assert "it has 6 tokens, but 5 tags" in str(loss.findings[0])


def test_numbers_as_tags_want_names(tmp_path: Path) -> None:
    [document], loss = read(lines(tmp_path, {"tokens": ["Ulla", "said"], "ner_tags": [0, 3]}))
    assert document.sets == []
    assert loss.left_out == {("records", "have numbers as tags"): 1}
    assert "--set names=" in str(loss.findings[0])


def test_an_id_among_meta_data_is_the_id(tmp_path: Path) -> None:
    [document], _ = read(lines(tmp_path, {"text": TEXT, "spans": [], "meta": {"id": "m1"}}))
    assert document.id == "m1"


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ({"text": TEXT, "spans": [{"start": 6, "end": 16, "label": "SPEAKER"}]}, "rows"),
        ({"body": TEXT, "entities": {"begin": [6], "stop": [16], "type": ["SPEAKER"]}}, "rows"),
        ({"tokens": ["Ulla"], "ner_tags": ["O"]}, "rows"),
        ({"text": TEXT, "spans": [{"start": 6, "end": 16}]}, None),
        ({"text": TEXT, "spans": []}, None),
        ({"text": TEXT, "spans": [], "_task_hash": 4}, "prodigy"),
    ],
)
def test_lines_that_are_rows_for_sure_are_known(
    row: dict[str, Any], name: str | None, tmp_path: Path
) -> None:
    found = guess(lines(tmp_path, row))
    assert (found.name if found else None) == name


def test_parquet_files_explain_their_numbers(tmp_path: Path) -> None:
    features = {
        "tokens": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "Sequence"},
        "ner_tags": {
            "feature": {"names": ["O", "B-CUE", "I-CUE"], "_type": "ClassLabel"},
            "_type": "Sequence",
        },
    }
    table = pa.table({"tokens": [["she", "called", "for", "rain"]], "ner_tags": [[0, 1, 2, 0]]})
    info = orjson.dumps({"info": {"features": features}})
    path = tmp_path / "data.parquet"
    pq.write_table(table.replace_schema_metadata({b"huggingface": info}), path)
    [document], _ = read(path)
    assert document.text == "she called for rain"
    assert spans(document) == [("CUE", 4, 14)]


def test_broken_parts_are_refused_one_by_one(tmp_path: Path) -> None:
    given: list[Any] = [
        {"start": 6, "end": 16, "label": "SPEAKER"},
        {"start": "6", "end": 16, "label": "SPEAKER"},
        {"start": 6.5, "end": 16, "label": "SPEAKER"},
        {"start": 6, "label": "SPEAKER"},
        {"start": 6, "end": 16},
        {"start": 10**17, "end": 16, "label": "SPEAKER"},
        [1, 2],
        "x",
        None,
    ]
    path = lines(tmp_path, {"text": TEXT, "spans": given}, {"spans": given}, ["x"])
    [document], loss = read(path)
    assert spans(document) == [("SPEAKER", 6, 16)]
    assert sum(loss.left_out.values()) == 10
    assert {finding.line for finding in loss.findings} == {1, 2, 3}


def test_what_is_no_such_file_is_refused_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(AnnotatorError, match="is no Parquet file that can be read"):
        read(path)
    with pytest.raises(AnnotatorError, match="is a folder; name its files"):
        read(tmp_path)
