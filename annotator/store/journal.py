"""The journal: every edit of one annotator on one article, on disk before the next key.

A journal file is a row of histories. Each begins with a line that names the checkpoint it goes on
from, so that edits are never applied to another state than the one they were made on.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from annotator.model.annotation import AnnotationSet
from annotator.model.session import Edit, utc_now
from annotator.store.base import Problem, WriteError
from annotator.store.lines import (
    VERSION,
    Appender,
    Record,
    RecordError,
    decode,
    encode,
    read_lines,
    torn_path,
)
from annotator.store.records import edit_record, read_edit

_START_KEYS = ("start", "article", "annotator", "text_sha256", "base")


@dataclass(frozen=True, slots=True)
class History:
    """Edits that follow each other. `base` is the hash of the checkpoint before the first ("" if
    there was none) and `line` the file's line where the history starts."""

    id: str
    article_id: str
    annotator: str
    text_hash: str
    base: str
    edits: list[Edit] = field(default_factory=list)
    line: int = 0

    @classmethod
    def begin(cls, article_id: str, annotator: str, text_hash: str, base: str) -> "History":
        return cls(secrets.token_hex(6), article_id, annotator, text_hash, base)

    def after(self, mark: int) -> list[Edit]:
        return [edit for edit in self.edits if edit.number > mark]

    def undoable(self) -> list[Edit]:
        """The edits since the last gap (a damaged line); undo may not reach across it."""
        first = 0
        for at in range(1, len(self.edits)):
            if self.edits[at].number != self.edits[at - 1].number + 1:
                first = at
        return self.edits[first:]


def read_histories(path: Path, name: str) -> tuple[list[History], list[Problem]]:
    """All histories of a journal file (none if there is no file), and the lines of no use.

    A torn line that was ended and set aside by an earlier start is not told again.
    """
    histories: list[History] = []
    problems: list[Problem] = []
    if not path.exists():
        return histories, problems
    for line in read_lines(path):
        try:
            record = decode(line.raw)
            if "start" in record:
                histories.append(_read_start(record, line.number))
            elif not histories:
                raise RecordError("comes before any history starts")
            else:
                _follow(histories[-1].edits, read_edit(record))
        except RecordError as error:
            if not _set_aside(path, line.raw):
                problems.append(Problem(name, line.number, f"this edit {error}; the rest is read"))
    return histories, problems


def replay(annotations: AnnotationSet, edits: list[Edit]) -> tuple[int, str]:
    """Apply edits to the state they were made on; how many fitted, and why the next did not.

    Their active time is taken over as well, so that a crash loses none that led to an edit.
    """
    for count, edit in enumerate(edits):
        for number, change in enumerate(edit.changes):
            if annotations.mapping(change.kind).get(change.key) != change.before:
                for done in reversed(edit.changes[:number]):
                    annotations.apply(done.inverse())
                return count, f"edit {edit.number} does not fit the state before it"
            annotations.apply(change)
        annotations.mark = edit.number
        annotations.active_seconds = max(annotations.active_seconds, edit.active)
    return len(edits), ""


def _read_start(record: Record, line: int) -> History:
    texts = [record.get(key) for key in _START_KEYS]
    if not all(isinstance(text, str) for text in texts):
        raise RecordError("starts a history wrongly")
    history_id, article_id, annotator, text_hash, base = map(str, texts)
    return History(history_id, article_id, annotator, text_hash, base, [], line)


def _follow(edits: list[Edit], edit: Edit) -> None:
    if edits and edit.number <= edits[-1].number:
        if edit == edits[-1]:  # written twice: the first time the disk failed after the write
            return
        raise RecordError(f"has number {edit.number} after {edits[-1].number}")
    edits.append(edit)


def _set_aside(path: Path, raw: bytes) -> bool:
    try:
        return raw in torn_path(path).read_bytes().split(b"\n")
    except OSError:
        return False


class FileJournal:
    """Continues the last history of a journal file, or starts one with the first edit.

    `begin` gives that new history; it may write a checkpoint to start from, and raise WriteError.
    `base` is the hash of the checkpoint that was the latest state when this was opened.
    """

    def __init__(
        self,
        path: Path,
        base: str,
        history: History | None = None,
        begin: Callable[[], History] | None = None,
    ) -> None:
        self.base = base
        self._appender = Appender(path)
        self._history = history
        self._begin = begin

    @property
    def history(self) -> History | None:
        """None until the first edit of a new history."""
        return self._history

    def read(self) -> list[Edit]:
        """The edits undo may go back over."""
        return self._history.undoable() if self._history else []

    def append(self, edit: Edit) -> None:
        """Make an edit durable. Raises WriteError; the journal is then as it was."""
        history, started = self._history, self._history is not None
        if history is None and self._begin is not None:
            history = self._begin()
        assert history is not None
        data = b""
        if not started or not self._appender.path.exists():  # new, or taken away under our hands
            data = encode(_start_record(history))
            data += b"".join(encode(edit_record(earlier)) for earlier in history.edits)
        try:
            line = encode(edit_record(edit))
            read_edit(decode(line[:-1]))  # what could not be read again is not acknowledged
        except RecordError as error:
            raise WriteError(f"This edit {error}; undo it.") from error
        self._appender.append(data + line)
        history.edits.append(edit)
        self._history = history

    def close(self) -> None:
        self._appender.close()


def _start_record(history: History) -> Record:
    return {
        "v": VERSION,
        "start": history.id,
        "article": history.article_id,
        "annotator": history.annotator,
        "text_sha256": history.text_hash,
        "base": history.base,
        "at": utc_now(),
    }
