"""What the scheme still asks for, and what no longer fits it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from annotator.model.annotation import AnnotationSet, Link, Span, Value
from annotator.model.article import Article
from annotator.model.scheme import ENTITY, TOPIC, DocumentField, Scheme

IssueKind = Literal[
    "missing-link",
    "missing-attribute",
    "missing-field",
    "unknown-label",
    "unknown-attribute",
    "unknown-value",
    "unknown-link",
    "unknown-field",
    "unknown-flag",
    "broken-link",
    "too-many-links",
    "too-many-fragments",
    "unknown-entity-value",
]


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing to do or to know. `key` is a span, link or entity id, or a field name."""

    kind: IssueKind
    key: str
    name: str
    message: str


def missing(annotations: AnnotationSet, scheme: Scheme) -> Iterator[Issue]:
    """What must be said before the article is done, in text order, document fields last.

    Pass the scheme of the profile in use: what it leaves out is not asked for.
    """
    for span in annotations.in_order():
        yield from missing_of(span, annotations, scheme)
    for field in scheme.fields:
        value = annotations.fields.get(field.name, field.default)
        if field.required and value in (None, "", ()):
            yield Issue(
                "missing-field", field.name, field.name, f"the document has no {field.name}"
            )


def missing_of(span: Span, annotations: AnnotationSet, scheme: Scheme) -> Iterator[Issue]:
    """What one span still lacks."""
    label = scheme.labels.get(span.label)
    if label is None:
        return
    for attribute in label.attributes:
        if attribute.required and attribute.name not in span.attributes:
            message = f"{span.label} {span.id} has no {attribute.name}"
            yield Issue("missing-attribute", span.id, attribute.name, message)
    for rule in label.links:
        count = len(annotations.links_from(span.id, rule.name))
        if count < rule.minimum:
            message = f"{span.label} {span.id} has no {rule.name}"
            if count:
                message = f"{span.label} {span.id} has {count} {rule.name}, not {rule.minimum}"
            yield Issue("missing-link", span.id, rule.name, message)


def default_of(field: DocumentField, article: Article) -> Value | None:
    """What a document field says until somebody does: the article's language, else the default."""
    if field.name == "language" and article.language and field.allows(article.language):
        return article.language
    return field.default


def unfit(annotations: AnnotationSet, scheme: Scheme) -> Iterator[Issue]:
    """What the whole scheme (not a profile) does not know or allow; nothing is lost."""
    for span in annotations.in_order():
        for flag in span.flags:
            if scheme.flags and flag not in scheme.flags:
                message = f"flag {flag} of {span.label} {span.id} is not in the scheme"
                yield Issue("unknown-flag", span.id, flag, message)
        label = scheme.labels.get(span.label)
        if label is None:
            message = f"label {span.label} of {span.id} is not in the scheme"
            yield Issue("unknown-label", span.id, span.label, message)
            continue
        if len(span.fragments) > 1 and not label.fragments:
            message = f"{span.label} {span.id} has {len(span.fragments)} fragments, at most 1"
            yield Issue("too-many-fragments", span.id, span.label, message)
        for name, value in span.attributes.items():
            attribute = label.attribute(name)
            if attribute is None:
                message = f"attribute {name} of {span.label} {span.id} is not in the scheme"
                yield Issue("unknown-attribute", span.id, name, message)
            elif not attribute.allows(value):
                message = f"{name}={value} of {span.label} {span.id} is not in the scheme"
                yield Issue("unknown-value", span.id, f"{name}={value}", message)
        for rule in label.links:
            count = len(annotations.links_from(span.id, rule.name))
            if rule.maximum is not None and count > rule.maximum:
                message = (
                    f"{span.label} {span.id} has {count} {rule.name} links, at most {rule.maximum}"
                )
                yield Issue("too-many-links", span.id, rule.name, message)
    for link in annotations.links.values():
        yield from _unfit_link(annotations, scheme, link)
    for entity in annotations.entities.values():
        for name, value, allowed in (
            ("type", entity.type, scheme.entities.types),
            ("naming", entity.naming, scheme.entities.naming),
        ):
            if value and allowed and value not in allowed:
                message = f"{name}={value} of entity {entity.id} is not in the scheme"
                yield Issue("unknown-entity-value", entity.id, f"{name}={value}", message)
    for name, value in annotations.fields.items():
        if name in AnnotationSet.RESERVED_FIELDS:
            continue
        field = scheme.document_field(name)
        if field is None:
            yield Issue("unknown-field", name, name, f"document field {name} is not in the scheme")
        elif not field.allows(value):
            message = f"document field {name}={value} is not in the scheme"
            yield Issue("unknown-value", name, f"{name}={value}", message)


def _unfit_link(annotations: AnnotationSet, scheme: Scheme, link: Link) -> Iterator[Issue]:
    source = annotations.spans.get(link.source)
    if source is None:
        message = f"link {link.id} ({link.type}) starts at {link.source}, which does not exist"
        yield Issue("broken-link", link.id, link.type, message)
        return
    end = {"entity": ENTITY, "topic": TOPIC}.get(link.target_kind, "")
    if link.target_kind == "span":
        target = annotations.spans.get(link.target)
        end = target.label if target else ""
    exists = link.target_kind == "topic" or (
        link.target in annotations.entities or link.target in scheme.entities.builtin
        if link.target_kind == "entity"
        else bool(end)
    )
    if not exists:
        message = f"link {link.id} ({link.type}) points to {link.target}, which does not exist"
        yield Issue("broken-link", link.id, link.type, message)
        return
    if source.label not in scheme.labels or (
        link.target_kind == "span" and end not in scheme.labels
    ):
        return  # the label itself is reported once, with its spans
    rule = scheme.link(source.label, link.type)
    if rule is None or end not in rule.targets:
        message = f"link {link.id} ({source.label} {link.type} {end}) is not in the scheme"
        yield Issue("unknown-link", link.id, link.type, message)
