"""Writing columns with a token a line; see `conll` for what stands where."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import IO, get_args
from urllib.parse import quote

import orjson

from annotator.formats.capability import Capability, reduced
from annotator.formats.exchange import Export, Sink
from annotator.formats.loss import Loss
from annotator.formats.registry import Option
from annotator.formats.tags import Run, Style, tagged
from annotator.model.annotation import AnnotationSet, Span
from annotator.model.article import Article
from annotator.model.errors import AnnotatorError
from annotator.text.units import Units

CAPABILITY = Capability(unit="tokens", text=False, annotators=True)

OPTIONS = (
    Option("tags", "out: how spans are tagged", "bio", get_args(Style)),
    Option(
        "columns", "out: one column a label and level, or one for all", "labels", ("labels", "one")
    ),
    Option("levels", "out: most columns a label, for spans that overlap; any number by default"),
    Option("offsets", "out: columns with the tokens' offsets", "no", ("no", "yes")),
    Option(
        "tokens",
        "out: words and marks as the tool has them, or cut at blanks",
        "words",
        ("words", "blanks"),
    ),
    Option(
        "fragments",
        "out: spans in pieces as one stretch, or as one span a piece",
        "hull",
        ("hull", "pieces"),
    ),
    Option("comments", "out: comments that name document and columns", "yes", ("yes", "no")),
)

_BLANK = re.compile(r"\s")
_NOT_BLANK = re.compile(r"\S+")
_UNSAFE = re.compile(r"[\s%]")


@dataclass(frozen=True, slots=True)
class _Placed:
    """A span and the tokens `[first, end)` it touches."""

    span: Span
    first: int
    end: int


def write(exports: Iterable[Export], sink: Sink) -> None:
    """One document after the other, each annotator's work on an article being one."""
    levels = sink.options["levels"]
    if levels and not (levels.isascii() and levels.isdigit() and int(levels)):
        raise AnnotatorError(f"--set levels={levels} is no number of columns; say 1 or more.")
    with sink.output.file() as file:
        for export in exports:
            tokens = _Tokens(export.article.text, blanks=sink.options["tokens"] == "blanks")
            for given in export.sets:
                work = _reduced(given, sink)
                _Table(export.article, work, tokens, sink).write(file)


def _reduced(given: AnnotationSet, sink: Sink) -> AnnotationSet:
    if sink.options["fragments"] == "hull":
        return reduced(given, CAPABILITY, sink.loss)
    work = reduced(given, replace(CAPABILITY, fragments=True), sink.loss)
    spans: dict[str, Span] = {}
    for span in work.in_order():
        for number, piece in enumerate(span.fragments):
            spans[f"{span.id}/{number}"] = replace(span, fragments=(piece,), id=span.id)
        if len(span.fragments) > 1:
            sink.loss.change(f"{span.label} spans", "written as one span a piece")
            sink.loss.carry(f"{span.label} spans", len(span.fragments) - 1)
    return replace(work, spans=spans)


class _Tokens:
    """The tokens of a text, and which of them begin a sentence."""

    def __init__(self, text: str, *, blanks: bool) -> None:
        units = Units(text)
        if blanks:
            self.places = [match.span() for match in _NOT_BLANK.finditer(text)]
        else:
            self.places = units.tokens(0, len(text))
        self._starts = [start for start, _ in self.places]
        self._ends = [end for _, end in self.places]
        self.forms = [_BLANK.sub("_", text[start:end]) for start, end in self.places]
        sentences = units.sentences(0, len(text))
        self.breaks = {bisect_left(self._starts, start) for start, _ in sentences} - {0}

    def touched(self, span: Span) -> tuple[int, int]:
        """The tokens `[first, end)` that share a character with a span."""
        return bisect_right(self._ends, span.start), bisect_left(self._starts, span.end)


class _Table:
    """The rows and comments of one document."""

    def __init__(self, article: Article, work: AnnotationSet, tokens: _Tokens, sink: Sink) -> None:
        self._article = article
        self._work = work
        self._tokens = tokens
        self._options = sink.options
        self._labels = list(sink.scheme.labels)
        self._loss = sink.loss

    def write(self, file: IO[bytes]) -> None:
        placed = self._placed()
        if self._options["columns"] == "one":
            columns = {"LABEL/1": self._longest(placed)}
        else:
            columns = self._levels(placed)
        for column in columns.values():
            self._count_changes(column)
        names = ["TOKEN", *columns]
        if self._options["offsets"] == "yes":
            names[1:1] = ["START", "END"]
        file.write("\t".join(["-DOCSTART-", *["O"] * (len(names) - 1)]).encode() + b"\n")
        if self._options["comments"] == "yes":
            for name, value in self._comments(names, columns):
                file.write(f"# {name} = ".encode() + orjson.dumps(value) + b"\n")
        file.write(b"\n")
        style: Style = self._options["tags"]  # type: ignore[assignment]
        count = len(self._tokens.places)
        tags = [
            tagged(count, [Run(_safe(x.span.label), x.first, x.end) for x in column], style)
            for column in columns.values()
        ]
        for index, (start, end) in enumerate(self._tokens.places):
            if index in self._tokens.breaks:
                file.write(b"\n")
            cells = [self._tokens.forms[index]]
            if self._options["offsets"] == "yes":
                cells += [str(start), str(end)]
            cells += [column[index] for column in tags]
            file.write("\t".join(cells).encode() + b"\n")
        file.write(b"\n")

    def _placed(self) -> list[_Placed]:
        """The spans in text order with their tokens."""
        found = []
        for span in self._work.in_order():
            first, end = self._tokens.touched(span)
            if first >= end:
                _lose(self._loss, span, "cover no token")
                continue
            found.append(_Placed(span, first, end))
        return found

    def _count_changes(self, column: list[_Placed]) -> None:
        for item in column:
            subject = f"{item.span.label} spans"
            if not self._is_exact(item.span, item.first, item.end):
                self._loss.change(subject, "widened to whole tokens")
            if any(item.first < index < item.end for index in self._tokens.breaks):
                self._loss.change(subject, "go on over the end of a sentence")

    def _is_exact(self, span: Span, first: int, end: int) -> bool:
        places = self._tokens.places
        return (span.start, span.end) == (places[first][0], places[end - 1][1])

    def _longest(self, placed: list[_Placed]) -> list[_Placed]:
        """Spans that share no token: the longest first, of equally long ones the first."""
        chosen: list[_Placed] = []
        ranked = sorted(
            placed,
            key=lambda x: (x.span.start - x.span.end, x.span.start, len(x.span.id), x.span.id),
        )
        for item in ranked:
            if any(item.first < other.end and other.first < item.end for other in chosen):
                _lose(self._loss, item.span, "share a token with a longer span")
            else:
                chosen.append(item)
        return chosen

    def _levels(self, placed: list[_Placed]) -> dict[str, list[_Placed]]:
        """Columns by name: the first of every label of the scheme, then what else is needed."""
        most = int(self._options["levels"] or 0)
        found: dict[tuple[int, str], list[_Placed]] = {(1, name): [] for name in self._labels}
        for item in placed:
            level = 1
            while (column := found.get((level, item.span.label))) and column[-1].end > item.first:
                level += 1
            if most and level > most:
                _lose(self._loss, item.span, "overlap more spans of their label than levels allow")
            else:
                found.setdefault((level, item.span.label), []).append(item)
        ordered = sorted(found, key=lambda x: (x[0], x[1] not in self._labels))
        return {f"{_safe(label)}/{level}": found[level, label] for level, label in ordered}

    def _comments(
        self, names: list[str], columns: dict[str, list[_Placed]]
    ) -> Iterator[tuple[str, object]]:
        yield "id", self._article.id
        yield "annotator", self._work.annotator
        yield "text_sha256", self._article.text_hash
        yield "columns", names
        if self._options["offsets"] == "yes":
            places = self._tokens.places
            for name, column in columns.items():
                for item in column:
                    if not self._is_exact(item.span, item.first, item.end):
                        start, end = places[item.first][0], places[item.end - 1][1]
                        yield "exact", [name, start, end, item.span.start, item.span.end]


def _lose(loss: Loss, span: Span, why: str) -> None:
    """Count a span that was carried so far as left out."""
    loss.carried[f"{span.label} spans"] -= 1
    loss.leave_out(f"{span.label} spans", why)


def _safe(label: str) -> str:
    """A label without white space, as other tools split at that."""
    return _UNSAFE.sub(lambda match: quote(match[0]), label)
