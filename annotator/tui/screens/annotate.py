"""The labelling screen: it hosts the view and the panes, and routes keys, edits and messages."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from annotator.model.annotation import Link
from annotator.model.errors import AnnotatorError
from annotator.model.session import Edit, Session
from annotator.project import Project
from annotator.text.units import Units
from annotator.tui.dispatch import GoTo, Perform, Say, key_name
from annotator.tui.keys import Keymap, shown
from annotator.tui.labelling import Labelling
from annotator.tui.modes import MenuMode, Mode
from annotator.tui.panes.pane import Pane
from annotator.tui.screens.article_actions import ArticleActions
from annotator.tui.screens.leaving import Leaving
from annotator.tui.screens.link_actions import LinkActions
from annotator.tui.screens.span_actions import SpanActions
from annotator.tui.screens.suggestion_actions import SuggestionActions, SuggestMode
from annotator.tui.screens.text_actions import TextActions
from annotator.tui.screens.version_actions import VersionActions
from annotator.tui.suggestions import Suggestions
from annotator.tui.widgets.article import ArticleView
from annotator.tui.widgets.article_motions import MOTIONS
from annotator.tui.widgets.header import HeaderBar
from annotator.tui.widgets.keybar import KeyBar
from annotator.tui.widgets.prompt_line import PromptLine
from annotator.tui.widgets.spanpanel import SpanPanel

WIDE = 100  # columns from which panes stand beside the article
ROOMY = 150  # columns from which an open pane gets more of them
IDLE = 60.0  # seconds without a key that still count as work
PASTE = (15, 0.03)  # so many printable keys in so many seconds are a paste without brackets


class AnnotateScreen(
    TextActions,
    SpanActions,
    LinkActions,
    SuggestionActions,
    ArticleActions,
    VersionActions,
    Leaving,
):
    """State lives in the session; this screen holds only what is looked at."""

    AUTO_FOCUS = "ArticleView"
    CSS = """
    AnnotateScreen { layout: vertical; }
    #work { height: 1fr; }
    #text { width: 1fr; min-width: 1; }
    #side { width: 42; min-width: 1; border-left: vkey $panel; padding: 0 1; }
    AnnotateScreen.roomy.pane #side { width: 68; }
    AnnotateScreen.narrow #side { display: none; }
    AnnotateScreen.narrow.pane #side { display: block; width: 1fr; border-left: none; padding: 0; }
    AnnotateScreen.narrow.pane #text { display: none; }
    AnnotateScreen.short KeyBar { display: none; }
    AnnotateScreen.short HeaderBar { display: none; }
    """
    BINDINGS: ClassVar = []

    session: Session
    units: Units
    labelling: Labelling
    suggestions: Suggestions

    def __init__(self, project: Project, annotator: str, keymap: Keymap) -> None:
        super().__init__()
        self.project = project
        self.annotator = annotator
        self.keymap = keymap
        self.mode: Mode | None = None
        self.view = ArticleView(ascii=project.settings.ascii, id="text")
        self.view.set_reactive(ArticleView.compact, project.settings.compact)
        self.header = HeaderBar()
        self.prompt = PromptLine()
        self.panel = SpanPanel(id="spans")
        self.keybar = KeyBar()
        self.panes: dict[str, Pane] = {}
        self.pane: Pane | None = None
        self._last_key = time.monotonic()
        self._burst: list[float] = []

    def compose(self) -> ComposeResult:
        yield self.header
        with Horizontal(id="work"):
            yield self.view
            with Vertical(id="side"):
                yield self.panel
        yield self.prompt
        yield self.keybar

    def on_mount(self) -> None:
        self.set_interval(2.0, self._retry)
        self.watch(self.view, "scroll_y", self._scrolled, init=False)

    def on_resize(self, event: events.Resize) -> None:
        narrow = event.size.width < WIDE
        self.set_class(narrow, "narrow")
        self.set_class(event.size.height < 8, "short")
        self.set_class(event.size.width >= ROOMY, "roomy")
        self.show_keys()

    def show_keys(self) -> None:
        """The keys of the pane that has the keyboard, or those of the article."""
        scopes = (self.pane.scope if self.pane is not None else "article", "screen")
        hinted = [
            action
            for scope in scopes
            for action in self.keymap.actions
            if action.scope == scope and action.hint and action.keys
        ]
        # Beside the article the panel lists the labels; without it the key bar does.
        narrow = self.has_class("narrow") and self.pane is None
        labels = self.project.profile_scheme.labels.values() if narrow else ()
        self.keybar.show([(shown(a.keys[0]), a.hint) for a in hinted], labels)

    # -- articles ----------------------------------------------------------------------------------

    def open_article(self, article_id: str) -> None:
        """Show another article; the one shown before is checkpointed.

        Raises AnnotatorError for an article that cannot be read, and while edits wait for the disk.
        """
        self.stay_with_unsaved()
        session = self.project.session(article_id, self.annotator)
        self.close_article()
        self.show_session(session)

    def show_session(self, session: Session) -> None:
        """Put a session on the screen in place of the one there, which is closed already."""
        self.session = session
        self.opened(session)
        session.watch = self._edited
        self.units = Units(session.article.text)
        self.labelling = Labelling(self.project, session, self.units)
        self.suggestions = Suggestions(self.labelling)
        self.reset_looks()
        self.view.load(session.article, self.units, self.project.scheme, session.annotations)
        if self.pane is not None:
            self.pane.show(self.project, session, self.units, self.annotator)
        self.look()
        self.refresh_header()
        self.call_after_refresh(self.ghosts_changed)
        self.call_after_refresh(self.follow_caret)
        self.call_after_refresh(self.offer_versions)

    # -- keys --------------------------------------------------------------------------------------

    async def on_key(self, event: events.Key) -> None:
        if not hasattr(self, "session") or not self.is_active:
            return  # a key that was on its way when a question opened labels nothing
        key = key_name(event)
        self._count_time()
        used = False
        if self.focused is self.view or self.focused is None:
            used = self._is_paste(event) or self._article_key(key)
        if not used:
            name = self.keymap.action("screen", key)
            used = name is not None and self.perform(name)
        if used:
            event.stop()
            event.prevent_default()

    def _article_key(self, key: str) -> bool:
        if self.mode is not None:
            asked = self.mode
            used = asked.key(key)
            if self.mode is not None and self.mode.over:
                self.leave_mode()
            elif used:
                self.prompt.offer(self.mode.line() if self.mode else [])
            if used:
                self.look()
                return True
            if isinstance(asked, MenuMode) and self.keymap.action("article", key) == "delete":
                return True  # a slip among the choices ends them and takes nothing away
        label = self.labelling.scheme.label_for_key(key)
        if label is not None:
            self.label(label)
            return True
        if self.attribute_key(key):
            return True
        name = self.keymap.action("article", key)
        return name is not None and self.perform(name)

    def perform(self, name: str) -> bool:
        """Do an action by its name; False if there is no such action here."""
        kind, _, motion = name.partition("-")
        if kind in ("move", "extend") and motion in MOTIONS:
            self.move(name)
            return True
        method = getattr(self, f"do_{name.replace('-', '_')}", None)
        if method is None:
            return False
        self.attempt(method)
        return True

    def attempt(self, act: Callable[[], object]) -> bool:
        """Run something that may be refused; the refusal is said in one sentence."""
        try:
            act()
        except AnnotatorError as error:
            self.say(str(error), "warning")
            return False
        return True

    def _is_paste(self, event: events.Key) -> bool:
        """Whether this key is part of a burst no hand can type: text pasted as keys."""
        if not event.is_printable:
            self._burst.clear()
            return False
        count, seconds = PASTE
        self._burst = [t for t in self._burst if event.time - t < seconds]
        self._burst.append(event.time)
        if len(self._burst) < count:
            return False
        self.say("That looked like pasted text; the rest is ignored. Undo with u.", "warning")
        return True

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.say("Pasting does nothing here: an article's text never changes.", "warning")

    def _count_time(self) -> None:
        now = time.monotonic()
        self.session.annotations.active_seconds += min(now - self._last_key, IDLE)
        self._last_key = now

    # -- modes -------------------------------------------------------------------------------------

    def enter_mode(self, mode: Mode) -> None:
        self.mode = mode
        if mode.over:
            self.leave_mode()
        else:
            self.prompt.offer(mode.line())

    def leave_mode(self) -> None:
        """End a mode; a suggestion that is still shown can be taken again."""
        left, self.mode = self.mode, None
        self.view.clear_hints()
        self.prompt.offer([])
        if self.current is not None and not isinstance(left, SuggestMode):
            self.enter_mode(SuggestMode(self))

    # -- what changed ------------------------------------------------------------------------------

    def _edited(self, edit: Edit) -> None:
        touched: dict[str, None] = {}
        for change in edit.changes:
            if change.kind == "span":
                touched[change.key] = None
            for state in (change.before, change.after):
                if isinstance(state, Link):
                    touched[state.source] = None
            if change.kind == "entity":
                touched.update((link.source, None) for link in self._links_to(change.key))
        # Links to a span show its number or name at their other end.
        sources = [link.source for key in touched for link in self._links_to(key)]
        self.view.changed(dict.fromkeys([*touched, *sources]))
        self.suggestions.edited(edit)
        if self.pane is not None:
            self.pane.edited(edit)
        self.ghosts_changed()
        self.refresh_header()
        gone = any(change.kind == "span" and change.after is None for change in edit.changes)
        if gone and self.mode is not None and self.mode.over:
            self.leave_mode()

    def _links_to(self, key: str) -> list[Link]:
        return self.session.annotations.links_to(key)

    def _retry(self) -> None:
        """Write what a full disk refused, as soon as it can be written."""
        if hasattr(self, "session") and self.session.unsaved:
            if self.session.save_pending():
                self.say("Everything is saved again.")
            self.refresh_header()

    def look(self) -> None:
        """Show what is at the caret in the panel and the open pane."""
        ids = self.view.spans_at(self.view.caret)
        if self.chosen is not None and self.chosen not in ids:
            ids = [self.chosen, *ids]
        self.view.chosen = self.chosen
        self.panel.update(self.session, self.units, ids, self.chosen)
        if self.pane is not None:
            self.pane.caret_moved(self.view.caret, self.chosen)

    def refresh_header(self) -> None:
        article = self.session.article
        status = self.session.annotations.status
        flags = " ⚑" if self.session.annotations.flags or self.session.annotations.note else ""
        warning = ""
        if self.session.unsaved:
            count = len(self.session.unsaved)
            warning = f"NOT SAVED: {count} edit{'s wait' if count > 1 else ' waits'} for the disk"
        done, total = self.progress()
        who = f"{self.annotator}, training" if self.project.reference else self.annotator
        parts = (f"{status}{flags}", f"{done}/{total} done", who, self.profile_name)
        self.header.show(article.headline or article.id, " · ".join(filter(None, parts)), warning)

    @property
    def profile_name(self) -> str:
        return self.labelling.scheme.profile

    def say(self, text: str, severity: str = "information") -> None:
        self.prompt.say(text, severity)

    # -- messages ----------------------------------------------------------------------------------

    @on(ArticleView.CaretMoved)
    def _caret_moved(self) -> None:
        self.follow_caret()

    @on(ArticleView.SpanClicked)
    def _span_clicked(self, event: ArticleView.SpanClicked) -> None:
        if event.span_id in self.session.annotations.spans:
            self.choose_span(event.span_id)
        else:
            self.show_suggestion(self.suggestions.of_ghost(event.span_id))

    @on(Perform)
    def _perform(self, event: Perform) -> None:
        result: list[object] = []
        if self.attempt(lambda: result.append(event.edit(self.session))) and event.then:
            event.then(result[0])
        self.look()

    @on(GoTo)
    def _go_to(self, event: GoTo) -> None:
        if self.has_class("narrow"):
            self.close_pane()
        if event.span_id:
            self.go_to_span(event.span_id)
        elif event.offset >= 0:
            self.view.goto(event.offset)

    @on(Say)
    def _say(self, event: Say) -> None:
        self.say(event.text, event.severity)

    @on(Pane.Closed)
    def _pane_closed(self) -> None:
        self.close_pane()

    @on(Pane.Opened)
    def _pane_opened(self, event: Pane.Opened) -> None:
        self.say("")
        if self.attempt(lambda: self.open_article(event.article_id)):
            self.close_pane()

    def _scrolled(self) -> None:
        if hasattr(self, "session"):
            self.call_after_refresh(self.ghosts_changed)  # the page first

    # -- panes -------------------------------------------------------------------------------------

    def toggle_pane(self, name: str) -> None:
        """Open a pane beside the article (over it where there is no room), or close it."""
        if self.pane is not None and self.pane is self.panes.get(name):
            self.close_pane()
            return
        self.say("")
        pane = self.panes.get(name)
        mounting = None
        if pane is None:
            pane = self.panes[name] = make_pane(name)
            mounting = self.query_one("#side").mount(pane)
        for other in self.panes.values():
            other.display = other is pane
        self.panel.display = False
        self.pane = pane
        self.add_class("pane")
        self.show_keys()

        async def show() -> None:
            if mounting is not None:
                await mounting
            pane.show(self.project, self.session, self.units, self.annotator)
            pane.caret_moved(self.view.caret, self.chosen)
            pane.focus()

        self.call_later(show)

    def close_pane(self) -> None:
        for pane in self.panes.values():
            pane.display = False
        self.pane = None
        self.panel.display = True
        self.remove_class("pane")
        self.show_keys()
        self.view.focus()
        self.look()


def make_pane(name: str) -> Pane:
    """Build a pane when it is first asked for: start-up pays for none of them."""
    if name == "queue":
        from annotator.tui.panes.queue import QueuePane

        return QueuePane()
    if name == "cast":
        from annotator.tui.panes.cast import CastPane

        return CastPane()
    if name == "claims":
        from annotator.tui.panes.claims import ClaimsPane

        return ClaimsPane()
    if name == "document":
        from annotator.tui.panes.document import DocumentPane

        return DocumentPane()
    from annotator.tui.panes.guidelines import GuidelinesPane

    return GuidelinesPane()
