"""Old names to new ones, in a piece of work and in the edits that led to it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from annotator.model.annotation import AnnotationSet, Change, Entity, Link, Span, Value, Verdict


@dataclass(frozen=True, slots=True)
class Renaming:
    """What the names of a scheme become; every mapping leads from an old name to a new one.

    The keys of `attributes` (label, attribute), `values` (label, attribute, value) and `links`
    (label, link) may say the label, and the attribute of a value, by its old name or its new one;
    the keys of `field_values` (field, value) likewise.

    Everything here is the same for the same state, so that renaming the states before and after
    a change and comparing them gives the renamed change.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    values: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    links: Mapping[tuple[str, str], str] = field(default_factory=dict)
    entity_types: Mapping[str, str] = field(default_factory=dict)
    naming: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    field_values: Mapping[tuple[str, str], str] = field(default_factory=dict)

    # -- records -----------------------------------------------------------------------------------

    def span(self, span: Span) -> Span:
        """A span under its new names. An attribute whose new name is taken keeps the old one."""
        attributes: dict[str, Value] = {}
        for name, value in span.attributes.items():
            new = self._attribute(span.label, name)
            if new in span.attributes or new in attributes:
                new = name
            attributes[new] = _mapped(value, self._values(span.label, name))
        return replace(span, label=self.label(span.label), attributes=attributes)

    def link(self, link: Link, label: str) -> Link:
        """A link under its new name; `label` is its source's, before the renaming."""
        for name in self._names(label):
            if (name, link.type) in self.links:
                return replace(link, type=self.links[name, link.type])
        return link

    def entity(self, entity: Entity) -> Entity:
        return replace(
            entity,
            type=self.entity_types.get(entity.type, entity.type),
            naming=self.naming.get(entity.naming, entity.naming),
        )

    def document(self, fields: Mapping[str, Value]) -> dict[str, Value]:
        """The document fields. One whose new name is taken keeps the old one."""
        renamed: dict[str, Value] = {}
        for name, value in fields.items():
            new = self.fields.get(name, name)
            values = {
                old: value
                for (field_name, old), value in self.field_values.items()
                if field_name in (name, new)
            }
            renamed[name if new in fields or new in renamed else new] = _mapped(value, values)
        return renamed

    def label(self, name: str) -> str:
        return self.labels.get(name, name)

    # -- whole works and edits ---------------------------------------------------------------------

    def changes(self, work: AnnotationSet) -> tuple[Change, ...]:
        """What has to change in a piece of work as it stands."""
        changes = [
            *(Change("span", span.id, span, self.span(span)) for span in work.spans.values()),
            *(
                Change("link", link.id, link, self.link(link, _label(work, link)))
                for link in work.links.values()
            ),
            *(
                Change("entity", item.id, item, self.entity(item))
                for item in work.entities.values()
            ),
            *_difference(work.fields, self.document(work.fields)),
        ]
        return tuple(change for change in changes if change.before != change.after)

    def clashes(self, work: AnnotationSet) -> Iterator[str]:
        """Where an old name and its new one both stand, as sentences; those are not renamed."""
        for span in work.spans.values():
            for old, kept in zip(span.attributes, self.span(span).attributes, strict=True):
                new = self._attribute(span.label, old)
                if new != kept:
                    yield f"{span.id} has {new} besides {old}"
        for old, kept in zip(work.fields, self.document(work.fields), strict=True):
            new = self.fields.get(old, old)
            if new != kept:
                yield f"the document has {new} besides {old}"

    def steps(
        self, work: AnnotationSet, edits: Iterable[tuple[Change, ...]]
    ) -> list[tuple[Change, ...]]:
        """Edits that follow each other from the state `work`, under the new names.

        `work` is taken along: it is then the state after them, still under the old names.
        """
        renamed = []
        for changes in edits:
            step: list[Change] = []
            for change in changes:
                step += self._change(work, change)
                work.apply(change)
            renamed.append(tuple(step))
        return renamed

    def _change(self, work: AnnotationSet, change: Change) -> list[Change]:
        """A change of the state `work`, which is under the old names, under the new ones."""
        key, before, after = change.key, change.before, change.after
        changes: list[Change] = []
        if change.kind == "field":
            fields = {name: value for name, value in work.fields.items() if name != key}
            if after is not None and not isinstance(after, Span | Link | Entity | Verdict):
                fields[key] = after
            changes += _difference(self.document(work.fields), self.document(fields))
        elif change.kind == "span":
            old, new = (item if isinstance(item, Span) else None for item in (before, after))
            changes.append(
                Change("span", key, old and self.span(old), new and self.span(new)),
            )
            # The same link may have another new name where its source had another label.
            for link in work.links_from(key):
                names = (self.link(link, item.label if item else "") for item in (old, new))
                changes.append(Change("link", link.id, *names))
        elif change.kind == "link":
            ends = (
                self.link(item, _label(work, item)) if isinstance(item, Link) else None
                for item in (before, after)
            )
            changes.append(Change("link", key, *ends))
        elif change.kind == "verdict":
            changes.append(change)
        else:
            people = (
                self.entity(item) if isinstance(item, Entity) else None for item in (before, after)
            )
            changes.append(Change("entity", key, *people))
        return [item for item in changes if item.before != item.after]

    # -- rules -------------------------------------------------------------------------------------

    def _names(self, label: str) -> tuple[str, ...]:
        """The names by which a rule may mean the spans of a label: the present and the new one."""
        return label, self.label(label)

    def _attribute(self, label: str, name: str) -> str:
        for known in self._names(label):
            if (known, name) in self.attributes:
                return self.attributes[known, name]
        return name

    def _values(self, label: str, attribute: str) -> dict[str, str]:
        names = (attribute, self._attribute(label, attribute))
        return {
            old: new
            for (known, name, old), new in self.values.items()
            if known in self._names(label) and name in names
        }


def _label(work: AnnotationSet, link: Link) -> str:
    source = work.spans.get(link.source)
    return source.label if source else ""


def _mapped(value: Value, names: Mapping[str, str]) -> Value:
    if isinstance(value, tuple):
        return tuple(names.get(item, item) for item in value)
    return names.get(value, value) if isinstance(value, str) else value


def _difference(before: Mapping[str, Value], after: Mapping[str, Value]) -> list[Change]:
    return [
        Change("field", name, before.get(name), after.get(name))
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]
