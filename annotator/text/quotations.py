"""Quotations: pairs of quotation marks in one paragraph.

Curly, low, angle and corner marks in the ways English, German, French, the Slavic and Nordic
languages, Chinese and Japanese use them, and straight marks. A straight mark that finds no partner
in its paragraph, or stands where an apostrophe stands, is not a quotation mark; any other opening
mark without a partner runs to the end of its paragraph, as in a quotation of several paragraphs.
"""

import re
from array import array
from bisect import bisect_right
from dataclasses import dataclass

from annotator.text.characters import BLANK, CLOSING_QUOTES, OPENING_QUOTES

_MARK = re.compile(r"(?<!\w)['’‘‛](?=\S)|['’‘](?!\w)|[“”„‟«»‹›‚「」『』｢｣]|(?<!\w)\"|\"(?!\w)")
# Most quotations, found in one step: nothing inside that could be a mark.
_PLAIN_PAIR = re.compile(r"“[^“”„‟‘‚‛«»‹›「」『』｢｣\"']{0,4000}”")
OPENING = re.compile(rf"[{OPENING_QUOTES}”]")
"""Finds where a quotation can begin; most of what it finds in running text is one."""

_CLOSED_BY = {
    "“": "”",
    "„": "“”",
    "‟": "”",
    "”": "”",
    "‘": "’",
    "‚": "‘’",
    "‛": "’",
    "«": "»",
    "»": "«»",
    "‹": "›",
    "›": "‹›",
    "「": "」",
    "『": "』",
    "｢": "｣",
    '"': '"',
    "'": "'",
}
_STRAIGHT = frozenset("'\"")
_NEEDS_PARTNER = _STRAIGHT | frozenset("”»›")
_SINGLE = _NEEDS_PARTNER | frozenset("‘‛‹‚")
_ELISION = re.compile(r"[’'‘](?:tis|twas|til|till|em|n|cause|bout|round|s|\d\ds?)\b", re.IGNORECASE)
_POSSESSIVE = re.compile(r"(?<=[sxzSXZ])[’'][^\S\n]\w")
_LATER = {mark: re.compile(rf"‘|(?<=\S){mark}(?!\w)") for mark in "’'"}
_LOOK_AHEAD = 2000  # code points
_BEFORE_OPENING = frozenset("([{<-–—/…:¿¡" + OPENING_QUOTES + "”")
_AFTER_CLOSING = frozenset(")]}>-–—/….,;:!?*" + CLOSING_QUOTES)
_BLANK = re.compile(rf"[{BLANK}]")


@dataclass(slots=True)
class _Open:
    start: int
    mark: str


class Quotations:
    """The quotations of one paragraph: properly nested, sorted by start, marks included."""

    def __init__(self, text: str, start: int, end: int) -> None:
        found = sorted(_pair(text, start, end))
        self.starts = array("I", (first for first, _ in found))
        self.ends = array("I", (last for _, last in found))
        self._parents = array("i")
        open_ones: list[int] = []
        for index, (first, _) in enumerate(found):
            while open_ones and found[open_ones[-1]][1] <= first:
                open_ones.pop()
            self._parents.append(open_ones[-1] if open_ones else -1)
            open_ones.append(index)

    def chain(self, offset: int) -> list[tuple[int, int]]:
        """The quotations around `offset`, innermost first."""
        found = []
        index = bisect_right(self.starts, offset) - 1
        while index >= 0:
            if offset < self.ends[index]:
                found.append((self.starts[index], self.ends[index]))
            index = self._parents[index]
        return found


def _pair(text: str, start: int, end: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    stack: list[_Open] = []
    position = start
    while match := _MARK.search(text, position, end):
        at, mark, position = match.start(), match[0], match.end()
        if not stack and (pair := _PLAIN_PAIR.match(text, at, end)):
            found.append(pair.span())
            position = pair.end()
            continue
        opens, closes = _may_open(text, at, start, end), _may_close(text, at, start, end)
        partner = _partner(stack, mark, opens, closes)
        if partner is not None and mark in "’'" and _is_possessive(text, at, end, mark):
            continue
        if partner is not None:
            for unclosed in stack[partner + 1 :]:
                # A quotation inside another ends with it at the latest.
                if unclosed.mark not in _SINGLE and unclosed.start + 1 < at:
                    found.append((unclosed.start, at))
            found.append((stack[partner].start, at + 1))
            del stack[partner:]
        elif opens and mark in _CLOSED_BY and not _ELISION.match(text, at):
            if mark in _STRAIGHT:
                # A second opening mark before a closing one: the first was something else.
                stack = [one for one in stack if one.mark != mark]
            stack.append(_Open(at, mark))
    for unclosed in stack:
        if unclosed.mark not in _NEEDS_PARTNER:
            found.append((unclosed.start, _trim_end(text, unclosed.start, end)))
    return found


def _partner(stack: list[_Open], mark: str, opens: bool, closes: bool) -> int | None:
    """Index in `stack` of the opening mark that `mark` closes; None if it closes none."""
    for index in range(len(stack) - 1, max(len(stack) - 9, -1), -1):
        opening = stack[index].mark
        if mark in _CLOSED_BY[opening] and (closes or not opens or mark not in _STRAIGHT):
            # ” and » open as well as close, in turn, where they stand for both.
            return None if mark == opening and opens and not closes else index
        if mark == opening and closes and not opens:
            return index  # “so“, typed with one mark for both
        if opening in "“„" and mark == '"' and closes and not opens:
            return index  # “so", half converted
    return None


def _may_open(text: str, at: int, start: int, end: int) -> bool:
    """Something follows directly, and nothing of a word stands before."""
    if at + 1 >= end or _BLANK.match(text, at + 1):
        return text[at] in "«„“‹" and at + 1 < end  # French puts a space inside
    if text[at] in "“„‘‚«「『｢‹‟‛":
        return True
    before = text[at - 1] if at > start else " "
    return before in _BEFORE_OPENING or bool(_BLANK.match(before))


def _may_close(text: str, at: int, start: int, end: int) -> bool:
    """Something stands directly before, and nothing of a word follows."""
    if at == start or (_BLANK.match(text, at - 1) and text[at] not in "»”“›"):
        return False
    after = text[at + 1] if at + 1 < end else " "
    return after in _AFTER_CLOSING or bool(_BLANK.match(after))


def _is_possessive(text: str, at: int, end: int, mark: str) -> bool:
    """`the ministers’ plan`, when the quotation it stands in is closed further on."""
    if not _POSSESSIVE.match(text, at, end):
        return False
    later = _LATER[mark].search(text, at + 1, min(end, at + _LOOK_AHEAD))
    return (
        later is not None and later[0] == mark and not _POSSESSIVE.match(text, later.start(), end)
    )


def _trim_end(text: str, start: int, end: int) -> int:
    while end > start + 1 and _BLANK.match(text, end - 1):
        end -= 1
    return end
