import random
import shutil
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.model.annotation import AnnotationSet, Span
from annotator.model.article import hash_text
from annotator.model.errors import AnnotatorError
from annotator.store import checkpoints
from annotator.store.files import FileStore
from annotator.store.lines import decode, encode
from tests.store.conftest import TEXT, article
from tests.store.sets import annotation_sets

Reopen = Callable[[], FileStore]


def work(*labels: str, article_id: str = "wave", annotator: str = "ann") -> AnnotationSet:
    spans = {
        f"s{n}": Span(f"s{n}", label, ((n, n + 3),)) for n, label in enumerate(labels, start=1)
    }
    return AnnotationSet(article_id, hash_text(TEXT), annotator, "x/1", spans, serial=len(spans))


def labels(annotations: AnnotationSet | None) -> list[str]:
    return [span.label for span in annotations.spans.values()] if annotations else []


def files_of(root: Path, annotator: str = "ann") -> list[Path]:
    return sorted((root / "corpus/annotations" / annotator).glob("*.jsonl"))


def clone(root: Path) -> Path:
    """Another clone of the project: all that version control carries, nothing else."""
    other = root.with_name("other")
    shutil.copytree(root, other, ignore=shutil.ignore_patterns(".annotator"))
    return other


def pull(source: Path, target: Path) -> None:
    """Take over what the other clone appended, as any merge of append-only files does."""
    for path in (source / "corpus").rglob("*.*"):
        own = target / path.relative_to(source)
        if not own.exists() or own.stat().st_size < path.stat().st_size:
            own.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, own)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_saved_sets_load_as_they_were(
    store: FileStore, reopen: Reopen, data: st.DataObject
) -> None:
    saved = data.draw(annotation_sets("wave", TEXT, hash_text(TEXT)))
    saved.active_seconds += 1  # an empty set is not saved
    store.save(saved)
    assert store.annotations("wave", "ann") == saved
    again = reopen()
    assert again.annotations("wave", "ann") == saved
    assert list(again.all_annotations()) == [saved]
    assert again.problems == again.verify() == []


def test_the_folder_is_the_annotator_and_the_file_the_clone(store: FileStore, root: Path) -> None:
    store.save(work("CUE", annotator="ann[1]"))
    (path,) = files_of(root, "ann[1]")
    writer = (root / ".annotator/writer").read_text().strip()
    assert path.name == f"{writer}-001.jsonl"
    assert store.annotators() == ["ann[1]"]
    line = orjson.loads(path.read_bytes())
    assert line["spans"][0]["text"] == [TEXT[1:4]]
    assert list(line)[-1] == "crc"


def test_saving_the_same_again_writes_nothing(store: FileStore, root: Path) -> None:
    store.save(work())
    assert files_of(root) == []
    store.save(work("CUE"))
    before = files_of(root)[0].read_bytes()
    store.save(work("CUE"))
    assert files_of(root)[0].read_bytes() == before
    store.save(work("CUE", "CLAIM"))
    assert files_of(root)[0].read_bytes().startswith(before)
    assert labels(store.annotations("wave", "ann")) == ["CUE", "CLAIM"]


def test_files_are_rotated(
    store: FileStore, root: Path, reopen: Reopen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "ROTATE_BYTES", 1000)
    for count in range(1, 12):
        store.save(work(*["CUE"] * count))
    assert len(files_of(root)) > 3
    assert len(labels(reopen().annotations("wave", "ann"))) == 11
    assert reopen().problems == []


def test_the_order_of_lines_and_files_does_not_matter(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    store.add_articles([article("tide")])
    for count in range(1, 6):
        store.save(work(*["CUE"] * count))
        store.save(work(*["CLAIM"] * count, article_id="tide"))
    other = FileStore(clone(root))
    other.save(work("STANCE"))
    store.save(work("TARGET"))
    pull(other.root, root)
    expected = [labels(item) for item in reopen().versions("wave", "ann")]
    assert sorted(expected) == [["STANCE"], ["TARGET"]]
    lines = [line for path in files_of(root) for line in path.read_bytes().splitlines(True)]
    for path in files_of(root):
        path.unlink()
    shuffler = random.Random(3)
    folder = root / "corpus/annotations/ann"
    for _ in range(12):
        shuffler.shuffle(lines)
        doubled = [*lines, *shuffler.sample(lines, 3)]  # a union merge may double lines
        cut = shuffler.randrange(len(doubled))
        (folder / "aaaaaa-001.jsonl").write_bytes(b"".join(doubled[:cut]))
        (folder / "bbbbbb-001.jsonl").write_bytes(b"".join(doubled[cut:]))
        again = reopen()
        assert [labels(item) for item in again.versions("wave", "ann")] == expected
        assert labels(again.annotations("tide", "ann")) == ["CLAIM"] * 5


def test_two_clones_make_two_versions_and_both_are_kept(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    store.save(work("CUE"))
    other = FileStore(clone(root))
    other.save(work("CUE", "THERE"))
    store.save(work("CUE", "HERE"))
    pull(other.root, root)
    again = reopen()
    found = [labels(item) for item in again.versions("wave", "ann")]
    assert sorted(found) == [["CUE", "HERE"], ["CUE", "THERE"]]
    assert labels(again.annotations("wave", "ann")) == found[0]
    (problem,) = again.problems
    assert "two versions of ann's work on article 'wave'; both are kept" in str(problem)
    assert again.summaries("ann")["wave"].versions == 2
    # Both clones agree on the winner.
    pull(root, other.root)
    other.refresh()
    assert [labels(item) for item in other.versions("wave", "ann")] == found

    again.save(again.versions("wave", "ann")[1], settle=True)
    assert [labels(item) for item in reopen().versions("wave", "ann")] == [found[1]]
    assert reopen().problems == []


def test_a_pull_while_working_is_not_overwritten(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    store.save(work("CUE"))
    journal = store.journal("wave", "ann")
    mine = store.annotations("wave", "ann")
    other = FileStore(clone(root))
    other.save(work("CUE", "THERE"))
    pull(other.root, root)
    assert mine is not None
    mine.active_seconds = 30.0
    store.save(mine, journal)
    found = [labels(item) for item in reopen().versions("wave", "ann")]
    assert sorted(found) == [["CUE"], ["CUE", "THERE"]]


def test_one_clone_after_the_other_is_one_version(store: FileStore, root: Path) -> None:
    store.save(work("CUE"))
    other = FileStore(clone(root))
    other.save(work("CUE", "THERE"))
    pull(other.root, root)
    store.refresh()
    store.save(work("CUE", "THERE", "HERE"))
    assert [labels(item) for item in store.versions("wave", "ann")] == [["CUE", "THERE", "HERE"]]
    assert store.problems == []


def rewrite(path: Path, number: int, change: Callable[[dict[str, object]], None]) -> None:
    lines = path.read_bytes().splitlines(True)
    record = decode(lines[number][:-1])
    change(record)
    lines[number] = encode(record)
    path.write_bytes(b"".join(lines))


def test_what_newer_software_wrote_is_reported_and_left(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    store.add_articles([article("tide")])
    store.save(work("CUE"))
    store.save(work("CLAIM", article_id="tide"))
    (path,) = files_of(root)
    rewrite(path, 0, lambda record: record.update(v=2))
    before = path.read_bytes()
    again = reopen()
    assert again.annotations("wave", "ann") is None
    assert labels(again.annotations("tide", "ann")) == ["CLAIM"]
    (problem,) = again.problems
    assert (problem.path, problem.line) == (path.relative_to(root).as_posix(), 1)
    assert "version 2; update annotator" in problem.message
    again.save(work("STANCE"))
    assert path.read_bytes().startswith(before)


def test_unknown_keys_survive_a_rewrite(store: FileStore, root: Path) -> None:
    store.save(work("CUE", "CLAIM"))
    (path,) = files_of(root)

    def extend(record: dict[str, object]) -> None:
        record["reviewer"] = {"by": "zoe"}
        record["spans"][1]["score"] = 0.5  # type: ignore[index]

    rewrite(path, 0, extend)
    store.refresh()
    store.save(work("CUE", "CLAIM", "STANCE"))
    record = decode(path.read_bytes().splitlines()[1])
    assert record["reviewer"] == {"by": "zoe"}
    assert [span.get("score") for span in record["spans"]] == [None, 0.5, None]
    attributed = work("CUE", "CLAIM")
    store.save(attributed)
    assert decode(path.read_bytes().splitlines()[2])["reviewer"] == {"by": "zoe"}


def test_damaged_and_foreign_lines_are_told_by_file_and_line(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    for count in range(1, 8):
        store.add_articles([article(f"a{count}")])
        store.save(work("CUE", article_id=f"a{count}"))
    (path,) = files_of(root)
    lines = path.read_bytes().splitlines(True)
    lines[1] = lines[1].replace(b'"CUE"', b'"CUT"')
    lines[2] = b"<<<<<<< HEAD\n"
    lines[3] = b'[1, "two"]\n'
    lines[4] = lines[4][:80] + b"\n"
    path.write_bytes(b"".join(lines))
    rewrite(path, 5, lambda record: record.update(annotator="bob"))
    rewrite(path, 6, lambda record: record.update(spans=[{"id": "s1"}]))
    again = reopen()
    assert [item.article_id for item in again.all_annotations()] == ["a1"]
    name = path.relative_to(root).as_posix()
    assert [(problem.path, problem.line) for problem in again.problems] == [
        (name, number) for number in range(2, 8)
    ]
    wanted = [
        "checksum",
        "git conflict",
        "not a JSON object",
        "torn",
        "by 'bob'",
        "without fragments",
    ]
    for problem, words in zip(again.problems, wanted, strict=True):
        assert words in problem.message


def test_work_about_another_text_is_told_and_not_shown(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    store.save(work("CUE"))
    shard = root / "corpus/articles/00000.jsonl"
    shard.unlink()
    (root / "corpus/articles/manifest.json").unlink()
    again = reopen()
    assert "there is no article 'wave'" in str(again.problems[0])
    again.add_articles([article("wave", TEXT + " Nachtrag.")])
    assert again.annotations("wave", "ann") is None
    assert list(again.all_annotations()) == []
    (problem,) = again.problems
    assert problem.line == 1
    assert "not the one this record is about" in problem.message
    assert again.outdated("ann") == {"wave"}
    with pytest.raises(AnnotatorError, match="another text"):
        again.save(work("CUE"))


@pytest.mark.parametrize("name", ["../x", "", ".git", "a/b", "CON", "a\nb", "x" * 65, "a."])
def test_annotators_cannot_leave_their_folder(store: FileStore, name: str) -> None:
    with pytest.raises(AnnotatorError):
        store.save(work("CUE", annotator=name))
    with pytest.raises(AnnotatorError):
        store.journal("wave", name)


def test_what_could_not_be_read_again_is_not_written(store: FileStore, root: Path) -> None:
    outside = work("CUE")
    outside.spans["s1"] = Span("s1", "CUE", ((len(TEXT) - 1, len(TEXT) + 3),))
    reversed_ = work("CUE")
    reversed_.spans["s1"] = Span("s1", "CUE", ((4, 6), (0, 2)))
    for wrong in (outside, reversed_):
        with pytest.raises(AnnotatorError, match=r"The work on article 'wave' has .* not saved"):
            store.save(wrong)
    assert files_of(root) == []


def test_summaries_say_what_the_list_of_work_needs(store: FileStore) -> None:
    done = work("CUE", "CLAIM")
    done.fields.update(status="done", flags=("mt", "unsure"), note="odd")
    done.active_seconds = 12.5
    store.save(done)
    summary = store.summaries("ann")["wave"]
    assert (summary.status, summary.spans, summary.active_seconds) == ("done", 2, 12.5)
    assert (summary.flags, summary.note, summary.versions) == (("mt", "unsure"), "odd", 1)
    assert store.summaries("bob") == {}
