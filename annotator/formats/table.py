"""CSV and TSV with a header: one article a row, read as a stream."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import chain, zip_longest
from typing import BinaryIO

from annotator.formats.decoding import codec_for, mark_of, refuse_binary
from annotator.formats.intake import Item, Notice, Options, from_record, text_column

_SEPARATOR_LINE = re.compile(
    r"^\ufeff?sep=(.)\r?\n$"
)  # spreadsheets write and read this first line
_DELIMITERS = ",;\t|"


def read(stream: BinaryIO, *, path: str, id: str, options: Options) -> Iterator[Item]:
    """The articles of a table; `id` names rows that have no id, by line number.

    The stream must be seekable. Raises DecodingError for a file that is no text.
    """
    codec = _codec(stream, options)
    csv.field_size_limit(options.limit * 2)
    rows = io.TextIOWrapper(stream, codec, errors="strict", newline="")
    first = rows.readline()
    before = 0
    chosen = ""
    if match := _SEPARATOR_LINE.match(first):
        chosen, first, before = match[1], rows.readline(), 1
    first = first.removeprefix("\ufeff")
    delimiter = chosen or max(_DELIMITERS, key=lambda mark: _promise(first, mark, options))
    reader = csv.reader(chain((first,), rows), delimiter=delimiter)
    header = [name.strip() for name in next(reader, [])]
    if text_column(header, options) is None:
        wanted = options.text_column or "text, body or content"
        yield Notice(
            path,
            1 + before,
            "refused",
            f"has no column called {wanted}; name the column of the text with --text-column"
            f" (there are: {', '.join(header)[:200] or 'none'})",
        )
        return
    steps = () if codec == "utf-8" else (f"decoded as {codec}",)
    while True:
        line = reader.line_num + 1 + before
        try:
            row = next(reader)
        except StopIteration:
            return
        except UnicodeDecodeError:
            message = f"is not {codec} from here on; name its encoding with --encoding"
            yield Notice(path, line, "refused", message)
            return
        except csv.Error as error:
            reason = (
                "has a cell that is too long" if "limit" in str(error) else f"is broken ({error})"
            )
            yield Notice(
                path,
                line,
                "refused",
                f"{reason}; a quote mark may be missing, the rest is not read",
            )
            return
        if not row:
            continue
        if len(row) > len(header):
            yield Notice(
                path, line, "refused", f"has {len(row)} cells, but the header has {len(header)}"
            )
            continue
        record = dict(zip_longest(header, row, fillvalue=""))
        yield from from_record(
            record, path=path, line=line, id=f"{id}-{line}", options=options, steps=steps
        )


def _codec(stream: BinaryIO, options: Options) -> str:
    """The encoding of the whole file, tried to its end without keeping it."""
    head = stream.read(65536)
    codec = mark_of(head)
    if not codec and options.encoding:
        codec = codec_for(b"", encoding=options.encoding)
    if not codec:
        refuse_binary(head)
        codec = "utf-8" if _is_utf8(head, stream) else "cp1252"
    stream.seek(0)
    return codec


def _is_utf8(head: bytes, stream: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head)
        while block := stream.read(1 << 20):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _promise(line: str, delimiter: str, options: Options) -> tuple[bool, int]:
    """How well a header line reads with a delimiter: has the text column, how many columns."""
    names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]
    return text_column(names, options) is not None, len(names)
