"""Where else in the article the same words stand."""

from collections.abc import Iterable

from annotator.text.units import Range, Units


def same_string(units: Units, surface: str, taken: Iterable[Range]) -> list[Range]:
    """The other places where `surface` stands as whole tokens, in text order.

    Upper and lower case count. Places that share a code point with a range in `taken` (what is
    marked already, what is no part of the article) are left out.
    """
    text = units.text
    found: list[Range] = []
    if not surface or surface.isspace():
        return found
    blocked = sorted(taken)
    index, reach = 0, 0  # `reach`: the farthest end of the blocked ranges that start before
    start = text.find(surface)
    while start != -1:
        end = start + len(surface)
        while index < len(blocked) and blocked[index][0] < end:
            reach = max(reach, blocked[index][1])
            index += 1
        if reach <= start and _is_whole(units, start, end):
            found.append((start, end))
        start = text.find(surface, end)
    return found


def _is_whole(units: Units, start: int, end: int) -> bool:
    """Whether no token goes on over either edge."""
    first, last = units.token_at(start), units.token_at(end - 1)
    return (first is None or first[0] == start) and (last is None or last[1] == end)
