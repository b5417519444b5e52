"""The small screens, the panel at the caret and the key bar."""

from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from annotator.model.session import Session
from annotator.project import Project
from annotator.text.units import Units
from annotator.tui.app import AnnotatorApp
from annotator.tui.keys import Keymap
from annotator.tui.panes.cast import CastPane
from annotator.tui.screens.choose import Choice, Chooser
from annotator.tui.screens.help import HelpScreen
from annotator.tui.screens.palette import Commands
from annotator.tui.screens.prompt import Prompt
from annotator.tui.screens.topic import TopicChooser, matching
from annotator.tui.widgets.keybar import KeyBar
from annotator.tui.widgets.lines import shorten
from annotator.tui.widgets.spanpanel import SpanPanel
from tests.tui.host import make_project, mark, refer, screen_text


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path / "p")


class Asking(App[None]):
    """Asks one screen at the start and keeps its answer in `answers`."""

    def __init__(self, screen: Screen[object]) -> None:
        super().__init__()
        self._screen = screen
        self.answers: list[object] = []

    def on_mount(self) -> None:
        self.push_screen(self._screen, self.answers.append)


class Holding(App[None]):
    """Shows one widget of a project."""

    def __init__(self, project: Project, widget: Widget) -> None:
        super().__init__()
        self.project = project
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


async def answer(screen: Screen[object], *keys: str) -> list[object]:
    app = Asking(screen)
    async with app.run_test() as pilot:
        await pilot.press(*keys)
        await pilot.pause()
    return app.answers


async def test_prompt_returns_what_was_typed_or_nothing() -> None:
    assert await answer(Prompt("Note", "old "), *"new", "enter") == ["old new"]
    assert await answer(Prompt("Note", "old"), "escape") == [None]
    assert await answer(Prompt("Name", "", suggestions=["Ava", "Bo"]), "down", "down", "enter") == [
        "Bo"
    ]


async def test_controls_in_a_prompt_are_marks_on_the_screen_only() -> None:
    app = Asking(Prompt("Name", "a\x1b[31mb"))
    async with app.run_test() as pilot:
        assert "a␛[31mb" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
    assert app.answers == ["a\x1b[31mb"]


async def test_topics_are_found_by_a_few_letters(project: Project) -> None:
    assert await answer(TopicChooser(project), *"crane", "enter") == ["a-new-crane"]
    assert await answer(TopicChooser(project), "down", "enter") == ["a-new-crane"]
    assert await answer(TopicChooser(project), "escape") == [None]
    assert [topic.id for topic in matching(project.topics, "closng port")] == [
        "closing-the-port-of-dasko"
    ]


async def test_a_topic_is_added_on_the_spot(project: Project) -> None:
    assert await answer(TopicChooser(project), *"a quay tax", "enter") == ["a-quay-tax"]
    assert project.topic_name("a-quay-tax") == "a quay tax"
    assert "quay" in (project.root / "corpus" / "topics.toml").read_text("utf-8")
    # What is there already is not offered a second time.
    assert await answer(TopicChooser(project), *"a quay tax", "down", "enter") == ["a-quay-tax"]
    assert len(project.topics) == 3


async def test_choose_by_key_digit_or_cursor() -> None:
    choices = [Choice("one", "The [b]first"), Choice("two", "Second", key="s"), Choice("six", "6")]
    assert await answer(Chooser("Which", choices), "s") == ["two"]
    assert await answer(Chooser("Which", choices), "2") == ["six"]
    assert await answer(Chooser("Which", choices), "down", "enter") == ["two"]
    assert await answer(Chooser("Which", choices), "escape") == [None]


@pytest.mark.parametrize("size", [(160, 50), (80, 24), (20, 5), (1, 1)])
async def test_small_screens_at_every_size(project: Project, size: tuple[int, int]) -> None:
    screens: list[Screen[object]] = [
        Prompt("Name", "x", suggestions=["y"]),
        TopicChooser(project),
        Chooser("Which", [Choice("one", "One")]),
        HelpScreen(Keymap(), project.scheme),
    ]
    for screen in screens:
        app = Asking(screen)
        async with app.run_test(size=size) as pilot:
            await pilot.press("down", "a", "up")
            await pilot.resize_terminal(60, 10)
            await pilot.press("escape")
            await pilot.pause()
            assert app.answers == [None]


async def test_help_puts_the_scheme_first_and_filters(project: Project) -> None:
    app = Asking(HelpScreen(Keymap(), project.scheme))
    async with app.run_test(size=(80, 60)) as pilot:
        shown = screen_text(app)
        assert 0 < shown.index("SPEAKER: ") < shown.index("polarity") < shown.index("Previous word")
        await pilot.press(*"polar")
        assert "polarity" in screen_text(app)
        assert "SPEAKER: " not in screen_text(app)
        await pilot.press(*"zzz")
        assert "No key does that." in screen_text(app)


async def test_the_panel_tells_all_about_the_spans_at_the_caret(project: Project) -> None:
    session = project.session("crane", "kim")
    holder = refer(session, "Ilva Rennick", "Ilva Rennick", kind="person")
    claim = mark(session, "CLAIM", 'that the crane "is unsafe"', polarity="neg", act="assert")
    stance = mark(session, "STANCE", "unsafe")
    session.link(claim.id, "holder", holder.id)
    session.set_flag(claim.id, "unsure", True)
    session.set_note(claim.id, "a [b]quote[/b]?")
    panel = SpanPanel()
    app = Holding(project, panel)
    async with app.run_test(size=(60, 40)) as pilot:
        panel.update(session, Units(session.article.text), [stance.id, claim.id], claim.id)
        await pilot.pause()
        shown = screen_text(app)
        assert f"▸ CLAIM {claim.id}" in shown
        assert "P polarity neg" in shown
        assert f"holder → {holder.id} Ilva Rennick = Ilva Rennick (person)" in shown
        assert "⚑ unsure" in shown
        assert "a [b]quote[/b]?" in shown
        assert f"STANCE {stance.id} · ! no stance, holder, target" in shown
        assert shown.index("CLAIM") < shown.index("STANCE"), "outermost first"
        assert "s  SPEAKER" in shown


async def test_the_panel_draws_only_when_something_changed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    session: Session = project.session("crane", "kim")
    span = mark(session, "CUE", "said")
    units = Units(session.article.text)
    panel = SpanPanel()
    async with Holding(project, panel).run_test() as pilot:
        panel.update(session, units, [span.id], None)
        await pilot.pause()
        drawn: list[object] = []
        monkeypatch.setattr(panel, "refresh", lambda *args, **kw: drawn.append(args))
        panel.update(session, units, [span.id], None)
        assert not drawn
        session.set_note(span.id, "look")
        panel.update(session, units, [span.id], None)
        assert len(drawn) == 1


@pytest.mark.parametrize(
    ("width", "expected"), [(60, "s speaker  f jump  u undo"), (20, "s speaker  f jump"), (4, "")]
)
async def test_the_key_bar_shows_whole_items(project: Project, width: int, expected: str) -> None:
    bar = KeyBar()
    app = Holding(project, bar)
    async with app.run_test(size=(width, 3)) as pilot:
        bar.show([("f", "jump"), ("u", "undo")], [project.scheme.labels["SPEAKER"]])
        await pilot.pause()
        assert screen_text(app).splitlines()[0].strip() == expected


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("a  quick\nfox", 20, "a quick fox"),
        ("a quick fox", 8, "a quick…"),
        ("日本語の本", 6, "日本…"),
        ("é́é́é́", 2, "é́…"),
        ("x\x1b[31m", 9, "x␛[31m"),
        ("abc", 0, ""),
    ],
)
def test_shortened_text_is_whole_clusters_of_a_known_width(
    text: str, cells: int, expected: str
) -> None:
    assert shorten(text, cells) == expected


class WithCommands(AnnotatorApp):
    COMMANDS = {Commands}


async def test_the_palette_performs_actions(project: Project) -> None:
    app = WithCommands(project, "kim")
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("ctrl+p", *"cast who")
        await app.workers.wait_for_complete()
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.desk.pane, CastPane)
