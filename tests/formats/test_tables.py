"""CSV tables: what pandas reads is what was said, and no spreadsheet computes a cell."""

import csv
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from annotator.formats.exchange import Export
from annotator.model.annotation import Entity
from tests.formats.dock import TEXT, TOPIC, dock
from tests.formats.trips import write


def read(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", keep_default_na=False, encoding="utf-8-sig")


def test_pandas_reads_what_was_said(tmp_path: Path) -> None:
    write("csv", tmp_path / "out", [dock(), dock("bo", split="test")])
    claims = read(tmp_path / "out", "claims")
    assert list(claims["annotator"]) == ["ada"] * 4 + ["bo"] * 4
    assert set(claims["split"]) == {"", "test"}
    first, second, computed, pieces = claims[claims["annotator"] == "ada"].itertuples()
    assert TEXT[first.start : first.end] == first.text == "that the old dock is “not safe 🚢”"
    assert (first.holder, first.holder_entity, first.holder_type) == ("Iva Tolm", "e1", "person")
    assert (first.cue, first.form, first.check, first.topic) == (
        *("said", "mixed", "worth"),
        f"Topic {TOPIC}",
    )
    assert first.sentence.startswith("Mayor Iva Tolm said")
    assert (second.polarity, second.act, second.same_as) == ("neg", "assert", "s3")
    assert (second.flags, second.note) == ("unsure", "odd")
    assert pieces.holder == "Rem Osk; Iva Tolm"
    assert pieces.fragments == "; ".join(
        f"{TEXT.index(x)}-{TEXT.index(x) + len(x)}" for x in ("“bill,", "is ours”")
    )
    assert (computed.holder, computed.text) == ("AUTHOR", "'=SUM(cranes)")
    against, neutral = sorted(
        read(tmp_path / "out", "stances").head(2).itertuples(), key=lambda x: x.stance
    )
    assert (against.target, against.target_kind, against.target_id) == (first.text, "span", "s3")
    assert (against.claim, against.claim_text) == ("s5", "denied it")
    assert (neutral.target, neutral.target_id) == (f"Topic {TOPIC}", TOPIC)
    speakers = read(tmp_path / "out", "speakers").query("annotator == 'ada'")
    assert dict(zip(speakers["entity"], speakers["claims"], strict=True)) == {
        "e1": 2,
        "e2": 2,
        "AUTHOR": 1,
    }
    assert list(speakers["aliases"])[:2] == ["Mayor Iva Tolm", "Pilot Rem Osk"]
    (article, _) = read(tmp_path / "out", "articles").itertuples()
    assert (article.claims, article.stances, article.characters) == (4, 2, len(TEXT))
    assert (article.field_genre, article.field_quality) == ("interview", "clean")
    assert article.field_stance_targets_checked == f"{TOPIC}; harbour-levy"


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_cells_that_would_be_computed_begin_with_an_apostrophe(tmp_path: Path, first: str) -> None:
    export = dock()
    (work,) = export.sets
    name = f'{first}HYPERLINK("x");2'
    entities = {**work.entities, "e1": Entity("e1", name, "person")}
    loss = write(
        "csv", tmp_path / "out", [Export(export.article, (replace(work, entities=entities),))]
    )
    with (tmp_path / "out/speakers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["name"] == f"'{name}"
    cells = []
    for table in ("claims", "stances", "speakers", "articles"):
        with (tmp_path / f"out/{table}.csv").open(encoding="utf-8-sig", newline="") as file:
            cells += [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    (count,) = [count for (what, _), count in loss.changed.items() if what == "cells"]
    assert count == sum(cell.startswith("'") for cell in cells) > 1


def test_bytes_are_what_excel_and_the_standard_want(tmp_path: Path) -> None:
    write("csv", tmp_path / "a", [dock()])
    data = (tmp_path / "a/claims.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfarticle,annotator,")
    assert data.count(b"\r\n") == 5
    assert data.endswith(b"\r\n")
    write("csv", tmp_path / "b", [dock()], bom="no", delimiter="semicolon")
    plain = (tmp_path / "b/claims.csv").read_bytes()
    assert plain.startswith(b"article;annotator;")
    write("csv", tmp_path / "c", [dock()])
    assert (tmp_path / "c/claims.csv").read_bytes() == data


def test_what_is_in_no_table_is_told(tmp_path: Path) -> None:
    loss = write("csv", tmp_path / "out", [dock()])
    assert loss.aside["REGION spans", "not part of what this format tells"] == 1
    assert loss.carried["CLAIM spans"] == 4
    assert not loss.anything_left_out
    empty = tmp_path / "empty"
    write("csv", empty, [])
    assert all(len(read(empty, name)) == 0 for name in ("claims", "stances", "speakers"))
