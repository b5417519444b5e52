"""`annotator migrate`: existing work follows a changed scheme."""

from collections import Counter

import click

from annotator.cli.output import LEFT_OUT, OK, emit, json_option, plural, progress, say, warn
from annotator.cli.renaming import check, count, parse
from annotator.cli.state import State, pass_state
from annotator.model.renaming import Renaming
from annotator.model.session import Session
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
    help="Rename a value of an attribute; FIELD.OLD=NEW, one of a document field.",
)
@click.option("--link", "links", multiple=True, metavar="LABEL.OLD=NEW", help="Rename a link type.")
@click.option(
    "--entity-type", "entity_types", multiple=True, metavar="OLD=NEW", help="Rename an entity type."
)
@click.option("--naming", multiple=True, metavar="OLD=NEW", help="Rename a naming value.")
@click.option(
    "--field", "fields", multiple=True, metavar="OLD=NEW", help="Rename a document field."
)
@click.option("--dry-run", is_flag=True, help="Only say what would be renamed.")
@json_option
@pass_state
def command(state: State, /, dry_run: bool, as_json: bool, **rules: tuple[str, ...]) -> int:
    """Rename labels, attributes, values, links, entity types and fields in everyone's work.

    Change guidelines/scheme.toml first; the new names must be in it. Then, for example:

    \b
      annotator migrate --label SPEAKER=SOURCE
      annotator migrate --value CLAIM.act.assert=state --dry-run

    Ids, offsets and links stay as they are, and so do the steps that undo takes back in the
    screen: they get the new names as well. The earlier checkpoints stay in their files. With
    --as, only that annotator's work is changed. Work with two versions is left out (exit code 3).
    """
    if not any(rules.values()):
        raise click.UsageError("Say what to rename, e.g. --label OLD=NEW.")
    renaming = parse(**rules)
    project = state.project()
    check(renaming, project.scheme)
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
    store = project.store
    results: list[str] = []
    works = list(store.all_annotations(annotator))
    for work in progress(works, f"Migrating {annotator}", len(works)):
        fault = next(renaming.clashes(work), "")
        versions = store.versions(work.article_id, annotator)
        if fault:
            fault += "; the one cannot take the other's name."
        elif len(versions) > 1:
            if not any(map(renaming.changes, versions)):
                continue
            fault = "there are two versions; open it and keep one first."
        if fault:
            results.append(f"{work.article_id} ({annotator}): {fault}")
            continue
        own = count(renaming, work)
        journal = store.journal(work.article_id, annotator)
        session = Session(
            store.article(work.article_id), project.scheme, work, history=journal.read()
        )
        edit = session.rename(renaming)
        if edit is None:
            continue
        if not dry_run:
            journal.append(edit)
            work.scheme = project.scheme.id
            store.save(work, journal)
            journal.close()
        counts.update(own)
        results.append("")
    return results
