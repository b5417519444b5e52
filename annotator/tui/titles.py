"""What spans, entities, topics and values are called on the screen."""

from annotator.model.annotation import AnnotationSet, Link, Span, Value
from annotator.model.scheme import ENTITY, TOPIC, LinkType, Scheme
from annotator.model.session import Session
from annotator.project import Project


def is_reference(rule: LinkType) -> bool:
    """Whether a link says who a mention refers to: it points to entities and to no text."""
    return ENTITY in rule.targets and all(name in (ENTITY, TOPIC) for name in rule.targets)


def references(scheme: Scheme) -> dict[str, str]:
    """Label names to the name of their reference link, for the labels that are mentions."""
    found: dict[str, str] = {}
    for label in scheme.labels.values():
        for rule in label.links:
            if is_reference(rule):
                found.setdefault(label.name, rule.name)
    return found


def entity_title(annotations: AnnotationSet, entity_id: str, *, kind: bool = True) -> str:
    """`Ilse Tarn (person)`; built-in entities are called by their id."""
    entity = annotations.entities.get(entity_id)
    if entity is None:
        return entity_id
    return f"{entity.name} ({entity.type})" if kind and entity.type else entity.name


def link_title(project: Project, session: Session, link: Link, *, brief: bool = False) -> str:
    """The far end of a link: `s12 the minister = Ilse Tarn (person)`; if `brief`, a name."""
    annotations = session.annotations
    if link.target_kind == "topic":
        return project.topic_name(link.target)
    if link.target_kind == "entity":
        return entity_title(annotations, link.target, kind=not brief)
    span = annotations.spans.get(link.target)
    if span is None:
        return f"{link.target} (gone)"
    surface = span.surface(session.article.text)
    named = " + ".join(
        entity_title(annotations, one.target, kind=not brief)
        for one in reference_links(session.scheme, annotations, span)
        if one.target_kind == "entity"
    )
    if brief:
        return named or surface
    return f"{span.id} {surface} = {named}" if named else f"{span.id} {surface}"


def reference_links(scheme: Scheme, annotations: AnnotationSet, span: Span) -> list[Link]:
    """The links that say who a mention refers to."""
    label = scheme.labels.get(span.label)
    if label is None:
        return []
    return [
        link
        for rule in label.links
        if is_reference(rule)
        for link in annotations.links_from(span.id, rule.name)
    ]


def value_title(value: Value | None) -> str:
    """A value in a word."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value)
    return value if value is not None else ""
