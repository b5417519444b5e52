"""Pieces of a text as the Web Annotation vocabulary selects them: by position and by quotation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from annotator.formats.exchange import Unit
from annotator.formats.foreign_json import Record, surface
from annotator.text.offsets import OffsetMap

_AROUND = 32  # characters of prefix and suffix


@dataclass(frozen=True, slots=True)
class Selected:
    """What selectors say of one piece; `place` counts what the file counts, None if not stated."""

    place: tuple[int, int] | None
    exact: str | None
    prefix: str = ""
    suffix: str = ""


def selectors(content: str, start: int, end: int) -> list[dict[str, object]]:
    """The piece `[start, end)` by quotation and by position."""
    return [
        {
            "type": "TextQuoteSelector",
            "exact": content[start:end],
            "prefix": content[max(start - _AROUND, 0) : start],
            "suffix": content[end : end + _AROUND],
        },
        {"type": "TextPositionSelector", "start": start, "end": end},
    ]


def selected(record: Record, target: dict[str, Any]) -> list[Selected]:
    """The pieces that a target selects; none where it is the whole resource.

    A position and a quotation side by side are one piece, further ones are further pieces.
    """
    places: list[tuple[int, int]] = []
    quotes: list[Selected] = []
    for raw in _flat(record, target.get("selector")):
        ends = raw.get("start"), raw.get("end")
        if ends != (None, None) and (place := record.place("selectors", *ends, raw)):
            places.append(place)
        exact = surface(raw.get("exact", raw.get("quote")))
        if exact is not None:
            around = (surface(raw.get(key)) or "" for key in ("prefix", "suffix"))
            quotes.append(Selected(None, exact, *around))
    if not places:
        return quotes
    if len(places) != len(quotes):
        return [Selected(place, None) for place in places]
    return [
        Selected(place, quote.exact, quote.prefix, quote.suffix)
        for place, quote in zip(places, quotes, strict=True)
    ]


def _flat(record: Record, value: object) -> Iterator[dict[str, Any]]:
    listed = [value] if isinstance(value, dict) else value
    for raw in record.objects(listed, "selectors"):
        yield raw
        if isinstance(raw.get("refinedBy"), dict | list):
            yield from _flat(record, raw["refinedBy"])


def unit_that_fits(content: str, pieces: Sequence[Selected]) -> Unit:
    """UTF-16 if the quotations stand where the positions say in that unit alone."""
    placed = [(piece.place, piece.exact) for piece in pieces if piece.place and piece.exact]
    if all(content[place[0] : place[1]] == exact for place, exact in placed):
        return "code points"
    return "utf-16"


def found_again(content: str, piece: Selected, unit: Unit) -> tuple[int, int] | None:
    """Where a quotation stands, counted in `unit`, if its surroundings or it itself say so."""
    exact = piece.exact or ""
    if not exact.strip():
        return None
    start = _only(content, piece.prefix + exact + piece.suffix)
    start = _only(content, exact) if start is None else start + len(piece.prefix)
    if start is None:
        return None
    if unit == "utf-16":
        count = OffsetMap(content, "utf-16").to_unit
        return count(start), count(start + len(exact))
    return start, start + len(exact)


def _only(content: str, wanted: str) -> int | None:
    first = content.find(wanted)
    return None if first < 0 or content.find(wanted, first + 1) >= 0 else first
