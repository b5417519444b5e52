"""`annotator migrate`: existing work follows a changed scheme."""

from collections import Counter

import click

from annotator.cli.adjudicate import require_numpy
from annotator.cli.output import LEFT_OUT, OK, emit, json_option, plural, progress, say, warn
from annotator.cli.renaming import check, count, parse
from annotator.cli.state import State, pass_state
from annotator.model.annotation import AnnotationSet
from annotator.model.errors import AnnotatorError
from annotator.model.renaming import Renaming
from annotator.model.session import Session
from annotator.project import Project
from annotator.store.base import WriteError
from annotator.store.names import GOLD


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
    annotators = project.store.owners()
    if state.name is not None:
        annotators = [project.owner_name(state.name)]
    counts: Counter[str] = Counter()
    changed = 0
    failed: list[str] = []
    before = _adjudicated(project) if not dry_run else {}
    for annotator in annotators:
        with project.lock(annotator):
            for message in _migrate(project, annotator, renaming, counts, dry_run):
                if message:
                    failed.append(message)
                else:
                    changed += 1
    if before and changed:
        from annotator.project.adjudicating import carry_verdicts

        carry_verdicts(project, before, renaming)
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


def _adjudicated(project: Project) -> dict[str, dict[str, AnnotationSet]]:
    """The works that gold was made of, by article; its verdicts speak of what these say."""
    if not project.store.summaries(GOLD):
        return {}
    require_numpy()
    from annotator.project.adjudicating import works_in_gold

    return works_in_gold(project)


def _migrate(
    project: Project, annotator: str, renaming: Renaming, counts: Counter[str], dry_run: bool
) -> list[str]:
    """One entry for each annotation set concerned: "" if it was changed, else why not."""
    results: list[str] = []
    works = list(project.store.all_annotations(annotator))
    for work in progress(works, f"Migrating {annotator}", len(works)):
        own = count(renaming, work)
        try:
            if _rename(project, work, renaming, dry_run):
                counts.update(own)
                results.append("")
        except WriteError:
            raise
        except AnnotatorError as error:
            results.append(f"{work.article_id} ({annotator}): {error}")
    return results


def _rename(project: Project, work: AnnotationSet, renaming: Renaming, dry_run: bool) -> bool:
    """Whether a piece of work is concerned; it is saved under its new names unless `dry_run`.

    Raises AnnotatorError if it is, but cannot be renamed.
    """
    store = project.store
    for clash in renaming.clashes(work):
        raise AnnotatorError(f"{clash}; the one cannot take the other's name.")
    versions = store.versions(work.article_id, work.annotator)
    if len(versions) > 1:
        if any(map(renaming.changes, versions)):
            raise AnnotatorError("there are two versions; open it and keep one first.")
        return False
    article = store.article(work.article_id)
    journal = store.journal(work.article_id, work.annotator)
    edit = Session(article, project.scheme, work, history=journal.read()).rename(renaming)
    if edit is not None and not dry_run:
        journal.append(edit)
        work.scheme = project.scheme.id
        store.save(work, journal)
        journal.close()
    return edit is not None
