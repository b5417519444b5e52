"""From article to article: done, skip, next, notes, and the panes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from annotator.model.errors import AnnotatorError
from annotator.model.requirements import Issue, default_of, missing

if TYPE_CHECKING:
    from annotator.project import QueueItem
    from annotator.project.training import Lesson
    from annotator.tui.screens.annotate import AnnotateScreen

UNFINISHED = ("new", "open")


class ArticleActions:
    """Actions of the annotate screen that concern the whole article."""

    asked: str = ""
    taught: str = ""
    _queue: list[QueueItem]
    _statuses: dict[str, str]

    def load_queue(self: AnnotateScreen) -> None:
        """Read the queue once; this session keeps its own changes of status in step."""
        self._queue = self.project.queue(self.annotator)
        self._statuses = {item.head.id: item.status for item in self._queue}

    def progress(self: AnnotateScreen) -> tuple[int, int]:
        """How many articles are done or skipped, and how many there are."""
        self._statuses[self.session.article.id] = self.session.annotations.status
        done = sum(status not in UNFINISHED for status in self._statuses.values())
        return done, len(self._statuses)

    def unfinished(self: AnnotateScreen, after: str | None = None) -> str | None:
        """The next article that is not done, going round once; None if all are."""
        ids = [item.head.id for item in self._queue]
        start = ids.index(after) + 1 if after in ids else 0
        around = ids[start:] + ids[:start]
        return next((x for x in around if x != after and self._statuses.get(x) in UNFINISHED), None)

    def any_article(self: AnnotateScreen) -> str | None:
        """The first article there is."""
        return self._queue[0].head.id if self._queue else None

    def do_next_article(self: AnnotateScreen) -> None:
        found = self.unfinished(self.session.article.id)
        if found is None:
            raise AnnotatorError("No other article is unfinished.")
        self.open_article(found)
        self.say("")

    def do_previous_article(self: AnnotateScreen) -> None:
        ids = [item.head.id for item in self._queue]
        place = ids.index(self.session.article.id) if self.session.article.id in ids else 0
        if place == 0:
            raise AnnotatorError("This is the first article.")
        self.open_article(ids[place - 1])
        self.say("")

    # -- done and skip -----------------------------------------------------------------------------

    def do_done(self: AnnotateScreen) -> None:
        """Mark the article done; first go to what the scheme still asks for, one by one."""
        if self._is_taught():
            self._teach()
            return
        issues = list(missing(self.session.annotations, self.labelling.scheme))
        if issues:
            self._show_issue(issues)
            return
        finished = self.session.article.id
        left = len(self.suggestions.within(0, len(self.units.text))) if self.show_ghosts else 0
        with self.session.group("mark done"):
            for field in self.project.scheme.fields:
                if field.name not in self.session.annotations.fields:
                    value = default_of(field, self.session.article)
                    if value is not None:
                        self.session.set_field(field.name, value)
            self.session.set_status("done")
        if self._is_taught():
            self.open_article(finished)
            self._teach()
            return
        unseen = f", {left} suggestion{'s' if left > 1 else ''} not taken" if left else ""
        self._go_on(f"{finished} is done{unseen}.")

    def _is_taught(self: AnnotateScreen) -> bool:
        """Whether this is training and the article is done, so that the answers may be seen."""
        return bool(self.project.reference) and self.session.annotations.status == "done"

    def _teach(self: AnnotateScreen) -> None:
        """Show what was missed; from there to the places in the text, or to the next article."""
        from annotator.project.training import Training
        from annotator.tui.screens.feedback import FeedbackScreen, told

        assert isinstance(self.project, Training)
        article = self.session.article
        feedback = self.project.feedback(article.id, self.annotator)

        def leave(lesson: Lesson | None) -> None:
            if lesson is None:
                self._go_on(f"{article.id} is done.")
                return
            case = lesson.case
            self.taught = case.key
            if case.b:
                self.go_to_span(case.b[0])
            elif case.a:
                self.view.select(case.start, case.end)
                self.follow_caret()
            else:
                self.toggle_pane("document")
            self.say(f"{told(lesson, self.project.reference)} ^d comes back to the list.")

        screen = FeedbackScreen(self.project, feedback, self.keymap, self.taught)
        self.app.push_screen(screen, leave)

    def _show_issue(self: AnnotateScreen, issues: list[Issue]) -> None:
        keys = [f"{issue.key}/{issue.name}" for issue in issues]
        place = keys.index(self.asked) + 1 if self.asked in keys else 0
        issue = issues[place % len(issues)]
        self.asked = f"{issue.key}/{issue.name}"
        if issue.kind == "missing-field":
            self.toggle_pane("document")
        else:
            self.go_to_span(issue.key)
            self.do_accept_quietly()
        count = f"{len(issues)} things are" if len(issues) > 1 else "One thing is"
        self.say(f"{count} missing: {issue.message}. ^d goes to the next.", "warning")

    def do_accept_quietly(self: AnnotateScreen) -> None:
        """Offer what the span lacks, if anything can be offered."""
        from annotator.tui.modes import OfferMode

        span = self.session.annotations.spans.get(self.chosen or "")
        questions = self.labelling.questions(span) if span else []
        if questions:
            self.enter_mode(
                OfferMode(self.labelling, questions, self.attempt, self.choose_topic_for)
            )

    def do_skip(self: AnnotateScreen) -> None:
        from annotator.tui.screens.prompt import Prompt

        def skip(reason: str | None) -> None:
            if reason is None:
                return
            if not reason.strip():
                self.say("A skipped article needs a reason.", "warning")
                return
            skipped = self.session.article.id
            self.session.set_status("skipped", reason.strip())
            self._go_on(f"{skipped} is skipped.")

        self.app.push_screen(Prompt("Skip this article, because"), skip)

    def _go_on(self: AnnotateScreen, message: str) -> None:
        found = self.unfinished(self.session.article.id)
        if found is None:
            self.close_article()
            self.refresh_header()
            self.say(f"{message} Every article is finished.")
            return
        if self.attempt(lambda: self.open_article(found)):
            self.say(f"{message} < goes back to it.")

    def do_article_note(self: AnnotateScreen) -> None:
        note = self.session.annotations.note
        self._ask("Note on the article", note, lambda x: self.session.set_field("note", x or None))

    def do_article_flag(self: AnnotateScreen) -> None:
        flags = self.session.annotations.flags
        on = "flagged" not in flags
        self.session.set_field("flags", ("flagged",) if on else None)
        self.say("The article is flagged." if on else "The flag is taken off.")

    # -- panes and screens -------------------------------------------------------------------------

    def do_queue(self: AnnotateScreen) -> None:
        self.close_article()
        self.toggle_pane("queue")

    def do_cast(self: AnnotateScreen) -> None:
        self.toggle_pane("cast")

    def do_claims(self: AnnotateScreen) -> None:
        self.toggle_pane("claims")

    def do_guidelines(self: AnnotateScreen) -> None:
        self.toggle_pane("guidelines")

    def do_document(self: AnnotateScreen) -> None:
        self.toggle_pane("document")

    def do_help(self: AnnotateScreen) -> None:
        from annotator.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self.keymap, self.labelling.scheme))

    def do_palette(self: AnnotateScreen) -> None:
        self.app.action_command_palette()

    def do_suspend(self: AnnotateScreen) -> None:
        self.app.action_suspend_process()
