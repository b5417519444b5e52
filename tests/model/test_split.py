"""Dealing groups of articles out to splits."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.model.split import ARTICLES, Cuts, Group, Split, by_date, choose_cuts, deal, settle

SHARES: dict[Split, float] = {"train": 0.8, "dev": 0.1, "test": 0.1}


def group(id: str, size: int = 1, latest: str = "", **spans: int) -> Group:
    return Group(id, {ARTICLES: size, **spans}, latest)


groups = st.lists(
    st.builds(
        group,
        st.text("abcdef0123456789", min_size=1, max_size=6),
        st.integers(1, 6),
        CLAIM=st.integers(0, 9),
        CUE=st.integers(0, 2),
    ),
    unique_by=lambda item: item.id,
    max_size=30,
)


def sizes(dealt: dict[str, Split], found: list[Group], key: str = ARTICLES) -> Counter[Split]:
    total: Counter[Split] = Counter()
    for item in found:
        total[dealt[item.id]] += item.counts.get(key, 0)
    return total


@given(groups, st.randoms(use_true_random=False), st.text(max_size=3))
def test_the_order_of_groups_changes_nothing(found: list[Group], random, salt: str) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(found)
    random.shuffle(shuffled)
    assert deal(found, SHARES, salt) == deal(shuffled, SHARES, salt)
    assert deal(found, SHARES, salt).keys() == {item.id for item in found}


def test_shares_are_met_for_articles_and_for_every_label() -> None:
    found = [
        group(f"{n:04}", 1 + n % 3, CLAIM=n % 11, CUE=n % 7, REGION=int(n % 20 == 0))
        for n in range(600)
    ]
    dealt = deal(found, SHARES, "")
    for key, tolerance in ((ARTICLES, 0.005), ("CLAIM", 0.01), ("CUE", 0.01), ("REGION", 0.04)):
        held = sizes(dealt, found, key)
        for split, share in SHARES.items():
            assert held[split] / held.total() == pytest.approx(share, abs=tolerance), (key, split)


def test_another_salt_is_another_draw() -> None:
    found = [group(f"{n:04}") for n in range(100)]
    one, two = deal(found, SHARES, "a"), deal(found, SHARES, "b")
    assert sizes(one, found) == sizes(two, found) == {"train": 80, "dev": 10, "test": 10}
    assert sum(one[item.id] != two[item.id] for item in found) > 10


def test_new_groups_make_up_for_what_is_out_of_balance() -> None:
    placed: dict[Split, list[dict[str, int]]] = {"train": [{ARTICLES: 100, "CLAIM": 300}]}
    found = [group(f"{n:04}", CLAIM=3) for n in range(25)]
    held = sizes(deal(found, SHARES, "", placed), found)
    assert held == {"dev": 12, "test": 13} or held == {"dev": 13, "test": 12}


def test_a_part_without_a_share_gets_nothing_and_few_groups_leave_parts_empty() -> None:
    found = [group(f"{n}") for n in range(10)]
    held = sizes(deal(found, {"train": 0.8, "dev": 0.0, "test": 0.2}, ""), found)
    assert held == {"train": 8, "test": 2}
    assert deal([group("a")], SHARES, "") == {"a": "train"}
    assert deal([], SHARES, "") == {}
    assert sorted(deal([group("a"), group("b", 9)], SHARES, "").values()) == ["test", "train"]


def test_a_group_too_large_for_a_small_part_goes_to_training() -> None:
    found = [group("large", 40), *(group(f"{n}") for n in range(60))]
    dealt = deal(found, SHARES, "")
    assert dealt["large"] == "train"
    assert sizes(dealt, found) == {"train": 80, "dev": 10, "test": 10}


def test_what_is_rare_goes_to_training() -> None:
    found = [group(f"{n:03}", REGION=int(n == 17)) for n in range(100)]
    assert deal(found, SHARES, "")["017"] == "train"


def test_cuts_lie_between_days_so_that_the_shares_are_met() -> None:
    found = [group(f"{n:02}", latest=f"2031-03-{1 + n % 20:02}") for n in range(40)]
    cuts = choose_cuts(found, SHARES)
    assert cuts == Cuts(date(2031, 3, 17), date(2031, 3, 19))
    held = sizes(by_date(found, cuts, 0), found)
    assert held == {"train": 32, "dev": 4, "test": 4}
    without = choose_cuts(found, {"train": 0.5, "dev": 0.0, "test": 0.5})
    assert without == Cuts(None, date(2031, 3, 11))
    assert choose_cuts([group("a")], SHARES) is None


def test_days_before_a_cut_and_what_has_no_date_are_left_out() -> None:
    cuts = Cuts(date(2031, 3, 10), date(2031, 3, 20))
    days = ("", "2031-03-07", "2031-03-08", "2031-03-09", "2031-03-10", "2031-03-18", "2031-03-20")
    dealt = by_date([group(day, latest=day) for day in days], cuts, 2)
    assert list(dealt.values()) == ["out", "train", "out", "out", "dev", "out", "test"]


def test_of_groups_that_grow_together_the_earlier_place_holds() -> None:
    assert settle([(3, "train"), (1, "test"), (2, "dev")]) == "test"
    # What was trained on can never be a test.
    assert settle([(1, "test"), (1, "train"), (1, "dev")]) == "train"
    assert settle([(1, "test"), (1, "dev")]) == "dev"
