"""Stories: articles about the same people and places at one time."""

from itertools import combinations
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from annotator.text.stories import COMMON, DAYS, THRESHOLD, Chronicle, likeness, names

FIRST = (
    "Warden Tam Brode closed the Lowmark bridge on Friday. Brode told Radio Osk that the piers of "
    "Lowmark were cracked. The ferry guild of Selm offered boats."
)
SECOND = (
    "No lorry will cross at Lowmark before spring, Radio Osk has learned. Tam Brode signed the "
    "order himself, and Selm is to get more ferries."
)
OTHER = (
    "The orchestra of Fenholt opened its season with a work by Ada Quill. Critics in Fenholt "
    "praised the soloist Ines Maro, whom Quill had chosen."
)
STORIES = ("mine-camp", "trawler", "lake-treaty", "gas-storage", "cable", "ferry")
STORY_OF = {
    "dry-cargo-ship-arrest-belinform": "cable",
    "strait-cable-freighter-skarvang": "cable",
    "strait-cable-what-orlevik-can-prove": "cable",
    "island-boats-reprieve-kystnytt": "ferry",
}
SOURCES = Path(__file__).parents[2] / "corpus/sources"


def pairs(*articles: tuple[str, int]) -> set[tuple[int, int]]:
    chronicle = Chronicle()
    for number, (text, day) in enumerate(articles):
        chronicle.add(text, day, number)
    return {(min(one, two), max(one, two)) for one, two, _ in chronicle.pairs()}


def test_names_are_what_is_never_written_small() -> None:
    found = names("The Bridge in Lowmark. A bridge! On Monday Lowmark’s Ilse-Maria went. NATO, UN.")
    assert found == {"lowmark": 2, "ilse": 1, "maria": 1, "nato": 1, "the": 1}


def test_scripts_without_capitals_have_no_names() -> None:
    assert names("市长说新桥将于明年开放。 قال العمدة إن الجسر آمن") == {}
    assert likeness(names("市长说"), names("市长说")) == 0.0


def test_two_reports_of_one_event_are_alike_and_two_events_are_not() -> None:
    assert likeness(names(FIRST), names(SECOND)) > THRESHOLD
    assert likeness(names(FIRST), names(OTHER)) < 0.1
    assert likeness(names(FIRST), names(FIRST)) > 0.999


def test_fewer_than_three_names_in_common_are_no_story() -> None:
    assert COMMON == 3
    assert likeness(names("at Selm with Brode"), names("at Selm with Brode")) == 0.0
    assert likeness(names("at Selm, Osk with Brode"), names("at Selm, Osk with Brode")) > 0.999


def test_a_story_lasts_two_weeks_and_goes_on_from_its_last_report() -> None:
    assert pairs((FIRST, 700), (SECOND, 700 + DAYS)) == {(0, 1)}
    assert pairs((FIRST, 700), (SECOND, 701 + DAYS)) == set()
    assert pairs((SECOND, 700 + 2 * DAYS), (FIRST, 700), (FIRST, 700 + DAYS)) == {(1, 2), (0, 2)}


def test_without_a_date_articles_are_compared_among_themselves() -> None:
    assert pairs((FIRST, 0), (SECOND, 0), (FIRST, 700)) == {(0, 1)}


def test_a_name_that_all_bear_does_not_slow_down_or_break_the_chain() -> None:
    """Each of 300 reports is compared with 50 before it, and all hang together."""
    found = pairs(*((FIRST, 700) for _ in range(300)))
    assert len(found) == sum(min(50, number) for number in range(300))


def test_the_stories_of_the_shipped_sources_are_told_apart() -> None:
    """Texts alone, without dates: every story hangs together, and none with another."""
    sources = {path.stem: path.read_text("utf-8") for path in sorted(SOURCES.glob("*.txt"))}
    found = {name: names(text) for name, text in sources.items()}
    story = {
        name: STORY_OF.get(name) or next((s for s in STORIES if name.startswith(s)), name)
        for name in sources
    }
    tied = {
        pair
        for pair in combinations(found, 2)
        if likeness(*map(found.get, pair)) >= THRESHOLD  # type: ignore[arg-type]
    }
    assert {pair for pair in tied if story[pair[0]] != story[pair[1]]} == set()
    for name in set(story.values()):
        members = {one for one in story if story[one] == name}
        reached = {min(members)}
        while grown := {x for pair in tied if reached & {*pair} for x in pair} - reached:
            reached |= grown
        assert reached == members


@given(
    st.lists(
        st.tuples(st.sampled_from([FIRST, SECOND, OTHER]), st.sampled_from([0, 700, 710, 730])),
        max_size=10,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_articles_changes_nothing_and_more_articles_tie_no_others(
    articles: list[tuple[str, int]], random: Random
) -> None:
    whole = pairs(*articles)
    order = list(range(len(articles)))
    random.shuffle(order)
    shuffled = pairs(*(articles[number] for number in order))
    assert {tuple(sorted((order[a], order[b]))) for a, b in shuffled} == whole
    half = len(articles) // 2
    assert pairs(*articles[:half]) == {pair for pair in whole if max(pair) < half}
