"""A case in its article: both annotators on one text, or how many marked what."""

from __future__ import annotations

from itertools import combinations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll

from annotator.agreement.cases import Comparison
from annotator.agreement.wording import title
from annotator.model.annotation import AnnotationSet
from annotator.model.article import Article
from annotator.model.errors import AnnotatorError
from annotator.project.reviewing import Finding, Pair
from annotator.text.units import Units
from annotator.tui.dispatch import key_name
from annotator.tui.keys import shown
from annotator.tui.screens.annotate import WIDE
from annotator.tui.screens.choose import Choice, Chooser
from annotator.tui.screens.review_heat import HeatView
from annotator.tui.screens.review_keys import ReviewKeys
from annotator.tui.screens.review_state import ReviewState
from annotator.tui.widgets.article import ArticleView
from annotator.tui.widgets.article_motions import MOTIONS
from annotator.tui.widgets.casepanel import CasePanel, Shown
from annotator.tui.widgets.compare import CompareView, Sides


class ReviewArticleScreen(ReviewKeys[Finding | None]):
    """Walks the listed cases of one article after the other; returns the last one looked at."""

    AUTO_FOCUS = "CompareView"
    DEFAULT_CSS = """
    ReviewArticleScreen { layout: vertical; }
    ReviewArticleScreen #work { height: 1fr; }
    ReviewArticleScreen ArticleView { width: 1fr; min-width: 1; height: 1fr; }
    ReviewArticleScreen #side { width: 46; min-width: 1; height: 1fr; border-left: vkey $panel;
            padding: 0 1; scrollbar-size-vertical: 1; }
    ReviewArticleScreen.narrow #work { layout: vertical; }
    ReviewArticleScreen.narrow #side { width: 1fr; height: auto; max-height: 7; border-left: none;
            border-top: hkey $panel; padding: 0 1; scrollbar-size-vertical: 0; }
    ReviewArticleScreen.short KeyBar, ReviewArticleScreen.short HeaderBar { display: none; }
    ReviewArticleScreen.short #side { max-height: 2; border-top: none; }
    """
    hints = ("next-case", "back", "next-article", "pair", "heat", "blind")

    def __init__(self, state: ReviewState, findings: list[Finding]) -> None:
        """`findings` are those listed, worst first; they keep that order from article to article,
        and are walked in the order of the text inside one."""
        super().__init__(state)
        self._all = findings
        self._articles = list(dict.fromkeys(one.article for one in findings))
        self.view = CompareView(ascii=state.review.project.settings.ascii, id="text")
        self.heat = HeatView(ascii=state.review.project.settings.ascii, id="heat")
        self.panel = CasePanel()

    def compose(self) -> ComposeResult:
        yield self.header
        with Horizontal(id="work"):
            yield self.view
            yield self.heat
            with VerticalScroll(id="side", can_focus=False):
                yield self.panel
        yield self.prompt
        yield self.keybar

    def on_mount(self) -> None:
        self.heat.display = False
        self._show_article()

    def on_resize(self, event: events.Resize) -> None:
        narrow = event.size.width < WIDE
        self.set_class(narrow, "narrow")
        self.panel.roomy = not narrow
        self.panel.refresh(layout=True)

    # -- articles ----------------------------------------------------------------------------------

    def prepare(self, finding: Finding) -> None:
        """Read the article of a case and who worked on it. Raises AnnotatorError."""
        self.article: Article = self.state.article(finding.article)
        self.units = Units(self.article.text)
        self.works: dict[str, AnnotationSet] = {
            name: work
            for name in self.state.annotators
            if name in self.state.review.people(finding.article)
            and (work := self.state.work(finding.article, name)) is not None
        }
        if not set(finding.annotators) <= self.works.keys():
            raise AnnotatorError(f"The work on {finding.article} is gone; r reads it again.")
        self.pair: Pair = finding.annotators
        self.finding: Finding | None = finding

    def _show_article(self) -> None:
        scheme = self.state.review.project.scheme
        self._compare()
        self.view.compare(self.article, self.units, scheme, self._sides())
        self._show_heat()
        self._go_to(self.finding)

    def _compare(self) -> None:
        """Find what the two agree on and what not."""
        a, b = (self.works[name] for name in self.pair)
        cases = Comparison(a, b, self.state.review.project.scheme).cases()
        differing = [case for case in cases if case.kind != "agree"]
        self._of_a = {key for case in differing for key in case.a}
        self._of_b = {key for case in differing for key in case.b}
        self._settled = [a.spans[x.a[0]] for x in cases if x.kind == "agree"]

    def _sides(self) -> Sides:
        """What differs as lanes, what agrees as tint; the case looked at as lanes."""
        a, b = (self.works[name] for name in self.pair)
        here = self.finding.case if self.finding is not None else None
        of_a = self._of_a | {key for key in (here.a if here else ()) if key in a.spans}
        of_b = self._of_b | {key for key in (here.b if here else ()) if key in b.spans}
        settled = [span for span in self._settled if span.id not in of_a]
        return Sides(a, b, sorted(of_a), sorted(of_b), settled)

    # -- cases -------------------------------------------------------------------------------------

    def listed(self) -> list[Finding]:
        """The cases of this article and pair, in the order of the text."""
        found = [
            one
            for one in self._all
            if one.article == self.article.id and one.annotators == self.pair
        ]
        return sorted(found, key=lambda one: (one.case.start, one.case.end, one.case.key))

    def at(self) -> Finding | None:
        return self.finding

    def _go_to(self, finding: Finding | None) -> None:
        self.finding = finding
        self.view.update(self._sides())
        if finding is None:
            self.view.point()
        else:
            self.view.point(finding.case.a, finding.case.b)
            if finding.has_place:
                for view in (self.view, self.heat):
                    view.goto(min(finding.case.start, len(self.article.text)))
        self._tell()

    def filtered(self) -> None:
        self._tell()

    def _tell(self) -> None:
        """Show the case in words, and who is A and B."""
        cases, finding = self.listed(), self.finding
        names = [self.state.named(name) for name in self.pair]
        self.header.show(
            self.article.headline or self.article.id,
            f"how many of {len(self.works)} marked {self._heated()}"
            if self.heat.display
            else f"A {names[0]} · B {names[1]}".replace("A A", "A").replace("B B", "B"),
        )
        if finding is None:
            self.panel.show(Shown("These two have no such case here."))
            return
        case = finding.case
        heading = title(case) if case.label else f"article: {case.name}"
        names = ["says" if name in "AB" else name for name in names]
        self.panel.show(
            Shown(
                f"Case {cases.index(finding) + 1} of {len(cases)} · {heading}",
                sides=list(zip("AB", names, self.state.words(finding), strict=True)),
                votes=self._votes(finding),
                keys=[
                    (shown(action.keys[0]), action.title)
                    for action in self.state.keymap.actions
                    if action.scope == "review" and action.name in self.hints and action.keys
                ],
            )
        )

    def _votes(self, finding: Finding) -> str:
        """How many of three or more have something of the label there."""
        case = finding.case
        if len(self.works) < 3 or not finding.has_place:
            return ""
        count = sum(
            any(x.label == case.label and x.touches(case.start, case.end) for x in w.spans.values())
            for w in self.works.values()
        )
        return f"{count} of {len(self.works)} marked a {case.label} here"

    # -- heat --------------------------------------------------------------------------------------

    def _heated(self) -> str:
        """The label whose heat is shown; "anything" for all."""
        chosen = self.state.filter.label or (self.finding.case.label if self.finding else "")
        return chosen or "anything"

    def _show_heat(self) -> None:
        if not self.heat.display:
            return
        label = self._heated()
        self.heat.show(
            self.article,
            self.units,
            self.state.review.project.scheme,
            list(self.works.values()),
            label if label in self.state.review.project.scheme.labels else "",
        )

    def do_heat(self) -> None:
        """From two annotators to how many of all, and back."""
        caret = (self.heat if self.heat.display else self.view).caret
        self.heat.display = not self.heat.display
        self.view.display = not self.heat.display
        self._show_heat()
        shown_now = self.heat if self.heat.display else self.view
        shown_now.focus()
        self.call_after_refresh(shown_now.goto, caret)
        self._tell()

    # -- hands -------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        kind, _, motion = (self.state.keymap.action("article", key_name(event)) or "").partition(
            "-"
        )
        if kind == "move" and motion in MOTIONS:
            event.stop()
            event.prevent_default()
            (self.heat if self.heat.display else self.view).move(motion)

    def do_next_case(self) -> None:
        self._step(1)

    def do_previous_case(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        cases = self.listed()
        if not cases:
            raise AnnotatorError("These two have no such case here.")
        place = cases.index(self.finding) + by if self.finding in cases else 0
        if not 0 <= place < len(cases):
            self.say("That was the last case here; > goes to the next article." if by > 0 else
                     "That was the first case here.")  # fmt: skip
        else:
            self.say("")
        self._go_to(cases[place % len(cases)])
        self._show_heat()

    def do_next_article(self) -> None:
        self._other_article(1)

    def do_previous_article(self) -> None:
        self._other_article(-1)

    def _other_article(self, by: int) -> None:
        place = self._articles.index(self.article.id) + by
        if not 0 <= place < len(self._articles):
            where = "last" if by > 0 else "first"
            raise AnnotatorError(f"This is the {where} article with such cases.")
        first = next(one for one in self._all if one.article == self._articles[place])
        self.prepare(first)
        self._show_article()
        self.say("")

    def do_pair(self) -> None:
        """Draw two others on the text; their cases are walked from then on."""
        pairs = list(combinations(self.works, 2))
        if len(pairs) < 2:
            raise AnnotatorError("Only two annotators did this article.")
        choices = [
            Choice(str(place), self.state.pair_named(pair), chosen=pair == self.pair)
            for place, pair in enumerate(pairs)
        ]

        def chosen(value: str | None) -> None:
            if value is not None:
                self._draw_pair(pairs[int(value)])

        self.app.push_screen(Chooser("Annotators", choices), chosen)

    def _draw_pair(self, pair: Pair) -> None:
        known = {one.annotators for one in self._all}
        self.pair = pair if pair in known or pair[::-1] not in known else (pair[1], pair[0])
        self.finding = next(iter(self.listed()), None)
        if self.heat.display:
            self.do_heat()
        self._show_article()

    @on(ArticleView.SpanClicked)
    def _clicked(self, event: ArticleView.SpanClicked) -> None:
        """Go to the innermost case at a click."""
        here = [x for x in self.listed() if x.case.start <= event.offset < x.case.end]
        if here:
            self._go_to(min(here, key=lambda one: one.case.end - one.case.start))

    def do_back(self) -> None:
        self.dismiss(self.finding)

    def do_guidelines(self) -> None:
        self.open_page(self.finding.case.label if self.finding else "")

    # Filters are of the list; here they would hide what is looked at.
    def do_filter_label(self) -> None:
        raise AnnotatorError("Filters are of the list: esc goes back to it.")

    do_filter_kind = do_filter_article = do_clear_filters = do_filter_label
