"""Files that are either wholly written or not there."""

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from annotator.model.errors import AnnotatorError


def write_lines(target: str, lines: Iterable[bytes]) -> int:
    """Write lines, each ended by LF, to a file or, for "-", to standard output; returns how many.

    The file takes the place of an older one only once it is complete and on disk; with an error
    half-way the older one stays. Raises AnnotatorError if it cannot be written.
    """
    if target == "-":
        return _pour(lines, sys.stdout.buffer)
    path = Path(target)
    temporary = ""
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            temporary = file.name
            count = _pour(lines, file)
            os.fsync(file.fileno())
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


def _pour(lines: Iterable[bytes], file) -> int:  # type: ignore[no-untyped-def]
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
