"""`annotator check`: is everything as it should be?"""

from collections import Counter
from dataclasses import asdict

import click

from annotator.cli.findings import Finding, check_project
from annotator.cli.output import OK, PROBLEMS, emit, json_option, plural, say
from annotator.cli.state import State, pass_state

_SHOWN = 20


@click.command("check")
@click.option(
    "--all", "show_all", is_flag=True, help=f"List every finding, not {_SHOWN} of a kind."
)
@json_option
@pass_state
def command(state: State, show_all: bool, as_json: bool) -> int:
    """Verify the whole project: texts, offsets, links, and whether all work fits the scheme.

    Errors (exit code 1): damaged or torn lines, a text that is not what its hash says, spans
    outside the text, broken links, what the scheme does not know or allow, articles marked done
    that still lack something, two versions of one piece of work, near-duplicates in two splits.

    Warnings (exit code 0): spans that cut a character in two, that begin or end with white space,
    or that stand there twice; splits of articles that are not there, or that two people made.
    Nothing is changed; see `annotator migrate` for renaming.
    """
    project = state.project()
    findings = list(check_project(project))
    errors = [finding for finding in findings if finding.severity == "error"]
    counts = Counter((finding.severity, finding.kind) for finding in findings)
    if as_json:
        emit(
            {
                "errors": len(errors),
                "warnings": len(findings) - len(errors),
                "counts": {kind: count for (_, kind), count in sorted(counts.items())},
                "findings": [asdict(finding) for finding in findings],
            }
        )
        return PROBLEMS if errors else OK
    for (severity, kind), count in sorted(counts.items()):
        group = [item for item in findings if (item.severity, item.kind) == (severity, kind)]
        say(f"{severity}: {kind.replace('-', ' ')} ({count:,})")
        for (name, remedy), number in _by_name(group):
            helps = f"; to rename: {remedy}" if remedy else ""
            say(f"  {name}: {plural(number, 'time')}{helps}")
        shown = group if show_all else group[:_SHOWN]
        for finding in shown:
            say(f"    {finding.where()}{finding.message}")
        if len(shown) < count:
            say(f"    ... and {count - len(shown):,} more; see --all")
    heads = len(project.store.heads())
    if findings:
        say()
    say(
        f"{plural(heads, 'article')}, {plural(len(project.store.annotators()), 'annotator')}:"
        f" {plural(len(errors), 'error')}, {plural(len(findings) - len(errors), 'warning')}."
    )
    return PROBLEMS if errors else OK


def _by_name(group: list[Finding]) -> list[tuple[tuple[str, str], int]]:
    """How often each unknown label, value and so on occurs, with the command that renames it."""
    return sorted(Counter((item.name, item.remedy) for item in group if item.name).items())
