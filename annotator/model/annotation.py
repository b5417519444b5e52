"""One annotator's work on one article: spans, links, entities and document fields."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from annotator.model.errors import EditError

Fragment = tuple[int, int]
Value = str | bool | tuple[str, ...]
Origin = Literal["manual", "suggested", "edited", "imported", "copied"]
TargetKind = Literal["span", "entity", "topic"]
Status = Literal["new", "open", "done", "skipped"]
Decision = Literal["open", "agree", "took-a", "took-b", "both", "merged", "new", "dropped"]

AUTHOR = "AUTHOR"
IMPLICIT = "IMPLICIT"


def normalise_fragments(fragments: Iterable[Fragment], length: int) -> tuple[Fragment, ...]:
    """Sort `[start, end)` pairs and join those that touch.

    Raises EditError if there is none, one is empty or reversed, two overlap, or one leaves
    `[0, length)`.
    """
    ordered = sorted(fragments)
    if not ordered:
        raise EditError("A span needs at least one fragment.")
    joined: list[Fragment] = []
    for start, end in ordered:
        if start >= end:
            raise EditError(f"The fragment [{start}, {end}) is empty; select some text first.")
        if start < 0 or end > length:
            raise EditError(
                f"The fragment [{start}, {end}) is outside the text of {length} characters."
            )
        if joined and start < joined[-1][1]:
            raise EditError(f"The fragment [{start}, {end}) overlaps another fragment of its span.")
        if joined and start == joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled piece of text; `fragments` are sorted, disjoint pairs `[start, end)`."""

    id: str
    label: str
    fragments: tuple[Fragment, ...]
    attributes: Mapping[str, Value] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    note: str = ""
    origin: Origin = "manual"

    @property
    def start(self) -> int:
        return self.fragments[0][0]

    @property
    def end(self) -> int:
        return self.fragments[-1][1]

    def covers(self, offset: int) -> bool:
        """Whether `offset` lies in one of the fragments (not in a gap between them)."""
        return any(start <= offset < end for start, end in self.fragments)

    def touches(self, start: int, end: int) -> bool:
        """Whether a fragment shares at least one code point with `[start, end)`."""
        return any(first < end and last > start for first, last in self.fragments)

    def pieces(self, text: str) -> tuple[str, ...]:
        """The covered text, one string a fragment."""
        return tuple(text[start:end] for start, end in self.fragments)

    def surface(self, text: str) -> str:
        """The covered text; fragments are joined by one space, as brat does."""
        return " ".join(self.pieces(text))


@dataclass(frozen=True, slots=True)
class Link:
    """A typed arrow from a span to a span, an entity or a topic.

    `order` ranks the links of one type and source where the scheme says they are ordered
    (relays: outermost first); otherwise it only keeps them in the order they were made.
    """

    id: str
    type: str
    source: str
    target: str
    target_kind: TargetKind = "span"
    order: int = 0
    origin: Origin = "manual"


@dataclass(frozen=True, slots=True)
class Entity:
    """Who or what mentions refer to. `affiliation` is another entity's id; `kb` an outside id."""

    id: str
    name: str
    type: str = ""
    naming: str = ""
    affiliation: str = ""
    kb: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about one case of (dis)agreement, in gold.

    `case` is the case's key, `sources` are the annotators' spans it is about ("annotator/span id"),
    `spans` the gold spans made of them (of an entity: entities). An "open" one only holds a `note`
    or the mark that the guidelines have a `gap`.
    """

    id: str
    case: str
    decision: Decision
    sources: tuple[str, ...] = ()
    spans: tuple[str, ...] = ()
    note: str = ""
    gap: bool = False


Item = Span | Link | Entity | Verdict | Value
ChangeKind = Literal["span", "link", "entity", "verdict", "field"]


@dataclass(frozen=True, slots=True)
class Change:
    """One record before and after an edit; None where it did not or does not exist.

    `kind` says which mapping of the annotation set `key` belongs to.
    """

    kind: ChangeKind
    key: str
    before: Item | None
    after: Item | None

    def inverse(self) -> "Change":
        return Change(self.kind, self.key, self.after, self.before)


@dataclass(slots=True)
class AnnotationSet:
    """One annotator's whole work on one article.

    The mappings are keyed by id and changed by `apply` alone, which keeps the link index right.
    `fields` holds the document fields of the scheme and, under the reserved names in
    `RESERVED_FIELDS`, the state of the work. `serial` is the highest number ever
    used in an id, so that ids are never used twice. `mark` is the last journal edit this includes.
    Only gold has `verdicts`, and in the field "sources" the sets that were adjudicated.
    """

    article_id: str
    text_hash: str
    annotator: str
    scheme: str = ""
    spans: dict[str, Span] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    entities: dict[str, Entity] = field(default_factory=dict)
    fields: dict[str, Value] = field(default_factory=dict)
    serial: int = 0
    mark: int = 0
    active_seconds: float = 0.0
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    _from: dict[str, set[str]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _to: dict[str, set[str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    RESERVED_FIELDS = ("status", "skip_reason", "flags", "note", "sources")

    @property
    def status(self) -> Status:
        """What was said of the work; until then, open from the first edit on."""
        status = self.fields.get("status")
        if status in ("open", "done", "skipped"):
            return status  # type: ignore[return-value]
        return "open" if self.mark else "new"

    @property
    def flags(self) -> tuple[str, ...]:
        flags = self.fields.get("flags", ())
        return flags if isinstance(flags, tuple) else ()

    @property
    def note(self) -> str:
        return str(self.fields.get("note", ""))

    def __post_init__(self) -> None:
        for link in self.links.values():
            self._index(link)

    def apply(self, change: Change) -> None:
        """Put `change.after` in the place of `change.before`."""
        number = change.key[1:]
        if change.kind != "field" and number.isdecimal():
            self.serial = max(self.serial, int(number))
        if isinstance(change.before, Link):
            self._from[change.before.source].discard(change.key)
            self._to[change.before.target].discard(change.key)
        mapping = self.mapping(change.kind)
        if change.after is None:
            mapping.pop(change.key, None)
        else:
            mapping[change.key] = change.after
        if isinstance(change.after, Link):
            self._index(change.after)

    def mapping(self, kind: ChangeKind) -> dict[str, Any]:
        """The mapping that changes of a kind belong to; not to be changed."""
        mappings: dict[str, dict[str, Any]] = {
            "span": self.spans,
            "link": self.links,
            "entity": self.entities,
            "verdict": self.verdicts,
            "field": self.fields,
        }
        return mappings[kind]

    def _index(self, link: Link) -> None:
        self._from.setdefault(link.source, set()).add(link.id)
        self._to.setdefault(link.target, set()).add(link.id)

    def links_from(self, span_id: str, type: str | None = None) -> list[Link]:
        """The links that leave a span, by type and order."""
        found = (self.links[key] for key in self._from.get(span_id, ()))
        return sorted(
            (link for link in found if type in (None, link.type)),
            key=lambda link: (link.type, link.order, link.id),
        )

    def links_to(self, target: str, type: str | None = None) -> list[Link]:
        """The links that arrive at a span, entity or topic, by id."""
        found = (self.links[key] for key in self._to.get(target, ()))
        return sorted(
            (link for link in found if type in (None, link.type)),
            key=lambda link: (len(link.id), link.id),
        )

    def mentions(self, entity_id: str, ref: str = "ref") -> list[Span]:
        """The spans that refer to an entity, in text order."""
        links = self.links_to(entity_id, ref)
        found = [self.spans[link.source] for link in links if link.source in self.spans]
        return sorted(found, key=lambda span: span.fragments)

    def in_order(self) -> list[Span]:
        """All spans by position, enclosing ones first."""
        return sorted(self.spans.values(), key=lambda span: (span.start, -span.end, span.id))
