"""What is drawn of a text."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from annotator.text.marks import visible, visible_label
from tests.text.strategies import texts

anything = (
    st.text(max_size=60) | texts | st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"]))
)


def test_controls_become_their_pictures():
    assert visible("a\x1b[31mb\x00\x7f\n\t") == "a␛[31mb␀␡␊␉"
    assert visible("a\tb", keep_tabs=True) == "a\tb"
    assert visible_label("two\nlines\t") == "two⏎lines␉"


def test_what_cannot_be_seen_is_shown():
    assert visible("\u202bx\u2066\ufeff\u200b\u00ad\u2028\x9b\ud800") == "▯x▯▯␣¬␤▯\ufffd"


def test_joiners_stay_where_they_join_and_show_where_they_stand_alone():
    assert visible("👨‍👩‍👧 می‌رود ❤️") == "👨‍👩‍👧 می‌رود ❤️"
    assert visible("\u200da \u200c\u200d") == "▯a ▯▯"


def test_ordinary_text_is_left_alone():
    assert visible("“Café”\u00a0– 港") == "“Café”\u00a0– 港"


@given(anything)
def test_no_control_survives_and_no_offset_moves(text):
    for shown in (visible(text), visible_label(text), visible(text, keep_tabs=True)):
        assert len(shown) == len(text)
        for character in shown.replace("\t", ""):
            assert unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")
            assert unicodedata.bidirectional(character) not in (
                "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
            )  # fmt: skip
    assert "\t" not in visible(text) + visible_label(text)


@given(anything)
def test_marks_are_drawn_as_they_are(text):
    assert visible(visible(text)) == visible(text)
