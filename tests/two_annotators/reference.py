"""What is right about four short invented articles, as plain data that knows nothing of the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from annotator.model.annotation import AnnotationSet, Link
from annotator.model.scheme import Scheme

Place = tuple[int, int]
Said = dict[str, list[Any]]
"""Everything that marks or a set of annotations say: sorted spans and links."""
WEIR = "Closing the weir"
TOLL = "A toll on the bridge"
HARBOUR = "Dredging the harbour"
TOPICS = (WEIR, TOLL, HARBOUR)


@dataclass(frozen=True)
class Mark:
    """A span: `values` are all choices of its label, `links` lead from a type to what stands at its
    end: the key of another mark, or the name of an entity or a topic."""

    key: str
    label: str
    place: Place
    values: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Piece:
    """An article with its marks by key."""

    id: str
    text: str
    marks: Mapping[str, Mark]


class _Author:
    def __init__(self, id: str, text: str) -> None:
        self.id, self.text = id, text
        self.marks: dict[str, Mark] = {}

    def _add(self, key: str, label: str, words: str, nth: int, **what: Mapping[str, str]) -> None:
        start = -1
        for _ in range(nth + 1):
            start = self.text.index(words, start + 1)
        self.marks[key] = Mark(key, label, (start, start + len(words)), **what)

    def speaker(self, key: str, words: str, name: str, nth: int = 0) -> None:
        self._add(key, "SPEAKER", words, nth, links={"ref": name})

    def cue(self, words: str, nth: int = 0, key: str = "") -> None:
        self._add(key or words, "CUE", words, nth)

    def claim(self, key: str, words: str, holder: str, cue: str = "", **values: str) -> None:
        usual = {
            "form": "indirect",
            "act": "assert",
            "polarity": "pos",
            "certainty": "certain",
            "check": "nonfactual",
        }
        links = {"holder": holder, **({"cue": cue} if cue else {})}
        self._add(key, "CLAIM", words, 0, values=usual | values, links=links)

    def stance(self, key: str, words: str, stance: str, **links: str) -> None:
        values = {"stance": stance, "basis": "stated"}
        self._add(key, "STANCE", words, 0, values=values, links=links)

    def piece(self) -> Piece:
        return Piece(self.id, self.text, self.marks)


def weir() -> Piece:
    at = _Author(
        "weir",
        "Ilva Toren said that the old weir at Osk would close in spring. The Millers Guild rejects"
        " the plan and calls it a costly mistake.\n"
        "\n"
        "The weir has leaked for nine years, according to Pavo Lind, who keeps the records. Toren"
        " denied that money was the main reason.\n"
        "\n"
        "It rained on the day of the meeting and few people came.\n",
    )
    at.speaker("toren", "Ilva Toren", "Ilva Toren")
    at.cue("said")
    at.claim("close", "that the old weir at Osk would close in spring", "toren", "said")
    at.speaker("guild", "The Millers Guild", "Millers Guild")
    at.cue("rejects")
    at.stance("against", "rejects", "against", holder="guild", target=WEIR)
    at.cue("calls")
    at.claim("mistake", "it a costly mistake", "guild", "calls", certainty="none")
    at.speaker("lind", "Pavo Lind", "Pavo Lind")
    at.cue("according to")
    at.claim("leak", "The weir has leaked for nine years", "lind", "according to", check="worth")
    at.speaker("again", "Toren", "Ilva Toren", 1)
    at.cue("denied")
    at.claim(
        "money", "that money was the main reason", "again", "denied", act="deny", polarity="neg"
    )
    return at.piece()


def bridge() -> Piece:
    at = _Author(
        "bridge",
        "A toll on the Marn bridge is fair, Dora Velt told the council. The hauliers of Sessa want"
        " the bridge to stay free for lorries.\n"
        "\n"
        "Carl Ome warned that a toll would drive the trade to Brel within a year but gave no"
        " figures. Velt welcomed the study and hopes that the vote comes before the winter.\n"
        "\n"
        "The old ferry runs twice a day until the end of the year.\n",
    )
    at.speaker("velt", "Dora Velt", "Dora Velt")
    at.cue("told")
    at.claim("fair", "A toll on the Marn bridge is fair", "velt", "told")
    at.stance("fairness", "is fair", "favour", holder="velt", target=TOLL, claim="fair")
    at.speaker("hauliers", "The hauliers of Sessa", "hauliers of Sessa")
    at.cue("want")
    at.claim(
        "free", "the bridge to stay free for lorries", "hauliers", "want",
        act="request", certainty="none",
    )  # fmt: skip
    at.stance("freedom", "stay free", "against", holder="hauliers", target=TOLL, claim="free")
    at.speaker("ome", "Carl Ome", "Carl Ome")
    at.cue("warned")
    at.claim("drive", "that a toll would drive the trade to Brel within a year", "ome", "warned")
    at.speaker("again", "Velt", "Dora Velt", 1)
    at.cue("hopes")
    at.claim(
        "vote", "that the vote comes before the winter", "again", "hopes",
        certainty="uncertain",
    )  # fmt: skip
    return at.piece()


def harbour() -> Piece:
    at = _Author(
        "harbour",
        "Rufa Hald promised that the harbour of Lunn would be dredged by autumn and left. Opponents"
        " fear for the oyster beds near the mole.\n"
        "\n"
        "The work is a waste of public money, said Emmet Sorl. Hald supports a second survey of the"
        " sand banks off the coast.\n"
        "\n"
        "The last ship with grain came in three years ago.\n",
    )
    at.speaker("hald", "Rufa Hald", "Rufa Hald")
    at.cue("promised")
    at.claim(
        "dredged", "that the harbour of Lunn would be dredged by autumn", "hald", "promised",
        act="commit",
    )  # fmt: skip
    at.stance(
        "willing", "would be dredged", "favour", holder="hald", target=HARBOUR, claim="dredged"
    )
    at.speaker("sorl", "Emmet Sorl", "Emmet Sorl")
    at.cue("said")
    at.claim("waste", "The work is a waste of public money", "sorl", "said", check="minor")
    at.stance("wasteful", "a waste", "against", holder="sorl", target=HARBOUR, claim="waste")
    at.speaker("again", "Hald", "Rufa Hald", 1)
    at.cue("supports")
    at.stance("backing", "supports", "favour", holder="again", target=HARBOUR)
    at.claim(
        "survey", "a second survey of the sand banks off the coast", "again", "supports",
        act="request",
    )  # fmt: skip
    return at.piece()


def pieces() -> list[Piece]:
    return [weir(), bridge(), harbour()]


def says(marks: Mapping[str, Mark]) -> Said:
    """What marks say, in the terms of `said`."""
    ends = {key: (mark.label, mark.place) for key, mark in marks.items()}
    return {
        "spans": sorted((m.label, m.place, sorted(m.values.items())) for m in marks.values()),
        "links": sorted(
            ((m.label, m.place), type, ends.get(end, end))
            for m in marks.values()
            for type, end in m.links.items()
        ),
    }


def said(work: AnnotationSet, scheme: Scheme, topics: Mapping[str, str]) -> Said:
    """What an annotator's set says whatever its ids: choices with their defaults, links by the
    place of the span or the name of the entity or topic they lead to."""

    def place(key: str) -> tuple[str, Place]:
        [fragment] = work.spans[key].fragments
        return work.spans[key].label, fragment

    def end(link: Link) -> object:
        if link.target_kind == "span":
            return place(link.target)
        if link.target_kind == "topic":
            return topics[link.target]
        entity = work.entities.get(link.target)
        return entity.name if entity else link.target

    def values(key: str) -> list[tuple[str, object]]:
        span = work.spans[key]
        found = {
            a.name: span.attributes.get(a.name, a.default)
            for a in scheme.labels[span.label].attributes
            if a.kind == "choice"
        }
        rest = {k: v for k, v in span.attributes.items() if k not in found and v is not False}
        return sorted({**found, **rest}.items())

    return {
        "spans": sorted((*place(key), values(key)) for key in work.spans),
        "links": sorted((place(x.source), x.type, end(x)) for x in work.links.values()),
    }
