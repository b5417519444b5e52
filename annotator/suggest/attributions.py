"""Whole attributions found by rule: who, the cue, and what is said. Offered, never set."""

from dataclasses import replace

from annotator.suggest.phrases import Phrase, phrases
from annotator.suggest.reader import Frame, SentenceReader, sentence_claims
from annotator.text.units import Units

__all__ = ["Frame", "frames"]


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
                more = sentence_claims(units, *phrase.range(0, phrase.stop))
                found[speaking] = replace(old, claims=old.claims + more)
            continue
        here = list(SentenceReader(phrase).frames())
        quoting = [i for i, frame in enumerate(here) if _quotes(units, frame)]
        if waiting and quoting and quoting[0] == 0 and phrase.is_quotation(0):
            before = [
                claim
                for one in waiting
                for claim in sentence_claims(units, *one.range(0, one.stop))
            ]
            here[0] = replace(here[0], claims=(*before, *here[0].claims))
        waiting = []
        speaking = len(found) + quoting[-1] if quoting and quoting[-1] == len(here) - 1 else None
        found += here
    return found


def _is_all_quotation(phrase: Phrase) -> bool:
    return phrase.stop == 1 and phrase.is_quotation(0)


def _quotes(units: Units, frame: Frame) -> bool:
    """Whether a claim of the frame is a whole quotation, so that more of it may follow."""
    starts = {first for claim in frame.claims for first, _ in claim}
    ends = {last for claim in frame.claims for _, last in claim}
    return any(
        first in starts and last in ends
        for claim in frame.claims
        for piece in claim
        for first, last in units.quotations(*piece)
    )
