"""`annotator agreement` as its users call it."""

import csv
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from annotator.project import Project
from tests.cli.conftest import Run, annotate_bridge, mark


def annotate(root: Path, name: str, work: Callable[[Project, str], None]) -> None:
    project = Project.open(root)
    work(project, name)
    project.close()


def agreeing(project: Project, name: str) -> None:
    annotate_bridge(project, name)


def differing(project: Project, name: str) -> None:
    """Another boundary, no quotation, another direction of the stance."""
    session = project.session("bridge", name)
    guild = session.add_entity("the ferry guild", "org", "named")
    who = mark(session, "SPEAKER", "The ferry guild")
    session.link(who, "ref", guild.id, "entity")
    varn = session.add_entity("Varn", "person", "named")
    premier = mark(session, "SPEAKER", "Premier Ilse Varn")
    session.link(premier, "ref", varn.id, "entity")
    claim = mark(session, "CLAIM", "the Lowmark bridge will reopen")
    session.link(claim, "holder", premier)
    stance = mark(session, "STANCE", "rejects", stance="mixed")
    session.link(stance, "holder", who)
    session.link(stance, "target", "reopening", "topic")
    session.set_field("genre", "analysis")
    session.set_status("done")
    project.checkpoint(session)


def unfinished(project: Project, name: str) -> None:
    session = project.session("bridge", name)
    mark(session, "CUE", "wrote")
    project.checkpoint(session)


@pytest.fixture
def shared(annotated: Path) -> Path:
    """A project in which mira, tom and ines did one article, and ines did not finish."""
    annotate(annotated, "tom", differing)
    annotate(annotated, "ines", unfinished)
    return annotated


def digest(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_tables_for_people(shared: Path, run_process: Run) -> None:
    result = run_process("agreement", "--replicates", "200", cwd=shared)
    assert result.code == 0, result.err
    assert "Traceback" not in result.err
    lines = result.out.split("\n")
    assert lines[0] == "Agreement of mira and tom on 1 article (attribution/1)"
    assert max(map(len, lines)) <= 80
    claim = next(line for line in lines if line.startswith("  CLAIM "))
    # One of three claims of the two overlaps, none is the same.
    assert claim.split()[1:4] == ["3", ".00", ".00–.00"]
    assert "1 piece of work not done: ines 1" in result.out
    assert "STANCE.stance" in result.out


def test_json_holds_figures_and_cases(shared: Path, run_process: Run) -> None:
    result = run_process("agreement", "--json", "--replicates", "50", cwd=shared)
    assert result.code == 0, result.err
    data = result.json
    assert data["annotators"] == ["mira", "tom"]
    rows = {(row["family"], row["layer"], row["measure"]): row for row in data["rows"]}
    claim = rows["spans", "CLAIM", "f1_exact"]
    assert claim["value"] == 0.0
    assert claim["cases"] == [
        {"first": "mira", "second": "tom", "kind": kind, "articles": {"bridge": 1}}
        for kind in ("boundary", "missed")
    ]
    assert rows["spans", "CLAIM", "f1_iou"]["value"] == pytest.approx(2 / 3)
    assert rows["links", "CLAIM holder", "tuple_f1"]["value"] == pytest.approx(2 / 3)
    assert rows["links", "STANCE target", "target_agreement"]["value"] == 1.0
    assert rows["attributes", "STANCE.stance", "percent"]["value"] == 0.0
    assert rows["fields", "genre", "percent"]["value"] == 0.0
    assert rows["fields", "language", "alpha"]["value"] is None
    assert rows["fields", "language", "alpha"]["reason"] == "only one value was used"


def test_open_work_counts_if_asked_for(shared: Path, run: Run) -> None:
    result = run("agreement", "--all", "--json", "--replicates", 0)
    assert result.json["annotators"] == ["ines", "mira", "tom"]
    assert [person["articles"] for person in result.json["people"]] == [1, 1, 1]


def test_page_and_table_are_written(shared: Path, run: Run, tmp_path: Path) -> None:
    page, table = tmp_path / "a.html", tmp_path / "a.csv"
    result = run("agreement", "--html", page, "--csv", table, "--replicates", 20)
    assert result.code == 0
    assert "that the Lowmark bridge will reopen" in page.read_text(encoding="utf-8")
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["layer"] for row in rows} >= {"CLAIM", "CLAIM holder", "genre"}


def test_nothing_in_the_project_changes(shared: Path, run: Run) -> None:
    before = digest(shared)
    run("agreement", "--replicates", 10)
    assert digest(shared) == before


def test_two_moments_are_compared(shared: Path, run: Run, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.json"
    earlier.write_bytes(orjson.dumps(run("agreement", "--json", "--replicates", 0).json))
    unchanged = run("agreement", "--compare", earlier, "--replicates", 0)
    assert (unchanged.code, "figures did not change." in unchanged.out) == (0, True)
    project = Project.open(shared)
    session = project.session("bridge", "tom")
    mark(session, "CUE", "said")
    project.checkpoint(session)
    project.close()
    result = run("agreement", "--compare", earlier, "--replicates", 0)
    changed = [line.split() for line in result.out.split("\n") if line.startswith("    CUE ")]
    assert ["CUE", "F1", "exact", ".00", "1.00", "+1.00"] in changed
    wrong = tmp_path / "wrong.json"
    wrong.write_text("[1]")
    refused = run("agreement", "--compare", wrong)
    assert refused.code == 1
    assert refused.err.startswith("annotator: ")
    assert "cannot be compared with" in refused.err


def test_work_in_two_versions_is_told(shared: Path, run: Run, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(shared, other, ignore=shutil.ignore_patterns(".annotator"))
    for root, label in ((shared, "STANCE"), (other, "SPEAKER")):
        project = Project.open(root)
        session = project.session("bridge", "tom")
        session.delete_span(next(x.id for x in session.annotations.in_order() if x.label == label))
        project.checkpoint(session)
        project.close()
    mine = shared / "corpus/annotations/tom"
    for path in (other / "corpus/annotations/tom").iterdir():
        if not (mine / path.name).exists():
            shutil.copy(path, mine)
    assert "in two versions, one counted: tom 1" in run("agreement", "--replicates", 0).out


def test_a_label_that_is_not_in_the_scheme_is_refused(shared: Path, run: Run) -> None:
    refused = run("agreement", "--labels", "CLAIMS")
    assert (refused.code, "There is no label CLAIMS; there are" in refused.err) == (1, True)


def test_a_renamed_label_is_told_before_the_figures(shared: Path, run: Run) -> None:
    scheme = shared / "guidelines/scheme.toml"
    text = scheme.read_text(encoding="utf-8")
    scheme.write_text(text.replace("SPEAKER", "SOURCE"), encoding="utf-8")
    result = run("agreement", "--replicates", 0)
    assert result.code == 0
    assert "The scheme has no label SPEAKER" in result.err
    assert "mira 4, tom 2" in result.err
    assert "annotator check" in result.err


def test_one_annotator_alone_is_no_agreement(annotated: Path, run: Run) -> None:
    result = run("agreement")
    assert result.code == 1
    assert "No article was finished by two annotators" in result.err
    assert "only one annotator" in result.err


def test_unknown_names_and_days_are_refused(shared: Path, run: Run) -> None:
    for arguments, words in (
        (("--annotators", "mira,bob"), "There is no annotator bob; there are ines, mira, tom."),
        (("--articles", "ferry"), "There is no article ferry; there are bridge, untouched."),
    ):
        result = run("agreement", *arguments)
        assert result.code == 1
        assert words in result.err
    assert run("agreement", "--since", "May").code == 2


def test_work_saved_outside_the_period_is_left_out(shared: Path, run: Run) -> None:
    result = run("agreement", "--until", "2001-01-01")
    assert result.code == 1
    assert "outside the period" in result.err


def test_assigned_work_that_nobody_began_is_told(shared: Path, run: Run) -> None:
    assert run("assign", "mira", "tom", "zoe", "--per-article", 3).code == 0
    result = run("agreement", "--json", "--replicates", 0)
    missing = [one for one in result.json["excluded"] if one["reason"] == "assigned, not begun"]
    assert {"article": "bridge", "annotator": "zoe", "reason": "assigned, not begun"} in missing


def test_numpy_missing_is_one_sentence(
    shared: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.cli.agreement.find_spec", lambda name: None)
    result = run("agreement")
    assert result.code == 1
    assert result.err == (
        'annotator: This needs numpy, which is not installed: pip install "annotator[agreement]".\n'
    )


def test_tokens_are_a_choice(shared: Path, run: Run) -> None:
    result = run("agreement", "--unit", "token", "--replicates", 0)
    assert "α is computed over tokens." in result.out
    assert "F1 token" in result.out


def test_a_journal_ahead_of_its_checkpoint_counts(shared: Path, run: Run) -> None:
    project = Project.open(shared)
    session = project.session("bridge", "tom")
    mark(session, "CUE", "wrote")
    project.close()  # as if it had crashed: nothing was checkpointed
    rows = run("agreement", "--json", "--replicates", 0).json["rows"]
    (cue,) = (row for row in rows if (row["layer"], row["measure"]) == ("CUE", "f1_exact"))
    assert cue["n"] == 2


def test_gamma_names_its_parameters(shared: Path, run: Run) -> None:
    pytest.importorskip("scipy")
    result = run("agreement", "--gamma", "--replicates", 0, "--seed", 5)
    assert result.code == 0
    line = next(line for line in result.out.split("\n") if line.startswith("γ "))
    told = " ".join(result.out.split("\n"))
    for words in (line.split(":")[0], "sampler statistical", "samples", "seed 5"):
        assert words in told


def test_help_loads_no_numpy(root: Path, run_process: Run) -> None:
    result = run_process("agreement", "--help", cwd=root)
    assert result.code == 0
    assert "--without-assisted" in result.out


def test_an_annotator_is_compared_with_gold(shared: Path, run: Run) -> None:
    annotate(shared, "gold", agreeing)
    rows = run("agreement", "--annotators", "mira,gold", "--json", "--replicates", 0).json["rows"]
    assert all(row["value"] in (None, 1.0) for row in rows)
    assert run("agreement", "--json", "--replicates", 0).json["annotators"] == ["mira", "tom"]
