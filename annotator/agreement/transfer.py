"""From the annotators' spans, entities and links to those of gold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from annotator.agreement.cases import Case, Comparison, shared, size
from annotator.model.annotation import AnnotationSet, Decision, Link, Span, Verdict
from annotator.model.errors import EditError
from annotator.model.session import Session


class Transfer:
    """Finds the gold of what A and B have, by the verdicts in gold, and draws their links there.

    `left_out` tells which links the scheme did not allow; whoever decides empties it.
    """

    def __init__(self, session: Session, comparison: Comparison, cases: Iterable[Case]) -> None:
        self.session, self.comparison = session, comparison
        self.a, self.b, self.scheme = comparison.a, comparison.b, comparison.scheme
        self.left_out: list[str] = []
        self._pair = f"{self.a.annotator}:{self.b.annotator}:"
        self._link_cases = {(x.a, x.b, x.name): x.key for x in cases if x.kind == "link"}
        self._entity_back = {b: a for a, b in comparison.entities.items()}

    @property
    def gold(self) -> AnnotationSet:
        return self.session.annotations

    def made(self) -> Iterator[tuple[Verdict, str]]:
        """Gold spans and the verdicts they come from."""
        for item in self.gold.verdicts.values():
            for span in item.spans:
                if span in self.gold.spans:
                    yield item, span

    def _stands(self) -> _Stands:
        """The gold spans made of each annotator's span, by source."""
        found: _Stands = {}
        for item, span in self.made():
            for source in item.sources:
                found.setdefault(source, []).append(self.gold.spans[span])
        return found

    def _gold_span(self, work: AnnotationSet, key: str, stands: _Stands) -> str | None:
        """The gold span that stands for an annotator's: of several, the one most alike."""
        own = work.spans.get(key)
        found = stands.get(f"{work.annotator}/{key}")
        if own is None or not found:
            return None
        best = max(
            found,
            key=lambda x: (x.label == own.label, shared(x, own) / max(size(x), size(own)), x.id),
        )
        return best.id

    def _gold_entity(self, work: AnnotationSet, key: str) -> str:
        """The gold entity for an annotator's: the one made of it, one of the same name, or new."""
        if key in self.scheme.entities.builtin or key not in work.entities:
            return key
        other, twin = self._twin(work, key)
        sources = [f"{work.annotator}/{key}", *([f"{other.annotator}/{twin}"] if twin else [])]
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
        decision: Decision = "agree" if gold or twin else "took-a" if work is self.a else "took-b"
        if not gold:
            gold = self.session.add_entity(entity.name).id
        self.session.add_verdict(
            f"{self._pair}entity:{key}:{twin}::", decision, sources=sources, spans=(gold,)
        )
        spare = other.entities.get(twin)
        for name in ("type", "naming", "kb", "note"):
            value = getattr(entity, name) or (getattr(spare, name) if spare else "")
            if value and not getattr(self.gold.entities[gold], name):
                with suppress(EditError):
                    self.session.update_entity(gold, **{name: value})
        if entity.affiliation and not self.gold.entities[gold].affiliation:
            home = self._gold_entity(work, entity.affiliation)
            if home != gold:
                self.session.update_entity(gold, affiliation=home)
        return gold

    def _twin(self, work: AnnotationSet, key: str) -> tuple[AnnotationSet, str]:
        if work is self.a:
            return self.b, self.comparison.entities.get(key, "")
        return self.a, self._entity_back.get(key, "")

    # -- links -------------------------------------------------------------------------------------

    def draw(self, new: set[str], only: str = "") -> None:
        """Draw the links that leave or reach new gold spans, as far as both ends are in gold."""
        made, stands = list(self.made()), self._stands()
        sources = {source for item, gold in made if gold in new for source in item.sources}
        around = set(new)
        for work in (self.a, self.b):
            start = f"{work.annotator}/"
            for source in sources:
                if source.startswith(start):
                    for link in work.links_to(source.removeprefix(start)):
                        around.add(self._gold_span(work, link.source, stands) or "")
        for item, gold in made:
            if gold not in around:
                continue
            for work, links in self._wanted_links(item, gold):
                for link in links:
                    if only and link.type != only:
                        continue
                    target = self._target(work, link, stands)
                    if target is not None and (gold in new or target in new):
                        self._link(gold, link, target)
        for item, gold in made:
            if gold in around:
                self._restore_order(item, gold, stands)

    def _link(self, gold: str, link: Link, target: str) -> None:
        try:
            self.session.link(gold, link.type, target, link.target_kind, origin="copied")
        except EditError as error:
            self.left_out.append(str(error))

    def _target(self, work: AnnotationSet, link: Link, stands: _Stands) -> str | None:
        if link.target_kind == "span":
            return self._gold_span(work, link.target, stands)
        return self._gold_entity(work, link.target) if link.target_kind == "entity" else link.target

    def _wanted_links(
        self, verdict: Verdict, gold: str
    ) -> Iterator[tuple[AnnotationSet, list[Link]]]:
        """The links a gold span is to have, as links of A and of B."""
        mine = self._nearest(self.a, verdict, gold)
        theirs = self._nearest(self.b, verdict, gold)
        paired = (
            mine is not None
            and theirs is not None
            and verdict.decision != "both"
            and self.comparison.partner.get(mine.id) == theirs.id
        )
        if not paired or mine is None or theirs is None:
            a, b = mine, theirs
            if a is not None and b is not None:
                of_a = verdict.decision in ("took-a", "merged", "agree")
                if verdict.decision == "both":
                    label, fragments = self.gold.spans[gold].label, self.gold.spans[gold].fragments
                    of_a = (a.label, a.fragments) == (label, fragments)
                a, b = (a, None) if of_a else (None, b)
            if a is not None:
                yield self.a, self.a.links_from(a.id)
            if b is not None:
                yield self.b, self.b.links_from(b.id)
            return
        differing = self.comparison.differing_links(mine, theirs)
        yield self.a, [x for x in self.a.links_from(mine.id) if x.type not in differing]
        for type in differing:
            case = self._link_cases.get(((mine.id,), (theirs.id,), type))
            decided = next((x for x in self.gold.verdicts.values() if x.case == case), None)
            if decided is not None and decided.decision in ("took-a", "both"):
                yield self.a, self.a.links_from(mine.id, type)
            if decided is not None and decided.decision in ("took-b", "both"):
                yield self.b, self.b.links_from(theirs.id, type)

    def _nearest(self, work: AnnotationSet, verdict: Verdict, gold: str) -> Span | None:
        """The annotator's span among a verdict's sources that a gold span is most alike."""
        start = f"{work.annotator}/"
        keys = [x.removeprefix(start) for x in verdict.sources if x.startswith(start)]
        found = [work.spans[key] for key in keys if key in work.spans]
        own = self.gold.spans[gold]
        return max(
            found,
            key=lambda x: (x.label == own.label, shared(x, own) / max(size(x), size(own)), x.id),
            default=None,
        )

    def _restore_order(self, verdict: Verdict, gold: str, stands: _Stands) -> None:
        """Ordered links that came one by one stand in the order of their source again."""
        label = self.scheme.labels.get(self.gold.spans[gold].label)
        for rule in label.links if label else ():
            present = self.gold.links_from(gold, rule.name)
            if not rule.ordered or len(present) < 2:
                continue
            rank = {
                self._target(work, link, stands): number
                for work, links in self._wanted_links(verdict, gold)
                for number, link in enumerate(links)
            }
            order = sorted(present, key=lambda x: (rank.get(x.target, len(rank)), x.order))
            self.session.reorder(gold, rule.name, [link.id for link in order])


_Stands = dict[str, list[Span]]


def kind_of(verdict: Verdict) -> str:
    parts = verdict.case.split(":")
    return parts[2] if len(parts) > 2 else parts[0]
