"""Attribution relations as in PARC and PolNeAR: source, cue and content.

Two shapes. `jsonl`: a line an article and annotator, with `article`, `annotator`, `text_sha256`,
`text` and `attributions`, each an object with `id`, `source`, `cue` and `content`, and, if another
one reports it, `nested_in`. A role has `spans`, pairs of code points `[start, end)`, and `text`; a
source also the `names` of those it stands for, and may have these alone. Read is a line a relation,
too: the roles, and `article` (an id) or `text`. `brat`: a folder of pairs as PolNeAR has them, with
spans Source, Cue and Content, and an event of type Attribution whose trigger repeats the cue.
PARC's own XML, a file or a folder of files, is read, too.

On reading, a content becomes a CLAIM with links `holder` and `cue`; a source that is not in the
text becomes an entity, none IMPLICIT. How claims become relations: see `parc_relations`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from annotator.formats import brat
from annotator.formats.decoding import BOM
from annotator.formats.exchange import ForeignDocument, ForeignLink, ForeignSet, ForeignSpan, Source
from annotator.formats.foreign_json import (
    END,
    UNIT,
    Record,
    described,
    inclusive_of,
    records,
    surface,
    text,
    texts,
    unit_of,
)
from annotator.formats.loss import Finding
from annotator.formats.parc_relations import CLAIM, CUE, CUE_LINK, HOLDER, SPEAKER, joined
from annotator.formats.parc_writer import ATTRIBUTION, CAPABILITY, ROLES, write
from annotator.formats.parc_xml import parc_record
from annotator.formats.registry import Format, Option
from annotator.model.annotation import IMPLICIT, Entity
from annotator.model.errors import AnnotatorError

_KEYS = {
    "source": ("source", "speaker"),
    "cue": ("cue",),
    "content": ("content", "quote", "quotation"),
}
_LISTS = ("attributions", "relations", "attribution_relations")
_IDS = ("article", "id", "doc_id", "document")
_OWN = frozenset((*_LISTS, *_IDS, "annotator", "text", "text_sha256", "source", "cue", "content"))


def read(source: Source) -> Iterator[ForeignDocument]:
    """The documents of a file of JSON lines, of a folder of pairs, or of XML files."""
    files = _xml_files(source.path)
    for file in files:
        try:
            value = parc_record(file)
        except AnnotatorError as error:
            if len(files) == 1:
                raise
            finding = Finding(str(file), 0, str(error))
            source.loss.leave_out("documents", "cannot be read", 1, finding)
            continue
        record = Record(value, source, str(file), 0)
        whole = _Lines(record)
        for relation in value["attributions"]:
            whole.add(relation, record)
        whole.document.rebuilt = True
        yield whole.document
    if files:
        return
    if source.path.is_dir() or source.path.suffix in (".ann", ".txt"):
        for document in brat.read(source):
            for foreign in document.sets:
                _Events(document, foreign, source).translate()
            yield document
        return
    lines: _Lines | None = None
    for record in records(source):
        key = next((x for x in _LISTS if x in record.value), None)
        if key is not None:
            if lines is not None:
                yield lines.document
                lines = None
            whole = _Lines(record)
            for relation in record.objects(record.value[key], "attributions"):
                whole.add(relation, record)
            yield whole.document
        elif any(name in record.value for name in _KEYS["content"]):
            if lines is None or not lines.takes(record):
                if lines is not None:
                    yield lines.document
                lines = _Lines(record)
            lines.add(record.value, record)
        else:
            message = "has neither attributions nor a content"
            record.refuse("records", "hold no attribution", message, record.value)
    if lines is not None:
        yield lines.document


class _Lines:
    """A document as JSON objects describe it."""

    def __init__(self, record: Record) -> None:
        value = record.value
        self._key = self._key_of(record)
        self._foreign = ForeignSet(
            text(value.get("annotator")),
            unit=unit_of(record.source.options, "code points"),
            inclusive=inclusive_of(record.source.options, False),
        )
        facts, meta = described({k: v for k, v in value.items() if k not in _OWN})
        self.document = ForeignDocument(
            record.path,
            self._key[0],
            surface(value.get("text")),
            text(value.get("text_sha256")),
            facts,
            meta if any(key in value for key in _LISTS) else {},
            [self._foreign],
            line=record.line,
        )
        self._made: dict[tuple[object, ...], str] = {}

    def _key_of(self, record: Record) -> tuple[str, str, str]:
        value = record.value
        name = next((text(value[key]) for key in _IDS if text(value.get(key))), "")
        return name, text(value.get("annotator")), text(value.get("text"))

    def takes(self, record: Record) -> bool:
        """Whether a line is about the same article as those before."""
        return self._key_of(record) == self._key

    def add(self, relation: dict[str, Any], record: Record) -> None:
        content = self._span(relation, "content", CLAIM, record)
        if content is None:
            message = "an attribution has no content in the text"
            record.refuse("attributions", "have no content", message, relation)
            return
        cue = self._span(relation, "cue", CUE, record)
        if cue is not None:
            self._link(CUE_LINK, content, cue, record)
        found = self._span(relation, "source", SPEAKER, record)
        if found is not None:
            self._link(HOLDER, content, found, record)
            return
        names = texts(_role(relation, "source").get("names"))
        for name in names:
            key = f"entity {name}"
            if key not in {entity.id for entity in self._foreign.entities}:
                self._foreign.entities.append(Entity(key, name))
            self._link(HOLDER, content, key, record, "entity")
        if not names and IMPLICIT in record.source.scheme.entities.builtin:
            self._link(HOLDER, content, IMPLICIT, record, "entity")

    def _span(self, relation: dict[str, Any], name: str, label: str, record: Record) -> str | None:
        """The id of the span of a role; that of a source or cue may have others."""
        role = _role(relation, name)
        fragments = []
        for item in record.items(role.get("spans"), f"{name} spans"):
            start, end = _ends(item)
            place = record.place(f"{name} spans", start, end, relation)
            if place is not None:
                fragments.append(place)
        if not fragments:
            return None
        key = (label, tuple(sorted(fragments)), relation.get("id") if label == CLAIM else "")
        if key not in self._made or label == CLAIM:
            span = ForeignSpan(f"s{len(self._foreign.spans) + 1}", label, fragments)
            span.surface, span.line, span.raw = surface(role.get("text")), record.line, relation
            self._foreign.spans.append(span)
            self._made[key] = span.id
        return self._made[key]

    def _link(self, type: str, start: str, end: str, record: Record, kind: Any = "span") -> None:
        order = sum(x.type == type and x.source == start for x in self._foreign.links)
        self._foreign.links.append(ForeignLink(type, start, end, kind, order, line=record.line))


def _role(relation: dict[str, Any], name: str) -> dict[str, Any]:
    """A role as an object: a bare list is its spans, a bare text a name or covered text."""
    value = next((relation[key] for key in _KEYS[name] if key in relation), None)
    if isinstance(value, dict):
        if "spans" not in value and "start" in value:
            return {**value, "spans": [value]}
        return value
    if isinstance(value, list):
        return {"spans": value}
    return {"names": value} if isinstance(value, str) else {}


def _ends(item: object) -> tuple[object, object]:
    if isinstance(item, dict):
        return item.get("start"), item.get("end")
    if isinstance(item, list) and len(item) == 2:
        return item[0], item[1]
    return None, None


class _Events:
    """PolNeAR's events turned into links of the contents."""

    def __init__(self, document: ForeignDocument, foreign: ForeignSet, source: Source) -> None:
        self._foreign = foreign
        self._source = source
        raw = (document.text or "").removeprefix(BOM)
        self._text = raw.replace("\r\n", "\n")

    def translate(self) -> None:
        foreign = self._foreign
        triggers = {span.id: span for span in foreign.spans if span.label == ATTRIBUTION}
        arguments: dict[str, dict[str, list[str]]] = {key: {} for key in triggers}
        kept = []
        for link in foreign.links:
            if link.source in triggers:
                arguments[link.source].setdefault(link.type, []).append(link.target)
            else:
                kept.append(link)
        spans = {span.id: span for span in foreign.spans}
        for key, roles in arguments.items():
            self._add(triggers[key], roles, spans, kept)
        foreign.links = kept
        foreign.spans = [span for span in foreign.spans if span.id not in triggers]
        for span in foreign.spans:
            span.label = ROLES.get(span.label, span.label)
            if len(span.fragments) > 1:
                self._join(span)
        self._source.loss.set_aside("Attribution triggers", "repeat the cue", len(triggers))

    def _add(
        self,
        trigger: ForeignSpan,
        roles: dict[str, list[str]],
        spans: dict[str, ForeignSpan],
        links: list[ForeignLink],
    ) -> None:
        contents = roles.get("Content", [])
        for content in contents:
            span = spans.get(content)
            if span is not None and trigger.note:
                span.note = f"{span.note}\n{trigger.note}" if span.note else trigger.note
            if span is not None:
                span.attributes = {**trigger.attributes, **span.attributes}
            at = {"line": trigger.line, "raw": trigger.raw}
            for type, role in ((CUE_LINK, "Cue"), (HOLDER, "Source")):
                for order, target in enumerate(roles.get(role, [])):
                    links.append(ForeignLink(type, content, target, order=order, **at))  # type: ignore[arg-type]
            implicit = IMPLICIT in self._source.scheme.entities.builtin
            if not roles.get("Source") and implicit:
                links.append(ForeignLink(HOLDER, content, IMPLICIT, "entity", **at))  # type: ignore[arg-type]
        if not contents:
            self._source.loss.leave_out("attributions", "have no content")

    def _join(self, span: ForeignSpan) -> None:
        """Pieces with only white space between them were one before brat cut them at a line end."""
        whole = list(joined(span.fragments, self._text))
        stated = (span.surface or "").split()
        covered = " ".join(self._text[start:end] for start, end in whole).split()
        if len(whole) < len(span.fragments) and stated == covered:
            span.fragments = whole


def _xml_files(path: Path) -> list[Path]:
    if path.is_file():
        return [path] if path.suffix == ".xml" else []
    return sorted(x for x in path.rglob("*.xml") if _is_parc_xml(x))


def _is_parc_xml(path: Path) -> bool:
    """Whether the file's first words look like PARC's: a folder may hold other XML beside pairs."""
    with path.open("rb") as file:
        return b"<WORD " in file.read(65536)


def _knows(path: Path, head: bytes) -> bool:
    if path.is_dir():
        files = (x for x in path.rglob("*.ann") if x.is_file())
        first = next(files, None)
        return first is not None and b"\tAttribution:T" in first.read_bytes()[:65536]
    xml = path.suffix == ".xml" and b"<WORD " in head
    return xml or b'"attributions":' in head or b"\tAttribution:T" in head


FORMAT = Format(
    name="parc",
    title="Attribution relations like PARC and PolNeAR: source, cue, content",
    capability=CAPABILITY,
    read=read,
    write=write,
    suffix=".jsonl",
    options=(
        Option("shape", "out: JSON lines, or a folder of brat pairs", "jsonl", ("jsonl", "brat")),
        UNIT,
        END,
    ),
    knows=_knows,
)
