"""All keys, those of the scheme first; typing filters."""

from collections.abc import Sequence
from itertools import groupby

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from annotator.model.scheme import Scheme
from annotator.tui.keys import Action, Keymap, shown
from annotator.tui.screens.popup import Popup
from annotator.tui.widgets.inks import label_inks
from annotator.tui.widgets.line_input import LineInput
from annotator.tui.widgets.lines import KEY, MUTED, Part, line, shorten
from annotator.tui.widgets.rows import Rows

Entry = tuple[str, str, str]
"""Key as shown, what it does, and the label whose colour it has (or nothing)."""

WIDE = 100


class HelpScreen(Popup[None]):
    """Esc leaves; in two columns where there is room."""

    DEFAULT_CSS = """
    HelpScreen { background: $background; }
    HelpScreen > Vertical { padding: 0 1; }
    HelpScreen Static { height: 1; }
    """

    def __init__(
        self, keymap: Keymap, scheme: Scheme, actions: Sequence[Action] | None = None
    ) -> None:
        """With `actions`, only their keys, and none of the scheme's."""
        super().__init__()
        if actions is None:
            self._groups = scheme_keys(scheme) + action_keys(keymap.actions)
        else:
            self._groups = action_keys(actions)
        self._scheme = scheme
        self._lines: list[Content] = []
        self._input = LineInput(placeholder="type to filter")
        self._rows = Rows(lambda index, width: [self._lines[index]], cursor=False)
        self._rows.can_focus = False

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(
                line(("All keys", "bold"), ("   esc leave · ↑↓ scroll", MUTED)), markup=False
            )
            yield self._input
            yield self._rows

    def on_mount(self) -> None:
        self._input.focus()
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._lay_out()

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif event.key == "enter":
            event.stop()
        elif event.key in ("up", "down", "pageup", "pagedown") or (
            event.key in ("home", "end") and not self._input.value
        ):
            event.stop()
            event.prevent_default()
            self._rows.steer(event.key)

    def _lay_out(self) -> None:
        width = max(10, self.size.width - 4)
        columns = 2 if width >= WIDE else 1
        room = (width - 2 * (columns - 1)) // columns
        inks = label_inks(self.app, self._scheme)
        words = self._input.value.casefold().split()
        blocks: list[list[Content]] = []
        for title, entries in self._groups:
            found = [
                entry
                for entry in entries
                if all(w in f"{title} {entry[0]} {entry[1]} {entry[2]}".casefold() for w in words)
            ]
            if found:
                block = [line((shorten(title, room), "bold $text-secondary"))]
                for key, text, label in found:
                    start: Part = (shorten(key, 10, pad=True) + " ", inks.get(label, KEY))
                    block.append(line(start, shorten(text, room - 11)))
                blocks.append([*block, Content()])
        self._lines = _beside(blocks, room) if columns == 2 else [x for b in blocks for x in b]
        self._lines = self._lines or [line("No key does that.")]
        self._rows.show(len(self._lines))
        self._rows.scroll_home(animate=False)


def _beside(blocks: list[list[Content]], room: int) -> list[Content]:
    """Blocks in two columns of about one height, never split."""
    total = sum(map(len, blocks))
    left: list[Content] = []
    right: list[Content] = []
    for block in blocks:
        (left if len(left) + len(block) // 2 < total / 2 and not right else right).extend(block)
    rows = max(len(left), len(right))
    left += [Content()] * (rows - len(left))
    right += [Content()] * (rows - len(right))
    return [
        Content.assemble(one.truncate(room, pad=True), "  ", other)
        for one, other in zip(left, right, strict=True)
    ]


def scheme_keys(scheme: Scheme) -> list[tuple[str, list[Entry]]]:
    """The keys of labels, and for each label those of its attributes and links."""
    groups: list[tuple[str, list[Entry]]] = [
        ("Labels: mark the selection", [(x.key, f"{x.name}: {x.help}" if x.help else x.name, x.name)
                                        for x in scheme.labels.values()])
    ]  # fmt: skip
    for label in scheme.labels.values():
        entries = []
        for attribute in label.attributes:
            values = " ".join(attribute.values) or attribute.help
            entries.append((attribute.key, f"{attribute.name}: {values}", label.name))
        entries += [
            (f"j {rule.key}", f"{rule.name} → {', '.join(rule.targets).casefold()}", label.name)
            for rule in label.links
            if rule.key
        ]
        if entries:
            groups.append((f"On a {label.name}", entries))
    return groups


def action_keys(actions: Sequence[Action]) -> list[tuple[str, list[Entry]]]:
    """The actions that have keys, by group; a group of one name in another scope stays apart."""
    ordered = sorted(
        (a for a in actions if a.keys),
        key=lambda a: [x.group for x in actions].index(a.group),
    )
    return [
        (title, [(" ".join(map(shown, a.keys)), a.title, "") for a in group])
        for title, group in groupby(ordered, key=lambda a: a.group)
    ]
