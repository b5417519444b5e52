import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from annotator.model.article import Article
from annotator.model.errors import AnnotatorError
from annotator.store import shards
from annotator.store.files import FileStore
from tests.store.conftest import TEXT, article

Reopen = Callable[[], FileStore]
WEIRD = [
    *("../x", "a/b", "a b", "CON", "🌊", "\u00c4", "A\u0308", "x" * 300, "\n", "a'; DROP--"),
    *("a\x00b", "%", "wave/"),
]


def shard(root: Path, number: int = 0) -> Path:
    return root / f"corpus/articles/{number:05d}.jsonl"


def test_articles_of_any_id_are_kept_in_order(store: FileStore, root: Path, reopen: Reopen) -> None:
    assert store.add_articles(article(name, f"{TEXT} {name}") for name in WEIRD) == len(WEIRD)
    for found in (store, reopen()):
        assert [head.id for head in found.heads()] == ["wave", *WEIRD]
        assert [found.article(name).text for name in WEIRD] == [f"{TEXT} {n}" for n in WEIRD]
        assert found.problems == found.verify() == []
    assert sorted(path.name for path in root.iterdir()) == [".annotator", "corpus"]


def test_journals_of_weird_ids_stay_in_their_folder(store: FileStore, root: Path) -> None:
    from tests.store.test_journals import start

    names = [*WEIRD, "A/b"]
    store.add_articles(article(name) for name in names)
    for name in names:
        start(store, name).add_span("CUE", [(0, 3)])
    files = list((root / ".annotator/journal/ann").iterdir())
    assert len({path.name.casefold() for path in files}) == len(names)
    assert all(len(path.name) < 100 for path in files)
    assert {item.article_id for item in store.all_annotations("ann")} == set(names)


def test_the_text_is_the_last_key_and_the_manifest_true(store: FileStore, root: Path) -> None:
    line = orjson.loads(shard(root).read_bytes())
    assert list(line)[-1] == "text"
    entry = orjson.loads((root / "corpus/articles/manifest.json").read_bytes())["shards"]
    assert entry["00000.jsonl"]["articles"] == 1
    assert entry["00000.jsonl"]["bytes"] == shard(root).stat().st_size


def test_adding_that_ended_before_the_manifest_is_no_fault(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    line = orjson.dumps({**orjson.loads(shard(root).read_bytes()), "id": "later"}) + b"\n"
    shard(root, 1).write_bytes(line)
    assert reopen().verify() == []
    shard(root, 1).rename(shard(root, 2))
    assert "not in the manifest" in reopen().verify()[0].message
    shard(root, 2).unlink()
    (root / "corpus/articles/manifest.json").unlink()
    assert reopen().verify() == []


def test_shards_are_of_limited_size(
    store: FileStore, root: Path, reopen: Reopen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards.append_articles, "__defaults__", (2000,))
    store.add_articles(article(f"a{n}", f"{TEXT} {n}") for n in range(20))
    store.add_articles([article("huge", "long " * 2000), article("last")])
    sizes = [path.stat().st_size for path in sorted((root / "corpus/articles").glob("*.jsonl"))]
    assert len(sizes) > 4
    assert sorted(sizes)[-2] <= 2000
    assert [head.id for head in reopen().heads()] == [
        *("wave", *(f"a{n}" for n in range(20)), "huge", "last"),
    ]
    assert reopen().verify() == []


def test_an_id_is_added_once(store: FileStore, reopen: Reopen) -> None:
    with pytest.raises(AnnotatorError, match="already an article 'wave'"):
        store.add_articles([article("tide"), article("wave")])
    assert [head.id for head in reopen().heads()] == ["wave", "tide"]
    assert store.article_with_text(article().text_hash) == "wave"
    assert store.article_with_text("0" * 64) is None


def test_a_crash_while_adding_leaves_no_half_article(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    def broken() -> Iterator[Article]:
        yield article("tide")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.add_articles(broken())
    whole = shard(root).read_bytes()
    store.add_articles([article("ebb", "Andere Worte " * 50)])
    line = shard(root).read_bytes()[len(whole) :]
    for kept in range(1, len(line), 37):
        shard(root).write_bytes(whole + line[:kept])
        again = reopen()
        assert "ebb" not in [head.id for head in again.heads()]
        assert len(again.problems) == 1
        again.add_articles([article("flood")])
        assert again.problems == again.verify() == []
        assert "flood" in [head.id for head in again.heads()]
        shard(root).with_name("00000.jsonl.torn").unlink()


def test_a_full_disk_while_adding_says_so(
    store: FileStore, reopen: Reopen, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = os.write, 5000

    def write(descriptor: int, data: bytes) -> int:
        nonlocal left
        if left <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        done = real(descriptor, data[: min(left, 1000)])
        left -= done
        return done

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(AnnotatorError, match="No space left"):
        store.add_articles(article(f"a{n}") for n in range(100))
    monkeypatch.undo()
    monkeypatch.setenv("ANNOTATOR_CACHE_DIR", "/nonexistent/cache")
    again = reopen()
    assert again.problems == []
    again.add_articles([article("tide")])
    assert again.verify() == []
    assert "tide" in [head.id for head in again.heads()]


def test_a_changed_text_is_refused_by_file_and_line(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    store.add_articles([article("tide", "Ruhige See."), article("ebb", "Noch ruhiger.")])
    data = shard(root).read_bytes().replace(b"Ruhige See", b"Rauere See")
    shard(root).write_bytes(data)
    again = reopen()
    with pytest.raises(AnnotatorError, match=r"corpus/articles/00000\.jsonl:2: .*hash"):
        again.article("tide")
    assert again.article("ebb").text == "Noch ruhiger."
    assert {problem.line for problem in again.verify()} == {0, 2}


def test_unusable_article_lines_are_told_and_the_rest_is_read(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    store.add_articles(article(f"a{n}", f"Text {n}.") for n in range(5))
    lines = shard(root).read_bytes().splitlines(True)
    lines[1] = b"{}\n"
    lines[2] = b'["x"}\n'
    lines[3] = lines[3].replace(b'"v":1', b'"v":7')
    lines[4] = lines[4].replace(b'"id":"a3"', b'"id":"wave"')
    shard(root).write_bytes(b"".join(lines))
    again = reopen()
    assert [head.id for head in again.heads()] == ["wave", "a4"]
    assert sorted(problem.line for problem in again.problems) == [2, 3, 4, 5]
    assert "another article 'wave' before" in str(again.problems)


def test_what_is_no_text_is_refused(store: FileStore) -> None:
    with pytest.raises(AnnotatorError, match="does not match its hash"):
        store.add_articles([Article("x", "one", article().text_hash)])
    with pytest.raises(AnnotatorError, match="cannot be written"):
        store.add_articles([Article("x", "\ud800", "0" * 64)])
    assert [head.id for head in store.heads()] == ["wave"]
