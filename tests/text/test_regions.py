"""Regions: which lines of a news page are not its body. All pages here are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.text.regions import Region, propose
from tests.text.strategies import texts

BODY = "The harbour council of Karsk voted on Tuesday to close the old pier. Its wood was rotten."
MORE = (
    "Ilse Tarn, the deputy mayor, said the work would take two years and cost nine million marks."
)
END = "“We will miss it,” said a fisherman who has moored there since he was a boy in the village."


def kinds(text, **options):
    """Each line that is not blank with the kind proposed for it, `body` for none."""
    regions = propose(text, **options)
    start, lines = 0, []
    for line in text.split("\n"):
        if line.strip():
            kind = next((x.kind for x in regions if x.start <= start < x.end), "body")
            lines.append((line.strip(), kind))
        start += len(line) + 1
    return lines


def kind_of(line, *, before=(BODY, MORE), after=(END,)):
    """The kind proposed for one line on a page."""
    return dict(kinds("\n\n".join([*before, line, *after])))[line.strip()]


PAGE = f"""Old pier in Karsk to close

Old pier in Karsk to close

Council says wood is rotten

By Ana Writer, Harbour Post | 3 May 2031

Updated: 04.05.2031 7:15 AM.

Photo: the pier at dawn / Harbour Post

{BODY}

READ  Nine gulls that changed a town

ADVERTISEMENT

{MORE}

no way back

{END}

{MORE}

Written By
More from Ana Writer
Ferry strike enters third week – Transport – Coast
The new ferry chief Dov Pell (51) is said to be quietly replacing the...
Read more...
Leave a comment

Your email address will not be published. Required fields are marked *"""


def test_a_noisy_page():
    assert [kind for _, kind in kinds(PAGE)] == [
        "headline", "duplicate", "subhead", "byline", "dateline", "caption",
        "body", "related", "boilerplate", "body", "subhead", "body", "duplicate",
        "byline", "related", "related", "related", "related", "boilerplate", "boilerplate",
    ]  # fmt: skip


def test_what_is_excluded_and_what_a_duplicate_repeats():
    regions = propose(PAGE)
    kept = {region.kind for region in regions if not region.exclude}
    assert kept == {"headline", "subhead", "caption"}
    headline, duplicate = regions[0], regions[1]
    assert headline == Region(0, 26, "headline", False)
    assert duplicate == Region(28, 54, "duplicate", True, duplicate_of=(0, 26))
    repeated = regions[-5]
    first = PAGE.index(MORE)
    assert (repeated.kind, repeated.duplicate_of) == ("duplicate", (first, first + len(MORE)))


@pytest.mark.parametrize(
    "line",
    [
        "We use cookies to improve your visit. By clicking Accept you agree to our policy.",
        "This website uses cookies.",
        "Accept all cookies",
        "Sign up for our morning newsletter and never miss a tide",
        "Subscribe to the Harbour Post for full access.",
        "Get the day’s news in your inbox every morning.",
        "Enter your email address",
        "ADVERTISEMENT",
        "Advertisement - story continues below",
        "[Anzeige]",
        "Publicité",
        "Share this",
        "Share this article on Facebook",
        "Facebook Twitter WhatsApp Email",
        "Auf WhatsApp teilen",
        "Copy link",
        "Tags: harbour, council, Karsk",
        "Filed under Coast and Sea",
        "Schlagwörter: Hafen, Rat",
        "© 2031 Harbour Post. All rights reserved.",
        "Copyright 2031 Vestry News",
        "Alle Rechte vorbehalten.",
        "Tous droits réservés",
        "12 comments",
        "Leave a reply",
        "Name *",
        "Save my name and email in this browser for the next time I comment.",
        "Ihre E-Mail-Adresse wird nicht veröffentlicht.",
        "Votre adresse e-mail ne sera pas publiée.",
        "Deja un comentario",
        "Follow us on Mastodon for more.",
        "Home > Coast > Karsk",
        "Skip to content",
        "4 min read",
        "Privacy policy | Terms of use | Imprint",
        "Back to top",
        "#pier #karsk",
        "Sort by newest",
        "Join our WhatsApp channel",
        "This article was first published in the Harbour Post.",
        "Zum Newsletter anmelden",
    ],
)
def test_boilerplate(line):
    assert kind_of(line) == "boilerplate"
    assert kind_of(line, before=()) == "boilerplate"
    assert kind_of(line, after=()) == "boilerplate"


@pytest.mark.parametrize(
    "line",
    [
        "Also read: Nine gulls that changed a town",
        "READ ALSO Nine gulls that changed a town",
        "Read more...",
        "Read More »",
        "Related: Ferry strike enters third week",
        "You may also like",
        "See also: “Pure joy”, ten beaches for spring",
        "Continue reading",
        "More from Ana Writer",
        "Lesen Sie auch: Neun Möwen",
        "Mehr zum Thema",
        "Lire aussi : Neuf mouettes",
        "À lire aussi",
        "Te puede interesar: Nueve gaviotas",
        "Don’t miss",
        "Read: Nine gulls that changed a town",
        "View all posts by Ana Writer",
    ],
)
def test_related(line):
    assert kind_of(line) == "related"
    assert kind_of(line, after=()) == "related"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("By A. Writer, Harbour Post | 3 May 2031", "byline"),
        ("By Ana Writer and Dov Pell", "byline"),
        ("Von Ana Schreiber", "byline"),
        ("Par Ana Plume", "byline"),
        ("Written by", "byline"),
        ("(Reporting by Ana Writer; editing by Dov Pell)", "byline"),
        ("3 May 2031", "dateline"),
        ("Tuesday, May 3, 2031 at 7:15 p.m.", "dateline"),
        ("Published 3 May 2031, 07:15", "dateline"),
        ("Stand: 03.05.2031 07:15 Uhr", "dateline"),
        ("Publié le 3 mai 2031", "dateline"),
        ("Photo: Vestry/Dov Pell", "caption"),
        ("The pier at dawn (file photo)", "caption"),
        ("Foto: Hafenpost", "caption"),
        ("(Photo: Vestry)", "caption"),
        ("KARSK, May 3 (Vestry) –", "dateline"),
        ("Dov Pell contributed to this report.", "byline"),
        ("\ufffd\ufffd\ufffdx\ufffd\ufffd \ufffd\ufffd", "garbled"),
    ],
)
def test_credits_dates_captions(line, kind):
    assert kind_of(line) == kind
    assert kind_of(line, before=("Old pier to close",)) == kind


@pytest.mark.parametrize(
    "line",
    [
        "KARSK, May 3 (Vestry) - The council voted on Tuesday to close the old pier for good.",
        "By Monday the pier had been closed and the boats had gone, the harbour master said.",
        "By Monday Tarn had left.",
        "“Read more carefully,” she told them.",
        "Read more slowly, the old clerk told his pupils, and you will see what they left out.",
        "Share prices fell",
        "He did not reply.",
        "“Why?”",
        "Orrin was a reporter before he entered politics and won the seat in 2031.",
        "Status quo holds until 10:30, when the council meets again and closes the pier at last.",
        "Copyright law, she said, was written for an age of paper and has never been put right.",
        "1. The pier is closed.",
        "- The pier is closed",
        "TARN: We will not wait.",
        "The ferry chief said nothing...",
        "An advertisement in the paper gave the date of the sale as the third of May, he said.",
        "More than thirty boats lay in the bay",
    ],
)
def test_lines_that_only_look_like_furniture_stay_in(line):
    assert kind_of(line, after=(MORE.replace("two", "six"), END)) in ("body", "subhead")


def test_excluding_is_for_furniture_only_between_paragraphs():
    for line in ("“Why?”", "He did not reply.", "TARN: We will not wait."):
        assert kind_of(line) == "body"


def test_headlines_after_the_head_of_a_list_are_not_the_article():
    text = "\n".join([
        "Old pier to close", BODY, MORE, "You may also like",
        "Ferry strike enters third week", "Dov Pell named ferry chief", "Nine gulls", END,
        "Trending now", "Mayor eats a herring", "Storm warning lifted", "Sponsored", "Buy our rope",
    ])  # fmt: skip
    assert [kind for _, kind in kinds(text)] == [
        "headline", "body", "body", "related", "related", "related", "related", "body",
        "related", "related", "related", "boilerplate", "boilerplate",
    ]  # fmt: skip


def test_near_repeats_stay_in():
    almost = MORE.replace("two", "three")
    assert [kind for _, kind in kinds("\n\n".join([BODY, MORE, END, almost]))] == ["body"] * 4


def test_a_page_of_short_lines_only_is_not_called_noise():
    play = "\n".join([
        "TARN", "Where is the boat?", "PELL", "Gone, I fear.", "TARN", "Gone?", "Exit Pell.", "Fin",
    ])  # fmt: skip
    assert propose(play) == []
    assert propose("\n".join(["Milk", "Bread", "Rope", "Milk", "Nails"])) == []


def test_verses_between_paragraphs_stay_in():
    text = "\n".join([BODY, "The sea is wide", "the sea is grey", "the boats are all away", MORE])
    assert propose(text) == []


def test_the_headline_of_the_page_is_found_by_its_words():
    text = f"Coast\nOld pier  to close\n{BODY}\n{MORE}"
    assert kinds(text, headline="Old pier to close")[:2] == [
        ("Coast", "subhead"),
        ("Old pier  to close", "headline"),
    ]


def test_a_paragraph_is_no_headline():
    assert propose(f"{BODY}\n\n{MORE}") == []


def test_text_without_spaces():
    text = (
        "旧码头将关闭\n市议会星期二投票决定关闭旧码头。议员们说木头已经腐烂,不能再使用了。\n"
        "副市长说,工程需要两年时间,耗资九百万。"
    )
    assert [kind for _, kind in kinds(text)] == ["headline", "body", "body"]


@given(st.lists(texts | st.sampled_from([*PAGE.split("\n")]), max_size=12).map("\n".join))
def test_regions_are_whole_lines_of_any_text(text):
    starts = {0} | {index + 1 for index, character in enumerate(text) if character == "\n"}
    position = -1
    for region in propose(text):
        assert region.start in starts
        assert position < region.start < region.end
        assert "" not in text[region.start : region.end].split("\n")
        assert text[region.end : region.end + 1] in ("\n", "")
        assert region.exclude == (region.kind not in ("headline", "subhead", "caption"))
        assert (region.duplicate_of is not None) == (region.kind == "duplicate")
        position = region.end


def test_a_headline_may_end_in_a_quotation() -> None:
    head = (
        "Ferry strike in Osk: union leader calls the latest offer of the harbour board “a bad joke”"
    )
    body = "The union of ferry crews in Osk has refused the new offer, its leader said on Monday."
    found = propose(f"{head}\n\n{body}\n", headline=head)
    assert [(region.start, region.kind) for region in found] == [(0, "headline")]


def test_neighbouring_lines_of_one_kind_are_one_region() -> None:
    text = f"Old pier to close\n\n{BODY}\n\nShare this\nLeave a comment\n\nCopy link\nBy Ana Orm\n"
    assert [(text[x.start : x.end], x.kind) for x in propose(text)] == [
        ("Old pier to close", "headline"),
        ("Share this\nLeave a comment", "boilerplate"),
        ("Copy link", "boilerplate"),
        ("By Ana Orm", "byline"),
    ]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Karsk Evening Post, 4 May 2031", "dateline"),
        ("LANT / KARSK, 9 Nov 2031, 16:40", "dateline"),
        ("By Orla Winn-Petrosyan, transport editor", "byline"),
        ("Interview: Ana Orm", "byline"),
        ("THE KARSK RECORD", "boilerplate"),
        ("ANALYSIS", "boilerplate"),
        ("Council wants a second report before 4 May", "subhead"),
        ("Fishermen fear for their boats", "subhead"),
    ],
)
def test_between_the_headline_and_the_text(line: str, kind: str) -> None:
    found = dict(kinds(f"Old pier to close\n\n{line}\n\n{BODY}\n\n{MORE}"))
    assert found[line] == kind
