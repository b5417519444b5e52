"""`annotator import`: the work of other tools in."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from annotator.cli.output import (
    LEFT_OUT,
    OK,
    PROBLEMS,
    emit,
    json_option,
    plural,
    progress,
    say,
    warn,
)
from annotator.cli.state import State, pass_state
from annotator.model.errors import AnnotatorError

if TYPE_CHECKING:
    from annotator.formats.exchange import ForeignDocument
    from annotator.formats.loss import Finding, Loss
    from annotator.project import Project
    from annotator.project.importing import Outcome, Wish


def settings(pairs: Iterable[str]) -> dict[str, str]:
    """The options of `--set NAME=VALUE`. Raises AnnotatorError for one without `=`."""
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise AnnotatorError(f"--set {pair!r} should be NAME=VALUE.")
        found[name] = value
    return found


@click.command("import")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILES...", type=click.Path(path_type=Path)
)
@click.option("--format", "format_name", default="", metavar="NAME", help="Their format.")
@click.option("--as", "name", default="", metavar="NAME", help="Whose work it is to be here.")
@click.option(
    "--map",
    "map_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A label map: what the file's names are called here.",
)
@click.option(
    "--draft-map",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a draft of a label map and import nothing.",
)
@click.option(
    "--set", "pairs", multiple=True, metavar="NAME=VALUE", help="An option of the format; repeat."
)
@click.option(
    "--rejects",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write what was refused or changed, as JSON lines with the file's own words.",
)
@click.option("--encoding", default="", metavar="NAME", help="The files' encoding, e.g. cp1251.")
@click.option(
    "--replace", is_flag=True, help="Put it in the place of other work of that annotator."
)
@click.option("--done", is_flag=True, help="Mark it done where the file does not say.")
@click.option("--allow-loss", is_flag=True, help="Exit with 0 even if something was left out.")
@click.option("--dry-run", is_flag=True, help="Only say what would come of it.")
@json_option
@pass_state
def command(
    state: State,
    files: tuple[Path, ...],
    format_name: str,
    name: str,
    map_file: Path | None,
    draft_map: Path | None,
    pairs: tuple[str, ...],
    rejects: Path | None,
    encoding: str,
    replace: bool,
    done: bool,
    allow_loss: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Bring in articles with their annotations from the files of other tools.

    \b
      annotator import export.jsonl --format doccano --as ada
      annotator import brat-folder --as ada --draft-map map.toml
      annotator import brat-folder --as ada --map map.toml --rejects rejects.jsonl

    Without --format each file is recognised by what it holds; `annotator formats` lists what there
    is, `annotator formats NAME` the options for --set.

    A text that the project has already (by its text, else by its id) gets the annotations; a new
    one is added as `annotator add` does. A document whose id belongs to another text is refused.

    With --as NAME the work becomes NAME's; where the files hold the work of several people,
    NAME-THEIRS, with numbers for e-mail addresses. Without it the names of the files are taken.
    What a machine predicted is NAME's too, or, if the files hold people's work as well,
    NAME-suggestions; without --as, it is by "suggestions". Its spans count as suggested.

    Labels, attributes, values and links that are called as in the scheme, but for case, "-" and
    "_", are taken over. Give others a name in a label map; what has none is left out and counted.
    Spans go where the text they state is; one that is not there is refused, unless its text stands
    exactly once nearby.

    Importing the same file again changes nothing. Work that differs from what NAME has on an
    article already is refused; with --replace it takes its place, and the old stays in the history.

    It ends with a table of what was carried, changed and left out. Exit code 3 says that something
    was left out (not with --allow-loss), 1 that nothing could be used.
    """
    from annotator.formats.loss import Loss
    from annotator.formats.mapping import LabelMap, load_map
    from annotator.project.importing import Wish, import_work
    from annotator.store.names import check_annotator

    name = name or state.name or ""
    if name:
        check_annotator(name)
    project = state.project()
    rules = load_map(map_file, project.scheme) if map_file else LabelMap()
    wish = Wish(files, format_name, name, rules, settings(pairs), encoding, replace, done, dry_run)
    if draft_map is not None:
        return _draft(project, wish, draft_map)
    for file in files:
        if rejects is not None and rejects.exists() and file.exists() and rejects.samefile(file):
            raise AnnotatorError(f"{rejects} is to be imported; name another file for the rejects.")
    loss = Loss()
    with _rejects(rejects, loss):
        outcome = import_work(project, wish, loss, _watch)
    _tell(outcome, loss, wish.format == "", dry_run, as_json)
    if not outcome.anything:
        return PROBLEMS
    return LEFT_OUT if loss.anything_left_out and not allow_loss else OK


def _watch(documents: "Iterable[ForeignDocument]", count: int) -> "Iterator[ForeignDocument]":
    return progress(documents, "Importing" if count else "Reading", count or None)


def _draft(project: "Project", wish: "Wish", path: Path) -> int:
    from annotator.formats.output import write_lines
    from annotator.formats.survey import draft_map
    from annotator.project.importing import survey

    if path.exists():
        raise AnnotatorError(f"{path} is there already; name a new file for the draft.")
    found = survey(project, wish, _watch)
    write_lines(str(path), [draft_map(found, project.scheme).rstrip("\n").encode("utf-8")])
    say(
        f"Wrote {path}: {plural(len(found.labels), 'label')} of"
        f" {plural(found.documents, 'document')}; edit it, then import with --map {path}."
    )
    return OK


@contextmanager
def _rejects(path: Path | None, loss: "Loss") -> Iterator[None]:
    """Write every finding to a file as it is made."""
    if path is None:
        yield
        return
    from annotator.formats.output import Output

    with Output(str(path)).committed() as output, output.file() as file:
        loss.tell = lambda finding: _write_finding(file, finding)
        yield


def _write_finding(file: IO[bytes], finding: "Finding") -> None:
    import orjson

    file.write(orjson.dumps(_record(finding)) + b"\n")


def _record(finding: "Finding") -> dict[str, object]:
    from annotator.formats.intake import plain

    return {
        "path": plain(finding.path),
        "line": finding.line or None,
        "message": plain(finding.message),
        "raw": plain(finding.raw),
    }


def _tell(outcome: "Outcome", loss: "Loss", guessed: bool, dry_run: bool, as_json: bool) -> None:
    if as_json:
        emit(
            {
                "documents": outcome.documents,
                "articles_added": outcome.added,
                "sets": outcome.saved,
                "replaced": outcome.replaced,
                "unchanged": outcome.unchanged,
                "suggestions": outcome.suggestions,
                "annotators": sorted(outcome.people),
                "renamed": outcome.renamed,
                "topics_added": outcome.topics,
                "formats": outcome.formats,
                "dry_run": dry_run,
                "loss": loss.as_json(),
                "findings": [_record(finding) for finding in loss.findings],
            }
        )
        return
    from annotator.cli.losses import tell_loss

    if guessed:
        for path, form in outcome.formats.items():
            say(f"{path} is read as {form}.")
    tell_loss(loss)
    for theirs, ours in outcome.renamed.items():
        warn(f"{theirs} is {ours} here.")
    say(_summary(outcome, dry_run))


def _summary(outcome: "Outcome", dry_run: bool) -> str:
    parts = [
        f"{'Would import' if dry_run else 'Imported'} {plural(outcome.saved, 'annotation set')}"
        f" from {plural(outcome.documents, 'document')}"
    ]
    if outcome.people:
        parts[0] += f" as {', '.join(sorted(outcome.people))}"
    for count, text in (
        (outcome.added, plural(outcome.added, "new article")),
        (outcome.replaced, f"{outcome.replaced:,} in place of other work"),
        (outcome.unchanged, f"{outcome.unchanged:,} there already"),
        (outcome.suggestions, plural(outcome.suggestions, "suggested span")),
        (len(outcome.topics), plural(len(outcome.topics), "new topic")),
    ):
        if count:
            parts.append(text)
    return "; ".join(parts) + "."
