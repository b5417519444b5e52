"""JSON files of other tools: their values one by one, and parts of these by type.

Nothing here raises for what a file holds; what cannot be used is counted with its file and line.
"""

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from annotator.formats.decoding import REPLACEMENT, DecodingError, decode, mark_of, refuse_binary
from annotator.formats.exchange import Source, Unit
from annotator.formats.intake import (
    DATE_KEYS,
    HEADLINE_KEYS,
    LANGUAGE_KEYS,
    SOURCE_KEYS,
    URL_KEYS,
    Facts,
    plain,
)
from annotator.formats.loss import Finding, Loss
from annotator.formats.registry import Option
from annotator.model.annotation import Value
from annotator.model.article import Article
from annotator.model.errors import AnnotatorError

UNIT = Option(
    "unit",
    "what offsets count; by default the covered texts decide",
    values=("", "code-points", "utf-16", "graphemes", "bytes"),
)
END = Option(
    "end",
    "whether a span's end is part of it; by default the covered texts decide",
    values=("", "exclusive", "inclusive"),
)

_CHUNK = 1 << 20
_BETWEEN = re.compile(r"[\s,\]]*")
_OPENING = re.compile(r"\s*\[?")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_LARGEST = 2**53
_DEEPEST = 100
"""Levels of lists and objects; far below what Python's stack and JSON writers bear."""
_FACTS = {
    "headline": HEADLINE_KEYS,
    "source": SOURCE_KEYS,
    "published": DATE_KEYS,
    "url": URL_KEYS,
    "language": LANGUAGE_KEYS,
}


# -- the values of a file --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Record:
    """One JSON object of a file, and how to refuse parts of it. `line` is where it starts."""

    value: dict[str, Any]
    source: Source
    path: str
    line: int

    def refuse(self, subject: str, why: str, message: str, raw: object = None) -> None:
        """Count something that cannot be used."""
        finding = Finding(self.path, self.line, message, plain(raw))
        self.source.loss.leave_out(subject, why, 1, finding)

    def objects(self, value: object, subject: str) -> Iterator[dict[str, Any]]:
        """The JSON objects of a list; whatever else there is gets refused, None is nothing."""
        for item in self.items(value, subject):
            if isinstance(item, dict):
                yield item
            else:
                self.refuse(
                    subject, "are no JSON objects", f"{shown(item)} is no JSON object", item
                )

    def items(self, value: object, subject: str) -> list[Any]:
        """A list as it is; whatever else is refused, None is nothing."""
        if isinstance(value, list):
            return value
        if value is not None:
            self.refuse(subject, "are no list", f"{shown(value)} is no list of {subject}", value)
        return []

    def place(
        self, subject: str, start: object, end: object, raw: object
    ) -> tuple[int, int] | None:
        """Two offsets, or None if one of them is no whole number, which is counted."""
        first, last = offset(start), offset(end)
        if first is None or last is None:
            message = f"{shown(start)} and {shown(end)} are no offsets"
            self.refuse(subject, "have no whole numbers as offsets", message, raw)
            return None
        return first, last

    def label(self, subject: str, value: object, raw: object) -> str:
        """A label, or "" if there is none, which is counted."""
        found = text(value).strip()
        if not found:
            self.refuse(subject, "have no label", f"{shown(value)} is no label", raw)
        return found


def records(source: Source, path: Path | None = None) -> Iterator[Record]:
    """The JSON objects of a file: one a line, in one array, or one after the other.

    What is broken or no object is counted in `source.loss`. Raises AnnotatorError if the file
    cannot be opened or is no JSON at all.
    """
    path = path or source.path
    name = str(path)
    try:
        with path.open("rb") as file:
            for line, value in _values(file, source, name):
                if _is_deep(value):
                    message = f"is nested in more than {_DEEPEST} levels of lists and objects"
                    finding = Finding(name, line, message)
                    source.loss.leave_out("records", "are nested too deep", 1, finding)
                elif isinstance(value, dict):
                    yield Record(value, source, name, line)
                else:
                    finding = Finding(name, line, f"{shown(value)} is no JSON object", plain(value))
                    source.loss.leave_out("records", "are no JSON objects", 1, finding)
    except OSError as error:
        raise AnnotatorError(f"{name} cannot be read ({error.strerror}).") from error
    except DecodingError as error:
        raise AnnotatorError(f"{name} {error}.") from error
    except UnicodeDecodeError as error:
        raise AnnotatorError(f"{name} is not UTF-8; name its encoding with --encoding.") from error


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            item
            for holder in level
            if isinstance(holder, dict | list)
            for item in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(item, dict | list)
        ]
        if not level:
            return False
    return True


def head(path: Path) -> bytes:
    """The first bytes of a file, to see what may be in it. Raises AnnotatorError."""
    try:
        with path.open("rb") as file:
            return file.read(65536)
    except OSError as error:
        raise AnnotatorError(f"{path} cannot be read ({error.strerror}).") from error


def _values(file: BinaryIO, source: Source, path: str) -> Iterator[tuple[int, object]]:
    start = file.read(65536)
    stream: BinaryIO = _Joined(start, file)
    if source.encoding or mark_of(start).startswith(("utf-16", "utf-32")):
        decoded = decode(start + file.read(), encoding=source.encoding)
        stream = BytesIO(decoded.text.encode("utf-8"))
    else:
        if start.startswith(b"PK\x03\x04"):
            raise AnnotatorError(f"{path} is a ZIP archive; unpack it and name what is in it.")
        refuse_binary(start)
        if start.startswith(codecs.BOM_UTF8):
            stream.read(3)
    lines = enumerate(iter(stream.readline, b""), 1)
    first = next(((number, line) for number, line in lines if line.strip()), None)
    if first is None:
        raise AnnotatorError(f"{path} is empty.")
    second = next(lines, None)
    begin = [first] if second is None else [first, second]
    if _is_whole(first[1], second[1] if second else b""):
        rest = b"".join(line for _, line in begin)
        yield from _elements(_Joined(rest, stream), first[0], source, path)
    elif not any(line.lstrip().startswith(b"{") for _, line in begin):
        raise AnnotatorError(f"{path} is not JSON, or not in lines; see `annotator formats`.")
    else:
        yield from _each(chain(begin, lines), source, path)


def _is_whole(first: bytes, second: bytes) -> bool:
    """Whether the first lines show one JSON value over several lines, or an array."""
    if first.lstrip().startswith(b"["):
        return True
    try:
        orjson.loads(first)
    except orjson.JSONDecodeError:
        return first.lstrip().startswith(b"{") and bool(second) and not second.startswith(b"{")
    return False


def _each(
    lines: Iterator[tuple[int, bytes]], source: Source, path: str
) -> Iterator[tuple[int, object]]:
    for number, line in lines:
        if not line.strip():
            continue
        try:
            yield number, orjson.loads(line)
            continue
        except orjson.JSONDecodeError:
            pass
        # orjson refuses lone surrogates, NaN and other encodings.
        try:
            decoded = decode(line)
            value = plain(json.loads(decoded.text))
        except (ValueError, RecursionError, DecodingError) as error:
            finding = Finding(path, number, _broken(error), line[:1000].decode("utf-8", "replace"))
            source.loss.leave_out("records", "are not JSON", 1, finding)
        else:
            if "decoded as cp1252" in decoded.steps:
                finding = Finding(path, number, "is not UTF-8; read as cp1252")
                source.loss.change("records", "decoded as cp1252", 1, finding)
            yield number, value


def _elements(
    stream: BinaryIO, line: int, source: Source, path: str
) -> Iterator[tuple[int, object]]:
    """The elements of an array, or values one after the other, with the lines they start at."""
    decoder, utf8 = json.JSONDecoder(), codecs.getincrementaldecoder("utf-8")()
    buffer, at, ended = utf8.decode(stream.read(_CHUNK)), 0, False
    opening = _OPENING.match(buffer)
    gap = opening.end() if opening else 0
    unclosed = buffer[:gap].endswith("[")
    problem: Exception = ValueError("ends too early")
    while True:
        separators = _BETWEEN.match(buffer, gap)
        gap = separators.end() if separators else gap
        unclosed = unclosed and "]" not in buffer[at:gap]
        line, at = line + buffer.count("\n", at, gap), gap
        try:
            value, gap = decoder.raw_decode(buffer, at)
            if gap < len(buffer) or ended:
                if _SURROGATE_ESCAPE.search(buffer, at, gap):
                    value = plain(value)
                yield line, value
                continue
        except (ValueError, RecursionError) as error:
            problem = error
        if ended:
            if unclosed or buffer[at:].strip():
                finding = Finding(path, line, _broken(problem), buffer[at : at + 1000])
                source.loss.leave_out("records", "are not JSON, with all after it", 1, finding)
            return
        more = stream.read(max(_CHUNK, len(buffer) - at))
        ended = not more
        buffer, at, gap = buffer[at:] + utf8.decode(more, ended), 0, 0


def _broken(error: Exception) -> str:
    return f"is not JSON ({str(error).split(':')[0] or type(error).__name__})"


class _Joined(BytesIO):
    """Bytes already read, then the rest of their stream."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__(head)
        self._rest = rest

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        missing = -1 if size is None or size < 0 else size - len(found)
        return found + self._rest.read(missing) if missing else found

    def readline(self, size: int | None = -1) -> bytes:
        found = super().readline(size)
        return found if found.endswith(b"\n") else found + self._rest.readline()


# -- parts by type ---------------------------------------------------------------------------------


def text(value: object) -> str:
    """A text, or a number as one; "" for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def texts(value: object) -> list[str]:
    """The texts of a list; one that stands alone is a list of one."""
    if isinstance(value, list):
        return [text(item) for item in value if text(item)]
    return [text(value)] if text(value) else []


def surface(value: object) -> str | None:
    """A covered text as the article will hold it; None if none is stated."""
    return value.replace("\0", REPLACEMENT) if isinstance(value, str) else None


def offset(value: object) -> int | None:
    """A whole number that may be an offset; pandas writes them with a fraction of 0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is int and -_LARGEST < value < _LARGEST:
        return value
    return None


def scalar(value: object) -> Value | None:
    """A value of an attribute or field: text, flag, or texts; None for anything else."""
    if isinstance(value, str | bool):
        return value
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None


def unit_of(options: Mapping[str, str], otherwise: Unit | str = "") -> Any:
    """The unit the user names, in the words of `ForeignSet`."""
    return options.get("unit", "").replace("-points", " points") or otherwise


def inclusive_of(options: Mapping[str, str], otherwise: bool | None) -> bool | None:
    """Whether the user says that ends are part of their spans."""
    said = options.get("end", "")
    return said == "inclusive" if said else otherwise


def shown(value: object) -> str:
    """A value in a message, cut where it is long."""
    written = json.dumps(plain(value), ensure_ascii=False, default=str)
    return written if len(written) <= 60 else f"{written[:60]}…"


# -- what is known about an article ----------------------------------------------------------------


def described(extra: Mapping[str, Any]) -> tuple[Facts, dict[str, Any]]:
    """The facts we keep apart, and all else as meta data; an object `meta` is unfolded."""
    inner = extra.get("meta")
    rest = {key: value for key, value in extra.items() if key != "meta" or inner is not value}
    if isinstance(inner, Mapping):
        rest = {**inner, **rest}
    elif inner is not None:
        rest["meta"] = inner
    names = {name.casefold(): name for name in reversed(list(rest))}
    found: dict[str, str] = {}
    for fact, keys in _FACTS.items():
        for key in keys:
            if key in names and text(rest.get(names[key])):
                found[fact] = text(rest.pop(names[key]))
                break
    meta = {key: value for key, value in rest.items() if value not in (None, "")}
    return Facts(**found), plain(meta)  # type: ignore[return-value]


def about(article: Article) -> dict[str, str]:
    """What is known about an article, as far as it is."""
    return {fact: value for fact in _FACTS if (value := getattr(article, fact))}


def beside(meta: Mapping[str, object], taken: Iterable[str], loss: Loss) -> dict[str, object]:
    """Meta data to write beside keys that the format has for itself; clashing ones are renamed."""
    own = {key.casefold() for key in taken}
    found: dict[str, object] = {}
    for key, value in meta.items():
        if key.casefold() in own:
            loss.change("meta keys", "renamed, as the format has them for itself")
            key = f"meta_{key}"
        found[key] = value
    return found
