"""The terminal goes away, or someone ends the process: it leaves in order, by itself, at once."""

import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.durability.annotator import edits_on_disk
from tests.durability.terminal import terminal

DEAF = "trap '' HUP; "
SECONDS = 5.0
CPU = 1.0


@pytest.mark.parametrize(
    ("number", "before", "leads", "codes"),
    [
        pytest.param(signal.SIGHUP, "", True, {129}, id="hang-up"),
        # The hang-up that follows at once may be the first to arrive.
        pytest.param(signal.SIGTERM, "", True, {143, 129}, id="terminate"),
        pytest.param(None, "", True, {129}, id="closed"),
        pytest.param(None, "", False, {129}, id="closed, nobody tells"),
        pytest.param(None, DEAF, True, {129}, id="closed, hang-ups ignored"),
        pytest.param(signal.SIGHUP, DEAF, True, {129}, id="hang-up, ignored"),
    ],
)
def test_terminal_lost(
    root: Path,
    environment: Mapping[str, str],
    number: signal.Signals | None,
    before: str,
    leads: bool,
    codes: set[int],
) -> None:
    command = ("--project", root, "--as", "kim", "open", "ferry")
    with terminal(*command, environment=environment, before=before, leads=leads) as opened:
        opened.wait_for("nothing marked")
        opened.type("c")
        opened.wait_for("▸ CLAIM s1")
        used = opened.cpu
        if number is not None:
            opened.send(number)
        opened.hang_up()
        assert opened.wait(SECONDS) in codes
        assert opened.cpu - used < CPU
    assert [edit.action for edit in edits_on_disk(root, "kim")] == ["add CLAIM"]
    assert list((root / ".annotator/locks").glob("*.json")) == []
    assert not (root / ".annotator/crash.txt").exists()
    with terminal(*command, environment=environment) as opened:
        opened.wait_for("CLAIM s1")
        assert "Recovered" not in opened.screen.text  # it was checkpointed on the way out


def test_terminal_lost_amid_keys(root: Path, environment: Mapping[str, str]) -> None:
    """Keys still come in and frames still go out when it happens; what was told before is there."""
    command = ("--project", root, "--as", "kim", "open", "ferry")
    with terminal(*command, environment=environment, before=DEAF, leads=False) as opened:
        opened.wait_for("nothing marked")
        opened.type("c")
        opened.wait_for("▸ CLAIM s1")
        used = opened.cpu
        opened.type("\x1b[1;2C\x1b[1;2D" * 100)
        opened.hang_up()
        assert opened.wait(SECONDS) == 129
        assert opened.cpu - used < 2 * CPU  # the keys cost something too
    assert len(edits_on_disk(root, "kim")) == 1


def test_terminated_in_a_terminal_that_stays(root: Path, environment: Mapping[str, str]) -> None:
    """What the shell gets back is a terminal as it was: main screen, cursor, no mouse."""
    with terminal("--project", root, "--as", "kim", environment=environment) as opened:
        opened.wait_for("nothing marked")
        opened.type("c")
        opened.wait_for("▸ CLAIM s1")
        opened.send(signal.SIGTERM)
        assert opened.wait(SECONDS) == 143
        for mode in ("1049l", "25h", "1000l", "2004l"):
            assert f"\x1b[?{mode}" in opened.screen.controls
    assert len(edits_on_disk(root, "kim")) == 1


def test_left_by_key(root: Path, environment: Mapping[str, str]) -> None:
    with terminal("--project", root, "--as", "kim", environment=environment) as opened:
        opened.wait_for("nothing marked")
        opened.type("c")
        opened.wait_for("▸ CLAIM s1")
        opened.type("\x11")
        assert opened.wait() == 0
    assert len(edits_on_disk(root, "kim")) == 1
