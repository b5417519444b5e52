"""Training: a newcomer labels articles whose answers are known, and is shown what was missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from annotator.model.annotation import AnnotationSet, Change
from annotator.model.errors import AnnotatorError, EditError
from annotator.model.session import Edit, Session
from annotator.project import Project
from annotator.store.area import TRAINING, Area
from annotator.store.names import GOLD, check_annotator

if TYPE_CHECKING:
    from annotator.agreement.cases import Case

OVERLAP = 0.5
"""From which share of common characters (of all that either marked) two spans overlap enough."""


@dataclass(frozen=True, slots=True)
class Score:
    """F1 of a label ("" for all) against the reference, of equal spans and of those that overlap.

    None where neither marked anything. `reference` and `own` are numbers of spans.
    """

    label: str
    exact: float | None
    overlap: float | None
    reference: int
    own: int


@dataclass(frozen=True, slots=True)
class Lesson:
    """A difference, and what either said there; in the case, A is the reference."""

    case: Case
    reference: str
    own: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a trainee should learn from an article."""

    article_id: str
    scores: tuple[Score, ...]
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """A trainee's scores article by article, in the order of the queue, and all together."""

    trainee: str
    articles: tuple[tuple[str, tuple[Score, ...]], ...]
    total: tuple[Score, ...]


class _Closed(Session):
    """A session on an article whose answers the trainee has seen."""

    def _change(self, action: str, change: Change) -> None:
        raise _refusal()

    def undo(self) -> Edit | None:
        raise _refusal()

    def redo(self) -> Edit | None:
        raise _refusal()


def _refusal() -> EditError:
    return EditError("This article is done, and stays as it is; > goes on to the next.")


class Training(Project):
    """A project in which work goes to `corpus/training`, where nothing but training finds it.

    The queue holds the articles that `reference` (gold, or an annotator) has done.
    """

    area: ClassVar[Area] = TRAINING

    def __init__(self, project: Project, reference: str = GOLD) -> None:
        """Raises AnnotatorError if the reference has done nothing that could be trained with."""
        super().__init__(project.root, project.scheme, project.profile_scheme, project.settings)
        self.project = project
        self.reference = reference
        if not self._offered(""):
            super().close()
            if reference == GOLD:
                raise AnnotatorError(
                    "There is no gold to train with yet; take someone's finished work instead, with"
                    " `annotator train --against NAME`."
                )
            raise AnnotatorError(
                f"{reference} has not done any article here; choose another with --against NAME."
            )

    def close(self) -> None:
        super().close()
        self.project.close()

    def session(self, article_id: str, annotator: str) -> Session:
        """As in `Project`; but what is done stays so, or the scores would show what was corrected
        after the answers were seen."""
        session = super().session(article_id, annotator)
        if session.annotations.status != "done":
            return session
        return _Closed(session.article, self.scheme, session.annotations)

    def trainees(self) -> list[str]:
        """Everyone who has trained here, sorted."""
        return self.store.annotators()

    def feedback(self, article_id: str, trainee: str) -> Feedback:
        """What a trainee got right and wrong in an article, worst first.

        Raises AnnotatorError if the reference or the trainee has no work on it.
        """
        from annotator.agreement.cases import cases
        from annotator.agreement.wording import Wording

        right, own = self._pair(article_id, trainee)
        labels = self._labels()
        found = cases(
            right,
            own,
            self.scheme,
            labels=None if len(labels) == len(self.scheme.labels) else labels,
        )
        wording = Wording(self.store.article(article_id).text, self.scheme, self.topic_name)
        return Feedback(
            article_id,
            self._scores([(right, own)]),
            tuple(
                Lesson(case, wording.said(case, right, case.a), wording.said(case, own, case.b))
                for case in found
                if case.kind != "agree"
            ),
        )

    def curve(self, trainee: str) -> Curve:
        """The scores of every article that a trainee has done."""
        check_annotator(trainee)
        done = [x.head.id for x in self.queue(trainee) if x.status == "done"]
        pairs = [self._pair(article_id, trainee) for article_id in done]
        articles = tuple(
            (article_id, self._scores([pair])) for article_id, pair in zip(done, pairs, strict=True)
        )
        return Curve(trainee, articles, self._scores(pairs))

    def _offered(self, annotator: str) -> frozenset[str]:
        summaries = self.project.store.summaries(self.reference).values()
        return frozenset(x.article_id for x in summaries if x.status == "done")

    def _pair(self, article_id: str, trainee: str) -> tuple[AnnotationSet, AnnotationSet]:
        right = self.project.store.annotations(article_id, self.reference)
        own = self.store.annotations(article_id, trainee)
        if right is None or own is None:
            nobody = self.reference if right is None else trainee
            raise AnnotatorError(f"{nobody} has not annotated {article_id}.")
        return right, own

    def _labels(self) -> list[str]:
        """What the profile in use asks a trainee to mark."""
        return list(self.profile_scheme.labels)

    def _scores(self, pairs: Sequence[tuple[AnnotationSet, AnnotationSet]]) -> tuple[Score, ...]:
        """For all labels together and for each; spans are counted over all the articles."""
        from annotator import agreement

        labels = self._labels()
        documents = [
            {
                side: [span for span in work.spans.values() if span.label in labels]
                for side, work in (("reference", right), ("own", own))
            }
            for right, own in pairs
        ]
        exact = agreement.spans(documents, "f1_exact")
        overlap = agreement.spans(documents, "f1_iou", min_iou=OVERLAP)

        def score(label: str) -> Score:
            return Score(
                label,
                exact.detail["by_label"].get(label) if label else exact.value,
                overlap.detail["by_label"].get(label) if label else overlap.value,
                _count(documents, "reference", label),
                _count(documents, "own", label),
            )

        if not documents:
            return ()
        return tuple(score(label) for label in ("", *labels))


def _count(documents: Sequence[dict[str, list[Any]]], side: str, label: str) -> int:
    return sum(label in ("", span.label) for document in documents for span in document[side])
