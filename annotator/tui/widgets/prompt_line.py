"""The line below the article: what is offered, what a key just did, what went wrong."""

from rich.text import Text
from textual.widget import Widget

from annotator.text.marks import visible_label
from annotator.tui.modes import Line
from annotator.tui.widgets.lines import shorten

_ROWS = 2
_SHORTER = (30, 20, 14, 9)  # cells a choice is cut to, one after the other, until all fits

_STYLES = {
    "title": "bold",
    "key": "bold reverse",
    "choice": "",
    "picked": "bold underline",
    "muted": "dim",
    "information": "",
    "warning": "bold",
    "error": "bold reverse",
}


class PromptLine(Widget):
    """One or two lines of text; an offer (a mode's line) goes before a message.

    Where both do not fit, the choices offered are cut short, so that the message is seen.
    """

    DEFAULT_CSS = """
    PromptLine { height: auto; min-height: 1; max-height: 2; width: 1fr; background: $surface;
                 color: $foreground; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._offer: Line = []
        self._message = ""
        self._severity = "information"

    def offer(self, line: Line) -> None:
        if line != self._offer:
            self._offer = line
            self.refresh(layout=True)

    def say(self, text: str, severity: str = "information") -> None:
        if (text, severity) != (self._message, self._severity):
            self._message, self._severity = text, severity
            self.refresh(layout=True)

    @property
    def message(self) -> str:
        return self._message

    def render(self) -> Text:
        width = max(1, self.app.size.width)
        line = self._drawn(None)
        for limit in _SHORTER:
            if self._fits(line, width):
                return line
            line = self._drawn(limit)
        if self._message and not self._fits(line, width):
            # What a key just did goes before what the next one may do.
            line = self._said() + Text("  ") + self._offered(_SHORTER[-1])
        return line

    def _fits(self, line: Text, width: int) -> bool:
        return len(line.wrap(self.app.console, width)) <= _ROWS

    def _drawn(self, limit: int | None) -> Text:
        line = self._offered(limit)
        if self._message:
            if self._offer:
                line.append("  ")
            line.append_text(self._said())
        return line

    def _offered(self, limit: int | None) -> Text:
        """The offer, with each choice cut to a number of cells."""
        line = Text(end="", overflow="fold")
        for text, role in self._offer:
            shown = visible_label(text.rstrip())
            if role == "key":
                line.append(f" {shown} ", style=_STYLES["key"])
                line.append(" ")
            else:
                if role in ("choice", "picked") and limit is not None:
                    shown = shorten(shown, limit)
                line.append(shown, style=_STYLES[role])
                line.append(" " * max(0, len(text) - len(text.rstrip())))
        return line

    def _said(self) -> Text:
        mark = {"warning": "! ", "error": "!! "}.get(self._severity, "")
        text = mark + visible_label(self._message)
        return Text(text, style=_STYLES[self._severity], end="", overflow="fold")
