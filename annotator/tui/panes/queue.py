"""The queue: every article with its state, filtered by words and by state."""

from collections import Counter
from dataclasses import replace

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from annotator.model.session import Edit
from annotator.project import QueueItem
from annotator.tui.panes.pane import Pane
from annotator.tui.widgets.line_input import LineInput
from annotator.tui.widgets.lines import ACCENT, MUTED, STRONG, WARNING, Part, beside, line, shorten
from annotator.tui.widgets.rows import Rows

FILTERS = ("all", "unfinished", "done", "skipped", "flagged", "problems")

MARKS = {
    "new": ("·", MUTED),
    "open": ("◐", ACCENT),
    "done": ("✓", "$text-success"),
    "skipped": ("⤫", MUTED),
}


class QueuePane(Pane):
    """All articles of the project, in their order."""

    scope = "queue"
    title = "Queue"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._items: list[QueueItem] = []
        self._place: dict[str, int] = {}
        self._haystacks: list[str] = []
        self._shown: list[int] = []
        self._words = ""
        self._filter = "all"
        self._head = Static(classes="pane--head", markup=False)
        self._input = LineInput(placeholder="words in id, headline or source")
        self._rows = Rows(self._draw)
        self._foot = Static(classes="pane--foot", markup=False)

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._input
        yield self._rows
        yield self._foot

    def reload(self) -> None:
        self._items = list(self.project.queue(self.annotator))
        self._place = {item.head.id: place for place, item in enumerate(self._items)}
        self._haystacks = []
        self._select(self.session.article.id)

    def edited(self, edit: Edit) -> None:
        place = self._place.get(self.session.article.id)
        if place is None:
            return
        annotations = self.session.annotations
        before = self._items[place]
        after = replace(
            before,
            status=annotations.status,
            spans=len(annotations.spans),
            flags=annotations.flags,
            note=annotations.note,
        )
        if after != before:
            self._items[place] = after
            if place in self._shown:
                self._rows.repaint(self._shown.index(place))
            self._tell()

    # -- filtering ---------------------------------------------------------------------------------

    def _select(self, article_id: str = "") -> None:
        """Filter again, keeping the cursor on an article (by default the one it is on)."""
        current = self._current()
        wanted = article_id or (current.head.id if current else "")
        self._shown = [i for i, item in enumerate(self._items) if self._passes(i, item)]
        place = self._place.get(wanted, 0)
        cursor = next((row for row, i in enumerate(self._shown) if i >= place), 0)
        self._rows.show(len(self._shown), cursor)
        self._tell()

    def _passes(self, index: int, item: QueueItem) -> bool:
        if not {
            "all": True,
            "unfinished": item.status in ("new", "open"),
            "done": item.status == "done",
            "skipped": item.status == "skipped",
            "flagged": bool(item.flags),
            "problems": bool(item.problem),
        }[self._filter]:
            return False
        words = self._words.casefold().split()
        if not words:
            return True
        if not self._haystacks:
            self._haystacks = [
                f"{x.head.id} {x.head.headline} {x.head.source}".casefold() for x in self._items
            ]
        return all(word in self._haystacks[index] for word in words)

    def _current(self) -> QueueItem | None:
        if self._rows.cursor < len(self._shown):
            return self._items[self._shown[self._rows.cursor]]
        return None

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._words = event.value
        self._select()

    # -- drawing -----------------------------------------------------------------------------------

    def _tell(self) -> None:
        counts = Counter(item.status for item in self._items)
        progress = [f"{counts['done']} of {len(self._items)} done"]
        progress += [f"{counts[name]} {name}" for name in ("open", "skipped") if counts[name]]
        lines = [line((progress[0], STRONG), *(f" · {part}" for part in progress[1:]))]
        chosen = [self._filter] if self._filter != "all" else []
        chosen += [f"“{self._words}”"] if self._words else []
        if chosen:
            lines.append(line((f"{' · '.join(chosen)}: {len(self._shown)} shown", ACCENT)))
        self._head.update(Content("\n").join(lines))
        self._describe()

    def _describe(self) -> None:
        item = self._current()
        if item is None:
            why = (
                "No article matches." if self._items else "No articles yet: `annotator add FILES`."
            )
            self._foot.update(line(why))
            return
        head = item.head
        facts = [head.id, head.source, head.published[:10], f"{head.characters:,} characters"]
        parts = [line(" · ".join(fact for fact in facts if fact))]
        if item.problem:
            parts.append(line((f"! {item.problem}", WARNING)))
        if item.flags or item.note:
            parts.append(line(" · ".join(x for x in (*item.flags, item.note) if x)))
        self._foot.update(Content("\n").join(parts))

    def _draw(self, index: int, width: int) -> list[Content]:
        item = self._items[self._shown[index]]
        here = item.head.id == self.session.article.id
        mark, style = MARKS.get(item.status, MARKS["new"])
        alert = ("!", WARNING) if item.problem else ("⚑", WARNING) if item.flags else (" ", "")
        title = item.head.headline or item.head.id
        left: list[Part] = [
            (mark, style),
            alert,
            " ",
            (shorten(title, width), STRONG if here else ""),
        ]
        right: list[Part] = [(f"{item.spans:>4}" if item.spans else "   ·", MUTED)]
        if width >= 70 and item.head.headline:
            right.insert(0, (shorten(item.head.id, width // 4) + " ", MUTED))
        if width < 24:
            right = []
        content = line(*left)
        return [beside(content, line(*right), width) if right else content]

    # -- hands -------------------------------------------------------------------------------------

    def on_rows_moved(self, event: Rows.Moved) -> None:
        event.stop()
        self._describe()

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.do_open()

    def do_open(self) -> None:
        item = self._current()
        if item is not None:
            self.post_message(self.Opened(item.head.id))

    def do_filter(self) -> None:
        self._input.add_class("-shown")
        self._input.focus()

    def do_filter_status(self) -> None:
        self._filter = FILTERS[(FILTERS.index(self._filter) + 1) % len(FILTERS)]
        self._select()

    def key_escape(self, event: events.Key) -> None:
        if self._input.has_class("-shown"):
            event.stop()
            self._rows.focus()
            self._input.remove_class("-shown")
            self._input.value = ""
        else:
            super().key_escape(event)

    async def on_key(self, event: events.Key) -> None:
        """The list follows the arrows while the filter has the keyboard."""
        if self._rows.steer(event.key):
            event.stop()
            event.prevent_default()
