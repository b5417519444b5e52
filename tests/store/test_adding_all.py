"""Many articles and first annotation sets at once, as imports bring them."""

from pathlib import Path

import pytest

from annotator.model.annotation import AnnotationSet, Span
from annotator.model.article import Article, hash_text
from annotator.model.errors import AnnotatorError
from annotator.store import checkpoints
from annotator.store.files import FileStore


def article(number: int) -> Article:
    text = f"Story {number}: rain fell on the pier."
    return Article(f"a{number}", text, hash_text(text))


def work(about: Article, annotator: str = "ada") -> AnnotationSet:
    span = Span("s1", "CLAIM", ((0, 5),), origin="imported")
    return AnnotationSet(about.id, about.text_hash, annotator, "test/1", {"s1": span}, serial=1)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    (tmp_path / "corpus/articles").mkdir(parents=True)
    return FileStore(tmp_path)


def test_all_are_there_at_once(store: FileStore) -> None:
    articles = [article(number) for number in range(5)]
    works = [(one, work(one, name)) for one in articles for name in ("ada", "bo")]
    store.add_all(articles, works)
    assert [head.id for head in store.heads()] == [one.id for one in articles]
    assert [store.annotations(x.article_id, x.annotator) for _, x in works] == [x for _, x in works]
    assert not store.verify()


def test_large_batches_are_spread_over_files(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "ROTATE_BYTES", 1000)
    articles = [article(number) for number in range(12)]
    store.add_all(articles, [(one, work(one)) for one in articles])
    written = sorted((store.root / "corpus/annotations/ada").glob("*.jsonl"))
    assert len(written) > 2
    assert all(path.stat().st_size < 2000 for path in written)
    assert len(list(store.all_annotations("ada"))) == 12


def test_sets_can_be_added_to_articles_that_are_there(store: FileStore) -> None:
    one = article(1)
    store.add_all([one], [])
    store.add_all([], [(one, work(one))])
    assert store.annotations(one.id, "ada") == work(one)


def test_nothing_is_written_over_or_beside_what_is_there(store: FileStore) -> None:
    one, two = article(1), article(2)
    store.add_all([one], [(one, work(one))])
    before = {path: path.read_bytes() for path in store.root.rglob("corpus/**/*.jsonl")}
    with pytest.raises(AnnotatorError, match="ada has work on 'a1' already"):
        store.add_all([two], [(two, work(two)), (one, work(one))])
    with pytest.raises(AnnotatorError, match="already an article 'a1'"):
        store.add_all([two, one], [])
    with pytest.raises(AnnotatorError, match="about another text"):
        store.add_all([], [(two, work(one, "bo"))])
    assert {path: path.read_bytes() for path in store.root.rglob("corpus/**/*.jsonl")} == before


def test_a_set_that_says_nothing_is_not_kept(store: FileStore) -> None:
    one = article(1)
    store.add_all([one], [(one, AnnotationSet(one.id, one.text_hash, "ada"))])
    assert store.annotations(one.id, "ada") is None
