"""Colours. All are members of the xterm cube, so 256 colours look exactly like true colour.

Pure colours (inks) stand on lanes and keys; the weak tints behind the text only say "annotated".
Names, numbers and line ends carry the meaning; no colour is ever alone in saying something.
"""

from dataclasses import dataclass, field
from typing import Literal

from rich.style import Style

from annotator.model.scheme import Scheme

PaletteName = Literal["dark", "light", "ansi-dark", "ansi-light", "none"]

_NAMES = ("amber", "blue", "green", "orange", "pink", "violet", "yellow", "grey")

# colour: ink on dark, tint on dark, ink on light, tint on light, ink of 16 on dark, on light
_COLOURS = {
    "amber": ("#ffaf00", "#875f00", "#af5f00", "#ffd787", "yellow", "yellow"),
    "blue": ("#5fafff", "#005f87", "#005faf", "#afd7ff", "bright_cyan", "blue"),
    "green": ("#00af87", "#005f5f", "#008787", "#afd7af", "green", "green"),
    "orange": ("#ff5f00", "#870000", "#af0000", "#ffaf87", "red", "red"),
    "pink": ("#d787af", "#5f005f", "#870087", "#d7afd7", "bright_magenta", "magenta"),
    "violet": ("#af87ff", "#5f5f87", "#5f00d7", "#d7d7ff", "bright_blue", "bright_blue"),
    "yellow": ("#ffff5f", "#5f5f00", "#5f5f00", "#ffffaf", "bright_yellow", "cyan"),
    "grey": ("#afafaf", "#303030", "#626262", "#dadada", "bright_black", "bright_black"),
}


@dataclass(frozen=True)
class Palette:
    """The styles of one look. `brackets` asks for `[` and `]` at the ends of spans as well."""

    name: PaletteName
    text: Style
    dim: Style
    weak: Style
    selection: Style
    caret: Style
    caret_idle: Style
    match: Style
    match_here: Style
    hint: Style
    hint_typed: Style
    brackets: bool = False
    _inks: dict[str, Style] = field(default_factory=dict)
    _tints: dict[str, Style] = field(default_factory=dict)

    def ink(self, colour: str) -> Style:
        """The style of lines, names and keys of a colour, on the plain background."""
        return self._inks.get(colour, self._inks["grey"])

    def tint(self, colour: str) -> Style:
        """The style of covered text."""
        return self._tints.get(colour, self._tints["grey"])


def label_colours(scheme: Scheme) -> dict[str, str]:
    """A colour name for each label: the scheme's own, else one that is not taken yet."""
    chosen = {label.colour for label in scheme.labels.values()}
    free = [name for name in _NAMES if name not in chosen] or list(_NAMES)
    colours: dict[str, str] = {}
    given = 0
    for name, label in scheme.labels.items():
        if label.colour in _COLOURS:
            colours[name] = label.colour
        else:
            colours[name] = free[given % len(free)]
            given += 1
    return colours


def choose_palette(color_system: str | None, *, no_color: bool, dark: bool) -> PaletteName:
    """The palette for a terminal: `color_system` is what rich found (None: no colours).

    With 16 colours the app should use the theme `ansi-dark` or `ansi-light`; any other has Textual
    turn the named colours into others.
    """
    if no_color or color_system is None:
        return "none"
    if color_system in ("standard", "windows"):
        return "ansi-dark" if dark else "ansi-light"
    return "dark" if dark else "light"


def _coloured(name: PaletteName, ink: int, tint: int, **styles: str) -> Palette:
    parsed = {key: Style.parse(value) for key, value in styles.items()}
    ground = parsed["text"]
    inks = {c: ground + Style(color=row[ink]) for c, row in _COLOURS.items()}
    tints = {c: ground + Style(bgcolor=row[tint]) for c, row in _COLOURS.items()}
    return Palette(name, _inks=inks, _tints=tints, **parsed)  # type: ignore[arg-type]


def _uncoloured(name: PaletteName, ink: int | None) -> Palette:
    """No tints, and inks only where the terminal has 16 colours of its own."""
    inks = {c: Style(color=row[ink]) if ink else Style() for c, row in _COLOURS.items()}
    return Palette(
        name,
        text=Style(),
        dim=Style(dim=True),
        weak=Style(dim=True),
        selection=Style(reverse=True),
        caret=Style(reverse=True, bold=True, underline=True),
        caret_idle=Style(underline=True, bold=True),
        match=Style(underline=True),
        match_here=Style(underline=True, bold=True),
        hint=Style(reverse=True, bold=True),
        hint_typed=Style(dim=True),
        brackets=ink is None,
        _inks=inks,
        _tints=dict.fromkeys(_COLOURS, Style()),
    )


PALETTES: dict[PaletteName, Palette] = {
    "dark": _coloured(
        "dark",
        0,
        1,
        text="#e4e4e4 on #121212",
        dim="#767676 on #121212",
        weak="#8a8a8a on #121212",
        selection="#ffffff on #585858",
        caret="#000000 on #ffffff",
        caret_idle="#ffffff on #767676",
        match="#000000 on #d7d787",
        match_here="bold #000000 on #ffff5f",
        hint="bold #000000 on #ffd75f",
        hint_typed="#8a8a8a on #303030",
    ),
    "light": _coloured(
        "light",
        2,
        3,
        text="#121212 on #ffffff",
        dim="#767676 on #ffffff",
        weak="#626262 on #ffffff",
        selection="#000000 on #bcbcbc",
        caret="#ffffff on #000000",
        caret_idle="#000000 on #9e9e9e",
        match="#000000 on #ffd700",
        match_here="bold #000000 on #ffaf00",
        hint="bold #ffffff on #870000",
        hint_typed="#626262 on #dadada",
    ),
    "ansi-dark": _uncoloured("ansi-dark", 4),
    "ansi-light": _uncoloured("ansi-light", 5),
    "none": _uncoloured("none", None),
}
