"""A crash tears the last line of a file: that line is lost, nothing else is, and it is told.

Tools that read strictly refuse the whole file; careless ones write the next record onto the torn
line and lose that one too, or throw the torn line away.
"""

import codecs
from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.project import Project
from tests.cli.conftest import Run, add_text, mark

TEXT = "Sern ✋🏿 said the größte pier stays open.\n"
NOTES = ["größer ✋🏿 “a”", "größer ✋🏿 “b”", "größer ✋🏿 “c”", "größer ✋🏿 “d”"]


def _torn_letter(line: bytes) -> bytes:
    """Cut amid the last character of several bytes."""
    place = max(at for at, byte in enumerate(line) if byte >= 0xC0)
    return line[: place + 1]


# What a crash makes of the last line (without its end), and whether its record can still be read.
TAILS: dict[str, tuple[Callable[[bytes], bytes], bool]] = {
    "half": (lambda line: line[: len(line) // 2], False),
    "one byte": (lambda line: line[:1], False),
    "all but one byte": (lambda line: line[:-1], False),
    "amid a letter": (_torn_letter, False),
    "no line end": (lambda line: line, True),
    "a half Windows line end": (lambda line: line + b"\r", True),
    "zeros instead": (lambda line: bytes(len(line)), False),
    "zeros after": (lambda line: line + b"\n" + bytes(4096), True),
    "zeros to the end of the block": (lambda line: line[:40] + bytes(4096), False),
    "a brace after": (lambda line: line + b"\n{", True),
    "a mark after": (lambda line: line + b"\n" + codecs.BOM_UTF8, True),
    "half of it again": (lambda line: line + b"\n" + line[: len(line) // 2], True),
    "all of it again": (lambda line: line + b"\n" + line + b"\n", True),
}


def tear(file: Path, name: str) -> bytes:
    """Damage the last line; returns what comes before it."""
    data = file.read_bytes()
    assert data.endswith(b"\n")
    start = data[:-1].rfind(b"\n") + 1
    file.write_bytes(data[:start] + TAILS[name][0](data[start:-1]))
    return data[:start]


def journal_of(root: Path, id: str) -> Path:
    (file,) = (root / ".annotator/journal/mira").glob(f"{id}-*.jsonl")
    return file


def notes_in(root: Path, id: str) -> tuple[list[str], list[str]]:
    """The notes of the spans of an article, and what the start has to tell."""
    project = Project.open(root)
    session = project.session(id, "mira")
    found = [span.note for span in session.annotations.spans.values()]
    told = [str(problem) for problem in project.store.problems]
    project.close()
    return found, told


def annotate(root: Path, id: str, notes: list[str], *, checkpoint: bool = False) -> None:
    """One span a note, each one edit; with `checkpoint`, a checkpoint after each as well."""
    project = Project.open(root)
    session = project.session(id, "mira")
    for note in notes:
        session.add_span("CUE", [(0, 4)], note=note)
        if checkpoint:
            project.checkpoint(session)
    project.close()


@pytest.mark.parametrize("name", TAILS)
def test_a_torn_journal_loses_that_edit_alone(root: Path, run: Run, name: str) -> None:
    project = Project.open(root)
    add_text(project, "pier", TEXT)
    project.close()
    annotate(root, "pier", NOTES)
    journal = journal_of(root, "pier")
    before = tear(journal, name)
    torn = journal.read_bytes()
    readable = NOTES if TAILS[name][1] else NOTES[:3]
    found, told = notes_in(root, "pier")
    assert found == readable
    where = str(journal.relative_to(root))
    clean = name in ("no line end", "a half Windows line end", "all of it again")
    assert bool([message for message in told if message.startswith(f"{where}:")]) is not clean
    annotate(root, "pier", ["one more"])
    assert notes_in(root, "pier")[0] == [*readable, "one more"]
    data = journal.read_bytes()
    assert data.startswith(torn)  # nothing is thrown away ...
    assert data.startswith(before)
    assert b"one more" in data.rstrip(b"\n").split(b"\n")[-1]  # ... nor written onto the torn line
    assert run("check").code in (0, 1)


@pytest.mark.parametrize("name", TAILS)
def test_a_torn_checkpoint_costs_nothing_while_there_is_a_journal(
    root: Path, run: Run, name: str
) -> None:
    project = Project.open(root)
    for id in ("pier", "quay"):
        add_text(project, id, TEXT.replace("pier", id))
    project.close()
    annotate(root, "quay", ["untouched"], checkpoint=True)
    annotate(root, "pier", NOTES, checkpoint=True)
    (file,) = (root / "corpus/annotations/mira").glob("*.jsonl")
    tear(file, name)
    torn = file.read_bytes()
    assert notes_in(root, "pier")[0] == NOTES
    annotate(root, "pier", ["one more"], checkpoint=True)
    assert notes_in(root, "pier")[0] == [*NOTES, "one more"]
    assert notes_in(root, "quay")[0] == ["untouched"]
    assert file.read_bytes().startswith(torn)


@pytest.mark.parametrize("name", TAILS)
def test_a_torn_checkpoint_without_a_journal_leaves_the_one_before(
    root: Path, run: Run, name: str
) -> None:
    """As in a clone: journals stay where they were written."""
    project = Project.open(root)
    add_text(project, "pier", TEXT)
    project.close()
    annotate(root, "pier", NOTES, checkpoint=True)
    journal_of(root, "pier").unlink()
    (file,) = (root / "corpus/annotations/mira").glob("*.jsonl")
    tear(file, name)
    torn = file.read_bytes()
    readable = NOTES if TAILS[name][1] else NOTES[:3]
    found, told = notes_in(root, "pier")
    assert found == readable
    clean = name in ("no line end", "a half Windows line end", "all of it again")
    where = str(file.relative_to(root))
    assert bool([message for message in told if message.startswith(f"{where}:")]) is not clean
    assert (f"{where}:" in run("check").out) is not clean
    annotate(root, "pier", ["one more"], checkpoint=True)
    assert notes_in(root, "pier")[0] == [*readable, "one more"]
    assert file.read_bytes().startswith(torn)


def test_several_torn_files_are_each_told_and_each_go_on(root: Path, run: Run) -> None:
    project = Project.open(root)
    for id in ("pier", "quay", "mole"):
        add_text(project, id, TEXT.replace("pier", id))
    project.close()
    for id in ("pier", "quay", "mole"):
        annotate(root, id, NOTES[:2])
    for id, name in (("pier", "half"), ("quay", "zeros instead"), ("mole", "amid a letter")):
        tear(journal_of(root, id), name)
    for id in ("pier", "quay", "mole"):
        found, told = notes_in(root, id)
        assert found == NOTES[:1]
        assert any(journal_of(root, id).name in message for message in told)
        annotate(root, id, ["one more"])
    for id in ("pier", "quay", "mole"):
        assert notes_in(root, id)[0] == [NOTES[0], "one more"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: [lines[0], lines[1][:-30] + b"\n", *lines[2:]],
        lambda lines: [lines[0], lines[1].rstrip(b"\n"), *lines[2:]],
        lambda lines: [lines[0], lines[1].rstrip(b"\n")[:-9], *lines[2:]],
        lambda lines: [lines[0], b"<<<<<<< HEAD\n", *lines[1:], b">>>>>>> theirs\n"],
        lambda lines: [b"\n", lines[0], b"\n", b"  \n", *lines[1:]],
        lambda lines: [lines[0], lines[1], lines[1], *lines[2:], lines[0]],
        lambda lines: list(reversed(lines)),
        lambda lines: [b"null\n", b"[]\n", b"12\n", b'"x"\n', b"{}\n", *lines],
    ],
    ids=[
        "torn in the middle",
        "two records on a line",
        "a record on a torn line",
        "conflict marks",
        "blank lines",
        "lines twice",
        "other order",
        "other values",
    ],
)
def test_damage_amid_a_file_hides_nothing_that_can_be_read(
    root: Path, run: Run, damage: Callable[[list[bytes]], list[bytes]]
) -> None:
    """The latest state stands on a line of its own, and is found whatever is around it."""
    project = Project.open(root)
    for id in ("pier", "quay"):
        add_text(project, id, TEXT.replace("pier", id))
    project.close()
    for id in ("pier", "quay"):
        annotate(root, id, NOTES[:2], checkpoint=True)
        journal_of(root, id).unlink()
    (file,) = (root / "corpus/annotations/mira").glob("*.jsonl")
    before = b"".join(damage(file.read_bytes().splitlines(keepends=True)))
    file.write_bytes(before)
    found = {id: notes_in(root, id)[0] for id in ("pier", "quay")}
    assert found["quay"] == NOTES[:2]
    odd = [line for line in before.split(b"\n") if line.strip() and line.count(b'"v":1') != 1]
    told = run("check")
    assert told.out.count(f"{file.relative_to(root)}:") >= len(odd)
    annotate(root, "pier", ["one more"], checkpoint=True)
    assert notes_in(root, "pier")[0][-1] == "one more"
    assert notes_in(root, "quay")[0] == NOTES[:2]
    assert file.read_bytes().startswith(before)


def test_torn_article_lines_are_told_and_the_others_read(root: Path, run: Run) -> None:
    project = Project.open(root)
    for id in ("pier", "quay", "mole"):
        add_text(project, id, TEXT.replace("pier", id))
    session = project.session("pier", "mira")
    mark(session, "CUE", "said")
    project.checkpoint(session)
    project.close()
    shard = root / "corpus/articles/00000.jsonl"
    tear(shard, "amid a letter")
    found = run("list")
    assert ("pier" in found.out, "quay" in found.out, "mole" in found.out) == (True, True, False)
    assert "corpus/articles/00000.jsonl:3" in run("check").out
    (root.parent / "mole.txt").write_text(TEXT.replace("pier", "mole"), encoding="utf-8")
    assert run("add", root.parent / "mole.txt").code == 0
    assert "mole" in run("list").out
    assert run("export").out.count("\n") == 1
    assert run("check").code == 0
    assert shard.with_name(shard.name + ".torn").exists()
