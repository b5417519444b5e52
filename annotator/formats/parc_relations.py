"""Attribution relations (source, cue, content) as PARC and PolNeAR have them, made of claims.

Claims with the same holders, cue and relays are one relation, so a quotation that was cut at the
ends of its sentences is whole again; a claim without a cue is one of its own. Each relay adds a
relation around it: its content is all from the inner frame to the claim but for the words of this
and the outer relays, or the claim alone if that has no frame. Claims of the author are none.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from annotator.formats.resolve import entity
from annotator.model.annotation import AUTHOR, AnnotationSet, Fragment, Link, Span

CLAIM, SPEAKER, CUE = "CLAIM", "SPEAKER", "CUE"
HOLDER, CUE_LINK, RELAY, RELAY_CUE = "holder", "cue", "relay", "relay_cue"

_EDGES = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Role:
    """A source or cue: sorted fragments, none if it is not in the text, and whom it names."""

    fragments: tuple[Fragment, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attribution:
    """`around` is the index of the relation that reports this one, None if none does."""

    source: Role
    cue: Role
    content: tuple[Fragment, ...]
    around: int | None = None


@dataclass(slots=True)
class Attributions:
    """The relations of a set, by place, and what took part in them, by id."""

    relations: list[Attribution] = field(default_factory=list)
    spans: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    authorial: set[str] = field(default_factory=set)


def attributions(work: AnnotationSet, text: str) -> Attributions:
    """All relations of an annotation set."""
    return _Making(work, text).made()


def joined(fragments: Iterable[Fragment], text: str) -> tuple[Fragment, ...]:
    """The union of fragments, joined where they overlap or only white space is between them."""
    found: list[Fragment] = []
    for start, end in sorted(fragments):
        if found and (start <= found[-1][1] or text[found[-1][1] : start].isspace()):
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return tuple(found)


class _Making:
    def __init__(self, work: AnnotationSet, text: str) -> None:
        self._work = work
        self._text = text
        self._found = Attributions()

    def made(self) -> Attributions:
        for claims in self._groups():
            self._add(claims)
        return self._found

    def _groups(self) -> list[list[Span]]:
        groups: dict[object, list[Span]] = {}
        for span in self._work.in_order():
            if span.label != CLAIM:
                continue
            holders = [link.target for link in self._links(span, HOLDER)]
            if span.attributes.get("form") == "authorial" or AUTHOR in holders:
                self._found.authorial.add(span.id)
                continue
            cues = [link.target for link in self._links(span, CUE_LINK)]
            relays = [link.target for link in self._links(span, RELAY)]
            key = (*sorted(holders), None, *sorted(cues), None, *relays) if cues else span.id
            groups.setdefault(key, []).append(span)
        return list(groups.values())

    def _links(self, span: Span, type: str) -> list[Link]:
        return self._work.links_from(span.id, type)

    def _add(self, claims: list[Span]) -> None:
        """The relation of some claims, and before it those of their relays, outermost first."""
        found = self._found
        first = claims[0]
        content = joined((piece for claim in claims for piece in claim.fragments), self._text)
        relays = [self._role([link]) for link in self._links(first, RELAY)]
        cues = [self._role([link]) for link in self._links(first, RELAY_CUE)]
        frames = [
            (relay, cues[index] if index < len(cues) else Role())
            for index, relay in enumerate(relays)
        ]
        holders = self._role(self._links(first, HOLDER))
        frames.append((holders, self._role(self._links(first, CUE_LINK))))
        free = first.attributes.get("form") == "free"
        around: int | None = None
        for index, (source, cue) in enumerate(frames):
            inner = content
            if index < len(relays) and not free:
                inner = self._between(frames, index, content)
            found.relations.append(Attribution(source, cue, inner, around))
            around = len(found.relations) - 1
        for claim in claims:
            found.spans.add(claim.id)
            for type in (HOLDER, CUE_LINK, RELAY, RELAY_CUE):
                for link in self._links(claim, type):
                    found.links.add(link.id)
                    if link.target_kind == "span":
                        found.spans.add(link.target)

    def _role(self, links: list[Link]) -> Role:
        """What links point to, taken together."""
        pieces: list[Fragment] = []
        names: dict[str, None] = {}
        for link in links:
            if link.target_kind == "span":
                pieces += self._work.spans[link.target].fragments
                for named in self._work.links_from(link.target):
                    if named.target_kind == "entity":
                        self._found.links.add(named.id)
                        names[entity(self._work, named.target).name] = None
            else:
                names[entity(self._work, link.target).name] = None
        return Role(joined(pieces, self._text), tuple(names))

    def _between(
        self, frames: list[tuple[Role, Role]], index: int, content: tuple[Fragment, ...]
    ) -> tuple[Fragment, ...]:
        """The content of a relay: from the inner frames to the claim, without the outer frames."""
        inner = list(content)
        for source, cue in frames[index + 1 :]:
            inner += (*source.fragments, *cue.fragments)
        low, high = min(start for start, _ in inner), max(end for _, end in inner)
        own = [
            x for source, cue in frames[: index + 1] for x in (*source.fragments, *cue.fragments)
        ]
        pieces = list(_without((low, high), sorted(own)))
        trimmed = [self._trimmed(piece, low, high) for piece in pieces]
        return tuple(piece for piece in trimmed if piece[0] < piece[1]) or content

    def _trimmed(self, piece: Fragment, low: int, high: int) -> Fragment:
        """Without the blanks and commas that stood around what was taken out."""
        start, end = piece
        if start > low and (match := _EDGES.match(self._text, start, end)):
            start = match.end()
        while end < high and end > start and _EDGES.fullmatch(self._text[end - 1]):
            end -= 1
        return start, end


def _without(whole: Fragment, taken: list[Fragment]) -> Iterator[Fragment]:
    at, high = whole
    for start, end in taken:
        if start > at:
            yield at, min(start, high)
        at = max(at, end)
        if at >= high:
            return
    yield at, high
