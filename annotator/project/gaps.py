"""What adjudication marked as a gap in the guidelines, for the next meeting about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from annotator.agreement.cases import Case, cases
from annotator.agreement.wording import Wording, title
from annotator.model.annotation import AnnotationSet, Verdict
from annotator.model.article import Article
from annotator.project import Project
from annotator.store.names import GOLD


@dataclass(frozen=True, slots=True)
class Gap:
    """One marked case. `versions` are (annotator or "gold", what is said); `context` is around it.

    `page` is the guideline page of the label, from the project's folder, or "".
    """

    article: str
    headline: str
    case: str
    label: str
    start: int
    end: int
    context: str
    versions: tuple[tuple[str, str], ...]
    decision: str
    note: str
    page: str


def gaps(project: Project) -> Iterator[Gap]:
    """By article in the order of import, then by place."""
    for gold in project.store.all_annotations(GOLD):
        marked = [item for item in gold.verdicts.values() if item.gap]
        if marked:
            article = project.store.article(gold.article_id)
            finder = _Finder(project, article)
            yield from sorted(map(finder.gap, marked), key=lambda gap: (gap.start, gap.case))


class _Finder:
    """The cases of one article, by the annotators whom a verdict names."""

    def __init__(self, project: Project, article: Article) -> None:
        self._project, self._article = project, article
        self._wording = Wording(article.text, project.scheme, project.topic_name)
        self._works: dict[str, AnnotationSet | None] = {}
        self._cases: dict[tuple[str, str], dict[str, Case]] = {}

    def gap(self, verdict: Verdict) -> Gap:
        a, _, rest = verdict.case.partition(":")
        b = rest.partition(":")[0]
        case = self._by_key(a, b).get(verdict.case)
        if case is None:
            return self._changed(verdict)
        decided = ((GOLD, verdict.spans),) if verdict.spans else ()
        versions = tuple(
            (name, self._wording.said(case, work, keys))
            for name, keys in ((a, case.a), (b, case.b), *decided)
            if (work := self._work(name)) is not None
        )
        place = case.start, case.end
        return self._made(verdict, title(case), case.label, place, versions)

    def _changed(self, verdict: Verdict) -> Gap:
        """What the sources hold now: an annotator has changed them since."""
        spans = []
        versions: dict[str, list[str]] = {}
        for source in verdict.sources:
            name, _, key = source.partition("/")
            work = self._work(name)
            if work is not None and key in work.spans:
                spans.append(work.spans[key])
                versions.setdefault(name, []).append(self._wording.quoted(work.spans[key]))
        label = spans[0].label if spans else ""
        place = min((s.start for s in spans), default=0), max((s.end for s in spans), default=0)
        said = tuple((name, " + ".join(words)) for name, words in versions.items())
        return self._made(verdict, f"{label or 'span'}: changed since", label, place, said)

    def _made(
        self,
        verdict: Verdict,
        case: str,
        label: str,
        place: tuple[int, int],
        versions: tuple[tuple[str, str], ...],
    ) -> Gap:
        known = self._project.scheme.labels.get(label)
        return Gap(
            self._article.id,
            self._article.headline,
            case,
            label,
            *place,
            self._around(*place),
            versions,
            verdict.decision,
            verdict.note,
            f"guidelines/{known.page}" if known and known.page else "",
        )

    def _around(self, start: int, end: int) -> str:
        """The lines of the text that a case is in."""
        text = self._article.text
        if start >= end:
            return ""
        first = text.rfind("\n", 0, start) + 1
        last = text.find("\n", end - 1)
        return text[first : last if last >= 0 else len(text)].strip()

    def _work(self, name: str) -> AnnotationSet | None:
        if name not in self._works:
            self._works[name] = self._project.store.annotations(self._article.id, name)
        return self._works[name]

    def _by_key(self, a: str, b: str) -> dict[str, Case]:
        if (a, b) not in self._cases:
            works = self._work(a), self._work(b)
            found = cases(works[0], works[1], self._project.scheme) if works[0] and works[1] else []
            self._cases[a, b] = {case.key: case for case in found}
        return self._cases[a, b]
