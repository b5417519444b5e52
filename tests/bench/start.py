"""From the command to the first full frame of the labelling screen, and to the help text.

Run it with `python -m tests.bench.start`. Times are milliseconds of fresh processes with byte code
compiled, the rows taken in turns so that load on the machine meets all of them. Wall time grows
with that load, so the verdict is on CPU time (in steps of 10 ms); on an idle machine look at the
wall time too. The ratio is to the floor of a row's group: bare Python, a minimal Textual app.
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
    " will have to walk,” Renn told Radio Osk. The carters' guild rejects the plan, it wrote.\n\n"
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


Taken = tuple[float, float]  # wall time and CPU time, in milliseconds


def until_painted(arguments: list[str], wanted: str, environment: dict[str, str]) -> Taken:
    """From the start of a process to a whole frame that holds some words."""
    begin = time.perf_counter()
    with terminal(*arguments, environment=environment, size=(40, 120), program=[]) as opened:
        opened.wait_for(wanted)
        return (time.perf_counter() - begin) * 1000, opened.cpu * 1000


def until_ended(arguments: list[str], environment: dict[str, str]) -> Taken:
    begin, before = time.perf_counter(), os.times()
    subprocess.run(
        [sys.executable, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL
    )
    wall, after = time.perf_counter() - begin, os.times()
    used = after.children_user + after.children_system
    return wall * 1000, (used - before.children_user - before.children_system) * 1000


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        around = environment(folder)
        for variable in ("ANNOTATOR_CACHE_DIR", "ANNOTATOR_CONFIG_DIR"):
            os.environ[variable] = around[variable]
        root = make_project(folder)
        app = ["-m", "annotator", "--project", str(root), "--as", "kim"]
        rows: dict[str, Callable[[], Taken]] = {
            "bare python": lambda: until_ended(["-c", "pass"], around),
            "--help": lambda: until_ended(["-m", "annotator", "--help"], around),
            "minimal textual": lambda: until_painted(["-c", MINIMAL], "nothing marked", around),
            "first paint": lambda: until_painted(app, "At the caret", around),
        }
        for take in rows.values():  # compiles the byte code, and the index of the project
            take()
        taken: dict[str, list[Taken]] = {name: [] for name in rows}
        for _ in range(ROUNDS):
            for row, take in rows.items():
                taken[row].append(take())
    return report(taken)


def report(taken: dict[str, list[Taken]]) -> int:
    """Print the table; 1 if a budget is exceeded."""
    floors = {"--help": "bare python", "first paint": "minimal textual"}
    over = 0
    print(f"{'':16}{'wall best':>10}{'median':>8}{'CPU median':>12}{'budget':>8}  ratio (CPU)")
    cpu = {row: statistics.median(used for _, used in times) for row, times in taken.items()}
    for row, times in taken.items():
        walls = [wall for wall, _ in times]
        budget = BUDGETS.get(row)
        line = f"{row:16}{min(walls):10.0f}{statistics.median(walls):8.0f}{cpu[row]:12.0f}"
        line += f"{budget:8.0f}" if budget else " " * 8
        if floor := floors.get(row):
            line += f"  {cpu[row] / cpu[floor]:.2f} x {floor}"
        if budget and cpu[row] > budget:
            over = 1
            line += "  OVER BUDGET"
        print(line)
    return over


if __name__ == "__main__":
    sys.exit(main())
