"""The files of a CAS export: single ones, folders, and the archives that INCEpTION writes."""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from annotator.formats.exchange import ForeignDocument, Source
from annotator.formats.loss import Finding
from annotator.formats.uima import CasError
from annotator.model.errors import AnnotatorError

_WORK = ("annotation/", "curation/")
_BARE = "INITIAL_CAS"
"""The name under which INCEpTION keeps a text before anybody's work."""
_LARGEST = 1 << 30
"""Bytes of a file in an archive; what is larger is no article."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file with a CAS. `near` are the other files of its folder and those above, nearest first.

    `document` and `annotator` are what the path says in a project of INCEpTION, else "".
    """

    path: str
    data: Callable[[], bytes]
    near: Callable[[], Iterator[tuple[str, bytes]]]
    document: str = ""
    annotator: str = ""


def read_each(
    source: Source, suffix: str, read: Callable[[Entry], ForeignDocument]
) -> Iterator[ForeignDocument]:
    """The documents of all files with a suffix.

    One that cannot be used is counted; if that is all there is, AnnotatorError is raised.
    """
    problem: AnnotatorError | None = None
    done = False
    for entry in _entries(source.path, suffix):
        if entry.annotator == _BARE:
            source.loss.set_aside("files", "of texts before anybody's work")
            continue
        try:
            found = read(entry)
        except CasError as error:
            problem = problem or error
            message = str(error).removeprefix(entry.path).strip()
            finding = Finding(entry.path, 0, message)
            source.loss.leave_out("files", "cannot be used", 1, finding)
            continue
        done = True
        yield found
    if not done:
        raise problem or AnnotatorError(f"{source.path} holds no file that ends in {suffix}.")


def _entries(path: Path, suffix: str) -> Iterator[Entry]:
    try:
        if path.is_dir():
            for file in sorted(path.rglob(f"*{suffix}")):
                yield Entry(str(file), file.read_bytes, lambda file=file: _beside(file, path))  # type: ignore[misc]
        elif zipfile.is_zipfile(path):
            yield from _archived(path.read_bytes(), str(path), suffix)
        else:
            yield Entry(str(path), path.read_bytes, lambda: _beside(path, path.parent.parent))
    except OSError as error:
        raise AnnotatorError(f"{path} cannot be read ({error.strerror or error}).") from error


def _beside(file: Path, top: Path) -> Iterator[tuple[str, bytes]]:
    for folder in file.parents:
        for other in sorted(folder.glob("*.xml"), key=lambda x: _likely_first(x.name)):
            yield other.name, other.read_bytes()
        if folder == top:
            return


def _archived(data: bytes, path: str, suffix: str, inside: str = "") -> Iterator[Entry]:
    """The files of an archive and of archives in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = sorted(x.filename for x in archive.infolist() if x.file_size <= _LARGEST)
            descriptions = sorted((x for x in names if x.endswith(".xml")), key=_likely_first)
            if any(name.startswith(_WORK) for name in names):  # a project of INCEpTION
                names = [name for name in names if name.startswith(_WORK)]
            for name in names:
                where = f"{path}/{name}"
                if name.endswith(".zip"):
                    yield from _archived(archive.read(name), where, suffix, f"{inside}{name}/")
                elif name.endswith(suffix):
                    document, annotator = _in_project(f"{inside}{name}")
                    yield Entry(
                        where,
                        lambda name=name: archive.read(name),  # type: ignore[misc]
                        lambda: ((x, archive.read(x)) for x in descriptions),
                        document,
                        annotator,
                    )
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise AnnotatorError(f"{path} is no whole archive ({error}).") from error


def _likely_first(name: str) -> tuple[bool, str]:
    return "typesystem" not in name.lower(), name


def _in_project(name: str) -> tuple[str, str]:
    """Document and annotator of `annotation/DOCUMENT/ANNOTATOR.zip/…`, else empty."""
    parts = PurePosixPath(name).parts
    for at, part in enumerate(parts[:-2]):
        if f"{part}/" in _WORK and parts[at + 2].endswith(".zip"):
            return parts[at + 1], PurePosixPath(parts[-1]).stem
    return "", ""
