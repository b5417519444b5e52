"""The app with the review on it. It changes nothing, so that it needs nobody's lock."""

from __future__ import annotations

from textual import events

from annotator.project import Project
from annotator.project.reviewing import Review
from annotator.tui.app import AnnotatorApp, run_unlocked
from annotator.tui.screens.review import ReviewScreen
from annotator.tui.screens.review_state import ReviewState


class ReviewApp(AnnotatorApp):
    """See `AnnotatorApp`."""

    desk: ReviewScreen  # type: ignore[assignment]

    ENABLE_COMMAND_PALETTE = False  # its commands are those of labelling

    def __init__(self, project: Project, review: Review, *, blind: bool = False) -> None:
        self._review, self._blind = review, blind
        super().__init__(project, review.viewer)

    def _make_desk(self) -> ReviewScreen:  # type: ignore[override]
        return ReviewScreen(ReviewState(self._review, self.keymap, blind=self._blind))

    def on_mount(self, event: events.Mount) -> None:  # type: ignore[override]
        event.prevent_default()  # there is nobody's work to recover or to open
        self.use_theme(dark=self.project.settings.theme != "light")
        self._listen_for_the_end()
        self.push_screen(self.desk)


def run(project: Project, review: Review, *, blind: bool = False, mouse: bool = True) -> int:
    """Open the review and return the exit code."""
    return run_unlocked(ReviewApp(project, review, blind=blind), mouse=mouse)
