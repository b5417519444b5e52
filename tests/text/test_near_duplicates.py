"""Near-duplicates: what counts, and that hashing finds it."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.text.near_duplicates import (
    BANDS,
    THRESHOLD,
    Sketches,
    band_keys,
    jaccard,
    shingles,
)
from tests.text.strategies import texts

VOCABULARY = [f"{first}{last}" for first in ("har", "ler", "mok", "sti", "vun") for last in "aeiou"]


def prose(seed: int, length: int = 300) -> list[str]:
    random = Random(seed)
    return [random.choice(VOCABULARY) + str(random.randrange(40)) for _ in range(length)]


def edited(words: list[str], seed: int, share: float) -> list[str]:
    random = Random(seed)
    return ["altered" if random.random() < share else word for word in words]


def candidates(*found: str) -> set[tuple[int, int]]:
    sketches = Sketches()
    for text in found:
        sketches.add(text)
    return {
        (one, two) for bucket in sketches.buckets() for one in bucket for two in bucket if one < two
    }


def test_case_marks_and_spacing_do_not_count() -> None:
    one = shingles("The dam at Orrin held, the warden said: “No leaks.”")
    two = shingles("the DAM  at orrin\nheld the warden said no leaks")
    assert one == two
    assert len(one) == 10 - 4


def test_the_same_letters_in_other_unicode_forms_are_the_same() -> None:
    assert shingles("Größe über alles im Café") == shingles(
        "Gro\u0308ße u\u0308ber alles im Cafe\u0301"
    )


def test_scripts_without_spaces_are_compared_by_characters() -> None:
    one, two = shingles("市长说新桥将于明年开放"), shingles("市长说新桥将于今年开放")
    assert 0 < jaccard(one, two) < 1
    assert len(one) == 7


def test_short_and_blank_texts() -> None:
    assert len(shingles("Dam holds")) == 1
    assert shingles(" \n…") == frozenset()
    assert band_keys(frozenset()) == ()
    assert jaccard(frozenset(), frozenset()) == 0.0
    # A text without words is like no other, not even another one without.
    assert candidates("…", "—", "Dam holds", "DAM HOLDS!") == {(2, 3)}


def test_the_measure_is_the_share_of_common_shingles() -> None:
    words = [str(number) for number in range(104)]
    whole, half = shingles(" ".join(words)), shingles(" ".join(words[:54]))
    assert jaccard(whole, half) == pytest.approx(50 / 100)


def test_hashes_are_the_same_on_every_machine() -> None:
    assert sorted(shingles("one two three four five six")) == [
        13406413164135710011,
        16668804351399435582,
    ]


@pytest.mark.parametrize("share", [0.01, 0.03])
def test_edited_copies_are_found_and_others_are_not(share: float) -> None:
    originals = [prose(seed) for seed in range(40)]
    copies = [edited(words, 1000 + seed, share) for seed, words in enumerate(originals)]
    found = candidates(*(" ".join(words) for words in (*originals, *copies)))
    assert found >= {(number, number + 40) for number in range(40)}
    assert len(found) == 40
    likeness = [
        jaccard(shingles(" ".join(one)), shingles(" ".join(two)))
        for one, two in zip(originals, copies, strict=True)
    ]
    assert min(likeness) > THRESHOLD


def test_most_pairs_near_the_threshold_are_found() -> None:
    """With J = .7 a band of four agrees with .24, and one of 16 with .988."""
    random, found = Random(5), 0
    for _ in range(200):
        common = [random.getrandbits(64) for _ in range(280)]
        own, other = ([random.getrandbits(64) for _ in range(60)] for _ in range(2))
        one, two = frozenset(common + own), frozenset(common + other)
        assert jaccard(one, two) == pytest.approx(0.7)
        found += any(a == b for a, b in zip(band_keys(one), band_keys(two), strict=True))
    assert found >= 190


@given(texts, texts)
def test_the_measure_is_symmetric_and_every_text_with_words_has_all_bands(
    one: str, two: str
) -> None:
    a, b = shingles(one), shingles(two)
    assert jaccard(a, b) == jaccard(b, a)
    assert jaccard(a, a) == (1.0 if a else 0.0)
    assert len(band_keys(a)) == (BANDS if a else 0)


@given(st.lists(texts, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_texts_changes_nothing(found: list[str], random: Random) -> None:
    shuffled = list(range(len(found)))
    random.shuffle(shuffled)
    again = candidates(*(found[number] for number in shuffled))
    assert candidates(*found) == {
        tuple(sorted((shuffled[one], shuffled[two]))) for one, two in again
    }
