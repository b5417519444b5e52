"""brat standoff: a folder of pairs, `name.txt` and `name.ann` (or `.a1` and `.a2`).

Read are text-bound annotations, relations, events, attributes, normalisations, notes and Equiv.
An event becomes its trigger and one link for each argument, the role being its type; a
normalisation becomes an entity and a `ref` link; spans put together by Equiv are linked to the
first of them. Where the same text lies in several folders, these are named after annotators. A .ann
without a .txt beside it is matched to `text/NAME.txt` or, with what follows its last underscore as
annotator, to another .txt (as in PolNeAR).

Written is one folder for each annotator, and `annotation.conf` and `visual.conf` of the scheme, so
that brat opens it. Links between spans are relations, those to entities and topics normalisations
(`Reference` for `ref`) in the data bases `entity` and `topic`. What brat has no place for stands in
notes of type `X-annotator` as JSON, about an annotation or about `DOCUMENT`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from filecmp import cmp
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson

from annotator.formats import sidecar
from annotator.formats.brat_writer import DOCUMENT, FACTS, NOTE, REFERENCE, brat_fragments, write
from annotator.formats.capability import EVERYTHING
from annotator.formats.decoding import clean
from annotator.formats.exchange import (
    ForeignDocument,
    ForeignLink,
    ForeignSet,
    ForeignSpan,
    Source,
)
from annotator.formats.foreign_json import UNIT, Record, offset, text, unit_of
from annotator.formats.intake import Facts
from annotator.formats.loss import Finding
from annotator.formats.raw import raw_lines, raw_text
from annotator.formats.registry import Format
from annotator.formats.standoff import Note, Standoff, parse
from annotator.model.annotation import Entity
from annotator.model.errors import AnnotatorError

_ANNOTATIONS = (".ann", ".a1", ".a2", ".co", ".rel")


@dataclass(slots=True)
class _Pair:
    """A text file and the annotation files about it, by annotator ("" if the names do not say)."""

    text: Path
    parts: dict[str, list[Path]] = field(default_factory=dict)


def read(source: Source) -> Iterator[ForeignDocument]:
    """The documents of a folder, or the one of a pair named by either of its files."""
    pairs = list(_pairs(source))
    if not pairs:
        raise AnnotatorError(f"{source.path} holds no pair of a .txt and a .ann (or .a1) file.")
    for pair in pairs:
        try:
            text = raw_text(pair.text, source.encoding)
        except AnnotatorError as error:
            finding = Finding(str(pair.text), 0, str(error))
            source.loss.leave_out("documents", "cannot be read", 1, finding)
            continue
        first = next(iter(pair.parts.values()))[0]
        document = ForeignDocument(str(first), pair.text.stem, text)
        for annotator, paths in pair.parts.items():
            document.sets.append(_read_set(document, annotator, paths, source))
        yield document


def _pairs(source: Source) -> Iterator[_Pair]:
    path = source.path
    if path.is_file():
        folder = path.parent
        found = [x for x in sorted(folder.iterdir()) if x.stem == path.stem and _is_annotation(x)]
        texts = {path.stem: [path.with_suffix(".txt")]}
    else:
        files = sorted(x for x in path.rglob("*") if x.is_file() and not x.name.startswith("."))
        found = [x for x in files if _is_annotation(x)]
        texts = {}
        for file in files:
            if file.suffix == ".txt":
                texts.setdefault(file.stem, []).append(file)
    pairs: dict[Path, _Pair] = {}
    for file in found:
        text, annotator = _text_for(file, texts)
        if text is None or not text.is_file():
            finding = Finding(str(file), 0, f"has no text: {file.stem}.txt is not there")
            source.loss.leave_out("documents", "the text is missing", 1, finding)
        else:
            parts = pairs.setdefault(text, _Pair(text)).parts.setdefault(annotator, [])
            parts.append(file)
    yield from pairs.values()


def _is_annotation(path: Path) -> bool:
    return path.suffix in _ANNOTATIONS and path.is_file()


def _text_for(file: Path, texts: dict[str, list[Path]]) -> tuple[Path | None, str]:
    """The text an annotation file is about, and the annotator its name gives."""
    beside = file.with_suffix(".txt")
    candidates = texts.get(file.stem, [])
    if beside in candidates:
        copies = [x for x in candidates if x != beside and cmp(x, beside, shallow=False)]
        return beside, file.parent.name if copies else ""
    if len(candidates) == 1:
        return candidates[0], ""
    stem, _, annotator = file.stem.rpartition("_")
    candidates = texts.get(stem, [])
    return (candidates[0], annotator) if len(candidates) == 1 else (None, "")


def _read_set(
    document: ForeignDocument, annotator: str, paths: list[Path], source: Source
) -> ForeignSet:
    standoff = Standoff()
    for path in paths:

        def refuse(line: int, why: str, raw: str, path: Path = path) -> None:
            finding = Finding(str(path), line, why, raw)
            source.loss.leave_out("lines", "are not understood", 1, finding)

        try:
            parse(raw_lines(path, source.encoding), document.text or "", refuse, standoff)
        except AnnotatorError as error:
            source.loss.leave_out("files", "cannot be read", 1, Finding(str(path), 0, str(error)))
    foreign = ForeignSet(annotator, unit=unit_of(source.options))
    _Meaning(document, foreign, standoff, str(paths[-1]), source).put_together()
    return foreign


class _Meaning:
    """Makes spans, links and entities of the records of one set."""

    def __init__(
        self,
        document: ForeignDocument,
        foreign: ForeignSet,
        standoff: Standoff,
        path: str,
        source: Source,
    ) -> None:
        self._document = document
        self._foreign = foreign
        self._standoff = standoff
        self._path = path
        self._source = source
        self._loss = source.loss
        self._spans: dict[str, ForeignSpan] = {}
        self._links: dict[str, ForeignLink] = {}
        self._trigger: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._ours = False

    def put_together(self) -> None:
        for item in self._standoff.spans:
            span = ForeignSpan(
                item.id, item.type, item.fragments, item.text, line=item.line, raw=item.raw
            )
            self._spans[item.id] = span
        self._name_triggers()
        self._add_links()
        self._add_references()
        self._add_attributes()
        self._add_notes()
        self._foreign.spans = list(self._spans.values())
        self._foreign.links = list(self._links.values())
        self._restore_ids()

    def _name_triggers(self) -> None:
        """Which span stands for each event; a trigger of several events is one span for each."""
        used: set[str] = set()
        for event in self._standoff.events:
            trigger = self._spans.get(event.trigger)
            if trigger is None:
                self._leave_out("events", "the trigger is missing", event.line, event.raw)
                continue
            key = event.trigger
            if key in used:
                key = f"{event.trigger}-{event.id}"
                copy = ForeignSpan(
                    key, trigger.label, trigger.fragments, trigger.surface, raw=trigger.raw
                )
                copy.line = event.line
                self._spans[key] = copy
                message = f"{event.trigger} is the trigger of several events, given again for this"
                finding = Finding(self._path, event.line, message, event.raw)
                self._loss.change("events", "their shared trigger given once for each", 1, finding)
            used.add(key)
            self._trigger[event.id] = key

    def _add_links(self) -> None:
        for relation in self._standoff.relations:
            (_, first), *others = relation.arguments
            for _, second in others:
                link = ForeignLink(relation.type, self._end(first), self._end(second))
                self._add(relation.id, link, relation.line, relation.raw)
        for event in self._standoff.events:
            if event.id not in self._trigger:
                continue
            order: dict[str, int] = {}
            for role, _, target in sorted(event.arguments, key=lambda x: (x[0], x[1])):
                link = ForeignLink(role, self._trigger[event.id], self._end(target))
                link.order = order.get(role, 0)
                order[role] = link.order + 1
                self._add("", link, event.line, event.raw)
        for group in self._standoff.equivalences:
            for member in group[1:]:
                link = ForeignLink("Equiv", self._end(member), self._end(group[0]))
                self._add("", link, 0, " ".join(group))

    def _add_references(self) -> None:
        entities: dict[str, Entity] = {}
        for item in self._standoff.normalisations:
            kind = "ref" if item.type == REFERENCE else item.type
            link = ForeignLink(kind, self._end(item.target), "")
            identity = unquote(item.key)
            if item.database in ("entity", "topic"):
                link.target, link.target_kind = identity, item.database  # type: ignore[assignment]
            else:
                kb = f"{item.database}:{identity}" if item.database else identity
                entities.setdefault(kb, Entity(kb, " ".join(item.name.split()) or identity, kb=kb))
                link.target, link.target_kind = kb, "entity"
            self._add(item.id, link, item.line, item.raw)
        self._foreign.entities += entities.values()

    def _add(self, key: str, link: ForeignLink, line: int, raw: str) -> None:
        link.id, link.line, link.raw = key, line, raw
        self._links[key or f"-{len(self._links)}"] = link

    def _add_attributes(self) -> None:
        for item in self._standoff.attributes:
            span = self._spans.get(self._end(item.target))
            if span is not None:
                span.attributes[item.name] = True if item.value is None else item.value
            elif item.target in self._links:
                self._leave_out("attributes", "are about a relation", item.line, item.raw)
            else:
                why = f"{item.target} is not there"
                self._leave_out("attributes", "their span is missing", item.line, item.raw, why)

    def _add_notes(self) -> None:
        for note in self._standoff.notes:
            if note.type != NOTE:
                self._add_free_note(note)
        for note in self._standoff.notes:
            if note.type == NOTE:
                self._add_record(note)

    def _add_free_note(self, note: Note) -> None:
        span = self._spans.get(self._end(note.target))
        text = note.text if note.type == "AnnotatorNotes" else f"{note.type}: {note.text}"
        if span is None:
            self._leave_out("notes", "are about no span", note.line, f"#\t{note.type}\t{text}")
        elif note.text.strip():
            span.note = f"{span.note}\n{text}" if span.note else text

    def _add_record(self, note: Note) -> None:
        try:
            record = orjson.loads(note.text)
        except orjson.JSONDecodeError:
            record = None
        if not isinstance(record, dict):
            self._leave_out("lines", "are not understood", note.line, note.text)
        elif note.target == DOCUMENT:
            self._describe(record, note.line)
        elif note.target in self._spans:
            self._complete(self._spans[note.target], record, note.line)
        elif note.target in self._links:
            link = self._links[note.target]
            native = {
                "id": link.id,
                "type": link.type,
                "source": link.source,
                "target": link.target,
                "target_kind": link.target_kind,
            }
            given = native | record
            for completed in sidecar.links([given], self._record(record, note.line)):
                self._links[note.target] = completed
            self._ids[note.target] = text(record.get("id"))
        else:
            self._leave_out("notes", "are about no span", note.line, note.text)

    def _record(self, record: dict[str, Any], line: int) -> Record:
        return Record(record, self._source, self._path, line)

    def _describe(self, record: dict[str, Any], line: int) -> None:
        self._ours = True
        self._document.id = text(record.get("article")) or self._document.id
        self._document.text_hash = text(record.get("text_sha256"))
        self._document.facts = Facts(**{name: text(record.get(name)) for name in FACTS})
        kept = record.get("work")
        sidecar.complete_set(self._foreign, kept, self._record(record, line))
        self._document.topics = sidecar.topics(kept, self._record(record, line))

    def _complete(self, span: ForeignSpan, record: dict[str, Any], line: int) -> None:
        """What a T line and its A lines cannot say; `fragments` hold if brat's are made of them."""
        key = span.id
        kept = {name: value for name, value in record.items() if name != "fragments"}
        sidecar.complete_span(span, kept, self._record(record, line))
        self._ids[key], span.id = text(record.get("id")), key
        span.label = text(record.get("label")) or span.label
        whole = _pairs_of(record.get("fragments"))
        article = clean(self._document.text or "").text
        if whole and brat_fragments(article, whole) == span.fragments:
            span.fragments = whole
            span.surface = " ".join(article[start:end] for start, end in whole)

    def _restore_ids(self) -> None:
        """Give our own files their ids back: T7 was s7, R8 and N8 were l8, if no note says else."""
        if not self._ours:
            return
        renamed = {key: self._ids.get(key) or f"s{key[1:]}" for key in self._spans}
        for key, span in self._spans.items():
            span.id = renamed[key]
        for key, link in self._links.items():
            link.id = self._ids.get(key) or (f"l{key[1:]}" if link.id else "")
            link.source = renamed.get(link.source, link.source)
            if link.target_kind == "span":
                link.target = renamed.get(link.target, link.target)

    def _end(self, key: str) -> str:
        """The span an id stands for: an event's is its trigger."""
        return self._trigger.get(key, key)

    def _leave_out(self, subject: str, why: str, line: int, raw: str, message: str = "") -> None:
        finding = Finding(self._path, line, message or f"{subject} {why}: {raw[:80]}", raw)
        self._loss.leave_out(subject, why, 1, finding)


def _pairs_of(given: object) -> list[tuple[int, int]]:
    pairs = given if isinstance(given, list) else []
    found = []
    for pair in pairs:
        ends = [offset(item) for item in pair] if isinstance(pair, list) else []
        if len(ends) == 2 and ends[0] is not None and ends[1] is not None:
            found.append((ends[0], ends[1]))
    return found


def _knows(path: Path, head: bytes) -> bool:
    if path.is_dir():
        return any(_is_annotation(x) for x in path.rglob("*"))
    return _is_annotation(path) and path.with_suffix(".txt").is_file()


FORMAT = Format(
    name="brat",
    title="brat standoff: a folder of .txt and .ann files",
    capability=EVERYTHING,
    read=read,
    write=write,
    options=(UNIT,),
    knows=_knows,
)
