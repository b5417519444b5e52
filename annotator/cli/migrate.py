"""`annotator migrate`: existing work follows a changed scheme."""

from collections import Counter

import click

from annotator.cli.output import LEFT_OUT, OK, emit, json_option, plural, progress, say, warn
from annotator.cli.renaming import Renaming
from annotator.cli.state import State, pass_state
from annotator.model.errors import AnnotatorError
from annotator.model.session import Edit, utc_now
from annotator.project import Project


@click.command("migrate")
@click.option("--label", "labels", multiple=True, metavar="OLD=NEW", help="Rename a label.")
@click.option(
    "--attribute",
    "attributes",
    multiple=True,
    metavar="LABEL.OLD=NEW",
    help="Rename an attribute.",
)
@click.option(
    "--value",
    "values",
    multiple=True,
    metavar="LABEL.ATTRIBUTE.OLD=NEW",
    help="Rename a value of an attribute.",
)
@click.option("--link", "links", multiple=True, metavar="LABEL.OLD=NEW", help="Rename a link type.")
@click.option("--dry-run", is_flag=True, help="Only say what would be renamed.")
@json_option
@pass_state
def command(
    state: State,
    labels: tuple[str, ...],
    attributes: tuple[str, ...],
    values: tuple[str, ...],
    links: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> int:
    """Rename labels, attributes, values and link types in everyone's work.

    Change guidelines/scheme.toml first; the new names must be in it. Then, for example:

    \b
      annotator migrate --label SPEAKER=SOURCE
      annotator migrate --value CLAIM.act.assert=state --dry-run

    Ids, offsets and links stay as they are. The renaming is one edit of each annotation set, so
    that undo in the screen still works; the earlier checkpoints stay in their files. With --as,
    only that annotator's work is changed. Work with two versions is left out (exit code 3).
    """
    if not (labels or attributes or values or links):
        raise click.UsageError("Say what to rename, e.g. --label OLD=NEW.")
    renaming = Renaming.parse(labels, attributes, values, links)
    project = state.project()
    renaming.check(project.scheme)
    annotators = project.store.annotators()
    if state.name is not None:
        annotators = [project.annotator_name(state.name)]
    counts: Counter[str] = Counter()
    changed = 0
    failed: list[str] = []
    for annotator in annotators:
        with project.lock(annotator):
            for message in _migrate(project, annotator, renaming, counts, dry_run):
                if message:
                    failed.append(message)
                else:
                    changed += 1
    if as_json:
        emit(
            {
                "dry_run": dry_run,
                "annotation_sets": changed,
                "renamed": dict(sorted(counts.items())),
                "failed": failed,
            }
        )
    else:
        for rule, count in sorted(counts.items()):
            say(f"{rule}: {count:,}")
        verb = "would be changed" if dry_run else "changed"
        say(f"{plural(changed, 'annotation set')} {verb}.")
        for message in failed:
            warn(message)
    return LEFT_OUT if failed else OK


def _migrate(
    project: Project, annotator: str, renaming: Renaming, counts: Counter[str], dry_run: bool
) -> list[str]:
    """One entry for each annotation set concerned: "" if it was changed, else why not."""
    results: list[str] = []
    works = list(project.store.all_annotations(annotator))
    for work in progress(works, f"Migrating {annotator}", len(works)):
        own: Counter[str] = Counter()
        try:
            changes = renaming.changes(work, own)
            if not changes:
                continue
            if len(project.store.versions(work.article_id, annotator)) > 1:
                raise AnnotatorError("there are two versions; open it and keep one first.")
        except AnnotatorError as error:
            results.append(f"{work.article_id} ({annotator}): {error}")
            continue
        if not dry_run:
            journal = project.store.journal(work.article_id, annotator)
            last = max([work.mark, *(edit.number for edit in journal.read())])
            edit = Edit(last + 1, utc_now(), "edit", "migrate", changes)
            journal.append(edit)
            for change in changes:
                work.apply(change)
            work.mark = edit.number
            work.scheme = project.scheme.id
            project.store.save(work, journal)
            journal.close()
        counts.update(own)
        results.append("")
    return results
