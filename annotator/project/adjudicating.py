"""Which articles of a project can be adjudicated, and how far gold is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from annotator.agreement.carrying import carry_over
from annotator.agreement.sources import changed_since, recorded
from annotator.model.annotation import AnnotationSet
from annotator.model.renaming import Renaming
from annotator.project import Project
from annotator.store.base import Head
from annotator.store.names import GOLD


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that two or more have done. `disagreement` is 1 - F1 of exact spans, the mean
    over pairs; `gold` the state of gold, `changed` who changed their work since."""

    head: Head
    annotators: tuple[str, ...]
    disagreement: float
    gold: str
    changed: tuple[str, ...]

    @property
    def finished(self) -> bool:
        return self.gold == "done" and not self.changed


@dataclass(frozen=True, slots=True)
class Queue:
    """Unfinished candidates first, those with most disagreement first; and how many articles
    wait for a second annotator (`single`) or may not be seen yet (`blind`)."""

    candidates: tuple[Candidate, ...]
    single: int
    blind: int


def queue(project: Project, viewer: str) -> Queue:
    """What `viewer` may adjudicate. Reads all finished work of articles with two annotators."""
    project.store.refresh()
    done: dict[str, list[str]] = {}
    for name in project.store.annotators():
        for summary in project.store.summaries(name).values():
            if summary.status == "done":
                done.setdefault(summary.article_id, []).append(name)
    gold = project.store.summaries(GOLD)
    found: list[Candidate] = []
    single = blind = 0
    for head in project.store.heads():
        names = done.get(head.id, [])
        if len(names) < 2:
            single += len(names)
            continue
        if not _visible(project, viewer, head.id, names):
            blind += 1
            continue
        works = list(_works(project, head.id, names))
        own = project.store.annotations(head.id, GOLD) if head.id in gold else None
        status = own.status if own else "new"
        changed = tuple(changed_since(own, works)) if own else ()
        found.append(Candidate(head, tuple(names), span_disagreement(works), status, changed))
    found.sort(key=lambda one: (one.finished, -one.disagreement))
    return Queue(tuple(found), single, blind)


def waiting(found: Queue, viewer: str) -> str:
    """What keeps further articles from being adjudicated, and what to do; "" if nothing does."""
    if found.blind:
        some = "1 article is" if found.blind == 1 else f"{found.blind} articles are"
        return (
            f"{some} done by two annotators, but {viewer} may not see them yet: finish them first,"
            " or say that you lead with `annotator config set lead true`."
        )
    if found.single:
        some = "1 article is" if found.single == 1 else f"{found.single} articles are"
        return f"{some} done by one annotator; `annotator status` shows how far all are."
    return ""


def finished_works(project: Project, viewer: str, article_id: str) -> list[AnnotationSet]:
    """The sets of an article that are done, by name; none if `viewer` may not see them all."""
    names = [
        name
        for name in project.store.annotators()
        if (summary := project.store.summaries(name).get(article_id)) and summary.status == "done"
    ]
    visible = _visible(project, viewer, article_id, names)
    return list(_works(project, article_id, names)) if visible else []


def span_disagreement(works: list[AnnotationSet]) -> float:
    """1 - F1 of spans with equal label and fragments, the mean over pairs; 0 without any span."""
    places = [Counter((s.label, s.fragments) for s in work.spans.values()) for work in works]
    shares = [
        1 - 2 * (one & other).total() / (one.total() + other.total())
        for one, other in combinations(places, 2)
        if one or other
    ]
    return sum(shares) / len(shares) if shares else 0.0


def works_in_gold(project: Project) -> dict[str, dict[str, AnnotationSet]]:
    """The works that the gold of each article was made of, as they are now, by annotator."""
    found: dict[str, dict[str, AnnotationSet]] = {}
    for gold in project.store.all_annotations(GOLD):
        names = [item.rsplit(" ", 1)[0] for item in recorded(gold)]
        works = {name: project.store.annotations(gold.article_id, name) for name in names}
        found[gold.article_id] = {name: work for name, work in works.items() if work is not None}
    return found


def carry_verdicts(
    project: Project, before: Mapping[str, Mapping[str, AnnotationSet]], renaming: Renaming
) -> None:
    """Let gold's verdicts follow a renaming that was made in the works of `before`."""
    after = works_in_gold(project)
    with project.lock(GOLD):
        for article_id, works in before.items():
            session = project.session(article_id, GOLD)
            carry_over(session, works, after.get(article_id, {}), project.scheme, renaming)
            project.checkpoint(session)


def _visible(project: Project, viewer: str, article_id: str, names: list[str]) -> bool:
    return all(project.may_see(viewer, name, article_id) for name in names)


def _works(project: Project, article_id: str, names: list[str]) -> Iterator[AnnotationSet]:
    for name in names:
        work = project.store.annotations(article_id, name)
        if work is not None and work.status == "done":
            yield work
