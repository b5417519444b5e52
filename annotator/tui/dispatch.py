"""From a key press to a method: `Keyed` widgets ask the key map what a key means to them."""

from collections.abc import Callable

from textual import events
from textual.message import Message
from textual.widget import Widget

from annotator.model.session import Session
from annotator.tui.keys import Keymap


def key_name(event: events.Key) -> str:
    """The key as the key map writes it: printable characters as themselves, others by name."""
    if event.character is not None and event.is_printable:
        return "space" if event.character == " " else event.character
    return event.key


class Perform(Message):
    """A pane's wish to change the work; the annotate screen runs it on the session.

    `then` is called with what `edit` returned, after everything was repainted.
    """

    def __init__(
        self, edit: Callable[[Session], object], then: Callable[[object], None] | None = None
    ) -> None:
        super().__init__()
        self.edit = edit
        self.then = then


class GoTo(Message):
    """A pane's wish that the article shows a span (and chooses it) or an offset."""

    def __init__(self, span_id: str = "", offset: int = -1) -> None:
        super().__init__()
        self.span_id = span_id
        self.offset = offset


class Say(Message):
    """One sentence for the message line; never taken as markup."""

    def __init__(self, text: str, severity: str = "information") -> None:
        super().__init__()
        self.text = text
        self.severity = severity


class Keyed(Widget):
    """A widget whose actions are methods `do_NAME`, found through the app's key map."""

    scope = "article"

    @property
    def keymap(self) -> Keymap:
        keymap: Keymap = self.app.keymap  # type: ignore[attr-defined]
        return keymap

    async def on_key(self, event: events.Key) -> None:
        name = self.keymap.action(self.scope, key_name(event))
        method = getattr(self, f"do_{name.replace('-', '_')}", None) if name else None
        if method is not None:
            event.stop()
            event.prevent_default()
            method()
