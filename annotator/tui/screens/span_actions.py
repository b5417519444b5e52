"""Labels, edges, attributes, flags, undo: what the annotator does to spans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from annotator.model.annotation import Change, Span
from annotator.model.errors import EditError
from annotator.model.scheme import Attribute, Label
from annotator.tui.modes import MenuMode, OfferMode, numbered

if TYPE_CHECKING:
    from annotator.tui.screens.annotate import AnnotateScreen


class SpanActions:
    """Actions of the annotate screen that edit spans."""

    # -- labels ------------------------------------------------------------------------------------

    def label(self: AnnotateScreen, label: Label) -> None:
        """Label the selection, or with none the word at the caret, and ask what goes with it."""
        piece = self.view.selection or self.units.token_at(self.view.caret)
        if piece is None:
            self.say("There is no word at the caret; select some text first.", "warning")
            return
        made: list[Span] = []
        if not self.attempt(lambda: made.append(self.labelling.label(label, [piece]))):
            return
        self.after_label(made[0])

    def after_label(self: AnnotateScreen, span: Span) -> None:
        self.extending = False
        self.current = None
        self.view.clear_selection()
        self.choose_span(span.id)
        self.say("")
        questions = self.labelling.questions(span)
        if questions:
            self.enter_mode(
                OfferMode(self.labelling, questions, self.attempt, self.choose_topic_for)
            )
        elif self.mode is not None:
            self.leave_mode()

    def need(self: AnnotateScreen) -> Span:
        """The chosen span. Raises EditError if there is none."""
        if self.chosen is None:
            raise EditError("No span is chosen; put the caret on one, or press tab.")
        return self.session.span(self.chosen)

    def need_last(self: AnnotateScreen) -> Span:
        """The chosen span, or the one chosen last."""
        for span_id in (self.chosen, self.last_chosen):
            if span_id in self.session.annotations.spans:
                return self.session.span(span_id)
        raise EditError("No span is chosen; put the caret on one first, then select the text.")

    def do_relabel(self: AnnotateScreen) -> None:
        span = self.need()
        labels = self.labelling.scheme.labels.values()

        def choose(key: str) -> None:
            label = self.labelling.scheme.label_for_key(key)
            assert label is not None
            lost: list[object] = []
            if self.attempt(lambda: lost.extend(self.labelling.relabel(span.id, label))):
                self.say(f"{span.label} is now {label.name}" + self._took(lost))

        self.enter_mode(MenuMode("label", [(x.key, x.name) for x in labels], choose))

    def do_delete(self: AnnotateScreen) -> None:
        span = self.need()
        taken = self.session.delete_span(span.id)
        self.choose_only(None)
        self.follow_caret()
        self.say(f"Deleted {span.label} {span.id}" + self._took(taken) + " u brings it back.")

    def _took(self: AnnotateScreen, links: list) -> str:  # type: ignore[type-arg]
        if not links:
            return "."
        names = ", ".join(sorted({link.type for link in links}))
        return f" and {len(links)} link{'s' if len(links) > 1 else ''} ({names})."

    def do_set_edges(self: AnnotateScreen) -> None:
        if self.view.selection is None:
            raise EditError("Select the text that the span should cover, then press =.")
        span = self.labelling.set_edges(self.need_last().id, [self.view.selection])
        self.extending = False
        self.view.clear_selection()
        self.choose_span(span.id)

    def do_add_fragment(self: AnnotateScreen) -> None:
        if self.view.selection is None:
            raise EditError("Select the text to add to the chosen span, then press +.")
        span = self.labelling.add_fragment(self.need_last().id, self.view.selection)
        self.extending = False
        self.view.clear_selection()
        self.choose_span(span.id)

    def do_remove_fragment(self: AnnotateScreen) -> None:
        self.labelling.remove_fragment(self.need().id, self.view.caret)
        self.follow_caret()

    def nudge(self: AnnotateScreen, edge: Literal["start", "end"], step: int) -> None:
        """Move an edge by one character: of the selection, or else of the chosen span."""
        if self.view.selection is not None:
            self.view.nudge(edge, step)
            return

        self.attempt(lambda: self.labelling.nudge(self.need().id, edge, step))
        self.look()

    def do_mark_mentions(self: AnnotateScreen) -> None:
        span = self.need()
        made = self.labelling.mark_same(span.id)
        words = span.surface(self.units.text)
        self.say(f"Marked “{words}” {len(made)} more times." if made else f"“{words}”: no others.")

    # -- choosing ----------------------------------------------------------------------------------

    def do_next_span(self: AnnotateScreen) -> None:
        self._step(1)

    def do_previous_span(self: AnnotateScreen) -> None:
        self._step(-1)

    def _step(self: AnnotateScreen, step: int) -> None:
        spans = self.session.annotations.in_order()
        if not spans:
            raise EditError("Nothing is marked yet.")
        ids = [span.id for span in spans]
        if self.chosen in ids:
            self.go_to_span(ids[(ids.index(self.chosen) + step) % len(ids)])
            return
        caret = self.view.caret
        after = [span.id for span in spans if span.start > caret]
        before = [span.id for span in spans if span.start <= caret]
        ahead, other = (after, before) if step > 0 else (before[::-1], after[::-1])
        self.go_to_span((ahead or other)[0])

    def do_choose(self: AnnotateScreen) -> None:
        at = self.view.spans_at(self.view.caret)
        if not at:
            raise EditError("There is no span at the caret.")
        place = at.index(self.chosen) + 1 if self.chosen in at else 0
        self.choose_span(at[place % len(at)])

    # -- attributes and flags ----------------------------------------------------------------------

    def attribute_key(self: AnnotateScreen, key: str) -> bool:
        """Change the attribute of the chosen span that has this key; False if there is none."""
        span = self.session.annotations.spans.get(self.chosen or "")
        label = self.labelling.scheme.labels.get(span.label) if span else None
        attribute = next((a for a in label.attributes if a.key == key), None) if label else None
        if span is None or attribute is None:
            return False
        self.change_attribute(span.id, attribute)
        return True

    def change_attribute(self: AnnotateScreen, span_id: str, attribute: Attribute) -> None:
        if attribute.kind == "topic":
            self._ask_topic(
                lambda topic: self.session.set_attribute(span_id, attribute.name, topic)
            )
            return
        if attribute.kind == "text":
            current = str(self.session.span(span_id).attributes.get(attribute.name, ""))
            self._ask(
                attribute.name,
                current,
                lambda text: self.session.set_attribute(span_id, attribute.name, text or None),
            )
            return
        if not self.attempt(lambda: self.labelling.cycle(span_id, attribute)):
            return
        self._attribute_menu(span_id, attribute)
        self.look()

    def _attribute_menu(self: AnnotateScreen, span_id: str, attribute: Attribute) -> None:
        value = self.session.span(span_id).attributes.get(attribute.name)
        if attribute.kind == "flag":
            self.say(f"{attribute.name}: {'yes' if value else 'no'}")
            return
        options = numbered(attribute.values)
        picked = [key for key, name in options if name == value]

        def choose(key: str) -> None:
            chosen = attribute.values[int(key) - 1]
            self.attempt(lambda: self.session.set_attribute(span_id, attribute.name, chosen))
            self.say(f"{attribute.name}: {chosen}")

        self.enter_mode(MenuMode(attribute.name, options, choose, picked))

    def do_unsure(self: AnnotateScreen) -> None:
        flags = self.project.scheme.flags
        self._toggle_flag("unsure" if "unsure" in flags or not flags else flags[0])

    def do_flags(self: AnnotateScreen) -> None:
        span = self.need()
        flags = self.project.scheme.flags
        options = numbered(flags)
        picked = [key for key, name in options if name in span.flags]
        self.enter_mode(
            MenuMode("flags", options, lambda key: self._toggle_flag(flags[int(key) - 1]), picked)
        )

    def _toggle_flag(self: AnnotateScreen, flag: str) -> None:
        span = self.need()
        on = flag not in span.flags
        self.session.set_flag(span.id, flag, on)
        self.say(f"{flag}: {'yes' if on else 'no'}")
        self.look()

    def do_note(self: AnnotateScreen) -> None:
        span = self.need()
        self._ask("Note", span.note, lambda text: self.session.set_note(span.id, text))

    # -- undo --------------------------------------------------------------------------------------

    def do_undo(self: AnnotateScreen) -> None:
        edit = self.session.undo()
        self._after_history("Undone", edit.action if edit else None, edit)

    def do_redo(self: AnnotateScreen) -> None:
        edit = self.session.redo()
        self._after_history("Done again", edit.action if edit else None, edit)

    def _after_history(self: AnnotateScreen, verb: str, action: str | None, edit: object) -> None:
        if edit is None:
            self.say("There is nothing to take back." if verb == "Undone" else "Nothing to redo.")
            return
        if self.mode is not None:
            self.leave_mode()
        spans = [c for c in edit.changes if c.kind == "span" and c.after is not None]  # type: ignore[attr-defined]
        if self.chosen not in self.session.annotations.spans:
            self.chosen = None
        if spans:
            self._show_change(spans[0])
        else:
            self.follow_caret()
        self.say(f"{verb}: {action}.")

    def _show_change(self: AnnotateScreen, change: Change) -> None:
        span = self.session.annotations.spans.get(change.key)
        if span is not None:
            start, end = self.view.visible_range()
            if not start <= span.start < end:
                self.view.goto(span.start)
            self.choose_span(span.id)

    # -- asking ------------------------------------------------------------------------------------

    def _ask(self: AnnotateScreen, title: str, text: str, act) -> None:  # type: ignore[no-untyped-def]
        from annotator.tui.screens.prompt import Prompt

        def answered(answer: str | None) -> None:
            if answer is not None:
                self.attempt(lambda: act(answer))
                self.look()

        self.app.push_screen(Prompt(title, text), answered)

    def _ask_topic(self: AnnotateScreen, act) -> None:  # type: ignore[no-untyped-def]
        from annotator.tui.screens.topic import TopicChooser

        def answered(answer: str | None) -> None:
            if answer is not None:
                self.attempt(lambda: act(answer))
                self.look()

        self.app.push_screen(TopicChooser(self.project), answered)
