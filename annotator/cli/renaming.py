"""Old names to new ones in existing work, as changes that can be undone."""

from collections import Counter
from dataclasses import dataclass, field, replace

from annotator.model.annotation import AnnotationSet, Change, Span, Value
from annotator.model.errors import AnnotatorError
from annotator.model.scheme import Scheme


@dataclass(slots=True)
class Renaming:
    """What `annotator migrate` was asked for.

    Labels are old to new. The keys of the others begin with a label, by its old name or its new
    one: (label, attribute), (label, attribute, value) and (label, link).
    """

    labels: dict[str, str] = field(default_factory=dict)
    attributes: dict[tuple[str, str], str] = field(default_factory=dict)
    values: dict[tuple[str, str, str], str] = field(default_factory=dict)
    links: dict[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def parse(
        cls,
        labels: tuple[str, ...],
        attributes: tuple[str, ...],
        values: tuple[str, ...],
        links: tuple[str, ...],
    ) -> "Renaming":
        """Raises AnnotatorError for a rule that is not of its form."""
        found = cls()
        for rule in labels:
            (old,), new = _parts(rule, 1, "OLD=NEW")
            found.labels[old] = new
        for rule in attributes:
            (label, old), new = _parts(rule, 2, "LABEL.OLD=NEW")
            found.attributes[label, old] = new
        for rule in values:
            (label, attribute, old), new = _parts(rule, 3, "LABEL.ATTRIBUTE.OLD=NEW")
            found.values[label, attribute, old] = new
        for rule in links:
            (label, old), new = _parts(rule, 2, "LABEL.OLD=NEW")
            found.links[label, old] = new
        return found

    def check(self, scheme: Scheme) -> None:
        """Raises AnnotatorError if a new name is not in the scheme."""
        for new in self.labels.values():
            if new not in scheme.labels:
                raise _unknown(f"label {new}")
        for (label, _), new in self.attributes.items():
            if scheme.attribute(self._now(label), new) is None:
                raise _unknown(f"attribute {new} of {self._now(label)}")
        for (label, attribute, _), new in self.values.items():
            name = self.attributes.get((label, attribute), attribute)
            known = scheme.attribute(self._now(label), name)
            if known is None or not known.allows(new):
                raise _unknown(f"value {new} of {self._now(label)}.{name}")
        for (label, _), new in self.links.items():
            if scheme.link(self._now(label), new) is None:
                raise _unknown(f"link {new} of {self._now(label)}")

    def changes(self, work: AnnotationSet, counts: Counter[str]) -> tuple[Change, ...]:
        """What has to change in one annotation set; `counts` goes up by rule."""
        changes: list[Change] = []
        for span in work.spans.values():
            renamed = self._span(span, counts)
            if renamed != span:
                changes.append(Change("span", span.id, span, renamed))
        for link in work.links.values():
            source = work.spans.get(link.source)
            for label in self._names(source.label) if source else ():
                new = self.links.get((label, link.type))
                if new is not None:
                    counts[f"link {label}.{link.type} to {new}"] += 1
                    changes.append(Change("link", link.id, link, replace(link, type=new)))
                    break
        return tuple(changes)

    def _span(self, span: Span, counts: Counter[str]) -> Span:
        names = self._names(span.label)
        attributes: dict[str, Value] = {}
        for name, value in span.attributes.items():
            new_name, new_value = name, value
            for label in names:
                if (label, name) in self.attributes:
                    new_name = self.attributes[label, name]
                    counts[f"attribute {label}.{name} to {new_name}"] += 1
                    break
            for label in names:
                for attribute in dict.fromkeys((name, new_name)):
                    key = (label, attribute, value)
                    if isinstance(value, str) and key in self.values and new_value == value:
                        new_value = self.values[label, attribute, value]
                        counts[f"value {label}.{attribute}.{value} to {new_value}"] += 1
            if new_name != name and new_name in span.attributes:
                raise AnnotatorError(
                    f"{span.id} has both {name} and {new_name}; the one cannot take the other's"
                    " name."
                )
            attributes[new_name] = new_value
        label = self.labels.get(span.label, span.label)
        if label != span.label:
            counts[f"label {span.label} to {label}"] += 1
        return replace(span, label=label, attributes=attributes)

    def _names(self, label: str) -> tuple[str, ...]:
        """The names by which a rule may mean the spans of a label: the present and the new one."""
        return tuple(dict.fromkeys((label, self.labels.get(label, label))))

    def _now(self, label: str) -> str:
        return self.labels.get(label, label)


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
