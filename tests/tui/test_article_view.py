"""The article view in a running app: motions, selection, mouse, repainting, any size."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from annotator.model.annotation import AnnotationSet, Span
from annotator.model.article import Article, hash_text
from annotator.model.scheme import Attribute, Label, Scheme
from annotator.text.units import Units
from annotator.tui.palette import PALETTES, choose_palette, label_colours
from annotator.tui.widgets.article import ArticleView
from tests.text.strategies import texts

TEXT = (
    "By Ilse Tarn\n"
    "\n"
    "Mayor Oda Brek said on Friday that the old quay “will never open again”, a claim the "
    "harbour board of Odrin rejected. The board met twice.\n"
    "\n"
    "Nobody asked the ferrymen, who say the quay is sound.\n"
)

SCHEME = Scheme(
    "test",
    "1",
    {
        "SPEAKER": Label("SPEAKER", "s", "amber"),
        "CLAIM": Label("CLAIM", "c", "blue", fragments=True),
        "CUE": Label("CUE", "e", "pink"),
        "REGION": Label(
            "REGION",
            "x",
            "grey",
            lines=True,
            attributes=(
                Attribute("kind", "choice", ("byline",), "byline", rule="region-kind"),
                Attribute("exclude", "flag", default=True, rule="region-exclude"),
            ),
        ),
    },
)


class Host(App[None]):
    CSS = "ArticleView { width: 1fr; height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.view = ArticleView()
        self.messages: list[object] = []

    def compose(self) -> ComposeResult:
        yield self.view

    def on_article_view_caret_moved(self, message: ArticleView.CaretMoved) -> None:
        self.messages.append(message)

    def on_article_view_selected(self, message: ArticleView.Selected) -> None:
        self.messages.append(message)

    def on_article_view_span_clicked(self, message: ArticleView.SpanClicked) -> None:
        self.messages.append(message)


class Stage:
    """A view with a text in it, and what tests do to it."""

    def __init__(self, app: Host, pilot: Pilot[None]) -> None:
        self.app, self.pilot, self.view = app, pilot, app.view
        self.annotations = AnnotationSet("a", "", "me")

    def show(self, text: str, *spans: Span) -> None:
        self.text = text
        self.annotations = AnnotationSet("a", "", "me", spans={span.id: span for span in spans})
        article = Article("a", text, hash_text(text))
        self.view.load(article, Units(text), SCHEME, self.annotations)

    def span(self, number: int, label: str, *words: str) -> Span:
        places = [(self.text.index(word), self.text.index(word) + len(word)) for word in words]
        return Span(f"s{number}", label, tuple(places))

    def put(self, span: Span) -> None:
        self.annotations.spans[span.id] = span
        self.view.changed([span.id])

    @property
    def selected(self) -> str | None:
        selection = self.view.selection
        return None if selection is None else self.text[slice(*selection)]

    @property
    def here(self) -> str:
        return self.text[self.view.caret :].split("\n")[0][:12]

    def cell(self, word: str) -> tuple[int, int]:
        """Where the view shows the first cell of a word, as (x, y)."""
        for y in range(self.view.size.height):
            line = self.view.render_line(y).text
            if word in line:
                return line.index(word), y
        raise AssertionError(f"{word} is not in view")


@asynccontextmanager
async def stage(text: str = TEXT, *, size: tuple[int, int] = (60, 24)) -> AsyncIterator[Stage]:
    app = Host()
    async with app.run_test(size=size) as pilot:
        made = Stage(app, pilot)
        made.show(text)
        await pilot.pause()
        yield made


# -- motions ---------------------------------------------------------------------------------------


async def test_token_motions_stop_at_starts_and_extending_ones_at_ends():
    async with stage() as it:
        it.view.goto(TEXT.index("Mayor"))
        it.view.move("token-right")
        assert it.here.startswith("Oda")
        it.view.move("token-right", extend=True)
        assert it.selected == "Oda"
        it.view.move("token-right", extend=True)
        assert it.selected == "Oda Brek"
        it.view.move("token-left", extend=True)
        assert it.selected == "Oda "
        it.view.move("token-left")
        assert it.selected is None
        assert it.here.startswith("Oda")
        it.view.move("token-left", extend=True)
        assert it.selected == "Mayor "


async def test_sentences_paragraphs_and_the_ends():
    async with stage() as it:
        it.view.goto(TEXT.index("Mayor"))
        it.view.move("sentence-right")
        assert it.here.startswith("The board")
        it.view.move("sentence-right", extend=True)
        assert it.selected == "The board met twice."
        it.view.move("paragraph-down")
        assert it.here.startswith("Nobody")
        it.view.move("paragraph-up")
        assert it.here.startswith("Mayor")
        it.view.move("text-end")
        assert it.view.caret == len(TEXT)
        it.view.move("text-start")
        assert it.view.caret == 0
        with pytest.raises(ValueError, match="sideways"):
            it.view.move("sideways")


async def test_rows_keep_the_column():
    async with stage("one two three four\nab\nfive six seven\n", size=(30, 12)) as it:
        it.view.goto(8)
        it.view.move("row-down")
        assert it.view.caret == 21
        it.view.move("row-down")
        assert it.view.caret == 30
        it.view.move("row-up")
        it.view.move("row-up")
        assert it.view.caret == 8
        it.view.move("row-end")
        assert it.view.caret == 18
        it.view.move("row-start")
        assert it.view.caret == 0


async def test_pages_keep_the_line_of_the_screen_and_scroll():
    text = "".join(f"line {n}\n" for n in range(200))
    async with stage(text, size=(30, 12)) as it:
        it.view.move("page-down")
        assert it.here == "line 10"
        for _ in range(3):
            it.view.move("page-down")
        assert it.here == "line 40"
        assert 0 < it.view.scroll_offset.y <= 40
        start, end = it.view.visible_range()
        assert start <= it.view.caret < end
        for _ in range(9):
            it.view.move("page-up")
        assert it.view.caret == 0


async def test_the_caret_keeps_away_from_the_edge():
    text = "".join(f"line {n}\n" for n in range(60))
    async with stage(text, size=(30, 20)) as it:
        for _ in range(25):
            it.view.move("row-down")
        line = 25 - it.view.scroll_offset.y
        assert line <= 20 - 1 - 3


async def test_clusters_are_one_stop_each():
    """A family, two flags, a letter with an accent, a toned thumb."""
    text = "👨‍👩‍👧 🇳🇴🇨🇭 e\u0301👍🏽.\n"
    async with stage(text, size=(40, 5)) as it:
        stops = [0]
        while it.view.caret < len(text):
            it.view.move("cluster-right")
            stops.append(it.view.caret)
        assert stops == [0, 5, 6, 8, 10, 11, 13, 15, 16, 17]
        it.view.goto(2)
        assert it.view.caret == 0
        it.view.move("cluster-right", extend=True)
        assert it.view.selection == (0, 5)


async def test_right_to_left_text_is_selected_in_logical_order():
    text = "The ראש העיר said 2031 \u202bmixed\u202c.\n"
    async with stage(text, size=(50, 5)) as it:
        it.view.goto(4)
        it.view.move("token-right", extend=True)
        it.view.move("token-right", extend=True)
        assert it.view.selection == (4, 12)
        x, y = it.cell("2031")
        assert it.view.offset_at(x, y) == text.index("2031")
        assert it.view.offset_at(x + 2, y) == text.index("2031") + 2


# -- selection -------------------------------------------------------------------------------------


async def test_grow_and_shrink_walk_the_same_way():
    async with stage() as it:
        it.view.goto(TEXT.index("Brek"))
        seen = []
        for _ in range(12):
            it.view.grow()
            seen.append(it.view.selection)
        assert seen[0] == (TEXT.index("Brek"), TEXT.index("Brek") + 4)
        steps = list(dict.fromkeys(seen))
        assert steps[-1] == (0, len(TEXT))
        assert all(b[0] <= a[0] and a[1] <= b[1] for a, b in pairwise(steps))
        for one in steps[-2::-1]:
            it.view.shrink()
            assert it.view.selection == one
        it.view.shrink()
        assert it.view.selection is None
        assert it.view.caret == TEXT.index("Brek")
        it.view.shrink()
        assert it.view.selection is None


async def test_nudge_moves_one_edge_and_never_empties_the_selection():
    async with stage() as it:
        at = TEXT.index("quay")
        it.view.select(at, at + 4)
        it.view.nudge("end", -1)
        assert it.selected == "qua"
        it.view.nudge("start", 1)
        assert it.selected == "ua"
        for _ in range(3):
            it.view.nudge("start", 1)
        assert it.selected == "a"
        it.view.nudge("start", -1)
        it.view.nudge("end", 1)
        assert it.selected == "uay"


async def test_quotations_and_sentences_are_selected():
    async with stage() as it:
        assert it.view.select_quotation(+1) is not None
        assert it.selected == "“will never open again”"
        assert it.view.select_sentence() is not None
        assert it.selected.startswith("Mayor Oda")
        assert it.view.select_sentence(+1) is not None
        assert it.selected == "The board met twice."
        assert it.view.select_sentence(-1) is not None
        assert it.selected.startswith("Mayor Oda")
        it.view.clear_selection()
        assert it.selected is None


async def test_the_far_end_of_a_long_line_is_selected_and_labelled():
    prose = "".join(f"The warden of pier {n} wrote “not today” again. " for n in range(6000))
    text = prose + "y" * 20_000 + " so “last words” " + "港内" * 5_000 + "\n"
    async with stage(text, size=(100, 30)) as it:
        it.view.move("text-end")
        it.view.goto(text.index("“last") + 1)
        assert it.view.select_quotation() is not None
        assert it.selected == "“last words”"
        it.put(Span("s1", "CLAIM", (it.view.selection,)))
        assert it.view.spans_at(text.index("last")) == ["s1"]
        assert it.cell("“last words”")
        assert it.cell("1:claim")
        last = len(text) - 2
        it.view.goto(last)
        it.view.move("cluster-right", extend=True)
        assert it.view.selection == (last, last + 1)


# -- spans -----------------------------------------------------------------------------------------


async def test_spans_are_drawn_chosen_changed_and_removed():
    async with stage() as it:
        speaker = it.span(1, "SPEAKER", "Mayor Oda Brek")
        it.put(speaker)
        it.put(it.span(2, "CLAIM", "Oda Brek said"))
        lines = it.view.dump()
        assert "╰─1:speaker──╯" in "\n".join(lines)
        assert it.view.spans_at(TEXT.index("Oda")) == ["s2", "s1"]
        it.view.chosen = "s1"
        assert any("╰━1:speaker━━╯" in line for line in it.view.dump())
        del it.annotations.spans["s1"]
        it.view.changed(["s1"])
        assert not any("speaker" in line for line in it.view.dump())
        assert it.view.spans_at(TEXT.index("Mayor")) == []
        it.annotations.spans["s1"] = speaker
        it.view.changed([(speaker.start, speaker.end)])
        assert it.view.spans_at(TEXT.index("Mayor")) == ["s1"]
        del it.annotations.spans["s2"]
        it.view.changed()
        assert it.view.spans_at(TEXT.index("Oda")) == ["s1"]


async def test_a_changed_view_looks_like_a_new_one():
    async with stage() as it:
        spans = [
            it.span(1, "SPEAKER", "Mayor Oda Brek"),
            it.span(2, "CLAIM", "the old quay", "a claim"),
            it.span(3, "CUE", "said on"),
            it.span(4, "REGION", "By Ilse Tarn\n"),
        ]
        for one in spans:
            it.put(one)
        changed = it.view.dump()
        it.show(TEXT, *spans)
        assert it.view.dump() == changed


async def test_ghosts_are_dotted_and_no_spans():
    async with stage() as it:
        ghost = it.span(1, "CLAIM", "the old quay")
        it.view.set_ghosts([ghost])
        assert any("╰┄claim┄┄┄┄╯" in line for line in it.view.dump())
        assert it.view.spans_at(ghost.start) == []
        assert it.view.ghosts_at(ghost.start) == ["s1"]
        it.view.set_ghosts([])
        assert not any("claim┄" in line for line in it.view.dump())


async def test_suggested_lines_have_a_dotted_bar_and_stay_bright():
    async with stage() as it:
        it.view.set_ghosts([it.span(4, "REGION", "By Ilse Tarn\n")])
        assert it.view.dump()[:2] == ["┊ By Ilse Tarn", "  ╰┄byline┄┄┄╯"]
        it.view.goto(20)
        styles = {segment.style for segment in it.view.render_line(0) if "Tarn" in segment.text}
        assert styles == {it.view.palette.text}


async def test_spans_beyond_the_text_do_no_harm():
    async with stage("") as it:
        it.put(Span("s1", "CLAIM", ((0, 4),)))
        it.put(Span("s2", "REGION", ((2, 9),)))
        assert it.view.dump() == ["│"]
        it.show("港", Span("s1", "CLAIM", ((0, 4), (7, 9))), Span("s2", "CUE", ((5, 6),)))
        assert it.view.dump()[0] == "  港"


async def test_excluded_lines_are_dim_and_named():
    async with stage() as it:
        it.put(it.span(4, "REGION", "By Ilse Tarn\n"))
        assert it.view.dump()[:2] == ["│ By Ilse Tarn", "  ╰─4:byline─╯"]
        it.view.goto(20)
        styles = {segment.style for segment in it.view.render_line(0) if "Tarn" in segment.text}
        assert styles == {it.view.palette.dim}


async def test_the_caret_stays_on_its_line_when_lanes_appear_above():
    text = "".join(f"Clerk {n} of Odrin spoke at length.\n" for n in range(40))
    async with stage(text, size=(50, 20)) as it:
        it.view.goto(text.index("Clerk 30"))
        await it.pilot.pause()
        before = it.cell("Clerk 30")
        for number in range(1, 6):
            it.put(it.span(number, "SPEAKER", f"Clerk 2{number} of Odrin"))
        await it.pilot.pause()
        assert it.cell("Clerk 30") == before
        it.view.compact = True
        await it.pilot.pause()
        assert it.cell("Clerk 30")[1] == before[1]


async def test_compact_shows_keys_and_bars_in_the_gutter():
    async with stage(size=(60, 24)) as it:
        it.put(it.span(1, "SPEAKER", "Mayor Oda Brek"))
        it.put(it.span(2, "CLAIM", "the old quay “will never open again”"))
        it.view.compact = True
        await it.pilot.pause()
        lines = it.view.dump()
        assert lines[2].startswith("   sc Mayor")
        assert not any("claim" in line and "╰" in line for line in lines)
        assert lines[3].split()[0] == "│"


async def test_ascii_lines_and_no_box_characters():
    async with stage() as it:
        it.put(it.span(1, "CLAIM", "the old quay"))
        it.view.ascii = True
        assert any("\\_1:claim__/" in line for line in it.view.dump())
        assert not any(0x2500 <= ord(c) <= 0x257F for line in it.view.dump() for c in line)


async def test_without_colours_spans_have_brackets():
    async with stage() as it:
        it.put(it.span(1, "SPEAKER", "Oda Brek"))
        it.view.palette = PALETTES["none"]
        assert any("Mayor[Oda Brek]said" in line for line in it.view.dump())


async def test_the_theme_picks_the_palette():
    async with stage() as it:
        assert it.view.palette is PALETTES["dark"]
        it.app.theme = "textual-light"
        await it.pilot.pause()
        assert it.view.palette is PALETTES["light"]


def test_palettes_for_terminals():
    assert choose_palette("truecolor", no_color=False, dark=True) == "dark"
    assert choose_palette("256", no_color=False, dark=False) == "light"
    assert choose_palette("standard", no_color=False, dark=True) == "ansi-dark"
    assert choose_palette("standard", no_color=False, dark=False) == "ansi-light"
    assert choose_palette("truecolor", no_color=True, dark=True) == "none"
    assert choose_palette(None, no_color=False, dark=True) == "none"


def test_labels_without_a_colour_get_different_ones():
    labels = {name: Label(name, name) for name in "abcd"} | {"e": Label("e", "e", "blue")}
    colours = label_colours(Scheme("x", "1", labels))
    assert colours["e"] == "blue"
    assert len(set(colours.values())) == 5


# -- nothing of the text acts on the screen --------------------------------------------------------

WILD = "\x1b[31mred\x1b[0m [b]bold[/b] [/] [x y=z] [@click=app.bell()]go[/] \x07\x9b\u202eend\t.\n"


async def test_brackets_are_text_and_controls_are_marks():
    async with stage(WILD, size=(90, 6)) as it:
        it.put(Span("s1", "CLAIM[x]", ((0, 12),)))
        it.put(Span("s2", "[/]\x1b", ((13, 20),)))
        shown = "\n".join(it.view.dump())
        for readable in (
            "␛[31mred␛[0m",
            "[b]bold[/b]",
            "[/]",
            "[x y=z]",
            "[@click=app.bell()]go[/]",
        ):
            assert readable in shown
        assert "claim[x]" in shown
        for y in range(6):
            for segment in it.view.render_line(y):
                assert segment.control is None
                assert all(c >= " " and not "\x7f" <= c <= "\x9f" for c in segment.text)
                assert not any("\u202a" <= c <= "\u202e" for c in segment.text)


# -- search and hints ------------------------------------------------------------------------------


async def test_search_counts_marks_and_walks_round():
    async with stage() as it:
        assert it.view.set_search("QUAY") == 0
        assert it.view.set_search("quay") == 2
        first, second = TEXT.index("quay"), TEXT.rindex("quay")
        assert it.view.next_match() == (first, first + 4)
        assert it.selected == "quay"
        assert it.view.next_match() == (second, second + 4)
        assert it.view.next_match() == (first, first + 4)
        assert it.view.next_match(-1) == (second, second + 4)
        assert it.view.set_search("") == 0
        assert it.view.next_match() is None
        assert it.view.set_search("[") == 0


async def test_hints_name_the_visible_words_and_narrow():
    async with stage() as it:
        words = Units(TEXT).tokens(0, len(TEXT))
        found = it.view.hints(words)
        assert len(found) == len(set(found.values()))
        assert all(len(key) == 2 for key in found)
        assert set(found.values()) <= set(words)
        assert len(found) > 20
        nearest = min(found.values(), key=lambda one: abs(one[0] - it.view.caret))
        assert set(next(key for key, one in found.items() if one == nearest)) <= set("asdfghjkl")
        key = next(iter(found))
        x, y = it.cell(key)
        assert it.view.offset_at(x, y) == found[key][0]
        narrowed = it.view.narrow_hints(key[0])
        assert key in narrowed
        assert all(one.startswith(key[0]) for one in narrowed)
        before = [it.view.render_line(y).text for y in range(10)]
        it.view.clear_hints()
        assert [it.view.render_line(y).text for y in range(10)] != before


# -- mouse -----------------------------------------------------------------------------------------


async def test_a_click_sets_the_caret_and_names_the_span():
    async with stage() as it:
        it.put(it.span(1, "CLAIM", "the old quay"))
        await it.pilot.pause()
        x, y = it.cell("the old quay")
        await it.pilot.click(ArticleView, offset=(x + 4, y))
        assert it.here.startswith("old quay")
        clicked = [m for m in it.app.messages if isinstance(m, ArticleView.SpanClicked)]
        assert [(m.span_id, m.offset) for m in clicked] == [("s1", TEXT.index("old"))]
        x, y = it.cell("1:claim")
        await it.pilot.click(ArticleView, offset=(x, y))
        clicked = [m for m in it.app.messages if isinstance(m, ArticleView.SpanClicked)]
        assert [m.span_id for m in clicked] == ["s1", "s1"]


async def test_a_drag_selects_whole_tokens():
    async with stage() as it:
        x, y = it.cell("Oda Brek")
        await it.pilot.mouse_down(ArticleView, offset=(x + 1, y))
        await it.pilot.hover(ArticleView, offset=(x + 5, y))
        await it.pilot.mouse_up(ArticleView, offset=(x + 5, y))
        assert it.selected == "Oda Brek"
        ranges = [m.range for m in it.app.messages if isinstance(m, ArticleView.Selected)]
        assert ranges == [it.view.selection]


async def test_a_drag_after_a_joined_emoji_hits_the_right_words():
    text = "👨‍👩‍👧 港 the ferry left.\n"
    async with stage(text, size=(40, 6)) as it:
        x, y = it.cell("ferry")
        # Wide characters take two cells but one place in the string.
        shift = 2
        await it.pilot.mouse_down(ArticleView, offset=(x + shift, y))
        await it.pilot.hover(ArticleView, offset=(x + shift + 3, y))
        await it.pilot.mouse_up(ArticleView, offset=(x + shift + 3, y))
        assert it.selected == "ferry"


async def test_a_drag_with_control_stays_where_it_is():
    async with stage() as it:
        x, y = it.cell("Oda Brek")
        await it.pilot.mouse_down(ArticleView, offset=(x + 5, y), control=True)
        await it.pilot.hover(ArticleView, offset=(x + 1, y))
        await it.pilot.mouse_up(ArticleView, offset=(x + 1, y), control=True)
        assert it.selected == "da B"


async def test_double_and_triple_clicks():
    async with stage() as it:
        at = TEXT.index("rejected")
        x, y = it.cell("rejected")
        await it.pilot.click(ArticleView, offset=(x + 2, y), times=2)
        assert it.view.selection == (at, at + 8)
        await it.pilot.click(ArticleView, offset=(x + 2, y), times=3)
        assert it.selected.startswith("Mayor Oda")
        assert it.selected.endswith("rejected.")


# -- repainting ------------------------------------------------------------------------------------


async def test_a_caret_move_draws_few_lines():
    async with stage("one two three\n" * 100, size=(40, 30)) as it:
        it.view.move("token-right")
        await it.pilot.pause()
        drawn: list[int] = []
        render = it.view.render_line
        it.view.render_line = lambda y: drawn.append(y) or render(y)  # type: ignore[method-assign]
        it.view.move("row-down")
        await it.pilot.pause()
        assert set(drawn) == {0, 1}
        drawn.clear()
        it.view.move("token-right", extend=True)
        await it.pilot.pause()
        assert set(drawn) == {1}


async def test_the_terminal_cursor_follows_the_caret():
    async with stage(size=(60, 12)) as it:
        it.view.focus()
        await it.pilot.pause()
        it.view.goto(3)
        assert it.app.cursor_position == (2 + 3, 0)
        await it.pilot.pause()
        assert [message.caret for message in it.app.messages] == [3]


# -- any size, any text ----------------------------------------------------------------------------

MOTIONS = (
    "token-right",
    "row-down",
    "page-down",
    "sentence-right",
    "text-end",
    "page-up",
    "row-end",
)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 2), (20, 5), (40, 10), (80, 24), (200, 60)])
async def test_any_size(size):
    async with stage(size=size) as it:
        for text in ("", "\n\n", "港", TEXT * 3):
            it.show(text)
            if len(text) > 20:
                it.put(it.span(1, "CLAIM", "the old quay"))
            it.view.compact = not it.view.compact
            for motion in MOTIONS:
                it.view.move(motion)
                it.view.move(motion, extend=True)
                it.view.grow()
            await it.pilot.pause()
            assert 0 <= it.view.caret <= len(text)
            width = it.view.size.width
            for y in range(it.view.size.height):
                assert it.view.render_line(y).cell_length == width
        await it.pilot.resize_terminal(30, 8)
        await it.pilot.pause()
        start, end = it.view.visible_range()
        assert start <= it.view.caret <= end


async def test_before_it_is_loaded_nothing_happens():
    app = Host()
    async with app.run_test(size=(30, 5)):
        view = app.view
        for motion in MOTIONS:
            view.move(motion)
        view.grow()
        view.nudge("end", 1)
        view.changed(["s1"])
        view.set_ghosts([])
        assert view.selection is None
        assert view.visible_range() == (0, 0)
        assert view.hints([(0, 1)]) == {}
        assert view.set_search("x") == 0
        assert view.dump() == []


def test_a_view_can_be_loaded_before_it_is_shown():
    view = ArticleView()
    view.load(Article("a", TEXT, ""), Units(TEXT), SCHEME, AnnotationSet("a", "", "me"))
    view.goto(5)
    view.move("token-right")
    assert view.caret == 5
    view.select(3, 7)
    assert view.selection == (3, 7)


@settings(max_examples=10, deadline=None)
@given(st.data())
async def test_random_work_on_any_text(data):
    async with stage(size=(34, 9)) as it:
        for _ in range(8):
            text = data.draw(texts)
            it.show(text)
            for number in range(data.draw(st.integers(0, 4))):
                start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
                if start < end:
                    label = data.draw(st.sampled_from(["CLAIM", "REGION", "ODD"]))
                    it.put(Span(f"s{number}", label, ((start, end),)))
            for motion in data.draw(st.lists(st.sampled_from(MOTIONS), max_size=6)):
                it.view.move(motion, data.draw(st.booleans()))
                assert Units(text).snap(it.view.caret) == it.view.caret
            for y in range(it.view.size.height):
                assert it.view.render_line(y).cell_length == it.view.size.width
