"""What every screen of a review does with keys: filters, names, help, and the way back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from textual import events
from textual.screen import Screen

from annotator.agreement.panel import Panel
from annotator.agreement.report import number
from annotator.model.errors import AnnotatorError
from annotator.project.reviewing import KINDS, Filter, Finding, Pair
from annotator.tui.dispatch import key_name
from annotator.tui.keys import shown
from annotator.tui.screens.choose import Choice, Chooser
from annotator.tui.screens.review_state import ReviewState
from annotator.tui.widgets.header import HeaderBar
from annotator.tui.widgets.keybar import KeyBar
from annotator.tui.widgets.prompt_line import PromptLine

Result = TypeVar("Result")


class ReviewKeys(Screen[Result], Generic[Result]):
    """A screen whose actions are methods `do_NAME`; `hints` are those named in the key bar."""

    hints: Sequence[str] = ()

    def __init__(self, state: ReviewState) -> None:
        super().__init__()
        self.state = state
        self.header = HeaderBar()
        self.prompt = PromptLine()
        self.keybar = KeyBar()

    def on_mount(self) -> None:
        actions = {a.name: a for a in self.state.keymap.actions if a.scope == "review" and a.keys}
        named = [actions[name] for name in self.hints if name in actions]
        self.keybar.show([(shown(action.keys[0]), action.hint) for action in named])

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < 10, "short")

    def say(self, text: str, severity: str = "information") -> None:
        self.prompt.say(text, severity)

    # -- keys --------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        key = key_name(event)
        for scope in ("review", "screen"):
            name = self.state.keymap.action(scope, key)
            if name is not None and self.perform(name):
                event.stop()
                event.prevent_default()
                return

    def perform(self, name: str) -> bool:
        """Do an action by its name; False if there is no such action here."""
        method = getattr(self, f"do_{name.replace('-', '_')}", None)
        if method is None:
            return False
        try:
            method()
        except AnnotatorError as error:
            self.say(str(error), "warning")
        return True

    def do_blind(self) -> None:
        self.state.blind = not self.state.blind
        self.filtered()

    def do_theme(self) -> None:
        self.app.action_toggle_dark()

    def do_help(self) -> None:
        from annotator.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self.state.keymap, self.state.review.project.scheme))

    def do_suspend(self) -> None:
        self.app.action_suspend_process()

    def do_quit(self) -> None:
        self.app.exit(0)

    def open_page(self, label: str) -> None:
        """Show the guideline page of a label. Raises AnnotatorError without a label."""
        from annotator.tui.screens.feedback import PageScreen

        if not label:
            raise AnnotatorError("This is not about one label.")
        self.app.push_screen(PageScreen(self.state.review.project, label))

    # -- filters -----------------------------------------------------------------------------------

    def filtered(self) -> None:
        """Show what the filter now lets through, under the names it is now shown with."""

    def listed(self) -> list[Finding]:
        """The cases that the choice of an article is about."""
        return []

    def at(self) -> Finding | None:
        """The case that the cursor is on."""
        return None

    def do_filter_label(self) -> None:
        labels = self._whole().labels
        self._choose("Label", labels, self.state.filter.label, lambda x: {"label": x})

    def do_filter_kind(self) -> None:
        self._choose(
            "Kind of disagreement", KINDS, self.state.filter.kind, lambda x: {"kind": x},
            titles=list(KINDS.values()),
        )  # fmt: skip

    def do_pair(self) -> None:
        pairs = self.state.pairs()
        if len(pairs) < 2:
            raise AnnotatorError("There are only two annotators.")
        now = self.state.filter.pair
        self._choose(
            "Annotators",
            [str(place) for place in range(len(pairs))],
            str(pairs.index(now)) if now in pairs else "",
            lambda x: {"pair": pairs[int(x)] if x else None},
            titles=[self.state.pair_named(pair) for pair in pairs],
        )

    def do_filter_article(self) -> None:
        """Those with least agreement first; the cursor starts on the one that is looked at."""
        counts = Counter(one.article for one in self.listed())
        articles = [
            one for one in self._whole().articles if not counts or one.article in counts
        ]  # fmt: skip
        articles.sort(key=lambda one: (one.value is None, one.value))
        here = self.at()
        self._choose(
            "Article",
            [one.article for one in articles],
            self.state.filter.article or (here.article if here else ""),
            lambda x: {"article": x},
            titles=[self.state.headline(one.article) for one in articles[:400]]
            + [one.article for one in articles[400:]],
            notes=[f"F1 {number(one.value)}" for one in articles],
        )

    def do_clear_filters(self) -> None:
        self.state.filter = Filter()
        self.filtered()
        self.say("Everything is shown.")

    def _whole(self) -> Panel:
        if self.state.whole is None:
            raise AnnotatorError("The figures are not there yet.")
        return self.state.whole

    def _choose(
        self,
        title: str,
        values: Iterable[str],
        now: str,
        change: Callable[[str], dict[str, str | Pair | None]],
        *,
        titles: Sequence[str] = (),
        notes: Sequence[str] = (),
    ) -> None:
        """Ask for one of `values`, or all, and filter by it."""
        values = list(values)
        shown_as = dict(zip(values, titles or values, strict=True))
        beside = dict(zip(values, notes, strict=False))
        choices = [Choice("", "all", "0", chosen=not now)] + [
            Choice(value, shown_as[value], note=beside.get(value, ""), chosen=value == now)
            for value in values
        ]

        def chosen(value: str | None) -> None:
            if value is not None:
                self.state.filter = self.state.filter._replace(**change(value))  # type: ignore[arg-type]
                self.filtered()
                self.say("")

        self.app.push_screen(Chooser(title, choices), chosen)
