"""The panel: what its figures rest on, what is left out, and what lies behind them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotator import agreement
from annotator.agreement.panel import Panel, Row, compare, panel
from annotator.agreement.works import Document, Exclusion, Options, Work
from annotator.store.scheme_file import load_scheme
from tests.bench.agreement.panel import annotate, article

SCHEME = load_scheme(Path(__file__).parents[2] / "guidelines/scheme.toml")
QUICK = Options(replicates=0)
Span = Mapping[str, Any]


def span(id: str, label: str, *fragments: tuple[int, int], origin: str = "manual", **said: Any):
    return {
        "id": id,
        "label": label,
        "fragments": list(fragments),
        "attributes": said,
        "origin": origin,
    }


def link(id: str, type: str, source: str, target: str, kind: str = "span") -> Span:
    return {
        "id": id,
        "type": type,
        "source": source,
        "target": target,
        "target_kind": kind,
        "origin": "manual",
    }


def document(id: str, length: int = 100, **works: Iterable[Span] | Work) -> Document:
    found = {
        name: replace(work, annotator=name)
        if isinstance(work, Work)
        else Work(name, spans=list(work))
        for name, work in works.items()
    }
    return Document(id, length, found)


def row(found: Panel, layer: str, measure: str, family: str = "spans") -> Row:
    return next(
        one
        for one in found.rows
        if (one.family, one.layer, one.measure) == (family, layer, measure)
    )


def measure(documents: Iterable[Document], options: Options = QUICK, **more: Any) -> Panel:
    return panel(documents, SCHEME, options, **more)


def invented(count: int = 12, names: Iterable[str] = ("asta", "bram", "cleo")) -> list[Document]:
    """Articles with the work of annotators who miss, shift and misread."""
    documents = []
    for number in range(count):
        given, claims = article(number)
        works = {
            name: Work.of(annotate(given, claims, name, rate), f"2031-02-{number + 1:02}T10:00:00Z")
            for name, rate in zip(names, (0.1, 0.2, 0.3), strict=False)
        }
        documents.append(Document(given.id, len(given.text), works, given.text_hash, given.text))
    return documents


# -- the figures are those of the engine -----------------------------------------------------------


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return invented()


@pytest.fixture(scope="module")
def found(documents: list[Document]) -> Panel:
    return measure(documents, Options(replicates=200, seed=3))


def plain(documents: Iterable[Document], labels: Iterable[str] = ()) -> list[dict[str, Any]]:
    """The same work as the engine's entry functions take it."""
    wanted = set(labels)
    return [
        {
            "id": one.id,
            "length": one.length,
            "annotators": {
                name: {
                    "spans": [s for s in work.spans if not wanted or s["label"] in wanted],
                    "links": work.links,
                    "entities": work.entities,
                }
                for name, work in one.works.items()
            },
        }
        for one in documents
    ]


@pytest.mark.parametrize("metric", ["f1_exact", "f1_iou", "f1_character"])
def test_span_figures_are_those_of_the_engine(
    documents: list[Document], found: Panel, metric: Any
) -> None:
    whole = agreement.spans(plain(documents), metric)
    assert row(found, "all labels", metric).value == pytest.approx(whole.value, abs=1e-12)
    for label in ("SPEAKER", "CLAIM", "STANCE"):
        own = agreement.spans(plain(documents, [label]), metric)
        assert row(found, label, metric).value == pytest.approx(own.value, abs=1e-12)
        assert row(found, label, metric).by_pair == pytest.approx(own.detail["by_pair"])


def test_alpha_is_that_of_the_engine(documents: list[Document], found: Panel) -> None:
    for label in ("CUE", "CLAIM"):
        own = agreement.layers(plain(documents), label=label)
        assert row(found, label, "alpha").value == pytest.approx(own.value, abs=1e-12)


def test_alpha_by_token(documents: list[Document]) -> None:
    by_token = measure(documents, replace(QUICK, unit="token"))
    data = [{**one, "text": given.text} for one, given in zip(plain(documents), documents)]  # noqa: B905
    own = agreement.layers(data, label="CLAIM", unit="token")
    assert row(by_token, "CLAIM", "alpha").value == pytest.approx(own.value, abs=1e-12)


def test_attributes_are_those_of_the_engine(documents: list[Document], found: Panel) -> None:
    for label, name in (("CLAIM", "form"), ("CUE", "neg"), ("STANCE", "stance")):
        own = agreement.attributes(plain(documents), name, of=label)
        ours = row(found, f"{label}.{name}", "alpha", "attributes")
        assert ours.value == pytest.approx(own.value, abs=1e-12)
        assert ours.coverage == pytest.approx(own.detail["coverage"])
        same = row(found, f"{label}.{name}", "percent", "attributes")
        assert same.value == pytest.approx(own.detail["observed"])


@pytest.mark.parametrize("metric", ["tuple_f1", "strict_f1", "target_agreement"])
def test_links_are_those_of_the_engine(
    documents: list[Document], found: Panel, metric: Any
) -> None:
    for type in ("cue", "target", "claim"):
        only = plain(documents)
        for one in only:
            for work in one["annotators"].values():
                work["links"] = [link for link in work["links"] if link["type"] in ("ref", type)]
        own = agreement.links(only, metric)
        layer = f"{'CLAIM' if type == 'cue' else 'STANCE'} {type}"
        assert row(found, layer, metric, "links").value == pytest.approx(own.value, abs=1e-12)


def test_every_interval_holds_its_figure(found: Panel) -> None:
    for one in found.rows:
        if one.value is not None:
            assert one.low is not None
            assert one.high is not None
            assert one.low - 0.02 <= one.value <= one.high + 0.02


def test_order_of_articles_and_annotators_changes_nothing(documents: list[Document]) -> None:
    turned = [replace(one, works=dict(reversed(one.works.items()))) for one in reversed(documents)]
    for ours, theirs in zip(measure(documents).rows, measure(turned).rows, strict=True):
        assert ours.key == theirs.key
        assert ours.value == pytest.approx(theirs.value, abs=1e-12)
        assert ours.n == theirs.n


def test_the_same_seed_gives_the_same_intervals(documents: list[Document], found: Panel) -> None:
    again = measure(documents, Options(replicates=200, seed=3))
    other = measure(documents, Options(replicates=200, seed=4))
    assert [one.low for one in again.rows] == [one.low for one in found.rows]
    assert [one.low for one in other.rows] != [one.low for one in found.rows]


# -- what counts -----------------------------------------------------------------------------------


def test_missing_is_not_empty() -> None:
    both = [span("s1", "CLAIM", (0, 10)), span("s2", "CLAIM", (20, 30))]
    with_missing = [document("a", ada=both, bo=both), document("b", ada=both, bo=both, cy=both)]
    assert row(measure(with_missing), "CLAIM", "f1_exact").value == 1.0
    with_empty = [document("a", ada=both, bo=both, cy=[]), with_missing[1]]
    value = row(measure(with_empty), "CLAIM", "f1_exact").value
    assert value is not None
    assert value < 0.9


def test_unfinished_work_is_missing_and_told() -> None:
    mine = [span("s1", "CLAIM", (0, 10))]
    documents = [
        document("a", ada=mine, bo=Work("bo", "open", mine)),
        document("b", ada=mine, bo=mine, cy=Work("cy", "skipped", mine)),
    ]
    done = measure(documents)
    assert [one.article for one in done.articles] == ["b"]
    assert set(done.excluded) == {
        Exclusion("a", "bo", "not done"),
        Exclusion("a", "ada", "only one annotator"),
        Exclusion("b", "cy", "skipped"),
    }
    everything = measure(documents, replace(QUICK, done_only=False))
    assert [one.article for one in everything.articles] == ["a", "b"]


def test_work_on_another_text_is_refused() -> None:
    mine = [span("s1", "CLAIM", (0, 10))]
    one = Document(
        "a",
        100,
        {
            "ada": Work("ada", spans=mine, text_hash="1"),
            "bo": Work("bo", spans=mine, text_hash="2"),
        },
        "1",
    )
    assert Exclusion("a", "bo", "made on another text") in measure([one]).excluded


def test_a_period_and_a_scheme_version_choose_work() -> None:
    mine = [span("s1", "CLAIM", (0, 10))]
    old = Work("x", spans=mine, at="2031-01-05T08:00:00Z", scheme="attribution/1")
    new = replace(old, at="2031-03-05T08:00:00Z", scheme="attribution/2")
    documents = [document("a", ada=old, bo=old), document("b", ada=new, bo=new)]
    spring = measure(documents, replace(QUICK, since="2031-03-05", until="2031-03-05"))
    assert [one.article for one in spring.articles] == ["b"]
    first = measure(documents, replace(QUICK, scheme="attribution/1"))
    assert [one.article for one in first.articles] == ["a"]
    assert "different schemes" in " ".join(measure(documents).warnings)


def test_text_that_everyone_excluded_does_not_count() -> None:
    region = span("s9", "REGION", (50, 100), kind="boilerplate", exclude=True)
    kept = span("s8", "REGION", (0, 10), kind="headline", exclude=False)
    a, b = span("s1", "CLAIM", (12, 30)), span("s1", "CLAIM", (60, 80))
    documents = [document("a", ada=[kept, region, a], bo=[kept, region, a, b])]
    found = measure(documents)
    assert found.left_out == 0.5
    assert found.articles[0].left_out == 0.5
    assert row(found, "CLAIM", "f1_exact").value == 1.0
    assert row(found, "REGION", "f1_exact").value == 1.0
    one_sided = measure([document("a", ada=[a], bo=[a, b, region])])
    assert one_sided.left_out == 0.0
    assert row(one_sided, "CLAIM", "f1_exact").value == pytest.approx(2 / 3)


def test_nothing_marked_is_agreement_only_presence_sees() -> None:
    one = [span("s1", "CLAIM", (0, 10))]
    found = measure([document("a", ada=[], bo=[]), document("b", ada=one, bo=one)])
    assert found.empty_articles == 1
    assert row(found, "CLAIM", "alpha", "presence").value == 1.0
    assert row(found, "CLAIM", "alpha", "presence").articles == 2


def test_undefined_has_a_reason_in_words() -> None:
    nothing = measure([document("a", ada=[], bo=[])])
    for one in nothing.rows:
        assert (one.value is None) == bool(one.reason)
    one = [span("s1", "CLAIM", (0, 10), form="direct")]
    same = row(measure([document("a", ada=one, bo=one)]), "CLAIM.form", "alpha", "attributes")
    assert (same.value, same.reason) == (None, "only one value was used")


def test_no_article_with_two_annotators_gives_an_empty_panel() -> None:
    alone = measure([document("a", ada=[span("s1", "CLAIM", (0, 10))])], Options(replicates=10))
    assert alone.articles == ()
    assert all(one.value is None for one in alone.rows)


# -- renamed labels, copies, assisted work ---------------------------------------------------------


def test_labels_the_scheme_does_not_know_are_told_before_computing() -> None:
    told: list[str] = []
    documents = [
        document(
            "a",
            ada=[span("s1", "SPEAKER", (0, 10)), span("s2", "SPEAKER", (20, 30))],
            bo=[span("s1", "SOURCE", (0, 10))],
        )
    ]
    found = measure(documents, tell=told.append)
    assert len(told) == 1
    assert "no label SOURCE" in told[0]
    assert "bo 1" in told[0]
    assert row(found, "SOURCE", "f1_exact").value == 0.0


def test_a_copied_pass_is_flagged(documents: list[Document]) -> None:
    assert measure(documents).dependent == ()
    copied = [
        replace(
            one,
            works={"asta": one.works["asta"], "bram": replace(one.works["asta"], annotator="bram")},
        )
        for one in documents
    ]
    (flag,) = measure(copied).dependent
    assert flag.annotators == ("asta", "bram")
    assert "same ids" in flag.reason


def test_work_that_is_all_copied_is_flagged() -> None:
    own = [span(f"s{i}", "CLAIM", (10 * i, 10 * i + 5)) for i in range(6)]
    taken = [span(f"s{20 + i}", "CLAIM", (10 * i, 10 * i + 4), origin="copied") for i in range(6)]
    (flag,) = measure([document("a", ada=own, bo=taken)]).dependent
    assert flag.reason == "all of bo's spans were copied"


def test_work_saved_at_the_same_moment_is_flagged() -> None:
    own = [span(f"s{i}", "CLAIM", (10 * i, 10 * i + 5)) for i in range(6)]
    other = [{**one, "id": f"x{one['id']}"} for one in own]
    works = [Work("x", spans=spans, at="2031-01-05T08:00:00.125Z") for spans in (own, other)]
    (flag,) = measure([document("a", ada=works[0], bo=works[1])]).dependent
    assert "same moment" in flag.reason


def test_two_who_agree_on_a_few_spans_are_not_flagged() -> None:
    own = [span(f"s{i}", "CLAIM", (10 * i, 10 * i + 5)) for i in range(4)]
    assert measure([document("a", ada=own, bo=own)]).dependent == ()


def test_assisted_work_is_told_and_can_be_left_out() -> None:
    helped = span("s1", "CLAIM", (0, 10), origin="suggested")
    by_hand, missed = span("s2", "CLAIM", (20, 30)), span("s3", "CLAIM", (40, 50))
    documents = [
        document("a", ada=[helped, by_hand, missed], bo=[{**helped, "origin": "manual"}, by_hand])
    ]
    found = measure(documents)
    assert [one.assisted_spans for one in found.people] == [1, 0]
    assert found.manual_only["CLAIM"] == pytest.approx((0.8, 2 / 3))
    only = measure(documents, replace(QUICK, without_assisted=True))
    assert row(only, "CLAIM", "f1_exact").value == pytest.approx(2 / 3)


# -- links, entities, fields -----------------------------------------------------------------------


def cast(*entities: tuple[str, str]) -> list[dict[str, str]]:
    return [{"id": id, "name": name, "kb": ""} for id, name in entities]


def test_a_holder_is_compared_by_entity_not_by_mention() -> None:
    spans = [
        span("s1", "SPEAKER", (0, 5)),
        span("s2", "SPEAKER", (40, 45)),
        span("s3", "CLAIM", (50, 70)),
    ]
    refs = [link("l1", "ref", "s1", "e1", "entity"), link("l2", "ref", "s2", "e1", "entity")]
    first = Work("x", spans=spans, links=[*refs, link("l3", "holder", "s3", "s1")])
    second = replace(first, links=[*refs, link("l3", "holder", "s3", "s2")])
    entities = cast(("e1", "Tam Brode"))
    works = {
        "ada": replace(first, annotator="ada", entities=entities),
        "bo": replace(second, annotator="bo", entities=entities),
    }
    found = measure([Document("a", 100, works)])
    assert row(found, "CLAIM holder", "tuple_f1", "links").value == 1.0
    assert row(found, "CLAIM holder", "strict_f1", "links").value == 0.0
    assert found.cases(row(found, "CLAIM holder", "tuple_f1", "links")) == []
    (case,) = found.cases(row(found, "CLAIM holder", "strict_f1", "links"))
    assert case.said == ("50–70 → 0–5", "50–70 → 40–45")


def test_a_figure_below_one_has_cases(found: Panel) -> None:
    for one in found.rows:
        if one.value is not None:
            assert bool(found.cases(one)) == (one.value < 1), one.key


def test_another_holder_is_a_case_that_names_both() -> None:
    spans = [span("s1", "CLAIM", (50, 70))]
    holders = cast(("e1", "Tam Brode"), ("e2", "Ilse Varn"))
    works = {
        name: Work(
            name,
            spans=spans,
            entities=holders,
            links=[link("l1", "holder", "s1", target, "entity")],
        )
        for name, target in (("ada", "e1"), ("bo", "e2"))
    }
    found = measure([Document("a", 100, works)])
    (case,) = found.cases(row(found, "CLAIM holder", "target_agreement", "links"))
    assert case.said == ("Tam Brode", "Ilse Varn")
    assert (case.kind, case.start, case.end, case.spans) == ("target", 50, 70, ("s1", "s1"))


def test_b_cubed_of_one_entity_split_in_two() -> None:
    spans = [span(f"s{i}", "SPEAKER", (10 * i, 10 * i + 5)) for i in range(4)]
    one = [link(f"l{i}", "ref", f"s{i}", "e1", "entity") for i in range(4)]
    two = [link(f"l{i}", "ref", f"s{i}", f"e{1 + i // 2}", "entity") for i in range(4)]
    works = {
        "ada": Work("ada", spans=spans, links=one, entities=cast(("e1", "Osk"))),
        "bo": Work("bo", spans=spans, links=two, entities=cast(("e1", "Osk"), ("e2", "Oskar"))),
    }
    found = measure([Document("a", 100, works)])
    # One side's clusters hold all of the other's (1); the other's only half of the first (1/2).
    assert row(found, "cast", "b_cubed", "entities").value == pytest.approx(2 / 3)
    cases = found.cases(row(found, "cast", "b_cubed", "entities"))
    assert [case.said for case in cases] == [("Osk", "Oskar")] * 2


def test_document_fields_count_what_the_scheme_sets_by_default() -> None:
    said = [{"genre": "opinion"}, {}, {"genre": "news-report"}]
    documents = [
        document(f"a{i}", ada=Work("x", fields=one), bo=Work("x", fields=said[0] if i == 0 else {}))
        for i, one in enumerate(said)
    ]
    found = row(measure(documents), "genre", "percent", "fields")
    assert (found.value, found.n) == (1.0, 3)
    topics = [
        document("a", ada=Work("x", fields={"topics": ["toll"]}), bo=Work("x", fields={})),
        document(
            "b",
            ada=Work("x", fields={"topics": ["toll"]}),
            bo=Work("x", fields={"topics": ["toll"]}),
        ),
    ]
    several = row(measure(topics), "topics", "alpha_masi", "fields")
    own = agreement.sets({"ada": [["toll"], ["toll"]], "bo": [[], ["toll"]]})
    assert several.value == pytest.approx(own.value)


# -- what lies behind a figure ---------------------------------------------------------------------


def test_cases_add_up_to_what_was_counted(documents: list[Document], found: Panel) -> None:
    for label in ("SPEAKER", "CLAIM", "STANCE"):
        exact = row(found, label, "f1_exact")
        cases = found.cases(exact)
        kinds = {kind: sum(case.kind == kind for case in cases) for kind in exact.kinds}
        detail = agreement.spans(plain(documents, [label])).detail["counts"]
        counted = {
            name: sum(one[name] for one in detail.values())
            for name in ("shared", "first", "second")
        }
        assert kinds["missed"] + kinds["boundary"] == counted["first"] - counted["shared"]
        assert kinds["extra"] + kinds["boundary"] == counted["second"] - counted["shared"]


def test_cases_of_an_attribute_add_up(found: Panel) -> None:
    same = row(found, "CLAIM.form", "percent", "attributes")
    assert same.value is not None
    cases = found.cases(same)
    assert len(cases) == round(same.n * (1 - same.value))
    assert all(case.said[0] != case.said[1] for case in cases)
    (confusion,) = (one for one in found.confusions if one.layer == "CLAIM.form")
    assert int(confusion.counts.sum()) == same.n
    assert confusion.agreeing == same.n - len(cases)


def test_a_case_of_labels_names_both_labels() -> None:
    documents = [
        document(
            "a",
            ada=[span("s1", "CLAIM", (10, 40)), span("s2", "STANCE", (50, 60))],
            bo=[span("s7", "STANCE", (10, 38)), span("s8", "STANCE", (50, 60))],
        )
    ]
    found = measure(documents)
    (case,) = found.cases(row(found, "label", "percent", "labels"))
    assert (case.said, case.start, case.end) == (("CLAIM", "STANCE"), 10, 40)
    assert row(found, "label", "percent", "labels").value == 0.5


# -- annotators ------------------------------------------------------------------------------------


def test_who_errs_most_stands_last(found: Panel) -> None:
    people = {one.name: one for one in found.people}
    for figure in ("against_rest", "accuracy"):
        assert min(people, key=lambda name: getattr(people[name], figure)) == "cleo"
    assert max(people, key=lambda name: people[name].without or 0) == "cleo"


def test_two_annotators_get_no_diagnosis(documents: list[Document]) -> None:
    found = measure(documents, replace(QUICK, annotators=("asta", "bram")))
    assert [one.accuracy for one in found.people] == [None, None]
    assert [one.without for one in found.people] == [None, None]


def test_labels_choose_layers_but_links_still_find_their_targets(
    documents: list[Document], found: Panel
) -> None:
    some = measure(documents, replace(QUICK, labels=("CLAIM",)))
    assert {one.layer for one in some.rows if one.family == "spans"} == {"CLAIM"}
    assert (
        row(some, "CLAIM holder", "tuple_f1", "links").value
        == row(found, "CLAIM holder", "tuple_f1", "links").value
    )


def test_an_earlier_result_is_put_beside(found: Panel) -> None:
    both = compare(found, found.to_dict())
    values = both.facts["before"]["values"]
    assert values[row(found, "CLAIM", "alpha").key] == row(found, "CLAIM", "alpha").value
    with pytest.raises(ValueError, match="is not what"):
        compare(found, {"rows": 3})
