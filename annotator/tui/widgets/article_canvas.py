"""The article as it is drawn: text, spans, ghosts; scrolled and repainted no more than needed."""

from collections.abc import Iterable, Sequence

from textual import events
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from annotator.model.annotation import AnnotationSet, Span
from annotator.model.article import Article
from annotator.model.scheme import Scheme
from annotator.text.blocks import Blocks
from annotator.text.clusters import Clusters
from annotator.text.units import Range, Units
from annotator.tui.draw.lanes import ASCII, BOX
from annotator.tui.draw.layout import Item, Layout
from annotator.tui.draw.wrap import WrapTable
from annotator.tui.palette import Palette
from annotator.tui.widgets.article_rows import Overlay, RowPainter, gutter_width
from annotator.tui.widgets.inks import palette_for

_MARGIN = 3  # screen lines kept between the caret and the edge, where there is room
_GHOST = "ghost:"
_MANY = 400  # changes at once from which drawing all anew is cheaper than finding each


class ArticleCanvas(ScrollView):
    """Draws one article and its annotation set, which it never changes.

    Offsets are code points, ranges half-open. Before `load`, and before it has a size, it is blank.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    ArticleCanvas {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        min-width: 1;
    }
    """

    compact: reactive[bool] = reactive(False, init=False)
    """One line for each row, the spans in the gutter, instead of lanes under the rows."""

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
        self.ghosts: list[Span] = []
        self._ascii = ascii
        self._palette: Palette | None = None
        self._fixed_palette = False
        self._article: Article | None = None
        self._units = Units("")
        self._scheme = Scheme("", "", {})
        self._annotations = AnnotationSet("", "", "")
        self._clusters = Clusters("", Blocks(""))
        self._table: WrapTable | None = None
        self._layout: Layout | None = None
        self._chosen: str | None = None
        self._text_width = self._gutter = 0

    # -- what is shown -----------------------------------------------------------------------------

    def load(
        self, article: Article, units: Units, scheme: Scheme, annotations: AnnotationSet
    ) -> None:
        """Shows an article with its annotations, from its start, without ghosts."""
        self._article = article
        self._units = units
        self._scheme = scheme
        self._annotations = annotations
        self._clusters = Clusters(article.text, Blocks(article.text))
        self.caret, self.ghosts, self._chosen = 0, [], None
        self._table = self._layout = None
        if self.is_mounted:
            self.scroll_to(y=0, animate=False)
        self._arrange()
        self.refresh()

    def changed(self, what: Iterable[str | Range] | None = None) -> None:
        """Draws anew what an edit touched: spans by id and ranges of text; None means all.

        Name every span that is new, gone or different, or whose lane says something else now
        because a link or an entity changed.
        """
        pieces = None if what is None else list(what)
        if pieces is None or len(pieces) > _MANY:
            self._rearrange()
            return
        keys: dict[str, None] = {}
        for one in pieces:
            keys.update(dict.fromkeys([one] if isinstance(one, str) else self._spans_in(*one)))
        spans = self._annotations.spans
        self._redraw({key: self._item(spans[key]) if key in spans else None for key in keys})

    def set_ghosts(self, ghosts: Iterable[Span]) -> None:
        """Shows suggestions, dotted, in the place of those shown before."""
        changes: dict[str, Item | None] = {_GHOST + span.id: None for span in self.ghosts}
        self.ghosts = list(ghosts)
        changes.update((item.key, item) for item in map(self._ghost, self.ghosts))
        self._redraw(changes)

    @property
    def chosen(self) -> str | None:
        """The id of the span or ghost that is drawn heavy."""
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
        self._repaint()

    @property
    def palette(self) -> Palette:
        """The colours in use; chosen for the terminal and the theme unless set."""
        if self._palette is None:
            self._palette = palette_for(self.app)
        return self._palette

    @palette.setter
    def palette(self, palette: Palette) -> None:
        self._palette, self._fixed_palette = palette, True
        self._repaint()

    # -- what is where -----------------------------------------------------------------------------

    def spans_at(self, offset: int) -> list[str]:
        """The ids of the spans that cover an offset, innermost first; no ghosts."""
        return [item.span.id for item in self._at(offset) if not item.ghost]

    def ghosts_at(self, offset: int) -> list[str]:
        """The ids of the ghosts that cover an offset, innermost first."""
        return [item.span.id for item in self._at(offset) if item.ghost]

    def visible_range(self) -> Range:
        """The text on the screen, `[start, end)`, whole rows."""
        if self._layout is None:
            return 0, 0
        top = self.scroll_offset.y
        bottom = top + max(self.scrollable_content_region.height, 1) - 1
        rows = self._layout.row_at(top)[0], self._layout.row_at(bottom)[0]
        return self._layout.table.bounds(rows[0])[0], self._layout.table.bounds(rows[1])[1]

    def offset_at(self, x: int, y: int) -> int:
        """The caret stop nearest to a cell of the view."""
        if self._layout is None:
            return 0
        line = min(max(y + self.scroll_offset.y, 0), self._layout.height - 1)
        return self._layout.table.offset_at(self._layout.row_at(line)[0], x - self._gutter)

    def span_at(self, x: int, y: int) -> str | None:
        """The span or ghost drawn in a cell of the view: on a lane, or innermost in the text."""
        line = y + self.scroll_offset.y
        if self._layout is None or not 0 <= line < self._layout.height:
            return None
        row, sub = self._layout.row_at(line)
        cell = x - self._gutter
        if sub > 0:
            key = self._layout.key_at(row, sub - 1, cell)
            return key.removeprefix(_GHOST) if key else None
        drawn = self._layout.table.row(row)
        found = self._at(drawn.offset(cell)) if 0 <= cell < drawn.width else []
        return found[0].span.id if found else None

    def dump(self) -> list[str]:
        """All rows and lanes as plain text, for tests."""
        if self._layout is None:
            return []
        return [self._strip(line).text.rstrip() for line in range(self._layout.height)]

    # -- drawing -----------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        if self._layout is None:
            self._arrange(rendering=True)
        width = self.size.width
        line = y + self.scroll_offset.y
        if self._layout is None or line >= self._layout.height:
            return Strip.blank(width, self.palette.text)
        strip = self._strip(line)
        if strip.cell_length != width:
            strip = strip.crop_extend(0, width, self.palette.text)
        return strip

    def _overlays(self, row: int) -> Sequence[Overlay]:
        """What lies over the text of a row and is not kept with it."""
        return ()

    def _strip(self, line: int) -> Strip:
        assert self._layout is not None
        row, sub = self._layout.row_at(line)
        return self._painter.line(row, sub, self._overlays(row) if sub == 0 else ())

    def _arrange(self, *, rendering: bool = False) -> None:
        """Wraps the text for the width there is, and finds the lines of everything."""
        width = self.scrollable_content_region.width
        if self._article is None or width <= 0 or not self.is_mounted:
            return
        self._gutter = gutter_width(width, compact=self.compact)
        if self._table is None or self._text_width != width - self._gutter:
            self._text_width = width - self._gutter
            text = self._article.text
            self._table = WrapTable(text, self._text_width, self._clusters.boundaries)
        self._layout = self._make_layout(self._table)
        self._layout.choose(self._key(self._chosen))
        self._repaint()
        if rendering:
            # Textual may draw before it tells the size; the scroll bar can wait until after.
            self.call_later(self._fit_content)
        else:
            self._fit_content()

    def _rearrange(self) -> None:
        """`_arrange`, with the caret on the same line of the screen."""
        line = self._screen_line()
        self._arrange()
        self._keep_screen_line(line)

    def _repaint(self) -> None:
        """Forgets everything painted."""
        if self._layout is not None:
            self._painter = self._make_painter(self._layout)
        self.refresh()

    def _make_layout(self, table: WrapTable) -> Layout:
        items = [self._item(span) for span in self._annotations.spans.values()]
        items.extend(map(self._ghost, self.ghosts))
        return Layout(table, items, lanes=not self.compact)

    def _make_painter(self, layout: Layout) -> RowPainter:
        return RowPainter(
            layout,
            self._scheme,
            self._annotations,
            self.palette,
            ASCII if self._ascii else BOX,
            gutter=self._gutter,
            compact=self.compact,
        )

    def _redraw(self, changes: dict[str, Item | None]) -> None:
        if self._layout is None:
            return
        line = self._screen_line()
        rows, moved = self._layout.replace(changes.items())
        rows |= self._layout.choose(self._key(self._chosen))
        self._painter.forget(rows, changes)
        if moved:
            self._fit_content()
            self._keep_screen_line(line)
            self.refresh()
        else:
            self._refresh_rows(rows)

    def _refresh_rows(self, rows: Iterable[int]) -> None:
        """Draws the lines of these rows again, as far as they are in view."""
        if self._layout is None:
            return
        scrolled, height = self.scroll_offset.y, self.scrollable_content_region.height
        regions = []
        for row in rows:
            first = self._layout.top(row) - scrolled
            last = first + self._layout.lines_of(row)
            if last > 0 and first < height:
                regions.append(Region(0, max(first, 0), self.size.width, last - max(first, 0)))
        if regions:
            self.refresh(*regions)

    def _fit_content(self) -> None:
        if self._layout is not None:
            self.virtual_size = Size(self.scrollable_content_region.width, self._layout.height)

    # -- scrolling ---------------------------------------------------------------------------------

    def _screen_line(self) -> int | None:
        """Where on the screen the caret's row is."""
        if self._layout is None:
            return None
        return self._layout.top(self._layout.table.row_of(self.caret)) - self.scroll_offset.y

    def _keep_screen_line(self, line: int | None) -> None:
        now = self._screen_line()
        if line is None or now is None or not 0 <= line < self.scrollable_content_region.height:
            return
        if now != line:
            self.scroll_to(y=max(self.scroll_offset.y + now - line, 0), animate=False)

    def _reveal(self, offset: int) -> None:
        """Scrolls a row and its lanes into view, not glued to the edge."""
        height = self.scrollable_content_region.height
        if self._layout is None or height <= 0:
            return
        row = self._layout.table.row_of(offset)
        top = self._layout.top(row)
        bottom = top + self._layout.lines_of(row)
        margin = min(_MARGIN, (height - 1) // 4)
        now = target = self.scroll_offset.y
        if bottom + margin > now + height:
            target = bottom + margin - height
        if top - margin < target:
            target = max(top - margin, 0)
        if target != now:
            self.scroll_to(y=target, animate=False)

    # -- items -------------------------------------------------------------------------------------

    def _item(self, span: Span) -> Item:
        return Item(span.id, span, lines=self._is_lines(span))

    def _ghost(self, span: Span) -> Item:
        return Item(_GHOST + span.id, span, ghost=True, lines=self._is_lines(span))

    def _is_lines(self, span: Span) -> bool:
        label = self._scheme.labels.get(span.label)
        return label is not None and label.lines

    def _key(self, span_id: str | None) -> str | None:
        known = span_id is None or span_id in self._annotations.spans
        return span_id if known else f"{_GHOST}{span_id}"

    def _at(self, offset: int) -> list[Item]:
        if self._layout is None:
            return []
        return self._layout.at(offset, self._units.cluster_at(offset)[1])

    def _spans_in(self, start: int, end: int) -> list[str]:
        """The ids of spans that are, or were when last drawn, in a range."""
        if self._layout is None:
            return []
        found = [span.id for span in self._annotations.spans.values() if span.touches(start, end)]
        for row in self._layout.table.rows_of(start, end):
            found.extend(item.key for item in self._layout.on_row(row) if not item.ghost)
        return found

    # -- events ------------------------------------------------------------------------------------

    def watch_compact(self) -> None:
        self._rearrange()

    def on_resize(self, event: events.Resize) -> None:
        if self._text_width + self._gutter != self.scrollable_content_region.width:
            self._rearrange()
        self._fit_content()
        self._reveal(self.caret)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if not self._fixed_palette and palette_for(self.app) is not self._palette:
            self._palette = None
            self._repaint()
