"""`annotator open`: the labelling screen."""

import sys
from typing import TYPE_CHECKING

import click

from annotator.cli.state import State, pass_state
from annotator.model.errors import AnnotatorError

if TYPE_CHECKING:
    from annotator.project import Project


@click.command("open")
@click.argument("article", required=False)
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
@pass_state
def command(state: State, article: str | None, no_mouse: bool) -> int:
    """Open the labelling screen, at ARTICLE or at your next unfinished one."""
    return open_screen(state, article, mouse=False if no_mouse else None)


def open_screen(state: State, article: str | None, mouse: bool | None = None) -> int:
    """Raises AnnotatorError if there is no project, terminal or such article."""
    project = state.project()
    annotator = project.annotator_name(state.name)
    if article is not None:
        project.store.article(article)
    return run_screen(project, annotator, article, mouse)


def run_screen(
    project: "Project", annotator: str, article: str | None, mouse: bool | None = None
) -> int:
    """Raises AnnotatorError if there is no terminal; `mouse` is preferred to the setting."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise AnnotatorError(
            "The screen needs a terminal; use `annotator show`, `list` or `status` without one."
        )
    from annotator.tui.app import run

    return run(
        project,
        annotator,
        article=article,
        mouse=project.settings.mouse if mouse is None else mouse,
    )
