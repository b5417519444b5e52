"""The tour, taken from its first step to its last with the keys it names."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.project import Project
from annotator.project.touring import practice
from annotator.tui.tour.screen import TourApp, TourScreen
from annotator.tui.tour.steps import STEPS
from tests.tui.desk import Desk


@pytest.fixture
def project() -> Iterator[Project]:
    with practice() as made:
        yield made


def put_caret(desk: Desk, words: str) -> None:
    desk.screen.view.goto(desk.text.index(words))


async def test_every_step_is_done_by_its_keys(project: Project) -> None:
    app = TourApp(project, "newcomer")
    async with app.run_test(size=(80, 24)) as pilot:
        desk = Desk(app, pilot)
        await pilot.pause()
        screen = app.desk
        assert isinstance(screen, TourScreen)

        async def reached(step: int) -> None:
            for _ in range(50):
                if screen.step >= step:
                    break
                await pilot.pause(0.05)
            assert screen.step == step, STEPS[screen.step].title

        await desk.press(*["ctrl+down"] * 3)
        await reached(1)
        await desk.press("R")
        await reached(2)
        await desk.press(*["shift+right"] * 4, "s", "enter")
        await reached(3)
        put_caret(desk, "wants")
        await desk.press("e")
        await reached(4)
        put_caret(desk, "a night ferry to the island")
        await desk.press("r", "c")
        await reached(5)
        await desk.press("enter")
        await reached(6)
        assert desk.chosen.label == "CLAIM"
        await desk.press("T", "enter")
        await reached(7)
        put_caret(desk, "wants")
        await desk.press("t", "1", "enter")
        await reached(8)
        await desk.press("escape", "w", "enter")
        await reached(9)
        put_caret(desk, "“A night ferry")
        await desk.press('"', "c", "escape", '"', "+")
        await reached(10)
        await desk.press("u")
        await reached(11)
        await desk.press("f5")
        await reached(12)
        await desk.press("f5", "?")
        await reached(13)
        await desk.press("escape", "ctrl+d")
        await reached(14)
        assert "That is all" in desk.shown


async def test_a_step_can_be_left_out(project: Project) -> None:
    app = TourApp(project, "newcomer")
    async with app.run_test(size=(80, 24)) as pilot:
        desk = Desk(app, pilot)
        await pilot.pause()
        for number in range(1, len(STEPS) + 1):
            assert f"{number}/{len(STEPS)}" in desk.shown
            await desk.press("f8")
        assert "nothing here is kept" in desk.shown
        await desk.press("f8")
        assert "nothing here is kept" in desk.shown


def test_nothing_is_kept() -> None:
    with practice() as project:
        folder: Path = project.root.parent
        assert [head.id for head in project.store.heads()] == ["harbour-night-ferry-selmar"]
    assert not folder.exists()
