"""What a command loads before it does anything: little."""

import subprocess
import sys
from keyword import iskeyword

import pytest

HEAVY = {"textual", "rich", "pydantic", "asyncio", "wcwidth", "orjson", "sqlite3"}
REPORT = """
import sys
try:
    from annotator.cli import main
    main(sys.argv[1:])
except SystemExit as ended:
    assert not ended.code, ended.code
print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


def loaded(*arguments: str) -> set[str]:
    """The top-level modules in memory once a command has ended."""
    done = subprocess.run(
        [sys.executable, "-c", REPORT, *arguments], capture_output=True, text=True, check=True
    )
    return set(done.stdout.rpartition("LOADED ")[2].split())


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_loads_no_heavy_package(arguments: list[str]) -> None:
    assert loaded(*arguments) & HEAVY == set()


def test_help_of_every_command_loads_no_screen() -> None:
    from annotator.cli.root import COMMANDS

    modules = (f"{name}_" if iskeyword(name) else name for name in COMMANDS)
    imports = "; ".join(f"import annotator.cli.{module}" for module in modules)
    script = f"import sys; {imports}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) & {"textual", "rich", "asyncio"} == set()


def test_importing_the_package_loads_nothing_else() -> None:
    script = "import sys; old = set(sys.modules); import annotator; print(*set(sys.modules) - old)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    names = {name.partition(".")[0] for name in done.stdout.split()}
    assert names <= {"annotator", "importlib", "warnings"}


def test_help_comes_at_once() -> None:
    """In CPU time of the process, which other work on the machine does not change."""
    script = (
        "import sys, time\nfrom annotator.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print('TOOK', time.process_time())"
    )

    def took() -> float:
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        return float(done.stdout.rpartition("TOOK ")[2])

    assert min(took() for _ in range(3)) <= 0.12
