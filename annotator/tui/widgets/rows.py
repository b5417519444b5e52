"""A list that draws only the rows on the screen, so that ten thousand open at once."""

from collections.abc import Callable, Sequence

from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

Draw = Callable[[int, int], Sequence[Content]]
"""From a row's index and a width in cells to the row's lines."""

_CURSOR_MARK = "▌"


class Rows(ScrollView, can_focus=True):
    """Rows of equal height with a cursor. `draw` is asked for a row when it comes into view."""

    DEFAULT_CSS = """
    Rows {
        height: 1fr; overflow-x: hidden; background: transparent; scrollbar-size-vertical: 1;
        & > .rows--cursor { background: $surface-lighten-1; }
        &:focus > .rows--cursor { background: $primary-muted; color: $foreground; }
    }
    """
    COMPONENT_CLASSES = {"rows--cursor"}

    class Moved(Message):
        """The cursor is on another row."""

        def __init__(self, rows: "Rows", index: int) -> None:
            super().__init__()
            self.rows = rows
            self.index = index

        @property
        def control(self) -> "Rows":
            return self.rows

    class Chosen(Moved):
        """A row was clicked twice."""

    def __init__(
        self,
        draw: Draw,
        *,
        height: int = 1,
        selectable: Callable[[int], bool] | None = None,
        cursor: bool = True,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._draw = draw
        self._selectable = selectable or (lambda index: True)
        self._has_cursor = cursor
        self._strips: dict[int, list[Strip]] = {}
        self._drawn_width = -1
        self.row_height = height
        self.count = 0
        self.cursor = 0

    # -- what is shown -----------------------------------------------------------------------------

    def show(self, count: int, cursor: int | None = None, height: int | None = None) -> None:
        """Show `count` new rows, with the cursor on the selectable one nearest to `cursor`."""
        self.count = count
        if height is not None:
            self.row_height = height
        self._strips.clear()
        self.virtual_size = Size(0, count * self.row_height)
        self.cursor = self._nearest(self.cursor if cursor is None else cursor, 1)
        self._reveal()
        self.refresh()

    def repaint(self, *indices: int) -> None:
        """Draw some rows again."""
        for index in indices:
            self._strips.pop(index, None)
            top = index * self.row_height - self.scroll_offset.y
            if -self.row_height < top < self.size.height:
                self.refresh(Region(0, max(0, top), self.size.width, self.row_height))

    def move_to(self, index: int, direction: int = 1) -> None:
        """Put the cursor on the selectable row nearest to `index`, looking in `direction` first."""
        before, self.cursor = self.cursor, self._nearest(index, direction)
        self._reveal()
        if self.cursor != before:
            self.repaint(before, self.cursor)
            self.post_message(self.Moved(self, self.cursor))

    def move(self, by: int) -> None:
        """Move the cursor (or, without one, the view) by rows."""
        if self._has_cursor:
            self.move_to(self.cursor + by, 1 if by > 0 else -1)
        else:
            self.scroll_relative(y=by * self.row_height, animate=False)

    @property
    def page(self) -> int:
        """How many rows the view holds, at least one."""
        return max(1, self.size.height // self.row_height - 1)

    def _nearest(self, index: int, direction: int) -> int:
        index = max(0, min(index, self.count - 1))
        for step in (direction, -direction):
            found = index
            while 0 <= found < self.count:
                if self._selectable(found):
                    return found
                found += step
        return index

    def _reveal(self) -> None:
        if not self._has_cursor or not self.count or not self.size.height:
            return
        top = self.cursor * self.row_height
        while self.cursor and top and not self._selectable(top // self.row_height - 1):
            top -= self.row_height  # headings above the cursor come along
            if (self.cursor + 1) * self.row_height - top > self.size.height:
                top = self.cursor * self.row_height
                break
        height = (self.cursor + 1) * self.row_height - top
        self.scroll_to_region(
            Region(0, top, 1, height), animate=False, force=True, x_axis=False, immediate=True
        )

    # -- painting ----------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        index, part = divmod(y + self.scroll_offset.y, self.row_height)
        if width != self._drawn_width:
            self._strips.clear()
            self._drawn_width = width
        if not 0 <= index < self.count or width <= 0:
            return Strip.blank(width, self.rich_style)
        strips = self._strips.get(index)
        if strips is None:
            if len(self._strips) > 500:
                self._strips.clear()
            strips = self._strips[index] = self._paint(index, width)
        return strips[part] if part < len(strips) else Strip.blank(width, self.rich_style)

    def _paint(self, index: int, width: int) -> list[Strip]:
        at_cursor = self._has_cursor and index == self.cursor
        style = self.get_visual_style("rows--cursor") if at_cursor else self.visual_style
        gutter = 1 if self._has_cursor else 0
        lines = list(self._draw(index, max(1, width - gutter)))[: self.row_height]
        lines += [Content()] * (self.row_height - len(lines))
        strips = []
        for content in lines:
            mark = (_CURSOR_MARK if at_cursor else " ") if gutter else ""
            row = Content.assemble(mark, content).truncate(width, ellipsis=True)
            made = Visual.to_strips(self, row, width, 1, style, pad=True)
            strips.append(made[0] if made else Strip.blank(width, style.rich_style))
        return strips

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    # -- hands -------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        self._reveal()

    def on_focus(self) -> None:
        self.repaint(self.cursor)

    def on_blur(self) -> None:
        self.repaint(self.cursor)

    def steer(self, key: str) -> bool:
        """Follow a movement key; False if it is none."""
        steps = {
            "up": -1,
            "down": 1,
            "pageup": -self.page,
            "pagedown": self.page,
            "home": -self.count,
            "end": self.count,
        }
        if key not in steps:
            return False
        self.move(steps[key])
        return True

    def on_key(self, event: events.Key) -> None:
        if self.steer(event.key):
            event.stop()
            event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        index = (event.y + self.scroll_offset.y) // self.row_height
        if self._has_cursor and 0 <= index < self.count and self._selectable(index):
            self.move_to(index)
            if event.chain > 1:
                self.post_message(self.Chosen(self, index))
