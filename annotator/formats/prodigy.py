"""Prodigy: JSON Lines of tasks with tokens, spans, relations and an answer.

Prodigy keeps keys it does not know, so what it has no place for stands in keys `annotator` of the
span and of the task. Only accepted tasks, and files never answered, are anyone's work.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import orjson

from annotator.formats.capability import EVERYTHING, reduced
from annotator.formats.exchange import (
    Export,
    ForeignDocument,
    ForeignLink,
    ForeignSet,
    ForeignSpan,
    Sink,
    Source,
)
from annotator.formats.foreign_json import (
    UNIT,
    Record,
    about,
    beside,
    described,
    head,
    offset,
    records,
    scalar,
    surface,
    text,
    texts,
    unit_of,
)
from annotator.formats.registry import Format, Option
from annotator.formats.sidecar import (
    KEY,
    complete_set,
    complete_span,
    count_stretches,
    in_id_order,
    link_record,
    links,
    plain_value,
    set_record,
    span_record,
    topics,
)
from annotator.model.annotation import AnnotationSet, Span
from annotator.model.article import Article
from annotator.text.units import Units

_ANSWERS = ("accept", "reject", "ignore")
_TASK_KEYS = frozenset(
    (
        "text",
        "tokens",
        "spans",
        "relations",
        "options",
        "accept",
        "answer",
        "label",
        "html",
        "image",
        "config",
        "score",
        "priority",
        KEY,
    )
)
_SPAN_KEYS = frozenset(
    (
        "start",
        "end",
        "token_start",
        "token_end",
        "label",
        "text",
        "type",
        "source",
        "score",
        "color",
        "rank",
        "pattern",
        "input_hash",
        "answer",
        KEY,
    )
)


_WORK_KEYS = frozenset(("spans", "relations", "accept", "label", "answer", KEY))
"""A task with none of these is only a text."""


# -- in --------------------------------------------------------------------------------------------

_Input = tuple[object, str]
"""An input's hash and who answered: the lines of one such are one document."""


def read(source: Source) -> Iterator[ForeignDocument]:
    """One document an input and annotator, however many tasks (lines) were made of it."""
    tasks: Counter[_Input] = Counter()
    if b'"_input_hash"' in head(source.path):
        tasks.update(_input(record) for record in records(_silent(source)))
    waiting: dict[_Input, ForeignDocument] = {}
    for record in records(source):
        key = _input(record)
        tasks[key] -= 1
        last = key[0] is None or not tasks[key]
        document = _document(record) if _is_work(record) else None
        if document is not None and key in waiting:
            _merge(waiting[key], document)
            source.loss.change("tasks", "put together, as they share their text")
        elif document is not None:
            waiting[key] = document
        if last and key in waiting:
            yield waiting.pop(key)


def _silent(source: Source) -> Source:
    """The same file for a look ahead, whose findings nobody counts."""
    return Source(source.path, source.options, source.scheme, type(source.loss)(), source.encoding)


def _input(record: Record) -> _Input:
    hash = record.value.get("_input_hash")
    known = hash if isinstance(hash, int | str) else None
    return known, _annotator(record.value)


def _annotator(task: Mapping[str, Any]) -> str:
    return text(task.get("_annotator_id")) or text(task.get("_session_id"))


def _is_work(record: Record) -> bool:
    task, loss = record.value, record.source.loss
    answer = task.get("answer", "accept")
    if answer == "accept":
        return True
    kept = task.get(KEY)
    if answer == "ignore" and isinstance(kept, dict) and kept.get("status") == "skipped":
        return True  # this is how we write what an annotator skipped
    if answer in _ANSWERS:
        loss.leave_out("tasks", "were rejected" if answer == "reject" else "were ignored")
    else:
        record.refuse("tasks", "have an unknown answer", "the answer is unknown", answer)
    return False


def _document(record: Record) -> ForeignDocument | None:
    task, options = record.value, record.source.options
    if not isinstance(task.get("text"), str):
        record.refuse("tasks", "have no text", "has no text", task.get("text"))
        return None
    work = ForeignSet(
        annotator=_annotator(task),
        unit=unit_of(options, "code points"),
    )
    for raw in record.objects(task.get("spans"), "spans"):
        span = _span(record, raw)
        if span is not None:
            work.spans.append(span)
    _name(work.spans)
    _choices(record, work)
    native = _relations(record, work)
    kept = task.get(KEY)
    complete_set(work, kept, record)
    work.links += native
    extra = {key: value for key, value in task.items() if key not in _TASK_KEYS and key[:1] != "_"}
    facts, meta = described(extra)
    said = not task.keys().isdisjoint(_WORK_KEYS)
    id = text(meta.pop("id", "")) or text(meta.pop("article_id", ""))
    return ForeignDocument(
        record.path,
        id=id,
        text=task["text"],
        facts=facts,
        meta=meta,
        sets=[work] if said else [],
        line=record.line,
        topics=topics(kept, record),
    )


def _span(record: Record, raw: dict[str, Any]) -> ForeignSpan | None:
    answer = raw.get("answer", "accept")
    if answer != "accept":
        record.source.loss.leave_out("spans", "were not accepted")
        return None
    label = record.label("spans", raw.get("label"), raw)
    place = record.place(f"{label} spans", raw.get("start"), raw.get("end"), raw) if label else None
    if place is None:
        return None
    span = ForeignSpan(
        text(raw.get("id")), label, [place], surface(raw.get("text")), line=record.line, raw=raw
    )
    for name, value in raw.items():
        if name in _SPAN_KEYS or name == "id":
            continue
        known = scalar(value)
        if known is None:
            record.refuse("attributes", "have no value we know", f"key {name} of a span", raw)
        else:
            span.attributes[name] = known
    complete_span(span, raw.get(KEY), record)
    return span


def _choices(record: Record, work: ForeignSet) -> None:
    task = record.value
    if accepted := texts(task.get("accept")):
        work.fields[record.source.options["field"]] = tuple(accepted)
    elif "spans" not in task and text(task.get("label")):
        work.fields[record.source.options["field"]] = (text(task["label"]),)


def _relations(record: Record, work: ForeignSet) -> list[ForeignLink]:
    """Relations between spans. Ends are given by place and label, in old files by last token."""
    by_place: dict[object, ForeignSpan] = {}
    by_id = {span.id: span for span in work.spans}
    for span in work.spans:
        by_place.setdefault((*_stretch(span), span.label), span)
        if isinstance(span.raw, dict):
            by_place.setdefault(("token", offset(span.raw.get("token_end"))), span)
    found = []
    for order, raw in enumerate(record.objects(record.value.get("relations"), "links")):
        type = record.label("links", raw.get("label"), raw)
        if not type:
            continue
        heads = [_end(raw, side, by_place) for side in ("head", "child")]
        kept = next(iter(links([raw[KEY]], record)), None) if _is_ours(raw) else None
        if kept is not None:  # says which of several spans with one place and label is meant
            ends = by_id.get(kept.source), by_id.get(kept.target)
            if all(
                end is not None and head is not None and _stretch(end) == _stretch(head)
                for end, head in zip(ends, heads, strict=True)
            ):
                kept.type = type
                found.append(kept)
                continue
        if heads[0] is None or heads[1] is None:
            record.refuse("links", "have no span at an end", f"{type} has no span at an end", raw)
            continue
        found.append(
            ForeignLink(type, heads[0].id, heads[1].id, order=order, line=record.line, raw=raw)
        )
    return found


def _name(spans: list[ForeignSpan]) -> None:
    """Give ids to spans that have none, or one that another has, so that links can name them."""
    taken = {span.id for span in spans} | {""}
    seen: set[str] = {""}
    free = (name for number in count(1) if (name := f"s{number}") not in taken)
    for span in spans:
        if span.id in seen:
            span.id = next(free)
        seen.add(span.id)


def _is_ours(raw: dict[str, Any]) -> bool:
    return isinstance(raw.get(KEY), dict)


def _stretch(span: ForeignSpan) -> tuple[int, int]:
    return span.fragments[0][0], span.fragments[-1][1]


def _end(
    raw: dict[str, Any], side: str, by_place: Mapping[object, ForeignSpan]
) -> ForeignSpan | None:
    stated = raw.get(f"{side}_span")
    if isinstance(stated, dict):
        place = offset(stated.get("start")), offset(stated.get("end")), text(stated.get("label"))
        return by_place.get(place)
    return by_place.get(("token", offset(raw.get(side))))


def _merge(document: ForeignDocument, other: ForeignDocument) -> None:
    """Add what another task on the same text says; what both say stands once."""
    work, more = document.sets[0], other.sets[0]
    known = {(span.label, *span.fragments): span.id for span in work.spans}
    new = [span for span in more.spans if (span.label, *span.fragments) not in known]
    renamed = {
        span.id: known[key]
        for span in more.spans
        if (key := (span.label, *span.fragments)) in known
    }
    before = [span.id for span in new]
    work.spans += new
    _name(work.spans)
    renamed.update(zip(before, (span.id for span in new), strict=True))
    for link in more.links:
        link.source = renamed.get(link.source, link.source)
        if link.target_kind == "span":
            link.target = renamed.get(link.target, link.target)
        if not any(_same(link, old) for old in work.links):
            work.links.append(link)
    for name, value in more.fields.items():
        old = work.fields.get(name)
        if isinstance(old, tuple) and isinstance(value, tuple):
            value = tuple(dict.fromkeys((*old, *value)))
        work.fields[name] = value


def _same(link: ForeignLink, other: ForeignLink) -> bool:
    return (link.type, link.source, link.target) == (other.type, other.source, other.target)


# -- out -------------------------------------------------------------------------------------------


def write(exports: Iterable[Export], sink: Sink) -> None:
    """One task an article and annotator, as accepted there; what was skipped is "ignore"."""
    sink.output.lines(_lines(exports, sink))


def _lines(exports: Iterable[Export], sink: Sink) -> Iterator[bytes]:
    for export in exports:
        tokens = _Tokens(export.article.text)
        for work in export.sets:
            yield orjson.dumps(_task(export.article, work, tokens, sink))
            sink.loss.carry("annotation sets")


def _task(
    article: Article, work: AnnotationSet, tokens: "_Tokens", sink: Sink
) -> dict[str, object]:
    work = reduced(work, FORMAT.capability, sink.loss)
    count_stretches(sink.loss, work.spans.values())
    for span in work.spans.values():
        if not tokens.fit(span):
            sink.loss.change(f"{span.label} spans", "given the tokens they touch")
    links = in_id_order(work.links)
    between = [link for link in links if link.target_kind == "span"]
    known = {"id": article.id, **about(article)}
    return {
        "text": article.text,
        "meta": {**known, **beside(article.meta, known, sink.loss)},
        "tokens": tokens.records,
        "spans": [_span_record(span, article.text, tokens) for span in work.in_order()],
        "relations": [
            {
                "head": tokens.last(work.spans[link.source]),
                "child": tokens.last(work.spans[link.target]),
                "label": link.type,
                "head_span": _place(work.spans[link.source], tokens),
                "child_span": _place(work.spans[link.target], tokens),
                KEY: link_record(link),
            }
            for link in between
        ],
        KEY: set_record(work, (link for link in links if link.target_kind != "span"), sink),
        "answer": "ignore" if work.fields.get("status") == "skipped" else "accept",
        "_session_id": work.annotator,
        "_annotator_id": work.annotator,
    }


def _span_record(span: Span, content: str, tokens: "_Tokens") -> dict[str, object]:
    hidden = span.attributes.keys() & (_SPAN_KEYS | {"id"})
    native = {
        name: plain_value(span.attributes[name]) for name in sorted(span.attributes.keys() - hidden)
    }
    return {
        **_place(span, tokens),
        "text": content[span.start : span.end],
        **native,
        KEY: span_record(span, content, hidden),
    }


def _place(span: Span, tokens: "_Tokens") -> dict[str, object]:
    return {
        "start": span.start,
        "end": span.end,
        "token_start": tokens.first(span),
        "token_end": tokens.last(span),
        "label": span.label,
    }


class _Tokens:
    """The tokens of one text; a span has those it touches, and None if it touches none.

    As in spaCy, a token may be followed by one space (`ws`), and all other white space is a token
    of its own: together they are the text.
    """

    def __init__(self, content: str) -> None:
        self.records: list[dict[str, object]] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        at = 0
        for start, end in (*Units(content).tokens(0, len(content)), (len(content), len(content))):
            if at < start and at and content[at] == " ":
                self.records[-1]["ws"] = True
                at += 1
            self._add(content, at, start)
            self._add(content, start, end)
            at = end

    def _add(self, content: str, start: int, end: int) -> None:
        if start < end:
            place = {"text": content[start:end], "start": start, "end": end}
            self.records.append({**place, "id": len(self.records), "ws": False})
            self._starts.append(start)
            self._ends.append(end)

    def first(self, span: Span) -> int | None:
        """The index of the first token."""
        index = bisect_right(self._ends, span.start)
        return index if self._touched(index, span) else None

    def last(self, span: Span) -> int | None:
        """The index of the last token: it is part of the span."""
        index = bisect_left(self._starts, span.end) - 1
        return index if self._touched(index, span) else None

    def fit(self, span: Span) -> bool:
        """Whether the span begins and ends where tokens do."""
        first, last = self.first(span), self.last(span)
        if first is None or last is None:
            return False
        return self._starts[first] == span.start and self._ends[last] == span.end

    def _touched(self, index: int, span: Span) -> bool:
        inside = 0 <= index < len(self._starts)
        return inside and self._starts[index] < span.end and self._ends[index] > span.start


def _knows(path: Path, head: bytes) -> bool:
    try:
        task = orjson.loads(head.split(b"\n", 1)[0])
    except orjson.JSONDecodeError:
        return False
    if not isinstance(task, dict) or not isinstance(task.get("text"), str):
        return False
    if {"_input_hash", "_task_hash", "_session_id"} & task.keys():
        return True
    spans = task.get("spans")
    first = spans[0] if isinstance(spans, list) and spans else None
    return isinstance(first, dict) and {"token_start", "token_end", "label"} <= first.keys()


FORMAT = Format(
    name="prodigy",
    title="Prodigy JSONL: spans, relations, tokens, answers",
    capability=EVERYTHING,
    read=read,
    write=write,
    suffix=".jsonl",
    options=(
        UNIT,
        Option("field", "the document field that choices and accepted labels go to", "accept"),
    ),
    knows=_knows,
)
