"""Articles and annotation sets that are hard on formats, all of them valid under the scheme."""

from collections.abc import Callable, Sequence
from pathlib import Path

from hypothesis import strategies as st

from annotator.formats.exchange import Export
from annotator.model.annotation import (
    AnnotationSet,
    Entity,
    Fragment,
    Link,
    Origin,
    Span,
    TargetKind,
    Value,
)
from annotator.model.article import Article, hash_text
from annotator.model.scheme import ENTITY, TOPIC, Attribute, DocumentField, Label, LinkType, Scheme
from annotator.store.scheme_file import load_scheme

SCHEME = load_scheme(Path(__file__).parents[2] / "guidelines" / "scheme.toml")
TOPICS = ("ferry-tolls", "é", "a b")

_PIECES = [
    "The pilot said ", "“we wait,” ", "Ms. Hask ", "e.g. ", "7.5 % ", "Halt! ", "a;b", "x|y", "\\",
    "\n", "\n\n", " ", "\t", "\u00a0", "\u2028", "\u0085", "\u200b", "\ufeff", "q", "?", "…", "_",
    "“", "”", "«", "»", '"', "'", "&amp;", "<b>", "]]>", "{", "[", "#1", "*", ", ", " – ", "。",
    "👨‍👩‍👧", "🇫🇷🇩🇪", "👍🏽", "❤️", "e\u0301", "n\u0303o", "\u0301", "\u200d", "क्षि", "각", "漢字",
    "قال العمدة ", "ראש העיר ", "\u202bab\u202c", "𝔘𝔫 ", "T1\tCLAIM 0 3\tThe", "O", "-DOCSTART-",
]  # fmt: skip
_WORDS = st.sampled_from(
    [
        "Mara Vell",
        "é",
        "a b",
        "tab\there",
        'say "no"',
        "line\nfeed",
        "🎻",
        "{x}",
        "a=b;c",
        "#",
        "قال",
    ]
)
_IDS = ["a b", "é", 'q"q', "x'y", "<&>", "T1", "R7", "*", "#2", "s 1", "0", "ذ", "🎻"]
_ARTICLE_IDS = ["a1", "news/2", "news-2", "é ü", 'q"1', "..", "CON", "x.ann", "#", "🎻", "a\\b"]
_ANNOTATORS = ["ada", "Bo Lind", "é.x", "gold"]
_ORIGINS: tuple[Origin, ...] = ("manual", "suggested", "edited", "imported", "copied")

texts = (
    st.lists(st.sampled_from(_PIECES), min_size=2, max_size=25)
    .map(lambda pieces: "".join(pieces).lstrip("\ufeff"))
    .filter(lambda text: bool(text.strip()))
)
"""Texts as import leaves them: never blank, no CR, no mark at the start."""


@st.composite
def articles(draw: st.DrawFn, article_id: str = "") -> Article:
    text = draw(texts)
    return Article(
        article_id or draw(st.sampled_from(_ARTICLE_IDS)),
        text,
        hash_text(text),
        headline=draw(st.sampled_from(["", "Ferry “late”"])),
        source=draw(st.sampled_from(["", "Osk & Daughters"])),
        published=draw(st.sampled_from(["", "2031-02-03"])),
        language=draw(st.sampled_from(["", "en"])),
    )


@st.composite
def annotation_sets(
    draw: st.DrawFn, article: Article, annotator: str = "ada", scheme: Scheme = SCHEME
) -> AnnotationSet:
    """Work on an article with at least one span: everything the scheme allows, in any mixture."""
    ids = _ids(draw)
    spans: dict[str, Span] = {}
    for _ in range(draw(st.integers(1, 8))):
        label = draw(st.sampled_from([x for x in scheme.labels.values() if _fits(x, article.text)]))
        if spans and draw(st.integers(0, 4)) == 0:  # the same place again
            other = draw(st.sampled_from(list(spans.values())))
            fragments, label = other.fragments, scheme.labels[other.label]
        else:
            fragments = draw(_fragments(label, article.text))
        span = Span(
            ids("s"),
            label.name,
            fragments,
            _attributes(draw, label.attributes),
            _some(draw, scheme.flags),
            draw(st.just("") | _WORDS),
            draw(st.sampled_from(_ORIGINS)),
        )
        spans[span.id] = span
    entities = _entities(draw, scheme, ids)
    links: dict[str, Link] = {}
    for span in spans.values():
        for rule in scheme.labels[span.label].links:
            for order, (kind, target) in enumerate(
                _ends(draw, rule, span, spans, entities, scheme)
            ):
                origin = draw(st.sampled_from(_ORIGINS))
                link = Link(ids("l"), rule.name, span.id, target, kind, order, origin)
                links[link.id] = link
    fields = {
        field.name: _field(draw, field) for field in scheme.fields if draw(st.integers(0, 3)) == 0
    }
    fields |= _state(draw, scheme)
    return AnnotationSet(
        article.id, article.text_hash, annotator, scheme.id, spans, links, entities, fields
    )


@st.composite
def exports(draw: st.DrawFn, *, several: bool = True) -> list[Export]:
    """One to three articles with one or (`several`) more annotators' work on each."""
    ids = draw(st.lists(st.sampled_from(_ARTICLE_IDS), min_size=1, max_size=3, unique=True))
    found: dict[str, Export] = {}
    for article_id in ids:
        article = draw(articles(article_id))
        people = draw(
            st.lists(
                st.sampled_from(_ANNOTATORS), min_size=1, max_size=3 if several else 1, unique=True
            )
        )
        sets = tuple(draw(annotation_sets(article, name)) for name in people)
        found.setdefault(article.text_hash, Export(article, sets))
    return list(found.values())


def _ids(draw: st.DrawFn) -> Callable[[str], str]:
    odd = draw(st.lists(st.sampled_from(_IDS), max_size=4, unique=True))
    count = draw(st.integers(0, 50))

    def new(prefix: str) -> str:
        nonlocal count
        if odd and draw(st.booleans()):
            return odd.pop()
        count += 1
        return f"{prefix}{count}"

    return new


def _fits(label: Label, text: str) -> bool:
    return not label.lines or any(text.split("\n"))


@st.composite
def _fragments(draw: st.DrawFn, label: Label, text: str) -> tuple[Fragment, ...]:
    if label.lines:
        lines = []
        start = 0
        for line in text.split("\n"):
            lines.append((start, start + len(line)))
            start += len(line) + 1
        first = draw(st.sampled_from([line for line in lines if line[0] < line[1]]))
        last = draw(st.sampled_from([line for line in lines if line[1] >= first[1]]))
        return ((first[0], last[1]),)
    solid = [at for at, char in enumerate(text) if not char.isspace()]
    count = draw(st.sampled_from([1, 1, 1, 2, 3])) if label.fragments else 1
    edges = sorted(draw(st.sampled_from(solid)) for _ in range(2 * count))
    found: list[Fragment] = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if not found or first > found[-1][1]:  # neither overlap nor touch
            found.append((first, last + 1))
    return tuple(found)


def _attributes(draw: st.DrawFn, attributes: Sequence[Attribute]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for attribute in attributes:
        if draw(st.booleans()):
            continue
        if attribute.kind == "flag":
            found[attribute.name] = draw(st.booleans())
        elif attribute.kind == "choice":
            found[attribute.name] = draw(st.sampled_from(attribute.values))
        elif attribute.kind == "topic":
            found[attribute.name] = draw(st.sampled_from(TOPICS))
        else:
            found[attribute.name] = draw(_WORDS)
    return found


def _entities(draw: st.DrawFn, scheme: Scheme, ids: Callable[[str], str]) -> dict[str, Entity]:
    found: dict[str, Entity] = {}
    for _ in range(draw(st.integers(0, 3))):
        entity = Entity(
            ids("e"),
            draw(_WORDS),
            draw(st.sampled_from(("", *scheme.entities.types))),
            draw(st.sampled_from(("", *scheme.entities.naming))),
            draw(st.sampled_from(("", *found, *scheme.entities.builtin))),
            draw(st.sampled_from(["", "Q42 b"])),
            draw(st.just("") | _WORDS),
        )
        found[entity.id] = entity
    return found


def _ends(
    draw: st.DrawFn,
    rule: LinkType,
    span: Span,
    spans: dict[str, Span],
    entities: dict[str, Entity],
    scheme: Scheme,
) -> list[tuple[TargetKind, str]]:
    ends: list[tuple[TargetKind, str]] = [
        ("span", other.id)
        for other in spans.values()
        if other.label in rule.targets and other.id != span.id
    ]
    if ENTITY in rule.targets:
        ends += [("entity", key) for key in (*entities, *scheme.entities.builtin)]
    if TOPIC in rule.targets:
        ends += [("topic", key) for key in TOPICS]
    if not ends:
        return []
    most = 3 if rule.maximum is None else rule.maximum
    return draw(st.lists(st.sampled_from(ends), max_size=most, unique=True))


def _field(draw: st.DrawFn, field: DocumentField) -> Value:
    if field.kind == "flag":
        return draw(st.booleans())
    if field.kind == "choice":
        return draw(st.sampled_from(field.values))
    if field.kind == "topics":
        return tuple(draw(st.lists(st.sampled_from(TOPICS), min_size=1, unique=True)))
    return draw(_WORDS)


def _state(draw: st.DrawFn, scheme: Scheme) -> dict[str, Value]:
    found: dict[str, Value] = {}
    status = draw(st.sampled_from(["", "open", "done", "skipped"]))
    if status:
        found["status"] = status
    if status == "skipped":
        found["skip_reason"] = draw(_WORDS)
    if flags := _some(draw, scheme.flags):
        found["flags"] = flags
    if note := draw(st.just("") | _WORDS):
        found["note"] = note
    return found


def _some(draw: st.DrawFn, values: Sequence[str]) -> tuple[str, ...]:
    return tuple(value for value in values if draw(st.integers(0, 3)) == 0)
