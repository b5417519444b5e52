"""The label scheme: what may be marked, with which attributes, links and keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from annotator.model.annotation import Value

ENTITY = "ENTITY"
TOPIC = "TOPIC"

AttributeKind = Literal["choice", "flag", "text", "topic"]
FieldKind = Literal["choice", "flag", "text", "topics"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property of the spans of one label.

    `default` is the value of a span where nobody said otherwise; None means "not said yet". `rule`
    names the computed default (see `annotator.suggest`); `required` ones must be said before done.
    """

    name: str
    kind: AttributeKind
    values: tuple[str, ...] = ()
    default: Value | None = None
    key: str = ""
    rule: str = ""
    required: bool = False
    help: str = ""

    def allows(self, value: Value) -> bool:
        if self.kind == "flag":
            return isinstance(value, bool)
        if self.kind == "choice":
            return value in self.values
        return isinstance(value, str)


@dataclass(frozen=True, slots=True)
class LinkType:
    """An arrow that may leave the spans of one label.

    `targets` are label names, `ENTITY` or `TOPIC`. `maximum` None means no limit. `offer` names how
    a target is proposed for a new span: "nearest" (in the sentence), "under" (at the caret),
    "via:NAME" (the same link of the span that link NAME points to), "same-name" (entity), or "".
    """

    name: str
    source: str
    targets: tuple[str, ...]
    minimum: int = 0
    maximum: int | None = 1
    ordered: bool = False
    offer: str = ""
    key: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A kind of span. `page` is its file in `guidelines/`; `lines` snaps spans to whole lines."""

    name: str
    key: str
    colour: str = ""
    page: str = ""
    help: str = ""
    fragments: bool = False
    lines: bool = False
    attributes: tuple[Attribute, ...] = ()
    links: tuple[LinkType, ...] = ()

    def attribute(self, name: str) -> Attribute | None:
        return next((item for item in self.attributes if item.name == name), None)

    def link(self, name: str) -> LinkType | None:
        return next((item for item in self.links if item.name == name), None)


@dataclass(frozen=True, slots=True)
class EntityRules:
    """What entities may be. `builtin` ids exist in every article; both value lists may be empty."""

    types: tuple[str, ...] = ()
    naming: tuple[str, ...] = ()
    builtin: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentField:
    """A property of the whole article, filled in the short document form."""

    name: str
    kind: FieldKind
    values: tuple[str, ...] = ()
    default: Value | None = None
    required: bool = False
    help: str = ""

    def allows(self, value: Value) -> bool:
        if self.kind == "flag":
            return isinstance(value, bool)
        if self.kind == "choice":
            return value in self.values
        if self.kind == "topics":
            return isinstance(value, tuple)
        return isinstance(value, str)


@dataclass(frozen=True, slots=True)
class Profile:
    """A subset of the scheme. `links` are written LABEL.link."""

    name: str
    labels: tuple[str, ...]
    without_links: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True, slots=True)
class Scheme:
    """All labels by name, in the order the scheme file gives them."""

    name: str
    version: str
    labels: Mapping[str, Label]
    entities: EntityRules = EntityRules()
    fields: tuple[DocumentField, ...] = ()
    flags: tuple[str, ...] = ()
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    profile: str = ""

    @property
    def id(self) -> str:
        """What annotation sets record: the name and version."""
        return f"{self.name}/{self.version}"

    def label_for_key(self, key: str) -> Label | None:
        return next((label for label in self.labels.values() if label.key == key), None)

    def attribute(self, label: str, name: str) -> Attribute | None:
        found = self.labels.get(label)
        return found.attribute(name) if found else None

    def link(self, label: str, name: str) -> LinkType | None:
        found = self.labels.get(label)
        return found.link(name) if found else None

    def document_field(self, name: str) -> DocumentField | None:
        return next((item for item in self.fields if item.name == name), None)

    def under(self, profile: str | None = None) -> "Scheme":
        """The part of the scheme that a profile (by default the scheme's own) offers.

        Raises KeyError if there is no such profile. A scheme without profiles is offered whole.
        """
        name = profile or self.profile
        if not name:
            return self
        chosen = self.profiles[name]
        labels = {
            key: replace(
                self.labels[key],
                links=tuple(
                    link
                    for link in self.labels[key].links
                    if f"{key}.{link.name}" not in chosen.without_links
                ),
            )
            for key in self.labels
            if key in chosen.labels
        }
        return replace(self, labels=labels, profile=name)
