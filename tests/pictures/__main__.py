"""Draws every screen of the shipped corpus at two sizes, dark and light, to be looked at."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from textual.pilot import Pilot

from annotator.project import Project
from annotator.tui.app import AnnotatorApp

ROOT = Path(__file__).parents[2]
SIZES = ((80, 24), (160, 50))
TO_THE_LEAD = ["pagedown", "ctrl+home", *["ctrl+down"] * 5, "down", "tab"]
SCREENS: dict[str, list[str]] = {
    "label": TO_THE_LEAD,
    "compact": [*TO_THE_LEAD, "z"],
    "queue": ["f2"],
    "cast": ["f3"],
    "claims": ["f4"],
    "guidelines": [*TO_THE_LEAD, "f5"],
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


async def draw(
    project: Project,
    annotator: str,
    article: str,
    keys: list[str],
    size: tuple[int, int],
    theme: str,
) -> str:
    """The screen after some keys, as SVG."""
    app = AnnotatorApp(project, annotator, article)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        if theme == "light":
            await pilot.press("f9")
        for key in keys:
            await pilot.press(key)
        await settle(pilot)
        return app.export_screenshot()


async def settle(pilot: Pilot[int]) -> None:
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
        shutil.copytree(ROOT / "corpus", copy / "corpus")
        shutil.copytree(ROOT / "guidelines", copy / "guidelines")
        for size in SIZES:
            for theme in ("dark", "light"):
                for name, keys in {**SCREENS, **FRESH}.items():
                    if only and name not in only:
                        continue
                    fresh = name in FRESH
                    project = Project.open(copy, profile="fast" if fresh else "full")
                    who = f"{name}-{theme}-{size[0]}" if fresh else "lm-draft"
                    article = "bridge-shots-wadi-sahan" if fresh else "lake-treaty-talks-sellane"
                    drawn = asyncio.run(draw(project, who, article, keys, size, theme))
                    path = folder / f"{name}-{theme}-{size[0]}x{size[1]}.svg"
                    path.write_text(drawn, encoding="utf-8")
                    to_png(path)
                    project.close()
                    print(path.stem)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("pictures"), sys.argv[2:])
