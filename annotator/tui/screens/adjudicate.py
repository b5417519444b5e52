"""The adjudication screen: two annotators' work on one text, case by case, into gold."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import combinations
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll

from annotator.agreement.adjudication import Adjudication
from annotator.agreement.cases import Case
from annotator.agreement.counterparts import Counterparts
from annotator.agreement.wording import Wording, title
from annotator.model.annotation import AnnotationSet, Verdict
from annotator.model.errors import AnnotatorError
from annotator.model.session import Edit, Session
from annotator.project import Project
from annotator.project.adjudicating import Candidate, finished_works, queue
from annotator.store.names import GOLD
from annotator.text.units import Units
from annotator.tui.dispatch import key_name
from annotator.tui.keys import Action, Keymap, shown
from annotator.tui.modes import Mode
from annotator.tui.screens.adjudicate_actions import AdjudicateActions
from annotator.tui.screens.adjudicate_edit import EditGoldScreen
from annotator.tui.screens.annotate import IDLE
from annotator.tui.screens.leaving import Leaving
from annotator.tui.widgets.article import ArticleView
from annotator.tui.widgets.article_motions import MOTIONS
from annotator.tui.widgets.casepanel import CasePanel, Shown
from annotator.tui.widgets.compare import CompareView, Sides
from annotator.tui.widgets.header import HeaderBar
from annotator.tui.widgets.keybar import KeyBar
from annotator.tui.widgets.prompt_line import PromptLine

Pair = tuple[str, str]
WIDE = 110  # columns from which the case stands beside the article, not below it
BAR = (
    "take-a", "take-b", "both", "neither", "merge", "gap", "edit", "undo", "done", "help",
    "next-case", "note", "accept",
)  # fmt: skip
WIDE_BAR = ("next-case", "undo", "done", "help")  # the others stand beside the case


class AdjudicateScreen(AdjudicateActions, Leaving):
    """Decisions live in the gold session; this screen holds only which case is looked at."""

    AUTO_FOCUS = "CompareView"
    CSS = """
    AdjudicateScreen { layout: vertical; }
    #work { height: 1fr; }
    #text { width: 1fr; min-width: 1; height: 1fr; }
    #side { width: 46; min-width: 1; height: 1fr; border-left: vkey $panel; padding: 0 1;
            scrollbar-size-vertical: 1; }
    AdjudicateScreen.narrow #work { layout: vertical; }
    AdjudicateScreen.narrow #side { width: 1fr; height: auto; max-height: 7; border-left: none;
            border-top: hkey $panel; padding: 0; scrollbar-size-vertical: 0; }
    AdjudicateScreen.short KeyBar { display: none; }
    AdjudicateScreen.short HeaderBar { display: none; }
    AdjudicateScreen.short #side { max-height: 2; border-top: none; }
    """
    BINDINGS: ClassVar = []

    session: Session
    units: Units
    counterparts: Counterparts

    def __init__(self, project: Project, viewer: str, keymap: Keymap) -> None:
        super().__init__()
        self.project = project
        self.viewer = viewer
        self.keymap = keymap
        self.mode: Mode | None = None
        self.editor: EditGoldScreen | None = None
        self.blind = False
        self.case: Case | None = None
        self.listed: list[Case] = []
        self.left: list[Case] = []
        self.works: list[AnnotationSet] = []
        self.pair: Pair = ("", "")
        self.view = CompareView(ascii=project.settings.ascii, id="text")
        self.header = HeaderBar()
        self.panel = CasePanel()
        self.prompt = PromptLine()
        self.keybar = KeyBar()
        self.by_hand: list[range] = []  # the edits of each decision made in the labelling view
        self._made: dict[Pair, Adjudication] = {}
        self._candidates: list[Candidate] = []
        self._last_key = time.monotonic()

    def compose(self) -> ComposeResult:
        yield self.header
        with Horizontal(id="work"):
            yield self.view
            with VerticalScroll(id="side", can_focus=False):
                yield self.panel
        yield self.prompt
        yield self.keybar

    def on_mount(self) -> None:
        self.set_interval(2.0, self._retry)

    def on_resize(self, event: events.Resize) -> None:
        narrow = event.size.width < WIDE
        self.set_class(narrow, "narrow")
        self.set_class(event.size.height < 10, "short")
        self.panel.roomy = not narrow
        self.panel.refresh(layout=True)
        self._show_keys()

    def _show_keys(self) -> None:
        names = BAR if self.has_class("narrow") else WIDE_BAR
        wanted = sorted(
            (a for a in self._hinted(("adjudicate", "screen")) if a.name in names),
            key=lambda a: names.index(a.name),
        )
        self.keybar.show([(shown(a.keys[0]), a.hint) for a in wanted if self._offers(a)])

    def _offers(self, action: Action) -> bool:
        """Whether an action can do something with the case shown."""
        if action.name == "both":  # a value is one
            return self.case is None or self.case.kind != "attribute"
        return action.name != "accept" or len(self.works) != 2  # of two there is no majority

    # -- articles ----------------------------------------------------------------------------------

    def load_queue(self) -> None:
        """Read again which articles there are, those with most disagreement first."""
        self._candidates = list(queue(self.project, self.viewer).candidates)

    def unfinished(self, after: str | None = None) -> str | None:
        """The next article whose gold is not done, going round once; None if all are."""
        ids = [item.head.id for item in self._candidates if not item.finished]
        if after is None:
            return ids[0] if ids else None
        return next((article_id for article_id in ids if article_id != after), None)

    def any_article(self) -> str | None:
        return self._candidates[0].head.id if self._candidates else None

    @property
    def candidates(self) -> list[Candidate]:
        return self._candidates

    def open_article(self, article_id: str, at: Case | None = None) -> None:
        """Show an article; what agrees is taken over, unless gold was done. Raises AnnotatorError.

        `at` is the case to stay on.
        """
        works = finished_works(self.project, self.viewer, article_id)
        if len(works) < 2:
            raise AnnotatorError(
                f"{article_id} cannot be adjudicated: two annotators have to be done with it. You"
                " may see their work once yours is done, or as lead: annotator config set lead"
                " true."
            )
        self.stay_with_unsaved()
        self.close_article()
        session = self.project.session(article_id, GOLD)
        self.editor = None
        same = hasattr(self, "session") and self.session.article.id == article_id
        self.session, self.works, self._made = session, works, {}
        self.counterparts = Counterparts(works, self.project.scheme)
        self.opened(session)
        self.case, self.left = None, []
        self.units = Units(session.article.text)
        self.wording = Wording(session.article.text, self.project.scheme, self.project.topic_name)
        names = [work.annotator for work in works]
        if not same:
            self.by_hand = []
        if not same or not set(self.pair) <= set(names):
            self.pair = (names[0], names[1])
        told = self._begin()
        session.watch = self._edited
        self.view.compare(session.article, self.units, self.project.scheme, self._sides())
        self.refresh_cases()
        self.go_to(at if at in self.listed else self.left[0] if self.left else None)
        self.say(told)

    def _begin(self) -> str:
        """Take over what agrees in work that nobody has touched since; what to say of it."""
        current = self.adjudication
        changed = self.adjudication.changed()
        if changed:
            who = " and ".join(map(self.named, changed))
            return (
                f"{who} changed this article after it was adjudicated; nothing was taken over."
                f" {_cases(len(current.open()))} open."
            )
        if current.gold.status == "done":
            return "Gold of this article is done; a decision opens it again."
        if self.session.can_redo and not current.gold.spans:
            return f"All was undone here; U does it again. {_cases(len(current.open()))} open."
        taken = current.take_agreed()
        agreed = f"{taken} spans agree and are taken over. " if taken else ""
        return f"{agreed}{_cases(len(current.open()))} open."

    @property
    def adjudication(self) -> Adjudication:
        """The one of the pair that is looked at."""
        return self.adjudication_of(self.pair)

    def adjudication_of(self, pair: Pair) -> Adjudication:
        if pair not in self._made:
            works = {work.annotator: work for work in self.works}
            others = [work for name, work in works.items() if name not in pair]
            self._made[pair] = Adjudication(
                self.session,
                works[pair[0]],
                works[pair[1]],
                self.project.scheme,
                others,
                counterparts=self.counterparts,
            )
        return self._made[pair]

    def pairs(self) -> list[Pair]:
        return list(combinations([work.annotator for work in self.works], 2))

    def choose_pair(self, pair: Pair) -> None:
        """Look at other annotators; what they agree on is taken over."""
        self.pair, self.case = pair, None
        said = self._begin()
        self.refresh_cases()
        self.go_to(self.left[0] if self.left else None)
        self.say(f"{self.named(pair[0])} is A, {self.named(pair[1])} is B. {said}")

    @property
    def waiting(self) -> Session | None:
        """Gold's session: in the editor's hands while one is open, the one here is old then."""
        return self.editor.waiting if self.editor is not None else super().waiting

    def close_article(self) -> None:
        if self.editor is not None:
            self.editor.close_article()
        else:
            super().close_article()

    # -- cases -------------------------------------------------------------------------------------

    def refresh_cases(self) -> None:
        """See which cases are open and which are decided; show that."""
        current = self.adjudication
        self.left = current.open()
        keys = {case.key for case in self.left}
        decided = {item.case for item in current.gold.verdicts.values()}
        self.listed = [
            case
            for case in current.cases
            if case.key in keys or (case.key in decided and case.kind != "agree")
        ]
        self.view.update(self._sides())
        self.refresh_header()

    def go_to(self, case: Case | None) -> None:
        """Show a case: its spans heavy, its place in view, what it is about in words."""
        self.case = case
        self.view.update(self._sides())
        if case is not None:
            self.view.point(case.a, case.b)
            if case.a or case.b:
                self.view.goto(case.start)
        else:
            self.view.point()
        self.show_case()

    def _sides(self) -> Sides:
        current = self.adjudication
        drawn = [*self.left, self.case] if self.case is not None else self.left
        of_a = dict.fromkeys(key for case in drawn for key in case.a)
        of_b = dict.fromkeys(key for case in drawn for key in case.b)
        return Sides(current.a, current.b, of_a, of_b, current.gold.in_order())

    def show_case(self) -> None:
        case, current = self.case, self.adjudication
        gold = current.gold
        self._show_keys()
        decided = len(self.listed) - len(self.left)
        counts = f"{len(self.left)} open, {decided} decided, {len(gold.spans)} spans in gold"
        if case is None:
            done = shown((self.keymap.keys("done", "adjudicate") or ("",))[0])
            state = "Gold is done." if gold.status == "done" else f"{done} writes gold as done."
            self.panel.show(Shown("Every case is decided.", state, more=[counts]))
            return
        verdict = current.verdict(case)
        place = self.listed.index(case) + 1 if case in self.listed else 0
        sides = [
            ("a", self.named(self.pair[0], "A"), self.wording.said(case, current.a, case.a)),
            ("b", self.named(self.pair[1], "B"), self.wording.said(case, current.b, case.b)),
        ]
        keys = [
            (shown(a.keys[0]), a.title)
            for a in self._hinted(("adjudicate",))
            if a.name not in ("take-a", "take-b") and self._offers(a)
        ]
        self.panel.show(
            Shown(
                f"Case {place} of {len(self.listed)} · {title(case)}",
                _state(verdict),
                sides,
                "; ".join(case.details) if case.kind in ("boundary", "split", "merge") else "",
                self._votes(case),
                self._in_gold(verdict),
                _remark(verdict),
                [counts],
                keys,
            )
        )

    def _hinted(self, scopes: tuple[str, ...]) -> list[Action]:
        return [a for a in self.keymap.actions if a.scope in scopes and a.hint and a.keys]

    def _votes(self, case: Case) -> str:
        votes = self.adjudication.votes(case)
        if votes.asked < 3:
            return ""
        side = self.adjudication.suggestion(case)
        if case.kind == "agree":
            return "" if side else f"A and B agree, but no majority of the {votes.asked} has this"
        enter = f"; ⏎ takes {side}" if side else ""
        return f"{votes.a} of {votes.asked} say a, {votes.b} say b{enter}"

    def _in_gold(self, verdict: Verdict | None) -> str:
        spans = [self.session.annotations.spans.get(x) for x in verdict.spans] if verdict else []
        said = " + ".join(self.wording.quoted(span) for span in spans if span is not None)
        return f"gold: {said}" if said else ""

    def named(self, annotator: str, letter: str = "") -> str:
        """An annotator's name; in blind mode only the letter."""
        if not letter:
            letter = "AB"[self.pair.index(annotator)] if annotator in self.pair else "another"
            return letter if self.blind else annotator
        return letter if self.blind else f"{letter} {annotator}"

    def refresh_header(self) -> None:
        article = self.session.article
        waiting = len(self.session.unsaved)
        edits = "1 edit waits" if waiting == 1 else f"{waiting} edits wait"
        warning = f"NOT SAVED: {edits} for the disk" if waiting else ""
        done = sum(item.finished for item in self._candidates)
        who = "" if self.blind else " / ".join(self.pair)
        parts = (
            f"gold {self.session.annotations.status}",
            f"{len(self.left)} open",
            f"{done}/{len(self._candidates)} done",
            who,
        )
        self.header.show(article.headline or article.id, " · ".join(filter(None, parts)), warning)

    def say(self, text: str, severity: str = "information") -> None:
        self.prompt.say(text, severity)

    # -- what changed ------------------------------------------------------------------------------

    def _edited(self, edit: Edit) -> None:
        self.refresh_cases()

    def _retry(self) -> None:
        """Write what a full disk refused, as soon as it can be written."""
        if hasattr(self, "session") and self.session.unsaved:
            if self.session.save_pending():
                self.say("Everything is saved again.")
            self.refresh_header()

    # -- keys --------------------------------------------------------------------------------------

    async def on_key(self, event: events.Key) -> None:
        if not hasattr(self, "session"):
            return
        now = time.monotonic()
        self.session.annotations.active_seconds += min(now - self._last_key, IDLE)
        self._last_key = now
        if self._key(key_name(event)):
            event.stop()
            event.prevent_default()

    def _key(self, key: str) -> bool:
        if self.mode is not None:
            mode = self.mode
            used = mode.key(key)
            if self.mode is mode:
                self.enter_mode(None if mode.over else mode)
            if used:
                return True
        for scope in ("adjudicate", "article", "screen"):
            name = self.keymap.action(scope, key)
            if name is not None and self.perform(name):
                return True
        return False

    def perform(self, name: str) -> bool:
        """Do an action by its name; False if there is no such action here."""
        kind, _, motion = name.partition("-")
        if kind == "move" and motion in MOTIONS:
            self.view.move(motion)
            return True
        if not self.knows(name):
            return False
        self.attempt(getattr(self, _method(name)))
        return True

    def knows(self, name: str) -> bool:
        """Whether there is an action of this name here."""
        return hasattr(self, _method(name))

    def attempt(self, act: Callable[[], object]) -> bool:
        """Run something that may be refused; the refusal is said in one sentence."""
        try:
            act()
        except AnnotatorError as error:
            self.say(str(error), "warning")
            return False
        return True

    def enter_mode(self, mode: Mode | None) -> None:
        self.mode = mode
        self.prompt.offer(mode.line() if mode is not None else [])

    @on(ArticleView.SpanClicked)
    def _clicked(self, event: ArticleView.SpanClicked) -> None:
        """Go to the case at a click, an open one before one that is decided."""
        here = [x for x in self.listed if x.start <= event.offset < x.end]
        found = next((case for case in here if case in self.left), here[0] if here else None)
        if found is not None:
            self.go_to(found)


def _method(action: str) -> str:
    return f"do_{action.replace('-', '_')}"


def _cases(count: int) -> str:
    return "1 case is" if count == 1 else f"{count or 'No'} cases are"


def _state(verdict: Verdict | None) -> str:
    if verdict is None or verdict.decision == "open":
        return ""
    return f"decided: {verdict.decision.replace('-', ' ')}"


def _remark(verdict: Verdict | None) -> str:
    if verdict is None:
        return ""
    gap = "guideline gap" if verdict.gap else ""
    return ": ".join(filter(None, (gap, verdict.note)))
