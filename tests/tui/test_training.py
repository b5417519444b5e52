"""Training at the screen: after an article is done, what was missed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from annotator.project import Project
from annotator.project.training import Training
from annotator.store.assignments import Event
from annotator.tui.app import AnnotatorApp
from annotator.tui.screens.feedback import FeedbackScreen, PageScreen
from tests.tui.desk import Desk, make_project
from tests.tui.host import mark, refer, screen_text

FIRST = "Lake Orm is falling, said the warden. The mill owners reject this.\n"
SECOND = "Rain is near, said the warden.\n"


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTATOR_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("ANNOTATOR_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two articles in gold, one that is not."""
    root = make_project(tmp_path / "p", first=FIRST, other="Nothing.\n", second=SECOND)
    project = Project.open(root)
    for article in ("first", "second"):
        session = project.session(article, "gold")
        refer(session, "the warden", "the warden")
        mark(session, "CUE", "said")
        session.set_status("done")
        project.checkpoint(session)
    project.close()
    return root


@asynccontextmanager
async def at_training(root: Path, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Desk]:
    training = Training(Project.open(root))
    app = AnnotatorApp(training, "kim")
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, pilot)
        while not hasattr(app.desk, "session"):
            await desk.settle()
        await desk.settle()
        yield desk
        app.desk.close_article()
    training.close()


async def finish(desk: Desk) -> None:
    """Mark one cue, one that is wrong, and mark the article done."""
    if desk.session.article.id == "first":
        mark(desk.session, "CUE", "reject")
    mark(desk.session, "CUE", "said")
    await desk.press("ctrl+d")
    await desk.settle()


async def test_the_feedback_leads_to_places_pages_and_the_next_article(root: Path) -> None:
    async with at_training(root) as desk:
        assert desk.session.article.id == "first"
        assert "kim, training" in desk.shown
        await finish(desk)
        assert isinstance(desk.app.screen, FeedbackScreen)
        shown = screen_text(desk.app)
        assert "first is done. Compared with gold:" in shown
        assert ["CUE", "0.67", "0.67", "2", "1"] in [row.split() for row in shown.splitlines()]
        assert ["SPEAKER", "0.00", "0.00", "0", "1"] in [row.split() for row in shown.splitlines()]
        assert "gold has the SPEAKER “the warden”, you have none." in shown

        await desk.press("f5")
        assert isinstance(desk.app.screen, PageScreen)
        assert "SPEAKER" in screen_text(desk.app)
        await desk.press("escape")

        await desk.press("enter")  # to what was missed
        assert desk.app.screen is desk.screen
        assert desk.selected == "the warden"
        assert "gold has the SPEAKER" in desk.said
        await desk.press("s")  # too late to mark it
        assert "stays as it is" in desk.said
        assert desk.surfaces("SPEAKER") == []

        await desk.press("ctrl+d")  # back at the same case, then to the next
        assert "gold has the SPEAKER" in screen_text(desk.app)
        await desk.press("down")
        assert "You have the CUE “reject”, gold has none." in screen_text(desk.app)
        await desk.press("enter")
        assert desk.chosen.surface(desk.text) == "reject"

        await desk.press("ctrl+d", "escape")
        assert desk.session.article.id == "second"
        assert "first is done" in desk.said
        await finish(desk)
        await desk.press("escape")
        assert "Every article is finished." in desk.said

    training = Training(Project.open(root))
    curve = training.curve("kim")
    training.close()
    assert [article for article, _ in curve.articles] == ["first", "second"]


async def test_all_right_is_said(root: Path) -> None:
    async with at_training(root) as desk:
        refer(desk.session, "the warden", "the warden")
        await finish(desk)
        await desk.press("escape")
        assert desk.session.article.id == "second"
        refer(desk.session, "the warden", "the warden")
        await finish(desk)
        assert "Nothing was missed" in screen_text(desk.app)
        await desk.press("enter")  # nowhere to go but on
        assert "Every article is finished." in desk.said


@pytest.mark.parametrize("size", [(160, 50), (80, 24), (40, 10), (20, 5), (1, 1)])
async def test_feedback_at_every_size(root: Path, size: tuple[int, int]) -> None:
    async with at_training(root, size) as desk:
        await finish(desk)
        await desk.press("down", "up", "f5")
        await desk.pilot.resize_terminal(60, 12)
        await desk.press("escape")
        assert "gold has the SPEAKER" in screen_text(desk.app)


async def test_outside_of_training_done_goes_straight_on(root: Path) -> None:
    project = Project.open(root)
    app = AnnotatorApp(project, "kim")
    async with app.run_test() as pilot:
        desk = Desk(app, pilot)
        while not hasattr(app.desk, "session"):
            await desk.settle()
        await finish(desk)
        assert app.screen is app.desk
        assert desk.session.article.id == "other"
        app.desk.close_article()
    project.close()


async def test_nothing_assigned_is_said_and_the_screen_left(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = Project.open(root)
    given = [Event("assign", "kim", "first"), Event("withdraw", "kim", "first")]
    project.assignments.record(lambda: (given, None))
    app = AnnotatorApp(project, "kim")
    async with app.run_test():
        pass
    assert app.return_code == 1
    assert "No article is assigned to kim" in capsys.readouterr().err
    project.close()
