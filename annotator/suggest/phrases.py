"""A sentence as words, marks and whole quotations, and the noun phrases around its verbs.

A small grammar of English news prose. It reads word forms, not parts of speech, and where it is not
sure it finds nothing: a wrong suggestion costs more keys than none.
"""

import re
from dataclasses import dataclass
from typing import Literal

from annotator.text.characters import CLOSING_QUOTES
from annotator.text.lexicon import CUES
from annotator.text.units import Range, Units
from annotator.text.wordlist import wordlist

Kind = Literal["word", "mark", "quotation"]

PREPOSITIONS = wordlist(
    """
    on in at after before during by from since for near outside inside to with about against under
    over between among through until towards toward within without via into of as despite amid ahead
    following given unlike
    """
)
SUBORDINATORS = wordlist(
    """
    that if whether because while when as although though since unless until than so where why how
    what whose whom but or nor
    """
)
RELATIVES = wordlist("who which that whose whom where")
AUXILIARIES = wordlist("has had have having did does do ’d 'd ’ve 've")
BE = wordlist("is are was were been be being ’s 's ’re 're")
MODALS = wordlist("will would could should may might must can shall ’ll 'll to")
FINITE = (BE - {"being", "been", "be", "’s", "'s"}) | wordlist(
    "has had have did does do will would could should may might must can shall went came took made"
    " gave got became seems seemed remains remained stood left began went goes comes makes takes"
    " says said told wants wanted"
)
NEGATIONS = wordlist("not never n't hardly neither nor no")
ADVERBS = wordlist(
    """
    also already then again later earlier recently repeatedly once now still even just however
    meanwhile too therefore thus otherwise instead only long soon today yesterday tonight here there
    nevertheless moreover furthermore afterwards twice often always finally so far first
    """
)
_NOT_ADVERBS = wordlist("family ally assembly italy supply reply july monopoly rally")
DETERMINERS = wordlist(
    """
    the a an its his her their our my your this these those some many several few most all both each
    another one two three four five six seven eight nine ten no any other
    """
)
PRONOUNS = wordlist("he she it they this")
_NEVER_ALONE = wordlist("the a an its his her their our my your this these those no any")
_PLURAL = wordlist(
    """
    and they people police some many several few most all both women men others who
    """
)
_NOT_SPEAKERS = wordlist(
    """
    i we you one there nobody this that what everyone anyone it’s who’s everything nothing
    """
)
_DAYS = wordlist("monday tuesday wednesday thursday friday saturday sunday")
_DASHES = frozenset(("–", "—", "-", "--", "―"))
_LONGEST_SPEAKER = 16  # items


@dataclass(frozen=True, slots=True)
class Item:
    """A word, a mark, or a whole quotation with its marks, `[start, end)` in the text."""

    start: int
    end: int
    word: str
    kind: Kind
    capital: bool


def is_adverb(word: str) -> bool:
    return word in ADVERBS or (word.endswith("ly") and len(word) > 4 and word not in _NOT_ADVERBS)


def is_base_form(word: str) -> bool:
    """Whether a verb has the form that goes with a plural: say, deny."""
    if word.endswith(("ed", "ing")):
        return False
    third = word[:-1] + "ies" if word.endswith("y") else word + "s"
    return third in CUES or word + "es" in CUES


def negates(word: str) -> bool:
    return word in NEGATIONS or word.endswith(("n't", "n’t"))


class Phrase:
    """A sentence, or several that one quotation holds together."""

    def __init__(self, units: Units, start: int, end: int) -> None:
        self.units = units
        self.start, self.end = start, end
        self.items = _items(units, start, end)
        self.stop = len(self.items)
        # The final stop is no part of what is said, unless it stands in the quotation.
        while self.stop and self.items[self.stop - 1].word in (".", "!", "?", "…", "..."):
            self.stop -= 1

    def word(self, index: int) -> str:
        """The lower-case word there; empty outside the sentence and for a quotation."""
        return self.items[index].word if 0 <= index < self.stop else ""

    def is_quotation(self, index: int) -> bool:
        return 0 <= index < self.stop and self.items[index].kind == "quotation"

    def is_mark(self, index: int) -> bool:
        return 0 <= index < self.stop and self.items[index].kind == "mark"

    def is_dash(self, index: int) -> bool:
        return self.word(index) in _DASHES

    def range(self, first: int, last: int) -> Range:
        """The text from item `first` to item `last - 1`, in code points."""
        return self.items[first].start, self.items[last - 1].end

    def capital(self, index: int) -> bool:
        return 0 <= index < self.stop and self.items[index].capital

    def finite(self, first: int, last: int) -> bool:
        """Whether some word in `[first, last)` is surely a finite verb."""
        return any(
            self.word(index) in FINITE and not (self.word(index) == "may" and self._is_month(index))
            for index in range(first, last)
        )

    def _is_month(self, index: int) -> bool:
        return index > 0 and self.capital(index)

    # --- noun phrases

    def subject_before(self, verb: int) -> tuple[int, int, bool] | None:
        """The subject that ends before the verb: `(first, last, negated)`, last excluded.

        None if it is not a plain one, if the verb is in the future or passive, or not finite.
        """
        last, negated = verb, False
        helped = False
        participle = self.word(verb).endswith("ing")
        while last > 0:
            word = self.word(last - 1)
            if negates(word):
                negated = True
            elif word in AUXILIARIES or (word in BE and participle):
                helped = True
            elif word in BE or word in MODALS:
                return None
            elif not is_adverb(word):
                break
            last -= 1
        if last == 0 or (participle and not helped):
            return None
        if self.word(last - 1) in ("who", "which") and last >= 2 and self.word(last - 2) == ",":
            return last - 1, last, negated
        if self.word(last - 1) == ",":
            comma = self._comma_before(last - 1)
            if comma is None or self._has_verb(comma + 1, last - 1):
                return None
            if self._is_aside(comma + 1):
                last = comma
            else:
                last -= 1
            first = self._noun_phrase_start(comma)
        else:
            first = self._noun_phrase_start(last)
        if first is None or first >= last or not self._may_be_subject(first, last):
            return None
        if not helped and is_base_form(self.word(verb)) and not self._is_plural(first, last):
            return None
        return first, last, negated

    def nearest_name(self, first: int, last: int) -> int:
        """Where the last of joined names starts: “Karsk and Norhavn” are two speakers (rule 24)."""
        ands = [index for index in range(first + 1, last - 1) if self.word(index) == "and"]
        names = all(self.capital(index) or index in ands for index in range(first, last))
        return ands[-1] + 1 if ands and names else first

    def _may_be_subject(self, first: int, last: int) -> bool:
        if self.word(first) in PRONOUNS or last - first == 1:
            return last - first == 1 and self.word(first) not in _NEVER_ALONE
        return True

    def _is_plural(self, first: int, last: int) -> bool:
        head = first
        while head + 1 < last and self.word(head + 1) not in PREPOSITIONS | {"who", ","}:
            head += 1
        words = {self.word(index) for index in range(first, last)}
        return self.word(head).endswith("s") or bool(words & _PLURAL)

    def _has_verb(self, first: int, last: int) -> bool:
        return self.word(first) not in RELATIVES and self.finite(first, last)

    def noun_phrase_after(self, verb: int) -> tuple[int, int] | None:
        """The subject that follows an inverted verb: said Ilse Tarn, the minister."""
        first = verb + 1
        if not self._may_start(first) or self.word(first) in PREPOSITIONS:
            return None
        if self.word(first) in PRONOUNS:
            return first, first + 1
        last = first
        while last < self.stop and self.items[last].kind == "word":
            word = self.word(last)
            if word in ("who", "which") and last > first:
                last = self._until_mark(last)
                break
            if word in ("and", "but", "while", "when", "that", "as", "if", "because"):
                break
            if (word in PREPOSITIONS and word not in ("of", "for", "from")) or word in FINITE:
                break
            if last > first and (word in _DAYS or (is_adverb(word) and not self.capital(last))):
                break
            last += 1
        if last == first or last - first > _LONGEST_SPEAKER:
            return None
        if self.word(last) == "," and not self._is_aside(last + 1):
            after = self._until_mark(last + 1)
            plain = not self.finite(last + 1, after) and not self.is_quotation(after)
            if plain and after - last < 10 and self._may_start(last + 1, apposition=True):
                last = after
        return first, last

    def _noun_phrase_start(self, last: int) -> int | None:
        """Where the noun phrase that ends before `last` starts; None if it is not a plain one."""
        if last <= 0 or self.items[last - 1].kind != "word":
            return None
        first = last
        while first > 0 and self.items[first - 1].kind == "word":
            word = self.word(first - 1)
            inside_relative = any(
                self.word(i) in ("who", "which") for i in range(max(first - 8, 0), first)
            )
            if word in SUBORDINATORS and not (word == "that" and inside_relative):
                break
            first -= 1
        relative = next(
            (i for i in range(first + 1, last) if self.word(i) in ("who", "which", "whose")), last
        )
        for index in range(relative - 1, first - 1, -1):
            if self.word(index) in FINITE:
                # “Fares rose and the union says”: the subject starts after the conjunction.
                later = [i for i in range(index + 1, relative) if self.word(i) == "and"]
                if not later:
                    return None
                first = later[0] + 1
                break
        if first > 0 and self.word(first - 1) in SUBORDINATORS - {"but"}:
            return None
        while first < last and (
            (is_adverb(self.word(first)) and self.word(first) != "few")
            or self.word(first) in ("and", "but")
        ):
            first += 1
        if first < last and self.word(first) in PREPOSITIONS:
            first = self._after_opening(first, last)
        if first >= last or last - first > _LONGEST_SPEAKER or not self._may_start(first):
            return None
        if self.word(last - 1) in PREPOSITIONS | {"and", "the", "a"}:
            return None
        return first

    def _after_opening(self, first: int, last: int) -> int:
        """Where the subject starts in “In Karsk the elders”; `last` if that is not clear."""
        if self.word(last - 1) in PRONOUNS:
            return last - 1
        for index in range(first + 2, last):
            if self.word(index) in DETERMINERS and self.word(index - 1) not in PREPOSITIONS:
                return index
        return last

    def _may_start(self, index: int, apposition: bool = False) -> bool:
        if not 0 <= index < self.stop or self.items[index].kind != "word":
            return False
        word = self.word(index)
        if word in _NOT_SPEAKERS or word in SUBORDINATORS or word in FINITE:
            return False
        return (
            apposition
            or self.items[index].capital
            or word in DETERMINERS
            or word in PRONOUNS
            or word.endswith("s")
            or self.capital(index + 1)
            or word in ("people", "police")
        )

    def _is_aside(self, index: int) -> bool:
        """Whether what follows a comma is no apposition: a relative clause, time, citing …"""
        word = self.word(index)
        return (
            word
            in RELATIVES | SUBORDINATORS | PREPOSITIONS | {"and", "citing", "quoting", "himself"}
            or word in ("herself", "itself", "themselves", "according")
            or is_adverb(word)
            or word.endswith(("ing", "ed"))
        )

    def _comma_before(self, index: int) -> int | None:
        for position in range(index - 1, max(index - 20, 0), -1):
            if self.is_quotation(position) or self.is_dash(position):
                return None
            if self.word(position) == ",":
                return position
        return None

    def _until_mark(self, index: int) -> int:
        while index < self.stop and self.items[index].kind == "word":
            index += 1
        return index


def phrases(units: Units, start: int, end: int) -> list[Phrase]:
    """The sentences that touch `[start, end)`; those inside one quotation are one phrase."""
    joined: list[Range] = []
    for first, last in units.sentences(start, end):
        if joined and _bridged(units, joined[-1][1], first):
            joined[-1] = joined[-1][0], last
        else:
            joined.append((first, last))
    return [Phrase(units, first, last) for first, last in joined]


def _bridged(units: Units, end: int, start: int) -> bool:
    """Whether one closed quotation covers the gap between two sentences."""
    return any(
        first < end - 1 and last > start and is_closed(units.text, first, last)
        for first, last in units.quotations(end - 1, start + 1)
    )


def is_closed(text: str, start: int, end: int) -> bool:
    return end - start > 2 and text[end - 1] in CLOSING_QUOTES


_BLANK = re.compile(r"\s")


def _items(units: Units, start: int, end: int) -> list[Item]:
    text = units.text
    outer: list[Range] = []
    for first, last in units.quotations(start, end):
        inside = first >= start and last <= end and (not outer or first >= outer[-1][1])
        if inside and is_closed(text, first, last):
            outer.append((first, last))
    items: list[Item] = []
    waiting = iter([*outer, (end, end)])
    quotation = next(waiting)
    for first, last in units.tokens(start, end):
        first, last = max(first, start), min(last, end)
        if first >= quotation[0] < end:
            if first == quotation[0]:
                items.append(Item(*quotation, "", "quotation", False))
            if last >= quotation[1]:
                quotation = next(waiting)
            continue
        token = text[first:last]
        kind: Kind = "word" if any(character.isalnum() for character in token) else "mark"
        items.append(Item(first, last, token.lower(), kind, token[:1].isupper()))
    return items
