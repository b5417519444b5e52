"""Choose one of a few things by a digit or letter."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from annotator.tui.dispatch import key_name
from annotator.tui.screens.popup import Popup
from annotator.tui.widgets.lines import ACCENT, KEY, MUTED, line, shorten
from annotator.tui.widgets.rows import Rows

DIGITS = "123456789"


@dataclass(frozen=True, slots=True)
class Choice:
    """`value` is returned; `key` chooses it at once (without one it gets the next digit)."""

    value: str
    title: str
    key: str = ""
    note: str = ""
    chosen: bool = False


class Chooser(Popup[str | None]):
    """A short list. A key or Enter returns a choice's value, Esc None."""

    DEFAULT_CSS = """
    Chooser { align: center top; background: $background 40%; }
    Chooser > Vertical {
        width: 60; max-width: 100%; height: auto; max-height: 100%;
        margin-top: 2; padding: 0 1; background: $panel;
    }
    Chooser.-low > Vertical { margin-top: 0; }
    Chooser Static { height: auto; }
    """

    def __init__(self, title: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._title = title
        self._choices = list(choices)
        taken = {choice.key for choice in choices}
        digits = iter([digit for digit in DIGITS if digit not in taken])
        self._keys = [choice.key or next(digits, "") for choice in choices]
        self._rows = Rows(self._draw)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(line((self._title, "bold")), markup=False)
            yield self._rows
            yield Static(line(("key or ⏎ take · esc leave", MUTED)), markup=False)

    def on_mount(self) -> None:
        first = next((i for i, choice in enumerate(self._choices) if choice.chosen), 0)
        self._rows.show(len(self._choices), first)
        self._rows.focus()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < 12, "-low")
        room = max(1, event.size.height - (5 if event.size.height >= 12 else 2))
        self._rows.styles.height = max(1, min(room, len(self._choices)))

    def _draw(self, index: int, width: int) -> list[Content]:
        choice = self._choices[index]
        mark = ("✓ ", ACCENT) if choice.chosen else "  "
        parts = [mark, (f"{self._keys[index]:<2}", KEY), shorten(choice.title, width - 4)]
        return [line(*parts, (f"  {choice.note}" if choice.note else "", MUTED))]

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.dismiss(self._choices[event.index].value)

    def on_key(self, event: events.Key) -> None:
        key = key_name(event)
        if key == "escape":
            event.stop()
            self.dismiss(None)
        elif key == "enter" and self._choices:
            event.stop()
            self.dismiss(self._choices[self._rows.cursor].value)
        elif key in self._keys and key:
            event.stop()
            self.dismiss(self._choices[self._keys.index(key)].value)
