"""Who said what: the claims and stances of a set with their ends by name, for tables and tasks.

The names are those of the shipped scheme: labels CLAIM and STANCE; links holder, cue, relay,
object, target and claim.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from annotator.formats.capability import ALL_LINKS, Capability, reduced
from annotator.formats.loss import Loss
from annotator.formats.narrowing import only_spans
from annotator.formats.resolve import ends, mentions_of
from annotator.model.annotation import AnnotationSet, Span, Value
from annotator.model.article import Article
from annotator.model.errors import AnnotatorError
from annotator.model.scheme import Scheme
from annotator.text.units import Range, Units

CLAIM, STANCE = "CLAIM", "STANCE"
HOLDER, CUE, RELAY, OBJECT, TARGET = "holder", "cue", "relay", "object", "target"


@dataclass(frozen=True, slots=True)
class Party:
    """What a link leads to. `span` is the mention, `entity` and `topic` are ids, as far as known;
    `name` is that of the entity or topic, else the mention's text."""

    name: str
    kind: str
    span: Span | None = None
    entity: str = ""
    type: str = ""
    naming: str = ""
    topic: str = ""

    def text(self, article: str) -> str:
        return self.span.surface(article) if self.span else ""


class Attributions:
    """The claims and stances of one annotation set."""

    def __init__(
        self,
        article: Article,
        work: AnnotationSet,
        scheme: Scheme,
        topic_name: Callable[[str], str],
        units: Units | None = None,
    ) -> None:
        self.article, self.work, self.scheme = article, work, scheme
        self.topic_name = topic_name
        self.units = units or Units(article.text)

    def spans(self, label: str) -> list[Span]:
        """The spans of a label, in text order."""
        return [span for span in self.work.in_order() if span.label == label]

    def parties(self, span: Span, type: str) -> list[Party]:
        """What the links of one type lead to, in their order; a mention of two counts twice."""
        text = self.article.text
        found = []
        for link in self.work.links_from(span.id, type):
            for mention, entity, topic in ends(self.work, self.scheme, link):
                if entity is not None:
                    name = entity.name
                elif topic:
                    name = self.topic_name(topic)
                else:
                    name = mention.surface(text) if mention else ""
                found.append(
                    Party(
                        name,
                        link.target_kind,
                        mention,
                        entity.id if entity else "",
                        entity.type if entity else "",
                        entity.naming if entity else "",
                        topic,
                    )
                )
        return found

    def linked(self, span: Span, type: str) -> list[Span]:
        """The spans that links of one type lead to."""
        return [
            self.work.spans[link.target]
            for link in self.work.links_from(span.id, type)
            if link.target_kind == "span" and link.target in self.work.spans
        ]

    def value(self, span: Span, name: str) -> Value | None:
        """An attribute, by default the scheme's."""
        attribute = self.scheme.attribute(span.label, name)
        return span.attributes.get(name, attribute.default if attribute else None)

    def values(self, span: Span) -> Iterator[tuple[str, Value | None]]:
        """All attributes that the scheme has for the label; topics by name."""
        label = self.scheme.labels.get(span.label)
        for attribute in label.attributes if label else ():
            value = self.value(span, attribute.name)
            if attribute.kind == "topic" and isinstance(value, str) and value:
                value = self.topic_name(value)
            yield attribute.name, value

    def sentence(self, span: Span) -> Range:
        """The sentences a span stands in; its own place if it stands in none."""
        found = self.units.sentences(span.start, span.end)
        return (
            min((start for start, _ in found), default=span.start),
            max((end for _, end in found), default=span.end),
        )


def told(
    work: AnnotationSet,
    scheme: Scheme,
    rows: Sequence[Span],
    capability: Capability,
    loss: Loss,
    *,
    cast: bool = False,
) -> AnnotationSet:
    """What of a set some of its spans tell: they, and what their links lead to.

    With `cast`, all entities and their mentions as well. The rest was not asked for by who chose
    such a format, and is set aside; what it cannot hold of what is left is lost.
    """
    wanted = {span.id for span in rows}
    for span in rows:
        for link in work.links_from(span.id):
            if link.target_kind == "span":
                wanted.add(link.target)
    if cast:
        for key in work.entities:
            wanted.update(span.id for span in mentions_of(work, scheme, key))
    found = only_spans(work, wanted, "not part of what this format tells", loss.set_aside)
    if not cast:
        named = {
            entity.id
            for span in rows
            for link in found.links_from(span.id)
            for _, entity, _ in ends(found, scheme, link)
            if entity is not None
        }
        entities = {key: item for key, item in found.entities.items() if key in named}
        gone = len(found.entities) - len(entities)
        loss.set_aside("entities", "not part of what this format tells", gone)
        found = replace(found, entities=entities)
    if not capability.fields:
        fields = {name: found.fields[name] for name in ("status",) if name in found.fields}
        gone = len(found.fields) - len(fields)
        loss.set_aside("document fields", "not part of what this format tells", gone)
        found = replace(found, fields=fields if capability.state else {})
    return reduced(found, capability, loss)


TELLING = Capability(
    text=False,
    fragments=True,
    attributes=True,
    links=ALL_LINKS,
    order=True,
    entities=True,
    annotators=True,
)
"""What formats that tell claims and stances by name hold of them, flags and notes apart."""


def need(scheme: Scheme, *labels: str) -> None:
    """Raises AnnotatorError if the scheme has not one of the labels."""
    for label in labels:
        if label not in scheme.labels:
            raise AnnotatorError(
                f"This format is about {label} spans, but the scheme has no label {label};"
                " export another format."
            )
