"""Tokens find their place in the text they were made of, or it is said that they do not."""

import pytest
from hypothesis import given

from annotator.formats.token_places import token_places
from annotator.text.units import Units
from tests.formats.strategies import texts


@given(text=texts)
def test_our_own_tokens_are_found_where_they_are(text: str) -> None:
    places = Units(text).tokens(0, len(text))
    assert token_places([text[start:end] for start, end in places], text) == places


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ("`` It 's -LRB- late -RRB- ''", "“It’s (late)”"),
        ("1 \\/ 2 ... --", "1 / 2 … —"),
        ("a \u200b b", "a \u200b\u200d b"),
    ],
)
def test_treebank_spellings(tokens: str, text: str) -> None:
    words = tokens.split(" ")
    places = token_places(words, text)
    assert places is not None
    assert len(places) == len(words)
    assert all(start < end for start, end in places)


@pytest.mark.parametrize("text", ["It is very late.", "late It is", "", "It"])
def test_no_word_is_passed_over(text: str) -> None:
    assert token_places(["It", "is", "late"], text) is None
