"""Rows of typed columns, made of the nested form (see `nested`) and turned back into it.

Columns are those of the nested form, but for values whose names the scheme decides: `attributes` of
a span and `fields` have a typed member for each attribute and field of the scheme, null where
nothing was said. What does not fit those types is kept as JSON in `more_attributes` and
`more_fields`, `meta` of the article in `meta`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson

from annotator.formats.nested import nested_line
from annotator.model.annotation import AnnotationSet, Fragment
from annotator.model.article import Article
from annotator.model.scheme import Scheme

Kind = str
"""text, flag or texts: what a value is."""
_TEXTS = (
    "id", "text", "text_sha256", "headline", "source", "published", "url", "language", "annotator",
    "status", "skip_reason", "note", "scheme",
)  # fmt: skip
_SPAN = ("id", "label", "text", "note", "origin")
_LINK = ("id", "type", "source", "target", "target_kind", "origin")
_ENTITY = ("id", "name", "type", "naming", "affiliation", "kb", "note")
_VERDICT = ("id", "case", "decision", "note")


class Rows:
    """Makes rows under one scheme."""

    def __init__(self, scheme: Scheme, topic_name: Callable[[str], str]) -> None:
        self._scheme, self._topic_name = scheme, topic_name
        self._attributes = _kinds(
            (attribute.name, "flag" if attribute.kind == "flag" else "text")
            for label in scheme.labels.values()
            for attribute in label.attributes
        )
        known = {"flag": "flag", "topics": "texts"}
        self._fields = _kinds(
            (field.name, known.get(field.kind, "text")) for field in scheme.fields
        )

    def schema(self, pa: Any) -> Any:
        """The `pyarrow.Schema` of the rows; `pa` is that module."""
        string, texts = pa.string(), pa.list_(pa.string())
        types = {"text": string, "flag": pa.bool_(), "texts": texts}
        offset, pairs = pa.int32(), pa.list_(pa.list_(pa.int32()))

        def typed(kinds: Mapping[str, Kind]) -> Any:
            return pa.struct([(name, types[kind]) for name, kind in kinds.items()])

        def struct(names: Sequence[str], **more: Any) -> Any:
            return pa.list_(pa.struct([*((name, string) for name in names), *more.items()]))

        # Parquet has no struct without members.
        attributes = {"attributes": typed(self._attributes)} if self._attributes else {}
        fields = {"fields": typed(self._fields)} if self._fields else {}
        columns = {
            **dict.fromkeys(_TEXTS, string),
            "flags": texts,
            "spans": struct(
                _SPAN,
                start=offset,
                end=offset,
                fragments=pairs,
                **attributes,
                more_attributes=string,
                flags=texts,
            ),
            "links": struct(_LINK, order=pa.int64()),
            "entities": struct(_ENTITY, aliases=texts),
            "topics": struct(("id", "name")),
            **fields,
            "more_fields": string,
            "excluded": pairs,
            "sources": texts,
            "verdicts": struct(_VERDICT, spans=texts, **{"from": texts}, gap=pa.bool_()),
            "meta": string,
        }
        return pa.schema(list(columns.items()))

    def row(
        self, article: Article, work: AnnotationSet, excluded: Iterable[Fragment]
    ) -> dict[str, Any]:
        row: dict[str, Any] = orjson.loads(
            nested_line(article, work, self._scheme, self._topic_name)
        )
        del row["offsets"]
        for span in row["spans"]:
            typed, more = _parted(span["attributes"], self._attributes)
            span["attributes"], span["more_attributes"] = typed, more
        row["fields"], row["more_fields"] = _parted(row["fields"], self._fields)
        row["excluded"] = [list(pair) for pair in excluded]
        row["meta"] = orjson.dumps(row.get("meta", {})).decode()
        for name in ("sources", "verdicts"):
            row.setdefault(name, [])
        return row


def record_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row in the nested form; what it lacks is left out."""
    record = dict(row)
    if isinstance(record.get("spans"), list):
        record["spans"] = [_joined(span, "attributes") for span in record["spans"]]
    record = dict(_joined(record, "fields"))
    record["meta"] = _object(record.get("meta"))
    return record


def _kinds(named: Iterable[tuple[str, Kind]]) -> dict[str, Kind]:
    """The kind of each name; two labels may use one name in two ways, which is no type then."""
    found: dict[str, Kind] = {}
    torn = set()
    for name, kind in named:
        if found.setdefault(name, kind) != kind:
            torn.add(name)
    return {name: kind for name, kind in found.items() if name not in torn}


def _parted(values: Mapping[str, Any], kinds: Mapping[str, Kind]) -> tuple[dict[str, Any], str]:
    """The values that have a typed place, and the others as JSON."""
    typed = {name: value for name, value in values.items() if kinds.get(name) == _kind(value)}
    more = {name: value for name, value in values.items() if name not in typed}
    return typed, orjson.dumps(more).decode()


def _kind(value: object) -> Kind:
    if isinstance(value, bool):
        return "flag"
    return "text" if isinstance(value, str) else "texts"


def _joined(record: Any, name: str) -> Any:
    if not isinstance(record, Mapping):
        return record
    joined = dict(record)
    typed, more = joined.get(name), joined.pop(f"more_{name}", None)
    if typed is None or isinstance(typed, Mapping):
        said = {key: value for key, value in (typed or {}).items() if value is not None}
        joined[name] = {**said, **_object(more)}
    return joined


def _object(text: object) -> dict[str, Any]:
    """A JSON object, or an empty one for what is none."""
    try:
        value = orjson.loads(text) if isinstance(text, str) else None
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}
