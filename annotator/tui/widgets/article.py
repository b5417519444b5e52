"""The article: its text with the annotations drawn in it, a caret, and a selection."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual import events
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from annotator.model.annotation import AnnotationSet, Span
from annotator.model.article import Article
from annotator.model.scheme import Scheme
from annotator.text.blocks import Blocks
from annotator.text.clusters import Clusters
from annotator.text.units import Range, Units
from annotator.tui.draw.hints import hint_keys
from annotator.tui.draw.lanes import ASCII, BOX
from annotator.tui.draw.layout import Item, Layout
from annotator.tui.draw.wrap import WrapTable
from annotator.tui.palette import PALETTES, Palette, choose_palette
from annotator.tui.widgets.article_motions import Motions
from annotator.tui.widgets.article_mouse import ArticleMouse
from annotator.tui.widgets.article_rows import Overlay, RowPainter, gutter_width
from annotator.tui.widgets.article_search import Matches

_MARGIN = 3  # screen lines kept between the caret and the edge, where there is room
_GHOST = "ghost:"


class ArticleView(ArticleMouse, ScrollView, can_focus=True):
    """Shows one article. It holds no annotation of its own: `load` and `changed` say what is.

    Offsets are code points, ranges half-open. Before `load` it is blank and every motion does
    nothing.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    ArticleView {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        min-width: 1;
    }
    """

    compact: reactive[bool] = reactive(False, init=False)

    @dataclass
    class CaretMoved(Message):
        """The caret or the selection changed."""

        view: "ArticleView"
        caret: int

        @property
        def control(self) -> "ArticleView":
            return self.view

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
        """A span was clicked, in its text or on its lane; `offset` is where."""

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
        super().__init__(name=name, id=id, classes=classes)
        self.caret = 0
        self.anchor: int | None = None
        self.ghosts: list[Span] = []
        self._ascii = ascii
        self._palette: Palette | None = None
        self._fixed_palette = False
        self._article: Article | None = None
        self._units = Units("")
        self._scheme = Scheme("", "", {})
        self._annotations = AnnotationSet("", "", "")
        self._table: WrapTable | None = None
        self._layout: Layout | None = None
        self._chosen: str | None = None
        self._column: int | None = None
        self._grown: list[tuple[Range, Range]] = []
        self._matches = Matches("", "")
        self._hints: dict[str, Range] = {}
        self._hint_prefix = ""

    # -- what is shown -----------------------------------------------------------------------------

    def load(
        self, article: Article, units: Units, scheme: Scheme, annotations: AnnotationSet
    ) -> None:
        """Shows an article with its annotations; the caret goes to its start."""
        self._article = article
        self._units = units
        self._scheme = scheme
        self._annotations = annotations
        self._boundaries = Clusters(article.text, Blocks(article.text)).boundaries
        self.caret, self.anchor, self._column = 0, None, None
        self.ghosts, self._chosen, self._grown = [], None, []
        self._matches = Matches("", "")
        self._hints, self._hint_prefix = {}, ""
        self._table = None
        self._layout = None
        self._arrange()
        if self.is_mounted:
            self.scroll_to(y=0, animate=False)

    def changed(self, what: Iterable[str | Range] | None = None) -> None:
        """Draws anew what an edit touched: spans by id and ranges of text; None means all.

        Name every span that is new, gone or different, or whose lane says something else now
        because a link or an entity changed.
        """
        if self._layout is None:
            return
        if what is None:
            self._rearrange()
            return
        keys: dict[str, None] = {}
        for one in what:
            if isinstance(one, str):
                keys[one] = None
            else:
                keys.update(dict.fromkeys(self._spans_in(*one)))
        self._redraw((key, self._item_of(key)) for key in keys)

    def set_ghosts(self, ghosts: Iterable[Span]) -> None:
        """Shows suggestions, dotted, in the place of those shown before."""
        old = self.ghosts
        self.ghosts = list(ghosts)
        changes: dict[str, Item | None] = {_GHOST + span.id: None for span in old}
        changes.update((item.key, item) for item in map(self._ghost, self.ghosts))
        self._redraw(changes.items())

    @property
    def chosen(self) -> str | None:
        """The id of the span (or ghost) that is drawn heavy."""
        return self._chosen

    @chosen.setter
    def chosen(self, span_id: str | None) -> None:
        self._chosen = span_id
        if self._layout is not None:
            rows = self._layout.choose(self._key(span_id))
            self._painter.forget(rows)
            self._refresh_rows(rows)

    @property
    def ascii(self) -> bool:
        """Whether lanes are drawn with ASCII characters only."""
        return self._ascii

    @ascii.setter
    def ascii(self, ascii: bool) -> None:
        self._ascii = ascii
        self._repaint_all()

    @property
    def palette(self) -> Palette:
        """The colours in use; chosen for the terminal and the theme unless set."""
        if self._palette is None:
            self._palette = self._choose_palette()
        return self._palette

    @palette.setter
    def palette(self, palette: Palette) -> None:
        self._palette, self._fixed_palette = palette, True
        self._repaint_all()

    def spans_at(self, offset: int) -> list[str]:
        """The ids of the spans that cover an offset, innermost first; ghosts are left out."""
        if self._layout is None:
            return []
        return [item.span.id for item in self._layout.at(offset) if not item.ghost]

    def visible_range(self) -> Range:
        """The text on the screen, `[start, end)`."""
        if self._layout is None or self._table is None:
            return 0, 0
        top = self.scroll_offset.y
        bottom = max(top + self.scrollable_content_region.height - 1, top)
        first, last = self._layout.row_at(top)[0], self._layout.row_at(bottom)[0]
        return self._table.bounds(first)[0], self._table.bounds(last)[1]

    def dump(self) -> list[str]:
        """What is drawn, all rows and lanes as plain text, for tests."""
        if self._layout is None:
            return []
        return [self._strip_at(line).text.rstrip() for line in range(self._layout.height)]

    # -- caret and selection -----------------------------------------------------------------------

    @property
    def selection(self) -> Range | None:
        """The selected range, None if it is empty."""
        if self.anchor is None or self.anchor == self.caret:
            return None
        return min(self.anchor, self.caret), max(self.anchor, self.caret)

    def move(self, motion: str, extend: bool = False) -> None:
        """Moves the caret; with `extend` the selection grows or shrinks with it.

        Raises ValueError for an unknown motion.
        """
        if self._layout is None or self._table is None:
            return
        row, cell = self._table.locate(self.caret)
        vertical = motion in ("row-up", "row-down", "page-up", "page-down")
        column = self._column if vertical and self._column is not None else cell
        lines = max(self.scrollable_content_region.height - 2, 1)
        line = self._layout.top(row) - self.scroll_offset.y
        caret = Motions(self._units, self._layout).target(
            motion, self.caret, extend=extend, column=column, lines=lines
        )
        anchor = (self.caret if self.anchor is None else self.anchor) if extend else None
        if motion.startswith("page-"):
            top = self._layout.top(self._table.row_of(caret))
            self.scroll_to(y=max(top - line, 0), animate=False)
        self._set(caret, anchor)
        self._column = column if vertical else None

    def goto(self, offset: int) -> None:
        """Puts the caret on an offset and drops the selection."""
        self._set(self._snap(offset), None)

    def select(self, start: int, end: int) -> None:
        """Selects `[start, end)`, as it is, and scrolls it into view."""
        length = len(self._units.text)
        self._set(min(max(end, 0), length), min(max(start, 0), length), show=start)

    def clear_selection(self) -> None:
        """Drops the selection; the caret stays."""
        self._set(self.caret, None)

    def grow(self) -> None:
        """Selects the next larger unit around the selection or the caret."""
        now = self.selection or (self.caret, self.caret)
        larger = self._units.grow(*now)
        if larger != now:
            if not self._grown or self._grown[-1][1] != now:
                self._grown = []
            self._grown.append((now, larger))
            self.select(*larger)

    def shrink(self) -> None:
        """Takes the last `grow` back; without one, nothing happens."""
        if self._grown and self._grown[-1][1] == self.selection:
            (start, end), _ = self._grown.pop()
            if start == end:
                self._set(start, None)
            else:
                self.select(start, end)

    def nudge(self, edge: str, by: int) -> None:
        """Moves the `"start"` or `"end"` of the selection by one cluster; it never gets empty."""
        if self.selection is None:
            return
        start, end = self.selection
        step = self._units.next_cluster if by > 0 else self._units.previous_cluster
        if edge == "start":
            start = step(start)
        else:
            end = step(end)
        if start < end:
            self._set(*((start, end) if edge == "start" else (end, start)))

    def select_token(self) -> Range | None:
        """Selects the token at the caret."""
        return self._select_unit(self._units.token_at(self.caret))

    def select_sentence(self, step: int = 0) -> Range | None:
        """Selects the sentence at the caret (0), the next (+1) or the one before (-1)."""
        at = self.selection[0] if self.selection else self.caret
        if step > 0:
            return self._select_unit(self._units.next_sentence(at))
        if step < 0:
            return self._select_unit(self._units.previous_sentence(at))
        return self._select_unit(self._units.sentence_at(at))

    def select_quotation(self, step: int = 1) -> Range | None:
        """Selects the next (+1) or previous (-1) quotation, or the one at the caret (0)."""
        at = self.selection[0] if self.selection else self.caret
        if step > 0:
            inside = self._units.quotation_at(at)
            first = inside if inside and inside[0] == at and inside != self.selection else None
            return self._select_unit(first or self._units.next_quotation(at))
        if step < 0:
            return self._select_unit(self._units.previous_quotation(at))
        return self._select_unit(self._units.quotation_at(at))

    def select_paragraph(self) -> Range | None:
        """Selects the paragraph at the caret."""
        return self._select_unit(self._units.paragraph_at(self.caret))

    def _select_unit(self, unit: Range | None) -> Range | None:
        if unit is not None and unit[0] < unit[1]:
            self.select(*unit)
            return unit
        return None

    # -- search and hints --------------------------------------------------------------------------

    def set_search(self, pattern: str) -> int:
        """Marks every place where `pattern` stands and returns how many there are; "" for none.

        Capitals count only if the pattern has some.
        """
        self._matches = Matches(self._units.text, pattern)
        self.refresh()
        return len(self._matches)

    def next_match(self, step: int = 1) -> Range | None:
        """Selects the next (+1) or previous (-1) match from the caret, round the ends."""
        at = self.selection[0] if self.selection else self.caret
        inclusive = self.selection is None and step > 0
        return self._select_unit(self._matches.from_offset(at, step, inclusive=inclusive))

    def hints(self, ranges: Iterable[Range]) -> dict[str, Range]:
        """Writes a key of two letters over the start of each range and returns which is whose.

        Ranges out of view or without room for two letters are left out; those near the caret get
        the easiest keys.
        """
        self._hints, self._hint_prefix = {}, ""
        if self._layout is not None and self._table is not None:
            start, end = self.visible_range()
            taken: set[tuple[int, int]] = set()
            fitting = []
            for one in sorted(ranges):
                if not start <= one[0] < end:
                    continue
                row, cell = self._table.locate(one[0])
                cells = {(row, cell), (row, cell + 1)}
                if cell + 2 <= self._table.width and not cells & taken:
                    taken |= cells
                    fitting.append(one)
            fitting.sort(key=lambda one: abs(one[0] - self.caret))
            self._hints = dict(zip(hint_keys(len(fitting)), fitting, strict=False))
        self.refresh()
        return dict(self._hints)

    def narrow_hints(self, prefix: str) -> dict[str, Range]:
        """Shows only the hints that begin with what was typed, and returns them."""
        self._hint_prefix = prefix
        self.refresh()
        return {key: one for key, one in self._hints.items() if key.startswith(prefix)}

    def clear_hints(self) -> None:
        """Takes the hints away."""
        if self._hints:
            self._hints, self._hint_prefix = {}, ""
            self.refresh()

    # -- drawing -----------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        if self._layout is None:
            self._arrange(rendering=True)
        width = self.size.width
        line = y + self.scroll_offset.y
        if self._layout is None or line >= self._layout.height:
            return Strip.blank(width, self.palette.text)
        return self._strip_at(line).crop_extend(0, width, self.palette.text)

    def _strip_at(self, line: int) -> Strip:
        assert self._layout is not None
        row, sub = self._layout.row_at(line)
        overlays = self._overlays(row) if sub == 0 else ()
        return self._painter.line(row, sub, overlays)

    def _overlays(self, row: int) -> Sequence[Overlay]:
        assert self._table is not None
        start, end = self._table.bounds(row)
        palette = self.palette
        overlays: list[Overlay] = []
        matches = self._matches.within(start, end)
        selection = self.selection
        selected = selection is not None and selection[0] < end and selection[1] > start
        here = start <= self.caret < end or (self.caret == end == len(self._units.text))
        if not (matches or selected or here or self._hints):
            return overlays
        drawn = self._table.row(row)
        for match in matches:
            overlays.append(Overlay(*drawn.cells(*match), palette.match))
        if selection is not None and selected:
            found = selection in matches
            style = palette.match_here if found else palette.selection
            overlays.append(Overlay(*drawn.cells(*selection), style))
        if here:
            first, last = drawn.cells(self.caret, self.caret + 1)
            first, last = (first, last) if first < last else (drawn.width, drawn.width + 1)
            overlays.append(Overlay(first, last, palette.caret))
        for key, (offset, _) in self._hints.items():
            if start <= offset < end and key.startswith(self._hint_prefix):
                cell = drawn.cell(offset)
                typed = len(self._hint_prefix)
                overlays.append(Overlay(cell, cell + 2, palette.hint, key))
                overlays.append(Overlay(cell, cell + typed, palette.hint_typed))
        return overlays

    def _arrange(self, *, rendering: bool = False) -> None:
        """Makes the wrap table for the width there is, and everything that depends on it."""
        width = self.scrollable_content_region.width
        if self._article is None or width <= 0 or not self.is_mounted:
            return
        gutter = gutter_width(width, compact=self.compact)
        if self._table is None or self._wrapped != width - gutter:
            self._wrapped = width - gutter
            self._table = WrapTable(self._article.text, self._wrapped, self._boundaries)
        self._gutter = gutter
        items = [self._item(span) for span in self._annotations.spans.values()]
        items.extend(map(self._ghost, self.ghosts))
        self._layout = Layout(self._table, items, lanes=not self.compact)
        self._layout.choose(self._key(self._chosen))
        self._paint()
        if rendering:
            # Textual may draw before it says what size there is; the scroll bar can wait.
            self.call_later(self._resize_content)
        else:
            self._resize_content()

    def _rearrange(self) -> None:
        """`_arrange`, with the caret on the same line of the screen."""
        if self._layout is None or self._table is None:
            self._arrange()
            return
        line = self._layout.top(self._table.row_of(self.caret)) - self.scroll_offset.y
        self._arrange()
        self._keep_line(line)
        self.refresh()

    def _keep_line(self, line: int) -> None:
        assert self._layout is not None and self._table is not None
        top = self._layout.top(self._table.row_of(self.caret))
        height = self.scrollable_content_region.height
        if 0 <= line < height and top - line != self.scroll_offset.y:
            self.scroll_to(y=max(top - line, 0), animate=False)

    def _paint(self) -> None:
        assert self._layout is not None
        self._painter = RowPainter(
            self._layout,
            self._scheme,
            self._annotations,
            self.palette,
            ASCII if self._ascii else BOX,
            gutter=self._gutter,
            compact=self.compact,
        )

    def _repaint_all(self) -> None:
        if self._layout is not None:
            self._paint()
        self.refresh()

    def _resize_content(self) -> None:
        if self._layout is not None:
            region = self.scrollable_content_region
            self.virtual_size = Size(region.width, self._layout.height)

    def _redraw(self, changes: Iterable[tuple[str, Item | None]]) -> None:
        if self._layout is None or self._table is None:
            return
        line = self._layout.top(self._table.row_of(self.caret)) - self.scroll_offset.y
        changes = list(changes)
        rows, moved = self._layout.replace(changes)
        self._painter.forget(rows, (key for key, _ in changes))
        if moved:
            self._resize_content()
            self._keep_line(line)
            self.refresh()
        else:
            self._refresh_rows(rows)

    def _refresh_rows(self, rows: Iterable[int]) -> None:
        if self._layout is None:
            return
        top = self.scroll_offset.y
        height = self.scrollable_content_region.height
        width = self.size.width
        regions = []
        for row in rows:
            first = self._layout.top(row) - top
            last = first + self._layout.lines_of(row)
            if last > 0 and first < height:
                regions.append(Region(0, max(first, 0), width, last - max(first, 0)))
        if regions:
            self.refresh(*regions)

    # -- items -------------------------------------------------------------------------------------

    def _item(self, span: Span) -> Item:
        label = self._scheme.labels.get(span.label)
        return Item(span.id, span, lines=bool(label and label.lines))

    def _ghost(self, span: Span) -> Item:
        return Item(_GHOST + span.id, span, ghost=True)

    def _item_of(self, key: str) -> Item | None:
        span = self._annotations.spans.get(key)
        return self._item(span) if span is not None else None

    def _key(self, span_id: str | None) -> str | None:
        if span_id is not None and span_id not in self._annotations.spans:
            return _GHOST + span_id
        return span_id

    def _spans_in(self, start: int, end: int) -> list[str]:
        """The ids of spans that are, or were when last drawn, in a range."""
        assert self._layout is not None and self._table is not None
        found = [span.id for span in self._annotations.spans.values() if span.touches(start, end)]
        for row in self._table.rows_of(start, end):
            found.extend(item.key for item in self._layout.on_row(row) if not item.ghost)
        return found

    # -- moving ------------------------------------------------------------------------------------

    def _snap(self, offset: int) -> int:
        return self._units.snap(min(max(offset, 0), len(self._units.text)))

    def _set(self, caret: int, anchor: int | None, show: int | None = None) -> None:
        before = self.caret, self.selection
        self.caret, self.anchor, self._column = caret, anchor, None
        if self._layout is None or self._table is None:
            return
        self._refresh_rows(self._rows_between(before, (caret, self.selection)))
        if show is not None:
            self._reveal(show)
        self._reveal(caret)
        self._point_cursor()
        if before != (caret, self.selection):
            self.post_message(self.CaretMoved(self, caret))

    def _rows_between(
        self, old: tuple[int, Range | None], new: tuple[int, Range | None]
    ) -> Iterable[int]:
        """The visible rows that look different after the caret or the selection changed."""
        assert self._table is not None
        first, last = (self._table.row_of(offset) for offset in self.visible_range())
        rows = {self._table.row_of(old[0]), self._table.row_of(new[0])}
        if old[1] != new[1]:
            one, other = (set(self._covered(part, first, last)) for part in (old[1], new[1]))
            edges = {
                self._table.row_of(edge)
                for part in (old[1], new[1])
                if part
                for edge in (part[0], part[1] - 1)
            }
            rows |= (one ^ other) | edges
        return rows

    def _covered(self, part: Range | None, first: int, last: int) -> Iterable[int]:
        if part is None or self._table is None:
            return ()
        rows = self._table.rows_of(*part)
        return range(max(rows.start, first), min(rows.stop, last + 1))

    def _reveal(self, offset: int) -> None:
        """Scrolls a row and its lanes into view, not glued to the edge."""
        assert self._layout is not None and self._table is not None
        height = self.scrollable_content_region.height
        if height <= 0:
            return
        row = self._table.row_of(offset)
        top = self._layout.top(row)
        bottom = top + self._layout.lines_of(row)
        margin = min(_MARGIN, max(height - 1, 0) // 4)
        now = target = self.scroll_offset.y
        if bottom + margin > now + height:
            target = bottom + margin - height
        if top - margin < target:
            target = max(top - margin, 0)
        if target != now:
            self.scroll_to(y=target, animate=False)

    def _point_cursor(self) -> None:
        """Puts the (hidden) terminal cursor on the caret, for screen readers and magnifiers."""
        if self._layout is None or self._table is None or not self.has_focus:
            return
        row, cell = self._table.locate(self.caret)
        x, y = self._gutter + cell, self._layout.top(row) - self.scroll_offset.y
        self.app.cursor_position = self.content_region.offset + Offset(x, y)

    # -- events ------------------------------------------------------------------------------------

    def watch_compact(self) -> None:
        self._rearrange()

    def on_resize(self, event: events.Resize) -> None:
        width = self.scrollable_content_region.width
        if self._layout is None or self._wrapped + self._gutter != width:
            self._rearrange()
        if self._layout is not None:
            self._reveal(self.caret)

    def on_focus(self) -> None:
        self._point_cursor()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if not self._fixed_palette and self._choose_palette() is not self._palette:
            self._palette = None
            self._repaint_all()

    def _choose_palette(self) -> Palette:
        app = self.app
        system = "truecolor" if app.is_headless else app.console.color_system
        dark = app.current_theme.dark
        return PALETTES[choose_palette(system, no_color=app.no_color, dark=dark)]

    # -- places ------------------------------------------------------------------------------------

    def offset_at(self, x: int, y: int) -> int:
        """The caret stop nearest to a cell of the view (not of the text)."""
        if self._layout is None or self._table is None:
            return 0
        line = min(max(y + self.scroll_offset.y, 0), self._layout.height - 1)
        return self._table.offset_at(self._layout.row_at(line)[0], x - self._gutter)

    def span_at(self, x: int, y: int) -> str | None:
        """The span drawn in a cell of the view: on a lane, or innermost in the text."""
        line = y + self.scroll_offset.y
        if self._layout is None or self._table is None or not 0 <= line < self._layout.height:
            return None
        row, sub = self._layout.row_at(line)
        if sub > 0:
            key = self._painter.key_at(row, sub - 1, x)
            return key.removeprefix(_GHOST) if key else None
        cell = x - self._gutter
        if not 0 <= cell < self._table.row(row).width:
            return None
        spans = self.spans_at(self._table.row(row).offset(cell))
        return spans[0] if spans else None
