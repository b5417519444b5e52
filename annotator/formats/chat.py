"""Conversations for teaching a language model to extract claims: system, user, assistant.

The user gives a piece of an article, the assistant answers with JSON: the claims in it, with
speakers, cue and exact quotes, and the stances. Every quote stands in the piece as it is. The same
work always gives the same bytes.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson

from annotator.formats.attributions import (
    CLAIM,
    CUE,
    HOLDER,
    RELAY,
    STANCE,
    TARGET,
    TELLING,
    Attributions,
    need,
    told,
)
from annotator.formats.exchange import Export, Sink
from annotator.formats.registry import Format, Option
from annotator.model.annotation import Span
from annotator.model.errors import AnnotatorError
from annotator.model.scheme import Attribute, Scheme
from annotator.text.units import Range, Units

_INSTRUCTION = (
    "You extract who said what from news text. Answer with one JSON object and nothing else."
    " List every claim in the text: its words exactly as they stand there, one string for each"
    " unbroken piece; who makes it; the words that signal it; and who passes it on. List every"
    " stance: the words that show it, who takes it, and toward what. A speaker's mention is the"
    " words in the text that name them, null if the text does not. Where there is nothing, give"
    " empty lists."
)


def write(exports: Iterable[Export], sink: Sink) -> None:
    """A conversation a line: one for each piece of each article and annotator."""
    need(sink.scheme, CLAIM)
    pieces = _pieces(sink)
    system = _system(sink.scheme, with_schema=sink.options["schema"] == "yes")
    sink.output.lines(_lines(exports, sink, pieces, system))


def _lines(
    exports: Iterable[Export], sink: Sink, pieces: Callable[[Units], Iterator[Range]], system: str
) -> Iterator[bytes]:
    for export in exports:
        units = Units(export.article.text)
        for work in export.sets:
            rows = [span for span in work.in_order() if span.label in (CLAIM, STANCE)]
            kept = told(work, sink.scheme, rows, TELLING, sink.loss)
            found = Attributions(export.article, kept, sink.scheme, sink.topic_name, units)
            answered: set[str] = set()
            for start, end in pieces(units):
                answer = _Answer(found, start, end)
                answered.update(answer.spans)
                if answer.spans or sink.options["empty"] == "keep":
                    sink.loss.carry("conversations")
                    yield _conversation(system, export.article.text[start:end], answer.value())
            for span in rows:
                if span.id not in answered:
                    why = f"in no one {sink.options['unit']}"
                    sink.loss.leave_out(f"{span.label} spans", why)


def _conversation(system: str, user: str, answer: dict[str, Any]) -> bytes:
    return orjson.dumps(
        {
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": user},
                {"role": "assistant", "content": orjson.dumps(answer).decode("utf-8")},
            ]
        }
    )


# -- pieces ----------------------------------------------------------------------------------------


def _pieces(sink: Sink) -> Callable[[Units], Iterator[Range]]:
    """How texts are cut; pieces have no white space at their edges and are never empty."""
    unit, size = sink.options["unit"], sink.options["size"]
    if not size.isdecimal() or not 0 < int(size) < 1_000_000:
        raise AnnotatorError(f"Option size of format chat is a number of sentences, not {size!r}.")
    if unit == "article":
        return _whole
    return _paragraphs if unit == "paragraph" else lambda units: _windows(units, int(size))


def _whole(units: Units) -> Iterator[Range]:
    if found := units.trim(0, len(units.text)):
        yield found


def _paragraphs(units: Units) -> Iterator[Range]:
    for number in range(units.paragraph_count()):
        if found := units.trim(*units.paragraph(number)):
            yield found


def _windows(units: Units, size: int) -> Iterator[Range]:
    sentences = units.sentences(0, len(units.text))
    for first in range(0, len(sentences), size):
        window = sentences[first : first + size]
        yield window[0][0], window[-1][1]


# -- questions and answers -------------------------------------------------------------------------


def _system(scheme: Scheme, *, with_schema: bool) -> str:
    if not with_schema:
        return _INSTRUCTION
    schema = orjson.dumps(_schema(scheme)).decode("utf-8")
    return f"{_INSTRUCTION} The JSON schema of the answer:\n{schema}"


def _schema(scheme: Scheme) -> dict[str, Any]:
    quotes = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    speaker = _object(
        {"name": {"type": "string"}, "mention": {"type": ["string", "null"]}, "type": _text(scheme)}
    )
    speakers = {"type": "array", "items": speaker}
    claim = {
        "quotes": quotes,
        "speakers": speakers,
        "cue": {"type": "array", "items": {"type": "string"}},
        "relays": speakers,
        **_values(scheme, CLAIM),
    }
    stance = {
        "quotes": quotes,
        "speakers": speakers,
        "target": {"type": ["string", "null"]},
        "claim": {"type": ["integer", "null"], "description": "index of the claim that shows it"},
        **_values(scheme, STANCE),
    }
    return _object(
        {
            "claims": {"type": "array", "items": _object(claim)},
            "stances": {"type": "array", "items": _object(stance)},
        }
    )


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _text(scheme: Scheme) -> dict[str, Any]:
    types = scheme.entities.types
    return {"enum": [*types, ""]} if types else {"type": "string"}


def _asked(scheme: Scheme, label: str) -> list[Attribute]:
    """The attributes of a label, but for those called like another part of an answer."""
    found = scheme.labels.get(label)
    own = ("quotes", "speakers", "cue", "relays", "target", "claim")
    return [item for item in (found.attributes if found else ()) if item.name not in own]


def _values(scheme: Scheme, label: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in _asked(scheme, label):
        if item.kind == "choice":
            found[item.name] = {"enum": [*item.values, None]}
        else:
            kind = "boolean" if item.kind == "flag" else "string"
            found[item.name] = {"type": [kind, "null"]}
    return found


class _Answer:
    """What is said in one piece `[start, end)` of an article."""

    def __init__(self, found: Attributions, start: int, end: int) -> None:
        self.found, self.start, self.end = found, start, end
        self.claims = [span for span in found.spans(CLAIM) if self._inside(span)]
        self.stances = [span for span in found.spans(STANCE) if self._inside(span)]
        self.spans = [span.id for span in (*self.claims, *self.stances)]

    def value(self) -> dict[str, Any]:
        numbers = {span.id: number for number, span in enumerate(self.claims)}
        return {
            "claims": [
                {
                    "quotes": span.pieces(self.found.article.text),
                    "speakers": self._parties(span, HOLDER),
                    "cue": self._cue(span),
                    "relays": self._parties(span, RELAY),
                    **self._said(span),
                }
                for span in self.claims
            ],
            "stances": [
                {
                    "quotes": span.pieces(self.found.article.text),
                    "speakers": self._parties(span, HOLDER),
                    "target": next((x.name for x in self.found.parties(span, TARGET)), None),
                    "claim": next(
                        (
                            numbers[claim.id]
                            for claim in self.found.linked(span, "claim")
                            if claim.id in numbers
                        ),
                        None,
                    ),
                    **self._said(span),
                }
                for span in self.stances
            ],
        }

    def _inside(self, span: Span) -> bool:
        return self.start <= span.start and span.end <= self.end

    def _parties(self, span: Span, type: str) -> list[dict[str, Any]]:
        return [
            {
                "name": party.name,
                "mention": self._mention(party.span),
                "type": party.type,
            }
            for party in self.found.parties(span, type)
        ]

    def _mention(self, span: Span | None) -> str | None:
        """Its words, if they stand in the piece and in one piece."""
        if span is None or not self._inside(span) or len(span.fragments) > 1:
            return None
        return span.surface(self.found.article.text)

    def _cue(self, span: Span) -> list[str]:
        cues = [cue for cue in self.found.linked(span, CUE) if self._inside(cue)]
        return [piece for cue in cues for piece in cue.pieces(self.found.article.text)]

    def _said(self, span: Span) -> dict[str, Any]:
        said = dict(self.found.values(span))
        return {item.name: said[item.name] for item in _asked(self.found.scheme, span.label)}


FORMAT = Format(
    "chat",
    "conversations for teaching a language model to extract claims",
    TELLING,
    write=write,
    suffix=".jsonl",
    options=(
        Option("unit", "what the user gives", "article", ("article", "paragraph", "sentences")),
        Option("size", "how many sentences, with unit=sentences", "5"),
        Option(
            "schema", "whether the system message holds the answer's schema", "yes", ("yes", "no")
        ),
        Option("empty", "pieces without claims and stances", "keep", ("keep", "drop")),
    ),
)
