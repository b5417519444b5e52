"""What commands print: text for people, one JSON object with --json, a bar for long work."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import click

from annotator.text.marks import visible

T = TypeVar("T")

# Beyond the controls that JSON escapes itself: C1, and what changes the direction or the line.
_OBEYED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
OK, PROBLEMS, USAGE, LEFT_OUT = 0, 1, 2, 3


def json_option(command: Callable[..., object]) -> Callable[..., object]:
    """The --json option, the same for all commands."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object instead of text."
    )(command)


def say(text: str = "") -> None:
    """A line for people. What comes from articles and names cannot reach the terminal as codes."""
    print("\n".join(visible(line, keep_tabs=True) for line in text.split("\n")))


def warn(text: str) -> None:
    """A line for people on standard error."""
    print("\n".join(visible(line) for line in text.split("\n")), file=sys.stderr)


def emit(value: object) -> None:
    """The JSON object of --json; what a terminal would obey is escaped in it."""
    import orjson

    text = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode("utf-8")
    text = _OBEYED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8") + b"\n")
    sys.stdout.buffer.flush()


def plural(count: int, noun: str, many: str = "") -> str:
    """ "1 article", "1,200 articles"."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def table(rows: Iterable[tuple[str, ...]], indent: str = "  ") -> Iterator[str]:
    """Rows as lines with aligned columns; numbers to the right."""
    from wcwidth import wcswidth

    cells = [tuple(visible(cell) for cell in row) for row in rows]
    if not cells:
        return
    widths = [max(wcswidth(cell) for cell in column) for column in zip(*cells, strict=True)]
    for row in cells:
        line = ""
        for cell, width in zip(row, widths, strict=True):
            gap = " " * (width - wcswidth(cell))
            line += (gap + cell if cell[:1].isdigit() else cell + gap) + "  "
        yield indent + line.rstrip()


def progress(items: Iterable[T], title: str, length: int | None = None) -> Iterator[T]:
    """The items, with a bar on standard error once they take more than a second (terminals only).

    Without `length` the bar only counts.
    """
    if not sys.stderr.isatty():
        yield from items
        return
    from time import monotonic

    started = last = monotonic()
    drawn = False
    count = 0
    try:
        for item in items:
            yield item
            count += 1
            now = monotonic()
            if now - started > 1 and now - last > 0.1:
                last, drawn = now, True
                sys.stderr.write(f"\r\x1b[K{_bar(title, count, length)}")
                sys.stderr.flush()
    finally:
        if drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


@contextmanager
def percentage(title: str) -> Iterator[Callable[[int, int], None]]:
    """What to tell how much of how much is done; standard error shows it once that takes more
    than a second (terminals only)."""
    from time import monotonic

    started = last = monotonic()
    drawn = False

    def tell(done: int, total: int) -> None:
        nonlocal last, drawn
        now = monotonic()
        if now - started > 1 and now - last > 0.1 and sys.stderr.isatty():
            last, drawn = now, True
            sys.stderr.write(f"\r\x1b[K{title} … {100 * done // max(total, 1)}%")
            sys.stderr.flush()

    try:
        yield tell
    finally:
        if drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


@contextmanager
def working(title: str) -> Iterator[None]:
    """A word on standard error while something runs that cannot be counted (terminals only)."""
    shown = sys.stderr.isatty()
    if shown:
        sys.stderr.write(f"{title} ...")
        sys.stderr.flush()
    try:
        yield
    finally:
        if shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _bar(title: str, count: int, length: int | None) -> str:
    if not length:
        return f"{title} {count:,}"
    full = min(20, 20 * count // length)
    return f"{title} [{'#' * full}{'.' * (20 - full)}] {count:,}/{length:,}"
