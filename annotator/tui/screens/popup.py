"""Screens over the labelling screen, each left exactly once."""

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen, ScreenResultType


class Page(Screen[ScreenResultType]):
    """A screen that is left once: a held key sends more than the one that leaves it."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leave with a result; nothing if that was done already, or it would leave the next one."""
        if not self.is_active:
            return AwaitComplete()
        return super().dismiss(result)


class Popup(Page[ScreenResultType], ModalScreen[ScreenResultType]):
    """A question or a list over the screen below."""
