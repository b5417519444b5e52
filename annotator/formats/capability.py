"""What a format can carry, and an annotation set reduced to that, with every loss counted.

Writers declare a capability and call `reduced` first, so what they then cannot write does not
exist, and what was lost is counted in one place by one rule.
"""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Literal

from annotator.formats.loss import Loss
from annotator.model.annotation import AnnotationSet, Link, Span, TargetKind

Overlap = Literal["any", "nested", "none"]
Unit = Literal["code points", "utf-16", "tokens", "none"]


@dataclass(frozen=True, slots=True)
class Capability:
    """What a format holds beside label and place of a span.

    unit          what its offsets count ("none": texts only, no places)
    text          the article's text itself
    overlap       "any" (crossing, too), "nested", or "none"
    twins         several spans with the same label and fragments
    fragments     spans in several pieces; else the stretch from first to last is written
    attributes    attributes of spans
    remarks       flags, notes and origins of spans
    links         which ends links may have; `order` keeps the order of links of one type
    entities      entities with name, type and so on
    annotators    the work of several annotators on one article, in one file
    fields        document fields
    state         status, flags and note of the whole
    ids           ids of spans, links and entities come back as they were
    """

    unit: Unit = "code points"
    text: bool = True
    overlap: Overlap = "any"
    twins: bool = True
    fragments: bool = False
    attributes: bool = False
    remarks: bool = False
    links: frozenset[TargetKind] = frozenset()
    order: bool = False
    entities: bool = False
    annotators: bool = False
    fields: bool = False
    state: bool = False
    ids: bool = False


ALL_LINKS: frozenset[TargetKind] = frozenset(("span", "entity", "topic"))
EVERYTHING = Capability(
    fragments=True,
    attributes=True,
    remarks=True,
    links=ALL_LINKS,
    order=True,
    entities=True,
    annotators=True,
    fields=True,
    state=True,
    ids=True,
)


def reduced(work: AnnotationSet, capability: Capability, loss: Loss) -> AnnotationSet:
    """What of an annotation set the format holds; `loss` counts all of it, carried or not.

    Of overlapping spans the longest stays, of equally long ones the first, then the one with the
    lower id (the rule of spaCy's `filter_spans`, made definite).
    """
    spans = _spans(work, capability, loss)
    links = _links(work, spans, capability, loss)
    entities = dict(work.entities) if capability.entities else {}
    if capability.entities:
        loss.carry("entities", len(entities))
    else:
        _left(loss, "entities", len(work.entities))
    reserved = {"status", "skip_reason", "flags", "note"}
    fields = {}
    for name, value in work.fields.items():
        if name in AnnotationSet.RESERVED_FIELDS:
            if name == "sources" or capability.state:
                fields[name] = value
            elif name in reserved and value not in ("", ()):
                _left(loss, f"{name.replace('_', ' ')} of the article", 1)
        elif capability.fields:
            fields[name] = value
            loss.carry("document fields")
        else:
            _left(loss, "document fields", 1)
    return replace(
        work,
        spans={span.id: span for span in spans.values()},
        links=links,
        entities=entities,
        fields=fields,
        verdicts=work.verdicts,
    )


def carry_spans(loss: Loss, spans: "dict[str, Span] | list[Span]") -> None:
    """Count spans that are written, by label."""
    values = spans.values() if isinstance(spans, dict) else spans
    for label, count in Counter(span.label for span in values).items():
        loss.carry(f"{label} spans", count)


def _spans(work: AnnotationSet, capability: Capability, loss: Loss) -> dict[str, Span]:
    kept: dict[str, Span] = {}
    for span in work.in_order():
        if len(span.fragments) > 1 and not capability.fragments:
            span = replace(span, fragments=((span.start, span.end),))
            loss.change(f"{span.label} spans", "pieces joined to one stretch")
        kept[span.id] = span
    if not capability.twins:
        kept = _without_twins(kept, loss)
    if capability.overlap != "any":
        kept = _without_overlap(kept, capability.overlap, loss)
    for key, span in kept.items():
        attributes, flags, note, origin = span.attributes, span.flags, span.note, span.origin
        if capability.attributes:
            loss.carry("attributes", len(attributes))
        else:
            _left(loss, "attributes", len(attributes))
            attributes = {}
        if not capability.remarks:
            _left(loss, "flags of spans", len(flags))
            _left(loss, "notes of spans", bool(note))
            _left(loss, "origins of spans", origin not in ("manual", "imported"))
            flags, note, origin = (), "", "imported"
        kept[key] = replace(span, attributes=attributes, flags=flags, note=note, origin=origin)
    carry_spans(loss, kept)
    return kept


def _without_twins(spans: dict[str, Span], loss: Loss) -> dict[str, Span]:
    seen: set[object] = set()
    kept = {}
    for key, span in spans.items():
        place = (span.label, span.fragments)
        if place in seen:
            loss.leave_out(f"{span.label} spans", "same label and place as another")
        else:
            seen.add(place)
            kept[key] = span
    return kept


def _without_overlap(spans: dict[str, Span], overlap: Overlap, loss: Loss) -> dict[str, Span]:
    ranked = sorted(
        spans.values(), key=lambda x: (x.start - x.end, x.start, len(x.id), x.id)
    )  # longest first
    chosen: list[Span] = []
    for span in ranked:
        if any(_clash(span, other, overlap) for other in chosen):
            why = "overlap a longer span" if overlap == "none" else "cross a longer span"
            loss.leave_out(f"{span.label} spans", why)
        else:
            chosen.append(span)
    wanted = {span.id for span in chosen}
    return {key: span for key, span in spans.items() if key in wanted}


def _clash(a: Span, b: Span, overlap: Overlap) -> bool:
    if a.end <= b.start or b.end <= a.start:
        return False
    if overlap == "none":
        return True
    inside = (a.start >= b.start and a.end <= b.end) or (b.start >= a.start and b.end <= a.end)
    return not inside


def _links(
    work: AnnotationSet, spans: dict[str, Span], capability: Capability, loss: Loss
) -> dict[str, Link]:
    kept = {}
    for key, link in work.links.items():
        subject = f"{link.type} links"
        if link.target_kind not in capability.links:
            if capability.links:
                _left(loss, subject, 1, f"end at {_ENDS[link.target_kind]}")
            else:
                _left(loss, subject, 1)
        elif link.source not in spans or (link.target_kind == "span" and link.target not in spans):
            loss.leave_out(subject, "an end is left out or missing")
        else:
            kept[key] = link if capability.order else replace(link, order=0)
            if not capability.remarks:
                kept[key] = replace(kept[key], origin="imported")
            loss.carry(subject)
    return kept


_ENDS = {"span": "a span", "entity": "an entity", "topic": "a topic"}


def _left(loss: Loss, subject: str, count: int, why: str = "the format has no place") -> None:
    if count:
        loss.leave_out(subject, why, count)
