"""The project that `annotator tour` plays in: one short article, kept nowhere."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from annotator.formats.intake import Draft, Options, with_regions
from annotator.formats.reading import read
from annotator.project import Project

ARTICLE = "harbour-night-ferry-selmar"
TOPIC = "a night ferry between Selmar and Ringholm"


@contextmanager
def practice() -> Iterator[Project]:
    """A fresh project with the shipped scheme and guidelines; gone again afterwards.

    Raises AnnotatorError if there is no room for it.
    """
    with TemporaryDirectory(prefix="annotator-tour-") as folder, _cache_in(folder):
        project = Project.create(Path(folder) / "tour")
        try:
            drafts = [x for x in read(_article(), Options(language="en")) if isinstance(x, Draft)]
            project.store.add_articles(map(with_regions, drafts))
            project.add_topic(TOPIC)
            yield project
        finally:
            project.close()


@contextmanager
def _cache_in(folder: str) -> Iterator[None]:
    """The cache of what is gone tomorrow has no place among the others."""
    before = os.environ.get("ANNOTATOR_CACHE_DIR")
    os.environ["ANNOTATOR_CACHE_DIR"] = folder
    try:
        yield
    finally:
        if before is None:
            del os.environ["ANNOTATOR_CACHE_DIR"]
        else:
            os.environ["ANNOTATOR_CACHE_DIR"] = before


def _article() -> Path:
    """Inside the package when installed, in the corpus beside it in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "tour" / f"{ARTICLE}.txt"
    return inside if inside.is_file() else package.parent / "corpus" / "sources" / inside.name
