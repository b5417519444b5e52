"""What a lane says about its span: number, label, direction, where its links lead."""

from annotator.model.annotation import AnnotationSet, Link, Span, Value
from annotator.model.scheme import Label, Scheme
from annotator.tui.draw.cells import draw_label

_SIGNS = {"favour": "+", "against": "−", "neutral": "=", "mixed": "±", "unclear": "?"}
_ASCII_SIGNS = _SIGNS | {"against": "-", "mixed": "+-"}
_LONGEST = 40  # characters of an entity's or topic's name


def number(identifier: str) -> str:
    """`s12` as `12`: what the screen calls a span."""
    digits = identifier[1:]
    return digits if digits.isdecimal() else draw_label(identifier)


def lane_names(
    span: Span, scheme: Scheme, annotations: AnnotationSet, *, ghost: bool, arrow: str
) -> list[str]:
    """The names of a span for its lane, from the longest to a single character.

    `arrow` stands between the label and what its links lead to. Only links the scheme asks for
    are named, and not those that another link of the span brings along.
    """
    label = scheme.labels.get(span.label)
    short = draw_label(label.key if label and label.key else span.label[:1]) or "?"
    name = draw_label(span.label).lower() or "?"
    kind = attribute_by_rule(span, label, "region-kind") if label else None
    if isinstance(kind, str) and kind:
        kind = draw_label(kind)
        numbers = [] if ghost else [f"{number(span.id)}:{name}:{kind}", f"{number(span.id)}:{kind}"]
        return [*numbers, kind, name, short]
    signed = name + (_sign(span, label, arrow) if label else "")
    if ghost:
        return [signed, name, short]
    numbered = f"{number(span.id)}:{signed}"
    names = [numbered, f"{number(span.id)}:{name}", signed, name, short]
    targets = _targets(span, label, annotations) if label else []
    if targets:
        names.insert(0, f"{numbered}{arrow}{','.join(targets)}")
    return names


def attribute_by_rule(span: Span, label: Label, rule: str) -> Value | None:
    """The value of the attribute that the scheme computes by `rule`, its default if not said."""
    for attribute in label.attributes:
        if attribute.rule == rule:
            return span.attributes.get(attribute.name, attribute.default)
    return None


def _sign(span: Span, label: Label, arrow: str) -> str:
    signs = _SIGNS if arrow == "→" else _ASCII_SIGNS
    for attribute in label.attributes:
        if attribute.required and attribute.kind == "choice":
            value = span.attributes.get(attribute.name)
            if not isinstance(value, str):
                return "?"
            return signs.get(value, f":{draw_label(value)}")
    return ""


def _targets(span: Span, label: Label, annotations: AnnotationSet) -> list[str]:
    for rule in label.links:
        if rule.minimum and not rule.offer.startswith("via:"):
            links = annotations.links_from(span.id, rule.name)
            return [_target(link, annotations) for link in links] or ["?"]
    return []


def _target(link: Link, annotations: AnnotationSet) -> str:
    if link.target_kind == "span":
        return number(link.target)
    entity = annotations.entities.get(link.target) if link.target_kind == "entity" else None
    return _cut(draw_label(entity.name if entity else link.target), _LONGEST)


def _cut(name: str, length: int) -> str:
    return name if len(name) <= length else name[: length - 2].rstrip() + ".."
