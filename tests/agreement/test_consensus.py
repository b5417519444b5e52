"""Majority and union of several annotators' work."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.agreement.consensus import WHO, majority, union
from annotator.model.annotation import AnnotationSet, Entity, Link, Span, Value
from annotator.store.scheme_file import load_scheme
from tests.agreement import simulated
from tests.formats.dock import dock

SCHEME = load_scheme(Path(__file__).parents[2] / "guidelines" / "scheme.toml")


def work(
    annotator: str, *spans: Span, links: tuple[Link, ...] = (), **fields: Value
) -> AnnotationSet:
    return AnnotationSet(
        "a1",
        "0" * 64,
        annotator,
        SCHEME.id,
        {span.id: span for span in spans},
        {link.id: link for link in links},
        fields={"status": "done", **fields},
    )


def claim(id: str, start: int, end: int, **attributes: Value) -> Span:
    return Span(id, "CLAIM", ((start, end),), attributes)


def places(found: AnnotationSet) -> list[tuple[str, tuple[tuple[int, int], ...]]]:
    return [(span.label, span.fragments) for span in found.in_order()]


def test_a_span_needs_more_than_half() -> None:
    works = [
        work("ada", claim("s1", 0, 10), claim("s2", 30, 40)),
        work("bo", claim("s1", 0, 10), claim("s9", 60, 70)),
        work("cem", claim("s4", 2, 10), claim("s5", 31, 40)),
    ]
    found = majority(works, SCHEME)
    assert places(found.work) == [("CLAIM", ((0, 10),)), ("CLAIM", ((30, 40),))]
    assert found.absent["CLAIM spans", "no majority has them"] == 1
    assert found.changed["CLAIM spans", "edges differ, the middle ones taken"] == 2
    assert [item.sources for item in found.work.verdicts.values()] == [
        ("ada/s1", "bo/s1", "cem/s4"),
        ("ada/s2", "cem/s5"),
    ]
    half = majority([*works, work("dov")], SCHEME)
    assert places(half.work) == [("CLAIM", ((0, 10),))]


def test_spans_that_hardly_overlap_or_have_other_labels_are_not_the_same() -> None:
    found = majority([work("ada", claim("s1", 0, 10)), work("bo", claim("s1", 6, 16))], SCHEME)
    assert places(found.work) == []
    other = Span("s1", "CUE", ((0, 10),))
    found = majority([work("ada", claim("s1", 0, 10)), work("bo", other)], SCHEME)
    assert places(found.work) == []


def test_attributes_links_and_fields_by_majority() -> None:
    def one(name: str, act: str, topic: str, quality: str) -> AnnotationSet:
        stance = Span("s2", "STANCE", ((20, 25),), {"stance": "against"})
        link = Link("l1", "target", "s2", topic, "topic")
        return work(name, claim("s1", 0, 10, act=act), stance, links=(link,), quality=quality)

    works = [
        one("ada", "deny", "weir", "minor"),
        one("bo", "deny", "weir", "minor"),
        one("cem", "ask", "dam", "heavy"),
    ]
    found = majority(works, SCHEME).work
    first, second = found.in_order()
    assert (first.attributes, second.attributes) == ({"act": "deny"}, {"stance": "against"})
    (link,) = found.links_from(second.id)
    assert (link.type, link.target) == ("target", "weir")
    assert found.fields["quality"] == "minor"
    split = majority(works[1:], SCHEME)
    assert [span.attributes for span in split.work.in_order()] == [{}, {"stance": "against"}]
    assert split.work.links == {}
    assert "quality" not in split.work.fields
    assert split.absent["attributes", "no majority says the same"] == 1


def test_a_link_to_another_mention_of_the_same_entity_is_the_same() -> None:
    def one(name: str, mention: str) -> AnnotationSet:
        spans = (
            claim("s1", 40, 60),
            Span("s2", "SPEAKER", ((0, 8),)),
            Span("s3", "SPEAKER", ((20, 24),)),
        )
        links = (
            Link("l1", "ref", "s2", "e1", "entity"),
            Link("l2", "ref", "s3", "e1", "entity"),
            Link("l3", "holder", "s1", mention),
        )
        made = work(name, *spans, links=links)
        return replace(made, entities={"e1": Entity("e1", "Iva Tolm", "person")})

    found = majority([one("ada", "s2"), one("bo", "s3"), one("cem", "s3")], SCHEME).work
    (said,) = [span for span in found.spans.values() if span.label == "CLAIM"]
    (link,) = found.links_from(said.id, "holder")
    assert found.spans[link.target].start == 20
    assert [entity.name for entity in found.entities.values()] == ["Iva Tolm"]
    assert {x.target for x in found.links.values() if x.type == "ref"} == set(found.entities)


def test_union_has_all_and_tells_who() -> None:
    works = [
        work("ada", claim("s1", 0, 10), claim("s2", 30, 40, act="deny")),
        work("bo", claim("s1", 0, 10, act="assert"), claim("s2", 30, 40)),
    ]
    found = union(works, SCHEME).work
    assert [(span.fragments, span.attributes[WHO]) for span in found.in_order()] == [
        (((0, 10),), ("ada", "bo")),  # assert is the default
        (((30, 40),), ("ada",)),
        (((30, 40),), ("bo",)),
    ]
    assert next(item.sources for item in found.verdicts.values()) == ("ada/s1", "bo/s1")


def test_of_one_annotator_both_are_the_work_itself() -> None:
    (own,) = dock().sets
    for found in (majority([own], SCHEME).work, union([own], SCHEME).work):
        assert places(found) == places(own)
        assert Counter(link.type for link in found.links.values()) == Counter(
            link.type for link in own.links.values()
        )
        assert {x.name for x in found.entities.values()} == {x.name for x in own.entities.values()}
        named = {k: v for k, v in found.fields.items() if k != "status"}
        assert named == {k: v for k, v in own.fields.items() if k != "status"}


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_majority_lies_between_what_all_and_what_any_say(seed: int, other: int) -> None:
    (reference,) = dock().sets
    a, b = simulated.pair(reference, SCHEME, seed)
    _, c = simulated.pair(reference, SCHEME, other)
    c = replace(c, annotator="zoe")
    works = [a, b, c]
    most, every = majority(works, SCHEME).work, union(works, SCHEME).work
    each = [Counter((s.label, s.fragments) for s in work.spans.values()) for work in works]
    found = Counter((s.label, s.fragments) for s in most.spans.values())
    assert each[0] & each[1] & each[2] <= found
    assert found <= each[0] | each[1] | each[2]
    assert {(s.label, s.fragments) for s in every.spans.values()} == {*each[0], *each[1], *each[2]}
    for made in (most, every):
        assert all(link.source in made.spans for link in made.links.values())
        ends = {"span": made.spans, "entity": {**made.entities, "AUTHOR": 0}}
        for link in made.links.values():
            assert link.target_kind == "topic" or link.target in ends[link.target_kind]
        assert made.serial >= len(made.spans) + len(made.links)
    again = majority(works, SCHEME).work
    assert (again.spans, again.links, again.fields) == (most.spans, most.links, most.fields)
