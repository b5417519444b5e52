"""`annotator review`: the figures of agreement on the screen, and the cases behind each."""

import sys

import click

from annotator.cli.state import State, pass_state
from annotator.model.errors import AnnotatorError


@click.command("review")
@click.option(
    "--annotators", default="", metavar="NAMES", help="Only these, e.g. mira,tom or mira,gold."
)
@click.option("--labels", default="", metavar="LABELS", help="Only these labels, e.g. CLAIM,CUE.")
@click.option(
    "--done-only/--all",
    default=True,
    help="Only work marked done (the default), or what is still open as well.",
)
@click.option("--without-assisted", is_flag=True, help="Leave out what was not marked by hand.")
@click.option("--blind", is_flag=True, help="Start with names hidden.")
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
@pass_state
def command(
    state: State,
    annotators: str,
    labels: str,
    done_only: bool,
    without_assisted: bool,
    blind: bool,
    no_mouse: bool,
) -> int:
    """Walk from each figure of agreement to the places behind it.

    The arrow keys go over the table; Enter opens the cases behind a figure, worst first, and a case
    in its article with both annotators on one text: A's spans above it, B's below, what agrees as
    a tint. Esc goes back. l, k, c and a keep to one label, kind of disagreement, pair of annotators
    or article; h hides names; ? shows all keys. Nothing is changed.

    While work is blind you see articles that you are done with yourself; whoever leads the project
    sees all (`annotator config set lead true`).
    """
    from annotator.cli.adjudicate import require_numpy

    require_numpy()
    from annotator.agreement.works import Options
    from annotator.project.reviewing import Review

    project = state.project()
    options = Options(
        annotators=_names(annotators, project.store.owners(), "annotator"),
        labels=_names(labels, list(project.scheme.labels), "label"),
        done_only=done_only,
        without_assisted=without_assisted,
    )
    review = Review(project, project.annotator_name(state.name), options)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise AnnotatorError(
            "The screen needs a terminal; `annotator agreement` prints the figures without one."
        )
    from annotator.tui.screens.review_app import run

    return run(project, review, blind=blind, mouse=not no_mouse)


def _names(text: str, known: list[str], noun: str) -> tuple[str, ...]:
    names = sorted({name.strip() for name in text.split(",") if name.strip()})
    for name in names:
        if name not in known:
            there = f"there are {', '.join(known)}" if known else "there are none yet"
            raise AnnotatorError(f"There is no {noun} {name}; {there}.")
    return tuple(names)
