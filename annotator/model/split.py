"""Which groups of articles go to training, development and test: the same way every time.

A group is never divided, and what has a place keeps it. New groups are taken in the order of a hash
of their id and the salt, so neither the order of the articles nor their names matter, and each goes
where it brings all numbers (articles, and spans of every label) closest to the shares.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import blake2b
from typing import Literal, get_args

Split = Literal["train", "dev", "test", "out"]
"""`out` is what a split by date leaves out: what is too close to a cut, or has no date."""

SPLITS: tuple[Split, ...] = get_args(Split)
_PREFERRED: tuple[Split, ...] = ("train", "test", "dev")
ARTICLES = ""
"""The key of the number of articles among a group's numbers; the others are labels."""

Counts = Mapping[str, int]
Shares = Mapping[Split, float]


@dataclass(frozen=True, slots=True)
class Group:
    """Articles that stay together. `latest` is the date of the last one (ISO 8601) or empty."""

    id: str
    counts: Counts
    latest: str = ""


@dataclass(frozen=True, slots=True)
class Cuts:
    """The first days of development (None: there is no such part) and of test."""

    dev: date | None
    test: date


@dataclass(slots=True)
class _Filling:
    """How much of everything each split holds."""

    shares: Shares
    totals: dict[str, int] = field(default_factory=dict)
    held: dict[Split, dict[str, float]] = field(default_factory=dict)

    def expect(self, counts: Counts) -> None:
        for key, count in counts.items():
            self.totals[key] = self.totals.get(key, 0) + count

    def put(self, counts: Counts, split: Split) -> None:
        held = self.held.setdefault(split, {})
        for key, count in counts.items():
            held[key] = held.get(key, 0) + count

    def cost(self, counts: Counts, split: Split) -> float:
        """By how much the distance to the shares (chi-square) grows with the counts put here.

        Every label weighs the same however often it occurs, and the articles as much as all
        labels together: a split of the right size comes first.
        """
        share, held = self.shares[split], self.held.get(split, {})
        cost = 0.0
        for key, count in counts.items():
            total = self.totals[key]
            if total:
                part = count / total
                weight = max(1, len(self.totals) - 1) if key == ARTICLES else 1
                cost += weight * part * (2 * (held.get(key, 0) / total - share) + part) / share
        return cost


def deal(
    groups: Iterable[Group],
    shares: Shares,
    salt: str,
    placed: Mapping[Split, Iterable[Counts]] | None = None,
) -> dict[str, Split]:
    """The split of each group, by its id; `placed` are the numbers of what has a place already.

    A label that occurs too rarely to be shared out goes to training.
    """
    new = list(groups)
    filling = _Filling({split: share for split, share in shares.items() if share > 0})
    for group in new:
        filling.expect(group.counts)
    for split, held in (placed or {}).items():
        for counts in held:
            filling.expect(counts)
            filling.put(counts, split)
    dealt: dict[str, Split] = {}
    offered = [split for split in _PREFERRED if split in filling.shares]
    for group in sorted(new, key=lambda group: (_rank(salt, group.id), group.id)):
        best = min(offered, key=lambda split: filling.cost(group.counts, split))
        filling.put(group.counts, best)
        dealt[group.id] = best
    return dealt


def _rank(salt: str, group_id: str) -> bytes:
    return blake2b(f"{salt}\0{group_id}".encode(), digest_size=8).digest()


def choose_cuts(groups: Iterable[Group], shares: Shares) -> Cuts | None:
    """The days that divide the dated articles most nearly by the shares; None if none is dated."""
    days: dict[str, int] = {}
    for group in groups:
        if group.latest:
            days[group.latest] = days.get(group.latest, 0) + group.counts.get(ARTICLES, 0)
    if not days:
        return None
    total = sum(days.values())
    ends: list[tuple[str, int]] = []  # a day, and how many articles come before it
    before = 0
    for day in sorted(days):
        ends.append((day, before))
        before += days[day]
    ends.append(((date.fromisoformat(ends[-1][0]) + timedelta(days=1)).isoformat(), before))

    def nearest(share: float) -> date:
        return date.fromisoformat(min(ends, key=lambda end: abs(end[1] - share * total))[0])

    train, dev = shares.get("train", 0.0), shares.get("dev", 0.0)
    return Cuts(nearest(train) if dev else None, nearest(train + dev))


def by_date(groups: Iterable[Group], cuts: Cuts, gap: int) -> dict[str, Split]:
    """The split of each group by its last article's date, so that training knows no later day.

    What lies less than `gap` days before a cut is left out, and so is what has no date.
    """
    dealt: dict[str, Split] = {}
    starts: Sequence[tuple[date, Split]] = [(cuts.test, "test")]
    if cuts.dev is not None:
        starts = [*starts, (cuts.dev, "dev")]
    for group in groups:
        dealt[group.id] = (
            _place(date.fromisoformat(group.latest), starts, gap) if group.latest else "out"
        )
    return dealt


def _place(day: date, starts: Sequence[tuple[date, Split]], gap: int) -> Split:
    for start, split in starts:
        if day >= start:
            return split
        if day >= start - timedelta(days=gap):
            return "out"
    return "train"


def settle(held: Iterable[tuple[int, Split]]) -> Split:
    """The split of a group that grew together out of several: the one that was given first.

    `held` are rounds and splits of its articles. Of one round training wins, then development: a
    test article may be trained on, but what was trained on can never be a test.
    """
    return min(held, key=lambda item: (item[0], SPLITS.index(item[1])))[1]
