"""What `annotator check` looks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from annotator.cli.output import progress, working
from annotator.cli.renaming import remedy
from annotator.model.annotation import AnnotationSet, Span
from annotator.model.article import Article
from annotator.model.errors import AnnotatorError
from annotator.model.requirements import missing, unfit
from annotator.project import Project
from annotator.store.splits import read_splits
from annotator.text.marks import visible_label
from annotator.text.units import Units


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong (error) or odd (warning), and where.

    `name` is what the scheme does not know, e.g. "SPEAKER" or "act=assert"; `span` is a span, link
    or entity id. `file` and `line` are known for damaged lines only.
    """

    severity: Literal["error", "warning"]
    kind: str
    message: str
    article: str = ""
    annotator: str = ""
    span: str = ""
    name: str = ""
    file: str = ""
    line: int = 0
    remedy: str = ""

    def where(self) -> str:
        """The place, to stand before the message."""
        who = f"{self.article} ({self.annotator}): " if self.annotator else f"{self.article}: "
        return who if self.article else ""


def check_project(project: Project) -> Iterator[Finding]:
    """Everything found: damaged lines first, then the work of each annotator."""
    store = project.store
    with working("Reading everything"):
        problems = store.verify()
    for problem in [*problems, *project.assignments.problems]:
        yield Finding("error", "damaged-line", str(problem), file=problem.path, line=problem.line)
    yield from _check_splits(project)
    topics = {topic.id for topic in project.topics}
    for annotator in store.owners():
        for article_id in sorted(store.outdated(annotator)):
            message = "the annotations are about another version of the text"
            yield Finding("error", "other-text", message, article_id, annotator)
        for work in progress(store.all_annotations(annotator), f"Checking {annotator}"):
            try:
                article = store.article(work.article_id)
            except AnnotatorError:
                continue  # its damaged line is told above
            yield from _check_work(project, article, work, topics)


def _check_splits(project: Project) -> Iterator[Finding]:
    splits = read_splits(project.root)
    for problem in splits.problems:
        yield Finding("error", "damaged-line", str(problem), file=problem.path, line=problem.line)
    for problem in splits.conflicts:
        yield Finding("warning", "split-twice", str(problem), file=problem.path, line=problem.line)
    for group in splits.crossing:
        message = f"the group of {group} stands in more than one split; run `annotator split`"
        yield Finding("error", "split-leaks", message)
    known = {head.id for head in project.store.heads()}
    for article_id in sorted(splits.articles.keys() - known):
        message = f"corpus/splits.jsonl has the article {article_id}, which the project has not"
        yield Finding("warning", "unknown-article", message)


def _check_work(
    project: Project, article: Article, work: AnnotationSet, topics: set[str]
) -> Iterator[Finding]:
    def found(
        severity: Literal["error", "warning"],
        kind: str,
        message: str,
        span: str = "",
        name: str = "",
        command: str = "",
    ) -> Finding:
        return Finding(
            severity, kind, message, article.id, work.annotator, span, name, remedy=command
        )

    versions = project.store.versions(article.id, work.annotator)
    if len(versions) > 1:
        sizes = " and ".join(f"{len(version.spans)} spans" for version in versions)
        message = f"there are two versions of this work ({sizes}); open it and keep one"
        yield found("error", "two-versions", message)
    for issue in unfit(work, project.scheme):
        command = remedy(issue, work, project.scheme)
        yield found("error", issue.kind, issue.message, issue.key, issue.name, command)
    if work.status == "done":
        for issue in missing(work, project.profile_scheme):
            yield found("error", issue.kind, f"is marked done, but {issue.message}", issue.key)
    for link in work.links.values():
        if link.target_kind == "topic" and link.target not in topics:
            message = (
                f"link {link.id} ({link.type}) points to the topic {link.target}, which"
                " corpus/topics.toml does not have"
            )
            yield found("error", "unknown-topic", message, link.id, link.target)
    for entity in work.entities.values():
        home = entity.affiliation
        if home and home not in work.entities and home not in project.scheme.entities.builtin:
            message = f"entity {entity.id} is affiliated with {home}, which does not exist"
            yield found("error", "broken-affiliation", message, entity.id)
    units = Units(article.text)
    seen: dict[tuple[object, ...], str] = {}
    for span in work.in_order():
        text = visible_label(span.surface(article.text)[:60])
        what = f"{span.label} {span.id} [{span.start}, {span.end}) “{text}”"
        if not _inside(span, len(article.text)):
            message = f"{what} does not lie in the text of {len(article.text):,} characters"
            yield found("error", "outside-text", message, span.id)
            continue
        if cut := [edge for fragment in span.fragments for edge in fragment if _cuts(units, edge)]:
            message = f"{what} cuts a character in two at {', '.join(map(str, cut))}"
            yield found("warning", "cut-character", message, span.id)
        if any(piece != piece.strip() for piece in span.pieces(article.text)):
            message = f"{what} begins or ends with white space"
            yield found("warning", "white-space-edge", message, span.id)
        links = sorted((x.type, x.target_kind, x.target) for x in work.links_from(span.id))
        said = (span.label, span.fragments, repr(sorted(span.attributes.items())), repr(links))
        twin = seen.setdefault(said, span.id)
        if twin != span.id:
            yield found("warning", "duplicate-span", f"{what} is the same as {twin}", span.id)


def _inside(span: Span, length: int) -> bool:
    edge = 0
    for start, end in span.fragments:
        if not edge <= start < end <= length:
            return False
        edge = end
    return bool(span.fragments)


def _cuts(units: Units, edge: int) -> bool:
    """Whether an offset stands inside what a reader sees as one character."""
    if not 0 < edge < len(units.text):
        return False
    return units.cluster_at(edge)[0] != edge
