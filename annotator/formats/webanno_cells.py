"""The cells of WebAnno TSV 3: escapes, several annotations in one cell, and what is in a header."""

import re
from dataclasses import dataclass, field
from typing import Literal

FORMAT_LINE = "#FORMAT=WebAnno TSV 3.3"
TEXT = "#Text="

_CONTROLS = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}
_SHORT = {written[1]: char for char, written in _CONTROLS.items()}
_SPECIAL = re.compile(r"->|[\\\[\]|_;*\n\t\r\b\f]")
_TEXT_SPECIAL = re.compile(r"[\\\n\t\r\b\f]")
_ESCAPED = re.compile(r"\\(u[0-9A-Fa-f]{4}|->|.)", re.DOTALL)
_PARTS = re.compile(r"((?:\\.|[^\\|])*)(\||$)", re.DOTALL)
_NUMBERED = re.compile(r"(.*?)(?<!\\)\[(\d{1,9}(?:_\d{1,9})?)\]$", re.DOTALL)

Kind = Literal["span", "relation", "chain"]
_KINDS: dict[str, Kind] = {"#T_SP=": "span", "#T_RL=": "relation", "#T_CH=": "chain"}


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer and its columns: `first` is the index of its first cell in a row."""

    kind: Kind
    type: str
    features: tuple[str, ...]
    first: int

    @property
    def name(self) -> str:
        """The last part of the type's name."""
        return self.type.rpartition(".")[2] or self.type

    @property
    def width(self) -> int:
        return max(len(self.features), 1)


@dataclass(slots=True)
class Entry:
    """One of the annotations in a unit's cells: `number` as in `[3]` or `[3_0]`, "" if none."""

    number: str
    values: dict[str, str | None] = field(default_factory=dict)


def layer(line: str, first: int) -> Layer | None:
    """The layer a header line names; None if it names none."""
    kind = _KINDS.get(line[:6])
    if kind is None:
        return None
    name, *features = line[6:].rstrip().split("|")
    return Layer(kind, name, tuple(x for x in features if x), first)


def entries(layer: Layer, cells: list[str]) -> list[Entry]:
    """The annotations that a row's cells hold for a layer; None stands for no value."""
    found: list[Entry] = []
    names = layer.features or ("",)
    for offset, name in enumerate(names):
        index = layer.first + offset
        cell = cells[index] if index < len(cells) else "_"
        if cell in ("_", ""):
            continue
        for position, part in enumerate(_split(cell)):
            match = _NUMBERED.match(part)
            value, number = (match[1], match[2]) if match else (part, "")
            if position == len(found):
                found.append(Entry(number))
            if not found[position].number or "_" in number:
                found[position].number = number
            found[position].values[name] = None if value == "*" else value
    return found


def _split(cell: str) -> list[str]:
    if "|" not in cell:
        return [cell]
    return [match[1] for match in _PARTS.finditer(cell) if match[1]]


def escaped(value: str) -> str:
    """A value or token as a cell holds it."""
    return _SPECIAL.sub(lambda match: _CONTROLS.get(match[0]) or f"\\{match[0]}", value)


def escaped_text(text: str) -> str:
    """A sentence as its `#Text=` line holds it."""
    return _TEXT_SPECIAL.sub(lambda match: _CONTROLS.get(match[0]) or "\\\\", text)


def unescaped(cell: str) -> str:
    """What `escaped` and `escaped_text` were given."""
    return _ESCAPED.sub(_unescape, cell) if "\\" in cell else cell


def _unescape(match: re.Match[str]) -> str:
    found = match[1]
    if len(found) == 5:
        return chr(int(found[1:], 16))
    return _SHORT.get(found, found)
