"""The app with the adjudication screen on it; gold is whose work it edits."""

from __future__ import annotations

from annotator.project import Project
from annotator.project.adjudicating import queue, waiting
from annotator.store.names import GOLD
from annotator.tui.app import AnnotatorApp, run_app
from annotator.tui.screens.adjudicate import AdjudicateScreen


class AdjudicateApp(AnnotatorApp):
    """See `AnnotatorApp`; `viewer` is who adjudicates."""

    ENABLE_COMMAND_PALETTE = False
    desk: AdjudicateScreen  # type: ignore[assignment]

    def __init__(self, project: Project, viewer: str, article: str | None = None) -> None:
        self.viewer = viewer
        super().__init__(project, GOLD, article)

    def _make_desk(self) -> AdjudicateScreen:  # type: ignore[override]
        return AdjudicateScreen(self.project, self.viewer, self.keymap)

    def _nothing_to_do(self) -> str:
        return nothing_to_adjudicate(self.project, self.viewer)


def nothing_to_adjudicate(project: Project, viewer: str) -> str:
    """Why there is no article to adjudicate, and what to do."""
    found = queue(project, viewer)
    reason = waiting(found, viewer)
    if found.blind:
        return reason
    return f"No article is done by two annotators yet. {reason}".rstrip()


def run(project: Project, viewer: str, *, article: str | None = None, mouse: bool = True) -> int:
    """Open the adjudication screen and return the exit code. Raises AnnotatorError if in use."""
    return run_app(AdjudicateApp(project, viewer, article), mouse=mouse)
