"""The labelling screen with a guide above its prompt."""

from __future__ import annotations

import re

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from annotator.tui.app import AnnotatorApp
from annotator.tui.keys import shown
from annotator.tui.screens.annotate import AnnotateScreen
from annotator.tui.tour.steps import STEPS
from annotator.tui.widgets.lines import ACCENT, KEY, MUTED, Part, line

SKIP = "f8"
_ACTION = re.compile(r"\{([\w.-]+)\}")


class TourScreen(AnnotateScreen):
    """Watches what is done and goes on to the next step by itself; F8 leaves one out."""

    # Rules are scoped to the class whose name they begin with, so the name is ours.
    CSS = (
        AnnotateScreen.CSS.replace("AnnotateScreen", "TourScreen")
        + "#tour { height: auto; max-height: 5; padding: 0 1; background: $boost; }"
    )

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.step = 0
        self.used: set[str] = set()
        self.guide = Static(id="tour", markup=False)

    def compose(self) -> ComposeResult:
        yield self.header
        with Horizontal(id="work"):
            yield self.view
            with Vertical(id="side"):
                yield self.panel
        yield self.guide
        yield self.prompt
        yield self.keybar

    def on_mount(self) -> None:
        self.set_interval(0.2, self._look_on)
        self._tell()

    def perform(self, name: str) -> bool:
        self.used.add(name)
        done = super().perform(name)
        self._look_on()  # a place may be left again before the timer looks
        return done

    def _article_key(self, key: str) -> bool:
        if key == SKIP:
            self._go_on_with_tour()
            return True
        return super()._article_key(key)

    def _look_on(self) -> None:
        if self.step < len(STEPS) and hasattr(self, "session") and STEPS[self.step].done(self):
            self._go_on_with_tour()

    def _go_on_with_tour(self) -> None:
        self.step = min(self.step + 1, len(STEPS))
        self.used.clear()
        self._tell()

    def _tell(self) -> None:
        if self.step == len(STEPS):
            self.guide.update(
                line(
                    ("That is all. ", ACCENT),
                    "Play on as long as you like; nothing here is kept. ",
                    (self._keys("quit"), KEY),
                    " leaves. In a project of your own, ",
                    ("annotator", KEY),
                    " alone opens your next article.",
                )
            )
            return
        step = STEPS[self.step]
        parts: list[Part] = [
            (f"{self.step + 1}/{len(STEPS)} {step.title}. ", ACCENT),
        ]
        place = 0
        for found in _ACTION.finditer(step.text):
            parts += [step.text[place : found.start()], (self._keys(found[1]), KEY)]
            place = found.end()
        parts += [step.text[place:], (f"  ({SKIP.upper()}: next step)", MUTED)]
        self.guide.update(Content.assemble(*(line(part) for part in parts)))

    def _keys(self, name: str) -> str:
        """The key of an action, or of a label or attribute of the scheme."""
        label, _, attribute = name.partition(".")
        known = self.project.scheme.labels.get(label)
        if known is not None:
            found = known.attribute(attribute) if attribute else None
            return found.key if found is not None else known.key
        for action in self.keymap.actions:
            if action.name == name and action.keys:
                return shown(action.keys[0])
        return name


class TourApp(AnnotatorApp):
    """The app of the tour."""

    def _make_desk(self) -> AnnotateScreen:
        return TourScreen(self.project, self.annotator, self.keymap)
