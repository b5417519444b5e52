"""`--where`: what holds of what, and one clear sentence for what is no condition."""

from typing import Any

import pytest

from annotator.formats.conditions import parse
from annotator.model.errors import AnnotatorError
from tests.formats.strategies import SCHEME

ARTICLE: dict[str, Any] = {
    "id": "a1",
    "source": "Osk Wire",
    "headline": "Dock = shut",
    "published": "2031-01-31T18:20:00Z",
    "url": "",
    "language": "de",
    "text": "seven 🚢",
}
WORK: dict[str, Any] = {
    "annotator": "ada",
    "mark": 3,
    "fields": {"genre": "interview", "topics": ["weir", "dam"], "usable": False},
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("source=Osk Wire", True),
        ("source!=Osk Wire", False),
        ("source = Osk Wire ", True),
        ("headline=Dock = shut", True),
        ("url=", True),
        ("published>=2031-01-31", True),
        ("published>2031-01-31", False),
        ("published<=2031-01-31", True),
        ("published<2031-02-01", True),
        ("published<2031-01-31T19:00:00", True),
        ("published=2031-01-31", True),
        ("published!=2031-01-30", True),
        ("characters=7", True),
        ("characters<7", False),
        ("characters>=7", True),
        ("genre=interview", True),
        ("genre!=opinion", True),
        ("quality=clean", True),  # the scheme's default
        ("topics=dam", True),
        ("topics!=dam", False),
        ("topics=", False),
        ("usable=no", True),
        ("usable=TRUE", False),
        ("status=open", True),
        ("status=done", False),
        ("annotator=ada", True),
        ("language=de", True),  # the article's, where the annotator said nothing
    ],
)
def test_what_holds(text: str, holds: bool) -> None:
    (condition,) = parse([text], SCHEME)
    assert condition.holds(ARTICLE, WORK) is holds


def test_an_unknown_day_is_neither_before_nor_after() -> None:
    undated = {**ARTICLE, "published": ""}
    for text in ("published>=2031-01-01", "published<2031-01-01"):
        (condition,) = parse([text], SCHEME)
        assert not condition.holds(undated, WORK)


def test_what_an_annotator_said_of_the_language_goes_before_the_article() -> None:
    (condition,) = parse(["language=fr"], SCHEME)
    assert condition.holds(ARTICLE, {**WORK, "fields": {"language": "fr"}})
    assert not condition.holds(ARTICLE, WORK)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("genre", "write NAME=VALUE"),
        ("=x", "write NAME=VALUE"),
        ("gender=x", "did you mean genre?"),
        ("xyzzy=1", "there are id, source"),
        ("genre=novel", "it is one of news-report"),
        ("status=finished", "status is new, open, done or skipped"),
        ("usable=maybe", "usable is yes or no"),
        ("published>=yesterday", "write it like 2031-01-31"),
        ("published>2031-13-01", "write it like 2031-01-31"),
        ("characters>many", "whole numbers"),
        ("source>a", "has no order"),
    ],
)
def test_what_is_no_condition_is_told_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(AnnotatorError) as caught:
        parse([text], SCHEME)
    assert said in str(caught.value)
    assert str(caught.value).startswith("--where")
    assert "\n" not in str(caught.value)
