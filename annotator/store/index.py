"""Where each record is: a throw-away SQLite cache of what the JSONL files hold.

It is never the truth. Files are compared by size, time and the hash of their tail; what grew is
read on, what changed is read anew. If the cache cannot be used, the same is done in memory.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple

from annotator.store.area import WORK, Area
from annotator.store.base import Head, Problem
from annotator.store.lines import Line, RecordError, decode, read_at, read_lines
from annotator.store.names import GOLD
from annotator.store.records import line_hash, read_checkpoint, read_head, read_lineage

_LAYOUT = 4  # raise with any change of the tables or of what is read from a line
_TAIL = 4096
_BATCH = 2000
_TABLES = """
CREATE TABLE file(path TEXT PRIMARY KEY, size INTEGER, mtime INTEGER, tail BLOB, lines INTEGER);
CREATE TABLE article(file TEXT, line INTEGER, offset INTEGER, length INTEGER, id TEXT,
    text_hash TEXT, headline TEXT, source TEXT, published TEXT, url TEXT, language TEXT,
    characters INTEGER);
CREATE INDEX article_id ON article(id);
CREATE INDEX article_place ON article(file, line);
CREATE TABLE checkpoint(file TEXT, line INTEGER, offset INTEGER, length INTEGER, hash TEXT,
    article TEXT, annotator TEXT, text_hash TEXT, rev INTEGER, at TEXT, writer TEXT,
    journal TEXT, mark INTEGER, status TEXT, spans INTEGER, seconds REAL, flags TEXT, note TEXT);
CREATE INDEX checkpoint_key ON checkpoint(annotator, article);
CREATE INDEX checkpoint_place ON checkpoint(file, line);
CREATE TABLE replaced(file TEXT, line INTEGER, hash TEXT, article TEXT, annotator TEXT,
    text_hash TEXT);
CREATE INDEX replaced_hash ON replaced(hash);
CREATE INDEX replaced_place ON replaced(file, line);
CREATE TABLE problem(file TEXT, line INTEGER, message TEXT);
CREATE TABLE settled(path TEXT PRIMARY KEY, size INTEGER, mtime INTEGER);
"""
_HEADS = """
    SELECT c.* FROM checkpoint c JOIN article a ON a.id = c.article AND a.text_hash = c.text_hash
    WHERE {where} AND NOT EXISTS (
        SELECT 1 FROM replaced r WHERE r.hash = c.hash AND r.article = c.article
        AND r.annotator = c.annotator AND r.text_hash = c.text_hash)
    GROUP BY c.hash ORDER BY c.rev, c.at, c.writer, c.hash
"""
_SEVERAL = """
    (c.annotator, c.article) IN (
        SELECT annotator, article FROM checkpoint GROUP BY annotator, article HAVING COUNT(*) > 1)
"""
_PAGE = """
    SELECT a.file, a.line, a.offset, a.length, a.id, a.text_hash, c.file, c.line, c.offset,
        c.length, c.hash, c.annotator, c.rev, c.at, c.writer
    FROM (SELECT file, line, offset, length, id, text_hash FROM article
        WHERE (file, line) > (?, ?) ORDER BY file, line LIMIT 1000) a
    LEFT JOIN checkpoint c ON c.annotator IN ({marks}) AND c.article = a.id
        AND c.text_hash = a.text_hash AND NOT EXISTS (
            SELECT 1 FROM replaced r WHERE r.hash = c.hash AND r.article = c.article
            AND r.annotator = c.annotator AND r.text_hash = c.text_hash)
    ORDER BY a.file, a.line, c.annotator, c.rev, c.at, c.writer, c.hash
"""
_ROWS = {"article": 12, "checkpoint": 18, "replaced": 6, "problem": 3}
Rows = dict[str, list[tuple[Any, ...]]]
Progress = Callable[[int, int], None]


class Place(NamedTuple):
    """A line of a file; `path` is relative to the project, `length` without the newline."""

    path: str
    line: int
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A checkpoint without its content."""

    place: Place
    hash: str
    article_id: str
    annotator: str
    text_hash: str
    revision: int
    at: str
    writer: str
    journal: str
    mark: int
    status: str
    spans: int
    active_seconds: float
    flags: tuple[str, ...]
    note: str


class Found(NamedTuple):
    """An article and the winning checkpoint of each annotator: place and hash, by name."""

    id: str
    place: Place
    text_hash: str
    works: dict[str, tuple[Place, str]]


@dataclass(slots=True)
class _Meter:
    """How far reading is, in bytes."""

    report: Progress | None
    total: int = 0
    done: int = 0

    def tell(self) -> None:
        if self.report is not None:
            self.report(self.done, self.total)


def cache_path(root: Path, area: Area = WORK) -> Path:
    """The cache file of a project's area; the variable ANNOTATOR_CACHE_DIR moves its folder."""
    folder = os.environ.get("ANNOTATOR_CACHE_DIR")
    if folder:
        base = Path(folder)
    else:
        from platformdirs import user_cache_path

        base = user_cache_path("annotator", appauthor=False)
    place = str(root.resolve()) + ("" if area == WORK else f"\0{area.annotations}")
    key = blake2b(place.encode("utf-8", "surrogateescape"), digest_size=12)
    return base / f"{key.hexdigest()}.sqlite"


class Index:
    """What the files of articles, annotations and gold under `corpus/` hold, line by line."""

    def __init__(
        self,
        root: Path,
        cache: Path | None = None,
        progress: Progress | None = None,
        area: Area = WORK,
    ) -> None:
        """`progress` is told how many bytes of how many are read, until all is taken in."""
        self._root = root
        self._area = area
        self._by_text = False
        self._progress = progress
        self._lock = RLock()
        self._cache = cache
        self._connection = _open(cache)
        self.refresh()
        self._progress = None

    def close(self) -> None:
        self._connection.close()

    # -- keeping up --------------------------------------------------------------------------------

    def refresh(self, changed: str = "") -> None:
        """Catch up with the files; `changed` names one that is to be read anew whatever it seems.

        A cache that is locked, full or damaged is left, and all is read into memory.
        """
        with self._lock:
            try:
                self._catch_up(changed)
            except sqlite3.Error as error:
                self._use_memory(error)

    def _use_memory(self, error: sqlite3.Error) -> None:
        with suppress(sqlite3.Error):
            self._connection.close()
        if self._cache and not isinstance(error, sqlite3.OperationalError):
            _remove(self._cache)
        self._cache = None
        self._connection = _connect(":memory:")
        self._catch_up("")

    def _catch_up(self, changed: str) -> None:
        files = dict(self._files())
        if not changed and not self._stale(files):
            return
        with self._writing():
            stale = self._stale(files, changed)
            meter = _Meter(self._progress)
            for path, known in stale:
                if path in files:
                    meter.total += files[path].st_size - (known[0] if known else 0)
            for path, known in stale:
                self._read_file(path, known, meter)

    def _files(self) -> Iterator[tuple[str, os.stat_result]]:
        for pattern in (
            "corpus/articles/*.jsonl",
            f"{self._area.annotations}/*/*.jsonl",
            "corpus/gold/*.jsonl",
        ):
            for path in self._root.glob(pattern):
                with suppress(OSError):
                    yield path.relative_to(self._root).as_posix(), path.stat()

    def _stale(
        self, files: dict[str, os.stat_result], changed: str = ""
    ) -> list[tuple[str, tuple[int, int] | None]]:
        """Files to read, each with the size and line count to go on from (None: from the start)."""
        found: list[tuple[str, tuple[int, int] | None]] = []
        rows = self._connection.execute("SELECT path, size, mtime, tail, lines FROM file")
        known = {path: rest for path, *rest in rows}
        for path, stat in files.items():
            if path not in known or path == changed:
                found.append((path, None))
                continue
            size, mtime, tail, lines = known[path]
            same = stat.st_size == size and stat.st_mtime_ns == mtime
            kept = stat.st_size >= size and self._tail(path, size) == tail
            if not (same and kept):
                found.append((path, (size, lines) if kept and stat.st_size > size else None))
        found.extend((path, None) for path in known if path not in files)
        return found

    def _tail(self, path: str, size: int) -> bytes:
        start = max(0, size - _TAIL)
        try:
            tail = read_at(self._root / path, start, size - start)
        except OSError:
            return b""
        return blake2b(tail, digest_size=16).digest()

    def _read_file(self, path: str, known: tuple[int, int] | None, meter: _Meter) -> None:
        size, lines = known or (0, 0)
        for table in _ROWS:
            self._execute(f"DELETE FROM {table} WHERE file = ? AND line > ?", path, lines)
        self._execute("DELETE FROM file WHERE path = ?", path)
        try:
            mtime = (self._root / path).stat().st_mtime_ns
            size, lines = self._read_from(path, size, lines, meter)
        except FileNotFoundError:
            return
        except OSError as error:
            self._execute(
                "INSERT INTO problem VALUES (?, 0, ?)", path, f"cannot be read: {error.strerror}"
            )
            return
        tail = self._tail(path, size)
        self._execute("INSERT INTO file VALUES (?, ?, ?, ?, ?)", path, size, mtime, tail, lines)

    def _read_from(self, path: str, size: int, lines: int, meter: _Meter) -> tuple[int, int]:
        """Index the lines after the first `lines`; the end and number of the last ended one."""
        folder = path.split("/")[1]
        annotator = GOLD if folder == "gold" else path.split("/")[2]
        rows: Rows = {table: [] for table in _ROWS}
        for line in read_lines(self._root / path, size, lines + 1):
            try:
                if folder == "articles":
                    rows["article"].append(_article_row(path, line))
                else:
                    checkpoint, replaced = _checkpoint_rows(path, line, annotator)
                    rows["checkpoint"].append(checkpoint)
                    rows["replaced"].extend(replaced)
            except RecordError as error:
                message = f"this line {error}; it is left in place and the rest is read"
                rows["problem"].append((path, line.number, message))
            if line.complete:
                size, lines = line.end, line.number
            meter.done += len(line.raw) + 1
            if line.number % _BATCH == 0:
                self._insert(rows)
                meter.tell()
        self._insert(rows)
        return size, lines

    def _insert(self, rows: Rows) -> None:
        for table, width in _ROWS.items():
            marks = ", ".join("?" * width)
            self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows[table])
            rows[table].clear()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            with suppress(sqlite3.Error):
                self._execute("ROLLBACK")
            raise
        self._execute("COMMIT")

    def _execute(self, statement: str, *values: object) -> None:
        self._connection.execute(statement, values)

    def _query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._connection.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                self._use_memory(error)
                return self._connection.execute(statement, values).fetchall()

    # -- articles ----------------------------------------------------------------------------------

    def heads(self) -> list[Head]:
        """In the order of shards and lines; of articles with one id, the first."""
        heads: dict[str, Head] = {}
        for row in self._query(
            "SELECT id, text_hash, headline, source, published, url, language, characters"
            " FROM article ORDER BY file, line"
        ):
            if row[0] not in heads:
                heads[row[0]] = Head(*row)
        return list(heads.values())

    def article(self, article_id: str) -> tuple[Place, str] | None:
        """Where an article is, and its text's hash."""
        rows = self._query(
            "SELECT file, line, offset, length, text_hash FROM article WHERE id = ?"
            " ORDER BY file, line LIMIT 1",
            article_id,
        )
        return (Place(*rows[0][:4]), rows[0][4]) if rows else None

    def article_with_text(self, text_hash: str) -> str | None:
        if not self._by_text:  # only adding articles needs it, and making it takes a while
            self._by_text = True
            with self._lock, suppress(sqlite3.Error):
                self._execute("CREATE INDEX IF NOT EXISTS article_text ON article(text_hash)")
        rows = self._query(
            "SELECT id FROM article WHERE text_hash = ? ORDER BY file, line LIMIT 1", text_hash
        )
        return rows[0][0] if rows else None

    # -- checkpoints -------------------------------------------------------------------------------

    def annotators(self) -> list[str]:
        return [name for (name,) in self._query("SELECT DISTINCT annotator FROM checkpoint")]

    def entries(self, article_id: str, annotator: str) -> list[Entry]:
        """Every checkpoint about the article's text, replaced or not."""
        rows = self._query(
            "SELECT c.* FROM checkpoint c"
            " JOIN article a ON a.id = c.article AND a.text_hash = c.text_hash"
            " WHERE c.annotator = ? AND c.article = ? GROUP BY c.hash",
            annotator,
            article_id,
        )
        return [_entry(row) for row in rows]

    def latest(self, article_id: str, annotator: str) -> list[Entry]:
        """The checkpoints that no other replaces, the winner last."""
        where = "c.annotator = ? AND c.article = ?"
        rows = self._query(_HEADS.format(where=where), annotator, article_id)
        return [_entry(row) for row in rows]

    def all_latest(self, annotator: str) -> list[Entry]:
        """`latest` for every article, in one go."""
        rows = self._query(_HEADS.format(where="c.annotator = ?"), annotator)
        return [_entry(row) for row in rows]

    def all_entries(self) -> list[Entry]:
        rows = self._query(
            "SELECT c.* FROM checkpoint c"
            " JOIN article a ON a.id = c.article AND a.text_hash = c.text_hash"
            " ORDER BY c.article, c.file, c.line"
        )
        return [_entry(row) for row in rows]

    def found(self, annotators: Sequence[str]) -> Iterator[Found]:
        """All articles with the winners of some annotators, page by page, in the order of import.

        What is written meanwhile may be among it or not.
        """
        query = _PAGE.format(marks=", ".join("?" * len(annotators)))
        twins = {
            row[0] for row in self._query("SELECT id FROM article GROUP BY id HAVING COUNT(*) > 1")
        }
        last: tuple[str, int] = "", 0
        while page := self._query(query, *last, *annotators):
            last = page[-1][:2]
            for place, rows in groupby(page, key=itemgetter(0, 1)):
                row, *others = rows
                if row[4] in twins:
                    first = self.article(row[4])
                    if first is None or (first[0].path, first[0].line) != place:
                        continue
                # Rows of one annotator come with the winner last.
                works = {one[11]: (Place(*one[6:10]), one[10]) for one in (row, *others) if one[11]}
                yield Found(row[4], Place(*row[:4]), row[5], works)

    def count(self) -> int:
        """How many articles there are."""
        return int(self._query("SELECT COUNT(DISTINCT id) FROM article")[0][0])

    def outdated(self, annotator: str) -> set[str]:
        """Articles whose text is not the one that checkpoints are about."""
        rows = self._query(
            "SELECT c.article FROM checkpoint c JOIN article a ON a.id = c.article"
            " WHERE c.annotator = ? AND a.text_hash <> c.text_hash",
            annotator,
        )
        return {article for (article,) in rows}

    # -- problems ----------------------------------------------------------------------------------

    def problems(self) -> list[Problem]:
        """Unusable lines, records about other texts, duplicate ids, competing versions."""
        found = [Problem(*row) for row in self._query("SELECT * FROM problem ORDER BY file, line")]
        for file, line, article, text_hash in self._query(
            "SELECT c.file, c.line, c.article, a.text_hash FROM checkpoint c LEFT JOIN article a"
            " ON a.id = c.article WHERE a.text_hash IS NOT c.text_hash ORDER BY c.file, c.line"
        ):
            fault = (
                f"the text of article {article!r} is not the one this record is about"
                if text_hash
                else f"there is no article {article!r}"
            )
            found.append(Problem(file, line, f"{fault}; it is kept but not shown"))
        for file, line, article in self._query(
            "SELECT b.file, b.line, b.id FROM article b WHERE EXISTS (SELECT 1 FROM article a"
            " WHERE a.id = b.id AND (a.file, a.line) < (b.file, b.line)"
            " AND a.text_hash IS NOT b.text_hash) ORDER BY b.file, b.line"
        ):
            found.append(
                Problem(file, line, f"there is another article {article!r} before; this is unused")
            )
        for file, line, article, annotator in self._query(
            f"SELECT file, line, article, annotator FROM ({_HEADS.format(where=_SEVERAL)})"
            " GROUP BY article, annotator HAVING COUNT(*) > 1"
        ):
            message = f"two versions of {annotator}'s work on article {article!r}; both are kept"
            found.append(Problem(file, line, message))
        return found

    # -- journals that hold nothing new ------------------------------------------------------------

    def settled(self) -> dict[str, tuple[int, int]]:
        """Size and time of the journals that were found to be included in checkpoints."""
        rows = self._query("SELECT path, size, mtime FROM settled")
        return {path: (size, mtime) for path, size, mtime in rows}

    def settle(self, path: str, size: int, mtime: int) -> None:
        with self._lock, suppress(sqlite3.Error):
            self._execute("INSERT OR REPLACE INTO settled VALUES (?, ?, ?)", path, size, mtime)


def _article_row(path: str, line: Line) -> tuple[Any, ...]:
    head = read_head(line.raw)
    return (
        *(path, line.number, line.offset, len(line.raw), head.id, head.text_hash, head.headline),
        *(head.source, head.published, head.url, head.language, head.characters),
    )


def _checkpoint_rows(
    path: str, line: Line, annotator: str
) -> tuple[tuple[Any, ...], list[tuple[Any, ...]]]:
    record = decode(line.raw)
    lineage = read_lineage(record)
    work = read_checkpoint(record)
    if work.annotator == GOLD and not path.startswith("corpus/gold/"):
        raise RecordError("is gold, which belongs into corpus/gold")
    if work.annotator != annotator:
        raise RecordError(f"is by {work.annotator!r} but lies in the folder of {annotator!r}")
    row = (
        *(path, line.number, line.offset, len(line.raw), line_hash(line.raw)),
        *(work.article_id, work.annotator, work.text_hash),
        *(lineage.revision, lineage.at, lineage.writer, lineage.journal, work.mark),
        *(work.status, len(work.spans), work.active_seconds, "\n".join(work.flags), work.note),
    )
    replaced = [
        (path, line.number, item, work.article_id, work.annotator, work.text_hash)
        for item in lineage.replaces
    ]
    return row, replaced


def _entry(row: tuple[Any, ...]) -> Entry:
    place, rest = row[:4], row[4:-2]
    flags = tuple(row[-2].split("\n")) if row[-2] else ()
    return Entry(Place(*place), *rest, flags, row[-1])  # type: ignore[call-arg]


def _open(cache: Path | None) -> sqlite3.Connection:
    if cache is not None:
        for _ in range(2):
            try:
                cache.parent.mkdir(parents=True, exist_ok=True)
                return _connect(str(cache))
            except (sqlite3.OperationalError, OSError):  # locked, full or not writable
                break
            except sqlite3.DatabaseError:
                _remove(cache)
    return _connect(":memory:")


def _remove(cache: Path) -> None:
    """A damaged cache, or one of another layout, holds nothing that is not elsewhere."""
    with suppress(OSError):
        for suffix in ("", "-wal", "-shm"):
            Path(f"{cache}{suffix}").unlink(missing_ok=True)


def _connect(name: str) -> sqlite3.Connection:
    """Raises sqlite3.DatabaseError for a file that is no cache of this layout."""
    connection = sqlite3.connect(name, timeout=0.5, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        (layout,) = connection.execute("PRAGMA user_version").fetchone()
        if layout == 0:
            connection.executescript(
                f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version={_LAYOUT}; COMMIT"
            )
        elif layout != _LAYOUT:
            raise sqlite3.DatabaseError("another layout")
    except BaseException:
        connection.close()
        raise
    return connection
