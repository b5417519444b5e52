"""From the annotators' spans, entities and links to those of gold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from annotator.agreement.counterparts import Counterparts
from annotator.agreement.standing import Standing, alike, kind_of, made_of
from annotator.model.annotation import AnnotationSet, Decision, Link, Span, Verdict
from annotator.model.errors import EditError
from annotator.model.session import Session

_Drawn = tuple[AnnotationSet, list[Link]]
"""Whose links these are."""


class Transfer:
    """Finds the gold of what the annotators have, by the verdicts, and draws their links there.

    `left_out` tells which links the scheme did not allow; whoever decides empties it.
    """

    def __init__(self, session: Session, counterparts: Counterparts) -> None:
        self.session, self.counterparts = session, counterparts
        self.scheme = counterparts.scheme
        self.left_out: list[str] = []

    @property
    def gold(self) -> AnnotationSet:
        return self.session.annotations

    def _gold_entity(self, work: AnnotationSet, key: str) -> str:
        """The gold entity for an annotator's: the one made of it, one of the same name, or new."""
        if key in self.scheme.entities.builtin or key not in work.entities:
            return key
        twins = self._twins(work, key)
        sources = [f"{work.annotator}/{key}", *(f"{x.annotator}/{twin}" for x, twin in twins)]
        claimed: set[str] = set()
        for item in self.gold.verdicts.values():
            if kind_of(item) == "entity" and item.spans and item.spans[0] in self.gold.entities:
                if any(source in item.sources for source in sources):
                    return item.spans[0]
                if any(source.startswith(f"{work.annotator}/") for source in item.sources):
                    claimed.add(item.spans[0])
        entity = work.entities[key]
        gold = next(
            (
                item.id
                for item in self.gold.entities.values()
                if item.name.casefold() == entity.name.casefold()
                and item.type == entity.type
                and item.id not in claimed
            ),
            "",
        )
        decision: Decision = "agree" if gold or twins else "took-a"
        if not gold:
            gold = self.session.add_entity(entity.name).id
        other, twin = (twins[0][0].annotator, twins[0][1]) if twins else ("", "")
        self.session.add_verdict(
            f"{work.annotator}:{other}:entity:{key}:{twin}::",
            decision,
            sources=sources,
            spans=(gold,),
        )
        told = [entity, *(x.entities[twin] for x, twin in twins)]
        for name in ("type", "naming", "kb", "note"):
            value = next(filter(None, (getattr(item, name) for item in told)), "")
            if value and not getattr(self.gold.entities[gold], name):
                with suppress(EditError):
                    self.session.update_entity(gold, **{name: value})
        if entity.affiliation and not self.gold.entities[gold].affiliation:
            home = self._gold_entity(work, entity.affiliation)
            if home != gold:
                self.session.update_entity(gold, affiliation=home)
        return gold

    def _twins(self, work: AnnotationSet, key: str) -> list[tuple[AnnotationSet, str]]:
        """What the others call an entity."""
        found = []
        for name, other in self.counterparts.works.items():
            if other is not work:
                twin = self.counterparts.comparison(work.annotator, name).entities.get(key)
                if twin is not None:
                    found.append((other, twin))
        return found

    # -- links -------------------------------------------------------------------------------------

    def draw(self, new: set[str], only: str = "") -> None:
        """Draw the links that leave or reach new gold spans, as far as both ends are in gold."""
        standing = Standing(self.gold, self.counterparts)
        for item, gold in standing.made:
            changed = gold in new
            for work, links in self._wanted_links(item, gold, standing):
                for link in links:
                    if only and link.type != only:
                        continue
                    target = self._target(work, link, standing)
                    if target is not None and (gold in new or target in new):
                        self._link(gold, link, target)
                        changed = True
            if changed:
                self._restore_order(item, gold, standing)

    def _link(self, gold: str, link: Link, target: str) -> None:
        try:
            self.session.link(gold, link.type, target, link.target_kind, origin="copied")
        except EditError as error:
            self.left_out.append(str(error))

    def _target(self, work: AnnotationSet, link: Link, standing: Standing) -> str | None:
        if link.target_kind == "span":
            return standing.span(f"{work.annotator}/{link.target}")
        return self._gold_entity(work, link.target) if link.target_kind == "entity" else link.target

    def _wanted_links(self, verdict: Verdict, gold: str, standing: Standing) -> Iterator[_Drawn]:
        """The links a gold span is to have: by type what was decided, else what was taken."""
        names = standing.by_gold.get(gold, {}) if verdict.decision != "both" else {}
        decided = {name: item for name, item in names.items() if kind_of(item) == "link"}
        for work, links in self._taken_links(verdict, gold):
            yield work, [link for link in links if link.type not in decided]
        for type, item in decided.items():
            for source in said_by(item):
                whose, key = self.counterparts.place(source)
                if whose is not None:
                    yield whose, whose.links_from(key, type)

    def _taken_links(self, verdict: Verdict, gold: str) -> Iterator[_Drawn]:
        """The links that come with the span: all of one side's, or what both have alike."""
        names = verdict.case.split(":", 2)[:2]
        works = [self.counterparts.works.get(name) for name in names]
        mine, theirs = (
            self._nearest(work, verdict, gold) if work is not None else None for work in works
        )
        a, b = works[0], works[-1]
        if a is None or mine is None or b is None or theirs is None:
            for work, span in ((a, mine), (b, theirs)):
                if work is not None and span is not None:
                    yield work, work.links_from(span.id)
            return
        comparison = self.counterparts.comparison(a.annotator, b.annotator)
        if comparison.partner.get(mine.id) == theirs.id:
            differing = comparison.differing_links(mine, theirs)
            yield a, [link for link in a.links_from(mine.id) if link.type not in differing]
            return
        of_a = verdict.decision in ("took-a", "merged", "agree")
        yield (a, a.links_from(mine.id)) if of_a else (b, b.links_from(theirs.id))

    def _nearest(self, work: AnnotationSet, verdict: Verdict, gold: str) -> Span | None:
        """The annotator's span among a verdict's sources that a gold span is most alike."""
        start = f"{work.annotator}/"
        sources = made_of(verdict, gold)
        keys = [x.removeprefix(start) for x in sources if x.startswith(start)]
        found = [work.spans[key] for key in keys if key in work.spans]
        own = self.gold.spans[gold]
        return max(found, key=lambda span: alike(span, own), default=None)

    def _restore_order(self, verdict: Verdict, gold: str, standing: Standing) -> None:
        """Ordered links that came one by one stand in the order of their source again."""
        label = self.scheme.labels.get(self.gold.spans[gold].label)
        for rule in label.links if label else ():
            present = self.gold.links_from(gold, rule.name)
            if not rule.ordered or len(present) < 2:
                continue
            rank = {
                self._target(work, link, standing): number
                for work, links in self._wanted_links(verdict, gold, standing)
                for number, link in enumerate(links)
            }
            order = sorted(present, key=lambda x: (rank.get(x.target, len(rank)), x.order))
            self.session.reorder(gold, rule.name, [link.id for link in order])


def said_by(verdict: Verdict) -> list[str]:
    """The sources that say what was decided about an attribute or link type: none if dropped or
    chosen by hand, one of those that agree."""
    a, b = verdict.case.split(":", 2)[:2]
    if verdict.decision == "agree":
        return list(verdict.sources[:1])
    wanted = {"took-a": (a,), "took-b": (b,), "both": (a, b)}.get(verdict.decision, ())
    return [x for x in verdict.sources if x.partition("/")[0] in wanted]
