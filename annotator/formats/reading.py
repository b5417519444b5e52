"""Which reader a file is given to, and which files a folder or a pattern stands for."""

import glob
import os
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from annotator.formats import jsonl, plain
from annotator.formats.intake import Item, Notice, Options
from annotator.model.errors import AnnotatorError

PLAIN = frozenset((".txt", ".text", ".md", ".markdown"))
HTML = frozenset((".html", ".htm", ".xhtml"))
JSON = frozenset((".jsonl", ".ndjson", ".json"))
TABLE = frozenset((".csv", ".tsv"))
KNOWN = PLAIN | HTML | JSON | TABLE


def find(paths: Iterable[str], *, skip: Iterable[Path] = ()) -> Iterator[Path | Notice]:
    """The files that paths, folders (searched to the bottom) and glob patterns stand for, sorted.

    A path that exists is never read as a pattern, so that names with brackets work. Folders give
    files of known kinds only; hidden files, and the folders in `skip`, are passed over. Each file
    comes once.
    """
    seen: set[str] = set()
    skipped = {os.path.realpath(path) for path in skip}
    for name in paths:
        path = Path(name)
        if os.path.lexists(name):
            found: list[Path] = [path]
        else:
            found = [Path(match) for match in sorted(glob.glob(name, recursive=True))]
            if not found:
                yield Notice(name, 0, "refused", "does not exist")
        for item in found:
            for file in _below(item, skipped) if item.is_dir() else (item,):
                if isinstance(file, Notice):
                    yield file
                elif (real := os.path.realpath(file)) not in seen:
                    seen.add(real)
                    yield file


def read(path: Path, options: Options) -> Iterator[Item]:
    """The articles of one file. Whatever is wrong with it comes as a notice; nothing is raised."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            yield Notice(str(path), 0, "refused", "is not a regular file")
            return
        suffix = path.suffix.casefold()
        if suffix not in JSON | TABLE and size > options.limit * 4:
            yield Notice(
                str(path),
                0,
                "refused",
                f"is {size / 1e6:,.0f} MB, too large for one article; raise --limit or split it",
            )
            return
        with path.open("rb") as stream:
            yield from _read(stream, suffix, path, options)
    except OSError as error:
        reason = error.strerror or str(error)
        yield Notice(str(path), 0, "refused", f"cannot be read ({reason.lower()})")
    except AnnotatorError as error:
        yield Notice(str(path), 0, "refused", str(error))


def read_standard_input(stream: BinaryIO, options: Options) -> Iterator[Item]:
    """The articles that come in on a pipe: JSON Lines, a web page, or else one plain text."""
    data = stream.read()
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    suffix = ".txt"
    if start.startswith((b"{", b"[{")):
        suffix = ".jsonl"
    elif start.startswith((b"<!doctype html", b"<html")):
        suffix = ".html"
    try:
        yield from _read(BytesIO(data), suffix, Path("standard-input"), options)
    except AnnotatorError as error:
        yield Notice("standard input", 0, "refused", str(error))


def _read(stream: BinaryIO, suffix: str, path: Path, options: Options) -> Iterator[Item]:
    name, stem = str(path), path.stem
    fallback = f"{path.absolute().parent.name}-{stem}"
    if suffix in JSON:
        yield from jsonl.read(stream, path=name, id=stem, options=options)
    elif suffix in TABLE:
        from annotator.formats import table

        yield from table.read(stream, path=name, id=stem, options=options)
    elif suffix in HTML:
        from annotator.formats import html

        yield from html.read(stream, path=name, id=stem, fallback_id=fallback, options=options)
    else:
        yield from plain.read(stream, path=name, id=stem, fallback_id=fallback, options=options)


def _below(folder: Path, skipped: set[str]) -> Iterator[Path | Notice]:
    unknown = 0
    found = False
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and os.path.realpath(Path(parent, name)) not in skipped
        )
        for name in sorted(files):
            if name.startswith("."):
                continue
            if Path(name).suffix.casefold() in KNOWN:
                found = True
                yield Path(parent, name)
            else:
                unknown += 1
    if unknown:
        kinds = "file of another kind was" if unknown == 1 else "files of other kinds were"
        yield Notice(str(folder), 0, "skipped", f"{unknown:,} {kinds} passed over")
    elif not found:
        yield Notice(str(folder), 0, "refused", "holds no file to add")
