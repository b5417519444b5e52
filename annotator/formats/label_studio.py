"""Label Studio: one JSON array of tasks, with annotations of several people and predictions.

Attributes of spans are further results with the id of the span's region, document fields results
of their own. What Label Studio has no place for stands under `meta.annotator` of a region, which
it keeps, and as one JSON text in a hidden text area `annotator` of the annotation. Label Studio
refuses names it does not know in `completed_by`, so the names stand there, too.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
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
    END,
    UNIT,
    Record,
    about,
    described,
    inclusive_of,
    records,
    shown,
    surface,
    text,
    unit_of,
)
from annotator.formats.intake import TEXT_KEYS
from annotator.formats.label_studio_config import (
    LABEL,
    NO,
    RESERVED,
    TEXT,
    YES,
    config,
    control,
    field_control,
    text_key_in,
)
from annotator.formats.output import Output
from annotator.formats.registry import Format, Option
from annotator.formats.sidecar import (
    KEY,
    complete_set,
    complete_span,
    completed_links,
    count_stretches,
    in_id_order,
    set_record,
    span_record,
    topics,
)
from annotator.model.annotation import AnnotationSet, Origin, Span, Value
from annotator.model.article import Article
from annotator.model.errors import AnnotatorError
from annotator.model.scheme import Scheme
from annotator.store.names import GOLD

_ORIGINS: dict[str, Origin] = {
    "manual": "manual",
    "prediction": "suggested",
    "prediction-changed": "edited",
}
_MADE = {"suggested": "prediction", "edited": "prediction-changed"}
_VALUES = {"choices": "choices", "textarea": "text", "rating": "rating", "number": "number",
           "datetime": "datetime", "taxonomy": "taxonomy"}  # fmt: skip


# -- in --------------------------------------------------------------------------------------------


def read(source: Source) -> Iterator[ForeignDocument]:
    """One document a task: the last annotation of each person, an empty one too; predictions."""
    key = source.options["text"]
    if not key and source.options["config"]:
        key = text_key_in(Path(source.options["config"]))
    for record in records(source):
        document = _document(record, key)
        if document is not None:
            yield document


def _document(record: Record, key: str) -> ForeignDocument | None:
    task = record.value
    data = task.get("data")
    if not isinstance(data, dict):
        message = 'a task has no "data"; export from Label Studio as JSON, not as another kind'
        record.refuse("tasks", "have no data", message, task.get("data"))
        return None
    key = key or _text_key(data)
    content = data.get(key)
    if not isinstance(content, str):
        message = f"a task has no text under {key!r}; name its key with --set text=KEY"
        record.refuse("tasks", "have no text", message, content)
        return None
    facts, meta = described(
        {name: item for name, item in data.items() if name not in (key, "article_id")}
    )
    named: dict[str, str] = {}
    sets = [*_annotations(record, content, named), *_predictions(record, content, named)]
    return ForeignDocument(
        record.path,
        id=text(data.get("article_id")) or text(data.get("id")) or text(task.get("id")),
        text=content,
        facts=facts,
        meta=meta,
        sets=sets,
        line=record.line,
        topics=named,
    )


def _text_key(data: dict[str, Any]) -> str:
    """Where the text is: under a usual name, or in the only value that is a text."""
    usual = next((key for key in TEXT_KEYS if isinstance(data.get(key), str)), "")
    strings = [key for key, item in data.items() if isinstance(item, str)]
    return usual or (strings[0] if len(strings) == 1 else "text")


def _annotations(record: Record, content: str, named: dict[str, str]) -> list[ForeignSet]:
    task, loss = record.value, record.source.loss
    found: list[ForeignSet] = []
    given = list(record.objects(task.get("annotations", task.get("completions")), "annotations"))
    for raw in given:
        work = _set(record, raw, content, named)
        work.annotator = work.annotator or _person(raw.get("completed_by"))
        cancelled = raw.get("was_cancelled") is True or raw.get("skipped") is True
        if cancelled and work.status != "skipped":
            loss.leave_out("annotations", "were skipped by the annotator")
        else:
            found.append(work)
    if drafts := task.get("drafts"):
        loss.leave_out("drafts", "were not submitted", len(drafts) if _is_list(drafts) else 1)
    nameless = [work for work in found if not work.annotator]
    if len(found) > 1:
        for number, work in enumerate(nameless, 1):
            work.annotator = f"annotator-{number}"
    last = {work.annotator: work for work in found}
    for work in found:
        if last[work.annotator] is not work:
            loss.leave_out("annotations", "were followed by a later one of the same annotator")
    return list(last.values())


def _predictions(record: Record, content: str, named: dict[str, str]) -> Iterator[ForeignSet]:
    for raw in record.objects(record.value.get("predictions"), "predictions"):
        work = _set(record, raw, content, named)
        work.annotator = work.annotator or text(raw.get("model_version"))
        work.suggested = True
        for span in work.spans:
            span.origin = "suggested"
        yield work


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _person(value: object) -> str:
    """A name for an annotator: the user's number, or what hides an e-mail address."""
    if isinstance(value, dict):
        value = value.get("id") or value.get("email") or value.get("username")
    name = text(value)
    if "@" in name:
        return f"user-{sha256(name.casefold().encode('utf-8', 'replace')).hexdigest()[:8]}"
    return name


class _Results:
    """The results of one annotation, sorted by what they are about."""

    def __init__(self, record: Record, content: str) -> None:
        self.record = record
        self.content = content
        self.regions: dict[str, list[ForeignSpan]] = {}
        self.kept: dict[str, object] = {}  # by region
        self.natives: dict[str, dict[str, list[str]]] = {}  # texts of attributes, by region
        self.own: object = None

    def add_region(self, raw: dict[str, Any], kind: str, value: dict[str, Any]) -> None:
        """Spans of a region, one for each of its labels."""
        place = value.get("globalOffsets")
        if not isinstance(place, dict):
            place = value
        labels = value.get(kind)
        labels = labels if isinstance(labels, list) else [labels]
        if not labels:
            self.record.label("spans", None, raw)
        id = text(raw.get("id"))
        for label in labels:
            name = self.record.label("spans", label, raw)
            ends = place.get("start"), place.get("end")
            found = self.record.place(f"{name} spans", *ends, raw) if name else None
            if found is None:
                continue
            spans = self.regions.setdefault(id or f"nameless {len(self.regions)}", [])
            span = ForeignSpan(
                f"{id}/{name}" if spans and id else id,
                name,
                [found],
                self._stated(value.get("text")),
                line=self.record.line,
                raw=raw,
            )
            span.origin = _ORIGINS.get(text(raw.get("origin")), "imported")
            spans.append(span)
            meta = raw.get("meta")
            if isinstance(meta, dict):
                span.note = "\n".join(_strings(meta.get("text")))
                self.kept[id] = meta.get(KEY)

    def add_value(self, raw: dict[str, Any], kind: str, value: dict[str, Any]) -> None:
        """A value given for a region, or for the whole document."""
        name, id = text(raw.get("from_name")), text(raw.get("id"))
        strings = _strings(value.get(_VALUES[kind]))
        if name == KEY and id not in self.regions:
            try:
                self.own = orjson.loads("".join(strings[:1]))
            except orjson.JSONDecodeError:
                self.record.refuse(KEY, "are not JSON", f"the text area {KEY} is broken", raw)
        elif id in self.regions:
            self.natives.setdefault(id, {}).setdefault(name, []).extend(strings)
        elif "start" in value:
            message = f"{name} is about the region {id}, which is not there"
            self.record.refuse("attributes", "are about no span", message, raw)
        else:
            self.natives.setdefault("", {}).setdefault(name, []).extend(strings)

    def _stated(self, value: object) -> str | None:
        stated = surface(value)
        if stated and "\\n" in stated and "\\n" not in self.content:
            return stated.replace("\\n", "\n")  # as some versions wrote line feeds
        return stated


def _set(record: Record, raw: dict[str, Any], content: str, named: dict[str, str]) -> ForeignSet:
    options, scheme = record.source.options, record.source.scheme
    work = ForeignSet(unit=unit_of(options), inclusive=inclusive_of(options, _end(record)))
    results = _Results(record, content)
    relations, values = [], []
    for item in record.objects(raw.get("result"), "results"):
        value = item.get("value")
        kind = _kind(item, value)
        if kind == "relation":
            relations.append(item)
        elif not isinstance(value, dict):
            record.refuse("results", "have no value", f"{shown(value)} is no value", item)
        elif kind.endswith("labels") and kind != "paragraphlabels":
            results.add_region(item, kind, value)
        elif kind in _VALUES:
            values.append((item, kind, value))
        else:
            message = f"a result of type {kind or 'nothing'} has no place here"
            record.refuse("results", "are of a type we have no place for", message, item)
    for item, kind, value in values:
        results.add_value(item, kind, value)
    for id, spans in results.regions.items():
        _complete_region(scheme, results, id, spans)
        work.spans += spans
    native = [link for item in relations for link in _links(record, item, results.regions)]
    _complete_fields(scheme, results, work)
    complete_set(work, results.own, record)
    named.update(topics(results.own, record))
    work.links = completed_links(native, work.links)
    return work


def _end(record: Record) -> bool | None:
    """Old files, known by "completions", may count the last character as the end."""
    return None if "completions" in record.value else False


def _kind(item: dict[str, Any], value: object) -> str:
    kind = text(item.get("type")).casefold()
    if not kind and isinstance(value, dict):
        kind = next((key for key in value if key.endswith("labels")), "")
    return kind


def _complete_region(scheme: Scheme, results: _Results, id: str, spans: list[ForeignSpan]) -> None:
    """Give a region's attributes to those of its spans whose labels have them, else to all."""
    natives = results.natives.get(id, {})
    for name, strings in natives.items():
        named = [span for span in spans if scheme.attribute(span.label, name)] or spans
        for span in named:
            attribute = scheme.attribute(span.label, name)
            flag = attribute is not None and attribute.kind == "flag"
            span.attributes[name] = _value(strings, flag)
    kept = results.kept.get(id)
    if isinstance(kept, dict):
        kept = {**kept, "attributes": _unchanged(kept.get("attributes"), natives)}
    for span in spans[:1]:
        complete_span(span, kept, results.record)


def _complete_fields(scheme: Scheme, results: _Results, work: ForeignSet) -> None:
    natives = results.natives.get("", {})
    for name, strings in natives.items():
        field = scheme.document_field(name)
        work.fields[name] = _value(strings, field is not None and field.kind == "flag")
    if isinstance(results.own, dict):
        fields = _unchanged(results.own.get("fields"), natives)
        results.own = {**results.own, "fields": fields}


def _unchanged(kept: object, natives: dict[str, list[str]]) -> dict[str, object]:
    """The exact values of those that Label Studio did not change, and that it could not show."""
    return {
        name: value
        for name, value in (kept.items() if isinstance(kept, dict) else ())
        if name in RESERVED or _strings(value) == natives.get(name, [])
    }


def _links(
    record: Record, raw: dict[str, Any], regions: dict[str, list[ForeignSpan]]
) -> Iterator[ForeignLink]:
    """The arrows of a relation: one for each label, both ways where it has two directions."""
    ends = text(raw.get("from_id")), text(raw.get("to_id"))
    direction = raw.get("direction", "right")
    ways = {"left": [ends[::-1]], "bi": [ends, ends[::-1]]}.get(text(direction), [ends])
    for type in _strings(raw.get("labels")) or ["relation"]:
        for source, target in ways:
            allowed = [
                (span, link)
                for span in regions.get(source, [])
                if (link := record.source.scheme.link(span.label, type))
            ]
            starts = [span for span, _ in allowed] or regions.get(source, [])
            targets = {label for _, link in allowed for label in link.targets}
            goals = regions.get(target, [])
            goals = [span for span in goals if span.label in targets] or goals
            yield ForeignLink(
                type,
                starts[0].id if starts else source,
                goals[0].id if goals else target,
                line=record.line,
                raw=raw,
            )


def _strings(value: object) -> list[str]:
    """The texts of a control's value, one or several; a path in a taxonomy is one."""
    if isinstance(value, bool):
        return [YES if value else NO]
    if isinstance(value, str | int | float):
        return [str(value)]
    found: list[str] = []
    for item in value if isinstance(value, list) else ():
        found.append(" / ".join(_strings(item)) if isinstance(item, list) else str(item))
    return found


def _value(strings: list[str], flag: bool) -> Value:
    if flag and strings in ([YES], [NO]):
        return strings == [YES]
    return strings[0] if len(strings) == 1 else tuple(strings)


# -- out -------------------------------------------------------------------------------------------


def write(exports: Iterable[Export], sink: Sink) -> None:
    """An array with a task a line and an annotation an annotator; the configuration if asked."""
    key = sink.options["text"] or TEXT
    if target := sink.options["config"]:
        _write_config(Path(target), config(sink.scheme, key))
    number = 0
    with sink.output.file() as file:
        file.write(b"[")
        for count, export in enumerate(exports, 1):
            file.write(b"\n" if count == 1 else b",\n")
            article = export.article
            task = {
                "id": count,
                "data": {key: article.text, "article_id": article.id, **about(article)}
                | ({"meta": dict(article.meta)} if article.meta else {}),
                "annotations": [
                    _annotation(article, work, number + place, sink)
                    for place, work in enumerate(export.sets, 1)
                ],
            }
            number += len(export.sets)
            file.write(orjson.dumps(task))
        file.write(b"\n]\n")


def _write_config(path: Path, content: bytes) -> None:
    """Write the configuration; one that was edited by hand is never replaced."""
    if path.is_file() and path.read_bytes() == content:
        return
    if path.exists():
        raise AnnotatorError(f"{path} is there already; name a new file with --set config=FILE.")
    with Output(str(path)).committed() as output, output.file() as file:
        file.write(content)


def _annotation(article: Article, work: AnnotationSet, id: int, sink: Sink) -> dict[str, object]:
    work = reduced(work, FORMAT.capability, sink.loss)
    count_stretches(sink.loss, work.spans.values())
    sink.loss.carry("annotation sets")
    results: list[dict[str, object]] = []
    for span in work.in_order():
        results += _region(span, article.text, sink.scheme)
    for name, value in sorted(work.fields.items()):
        if name in AnnotationSet.RESERVED_FIELDS or name in RESERVED or value == ():
            continue
        field_id = f"field {name}"
        while field_id in work.spans:
            field_id += "'"
        results.append(_control(field_id, name, field_control(sink.scheme, name), value))
    all_links = in_id_order(work.links)
    results += [
        {
            "type": "relation",
            "from_id": link.source,
            "to_id": link.target,
            "direction": "right",
            "labels": [link.type],
        }
        for link in all_links
        if link.target_kind == "span"
    ]
    own = orjson.dumps(set_record(work, all_links, sink)).decode()
    own_id = KEY
    while own_id in work.spans:
        own_id += "'"
    results.append(_control(own_id, KEY, "textarea", own))
    return {
        "id": id,
        **_completed_by(work.annotator, sink.options["completed-by"]),
        "was_cancelled": work.fields.get("status") == "skipped",
        "ground_truth": work.annotator == GOLD,
        "result": results,
    }


def _completed_by(name: str, how: str) -> dict[str, object]:
    if how == "none":
        return {}
    return {"completed_by": int(name) if how == "id" and name.isdecimal() else {"email": name}}


def _region(span: Span, content: str, scheme: Scheme) -> Iterator[dict[str, object]]:
    place: dict[str, object] = {
        "start": span.start,
        "end": span.end,
        "text": content[span.start : span.end],
    }
    exact = {
        name
        for name, value in span.attributes.items()
        if name in RESERVED
        or not isinstance(value, str)
        or ((known := scheme.attribute(span.label, name)) and known.kind == "flag")
    }
    meta: dict[str, object] = {"text": [span.note]} if span.note else {}
    meta[KEY] = span_record(span, content, exact, note=False)
    yield {
        "id": span.id,
        "from_name": LABEL,
        "to_name": TEXT,
        "type": "labels",
        "origin": _MADE.get(span.origin, "manual"),
        "value": {**place, "labels": [span.label]},
        "meta": meta,
    }
    for name, value in sorted(span.attributes.items()):
        if name not in RESERVED and value != ():
            yield _control(span.id, name, control(scheme, name), value, place)


def _control(
    id: str, name: str, kind: str, value: Value, place: dict[str, object] | None = None
) -> dict[str, object]:
    strings = list(value) if isinstance(value, tuple) else _strings(value)
    return {
        "id": id,
        "from_name": name,
        "to_name": TEXT,
        "type": kind,
        "origin": "manual",
        "value": {**(place or {}), _VALUES[kind]: strings},
    }


def _knows(path: Path, head: bytes) -> bool:
    return (
        b'"data"' in head
        and any(key in head for key in (b'"annotations"', b'"completions"', b'"predictions"'))
        and b'"result"' in head
    )


FORMAT = Format(
    name="label-studio",
    title="Label Studio JSON: annotations, relations, predictions",
    capability=EVERYTHING,
    read=read,
    write=write,
    suffix=".json",
    options=(
        Option("text", "the key of task data that holds the text"),
        Option("config", "the labelling configuration (XML): read, or written beside the tasks"),
        Option(
            "completed-by",
            "how to name annotators; Label Studio refuses to import those it does not know",
            default="none",
            values=("none", "id", "email"),
        ),
        UNIT,
        END,
    ),
    knows=_knows,
)
