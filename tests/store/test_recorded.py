"""All articles with the latest works in one pass: the same as one by one."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.model.annotation import AnnotationSet, Span
from annotator.model.article import hash_text
from annotator.model.session import Session
from annotator.store.files import FileStore
from annotator.store.records import article_of, read_checkpoint
from tests.formats.strategies import SCHEME
from tests.store.conftest import TEXT, article
from tests.store.sets import annotation_sets

Reopen = Callable[[], FileStore]


def work(article_id: str, annotator: str, label: str = "CLAIM") -> AnnotationSet:
    spans = {"s1": Span("s1", label, ((0, 3),))}
    return AnnotationSet(article_id, hash_text(TEXT), annotator, "x/1", spans, serial=1)


def found(store: FileStore, *annotators: str) -> dict[str, list[tuple[str, list[str]]]]:
    told: list[str] = []
    rows = {
        row.article["id"]: [
            (one["annotator"], [span["label"] for span in one["spans"]]) for one in row.works
        ]
        for row in store.recorded(annotators, told.append)
    }
    assert told == []
    return rows


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(data=st.data())
def test_records_read_as_the_sets(store: FileStore, data: st.DataObject) -> None:
    saved = data.draw(annotation_sets("wave", TEXT, hash_text(TEXT)))
    saved.active_seconds += 1
    store.save(saved)
    (row,) = store.recorded(["ann"], pytest.fail)
    assert article_of(dict(row.article)) == store.article("wave")
    assert [read_checkpoint(dict(one)) for one in row.works] == [store.annotations("wave", "ann")]


def test_every_article_comes_once_with_the_winners_by_name(store: FileStore) -> None:
    store.add_articles(article(f"a{number:04d}") for number in range(2500))  # more than a page
    for name in ("zoe", "ann", "gold"):
        store.save(work("a0003", name))
    store.save(work("a2400", "zoe"))
    store.save(work("a2400", "zoe", "CUE"))  # replaces the one before
    rows = found(store, "ann", "gold", "zoe")
    assert list(rows) == ["wave", *(f"a{number:04d}" for number in range(2500))]
    assert {key: value for key, value in rows.items() if value} == {
        "a0003": [("ann", ["CLAIM"]), ("gold", ["CLAIM"]), ("zoe", ["CLAIM"])],
        "a2400": [("zoe", ["CUE"])],
    }
    assert [key for key, value in found(store, "ann").items() if value] == ["a0003"]
    assert store.count() == 2501


def test_what_only_a_journal_holds_is_among_it(store: FileStore, reopen: Reopen) -> None:
    store.save(work("wave", "ann"))
    store.add_articles([article("other")])
    for name, article_id in (("ann", "wave"), ("bo", "other")):
        journal = store.journal(article_id, name)
        before = store.annotations(article_id, name) or AnnotationSet(
            article_id, hash_text(TEXT), name, "x/1"
        )
        session = Session(article(article_id), SCHEME, before, record=journal.append)
        session.add_span("CUE", [(4, 9)])
        journal.close()
    rows = found(reopen(), "ann", "bo")
    assert rows == {"wave": [("ann", ["CLAIM", "CUE"])], "other": [("bo", ["CUE"])]}


def test_two_versions_give_the_one_that_wins(store: FileStore, root: Path, reopen: Reopen) -> None:
    store.save(work("wave", "ann"))
    (file,) = (root / "corpus/annotations/ann").glob("*.jsonl")
    first = file.read_bytes()
    store.save(work("wave", "ann", "CUE"))
    second = file.read_bytes()[len(first) :]
    file.write_bytes(first)
    again = reopen()
    again.save(work("wave", "ann", "TARGET"))
    file.with_name("other0-001.jsonl").write_bytes(second)
    last = reopen()
    assert len(last.versions("wave", "ann")) == 2
    (row,) = last.recorded(["ann"], pytest.fail)
    assert read_checkpoint(dict(row.works[0])) == last.annotations("wave", "ann")


def test_a_text_that_was_changed_is_told_and_the_rest_read(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    store.add_articles([article("other", "Nothing was said.\n")])
    (shard,) = (root / "corpus/articles").glob("*.jsonl")
    shard.write_bytes(shard.read_bytes().replace("größte".encode(), b"kleine"))
    told: list[str] = []
    rows = list(reopen().recorded(["ann"], told.append))
    assert [row.article["id"] for row in rows] == ["other"]
    assert len(told) == 1
    assert "this text was changed" in told[0]


def test_of_two_articles_with_one_id_the_first_counts(
    store: FileStore, root: Path, reopen: Reopen
) -> None:
    (shard,) = (root / "corpus/articles").glob("*.jsonl")
    shard.with_name("00007.jsonl").write_bytes(shard.read_bytes())
    again = reopen()
    again.save(replace(work("wave", "ann"), active_seconds=1.0))
    assert found(again, "ann") == {"wave": [("ann", ["CLAIM"])]}
    assert again.count() == 1
