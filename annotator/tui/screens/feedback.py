"""What a trainee missed in the article just done: F1 by label, and the cases one by one."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from annotator.project import Project
from annotator.project.training import Feedback, Lesson, Score, Training
from annotator.tui.dispatch import key_name
from annotator.tui.keys import Keymap
from annotator.tui.screens.popup import Page, Popup
from annotator.tui.widgets.example import example_drawer
from annotator.tui.widgets.lines import ACCENT, KEY, MUTED, STRONG, Part, line, shorten
from annotator.tui.widgets.markdown import markdown_lines
from annotator.tui.widgets.rows import Rows

KINDS = {
    "missed": "missed",
    "extra": "too much",
    "boundary": "edges",
    "label": "label",
    "split": "in pieces",
    "merge": "joined",
}
SHORT = 12  # rows below which the foot keeps to one line


class FeedbackScreen(Page[Lesson | None]):
    """Returns the lesson whose place is to be shown, or None to go on to the next article."""

    DEFAULT_CSS = """
    FeedbackScreen { padding: 0 1; }
    FeedbackScreen Static { height: auto; max-height: 3; }
    """

    def __init__(
        self, training: Training, feedback: Feedback, keymap: Keymap, at: str = ""
    ) -> None:
        """The cursor starts on the case of the key `at`."""
        super().__init__()
        self._training = training
        self._lessons = feedback.lessons
        self._keymap = keymap
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
        keys = [lesson.case.key for lesson in self._lessons]
        place = keys.index(self._at) if self._at in keys else 0
        self._rows.show(self._head + max(1, len(self._lessons)), self._head + place)
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
        if not self._lessons:
            return [line(("Nothing was missed: all is as in the reference.", ACCENT))]
        lesson = self._lessons[index - self._head]
        case = lesson.case
        start: list[Part] = [
            (shorten(case.name or KINDS[case.kind], 10, pad=True), ACCENT),
            (shorten(case.label, 10, pad=True) + " ", STRONG),
        ]
        sides = {"missed": [lesson.reference], "extra": [lesson.own]}
        words = " / ".join(sides.get(case.kind, [lesson.reference, lesson.own]))
        return [line(*start, shorten(words, width - 21))]

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
        lesson = self._current()
        if lesson is None or self.size.height < SHORT:
            self._foot.update(keys)
            return
        about = line((told(lesson, self._training.reference), MUTED))
        self._foot.update(Content("\n").join([about, keys]))

    def _current(self) -> Lesson | None:
        place = self._rows.cursor - self._head
        return self._lessons[place] if 0 <= place < len(self._lessons) else None

    # -- hands -------------------------------------------------------------------------------------

    def on_rows_moved(self, event: Rows.Moved) -> None:
        event.stop()
        self._tell()

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.dismiss(self._current())

    def on_key(self, event: events.Key) -> None:
        key = key_name(event)
        lesson = self._current()
        if key == "escape" or self._keymap.action("article", key) == "next-article":
            self.dismiss(None)
        elif key == "enter":
            self.dismiss(lesson)
        elif self._keymap.action("screen", key) == "guidelines" and lesson is not None:
            label = lesson.case.label
            self.app.push_screen(PageScreen(self._training, label))
        elif self._keymap.action("screen", key) == "quit":
            self.app.exit(0)
        else:
            return
        event.stop()
        event.prevent_default()


class PageScreen(Popup[None]):
    """One guideline page; Esc or F5 leaves it."""

    DEFAULT_CSS = """
    PageScreen { background: $background; }
    PageScreen Rows { padding: 0 1; }
    PageScreen Static { height: 1; padding: 0 1; }
    """

    def __init__(self, project: Project, label: str) -> None:
        super().__init__()
        self._project = project
        self._text = project.page(label) or f"{label or 'This'} has no guideline page yet."
        self._lines: list[Content] = []
        self._rows = Rows(lambda index, width: [self._lines[index]], cursor=False)

    def compose(self) -> ComposeResult:
        yield self._rows
        yield Static(line(("↑ ↓", KEY), " scroll  ", ("esc", KEY), " back"), markup=False)

    def on_mount(self) -> None:
        self._rows.focus()

    def on_resize(self, event: events.Resize) -> None:
        draw = example_drawer(self.app, self._project.scheme, ascii=self._project.settings.ascii)
        self._lines = markdown_lines(self._text, event.size.width - 3, draw)
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


def told(lesson: Lesson, reference: str) -> str:
    """A lesson in one sentence."""
    case = lesson.case
    right, own = (shorten(words, 60) for words in (lesson.reference, lesson.own))
    if case.kind == "missed":
        return f"{reference} has the {case.label} {right}, you have none."
    if case.kind == "extra":
        return f"You have the {case.label} {own}, {reference} has none."
    what = f"{case.label}, {case.name or KINDS[case.kind]}".removeprefix(", ")
    return f"{what}: {reference} has {right}, you have {own}."
