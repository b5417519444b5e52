"""The cast of an article: canonical names, aliases, and entities that may be one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from annotator.model.annotation import AnnotationSet, Entity
from annotator.suggest.spelling import fold, similarity
from annotator.suggest.surfaces import (
    Name,
    bare_name,
    guess_type,
    naming,
    parse,
    pronoun_kind,
)
from annotator.text.wordlist import wordlist

__all__ = [
    "PROPOSE",
    "MergeProposal",
    "aliases",
    "bare_name",
    "canonical_name",
    "entity_for",
    "guess_type",
    "naming",
    "same_name",
    "variants",
]

PROPOSE = 0.8
"""The least score of a proposal to merge two entities."""

_CERTAIN = 0.964
"""From this score on, a mention is given its entity unasked: the spelling is the same."""
_NOT_EXACT = 0.97

_SMALL = wordlist("the a an of for and in on at to from with")
_STATE_WORDS = wordlist("side government authorities state kingdom republic")
_RANKS = wordlist("deputy vice")
_IGNORED_POSTS = wordlist(
    "former ex acting senior then first second outgoing new newly elected late federal"
)
_WOMEN, _MEN = wordlist("mrs ms miss frau mme dame lady"), wordlist("mr herr sir")


@dataclass(frozen=True, slots=True)
class MergeProposal:
    """Entity `other` may be the same as `keep`; `score` is 0.0 to 1.0."""

    keep: str
    other: str
    score: float
    reason: str


def aliases(
    annotations: AnnotationSet, text: str, entity_id: str, ref: str = "ref"
) -> dict[str, int]:
    """How often each wording refers to an entity, most frequent first, pronouns left out."""
    counts = Counter(
        surface
        for span in annotations.mentions(entity_id, ref)
        if not pronoun_kind(surface := span.surface(text))
    )
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def canonical_name(annotations: AnnotationSet, text: str, entity_id: str, ref: str = "ref") -> str:
    """The longest name among the mentions, without titles; the entity's own name if none is."""
    found = [bare_name(one) for one in aliases(annotations, text, entity_id, ref)]
    named = [one for one in found if parse(one).proper]
    if named:
        return max(named, key=lambda one: (len(parse(one).proper), len(one), one))
    entity = annotations.entities.get(entity_id)
    return entity.name if entity else entity_id


def entity_for(annotations: AnnotationSet, text: str, surface: str, ref: str = "ref") -> str | None:
    """The entity a mention names, by its name or an alias; None if none does.

    A wording in full comes first, then a family name or head noun that only one entity has.
    """
    wanted = fold_phrase(surface)
    if not wanted or pronoun_kind(surface) or naming(surface) == "unnamed":
        return None  # “an official” said twice may be two officials
    names = {key: {entity.name} for key, entity in annotations.entities.items()}
    for link in annotations.links.values():
        if link.type == ref and link.target in names and link.source in annotations.spans:
            names[link.target].add(annotations.spans[link.source].surface(text))
    for key, known in names.items():
        if any(fold_phrase(name) == wanted for name in known):
            return key
    close = [
        key
        for key, known in names.items()
        if annotations.entities[key].naming not in ("unnamed", "generic")
        and same_name_all([name for name in known if not pronoun_kind(name)], [surface]) >= _CERTAIN
    ]
    return close[0] if len(close) == 1 else None


@lru_cache(maxsize=8192)
def fold_phrase(surface: str) -> str:
    """A wording for comparison: folded words, no article."""
    words = [fold(word) for word in parse(surface).words]
    return " ".join(word for word in words if word not in ("the", "a", "an"))


def variants(annotations: AnnotationSet, text: str, ref: str = "ref") -> list[MergeProposal]:
    """Pairs of entities whose names may be one, best first."""
    counts = {key: len(annotations.mentions(key, ref)) for key in annotations.entities}
    named = {
        key: [
            name
            for name in dict.fromkeys([entity.name, *aliases(annotations, text, key, ref)])
            if naming(name) == "named" and not pronoun_kind(name)
        ]
        for key, entity in annotations.entities.items()
        if entity.naming not in ("unnamed", "generic")
    }
    found: list[MergeProposal] = []
    for (one, names), (other, other_names) in combinations(named.items(), 2):
        if not _may_be_one(annotations.entities[one], annotations.entities[other]):
            continue
        score = same_name_all(names, other_names)
        if score < PROPOSE:
            continue
        keep, gone = sorted(
            (one, other),
            key=lambda key: (-counts[key], -len(annotations.entities[key].name), _number(key)),
        )
        reason = "another form of the name" if score >= 0.95 else "similar spelling"
        found.append(MergeProposal(keep, gone, round(score, 3), reason))
    return sorted(found, key=lambda one: (-one.score, one.keep, one.other))


def same_name_all(names: Iterable[str], others: Sequence[str]) -> float:
    """The best score of any two names; 0.0 if any two cannot belong to one entity."""
    best = 0.0
    for one in names:
        for other in others:
            score = same_name(one, other)
            if score < 0:
                return 0.0
            best = max(best, score)
    return best


@lru_cache(maxsize=65536)
def same_name(one: str, other: str) -> float:
    """How likely two mentions name the same, 0.0 to 1.0; -1.0 if they name different people."""
    a, b = parse(one), parse(other)
    if fold_phrase(one) == fold_phrase(other):
        return 1.0
    if _is_acronym(a, b) or _is_acronym(b, a):
        return 0.95
    return _same_person(a, b) if a.is_person and b.is_person else _same_body(a, b)


def _same_person(a: Name, b: Name) -> float:
    family = _family(a.proper[-1], b.proper[-1])
    if family < 0.75:
        return 0.0
    given = _given(a.proper[:-1], b.proper[:-1])
    if given == 0.0:
        return -1.0 if family > 0.95 else 0.0
    if (a.honorifics & _WOMEN and b.honorifics & _MEN) or (
        a.honorifics & _MEN and b.honorifics & _WOMEN
    ):
        return -1.0
    if given < 0.9 and not _same_post(a.posts, b.posts):
        return -1.0
    if given > 0:
        return 0.65 * family + 0.35 * given
    bonus = 0.02 if a.posts and b.posts else 0.0
    return family * _NOT_EXACT + bonus


def _family(one: str, other: str) -> float:
    score = similarity(_plain(one), _plain(other))
    parts, others = _plain(one).split("-"), _plain(other).split("-")
    if (len(parts) > 1) != (len(others) > 1):
        score = max(
            [score]
            + [0.93 * similarity(p, q) for p in parts for q in others if min(len(p), len(q)) > 3]
        )
    elif len(parts) == len(others) == 2:
        pairs = [similarity(p, q) for p, q in zip(parts, others, strict=True)]
        score = min(score, 1.0 if min(pairs) > 0.7 else min(pairs))
    return score


def _plain(word: str) -> str:
    """Without the article of an Arabic name."""
    lower = word.casefold()
    return word[3:] if lower.startswith(("al-", "el-", "as-", "ar-")) else word


def _given(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """-1.0 if one is not known, 0.0 if they differ, else how alike they are."""
    if not one or not other:
        return -1.0
    first, second = fold(one[0]), fold(other[0])
    if min(len(first), len(second)) == 1:
        return 0.9 if first[:1] == second[:1] else 0.0
    score = similarity(one[0], other[0])
    return score if score >= 0.75 else 0.0


def _same_post(one: frozenset[str], other: frozenset[str]) -> bool:
    a, b = one - _IGNORED_POSTS, other - _IGNORED_POSTS
    if not a or not b:
        return True
    return (a <= b or b <= a) and (a & _RANKS) == (b & _RANKS)


def _same_body(a: Name, b: Name) -> float:
    """Two mentions of bodies: ministries, companies, states, newspapers."""
    one, other = _content(a), _content(b)
    if not one or not other:
        return 0.0
    if (a.is_organ and a.head not in _STATE_WORDS) != (b.is_organ and b.head not in _STATE_WORDS):
        # “the company Kellenwerk” is Kellenwerk; “the ministry of Vardia” is not Vardia.
        organ, other_name = (a, b) if a.is_organ else (b, a)
        tail = _apposition(organ)
        if not tail or not other_name.proper or other_name.posts:
            return 0.0
        one, other = tail, [fold(word) for word in other_name.proper]
    if sorted(one) == sorted(other):
        return 0.97
    short, long = sorted((one, other), key=len)
    if len(short) == len(long):
        scores = [max(similarity(word, x) for x in long) for word in short]
        return min(scores) * _NOT_EXACT
    if not any(word[:1].isupper() for word in (a if one == short else b).proper):
        return 0.0
    if all(max(similarity(word, x) for x in long) >= 0.9 for word in short):
        return 0.88 if len(short) > 1 and _same_head(a, b) else 0.0
    return 0.0


def _same_head(a: Name, b: Name) -> bool:
    return a.head == b.head


def _content(name: Name) -> list[str]:
    words = [fold(word) for word in name.words]
    return [word for word in words if word and word not in _SMALL and word not in _STATE_WORDS]


def _apposition(name: Name) -> list[str]:
    """The name at the end of “the dam operator Umekraft”, folded; empty if there is none."""
    words = list(name.words)
    tail: list[str] = []
    while words and words[-1][:1].isupper():
        tail.insert(0, fold(words.pop()))
    return tail if words and words[-1][:1].islower() and words[-1] not in _SMALL else []


def _is_acronym(short: Name, long: Name) -> bool:
    if len(short.proper) != 1 or len(long.words) < 3:
        return False
    letters = short.proper[0]
    if not letters.isupper() or not 2 < len(letters) <= 7:
        return False
    words = [word for word in long.words if word.casefold() != "the"]
    capitals = "".join(word[0] for word in words if word[0].isupper())
    return letters in (capitals, "".join(word[0].upper() for word in words))


def _may_be_one(one: Entity, other: Entity) -> bool:
    """Whether what the annotator said of two entities lets them be one."""
    return not (
        (one.type and other.type and one.type != other.type)
        or (one.affiliation and other.affiliation and one.affiliation != other.affiliation)
        or (one.kb and other.kb and one.kb != other.kb)
    )


def _number(key: str) -> int:
    return int(key[1:]) if key[1:].isdecimal() else 0
