"""What belongs together, and where it goes: the laws that hold for every corpus."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.model.article import Article, hash_text
from annotator.model.errors import AnnotatorError
from annotator.project import Project
from annotator.project.relating import Ground, survey
from annotator.project.splitting import leaks, plan
from annotator.store.splits import Placed, SplitSettings
from annotator.text.near_duplicates import THRESHOLD, jaccard, shingles

SETTINGS = SplitSettings(salt="x", shares=(0.6, 0.2, 0.2))


def ground(groups: Iterable[Iterable[int]], days: dict[int, str] | None = None) -> Ground:
    """Articles named by their numbers, in groups."""
    found = Ground()
    for members in groups:
        found.groups.append([])
        for number in members:
            found.groups[-1].append(len(found.ids))
            found.ids.append(f"n{number}")
            found.hashes.append(int(hash_text(str(number))[:16], 16))
            found.days.append((days or {}).get(number, ""))
            found.sources.append("")
            found.topics.append(())
            found.counts.append({"CLAIM": number % 5, "CUE": number % 3})
    return found


def places(articles: dict[str, Placed]) -> dict[str, str]:
    return {article: placed.split for article, placed in articles.items()}


partitions = st.lists(st.integers(0, 12), max_size=40).map(
    lambda marks: [
        [number for number, mark in enumerate(marks) if mark == group] for group in set(marks)
    ]
)


@given(partitions, st.randoms(use_true_random=False))
def test_no_group_crosses_and_the_order_changes_nothing(
    groups: list[list[int]], random: Random
) -> None:
    made = plan(ground(groups), SETTINGS, {})
    assert leaks(ground(groups), made.articles) == []
    assert len(made.articles) == sum(map(len, groups))
    random.shuffle(groups)
    for group in groups:
        random.shuffle(group)
    assert plan(ground(groups), SETTINGS, {}).articles == made.articles


@given(partitions, partitions)
def test_what_has_a_place_keeps_it_when_articles_are_added(
    old: list[list[int]], new: list[list[int]]
) -> None:
    """The new articles join old groups or make their own, but tie no two old groups together."""
    before = plan(ground(old), SETTINGS, {})
    grown = [list(group) for group in old]
    for index, group in enumerate(new):
        more = [100 + number for number in group]
        if index % 2 and index < len(grown):
            grown[index] += more
        else:
            grown.append(more)
    after = plan(ground(grown), SETTINGS, before.articles)
    assert after.moved == []
    assert places(after.articles).items() >= places(before.articles).items()
    assert sorted(after.added) == sorted(f"n{100 + n}" for group in new for n in group)
    assert leaks(ground(grown), after.articles) == []
    again = plan(ground(grown), SETTINGS, after.articles)
    assert (again.articles, again.added) == (after.articles, [])


@given(partitions, st.data())
def test_groups_that_grow_together_go_where_the_first_was_placed(
    old: list[list[int]], data: st.DataObject
) -> None:
    before = plan(ground(old), SETTINGS, {})
    marks = [data.draw(st.integers(0, 3)) for _ in old]
    joined = [
        [n for group, own in zip(old, marks, strict=True) if own == mark for n in group]
        for mark in sorted(set(marks))
    ]
    after = plan(ground(joined), SETTINGS, before.articles)
    assert leaks(ground(joined), after.articles) == []
    changed = {
        article
        for article, placed in after.articles.items()
        if placed.split != before.articles[article].split
    }
    assert {move.article for move in after.moved} == changed
    for group in joined:
        splits = {before.articles[f"n{n}"].split for n in group}
        # All are of one round: what was trained on stays in training.
        expected = next(split for split in ("train", "dev", "test") if split in splits)
        assert {after.articles[f"n{n}"].split for n in group} == {expected}


def test_an_earlier_place_outdoes_training() -> None:
    placed = {"n1": Placed("test", "00", 1), "n2": Placed("train", "11", 2)}
    made = plan(ground([[1, 2, 3]]), SETTINGS, placed)
    assert places(made.articles) == {"n1": "test", "n2": "test", "n3": "test"}
    assert [(move.article, move.before, move.after) for move in made.moved] == [
        ("n2", "train", "test")
    ]


def test_the_place_of_an_article_that_is_gone_is_kept() -> None:
    placed = {"gone": Placed("dev", "00", 1)}
    assert plan(ground([[1]]), SETTINGS, placed).articles["gone"] == placed["gone"]


def test_a_leak_names_the_group_and_each_side() -> None:
    found = ground([[1, 2, 3], [4]])
    placed = {
        "n1": Placed("test", "00", 1),
        "n2": Placed("train", "11", 1),
        "n3": Placed("out", "11", 1),
    }
    (leak,) = leaks(found, placed)
    assert leak.articles == {"test": ["n1"], "train": ["n2"]}


def test_a_later_article_is_placed_by_the_cuts_that_were_made() -> None:
    days = {n: f"2031-03-{n:02}" for n in range(1, 21)}
    old = ground([[n] for n in range(1, 11)], days)
    before = plan(old, SplitSettings(shares=(0.5, 0.0, 0.5)), {}, dated=True)
    assert before.settings.cuts is not None
    assert before.settings.cuts.test.isoformat() == "2031-03-06"
    assert places(before.articles)["n5"] == "train"
    grown = ground([[n] for n in range(1, 21)], days)
    after = plan(grown, before.settings, before.articles, dated=True)
    assert after.settings == before.settings
    assert {after.articles[f"n{n}"].split for n in range(11, 21)} == {"test"}


def test_without_any_date_there_is_no_split_by_date() -> None:
    with pytest.raises(AnnotatorError, match="No article has a date"):
        plan(ground([[1]]), SETTINGS, {}, dated=True)


# -- whole projects --------------------------------------------------------------------------------

VOCABULARY = [
    f"{a}{b}{c}" for a in ("har", "lem", "sto") for b in "aeiou" for c in ("k", "n", "rt")
]


def texts(seed: int, count: int) -> list[str]:
    """Random texts, about half of them copies of others with some words changed or cut off."""
    random = Random(seed)
    kept: list[list[str]] = []
    for _ in range(count):
        if kept and random.random() < 0.5:
            share = random.choice([0.0, 0.01, 0.03, 0.1])
            words = [
                random.choice(VOCABULARY) if random.random() < share else word
                for word in random.choice(kept)
            ][: random.choice([90, 110, 120])]
        else:
            words = [random.choice(VOCABULARY) for _ in range(120)]
        kept.append(words)
    return [" ".join(words) + f" {number}" for number, words in enumerate(kept)]


def unwatched(items: Iterable[Any], title: str, length: int | None) -> Iterator[Any]:
    return iter(items)


def surveyed(root: Path, found: list[str]) -> Ground:
    project = Project.create(root)
    project.store.add_articles(
        Article(f"a{hash_text(text)[:12]}", text, hash_text(text)) for text in found
    )
    ground = survey(project, (), unwatched)
    project.close()
    return ground


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_no_near_duplicates_cross_whatever_the_order(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    random: Random,
) -> None:
    monkeypatch.setenv("ANNOTATOR_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
    found = texts(seed, 24)
    one = surveyed(tmp_path_factory.mktemp("one"), found)
    made = plan(one, SETTINGS, {})
    split = places(made.articles)
    sets = {f"a{hash_text(text)[:12]}": shingles(text) for text in found}
    for a, own in sets.items():
        for b, other in sets.items():
            # From .9 on hashing misses one pair in 25 million.
            if jaccard(own, other) >= 0.9:
                assert split[a] == split[b]
    for tie in one.ties:
        assert jaccard(sets[one.ids[tie.one]], sets[one.ids[tie.two]]) >= THRESHOLD
        assert split[one.ids[tie.one]] == split[one.ids[tie.two]]

    random.shuffle(found)
    other_way = surveyed(tmp_path_factory.mktemp("two"), found)
    assert plan(other_way, SETTINGS, {}).articles == made.articles
    half = surveyed(tmp_path_factory.mktemp("half"), found[:12])
    first = plan(half, SETTINGS, {})
    grown = plan(one, SETTINGS, first.articles)
    moved = {move.article for move in grown.moved}
    assert leaks(one, grown.articles) == []
    for article, where in places(first.articles).items():
        assert places(grown.articles)[article] == where or article in moved
