"""JSONL files: one record a line, each closed by a checksum, appended so that crashes lose nothing.

Files are read in binary and split at "\\n" alone: other characters that Python or an editor takes
for line ends may stand inside a record.
"""

import json
import os
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from zlib import crc32

import orjson

from annotator.store.base import WriteError

VERSION = 1
_CRC = b',"crc":"'
_CRC_LENGTH = len(_CRC) + 8 + len(b'"}')

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

Record = dict[str, Any]


class RecordError(ValueError):
    """A record that cannot be used; the message completes "this line ..."."""


@dataclass(frozen=True, slots=True)
class Line:
    """`raw` is the line without its line end, its first byte is at `offset` and the next line's at
    `end`; `number` counts from 1."""

    number: int
    offset: int
    end: int
    raw: bytes
    complete: bool


def encode_plain(record: Record) -> bytes:
    """A line with its newline. Raises RecordError for what JSON cannot hold."""
    return _dump(record) + b"\n"


def encode(record: Record) -> bytes:
    """A line with its checksum and newline. Raises RecordError for what JSON cannot hold."""
    body = _dump(record)
    return b'%s,"crc":"%08x"}\n' % (body[:-1], crc32(body))


def _dump(record: Record) -> bytes:
    """Compact JSON; half a surrogate pair, which UTF-8 cannot hold, becomes U+FFFD."""
    try:
        return orjson.dumps(record)
    except TypeError as error:
        fault = RecordError(f"cannot be written as JSON: {error}")
        try:
            text = json.dumps(record, ensure_ascii=False)
        except (TypeError, ValueError):
            raise fault from error
        mended = _LONE_SURROGATE.sub("\ufffd", text)
        if mended == text:
            raise fault from error
        return orjson.dumps(orjson.loads(mended))


_CONFLICT = (b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||")


def decode(raw: bytes) -> Record:
    """The record of a line, without its checksum. Raises RecordError."""
    body = raw[:-_CRC_LENGTH] + b"}"
    sealed = raw[-_CRC_LENGTH:].startswith(_CRC)
    intact = sealed and raw[-10:] == b'%08x"}' % crc32(body)
    try:
        record = orjson.loads(body if intact else raw)
    except orjson.JSONDecodeError as error:
        if raw[:7] in _CONFLICT:
            raise RecordError(
                "is a mark of a git conflict; delete the lines with such marks, keep both sides"
            ) from error
        raise RecordError("is torn or not JSON") from error
    if not isinstance(record, dict):
        raise RecordError("is not a JSON object")
    version = record.get("v")
    if isinstance(version, int) and version > VERSION:
        raise RecordError(f"is of version {version}; update annotator to read it")
    if not intact:
        raise RecordError(
            "was changed: its checksum does not match" if sealed else "has no checksum"
        )
    if version != VERSION or isinstance(version, bool):
        raise RecordError(f"has the unknown version {version!r}")
    return record


def decode_known(raw: bytes) -> Record:
    """The record of a line that `decode` took before, known by its hash to be the same."""
    record: Record = orjson.loads(raw[:-_CRC_LENGTH] + b"}")
    return record


def read_lines(path: Path, offset: int = 0, number: int = 1) -> Iterator[Line]:
    """The lines of a file from a line's first byte on; blank ones are left out.

    What Windows programs add, CRLF and a byte order mark, belongs to no line.
    """
    with path.open("rb") as file:
        file.seek(offset)
        for raw in file:
            end = offset + len(raw)
            complete = raw.endswith(b"\n")
            raw = raw.removesuffix(b"\n").removesuffix(b"\r")
            if not offset and raw.startswith(BOM_UTF8):
                raw, offset = raw[len(BOM_UTF8) :], len(BOM_UTF8)
            if raw.strip():
                yield Line(number, offset, end, raw, complete)
            offset = end
            number += 1


def read_at(path: Path, offset: int, length: int) -> bytes:
    """`length` bytes from `offset`; fewer if the file is shorter."""
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(length)


class Reader:
    """`read_at` for many places: the files stay open, the last used ones.

    `in_order` says that the places mostly follow each other.
    """

    def __init__(self, root: Path, *, in_order: bool = False, most: int = 50) -> None:
        self._root, self._most = root, most
        self._buffer = 1 << 18 if in_order else 0
        self._files: dict[str, IO[bytes]] = {}

    def read(self, path: str, offset: int, length: int) -> bytes:
        file = self._files.get(path)
        if file is None:
            if len(self._files) >= self._most:
                self._files.pop(next(iter(self._files))).close()
            file = self._files[path] = (self._root / path).open("rb", self._buffer)
        file.seek(offset)
        return file.read(length)

    def close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()


def sync_directory(path: Path) -> None:
    """Make the names of new files in a folder durable (Windows does so by itself)."""
    if os.name != "nt":
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def replace_file(path: Path, data: bytes) -> None:
    """Write a whole file so that at any moment the old or the new one is there.

    Raises WriteError.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o666)
        try:
            write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise write_error(path, error) from error


def write_error(path: Path, error: OSError) -> WriteError:
    reason = error.strerror or str(error)
    return WriteError(f"{path} could not be written: {reason}; make room or allow writing there.")


_BINARY = getattr(os, "O_BINARY", 0)


class Appender:
    """Appends lines to one file; the caller holds the lock that keeps other writers away.

    The file is made with the first append. A last line without newline is ended first: a torn
    one stays where it is and is copied to `<file>.torn`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def append(self, data: bytes) -> None:
        """Write whole lines and sync them. Raises WriteError; the file is then as it was."""
        try:
            descriptor = self._open()
            size = os.fstat(descriptor).st_size
            try:
                write_all(descriptor, data)
                os.fsync(descriptor)
            except BaseException:
                os.ftruncate(descriptor, size)
                raise
        except OSError as error:
            # Opening anew mends what could not be cut off.
            self.close()
            raise write_error(self.path, error) from error

    def close(self) -> None:
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            with suppress(OSError):
                os.close(descriptor)

    def _open(self) -> int:
        if self._descriptor is not None and not self._in_place(self._descriptor):
            self.close()
        if self._descriptor is None:
            new = not self.path.exists()
            if new:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            else:
                end_torn_line(self.path)
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | _BINARY
            self._descriptor = os.open(self.path, flags, 0o666)
            if new:
                sync_directory(self.path.parent)
        return self._descriptor

    def _in_place(self, descriptor: int) -> bool:
        """Whether the path still leads to the open file (a checkout may have replaced it)."""
        try:
            return os.path.samestat(os.fstat(descriptor), self.path.stat())
        except FileNotFoundError:
            return False


def torn_path(path: Path) -> Path:
    """Where the torn lines of a file are copied to."""
    return path.with_name(path.name + ".torn")


def end_torn_line(path: Path, *, cut: bool = False) -> None:
    """Give the last line its newline, so that the next stands on its own.

    A torn line is copied to `<file>.torn`; `cut` then takes it out of the file itself.
    """
    tail = _unended_tail(path)
    if not tail:
        return
    try:
        orjson.loads(tail)
    except orjson.JSONDecodeError:
        _append_plainly(torn_path(path), tail + b"\n")
        if cut:
            os.truncate(path, path.stat().st_size - len(tail))
            return
    _append_plainly(path, b"\n")


def _append_plainly(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _unended_tail(path: Path) -> bytes:
    with path.open("rb") as file:
        size = position = file.seek(0, os.SEEK_END)
        start = 0
        while position:
            step = min(65536, position)
            position -= step
            file.seek(position)
            newline = file.read(step).rfind(b"\n")
            if newline >= 0:
                start = position + newline + 1
                break
        file.seek(start)
        return file.read(size - start)
