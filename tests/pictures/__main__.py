"""Draws every screen of the shipped corpus at two sizes, dark and light, to be looked at."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot

from annotator.agreement.works import Options
from annotator.project import Project
from annotator.project.reviewing import Review
from annotator.tui.app import AnnotatorApp
from annotator.tui.screens.adjudicate_app import AdjudicateApp
from annotator.tui.screens.review_app import ReviewApp
from tests.pictures.pair import annotate_twice

ROOT = Path(__file__).parents[2]
SIZES = ((80, 24), (160, 50))
TO_THE_LEAD = ["pagedown", "ctrl+home", *["ctrl+down"] * 5, "down", "tab"]
SCREENS: dict[str, list[str]] = {
    "label": TO_THE_LEAD,
    "compact": [*TO_THE_LEAD, "z"],
    "queue": ["f2"],
    "cast": ["f3"],
    "claims": ["f4"],
    "guidelines": [*TO_THE_LEAD, "f5", *["pagedown"] * 3],
    "document": ["f6"],
    "help": ["question_mark"],
    "hints": ["f"],
    "palette": ["ctrl+p"],
}
FRESH: dict[str, list[str]] = {
    "suggestions": ["R", "w", "w"],
    "offer": ["R", "w", "enter", "w", "escape", "quotation_mark", "quotation_mark", "c"],
    "topic": ["R", "w", "w", "enter", "enter", "T"],
}


REVIEW: dict[str, list[str]] = {
    "review": [],
    "cases": ["right", "enter"],
    "compare": ["right", "enter", "enter"],
}
ADJUDICATE: dict[str, list[str]] = {"adjudicate": [], "verdict": ["a", "b", "n"]}


async def draw(app: AnnotatorApp, keys: list[str], size: tuple[int, int], theme: str) -> str:
    """The screen after some keys, as SVG."""
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        if theme == "light":
            await pilot.press("f9")
        for key in keys:
            await settle(pilot)
            await pilot.press(key)
        await settle(pilot)
        return app.export_screenshot()


async def settle(pilot: Pilot[int]) -> None:
    await pilot.app.workers.wait_for_complete()
    for _ in range(3):
        await pilot.pause()


def to_png(svg: Path) -> None:
    """With headless chromium, where there is one; otherwise the SVG stays."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        return
    with tempfile.TemporaryDirectory() as profile:
        head = svg.read_text(encoding="utf-8")[:400]
        width, height = head.split('viewBox="0 0 ')[1].split('"')[0].split()
        subprocess.run(
            [
                browser,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                f"--user-data-dir={profile}",
                f"--window-size={int(float(width)) + 1},{int(float(height)) + 1}",
                f"--screenshot={svg.with_suffix('.png')}",
                svg.resolve().as_uri(),
            ],
            check=True,
            capture_output=True,
        )
    svg.unlink()


def main(folder: Path, only: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "project"
        ignored = shutil.ignore_patterns("gold", "pass-2")
        shutil.copytree(ROOT / "corpus", copy / "corpus", ignore=ignored)
        shutil.copytree(ROOT / "guidelines", copy / "guidelines")
        project = Project.open(copy, profile="full")
        annotate_twice(project)
        project.close()
        for size in SIZES:
            for theme in ("dark", "light"):
                for name in (*SCREENS, *FRESH, *REVIEW, *ADJUDICATE):
                    if only and name not in only:
                        continue
                    stem = f"{name}-{theme}-{size[0]}x{size[1]}"
                    path = folder / f"{stem}.svg"
                    path.write_text(picture(copy, stem, name, size, theme), encoding="utf-8")
                    to_png(path)
                    print(stem)


def picture(root: Path, stem: str, name: str, size: tuple[int, int], theme: str) -> str:
    """One screen as SVG; work on a fresh article is done under the picture's own name."""
    project = Project.open(root, profile="fast" if name in FRESH else "full")
    project.settings = replace(project.settings, lead=True)
    app: AnnotatorApp
    if name in FRESH:
        keys, app = FRESH[name], AnnotatorApp(project, stem, "bridge-shots-wadi-sahan")
    elif name in REVIEW:
        keys, app = REVIEW[name], ReviewApp(project, Review(project, "lead", Options()))
    elif name in ADJUDICATE:
        keys, app = ADJUDICATE[name], AdjudicateApp(project, "lead", "gas-storage-levy-hallin")
    else:
        keys, app = SCREENS[name], AnnotatorApp(project, "pass-1", "gas-storage-levy-hallin")
    drawn = asyncio.run(draw(app, keys, size, theme))
    project.close()
    return drawn


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("pictures"), sys.argv[2:])
