"""A scheme that was validated before: kept in the cache, so that a start need not do it again."""

from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from annotator.model.scheme import (
    Attribute,
    DocumentField,
    EntityRules,
    Label,
    LinkType,
    Profile,
    Scheme,
)
from annotator.store.base import WriteError
from annotator.store.index import cache_path
from annotator.store.lines import replace_file


def load_known_scheme(root: Path, path: Path) -> Scheme:
    """Like `load_scheme`, which is asked only about a scheme file that it did not accept before."""
    kept = cache_path(root).with_suffix(".scheme.json")
    key = ""
    with suppress(OSError):
        key = _key(path)
        with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
            known = orjson.loads(kept.read_bytes())
            if known["key"] == key:
                return _scheme(known["scheme"])
    # pydantic takes longer to import than everything else that is done with a scheme.
    from annotator.store.scheme_file import load_scheme

    scheme = load_scheme(path)
    if key:
        with suppress(WriteError):
            replace_file(kept, orjson.dumps({"key": key, "scheme": scheme}))
    return scheme


def _key(path: Path) -> str:
    """Changes with the scheme file and with the code that judges it."""
    judge = Path(__file__).with_name("scheme_file.py").stat()
    digest = sha256(f"{judge.st_size} {judge.st_mtime_ns} ".encode())
    digest.update(path.read_bytes())
    return digest.hexdigest()


def _scheme(data: Mapping[str, Any]) -> Scheme:
    return Scheme(
        name=data["name"],
        version=data["version"],
        labels={name: _label(item) for name, item in data["labels"].items()},
        entities=EntityRules(**_arguments(data["entities"])),
        fields=tuple(DocumentField(**_arguments(item)) for item in data["fields"]),
        flags=tuple(data["flags"]),
        profiles={name: Profile(**_arguments(item)) for name, item in data["profiles"].items()},
        profile=data["profile"],
    )


def _label(data: Mapping[str, Any]) -> Label:
    arguments = _arguments(data)
    arguments["attributes"] = tuple(Attribute(**_arguments(item)) for item in data["attributes"])
    arguments["links"] = tuple(LinkType(**_arguments(item)) for item in data["links"])
    return Label(**arguments)


def _arguments(data: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has lists where the scheme has tuples."""
    return {name: tuple(x) if isinstance(x, list) else x for name, x in data.items()}
