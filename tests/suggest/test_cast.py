"""Names, aliases, and which entities may be one."""

from collections.abc import Callable

import pytest

from annotator.model.annotation import AnnotationSet, Entity
from annotator.suggest import cast
from tests.suggest.conftest import Work
from tests.suggest.name_pairs import DIFFERENT, SAME, pairs

MakeWork = Callable[[str], Work]


def entities(*found: Entity) -> AnnotationSet:
    return AnnotationSet("a1", "hash", "mo", entities={one.id: one for one in found})


def proposed(one: str, other: str) -> bool:
    return bool(cast.variants(entities(Entity("e1", one), Entity("e2", other)), ""))


def test_variants_find_most_spellings_and_hardly_anything_else() -> None:
    same = [proposed(*pair) for pair in pairs(SAME)]
    different = [proposed(*pair) for pair in pairs(DIFFERENT)]
    assert len(same) >= 60
    assert len(different) >= 60
    recall = sum(same) / len(same)
    precision = sum(same) / (sum(same) + sum(different))
    assert recall >= 0.9
    assert precision >= 0.97


def test_three_spellings_give_three_proposals_that_keep_the_most_frequent(work: MakeWork) -> None:
    here = work("Dravkov spoke. Drafko left. Drawkow slept. Dravkov came back.")
    keys = {}
    for name in ("Dravkov", "Drafko", "Drawkow"):
        keys[name] = here.session.add_entity(name, "person", "named").id
        here.session.link(here.mark("SPEAKER", name).id, "ref", keys[name], "entity")
    again = here.mark("SPEAKER", "Dravkov", after="slept")
    here.session.link(again.id, "ref", keys["Dravkov"], "entity")
    found = cast.variants(here.annotations, here.text)
    assert {frozenset((one.keep, one.other)) for one in found} == {
        frozenset((keys["Dravkov"], keys["Drafko"])),
        frozenset((keys["Dravkov"], keys["Drawkow"])),
        frozenset((keys["Drafko"], keys["Drawkow"])),
    }
    assert all(one.other != keys["Dravkov"] for one in found)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Entity("e1", "Dravkov", "person"), Entity("e2", "Drafko", "org")),
        (Entity("e1", "Dravkov", affiliation="e8"), Entity("e2", "Drafko", affiliation="e9")),
        (Entity("e1", "an official", naming="unnamed"), Entity("e2", "an official")),
        (Entity("e1", "Dravkov", kb="Q1"), Entity("e2", "Drafko", kb="Q2")),
    ],
)
def test_what_the_annotator_said_speaks_against_a_merge(one: Entity, other: Entity) -> None:
    assert cast.variants(entities(one, other), "") == []


def test_one_conflicting_mention_is_enough_against_a_merge(work: MakeWork) -> None:
    here = work("Mayor Anna Holm waved. Holm left. Olga Holm stayed. Holm sang.")
    first, second = (here.session.add_entity(name, "person").id for name in ("Holm", "Holm"))
    for words, after, key in (
        ("Mayor Anna Holm", "", first),
        ("Holm", "waved", first),
        ("Olga Holm", "", second),
        ("Holm", "stayed", second),
    ):
        here.session.link(here.mark("SPEAKER", words, after=after).id, "ref", key, "entity")
    assert cast.variants(here.annotations, here.text) == []


def test_aliases_are_counted_and_pronouns_left_out(work: MakeWork) -> None:
    here = work("Minister Ilke Tarvo spoke. Tarvo left. He slept. Tarvo snored.")
    key = here.session.add_entity("Tarvo").id
    for words, after in (
        ("Minister Ilke Tarvo", ""),
        ("Tarvo", "spoke"),
        ("He", ""),
        ("Tarvo", "slept"),
    ):
        here.session.link(here.mark("SPEAKER", words, after=after).id, "ref", key, "entity")
    assert cast.aliases(here.annotations, here.text, key) == {"Tarvo": 2, "Minister Ilke Tarvo": 1}
    assert cast.canonical_name(here.annotations, here.text, key) == "Ilke Tarvo"


@pytest.mark.parametrize(
    ("surface", "name"),
    [
        ("foreign minister Ilke Tarvo", "Ilke Tarvo"),
        ("Ilke Tarvo, Talvia’s deputy minister", "Ilke Tarvo"),
        ("Colonel Bram de Oost", "Bram de Oost"),
        ("the dam operator Wasserkron", "Wasserkron"),
        ("the ministry of fish", "ministry of fish"),
        ("the Harbour Board", "Harbour Board"),
        ("Critics", "Critics"),
        ("a senior Talvian official", "a senior Talvian official"),
        ("a", "a"),
    ],
)
def test_bare_name(surface: str, name: str) -> None:
    assert cast.bare_name(surface) == name


@pytest.mark.parametrize(
    ("surface", "kind", "naming"),
    [
        ("Ilke Tarvo", "person", "named"),
        ("Mayor Tarvo", "person", "named"),
        ("she", "person", "named"),
        ("a senior Talvian diplomat", "person", "unnamed"),
        ("another official", "person", "unnamed"),
        ("one of the skippers", "", "unnamed"),
        ("Critics", "group", "generic"),
        ("some teachers", "group", "generic"),
        ("Residents", "group", "generic"),
        ("the health ministry", "org", "named"),
        ("Parliament", "org", "named"),
        ("UHM", "org", "named"),
        ("the Norland side", "state", "named"),
        ("Norland", "state", "named"),
        ("Radio Pelgrad", "media", "named"),
        ("the news agency Talpress", "media", "named"),
        ("the audit", "document", "named"),
        ("a survey by the institute Pollwerk", "document", "named"),
        ("Pelgrad", "", "named"),
    ],
)
def test_type_and_naming(surface: str, kind: str, naming: str) -> None:
    assert (cast.guess_type(surface), cast.naming(surface)) == (kind, naming)


def test_the_entity_a_mention_names(work: MakeWork) -> None:
    here = work("Ilke Tarvo of the Harbour Board spoke. Tarvo left.")
    tarvo = here.session.add_entity("Ilke Tarvo", "person", "named").id
    board = here.session.add_entity("Harbour Board", "org", "named").id
    here.session.add_entity("an official", "person", "unnamed")

    def entity(surface: str) -> str | None:
        return cast.entity_for(here.annotations, here.text, surface)

    assert entity("Tarvo") == entity("Minister Ilke Tarvo") == entity("ilke tarvo") == tarvo
    assert entity("the Harbour Board") == board
    assert entity("Olga Tarvo") is None
    assert entity("Tarwo") is None  # another spelling is for the annotator to say
    assert entity("an official") is None
    assert entity("he") is None
    assert entity("Varnow") is None


def test_a_family_name_that_two_have_names_neither(work: MakeWork) -> None:
    here = work("Anna Holm and Olga Holm spoke.")
    here.session.add_entity("Anna Holm", "person")
    here.session.add_entity("Olga Holm", "person")
    assert cast.entity_for(here.annotations, here.text, "Holm") is None
