"""Search in the article's text."""

import re
from array import array
from bisect import bisect_left, bisect_right

from annotator.text.units import Range


class Matches:
    """Every place where `pattern` stands in `text`; capitals count only if it has some."""

    def __init__(self, text: str, pattern: str) -> None:
        flags = re.NOFLAG if pattern != pattern.lower() else re.IGNORECASE
        self._starts, self._ends = array("I"), array("I")
        for match in re.finditer(re.escape(pattern), text, flags) if pattern else ():
            self._starts.append(match.start())
            self._ends.append(match.end())

    def __len__(self) -> int:
        return len(self._starts)

    def within(self, start: int, end: int) -> list[Range]:
        """The matches that share a code point with `[start, end)`."""
        first, last = bisect_right(self._ends, start), bisect_left(self._starts, end)
        return list(zip(self._starts[first:last], self._ends[first:last], strict=True))

    def near(self, offset: int, step: int, *, here: bool) -> Range | None:
        """The next match after an offset (with `here`, or at it), or the last before if `step` < 0.

        It goes round the ends of the text; None if there is no match at all.
        """
        if not self._starts:
            return None
        if step > 0:
            side = bisect_left if here else bisect_right
            index = side(self._starts, offset) % len(self._starts)
        else:
            index = bisect_left(self._starts, offset) - 1
        return self._starts[index], self._ends[index]
