"""`annotator assign`, and what it means for the queue and for looking at others' work."""

from pathlib import Path

import pytest

from annotator.project import Project
from tests.cli.conftest import BRIDGE, Run, add_text, annotate_bridge, mark

COUNT = 12


@pytest.fixture
def articles(root: Path) -> Path:
    """A project with `a00` ... `a11`."""
    project = Project.open(root)
    for number in range(COUNT):
        add_text(project, f"a{number:02}", f"Barge {number} left the port of Osk on time.\n")
    project.close()
    return root


def work(root: Path, annotator: str, article: str, status: str = "open") -> None:
    """Someone begins (and maybe finishes) an article."""
    project = Project.open(root)
    session = project.session(article, annotator)
    mark(session, "CUE", "left")
    if status != "open":
        session.set_status(status, "off topic" if status == "skipped" else "")  # type: ignore[arg-type]
    project.checkpoint(session)
    project.close()


def queue(run: Run, name: str) -> list[str]:
    return [item["id"] for item in run("--as", name, "list", "--json").json["articles"]]


def assigned(run: Run) -> dict[str, list[str]]:
    found: dict[str, list[str]] = run("assign", "--json").json["assigned"]
    return found


def test_assigned_annotators_find_only_their_articles(articles: Path, run_process: Run) -> None:
    result = run_process("assign", "ana", "bo", "cy", "--double", "25%", "--json")
    assert result.code == 0
    assert [person["articles"] for person in result.json["annotators"]] == [5, 5, 5]
    assert [pair["articles"] for pair in result.json["pairs"]] == [1, 1, 1]
    assert result.json["unassigned"] == 0
    table = result.json["assigned"]
    for name in ("ana", "bo", "cy"):
        assert queue(run_process, name) == sorted(x for x, who in table.items() if name in who)
    # Whoever was never assigned anything finds all.
    assert len(queue(run_process, "guest")) == COUNT
    status = {
        p["annotator"]: p["status"] for p in run_process("status", "--json").json["annotators"]
    }
    assert status["bo"] == {"done": 0, "open": 0, "skipped": 0, "new": 5}


def test_the_same_command_gives_the_same_result(articles: Path, run: Run) -> None:
    command = ("assign", "ana", "bo", "--double", "0.5", "--seed", 7, "--json")
    first = run(*command, "--dry-run").json
    assert not (articles / "corpus/assignments.jsonl").exists()
    assert run(*command).json["assigned"] == first["assigned"]
    again = run(*command).json
    assert (again["given"], again["taken"]) == ([], [])
    other = run("assign", "ana", "bo", "--double", "0.5", "--seed", 8, "--dry-run", "--json").json
    assert other["assigned"] == first["assigned"]  # what is assigned stays, whatever the seed


def test_later_articles_are_added_to_what_was_assigned(articles: Path, run: Run) -> None:
    chosen = run("assign", "ana", "bo", "--articles", "a00,a01", "--articles", "a0[2-5]").code
    assert chosen == 0
    before = assigned(run)
    assert sorted(before) == [f"a{n:02}" for n in range(6)]
    run("assign", "ana", "bo")
    after = assigned(run)
    assert {article: after[article] for article in before} == before
    assert len(after) == COUNT


def test_who_joins_takes_over_only_what_nobody_has_begun(articles: Path, run: Run) -> None:
    run("assign", "ana", "bo")
    mine = queue(run, "ana")
    work(articles, "ana", mine[0], "done")
    work(articles, "ana", mine[1], "skipped")
    work(articles, "ana", mine[2])
    assert run("assign", "cy", "--json").json["given"] == []  # nothing lacks anybody
    result = run("assign", "cy", "--rebalance", "--json").json
    assert [person["articles"] for person in result["annotators"]] == [4, 4, 4]
    assert set(mine[:3]) <= set(queue(run, "ana"))
    assert {slot["annotator"] for slot in result["given"]} == {"cy"}


def test_edits_that_only_a_journal_holds_count_as_begun(articles: Path, run: Run) -> None:
    run("assign", "ana", "bo")
    mine = queue(run, "ana")
    project = Project.open(articles)
    for article in mine:
        mark(project.session(article, "ana"), "CUE", "left")
    project.close()  # without a checkpoint, as after a crash
    run("assign", "cy", "--rebalance")
    assert queue(run, "ana") == mine


def test_who_leaves_keeps_what_was_begun_and_others_get_the_rest(articles: Path, run: Run) -> None:
    run("assign", "ana", "bo", "cy", "--per-article", 2)
    begun = queue(run, "bo")[0]
    work(articles, "bo", begun)
    result = run("assign", "--remove", "bo")
    assert result.code == 0
    assert "bo left and keeps 1 started article." in result.out
    assert queue(run, "bo") == [begun]
    table = assigned(run)
    assert {len(who) for who in table.values()} == {2}
    assert [article for article, who in table.items() if "bo" in who] == [begun]
    # Gone for good: a later rebalance gives bo nothing.
    run("assign", "dag", "--rebalance")
    assert queue(run, "bo") == [begun]


def test_what_nobody_else_can_take_is_told(articles: Path, run: Run) -> None:
    run("assign", "ana", "bo", "--per-article", 2)
    result = run("assign", "--remove", "bo")
    assert result.code == 3
    assert "Nobody else could take a00, a01, a02, a03, a04 and 7 more" in result.out
    assert all(who == ["ana"] for who in assigned(run).values())


def test_work_begun_before_counts_as_assigned(articles: Path, run: Run) -> None:
    work(articles, "ana", "a07", "done")
    run("assign", "ana", "bo")
    assert assigned(run)["a07"] == ["ana"]
    assert "a07" in queue(run, "ana")


def test_without_names_the_table_is_shown(articles: Path, run: Run) -> None:
    assert "everybody finds all articles" in run("assign").out
    run("assign", "ana", "bo", "--double", "50%")
    work(articles, "bo", queue(run, "bo")[0], "done")
    out = run("assign").out
    assert "ana and bo         6" in out
    assert "bo                9     1     0        0    8" in out
    assert "6 articles by 1, 6 articles by 2." in out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["ana", "--per-article", "2"], 1, "2 annotators, but only 1"),
        (["ana", "--double", "half"], 2, "write 0.2 or 20%"),
        (["ana", "--double", "30"], 2, "write 0.2 or 20%"),
        (["ana", "bo", "--per-article", "2", "--double", "20%"], 2, "one per article"),
        (["ana", "--articles", "a0x"], 1, "did you mean a"),
        (["a/b"], 1, "holds '/'"),
        (["gold"], 1, "kept for adjudicated work"),
        (["--remove", "zed"], 1, "zed is not assigned any articles here, nobody is."),
        (["ana", "--remove", "ana"], 2, "at once"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(
    articles: Path, run: Run, arguments: list[str], code: int, told: str
) -> None:
    result = run("assign", *arguments)
    assert result.code == code
    assert told in result.err
    assert not (articles / "corpus/assignments.jsonl").exists()


def test_check_tells_of_a_damaged_line(articles: Path, run: Run) -> None:
    run("assign", "ana")
    file = articles / "corpus/assignments.jsonl"
    file.write_bytes(file.read_bytes().replace(b"a03", b"a30"))
    result = run("check")
    assert result.code == 1
    assert "corpus/assignments.jsonl" in result.out
    assert "checksum" in result.out


def test_the_project_says_whose_work_is_missing(articles: Path, run: Run) -> None:
    run("assign", "ana", "bo", "--per-article", 2, "--articles", "a00")
    project = Project.open(articles)
    assert project.assigned("a00") == {"ana", "bo"}
    assert project.assigned("a01") == frozenset()
    project.close()


def test_others_work_is_hidden_until_both_are_done(root: Path, run: Run) -> None:
    project = Project.open(root)
    add_text(project, "bridge", BRIDGE)
    project.add_topic("reopening")
    annotate_bridge(project, "mira")
    mine = project.session("bridge", "tom")
    mark(mine, "CUE", "said")
    project.checkpoint(mine)

    for refused in (("--as", "tom"), ("--as", "una")):
        result = run(*refused, "show", "bridge", "--annotator", "mira")
        assert result.code == 1
        assert "once both of you are done with it" in result.err
        assert "Varn" not in result.out
    plain = run("--as", "una", "show", "bridge")
    assert plain.code == 0
    assert "una: new" in plain.out
    assert "2 others worked on bridge" in plain.err

    assert "mira: done" in run("--as", "tom", "show", "bridge", "--annotator", "mira", "--lead").out
    mine.set_status("done")
    project.checkpoint(mine)
    project.close()
    assert "mira: done" in run("--as", "tom", "show", "bridge", "--annotator", "mira").out
    assert "tom: done" in run("--as", "tom", "show", "bridge").out
    assert run("--as", "una", "show", "bridge", "--annotator", "mira").code == 1
    run("config", "set", "lead", "true")
    assert "mira: done" in run("--as", "una", "show", "bridge", "--annotator", "mira").out
