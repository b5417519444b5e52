"""The article with how many annotators marked each character, as tint and in figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.style import Style

from annotator.model.annotation import AnnotationSet, Change, Span
from annotator.model.article import Article
from annotator.model.scheme import Scheme
from annotator.text.units import Units
from annotator.tui.draw.lanes import ASCII, BOX
from annotator.tui.draw.layout import Item, Layout
from annotator.tui.widgets.article import ArticleView
from annotator.tui.widgets.article_rows import RowPainter

Run = tuple[int, int, int]
"""Start, end, and how many annotators marked every character between."""

_ANY = "amber"  # the colour of text that is marked with whatever label


def heat(works: Sequence[AnnotationSet], wanted: Iterable[str] | None = None) -> list[Run]:
    """How many of `works` marked each stretch with one of the labels `wanted` (None: with any)."""
    labels = None if wanted is None else set(wanted)
    steps: dict[int, int] = {}
    for work in works:
        for start, end in _covered(work, labels):
            steps[start] = steps.get(start, 0) + 1
            steps[end] = steps.get(end, 0) - 1
    runs: list[Run] = []
    depth = start = 0
    for place in sorted(steps):
        if not steps[place]:
            continue
        if depth:
            runs.append((start, place, depth))
        depth, start = depth + steps[place], place
    return runs


def _covered(work: AnnotationSet, labels: set[str] | None) -> list[tuple[int, int]]:
    """What one annotator marked, each character once."""
    pieces = sorted(
        piece
        for span in work.spans.values()
        if labels is None or span.label in labels
        for piece in span.fragments
    )
    joined: list[tuple[int, int]] = []
    for start, end in pieces:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


class HeatView(ArticleView):
    """Draws `heat`; a lane under each stretch says how many of how many."""

    def __init__(self, *, ascii: bool = False, id: str | None = None) -> None:
        super().__init__(ascii=ascii, id=id)
        self._asked = 0

    def show(
        self,
        article: Article,
        units: Units,
        scheme: Scheme,
        works: Sequence[AnnotationSet],
        label: str = "",
    ) -> None:
        """Shows how many of `works` marked what, with a label or (without one) with any."""
        self._asked = len(works)
        # Labels that stand beside the text are of the whole lines and would cover everything.
        labels = [label] if label else [x.name for x in scheme.labels.values() if not x.lines]
        drawn = AnnotationSet(article.id, article.text_hash, "")
        for number, (start, end, count) in enumerate(heat(works, labels)):
            span = Span(f"{count}:{number}", label, ((start, end),))
            drawn.apply(Change("span", span.id, None, span))
        self.load(article, units, scheme, drawn)

    def _is_lines(self, span: Span) -> bool:
        return False

    def _make_painter(self, layout: Layout) -> RowPainter:
        charset = ASCII if self._ascii else BOX
        return _Painter(
            layout,
            self._scheme,
            self._annotations,
            self.palette,
            charset,
            gutter=self._gutter,
            compact=False,
        ).asking(self._asked)


class _Painter(RowPainter):
    _asked = 0

    def asking(self, asked: int) -> _Painter:
        self._asked = asked
        return self

    def _tint(self, row: int, styles: list[Style]) -> None:
        for item, piece in self._layout.pieces(row):
            count = _count(item)
            majority = 2 * count > self._asked
            style = self._palette.tint(self._colour(item) if majority else "grey")
            if count == self._asked:
                style = style + Style(bold=True)
            for first, last, _, _ in piece.parts:
                styles[first:last] = [style] * (last - first)

    def _colour(self, item: Item) -> str:
        return self._colours.get(item.span.label, _ANY)

    def _name(self, item: Item) -> list[str]:
        count = _count(item)
        return [f"{count} of {self._asked}", f"{count}/{self._asked}", str(count)]


def _count(item: Item) -> int:
    return int(item.span.id.partition(":")[0])
