"""The cases behind one figure, worst first; Enter opens one in its article."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from annotator.agreement.panel import Row
from annotator.agreement.report import MEASURES, number
from annotator.model.errors import AnnotatorError
from annotator.project.reviewing import Finding
from annotator.tui.screens.review_keys import ReviewKeys
from annotator.tui.screens.review_state import ReviewState
from annotator.tui.widgets.inks import label_inks
from annotator.tui.widgets.lines import MUTED, STRONG, Part, line, shorten
from annotator.tui.widgets.rows import Rows

WIDE = 120  # columns from which a case takes one line
SEVERITY, KIND, LABEL, ARTICLE, PAIR = 7, 17, 18, 26, 14


class CasesScreen(ReviewKeys[None]):
    """Follows the filter that all screens of the review share."""

    AUTO_FOCUS = "Rows"
    DEFAULT_CSS = """
    CasesScreen Rows { padding: 0 1; min-width: 1; }
    CasesScreen #columns { height: 1; padding: 0 2; }
    CasesScreen.short #columns, CasesScreen.short KeyBar { display: none; }
    """
    hints = ("look", "back", "filter-label", "filter-kind", "pair", "filter-article",
             "clear-filters", "blind")  # fmt: skip

    def __init__(self, state: ReviewState, row: Row) -> None:
        super().__init__(state)
        self.row = row
        self.rows = Rows(self._draw)
        self.columns = Static(markup=False, id="columns")
        self._cases = state.findings(row)

    def compose(self) -> ComposeResult:
        yield self.header
        yield self.columns
        yield self.rows
        yield self.prompt
        yield self.keybar

    def on_mount(self) -> None:
        self._show(0)

    def on_resize(self, event: events.Resize) -> None:
        self._show(self.rows.cursor)

    # -- what is shown -----------------------------------------------------------------------------

    def listed(self) -> list[Finding]:
        return self._cases

    def at(self) -> Finding | None:
        place = self.rows.cursor
        return self._cases[place] if 0 <= place < len(self._cases) else None

    def filtered(self) -> None:
        here = self.at()
        self._cases = self.state.findings(self.row)
        self._show(self._cases.index(here) if here in self._cases else 0)

    def _show(self, cursor: int) -> None:
        wide = self.size.width >= WIDE
        self.rows.show(max(1, len(self._cases)), cursor, height=1 if wide or not self._cases else 2)
        row = self.row
        name = f"{row.layer} · {MEASURES[row.measure]} {number(row.value)}"
        count = len(self._cases)
        self.header.show(
            f"{name}: {count:,} {'case' if count == 1 else 'cases'}, worst first",
            self.state.filter_words(),
        )
        head = "severe".ljust(SEVERITY) + "differs".ljust(KIND) + "label".ljust(LABEL)
        if not wide:
            head += ("annotators".ljust(PAIR) if self._several() else "") + "article"
        else:
            head += "article".ljust(ARTICLE)
            head += "annotators".ljust(PAIR) if self._several() else ""
            room = (self.size.width - 5 - len(head)) // 2
            head += "A says".ljust(room) + " B says"
        self.columns.update(line((head, MUTED)))

    def _several(self) -> bool:
        return len(self.state.annotators) > 2 and self.state.filter.pair is None

    def _draw(self, index: int, width: int) -> list[Content]:
        if index >= len(self._cases):
            return [line(("No such case; x shows all again.", MUTED))]
        finding = self._cases[index]
        case = finding.case
        ink = label_inks(self.app, self.state.review.project.scheme).get(case.label, STRONG)
        start: list[Part] = [
            (number(case.severity).ljust(SEVERITY), STRONG),
            shorten(self._kind(finding), KIND - 1, pad=True) + " ",
            (shorten(_about(finding), LABEL - 1, pad=True) + " ", ink),
        ]
        pair = shorten(self.state.pair_named(finding.annotators), PAIR - 1, pad=True) + " "
        headline = self.state.headline(finding.article)
        words = self.state.words(finding)
        if self.size.width >= WIDE:
            start.append(shorten(headline, ARTICLE - 1, pad=True) + " ")
            start += [(pair, MUTED)] if self._several() else []
            room = width - SEVERITY - KIND - LABEL - ARTICLE - PAIR * self._several()
            half = max(4, room // 2)
            said = [shorten(words[0], half - 1, pad=True), " ", shorten(words[1], half - 1)]
            return [line(*start, *said)]
        start += [(pair, MUTED)] if self._several() else []
        used = SEVERITY + KIND + LABEL + PAIR * self._several()
        half = max(4, (width - SEVERITY) // 2 - 3)
        return [
            line(*start, (shorten(headline, max(0, width - used)), MUTED)),
            line(
                " " * (SEVERITY if width > 40 else 0), ("A ", MUTED),
                shorten(words[0], half, pad=True), (" B ", MUTED), shorten(words[1], half),
            ),
        ]  # fmt: skip

    def _kind(self, finding: Finding) -> str:
        kind, (a, b) = finding.case.kind, map(self.state.named, finding.annotators)
        words = {
            "missed": f"missed by {b}",
            "extra": f"missed by {a}",
            "boundary": "other edges",
            "label": "another label",
            "attribute": "another value",
            "link": "another link",
            "split": f"split by {b}",
            "merge": f"split by {a}",
        }
        return words.get(kind, kind)

    # -- hands -------------------------------------------------------------------------------------

    def on_rows_moved(self, event: Rows.Moved) -> None:
        event.stop()
        self.say("")

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.perform("look")

    def do_look(self) -> None:
        from annotator.tui.screens.review_article import ReviewArticleScreen

        here = self.at()
        if here is None:
            raise AnnotatorError("There is no case here.")
        screen = ReviewArticleScreen(self.state, self._cases)
        screen.prepare(here)

        def back(finding: Finding | None) -> None:
            self.filtered()
            if finding in self._cases:
                self.rows.move_to(self._cases.index(finding))

        self.app.push_screen(screen, back)

    def do_back(self) -> None:
        self.dismiss(None)

    def do_guidelines(self) -> None:
        here = self.at()
        self.open_page(here.case.label if here else "")


def _about(finding: Finding) -> str:
    """The label and what of it, or the field of the article."""
    case = finding.case
    if case.kind == "label":
        return " / ".join(finding.said)
    return ".".join(filter(None, (case.label, case.name)))
