"""One process at a time writes what one annotator does in one clone."""

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock, Timeout

from annotator.model.errors import AnnotatorError
from annotator.model.session import utc_now

_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


@contextmanager
def hold(folder: Path, name: str, doing: str) -> Iterator[None]:
    """Hold `<folder>/<name>.lock` without waiting; a file beside it says who holds it.

    The system frees the lock of a process that died, so a stale one is simply taken. In a
    read-only folder nobody can write, and no lock is needed. Raises AnnotatorError if another
    process holds it.
    """
    lock = FileLock(folder / f"{name}.lock", timeout=0)
    note = folder / f"{name}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise AnnotatorError(_who(doing, note)) from None
    except OSError as error:
        if error.errno not in _READ_ONLY:
            raise AnnotatorError(
                f"{folder} could not be locked: {error.strerror or error}; make room there."
            ) from error
        yield
        return
    try:
        holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": utc_now()}
        # Who holds it is a courtesy: a full disk must not keep anyone from working.
        with suppress(OSError):
            note.write_bytes(orjson.dumps(holder))
        yield
    finally:
        with suppress(OSError):
            note.unlink(missing_ok=True)
        lock.release()


def _who(doing: str, note: Path) -> str:
    holder: Any = None
    with suppress(OSError, orjson.JSONDecodeError):
        holder = orjson.loads(note.read_bytes())
    if not isinstance(holder, dict):
        holder = {}
    process = f"process {holder.get('pid', '?')} on {holder.get('host', 'an unknown host')}"
    since = f" since {holder['since']}" if "since" in holder else ""
    return f"Already {doing}: {process}{since}; close that one first, or wait for it."
