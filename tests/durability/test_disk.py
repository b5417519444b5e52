"""A disk that is full or read-only: said at once, kept, and written as soon as it can be."""

import errno
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from itertools import repeat
from pathlib import Path

import pytest
from textual.pilot import Pilot

from annotator.model.article import Article, hash_text
from annotator.project import Project
from annotator.tui.app import AnnotatorApp
from tests.durability.annotator import edits_on_disk
from tests.durability.conftest import MakeProject
from tests.durability.terminal import terminal


class SmallDisk:
    """A file system of its own with 1 MB of room."""

    def __init__(self, at: Path) -> None:
        self.at = at
        self._filler = at / "filler"

    def mount(self) -> bool:
        """False where this user may not."""
        try:
            command = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(self.at)]
            return subprocess.run(command, capture_output=True).returncode == 0
        except OSError:
            return False

    def unmount(self) -> None:
        subprocess.run(["umount", str(self.at)], check=True, capture_output=True)

    def fill(self) -> None:
        """To the last byte, also of the pages that files already have."""
        with (
            self._filler.open("wb", buffering=0) as file,
            pytest.raises(OSError, match=os.strerror(errno.ENOSPC)),
        ):
            file.writelines(repeat(bytes(4096)))

    def free(self) -> None:
        self._filler.unlink()

    def allow_writing(self, allow: bool) -> None:
        mode = "remount,rw,size=1m" if allow else "remount,ro"
        subprocess.run(["mount", "-o", mode, str(self.at)], check=True, capture_output=True)


def _may_mount() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        disk = SmallDisk(Path(folder))
        if not disk.mount():
            return False
        disk.unmount()
        return True


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    (tmp_path / "disk").mkdir()
    disk = SmallDisk(tmp_path / "disk")
    assert disk.mount()
    yield disk
    disk.unmount()


if _may_mount():

    def test_full_disk(
        disk: SmallDisk, make_project: MakeProject, environment: Mapping[str, str]
    ) -> None:
        root = make_project(disk.at / "news")
        with terminal("--project", root, "--as", "kim", environment=environment) as opened:
            opened.wait_for("nothing marked")
            opened.type("s")
            opened.wait_for("▸ SPEAKER s1")
            disk.fill()
            # What is left of the journal's last page takes a few more edits.
            count = 1
            while "NOT SAVED" not in opened.screen.text:
                count += 1
                opened.type("~")
                flagged = count % 2 == 0
                opened.wait_for(lambda text, flagged=flagged: ("⚑ unsure" in text) == flagged)
                assert count < 100
            opened.type("\x1b[Cc")
            opened.wait_for("▸ CLAIM")
            opened.wait_for("NOT SAVED: 2 edits")
            count += 1
            assert len(edits_on_disk(root, "kim")) == count - 2
            disk.free()
            opened.wait_for("Everything is saved again.")
            opened.wait_for(lambda text: "NOT SAVED" not in text)
            assert len(edits_on_disk(root, "kim")) == count
            opened.kill()
        assert len(edits_on_disk(root, "kim")) == count

    def test_started_on_a_full_disk(
        disk: SmallDisk, make_project: MakeProject, environment: Mapping[str, str]
    ) -> None:
        root = make_project(disk.at / "news")
        disk.fill()
        with terminal("--project", root, "--as", "kim", environment=environment) as opened:
            opened.wait_for("nothing marked")
            opened.type("c")
            opened.wait_for("NOT SAVED: 1 edit")
            disk.free()
            opened.wait_for("Everything is saved again.")
            opened.type("\x11")
            assert opened.wait() == 0
        assert [edit.action for edit in edits_on_disk(root, "kim")] == ["add CLAIM"]

    def test_read_only_disk(
        disk: SmallDisk, make_project: MakeProject, environment: Mapping[str, str]
    ) -> None:
        root = make_project(disk.at / "news")
        disk.allow_writing(False)
        with terminal("--project", root, "--as", "kim", environment=environment) as opened:
            opened.wait_for("nothing marked")
            opened.type("c")
            opened.wait_for("NOT SAVED: 1 edit")
            disk.allow_writing(True)
            opened.wait_for("Everything is saved again.")
            opened.kill()
        assert [edit.action for edit in edits_on_disk(root, "kim")] == ["add CLAIM"]


class Fault:
    """`os.write` that fails for files below a folder, after a number of bytes, while `on`."""

    def __init__(self, folder: Path, number: int) -> None:
        self.on = False
        self._folder = os.fspath(folder)
        self._number = number
        self._write = os.write

    def write(self, descriptor: int, data: bytes) -> int:
        if self.on and os.readlink(f"/proc/self/fd/{descriptor}").startswith(self._folder):
            if self._number == errno.ENOSPC and len(data) > 20:
                return self._write(descriptor, bytes(data[:20]))  # some of it still fits
            raise OSError(self._number, os.strerror(self._number))
        return self._write(descriptor, data)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT])
async def test_write_fails(root: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    fault = Fault(root, number)
    monkeypatch.setattr(os, "write", fault.write)
    project = Project.open(root)
    app = AnnotatorApp(project, "kim", "ferry")
    async with app.run_test(size=(120, 40)) as pilot:
        await _until(pilot, lambda: hasattr(app.desk, "session"))
        await pilot.press("s")
        fault.on = True
        await pilot.press("right", "c", "enter", "~")
        assert "NOT SAVED: 3 edits" in str(app.desk.header.render())
        assert len(app.desk.session.annotations.spans) == 2
        assert [edit.action for edit in edits_on_disk(root, "kim")] == ["add SPEAKER"]
        await pilot.press("u")  # undo works on what waits, too
        assert "NOT SAVED: 4 edits" in str(app.desk.header.render())
        fault.on = False
        await _until(pilot, lambda: not app.desk.session.unsaved)
        await _until(pilot, lambda: "NOT SAVED" not in str(app.desk.header.render()))
        actions = ["add SPEAKER", "add CLAIM", "take the offer", "flag unsure", "flag unsure"]
        assert [edit.action for edit in edits_on_disk(root, "kim")] == actions
    project.close()


async def test_unsaved_edits_are_not_left_behind_by_one_key(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = Fault(root, errno.ENOSPC)
    monkeypatch.setattr(os, "write", fault.write)
    project = Project.open(root)
    items = [Article("other", "Another text.\n", hash_text("Another text.\n"), "Another")]
    project.store.add_articles(items)
    app = AnnotatorApp(project, "kim", "ferry")
    async with app.run_test(size=(120, 40)) as pilot:
        await _until(pilot, lambda: hasattr(app.desk, "session"))
        fault.on = True
        await pilot.press("s", ">")
        assert app.desk.session.article.id == "ferry"
        assert "1 edit could not be written" in app.desk.prompt.message
        await pilot.press("ctrl+q")
        assert app.is_running
        assert "The same key again" in app.desk.prompt.message
        fault.on = False
        await _until(pilot, lambda: not app.desk.session.unsaved)
        await pilot.press(">")
        assert app.desk.session.article.id == "other"
        await pilot.press("ctrl+q")
    assert app.return_code == 0
    assert [edit.action for edit in edits_on_disk(root, "kim")] == ["add SPEAKER"]
    project.close()


async def _until(pilot: Pilot[int], condition: Callable[[], bool]) -> None:
    """Let the app go on until something holds; the test's time limit ends a vain wait."""
    for _ in range(1000):
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError("it did not happen")
