"""What a trainee missed in the article just done: F1 by label, and the cases one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from annotator.training import Feedback, Score, Training
from annotator.tui.dispatch import key_name
from annotator.tui.keys import Keymap
from annotator.tui.widgets.lines import ACCENT, KEY, MUTED, STRONG, Part, line, shorten
from annotator.tui.widgets.markdown import markdown_lines
from annotator.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from annotator.agreement.cases import Case

KINDS = {
    "missed": "missed",
    "extra": "too much",
    "boundary": "edges",
    "label": "label",
    "attribute": "attribute",
    "link": "link",
    "split": "in pieces",
    "merge": "joined",
}
SHORT = 12  # rows below which the foot keeps to one line


class FeedbackScreen(Screen["Case | None"]):
    """Returns the case whose place is to be shown, or None to go on to the next article."""

    DEFAULT_CSS = """
    FeedbackScreen { padding: 0 1; }
    FeedbackScreen Static { height: auto; max-height: 3; }
    """

    def __init__(
        self, training: Training, feedback: Feedback, keymap: Keymap, text: str, at: str = ""
    ) -> None:
        """`text` is the article's; the cursor starts on the case of the key `at`."""
        super().__init__()
        self._training = training
        self._cases = feedback.cases
        self._keymap = keymap
        self._text = text
        self._at = at
        self._title = feedback.article_id
        self._scores = [s for s in feedback.scores if s.reference or s.own or not s.label]
        self._head = len(self._scores) + 2
        self._rows = Rows(self._draw, selectable=lambda index: index >= self._head)
        self._foot = Static(markup=False)

    def compose(self) -> ComposeResult:
        reference = self._training.reference
        yield Static(
            line((f"{self._title} is done. ", STRONG), f"Compared with {reference}:"), markup=False
        )
        yield self._rows
        yield self._foot

    def on_mount(self) -> None:
        keys = [case.key for case in self._cases]
        place = keys.index(self._at) if self._at in keys else 0
        self._rows.show(self._head + max(1, len(self._cases)), self._head + place)
        self._rows.focus()
        self._tell()

    def on_resize(self) -> None:
        self._tell()

    # -- drawing -----------------------------------------------------------------------------------

    def _draw(self, index: int, width: int) -> list[Content]:
        if index == 0:
            return [
                line((_columns("", "exact", "overlap", "yours", self._training.reference), MUTED))
            ]
        if index <= len(self._scores):
            return [_score_line(self._scores[index - 1])]
        if index < self._head:
            return [Content()]
        if not self._cases:
            return [line(("Nothing was missed: all is as in the reference.", ACCENT))]
        case = self._cases[index - self._head]
        start: list[Part] = [
            (shorten(KINDS[case.kind], 10, pad=True), ACCENT),
            (shorten(case.label, 10, pad=True) + " ", STRONG),
        ]
        words = self._text[case.start : case.end]
        rest = " · ".join(x for x in ("; ".join(case.details), words) if x)
        return [line(*start, shorten(rest, width - 21))]

    def _tell(self) -> None:
        """What the case at the cursor is about, and the keys."""
        guide = "/".join(self._keymap.keys("guidelines", "screen")).upper()
        keys = line(
            ("⏎", KEY),
            " show in the text  ",
            (guide, KEY),
            " guideline page  ",
            ("esc", KEY),
            " next",
        )
        case = self._current()
        if case is None or self.size.height < SHORT:
            self._foot.update(keys)
            return
        about = line((told(case, self._training.reference, self._text), MUTED))
        self._foot.update(Content("\n").join([about, keys]))

    def _current(self) -> Case | None:
        place = self._rows.cursor - self._head
        return self._cases[place] if 0 <= place < len(self._cases) else None

    # -- hands -------------------------------------------------------------------------------------

    def on_rows_moved(self, event: Rows.Moved) -> None:
        event.stop()
        self._tell()

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.dismiss(self._current())

    def on_key(self, event: events.Key) -> None:
        key = key_name(event)
        case = self._current()
        if key == "escape" or self._keymap.action("article", key) == "next-article":
            self.dismiss(None)
        elif key == "enter":
            self.dismiss(case)
        elif self._keymap.action("screen", key) == "guidelines" and case is not None:
            self.app.push_screen(PageScreen(case.label, self._training.page(case.label)))
        elif self._keymap.action("screen", key) == "quit":
            self.app.exit(0)
        else:
            return
        event.stop()
        event.prevent_default()


class PageScreen(ModalScreen[None]):
    """One guideline page; Esc or F5 leaves it."""

    DEFAULT_CSS = """
    PageScreen { background: $background; }
    PageScreen Rows { padding: 0 1; }
    PageScreen Static { height: 1; padding: 0 1; }
    """

    def __init__(self, label: str, text: str) -> None:
        super().__init__()
        self._text = text or f"{label or 'This'} has no guideline page yet."
        self._lines: list[Content] = []
        self._rows = Rows(lambda index, width: [self._lines[index]], cursor=False)

    def compose(self) -> ComposeResult:
        yield self._rows
        yield Static(line(("↑ ↓", KEY), " scroll  ", ("esc", KEY), " back"), markup=False)

    def on_mount(self) -> None:
        self._rows.focus()

    def on_resize(self, event: events.Resize) -> None:
        self._lines = markdown_lines(self._text, event.size.width - 3)
        self._rows.show(len(self._lines))

    def on_key(self, event: events.Key) -> None:
        if event.key in ("escape", "f5"):
            event.stop()
            self.dismiss(None)


def _score_line(score: Score) -> Content:
    figures = ("–" if x is None else f"{x:.2f}" for x in (score.exact, score.overlap))
    row = _columns(score.label or "all", *figures, str(score.own), str(score.reference))
    return line((row, "" if score.label else STRONG))


def _columns(label: str, *cells: str) -> str:
    return shorten(label, 12, pad=True) + "".join(f"{shorten(cell, 9):>10}" for cell in cells)


def told(case: Case, reference: str, text: str) -> str:
    """A case in one sentence; `text` is the article's."""
    details = "; ".join(case.details)
    what = f"{case.label} “{shorten(text[case.start : case.end], 30)}”"
    return {
        "missed": f"{reference} has the {what}, you have none.",
        "extra": f"You have the {what}, {reference} has none.",
        "boundary": f"The edges of the {what} differ ({reference} / you): {details}.",
        "label": f"The labels differ ({reference} / you): {details}.",
        "split": f"{reference} has one {what} where you have several.",
        "merge": f"{reference} has several where you have one: {what}.",
    }.get(case.kind, f"{reference} / you: {details}.")
