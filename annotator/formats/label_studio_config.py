"""Label Studio's labelling configuration: made from a scheme, and asked where the text is."""

from pathlib import Path
from typing import Literal
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from annotator.formats.sidecar import KEY
from annotator.model.errors import AnnotatorError
from annotator.model.scheme import Attribute, DocumentField, Scheme

LABEL, TEXT = "label", "text"
RESERVED = frozenset((LABEL, TEXT, KEY))
"""Names of controls that attributes and fields cannot have."""

YES, NO = "yes", "no"
Control = Literal["choices", "textarea"]


def control(scheme: Scheme, name: str) -> Control:
    """How the values of an attribute are given; one control serves all labels that have it."""
    found = _attributes(scheme).get(name, [])
    return "choices" if found and all(_closed(item) for _, item in found) else "textarea"


def field_control(scheme: Scheme, name: str) -> Control:
    """How the value of a document field is given."""
    field = scheme.document_field(name)
    return "choices" if field is not None and _closed(field) else "textarea"


def config(scheme: Scheme, text_key: str) -> bytes:
    """The XML to paste into a project's labelling interface. `text_key` is a key of task data."""
    view = Element("View")
    labels = SubElement(view, "Labels", name=LABEL, toName=TEXT)
    for label in scheme.labels.values():
        SubElement(labels, "Label", value=label.name, hotkey=label.key)
    SubElement(view, "Text", name=TEXT, value=f"${text_key}", granularity="symbol")
    types = {link.name for label in scheme.labels.values() for link in label.links}
    if types:
        relations = SubElement(view, "Relations")
        for type in sorted(types):
            SubElement(relations, "Relation", value=type)
    attributes = _attributes(scheme)
    for name, found in attributes.items():
        if name in RESERVED:
            continue
        when = {
            "perRegion": "true",
            "whenTagName": LABEL,
            "whenLabelValue": ",".join(label for label, _ in found),
        }
        _add(view, name, control(scheme, name), [item for _, item in found], when)
    for field in scheme.fields:
        if field.name not in RESERVED | attributes.keys():
            _add(view, field.name, field_control(scheme, field.name), [field], {})
    hidden = SubElement(view, "View", style="display: none")
    SubElement(hidden, "TextArea", name=KEY, toName=TEXT)
    ElementTree.indent(view)
    written: bytes = ElementTree.tostring(view, encoding="utf-8")
    return written + b"\n"


def text_key_in(path: Path) -> str:
    """The key of task data that a configuration shows as text; AnnotatorError if there is none."""
    try:
        root = ElementTree.fromstring(path.read_bytes())
    except OSError as error:
        raise AnnotatorError(f"{path} cannot be read ({error.strerror}).") from error
    except ElementTree.ParseError as error:
        raise AnnotatorError(f"{path} is no labelling configuration ({error}).") from error
    keys = [
        item.get("value", "")[1:]
        for item in root.iter()
        if item.tag in ("Text", "HyperText") and item.get("value", "").startswith("$")
    ]
    if len(set(keys)) != 1:
        count = "no text" if not keys else "several texts"
        raise AnnotatorError(f"{path} shows {count}; name the right one with --set text=KEY.")
    return keys[0]


def _attributes(scheme: Scheme) -> dict[str, list[tuple[str, Attribute]]]:
    found: dict[str, list[tuple[str, Attribute]]] = {}
    for label in scheme.labels.values():
        for attribute in label.attributes:
            found.setdefault(attribute.name, []).append((label.name, attribute))
    return found


def _closed(item: Attribute | DocumentField) -> bool:
    return item.kind in ("choice", "flag")


def _add(
    view: Element,
    name: str,
    kind: Control,
    items: list[Attribute] | list[DocumentField],
    when: dict[str, str],
) -> None:
    SubElement(view, "Header", {"value": name, "size": "6", **when})
    if kind == "textarea":
        SubElement(view, "TextArea", {"name": name, "toName": TEXT, **when})
        return
    choices = SubElement(
        view,
        "Choices",
        {"name": name, "toName": TEXT, "choice": "single", "showInline": "true"} | when,
    )
    values = {value: None for item in items for value in item.values or (YES, NO)}
    for value in values:
        SubElement(choices, "Choice", value=value)
