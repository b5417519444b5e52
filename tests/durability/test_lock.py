"""One process per annotator: the second is told who is there; a dead one keeps nobody out."""

import socket
from collections.abc import Mapping
from pathlib import Path

from tests.durability.annotator import edits_on_disk
from tests.durability.terminal import terminal


def test_second_process_is_refused(root: Path, environment: Mapping[str, str]) -> None:
    command = ("--project", root, "--as", "kim")
    with terminal(*command, environment=environment) as first:
        first.wait_for("nothing marked")
        with terminal(*command, environment=environment, size=(10, 200)) as second:
            assert second.wait() == 1
            said = second.screen.text
            assert f"Already annotating as kim: process {first.pid}" in said
            assert f"on {socket.gethostname()}" in said
            assert b"Traceback" not in second.output
        with terminal("--project", root, "--as", "ada", environment=environment) as other:
            other.wait_for("nothing marked")
        first.type("c")
        first.wait_for("▸ CLAIM s1")


def test_dead_process_lock_is_taken(root: Path, environment: Mapping[str, str]) -> None:
    command = ("--project", root, "--as", "kim")
    with terminal(*command, environment=environment) as first:
        first.wait_for("nothing marked")
        first.type("c")
        first.wait_for("▸ CLAIM s1")
        first.kill()
    assert list((root / ".annotator/locks").glob("*.json"))  # it had no time to tidy up
    with terminal(*command, environment=environment) as second:
        second.wait_for("Recovered 1 edit in ferry")
        second.wait_for("CLAIM s1")
        second.type("u")
        second.wait_for("Undone: add CLAIM.")
    assert [edit.kind for edit in edits_on_disk(root, "kim")] == ["edit", "undo"]
