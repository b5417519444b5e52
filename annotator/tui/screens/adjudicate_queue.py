"""The articles to adjudicate, those with most disagreement first."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from annotator.project.adjudicating import Candidate
from annotator.tui.screens.popup import Popup
from annotator.tui.widgets.lines import MUTED, STRONG, WARNING, line, shorten
from annotator.tui.widgets.rows import Rows


class QueueScreen(Popup[str | None]):
    """Enter returns the article's id, Esc None."""

    DEFAULT_CSS = """
    QueueScreen { background: $background; }
    QueueScreen > Vertical { padding: 0 1; }
    QueueScreen Static { height: 1; }
    """

    def __init__(self, candidates: Sequence[Candidate], at: str = "") -> None:
        super().__init__()
        self._candidates = candidates
        ids = [item.head.id for item in candidates]
        self._start = ids.index(at) if at in ids else 0
        self._rows = Rows(self._draw)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(
                line(("Articles to adjudicate", STRONG), ("   ⏎ open · esc leave", MUTED)),
                markup=False,
            )
            yield Static(line((" differ  gold   article", MUTED)), markup=False)
            yield self._rows

    def on_mount(self) -> None:
        self._rows.show(len(self._candidates), self._start)
        self._rows.focus()

    def _draw(self, index: int, width: int) -> list[Content]:
        item = self._candidates[index]
        changed = f"  changed: {', '.join(item.changed)}" if item.changed else ""
        title = shorten(item.head.headline or item.head.id, max(8, width - 16 - len(changed)))
        return [
            line(
                (f"{item.disagreement:5.0%}   ", STRONG),
                (f"{item.gold:5}  ", MUTED),
                title,
                (changed, WARNING),
            )
        ]

    def on_key(self, event: events.Key) -> None:
        if event.key in ("escape", "f2"):
            event.stop()
            self.dismiss(None)
        elif event.key == "enter" and self._candidates:
            event.stop()
            self.dismiss(self._candidates[self._rows.cursor].head.id)

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.dismiss(self._candidates[event.index].head.id)
