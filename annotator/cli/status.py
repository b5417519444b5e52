"""`annotator status`: progress."""

from collections import Counter

import click

from annotator.cli.output import OK, emit, json_option, plural, progress, say, table
from annotator.cli.state import State, pass_state
from annotator.project import Project
from annotator.store.names import GOLD

_STATES = ("done", "open", "skipped", "new")


@click.command("status")
@click.option("--articles", is_flag=True, help="One line an article too.")
@json_option
@pass_state
def command(state: State, articles: bool, as_json: bool) -> int:
    """Show how far everyone is: articles by status, active time, spans by label.

    Active time counts the minutes in which something was done, not the minutes the screen was open.
    With --as, only that annotator is shown.
    """
    project = state.project()
    waiting = set(project.assignments.annotators()).difference(project.store.owners())
    names = [*project.store.owners(), *sorted(waiting)]
    if state.name is not None:
        names = [project.owner_name(state.name)]
    heads = project.store.heads()
    people = [_Person(project, name, len(heads)) for name in names]
    if as_json:
        emit(
            {
                "project": str(project.root),
                "articles": len(heads),
                "characters": sum(head.characters for head in heads),
                "annotators": [person.as_json() for person in people],
            }
        )
        return OK
    say(
        f"{plural(len(heads), 'article')}, {sum(head.characters for head in heads):,} characters,"
        f" {plural(sum(person.name != GOLD for person in people), 'annotator')}"
    )
    if not people:
        say("Nobody has annotated anything yet.")
        return OK
    say()
    header = ("annotator", *_STATES, "spans", "links", "active")
    rows = [
        (
            person.name,
            *(f"{person.states[key]:,}" for key in _STATES),
            f"{person.spans:,}",
            f"{person.links:,}",
            _time(person.seconds),
        )
        for person in people
    ]
    for line in table([header, *rows], indent=""):
        say(line)
    for person in people:
        if person.versions:
            some = plural(person.versions, "article")
            say()
            say(
                f"{person.name} has two versions of {some}, of which one is counted;"
                " `annotator check` names them, and opening one lets you choose."
            )
    labels = _labels(project, people)
    if labels:
        say()
        columns = [("label", *(person.name for person in people))]
        columns += [(name, *(f"{p.labels[name]:,}" for p in people)) for name in labels]
        for line in table(columns, indent=""):
            say(line)
    if articles:
        for person in people:
            say()
            say(person.name)
            for line in table(person.rows):
                say(line)
    return OK


class _Person:
    """One annotator's work, added up."""

    def __init__(self, project: Project, name: str, articles: int) -> None:
        self.name = name
        self.states: Counter[str] = Counter()
        self.labels: Counter[str] = Counter()
        self.spans = self.links = self.entities = self.versions = 0
        self.seconds = 0.0
        self.rows: list[tuple[str, ...]] = []
        for work in progress(project.store.all_annotations(name), f"Reading {name}", articles):
            self.states[work.status] += 1
            self.labels.update(span.label for span in work.spans.values())
            self.spans += len(work.spans)
            self.links += len(work.links)
            self.entities += len(work.entities)
            self.seconds += work.active_seconds
            row = (work.article_id, work.status, f"{len(work.spans):,}", _time(work.active_seconds))
            self.rows.append(row)
            self.versions += len(project.store.versions(work.article_id, name)) > 1
        worked = {row[0] for row in self.rows}
        self.states["new"] += sum(x.head.id not in worked for x in project.queue(name))

    def as_json(self) -> dict[str, object]:
        return {
            "annotator": self.name,
            "status": {key: self.states[key] for key in _STATES},
            "active_seconds": round(self.seconds, 1),
            "spans": self.spans,
            "links": self.links,
            "entities": self.entities,
            "labels": dict(sorted(self.labels.items())),
            "two_versions": self.versions,
        }


def _labels(project: Project, people: list[_Person]) -> list[str]:
    """Labels in use, in the order of the scheme, then those that it does not know."""
    used = {name for person in people for name in person.labels}
    known = [name for name in project.scheme.labels if name in used]
    return [*known, *sorted(used - set(known))]


def _time(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"
