"""Cases: where two annotators agree and differ, and how."""

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from annotator.agreement.cases import Case, cases
from annotator.model.annotation import AnnotationSet, Entity, Link, Span
from annotator.model.scheme import Attribute, Label, LinkType, Scheme

SCHEME = Scheme(
    "test",
    "1",
    {
        "SPEAKER": Label("SPEAKER", "s", links=(LinkType("ref", "SPEAKER", ("ENTITY",)),)),
        "CLAIM": Label(
            "CLAIM",
            "c",
            fragments=True,
            attributes=(Attribute("form", "choice", ("direct", "indirect"), "indirect"),),
            links=(LinkType("holder", "CLAIM", ("SPEAKER", "ENTITY"), maximum=None),),
        ),
        "STANCE": Label("STANCE", "t"),
    },
)


def work(annotator: str, *spans: Span, **more: object) -> AnnotationSet:
    made = AnnotationSet("a1", "hash", annotator)
    made.spans.update({span.id: span for span in spans})
    for link in more.get("links", ()):  # type: ignore[attr-defined]
        made.apply(_added("link", link))
    for entity in more.get("entities", ()):  # type: ignore[attr-defined]
        made.entities[entity.id] = entity
    return made


def _added(kind: str, item: Link):  # type: ignore[no-untyped-def]
    from annotator.model.annotation import Change

    return Change(kind, item.id, None, item)  # type: ignore[arg-type]


def span(key: str, start: int, end: int, label: str = "CLAIM", **more: object) -> Span:
    return Span(key, label, ((start, end),), **more)  # type: ignore[arg-type]


def kinds(found: list[Case]) -> list[str]:
    return [case.kind for case in found]


def test_equal_spans_agree() -> None:
    [case] = cases(work("mira", span("s1", 3, 9)), work("tom", span("s8", 3, 9)), SCHEME)
    assert (case.kind, case.a, case.b, case.severity) == ("agree", ("s1",), ("s8",), 0)


def test_a_span_of_one_is_missed_or_extra() -> None:
    a, b = work("mira", span("s1", 3, 9)), work("tom")
    assert kinds(cases(a, b, SCHEME)) == ["missed"]
    assert kinds(cases(b, a, SCHEME)) == ["extra"]


def test_other_edges_are_a_boundary_case_that_says_which() -> None:
    [case] = cases(work("mira", span("s1", 3, 9)), work("tom", span("s1", 5, 12)), SCHEME)
    assert case.kind == "boundary"
    assert case.details == ("B starts 2 characters later", "B ends 3 characters later")
    assert (case.start, case.end) == (3, 12)


def test_another_label_on_the_same_words() -> None:
    [case] = cases(work("mira", span("s1", 3, 9)), work("tom", span("s1", 3, 9, "STANCE")), SCHEME)
    assert (case.kind, case.details) == ("label", ("CLAIM / STANCE",))


def test_another_label_that_only_touches_is_two_cases() -> None:
    a, b = work("mira", span("s1", 0, 30)), work("tom", span("s1", 20, 60, "STANCE"))
    assert sorted(kinds(cases(a, b, SCHEME))) == ["extra", "missed"]


def test_one_span_in_pieces_is_split_or_merged() -> None:
    whole, pieces = (
        work("mira", span("s1", 0, 30)),
        work("tom", span("s1", 0, 12), span("s2", 14, 30)),
    )
    [case] = cases(whole, pieces, SCHEME)
    assert (case.kind, case.a, case.b) == ("split", ("s1",), ("s1", "s2"))
    [case] = cases(pieces, whole, SCHEME)
    assert (case.kind, case.a, case.b) == ("merge", ("s1", "s2"), ("s1",))


def test_a_span_within_another_is_no_piece_of_it() -> None:
    outer = work("mira", span("s1", 0, 60))
    nested = work("tom", span("s1", 0, 60), span("s2", 20, 60))
    assert sorted(kinds(cases(outer, nested, SCHEME))) == ["agree", "extra"]
    assert sorted(kinds(cases(nested, outer, SCHEME))) == ["agree", "missed"]
    shorter = work("uma", span("s1", 2, 60), span("s2", 20, 60))
    assert sorted(kinds(cases(outer, shorter, SCHEME))) == ["boundary", "extra"]


def test_a_whole_is_compared_with_each_of_its_pieces() -> None:
    whole = work("mira", span("s1", 0, 30, attributes={"form": "direct"}))
    pieces = work(
        "tom",
        span("s1", 0, 12, attributes={"form": "direct"}),
        span("s2", 14, 30),
        span("s3", 40, 50, "SPEAKER"),
        links=[Link("l1", "holder", "s1", "s3")],
    )
    named = {(x.kind, x.a, x.b, x.name) for x in cases(whole, pieces, SCHEME) if x.name}
    assert named == {
        ("attribute", ("s1",), ("s2",), "form"),
        ("link", ("s1",), ("s1",), "holder"),
    }
    named = {(x.kind, x.a, x.b, x.name) for x in cases(pieces, whole, SCHEME) if x.name}
    assert named == {
        ("attribute", ("s2",), ("s1",), "form"),
        ("link", ("s1",), ("s1",), "holder"),
    }


def test_of_two_spans_at_one_place_those_that_say_most_alike_belong_together() -> None:
    direct, indirect = {"form": "direct"}, {"form": "indirect"}
    two = work("mira", span("s1", 0, 30, attributes=direct), span("s2", 0, 30, attributes=indirect))
    one = work("tom", span("s1", 0, 30, attributes=indirect))
    found = {x.kind: x.a for x in cases(two, one, SCHEME)}
    assert found == {"agree": ("s2",), "missed": ("s1",)}
    edges = work(
        "uma", span("s1", 0, 30, attributes=indirect), span("s2", 1, 30, attributes=direct)
    )
    found = {x.kind: (x.a, x.b) for x in cases(two, edges, SCHEME)}
    assert found == {"agree": (("s2",), ("s1",)), "boundary": (("s1",), ("s2",))}


def test_attributes_count_with_their_defaults() -> None:
    a = work("mira", span("s1", 0, 9))
    assert kinds(
        cases(a, work("tom", span("s1", 0, 9, attributes={"form": "indirect"})), SCHEME)
    ) == ["agree"]
    direct = work("tom", span("s1", 0, 9, attributes={"form": "direct"}))
    found = cases(a, direct, SCHEME)
    assert kinds(found) == ["attribute", "agree"]
    assert (found[0].name, found[0].details) == ("form", ("form: indirect / direct",))


def test_links_lead_to_the_same_span_whatever_its_id() -> None:
    a = work(
        "mira",
        span("s1", 0, 9),
        span("s2", 20, 25, "SPEAKER"),
        links=[Link("l3", "holder", "s1", "s2")],
    )
    b = work(
        "tom",
        span("s5", 20, 24, "SPEAKER"),
        span("s6", 0, 9),
        links=[Link("l7", "holder", "s6", "s5")],
    )
    assert sorted(kinds(cases(a, b, SCHEME))) == ["agree", "boundary"]
    without = replace(b, links={})
    assert "link" in kinds(cases(a, without, SCHEME))


def test_entities_are_the_same_by_their_mentions_and_else_by_name() -> None:
    def one(annotator: str, name: str, other: str) -> AnnotationSet:
        return work(
            annotator,
            span("s1", 0, 9, "SPEAKER"),
            span("s2", 20, 30),
            entities=[Entity("e3", name), Entity("e4", other)],
            links=[
                Link("l5", "ref", "s1", "e3", "entity"),
                Link("l6", "holder", "s2", "e4", "entity"),
            ],
        )

    a = one("mira", "Ilva Toren", "the Weir Council")
    assert kinds(cases(a, one("tom", "Toren", "The weir council"), SCHEME)) == ["agree", "agree"]
    assert "link" in kinds(cases(a, one("tom", "Toren", "the mill owners"), SCHEME))


def test_labels_choose_cases() -> None:
    a = work("mira", span("s1", 0, 9), span("s2", 20, 30, "STANCE"))
    assert [case.a for case in cases(a, work("tom"), SCHEME, labels=["STANCE"])] == [("s2",)]


def test_keys_change_with_what_is_said_and_only_then() -> None:
    a, b = work("mira", span("s1", 0, 9)), work("tom", span("s1", 0, 8))
    [before] = cases(a, b, SCHEME)
    [again] = cases(a, replace(b, mark=12), SCHEME)
    [after] = cases(a, work("tom", span("s1", 0, 7)), SCHEME)
    assert before.key == again.key != after.key


SPANS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 15), st.sampled_from(sorted(SCHEME.labels))),
    max_size=8,
)


def _made(annotator: str, rows: list[tuple[int, int, str]], prefix: str) -> AnnotationSet:
    spans = [span(f"{prefix}{n}", s, s + size, label) for n, (s, size, label) in enumerate(rows)]
    return work(annotator, *spans)


@given(SPANS, SPANS)
def test_every_span_is_in_exactly_one_case_of_its_own(left, right) -> None:  # type: ignore[no-untyped-def]
    a, b = _made("mira", left, "s"), _made("tom", right, "s")
    found = [case for case in cases(a, b, SCHEME) if not case.name]
    assert sorted(key for case in found for key in case.a) == sorted(a.spans)
    assert sorted(key for case in found for key in case.b) == sorted(b.spans)
    assert [case.severity for case in found] == sorted((x.severity for x in found), reverse=True)


@given(SPANS, SPANS)
@example([(0, 1, "CLAIM")], [(0, 1, "SPEAKER"), (0, 1, "STANCE")])
def test_ids_and_their_order_decide_nothing(left, right) -> None:  # type: ignore[no-untyped-def]
    a, b = _made("mira", left, "s"), _made("tom", right, "s")
    turned = _made("tom", right[::-1], "s")

    def said(x: AnnotationSet, y: AnnotationSet) -> list[tuple[object, ...]]:
        return sorted(
            (
                case.kind,
                sorted((x.spans[k].label, x.spans[k].fragments) for k in case.a),
                sorted((y.spans[k].label, y.spans[k].fragments) for k in case.b),
            )
            for case in cases(x, y, SCHEME)
        )

    assert said(a, b) == said(a, turned)


@given(SPANS)
def test_a_set_agrees_with_itself(rows) -> None:  # type: ignore[no-untyped-def]
    a = _made("mira", rows, "s")
    assert {case.kind for case in cases(a, _made("tom", rows, "s"), SCHEME)} <= {"agree"}


def test_two_speakers_at_one_place_are_told_apart_by_whom_they_are() -> None:
    def one(annotator: str, *names: str) -> AnnotationSet:
        keys = range(1, len(names) + 1)
        return work(
            annotator,
            *(span(f"s{key}", 0, 30, "SPEAKER") for key in keys),
            links=[Link(f"l{key}", "ref", f"s{key}", f"e{key}", "entity") for key in keys],
            entities=[Entity(f"e{key}", name) for key, name in zip(keys, names, strict=True)],
        )

    found = {x.kind: x.a for x in cases(one("mira", "Ilva", "Toren"), one("tom", "Toren"), SCHEME)}
    assert found == {"agree": ("s2",), "missed": ("s1",)}
