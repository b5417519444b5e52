"""Assignments as lines of a file that git may merge in any order."""

import random
from pathlib import Path

import pytest

from annotator.model.errors import AnnotatorError
from annotator.store.assignments import ASSIGNMENTS, Assignments, Event


def record(root: Path, *events: Event) -> None:
    Assignments(root).record(lambda: (list(events), None))


def state(root: Path) -> tuple[dict[str, set[str]], list[str]]:
    assignments = Assignments(root)
    return assignments.by_article(), assignments.annotators()


def lines(root: Path) -> list[bytes]:
    return (root / ASSIGNMENTS).read_bytes().splitlines(keepends=True)


def test_no_file_means_that_nothing_is_assigned(root: Path) -> None:
    assignments = Assignments(root)
    assert assignments.by_article() == {}
    assert assignments.articles("ana") is None
    assert assignments.people("wave") == frozenset()
    assert assignments.annotators() == []


def test_the_last_line_about_a_person_and_article_holds(root: Path) -> None:
    record(
        root, Event("join", "ana"), Event("assign", "ana", "wave"), Event("assign", "bo", "wave")
    )
    record(root, Event("withdraw", "ana", "wave"), Event("assign", "ana", "tide"))
    record(root, Event("leave", "ana"))
    assignments = Assignments(root)
    assert assignments.by_article() == {"wave": {"bo"}, "tide": {"ana"}}
    assert assignments.people("wave") == {"bo"}
    assert assignments.articles("ana") == {"tide"}
    assert assignments.annotators() == []
    record(root, Event("withdraw", "ana", "tide"))
    # Who was once assigned something is not given everything.
    assert assignments.articles("ana") == frozenset()


def test_the_order_of_lines_says_nothing_and_doubled_lines_do_no_harm(root: Path) -> None:
    for turn in range(6):
        kind = "assign" if turn % 2 == 0 else "withdraw"
        record(root, *(Event(kind, f"p{n}", f"a{n % 3}") for n in range(turn, 8)))
    record(root, Event("join", "p1"), Event("leave", "p2"))
    before, kept = state(root), lines(root)
    for seed in range(5):
        shuffled = kept + kept[::2]
        random.Random(seed).shuffle(shuffled)
        (root / ASSIGNMENTS).write_bytes(b"".join(shuffled))
        assert state(root) == before


def test_two_clones_that_assigned_at_once_agree_after_the_merge(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    record(root, Event("assign", "ana", "wave"))
    (other / "corpus").mkdir(parents=True)
    (other / ASSIGNMENTS).write_bytes(b"".join(lines(root)))
    record(root, Event("withdraw", "ana", "wave"), Event("assign", "bo", "wave"))
    record(other, Event("withdraw", "ana", "wave"), Event("assign", "cy", "wave"))
    ours, theirs = lines(root), lines(other)
    (root / ASSIGNMENTS).write_bytes(b"".join(ours + theirs[1:]))
    (other / ASSIGNMENTS).write_bytes(b"".join(theirs + ours[1:]))
    assert state(root) == state(other) == ({"wave": {"bo", "cy"}}, [])


def test_a_damaged_line_is_told_and_the_rest_holds(root: Path) -> None:
    record(root, Event("assign", "ana", "wave"), Event("assign", "bo", "tide"))
    first, second = lines(root)
    (root / ASSIGNMENTS).write_bytes(first.replace(b"wave", b"gale") + second + b'{"v":1,"ev')
    assignments = Assignments(root)
    assert assignments.by_article() == {"tide": {"bo"}}
    told = [(problem.line, problem.message) for problem in assignments.problems]
    assert told == [
        (1, "this line was changed: its checksum does not match"),
        (3, "this line is torn or not JSON"),
    ]
    # What is appended after a torn line stands on its own.
    record(root, Event("assign", "ana", "wave"))
    assert state(root)[0] == {"tide": {"bo"}, "wave": {"ana"}}


def test_what_another_process_assigned_is_seen_at_once(root: Path) -> None:
    assignments = Assignments(root)
    assert assignments.articles("ana") is None
    record(root, Event("assign", "ana", "wave"))
    assert assignments.articles("ana") == {"wave"}


def test_a_name_that_cannot_be_a_folder_is_refused_and_nothing_written(root: Path) -> None:
    with pytest.raises(AnnotatorError, match="a/b"):
        record(root, Event("join", "ana"), Event("join", "a/b"))
    assert not (root / ASSIGNMENTS).exists()
