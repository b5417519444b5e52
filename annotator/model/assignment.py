"""Who annotates what: articles dealt out evenly, the same way for the same seed.

Work that someone holds is never taken away here unless the caller says that it may move.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations

from annotator.model.errors import AnnotatorError

Slot = tuple[str, str]
"""An article's id and an annotator's name."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to change, in the order of the articles."""

    given: tuple[Slot, ...] = ()
    taken: tuple[Slot, ...] = ()


def demand(
    articles: Sequence[str],
    held: Mapping[str, Collection[str]],
    *,
    per_article: int = 1,
    double: float = 0.0,
    seed: int = 0,
) -> dict[str, int]:
    """How many annotators each article is to have.

    `double` in [0, 1] is the share that gets two where the others get `per_article`. Articles that
    have two already count towards it; the seed draws the rest, so that more articles later change
    nothing about those dealt out before.
    """
    wanted = dict.fromkeys(articles, per_article)
    if per_article < 2:
        drawn = sorted(articles, key=lambda x: (len(held.get(x, ())) < 2, _rank(seed, x)))
        wanted.update(dict.fromkeys(drawn[: round(double * len(articles))], 2))
    return wanted


def deal(
    wanted: Mapping[str, int],
    annotators: Iterable[str],
    held: Mapping[str, Collection[str]],
    *,
    seed: int = 0,
) -> Plan:
    """Give every article as many of `annotators` as it still lacks.

    The numbers of articles differ by one at most where what is `held` allows it; every two people
    then share about as many. Raises AnnotatorError if there are too few people for an article.
    """
    table = _Table(held, annotators)
    dealt: set[Slot] = set()
    lacking = {x: n - len(table.held.get(x, ())) for x, n in wanted.items()}
    # Where there is least choice first: what is dealt last makes up for it.
    order = sorted(
        (x for x, count in lacking.items() if count > 0),
        key=lambda x: (not table.held.get(x), -lacking[x], _rank(seed, x)),
    )
    for article in order:
        for _ in range(lacking[article]):
            free = table.people - table.held.get(article, set())
            if not free:
                raise AnnotatorError(
                    f"Article {article!r} is to have {wanted[article]} annotators, but only"
                    f" {len(table.people)} can be chosen from; name more, or ask for fewer."
                )
            chosen = min(free, key=lambda who: _choice(table, article, who, seed))
            table.give(article, chosen)
            dealt.add((article, chosen))
    _even_out(table, dealt)
    return Plan(tuple(x for x in _in_order(wanted, dealt)))


def level(
    articles: Sequence[str],
    annotators: Iterable[str],
    held: Mapping[str, Collection[str]],
    movable: Collection[Slot],
    *,
    seed: int = 0,
) -> Plan:
    """Move as little of the `movable` work as evens out the numbers of articles.

    Nobody gets an article twice, and no article more or fewer annotators than it had.
    """
    table = _Table(held, annotators)
    places = set(articles)
    loose = {slot for slot in movable if slot[0] in places and slot[1] in table.people}
    given: set[Slot] = set()
    taken: set[Slot] = set()
    while (move := _best_move(table, loose, seed)) is not None:
        article, heavy, light = move
        table.take(article, heavy)
        table.give(article, light)
        loose.remove((article, heavy))
        loose.add((article, light))
        for slot, done, undone in (
            ((article, light), given, taken),
            ((article, heavy), taken, given),
        ):
            if slot in undone:
                undone.remove(slot)
            else:
                done.add(slot)
    return Plan(tuple(_in_order(articles, given)), tuple(_in_order(articles, taken)))


def overlaps(held: Mapping[str, Collection[str]]) -> dict[tuple[str, str], int]:
    """How many articles every two people share, by their sorted names."""
    return dict(Counter(pair for who in held.values() for pair in combinations(sorted(who), 2)))


class _Table:
    """Who holds what, with the sums kept in step."""

    def __init__(self, held: Mapping[str, Collection[str]], annotators: Iterable[str]) -> None:
        self.people = set(annotators)
        self.held = {article: set(who) for article, who in held.items()}
        self.load = Counter(name for who in self.held.values() for name in who)
        self.shared: Counter[tuple[str, str]] = Counter()
        for pair, count in overlaps(self.held).items():
            self.shared[pair] = self.shared[pair[::-1]] = count

    def give(self, article: str, name: str) -> None:
        self._count(article, name, 1)
        self.held.setdefault(article, set()).add(name)

    def take(self, article: str, name: str) -> None:
        self.held[article].remove(name)
        self._count(article, name, -1)

    def _count(self, article: str, name: str, by: int) -> None:
        self.load[name] += by
        for other in self.held.get(article, ()):
            self.shared[name, other] += by
            self.shared[other, name] += by

    def company(self, article: str, name: str, besides: str = "") -> int:
        """How often someone meets the others of an article elsewhere."""
        others = self.held.get(article, set()) - {name, besides}
        return sum(self.shared[name, other] for other in others)


def _choice(table: _Table, article: str, name: str, seed: int) -> tuple[int, int, str]:
    return table.load[name], table.company(article, name), _rank(seed, article, name)


def _even_out(table: _Table, dealt: set[Slot]) -> None:
    """Swap people between two dealt articles while that parts those who meet most often.

    Everybody keeps as many articles. Each swap lowers the sum of the squares of the pairs' numbers,
    so this ends.
    """
    while (swap := _useful_swap(table, dealt)) is not None:
        (there, one), (here, two) = swap
        for article, out, into in ((there, one, two), (here, two, one)):
            table.take(article, out)
            table.give(article, into)
            dealt.remove((article, out))
            dealt.add((article, into))


def _useful_swap(table: _Table, dealt: set[Slot]) -> tuple[Slot, Slot] | None:
    counts = [table.shared[pair] for pair in combinations(sorted(table.people), 2)]
    if not counts or max(counts) - min(counts) < 2:
        return None
    places: dict[tuple[str, frozenset[str]], str] = {}
    for article, name in sorted(dealt):
        if len(table.held[article]) > 1:
            places.setdefault((name, frozenset(table.held[article] - {name})), article)
    for one, first in places:
        if max(table.shared[one, other] for other in first) < max(counts):
            continue
        for two, second in places:
            if one == two or one in second or two in first or first == second:
                continue
            if _gain(table, one, first, two, second) > 0:
                return (places[one, first], one), (places[two, second], two)
    return None


def _gain(table: _Table, one: str, first: frozenset[str], two: str, second: frozenset[str]) -> int:
    """By how much the sum of squares falls if `one` goes to `second` and `two` to `first`."""
    change: Counter[tuple[str, str]] = Counter()
    for name, others, by in (
        (one, first, -1),
        (two, second, -1),
        (one, second, 1),
        (two, first, 1),
    ):
        for other in others:
            change[min(name, other), max(name, other)] += by
    return -sum(by * by + 2 * by * table.shared[pair] for pair, by in change.items())


def _best_move(table: _Table, loose: set[Slot], seed: int) -> tuple[str, str, str] | None:
    """The article, who gives it and who gets it; None if nothing evens the loads out further."""
    people = sorted(table.people, key=lambda name: (table.load[name], name))
    by_giver: dict[str, list[str]] = {}
    for article, name in loose:
        by_giver.setdefault(name, []).append(article)
    for heavy in reversed(people):
        for light in people:
            if table.load[heavy] - table.load[light] < 2:
                break
            free = [x for x in by_giver.get(heavy, ()) if light not in table.held[x]]
            if free:
                article = min(
                    free,
                    key=lambda x: (
                        table.company(x, light, besides=heavy) - table.company(x, heavy),
                        _rank(seed, x),
                    ),
                )
                return article, heavy, light
    return None


def _in_order(articles: Iterable[str], slots: set[Slot]) -> list[Slot]:
    by_article: dict[str, list[str]] = {}
    for article, name in slots:
        by_article.setdefault(article, []).append(name)
    return [(x, name) for x in articles for name in sorted(by_article.get(x, ()))]


def _rank(seed: int, *names: str) -> str:
    """A number that looks drawn by lot and is the same on every machine."""
    return sha256("\0".join((str(seed), *names)).encode("utf-8", "surrogatepass")).hexdigest()
