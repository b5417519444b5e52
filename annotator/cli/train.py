"""`annotator train`: label articles whose answers are known, and see what was missed."""

from collections.abc import Iterator
from dataclasses import asdict
from importlib.util import find_spec

import click

from annotator.cli.output import OK, emit, json_option, plural, say, table
from annotator.cli.state import State, pass_state
from annotator.model.errors import AnnotatorError
from annotator.project.training import Curve, Score, Training
from annotator.store.names import GOLD


@click.command("train")
@click.argument("article", required=False)
@click.option(
    "--against",
    default=GOLD,
    metavar="NAME",
    show_default=True,
    help="Whose finished work is right: an annotator's, if there is no gold.",
)
@click.option("--report", is_flag=True, help="Print every trainee's F1, article by article.")
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
@json_option
@pass_state
def command(
    state: State,
    article: str | None,
    against: str,
    report: bool,
    no_mouse: bool,
    as_json: bool,
) -> int:
    """Label articles that have been adjudicated, as a newcomer does to learn the guidelines.

    Whenever an article is marked done (ctrl+d) the screen shows F1 by label against the reference
    and what was missed, marked too much, cut or labelled differently: Enter goes there in the text,
    F5 opens the label's guideline page, ctrl+d comes back, Esc goes on to the next article.

    Training is kept in corpus/training: no export, agreement, status or list ever includes it.
    --report is for the lead: the curve of every trainee (of one with --as), by label.
    """
    if as_json and not report:
        raise click.UsageError("--json goes with --report.")
    if find_spec("numpy") is None:
        raise AnnotatorError(
            "Training needs numpy to compare; install it: pip install 'annotator[agreement]'."
        )
    project = state.project()
    training = Training(project, project.owner_name(against))
    if report:
        chosen = state.name
        names = training.trainees() if chosen is None else [project.annotator_name(chosen)]
        return _report(training, [training.curve(x) for x in names], as_json=as_json)
    from annotator.cli.open import run_screen

    who = project.annotator_name(state.name)
    if who == training.reference:
        raise AnnotatorError(f"{who} cannot train against {who}; say who trains with --as NAME.")
    if article is not None and article not in {x.head.id for x in training.queue(who)}:
        raise AnnotatorError(f"{training.reference} has not done any article {article!r}.")
    return run_screen(training, who, article, mouse=False if no_mouse else None)


def _report(training: Training, curves: list[Curve], *, as_json: bool) -> int:
    if as_json:
        emit(
            {
                "reference": training.reference,
                "trainees": [
                    {
                        "trainee": curve.trainee,
                        "articles": [
                            {"article": article, "scores": [asdict(score) for score in scores]}
                            for article, scores in curve.articles
                        ],
                        "total": [asdict(score) for score in curve.total],
                    }
                    for curve in curves
                ],
            }
        )
        return OK
    if not curves:
        say("Nobody has trained here yet.")
    for number, curve in enumerate(curves):
        if number:
            say()
        done = plural(len(curve.articles), "article")
        say(f"{curve.trainee}: {done} done, F1 against {training.reference}, exact/overlapping")
        for line in table(_rows(curve)):
            say(line)
    return OK


def _rows(curve: Curve) -> Iterator[tuple[str, ...]]:
    """A row an article and a column a label, of those that either side has used."""
    if not curve.articles:
        return
    used = [i for i, score in enumerate(curve.total) if score.reference or score.own or not i]
    yield ("article", *(curve.total[i].label or "all" for i in used))
    for article, scores in (*curve.articles, ("all", curve.total)):
        yield (article, *(_shown(scores[i]) for i in used))


def _shown(score: Score) -> str:
    return "/".join("–" if x is None else f"{x:.2f}" for x in (score.exact, score.overlap))
