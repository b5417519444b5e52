"""The lines of brat standoff files, read one by one into records; what they mean is not asked.

Lines may come in any order. A text-bound annotation whose text was broken over several physical
lines is put together again.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

_ID = re.compile(r"(?:[TREAMN]\d|#|\*)[^\t]*\t")
_OFFSETS = re.compile(r"(-?\d{1,18}) +(-?\d{1,18})")
_ARGUMENT = re.compile(r"([^\s:]+):(\S+)")
_NUMBERED = re.compile(r"(.*?[^\d])(\d{1,9})")


class LineError(ValueError):
    """Why a line is refused, as the end of a sentence about it."""


@dataclass(slots=True)
class TextBound:
    """`T`: a type and where; offsets are the file's."""

    id: str
    type: str
    fragments: list[tuple[int, int]]
    text: str | None
    line: int
    raw: str


@dataclass(slots=True)
class Relation:
    """`R`, and `*` with the id "" : a type and its arguments as (role, id)."""

    id: str
    type: str
    arguments: list[tuple[str, str]]
    line: int
    raw: str


@dataclass(slots=True)
class Event:
    """`E`: arguments as (role without its number, that number or 1, id), in the file's order."""

    id: str
    type: str
    trigger: str
    arguments: list[tuple[str, int, str]]
    line: int
    raw: str


@dataclass(slots=True)
class Attribute:
    """`A` and `M`; no value means that it is a flag."""

    id: str
    name: str
    target: str
    value: str | None
    line: int
    raw: str


@dataclass(slots=True)
class Normalisation:
    """`N`: what `target` is in a data base ("" if not said) and its name there."""

    id: str
    type: str
    target: str
    database: str
    key: str
    name: str
    line: int
    raw: str


@dataclass(slots=True)
class Note:
    """`#`: free text of some type about another annotation."""

    type: str
    target: str
    text: str
    line: int
    raw: str


@dataclass(slots=True)
class Standoff:
    """All records of the annotation files of one text."""

    spans: list[TextBound] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    equivalences: list[list[str]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)
    normalisations: list[Normalisation] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


Refuse = Callable[[int, str, str], None]
"""Told of every line that is left out: its number, why, and the line."""


def parse(lines: Iterable[str], text: str, refuse: Refuse, into: Standoff) -> None:
    """Add the records of the lines of a file to `into`; `text` is the text they are about."""
    known = {item.id for item in into.spans} | {item.id for item in into.relations}
    squeezed = ""
    for number, line in enumerate(lines, 1):
        last = into.spans[-1] if into.spans else None
        if not _ID.match(line):
            if last is not None and _goes_on(last, number):
                squeezed = squeezed or _squeeze(text)
                pieces = len(last.fragments) > 1
                if pieces or _squeeze(f"{last.text}\n{line}") in squeezed:
                    last.text = f"{last.text}\n{line}"
                    last.raw = f"{last.raw}\n{line}"
                    continue
            if line.strip():
                refuse(number, "is no line of the format", line)
            continue
        try:
            _record(number, line, into, known)
        except LineError as error:
            refuse(number, str(error), line)
    into.equivalences = _merged(into.equivalences)


def _goes_on(span: TextBound, number: int) -> bool:
    """Whether a text-bound's text is shorter than its offsets say, so that this line may go on."""
    wanted = sum(end - start for start, end in span.fragments)
    stated = span.text or ""
    return number == span.line + span.raw.count("\n") + 1 and len(stated) < wanted


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def _record(number: int, line: str, into: Standoff, known: set[str]) -> None:
    key, _, rest = line.partition("\t")
    body, tab, tail = rest.partition("\t")
    key = key.strip()
    if key[0] == "#":
        kind, _, target = body.strip().partition(" ")
        if not target:
            raise LineError("is a note about nothing")
        into.notes.append(Note(kind, target.strip(), tail, number, line))
        return
    words = body.split()
    if not words:
        raise LineError(f"gives {key} no type")
    if key[0] == "*":
        if len(words) < 3:
            raise LineError("puts fewer than two annotations together")
        if words[0] == "Equiv":
            into.equivalences.append(words[1:])
        else:
            arguments = [("", word) for word in words[1:]]
            into.relations.append(Relation("", words[0], arguments, number, line))
        return
    if key in known:
        raise LineError(f"uses the id {key} a second time")
    known.add(key)
    if key[0] == "T":
        into.spans.append(_text_bound(key, body.strip(), tail if tab else None, number, line))
    elif key[0] == "R":
        into.relations.append(Relation(key, words[0], _arguments(key, words), number, line))
    elif key[0] == "E":
        into.events.append(_event(key, words, number, line))
    elif key[0] in "AM":
        if len(words) < 2:
            raise LineError(f"names no annotation that has the attribute {words[0]}")
        value = " ".join(words[2:]) or None
        into.attributes.append(Attribute(key, words[0], words[1], value, number, line))
    else:
        into.normalisations.append(_normalisation(key, words, tail, number, line))


def _text_bound(key: str, body: str, text: str | None, number: int, line: str) -> TextBound:
    kind, _, where = body.partition(" ")
    if not where.strip():
        raise LineError(f"gives {key} no offsets")
    fragments = []
    for piece in where.split(";"):
        match = _OFFSETS.fullmatch(piece.strip())
        if match is None:
            raise LineError(f"gives {key} offsets that are no numbers ({piece.strip()[:40]})")
        fragments.append((int(match[1]), int(match[2])))
    return TextBound(key, kind, fragments, text, number, line)


def _arguments(key: str, words: list[str]) -> list[tuple[str, str]]:
    found = []
    for word in words[1:]:
        match = _ARGUMENT.fullmatch(word)
        if match is None:
            raise LineError(f"gives {key} an argument without a role ({word[:40]})")
        found.append((match[1], match[2]))
    if len(found) != 2:
        raise LineError(f"gives the relation {key} {len(found)} arguments, not two")
    return found


def _event(key: str, words: list[str], number: int, line: str) -> Event:
    head = _ARGUMENT.fullmatch(words[0])
    if head is None:
        raise LineError(f"gives the event {key} no trigger")
    arguments = []
    for word in words[1:]:
        match = _ARGUMENT.fullmatch(word)
        if match is None:
            raise LineError(f"gives {key} an argument without a role ({word[:40]})")
        numbered = _NUMBERED.fullmatch(match[1])
        role, rank = (numbered[1], int(numbered[2])) if numbered else (match[1], 1)
        arguments.append((role, rank, match[2]))
    return Event(key, head[1], head[2], arguments, number, line)


def _normalisation(key: str, words: list[str], tail: str, number: int, line: str) -> Normalisation:
    if len(words) != 3:
        raise LineError(f"does not say what {key} is about and what it refers to")
    kind, first, second = words
    if first.startswith("Annotation:") and second.startswith("Referent:"):
        target, identity = first.partition(":")[2], second.partition(":")[2]
        return Normalisation(key, kind, target, "", identity, tail, number, line)
    database, colon, identity = second.partition(":")
    if not colon or not identity:
        raise LineError(f"gives {key} a reference without a data base ({second[:40]})")
    return Normalisation(key, kind, first, database, identity, tail, number, line)


def _merged(groups: list[list[str]]) -> list[list[str]]:
    """Groups that share a member are one."""
    merged: list[dict[str, None]] = []
    for group in groups:
        joined = dict.fromkeys(group)
        rest = []
        for other in merged:
            if joined.keys() & other.keys():
                joined = {**other, **joined}
            else:
                rest.append(other)
        merged = [*rest, joined]
    return [list(group) for group in merged]
