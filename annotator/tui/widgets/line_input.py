"""One line to type in, that shows controls as marks whatever was pasted or given."""

from rich.highlighter import Highlighter
from rich.text import Text
from textual.widgets import Input

from annotator.text.marks import visible_label


class _Marks(Highlighter):
    """Marks are as long as what they stand for, so the cursor stays right."""

    def __call__(self, text: str | Text) -> Text:
        plain = text if isinstance(text, str) else text.plain
        return Text(visible_label(plain), no_wrap=True, overflow="ignore", end="")

    def highlight(self, text: Text) -> None:
        """Nothing is coloured."""


class LineInput(Input):
    """An Input without a frame, one line high."""

    DEFAULT_CSS = """
    LineInput, LineInput:focus { border: none; height: 1; padding: 0; background: $surface; }
    """

    def __init__(self, value: str | None = None, *, placeholder: str = "") -> None:
        super().__init__(
            value, placeholder=placeholder, highlighter=_Marks(), select_on_focus=False
        )
