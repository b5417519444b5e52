"""Checkpoints: the lines of annotation files, each a whole annotation set."""

import re
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from annotator.model.annotation import AnnotationSet
from annotator.model.article import Article
from annotator.model.errors import AnnotatorError
from annotator.model.session import utc_now
from annotator.store.area import Area
from annotator.store.articles import Articles
from annotator.store.base import Problem
from annotator.store.index import Entry, Index
from annotator.store.lines import (
    Appender,
    Record,
    RecordError,
    decode,
    encode,
    read_at,
    replace_file,
)
from annotator.store.names import GOLD
from annotator.store.records import (
    Lineage,
    carry_unknown,
    checkpoint_record,
    line_hash,
    read_checkpoint,
)

ROTATE_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Version:
    """A state that no other replaces. `hash` is empty while only a journal holds it, and `edits`
    is how many of the journal it takes."""

    annotations: AnnotationSet
    lineage: Lineage
    hash: str = ""
    edits: int = 0

    @property
    def rank(self) -> tuple[int, str, str, str]:
        """The higher wins, in every clone."""
        return self.lineage.revision, self.lineage.at, self.lineage.writer, self.hash


class Checkpoints:
    """Reads checkpoints by the index and appends new ones to this clone's own files."""

    def __init__(
        self,
        root: Path,
        area: Area,
        index: Index,
        articles: Articles,
        tell: Callable[[Problem], None],
    ) -> None:
        self._root, self._area = root, area
        self._index, self._articles, self._tell = index, articles, tell

    # -- reading -----------------------------------------------------------------------------------

    def intact(self, article_id: str, annotator: str) -> list[Entry]:
        """The latest checkpoints; files that changed since they were indexed are read again."""
        entries = self._index.latest(article_id, annotator)
        for entry in entries:
            try:
                self.record(entry)
            except RecordError:
                self._articles.refresh(entry.place.path)
                return self._index.latest(article_id, annotator)
        return entries

    def load(self, entry: Entry) -> Version | None:
        """None (and a problem) if the line cannot be used any more."""
        try:
            annotations = read_checkpoint(self.record(entry))
        except RecordError as error:
            self._tell(Problem(entry.place.path, entry.place.line, f"this line {error}"))
            return None
        lineage = Lineage(entry.revision, (), entry.at, entry.writer, entry.journal)
        return Version(annotations, lineage, entry.hash)

    def record(self, entry: Entry) -> Record:
        """A checkpoint as it is written. Raises RecordError if the line is another by now."""
        place = entry.place
        try:
            raw = read_at(self._root / place.path, place.offset, place.length)
        except OSError as error:
            raise RecordError(f"cannot be read: {error.strerror}") from error
        if line_hash(raw) != entry.hash:
            raise RecordError("has changed since it was read")
        return decode(raw)

    # -- writing -----------------------------------------------------------------------------------

    def add(
        self,
        annotations: AnnotationSet,
        origin: Entry | None,
        others: list[Entry],
        journal: str,
        at: str,
    ) -> None:
        """Append a checkpoint that replaces the one it came from, and `others` as well.

        Nothing is written of an empty set, or if it says what its origin says. `journal` is the id
        of the history it was made with. Raises WriteError.
        """
        if origin is None and not others and _is_empty(annotations):
            return
        replaced = [*others, origin] if origin else others
        lineage = Lineage(
            revision=1 + max((entry.revision for entry in replaced), default=0),
            replaces=tuple(entry.hash for entry in replaced),
            at=at,
            writer=self._writer(),
            journal=journal,
        )
        text = self._articles.get(annotations.article_id).text
        record = checkpoint_record(annotations, text, lineage)
        if origin is not None:
            try:
                before = self.record(origin)
            except RecordError as error:
                self._articles.refresh(origin.place.path)
                raise AnnotatorError(
                    f"{origin.place.path}: this file {error}; try again."
                ) from error
            carry_unknown(before, record)
            if not others and _content(before) == _content(record):
                return
        self._append(annotations.annotator, [_line(annotations, record)])
        self._articles.refresh()

    def begin(self, works: Iterable[tuple[Article, AnnotationSet]]) -> Callable[[], None]:
        """First checkpoints of several sets, each with its article: made and checked now, written
        by what is returned, in as few writes as files."""
        lines: dict[str, list[bytes]] = {}
        for article, work in works:
            if not _is_empty(work):
                lineage = Lineage(1, (), utc_now(), self._writer(), "")
                record = checkpoint_record(work, article.text, lineage)
                lines.setdefault(work.annotator, []).append(_line(work, record))

        def write() -> None:
            for annotator, own in lines.items():
                self._append(annotator, own)

        return write

    def _append(self, annotator: str, lines: list[bytes]) -> None:
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

    def _file_to_append(self, annotator: str) -> Path:
        own = "corpus/gold" if annotator == GOLD else f"{self._area.annotations}/{annotator}"
        folder = self._root / own
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
        path = self._root / ".annotator/writer"
        with suppress(OSError, UnicodeDecodeError):
            writer = path.read_text(encoding="ascii").strip()
            if re.fullmatch("[a-z]{6}", writer):
                return writer
        writer = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(6))
        replace_file(path, f"{writer}\n".encode("ascii"))
        return writer


def _line(annotations: AnnotationSet, record: Record) -> bytes:
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
