"""The index is a cache: whatever happens to it, the project shows the same."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.model.article import hash_text
from annotator.store.files import FileStore
from annotator.store.index import cache_path
from tests.store.conftest import TEXT, article
from tests.store.test_checkpoints import files_of, labels, work

Reopen = Callable[[], FileStore]


def seen(store: FileStore) -> object:
    return (
        list(store.heads()),
        [store.article(head.id) for head in store.heads()],
        list(store.all_annotations()),
        store.summaries("ann"),
        store.problems,
    )


@pytest.fixture
def full(store: FileStore) -> FileStore:
    store.add_articles(article(f"a{n}", f"{TEXT} {n}") for n in range(20))
    for count in (1, 2, 3):
        store.save(work(*["CUE"] * count))
    return store


def test_a_deleted_cache_changes_nothing(full: FileStore, root: Path, reopen: Reopen) -> None:
    before = seen(full)
    full.close()
    assert cache_path(root).exists()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{cache_path(root)}{suffix}").unlink(missing_ok=True)
    assert seen(reopen()) == before


@pytest.mark.parametrize("damage", ["noise", "empty", "header", "pages", "layout", "folder"])
def test_a_damaged_cache_is_made_anew(
    full: FileStore, root: Path, reopen: Reopen, damage: str
) -> None:
    before = seen(full)
    full.close()
    path = cache_path(root)
    data = path.read_bytes()
    if damage == "layout":
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA user_version=999")
        connection.close()
    elif damage == "folder":
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes(
            {
                "noise": os.urandom(5000),
                "empty": b"",
                "header": b"x" * 100 + data[100:],
                "pages": data[:4096] + b"\xff" * (len(data) - 4096),
            }[damage]
        )
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    again = reopen()
    assert seen(again) == before
    again.save(work("CLAIM"))
    assert labels(reopen().annotations("wave", "ann")) == ["CLAIM"]


def test_a_cache_that_cannot_be_written_is_done_without(
    full: FileStore, reopen: Reopen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = seen(full)
    (tmp_path / "plain").write_text("a file")
    monkeypatch.setenv("ANNOTATOR_CACHE_DIR", str(tmp_path / "plain/below"))
    again = reopen()
    assert seen(again) == before
    again.save(work("CLAIM"))
    assert labels(again.annotations("wave", "ann")) == ["CLAIM"]


def test_a_cache_locked_by_another_process_is_done_without(
    full: FileStore, root: Path, reopen: Reopen
) -> None:
    blocker = sqlite3.connect(cache_path(root), isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    full.save(work("CLAIM"))
    assert labels(full.annotations("wave", "ann")) == ["CLAIM"]
    again = reopen()
    assert labels(again.annotations("wave", "ann")) == ["CLAIM"]
    blocker.execute("ROLLBACK")
    blocker.close()


@pytest.mark.parametrize("keep_time", [False, True])
def test_files_changed_by_others_are_noticed(
    full: FileStore, root: Path, reopen: Reopen, keep_time: bool
) -> None:
    (path,) = files_of(root)
    full.heads()
    lines = path.read_bytes().splitlines(True)
    stat = path.stat()
    # The same bytes in another order, then one line less: what a merge or a checkout may do.
    for changed in ([lines[2], lines[0], lines[1]], lines[1:]):
        path.write_bytes(b"".join(changed))
        if keep_time:
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        again = reopen()
        assert labels(again.annotations("wave", "ann")) == ["CUE"] * 3
        full.refresh()
        assert labels(full.annotations("wave", "ann")) == ["CUE"] * 3
        assert again.problems == []
    path.unlink()
    full.refresh()
    assert full.annotations("wave", "ann") is None
    assert reopen().annotations("wave", "ann") is None


def test_a_line_that_moved_behind_our_back_is_found(full: FileStore, root: Path) -> None:
    (path,) = files_of(root)
    data, stat = path.read_bytes(), path.stat()
    lines = data.splitlines(True)
    path.write_bytes(b"\n" + b"".join(lines))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert labels(full.annotations("wave", "ann")) == ["CUE"] * 3  # no refresh in between
    shard = root / "corpus/articles/00000.jsonl"
    shard.write_bytes(b"".join(reversed(shard.read_bytes().splitlines(True))))
    assert full.article("a7").text == f"{TEXT} 7"


def test_what_was_appended_is_read_on(full: FileStore, root: Path, reopen: Reopen) -> None:
    """Only the new lines are read: a change before them is left to the check on use."""
    other = FileStore(root)
    for count in range(4, 9):
        full.save(work(*["CUE"] * count))
        other.refresh()
        assert labels(other.annotations("wave", "ann")) == ["CUE"] * count
    assert seen(other) == seen(full) == seen(reopen())


def test_an_unended_record_is_read_once(full: FileStore, root: Path, reopen: Reopen) -> None:
    (path,) = files_of(root)
    path.write_bytes(path.read_bytes()[:-1])
    for _ in range(3):
        again = reopen()
        assert labels(again.annotations("wave", "ann")) == ["CUE"] * 3
        assert again.problems == []
    again.save(work("CLAIM"))
    assert labels(reopen().annotations("wave", "ann")) == ["CLAIM"]
    assert reopen().problems == []


def test_reading_in_tells_how_far_it_is_and_a_known_project_is_not_read(
    full: FileStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full.close()
    cache_path(root).unlink()
    monkeypatch.setattr("annotator.store.index._BATCH", 5)
    told: list[tuple[int, int]] = []

    def open_project() -> FileStore:
        told.clear()
        return FileStore(root, "x/1", lambda done, total: told.append((done, total)))

    store = open_project()
    size = sum(path.stat().st_size for path in root.glob("corpus/**/*.jsonl"))
    assert {total for _, total in told} == {size}
    done = [count for count, _ in told]
    assert len(done) == 4
    assert 0 < done[0] < done[-1] <= size
    assert done == sorted(done)
    store.add_articles([article(f"b{n}", f"{TEXT} b{n}") for n in range(9)])
    assert len(told) == 4  # the opening is over
    store.close()
    open_project().close()
    assert told == []


def test_an_article_is_found_by_its_text_whatever_the_cache(
    full: FileStore, reopen: Reopen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "plain").write_text("a file")
    stores = [full, reopen()]
    monkeypatch.setenv("ANNOTATOR_CACHE_DIR", str(tmp_path / "plain/below"))
    for store in (*stores, reopen()):
        for number in (3, 17):
            text_hash = hash_text(f"{TEXT} {number}")
            assert store.article_with_text(text_hash) == f"a{number}"
        assert store.article_with_text("0" * 64) is None
