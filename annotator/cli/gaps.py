"""`annotator gaps`: what the guidelines must say better."""

import re
from dataclasses import asdict

import click

from annotator.cli.adjudicate import require_numpy
from annotator.cli.output import OK, emit, json_option, plural, say
from annotator.cli.state import State, pass_state
from annotator.project.gaps import Gap, gaps

_HEADING = 80  # characters
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")


@click.command("gaps")
@json_option
@pass_state
def command(state: State, as_json: bool) -> int:
    """Print the cases that adjudication marked as guideline gaps, as Markdown.

    For each: the article, what the case is, the text around it, what each annotator said, what was
    decided, the note, and the guideline page of the label.
    """
    require_numpy()
    found = list(gaps(state.project()))
    if as_json:
        emit({"gaps": [asdict(gap) | {"versions": dict(gap.versions)} for gap in found]})
        return OK
    say("# Guideline gaps")
    say()
    say(f"{plural(len(found), 'case')} marked in adjudication.")
    article = ""
    for gap in found:
        if gap.article != article:
            article = gap.article
            say()
            say(f"## {_plain(_heading(gap.headline) or article)} (`{article}`)")
        for line in _lines(gap):
            say(line)
    return OK


def _lines(gap: Gap) -> list[str]:
    lines = ["", f"### {_plain(gap.case)}", ""]
    if gap.context:
        lines += [*(f"> {_plain(part)}" for part in gap.context.splitlines()), ""]
    lines += [f"- {_plain(name)}: {_plain(said)}" for name, said in gap.versions]
    decided = "not decided yet" if gap.decision == "open" else gap.decision.replace("-", " ")
    lines.append(f"- decision: {decided}")
    if gap.note:
        lines.append(f"- note: {_plain(gap.note)}")
    if gap.page:
        lines.append(f"- guidelines: [{gap.label}]({gap.page})")
    return lines


def _heading(headline: str) -> str:
    """A headline, or the beginning of a first paragraph that was taken for one."""
    line = " ".join(headline.split())
    return line if len(line) <= _HEADING else f"{line[:_HEADING].rsplit(' ', 1)[0]} …"


def _plain(text: str) -> str:
    """Text on one line that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
