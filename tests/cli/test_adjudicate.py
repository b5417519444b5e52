"""`annotator adjudicate --list` and `annotator gaps`, and gold in the other commands."""

from pathlib import Path

import orjson
import pytest

from annotator.agreement.adjudication import Adjudication
from annotator.model.article import Article, hash_text
from annotator.project import Project
from annotator.store.lines import encode_plain
from tests.cli.conftest import Run

TEXT = "The quay is shut, said warden *Ilva* Toren.\nNobody knows | when.\n"


@pytest.fixture
def adjudicated(root: Path) -> Path:
    """Mira and Tom are done; of two cases one is decided and both are marked as gaps."""
    project = Project.open(root)
    project.store.add_articles([Article("quay", TEXT, hash_text(TEXT), "Quay # shut")])
    works = []
    for name, end in (("mira", 16), ("tom", 11)):
        session = project.session("quay", name)
        session.add_span("CLAIM", [(0, end)])
        if name == "mira":
            session.add_span("SPEAKER", [(23, 42)])
        session.set_status("done")
        project.checkpoint(session)
        works.append(session.annotations)
    gold = project.session("quay", "gold")
    found = Adjudication(gold, *works, project.scheme)
    for case in found.cases:
        found.mark_gap(case, True)
    boundary = next(case for case in found.cases if case.kind == "boundary")
    found.take_b(boundary)
    found.note(boundary, "with the verb?\n`or not`")
    project.checkpoint(gold)
    project.close()
    (root / ".annotator/settings.toml").write_text("lead = true\n", encoding="utf-8")
    return root


def test_gaps_are_markdown_for_the_next_meeting(adjudicated: Path, run: Run) -> None:
    result = run("gaps")
    assert result.code == 0
    assert result.out == (
        "# Guideline gaps\n\n2 cases marked in adjudication.\n\n"
        "## Quay \\# shut (`quay`)\n\n"
        "### CLAIM: other edges\n\n"
        "> The quay is shut, said warden \\*Ilva\\* Toren.\n\n"
        "- mira: “The quay is shut”\n- tom: “The quay is”\n- gold: “The quay is”\n"
        "- decision: took b\n"
        "- note: with the verb? \\`or not\\`\n- guidelines: [CLAIM](guidelines/claim.md)\n\n"
        "### SPEAKER: only A has it\n\n"
        "> The quay is shut, said warden \\*Ilva\\* Toren.\n\n"
        "- mira: “warden \\*Ilva\\* Toren”\n- tom: –\n- decision: not decided yet\n"
        "- guidelines: [SPEAKER](guidelines/speaker.md)\n"
    )


def test_a_paragraph_for_a_headline_is_cut_in_gaps(adjudicated: Path, run: Run) -> None:
    shard = adjudicated / "corpus/articles/00000.jsonl"
    [line] = [line for line in shard.read_bytes().splitlines() if b"Quay # shut" in line]
    record = orjson.loads(line) | {"headline": "The quay " + "was closed and " * 12}
    shard.write_bytes(encode_plain(record))
    [heading] = [line for line in run("gaps").out.splitlines() if line.startswith("## ")]
    assert heading.endswith("closed … (`quay`)")
    assert len(heading) < 100


def test_gaps_as_json(adjudicated: Path, run: Run) -> None:
    first, second = run("gaps", "--json").json["gaps"]
    assert (first["decision"], first["versions"]["tom"]) == ("took-b", "“The quay is”")
    assert (second["start"], second["end"], second["page"]) == (23, 42, "guidelines/speaker.md")


def test_a_gap_stays_when_the_work_it_is_about_has_changed(adjudicated: Path, run: Run) -> None:
    project = Project.open(adjudicated)
    session = project.session("quay", "tom")
    session.set_fragments("s1", [(0, 8)])
    project.checkpoint(session)
    project.close()
    assert "### CLAIM: changed since" in run("gaps").out
    assert "- tom: “The quay”" in run("gaps").out


def test_the_queue_without_a_screen(adjudicated: Path, run: Run) -> None:
    [item] = run("--as", "lea", "adjudicate", "--list", "--json").json["articles"]
    assert item == {
        "article": "quay",
        "annotators": ["mira", "tom"],
        "disagreement": 1.0,
        "gold": "open",
        "changed": [],
    }
    assert "quay" in run("--as", "lea", "adjudicate", "--list").out


def test_blind_work_is_counted_but_not_named(adjudicated: Path, run: Run) -> None:
    (adjudicated / ".annotator/settings.toml").unlink()
    found = run("--as", "ada", "adjudicate", "--list", "--json").json
    assert (found["articles"], found["not_to_be_seen_yet"]) == ([], 1)


def test_the_screen_needs_a_terminal(adjudicated: Path, run: Run) -> None:
    result = run("adjudicate")
    assert result.code == 1
    assert "needs a terminal" in result.err


def test_gold_is_checked_exported_and_shown_like_anybodys_work(adjudicated: Path, run: Run) -> None:
    assert "gold" not in run("check").out
    exported = run("export", "--annotators", "gold")
    assert exported.code == 0
    assert '"annotator":"gold"' in exported.out.replace(" ", "")
    assert '"fields":{}' in exported.out
    [line] = map(orjson.loads, exported.out.splitlines())
    span = line["spans"][0]["id"]
    assert [source.split()[0] for source in line["sources"]] == ["mira", "tom"]
    expected = {
        "decision": "took-b",
        "spans": [span],
        "from": ["mira/s1", "tom/s1"],
        "gap": True,
        "note": "with the verb?\n`or not`",
    }
    assert any(expected.items() <= verdict.items() for verdict in line["verdicts"])
    assert "gold" in run("status").out
    assert run("--as", "gold", "show", "quay").code == 0
    refused = run("--as", "gold", "open", "quay")
    assert (refused.code, "kept for adjudicated work" in refused.err) == (1, True)


def ballots(path: Path, decisions: dict[str, str], **more: object) -> None:
    """Fills in a file of cases, by what each is about."""
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    for row in rows:
        row["decision"] = decisions[row["title"]]
        row.update(more)
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))


def test_verdicts_can_be_given_in_a_file(adjudicated: Path, run: Run) -> None:
    listed = run("adjudicate", "--cases", "cases.jsonl")
    assert listed.code == 0
    [row] = [orjson.loads(line) for line in Path("cases.jsonl").read_bytes().splitlines()]
    assert (row["article"], row["title"]) == ("quay", "SPEAKER: only A has it")
    assert (row["a"], row["a_says"], row["b_says"]) == ("mira", "“warden *Ilva* Toren”", "–")
    assert row["sentence"] == "The quay is shut, said warden *Ilva* Toren."
    ballots(Path("cases.jsonl"), {"SPEAKER: only A has it": "A"}, note="named", gap=True)
    done = run("adjudicate", "--verdicts", "cases.jsonl", "--json")
    assert (done.code, done.json["decided"], done.json["open"]) == (0, {"a": 1}, 0)
    gold = Project.open(adjudicated).store.annotations("quay", "gold")
    assert gold is not None
    assert sorted((x.label, x.fragments) for x in gold.spans.values()) == [
        ("CLAIM", ((0, 11),)),
        ("SPEAKER", ((23, 42),)),
    ]
    verdict = next(item for item in gold.verdicts.values() if ":missed:" in item.case)
    assert (verdict.decision, verdict.note, verdict.gap) == ("took-a", "named", True)
    again = run("adjudicate", "--verdicts", "cases.jsonl", "--json")
    assert (again.json["decided"], again.json["settled"]) == ({}, 1)


def test_gold_is_marked_done_only_where_nothing_is_open_or_missing(
    adjudicated: Path, run: Run
) -> None:
    run("adjudicate", "--cases", "cases.jsonl")
    ballots(Path("cases.jsonl"), {"SPEAKER: only A has it": "neither"})
    done = run("adjudicate", "--verdicts", "cases.jsonl", "--done", "--json")
    assert done.json["done"] == []  # the claim has no holder yet
    Path("cases.jsonl").write_bytes(b'{"article":"quay","case":"a:b","decision":"b"}\n')
    lost = run("adjudicate", "--verdicts", "cases.jsonl")
    assert lost.code == 3
    assert "cases.jsonl:1: quay has no case a:b" in lost.err


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"article":"quay","case":"x","decision":"maybe"}', "the decision 'maybe' is none of a,"),
        (b"[1]", "is not a JSON object"),
        (b"{", "is not JSON"),
        (b'{"decision":"a"}', "article and case"),
        (b'{"article":1,"case":"x","decision":"a"}', "are texts"),
    ],
)
def test_a_file_of_verdicts_that_cannot_be_read_records_nothing(
    adjudicated: Path, run: Run, line: bytes, message: str
) -> None:
    Path("cases.jsonl").write_bytes(b"\n" + line + b"\n")
    result = run("adjudicate", "--verdicts", "cases.jsonl")
    assert result.code == 1
    assert "cases.jsonl, line 2: " in result.err
    assert message in result.err


def test_one_way_of_adjudicating_at_a_time(adjudicated: Path, run: Run) -> None:
    assert run("adjudicate", "--list", "--cases", "x").code == 2
    assert run("adjudicate", "--done").code == 2
    assert run("adjudicate", "--verdicts", "none.jsonl").code == 1


def test_verdicts_follow_a_renaming(adjudicated: Path, run: Run) -> None:
    """What was decided is not asked again, and nobody has changed anything."""
    project = Project.open(adjudicated)
    project.store.add_articles([Article("pier", TEXT + "!", hash_text(TEXT + "!"))])
    works = []
    for name, act in (("mira", "deny"), ("tom", "ask")):
        session = project.session("pier", name)
        claim = session.add_span("CLAIM", [(0, 16)], {"act": act})
        speaker = session.add_span("SPEAKER", [(23, 42)])
        if name == "mira":
            session.link(claim.id, "holder", speaker.id)
        session.set_status("done")
        project.checkpoint(session)
        works.append(session.annotations)
    gold = project.session("pier", "gold")
    found = Adjudication(gold, *works, project.scheme)
    found.take_agreed()
    for case in found.open():
        found.take_b(case)
    found.finish()
    project.checkpoint(gold)
    project.close()
    scheme = adjudicated / "guidelines/scheme.toml"
    text = scheme.read_text(encoding="utf-8").replace("CLAIM", "SAYING")
    text = text.replace("attributes.act]", "attributes.deed]")
    scheme.write_text(text.replace('name = "holder"', 'name = "voice"'), encoding="utf-8")
    renamed = run(
        *("migrate", "--label", "CLAIM=SAYING", "--attribute", "CLAIM.act=deed"),
        *("--link", "CLAIM.holder=voice"),
    )
    assert renamed.code == 0, renamed
    project = Project.open(adjudicated)
    works = [project.store.annotations("pier", name) for name in ("mira", "tom")]
    again = Adjudication(project.session("pier", "gold"), *works, project.scheme)  # type: ignore[arg-type]
    assert again.open() == []
    assert again.stale() == []
    assert {item.decision for item in again.gold.verdicts.values()} == {"agree", "took-b"}
    project.close()
    listed = run("adjudicate", "--list", "--json").json["articles"]
    assert [item["changed"] for item in listed] == [[], []]
    assert "changed since" not in run("gaps").out
