"""Ask for one line of text."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from annotator.tui.screens.popup import Popup
from annotator.tui.widgets.line_input import LineInput
from annotator.tui.widgets.lines import MUTED, line, shorten
from annotator.tui.widgets.rows import Rows


class Prompt(Popup[str | None]):
    """One input line. Enter returns what it holds, Esc None; up and down go through suggestions."""

    DEFAULT_CSS = """
    Prompt { align: center top; background: $background 40%; }
    Prompt > Vertical {
        width: 72; max-width: 100%; height: auto; max-height: 100%;
        margin-top: 2; padding: 0 1; background: $panel;
    }
    Prompt.-low > Vertical { margin-top: 0; }
    Prompt Static { height: auto; }
    Prompt Rows { height: auto; max-height: 6; }
    """

    def __init__(
        self, title: str, value: str = "", *, suggestions: Sequence[str] = (), hint: str = ""
    ) -> None:
        super().__init__()
        self._title = title
        self._suggestions = list(suggestions)
        self._value = value
        self._rows = Rows(self._draw)
        self._rows.can_focus = False
        self._hint = hint or "⏎ take · esc leave" + (" · ↑↓ suggestions" if suggestions else "")

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(line((self._title, "bold")), markup=False)
            yield LineInput(self._value)
            if self._suggestions:
                yield self._rows
            yield Static(line((self._hint, MUTED)), markup=False)

    def on_mount(self) -> None:
        self._input = self.query_one(LineInput)
        self._rows.styles.height = min(6, len(self._suggestions))
        self._rows.show(len(self._suggestions), -1)
        self._input.focus()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < 12, "-low")

    def _draw(self, index: int, width: int) -> list[Content]:
        return [line(shorten(self._suggestions[index], width))]

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif event.key == "enter":
            event.stop()
            self.dismiss(self._input.value)
        elif event.key in ("up", "down") and self._suggestions:
            event.stop()
            fresh = self._input.value not in self._suggestions
            self._rows.move_to(
                0 if fresh else self._rows.cursor + (1 if event.key == "down" else -1)
            )
            self._input.value = self._suggestions[self._rows.cursor]
            self._input.cursor_position = len(self._input.value)

    def on_rows_moved(self, event: Rows.Moved) -> None:
        event.stop()
        self._input.value = self._suggestions[event.index]
        self._input.focus()
