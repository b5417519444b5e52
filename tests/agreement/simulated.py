"""Two annotators made from a reference: wherever they differ, exactly one of them is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from annotator.agreement.cases import Case
from annotator.model.annotation import AnnotationSet, Change, Link
from annotator.model.scheme import Scheme


def copy(work: AnnotationSet, annotator: str) -> AnnotationSet:
    made = AnnotationSet(
        work.article_id, work.text_hash, annotator, work.scheme, fields=dict(work.fields)
    )
    for kind in ("entity", "span", "link"):
        for key, item in work.mapping(kind).items():  # type: ignore[arg-type]
            made.apply(Change(kind, key, None, item))  # type: ignore[arg-type]
    made.mark = 1
    return made


def pair(
    reference: AnnotationSet, scheme: Scheme, seed: int, share: float = 0.4
) -> tuple[AnnotationSet, AnnotationSet]:
    """Two sets with the ids of the reference. Each span, and what leads to it, is one's to get
    wrong, so that of every difference one side is right."""
    random = Random(seed)
    works = copy(reference, "mira"), copy(reference, "tom")
    owners = {key: random.choice(works) for key in sorted(reference.spans)}
    for key, work in owners.items():
        if random.random() < share:
            _err(work, scheme, random, key, owners)
    return works


def _err(
    work: AnnotationSet,
    scheme: Scheme,
    random: Random,
    key: str,
    owners: dict[str, AnnotationSet],
) -> None:
    """Drop a span, shorten it, give it a wrong value or take a link away."""
    span = work.spans[key]
    what = random.choice(["drop", "edges", "value", "link"])
    arriving, leaving = work.links_to(key), work.links_from(key)
    if what == "drop" and all(owners[link.source] is work for link in arriving):
        for link in (*leaving, *arriving):
            work.apply(Change("link", link.id, link, None))
        work.apply(Change("span", key, span, None))
    elif what == "edges" and span.fragments[0][1] - span.fragments[0][0] > 3:
        (start, end), *rest = span.fragments
        changed = replace(span, fragments=((start + 1, end), *rest))
        work.apply(Change("span", key, span, changed))
    elif what == "value":
        for attribute in scheme.labels[span.label].attributes:
            now = span.attributes.get(attribute.name, attribute.default)
            if attribute.kind == "choice" and now != attribute.values[0]:
                values = {**span.attributes, attribute.name: attribute.values[0]}
                work.apply(Change("span", key, span, replace(span, attributes=values)))
                break
    elif what == "link":
        for link in leaving:
            if owners.get(link.target, work) is work:
                work.apply(Change("link", link.id, link, None))
                break


def right_side(case: Case, a: AnnotationSet, b: AnnotationSet, reference: AnnotationSet) -> str:
    """The annotator whose side of a case is what the reference says: "a" or "b"."""
    for side, work, keys in (("a", a, case.a), ("b", b, case.b)):
        other = case.b if side == "a" else case.a
        if _is_right(case, work, keys, other, reference):
            return side
    raise AssertionError(f"nobody is right about {case}")


def _is_right(
    case: Case,
    work: AnnotationSet,
    keys: tuple[str, ...],
    other: tuple[str, ...],
    reference: AnnotationSet,
) -> bool:
    if case.kind == "link":
        return ends(work, keys[0], case.name) == ends(reference, keys[0], case.name)
    if case.kind == "attribute":
        mine, right = work.spans[keys[0]], reference.spans[keys[0]]
        return mine.attributes.get(case.name) == right.attributes.get(case.name)
    place = [work.spans[key].fragments for key in keys]
    if not keys:
        return not any(key in reference.spans for key in other)
    return place == [reference.spans[key].fragments for key in keys]


def ends(work: AnnotationSet, key: str, type: str) -> list[tuple[str, str]]:
    return [(link.target_kind, link.target) for link in work.links_from(key, type)]


def said(work: AnnotationSet) -> dict[str, list[object]]:
    """What a set says, whatever its ids."""

    def end(link: Link) -> object:
        if link.target_kind == "span":
            target = work.spans[link.target]
            return target.label, target.fragments
        if link.target in work.entities:
            return work.entities[link.target].name
        return link.target

    place: Callable[[str], object] = lambda key: (  # noqa: E731
        work.spans[key].label,
        work.spans[key].fragments,
    )
    return {
        "spans": sorted(
            ((x.label, x.fragments, sorted(x.attributes.items())) for x in work.spans.values()),
            key=repr,
        ),
        "links": sorted(((place(x.source), x.type, end(x)) for x in work.links.values()), key=repr),
    }
