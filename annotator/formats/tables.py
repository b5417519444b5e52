"""Tables for spreadsheets and statistics: claims.csv, stances.csv, speakers.csv, articles.csv.

RFC 4180: comma, CRLF, quotes where needed; UTF-8, with a mark at the start so that Excel knows.
One row a claim, stance, entity, and article, of each annotator. Several things in one cell are
joined by "; ", fragments are written start-end. Offsets are code points, half-open, into the
article. Cells that a spreadsheet would compute get an apostrophe in front.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from io import TextIOWrapper
from typing import Any

from annotator.formats.attributions import (
    CLAIM,
    CUE,
    HOLDER,
    OBJECT,
    RELAY,
    STANCE,
    TARGET,
    TELLING,
    Attributions,
    told,
)
from annotator.formats.exchange import Export, Sink
from annotator.formats.loss import Loss
from annotator.formats.registry import Format, Option
from annotator.formats.resolve import aliases, entity, mentions_of
from annotator.model.annotation import AnnotationSet, Span
from annotator.model.scheme import Scheme

_CAPABILITY = replace(TELLING, remarks=True, fields=True, state=True)
_COMPUTED = ("=", "+", "-", "@", "\t", "\r")
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_PLACE = ("article", "annotator", "status", "split")
_FACTS = ("headline", "source", "published", "url", "language")
_ENTITY = ("name", "type", "naming", "affiliation", "kb", "note")
_SPAN = (
    *_PLACE,
    *("id", "start", "end", "fragments", "text", "sentence"),
    *("holder", "holder_entity", "holder_type", "holder_naming", "holder_text"),
)
_REMARKS = ("other_attributes", "flags", "note", "origin", *_FACTS)
_OWN = {
    CLAIM: ("cue", "relay", "object", "same_as"),
    STANCE: ("target", "target_kind", "target_id", "claim", "claim_text"),
}
_NAMES = {CLAIM: "claims", STANCE: "stances"}


def write(exports: Iterable[Export], sink: Sink) -> None:
    """All four tables at once, so that every article is seen only once."""
    with ExitStack() as stack:
        tables = {
            name: _Table(stack, sink, name, columns)
            for name, columns in _columns(sink.scheme).items()
        }
        for export in exports:
            for work in export.sets:
                rows = [span for span in work.in_order() if span.label in _NAMES]
                kept = told(work, sink.scheme, rows, _CAPABILITY, sink.loss, cast=True)
                found = Attributions(export.article, kept, sink.scheme, sink.topic_name)
                for name, row in _Rows(found, export.split).all():
                    tables[name].add(row)


def _columns(scheme: Scheme) -> dict[str, tuple[str, ...]]:
    spans = {
        name: (*_SPAN, *_OWN[label], *_attributes(scheme, label).values(), *_REMARKS)
        for label, name in _NAMES.items()
    }
    return spans | {
        "speakers": (*_PLACE, "entity", *_ENTITY, "aliases", "mentions", "claims", "stances"),
        "articles": (
            *(*_PLACE, *_FACTS, "characters", "text_sha256", "scheme"),
            *("skip_reason", "flags", "note", "claims", "stances"),
            *(f"field_{field.name}" for field in scheme.fields),
            "other_fields",
        ),
    }


def _attributes(scheme: Scheme, label: str) -> dict[str, str]:
    """The columns of a label's attributes; one called like another column says its label, too."""
    found = scheme.labels.get(label)
    taken = {*_SPAN, *_OWN[label], *_REMARKS}
    return {
        attribute.name: f"{label.lower()}_{attribute.name}"
        if attribute.name in taken
        else attribute.name
        for attribute in (found.attributes if found else ())
    }


class _Table:
    """One file, row by row."""

    def __init__(self, stack: ExitStack, sink: Sink, name: str, columns: tuple[str, ...]) -> None:
        file = stack.enter_context(sink.output.part(f"{name}.csv"))
        encoding = "utf-8-sig" if sink.options["bom"] == "yes" else "utf-8"
        text = TextIOWrapper(file, encoding, newline="")
        stack.callback(text.detach)  # which flushes
        self._writer = csv.writer(text, delimiter=_DELIMITERS[sink.options["delimiter"]])
        self._columns, self._loss = columns, sink.loss
        self._writer.writerow(columns)

    def add(self, row: Mapping[str, object]) -> None:
        self._writer.writerow([_cell(row.get(name), self._loss) for name in self._columns])


def _cell(value: object, loss: Loss) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = _said(value)
    if text.startswith(_COMPUTED):
        loss.change("cells", "an apostrophe put before what a spreadsheet would compute")
        return "'" + text
    return text


def _said(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


class _Rows:
    """The rows of one annotation set."""

    def __init__(self, found: Attributions, split: str) -> None:
        self.found, self.article, self.work = found, found.article, found.work
        self.place = {
            "article": self.article.id,
            "annotator": self.work.annotator,
            "status": self.work.status,
            "split": split,
        }
        self.facts = {name: getattr(self.article, name) for name in _FACTS}

    def all(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The name of a table and a row for it, again and again."""
        held: dict[str, Counter[str]] = {label: Counter() for label in _NAMES}
        for label, name in _NAMES.items():
            for span in self.found.spans(label):
                holders = {party.entity for party in self.found.parties(span, HOLDER)}
                held[label].update(holders - {""})
                yield name, self._span(span)
        named = {*self.work.entities, *held[CLAIM], *held[STANCE]}
        for key in sorted(named, key=lambda x: (len(x), x)):
            yield "speakers", self._speaker(key, held[CLAIM][key], held[STANCE][key])
        yield "articles", self._article()

    def _span(self, span: Span) -> dict[str, Any]:
        text, found = self.article.text, self.found
        start, end = found.sentence(span)
        holders = found.parties(span, HOLDER)
        columns = _attributes(found.scheme, span.label)
        return {
            **self.place,
            **self.facts,
            **{columns[name]: value for name, value in found.values(span)},
            "other_attributes": _others(span.attributes, columns),
            "id": span.id,
            "start": span.start,
            "end": span.end,
            "fragments": [f"{first}-{last}" for first, last in span.fragments],
            "text": span.surface(text),
            "sentence": text[start:end],
            "holder": [holder.name for holder in holders],
            "holder_entity": [holder.entity for holder in holders],
            "holder_type": [holder.type for holder in holders],
            "holder_naming": [holder.naming for holder in holders],
            "holder_text": [holder.text(text) for holder in holders],
            "flags": span.flags,
            "note": span.note,
            "origin": span.origin,
            **(self._ends_of_claim(span) if span.label == CLAIM else self._ends_of_stance(span)),
        }

    def _ends_of_claim(self, span: Span) -> dict[str, Any]:
        found = self.found
        return {
            "cue": [cue.surface(self.article.text) for cue in found.linked(span, CUE)],
            "relay": [relay.name for relay in found.parties(span, RELAY)],
            "object": [thing.name for thing in found.parties(span, OBJECT)],
            "same_as": [other.id for other in found.linked(span, "same_as")],
        }

    def _ends_of_stance(self, span: Span) -> dict[str, Any]:
        targets = self.found.parties(span, TARGET)
        claims = self.found.linked(span, "claim")
        return {
            "target": [target.name for target in targets],
            "target_kind": [target.kind for target in targets],
            "target_id": [
                target.topic or target.entity or (target.span.id if target.span else "")
                for target in targets
            ],
            "claim": [claim.id for claim in claims],
            "claim_text": [claim.surface(self.article.text) for claim in claims],
        }

    def _speaker(self, key: str, claims: int, stances: int) -> dict[str, Any]:
        who = entity(self.work, key)
        return {
            **self.place,
            "entity": key,
            **{name: getattr(who, name) for name in _ENTITY},
            "aliases": aliases(self.work, self.found.scheme, key, self.article.text),
            "mentions": len(mentions_of(self.work, self.found.scheme, key)),
            "claims": claims,
            "stances": stances,
        }

    def _article(self) -> dict[str, Any]:
        work, fields = self.work, self.found.scheme.fields
        reserved = dict.fromkeys(AnnotationSet.RESERVED_FIELDS, "")
        return {
            **self.place,
            **self.facts,
            "characters": len(self.article.text),
            "text_sha256": self.article.text_hash,
            "scheme": work.scheme,
            "skip_reason": work.fields.get("skip_reason", ""),
            "flags": work.flags,
            "note": work.note,
            "claims": len(self.found.spans(CLAIM)),
            "stances": len(self.found.spans(STANCE)),
            **{f"field_{item.name}": work.fields.get(item.name, item.default) for item in fields},
            "other_fields": _others(
                work.fields, {**reserved, **{item.name: "" for item in fields}}
            ),
        }


def _others(values: Mapping[str, object], known: Mapping[str, str]) -> list[str]:
    """What has no column of its own."""
    return [f"{name}={_said(value)}" for name, value in sorted(values.items()) if name not in known]


FORMAT = Format(
    "csv",
    "tables of claims, stances, speakers and articles",
    _CAPABILITY,
    write=write,
    options=(
        Option("bom", "whether files begin with a mark, as Excel wants", "yes", ("yes", "no")),
        Option("delimiter", "what stands between cells", "comma", tuple(_DELIMITERS)),
    ),
)
