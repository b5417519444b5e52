"""Choose one of the project's topics by a few letters, or add one."""

from collections.abc import Collection, Sequence

from rapidfuzz import fuzz, process, utils
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from annotator.model.errors import AnnotatorError
from annotator.project import Project
from annotator.store.topics import Topic
from annotator.tui.screens.popup import Popup
from annotator.tui.widgets.line_input import LineInput
from annotator.tui.widgets.lines import ACCENT, MUTED, WARNING, line, shorten
from annotator.tui.widgets.rows import Rows

GOOD = 60
"""The least score (0 to 100) at which a topic is like what was typed."""


def matching(topics: Sequence[Topic], typed: str) -> list[Topic]:
    """Topics like `typed`, best first; first those that hold all its words."""
    words = typed.casefold().split()
    if not words:
        return list(topics)
    exact = [
        topic
        for topic in topics
        if all(word in f"{topic.name} {topic.id}".casefold() for word in words)
    ]
    exact.sort(key=lambda topic: not topic.name.casefold().startswith(words[0]))
    found = process.extract(
        typed,
        {topic: topic.name for topic in topics},
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        score_cutoff=GOOD,
        limit=50,
    )
    return list(dict.fromkeys([*exact, *(topic for _, _, topic in found)]))


class TopicChooser(Popup[str | None]):
    """Returns a topic's id, None for Esc. The last row adds a topic of the name typed."""

    DEFAULT_CSS = """
    TopicChooser { align: center top; background: $background 40%; }
    TopicChooser > Vertical {
        width: 76; max-width: 100%; height: auto; max-height: 100%;
        margin-top: 2; padding: 0 1; background: $panel;
    }
    TopicChooser.-low > Vertical { margin-top: 0; }
    TopicChooser Static { height: auto; }
    """

    def __init__(
        self, project: Project, title: str = "Topic", chosen: Collection[str] = ()
    ) -> None:
        super().__init__()
        self._topics = list(project.topics)
        self._add = project.add_topic
        self._title = title
        self._chosen = set(chosen)
        self._found = list(self._topics)
        self._input = LineInput(placeholder="a few letters, or a new topic")
        self._rows = Rows(self._draw)
        self._rows.can_focus = False
        self._hint = Static(markup=False)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(line((self._title, "bold")), markup=False)
            yield self._input
            yield self._rows
            yield self._hint

    def on_mount(self) -> None:
        self._hint.update(line(("⏎ take · esc leave · ↑↓ choose", MUTED)))
        self._filter()
        self._input.focus()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < 12, "-low")
        self._fit()

    @property
    def _typed(self) -> str:
        return " ".join(self._input.value.split())

    def _offers_new(self) -> bool:
        typed = self._typed.casefold()
        return bool(typed) and all(topic.name.casefold() != typed for topic in self._topics)

    def _filter(self) -> None:
        self._found = matching(self._topics, self._typed)
        self._rows.show(len(self._found) + self._offers_new(), 0)
        self._fit()

    def _fit(self) -> None:
        room = max(1, self.size.height - (8 if self.size.height >= 12 else 3))
        self._rows.styles.height = max(1, min(room, 12, self._rows.count))

    def _draw(self, index: int, width: int) -> list[Content]:
        if index == len(self._found):
            return [line(("new topic: ", ACCENT), f"‹{shorten(self._typed, width - 14)}›")]
        topic = self._found[index]
        mark = "✓ " if topic.id in self._chosen else "  "
        return [line((mark, ACCENT), shorten(topic.name, width - 2))]

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._filter()

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self._take()

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif event.key == "enter":
            event.stop()
            self._take()
        elif event.key in ("up", "down", "pageup", "pagedown"):
            event.stop()
            self._rows.steer(event.key)

    def _take(self) -> None:
        place = self._rows.cursor
        if place < len(self._found):
            self.dismiss(self._found[place].id)
        elif self._offers_new():
            try:
                topic = self._add(self._typed)
            except (AnnotatorError, OSError) as error:
                self._hint.update(line((str(error), WARNING)))
                return
            self.dismiss(topic.id)
