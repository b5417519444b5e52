"""Moving, selecting, searching: what changes nothing but where one looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from annotator.tui.modes import HintMode

if TYPE_CHECKING:
    from annotator.tui.screens.annotate import AnnotateScreen


class TextActions:
    """Actions of the annotate screen that leave the work as it is."""

    extending: bool = False
    chosen: str | None = None
    last_chosen: str | None = None
    chosen_at: int = -1

    def reset_looks(self: AnnotateScreen) -> None:
        """Forget what was looked at in the article before."""
        self.extending = False
        self.chosen = self.last_chosen = None
        self.chosen_at = -1
        self.trail: list[tuple[int, str]] = []
        self.follow_at = ("", -1)
        self.current = None
        if self.mode is not None:
            self.leave_mode()

    def move(self: AnnotateScreen, name: str) -> None:
        kind, _, motion = name.partition("-")
        self.view.move(motion, extend=kind == "extend" or self.extending)

    def follow_caret(self: AnnotateScreen) -> None:
        """The chosen span is the innermost at the caret, unless text is being selected.

        What was chosen on purpose stays so until the caret really moves.
        """
        if self.view.selection is None and self.view.caret != self.chosen_at:
            at = self.view.spans_at(self.view.caret)
            if self.chosen not in at:
                self.choose_only(at[0] if at else None)
        self.look()

    def choose_only(self: AnnotateScreen, span_id: str | None) -> None:
        if self.chosen is not None:
            self.last_chosen = self.chosen
        self.chosen = span_id
        self.chosen_at = self.view.caret

    def choose_span(self: AnnotateScreen, span_id: str) -> None:
        self.choose_only(span_id)
        self.look()

    def go_to_span(self: AnnotateScreen, span_id: str) -> None:
        """Show a span and choose it."""
        span = self.session.annotations.spans.get(span_id)
        if span is None:
            return
        self.view.clear_selection()
        self.view.goto(span.start)
        self.choose_span(span_id)

    def do_jump(self: AnnotateScreen) -> None:
        start, end = self.view.visible_range()
        hints = self.view.hints(self.units.tokens(start, end))

        def jump(piece: tuple[int, int]) -> None:
            if self.extending or self.view.selection is not None:
                anchor = self.view.caret if self.view.anchor is None else self.view.anchor
                self.view.select(min(anchor, piece[0]), max(anchor, piece[1]))
            else:
                self.view.goto(piece[0])

        self.enter_mode(HintMode(hints, self.view.narrow_hints, jump))

    def do_search(self: AnnotateScreen) -> None:
        from annotator.tui.screens.prompt import Prompt

        def search(words: str | None) -> None:
            if words is None:
                return
            count = self.view.set_search(words)
            if not words:
                self.say("")
            elif count:
                self.view.next_match(1)
                found = f"{count} match{'es' if count > 1 else ''} of “{words}”"
                self.say(f"{found}; n and N go through them.")
            else:
                self.say(f"“{words}” is not in this article.", "warning")

        self.app.push_screen(Prompt("Search"), search)

    def do_search_next(self: AnnotateScreen) -> None:
        self.view.next_match(1)

    def do_search_previous(self: AnnotateScreen) -> None:
        self.view.next_match(-1)

    def do_extend_mode(self: AnnotateScreen) -> None:
        self.extending = not self.extending
        if self.extending and self.view.anchor is None:
            self.view.anchor = self.view.caret
        self.say("Every movement extends the selection; v ends it." if self.extending else "")

    def do_grow(self: AnnotateScreen) -> None:
        self.view.grow()

    def do_shrink(self: AnnotateScreen) -> None:
        self.view.shrink()

    def do_select_sentence(self: AnnotateScreen) -> None:
        self.view.select_sentence(1 if self.view.selection else 0)

    def do_select_sentence_back(self: AnnotateScreen) -> None:
        self.view.select_sentence(-1 if self.view.selection else 0)

    def do_select_rest(self: AnnotateScreen) -> None:
        self.view.select_rest()

    def do_select_quotation(self: AnnotateScreen) -> None:
        self.view.select_quotation(1)

    def do_select_quotation_back(self: AnnotateScreen) -> None:
        self.view.select_quotation(-1)

    def do_start_left(self: AnnotateScreen) -> None:
        self.nudge("start", -1)

    def do_start_right(self: AnnotateScreen) -> None:
        self.nudge("start", 1)

    def do_end_left(self: AnnotateScreen) -> None:
        self.nudge("end", -1)

    def do_end_right(self: AnnotateScreen) -> None:
        self.nudge("end", 1)

    def do_copy(self: AnnotateScreen) -> None:
        if self.view.selection is not None:
            start, end = self.view.selection
            self.app.copy_to_clipboard(self.units.text[start:end])
            self.say("Copied.")

    def do_compact(self: AnnotateScreen) -> None:
        self.view.compact = not self.view.compact

    def do_theme(self: AnnotateScreen) -> None:
        self.app.action_toggle_dark()
