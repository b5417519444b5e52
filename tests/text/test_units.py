"""Units: caret stops, tokens, paragraphs, names, clauses, trim and grow."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from annotator.text.units import Units
from tests.text.strategies import texts

FLAG_LINE = "👩‍🚀 🇳🇴🇯🇵 a\u0308 ✋🏿 #️⃣ 한 ज्ञा o\u0302 ☀️ “oh”"


def surface(text, unit):
    return None if unit is None else text[slice(*unit)]


def tokens_of(text):
    return [text[start:end] for start, end in Units(text).tokens(0, len(text))]


def caret_walk(units):
    stops = [0]
    while stops[-1] < len(units.text):
        stops.append(units.next_cluster(stops[-1]))
    return stops


def grown_from(text, word):
    units = Units(text)
    now = (text.index(word), text.index(word))
    seen = []
    while now != (0, len(text)):
        now = units.grow(*now)
        seen.append(text[slice(*now)])
    return seen


# --- caret


def test_caret_stops_only_between_what_a_reader_takes_for_characters():
    units = Units(FLAG_LINE)
    steps = [FLAG_LINE[a:b] for a, b in zip(caret_walk(units), caret_walk(units)[1:], strict=False)]
    assert steps == [
        "👩‍🚀", " ", "🇳🇴", "🇯🇵", " ", "a\u0308", " ", "✋🏿", " ", "#️⃣", " ", "한", " ", "ज्ञा", " ",
        "o\u0302", " ", "☀️", " ", "“", "o", "h", "”",
    ]  # fmt: skip


def test_caret_goes_back_over_the_same_stops():
    units = Units(FLAG_LINE)
    stops = [len(FLAG_LINE)]
    while stops[-1]:
        stops.append(units.previous_cluster(stops[-1]))
    assert stops[::-1] == caret_walk(units)


def test_snap_moves_an_offset_inside_a_family_to_its_start():
    units = Units("ab👨‍👩‍👧c")
    assert [units.snap(offset) for offset in range(9)] == [0, 1, 2, 2, 2, 2, 2, 7, 8]


def test_line_feed_after_carriage_return_is_a_stop_of_its_own():
    assert caret_walk(Units("é\r\nb")) == [0, 1, 2, 3, 4]


@given(texts)
def test_every_caret_stop_is_a_cluster_boundary_and_none_is_missed(text):
    text = text.replace("\r", "")
    expected = [0]
    for cluster in iter_graphemes(text):
        expected.append(expected[-1] + len(cluster))
    assert caret_walk(Units(text)) == expected


@given(
    st.sampled_from(["漢字かな", "🇫🇷", "क्षि", "ab c", "x", "e\u0301", "“a” "]), st.integers(1, 60)
)
@settings(max_examples=30, deadline=None)
def test_blocks_of_a_long_text_do_not_show(piece, pieces):
    text = piece * (100 * pieces)
    expected = [0]
    for cluster in iter_graphemes(text):
        expected.append(expected[-1] + len(cluster))
    assert caret_walk(Units(text)) == expected
    asked_from_the_start, asked_from_the_end = Units(text), Units(text)
    offsets = range(0, len(text), 97)
    assert [asked_from_the_end.token_at(offset) for offset in reversed(offsets)] == [
        asked_from_the_start.token_at(offset) for offset in offsets
    ][::-1]


# --- paragraphs


def test_paragraphs_are_lines_and_only_line_feeds_end_them():
    units = Units("one\u2028still one\x0c\n\ntwo\n")
    found = [units.paragraph(index) for index in range(units.paragraph_count())]
    assert [units.text[a:b] for a, b in found] == ["one\u2028still one\x0c", "", "two", ""]
    assert units.paragraph_at(len(units.text)) == (len(units.text), len(units.text))
    assert units.paragraph_index(units.text.index("two")) == 2


def test_a_line_feed_belongs_to_the_paragraph_it_ends():
    assert Units("ab\ncd").paragraph_at(2) == (0, 2)


# --- tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Can’t she? O’Dell-Ruiz can't.", ["Can’t", "she", "?", "O’Dell-Ruiz", "can't", "."]),
        ("the U.S. envoy, 3.5m", ["the", "U.S.", "envoy", ",", "3.5m"]),
        ("100,000 troops... left", ["100,000", "troops", "...", "left"]),
        ("Vardia’s plan, Orrin's", ["Vardia", "’s", "plan", ",", "Orrin", "'s"]),
        ("“Go,” he", ["“", "Go", ",", "”", "he"]),
        ("港は閉まる。", ["港", "は", "閉", "まる", "。"]),
        ("カタカナ語", ["カタカナ", "語"]),
        ("한국어 문장", ["한국어", "문장"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("قال العمدة", ["قال", "العمدة"]),
        ("no\u0308el café", ["no\u0308el", "café"]),
        ("👨‍👩‍👧🇫🇷🇩🇪 👍🏽 1️⃣", ["👨‍👩‍👧", "🇫🇷", "🇩🇪", "👍🏽", "1️⃣"]),
        ("a\u00a0b\u200bc\ufeff", ["a", "b", "c"]),
        ("\u202babc\u202c end", ["abc", "end"]),
        ("", []),
        (" \n\t", []),
    ],
)
def test_tokens(text, expected):
    assert tokens_of(text) == expected


def test_right_to_left_text_is_counted_in_the_order_it_is_read():
    text = 'قالت الوزيرة: «نبقى» عبر Radio Nord سنة 2033.\nהשרה אמרה "לא עוד".'
    units = Units(text)
    assert surface(text, units.token_at(text.index("2033") + 2)) == "2033"
    assert surface(text, units.quotation_at(text.index("نبقى"))) == "«نبقى»"
    assert surface(text, units.quotation_at(text.index("עוד"))) == '"לא עוד"'
    assert surface(text, units.name_at(text.index("Nord"))) == "Radio Nord"
    assert surface(text, units.sentence_at(len(text) - 1)) == text.split("\n")[1]


def test_token_motions_cross_paragraphs():
    text = "one two\n\n three"
    units = Units(text)
    assert surface(text, units.next_token(4)) == "three"
    assert surface(text, units.previous_token(10)) == "two"
    assert units.next_token(10) is None
    assert units.previous_token(0) is None
    assert units.token_at(3) is None
    assert units.token_at(len(text)) is None


@given(texts)
def test_tokens_are_sorted_disjoint_and_never_cut_a_cluster(text):
    units = Units(text)
    stops = set(caret_walk(units))
    position = 0
    for start, end in units.tokens(0, len(text)):
        assert position <= start < end <= len(text)
        assert {start, end} <= stops
        position = end


@given(texts)
def test_token_motions_agree_with_the_list(text):
    units = Units(text)
    found = units.tokens(0, len(text))
    for offset in range(len(text) + 1):
        assert units.token_at(offset) == next((t for t in found if t[0] <= offset < t[1]), None)
        assert units.next_token(offset) == next((t for t in found if t[0] > offset), None)
        assert units.previous_token(offset) == next((t for t in found[::-1] if t[0] < offset), None)


# --- names


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("In Karsk, Deputy Mayor Ilse Tarn spoke.", "Ilse", "Deputy Mayor Ilse Tarn"),
        ("A talk by Mr. J. Tarn van der Dyk ended.", "Tarn", "Mr. J. Tarn van der Dyk"),
        ("The Bank of the North lent.", "North", "Bank of the North"),
        ("They saw Ilse Tarn’s letter.", "Ilse", "Ilse Tarn"),
        ("She went to The Hague.", "Hague", "The Hague"),
        ("It was Karsk. Tarn left.", "Tarn", "Tarn"),
        ("Smith & Sons closed.", "Sons", "Smith & Sons"),
        ("The clerk left.", "clerk", None),
        ("“He left,” they said.", "He", None),
    ],
)  # fmt: skip
def test_name_at(text, word, expected):
    assert surface(text, Units(text).name_at(text.index(word))) == expected


# --- clauses


def test_clauses_lie_between_commas_dashes_and_quotation_marks():
    text = "On Monday, “we go, and soon,” Tarn said – she hopes: 3,000 of them."
    units = Units(text)
    found = {surface(text, units.clause_at(offset)) for offset in range(len(text))}
    assert found == {
        None, "On Monday", "we go", "and soon", "Tarn said", "she hopes", "3,000 of them",
    }  # fmt: skip


# --- trim


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  “no deal” \n\u00a0", "“no deal”"),
        ("\ufeff\u200bword\u200b\u2003", "word"),
        ("\u202bmixed\u202c ", "mixed"),
        ("Ada  Rook", "Ada  Rook"),
        (" \u00a0\n\u3000\u200b", None),
        ("", None),
    ],
)
def test_trim_takes_blanks_off_the_edges_only(text, expected):
    assert surface(text, Units(text).trim(0, len(text))) == expected


def test_trim_keeps_the_joiner_inside_a_word_whole():
    assert Units("x می‌").trim(1, 5) == (2, 5)


@given(texts)
def test_trim_is_idempotent_and_inside(text):
    units = Units(text)
    trimmed = units.trim(0, len(text))
    if trimmed is None:
        assert units.tokens(0, len(text)) == []
    else:
        assert 0 <= trimmed[0] < trimmed[1] <= len(text)
        assert units.trim(*trimmed) == trimmed


# --- grow


def test_grow_climbs_token_name_clause_quotation_sentence_paragraph_text():
    text = "A line.\nThen “Ilse Tarn will go, and soon,” he said. Good.\n"
    assert grown_from(text, "Tarn") == [
        "Tarn",
        "Ilse Tarn",
        "Ilse Tarn will go",
        "Ilse Tarn will go, and soon,",
        "“Ilse Tarn will go, and soon,”",
        "Then “Ilse Tarn will go, and soon,” he said.",
        "Then “Ilse Tarn will go, and soon,” he said. Good.",
        text,
    ]


def test_grow_of_a_range_that_cuts_tokens_takes_them_whole():
    text = "the harbour office closed"
    assert surface(text, Units(text).grow(6, 14)) == "harbour office"


@given(texts, st.data())
def test_grow_always_reaches_the_whole_text(text, data):
    units = Units(text)
    start = data.draw(st.integers(0, len(text)))
    now = (start, data.draw(st.integers(start, len(text))))
    while now != (0, len(text)):
        larger = units.grow(*now)
        assert larger[0] <= now[0]
        assert now[1] <= larger[1]
        assert larger != now
        now = larger
    assert units.grow(*now) == now


# --- bounds and speed


@pytest.mark.parametrize("offset", [-1, 4])
def test_an_offset_outside_the_text_is_an_index_error(offset):
    units = Units("abc")
    for method in (
        units.paragraph_at, units.paragraph_index, units.cluster_at, units.next_cluster,
        units.previous_cluster, units.snap, units.token_at, units.next_token,
        units.previous_token, units.sentence_at, units.next_sentence, units.previous_sentence,
        units.quotation_at, units.next_quotation, units.previous_quotation, units.clause_at,
        units.name_at,
    ):  # fmt: skip
        with pytest.raises(IndexError, match=f"offset {offset} is outside"):
            method(offset)
    for method in (units.tokens, units.sentences, units.quotations, units.trim, units.grow):
        with pytest.raises(IndexError):
            method(offset, offset)
    with pytest.raises(IndexError):
        units.paragraph(1)


def test_one_line_of_a_third_of_a_million_characters_is_as_quick_as_a_short_one():
    line = "".join(f"Clerk {n} said “pier {n} is shut” at dawn. " for n in range(7000))
    text = line + "y" * 20_000 + " Then “the end” " + "港口" * 5000
    units = Units(text)
    end = text.index("the end")
    assert surface(text, units.token_at(end - 20)) == "y" * 20_000
    assert surface(text, units.quotation_at(end)) == "“the end”"
    assert len(units.tokens(len(text) - 10_000, len(text))) == 10_000
    units.sentence_at(len(text) - 1)

    def cost(units, offset):
        started = time.process_time()
        for _ in range(200):
            units.token_at(offset)
            units.next_token(offset)
            units.previous_token(offset)
            units.sentence_at(offset)
            units.quotation_at(offset)
            units.next_cluster(offset)
        return time.process_time() - started

    short = Units("Clerk 1 said “pier 1 is shut” at dawn.")
    cost(short, 20)
    cost(units, 200_000)
    assert min(cost(units, 200_000) for _ in range(5)) < 5 * min(cost(short, 20) for _ in range(5))
