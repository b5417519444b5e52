"""Lanes: where spans are drawn under a row, and what their lines say."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from annotator.model.annotation import AnnotationSet, Entity, Link, Span
from annotator.model.scheme import Attribute, Label, LinkType, Scheme
from annotator.text.blocks import Blocks
from annotator.text.clusters import Clusters
from annotator.tui.draw.cells import draw_label
from annotator.tui.draw.lanes import ASCII, BOX, CHOSEN, NORMAL, SUGGESTED, Piece, draw, place
from annotator.tui.draw.layout import MAX_LANES, Item, Layout
from annotator.tui.draw.names import lane_names
from annotator.tui.draw.wrap import WrapTable

WIDTH = 40


@st.composite
def pieces(draw_one):
    first = draw_one(st.integers(0, WIDTH - 1))
    last = draw_one(st.integers(first + 1, WIDTH))
    return first, last


@given(st.lists(pieces(), max_size=40))
def test_lanes_never_overlap_and_lose_nothing(ranges):
    given_pieces = [
        Piece(str(n), first, last, ((first, last, True, True),))
        for n, (first, last) in enumerate(ranges)
    ]
    lanes, hidden = place(given_pieces, MAX_LANES)
    assert len(lanes) <= MAX_LANES
    assert sum(map(len, lanes)) + hidden == len(given_pieces)
    for lane in lanes:
        assert all(one.last <= other.first for one, other in pairwise(lane))


@given(st.lists(pieces(), min_size=1, max_size=40), st.data())
def test_the_chosen_piece_is_always_placed(ranges, data):
    chosen = str(data.draw(st.integers(0, len(ranges) - 1)))
    given_pieces = [
        Piece(str(n), first, last, ((first, last, True, True),))
        for n, (first, last) in enumerate(ranges)
    ]
    lanes, hidden = place(given_pieces, 2, chosen)
    assert chosen in {piece.key for lane in lanes for piece in lane}
    assert sum(map(len, lanes)) + hidden == len(given_pieces)
    for lane in lanes:
        assert all(one.last <= other.first for one, other in pairwise(lane))


def test_a_new_enclosing_span_moves_no_line():
    inner = [Piece("a", 2, 5, ((2, 5, True, True),)), Piece("b", 3, 9, ((3, 9, True, True),))]
    before, _ = place(inner, 6)
    after, _ = place([*inner, Piece("c", 0, 20, ((0, 20, True, True),))], 6)
    assert after[:2] == before


NAMES = ["12:claim→7", "12:claim", "claim", "c"]


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (20, "╰─12:claim→7───────╯"),
        (12, "╰12:claim→7╯"),
        (11, "╰─12:claim╯"),
        (7, "╰claim╯"),
        (6, "╰─c──╯"),
        (3, "╰c╯"),
        (2, "╰╯"),
        (1, "c"),
    ],
)
def test_the_longest_name_that_fits_is_written(width, line):
    assert draw(Piece("x", 0, width, ((0, width, True, True),)), NAMES, NORMAL) == line


@pytest.mark.parametrize(
    ("opens", "closes", "state", "line"),
    [
        (False, False, NORMAL, "──12:claim→7────"),
        (True, False, CHOSEN, "╰━12:claim→7━━━━"),
        (False, True, SUGGESTED, "┄┄12:claim→7┄┄┄╯"),
    ],
)
def test_a_line_shows_whether_the_span_begins_and_ends_here(opens, closes, state, line):
    assert draw(Piece("x", 0, 16, ((0, 16, opens, closes),)), NAMES, state) == line


def test_ascii_lines():
    piece = Piece("x", 0, 20, ((0, 8, True, True), (12, 20, True, True)))
    assert draw(piece, ["3:claim>2", "3:cl", "c"], NORMAL, ASCII) == "\\_3:cl_/~~~~\\______/"


@given(
    st.lists(st.integers(0, 30), min_size=2, max_size=8, unique=True).map(sorted),
    st.booleans(),
    st.booleans(),
    st.sampled_from([NORMAL, CHOSEN, SUGGESTED]),
    st.sampled_from([NAMES, ["港の長", "港"], []]),
)
def test_a_line_is_exactly_as_wide_as_its_cells(edges, opens, closes, state, names):
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    parts = tuple((first, last, opens, closes) for first, last in pairs)
    piece = Piece("x", parts[0][0], parts[-1][1], parts)
    for charset in (BOX, ASCII):
        assert cell_len(draw(piece, names, state, charset)) == piece.last - piece.first


# -- rows of a text with spans ---------------------------------------------------------------------

SCHEME = Scheme(
    "test",
    "1",
    {
        "SPEAKER": Label(
            "SPEAKER", "s", links=(LinkType("ref", "SPEAKER", ("ENTITY",), minimum=1),)
        ),
        "CLAIM": Label(
            "CLAIM",
            "c",
            links=(LinkType("holder", "CLAIM", ("SPEAKER",), minimum=1, maximum=None),),
        ),
        "STANCE": Label(
            "STANCE",
            "t",
            attributes=(
                Attribute("stance", "choice", ("favour", "against", "split"), required=True),
            ),
            links=(
                LinkType("holder", "STANCE", ("SPEAKER",), minimum=1, offer="via:claim"),
                LinkType("target", "STANCE", ("TOPIC",), minimum=1),
            ),
        ),
        "CUE": Label("CUE", "e"),
        "REGION": Label(
            "REGION",
            "x",
            lines=True,
            attributes=(Attribute("kind", "choice", ("byline",), "byline", rule="region-kind"),),
        ),
    },
)


def drawn(text: str, *spans: Span, width: int = 60, ghosts: tuple[str, ...] = ()) -> list[str]:
    """The rows of a text with their lanes, without any screen."""
    annotations = AnnotationSet("a", "", "me", spans={span.id: span for span in spans})
    table = WrapTable(text, width, Clusters(text, Blocks(text)).boundaries)
    items = [
        Item(span.id, span, span.id in ghosts, SCHEME.labels[span.label].lines) for span in spans
    ]
    layout = Layout(table, items, lanes=True)
    lines = []
    for row in range(len(table)):
        lines.append("".join(table.row(row).drawn).rstrip())
        lanes, hidden = layout.lanes(row)
        for lane in lanes:
            line = ""
            for piece in lane:
                ghost = piece.key in ghosts
                names = lane_names(
                    annotations.spans[piece.key], SCHEME, annotations, ghost=ghost, arrow="→"
                )
                line += " " * (piece.first - cell_len(line))
                line += draw(piece, names, SUGGESTED if ghost else NORMAL)
            lines.append(line)
        if hidden:
            lines.append(f"+{hidden} more")
        assert layout.lines_of(row) == 1 + len(lanes) + (hidden > 0)
    assert layout.height == len(lines)
    return lines


def span(number: int, label: str, *fragments: tuple[int, int]) -> Span:
    return Span(f"s{number}", label, fragments)


def test_nested_spans():
    assert drawn(
        "Mayor Tarn says the quay stays shut.",
        span(1, "CLAIM", (16, 35)),
        span(2, "SPEAKER", (0, 10)),
        span(3, "CUE", (20, 24)),
    ) == [
        "Mayor Tarn says the quay stays shut.",
        "╰─speaker╯          ╰─e╯",
        "                ╰─1:claim→?───────╯",
    ]


def test_crossing_spans():
    assert drawn(
        "the old harbour wall of Odrin",
        span(1, "CLAIM", (0, 15)),
        span(2, "CLAIM", (8, 29)),
    ) == [
        "the old harbour wall of Odrin",
        "╰─1:claim→?───╯",
        "        ╰─2:claim→?─────────╯",
    ]


def test_identical_spans_have_lanes_of_their_own():
    assert drawn("the old harbour wall", span(1, "CUE", (4, 15)), span(2, "CLAIM", (4, 15))) == [
        "the old harbour wall",
        "    ╰─1:cue───╯",
        "    ╰2:claim→?╯",
    ]


def test_neighbours_share_a_lane():
    assert drawn("abcdefgh", span(1, "CUE", (0, 4)), span(2, "CUE", (4, 8))) == [
        "abcdefgh",
        "╰─e╯╰─e╯",
    ]


def test_a_discontinuous_span_is_joined_by_a_gap():
    assert drawn("it will, he said, never open", span(7, "CLAIM", (0, 7), (18, 28))) == [
        "it will, he said, never open",
        "╰─────╯┈┈┈┈┈┈┈┈┈┈┈╰─7:claim╯",
    ]


def test_fragments_on_two_rows_point_to_each_other():
    text = "it will, he said to the clerk at length, never ever open"
    lines = drawn(text, span(7, "CLAIM", (0, 7), (41, 56)), width=34)
    assert lines[1] == "╰claim╯┈"
    assert lines[3].lstrip().startswith("┈╰")


def test_a_span_over_several_rows_is_named_on_each():
    lines = drawn("the quay will stay shut until the spring", span(1, "CUE", (4, 40)), width=20)
    assert lines == [
        "the quay will stay",
        "    ╰─1:cue────────",
        "shut until the",
        "──1:cue────────",
        "spring",
        "──cue╯",
    ]


def test_lines_beyond_the_last_lane_are_counted():
    spans = [span(n, "CUE", (0, 10 + n)) for n in range(9)]
    lines = drawn("a" * 30, *spans)
    assert len(lines) == 1 + MAX_LANES + 1
    assert lines[-1] == "+3 more"


def test_a_ghost_is_dotted_and_has_no_number():
    assert drawn("the old harbour wall", span(1, "CLAIM", (4, 15)), ghosts=("s1",)) == [
        "the old harbour wall",
        "    ╰┄claim┄┄┄╯",
    ]


def test_a_region_has_one_line_at_its_end():
    assert drawn("by Ilse Tarn\nin Odrin town\n\nNews", span(1, "REGION", (0, 27))) == [
        "by Ilse Tarn",
        "in Odrin town",
        "──1:byline───╯",
        "",
        "News",
    ]


def test_wide_text_and_lanes_stay_aligned():
    assert drawn("港は閉まると市長", span(1, "CLAIM", (2, 5)), span(2, "SPEAKER", (6, 8))) == [
        "港は閉まると市長",
        "    ╰─c──╯  ╰─s╯",
    ]


@given(st.lists(pieces(), max_size=12), st.integers(6, 30))
def test_rows_and_lanes_never_leave_the_width(ranges, width):
    text = "The 港 clerk of Odrin\u0301 said no to it"[:WIDTH].ljust(WIDTH, ".")
    lines = drawn(text, *(span(n, "CLAIM", one) for n, one in enumerate(ranges)), width=width)
    assert all(cell_len(line) <= width for line in lines if not line.endswith(" more"))


# -- names -----------------------------------------------------------------------------------------


def names_of(span: Span, *links: Link, ghost: bool = False, arrow: str = "→") -> list[str]:
    annotations = AnnotationSet(
        "a",
        "",
        "me",
        spans={span.id: span},
        links={link.id: link for link in links},
        entities={"e1": Entity("e1", "Harbour Board of the Northern Islands")},
    )
    return lane_names(span, SCHEME, annotations, ghost=ghost, arrow=arrow)


def test_a_claim_names_its_holders():
    links = (Link("l1", "holder", "s9", "s2"), Link("l2", "holder", "s9", "s3", order=1))
    assert names_of(span(9, "CLAIM", (0, 4)), *links)[0] == "9:claim→2,3"


def test_a_missing_link_is_a_question_and_a_ghost_asks_none():
    assert names_of(span(9, "CLAIM", (0, 4)))[0] == "9:claim→?"
    assert names_of(span(9, "CLAIM", (0, 4)), ghost=True)[0] == "claim"


def test_a_stance_shows_direction_and_target():
    one = Span("s9", "STANCE", ((0, 4),), {"stance": "against"})
    link = Link("l1", "target", "s9", "quay-levy", "topic")
    assert names_of(one, link)[0] == "9:stance−→quay-levy"
    assert names_of(one, link, arrow=">")[0] == "9:stance->quay-levy"
    other = Span("s9", "STANCE", ((0, 4),), {"stance": "split"})
    assert names_of(other, link)[0] == "9:stance:split→quay-levy"


def test_a_speaker_shows_who_it_is_as_far_as_there_is_room():
    link = Link("l1", "ref", "s9", "e1", "entity")
    names = names_of(span(9, "SPEAKER", (0, 4)), link)
    assert names[0] == "9:speaker→Harbour Board of the Northern Islands"
    assert line_of(names, 24) == "╰9:speaker→Harbour Bo..╯"
    assert line_of(names, 18) == "╰9:speaker→Harb..╯"
    assert line_of(names, 14) == "╰─9:speaker──╯"


def line_of(names: list[str], width: int) -> str:
    return draw(Piece("x", 0, width, ((0, width, True, True),)), names, NORMAL)


def test_labels_and_names_are_made_harmless():
    wild = Span("s9", "\x1b[31m[/]", ((0, 4),))
    annotations = AnnotationSet("a", "", "me", spans={"s9": wild})
    names = lane_names(wild, SCHEME, annotations, ghost=False, arrow="→")
    assert names[0] == "9:␛[31m[/]"
    assert all(character.isprintable() for name in names for character in name)
    assert draw_label("👨\u200d👩\u200d👧 a\nb\u202e") == "👨 a⏎b▯"


# -- layout ----------------------------------------------------------------------------------------


@given(st.lists(pieces(), min_size=1, max_size=10), st.data())
def test_replacing_spans_one_by_one_is_the_same_as_starting_anew(ranges, data):
    text = "The clerk of Odrin said no to all of it."[:WIDTH]
    table = WrapTable(text, 14, Clusters(text, Blocks(text)).boundaries)
    items = [Item(f"s{n}", span(n, "CLAIM", one)) for n, one in enumerate(ranges)]
    layout = Layout(table, [], lanes=True)
    for item in items:
        layout.replace([(item.key, item)])
    gone = data.draw(st.sampled_from(items))
    layout.replace([(gone.key, None)])
    fresh = Layout(table, [item for item in items if item is not gone], lanes=True)
    assert layout.height == fresh.height
    for row in range(len(table)):
        assert layout.lanes(row) == fresh.lanes(row)
        assert layout.row_at(layout.top(row)) == (row, 0)
        assert list(layout.on_row(row)) == list(fresh.on_row(row))


def test_spans_at_an_offset_come_innermost_first_and_not_in_gaps():
    text = "it will, he said, never open"
    table = WrapTable(text, 60, Clusters(text, Blocks(text)).boundaries)
    spans = [span(1, "CLAIM", (0, 7), (18, 28)), span(2, "CUE", (3, 7))]
    layout = Layout(table, [Item(one.id, one) for one in spans], lanes=True)
    assert [item.key for item in layout.at(4)] == ["s2", "s1"]
    assert layout.at(12) == []
    assert [item.key for item in layout.at(20)] == ["s1"]
