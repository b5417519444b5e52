"""Verdicts of gold that keep their cases when the names of the scheme change."""

from __future__ import annotations

from collections.abc import Mapping

from annotator.agreement.cases import Comparison
from annotator.agreement.sources import digest_of, recorded
from annotator.agreement.standing import kind_of
from annotator.model.annotation import AnnotationSet, Link, Span, Verdict
from annotator.model.renaming import Renaming
from annotator.model.scheme import Scheme
from annotator.model.session import Session


def carry_over(
    session: Session,
    before: Mapping[str, AnnotationSet],
    after: Mapping[str, AnnotationSet],
    scheme: Scheme,
    renaming: Renaming,
) -> int:
    """Give gold's verdicts the keys that their cases have under the new names; how many changed.

    `before` and `after` are the annotators' works under the old names and the new ones, by name.
    Who had changed their work since it was adjudicated is left as it is, to be asked about again.
    """
    gold = session.annotations
    known = dict(item.rsplit(" ", 1) for item in recorded(gold))
    same = {
        name
        for name, work in before.items()
        if name in after and known.get(name) == digest_of(work)
    }
    keys: dict[tuple[str, str], dict[str, list[str]]] = {}
    changed = 0
    with session.group("new names"):
        for verdict in list(gold.verdicts.values()):
            pair = _pair(verdict)
            if pair is None or not set(pair) <= same:
                continue
            if pair not in keys:
                found: dict[str, list[str]] = {}
                for case in Comparison(after[pair[0]], after[pair[1]], scheme).cases():
                    found.setdefault(case.key.rsplit(":", 1)[0], []).append(case.key)
                keys[pair] = found
            place, name, _ = verdict.case.rsplit(":", 2)
            new = keys[pair].get(f"{place}:{_renamed(verdict, name, before, renaming)}", [])
            if len(new) == 1 and new[0] != verdict.case:
                session.update_verdict(verdict.id, case=new[0])
                changed += 1
        digests = {name: digest_of(after[name]) if name in same else known[name] for name in known}
        session.set_field("sources", tuple(f"{name} {digests[name]}" for name in sorted(digests)))
    return changed


def _pair(verdict: Verdict) -> tuple[str, str] | None:
    parts = verdict.case.split(":")
    return (parts[0], parts[1]) if len(parts) > 2 and kind_of(verdict) != "entity" else None


def _renamed(
    verdict: Verdict, name: str, before: Mapping[str, AnnotationSet], renaming: Renaming
) -> str:
    """The new name of the attribute, link type or document field that a case is about."""
    if not name:
        return ""
    if not verdict.sources:
        return next(iter(renaming.document({name: ""})))
    annotator, _, key = verdict.sources[0].partition("/")
    span = before[annotator].spans.get(key)
    label = span.label if span is not None else ""
    if kind_of(verdict) == "link":
        return renaming.link(Link("", name, key, ""), label).type
    return next(iter(renaming.span(Span("", label, ((0, 1),), {name: ""})).attributes))
