"""`annotator adjudicate --list` and `annotator gaps`, and gold in the other commands."""

from pathlib import Path

import orjson
import pytest

from annotator.agreement.adjudication import Adjudication
from annotator.model.article import Article, hash_text
from annotator.project import Project
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
    assert "sources" not in exported.out
    [line] = map(orjson.loads, exported.out.splitlines())
    span = line["spans"][0]["id"]
    assert {
        "decision": "took-b",
        "spans": [span],
        "from": ["mira/s1", "tom/s1"],
        "gap": True,
        "note": "with the verb?\n`or not`",
    } in line["verdicts"]
    assert "gold" in run("status").out
    assert run("--as", "gold", "show", "quay").code == 0
    refused = run("--as", "gold", "open", "quay")
    assert (refused.code, "kept for adjudicated work" in refused.err) == (1, True)
