"""`annotator list`: the queue as lines."""

import click

from annotator.cli.output import OK, emit, json_option, say, table
from annotator.cli.state import State, pass_state


@click.command("list")
@click.option(
    "--status",
    type=click.Choice(["new", "open", "done", "skipped"]),
    help="Only articles of this status.",
)
@json_option
@pass_state
def command(state: State, status: str | None, as_json: bool) -> int:
    """List the articles in their order, with your status, spans and the headline."""
    project = state.project()
    annotator = project.annotator_name(state.name)
    items = [item for item in project.queue(annotator) if status in (None, item.status)]
    if as_json:
        emit(
            {
                "annotator": annotator,
                "articles": [
                    {
                        "id": item.head.id,
                        "status": item.status,
                        "spans": item.spans,
                        "active_seconds": round(item.active_seconds, 1),
                        "flags": list(item.flags),
                        "note": item.note,
                        "problem": item.problem,
                        "headline": item.head.headline,
                        "source": item.head.source,
                        "published": item.head.published,
                        "characters": item.head.characters,
                    }
                    for item in items
                ],
            }
        )
        return OK
    for line in table(
        (
            (
                item.head.id,
                item.status,
                str(item.spans),
                " ".join((*item.flags, item.problem)).strip() or "-",
                item.head.headline[:80],
            )
            for item in items
        ),
        indent="",
    ):
        say(line)
    if not items:
        say(
            "There is no such article."
            if status
            else "There are no articles yet; add some with `annotator add`."
        )
    return OK
