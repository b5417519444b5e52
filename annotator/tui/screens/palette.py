"""What the command palette finds: every action of the screen, and the labels."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from annotator.text.marks import visible_label
from annotator.tui.keys import shown

if TYPE_CHECKING:
    from annotator.tui.screens.annotate import AnnotateScreen


class Commands(Provider):
    """Asks the labelling screen to `perform` an action, or to mark the selection."""

    def _commands(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        """Title, help and callback of each command."""
        screen = cast("AnnotateScreen", self.screen)
        for action in screen.keymap.actions:
            if action.scope in ("article", "screen") and action.name != "palette":
                keys = " ".join(map(shown, action.keys))
                yield (
                    f"{action.group}: {action.title}",
                    f"key {keys}" if keys else "",
                    partial(screen.perform, action.name),
                )
        for label in screen.labelling.scheme.labels.values():
            yield (
                visible_label(f"Mark the selection: {label.name}"),
                visible_label(f"key {label.key}: {label.help}"),
                partial(screen.attempt, partial(screen.label, label)),
            )

    async def discover(self) -> Hits:
        for title, help, act in self._commands():
            if title.startswith(("Move: ", "Select: ")):
                continue  # many, and better learnt from the arrows
            yield DiscoveryHit(Content(title), act, title, _plain(help))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, help, act in self._commands():
            score, places = matcher.fuzzy_search.match(query, title)
            if score > 0:
                shown_title = Content(title)
                for place in places:
                    shown_title = shown_title.stylize(matcher.match_style, place, place + 1)
                yield Hit(score, shown_title, act, title, _plain(help))


def _plain(text: str) -> str | None:
    """Help text that is not taken as markup; the palette takes ready content as it is."""
    return cast("str", Content(text)) if text else None
