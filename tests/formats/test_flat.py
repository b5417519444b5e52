"""The flat export: rows, what they reach, and what nobody asked for."""

from dataclasses import replace
from pathlib import Path

import orjson

from annotator.formats.exchange import Export
from annotator.model.annotation import Entity
from tests.formats.dock import TEXT, dock
from tests.formats.trips import write


def test_rows_and_what_is_in_none(tmp_path: Path) -> None:
    export = dock()
    (work,) = export.sets
    entities = {**work.entities, "e3": Entity("e3", "Unheard")}
    loss = write(
        "flat",
        tmp_path / "out.jsonl",
        [Export(export.article, (replace(work, entities=entities),))],
    )
    rows = [orjson.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert [row["id"] for row in rows] == ["s3", "s10", "s5", "s7", "s9", "s6"]
    assert all(row["sentence"]["text"] in TEXT for row in rows)
    assert [holder["name"] for holder in rows[-1]["holder"]] == ["Rem Osk", "Iva Tolm"]
    assert rows[3]["target"][0]["id"] == "s3"
    assert loss.carried["CLAIM spans"] == 4
    assert loss.carried["SPEAKER spans"] == 2
    assert loss.aside["REGION spans", "not part of what this format tells"] == 1
    assert loss.aside["entities", "not part of what this format tells"] == 1
    assert loss.aside["document fields", "not part of what this format tells"] == 2
    assert not loss.left_out
