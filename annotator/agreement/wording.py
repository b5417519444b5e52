"""Cases in words, for a screen or a report."""

from __future__ import annotations

from collections.abc import Callable

from annotator.agreement.cases import Case
from annotator.model.annotation import AnnotationSet, Link, Span, Value
from annotator.model.scheme import Scheme

NOTHING = "–"
_KINDS = {
    "agree": "both have it",
    "missed": "only A has it",
    "extra": "only B has it",
    "boundary": "other edges",
    "label": "another label",
    "split": "B has it in pieces",
    "merge": "A has it in pieces",
}


def title(case: Case) -> str:
    """What a case is about, e.g. "CLAIM: other edges" or "CLAIM: holder"."""
    return f"{case.label or 'document'}: {case.name or _KINDS[case.kind]}"


class Wording:
    """What annotators say about one text; `topic_name` gives the name of a topic's id."""

    def __init__(self, text: str, scheme: Scheme, topic_name: Callable[[str], str]) -> None:
        self._text, self._scheme, self._topic_name = text, scheme, topic_name

    def said(self, case: Case, work: AnnotationSet, keys: tuple[str, ...]) -> str:
        """What one annotator, whose spans of the case are `keys`, says about it."""
        spans = [work.spans[key] for key in keys if key in work.spans]
        if case.kind == "attribute":
            return self._value(case, work, spans)
        if case.kind == "link":
            links = work.links_from(spans[0].id, case.name) if spans else []
            return ", ".join(self._end(work, link) for link in links) or NOTHING
        shown = [
            f"{span.label} {self.quoted(span)}" if case.kind == "label" else self.quoted(span)
            for span in spans
        ]
        return " + ".join(shown) or NOTHING

    def quoted(self, span: Span) -> str:
        return "“" + " … ".join(span.pieces(self._text)) + "”"

    def _value(self, case: Case, work: AnnotationSet, spans: list[Span]) -> str:
        if spans:
            attribute = self._scheme.attribute(spans[0].label, case.name)
            value = spans[0].attributes.get(case.name)
            is_topic = attribute is not None and attribute.kind == "topic"
            default = attribute.default if attribute else None
        else:
            field = self._scheme.document_field(case.name)
            value = work.fields.get(case.name)
            is_topic = field is not None and field.kind == "topics"
            default = field.default if field else None
        if value is not None:
            return self.value(value, is_topic)
        return NOTHING if default is None else f"{self.value(default, is_topic)} (not said)"

    def value(self, value: Value, is_topic: bool = False) -> str:
        """An attribute's or field's value for reading."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        values = value if isinstance(value, tuple) else (value,)
        return ", ".join(map(self._topic_name, values) if is_topic else values) or NOTHING

    def _end(self, work: AnnotationSet, link: Link) -> str:
        if link.target_kind == "topic":
            return self._topic_name(link.target)
        if link.target_kind == "entity":
            entity = work.entities.get(link.target)
            return entity.name if entity else link.target
        target = work.spans.get(link.target)
        return f"{target.label} {self.quoted(target)}" if target else link.target
