"""The real app at work on a project, driven by key presses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from annotator.model.annotation import Link, Span
from annotator.model.article import Article, hash_text
from annotator.model.session import Session
from annotator.project import Project
from annotator.tui.app import AnnotatorApp
from annotator.tui.modes import HintMode
from annotator.tui.screens.annotate import AnnotateScreen

SPOKEN = {"space": " ", "enter": "\r", "tab": "\t", "escape": "\x1b", "backspace": "\x7f"}


def key_event(key: str) -> events.Key:
    """What a terminal's key press comes to; `key` is a character or a key's name."""
    if len(key) == 1:
        return events.Key(_character_to_key(key), key)
    return events.Key(key, SPOKEN.get(key))


class Desk:
    """Presses keys and looks at what came of them."""

    def __init__(self, app: AnnotatorApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def screen(self) -> AnnotateScreen:
        return self.app.desk

    @property
    def session(self) -> Session:
        return self.screen.session

    @property
    def text(self) -> str:
        return self.session.article.text

    @property
    def said(self) -> str:
        return self.screen.prompt.message

    @property
    def offered(self) -> str:
        """The line of the mode that is on."""
        return "".join(part for part, _ in self.screen.mode.line()) if self.screen.mode else ""

    def digit(self, choice: str) -> str:
        """The digit that is offered for a choice, named by its first words or its span's id."""
        assert self.screen.mode is not None
        line = self.screen.mode.line()
        for (key, role), (title, _) in pairwise(line):
            if role == "key" and title.startswith(choice):
                return key.strip()
        raise AssertionError(f"{choice} is not offered: {self.offered}")

    @property
    def shown(self) -> str:
        """What is on the screen, without colours."""
        rows = self.app.screen._compositor.render_strips()
        return "\n".join("".join(part.text for part in row).rstrip() for row in rows)

    @property
    def chosen(self) -> Span:
        assert self.screen.chosen is not None
        return self.session.span(self.screen.chosen)

    @property
    def selected(self) -> str:
        selection = self.screen.view.selection
        return self.text[slice(*selection)] if selection else ""

    def spans(self, label: str = "") -> list[Span]:
        """The spans of a label (all without one), in text order."""
        return [s for s in self.session.annotations.in_order() if label in ("", s.label)]

    def surfaces(self, label: str = "") -> list[str]:
        return [span.surface(self.text) for span in self.spans(label)]

    def span(self, label: str, words: str, nth: int = 0) -> Span:
        found = [s for s in self.spans(label) if s.surface(self.text) == words]
        return found[nth]

    def links(self, span: Span, type: str | None = None) -> list[Link]:
        return self.session.annotations.links_from(span.id, type)

    def ends(self, span: Span, type: str) -> list[str]:
        """The names of what a span's links of a type point to, in their order."""
        title = self.screen.labelling.title
        return [title(link.target, link.target_kind) for link in self.links(span, type)]

    # -- hands -------------------------------------------------------------------------------------

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each when all that the one before set off is done."""
        for key in keys:
            self.app.post_message(key_event(key))
            await self.settle()

    async def type(self, words: str) -> None:
        """Write into an input field."""
        await self.press(*words)

    async def settle(self) -> None:
        """Until widgets have handled the messages that they sent one another."""
        for _ in range(3):
            await self.pilot.pause(0)

    async def hint(self, words: str, nth: int = 0, *, before: tuple[str, ...] = ("f",)) -> None:
        """Jump to a word by the letters on it."""
        start = self.place(words, nth)[0]
        await self.press(*before)
        mode = self.screen.mode
        assert isinstance(mode, HintMode), f"no hints: {self.said}"
        letters = next(key for key, piece in mode.hints.items() if piece[0] == start)
        await self.press(*letters)

    async def go(self, words: str, nth: int = 0) -> None:
        """Put the caret on the start of some words, by jumping and stepping."""
        start = self.place(words, nth)[0]
        view = self.screen.view
        if view.selection is not None:
            await self.press("escape")
        if not view.visible_range()[0] <= start < view.visible_range()[1]:
            await self.press("ctrl+home")
            while not view.visible_range()[0] <= start < view.visible_range()[1]:
                await self.press("ctrl+down")
        await self.press("f")
        mode = self.screen.mode
        assert isinstance(mode, HintMode)
        letters, _ = max(
            ((key, piece) for key, piece in mode.hints.items() if piece[0] <= start),
            key=lambda item: item[1],
        )
        await self.press(*letters)
        while view.caret < start:
            await self.press("right")
        assert view.caret == start

    async def select(self, words: str, nth: int = 0) -> None:
        """Select some words that start and end where words do, by the keyboard."""
        start, end = self.place(words, nth)
        await self.go(words, nth)
        while self.screen.view.caret < end:
            await self.press("shift+right")
        assert self.screen.view.selection == (start, end), self.selected

    async def mark(self, key: str, words: str, nth: int = 0) -> Span:
        """Select some words and press a label's key; returns the new span."""
        await self.select(words, nth)
        await self.press(key)
        return self.chosen

    def place(self, words: str, nth: int = 0) -> tuple[int, int]:
        start = -1
        for _ in range(nth + 1):
            start = self.text.index(words, start + 1)
        return start, start + len(words)


@asynccontextmanager
async def at_desk(
    root: Path, article: str | None = None, *, size: tuple[int, int] = (120, 50), name: str = "kim"
) -> AsyncIterator[Desk]:
    """The app on a project's folder until the block ends."""
    project = Project.open(root)
    with project.lock(name):
        app = AnnotatorApp(project, name, article)
        async with app.run_test(size=size) as pilot:
            desk = Desk(app, pilot)
            while not hasattr(app.desk, "session"):
                await desk.settle()
            await desk.settle()
            yield desk
            app.desk.close_article()
    project.close()


def make_project(folder: Path, **texts: str) -> Path:
    """A project with the articles given by id; returns its folder."""
    project = Project.create(folder)
    project.store.add_articles(
        Article(id, text, hash_text(text), id.capitalize()) for id, text in texts.items()
    )
    project.close()
    return folder
