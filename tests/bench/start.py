"""From the command to the first full frame of the labelling screen, and to the help text.

Run it with `python -m tests.bench.start`. Times are wall time in milliseconds of fresh processes
with byte code compiled, the rows taken in turns so that load on the machine meets all of them; the
last columns are ratios to the floor of their group (bare Python, a minimal Textual app).
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from annotator.model.article import Article, hash_text
from annotator.project import Project
from tests.durability.terminal import terminal

ROOT = Path(__file__).parents[2]
ROUNDS = 15
BUDGETS = {"first paint": 450.0, "--help": 120.0}
TEXT = (
    "Mayor Ilda Renn said on Tuesday that the harbour road would reopen before the fair. “Nobody"
    " will have to walk,” Renn told Radio Osk. The carters' guild rejects the plan, its warden wrote.\n\n"
) * 12
MINIMAL = """
from textual.app import App
from textual.widgets import Static

class Minimal(App):
    def compose(self):
        yield Static("nothing marked")

Minimal().run()
"""


def environment(folder: Path) -> dict[str, str]:
    """Byte code is kept in a folder of its own and nothing else of the caller's gets in."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "ANNOTATOR_CACHE_DIR": str(folder / "cache"),
        "ANNOTATOR_CONFIG_DIR": str(folder / "config"),
    }


def make_project(folder: Path) -> Path:
    """Like the shipped one: its articles, or some of the same length, in a fresh project."""
    root = folder / "project"
    project = Project.create(root)
    if (ROOT / "corpus/articles").is_dir():
        for name in ("articles", "annotations", "topics.toml"):
            source = ROOT / "corpus" / name
            if source.is_dir():
                shutil.copytree(source, root / "corpus" / name, dirs_exist_ok=True)
            elif source.is_file():
                shutil.copyfile(source, root / "corpus" / name)
    else:
        articles = [f"{number}. {TEXT}" for number in range(8)]
        project.store.add_articles(
            [Article(f"a{n}", text, hash_text(text), "Road reopens", language="en")
             for n, text in enumerate(articles)]
        )  # fmt: skip
    project.close()
    return root


def until_painted(arguments: list[str], wanted: str, environment: dict[str, str]) -> float:
    """Seconds from the start of a process to a whole frame that holds some words."""
    begin = time.perf_counter()
    with terminal(*arguments, environment=environment, size=(40, 120), program=[]) as opened:
        opened.wait_for(wanted)
        return time.perf_counter() - begin


def until_ended(arguments: list[str], environment: dict[str, str]) -> float:
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - begin


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        around = environment(folder)
        for variable in ("ANNOTATOR_CACHE_DIR", "ANNOTATOR_CONFIG_DIR"):
            os.environ[variable] = around[variable]
        root = make_project(folder)
        app = ["-m", "annotator", "--project", str(root), "--as", "kim"]
        rows: dict[str, Callable[[], float]] = {
            "bare python": lambda: until_ended(["-c", "pass"], around),
            "--help": lambda: until_ended(["-m", "annotator", "--help"], around),
            "minimal textual": lambda: until_painted(["-c", MINIMAL], "nothing marked", around),
            "first paint": lambda: until_painted(app, "At the caret", around),
        }
        for take in rows.values():  # compiles the byte code, and the index of the project
            take()
        taken: dict[str, list[float]] = {name: [] for name in rows}
        for _ in range(ROUNDS):
            for row, take in rows.items():
                taken[row].append(take() * 1000)
    return report(taken)


def report(taken: dict[str, list[float]]) -> int:
    """Print the table; 1 if a median is over its budget."""
    floors = {"--help": "bare python", "first paint": "minimal textual"}
    over = 0
    print(f"{'':18}{'best':>8}{'median':>8}{'worst':>8}{'budget':>8}  ratio of medians")
    for row, times in taken.items():
        median = statistics.median(times)
        budget = BUDGETS.get(row)
        line = f"{row:18}{min(times):8.0f}{median:8.0f}{max(times):8.0f}"
        line += f"{budget:8.0f}" if budget else " " * 8
        if floor := floors.get(row):
            line += f"  {median / statistics.median(taken[floor]):.2f} x {floor}"
        if budget and median > budget:
            over = 1
            line += "  OVER BUDGET"
        print(line)
    return over


if __name__ == "__main__":
    sys.exit(main())
