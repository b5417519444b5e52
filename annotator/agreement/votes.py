"""What the other annotators say about a case of two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from annotator.agreement.cases import Case, Comparison, same_value

Side = Literal["a", "b"]


@dataclass(frozen=True, slots=True)
class Votes:
    """How many annotators say what A says, what B says, and how many were asked."""

    a: int
    b: int
    asked: int


def votes(case: Case, both: Comparison, others: Iterable[tuple[Comparison, Comparison]]) -> Votes:
    """A and B vote for themselves; each other one, compared with A and with B, for one or none."""
    for_a = for_b = asked = 1
    for with_a, with_b in others:
        asked += 1
        as_a, as_b = _supports(case, both, with_a, with_b)
        for_a += as_a and not as_b
        for_b += as_b and not as_a
    return Votes(for_a, for_b, asked + 1)


def backed(case: Case, others: Iterable[tuple[Comparison, Comparison]]) -> bool:
    """Whether most annotators have the span that A and B have alike; among three, always."""
    has = [_has_all(with_a, case.a) for with_a, _ in others]
    return 2 * (2 + sum(has)) > 2 + len(has)


def majority(
    case: Case, both: Comparison, others: Sequence[tuple[Comparison, Comparison]]
) -> Side | None:
    """The side of a case that more than half of all annotators are on."""
    count = votes(case, both, others)
    side: Side = "a" if count.a > count.b else "b"
    return side if 2 * max(count.a, count.b) > count.asked else None


def supporters(
    case: Case, side: Side, both: Comparison, others: Iterable[tuple[Comparison, Comparison]]
) -> list[str]:
    """The sources that say what one side says of an attribute or of links, that side's first."""
    own = case.a if side == "a" else case.b
    found = [f"{(both.a if side == 'a' else both.b).annotator}/{own[0]}"]
    for with_a, with_b in others:
        if _supports(case, both, with_a, with_b) == (side == "a", side == "b"):
            found.append(f"{with_a.b.annotator}/{with_a.partner[case.a[0]]}")
    return found


def _supports(
    case: Case, both: Comparison, with_a: Comparison, with_b: Comparison
) -> tuple[bool, bool]:
    """Whether a third annotator says what A says, and what B says."""
    third = with_a.b
    if case.name and not case.a:
        field = both.scheme.document_field(case.name)
        default = field.default if field else None
        said = [x.fields.get(case.name, default) for x in (third, both.a, both.b)]
        return same_value(said[0], said[1]), same_value(said[0], said[2])
    if case.kind == "missed":
        marked = case.a[0] in with_a.partner
        return marked, not marked
    if case.kind == "extra":
        marked = case.b[0] in with_b.partner
        return not marked, marked
    if not case.name:
        return _has_all(with_a, case.a), _has_all(with_b, case.b)
    one, other = both.a.spans[case.a[0]], both.b.spans[case.b[0]]
    mine, theirs = with_a.partner.get(one.id), with_b.partner.get(other.id)
    if mine is None or mine != theirs:
        return False, False
    span = third.spans[mine]
    if case.kind == "link":
        return (
            with_a.same_links(one, span, case.name),
            with_b.same_links(other, span, case.name),
        )
    value = both.value(span, case.name)
    return (
        same_value(value, both.value(one, case.name)),
        same_value(value, both.value(other, case.name)),
    )


def _has_all(comparison: Comparison, keys: tuple[str, ...]) -> bool:
    """Whether the third annotator has these very spans."""
    return all(
        key in comparison.partner
        and comparison.b.spans[comparison.partner[key]].fragments
        == comparison.a.spans[key].fragments
        for key in keys
    )
