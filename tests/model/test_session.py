"""Editing: what the session does, refuses, takes back and replays."""

from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.model.annotation import AnnotationSet, normalise_fragments
from annotator.model.article import Article, hash_text
from annotator.model.errors import EditError
from annotator.model.scheme import Attribute, EntityRules, Label, LinkType, Scheme
from annotator.model.session import Edit, Session

TEXT = "Ona Brek said the weir is safe. “We checked it twice,” she added, “and again.”"

SCHEME = Scheme(
    "test",
    "1",
    {
        "SPEAKER": Label("SPEAKER", "s", links=(LinkType("ref", "SPEAKER", ("ENTITY",), 1, None),)),
        "CUE": Label("CUE", "e", fragments=True),
        "CLAIM": Label(
            "CLAIM",
            "c",
            fragments=True,
            attributes=(
                Attribute("act", "choice", ("assert", "deny"), "assert", "A"),
                Attribute("sure", "flag", default=False),
            ),
            links=(
                LinkType("holder", "CLAIM", ("SPEAKER", "ENTITY"), 1, None),
                LinkType("cue", "CLAIM", ("CUE",), 0, 1),
                LinkType("relay", "CLAIM", ("SPEAKER", "ENTITY"), 0, 2, ordered=True),
            ),
        ),
    },
    entities=EntityRules(("person", "org"), ("named",), ("AUTHOR", "IMPLICIT")),
)


def new_session(log: list[Edit] | None = None, history: list[Edit] | None = None) -> Session:
    article = Article("weir", TEXT, hash_text(TEXT))
    annotations = AnnotationSet("weir", article.text_hash, "ana")
    record = log.append if log is not None else None
    return Session(article, SCHEME, annotations, history=history or (), record=record)


def state(session: Session) -> tuple[object, ...]:
    kept = session.annotations
    return deepcopy((kept.spans, kept.links, kept.entities, kept.fields))


def linked_claim(session: Session) -> tuple[str, str, str]:
    speaker = session.add_span("SPEAKER", [(0, 8)])
    cue = session.add_span("CUE", [(9, 13)])
    claim = session.add_span("CLAIM", [(14, 30)])
    session.link(claim.id, "holder", speaker.id)
    session.link(claim.id, "cue", cue.id)
    return speaker.id, cue.id, claim.id


def test_deleting_a_span_takes_its_links_along_and_undo_brings_all_back() -> None:
    session = new_session()
    speaker, _, claim = linked_claim(session)
    other = session.add_span("CLAIM", [(32, 53)])
    session.link(other.id, "holder", speaker)
    before = state(session)
    taken = session.delete_span(speaker)
    assert {(link.source, link.type) for link in taken} == {(claim, "holder"), (other.id, "holder")}
    assert speaker not in session.annotations.spans
    assert all(link.target != speaker for link in session.annotations.links.values())
    session.undo()
    assert state(session) == before
    assert [link.target for link in session.annotations.links_from(claim, "holder")] == [speaker]


def test_ids_are_never_used_twice() -> None:
    session = new_session()
    first = session.add_span("CUE", [(9, 13)])
    session.delete_span(first.id)
    assert session.add_span("CUE", [(9, 13)]).id != first.id


@pytest.mark.parametrize(
    ("fragments", "words"),
    [
        ([], "at least one"),
        ([(5, 5)], "empty"),
        ([(9, 4)], "empty"),
        ([(-1, 4)], "outside"),
        ([(0, len(TEXT) + 1)], "outside"),
        ([(0, 9), (4, 12)], "overlaps"),
    ],
)
def test_fragments_that_do_not_fit_are_refused_in_words(
    fragments: list[tuple[int, int]], words: str
) -> None:
    session = new_session()
    with pytest.raises(EditError, match=words):
        session.add_span("CLAIM", fragments)
    assert session.annotations.spans == {}
    assert not session.can_undo


def test_fragments_are_sorted_and_joined_where_they_touch() -> None:
    assert normalise_fragments([(20, 31), (0, 10), (31, 40)], 50) == ((0, 10), (20, 40))


def test_a_label_without_fragments_refuses_a_second_piece() -> None:
    session = new_session()
    with pytest.raises(EditError, match="one piece"):
        session.add_span("SPEAKER", [(0, 3), (4, 8)])


def test_links_obey_the_scheme() -> None:
    session = new_session()
    speaker, cue, claim = linked_claim(session)
    with pytest.raises(EditError, match="no link called holder"):
        session.link(speaker, "holder", cue)
    with pytest.raises(EditError, match="cannot point to a CUE"):
        session.link(claim, "holder", cue)
    with pytest.raises(EditError, match="itself"):
        session.link(claim, "cue", claim)
    with pytest.raises(EditError, match="topic"):
        session.link(claim, "holder", "dam", "topic")
    with pytest.raises(EditError, match="no span"):
        session.link(claim, "holder", "s99")
    session.link(claim, "holder", "AUTHOR", "entity")
    assert len(session.annotations.links_from(claim, "holder")) == 2


def test_a_single_link_is_replaced_and_a_bounded_one_refused() -> None:
    session = new_session()
    speaker, cue, claim = linked_claim(session)
    second = session.add_span("CUE", [(58, 63)])
    session.link(claim, "cue", second.id)
    assert [link.target for link in session.annotations.links_from(claim, "cue")] == [second.id]
    session.undo()
    assert [link.target for link in session.annotations.links_from(claim, "cue")] == [cue]
    session.link(claim, "relay", "AUTHOR", "entity")
    session.link(claim, "relay", speaker)
    with pytest.raises(EditError, match="at most 2 relay"):
        session.link(claim, "relay", "IMPLICIT", "entity")


def test_relays_keep_their_order_and_can_be_reordered() -> None:
    session = new_session()
    speaker, _, claim = linked_claim(session)
    outer = session.link(claim, "relay", "AUTHOR", "entity")
    inner = session.link(claim, "relay", speaker)
    session.reorder(claim, "relay", [inner.id, outer.id])
    assert [x.id for x in session.annotations.links_from(claim, "relay")] == [inner.id, outer.id]
    session.undo()
    assert [x.id for x in session.annotations.links_from(claim, "relay")] == [outer.id, inner.id]


def test_relabelling_drops_what_the_new_label_may_not_have_and_says_so() -> None:
    session = new_session()
    _, cue, claim = linked_claim(session)
    lost = session.relabel(cue, "SPEAKER")
    assert [(link.source, link.type) for link in lost] == [(claim, "cue")]
    session.undo()
    assert session.annotations.spans[cue].label == "CUE"
    assert len(session.annotations.links_from(claim, "cue")) == 1


def test_merging_and_splitting_entities_moves_the_mentions() -> None:
    session = new_session()
    first = session.add_span("SPEAKER", [(0, 8)])
    second = session.add_span("SPEAKER", [(55, 58)])
    one = session.add_entity("Ona Brek", "person", "named")
    two = session.add_entity("Ona Breck")
    session.link(first.id, "ref", one.id, "entity")
    session.link(second.id, "ref", two.id, "entity")
    session.merge_entities(one.id, two.id)
    assert [s.id for s in session.annotations.mentions(one.id)] == [first.id, second.id]
    assert two.id not in session.annotations.entities
    split = session.split_entity(one.id, [second.id], "she")
    assert [s.id for s in session.annotations.mentions(split.id)] == [second.id]
    session.undo()
    session.undo()
    assert set(session.annotations.entities) == {one.id, two.id}
    assert [s.id for s in session.annotations.mentions(two.id)] == [second.id]


def test_a_failed_group_leaves_nothing_behind() -> None:
    log: list[Edit] = []
    session = new_session(log)

    def both() -> None:
        with session.group("both"):
            session.add_span("CUE", [(9, 13)])
            session.add_span("NONSENSE", [(0, 3)])

    with pytest.raises(EditError):
        both()
    assert session.annotations.spans == {}
    assert log == []


def test_a_changed_suggestion_is_marked_as_edited() -> None:
    session = new_session()
    span = session.add_span("CLAIM", [(14, 30)], origin="suggested")
    session.set_flag(span.id, "unsure", True)
    assert session.annotations.spans[span.id].origin == "suggested"
    session.set_attribute(span.id, "act", "deny")
    assert session.annotations.spans[span.id].origin == "edited"


def test_edits_that_cannot_be_written_wait_in_order() -> None:
    written: list[Edit] = []
    full = True

    def record(edit: Edit) -> None:
        if full:
            raise OSError(28, "No space left on device")
        written.append(edit)

    article = Article("weir", TEXT, hash_text(TEXT))
    session = Session(
        article, SCHEME, AnnotationSet("weir", article.text_hash, "ana"), record=record
    )
    session.add_span("CUE", [(9, 13)])
    session.add_span("CLAIM", [(14, 30)])
    assert len(session.unsaved) == 2
    assert not session.save_pending()
    full = False
    session.add_span("SPEAKER", [(0, 8)])
    assert [edit.number for edit in written] == [1, 2, 3]
    assert session.unsaved == []


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(
            ["span", "delete", "link", "attribute", "edges", "relabel", "merge", "undo", "redo"]
        ),
        st.integers(0, 60),
        st.integers(1, 12),
        st.sampled_from(["SPEAKER", "CUE", "CLAIM"]),
    ),
    max_size=25,
)


def play(session: Session, operations: list[tuple[str, int, int, str]]) -> None:
    for name, start, length, label in operations:
        spans = list(session.annotations.spans)
        entities = list(session.annotations.entities)
        pick = spans[start % len(spans)] if spans else "s0"
        other = spans[length % len(spans)] if spans else "s0"
        try:
            if name == "span":
                session.add_span(label, [(start, start + length)])
                session.add_entity(f"Person {start}")
            elif name == "delete":
                session.delete_span(pick)
            elif name == "link":
                session.link(pick, ["holder", "cue", "relay"][length % 3], other)
                if entities:
                    session.link(pick, "ref", entities[start % len(entities)], "entity")
            elif name == "attribute":
                session.set_attribute(pick, "act", "deny")
            elif name == "edges":
                session.set_fragments(pick, [(start, start + length)])
            elif name == "relabel":
                session.relabel(pick, label)
            elif name == "merge" and len(entities) > 1:
                session.merge_entities(entities[0], entities[-1])
            elif name == "undo":
                session.undo()
            elif name == "redo":
                session.redo()
        except EditError:
            pass


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(OPERATIONS)
def test_undone_is_the_start_and_redone_is_the_end(
    operations: list[tuple[str, int, int, str]],
) -> None:
    session = new_session()
    start = state(session)
    play(session, operations)
    end = state(session)
    taken_back = 0
    while session.undo():
        taken_back += 1
    assert state(session) == start
    for _ in range(taken_back):
        assert session.redo()
    assert state(session) == end


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(OPERATIONS)
def test_no_link_is_ever_broken_and_replay_gives_the_same_work(
    operations: list[tuple[str, int, int, str]],
) -> None:
    log: list[Edit] = []
    session = new_session(log)
    play(session, operations)
    kept = session.annotations
    for link in kept.links.values():
        assert link.source in kept.spans
        ends = {"span": kept.spans, "entity": kept.entities}[link.target_kind]
        assert link.target in ends or link.target in SCHEME.entities.builtin
    again = new_session(history=log)
    assert state(again) == state(session)
    assert again.annotations.serial == kept.serial
    assert (again.can_undo, again.can_redo) == (session.can_undo, session.can_redo)
    while session.undo():
        again.undo()
    assert state(again) == state(session)
