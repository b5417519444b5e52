"""Labels, links, attributes, flags: what the annotator does to spans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from annotator.model.annotation import Change, Span
from annotator.model.errors import EditError
from annotator.model.requirements import missing_of
from annotator.model.scheme import Attribute, Label, LinkType
from annotator.tui.labelling import topic_possible
from annotator.tui.modes import HintMode, Line, MenuMode, OfferMode, numbered
from annotator.tui.suggestions import Suggestion

if TYPE_CHECKING:
    from annotator.tui.screens.annotate import AnnotateScreen


class SuggestMode:
    """Suggestions one after the other: Enter takes, Delete refuses; other keys pass through."""

    def __init__(self, screen: AnnotateScreen) -> None:
        self.screen = screen

    @property
    def over(self) -> bool:
        return self.screen.current is None

    def key(self, key: str) -> bool:
        if self.screen.current is None or key not in ("enter", "delete", "escape"):
            return False
        if key == "enter":
            self.screen.take_suggestion()
        elif key == "delete":
            self.screen.refuse_suggestion()
        else:
            self.screen.current = None
            self.screen.view.clear_selection()
        return True

    def line(self) -> Line:
        line: Line = [("suggested  ", "title")]
        if self.screen.current is not None:
            for ghost in self.screen.current.ghosts:
                words = ghost.surface(self.screen.units.text)
                likely = self.screen.labelling.antecedent(ghost)
                if likely is not None:
                    words = f"{words} (= {likely.title})"
                kind = ghost.attributes.get("kind")
                line.append((f"{ghost.label} ", "muted"))
                line.append((f"{kind}  " if kind else f"{words[:40]}  ", "choice"))
        line.append(("⏎ take  del refuse  w next  esc leave", "muted"))
        return line


class SpanActions:
    """Actions of the annotate screen that edit spans and their links."""

    trail: list[tuple[int, str]]
    follow_at: tuple[str, int]
    current: Suggestion | None = None
    show_ghosts: bool = True

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

    # -- links -------------------------------------------------------------------------------------

    def do_link(self: AnnotateScreen) -> None:
        span = self.need()
        label = self.labelling.scheme.labels.get(span.label)
        rules = [rule for rule in label.links if rule.key or len(label.links) == 1] if label else []
        if label is None or not rules:
            raise EditError(f"A {span.label} has no links in this scheme.")
        if len(rules) == 1 and not rules[0].key:
            self._link_menu(span.id, rules[0])
            return
        by_key = {rule.key: rule for rule in rules}
        self.enter_mode(
            MenuMode(
                "link",
                [(key, rule.name) for key, rule in by_key.items()],
                lambda key: self._link_menu(span.id, by_key[key]),
            )
        )

    def _link_menu(self: AnnotateScreen, span_id: str, rule: LinkType) -> None:
        candidates = self.labelling.candidates(span_id, rule.name)
        present = self.session.annotations.links_from(span_id, rule.name)
        linked = {(link.target_kind, link.target) for link in present}
        options = numbered([candidate.title for candidate in candidates])
        picked = [
            key
            for key, candidate in zip([k for k, _ in options], candidates, strict=False)
            if (candidate.target_kind, candidate.target) in linked
        ]
        if topic_possible(rule):
            options.append(("0", "other topic"))
        options.append(("f", "a word on the screen"))

        def choose(key: str) -> None:
            if key == "f":
                self._link_by_hint(span_id, rule)
            elif key == "0":
                self.choose_topic_for(span_id, rule.name)
            else:
                candidate = candidates[int(key) - 1]
                self.attempt(lambda: self._linked(span_id, rule, candidate))

        self.enter_mode(MenuMode(rule.name, options, choose, picked))

    def _linked(self: AnnotateScreen, span_id: str, rule: LinkType, candidate: object) -> None:
        drawn = self.labelling.toggle_link(span_id, rule.name, candidate)  # type: ignore[arg-type]
        self.say(f"{rule.name} {'→' if drawn else 'no longer'} {candidate.title}")  # type: ignore[attr-defined]
        self.look()

    def _link_by_hint(self: AnnotateScreen, span_id: str, rule: LinkType) -> None:
        hints = self.view.hints(self.units.tokens(*self.view.visible_range()))

        def pick(piece: tuple[int, int]) -> None:
            made: list[Span] = []
            act = self.labelling.link_to_text
            if self.attempt(lambda: made.append(act(span_id, rule.name, piece))):
                self.say(f"{rule.name} → {made[0].surface(self.units.text)}")
            self.look()

        self.enter_mode(HintMode(hints, self.view.narrow_hints, pick))

    def choose_topic_for(self: AnnotateScreen, span_id: str, link_type: str) -> None:
        self._ask_topic(
            lambda topic: self.session.link(span_id, link_type, topic, "topic"),
        )

    def do_follow(self: AnnotateScreen) -> None:
        """Go to the next end of the chosen span's links, outgoing first, then incoming."""
        if self.follow_at[0] and self.chosen is not None and self.follow_at[1] >= 0:
            start = self.follow_at[0]
            ends = self._ends(start)
            place = self.follow_at[1] + 1
            if ends and self.chosen == ends[self.follow_at[1] % len(ends)] and len(ends) > 1:
                self._follow(start, ends, place)
                return
        span = self.need()
        ends = self._ends(span.id)
        if not ends:
            raise EditError(f"{span.label} {span.id} has no link to follow.")
        self.trail.append((self.view.caret, span.id))
        self._follow(span.id, ends, 0)

    def _follow(self: AnnotateScreen, start: str, ends: list[str], place: int) -> None:
        place %= len(ends)
        self.follow_at = (start, place)
        self.go_to_span(ends[place])
        self.say(f"{place + 1} of {len(ends)} links of {start}; o goes on, O goes back.")

    def _ends(self: AnnotateScreen, span_id: str) -> list[str]:
        annotations = self.session.annotations
        ends: list[str] = []
        for link in annotations.links_from(span_id):
            if link.target_kind == "span":
                ends.append(link.target)
            elif link.target_kind == "entity":
                ends += [s.id for s in annotations.mentions(link.target)]
        ends += [link.source for link in annotations.links_to(span_id)]
        return [end for end in dict.fromkeys(ends) if end != span_id]

    def do_back(self: AnnotateScreen) -> None:
        if not self.trail:
            raise EditError("There is nowhere to go back to.")
        self.follow_at = ("", -1)
        caret, span_id = self.trail.pop()
        self.view.goto(caret)
        if span_id in self.session.annotations.spans:
            self.choose_span(span_id)

    # -- offers and suggestions --------------------------------------------------------------------

    def do_accept(self: AnnotateScreen) -> None:
        """Enter outside an offer: take the suggestion shown, else ask what the span still lacks."""
        if self.current is not None:
            self.take_suggestion()
            return
        questions = self.labelling.questions(self.need())
        if not questions:
            raise EditError("Nothing is offered here.")
        self.enter_mode(OfferMode(self.labelling, questions, self.attempt, self.choose_topic_for))

    def do_dismiss(self: AnnotateScreen) -> None:
        self.extending = False
        self.view.clear_selection()
        self.view.set_search("")
        self.say("")
        self.follow_caret()

    def do_next_suggestion(self: AnnotateScreen) -> None:
        self.to_suggestion(1)

    def do_previous_suggestion(self: AnnotateScreen) -> None:
        self.to_suggestion(-1)

    def to_suggestion(self: AnnotateScreen, step: int) -> None:
        """Show the next open suggestion after the caret (or before it), going round."""
        offset = self.current.start if self.current is not None else self.view.caret - (step > 0)
        length = len(self.units.text)
        found = self.suggestions.next(offset, step) or self.suggestions.next(
            -1 if step > 0 else length, step
        )
        self.show_suggestion(found)

    def show_suggestion(self: AnnotateScreen, found: Suggestion | None) -> None:
        """Select a suggestion's text and ask about it; with None, say that there are no more."""
        self.current = found
        if found is None:
            self.view.clear_selection()
            self.say("Nothing more is suggested in this article.")
            return
        self.say("")
        self.view.select(found.start, found.end)
        self.enter_mode(SuggestMode(self))

    def take_suggestion(self: AnnotateScreen) -> None:
        """Take it and go on to the next; what was taken stays chosen, for its attribute keys."""
        taken = self.current
        assert taken is not None
        made: list[Span] = []
        if not self.attempt(lambda: made.append(self.suggestions.take(taken))):
            return
        span = made[0]
        if any(missing_of(span, self.session.annotations, self.labelling.scheme)):
            # A stance still needs its target: ask at once, the next suggestion can wait.
            self.after_label(span)
        else:
            self.to_suggestion(1)
            self.choose_span(span.id)
        self.say(f"Took {span.label} {span.id}.")

    def refuse_suggestion(self: AnnotateScreen) -> None:
        if self.current is not None:
            self.suggestions.refuse(self.current)
            self.ghosts_changed()
            self.to_suggestion(1)

    def do_take_regions(self: AnnotateScreen) -> None:
        found = self.suggestions.regions()
        if not found:
            raise EditError("No regions are proposed here.")
        with self.session.group("take all regions"):
            for suggestion in found:
                self.suggestions.take(suggestion)
        self.say(f"Took {len(found)} regions; u takes them back.")

    def do_suggestions(self: AnnotateScreen) -> None:
        self.show_ghosts = not self.show_ghosts
        self.ghosts_changed()
        self.say("Suggestions are shown." if self.show_ghosts else "Suggestions are hidden.")

    def ghosts_changed(self: AnnotateScreen) -> None:
        """Draw the suggestions on and around the screen that are still open."""
        ghosts: list[Span] = []
        if self.show_ghosts:
            start, end = self.view.visible_range()
            reach = max(2000, end - start)
            around = (max(0, start - reach), min(len(self.units.text), end + reach))
            ghosts = [g for s in self.suggestions.within(*around) for g in s.ghosts]
        if ghosts != self.view.ghosts:
            self.view.set_ghosts(ghosts)

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
