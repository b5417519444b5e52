"""The mouse in the article: click, drag, double and triple click, with our own offset table.

Textual's own selection counts cells per code point and is wrong after a joined emoji.
"""

from typing import TYPE_CHECKING

from textual import events

if TYPE_CHECKING:
    from annotator.tui.widgets.article import ArticleView


class ArticleMouse:
    """Mouse handlers of `ArticleView`."""

    _press: int | None = None
    _dragged = False

    def on_mouse_down(self: "ArticleView", event: events.MouseDown) -> None:
        if event.button != 1 or self._article is None:
            return
        event.stop()
        self.focus()
        x, y = event.get_content_offset_capture(self)
        offset = self.offset_at(x, y)
        self._press, self._dragged = offset, False
        if event.shift:
            self._press = self.caret if self.anchor is None else self.anchor
            self._set(self._end_of_drag(offset), self._press)
            self._dragged = True
        self.capture_mouse()

    def on_mouse_move(self: "ArticleView", event: events.MouseMove) -> None:
        if self._press is None:
            return
        event.stop()
        offset = self.offset_at(*event.get_content_offset_capture(self))
        if offset != self._press or self._dragged:
            self._dragged = True
            self._set(self._end_of_drag(offset), self._press)

    def on_mouse_up(self: "ArticleView", event: events.MouseUp) -> None:
        if self._press is None:
            return
        event.stop()
        self.release_mouse()
        press, self._press = self._press, None
        if not self._dragged:
            x, y = event.get_content_offset_capture(self)
            span = self.span_at(x, y)
            self.goto(press)
            if span is not None:
                self.post_message(self.SpanClicked(self, span, press))
            return
        selection = self.selection
        if selection is None:
            return
        if not (event.meta or event.ctrl):
            selection = self._to_tokens(*selection)
            self.select(*selection)
        self.post_message(self.Selected(self, selection))

    def on_click(self: "ArticleView", event: events.Click) -> None:
        """A double click selects the token, a triple click the sentence."""
        if event.button != 1 or event.chain < 2 or self._article is None:
            return
        event.stop()
        unit = self.select_token() if event.chain == 2 else self.select_sentence()
        if unit is not None:
            self.post_message(self.Selected(self, unit))

    def _end_of_drag(self: "ArticleView", offset: int) -> int:
        """A drag to the right takes the cluster under the pointer along."""
        press = self._press if self._press is not None else offset
        return self._units.next_cluster(offset) if offset >= press else offset

    def _to_tokens(self: "ArticleView", start: int, end: int) -> tuple[int, int]:
        """`[start, end)` grown to whole tokens, without blanks at its edges."""
        tokens = self._units.tokens(start, end)
        return (tokens[0][0], tokens[-1][1]) if tokens else (start, end)
