"""What a reader takes for one character is never cut in two: not by the caret, not by a span.

Tools that step by code points stop inside a family or between a letter and its accent; the span
then holds half a character, and what is drawn shifts by a cell.
"""

from itertools import pairwise
from pathlib import Path

import orjson
import pytest

from annotator.project import Project
from annotator.text.units import Units
from tests.cli.conftest import Run, add_text
from tests.tui.desk import Desk, at_desk, make_project

# What the caret steps over at once, by kind, with what a reader would call its characters.
CHARACTERS = {
    "family": ["👩‍👩‍👦", "👨‍🦱", "👩🏿‍❤️‍💋‍👨🏻", "🧑🏽‍🚒"],
    "flags": ["🇳🇿", "🇫🇮", "🇨🇭"],
    "an odd flag letter": ["🇳🇿", "🇫"],
    "flag of tags": ["🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f", "!"],
    "keycaps": ["7\ufe0f\u20e3", "#\u20e3", "7"],
    "tones": ["✋🏿", "✋", "👍🏻"],
    "variation selectors": ["☂\ufe0f", "☂\ufe0e", "☂", "葛\U000e0100", "葛"],
    "accents": ["a\u030a", "n\u0303", "o\u0302\u0323", "å"],
    "a heap of accents": ["Z" + "\u0351\u036b\u0343" * 4, "a"],
    "accent on a blank": ["a", " \u0301", "b"],
    "hangul letters": ["\u1112\u1161\u11ab", "\u1100\u1173\u11af", "\u1100\u1161", "\uac00\u11a8"],
    "devanagari": ["न", "म", "स्ते", "क्षि", "र्\u200dय"],
    "bengali": ["ক্ষ", "বা"],
    "tamil": ["நி", "பூ", "கா"],
    "thai": ["น้ำ", "กี่", "ป"],
    "tibetan": ["རྒྱ", "་", "ལྷོ"],
    "hebrew points": ["שָׁ", "ל", "וֹ", "ם"],
    "arabic marks": ["مُ", "حَ", "مَّ", "د"],
    "number sign": ["\u0600\u0661", "\u0661"],
    "kana with marks": ["か\u3099", "か", "ｶﾞ", "ｶ"],
    "joiner alone": ["\u200d", "a\u200d", "b"],
    "non-joiner": ["ن", "م", "ی\u200c", "خ"],
}
ALL = [character for kind in CHARACTERS.values() for character in (*kind, " ")]


def caret_stops(units: Units) -> list[int]:
    stops = [0]
    while stops[-1] < len(units.text):
        stops.append(units.next_cluster(stops[-1]))
    return stops


@pytest.mark.parametrize("kind", CHARACTERS)
def test_the_caret_stops_between_characters_only(kind: str) -> None:
    expected = CHARACTERS[kind]
    units = Units("".join(expected))
    stops = caret_stops(units)
    assert [units.text[a:b] for a, b in pairwise(stops)] == expected
    back = [len(units.text)]
    while back[-1]:
        back.append(units.previous_cluster(back[-1]))
    assert back[::-1] == stops
    for offset in range(len(units.text) + 1):
        assert units.snap(offset) == max(stop for stop in stops if stop <= offset)


@pytest.mark.parametrize("kind", CHARACTERS)
def test_no_unit_begins_or_ends_inside_a_character(kind: str) -> None:
    text = f"He said “{''.join(CHARACTERS[kind])}” to {''.join(CHARACTERS[kind])}, then. Yes."
    units = Units(text)
    stops = set(caret_stops(units))
    for offset in range(len(text)):
        for find in (units.token_at, units.name_at, units.clause_at, units.sentence_at):
            assert set(find(offset) or ()) <= stops
        assert set(units.grow(*units.cluster_at(offset))) <= stops
        for end in range(offset, min(offset + 12, len(text))):
            if {offset, end} <= stops:
                assert set(units.trim(offset, end) or ()) <= stops


async def at_character(desk: Desk, start: int) -> None:
    await desk.press("escape", "ctrl+home")
    while desk.screen.view.caret < start:
        await desk.press("alt+right")
    assert desk.screen.view.caret == start


async def test_one_step_selects_one_character_which_is_marked_and_exported_whole(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = [
        "👩‍👩‍👦",
        "🇫🇮",
        "7\ufe0f\u20e3",
        "✋🏿",
        "a\u030a",
        "\u1112\u1161\u11ab",
        "क्षि",
        "น้ำ",
        "ｶﾞ",
    ]
    text = " ".join(chosen) + " “so”\n"
    root = make_project(tmp_path / "news", quay=text)
    async with at_desk(root, "quay", size=(80, 24)) as desk:
        for character in chosen:
            await at_character(desk, text.index(character))
            await desk.press("alt+shift+right")
            assert desk.selected == character
            await desk.press("e")
            assert desk.chosen.surface(text) == character
        await at_character(desk, text.index("“"))
        await desk.press("alt+shift+right", "alt+shift+right", "alt+shift+right")
        await desk.press("alt+shift+right", "c", "escape")
        assert desk.surfaces("CLAIM") == ["“so”"]
        assert desk.surfaces("CUE") == chosen
    monkeypatch.chdir(root)
    exported = orjson.loads(run("export").out.split("\n")[0])
    for span in exported["spans"]:
        assert exported["text"][span["start"] : span["end"]] == span["text"]
    assert run("check").out.endswith("0 errors, 0 warnings.\n")


async def test_nudges_move_an_edge_by_whole_characters(tmp_path: Path) -> None:
    text = "x🇫🇮👩‍👩‍👦a\u030ay"
    root = make_project(tmp_path / "news", quay=text)
    async with at_desk(root, "quay", size=(80, 24)) as desk:
        await at_character(desk, text.index("👩"))
        await desk.press("alt+shift+right", "e")
        for key, surface in (
            ("[", text[1:8]),
            ("[", text[0:8]),
            ("]", text[1:8]),
            ("}", text[1:10]),
            ("}", text[1:11]),
            ("{", text[1:10]),
            ("{", text[1:8]),
            ("]", text[3:8]),
        ):
            await desk.press(key)
            assert desk.surfaces() == [surface]


def test_a_span_that_cuts_a_character_is_kept_and_told(root: Path, run: Run) -> None:
    """It came from elsewhere: moving it unasked would be a change nobody made."""
    project = Project.open(root)
    add_text(project, "quay", "👩‍👩‍👦 🇫🇮 a\u030a “so”\n")
    session = project.session("quay", "mira")
    cutting = [(1, 3), (6, 7), (9, 10)]
    for piece in (*cutting, (12, 16)):
        session.add_span("CUE", [piece], origin="imported")
    project.checkpoint(session)
    project.close()
    project = Project.open(root)
    spans = project.session("quay", "mira").annotations.in_order()
    project.close()
    assert [span.fragments for span in spans] == [((a, b),) for a, b in (*cutting, (12, 16))]
    found = run("check", "--json").json["findings"]
    assert [(item["kind"], item["span"]) for item in found] == [
        ("cut-character", "s1"),
        ("cut-character", "s2"),
        ("cut-character", "s3"),
    ]


async def test_a_span_that_cuts_a_character_is_shown_and_can_be_deleted(tmp_path: Path) -> None:
    root = make_project(tmp_path / "news", quay="Oh 👩‍👩‍👦 so\n")
    project = Project.open(root)
    session = project.session("quay", "kim")
    session.add_span("CUE", [(4, 6)], origin="imported")
    session.add_span("CLAIM", [(5, 10)], origin="imported")
    project.checkpoint(session)
    project.close()
    async with at_desk(root, "quay", size=(80, 24)) as desk:
        assert "claim" in desk.shown
        await at_character(desk, 3)
        await desk.press(";")
        assert desk.screen.chosen in ("s1", "s2")
        await desk.press("d", "u")
        assert [span.fragments for span in desk.spans()] == [((4, 6),), ((5, 10),)]
        await desk.press("tab", "d", "tab", "d")
        assert desk.spans() == []
