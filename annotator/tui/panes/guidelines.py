"""The guidelines: the page of the label at the caret, or any other."""

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from annotator.tui.panes.pane import Pane
from annotator.tui.widgets.example import example_drawer
from annotator.tui.widgets.lines import ACCENT, KEY, MUTED, Part, line
from annotator.tui.widgets.markdown import markdown_lines
from annotator.tui.widgets.rows import Rows


class GuidelinesPane(Pane):
    """Follows the caret from label to label; left and right turn the pages."""

    scope = "guidelines"
    title = "Guidelines"

    DEFAULT_CSS = "GuidelinesPane Rows { padding: 0 1; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._pages: list[str] = []
        self._page = ""
        self._lines: list[Content] = []
        self._width = 0
        self._head = Static(classes="pane--head", markup=False)
        self._rows = Rows(lambda index, width: [self._lines[index]], cursor=False)
        self._foot = Static(classes="pane--foot", markup=False)

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._rows
        yield self._foot

    def reload(self) -> None:
        labels = [x.page for x in self.project.profile_scheme.labels.values() if x.page]
        folder = self.project.root / "guidelines"
        others = sorted(path.name for path in folder.glob("*.md"))
        start = ["README.md"] if "README.md" in others else []
        self._pages = list(dict.fromkeys([*start, *labels, *others]))
        self._foot.update(line(("← →", KEY), " other page  ", ("↑ ↓", KEY), " scroll"))
        self._turn(self._page or next(iter(self._pages), ""))

    def caret_moved(self, offset: int, span_id: str | None) -> None:
        """Turn to the page of the chosen or innermost span's label; stay where there is none."""
        if not self._has_article:
            return
        spans = self.session.annotations.spans
        span = spans.get(span_id or "") or min(
            (one for one in spans.values() if one.covers(offset)),
            key=lambda one: one.end - one.start,
            default=None,
        )
        label = self.session.scheme.labels.get(span.label) if span else None
        if label is not None and label.page and label.page != self._page:
            self._turn(label.page)

    def on_resize(self, event: events.Resize) -> None:
        if self._has_article and self.size.width != self._width:
            self._turn(self._page)

    def _turn(self, page: str) -> None:
        same = page == self._page
        top = self._rows.scroll_offset.y if same else 0
        self._page = page
        self._width = self.size.width
        draw = example_drawer(self.app, self.project.scheme, ascii=self.project.settings.ascii)
        self._lines = markdown_lines(self._text(page), self._width - 3, draw)
        self._rows.show(len(self._lines))
        self._rows.scroll_to(y=top, animate=False)
        parts: list[Part] = []
        for name in self._shown_pages():
            title = name.removesuffix(".md").casefold()
            parts += [(f"[{title}]", ACCENT) if name == page else (title, MUTED), "  "]
        self._head.update(line(*parts))

    def _shown_pages(self) -> list[str]:
        """The page with its neighbours, as many as a line or two hold."""
        if self._page not in self._pages:
            return self._pages[:5]
        place = self._pages.index(self._page)
        first = max(0, place - 2)
        return self._pages[first : max(first + 5, place + 3)]

    def _text(self, page: str) -> str:
        text = self.project.page_file(page) if page else ""
        if text.strip():
            return text
        if not page:
            return "No label has a page yet. Write one in guidelines/, and name it in scheme.toml."
        return f"There is no page here yet. Write it in guidelines/{page}."

    def do_next_page(self) -> None:
        self._step(1)

    def do_previous_page(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        if self._pages:
            place = self._pages.index(self._page) + by if self._page in self._pages else 0
            self._turn(self._pages[place % len(self._pages)])
