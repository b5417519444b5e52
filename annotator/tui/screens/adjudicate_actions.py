"""What the keys of the adjudication screen do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from annotator.agreement.cases import Case
from annotator.model.errors import AnnotatorError, EditError
from annotator.model.requirements import missing
from annotator.tui.modes import MenuMode, numbered
from annotator.tui.screens.adjudicate_edit import EditGoldScreen

if TYPE_CHECKING:
    from annotator.agreement.votes import Side
    from annotator.model.annotation import Value
    from annotator.model.session import Edit
    from annotator.tui.screens.adjudicate import AdjudicateScreen


class AdjudicateActions:
    """Actions of the adjudication screen; every decision goes on to the next open case."""

    asked: tuple[str, int] = ("", 0)

    # -- decisions ---------------------------------------------------------------------------------

    def decide(self: AdjudicateScreen, act: Callable[[Case], object]) -> None:
        """Run a decision on the case shown as one edit, say what it left out, and go on."""
        case = self._shown()
        if self.session.annotations.status == "done":
            with self.session.group("open gold again"):
                self.session.set_status("open")
                act(case)
        else:
            act(case)
        left_out = self.adjudication.left_out
        self.say(" ".join(left_out), "warning" if left_out else "information")
        self._go_on(case)

    def _shown(self: AdjudicateScreen) -> Case:
        if self.case is None:
            raise AnnotatorError("There is no case here; ^d writes gold as done.")
        return self.case

    def _go_on(self: AdjudicateScreen, case: Case) -> None:
        """The next open case after one, round the end; then those of another pair."""
        order = {item.key: number for number, item in enumerate(self.adjudication.cases)}
        later = [x for x in self.left if order[x.key] > order[case.key]]
        found = next(iter(later or self.left), None)
        if found is None and self._other_pair():
            return
        self.go_to(found)

    def _other_pair(self: AdjudicateScreen) -> bool:
        for pair in self.pairs():
            if pair != self.pair and self.adjudication_of(pair).open():
                self.choose_pair(pair)
                if self.left:
                    return True
        return False

    def do_take_a(self: AdjudicateScreen) -> None:
        self.decide(self.adjudication.take_a)

    def do_take_b(self: AdjudicateScreen) -> None:
        self.decide(self.adjudication.take_b)

    def do_take_whole_a(self: AdjudicateScreen) -> None:
        self.decide(lambda case: self.adjudication.take_whole(case, "a"))

    def do_take_whole_b(self: AdjudicateScreen) -> None:
        self.decide(lambda case: self.adjudication.take_whole(case, "b"))

    def do_both(self: AdjudicateScreen) -> None:
        self.decide(self.adjudication.both)

    def do_both_spans(self: AdjudicateScreen) -> None:
        self.decide(self.adjudication.both_spans)

    def do_neither(self: AdjudicateScreen) -> None:
        self.decide(self.adjudication.neither)

    def do_accept(self: AdjudicateScreen) -> None:
        side: Side | None = self.adjudication.suggestion(self._shown())
        if side is None:
            raise EditError("There is no majority on this case; decide it with a, b, +, x or m.")
        self.decide(self.adjudication.take_a if side == "a" else self.adjudication.take_b)

    def do_merge(self: AdjudicateScreen) -> None:
        """Ask how: by edges, by another value, or by hand."""
        case = self._shown()
        if case.kind == "attribute":
            self._choose_value(case)
        elif case.kind == "link":
            self._edit(case)
        else:
            options = [("u", "union"), ("i", "intersection"), ("e", "edit by hand")]
            self.enter_mode(MenuMode("merge", options, lambda key: self.attempt(
                lambda: self._merge(case, key)
            )))  # fmt: skip

    def _merge(self: AdjudicateScreen, case: Case, key: str) -> None:
        if key == "e":
            self.decide_by_hand(case)
            return
        how: Literal["union", "intersection"] = "union" if key == "u" else "intersection"
        self.decide(lambda one: self.adjudication.merge(one, how))

    def _choose_value(self: AdjudicateScreen, case: Case) -> None:
        scheme = self.project.scheme
        if case.a:
            attribute = scheme.attribute(case.label, case.name)
            values: tuple[Value, ...] = attribute.values if attribute else ()
            if attribute is not None and attribute.kind == "flag":
                values = (True, False)
        else:
            field = scheme.document_field(case.name)
            values = field.values if field else ()
        if not values:
            raise EditError(f"{case.name} is free text; take a or b, then edit it with e.")
        options = numbered([self.wording.value(value) for value in values])
        chosen = dict(zip((key for key, _ in options), values, strict=False))
        self.enter_mode(MenuMode(case.name, options, lambda key: self.attempt(
            lambda: self.decide(lambda one: self.adjudication.choose(one, chosen[key]))
        )))  # fmt: skip

    # -- by hand -----------------------------------------------------------------------------------

    def decide_by_hand(self: AdjudicateScreen, case: Case) -> None:
        """Make a gold span of the case and open it in the labelling view."""
        self._check_saved()
        made: list[str] = []
        first = self.session.annotations.mark + 1
        self.decide(lambda one: made.extend(self.adjudication.merge(one, "by hand")))
        self._edit(case, made[0] if made else "", first)

    def do_edit(self: AdjudicateScreen) -> None:
        self._edit(self.case)

    def _check_saved(self: AdjudicateScreen) -> None:
        if self.session.unsaved:
            raise AnnotatorError("Gold is not saved yet; it can be edited by hand once it is.")

    def _edit(self: AdjudicateScreen, case: Case | None, span_id: str = "", first: int = 0) -> None:
        """Open gold in the labelling view; what is done there is undone at once, from the edit of
        number `first` on, if it is given."""
        self._check_saved()
        first = first or self.session.annotations.mark + 1
        article_id = self.session.article.id
        offset = case.start if case is not None else self.view.caret
        here = self.case
        self.close_article()

        def back(_: None) -> None:
            self.open_article(article_id, here)
            new = self.adjudication.adopt()
            if new:
                self.say("1 new span." if new == 1 else f"{new} new spans.")
            self.by_hand.append(range(first, self.session.annotations.mark + 1))

        self.editor = EditGoldScreen(self.project, self.keymap, article_id, span_id, offset)
        self.app.push_screen(self.editor, back)

    # -- remarks -----------------------------------------------------------------------------------

    def do_gap(self: AdjudicateScreen) -> None:
        case = self._shown()
        verdict = self.adjudication.verdict(case)
        on = not (verdict is not None and verdict.gap)
        self.adjudication.mark_gap(case, on)
        self.show_case()
        self.say("Marked as a guideline gap." if on else "No guideline gap.")

    def do_note(self: AdjudicateScreen) -> None:
        from annotator.tui.screens.prompt import Prompt

        case = self._shown()
        verdict = self.adjudication.verdict(case)

        def keep(text: str | None) -> None:
            if text is not None:
                self.attempt(lambda: self.adjudication.note(case, text.strip()))
                self.show_case()

        self.app.push_screen(Prompt("Note on this case", verdict.note if verdict else ""), keep)

    # -- undo --------------------------------------------------------------------------------------

    def do_undo(self: AdjudicateScreen) -> None:
        edit = self.session.undo()
        if edit is None:
            raise AnnotatorError("There is nothing to undo.")
        hand = self._hand(edit)
        while (before := self.session.to_undo) is not None and before.number in hand:
            edit = self.session.undo() or edit
        self._show_edit(edit)
        self.say(f"Undone: {edit.action}.")

    def do_redo(self: AdjudicateScreen) -> None:
        edit = self.session.redo()
        if edit is None:
            raise AnnotatorError("There is nothing to redo.")
        hand = self._hand(edit)
        while (after := self.session.to_redo) is not None and after.number in hand:
            self.session.redo()
        self._show_edit(edit)
        self.say(f"Done again: {edit.action}.")

    def _hand(self: AdjudicateScreen, edit: Edit) -> range:
        """The numbers of the edits of the decision by hand that an undone edit belongs to."""
        return next((numbers for numbers in self.by_hand if edit.of in numbers), range(0))

    def _show_edit(self: AdjudicateScreen, edit: Edit) -> None:
        """Go to the case that an edit was about."""
        keys = {
            state.case  # type: ignore[union-attr]
            for change in edit.changes
            if change.kind == "verdict"
            for state in (change.before, change.after)
            if state is not None
        }
        found = next((case for case in self.listed if case.key in keys), None)
        if found is None and self.case not in self.listed:
            found = self.left[0] if self.left else None
        self.go_to(found or self.case)

    # -- where to look -----------------------------------------------------------------------------

    def do_next_case(self: AdjudicateScreen) -> None:
        self._step(1)

    def do_previous_case(self: AdjudicateScreen) -> None:
        self._step(-1)

    def _step(self: AdjudicateScreen, by: int) -> None:
        if not self.listed:
            raise AnnotatorError("The two agree on everything.")
        keys = [case.key for case in self.listed]
        if self.case is None or self.case.key not in keys:
            self.go_to(self.listed[0 if by > 0 else -1])
        else:
            self.go_to(self.listed[(keys.index(self.case.key) + by) % len(keys)])
        self.say("")

    def do_blind(self: AdjudicateScreen) -> None:
        self.blind = not self.blind
        self.refresh_header()
        self.show_case()

    def do_pair(self: AdjudicateScreen) -> None:
        pairs = self.pairs()
        if len(pairs) < 2:
            raise AnnotatorError("Only two annotators are done with this article.")
        names = [
            f"{number}. pair" if self.blind else " / ".join(pair)
            for number, pair in enumerate(pairs, 1)
        ]
        options = numbered(names)
        self.enter_mode(
            MenuMode("pair", options, lambda key: self.choose_pair(pairs[int(key) - 1]))
        )

    def do_theme(self: AdjudicateScreen) -> None:
        self.app.action_toggle_dark()  # type: ignore[attr-defined]

    # -- articles ----------------------------------------------------------------------------------

    def do_done(self: AdjudicateScreen) -> None:
        """Mark gold done and go on; open cases come first, then what the scheme asks for, once."""
        if self.left:
            self.go_to(self.left[0])
            raise AnnotatorError(f"{len(self.left)} still open: decide them first.")
        if self._other_pair():
            return
        lacking = list(missing(self.session.annotations, self.project.profile_scheme))
        asked = (self.session.article.id, len(lacking))
        if lacking and self.asked != asked:
            self.asked = asked
            span = self.session.annotations.spans.get(lacking[0].key)
            if span is not None:
                self.view.goto(span.start)
            raise AnnotatorError(
                f"{len(lacking)} missing, first {lacking[0].message}: e edits gold by hand,"
                f" ^d again leaves it so."
            )
        self.adjudication.finish(self.works)
        finished = self.session.article.id
        self.close_article()
        self.load_queue()
        found = self.unfinished(finished)
        if found is None:
            self.go_to(self.case)
            self.refresh_header()
            self.say(f"Gold of {finished} is done. Every article is finished.")
        elif self.attempt(lambda: self.open_article(found)):
            self.say(f"Gold of {finished} is done. {self.prompt.message}")

    def do_next_article(self: AdjudicateScreen) -> None:
        self._other_article(1)

    def do_previous_article(self: AdjudicateScreen) -> None:
        self._other_article(-1)

    def _other_article(self: AdjudicateScreen, by: int) -> None:
        ids = [item.head.id for item in self.candidates]
        place = ids.index(self.session.article.id) + by if self.session.article.id in ids else 0
        if not 0 <= place < len(ids):
            raise AnnotatorError(f"This is the {'last' if by > 0 else 'first'} article.")
        self.open_article(ids[place])

    def do_queue(self: AdjudicateScreen) -> None:
        from annotator.tui.screens.adjudicate_queue import QueueScreen

        self.close_article()
        self.load_queue()

        def opened(article_id: str | None) -> None:
            if article_id is not None:
                self.attempt(lambda: self.open_article(article_id))

        self.app.push_screen(QueueScreen(self.candidates, self.session.article.id), opened)

    def do_guidelines(self: AdjudicateScreen) -> None:
        from annotator.tui.screens.feedback import PageScreen

        label = self.case.label if self.case is not None else ""
        self.app.push_screen(PageScreen(self.project, label))

    def do_help(self: AdjudicateScreen) -> None:
        from annotator.tui.screens.help import HelpScreen

        here = [
            action
            for scope in ("adjudicate", "screen", "article")
            for action in self.keymap.actions
            if action.scope == scope
            and (action.name.startswith("move-") if scope == "article" else self.knows(action.name))
        ]
        self.app.push_screen(HelpScreen(self.keymap, self.project.profile_scheme, here))

    def do_suspend(self: AdjudicateScreen) -> None:
        self.app.action_suspend_process()
