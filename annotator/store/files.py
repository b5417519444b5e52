"""A project's articles, annotation sets and journals in plain files."""

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from annotator.model.annotation import AnnotationSet
from annotator.model.article import Article, hash_text
from annotator.model.errors import AnnotatorError
from annotator.model.session import utc_now
from annotator.store.area import WORK, Area
from annotator.store.base import Head, Journal, Problem, Recorded, Summary
from annotator.store.index import Entry, Found, Index, Place, Progress, cache_path
from annotator.store.journal import FileJournal, History, read_histories, replay
from annotator.store.lines import (
    Appender,
    Reader,
    Record,
    RecordError,
    decode,
    decode_known,
    encode,
    encode_plain,
    read_at,
    replace_file,
)
from annotator.store.lock import hold
from annotator.store.names import GOLD, check_owner, file_key
from annotator.store.records import (
    Lineage,
    article_record,
    carry_unknown,
    checkpoint_record,
    line_hash,
    misplaced,
    read_article,
    read_checkpoint,
)
from annotator.store.shards import append_articles, check_shards

ROTATE_BYTES = 4_000_000
_KEPT_ARTICLES = 8
_ARTICLES = "corpus/articles"


@dataclass(frozen=True, slots=True)
class _Version:
    """A state that no other replaces. `hash` is empty while only a journal holds it."""

    annotations: AnnotationSet
    lineage: Lineage
    hash: str = ""
    edits: int = 0

    @property
    def rank(self) -> tuple[int, str, str, str]:
        return self.lineage.revision, self.lineage.at, self.lineage.writer, self.hash


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
        self._scheme = scheme
        self._area = area
        self._index = Index(root, cache_path(root, area), progress, area)
        self._found: dict[Problem, None] = {}
        self._recent: OrderedDict[str, Article] = OrderedDict()
        self._heads: list[Head] | None = None

    def close(self) -> None:
        self._index.close()

    def refresh(self, changed: str = "") -> None:
        """Take in what others changed in the files (a pull, an import); cheap if nothing was."""
        self._index.refresh(changed)
        self._heads = None

    @property
    def problems(self) -> list[Problem]:
        return [*self._index.problems(), *self._found]

    # -- articles ----------------------------------------------------------------------------------

    def heads(self) -> list[Head]:
        if self._heads is None:
            self._heads = self._index.heads()
        return self._heads

    def article(self, article_id: str) -> Article:
        if article_id in self._recent:
            self._recent.move_to_end(article_id)
            return self._recent[article_id]
        article = self._read_article(article_id)
        self._recent[article_id] = article
        if len(self._recent) > _KEPT_ARTICLES:
            self._recent.popitem(last=False)
        return article

    def _read_article(self, article_id: str) -> Article:
        fault = "this line is another article"
        place = Place(_ARTICLES, 0, 0, 0)
        for last_try in (False, True):
            found = self._index.article(article_id)
            if found is None:
                raise AnnotatorError(f"There is no article {article_id!r} in this project.")
            place, _ = found
            try:
                article = read_article(self._read(place))
                if hash_text(article.text) != article.text_hash:
                    fault = "this text was changed; its hash does not match"
                elif article.id == article_id:
                    return article
            except RecordError as error:
                fault = f"this line {error}"
            except OSError as error:
                fault = f"this file cannot be read: {error.strerror}"
            if not last_try:
                self.refresh(place.path)
        raise AnnotatorError(f"{place.path}:{place.line}: {fault}; restore the file.")

    def article_with_text(self, text_hash: str) -> str | None:
        return self._index.article_with_text(text_hash)

    def add_articles(self, articles: Iterable[Article]) -> int:
        known = {head.id for head in self.heads()}
        added = 0

        def lines() -> Iterator[bytes]:
            nonlocal added
            for article in articles:
                if article.id in known:
                    raise AnnotatorError(f"There is already an article {article.id!r}.")
                line = _article_line(article)
                known.add(article.id)
                yield line
                added += 1

        with hold(self.root / ".annotator", "corpus", "adding articles"):
            try:
                append_articles(self.root / _ARTICLES, lines())
            finally:
                self.refresh()
        return added

    # -- annotation sets: reading ------------------------------------------------------------------

    def annotators(self) -> list[str]:
        return [name for name in self.owners() if name != GOLD]

    def owners(self) -> list[str]:
        names = set(self._index.annotators())
        for path in (self.root / self._area.journals).glob("*/*.jsonl"):
            names.add(path.parent.name)
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
            folder = self.root / self._area.journals / name
            journals = {path.stem for path in folder.glob("*.jsonl")}
            for head in self.heads():
                if head.id in saved or (journals and file_key(head.id) in journals):
                    annotations = self.annotations(head.id, name)
                    if annotations is not None:
                        yield annotations

    def records(self, annotator: str) -> Iterator[Record]:
        """What `all_annotations` gives, as the checkpoints' records: for reading thousands."""
        self.refresh()
        winners = {entry.article_id: entry for entry in self._index.all_latest(annotator)}
        folder = self.root / self._area.journals / annotator
        journals = {path.stem: path for path in folder.glob("*.jsonl")}
        settled = self._index.settled() if journals else {}
        for head in self.heads():
            journal = journals.get(file_key(head.id)) if journals else None
            if head.id in winners and (journal is None or self._is_settled(journal, settled)):
                with suppress(RecordError):
                    yield self._record(winners[head.id])
                    continue
            elif journal is None:
                continue
            versions = self._versions(head.id, annotator)
            if versions:
                text = self.article(head.id).text
                yield checkpoint_record(versions[0].annotations, text, versions[0].lineage)

    def recorded(
        self, annotators: Sequence[str], tell: Callable[[str], None]
    ) -> Iterator[Recorded]:
        self.refresh()
        ahead = {name: self._unsettled(name) for name in annotators}
        some_ahead = any(ahead.values())
        with closing(Reader(self.root, in_order=True)) as shards, closing(Reader(self.root)) as own:
            for found in self._index.found(annotators):
                try:
                    article = self._recorded_article(shards, found)
                    if some_ahead:
                        works = self._recorded_ahead(own, article, found, ahead)
                    else:
                        works = [
                            self._recorded_work(own, article, name, *known)
                            for name, known in found.works.items()
                        ]
                except AnnotatorError as error:
                    tell(str(error))
                    continue
                yield Recorded(article, tuple([work for work in works if work is not None]))

    def _recorded_article(self, reader: Reader, found: Found) -> Record:
        place = found.place
        try:
            article: Record = orjson.loads(reader.read(place.path, place.offset, place.length))
            if article["id"] == found.id and hash_text(article["text"]) == found.text_hash:
                return article
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass
        return article_record(self.article(found.id))  # read anew, or refused in words

    def _recorded_ahead(
        self, reader: Reader, article: Record, found: Found, ahead: Mapping[str, set[str]]
    ) -> list[Record | None]:
        """Where journals may hold more than the checkpoints."""
        key = file_key(found.id)
        works = []
        for name in sorted({*found.works, *ahead}):
            if key in ahead[name]:
                works.append(self._latest_record(article, name))
            elif name in found.works:
                works.append(self._recorded_work(reader, article, name, *found.works[name]))
        return works

    def _recorded_work(
        self, reader: Reader, article: Record, annotator: str, place: Place, digest: str
    ) -> Record | None:
        try:
            raw = reader.read(place.path, place.offset, place.length)
            if line_hash(raw) == digest:
                return decode_known(raw)
        except OSError:
            pass
        return self._latest_record(article, annotator)

    def _latest_record(self, article: Record, annotator: str) -> Record | None:
        versions = self._versions(article["id"], annotator)
        if not versions:
            return None
        return checkpoint_record(versions[0].annotations, article["text"], versions[0].lineage)

    def _unsettled(self, annotator: str) -> set[str]:
        """The names (without .jsonl) of journals that may hold more than the checkpoints."""
        settled = self._index.settled()
        folder = self.root / self._area.journals / annotator
        return {path.stem for path in folder.glob("*.jsonl") if not self._is_settled(path, settled)}

    def count(self) -> int:
        """How many articles there are."""
        return self._index.count()

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

    def _versions(self, article_id: str, annotator: str) -> list[_Version]:
        """Checkpoints that no other replaces and what only journals hold, the winner first."""
        found = self._index.article(article_id)
        if found is None:
            raise AnnotatorError(f"There is no article {article_id!r} in this project.")
        versions = {
            entry.hash: version
            for entry in self._intact(article_id, annotator)
            if (version := self._load(entry)) is not None
        }
        for history in self._histories(article_id, annotator):
            version = self._ahead(history, found[1])
            if version is not None:
                versions[history.id] = version
                for replaced in version.lineage.replaces:
                    versions.pop(replaced, None)
        return sorted(versions.values(), key=lambda version: version.rank, reverse=True)

    def _intact(self, article_id: str, annotator: str) -> list[Entry]:
        """The latest checkpoints; files that changed since they were indexed are read again."""
        entries = self._index.latest(article_id, annotator)
        for entry in entries:
            try:
                self._record(entry)
            except RecordError:
                self.refresh(entry.place.path)
                return self._index.latest(article_id, annotator)
        return entries

    def _load(self, entry: Entry) -> _Version | None:
        """None (and a problem) if the line cannot be used any more."""
        try:
            annotations = read_checkpoint(self._record(entry))
        except RecordError as error:
            self._tell(Problem(entry.place.path, entry.place.line, f"this line {error}"))
            return None
        lineage = Lineage(entry.revision, (), entry.at, entry.writer, entry.journal)
        return _Version(annotations, lineage, entry.hash)

    def _record(self, entry: Entry) -> Record:
        try:
            raw = self._read(entry.place)
        except OSError as error:
            raise RecordError(f"cannot be read: {error.strerror}") from error
        if line_hash(raw) != entry.hash:
            raise RecordError("has changed since it was read")
        return decode(raw)

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
        if article.text_hash != annotations.text_hash:
            raise AnnotatorError(f"These annotations are about another text of {article.id!r}.")
        self.refresh()
        history = journal.history if journal else None
        if journal is None or not (history or journal.base) or settle:
            self._save_ahead(article.id, annotations.annotator, besides=history)
        latest = self._index.latest(article.id, annotations.annotator)
        if history is not None:
            origin = self._origin(history)
        elif journal is not None and journal.base:
            entries = self._index.entries(article.id, annotations.annotator)
            origin = next((entry for entry in entries if entry.hash == journal.base), None)
        else:
            origin = latest[-1] if latest else None
        if settle:
            origin = next((entry for entry in latest if self._holds(entry, annotations)), origin)
        replaced = [entry for entry in latest if settle and entry != origin]
        self._checkpoint(annotations, origin, replaced, history, utc_now())

    def add_all(
        self, articles: Iterable[Article], works: Iterable[tuple[Article, AnnotationSet]]
    ) -> None:
        articles, works = list(articles), list(works)
        for article, work in works:
            check_owner(work.annotator)
            if article.text_hash != work.text_hash:
                raise AnnotatorError(f"These annotations are about another text of {article.id!r}.")
        for article in articles:
            if self._index.article(article.id) is not None:
                raise AnnotatorError(f"There is already an article {article.id!r}.")
        lines: dict[str, list[bytes]] = {}
        for article, work in works:
            if self._versions_exist(work):
                message = f"{work.annotator} has work on {article.id!r} already."
                raise AnnotatorError(message)
            if not _is_empty(work):
                lineage = Lineage(1, (), utc_now(), self._writer(), "")
                record = checkpoint_record(work, article.text, lineage)
                lines.setdefault(work.annotator, []).append(_checkpoint_line(work, record))
        try:
            if articles:
                with hold(self.root / ".annotator", "corpus", "adding articles"):
                    append_articles(self.root / _ARTICLES, map(_article_line, articles))
            for annotator, own in lines.items():
                self._append_all(annotator, own)
        finally:
            self.refresh()

    def _versions_exist(self, work: AnnotationSet) -> bool:
        if self._index.latest(work.article_id, work.annotator):
            return True
        return self._journal_path(work.article_id, work.annotator).exists() and bool(
            self._histories(work.article_id, work.annotator)
        )

    def _append_all(self, annotator: str, lines: list[bytes]) -> None:
        """Append lines in as few writes as files."""
        first = 0
        while first < len(lines):
            path = self._file_to_append(annotator)
            size = path.stat().st_size if path.exists() else 0
            last = first
            while last < len(lines) and (size < ROTATE_BYTES or last == first):
                size += len(lines[last])
                last += 1
            appender = Appender(path)
            try:
                appender.append(b"".join(lines[first:last]))
            finally:
                appender.close()
            first = last

    def _holds(self, entry: Entry, annotations: AnnotationSet) -> bool:
        version = self._load(entry)
        return version is not None and version.annotations == annotations

    def _checkpoint(
        self,
        annotations: AnnotationSet,
        origin: Entry | None,
        others: list[Entry],
        history: History | None,
        at: str,
    ) -> None:
        """Append a checkpoint that replaces the one it came from, and `others` as well."""
        if origin is None and not others and _is_empty(annotations):
            return
        replaced = [*others, origin] if origin else others
        lineage = Lineage(
            revision=1 + max((entry.revision for entry in replaced), default=0),
            replaces=tuple(entry.hash for entry in replaced),
            at=at,
            writer=self._writer(),
            journal=history.id if history else "",
        )
        text = self.article(annotations.article_id).text
        record = checkpoint_record(annotations, text, lineage)
        if origin is not None:
            try:
                before = self._record(origin)
            except RecordError as error:
                self.refresh(origin.place.path)
                raise AnnotatorError(
                    f"{origin.place.path}: this file {error}; try again."
                ) from error
            carry_unknown(before, record)
            if not others and _content(before) == _content(record):
                return
        line = _checkpoint_line(annotations, record)
        appender = Appender(self._file_to_append(annotations.annotator))
        try:
            appender.append(line)
        finally:
            appender.close()
        self.refresh()

    def _file_to_append(self, annotator: str) -> Path:
        own = "corpus/gold" if annotator == GOLD else f"{self._area.annotations}/{annotator}"
        folder = self.root / own
        writer = self._writer()
        numbers = [
            int(path.stem[len(writer) + 1 :])
            for path in folder.glob(f"{writer}-*.jsonl")
            if path.stem[len(writer) + 1 :].isdecimal()
        ]
        number = max(numbers, default=1)
        path = folder / f"{writer}-{number:03d}.jsonl"
        with suppress(FileNotFoundError):
            if path.stat().st_size >= ROTATE_BYTES:
                return folder / f"{writer}-{number + 1:03d}.jsonl"
        return path

    def _writer(self) -> str:
        """Six letters that tell this clone's files from those of others; made once."""
        path = self.root / ".annotator/writer"
        with suppress(OSError, UnicodeDecodeError):
            writer = path.read_text(encoding="ascii").strip()
            if re.fullmatch("[a-z]{6}", writer):
                return writer
        writer = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(6))
        replace_file(path, f"{writer}\n".encode("ascii"))
        return writer

    # -- journals ----------------------------------------------------------------------------------

    def journal(self, article_id: str, annotator: str) -> FileJournal:
        check_owner(annotator)
        path = self._journal_path(article_id, annotator)
        versions = self._versions(article_id, annotator)
        histories = self._histories(article_id, annotator)
        if histories and self._continues(histories[-1], versions):
            return FileJournal(path, histories[-1].base, histories[-1])
        found = self._index.article(article_id)
        text_hash = found[1] if found else ""
        base = versions[0].hash if versions else ""

        def begin() -> History:
            # What only the old histories hold becomes a checkpoint before a new one starts.
            self._save_ahead(article_id, annotator)
            start = base
            if versions and not base:
                start = self._index.latest(article_id, annotator)[-1].hash
            return History.begin(article_id, annotator, text_hash, start)

        return FileJournal(path, base, begin=begin)

    def recover(self, annotator: str) -> dict[str, int]:
        self.refresh()
        settled = self._index.settled()
        recovered: dict[str, int] = {}
        folder = self.root / self._area.journals / annotator
        for path in sorted(folder.glob("*.jsonl")):
            name = path.relative_to(self.root).as_posix()
            stat = path.stat()
            state = stat.st_size, stat.st_mtime_ns
            if settled.get(name) == state:
                continue
            histories, problems = read_histories(path, name)
            for problem in problems:
                self._tell(problem)
            article_ids = {history.article_id for history in histories}
            for article_id in article_ids:
                if self._index.article(article_id) is None:
                    message = f"there is no article {article_id!r}; these edits are kept"
                    self._tell(Problem(name, 0, message))
                    continue
                edits = self._save_ahead(article_id, annotator)
                if edits:
                    recovered[article_id] = edits
            if not problems:
                self._index.settle(name, *state)
        return recovered

    def _is_settled(self, journal: Path, settled: Mapping[str, tuple[int, int]]) -> bool:
        """Whether nothing was written to a journal since its checkpoint was known to be whole."""
        stat = journal.stat()
        name = journal.relative_to(self.root).as_posix()
        return settled.get(name) == (stat.st_size, stat.st_mtime_ns)

    def _save_ahead(self, article_id: str, annotator: str, besides: History | None = None) -> int:
        """Checkpoint what only journals hold; returns the number of edits."""
        saved = 0
        found = self._index.article(article_id)
        for history in self._histories(article_id, annotator):
            if found is None or (besides is not None and history.id == besides.id):
                continue
            version = self._ahead(history, found[1])
            if version is not None:
                origin = self._origin(history)
                at = version.lineage.at
                self._checkpoint(version.annotations, origin, [], history, at)
                saved += version.edits
        return saved

    def _ahead(self, history: History, text_hash: str) -> _Version | None:
        """What a history holds beyond its last checkpoint, as a state; None if nothing."""
        origin = self._origin(history)
        edits = history.after(origin.mark if origin else 0)
        if history.base and origin is None:
            edits = history.edits
        if not edits:
            return None
        name = self._journal_name(history)
        fault = ""
        if history.text_hash != text_hash:
            fault = f"the text of article {history.article_id!r} is not the one they were made on"
        elif history.base and origin is None:
            fault = "the checkpoint they follow is no longer there"
        if fault:
            count = f"{len(edits)} edit{'s' if len(edits) > 1 else ''}"
            message = f"{count} from here on: {fault}; kept but not shown"
            self._tell(Problem(name, history.line, message))
            return None
        before = self._load(origin) if origin else None
        annotations = (
            before.annotations
            if before
            else AnnotationSet(
                history.article_id, history.text_hash, history.annotator, self._scheme
            )
        )
        applied, fault = replay(annotations, edits)
        if fault:
            self._tell(Problem(name, history.line, f"{fault}; it and those after it are kept"))
        if not applied:
            return None
        lineage = Lineage(
            revision=origin.revision + 1 if origin else 1,
            replaces=(origin.hash,) if origin else (),
            at=edits[applied - 1].at,
            writer="",
            journal=history.id,
        )
        return _Version(annotations, lineage, edits=applied)

    def _origin(self, history: History) -> Entry | None:
        """The last checkpoint made from a history, or the one it began with."""
        entries = self._index.entries(history.article_id, history.annotator)
        own = [entry for entry in entries if entry.journal == history.id]
        if own:
            return max(own, key=lambda entry: (entry.mark, entry.revision, entry.at))
        return next((entry for entry in entries if entry.hash == history.base), None)

    def _continues(self, history: History, versions: list[_Version]) -> bool:
        """Whether the winner is this history's own state, down to its last edit."""
        if not versions:
            return not history.base and not history.edits
        winner = versions[0]
        last = history.edits[-1].number if history.edits else 0
        if winner.lineage.journal == history.id:
            return winner.annotations.mark >= last
        return winner.hash == history.base and not history.edits

    def _histories(self, article_id: str, annotator: str) -> list[History]:
        path = self._journal_path(article_id, annotator)
        histories, problems = read_histories(path, path.relative_to(self.root).as_posix())
        for problem in problems:
            self._tell(problem)
        return [
            history
            for history in histories
            if history.article_id == article_id and history.annotator == annotator
        ]

    def _journal_path(self, article_id: str, annotator: str) -> Path:
        folder = self.root / self._area.journals / annotator
        return folder / f"{file_key(article_id)}.jsonl"

    def _journal_name(self, history: History) -> str:
        path = self._journal_path(history.article_id, history.annotator)
        return path.relative_to(self.root).as_posix()

    # -- the whole project -------------------------------------------------------------------------

    def verify(self) -> list[Problem]:
        """Read everything: shards against the manifest, texts against their hashes, and the
        recorded pieces of every span against the text."""
        self.refresh()
        problems = [*self.problems, *check_shards(self.root / _ARTICLES, _ARTICLES)]
        broken: dict[str, str] = {}
        for head in self.heads():
            try:
                self._recent.pop(head.id, None)
                self.article(head.id)
            except AnnotatorError as error:
                broken[head.id] = str(error)
        for entry in self._index.all_entries():
            if entry.article_id in broken:
                continue
            try:
                text = self.article(entry.article_id).text
                wrong = misplaced(self._record(entry), text)
                if wrong:
                    spans = ", ".join(wrong)
                    fault = f"the text of {spans} is not what the article holds there"
                    problems.append(Problem(entry.place.path, entry.place.line, fault))
            except RecordError as error:
                problems.append(Problem(entry.place.path, entry.place.line, f"this line {error}"))
        for head in self.heads():
            if head.id in broken:
                place, _ = self._index.article(head.id) or (Place(_ARTICLES, 0, 0, 0), "")
                message = broken[head.id].split(": ", 1)[-1]
                problems.append(Problem(place.path, place.line, message))
        return problems

    def _read(self, place: Place) -> bytes:
        return read_at(self.root / place.path, place.offset, place.length)

    def _tell(self, problem: Problem) -> None:
        self._found[problem] = None


def _article_line(article: Article) -> bytes:
    try:
        if hash_text(article.text) != article.text_hash:
            raise AnnotatorError(f"The text of article {article.id!r} does not match its hash.")
        return encode_plain(article_record(article))
    except (RecordError, UnicodeEncodeError) as error:
        raise AnnotatorError(f"Article {article.id!r} cannot be written as JSON.") from error


def _checkpoint_line(annotations: AnnotationSet, record: Record) -> bytes:
    try:
        line = encode(record)
        read_checkpoint(decode(line[:-1]))  # what could not be read again is not written
    except RecordError as error:
        raise AnnotatorError(
            f"The work on article {annotations.article_id!r} {error}; it was not saved."
        ) from error
    return line


def _is_empty(annotations: AnnotationSet) -> bool:
    parts = (annotations.spans, annotations.links, annotations.entities, annotations.fields)
    return (
        not any(parts)
        and not annotations.verdicts
        and not annotations.mark
        and not annotations.active_seconds
    )


def _content(record: Record) -> Record:
    """What makes two checkpoints say the same."""
    lineage = ("rev", "prev", "at", "w", "journal")
    return {key: value for key, value in record.items() if key not in lineage}
