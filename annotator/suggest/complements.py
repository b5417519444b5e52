"""Where what is said begins after its verb, and whether it is a clause, a request, a name."""

from dataclasses import dataclass, replace

from annotator.suggest.phrases import (
    DETERMINERS,
    FINITE,
    PREPOSITIONS,
    PRONOUNS,
    Phrase,
    is_adverb,
    negates,
)
from annotator.suggest.verbs import (
    ASKING,
    CALL,
    CLAUSE_STARTS,
    CONNECTING,
    PARTICLES,
    REQUEST,
    TELL,
    THING,
    TIMES,
    TO,
)


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue outside of quotations: items `[first, last)`."""

    first: int
    last: int
    act: str


class Complements:
    """Reads what follows the verbs of one sentence."""

    def __init__(self, phrase: Phrase) -> None:
        self.phrase = phrase

    def content_after(self, cue: Cue) -> tuple[int, Cue] | None:
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
        if word in CALL and following == "that":
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
            return (index + 1, cue) if self.to_after(index + 1) else None
        if word in ("set", "sets", "laid", "lay", "lays", "spelled", "spells"):
            return None
        if cue.last > cue.first + 1 and phrase.word(cue.last - 1) in PARTICLES:
            return (index, cue) if index < phrase.stop else None
        if following in ("that", "whether"):
            sure = cue.act == "request" or self.is_clause(index + 1)
            return (index, cue) if sure and not word.startswith(("consider", "regard")) else None
        if following in CONNECTING and word in ASKING:
            return index, cue
        if following == "to":
            if (
                word in TO
                and not phrase.capital(index + 1)
                and phrase.word(index + 1) not in DETERMINERS
            ):
                return index, cue
        elif word in REQUEST:
            if following == "if" or self.to_after(index):
                return index, cue
        elif word.startswith("accus"):
            return (
                (index, cue) if "of" in [phrase.word(i) for i in range(index, index + 10)] else None
            )
        if word in CALL:
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
        if word in THING and self._is_noun_phrase(index):
            return index, cue
        skipped = self._connective_after(index, told=word in TELL | REQUEST)
        if skipped is not None:
            return skipped, cue
        if word in TELL and following in PRONOUNS and self.is_clause(index):
            return index, cue
        if word in TELL or word in REQUEST:
            pronoun = self._clause_after_addressee(index) if word in TELL else None
            return (pronoun, cue) if pronoun is not None else None
        if following in PREPOSITIONS or following in ("as", ""):
            return None
        if cue.act in ("assert", "believe", "deny") and self.is_clause(index):
            return index, cue
        return None

    def _after_colon(self, index: int, cue: Cue) -> tuple[int, Cue] | None:
        return (index + 1, cue) if index + 1 < self.phrase.stop else None

    def to_after(self, index: int) -> bool:
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
        ago = any(phrase.word(index + offset) in TIMES for offset in (1, 2))
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

    def is_clause(self, index: int) -> bool:
        """Whether a clause with a subject of its own starts here."""
        phrase = self.phrase
        if index >= phrase.stop or phrase.items[index].kind != "word":
            return False
        word = phrase.word(index)
        if not (phrase.capital(index) or word in CLAUSE_STARTS or word.endswith("s")):
            after_that = phrase.word(index - 1) in ("that", "whether")
            return word == "without" or (after_that and self.has_verb(index))
        return self.has_verb(index + 1)

    def has_verb(self, index: int, stop: int | None = None) -> bool:
        """Whether a verb, or a quotation that may hold it, comes soon."""
        phrase = self.phrase
        return any(
            phrase.is_quotation(position)
            or phrase.word(position) in FINITE - {"to"}
            or negates(phrase.word(position))
            or phrase.word(position).endswith(("ed", "s"))
            for position in range(index, min(index + 16, phrase.stop) if stop is None else stop)
        )
