"""Foreign annotations in the names of the scheme, by a label map or because they are nearly equal.

What has no name in the scheme is left out, and counted by its own name.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from annotator.formats.exchange import ForeignDocument, ForeignLink, ForeignSet, ForeignSpan
from annotator.formats.loss import Finding, Loss
from annotator.formats.mapping import LabelMap, LabelRule, LinkRule, To, ValueRule
from annotator.model.annotation import (
    AnnotationSet,
    Change,
    Entity,
    Link,
    Origin,
    TargetKind,
    Value,
)
from annotator.model.scheme import Attribute, DocumentField, Scheme

REMEDY = "map it with --map (--draft-map FILE writes a draft)"
_BY_MAP = "the map leaves them out"
_TRUE = ("true", "yes", "1")
_FALSE = ("false", "no", "0")


@dataclass(slots=True)
class Named:
    """Links to draw once spans are placed: from a span (by the file's id) to what `name` names.

    Without a `name` it is what the text of span `by` says.
    """

    source: str
    link: str
    to: To
    name: str = ""
    by: str = ""


@dataclass(slots=True)
class Translated:
    """A foreign set whose names are the scheme's, and what is to be named after fitting."""

    foreign: ForeignSet
    named: list[Named] = field(default_factory=list)


def nearly(name: str, known: Iterable[str]) -> str:
    """The known name that is this one but for case, hyphens, underscores and spaces, or ""."""
    key = _key(name)
    found = [item for item in known if _key(item) == key]
    return found[0] if len(found) == 1 else ""


def _key(name: str) -> str:
    return name.casefold().replace("-", "").replace("_", "").replace(" ", "")


class Translator:
    """Translates the sets of one import; what it finds out about names it finds out once."""

    def __init__(self, scheme: Scheme, rules: LabelMap) -> None:
        self._scheme = scheme
        self._rules = rules
        self._loss = Loss()
        self._labels: dict[str, LabelRule | None] = {}
        self._attributes: dict[tuple[str, str, str], ValueRule | None] = {}
        self._links: dict[tuple[str, str, str], LinkRule | None] = {}

    def translate(self, document: ForeignDocument, foreign: ForeignSet, loss: Loss) -> Translated:
        """The same set under our names; `foreign` stays as it is."""
        self._loss = loss
        result = Translated(replace(foreign, spans=[], links=[], fields={}))
        theirs: dict[str, str] = {}
        aside: set[str] = set()
        for number, span in enumerate(foreign.spans):
            rule = self._label_rule(span.label)
            subject = f"{span.label} spans"
            if rule is None:
                message = f"the scheme has no label {span.label}; {REMEDY}"
                self._leave_out(document, subject, "the scheme has no such label", span, message)
                continue
            if not rule.label:
                self._loss.set_aside(subject, _BY_MAP)
                aside.add(span.id)
                continue
            if rule.label != span.label and span.label not in self._rules.labels:
                self._loss.change(subject, f"read as {rule.label}")
            # Spans without an id get one, so that what they name can be found after fitting.
            key = span.id or f"\0{number}"
            theirs[key] = span.label
            attributes = dict(rule.attributes)
            ours = replace(span, id=key, label=rule.label, attributes=attributes)
            for name, value in span.attributes.items():
                self._attribute(document, span, ours, name, value, result)
            if rule.entity:
                result.named.append(Named(key, rule.entity, "entity", by=key))
            result.foreign.spans.append(ours)
        labels = {span.id: span.label for span in result.foreign.spans}
        for link in foreign.links:
            if link.source in aside or (link.target_kind == "span" and link.target in aside):
                self._loss.set_aside(f"{link.type} links", "the map leaves an end out")
            else:
                self._link(document, link, theirs, labels, result)
        for name, value in foreign.fields.items():
            self._field(document, result.foreign, name, value)
        return result

    # -- labels and attributes ---------------------------------------------------------------------

    def _label_rule(self, label: str) -> LabelRule | None:
        if label not in self._labels:
            rule = self._rules.labels.get(label)
            if rule is None:
                name = label if label in self._scheme.labels else nearly(label, self._scheme.labels)
                rule = LabelRule(name) if name else None
            self._labels[label] = rule
        return self._labels[label]

    def _attribute(
        self,
        document: ForeignDocument,
        span: ForeignSpan,
        ours: ForeignSpan,
        name: str,
        value: Value,
        result: Translated,
    ) -> None:
        subject = f"{span.label}.{name} attributes"
        rule = self._attribute_rule(span.label, ours.label, name)
        attribute = self._scheme.attribute(ours.label, rule.name) if rule and rule.name else None
        if rule is None or (rule.name and attribute is None):
            message = f"{ours.label} has no attribute {rule.name if rule else name}; {REMEDY}"
            why = "the scheme has no such attribute"
            self._leave_out(document, subject, why, span, message)
        elif rule.link:
            for item in value if isinstance(value, tuple) else (value,):
                text = rule.values.get(_text(item), _text(item))
                if text:
                    result.named.append(Named(ours.id, rule.link, rule.to, text))
        elif attribute is None:
            self._loss.set_aside(subject, _BY_MAP)
        else:
            self._put(document, span, subject, attribute, rule, value, ours.attributes)

    def _put(
        self,
        document: ForeignDocument,
        span: ForeignSpan | None,
        subject: str,
        target: Attribute | DocumentField,
        rule: ValueRule,
        value: Value,
        into: dict[str, Value],
    ) -> None:
        mapped = value
        if rule.values and not isinstance(value, tuple):
            mapped = rule.values.get(_text(value), value)
            if mapped == "":
                self._loss.set_aside(subject, _BY_MAP)
                return
        found = _suitable(mapped, target)
        if found is None:
            message = f"{target.name} cannot be {_text(value)!r}; map its values with --map"
            self._leave_out(document, subject, "the scheme has no such value", span, message)
            return
        if found != mapped:
            self._loss.change(subject, "values spelt as in the scheme")
        into[target.name] = found

    def _attribute_rule(self, theirs: str, ours: str, name: str) -> ValueRule | None:
        key = theirs, ours, name
        if key not in self._attributes:
            rules = self._rules.attributes
            rule = rules.get(f"{theirs}.{name}") or rules.get(name)
            if rule is None:
                known = [item.name for item in self._scheme.labels[ours].attributes]
                found = name if name in known else nearly(name, known)
                rule = ValueRule(found) if found else None
            self._attributes[key] = rule
        return self._attributes[key]

    # -- links and fields --------------------------------------------------------------------------

    def _link(
        self,
        document: ForeignDocument,
        link: ForeignLink,
        theirs: dict[str, str],
        labels: dict[str, str],
        result: Translated,
    ) -> None:
        if link.source not in labels or (link.target_kind == "span" and link.target not in labels):
            result.foreign.links.append(link)  # fitting tells what it has lost
            return
        rule = self._link_rule(theirs[link.source], labels, link)
        subject = f"{link.type} links"
        if rule is None:
            message = f"{labels[link.source]} has no link {link.type}; {REMEDY}"
            self._leave_out(document, subject, "the scheme has no such link", link, message)
        elif not rule.link:
            self._loss.set_aside(subject, _BY_MAP)
        else:
            ours = replace(link, type=rule.link)
            if rule.reverse and link.target_kind == "span":
                ours.source, ours.target = link.target, link.source
            if rule.to and ours.target_kind == "span":
                result.named.append(Named(ours.source, rule.link, rule.to, by=ours.target))
            else:
                result.foreign.links.append(ours)

    def _link_rule(self, theirs: str, labels: dict[str, str], link: ForeignLink) -> LinkRule | None:
        ours = labels[link.source]
        key = theirs, ours, link.type
        if key not in self._links:
            rules = self._rules.links
            rule = rules.get(f"{theirs}.{link.type}") or rules.get(link.type)
            if rule is None:
                known = [item.name for item in self._scheme.labels[ours].links]
                found = link.type if link.type in known else nearly(link.type, known)
                rule = LinkRule(found) if found else None
            self._links[key] = rule
        return self._links[key]

    def _field(
        self, document: ForeignDocument, foreign: ForeignSet, name: str, value: Value
    ) -> None:
        if name in AnnotationSet.RESERVED_FIELDS:
            foreign.fields[name] = value
            return
        subject = f"{name} of documents"
        rule = self._rules.fields.get(name)
        if rule is not None and not rule.name:
            self._loss.set_aside(subject, _BY_MAP)
            return
        known = [item.name for item in self._scheme.fields]
        ours = rule.name if rule else name if name in known else nearly(name, known)
        target = self._scheme.document_field(ours)
        if target is None:
            message = f"the scheme has no document field {name}; {REMEDY}"
            self._leave_out(document, subject, "the scheme has no such field", None, message)
        else:
            rule = rule or ValueRule(ours)
            self._put(document, None, subject, target, rule, value, foreign.fields)

    def _leave_out(
        self,
        document: ForeignDocument,
        subject: str,
        why: str,
        item: ForeignSpan | ForeignLink | None,
        message: str,
    ) -> None:
        line = item.line if item else document.line
        finding = Finding(document.path, line, message, item.raw if item else None)
        self._loss.leave_out(subject, why, 1, finding)


def draw_named(
    work: AnnotationSet, translated: Translated, names: dict[str, str], text: str, origin: Origin
) -> int:
    """Draw the links to entities and topics that names in the file stand for; returns how many.

    `names` are the spans' ids by those in the file. Entities of one name are one.
    """
    entities = {entity.name: entity.id for entity in work.entities.values()}
    drawn = 0
    for item in translated.named:
        source = names.get(item.source)
        by = names.get(item.by) if item.by else None
        if source is None or (item.by and by is None):
            continue
        name = " ".join((work.spans[by].surface(text) if by else item.name).split())
        target = name
        if item.to == "entity":
            if name not in entities:
                entity = Entity(f"e{work.serial + 1}", name)
                work.apply(Change("entity", entity.id, None, entity))
                entities[name] = entity.id
            target = entities[name]
        present = work.links_from(source, item.link)
        if any(link.target == target for link in present):
            continue
        kind: TargetKind = "entity" if item.to == "entity" else "topic"
        key, order = f"l{work.serial + 1}", len(present)
        link = Link(key, item.link, source, target, kind, order, origin)
        work.apply(Change("link", key, None, link))
        drawn += 1
    return drawn


def _suitable(value: Value, target: Attribute | DocumentField) -> Value | None:
    """A value as the scheme wants it; None if it cannot be that."""
    if target.allows(value):
        return value
    if isinstance(value, tuple) and len(value) == 1:
        return _suitable(value[0], target)
    if target.kind == "flag":
        text = _text(value).casefold()
        return text in _TRUE if text in (*_TRUE, *_FALSE) else None
    if target.kind == "topics":
        return (_text(value),) if value != "" else None
    if isinstance(value, tuple):
        return ", ".join(value) if target.kind == "text" else None
    if target.kind == "choice":
        return nearly(_text(value), target.values) or None
    return _text(value)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
