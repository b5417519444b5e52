"""Files that are either wholly written or not there."""

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from annotator.model.errors import AnnotatorError


def write_lines(target: str, lines: Iterable[bytes]) -> int:
    """Write lines, each ended by LF, to a file or, for "-", to standard output; returns how many.

    The file takes the place of an older one only once it is complete and on disk; with an error
    half-way the older one stays. Raises AnnotatorError if it cannot be written.
    """
    if target == "-":
        return _pour(lines, sys.stdout.buffer)
    path = Path(os.path.realpath(target))  # a link stays a link
    temporary = ""
    try:
        if os.path.exists(target) and not os.path.isfile(target):
            with open(target, "wb") as file:  # a pipe or a device: nothing to take the place of
                return _pour(lines, file)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name[:100]}.", delete=False
        ) as unfinished:
            temporary = unfinished.name
            count = _pour(lines, unfinished)
            os.fsync(unfinished.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        raise AnnotatorError(
            f"{target} cannot be written ({(error.strerror or str(error)).lower()})."
        ) from error
    finally:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
    return count


def _pour(lines: Iterable[bytes], file: IO[bytes]) -> int:
    count = 0
    for line in lines:
        file.write(line + b"\n")
        count += 1
    file.flush()
    return count


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
