"""`annotator config`: settings of the user and the project."""

import tomllib
from dataclasses import asdict
from pathlib import Path

import click

from annotator.cli.output import OK, emit, json_option, say, table
from annotator.cli.state import State, pass_state
from annotator.model.errors import AnnotatorError
from annotator.store.settings import (
    load_settings,
    project_settings_path,
    read_toml,
    save_setting,
    user_settings_path,
)


@click.group("config", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> int:
    """Show or change settings.

    Settings are kept in two files: yours, which holds in every project, and the project's own,
    which wins. `annotator config show` prints them and says where the files are. The settings:

    \b
      annotator      who annotates, if --as does not say
      profile        the profile of the scheme to use
      theme          dark or light
      ascii          true: lanes drawn with ASCII only
      compact        true: start in the compact view
      mouse          false: leave the mouse to the terminal
      lead           true: see others' work before it is done by both
      keys.ACTION    the keys of an action; `annotator keys` lists them
    """
    return ctx.invoke(show) if ctx.invoked_subcommand is None else OK


@command.command("show")
@json_option
@pass_state
def show(state: State, as_json: bool = False) -> int:
    """Print the settings in force and the files they come from."""
    root = _root(state)
    settings = asdict(load_settings(root))
    files = [str(user_settings_path())]
    if root is not None:
        files.append(str(project_settings_path(root)))
    if as_json:
        emit({"settings": settings, "files": files})
        return OK
    for line in table(((name, _shown(value)) for name, value in settings.items()), indent=""):
        say(line)
    say(f"from {' and '.join(files)}")
    return OK


@command.command("set")
@click.argument("name")
@click.argument("value")
@click.option("--user", is_flag=True, help="For all your projects, not only this one.")
@pass_state
def set_value(state: State, name: str, value: str, user: bool) -> int:
    """Set NAME to VALUE: annotator config set annotator mira

    A key is set by the action's name: annotator config set keys.jump J (several keys: J,ctrl+j).
    True and false are written so; lists as ["a", "b"].
    """
    root = None if user else _root(state)
    if root is None and not user:
        raise AnnotatorError("There is no project here; add --user to set it for all projects.")
    path = user_settings_path() if root is None else project_settings_path(root)
    if name.startswith("keys."):
        from annotator.tui.keys import Keymap

        keys = read_toml(path).get("keys", {}) if path.exists() else {}
        keys[name.removeprefix("keys.")] = value.split(",") if len(value) > 1 else [value]
        Keymap(keys)  # refuses an action that does not exist
        save_setting(path, "keys", keys)
    else:
        save_setting(path, name, _value(value))
    say(f"{name} is now {value} ({path}).")
    return OK


def _root(state: State) -> Path | None:
    """The project's folder; None where there is none and none was asked for."""
    from annotator.project import Project

    try:
        return Project.find(state.directory or Path.cwd())
    except AnnotatorError:
        if state.directory is not None:
            raise
        return None


def _value(text: str) -> object:
    if text in ("true", "false"):
        return text == "true"
    if text.startswith("["):
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            raise AnnotatorError(f'{text} is no list; write it as ["a", "b"].') from None
    return text


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return ", ".join(f"{key}={'/'.join(keys)}" for key, keys in value.items()) or "-"
    if isinstance(value, list | tuple):
        return ", ".join(value) or "-"
    return str(value) or "-"
