"""What any store of a project must offer."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from annotator.model.annotation import AnnotationSet
from annotator.model.article import Article
from annotator.model.errors import AnnotatorError
from annotator.model.session import Edit


class WriteError(AnnotatorError, OSError):
    """Something could not be written; what was there before is as it was."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a list of articles shows of one; `characters` counts the code points of its text."""

    id: str
    text_hash: str
    headline: str = ""
    source: str = ""
    published: str = ""
    url: str = ""
    language: str = ""
    characters: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that could not be used; it is left in place and the rest loads.

    `path` is relative to the project and `line` counts from 1; 0 means the file as a whole.
    """

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Summary:
    """The latest state of one annotator's work on one article, without the work itself."""

    article_id: str
    status: str
    spans: int
    active_seconds: float
    flags: tuple[str, ...]
    note: str
    versions: int


class Recorded(NamedTuple):
    """An article and the latest work on it, as the records of `store/records.py`.

    The text was compared with its hash, and the works, by annotator, were read before, so that
    `article_of` and `read_checkpoint` take them.
    """

    article: Mapping[str, Any]
    works: tuple[Mapping[str, Any], ...]


class Journal(Protocol):
    """The edits of one annotator on one article since its history began."""

    def read(self) -> list[Edit]:
        """The edits in order, as far as undo may go back."""

    def append(self, edit: Edit) -> None:
        """Make an edit durable. Raises WriteError; the journal is then as it was."""

    def close(self) -> None: ...


class Store(Protocol):
    """Articles and annotation sets by id. One annotator has one writer at a time (see `lock`)."""

    @property
    def problems(self) -> list[Problem]:
        """What could not be used, by file and line."""

    def heads(self) -> Sequence[Head]:
        """All articles in the order of import."""

    def article(self, article_id: str) -> Article:
        """Raises AnnotatorError if there is none, or its text is not what its hash says."""

    def article_with_text(self, text_hash: str) -> str | None:
        """The id of the article with this text."""

    def add_articles(self, articles: Iterable[Article]) -> int:
        """Append articles; returns how many. Raises AnnotatorError at an id already there."""

    def annotators(self) -> list[str]:
        """Everyone whose work is kept here, sorted; gold is nobody's."""

    def owners(self) -> list[str]:
        """The annotators, and gold if there is any."""

    def annotations(self, article_id: str, annotator: str) -> AnnotationSet | None:
        """The latest state: the winning checkpoint and the edits journalled since."""

    def versions(self, article_id: str, annotator: str) -> list[AnnotationSet]:
        """Every state that no other replaces, the winner first; more than one: "two versions"."""

    def all_annotations(self, annotator: str | None = None) -> Iterator[AnnotationSet]:
        """The latest states, by annotator, then in the order of import."""

    def recorded(
        self, annotators: Sequence[str], tell: Callable[[str], None]
    ) -> Iterator[Recorded]:
        """All articles with the latest works of some annotators, in the order of import: for
        reading all in one pass. `tell` is told of articles that cannot be read."""

    def summaries(self, annotator: str) -> dict[str, Summary]:
        """What the checkpoints of one annotator amount to, by article id; cheap."""

    def save(
        self, annotations: AnnotationSet, journal: Journal | None = None, *, settle: bool = False
    ) -> None:
        """Append a checkpoint; nothing is written if it equals what it would replace.

        `journal` is the one the annotations were edited with. `settle` replaces every version
        there is, not only the one this came from. Raises WriteError.
        """

    def add_all(
        self, articles: Iterable[Article], works: Iterable[tuple[Article, AnnotationSet]]
    ) -> None:
        """Append new articles, and first checkpoints, each with its article, in one go.

        Raises AnnotatorError, before anything is written, if an article's id is there already or
        its annotator has worked on it; raises WriteError. The caller holds the annotators' locks.
        """

    def journal(self, article_id: str, annotator: str) -> Journal:
        """The journal that continues `annotations(article_id, annotator)`."""

    def recover(self, annotator: str) -> dict[str, int]:
        """Checkpoint what only journals hold; the number of edits by article id."""
