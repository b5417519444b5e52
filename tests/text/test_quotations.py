"""Quotations: which marks make a pair."""

import pytest
from hypothesis import given

from annotator.text.units import Units
from tests.text.strategies import texts


def quotations_of(text):
    return [text[start:end] for start, end in Units(text).quotations(0, len(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We stay,” she said, “for good.”", ["“We stay,”", "“for good.”"]),
        ("He said „wir bleiben“ and „zostajemy”.", ["„wir bleiben“", "„zostajemy”"]),
        ("« On reste », dit-il, »wir auch«.", ["« On reste »", "»wir auch«"]),
        ("‹a› ‚b‘ ‘c’", ["‹a›", "‚b‘", "‘c’"]),
        ("市長は「港を『北』と呼ぶ」と述べた", ["「港を『北』と呼ぶ」", "『北』"]),
        ("“They said ‘no’ twice,” he said.", ["“They said ‘no’ twice,”", "‘no’"]),
        ('"Go," he said. "Now."', ['"Go,"', '"Now."']),
        ("'Go,' he said. 'I can't.'", ["'Go,'", "'I can't.'"]),
        ("‘The ministers’ plan failed,’ he said.", ["‘The ministers’ plan failed,’"]),
        ("The ministers’ plan, the dogs' bowl, don't, ’90s, 'tis", []),
        ('a 5" pipe and a "short" one', ['"short"']),
        ('She wrote "no and left', []),
        ("She wrote “no and left ", ["“no and left"]),
        ("“First part.\n“Second part,” she said.", ["“First part.", "“Second part,”"]),
        ('“half" converted', ['“half"']),
        ('צה"ל אמר "לא".', ['"לא"']),
        ("قال: «سنبقى».", ["«سنبقى»"]),
        ("» Read more", []),
    ],
)
def test_quotations(text, expected):
    assert quotations_of(text) == expected


def test_the_innermost_is_found_and_motions_cross_paragraphs():
    text = "“They ‘all’ left.”\nNothing.\n“Gone.”"
    units = Units(text)
    assert units.quotation_at(8) == (6, 11)
    assert units.quotation_at(2) == (0, 18)
    assert units.quotation_at(20) is None
    assert units.next_quotation(0) == (6, 11)
    assert units.next_quotation(6) == (28, 35)
    assert units.previous_quotation(28) == (6, 11)
    assert units.previous_quotation(0) is None
    assert units.quotations(7, 9) == [(0, 18), (6, 11)]


@given(texts)
def test_quotations_nest_and_stay_in_their_paragraph(text):
    units = Units(text)
    found = units.quotations(0, len(text))
    assert found == sorted(found, key=lambda one: (one[0], -one[1]))
    for start, end in found:
        assert start < end
        assert "\n" not in text[start:end]
        for other, last in found:
            assert not start < other < end < last


@given(texts)
def test_motions_agree_with_the_list(text):
    units = Units(text)
    found = units.quotations(0, len(text))
    for offset in range(len(text) + 1):
        inside = [one for one in found if one[0] <= offset < one[1]]
        assert units.quotation_at(offset) == (inside[-1] if inside else None)
        assert units.next_quotation(offset) == next((q for q in found if q[0] > offset), None)
        earlier = [q for q in found if q[0] < offset]
        assert units.previous_quotation(offset) == (earlier[-1] if earlier else None)
