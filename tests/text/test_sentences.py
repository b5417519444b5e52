"""Sentences: where they end, and where they do not."""

import pytest
from hypothesis import given

from annotator.text.units import Units
from tests.text.strategies import texts


def sentences_of(text):
    return [text[start:end] for start, end in Units(text).sentences(0, len(text))]


@pytest.mark.parametrize(
    "sentence",
    [
        "Gov. Ilse Tarn met U.S. Secretary Orrin and Lt. Dov Pell on Jan. 5 in Karsk.",
        "J. P. Orrin and Dr. K. Moss asked for Resolution No. 2 on p. 7.",
        "“Is that all?” Ms. Orrin asked.",
        "“Is that all?” asked Ms. Orrin.",
        "“Stop!” he cried, then left.",
        "“Stop!” Deputy Mayor Ilse Tarn shouted.",
        "The vote – was it fair? – is over.",
        "Zoomo! Inc. lost 3.5 percent to Karsk Corp. Tuesday.",
        "She said: “We leave at 5 p.m. GMT.”",
        "They waited ... and waited.",
        "Am 3. Mai kam z.B. der Bürgermeister.",
        "A headline without a stop",
        "1. Open the gate",
        "Read a.b.example/c.d now.",
        "「行こう。」と彼は言った。",
    ],
)
def test_one_sentence_stays_one(sentence):
    assert sentences_of(sentence) == [sentence]
    assert sentences_of(f"{sentence}\nAnother follows.")[0] == sentence


@pytest.mark.parametrize(
    "sentences",
    [
        ["The clerk said no.", "They left."],
        ["It rained in the U.S.", "The dam held."],
        ["She left at 5 p.m.", "Officials waited."],
        ["“We stay.”", "Tarn left the hall."],
        ["“We stay.", "We always do,” she said."],
        ["(They had left.)", "Then it rained."],
        ["Was it over…", "Perhaps."],
        ["He sat.", "Tarn stood."],
        ["Why?", "“Because,” she said."],
        ["It fell to 3.5.", "Officials cheered."],
        ["Elle part.", "« Enfin », dit-il."],
        ["قال نعم؟", "ثم خرج."],
        ["नदी बहती है।", "वह गया।"],
    ],
)
def test_each_of_these_is_found(sentences):
    assert sentences_of(" ".join(sentences)) == sentences


def test_ideographic_stops_need_no_space():
    assert sentences_of("港关了。她说:“走吧。”他走了。") == [
        "港关了。",
        "她说:“走吧。”",
        "他走了。",
    ]


def test_no_sentence_crosses_a_line():
    assert sentences_of("One line\nand the next. End") == ["One line", "and the next.", "End"]


def test_a_colon_does_not_end_a_sentence():
    assert len(sentences_of("Tarn: The dam holds.")) == 1


def test_motions_cross_paragraphs_and_white_space_is_in_no_sentence():
    text = "One. Two.\n\nThree."
    units = Units(text)
    assert units.sentence_at(4) is None
    assert units.next_sentence(6) == (11, 17)
    assert units.previous_sentence(11) == (5, 9)
    assert units.next_sentence(11) is None
    assert units.previous_sentence(0) is None
    assert units.sentences(2, 6) == [(0, 4), (5, 9)]


@given(texts)
def test_sentences_are_disjoint_and_cover_all_that_is_not_blank(text):
    units = Units(text)
    covered = set()
    position = 0
    for start, end in units.sentences(0, len(text)):
        assert position <= start < end
        assert "\n" not in text[start:end]
        covered.update(range(start, end))
        position = end
    for start, end in units.tokens(0, len(text)):
        assert covered.issuperset(range(start, end))


@given(texts)
def test_motions_agree_with_the_list(text):
    units = Units(text)
    found = units.sentences(0, len(text))
    for offset in range(len(text) + 1):
        assert units.sentence_at(offset) == next((s for s in found if s[0] <= offset < s[1]), None)
        assert units.next_sentence(offset) == next((s for s in found if s[0] > offset), None)
        earlier = [s for s in found if s[0] < offset]
        assert units.previous_sentence(offset) == (earlier[-1] if earlier else None)


def test_stops_at_the_seams_of_a_long_text_are_found_once():
    for shift in range(12):
        sentence = "X" * (4090 + shift) + "... “Y.” "
        text = sentence * 3
        assert [b - a for a, b in Units(text).sentences(0, len(text))] == [4093 + shift, 4] * 3
