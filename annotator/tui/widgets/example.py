"""Examples of the guidelines, drawn as the article view draws an annotated text."""

from collections.abc import Callable

from textual.app import App
from textual.content import Content
from textual.strip import Strip
from textual.style import Style

from annotator.formats.notation import NotationError, example
from annotator.model.scheme import Scheme
from annotator.text.blocks import Blocks
from annotator.text.clusters import Clusters
from annotator.tui.draw.lanes import ASCII, BOX
from annotator.tui.draw.layout import Item, Layout
from annotator.tui.draw.wrap import WrapTable
from annotator.tui.widgets.article_rows import RowPainter
from annotator.tui.widgets.inks import palette_for
from annotator.tui.widgets.lines import MUTED, safe

Draw = Callable[[str, int], list[Content]]


def example_drawer(app: App[object], scheme: Scheme, *, ascii: bool) -> Draw:
    """What turns the source of an example into lines of at most so many cells.

    An example that cannot be read is shown as it is written, with the reason.
    """
    palette = palette_for(app)

    def draw(source: str, width: int) -> list[Content]:
        try:
            text, work = example(source, scheme)
        except NotationError as error:
            lines = [Content(safe(line)) for line in source.split("\n")]
            lines.append(Content.styled(safe(f"(line {error.line}: {error})"), MUTED))
            return [part for line in lines for part in line.wrap(width) or [Content()]]
        table = WrapTable(text, width, Clusters(text, Blocks(text)).boundaries)
        labels = scheme.labels
        items = [
            Item(key, span, lines=span.label in labels and labels[span.label].lines)
            for key, span in work.spans.items()
        ]
        layout = Layout(table, items, lanes=True)
        charset = ASCII if ascii else BOX
        painter = RowPainter(layout, scheme, work, palette, charset, gutter=0, compact=False)
        return [
            _content(painter.line(row, sub, ()))
            for row in range(len(table))
            for sub in range(layout.lines_of(row))
        ]

    return draw


def _content(strip: Strip) -> Content:
    return Content.assemble(
        *((text, Style.from_rich_style(style)) if style else text for text, style, _ in strip)
    )
