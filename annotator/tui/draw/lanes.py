"""Lanes: under each row of text, spans drawn as lines, one lane for each level of overlap.

Spans are placed shortest first in the lowest lane that is free, so inner spans lie next to the text
and a new enclosing span never moves an existing line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

Part = tuple[int, int, bool, bool]
"""First cell, cell after the last, whether the fragment begins here, whether it ends here."""


@dataclass(frozen=True, slots=True)
class Charset:
    """The characters lanes are drawn with. `lines` holds normal, chosen and suggested."""

    opening: str
    closing: str
    lines: tuple[str, str, str]
    gap: str
    arrow: str
    bar: str
    chosen_bar: str


BOX = Charset("╰", "╯", ("─", "━", "┄"), "┈", "→", "│", "┃")
ASCII = Charset("\\", "/", ("_", "=", "."), "~", ">", "|", "#")
NORMAL, CHOSEN, SUGGESTED = range(3)


@dataclass(frozen=True, slots=True)
class Piece:
    """What one row shows of one span. `parts` are its fragments, in cells, left to right.

    `earlier` and `later` say that more fragments stand on rows before and after.
    """

    key: str
    parts: tuple[Part, ...]
    earlier: bool = False
    later: bool = False

    def reach(self, width: int) -> tuple[int, int]:
        """The cells `[first, last)` of its lane, marks that point to other rows included."""
        first = self.parts[0][0] - (self.earlier and self.parts[0][0] > 0)
        last = self.parts[-1][1] + (self.later and self.parts[-1][1] < width)
        return first, last


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece in its lane, over the cells `[first, last)`."""

    piece: Piece
    first: int
    last: int


def place(
    pieces: Iterable[Piece], width: int, limit: int, always: str | None = None
) -> tuple[list[list[Placed]], int]:
    """The lanes of one row, nearest to the text first, and how many pieces found no place.

    `pieces` come in the order they are placed. The piece with the key `always` is placed even if it
    has to take the last of `limit` lanes from others.
    """
    lanes: list[list[Placed]] = []
    taken: list[int] = []
    hidden = 0
    for piece in pieces:
        first, last = piece.reach(width)
        cells = ((1 << (last - first)) - 1) << first
        lane = next((n for n, mask in enumerate(taken) if not mask & cells), len(taken))
        if lane >= limit:
            if piece.key != always or not lanes:
                hidden += 1
                continue
            lane = limit - 1
            kept = [one for one in lanes[lane] if one.last <= first or one.first >= last]
            hidden += len(lanes[lane]) - len(kept)
            lanes[lane] = kept
            taken[lane] = sum(((1 << (x.last - x.first)) - 1) << x.first for x in kept)
        elif lane == len(taken):
            taken.append(0)
            lanes.append([])
        taken[lane] |= cells
        lanes[lane].append(Placed(piece, first, last))
    for line in lanes:
        line.sort(key=lambda one: one.first)
    return lanes, hidden


def draw(placed: Placed, names: Sequence[str], state: int, charset: Charset = BOX) -> str:
    """The line of one piece, exactly `last - first` cells; `names` go from longest to shortest.

    The longest name that fits is written into the first part that has room for it.
    """
    parts = placed.piece.parts
    rooms = [last - first - opens - closes for first, last, opens, closes in parts]
    name, at = "", 0
    for candidate in names:
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
    cell = placed.first
    for index, part in enumerate(parts):
        drawn.append(charset.gap * (part[0] - cell))
        drawn.append(_draw_part(part, name if index == at else "", charset.lines[state], charset))
        cell = part[1]
    drawn.append(charset.gap * (placed.last - cell))
    return "".join(drawn)


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
