"""The flat export: one line a claim or stance, with everything it points to resolved.

Which spans are rows is `resolve.flat_labels`. A row holds the span, its attributes with the
scheme's defaults filled in, one list for each link type of its label (empty if nothing is linked,
in the order of the links), the sentences it stands in, and the article's headline, date and source.

A linked thing is an object with `kind` (span, entity or topic: what the link points to), `id`,
`label`, `text`, `start` and `end` (of the span, else null), and `name`, `entity`, `type`, `naming`
and `topic` (of what it names). A mention of two entities gives two objects. A link type whose name
is one of a row's own keys has `_link` added. Offsets are code points, half-open, into the article.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

import orjson

from annotator.formats.attributions import TELLING, told
from annotator.formats.exchange import Export, Sink
from annotator.formats.registry import Format
from annotator.formats.resolve import ends, flat_labels, in_scheme_order, is_mention_span
from annotator.model.annotation import AnnotationSet, Link, Span
from annotator.model.article import Article
from annotator.model.scheme import Scheme
from annotator.text.units import Units

_ROW_KEYS = frozenset(
    """article annotator status id label start end fragments text attributes flags note origin
    topics sentence headline published source url language""".split()  # noqa: SIM905
)
_CAPABILITY = replace(TELLING, remarks=True, state=True)


def write(exports: Iterable[Export], sink: Sink) -> None:
    """The rows of all sets, in text order."""
    sink.output.lines(_lines(exports, sink))


def _lines(exports: Iterable[Export], sink: Sink) -> Iterator[bytes]:
    labels = frozenset(flat_labels(sink.scheme))
    for export in exports:
        units = Units(export.article.text)
        for annotations in export.sets:
            rows = _Rows(export.article, annotations, sink.scheme, sink.topic_name, units)
            spans = [span for span in annotations.in_order() if rows.has(span, labels)]
            work = told(annotations, sink.scheme, spans, _CAPABILITY, sink.loss)
            rows = _Rows(export.article, work, sink.scheme, sink.topic_name, units)
            for span in spans:
                yield orjson.dumps(rows.row(work.spans[span.id]))


class _Rows:
    """Makes the rows of one annotation set."""

    def __init__(
        self,
        article: Article,
        annotations: AnnotationSet,
        scheme: Scheme,
        topic_name: Callable[[str], str],
        units: Units,
    ) -> None:
        self.article, self.annotations, self.scheme = article, annotations, scheme
        self.topic_name, self.units = topic_name, units

    def has(self, span: Span, labels: frozenset[str]) -> bool:
        """Whether a span is a row; one with a label the scheme has lost is, unless a mention."""
        if span.label in self.scheme.labels:
            return span.label in labels
        links = self.annotations.links_from(span.id)
        return bool(links) and not is_mention_span(self.annotations, self.scheme, span)

    def row(self, span: Span) -> dict[str, object]:
        article, annotations = self.article, self.annotations
        label = self.scheme.labels.get(span.label)
        attributes = label.attributes if label else ()
        sentences = self.units.sentences(span.start, span.end)
        start = min((first for first, _ in sentences), default=span.start)
        end = max((last for _, last in sentences), default=span.end)
        links = {link.name: list[object]() for link in (label.links if label else ())}
        for link in annotations.links_from(span.id):
            links.setdefault(link.type, []).extend(self._resolved(link))
        topics = {
            item.name: {
                "id": span.attributes[item.name],
                "name": self.topic_name(str(span.attributes[item.name])),
            }
            for item in attributes
            if item.kind == "topic" and span.attributes.get(item.name)
        }
        return {
            "article": article.id,
            "annotator": annotations.annotator,
            "status": annotations.status,
            "id": span.id,
            "label": span.label,
            "start": span.start,
            "end": span.end,
            "fragments": [list(fragment) for fragment in span.fragments],
            "text": span.surface(article.text),
            "attributes": in_scheme_order(
                span.attributes,
                (item.name for item in attributes),
                {item.name: item.default for item in attributes if item.default is not None},
            ),
            "flags": list(span.flags),
            "note": span.note,
            "origin": span.origin,
            **{
                f"{name}_link" if name in _ROW_KEYS else name: value
                for name, value in links.items()
            },
            "topics": topics,
            "sentence": {"text": article.text[start:end], "start": start, "end": end},
            "headline": article.headline,
            "published": article.published,
            "source": article.source,
            "url": article.url,
            "language": article.language,
        }

    def _resolved(self, link: Link) -> Iterator[Mapping[str, object]]:
        for span, entity, topic in ends(self.annotations, self.scheme, link):
            yield {
                "kind": link.target_kind,
                "id": link.target,
                "label": span.label if span else "",
                "text": span.surface(self.article.text) if span else "",
                "start": span.start if span else None,
                "end": span.end if span else None,
                "name": entity.name if entity else self.topic_name(topic) if topic else "",
                "entity": entity.id if entity else "",
                "type": entity.type if entity else "",
                "naming": entity.naming if entity else "",
                "topic": topic,
            }


FORMAT = Format(
    "flat",
    "JSON lines, one a claim or stance, with all it points to by name",
    _CAPABILITY,
    write=write,
    suffix=".jsonl",
)
