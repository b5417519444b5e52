"""`annotator export`: annotations out."""

import heapq
from collections import Counter
from collections.abc import Iterator

import click

from annotator.cli.output import LEFT_OUT, OK, emit, json_option, plural, progress, warn
from annotator.cli.state import State, pass_state
from annotator.formats.flat import flat_lines, is_row
from annotator.formats.nested import kept, nested_line
from annotator.formats.output import write_lines
from annotator.formats.resolve import flat_labels
from annotator.model.annotation import AnnotationSet
from annotator.model.errors import AnnotatorError
from annotator.model.requirements import unfit
from annotator.project import Project


@click.command("export")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["jsonl"]),
    default="jsonl",
    show_default=True,
    help="The file format.",
)
@click.option("--flat", is_flag=True, help="One line a claim or stance, with everything resolved.")
@click.option(
    "-o",
    "--output",
    default="-",
    metavar="FILE",
    help="Where to; an older file is replaced once this one is complete. Default: - (stdout).",
)
@click.option("--done-only", is_flag=True, help="Only articles marked done.")
@click.option(
    "--annotators", default="", metavar="NAMES", help="Only these annotators, e.g. mira,tom."
)
@click.option("--labels", default="", metavar="LABELS", help="Only these labels, e.g. CLAIM,CUE.")
@json_option
@pass_state
def command(
    state: State,
    format_name: str,
    flat: bool,
    output: str,
    done_only: bool,
    annotators: str,
    labels: str,
    as_json: bool,
) -> int:
    """Write annotations as JSON Lines for training scripts.

    Nested (the default): one line an article and annotator, with text, spans, links, entities,
    topics and document fields. Flat (--flat): one line for each span that says something of others,
    in the shipped scheme each claim and stance, with holders, cue, relays, target and topic by name
    and the sentence around it.

    Offsets are code points, from 0, the end not included. The same project always gives the same
    bytes. What was exported, and what not, is told on standard error; spans that no longer fit the
    scheme are exported and named there. Exit code 3 says that work could not be exported.
    """
    if as_json and output == "-":
        raise click.UsageError("--json prints a summary, so the export needs a file: -o FILE.")
    project = state.project()
    export = _Export(
        project,
        flat=flat,
        done_only=done_only,
        annotators=_names(annotators, project.store.owners(), "annotator"),
        labels=_names(labels, list(project.scheme.labels), "label"),
    )
    lines = export.lines() if output == "-" else progress(export.lines(), "Exporting")
    count = write_lines(output, lines)
    if as_json:
        emit({"lines": count, "file": output, **export.as_json()})
    else:
        export.tell(count, output)
    return LEFT_OUT if export.failed else OK


def _names(text: str, known: list[str], noun: str) -> list[str] | None:
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise AnnotatorError(
                f"There is no {noun} {name}; there are {', '.join(known) or 'none yet'}."
            )
    return sorted(set(names)) or None


class _Export:
    """The lines, and what they carry and leave out."""

    def __init__(
        self,
        project: Project,
        *,
        flat: bool,
        done_only: bool,
        annotators: list[str] | None,
        labels: list[str] | None,
    ) -> None:
        self.project, self.flat, self.done_only, self.labels = project, flat, done_only, labels
        self.annotators = annotators or project.store.owners()
        self.rows = [
            name for name in flat_labels(project.scheme) if labels is None or name in labels
        ]
        self.carried: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.unfit: Counter[str] = Counter()
        self.failed: list[str] = []

    def lines(self) -> Iterator[bytes]:
        """By article in the order of import, then by annotator."""
        order = {head.id: number for number, head in enumerate(self.project.store.heads())}
        works = (self.project.store.all_annotations(name) for name in self.annotators)
        merged = heapq.merge(
            *works, key=lambda work: (order.get(work.article_id, len(order)), work.annotator)
        )
        annotated: set[str] = set()
        for work in merged:
            if work.status == "new" and not work.spans:
                continue  # opened and left again: nothing was said of the article
            annotated.add(work.article_id)
            yield from self._work(work)
        for name in self.annotators:
            annotated |= self.project.store.outdated(name)
        for problem in self.project.store.problems:
            self.failed.append(f"{problem.path}, line {problem.line}: {problem.message}")
        bare = len(order.keys() - annotated)
        if bare:
            self.left_out["articles without annotations"] += bare

    def _work(self, work: AnnotationSet) -> Iterator[bytes]:
        if self.done_only and work.status != "done":
            self.left_out["annotation sets not marked done"] += 1
            return
        try:
            article = self.project.store.article(work.article_id)
        except AnnotatorError as error:
            self.failed.append(str(error))
            return
        scheme = self.project.scheme
        for issue in unfit(work, scheme):
            self.unfit[f"{issue.kind.replace('-', ' ')} {issue.name}"] += 1
        self.carried["annotation sets"] += 1
        if self.flat:
            rows = [span for span in work.spans.values() if is_row(work, scheme, span, self.rows)]
            self._count("spans", len(rows), len(work.spans))
            yield from flat_lines(article, work, scheme, self.project.topic_name, self.rows)
            return
        spans, links = kept(work, self.labels)
        self._count("spans", len(spans), len(work.spans))
        self._count("links", len(links), len(work.links))
        self.carried["entities"] += len(work.entities)
        yield nested_line(article, work, scheme, self.project.topic_name, self.labels)

    def _count(self, what: str, carried: int, present: int) -> None:
        self.carried[what] += carried
        self.left_out[what] += present - carried

    def as_json(self) -> dict[str, object]:
        return {
            "carried": dict(self.carried),
            "left_out": {name: count for name, count in self.left_out.items() if count},
            "unfit": dict(sorted(self.unfit.items())),
            "failed": self.failed,
        }

    def tell(self, count: int, output: str) -> None:
        where = "standard output" if output == "-" else output
        warn(f"Wrote {plural(count, 'line')} to {where}.")
        carried = ", ".join(f"{name} {number:,}" for name, number in self.carried.items() if number)
        warn(f"  carried   {carried or 'nothing'}")
        left = [f"{name} {number:,}" for name, number in self.left_out.items() if number]
        left.append("the history of edits")
        if self.flat:
            left += ["the articles' text beyond the sentence", "document fields"]
        warn(f"  left out  {', '.join(left)}")
        for name, number in sorted(self.unfit.items()):
            warn(f"  unfit     {name}: {number:,}, exported as it is (see `annotator check`)")
        for message in self.failed:
            warn(f"  failed    {message}")
