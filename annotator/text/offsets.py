"""Code points to UTF-16 units or UTF-8 bytes and back, for formats that count in those."""

import re
from array import array
from bisect import bisect_right
from typing import Literal

# Runs of characters that take the same number of units, with that number.
_RUNS = {
    "utf-16": (re.compile(r"[\0-\uffff]+|[\U00010000-\U0010ffff]+"), (0x10000,)),
    "utf-8": (
        re.compile(r"[\0-\x7f]+|[\x80-\u07ff]+|[\u0800-\uffff]+|[\U00010000-\U0010ffff]+"),
        (0x80, 0x800, 0x10000),
    ),
}


class OffsetMap:
    """Offsets of one text in code points and in another unit; nothing is rounded or clamped."""

    def __init__(self, text: str, unit: Literal["utf-16", "utf-8"]) -> None:
        self._unit = unit
        self._points = array("Q")  # where each run starts, in code points ...
        self._units = array("Q")  # ... and in units
        self._widths = array("B")
        pattern, limits = _RUNS[unit]
        units = 0
        for run in pattern.finditer(text):
            width = 1 + bisect_right(limits, ord(text[run.start()]))
            self._points.append(run.start())
            self._units.append(units)
            self._widths.append(width)
            units += (run.end() - run.start()) * width
        self._length, self._length_in_units = len(text), units

    def to_unit(self, offset: int) -> int:
        """The offset in units of code point offset `offset`; ValueError past the end."""
        if not 0 <= offset <= self._length:
            raise ValueError(f"offset {offset} is outside the text of {self._length} code points")
        if offset == self._length:
            return self._length_in_units
        run = bisect_right(self._points, offset) - 1
        return self._units[run] + (offset - self._points[run]) * self._widths[run]

    def to_code_point(self, unit_offset: int) -> int:
        """The code point offset of `unit_offset`; ValueError inside a character or past the end."""
        if not 0 <= unit_offset <= self._length_in_units:
            raise ValueError(
                f"{self._unit} offset {unit_offset} is outside the text"
                f" of {self._length_in_units} units"
            )
        if unit_offset == self._length_in_units:
            return self._length
        run = bisect_right(self._units, unit_offset) - 1
        points, inside = divmod(unit_offset - self._units[run], self._widths[run])
        if inside:
            raise ValueError(f"{self._unit} offset {unit_offset} is inside a character")
        return self._points[run] + points
