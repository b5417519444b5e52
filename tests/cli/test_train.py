"""`annotator train`: kept apart from all other work, with a curve for the lead."""

from pathlib import Path

import pytest

from annotator.model.errors import AnnotatorError
from annotator.project import Project
from annotator.project.training import Training
from tests.cli.conftest import BRIDGE, Run, add_text, annotate_bridge, mark

TRAM = "The tram is late, said the mayor of Osk. Riders doubt it.\n"


@pytest.fixture
def news(root: Path) -> Path:
    """mira has done `bridge` and `tram`, and only begun `canal`."""
    project = Project.open(root)
    add_text(project, "bridge", BRIDGE)
    add_text(project, "tram", TRAM)
    add_text(project, "canal", "Canals freeze, said Varn.\n")
    add_text(project, "pier", "Nobody has read this.\n")
    project.add_topic("reopening")
    annotate_bridge(project, "mira")
    for article, words in (("tram", "the mayor of Osk"), ("canal", "Varn")):
        session = project.session(article, "mira")
        mark(session, "SPEAKER", words)
        mark(session, "CUE", "said")
        if article == "tram":
            mark(session, "CLAIM", "The tram is late")
            session.set_status("done")
        project.checkpoint(session)
    project.close()
    return root


def train(root: Path) -> None:
    """kim does both articles: the first badly, the second well but for one edge."""
    training = Training(Project.open(root), "mira")
    first = training.session("bridge", "kim")
    mark(first, "SPEAKER", "Premier Ilse Varn")
    mark(first, "CUE", "told")
    second = training.session("tram", "kim")
    mark(second, "SPEAKER", "the mayor of Osk")
    mark(second, "CUE", "said")
    mark(second, "CLAIM", "The tram is")
    for session in (first, second):
        session.set_status("done")
        training.checkpoint(session)
    training.close()


def files(root: Path, folder: str) -> list[str]:
    return sorted(p.relative_to(root).as_posix() for p in (root / folder).rglob("*.jsonl"))


def test_without_gold_it_says_so_in_one_sentence(news: Path, run_process: Run) -> None:
    result = run_process("train")
    assert result.code == 1
    assert result.err.splitlines() == [
        "annotator: There is no gold to train with yet; take someone's finished work instead, with"
        " `annotator train --against NAME`."
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--as", "kim", "train", "--against", "nobody"], "nobody has not done any article"),
        (["--as", "mira", "train", "--against", "mira"], "mira cannot train against mira"),
        (["--as", "kim", "train", "--against", "mira", "canal"], "not done any article 'canal'"),
        (["--as", "kim", "train", "--against", "mira"], "needs a terminal"),
    ],
)
def test_what_cannot_be_trained_is_refused(
    news: Path, run: Run, arguments: list[str], told: str
) -> None:
    result = run(*arguments)
    assert result.code == 1
    assert told in result.err
    assert not (news / "corpus/training").exists()


def test_the_queue_holds_what_the_reference_has_done(news: Path, run: Run) -> None:
    run("assign", "kim", "--articles", "pier")  # assignments are about real work
    training = Training(Project.open(news), "mira")
    assert [item.head.id for item in training.queue("kim")] == ["bridge", "tram"]
    training.close()


def test_gold_is_the_reference_if_there_is_any(news: Path, run: Run) -> None:
    project = Project.open(news)
    session = project.session("tram", "gold")
    mark(session, "CUE", "said")
    session.set_status("done")
    project.checkpoint(session)
    training = Training(project)
    assert [item.head.id for item in training.queue("kim")] == ["tram"]
    training.close()
    assert run("train", "--report").out == "Nobody has trained here yet.\n"


def test_training_never_gets_into_other_work(news: Path, run: Run) -> None:
    commands = (["export"], ["status"], ["list"], ["--as", "kim", "list"], ["assign"], ["check"])
    before = [run(*command).out for command in commands]
    kept = files(news, "corpus/annotations")
    train(news)
    assert [run(*command).out for command in commands] == before
    assert files(news, "corpus/annotations") == kept
    assert files(news, ".annotator/journal") == files(news, ".annotator/journal/mira")
    assert [name.split("/")[2] for name in files(news, "corpus/training")] == ["kim"]
    project = Project.open(news)
    assert project.store.annotators() == ["mira"]
    assert project.store.annotations("tram", "kim") is None
    project.close()


def test_the_lead_sees_the_curve_by_label(news: Path, run_process: Run) -> None:
    train(news)
    result = run_process("train", "--against", "mira", "--report", "--json")
    assert result.code == 0
    assert result.json["reference"] == "mira"
    (kim,) = result.json["trainees"]
    assert [article["article"] for article in kim["articles"]] == ["bridge", "tram"]

    def scores(part: list[dict[str, object]]) -> dict[str, tuple[object, ...]]:
        return {str(s["label"]): (s["exact"], s["overlap"], s["reference"], s["own"]) for s in part}

    bridge = scores(kim["articles"][0]["scores"])
    assert bridge["SPEAKER"] == (0.4, 0.4, 4, 1)
    assert bridge["CUE"] == (0.0, 0.0, 1, 1)
    assert bridge["STANCE"] == (0.0, 0.0, 1, 0)
    tram = scores(kim["articles"][1]["scores"])
    assert tram["CLAIM"] == (0.0, 1.0, 1, 1)
    assert tram[""] == (pytest.approx(2 / 3), 1.0, 3, 3)
    assert tram["STANCE"] == (None, None, 0, 0)
    assert scores(kim["total"])["CUE"] == (0.5, 0.5, 2, 2)

    text = run_process("train", "--against", "mira", "--report").out.splitlines()
    assert text[0] == "kim: 2 articles done, F1 against mira, exact/overlapping"
    assert text[1].split() == ["article", "all", "SPEAKER", "CUE", "CLAIM", "STANCE"]
    assert text[3].split() == ["tram", "0.67/1.00", "1.00/1.00", "1.00/1.00", "0.00/1.00", "–/–"]
    nobody = run_process("--as", "tom", "train", "--against", "mira", "--report", "--json").json
    assert nobody["trainees"] == [{"trainee": "tom", "articles": [], "total": []}]


def test_the_trainee_learns_what_was_missed_cut_and_too_much(news: Path) -> None:
    train(news)
    training = Training(Project.open(news), "mira")
    kinds = [(x.case.kind, x.case.label) for x in training.feedback("bridge", "kim").lessons]
    assert ("extra", "CUE") in kinds
    assert kinds.count(("missed", "SPEAKER")) == 3
    (lesson,) = training.feedback("tram", "kim").lessons
    assert (lesson.case.kind, lesson.case.label) == ("boundary", "CLAIM")
    assert (lesson.reference, lesson.own) == ("“The tram is late”", "“The tram is”")
    with pytest.raises(AnnotatorError, match="tom has not annotated bridge"):
        training.feedback("bridge", "tom")
    training.close()


def test_what_is_done_stays_as_it_was_when_the_answers_were_shown(news: Path) -> None:
    train(news)
    training = Training(Project.open(news), "mira")
    session = training.session("tram", "kim")
    before = len(session.annotations.spans)
    for act in (
        lambda: mark(session, "CLAIM", "The tram is late"),
        lambda: session.delete_span(next(iter(session.annotations.spans))),
        lambda: session.set_status("open"),
        session.undo,
        session.redo,
    ):
        with pytest.raises(AnnotatorError, match="stays as it is"):
            act()
    assert len(session.annotations.spans) == before
    assert session.annotations.status == "done"
    training.close()
