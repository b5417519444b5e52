"""Which spans of several annotators on one text are matched with which."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, product

from annotator.agreement.cases import SAME_PLACE, Comparison, iou
from annotator.model.annotation import AnnotationSet, Span
from annotator.model.scheme import Scheme


class Counterparts:
    """The works on one article, compared in pairs. A source is "annotator/span id"."""

    def __init__(self, works: Iterable[AnnotationSet], scheme: Scheme) -> None:
        self.works = {work.annotator: work for work in works}
        self.scheme = scheme
        self._comparisons: dict[tuple[str, str], Comparison] = {}
        self._keys: dict[tuple[str, str], set[str]] = {}
        self._matched: dict[str, set[str]] = {}
        for a, b in combinations(self.works, 2):
            found = self.comparison(a, b)
            for one, other in found.partner.items():
                self._match(f"{a}/{one}", f"{b}/{other}")
            for mine, theirs in found.groups:
                for left, right in product(mine, theirs):
                    self._match(f"{a}/{left.id}", f"{b}/{right.id}")

    def _match(self, one: str, other: str) -> None:
        self._matched.setdefault(one, set()).add(other)
        self._matched.setdefault(other, set()).add(one)

    def comparison(self, a: str, b: str) -> Comparison:
        """Two annotators' works, `a` first."""
        if (a, b) not in self._comparisons:
            self._comparisons[a, b] = Comparison(self.works[a], self.works[b], self.scheme)
        return self._comparisons[a, b]

    def exists(self, key: str) -> bool:
        """Whether the case of a key is still one; of works that are not here, that is assumed."""
        a, b = key.split(":", 2)[:2]
        if a not in self.works or b not in self.works:
            return True
        if (a, b) not in self._keys:
            self._keys[a, b] = {case.key for case in self.comparison(a, b).cases()}
        return key in self._keys[a, b]

    def span(self, source: str) -> Span | None:
        work, key = self.place(source)
        return work.spans.get(key) if work is not None else None

    def place(self, source: str) -> tuple[AnnotationSet | None, str]:
        """The work and the span id of a source."""
        name, _, key = source.partition("/")
        return self.works.get(name), key

    def of(self, source: str) -> set[str]:
        """What the others have of the same label for it, at any overlap; also as pieces."""
        return self._matched.get(source, set())

    def near(self, source: str) -> set[str]:
        """Those of its counterparts that are at the same place."""
        own = self.span(source)
        return {
            other
            for other in self.of(source)
            if own is not None
            and (span := self.span(other)) is not None
            and iou(own, span) >= SAME_PLACE
        }
