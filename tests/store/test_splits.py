"""`corpus/splits.jsonl`: written whole, read whatever state it is in."""

import errno
from datetime import date
from pathlib import Path

import pytest

from annotator.model.split import Cuts
from annotator.store.base import WriteError
from annotator.store.splits import (
    FILE,
    Placed,
    SplitSettings,
    load_splits,
    read_splits,
    write_splits,
)

ARTICLES = {
    "wave": Placed("test", "00aa", 1),
    "tide": Placed("train", "00bb", 1),
    "été “x”": Placed("train", "00bb", 2),
    "ebb": Placed("out", "00cc", 1),
}


@pytest.fixture
def written(root: Path) -> Path:
    write_splits(root, SplitSettings("s", (0.5, 0.2, 0.3), ("story", "source")), ARTICLES)
    return root / FILE


def test_what_was_written_is_read(root: Path, written: Path) -> None:
    found = read_splits(root)
    assert found.settings == SplitSettings("s", (0.5, 0.2, 0.3), ("story", "source"))
    assert found.articles == ARTICLES
    assert (found.problems, found.conflicts, found.crossing) == ([], [], [])
    assert load_splits(root) == {"wave": "test", "tide": "train", "été “x”": "train"}


def test_without_a_file_nothing_is_split(root: Path) -> None:
    assert load_splits(root) == {}
    assert read_splits(root).settings is None
    assert read_splits(root).problems == []


@pytest.mark.parametrize("dev", [None, date(2031, 3, 4)])
def test_cuts_are_kept(root: Path, dev: date | None) -> None:
    settings = SplitSettings(gap=9, cuts=Cuts(dev, date(2031, 5, 6)))
    write_splits(root, settings, {})
    assert read_splits(root).settings == settings


def test_equal_state_gives_equal_bytes_sorted_by_article(root: Path, written: Path) -> None:
    before = written.read_bytes()
    backwards = dict(reversed(ARTICLES.items()))
    write_splits(root, SplitSettings("s", (0.5, 0.2, 0.3), ("story", "source")), backwards)
    assert written.read_bytes() == before
    assert [line[17:21] for line in before.splitlines()[1:3]] == [b'"ebb', b'"tid']


def test_a_damaged_line_is_told_by_file_and_line_and_the_rest_holds(
    root: Path, written: Path
) -> None:
    lines = written.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b'"train"', b'"tests"')
    written.write_bytes(b"".join(lines) + b'{"v":1,"arti')
    found = read_splits(root)
    assert sorted(found.articles) == ["ebb", "wave", "été “x”"]
    assert [(p.path, p.line, p.message) for p in found.problems] == [
        (FILE, 3, "this line was changed: its checksum does not match"),
        (FILE, 6, "this line is torn or not JSON"),
    ]


def test_lost_settings_are_told(root: Path, written: Path) -> None:
    lines = written.read_bytes().splitlines(keepends=True)
    written.write_bytes(b"".join(lines[1:]))
    assert [str(problem) for problem in read_splits(root).problems] == [
        f"{FILE}: the line with the settings is missing"
    ]


def test_after_a_merge_the_earlier_place_holds_in_any_order(root: Path, tmp_path: Path) -> None:
    write_splits(root, SplitSettings(), {"a": Placed("test", "00", 1), "b": Placed("dev", "11", 1)})
    ours = (root / FILE).read_bytes().splitlines(keepends=True)
    theirs_root = tmp_path / "other"
    theirs_root.mkdir()
    theirs = {"a": Placed("dev", "00", 2), "b": Placed("train", "11", 1)}
    write_splits(theirs_root, SplitSettings(salt="other"), theirs)
    other = (theirs_root / FILE).read_bytes().splitlines(keepends=True)
    for lines in ([*ours, *other], [ours[0], *other, *ours[1:]]):
        (root / FILE).write_bytes(b"".join(lines))
        found = read_splits(root)
        assert load_splits(root) == {"a": "test", "b": "train"}
        assert found.settings == SplitSettings()
        assert found.problems == []
        told = sorted(problem.message for problem in found.conflicts)
        assert [text[:17] for text in told] == [
            "'a' is in test in",
            "'b' is in train i",
            "these are other s",
        ]


def test_a_group_on_two_sides_is_named(root: Path) -> None:
    articles = {
        "a": Placed("train", "00", 1),
        "b": Placed("test", "00", 1),
        "c": Placed("out", "11", 1),
        "d": Placed("test", "11", 1),
    }
    write_splits(root, SplitSettings(), articles)
    assert read_splits(root).crossing == ["00"]


def test_what_cannot_be_written_leaves_the_old_file(
    root: Path, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = written.read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(WriteError, match=r"splits\.jsonl could not be written: No space"):
        write_splits(root, SplitSettings(), {})
    assert written.read_bytes() == before
    assert list(written.parent.iterdir()) == [written]
