"""`annotator split`: training, development and test without leaks."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from annotator.cli.output import (
    LEFT_OUT,
    OK,
    PROBLEMS,
    emit,
    json_option,
    plural,
    progress,
    say,
    table,
    warn,
)
from annotator.cli.state import State, pass_state
from annotator.model.errors import AnnotatorError
from annotator.model.split import SPLITS

if TYPE_CHECKING:
    from annotator.project import Project
    from annotator.project.relating import Ground, Tie
    from annotator.project.splitting import Leak, Plan
    from annotator.store.splits import SplitFile, SplitSettings

_SHOWN = 10
_WEEK = 7
_BONDS = ("story", "speaker", "topic", "source")


class _Shares(click.ParamType):  # type: ignore[type-arg]
    """Parts for train, dev and test, or for train and test: 80/10/10, 4/1."""

    name = "shares"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float, float]:
        try:
            parts = [float(part) for part in str(value).split("/")]
        except ValueError:
            parts = []
        if len(parts) == 2:
            parts.insert(1, 0.0)
        total = sum(parts)
        if len(parts) != 3 or not all(0 <= part < 1e9 for part in parts) or not parts[0]:
            self.fail(f"{value!r} are no shares; write train/dev/test, as 80/10/10.", param, ctx)
        train, dev, test = (round(part / total, 6) for part in parts)
        return train, dev, test


class _Together(click.ParamType):  # type: ignore[type-arg]
    name = "bonds"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        given = {item.strip() for item in str(value).split(",")} - {"", "none"}
        if unknown := sorted(given.difference(_BONDS)):
            known = ", ".join(_BONDS)
            self.fail(f"{unknown[0]!r} is none of {known}; or write none.", param, ctx)
        return tuple(bond for bond in _BONDS if bond in given)


@click.command("split")
@click.option(
    "--shares",
    type=_Shares(),
    metavar="TRAIN/DEV/TEST",
    help="How much goes where. Default: 80/10/10.",
)
@click.option("--salt", metavar="TEXT", help="Another draw of the lots. Default: none.")
@click.option(
    "--together",
    type=_Together(),
    metavar="BONDS",
    help=f"What stays together besides near-duplicates: {','.join(_BONDS)}. Default: story.",
)
@click.option("--by-date", is_flag=True, help="Train on the oldest articles, test on the latest.")
@click.option(
    "--gap",
    type=click.IntRange(min=0),
    metavar="DAYS",
    help=f"With --by-date: leave out so many days before a cut. Default: {_WEEK}.",
)
@click.option("--redo", is_flag=True, help="Forget the splits there are, and make new ones.")
@click.option("--dry-run", is_flag=True, help="Show what would be, and write nothing.")
@click.option("--check", is_flag=True, help="Only look whether the splits there are leak.")
@json_option
@pass_state
def command(
    state: State,
    shares: tuple[float, float, float] | None,
    salt: str | None,
    together: tuple[str, ...] | None,
    by_date: bool,
    gap: int | None,
    redo: bool,
    dry_run: bool,
    check: bool,
    as_json: bool,
) -> int:
    """Divide the articles into train, dev and test so that nothing leaks.

    Near-duplicates always stay together, and what --together names: articles that tell one story
    (names in common, at most two weeks apart), that name one speaker or other entity, that are
    about one topic, or that come from one source. Such groups go where they bring articles and
    labels closest to the shares.

    \b
      annotator split                           make splits, or place what is new
      annotator split --together story,source   no source on two sides
      annotator split --by-date --gap 14        test on the latest, two weeks left out
      annotator split --check                   exit code 1 if the splits leak now

    Who has a place keeps it, unless a new article ties two groups together: then the earlier place
    holds, and that is told. Kept in corpus/splits.jsonl; `annotator export` uses it.
    """
    given = {"--shares": shares, "--salt": salt, "--together": together, "--gap": gap}
    if check and (redo or dry_run or by_date or any(x is not None for x in given.values())):
        raise click.UsageError("--check looks at the splits there are; it goes with --json only.")
    from annotator.project.relating import survey
    from annotator.project.splitting import leaks, plan
    from annotator.store.lock import hold
    from annotator.store.splits import SplitFile, read_splits, write_splits

    project = state.project()
    if check:
        return _check(project, read_splits(project.root), as_json=as_json)
    with hold(project.root / ".annotator", "splits", "splitting"):
        before = SplitFile() if redo else read_splits(project.root)
        if before.problems:
            raise AnnotatorError(
                f"{before.problems[0]}; restore the file, or make new splits with --redo."
            )
        wanted = _wanted(before.settings, shares, salt, together, gap, by_date=by_date)
        ground = survey(project, wanted.together, progress)
        if not ground.ids:
            raise AnnotatorError("There are no articles to split yet; see `annotator add`.")
        dated = by_date or wanted.cuts is not None
        result = plan(ground, wanted, before.articles, dated=dated)
        if not dry_run:
            write_splits(project.root, result.settings, result.articles)
    view = _View(project, ground, result, before, leaks(ground, result.articles))
    if as_json:
        emit({"dry_run": dry_run, **view.as_json()})
    else:
        view.tell(dry_run=dry_run)
    for skipped in ground.skipped:
        warn(f"Left out: {skipped}")
    return LEFT_OUT if ground.skipped or view.undated_out else OK


def _wanted(
    known: "SplitSettings | None",
    shares: tuple[float, float, float] | None,
    salt: str | None,
    together: tuple[str, ...] | None,
    gap: int | None,
    *,
    by_date: bool,
) -> "SplitSettings":
    """The settings that are asked for. Raises AnnotatorError if others were used before."""
    from annotator.store.splits import SplitSettings

    dated = by_date or bool(known and known.cuts)
    if gap is not None and not dated:
        raise click.UsageError("--gap goes with --by-date.")
    before = known or SplitSettings(gap=_WEEK if by_date else 0)
    wanted = replace(
        before,
        shares=before.shares if shares is None else shares,
        salt=before.salt if salt is None else salt,
        together=before.together if together is None else together,
        gap=before.gap if gap is None else gap,
    )
    if known and (wanted != known or dated != bool(known.cuts)):
        raise AnnotatorError(
            f"The splits here were made with {_options(known)}; leave these options away to place "
            "new articles, or make new splits with --redo."
        )
    return wanted


def _check(project: "Project", before: "SplitFile", *, as_json: bool) -> int:
    from annotator.project.relating import survey
    from annotator.project.splitting import leaks

    if not before.articles and not before.problems:
        raise AnnotatorError("Nothing is split here yet; see `annotator split`.")
    together = before.settings.together if before.settings else ("story",)
    ground = survey(project, together, progress)
    found = leaks(ground, before.articles)
    new = sum(article not in before.articles for article in ground.ids)
    problems = [*before.problems, *before.conflicts]
    if as_json:
        emit(
            {
                "leaks": [_leak_json(project, ground, leak) for leak in found],
                "unplaced": new,
                "problems": [str(problem) for problem in problems],
                "skipped": ground.skipped,
            }
        )
    else:
        for text in [*map(str, problems), *ground.skipped]:
            say(text)
        for leak in found[:_SHOWN]:
            say(f"{_sides(leak)} belong together{_because(project, ground, leak.tie)}")
        if found[_SHOWN:]:
            say(f"... and {plural(len(found) - _SHOWN, 'group')} more; see --json")
        say(
            f"{plural(len(ground.groups), 'group')} of {plural(len(ground.ids), 'article')}: "
            + (f"{len(found):,} in several splits." if found else "none in several splits.")
        )
        if new:
            say(f"{plural(new, 'article')} not placed yet; `annotator split` does it.")
        if found:
            say("`annotator split` moves each group to where its first article was placed.")
    return PROBLEMS if found or problems or ground.skipped else OK


def _sides(leak: "Leak") -> str:
    parts = []
    for split, articles in leak.articles.items():
        more = f" and {len(articles) - 3:,} more" if articles[3:] else ""
        parts.append(f"{', '.join(articles[:3])}{more} ({split})")
    return " and ".join(parts)


def _because(project: "Project", ground: "Ground", tie: "Tie | None") -> str:
    if tie is None:
        return "."
    one, two = (_title(project, ground, number) for number in (tie.one, tie.two))
    return f": {tie.kind} {_figure(tie.likeness)}, {one} | {two}"


def _leak_json(project: "Project", ground: "Ground", leak: "Leak") -> dict[str, object]:
    tie = _tie_json(project, ground, leak.tie) if leak.tie else None
    return {"group": leak.group, "articles": leak.articles, "tie": tie}


def _tie_json(project: "Project", ground: "Ground", tie: "Tie") -> dict[str, object]:
    return {
        "kind": tie.kind,
        "likeness": round(tie.likeness, 4),
        "articles": [ground.ids[tie.one], ground.ids[tie.two]],
        "titles": [_title(project, ground, tie.one), _title(project, ground, tie.two)],
    }


def _title(project: "Project", ground: "Ground", number: int) -> str:
    article = project.store.article(ground.ids[number])
    return article.headline or article.id


def _figure(likeness: float) -> str:
    """Two digits without the zero before the point: .83, 1.00."""
    return f"{likeness:.2f}".removeprefix("0")


def _options(settings: "SplitSettings") -> str:
    """The options that give these settings."""
    shares = "/".join(f"{100 * share:g}" for share in settings.shares)
    parts = [f"--shares {shares}", f"--together {','.join(settings.together) or 'none'}"]
    if settings.salt:
        parts.append(f"--salt {settings.salt!r}")
    if settings.cuts:
        parts.append(f"--by-date --gap {settings.gap}")
    return " ".join(parts)


class _View:
    """The splits as a table or as JSON."""

    def __init__(
        self,
        project: "Project",
        ground: "Ground",
        plan: "Plan",
        before: "SplitFile",
        leaks: "Sequence[Leak]",
    ) -> None:
        self._project, self._ground, self._plan = project, ground, plan
        self._before, self._leaks = before, leaks
        placed = [plan.articles[article].split for article in ground.ids]
        self._offered = [
            split
            for split, share in zip(SPLITS, (*plan.settings.shares, 0.0), strict=True)
            if share or split in placed
        ]
        self.undated_out = sum(
            split == "out" and not day for split, day in zip(placed, ground.days, strict=True)
        )
        self._facts = {split: _Facts() for split in self._offered}
        for number, split in enumerate(placed):
            self._facts[split].add(ground, number)
        for members in ground.groups:
            self._facts[placed[members[0]]].groups += 1
        self._labels = [
            label
            for label in project.scheme.labels
            if any(facts.labels[label] for facts in self._facts.values())
        ]
        self._largest = max(ground.groups, key=len)

    def tell(self, *, dry_run: bool) -> None:
        plan, ground = self._plan, self._ground
        would = "would be " if dry_run else ""
        kept = len(ground.ids) - len(plan.added) - len(plan.moved)
        say(
            f"{plural(len(plan.added), 'article')} {would}placed, {kept:,} kept "
            f"({_options(plan.settings)})."
        )
        for conflict in self._before.conflicts:
            say(str(conflict))
        for move in plan.moved[:_SHOWN]:
            say(f"{move.article} moves from {move.before} to {move.after}: its group is there.")
        if plan.moved[_SHOWN:]:
            say(f"... and {len(plan.moved) - _SHOWN:,} more moves; see --json")
        say()
        for line in table(self._rows(), indent=""):
            say(line)
        say()
        self._tell_groups()
        for warning in self._warnings():
            say(warning)

    def _rows(self) -> Iterator[tuple[str, ...]]:
        facts = [self._facts[split] for split in self._offered]
        total = len(self._ground.ids)
        yield "", *self._offered
        yield "articles", *(f"{one.articles:,}" for one in facts)
        yield "share", *(f"{100 * one.articles / total:.1f}%" for one in facts)
        yield "groups", *(f"{one.groups:,}" for one in facts)
        for label in self._labels:
            yield label, *(f"{one.labels[label]:,}" for one in facts)
        yield "topics", *(f"{len(one.topics):,}" for one in facts)
        yield "sources", *(f"{len(one.sources):,}" for one in facts)
        yield "from", *(one.first or "-" for one in facts)
        yield "to", *(one.last or "-" for one in facts)

    def _tell_groups(self) -> None:
        ground = self._ground
        several = sum(len(members) > 1 for members in ground.groups)
        say(
            f"{plural(len(ground.groups), 'group')}, {several:,} of several articles; "
            f"the largest has {plural(len(self._largest), 'article')}."
        )
        for kind, title in (("near-duplicate", "Near-duplicates"), ("story", "Same story")):
            ties = [tie for tie in ground.ties if tie.kind == kind]
            if ties:
                say(f"{title} ({plural(len(ties), 'tie')}):")
            for tie in ties[:_SHOWN]:
                one, two = (_title(self._project, ground, n) for n in (tie.one, tie.two))
                say(f"  {_figure(tie.likeness)}  {one} | {two}")
            if ties[_SHOWN:]:
                say(f"  ... and {len(ties) - _SHOWN:,} more; see --json")
        count = len(self._leaks)
        say(f"Leaks: {count:,} of {len(ground.groups):,} groups stand in several splits.")

    def _warnings(self) -> Iterator[str]:
        asked = [split for split in self._offered if split != "out"]
        empty = [split for split in asked if not self._facts[split].articles]
        for split in empty:
            yield f"{split} is empty: there are too few groups for these shares."
        missing: dict[tuple[str, ...], list[str]] = {}
        for label in self._labels:
            lacking = (s for s in asked if s not in empty and not self._facts[s].labels[label])
            missing.setdefault(tuple(lacking), []).append(label)
        missing.pop((), None)
        for splits, labels in missing.items():
            yield f"No {', '.join(labels)} in {' and '.join(splits)}: too few groups have any."
        if not self._labels:
            yield "Nothing is annotated yet, so only the numbers of articles are even."
        size, total = len(self._largest), len(self._ground.ids)
        smallest = min(share for share in self._plan.settings.shares if share)
        if size > 1 and size > smallest * total:
            yield (
                f"The largest group is {100 * size / total:.0f}% of all articles, more than the "
                "smallest share; fewer bonds (--together, with --redo) make smaller groups."
            )
        if self.undated_out:
            yield f"{plural(self.undated_out, 'article')} without a date left out."

    def as_json(self) -> dict[str, object]:
        ground, plan, settings = self._ground, self._plan, self._plan.settings
        cuts = settings.cuts
        return {
            "settings": {
                "shares": list(settings.shares),
                "salt": settings.salt,
                "together": list(settings.together),
                "gap": settings.gap,
                "cuts": {"dev": cuts.dev, "test": cuts.test} if cuts else None,
            },
            "splits": {split: facts.as_json(self._labels) for split, facts in self._facts.items()},
            "groups": len(ground.groups),
            "largest": [ground.ids[number] for number in self._largest],
            "ties": [_tie_json(self._project, ground, tie) for tie in ground.ties],
            "added": plan.added,
            "moved": [
                {"article": move.article, "from": move.before, "to": move.after}
                for move in plan.moved
            ],
            "conflicts": [str(conflict) for conflict in self._before.conflicts],
            "leaks": [_leak_json(self._project, ground, leak) for leak in self._leaks],
            "warnings": list(self._warnings()),
            "skipped": ground.skipped,
        }


class _Facts:
    """What one split holds."""

    def __init__(self) -> None:
        self.articles = self.groups = 0
        self.labels: Counter[str] = Counter()
        self.topics: Counter[str] = Counter()
        self.sources: set[str] = set()
        self.first = self.last = ""

    def add(self, ground: "Ground", number: int) -> None:
        self.articles += 1
        self.labels.update(ground.counts[number])
        self.topics.update(ground.topics[number])
        if ground.sources[number]:
            self.sources.add(ground.sources[number])
        day = ground.days[number]
        if day:
            self.first = min(self.first or day, day)
            self.last = max(self.last, day)

    def as_json(self, labels: Iterable[str]) -> Mapping[str, Any]:
        return {
            "articles": self.articles,
            "groups": self.groups,
            "spans": {label: self.labels[label] for label in labels},
            "topics": dict(sorted(self.topics.items())),
            "sources": sorted(self.sources),
            "from": self.first,
            "to": self.last,
        }
