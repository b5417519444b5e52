"""Exports that still are the store's records: what copies whole sets need not look at objects."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from annotator.formats.exchange import Export
from annotator.model.annotation import AnnotationSet, Fragment
from annotator.model.article import Article
from annotator.model.scheme import ENTITY, TOPIC, Scheme
from annotator.store.base import Recorded
from annotator.store.records import article_of, read_checkpoint

Record = Mapping[str, Any]
Excluded = Callable[[tuple[AnnotationSet, ...]], tuple[Fragment, ...]]

_RESERVED = frozenset(AnnotationSet.RESERVED_FIELDS)
_FACTS = {"id", "text_sha256", "headline", "source", "published", "url", "language", "meta", "text"}
_WORK = {"annotator", "scheme", "mark", "spans", "links", "entities", "fields"}
_SPAN = {"id", "label", "fragments", "origin"}
_LINK = {"id", "type", "source", "target", "target_kind", "order", "origin"}
_ENTITY = {"id", "name", "type", "naming", "affiliation", "kb", "note"}
_VERDICT = {"id", "case", "decision", "sources", "spans"}


class RecordedExport(Export):
    """An export whose article and sets are made of the records when somebody asks for them.

    Its records are such that `Fit` takes them.
    """

    __slots__ = ("__dict__", "_excluded", "record", "works")

    record: Record
    works: tuple[Record, ...]

    def __init__(self, recorded: Recorded, split: str, excluded: Excluded) -> None:
        for name, value in (
            ("record", recorded.article),
            ("works", recorded.works),
            ("split", split),
            ("_excluded", excluded),
        ):
            object.__setattr__(self, name, value)

    @cached_property
    def article(self) -> Article:
        return article_of(dict(self.record))

    @cached_property
    def sets(self) -> tuple[AnnotationSet, ...]:
        return tuple(read_checkpoint(dict(work)) for work in self.works)

    @cached_property
    def excluded(self) -> tuple[Fragment, ...]:
        return self._excluded(self.sets)  # type: ignore[attr-defined, no-any-return]


class Fit:
    """Tells of records whether they have the form we write and all in them fits the scheme.

    It is never wrong about what it takes; what it does not take may fit all the same.
    """

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._labels = {
            name: (label.fragments, {item.name: item for item in label.attributes})
            for name, label in scheme.labels.items()
        }
        self._links = {
            (name, link.name, end): link.maximum
            for name, label in scheme.labels.items()
            for link in label.links
            for end in link.targets
        }
        self._fields = {field.name: field for field in scheme.fields}
        self._flags = frozenset(scheme.flags)

    def takes_article(self, article: Record) -> bool:
        return article.keys() >= _FACTS

    def takes(self, work: Record) -> bool:
        if not work.keys() >= _WORK:
            return False
        entities = {*self._scheme.entities.builtin}
        for entity in work["entities"]:
            if not (entity.keys() >= _ENTITY and self._known_entity(entity)):
                return False
            entities.add(entity["id"])
        kinds: dict[str, str] = {}
        for span in work["spans"]:
            if not (span.keys() >= _SPAN and self._known_span(span)):
                return False
            kinds[span["id"]] = span["label"]
        return (
            self._known_links(work["links"], kinds, entities)
            and all(map(self._known_field, work["fields"].items()))
            and all(item.keys() >= _VERDICT for item in work.get("verdicts", ()))
        )

    def _known_span(self, span: Record) -> bool:
        known = self._labels.get(span["label"])
        if known is None or (len(span["fragments"]) > 1 and not known[0]):
            return False
        if "attributes" in span:
            for name, value in span["attributes"].items():
                attribute = known[1].get(name)
                if attribute is None or not attribute.allows(value):
                    return False
        return not (self._flags and "flags" in span) or self._flags.issuperset(span["flags"])

    def _known_links(
        self, links: list[Record], kinds: Mapping[str, str], entities: set[str]
    ) -> bool:
        count: Counter[tuple[str, str]] = Counter()
        for link in links:
            if not link.keys() >= _LINK:
                return False
            target, kind = link["target"], link["target_kind"]
            source = kinds.get(link["source"])
            if kind == "span":
                end = kinds.get(target)
            else:
                end = TOPIC if kind == "topic" else ENTITY if target in entities else None
            if (source, link["type"], end) not in self._links:
                return False
            count[link["source"], link["type"]] += 1
        if len(count) == len(links):
            return True
        return all(
            limit is None or count[link["source"], link["type"]] <= limit
            for link in links
            for (label, type, _), limit in self._links.items()
            if (label, type) == (kinds[link["source"]], link["type"])
        )

    def _known_entity(self, entity: Record) -> bool:
        rules = self._scheme.entities
        type, naming = entity["type"], entity["naming"]
        return (not type or not rules.types or type in rules.types) and (
            not naming or not rules.naming or naming in rules.naming
        )

    def _known_field(self, item: tuple[str, Any]) -> bool:
        name, value = item
        field = self._fields.get(name)
        if field is None or name in _RESERVED:
            return False
        return field.allows(tuple(value) if isinstance(value, list) else value)
