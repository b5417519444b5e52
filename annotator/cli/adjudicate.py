"""`annotator adjudicate`: from two annotators' work to gold."""

import sys
from importlib.util import find_spec

import click

from annotator.cli.output import OK, emit, json_option, say, table
from annotator.cli.state import State, pass_state
from annotator.model.errors import AnnotatorError


@click.command("adjudicate")
@click.argument("article", required=False)
@click.option("--list", "as_list", is_flag=True, help="Print the queue instead.")
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
@json_option
@pass_state
def command(state: State, article: str | None, as_list: bool, no_mouse: bool, as_json: bool) -> int:
    """Decide disagreements between annotators and write gold, at ARTICLE or the worst one.

    Articles that two annotators or more have marked done, those with most disagreement first. A's
    spans are drawn above the text, B's below, what is settled as a tint. What agrees is taken over
    at once; a, b, + and x take A, B, both or neither, m merges, g marks a gap in the guidelines,
    ? shows all keys. Every decision is an edit of gold that can be undone; nothing of the
    annotators' own work is changed. Gold is kept in corpus/gold, open until it is marked done;
    `annotator export --annotators gold --done-only` leaves the open ones out.

    While work is blind you see articles that you are done with yourself; whoever leads the project
    sees all (`annotator config set lead true`).
    """
    if as_json and not as_list:
        raise click.UsageError("--json goes with --list.")
    require_numpy()
    project = state.project()
    viewer = project.annotator_name(state.name)
    if as_list:
        from annotator.adjudicating import queue, waiting

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
