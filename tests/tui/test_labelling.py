"""What the keys of the labelling screen do, promise by promise, in the real app."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual import events

from annotator.model.article import Article, Region, hash_text
from annotator.project import Project
from tests.tui.desk import Desk, at_desk, make_project

HARBOUR = (
    "Mayor Ilse Varn said the harbour will open in May. She added that the cranes work.\n"
    "\n"
    "“The cranes are old,” said Tam Brode. “They may fall.” Brode, the Osk Courier reports, told "
    "Radio Osk that Varn was wrong.   \n"
    "Varn denied it.\n"
)
NAMES_ONLY = """\
name = "names"
version = "1"

[labels.PERSON]
key = "p"
[labels.ORG]
key = "o"
"""


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTATOR_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_project(tmp_path / "news", harbour=HARBOUR)


@pytest.fixture
async def desk(root: Path) -> AsyncIterator[Desk]:
    async with at_desk(root) as desk:
        yield desk


# -- what is labelled ------------------------------------------------------------------------------


async def test_without_a_selection_the_word_at_the_caret_is_labelled(desk: Desk) -> None:
    await desk.go("denied")
    await desk.press("e")
    assert desk.surfaces("CUE") == ["denied"]


async def test_white_space_alone_is_refused_and_said(desk: Desk) -> None:
    await desk.go("wrong")
    await desk.press("end", "shift+left", "shift+left", "]", "]", "]", "]", "]", "]")
    await desk.press("escape", "ctrl+home", "ctrl+down", "alt+left", "alt+shift+left", "c")
    assert desk.spans() == []
    assert "white space" in desk.said


async def test_blanks_at_the_edges_are_left_out(desk: Desk) -> None:
    await desk.select("that Varn was wrong")
    await desk.press("alt+shift+right", "alt+shift+right", "alt+shift+right", "c")
    assert desk.surfaces("CLAIM") == ["that Varn was wrong."]


async def test_a_region_takes_whole_lines(desk: Desk) -> None:
    await desk.go("denied")
    await desk.press("x")
    assert desk.surfaces("REGION") == ["Varn denied it."]


async def test_nested_crossing_and_identical_spans(desk: Desk) -> None:
    for key, words in (
        ("c", "the harbour will open in May"),
        ("t", "will open"),
        ("t", "will open"),
        ("c", "open in May. She added"),
    ):
        await desk.mark(key, words)
        await desk.press("escape", "escape")
    assert len(desk.spans()) == 4
    # All of them are at one place; one key goes through them and comes round.
    await desk.go("open")
    seen = []
    for _ in range(4):
        await desk.press(";")
        seen.append(desk.chosen.id)
    assert sorted(seen) == sorted(span.id for span in desk.spans())
    await desk.press(";")
    assert desk.chosen.id == seen[0]


async def test_regions_are_proposed_and_never_cut_out(tmp_path: Path) -> None:
    root = make_project(tmp_path / "news")
    project = Project.open(root)
    text = "Read more here\nThe mayor left.\n"
    region = Region(0, 14, "boilerplate", True)
    project.store.add_articles([Article("a", text, hash_text(text), regions=(region,))])
    project.close()
    async with at_desk(root) as desk:
        assert desk.spans() == []
        assert "Read more here" in desk.shown
        await desk.press("R")
        assert desk.spans("REGION")[0].attributes == {"kind": "boilerplate", "exclude": True}
        assert desk.spans("REGION")[0].origin == "suggested"
        assert "Read more here" in desk.shown
        await desk.press("u")
        assert desk.spans() == []


# -- changing spans --------------------------------------------------------------------------------


async def test_edges_by_character_and_by_selection(desk: Desk) -> None:
    await desk.mark("c", "cranes work")
    await desk.press("escape", "[", "[", "[", "}")
    assert desk.surfaces("CLAIM") == ["the cranes work."]
    await desk.press("]", "]", "]", "{")
    assert desk.surfaces("CLAIM") == ["cranes work"]
    await desk.select("She added that the cranes work")
    await desk.press("=")
    assert desk.surfaces("CLAIM") == ["She added that the cranes work"]


async def test_fragments_are_added_joined_and_taken_away(desk: Desk) -> None:
    claim = await desk.mark("c", "“The cranes are old,”")
    await desk.press("escape")
    await desk.select("“They may fall.”")
    await desk.press("+")
    assert desk.session.span(claim.id).pieces(desk.text) == (
        "“The cranes are old,”",
        "“They may fall.”",
    )
    await desk.press("-")
    assert "at the caret" in desk.said or len(desk.session.span(claim.id).fragments) == 1
    await desk.go("may fall")
    if len(desk.session.span(claim.id).fragments) == 2:
        await desk.press("-")
    assert desk.surfaces("CLAIM") == ["“The cranes are old,”"]
    await desk.go("cranes are")
    await desk.press("-")
    assert "only fragment" in desk.said


async def test_another_label_drops_what_it_cannot_have_and_says_so(desk: Desk) -> None:
    await desk.mark("s", "Varn", 2)
    claim = await desk.mark("c", "it")
    await desk.press("enter")
    assert desk.links(claim, "holder")
    await desk.press("l", "e")
    assert desk.session.span(claim.id).label == "CUE"
    assert desk.links(claim) == []
    assert "holder" in desk.said
    await desk.press("u")
    assert desk.session.span(claim.id).label == "CLAIM"
    assert desk.links(claim, "holder")


async def test_no_link_ever_hangs_in_the_air(desk: Desk) -> None:
    speaker = await desk.mark("s", "Tam Brode")
    await desk.mark("e", "said", 1)
    claim = await desk.mark("c", "“The cranes are old,”")
    await desk.press("enter")
    links = dict(desk.session.annotations.links)
    await desk.go("Tam Brode")
    await desk.press("d")
    assert speaker.id not in desk.session.annotations.spans
    assert desk.links(claim, "holder") == []
    assert "2 links (holder, ref)" in desk.said
    await desk.press("u")
    assert desk.session.annotations.links == links


async def test_undo_has_no_end_and_survives_a_restart(root: Path) -> None:
    words = ["Varn", "said", "harbour", "open", "She", "added", "cranes", "work"]
    async with at_desk(root) as desk:
        for word in words:
            await desk.go(word)
            await desk.press("e")
        made = desk.surfaces()
    async with at_desk(root) as desk:
        assert desk.surfaces() == made == words
        await desk.press(*["u"] * 3)
        assert desk.surfaces() == words[:5]
    async with at_desk(root) as desk:
        await desk.press(*["u"] * 9)
        assert desk.surfaces() == []
        assert "nothing to take back" in desk.said
        await desk.press(*["U"] * 9)
        assert desk.surfaces() == words
        assert "Nothing to redo" in desk.said


async def test_the_same_words_are_marked_everywhere(desk: Desk) -> None:
    await desk.mark("s", "Osk Courier")
    await desk.mark("s", "Varn")
    varn = desk.chosen
    await desk.press("m")
    assert desk.surfaces("SPEAKER").count("Varn") == 3
    assert "2 more times" in desk.said
    ends = {link.target for s in desk.spans("SPEAKER") for link in desk.links(s, "ref")}
    assert desk.links(varn, "ref")[0].target in ends
    assert len(ends) == 2
    assert [s.origin for s in desk.spans("SPEAKER")].count("copied") == 2
    await desk.press("u")
    assert desk.surfaces("SPEAKER").count("Varn") == 1


async def test_flags_and_notes_on_spans_and_articles(desk: Desk) -> None:
    await desk.go("denied")
    await desk.press("e", "~", "y", "2", "i")
    await desk.type("odd")
    await desk.press("enter")
    assert desk.chosen.flags == ("unsure", "mt")
    assert desk.chosen.note == "odd"
    await desk.press("~", "ctrl+f", "ctrl+t")
    await desk.type("hard")
    await desk.press("enter")
    assert desk.chosen.flags == ("mt",)
    assert desk.session.annotations.flags == ("flagged",)
    assert desk.session.annotations.note == "hard"


# -- links and offers ------------------------------------------------------------------------------


async def test_the_nearest_speaker_and_cue_are_offered(desk: Desk) -> None:
    await desk.mark("s", "Mayor Ilse Varn")
    await desk.mark("s", "Tam Brode")
    await desk.mark("e", "said")
    await desk.mark("e", "said", 1)
    claim = await desk.mark("c", "“The cranes are old,”")
    await desk.press("enter")
    assert desk.ends(claim, "holder") == ["Tam Brode"]
    assert desk.links(claim, "cue")[0].target == desk.spans("CUE")[1].id
    assert {link.origin for link in desk.links(claim)} == {"suggested"}


async def test_an_offer_that_is_left_changes_nothing(desk: Desk) -> None:
    await desk.mark("s", "Tam Brode")
    claim = await desk.mark("c", "“The cranes are old,”")
    await desk.press("escape")
    assert desk.links(claim) == []
    await desk.press("enter")  # asks again
    await desk.press("enter")
    assert desk.ends(claim, "holder") == ["Tam Brode"]


async def test_one_cue_serves_many_claims(desk: Desk) -> None:
    await desk.mark("s", "Tam Brode")
    cue = await desk.mark("e", "said", 1)
    first = await desk.mark("c", "“The cranes are old,”")
    await desk.press("enter")
    second = await desk.mark("c", "“They may fall.”")
    await desk.press("enter")
    targets = [link.target for claim in (first, second) for link in desk.links(claim, "cue")]
    assert targets == [cue.id, cue.id]
    assert desk.ends(second, "holder") == ["Tam Brode"]


async def test_relays_keep_their_order(desk: Desk) -> None:
    await desk.mark("s", "the Osk Courier")
    await desk.mark("s", "Radio Osk")
    claim = await desk.mark("c", "that Varn was wrong")
    await desk.press("escape", "j", "r")
    await desk.hint("Radio Osk")
    await desk.press("j", "r")
    await desk.hint("Osk Courier")
    assert desk.ends(claim, "relay") == ["Radio Osk", "the Osk Courier"]
    assert [link.order for link in desk.links(claim, "relay")] == [0, 1]


async def test_a_link_by_hint_marks_the_word_where_nothing_is_marked(desk: Desk) -> None:
    claim = await desk.mark("c", "that Varn was wrong")
    await desk.press("escape", "j", "u")
    await desk.hint("told")
    assert desk.surfaces("CUE") == ["told"]
    assert desk.ends(claim, "cue") == ["told"]
    await desk.press("u")
    assert desk.spans("CUE") == []


async def test_a_hint_on_a_mention_links_to_its_entity_where_a_mention_cannot_be(
    desk: Desk,
) -> None:
    await desk.mark("s", "Tam Brode")
    stance = await desk.mark("t", "wrong")
    await desk.press("2", "escape", "j", "g")
    await desk.hint("Brode")
    assert desk.ends(stance, "target") == ["Tam Brode"]
    assert desk.links(stance, "target")[0].target_kind == "entity"


async def test_a_name_given_unasked_is_replaced_by_the_first_choice(desk: Desk) -> None:
    await desk.mark("s", "Mayor Ilse Varn")
    await desk.mark("s", "Tam Brode")
    again = await desk.mark("s", "Varn", 1)
    assert desk.ends(again, "ref") == ["Ilse Varn"]
    await desk.press("j")
    await desk.press(desk.digit("Tam Brode"))
    assert desk.ends(again, "ref") == ["Tam Brode"]
    await desk.press("j")
    await desk.press(desk.digit("Ilse Varn"))  # a second one is added
    assert desk.ends(again, "ref") == ["Tam Brode", "Ilse Varn"]


async def test_the_rest_of_the_sentence_then_one_clause_less(desk: Desk) -> None:
    await desk.go("Brode, the Osk")
    await desk.press("r")
    assert desk.selected == "Brode, the Osk Courier reports, told Radio Osk that Varn was wrong"
    await desk.press("r")
    assert desk.selected == "Brode, the Osk Courier reports"
    await desk.press("r", "r")
    assert desk.selected == "Brode, the Osk Courier reports, told Radio Osk that Varn was wrong"


async def test_following_links_and_coming_back(desk: Desk) -> None:
    speaker = await desk.mark("s", "Tam Brode")
    await desk.mark("e", "said", 1)
    claim = await desk.mark("c", "“The cranes are old,”")
    await desk.press("enter")
    at = desk.screen.view.caret
    seen = []
    for _ in range(2):
        await desk.press("o")
        seen.append(desk.chosen.label)
    assert seen == ["CUE", "SPEAKER"]
    assert desk.chosen.id == speaker.id
    await desk.press("O")
    assert desk.screen.view.caret == at
    assert desk.chosen.id == claim.id


# -- suggestions -----------------------------------------------------------------------------------


async def test_a_suggestion_is_taken_whole_or_refused(desk: Desk) -> None:
    await desk.press("w")
    assert "suggested" in desk.offered
    await desk.press("enter")
    assert desk.surfaces("SPEAKER") == ["Mayor Ilse Varn"]
    assert desk.surfaces("CUE") == ["said"]
    claim = desk.spans("CLAIM")[0]
    assert claim.surface(desk.text) == "the harbour will open in May"
    assert desk.ends(claim, "holder") == ["Mayor Ilse Varn"]
    assert desk.ends(claim, "cue") == ["said"]
    assert {span.origin for span in desk.spans()} == {"suggested"}
    assert desk.screen.chosen == claim.id  # its attributes can be changed at once
    shown = desk.screen.current
    await desk.press("delete")
    assert desk.screen.current is not shown
    await desk.press("escape", "u")
    assert desk.spans() == []


async def test_attributes_are_corrected_between_two_suggestions(desk: Desk) -> None:
    await desk.press("w", "enter", "C", "2")
    assert desk.spans("CLAIM")[0].attributes["certainty"] == "uncertain"
    assert "suggested" in desk.offered
    await desk.press("enter", "K", "enter")  # the menu of values does not stand in the way
    assert desk.surfaces("CUE") == ["said", "added", "said"]


async def test_what_is_marked_by_hand_is_not_suggested_again(desk: Desk) -> None:
    before = len(desk.screen.suggestions.within(0, len(desk.text)))
    await desk.mark("c", "the harbour will open in May")
    await desk.press("escape")
    assert len(desk.screen.suggestions.within(0, len(desk.text))) == before - 1


STANCES = """The council rejected a new quay.

According to the agency Ostra, the mayor said that the quay is needed. \
The mayor and the pilot demanded a vote.
"""


async def test_a_directional_cue_is_suggested_as_a_stance(tmp_path: Path) -> None:
    async with at_desk(make_project(tmp_path / "news", quay=STANCES)) as desk:
        await desk.press("w", "enter")
        assert desk.surfaces("CLAIM") == ["a new quay"]
        assert "STANCE" in desk.offered
        await desk.press("enter")
        stance = desk.spans("STANCE")[0]
        assert (stance.surface(desk.text), stance.attributes["stance"]) == ("rejected", "against")
        assert desk.ends(stance, "claim") == ["a new quay"]
        assert desk.ends(stance, "holder") == ["The council"]
        assert stance.origin == "suggested"
        await desk.press("u")
        assert desk.spans("STANCE") == []


async def test_a_relay_is_offered_with_the_holder(tmp_path: Path) -> None:
    async with at_desk(make_project(tmp_path / "news", quay=STANCES)) as desk:
        claim = await desk.mark("c", "that the quay is needed")
        await desk.press("enter")
        assert desk.ends(claim, "holder") == ["the mayor"]
        assert desk.ends(claim, "relay") == ["the agency Ostra"]


async def test_a_stance_takes_all_holders_of_its_claim(tmp_path: Path) -> None:
    async with at_desk(make_project(tmp_path / "news", quay=STANCES)) as desk:
        mayor = await desk.mark("s", "The mayor")
        pilot = await desk.mark("s", "the pilot")
        claim = await desk.mark("c", "a vote")
        await desk.press("escape")
        for holder in (f"{mayor.id} The mayor", f"{pilot.id} the pilot"):
            await desk.press("j", "h")
            await desk.press(desk.digit(holder))
        stance = await desk.mark("t", "demanded")
        await desk.press("1", "enter", "escape")
        assert desk.ends(claim, "holder") == desk.ends(stance, "holder")
        assert len({mayor.id, pilot.id} & {x.target for x in desk.links(stance, "holder")}) == 2


async def test_a_digit_pressed_twice_leaves_the_question_out(tmp_path: Path) -> None:
    async with at_desk(make_project(tmp_path / "news", quay=STANCES)) as desk:
        claim = await desk.mark("c", "a new quay")
        cue = desk.digit("rejected")
        await desk.press(cue, cue, "enter")
        assert desk.ends(claim, "holder") == ["The council"]
        assert desk.ends(claim, "cue") == []


async def test_the_topic_used_last_is_offered_with_the_next_claim(tmp_path: Path) -> None:
    async with at_desk(make_project(tmp_path / "news", quay=STANCES)) as desk:
        first = await desk.mark("c", "a new quay")
        await desk.press("enter", "T")
        await desk.type("building a quay")
        await desk.press("enter")
        second = await desk.mark("c", "that the quay is needed")
        await desk.press(desk.digit("building a quay"), "enter")
        topics = [desk.session.span(x.id).attributes["topic"] for x in (first, second)]
        assert topics[0] == topics[1]


# -- looking ---------------------------------------------------------------------------------------


async def test_search_goes_through_the_matches_and_round(desk: Desk) -> None:
    await desk.press("/")
    await desk.type("varn")
    await desk.press("enter")
    first = desk.screen.view.selection
    starts = [first]
    for _ in range(3):
        await desk.press("n")
        starts.append(desk.screen.view.selection)
    assert desk.selected == "Varn"
    assert starts[3] == starts[0]
    assert len(set(starts)) == 3
    await desk.press("N")
    assert desk.screen.view.selection == starts[2]
    await desk.press("s")
    assert desk.surfaces("SPEAKER") == ["Varn"]


async def test_extend_mode_needs_no_shift(desk: Desk) -> None:
    await desk.go("the cranes")
    await desk.press("v", "right", "right", "right", "v", "left")
    assert desk.selected == ""
    await desk.go("the cranes")
    await desk.press("v", "right", "right", "right")
    assert desk.selected == "the cranes work"


async def test_a_hint_ends_a_selection(desk: Desk) -> None:
    await desk.go("the cranes")
    await desk.press("v")
    await desk.hint("work")
    assert desk.selected == "the cranes work"


async def test_attribute_keys_change_the_chosen_span(desk: Desk) -> None:
    await desk.mark("c", "“They may fall.”")
    await desk.press("escape")
    assert desk.chosen.attributes["form"] == "direct"
    assert desk.chosen.attributes["certainty"] == "uncertain"
    await desk.press("C")
    assert desk.chosen.attributes["certainty"] == "none"
    await desk.press("C", "1", "F", "3", "K")
    assert desk.chosen.attributes["certainty"] == "certain"
    assert desk.chosen.attributes["form"] == "mixed"


# -- articles --------------------------------------------------------------------------------------


async def test_a_slip_among_the_choices_deletes_nothing(desk: Desk) -> None:
    claim = await desk.mark("c", "the harbour will open in May")
    await desk.press("escape", "A", "d")
    assert claim.id in desk.session.annotations.spans
    await desk.press("d")
    assert claim.id not in desk.session.annotations.spans


async def test_skip_wants_a_reason_and_goes_on(tmp_path: Path) -> None:
    root = make_project(tmp_path / "news", one="One.\n", two="Two.\n", three="Three.\n")
    async with at_desk(root) as desk:
        await desk.press("ctrl+k", "enter")
        assert desk.session.article.id == "one"
        assert "reason" in desk.said
        await desk.press("ctrl+k")
        await desk.type("empty")
        await desk.press("enter")
        assert desk.session.article.id == "two"
        await desk.press(">")
        assert desk.session.article.id == "three"
        await desk.press(">")
        assert desk.session.article.id == "two"
        await desk.press("<")
        assert desk.session.article.id == "one"
        assert desk.session.annotations.fields["skip_reason"] == "empty"
    async with at_desk(root) as desk:
        assert desk.session.article.id == "two"


async def test_done_goes_to_what_is_missing_then_to_the_next_article(tmp_path: Path) -> None:
    text = "The harbour is old. What a shame.\n"
    root = make_project(tmp_path / "news", harbour=text, next="Next.\n")
    async with at_desk(root) as desk:
        claim = await desk.mark("c", "The harbour is old")
        await desk.press("escape")
        stance = await desk.mark("t", "shame")
        await desk.press("escape", "escape", "ctrl+home", "ctrl+d")
        assert "4 things are missing" in desk.said
        assert desk.chosen.id == claim.id
        await desk.press(desk.digit("AUTHOR"), "enter", "ctrl+d")
        assert "3 things are missing" in desk.said
        assert desk.chosen.id == stance.id
        await desk.press(desk.digit("against"))
        await desk.press(desk.digit("AUTHOR"), desk.digit(claim.id), "enter")
        assert desk.ends(stance, "target") == ["The harbour is old"]
        await desk.press("ctrl+d")
        assert desk.session.article.id == "next"
        await desk.press("<")
        assert desk.session.annotations.status == "done"


# -- other schemes ---------------------------------------------------------------------------------


async def test_a_scheme_of_names_only_works_the_same(tmp_path: Path) -> None:
    root = make_project(tmp_path / "news", harbour=HARBOUR)
    (root / "guidelines/scheme.toml").write_text(NAMES_ONLY, encoding="utf-8")
    async with at_desk(root) as desk:
        assert "o labels ORG" in desk.said  # which is also the key of an action
        await desk.mark("p", "Ilse Varn")
        await desk.mark("o", "Radio Osk")
        await desk.mark("o", "Osk")
        assert desk.surfaces("PERSON") == ["Ilse Varn"]
        assert sorted(desk.surfaces("ORG")) == ["Osk", "Radio Osk"]
        assert desk.screen.mode is None
        await desk.press("w", "R", "F", "T", "j", "f3", "escape", "f4", "escape", "f6", "escape")
        await desk.press("l", "p")
        assert "Osk" in desk.surfaces("PERSON")
        await desk.press("ctrl+d")
        assert desk.session.annotations.status == "done"


async def test_a_remapped_key(root: Path) -> None:
    (root / ".annotator").mkdir(exist_ok=True)
    (root / ".annotator/settings.toml").write_text(
        'keys.undo = ["ctrl+u"]\nkeys.grow = ["b"]\n', encoding="utf-8"
    )
    async with at_desk(root) as desk:
        await desk.go("Varn")
        await desk.press("b", "s", "u")
        assert desk.surfaces("SPEAKER") == ["Varn"]
        await desk.press("ctrl+u")
        assert desk.spans() == []


# -- safety ----------------------------------------------------------------------------------------


async def test_pasted_text_does_nothing(desk: Desk) -> None:
    desk.screen.post_message(events.Paste("scetdu" * 20))
    await desk.press("right")
    assert desk.spans() == []
    assert "Pasting" in desk.said


async def test_escape_is_always_safe(desk: Desk) -> None:
    await desk.mark("s", "Tam Brode")
    await desk.mark("c", "“The cranes are old,”")
    await desk.press("enter")
    links = dict(desk.session.annotations.links)
    for keys in (["f"], ["j"], ["l"], ["w"], ["/"], ["C"], ["T"], ["i"], ["v", "right"], []):
        await desk.press(*keys, "escape", "escape")
        assert desk.app.screen is desk.screen
        assert desk.screen.mode is None
        assert desk.screen.view.selection is None
    assert desk.session.annotations.links == links
