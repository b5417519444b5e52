"""What is exported: which articles, whose work, and what of it; and how that is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib.util import find_spec
from typing import Any, Literal

from annotator.agreement.works import Document, Work, excluded_text
from annotator.formats.conditions import Condition
from annotator.formats.exchange import Export
from annotator.formats.loss import Finding, Loss
from annotator.formats.narrowing import only_labels, without_text
from annotator.formats.recorded import Fit, RecordedExport
from annotator.model.annotation import AnnotationSet, Fragment
from annotator.model.errors import AnnotatorError
from annotator.model.requirements import unfit
from annotator.model.scheme import Scheme
from annotator.project import Project
from annotator.project.adjudicating import span_disagreement
from annotator.project.card_facts import CardFacts, agreement_of, splits_of
from annotator.store.base import Recorded
from annotator.store.names import GOLD
from annotator.store.records import article_of, read_checkpoint

MEASURE = "mean pairwise F1 of exact spans"
"""What `Choice.min_agreement` is compared with."""

_ORDER = {"train": 0, "dev": 1, "test": 2}
_UNREADABLE = "cannot be read"

Regions = Literal["", "drop", "mask"]
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """What to export.

    annotators     "" (all, and gold), "gold", "each" (all but gold), "majority", "union", or names
                   joined by commas
    min_agreement  articles that two or more annotated and on which they agree less stay out
    labels         of spans; empty for all. `profile` leaves out some labels and links as well
    where          must all hold
    regions        text that is no body text is cut out ("drop") or made blank ("mask")
    split          only articles of this part of the splits
    """

    annotators: str = ""
    min_agreement: float | None = None
    labels: tuple[str, ...] = ()
    profile: str = ""
    where: tuple[Condition, ...] = ()
    done_only: bool = False
    regions: Regions = ""
    split: str = ""


class Selection:
    """The exports of a project by a choice, in the order of import.

    What is exported and what is not is counted in `loss`, what no longer fits the scheme in
    `unfit`. Raises AnnotatorError for annotators, labels, profiles or splits that there are not.
    """

    def __init__(self, project: Project, choice: Choice, loss: Loss) -> None:
        self.project, self.choice, self.loss = project, choice, loss
        self.unfit: Counter[str] = Counter()
        self._part = self._later = False
        self.splits = load_splits(project, choice.split)
        owners = project.store.owners()
        self._people = [name for name in owners if name != GOLD]
        self._wanted = _wanted(choice.annotators, owners)
        self._joins = choice.annotators in ("majority", "union")
        if self._joins and find_spec("numpy") is None:
            raise AnnotatorError(
                f"--annotators {choice.annotators} needs numpy, which is not installed:"
                ' pip install "annotator[agreement]".'
            )
        self._labels, self._without_links = _offered(project.scheme, choice)
        self._of_articles = [item for item in choice.where if not item.of_work]
        self._of_work = [item for item in choice.where if item.of_work]
        self._picks = bool(choice.done_only or self._joins or self._of_work)
        self._copies = not (self._joins or self._labels is not None or choice.regions)
        self._fit = Fit(project.scheme)

    def exports(self) -> Iterator[Export]:
        """Articles with at least one set each. Once through, what could not be read is counted."""
        store = self.project.store
        outdated = {key for name in self._wanted for key in store.outdated(name)}
        annotated = exported = sets = 0
        readers = self._wanted
        if self.choice.min_agreement is not None:
            readers = sorted({*self._wanted, *self._people})
        for recorded in store.recorded(readers, self._refuse):
            works = [
                work
                for work in recorded.works
                if work["annotator"] in self._wanted and (work["spans"] or _status(work) != "new")
            ]  # without those opened and left again: nothing was said of the article
            if not works:
                continue
            annotated += 1
            outdated.discard(recorded.article["id"])
            export = self._export(recorded, works)
            if export is not None:
                exported += 1
                sets += len(_works(export))
                yield export
        self.loss.carry("articles", exported)
        self.loss.carry("annotation sets", sets)
        if not self._later:
            self._tell_rest(annotated + len(outdated))

    def _tell_rest(self, annotated: int) -> None:
        store = self.project.store
        unread = self.loss.left_out["articles", _UNREADABLE]
        bare = store.count() - annotated - unread
        if bare > 0:
            self.loss.set_aside("articles", "without annotations", bare)
        for problem in store.problems:
            finding = Finding(problem.path, problem.line, problem.message)
            self.loss.leave_out("lines of the project", "cannot be used", 1, finding)

    def parts(self) -> Iterator[Selection]:
        """One selection a split, train first; they count as one. Articles in no split are told.

        Raises AnnotatorError if there are no splits.
        """
        found = sorted(set(self.splits.values()), key=lambda x: (_ORDER.get(x, len(_ORDER)), x))
        if not found:
            raise AnnotatorError("There are no splits; make them with `annotator split`.")
        for number, name in enumerate(found):
            part = copy(self)
            part.choice = replace(self.choice, split=name)
            part._part, part._later = True, number > 0
            yield part

    def about(self) -> CardFacts:
        """What a data card says of the choice."""
        choice, project = self.choice, self.project
        known = {
            "name": project.root.name,
            "scheme": project.scheme.id,
            "annotators": choice.annotators or ", ".join(self._wanted),
            "conditions": [item.text for item in choice.where],
            "labels": sorted(self._labels) if self._labels is not None else [],
            "done_only": choice.done_only,
            "min_agreement": choice.min_agreement,
            "measure": MEASURE if choice.min_agreement is not None else "",
            "excluded_text": choice.regions,
            "splits": splits_of(project),
        }
        return CardFacts(known, {"agreement": lambda: agreement_of(project)})

    def _refuse(self, message: str) -> None:
        if self._later:
            return
        self.loss.leave_out("articles", _UNREADABLE, 1, Finding("", 0, message))

    # -- one article -------------------------------------------------------------------------------

    def _export(self, recorded: Recorded, works: list[Record]) -> Export | None:
        choice, article = self.choice, recorded.article
        split = self.splits.get(article["id"], "")
        if choice.split and split != choice.split:
            if not self._part:
                self.loss.set_aside("articles", f"not in split {choice.split}")
            elif not split and not self._later:
                self.loss.leave_out("articles", "in no split")
            return None
        for condition in self._of_articles:
            if not condition.holds(article):
                self.loss.set_aside("articles", f"not {condition.text}")
                return None
        if choice.min_agreement is not None and not self._agrees(recorded):
            why = f"agreement below {choice.min_agreement:g} ({MEASURE})"
            self.loss.set_aside("articles", why)
            return None
        if self._picks:
            works = [work for work in works if self._meets(article, work)]
            if not works:
                return None
        if self._copies and self._fit.takes_article(article) and all(map(self._fit.takes, works)):
            kept = Recorded(article, tuple(works))
            return RecordedExport(kept, split, self._excluded)
        return self._made(recorded, works, split)

    def _meets(self, article: Record, work: Record) -> bool:
        if self.choice.done_only and _status(work) != "done":
            self.loss.set_aside("annotation sets", "not marked done")
            return False
        if self._joins and _status(work) == "skipped":
            self.loss.set_aside("annotation sets", "skipped")
            return False
        for condition in self._of_work:
            if not condition.holds(article, work):
                self.loss.set_aside("annotation sets", f"not {condition.text}")
                return False
        return True

    def _agrees(self, recorded: Recorded) -> bool:
        works = [
            read_checkpoint(dict(work))
            for work in recorded.works
            if work["annotator"] != GOLD
            and _status(work) in (("done",) if self.choice.done_only else ("open", "done"))
        ]
        return len(works) < 2 or 1 - span_disagreement(works) >= (self.choice.min_agreement or 0)

    def _made(self, recorded: Recorded, works: Iterable[Record], split: str) -> Export:
        """The export as objects, with what the choice makes of them."""
        article = article_of(dict(recorded.article))
        sets = tuple(read_checkpoint(dict(work)) for work in works)
        if self._labels is not None:
            sets = tuple(
                only_labels(work, self._labels, self._without_links, self.loss) for work in sets
            )
        for work in sets:
            for issue in unfit(work, self.project.scheme):
                self.unfit[f"{issue.kind.replace('-', ' ')} {issue.name}"] += 1
        excluded = self._excluded(sets)
        if self._joins:
            sets = (self._joined(sets),)
        if self.choice.regions:
            mask = self.choice.regions == "mask"
            article, sets = without_text(article, sets, excluded, self.loss, mask=mask)
            excluded = excluded if mask else ()
        return Export(article, sets, split, excluded)

    def _joined(self, sets: Sequence[AnnotationSet]) -> AnnotationSet:
        from annotator.agreement.consensus import majority, union

        if self.choice.annotators == "majority":
            found = majority(sets, self.project.scheme)
        else:
            found = union(sets, self.project.scheme)
        for (subject, how), count in found.changed.items():
            self.loss.change(subject, how, count)
        for (subject, why), count in found.absent.items():
            self.loss.set_aside(subject, why, count)
        return found.work

    def _excluded(self, sets: Sequence[AnnotationSet]) -> tuple[Fragment, ...]:
        """What all these annotators say is no body text, as agreement takes it."""
        works = {work.annotator: Work.of(work) for work in sets}
        return tuple(excluded_text(Document("", 0, works), self.project.scheme))


def load_splits(project: Project, wanted: str = "") -> Mapping[str, str]:
    """The split of each article by id, as far as the project has any.

    Raises AnnotatorError if it does not have the `wanted` one.
    """
    from annotator.store.splits import load_splits as load

    splits = load(project.root)
    if wanted and wanted not in splits.values():
        known = ", ".join(sorted(set(splits.values())))
        there = f"there are {known}." if known else "make them with `annotator split`."
        raise AnnotatorError(f"There is no split {wanted!r}; {there}")
    return splits


def _works(export: Export) -> Sequence[object]:
    return export.works if isinstance(export, RecordedExport) else export.sets


def _status(work: Record) -> str:
    status = work.get("status")
    if status in ("open", "done", "skipped"):
        return str(status)
    return "open" if work.get("mark") else "new"


def _wanted(text: str, owners: list[str]) -> list[str]:
    if not text:
        return owners
    if text in ("each", "majority", "union"):
        return [name for name in owners if name != GOLD]
    if text == GOLD and GOLD not in owners:
        raise AnnotatorError(
            "There is no gold yet; make it with `annotator adjudicate`, or export"
            " --annotators majority."
        )
    names = [name.strip() for name in text.split(",") if name.strip()]
    _check(names, owners, "annotator")
    return sorted(set(names))


def _offered(scheme: Scheme, choice: Choice) -> tuple[frozenset[str] | None, Collection[str]]:
    """The labels of the choice (None: all), and the links that its profile is without."""
    _check(choice.labels, list(scheme.labels), "label")
    if not choice.profile:
        return (frozenset(choice.labels) if choice.labels else None), ()
    _check([choice.profile], list(scheme.profiles), "profile")
    profile = scheme.profiles[choice.profile]
    labels = frozenset(profile.labels)
    return (labels & set(choice.labels) if choice.labels else labels), profile.without_links


def _check(names: Iterable[str], known: list[str], noun: str) -> None:
    for name in names:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            raise AnnotatorError(
                f"There is no {noun} {name}; there are {', '.join(known) or 'none yet'}{hint}."
            )
