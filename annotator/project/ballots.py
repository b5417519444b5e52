"""Adjudication without a screen: the open cases as rows of a file, and rows back as verdicts.

A row is a JSON object: `article`, `case` (its key), `label`, `kind`, `name` (of an attribute, link
or document field, else ""), `a` and `b` (the annotators), `a_says`, `b_says`, `sentence` (where it
stands), and what is to be filled in: `decision`, `note`, `gap`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal, get_args

from annotator.agreement.adjudication import Adjudication
from annotator.agreement.cases import Case
from annotator.agreement.counterparts import Counterparts
from annotator.agreement.wording import Wording, title
from annotator.model.annotation import AnnotationSet
from annotator.model.errors import AnnotatorError, EditError
from annotator.model.requirements import missing
from annotator.model.session import Session
from annotator.project import Project
from annotator.project.adjudicating import finished_works, queue
from annotator.store.names import GOLD
from annotator.text.units import Units

Choice = Literal["a", "b", "both", "neither", "union", "intersection", "spans"]
CHOICES: tuple[Choice, ...] = get_args(Choice)


@dataclass(frozen=True, slots=True)
class Ballot:
    """A filled-in row. `line` is where it stands, for messages."""

    article: str
    case: str
    decision: Choice
    note: str = ""
    gap: bool = False
    line: int = 0


@dataclass(slots=True)
class Outcome:
    """What became of ballots: `decided` by decision, `agreed` spans taken over beforehand,
    `settled` ones that were no open case any more, `refused` with line and reason, cases still
    `open` and the articles marked `done`."""

    decided: Counter[str] = field(default_factory=Counter)
    agreed: int = 0
    settled: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    open: int = 0
    done: list[str] = field(default_factory=list)


def ballot(row: object, line: int) -> Ballot | None:
    """A row read; None if nothing was decided. Raises AnnotatorError for what is no row."""
    if not isinstance(row, Mapping):
        raise AnnotatorError("is not a JSON object")
    texts = [row.get(name, "") for name in ("article", "case", "decision", "note")]
    if not all(isinstance(text, str) for text in texts):
        raise AnnotatorError("article, case, decision and note are texts")
    article, case, decision, note = map(str, texts)
    if not decision.strip():
        return None
    chosen = next((choice for choice in CHOICES if choice == decision.strip().casefold()), None)
    if chosen is None:
        raise AnnotatorError(f"the decision {decision!r} is none of {', '.join(CHOICES)}")
    if not article or not case:
        raise AnnotatorError("article and case say what was decided, and have to be there")
    gap = row.get("gap", False)
    if not isinstance(gap, bool):
        raise AnnotatorError("gap is true or false")
    return Ballot(article, case, chosen, note, gap, line)


def cases(
    project: Project, viewer: str, articles: Iterable[str] = ()
) -> Iterator[dict[str, object]]:
    """A row for each case that the lead would be asked about. Nothing is changed."""
    wanted = list(articles) or _unfinished(project, viewer)
    for article_id in wanted:
        desk = _Desk(project, viewer, article_id)
        for adjudication in desk.pairs:
            for case in _asked(adjudication):
                yield desk.row(adjudication, case)


def decide(
    project: Project, viewer: str, ballots: Iterable[Ballot], *, done: bool = False
) -> Outcome:
    """Record verdicts in gold, each as one edit; first, what agrees is taken over.

    `done` marks gold of these articles as done where no case is left and nothing is missing. Hold
    gold's lock. Raises AnnotatorError for an article that cannot be adjudicated.
    """
    outcome = Outcome()
    by_article: dict[str, list[Ballot]] = {}
    for item in ballots:
        by_article.setdefault(item.article, []).append(item)
    for article_id, items in by_article.items():
        desk = _Desk(project, viewer, article_id)
        outcome.agreed += sum(pair.take_agreed() for pair in desk.pairs)
        for item in items:
            desk.cast(item, outcome)
        left = sum(len(pair.open()) for pair in desk.pairs)
        outcome.open += left
        lacking = any(missing(desk.session.annotations, project.profile_scheme))
        if done and not left and not lacking:
            desk.pairs[0].finish(desk.works)
            outcome.done.append(article_id)
        project.checkpoint(desk.session)
    return outcome


class _Desk:
    """One article being adjudicated: its gold, and an adjudication for each pair."""

    def __init__(self, project: Project, viewer: str, article_id: str) -> None:
        project.store.article(article_id)  # refused in words if there is none
        self.works: list[AnnotationSet] = finished_works(project, viewer, article_id)
        if len(self.works) < 2:
            raise AnnotatorError(
                f"{article_id} cannot be adjudicated: two annotators have to be done with it, and"
                " you too, or you lead (`annotator config set lead true`)."
            )
        self.session: Session = project.session(article_id, GOLD)
        counterparts = Counterparts(self.works, project.scheme)
        self.pairs = [
            Adjudication(
                self.session,
                a,
                b,
                project.scheme,
                [x for x in self.works if x not in (a, b)],
                counterparts=counterparts,
            )
            for a, b in combinations(self.works, 2)
        ]
        text = self.session.article.text
        self._wording = Wording(text, project.scheme, project.topic_name)
        self._units = Units(text)

    def row(self, adjudication: Adjudication, case: Case) -> dict[str, object]:
        text = self.session.article.text
        around = self._units.sentences(case.start, case.end) if case.end > case.start else []
        sentence = text[around[0][0] : around[-1][1]] if around else ""
        return {
            "article": self.session.article.id,
            "case": case.key,
            "label": case.label,
            "kind": case.kind,
            "name": case.name,
            "title": title(case),
            "a": adjudication.a.annotator,
            "b": adjudication.b.annotator,
            "a_says": self._wording.said(case, adjudication.a, case.a),
            "b_says": self._wording.said(case, adjudication.b, case.b),
            "details": list(case.details),
            "start": case.start,
            "end": case.end,
            "sentence": sentence,
            "decision": "",
            "note": "",
            "gap": False,
        }

    def cast(self, item: Ballot, outcome: Outcome) -> None:
        """Record one ballot; what is no open case counts as settled, or is refused if unknown."""
        for adjudication in self.pairs:
            case = next((x for x in adjudication.open() if x.key == item.case), None)
            if case is None:
                continue
            try:
                _record(adjudication, case, item.decision)
            except EditError as error:
                outcome.refused.append((item.line, str(error)))
                return
            if item.note:
                adjudication.note(case, item.note)
            if item.gap:
                adjudication.mark_gap(case, True)
            outcome.decided[item.decision] += 1
            return
        if any(case.key == item.case for pair in self.pairs for case in pair.cases):
            outcome.settled += 1
        else:
            message = f"{item.article} has no case {item.case}; list them anew with --cases"
            outcome.refused.append((item.line, message))


def _asked(adjudication: Adjudication) -> list[Case]:
    """The open cases without those that agree and are taken over unasked."""
    return [
        case
        for case in adjudication.open()
        if case.kind != "agree" or adjudication.suggestion(case) is None
    ]


def _record(adjudication: Adjudication, case: Case, decision: Choice) -> None:
    if decision == "a":
        adjudication.take_a(case)
    elif decision == "b":
        adjudication.take_b(case)
    elif decision == "both":
        adjudication.both(case)
    elif decision == "neither":
        adjudication.neither(case)
    elif decision == "spans":
        adjudication.both_spans(case)
    else:
        adjudication.merge(case, decision)


def _unfinished(project: Project, viewer: str) -> list[str]:
    return [item.head.id for item in queue(project, viewer).candidates if not item.finished]
