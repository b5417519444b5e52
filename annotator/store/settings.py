"""Settings: the user's, and over them the project's own."""

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from annotator.model.errors import AnnotatorError
from annotator.store.lines import replace_file

THEMES = ("dark", "light", "")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user or a project may choose.

    `keys` maps an action to its keys. `lead` says that the user sees everybody's work at any time.
    """

    annotator: str = ""
    profile: str = ""
    theme: str = ""
    ascii: bool = False
    compact: bool = False
    mouse: bool = True
    lead: bool = False
    keys: dict[str, list[str]] = field(default_factory=dict)


def user_settings_path() -> Path:
    """The user's settings file; the variable ANNOTATOR_CONFIG_DIR moves its folder."""
    folder = os.environ.get("ANNOTATOR_CONFIG_DIR")
    if folder:
        return Path(folder) / "settings.toml"
    from platformdirs import user_config_path

    return user_config_path("annotator", appauthor=False) / "settings.toml"


def project_settings_path(root: Path) -> Path:
    return root / ".annotator" / "settings.toml"


def load_settings(root: Path | None = None) -> Settings:
    """The user's settings with the project's over them; keys are merged action by action.

    Raises AnnotatorError naming the file and the setting that is wrong.
    """
    settings = _merge(Settings(), user_settings_path())
    return _merge(settings, project_settings_path(root)) if root else settings


def save_setting(path: Path, name: str, value: object) -> None:
    """Write one setting, leaving the rest of the file as it is. Raises AnnotatorError."""
    _check(path, name, value)
    import tomlkit

    data = (
        tomlkit.parse(path.read_text(encoding="utf-8-sig")) if path.exists() else tomlkit.document()
    )
    data[name] = list(value) if isinstance(value, tuple) else value
    replace_file(path, tomlkit.dumps(data).encode("utf-8"))


def _merge(settings: Settings, path: Path) -> Settings:
    if not path.exists():
        return settings
    data = read_toml(path)
    checked = {name: _check(path, name, value) for name, value in data.items()}
    if "keys" in checked:
        checked["keys"] = {**settings.keys, **checked["keys"]}
    return replace(settings, **checked)


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as a dictionary. Raises AnnotatorError naming the file and line."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise AnnotatorError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise AnnotatorError(f"{path} is not UTF-8; save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise AnnotatorError(f"{path} is not valid TOML: {error}; correct that line.") from error


def _check(path: Path, name: str, value: object) -> Any:
    known = [item.name for item in fields(Settings)]
    if name not in known:
        close = get_close_matches(name, known, n=1)
        remedy = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}."
        raise AnnotatorError(f"{path}: {name}: there is no such setting; {remedy}")
    reader, wanted = _READERS.get(name, (_text, "text in quotes"))
    checked = reader(value)
    if checked is None:
        raise AnnotatorError(f"{path}: {name}: {value!r} does not fit; use {wanted}.")
    return checked


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _theme(value: object) -> str | None:
    return value if isinstance(value, str) and value in THEMES else None


def _texts(value: object) -> tuple[str, ...] | None:
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None


def _keys(value: object) -> dict[str, list[str]] | None:
    if not isinstance(value, dict):
        return None
    keys: dict[str, list[str]] = {}
    for action, bound in value.items():
        names = _texts([bound] if isinstance(bound, str) else bound)
        if names is None:
            return None
        keys[action] = list(names)
    return keys


_READERS: dict[str, tuple[Callable[[object], Any], str]] = {
    "ascii": (_truth, "true or false"),
    "compact": (_truth, "true or false"),
    "mouse": (_truth, "true or false"),
    "lead": (_truth, "true or false"),
    "theme": (_theme, '"dark", "light" or ""'),
    "keys": (_keys, "a table of actions, each with a key or a list of keys in quotes"),
}
