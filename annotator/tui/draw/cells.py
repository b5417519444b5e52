"""What one grapheme cluster looks like in a grid of cells, and how many cells it takes.

Whatever the text holds, what is drawn holds no control, joiner, bidi or other invisible character,
so a terminal cannot disagree with us about its width and cannot be made to act on it.
"""

import unicodedata
from functools import lru_cache

from rich.cells import cell_len
from wcwidth import iter_graphemes

from annotator.text.marks import visible, visible_label

TAB = 8  # cells from one tab stop to the next
WIDEST = 4  # cells a cluster may take; longer conjuncts are cut to their first letter

PLAIN = (
    " -~\u00a1-\u00a8\u00aa-\u00ac\u00af-\u02ff\u0370-\u0377\u037a-\u037f\u0384-\u0482"
    "\u048a-\u0527\u05d0-\u05ea\u0620-\u063f\u0641-\u064a\u1e00-\u1eff\u2010-\u2027"
    "\u2030-\u203b"
)
"""Body of a regex class: characters of one cell that are drawn as they are and join no other."""

_PICTURES = ("\u200d", "\ufe0e", "\ufe0f", "\u20e3")
_REGIONAL_A = 0x1F1E6


@lru_cache(maxsize=8192)
def draw_cluster(cluster: str) -> tuple[str, int]:
    """The drawn form of one grapheme cluster (not a tab or line feed) and its width in cells.

    Terminals draw emoji sequences in widths of their own; we draw the first code point, padded to
    the width of the whole, and a flag as its two letters.
    """
    first = cluster[0]
    if _is_regional(first):
        letters = "".join(chr(ord(c) - _REGIONAL_A + 65) for c in cluster if _is_regional(c))
        return letters[:WIDEST], min(len(letters), WIDEST)
    shown = visible(first)
    if len(cluster) == 1 or shown != first:
        return _fit(shown, 1 if shown != first else cell_len(first))
    if any(_belongs_to_picture(c) for c in cluster):
        return _fit(first, max(cell_len(cluster), cell_len(first)))
    kept = "".join(c for c in cluster if unicodedata.category(c) != "Cf") or "▯"
    width = cell_len(kept)
    return (first + "…", cell_len(first) + 1) if width > WIDEST else _fit(kept, width)


def draw_label(text: str) -> str:
    """A label or a name on one line, with the same safe forms as the text of the article."""
    shown = visible_label(text)
    if shown.isascii():
        return shown
    return "".join(draw_cluster(cluster)[0] for cluster in iter_graphemes(shown))


def glyphs(drawn: str, width: int) -> list[str]:
    """One string for each cell; the first holds what is drawn in several cells."""
    if len(drawn) == width:
        return list(drawn)
    return [drawn] + [""] * (width - 1)


def _fit(drawn: str, width: int) -> tuple[str, int]:
    if cell_len(drawn) == 0:
        drawn = "\u25cc" + drawn if unicodedata.category(drawn[0])[0] == "M" else "\ufffd"
    actual = cell_len(drawn)
    return drawn + " " * (width - actual), max(width, actual)


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _belongs_to_picture(character: str) -> bool:
    return (
        character in _PICTURES
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )
