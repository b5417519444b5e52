"""The article with the work of two annotators: A's lanes above each row, B's below, and what is
settled between them as a tint in the text."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from annotator.model.annotation import AnnotationSet, Span
from annotator.model.article import Article
from annotator.model.scheme import Scheme
from annotator.text.units import Units
from annotator.tui.draw.compared import ABOVE, SETTLED, A, B, ComparedLayout
from annotator.tui.draw.lanes import ASCII, BOX, CHOSEN, NORMAL, Charset
from annotator.tui.draw.layout import Item, Layout
from annotator.tui.draw.names import lane_names
from annotator.tui.draw.wrap import WrapTable
from annotator.tui.palette import Palette
from annotator.tui.widgets.article import ArticleView
from annotator.tui.widgets.article_rows import RowPainter


class Sides(NamedTuple):
    """Two annotators' sets, which of their spans (ids) are drawn, and the spans that are settled.

    Settled spans need not be either annotator's: gold's are shown the same way.
    """

    a: AnnotationSet
    b: AnnotationSet
    of_a: Iterable[str] = ()
    of_b: Iterable[str] = ()
    settled: Sequence[Span] = ()


_NOBODY = AnnotationSet("", "", "")


class CompareView(ArticleView):
    """An article view of two sets. It changes neither; carets and search work as ever."""

    def __init__(self, *, ascii: bool = False, id: str | None = None) -> None:
        super().__init__(ascii=ascii, id=id)
        self._sides = Sides(_NOBODY, _NOBODY)
        self._current: frozenset[str] = frozenset()

    def compare(self, article: Article, units: Units, scheme: Scheme, sides: Sides) -> None:
        """Shows an article with both annotators' work, from its start."""
        self._sides, self._current = sides, frozenset()
        self.load(article, units, scheme, _NOBODY)

    def update(self, sides: Sides) -> None:
        """Shows other spans of the same article, with the caret on the same line of the screen."""
        self._sides = sides
        self._rearrange()

    def point(self, a: Iterable[str] = (), b: Iterable[str] = ()) -> None:
        """Draws spans of A and B, by id, heavy, and no others."""
        self._current = frozenset([*(A + key for key in a), *(B + key for key in b)])
        if isinstance(self._layout, ComparedLayout):
            rows = self._layout.point(self._current)
            self._painter.forget(rows)
            self._refresh_rows(rows)

    def _make_layout(self, table: WrapTable) -> Layout:
        items = [Item(SETTLED + x.id, x, lines=self._is_lines(x)) for x in self._sides.settled]
        for side, work, keys in (
            (A, self._sides.a, self._sides.of_a),
            (B, self._sides.b, self._sides.of_b),
        ):
            spans = (work.spans[key] for key in keys)
            items += [Item(side + x.id, x, lines=self._is_lines(x)) for x in spans]
        return ComparedLayout(table, items, self._current)

    def _make_painter(self, layout: Layout) -> RowPainter:
        assert isinstance(layout, ComparedLayout)
        return _Painter(
            layout,
            self._scheme,
            self._sides,
            self.palette,
            ASCII if self._ascii else BOX,
            gutter=self._gutter,
        )

    def _screen_line(self) -> int | None:
        line = super()._screen_line()
        if line is None or not isinstance(self._layout, ComparedLayout):
            return line
        return line + self._layout.above(self._layout.table.row_of(self.caret))


class _Painter(RowPainter):
    def __init__(
        self,
        layout: ComparedLayout,
        scheme: Scheme,
        sides: Sides,
        palette: Palette,
        charset: Charset,
        *,
        gutter: int,
    ) -> None:
        super().__init__(layout, scheme, _NOBODY, palette, charset, gutter=gutter, compact=False)
        self._compared = layout
        self._works = {A: sides.a, B: sides.b}

    def _tint(self, row: int, styles: list[Style]) -> None:
        """Settled spans as tints, the innermost on top; under what differs, a line."""
        pieces = list(self._layout.pieces(row))
        underline = Style(underline=True)
        for settled in (True, False):
            for item, piece in reversed(pieces):
                if item.lines or item.key.startswith(SETTLED) != settled:
                    continue
                tint = self._palette.tint(self._colour(item))
                for first, last, _, _ in piece.parts:
                    for cell in range(first, last):
                        styles[cell] = tint if settled else styles[cell] + underline

    def _lane(self, row: int, lane: int) -> Strip:
        strip = super()._lane(row, lane)
        if not self._gutter:
            return strip
        side = A if lane < self._compared.above(row) else B
        name = Segment(side[0].upper().ljust(self._gutter), self._palette.weak)
        return Strip([name, *strip.crop(self._gutter)], strip.cell_length)

    def _charset_of(self, item: Item) -> Charset:
        return ABOVE[self._charset] if item.key.startswith(A) else self._charset

    def _state(self, item: Item) -> int:
        return CHOSEN if item.key in self._compared.current else NORMAL

    def _name(self, item: Item) -> list[str]:
        names = self._names.get(item.key)
        if names is None:
            work = self._works.get(item.key[:2], _NOBODY)
            names = self._names[item.key] = lane_names(
                item.span, self._scheme, work, ghost=False, arrow=self._charset.arrow
            )
        return names
