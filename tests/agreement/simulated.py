"""Two annotators made from a reference: wherever they differ, exactly one of them is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

from annotator.agreement.adjudication import Adjudication
from annotator.agreement.cases import Case
from annotator.model.annotation import AnnotationSet, Change, Link
from annotator.model.article import Article
from annotator.model.scheme import Scheme
from annotator.project import Project

ROOT = Path(__file__).parents[2]


@cache
def references(annotator: str = "pass-1") -> list[tuple[Article, AnnotationSet, Scheme]]:
    """Every shipped article with one of its passes, to be the reference."""
    project = Project.open(ROOT)
    found = [
        (project.store.article(work.article_id), work, project.scheme)
        for work in project.store.all_annotations(annotator)
    ]
    project.close()
    assert len(found) > 30
    return found


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
    """Two sets with the ids of the reference; see `several`."""
    a, b = several(reference, scheme, seed, ("mira", "tom"), share=share)
    return a, b


def several(
    reference: AnnotationSet,
    scheme: Scheme,
    seed: int,
    names: Sequence[str],
    *,
    share: float = 0.4,
) -> list[AnnotationSet]:
    """Sets with the ids of the reference. Each span, and what leads to it, is for some to get
    wrong, all in the same way: one of two or three, up to half of more. Spans of one label at one
    place, which can be told apart only by what they say, are for the same ones."""
    random = Random(seed)
    works = [copy(reference, name) for name in names]
    most = max(1, len(works) // 2)
    at: dict[object, frozenset[int]] = {}
    owners: dict[str, frozenset[int]] = {}
    for key in sorted(reference.spans):
        span = reference.spans[key]
        wrong = frozenset(random.sample(range(len(works)), random.randint(1, most)))
        owners[key] = at.setdefault((span.label, span.fragments), wrong)
    for key, wrong in owners.items():
        if random.random() < share:
            error = random.random()
            for number in sorted(wrong):
                _err(works[number], scheme, Random(error), key, owners)
    return works


def _err(
    work: AnnotationSet,
    scheme: Scheme,
    random: Random,
    key: str,
    owners: Mapping[str, frozenset[int]],
) -> None:
    """Drop a span, shorten it, give it a wrong value or take a link away."""
    span = work.spans[key]
    what = random.choice(["drop", "edges", "value", "link"])
    arriving, leaving = work.links_to(key), work.links_from(key)
    if what == "drop" and all(owners[link.source] == owners[key] for link in arriving):
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
            if owners.get(link.target, owners[key]) == owners[key]:
                work.apply(Change("link", link.id, link, None))
                break


def right_side(
    case: Case, a: AnnotationSet, b: AnnotationSet, reference: AnnotationSet
) -> Literal["a", "b", "both", ""]:
    """Who says what the reference says; of what is alike, "a". Where each has other spans, all of
    them right, who has all of them, or "both"."""
    of_a = _is_right(case, a, case.a, case.b, reference)
    of_b = _is_right(case, b, case.b, case.a, reference)
    if of_a and of_b and set(case.a) != set(case.b) and not case.name:
        return "a" if set(case.a) > set(case.b) else "b" if set(case.b) > set(case.a) else "both"
    return "a" if of_a else "b" if of_b else ""


def follow(adjudication: Adjudication, case: Case, reference: AnnotationSet) -> bool:
    """Decide a case as the reference has it; False if neither annotator is right.

    Of two spans at one place, each annotator may have another: then gold has both, and what one of
    them has of the other span, with wrong edges, is dropped. If one has both, that one is followed.
    """
    if case.name and case.a != case.b:
        keys = {*case.a, *case.b}
        both = [
            all(key in work.spans and _is_right(case, work, (key,), (), reference) for key in keys)
            for work in (adjudication.a, adjudication.b)
        ]
        acts = [adjudication.take_a, adjudication.take_b]
        act = acts[both.index(True)] if any(both) else adjudication.both_spans
        act(case)
        return True
    side = right_side(case, adjudication.a, adjudication.b, reference)
    taking = {"a": adjudication.take_a, "b": adjudication.take_b, "both": adjudication.both}
    if side:
        taking[side](case)
    elif case.kind in ("missed", "extra"):
        adjudication.neither(case)
    return bool(side) or case.kind in ("missed", "extra")


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
