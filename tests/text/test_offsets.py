"""Offsets in code points, UTF-16 units and bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.text.offsets import OffsetMap
from tests.text.strategies import texts

CODECS = {"utf-16": ("utf-16-le", 2), "utf-8": ("utf-8", 1)}


@pytest.mark.parametrize("unit", CODECS)
@given(text=texts)
def test_offsets_are_those_of_the_encoded_text_and_come_back(unit, text):
    codec, size = CODECS[unit]
    offsets = OffsetMap(text, unit)
    for offset in range(len(text) + 1):
        units = len(text[:offset].encode(codec)) // size
        assert offsets.to_unit(offset) == units
        assert offsets.to_code_point(units) == offset


@given(text=texts, unit=st.sampled_from(sorted(CODECS)))
def test_every_other_offset_is_refused(text, unit):
    offsets = OffsetMap(text, unit)
    real = {offsets.to_unit(offset) for offset in range(len(text) + 1)}
    for unit_offset in range(-1, offsets.to_unit(len(text)) + 2):
        if unit_offset not in real:
            with pytest.raises(ValueError, match=f"offset {unit_offset} is"):
                offsets.to_code_point(unit_offset)


def test_inside_a_character_and_past_the_end_are_told_apart():
    offsets = OffsetMap("a😀b", "utf-16")
    with pytest.raises(ValueError, match="utf-16 offset 2 is inside a character"):
        offsets.to_code_point(2)
    with pytest.raises(ValueError, match="outside the text of 4 units"):
        offsets.to_code_point(5)
    with pytest.raises(ValueError, match="outside the text of 3 code points"):
        offsets.to_unit(4)
