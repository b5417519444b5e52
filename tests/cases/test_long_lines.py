"""One line of a third of a million characters is worked on like an article of a page.

Tools that lay out a line at a time need seconds for a key, wrap wrongly, or cut the line off.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from time import process_time

import orjson
import pytest
from rich.cells import cell_len

from tests.cli.conftest import Run
from tests.tui.desk import Desk, at_desk, make_project

RATIO = 4.0  # how much more CPU a key may take than in an article of 5 kB ...
FLOOR = 0.02  # ... or this many seconds, where both are too quick to compare
TURNS = 5
QUOTE = "“final words”"


def story(sentences: int, unbroken: int, wide: int) -> str:
    """Prose, then letters without a blank, then a quotation, then wide characters; one line."""
    prose = "".join(
        f"Pilot {number} of berth wrote “the pier stays open” on day {number}. "
        for number in range(sentences)
    )
    return f"{prose}{'z' * unbroken} LAST {QUOTE} {'港内' * wide}\n"


SHORT = story(60, 300, 100)
LONG = story(5400, 20_000, 5_000)


async def cpu(step: Callable[[], Awaitable[None]]) -> float:
    """The usual CPU seconds of a step, drawing included."""
    taken = []
    for _ in range(TURNS):
        before = process_time()
        await step()
        taken.append(process_time() - before)
    return median(taken)


async def work_at_the_end(desk: Desk) -> dict[str, float]:
    """Go to the quotation near the end, select it, mark it, delete it; CPU seconds by step."""
    found: dict[str, float] = {}
    start, end = desk.place(QUOTE)
    await desk.press("ctrl+end")
    found["caret"] = await cpu(lambda: desk.press("alt+left", "alt+right"))
    found["page"] = await cpu(lambda: desk.press("pageup", "pagedown"))
    await desk.press("/")
    await desk.type("final")
    await desk.press("enter", "escape")
    assert start < desk.screen.view.caret <= end
    while desk.screen.view.caret > start:
        await desk.press("alt+left")

    async def select() -> None:
        await desk.press("escape", *["shift+right"] * 4)
        assert desk.selected == QUOTE
        while desk.screen.view.caret > start:
            await desk.press("shift+left")

    found["select"] = await cpu(select)

    async def mark() -> None:
        await desk.press("escape", *["shift+right"] * 4, "c")
        assert desk.chosen.fragments == ((start, end),)
        await desk.press("escape", "d")
        while desk.screen.view.caret > start:
            await desk.press("left")

    found["mark"] = await cpu(mark)
    await desk.press("escape", *["shift+right"] * 4, "c", "escape")
    assert QUOTE in desk.shown
    assert "claim" in desk.shown
    return found


def test_sizes() -> None:
    assert len(SHORT) < 6_000
    assert len(LONG) > 330_000
    assert LONG.index("\n") == len(LONG) - 1


async def test_keys_at_its_end_cost_what_they_cost_in_a_short_article(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_project(tmp_path / "news", short=SHORT)
    monkeypatch.chdir(root)
    (tmp_path / "long.txt").write_text(LONG, encoding="utf-8")
    assert run("add", tmp_path / "long.txt").code == 0
    async with at_desk(root, "short", size=(100, 30)) as desk:
        short = await work_at_the_end(desk)
    async with at_desk(root, "long", size=(100, 30)) as desk:
        assert desk.text == LONG
        long = await work_at_the_end(desk)
        before = process_time()
        await desk.press("ctrl+home")
        await desk.select("Pilot 0")
        await desk.press("s")
        assert desk.surfaces("SPEAKER") == ["Pilot 0"]
        assert process_time() - before < 1
    slow = {
        step: (short[step], long[step])
        for step in short
        if long[step] > max(RATIO * short[step], FLOOR)
    }
    assert slow == {}
    line = next(line for line in run("export").out.splitlines() if '"id":"long"' in line)
    exported = orjson.loads(line)
    assert [span["text"] for span in exported["spans"]] == ["Pilot 0", QUOTE]
    assert exported["text"] == LONG
    assert run("check").code == 0


@pytest.mark.parametrize("size", [(20, 5), (120, 40)], ids=str)
@pytest.mark.parametrize(
    "line",
    [
        "z" * 50_000,
        "港" * 20_000,
        "👩‍🚒" * 5_000,
        "a\u0301" * 20_000,
        "\t" * 5_000 + "x",
        "¬\xad" * 9_000,
    ],
    ids=["letters", "wide", "joined", "accents", "tabs", "invisible"],
)
async def test_a_line_without_a_blank_wraps_and_is_walked(
    tmp_path: Path, line: str, size: tuple[int, int]
) -> None:
    text = f"{line}end."
    root = make_project(tmp_path / "news", quay=text)
    async with at_desk(root, "quay", size=size) as desk:
        await desk.press("ctrl+end", "alt+left", "alt+left")
        assert desk.screen.view.caret == len(text) - 2
        before = process_time()
        await desk.press("alt+shift+right", "e", "pageup", "down", "ctrl+home", "alt+right")
        assert process_time() - before < 2
        assert desk.surfaces("CUE") == ["d"]
        assert all(cell_len(row) <= size[0] for row in desk.shown.split("\n"))
