"""Columns with a token a line (CoNLL-2003, WNUT): spans as BIO, IOB1, BILOU or IOBES tags.

Read are columns between tabs or blanks, sentences between empty lines, and documents that begin
with -DOCSTART- (else a file is one). The tags are in the last column, unless the file names its
columns as ours do, or `layers` says which they are. Such a table has no text: it is taken from
`text`, or put together from the tokens with a blank between two, a line feed after a sentence.

Written is one column for each label of the scheme, further ones where spans of a label overlap
(`CLAIM/2`: the second level). Every document has comments, JSON behind `# name = `: `id`,
`annotator`, `text_sha256`, and `columns` with their names. With `offsets=yes` the second and third
column hold where a token starts and ends, in code points, and `exact` where a span does that
starts or ends inside a token, so that nothing is lost.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import orjson

from annotator.formats.conll_writer import CAPABILITY, OPTIONS, write
from annotator.formats.exchange import ForeignDocument, ForeignSet, ForeignSpan, Source
from annotator.formats.foreign_json import offset, text, texts
from annotator.formats.loss import Finding
from annotator.formats.raw import raw_lines, raw_text
from annotator.formats.registry import Format, Option
from annotator.formats.tags import Usage, is_tag, runs
from annotator.formats.token_places import token_places
from annotator.model.errors import AnnotatorError

_START = "-DOCSTART-"


@dataclass(slots=True)
class _Table:
    """One document: a row of cells for each token. `breaks` are tokens that begin a sentence.

    `columns` are the names the file gives its columns, none if it is not one of ours.
    """

    line: int
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    breaks: set[int] = field(default_factory=set)
    about: dict[str, object] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    exact: dict[tuple[str, int, int], tuple[int, int]] = field(default_factory=dict)

    def cells(self, column: int) -> list[str]:
        """A column; what is not there is outside every span."""
        return [row[column] if column < len(row) else "O" for row in self.rows]


def read(source: Source) -> Iterator[ForeignDocument]:
    """The documents of a file. Raises AnnotatorError if it holds no table."""
    path = str(source.path)
    lines = raw_lines(source.path, source.encoding)
    width = _width(lines, path)
    layers = _Layers(source.options["layers"], width, path)
    for table in _tables(lines, width, source, count=False):
        layers.look_at(table)
    for number, table in enumerate(_tables(lines, width, source, count=True), 1):
        name = f"{source.path.stem}-{number}" if layers.documents > 1 else source.path.stem
        yield _Document(table, name, layers, source).read()
    if not layers.documents:
        raise AnnotatorError(f"{path} holds no tokens; a table has a token and its tags a line.")
    for column, usage in layers.usage.items():
        if usage.irregular:
            message = f"column {column + 1} is {usage.style}, but some spans in it lack a beginning"
            source.loss.change(
                "spans",
                "begun where no tag begins them",
                usage.irregular,
                Finding(path, 0, message),
            )


def _cells(line: str) -> list[str]:
    return line.split("\t") if "\t" in line else line.split()


def _is_comment(line: str) -> bool:
    return line.startswith("# ") and " = " in line


def _width(lines: list[str], path: str) -> int:
    """How many columns the first token has."""
    for line in lines:
        if line.strip() and not _is_comment(line) and not line.startswith(_START):
            cells = _cells(line)
            if len(cells) < 2:
                raise AnnotatorError(
                    f"{path} has one column only; a table has a token and its tags a line."
                )
            return len(cells)
    return 0


def _tables(lines: list[str], width: int, source: Source, *, count: bool) -> Iterator[_Table]:
    table = _Table(1)
    new_sentence = False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            new_sentence = True
        elif line.startswith(_START):
            if table.rows or table.about:
                yield table
            table, new_sentence = _Table(number), False
        elif _is_comment(line):
            _take_comment(line, table)
        else:
            cells = _cells(line)
            wanted = len(table.columns) or width
            if len(cells) != wanted or not cells[0].strip():
                if count:
                    message = f"has {len(cells)} columns, not {wanted} as the tokens before"
                    finding = Finding(str(source.path), number, message, line)
                    source.loss.leave_out("tokens", "have another number of columns", 1, finding)
                continue
            if new_sentence and table.rows:
                table.breaks.add(len(table.rows))
            new_sentence = False
            table.rows.append(cells)
            table.lines.append(number)
    if table.rows or table.about:
        yield table


def _take_comment(line: str, table: _Table) -> None:
    name, _, raw = line[2:].partition(" = ")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return  # other tools' comments, such as CoNLL-U's
    if name == "exact" and isinstance(value, list) and len(value) == 5:
        first, last, start, end = map(offset, value[1:])
        if None not in (first, last, start, end):
            table.exact[text(value[0]), first, last] = start, end  # type: ignore[index,assignment]
    elif name == "columns":
        table.columns = texts(value)
    else:
        table.about[name] = value


class _Layers:
    """Which columns hold tags, and how these are used in the whole file."""

    def __init__(self, said: str, width: int, path: str) -> None:
        self.usage: dict[int, Usage] = {}
        self.documents = 0
        self._said = said
        self._path = path
        self._chosen = self._numbers(said, width)
        self._only_tags = set(range(1, width)) if said == "all" else set()

    def _numbers(self, said: str, width: int) -> list[int]:
        if said in ("", "last"):
            return [width - 1]
        if said == "all":
            return []
        parts = [part.strip() for part in said.split(",")]
        if not all(part.isascii() and part.isdigit() and 1 < int(part) <= width for part in parts):
            raise AnnotatorError(
                f"{self._path} has {width} columns; say --set layers=last, all, or numbers"
                f" from 2 to {width} with commas."
            )
        return [int(part) - 1 for part in parts]

    def look_at(self, table: _Table) -> None:
        """Learn from a document before any is read."""
        self.documents += 1
        if not table.columns:
            self._only_tags = {
                column for column in self._only_tags if all(map(is_tag, table.cells(column)))
            }
        for column in self.of(table):
            usage = self.usage.setdefault(column, Usage())
            for _ in runs(table.cells(column), _breaks(table), usage):
                pass

    def of(self, table: _Table) -> list[int]:
        """The indexes of the columns with tags."""
        if table.columns:
            return [index for index, name in enumerate(table.columns) if "/" in name]
        return sorted(self._only_tags) if self._said == "all" else self._chosen


def _breaks(table: _Table) -> frozenset[int]:
    """Where no span goes on: at the sentences of other people's files."""
    return frozenset() if table.columns else frozenset(table.breaks)


class _Document:
    """One table put together."""

    def __init__(self, table: _Table, name: str, layers: _Layers, source: Source) -> None:
        self._table = table
        self._layers = layers
        self._source = source
        self._document = ForeignDocument(str(source.path), line=table.line)
        self._document.id = text(table.about.get("id")) or name
        self._document.text_hash = text(table.about.get("text_sha256"))

    def read(self) -> ForeignDocument:
        table, document = self._table, self._document
        places = self._places()
        foreign = ForeignSet(text(table.about.get("annotator")))
        for column in self._layers.of(table):
            for run in runs(table.cells(column), _breaks(table), Usage()):
                start, end = places[run.first][0], places[run.end - 1][1]
                name = table.columns[column] if table.columns else ""
                exact = table.exact.get((name, start, end), (start, end))
                label = unquote(run.label) if name else run.label
                span = ForeignSpan("", label, [exact], line=table.lines[run.first])
                foreign.spans.append(span)
        document.sets.append(foreign)
        return document

    def _places(self) -> list[tuple[int, int]]:
        """Where the tokens stand; sets the document's text unless it is the project's."""
        table, document = self._table, self._document
        tokens = [row[0] for row in table.rows]
        found = self._text()
        if found is not None:
            places = token_places(tokens, found)
            if places is not None:
                document.text = found
                return places
            message = f"{document.id}: the tokens do not follow each other in the text given for it"
            finding = Finding(document.path, table.line, message)
            self._source.loss.change("texts", "put together from tokens", 1, finding)
        elif table.columns[1:3] == ["START", "END"] or (table.columns and not tokens):
            offsets = self._offsets()
            if offsets is not None:
                return offsets
        document.rebuilt, document.text_hash = True, ""
        document.text, rebuilt = joined(tokens, table.breaks)
        return rebuilt

    def _offsets(self) -> list[tuple[int, int]] | None:
        found = []
        for row in self._table.rows:
            if not (row[1].isdecimal() and row[2].isdecimal() and len(row[1] + row[2]) < 30):
                return None
            found.append((int(row[1]), int(row[2])))
        return found

    def _text(self) -> str | None:
        """The text that the user gave for this document, its mark and CRLF as offsets count."""
        said = self._source.options["text"]
        if not said:
            return None
        path = Path(said)
        if path.is_dir():
            path = path / f"{self._document.id}.txt"
        if not path.is_file():
            return None
        return raw_text(path, self._source.encoding).removeprefix("\ufeff").replace("\r\n", "\n")


def joined(
    tokens: Sequence[str], breaks: set[int] | frozenset[int]
) -> tuple[str, list[tuple[int, int]]]:
    """A text made of tokens, and where each of them stands in it."""
    parts: list[str] = []
    places = []
    at = 0
    for index, token in enumerate(tokens):
        if index:
            parts.append("\n" if index in breaks else " ")
            at += 1
        parts.append(token)
        places.append((at, at + len(token)))
        at += len(token)
    return "".join(parts), places


def _knows(path: Path, head: bytes) -> bool:
    lines = head.decode("utf-8", "replace").split("\n")[:200]
    rows = [_cells(x) for x in lines[:-1] if x.strip() and not _is_comment(x)]
    if lines and lines[0].startswith(_START):
        return True
    tags = [row[-1] for row in rows]
    return (
        len(rows) > 2
        and len({len(row) for row in rows}) == 1
        and len(rows[0]) > 1
        and all(map(is_tag, tags))
        and any(len(tag) > 2 for tag in tags)
    )


FORMAT = Format(
    name="conll",
    title="CoNLL columns: a token a line with BIO, IOB1, BILOU or IOBES tags",
    capability=CAPABILITY,
    read=read,
    write=write,
    suffix=".conll",
    options=(
        Option("text", "the text file the tokens are from, or a folder with ID.txt in it"),
        Option("layers", "in: columns with tags, last, all or numbers such as 2,4"),
        *OPTIONS,
    ),
    knows=_knows,
)
