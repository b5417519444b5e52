"""What stands around a span: its sentence, the cue it hangs on, the words it says."""

from dataclasses import dataclass
from functools import cached_property

from annotator.model.annotation import AUTHOR, AnnotationSet, Span
from annotator.model.article import Article
from annotator.model.scheme import Scheme
from annotator.suggest.phrases import negates
from annotator.text.lexicon import CUES, find_cues
from annotator.text.units import Range, Units


def surroundings(units: Units, span: Span) -> Range:
    """The sentence or sentences that a span touches, `[start, end)`."""
    text_end = len(units.text)
    start, last = min(span.start, text_end), min(max(span.end - 1, span.start), text_end)
    first_sentence, last_sentence = units.sentence_at(start), units.sentence_at(last)
    return (
        first_sentence[0] if first_sentence else start,
        last_sentence[1] if last_sentence else min(span.end, text_end),
    )


def distance(units: Units, one: Span, other: Range) -> int:
    """Tokens between a span and a range; 0 if they touch or overlap."""
    gaps = []
    for start, end in one.fragments:
        if other[0] < end and other[1] > start:
            return 0
        gap = (end, other[0]) if end <= other[0] else (other[1], start)
        gaps.append(len(units.tokens(*gap)) if gap[0] < gap[1] else 0)
    return min(gaps)


def cue_labels(scheme: Scheme) -> frozenset[str]:
    """The labels whose spans are cues: those that say whether they are negated."""
    return frozenset(
        label.name
        for label in scheme.labels.values()
        if any(attribute.rule == "negated-cue" for attribute in label.attributes)
    )


@dataclass(frozen=True, slots=True)
class CueFound:
    """A cue in the text: its range, the act it stands for, and whether it is negated."""

    start: int
    end: int
    word: str
    act: str
    negated: bool


@dataclass(frozen=True)
class Context:
    """A span, marked or about to be, in its text."""

    units: Units
    scheme: Scheme
    annotations: AnnotationSet
    span: Span
    article: Article

    @cached_property
    def sentence(self) -> Range:
        return surroundings(self.units, self.span)

    @cached_property
    def content(self) -> str:
        return self.span.surface(self.units.text)

    @cached_property
    def words(self) -> list[str]:
        """The tokens of the span in lower case, with straight apostrophes."""
        text = self.units.text
        return [
            text[start:end].lower().replace("’", "'")
            for piece in self.span.fragments
            for start, end in self.units.tokens(*piece)
        ]

    @cached_property
    def is_authors(self) -> bool:
        """Whether the span is linked to the author of the article."""
        return any(link.target == AUTHOR for link in self.annotations.links_from(self.span.id))

    @cached_property
    def cue(self) -> CueFound | None:
        """The linked cue; else the nearest cue in the sentence outside the span; else None."""
        labels = cue_labels(self.scheme)
        for link in self.annotations.links_from(self.span.id):
            target = self.annotations.spans.get(link.target)
            if target is not None and target.label in labels:
                return self._read(target.start, target.end, target)
        if self.is_authors:
            return None
        outside = [
            (distance(self.units, self.span, found), found)
            for found, _ in find_cues(self.units, *self.sentence)
            if not self.span.touches(*found) and not self._is_quoted(found)
        ]
        if not outside:
            return None
        return self._read(*min(outside)[1])

    def _is_quoted(self, found: Range) -> bool:
        """Whether a cue stands in a quotation that the span does not stand in."""
        quotation = self.units.quotation_at(found[0])
        return quotation is not None and not quotation[0] <= self.span.start < quotation[1]

    def _read(self, start: int, end: int, span: Span | None = None) -> CueFound:
        text = self.units.text
        word = " ".join((span.surface(text) if span else text[start:end]).lower().split())
        act = CUES.get(word, "")
        if not act:
            found = find_cues(self.units, start, end)
            act = found[0][1] if found else "assert"
        said = span.attributes.get("neg") if span else None
        negated = said if isinstance(said, bool) else is_negated(self.units, start)
        return CueFound(start, end, word, act, negated)


def is_negated(units: Units, start: int) -> bool:
    """Whether a negator stands within the three tokens before `start`, in the same clause."""
    position = start
    for _ in range(3):
        token = units.previous_token(position)
        if token is None:
            return False
        word = units.text[token[0] : token[1]].lower()
        if "\n" in units.text[token[1] : position] or not word[:1].isalnum():
            return False
        if negates(word) or word in ("cannot", "neither", "without"):
            return True
        position = token[0]
    return False
