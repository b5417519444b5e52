"""What the offsets of a file may count, and how they become offsets into our text.

Our text is the file's text without its byte order mark and with LF for CRLF, so an offset may
count those or not, whatever its unit is.
"""

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

from annotator.formats.decoding import BOM
from annotator.formats.exchange import ForeignSet, Unit
from annotator.text.blocks import Blocks
from annotator.text.clusters import Clusters
from annotator.text.offsets import OffsetMap

_UNITS: tuple[Unit, ...] = ("code points", "utf-16", "graphemes", "bytes")
_PAIR = re.compile("\r\n")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand offsets: `pairs` and `mark` say that CRLF counts two, the mark one."""

    unit: Unit
    inclusive: bool = False
    pairs: bool = False
    mark: bool = False

    def __str__(self) -> str:
        parts = [{"utf-16": "UTF-16 units", "graphemes": "grapheme clusters"}.get(self.unit)]
        parts[0] = parts[0] or self.unit
        parts.append("ends included" if self.inclusive else "ends not included")
        if self.pairs:
            parts.append("CRLF counted as two")
        if self.mark:
            parts.append("byte order mark counted")
        return ", ".join(part for part in parts if part)


class Ruler:
    """Offsets of a file under one reading, as code point offsets into our text."""

    def __init__(self, raw: str, reading: Reading) -> None:
        """`raw` is the text as the file has it."""
        text = raw
        self._mark = raw.startswith(BOM) and reading.mark
        if raw.startswith(BOM) and not reading.mark:
            text = text[1:]
        # Every standard takes CRLF for one cluster.
        if not reading.pairs or reading.unit == "graphemes":
            text = text.replace("\r\n", "\n")
        self._pairs = array("Q", (match.start() for match in _PAIR.finditer(text)))
        self._to_point, self.length = _unit(text, reading.unit)
        self._last = int(reading.inclusive)

    def range(self, start: int, end: int) -> tuple[int, int]:
        """`[start, end)` in our text; ValueError past the end or inside a character."""
        return self._place(start), self._place(end + self._last)

    def _place(self, offset: int) -> int:
        if not 0 <= offset <= self.length:
            raise ValueError(f"{offset} lies outside the text of {self.length}")
        point = self._to_point(offset)
        if self._pairs:
            point -= bisect_left(self._pairs, point)
        return max(point - self._mark, 0)


def readings(foreign: ForeignSet, raw: str) -> Iterator[Reading]:
    """All readings that differ for this text; the first is what the format or the user says."""
    units = [unit for unit in _UNITS if unit != foreign.unit]
    if foreign.unit:
        units.insert(0, foreign.unit)
    chosen = list(units[:1])
    for unit in units[1:]:
        if not any(_same(unit, other, raw) for other in chosen):
            chosen.append(unit)
    first = bool(foreign.inclusive)
    pairs = (True, False) if "\r\n" in raw else (False,)
    marks = (True, False) if raw.startswith(BOM) else (False,)
    for inclusive, unit, mark, pair in product((first, not first), chosen, marks, pairs):
        if unit != "graphemes" or not pair or len(pairs) == 1:
            yield Reading(unit, inclusive, pair, mark)


def possible(foreign: ForeignSet, reading: Reading) -> bool:
    """Whether nothing that was said of the file speaks against a reading.

    Bytes are never supposed where nothing says so: every letter with an accent would be a doubt.
    """
    return (reading.unit == foreign.unit or (not foreign.unit and reading.unit != "bytes")) and (
        foreign.inclusive is None or reading.inclusive == foreign.inclusive
    )


def _same(one: Unit, other: Unit, raw: str) -> bool:
    """Whether two units count a text alike."""
    if raw.isascii():
        return True
    if {one, other} == {"code points", "utf-16"}:
        return max(raw) <= "\uffff"
    return False


def _unit(text: str, unit: Unit) -> tuple[Callable[[int], int], int]:
    if unit == "utf-16" or unit == "bytes":
        table = OffsetMap(text, "utf-16" if unit == "utf-16" else "utf-8")
        return table.to_code_point, table.to_unit(len(text))
    if unit == "graphemes":
        starts = array("Q", Clusters(text, Blocks(text)).boundaries(0, len(text)))
        starts.append(len(text))
        return starts.__getitem__, len(starts) - 1
    return int, len(text)
