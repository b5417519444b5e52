"""The line above the article: which article, how far, saved or not, who."""

from rich.text import Text
from textual.widget import Widget

from annotator.text.marks import visible_label


class HeaderBar(Widget):
    """One line; the right end (state) is never cut off, the headline is."""

    DEFAULT_CSS = "HeaderBar { height: 1; width: 1fr; background: $panel; color: $foreground; }"

    def __init__(self) -> None:
        super().__init__()
        self._title = ""
        self._state = ""
        self._warning = ""

    def show(self, title: str, state: str, warning: str = "") -> None:
        """Set what is shown; `warning` (work not yet on disk) stands first, in reverse."""
        new = (visible_label(title), visible_label(state), visible_label(warning))
        if new != (self._title, self._state, self._warning):
            self._title, self._state, self._warning = new
            self.refresh()

    def render(self) -> Text:
        width = max(1, self.size.width)
        line = Text(no_wrap=True, end="")
        if self._warning:
            line.append(f" {self._warning} ", style="reverse bold")
        state = Text(f" {self._state} ", style="dim", no_wrap=True)
        title = Text(f" {self._title}", style="bold", no_wrap=True)
        room = width - line.cell_len - state.cell_len
        if room > 8:
            title.truncate(room, overflow="ellipsis", pad=True)
            line.append_text(title)
        line.append_text(state)
        line.truncate(width, overflow="ellipsis")
        return line
