"""`annotator tour`: the first ten minutes."""

import sys

import click

from annotator.model.errors import AnnotatorError


@click.command("tour")
def command() -> int:
    """Be shown round the screen: one short article, labelled step by step.

    The steps stand below the text and go on by themselves as you do them; F8 leaves one out, ctrl+q
    leaves the tour. It plays in a project of its own, wherever you are, and nothing of it is kept.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise AnnotatorError("The tour needs a terminal; `annotator guidelines` prints the rules.")
    from annotator.project.touring import practice
    from annotator.tui.app import run_app
    from annotator.tui.tour.screen import TourApp

    with practice() as project:
        return run_app(TourApp(project, "newcomer"), mouse=project.settings.mouse)
