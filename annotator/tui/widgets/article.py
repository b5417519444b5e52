"""The article view: text, annotations, caret and selection, search, hints, and the mouse.

It is made of layers, one a file: `article_canvas` draws, `article_caret` moves, this one adds what
is looked for and what is pointed at.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from textual import events
from textual.message import Message

from annotator.model.annotation import AnnotationSet
from annotator.model.article import Article
from annotator.model.scheme import Scheme
from annotator.text.units import Range, Units
from annotator.tui.draw.hints import hint_keys
from annotator.tui.widgets.article_caret import ArticleCaret
from annotator.tui.widgets.article_rows import Overlay
from annotator.tui.widgets.article_search import Matches

_NO_MATCHES = Matches("", "")


class ArticleView(ArticleCaret):
    """Shows one article and what is marked in it. See `ArticleCanvas.load` and `changed`."""

    @dataclass
    class Selected(Message):
        """A range was selected with the mouse."""

        view: "ArticleView"
        range: Range

        @property
        def control(self) -> "ArticleView":
            return self.view

    @dataclass
    class SpanClicked(Message):
        """A span or ghost was clicked, in its text or on its lane; `offset` is where."""

        view: "ArticleView"
        span_id: str
        offset: int

        @property
        def control(self) -> "ArticleView":
            return self.view

    def __init__(
        self,
        *,
        ascii: bool = False,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(ascii=ascii, name=name, id=id, classes=classes)
        self._matches = _NO_MATCHES
        self._hints: dict[str, Range] = {}
        self._typed = ""
        self._press: int | None = None
        self._dragged = False

    def load(
        self, article: Article, units: Units, scheme: Scheme, annotations: AnnotationSet
    ) -> None:
        self._matches = _NO_MATCHES
        self._hints, self._typed = {}, ""
        super().load(article, units, scheme, annotations)

    # -- search ------------------------------------------------------------------------------------

    def set_search(self, pattern: str) -> int:
        """Marks every place where `pattern` stands and returns how many there are; "" for none.

        Capitals count only if the pattern has some.
        """
        self._matches = Matches(self._units.text, pattern)
        self.refresh()
        return len(self._matches)

    def next_match(self, step: int = 1) -> Range | None:
        """Selects the next (+1) or previous (-1) match from the caret, round the ends."""
        here = step > 0 and self.selection is None
        return self._select_unit(self._matches.near(self._from(), step, here=here))

    # -- hints -------------------------------------------------------------------------------------

    def hints(self, ranges: Iterable[Range]) -> dict[str, Range]:
        """Writes a key of two letters over the start of each range and returns which is whose.

        Ranges out of view or without room for two letters are left out; those near the caret get
        the easiest keys.
        """
        fitting = self._with_room(sorted(ranges))
        fitting.sort(key=lambda one: abs(one[0] - self.caret))
        self._hints = dict(zip(hint_keys(len(fitting)), fitting, strict=False))
        self._typed = ""
        self.refresh()
        return dict(self._hints)

    def narrow_hints(self, typed: str) -> dict[str, Range]:
        """Shows only the hints that begin with what was typed, and returns them."""
        self._typed = typed
        self.refresh()
        return {key: one for key, one in self._hints.items() if key.startswith(typed)}

    def clear_hints(self) -> None:
        """Takes the hints away."""
        if self._hints:
            self._hints, self._typed = {}, ""
            self.refresh()

    def _with_room(self, ranges: list[Range]) -> list[Range]:
        """Those in view with two cells for their letters that no other range needs."""
        if self._layout is None:
            return []
        table = self._layout.table
        start, end = self.visible_range()
        fitting: list[Range] = []
        free = (-1, 0)
        for one in ranges:
            if start <= one[0] < end:
                row, cell = table.locate(one[0])
                if (row, cell) >= free and cell + 2 <= table.width:
                    fitting.append(one)
                    free = (row, cell + 2)
        return fitting

    def _overlays(self, row: int) -> list[Overlay]:
        over = super()._overlays(row)
        if self._layout is None or not (len(self._matches) or self._hints):
            return over
        start, end = self._layout.table.bounds(row)
        drawn = self._layout.table.row(row)
        palette, typed = self.palette, len(self._typed)
        under = []
        for match in self._matches.within(start, end):
            under.append(Overlay(*drawn.cells(*match), palette.match))
            if match == self.selection:
                over.insert(1, Overlay(*drawn.cells(*match), palette.match_here))
        for key, (offset, _) in self._hints.items():
            if start <= offset < end and key.startswith(self._typed):
                cell = drawn.cell(offset)
                over.append(Overlay(cell, cell + 2, palette.hint, key))
                over.append(Overlay(cell, cell + typed, palette.hint_typed))
        return under + over

    # -- mouse -------------------------------------------------------------------------------------
    # Textual's own selection adds up cells by code point and is wrong after a joined emoji.

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.button != 1 or self._layout is None:
            return
        event.stop()
        self.focus()
        offset = self.offset_at(*event.get_content_offset_capture(self))
        self._dragged = event.shift
        if event.shift:
            self._press = self.caret if self.anchor is None else self.anchor
            self._drag_to(offset)
        else:
            self._press = offset
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._press is None:
            return
        event.stop()
        offset = self.offset_at(*event.get_content_offset_capture(self))
        if offset != self._press or self._dragged:
            self._dragged = True
            self._drag_to(offset)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Ends a drag on whole tokens, or just where it is with Alt or Ctrl held."""
        if self._press is None:
            return
        event.stop()
        self.release_mouse()
        press, self._press = self._press, None
        selection = self.selection
        if not self._dragged:
            span = self.span_at(*event.get_content_offset_capture(self))
            self.goto(press)
            if span is not None:
                self.post_message(self.SpanClicked(self, span, press))
        elif selection is not None:
            if not (event.meta or event.ctrl):
                tokens = self._units.tokens(*selection)
                selection = (tokens[0][0], tokens[-1][1]) if tokens else selection
                self.select(*selection)
            self.post_message(self.Selected(self, selection))

    def on_click(self, event: events.Click) -> None:
        """A double click selects the token, a triple click the sentence."""
        if event.button != 1 or event.chain < 2 or self._layout is None:
            return
        event.stop()
        unit = self.select_token() if event.chain == 2 else self.select_sentence()
        if unit is not None:
            self.post_message(self.Selected(self, unit))

    def _drag_to(self, offset: int) -> None:
        """Selects from where the button went down; to the right with the cluster pointed at."""
        press = self._press if self._press is not None else offset
        self._set(self._units.next_cluster(offset) if offset >= press else offset, press)
