r"""Bracket notation: an annotated text that people can read, and write without a screen.

    The [S1 minister] [E1 said] [C1 that the levy would end].
    ---
    @hallin = Vessa Hallin, person, named
    S1: ref @hallin
    C1: holder S1, cue E1, act deny, topic gas-levy

`[ID text]` marks a span. An ID is the key of a label in capitals, or the label's name, and a
number if the label occurs more than once; one space or line end after it belongs to the bracket.
The same ID again is another piece of the span. `]` closes the innermost span, `]ID>` the one named,
so spans may cross. `\[`, `\]`, `\>` and `\\` are the characters themselves.

After a line `---`, `ID: item, item` says more of a span. An item is `link target ...` (targets are
IDs, `@entity`, AUTHOR, IMPLICIT or `topic:id`), `attribute value`, a value or flag attribute alone
where only one attribute has it, `flag name`, `note "..."` or `origin word`; `link -` says that
there is none. `@id = Name, type, naming, affiliation @id, kb id, note "..."` is an entity. Anything
may stand in double quotes, as in JSON.

A span whose label links to entities and to nothing else (SPEAKER in the shipped scheme) refers,
unless its line says otherwise, to an entity named as the span reads.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from annotator.formats.exchange import ForeignLink, ForeignSet, ForeignSpan
from annotator.model.annotation import AnnotationSet, Entity, Link, Origin, Span, Value
from annotator.model.errors import AnnotatorError
from annotator.model.scheme import ENTITY, Label, Scheme

_ORIGINS: tuple[Origin, ...] = ("manual", "suggested", "edited", "imported", "copied")
_ESCAPED = re.compile(r"\\([\[\]\\>=-])")
_CLOSE = re.compile(r"\](?:([^\W\d][\w.-]*)>)?")
_PLAIN_WORD = re.compile(r'[^\s",~]+')
_ENTITY_LINE = re.compile(r"@(\S+)\s*=\s*(.*)")
_SPAN_LINE = re.compile(r"([^\W\d][\w.-]*)\s*:(?:\s+(.*))?$")


class NotationError(AnnotatorError):
    """Marked text or a detail that cannot be read. `line` counts from 1 in what was parsed."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(slots=True)
class Marked:
    """A text without its brackets, and what they said. `problems` are details left out."""

    text: str
    work: ForeignSet
    problems: list[NotationError] = field(default_factory=list)


def parse(
    source: str, scheme: Scheme, *, details: str = "", line: int = 1, details_line: int = 0
) -> Marked:
    """Read marked text, which starts at `line`, and the lines after its `---`.

    Offsets are code points into the text without brackets. Raises NotationError if the brackets
    do not fit together; a detail that cannot be read is a problem, and the rest is used.
    """
    text, spans = _spans(source, scheme, line)
    marked = Marked(text, ForeignSet(spans=list(spans.values())))
    _Details(marked, spans, scheme).read(details, details_line)
    return marked


def example(source: str, scheme: Scheme) -> tuple[str, AnnotationSet]:
    """Text and annotations of one example, as the guidelines hold them.

    Raises NotationError for whatever cannot be read. Built-in entities are not in the set.
    """
    text, _, details = source.partition("\n---\n")
    marked = parse(text, scheme, details=details, details_line=text.count("\n") + 3)
    if marked.problems:
        raise marked.problems[0]
    work = marked.work
    links = [
        Link(f"l{n}", x.type, x.source, x.target, x.target_kind, x.order)
        for n, x in enumerate(work.links, 1)
    ]
    return marked.text, AnnotationSet(
        "",
        "",
        "",
        spans={
            x.id: Span(x.id, x.label, tuple(x.fragments), x.attributes, x.flags, x.note)
            for x in work.spans
        },
        links={link.id: link for link in links},
        entities={entity.id: entity for entity in work.entities},
    )


# -- marked text -----------------------------------------------------------------------------------


def opening(scheme: Scheme) -> re.Pattern[str]:
    """What opens a span: a label of the scheme, by key or name, or another name in capitals."""
    known = {name for label in scheme.labels.values() for name in (label.key.upper(), label.name)}
    names = "|".join(re.escape(name) for name in sorted(known - {""}, key=len, reverse=True))
    other = r"[A-Z][A-Z_]*(?=\d)|[A-Z][A-Z_]+(?=[ \n])"
    return re.compile(rf"\[((?:{names}|{other})\d*)[ \n]")


def label_of(span_id: str, scheme: Scheme) -> str:
    """The label an ID stands for; its letters, if the scheme has no such label."""
    names = {label.name: label.name for label in scheme.labels.values()}
    names = {label.key.upper(): label.name for label in scheme.labels.values()} | names
    for name in sorted(names, key=len, reverse=True):
        rest = span_id.removeprefix(name)
        if rest != span_id and (not rest or rest.isdecimal()):
            return names[name]
    return span_id.rstrip("0123456789")


def _spans(source: str, scheme: Scheme, first: int) -> tuple[str, dict[str, ForeignSpan]]:
    opens = opening(scheme)
    spans: dict[str, ForeignSpan] = {}
    stack: list[tuple[str, int, int]] = []  # ID ("" for a bracket of the text), offset, place
    parts: list[str] = []
    length = at = 0

    def put(piece: str) -> None:
        nonlocal length
        parts.append(piece)
        length += len(piece)

    def line(place: int) -> int:
        return source.count("\n", 0, place) + first

    for found in re.finditer(r"[\[\]\\]", source):
        place = found.start()
        if place < at:
            continue
        put(source[at:place])
        at = place + 1
        if escaped := _ESCAPED.match(source, place):
            put(escaped[1])
            at = escaped.end()
        elif opened := opens.match(source, place):
            name = opened[1]
            if any(name == other for other, _, _ in stack):
                raise NotationError(line(place), f"[{name} opens again before it is closed.")
            stack.append((name, length, place))
            at = opened.end()
        elif source[place] == "[":
            stack.append(("", length, place))
            put("[")
        elif source[place] == "\\":
            put("\\")
        else:
            closed = _CLOSE.match(source, place)
            assert closed is not None
            number = len(stack) - 1
            if closed[1] and any(closed[1] == name for name, _, _ in stack):
                number = next(i for i, item in enumerate(stack) if item[0] == closed[1])
                at = closed.end()
            if number < 0:
                put("]")
                continue
            name, start, opened_at = stack.pop(number)
            if not name:
                put("]")
                continue
            if start == length:
                raise NotationError(line(opened_at), f"[{name} ] holds no text.")
            span = spans.setdefault(
                name,
                ForeignSpan(name, label_of(name, scheme), [], line=line(opened_at)),
            )
            span.fragments.append((start, length))
    put(source[at:])
    for name, _, place in stack:
        if name:
            raise NotationError(
                line(place), f"[{name} is not closed (write \\[ for a bracket of the text)."
            )
    text = "".join(parts)
    for span in spans.values():
        span.fragments.sort()
        span.surface = " ".join(text[start:end] for start, end in span.fragments)
        span.raw = {"id": span.id, "text": span.surface}
    return text, dict(sorted(spans.items(), key=lambda item: item[1].fragments))


# -- details ---------------------------------------------------------------------------------------


class _Details:
    """The lines after the text, put where they belong."""

    def __init__(self, marked: Marked, spans: dict[str, ForeignSpan], scheme: Scheme) -> None:
        self.marked, self.spans, self.scheme = marked, spans, scheme
        self.work = marked.work
        self.entities: dict[str, Entity] = {}
        self.unlinked: set[tuple[str, str]] = set()

    def read(self, details: str, first_line: int) -> None:
        lines = [
            (number, text.strip())
            for number, text in enumerate(details.split("\n"), first_line)
            if text.strip()
        ]
        declared = [(n, m) for n, text in lines if (m := _ENTITY_LINE.fullmatch(text))]
        for _, found in declared:  # known first, so that lines may come in any order
            self.entities.setdefault(found[1], Entity(found[1], found[1]))
        for number, text in lines:
            try:
                if entity := _ENTITY_LINE.fullmatch(text):
                    self._entity(number, entity[1], entity[2])
                elif span := _SPAN_LINE.match(text):
                    self._span(number, span[1], span[2] or "")
                else:
                    raise NotationError(number, f"{text[:40]!r} is no detail, such as C1: neg")
            except NotationError as error:
                self.marked.problems.append(error)
        self.work.entities.extend(self.entities.values())
        self._refer()

    def _entity(self, number: int, key: str, text: str) -> None:
        values = {"name": "", "type": "", "naming": "", "affiliation": "", "kb": "", "note": ""}
        rules = self.scheme.entities
        for place, words in enumerate(items(text, number)):
            first = words[0]
            if place == 0:
                values["name"] = " ".join(words)
            elif len(words) == 2 and first in values and first != "name":
                values[first] = words[1]
            elif len(words) == 1 and (first in rules.types) != (first in rules.naming):
                values["type" if first in rules.types else "naming"] = first
            else:
                raise NotationError(number, f"{' '.join(words)!r} says nothing of entity @{key}.")
        if not text.strip():
            raise NotationError(number, f"entity @{key} has no name.")
        home = values["affiliation"]
        if home.startswith("@") and home[1:] not in self.entities:
            raise NotationError(number, f"there is no entity {home}.")
        values["affiliation"] = home.removeprefix("@")  # AUTHOR and IMPLICIT have none
        self.entities[key] = Entity(key, **values)

    def _span(self, number: int, key: str, text: str) -> None:
        span = self.spans.get(key)
        if span is None:
            raise NotationError(number, f"no span of the text is called {key}.")
        label = self.scheme.labels.get(span.label)
        for words in items(text, number):
            try:
                self._item(number, span, label, words)
            except NotationError as error:
                self.marked.problems.append(error)

    def _item(self, number: int, span: ForeignSpan, label: Label | None, words: list[str]) -> None:
        first, rest = words[0], words[1:]
        explicit = first if first in ("link", "attribute") and len(rest) > 1 else ""
        if explicit:
            first, rest = rest[0], rest[1:]
        attribute = label.attribute(first) if label else None
        if explicit == "link" or (not explicit and rest and label and label.link(first)):
            self._link(number, span, first, rest)
        elif explicit or (attribute is not None and (rest or attribute.kind == "flag")):
            span.attributes[first] = _value(rest, attribute is not None and attribute.kind)
        elif first == "flag" and rest:
            span.flags += tuple(rest)
        elif first == "note" and rest:
            span.note = " ".join(rest)
        elif first == "origin" and len(rest) == 1 and rest[0] in _ORIGINS:
            span.origin = next(origin for origin in _ORIGINS if origin == rest[0])
        elif not rest and label and (found := _choices(label, first)):
            if len(found) > 1:
                known = " or ".join(f"{name} {first}" for name in found)
                raise NotationError(number, f"{span.id}: write {known}, not {first} alone.")
            span.attributes[found[0]] = first
        else:
            raise NotationError(
                number,
                f"{span.id}: {' '.join(words)!r} is no link, attribute or value of {span.label}.",
            )

    def _link(self, number: int, span: ForeignSpan, type: str, targets: list[str]) -> None:
        if targets == ["-"]:
            self.unlinked.add((span.id, type))
            return
        before = sum(link.source == span.id and link.type == type for link in self.work.links)
        for order, written in enumerate(targets, before):
            target, _, origin = written.partition("~")
            link = ForeignLink(type, span.id, target, order=order, line=number)
            link.origin = next((one for one in _ORIGINS if one == origin), "imported")
            if target.startswith("topic:"):
                link.target, link.target_kind = target.removeprefix("topic:"), "topic"
            elif target in self.scheme.entities.builtin:
                link.target_kind = "entity"
            elif target.startswith("@"):
                link.target, link.target_kind = target[1:], "entity"
                if link.target not in self.entities:
                    raise NotationError(
                        number, f"there is no entity {target}; add: {target} = Name, type"
                    )
            elif target not in self.spans:
                raise NotationError(number, f"{span.id}: {type} {target}: there is no {target}.")
            link.raw = {"source": span.id, "type": type, "target": written}
            self.work.links.append(link)

    def _refer(self) -> None:
        """Mentions without a word said of it name what they read."""
        linked = {(link.source, link.type) for link in self.work.links} | self.unlinked
        by_name = {entity.name: entity.id for entity in reversed(self.work.entities)}
        for span in self.spans.values():
            label = self.scheme.labels.get(span.label)
            type = entity_link(label) if label else ""
            if not type or (span.id, type) in linked:
                continue
            name = " ".join((span.surface or "").split())
            if name not in by_name:
                by_name[name] = f"={name}"
                self.work.entities.append(Entity(by_name[name], name))
            self.work.links.append(
                ForeignLink(type, span.id, by_name[name], "entity", line=span.line)
            )


def entity_link(label: Label) -> str:
    """The one link type of a label, if it goes to entities alone; else ""."""
    if len(label.links) == 1 and label.links[0].targets == (ENTITY,):
        return label.links[0].name
    return ""


def _choices(label: Label, value: str) -> list[str]:
    return [x.name for x in label.attributes if x.kind == "choice" and value in x.values]


def _value(words: list[str], kind: str | bool) -> Value:
    if kind == "flag" and words in ([], ["true"], ["false"]):
        return words != ["false"]
    if len(words) == 1 and words[0].startswith("["):
        try:
            values = json.loads(words[0])
        except ValueError:
            return words[0]
        if isinstance(values, list) and all(isinstance(value, str) for value in values):
            return tuple(values)
    return " ".join(words)


def items(text: str, number: int) -> Iterator[list[str]]:
    """The items of a detail, each as words. Quotes may be around any part of a word."""
    decoder = json.JSONDecoder(strict=False)
    words: list[str] = []
    word: list[str] = []
    at = 0

    def end_word() -> None:
        if word:
            words.append("".join(word))
            word.clear()

    while at < len(text):
        char = text[at]
        if char == '"':
            try:
                value, at = decoder.raw_decode(text, at)
            except ValueError:
                raise NotationError(number, f"a quote mark is not closed in {text!r}.") from None
            word.append(value)
        elif char == "," or char.isspace():
            end_word()
            if char == "," and words:
                yield words
                words = []
            at += 1
        else:
            word.append(char)
            at += 1
    end_word()
    if words:
        yield words


# -- writing ---------------------------------------------------------------------------------------


def marked_text(text: str, spans: dict[str, Span]) -> str:
    """The text with brackets; `spans` by the IDs to write."""
    events: dict[int, tuple[list[str], list[tuple[int, str]]]] = {}
    for key, span in spans.items():
        for start, end in span.fragments:
            events.setdefault(end, ([], []))[0].append(key)
            events.setdefault(start, ([], []))[1].append((-end, key))
    parts, stack, at = [], list[str](), 0
    for place in sorted(events):
        parts.append(_escape(text[at:place]))
        at = place
        closing, opened = events[place]
        left = set(closing)
        while left:
            if stack[-1] in left:
                left.discard(stack.pop())
                parts.append("]")
            else:
                key = next(key for key in reversed(stack) if key in left)
                stack.remove(key)
                left.discard(key)
                parts.append(f"]{key}>")
        for _, key in sorted(opened):
            stack.append(key)
            parts.append(f"[{key} ")
    parts.append(_escape(text[at:]))
    return re.sub(r"^(---|===)$", r"\\\1", "".join(parts), flags=re.MULTILINE)


def _escape(text: str) -> str:
    return re.sub(r"[\[\]\\]|(?<=\w)>", r"\\\g<0>", text)  # "]C1>" closes C1


def detail_lines(work: AnnotationSet, names: dict[str, str], scheme: Scheme) -> Iterator[str]:
    """What stands after `---`. `names` gives the ID written for each span's own."""
    numbers = {key: f"e{number}" for number, key in enumerate(work.entities, 1)}
    for key, entity in work.entities.items():
        yield ", ".join((f"@{numbers[key]} = {_quoted(entity.name)}", *_facts(entity, numbers)))
    for span in work.in_order():
        label = scheme.labels.get(span.label)
        items = []
        for type, links in _by_type(work.links_from(span.id)):
            known = label is not None and label.link(type) is not None
            targets = " ".join(_target(link, names, numbers) for link in links)
            items.append(f"{'' if known else 'link '}{type} {targets}")
        if label and (type := entity_link(label)) and not work.links_from(span.id, type):
            items.append(f"{type} -")
        items += [_attribute(label, name, value) for name, value in span.attributes.items()]
        items += [f"flag {_quoted(flag)}" for flag in span.flags]
        if span.note:
            items.append(f"note {_quoted(span.note)}")
        if span.origin != "imported":
            items.append(f"origin {span.origin}")
        if items:
            yield f"{names[span.id]}: {', '.join(items)}"


def span_names(spans: list[Span], scheme: Scheme) -> dict[str, str]:
    """An ID to write for each span, by its own: the label's key in capitals and a number."""
    keys = Counter(label.key.upper() for label in scheme.labels.values())
    counts: Counter[str] = Counter()
    names = {}
    for span in spans:
        label = scheme.labels.get(span.label)
        key = label.key.upper() if label else ""
        name = key if key.isalpha() and keys[key] == 1 and key.isascii() else span.label
        counts[name] += 1
        names[span.id] = f"{name}{counts[name]}"
    return names


def _by_type(links: list[Link]) -> Iterator[tuple[str, list[Link]]]:
    for type in dict.fromkeys(link.type for link in links):
        yield type, [link for link in links if link.type == type]


def _target(link: Link, names: dict[str, str], numbers: dict[str, str]) -> str:
    if link.target_kind == "topic":
        written = f"topic:{_quoted(link.target, spaces=False)}"
    elif link.target_kind == "entity":
        written = f"@{numbers[link.target]}" if link.target in numbers else link.target
    else:
        written = names.get(link.target, link.target)
    return written if link.origin == "imported" else f"{written}~{link.origin}"


def _attribute(label: Label | None, name: str, value: Value) -> str:
    known = label.attribute(name) if label else None
    prefix = name if known else f"attribute {name}"
    if isinstance(value, bool):
        return f"{prefix} {str(value).lower()}"
    if isinstance(value, tuple):
        return f"{prefix} {_quoted(json.dumps(value, ensure_ascii=False))}"
    return f"{prefix} {_quoted(value, spaces=False)}"


def _facts(entity: Entity, numbers: dict[str, str]) -> Iterator[str]:
    if entity.type:
        yield f"type {_quoted(entity.type, spaces=False)}"
    if entity.naming:
        yield f"naming {_quoted(entity.naming, spaces=False)}"
    if entity.affiliation:
        known = numbers.get(entity.affiliation)
        yield f"affiliation {f'@{known}' if known else _quoted(entity.affiliation)}"
    if entity.kb:
        yield f"kb {_quoted(entity.kb, spaces=False)}"
    if entity.note:
        yield f"note {_quoted(entity.note, spaces=False)}"


def _quoted(text: str, *, spaces: bool = True) -> str:
    """In quotes where it could not be read back without them."""
    words = text.split(" ") if spaces else [text]
    if all(_PLAIN_WORD.fullmatch(word) for word in words):
        return text
    return json.dumps(text, ensure_ascii=False)
