"""Spans of tokens as one tag a token: IOB1, BIO (IOB2), BILOU and IOBES, there and back.

Reading does not need to know which of them it is: a run begins where nothing of its label is open
or a tag says so, and `Usage` tells afterwards which scheme the tags were.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

Style = Literal["bio", "iob1", "bilou", "iobes"]
STYLES: tuple[Style, ...] = ("bio", "iob1", "bilou", "iobes")
OUTSIDE = frozenset(("O", "_", "-", "*", ""))

_TAG = re.compile(r"([BILUESMWV])(?:-(.+))?", re.DOTALL)
_BARE = "="  # stands for the prefix of a tag that is only a label; it goes on where it can
_INSIDE, _SINGLE, _LAST = frozenset("IMLE="), frozenset("USWV"), frozenset("LE")


@dataclass(frozen=True, slots=True)
class Run:
    """Tokens `[first, end)` under one label."""

    label: str
    first: int
    end: int


@dataclass(slots=True)
class Usage:
    """How tags were used in a column; see `style`."""

    prefixes: set[str] = field(default_factory=set)
    bare: int = 0
    """Tags that are a label without a prefix."""
    inside_first: int = 0
    """Runs that begin with I, M, L or E."""
    begun_apart: int = 0
    """Runs that begin with B although no run of their label ends just before."""

    @property
    def style(self) -> str:
        if self.prefixes & {"L", "U"}:
            return "BILOU"
        if self.prefixes & {"E", "S"}:
            return "IOBES"
        if self.bare and not self.prefixes:
            return "IO"
        if self.inside_first and not self.begun_apart:
            return "IOB1"
        return "BIO"

    @property
    def irregular(self) -> int:
        """Runs without the beginning that their scheme asks for."""
        return 0 if self.style == "IOB1" else self.inside_first


def is_tag(value: str) -> bool:
    """Whether a cell can only be a tag: outside, or a prefix with a label."""
    return value in OUTSIDE or (len(value) > 2 and _TAG.fullmatch(value) is not None)


def runs(
    tags: Sequence[str], breaks: frozenset[int], usage: Usage, nameless: str = "SPAN"
) -> Iterator[Run]:
    """The runs of a column, in order; none goes on over an index in `breaks`.

    `nameless` is the label of tags without one.
    """
    label, first = "", -1  # the open run
    closed = ""  # the label of a run that ended with the token before
    for index, tag in enumerate(tags):
        prefix, name = _parts(tag, usage, nameless)
        goes_on = first >= 0 and index not in breaks and name == label and prefix in _INSIDE
        before, closed = closed, ""
        if first >= 0 and not goes_on:
            yield Run(label, first, index)
            before = label if index not in breaks else ""
            first = -1
        if not prefix:
            continue
        if not goes_on:
            label, first = name, index
            usage.inside_first += prefix in _INSIDE and prefix != _BARE
            usage.begun_apart += prefix == "B" and before != name
        if prefix in _SINGLE or prefix in _LAST:
            yield Run(label, first, index + 1)
            first, closed = -1, label
    if first >= 0:
        yield Run(label, first, len(tags))


def _parts(tag: str, usage: Usage, nameless: str) -> tuple[str, str]:
    """Prefix ("" outside) and label."""
    if tag in OUTSIDE:
        return "", ""
    match = _TAG.fullmatch(tag)
    if match is None:
        usage.bare += 1
        return _BARE, tag
    usage.prefixes.add(match[1])
    return match[1], match[2] or nameless


def tagged(length: int, spans: Iterable[Run], style: Style) -> list[str]:
    """One tag for each of `length` tokens; the runs do not overlap."""
    tags = ["O"] * length
    ends: dict[int, str] = {}
    for run in sorted(spans, key=lambda run: run.first):
        only = run.end - run.first == 1
        for index in range(run.first, run.end):
            tags[index] = f"I-{run.label}"
        if style == "bilou" or style == "iobes":
            single, last = ("U", "L") if style == "bilou" else ("S", "E")
            tags[run.first] = f"{single if only else 'B'}-{run.label}"
            if not only:
                tags[run.end - 1] = f"{last}-{run.label}"
        elif style == "bio" or ends.get(run.first) == run.label:
            tags[run.first] = f"B-{run.label}"
        ends[run.end] = run.label
    return tags
