"""Rows with a text and its spans, as data sets are shared: JSON lines and Parquet, read only.

The spans of a row are a list of objects, a list of `[start, end, label]`, an object of lists, or
tokens with a tag each (names, or numbers that the Parquet file or option `names` explains). Which
field is which can be said; without that, the usual names are tried.
"""

import codecs
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from annotator.formats.capability import Capability
from annotator.formats.exchange import ForeignDocument, ForeignSet, ForeignSpan, Source, needs
from annotator.formats.foreign_json import (
    UNIT,
    Record,
    described,
    records,
    scalar,
    shown,
    surface,
    text,
    unit_of,
)
from annotator.formats.intake import ID_KEYS, TEXT_KEYS
from annotator.formats.registry import Format, Option
from annotator.formats.tags import Usage, runs
from annotator.formats.token_places import token_places
from annotator.model.annotation import Value
from annotator.model.errors import AnnotatorError

# The names that are tried where none is given; the first one present is taken.
_USUAL = {
    "text": TEXT_KEYS,
    "id": ID_KEYS,
    "spans": ("spans", "entities", "annotations", "labels", "label", "ner"),
    "tokens": ("tokens", "words"),
    "tags": ("ner_tags", "tags", "labels"),
    "annotator": ("annotator", "annotator_id"),
    "start": ("start", "start_offset", "begin", "start_char", "char_start"),
    "end": ("end", "end_offset", "stop", "end_char", "char_end"),
    "label": ("label", "type", "entity", "tag", "category"),
    "surface": ("text", "surface", "quote", "mention", "word"),
}
_IN_SPANS = ("start", "end", "label", "surface")
_PARQUET = b"PAR1"
_BATCH = 200

_Names = Mapping[str, Sequence[str]]
"""What the numbers in a column stand for."""


def read(source: Source) -> Iterator[ForeignDocument]:
    """A document a row. Raises AnnotatorError for a file that is neither, and as `records` does."""
    if source.path.is_dir():
        raise AnnotatorError(f"{source.path} is a folder; name its files.")
    with source.path.open("rb") as file:
        is_parquet = file.read(4) == _PARQUET
    rows = _parquet(source) if is_parquet else ((record, {}) for record in records(source))
    for record, names in rows:
        document = _Row(record, names).document()
        if document is not None:
            yield document


def _parquet(source: Source) -> Iterator[tuple[Record, _Names]]:
    with needs("parquet", "pyarrow"):
        import pyarrow as pa
        import pyarrow.parquet as pq
    path = str(source.path)
    try:
        with pq.ParquetFile(path) as file:
            names = _class_names(file.schema_arrow.metadata or {})
            number = 0
            for batch in file.iter_batches(batch_size=_BATCH):
                for value in batch.to_pylist():
                    number += 1
                    yield Record(value, source, path, number), names
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise AnnotatorError(f"{path} is no Parquet file that can be read ({error}).") from error


def _class_names(metadata: Mapping[bytes, bytes]) -> dict[str, Sequence[str]]:
    """The names of class labels, by column, that Hugging Face's `datasets` leaves in a file."""
    try:
        features = orjson.loads(metadata[b"huggingface"])["info"]["features"]
        return dict(_names_in(features, ""))
    except (KeyError, TypeError, ValueError):
        return {}


def _names_in(feature: object, column: str) -> Iterator[tuple[str, Sequence[str]]]:
    if isinstance(feature, list):
        for item in feature:
            yield from _names_in(item, column)
    elif isinstance(feature, dict):
        if isinstance(feature.get("names"), list):
            yield column, [text(name) for name in feature["names"]]
        for key, item in feature.items():
            yield from _names_in(item, column if key in ("feature", "_type") else key)


class _Row:
    """One row, and which of its fields is what."""

    def __init__(self, record: Record, names: _Names) -> None:
        self._record = record
        self._options = record.source.options
        self._names = names
        given = [name for name in self._options["names"].split(",") if name]
        if given:
            self._names = dict.fromkeys(("", *record.value), given)
        self._used: set[str] = set()

    def document(self) -> ForeignDocument | None:
        record = self._record
        content = self._take("text", record.value)
        tokens = self._take("tokens", record.value)
        rebuilt = False
        labelled = bool(tokens) or self._name("spans", record.value) in record.value
        foreign = ForeignSet(unit=unit_of(self._options))
        words = [text(token) for token in tokens] if isinstance(tokens, list) else []
        if not isinstance(content, str):
            if not words:
                wanted = self._options["text"] or ", ".join(TEXT_KEYS)
                message = f"has neither a text (under {wanted}) nor tokens; name it: --set text=..."
                record.refuse("records", "have no text", message)
                return None
            content, rebuilt = " ".join(words), True
        if words:
            foreign.unit = "code points"
            tagged = self._tagged(words, content)
            labelled, foreign.spans = tagged is not None, tagged or []
        elif labelled:
            foreign.spans = list(self._spans(self._take("spans", record.value)))
        foreign.annotator = text(self._take("annotator", record.value))
        key = text(self._take("id", record.value)) or self._inner_id()
        extra = {name: x for name, x in record.value.items() if name not in self._used}
        facts, meta = described(extra)
        return ForeignDocument(
            record.path,
            key,
            content,
            facts=facts,
            meta=meta,
            sets=[foreign] if labelled else [],
            rebuilt=rebuilt,
            line=record.line,
        )

    def _inner_id(self) -> str:
        """The id among meta data, where `annotator add` looks for it, too."""
        inner = self._record.value.get("meta")
        return text(inner.get("id")) if isinstance(inner, dict) else ""

    def _take(self, field: str, where: Mapping[str, Any]) -> Any:
        name = self._name(field, where)
        if where is self._record.value and name in where:
            self._used.add(name)
        return where.get(name)

    def _name(self, field: str, where: Mapping[str, Any]) -> str:
        said = self._options[field]
        if said:
            return said
        return next((name for name in _USUAL[field] if where.get(name) is not None), "")

    def _spans(self, given: Any) -> Iterator[ForeignSpan]:
        if isinstance(given, dict):  # lists side by side
            lists = {name: items for name, items in given.items() if isinstance(items, list)}
            size = max(map(len, lists.values()), default=0)
            given = [
                {name: items[at] for name, items in lists.items() if at < len(items)}
                for at in range(size)
            ]
        for item in self._record.items(given, "spans"):
            if isinstance(item, list) and len(item) == 3:
                if isinstance(item[0], str):  # label first
                    item = [*item[1:], item[0]]
                item = dict(zip(("start", "end", "label"), item, strict=True))
                names = {"start": "start", "end": "end", "label": "label", "surface": ""}
            elif isinstance(item, dict):
                names = {field: self._name(field, item) for field in _IN_SPANS}
            else:
                message = f"{shown(item)} is no span: an object, or [start, end, label]"
                self._record.refuse("spans", "are neither objects nor lists", message, item)
                continue
            span = self._span(item, names)
            if span is not None:
                yield span

    def _span(self, item: dict[str, Any], names: dict[str, str]) -> ForeignSpan | None:
        value = item.get(names["label"])
        label = self._record.label("spans", self._named(value, names["label"]), item)
        if not label:
            return None
        start, end = item.get(names["start"]), item.get(names["end"])
        place = self._record.place(f"{label} spans", start, end, item)
        if place is None:
            return None
        attributes: dict[str, Value] = {}
        for name, value in item.items():
            known = scalar(value)
            if name not in (*names.values(), "id") and known is not None:
                attributes[name] = known
        return ForeignSpan(
            text(item.get("id")),
            label,
            [place],
            surface(item.get(names["surface"])),
            attributes,
            line=self._record.line,
            raw=item,
        )

    def _tagged(self, words: list[str], content: str) -> list[ForeignSpan] | None:
        """The spans that tags say, or None if these cannot be used, which is counted."""
        places = token_places(words, content)
        column = self._name("tags", self._record.value)
        given = self._record.items(self._take("tags", self._record.value), "tags")
        if given and not self._names_of(column) and all(type(tag) is int for tag in given):
            message = "has numbers as tags; say what they stand for, --set names=O,B-CLAIM,..."
            self._record.refuse("records", "have numbers as tags", message)
            return None
        tags = [self._named(tag, column) for tag in given]
        if places is None or len(tags) != len(words):
            fault = (
                "its tokens are not those of its text"
                if places is None
                else f"it has {len(words):,} tokens, but {len(tags):,} tags"
            )
            self._record.refuse("records", "have tags that do not fit", fault)
            return None
        return [
            ForeignSpan(
                "",
                run.label,
                [(places[run.first][0], places[run.end - 1][1])],
                line=self._record.line,
            )
            for run in runs(tags, frozenset(), Usage())
        ]

    def _names_of(self, column: str) -> Sequence[str]:
        return self._names.get(column) or self._names.get("") or ()

    def _named(self, value: Any, column: str) -> str:
        """A label or tag as a name, where it is a number in a column with names."""
        names = self._names_of(column)
        if type(value) is int and 0 <= value < len(names):
            return names[value]
        return text(value)


def _knows(path: Path, head: bytes) -> bool:
    if head.startswith(_PARQUET):
        return True
    try:
        row = orjson.loads(head.removeprefix(codecs.BOM_UTF8).split(b"\n", 1)[0])
    except orjson.JSONDecodeError:
        return False
    if not isinstance(row, dict):
        return False
    if isinstance(row.get("tokens"), list) and isinstance(row.get("ner_tags"), list):
        return True
    spans = next((row[key] for key in ("spans", "entities") if row.get(key)), None)
    first = spans[0] if isinstance(spans, list) else spans
    has_text = any(isinstance(row.get(key), str) for key in TEXT_KEYS)
    return (
        has_text
        and isinstance(first, dict)
        and all(not first.keys().isdisjoint(_USUAL[key]) for key in ("start", "end", "label"))
    )


FORMAT = Format(
    "rows",
    "plain rows of data sets, as JSON lines or Parquet",
    Capability(annotators=False),
    read=read,
    suffix=".jsonl",
    options=(
        *(
            Option(name, f"the field with {what}; else {', '.join(_USUAL[name][:3])}")
            for name, what in (
                ("text", "the text"),
                ("id", "the id"),
                ("spans", "the spans"),
                ("label", "a span's label"),
                ("start", "where a span starts"),
                ("end", "where it ends, not included"),
                ("surface", "the text it covers"),
                ("tokens", "the tokens"),
                ("tags", "their tags"),
                ("annotator", "whose work it is"),
            )
        ),
        Option("names", "what numbers of tags or labels stand for, with commas between"),
        UNIT,
    ),
    extra="parquet",
    knows=_knows,
)
