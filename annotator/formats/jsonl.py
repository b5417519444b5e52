"""JSON Lines: one article a line. A whole-file array, or one pretty-printed object, is read too.

Spans that lines may hold are not taken here; how many there were is said once, at the end.
"""

import json
import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from itertools import chain
from typing import BinaryIO

import orjson

from annotator.formats.decoding import DecodingError, decode, mark_of, refuse_binary
from annotator.formats.intake import Draft, Item, Notice, Options, from_record

_BETWEEN = re.compile(r"[\s,]*")  # values that follow each other
_LARGEST_WHOLE = 256 * 1024 * 1024  # bytes of a file that is parsed at once
_HASH_KEYS = ("text_sha256", "text_hash")
# What our own article and export lines hold beside the article; it is made anew or left out.
_OWN_KEYS = frozenset(
    """kind type v schema steps regions characters offsets annotator scheme status links topics
    fields flags note skip_reason crc""".split()  # noqa: SIM905
)


def read(stream: BinaryIO, *, path: str, id: str, options: Options) -> Iterator[Item]:
    """The articles of a JSON Lines file; `id` names those that have no id, by line number.

    Raises DecodingError for a file that is no text.
    """
    head = stream.read(65536)
    if options.encoding or mark_of(head).startswith(("utf-16", "utf-32")):
        decoded = decode(head + stream.read(), encoding=options.encoding)
        head, stream = decoded.text.encode("utf-8"), BytesIO()
    refuse_binary(head)
    lines = _lines(head, stream, _line_limit(options))
    first_number, first = next(lines, (0, b""))
    if not first_number:
        yield Notice(path, 0, "refused", "is empty")
        return
    counted = _Counted()
    following = next(lines, None)
    if following is not None:
        lines = chain((following,), lines)
    if _is_whole(first, following[1] if following else b""):
        rest = b"\n".join((first, *(line for _, line in lines)))
        records = _whole(rest, path, first_number)
    else:
        records = _each(first_number, first, lines, path)
    for number, record, steps in records:
        if isinstance(record, Notice):
            yield record
        elif isinstance(record, Mapping):
            yield from _article(record, number, steps, path, id, options, counted)
        else:
            yield Notice(path, number, "refused", "is not a JSON object with a text in it")
    if counted.spans:
        yield Notice(
            path,
            0,
            "skipped",
            f"holds annotations ({counted.spans:,} in {counted.lines:,} of its articles), which"
            " `annotator add` does not take",
        )


class _Counted:
    """How many annotations were left out."""

    def __init__(self) -> None:
        self.lines = 0
        self.spans = 0


_Record = tuple[int, object, tuple[str, ...]]


def _each(
    first_number: int, first: bytes, lines: Iterator[tuple[int, bytes]], path: str
) -> Iterator[_Record]:
    yield _parsed(first_number, first, path)
    for number, line in lines:
        yield _parsed(number, line, path)


def _parsed(number: int, line: bytes, path: str) -> _Record:
    if not line:
        return number, Notice(path, number, "refused", "is longer than an article may be"), ()
    try:
        return number, orjson.loads(line), ()
    except orjson.JSONDecodeError:
        pass
    # orjson refuses lone surrogates and other encodings; the slow way says what is wrong.
    try:
        decoded = decode(line)
        steps = tuple(step for step in decoded.steps if step == "decoded as cp1252")
        return number, json.loads(decoded.text), steps
    except DecodingError as error:
        return number, Notice(path, number, "refused", str(error)), ()
    except (ValueError, RecursionError) as error:
        message = f"is not JSON ({str(error).split(':')[0]})"
        return number, Notice(path, number, "refused", message), ()


def _is_whole(first: bytes, second: bytes) -> bool:
    """Whether the first lines show that the file is one JSON value over several lines."""
    if first.startswith(b"["):
        return True
    try:
        orjson.loads(first)
    except orjson.JSONDecodeError:
        return first.startswith(b"{") and bool(second) and not second.startswith(b"{")
    return False


def _whole(data: bytes, path: str, number: int) -> Iterator[_Record]:
    if len(data) > _LARGEST_WHOLE:
        message = "is one huge JSON value; write one article a line instead"
        yield number, Notice(path, 0, "refused", message), ()
        return
    try:
        text = decode(data).text
        values: list[object] = []
        decoder, at = json.JSONDecoder(), 0
        while at < len(text):
            value, at = decoder.raw_decode(text, at)
            values.extend(value if isinstance(value, list) else [value])
            at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]
    except (ValueError, RecursionError) as error:
        message = f"is not JSON ({str(error).split(':')[0]})"
        yield number, Notice(path, getattr(error, "lineno", 0), "refused", message), ()
        return
    for count, value in enumerate(values, 1):
        yield count, value, ()


def _article(
    record: Mapping[str, object],
    number: int,
    steps: tuple[str, ...],
    path: str,
    id: str,
    options: Options,
    counted: _Counted,
) -> Iterator[Item]:
    annotated = {key: size for key, value in record.items() if (size := _spans_in(value))}
    drop = {*annotated, *_HASH_KEYS}
    stated = next((record[key] for key in _HASH_KEYS if key in record), None)
    if stated is not None:
        drop |= _OWN_KEYS | ({"entities"} if "spans" in record else set())
    elif annotated:
        drop |= {"tokens", "relations", "links"}
    for item in from_record(
        record,
        path=path,
        line=number,
        id=f"{id}-{number}",
        options=options,
        steps=steps,
        drop=frozenset(drop),
    ):
        yield item
        if isinstance(item, Draft) and annotated:
            counted.lines += 1
            counted.spans += max(annotated.values())
        if isinstance(item, Draft) and stated not in (None, item.article.text_hash):
            message = "the text is not the one that its SHA-256 was made of"
            yield Notice(path, number, "warning", message)


def _spans_in(value: object) -> int:
    """How many spans a value holds, in any of the shapes that labelling tools write."""
    if not isinstance(value, list):
        return 0
    return sum(
        (isinstance(item, Mapping) and bool({"start", "start_offset", "fragments"} & item.keys()))
        or (isinstance(item, list) and len(item) == 3 and [type(x) for x in item[:2]] == [int, int])
        for item in value
    )


def _line_limit(options: Options) -> int:
    """Bytes of the longest line worth reading: every character escaped, and room for metadata."""
    return options.limit * 12 + 1_000_000


def _lines(head: bytes, stream: BinaryIO, limit: int) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank with their numbers; one beyond the limit comes as b""."""
    pending, number = BytesIO(head.removeprefix(b"\xef\xbb\xbf")), 0
    while True:
        line = pending.readline(limit)
        if not line.endswith(b"\n") and len(line) < limit:
            line += stream.readline(limit - len(line))
        if not line:
            return
        number += 1
        if len(line) >= limit and not line.endswith(b"\n"):
            while (more := stream.readline(limit)) and not more.endswith(b"\n"):
                pass
            yield number, b""
        elif line.strip():
            yield number, line.strip()
