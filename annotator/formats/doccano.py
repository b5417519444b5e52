"""doccano: JSON Lines with `label` triples, with `entities` and `relations`, or, as old versions
export them, with `annotations` that tell their user and the number of their label.

doccano draws spans by JavaScript's string positions, which are UTF-16 units, unless a project
counts grapheme clusters; its files do not say which. So UTF-16 is what we write, and our files say
so in a key `offsets`, which doccano keeps as meta data; of files without it the user must say what
they count where it matters. A folder holds one file for each annotator, named for them.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import orjson

from annotator.formats.capability import Capability, reduced
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
    Record,
    about,
    beside,
    described,
    inclusive_of,
    records,
    shown,
    surface,
    text,
    texts,
    unit_of,
)
from annotator.formats.loss import Loss
from annotator.formats.registry import Format, Option
from annotator.model.annotation import AnnotationSet
from annotator.model.article import Article
from annotator.model.errors import AnnotatorError
from annotator.text.blocks import Blocks
from annotator.text.clusters import Clusters
from annotator.text.offsets import OffsetMap

_TEXT_KEYS = ("text", "data")
_LABEL_KEYS = ("label", "labels")
_UNITS = ("code-points", "utf-16", "graphemes")
_OWN_KEYS = frozenset(
    "id article_id annotator offsets entities relations cats Comments annotations".split()  # noqa: SIM905
)
_WHOLE = "all"  # the file of a project in which everybody works on the same labels


# -- in --------------------------------------------------------------------------------------------


def read(source: Source) -> Iterator[ForeignDocument]:
    """One document a line; a file's name says whose work it is if it is one of several."""
    if not source.path.is_dir():
        yield from _file(source, source.path, "")
        return
    paths = sorted((*source.path.glob("*.jsonl"), *source.path.glob("*.json")))
    if not paths:
        raise AnnotatorError(f"{source.path} holds no .jsonl files; name the unpacked export.")
    for path in paths:
        yield from _file(source, path, "" if path.stem == _WHOLE else path.stem)


def _file(source: Source, path: Path, annotator: str) -> Iterator[ForeignDocument]:
    for record in records(source, path):
        document = _document(record, annotator)
        if document is not None:
            yield document


def _document(record: Record, annotator: str) -> ForeignDocument | None:
    value, options = record.value, record.source.options
    text_key = options["text"] or next((key for key in _TEXT_KEYS if key in value), "text")
    content = value.get(text_key)
    if not isinstance(content, str):
        message = f"has no text under {text_key!r}; name its column with --set text=NAME"
        record.refuse("documents", "have no text", message)
        return None
    label_key = options["label"] or next((key for key in _LABEL_KEYS if key in value), "label")
    work = _empty(record, text(value.get("annotator")) or annotator)
    work.note = "\n".join(texts(value.get("Comments")))
    _read_spans(record, label_key, work)
    _read_relations(record, work)
    if cats := texts(value.get("cats")):
        work.fields["cats"] = tuple(cats)
    used = _OWN_KEYS | {text_key, label_key}
    facts, meta = described({key: item for key, item in value.items() if key not in used})
    labelled = not value.keys().isdisjoint((label_key, "entities", "cats"))
    others = _by_user(record, label_key, work.annotator)
    return ForeignDocument(
        record.path,
        id=text(value.get("article_id")) or text(value.get("id")),
        text=content,
        facts=facts,
        meta=meta,
        sets=[*([work] if labelled else []), *others],
        line=record.line,
    )


def _empty(record: Record, annotator: str) -> ForeignSet:
    options, stated = record.source.options, text(record.value.get("offsets"))
    unit = stated.replace("-points", " points") if stated in _UNITS else ""
    inclusive = inclusive_of(options, False)
    return ForeignSet(annotator=annotator, unit=unit_of(options, unit), inclusive=inclusive)


def _by_user(record: Record, label_key: str, annotator: str) -> list[ForeignSet]:
    """The sets of `annotations`, one a user; an empty list of them is somebody's empty set."""
    raw = record.value.get("annotations")
    if raw is None:
        return []
    found: dict[str, ForeignSet] = {}
    for item in record.objects(raw, "spans"):
        name = text(item.get("user")) or annotator
        work = found.setdefault(name, _empty(record, name))
        if "start_offset" in item or "end_offset" in item:
            _read_span(record, item, work)
        elif label := record.label("labels of documents", item.get("label"), item):
            given = work.fields.get(label_key, ())
            work.fields[label_key] = (*(given if isinstance(given, tuple) else ()), label)
    return [*found.values()] or ([] if raw else [_empty(record, annotator)])


def _read_spans(record: Record, label_key: str, work: ForeignSet) -> None:
    classes = []
    for key in dict.fromkeys((label_key, "entities")):
        for raw in record.items(record.value.get(key), "spans"):
            if isinstance(raw, str):
                classes.append(raw)  # a label of the whole document
            else:
                _read_span(record, raw, work)
    if classes:
        work.fields[label_key] = tuple(classes)


def _read_span(record: Record, raw: object, work: ForeignSet) -> None:
    item: dict[str, Any] = {}
    if isinstance(raw, dict):
        item = raw
    elif isinstance(raw, list) and len(raw) == 3:
        item = dict(zip(("start_offset", "end_offset", "label"), raw, strict=True))
    else:
        message = f"{shown(raw)} is neither [start, end, label] nor an object"
        record.refuse("spans", "have no known form", message, raw)
        return
    label = record.label("spans", item.get("label"), raw)
    start, end = item.get("start_offset"), item.get("end_offset")
    place = record.place(f"{label} spans", start, end, raw) if label else None
    if place is not None:
        id, covered = text(item.get("id")), surface(item.get("text"))
        work.spans.append(ForeignSpan(id, label, [place], covered, line=record.line, raw=raw))


def _read_relations(record: Record, work: ForeignSet) -> None:
    for raw in record.objects(record.value.get("relations"), "links"):
        if type := record.label("links", raw.get("type"), raw):
            ends = text(raw.get("from_id")), text(raw.get("to_id"))
            work.links.append(ForeignLink(type, *ends, line=record.line, raw=raw))


# -- out -------------------------------------------------------------------------------------------


def write(exports: Iterable[Export], sink: Sink) -> None:
    """One line an article and annotator, whose name is meta data."""
    sink.output.lines(_lines(exports, sink))


def _lines(exports: Iterable[Export], sink: Sink) -> Iterator[bytes]:
    for export in exports:
        place = _places(export.article.text, sink.options["unit"] or "utf-16")
        for work in export.sets:
            yield orjson.dumps(_record(export.article, work, place, sink))
            sink.loss.carry("annotation sets")


def _record(
    article: Article, work: AnnotationSet, place: Callable[[int], int | None], sink: Sink
) -> dict[str, object]:
    triples = sink.options["shape"] == "triples"
    capability = replace(_CAPABILITY, links=frozenset()) if triples else _CAPABILITY
    work = reduced(_placeable(work, place, sink.loss), capability, sink.loss)
    spans = work.in_order()
    places = [(place(span.start), place(span.end)) for span in spans]
    text_key = sink.options["text"] or "text"
    record: dict[str, object] = {text_key: article.text}
    if triples:
        label_key = sink.options["label"] or "label"
        record[label_key] = [[*ends, span.label] for ends, span in zip(places, spans, strict=True)]
        used = _OWN_KEYS | {text_key, label_key}
    else:
        numbers = {span.id: number for number, span in enumerate(spans, 1)}
        record["entities"] = [
            {"id": number, "start_offset": start, "end_offset": end, "label": span.label}
            for number, (start, end), span in zip(count(1), places, spans, strict=False)
        ]
        links = sorted(work.links.values(), key=lambda link: (len(link.id), link.id))
        record["relations"] = [
            {
                "id": number,
                "from_id": numbers[link.source],
                "to_id": numbers[link.target],
                "type": link.type,
            }
            for number, link in enumerate(links, 1)
        ]
        used = _OWN_KEYS | {text_key, "label"}
    record |= {
        "article_id": article.id,
        "annotator": work.annotator,
        "offsets": sink.options["unit"] or "utf-16",
        **about(article),
    }
    return {**record, **beside(article.meta, (*used, *record), sink.loss)}


def _places(content: str, unit: str) -> Callable[[int], int | None]:
    """From code points to the unit; None inside a grapheme cluster."""
    if unit == "utf-16":
        return OffsetMap(content, "utf-16").to_unit
    if unit == "code-points":
        return lambda offset: offset
    starts = [*Clusters(content, Blocks(content)).boundaries(0, len(content)), len(content)]

    def cluster(offset: int) -> int | None:
        at = bisect_left(starts, offset)
        return at if starts[at] == offset else None

    return cluster


def _placeable(
    work: AnnotationSet, place: Callable[[int], int | None], loss: Loss
) -> AnnotationSet:
    kept = {}
    for key, span in work.spans.items():
        if place(span.start) is None or place(span.end) is None:
            loss.leave_out(f"{span.label} spans", "begin or end inside a grapheme cluster")
        else:
            kept[key] = span
    return replace(work, spans=kept)


def _knows(path: Path, head: bytes) -> bool:
    if path.is_dir():
        return False
    line = head.split(b"\n", 1)[0]
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        return False
    spans = record.get("entities") or record.get("label") or record.get("annotations")
    if not isinstance(spans, list) or not spans:
        return False
    first = spans[0]
    if isinstance(first, dict):
        return {"start_offset", "end_offset", "label"} <= first.keys()
    shape = [type(item) for item in first] if isinstance(first, list) else []
    return "label" in record and shape == [int, int, str]


_CAPABILITY = Capability(unit="utf-16", links=frozenset(("span",)), annotators=True)

FORMAT = Format(
    name="doccano",
    title="doccano JSONL, both shapes",
    capability=_CAPABILITY,
    read=read,
    write=write,
    suffix=".jsonl",
    options=(
        Option("text", "the column that holds the text (text)"),
        Option("label", "the column that holds the spans (label)"),
        Option(
            "unit",
            "what offsets count; written: utf-16, which is what doccano draws",
            values=("", *_UNITS),
        ),
        Option(
            "shape",
            "what to write: entities and relations, or label triples without links",
            default="relations",
            values=("relations", "triples"),
        ),
    ),
    knows=_knows,
)
