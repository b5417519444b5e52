"""Who did what on which article: the ground of a panel, and what is left out of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from annotator.model.annotation import AnnotationSet
from annotator.model.scheme import Scheme

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Work:
    """One annotator's work on one article, in the form of its JSON record.

    `spans`, `links` and `entities` are the record's lists: spans with id, label, fragments,
    attributes and origin; links with type, source, target, target_kind and origin; entities with
    id and name. `at` is when it was last saved (ISO 8601), or empty.
    """

    annotator: str
    status: str = "done"
    spans: Sequence[Record] = ()
    links: Sequence[Record] = ()
    entities: Sequence[Record] = ()
    fields: Record = field(default_factory=dict)
    text_hash: str = ""
    scheme: str = ""
    at: str = ""

    @classmethod
    def read(cls, record: Record) -> Work:
        """From a checkpoint's record (see `store/records.py`), which is not checked again."""
        status = record.get("status")
        if status not in ("open", "done", "skipped"):
            status = "open" if record.get("mark") else "new"
        return cls(
            record["annotator"],
            status,
            record.get("spans", ()),
            record.get("links", ()),
            record.get("entities", ()),
            record.get("fields", {}),
            record.get("text_sha256", ""),
            record.get("scheme", ""),
            record.get("at", ""),
        )

    @classmethod
    def of(cls, work: AnnotationSet, at: str = "") -> Work:
        return cls(
            work.annotator,
            work.status,
            [
                {
                    "id": span.id,
                    "label": span.label,
                    "fragments": span.fragments,
                    "attributes": span.attributes,
                    "origin": span.origin,
                }
                for span in work.spans.values()
            ],
            [
                {
                    "id": link.id,
                    "type": link.type,
                    "source": link.source,
                    "target": link.target,
                    "target_kind": link.target_kind,
                    "origin": link.origin,
                }
                for link in work.links.values()
            ],
            [
                {"id": entity.id, "name": entity.name, "kb": entity.kb}
                for entity in work.entities.values()
            ],
            work.fields,
            work.text_hash,
            work.scheme,
            at,
        )


@dataclass(frozen=True, slots=True)
class Document:
    """An article of `length` code points and the work on it; `text` is needed for tokens alone."""

    id: str
    length: int
    works: Mapping[str, Work]
    text_hash: str = ""
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Work that the figures do not rest on."""

    article: str
    annotator: str
    reason: str


@dataclass(frozen=True, slots=True)
class Options:
    """What to compare, and how.

    Empty `annotators`, `labels` and `articles` mean all. `since` and `until` are ISO dates, both
    included, of the last save; `scheme` keeps work made under that scheme id.
    """

    annotators: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    done_only: bool = True
    without_assisted: bool = False
    unit: Literal["character", "token"] = "character"
    min_iou: float = 0.5
    replicates: int = 2000
    seed: int = 0
    since: str = ""
    until: str = ""
    scheme: str = ""
    gamma: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """Documents with two annotators or more, and what is not among them."""

    documents: tuple[Document, ...]
    excluded: tuple[Exclusion, ...]

    @property
    def annotators(self) -> list[str]:
        return sorted({name for document in self.documents for name in document.works})

    def works(self) -> Iterator[tuple[Document, Work]]:
        for document in self.documents:
            for work in document.works.values():
                yield document, work


def select(documents: Iterable[Document], options: Options) -> Selection:
    """Work that counts. Who has none that counts on an article is missing there, not empty."""
    kept: list[Document] = []
    excluded: list[Exclusion] = []
    for document in documents:
        if options.articles and document.id not in options.articles:
            continue
        works: dict[str, Work] = {}
        for name, work in sorted(document.works.items()):
            if options.annotators and name not in options.annotators:
                continue
            reason = _reason(document, work, options)
            if reason:
                excluded.append(Exclusion(document.id, name, reason))
            else:
                works[name] = work
        if len(works) > 1:
            kept.append(replace(document, works=works))
        elif works:
            excluded.append(Exclusion(document.id, next(iter(works)), "only one annotator"))
    return Selection(tuple(kept), tuple(excluded))


def _reason(document: Document, work: Work, options: Options) -> str:
    if document.text_hash and work.text_hash and document.text_hash != work.text_hash:
        return "made on another text"
    if work.status == "skipped":
        return "skipped"
    if work.status == "new" or (options.done_only and work.status != "done"):
        return "not done"
    if options.scheme and work.scheme != options.scheme:
        return "made under another scheme"
    day = work.at[:10]
    if (options.since and day < options.since) or (options.until and day > options.until):
        return "outside the period"
    return ""


def excluding_label(scheme: Scheme) -> str | None:
    """The label whose spans take text out of agreement: the one with an `exclude` flag."""
    for label in scheme.labels.values():
        attribute = label.attribute("exclude")
        if label.lines and attribute is not None and attribute.kind == "flag":
            return label.name
    return None


def excluded_text(document: Document, scheme: Scheme) -> list[tuple[int, int]]:
    """Stretches that every annotator of the article excluded.

    What only some excluded stays in: whether it is part of the article is then a disagreement.
    """
    label = excluding_label(scheme)
    common: list[tuple[int, int]] | None = None
    for work in document.works.values():
        own = sorted(
            (int(start), int(end))
            for span in work.spans
            if span["label"] == label and _excludes(span, scheme)
            for start, end in span["fragments"]
        )
        common = own if common is None else _meet(common, own)
        if not common:
            return []
    return common or []


def _excludes(span: Record, scheme: Scheme) -> bool:
    value = (span.get("attributes") or {}).get("exclude")
    if value is None:
        attribute = scheme.attribute(span["label"], "exclude")
        return bool(attribute and attribute.default)
    return value is True


def _meet(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found = ((max(a, c), min(b, d)) for a, b in first for c, d in second if max(a, c) < min(b, d))
    return sorted(found)


def unknown_labels(selection: Selection, scheme: Scheme) -> dict[str, Counter[str]]:
    """Labels that the scheme does not have: how many spans each annotator gave them."""
    found: dict[str, Counter[str]] = {}
    for _, work in selection.works():
        for span in work.spans:
            if span["label"] not in scheme.labels:
                found.setdefault(span["label"], Counter())[work.annotator] += 1
    return dict(sorted(found.items()))
