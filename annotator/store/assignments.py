"""`corpus/assignments.jsonl`: who is to annotate what, one line an event, appended only.

A line says that someone joined or left, or was given an article or had it taken away again. Of the
lines about one person and article the last by revision, time and content holds, wherever it stands:
git may merge the lines of two clones in any order.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar, get_args

from annotator.model.errors import AnnotatorError
from annotator.model.session import utc_now
from annotator.store.base import Problem
from annotator.store.lines import (
    VERSION,
    Appender,
    Record,
    RecordError,
    decode,
    encode,
    read_lines,
)
from annotator.store.lock import hold
from annotator.store.names import check_annotator

ASSIGNMENTS = "corpus/assignments.jsonl"
Kind = Literal["join", "leave", "assign", "withdraw"]
_KINDS = get_args(Kind)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Event:
    """`article_id` is empty where someone joins or leaves."""

    kind: Kind
    annotator: str
    article_id: str = ""


class _Line(NamedTuple):
    """Lines about one person and article compare by what makes one of them hold."""

    revision: int
    at: str
    raw: bytes
    kind: Kind


class Assignments:
    """The assignments of a project, read again whenever the file has changed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = root / ASSIGNMENTS
        self._seen: tuple[int, int] | None = None
        self._latest: dict[tuple[str, str], _Line] = {}
        self._problems: list[Problem] = []
        self._by_article: dict[str, set[str]] = {}
        self._by_person: dict[str, set[str]] = {}

    @property
    def problems(self) -> list[Problem]:
        """Lines that could not be used."""
        self._refresh()
        return list(self._problems)

    def by_article(self) -> dict[str, set[str]]:
        """Who is to annotate each article that is assigned to anyone."""
        self._refresh()
        return {article: set(who) for article, who in self._by_article.items()}

    def people(self, article_id: str) -> frozenset[str]:
        """Who is to annotate an article."""
        self._refresh()
        return frozenset(self._by_article.get(article_id, ()))

    def articles(self, annotator: str) -> frozenset[str] | None:
        """What someone is to annotate; None if they were never assigned anything."""
        self._refresh()
        found = self._by_person.get(annotator)
        return None if found is None else frozenset(found)

    def annotators(self) -> list[str]:
        """Who takes part now, sorted."""
        self._refresh()
        return sorted(name for (_, name), line in self._latest.items() if line.kind == "join")

    def record(self, plan: Callable[[], tuple[list[Event], T]]) -> T:
        """Append the events that `plan` makes of the assignments as they are; returns its rest.

        No other process of this clone assigns meanwhile. Raises AnnotatorError, and WriteError.
        """
        with hold(self._root / ".annotator", "assignments", "assigning articles"):
            events, rest = plan()
            if events:
                self._append(events)
            return rest

    def _append(self, events: Iterable[Event]) -> None:
        self._refresh()
        at = utc_now()
        revisions = {key: line.revision for key, line in self._latest.items()}
        lines = []
        for event in events:
            check_annotator(event.annotator)
            key = event.article_id, event.annotator
            revisions[key] = revisions.get(key, 0) + 1
            lines.append(_encode(event, revisions[key], at))
        appender = Appender(self._path)
        try:
            appender.append(b"".join(lines))
        finally:
            appender.close()

    def _refresh(self) -> None:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            state = None
        else:
            state = stat.st_size, stat.st_mtime_ns
        if state == self._seen:
            return
        self._latest, self._problems = {}, []
        for line in read_lines(self._path) if state else ():
            try:
                key, found = _read(line.raw)
            except RecordError as error:
                self._problems.append(Problem(ASSIGNMENTS, line.number, f"this line {error}"))
                continue
            if key not in self._latest or self._latest[key] < found:
                self._latest[key] = found
        self._by_article, self._by_person = {}, {}
        for article_id, annotator in self._latest:
            self._by_person.setdefault(annotator, set())
            if self._latest[article_id, annotator].kind == "assign":
                self._by_article.setdefault(article_id, set()).add(annotator)
                self._by_person[annotator].add(article_id)
        self._seen = state


def _encode(event: Event, revision: int, at: str) -> bytes:
    record: Record = {"v": VERSION, "event": event.kind, "annotator": event.annotator}
    if event.article_id:
        record["article"] = event.article_id
    try:
        return encode(record | {"rev": revision, "at": at})
    except RecordError as error:
        raise AnnotatorError(f"The assignment of {event.article_id!r} {error}.") from error


def _read(raw: bytes) -> tuple[tuple[str, str], _Line]:
    """What a line is about, article and annotator, and the line."""
    record = decode(raw)
    kind, annotator, article = (record.get(k, "") for k in ("event", "annotator", "article"))
    if kind not in _KINDS:
        raise RecordError(f"has the unknown event {kind!r}")
    if not isinstance(annotator, str) or not annotator:
        raise RecordError("has a wrong annotator")
    if not isinstance(article, str) or bool(article) != (kind in ("assign", "withdraw")):
        raise RecordError("has a wrong article")
    revision, at = record.get("rev"), record.get("at", "")
    if type(revision) is not int or revision < 1 or not isinstance(at, str):
        raise RecordError("has a wrong rev or at")
    return (article, annotator), _Line(revision, at, raw, kind)
