import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.model.annotation import AnnotationSet
from annotator.model.article import hash_text
from annotator.model.errors import AnnotatorError
from annotator.model.renaming import Renaming
from annotator.model.scheme import Label, Scheme
from annotator.model.session import Session
from annotator.store.files import FileStore
from annotator.store.lines import decode, encode
from tests.store.conftest import TEXT, article
from tests.store.test_checkpoints import clone, labels, pull

Reopen = Callable[[], FileStore]
SCHEME = Scheme(
    "x", "1", {name: Label(name, name[0], fragments=True) for name in ("CUE", "CLAIM", "REST")}
)


def start(store: FileStore, article_id: str = "wave") -> Session:
    """What a screen does when it opens an article."""
    work = store.annotations(article_id, "ann") or AnnotationSet(
        article_id, hash_text(TEXT), "ann", SCHEME.id
    )
    journal = store.journal(article_id, "ann")
    session = Session(
        store.article(article_id), SCHEME, work, history=journal.read(), record=journal.append
    )
    session.journal = journal  # type: ignore[attr-defined]
    return session


def save(store: FileStore, session: Session) -> None:
    store.save(session.annotations, session.journal)  # type: ignore[attr-defined]


def journal_file(root: Path) -> Path:
    (path,) = (root / ".annotator/journal/ann").glob("*.jsonl")
    return path


def test_every_edit_is_there_without_any_checkpoint(store: FileStore, reopen: Reopen) -> None:
    session = start(store)
    session.add_span("CUE", [(0, 3)])
    span = session.add_span("CLAIM", [(4, 10), (11, 12)], note="größe 🌊")
    session.set_note(span.id, "anders")
    session.set_status("done")
    again = reopen()
    assert again.annotations("wave", "ann") == session.annotations
    assert list(again.all_annotations()) == [session.annotations]
    assert again.annotators() == ["ann"]


def test_undo_and_redo_reach_over_checkpoints_and_restarts(
    store: FileStore, reopen: Reopen
) -> None:
    states = []
    for number in range(6):
        states.append(dict(store.annotations("wave", "ann").spans) if number else {})  # type: ignore[union-attr]
        session = start(store)
        session.add_span("CUE", [(number, number + 4)])
        if number % 2:
            save(store, session)
        store = reopen()
    session = start(store)
    for state in reversed(states):
        assert session.undo()
        assert session.annotations.spans == state
        session = start(reopen())
    assert not session.can_undo
    for count in range(1, 7):
        assert session.redo()
        session = start(reopen())
        assert len(session.annotations.spans) == count
    assert not session.can_redo


def test_recovery_checkpoints_what_a_crash_left(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    store.add_articles([article("tide"), article("ebb")])
    for article_id, edits in (("wave", 3), ("tide", 1), ("ebb", 2)):
        session = start(store, article_id)
        for number in range(edits):
            session.add_span("CUE", [(number, number + 4)])
        if article_id == "ebb":
            save(store, session)
    again = reopen()
    assert again.recover("ann") == {"wave": 3, "tide": 1}
    assert again.recover("ann") == {}
    assert reopen().recover("ann") == {}
    assert reopen().recover("bob") == {}
    shutil.rmtree(root / ".annotator")
    assert {item.article_id: len(item.spans) for item in reopen().all_annotations()} == {
        "wave": 3,
        "tide": 1,
        "ebb": 2,
    }


@pytest.mark.parametrize("scale", [1, 40])
def test_a_journal_torn_at_any_byte_loses_one_edit_and_the_next_stands_alone(
    store: FileStore, root: Path, reopen: Reopen, scale: int
) -> None:
    session = start(store)
    for number in range(4):
        session.add_span("CUE", [(number, number + 4)], note="größe 🌊 “ja”" * scale)
    path = journal_file(root)
    whole = path.read_bytes()
    last = whole[:-1].rfind(b"\n") + 1
    for kept in range(last, len(whole), scale * 7 if scale > 1 else 1):
        path.with_name(path.name + ".torn").unlink(missing_ok=True)
        path.write_bytes(whole[:kept])
        again = reopen()
        complete = kept == len(whole) - 1
        session = start(again)
        assert len(session.annotations.spans) == (4 if complete else 3)
        torn = kept > last and not complete
        assert [problem.line for problem in again.problems] == ([5] if torn else [])
        session.add_span("CLAIM", [(10, 14)], note="später")
        assert path.read_bytes().startswith(whole[:kept])
        later = reopen()
        assert len(start(later).annotations.spans) == (5 if complete else 4)
        assert later.problems == []  # told once; the line is kept, and a copy set aside
        if torn:
            aside = path.with_name(path.name + ".torn").read_bytes()
            assert aside == whole[last:kept] + b"\n"


@pytest.mark.parametrize("mode", ["nul", "prefix", "start"])
def test_other_torn_tails(store: FileStore, root: Path, reopen: Reopen, mode: str) -> None:
    session = start(store)
    for number in range(4):
        session.add_span("CUE", [(number, number + 4)])
    path = journal_file(root)
    whole = path.read_bytes()
    if mode == "start":
        path.write_bytes(whole[: whole.index(b"\n") - 9])
    elif mode == "nul":
        last = whole[:-1].rfind(b"\n") + 1
        path.write_bytes(whole[:last] + bytes(len(whole) - last))
    else:
        path.write_bytes(whole + b"{")
    readable = {"nul": 3, "prefix": 4, "start": 0}[mode]
    session = start(reopen())
    assert len(session.annotations.spans) == readable
    session.add_span("CLAIM", [(10, 14)])
    assert len(start(reopen()).annotations.spans) == readable + 1


def test_a_damaged_line_in_the_middle_stops_before_it(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    session = start(store)
    span = session.add_span("CUE", [(0, 4)])
    session.set_note(span.id, "one")
    session.set_note(span.id, "two")
    path = journal_file(root)
    lines = path.read_bytes().splitlines(True)
    lines[2] = lines[2].replace(b"one", b"wun")
    path.write_bytes(b"".join(lines))
    again = reopen()
    session = start(again)
    assert session.annotations.spans["s1"].note == ""
    found = [str(problem) for problem in again.problems]
    assert any("checksum" in message for message in found)
    assert any("edit 3 does not fit the state before it" in message for message in found)
    session.set_note(span.id, "three")
    assert start(reopen()).annotations.spans["s1"].note == "three"


def test_another_clones_checkpoint_does_not_swallow_our_journal(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    session = start(store)
    session.add_span("CUE", [(0, 3)])
    save(store, session)
    other = FileStore(clone(root))
    theirs = start(other)
    theirs.add_span("CLAIM", [(4, 10)])
    theirs.add_span("CLAIM", [(4, 11)])
    save(other, theirs)
    session.add_span("REST", [(20, 30)])  # only in our journal when the pull comes
    pull(other.root, root)

    again = reopen()
    found = sorted(labels(item) for item in again.versions("wave", "ann"))
    assert found == [["CUE", "CLAIM", "CLAIM"], ["CUE", "REST"]]
    assert again.recover("ann") == {"wave": 1}
    assert "two versions" in str(again.problems[0])
    assert sorted(labels(item) for item in reopen().versions("wave", "ann")) == found
    assert reopen().recover("ann") == {}


def test_our_journal_is_not_applied_to_another_clones_state(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    session = start(store)
    session.add_span("CUE", [(0, 3)])
    session.add_span("CUE", [(5, 9)])
    save(store, session)
    other = FileStore(clone(root))
    theirs = start(other)
    theirs.delete_span("s1")
    save(other, theirs)
    pull(other.root, root)
    again = reopen()
    session = start(again)
    assert list(session.annotations.spans) == ["s2"]
    assert not session.can_undo  # our edits were made on another state
    session.add_span("CLAIM", [(11, 14)])
    assert [list(item.spans) for item in reopen().versions("wave", "ann")] == [["s2", "s3"]]
    session = start(reopen())
    assert session.undo()
    assert list(session.annotations.spans) == ["s2"]
    save(again, session)
    assert reopen().problems == []


def test_work_imported_over_a_journal_is_the_new_base(store: FileStore, reopen: Reopen) -> None:
    start(store).add_span("CUE", [(0, 3)])
    imported = store.annotations("wave", "ann")
    assert imported is not None
    imported.spans["s1"] = replace(imported.spans["s1"], label="CLAIM")
    store.save(imported)
    session = start(reopen())
    assert labels(session.annotations) == ["CLAIM"]
    assert not session.can_undo
    session.add_span("REST", [(5, 8)])
    assert [labels(item) for item in reopen().versions("wave", "ann")] == [["CLAIM", "REST"]]


def test_edits_about_another_text_are_kept_and_told(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    start(store).add_span("CUE", [(0, 3)])
    (root / "corpus/articles/00000.jsonl").unlink()
    (root / "corpus/articles/manifest.json").unlink()
    again = reopen()
    assert again.recover("ann") == {}
    assert "there is no article 'wave'; these edits are kept" in str(again.problems)
    text = "Ganz anders."
    again.add_articles([article("wave", text)])
    assert again.annotations("wave", "ann") is None
    assert "1 edit from here on: the text of article 'wave' is not the one" in str(again.problems)
    before = journal_file(root).read_bytes()
    journal = again.journal("wave", "ann")
    session = Session(
        again.article("wave"),
        SCHEME,
        AnnotationSet("wave", hash_text(text), "ann"),
        history=journal.read(),
        record=journal.append,
    )
    session.add_span("CLAIM", [(0, 4)])
    assert journal_file(root).read_bytes().startswith(before)
    assert labels(reopen().annotations("wave", "ann")) == ["CLAIM"]


def test_a_lost_checkpoint_keeps_the_edits_that_followed_it(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    first = start(store)
    first.add_span("CUE", [(0, 3)])
    save(store, first)
    shutil.rmtree(root / ".annotator/journal")
    second = start(reopen())
    second.add_span("CLAIM", [(4, 9)])
    shutil.rmtree(root / "corpus/annotations")
    again = reopen()
    assert again.recover("ann") == {}
    assert again.annotations("wave", "ann") is None
    assert "1 edit from here on: the checkpoint they follow is no longer there" in str(
        again.problems
    )


def test_a_full_disk_keeps_the_edits_until_there_is_room(
    store: FileStore, reopen: Reopen, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = start(store)
    session.add_span("CUE", [(0, 3)])
    real = os.write

    def full(descriptor: int, data: bytes) -> int:
        if len(data) > 20:
            return real(descriptor, data[:20])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        session.add_span("CLAIM", [(4, 9)])
        session.add_span("REST", [(10, 12)])
        assert len(session.unsaved) == 2
        with pytest.raises(OSError, match="No space left"):
            save(store, session)
    assert labels(reopen().annotations("wave", "ann")) == ["CUE"]
    assert session.save_pending()
    assert labels(reopen().annotations("wave", "ann")) == ["CUE", "CLAIM", "REST"]
    save(store, session)
    assert reopen().problems == []


def test_a_journal_that_is_removed_under_our_hands_is_written_again(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    session = start(store)
    session.add_span("CUE", [(0, 3)])
    shutil.rmtree(root / ".annotator")
    session.add_span("CLAIM", [(4, 9)])
    assert labels(reopen().annotations("wave", "ann")) == ["CUE", "CLAIM"]


def test_an_edit_written_twice_counts_once(store: FileStore, root: Path, reopen: Reopen) -> None:
    session = start(store)
    session.add_span("CUE", [(0, 3)])
    path = journal_file(root)
    line = path.read_bytes().splitlines(True)[-1]
    path.write_bytes(path.read_bytes() + line)
    again = reopen()
    assert labels(again.annotations("wave", "ann")) == ["CUE"]
    assert again.problems == []


def test_an_edit_with_anything_in_it_never_stops_the_start(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    session = start(store)
    session.add_span("CUE", [(0, 3)])
    path = journal_file(root)
    whole = path.read_bytes()
    edit = decode(whole.splitlines()[-1])
    for number, odd in enumerate([None, [], {}, "x", -1, 2.5, True, [{}], [{"kind": "span"}]]):
        for key in edit:
            changed = {**edit, "number": 2, key: odd}
            if changed["v"] != 1:
                continue
            path.write_bytes(whole + encode(changed))
            assert labels(reopen().annotations("wave", "ann")) in (["CUE"], [])
        path.write_bytes(whole + encode({"v": 1, "start": odd, "article": number}))
        assert labels(reopen().annotations("wave", "ann")) == ["CUE"]


def test_an_edit_that_could_not_be_read_again_is_not_acknowledged(
    store: FileStore, reopen: Reopen
) -> None:
    session = start(store)
    session.set_field("note", 7)  # type: ignore[arg-type]
    assert len(session.unsaved) == 1
    assert reopen().annotations("wave", "ann") is None


def test_half_a_character_in_a_note_does_not_stop_the_journal(
    store: FileStore, reopen: Reopen
) -> None:
    session = start(store)
    span = session.add_span("CUE", [(0, 3)], note="broken \ud83d paste")
    session.set_note(span.id, "whole")
    assert not session.unsaved
    assert session.undo()
    loaded = reopen().annotations("wave", "ann")
    assert loaded is not None
    assert loaded.spans["s1"].note == "broken \ufffd paste"


def test_an_unknown_article_has_no_journal(store: FileStore) -> None:
    with pytest.raises(AnnotatorError, match="There is no article 'nowhere'"):
        store.journal("nowhere", "ann")


@pytest.mark.parametrize("saved", [False, True])
@pytest.mark.parametrize("killed", [False, True])
def test_a_renaming_is_kept_like_any_edit_and_undo_goes_on_under_new_names(
    store: FileStore, root: Path, reopen: Reopen, saved: bool, killed: bool
) -> None:
    session = start(store)
    span = session.add_span("CUE", [(0, 3)])
    if saved:  # a checkpoint with the old names, which the history goes on from
        save(store, session)
    session.set_note(span.id, "first")
    session.set_note(span.id, "second")
    session.undo()
    session.rename(Renaming(labels={"CUE": "REST"}))
    if not killed:
        save(store, session)
    again = reopen()
    assert labels(again.annotations("wave", "ann")) == ["REST"]
    waiting = (4 if saved else 5) if killed else 0
    assert again.recover("ann") == ({"wave": waiting} if killed else {})
    assert again.problems == []
    session = start(reopen())
    assert session.redo()
    assert session.annotations.spans["s1"] == replace(span, label="REST", note="second")
    session.add_span("CLAIM", [(4, 9)])
    session = start(reopen())
    for _ in range(3):
        assert session.undo()
    assert session.annotations.spans == {"s1": replace(span, label="REST")}
    assert session.undo()
    assert not session.annotations.spans
    assert not session.can_undo
    assert session.redo()
    save(store, session)
    assert labels(reopen().annotations("wave", "ann")) == ["REST"]
    assert len(reopen().versions("wave", "ann")) == 1


def test_the_time_worked_survives_a_crash(store: FileStore, reopen: Reopen) -> None:
    session = start(store)
    session.annotations.active_seconds = 40.5
    session.add_span("CUE", [(0, 3)])
    again = reopen()
    assert again.annotations("wave", "ann") == session.annotations
    again.recover("ann")
    assert again.summaries("ann")["wave"].active_seconds == 40.5
