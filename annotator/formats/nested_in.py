"""Our own JSON lines (see `nested`), read back."""

from collections.abc import Iterator
from typing import Any, get_args

from annotator.formats.exchange import (
    ForeignDocument,
    ForeignLink,
    ForeignSet,
    ForeignSpan,
    Source,
)
from annotator.formats.foreign_json import Record, offset, records, scalar, shown, text, texts
from annotator.formats.intake import Facts, plain
from annotator.model.annotation import Decision, Entity, Origin, TargetKind, Value, Verdict

_ORIGINS: tuple[Origin, ...] = get_args(Origin)
_TARGETS: tuple[TargetKind, ...] = get_args(TargetKind)
_DECISIONS: tuple[Decision, ...] = get_args(Decision)
_STATUSES = ("new", "open", "done", "skipped")
_ENTITY = ("name", "type", "naming", "affiliation", "kb", "note")


def read(source: Source) -> Iterator[ForeignDocument]:
    """A document a line, each with one annotator's work."""
    for record in records(source):
        found = document(record)
        if found is not None:
            yield found


def document(record: Record) -> ForeignDocument | None:
    """The document of one record; what cannot be used is counted, None if that is all of it."""
    line = record.value
    if not isinstance(line.get("spans"), list):
        message = "has no list of spans; is it a line of another export (--format flat)?"
        record.refuse("records", "are no annotated articles of ours", message, line.get("id"))
        return None
    given = line.get("text")
    if given is not None and not isinstance(given, str):
        record.refuse("records", "have no text", f"{shown(given)} is no text", line.get("id"))
        return None
    foreign = ForeignSet(
        annotator=text(line.get("annotator")),
        spans=[
            span
            for item in record.objects(line["spans"], "spans")
            if (span := _span(record, item)) is not None
        ],
        links=[
            link
            for item in record.objects(line.get("links"), "links")
            if (link := _link(record, item)) is not None
        ],
        entities=[
            Entity(text(item.get("id")), *(text(item.get(name)) for name in _ENTITY))
            for item in record.objects(line.get("entities"), "entities")
        ],
        fields=_values(record, line.get("fields"), "document fields"),
        flags=tuple(texts(line.get("flags"))),
        note=text(line.get("note")),
        verdicts=[
            verdict
            for item in record.objects(line.get("verdicts"), "verdicts")
            if (verdict := _verdict(record, item)) is not None
        ],
    )
    status = line.get("status")
    if status in _STATUSES:
        foreign.status = status
    elif status is not None:
        record.refuse("states", "are not known", f"{shown(status)} is no status", status)
    if reason := text(line.get("skip_reason")):
        foreign.fields["skip_reason"] = reason
    if sources := texts(line.get("sources")):
        foreign.fields["sources"] = tuple(sources)
    meta = line.get("meta")
    facts = ("headline", "source", "published", "url", "language")
    return ForeignDocument(
        record.path,
        text(line.get("id")),
        given,
        text(line.get("text_sha256")),
        Facts(*(text(line.get(name)) for name in facts)),
        plain(meta) if isinstance(meta, dict) else {},  # type: ignore[arg-type]
        [foreign],
        line=record.line,
        topics={
            text(item.get("id")): text(item.get("name"))
            for item in record.objects(line.get("topics"), "topics")
        },
    )


def _span(record: Record, item: dict[str, Any]) -> ForeignSpan | None:
    label = record.label("spans", item.get("label"), item)
    if not label:
        return None
    given = item.get("fragments")
    pairs = given if isinstance(given, list) else [[item.get("start"), item.get("end")]]
    fragments: list[tuple[int, int]] = []
    for pair in pairs:
        pair = pair if isinstance(pair, list) and len(pair) == 2 else [pair, None]
        place = record.place(f"{label} spans", pair[0], pair[1], item)
        if place is None:
            return None
        fragments.append(place)
    surface = item.get("text")
    return ForeignSpan(
        text(item.get("id")),
        label,
        fragments,
        surface if isinstance(surface, str) else None,
        _values(record, item.get("attributes"), "attributes"),
        tuple(texts(item.get("flags"))),
        text(item.get("note")),
        _origin(item),
        record.line,
        item,
    )


def _link(record: Record, item: dict[str, Any]) -> ForeignLink | None:
    type_ = record.label("links", item.get("type"), item)
    kind = item.get("target_kind", "span")
    if not type_:
        return None
    if kind not in _TARGETS:
        message = f"{shown(kind)} is no kind of target: span, entity or topic"
        record.refuse(f"{type_} links", "have no kind of target", message, item)
        return None
    return ForeignLink(
        type_,
        text(item.get("source")),
        text(item.get("target")),
        kind,
        offset(item.get("order")) or 0,
        text(item.get("id")),
        _origin(item),
        record.line,
        item,
    )


def _verdict(record: Record, item: dict[str, Any]) -> Verdict | None:
    decision = item.get("decision")
    if decision not in _DECISIONS:
        record.refuse("verdicts", "have no decision", f"{shown(decision)} is no decision", item)
        return None
    return Verdict(
        text(item.get("id")),
        text(item.get("case")),
        decision,
        tuple(texts(item.get("from"))),
        tuple(texts(item.get("spans"))),
        text(item.get("note")),
        item.get("gap") is True,
    )


def _values(record: Record, given: object, subject: str) -> dict[str, Value]:
    found: dict[str, Value] = {}
    if given is None:
        return found
    if not isinstance(given, dict):
        record.refuse(subject, "are no object", f"{shown(given)} holds no {subject}", given)
        return found
    for name, value in given.items():
        kept = scalar(value)
        if kept is None:
            message = f"{name}={shown(value)} is no text, flag or list of texts"
            record.refuse(subject, "are no text or flag", message, value)
        else:
            found[name] = kept
    return found


def _origin(item: dict[str, Any]) -> Origin:
    origin = item.get("origin")
    return origin if origin in _ORIGINS else "imported"
