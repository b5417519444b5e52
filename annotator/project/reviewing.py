"""From the figures of agreement to the cases behind them, for whoever may see the work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from annotator.agreement.casebook import Disagreement
from annotator.agreement.cases import Case, CaseKind, iou, pieces_of, severity
from annotator.agreement.panel import Panel, Row, panel
from annotator.agreement.reading import Watch, read_documents
from annotator.agreement.wording import Wording
from annotator.agreement.works import Document, Exclusion, Options, Record
from annotator.model.annotation import AnnotationSet, Span
from annotator.project import Project

Pair = tuple[str, str]

KINDS = {
    "missed": "missed by one",
    "boundary": "other edges",
    "label": "another label",
    "attribute": "another value",
    "link": "another link",
    "split": "in pieces",
}
_GROUPS: dict[str, str] = {"extra": "missed", "merge": "split"}
_CASE_KINDS: dict[str, CaseKind] = {"target": "link", "entity": "link"}
WHO = "who"  # what a case is called whose mentions two annotators gave to different people


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where two annotators differ; `said` is what each said, in short."""

    article: str
    annotators: Pair
    case: Case
    said: tuple[str, str]

    @property
    def group(self) -> str:
        """One of `KINDS`."""
        return _GROUPS.get(self.case.kind, self.case.kind)

    @property
    def has_place(self) -> bool:
        """Whether it is about spans, not about the article as a whole."""
        return bool(self.case.a or self.case.b)

    def words(self, wording: Wording, a: AnnotationSet | None, b: AnnotationSet | None) -> Pair:
        """What each says in full; `a` and `b` are their sets as they are now, if there are any."""
        if not self.has_place or self.case.name == WHO or a is None or b is None:
            return self.said
        case = self.case
        return wording.said(case, a, case.a), wording.said(case, b, case.b)


class Filter(NamedTuple):
    """Which cases to look at; what is empty says nothing. `kind` is one of `KINDS`."""

    label: str = ""
    kind: str = ""
    pair: Pair | None = None
    article: str = ""

    def takes(self, finding: Finding) -> bool:
        labels = finding.said if finding.case.kind == "label" else (finding.case.label,)
        return (
            (not self.label or self.label in labels)
            and (not self.kind or self.kind == finding.group)
            and (self.pair is None or self.pair == tuple(sorted(finding.annotators)))
            and (not self.article or self.article == finding.article)
        )

    def takes_row(self, row: Row) -> bool:
        """Whether a figure may rest on such cases."""
        several = row.family in ("labels", "entities")
        if self.label and not several and label_of(row) != self.label:
            return False
        groups = {_GROUPS.get(kind, kind) for kind in row.kinds}
        groups |= {"link"} if groups & {"target", "entity"} else set()
        groups |= {"split"} if row.family == "spans" else set()
        return not self.kind or self.kind in groups


def label_of(row: Row) -> str:
    """The label that a figure is about; "" for several."""
    if row.family in ("spans", "presence"):
        return row.layer
    if row.family in ("attributes", "links"):
        return row.layer.replace(" ", ".").partition(".")[0]
    return ""


class Review:
    """The work that `viewer` may see. First `read`, then `measure`; both may take seconds."""

    def __init__(self, project: Project, viewer: str, options: Options) -> None:
        self.project, self.viewer, self.options = project, viewer, options
        self.documents: list[Document] = []
        self.refused: list[Exclusion] = []
        self._order: dict[str, int] = {}
        self._spans: dict[tuple[str, str], dict[str, Span]] = {}

    def again(self) -> Review:
        """The same, not yet read."""
        return Review(self.project, self.viewer, self.options)

    def read(self, watch: Watch | None = None) -> None:
        """Read all work; `watch` as in `read_documents`. Raises AnnotatorError."""
        self.project.store.refresh()
        documents, refused = read_documents(
            self.project.store,
            self.options.annotators,
            assigned=self.project.assignments.by_article(),
            texts=self.options.unit == "token",
            watch=watch,
        )
        self.documents = []
        for document in documents:
            works = dict(document.works)
            for name in document.works if len(works) > 1 else ():
                if not self.project.may_see(self.viewer, name, document.id):
                    del works[name]
                    refused.append(Exclusion(document.id, name, "not to be seen yet"))
            self.documents.append(replace(document, works=works))
        self.refused = refused
        self._order = {document.id: number for number, document in enumerate(self.documents)}
        self._spans = {}

    def people(self, article: str) -> frozenset[str]:
        """Whose work on an article may be seen."""
        return frozenset(self.documents[self._order[article]].works)

    def measure(self, pair: Pair | None = None, article: str = "") -> Panel:
        """The figures, of a pair of annotators or of one article if that is asked for."""
        options = self.options
        if pair is not None:
            options = replace(options, annotators=pair)
        if article:
            options = replace(options, articles=(article,))
        return panel(self.documents, self.project.scheme, options, refused=self.refused)

    def findings(self, whole: Panel, row: Row) -> list[Finding]:
        """The cases behind a figure, worst first, then in the order of the articles and texts."""
        found: dict[tuple[str, Pair, str], list[Finding]] = defaultdict(list)
        for one in whole.cases(row):
            found[one.article, one.annotators, one.label].append(self._finding(one, row))
        groups: Iterable[list[Finding]] = found.values()
        if row.family == "spans":
            groups = (self._grouped(group) for group in groups)
        return sorted(
            (one for group in groups for one in group),
            key=lambda one: (
                -one.case.severity,
                self._order[one.article],
                one.case.start,
                one.case.end,
                one.annotators,
                one.case.key,
            ),
        )

    # -- cases -------------------------------------------------------------------------------------

    def _finding(self, one: Disagreement, row: Row) -> Finding:
        scheme = self.project.scheme
        label, name, said = one.label, "", one.said
        if row.family == "fields":
            label, name = "", one.label
            field = scheme.document_field(name)
            is_topic = field is not None and field.kind == "topics"
        else:
            if row.family in ("attributes", "links"):
                name = row.layer.removeprefix(label)[1:]
            attribute = scheme.attribute(label, name)
            is_topic = attribute is not None and attribute.kind == "topic"
        if row.family == "entities":
            name = WHO
        if is_topic:
            said = self._topics(said[0]), self._topics(said[1])
        kind: CaseKind = _CASE_KINDS.get(one.kind, one.kind)  # type: ignore[arg-type]
        a, b = (tuple(filter(None, [key])) for key in one.spans)
        overlap = 0.0
        if kind == "boundary":
            overlap = iou(*(self._span(one, side) for side in (0, 1)))
        attribute = scheme.attribute(label, name)
        required = attribute is not None and attribute.required
        worth = severity(kind, iou=overlap, required=required)
        key = f"{kind}:{one.spans[0]}:{one.spans[1]}:{name}"
        case = Case(key, kind, a, b, label, one.start, one.end, (), worth, name)
        return Finding(one.article, one.annotators, case, said)

    def _topics(self, said: str) -> str:
        return ", ".join(self.project.topic_name(topic) for topic in said.split(", "))

    def _span(self, one: Disagreement, side: int) -> Span:
        return self._spans_of(one.article, one.annotators[side])[one.spans[side]]

    def _spans_of(self, article: str, annotator: str) -> Mapping[str, Span]:
        key = article, annotator
        if key not in self._spans:
            work = self.documents[self._order[article]].works[annotator]
            self._spans[key] = {span["id"]: _span(span) for span in work.spans}
        return self._spans[key]

    def _grouped(self, findings: list[Finding]) -> list[Finding]:
        """One finding in the place of those that are one span of a side in pieces on the other."""
        if len(findings) < 2:
            return findings
        article, pair = findings[0].article, findings[0].annotators
        sides = [self._spans_of(article, name) for name in pair]
        for kind, whole, part in (("split", 0, 1), ("merge", 1, 0)):
            for one in list(findings):
                mine = (one.case.a, one.case.b)[whole]
                if not mine or one.case.kind in ("split", "merge"):
                    continue
                span = sides[whole][mine[0]]
                options = {
                    theirs[0]: other
                    for other in (one, *findings)
                    if other.case.kind not in ("split", "merge")
                    and (other is one or not (other.case.a, other.case.b)[whole])
                    and (theirs := (other.case.a, other.case.b)[part])
                }
                found = pieces_of(span, [sides[part][key] for key in options])
                pieces = [options[piece.id] for piece in found]
                alone = not (one.case.a, one.case.b)[part]
                if len(pieces) > 1 and (alone or one in pieces):
                    gone = {id(piece) for piece in (one, *pieces)}
                    findings = [x for x in findings if id(x) not in gone]
                    findings.append(_joined(kind, one, pieces, part))  # type: ignore[arg-type]
        return findings


def _joined(kind: CaseKind, one: Finding, pieces: Sequence[Finding], part: int) -> Finding:
    pieces = sorted(pieces, key=lambda piece: (piece.case.start, piece.case.end))
    keys = tuple((piece.case.a, piece.case.b)[part][0] for piece in pieces)
    ids = (one.case.a, keys) if part else (keys, one.case.b)
    case = replace(
        one.case,
        key=f"{kind}:{'+'.join(ids[0])}:{'+'.join(ids[1])}:",
        kind=kind,
        a=ids[0],
        b=ids[1],
        start=min(one.case.start, *(piece.case.start for piece in pieces)),
        end=max(one.case.end, *(piece.case.end for piece in pieces)),
        severity=severity(kind),
    )
    many = f"{len(keys)} pieces"
    return replace(one, case=case, said=("one span", many) if part else (many, "one span"))


def _span(record: Record) -> Span:
    fragments = tuple((int(start), int(end)) for start, end in record["fragments"])
    return Span(record["id"], record["label"], fragments)
