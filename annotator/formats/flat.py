"""The flat export: one line a claim or stance, with everything it points to resolved.

Which spans are rows is `resolve.flat_labels`. A row holds the span, its attributes with the
scheme's defaults filled in, one list for each link type of its label (empty if nothing is linked,
in the order of the links), the sentences it stands in, and the article's headline, date and source.

A linked thing is an object with `kind` (span, entity or topic: what the link points to), `id`,
`label`, `text`, `start` and `end` (of the span, else null), and `name`, `entity`, `type`, `naming`
and `topic` (of what it names). A mention of two entities gives two objects. A link type whose name
is one of a row's own keys has `_link` added. Offsets are code points, half-open, into the article.
"""

from collections.abc import Callable, Iterator

import orjson

from annotator.formats.resolve import ends, in_scheme_order, is_mention_span
from annotator.model.annotation import AnnotationSet, Link, Span
from annotator.model.article import Article
from annotator.model.scheme import Scheme
from annotator.text.units import Units

_ROW_KEYS = frozenset(
    """article annotator status id label start end fragments text attributes flags note origin
    topics sentence headline published source url language""".split()  # noqa: SIM905
)


def flat_lines(
    article: Article,
    annotations: AnnotationSet,
    scheme: Scheme,
    topic_name: Callable[[str], str],
    labels: list[str],
) -> Iterator[bytes]:
    """The rows of one annotation set in text order, as JSON lines without their LF."""
    units = Units(article.text)
    for span in annotations.in_order():
        if is_row(annotations, scheme, span, labels):
            yield orjson.dumps(_row(article, annotations, scheme, topic_name, units, span))


def is_row(annotations: AnnotationSet, scheme: Scheme, span: Span, labels: list[str]) -> bool:
    """Whether a span is a row; one with a label the scheme has lost is, unless it is a mention."""
    if span.label in scheme.labels:
        return span.label in labels
    links = annotations.links_from(span.id)
    return bool(links) and not is_mention_span(annotations, scheme, span)


def _row(
    article: Article,
    annotations: AnnotationSet,
    scheme: Scheme,
    topic_name: Callable[[str], str],
    units: Units,
    span: Span,
) -> dict[str, object]:
    label = scheme.labels.get(span.label)
    attributes = label.attributes if label else ()
    sentences = units.sentences(span.start, span.end)
    start = min((first for first, _ in sentences), default=span.start)
    end = max((last for _, last in sentences), default=span.end)
    links = {link.name: list[object]() for link in (label.links if label else ())}
    for link in annotations.links_from(span.id):
        links.setdefault(link.type, []).extend(
            _resolved(article, annotations, scheme, topic_name, link)
        )
    topics = {
        item.name: {
            "id": span.attributes[item.name],
            "name": topic_name(str(span.attributes[item.name])),
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
        **{f"{name}_link" if name in _ROW_KEYS else name: value for name, value in links.items()},
        "topics": topics,
        "sentence": {"text": article.text[start:end], "start": start, "end": end},
        "headline": article.headline,
        "published": article.published,
        "source": article.source,
        "url": article.url,
        "language": article.language,
    }


def _resolved(
    article: Article,
    annotations: AnnotationSet,
    scheme: Scheme,
    topic_name: Callable[[str], str],
    link: Link,
) -> Iterator[dict[str, object]]:
    for span, entity, topic in ends(annotations, scheme, link):
        yield {
            "kind": link.target_kind,
            "id": link.target,
            "label": span.label if span else "",
            "text": span.surface(article.text) if span else "",
            "start": span.start if span else None,
            "end": span.end if span else None,
            "name": entity.name if entity else topic_name(topic) if topic else "",
            "entity": entity.id if entity else "",
            "type": entity.type if entity else "",
            "naming": entity.naming if entity else "",
            "topic": topic,
        }
