"""The cue lexicon."""

import pytest

from annotator.text.lexicon import CUES, find_cues
from annotator.text.units import Units


def cues_of(text):
    return [(text[start:end], act) for (start, end), act in find_cues(Units(text), 0, len(text))]


def test_cues_are_found_with_their_particles():
    text = "According to Orrin, the envoys called for calm and ruled out talks, she said."
    assert cues_of(text) == [
        ("According to", "assert"),
        ("called for", "request"),
        ("ruled out", "deny"),
        ("said", "assert"),
    ]


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("the ministry denies it", "deny"),
        ("it is reportedly mined", "assert"),
        ("they were DEMANDING calm", "request"),
        ("she vowed to rebuild", "commit"),
        ("he refused to go", "commit"),
        ("the mayor fears a flood", "believe"),
        ("the union’s demand came late", "request"),
        ("he was asking why", "ask"),
        ("they admitted it", "assert"),
        ("he set out the terms", "assert"),
    ],
)
def test_acts(text, act):
    assert [found for _, found in cues_of(text)] == [act]


@pytest.mark.parametrize(
    "form",
    ["says", "denied", "planning", "begged", "insisting on", "implies", "setting out", "sworn"],
)
def test_forms_are_inflected(form):
    assert form in CUES


def test_only_the_range_is_searched():
    text = "She said they denied it."
    start = text.index("they")
    assert [text[a:b] for (a, b), _ in find_cues(Units(text), start, len(text))] == ["denied"]


def test_all_acts_are_of_the_scheme_and_there_are_many_cues():
    assert set(CUES.values()) == {"assert", "deny", "request", "commit", "believe", "ask"}
    assert len(CUES) > 600
    assert all(cue == cue.lower() and cue == " ".join(cue.split()) for cue in CUES)


def test_every_cue_is_found_in_running_text():
    for cue, act in CUES.items():
        assert cues_of(f"Then {cue} it.")[0] == (cue, act)
