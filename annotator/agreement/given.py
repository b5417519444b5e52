"""What callers hand over, checked: whatever has another form is refused in one sentence."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from typing import Any

from annotator.model.errors import AnnotatorError


class FormError(AnnotatorError, ValueError):
    """Data of a form that cannot be read."""


def items(given: Any, what: str) -> Collection[Any]:
    """A list or the like, but no text. Raises FormError."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise FormError(f"{what} are a list, not {given!r}.")
    return given if isinstance(given, Collection) else list(given)


def whole(given: Any, what: str, least: int | None = None) -> int:
    """A whole number of characters. Raises FormError."""
    try:
        found = int(given)
        if found == given and (least is None or found >= least):
            return found
    except (TypeError, ValueError, OverflowError):
        pass
    raise FormError(f"{what} is a whole number of characters, not {given!r}.")


def stretch(given: Any, what: str) -> tuple[int, int]:
    """A pair of start and end. Raises FormError."""
    pair = list(items(given, what))
    if len(pair) != 2:
        raise FormError(f"{what} are pairs of start and end, not {given!r}.")
    return whole(pair[0], "A start"), whole(pair[1], "An end")


def distinct(given: Iterable[Any], what: str) -> set[Hashable]:
    """The different ones. Raises FormError for a list, mapping or set among them."""
    given = list(given)
    try:
        return set(given)
    except TypeError:
        wrong = next(filter(_unhashable, given))
        raise FormError(f"{what} is a text or another single value, not {wrong!r}.") from None


def _unhashable(one: Any) -> bool:
    try:
        hash(one)
    except TypeError:
        return True
    return False
