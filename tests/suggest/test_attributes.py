"""Attributes that a new span gets without being asked."""

from collections.abc import Callable

import pytest

from annotator.model.annotation import AUTHOR, Value
from annotator.model.article import Article, Region, hash_text
from annotator.model.scheme import Scheme
from annotator.suggest.attributes import computed, defaults
from tests.suggest.conftest import Work

MakeWork = Callable[[str], Work]


def claim(work: Work, *pieces: str) -> dict[str, Value]:
    fragments = tuple(sorted(work.at(piece) for piece in pieces))
    return defaults(work.units, work.scheme, work.annotations, "CLAIM", fragments, work.article)


@pytest.mark.parametrize(
    ("text", "pieces", "form"),
    [
        ("“The nets are empty,” Oszkar said.", ["“The nets are empty,”"], "direct"),
        ("“The nets are empty,” Oszkar said.", ["The nets are empty"], "direct"),
        ("“We wait. We hope,” she said.", ["“We wait."], "direct"),
        ("“We wait,” she said, “for wind.”", ["“We wait,”", "“for wind.”"], "direct"),
        ("Oszkar said it was “over”.", ["it was “over”"], "mixed"),
        ("Oszkar said that it was over.", ["that it was over"], "indirect"),
        ("Talvia denies any theft.", ["any theft"], "summary"),
        ("Talvia denies that it stole.", ["that it stole"], "indirect"),
        ("Talvia called for a pause.", ["a pause"], "summary"),
    ],
)
def test_form(work: MakeWork, text: str, pieces: list[str], form: str) -> None:
    assert claim(work(text), *pieces)["form"] == form


@pytest.mark.parametrize(
    ("text", "piece", "act", "polarity", "certainty"),
    [
        ("Oszkar said that it was late.", "that it was late", "assert", "pos", "certain"),
        ("Oszkar said it may be late.", "it may be late", "assert", "pos", "uncertain"),
        ("Talvia denied that it was late.", "that it was late", "deny", "neg", "certain"),
        ("Talvia denies that it was not late.", "that it was not late", "deny", "pos", "certain"),
        ("Talvia said it wasn’t late.", "it wasn’t late", "assert", "neg", "certain"),
        ("Oszkar does not believe in a truce.", "a truce", "believe", "neg", "uncertain"),
        ("Oszkar fears a flood.", "a flood", "believe", "pos", "uncertain"),
        ("Oszkar doubts the roof will hold.", "the roof will hold", "believe", "neg", "uncertain"),
        ("Oszkar did not say that it was late.", "that it was late", "assert", "pos", "none"),
        ("Talvia urged Norrow to wait.", "Norrow to wait", "request", "pos", "none"),
        ("Oszkar wants an inquiry.", "an inquiry", "request", "pos", "none"),
        ("Oszkar asked whether it was late.", "whether it was late", "ask", "pos", "none"),
        ("“Is it late?” Oszkar said.", "“Is it late?”", "ask", "pos", "none"),
        ("Oszkar vowed to wait.", "to wait", "commit", "pos", "certain"),
        ("The nets are empty.", "The nets are empty", "assert", "pos", "certain"),
    ],
)
def test_act_polarity_certainty(
    work: MakeWork, text: str, piece: str, act: str, polarity: str, certainty: str
) -> None:
    values = claim(work(text), piece)
    assert (values["act"], values["polarity"], values["certainty"]) == (act, polarity, certainty)


@pytest.mark.parametrize(
    ("text", "piece", "check"),
    [
        ("Oszkar said that 40 boats sank.", "that 40 boats sank", "worth"),
        ("Oszkar said forty boats sank.", "forty boats sank", "worth"),
        ("Oszkar said that Talvia closed the pier.", "that Talvia closed the pier", "worth"),
        ("Oszkar said that the pier was closed.", "that the pier was closed", "minor"),
        ("Talvia denied that it had a pier.", "that it had a pier", "worth"),
        ("Oszkar said 40 boats would sink.", "40 boats would sink", "nonfactual"),
        ("“It will end badly,” he said.", "“It will end badly,”", "nonfactual"),
        ("“What a mess,” he said.", "“What a mess,”", "nonfactual"),
        ("He demanded 40 boats.", "40 boats", "nonfactual"),
    ],
)
def test_check(work: MakeWork, text: str, piece: str, check: str) -> None:
    assert claim(work(text), piece)["check"] == check


def test_the_linked_cue_counts_more_than_the_nearest(work: MakeWork) -> None:
    here = work("Talvia denied, and Norrow said, that the pier was sold.")
    span = here.mark("CLAIM", "that the pier was sold")

    def act() -> Value:
        return computed(here.units, here.scheme, here.annotations, span, here.article)["act"]

    assert act() == "assert"
    here.session.link(span.id, "cue", here.mark("CUE", "denied").id)
    assert act() == "deny"


def test_a_claim_of_the_author_is_authorial(work: MakeWork) -> None:
    here = work("Fares have doubled since spring.")
    span = here.mark("CLAIM", "Fares have doubled since spring")
    here.session.link(span.id, "holder", AUTHOR, "entity")
    values = computed(here.units, here.scheme, here.annotations, span, here.article)
    assert (values["form"], values["check"]) == ("authorial", "worth")


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("He does not really believe it.", True),
        ("He doesn’t believe it.", True),
        ("He can believe it.", False),
        ("It was not, so they believe, sold.", False),
    ],
)
def test_negated_cue(work: MakeWork, text: str, negated: bool) -> None:
    here = work(text)
    piece = here.at("believe")
    values = defaults(here.units, here.scheme, here.annotations, "CUE", (piece,), here.article)
    assert values == {"neg": negated}


def test_a_stance_on_a_cue_is_stated(work: MakeWork) -> None:
    here = work("Talvia rejects the plan.")
    here.mark("CUE", "rejects")
    piece = here.at("rejects")
    values = defaults(here.units, here.scheme, here.annotations, "STANCE", (piece,), here.article)
    assert values == {"basis": "stated"}


def test_a_claim_has_the_topic_of_its_stance_or_of_what_stands_in_it(work: MakeWork) -> None:
    here = work("Oszkar rejects the pier. He said that the new quay was late.")
    here.session.set_field("topics", ("pier",))
    assert "topic" not in claim(here, "that the new quay was late")
    first, second = here.mark("CLAIM", "the pier"), here.mark("CLAIM", "that the new quay was late")
    stance, target = here.mark("STANCE", "rejects"), here.mark("TARGET", "the new quay")
    here.session.link(stance.id, "claim", first.id)
    here.session.link(stance.id, "target", "pier", "topic")
    here.session.link(target.id, "ref", "quay", "topic")
    found = [
        computed(here.units, here.scheme, here.annotations, span, here.article)["topic"]
        for span in (first, second)
    ]
    assert found == ["pier", "quay"]


@pytest.mark.parametrize(
    ("text", "piece", "form"),
    [
        ("Oszkar called it “a fig leaf”.", "“a fig leaf”", "mixed"),
        ("“No boats today.” said Oszkar.", "“No boats today.”", "direct"),
        ("Oszkar welcomed the new pier.", "the new pier", "summary"),
        ("Oszkar urged Talvia to build a pier.", "Talvia to build a pier", "indirect"),
    ],
)
def test_form_without_a_verb(work: MakeWork, text: str, piece: str, form: str) -> None:
    assert claim(work(text), piece)["form"] == form


@pytest.mark.parametrize(
    ("piece", "polarity"),
    [
        ("that it rained, not that it snowed", "pos"),
        ("the pier is open because nobody closed it", "pos"),
        ("this is untrue", "neg"),
    ],
)
def test_only_the_first_main_clause_counts(work: MakeWork, piece: str, polarity: str) -> None:
    assert claim(work(f"Oszkar said {piece}."), piece)["polarity"] == polarity


def test_regions_follow_what_import_proposed(scheme: Scheme) -> None:
    text = "A pier for Pelgrad\nThe pier was opened on Sunday.\nShare this article"
    here = Work(text, scheme)
    regions = (Region(0, 18, "headline", False),)
    article = Article("a1", text, hash_text(text), regions=regions)

    def region(words: str) -> dict[str, Value]:
        piece = here.at(words)
        return defaults(here.units, scheme, here.annotations, "REGION", (piece,), article)

    assert region("A pier for Pelgrad") == {"kind": "headline", "exclude": False}
    assert region("Share this article") == {"kind": "boilerplate", "exclude": True}


def test_a_scheme_without_rules_gets_nothing(plain_scheme: Scheme) -> None:
    here = Work("Mirela Oszkar said it was late.", plain_scheme)
    piece = here.at("Mirela Oszkar")
    for label in ("PERSON", "ORG", "UNKNOWN"):
        assert (
            defaults(here.units, plain_scheme, here.annotations, label, (piece,), here.article)
            == {}
        )
