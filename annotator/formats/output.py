"""Files and folders that are either wholly written or not there."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from annotator.model.errors import AnnotatorError

_BATCH = 1 << 18
_SCHEME = Path("guidelines", "scheme.toml")
"""What makes a folder a project."""
_KEPT = frozenset(("corpus", "guidelines", ".annotator"))
"""The parts of a project that only commands of their own write."""
_PRECIOUS = (".annotator", ".git", ".hg", ".svn")
"""What no older export holds."""


class Output:
    """Where an export goes: a file, a folder, or ("-") standard output.

    Everything is written beside its place and moved there by `committed`, once it is complete and
    on disk; with an error half-way whatever was there stays. A folder that is there and holds
    anything is refused, unless `replace` says so. What a project keeps is never written over, nor
    is a folder replaced that holds more than an export. Writers use `file` (a single one), or
    `part` (files of a folder, by relative path).
    """

    def __init__(self, target: str, *, replace: bool = False) -> None:
        self.target = target
        self._replace = replace
        self._unfinished: Path | None = None
        self._folder = False

    @property
    def name(self) -> str:
        """The last part of where it goes, without a suffix; "" for standard output."""
        return "" if self.target == "-" else Path(os.path.realpath(self.target)).stem

    @contextmanager
    def committed(self) -> Iterator["Output"]:
        """Around the writing. Raises AnnotatorError if something cannot be written."""
        try:
            self._refuse_projects()
            yield self
            self._commit()
        except OSError as error:
            if isinstance(error, BrokenPipeError | AnnotatorError):
                raise
            raise AnnotatorError(
                f"{self.target} cannot be written ({(error.strerror or str(error)).lower()})."
            ) from error
        finally:
            self._discard()

    @contextmanager
    def file(self) -> Iterator[IO[bytes]]:
        """The one file of this output, for bytes; call it once."""
        if self.target == "-":
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
            return
        if os.path.exists(self.target) and not os.path.isfile(self.target):
            if os.path.isdir(self.target):
                raise AnnotatorError(f"{self.target} is a folder; name a file in it.")
            with open(self.target, "wb") as file:  # a pipe or a device: nothing to replace
                yield file
            return
        path = Path(os.path.realpath(self.target))  # a link stays a link
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name[:100]}.", delete=False
        ) as file:
            self._unfinished = Path(file.name)
            yield file
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def part(self, name: str) -> Iterator[IO[bytes]]:
        """A file of this output's folder, by its relative path with "/"."""
        with open(self.place(name), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())

    def place(self, name: str) -> Path:
        """Where to write a file of the folder, for libraries that want a path.

        Raises AnnotatorError for standard output, and for a name that would leave the folder.
        """
        if self.target == "-":
            raise AnnotatorError("This format is a folder of files; name one with -o FOLDER.")
        relative = PurePosixPath(name)
        if relative.is_absolute() or ".." in relative.parts or "\0" in name or not relative.name:
            raise AnnotatorError(f"{name!r} cannot be the name of a file.")
        if self._unfinished is None:
            self._refuse_full()
            path = Path(os.path.realpath(self.target))
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._unfinished = Path(
                    tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name[:100]}.")
                )
            except OSError as error:
                raise AnnotatorError(
                    f"{self.target} cannot be written ({(error.strerror or str(error)).lower()})."
                ) from error
            self._folder = True
        place = self._unfinished / relative
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def lines(self, lines: Iterable[bytes]) -> int:
        """Write lines, each ended by LF, as the one file of this output; returns how many."""
        count = size = 0
        batch: list[bytes] = []
        with self.file() as file:
            for line in lines:
                batch += (line, b"\n")
                size += len(line)
                count += 1
                if size >= _BATCH:
                    file.write(b"".join(batch))
                    batch.clear()
                    size = 0
            file.write(b"".join(batch))
        return count

    def _refuse_projects(self) -> None:
        if self.target == "-":
            return
        if not self.target:
            raise AnnotatorError("The name of what to write is empty; name a file or folder.")
        path = Path(os.path.realpath(self.target))
        for folder in path.parents:
            if path.relative_to(folder).parts[0] in _KEPT and (folder / _SCHEME).is_file():
                raise AnnotatorError(
                    f"{self.target} is within the project in {folder}, whose corpus and guidelines"
                    " no output may touch; name a place outside of them."
                )

    def _refuse_full(self) -> None:
        if not os.path.lexists(self.target):
            return
        if not os.path.isdir(self.target):
            raise AnnotatorError(f"{self.target} is a file, but this format writes a folder.")
        if os.listdir(self.target) and not self._replace:
            raise AnnotatorError(
                f"{self.target} is there already; name a new folder, or say --replace."
            )
        kept = self._more_than_an_export()
        if kept is not None:
            raise AnnotatorError(
                f"{self.target} is or holds {kept}, so it is no older export; name a new folder."
            )

    def _more_than_an_export(self) -> Path | None:
        """A project, a repository, the home or working folder in what would be replaced."""
        path = Path(os.path.realpath(self.target))
        inner = [path / name for name in (_SCHEME, *_PRECIOUS)] + sorted(path.glob(f"*/{_SCHEME}"))
        outer = Path.cwd(), Path(os.path.realpath(os.path.expanduser("~")))
        kept = [x for x in inner if x.exists()] + [x for x in outer if x.is_relative_to(path)]
        return next(iter(kept), None)

    def _commit(self) -> None:
        if self._unfinished is None:
            return
        path = Path(os.path.realpath(self.target))
        if self._folder:
            os.chmod(self._unfinished, 0o777 & ~_umask())
            old: Path | None = None
            if path.is_dir():
                old = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name[:100]}.old."))
                os.rmdir(old)
                os.rename(path, old)
            os.rename(self._unfinished, path)
            if old is not None:
                shutil.rmtree(old)
        else:
            os.chmod(self._unfinished, 0o666 & ~_umask())
            os.replace(self._unfinished, path)
        self._unfinished = None

    def _discard(self) -> None:
        if self._unfinished is not None and self._unfinished.exists():
            if self._folder:
                shutil.rmtree(self._unfinished, ignore_errors=True)
            else:
                self._unfinished.unlink()
        self._unfinished = None


class PartOutput(Output):
    """A part of another output's folder, as an output of its own: one file, or a folder of them.

    It is committed with the whole.
    """

    def __init__(self, whole: Output, name: str) -> None:
        super().__init__(whole.target)
        self._whole = whole
        self._name = name

    @property
    def name(self) -> str:
        return PurePosixPath(self._name).stem

    @contextmanager
    def committed(self) -> Iterator[Output]:
        yield self

    @contextmanager
    def file(self) -> Iterator[IO[bytes]]:
        with self._whole.part(self._name) as file:
            yield file

    @contextmanager
    def part(self, name: str) -> Iterator[IO[bytes]]:
        with self._whole.part(f"{self._name}/{name}") as file:
            yield file

    def place(self, name: str) -> Path:
        return self._whole.place(f"{self._name}/{name}")


def write_lines(target: str, lines: Iterable[bytes]) -> int:
    """Write lines, each ended by LF, to a file or, for "-", to standard output; returns how many.

    Raises AnnotatorError if it cannot be written; an older file then stays.
    """
    with Output(target).committed() as output:
        return output.lines(lines)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
