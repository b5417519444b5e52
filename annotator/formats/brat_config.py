"""brat's `annotation.conf` and `visual.conf`, made of a scheme and of what the work holds."""

import re
from collections.abc import Iterable

from annotator.model.scheme import Scheme

_COLOURS = {
    "amber": "#ffd787",
    "blue": "#afd7ff",
    "green": "#afd7af",
    "orange": "#ffaf87",
    "pink": "#ffafd7",
    "violet": "#d7afff",
    "yellow": "#ffff87",
    "grey": "#d0d0d0",
}
_ODD = re.compile(r"[^\w-]")


def type_name(name: str) -> str:
    """A name as brat allows it: letters, digits, `_` and `-`."""
    return _ODD.sub("_", name) or "_"


def annotation_conf(
    scheme: Scheme, labels: Iterable[str], links: Iterable[tuple[str, str, str]]
) -> str:
    """Labels, links between spans and attributes of the scheme, and those that occur beside them.

    `links` are type, source label and target label.
    """
    names = [type_name(name) for name in dict.fromkeys((*scheme.labels, *labels))]
    lines = ["[entities]", *dict.fromkeys(names), "", "[relations]"]
    lines.append("<OVERLAP>\tArg1:<ANY>, Arg2:<ANY>, <OVL-TYPE>:<ANY>")
    rules: dict[tuple[str, str], dict[str, None]] = {}
    for label in scheme.labels.values():
        for link in label.links:
            targets = [target for target in link.targets if target in scheme.labels]
            if targets:
                rules.setdefault((link.name, label.name), {}).update(dict.fromkeys(targets))
    for kind, start, end in links:
        rules.setdefault((kind, start), {})[end] = None
    for (kind, start), ends in rules.items():
        allowed = "|".join(map(type_name, ends))
        lines.append(f"{type_name(kind)}\tArg1:{type_name(start)}, Arg2:{allowed}")
    lines += ["", "[events]", "", "[attributes]"]
    bearers: dict[str, list[str]] = {}
    values: dict[str, dict[str, None]] = {}
    for label in scheme.labels.values():
        for attribute in label.attributes:
            if attribute.kind in ("choice", "flag"):
                bearers.setdefault(attribute.name, []).append(label.name)
                values.setdefault(attribute.name, {}).update(dict.fromkeys(attribute.values))
    for name, who in bearers.items():
        line = f"{type_name(name)}\tArg:{'|'.join(map(type_name, who))}"
        if values[name]:
            line += f", Value:{'|'.join(values[name])}"
        lines.append(line)
    return "\n".join(lines) + "\n"


def visual_conf(scheme: Scheme, labels: Iterable[str]) -> str:
    """The scheme's colours, and grey for labels it does not have."""
    lines = ["[labels]", "", "[drawing]", "SPAN_DEFAULT\tfgColor:black, bgColor:#d0d0d0"]
    lines.append("ARC_DEFAULT\tcolor:black, arrowHead:triangle-5")
    for name in dict.fromkeys((*scheme.labels, *labels)):
        label = scheme.labels.get(name)
        colour = _COLOURS.get(label.colour, "#d0d0d0") if label else "#d0d0d0"
        lines.append(f"{type_name(name)}\tbgColor:{colour}, borderColor:darken")
    return "\n".join(lines) + "\n"
