"""Which articles belong together: near-duplicates, and by choice stories, speakers and more."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Literal, get_args

from annotator.model.disjoint_sets import DisjointSets
from annotator.project import Project
from annotator.store.names import GOLD
from annotator.text.near_duplicates import THRESHOLD, Shingles, Sketches, jaccard, shingles
from annotator.text.stories import Chronicle

Bond = Literal["story", "speaker", "topic", "source"]
BONDS: tuple[Bond, ...] = get_args(Bond)
"""What may keep articles together besides being near-duplicates."""

Watch = Callable[[Iterable[Any], str, int | None], Iterator[Any]]
"""Hands the items on and shows how far that is: items, a title, and how many there are."""


@dataclass(frozen=True, slots=True)
class Tie:
    """Two articles, by number, found to belong together, and how alike they are in (0, 1].

    Of a group only as many are named as hold it together.
    """

    kind: Literal["near-duplicate", "story"]
    one: int
    two: int
    likeness: float


@dataclass(slots=True)
class Ground:
    """What splitting has to know of the articles, numbered from 0 in the order of import.

    `counts` are numbers of spans by label: of gold, else the most that one annotator has. `day` is
    an ISO 8601 date or empty. `skipped` says what could not be read.
    """

    ids: list[str] = field(default_factory=list)
    hashes: "array[int]" = field(default_factory=lambda: array("Q"))
    days: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    topics: list[tuple[str, ...]] = field(default_factory=list)
    counts: list[Mapping[str, int]] = field(default_factory=list)
    groups: list[list[int]] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def group_id(self, members: Iterable[int]) -> str:
        """16 hexadecimal digits: the smallest of the members' text hashes, cut short."""
        return f"{min(self.hashes[number] for number in members):016x}"


def survey(project: Project, together: Sequence[str], watch: Watch) -> Ground:
    """Read every article once and find what belongs together."""
    ground = Ground()
    reader = _Reader(project, ground, together)
    recorded = project.store.recorded(project.store.owners(), ground.skipped.append)
    for record in watch(recorded, "Reading articles", project.store.count()):
        reader.take(record.article, record.works)
    reader.group(watch)
    return ground


class _Reader:
    def __init__(self, project: Project, ground: Ground, together: Sequence[str]) -> None:
        self._project = project
        self._ground = ground
        self._sketches = Sketches()
        self._chronicle = Chronicle() if "story" in together else None
        self._bonds = [bond for bond in together if bond != "story"]
        self._bound: dict[tuple[str, str], array[int]] = {}
        self._topic_attributes = {
            label.name: [item.name for item in label.attributes if item.kind == "topic"]
            for label in project.scheme.labels.values()
        }
        fields = project.scheme.fields
        self._topic_fields = [item.name for item in fields if item.kind == "topics"]
        self._known: dict[Any, Any] = {}

    def take(self, article: Mapping[str, Any], works: Sequence[Mapping[str, Any]]) -> None:
        ground = self._ground
        number = len(ground.ids)
        text, day = article["text"], _day(article.get("published", ""))
        gold = [work for work in works if work["annotator"] == GOLD]
        works = gold or works
        source = self._once(str(article.get("source", "")).strip())
        topics = self._once(
            tuple(sorted({topic for work in works for topic in self._topics(work)}))
        )
        ground.ids.append(article["id"])
        ground.hashes.append(int(article["text_sha256"][:16], 16))
        ground.days.append(self._once(day))
        ground.sources.append(source)
        ground.topics.append(topics)
        ground.counts.append(self._counts(works))
        self._sketches.add(text)
        if self._chronicle is not None:
            ordinal = date.fromisoformat(day).toordinal() if day else 0
            self._chronicle.add(text, ordinal, ground.hashes[-1])
        values: dict[str, Iterable[str]] = {
            "source": [source.casefold()],
            "topic": topics,
            "speaker": {name for work in works for name in _named(work)},
        }
        for bond in self._bonds:
            for value in filter(None, values[bond]):
                self._bound.setdefault((bond, value), array("Q")).append(number)

    def _once(self, value: Any) -> Any:
        """One object for equal values, which are many."""
        return self._known.setdefault(value, value)

    def _counts(self, works: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
        most: Counter[str] = Counter()
        for work in works:
            most |= Counter(span["label"] for span in work.get("spans", ()))
        return self._known.setdefault(frozenset(most.items()), dict(most))  # type: ignore[no-any-return]

    def _topics(self, work: Mapping[str, Any]) -> Iterator[str]:
        for link in work.get("links", ()):
            if link.get("target_kind") == "topic":
                yield link["target"]
        for span in work.get("spans", ()):
            attributes = span.get("attributes") or {}
            for name in self._topic_attributes.get(span["label"], ()):
                if isinstance(attributes.get(name), str):
                    yield attributes[name]
        for name in self._topic_fields:
            chosen = work.get("fields", {}).get(name)
            if isinstance(chosen, list):
                yield from chosen

    # -- what belongs together ---------------------------------------------------------------------

    def group(self, watch: Watch) -> None:
        ground = self._ground
        sets = DisjointSets(len(ground.ids))
        for bound in self._bound.values():
            sets.join_all(bound)
        for tie in self._ties(sets, watch):
            ground.ties.append(tie)
        ground.groups = list(sets.groups().values())

    def _ties(self, sets: DisjointSets, watch: Watch) -> Iterator[Tie]:
        ids, hashes = self._ground.ids, self._ground.hashes
        twins: dict[int, int] = {}
        for number, text in enumerate(hashes):
            first = twins.setdefault(text, number)
            if first != number:
                sets.join(first, number)
                yield Tie("near-duplicate", first, number, 1.0)

        @lru_cache(maxsize=256)
        def read(number: int) -> Shingles:
            return shingles(self._project.store.article(ids[number]).text)

        buckets = watch(self._sketches.buckets(), "Comparing near-duplicates", None)
        for bucket in buckets:
            for one, two in _apart(sorted(bucket, key=ids.__getitem__), sets):
                likeness = jaccard(read(one), read(two))
                if likeness >= THRESHOLD:
                    sets.join(one, two)
                    yield Tie("near-duplicate", one, two, likeness)
        if self._chronicle is not None:
            for one, two, likeness in watch(self._chronicle.pairs(), "Comparing stories", None):
                if sets.join(one, two):
                    yield Tie("story", one, two, likeness)


def _apart(numbers: Sequence[int], sets: DisjointSets) -> Iterator[tuple[int, int]]:
    """The pairs that are not of one group at the time when it is their turn."""
    for index, two in enumerate(numbers):
        for one in numbers[:index]:
            if sets.find(one) != sets.find(two):
                yield one, two


def _named(work: Mapping[str, Any]) -> Iterator[str]:
    """The entities with a name of their own; a spokesman is somebody else elsewhere."""
    for entity in work.get("entities", ()):
        if entity.get("naming") == "named":
            yield " ".join(entity["name"].split()).casefold()


def _day(published: str) -> str:
    try:
        return date.fromisoformat(published[:10]).isoformat()
    except ValueError:
        return ""
