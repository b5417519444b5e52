"""What an annotation set means: links followed to names, mentions gathered, topics named."""

from collections.abc import Iterable, Iterator, Mapping

from annotator.model.annotation import AUTHOR, AnnotationSet, Entity, Link, Span, Value
from annotator.model.scheme import ENTITY, TOPIC, Label, Scheme


def is_mention(label: Label) -> bool:
    """Whether spans of a label only name something: their one link says which entity or topic."""
    return len(label.links) == 1 and set(label.links[0].targets) <= {ENTITY, TOPIC}


def flat_labels(scheme: Scheme) -> list[str]:
    """The labels whose spans are rows of the flat export.

    Those that link to spans of another label or say several things at once (in the shipped scheme
    CLAIM and STANCE), not mentions (SPEAKER, TARGET), and not labels that link only to their own
    kind (REGION). A scheme without such labels gives those that link at all, and one without links
    every label.
    """
    linking = [label for label in scheme.labels.values() if label.links]
    rows = [
        label
        for label in linking
        if not is_mention(label)
        and {target for link in label.links for target in link.targets} != {label.name}
    ]
    chosen = rows or [label for label in linking if not is_mention(label)]
    return [label.name for label in chosen or scheme.labels.values()]


def is_mention_span(annotations: AnnotationSet, scheme: Scheme, span: Span) -> bool:
    """`is_mention` for one span; where the scheme does not know the label, its links decide."""
    label = scheme.labels.get(span.label)
    if label is not None:
        return is_mention(label)
    links = annotations.links_from(span.id)
    return all(link.target_kind != "span" for link in links) and len({x.type for x in links}) < 2


def mentions_of(annotations: AnnotationSet, scheme: Scheme, entity_id: str) -> list[Span]:
    """The spans that name an entity, in text order."""
    spans = {
        link.source: annotations.spans[link.source]
        for link in annotations.links_to(entity_id)
        if link.target_kind == "entity" and link.source in annotations.spans
    }
    return sorted(
        (span for span in spans.values() if is_mention_span(annotations, scheme, span)),
        key=lambda span: (span.fragments, span.id),
    )


def aliases(annotations: AnnotationSet, scheme: Scheme, entity_id: str, text: str) -> list[str]:
    """The forms in which an entity is named, each once, in text order."""
    spans = mentions_of(annotations, scheme, entity_id)
    return list(dict.fromkeys(span.surface(text) for span in spans))


def entity(annotations: AnnotationSet, entity_id: str) -> Entity:
    """An entity by id; built-in ones, which no set keeps, are made here."""
    found = annotations.entities.get(entity_id)
    return found or Entity(entity_id, entity_id, "author" if entity_id == AUTHOR else "")


def ends(
    annotations: AnnotationSet, scheme: Scheme, link: Link
) -> Iterator[tuple[Span | None, Entity | None, str]]:
    """What a link points to: span, entity and topic id, as far as each is known.

    A mention counts as what it names, once for each thing it names.
    """
    if link.target_kind == "entity":
        yield None, entity(annotations, link.target), ""
        return
    if link.target_kind == "topic":
        yield None, None, link.target
        return
    span = annotations.spans.get(link.target)
    if span is None:
        return
    named = annotations.links_from(span.id) if is_mention_span(annotations, scheme, span) else []
    for inner in named:
        if inner.target_kind == "entity":
            yield span, entity(annotations, inner.target), ""
        elif inner.target_kind == "topic":
            yield span, None, inner.target
    if not named:
        yield span, None, ""


def topic_ids(annotations: AnnotationSet, scheme: Scheme) -> list[str]:
    """The topics that links, attributes and document fields use, sorted."""
    found = {link.target for link in annotations.links.values() if link.target_kind == "topic"}
    for span in annotations.spans.values():
        label = scheme.labels.get(span.label)
        for attribute in label.attributes if label else ():
            if attribute.kind == "topic":
                found.add(str(span.attributes.get(attribute.name, "")))
    for field in scheme.fields:
        value = annotations.fields.get(field.name)
        if field.kind == "topics" and isinstance(value, tuple):
            found.update(value)
    return sorted(found - {""})


def in_scheme_order(
    values: Mapping[str, Value], names: Iterable[str], defaults: Mapping[str, Value] | None = None
) -> dict[str, object]:
    """Values in the scheme's order, then what the scheme does not know by name, as JSON values."""
    merged = {**(defaults or {}), **values}
    known = [name for name in names if name in merged]
    ordered = [*known, *sorted(merged.keys() - set(known))]
    return {name: _json(merged[name]) for name in ordered}


def _json(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value
