"""Adjudication: from two annotators' sets to gold, case by case."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.agreement.adjudication import Adjudication
from annotator.agreement.cases import Case
from annotator.model.annotation import AnnotationSet, Change, Entity, Link, Span
from annotator.model.article import Article
from annotator.model.errors import AnnotatorError, EditError
from annotator.model.requirements import unfit
from annotator.model.scheme import Scheme
from annotator.model.session import Edit, Session
from annotator.project import Project
from tests.agreement import simulated

ROOT = Path(__file__).parents[2]
ARTICLE = "strait-cable-freighter-skarvang"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    shutil.copytree(ROOT / "guidelines", tmp_path / "guidelines")
    shutil.copytree(
        ROOT / "corpus", tmp_path / "corpus", ignore=shutil.ignore_patterns("gold", "pass-2")
    )
    opened = Project.open(tmp_path)
    yield opened
    opened.close()


def work(project: Project, annotator: str, *spans: Span, links: tuple[Link, ...] = ()):  # type: ignore[no-untyped-def]
    article = project.store.article(ARTICLE)
    made = AnnotationSet(ARTICLE, article.text_hash, annotator, project.scheme.id)
    for span in spans:
        made.apply(Change("span", span.id, None, span))
    for link in links:
        made.apply(Change("link", link.id, None, link))
    made.mark = 1
    return made


def claim(key: str, start: int, end: int, **values: str) -> Span:
    return Span(key, "CLAIM", ((start, end),), values)


def speaker(key: str, start: int, end: int) -> Span:
    return Span(key, "SPEAKER", ((start, end),))


def adjudication(project: Project, a: AnnotationSet, b: AnnotationSet, *others: AnnotationSet):  # type: ignore[no-untyped-def]
    session = project.session(ARTICLE, "gold")
    return Adjudication(session, a, b, project.scheme, others)


def only(cases: list[Case], kind: str) -> Case:
    [found] = [case for case in cases if case.kind == kind]
    return found


def places(gold: AnnotationSet) -> list[tuple[str, tuple[tuple[int, int], ...]]]:
    return [(span.label, span.fragments) for span in gold.in_order()]


def test_what_agrees_is_taken_over_at_once_as_one_edit(project: Project) -> None:
    a = work(project, "mira", claim("s1", 10, 30, form="direct"), claim("s2", 40, 60))
    b = work(project, "tom", claim("s7", 10, 30, form="direct"), claim("s8", 40, 55))
    found = adjudication(project, a, b)
    assert found.take_agreed() == 1
    [span] = found.gold.spans.values()
    assert (span.attributes, span.origin) == ({"form": "direct"}, "copied")
    [verdict] = found.gold.verdicts.values()
    assert (verdict.decision, verdict.sources) == ("agree", ("mira/s1", "tom/s7"))
    assert verdict.spans == (span.id,)
    assert [case.kind for case in found.open()] == ["boundary"]
    found.session.undo()
    assert not found.gold.spans
    assert not found.gold.verdicts
    found.session.redo()
    assert list(found.gold.spans) == [span.id]


def test_flags_are_kept_where_all_gave_them_of_whom_a_span_is_taken(project: Project) -> None:
    both, edges, only_one = claim("s1", 10, 30), claim("s2", 40, 60), claim("s3", 80, 90)
    a = work(
        project,
        "mira",
        replace(both, flags=("unsure", "mt")),
        replace(edges, flags=("mt",)),
        replace(only_one, flags=("unsure",)),
    )
    b = work(project, "tom", replace(both, flags=("mt",)), claim("s2", 40, 55))
    found = adjudication(project, a, b)
    found.take_agreed()
    while cases := found.open():
        found.take_a(cases[0])
    assert [span.flags for span in found.gold.in_order()] == [("mt",), ("mt",), ("unsure",)]


@pytest.mark.parametrize(
    ("act", "expected", "decision"),
    [
        ("take_a", [(10, 30)], "took-a"),
        ("take_b", [(14, 36)], "took-b"),
        ("both", [(10, 30), (14, 36)], "both"),
        ("neither", [], "dropped"),
    ],
)
def test_a_boundary_is_decided(
    project: Project, act: str, expected: list[tuple[int, int]], decision: str
) -> None:
    found = adjudication(
        project,
        work(project, "mira", claim("s1", 10, 30)),
        work(project, "tom", claim("s1", 14, 36)),
    )
    [case] = found.open()
    getattr(found, act)(case)
    assert [span.fragments[0] for span in found.gold.in_order()] == expected
    assert found.verdict(case).decision == decision  # type: ignore[union-attr]
    assert found.open() == []


@pytest.mark.parametrize(("how", "edges"), [("union", (10, 36)), ("intersection", (14, 30))])
def test_edges_are_merged(project: Project, how: str, edges: tuple[int, int]) -> None:
    found = adjudication(
        project,
        work(project, "mira", claim("s1", 10, 30)),
        work(project, "tom", claim("s1", 14, 36)),
    )
    [case] = found.open()
    [gold] = found.merge(case, how)  # type: ignore[arg-type]
    assert found.gold.spans[gold].fragments == (edges,)
    assert found.verdict(case).decision == "merged"  # type: ignore[union-attr]


def test_a_decision_can_be_taken_again_and_leaves_nothing_of_the_first(project: Project) -> None:
    found = adjudication(
        project,
        work(project, "mira", claim("s1", 10, 30)),
        work(project, "tom", claim("s1", 14, 36)),
    )
    [case] = found.open()
    found.both(case)
    found.take_b(case)
    assert places(found.gold) == [("CLAIM", ((14, 36),))]
    assert len(found.gold.verdicts) == 1


def test_attributes_are_cases_of_their_own_before_or_after_their_span(project: Project) -> None:
    a = work(project, "mira", claim("s1", 10, 30, form="direct", act="ask"))
    b = work(project, "tom", claim("s1", 10, 36, form="mixed", act="ask"))
    for first in ("boundary", "attribute"):
        found = adjudication(project, a, b)
        for case in sorted(found.open(), key=lambda x: x.kind != first):
            found.take_b(case)
        [span] = found.gold.spans.values()
        assert dict(span.attributes) == {"form": "mixed", "act": "ask"}
        while found.session.undo():
            pass
    found.take_a(only(found.open(), "boundary"))
    found.choose(only(found.open(), "attribute"), "summary")
    [span] = found.gold.spans.values()
    assert span.attributes["form"] == "summary"
    with pytest.raises(EditError):
        found.both(next(case for case in found.cases if case.kind == "attribute"))


def test_a_whole_side_is_taken_at_once(project: Project) -> None:
    a = work(project, "mira", claim("s1", 10, 30, form="direct", act="ask"))
    b = work(project, "tom", claim("s1", 10, 36, form="mixed"))
    found = adjudication(project, a, b)
    assert found.take_whole(found.open()[0], "a") == 3
    [span] = found.gold.spans.values()
    assert dict(span.attributes) == {"form": "direct", "act": "ask"}
    found.session.undo()
    assert len(found.open()) == 3


def test_attributes_and_links_of_a_dropped_span_are_no_question(project: Project) -> None:
    found = adjudication(
        project,
        work(project, "mira", claim("s1", 10, 30, form="direct")),
        work(project, "tom", claim("s1", 10, 36, form="mixed")),
    )
    found.neither(only(found.open(), "boundary"))
    assert found.open() == []


@pytest.mark.parametrize("side", ["a", "b"])
def test_what_a_whole_and_its_pieces_say_is_asked(project: Project, side: str) -> None:
    whole = work(project, "mira", claim("s1", 10, 60, act="ask"), speaker("s2", 80, 90))
    pieces = work(
        project,
        "tom",
        claim("s1", 10, 30, act="ask"),
        claim("s3", 32, 60, act="deny"),
        speaker("s2", 80, 90),
        links=(Link("l1", "holder", "s1", "s2"), Link("l2", "holder", "s3", "s2")),
    )
    found = adjudication(project, whole, pieces)
    found.take_agreed()
    split = only(found.open(), "split")
    (found.take_a if side == "a" else found.take_b)(split)
    asked = {(case.name, case.b) for case in found.open()}
    assert asked == {("holder", ("s1",)), ("act", ("s3",)), ("holder", ("s3",))}
    while cases := found.open():
        found.take_b(cases[0])
    claims = [span for span in found.gold.in_order() if span.label == "CLAIM"]
    acts = [span.attributes["act"] for span in claims]
    assert acts == (["deny"] if side == "a" else ["ask", "deny"])
    assert [len(found.gold.links_from(span.id, "holder")) for span in claims] == [1] * len(claims)
    assert found.take_whole(split, "a") == 1  # all is decided; the pieces become one again
    assert next(iter(found.gold.in_order())).fragments == ((10, 60),)


def test_of_two_spans_at_one_place_neither_is_lost(project: Project) -> None:
    topics = ("topic-of-one", "topic-of-other")
    two = work(
        project,
        "mira",
        Span("s1", "STANCE", ((10, 30),), {"stance": "favour"}),
        Span("s2", "STANCE", ((10, 30),), {"stance": "against"}),
        links=tuple(
            Link(f"l{number}", "target", f"s{number}", topic, "topic")
            for number, topic in enumerate(topics, 1)
        ),
    )
    one = work(
        project,
        "tom",
        Span("s1", "STANCE", ((10, 30),), {"stance": "against"}),
        links=(Link("l1", "target", "s1", topics[1], "topic"),),
    )
    found = adjudication(project, two, one)
    found.take_agreed()
    [case] = found.open()
    assert (case.kind, case.a) == ("missed", ("s1",))
    found.take_a(case)
    assert simulated.said(found.gold) == simulated.said(two)


def test_what_differs_on_one_span_may_be_meant_of_two(project: Project) -> None:
    topics = ("topic-of-one", "topic-of-other")
    works = [
        work(
            project,
            name,
            Span("s1", "STANCE", ((10, 30),), {"stance": stance}),
            links=(Link("l1", "target", "s1", topic, "topic"),),
        )
        for name, stance, topic in zip(("mira", "tom"), ("favour", "against"), topics, strict=True)
    ]
    found = adjudication(project, *works)
    found.take_agreed()
    case = only(found.open(), "attribute")
    with pytest.raises(EditError, match="two spans"):
        found.both(case)
    found.both_spans(case)
    assert found.open() == []
    said = {
        (span.attributes["stance"], link.target)
        for span in found.gold.spans.values()
        for link in found.gold.links_from(span.id)
    }
    assert said == set(zip(("favour", "against"), topics, strict=True))


def test_links_follow_as_soon_as_both_ends_are_in_gold(project: Project) -> None:
    a = work(
        project,
        "mira",
        claim("s1", 10, 30),
        speaker("s2", 40, 50),
        links=(Link("l3", "holder", "s1", "s2"),),
    )
    b = work(project, "tom", claim("s1", 10, 30))
    found = adjudication(project, a, b)
    found.take_agreed()
    assert not found.gold.links
    found.take_a(only(found.open(), "link"))
    assert not found.gold.links
    found.take_a(only(found.open(), "missed"))
    [link] = found.gold.links.values()
    assert (link.type, found.gold.spans[link.target].label) == ("holder", "SPEAKER")


def test_an_entity_of_both_is_one_in_gold_whatever_its_id_and_name(project: Project) -> None:
    def one(annotator: str, entity: str, name: str) -> AnnotationSet:
        made = work(project, annotator, speaker("s1", 10, 30), speaker("s2", 50, 60))
        made.entities[entity] = Entity(entity, name, "person")
        for key in ("s1", "s2"):
            link = Link(f"l{key[1]}9", "ref", key, entity, "entity")
            made.apply(Change("link", link.id, None, link))
        return made

    found = adjudication(project, one("mira", "e5", "Ilva Toren"), one("tom", "e8", "Toren"))
    found.take_agreed()
    [entity] = found.gold.entities.values()
    assert (entity.name, entity.type) == ("Ilva Toren", "person")
    assert [span.fragments for span in found.gold.mentions(entity.id)] == [((10, 30),), ((50, 60),)]


def test_notes_and_gaps_stay_with_a_case_before_and_after_it_is_decided(project: Project) -> None:
    found = adjudication(project, work(project, "mira", claim("s1", 10, 30)), work(project, "tom"))
    [case] = found.open()
    found.mark_gap(case, True)
    found.note(case, "what of [b]nested[/b] claims?")
    assert found.open() == [case]
    found.take_a(case)
    verdict = found.verdict(case)
    assert verdict is not None
    assert (verdict.decision, verdict.gap, verdict.note) == (
        "took-a",
        True,
        "what of [b]nested[/b] claims?",
    )


def test_the_majority_is_suggested(project: Project) -> None:
    a = work(project, "mira", claim("s1", 10, 30, form="direct"), claim("s2", 40, 60))
    b = work(project, "tom", claim("s1", 10, 30, form="mixed"))
    c = work(project, "uma", claim("s1", 10, 30, form="mixed"), claim("s3", 41, 60))
    two, three = adjudication(project, a, b), adjudication(project, a, b, c)
    suggested = {case.kind: three.suggestion(case) for case in three.cases}
    assert suggested == {"agree": "a", "attribute": "b", "missed": "a"}
    assert {two.suggestion(case) for case in two.cases if case.kind != "agree"} == {None}


def test_a_third_annotator_adds_only_what_is_not_decided_yet(project: Project) -> None:
    a = work(project, "mira", claim("s1", 10, 30), claim("s2", 40, 60))
    b = work(project, "tom", claim("s1", 10, 36), claim("s2", 40, 60))
    c = work(project, "uma", claim("s1", 10, 30), claim("s2", 40, 60), claim("s3", 80, 90))
    first = adjudication(project, a, b, c)
    first.take_agreed()
    first.take_b(only(first.open(), "boundary"))
    second = Adjudication(first.session, a, c, project.scheme, [b])
    assert second.take_agreed() == 0
    assert [case.kind for case in second.open()] == ["extra"]


def test_two_who_agree_do_not_decide_for_a_majority_that_differs(project: Project) -> None:
    two = [work(project, name, claim("s1", 10, 30)) for name in ("mira", "tom")]
    three = [work(project, name, claim("s1", 10, 36)) for name in ("uma", "vic", "wil")]
    found = adjudication(project, *two, *three)
    assert found.take_agreed() == 0
    [case] = found.open()
    assert (case.kind, found.suggestion(case)) == ("agree", None)
    most = Adjudication(found.session, three[0], three[1], project.scheme, [three[2], *two])
    assert most.take_agreed() == 1
    assert places(most.gold) == [("CLAIM", ((10, 36),))]


def test_a_later_change_is_told_and_merged_only_by_a_decision(project: Project) -> None:
    a = work(project, "mira", claim("s1", 10, 30), claim("s2", 40, 60))
    b = work(project, "tom", claim("s1", 10, 30), claim("s2", 40, 60))
    found = adjudication(project, a, b)
    found.take_agreed()
    found.finish()
    assert (found.gold.status, found.changed(), found.open()) == ("done", [], [])
    later = work(project, "mira", claim("s1", 10, 33), claim("s2", 40, 60))
    before = places(found.gold)
    again = Adjudication(found.session, later, b, project.scheme)
    assert again.changed() == ["mira"]
    assert len(again.stale()) == 1
    assert places(again.gold) == before
    [case] = again.open()
    again.take_a(case)
    assert places(again.gold) == [("CLAIM", ((10, 33),)), ("CLAIM", ((40, 60),))]
    assert again.stale() == []
    again.finish()
    assert again.changed() == []


def test_spans_made_by_hand_are_recorded_as_new(project: Project) -> None:
    found = adjudication(project, work(project, "mira"), work(project, "tom"))
    span = found.session.add_span("CUE", [(5, 9)])
    assert found.adopt() == 1
    [verdict] = found.gold.verdicts.values()
    assert (verdict.decision, verdict.spans) == ("new", (span.id,))
    assert found.adopt() == 0


def test_gold_is_kept_in_files_of_its_own_and_survives_a_crash(project: Project) -> None:
    a, b = work(project, "mira", claim("s1", 10, 30)), work(project, "tom")
    found = adjudication(project, a, b)
    found.take_a(found.open()[0])
    root, expected = project.root, replace(found.gold)
    project.close()  # no checkpoint: only the journal has it
    again = Project.open(root)
    session = again.session(ARTICLE, "gold")
    assert session.annotations.verdicts == expected.verdicts
    assert session.annotations.spans == expected.spans
    again.checkpoint(session)
    assert list((root / "corpus/gold").glob("*.jsonl"))
    assert not (root / "corpus/annotations/gold").exists()
    assert again.store.annotations(ARTICLE, "gold") == session.annotations
    assert again.store.owners() == [*again.store.annotators(), "gold"]
    while session.undo():
        pass
    again.checkpoint(session)
    saved = again.store.annotations(ARTICLE, "gold")
    assert saved is not None
    assert not saved.verdicts
    again.close()


@pytest.mark.parametrize("name", ["gold", "Gold"])
def test_nobody_can_be_called_gold(project: Project, name: str) -> None:
    with pytest.raises(AnnotatorError, match="kept for adjudicated work"):
        project.annotator_name(name)


@given(number=st.integers(0, 10_000), seed=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_gold_is_the_reference_where_verdicts_follow_it(number: int, seed: int) -> None:
    """On any shipped article, whatever the order of the questions."""
    shipped = simulated.references()
    article, reference, scheme = shipped[number % len(shipped)]
    a, b = simulated.pair(reference, scheme, seed)
    gold = AnnotationSet(article.id, article.text_hash, "gold")
    found = Adjudication(Session(article, scheme, gold), a, b, scheme)
    found.take_agreed()
    choices = Random(seed)
    while cases := found.open():
        assert simulated.follow(found, choices.choice(cases), reference)
        assert not found.left_out
    assert simulated.said(found.gold) == simulated.said(reference)
    edits = 0
    while found.session.undo():
        edits += 1
    assert edits > 5
    assert not any(found.gold.mapping(kind) for kind in ("span", "link", "entity", "verdict"))  # type: ignore[arg-type]


@pytest.mark.parametrize("number", range(0, 42, 3))
def test_who_takes_one_side_everywhere_has_what_it_says(number: int) -> None:
    """On the shipped passes, which differ in all the ways that there are."""
    article, a, scheme = simulated.references()[number]
    b = next(work for _, work, _ in simulated.references("pass-2") if work.article_id == article.id)
    for side in ("a", "b"):
        gold = AnnotationSet(article.id, article.text_hash, "gold")
        found = Adjudication(Session(article, scheme, gold), a, b, scheme)
        found.take_agreed()
        while cases := found.open():
            (found.take_a if side == "a" else found.take_b)(cases[0])
            assert not found.left_out
        # An entity of both may be called as either calls it.
        names = found.comparison.entities
        called = {
            b.entities[names[x.id]].name: x.name for x in a.entities.values() if x.id in names
        }
        gold, right = (simulated.copy(work, "") for work in (gold, a if side == "a" else b))
        for work in (gold, right):
            for key, entity in list(work.entities.items()):
                work.entities[key] = replace(entity, name=called.get(entity.name, entity.name))
        assert simulated.said(gold) == simulated.said(right)


def test_document_fields_are_taken_where_equal_and_cases_where_not(project: Project) -> None:
    a, b = work(project, "mira"), work(project, "tom")
    a.fields |= {"genre": "analysis", "quality": "clean", "topics": ("one", "other")}
    b.fields |= {"genre": "opinion", "quality": "clean", "topics": ("other", "one")}
    found = adjudication(project, a, b)
    found.take_agreed()
    assert found.gold.fields["quality"] == "clean"
    assert found.gold.fields["topics"] == ("one", "other")
    [case] = found.open()
    assert (case.name, case.a, case.label) == ("genre", (), "")
    found.take_b(case)
    assert found.gold.fields["genre"] == "opinion"
    assert found.open() == []
    found.choose(case, "interview")
    assert found.gold.fields["genre"] == "interview"


@pytest.fixture(scope="module")
def reference() -> Iterator[tuple[Article, AnnotationSet, Scheme]]:
    shipped = Project.open(ROOT)
    found = shipped.store.annotations(ARTICLE, "pass-1")
    assert found is not None
    yield shipped.store.article(ARTICLE), found, shipped.scheme
    shipped.close()


@given(seed=st.integers(0, 10_000))
@settings(max_examples=12, deadline=None)
def test_whatever_is_decided_ends_is_whole_and_can_be_undone(
    reference: tuple[Article, AnnotationSet, Scheme], seed: int
) -> None:
    article, right, scheme = reference
    choices = Random(seed)
    a, b = simulated.pair(right, scheme, seed)
    gold = AnnotationSet(article.id, article.text_hash, "gold")
    edits: list[Edit] = []
    found = Adjudication(Session(article, scheme, gold, record=edits.append), a, b, scheme)
    found.take_agreed()
    acts = [found.take_a, found.take_b, found.both, found.neither]
    acts.append(lambda case: found.merge(case, "union"))
    acts.append(lambda case: found.take_whole(case, "b"))
    refused = 0
    while cases := found.open():
        try:
            choices.choice(acts)(choices.choice(cases))
        except EditError:
            refused += 1
            assert refused < 5000
        if choices.random() < 0.1:
            found.session.undo()
    again = choices.choice(found.cases)
    found.neither(again)
    found.take_a(again)
    assert list(unfit(gold, scheme)) == []
    made = [span for item in gold.verdicts.values() for span in item.spans]
    spans = [key for key in made if key.startswith("s")]
    assert sorted(spans) == sorted(gold.spans), "every gold span has one verdict"
    final = {kind: dict(gold.mapping(kind)) for kind in ("span", "link", "entity", "verdict")}
    replayed = AnnotationSet(article.id, article.text_hash, "gold")
    Session(article, scheme, replayed, history=edits)
    assert {kind: replayed.mapping(kind) for kind in final} == final  # type: ignore[arg-type]
    while found.session.undo():
        pass
    assert not any(gold.mapping(kind) for kind in final)  # type: ignore[arg-type]
