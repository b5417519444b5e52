"""Stance detection as in SemEval-2016 task 6: ID, Target, Tweet and Stance, tab-separated.

A row is a stance's holder and target: FAVOR, AGAINST, or NONE. Besides, a holder and a topic that
the annotator looked for in the whole article (the document field `stance_targets_checked`) without
finding a stance make a row NONE; nothing else does. A fifth column names the holder.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import orjson

from annotator.formats.attributions import (
    CLAIM,
    HOLDER,
    STANCE,
    TARGET,
    TELLING,
    Attributions,
    need,
    told,
)
from annotator.formats.exchange import Export, Sink
from annotator.formats.registry import Format, Option
from annotator.model.annotation import AnnotationSet, Span

CHECKED = "stance_targets_checked"
_CAPABILITY = replace(TELLING, fields=True)
_STANCES = {"favour": "FAVOR", "against": "AGAINST"}
_COLUMNS = ("ID", "Target", "Tweet", "Stance", "Holder")
_BREAKS = str.maketrans("\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029", " " * 11)

Row = dict[str, str]


def write(exports: Iterable[Export], sink: Sink) -> None:
    """A line a row, after a line of titles unless the rows are JSON."""
    need(sink.scheme, STANCE)
    sink.output.lines(_lines(exports, sink))


def _lines(exports: Iterable[Export], sink: Sink) -> Iterator[bytes]:
    as_json = sink.options["shape"] == "jsonl"
    if not as_json:
        yield "\t".join(_COLUMNS).encode("utf-8")
    for export in exports:
        for work in export.sets:
            for row in _rows(export, work, sink):
                yield orjson.dumps(row) if as_json else _line(row, sink)


def _line(row: Row, sink: Sink) -> bytes:
    cells = []
    for name in _COLUMNS:
        cell = row[name].translate(_BREAKS)
        if cell != row[name]:
            sink.loss.change("cells", "tabs and line ends written as spaces")
        cells.append(cell)
    return "\t".join(cells).encode("utf-8")


def _rows(export: Export, work: AnnotationSet, sink: Sink) -> Iterator[Row]:
    rows = [span for span in work.in_order() if span.label in (STANCE, CLAIM)]
    checked = work.fields.get(CHECKED, ())
    fields: dict[str, str | bool | tuple[str, ...]] = {CHECKED: checked} if checked else {}
    sink.loss.set_aside(
        "document fields",
        "not part of what this format tells",
        len(work.fields.keys() - {*fields, *AnnotationSet.RESERVED_FIELDS}),
    )
    kept = told(replace(work, fields=fields), sink.scheme, rows, _CAPABILITY, sink.loss)
    found = Attributions(export.article, kept, sink.scheme, sink.topic_name)
    made = _Rows(found, sink)
    yield from made.said()
    if isinstance(checked, tuple):
        yield from made.unsaid(checked)


class _Rows:
    """The rows of one annotation set."""

    def __init__(self, found: Attributions, sink: Sink) -> None:
        self.found, self.sink = found, sink
        self.number = 0
        self.texts: dict[str, list[str]] = {}
        """What each holder says, by name."""
        self.about: set[tuple[str, str]] = set()
        """Holders and the topics on which they have a stance, whatever it is."""

    def said(self) -> Iterator[Row]:
        for span in self.found.spans(CLAIM):
            for holder in self.found.parties(span, HOLDER):
                self.texts.setdefault(holder.name, []).append(self._text(span, span))
        for span in self.found.spans(STANCE):
            holders = self.found.parties(span, HOLDER)
            targets = self.found.parties(span, TARGET)
            claim = next(iter(self.found.linked(span, "claim")), None)
            text = self._text(span, claim)
            self.about.update((x.name, y.topic) for x in holders for y in targets if y.topic)
            for holder in holders:
                self.texts.setdefault(holder.name, []).append(text)
            stance = self._stance(span)
            if stance is None:
                continue
            if not targets:
                self.sink.loss.leave_out("STANCE spans", "without a target")
            for name in [holder.name for holder in holders] or [""]:
                for target in targets:
                    yield self._row(span.id, name, target.name, text, stance)

    def unsaid(self, topics: Iterable[str]) -> Iterator[Row]:
        """The legitimate NONE: looked for, and not there."""
        for topic in topics:
            for holder, texts in self.texts.items():
                if (holder, topic) not in self.about:
                    text = " ".join(dict.fromkeys(texts))
                    self.sink.loss.carry("NONE rows of topics looked for")
                    yield self._row(topic, holder, self.found.topic_name(topic), text)

    def _row(self, key: str, holder: str, target: str, text: str, stance: str = "NONE") -> Row:
        article, annotator = self.found.article.id, self.found.work.annotator
        self.number += 1
        return {
            "ID": f"{article}:{annotator}:{key}:{self.number}",
            "Target": target,
            "Tweet": text,
            "Stance": stance,
            "Holder": holder,
        }

    def _stance(self, span: Span) -> str | None:
        """None where there is no row for it, which is counted."""
        said = str(self.found.value(span, "stance") or "")
        if said in _STANCES:
            return _STANCES[said]
        if not said:
            self.sink.loss.leave_out("STANCE spans", "without a direction")
            return None
        if self.sink.options["neutral"] == "drop":
            self.sink.loss.set_aside("STANCE spans", f"{said}, which is dropped")
            return None
        self.sink.loss.change("STANCE spans", f"{said} written as NONE")
        return "NONE"

    def _text(self, span: Span, claim: Span | None) -> str:
        text = self.found.article.text
        if claim is not None and self.sink.options["text"] == "claim":
            return claim.surface(text)
        start, end = self.found.sentence(claim or span)
        return text[start:end]


FORMAT = Format(
    "semeval",
    "targets and stances as in SemEval-2016 task 6",
    _CAPABILITY,
    write=write,
    suffix=".tsv",
    options=(
        Option(
            "text",
            "the stance's claim (else its sentence), or its sentence",
            "claim",
            ("claim", "sentence"),
        ),
        Option(
            "neutral",
            "what neutral, mixed and unclear become: NONE, or no row",
            "none",
            ("none", "drop"),
        ),
        Option("shape", "a table, or JSON lines with the same names", "tsv", ("tsv", "jsonl")),
    ),
)
