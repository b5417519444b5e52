"""Writing WebAnno TSV 3; see `webanno_tsv` for what stands where."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from annotator.formats.capability import Capability, reduced
from annotator.formats.exchange import Export, Sink
from annotator.formats.stems import Stems
from annotator.formats.webanno_cells import FORMAT_LINE, TEXT, escaped, escaped_text
from annotator.model.annotation import AnnotationSet, Link, Span, Value
from annotator.model.scheme import Scheme
from annotator.text.offsets import OffsetMap
from annotator.text.units import Units

SPAN_LAYER = "webanno.custom.Span"
RELATION_LAYER = "webanno.custom.Relation"
LABEL = "label"

CAPABILITY = Capability(unit="utf-16", attributes=True, links=frozenset(("span",)))

_NOT_BLANK = re.compile(r"\S+")
_ODD = re.compile(r"\W")


def write(exports: Iterable[Export], sink: Sink) -> None:
    """A file for each annotator in a folder for each article, as INCEpTION exports them."""
    articles, annotators = Stems(), Stems()
    for export in exports:
        for given in export.sets:
            work = reduced(given, CAPABILITY, sink.loss)
            stem = f"{articles.of(export.article.id)}/{annotators.of(work.annotator)}"
            with sink.output.part(f"annotation/{stem}.tsv") as file:
                for line in _Sheet(export.article.text, work, sink).lines():
                    file.write(f"{line}\n".encode())


@dataclass(frozen=True, slots=True, order=True)
class _Unit:
    """A token, or (`part` true) something of it that a span needs: offsets in code points."""

    token: int
    part: bool
    start: int
    end: int


@dataclass(slots=True)
class _Row:
    """What a unit's cells hold: spans in text order, and relations that arrive here."""

    spans: list[Span] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


class _Sheet:
    """One annotation set as rows."""

    def __init__(self, text: str, work: AnnotationSet, sink: Sink) -> None:
        self._text = text
        self._work = work
        self._sink = sink
        units = Units(text)
        self._tokens = units.tokens(0, len(text))
        if not self._tokens:
            self._tokens = [match.span() for match in _NOT_BLANK.finditer(text)]
        self._starts = [start for start, _ in self._tokens]
        self._ends = [end for _, end in self._tokens]
        self._sentences = self._cut(units)
        self._offsets = OffsetMap(text, "utf-16")
        self._features = _features(sink.scheme, work)
        self._blank = ["_"] * (len(self._features) + 3)
        self._rows: dict[_Unit, _Row] = {}
        self._first: dict[str, _Unit] = {}
        self._numbers: dict[str, int] = {}
        self._addresses: dict[_Unit, str] = {}

    def lines(self) -> Iterator[str]:
        self._place()
        yield FORMAT_LINE
        yield f"#T_SP={'|'.join((SPAN_LAYER, LABEL, *self._features.values()))}"
        yield f"#T_RL={RELATION_LAYER}|type|BT_{SPAN_LAYER}"
        yield ""
        tokens = (_Unit(index, False, *place) for index, place in enumerate(self._tokens))
        ordered = sorted({*self._rows, *tokens})
        sentences = list(self._by_sentence(ordered))
        for number, (_, first, units) in enumerate(sentences, 1):
            self._name(number, first, units)
        for text, _, units in sentences:
            yield ""
            yield TEXT + escaped_text(text)
            yield from map(self._line, units)

    def _by_sentence(self, ordered: list[_Unit]) -> Iterator[tuple[str, int, list[_Unit]]]:
        """The text of every sentence, its first token, and its units."""
        at = 0
        for start, end in self._sentences:
            first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
            begin = at
            while at < len(ordered) and ordered[at].token < last:
                at += 1
            yield self._text[start:end], first, ordered[begin:at]

    def _name(self, sentence: int, first: int, units: list[_Unit]) -> None:
        """Tokens are counted in their sentence, parts in their token."""
        parts: Counter[int] = Counter()
        for unit in units:
            address = f"{sentence}-{unit.token - first + 1}"
            if unit.part:
                parts[unit.token] += 1
                address += f".{parts[unit.token]}"
            self._addresses[unit] = address

    def _cut(self, units: Units) -> list[tuple[int, int]]:
        """Stretches that cover the whole text and hold at least one token each, by sentence."""
        begins = [start for start, _ in units.sentences(0, len(self._text))]
        cuts = [0]
        for begin in begins:
            low, high = bisect_left(self._starts, cuts[-1]), bisect_left(self._starts, begin)
            if low < high < len(self._starts):
                cuts.append(begin)
        return list(zip(cuts, [*cuts[1:], len(self._text)], strict=True))

    def _place(self) -> None:
        """Give every span its units, and a number where one is needed to tell it from others."""
        found: dict[str, list[_Unit]] = {}
        for span in self._work.in_order():
            self._count(span)
            found[span.id] = list(self._units(span))
            self._first[span.id] = found[span.id][0]
            for unit in found[span.id]:
                self._rows.setdefault(unit, _Row()).spans.append(span)
        for key, units in found.items():
            if len(units) > 1 or len(self._rows[units[0]].spans) > 1:
                self._numbers[key] = len(self._numbers) + 1
        for link in sorted(self._work.links.values(), key=lambda x: (len(x.id), x.id)):
            self._rows[self._first[link.target]].links.append(link)

    def _count(self, span: Span) -> None:
        for value in span.attributes.values():
            if isinstance(value, tuple):
                self._sink.loss.change("attributes", "several values written as one")
            if not _written(value):
                self._sink.loss.carried["attributes"] -= 1
                self._sink.loss.leave_out("attributes", "are empty")

    def _units(self, span: Span) -> Iterator[_Unit]:
        first, end = bisect_right(self._ends, span.start), bisect_left(self._starts, span.end)
        if first >= end:  # between two tokens
            yield _Unit(min(first, len(self._tokens) - 1), True, span.start, span.end)
        for index in range(first, end):
            place = self._tokens[index]
            start = span.start if index == first else place[0]
            stop = span.end if index == end - 1 else place[1]
            yield _Unit(index, (start, stop) != place, start, stop)

    def _line(self, unit: _Unit) -> str:
        start, end = self._offsets.to_unit(unit.start), self._offsets.to_unit(unit.end)
        covered = escaped(self._text[unit.start : unit.end])
        row = self._rows.get(unit)
        cells = self._cells(row) if row else self._blank
        return "\t".join([self._addresses[unit], f"{start}-{end}", covered, *cells, ""])

    def _cells(self, row: _Row) -> list[str]:
        cells = ["|".join(self._numbered(escaped(span.label), span) for span in row.spans)]
        for name in self._features:
            cells.append("|".join(self._value(name, span) for span in row.spans))
        cells.append("|".join(escaped(link.type) for link in row.links))
        cells.append("|".join(map(self._source, row.links)))
        return [cell or "_" for cell in cells]

    def _numbered(self, value: str, span: Span) -> str:
        number = self._numbers.get(span.id)
        return f"{value}[{number}]" if number else value

    def _value(self, name: str, span: Span) -> str:
        written = _written(span.attributes.get(name))
        return self._numbered(escaped(written) if written else "*", span)

    def _source(self, link: Link) -> str:
        numbers = self._numbers.get(link.source, 0), self._numbers.get(link.target, 0)
        ends = f"[{numbers[0]}_{numbers[1]}]" if any(numbers) else ""
        return f"{self._addresses[self._first[link.source]]}{ends}"


def _features(scheme: Scheme, work: AnnotationSet) -> dict[str, str]:
    """The names of attributes, those of the scheme first, as names of features."""
    names = [item.name for label in scheme.labels.values() for item in label.attributes]
    used = {name for span in work.spans.values() for name in span.attributes}
    found: dict[str, str] = {}
    for name in (*names, *sorted(used)):
        if name not in found:
            feature = _ODD.sub("_", name)
            while feature == LABEL or feature in found.values():
                feature += "_"
            found[name] = feature
    return found


def _written(value: Value | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(value)
    return value or ""
