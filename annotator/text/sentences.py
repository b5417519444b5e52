"""Where sentences end. A small rule with a list of abbreviations, for moving and for exports.

Each decision looks at a few words around one stop, so a text of any length is read block by block.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator

from annotator.text.blocks import SIZE
from annotator.text.characters import CLOSERS, INVISIBLE, OPENERS
from annotator.text.wordlist import wordlist

TITLE_ABBREVIATIONS = wordlist(
    "mr mrs ms mx dr prof gov lt gen col sgt cpl pvt maj capt cmdr adm sen rep rev hon pres "
    "st mt ft fr sr supt insp det atty amb min sec dep mme mlle mgr msgr hr herr dipl ing"
)
"""Written before a name: never the end of a sentence."""

_BEFORE_MORE = wordlist("vs cf viz approx ca bzw bspw usw evtl ggf vgl z.b d.h u.a e.g i.e p.ej al")
_BEFORE_NUMBER = wordlist(
    "no nos nr num vol fig art sec p pp ch para jan feb mar apr jun jul aug sep sept oct nov "
    "dec abs circa"
)
_MAY_END = wordlist(
    "inc corp ltd co bros plc llc gmbh jr sr jan feb mar apr aug sept sep oct nov dec ave "
    "blvd rd dept est univ assn intl mon tue tues wed thu thurs fri sat sun"
)
_AFTER_CLOCK = wordlist("GMT UTC EST EDT CET CEST BST PST PDT ET Eastern Central local")
_COMPANY = re.compile(r"(?:Inc|Corp|Ltd|Co|LLC|PLC|GmbH|AG|SA)\b")
_ACRONYM = re.compile(r"(?:[^\W\d]\.)+[^\W\d]")
_GERMAN_MONTH = re.compile(
    r"(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b"
)
FUNCTION_WORDS = wordlist(
    "The A An This That These Those It Its He She They We You I His Her Their Our My In On At "
    "By For From To With Without Of As After Before During While When Where Who Why How What "
    "Which But And Or So Yet If Then There Here Not No Nor Both Each Every All Some Many Most "
    "Few Several Another Other One Two Three Four Five Meanwhile However Although Though "
    "Because Since Until Under Over Between Among Against About According Also Only Even Just "
    "Still Once Earlier Later Last Next Now Today Yesterday Tomorrow Asked Said Der Die Das "
    "Ein Eine Er Sie Es Wir Im In Am Le La Les Un Une Il Elle Ils El Los Las Una En Ella"
)
"""Words that are capitalised because they begin a sentence, not because they are names."""

_SPEECH = (
    r"(?:said|says|say|asked|asks|added|adds|replied|replies|told|tells|wrote|writes|shouted|cried|"
    r"wondered|demanded|joked|answered|exclaimed|quipped|insisted|declared|inquired|enquired|"
    r"continued|began|concluded|called|warned|sagte|fragte|rief|dit|demande|dijo|preguntó)"
)
# “…?” Ms. Orrin asked – the sentence goes on although a capital follows.
_FRAME = re.compile(
    r"(?:(?:[A-ZÀ-ÞŁŚŠŽ][\w’'\-]*\.?|of|de|der|del|la|von|van|al|bin|the|then)[ \u00a0]){1,6}"
    + _SPEECH
    + r"\b"
)

_STOP = re.compile(r"\n|[.!?…‼⁇⁈⁉‽؟۔।॥։።。！？｡．]+")
_FULL_WIDTH = frozenset("。！？｡．")
_CLOSE = re.compile(rf"[{CLOSERS}]{{0,8}}(?:\[\d{{1,3}}\])?")
_SPACE = re.compile(rf"(?:[^\S\n]|[{INVISIBLE}])*")
_NEXT_LETTER = re.compile(rf"(?:[{OPENERS}\-–—…{INVISIBLE}]|[^\S\n])*(\S?)")
_WORD_BEFORE = re.compile(r"(?:\w|(?<=\w)[.’'\-](?=\w))+\Z")
_WORD_AFTER = re.compile(rf"[{OPENERS}]*([\w’'\-]+)")
_QUOTE_CLOSED = re.compile("[”“’‘\"'»«›‹」』]")
_OPENS = re.compile('[“„«‹「『"(]')
_INDENT = 8  # code points before the number of a list item, at most
_LOOK_BACK = 40  # code points; longer than any abbreviation with the word before it


class Sentences:
    """The sentences of one text. None crosses a line feed; together they leave out only blanks."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._blocks: dict[int, array[int]] = {}

    def around(self, offset: int) -> tuple[int, int]:
        """The stretch between two ends of sentences that contains `offset`, blanks included."""
        return self._end_at_or_before(offset), self._end_after(offset)

    def stretches(self, start: int) -> Iterator[tuple[int, int]]:
        """All stretches from the one that contains `start` to the end of the text."""
        first, last = self.around(start)
        while first < len(self._text):
            yield first, last
            first, last = last, self._end_after(last)

    def stretches_back(self, end: int) -> Iterator[tuple[int, int]]:
        """All stretches from the one that contains `end` back to the start of the text."""
        first, last = self.around(end)
        yield first, last
        while first > 0:
            first, last = self._end_at_or_before(first - 1), first
            yield first, last

    def _end_at_or_before(self, offset: int) -> int:
        for row in range(offset // SIZE, -1, -1):
            ends = self._ends(row)
            index = bisect_right(ends, offset) - 1
            if index >= 0:
                return ends[index]
        return 0

    def _end_after(self, offset: int) -> int:
        # A stop just before this row may have closing marks that reach into it.
        for row in range(max(offset // SIZE - 1, 0), len(self._text) // SIZE + 1):
            ends = self._ends(row)
            index = bisect_right(ends, offset)
            if index < len(ends):
                return ends[index]
        return len(self._text)

    def _ends(self, row: int) -> "array[int]":
        """The ends of sentences whose stop begins in this row of `SIZE` code points."""
        ends = self._blocks.get(row)
        if ends is None:
            ends = self._blocks[row] = array("I", self._find(row * SIZE, (row + 1) * SIZE))
        return ends

    def _find(self, start: int, end: int) -> Iterator[int]:
        text = self._text
        for match in _STOP.finditer(text, start, end):
            at, stop = match.span()
            if at == start > 0 and _continues(text, start):
                continue
            if stop == end:
                stop = _match_end(_STOP, text, at)
            if text[at] == "\n":
                yield stop
            elif (close := sentence_end(text, at, stop)) is not None:
                yield close


def _continues(text: str, start: int) -> bool:
    """Whether the stop at `start` is the rest of one that began before it."""
    before = _STOP.match(text, start - 1)
    return text[start] != "\n" and before is not None and before.end() > start


def sentence_end(text: str, start: int, stop: int) -> int | None:
    """Where the sentence with the full stop(s) `[start, stop)` ends; None if it goes on."""
    close = _match_end(_CLOSE, text, stop)
    after = _match_end(_SPACE, text, close)
    if after >= len(text) or text[after] == "\n":
        return close
    marks, following = text[start:stop], text[after]
    if marks[-1] in _FULL_WIDTH:
        return None if close > stop and following in "とって" else close
    if after == close:
        # No space: a number, a web address – or an opening mark set too close.
        return close if _OPENS.match(text, close) and text[close] != '"' else None
    letter = _NEXT_LETTER.match(text, after)
    if letter is not None and letter[1].islower():
        return None
    quoted = close > stop and _QUOTE_CLOSED.search(text, stop, close) is not None
    if quoted and marks[-1] in "?!…" and _FRAME.match(text, after):
        return None
    if marks == "." and close == stop and _is_abbreviation(text, start, after):
        return None
    if marks == "!" and _COMPANY.match(text, after):
        return None
    return close


def _is_abbreviation(text: str, stop: int, after: int) -> bool:
    """Whether the single full stop at `stop` belongs to the word before it; `after`: next word."""
    before = _WORD_BEFORE.search(text, max(stop - _LOOK_BACK, 0), stop)
    if before is None:
        return False
    word, lower = before[0], before[0].lower()
    next_word = _WORD_AFTER.match(text, after)
    following = next_word[1] if next_word else ""
    if lower in _BEFORE_MORE or (word[0].isupper() and lower in TITLE_ABBREVIATIONS):
        return True
    if lower in _BEFORE_NUMBER and following[:1].isdigit():
        return True
    if lower in ("a.m", "p.m"):
        return following in _AFTER_CLOCK
    starts_sentence = following in FUNCTION_WORDS or not following or _OPENS.match(text, after)
    if (word[0].isupper() and lower in _MAY_END) or lower == "etc" or _ACRONYM.fullmatch(word):
        return not starts_sentence
    if word.isdigit():
        indent = text[max(before.start() - _INDENT, 0) : before.start()]
        in_margin = "\n" in indent or before.start() <= _INDENT
        at_line_start = in_margin and not indent.rpartition("\n")[2].strip()
        return at_line_start or (len(word) <= 2 and bool(_GERMAN_MONTH.match(text, after)))
    # An initial: J. Orrin. Not “I”, nor “plan B. The”.
    return len(word) == 1 and word.isupper() and word != "I" and not starts_sentence


def _match_end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start
