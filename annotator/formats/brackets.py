"""Bracket notation files: articles with spans in brackets and details below (see `notation`).

Articles follow each other after a line `===`. Each may begin with lines `key: value` up to the
first blank one: `article` (an id), `text_sha256`, `annotator`, `status`, `skip_reason`, `flags`,
`note`, and document fields of the scheme; lists are written with commas.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from annotator.formats.capability import EVERYTHING, reduced
from annotator.formats.decoding import decode
from annotator.formats.exchange import Export, ForeignDocument, Sink, Source
from annotator.formats.loss import Finding
from annotator.formats.notation import (
    NotationError,
    detail_lines,
    items,
    marked_text,
    parse,
    span_names,
)
from annotator.formats.registry import Format
from annotator.model.annotation import AnnotationSet, Value
from annotator.model.article import Article
from annotator.model.errors import AnnotatorError
from annotator.model.scheme import Scheme

_STATE = ("article", "text_sha256", "annotator", "status", "skip_reason", "flags", "note")
_STATUSES = ("new", "open", "done", "skipped")
_HEADER = re.compile(r"([\w-]+):(?:\s+(.*))?$")


def read(source: Source) -> Iterator[ForeignDocument]:
    """The articles of a file; one whose brackets do not fit together is refused whole."""
    path = str(source.path)
    try:
        text = decode(source.path.read_bytes(), encoding=source.encoding).text
    except OSError as error:
        raise AnnotatorError(f"{path} cannot be read ({error.strerror}).") from error
    except AnnotatorError as error:
        raise AnnotatorError(f"{path} {error}") from error
    first = 1
    text += "" if text.endswith("\n") else "\n"
    for block in re.split(r"^===\n", text, flags=re.MULTILINE):
        if block.strip():
            try:
                yield _document(block, first, path, source)
            except NotationError as error:
                line = first + error.line - 1
                finding = Finding(path, line, str(error))
                source.loss.leave_out("articles", "cannot be read", 1, finding)
        first += block.count("\n") + 1


def _document(block: str, first: int, path: str, source: Source) -> ForeignDocument:
    header, body, line = _header(block, source.scheme)
    marked, details = _cut(body)
    below = line + marked.count("\n") + 2
    found = parse(marked, source.scheme, details=details, line=line, details_line=below)
    for error in found.problems:
        finding = Finding(path, first + error.line - 1, str(error))
        source.loss.leave_out("details", "cannot be read", 1, finding)
    work = found.work
    for span in work.spans:
        span.line += first - 1
    for link in work.links:
        link.line += first - 1
    document = ForeignDocument(
        path,
        id=str(header.pop("article", "")),
        text=found.text,
        text_hash=str(header.pop("text_sha256", "")),
        sets=[work],
        line=first,
    )
    work.annotator = str(header.pop("annotator", ""))
    status = str(header.pop("status", ""))
    if status in _STATUSES:
        work.status = status  # type: ignore[assignment]
    elif status:
        raise NotationError(1, f"status is one of {', '.join(_STATUSES)}, not {status!r}.")
    work.note = str(header.pop("note", ""))
    flags = header.pop("flags", ())
    work.flags = flags if isinstance(flags, tuple) else (str(flags),)
    if reason := header.pop("skip_reason", ""):
        work.fields["skip_reason"] = reason
    work.fields.update(header)
    return document


def _cut(body: str) -> tuple[str, str]:
    """Text and details; the line end before `---`, or at the end, is not part of the text."""
    parts = re.split(r"^---\n", body, maxsplit=1, flags=re.MULTILINE)
    text = parts[0].removesuffix("\n")
    return text, parts[1] if len(parts) > 1 else ""


def _header(block: str, scheme: Scheme) -> tuple[dict[str, Value], str, int]:
    """The values before the first blank line, the rest, and the line at which that starts."""
    known = {*_STATE, *(field.name for field in scheme.fields)}
    lines = block.split("\n")
    skipped = next(number for number, text in enumerate(lines) if text.strip())
    values: dict[str, Value] = {}
    for number, text in enumerate(lines[skipped:], skipped):
        found = _HEADER.match(text)
        if number == skipped and not (found and found[1] in known):
            break
        if not text.strip():
            return values, "\n".join(lines[number + 1 :]), number + 2
        if found is None:
            message = f"{text[:40]!r} is no header line; a blank line ends the header."
            raise NotationError(number + 1, message)
        listed = [" ".join(words) for words in items(found[2] or "", number + 1)]
        values[found[1]] = _typed(found[1], listed, scheme)
    return {}, "\n".join(lines[skipped:]), skipped + 1


def _typed(name: str, listed: list[str], scheme: Scheme) -> Value:
    field = scheme.document_field(name)
    if name == "flags" or (field is not None and field.kind == "topics"):
        return tuple(listed)
    text = ", ".join(listed)
    if field is not None and field.kind == "flag" and text in ("true", "false", "yes", "no"):
        return text in ("true", "yes")
    return text


def write(exports: Iterable[Export], sink: Sink) -> None:
    """One block an article and annotator."""
    with sink.output.file() as file:
        first = True
        for export in exports:
            for work in export.sets:
                if not first:
                    file.write(b"===\n")
                first = False
                file.write(_block(export.article, work, sink).encode("utf-8"))


def _block(article: Article, work: AnnotationSet, sink: Sink) -> str:
    work = reduced(work, FORMAT.capability, sink.loss)
    names = span_names(work.in_order(), sink.scheme)
    header: dict[str, Value] = {
        "article": article.id,
        "text_sha256": article.text_hash,
        "annotator": work.annotator,
        **{name: value for name, value in work.fields.items() if name != "sources"},
    }
    lines = [f"{name}: {_written(value)}" for name, value in header.items()]
    text = marked_text(article.text, {names[key]: span for key, span in work.spans.items()})
    details = list(detail_lines(work, names, sink.scheme))
    return "\n".join((*lines, "", text, "---", *details, ""))


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(map(_written, value))
    plain = re.fullmatch(r'[^\s",]+( [^\s",]+)*', value)
    return value if plain else json.dumps(value, ensure_ascii=False)


def _knows(path: Path, head: bytes) -> bool:
    return path.suffix == ".brackets"


FORMAT = Format(
    name="brackets",
    title="Bracket notation, for people: [C1 text] and details below",
    capability=replace(EVERYTHING, ids=False),
    read=read,
    write=write,
    suffix=".brackets",
    knows=_knows,
    fills=True,
)
