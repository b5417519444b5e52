"""From a store to the documents of a panel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from annotator.agreement.works import Document, Exclusion, Record, Work
from annotator.model.article import Article
from annotator.store.base import Head, Summary


class Source(Protocol):
    """What of a store is needed."""

    def refresh(self) -> None: ...

    def heads(self) -> Sequence[Head]: ...

    def annotators(self) -> list[str]: ...

    def records(self, annotator: str) -> Iterator[Record]: ...

    def outdated(self, annotator: str) -> set[str]: ...

    def summaries(self, annotator: str) -> Mapping[str, Summary]: ...

    def article(self, article_id: str) -> Article: ...


Watch = Callable[[Iterable[Record], str], Iterable[Record]]


def read_documents(
    store: Source,
    annotators: Sequence[str] = (),
    *,
    assigned: Mapping[str, Iterable[str]] | None = None,
    texts: bool = False,
    watch: Watch | None = None,
) -> tuple[list[Document], list[Exclusion]]:
    """Articles with the latest work of some annotators (by default all, without gold), in the
    order of import, and the work that is about another version of its text or is there twice.

    `assigned` (annotators by article) tells what nobody began. `texts` reads the articles' texts
    as well, which tokens need. `watch` is given each annotator's records and a title, and hands
    them on. Raises AnnotatorError for an article that cannot be read.
    """
    works: dict[str, dict[str, Work]] = {}
    refused: list[Exclusion] = []
    for name in annotators or store.annotators():
        records: Iterable[Record] = store.records(name)
        for record in watch(records, f"Reading {name}") if watch else records:
            works.setdefault(record["article"], {})[name] = Work.read(record)
        refused += [
            Exclusion(article, name, "made on another text")
            for article in sorted(store.outdated(name))
            if name not in works.get(article, {})
        ]
        refused += [
            Exclusion(article, name, "in two versions, one counted")
            for article, summary in store.summaries(name).items()
            if summary.versions > 1
        ]
    for article, people in (assigned or {}).items():
        refused += [
            Exclusion(article, name, "assigned, not begun")
            for name in sorted(people)
            if name not in works.get(article, {}) and (not annotators or name in annotators)
        ]
    documents = [
        Document(
            head.id,
            head.characters,
            works[head.id],
            head.text_hash,
            store.article(head.id).text if texts and len(works[head.id]) > 1 else None,
        )
        for head in store.heads()
        if head.id in works
    ]
    return documents, refused
