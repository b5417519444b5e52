"""Gold in the labelling view, for what no verdict can say; ^d goes back to the cases."""

from __future__ import annotations

from annotator.project import Project
from annotator.store.names import GOLD
from annotator.tui.keys import Keymap
from annotator.tui.screens.annotate import AnnotateScreen


class EditGoldScreen(AnnotateScreen):
    """The labelling screen on the gold of one article; it does not lead to others."""

    def __init__(
        self, project: Project, keymap: Keymap, article_id: str, span_id: str, offset: int
    ) -> None:
        """Starts on a span, if there is one of that id, else at an offset."""
        super().__init__(project, GOLD, keymap)
        self._article_id = article_id
        self._start = span_id, offset

    def on_mount(self) -> None:
        super().on_mount()
        self.load_queue()
        self.call_later(self._open)

    def _open(self) -> None:
        self.open_article(self._article_id)
        span_id, offset = self._start
        if span_id in self.session.annotations.spans:
            self.go_to_span(span_id)
        else:
            self.view.goto(offset)
        self.say("This is gold. ^d goes back to the cases.")

    def do_done(self) -> None:
        self.close_article()
        self.dismiss(None)

    do_quit = do_done

    def _stay(self) -> None:
        self.say("This is gold, edited by hand; ^d goes back to the cases.", "warning")

    do_skip = do_next_article = do_previous_article = do_queue = do_palette = _stay
