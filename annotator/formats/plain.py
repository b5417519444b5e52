"""Plain text and Markdown: one article a file, every line kept."""

from collections.abc import Iterator
from typing import BinaryIO

from annotator.formats.decoding import decode
from annotator.formats.intake import Item, Options, draft


def read(
    stream: BinaryIO, *, path: str, id: str, fallback_id: str = "", options: Options
) -> Iterator[Item]:
    """The one article of a text file. Raises DecodingError for what is not text."""
    decoded = decode(stream.read(), encoding=options.encoding)
    yield from draft(
        decoded.text,
        path=path,
        id=id,
        fallback_id=fallback_id,
        options=options,
        steps=decoded.steps,
    )
