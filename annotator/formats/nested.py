"""The nested export: one line an article and annotator, with everything as it was said.

Offsets are code points, half-open, into `text`. Keys always come in the same order, and lists that
have no order of their own are sorted, so equal work gives equal bytes.
"""

from collections.abc import Callable, Collection

import orjson

from annotator.formats.resolve import aliases, in_scheme_order, topic_ids
from annotator.model.annotation import AnnotationSet, Link, Span
from annotator.model.article import Article
from annotator.model.scheme import Scheme


def nested_line(
    article: Article,
    annotations: AnnotationSet,
    scheme: Scheme,
    topic_name: Callable[[str], str],
    labels: Collection[str] | None = None,
) -> bytes:
    """One JSON line without its LF. With `labels`, other spans and their links are left out."""
    spans, links = kept(annotations, labels)
    fields = {
        name: value
        for name, value in annotations.fields.items()
        if name not in AnnotationSet.RESERVED_FIELDS
    }
    return orjson.dumps(
        {
            "id": article.id,
            "annotator": annotations.annotator,
            "status": annotations.status,
            "skip_reason": str(annotations.fields.get("skip_reason", "")),
            "flags": list(annotations.flags),
            "note": annotations.note,
            "scheme": annotations.scheme,
            "headline": article.headline,
            "source": article.source,
            "published": article.published,
            "url": article.url,
            "language": article.language,
            "text_sha256": article.text_hash,
            "offsets": "code points, half-open",
            "text": article.text,
            "spans": [_span(span, article.text, scheme) for span in spans],
            "links": [_link(link) for link in links],
            "entities": [
                {
                    "id": entity.id,
                    "name": entity.name,
                    "type": entity.type,
                    "naming": entity.naming,
                    "affiliation": entity.affiliation,
                    "kb": entity.kb,
                    "note": entity.note,
                    "aliases": aliases(annotations, scheme, entity.id, article.text),
                }
                for entity in sorted(annotations.entities.values(), key=lambda x: _by_number(x.id))
            ],
            "topics": [
                {"id": topic, "name": topic_name(topic)} for topic in topic_ids(annotations, scheme)
            ],
            "fields": in_scheme_order(fields, (field.name for field in scheme.fields)),
        }
        | _provenance(annotations, {span.id for span in spans}, whole=labels is None)
    )


def _provenance(
    annotations: AnnotationSet, spans: Collection[str], *, whole: bool
) -> dict[str, object]:
    """What gold alone has: how each span came to be, from which of the annotators' spans.

    Unless the export is `whole`, only what is about its spans.
    """
    if not annotations.verdicts:
        return {}
    chosen = [
        item
        for item in sorted(annotations.verdicts.values(), key=lambda x: _by_number(x.id))
        if whole or any(span in spans for span in item.spans)
    ]
    return {
        "verdicts": [
            {
                "decision": item.decision,
                "spans": list(item.spans),
                "from": list(item.sources),
                "gap": item.gap,
                "note": item.note,
            }
            for item in chosen
        ]
    }


def kept(
    annotations: AnnotationSet, labels: Collection[str] | None
) -> tuple[list[Span], list[Link]]:
    """The spans of the labels (None: of all) in text order, and the links between them by id.

    Broken links are among them: nobody may drop those unseen.
    """
    spans = [span for span in annotations.in_order() if labels is None or span.label in labels]
    left_out = annotations.spans.keys() - {span.id for span in spans}
    links = [
        link
        for link in annotations.links.values()
        if link.source not in left_out
        and not (link.target_kind == "span" and link.target in left_out)
    ]
    return spans, sorted(links, key=lambda link: _by_number(link.id))


def _span(span: Span, text: str, scheme: Scheme) -> dict[str, object]:
    label = scheme.labels.get(span.label)
    names = [attribute.name for attribute in label.attributes] if label else []
    return {
        "id": span.id,
        "label": span.label,
        "start": span.start,
        "end": span.end,
        "fragments": [list(fragment) for fragment in span.fragments],
        "text": span.surface(text),
        "attributes": in_scheme_order(span.attributes, names),
        "flags": list(span.flags),
        "note": span.note,
        "origin": span.origin,
    }


def _link(link: Link) -> dict[str, object]:
    return {
        "id": link.id,
        "type": link.type,
        "source": link.source,
        "target": link.target,
        "target_kind": link.target_kind,
        "order": link.order,
        "origin": link.origin,
    }


def _by_number(key: str) -> tuple[int, str]:
    return len(key), key
