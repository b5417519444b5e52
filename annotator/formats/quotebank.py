"""Quotations with their likely speakers, as Quotebank has them, in as suggestions.

Read are its two shapes, JSON lines: an object an article with `quotations` (`quotation`,
`localTopSpeaker`, `localProbas`, `leftContext`, `rightContext`) and `names` (`name`, `ids`), or an
object a quotation (`quotation`, `speaker`, `qids`, `probas`). Quotebank gives no texts: they are
taken from a key `text` or `content`, or from `text` (a file or a folder with ID.txt); else a text
is put together of contexts and quotations. A quotation is found by its words, with the help of its
contexts or, if given, of `start` and `end` in code points, and takes in the marks around it.

A quotation becomes a CLAIM, its probabilities a note; its speaker an entity, with a SPEAKER span
where the name stands nearest. The speaker "None" is nobody.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotator.formats.capability import Capability
from annotator.formats.decoding import BOM
from annotator.formats.exchange import ForeignDocument, ForeignLink, ForeignSet, ForeignSpan, Source
from annotator.formats.foreign_json import (
    Record,
    described,
    offset,
    records,
    shown,
    surface,
    text,
    texts,
)
from annotator.formats.raw import raw_text
from annotator.formats.registry import Format, Option
from annotator.model.annotation import Entity
from annotator.text.characters import CLOSING_QUOTES, OPENING_QUOTES

NEARBY = 400
"""How far from a quotation, in code points, its speaker's name is looked for."""

_WORDS = re.compile(r"\w+|[^\w\s]")
_QUOTES = set(OPENING_QUOTES + CLOSING_QUOTES)
_ANY_QUOTE = f"[{re.escape(''.join(sorted(_QUOTES)))}]"
_IDS = ("articleID", "article_id", "articleUID", "id")
_TEXTS = ("text", "content", "article_text")
_SPEAKERS = ("localTopSpeaker", "speaker", "globalTopSpeaker", "top_speaker")
_PROBAS = ("localProbas", "probas", "globalProbas")
_NOBODY = ("", "None", "none", "null")
_OWN = frozenset((*_IDS, *_TEXTS, "quotations", "names", "phase", "articleLength"))


def read(source: Source) -> Iterator[ForeignDocument]:
    """A document an article; where a file only has quotations, one each."""
    for record in records(source):
        quotations = record.value.get("quotations")
        if quotations is None and isinstance(record.value.get("quotation"), str):
            yield _Article(record, [record.value], text(record.value.get("quoteID"))).read()
        elif quotations is None:
            message = "has neither quotations nor a quotation"
            record.refuse("records", "hold no quotation", message, record.value)
        else:
            name = next((text(record.value[x]) for x in _IDS if text(record.value.get(x))), "")
            items = list(record.objects(quotations, "quotations"))
            yield _Article(record, items, name).read()


@dataclass(frozen=True, slots=True)
class _Place:
    """A quotation without the marks around it, `[start, end)`."""

    start: int
    end: int


class _Article:
    """The quotations of one article."""

    def __init__(self, record: Record, quotations: list[dict[str, Any]], name: str) -> None:
        self._record = record
        self._quotations = quotations
        self._foreign = ForeignSet(suggested=True)
        facts, meta = described({k: v for k, v in record.value.items() if k not in _OWN})
        whole = record.value.get("quotations") is not None
        self._document = ForeignDocument(
            record.path, name, facts=facts, meta=meta if whole else {}, line=record.line
        )
        self._document.sets.append(self._foreign)
        self._entities: dict[str, Entity] = {}
        self._mentions: dict[tuple[int, int], ForeignSpan] = {}
        self._kb = {
            text(item.get("name")): _first_id(item.get("ids"))
            for item in record.objects(record.value.get("names"), "names")
        }

    def read(self) -> ForeignDocument:
        given = self._given_text()
        if given is None:
            self._rebuild()
        else:
            self._document.text = given
            for quotation in self._quotations:
                place = self._find(quotation, given)
                if place is not None:
                    self._add(quotation, place)
        self._foreign.entities = list(self._entities.values())
        return self._document

    def _given_text(self) -> str | None:
        value = self._record.value
        found = next(
            (surface(value[key]) for key in _TEXTS if isinstance(value.get(key), str)), None
        )
        said = self._record.source.options["text"]
        if found is not None or not said:
            return _clean(found) if found is not None else None
        path = Path(said)
        if path.is_dir():
            path = path / f"{self._document.id}.txt"
        if not path.is_file():
            return None
        return _clean(raw_text(path, self._record.source.encoding))

    def _rebuild(self) -> None:
        """A paragraph for each quotation, with what is known to stand before and after it."""
        parts: list[str] = []
        places: list[tuple[dict[str, Any], _Place]] = []
        at = 0
        for quotation in self._quotations:
            words = _clean(text(quotation.get("quotation"))).strip()
            if not words:
                self._refuse(quotation, "are empty", "a quotation holds no words")
                continue
            left, right = (_clean(text(quotation.get(x))) for x in ("leftContext", "rightContext"))
            before = f"{left.strip()} " if left.strip() else ""
            after = f" {right.strip()}" if right.strip() else ""
            gap = "\n\n" if parts else ""
            start = at + len(gap) + len(before)
            places.append((quotation, _Place(start, start + len(words))))
            parts += (gap, before, words, after)
            at = sum(map(len, (gap, before, words, after)), at)
        self._document.text = "".join(parts)
        self._document.rebuilt = True
        for quotation, place in places:
            self._add(quotation, place)

    def _find(self, quotation: dict[str, Any], whole: str) -> _Place | None:
        words = _clean(text(quotation.get("quotation")))
        start, end = offset(quotation.get("start")), offset(quotation.get("end"))
        if start is not None and end is not None:
            return _Place(start, end)
        if not any(map(str.isalnum, words)):
            self._refuse(quotation, "are empty", f"{shown(words)} holds no words")
            return None
        found = [match.span() for match in _pattern(words).finditer(whole)]
        if len(found) > 1:
            found = self._in_context(quotation, words, whole) or found
        if len(found) != 1:
            times = f"{len(found)} times" if found else "nowhere"
            message = f"{shown(words)} stands {times} in the text"
            self._refuse(quotation, "do not stand in the text exactly once", message)
            return None
        return _Place(*found[0])

    def _in_context(
        self, quotation: dict[str, Any], words: str, whole: str
    ) -> list[tuple[int, int]]:
        """Where a quotation stands between the words that are said to be around it."""
        left, right = (_clean(text(quotation.get(x))) for x in ("leftContext", "rightContext"))
        near = _WORDS.findall(left)[-8:], _WORDS.findall(right)[:8]
        marks = rf"\s*{_ANY_QUOTE}?\s*"
        before = _spaced(near[0]) + marks if near[0] else ""
        after = marks + _spaced(near[1]) if near[1] else ""
        pattern = re.compile(f"{before}({_spaced(_WORDS.findall(words))}){after}")
        return [match.span(1) for match in pattern.finditer(whole)]

    def _add(self, quotation: dict[str, Any], place: _Place) -> None:
        whole = self._document.text or ""
        start, end = place.start, place.end
        stated = _clean(text(quotation.get("quotation")))
        if 0 <= start < end and _pattern(stated).fullmatch(whole, start, end):
            before, after = whole[max(start - 1, 0) : start], whole[end : end + 1]
            if before in _QUOTES and after in _QUOTES:
                start, end = start - 1, end + 1
                self._record.source.loss.change("CLAIM spans", "quotation marks taken in")
            stated = whole[start:end]
        span = ForeignSpan(f"s{len(self._foreign.spans) + 1}", "CLAIM", [(start, end)], stated)
        span.line, span.raw = self._record.line, quotation
        form = self._record.source.scheme.attribute("CLAIM", "form")
        if form is not None and form.allows("direct"):
            span.attributes["form"] = "direct"
        span.note = _probabilities(quotation)
        self._foreign.spans.append(span)
        name = next((text(quotation[x]) for x in _SPEAKERS if x in quotation), "")
        if name not in _NOBODY:
            self._add_speaker(name, quotation, span, _Place(start, end))

    def _add_speaker(
        self, name: str, quotation: dict[str, Any], claim: ForeignSpan, place: _Place
    ) -> None:
        if name not in self._entities:
            kb = self._kb.get(name) or _first_id(quotation.get("qids"))
            self._entities[name] = Entity(f"speaker {name}", name, kb=kb)
        mention = self._mention(name, place)
        entity = self._entities[name].id
        if mention is None:
            self._link("holder", claim.id, entity, "entity")
            return
        if mention not in self._mentions:
            span = ForeignSpan(f"s{len(self._foreign.spans) + 1}", "SPEAKER", [mention])
            span.surface = (self._document.text or "")[mention[0] : mention[1]]
            span.line = self._record.line
            self._foreign.spans.append(span)
            self._mentions[mention] = span
            self._link("ref", span.id, entity, "entity")
        self._link("holder", claim.id, self._mentions[mention].id, "span")

    def _mention(self, name: str, place: _Place) -> tuple[int, int] | None:
        """Where the name, or its last word, stands nearest to a quotation but not in it."""
        whole = self._document.text or ""
        low, high = max(place.start - NEARBY, 0), place.end + NEARBY
        found = []
        for form in {name, name.split()[-1]}:
            pattern = re.compile(rf"(?<!\w){_spaced(_WORDS.findall(form))}(?!\w)", re.IGNORECASE)
            found += [
                match.span()
                for match in pattern.finditer(whole, low, min(high, len(whole)))
                if match.end() <= place.start or match.start() >= place.end
            ]

        def distance(at: tuple[int, int]) -> tuple[int, int, int]:
            return max(place.start - at[1], at[0] - place.end), at[0] - at[1], at[0]

        return min(found, key=distance, default=None)

    def _link(self, type: str, start: str, end: str, kind: Any) -> None:
        line = self._record.line
        self._foreign.links.append(ForeignLink(type, start, end, kind, line=line))

    def _refuse(self, quotation: dict[str, Any], why: str, message: str) -> None:
        self._record.refuse("quotations", why, message, quotation)


def _clean(found: str) -> str:
    return found.removeprefix(BOM).replace("\r\n", "\n")


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(_spaced(_WORDS.findall(words)))


def _spaced(words: list[str]) -> str:
    """A pattern for words and marks with or without white space between them."""
    return r"\s*".join(_ANY_QUOTE if word in _QUOTES else re.escape(word) for word in words)


def _first_id(value: object) -> str:
    """The one Wikidata id of a speaker; several people of one name have none together."""
    found = texts(value)
    if isinstance(value, str):
        found = re.findall(r"Q\d+", value)
    return found[0] if len(found) == 1 else ""


def _probabilities(quotation: dict[str, Any]) -> str:
    """Who may have said it, in words."""
    listed = next((quotation[key] for key in _PROBAS if key in quotation), None)
    found = []
    for item in listed if isinstance(listed, list) else []:
        if isinstance(item, dict):
            item = [item.get("speaker") or item.get("name"), item.get("proba")]
        if isinstance(item, list) and len(item) >= 2:
            name, chance = item[:2]
            if isinstance(chance, int | float | str) and isinstance(name, str):
                found.append(f"{name} {chance}")
    return "; ".join(found)


def _knows(path: Path, head: bytes) -> bool:
    return b'"quotation":' in head and (b'"quoteID":' in head or b'"quotations":' in head)


FORMAT = Format(
    name="quotebank",
    title="Quotations with likely speakers like Quotebank, as suggestions",
    capability=Capability(links=frozenset(("span", "entity")), entities=True),
    read=read,
    options=(Option("text", "the text file, or a folder with ID.txt in it"),),
    knows=_knows,
)
