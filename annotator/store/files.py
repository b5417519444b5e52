"""A project's articles, annotation sets and journals in plain files."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from annotator.model.annotation import AnnotationSet
from annotator.model.article import Article
from annotator.model.errors import AnnotatorError
from annotator.model.session import utc_now
from annotator.store.area import WORK, Area
from annotator.store.articles import ARTICLES, Articles
from annotator.store.base import Head, Journal, Problem, Recorded, Summary
from annotator.store.checkpoints import Checkpoints, Version
from annotator.store.index import Entry, Index, Progress, cache_path
from annotator.store.journal import FileJournal
from annotator.store.lines import Record, RecordError
from annotator.store.names import GOLD, check_owner, file_key
from annotator.store.passing import Pass
from annotator.store.pending import Pending
from annotator.store.records import misplaced
from annotator.store.shards import check_shards


class FileStore:
    """See `Store`. Every annotator has a folder, every clone its own files in it, so that no two
    clones ever write one file and version control has nothing to merge."""

    def __init__(
        self,
        root: Path,
        scheme: str = "",
        progress: Progress | None = None,
        area: Area = WORK,
    ) -> None:
        """`scheme` is recorded in sets that begin with what a journal holds. `progress` is told
        how many bytes of how many are read, if much has to be. `area` is where work is kept."""
        self.root = root
        self._found: dict[Problem, None] = {}
        index = self._index = Index(root, cache_path(root, area), progress, area)
        articles = self._articles = Articles(root, index)
        self._checkpoints = Checkpoints(root, area, index, articles, self._tell)
        self._pending = Pending(root, area, index, articles, self._checkpoints, scheme, self._tell)
        self._pass = Pass(root, index, articles, self._checkpoints, self._pending, self._versions)

    def close(self) -> None:
        self._index.close()

    def refresh(self, changed: str = "") -> None:
        """Take in what others changed in the files (a pull, an import); cheap if nothing was."""
        self._articles.refresh(changed)

    @property
    def problems(self) -> list[Problem]:
        return [*self._index.problems(), *self._found]

    def _tell(self, problem: Problem) -> None:
        self._found[problem] = None

    # -- articles ----------------------------------------------------------------------------------

    def heads(self) -> list[Head]:
        return self._articles.heads()

    def article(self, article_id: str) -> Article:
        return self._articles.get(article_id)

    def article_with_text(self, text_hash: str) -> str | None:
        return self._index.article_with_text(text_hash)

    def add_articles(self, articles: Iterable[Article]) -> int:
        return self._articles.add(articles)

    def count(self) -> int:
        """How many articles there are."""
        return self._index.count()

    # -- annotation sets: reading ------------------------------------------------------------------

    def annotators(self) -> list[str]:
        return [name for name in self.owners() if name != GOLD]

    def owners(self) -> list[str]:
        names = {*self._index.annotators(), *self._pending.annotators()}
        return sorted(names, key=lambda name: (name == GOLD, name))

    def annotations(self, article_id: str, annotator: str) -> AnnotationSet | None:
        versions = self._versions(article_id, annotator)
        return versions[0].annotations if versions else None

    def versions(self, article_id: str, annotator: str) -> list[AnnotationSet]:
        return [version.annotations for version in self._versions(article_id, annotator)]

    def all_annotations(self, annotator: str | None = None) -> Iterator[AnnotationSet]:
        self.refresh()
        for name in self.annotators() if annotator is None else [annotator]:
            saved = {entry.article_id for entry in self._index.all_latest(name)}
            journals = self._pending.journals(name)
            for head in self.heads():
                if head.id in saved or (journals and file_key(head.id) in journals):
                    annotations = self.annotations(head.id, name)
                    if annotations is not None:
                        yield annotations

    def records(self, annotator: str) -> Iterator[Record]:
        """What `all_annotations` gives, as the checkpoints' records: for reading thousands."""
        self.refresh()
        return self._pass.works(annotator)

    def recorded(
        self, annotators: Sequence[str], tell: Callable[[str], None]
    ) -> Iterator[Recorded]:
        self.refresh()
        return self._pass.articles(annotators, tell)

    def summaries(self, annotator: str) -> dict[str, Summary]:
        summaries: dict[str, Summary] = {}
        for entry in self._index.all_latest(annotator):
            before = summaries.get(entry.article_id)
            summaries[entry.article_id] = Summary(
                entry.article_id,
                entry.status,
                entry.spans,
                entry.active_seconds,
                entry.flags,
                entry.note,
                before.versions + 1 if before else 1,
            )
        return summaries

    def outdated(self, annotator: str) -> set[str]:
        """The ids of articles whose text is not the one that recorded work is about."""
        return self._index.outdated(annotator)

    def _versions(self, article_id: str, annotator: str) -> list[Version]:
        """Checkpoints that no other replaces and what only journals hold, the winner first."""
        if self._articles.text_hash(article_id) is None:
            raise AnnotatorError(f"There is no article {article_id!r} in this project.")
        versions = {
            entry.hash: version
            for entry in self._checkpoints.intact(article_id, annotator)
            if (version := self._checkpoints.load(entry)) is not None
        }
        for history, version in self._pending.versions(article_id, annotator):
            versions[history.id] = version
            for replaced in version.lineage.replaces:
                versions.pop(replaced, None)
        return sorted(versions.values(), key=lambda version: version.rank, reverse=True)

    # -- annotation sets: writing ------------------------------------------------------------------

    def save(
        self,
        annotations: AnnotationSet,
        journal: Journal | None = None,
        *,
        settle: bool = False,
    ) -> None:
        if journal is not None and not isinstance(journal, FileJournal):
            raise TypeError("the journal must be one of this store")
        check_owner(annotations.annotator)
        article = self.article(annotations.article_id)
        _check_text(article, annotations)
        self.refresh()
        history = journal.history if journal else None
        if journal is None or not (history or journal.base) or settle:
            self._pending.save(article.id, annotations.annotator, besides=history)
        latest = self._index.latest(article.id, annotations.annotator)
        if history is not None:
            origin = self._pending.origin(history)
        elif journal is not None and journal.base:
            entries = self._index.entries(article.id, annotations.annotator)
            origin = next((entry for entry in entries if entry.hash == journal.base), None)
        else:
            origin = latest[-1] if latest else None
        if settle:
            origin = next((entry for entry in latest if self._holds(entry, annotations)), origin)
        replaced = [entry for entry in latest if settle and entry != origin]
        made_with = history.id if history else ""
        self._checkpoints.add(annotations, origin, replaced, made_with, utc_now())

    def _holds(self, entry: Entry, annotations: AnnotationSet) -> bool:
        version = self._checkpoints.load(entry)
        return version is not None and version.annotations == annotations

    def add_all(
        self, articles: Iterable[Article], works: Iterable[tuple[Article, AnnotationSet]]
    ) -> None:
        articles, works = list(articles), list(works)
        for article, work in works:
            check_owner(work.annotator)
            _check_text(article, work)
        for article in articles:
            if self._articles.text_hash(article.id) is not None:
                raise AnnotatorError(f"There is already an article {article.id!r}.")
        for article, work in works:
            if self._index.latest(article.id, work.annotator) or self._pending.exist(
                article.id, work.annotator
            ):
                raise AnnotatorError(f"{work.annotator} has work on {article.id!r} already.")
        write = self._checkpoints.begin(works)
        try:
            if articles:
                self._articles.append(articles)
            write()
        finally:
            self.refresh()

    # -- journals ----------------------------------------------------------------------------------

    def journal(self, article_id: str, annotator: str) -> FileJournal:
        check_owner(annotator)
        versions = self._versions(article_id, annotator)
        return self._pending.journal(article_id, annotator, versions)

    def recover(self, annotator: str) -> dict[str, int]:
        self.refresh()
        return self._pending.recover(annotator)

    # -- the whole project -------------------------------------------------------------------------

    def verify(self) -> list[Problem]:
        """Read everything: shards against the manifest, texts against their hashes, and the
        recorded pieces of every span against the text."""
        self.refresh()
        problems = [*self.problems, *check_shards(self.root / ARTICLES, ARTICLES)]
        broken: dict[str, str] = {}
        for head in self.heads():
            try:
                self._articles.get(head.id, anew=True)
            except AnnotatorError as error:
                broken[head.id] = str(error)
        for entry in self._index.all_entries():
            if entry.article_id in broken:
                continue
            try:
                text = self.article(entry.article_id).text
                wrong = misplaced(self._checkpoints.record(entry), text)
                if wrong:
                    spans = ", ".join(wrong)
                    fault = f"the text of {spans} is not what the article holds there"
                    problems.append(Problem(entry.place.path, entry.place.line, fault))
            except RecordError as error:
                problems.append(Problem(entry.place.path, entry.place.line, f"this line {error}"))
        for head in self.heads():
            if head.id in broken:
                place = self._articles.place(head.id)
                message = broken[head.id].split(": ", 1)[-1]
                problems.append(Problem(place.path, place.line, message))
        return problems


def _check_text(article: Article, annotations: AnnotationSet) -> None:
    if article.text_hash != annotations.text_hash:
        raise AnnotatorError(f"These annotations are about another text of {article.id!r}.")
