"""The wrap table: rows tile the text, cells and offsets correspond, nothing is cut."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from annotator.text.blocks import Blocks
from annotator.text.clusters import Clusters
from annotator.tui.draw.cells import PLAIN, draw_cluster
from annotator.tui.draw.wrap import MIN_WIDTH, WrapTable
from tests.text.strategies import texts

widths = st.integers(MIN_WIDTH, 40)


def wrap(text: str, width: int) -> WrapTable:
    return WrapTable(text, width, Clusters(text, Blocks(text)).boundaries)


def stops(text: str) -> list[int]:
    return Clusters(text, Blocks(text)).boundaries(0, len(text))


def rows(text: str, width: int) -> list[str]:
    table = wrap(text, width)
    return [text[slice(*table.bounds(row))] for row in range(len(table))]


@given(texts, widths)
def test_rows_tile_the_text_and_cut_no_cluster(text, width):
    table = wrap(text, width)
    bounds = [table.bounds(row) for row in range(len(table))]
    assert bounds[0][0] == 0
    assert bounds[-1][1] == len(text)
    assert all(one[1] == other[0] for one, other in pairwise(bounds))
    assert {start for start, _ in bounds} <= {*stops(text), len(text)}
    for start, end in bounds:
        assert "\n" not in text[start : end - 1]
    assert "".join(rows(text, width)) == text


@given(texts, widths)
def test_no_row_is_wider_than_the_width(text, width):
    table = wrap(text, width)
    for number in range(len(table)):
        row = table.row(number)
        assert row.width <= width
        assert row.width == cell_len("".join(row.drawn))


@given(texts, widths)
def test_every_caret_stop_has_a_cell_of_its_own_and_is_found_there(text, width):
    table = wrap(text, width)
    seen = []
    for stop in [*stops(text), len(text)]:
        row, cell = table.locate(stop)
        seen.append((row, cell))
        if stop < len(text):
            assert table.offset_at(row, cell) == stop
            first, last = table.row(row).cells(stop, stop + 1)
            assert first == cell
            assert first < last
            assert all(table.offset_at(row, one) == stop for one in range(first, last))
    assert seen == sorted(set(seen))


@given(texts, widths, st.data())
def test_the_cells_of_a_range_are_those_of_its_clusters(text, width, data):
    table = wrap(text, width)
    number = data.draw(st.integers(0, len(table) - 1))
    start, end = table.bounds(number)
    first, last = sorted((data.draw(st.integers(start, end)), data.draw(st.integers(start, end))))
    cells = table.row(number).cells(first, last)
    covered = {table.row(number).cell(offset) for offset in range(first, last)}
    if covered:
        assert cells[0] == min(covered)
        assert cells[1] > max(covered)
        assert cells[1] <= table.row(number).width
    else:
        assert cells[0] == cells[1]


@given(texts, widths)
def test_nothing_a_terminal_could_act_on_is_drawn(text, width):
    table = wrap(text, width)
    for number in range(len(table)):
        for character in "".join(table.row(number).drawn):
            assert character >= " "
            assert not "\x7f" <= character <= "\x9f"
            assert character not in "\u200b\u200d\u200e\u200f\u061c\u2028\u2029\ufeff\u00ad"
            assert not "\u202a" <= character <= "\u202e"
            assert not "\u2060" <= character <= "\u206f"


def test_words_stay_whole_and_the_blank_ends_the_row():
    assert rows("the ferry to Odrin leaves at noon", 14) == [
        "the ferry to ",
        "Odrin leaves ",
        "at noon",
    ]


def test_a_word_longer_than_a_row_is_broken():
    assert rows("a unforeseeability b", 9) == ["a ", "unforese", "eability ", "b"]


def test_a_line_feed_ends_its_row_and_an_empty_paragraph_is_a_row():
    assert rows("one\n\ntwo\n", 20) == ["one\n", "\n", "two\n", ""]
    assert rows("\n\n\n", 20) == ["\n", "\n", "\n", ""]
    assert rows("", 20) == [""]


def test_a_line_feed_without_a_cell_left_has_a_row_of_its_own():
    assert rows("we stay \nno", 8) == ["we stay ", "\n", "no"]
    assert rows("we sta \nno", 8) == ["we sta \n", "no"]


def test_only_line_feeds_part_paragraphs():
    assert rows("a\u2028b\x0bc\x0cd\x85e\rf", 20) == ["a\u2028b\x0bc\x0cd\x85e\rf"]


def test_wide_characters_wrap_anywhere_but_in_the_middle():
    assert rows("港は閉まる港は閉まる", 10) == ["港は閉ま", "る港は閉", "まる"]
    table = wrap("港は閉まる", 10)
    assert table.locate(3) == (0, 6)
    assert table.offset_at(0, 7) == 3


def test_a_tab_reaches_the_next_stop():
    table = wrap("ab\tcd\te", 40)
    assert [table.locate(offset)[1] for offset in range(7)] == [0, 1, 2, 8, 9, 10, 16]
    assert "".join(table.row(0).drawn) == "ab      cd      e"


@pytest.mark.parametrize(
    ("cluster", "drawn", "width"),
    [
        ("👨‍👩‍👧", "👨", 2),
        ("👍🏽", "👍", 2),
        ("❤\ufe0f", "❤ ", 2),
        ("🇫🇷", "FR", 2),
        ("e\u0301", "e\u0301", 1),
        ("\u0301", "\u25cc\u0301", 1),
        ("\x1b", "␛", 1),
        ("\u202b", "▯", 1),
        ("港", "港", 2),
    ],
)
def test_a_cluster_is_drawn_in_a_width_no_terminal_disputes(cluster, drawn, width):
    assert draw_cluster(cluster) == (drawn, width)


def test_plain_characters_are_one_cell_and_join_nothing():
    ranges = PLAIN.split("-")
    plain = [
        chr(code)
        for one, other in pairwise(ranges)
        for code in range(ord(one[-1]), ord(other[0]) + 1)
    ]
    assert len(plain) > 1000
    assert all(draw_cluster(character) == (character, 1) for character in plain)
    text = "".join(plain)
    assert stops(text) == list(range(len(text)))


@settings(max_examples=50)
@given(st.text(st.characters(codec="utf-8"), max_size=300), st.integers(MIN_WIDTH, 12))
def test_any_text_at_all(text, width):
    table = wrap(text, width)
    for row in range(len(table)):
        assert table.row(row).width <= width
    for stop in stops(text):
        assert table.offset_at(*table.locate(stop)) == stop


def test_caret_stops_of_joined_characters():
    """A family, two flags, a letter with its accent, a toned thumb, a conjunct."""
    text = "👨‍👩‍👧 🇳🇴🇨🇭 e\u0301, 👍🏽 क्षि “so”"
    table = wrap(text, 60)
    found = {table.offset_at(0, cell) for cell in range(table.row(0).width)}
    assert sorted(found) == [0, 5, 6, 8, 10, 11, 13, 14, 15, 17, 18, 22, 23, 24, 25, 26]


def test_right_to_left_text_keeps_its_logical_order():
    text = "The ראש העיר spoke in 2031; \u202bab\u202c"
    table = wrap(text, 60)
    assert [table.locate(offset) for offset in (4, 7, 12)] == [(0, 4), (0, 7), (0, 12)]
    at = text.index("2031")
    assert table.row(0).cells(at, at + 2) == (at, at + 2)
    assert "".join(table.row(0).drawn).endswith("▯ab▯")


def test_one_line_of_a_third_of_a_million_characters():
    """Also with a long run without a blank, and a wide tail that no row may split."""
    prose = "".join(f"The warden of pier {n} wrote “not today” again. " for n in range(6000))
    text = prose + "y" * 20_000 + " so “last words” " + "港内" * 5_000 + "\n"
    assert len(text) > 300_000
    table = wrap(text, 100)
    at = text.index("“last words”")
    row, cell = table.locate(at)
    assert table.offset_at(row, cell) == at
    start, end = table.bounds(row)
    assert "".join(table.row(row).drawn)[cell : cell + 12] == "“last words”"
    assert all(table.row(number).width <= 100 for number in range(len(table) - 250, len(table)))
    last = len(text) - 2
    assert table.offset_at(*table.locate(last)) == last
    assert end - start <= 100
