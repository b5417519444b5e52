"""Proposes which lines of an article are not its body: headings, credits, links, furniture.

Where it is not clear, a line stays in: an annotator sees it and can say so, but a line that is
left out is easily never looked at.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from annotator.model.article import Region
from annotator.text.characters import HAN, HIRAGANA, KATAKANA
from annotator.text.furniture import LISTS_MORE, match_furniture, match_head
from annotator.text.units import Range

KEPT = frozenset({"headline", "subhead", "caption"})
"""Kinds that belong to the article although they are not its body; all others are excluded."""


@dataclass(slots=True)
class _Line:
    start: int
    end: int
    text: str  # white space folded
    prose: bool
    kind: str | None = None
    duplicate_of: Range | None = None


_WORD = re.compile(rf"[{HAN}{HIRAGANA}{KATAKANA}]{{2}}|[^\W{HAN}{HIRAGANA}{KATAKANA}]+")
_ENDS = re.compile(r"[.!?…。！？؟।:;,][”’\"'»」)\]]*$|[”\"»」]$")
_QUOTED_HEADLINE = re.compile(r"[^.!?…。！？؟:;,][”\"»」]$")  # ends in a quotation without a stop
_CUT_OFF = re.compile(r"(?:\.\.\.|…|\[…\]|\[\.\.\.\])\s*$")
_INNER_STOP = re.compile(r"(?<=\w\w)[.!?][”’\"')]?\s+[“‘\"'A-ZÀ-Þ]|[。！？]")
_LIST_ITEM = re.compile(r"[-–—•*·▪►>]|\(?\d{1,3}[.)]\s|\w[)]\s")
_TURN = re.compile(r"[^\s:]+(?: [^\s:]+){0,3}:\s")  # KARSK: Where to?

_HEADING_WORDS = 14
_HEADLINE_WORDS = 35
_QUOTED_WORDS = 20
_REPEAT_WORDS = 4
_GARBLED_SHARE = 0.25


def propose(text: str, *, headline: str | None = None) -> list[Region]:
    """The lines of `text` that are not body text, in the order of the text; neighbouring lines of
    one kind are one region, but each repeated line is its own.

    `headline` is the headline as known from elsewhere (a page's metadata), if it is.
    """
    lines = list(_lines(text))
    if len(lines) > 1 and _QUOTED_HEADLINE.search(lines[0].text):
        lines[0].prose = lines[0].prose and _count_words(lines[0].text) > _QUOTED_WORDS
    for line in lines:
        line.kind = _by_itself(line)
    prose = [index for index, line in enumerate(lines) if line.prose and line.kind is None]
    if prose:
        first, last = prose[0], prose[-1]
        _mark_head(lines, first)
        _mark_lists(lines, last)
        _mark_subheads(lines, first, last)
    if headline is not None:
        _mark_given_headline(lines, " ".join(headline.split()))
    _mark_duplicates(lines, bool(prose))
    return list(_joined(lines))


def _joined(lines: list[_Line]) -> Iterator[Region]:
    pending: Region | None = None
    for line in lines:
        if line.kind is None:
            continue
        kept, original = line.kind not in KEPT, line.duplicate_of
        if (
            pending is not None
            and (pending.kind, pending.end + 1) == (line.kind, line.start)
            and original is None
        ):
            pending = Region(pending.start, line.end, line.kind, kept)
            continue
        if pending is not None:
            yield pending
        pending = Region(line.start, line.end, line.kind, kept, original)
    if pending is not None:
        yield pending


def _lines(text: str) -> Iterator[_Line]:
    """The lines that are not blank."""
    start = 0
    for raw in text.split("\n"):
        folded = " ".join(raw.strip("\ufeff\u200b").split())
        if folded:
            yield _Line(start, start + len(raw), folded, _is_prose(folded))
        start += len(raw) + 1


def _count_words(line: str) -> int:
    return len(_WORD.findall(line))


def _is_prose(line: str) -> bool:
    """Whether a line is, by its look, a paragraph of running text."""
    words = _count_words(line)
    if words >= 45 or (words >= 6 and _INNER_STOP.search(line)):
        return not (_CUT_OFF.search(line) and words < 45)
    return words >= 11 and bool(_ENDS.search(line)) and not _CUT_OFF.search(line)


def _by_itself(line: _Line) -> str | None:
    if _is_garbled(line.text):
        return "garbled"
    kind = match_furniture(line.text)
    return None if line.prose and kind in ("byline", "dateline") else kind


def _is_garbled(line: str) -> bool:
    start = line[:2000]
    broken = start.count("\ufffd")
    if not start.isprintable():
        broken += sum(unicodedata.category(x) in ("Cc", "Co", "Cn", "Cs") for x in start)
    return broken > 2 and broken > _GARBLED_SHARE * min(len(line), 2000)


def _is_heading(line: _Line, longest: int) -> bool:
    return (
        line.kind is None
        and not line.prose
        and _count_words(line.text) <= longest
        and any(map(str.isalpha, line.text))
        and not _LIST_ITEM.match(line.text)
        and (not _ENDS.search(line.text) or line.text.endswith(("?", "!", "”", '"', "»", "」")))
    )


def _mark_head(lines: list[_Line], first_prose: int) -> None:
    """The headline, and what stands between it and the text."""
    headline: str | None = None
    for line in lines[:first_prose]:
        if headline is None and _is_heading(line, _HEADLINE_WORDS):
            line.kind, headline = "headline", line.text
        elif headline is not None and line.text != headline and _is_heading(line, _HEADLINE_WORDS):
            line.kind = match_head(line.text) or "subhead"


def _mark_lists(lines: list[_Line], last_prose: int) -> None:
    """Titles and teasers under the head of a list: `You may also like`, then headlines."""
    in_list = False
    for index, line in enumerate(lines):
        if line.kind in ("related", "byline") and LISTS_MORE.fullmatch(line.text):
            in_list = True
        elif (
            line.prose
            or line.kind == "boilerplate"
            or (index < last_prose and not _is_listed(lines, index))
        ):
            in_list = False
        elif in_list and line.kind is None:
            line.kind = "related"
    furniture: str | None = None
    for line in lines[last_prose + 1 :]:
        if line.kind in ("related", "boilerplate"):
            furniture = line.kind
        elif furniture is not None and line.kind is None and _is_heading(line, _HEADLINE_WORDS):
            line.kind = furniture


def _is_listed(lines: list[_Line], index: int) -> bool:
    """Whether a line between paragraphs stands in a list rather than as a heading over the next."""
    line = lines[index]
    following = lines[index + 1] if index + 1 < len(lines) else None
    close = index > 0 and lines[index - 1].end + 1 == line.start
    return not line.prose and (close or (following is not None and not following.prose))


def _mark_subheads(lines: list[_Line], first_prose: int, last_prose: int) -> None:
    """Single short lines between paragraphs. Several in a row are a list, a play or a poem."""
    for index in range(first_prose + 1, last_prose):
        line = lines[index]
        following = next((one for one in lines[index + 1 :] if one.kind is None), None)
        before = next((one for one in reversed(lines[:index]) if one.kind is None), None)
        if (
            _is_heading(line, _HEADING_WORDS)
            and following is not None
            and following.prose
            and (before is None or before.prose)
            and not _TURN.match(line.text)
            and not (line.text[0] in '“"„«‘' and line.text[-1] in '”"“»’?!')
        ):
            line.kind = "subhead"


def _mark_given_headline(lines: list[_Line], headline: str) -> None:
    found = next((line for line in lines if line.text == headline and not line.prose), None)
    if found is None:
        return
    for line in lines:
        if line.kind == "headline":
            line.kind = "subhead"
    found.kind = "headline"


def _mark_duplicates(lines: list[_Line], has_prose: bool) -> None:
    """Lines that repeat an earlier one to the letter; among short lines only the headline."""
    seen: dict[str, _Line] = {}
    for line in lines:
        earlier = seen.setdefault(line.text, line)
        if earlier is line or line.kind not in (None, "headline", "subhead", "caption"):
            continue
        if earlier.kind == "headline" or (has_prose and _count_words(line.text) >= _REPEAT_WORDS):
            line.kind = "duplicate"
            line.duplicate_of = (earlier.start, earlier.end)
