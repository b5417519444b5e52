"""Whole attributions found by rule: who, the cue, and what is said. Offered, never set."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from annotator.suggest.phrases import (
    ADVERBS,
    BE,
    DETERMINERS,
    FINITE,
    PREPOSITIONS,
    PRONOUNS,
    Phrase,
    is_adverb,
    negates,
    phrases,
)
from annotator.text.lexicon import find_cues
from annotator.text.units import Range, Units
from annotator.text.wordlist import wordlist

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


_TELL = wordlist("told tells tell informed informs assured reminded warned warns assures")
_REQUEST = wordlist(
    "urge urges urged urging ask asks asked asking order orders ordered ordering advise advises"
    " advised instruct instructed beg begs begged invite invites invited appealed implored"
    " request requests requested"
)
_THING = wordlist(  # what is said may be a noun phrase
    "deny denies denied reject rejects rejected dispute disputes disputed contradict contradicts"
    " contradicted demand demands demanded demanding doubt doubts doubted fear fears feared"
    " criticise criticises criticised criticize criticizes criticized support supports supported"
    " supporting oppose opposes opposed back backs backed welcome welcomes welcomed condemn condemns"
    " condemned refute refutes refuted accuse accuses accused confirm confirms confirmed"
    " promise promises promised recommend recommends recommended propose proposes proposed"
    " predict predicts predicted denounce denounced denounces defend defends defended defended"
)
_PARTICLES = wordlist("for on of out in about against down off to")
_TO = wordlist(  # what is said may start with “to”
    "vow vows vowed promise promises promised threaten threatens threatened refuse refuses refused"
    " want wants wanted pledge pledges pledged plan plans planned intend intends intended hope hopes"
    " hoped offer offers offered demand demands demanded agree agrees agreed expect expects expected"
)
_CALL = wordlist(
    "call calls called describe describes described dismiss dismisses dismissed label labels"
    " labelled reject rejects rejected criticise criticises criticised criticize criticizes"
    " criticized condemn condemns condemned denounce denounced praise praises praised hail hailed"
    " welcome welcomed rejects regard regards regarded dubs dubbed"
)
_QUOTES = wordlist(  # verbs that bring a quotation, before or after their subject
    "said says say told tells wrote writes write added adds asked asks stressed stresses explained"
    " explains replied replies answered answers warned warns insisted insists declared declares"
    " joked jokes claimed claims stated states noted notes announced announces argued argues"
    " complained complains recalled recalls responded responds continued concluded finds found"
    " thinks thought believes emphasised emphasises emphasized emphasizes promised promises alleged"
    " alleges reported reports tweeted posted remarked commented observed admitted admits demanded"
    " demands appealed quipped retorted conceded acknowledged suggested suggests predicted"
    " lamented maintained contended urged assured calculates reiterated repeated confirmed agreed"
    " asserted cautioned revealed shouted cried"
)
_ASKING = wordlist("ask asks asked wonder wonders wondered know knows knew")
_WANT = wordlist("want wants wanted")
_TIMES = wordlist("day week month year time moment evening morning night")
_GOING_ON = wordlist("who which and but according while citing")
_IMPERSONAL = wordlist(
    "feared expected believed rumoured rumored reported alleged claimed said thought doubted"
    " assumed suspected hoped estimated"
)
_ASIDE = wordlist("reportedly allegedly purportedly supposedly")
_OPINION = ("in the view of", "in the opinion of", "in the words of", "in the eyes of")
_CLAUSE_STARTS = PRONOUNS | DETERMINERS | {"there", "i", "we", "you", "if", "what", "nobody"}
_CONNECTING = wordlist("that whether if how why what who when where")


def frames(units: Units, start: int, end: int) -> list[Frame]:
    """The attributions in the sentences that touch `[start, end)`, in text order.

    Every range lies in the text and no two fragments of a claim overlap.
    """
    found: list[Frame] = []
    paragraph = -1
    waiting: list[Phrase] = []  # sentences that are all quotation, with no frame before them
    speaking: int | None = None  # index of the frame a quotation of this paragraph goes on from
    for phrase in phrases(units, start, end):
        index = units.paragraph_index(phrase.start)
        if index != paragraph:
            paragraph, waiting, speaking = index, [], None
        if _is_all_quotation(phrase):
            if speaking is None:
                waiting.append(phrase)
            else:
                old = found[speaking]
                more = _claims(units, *phrase.range(0, phrase.stop))
                found[speaking] = replace(old, claims=old.claims + more)
            continue
        here = list(_Reader(phrase).frames())
        quoting = [i for i, frame in enumerate(here) if _quotes(units, frame)]
        if waiting and quoting and quoting[0] == 0 and phrase.is_quotation(0):
            before = [claim for one in waiting for claim in _claims(units, *one.range(0, one.stop))]
            here[0] = replace(here[0], claims=(*before, *here[0].claims))
        waiting = []
        speaking = len(found) + quoting[-1] if quoting and quoting[-1] == len(here) - 1 else None
        found += here
    return found


def _is_all_quotation(phrase: Phrase) -> bool:
    return phrase.stop == 1 and phrase.is_quotation(0)


def _quotes(units: Units, frame: Frame) -> bool:
    """Whether a claim of the frame is a whole quotation, so that more of it may follow."""
    return any(
        (quotation := units.quotation_at(claim[-1][0])) is not None
        and quotation[0] <= claim[-1][0]
        and claim[-1][1] == quotation[1]
        and claim[0][0] == quotation[0]
        for claim in frame.claims
    ) or any(
        units.text[claim[0][0]] in '“„«"‘' and units.text[claim[-1][1] - 1] in '”“»"’'
        for claim in frame.claims
    )


def _claims(units: Units, start: int, end: int) -> tuple[Fragments, ...]:
    """One claim a sentence."""
    pieces = []
    for first, last in units.sentences(start, end):
        piece = units.trim(max(first, start), min(last, end))
        if piece and any(character.isalnum() for character in units.text[piece[0] : piece[1]]):
            pieces.append((piece,))
    return tuple(pieces)


@dataclass(frozen=True, slots=True)
class _Cue:
    """A cue outside of quotations: items `[first, last)`."""

    first: int
    last: int
    act: str


class _Reader:
    """Reads one sentence from left to right; what one frame has taken, no other reads."""

    def __init__(self, phrase: Phrase) -> None:
        self.phrase = phrase
        self.units = phrase.units
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

    def _cues(self) -> list[_Cue]:
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
            cues.append(_Cue(first, last, act))
        known = {cue.first for cue in cues}
        for index in range(phrase.stop):
            if phrase.word(index) in _QUOTES and index not in known:
                cues.append(_Cue(index, index + 1, "assert"))
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
        self, cue: _Cue, later: list[_Cue], shared: tuple[int, int] | None
    ) -> tuple[Frame | None, tuple[int, int] | None]:
        phrase = self.phrase
        before = phrase.subject_before(cue.first)
        if before is not None and before[0] >= self.base:
            first, last, negated = before
            if negated and self._refuses(first, cue):
                return None, None
            content = self._content_before(first)
            relative = phrase.word(first) in ("who", "which")
            if relative and any(phrase.word(i) == "," for i in range(cue.last, phrase.stop)):
                return None, None
            asks_to = phrase.word(cue.first) in _REQUEST and self._to_after(cue.last)
            says = phrase.word(cue.first) in _QUOTES and not (relative or asks_to)
            if content is not None and says:
                tail = self._tail(cue.last)
                if tail is not None:
                    return self._around(content, (first, last), cue, tail)
            if self._stands_free(first):
                return self._after(cue, (first, last), later)
        elif shared is not None and self._is_joined(cue.first):
            return self._after(cue, shared, later)
        if phrase.word(cue.first) in _QUOTES and cue.last == cue.first + 1:
            inverted = phrase.noun_phrase_after(cue.first)
            content = self._content_before(cue.first)
            if inverted is not None and content is not None:
                tail = self._tail(inverted[1])
                if tail is not None:
                    return self._around(content, inverted, cue, tail)
        return None, None

    def _refuses(self, first: int, cue: _Cue) -> bool:
        """“would not say whether”: no content (rule 10). A future was refused before this."""
        return self.phrase.word(cue.first) in ("comment", "answer", "confirm", "ask", "respond")

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
        """Items of what is said before a frame that starts at `first`: after a comma or quotation."""
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
            if not self._has_verb(start, last) and opening not in PREPOSITIONS:
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
            told = phrase.word(start - 1) in _TELL | _REQUEST
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
        self, content: tuple[int, int], subject: tuple[int, int], cue: _Cue, tail: int
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
            lefts, rights = _claims(self.units, *left), _claims(self.units, *right)
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
            if not has_quotation and not self._has_verb(first, last):
                return None, None
            claims = _claims(self.units, *left)
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
            return quoted or following.endswith("ing") or following in _GOING_ON
        return quoted and not phrase.is_quotation(tail)

    def _goes_on(self, content: tuple[int, int], after: int) -> bool:
        """Whether unquoted content is cut in two by the frame: Without it, he said, it fails."""
        phrase = self.phrase
        if phrase.word(after) in _GOING_ON or phrase.word(after).endswith("ing"):
            return False
        cut = phrase.word(content[1] - 1) in FINITE
        return cut or (not phrase.finite(*content) and phrase.finite(after, phrase.stop))

    # --- content after the cue

    def _after(
        self, cue: _Cue, subject: tuple[int, int], later: list[_Cue]
    ) -> tuple[Frame | None, tuple[int, int] | None]:
        phrase = self.phrase
        taken = self._content_after(cue)
        if taken is None:
            return None, None
        first, cue = taken
        last = self._claim_end(first, later)
        last = next((i for i in range(first + 1, last) if self._second_verb(first, i)), last)
        if last <= first:
            return None, None
        start, end = phrase.range(first, last)
        claims = _claims(self.units, start, end)
        if not claims:
            return None, None
        self.base = last
        return self._frame(subject, cue, claims), subject

    def _second_verb(self, first: int, index: int) -> bool:
        """Whether “but has …” at `index` goes on about the speaker, after content with no verb."""
        phrase = self.phrase
        joins = phrase.word(index) in ("and", "but") and phrase.word(index + 1) in FINITE
        return joins and phrase.word(first) not in _CONNECTING and not phrase.finite(first, index)

    def _content_after(self, cue: _Cue) -> tuple[int, _Cue] | None:
        """The first item of what is said, and the cue with its particle."""
        phrase = self.phrase
        word, index = phrase.word(cue.first), cue.last
        while is_adverb(phrase.word(index)) and phrase.word(index) not in ("here", "there"):
            index += 1
        following = phrase.word(index)
        if phrase.word(index - 1) == "for" and phrase.word(cue.first) in (
            "called",
            "calls",
            "call",
            "calling",
        ):
            return (index, cue) if index < phrase.stop else None
        if following in ("that", "it", "this") and phrase.word(index + 1) == ":":
            index += 1
            following = ":"
        if following == ":":
            return self._after_colon(index, cue)
        if word in _CALL and following == "that":
            found = self._called(index + 1)
            if found is not None and found - index < 4:
                return found, cue
        if phrase.is_quotation(index):
            return index, cue
        if following == "," and phrase.is_quotation(index + 1):
            return index + 1, cue
        if word in ("call", "calls", "called") and following in ("on", "for"):
            return index + 1, replace(cue, last=index + 1)
        if word.startswith("appeal") and following == "to":
            return (index + 1, cue) if self._to_after(index + 1) else None
        if word in ("set", "sets", "laid", "lay", "lays", "spelled", "spells"):
            return None
        if cue.last > cue.first + 1 and phrase.word(cue.last - 1) in _PARTICLES:
            return (index, cue) if index < phrase.stop else None
        if following in ("that", "whether"):
            sure = cue.act == "request" or self._is_clause(index + 1)
            return (index, cue) if sure and not word.startswith(("consider", "regard")) else None
        if following in _CONNECTING and word in _ASKING:
            return index, cue
        if following == "to":
            if (
                word in _TO
                and not phrase.capital(index + 1)
                and phrase.word(index + 1) not in DETERMINERS
            ):
                return index, cue
        elif word in _REQUEST:
            if following == "if" or self._to_after(index):
                return index, cue
        elif word.startswith("accus"):
            return (
                (index, cue) if "of" in [phrase.word(i) for i in range(index, index + 10)] else None
            )
        if word in _CALL:
            found = self._called(index)
            if found is not None:
                return found, cue
            if word in (
                "call",
                "calls",
                "called",
                "dubbed",
                "dubs",
                "describe",
                "described",
                "describes",
            ):
                return None
        if word in _THING and self._is_noun_phrase(index):
            return index, cue
        skipped = self._connective_after(index, told=word in _TELL | _REQUEST)
        if skipped is not None:
            return skipped, cue
        if word in _TELL or word in _REQUEST:
            pronoun = self._clause_after_addressee(index) if word in _TELL else None
            return (pronoun, cue) if pronoun is not None else None
        if following in PREPOSITIONS or following in ("as", ""):
            return None
        if cue.act in ("assert", "believe", "deny") and self._is_clause(index):
            return index, cue
        return None

    def _after_colon(self, index: int, cue: _Cue) -> tuple[int, _Cue] | None:
        return (index + 1, cue) if index + 1 < self.phrase.stop else None

    def _to_after(self, index: int) -> bool:
        """Whether “somebody to do something” starts here."""
        phrase = self.phrase
        for position in range(index + 1, min(index + 12, phrase.stop)):
            if phrase.items[position].kind != "word" or phrase.word(position) in FINITE - {"to"}:
                return False
            if phrase.word(position) == "to":
                return phrase.word(position + 1) not in DETERMINERS
        return False

    def _called(self, index: int) -> int | None:
        """Where a name given in quotation marks starts: called the deal “dead”, … as “dead”."""
        phrase = self.phrase
        for position in range(index, min(index + 12, phrase.stop)):
            if phrase.is_quotation(position):
                start = position
                while start > index and phrase.word(start - 1) in ("a", "an", "the"):
                    start -= 1
                return start
            if phrase.items[position].kind != "word" or phrase.word(position) in FINITE | {"that"}:
                return None
        return None

    def _is_noun_phrase(self, index: int) -> bool:
        phrase = self.phrase
        if index >= phrase.stop or phrase.items[index].kind != "word":
            return False
        word = phrase.word(index)
        if word in PREPOSITIONS or word in FINITE or word in ("and", "but", "it", "so", "this"):
            return False
        return word not in ("him", "her", "them", "himself", "itself", "herself") or (
            word == "her" and index + 1 < phrase.stop and phrase.items[index + 1].kind == "word"
        )

    def _connective_after(self, index: int, *, told: bool) -> int | None:
        """The that, whether or quotation after an addressee or words on time and place."""
        phrase = self.phrase
        opening = phrase.word(index)
        day = opening.endswith("day")
        ago = any(phrase.word(index + offset) in _TIMES for offset in (1, 2))
        if not (told or day or ago or opening in PREPOSITIONS):
            return None
        for position in range(index, min(index + 14, phrase.stop)):
            word = phrase.word(position)
            if phrase.is_quotation(position):
                return position
            if word == ":":
                return position + 1 if position + 1 < phrase.stop else None
            if word in ("that", "whether") and position > index:
                return position
            if word in ("who", "which") or word in FINITE or word in (";", "and"):
                return None
            if phrase.is_mark(position) and word != ",":
                return None
        return None

    def _clause_after_addressee(self, index: int) -> int | None:
        """“told the agency he saw it”: the pronoun that starts the clause."""
        phrase = self.phrase
        for position in range(index + 1, min(index + 8, phrase.stop - 1)):
            if phrase.items[position].kind != "word" or phrase.word(position) in FINITE:
                return None
            if phrase.word(position) in ("he", "she", "they", "it", "there"):
                return position
        return None

    def _is_clause(self, index: int) -> bool:
        """Whether a clause with a subject of its own starts here."""
        phrase = self.phrase
        if index >= phrase.stop or phrase.items[index].kind != "word":
            return False
        word = phrase.word(index)
        if not (phrase.capital(index) or word in _CLAUSE_STARTS or word.endswith("s")):
            after_that = phrase.word(index - 1) in ("that", "whether")
            return word == "without" or (after_that and self._has_verb(index))
        return self._has_verb(index + 1)

    def _has_verb(self, index: int, stop: int | None = None) -> bool:
        """Whether a verb, or a quotation that may hold it, comes soon."""
        phrase = self.phrase
        return any(
            phrase.is_quotation(position)
            or phrase.word(position) in FINITE - {"to"}
            or negates(phrase.word(position))
            or phrase.word(position).endswith(("ed", "s"))
            for position in range(index, min(index + 16, phrase.stop) if stop is None else stop)
        )

    def _claim_end(self, first: int, later: list[_Cue]) -> int:
        """The item after the last one of a claim that starts at `first`."""
        phrase = self.phrase
        last = phrase.stop
        for index in range(first + 1, phrase.stop):
            if phrase.word(index) == ";":
                last = index
                break
            if phrase.word(index) == "," and phrase.word(index + 1) in ("according", "citing"):
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
                and self._content_after(cue)
            ):
                last = subject[0] - 1
                break
            closing = phrase.word(cue.first) in _QUOTES and self._tail(cue.last) == phrase.stop
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

    def _joins_new(self, cue: _Cue, first: int) -> bool:
        """Whether “but wants …” starts the next thing the same speaker says."""
        phrase = self.phrase
        index = cue.first - 1
        while index > first and is_adverb(phrase.word(index)):
            index -= 1
        if phrase.word(index) not in ("but", "and") or index <= first:
            return False
        if phrase.word(index) == "and" and phrase.word(index - 1) != ",":
            # “said it fears and hopes”: within what is said.
            return False
        return not phrase.word(cue.first).endswith("ing") and self._content_after(cue) is not None

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
        claims = _claims(self.units, *phrase.range(comma + 1, last))
        act = "assert" if phrase.word(start) == "according" else "believe"
        return [Frame(speaker, cue, claims, act)] if claims else []

    def _opening_cue(self, start: int) -> int | None:
        phrase = self.phrase
        if phrase.word(start) == "according" and phrase.word(start + 1) == "to":
            return start + 2
        words = " ".join(phrase.word(start + offset) for offset in range(4))
        return start + 4 if words in _OPINION else None

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
                claims = _claims(self.units, *phrase.range(first_item, at - 1))
                yield Frame(speaker, cue, claims, "assert")

    def _impersonal(self) -> Iterator[Frame]:
        """“It is feared that C”: nobody is named."""
        phrase = self.phrase
        if phrase.word(0) != "it" or phrase.word(1) not in BE:
            return
        verb = 2
        while is_adverb(phrase.word(verb)):
            verb += 1
        if phrase.word(verb) not in _IMPERSONAL:
            return
        for index in range(verb + 1, min(verb + 8, phrase.stop)):
            if phrase.word(index) == "that":
                claims = _claims(self.units, *phrase.range(index, self._claim_end(index, [])))
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
        at = [index for index in range(phrase.stop) if phrase.word(index) in _ASIDE]
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
        claims = _claims(self.units, *phrase.range(at + 1, at + 2))
        if claims:
            yield Frame(phrase.range(0, at), phrase.range(at, at + 1), claims, "assert")

    def _frame(self, subject: tuple[int, int], cue: _Cue, claims: tuple[Fragments, ...]) -> Frame:
        phrase, act = self.phrase, cue.act
        word = phrase.word(cue.first)
        if word in _WANT or (word in _REQUEST and self._to_after(cue.last)):
            act = "request"
        return Frame(phrase.range(*subject), phrase.range(cue.first, cue.last), claims, act)
