"""A label map: which of a file's names mean what in the scheme, in TOML.

Sections `labels`, `attributes`, `links`, `fields` and `annotators` give for each name of the file
one of ours, or "" to leave it out; tables say more:

    [labels]
    PER = { label = "SPEAKER", entity = "ref" }    # each span also names an entity
    Quote = { label = "CLAIM", attributes = { form = "direct" } }
    Sentence = ""

    [attributes]                                   # "NAME", or "LABEL.NAME" of the file
    Negated = { attribute = "polarity", values = { true = "neg", false = "pos" } }
    source = { link = "holder", to = "entity" }    # its value names an entity

    [links]                                        # "TYPE", or "LABEL.TYPE"
    utters = { link = "holder", reverse = true }
    coref = { link = "ref", to = "entity" }        # the other end names an entity

Names that differ from the scheme's by case, hyphens or underscores only need no map.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from annotator.model.annotation import Value
from annotator.model.errors import AnnotatorError
from annotator.model.scheme import Scheme

To = Literal["", "entity", "topic"]


@dataclass(frozen=True, slots=True)
class LabelRule:
    """`label` is "" for spans to leave out; `entity` names the link to what a span names."""

    label: str
    attributes: Mapping[str, Value] = field(default_factory=dict)
    entity: str = ""


@dataclass(frozen=True, slots=True)
class ValueRule:
    """Of an attribute or field: its name ("" to leave it out), or the link its value becomes."""

    name: str
    values: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    to: To = ""


@dataclass(frozen=True, slots=True)
class LinkRule:
    link: str
    reverse: bool = False
    to: To = ""


@dataclass(frozen=True, slots=True)
class LabelMap:
    """The rules by the file's names; an empty map leaves names as they are."""

    labels: Mapping[str, LabelRule] = field(default_factory=dict)
    attributes: Mapping[str, ValueRule] = field(default_factory=dict)
    links: Mapping[str, LinkRule] = field(default_factory=dict)
    fields: Mapping[str, ValueRule] = field(default_factory=dict)
    annotators: Mapping[str, str] = field(default_factory=dict)


_KEYS = {
    "labels": ("label", "attributes", "entity"),
    "attributes": ("attribute", "values", "link", "to"),
    "links": ("link", "reverse", "to"),
    "fields": ("field", "values"),
    "annotators": (),
}


def load_map(path: Path, scheme: Scheme) -> LabelMap:
    """Raises AnnotatorError naming the key for whatever is no map, or not in the scheme."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise AnnotatorError(f"{path} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AnnotatorError(f"{path} is not TOML: {error}.") from error
    reader = _Reader(path, scheme)
    reader.known("", data, _KEYS)
    return LabelMap(
        reader.section(data, "labels", reader.label),
        reader.section(data, "attributes", reader.attribute),
        reader.section(data, "links", reader.link),
        reader.section(data, "fields", reader.field),
        reader.section(data, "annotators", reader.annotator),
    )


class _Reader:
    def __init__(self, path: Path, scheme: Scheme) -> None:
        self._path = path
        self._labels = scheme.labels
        each = scheme.labels.values()
        self._attributes = {item.name for label in each for item in label.attributes}
        self._links = {item.name for label in each for item in label.links}
        self._fields = {item.name for item in scheme.fields}

    def section(self, data: Mapping[str, Any], name: str, read: Callable[[str, Any], Any]) -> Any:
        table = data.get(name, {})
        if not isinstance(table, dict):
            raise self._wrong(name, "is no table")
        found = {}
        for key, value in table.items():
            place = f"{name}.{key}"
            if isinstance(value, dict):
                self.known(place, value, _KEYS[name])
            elif not isinstance(value, str):
                raise self._wrong(place, "is neither a name in quotes nor a table")
            found[key] = read(place, value)
        return found

    def label(self, place: str, value: Any) -> LabelRule:
        table = value if isinstance(value, dict) else {"label": value}
        name = self._name(place, table, "label", self._labels)
        given = table.get("attributes", {})
        if not isinstance(given, dict):
            raise self._wrong(f"{place}.attributes", "is no table")
        attributes: dict[str, Value] = {}
        for key, item in given.items():
            attribute = self._labels[name].attribute(key) if name else None
            if attribute is None or not isinstance(item, str | bool) or not attribute.allows(item):
                raise self._wrong(f"{place}.attributes.{key}", f"{name} has no {key} = {item!r}")
            attributes[key] = item
        entity = self._name(place, table, "entity", self._links) if "entity" in table else ""
        return LabelRule(name, attributes, entity)

    def attribute(self, place: str, value: Any) -> ValueRule:
        table = value if isinstance(value, dict) else {"attribute": value}
        if "link" in table:
            link = self._name(place, table, "link", self._links)
            return ValueRule(
                "", self._values(place, table), link, self._to(place, table) or "entity"
            )
        name = self._name(place, table, "attribute", self._attributes)
        return ValueRule(name, self._values(place, table))

    def link(self, place: str, value: Any) -> LinkRule:
        table = value if isinstance(value, dict) else {"link": value}
        reverse = table.get("reverse", False)
        if not isinstance(reverse, bool):
            raise self._wrong(f"{place}.reverse", "is neither true nor false")
        return LinkRule(
            self._name(place, table, "link", self._links), reverse, self._to(place, table)
        )

    def field(self, place: str, value: Any) -> ValueRule:
        table = value if isinstance(value, dict) else {"field": value}
        name = self._name(place, table, "field", self._fields)
        return ValueRule(name, self._values(place, table))

    def annotator(self, place: str, value: Any) -> str:
        from annotator.store.names import check_owner

        try:
            return check_owner(value)
        except AnnotatorError as error:
            raise AnnotatorError(f"{self._path}: {place}: {error}") from None

    def known(self, place: str, table: Mapping[str, Any], keys: Any) -> None:
        for key in table:
            if key not in keys:
                close = get_close_matches(key, keys, n=1)
                remedy = f"did you mean {close[0]}?" if close else f"use {', '.join(keys)}."
                raise self._wrong(f"{place}.{key}".strip("."), "is not known", remedy)

    def _name(self, place: str, table: Mapping[str, Any], key: str, known: Any) -> str:
        name = table.get(key)
        if not isinstance(name, str):
            raise self._wrong(f"{place}.{key}", "is no name in quotes")
        if name and name not in known:
            close = get_close_matches(name, known, n=1)
            remedy = f"did you mean {close[0]}?" if close else f"use {', '.join(sorted(known))}."
            raise self._wrong(place, f"the scheme has no {key} {name!r}", remedy)
        return name

    def _values(self, place: str, table: Mapping[str, Any]) -> dict[str, str]:
        given = table.get("values", {})
        if not isinstance(given, dict) or not all(isinstance(x, str) for x in given.values()):
            raise self._wrong(f"{place}.values", "is no table of values in quotes")
        return given

    def _to(self, place: str, table: Mapping[str, Any]) -> To:
        to = table.get("to", "")
        if to not in ("", "entity", "topic"):
            raise self._wrong(f"{place}.to", "is neither entity nor topic")
        return to  # type: ignore[no-any-return]

    def _wrong(self, place: str, fault: str, remedy: str = "") -> AnnotatorError:
        end = f"; {remedy}" if remedy else "."
        return AnnotatorError(f"{self._path}: {place}: {fault}{end}")
