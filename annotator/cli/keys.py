"""`annotator keys`: the key map as text."""

import click

from annotator.cli.output import OK, emit, json_option, say, table
from annotator.cli.state import State, pass_state
from annotator.model.errors import AnnotatorError
from annotator.model.scheme import Scheme
from annotator.tui.keys import Keymap


@click.command("keys")
@json_option
@pass_state
def command(state: State, as_json: bool) -> int:
    """Print every key of the screen, with your own settings in force.

    Inside a project, the keys of its labels, attributes and links come first. To change a key, see
    `annotator config set --help`.
    """
    scheme: Scheme | None = None
    try:
        project = state.project()
    except AnnotatorError:
        if state.directory is not None:
            raise
        from annotator.store.settings import load_settings

        settings = load_settings()
    else:
        scheme, settings = project.profile_scheme, project.settings
    keymap = Keymap(settings.keys)
    if as_json:
        emit(
            {
                "scheme": [
                    {"group": group, "key": key, "name": name, "help": help}
                    for group, key, name, help in _scheme_keys(scheme)
                ],
                "actions": [
                    {
                        "name": action.name,
                        "scope": action.scope,
                        "keys": list(action.keys),
                        "title": action.title,
                    }
                    for action in keymap.actions
                ],
            }
        )
        return OK
    groups: dict[str, list[tuple[str, ...]]] = {}
    for group, key, name, help in _scheme_keys(scheme):
        groups.setdefault(group, []).append((key, name, help))
    for action in keymap.actions:
        row = (", ".join(action.keys), action.name, action.title)
        groups.setdefault(action.group, []).append(row)
    for group, rows in groups.items():
        say(group)
        for line in table(rows):
            say(line)
        say()
    for sentence in keymap.conflicts(scheme) if scheme else ():
        say(f"Note: {sentence}.")
    return OK


def _scheme_keys(scheme: Scheme | None) -> list[tuple[str, str, str, str]]:
    """Group, key, name and help of everything that the scheme gives a key."""
    labels = list(scheme.labels.values()) if scheme else []
    rows = [("Labels", label.key, label.name, label.help) for label in labels]
    for label in labels:
        rows += [(f"On a {label.name}", a.key, a.name, a.help) for a in label.attributes if a.key]
        rows += [(f"On a {label.name}", x.key, x.name, x.help) for x in label.links if x.key]
    return rows
