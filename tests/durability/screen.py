"""What a terminal would show: just enough of one to read the screen that the app draws."""

import codecs
import re

from wcwidth import wcwidth

# A control sequence, an operating system command or another string, a two-byte escape, a control.
_TOKEN = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]|\x1b[\\]PX^_].*?(?:\x07|\x1b\\\\)|\x1b[^\\[\\]PX^_]"
    "|[\x00-\x1f\x7f-\x9f]|[^\x00-\x1f\x7f-\x9f]+",
    re.DOTALL,
)
_UNFINISHED = re.compile("\x1b(?:\\[[0-?]*[ -/]*|[\\]PX^_][^\x07\x1b]*\x1b?)?$")


class Screen:
    """Cells in rows.

    `controls` collects every sequence and control character that came. `drawing` is true inside a
    frame that the app draws as one (synchronised output).
    """

    def __init__(self, rows: int, columns: int) -> None:
        self.controls: set[str] = set()
        self.drawing = False
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""
        self.resize(rows, columns)

    def resize(self, rows: int, columns: int) -> None:
        """A new, empty screen: what the app does not draw again stays empty."""
        self.rows, self.columns = rows, columns
        self._cells = [[" "] * columns for _ in range(rows)]
        self._row = self._column = 0

    def feed(self, data: bytes) -> None:
        text = self._rest + self._decode(data)
        unfinished = _UNFINISHED.search(text)
        end = unfinished.start() if unfinished else len(text)
        self._rest = text[end:]
        for match in _TOKEN.finditer(text, 0, end):
            token = match[0]
            if token[0] < " " or "\x7f" <= token[0] < "\xa0":
                self.controls.add(token)
                self._control(token)
            else:
                self._draw(token)

    def row(self, number: int) -> str:
        """One row's text without the blanks at its end; negative numbers count from below."""
        return "".join(self._cells[number]).rstrip()

    @property
    def text(self) -> str:
        return "\n".join(self.row(number) for number in range(self.rows))

    def _control(self, token: str) -> None:
        if token == "\r":
            self._column = 0
        elif token == "\n":
            self._row = min(self._row + 1, self.rows - 1)
        elif token.startswith("\x1b[") and token.endswith("H"):
            places = [int(place or 1) for place in (token[2:-1] or "1;1").split(";")]
            self._row = min(places[0], self.rows) - 1
            self._column = min(places[1] if places[1:] else 1, self.columns) - 1
        elif token in ("\x1b[?2026h", "\x1b[?2026l"):
            self.drawing = token[-1] == "h"
        elif token == "\x1b[2J":
            self._cells = [[" "] * self.columns for _ in range(self.rows)]

    def _draw(self, text: str) -> None:
        for character in text:
            width = wcwidth(character)
            if width <= 0:
                if self._column:
                    self._cells[self._row][self._column - 1] += character
                continue
            for place in range(self._column, min(self._column + width, self.columns)):
                self._cells[self._row][place] = character if place == self._column else ""
            self._column = min(self._column + width, self.columns)
