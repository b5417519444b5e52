"""The hands of an annotator and of whoever adjudicates: marks and verdicts become keys."""

from __future__ import annotations

from collections.abc import Mapping

from annotator.agreement.cases import Case
from annotator.model.annotation import AnnotationSet, Span
from annotator.model.scheme import Scheme
from annotator.tui.modes import HintMode, MenuMode, OfferMode
from tests.tui.desk import Desk
from tests.two_annotators.reference import Mark, Piece, Place


async def annotate(desk: Desk, marks: Mapping[str, Mark]) -> None:
    """Label an article as a version of it says, mark by mark, and mark it done."""
    made: dict[str, str] = {}
    order = list(desk.session.scheme.labels)
    for mark in sorted(marks.values(), key=lambda m: (order.index(m.label), m.place)):
        made[mark.key] = await _mark(desk, mark)
        await _values(desk, mark)
        await _links(desk, mark, marks, made[mark.key])
    await desk.press("escape", "ctrl+d")


async def _mark(desk: Desk, mark: Mark) -> str:
    start, end = mark.place
    words = desk.text[start:end]
    await desk.select(words, _nth(desk.text, words, start))
    await desk.press(desk.session.scheme.labels[mark.label].key)
    span = desk.chosen
    assert span.fragments == (mark.place,)
    if "stance" in mark.values:
        await desk.press(desk.digit(mark.values["stance"]))
    while isinstance(desk.screen.mode, OfferMode):
        await desk.press("escape")
    return span.id


def _nth(text: str, words: str, start: int) -> int:
    nth, at = 0, text.index(words)
    while at < start:
        nth, at = nth + 1, text.index(words, at + 1)
    return nth


async def _values(desk: Desk, mark: Mark) -> None:
    """What was computed is changed where it is not what the annotator thinks."""
    for name, value in mark.values.items():
        attribute = desk.session.scheme.attribute(mark.label, name)
        assert attribute is not None
        if desk.chosen.attributes.get(name, attribute.default) != value:
            await desk.press(attribute.key, digit_of(attribute.values, value))
        assert desk.chosen.attributes.get(name, attribute.default) == value


def digit_of(values: tuple[str, ...], value: str) -> str:
    return str(values.index(value) + 1)


async def _links(desk: Desk, mark: Mark, marks: Mapping[str, Mark], key: str) -> None:
    for type, end in mark.links.items():
        rule = desk.session.scheme.link(mark.label, type)
        assert rule is not None
        if type == "ref":
            assert desk.ends(desk.chosen, "ref") == [end]  # a name is given its entity unasked
            continue
        await desk.press("j", rule.key)
        if end in marks:
            await desk.press("f")
            mode = desk.screen.mode
            assert isinstance(mode, HintMode)
            place = marks[end].place[0]
            await desk.press(*next(k for k, piece in mode.hints.items() if piece[0] == place))
        else:
            assert isinstance(desk.screen.mode, MenuMode)
            await desk.press("0")
            await desk.type(end)
            await desk.press("enter")
        assert len(desk.links(desk.session.span(key), type)) == 1, (mark, type, desk.said)


class Judge:
    """Knows what is right about an article and finds the keys that decide a case so."""

    def __init__(
        self,
        piece: Piece,
        a: AnnotationSet,
        b: AnnotationSet,
        scheme: Scheme,
        topics: Mapping[str, str],
    ) -> None:
        self.piece, self.a, self.b, self.scheme, self.topics = piece, a, b, scheme, topics
        self.right = {(mark.label, mark.place): mark for mark in piece.marks.values()}

    def keys(self, case: Case) -> tuple[str, ...]:
        """The keys of the verdict; with "m", "e" the edges are then set by hand."""
        if case.kind == "attribute":
            return self._value(case)
        if case.kind == "link":
            return self._link(case)
        return self._span(case)

    def mark(self, case: Case) -> Mark:
        """The mark that a case about one span is about: the one of its label that it covers."""
        found = [
            mark
            for mark in self.piece.marks.values()
            if mark.label == case.label
            and min(case.end, mark.place[1]) - max(case.start, mark.place[0])
            > (mark.place[1] - mark.place[0]) / 2
        ]
        [mark] = found
        return mark

    def _span(self, case: Case) -> tuple[str, ...]:
        mine, theirs = self._places(self.a, case.a), self._places(self.b, case.b)
        good = [bool(side) and all(x in self.right for x in side) for side in (mine, theirs)]
        if all(good):
            return ("+",)
        if any(good):
            return ("a",) if good[0] else ("b",)
        if case.kind in ("missed", "extra"):
            return ("x",)
        [(_, one)], [(_, other)] = mine, theirs
        place = self.mark(case).place
        if place == (min(one[0], other[0]), max(one[1], other[1])):
            return ("m", "u")
        if place == (max(one[0], other[0]), min(one[1], other[1])):
            return ("m", "i")
        return ("m", "e")

    def _places(self, work: AnnotationSet, keys: tuple[str, ...]) -> list[tuple[str, Place]]:
        return [(work.spans[key].label, work.spans[key].fragments[0]) for key in keys]

    def _value(self, case: Case) -> tuple[str, ...]:
        attribute = self.scheme.attribute(case.label, case.name)
        assert attribute is not None
        right = self.mark(case).values[case.name]
        for key, span in (("a", self.a.spans[case.a[0]]), ("b", self.b.spans[case.b[0]])):
            if span.attributes.get(case.name, attribute.default) == right:
                return (key,)
        return "m", digit_of(attribute.values, right)

    def _link(self, case: Case) -> tuple[str, ...]:
        right = self.mark(case).links.get(case.name)
        for key, work, span in (("a", self.a, case.a[0]), ("b", self.b, case.b[0])):
            if self._ends(work, work.spans[span], case.name) == ([right] if right else []):
                return (key,)
        raise AssertionError(f"nobody is right about {case}")

    def _ends(self, work: AnnotationSet, span: Span, type: str) -> list[str]:
        found = []
        for link in work.links_from(span.id, type):
            if link.target_kind == "span":
                [(label, place)] = self._places(work, (link.target,))
                near = [
                    m.key
                    for m in self.piece.marks.values()
                    if m.label == label and m.place[0] < place[1] and place[0] < m.place[1]
                ]
                found += near
            else:
                found.append(self.topics[link.target])
        return found
