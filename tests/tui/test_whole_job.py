"""The main job from end to end: a noisy article comes in, is annotated by keys, and goes out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.project import Project
from tests.tui.desk import Desk, at_desk

DATA = Path(__file__).parents[1] / "data/whole_job"
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTATOR_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def annotator(root: Path, *arguments: str) -> str:
    """Run the command as a process in a folder; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "annotator", *arguments],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode("utf-8")


async def regions(desk: Desk) -> None:
    """Five lines are not the article; one key takes them all."""
    await desk.press("R")
    kinds = [span.attributes["kind"] for span in desk.spans("REGION")]
    assert kinds == ["headline", "duplicate", "dateline", "related", "boilerplate"]
    assert "Minister Says" not in desk.text  # nothing was cut or written
    duplicate = desk.span("REGION", "Osk Canal Will Stay Closed, Says Minister", 1)
    assert desk.ends(duplicate, "dup_of") == ["Osk Canal Will Stay Closed, Says Minister"]


async def first_paragraph(desk: Desk) -> None:
    minister = await desk.mark("s", "Karvenian transport minister Jonas Berekhov")
    assert desk.ends(minister, "ref") == ["Jonas Berekhov"]
    await desk.mark("e", "said")
    claim = await desk.mark("c", "that the Osk canal would stay closed")
    assert "holder" in desk.offered
    assert "cue" in desk.offered
    await desk.press("enter")
    assert desk.ends(claim, "holder") == ["Karvenian transport minister Jonas Berekhov"]
    assert desk.ends(claim, "cue") == ["said"]

    # A quotation that the speaker's name interrupts: one claim in two pieces.
    await desk.mark("s", "Berekov")
    await desk.mark("e", "said", 1)
    quote = await desk.mark("c", "“The gates are rusted through,”")
    await desk.press("enter")
    await desk.select("and no barge may pass")
    await desk.press("+")
    assert desk.chosen.id == quote.id
    assert list(desk.chosen.pieces(desk.text)) == [
        "“The gates are rusted through,”",
        "and no barge may pass",
    ]
    assert desk.ends(quote, "holder") == ["Berekov"]

    # A pronoun: who it is is asked, and taken from the cast.
    he = await desk.mark("s", "He")
    assert "ref" in desk.offered
    await desk.press("enter")
    assert desk.ends(he, "ref") == ["Berekov"]
    await desk.mark("e", "denied")
    denial = await desk.mark("c", "that money was the reason")
    await desk.press("enter")
    assert desk.session.span(denial.id).attributes["act"] == "deny"
    assert desk.session.span(denial.id).attributes["polarity"] == "neg"


async def second_paragraph(desk: Desk) -> None:
    # Edges taken too narrow are moved, by characters and by the selection.
    official = await desk.mark("s", "senior official")
    await desk.press("[")
    assert desk.chosen.surface(desk.text) == "A senior official"
    await desk.mark("e", "told")
    relay = await desk.mark("s", "Courier")
    await desk.select("the Dravni Courier")
    await desk.press("=")
    assert desk.session.span(relay.id).surface(desk.text) == "the Dravni Courier"
    await desk.mark("c", "that the ministry “may have misread” the inspection report")
    assert desk.chosen.attributes["form"] == "mixed"
    assert desk.chosen.attributes["certainty"] == "uncertain"
    said = desk.chosen.id
    await desk.press(desk.digit(official.id), "enter")
    assert desk.ends(desk.session.span(said), "holder") == ["A senior official"]
    await desk.press("j", "r")  # the newspaper passes it on: link by a hint on the screen
    await desk.hint("Dravni Courier")
    assert desk.ends(desk.session.span(said), "relay") == ["the Dravni Courier"]

    await desk.mark("e", "According to")
    outer = await desk.mark("s", "the Courier")
    guild = await desk.mark("s", "the pilots’ guild")
    await desk.mark("e", "called")
    called = await desk.mark("c", "“a costly mistake”")
    rows = desk.offered
    assert guild.id in rows
    await desk.press("enter")
    assert desk.ends(called, "holder") == ["the pilots’ guild"]
    assert desk.ends(called, "cue") == ["called"]
    await desk.press("j", "r")
    await desk.hint("Courier", 1)
    assert desk.ends(called, "relay") == ["the Courier"]
    assert outer.id == desk.links(called, "relay")[0].target

    # A stance on it: the direction, then holder, claim and a topic nobody has named before.
    stance = await desk.mark("t", "costly mistake")
    await desk.press("2")
    assert desk.session.span(stance.id).attributes["stance"] == "against"
    await desk.press("0")
    await desk.type("Closing the Osk canal")
    await desk.press("enter")
    assert desk.ends(stance, "target") == ["Closing the Osk canal"]
    assert desk.ends(stance, "holder") == ["the pilots’ guild"]
    assert desk.ends(stance, "claim") == ["“a costly mistake”"]


async def third_paragraph(desk: Desk) -> None:
    again = await desk.mark("s", "Jonas Berekhov", 1)
    assert desk.ends(again, "ref") == ["Jonas Berekhov"]
    await desk.mark("e", "wants")
    await desk.mark("c", "Tolmar to pay for three new locks")
    await desk.press("enter")
    demand = desk.chosen
    assert demand.attributes["act"] == "request"

    # Two holders of one claim, and a label corrected afterwards.
    tolmar = await desk.mark("s", "Tolmar", 1)
    belsk = await desk.mark("s", "Belsk")
    cue = await desk.mark("c", "reject")
    await desk.press("escape", "l", "e")
    assert desk.session.span(cue.id).label == "CUE"
    refusal = await desk.mark("c", "the demand")
    await desk.press(desk.digit(tolmar.id), desk.digit(belsk.id), "enter")
    assert desk.ends(refusal, "holder") == ["Tolmar", "Belsk"]
    assert desk.ends(refusal, "cue") == ["reject"]
    against = await desk.mark("t", "reject")
    await desk.press("2")
    claims = desk.offered
    assert refusal.id in claims
    await desk.press("enter")
    assert desk.session.span(against.id).attributes["basis"] == "stated"
    if demand.id not in [link.target for link in desk.links(against, "target")]:
        await desk.press("j", "g")
        await desk.press(desk.digit(demand.id))
    assert [link.target for link in desk.links(against, "target")] == [demand.id]

    # Nobody is named, and the author speaks.
    await desk.mark("e", "is expected")
    hidden = await desk.mark("c", "The closure")
    await desk.press("escape")
    await desk.select("last until May")
    await desk.press("+", "enter")
    await desk.press(desk.digit("IMPLICIT"), "enter")
    assert desk.ends(hidden, "holder") == ["IMPLICIT"]
    assert desk.ends(hidden, "cue") == ["is expected"]
    own = await desk.mark("c", "It is unfair to the shippers")
    await desk.press(desk.digit("AUTHOR"), "enter")
    assert desk.ends(own, "holder") == ["AUTHOR"]
    assert desk.session.span(own.id).attributes["form"] == "authorial"

    # Deleting says what went along; one key brings all back.
    before = dict(desk.session.annotations.links)
    await desk.press("d")
    assert own.id not in desk.session.annotations.spans
    assert "holder" in desk.said
    await desk.press("u")
    assert desk.session.annotations.links == before


async def after_a_restart(desk: Desk) -> None:
    """Undo and redo reach back over the restart."""
    state = dict(desk.session.annotations.spans), dict(desk.session.annotations.links)
    edits = 12
    await desk.press(*["u"] * edits)
    assert dict(desk.session.annotations.links) != state[1]
    await desk.press(*["U"] * edits)
    assert (dict(desk.session.annotations.spans), dict(desk.session.annotations.links)) == state


async def cast(desk: Desk) -> None:
    """Two spellings of one name are proposed as one and merged; an entity is renamed."""

    def names() -> set[str]:
        return {entity.name for entity in desk.session.annotations.entities.values()}

    assert {"Jonas Berekhov", "Berekov"} <= names()
    await desk.press("f3")
    assert "Same name?" in desk.shown
    await desk.press("home", "m")
    assert "Berekov" not in names()
    for mention in ("Berekov", "He"):
        assert desk.ends(desk.span("SPEAKER", mention), "ref") == ["Jonas Berekhov"]
    await desk.press("u", "U")
    assert "Berekov" not in names()
    await desk.press("home", "down")  # the second of the cast, by place in the text
    await desk.press("r", "end", *["backspace"] * len("official"))
    await desk.type("adviser")
    await desk.press("enter", "n")
    assert "senior adviser" in names()
    await desk.press("f3")


async def claims_list(desk: Desk) -> None:
    """The second pass: attributes by single keys, row by row."""
    await desk.press("f4")
    first = desk.span("CLAIM", "that the Osk canal would stay closed")
    await desk.press("C", "2", "K", "2", "T")
    await desk.press("enter")
    attributes = desk.session.span(first.id).attributes
    assert (attributes["certainty"], attributes["check"]) == ("uncertain", "minor")
    assert attributes["topic"] == "closing-the-osk-canal"
    await desk.press("u", "u", "U", "U")
    assert desk.session.span(first.id).attributes == attributes
    await desk.press("f4")


async def document(desk: Desk) -> None:
    await desk.press("f6", "down", "right", "down", "2", "escape")
    fields = desk.session.annotations.fields
    assert (fields["translated"], fields["genre"]) == ("yes", "analysis")


async def done(desk: Desk) -> None:
    """What is missing is shown one by one, and offered."""
    lonely = await desk.mark("c", "three new locks")
    await desk.press("escape", "ctrl+d")
    assert "no holder" in desk.said
    assert desk.session.annotations.status == "open"
    assert desk.chosen.id == lonely.id
    await desk.press("enter")
    assert desk.ends(lonely, "holder")
    await desk.press("ctrl+d")
    assert desk.session.annotations.status == "done"
    assert "Every article is finished" in desk.said


async def test_a_noisy_article_from_text_to_training_data(tmp_path: Path) -> None:
    root = tmp_path / "news"
    Project.create(root).close()
    assert "1" in annotator(root, "add", str(DATA / "osk-canal.txt"))
    async with at_desk(root) as desk:
        await regions(desk)
        await first_paragraph(desk)
        await second_paragraph(desk)
        await desk.press("ctrl+q")
    async with at_desk(root, "osk-canal") as desk:
        await after_a_restart(desk)
        await third_paragraph(desk)
        await cast(desk)
        await claims_list(desk)
        await document(desk)
        await done(desk)
    for options, name in (([], "nested"), (["--flat"], "flat")):
        out = annotator(root, "export", "--format", "jsonl", *options)
        assert out == (DATA / f"{name}.jsonl").read_text(encoding="utf-8")
    assert "0 errors, 0 warnings" in annotator(root, "check")
