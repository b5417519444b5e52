"""Articles are dealt out evenly, and what someone has begun stays theirs."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.model.assignment import Plan, Slot, deal, demand, level, overlaps
from annotator.model.errors import AnnotatorError

PEOPLE = ["ana", "bo", "cy", "dag", "eli", "fen", "gus"]


def ids(count: int) -> list[str]:
    return [f"a{number}" for number in range(count)]


def table(plan: Plan, held: dict[str, set[str]] | None = None) -> dict[str, set[str]]:
    """Who holds what after a plan."""
    after = {article: set(who) for article, who in (held or {}).items()}
    for article, name in plan.taken:
        after[article].remove(name)
    for article, name in plan.given:
        assert name not in after.setdefault(article, set())
        after[article].add(name)
    return after


def spread(numbers: list[int]) -> int:
    return max(numbers) - min(numbers)


def loads(held: dict[str, set[str]], people: list[str]) -> list[int]:
    counts = Counter(name for who in held.values() for name in who)
    return [counts[name] for name in people]


def pair_numbers(held: dict[str, set[str]], people: list[str]) -> list[int]:
    found = overlaps(held)
    return [found.get(pair, 0) for pair in combinations(sorted(people), 2)]


@given(
    count=st.integers(0, 60),
    people=st.integers(2, 7).map(lambda n: PEOPLE[:n]),
    per_article=st.integers(1, 3),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_all_get_as_many_articles_and_all_pairs_about_as_many(
    count: int, people: list[str], per_article: int, seed: int
) -> None:
    size = min(per_article, len(people))
    held = table(deal(demand(ids(count), {}, per_article=size), people, {}, seed=seed))
    assert [len(held[article]) for article in ids(count)] == [size] * count
    assert spread(loads(held, people)) <= 1
    assert spread(pair_numbers(held, people)) <= 2


@pytest.mark.parametrize(("share", "doubled"), [(0.0, 0), (0.25, 10), (0.5, 20), (1.0, 40)])
def test_a_share_gets_two(share: float, doubled: int) -> None:
    held = table(deal(demand(ids(40), {}, double=share), PEOPLE[:4], {}))
    assert Counter(len(who) for who in held.values())[2] == doubled
    assert spread(loads(held, PEOPLE[:4])) <= 1
    assert spread(pair_numbers(held, PEOPLE[:4])) <= 1


def test_the_seed_decides_and_nothing_else() -> None:
    def dealt(seed: int, people: list[str]) -> Plan:
        return deal(demand(ids(30), {}, double=0.3, seed=seed), people, {}, seed=seed)

    assert dealt(1, PEOPLE) == dealt(1, PEOPLE[::-1])
    assert dealt(1, PEOPLE) != dealt(2, PEOPLE)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_what_is_held_stays_and_only_what_lacks_is_dealt(data: st.DataObject) -> None:
    articles = ids(data.draw(st.integers(1, 20)))
    people = PEOPLE[:4]
    who = st.sets(st.sampled_from([*people, "gone"]), max_size=3)
    held = {article: data.draw(who) for article in articles}
    wanted = demand(articles, held, per_article=2)
    after = table(deal(wanted, people, held), held)
    for article in articles:
        assert held[article] <= after[article]
        assert len(after[article]) == max(2, len(held[article]))
    assert not deal(wanted, people, after).given


def test_new_articles_leave_the_old_ones_as_they_were() -> None:
    before = table(deal(demand(ids(40), {}, double=0.25), PEOPLE[:3], {}))
    wanted = demand(ids(60), before, double=0.25)
    after = table(deal(wanted, PEOPLE[:3], before), before)
    assert all(after[article] == before[article] for article in ids(40))
    assert Counter(len(who) for who in after.values())[2] == 15
    assert spread(loads(after, PEOPLE[:3])) <= 1


def test_too_few_people_are_refused_in_a_sentence() -> None:
    with pytest.raises(AnnotatorError, match="3 annotators, but only 2"):
        deal(demand(ids(2), {}, per_article=3), PEOPLE[:2], {})


def test_somebody_who_joins_takes_over_a_fair_part_and_no_more_moves() -> None:
    before = table(deal(demand(ids(40), {}, per_article=2), PEOPLE[:4], {}))
    movable = {(article, name) for article, who in before.items() for name in who}
    moves = level(ids(40), PEOPLE[:5], before, movable)
    after = table(moves, before)
    assert loads(after, PEOPLE[:5]) == [16] * 5
    assert len(moves.given) == len(moves.taken) == 16
    assert {name for _, name in moves.given} == {"eli"}
    assert all(len(who) == 2 for who in after.values())
    assert min(pair_numbers(after, PEOPLE[:5])) > 0


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_levelling_moves_only_what_may_move_and_evens_out_what_it_can(data: st.DataObject) -> None:
    articles = ids(data.draw(st.integers(1, 15)))
    people = PEOPLE[:4]
    held = {
        article: data.draw(st.sets(st.sampled_from(people), max_size=3)) for article in articles
    }
    slots: list[Slot] = [(article, name) for article in articles for name in sorted(held[article])]
    movable = {slot for slot in slots if data.draw(st.booleans())}
    moves = level(articles, people, held, movable)
    after = table(moves, held)
    assert set(moves.taken) <= movable
    assert [len(after[x]) for x in articles] == [len(held[x]) for x in articles]
    # Nobody could still give to somebody who has two articles fewer.
    loose = {slot for slot in movable if slot not in moves.taken} | set(moves.given)
    counts = dict(zip(people, loads(after, people), strict=True))
    for article, heavy in loose:
        for light in set(people) - after[article]:
            assert counts[heavy] - counts[light] < 2
