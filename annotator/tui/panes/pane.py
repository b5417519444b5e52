"""What every pane is: shown beside the article, fed by the session, speaking in messages."""

from textual.message import Message

from annotator.model.session import Edit, Session
from annotator.project import Project
from annotator.text.units import Units
from annotator.tui.dispatch import Keyed


class Pane(Keyed):
    """One pane. It reads the session it was given and posts `Perform`, `GoTo` and `Say`."""

    title = ""

    class Closed(Message):
        """The pane wants to give the keyboard back to the article."""

    class Opened(Message):
        """The pane wants another article on the screen."""

        def __init__(self, article_id: str) -> None:
            super().__init__()
            self.article_id = article_id

    def show(self, project: Project, session: Session, units: Units, annotator: str) -> None:
        """Show this article's state; called when the pane opens and when the article changes."""
        self.project = project
        self.session = session
        self.units = units
        self.annotator = annotator

    def edited(self, edit: Edit) -> None:
        """The session changed; repaint what `edit.changes` touch."""

    def caret_moved(self, offset: int, span_id: str | None) -> None:
        """The caret or the chosen span changed."""

    def key_escape(self) -> None:
        self.post_message(self.Closed())
