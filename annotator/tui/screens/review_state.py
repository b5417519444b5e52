"""What the screens of a review share: figures, what is looked at, what people are called."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from itertools import combinations

from annotator.agreement.panel import Panel, Row
from annotator.agreement.wording import Wording
from annotator.model.annotation import AnnotationSet
from annotator.model.article import Article
from annotator.model.errors import AnnotatorError
from annotator.project.reviewing import KINDS, Filter, Finding, Pair, Review
from annotator.tui.keys import Keymap

_KEEP = 128  # articles and sets that are kept for the next row of a list


class ReviewState:
    """`whole` are the figures of everybody on everything; the cases of all filters come from it."""

    def __init__(self, review: Review, keymap: Keymap, *, blind: bool = False) -> None:
        self.review = review
        self.keymap = keymap
        self.blind = blind
        self.filter = Filter()
        self.whole: Panel | None = None
        self._found: dict[str, list[Finding]] = {}
        self._articles: OrderedDict[str, Article] = OrderedDict()
        self._works: OrderedDict[tuple[str, str], AnnotationSet | None] = OrderedDict()

    def begin(self, review: Review, whole: Panel) -> None:
        """Start again from work that was read anew, and its figures."""
        self.review, self.whole = review, whole
        self._found.clear()
        self._articles.clear()
        self._works.clear()

    @property
    def annotators(self) -> tuple[str, ...]:
        return self.whole.annotators if self.whole is not None else ()

    def pairs(self) -> list[Pair]:
        return list(combinations(self.annotators, 2))

    # -- cases -------------------------------------------------------------------------------------

    def findings(self, row: Row) -> list[Finding]:
        """The cases behind a figure that the filter lets through, worst first."""
        whole = self.whole
        if whole is None:
            return []
        found = self._found.get(row.key)
        if found is None:
            found = self.review.findings(whole, row)
            if whole is self.whole:  # in a thread it may have been replaced meanwhile
                self._found[row.key] = found
        return [one for one in found if self.filter.takes(one)]

    def knows(self, row: Row) -> bool:
        """Whether `findings` is at hand; with tens of thousands it takes a second once."""
        return row.key in self._found

    def words(self, finding: Finding) -> Pair:
        """What both say about a case, in full if their work can be read."""
        try:
            article = self.article(finding.article)
            a, b = (self.work(finding.article, name) for name in finding.annotators)
        except AnnotatorError:
            return finding.said
        return finding.words(self.wording(article), a, b)

    def wording(self, article: Article) -> Wording:
        project = self.review.project
        return Wording(article.text, project.scheme, project.topic_name)

    # -- work --------------------------------------------------------------------------------------

    def article(self, article_id: str) -> Article:
        """Raises AnnotatorError if it cannot be read."""
        if article_id not in self._articles:
            self._articles[article_id] = self.review.project.store.article(article_id)
            if len(self._articles) > _KEEP:
                self._articles.popitem(last=False)
        return self._articles[article_id]

    def work(self, article_id: str, annotator: str) -> AnnotationSet | None:
        """Someone's work as it is now; None if there is none. Raises AnnotatorError."""
        key = article_id, annotator
        if key not in self._works:
            self._works[key] = self.review.project.store.annotations(*key)
            if len(self._works) > _KEEP:
                self._works.popitem(last=False)
        return self._works[key]

    def headline(self, article_id: str) -> str:
        try:
            return self.article(article_id).headline or article_id
        except AnnotatorError:
            return article_id

    # -- names -------------------------------------------------------------------------------------

    def named(self, annotator: str) -> str:
        """A name; in blind mode A or B, or a number where there are more than two."""
        if not self.blind:
            return annotator
        if annotator not in self.annotators:
            return "another"
        place = self.annotators.index(annotator)
        return "AB"[place] if len(self.annotators) == 2 else str(place + 1)

    def pair_named(self, pair: Pair) -> str:
        return " / ".join(map(self.named, pair))

    def shown(self, panel: Panel) -> Panel:
        """The panel as it may be shown: in blind mode without names."""
        if not self.blind:
            return panel
        told = len(panel.warnings)
        hidden = f"{told} that name annotators; not shown while names are hidden"
        return replace(
            panel,
            annotators=tuple(map(self.named, panel.annotators)),
            excluded=tuple(
                replace(one, annotator=self.named(one.annotator)) for one in panel.excluded
            ),
            dependent=tuple(
                replace(
                    one,
                    annotators=(self.named(one.annotators[0]), self.named(one.annotators[1])),
                )
                for one in panel.dependent
            ),
            warnings=(f"Warnings: {hidden}.",) if told else (),
        )

    def filter_words(self) -> str:
        """The filter for the header; "" for none."""
        chosen = self.filter
        parts = [
            chosen.label,
            KINDS.get(chosen.kind, ""),
            self.pair_named(chosen.pair) if chosen.pair else "",
            chosen.article,
        ]
        return " · ".join(filter(None, parts))
