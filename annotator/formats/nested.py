"""The nested export: one line an article and annotator, with everything as it was said.

Offsets are code points, half-open, into `text`. Keys always come in the same order, and lists that
have no order of their own are sorted, so equal work gives equal bytes. `meta` (what import knew
besides), `sources` and `verdicts` (of adjudicated work) are there only if there is any.

Lines are made of records, the form in which the store keeps work, so that whole projects need not
become objects first; objects become records.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from annotator.formats.capability import EVERYTHING, reduced
from annotator.formats.exchange import Export, ForeignDocument, Sink, Source
from annotator.formats.loss import Loss
from annotator.formats.recorded import RecordedExport
from annotator.formats.registry import Format
from annotator.formats.resolve import is_mention
from annotator.model.annotation import AnnotationSet
from annotator.model.article import Article
from annotator.model.scheme import Scheme
from annotator.store.records import Lineage, article_record, checkpoint_record

Record = Mapping[str, Any]
_NO_LINEAGE = Lineage(0, (), "", "", "")
_STATUSES = ("open", "done", "skipped")
_LINK = ("id", "type", "source", "target", "target_kind", "order", "origin")
_KEPT_ORDERS = 10_000


def nested_line(
    article: Article,
    annotations: AnnotationSet,
    scheme: Scheme,
    topic_name: Callable[[str], str],
) -> bytes:
    """One JSON line without its LF."""
    work = checkpoint_record(annotations, article.text, _NO_LINEAGE)
    return Lines(scheme, topic_name).line(article_record(article), work)


def read(source: Source) -> Iterator[ForeignDocument]:
    """The documents of our JSON lines, nested and flat; see `nested_in`."""
    from annotator.formats.nested_in import read as read_lines

    return read_lines(source)


def write(exports: Iterable[Export], sink: Sink) -> None:
    """A line a set, in the order they come."""
    lines = Lines(sink.scheme, sink.topic_name)
    tally = _Tally()

    def written() -> Iterator[bytes]:
        for export in exports:
            if isinstance(export, RecordedExport):
                for work in export.works:
                    tally.add(work)
                    yield lines.line(export.record, work)
                continue
            article = article_record(export.article)
            for annotations in export.sets:
                kept = reduced(annotations, EVERYTHING, sink.loss)
                work = checkpoint_record(kept, export.article.text, _NO_LINEAGE)
                yield lines.line(article, work)

    try:
        sink.output.lines(written())
    finally:
        tally.tell(sink.loss)


class _Tally:
    """What `reduced` counts of sets that this format holds whole, from their records."""

    def __init__(self) -> None:
        self.labels: dict[str, int] = {}
        self.links: dict[str, int] = {}
        self.attributes = self.entities = self.fields = 0

    def add(self, work: Record) -> None:
        labels, links = self.labels, self.links
        for span in work["spans"]:
            labels[span["label"]] = labels.get(span["label"], 0) + 1
            if "attributes" in span:
                self.attributes += len(span["attributes"])
        for link in work["links"]:
            links[link["type"]] = links.get(link["type"], 0) + 1
        self.entities += len(work["entities"])
        self.fields += len(work["fields"])

    def tell(self, loss: Loss) -> None:
        for label, count in self.labels.items():
            loss.carry(f"{label} spans", count)
        for type, count in self.links.items():
            loss.carry(f"{type} links", count)
        loss.carry("attributes", self.attributes)
        loss.carry("entities", self.entities)
        loss.carry("document fields", self.fields)


class Lines:
    """Makes the lines of one scheme."""

    def __init__(self, scheme: Scheme, topic_name: Callable[[str], str]) -> None:
        self._topic_name = topic_name
        self._mentions = {name: is_mention(label) for name, label in scheme.labels.items()}
        self._names = {
            name: [attribute.name for attribute in label.attributes]
            for name, label in scheme.labels.items()
        }
        self._topics = {
            name: topics
            for name, label in scheme.labels.items()
            if (topics := [item.name for item in label.attributes if item.kind == "topic"])
        }
        self._fields = [field.name for field in scheme.fields]
        self._topic_fields = [field.name for field in scheme.fields if field.kind == "topics"]
        self._orders: defaultdict[str, dict[tuple[str, ...], tuple[str, ...] | None]]
        self._orders = defaultdict(dict)

    def line(self, article: Record, work: Record) -> bytes:
        """The line of an article's record and a checkpoint's (see `store/records.py`)."""
        text = article["text"]
        spans, surfaces = self._spans(work["spans"], text)
        numbered = [(len(link["id"]), link["id"], link) for link in work["links"]]
        numbered.sort()
        links = [link for _, _, link in numbered]
        status = work.get("status")
        if status not in _STATUSES:
            status = "open" if work["mark"] else "new"
        flags = work.get("flags")
        line = {
            "id": article["id"],
            "annotator": work["annotator"],
            "status": status,
            "skip_reason": str(work.get("skip_reason", "")),
            "flags": flags if isinstance(flags, list) else [],
            "note": str(work.get("note", "")),
            "scheme": work["scheme"],
            "headline": article["headline"],
            "source": article["source"],
            "published": article["published"],
            "url": article["url"],
            "language": article["language"],
            "text_sha256": article["text_sha256"],
            "offsets": "code points, half-open",
            "text": text,
            "spans": spans,
            "links": [
                link if tuple(link) == _LINK else {name: link[name] for name in _LINK}
                for link in links
            ],
            "entities": self._entities(work, spans, links, surfaces),
            "topics": [
                {"id": topic, "name": self._topic_name(topic)} for topic in self._used(work)
            ],
            "fields": self._in_order("", work["fields"], self._fields),
        }
        if article["meta"]:
            line["meta"] = article["meta"]
        if "sources" in work:
            line["sources"] = work["sources"]
        if "verdicts" in work:
            line["verdicts"] = [
                {
                    "id": item["id"],
                    "case": item["case"],
                    "decision": item["decision"],
                    "spans": item["spans"],
                    "from": item["sources"],
                    "gap": item.get("gap", False),
                    "note": item.get("note", ""),
                }
                for item in sorted(work["verdicts"], key=_by_number)
            ]
        return orjson.dumps(line)

    def _spans(self, found: Iterable[Record], text: str) -> tuple[list[Record], list[str]]:
        """By position, enclosing ones first, and what each covers."""
        placed = [
            (span["fragments"][0][0], -span["fragments"][-1][1], span["id"], span) for span in found
        ]
        placed.sort()  # ids are unique, so no spans are compared
        spans: list[Record] = []
        surfaces = []
        names = self._names
        for start, minus_end, key, span in placed:
            fragments, label = span["fragments"], span["label"]
            if len(fragments) == 1:
                surface = text[start:-minus_end]
            else:
                surface = " ".join([text[first:last] for first, last in fragments])
            surfaces.append(surface)
            spans.append(
                {
                    "id": key,
                    "label": label,
                    "start": start,
                    "end": -minus_end,
                    "fragments": fragments,
                    "text": surface,
                    "attributes": self._in_order(label, span["attributes"], names.get(label, ()))
                    if "attributes" in span
                    else {},
                    "flags": span.get("flags", ()),
                    "note": span.get("note", ""),
                    "origin": span["origin"],
                }
            )
        return spans, surfaces

    def _in_order(self, kind: str, values: Record, names: Sequence[str]) -> Record:
        """In the scheme's order, then by name what the scheme does not know.

        `kind` tells of which label the names are.
        """
        orders = self._orders[kind]
        key = tuple(values)
        try:
            order = orders[key]
        except KeyError:
            known = [name for name in names if name in values]
            wanted = (*known, *sorted(values.keys() - set(known)))
            order = None if wanted == key else wanted
            if len(orders) >= _KEPT_ORDERS:
                orders.clear()
            orders[key] = order
        return values if order is None else {name: values[name] for name in order}

    def _entities(
        self,
        work: Record,
        spans: Sequence[Record],
        links: Sequence[Record],
        surfaces: Sequence[str],
    ) -> list[Record]:
        """With the forms in which each is named (see `resolve.aliases`)."""
        entities = work["entities"]
        if not entities:
            return []
        named: dict[str, set[str]] = {}
        for link in links:
            if link["target_kind"] == "entity":
                named.setdefault(link["target"], set()).add(link["source"])
        in_text = (
            sorted(
                (
                    (span["fragments"], span["id"], surface)
                    for span, surface in zip(spans, surfaces, strict=True)
                    if self._is_mention(span, links)
                ),
            )
            if named
            else []
        )
        return [
            {
                "id": entity["id"],
                "name": entity["name"],
                "type": entity["type"],
                "naming": entity["naming"],
                "affiliation": entity["affiliation"],
                "kb": entity["kb"],
                "note": entity["note"],
                "aliases": list(
                    dict.fromkeys(
                        surface for _, key, surface in in_text if key in named[entity["id"]]
                    )
                )
                if entity["id"] in named
                else [],
            }
            for entity in sorted(entities, key=_by_number)
        ]

    def _is_mention(self, span: Record, links: Sequence[Record]) -> bool:
        known = self._mentions.get(span["label"])
        if known is not None:
            return known
        own = [link for link in links if link["source"] == span["id"]]
        return (
            all(link["target_kind"] != "span" for link in own) and len({x["type"] for x in own}) < 2
        )

    def _used(self, work: Record) -> list[str]:
        """The topics that links, attributes and document fields use, sorted."""
        found = {link["target"] for link in work["links"] if link["target_kind"] == "topic"}
        topics = self._topics
        for span in work["spans"]:
            if span["label"] in topics and "attributes" in span:
                found.update(
                    str(span["attributes"].get(name, "")) for name in topics[span["label"]]
                )
        for name in self._topic_fields:
            value = work["fields"].get(name)
            if isinstance(value, list):
                found.update(value)
        found.discard("")
        return sorted(found)


def _by_number(item: Record) -> tuple[int, str]:
    key = item["id"]
    return len(key), key


def _is_ours(path: Path, head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf")
    return start.startswith(b'{"id":') and b'"offsets":"code points, half-open"' in start


FORMAT = Format(
    "jsonl",
    "our JSON lines: everything, one line an article and annotator",
    EVERYTHING,
    read=read,
    write=write,
    suffix=".jsonl",
    knows=_is_ours,
)
