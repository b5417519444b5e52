"""SemEval rows: one a holder and target, and NONE only where somebody looked."""

from dataclasses import replace
from pathlib import Path

import orjson
import pandas as pd

from annotator.formats.exchange import Export
from annotator.model.annotation import Link
from tests.formats.dock import TEXT, TOPIC, dock
from tests.formats.trips import write


def rows(path: Path) -> list[dict[str, str]]:
    table = pd.read_csv(path, sep="\t", keep_default_na=False, quoting=3)
    return table.to_dict("records")


def test_stances_become_rows_and_topics_looked_for_none(tmp_path: Path) -> None:
    loss = write("semeval", tmp_path / "out.tsv", [dock()])
    found = [(x["Holder"], x["Target"], x["Stance"]) for x in rows(tmp_path / "out.tsv")]
    quote = "that the old dock is “not safe 🚢”"
    levy, reopening = "Topic harbour-levy", f"Topic {TOPIC}"
    assert sorted(found) == sorted(
        [
            ("Iva Tolm", reopening, "NONE"),  # neutral
            ("Rem Osk", quote, "AGAINST"),
            ("Rem Osk", reopening, "NONE"),  # looked for
            ("AUTHOR", reopening, "NONE"),
            ("Iva Tolm", levy, "NONE"),
            ("Rem Osk", levy, "NONE"),
            ("AUTHOR", levy, "NONE"),
        ]
    )
    assert loss.changed["STANCE spans", "neutral written as NONE"] == 1
    assert loss.carried["NONE rows of topics looked for"] == 5
    assert len({row["ID"] for row in rows(tmp_path / "out.tsv")}) == len(found)


def test_without_the_mark_of_looking_nothing_is_none(tmp_path: Path) -> None:
    export = dock()
    (work,) = export.sets
    fields = {k: v for k, v in work.fields.items() if k != "stance_targets_checked"}
    unlooked = Export(export.article, (replace(work, fields=fields),))
    loss = write("semeval", tmp_path / "out.tsv", [unlooked], neutral="drop")
    (row,) = rows(tmp_path / "out.tsv")
    assert (row["Stance"], row["Tweet"]) == ("AGAINST", "denied it")
    assert loss.aside["STANCE spans", "neutral, which is dropped"] == 1


def test_a_neutral_stance_that_is_dropped_is_no_none_by_another_way(tmp_path: Path) -> None:
    write("semeval", tmp_path / "out.tsv", [dock()], neutral="drop")
    found = {(x["Holder"], x["Target"]) for x in rows(tmp_path / "out.tsv")}
    assert ("Iva Tolm", f"Topic {TOPIC}") not in found


def test_sentences_stay_on_one_line_and_json_keeps_them_whole(tmp_path: Path) -> None:
    export = dock()
    (work,) = export.sets
    claim = work.spans["s5"]
    wide = replace(claim, fragments=((claim.start, TEXT.index("cranes")),))
    odd = Export(export.article, (replace(work, spans={**work.spans, "s5": wide}),))
    loss = write("semeval", tmp_path / "out.tsv", [odd], text="sentence")
    assert all(row["Stance"] for row in rows(tmp_path / "out.tsv"))
    assert loss.changed["cells", "tabs and line ends written as spaces"] > 0
    write("semeval", tmp_path / "out.jsonl", [odd], text="sentence", shape="jsonl")
    lines = [orjson.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert len(lines) == len(rows(tmp_path / "out.tsv"))
    assert any("\n" in line["Tweet"] for line in lines)


def test_two_holders_are_two_rows(tmp_path: Path) -> None:
    export = dock()
    (work,) = export.sets
    links = {**work.links, "l99": Link("l99", "holder", "s7", "s1", "span", 99)}
    write("semeval", tmp_path / "out.tsv", [Export(export.article, (replace(work, links=links),))])
    against = [row["Holder"] for row in rows(tmp_path / "out.tsv") if row["Stance"] == "AGAINST"]
    assert against == ["Rem Osk", "Iva Tolm"]
