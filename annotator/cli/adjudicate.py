"""`annotator adjudicate`: from two annotators' work to gold."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.output import (
    LEFT_OUT,
    OK,
    emit,
    json_option,
    plural,
    progress,
    say,
    table,
    warn,
)
from annotator.cli.state import State, pass_state
from annotator.model.errors import AnnotatorError

if TYPE_CHECKING:
    from annotator.project import Project
    from annotator.project.ballots import Ballot


@click.command("adjudicate")
@click.argument("article", required=False)
@click.option("--list", "as_list", is_flag=True, help="Print the queue instead.")
@click.option("--cases", default="", metavar="FILE", help="Write the open cases, a JSON line each.")
@click.option("--verdicts", default="", metavar="FILE", help="Record what such a file decides.")
@click.option("--done", is_flag=True, help="With --verdicts: mark gold done where nothing is open.")
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
@json_option
@pass_state
def command(
    state: State,
    article: str | None,
    as_list: bool,
    cases: str,
    verdicts: str,
    done: bool,
    no_mouse: bool,
    as_json: bool,
) -> int:
    """Decide disagreements between annotators and write gold, at ARTICLE or the worst one.

    Articles that two annotators or more have marked done, those with most disagreement first. A's
    spans are drawn above the text, B's below, what is settled as a tint. What agrees is taken over
    at once; a, b, + and x take A, B, both or neither, m merges, g marks a gap in the guidelines,
    ? shows all keys. Every decision is an edit of gold that can be undone; nothing of the
    annotators' own work is changed. Gold is kept in corpus/gold, open until it is marked done;
    `annotator export --annotators gold --done-only` leaves the open ones out.

    Without a screen: --cases writes what is open (of ARTICLE, or all), with what A and B say and
    the sentence; fill in "decision" (a, b, both, neither, union or intersection; spans, where what
    they say of one span is meant of two), and if you like "note" and "gap"; --verdicts records it.
    What a decision opens up is in the next --cases.

    While work is blind you see articles that you are done with yourself; whoever leads the project
    sees all (`annotator config set lead true`).
    """
    if as_json and not (as_list or verdicts):
        raise click.UsageError("--json goes with --list or --verdicts.")
    if as_list + bool(cases) + bool(verdicts) > 1 or (done and not verdicts):
        raise click.UsageError(
            "Use one of --list, --cases and --verdicts; --done goes with the last."
        )
    require_numpy()
    project = state.project()
    viewer = project.annotator_name(state.name)
    if as_list:
        from annotator.project.adjudicating import queue, waiting

        found = queue(project, viewer)
        if as_json:
            emit(
                {
                    "articles": [
                        {
                            "article": item.head.id,
                            "annotators": list(item.annotators),
                            "disagreement": item.disagreement,
                            "gold": item.gold,
                            "changed": list(item.changed),
                        }
                        for item in found.candidates
                    ],
                    "done_by_one": found.single,
                    "not_to_be_seen_yet": found.blind,
                }
            )
            return OK
        rows = [
            (
                f"{item.disagreement:.0%}",
                item.gold,
                item.head.id,
                ", ".join(item.annotators),
                f"changed by {', '.join(item.changed)}" if item.changed else "",
            )
            for item in found.candidates
        ]
        if rows:
            for line in table([("differ", "gold", "article", "annotators", ""), *rows], indent=""):
                say(line)
        else:
            say("No article can be adjudicated yet.")
        if reason := waiting(found, viewer):
            say(reason)
        return OK
    if article is not None:
        project.store.article(article)
    if cases:
        return _write_cases(project, viewer, article, cases)
    if verdicts:
        return _record(project, viewer, verdicts, done=done, as_json=as_json)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise AnnotatorError("The screen needs a terminal; --list prints the queue without one.")
    from annotator.tui.screens.adjudicate_app import run

    return run(project, viewer, article=article, mouse=not no_mouse)


def require_numpy() -> None:
    """Raises AnnotatorError where the extra that compares is not installed."""
    if find_spec("numpy") is None:
        raise AnnotatorError(
            "Comparing annotators needs numpy; install it: pip install 'annotator[agreement]'."
        )


def _write_cases(project: Project, viewer: str, article: str | None, target: str) -> int:
    import orjson

    from annotator.formats.output import write_lines
    from annotator.project.ballots import cases

    rows = cases(project, viewer, [article] if article else [])
    count = write_lines(target, map(orjson.dumps, progress(rows, "Writing")))
    where = "standard output" if target == "-" else target
    warn(f"Wrote {plural(count, 'open case')} to {where}.")
    return OK


def _record(project: Project, viewer: str, source: str, *, done: bool, as_json: bool) -> int:
    from annotator.project.ballots import decide
    from annotator.store.names import GOLD

    ballots = list(_ballots(source))
    if not ballots:
        raise AnnotatorError(f'{source}: no "decision" is filled in; nothing was recorded.')
    with project.lock(GOLD):
        outcome = decide(project, viewer, ballots, done=done)
    if as_json:
        emit(
            {
                "decided": dict(outcome.decided),
                "agreed": outcome.agreed,
                "settled": outcome.settled,
                "refused": [{"line": x, "reason": why} for x, why in outcome.refused],
                "open": outcome.open,
                "done": outcome.done,
            }
        )
    else:
        for line, why in outcome.refused:
            warn(f"{source}:{line}: {why}")
        total = plural(outcome.decided.total(), "verdict")
        say(f"Recorded {total}; {plural(outcome.agreed, 'span')} agreed and were taken over.")
        if outcome.settled:
            say(f"{plural(outcome.settled, 'row')} concerned what is decided already.")
        articles = plural(len(outcome.done), "article")
        say(f"{plural(outcome.open, 'case')} open; gold of {articles} done.")
    return LEFT_OUT if outcome.refused else OK


def _ballots(source: str) -> Iterator[Ballot]:
    """The filled-in rows. Raises AnnotatorError, naming the line, before anything is recorded."""
    import orjson

    from annotator.project.ballots import ballot

    try:
        lines = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise AnnotatorError(f"{source} cannot be read ({reason}).") from error
    for number, line in enumerate(lines.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            found = ballot(orjson.loads(line), number)
        except orjson.JSONDecodeError as error:
            raise AnnotatorError(f"{source}, line {number}: is not JSON ({error}).") from error
        except AnnotatorError as error:
            raise AnnotatorError(f"{source}, line {number}: {error}.") from error
        if found is not None:
            yield found
