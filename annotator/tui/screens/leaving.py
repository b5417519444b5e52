"""Leaving an article or the program without leaving work behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from annotator.model.errors import AnnotatorError

if TYPE_CHECKING:
    from collections.abc import Callable

    from annotator.model.session import Edit, Session
    from annotator.project import Project


class Leaving(Screen[None]):
    """A screen with a session whose edits may wait for a full or read-only disk."""

    project: Project
    session: Session
    say: Callable[..., None]
    given_up: Edit | None = None
    checkpointed: tuple[Session, int] | None = None

    @property
    def waiting(self) -> Session | None:
        """The session on the screen, or None while there is none."""
        return getattr(self, "session", None)

    def close_article(self) -> None:
        """Write a checkpoint of what was edited; a refusal of the disk is said."""
        session = self.waiting
        if session is None:
            return
        state = (session, session.annotations.mark)
        looked_at_only = not session.annotations.mark or state == self.checkpointed
        if not session.save_pending() or looked_at_only:
            return
        try:
            self.project.checkpoint(session)
            self.checkpointed = state
        except OSError as error:
            self.say(f"Could not write the checkpoint: {error.strerror}.", "error")

    def opened(self, session: Session) -> None:
        """Note that a session's state is that of its checkpoint, unless a journal was ahead."""
        self.checkpointed = None if session.replayed else (session, session.annotations.mark)

    def do_quit(self) -> None:
        """Leave; what the disk does not take is given up only when asked a second time."""
        self.close_article()
        session = self.waiting
        unsaved = session.unsaved if session is not None else []
        if session is None or not unsaved:
            self.app.exit(0)
            return
        waiting = _edits(len(unsaved))
        if unsaved[-1] is not self.given_up:
            self.given_up = unsaved[-1]
            raise AnnotatorError(
                f"{waiting} could not be written: make room or allow writing, and wait"
                " until it is saved. The same key again leaves without."
            )
        self.app.exit(1, return_code=1, message=f"{waiting} in {session.article.id} lost.")

    def stay_with_unsaved(self) -> None:
        """Raises AnnotatorError if edits wait for the disk: only this session holds them."""
        session = self.waiting
        if session is not None and not session.save_pending():
            raise AnnotatorError(
                f"{_edits(len(session.unsaved))} could not be written; make room or allow writing"
                " before leaving this article."
            )


def _edits(count: int) -> str:
    return f"{count} edit{'' if count == 1 else 's'}"
