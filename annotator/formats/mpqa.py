"""MPQA stand-off lines: `id <tab> start,end <tab> string <tab> type <tab> name="value" …`.

Read are a database (`docs` and `man_anns`), a folder of pairs, or one annotation file; the text is
`docs/PARENT/NAME` for `man_anns/PARENT/NAME/gateman…`, or a .txt file beside, or what `text` names.
Offsets count bytes. What becomes of the types, if `labels=ours`:

    agent                                      SPEAKER, with a `ref` link to one entity for its id
    direct-subjective, objective-speech-event  CUE
    expressive-subjectivity                    STANCE, the stance by its polarity
    attitude                                   STANCE, by its type; link `target` to its targets
    target                                     TARGET

A stance's holder is the last in the nested source of itself or of the expression that links to it:
the agent with that id that stands nearest, AUTHOR for `w`, IMPLICIT for `implicit`; those between
are its relays. Other types and all other attributes keep their names.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from annotator.formats.capability import Capability
from annotator.formats.decoding import BOM
from annotator.formats.exchange import ForeignDocument, ForeignLink, ForeignSet, ForeignSpan, Source
from annotator.formats.foreign_json import UNIT, unit_of
from annotator.formats.loss import Finding
from annotator.formats.raw import raw_lines, raw_text
from annotator.formats.registry import Format, Option
from annotator.model.annotation import AUTHOR, IMPLICIT, Entity
from annotator.model.errors import AnnotatorError

_LINE = re.compile(
    r"(\d{1,12})\s+(-?\d{1,12})\s*,\s*(-?\d{1,12})\s+(?:string\s+)?(\S+)(?:\s+(.*))?"
)
_ATTRIBUTE = re.compile(r'([\w.-]+)\s*=\s*"([^"]*)"')
_SEPARATOR = re.compile(r"[,\s]+")
_LABELS = {
    "agent": "SPEAKER",
    "direct-subjective": "CUE",
    "objective-speech-event": "CUE",
    "expressive-subjectivity": "STANCE",
    "attitude": "STANCE",
    "target": "TARGET",
}
_ENDINGS = {"pos": "favour", "neg": "against"}
_POLARITIES = {
    "positive": "favour",
    "negative": "against",
    "both": "mixed",
    "neutral": "neutral",
}
_BUILT_IN = {"w": AUTHOR, "implicit": IMPLICIT}


@dataclass(slots=True)
class _Mark:
    """One line. `names` are its attributes but for links and sources."""

    id: str
    start: int
    end: int
    type: str
    values: dict[str, str]
    line: int
    raw: str
    span: ForeignSpan = field(init=False)

    def listed(self, name: str) -> list[str]:
        """The ids in an attribute that lists some."""
        value = self.values.get(name, "")
        return [part for part in _SEPARATOR.split(value) if part and part != "none"]

    @property
    def sources(self) -> list[str]:
        """The nested source without the writer, unless it is the writer's own."""
        chain = self.listed("nested-source")
        return chain[1:] if len(chain) > 1 and chain[0] == "w" else chain


def read(source: Source) -> Iterator[ForeignDocument]:
    """The documents of a database, folder or file. Raises AnnotatorError if there is none."""
    files = list(_annotation_files(source.path))
    if not files:
        raise AnnotatorError(f"{source.path} holds no annotation lines of MPQA.")
    for file in files:
        place = _text_of(file, source.options["text"])
        if place is None:
            message = "has no text beside it or under docs; name it with --set text=FILE"
            finding = Finding(str(file), 0, message)
            source.loss.leave_out("documents", "the text is missing", 1, finding)
            continue
        name = file.parent.name if file.name.startswith("gateman") else file.stem
        document = ForeignDocument(str(file), name, raw_text(place, source.encoding))
        document.sets.append(_Meaning(document, source).of(file))
        yield document


def _annotation_files(path: Path) -> Iterator[Path]:
    path = path.absolute()  # names of folders tell documents and their texts
    if path.is_file():
        yield path
        return
    for file in sorted(path.rglob("*")):
        if file.is_file() and not file.name.startswith((".", "gatesentences")):
            with file.open("rb") as opened:
                if _is_annotation(opened.read(4096)):
                    yield file


def _is_annotation(head: bytes) -> bool:
    lines = head.decode("latin-1").removeprefix("ï»¿").splitlines()
    first = next((x for x in lines if x.strip() and not x.startswith("#")), "")
    match = _LINE.fullmatch(first.strip())
    return match is not None and (match[4].startswith("GATE_") or match[4] in _LABELS)


def _text_of(file: Path, said: str) -> Path | None:
    named = file.parent.name if file.name.startswith("gateman") else file.stem
    candidates = []
    if said:
        candidates = [Path(said), Path(said, named), Path(said, f"{named}.txt")]
    elif "man_anns" in file.parts:
        at = len(file.parts) - 1 - file.parts[::-1].index("man_anns")
        place = Path(*file.parts[:at], "docs", *file.parts[at + 1 : -1])
        candidates = [place, place.with_name(f"{place.name}.txt")]
    candidates += [
        file.with_suffix(".txt"),
        file.parent / f"{named}.txt",
        file.parent.with_name(f"{named}.txt"),
        file.parent / "docs" / named,
    ]
    return next((x for x in candidates if x.is_file() and x != file), None)


class _Meaning:
    """One annotation file as spans and links."""

    def __init__(self, document: ForeignDocument, source: Source) -> None:
        self._document = document
        self._source = source
        self._marks: list[_Mark] = []
        self._foreign = ForeignSet(unit=unit_of(source.options, "bytes"))
        self._by_name: dict[tuple[str, str], _Mark] = {}
        self._agents: dict[str, list[_Mark]] = {}
        self._ours = source.options["labels"] == "ours"

    def of(self, file: Path) -> ForeignSet:
        """All that a file says."""
        self._parse(file)
        for mark in self._marks:
            self._add_span(mark)
        self._add_entities()
        for mark in self._marks:
            self._add_links(mark)
        return self._foreign

    def _parse(self, file: Path) -> None:
        known: set[str] = set()
        for number, line in enumerate(raw_lines(file, self._source.encoding), 1):
            if not line.strip() or line.startswith("#"):
                continue
            match = _LINE.fullmatch(line.strip())
            if match is None or match[1] in known:
                why = "uses an id a second time" if match else "is no annotation line"
                self._refuse("lines", "are not understood", number, line, why)
                continue
            known.add(match[1])
            values = dict(_ATTRIBUTE.findall(match[5] or ""))
            kind = match[4].removeprefix("GATE_")
            mark = _Mark(match[1], int(match[2]), int(match[3]), kind, values, number, line)
            self._marks.append(mark)
            if "id" in values:
                self._by_name.setdefault((kind, values["id"]), mark)

    def _add_span(self, mark: _Mark) -> None:
        label = _LABELS.get(mark.type, mark.type) if self._ours else mark.type
        span = ForeignSpan(mark.id, label, [(mark.start, mark.end)], line=mark.line, raw=mark.raw)
        mark.span = span
        outside = mark.type == "agent" and mark.start == mark.end
        if mark.type == "agent":
            name = mark.values.get("id") or (mark.sources or [""])[-1]
            if name and name not in _BUILT_IN and not outside:
                self._agents.setdefault(name, []).append(mark)
        if outside:
            self._source.loss.set_aside("agents", "are not in the text")
            return
        for name, value in mark.values.items():
            if name not in ("id", "nested-source", "attitude-link", "target-link") and value:
                span.attributes[name] = value
        if label == "STANCE" and (stance := self._stance(mark)):
            span.attributes["stance"] = stance
        self._foreign.spans.append(span)

    def _stance(self, mark: _Mark) -> str:
        ending = mark.values.get("attitude-type", "").rpartition("-")[2]
        if mark.type == "attitude":
            return _ENDINGS.get(ending, "")
        polarity = mark.values.get("polarity", "").removeprefix("uncertain-")
        return _POLARITIES.get(polarity, "")

    def _add_entities(self) -> None:
        """One for every id of agents, by the longest of their texts."""
        text = (self._document.text or "").removeprefix(BOM)
        data = text.encode("utf-8", "surrogatepass")
        for name, marks in self._agents.items():
            covered = (data[mark.start : mark.end].decode("utf-8", "replace") for mark in marks)
            longest = max((" ".join(part.split()) for part in covered), key=len)
            key = f"agent {name}"
            self._foreign.entities.append(Entity(key, longest or name))
            for mark in marks:
                self._link("ref", mark, key, "entity", mark)

    def _add_links(self, mark: _Mark) -> None:
        for name in mark.listed("attitude-link"):
            attitude = self._by_name.get(("attitude", name))
            if attitude is None:
                self._missing(mark, f"attitude {name}")
            else:
                self._link("attitude", mark, attitude.id, "span", mark)
                self._add_sources(attitude, mark.sources, mark)
        for name in mark.listed("target-link"):
            target = self._by_name.get(("target", name))
            if target is None:
                self._missing(mark, f"target {name}")
            else:
                self._link("target", mark, target.id, "span", mark)
        if mark.type == "expressive-subjectivity" or not self._ours:
            self._add_sources(mark, mark.sources if mark.type != "agent" else [], mark)

    def _add_sources(self, mark: _Mark, sources: list[str], origin: _Mark) -> None:
        """The holder, last of the sources, and the relays before it, outermost first."""
        for name in sources[:-1]:
            self._link_source("relay", mark, name, origin)
        if sources:
            self._link_source("holder", mark, sources[-1], origin)

    def _link_source(self, type: str, mark: _Mark, name: str, origin: _Mark) -> None:
        mentions = self._agents.get(name, [])
        if name in _BUILT_IN:
            self._link(type, mark, _BUILT_IN[name], "entity", origin)
        elif mentions:
            nearest = min(mentions, key=lambda x: (abs(x.start - origin.start), x.start))
            self._link(type, mark, nearest.id, "span", origin)
        else:
            self._missing(origin, f"agent {name}")

    def _link(self, type: str, start: _Mark, end: str, kind: str, origin: _Mark) -> None:
        order = sum(x.type == type and x.source == start.id for x in self._foreign.links)
        link = ForeignLink(type, start.id, end, order=order, line=origin.line, raw=origin.raw)
        link.target_kind = "entity" if kind == "entity" else "span"
        self._foreign.links.append(link)

    def _missing(self, mark: _Mark, what: str) -> None:
        self._refuse(
            "links", "an end is left out or missing", mark.line, mark.raw, f"{what} is not there"
        )

    def _refuse(self, subject: str, why: str, line: int, raw: str, message: str) -> None:
        finding = Finding(self._document.path, line, message, raw)
        self._source.loss.leave_out(subject, why, 1, finding)


def _knows(path: Path, head: bytes) -> bool:
    if path.is_dir():
        return next(path.rglob("gateman.mpqa*"), None) is not None
    return _is_annotation(head)


FORMAT = Format(
    name="mpqa",
    title="MPQA opinion annotations in stand-off lines",
    capability=Capability(links=frozenset(("span", "entity")), attributes=True, entities=True),
    read=read,
    options=(
        Option("text", "the text file, or a folder with the texts; by default found by name"),
        Option(
            "labels", "in: labels of the scheme, or MPQA's own types", "ours", ("ours", "theirs")
        ),
        UNIT,
    ),
    knows=_knows,
)
