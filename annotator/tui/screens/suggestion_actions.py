"""Taking and refusing what the machine would mark, and answering what is offered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from annotator.model.annotation import Span
from annotator.model.errors import EditError
from annotator.model.requirements import missing_of
from annotator.tui.modes import Line, OfferMode
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


class SuggestionActions:
    """Actions of the annotate screen that concern suggestions and offers."""

    current: Suggestion | None = None
    show_ghosts: bool = True

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
        """Draw the suggestions on the screen that are still open."""
        ghosts: list[Span] = []
        if self.show_ghosts:
            shown = self.view.visible_range()
            ghosts = [g for s in self.suggestions.within(*shown) for g in s.ghosts]
        if ghosts != self.view.ghosts:
            self.view.set_ghosts(ghosts)
