"""Adjudication of three annotators and more: every difference is decided once, by the lead or by a
clear majority, and gold says what was decided."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.agreement.adjudication import Adjudication
from annotator.agreement.cases import Case
from annotator.agreement.counterparts import Counterparts
from annotator.agreement.standing import Standing, kind_of, name_of
from annotator.model.annotation import AnnotationSet, Change, Entity, Link, Span
from annotator.model.article import Article
from annotator.model.errors import EditError
from annotator.model.requirements import unfit
from annotator.model.scheme import Scheme
from annotator.model.session import Edit, Session
from annotator.project import Project
from tests.agreement import simulated

ROOT = Path(__file__).parents[2]
ARTICLE = "strait-cable-freighter-skarvang"
NAMES = ("mira", "tom", "uma", "vic", "wil")


class Table:
    """The lead's desk: one gold, an adjudication for every pair."""

    def __init__(self, article: Article, scheme: Scheme, *works: AnnotationSet) -> None:
        self.article, self.scheme, self.works = article, scheme, works
        self.edits: list[Edit] = []
        self.open_again()

    def open_again(self) -> None:
        """As after a crash: nothing but the journal is left."""
        gold = AnnotationSet(self.article.id, self.article.text_hash, "gold")
        self.session = Session(
            self.article, self.scheme, gold, history=list(self.edits), record=self.edits.append
        )
        counterparts = Counterparts(self.works, self.scheme)
        self.pairs = [
            Adjudication(
                self.session,
                a,
                b,
                self.scheme,
                [x for x in self.works if x not in (a, b)],
                counterparts=counterparts,
            )
            for a, b in combinations(self.works, 2)
        ]
        self.counterparts = counterparts

    @property
    def gold(self) -> AnnotationSet:
        return self.session.annotations

    def open(self) -> list[tuple[Adjudication, Case]]:
        return [(one, case) for one in self.pairs for case in one.open()]

    def some_open(self, choices: Random) -> list[tuple[Adjudication, Case]]:
        """The open cases of a pair that has any."""
        for pair in choices.sample(self.pairs, len(self.pairs)):
            if found := [(pair, case) for case in pair.open()]:
                return found
        return []

    def pair(self, a: str, b: str) -> Adjudication:
        return next(x for x in self.pairs if (x.a.annotator, x.b.annotator) == (a, b))

    def standing(self) -> Standing:
        return Standing(self.gold, self.counterparts)


@pytest.fixture(scope="module")
def shipped() -> Iterator[tuple[Article, AnnotationSet, Scheme]]:
    project = Project.open(ROOT)
    found = project.store.annotations(ARTICLE, "pass-1")
    assert found is not None
    yield project.store.article(ARTICLE), found, project.scheme
    project.close()


Shipped = tuple[Article, AnnotationSet, Scheme]


def work(shipped: Shipped, annotator: str, *items: Span | Link | Entity) -> AnnotationSet:
    made = AnnotationSet(shipped[0].id, shipped[0].text_hash, annotator)
    for item in items:
        kind = type(item).__name__.lower()
        made.apply(Change(kind, item.id, None, item))  # type: ignore[arg-type]
    made.mark = 1
    return made


def claim(key: str, start: int, end: int, **values: str) -> Span:
    return Span(key, "CLAIM", ((start, end),), values)


def speaker(key: str, start: int, end: int) -> Span:
    return Span(key, "SPEAKER", ((start, end),))


def holder(key: str, source: str, target: str) -> Link:
    return Link(key, "holder", source, target)


def table(shipped: Shipped, *works: AnnotationSet) -> Table:
    return Table(shipped[0], shipped[2], *works)


# -- one difference at a time ----------------------------------------------------------------------


def test_one_of_three_who_differs_is_outvoted_and_that_is_recorded(shipped: Shipped) -> None:
    desk = table(
        shipped,
        work(shipped, "mira", claim("s1", 10, 30, act="deny")),
        work(shipped, "tom", claim("s2", 10, 30, act="deny")),
        work(shipped, "uma", claim("s4", 10, 30, act="ask")),
    )
    for pair in desk.pairs:
        pair.take_agreed()
    assert desk.open() == []
    [span] = desk.gold.spans.values()
    assert span.attributes["act"] == "deny"
    [verdict] = [x for x in desk.gold.verdicts.values() if name_of(x) == "act"]
    assert (verdict.decision, verdict.sources) == ("agree", ("mira/s1", "tom/s2"))
    case = next(x for x in desk.pair("mira", "uma").cases if x.name == "act")
    desk.pair("mira", "uma").take_b(case)
    assert desk.gold.spans[span.id].attributes["act"] == "ask"
    assert desk.open() == []


def test_two_against_two_is_asked_once(shipped: Shipped) -> None:
    said = dict(zip(NAMES, ("deny", "deny", "ask", "ask"), strict=False))
    works = [work(shipped, name, claim("s1", 10, 30, act=act)) for name, act in said.items()]
    desk = table(shipped, *works)
    for pair in desk.pairs:
        pair.take_agreed()
    asked = desk.open()
    assert {case.name for _, case in asked} == {"act"}
    pair, case = asked[0]
    pair.take_b(case)
    assert desk.open() == []
    [span] = desk.gold.spans.values()
    assert span.attributes["act"] == "ask"


def test_a_links_end_is_asked_with_a_third_and_never_drawn_twice(shipped: Shipped) -> None:
    ends = speaker("s2", 40, 50), speaker("s3", 60, 70)
    desk = table(
        shipped,
        work(shipped, "mira", claim("s1", 10, 30), *ends, holder("l1", "s1", "s2")),
        work(shipped, "tom", *ends),
        work(shipped, "uma", claim("s9", 10, 30), *ends, holder("l1", "s9", "s3")),
    )
    first = desk.pair("mira", "tom")
    first.take_agreed()
    [missed] = first.open()
    first.take_a(missed)
    [link] = desk.gold.links.values()
    assert desk.gold.spans[link.target].start == 40
    [(pair, case)] = desk.open()
    assert (pair.b.annotator, case.kind, case.name) == ("uma", "link", "holder")
    pair.take_b(case)
    [link] = desk.gold.links.values()
    assert desk.gold.spans[link.target].start == 60
    assert desk.open() == []


def test_an_attribute_decided_before_its_span_holds_for_every_pair(shipped: Shipped) -> None:
    desk = table(
        shipped,
        work(shipped, "mira", claim("s1", 10, 30, act="deny")),
        work(shipped, "tom", claim("s1", 10, 30, act="deny")),
        work(shipped, "uma", claim("s1", 10, 33, act="ask")),
    )
    late = desk.pair("tom", "uma")
    late.take_b(next(case for case in late.open() if case.name))
    desk.pair("mira", "tom").take_agreed()
    [span] = desk.gold.spans.values()
    assert (span.fragments, span.attributes["act"]) == (((10, 30),), "ask")
    assert desk.open() == []


def test_a_span_that_two_have_with_other_edges_is_asked_of_these_two(shipped: Shipped) -> None:
    desk = table(
        shipped,
        work(shipped, "mira"),
        work(shipped, "tom", claim("s1", 10, 30)),
        work(shipped, "uma", claim("s1", 12, 30)),
    )
    [(pair, case)] = desk.open()
    assert (pair.a.annotator, case.kind) == ("tom", "boundary")
    pair.take_b(case)
    assert [span.fragments for span in desk.gold.spans.values()] == [((12, 30),)]
    assert desk.open() == []


def test_a_nested_span_of_two_is_taken_whatever_a_third_has_around_it(shipped: Shipped) -> None:
    desk = table(
        shipped,
        work(shipped, "mira", claim("s1", 10, 30)),
        work(shipped, "tom", claim("s1", 20, 30)),
        work(shipped, "uma", claim("s1", 10, 30), claim("s2", 20, 30)),
    )
    for pair in desk.pairs:
        pair.take_agreed()
    assert sorted(span.fragments for span in desk.gold.spans.values()) == [((10, 30),), ((20, 30),)]
    assert desk.open() == []


def test_entities_of_three_are_one(shipped: Shipped) -> None:
    def one(annotator: str, name: str) -> AnnotationSet:
        ref = Link("l1", "ref", "s1", "e7", "entity")
        return work(shipped, annotator, Entity("e7", name), speaker("s1", 10, 30), ref)

    desk = table(shipped, one("mira", "Ilva Toren"), one("tom", "Toren"), one("uma", "Ms Toren"))
    for pair in desk.pairs:
        pair.take_agreed()
    assert desk.open() == []
    [entity] = desk.gold.entities.values()
    assert len(desk.gold.links) == 1
    [verdict] = [x for x in desk.gold.verdicts.values() if kind_of(x) == "entity"]
    assert verdict.sources == ("mira/e7", "tom/e7", "uma/e7")
    assert verdict.spans == (entity.id,)


def test_document_fields_are_decided_once(shipped: Shipped) -> None:
    works = [work(shipped, name) for name in NAMES[:4]]
    for one, genre in zip(works, ("analysis", "analysis", "opinion", "opinion"), strict=True):
        one.fields["genre"] = genre
    desk = table(shipped, *works)
    desk.pairs[0].take_agreed()
    assert "genre" not in desk.gold.fields
    pair, case = desk.open()[0]
    pair.neither(case)
    assert desk.open() == []
    assert "genre" not in desk.gold.fields


# -- whole articles --------------------------------------------------------------------------------


@given(number=st.integers(0, 10_000), seed=st.integers(0, 10_000), count=st.integers(3, 5))
@settings(max_examples=12, deadline=None)
def test_gold_is_the_reference_where_verdicts_follow_it(number: int, seed: int, count: int) -> None:
    """Whatever the order of the questions, with a restart half-way and decisions taken back."""
    shipped = simulated.references()
    article, reference, scheme = shipped[number % len(shipped)]
    works = simulated.several(reference, scheme, seed, NAMES[:count], share=0.6)
    desk = Table(article, scheme, *works)
    choices = Random(seed)
    for pair in choices.sample(desk.pairs, len(desk.pairs)):
        pair.take_agreed()
    asked: set[str] = set()
    again = 3
    while cases := desk.open():
        choices.shuffle(cases)
        followed = (one for one in cases if simulated.follow(*one, reference))
        pair, case = next(followed)  # somebody is right about something that is open
        assert case.key not in asked
        assert not pair.left_out
        if again and choices.random() < 0.2:
            again -= 1
            desk.session.undo()
            desk.open_again()
        else:
            asked.add(case.key)
    assert simulated.said(desk.gold) == simulated.said(reference)
    while desk.session.undo():
        pass
    assert not any(desk.gold.mapping(x) for x in ("span", "link", "entity", "verdict"))  # type: ignore[arg-type]


@given(number=st.integers(0, 10_000), seed=st.integers(0, 10_000), count=st.integers(3, 4))
@settings(max_examples=8, deadline=None)
def test_every_difference_about_a_gold_span_is_decided_once_and_gold_says_what_was_decided(
    number: int, seed: int, count: int
) -> None:
    """Annotators who err independently of each other, and a lead who decides by chance."""
    shipped = simulated.references()
    article, reference, scheme = shipped[number % len(shipped)]
    works = [
        simulated.several(reference, scheme, seed + number, (name, "nobody"), share=0.8)[0]
        for number, name in enumerate(NAMES[:count])
    ]
    desk = Table(article, scheme, *works)
    choices = Random(seed)
    while cases := desk.some_open(choices):
        pair, case = choices.choice(cases)
        acts = [pair.take_a, pair.take_b, pair.take_a, pair.take_b, pair.neither]
        choices.choice(acts)(case)
        if choices.random() < 0.1:
            choices.choice(desk.pairs).take_agreed()
        if choices.random() < 0.05:
            desk.session.undo()
            desk.open_again()
    standing = desk.standing()
    for pair in desk.pairs:
        for case in pair.cases:
            if case.a and case.name:
                sources = [f"{pair.a.annotator}/{case.a[0]}", f"{pair.b.annotator}/{case.b[0]}"]
                gold = standing.only(sources)
                if gold is not None and desk.gold.spans[gold].label == case.label:
                    about = [
                        item
                        for item in desk.gold.verdicts.values()
                        if name_of(item) == case.name
                        and kind_of(item) == case.kind
                        and standing.only(item.sources) == gold
                    ]
                    assert len(about) == 1, (case, about)
                    _check_said(desk, case, gold, about[0].case, standing)
    assert list(unfit(desk.gold, scheme)) == []


def _check_said(desk: Table, case: Case, gold: str, key: str, standing: Standing) -> None:
    """What gold says of a name is what one annotator says of it, or nothing."""
    verdict = next(x for x in desk.gold.verdicts.values() if x.case == key)
    a, b = key.split(":")[:2]
    whose = {"took-a": a, "took-b": b, "agree": verdict.sources[0].split("/")[0]}
    name = whose.get(verdict.decision)
    said: set[object] = set()
    value = None
    for source in verdict.sources:
        if source.split("/")[0] == name:
            one, key = desk.counterparts.place(source)
            assert one is not None
            value = one.spans[key].attributes.get(case.name)
            for link in one.links_from(key, case.name):
                if link.target_kind == "span":
                    end = standing.span(f"{name}/{link.target}")
                    if end and desk.gold.spans[end].label == one.spans[link.target].label:
                        said.add(end)  # a link to another label may be refused
                elif link.target in one.entities:
                    said.add("entity")
                else:
                    said.add(link.target)
    if case.kind == "attribute":
        assert desk.gold.spans[gold].attributes.get(case.name) == value
    else:
        links = desk.gold.links_from(gold, case.name)
        drawn = {"entity" if link.target in desk.gold.entities else link.target for link in links}
        assert drawn == said


def test_a_value_is_chosen_only_for_a_span_in_gold(shipped: Shipped) -> None:
    desk = table(
        shipped,
        work(shipped, "mira", claim("s1", 10, 30, act="deny")),
        work(shipped, "tom", claim("s1", 10, 33, act="ask")),
    )
    [pair] = desk.pairs
    edges, act = pair.open()
    with pytest.raises(EditError, match="span first"):
        pair.choose(act, "believe")
    pair.take_a(edges)
    pair.choose(act, "believe")
    pair.take_b(edges)
    [span] = desk.gold.spans.values()
    assert (span.fragments, span.attributes["act"]) == (((10, 33),), "believe")
