"""W3C Web Annotation: JSON-LD in lines, one annotation collection an article and annotator.

A span is an annotation with its label as a tag and a target for each piece, found by position
and by quotation; a link between spans is an annotation about two annotations. What the vocabulary
has no words for, the article's text among it, stands under terms `annotator:…`.

Read are collections, pages, lists and lines of annotations, those of JavaScript clients, too, whose
positions count UTF-16 units: the quotations decide.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from annotator.formats.capability import EVERYTHING, reduced
from annotator.formats.exchange import (
    Export,
    ForeignDocument,
    ForeignLink,
    ForeignSet,
    ForeignSpan,
    Sink,
    Source,
)
from annotator.formats.foreign_json import (
    UNIT,
    Record,
    about,
    described,
    records,
    scalar,
    text,
    unit_of,
)
from annotator.formats.intake import Facts
from annotator.formats.registry import Format
from annotator.formats.selectors import (
    Selected,
    found_again,
    selected,
    selectors,
    unit_that_fits,
)
from annotator.formats.sidecar import (
    complete_set,
    complete_span,
    completed_links,
    in_id_order,
    link_record,
    links,
    plain_value,
    set_record,
    span_record,
    topics,
)
from annotator.model.annotation import AnnotationSet, Link, Span, Value
from annotator.model.article import Article

_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
_URN = "urn:annotator:"
_ARTICLE, _SET, _SPAN, _LINK, _NAME, _VALUE = (
    f"annotator:{term}" for term in ("article", "set", "span", "link", "attribute", "value")
)
_TERMS = {
    "@version": 1.1,
    "annotator": _URN,
    **{term: {"@id": term, "@type": "@json"} for term in (_ARTICLE, _SET, _SPAN, _LINK, _VALUE)},
}


# -- in --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Work:
    """What one creator said about one text, as far as it was read."""

    foreign: ForeignSet
    pieces: list[tuple[ForeignSpan, list[Selected]]] = field(default_factory=list)
    links: list[ForeignLink] = field(default_factory=list)
    kept_links: list[ForeignLink] = field(default_factory=list)


@dataclass(slots=True)
class _Resource:
    """A text with the annotations on it."""

    document: ForeignDocument
    works: dict[tuple[str, bool], _Work] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # IRIs of annotations to ids of spans


def read(source: Source) -> Iterator[ForeignDocument]:
    """One document a collection that holds its text; else one a resource, at the end."""
    loose: dict[str, _Resource] = {}
    linking: list[tuple[Record, dict[str, Any]]] = []
    for record in records(source):
        value = record.value
        held = value.get(_ARTICLE)
        if isinstance(held, dict):
            resource = _Resource(_document(record, held))
            creator, suggested = _creator(value)
            work = _work(record, resource, creator, suggested)
            complete_set(work.foreign, value.get(_SET), record)
            for raw in _annotations(record):
                _take(record, raw, resource, creator)
            yield _finished(resource)
            continue
        for raw in _annotations(record):
            if _is_link(raw):
                linking.append((record, raw))
                continue
            iri = _resource(raw)
            if iri not in loose:
                facts = Facts(url=iri) if iri.startswith("http") else Facts()
                loose[iri] = _Resource(
                    ForeignDocument(record.path, id=iri, facts=facts, line=record.line)
                )
            _take(record, raw, loose[iri], "")
    for record, raw in linking:
        ends = {_iri(end) for end in _targets(raw)}
        about_it = (resource for resource in loose.values() if ends & resource.names.keys())
        target = next(about_it, None)
        if target is None:
            record.refuse("links", "are about annotations that are not here", "a link", raw)
        else:
            _take(record, raw, target, "")
    for resource in loose.values():
        yield _finished(resource)


def _document(record: Record, held: dict[str, Any]) -> ForeignDocument:
    own = ("id", "text", "text_sha256")
    facts, meta = described({key: item for key, item in held.items() if key not in own})
    return ForeignDocument(
        record.path,
        id=text(held.get("id")),
        text=held["text"] if isinstance(held.get("text"), str) else None,
        text_hash=text(held.get("text_sha256")),
        facts=facts,
        meta=meta,
        line=record.line,
        topics=topics(record.value.get(_SET), record),
    )


def _annotations(record: Record) -> Iterator[dict[str, Any]]:
    """The annotations of a collection or page, or the one that this is."""
    value = record.value
    page = value.get("first", value)
    if isinstance(page, dict) and "items" in page:
        yield from record.objects(page["items"], "annotations")
    elif "target" in value:
        yield value
    elif isinstance(page, str):
        record.refuse("pages", "are not in this file", f"the page {page} is elsewhere", page)
    else:
        record.refuse("records", "are no annotations", "has neither target nor items")


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _iri(value: object) -> str:
    if isinstance(value, dict):
        return text(value.get("id")) or text(value.get("@id")) or text(value.get("source"))
    return text(value)


def _targets(raw: dict[str, Any]) -> list[Any]:
    return _listed(raw.get("target"))


def _resource(raw: dict[str, Any]) -> str:
    """The IRI of the text that an annotation is about, "" if none is named."""
    for target in _targets(raw):
        if isinstance(target, dict) and (found := _iri(target.get("source"))):
            return found
    return next((_iri(target) for target in _targets(raw) if _iri(target)), "")


def _is_link(raw: dict[str, Any]) -> bool:
    return "linking" in _listed(raw.get("motivation"))


def _creator(raw: dict[str, Any]) -> tuple[str, bool]:
    """Who made an annotation, and whether that is a machine."""
    creator = next(iter(_listed(raw.get("creator"))), None)
    if not isinstance(creator, dict):
        return text(creator), False
    name = next((text(creator[x]) for x in ("nickname", "name", "id") if text(creator.get(x))), "")
    return name, "Software" in _listed(creator.get("type"))


def _work(record: Record, resource: _Resource, creator: str, suggested: bool) -> _Work:
    key = creator, suggested
    if key not in resource.works:
        unit = "code points" if resource.document.text is not None else ""
        foreign = ForeignSet(
            annotator=creator,
            unit=unit_of(record.source.options, unit),
            suggested=suggested,
        )
        resource.works[key] = _Work(foreign)
    return resource.works[key]


def _take(record: Record, raw: dict[str, Any], resource: _Resource, otherwise: str) -> None:
    """Read one annotation into the work of its creator, `otherwise` the collection's."""
    creator, suggested = _creator(raw)
    work = _work(record, resource, creator or otherwise, suggested)
    if _is_link(raw):
        _take_link(record, raw, work)
        return
    pieces: list[Selected] = []
    for target in _targets(raw):
        if isinstance(target, dict):
            pieces += selected(record, target)
    labels, attributes, note = _bodies(record, raw)
    if not pieces:
        message = "selects no piece of text"
        record.refuse("annotations", "are about no piece of text", message, raw)
        return
    exacts = [piece.exact for piece in pieces if piece.exact is not None]
    for number, label in enumerate(labels):
        iri = _iri(raw)
        span = ForeignSpan(
            iri if not number else f"{iri}#{number}",
            label,
            [piece.place for piece in pieces if piece.place is not None],
            " ".join(exacts) if len(exacts) == len(pieces) else None,
            dict(attributes),
            note=note,
            line=record.line,
            raw=raw,
        )
        complete_span(span, raw.get(_SPAN), record)
        resource.names.setdefault(iri, span.id)
        work.foreign.spans.append(span)
        work.pieces.append((span, pieces))


def _bodies(record: Record, raw: dict[str, Any]) -> tuple[list[str], dict[str, Value], str]:
    """Labels (tags, else what the annotation is for), attributes, and comments."""
    labels, notes = [], []
    attributes: dict[str, Value] = {}
    motivation = next((text(item) for item in _listed(raw.get("motivation"))), "")
    given = _listed(raw.get("body", raw.get("bodies", raw.get("bodyValue"))))
    for item in given:
        body = item if isinstance(item, dict) else {"value": item}
        value = scalar(body.get(_VALUE, body.get("value", _iri(body) or None)))
        purpose = text(body.get("purpose")) or motivation
        name = text(body.get(_NAME))
        if value is None:
            record.refuse("bodies", "have no value we know", "a body has no text", item)
        elif name:
            attributes[name] = value
        elif purpose in ("tagging", "") and isinstance(value, str) and value:
            labels.append(value)
        elif purpose in ("commenting", "replying", "describing", "questioning"):
            notes.append(str(value))
        else:
            attributes[purpose] = value
    return labels or [motivation or "annotation"], attributes, "\n".join(notes)


def _take_link(record: Record, raw: dict[str, Any], work: _Work) -> None:
    """A link: about its source with its target as body, or about both, in this order."""
    bodies = [item for item in _listed(raw.get("body", raw.get("bodies"))) if _iri(item)]
    tags = [item for item in _listed(raw.get("body", raw.get("bodies"))) if item not in bodies]
    ends = [_iri(item) for item in (*_targets(raw), *bodies)]
    named = next((text(item.get("value")) for item in tags if isinstance(item, dict)), "")
    type = named or "linking"
    if len(ends) != 2:
        message = f"a link has {len(ends)} ends, not 2"
        record.refuse("links", "do not have two ends", message, raw)
        return
    work.links.append(ForeignLink(type, ends[0], ends[1], line=record.line, raw=raw))
    if isinstance(raw.get(_LINK), dict):
        work.kept_links += links([raw[_LINK]], record)


def _finished(resource: _Resource) -> ForeignDocument:
    document = resource.document
    for work in resource.works.values():
        foreign = work.foreign
        for link in work.links:
            link.source = resource.names.get(link.source, link.source)
            link.target = resource.names.get(link.target, link.target)
        foreign.links = completed_links(work.links, [*work.kept_links, *foreign.links])
        if document.text is not None:
            _find_again(document.text, work)
        document.sets.append(foreign)
    return document


def _find_again(content: str, work: _Work) -> None:
    """Place what only a quotation selects, in the unit in which the others are placed."""
    lost = [(span, pieces) for span, pieces in work.pieces if any(not p.place for p in pieces)]
    if not lost:
        return
    unit = unit_that_fits(content, [piece for _, pieces in work.pieces for piece in pieces])
    work.foreign.unit = unit
    for span, pieces in lost:
        places = [piece.place or found_again(content, piece, unit) for piece in pieces]
        if all(places):
            span.fragments = [place for place in places if place is not None]


# -- out -------------------------------------------------------------------------------------------


def write(exports: Iterable[Export], sink: Sink) -> None:
    """One collection an article and annotator."""
    sink.output.lines(_lines(exports, sink))


def _lines(exports: Iterable[Export], sink: Sink) -> Iterator[bytes]:
    for export in exports:
        for work in export.sets:
            yield orjson.dumps(_collection(export.article, work, sink))
            sink.loss.carry("annotation sets")


def _collection(article: Article, work: AnnotationSet, sink: Sink) -> dict[str, object]:
    work = reduced(work, FORMAT.capability, sink.loss)
    base = f"{_URN}{quote(article.id, safe='')}/{quote(work.annotator, safe='')}"
    creator = {"type": "Person", "nickname": work.annotator}
    all_links = in_id_order(work.links)
    between = [link for link in all_links if link.target_kind == "span"]
    items = [_annotation(span, article, base, creator) for span in work.in_order()]
    items += [_linking(link, base, creator) for link in between]
    kept = {"meta": dict(article.meta)} if article.meta else {}
    return {
        "@context": [_CONTEXT, _TERMS],
        "id": base,
        "type": "AnnotationCollection",
        "label": article.headline or article.id,
        "creator": creator,
        "total": len(items),
        _ARTICLE: {
            "id": article.id,
            **about(article),
            **kept,
            "text_sha256": article.text_hash,
            "text": article.text,
        },
        _SET: set_record(work, (link for link in all_links if link.target_kind != "span"), sink),
        "first": {"id": f"{base}/page", "type": "AnnotationPage", "startIndex": 0, "items": items},
    }


def _annotation(
    span: Span, article: Article, base: str, creator: dict[str, str]
) -> dict[str, object]:
    source = article.url or f"{_URN}{quote(article.id, safe='')}"
    body: list[dict[str, object]] = [_textual(span.label, "tagging")]
    for name, value in sorted(span.attributes.items()):
        body.append(_attribute(name, value))
    if span.note:
        body.append(_textual(span.note, "commenting"))
    return {
        "id": _name(base, span.id),
        "type": "Annotation",
        "motivation": "tagging",
        "creator": creator,
        "body": body,
        "target": [
            {"source": source, "selector": selectors(article.text, start, end)}
            for start, end in span.fragments
        ],
        _SPAN: span_record(replace(span, fragments=span.fragments[:1]), "", (), note=False),
    }


def _textual(value: str, purpose: str) -> dict[str, object]:
    return {"type": "TextualBody", "value": value, "purpose": purpose}


def _attribute(name: str, value: Value) -> dict[str, object]:
    written = ", ".join(value) if isinstance(value, tuple) else str(value)
    body = {**_textual(written, "classifying"), _NAME: name}
    if not isinstance(value, str):
        body[_VALUE] = plain_value(value)
    return body


def _linking(link: Link, base: str, creator: dict[str, str]) -> dict[str, object]:
    return {
        "id": f"{base}/link/{quote(link.id, safe='')}",
        "type": "Annotation",
        "motivation": "linking",
        "creator": creator,
        "body": [_textual(link.type, "tagging"), {"id": _name(base, link.target)}],
        "target": _name(base, link.source),
        _LINK: link_record(link),
    }


def _name(base: str, id: str) -> str:
    return f"{base}/{quote(id, safe='')}"


def _knows(path: Path, head: bytes) -> bool:
    return (b'"@context"' in head and b"www.w3.org/ns/anno" in head) or (
        b'"target"' in head and b'"selector"' in head and b'"Annotation"' in head
    )


FORMAT = Format(
    name="w3c",
    title="W3C Web Annotation, JSON-LD",
    capability=EVERYTHING,
    read=read,
    write=write,
    suffix=".jsonl",
    options=(UNIT,),
    knows=_knows,
)
