"""Lines for the screen, from text of any origin: made safe, never markup, cut to a width."""

from rich.cells import cell_len
from textual.content import Content
from textual.style import Style
from wcwidth import iter_graphemes

from annotator.text.marks import visible_label
from annotator.tui.draw.cells import draw_cluster

MUTED = "$foreground-muted"
STRONG = "bold"
WARNING = "bold $text-warning"
ACCENT = "bold $text-primary"
KEY = "bold $text-primary"

Part = str | tuple[str, str | Style] | Content


def line(*parts: Part) -> Content:
    """One line of strings and `(string, style)` pairs; the strings may hold anything at all."""
    return Content.assemble(*(_safe(part) for part in parts))


def safe(text: str) -> str:
    """`text` as one line of what a terminal may be given, of a width it cannot disagree with."""
    shown = visible_label(text)
    if shown.isascii():
        return shown
    return "".join(draw_cluster(cluster)[0] for cluster in iter_graphemes(shown))


def plain(text: str) -> str:
    """Text on one line: white space, line feeds too, becomes single spaces."""
    return " ".join(text.split())


def shorten(text: str, cells: int, *, pad: bool = False) -> str:
    """`text` on one line of at most `cells` columns, cut between clusters and ended by `…`."""
    if cells <= 0:
        return ""
    # A cluster may take no room at all, so a cap on the characters keeps huge texts cheap.
    shown = safe(plain(text[: cells * 8 + 64]))
    if cell_len(shown) > cells or len(text) > cells * 8 + 64:
        kept, room = [], cells - 1
        for cluster in iter_graphemes(shown):
            room -= cell_len(cluster)
            if room < 0:
                break
            kept.append(cluster)
        shown = "".join(kept).rstrip() + "…"
    return shown + " " * (cells - cell_len(shown)) if pad else shown


def beside(left: Content, right: Content, width: int) -> Content:
    """`left`, cut if it must be, with `right` at the right edge of `width` columns."""
    room = width - right.cell_length - 1
    if room < 4:
        return left
    return Content.assemble(left.truncate(room, ellipsis=True, pad=True), " ", right)


def _safe(part: Part) -> Part:
    if isinstance(part, str):
        return safe(part)
    if isinstance(part, tuple):
        return safe(part[0]), part[1]
    return part
