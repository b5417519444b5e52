"""A table of facts beside a folder of texts: outlet, date, language and so on, a row a file."""

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from annotator.formats.decoding import DecodingError, decode
from annotator.formats.intake import (
    DATE_KEYS,
    HEADLINE_KEYS,
    ID_KEYS,
    LANGUAGE_KEYS,
    SOURCE_KEYS,
    URL_KEYS,
    Item,
    Notice,
    iso_date,
    one_line,
)
from annotator.model.errors import AnnotatorError

FILE_KEYS = ("file", "filename", "path", *ID_KEYS)
_FACTS = {
    "headline": HEADLINE_KEYS,
    "source": SOURCE_KEYS,
    "published": DATE_KEYS,
    "url": URL_KEYS,
    "language": LANGUAGE_KEYS,
}


class Metadata:
    """The rows of a CSV or TSV file, by the file (with or without suffix) or id they are about."""

    def __init__(self, path: str) -> None:
        """Raises AnnotatorError if the table cannot be used, naming file and line."""
        self._path = path
        self._rows: dict[str, tuple[int, dict[str, str]]] = {}
        self._used: set[str] = set()
        try:
            text = decode(Path(path).read_bytes()).text
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise AnnotatorError(f"{path} cannot be read ({reason}).") from error
        except DecodingError as error:
            raise AnnotatorError(f"{path} {error}") from error
        first = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=first.count)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            header = [name.strip().casefold() for name in next(reader, [])]
            key = next((header.index(name) for name in FILE_KEYS if name in header), None)
            if key is None:
                raise AnnotatorError(
                    f"{path}, line 1: there is no column called {', '.join(FILE_KEYS[:3])} or"
                    f" {FILE_KEYS[3]}, which says what a row is about."
                )
            for cells in reader:
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) != len(header):
                    raise AnnotatorError(
                        f"{path}, line {reader.line_num}: has {len(cells)} cells,"
                        f" but the header has {len(header)}."
                    )
                name = Path(cells[key].strip()).name
                if name in self._rows:
                    raise AnnotatorError(
                        f"{path}, line {reader.line_num}: {name} has a row already"
                        f" (line {self._rows[name][0]}); keep one."
                    )
                values = dict(zip(header, cells, strict=True))
                del values[header[key]]
                self._rows[name] = reader.line_num, values
        except csv.Error as error:
            raise AnnotatorError(f"{path}, line {reader.line_num}: is broken ({error}).") from error

    def is_in(self, path: Path) -> bool:
        """Whether this table is that file, which may lie among the texts."""
        return os.path.realpath(path) == os.path.realpath(self._path)

    def applied(self, item: Item) -> Item:
        """A draft with what its row says; what no field of ours takes is kept in `meta`."""
        if isinstance(item, Notice):
            return item
        article = item.article
        names = (Path(item.path).name, Path(item.path).stem, article.id)
        name = next((name for name in names if name in self._rows), None)
        if name is None:
            return item
        self._used.add(name)
        values = {key: value for key, value in self._rows[name][1].items() if value.strip()}
        found: dict[str, str] = {}
        for fact, keys in _FACTS.items():
            for key in keys:
                if fact not in found and key in values:
                    found[fact] = one_line(values.pop(key))
        date = found.get("published", "")
        if date and not iso_date(date):
            values["date"] = found.pop("published")
        elif date:
            found["published"] = iso_date(date)
        meta = {**article.meta, **values}
        return replace(
            item,
            article=replace(article, meta=meta, **found),
            titled=item.titled or "headline" in found,
        )

    def unused(self) -> Iterator[Notice]:
        """A warning for each row whose file was not among those added."""
        for name, (line, _) in self._rows.items():
            if name not in self._used:
                yield Notice(self._path, line, "warning", f"no file {name} was read")
