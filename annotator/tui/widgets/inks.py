"""Label colours as styles of `textual.content`, for whatever the terminal can show."""

from textual.app import App
from textual.color import Color
from textual.style import Style

from annotator.model.scheme import Scheme
from annotator.tui.palette import PALETTES, Palette, choose_palette, label_colours


def palette_for(app: App[object]) -> Palette:
    """The palette for the terminal and theme the app has; true colour where it is only drawn."""
    system = "truecolor" if app.is_headless else app.console.color_system
    dark = app.current_theme.dark
    return PALETTES[choose_palette(system, no_color=app.no_color, dark=dark)]


def label_inks(app: App[object], scheme: Scheme) -> dict[str, Style]:
    """A bold style in its colour for the name of each label."""
    palette = palette_for(app)
    inks = {}
    for label, colour in label_colours(scheme).items():
        ink = palette.ink(colour).color
        if ink is None:
            inks[label] = Style(bold=True)
        else:
            code = ink.name if ink.name.startswith("#") else f"ansi_{ink.name}"
            inks[label] = Style(foreground=Color.parse(code), bold=True)
    return inks
