"""Every action of the screen and its keys: the one table behind dispatch, help and palette.

The keys of labels, attributes and links are data of the scheme and are not listed here; where a
scheme's key equals an action's, the scheme wins in the article and `conflicts` says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from annotator.model.errors import AnnotatorError
from annotator.model.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a key can do. `scope` is the pane it works in; `hint` puts it in the key bar."""

    name: str
    keys: tuple[str, ...]
    title: str
    group: str
    scope: str = "article"
    hint: str = ""


def _move(name: str, keys: tuple[str, ...], extend: tuple[str, ...], title: str) -> list[Action]:
    return [
        Action(f"move-{name}", keys, title, "Move"),
        Action(f"extend-{name}", extend, f"{title}, extending the selection", "Select"),
    ]


ACTIONS: tuple[Action, ...] = (
    *_move("token-left", ("left",), ("shift+left",), "Previous word"),
    *_move("token-right", ("right",), ("shift+right",), "Next word"),
    *_move("row-up", ("up",), ("shift+up",), "Row up"),
    *_move("row-down", ("down",), ("shift+down",), "Row down"),
    *_move("row-start", ("home",), ("shift+home",), "Start of the row"),
    *_move("row-end", ("end",), ("shift+end",), "End of the row"),
    *_move("sentence-left", ("ctrl+left",), ("ctrl+shift+left",), "Previous sentence"),
    *_move("sentence-right", ("ctrl+right",), ("ctrl+shift+right",), "Next sentence"),
    *_move("paragraph-up", ("ctrl+up",), ("ctrl+shift+up",), "Previous paragraph"),
    *_move("paragraph-down", ("ctrl+down",), ("ctrl+shift+down",), "Next paragraph"),
    *_move("page-up", ("pageup",), ("shift+pageup",), "Page up"),
    *_move("page-down", ("pagedown",), ("shift+pagedown",), "Page down"),
    *_move("text-start", ("ctrl+home",), ("ctrl+shift+home",), "Start of the article"),
    *_move("text-end", ("ctrl+end",), ("ctrl+shift+end",), "End of the article"),
    *_move("cluster-left", ("alt+left",), ("alt+shift+left",), "Previous character"),
    *_move("cluster-right", ("alt+right",), ("alt+shift+right",), "Next character"),
    Action("jump", ("f",), "Jump to a word on the screen by two letters", "Move", hint="jump"),
    Action("search", ("/",), "Search in the article", "Move"),
    Action("search-next", ("n",), "Next match", "Move"),
    Action("search-previous", ("N",), "Previous match", "Move"),
    Action("extend-mode", ("v",), "Extend with every movement (on or off)", "Select"),
    Action(
        "grow", ("space",), "Grow: word, name, quotation, clause, sentence", "Select", hint="grow"
    ),
    Action("shrink", ("backspace",), "Shrink again", "Select"),
    Action("select-sentence", (".",), "This sentence, then the next", "Select", hint="sentence"),
    Action("select-sentence-back", (",",), "This sentence, then the one before", "Select"),
    Action(
        "select-rest",
        ("r",),
        "From here to the end of the sentence; again, one clause less",
        "Select",
        hint="rest",
    ),
    Action("select-quotation", ('"',), "Next quotation", "Select", hint="quotation"),
    Action("select-quotation-back", ("'",), "Previous quotation", "Select"),
    Action("start-left", ("[",), "Start edge one character left", "Select"),
    Action("start-right", ("]",), "Start edge one character right", "Select"),
    Action("end-left", ("{",), "End edge one character left", "Select"),
    Action("end-right", ("}",), "End edge one character right", "Select"),
    Action("accept", ("enter",), "Take what is offered", "Label", hint="take"),
    Action("dismiss", ("escape",), "Leave the offer or the selection", "Label"),
    Action("next-suggestion", ("w",), "Next suggested attribution", "Label", hint="suggestion"),
    Action("previous-suggestion", ("W",), "Previous suggested attribution", "Label"),
    Action("take-regions", ("R",), "Take all proposed regions", "Label"),
    Action("next-span", ("tab",), "Next span", "Spans", hint="span"),
    Action("previous-span", ("shift+tab",), "Previous span", "Spans"),
    Action("choose", (";",), "Choose among the spans at the caret", "Spans"),
    Action("relabel", ("l",), "Change the label (then a label key)", "Spans"),
    Action("set-edges", ("=",), "Give the chosen span the selection's edges", "Spans"),
    Action("add-fragment", ("+", "a"), "Add the selection to the chosen span", "Spans"),
    Action("remove-fragment", ("-",), "Remove the fragment at the caret", "Spans"),
    Action(
        "delete", ("delete", "d"), "Delete the chosen span and its links", "Spans", hint="delete"
    ),
    Action("mark-mentions", ("m",), "Mark the same words everywhere", "Spans"),
    Action("note", ("i",), "Note on the chosen span", "Spans"),
    Action("unsure", ("~",), "Flag the chosen span unsure (or not)", "Spans"),
    Action("flags", ("y",), "Flags of the chosen span", "Spans"),
    Action("link", ("j",), "Link the chosen span (then a link key)", "Links", hint="link"),
    Action("follow", ("o",), "Follow the next link", "Links"),
    Action("back", ("O",), "Back to where you came from", "Links"),
    Action("undo", ("u", "ctrl+z"), "Undo", "Work", hint="undo"),
    Action("redo", ("U", "ctrl+y"), "Redo", "Work"),
    Action("compact", ("z",), "Compact view or lanes", "View"),
    Action("suggestions", ("Z",), "Show or hide suggestions", "View"),
    Action("theme", ("f9",), "Dark or light", "View"),
    Action("copy", ("ctrl+c",), "Copy the selection", "View"),
    Action("next-article", (">",), "Next unfinished article", "Article", hint="next"),
    Action("previous-article", ("<",), "Previous article", "Article"),
    Action("done", ("ctrl+d",), "Mark the article done", "Article", hint="done"),
    Action("skip", ("ctrl+k",), "Skip the article, with a reason", "Article"),
    Action("article-note", ("ctrl+t",), "Note on the article", "Article"),
    Action("article-flag", ("ctrl+f",), "Flag the article", "Article"),
    # -- anywhere ----------------------------------------------------------------------------------
    Action("help", ("?", "f1"), "All keys", "Panes", "screen", hint="keys"),
    Action("queue", ("f2",), "Queue of articles", "Panes", "screen", hint="queue"),
    Action("cast", ("f3",), "Cast: who the mentions refer to", "Panes", "screen", hint="cast"),
    Action(
        "claims", ("f4",), "List of claims, for the second pass", "Panes", "screen", hint="claims"
    ),
    Action(
        "guidelines",
        ("f5",),
        "Guidelines for the label at the caret",
        "Panes",
        "screen",
        hint="guide",
    ),
    Action("document", ("f6",), "Document fields", "Panes", "screen"),
    Action("palette", ("ctrl+p",), "Search all commands", "Panes", "screen"),
    Action("suspend", (), "Suspend to the shell", "Panes", "screen"),
    Action("quit", ("ctrl+q",), "Leave; everything is saved", "Panes", "screen"),
    # -- queue -------------------------------------------------------------------------------------
    Action("open", ("enter",), "Open the article", "Queue", "queue", hint="open"),
    Action("filter", ("/",), "Filter by words", "Queue", "queue", hint="filter"),
    Action(
        "filter-status",
        ("s",),
        "Show all, unfinished, done, skipped or flagged",
        "Queue",
        "queue",
        hint="status",
    ),
    # -- cast --------------------------------------------------------------------------------------
    Action("goto", ("enter",), "Go to the next mention", "Cast", "cast", hint="go to"),
    Action(
        "merge",
        ("m",),
        "Merge into the entity marked, or take the proposal",
        "Cast",
        "cast",
        hint="merge",
    ),
    Action("mark", ("space",), "Mark for merging", "Cast", "cast", hint="mark"),
    Action(
        "split",
        ("s",),
        "Split this mention off; an entity for one that has none",
        "Cast",
        "cast",
        hint="split",
    ),
    Action("rename", ("r",), "Rename", "Cast", "cast", hint="rename"),
    Action("type", ("t",), "Next type", "Cast", "cast", hint="type"),
    Action("naming", ("n",), "Named, unnamed or generic", "Cast", "cast"),
    Action("affiliation", ("a",), "Affiliation: the entity marked", "Cast", "cast"),
    Action("reject", ("x",), "Not the same: hide this proposal", "Cast", "cast"),
    Action("remove", ("delete",), "Remove the entity and its links", "Cast", "cast"),
    Action("expand", ("right",), "List the mentions", "Cast", "cast"),
    Action("collapse", ("left",), "Hide the mentions again", "Cast", "cast"),
    # -- claims ------------------------------------------------------------------------------------
    Action("goto", ("enter",), "Go to the claim in the text", "Claims", "claims", hint="go to"),
    Action(
        "incomplete",
        ("i",),
        "Only what still lacks something",
        "Claims",
        "claims",
        hint="incomplete",
    ),
    # -- guidelines --------------------------------------------------------------------------------
    Action("next-page", ("right",), "Next page", "Guidelines", "guidelines", hint="page"),
    Action("previous-page", ("left",), "Previous page", "Guidelines", "guidelines"),
    # -- adjudicate --------------------------------------------------------------------------------
    *(
        Action(name, keys, title, "Adjudicate", "adjudicate", hint)
        for name, keys, title, hint in (
            ("take-a", ("a",), "Take what A says", "A"),
            ("take-b", ("b",), "Take what B says", "B"),
            ("both", ("+",), "Take both", "both"),
            ("neither", ("x",), "Take neither", "neither"),
            ("merge", ("m",), "Merge: union, intersection, by hand; another value", "merge"),
            ("accept", ("enter",), "Take what the majority says", "majority"),
            ("take-whole-a", ("A",), "Take A with all attributes and links", ""),
            ("take-whole-b", ("B",), "Take B with all attributes and links", ""),
            ("both-spans", ("*",), "Two spans: take both with all attributes and links", ""),
            ("next-case", ("n", "tab"), "Next case", "next"),
            ("previous-case", ("p", "shift+tab"), "Previous case", ""),
            ("gap", ("g",), "Mark as a gap in the guidelines (or not)", "gap"),
            ("note", ("i",), "Note on the case", "note"),
            ("edit", ("e",), "Edit gold by hand", "edit"),
            ("undo", ("u", "ctrl+z"), "Undo", "undo"),
            ("redo", ("U", "ctrl+y"), "Redo", ""),
            ("pair", ("c",), "Choose the two annotators", ""),
            ("blind", ("h",), "Hide or show names", "names"),
            ("done", ("ctrl+d",), "Gold is done; next article", "done"),
            ("next-article", (">",), "Next article", ""),
            ("previous-article", ("<",), "Previous article", ""),
            ("theme", ("f9",), "Dark or light", ""),
        )
    ),
    # -- review ------------------------------------------------------------------------------------
    *(
        Action(name, keys, title, "Review", "review", hint)
        for name, keys, title, hint in (
            ("look", ("enter",), "The cases of a figure; a case in its article", "open"),
            ("back", ("escape",), "Back to the list, to the table", "back"),
            ("next-case", ("n", "tab"), "Next case of the article", "next"),
            ("previous-case", ("p", "shift+tab"), "Previous case of the article", ""),
            ("next-article", (">",), "Next article with cases", "article"),
            ("previous-article", ("<",), "Previous article with cases", ""),
            ("filter-label", ("l",), "Only one label", "label"),
            ("filter-kind", ("k",), "Only one kind of disagreement", "kind"),
            ("pair", ("c",), "Choose the two annotators", "pair"),
            ("filter-article", ("a",), "Only one article", "article"),
            ("clear-filters", ("x",), "Everything again", "all"),
            ("heat", ("m",), "How many marked each character", "heat"),
            ("blind", ("h",), "Hide or show names", "names"),
            ("reload", ("r",), "Read the work again", "reload"),
            ("theme", ("f9",), "Dark or light", ""),
        )
    ),
    # -- document ----------------------------------------------------------------------------------
    Action("next-value", ("right",), "Next value", "Document", "document", hint="value"),
    Action("previous-value", ("left",), "Previous value", "Document", "document"),
    Action("toggle", ("space",), "Yes or no; next value", "Document", "document", hint="yes/no"),
    Action("edit", ("enter",), "Write, or choose topics", "Document", "document", hint="edit"),
    Action("unset", ("delete",), "Back to the default", "Document", "document"),
)


class Keymap:
    """Which action a key means in a scope, after the user's own settings.

    `overrides` maps "scope.action" or "action" to keys. Raises AnnotatorError for an action that
    does not exist.
    """

    def __init__(self, overrides: Mapping[str, Iterable[str]] | None = None) -> None:
        chosen = {name: tuple(keys) for name, keys in (overrides or {}).items()}
        known = {a.name for a in ACTIONS} | {f"{a.scope}.{a.name}" for a in ACTIONS}
        for name in chosen:
            if name not in known:
                raise AnnotatorError(
                    f"settings: keys.{name} names no action; `annotator keys` lists them all."
                )
        self.actions = tuple(
            Action(a.name, keys, a.title, a.group, a.scope, a.hint)
            for a in ACTIONS
            for keys in [chosen.get(f"{a.scope}.{a.name}", chosen.get(a.name, a.keys))]
        )
        self._by_key: dict[tuple[str, str], Action] = {}
        self._clashes: list[str] = []
        for action in self.actions:
            for key in action.keys:
                other = self._by_key.setdefault((action.scope, key), action)
                if other is not action:
                    self._clashes.append(
                        f"{key} means both {other.name} and {action.name} in {action.scope}"
                    )

    def action(self, scope: str, key: str) -> str | None:
        """The action's name, or None."""
        found = self._by_key.get((scope, key))
        return found.name if found else None

    def keys(self, name: str, scope: str = "article") -> tuple[str, ...]:
        return next((a.keys for a in self.actions if a.name == name and a.scope == scope), ())

    def conflicts(self, scheme: Scheme) -> list[str]:
        """Sentences on keys that mean two things; shown once at the start."""
        found = list(self._clashes)
        for label in scheme.labels.values():
            other = self._by_key.get(("article", label.key))
            if other:
                found.append(f"{label.key} labels {label.name}, so it no longer means {other.name}")
        return found


SYMBOLS = {
    "left": "←", "right": "→", "up": "↑", "down": "↓", "enter": "⏎", "space": "␣", "escape": "esc",
    "backspace": "⌫", "delete": "del", "pageup": "pgup", "pagedown": "pgdn", "tab": "⇥",
}  # fmt: skip


def shown(key: str) -> str:
    """A key as the help shows it: `ctrl+shift+left` is `^⇧←`."""
    parts = key.split("+") if len(key) > 1 else [key]
    marks = {"ctrl": "^", "shift": "⇧", "alt": "⌥"}
    return "".join(marks.get(part, SYMBOLS.get(part, part)) for part in parts)
