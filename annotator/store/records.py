"""The records of JSONL lines: articles, annotation sets (checkpoints) and edits, and back.

Checks are plain code because they run on every record of a scan; whatever does not fit raises
RecordError and nothing else.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar, get_args

import orjson

from annotator.model.annotation import (
    AnnotationSet,
    Change,
    ChangeKind,
    Decision,
    Entity,
    Fragment,
    Item,
    Link,
    Origin,
    Span,
    TargetKind,
    Value,
    Verdict,
)
from annotator.model.article import Article, Region
from annotator.model.session import Edit, EditKind
from annotator.store.base import Head
from annotator.store.lines import VERSION, Record, RecordError

_ORIGINS = get_args(Origin)
_TARGET_KINDS = get_args(TargetKind)
_EDIT_KINDS = get_args(EditKind)
_CHANGE_KINDS = get_args(ChangeKind)
_DECISIONS = get_args(Decision)
_TEXT_KEY = b',"text":"'
_HEAD_TEXTS = ("id", "text_sha256", "headline", "source", "published", "url", "language")
T = TypeVar("T")


def line_hash(raw: bytes) -> str:
    """What names a checkpoint: 32 hexadecimal digits of the SHA-256 of its line, no newline."""
    return sha256(raw).hexdigest()[:32]


# -- articles ------------------------------------------------------------------------------------


def article_record(article: Article) -> Record:
    """`text` comes last, so that the head can be read without it."""
    return {
        "v": VERSION,
        "id": article.id,
        "text_sha256": article.text_hash,
        "headline": article.headline,
        "source": article.source,
        "published": article.published,
        "url": article.url,
        "language": article.language,
        "characters": len(article.text),
        "steps": list(article.steps),
        "regions": [
            {"start": r.start, "end": r.end, "kind": r.kind, "exclude": r.exclude}
            | ({"duplicate_of": list(r.duplicate_of)} if r.duplicate_of else {})
            for r in article.regions
        ],
        "meta": dict(article.meta),
        "text": article.text,
    }


def read_article(raw: bytes) -> Article:
    """The article of a whole line. Its hash is not verified here."""
    return article_of(_parse(raw))


def article_of(record: Record) -> Article:
    """The article of a record. Raises RecordError for whatever would not be one."""
    return Article(
        id=_text(record, "id", required=True),
        text=_text(record, "text"),
        text_hash=_text(record, "text_sha256"),
        headline=_text(record, "headline"),
        source=_text(record, "source"),
        published=_text(record, "published"),
        url=_text(record, "url"),
        language=_text(record, "language"),
        steps=_texts(record, "steps"),
        regions=tuple(_each(record, "regions", _region)),
        meta=_table(record, "meta"),
    )


def read_head(raw: bytes) -> Head:
    """The head of an article's line; `text` is not looked at, only that the line is closed."""
    if not raw.endswith(b'"}'):
        raise RecordError("is torn or not JSON")
    at = raw.find(_TEXT_KEY)
    while at >= 0:
        try:
            record = orjson.loads(raw[:at] + b"}")
            break
        except orjson.JSONDecodeError:  # a "text" inside `meta`
            at = raw.find(_TEXT_KEY, at + 1)
    else:
        record = _parse(raw)
    _check_version(record)
    values: list[Any] = [record.get(key, "") for key in _HEAD_TEXTS]
    if {*map(type, values)} != {str} or not (values[0] and values[1]):
        for number, key in enumerate(_HEAD_TEXTS):  # slower; says which
            _text(record, key, required=number < 2)
    values.append(_number(record, "characters"))
    return Head(*values)


def _parse(raw: bytes) -> Record:
    try:
        record = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise RecordError("is torn or not JSON") from error
    if not isinstance(record, dict):
        raise RecordError("is not a JSON object")
    return record


def _check_version(record: Record) -> None:
    version = record.get("v")
    if type(version) is int and version > VERSION:
        raise RecordError(f"is of version {version}; update annotator to read it")
    if type(version) is not int or version != VERSION:
        raise RecordError(f"has the unknown version {version!r}")


def _region(item: Record) -> Region:
    twin = item.get("duplicate_of")
    return Region(
        _number(item, "start"),
        _number(item, "end"),
        _text(item, "kind"),
        _truth(item, "exclude"),
        _pair(twin) if twin is not None else None,
    )


# -- annotation sets -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lineage:
    """What makes a checkpoint win or lose, whatever the order of lines and files.

    `replaces` holds the hashes of the checkpoints it replaces, `revision` is one more than the
    highest of theirs. `journal` names the history whose edit `mark` is the last one included.
    """

    revision: int
    replaces: tuple[str, ...]
    at: str
    writer: str
    journal: str


def checkpoint_record(annotations: AnnotationSet, text: str, lineage: Lineage) -> Record:
    replaces = lineage.replaces
    fields = {name: _plain(value) for name, value in annotations.fields.items()}
    record: Record = {
        "v": VERSION,
        "article": annotations.article_id,
        "annotator": annotations.annotator,
        "text_sha256": annotations.text_hash,
        "scheme": annotations.scheme,
        "rev": lineage.revision,
        "prev": list(replaces) if len(replaces) > 1 else replaces[0] if replaces else None,
        "at": lineage.at,
        "w": lineage.writer,
        "journal": lineage.journal,
        "mark": annotations.mark,
        "serial": annotations.serial,
        "active_seconds": annotations.active_seconds,
    }
    for name in AnnotationSet.RESERVED_FIELDS:
        if name in fields:
            record[name] = fields.pop(name)
    record["spans"] = [_span_record(span, span.pieces(text)) for span in annotations.spans.values()]
    record["links"] = [_link_record(link) for link in annotations.links.values()]
    record["entities"] = [_entity_record(entity) for entity in annotations.entities.values()]
    if annotations.verdicts:
        record["verdicts"] = [_verdict_record(item) for item in annotations.verdicts.values()]
    record["fields"] = fields
    return record


def read_lineage(record: Record) -> Lineage:
    previous = record.get("prev")
    listed = previous if isinstance(previous, list) else [] if previous is None else [previous]
    replaces = tuple(item for item in listed if isinstance(item, str))
    if len(replaces) < len(listed):
        raise RecordError("has a wrong prev")
    return Lineage(
        _number(record, "rev"),
        replaces,
        _text(record, "at"),
        _text(record, "w"),
        _text(record, "journal"),
    )


def read_checkpoint(record: Record) -> AnnotationSet:
    """Raises RecordError for whatever would not be an annotation set."""
    spans = _by_id(_each(record, "spans", _read_span))
    links = _by_id(_each(record, "links", _read_link))
    entities = _by_id(_each(record, "entities", _read_entity))
    verdicts = _by_id(_each(record, "verdicts", _read_verdict))
    fields = _values(record, "fields")
    for name in AnnotationSet.RESERVED_FIELDS:
        if name in record:
            fields[name] = _value(record[name])
    serial = _number(record, "serial")
    for key in (*spans, *links, *entities, *verdicts):
        if key[1:].isdecimal():
            serial = max(serial, int(key[1:]))
    return AnnotationSet(
        article_id=_text(record, "article", required=True),
        text_hash=_text(record, "text_sha256", required=True),
        annotator=_text(record, "annotator", required=True),
        scheme=_text(record, "scheme"),
        spans=spans,
        links=links,
        entities=entities,
        fields=fields,
        serial=serial,
        mark=_number(record, "mark"),
        active_seconds=_seconds(record, "active_seconds"),
        verdicts=verdicts,
    )


def misplaced(record: Record, text: str) -> list[str]:
    """The ids of spans whose recorded pieces are not what the text holds there."""
    return [
        item["id"]
        for item in record["spans"]
        if item["text"] != [text[start:end] for start, end in item["fragments"]]
    ]


def carry_unknown(old: Record, new: Record) -> None:
    """Copy what another version or tool added to the old record and ours does not write."""
    known = {*new, *AnnotationSet.RESERVED_FIELDS, "verdicts"}
    new.update((key, value) for key, value in old.items() if key not in known)
    for kind in ("spans", "links", "entities", "verdicts"):
        before = {item["id"]: item for item in old.get(kind, ())}
        for item in new.get(kind, ()):
            extra = before.get(item["id"], {})
            optional = ("attributes", "flags", "note", "gap")
            item.update((k, v) for k, v in extra.items() if k not in item and k not in optional)


# -- edits ---------------------------------------------------------------------------------------


def edit_record(edit: Edit) -> Record:
    record = {"v": VERSION, **_step_record(edit)}
    for name, steps in (("done", edit.done), ("undone", edit.undone)):
        if steps:
            record[name] = [_step_record(step) for step in steps]
    return record


def _step_record(edit: Edit) -> Record:
    return {
        "number": edit.number,
        "at": edit.at,
        "kind": edit.kind,
        "action": edit.action,
        "of": edit.of,
        "active": edit.active,
        "changes": [
            {
                "kind": change.kind,
                "key": change.key,
                "before": _side_record(change.before),
                "after": _side_record(change.after),
            }
            for change in edit.changes
        ],
    }


def read_edit(record: Record) -> Edit:
    steps = (tuple(_each(record, name, _read_step)) for name in ("done", "undone"))
    return _read_step(record, *steps)


def _read_step(record: Record, done: tuple[Edit, ...] = (), undone: tuple[Edit, ...] = ()) -> Edit:
    return Edit(
        _number(record, "number"),
        _text(record, "at"),
        _one_of(record, "kind", _EDIT_KINDS),
        _text(record, "action"),
        tuple(_each(record, "changes", _read_change)),
        _number(record, "of"),
        _seconds(record, "active"),
        done,
        undone,
    )


def _side_record(side: Item | None) -> object:
    if isinstance(side, Span):
        return _span_record(side)
    if isinstance(side, Link):
        return _link_record(side)
    if isinstance(side, Entity):
        return _entity_record(side)
    if isinstance(side, Verdict):
        return _verdict_record(side)
    return None if side is None else _plain(side)


def _read_change(item: Record) -> Change:
    kind: ChangeKind = _one_of(item, "kind", _CHANGE_KINDS)
    key = _text(item, "key", required=True)

    def side(name: str) -> Item | None:
        value = item.get(name)
        if value is None:
            return None
        if kind == "field":
            return _value(value)
        if not isinstance(value, dict):
            raise RecordError(f"has a wrong {name}")
        found: Span | Link | Entity | Verdict = _READERS[kind](value)
        if found.id != key:
            raise RecordError(f"has a wrong {name}")
        return found

    return Change(kind, key, side("before"), side("after"))


# -- parts ---------------------------------------------------------------------------------------


def _span_record(span: Span, pieces: Iterable[str] | None = None) -> Record:
    record: Record = {
        "id": span.id,
        "label": span.label,
        "fragments": [list(fragment) for fragment in span.fragments],
    }
    if pieces is not None:
        record["text"] = list(pieces)
    if span.attributes:
        record["attributes"] = {name: _plain(value) for name, value in span.attributes.items()}
    if span.flags:
        record["flags"] = list(span.flags)
    if span.note:
        record["note"] = span.note
    record["origin"] = span.origin
    return record


def _read_span(item: Record) -> Span:
    """The usual span in one go, as there are millions; what is odd about others is said below."""
    get = item.get
    key, label, origin = get("id"), get("label"), get("origin", "manual")
    fragments, pieces = get("fragments"), get("text")
    if (
        type(key) is type(label) is type(origin) is str
        and key
        and label
        and origin in _ORIGINS
        and type(fragments) is type(pieces) is list
        and len(fragments) == len(pieces) == 1
    ):
        fragment, piece = fragments[0], pieces[0]
        if type(fragment) is list and len(fragment) == 2 and type(piece) is str:
            start, end = fragment
            if type(start) is type(end) is int and start >= 0 and 0 < end - start == len(piece):
                return Span(
                    key,
                    label,
                    ((start, end),),
                    _values(item, "attributes") if "attributes" in item else {},
                    _texts(item, "flags") if "flags" in item else (),
                    _text(item, "note") if "note" in item else "",
                    origin,  # type: ignore[arg-type]
                )
    return _read_any_span(item)


def _read_any_span(item: Record) -> Span:
    fragments = tuple(_pair(pair) for pair in _list(item, "fragments"))
    end = -1
    for fragment in fragments:
        if not end < fragment[0] < fragment[1]:
            raise RecordError(f"has wrong fragments: {fragment} after {end}")
        end = fragment[1]
    if not fragments:
        raise RecordError("has a span without fragments")
    if "text" in item:
        pieces = _texts(item, "text")
        if [len(piece) for piece in pieces] != [last - first for first, last in fragments]:
            raise RecordError("has a span whose text and fragments differ in length")
    return Span(
        _text(item, "id", required=True),
        _text(item, "label", required=True),
        fragments,
        _values(item, "attributes"),
        _texts(item, "flags"),
        _text(item, "note"),
        _one_of(item, "origin", _ORIGINS, "manual"),
    )


def _link_record(link: Link) -> Record:
    return {
        "id": link.id,
        "type": link.type,
        "source": link.source,
        "target": link.target,
        "target_kind": link.target_kind,
        "order": link.order,
        "origin": link.origin,
    }


def _read_link(item: Record) -> Link:
    """As with spans."""
    get = item.get
    key, kind, source, target = get("id"), get("type"), get("source"), get("target")
    end, order, origin = get("target_kind"), get("order"), get("origin")
    if (
        type(key) is type(kind) is type(source) is type(target) is type(end) is type(origin) is str
        and type(order) is int
        and key
        and kind
        and source
        and end in _TARGET_KINDS
        and origin in _ORIGINS
        and -(2**53) <= order < 2**53
    ):
        return Link(key, kind, source, target, end, order, origin)  # type: ignore[arg-type]
    return _read_any_link(item)


def _read_any_link(item: Record) -> Link:
    return Link(
        _text(item, "id", required=True),
        _text(item, "type", required=True),
        _text(item, "source", required=True),
        _text(item, "target"),
        _one_of(item, "target_kind", _TARGET_KINDS, "span"),
        _number(item, "order", lowest=-(2**53)),
        _one_of(item, "origin", _ORIGINS, "manual"),
    )


_ENTITY_TEXTS = ("name", "type", "naming", "affiliation", "kb", "note")


def _entity_record(entity: Entity) -> Record:
    return {"id": entity.id} | {name: getattr(entity, name) for name in _ENTITY_TEXTS}


def _read_entity(item: Record) -> Entity:
    texts = {name: _text(item, name) for name in _ENTITY_TEXTS}
    return Entity(_text(item, "id", required=True), **texts)


def _verdict_record(verdict: Verdict) -> Record:
    record: Record = {
        "id": verdict.id,
        "case": verdict.case,
        "decision": verdict.decision,
        "sources": list(verdict.sources),
        "spans": list(verdict.spans),
    }
    if verdict.note:
        record["note"] = verdict.note
    if verdict.gap:
        record["gap"] = True
    return record


def _read_verdict(item: Record) -> Verdict:
    return Verdict(
        _text(item, "id", required=True),
        _text(item, "case"),
        _one_of(item, "decision", _DECISIONS),
        _texts(item, "sources"),
        _texts(item, "spans"),
        _text(item, "note"),
        _truth(item, "gap"),
    )


_READERS: dict[str, Callable[[Record], Any]] = {
    "span": _read_span,
    "link": _read_link,
    "entity": _read_entity,
    "verdict": _read_verdict,
}


def _by_id(items: list[Any]) -> dict[str, Any]:
    found = {item.id: item for item in items}
    if len(found) < len(items):
        raise RecordError("uses an id twice")
    return found


def _plain(value: Value) -> str | bool | list[str]:
    return list(value) if isinstance(value, tuple) else value


def _value(value: object) -> Value:
    if isinstance(value, str | bool):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise RecordError(f"has a value that is no text, truth or list of texts: {str(value)[:40]}")


def _values(record: Record, key: str) -> dict[str, Value]:
    return {name: _value(value) for name, value in _table(record, key).items()}


def _table(record: Record, key: str) -> Mapping[str, Any]:
    value = record.get(key, {})
    if not isinstance(value, dict):
        raise RecordError(f"has a wrong {key}")
    return value


def _list(record: Record, key: str) -> list[Any]:
    value = record.get(key, [])
    if not isinstance(value, list):
        raise RecordError(f"has a wrong {key}")
    return value


def _each(record: Record, key: str, read: Callable[[Record], T]) -> list[T]:
    items = _list(record, key)
    if not all(isinstance(item, dict) for item in items):
        raise RecordError(f"has a wrong {key}")
    return [read(item) for item in items]


def _text(record: Record, key: str, *, required: bool = False) -> str:
    value = record.get(key, "")
    if not isinstance(value, str) or (required and not value):
        raise RecordError(f"has a wrong {key}")
    return value


def _texts(record: Record, key: str) -> tuple[str, ...]:
    value = _list(record, key)
    if not all(isinstance(item, str) for item in value):
        raise RecordError(f"has a wrong {key}")
    return tuple(value)


def _number(record: Record, key: str, lowest: int = 0) -> int:
    value = record.get(key, 0)
    if type(value) is not int or not lowest <= value < 2**53:
        raise RecordError(f"has a wrong {key}")
    return value


def _seconds(record: Record, key: str) -> float:
    value = record.get(key, 0.0)
    if type(value) not in (int, float) or not 0 <= value < float("inf"):
        raise RecordError(f"has a wrong {key}")
    return float(value)


def _truth(record: Record, key: str) -> bool:
    value = record.get(key, False)
    if not isinstance(value, bool):
        raise RecordError(f"has a wrong {key}")
    return value


def _one_of(record: Record, key: str, allowed: tuple[Any, ...], default: str = "") -> Any:
    value = record.get(key, default)
    if value not in allowed or not isinstance(value, str):
        raise RecordError(f"has a wrong {key}")
    return value


def _pair(value: object) -> Fragment:
    if (
        isinstance(value, list)
        and len(value) == 2
        and type(value[0]) is int
        and type(value[1]) is int
        and value[0] >= 0
    ):
        return value[0], value[1]
    raise RecordError("has a wrong [start, end) pair")
