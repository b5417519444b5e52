"""Claims as NewsClaims has them: claim, claimer, object, topic and stance, a JSON line each.

A claim by two is two rows with one `claim_id`. `claimer` is a name, "journalist" for the author,
"" for somebody who is not named, null where nobody is said; `claimer_start` and `claimer_end` are
of the mention. `stance` is "refute" where the claim is that something is not so, else "affirm".
Offsets are code points, half-open, into `text`. On reading, rows without offsets are looked up by
their words, in the article or else in the sentence.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from annotator.formats.attributions import (
    CLAIM,
    HOLDER,
    OBJECT,
    TELLING,
    Attributions,
    Party,
    need,
    told,
)
from annotator.formats.exchange import (
    Export,
    ForeignDocument,
    ForeignLink,
    ForeignSet,
    ForeignSpan,
    Sink,
    Source,
)
from annotator.formats.foreign_json import Record, described, offset, records, shown, surface, text
from annotator.formats.loss import Loss
from annotator.formats.registry import Format, Option
from annotator.model.annotation import AUTHOR, IMPLICIT, AnnotationSet, Entity, Span
from annotator.text.units import Units

JOURNALIST = "journalist"
_POLARITY, _TOPIC = "polarity", "topic"
_NAMES = {AUTHOR: JOURNALIST, IMPLICIT: ""}
_BUILT_IN = {JOURNALIST: AUTHOR, "author": AUTHOR, "": IMPLICIT}
_OWN = frozenset(
    """text article article_id doc_id id annotator claim_id text_sha256 sentence sentence_start
    sentence_end claim claim_start claim_end claim_fragments claimer claimer_mention claimer_start
    claimer_end claimer_type object object_start object_end topic topic_id stance""".split()  # noqa: SIM905
)

# -- out -------------------------------------------------------------------------------------------


def write(exports: Iterable[Export], sink: Sink) -> None:
    """A line a claim and claimer, in text order."""
    need(sink.scheme, CLAIM)
    sink.output.lines(_lines(exports, sink))


def _lines(exports: Iterable[Export], sink: Sink) -> Iterator[bytes]:
    for export in exports:
        units = Units(export.article.text)
        for work in export.sets:
            rows = [span for span in work.in_order() if span.label == CLAIM]
            kept = told(_bare(work, sink.loss), sink.scheme, rows, TELLING, sink.loss)
            found = Attributions(export.article, kept, sink.scheme, sink.topic_name, units)
            for span in found.spans(CLAIM):
                holders: list[Party | None] = [*found.parties(span, HOLDER)]
                for holder in holders or [None]:
                    row = _row(found, span, holder)
                    if sink.options["text"] == "yes":
                        row["text"] = export.article.text
                    yield orjson.dumps(row)


def _bare(work: AnnotationSet, loss: Loss) -> AnnotationSet:
    """Claims with nothing but what rows have a place for."""
    why = "the format has no place"
    spans = dict(work.spans)
    for key, span in work.spans.items():
        if span.label == CLAIM:
            kept = {k: v for k, v in span.attributes.items() if k in (_POLARITY, _TOPIC)}
            if len(kept) < len(span.attributes):
                loss.leave_out("attributes", why, len(span.attributes) - len(kept))
            spans[key] = replace(span, attributes=kept)
    links = {}
    for key, link in work.links.items():
        source = work.spans.get(link.source)
        if source is not None and source.label == CLAIM and link.type not in (HOLDER, OBJECT):
            loss.leave_out(f"{link.type} links", why)
        else:
            links[key] = link
    return replace(work, spans=spans, links=links)


def _row(found: Attributions, span: Span, holder: Party | None) -> dict[str, Any]:
    article = found.article
    start, end = found.sentence(span)
    thing = next(iter(found.parties(span, OBJECT)), None)
    topic = str(span.attributes.get(_TOPIC, ""))
    row: dict[str, Any] = {
        "article": article.id,
        "annotator": found.work.annotator,
        "claim_id": span.id,
        "text_sha256": article.text_hash,
        "sentence": article.text[start:end],
        "sentence_start": start,
        "sentence_end": end,
        "claim": span.surface(article.text),
        "claim_start": span.start,
        "claim_end": span.end,
        "claimer": None if holder is None else _NAMES.get(holder.entity, holder.name),
        **_mention("claimer", holder, article.text),
        "claimer_type": holder.type if holder else "",
        "object": thing.name if thing else None,
        **_mention("object", thing, article.text),
        "topic": found.topic_name(topic) if topic else "",
        "topic_id": topic,
        "stance": "refute" if found.value(span, _POLARITY) == "neg" else "affirm",
    }
    if len(span.fragments) > 1:
        row["claim_fragments"] = [list(fragment) for fragment in span.fragments]
    return row


def _mention(name: str, party: Party | None, article: str) -> dict[str, Any]:
    span = party.span if party else None
    return {
        f"{name}_mention": span.surface(article) if span else None,
        f"{name}_start": span.start if span else None,
        f"{name}_end": span.end if span else None,
    }


# -- in --------------------------------------------------------------------------------------------


def read(source: Source) -> Iterator[ForeignDocument]:
    """A document an article, with a set an annotator; all rows are read first, as theirs may lie
    anywhere."""
    found: dict[tuple[str, str], _Document] = {}
    for record in records(source):
        row = record.value
        if not isinstance(row.get("claim"), str):
            record.refuse("rows", "have no claim", f"{shown(row.get('claim'))} is no claim", row)
            continue
        own = next((text(row[x]) for x in ("article", "article_id", "doc_id") if row.get(x)), "")
        whole = surface(row.get("text"))
        if whole is None and not own and not row.get("text_sha256"):
            whole = surface(row.get("sentence"))  # all there is
        key = own, "" if own else whole or text(row.get("text_sha256"))
        if key not in found:
            found[key] = _Document(record, own, whole)
        found[key].add(record)
    for document in found.values():
        yield document.made


class _Document:
    """The rows about one article, put together."""

    def __init__(self, record: Record, id: str, whole: str | None) -> None:
        row = record.value
        facts, meta = described({k: v for k, v in row.items() if k not in _OWN})
        self.made = ForeignDocument(
            record.path,
            id,
            whole,
            text(row.get("text_sha256")),
            facts,
            meta,
            line=record.line,
        )
        self.sets: dict[str, ForeignSet] = {}
        self.spans: dict[tuple[object, ...], ForeignSpan] = {}
        self.entities: dict[tuple[str, str], Entity] = {}

    def add(self, record: Record) -> None:
        row = record.value
        name = text(row.get("annotator"))
        if name not in self.sets:
            self.sets[name] = ForeignSet(name)
            self.made.sets.append(self.sets[name])
        work = self.sets[name]
        claim = self._claim(record, work)
        if claim is None:
            return
        builtin = record.source.scheme.entities.builtin
        claimer = row.get("claimer")
        if isinstance(claimer, str):
            known = _BUILT_IN.get(claimer.lower(), "")
            if known in builtin:
                self._link(work, HOLDER, claim.id, known, "entity", record)
            elif claimer:
                type = text(row.get("claimer_type"))
                self._party(record, work, claim, HOLDER, "SPEAKER", "claimer", type)
        if isinstance(row.get("object"), str) and row["object"]:
            self._party(record, work, claim, OBJECT, "TARGET", "object", "")

    def _claim(self, record: Record, work: ForeignSet) -> ForeignSpan | None:
        row = record.value
        fragments = self._fragments(record, "claim", row["claim"])
        if fragments is None:
            return None
        key = (work.annotator, text(row.get("claim_id")), *fragments)
        if key in self.spans:
            return self.spans[key]
        attributes: dict[str, Any] = {}
        scheme = record.source.scheme
        if row.get("stance") == "refute" and scheme.attribute(CLAIM, _POLARITY):
            attributes[_POLARITY] = "neg"
        elif row.get("stance") not in ("refute", "affirm", None):
            message = f"{shown(row['stance'])} is neither affirm nor refute"
            record.refuse("stances", "are unknown", message, row["stance"])
        if topic := text(row.get("topic_id")) or text(row.get("topic")):
            attributes[_TOPIC] = topic
        span = self._span(work, CLAIM, text(row.get("claim_id")), fragments, row["claim"], record)
        span.attributes = attributes
        self.spans[key] = span
        return span

    def _party(
        self,
        record: Record,
        work: ForeignSet,
        claim: ForeignSpan,
        type: str,
        label: str,
        name: str,
        kind: str,
    ) -> None:
        """The mention, the entity it names, and the links between claim, mention and entity."""
        row = record.value
        entity = self._entity(work, text(row[name]), kind)
        words = row.get(f"{name}_mention")
        stated = words if isinstance(words, str) else text(row[name])
        has_place = row.get(f"{name}_start") is not None
        fragments = self._fragments(record, name, stated) if has_place else None
        if fragments is None:
            rule = record.source.scheme.link(CLAIM, type)
            if rule is not None and "ENTITY" in rule.targets:
                self._link(work, type, claim.id, entity.id, "entity", record)
            else:
                record.refuse(f"{name}s", "have no place in the text", f"{stated} has none", row)
            return
        key = (work.annotator, label, entity.id, *fragments)
        if key not in self.spans:
            span = self._span(work, label, "", fragments, stated, record)
            self.spans[key] = span
            self._link(work, "ref", span.id, entity.id, "entity", record)
        self._link(work, type, claim.id, self.spans[key].id, "span", record)

    def _entity(self, work: ForeignSet, name: str, kind: str) -> Entity:
        if (work.annotator, name) not in self.entities:
            entity = Entity(f"e{len(work.entities) + 1}", name, kind)
            self.entities[work.annotator, name] = entity
            work.entities.append(entity)
        return self.entities[work.annotator, name]

    def _span(
        self,
        work: ForeignSet,
        label: str,
        id: str,
        fragments: list[tuple[int, int]],
        words: str,
        record: Record,
    ) -> ForeignSpan:
        id = id or f"row{record.line}-{len(work.spans)}"
        span = ForeignSpan(id, label, fragments, surface(words), line=record.line, raw=record.value)
        work.spans.append(span)
        return span

    def _link(
        self, work: ForeignSet, type: str, source: str, target: str, kind: Any, record: Record
    ) -> None:
        order = sum(link.source == source and link.type == type for link in work.links)
        known = (link for link in work.links if (link.type, link.source) == (type, source))
        if all(link.target != target for link in known):
            link = ForeignLink(type, source, target, kind, order, line=record.line)
            work.links.append(link)

    def _fragments(self, record: Record, name: str, words: str) -> list[tuple[int, int]] | None:
        """Where something is: as stated, or where its words stand; None is counted."""
        row = record.value
        pieces = row.get(f"{name}_fragments")
        if isinstance(pieces, list) and pieces:
            places = [
                (offset(piece[0]), offset(piece[1]))
                for piece in pieces
                if isinstance(piece, list) and len(piece) == 2
            ]
            whole = [(x, y) for x, y in places if x is not None and y is not None]
            if len(whole) == len(pieces):
                return whole
        elif row.get(f"{name}_start") is not None:
            place = record.place(f"{name}s", row.get(f"{name}_start"), row.get(f"{name}_end"), row)
            return None if place is None else [place]
        elif self.made.text and words and self.made.text.count(words) == 1:
            start = self.made.text.index(words)
            return [(start, start + len(words))]
        message = f"{shown(words)} has no offsets, and does not stand in the text exactly once"
        record.refuse(f"{name}s", "have no place in the text", message, row)
        return None


def _knows(path: Path, head: bytes) -> bool:
    return head.lstrip().startswith(b"{") and b'"claim":' in head and b'"claimer":' in head


FORMAT = Format(
    "newsclaims",
    "claims with claimer, object, topic and stance, as in NewsClaims",
    TELLING,
    read=read,
    write=write,
    suffix=".jsonl",
    options=(Option("text", "whether rows hold the article's text", "yes", ("yes", "no")),),
    knows=_knows,
    fills=True,
)
