"""The line of keys at the bottom."""

from collections.abc import Iterable, Sequence

from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from annotator.model.scheme import Label
from annotator.tui.widgets.inks import label_inks
from annotator.tui.widgets.lines import KEY, MUTED, line


class KeyBar(Widget):
    """Label keys, then the keys that do something here; as many as whole items fit."""

    DEFAULT_CSS = "KeyBar { height: 1; width: 1fr; background: $panel; padding: 0 1; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._keys: list[tuple[str, str]] = []
        self._labels: list[Label] = []

    def show(self, keys: Sequence[tuple[str, str]], labels: Iterable[Label] = ()) -> None:
        """Set the `(key, title)` pairs, and the labels whose own keys come first."""
        after = (list(keys), list(labels))
        if after != (self._keys, self._labels):
            self._keys, self._labels = after
            self.refresh()

    def render(self) -> Content:
        project = getattr(self.app, "project", None)
        inks: dict[str, Style] = label_inks(self.app, project.scheme) if project else {}
        items = [
            line((x.key, inks.get(x.name, KEY)), (f" {x.name.casefold()}", MUTED))
            for x in self._labels
        ]
        items += [line((key, KEY), (f" {title}", MUTED)) for key, title in self._keys]
        return Content("  ").join(fitting(items, self.content_size.width, self.content_size.height))


def fitting(items: Sequence[Content], width: int, lines: int = 1) -> list[Content]:
    """The first items that fit, two cells apart, into `lines` lines of `width` cells."""
    kept: list[Content] = []
    room, left = width, lines
    for item in items:
        if item.cell_length > room:
            left -= 1
            room = width
            if left <= 0 or item.cell_length > room:
                break
        kept.append(item)
        room -= item.cell_length + 2
    return kept
