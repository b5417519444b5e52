"""Writing brat standoff; see `brat` for what stands where."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from urllib.parse import quote

import orjson

from annotator.formats import sidecar
from annotator.formats.brat_config import annotation_conf, type_name, visual_conf
from annotator.formats.capability import EVERYTHING, reduced
from annotator.formats.exchange import Export, Sink
from annotator.formats.intake import Facts
from annotator.formats.stems import Stems
from annotator.model.annotation import AnnotationSet, Fragment, Link, Span, Value
from annotator.model.article import Article

NOTE = "X-annotator"
DOCUMENT = "DOCUMENT"
REFERENCE = "Reference"
FACTS = tuple(item.name for item in fields(Facts))

_NUMBER = re.compile(r"[A-Za-z](\d{1,9})")
_NOT_BREAKS = re.compile(r"[^\n]+")


def write(exports: Iterable[Export], sink: Sink) -> None:
    """A folder for each annotator with the pairs in it, and the configuration beside them."""
    articles, annotators = Stems(), Stems()
    labels: dict[str, None] = {}
    links: dict[tuple[str, str, str], None] = {}
    for export in exports:
        for given in export.sets:
            work = reduced(given, EVERYTHING, sink.loss)
            stem = f"{annotators.of(work.annotator)}/{articles.of(export.article.id)}"
            with sink.output.part(f"{stem}.txt") as file:
                file.write(export.article.text.encode())
            with sink.output.part(f"{stem}.ann") as file:
                for line in _lines(export.article, work, sink):
                    file.write(f"{line}\n".encode())
            labels.update(dict.fromkeys(span.label for span in work.spans.values()))
            links.update(dict.fromkeys(_ends(work)))
    with sink.output.part("annotation.conf") as file:
        file.write(annotation_conf(sink.scheme, sorted(labels), sorted(links)).encode())
    with sink.output.part("visual.conf") as file:
        file.write(visual_conf(sink.scheme, sorted(labels)).encode())


def brat_fragments(text: str, fragments: Sequence[Fragment]) -> list[Fragment]:
    """The fragments as brat makes them: cut at line feeds, which belong to none."""
    return [
        match.span() for start, end in fragments for match in _NOT_BREAKS.finditer(text, start, end)
    ]


def _lines(article: Article, work: AnnotationSet, sink: Sink) -> Iterator[str]:
    """The annotation file: spans in text order, each with its attributes, then links and notes."""
    names = _names(work.spans, "T")
    notes: list[tuple[str, str, str]] = []
    attributes = 0
    for span in work.in_order():
        name = names[span.id]
        pieces = brat_fragments(article.text, span.fragments)
        if not pieces:
            sink.loss.carried[f"{span.label} spans"] -= 1
            sink.loss.leave_out(f"{span.label} spans", "cover line ends only")
            continue
        where = ";".join(f"{start} {end}" for start, end in pieces)
        covered = " ".join(article.text[start:end] for start, end in pieces)
        yield f"{name}\t{type_name(span.label)} {where}\t{covered}"
        for key, value in sorted(span.attributes.items()):
            if _native(key, value):
                attributes += 1
                yield f"A{attributes}\t{key} {name}{'' if value is True else f' {value}'}"
        one_line = " ".join(span.note.split())
        if one_line:
            notes.append(("AnnotatorNotes", name, one_line))
        record = _span_record(span, name, pieces, one_line)
        if record:
            notes.append((NOTE, name, orjson.dumps(record).decode()))
    yield from _link_lines(work, names, notes, sink)
    record = {
        "article": article.id,
        "text_sha256": article.text_hash,
        **{name: getattr(article, name) for name in FACTS if getattr(article, name)},
        "work": sidecar.set_record(work, (), sink),
    }
    notes.insert(0, (NOTE, DOCUMENT, orjson.dumps(record).decode()))
    for number, (kind, target, text) in enumerate(notes, 1):
        yield f"#{number}\t{kind} {target}\t{text}"


def _span_record(span: Span, name: str, pieces: list[Fragment], one_line: str) -> dict[str, object]:
    record: dict[str, object] = {}
    if span.id != f"s{name[1:]}":
        record["id"] = span.id
    if span.flags:
        record["flags"] = list(span.flags)
    if span.note != one_line:
        record["note"] = span.note
    if span.origin != "imported":
        record["origin"] = span.origin
    if span.label != type_name(span.label):
        record["label"] = span.label
    if pieces != list(span.fragments):
        record["fragments"] = [list(piece) for piece in span.fragments]
    other = {key: value for key, value in span.attributes.items() if not _native(key, value)}
    if other:
        record["attributes"] = {
            key: sidecar.plain_value(value) for key, value in sorted(other.items())
        }
    return record


def _link_lines(
    work: AnnotationSet, names: dict[str, str], notes: list[tuple[str, str, str]], sink: Sink
) -> Iterator[str]:
    numbers = _names(work.links, "R")
    for link in sidecar.in_id_order(work.links):
        name = numbers[link.id]
        kind = type_name(link.type)
        source = names[link.source]
        if link.target_kind == "span":
            yield f"{name}\t{kind} Arg1:{source} Arg2:{names[link.target]}"
        else:
            name = f"N{name[1:]}"
            kind = REFERENCE if kind == "ref" else kind
            where = f"{link.target_kind}:{quote(link.target, safe='')}"
            yield f"{name}\t{kind} {source} {where}\t{_target_name(work, link, sink)}"
        record: dict[str, object] = {}
        if link.order:
            record["order"] = link.order
        if link.origin != "imported":
            record["origin"] = link.origin
        if link.id != f"l{name[1:]}":
            record["id"] = link.id
        if link.type != type_name(link.type) or link.type == REFERENCE:
            record["type"] = link.type
        if record:
            notes.append((NOTE, name, orjson.dumps(record).decode()))


def _target_name(work: AnnotationSet, link: Link, sink: Sink) -> str:
    if link.target_kind == "topic":
        name = sink.topic_name(link.target)
    else:
        entity = work.entities.get(link.target)
        name = entity.name if entity is not None else link.target
    return " ".join(name.split())


def _native(key: str, value: Value) -> bool:
    """Whether brat can hold an attribute: a flag that is set, or one word."""
    if value is True:
        return type_name(key) == key
    return isinstance(value, str) and type_name(key) == key and value.split() == [value]


def _names(ids: Iterable[str], letter: str) -> dict[str, str]:
    """brat's ids: with the number of ours where it has one, so that people know them again."""
    ordered = sorted(ids, key=lambda key: (len(key), key))
    names: dict[str, str] = {}
    taken: set[int] = set()
    for key in ordered:
        match = _NUMBER.fullmatch(key)
        number = int(match[1]) if match else 0
        if number and number not in taken:
            taken.add(number)
            names[key] = f"{letter}{number}"
    free = max(taken, default=0)
    for key in ordered:
        if key not in names:
            free += 1
            names[key] = f"{letter}{free}"
    return names


def _ends(work: AnnotationSet) -> Iterator[tuple[str, str, str]]:
    for link in work.links.values():
        if link.target_kind == "span":
            yield link.type, work.spans[link.source].label, work.spans[link.target].label
