"""What each of two annotators gets wrong: every kind of error, shared out by lot."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from tests.two_annotators.reference import TOPICS, Mark, Piece, Place

Side = Literal["a", "b"]
SIDES: tuple[Side, Side] = ("a", "b")
Version = dict[str, Mark]
_Change = tuple[str, Mark | None]

ALONE = ("shift", "miss", "extra", "label", "attribute", "holder", "target")
"""Errors of one annotator."""
TOGETHER = ("union", "intersection", "by hand", "third value", "halves")
"""Both are wrong, each in another way; the name says how to come to what is right."""
MOVED = ("shift", "union", "intersection", "by hand")
NO_MARK = ("miss", "label")


@dataclass(frozen=True)
class Error:
    """One thing done wrong: the mark, who did it ("" is both), and the attribute it is about."""

    kind: str
    article: str
    key: str
    side: Side | Literal[""]
    attribute: str = ""


class Simulation:
    """The versions of two annotators by side and article, and the errors that made them.

    `values` are the values of each choice of a claim.
    """

    def __init__(
        self, pieces: Sequence[Piece], values: Mapping[str, Sequence[str]], seed: int
    ) -> None:
        self.pieces = {piece.id: piece for piece in pieces}
        self.versions: dict[tuple[Side, str], Version] = {
            (side, piece.id): dict(piece.marks) for side in SIDES for piece in pieces
        }
        self.errors: list[Error] = []
        self._values, self._random = values, Random(seed)
        self._spoilt: set[tuple[str, str]] = set()
        # Those that few marks are fit for come first.
        for kind in ("halves", "label", "target", "by hand", "intersection", "union"):
            self._spoil(kind)
        for kind in ("third value", "attribute", "holder", "shift", "miss", "extra"):
            self._spoil(kind)
        self.versions = {
            (side, article): _without_lost_ends(version, self.pieces[article])
            for (side, article), version in self.versions.items()
        }

    def _spoil(self, kind: str) -> None:
        """Make one more error of a kind, in a mark that nobody got wrong yet."""
        piece, mark = self._random.choice(
            [
                (piece, mark)
                for piece in self.pieces.values()
                for mark in piece.marks.values()
                if (piece.id, mark.key) not in self._spoilt and _is_fit(kind, piece, mark)
            ]
        )
        side = self._random.choice(SIDES)
        attribute = self._attribute(kind, mark)
        error = Error(kind, piece.id, mark.key, side if kind in ALONE else "", attribute)
        self.errors.append(error)
        if kind in ALONE:
            changes = {side: (mark.key, self._alone(error, piece, mark))}
        else:
            changes = dict(zip(SIDES, self._together(error, piece, mark), strict=True))
        for one, (key, changed) in changes.items():
            version = self.versions[one, piece.id]
            self._spoilt.add((piece.id, key))
            if changed is not None:
                version[changed.key] = changed
            else:
                del version[key]

    def _attribute(self, kind: str, mark: Mark) -> str:
        fewest = {"attribute": 2, "third value": 3}.get(kind)
        if fewest is None:
            return ""
        return self._random.choice([x for x, all in self._values.items() if len(all) >= fewest])

    def _alone(self, error: Error, piece: Piece, mark: Mark) -> Mark | None:
        pick, words = self._random.choice, _words(piece.text, mark.place)
        if error.kind == "shift":
            return replace(mark, place=(words[1][0], mark.place[1]))
        if error.kind == "extra":
            return Mark("extra", "CUE", pick(_unmarked_words(piece)))
        if error.kind == "label":
            return Mark(mark.key, "CUE", mark.place)
        if error.kind == "attribute":
            return _valued(mark, error.attribute, pick(self._wrong(mark, error.attribute)))
        if error.kind == "holder":
            right = _person(piece, mark)
            others = [m.key for m in piece.marks.values() if m.links.get("ref", right) != right]
            return replace(mark, links={**mark.links, "holder": pick(others)})
        if error.kind == "target":
            others = [topic for topic in TOPICS if topic != mark.links["target"]]
            return replace(mark, links={**mark.links, "target": pick(others)})
        assert error.kind == "miss"
        return None

    def _together(self, error: Error, piece: Piece, mark: Mark) -> tuple[_Change, _Change]:
        if error.kind == "halves":
            return (mark.key, None), (_twin(piece, mark) or "", None)
        if error.kind == "third value":
            wrong = self._random.sample(self._wrong(mark, error.attribute), 2)
            one, other = (_valued(mark, error.attribute, value) for value in wrong)
        else:
            one, other = (replace(mark, place=x) for x in _misplaced(error.kind, piece, mark))
        return (mark.key, one), (mark.key, other)

    def _wrong(self, mark: Mark, attribute: str) -> list[str]:
        return [value for value in self._values[attribute] if value != mark.values[attribute]]

    # -- what the errors come to -------------------------------------------------------------------

    def count(
        self, *kinds: str, label: str = "", side: Side | None = None, attribute: str = ""
    ) -> int:
        """How many errors of some kinds there are, in marks that should have a label."""
        return sum(
            error.kind in kinds
            and label in ("", self.pieces[error.article].marks[error.key].label)
            and side in (None, error.side)
            and attribute in ("", error.attribute)
            for error in self.errors
        )

    def total(self, label: str) -> int:
        """How many marks of a label there should be."""
        return sum(m.label == label for piece in self.pieces.values() for m in piece.marks.values())

    def made(self, label: str, side: Side) -> int:
        """How many of a label one annotator made."""
        made = self.total(label) - self.count(*NO_MARK, label=label, side=side)
        if label == "CUE":
            made += self.count("extra", "label", side=side)
        return made - (self.count("halves") if (label, side) in _HALVES else 0)

    def shared(self, label: str, *, nearby: bool = False) -> int:
        """How many of a label both made, at the same place or also `nearby`."""
        shared = self.total(label) - self.count(*NO_MARK, label=label)
        shared -= self.count("halves") if label in ("STANCE", "CUE") else 0
        return shared if nearby else shared - self.count(*MOVED, label=label)


_HALVES = {("STANCE", "a"), ("CUE", "b")}  # who lacks what, where each marked one half


def _misplaced(kind: str, piece: Piece, mark: Mark) -> tuple[Place, Place]:
    """Where both put a mark, so that its own place comes of the two as `kind` says."""
    (start, end), words = mark.place, _words(piece.text, mark.place)
    if kind == "union":
        return (start, words[-2][1]), (words[1][0], end)
    if kind == "intersection":
        before, after = _around(piece.text, mark.place)
        return (before[0], end), (start, after[1])
    assert kind == "by hand"
    return (words[1][0], end), (words[2][0], end)


def _is_fit(kind: str, piece: Piece, mark: Mark) -> bool:
    if kind == "extra":
        return mark.label == "SPEAKER"  # a mark that stays as it is: only its article counts
    if kind == "halves":
        return _twin(piece, mark) is not None
    if kind in ("label", "target"):
        return mark.label == "STANCE" and _twin(piece, mark) is None
    if kind == "miss":
        return mark.label == "CUE"
    if kind == "intersection" and not _around(piece.text, mark.place):
        return False
    return mark.label == "CLAIM" and len(_words(piece.text, mark.place)) >= 6


def _without_lost_ends(version: Version, piece: Piece) -> Version:
    """Nobody can link to what they did not mark."""
    lost = piece.marks.keys() - version.keys()
    return {
        mark.key: replace(mark, links={x: end for x, end in mark.links.items() if end not in lost})
        for mark in version.values()
    }


def _valued(mark: Mark, attribute: str, value: str) -> Mark:
    return replace(mark, values={**mark.values, attribute: value})


def _person(piece: Piece, mark: Mark) -> str:
    return piece.marks[mark.links["holder"]].links["ref"]


def _twin(piece: Piece, mark: Mark) -> str | None:
    """The cue that has the same words as a stance."""
    if mark.label != "STANCE":
        return None
    twins = (m.key for m in piece.marks.values() if (m.label, m.place) == ("CUE", mark.place))
    return next(twins, None)


def _words(text: str, place: Place) -> list[Place]:
    return [found.span() for found in re.compile(r"\w+").finditer(text, *place)]


def _around(text: str, place: Place) -> list[Place]:
    """The words right before and after a place, if only blanks are between."""
    all = _words(text, (0, len(text)))
    before = [word for word in all if word[1] == place[0] - 1 and text[word[1]] == " "]
    after = [word for word in all if word[0] == place[1] + 1 and text[place[1]] == " "]
    return [*before, *after] if before and after else []


def _unmarked_words(piece: Piece) -> list[Place]:
    """Words that are in no mark and beside none."""
    taken = [(mark.place[0] - 12, mark.place[1] + 12) for mark in piece.marks.values()]
    words = _words(piece.text, (0, len(piece.text)))
    return [w for w in words if not any(start < w[1] and w[0] < end for start, end in taken)]
