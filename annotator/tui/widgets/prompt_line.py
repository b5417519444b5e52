"""The line below the article: what is offered, what a key just did, what went wrong."""

from rich.text import Text
from textual.widget import Widget

from annotator.text.marks import visible_label
from annotator.tui.modes import Line

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
    """One or two lines of text; an offer (a mode's line) goes before a message."""

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
        line = Text(end="", overflow="fold")
        for text, role in self._offer:
            shown = visible_label(text.rstrip())
            if role == "key":
                line.append(f" {shown} ", style=_STYLES["key"])
                line.append(" ")
            else:
                line.append(shown, style=_STYLES[role])
                line.append(" " * max(0, len(text) - len(text.rstrip())))
        if self._message:
            if self._offer:
                line.append("  ")
            mark = {"warning": "! ", "error": "!! "}.get(self._severity, "")
            line.append(mark + visible_label(self._message), style=_STYLES[self._severity])
        return line
