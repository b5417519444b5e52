"""A small article with its session, and the two schemes the tests use."""

from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.model.annotation import AnnotationSet, Span
from annotator.model.article import Article, hash_text
from annotator.model.scheme import Label, Scheme
from annotator.model.session import Session
from annotator.store.scheme_file import load_scheme
from annotator.text.units import Units


class Work:
    """A session on a text, with spans made by quoting the text."""

    def __init__(self, text: str, scheme: Scheme) -> None:
        self.text = text
        self.units = Units(text)
        self.scheme = scheme
        self.article = Article("a1", text, hash_text(text))
        self.annotations = AnnotationSet("a1", self.article.text_hash, "mo", scheme.id)
        self.session = Session(self.article, scheme, self.annotations)

    def at(self, words: str, after: str = "") -> tuple[int, int]:
        """Where the words stand, the first time after the words `after`."""
        start = self.text.index(words, self.text.index(after) if after else 0)
        return start, start + len(words)

    def mark(self, label: str, *pieces: str, after: str = "") -> Span:
        return self.session.add_span(label, [self.at(piece, after) for piece in pieces])


@pytest.fixture(scope="session")
def scheme() -> Scheme:
    """The scheme that comes with the program, all of it."""
    return load_scheme(Path(__file__).parents[2] / "guidelines" / "scheme.toml")


@pytest.fixture(scope="session")
def plain_scheme() -> Scheme:
    """Two labels and nothing else."""
    labels = {name: Label(name, name[0].lower()) for name in ("PERSON", "ORG")}
    return Scheme("names", "1", labels)


@pytest.fixture
def work(scheme: Scheme) -> Callable[[str], Work]:
    return lambda text: Work(text, scheme)
