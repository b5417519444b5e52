import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.model.errors import AnnotatorError
from annotator.store.lock import hold

HOLDER = """
import sys, time
from pathlib import Path
from annotator.store.lock import hold
with hold(Path(sys.argv[1]), "ann[1]", "annotating as ann[1]"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> subprocess.Popen[str]:
    """Another live process that annotates as ann[1]."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "locks")],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_process_is_told_who_holds_it(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    message = rf"Already annotating as ann\[1\]: process {holder.pid} on .+ since 20.+Z; close"
    with (
        pytest.raises(AnnotatorError, match=message),
        hold(tmp_path / "locks", "ann[1]", "annotating as ann[1]"),
    ):
        pass
    with hold(tmp_path / "locks", "bob", "annotating as bob"):
        pass


def test_the_lock_of_a_killed_process_is_taken_over(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / "locks/ann[1].json").exists()
    with hold(tmp_path / "locks", "ann[1]", "annotating as ann[1]"):
        assert str(os.getpid()) in (tmp_path / "locks/ann[1].json").read_text()


def test_a_lock_is_free_again_after_use(tmp_path: Path) -> None:
    for _ in range(2):
        with (
            hold(tmp_path / "locks", "ann", "annotating as ann"),
            pytest.raises(AnnotatorError, match=f"process {os.getpid()} "),
            hold(tmp_path / "locks", "ann", "annotating as ann"),
        ):
            pass
        assert not (tmp_path / "locks/ann.json").exists()


def test_who_holds_it_may_be_unknown(tmp_path: Path) -> None:
    with hold(tmp_path, "ann", "annotating as ann"):
        (tmp_path / "ann.json").write_bytes(b"\xff[")
        with (
            pytest.raises(AnnotatorError, match=r"process \? on an unknown host; close"),
            hold(tmp_path, "ann", "annotating as ann"),
        ):
            pass
