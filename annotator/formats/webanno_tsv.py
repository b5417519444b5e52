"""WebAnno TSV 3 (INCEpTION, WebAnno): span, relation and chain layers, offsets in UTF-16 units.

Read are a file, or a folder such as INCEpTION's export, where `annotation/DOCUMENT/USER.tsv` tells
document and annotator. A span's label is the layer's feature `label` or `value`, or its only one,
else the layer's name; other features are attributes. Relations are links from governor to
dependent, named by their first feature; slots of a span are links named by their role; the spans of
a chain refer to one entity. DKPro's linguistic layers are passed over unless `layers` names them.
Between sentences the format does not tell the text: a gap becomes line feeds.

Written is one layer, `webanno.custom.Span`, with the feature `label` and one for each attribute,
and one of relations, `webanno.custom.Relation`. Sentences hold the white space after them, so that
the text comes back as it was; spans that do not fit tokens stand in sub-token rows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from annotator.formats.exchange import (
    ForeignDocument,
    ForeignLink,
    ForeignSet,
    ForeignSpan,
    Source,
)
from annotator.formats.loss import Finding
from annotator.formats.raw import raw_lines
from annotator.formats.registry import Format, Option
from annotator.formats.webanno_cells import TEXT, Entry, Layer, entries, layer, unescaped
from annotator.formats.webanno_writer import CAPABILITY, write
from annotator.model.annotation import Entity, Value
from annotator.model.errors import AnnotatorError

WIDEST_GAP = 10_000
"""How many UTF-16 units of a document may be missing between two sentences or tokens."""

_ADDRESS = re.compile(r"(\d{1,9})-(\d{1,9})(\.\d{1,9})?")
_OFFSETS = re.compile(r"(\d{1,15})-(\d{1,15})")
_SOURCE = re.compile(r"(\d{1,9}-\d{1,9}(?:\.\d{1,9})?)(?:\[(\d{1,9})(?:_(\d{1,9}))?\])?")
_CHAIN = re.compile(r"(.*)->(\d{1,9})-\d{1,9}", re.DOTALL)
_SEMICOLON = re.compile(r"(?<!\\);")
_EMPTY = frozenset(("_", ""))
_FOLDERS = ("annotation", "curation")
_LINGUISTIC = (
    "de.tudarmstadt.ukp.dkpro.core.api.lexmorph.",
    "de.tudarmstadt.ukp.dkpro.core.api.segmentation.",
    "de.tudarmstadt.ukp.dkpro.core.api.syntax.",
)
_LABELS = ("label", "value")


@dataclass(slots=True)
class _Row:
    address: str
    start: int
    end: int
    form: str
    cells: list[str]
    line: int
    raw: str

    @property
    def is_token(self) -> bool:
        return "." not in self.address


@dataclass(slots=True)
class _Sentence:
    lines: list[str] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)


def read(source: Source) -> Iterator[ForeignDocument]:
    """The documents of a file or folder. Raises AnnotatorError if none is in this format."""
    if source.path.is_file():
        yield _File(source.path, source).read()
        return
    found = 0
    for path in sorted(source.path.rglob("*.tsv")):
        if not path.name.startswith("."):
            try:
                document = _File(path, source).read()
            except AnnotatorError as error:
                finding = Finding(str(path), 0, str(error))
                source.loss.leave_out("documents", "cannot be read", 1, finding)
            else:
                found += 1
                yield document
    if not found:
        raise AnnotatorError(f"{source.path} holds no .tsv file of WebAnno.")


class _File:
    """One file: a document and one annotator's work on it."""

    def __init__(self, path: Path, source: Source) -> None:
        self._path = path
        self._loss = source.loss
        self._scheme = source.scheme
        self._wanted = source.options["layers"]
        self._layers: list[Layer] = []
        self._sentences: list[_Sentence] = []
        self._foreign = ForeignSet(unit="utf-16")
        self._document = ForeignDocument(str(path), path.stem, sets=[self._foreign])
        if len(path.parts) > 2 and path.parts[-3] in _FOLDERS:
            self._document.id = path.parent.name.removesuffix(".txt")
            self._foreign.annotator = path.stem
        self._spans: dict[tuple[str, str], ForeignSpan] = {}
        self._at: dict[tuple[str, str], list[tuple[str, ForeignSpan]]] = {}
        self._entities: dict[str, Entity] = {}
        self._encoding = source.encoding

    def read(self) -> ForeignDocument:
        """Raises AnnotatorError if the file is in another format."""
        lines = raw_lines(self._path, self._encoding)
        if not any(line.startswith("#FORMAT=WebAnno TSV 3") for line in lines[:20]):
            raise AnnotatorError(
                f"{self._path} does not begin with #FORMAT=WebAnno TSV 3; export it as that."
            )
        self._parse(lines)
        self._document.text = self._text()
        for item in self._layers:
            if not self._is_wanted(item):
                self._loss.set_aside(f"{item.name} layer", "is linguistic; see --set layers")
            elif item.kind != "relation":
                self._add_spans(item)
        for item in self._layers:
            if self._is_wanted(item):
                self._add_links(item)
        self._foreign.entities = list(self._entities.values())
        return self._document

    def _is_wanted(self, item: Layer) -> bool:
        if self._wanted in ("", "all"):
            return self._wanted == "all" or not item.type.startswith(_LINGUISTIC)
        names = {name.strip() for name in self._wanted.split(",")}
        return bool(names & {item.type, item.name})

    # -- rows ------------------------------------------------------------------------------------

    def _parse(self, lines: list[str]) -> None:
        width = 3
        for number, line in enumerate(lines, 1):
            if line.startswith(TEXT):
                if not self._sentences or self._sentences[-1].rows:
                    self._sentences.append(_Sentence())
                self._sentences[-1].lines.append(line.removeprefix(TEXT))
            elif line.startswith("#T_"):
                found = layer(line, width)
                if found is None:
                    self._refuse("lines", "are not understood", number, line, "names no layer")
                else:
                    self._layers.append(found)
                    width += found.width
            elif line.strip() and not line.startswith("#"):
                self._parse_row(number, line)

    def _parse_row(self, number: int, line: str) -> None:
        address, _, rest = line.partition("\t")
        cells = [address, *rest.split("\t")]
        offsets = _OFFSETS.fullmatch(cells[1]) if len(cells) > 2 else None
        if not _ADDRESS.fullmatch(address) or offsets is None:
            message = "has no token id, offsets and token"
            self._refuse("lines", "are not understood", number, line, message)
            return
        if not self._sentences:
            self._sentences.append(_Sentence())
        sentence = self._sentences[-1]
        if sentence.rows and not sentence.lines:
            before = sentence.rows[-1].address.partition("-")[0]
            if before != address.partition("-")[0]:
                sentence = _Sentence()
                self._sentences.append(sentence)
        start, end = int(offsets[1]), int(offsets[2])
        row = _Row(address, start, end, unescaped(cells[2]), cells, number, line)
        sentence.rows.append(row)

    def _text(self) -> str:
        """The text as far as the file tells it; gaps between sentences become line feeds."""
        parts: list[str] = []
        at = 0
        for sentence in self._sentences:
            tokens = [row for row in sentence.rows if row.is_token]
            if not tokens:
                continue
            text, begin = _placed(sentence.lines, tokens)
            if not at <= begin <= at + WIDEST_GAP:
                message = f"begins at {begin}, but the text before ends at {at}"
                why = "do not follow the text before"
                self._refuse("sentences", why, tokens[0].line, text, message)
                continue
            if begin > at:
                self._document.rebuilt = True
                parts.append("\n" * (begin - at))
            parts.append(text)
            at = begin + _units(text)
        return "".join(parts)

    # -- annotations -----------------------------------------------------------------------------

    def _rows(self) -> Iterator[_Row]:
        """The rows with annotations."""
        for sentence in self._sentences:
            for row in sentence.rows:
                if not _EMPTY.issuperset(row.cells[3:]):
                    yield row

    def _add_spans(self, item: Layer) -> None:
        chosen = _label_feature(item)
        for row in self._rows():
            for entry in entries(item, row.cells):
                span = self._spans.get((item.type, entry.number)) if entry.number else None
                if span is None:
                    span = self._new_span(item, entry, row, chosen)
                else:
                    ((start, end),) = span.fragments
                    span.fragments = [(min(start, row.start), max(end, row.end))]
                self._at.setdefault((item.type, row.address), []).append((entry.number, span))

    def _new_span(self, item: Layer, entry: Entry, row: _Row, chosen: str) -> ForeignSpan:
        label = unescaped(entry.values.get(chosen) or "") or item.name
        key = f"{item.name}-{len(self._foreign.spans) + 1}"
        span = ForeignSpan(key, label, [(row.start, row.end)], line=row.line, raw=row.raw)
        for name, value in entry.values.items():
            if item.kind == "chain" and (match := _CHAIN.fullmatch(value or "")):
                value = "" if match[1] == "*" else match[1]
            if value and name and name != chosen and not _is_slot(item, name):
                span.attributes[name] = self._attribute(label, name, unescaped(value))
        self._foreign.spans.append(span)
        if entry.number:
            self._spans[item.type, entry.number] = span
        return span

    def _attribute(self, label: str, name: str, value: str) -> Value:
        attribute = self._scheme.attribute(label, name)
        if attribute is not None and attribute.kind == "flag" and value in ("true", "false"):
            return value == "true"
        return value

    def _add_links(self, item: Layer) -> None:
        seen: set[tuple[str, str]] = set()
        for row in self._rows():
            for entry in entries(item, row.cells):
                key = (
                    entry.number,
                    row.address if item.kind == "relation" or not entry.number else "",
                )
                if item.kind == "relation":
                    self._add_relation(item, entry, row)
                elif key not in seen:
                    seen.add(key)
                    span = self._find(item.type, row.address, entry.number)
                    if span is not None and item.kind == "chain":
                        self._add_to_chain(item, entry, span, row)
                    elif span is not None:
                        self._add_slots(item, entry, span, row)

    def _add_relation(self, item: Layer, entry: Entry, row: _Row) -> None:
        base = next((name for name in item.features if name.startswith("BT_")), "")
        written = entry.values.get(base) or ""
        if entry.number:
            written += f"[{entry.number}]"
        match = _SOURCE.fullmatch(written)
        type = base.removeprefix("BT_")
        source = self._find(type, match[1], match[2] or "") if match else None
        target = self._find(type, row.address, (match[3] or "") if match else "")
        if source is None or target is None:
            message = f"relation {written or 'without a source'} has lost an end"
            why = "an end is left out or missing"
            self._refuse(f"{item.name} links", why, row.line, row.raw, message)
            return
        values = [value for name, value in entry.values.items() if name != base and value]
        name = unescaped(values[0]) if values else item.name
        link = ForeignLink(name, source.id, target.id, line=row.line, raw=row.raw)
        self._foreign.links.append(link)
        if len(values) > 1:
            message = f"{name} link has more features than its type: {', '.join(values[1:])}"
            self._refuse(
                "features of links", "the project has no place", row.line, row.raw, message
            )

    def _add_to_chain(self, item: Layer, entry: Entry, span: ForeignSpan, row: _Row) -> None:
        for value in entry.values.values():
            match = _CHAIN.fullmatch(value or "")
            if match is not None:
                key = f"{item.name}-chain-{match[2]}"
                self._entities.setdefault(key, Entity(key, row.form))
                link = ForeignLink("ref", span.id, key, "entity", line=row.line, raw=row.raw)
                self._foreign.links.append(link)

    def _add_slots(self, item: Layer, entry: Entry, span: ForeignSpan, row: _Row) -> None:
        for index, name in enumerate(item.features):
            if not name.startswith("ROLE_") or index + 1 >= len(item.features):
                continue
            base = item.features[index + 1]
            roles = _SEMICOLON.split(entry.values.get(name) or "")
            targets = _SEMICOLON.split(entry.values.get(base) or "")
            for order, (role, written) in enumerate(zip(roles, targets, strict=False)):
                match = _SOURCE.fullmatch(written)
                target = self._find(base, match[1], match[2] or "") if match else None
                if target is None:
                    if written:
                        message = f"slot {written} of {span.label} is not there"
                        why = "an end is left out or missing"
                        self._refuse("slot links", why, row.line, row.raw, message)
                    continue
                type = unescaped(role) if role not in ("", "*") else item.name
                link = ForeignLink(type, span.id, target.id, order=order, line=row.line)
                self._foreign.links.append(link)

    def _find(self, type: str, address: str, number: str) -> ForeignSpan | None:
        """The annotation of a layer at an address; without a number (or 0) the first one there."""
        there = self._at.get((type, address), [])
        if number in ("", "0"):
            return there[0][1] if there else None
        return next((span for other, span in there if other == number), None)

    def _refuse(self, subject: str, why: str, line: int, raw: str, message: str) -> None:
        finding = Finding(str(self._path), line, message, raw)
        self._loss.leave_out(subject, why, 1, finding)


def _is_slot(item: Layer, feature: str) -> bool:
    """Whether a feature holds the roles of a slot, or, as the one after that, its targets."""
    index = item.features.index(feature)
    return any(name.startswith("ROLE_") for name in item.features[max(index - 1, 0) : index + 1])


def _placed(lines: list[str], tokens: list[_Row]) -> tuple[str, int]:
    """A sentence's text and where it begins, in UTF-16 units of the document."""
    first, last = tokens[0], tokens[-1]
    raw = "\n".join(lines)
    for text in ("\n".join(map(unescaped, lines)), raw):
        before = text.find(first.form)
        begin = first.start - _units(text[:before])
        if before >= 0 and begin >= 0 and _at(text, last.start - begin, last.form):
            return text, begin
    parts = []
    at = first.start
    for row in tokens:  # the line does not hold the tokens, or there is none
        parts.append(" " * min(max(row.start - at, 0), WIDEST_GAP) + row.form)
        at = max(row.start, at) + _units(row.form)
    return "".join(parts), first.start


def _at(text: str, units: int, form: str) -> bool:
    """Whether `form` stands in `text` after so many UTF-16 units."""
    data = text.encode("utf-16-le", "surrogatepass")[2 * units :]
    return data.startswith(form.encode("utf-16-le", "surrogatepass"))


def _units(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)


def _label_feature(item: Layer) -> str:
    """The feature whose value is the label of a layer's spans; "" if it is the layer's name."""
    if item.kind == "chain":
        return ""
    for name in _LABELS:
        if name in item.features:
            return name
    return item.features[0] if len(item.features) == 1 else ""


def _knows(path: Path, head: bytes) -> bool:
    if path.is_dir():
        files = (x for x in path.rglob("*.tsv") if x.is_file())
        first = next(files, None)
        return first is not None and _knows(first, first.read_bytes()[:65536])
    return b"#FORMAT=WebAnno TSV 3" in head[:100]


FORMAT = Format(
    name="webanno-tsv",
    title="WebAnno TSV 3, as INCEpTION and WebAnno export it",
    capability=CAPABILITY,
    read=read,
    write=write,
    options=(Option("layers", "in: names of layers with commas, or all; else no linguistic ones"),),
    knows=_knows,
)
