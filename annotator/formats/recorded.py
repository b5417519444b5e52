"""Exports that still are the store's records: what copies whole sets need not look at objects."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property
from operator import itemgetter
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
_SPAN = itemgetter("id", "label", "fragments", "origin")  # a missing one is a KeyError
_LINK = itemgetter("source", "type", "target", "target_kind", "id", "order", "origin")
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
        put = object.__setattr__
        put(self, "record", recorded.article)
        put(self, "works", recorded.works)
        put(self, "split", split)
        put(self, "_excluded", excluded)

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

    It is never wrong about what it takes; what it does not take may fit all the same. It sees every
    record of an export, so it is written for speed.
    """

    def __init__(self, scheme: Scheme) -> None:
        self._labels = {
            name: (label.fragments, {item.name: item for item in label.attributes})
            for name, label in scheme.labels.items()
        }
        self._values = {
            (name, item.name, value)
            for name, label in scheme.labels.items()
            for item in label.attributes
            for value in ((True, False) if item.kind == "flag" else item.values)
        }
        self._links = {
            (name, link.name, end): link.maximum
            for name, label in scheme.labels.items()
            for link in label.links
            for end in link.targets
        }
        self._fields = {field.name: field for field in scheme.fields}
        self._flags = frozenset(scheme.flags)
        self._entities = scheme.entities

    def takes_article(self, article: Record) -> bool:
        return article.keys() >= _FACTS

    def takes(self, work: Record) -> bool:
        try:
            entities = {entity["id"] for entity in work["entities"] if self._knows(entity)}
            return (
                work.keys() >= _WORK
                and len(entities) == len(work["entities"])
                and self._fits(work["spans"], work["links"], entities)
                and all(map(self._known_field, work["fields"].items()))
                and all(item.keys() >= _VERDICT for item in work.get("verdicts", ()))
            )
        except (KeyError, TypeError):  # something is not there, or is no text
            return False

    def _fits(self, spans: list[Record], links: list[Record], entities: set[str]) -> bool:
        kinds: dict[str, str] = {}
        labels, values, flags = self._labels, self._values, self._flags
        for span in spans:
            key, label, fragments, _ = _SPAN(span)
            may_be_cut, attributes = labels[label]
            if len(fragments) > 1 and not may_be_cut:
                return False
            if "attributes" in span:
                for name, value in span["attributes"].items():
                    if (label, name, value) not in values and not attributes[name].allows(value):
                        return False
            if "flags" in span and flags and not flags.issuperset(span["flags"]):
                return False
            kinds[key] = label
        known, count = self._links, set()
        for link in links:
            source, type, target, kind, _, _, _ = _LINK(link)
            if kind == "span":
                end = kinds[target]
            elif kind == "topic":
                end = TOPIC
            elif target in entities or target in self._entities.builtin:
                end = ENTITY
            else:
                return False
            if (kinds[source], type, end) not in known:
                return False
            count.add((source, type))
        return len(count) == len(links) or not self._too_many(links, kinds)

    def _too_many(self, links: list[Record], kinds: Mapping[str, str]) -> bool:
        count = Counter((link["source"], link["type"]) for link in links)
        limits = {key[:2]: limit for key, limit in self._links.items() if limit is not None}
        return any(
            number > limits.get((kinds[source], type), number)
            for (source, type), number in count.items()
        )

    def _knows(self, entity: Record) -> bool:
        rules, type, naming = self._entities, entity["type"], entity["naming"]
        return (
            entity.keys() >= _ENTITY
            and (not type or not rules.types or type in rules.types)
            and (not naming or not rules.naming or naming in rules.naming)
        )

    def _known_field(self, item: tuple[str, Any]) -> bool:
        name, value = item
        if name in _RESERVED:
            return False
        return self._fields[name].allows(tuple(value) if isinstance(value, list) else value)
