"""The commands that only tell: init, list, show, status, guidelines, keys, config; and failing."""

import itertools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.cli.root import COMMANDS
from annotator.project import Project
from tests.cli.conftest import Run, annotate_bridge, mark


def test_init_makes_a_project_and_never_overwrites(tmp_path: Path, run: Run) -> None:
    home = tmp_path / "mine"
    assert run("init", home).code == 0
    assert (home / "guidelines/scheme.toml").is_file()
    assert (home / "corpus").is_dir()
    again = run("init", home)
    assert (again.code, again.out) == (1, "")
    assert "already holds a project" in again.err


def test_outside_a_project_one_sentence_says_what_to_do(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ([], ["list"], ["status"], ["check"], ["export"], ["show", "x"]):
        result = run(*command)
        assert result.code == 1
        assert result.err.count("\n") == 1
        assert "annotator init DIR" in result.err


def test_show_prints_text_spans_links_and_cast(annotated: Path, run: Run) -> None:
    out = run("show", "bridge").out
    assert "[1 Premier Ilse Varn 1] [2 said 2] on Friday [3 that the Lowmark bridge will" in out
    assert "3 CLAIM s7: that the Lowmark bridge will reopen | topic=reopening | cue → 2 said" in out
    assert "holder → 5 Ilse Varn | relay → 6 Radio Osk" in out
    assert "e1 | Ilse Varn | person | named | as Premier Ilse Varn, Varn" in out
    assert run("show", "bridge", "--json").json["spans"][0]["text"] == "Premier Ilse Varn"
    missing = run("show", "nowhere")
    assert (missing.code, missing.out) == (1, "")


def test_show_tells_crossing_and_broken_spans_apart(annotated: Path, run: Run) -> None:
    project = Project.open(annotated)
    session = project.session("untouched", "mira")
    mark(session, "CUE", "Nothing hap")
    claim = mark(session, "CLAIM", "thing happened")
    session.set_fragments(claim, [(2, 7), (10, 16)])
    project.checkpoint(session)
    project.close()
    out = run("show", "untouched").out
    assert "[1 No[2 thing 2] ha[2 p 1]pened 2]." in out
    assert "Still missing\n    CLAIM s2 has no holder" in out


def test_show_asks_whose_when_several_could_be_meant(annotated: Path, run: Run) -> None:
    project = Project.open(annotated)
    annotate_bridge(project, "tom")
    project.close()
    result = run("--as", "tom", "show", "bridge")
    assert "tom: done" in result.out


def test_list_and_status(annotated: Path, run: Run) -> None:
    assert run("list").out.splitlines() == [
        "bridge     done  8  -  Bridge reopens",
        "untouched  new   0  -  Nothing happened.",
    ]
    listed = run("list", "--status", "new", "--json").json
    assert [item["id"] for item in listed["articles"]] == ["untouched"]
    status = run("status", "--json").json
    assert (status["articles"], status["characters"]) == (2, 215)
    (person,) = status["annotators"]
    assert person["status"] == {"done": 1, "open": 0, "skipped": 0, "new": 1}
    assert person["labels"] == {"CLAIM": 2, "CUE": 1, "SPEAKER": 4, "STANCE": 1}
    assert "SPEAKER     4" in run("status", "--articles").out


def test_guidelines_of_a_label_and_of_the_project(root: Path, run: Run) -> None:
    assert run("guidelines", "claim").out.startswith("# CLAIM")
    assert "SPEAKER (s): " in run("guidelines").out
    wrong = run("guidelines", "NOUN")
    assert (wrong.code, "there are SPEAKER, CUE" in wrong.err) == (1, True)


def test_settings_are_shown_set_and_refused_by_name(root: Path, run: Run) -> None:
    assert run("config", "set", "annotator", "tom").code == 0
    assert run("config", "set", "--user", "mouse", "false").code == 0
    assert run("config", "set", "keys.jump", "J,ctrl+j").code == 0
    settings = run("config", "show", "--json").json["settings"]
    assert (settings["annotator"], settings["mouse"]) == ("tom", False)
    assert settings["keys"] == {"jump": ["J", "ctrl+j"]}
    assert re.search(r"J, ctrl\+j +jump", run("keys").out)
    assert run("list", "--json").json["annotator"] == "tom"
    wrong = run("config", "set", "anotator", "tom")
    assert (wrong.code, "did you mean annotator?" in wrong.err) == (1, True)
    assert run("config", "set", "keys.jmp", "J").code == 1


def test_keys_name_the_scheme_first_and_work_outside_a_project(
    root: Path, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert run("keys").out.startswith("Labels\n  s  SPEAKER")
    monkeypatch.chdir(tmp_path)
    outside = run("keys", "--json").json
    assert outside["scheme"] == []
    assert "jump" in {action["name"] for action in outside["actions"]}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_a_good_name(run: Run, name: str) -> None:
    result = run(name, "--help")
    assert result.code == 0
    assert result.out.startswith(f"Usage: annotator {name}")


@pytest.mark.parametrize("name", ["../x", "", ".", "a/b", "x\x1b[31m", "CON", "n" * 65])
def test_names_that_could_do_harm_are_refused(root: Path, run: Run, name: str) -> None:
    result = run("--as", name, "list")
    assert (result.code, result.out) == (1, "")
    assert "\x1b" not in result.err


def test_an_annotators_name_may_hold_brackets(annotated: Path, run: Run) -> None:
    project = Project.open(annotated)
    annotate_bridge(project, "tom[1]")
    project.close()
    assert "tom[1]" in run("status").out
    assert run("--as", "tom[1]", "show", "bridge").code == 0


def test_wrong_usage_is_2_and_an_unforeseen_error_leaves_a_report(
    annotated: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("lst").code == 2
    assert run("export", "--format", "docx").code == 2
    late = run("list", "--as", "tom")
    assert (late.code, "--as goes before the command" in late.err) == (2, True)

    def fail(*arguments: object) -> None:
        raise ZeroDivisionError("nobody thought of this")

    monkeypatch.setattr(Project, "queue", fail)
    result = run("list")
    assert (result.code, result.out) == (1, "")
    assert result.err.count("\n") == 1
    (report,) = (annotated / ".annotator").glob("crash-*.txt")
    assert report.name in result.err
    assert "nobody thought of this" in report.read_text()


def test_interrupting_is_quiet(root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Project, "queue", interrupt)
    result = run("list")
    assert (result.code, result.err.strip()) == (130, "Interrupted.")


def test_the_screen_needs_a_terminal(annotated: Path, run_process: Run) -> None:
    result = run_process()
    assert (result.code, result.out) == (1, "")
    assert "needs a terminal" in result.err


def test_a_reader_that_goes_away_is_no_error(annotated: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-m", "annotator", "export"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert writer.stdout is not None
    writer.stdout.close()
    _, err = writer.communicate(timeout=60)
    assert b"Traceback" not in err
    assert b"Error" not in err


def test_a_long_first_reading_shows_how_far_it_is_on_a_terminal_only(
    annotated: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.store.index._BATCH", 1)
    for seconds, terminal, shown in ((2.0, True, True), (2.0, False, False), (0.0, True, False)):
        shutil.rmtree(annotated.parent / "cache")
        clock = itertools.count(0.0, seconds)
        with monkeypatch.context() as patch:
            patch.setattr("time.monotonic", lambda clock=clock: next(clock))
            patch.setattr(sys.stderr, "isatty", lambda terminal=terminal: terminal)
            result = run("list")
        assert result.code == 0
        assert bool(re.match(r"\r\x1b\[KIndexing articles … \d+%", result.err)) is shown
        assert result.err.endswith("\r\x1b[K") is shown
        assert shown or not result.err
