"""What every pane is: shown beside the article, fed by the session, speaking in messages."""

from textual import events
from textual.message import Message
from textual.widget import Widget

from annotator.model.session import Edit, Session
from annotator.project import Project
from annotator.text.units import Units
from annotator.tui.dispatch import Keyed, Perform, key_name

SHORT = 12
"""Below this many lines the list needs those of the foot."""


class Pane(Keyed):
    """One pane. It reads the session it was given and posts `Perform`, `GoTo` and `Say`.

    Subclasses draw everything in `reload`; it is called once both the session and the children are
    there, and again for each new article.
    """

    title = ""
    session: Session
    _has_article = False

    DEFAULT_CSS = """
    Pane { layout: vertical; }
    Pane .pane--head, Pane .pane--foot { height: auto; padding: 0 1; }
    Pane .pane--foot { color: $text-muted; max-height: 6; }
    Pane.-short .pane--head { max-height: 1; }
    Pane.-short .pane--foot { display: none; }
    Pane LineInput { padding: 0 1; display: none; }
    Pane LineInput.-shown { display: block; }
    """

    class Closed(Message):
        """The pane wants to give the keyboard back to the article."""

    class Opened(Message):
        """The pane wants another article on the screen."""

        def __init__(self, article_id: str) -> None:
            super().__init__()
            self.article_id = article_id

    def show(self, project: Project, session: Session, units: Units, annotator: str) -> None:
        """Show this article's state; called when the pane opens and when the article changes."""
        self.project = project
        self.session = session
        self.units = units
        self.annotator = annotator
        self._has_article = True
        if self.is_mounted:
            self.reload()

    def on_mount(self) -> None:
        if self._has_article:
            self.reload()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < SHORT, "-short")

    def reload(self) -> None:
        """Draw the session's state from nothing."""

    def edited(self, edit: Edit) -> None:
        """The session changed; repaint what `edit.changes` touch."""

    def caret_moved(self, offset: int, span_id: str | None) -> None:
        """The caret or the chosen span changed."""

    def focus(self, scroll_visible: bool = True) -> "Pane":
        """Give the keyboard to the first thing in the pane that takes it."""
        inner = next((w for w in self.walk_children(Widget) if w.focusable and w.display), None)
        if inner is not None:
            inner.focus(scroll_visible)
        return self

    async def on_key(self, event: events.Key) -> None:
        """Undo and redo work in every pane, unless it means something of its own by the key."""
        key = key_name(event)
        name = self.keymap.action("article", key)
        if name in ("undo", "redo") and self.keymap.action(self.scope, key) is None:
            event.stop()
            event.prevent_default()
            self.post_message(Perform(lambda session: getattr(session, name)()))

    def key_escape(self, event: events.Key) -> None:
        event.stop()
        self.post_message(self.Closed())
