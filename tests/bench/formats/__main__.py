"""Export and import of many annotated articles: `python -m tests.bench.formats`.

Makes a project (`--articles N`, 100,000; about 4 kB of text, 8 spans and 4 links each), then lets
fresh processes write it as JSON lines and read those into an empty project, in turn with a bare
loop that reads and writes the same bytes with orjson. Prints MB/s in processor time, peak memory,
and the ratio to the loop. `--folder DIR` keeps the project for another run, `--rounds N` (3),
`--skip-import`.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[3]
_LOOP = """
import os, sys, orjson
with open(sys.argv[1], "rb") as read, open(sys.argv[2], "wb") as write:
    for line in read:
        write.write(orjson.dumps(orjson.loads(line)))
        write.write(b"\\n")
    write.flush()
    os.fsync(write.fileno())
"""
_ANNOTATOR = ("-m", "annotator")


class Runs:
    """Processor seconds and peak memory (MB) of a command's runs."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.seconds: list[float] = []
        self.peak = 0.0

    def add(self, arguments: Sequence[object]) -> None:
        process = subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert process.stderr is not None
        said = process.stderr.read().decode(errors="replace")
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{arguments} ended with {process.returncode}:\n{said}")
        self.seconds.append(used.ru_utime + used.ru_stime)
        self.peak = max(self.peak, used.ru_maxrss / 1024)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--skip-import", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (options.folder or Path(scratch)).absolute()
        run(folder, options.articles, options.rounds, reading=not options.skip_import)


def run(folder: Path, articles: int, rounds: int, *, reading: bool) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "ANNOTATOR_CACHE_DIR": str(folder / "cache"),
        "ANNOTATOR_CONFIG_DIR": str(folder / "config"),
    }
    project, target = folder / f"project-{articles}", folder / "all.jsonl"
    if not project.exists():
        print(f"Making a project of {articles:,} articles ...", flush=True)
        making = "import sys, pathlib; from tests.bench.formats.data import make\n"
        making += "make(pathlib.Path(sys.argv[1]), int(sys.argv[2]))"
        subprocess.run(
            [sys.executable, "-c", making, str(project), str(articles)], env=environment, check=True
        )
    shutil.rmtree(folder / "cache", ignore_errors=True)
    export = (*_ANNOTATOR, "--project", project, "export", "-o", target)
    first, loop, out, into = (Runs(environment) for _ in range(4))
    first.add(export)
    size = target.stat().st_size
    print(f"{articles:,} articles, {size / 1e6:,.0f} MB of JSON lines")
    for number in range(rounds):
        loop.add(("-c", _LOOP, target, folder / "copy.jsonl"))
        out.add(export)
        if reading:
            empty = folder / f"empty-{number}"
            shutil.rmtree(empty, ignore_errors=True)
            subprocess.run(
                [sys.executable, *_ANNOTATOR, "init", str(empty)],
                env=environment,
                check=True,
                capture_output=True,
            )
            into.add((*_ANNOTATOR, "--project", empty, "import", target, "--format", "jsonl"))
            shutil.rmtree(empty)
    rows = [("orjson loop", loop), ("export", out), ("export, and indexing first", first)]
    for name, runs in [*rows, *([("import", into)] if reading else [])]:
        print(
            f"{name:28} {size / 1e6 / runs.median:7.1f} MB/s  {runs.median:7.2f} s"
            f"  {runs.median / loop.median:5.2f} x the loop  peak {runs.peak:6.1f} MB"
        )


if __name__ == "__main__":
    main()
