"""`annotator export`: the same project gives the same bytes, and nothing is dropped silently."""

import os
import re
from pathlib import Path

import orjson
import pytest

from annotator.project import Project
from annotator.store.splits import Placed, SplitSettings, write_splits
from tests.cli.conftest import BRIDGE, Run, add_text, annotate_bridge, mark

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(("options", "name"), [([], "nested"), (["--flat"], "flat")])
def test_to_the_last_byte(annotated: Path, run: Run, options: list[str], name: str) -> None:
    result = run("export", *options)
    assert result.code == 0
    assert result.out == (GOLDEN / f"{name}.jsonl").read_text(encoding="utf-8")


def test_flat_rows_resolve_what_they_point_to(annotated: Path, run: Run) -> None:
    claim, quote, stance = map(orjson.loads, run("export", "--flat").out.splitlines())
    assert claim["text"] == BRIDGE[claim["start"] : claim["end"]]
    assert [holder["name"] for holder in claim["holder"]] == ["Ilse Varn"]
    assert [cue["text"] for cue in claim["cue"]] == ["said"]
    assert claim["topics"]["topic"]["name"] == "reopening"
    assert claim["attributes"]["polarity"] == "pos"  # the scheme's default, filled in
    assert [relay["name"] for relay in quote["relay"]] == ["Radio Osk"]
    assert (quote["cue"], quote["same_as"]) == ([], [])
    assert stance["target"][0]["topic"] == "reopening"
    assert stance["claim"][0]["text"] == claim["text"]
    assert stance["sentence"]["text"] == "The ferry guild rejects the plan."


def test_two_holders_relays_in_order_and_built_in_entities(root: Path, run: Run) -> None:
    project = Project.open(root)
    add_text(project, "pact", "Orm and Lis say the pact, Tid and Wex report, is dead.\n")
    session = project.session("pact", "mira")
    orm, lis = session.add_entity("Orm", "state"), session.add_entity("Lis", "state")
    both = mark(session, "SPEAKER", "Orm and Lis")
    session.link(both, "ref", orm.id, "entity")
    session.link(both, "ref", lis.id, "entity")
    claim = mark(session, "CLAIM", "the pact")
    text = session.article.text
    session.set_fragments(
        claim, [(text.index("the pact"), text.index(", Tid")), (text.index("is dead"), 53)]
    )
    session.link(claim, "holder", both)
    inner = session.link(claim, "relay", mark(session, "SPEAKER", "Wex"))
    outer = session.link(claim, "relay", mark(session, "SPEAKER", "Tid"))
    session.reorder(claim, "relay", [outer.id, inner.id])
    own = mark(session, "CLAIM", "dead", form="authorial")
    session.link(own, "holder", "AUTHOR", "entity")
    project.checkpoint(session)
    row, authorial = map(orjson.loads, run("export", "--flat").out.splitlines())
    assert row["text"] == "the pact is dead"
    assert [holder["name"] for holder in row["holder"]] == ["Orm", "Lis"]
    assert {holder["text"] for holder in row["holder"]} == {"Orm and Lis"}
    assert [relay["text"] for relay in row["relay"]] == ["Tid", "Wex"]
    assert authorial["holder"][0]["name"] == "AUTHOR"
    assert authorial["holder"][0]["type"] == "author"


def test_filters_and_what_is_left_out_is_said(annotated: Path, run: Run) -> None:
    project = Project.open(annotated)
    annotate_bridge(project, "tom").set_status("open")
    project.close()
    both = run("export")
    assert [orjson.loads(line)["annotator"] for line in both.out.splitlines()] == ["mira", "tom"]
    done = run("export", "--done-only")
    assert [orjson.loads(line)["annotator"] for line in done.out.splitlines()] == ["mira"]
    assert re.search(r"not asked for +1 +annotation sets +not marked done", done.err)
    assert done.code == 0
    (line,) = run("export", "--annotators", "tom", "--labels", "CLAIM,CUE").out.splitlines()
    assert {span["label"] for span in orjson.loads(line)["spans"]} == {"CLAIM", "CUE"}
    assert {link["type"] for link in orjson.loads(line)["links"]} == {"cue"}
    wrong = run("export", "--annotators", "tim")
    assert (wrong.code, wrong.out) == (1, "")
    assert "there are mira, tom" in wrong.err


def test_an_empty_set_is_exported_with_empty_lists(annotated: Path, run: Run) -> None:
    project = Project.open(annotated)
    session = project.session("untouched", "mira")
    session.set_status("done")
    project.checkpoint(session)
    project.close()
    line = orjson.loads(run("export").out.splitlines()[1])
    assert (line["id"], line["status"]) == ("untouched", "done")
    assert (line["spans"], line["links"], line["entities"]) == ([], [], [])


def test_a_file_is_replaced_only_by_a_whole_one(
    annotated: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("out.jsonl").write_text("older")

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("annotator.formats.output.os.fsync", fail)
        result = run("export", "-o", "out.jsonl")
    assert result.code == 1
    assert "no space left" in result.err
    assert Path("out.jsonl").read_text() == "older"
    assert [path.name for path in annotated.iterdir() if "out" in path.name] == ["out.jsonl"]
    summary = run("export", "-o", "out.jsonl", "--json").json
    assert (summary["carried"]["articles"], summary["carried"]["CLAIM spans"]) == (1, 2)
    assert summary["left_out"] == []
    assert orjson.loads(Path("out.jsonl").read_bytes())["id"] == "bridge"
    assert run("export", "-o", "no/such/dir.jsonl").code == 1
    assert run("export", "-o", ".").code == 1
    assert run("export", "-o", os.devnull).code == 0
    assert not Path(os.devnull).is_file()
    assert run("export", "--json").code == 2


PEOPLE = """
[labels.PERSON]
key = "p"
[labels.ORG]
key = "o"
"""


def test_a_scheme_without_links_has_every_span_as_a_row(root: Path, run: Run) -> None:
    (root / "guidelines/scheme.toml").write_text(PEOPLE)
    project = Project.open(root)
    add_text(project, "short", "Pell left Osk Wire.\n")
    session = project.session("short", "mira")
    mark(session, "PERSON", "Pell")
    mark(session, "ORG", "Osk Wire")
    project.checkpoint(session)
    rows = [orjson.loads(line) for line in run("export", "--flat").out.splitlines()]
    assert [row["label"] + " " + row["text"] for row in rows] == ["PERSON Pell", "ORG Osk Wire"]
    assert run("check").code == 0


def test_an_article_only_looked_at_is_no_work(annotated: Path, run: Run) -> None:
    project = Project.open(annotated)
    before = run("export").out
    session = project.session("untouched", "mira")
    session.annotations.active_seconds = 4.0
    project.checkpoint(session)
    result = run("export")
    assert result.out == before
    assert re.search(r"not asked for +1 +articles +without annotations", result.err)


def test_a_label_that_the_scheme_has_not_is_refused(annotated: Path, run: Run) -> None:
    result = run("export", "--labels", "CLAIM,CLAMI")
    assert (result.code, result.out) == (1, "")
    assert "There is no label CLAMI; there are " in result.err


def test_work_whose_article_is_gone_is_told(annotated: Path, run: Run) -> None:
    (shard,) = (annotated / "corpus/articles").glob("*.jsonl")
    shard.write_bytes(b"".join(shard.read_bytes().splitlines(keepends=True)[1:]))
    result = run("export", "--flat")
    assert (result.code, result.out) == (3, "")
    assert "there is no article 'bridge'; it is kept but not shown" in result.err


def test_a_format_with_options_in_a_folder(annotated: Path, run: Run) -> None:
    result = run("export", "--format", "csv", "-o", "tables", "--set", "bom=no")
    assert result.code == 0
    assert sorted(path.name for path in Path("tables").iterdir()) == [
        "articles.csv",
        "claims.csv",
        "speakers.csv",
        "stances.csv",
    ]
    assert "said" in Path("tables/claims.csv").read_text(encoding="utf-8")
    again = run("export", "--format", "csv", "-o", "tables")
    assert again.code == 1
    assert "say --replace" in again.err
    assert run("export", "--format", "csv", "-o", "tables", "--replace").code == 0
    assert Path("tables/claims.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert "name one with -o" in run("export", "--format", "csv").err
    assert run("export", "--format", "csv", "-o", "x", "--set", "bim=no").code == 1
    assert run("export", "--format", "csv", "-o", "x", "--set", "bom").code == 2
    assert not Path("x").exists()


def test_what_a_format_cannot_hold_is_3_unless_it_is_allowed(annotated: Path, run: Run) -> None:
    project = Project.open(annotated)
    session = project.session("bridge", "mira")
    claim = next(span for span in session.annotations.in_order() if span.label == "CLAIM")
    session.set_note(claim.id, "look again")
    project.checkpoint(session)
    project.close()
    lossy = run("export", "--format", "chat", "-o", "chat.jsonl")
    assert lossy.code == 3
    assert re.search(r"left out +1 +notes of spans +the format has no place", lossy.err)
    allowed = run("export", "--format", "chat", "-o", "chat.jsonl", "--allow-loss", "--json")
    assert allowed.code == 0
    assert {item["what"] for item in allowed.json["left_out"]} == {"notes of spans"}
    assert run("export").code == 0


def test_a_file_for_each_split(annotated: Path, run: Run) -> None:
    none = run("export", "--by-split", "-o", "parts")
    assert none.code == 1
    assert "annotator split" in none.err
    project = Project.open(annotated)
    add_text(project, "later", "Tam Brode said no.\n")
    session = project.session("later", "mira")
    mark(session, "CUE", "said")
    project.checkpoint(session)
    project.close()
    places = {"bridge": Placed("train", "bridge", 1), "later": Placed("test", "later", 1)}
    write_splits(annotated, SplitSettings(), places)
    assert run("export", "--by-split", "-o", "parts").code == 0
    ids = {
        path.name: [orjson.loads(line)["id"] for line in path.read_bytes().splitlines()]
        for path in Path("parts").iterdir()
    }
    assert ids == {"train.jsonl": ["bridge"], "test.jsonl": ["later"]}
    one = run("export", "--split", "test")
    assert [orjson.loads(line)["id"] for line in one.out.splitlines()] == ["later"]
    assert run("export", "--by-split", "--format", "csv", "-o", "tables").code == 0
    assert Path("tables/test/claims.csv").is_file()
    assert run("export", "--by-split").code == 2
    assert run("export", "--by-split", "--split", "test", "-o", "x").code == 2


def test_conditions_and_whose_work(annotated: Path, run: Run) -> None:
    project = Project.open(annotated)
    annotate_bridge(project, "tom")
    project.close()
    (line,) = run(
        "export", "--annotators", "majority", "--where", "source=Osk Wire"
    ).out.splitlines()
    assert (orjson.loads(line)["annotator"], len(orjson.loads(line)["spans"])) == ("majority", 8)
    assert run("export", "--where", "status=open").out == ""
    wrong = run("export", "--where", "genre")
    assert (wrong.code, wrong.out) == (1, "")
    assert "is no condition" in wrong.err
    assert run("export", "--annotators", "gold").code == 1
    assert run("export", "--min-agreement", "1").out.count("\n") == 2
    assert run("export", "--exclude-regions", "blur").code == 2
