"""New names for old ones: in the work, and in everything undo and redo lead to."""

from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.model.annotation import AnnotationSet, Entity, Link, Span
from annotator.model.article import Article
from annotator.model.renaming import Renaming
from annotator.model.scheme import Label, LinkType
from annotator.model.session import Edit, Session
from tests.model.test_session import (
    OPERATIONS,
    SCHEME,
    TEXT,
    linked_claim,
    new_session,
    play,
    state,
)

Operations = list[tuple[str, int, int, str]]

RENAMING = Renaming(
    labels={"SPEAKER": "VOICE", "CUE": "SIGN"},
    attributes={("CLAIM", "act"): "force"},
    values={("CLAIM", "act", "deny"): "refuse"},
    links={("CLAIM", "relay"): "via", ("SPEAKER", "ref"): "who"},
    entity_types={"person": "human"},
    naming={"named": "by name"},
    fields={"genre": "kind"},
    field_values={("genre", "news"): "report"},
)


def renamed(work: AnnotationSet, renaming: Renaming = RENAMING) -> tuple[object, ...]:
    """The state of a work under its new names."""
    work = deepcopy(work)
    for change in renaming.changes(work):
        work.apply(change)
    return deepcopy((work.spans, work.links, work.entities, work.fields))


def begun() -> AnnotationSet:
    """Work that was there before the first edit, as after an import."""
    return AnnotationSet(
        "weir",
        new_session().article.text_hash,
        "ana",
        spans={
            "s1": Span("s1", "SPEAKER", ((0, 8),)),
            "s2": Span("s2", "CLAIM", ((14, 30),), {"act": "deny"}),
            "s3": Span("s3", "CLAIM", ((32, 40),)),
        },
        links={
            "l4": Link("l4", "relay", "s2", "s1"),
            "l5": Link("l5", "holder", "s3", "s1"),
            "l6": Link("l6", "ref", "s1", "e7", "entity"),
        },
        entities={"e7": Entity("e7", "Ona Brek", "person", "named")},
        fields={"genre": "news"},
        serial=7,
    )


def session_on(work: AnnotationSet, history: list[Edit], log: list[Edit] | None = None) -> Session:
    article = Article("weir", TEXT, work.text_hash)
    record = None if log is None else log.append
    return Session(article, SCHEME, work, history=history, record=record)


def steps_back(session: Session) -> int:
    count = 0
    while session.undo():
        count += 1
    return count


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(OPERATIONS, OPERATIONS, st.integers(0, 30))
def test_undo_and_redo_lead_through_the_same_states_under_new_names(
    before: Operations, after: Operations, saved_at: int
) -> None:
    log: list[Edit] = []
    session = session_on(begun(), [], log)
    play(session, before)
    plain = session_on(deepcopy(session.annotations), list(log))
    saved = deepcopy(session.annotations)
    session.rename(RENAMING)
    assert state(session) == renamed(plain.annotations)

    # Undo and redo all, without the edits that the renaming leaves nothing of.
    states = [renamed(plain.annotations)]
    while plain.redo():
        states.append(renamed(plain.annotations))
    while plain.undo():
        states.append(renamed(plain.annotations))
    seen = [state(session)]
    twin = session_on(deepcopy(session.annotations), list(log))
    while twin.redo():
        seen.append(state(twin))
    while twin.undo():
        seen.append(state(twin))
    assert without_repeats(seen) == without_repeats(states)

    # Work goes on; a start from any checkpoint since then has the same past.
    play(session, after)
    for work in (begun(), saved):
        again = session_on(deepcopy(work), list(log))
        assert state(again) == state(session)
        assert (again.can_undo, again.can_redo) == (session.can_undo, session.can_redo)
        steps_back(again)
        assert state(again) == renamed(begun())
    end = state(session)
    back = steps_back(session)
    assert state(session) == renamed(begun())
    for _ in range(back):
        assert session.redo()
    assert state(session) == end


def without_repeats(states: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [item for at, item in enumerate(states) if not at or item != states[at - 1]]


def test_the_renaming_is_no_step_to_undo() -> None:
    session = new_session()
    speaker, _, claim = linked_claim(session)
    session.set_attribute(claim, "act", "deny")
    session.undo()
    assert session.rename(RENAMING)
    spans = session.annotations.spans
    assert spans[speaker].label == "VOICE"
    session.redo()
    assert spans[claim].attributes == {"force": "refuse"}
    session.undo()
    edit = session.undo()
    assert edit is not None
    assert edit.action == "link cue"


def test_names_that_only_undo_would_bring_back_are_renamed_too() -> None:
    session = new_session()
    span = session.add_span("SPEAKER", [(0, 8)])
    session.delete_span(span.id)
    assert session.rename(RENAMING)
    session.undo()
    assert session.annotations.spans[span.id].label == "VOICE"
    assert session.rename(RENAMING) is None


def test_a_link_follows_the_label_its_source_had() -> None:
    """Only the relays of claims are renamed; those of remarks keep their name."""
    remark = Label(
        "REMARK", "r", fragments=True, links=(LinkType("relay", "REMARK", ("SPEAKER",)),)
    )
    work = begun()
    session = session_on(work, [])
    session.scheme = replace(SCHEME, labels={**SCHEME.labels, "REMARK": remark})
    session.relabel("s2", "REMARK")
    session.rename(RENAMING)
    assert work.links["l4"].type == "relay"
    session.undo()
    assert (work.spans["s2"].label, work.links["l4"].type) == ("CLAIM", "via")
    session.redo()
    assert (work.spans["s2"].label, work.links["l4"].type) == ("REMARK", "relay")


def test_an_edit_of_which_the_renaming_leaves_nothing_is_no_step() -> None:
    session = new_session()
    cue = session.add_span("CUE", [(9, 13)])
    session.relabel(cue.id, "SPEAKER")
    session.rename(Renaming(labels={"CUE": "SPEAKER"}))
    assert session.undo()
    assert not session.annotations.spans


@pytest.mark.parametrize(
    ("attributes", "fields", "words"),
    [
        ({"act": "deny", "force": "x"}, {}, "s2 has force besides act"),
        ({}, {"genre": "news", "kind": "x"}, "the document has kind besides genre"),
    ],
)
def test_a_taken_name_is_told_and_nothing_is_lost(
    attributes: dict[str, str], fields: dict[str, str], words: str
) -> None:
    work = begun()
    work.spans["s2"] = Span("s2", "CLAIM", ((14, 30),), attributes)
    work.fields = dict(fields)
    assert list(RENAMING.clashes(work)) == [words]
    assert set(RENAMING.span(work.spans["s2"]).attributes) == set(attributes)
    assert set(RENAMING.document(work.fields)) == set(fields)
    assert list(RENAMING.clashes(begun())) == []


def test_two_names_cannot_become_one() -> None:
    both = Renaming(attributes={("CLAIM", "a"): "c", ("CLAIM", "b"): "c"})
    work = begun()
    work.spans["s2"] = Span("s2", "CLAIM", ((14, 30),), {"a": "1", "b": "2"})
    assert list(both.clashes(work)) == ["s2 has c besides b"]
    assert both.span(work.spans["s2"]).attributes == {"c": "1", "b": "2"}


def test_rules_may_say_the_label_by_its_new_name() -> None:
    by_new = Renaming(
        labels={"CLAIM": "SAYING"},
        attributes={("SAYING", "act"): "force"},
        values={("SAYING", "force", "deny"): "refuse"},
        links={("SAYING", "relay"): "via"},
        field_values={("topics", "dam"): "weir"},
    )
    work = begun()
    work.fields["topics"] = ("dam", "rain")
    spans, links, _, fields = renamed(work, by_new)
    assert spans["s2"].label == "SAYING"  # type: ignore[index]
    assert spans["s2"].attributes == {"force": "refuse"}  # type: ignore[index]
    assert links["l4"].type == "via"  # type: ignore[index]
    assert fields == {"genre": "news", "topics": ("weir", "rain")}


def test_the_time_worked_is_in_every_edit() -> None:
    log: list[Edit] = []
    session = new_session(log)
    session.annotations.active_seconds = 12.5
    session.add_span("CUE", [(9, 13)])
    assert log[0].active == 12.5
    assert new_session(history=log).annotations.active_seconds == 12.5
