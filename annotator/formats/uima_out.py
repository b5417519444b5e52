"""Our work as a CAS that INCEpTION and other UIMA tools can use, and that holds everything.

The layers follow INCEpTION's conventions, so that its type systems import as a project's layers:

- Every label is a span layer `webanno.custom.LABEL`. Attributes are text features under their own
  names; a flag is "true" or "false", since Java has no flag that is not set.
- Links between spans are slots: feature `links` with role (the link's type) and target.
- `webanno.custom.Entity` and `webanno.custom.Reference` (a link to an entity or topic) and
  `webanno.custom.Work` (whose work it is) are document layers.

Other tools see a span in pieces as one stretch; `spanFragments` has the pieces, as `0-5 9-12`.
What does not fit a feature is kept as JSON, of a span in `spanMore`, of the whole in `record`.
"""

import json
import re
from collections.abc import Iterable, Mapping
from keyword import iskeyword
from typing import Any

from annotator.formats.uima import (
    ANNOTATION,
    BASE,
    CUSTOM,
    DOCUMENT,
    METADATA,
    STRING,
    TOP,
    Structure,
    Type,
)
from annotator.model.scheme import Label, Scheme
from annotator.text.offsets import OffsetMap

WORK, ENTITY, REFERENCE = f"{CUSTOM}Work", f"{CUSTOM}Entity", f"{CUSTOM}Reference"
OTHER = f"{CUSTOM}OtherSpan"
"""The layer of labels whose names no type can have."""
LINKS = "links"
KEPT = ("spanId", "spanLabel", "spanFragments", "spanFlags", "spanNote", "spanOrigin", "spanMore")
"""Features of spans that are no attributes."""
FIRST = 10
"""Ids up to here are those of the sofa, the metadata and the work."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TAKEN = {"begin", "end", "sofa", "id", "type", "self", "elements", "xmiID", LINKS, *KEPT}
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINK = ("linkId", "linkOrder", "linkOrigin")
_ENTITY = {
    "entityId": "id", "name": "name", "entityType": "type", "naming": "naming",
    "affiliation": "affiliation", "kb": "kb", "note": "note",
}  # fmt: skip
_REFERENCE = {
    "role": "type", "sourceId": "source", "target": "target", "targetKind": "target_kind",
    "linkId": "id", "linkOrigin": "origin",
}  # fmt: skip


def legal(text: str) -> bool:
    """Whether XML can hold the text."""
    return not _ILLEGAL.search(text)


def legalised(text: str) -> tuple[str, list[list[Any]]]:
    """The text with U+FFFD for what XML cannot hold, and `[offset, character]` of each of those."""
    found = [[match.start(), match[0]] for match in _ILLEGAL.finditer(text)]
    return _ILLEGAL.sub("\ufffd", text), found


def types_of(scheme: Scheme) -> list[Type]:
    """The type system of a scheme, the same for all its documents."""
    found = [
        Type(METADATA, DOCUMENT, _texts(("documentTitle", "documentId", "documentUri"))),
        Type(WORK, BASE, _texts(("articleId", "annotator", "status", "record")), "Whose work"),
        Type(ENTITY, BASE, _texts(_ENTITY), "Who or what mentions refer to"),
        Type(REFERENCE, BASE, _texts((*_REFERENCE, "linkOrder")), "A link to an entity or topic"),
    ]
    for label in scheme.labels.values():
        if type_of(label.name) != OTHER:
            found += _layer(type_of(label.name), _attributes(label), label.help)
    found += _layer(OTHER, (), "Spans with other labels")
    return found


def _layer(name: str, attributes: Iterable[str], description: str) -> list[Type]:
    slot = Type(f"{name}LinksLink", TOP, {**_texts(("role", *_LINK)), "target": ANNOTATION})
    features = {**_texts((*attributes, *KEPT)), LINKS: f"{slot.name}[]"}
    return [Type(name, ANNOTATION, features, description), slot]


def _texts(names: Iterable[str]) -> dict[str, str]:
    return dict.fromkeys(names, STRING)


def type_of(label: str) -> str:
    """The type of a label's spans."""
    name = CUSTOM + label
    plain = _NAME.fullmatch(label) and not label.endswith("LinksLink")
    return name if plain and name not in (WORK, ENTITY, REFERENCE, OTHER) else OTHER


def _attributes(label: Label | None) -> list[str]:
    """The attributes that can be features."""
    if label is None:
        return []
    names = [attribute.name for attribute in label.attributes]
    return [x for x in names if _NAME.fullmatch(x) and x not in _TAKEN and not iskeyword(x)]


def structures_of(
    record: Mapping[str, Any], scheme: Scheme, text: str, patches: list[list[Any]]
) -> list[Structure]:
    """The structures of one nested record (see `nested`), all but the sofa, which has id 1.

    `text` is the sofa's; `patches` are the characters that it lacks, see `legalised`.
    """
    return _Builder(record, scheme, text).structures(patches)


class _Builder:
    def __init__(self, record: Mapping[str, Any], scheme: Scheme, text: str) -> None:
        self._record, self._scheme = record, scheme
        self._offsets = OffsetMap(text, "utf-16")
        self._length = len(text)
        self._next = FIRST
        self._spans: dict[str, Structure] = {}
        self._rest: list[Structure] = []

    def structures(self, patches: list[list[Any]]) -> list[Structure]:
        record = self._record
        for span in record["spans"]:
            self._spans[span["id"]] = self._span(span)
        kept = {
            "links": [link for link in record["links"] if not self._link(link)],
            "entities": [item for item in record["entities"] if not self._entity(item)],
        }
        left = {k: v for k, v in record.items() if k not in ("text", "spans", "offsets", *kept)}
        left |= {name: items for name, items in kept.items() if items}
        if patches:
            left["patches"] = patches
        return [
            self._metadata(),
            Structure(
                3,
                WORK,
                {
                    **_legal({"articleId": record["id"], "annotator": record["annotator"]}),
                    "status": record["status"],
                    "record": json.dumps(left),
                },
                sofa=1,
            ),
            *self._spans.values(),
            *self._rest,
        ]

    def _metadata(self) -> Structure:
        record = self._record
        facts = {
            "language": record["language"] or "x-unspecified",
            "documentTitle": record["headline"],
            "documentId": record["id"],
            "documentUri": record["url"],
        }
        values: dict[str, object] = {"begin": 0, "end": self._offsets.to_unit(self._length)}
        return Structure(2, METADATA, values | _legal(facts), sofa=1)

    def _span(self, span: Mapping[str, Any]) -> Structure:
        label = span["label"]
        type_ = type_of(label) if label in self._scheme.labels else OTHER
        pieces = [
            (self._offsets.to_unit(start), self._offsets.to_unit(end))
            for start, end in span["fragments"]
        ]
        features = _attributes(self._scheme.labels.get(label)) if type_ != OTHER else []
        typed = {
            name: _written(value)
            for name, value in span["attributes"].items()
            if name in features and self._is_typed(label, name, value)
        }
        more = {name: v for name, v in span["attributes"].items() if name not in typed}
        said = {
            "spanId": span["id"],
            "spanLabel": label if type_ == OTHER else "",
            "spanFragments": " ".join(f"{a}-{b}" for a, b in pieces) if len(pieces) > 1 else "",
            "spanFlags": json.dumps(span["flags"]) if span["flags"] else "",
            "spanNote": span["note"],
            "spanOrigin": span["origin"],
        }
        values = {**typed, **_legal(said)}
        overruled = {key: text for key, text in said.items() if text and key not in values}
        if more or overruled:
            values["spanMore"] = json.dumps({"attributes": more} | overruled)
        begin, end = pieces[0][0], pieces[-1][1]
        return Structure(self._id(), type_, {"begin": begin, "end": end, **values}, sofa=1)

    def _is_typed(self, label: str, name: str, value: object) -> bool:
        attribute = self._scheme.attribute(label, name)
        if attribute is None:
            return False
        if attribute.kind == "flag":
            return isinstance(value, bool)
        return isinstance(value, str) and legal(value)

    def _link(self, link: Mapping[str, Any]) -> bool:
        """Whether the link could be made a slot or reference."""
        source, target = self._spans.get(link["source"]), self._spans.get(link["target"])
        if not all(legal(value) for value in link.values() if isinstance(value, str)):
            return False
        order = str(link["order"])
        if link["target_kind"] != "span":
            values = {feature: link[key] for feature, key in _REFERENCE.items()}
            self._add(REFERENCE, values | {"linkOrder": order})
            return True
        if source is None or target is None:
            return False
        said = {
            "role": link["type"], "linkId": link["id"], "linkOrder": order,
            "linkOrigin": link["origin"],
        }  # fmt: skip
        slot = Structure(self._id(), f"{source.type}LinksLink", said, {"target": target.id})
        self._rest.append(slot)
        source.arrays.setdefault(LINKS, []).append(slot.id)
        return True

    def _entity(self, entity: Mapping[str, Any]) -> bool:
        values = {feature: entity[key] for feature, key in _ENTITY.items()}
        if not all(map(legal, values.values())):
            return False
        self._add(ENTITY, {name: value for name, value in values.items() if value})
        return True

    def _add(self, type_: str, values: dict[str, object]) -> None:
        self._rest.append(Structure(self._id(), type_, values, sofa=1))

    def _id(self) -> int:
        self._next += 1
        return self._next


def _legal(values: Mapping[str, str]) -> dict[str, object]:
    """The values that say something and that XML can hold."""
    return {name: text for name, text in values.items() if text and legal(text)}


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def members(structures: Iterable[Structure]) -> list[int]:
    """The ids of those that are indexed: all but slots, which only spans refer to."""
    return [item.id for item in structures if item.sofa is not None]
