"""The line below the article: what a key did is seen, and nothing old is offered."""

from pathlib import Path

import pytest

from tests.tui.desk import at_desk, key_event, make_project

NAMES = "Minister Ottoline Varga-Brandis, Commissioner Leopold Astrand and Warden Sibyl Quennell"
TALK = f"{NAMES} met. Varga-Brandis said that the dam would hold.\n"


async def test_a_message_is_seen_beside_a_long_offer(tmp_path: Path) -> None:
    root = make_project(tmp_path / "news", dam=TALK)
    async with at_desk(root, size=(80, 24)) as desk:
        for name in NAMES.replace(" and ", ", ").split(", "):
            await desk.mark("s", name)
            await desk.press("escape")
        await desk.mark("c", "that the dam would hold")
        message = "Something was done with four links, and this sentence must be read."
        assert len(desk.offered + message) > 160  # two rows do not hold both
        desk.screen.say(message)
        await desk.settle()
        assert message in " ".join(desk.shown.split())
        assert "⏎ take" in desk.shown


@pytest.mark.parametrize("key", ["delete", "u"])
async def test_no_question_about_a_span_that_is_gone(tmp_path: Path, key: str) -> None:
    async with at_desk(make_project(tmp_path / "news", dam=TALK)) as desk:
        await desk.mark("c", "that the dam would hold")
        assert desk.offered
        await desk.press(key)
        assert desk.spans("CLAIM") == []
        assert "holder" not in desk.offered


async def test_opening_a_pane_takes_the_old_message_away(tmp_path: Path) -> None:
    async with at_desk(make_project(tmp_path / "news", dam=TALK)) as desk:
        await desk.press("O")
        assert desk.said
        await desk.press("f4")
        assert desk.said == ""


@pytest.mark.parametrize("opening", ["i", "T", "?", "ctrl+t"])
@pytest.mark.parametrize("leaving", ["enter", "escape"])
async def test_a_held_key_leaves_one_screen_only(
    tmp_path: Path, opening: str, leaving: str
) -> None:
    async with at_desk(make_project(tmp_path / "news", dam=TALK)) as desk:
        await desk.mark("c", "that the dam would hold")
        await desk.press("escape", opening)
        assert desk.app.screen is not desk.screen
        for _ in range(20):
            desk.app.post_message(key_event(leaving))
        desk.app.post_message(key_event("escape"))
        await desk.settle()
        assert desk.app.screen is desk.screen
        assert len(desk.spans("CLAIM")) == 1
