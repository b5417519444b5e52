"""The rules of `annotator migrate`: read, checked against the scheme, proposed and counted."""

from collections import Counter
from collections.abc import Iterable
from shlex import quote

from annotator.model.annotation import AnnotationSet
from annotator.model.errors import AnnotatorError
from annotator.model.renaming import Renaming
from annotator.model.requirements import Issue
from annotator.model.scheme import Scheme


def parse(
    *,
    labels: Iterable[str] = (),
    attributes: Iterable[str] = (),
    values: Iterable[str] = (),
    links: Iterable[str] = (),
    entity_types: Iterable[str] = (),
    naming: Iterable[str] = (),
    fields: Iterable[str] = (),
) -> Renaming:
    """Raises AnnotatorError for a rule that is not of its form."""
    of_labels: dict[tuple[str, str, str], str] = {}
    of_fields: dict[tuple[str, str], str] = {}
    for rule in values:
        if rule.partition("=")[0].count(".") == 1:
            (name, old), new = _parts(rule, 2, "FIELD.OLD=NEW")
            of_fields[name, old] = new
        else:
            (label, name, old), new = _parts(rule, 3, "LABEL.ATTRIBUTE.OLD=NEW")
            of_labels[label, name, old] = new
    return Renaming(
        _names(labels),
        _pairs(attributes),
        of_labels,
        _pairs(links),
        _names(entity_types),
        _names(naming),
        _names(fields),
        of_fields,
    )


def check(renaming: Renaming, scheme: Scheme) -> None:
    """Raises AnnotatorError if a new name is not in the scheme."""
    now = renaming.label
    for new in renaming.labels.values():
        if new not in scheme.labels:
            raise _unknown(f"label {new}")
    for (label, _), new in renaming.attributes.items():
        if scheme.attribute(now(label), new) is None:
            raise _unknown(f"attribute {new} of {now(label)}")
    for (label, attribute, _), new in renaming.values.items():
        name = renaming.attributes.get((label, attribute), attribute)
        known = scheme.attribute(now(label), name)
        if known is None or not known.allows(new):
            raise _unknown(f"value {new} of {now(label)}.{name}")
    for (label, _), new in renaming.links.items():
        if scheme.link(now(label), new) is None:
            raise _unknown(f"link {new} of {now(label)}")
    for new in renaming.entity_types.values():
        if new not in scheme.entities.types:
            raise _unknown(f"entity type {new}")
    for new in renaming.naming.values():
        if new not in scheme.entities.naming:
            raise _unknown(f"naming value {new}")
    for old, new in renaming.fields.items():
        if old in AnnotationSet.RESERVED_FIELDS:
            raise AnnotatorError(f"{old} belongs to every article; it cannot be renamed.")
        if scheme.document_field(new) is None:
            raise _unknown(f"document field {new}")
    for (field, _), new in renaming.field_values.items():
        name = renaming.fields.get(field, field)
        rule = scheme.document_field(name)
        if rule is None or not (rule.allows(new) or rule.allows((new,))):
            raise _unknown(f"value {new} of document field {name}")


def remedy(issue: Issue, work: AnnotationSet, scheme: Scheme) -> str:
    """The command that would rename what the scheme does not know; "" if none would help."""
    source = work.links[issue.key].source if issue.key in work.links else issue.key
    span = work.spans.get(source)
    label = span.label if span else ""
    name, _, value = issue.name.partition("=")
    said = span.attributes.get(name) if span else work.fields.get(name)
    option = rule = ""
    if issue.kind == "unknown-label":
        option, rule = "--label", name
    elif issue.kind == "unknown-attribute":
        option, rule = "--attribute", f"{label}.{name}"
    elif issue.kind == "unknown-value" and isinstance(said, str):
        option, rule = "--value", f"{label}.{name}.{value}" if label else f"{name}.{value}"
    elif issue.kind == "unknown-link" and scheme.link(label, name) is None:
        option, rule = "--link", f"{label}.{name}"
    elif issue.kind == "unknown-field":
        option, rule = "--field", name
    elif issue.kind == "unknown-entity-value":
        option, rule = "--entity-type" if name == "type" else "--naming", value
    return f"annotator migrate {option} {quote(f'{rule}=NEW')}" if rule else ""


def count(renaming: Renaming, work: AnnotationSet) -> Counter[str]:
    """How often each name is renamed in a piece of work as it stands."""
    counts: Counter[str] = Counter()

    def tell(what: str, old: object, new: object) -> None:
        if old != new:
            counts[f"{what}{_shown(old)} to {_shown(new)}"] += 1

    for span in work.spans.values():
        renamed = renaming.span(span)
        tell("label ", span.label, renamed.label)
        pairs = zip(span.attributes.items(), renamed.attributes.items(), strict=True)
        for (name, value), (new_name, new_value) in pairs:
            tell(f"attribute {span.label}.", name, new_name)
            tell(f"value {span.label}.{name}.", value, new_value)
    for link in work.links.values():
        source = work.spans.get(link.source)
        if source is not None:
            tell(f"link {source.label}.", link.type, renaming.link(link, source.label).type)
    for entity in work.entities.values():
        tell("entity type ", entity.type, renaming.entity(entity).type)
        tell("naming ", entity.naming, renaming.entity(entity).naming)
    pairs = zip(work.fields.items(), renaming.document(work.fields).items(), strict=True)
    for (name, value), (new_name, new_value) in pairs:
        tell("field ", name, new_name)
        tell(f"value {name}.", value, new_value)
    return counts


def _shown(name: object) -> str:
    return ", ".join(name) if isinstance(name, tuple) else str(name)


def _names(rules: Iterable[str]) -> dict[str, str]:
    return {old: new for (old,), new in (_parts(rule, 1, "OLD=NEW") for rule in rules)}


def _pairs(rules: Iterable[str]) -> dict[tuple[str, str], str]:
    split = (_parts(rule, 2, "LABEL.OLD=NEW") for rule in rules)
    return {(label, old): new for (label, old), new in split}


def _parts(rule: str, count: int, form: str) -> tuple[list[str], str]:
    left, equals, new = rule.partition("=")
    parts = left.split(".", count - 1)
    if not equals or not new or len(parts) != count or not all(parts):
        raise AnnotatorError(f"{rule} is not of the form {form}.")
    return parts, new


def _unknown(what: str) -> AnnotatorError:
    return AnnotatorError(
        f"The scheme has no {what}; change guidelines/scheme.toml first, then migrate."
    )
