"""What gold says of the annotators' spans, as its verdicts are now."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from annotator.agreement.cases import shared, size
from annotator.agreement.counterparts import Counterparts
from annotator.model.annotation import AnnotationSet, Fragment, Span, Verdict


class Standing:
    """Gold spans by what they stand for; made anew after gold has changed.

    A gold span stands for the spans it was made of, for those of other annotators that are matched
    with one of these, and for any that is the very same.
    """

    def __init__(self, gold: AnnotationSet, counterparts: Counterparts) -> None:
        self.gold, self.counterparts = gold, counterparts
        self.made: list[tuple[Verdict, str]] = []
        self._direct: dict[str, list[Span]] = {}
        self._names: list[Verdict] = []
        self._same: dict[tuple[str, tuple[Fragment, ...]], list[Span]] = {}
        self._found: dict[str, str | None] = {}
        for span in gold.spans.values():
            self._same.setdefault((span.label, span.fragments), []).append(span)
        for item in gold.verdicts.values():
            if kind_of(item) in ("attribute", "link"):
                if item.decision != "open":
                    self._names.append(item)
                continue
            for key in item.spans:
                if key in gold.spans:
                    self.made.append((item, key))
                    for source in made_of(item, key):
                        self._direct.setdefault(source, []).append(gold.spans[key])

    def span(self, source: str) -> str | None:
        """The gold span that stands for an annotator's: of several, the one most alike."""
        if source not in self._found:
            self._found[source] = self._span(source)
        return self._found[source]

    def _span(self, source: str) -> str | None:
        own = self.counterparts.span(source)
        if own is None:
            return None
        found = self._direct.get(source) or [
            span
            for other in sorted(self.counterparts.of(source))
            for span in self._direct.get(other, ())
        ]
        found = found or [
            span
            for span in self._same.get((own.label, own.fragments), ())
            if self.may_be(span.id, source)
        ]
        best = max(found, key=lambda span: alike(span, own), default=None)
        return best.id if best is not None else None

    def sources(self, gold: str) -> tuple[str, ...]:
        """What a gold span was made of."""
        return next((made_of(item, key) for item, key in self.made if key == gold), ())

    def may_be(self, gold: str, source: str) -> bool:
        """Whether a gold span at the very place of a source may stand for it: not if it was made of
        another span of the same annotator there."""
        start = source.partition("/")[0] + "/"
        own = [x for x in self.sources(gold) if x.startswith(start)]
        return not own or source in own

    def only(self, sources: Iterable[str]) -> str | None:
        """The one gold span that stands for all of some sources; None if there is none.

        Where a span was taken in pieces, that is the gold of the piece for the piece and the whole.
        """
        sources = list(sources)
        found = {self.span(source) for source in sources}
        if len(found) > 1:
            found = set.intersection(*(self._nearest.get(source, set()) for source in sources))
        return found.pop() if len(found) == 1 else None

    @cached_property
    def _nearest(self) -> dict[str, set[str | None]]:
        """The gold spans that stand for a source, or of whose sources by one annotator it is the
        most alike."""
        found: dict[str, set[str | None]] = {}
        for item, key in self.made:
            by: dict[str, list[tuple[Span, str]]] = {}
            for source in made_of(item, key):
                span = self.counterparts.span(source)
                if span is not None:
                    by.setdefault(source.partition("/")[0], []).append((span, source))
                    found.setdefault(source, set()).add(self.span(source))
            for mine in by.values():
                own = self.gold.spans[key]
                _, source = max(mine, key=lambda x: alike(x[0], own))
                found[source].add(key)
        return found

    def decided(self, name: str, sources: Iterable[str]) -> Verdict | None:
        """The verdict on an attribute or link type (or, without sources, on a document field) of
        these spans, whichever annotators were asked."""
        return self.names(sources).get(name)

    def names(self, sources: Iterable[str]) -> dict[str, Verdict]:
        """All that is decided of these spans, by the name of the attribute or link type."""
        sources = set(sources)
        gold = self.only(sources)
        if gold is not None:
            return self.by_gold.get(gold, {})
        around = sources.union(*map(self.counterparts.of, sources))
        return {
            name_of(item): item
            for item in self._names
            if (not around.isdisjoint(item.sources) if sources else not item.sources)
            and self.counterparts.exists(item.case)
        }

    @cached_property
    def by_gold(self) -> dict[str, dict[str, Verdict]]:
        """What is decided of each gold span."""
        found: dict[str, dict[str, Verdict]] = {}
        for item in self._names:
            known = [x for x in item.sources if self.counterparts.span(x) is not None]
            gold = self.only(known)
            if gold is not None and self.counterparts.exists(item.case):
                found.setdefault(gold, {})[name_of(item)] = item
        return found


def made_of(verdict: Verdict, gold: str) -> tuple[str, ...]:
    """The sources of one of a verdict's gold spans: where both were taken, each has its own."""
    if verdict.decision == "both" and len(verdict.sources) == len(verdict.spans):
        return (verdict.sources[verdict.spans.index(gold)],)
    return verdict.sources


def alike(span: Span, own: Span) -> tuple[bool, float, str]:
    """How much a span is like another: more is more alike."""
    return span.label == own.label, shared(span, own) / max(size(span), size(own)), span.id


def kind_of(verdict: Verdict) -> str:
    """The kind of case, "entity" or "new"."""
    parts = verdict.case.split(":")
    return parts[2] if len(parts) > 2 else parts[0]


def name_of(verdict: Verdict) -> str:
    """The attribute, link type or document field of a case; "" for spans."""
    return verdict.case.rsplit(":", 2)[-2]
