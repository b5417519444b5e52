"""Agreement measures against the packages others use: `python -m tests.bench.agreement`.

Prints, for each task, the medians of run time (after imports), processor time of the run,
whole-process time and peak memory of ours and of the peer, the ratios, and what was asked. On a
busy machine the ratio of processor times is the steadier one. Every round runs ours and the peer in
turn, in fresh processes. Peers are installed at the first call; one that cannot be is told and left
out. `--rounds N` (5), `--only WORD` takes the tasks whose name has the word.

The whole panel, from JSONL to table, is timed by `python -m tests.bench.agreement.panel`.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.agreement.peers import UnavailableError, interpreter
from tests.bench.agreement.tasks import TASKS, Measured, Task

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
UNITS: dict[Measured, str] = {"run": "s", "cpu": "s", "wall": "s", "peak": "MB"}


@dataclass
class Runs:
    """All runs of one worker."""

    measured: dict[Measured, list[float]]
    figures: list[float]

    def median(self, what: Measured) -> float:
        return statistics.median(self.measured[what])


def run(python: str | Path, worker: str, folder: Path, runs: Runs) -> None:
    """One run more, in a fresh process."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    begin = time.perf_counter()
    process = subprocess.run(
        [python, HERE / "workers.py", worker, folder],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    wall = time.perf_counter() - begin
    if process.returncode:
        said = process.stderr.strip().splitlines() or ["no message"]
        raise UnavailableError(f"{worker} failed: {said[-1]}")
    answer = json.loads(process.stdout.splitlines()[-1])
    answer["wall"] = wall
    for what in UNITS:
        runs.measured[what].append(answer[what])
    runs.figures = answer["figures"]


def compare(task: Task, folder: Path, rounds: int) -> tuple[Runs, Runs | None, str]:
    """Runs of ours and of the peer, or why there are none of the peer."""
    ours, peer = (Runs({what: [] for what in UNITS}, []) for _ in range(2))
    python: Path | None = None
    why = ""
    try:
        python = interpreter(task.package) if task.package else None
    except UnavailableError as problem:
        why = str(problem)
    for _ in range(rounds):
        run(sys.executable, task.worker, folder, ours)
        if python:
            try:
                run(python, task.peer, folder, peer)
            except UnavailableError as problem:
                why, python = str(problem), None
    return ours, peer if python else None, why


def verdicts(task: Task, ours: Runs, peer: Runs | None) -> Iterator[tuple[bool, str]]:
    for what, most in (task.at_most or {}).items():
        value, unit = ours.median(what), UNITS[what]
        yield value <= most, f"{what} {value:.3g} {unit}, asked: at most {most:g} {unit}"
    if not peer:
        return
    for what, times in (task.faster or {}).items():
        ratio = peer.median(what) / ours.median(what)
        yield ratio >= times, f"{what} {ratio:.1f} times as fast, asked: {times:g}"
    apart = max(abs(a - b) for a, b in zip(ours.figures, peer.figures, strict=True))
    yield apart <= task.equal, f"figures differ by {apart:.1e}, asked: at most {task.equal:g}"


def show(name: str, runs: Runs) -> None:
    columns = (f"{what} {runs.median(what):9.3f} {unit}" for what, unit in UNITS.items())
    print(f"  {name:<18}", "   ".join(columns))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.agreement")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # In a process of its own: a child's peak memory is never below its parent's at the start.
        maker = [sys.executable, "-m", "tests.bench.agreement.data", name]
        subprocess.run(maker, cwd=ROOT, check=True)
        for task in TASKS:
            if asked.only not in task.name:
                continue
            print(f"\n{task.name}", flush=True)
            try:
                ours, peer, why = compare(task, folder, asked.rounds)
            except UnavailableError as problem:
                print(f"  {problem}")
                missed += 1
                continue
            show("annotator", ours)
            if peer:
                show(task.package, peer)
                ratios = (
                    f"{what} {peer.median(what) / ours.median(what):9.1f} x" for what in UNITS
                )
                print(f"  {'peer / ours':<18}", "    ".join(ratios))
            elif why:
                print(f"  {why}")
            for good, words in verdicts(task, ours, peer):
                print(f"  {'ok    ' if good else 'MISSED'} {words}")
                missed += not good
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
