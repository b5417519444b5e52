"""Splits without leaks: what belongs together goes to one side."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from annotator.model.errors import AnnotatorError
from annotator.model.split import ARTICLES, SPLITS, Group, Split, by_date, choose_cuts, deal, settle
from annotator.project.relating import Ground, Tie
from annotator.store.splits import Placed, SplitSettings


@dataclass(frozen=True, slots=True)
class Move:
    """An article whose group grew together with one that was placed before."""

    article: str
    before: Split
    after: Split


@dataclass(slots=True)
class Plan:
    """Where everything belongs. `articles` also holds those that are no longer in the corpus."""

    settings: SplitSettings
    articles: dict[str, Placed]
    added: list[str]
    moved: list[Move]


@dataclass(frozen=True, slots=True)
class Leak:
    """A group with articles in several splits: some of each, and two that are alike, if any are."""

    group: str
    articles: dict[Split, list[str]]
    tie: Tie | None


def plan(
    ground: Ground,
    settings: SplitSettings,
    placed: Mapping[str, Placed],
    *,
    dated: bool = False,
) -> Plan:
    """A place for every article. What is `placed` stays, unless its group grew together with one
    that was placed before.

    `dated` splits by date: at the settings' cuts, or, if there are none, at new ones. Raises
    AnnotatorError if no article has a date then.
    """
    fresh: list[tuple[Group, list[int]]] = []
    settled: list[tuple[Split, int, list[int]]] = []
    for members in ground.groups:
        held = [placed[ground.ids[number]] for number in members if ground.ids[number] in placed]
        sure = [item for item in held if item.split != "out"] or held
        if sure:
            split = settle((item.round, item.split) for item in sure)
            settled.append((split, min(item.round for item in sure), members))
        else:
            fresh.append((_group(ground, members), members))
    number = 1 + max((item.round for item in placed.values()), default=0)
    if dated:
        cuts = settings.cuts or choose_cuts((group for group, _ in fresh), _shares(settings))
        if cuts is None:
            raise AnnotatorError(
                "No article has a date, so there is no split by date; leave --by-date away."
            )
        settings = replace(settings, cuts=cuts)
        dealt = by_date((group for group, _ in fresh), cuts, settings.gap)
    else:
        before: dict[Split, list[Mapping[str, int]]] = {}
        for split, _, members in settled:
            before.setdefault(split, []).append(_group(ground, members).counts)
        dealt = deal((group for group, _ in fresh), _shares(settings), settings.salt, before)
    result = Plan(settings, dict(placed), [], [])
    for group, members in fresh:
        settled.append((dealt[group.id], number, members))
    for split, since, members in settled:
        group_id = ground.group_id(members)
        for article in (ground.ids[member] for member in members):
            known = placed.get(article)
            if known is None:
                result.added.append(article)
                result.articles[article] = Placed(split, group_id, number)
            elif known.split == split:
                result.articles[article] = replace(known, group=group_id)
            else:
                result.moved.append(Move(article, known.split, split))
                result.articles[article] = Placed(split, group_id, since)
    return result


def _shares(settings: SplitSettings) -> dict[Split, float]:
    return dict(zip(SPLITS, settings.shares, strict=False))


def _group(ground: Ground, members: Sequence[int]) -> Group:
    counts: Counter[str] = Counter({ARTICLES: len(members)})
    for number in members:
        counts.update(ground.counts[number])
    return Group(ground.group_id(members), counts, max(ground.days[number] for number in members))


def leaks(ground: Ground, articles: Mapping[str, Placed]) -> list[Leak]:
    """The groups that stand in more than one split, as the corpus is now."""
    found: list[Leak] = []
    where: dict[int, Leak] = {}
    for members in ground.groups:
        by_split: dict[Split, list[str]] = {}
        for article in (ground.ids[number] for number in members):
            placed = articles.get(article)
            if placed is not None and placed.split != "out":
                by_split.setdefault(placed.split, []).append(article)
        if len(by_split) > 1:
            found.append(Leak(ground.group_id(members), by_split, None))
            where.update(dict.fromkeys(members, found[-1]))
    ties: dict[str, Tie] = {}
    for tie in ground.ties:
        leak = where.get(tie.one)
        if leak is not None:
            sides = {
                articles[ground.ids[number]].split
                for number in (tie.one, tie.two)
                if ground.ids[number] in articles
            } - {"out"}
            if len(sides) > 1:
                ties.setdefault(leak.group, tie)
    return [replace(leak, tie=ties.get(leak.group)) for leak in found]
