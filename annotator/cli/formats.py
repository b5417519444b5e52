"""`annotator formats`: what can be read and written, and what each format carries."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from annotator.cli.output import OK, emit, json_option, say, table
from annotator.cli.state import State, pass_state
from annotator.model.errors import AnnotatorError

if TYPE_CHECKING:
    from annotator.formats.capability import Capability
    from annotator.formats.registry import Format


@click.command("formats")
@click.argument("name", required=False, default="", metavar="[NAME]")
@json_option
@pass_state
def command(state: State, name: str, as_json: bool) -> int:
    """List the formats that can be read and written, or describe one of them.

    \b
      annotator formats
      annotator formats doccano

    For one format it says what it carries, what it cannot hold, and its options, which
    `annotator import` and `annotator export` take as --set NAME=VALUE. What a format cannot hold is
    counted in the report that ends every export. A format with an extra needs a library more:
    pip install "annotator[EXTRA]".
    """
    from annotator.formats import registry

    if name:
        form = registry.get(name)
        if as_json:
            emit(_record(form))
        else:
            say("\n".join(_described(form)))
        return OK
    forms, broken = _all()
    if as_json:
        emit({"formats": [_record(form) for form in forms], "broken": broken})
        return OK
    rows = [("name", "", "carries", "extra", "")]
    rows += [(x.name, _ways(x), _brief(x.capability), x.extra, x.title) for x in forms]
    for line in table(rows):
        say(line)
    for message in broken:
        say(message)
    return OK


def _all() -> "tuple[list[Format], list[str]]":
    """All formats, and what is wrong with those of other packages that cannot be loaded."""
    from annotator.formats import registry

    forms, broken = [], []
    for name in registry.names():
        try:
            forms.append(registry.get(name))
        except AnnotatorError as error:
            broken.append(str(error))
    return forms, broken


def _ways(form: "Format") -> str:
    return " ".join(word for word, way in (("in", form.read), ("out", form.write)) if way)


def _brief(can: "Capability") -> str:
    if can.unit == "none":
        return "texts" if can.text else "values"
    parts = [
        word
        for word, holds in (
            ("overlap", can.overlap == "any"),
            ("nesting", can.overlap == "nested"),
            ("pieces", can.fragments),
            ("attributes", can.attributes),
            ("links", bool(can.links)),
            ("entities", can.entities),
            ("annotators", can.annotators),
            ("fields", can.fields),
        )
        if holds
    ]
    return "everything" if len(parts) == 7 and can.state and can.remarks else ", ".join(parts)


def _described(form: "Format") -> Iterator[str]:
    can = form.capability
    yield f"{form.name}: {form.title}"
    ways = {"in": "read", "out": "written"}
    yield f"  Can be {' and '.join(ways[way] for way in _ways(form).split())}."
    if form.extra:
        yield f'  Needs a library more: pip install "annotator[{form.extra}]".'
    holds, lacks = _in_words(can)
    if holds:
        yield f"  Carries {'; '.join(holds)}."
    if lacks:
        yield f"  Cannot hold {'; '.join(lacks)}."
    if can.unit in ("code points", "utf-16"):
        unit = "UTF-16 units" if can.unit == "utf-16" else can.unit
        yield f"  Its offsets count {unit}."
    if form.fills:
        yield "  Attributes that a file does not give are computed by the scheme's rules at import."
    if form.options:
        yield "  Options (--set NAME=VALUE):"
        yield from table(
            (
                (
                    option.name,
                    option.help,
                    f"one of {', '.join(x for x in option.values if x)}" if option.values else "",
                    f"default {option.default}" if option.default else "",
                )
                for option in form.options
            ),
            indent="    ",
        )


def _in_words(can: "Capability") -> tuple[list[str], list[str]]:
    """What a format holds, and what not."""
    holds: list[str] = []
    lacks: list[str] = []
    overlap = {
        "any": "spans that overlap and cross",
        "nested": "spans in each other",
        "none": "spans side by side",
    }
    if can.unit != "none":
        holds.append(overlap[can.overlap])
        if can.overlap != "any":
            crossing = {
                "nested": "spans that cross",
                "none": "spans that overlap (the longest stays)",
            }
            lacks.append(crossing[can.overlap])
    for words, there in (
        ("the text", can.text),
        ("several spans of one label at one place", can.twins),
        ("spans in pieces (else the stretch they span is written)", can.fragments),
        ("attributes", can.attributes),
        ("flags, notes and origins of spans", can.remarks),
        ("entities", can.entities),
        ("the work of several annotators in one file", can.annotators),
        ("document fields", can.fields),
        ("status, flags and note of the whole", can.state),
        ("ids", can.ids),
    ):
        (holds if there else lacks).append(words)
    ends = {"span": "spans", "entity": "entities", "topic": "topics"}
    linked = [word for end, word in ends.items() if end in can.links]
    not_linked = [word for end, word in ends.items() if end not in can.links]
    if linked:
        order = ", in their order" if can.order else ""
        holds.append(f"links to {' and '.join(linked)}{order}")
    if not_linked:
        lacks.append(f"links to {' and '.join(not_linked)}")
    return holds, lacks


def _record(form: "Format") -> dict[str, object]:
    can = form.capability
    return {
        "name": form.name,
        "title": form.title,
        "read": form.read is not None,
        "write": form.write is not None,
        "suffix": form.suffix,
        "extra": form.extra,
        "fills": form.fills,
        "capability": {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name in can.__dataclass_fields__
            for value in (getattr(can, name),)
        },
        "options": [
            {
                "name": option.name,
                "help": option.help,
                "default": option.default,
                "values": list(option.values),
            }
            for option in form.options
        ],
    }
