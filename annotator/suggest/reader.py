"""The attributions inside one sentence."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from annotator.suggest.complements import Complements, Cue
from annotator.suggest.phrases import (
    ADVERBS,
    BE,
    DETERMINERS,
    FINITE,
    PREPOSITIONS,
    Phrase,
    is_adverb,
)
from annotator.suggest.verbs import (
    ADDING,
    ASIDE,
    CONNECTING,
    GOING_ON,
    IMPERSONAL,
    OPINION,
    QUOTES,
    REQUEST,
    TELL,
    WANT,
)
from annotator.text.lexicon import find_cues
from annotator.text.units import Range, Units

Fragments = tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """One attribution; all ranges are code points of the text.

    `speaker` is None where no source is named. Every claim is a tuple of fragments and shares the
    cue. `relay` and `relay_cue` are who passed the words on (“according to Vestry News”).
    """

    speaker: Range | None
    cue: Range
    claims: tuple[Fragments, ...]
    act: str
    relay: Range | None = None
    relay_cue: Range | None = None


def sentence_claims(units: Units, start: int, end: int) -> tuple[Fragments, ...]:
    """One claim a sentence."""
    pieces = []
    for first, last in units.sentences(start, end):
        piece = units.trim(max(first, start), min(last, end))
        if piece and any(character.isalnum() for character in units.text[piece[0] : piece[1]]):
            pieces.append((piece,))
    return tuple(pieces)


class SentenceReader:
    """Reads one sentence from left to right; what one frame has taken, no other reads."""

    def __init__(self, phrase: Phrase) -> None:
        self.phrase = phrase
        self.units = phrase.units
        self.complements = Complements(phrase)
        self.base = 0  # the first item nothing has read yet
        self.relay: Range | None = None
        self.relay_cue: Range | None = None

    def frames(self) -> Iterator[Frame]:
        phrase = self.phrase
        if phrase.stop < 3:
            return
        according = self._according_first()
        if according is not None:
            yield from according
            return
        found = list(self._from_cues())
        if not found:
            found = list(self._impersonal()) or list(self._aside()) or list(self._colon())
        yield from self._with_relay_after(found)

    # --- cues

    def _cues(self) -> list[Cue]:
        phrase = self.phrase
        by_start = {item.start: index for index, item in enumerate(phrase.items)}
        cues = []
        for (start, end), act in find_cues(self.units, phrase.start, phrase.end):
            first = by_start.get(start)
            if first is None or first >= phrase.stop or phrase.is_quotation(first):
                continue
            last = first + 1
            while last < phrase.stop and phrase.items[last].end <= end:
                last += 1
            if last > first + 1 and phrase.word(last - 1) == "to" and act == "commit":
                last -= 1  # what is said starts with “to”
            cues.append(Cue(first, last, act))
        known = {cue.first for cue in cues}
        for index in range(phrase.stop):
            if phrase.word(index) in QUOTES and index not in known:
                cues.append(Cue(index, index + 1, "assert"))
        return sorted(cues, key=lambda cue: cue.first)

    def _from_cues(self) -> Iterator[Frame]:
        subject: tuple[int, int] | None = None  # of the frame before, for “denies … but wants …”
        cues = self._cues()
        for number, cue in enumerate(cues):
            if cue.first < self.base:
                continue
            if self.phrase.word(cue.first) == "according":
                continue
            frame, taken = self._read(cue, cues[number + 1 :], subject)
            if frame is None:
                continue
            subject = taken
            yield frame

    def _read(
        self, cue: Cue, later: list[Cue], shared: tuple[int, int] | None
    ) -> tuple[Frame | None, tuple[int, int] | None]:
        phrase = self.phrase
        before = phrase.subject_before(cue.first)
        if before is not None and before[0] >= self.base:
            first, last, negated = before
            if negated and self._refuses(cue):
                return None, None
            content = self._content_before(first)
            relative = phrase.word(first) in ("who", "which")
            if relative and any(phrase.word(i) == "," for i in range(cue.last, phrase.stop)):
                return None, None
            asks_to = phrase.word(cue.first) in REQUEST and self.complements.to_after(cue.last)
            says = phrase.word(cue.first) in QUOTES and not (relative or asks_to)
            if content is not None and says:
                tail = self._tail(cue.last)
                if tail is not None:
                    return self._around(content, (first, last), cue, tail)
            if self._stands_free(first):
                return self._after(cue, (first, last), later)
        elif shared is not None and self._is_joined(cue.first):
            return self._after(cue, shared, later)
        if phrase.word(cue.first) in QUOTES and cue.last == cue.first + 1:
            inverted = phrase.noun_phrase_after(cue.first)
            content = self._content_before(cue.first)
            if inverted is not None and content is not None:
                tail = self._tail(inverted[1])
                if tail is not None:
                    return self._around(content, inverted, cue, tail)
        return None, None

    def _refuses(self, cue: Cue) -> bool:
        """“did not say whether …”, “did not answer”: no content (rule 10)."""
        silent = self.phrase.word(cue.first) in ("comment", "answer", "confirm", "ask", "respond")
        return silent or self.phrase.word(cue.last) in CONNECTING - {"that"}

    def _is_joined(self, verb: int) -> bool:
        index = verb - 1
        while index > self.base and is_adverb(self.phrase.word(index)):
            index -= 1
        return self.phrase.word(index) in ("and", "but") and index >= self.base - 1

    def _stands_free(self, first: int) -> bool:
        """Whether the subject at `first` begins a clause, not part of another one."""
        phrase = self.phrase
        if first == 0 or phrase.word(first) in ("who", "which"):
            return True
        if all(phrase.is_mark(index) for index in range(self.base, first)):
            return True
        if (
            first == self.base
            or phrase.word(first - 1) in (";", ":", "but")
            or phrase.is_dash(first - 1)
        ):
            return True
        opening = phrase.word(self.base) if self.base < phrase.stop else ""
        if opening in PREPOSITIONS | ADVERBS | {"when", "while", "although", "as"} or is_adverb(
            opening
        ):
            return True
        return all(
            is_adverb(phrase.word(i)) or phrase.word(i) in ("and", "but")
            for i in range(self.base, first)
        )

    # --- content before the frame

    def _content_before(self, first: int) -> tuple[int, int] | None:
        """Items of what is said before a frame that starts at `first`, after a comma or quote."""
        phrase = self.phrase
        start, last = self.base, first
        while start < last and phrase.is_mark(start) and not phrase.is_quotation(start):
            start += 1
        if last <= start:
            return None
        if phrase.word(last - 1) in (",", "?", "!") or phrase.is_dash(last - 1):
            last -= 1
        elif not phrase.is_quotation(last - 1):
            return None
        if last <= start:
            return None
        for index in range(last - 1, start, -1):
            if phrase.word(index) == ":":
                start = index + 1  # “Vardia objects: the river is theirs, Tarn said.”
                break
        has_quotation = any(phrase.is_quotation(index) for index in range(start, last))
        if not has_quotation:
            opening = phrase.word(start)
            if last - start < 2 or opening in ("citing", "quoting"):
                return None
            if not self.complements.has_verb(start, last) and opening not in PREPOSITIONS:
                return None
        return start, last

    def _tail(self, index: int) -> int | None:
        """Where the words on time, place and addressee after a frame end; None if none are."""
        phrase = self.phrase
        start = index
        while index < phrase.stop and phrase.items[index].kind == "word":
            word = phrase.word(index)
            if word in ("and", "but", "while", "as", "when", "that", "although") and index > start:
                break
            if word in ("and", "but", "while", "when", "although"):
                break
            if word in FINITE or word in ("that", "whether"):
                return None
            index += 1
        if index > start:
            opening = phrase.word(start)
            told = phrase.word(start - 1) in TELL | REQUEST
            if not (
                opening in PREPOSITIONS or is_adverb(opening) or told or opening.endswith("day")
            ):
                return None
            if (
                opening == "to"
                and phrase.word(start + 1) not in DETERMINERS
                and not phrase.capital(start + 1)
            ):
                return None
        if index - start > 14:
            return None
        return index

    def _around(
        self, content: tuple[int, int], subject: tuple[int, int], cue: Cue, tail: int
    ) -> tuple[Frame | None, tuple[int, int] | None]:
        """A frame after its content, or in the middle of it."""
        phrase, text = self.phrase, self.units.text
        first, last = content
        left = phrase.range(first, last)
        open_left = text[left[1] - 1 : left[1]] not in ".!?…"
        if phrase.is_quotation(last - 1):
            inner = text[left[0] : left[1]].rstrip("”“’\"'»«").rstrip()
            open_left = not inner.endswith((".", "!", "?", "…"))
        quoted = phrase.is_quotation(last - 1)
        after = tail
        if phrase.word(after) in (",", ":") or phrase.is_dash(after):
            after += 1
        continues = (
            after > tail
            and after < phrase.stop
            and (phrase.is_quotation(after) if quoted else not phrase.is_quotation(after))
        )
        claims: tuple[Fragments, ...]
        if continues and quoted:
            right = phrase.range(after, after + 1)
            lefts, rights = sentence_claims(self.units, *left), sentence_claims(self.units, *right)
            if open_left and lefts and rights:
                claims = (*lefts[:-1], lefts[-1] + rights[0], *rights[1:])
            else:
                claims = lefts + rights
            self.base = after + 1
        elif continues and not phrase.is_dash(after - 1) and self._goes_on(content, after):
            right = phrase.range(after, self._claim_end(after, []))
            claims = ((left, right),)
            self.base = phrase.stop
        elif not self._may_stop(tail, quoted):
            return None, None
        else:
            has_quotation = any(phrase.is_quotation(index) for index in range(first, last))
            if not has_quotation and not self.complements.has_verb(first, last):
                return None, None
            claims = sentence_claims(self.units, *left)
            self.base = tail
        if not claims:
            return None, None
        return self._frame(subject, cue, claims), subject

    def _may_stop(self, tail: int, quoted: bool) -> bool:
        """Whether a frame may end at `tail`, or goes on in a way these rules do not read."""
        phrase = self.phrase
        word = phrase.word(tail)
        if tail >= phrase.stop or word in (":", ";", "and", "but") or phrase.is_dash(tail):
            return True
        if word == ",":
            following = phrase.word(tail + 1)
            return quoted or following.endswith("ing") or following in GOING_ON
        return quoted and not phrase.is_quotation(tail)

    def _goes_on(self, content: tuple[int, int], after: int) -> bool:
        """Whether unquoted content is cut in two by the frame: Without it, he said, it fails."""
        phrase = self.phrase
        if phrase.word(after) in GOING_ON or phrase.word(after).endswith("ing"):
            return False
        cut = phrase.word(content[1] - 1) in FINITE
        return cut or (not phrase.finite(*content) and phrase.finite(after, phrase.stop))

    # --- content after the cue

    def _after(
        self, cue: Cue, subject: tuple[int, int], later: list[Cue]
    ) -> tuple[Frame | None, tuple[int, int] | None]:
        phrase = self.phrase
        taken = self.complements.content_after(cue)
        if taken is None:
            return None, None
        first, cue = taken
        last = self._claim_end(first, later)
        last = next((i for i in range(first + 1, last) if self._second_verb(first, i)), last)
        if last <= first:
            return None, None
        start, end = phrase.range(first, last)
        claims = sentence_claims(self.units, start, end)
        if not claims:
            return None, None
        self.base = last
        return self._frame(subject, cue, claims), subject

    def _second_verb(self, first: int, index: int) -> bool:
        """Whether “but has …” at `index` goes on about the speaker, after content with no verb."""
        phrase = self.phrase
        joins = phrase.word(index) in ("and", "but") and phrase.word(index + 1) in FINITE
        return joins and phrase.word(first) not in CONNECTING and not phrase.finite(first, index)

    def _claim_end(self, first: int, later: list[Cue]) -> int:
        """The item after the last one of a claim that starts at `first`."""
        phrase = self.phrase
        last = phrase.stop
        for index in range(first + 1, phrase.stop):
            if phrase.word(index) == ";":
                last = index
                break
            if phrase.word(index) == "," and phrase.word(index + 1) in ADDING:
                last = index
                break
        for cue in later:
            if not first + 1 < cue.first < last:
                continue
            if self._joins_new(cue, first):
                cut = cue.first - 1
                while cut > first and phrase.word(cut) not in ("and", "but"):
                    cut -= 1
                last = cut
                break
            subject = phrase.subject_before(cue.first)
            before = phrase.word(subject[0] - 1) if subject else ""
            if (
                subject
                and (before == "but" or (before == "," and not phrase.finite(first, subject[0])))
                and self.complements.content_after(cue)
            ):
                last = subject[0] - 1
                break
            closing = phrase.word(cue.first) in QUOTES and self._tail(cue.last) == phrase.stop
            if subject and closing and before == "," and subject[0] > first + 1:
                # What is said here belongs to the frame at the end, from the last colon on.
                colons = [i for i in range(first, subject[0]) if phrase.word(i) == ":"]
                last = max(colons, default=first)
                break
        while last > first and (
            phrase.is_mark(last - 1) or phrase.word(last - 1) in ("and", "but")
        ):
            if phrase.is_quotation(last - 1) or phrase.word(last - 1) in (")", "%", "]"):
                break
            last -= 1
        return last

    def _joins_new(self, cue: Cue, first: int) -> bool:
        """Whether “but wants …” starts the next thing the same speaker says."""
        phrase = self.phrase
        index = cue.first - 1
        while index > first and is_adverb(phrase.word(index)):
            index -= 1
        if phrase.word(index) not in ("but", "and") or index <= first:
            return False
        says_it = any(phrase.word(i) in FINITE - {"to"} for i in range(first, index))
        if phrase.word(index) == "and" and phrase.word(index - 1) != "," and says_it:
            # “said it fears and hopes”: within what is said.
            return False
        return (
            not phrase.word(cue.first).endswith("ing")
            and self.complements.content_after(cue) is not None
        )

    # --- other patterns

    def _according_first(self) -> list[Frame] | None:
        """“According to S, C” and “In the view of S, C”, with a frame of its own inside or not."""
        phrase = self.phrase
        start = 1 if phrase.word(0) in ("but", "and") else 0
        cue_end = self._opening_cue(start)
        if cue_end is None:
            return None
        comma = next(
            (
                index
                for index in range(cue_end + 1, min(cue_end + 16, phrase.stop))
                if phrase.word(index) == "," or phrase.is_quotation(index)
            ),
            None,
        )
        if comma is None or phrase.word(comma) != "," or phrase.finite(cue_end, comma):
            return []
        speaker = phrase.range(cue_end, comma)
        cue = phrase.range(start, cue_end)
        self.base = comma + 1
        inner = list(self._from_cues())
        if inner:
            return [replace(inner[0], relay=speaker, relay_cue=cue), *inner[1:]]
        last = self._claim_end(comma + 1, [])
        if last <= comma + 2:
            return []
        claims = sentence_claims(self.units, *phrase.range(comma + 1, last))
        act = "assert" if phrase.word(start) == "according" else "believe"
        return [Frame(speaker, cue, claims, act)] if claims else []

    def _opening_cue(self, start: int) -> int | None:
        phrase = self.phrase
        if phrase.word(start) == "according" and phrase.word(start + 1) == "to":
            return start + 2
        words = " ".join(phrase.word(start + offset) for offset in range(4))
        return start + 4 if words in OPINION else None

    def _with_relay_after(self, found: list[Frame]) -> Iterator[Frame]:
        """“C, according to S.” and “S said, according to R, C”."""
        phrase = self.phrase
        at = next(
            (
                index
                for index in range(2, phrase.stop - 2)
                if phrase.word(index) == "according" and phrase.word(index + 1) == "to"
            ),
            None,
        )
        if at is None:
            yield from found
            return
        cue = phrase.range(at, at + 2)
        last = at + 2
        while last < phrase.stop and phrase.items[last].kind == "word":
            last += 1
        if phrase.finite(at + 2, last):
            yield from found
            return
        speaker = phrase.range(at + 2, last)
        if found:
            first = found[0]
            apart = all(
                last_ <= speaker[0] - 1 or first_ >= speaker[1]
                for claim in first.claims
                for first_, last_ in claim
            )
            yield replace(first, relay=speaker, relay_cue=cue) if apart else first
            yield from found[1:]
        elif phrase.word(at - 1) in (",", ":"):
            first_item = 0
            if phrase.word(at - 1) == ":" or last != phrase.stop:
                return
            for index in range(at - 1):
                if phrase.word(index) in (":", ";"):
                    first_item = index + 1
            if at - 1 - first_item > 2:
                claims = sentence_claims(self.units, *phrase.range(first_item, at - 1))
                yield Frame(speaker, cue, claims, "assert")

    def _impersonal(self) -> Iterator[Frame]:
        """“It is feared that C”: nobody is named."""
        phrase = self.phrase
        if phrase.word(0) != "it" or phrase.word(1) not in BE:
            return
        verb = 2
        while is_adverb(phrase.word(verb)):
            verb += 1
        if phrase.word(verb) not in IMPERSONAL:
            return
        for index in range(verb + 1, min(verb + 8, phrase.stop)):
            if phrase.word(index) == "that":
                claims = sentence_claims(
                    self.units, *phrase.range(index, self._claim_end(index, []))
                )
                act = (
                    "assert"
                    if phrase.word(verb) in ("reported", "said", "claimed", "alleged")
                    else "believe"
                )
                if claims:
                    yield Frame(None, phrase.range(verb, verb + 1), claims, act)
                return
            if phrase.word(index) == "by" or phrase.items[index].kind != "word":
                return

    def _aside(self) -> Iterator[Frame]:
        """“The bridge is reportedly mined”: one claim in two fragments, nobody is named."""
        phrase = self.phrase
        at = [index for index in range(phrase.stop) if phrase.word(index) in ASIDE]
        marks = any(phrase.word(i) in (";", ":") for i in range(phrase.stop))
        if len(at) != 1 or marks or any(phrase.is_quotation(i) for i in range(phrase.stop)):
            return
        index = at[0]
        right = phrase.range(index + 1, phrase.stop) if index + 1 < phrase.stop else None
        left = phrase.range(0, index) if index else None
        if right is None or (left is None and phrase.word(1) == ","):
            return
        claim = (left, right) if left else (right,)
        yield Frame(None, phrase.range(index, index + 1), (claim,), "assert")

    def _colon(self) -> Iterator[Frame]:
        """“Mayor: “We stay.””: the colon is the cue where no word is."""
        phrase = self.phrase
        at = next((i for i in range(min(phrase.stop, 8)) if phrase.word(i) == ":"), None)
        if at is None or at == 0 or not phrase.is_quotation(at + 1) or at + 2 != phrase.stop:
            return
        if phrase.finite(0, at) or not all(phrase.items[i].kind == "word" for i in range(at)):
            return
        if not all(phrase.capital(index) for index in range(at)):
            return
        claims = sentence_claims(self.units, *phrase.range(at + 1, at + 2))
        if claims:
            yield Frame(phrase.range(0, at), phrase.range(at, at + 1), claims, "assert")

    def _frame(self, subject: tuple[int, int], cue: Cue, claims: tuple[Fragments, ...]) -> Frame:
        phrase, act = self.phrase, cue.act
        word = phrase.word(cue.first)
        if word in WANT or (word in REQUEST and self.complements.to_after(cue.last)):
            act = "request"
        speaker = phrase.range(phrase.nearest_name(*subject), subject[1])
        return Frame(speaker, phrase.range(cue.first, cue.last), claims, act)
