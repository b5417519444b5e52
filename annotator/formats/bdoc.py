"""GATE bdoc documents as JSON: one file a document, one annotation set an annotator.

Links are lists of annotation ids in features, under the link's type; what features and ids of
GATE cannot say stands under the feature `annotator` of an annotation or of the document.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

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
    Unit,
)
from annotator.formats.foreign_json import (
    UNIT,
    Record,
    about,
    beside,
    described,
    offset,
    records,
    scalar,
    shown,
    text,
    unit_of,
)
from annotator.formats.registry import Format
from annotator.formats.sidecar import (
    KEY,
    complete_set,
    complete_span,
    completed_links,
    count_stretches,
    in_id_order,
    plain_value,
    set_record,
    span_record,
    topics,
)
from annotator.model.annotation import AnnotationSet, Span
from annotator.model.article import Article
from annotator.model.errors import AnnotatorError
from annotator.store.names import file_key

_SUFFIX = ".bdocjs"
_UNITS: dict[str, Unit] = {"p": "code points", "j": "utf-16"}
_LINKS = "links"


# -- in --------------------------------------------------------------------------------------------


def read(source: Source) -> Iterator[ForeignDocument]:
    """One document a file, all files of a folder, or one a line."""
    paths = [source.path]
    if source.path.is_dir():
        paths = sorted(path for path in source.path.rglob("*") if path.suffix in (_SUFFIX, ".json"))
    if not paths:
        raise AnnotatorError(
            f"{source.path} holds no {_SUFFIX} files; name the folder they are in."
        )
    for path in paths:
        for record in records(source, path):
            document = _document(record)
            if document is not None:
                yield document


def _document(record: Record) -> ForeignDocument | None:
    value = record.value
    if not isinstance(value.get("text"), str):
        record.refuse("documents", "have no text", "has no text", value.get("text"))
        return None
    if "annotation_sets" not in value:
        message = "has no annotation_sets; write it as bdoc JSON"
        record.refuse("annotation sets", "stand under no known key", message)
    features = _object(record, value.get("features"), "features")
    kept = _object(record, features.get(KEY), f"feature {KEY}")
    records_of_sets = _object(record, kept.get("sets"), f"feature {KEY}")
    sets = []
    for name, raw in _object(record, value.get("annotation_sets"), "annotation sets").items():
        annotations = _object(record, raw, "annotation sets").get("annotations")
        sets.append(_set(record, name, annotations, records_of_sets.get(name)))
    facts, meta = described({key: item for key, item in features.items() if key != KEY})
    return ForeignDocument(
        record.path,
        id=text(kept.get("id")) or text(value.get("name")),
        text=value["text"],
        facts=facts,
        meta=meta,
        sets=sets,
        line=record.line,
        topics={
            id: name
            for item in records_of_sets.values()
            for id, name in topics(item, record).items()
        },
    )


def _object(record: Record, value: object, what: str) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    if value is not None:
        record.refuse(what, "are no JSON object", f"{shown(value)} is no JSON object", value)
    return {}


def _set(record: Record, name: str, annotations: object, kept: object) -> ForeignSet:
    unit = _UNITS.get(text(record.value.get("offset_type")), "")
    work = ForeignSet(annotator=name, unit=unit_of(record.source.options, unit))
    ours: dict[str, str] = {}  # annotation ids to ids of ours
    arrows: list[tuple[ForeignSpan, str, object, object]] = []
    for raw in record.objects(annotations, "spans"):
        label = record.label("spans", raw.get("type"), raw)
        ends = raw.get("start"), raw.get("end")
        place = record.place(f"{label} spans", *ends, raw) if label else None
        if place is None:
            continue
        features = _object(record, raw.get("features"), "features")
        span = ForeignSpan(text(raw.get("id")), label, [place], line=record.line, raw=raw)
        for key, item in features.items():
            if key == _LINKS and isinstance(item, dict):
                arrows += [(span, type, ids, item) for type, ids in item.items()]
            elif key != KEY:
                _attribute(record, span, key, item)
        complete_span(span, features.get(KEY), record)
        ours.setdefault(text(raw.get("id")), span.id)
        work.spans.append(span)
    native = []
    for span, type, ids, links in arrows:
        for target in ids if isinstance(ids, list) else [ids]:
            if offset(target) is None:
                message = f"{shown(target)} is no annotation's id"
                record.refuse(f"{type} links", "name no annotation", message, links)
            else:
                end = ours.get(text(target), text(target))
                native.append(ForeignLink(type, span.id, end, line=record.line, raw=links))
    complete_set(work, kept, record)
    work.links = completed_links(native, work.links)
    return work


def _attribute(record: Record, span: ForeignSpan, key: str, item: object) -> None:
    value = scalar(item)
    if value is not None:
        span.attributes[key] = value
    elif item is not None:
        record.refuse("attributes", "have no value we know", f"feature {key}", item)


# -- out -------------------------------------------------------------------------------------------


def write(exports: Iterable[Export], sink: Sink) -> None:
    """One file an article with all its annotators."""
    for export in exports:
        with sink.output.part(f"{file_key(export.article.id)}{_SUFFIX}") as file:
            file.write(orjson.dumps(_written(export, sink), option=orjson.OPT_APPEND_NEWLINE))


def _written(export: Export, sink: Sink) -> dict[str, object]:
    article = export.article
    sets: dict[str, object] = {}
    kept: dict[str, object] = {}
    for work in export.sets:
        work = reduced(work, FORMAT.capability, sink.loss)
        count_stretches(sink.loss, work.spans.values())
        name = work.annotator
        sets[name] = _annotations(name, work, article)
        kept[name] = set_record(work, in_id_order(work.links), sink)
        sink.loss.carry("annotation sets")
    known = about(article)
    meta = beside(article.meta, (*known, KEY), sink.loss)
    return {
        "name": article.id,
        "text": article.text,
        "offset_type": "p",
        "features": {**known, **meta, KEY: {"id": article.id, "sets": kept}},
        "annotation_sets": sets,
    }


def _annotations(name: str, work: AnnotationSet, article: Article) -> dict[str, object]:
    spans = work.in_order()
    numbers = {span.id: number for number, span in enumerate(spans)}
    return {
        "name": name,
        "annotations": [
            {
                "type": span.label,
                "start": span.start,
                "end": span.end,
                "id": numbers[span.id],
                "features": _features(span, work, numbers, article.text),
            }
            for span in spans
        ],
        "next_annid": len(spans),
    }


def _features(
    span: Span, work: AnnotationSet, numbers: Mapping[str, int], content: str
) -> dict[str, object]:
    hidden = span.attributes.keys() & {KEY, _LINKS}
    features = {
        name: plain_value(span.attributes[name]) for name in sorted(span.attributes.keys() - hidden)
    }
    arrows: dict[str, list[int]] = {}
    for link in work.links_from(span.id):
        if link.target_kind == "span":
            arrows.setdefault(link.type, []).append(numbers[link.target])
    if arrows:
        features[_LINKS] = arrows
    features[KEY] = span_record(span, content, hidden)
    return features


def _knows(path: Path, head: bytes) -> bool:
    if path.is_dir():
        return any(path.glob(f"*{_SUFFIX}"))
    return path.suffix == _SUFFIX or (
        head.lstrip().startswith(b"{") and b'"annotation_sets"' in head and b'"offset_type"' in head
    )


FORMAT = Format(
    name="bdoc",
    title="GATE bdoc, JSON",
    capability=EVERYTHING,
    read=read,
    write=write,
    options=(UNIT,),
    knows=_knows,
)
