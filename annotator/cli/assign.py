"""`annotator assign`: who annotates what."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase

import click

from annotator.cli.output import LEFT_OUT, OK, emit, json_option, plural, say, table
from annotator.cli.state import State, pass_state
from annotator.model.assignment import deal, demand, level, overlaps
from annotator.model.errors import AnnotatorError
from annotator.project import Project
from annotator.store.assignments import Event
from annotator.store.names import check_annotator

_STATES = ("done", "open", "skipped", "new")
Held = dict[str, set[str]]


class _Share(click.ParamType):  # type: ignore[type-arg]
    """A part of all: 0.2 or 20%."""

    name = "share"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        text = str(value).strip()
        try:
            share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            self.fail(f"{text!r} is no share; write 0.2 or 20%.", param, ctx)
        return share


@dataclass(frozen=True, slots=True)
class _Request:
    names: tuple[str, ...]
    leaving: tuple[str, ...]
    per_article: int
    double: float
    articles: tuple[str, ...]
    seed: int
    rebalance: bool


@dataclass(slots=True)
class _Outcome:
    """Who holds what now, and what was changed; `short` are articles nobody else could take."""

    held: Held
    events: list[Event] = field(default_factory=list)
    short: list[str] = field(default_factory=list)


@click.command("assign")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--per-article",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="K",
    help="How many annotators an article gets.",
)
@click.option(
    "--double",
    type=_Share(),
    default=0.0,
    metavar="SHARE",
    help="The share of articles that gets two instead of one, e.g. 20%.",
)
@click.option(
    "--articles",
    multiple=True,
    metavar="IDS",
    help="Only these articles: ids or patterns such as 'tram-*', separated by commas.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Another draw of the lots.")
@click.option("--rebalance", is_flag=True, help="Share what nobody has started out anew, evenly.")
@click.option(
    "--remove",
    "leaving",
    multiple=True,
    metavar="NAME",
    help="NAME leaves; the others get what NAME has not started.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be assigned, and write nothing.")
@json_option
@pass_state
def command(
    state: State,
    names: tuple[str, ...],
    per_article: int,
    double: float,
    articles: tuple[str, ...],
    seed: int,
    rebalance: bool,
    leaving: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> int:
    """Give articles to the annotators NAMEd; without a name, show who has what.

    Everybody gets as many articles, give or take one, and every two people share about as many. Who
    is assigned articles finds only those in the queue. The same command gives the same result.

    \b
      annotator assign ana bo --double 20%      every fifth article to both
      annotator assign ana bo --double 20%      later again: only what is new
      annotator assign cy --rebalance           cy joins and takes over a fair part
      annotator assign --remove bo              bo leaves

    Nothing that was started, here or in what was pulled, is ever taken away, and only --rebalance
    and --remove take away anything at all. Kept in corpus/assignments.jsonl, one line an event.
    """
    if per_article > 1 and double:
        raise click.UsageError(
            "--double says how many get two instead of one: it goes with one per article."
        )
    if set(names) & set(leaving):
        raise click.UsageError("Nobody can be assigned articles and be removed at once.")
    project = state.project()
    request = _Request(
        tuple(dict.fromkeys(check_annotator(name) for name in names)),
        leaving,
        per_article,
        double,
        _select(articles, [head.id for head in project.store.heads()]),
        seed,
        rebalance,
    )
    changing = bool(names or leaving or rebalance)

    def plan() -> tuple[list[Event], _Outcome]:
        outcome = _plan(project, request)
        return ([] if dry_run else outcome.events), outcome

    if not changing:
        outcome = _Outcome(_held(project))
    elif dry_run:
        outcome = plan()[1]
    else:
        outcome = project.assignments.record(plan)
    view = _View(project, outcome)
    if as_json:
        emit({"seed": seed, "dry_run": dry_run, **view.as_json()})
    else:
        if changing:
            view.tell_changes(dry_run=dry_run, seed=seed)
        view.tell()
    return LEFT_OUT if outcome.short else OK


def _select(chosen: tuple[str, ...], ids: list[str]) -> tuple[str, ...]:
    """The ids that were asked for, in order of import; all if none were."""
    if not chosen:
        return tuple(ids)
    known = set(ids)
    wanted: set[str] = set()
    for given in chosen:
        for item in [given] if given in known else [x.strip() for x in given.split(",")]:
            found = [item] if item in known else [x for x in ids if fnmatchcase(x, item)]
            if not found and item:
                close = get_close_matches(item, ids, n=1)
                remedy = f"did you mean {close[0]}?" if close else "see `annotator list`."
                raise AnnotatorError(f"There is no article {item!r}; {remedy}")
            wanted.update(found)
    return tuple(x for x in ids if x in wanted)


def _held(project: Project) -> Held:
    """Who is to annotate each article there is."""
    assigned = project.assignments.by_article()
    return {head.id: assigned.get(head.id, set()) for head in project.store.heads()}


def _plan(project: Project, request: _Request) -> _Outcome:
    known = project.assignments.annotators()
    for name in request.leaving:
        if name not in known:
            who = f"; those with articles are {', '.join(known)}" if known else ", nobody is"
            raise AnnotatorError(f"{name} is not assigned any articles here{who}.")
    roster = [*request.names, *(x for x in known if x not in (*request.names, *request.leaving))]
    getting = request.names or tuple(roster)
    before = _held(project)
    held: Held = {article: set(who) for article, who in before.items()}
    started = {name: project.started(name) for name in (*roster, *request.leaving)}
    for name in getting:
        for article in started[name].intersection(request.articles):
            held[article].add(name)
    sizes = {article: len(who) for article, who in held.items()}
    for name in request.leaving:
        for article in held.keys() - started[name]:
            held[article].discard(name)
    wanted: dict[str, int] = {}
    if request.names:
        wanted = demand(
            request.articles,
            held,
            per_article=request.per_article,
            double=request.double,
            seed=request.seed,
        )
    short = []
    for article, size in sizes.items():
        if len(held[article]) < size:
            possible = min(size, len(held[article].union(getting)))
            wanted[article] = max(wanted.get(article, 0), possible)
            if possible < size:
                short.append(article)
    for article, name in deal(wanted, getting, held, seed=request.seed).given:
        held[article].add(name)
    if request.rebalance:
        movable = {
            (article, name)
            for article, who in held.items()
            for name in who
            if name in roster and article not in started[name]
        }
        moves = level(request.articles, roster, held, movable, seed=request.seed)
        for article, name in moves.taken:
            held[article].discard(name)
        for article, name in moves.given:
            held[article].add(name)
    return _Outcome(held, _events(request, known, before, held), short)


def _events(request: _Request, known: list[str], before: Held, after: Held) -> list[Event]:
    """What leads from one state to the other."""
    events = [Event("join", name) for name in request.names if name not in known]
    events += [Event("leave", name) for name in dict.fromkeys(request.leaving)]
    for article, who in after.items():
        events += [Event("withdraw", x, article) for x in sorted(before[article] - who)]
        events += [Event("assign", x, article) for x in sorted(who - before[article])]
    return events


class _View:
    """The assignments as a table or as JSON."""

    def __init__(self, project: Project, outcome: _Outcome) -> None:
        self.outcome = outcome
        held = outcome.held
        self.changed = Counter((event.kind, event.annotator) for event in outcome.events)
        self.moved = [event for event in outcome.events if event.article_id]
        people = {name for who in held.values() for name in who}
        people.update(project.assignments.annotators())
        people.update(event.annotator for event in outcome.events)
        self.people = sorted(people)
        self.pairs = overlaps(held)
        self.counts = Counter(len(who) for who in held.values())
        self.states: dict[str, Counter[str]] = {}
        for name in self.people:
            work = project.store.summaries(name)
            self.states[name] = Counter(
                work[article].status if article in work else "new"
                for article, who in held.items()
                if name in who
            )

    def tell_changes(self, *, dry_run: bool, seed: int) -> None:
        given, taken = (
            sum(event.kind == kind for event in self.moved) for kind in ("assign", "withdraw")
        )
        would = "would be " if dry_run else ""
        say(f"{given:,} {would}given, {taken:,} {would}taken back (seed {seed}).")
        for kind, name in self.changed:
            if kind == "leave":
                kept = sum(self.states[name].values())
                say(
                    f"{name} left"
                    + (f" and keeps {plural(kept, 'started article')}." if kept else ".")
                )
        if self.outcome.short:
            say(
                f"Nobody else could take {', '.join(self.outcome.short[:5])}"
                + (f" and {len(self.outcome.short) - 5} more" if self.outcome.short[5:] else "")
                + "; name more annotators."
            )
        say()

    def tell(self) -> None:
        if not self.people:
            say("Nothing is assigned: everybody finds all articles in the queue.")
            return
        rows: list[tuple[str, ...]] = [("annotator", "articles", *_STATES)]
        for name in self.people:
            states = self.states[name]
            numbers = (sum(states.values()), *(states[key] for key in _STATES))
            rows.append((name, *(f"{number:,}" for number in numbers)))
        for line in table(rows, indent=""):
            say(line)
        if self.pairs:
            say()
            shared = [
                (f"{one} and {two}", f"{n:,}") for (one, two), n in sorted(self.pairs.items())
            ]
            for line in table([("shared by", "articles"), *shared], indent=""):
                say(line)
        say()
        parts = [
            f"{plural(count, 'article')} by {number or 'nobody'}"
            for number, count in sorted(self.counts.items())
        ]
        say(", ".join(parts) + ".")

    def as_json(self) -> dict[str, object]:
        return {
            "given": _slots(event for event in self.moved if event.kind == "assign"),
            "taken": _slots(event for event in self.moved if event.kind == "withdraw"),
            "joined": [name for kind, name in self.changed if kind == "join"],
            "left": [name for kind, name in self.changed if kind == "leave"],
            "short": self.outcome.short,
            "annotators": [
                {
                    "annotator": name,
                    "articles": sum(self.states[name].values()),
                    "status": {key: self.states[name][key] for key in _STATES},
                }
                for name in self.people
            ],
            "pairs": [
                {"annotators": list(pair), "articles": count}
                for pair, count in sorted(self.pairs.items())
            ],
            "assigned": {article: sorted(who) for article, who in self.outcome.held.items() if who},
            "unassigned": self.counts[0],
        }


def _slots(events: Iterable[Event]) -> list[dict[str, str]]:
    return [{"article": event.article_id, "annotator": event.annotator} for event in events]
