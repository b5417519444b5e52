"""A small app around one pane, on a real project: what the labelling screen does for panes."""

from pathlib import Path

from textual.app import App, ComposeResult

from annotator.model.annotation import Span
from annotator.model.article import Article, hash_text
from annotator.model.errors import AnnotatorError
from annotator.model.session import Edit, Session
from annotator.project import Project
from annotator.text.units import Units
from annotator.tui.dispatch import GoTo, Perform, Say
from annotator.tui.keys import Keymap
from annotator.tui.panes.pane import Pane

TEXT = (
    'Ilva Rennick, who runs the port of Dasko, said that the crane "is unsafe". '
    "Rennik added that it would be shut. The port council denied that the crane was old. "
    "Observers expect that the port will close, \x1b[31mred\x1b[0m or not. "
    "Ilva Rennick left early.\n"
)


def make_project(folder: Path, articles: int = 1) -> Project:
    """A project with topics and articles `crane`, `a1`, `a2` ..."""
    project = Project.create(folder)
    project.add_topic("Closing the port of Dasko")
    project.add_topic("A new crane")
    made = [Article("crane", TEXT, hash_text(TEXT), "Crane [b]row[/b] in Dasko", "Dasko Post")]
    for number in range(1, articles):
        text = f"Ship {number} came in. The captain said that it rained.\n"
        made.append(Article(f"a{number}", text, hash_text(text), f"Ship number {number}", "Wire"))
    project.store.add_articles(made)
    return project


def mark(session: Session, label: str, words: str, nth: int = 0, **attributes: object) -> Span:
    """A span on the nth occurrence of `words`."""
    start = -1
    for _ in range(nth + 1):
        start = session.article.text.index(words, start + 1)
    return session.add_span(label, [(start, start + len(words))], attributes)  # type: ignore[arg-type]


def refer(session: Session, words: str, name: str, nth: int = 0, kind: str = "") -> Span:
    """A SPEAKER on `words` that refers to the entity of that name, made if need be."""
    span = mark(session, "SPEAKER", words, nth)
    found = [e for e in session.annotations.entities.values() if e.name == name]
    entity = found[0] if found else session.add_entity(name, kind)
    session.link(span.id, "ref", entity.id, "entity")
    return span


class Host(App[None]):
    """Runs what panes post, as the labelling screen does, and keeps a record of it."""

    CSS = "Pane { height: 1fr; }"

    def __init__(self, pane: Pane, project: Project, session: Session) -> None:
        super().__init__()
        self.pane = pane
        self.project = project
        self.session = session
        self.keymap = Keymap()
        self.seen: list[object] = []
        session.watch = self._edited

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.show(self.project, self.session, Units(self.session.article.text), "kim")
        self.pane.focus()

    def _edited(self, edit: Edit) -> None:
        self.pane.edited(edit)

    def on_perform(self, event: Perform) -> None:
        try:
            result = event.edit(self.session)
        except AnnotatorError as error:
            self.seen.append(str(error))
            return
        if event.then is not None:
            event.then(result)

    def on_go_to(self, event: GoTo) -> None:
        self.seen.append(("go", event.span_id))

    def on_say(self, event: Say) -> None:
        self.seen.append(event.text)

    def on_pane_closed(self) -> None:
        self.seen.append("closed")

    def on_pane_opened(self, event: Pane.Opened) -> None:
        self.seen.append(("open", event.article_id))

    @property
    def text(self) -> str:
        """What is on the screen, without colours."""
        return screen_text(self)


def screen_text(app: App[None]) -> str:
    rows = app.screen._compositor.render_strips()
    return "\n".join("".join(part.text for part in row).rstrip() for row in rows)
