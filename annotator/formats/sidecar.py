"""What JSON formats of other tools have no place for, kept under one key of ours, `annotator`.

A span keeps there what its native form does not say; the rest of a set (its links, entities,
document fields, state, verdicts of gold) is one object. The native form comes first: what other
tools changed there counts, and what is kept here only completes it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar, get_args

from annotator.formats.exchange import ForeignLink, ForeignSet, ForeignSpan, Sink
from annotator.formats.foreign_json import Record, offset, scalar, surface, text, texts
from annotator.formats.loss import Loss
from annotator.formats.resolve import topic_ids
from annotator.model.annotation import (
    AnnotationSet,
    Decision,
    Entity,
    Link,
    Origin,
    Span,
    Status,
    TargetKind,
    Value,
    Verdict,
)

KEY = "annotator"
T = TypeVar("T")
_ORIGINS = get_args(Origin)
_TARGET_KINDS = get_args(TargetKind)
_STATUSES = get_args(Status)
_DECISIONS = get_args(Decision)


# -- out -------------------------------------------------------------------------------------------


def set_record(work: AnnotationSet, links: Iterable[Link], sink: Sink) -> dict[str, object]:
    """All of a set but its spans, with those of its links that the format has no place for.

    Keys are those of our own lines (see `nested`), as far as they say the same.
    """
    record: dict[str, object] = {
        "name": work.annotator,
        "status": work.fields.get("status", ""),
        "skip_reason": work.fields.get("skip_reason", ""),
        "flags": list(work.flags),
        "note": work.note,
        "links": [link_record(link) for link in links],
        "entities": [
            {
                "id": entity.id,
                "name": entity.name,
                "type": entity.type,
                "naming": entity.naming,
                "affiliation": entity.affiliation,
                "kb": entity.kb,
                "note": entity.note,
            }
            for entity in in_id_order(work.entities)
        ],
        "topics": [
            {"id": topic, "name": sink.topic_name(topic)} for topic in topic_ids(work, sink.scheme)
        ],
        "fields": {
            name: plain_value(value)
            for name, value in sorted(work.fields.items())
            if name not in AnnotationSet.RESERVED_FIELDS
        },
        "sources": plain_value(work.fields.get("sources", "")),
        "verdicts": [
            {
                "id": verdict.id,
                "case": verdict.case,
                "decision": verdict.decision,
                "from": list(verdict.sources),
                "spans": list(verdict.spans),
                "note": verdict.note,
                "gap": verdict.gap,
            }
            for verdict in in_id_order(work.verdicts)
        ],
    }
    return {key: value for key, value in record.items() if value or key == "name"}


def link_record(link: Link) -> dict[str, object]:
    """A link whole, so that a native one without id and order can be completed."""
    return {
        "id": link.id,
        "type": link.type,
        "source": link.source,
        "target": link.target,
        "target_kind": link.target_kind,
        "order": link.order,
        "origin": link.origin,
    }


def span_record(
    span: Span, article_text: str, attributes: Iterable[str], *, note: bool = True
) -> dict[str, object]:
    """What the format does not say of a span: pieces, id, remarks and the named attributes.

    The covered text of pieces tells how to read them.
    """
    record: dict[str, object] = {"id": span.id}
    if len(span.fragments) > 1:
        record["fragments"] = [list(fragment) for fragment in span.fragments]
        record["text"] = span.surface(article_text)
    kept = {name: plain_value(span.attributes[name]) for name in sorted(attributes)}
    if kept:
        record["attributes"] = kept
    if span.flags:
        record["flags"] = list(span.flags)
    if span.note and note:
        record["note"] = span.note
    record["origin"] = span.origin
    return record


def count_stretches(loss: Loss, spans: Iterable[Span]) -> None:
    """Tell how many spans in pieces other tools will see as one stretch."""
    for span in spans:
        if len(span.fragments) > 1:
            loss.change(f"{span.label} spans", "one stretch to other tools; pieces kept beside it")


def plain_value(value: Value) -> object:
    """A value as JSON has it."""
    return list(value) if isinstance(value, tuple) else value


def in_id_order(items: Mapping[str, T]) -> list[T]:
    """Links or entities by id, those with lower numbers first."""
    return [items[key] for key in sorted(items, key=lambda key: (len(key), key))]


# -- in --------------------------------------------------------------------------------------------


def complete_set(foreign: ForeignSet, kept: object, record: Record) -> None:
    """Put what `set_record` kept into a set as it was read."""
    if not isinstance(kept, dict):
        return
    foreign.annotator = text(kept.get("name")) or foreign.annotator
    if kept.get("status") in _STATUSES:
        foreign.status = kept["status"]
    foreign.flags = tuple(texts(kept.get("flags"))) or foreign.flags
    foreign.note = text(kept.get("note")) or foreign.note
    fields = kept.get("fields")
    for name, raw in fields.items() if isinstance(fields, dict) else ():
        value = scalar(raw)
        if value is None:
            record.refuse("document fields", "have no value we know", f"field {name}", raw)
        else:
            foreign.fields[name] = value
    if text(kept.get("skip_reason")):
        foreign.fields["skip_reason"] = text(kept["skip_reason"])
    for raw in record.objects(kept.get("entities"), "entities"):
        keys = ("id", "name", "type", "naming", "affiliation", "kb", "note")
        foreign.entities.append(Entity(*(text(raw.get(key)) for key in keys)))
    foreign.links += links(record.objects(kept.get("links"), "links"), record)
    if sources := texts(kept.get("sources")):
        foreign.fields["sources"] = tuple(sources)
    foreign.verdicts += _verdicts(kept, record)


def _verdicts(kept: dict[str, Any], record: Record) -> Iterator[Verdict]:
    for raw in record.objects(kept.get("verdicts"), "verdicts"):
        if raw.get("decision") not in _DECISIONS:
            record.refuse("verdicts", "have no decision", "a verdict has no decision", raw)
            continue
        yield Verdict(
            text(raw.get("id")),
            text(raw.get("case")),
            raw["decision"],
            tuple(texts(raw.get("from"))),
            tuple(texts(raw.get("spans"))),
            text(raw.get("note")),
            raw.get("gap") is True,
        )


def topics(kept: object, record: Record) -> dict[str, str]:
    """The names of topics that `set_record` kept, by id."""
    listed = kept.get("topics") if isinstance(kept, dict) else None
    return {text(raw.get("id")): text(raw.get("name")) for raw in record.objects(listed, "topics")}


def links(kept: Iterable[dict[str, Any]], record: Record) -> list[ForeignLink]:
    """Links as `link_record` wrote them."""
    found = []
    for raw in kept:
        link = ForeignLink(
            record.label("links", raw.get("type"), raw),
            text(raw.get("source")),
            text(raw.get("target")),
            id=text(raw.get("id")),
            order=offset(raw.get("order")) or 0,
            line=record.line,
            raw=raw,
        )
        if raw.get("target_kind") in _TARGET_KINDS:
            link.target_kind = raw["target_kind"]
        if raw.get("origin") in _ORIGINS:
            link.origin = raw["origin"]
        if link.type:
            found.append(link)
    return found


def completed_links(native: list[ForeignLink], kept: list[ForeignLink]) -> list[ForeignLink]:
    """Native links between spans with the ids, orders and origins kept for them; and other links.

    A link between spans that is kept but not native any more was removed by the other tool.
    """
    by_ends: dict[tuple[str, str, str], list[ForeignLink]] = {}
    for link in kept:
        if link.target_kind == "span":
            by_ends.setdefault((link.type, link.source, link.target), []).append(link)
    found = [link for link in kept if link.target_kind != "span"]
    for link in native:
        known = by_ends.get((link.type, link.source, link.target))
        found.append(known.pop(0) if known else link)
    return found


def complete_span(span: ForeignSpan, kept: object, record: Record) -> None:
    """Put what `span_record` kept into a span; its fragments only if they still span its place."""
    if not isinstance(kept, dict):
        return
    span.id = text(kept.get("id")) or span.id
    pieces = []
    for raw in kept["fragments"] if isinstance(kept.get("fragments"), list) else ():
        ends = [offset(item) for item in raw] if isinstance(raw, list) else []
        if len(ends) == 2 and ends[0] is not None and ends[1] is not None:
            pieces.append((ends[0], ends[1]))
    if pieces and span.fragments == [(pieces[0][0], pieces[-1][1])]:
        span.fragments = pieces
        span.surface = surface(kept.get("text"))
    attributes = kept.get("attributes")
    for name, raw in attributes.items() if isinstance(attributes, dict) else ():
        value = scalar(raw)
        if value is None:
            record.refuse("attributes", "have no value we know", f"attribute {name}", raw)
        else:
            span.attributes[name] = value
    span.flags = tuple(texts(kept.get("flags"))) or span.flags
    span.note = text(kept.get("note")) or span.note
    if kept.get("origin") in _ORIGINS:
        span.origin = kept["origin"]
