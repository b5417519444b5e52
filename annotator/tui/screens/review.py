"""The table of agreement: arrow keys over the figures, Enter opens the cases behind one."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import Worker, get_current_worker

from annotator.agreement.panel import Panel, Row
from annotator.agreement.report import title
from annotator.agreement.works import Record
from annotator.model.errors import AnnotatorError
from annotator.project.reviewing import KINDS, Filter, Review, label_of
from annotator.tui.screens.review_keys import ReviewKeys
from annotator.tui.screens.review_state import ReviewState
from annotator.tui.screens.review_table import Table, about
from annotator.tui.widgets.rows import Rows

STEP = 0.2  # seconds between two words on how far the reading is
REST = 0.1  # seconds that the cursor rests on a figure until its cases are counted


class ReviewScreen(ReviewKeys[None]):
    """Reads and measures in a thread; until that is done, the figures of before stay."""

    AUTO_FOCUS = "Rows"
    CSS = """
    ReviewScreen Rows { padding: 0 1; min-width: 1; }
    #about { height: auto; max-height: 3; padding: 0 1; background: $surface; }
    ReviewScreen.short #about { max-height: 1; }
    ReviewScreen.short KeyBar { display: none; }
    """
    hints = ("look", "filter-label", "filter-kind", "pair", "filter-article", "clear-filters",
             "blind", "reload")  # fmt: skip

    @dataclass
    class Told(Message):
        """How far the work is."""

        text: str

    @dataclass
    class Measured(Message):
        """Figures for a pair and an article; of everybody and everything if there is neither."""

        review: Review
        panel: Panel
        filter: Filter

    @dataclass
    class Failed(Message):
        """The work cannot be read."""

        reason: str

    class Counted(Message):
        """The cases of a figure are found."""

    panel: Panel | None = None
    table: Table | None = None
    column = 0

    def __init__(self, state: ReviewState) -> None:
        super().__init__(state)
        self.rows = Rows(self._draw, selectable=self._selectable)
        self.about = Static(markup=False, id="about")
        self._measured = Filter()
        self._resting: Timer | None = None

    def compose(self) -> ComposeResult:
        yield self.header
        yield self.rows
        yield self.about
        yield self.prompt
        yield self.keybar

    def on_mount(self) -> None:
        self.do_reload()

    # -- figures -----------------------------------------------------------------------------------

    def do_reload(self) -> None:
        self._work(read=True)

    def _work(self, *, read: bool) -> None:
        wanted = self.state.filter._replace(label="", kind="")
        self.say("Reading …" if read else "Computing …")
        self.run_worker(
            lambda: self._measure(wanted, read), thread=True, exclusive=True, group="figures"
        )

    def _measure(self, wanted: Filter, read: bool) -> None:
        """In a thread: it speaks to the screen by messages alone."""
        worker = get_current_worker()
        review = self.state.review.again() if read else self.state.review
        try:
            if read:
                review.read(lambda records, name: self._watched(worker, records, name))
                self.post_message(self.Told("Computing …"))
                self.post_message(self.Measured(review, review.measure(), Filter()))
            if wanted != Filter():
                self.post_message(self.Measured(review, review.measure(*wanted[2:]), wanted))
        except AnnotatorError as error:
            self.post_message(self.Failed(str(error)))
        except _StoppedError:
            return

    def _watched(
        self, worker: Worker[object], records: Iterable[Record], name: str
    ) -> Iterator[Record]:
        told = time.monotonic()
        for count, record in enumerate(records, 1):
            if worker.is_cancelled:
                raise _StoppedError
            if time.monotonic() - told > STEP:
                told = time.monotonic()
                self.post_message(
                    self.Told(f"{'Reading' if self.state.blind else name}: {count:,}")
                )
            yield record

    @on(Told)
    def _tell(self, event: Told) -> None:
        self.say(event.text)

    @on(Failed)
    def _fail(self, event: Failed) -> None:
        self.say(event.reason, "error")
        if self.state.whole is None:
            self.app.exit(1, return_code=1, message=event.reason)

    @on(Measured)
    def _arrived(self, event: Measured) -> None:
        if event.filter == Filter():
            if not event.panel.articles:
                reason = nothing_to_review(event.panel)
                self.app.exit(1, return_code=1, message=reason)
                return
            self.state.begin(event.review, event.panel)
        self.panel, self._measured = event.panel, event.filter
        self.say("")
        self.show()

    # -- what is shown -----------------------------------------------------------------------------

    def filtered(self) -> None:
        wanted = self.state.filter._replace(label="", kind="")
        if wanted == Filter() and self.state.whole is not None:
            self.panel, self._measured = self.state.whole, wanted
        elif wanted != self._measured:
            self._work(read=False)
        self.show()

    def show(self) -> None:
        """Draw the figures that there are, with the cursor on the same one."""
        if self.panel is None:
            return
        here = self.figure()
        panel = self.state.shown(self.panel)
        self.table = Table(panel, self.state.filter)
        self.rows.show(len(self.table.entries), self.table.place(here.key if here else ""))
        self.header.show(title(panel), self.state.filter_words())
        self._describe()

    def figure(self) -> Row | None:
        """The figure that the cursor is on."""
        if self.table is None:
            return None
        return self.table.figure(self.rows.cursor, self.column)

    def _draw(self, index: int, width: int) -> list[Content]:
        if self.table is None:
            return [Content()]
        here = self.column if index == self.rows.cursor else None
        return [self.table.draw(index, width, here)]

    def _selectable(self, index: int) -> bool:
        return self.table is not None and self.table.selectable(index)

    def _describe(self) -> None:
        row = self.figure()
        if row is None:
            self.about.update(Content())
            return
        pairs = [
            (" / ".join(map(self.state.named, name.split(" / "))), value)
            for name, value in row.by_pair.items()
        ]
        lines = about(row, pairs, self._cases(row))
        room = 1 if self.size.height < 10 else 2 if self.size.height < 16 else 3
        self.about.update(Content("\n").join(lines[:room]))

    def _cases(self, row: Row) -> str:
        if not self.state.knows(row):
            if self._resting is not None:
                self._resting.stop()
            self._resting = self.set_timer(REST, lambda: self._count(row))
            return "counting cases …"
        found = Counter(one.group for one in self.state.findings(row))
        if not found:
            return "no cases"
        told = ", ".join(f"{found[kind]:,} {KINDS[kind]}" for kind in KINDS if found[kind])
        return f"cases: {told}"

    def _count(self, row: Row) -> None:
        """In a thread, find the cases of a figure that the cursor rests on."""

        def find() -> None:
            self.state.findings(row)
            self.post_message(self.Counted())

        self.run_worker(find, thread=True, exclusive=True, group="cases")

    @on(Counted)
    def _counted(self) -> None:
        self._describe()

    # -- hands -------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        self._describe()

    def on_rows_moved(self, event: Rows.Moved) -> None:
        event.stop()
        if not any(map(self._selectable, range(event.index))):
            self.rows.scroll_home(animate=False)
        self._describe()

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.perform("look")

    def on_key(self, event: events.Key) -> None:
        if event.key in ("left", "right"):
            event.stop()
            event.prevent_default()
            self._across(-1 if event.key == "left" else 1)

    def _across(self, by: int) -> None:
        if self.table is None or not self.table.entries:
            return
        many = len(self.table.entries[self.rows.cursor].figures)
        self.column = max(0, min(min(self.column, max(0, many - 1)) + by, many - 1))
        self.rows.repaint(self.rows.cursor)
        self._describe()

    def do_look(self) -> None:
        from annotator.tui.screens.review_cases import CasesScreen

        row = self.figure()
        if row is None:
            raise AnnotatorError("There is no figure here.")
        if self.panel is None or not self.state.findings(row):
            raise AnnotatorError("No case is behind this figure.")

        def back(_: None) -> None:
            self.filtered()

        self.app.push_screen(CasesScreen(self.state, row), back)

    def do_back(self) -> None:
        self.say("This is the table; ctrl+q leaves.")

    def do_guidelines(self) -> None:
        row = self.figure()
        label = label_of(row) if row is not None else ""
        self.open_page(label if label in self.state.review.project.scheme.labels else "")


class _StoppedError(Exception):
    """The reading is not wanted any more."""


def nothing_to_review(panel: Panel) -> str:
    """Why there is no figure, and what to do."""
    reasons = Counter(one.reason for one in panel.excluded)
    told = "; ".join(f"{count:,} {reason}" for reason, count in reasons.most_common())
    told = f" (pieces of work left out: {told})" if told else ""
    remedy = ""
    if reasons["not to be seen yet"]:
        remedy = "; finish yours first, or say that you lead: `annotator config set lead true`"
    elif reasons["not done"]:
        remedy = "; try --all to see open work"
    return f"No article was finished by two annotators{told}{remedy}."
