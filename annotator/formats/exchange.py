"""What readers give and writers take: documents with annotation sets, still outside the project.

A reader says what a file says, in the file's own offsets and names; `fitting` decides what the
offsets count and whether each span covers the text it says it covers. A writer takes articles and
annotation sets as the project holds them.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from annotator.formats.intake import Facts
from annotator.formats.loss import Loss
from annotator.formats.output import Output
from annotator.model.annotation import AnnotationSet, Entity, Origin, TargetKind, Value, Verdict
from annotator.model.article import Article
from annotator.model.errors import AnnotatorError
from annotator.model.scheme import Scheme

Unit = Literal["code points", "utf-16", "graphemes", "bytes"]

# -- in ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class ForeignSpan:
    """A span as a file has it: `fragments` in the file's unit and order, even if they are wrong.

    `surface` is the covered text the file states, None if it states none. `attributes` values are
    text, flags or tuples of texts. `raw` is what the file held, as a JSON value.
    """

    id: str
    label: str
    fragments: list[tuple[int, int]]
    surface: str | None = None
    attributes: dict[str, Value] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    note: str = ""
    origin: Origin = "imported"
    line: int = 0
    raw: object = None


@dataclass(slots=True)
class ForeignLink:
    """An arrow; `source` is a span's id, `target` that of a span, an entity or a topic."""

    type: str
    source: str
    target: str
    target_kind: TargetKind = "span"
    order: int = 0
    id: str = ""
    origin: Origin = "imported"
    line: int = 0
    raw: object = None


@dataclass(slots=True)
class ForeignSet:
    """One annotator's work on one document. `annotator` is "" where the file does not say whose.

    `unit` and `inclusive` say what offsets count and whether the end is part of the span; "" and
    None where the format does not fix it, so that the covered texts must decide. `suggested` marks
    what a machine predicted. `status` is "" where the file does not say. Only our own gold has
    `verdicts`.
    """

    annotator: str = ""
    spans: list[ForeignSpan] = field(default_factory=list)
    links: list[ForeignLink] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    fields: dict[str, Value] = field(default_factory=dict)
    unit: Unit | Literal[""] = "code points"
    inclusive: bool | None = False
    suggested: bool = False
    status: Literal["", "new", "open", "done", "skipped"] = ""
    flags: tuple[str, ...] = ()
    note: str = ""
    verdicts: list[Verdict] = field(default_factory=list)


@dataclass(slots=True)
class ForeignDocument:
    """A text and the work on it. `text` is as the file has it, its line ends and mark included
    (offsets count into that); None where the format has no text, so that it must be found by `id`
    or `text_hash`. `rebuilt` says that the text was put together from tokens. `topics` gives the
    names of topics that go by ids.
    """

    path: str
    id: str = ""
    text: str | None = None
    text_hash: str = ""
    facts: Facts = field(default_factory=Facts)
    meta: Mapping[str, object] = field(default_factory=dict)
    sets: list[ForeignSet] = field(default_factory=list)
    rebuilt: bool = False
    line: int = 0
    topics: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """What a reader reads: a file or folder that exists, and what the user said about it.

    `options` holds every option of the format, those not given with their defaults.
    """

    path: Path
    options: Mapping[str, str]
    scheme: Scheme
    loss: Loss
    encoding: str = ""


# -- out ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Export:
    """An article with the annotation sets to write, one an annotator (gold is one, too).

    `split` is train, dev or test, "" where the project has no splits. `excluded` are the ranges
    `[start, end)` that are no body text, for writers that say so.
    """

    article: Article
    sets: tuple[AnnotationSet, ...]
    split: str = ""
    excluded: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Sink:
    """Where a writer writes, and what it must know: see `Source` for `options`.

    `about` holds facts for data cards: name, licence, agreement figures, how the sets were chosen.
    """

    output: Output
    options: Mapping[str, str]
    scheme: Scheme
    topic_name: Callable[[str], str]
    loss: Loss
    about: Mapping[str, object] = field(default_factory=dict)


@contextmanager
def needs(extra: str, library: str) -> Iterator[None]:
    """Around the import of a library that only an extra installs; says how to get it."""
    try:
        yield
    except ImportError as error:
        raise AnnotatorError(
            f"This format needs {library}, which is not installed;"
            f' install it with: pip install "annotator[{extra}]".'
        ) from error
