"""Lanes: under each row of text, spans drawn as lines, one lane for each level of overlap.

Spans are placed shortest first in the lowest lane that is free, so inner spans lie next to the text
and a new enclosing span never moves an existing line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

Part = tuple[int, int, bool, bool]
"""First cell, cell after the last, whether the fragment begins here, whether it ends here."""


@dataclass(frozen=True, slots=True)
class Charset:
    """The characters lanes are drawn with. `lines` and `bars`: normal, chosen, suggested."""

    opening: str
    closing: str
    lines: tuple[str, str, str]
    bars: tuple[str, str, str]
    gap: str
    arrow: str


BOX = Charset("╰", "╯", ("─", "━", "┄"), ("│", "┃", "┊"), "┈", "→")
ASCII = Charset("\\", "/", ("_", "=", "."), ("|", "#", ":"), "~", ">")
NORMAL, CHOSEN, SUGGESTED = range(3)
_LEAST_CUT = 6  # cells that make a name worth cutting short: an arrow, three letters, two stops


class Piece(NamedTuple):
    """What one row shows of one span: the cells `[first, last)` of its lane.

    `parts` are its fragments, in cells, left to right; what is between them, and before and after
    them in the lane, is the gap that joins the fragments.
    """

    key: str
    first: int
    last: int
    parts: tuple[Part, ...]


def place(
    pieces: Iterable[Piece], limit: int, always: str | None = None
) -> tuple[list[list[Piece]], int]:
    """The lanes of one row, nearest to the text first, and how many pieces found no place.

    `pieces` come in the order they are piece. The piece with the key `always` is placed even if it
    has to take the last of `limit` lanes from others.
    """
    lanes: list[list[Piece]] = []
    taken: list[int] = []
    full = hidden = 0  # `full`: the cells that are taken in every lane there may be
    for piece in pieces:
        cells = (1 << piece.last) - (1 << piece.first)
        lane = 0
        if cells & full:
            lane = limit
        else:
            for mask in taken:
                if not mask & cells:
                    break
                lane += 1
        if lane >= limit:
            if piece.key != always:
                hidden += 1
                continue
            lane = limit - 1
            kept = [one for one in lanes[lane] if not _mask(one) & cells]
            hidden += len(lanes[lane]) - len(kept)
            lanes[lane] = kept
            taken[lane] = sum(map(_mask, kept))
        elif lane == len(taken):
            taken.append(0)
            lanes.append([])
        taken[lane] |= cells
        lanes[lane].append(piece)
        if len(lanes) == limit:
            full = reduce(and_, taken)
    for line in lanes:
        line.sort(key=lambda one: one.first)
    return lanes, hidden


def _mask(piece: Piece) -> int:
    return (1 << piece.last) - (1 << piece.first)


def draw(piece: Piece, names: Sequence[str], state: int, charset: Charset = BOX) -> str:
    """The line of one piece, exactly `last - first` cells; `names` go from longest to shortest.

    The longest name that fits is written into the first part that has room for it; what the longest
    adds to the second may be cut short.
    """
    parts = piece.parts
    rooms = [last - first - 1 - closes for first, last, _, closes in parts]
    name, at = "", 0
    for candidate in _with_cut(names, max(rooms)):
        size = cell_len(candidate)
        found = next((n for n, room in enumerate(rooms) if size <= room), None)
        if found is not None:
            name, at = candidate, found
            break
    else:
        if names and parts[0][1] - parts[0][0] == 1:
            # One cell has room for an end or for the key; the key says more.
            name = names[-1]
    drawn: list[str] = []
    cell = piece.first
    for index, part in enumerate(parts):
        drawn.append(charset.gap * (part[0] - cell))
        drawn.append(_draw_part(part, name if index == at else "", charset.lines[state], charset))
        cell = part[1]
    drawn.append(charset.gap * (piece.last - cell))
    return "".join(drawn)


def _with_cut(names: Sequence[str], room: int) -> Sequence[str]:
    if len(names) < 2 or cell_len(names[0]) <= room or not names[0].startswith(names[1]):
        return names
    if room < cell_len(names[1]) + _LEAST_CUT:
        return names[1:]
    return [set_cell_size(names[0], room - 2).rstrip() + "..", *names[1:]]


def _draw_part(part: Part, name: str, line: str, charset: Charset) -> str:
    first, last, opens, closes = part
    width = last - first
    room = width - opens - closes
    if room < cell_len(name) or room < 0:
        if name:
            return set_cell_size(name, width)
        return charset.opening if opens else charset.closing
    lead = min(1 if opens else 2, room - cell_len(name))
    rest = room - cell_len(name) - lead
    return charset.opening * opens + line * lead + name + line * rest + charset.closing * closes
