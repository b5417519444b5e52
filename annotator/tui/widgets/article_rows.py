"""Paints the rows of an article: text with its tints and overlays, lanes, and the gutter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from annotator.model.annotation import AnnotationSet
from annotator.model.scheme import Scheme
from annotator.tui.draw.lanes import CHOSEN, NORMAL, SUGGESTED, Charset, draw
from annotator.tui.draw.layout import Item, Layout
from annotator.tui.draw.names import attribute_by_rule, lane_names
from annotator.tui.palette import Palette, label_colours

_KEEP = 512  # rows whose strips are remembered
_MARKS = 4  # spans a row of the compact view names


def gutter_width(width: int, *, compact: bool) -> int:
    """Cells left of the text, in a view of `width` cells."""
    if width < 24:
        return 0
    return _MARKS + 2 if compact else 2


@dataclass(frozen=True, slots=True)
class Overlay:
    """A style over the cells `[first, last)` of a row; `text`, if any, is written into them."""

    first: int
    last: int
    style: Style
    text: str = ""


class RowPainter:
    """Makes the strips of one layout in one look, and remembers those without overlays."""

    def __init__(
        self,
        layout: Layout,
        scheme: Scheme,
        annotations: AnnotationSet,
        palette: Palette,
        charset: Charset,
        *,
        gutter: int,
        compact: bool,
    ) -> None:
        self._layout = layout
        self._scheme = scheme
        self._annotations = annotations
        self._palette = palette
        self._charset = charset
        self._gutter = gutter
        self._compact = compact
        self._colours = label_colours(scheme)
        self._names: dict[str, list[str]] = {}
        self._bases: dict[int, tuple[list[str], list[Style]]] = {}
        self._strips: dict[tuple[int, int], Strip] = {}

    def forget(self, rows: Iterable[int], keys: Iterable[str] = ()) -> None:
        """Drops what is remembered of rows and of the names of spans."""
        for key in keys:
            self._names.pop(key, None)
        for row in rows:
            self._bases.pop(row, None)
            sub = 0
            while self._strips.pop((row, sub), None) is not None or sub == 0:
                sub += 1

    def line(self, row: int, sub: int, overlays: Sequence[Overlay]) -> Strip:
        """One screen line: the text of a row (`sub` 0) or one of its lanes."""
        if overlays and sub == 0:
            return self._text(row, overlays)
        strip = self._strips.get((row, sub))
        if strip is None:
            if len(self._strips) >= _KEEP * 3:
                self._strips.clear()
            strip = self._text(row, ()) if sub == 0 else self._lane(row, sub - 1)
            self._strips[row, sub] = strip
        return strip

    # -- text --------------------------------------------------------------------------------------

    def _text(self, row: int, overlays: Sequence[Overlay]) -> Strip:
        cells, styles = self._base(row)
        if overlays:
            cells, styles = cells.copy(), styles.copy()
            for overlay in overlays:
                _cover(cells, styles, overlay)
        segments = self._gutter_cells(row)
        start = 0
        for end in range(1, len(cells) + 1):
            if end == len(cells) or styles[end] is not styles[start]:
                segments.append(Segment("".join(cells[start:end]), styles[start]))
                start = end
        return Strip(segments, self._gutter + len(cells))

    def _base(self, row: int) -> tuple[list[str], list[Style]]:
        """The cells of a row and their styles, without caret, selection and the like."""
        known = self._bases.get(row)
        if known is not None:
            return known
        if len(self._bases) >= _KEEP:
            self._bases.clear()
        drawn = self._layout.table.row(row)
        width = self._layout.table.width
        ground = (
            self._palette.dim
            if any(map(self._excluded, self._layout.regions(row)))
            else self._palette.text
        )
        cells = drawn.glyphs(width)
        styles = [ground] * width
        self._tint(row, styles)
        if self._palette.brackets:
            self._bracket(row, cells)
        self._bases[row] = cells, styles
        return cells, styles

    def _tint(self, row: int, styles: list[Style]) -> None:
        """Innermost span first: each cell takes the style of the first span that covers it."""
        covered = deep = 0
        everywhere = (1 << self._layout.table.row(row).width) - 1
        for item, piece in self._layout.pieces(row):
            if item.lines or (item.ghost and not self._compact):
                continue
            colour = self._colour(item)
            style = self._palette.ink(colour) if item.ghost else self._palette.tint(colour)
            for first, last, _, _ in piece.parts:
                cells = ((1 << (last - first)) - 1) << first
                deep |= cells & covered
                if cells & ~covered:
                    for cell in range(first, last):
                        if not covered >> cell & 1:
                            styles[cell] = style
                    covered |= cells
            if covered == everywhere and (deep == covered or not self._compact):
                break
        if self._compact and deep:
            for cell, style in enumerate(styles):
                if deep >> cell & 1:
                    styles[cell] = _underlined(style)

    def _bracket(self, row: int, cells: list[str]) -> None:
        """Writes `[` and `]` into the blanks beside spans, where there are blanks."""
        for item, piece in self._layout.pieces(row):
            if item.lines or item.ghost:
                continue
            for first, last, opens, closes in piece.parts:
                if opens and first > 0 and cells[first - 1] == " ":
                    cells[first - 1] = "["
                if closes and last < len(cells) and cells[last] == " ":
                    cells[last] = "]"

    # -- lanes -------------------------------------------------------------------------------------

    def _lane(self, row: int, lane: int) -> Strip:
        width = self._layout.table.width
        text = self._palette.text
        segments = self._gutter_cells(row, continues=True)
        lanes, hidden = self._layout.lanes(row)
        cell = 0
        if lane < len(lanes):
            for piece in lanes[lane]:
                item = self._layout.item(piece.key)
                if item is None:
                    continue
                if piece.first > cell:
                    segments.append(Segment(" " * (piece.first - cell), text))
                state = self._state(item)
                style = self._palette.ink(self._colour(item))
                if state == CHOSEN:
                    style = _bold(style)
                line = draw(piece, self._name(item), state, self._charset_of(item))
                segments.append(Segment(line, style))
                cell = piece.last
        elif hidden:
            more = f"+{hidden} more"[:width]
            segments.append(Segment(more, self._palette.weak))
            cell = len(more)
        if cell < width:
            segments.append(Segment(" " * (width - cell), text))
        return Strip(segments, self._gutter + width)

    # -- gutter ------------------------------------------------------------------------------------

    def _gutter_cells(self, row: int, *, continues: bool = False) -> list[Segment]:
        if not self._gutter:
            return []
        text = self._palette.text
        region = next(iter(self._layout.regions(row)), None)
        if region is None or (continues and self._layout.table.row_of(region.span.end - 1) == row):
            bar = Segment(" ", text)
        else:
            mark = self._charset.bars[self._state(region)]
            bar = Segment(mark, self._palette.ink(self._colour(region)))
        if not self._compact:
            return [bar, Segment(" " * (self._gutter - 1), text)]
        return [bar, *self._compact_marks(row), Segment(" ", text)]

    def _compact_marks(self, row: int) -> list[Segment]:
        """The keys of the spans that begin on a row, after bars for those that go on."""
        begun: list[tuple[Item, int]] = []
        going_on: list[tuple[Item, int]] = []
        for item, piece in self._layout.pieces(row):
            if not item.lines:
                (begun if piece.parts[0][2] else going_on).append((item, piece.first))
        begun = sorted(begun, key=lambda one: one[1])[:_MARKS]
        going_on = going_on[::-1][: _MARKS - len(begun)]
        segments = [Segment(" " * (_MARKS - len(begun) - len(going_on)), self._palette.text)]
        for number, (item, _) in enumerate([*going_on, *begun]):
            key = self._name(item)[-1]
            named = number >= len(going_on) and cell_len(key) == 1
            mark = key if named else self._charset.bars[NORMAL]
            style = self._palette.ink(self._colour(item))
            segments.append(Segment(mark, _bold(style) if self._state(item) == CHOSEN else style))
        return segments

    # -- spans -------------------------------------------------------------------------------------

    def _colour(self, item: Item) -> str:
        return self._colours.get(item.span.label, "grey")

    def _state(self, item: Item) -> int:
        if item.key == self._layout.chosen:
            return CHOSEN
        return SUGGESTED if item.ghost else NORMAL

    def _charset_of(self, item: Item) -> Charset:
        return self._charset

    def _name(self, item: Item) -> list[str]:
        names = self._names.get(item.key)
        if names is None:
            names = self._names[item.key] = lane_names(
                item.span,
                self._scheme,
                self._annotations,
                ghost=item.ghost,
                arrow=self._charset.arrow,
            )
        return names

    def _excluded(self, item: Item) -> bool:
        label = None if item.ghost else self._scheme.labels.get(item.span.label)
        return label is not None and attribute_by_rule(item.span, label, "region-exclude") is True


def _cover(cells: list[str], styles: list[Style], overlay: Overlay) -> None:
    for cell in range(overlay.first, min(overlay.last, len(cells))):
        styles[cell] = overlay.style
    if not overlay.text or overlay.last > len(cells):
        return
    # A wide character that loses one of its cells leaves a blank in the other.
    if cells[overlay.first] == "" and overlay.first > 0:
        cells[overlay.first - 1] = " "
    if overlay.last < len(cells) and cells[overlay.last] == "":
        cells[overlay.last] = " "
    cells[overlay.first : overlay.last] = list(overlay.text)


_BOLD: dict[Style, Style] = {}
_UNDERLINED: dict[Style, Style] = {}


def _bold(style: Style) -> Style:
    return _BOLD.setdefault(style, style + Style(bold=True))


def _underlined(style: Style) -> Style:
    return _UNDERLINED.setdefault(style, style + Style(underline=True))
