"""The caret and the selection of the article, and the motions that move them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from textual.geometry import Offset
from textual.message import Message

from annotator.model.annotation import AnnotationSet
from annotator.model.article import Article
from annotator.model.scheme import Scheme
from annotator.text.units import Range, Units
from annotator.tui.widgets.article_canvas import ArticleCanvas
from annotator.tui.widgets.article_motions import Motions
from annotator.tui.widgets.article_rows import Overlay


def rest_of_sentence(units: Units, caret: int, selection: Range | None) -> Range | None:
    """What `ArticleCaret.select_rest` selects; None after the last word."""
    if selection is None:
        token = units.token_at(caret) or units.next_token(caret)
        if token is None:
            return None
        start, end = token[0], -1
    else:
        start, end = selection
    ends = units.ends_from(start)
    if not ends:
        return None
    return start, ends[(ends.index(end) + 1) % len(ends) if end in ends else 0]


class ArticleCaret(ArticleCanvas, can_focus=True):
    """An article with a caret, which stands on a grapheme cluster, and a selection.

    The selection reaches from `anchor` to `caret`, whichever comes first. (Here `anchor` and
    `shrink` are about the selection; what `Widget` means by them has no use in this view.)
    """

    @dataclass
    class CaretMoved(Message, namespace="article_view"):
        """The caret or the selection changed."""

        view: "ArticleCaret"
        caret: int

        @property
        def control(self) -> "ArticleCaret":
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
        self.anchor: int | None = None  # type: ignore[assignment]
        self._column: int | None = None
        self._grown: list[tuple[Range, Range]] = []

    def load(
        self, article: Article, units: Units, scheme: Scheme, annotations: AnnotationSet
    ) -> None:
        self.anchor = self._column = None
        self._grown = []
        super().load(article, units, scheme, annotations)

    @property
    def selection(self) -> Range | None:
        """The selected range, None if it is empty."""
        if self.anchor is None or self.anchor == self.caret:
            return None
        return min(self.anchor, self.caret), max(self.anchor, self.caret)

    # -- moving ------------------------------------------------------------------------------------

    def move(self, motion: str, extend: bool = False) -> None:
        """Moves the caret by one of `MOTIONS`; with `extend` the selection goes with it.

        Raises ValueError for an unknown motion.
        """
        if self._layout is None:
            return
        table = self._layout.table
        vertical = motion in ("row-up", "row-down", "page-up", "page-down")
        column = self._column if vertical else None
        if column is None:
            column = table.locate(self.caret)[1]
        lines = max(self.scrollable_content_region.height - 2, 1)
        line = self._screen_line()
        caret = Motions(self._units, self._layout).target(
            motion, self.caret, extend=extend, column=column, lines=lines
        )
        if motion.startswith("page-") and line is not None:
            top = self._layout.top(table.row_of(caret))
            self.scroll_to(y=max(top - line, 0), animate=False)
        anchor = None
        if extend:
            anchor = self.caret if self.anchor is None else self.anchor
        self._set(caret, anchor)
        self._column = column if vertical else None

    def goto(self, offset: int) -> None:
        """Puts the caret on the cluster at an offset and drops the selection."""
        self._set(self._units.snap(min(max(offset, 0), len(self._units.text))), None)

    def select(self, start: int, end: int) -> None:
        """Selects `[start, end)`, as it is, and scrolls it into view."""
        length = len(self._units.text)
        self._set(min(max(end, 0), length), min(max(start, 0), length))
        self._reveal(start)
        self._point_cursor()

    def clear_selection(self) -> None:
        """Drops the selection; the caret stays."""
        self._set(self.caret, None)

    # -- units -------------------------------------------------------------------------------------

    def grow(self) -> None:
        """Selects the next larger unit around the selection or the caret."""
        now = self.selection or (self.caret, self.caret)
        larger = self._units.grow(*now)
        if larger != now:
            if not self._grown or self._grown[-1][1] != now:
                self._grown = []
            self._grown.append((now, larger))
            self.select(*larger)

    def shrink(self) -> None:  # type: ignore[override]
        """Takes the last `grow` back; without one, nothing happens."""
        if self._grown and self._grown[-1][1] == self.selection:
            (start, end), _ = self._grown.pop()
            if start == end:
                self.goto(start)
            else:
                self.select(start, end)

    def nudge(self, edge: Literal["start", "end"], by: int) -> None:
        """Moves one edge of the selection by one cluster; the selection never gets empty."""
        if self.selection is None:
            return
        start, end = self.selection
        step = self._units.next_cluster if by > 0 else self._units.previous_cluster
        if edge == "start" and step(start) < end:
            self._set(step(start), end)
        elif edge == "end" and step(end) > start:
            self._set(step(end), start)

    def select_token(self) -> Range | None:
        """Selects the token at the caret; None if there is none."""
        return self._select_unit(self._units.token_at(self.caret))

    def select_sentence(self, step: int = 0) -> Range | None:
        """Selects the sentence at the caret (0), the next (+1) or the one before (-1)."""
        units = self._units
        find = (units.sentence_at, units.next_sentence, units.previous_sentence)[step]
        return self._select_unit(find(self._from()))

    def select_quotation(self, step: int = 0) -> Range | None:
        """Selects the quotation at the caret (0), the next (+1) or the one before (-1)."""
        units = self._units
        find = (units.quotation_at, units.next_quotation, units.previous_quotation)[step]
        return self._select_unit(find(self._from()))

    def select_rest(self) -> Range | None:
        """Selects from here to the end of the sentence, without its stop; again, one clause less.

        Here is the start of the selection, or the word at the caret or after it.
        """
        return self._select_unit(rest_of_sentence(self._units, self.caret, self.selection))

    def _from(self) -> int:
        return self.selection[0] if self.selection else self.caret

    def _select_unit(self, unit: Range | None) -> Range | None:
        if unit is None or unit[0] >= unit[1]:
            return None
        self.select(*unit)
        return unit

    # -- inside ------------------------------------------------------------------------------------

    def _set(self, caret: int, anchor: int | None) -> None:
        old_caret, old_selection = self.caret, self.selection
        self.caret, self.anchor, self._column = caret, anchor, None
        if self._layout is None:
            return
        self._reveal(caret)
        if (caret, self.selection) != (old_caret, old_selection):
            rows = {self._layout.table.row_of(old_caret), self._layout.table.row_of(caret)}
            if old_selection != self.selection:
                rows |= self._rows_selected(old_selection) ^ self._rows_selected(self.selection)
                rows |= self._edge_rows(old_selection) | self._edge_rows(self.selection)
            self._refresh_rows(rows)
            self.post_message(self.CaretMoved(self, caret))
        self._point_cursor()

    def _rows_selected(self, selection: Range | None) -> set[int]:
        """The visible rows of a selection."""
        if selection is None or self._layout is None:
            return set()
        rows = self._layout.table.rows_of(*selection)
        seen = self._layout.table.rows_of(*self.visible_range())
        return set(range(max(rows.start, seen.start), min(rows.stop, seen.stop)))

    def _edge_rows(self, selection: Range | None) -> set[int]:
        if selection is None or self._layout is None:
            return set()
        rows = self._layout.table.rows_of(*selection)
        return {rows.start, rows.stop - 1}

    def _overlays(self, row: int) -> list[Overlay]:
        if self._layout is None:
            return []
        start, end = self._layout.table.bounds(row)
        drawn = self._layout.table.row(row)
        overlays = []
        selection = self.selection
        if selection is not None and selection[0] < end and selection[1] > start:
            overlays.append(Overlay(*drawn.cells(*selection), self.palette.selection))
        if start <= self.caret < end or self.caret == end == len(self._units.text):
            first, last = drawn.cells(self.caret, self.caret + 1)
            if first == last:
                first = min(drawn.width, self._layout.table.width - 1)
                last = first + 1
            style = self.palette.caret if self.has_focus else self.palette.caret_idle
            overlays.append(Overlay(first, last, style))
        return overlays

    def _point_cursor(self) -> None:
        """Puts the (hidden) terminal cursor on the caret, for screen readers and magnifiers."""
        line = self._screen_line()
        if self._layout is None or line is None or not self.has_focus:
            return
        cell = self._layout.table.locate(self.caret)[1]
        self.app.cursor_position = self.content_region.offset + Offset(self._gutter + cell, line)

    def _caret_rows(self) -> Iterable[int]:
        return () if self._layout is None else (self._layout.table.row_of(self.caret),)

    def on_focus(self) -> None:
        self._refresh_rows(self._caret_rows())
        self._point_cursor()

    def on_blur(self) -> None:
        self._refresh_rows(self._caret_rows())
