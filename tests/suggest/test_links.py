"""Which ends are offered for the links of a span, and in which order."""

from collections.abc import Callable

from annotator.model.annotation import AUTHOR, IMPLICIT, Span
from annotator.model.scheme import Scheme
from annotator.suggest.links import MOST, Candidate, offers
from tests.suggest.conftest import Work

MakeWork = Callable[[str], Work]
TOPICS = {"pier": "a new pier for Pelgrad", "nets": "a ban on drift nets"}


def offered(work: Work, span: Span) -> dict[str, list[Candidate]]:
    return offers(work.units, work.scheme, work.annotations, span, TOPICS)


def ends(work: Work, span: Span, link: str) -> list[str]:
    return [candidate.target for candidate in offered(work, span)[link]]


def test_the_nearest_cue_and_the_speaker_nearest_to_it(work: MakeWork) -> None:
    here = work("Oszkar denied the theft and Tarvo said that Norrow had lost the buoy.")
    oszkar, denied = here.mark("SPEAKER", "Oszkar"), here.mark("CUE", "denied")
    tarvo, said = here.mark("SPEAKER", "Tarvo"), here.mark("CUE", "said")
    norrow = here.mark("SPEAKER", "Norrow")
    claim = here.mark("CLAIM", "that Norrow had lost the buoy")
    assert ends(here, claim, "cue") == [said.id, denied.id]
    holders = ends(here, claim, "holder")
    assert holders[0] == tarvo.id
    assert holders.index(oszkar.id) < holders.index(norrow.id)
    assert {AUTHOR, IMPLICIT} <= set(holders)
    assert offered(here, claim)["holder"][0].title == f"{tarvo.id} Tarvo"


def test_the_cue_between_two_fragments(work: MakeWork) -> None:
    here = work("“We wait,” Tarvo said, “for wind.” Oszkar agreed.")
    here.mark("SPEAKER", "Oszkar")
    tarvo, said = here.mark("SPEAKER", "Tarvo"), here.mark("CUE", "said")
    claim = here.mark("CLAIM", "“We wait,”", "“for wind.”")
    assert ends(here, claim, "cue") == [said.id]
    assert ends(here, claim, "holder")[0] == tarvo.id


def test_a_quotation_that_goes_on_shares_cue_and_holder(work: MakeWork) -> None:
    here = work("“We saw it,” Tarvo said. “It was late.”")
    tarvo, said = here.mark("SPEAKER", "Tarvo"), here.mark("CUE", "said")
    first = here.mark("CLAIM", "“We saw it,”")
    here.session.link(first.id, "holder", tarvo.id)
    here.session.link(first.id, "cue", said.id)
    second = here.mark("CLAIM", "“It was late.”")
    assert ends(here, second, "cue") == [said.id]
    assert ends(here, second, "holder")[0] == tarvo.id


def test_words_without_a_frame_are_the_speakers_before_or_the_authors(work: MakeWork) -> None:
    here = work("Tarvo said that it was late. It would open in May.\nFares have doubled.")
    tarvo, said = here.mark("SPEAKER", "Tarvo"), here.mark("CUE", "said")
    first = here.mark("CLAIM", "that it was late")
    here.session.link(first.id, "holder", tarvo.id)
    here.session.link(first.id, "cue", said.id)
    free = here.mark("CLAIM", "It would open in May")
    assert ends(here, free, "holder")[:2] == [tarvo.id, AUTHOR]
    assert ends(here, free, "cue") == []
    assert ends(here, here.mark("CLAIM", "Fares have doubled"), "holder")[0] == AUTHOR


def test_a_cue_without_a_speaker_offers_the_implicit_source(work: MakeWork) -> None:
    here = work("It is feared that the pier will sink.")
    here.mark("CUE", "feared")
    claim = here.mark("CLAIM", "that the pier will sink")
    assert ends(here, claim, "holder")[0] == IMPLICIT


def test_a_stance_takes_the_claim_of_its_cue_and_that_claims_holder(work: MakeWork) -> None:
    here = work("Oszkar wants drift nets; Tarvo rejects the ban on them.")
    here.mark("SPEAKER", "Oszkar")
    tarvo, cue = here.mark("SPEAKER", "Tarvo"), here.mark("CUE", "rejects")
    other = here.mark("CLAIM", "drift nets")
    claim = here.mark("CLAIM", "the ban on them")
    here.session.link(claim.id, "holder", tarvo.id)
    here.session.link(claim.id, "cue", cue.id)
    stance = here.mark("STANCE", "rejects")
    assert ends(here, stance, "claim") == [claim.id, other.id]
    assert ends(here, stance, "holder")[0] == tarvo.id
    targets = ends(here, stance, "target")
    assert targets[0] == "nets"
    assert other.id in targets
    assert claim.id not in targets


def test_a_stance_inside_a_claim_takes_that_claim(work: MakeWork) -> None:
    here = work("Tarvo said that the pier is a crime.")
    claim = here.mark("CLAIM", "that the pier is a crime")
    assert ends(here, here.mark("STANCE", "a crime"), "claim") == [claim.id]


def test_topics_in_use_come_before_unused_ones(work: MakeWork) -> None:
    here = work("Tarvo is against it.")
    here.session.set_field("topics", ("nets",))
    assert ends(here, here.mark("STANCE", "against"), "target")[:2] == ["nets", "pier"]


def test_a_mention_is_offered_its_entity_then_a_new_one(work: MakeWork) -> None:
    here = work("Ilke Tarvo spoke. Tarvo left. Bram Oost came.")
    key = here.session.add_entity("Ilke Tarvo", "person", "named").id
    known = offered(here, here.mark("SPEAKER", "Tarvo", after="spoke"))["ref"]
    assert [candidate.target for candidate in known[:2]] == [key, ""]
    new = offered(here, here.mark("SPEAKER", "Bram Oost"))["ref"][0]
    assert (new.target, new.target_kind, new.title) == ("", "entity", "Bram Oost")


def test_a_pronoun_is_offered_whom_the_text_named_last(work: MakeWork) -> None:
    here = work("Ilke Tarvo met Bram Oost of the Harbour Board. She smiled.")
    for name, kind in (("Ilke Tarvo", "person"), ("Bram Oost", "person"), ("Harbour Board", "org")):
        key = here.session.add_entity(name, kind).id
        here.session.link(here.mark("SPEAKER", name).id, "ref", key, "entity")
    titles = [one.title for one in offered(here, here.mark("SPEAKER", "She"))["ref"]]
    assert titles[:3] == ["Bram Oost", "Ilke Tarvo", "Harbour Board"]


def test_the_authors_own_voice(work: MakeWork) -> None:
    here = work("This newspaper asked the mayor.")
    assert ends(here, here.mark("SPEAKER", "This newspaper"), "ref")[0] == AUTHOR


def test_links_without_an_offer_list_what_they_may_point_to(work: MakeWork) -> None:
    here = work("Norrow said it is late. Norrow said it is dark. Norrow said it is late.")
    first = here.mark("CLAIM", "it is late")
    here.mark("CLAIM", "it is dark")
    again = here.mark("CLAIM", "it is late", after="dark")
    assert ends(here, again, "same_as")[0] == first.id


def test_never_more_than_there_are_digits_and_the_built_in_ones_stay(work: MakeWork) -> None:
    here = work("Tarvo said that it was late.")
    for number in range(20):
        here.session.add_entity(f"Skipper {number}")
    holders = ends(here, here.mark("CLAIM", "that it was late"), "holder")
    assert len(holders) == MOST
    assert {AUTHOR, IMPLICIT} <= set(holders)


def test_a_scheme_without_links_is_offered_nothing(plain_scheme: Scheme) -> None:
    here = Work("Mirela Oszkar spoke.", plain_scheme)
    span = here.mark("PERSON", "Mirela Oszkar")
    assert offers(here.units, plain_scheme, here.annotations, span, {}) == {}
