"""`annotator guidelines`: how to use the labels, on paper."""

import click

from annotator.cli.output import OK, emit, json_option, say
from annotator.cli.state import State, pass_state
from annotator.model.errors import AnnotatorError


@click.command("guidelines")
@click.argument("label", required=False)
@json_option
@pass_state
def command(state: State, label: str | None, as_json: bool) -> int:
    """Print the guidelines page of LABEL; without it, the overview and what there is."""
    project = state.project()
    labels = project.scheme.labels
    if label is None:
        page = project.page_file("README.md")
    else:
        name = next((known for known in labels if known.casefold() == label.casefold()), label)
        if name not in labels:
            raise AnnotatorError(f"There is no label {label}; there are {', '.join(labels)}.")
        page = project.page(name)
        if not page.strip():
            page = f"{name}: {labels[name].help or 'there is no page for this label yet'}\n"
    if as_json:
        helps = {item.name: item.help for item in labels.values()}
        emit({"label": label, "page": page, "labels": helps})
        return OK
    say(page.rstrip("\n"))
    if label is None:
        say()
        for item in labels.values():
            say(f"{item.name} ({item.key}): {item.help}")
    return OK
