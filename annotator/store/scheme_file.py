"""`guidelines/scheme.toml`: read, validated and turned into a `Scheme`."""

import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from annotator.model.errors import AnnotatorError
from annotator.model.scheme import (
    ENTITY,
    TOPIC,
    Attribute,
    AttributeKind,
    DocumentField,
    EntityRules,
    FieldKind,
    Label,
    LinkType,
    Profile,
    Scheme,
)

_OFFERS = ("nearest", "under", "topic", "same-name")
_Default = str | bool | list[str] | None


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Attribute(_Table):
    kind: AttributeKind
    values: list[str] = []
    default: _Default = None
    key: str = ""
    rule: str = ""
    required: bool = False
    help: str = ""


class _Link(_Table):
    name: Annotated[str, Field(min_length=1)]
    targets: Annotated[list[str], Field(min_length=1)]
    minimum: Annotated[int, Field(ge=0)] = 0
    maximum: Annotated[int, Field(ge=1)] | Literal["many"] = 1
    ordered: bool = False
    offer: str = ""
    key: str = ""
    help: str = ""


class _Label(_Table):
    key: str
    colour: str = ""
    page: str = ""
    help: str = ""
    fragments: bool = False
    lines: bool = False
    attributes: dict[str, _Attribute] = {}
    links: list[_Link] = []


class _Entities(_Table):
    types: list[str] = []
    naming: list[str] = []
    builtin: list[str] = []


class _Field(_Table):
    kind: FieldKind
    values: list[str] = []
    default: _Default = None
    required: bool = False
    help: str = ""


class _Profile(_Table):
    labels: list[str]
    without_links: list[str] = []
    help: str = ""


class _Scheme(_Table):
    name: str = "scheme"
    version: str = "1"
    profile: str = ""
    flags: list[str] = []
    labels: dict[str, _Label] = {}
    entities: _Entities = _Entities()
    fields: dict[str, _Field] = {}
    profiles: dict[str, _Profile] = {}


def load_scheme(path: Path) -> Scheme:
    """Read a scheme file.

    Raises AnnotatorError with the file, the key that is wrong and what to do about it.
    """
    name = "/".join(path.parts[-2:])
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise AnnotatorError(f"{name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise AnnotatorError(f"{name} is not UTF-8; save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise AnnotatorError(f"{name} is not valid TOML: {error}; correct that line.") from error
    try:
        table = _Scheme.model_validate(data)
    except ValidationError as error:
        raise AnnotatorError(f"{name}: {_explain(error, data)}") from error
    try:
        return _build(table)
    except _SchemeError as error:
        raise AnnotatorError(f"{name}: {error}") from error


class _SchemeError(Exception):
    """The key path, what is wrong with it, and what to do."""

    def __init__(self, key: str, fault: str, remedy: str) -> None:
        super().__init__(f"{key}: {fault}; {remedy}.")


def _explain(error: ValidationError, data: object) -> str:
    """The first thing pydantic found, in our words."""
    first = error.errors(include_url=False)[0]
    location = list(first["loc"])
    # A union (maximum, default) adds the names of its members; they are no keys.
    while location and isinstance(location[-1], str) and _is_variant(location, data):
        location.pop()
    key = _key_path(location, data)
    if first["type"] == "extra_forbidden":
        known = _known_keys(location[:-1])
        close = get_close_matches(str(location[-1]), known, n=1)
        remedy = f"did you mean {close[0]}?" if close else f"known here: {', '.join(known)}."
        return f"{key}: this key is unknown; {remedy}"
    if first["type"] == "missing":
        return f"{key}: this key is missing; add it."
    if first["type"] == "literal_error" and "ctx" in first:
        return f"{key}: {first['input']!r} is not possible; use {first['ctx']['expected']}."
    if location and location[-1] == "maximum":
        return f'{key}: {first["input"]!r} is not possible; use a number from 1 or "many".'
    return f"{key}: {first['msg']}, not {first['input']!r}; correct the value."


def _is_variant(location: list[str | int], data: object) -> bool:
    value = data
    for step in location[:-1]:
        try:
            value = value[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return True
    return not isinstance(value, dict | list)


def _key_path(location: list[str | int], data: object) -> str:
    """`labels.CLAIM.links.holder.targets`: links by their name rather than their number."""
    parts: list[str] = []
    value = data
    for step in location:
        try:
            value = value[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            value = None
        named = isinstance(step, int) and isinstance(value, dict) and "name" in value
        parts.append(str(value["name"]) if named else str(step))  # type: ignore[index]
    return ".".join(parts)


def _known_keys(location: list[str | int]) -> list[str]:
    tables: dict[str, type[BaseModel]] = {
        "labels": _Label,
        "entities": _Entities,
        "fields": _Field,
        "profiles": _Profile,
    }
    table: type[BaseModel] = _Scheme
    if location:
        table = tables.get(str(location[0]), _Scheme)
    if len(location) > 2:
        table = _Attribute if location[2] == "attributes" else _Link
    return list(table.model_fields)


def _build(table: _Scheme) -> Scheme:
    if not table.labels:
        raise _SchemeError(
            "labels", "there is no label", 'add a table such as [labels.PERSON] key = "p"'
        )
    for name in table.labels:
        _check_label_name(name)
    used: dict[str, str] = {}
    for name, label in table.labels.items():
        _check_label(name, label, table, used)
    for name, field in table.fields.items():
        _check_values(f"fields.{name}", field.kind, field.values, field.default)
    for name, profile in table.profiles.items():
        _check_profile(name, profile, table)
    if table.profile and table.profile not in table.profiles:
        raise _SchemeError(
            "profile",
            f"there is no profile {table.profile!r}",
            _choose(table.profile, table.profiles),
        )
    return Scheme(
        name=table.name,
        version=table.version,
        labels={name: _label(name, label) for name, label in table.labels.items()},
        entities=EntityRules(
            tuple(table.entities.types),
            tuple(table.entities.naming),
            tuple(table.entities.builtin),
        ),
        fields=tuple(
            DocumentField(
                name, item.kind, tuple(item.values), _value(item.default), item.required, item.help
            )
            for name, item in table.fields.items()
        ),
        flags=tuple(table.flags),
        profiles={
            name: Profile(name, tuple(item.labels), tuple(item.without_links), item.help)
            for name, item in table.profiles.items()
        },
        profile=table.profile,
    )


def _label(name: str, table: _Label) -> Label:
    return Label(
        name=name,
        key=table.key,
        colour=table.colour,
        page=table.page,
        help=table.help,
        fragments=table.fragments,
        lines=table.lines,
        attributes=tuple(
            Attribute(
                attribute,
                item.kind,
                tuple(item.values),
                _value(item.default),
                item.key,
                item.rule,
                item.required,
                item.help,
            )
            for attribute, item in table.attributes.items()
        ),
        links=tuple(
            LinkType(
                item.name,
                name,
                tuple(item.targets),
                item.minimum,
                None if item.maximum == "many" else item.maximum,
                item.ordered,
                item.offer,
                item.key,
                item.help,
            )
            for item in table.links
        ),
    )


def _value(default: _Default) -> str | bool | tuple[str, ...] | None:
    return tuple(default) if isinstance(default, list) else default


def _check_label_name(name: str) -> None:
    path = f"labels.{name}"
    if not name.strip() or not name.isprintable():
        raise _SchemeError(path, f"{name!r} cannot be shown as a label", "use printable characters")
    if name in (ENTITY, TOPIC):
        raise _SchemeError(
            path, f"{name} is a reserved word of link targets", "choose another name"
        )


def _check_label(name: str, label: _Label, scheme: _Scheme, used: dict[str, str]) -> None:
    path = f"labels.{name}"
    if not label.key:
        raise _SchemeError(f"{path}.key", "it is empty", "give the label a key of one character")
    _check_key(path, label.key, used, name)
    keys: dict[str, str] = {}
    for attribute, item in label.attributes.items():
        where = f"{path}.attributes.{attribute}"
        if item.key:
            _check_key(where, item.key, keys, attribute)
        _check_values(where, item.kind, item.values, item.default)
    names = [link.name for link in label.links]
    for link in label.links:
        where = f"{path}.links.{link.name}"
        if names.count(link.name) > 1:
            raise _SchemeError(where, "the label has two links of this name", "rename one")
        if link.key:
            _check_key(where, link.key, keys, link.name)
        for target in link.targets:
            if target not in (ENTITY, TOPIC, *scheme.labels):
                raise _SchemeError(
                    f"{where}.targets",
                    f"{target!r} is no label",
                    _choose(target, [*scheme.labels, ENTITY, TOPIC]),
                )
        if link.maximum != "many" and link.minimum > link.maximum:
            raise _SchemeError(
                f"{where}.minimum",
                f"{link.minimum} is more than the maximum {link.maximum}",
                "lower it, or raise maximum",
            )
        if link.offer.startswith("via:"):
            if link.offer[4:] not in names:
                raise _SchemeError(
                    f"{where}.offer",
                    f"{name} has no link {link.offer[4:]!r}",
                    _choose(link.offer[4:], names),
                )
        elif link.offer and link.offer not in _OFFERS:
            raise _SchemeError(
                f"{where}.offer",
                f"{link.offer!r} is not possible",
                _choose(link.offer, [*_OFFERS, "via:LINK"]),
            )


def _check_key(path: str, key: str, used: dict[str, str], owner: str) -> None:
    if len(key) != 1 or not key.isprintable() or key.isspace():
        raise _SchemeError(
            f"{path}.key", f"{key!r} is not one visible character", "choose a single one"
        )
    if key in used:
        raise _SchemeError(
            f"{path}.key", f"{key!r} is already the key of {used[key]}", "choose another character"
        )
    used[key] = owner


def _check_values(path: str, kind: str, values: list[str], default: _Default) -> None:
    if kind == "choice":
        if not values:
            raise _SchemeError(f"{path}.values", "a choice needs values", "list them")
        if len(set(values)) < len(values):
            raise _SchemeError(f"{path}.values", "a value is listed twice", "remove one")
        if default is not None and default not in values:
            raise _SchemeError(
                f"{path}.default", f"{default!r} is not one of the values", _choose(default, values)
            )
        return
    if values:
        raise _SchemeError(
            f"{path}.values", f"a {kind} has no list of values", 'use kind = "choice"'
        )
    if default is None:
        return
    wanted = {"flag": bool, "topics": list}.get(kind, str)
    if not isinstance(default, wanted):
        example = {"flag": "true or false", "topics": "a list of topics"}.get(
            kind, "text in quotes"
        )
        raise _SchemeError(
            f"{path}.default", f"{default!r} does not fit a {kind}", f"use {example}"
        )


def _check_profile(name: str, profile: _Profile, scheme: _Scheme) -> None:
    path = f"profiles.{name}"
    if not profile.labels:
        raise _SchemeError(f"{path}.labels", "the profile offers no label", "list at least one")
    for label in profile.labels:
        if label not in scheme.labels:
            raise _SchemeError(
                f"{path}.labels", f"{label!r} is no label", _choose(label, scheme.labels)
            )
    links = [f"{label}.{link.name}" for label, item in scheme.labels.items() for link in item.links]
    for link in profile.without_links:
        if link not in links:
            raise _SchemeError(
                f"{path}.without_links", f"{link!r} is no link", _choose(link, links)
            )


def _choose(wrong: object, known: Iterable[str]) -> str:
    choices = list(known)
    close = get_close_matches(str(wrong), choices, n=1)
    if close:
        return f"did you mean {close[0]!r}"
    return f"use one of {', '.join(choices)}" if choices else "there is none yet"
