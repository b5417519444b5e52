"""What a CAS says, ours (see `uima_out`) or another's, as a document to fit.

Of others, span layers become labels and their features attributes, relation layers (`Governor` to
`Dependent`) and slots become links. A named entity's value is its label. Layers that describe the
text, such as tokens, are left aside and counted.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from annotator.formats.exchange import ForeignDocument, Source
from annotator.formats.foreign_json import Record
from annotator.formats.loss import Finding
from annotator.formats.nested_in import document
from annotator.formats.uima import NAMED_ENTITY, Cas, CasError, Structure
from annotator.formats.uima_out import ENTITY, KEPT, OTHER, REFERENCE, WORK
from annotator.model.article import hash_text
from annotator.model.scheme import Scheme

_ASIDE = (
    "uima.",
    "de.tudarmstadt.ukp.clarin.webanno.api.type.",
    "de.tudarmstadt.ukp.dkpro.core.api.lexmorph.",
    "de.tudarmstadt.ukp.dkpro.core.api.metadata.",
    "de.tudarmstadt.ukp.dkpro.core.api.segmentation.",
    "de.tudarmstadt.ukp.dkpro.core.api.syntax.",
    "org.dkpro.core.api.xml.",
)
_ENDS = (("Governor", "Dependent"), ("source", "target"))
_NAMES = ("entityId", "name", "entityType", "naming", "affiliation", "kb", "note")
_KEYS = ("id", "name", "type", "naming", "affiliation", "kb", "note")


def document_of(
    cas: Cas, source: Source, path: str, *, name: str = "", annotator: str = ""
) -> ForeignDocument:
    """The document of a CAS; `name` and `annotator` are used where it does not say.

    Raises CasError if it has no text.
    """
    main = cas.main
    if main is None:
        raise CasError(f"{path} holds no text: it has no sofa with a sofaString.")
    record = _Reading(cas, source, path, *main).record(name, annotator)
    found = document(Record(record, source, path, 0))
    assert found is not None  # it has a list of spans
    for foreign in found.sets:
        foreign.unit = "utf-16"
        for span in foreign.spans:
            span.line = _line(span.raw)
        for link in foreign.links:
            link.line = _line(link.raw)
    return found


def _line(raw: object) -> int:
    """Where in the file it stands, which then is no part of it any more."""
    return int(raw.pop("line", 0)) if isinstance(raw, dict) else 0


class _Reading:
    """One CAS, read into a record of the nested form, its offsets as they are."""

    def __init__(self, cas: Cas, source: Source, path: str, sofa: int, text: str) -> None:
        self._cas, self._source, self._path = cas, source, path
        self._sofa, self._text = sofa, text
        self._names: dict[int, str] = {}
        self._taken: set[str] = set()

    def record(self, name: str, annotator: str) -> dict[str, Any]:
        structures = list(self._indexed())
        spans = [x for x in structures if self._is_span(x)]
        for span in spans:
            self._name(span)
        links = [
            *(link for span in spans for link in self._links_of(span)),
            *(link for item in structures if (link := self._relation(item)) is not None),
            *(self._reference(item) for item in structures if item.type == REFERENCE),
        ]
        entities = [
            dict(zip(_KEYS, (item.text(x) for x in _NAMES), strict=True))
            for item in structures
            if item.type == ENTITY
        ]
        for item in structures:
            if not self._is_used(item):
                subject = f"{item.short_type} structures"
                message = f"{subject} have no place in the text"
                finding = Finding(self._path, item.line, message, dict(item.values))
                self._source.loss.leave_out(subject, "have no place in the text", 1, finding)
        work = next((item for item in structures if item.type == WORK), None)
        base = _object(work.text("record")) if work else self._described(name, annotator)
        patches = base.pop("patches", None)
        return {
            **base,
            "text": _patched(self._text, patches, base.get("text_sha256")),
            "spans": [self._span(span) for span in spans],
            "links": [*links, *_listed(base.get("links"))],
            "entities": [*entities, *_listed(base.get("entities"))],
        }

    def _indexed(self) -> Iterator[Structure]:
        members = self._cas.members
        for item in self._cas.structures.values():
            if members is not None and item.id not in members:
                if "begin" in item.values:
                    self._aside(item, "not in the index of the view")
            elif item.sofa is not None and item.sofa != self._sofa:
                finding = Finding(self._path, item.line, f"{item.short_type} is on another text")
                self._source.loss.leave_out("annotations", "are on another view", 1, finding)
            elif self._cas.types.is_document(item.type):
                pass
            elif item.type.startswith(_ASIDE):
                self._aside(item, "a layer of the text without labels")
            else:
                yield item

    def _aside(self, item: Structure, why: str) -> None:
        if item.type != "uima.cas.Sofa":
            self._source.loss.set_aside(f"{item.short_type} annotations", why)

    def _described(self, name: str, annotator: str) -> dict[str, Any]:
        """What a CAS of others says of its document."""
        found: dict[str, Any] = {"annotator": annotator}
        for item in self._cas.structures.values():
            if self._cas.types.is_document(item.type):
                language = item.text("language")
                found["language"] = "" if language == "x-unspecified" else language
                found["id"] = item.text("documentId") or item.text("documentTitle")
                found["url"] = item.text("documentUri")
                if found["id"]:
                    break
        found["id"] = name or found.get("id", "")
        return found

    def _is_used(self, item: Structure) -> bool:
        """Slots count by the spans that have them."""
        ours = (WORK, ENTITY, REFERENCE)
        kept = item.id in self._names or item.type in ours or "target" in item.refs
        return kept or self._ends(item) is not None

    # -- spans -------------------------------------------------------------------------------------

    def _is_span(self, item: Structure) -> bool:
        placed = "begin" in item.values or self._cas.types.is_annotation(item.type)
        return placed and self._ends(item) is None

    def _ends(self, item: Structure) -> tuple[str, str] | None:
        """The names of the features that hold the two ends of a relation, None if it is none."""
        features = {*self._cas.types.features(item.type), *item.refs}
        return next((ends for ends in _ENDS if features.issuperset(ends)), None)

    def _name(self, span: Structure) -> None:
        """Its id: what we once called it, unless a copy has that already."""
        more = _object(span.text("spanMore"))
        wanted = span.text("spanId") or str(more.get("spanId", ""))
        if not wanted or wanted in self._taken:
            wanted = f"{span.short_type}-{span.id}"
        self._taken.add(wanted)
        self._names[span.id] = wanted

    def _span(self, span: Structure) -> dict[str, Any]:
        more = _object(span.text("spanMore"))
        kept = {name: span.text(name) or str(more.get(name, "")) for name in KEPT}
        named = self._label_feature(span)
        label = span.text(named) or kept["spanLabel"] or span.short_type
        attributes = {
            name: self._value(label, name, value)
            for name, value in span.values.items()
            if name not in ("begin", "end", named, *KEPT)
        }
        begin, end = span.values.get("begin"), span.values.get("end")
        return {
            "id": self._names[span.id],
            "label": label,
            "fragments": _pieces(kept["spanFragments"], begin, end) or [[begin, end]],
            "attributes": {**attributes, **_object(more.get("attributes"))},
            "flags": _texts(kept["spanFlags"]),
            "note": kept["spanNote"],
            "origin": kept["spanOrigin"] or "imported",
            "line": span.line,
        }

    def _label_feature(self, span: Structure) -> str:
        """The feature that holds the label, "" where that is the layer."""
        wanted = self._source.options["label"]
        if span.type == OTHER:
            return "spanLabel"
        if wanted and wanted in span.values:
            return wanted
        return "value" if span.type == NAMED_ENTITY else ""

    def _value(self, label: str, name: str, value: object) -> object:
        """A value as the scheme wants it: our flags are texts in a CAS."""
        if value in ("true", "false") and _is_flag(self._source.scheme, label, name):
            return value == "true"
        return value if isinstance(value, str | bool | list) else str(value)

    # -- links -------------------------------------------------------------------------------------

    def _links_of(self, span: Structure) -> Iterator[dict[str, Any]]:
        """The slots of a span, and its direct references to other spans."""
        for name, targets in (*span.arrays.items(), *((k, [v]) for k, v in span.refs.items())):
            for target in targets:
                slot = self._cas.structures.get(target)
                if slot is not None and "target" in slot.refs and target not in self._names:
                    yield self._slot(span, name, slot)
                elif target in self._names:
                    yield self._link(span, name, target, span.line)
                else:
                    message = f"{name} of {self._names[span.id]} leads to no span"
                    finding = Finding(self._path, span.line, message)
                    self._source.loss.leave_out(f"{name} features", "lead to no span", 1, finding)

    def _slot(self, span: Structure, feature: str, slot: Structure) -> dict[str, Any]:
        order = slot.text("linkOrder")
        return {
            **self._link(
                span, slot.text("role") or feature, slot.refs["target"], slot.line or span.line
            ),
            "id": slot.text("linkId"),
            "order": int(order) if order.lstrip("-").isdecimal() else 0,
            "origin": slot.text("linkOrigin") or "imported",
        }

    def _link(self, span: Structure, type_: str, target: int, line: int) -> dict[str, Any]:
        name = self._names.get(target, f"structure {target}")
        return {"type": type_, "source": self._names[span.id], "target": name, "line": line}

    def _relation(self, item: Structure) -> dict[str, Any] | None:
        ends = self._ends(item)
        if ends is None or item.type == REFERENCE:
            return None
        source, target = (item.refs.get(end, 0) for end in ends)
        said = {
            name: value
            for name, value in item.values.items()
            if name not in ("begin", "end") and isinstance(value, str) and value
        }
        if len(said) > 1:
            self._source.loss.leave_out(
                "features of relations", "links have a type only", len(said)
            )
            said = {}
        return {
            "type": next(iter(said.values()), item.short_type),
            "source": self._names.get(source, f"structure {source}"),
            "target": self._names.get(target, f"structure {target}"),
            "line": item.line,
        }

    def _reference(self, item: Structure) -> dict[str, Any]:
        order = item.text("linkOrder")
        return {
            "id": item.text("linkId"),
            "type": item.text("role"),
            "source": item.text("sourceId"),
            "target": item.text("target"),
            "target_kind": item.text("targetKind"),
            "order": int(order) if order.lstrip("-").isdecimal() else 0,
            "origin": item.text("linkOrigin"),
            "line": item.line,
        }


def _is_flag(scheme: Scheme, label: str, name: str) -> bool:
    attribute = scheme.attribute(label, name)
    return attribute is not None and attribute.kind == "flag"


def _pieces(written: str, begin: object, end: object) -> list[list[int]]:
    """The pieces of a span, [] unless they still fill the stretch that other tools see."""
    try:
        found = [[int(edge) for edge in piece.split("-")] for piece in written.split()]
        if found and found[0][0] == begin and found[-1][1] == end:
            return [[start, stop] for start, stop in found]
    except (ValueError, IndexError):
        pass
    return []


def _patched(text: str, patches: object, digest: object) -> str:
    """The text with the characters that XML could not hold, if it was not changed since."""
    letters = list(text)
    for patch in _listed(patches):
        if not (
            isinstance(patch, list)
            and len(patch) == 2
            and isinstance(patch[0], int)
            and 0 <= patch[0] < len(letters)
            and isinstance(patch[1], str)
        ):
            return text
        letters[patch[0]] = patch[1]
    restored = "".join(letters)
    try:
        return restored if hash_text(restored) == digest else text
    except UnicodeEncodeError:
        return text


def _object(given: object) -> dict[str, Any]:
    if isinstance(given, Mapping):
        return dict(given)
    try:
        value = json.loads(given) if isinstance(given, str) and given else None
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(written: str) -> list[str]:
    try:
        value = json.loads(written) if written else []
    except ValueError:
        return [written]
    return value if isinstance(value, list) else [written]
