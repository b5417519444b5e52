"""`annotator export`: annotations out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from annotator.cli.losses import tell_loss
from annotator.cli.output import LEFT_OUT, OK, emit, json_option, plural, progress, warn
from annotator.cli.state import State, pass_state

if TYPE_CHECKING:
    from annotator.formats.exchange import Export
    from annotator.formats.loss import Loss
    from annotator.formats.output import Output
    from annotator.formats.registry import Format
    from annotator.project.exporting import Selection


@click.command("export")
@click.option(
    "--format",
    "format_name",
    default="jsonl",
    metavar="FORMAT",
    show_default=True,
    help="The file format; `annotator formats` lists them.",
)
@click.option("--flat", is_flag=True, help="Short for --format flat.")
@click.option(
    "-o",
    "--output",
    default="-",
    metavar="TARGET",
    help="The file or folder to write, all of it or nothing. Default: - (stdout).",
)
@click.option("--replace", "over", is_flag=True, help="Put it in the place of an older folder.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="An option of FORMAT.")
@click.option(
    "--annotators",
    default="",
    metavar="WHO",
    help="gold, each (all, kept apart), majority, union, or names like mira,tom. Default: each,"
    " and gold if there is any.",
)
@click.option(
    "--min-agreement",
    type=click.FloatRange(0, 1),
    metavar="F1",
    help="Without articles on which annotators agree less (mean pairwise F1 of exact spans).",
)
@click.option("--labels", default="", metavar="LABELS", help="Only these labels, e.g. CLAIM,CUE.")
@click.option("--profile", default="", metavar="NAME", help="Only what this profile offers.")
@click.option(
    "--where",
    "conditions",
    multiple=True,
    metavar="CONDITION",
    help="Only where it holds, e.g. genre=interview, published>=2031-01-31, language!=en; several"
    " times: all must.",
)
@click.option("--done-only", is_flag=True, help="Only work marked done.")
@click.option(
    "--exclude-regions",
    "regions",
    type=click.Choice(["drop", "mask"]),
    help="Cut lines that are no body text out (offsets follow), or replace them by spaces.",
)
@click.option("--split", default="", metavar="NAME", help="Only this part of the splits.")
@click.option("--by-split", is_flag=True, help="A file or folder for each split, in a folder.")
@click.option("--allow-loss", is_flag=True, help="Exit with 0 also if something was left out.")
@json_option
@pass_state
def command(
    state: State,
    format_name: str,
    flat: bool,
    output: str,
    over: bool,
    settings: tuple[str, ...],
    annotators: str,
    min_agreement: float | None,
    labels: str,
    profile: str,
    conditions: tuple[str, ...],
    done_only: bool,
    regions: str | None,
    split: str,
    by_split: bool,
    allow_loss: bool,
    as_json: bool,
) -> int:
    """Write annotations for training scripts and other tools.

    jsonl (the default) holds everything: one line an article and annotator, with text, spans,
    links, entities, topics and document fields. flat has one line for each span that says something
    of others, in the shipped scheme each claim and stance, with holders, cue, relays, target and
    topic by name and the sentence around it.

    Offsets of both are code points, from 0, the end not included. The same project always gives the
    same bytes. A table on standard error tells what was carried, what changed and what was left
    out; work that no longer fits the scheme is exported and named there. Exit code 3 says that
    something was left out that was asked for.
    """
    from annotator.formats import registry
    from annotator.formats.conditions import parse
    from annotator.formats.loss import Loss
    from annotator.formats.output import Output
    from annotator.model.errors import AnnotatorError
    from annotator.project.exporting import Choice, Selection

    if as_json and output == "-":
        raise click.UsageError("--json prints a summary, so the export needs a target: -o TARGET.")
    if by_split and output == "-":
        raise click.UsageError("--by-split writes a folder; name it with -o FOLDER.")
    if by_split and split:
        raise click.UsageError("--split takes one part, --by-split all of them; choose one.")
    name = "flat" if flat else format_name
    try:
        form = registry.get(name)
    except AnnotatorError as error:
        if name in registry.names():
            raise
        raise click.UsageError(str(error)) from error
    if form.write is None:
        raise AnnotatorError(f"Format {form.name} can be read but not written.")
    options = form.settle(_settings(settings))
    project = state.project()
    choice = Choice(
        annotators=annotators,
        min_agreement=min_agreement,
        labels=_names(labels),
        profile=profile,
        where=parse(conditions, project.scheme),
        done_only=done_only,
        regions=regions or "",  # type: ignore[arg-type]
        split=split,
    )
    loss = Loss()
    selection = Selection(project, choice, loss)
    target = Output(output, replace=over)
    with target.committed():
        if by_split:
            _write_by_split(form, options, selection, target)
        else:
            _write(form, options, selection, target)
    if as_json:
        emit({"format": form.name, "target": output, **_summary(loss, selection)})
    else:
        _tell(loss, selection, output)
    return LEFT_OUT if loss.anything_left_out and not allow_loss else OK


def _settings(texts: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign:
            raise click.UsageError(f"--set {text!r} should be NAME=VALUE.")
        found[name.strip()] = value
    return found


def _names(text: str) -> tuple[str, ...]:
    return tuple(sorted({name.strip() for name in text.split(",")} - {""}))


def _write(form: Format, options: Mapping[str, str], selection: Selection, output: Output) -> None:
    from annotator.formats.exchange import Sink

    assert form.write is not None
    project = selection.project
    sink = Sink(
        output, options, project.scheme, project.topic_name, selection.loss, selection.about()
    )
    exports: Iterator[Export] = selection.exports()
    if output.target != "-":
        exports = progress(exports, "Exporting articles")
    form.write(exports, sink)


def _write_by_split(
    form: Format, options: Mapping[str, str], selection: Selection, output: Output
) -> None:
    """One pass a split: whatever the format keeps in memory is then only of one."""
    from annotator.formats.output import PartOutput

    for part in selection.parts():
        _write(form, options, part, PartOutput(output, f"{part.choice.split}{form.suffix}"))


def _summary(loss: Loss, selection: Selection) -> dict[str, object]:
    return {
        **loss.as_json(),
        "unfit": dict(sorted(selection.unfit.items())),
        "findings": [str(finding) for finding in loss.findings],
    }


def _tell(loss: Loss, selection: Selection, output: str) -> None:
    where = "standard output" if output == "-" else output
    warn(f"Wrote {plural(loss.carried['articles'], 'article')} to {where}.")
    tell_loss(loss)
    for name, number in sorted(selection.unfit.items()):
        how = "left out" if name.startswith("broken link") else "exported as it is"
        warn(f"  unfit     {name}: {number:,}, {how} (see `annotator check`)")
