"""Where two annotators' work on one article agrees and differs, one case at a time.

Spans are matched as for F1 (`matching`): first within a label, then what is left across labels.
Attributes and links are compared on spans matched within a label, links by what they lead to.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, product
from typing import Literal

import numpy as np

from annotator.agreement.corpus import read_corpus
from annotator.agreement.matching import match_spans
from annotator.model.annotation import AnnotationSet, Fragment, Link, Span, Value
from annotator.model.scheme import ENTITY, TOPIC, Scheme

CaseKind = Literal[
    "agree", "missed", "extra", "boundary", "label", "attribute", "link", "split", "merge"
]
_ANY = 1e-9  # an IoU that any shared character reaches
SAME_PLACE = 0.5  # the IoU from which two spans of different labels are about the same thing
_SEVERITY = {"missed": 1.0, "extra": 1.0, "label": 0.9, "split": 0.8, "merge": 0.8, "link": 0.4}
_NONE = "–"


@dataclass(frozen=True, slots=True)
class Case:
    """One thing two annotators say alike or differently; `a` and `b` are their span ids.

    `kind` is seen from A: "missed" by B, "extra" in B; "split" is one span of A that B has in
    pieces, "merge" the reverse. "attribute" and "link" cases stand beside the "agree" or "boundary"
    case of their spans, or beside a "split" or "merge" for the whole and each piece, and name the
    attribute or link type in `name`; with no spans, `name` is a document field. `start` and `end`
    enclose all spans. `details` say what differs, "A / B".
    `severity` goes from 1 (one has nothing) to 0 (agree). `key` names the annotators, the spans and
    what they say, so that it changes when the work does.
    """

    key: str
    kind: CaseKind
    a: tuple[str, ...]
    b: tuple[str, ...]
    label: str
    start: int
    end: int
    details: tuple[str, ...]
    severity: float
    name: str = ""


def cases(
    a: AnnotationSet,
    b: AnnotationSet,
    scheme: Scheme,
    *,
    labels: Iterable[str] | None = None,
) -> list[Case]:
    """All cases of two sets on one text, worst first, then by place. The order of ids is no input.

    With `labels`, only cases with a span of one of these labels, and no document fields.
    """
    return Comparison(a, b, scheme).cases(labels)


def severity(kind: CaseKind, *, iou: float = 0.0, required: bool = False) -> float:
    """From 1 (one has nothing) to 0 (agree); `iou` is of the spans of a "boundary" case, `required`
    whether the attribute of an "attribute" case is."""
    if kind == "boundary":
        return 0.3 + 0.4 * (1 - iou)
    if kind == "attribute":
        return 0.5 if required else 0.2
    return _SEVERITY.get(kind, 0.0)


class Comparison:
    """Two sets on one text, matched. `partner` leads from A's span ids to B's within a label, but
    for those in `groups`: a span of one side and its pieces on the other."""

    def __init__(self, a: AnnotationSet, b: AnnotationSet, scheme: Scheme) -> None:
        self.a, self.b, self.scheme = a, b, scheme
        left, right = (
            sorted(work.spans.values(), key=lambda x: (x.fragments, x.label, x.id))
            for work in (a, b)
        )
        pairs = _matched(left, right, _ANY, same_label=True)
        if _several(left) or _several(right):
            self._ends = {one.id: other.id for one, other in pairs}
            self.partner: dict[str, str] = {}  # so that entities are matched by their names alone
            self.entities = self._match_entities()
            pairs = self._alike_first(pairs, left, right)
        self.partner = {one.id: other.id for one, other in pairs}
        self.groups = self._groups(pairs, left, right)
        grouped_a = {span.id for group in self.groups for span in group[0]}
        grouped_b = {span.id for group in self.groups for span in group[1]}
        # Of a span and its pieces, a link that leads to the one leads to the best match, too.
        self._ends = dict(self.partner)
        for one, other in pairs:
            if one.id in grouped_a or other.id in grouped_b:
                del self.partner[one.id]
        alone_a = [s for s in left if s.id not in self.partner and s.id not in grouped_a]
        taken = {*self.partner.values(), *grouped_b}
        alone_b = [s for s in right if s.id not in taken]
        self.relabelled = _matched(alone_a, alone_b, SAME_PLACE, same_label=False)
        used_a = {one.id for one, _ in self.relabelled}
        used_b = {other.id for _, other in self.relabelled}
        self.only_a = [span for span in alone_a if span.id not in used_a]
        self.only_b = [span for span in alone_b if span.id not in used_b]
        self.entities = self._match_entities()

    # -- what is compared --------------------------------------------------------------------------

    def value(self, span: Span, name: str) -> Value | None:
        """An attribute's value; what nobody said is the default."""
        attribute = self.scheme.attribute(span.label, name)
        return span.attributes.get(name, attribute.default if attribute else None)

    def same_links(self, one: Span, other: Span, type: str) -> bool:
        """Whether links of one type lead A's and B's span to the same ends."""
        ends_a = [self._end_of_a(link) for link in self.a.links_from(one.id, type)]
        ends_b = [(link.target_kind, link.target) for link in self.b.links_from(other.id, type)]
        rule = self.scheme.link(one.label, type)
        if rule is not None and rule.ordered:
            return ends_a == ends_b
        return set(ends_a) == set(ends_b)

    def differing_attributes(self, one: Span, other: Span) -> list[str]:
        label = self.scheme.labels.get(one.label)
        known = [attribute.name for attribute in label.attributes] if label else []
        names = dict.fromkeys([*known, *sorted({*one.attributes, *other.attributes})])
        return [x for x in names if not same_value(self.value(one, x), self.value(other, x))]

    def differing_links(self, one: Span, other: Span) -> list[str]:
        label = self.scheme.labels.get(one.label)
        known = [link.name for link in label.links] if label else []
        links = chain(self.a.links_from(one.id), self.b.links_from(other.id))
        types = dict.fromkeys([*known, *sorted({link.type for link in links})])
        return [type for type in types if not self.same_links(one, other, type)]

    def _end_of_a(self, link: Link) -> tuple[str, str]:
        """Where a link of A leads, in B's terms; where B has nothing, an end B cannot have."""
        if link.target_kind == "span":
            found = self._ends.get(link.target)
        elif link.target_kind == "entity" and link.target not in self.scheme.entities.builtin:
            found = self.entities.get(link.target)
        else:
            found = link.target
        return (link.target_kind, found) if found is not None else ("only A", link.target)

    # -- cases -------------------------------------------------------------------------------------

    def cases(self, labels: Iterable[str] | None = None) -> list[Case]:
        found: list[Case] = []
        for key, partner in self.partner.items():
            found += self._of_pair(self.a.spans[key], self.b.spans[partner])
        for one, other in self.relabelled:
            found.append(self._case("label", [one], [other], [f"{one.label} / {other.label}"]))
        for mine, theirs in self.groups:
            kind: CaseKind = "split" if len(mine) == 1 else "merge"
            words = f"{_count(mine)} / {_count(theirs)}"
            found.append(self._case(kind, mine, theirs, [words]))
            for one, other in product(mine, theirs):
                found += self._named(one, other)
        found += [self._case("missed", [span], [], []) for span in self.only_a]
        found += [self._case("extra", [], [span], []) for span in self.only_b]
        if labels is None:
            found += self._of_fields()
        else:
            wanted = set(labels)
            found = [case for case in found if wanted & self._labels(case)]
        return sorted(
            found, key=lambda x: (-x.severity, x.start, x.end, x.label, x.kind, x.name, x.key)
        )

    def _of_pair(self, one: Span, other: Span) -> list[Case]:
        if one.fragments == other.fragments:
            found = [self._case("agree", [one], [other], [])]
        else:
            found = [self._case("boundary", [one], [other], _edges(one, other))]
        return found + self._named(one, other)

    def _named(self, one: Span, other: Span) -> list[Case]:
        """A case for each attribute and type of link in which two spans differ."""
        found = []
        for name in self.differing_attributes(one, other):
            sides = f"{_shown(self.value(one, name))} / {_shown(self.value(other, name))}"
            found.append(self._case("attribute", [one], [other], [f"{name}: {sides}"], name))
        for type in self.differing_links(one, other):
            ends = (_ends(self.a, one, type), _ends(self.b, other, type))
            details = [f"{type}: {ends[0]} / {ends[1]}"]
            found.append(self._case("link", [one], [other], details, type))
        return found

    def _of_fields(self) -> list[Case]:
        found = []
        for field in self.scheme.fields:
            mine = self.a.fields.get(field.name, field.default)
            theirs = self.b.fields.get(field.name, field.default)
            if not same_value(mine, theirs):
                details = [f"{field.name}: {_shown(mine)} / {_shown(theirs)}"]
                found.append(self._case("attribute", [], [], details, field.name))
        return found

    def _case(
        self,
        kind: CaseKind,
        mine: Sequence[Span],
        theirs: Sequence[Span],
        details: Sequence[str],
        name: str = "",
    ) -> Case:
        spans = [*mine, *theirs]
        # What the spans cover, or what differs in name; how edges are worded is no part of it.
        said = details if name else sorted((span.label, span.fragments) for span in spans)
        digest = sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()[:8]
        ids = ["+".join(span.id for span in side) for side in (mine, theirs)]
        who = f"{self.a.annotator}:{self.b.annotator}"
        return Case(
            f"{who}:{kind}:{ids[0]}:{ids[1]}:{name}:{digest}",
            kind,
            tuple(span.id for span in mine),
            tuple(span.id for span in theirs),
            spans[0].label if spans else "",
            min((span.start for span in spans), default=0),
            max((span.end for span in spans), default=0),
            tuple(details),
            self._severity(kind, spans, name),
            name,
        )

    def _severity(self, kind: CaseKind, spans: Sequence[Span], name: str) -> float:
        attribute = self.scheme.attribute(spans[0].label, name) if spans else None
        return severity(
            kind,
            iou=iou(*spans) if kind == "boundary" else 0.0,
            required=attribute is not None and attribute.required,
        )

    def _labels(self, case: Case) -> set[str]:
        return {self.a.spans[key].label for key in case.a} | {
            self.b.spans[key].label for key in case.b
        }

    # -- matching ----------------------------------------------------------------------------------

    def _alike_first(
        self, pairs: list[tuple[Span, Span]], left: list[Span], right: list[Span]
    ) -> list[tuple[Span, Span]]:
        """The pairs, but of several spans of one label at one place, for which any partner is as
        good by place, those that say most alike belong together."""
        for mine, (this, that) in ((left, (0, 1)), (right, (1, 0))):
            for same in _several(mine):
                keys = {span.id for span in same}
                partners = [pair[that] for pair in pairs if pair[this].id in keys]
                pairs = [pair for pair in pairs if pair[this].id not in keys]
                options = [
                    (one, other) if this == 0 else (other, one)
                    for one, other in product(same, partners)
                ]
                taken: tuple[set[str], set[str]] = (set(), set())
                for pair in sorted(options, key=lambda pair: self._unlike(*pair)):
                    if pair[0].id not in taken[0] and pair[1].id not in taken[1]:
                        taken[0].add(pair[0].id)
                        taken[1].add(pair[1].id)
                        pairs.append(pair)
        return sorted(pairs, key=lambda pair: (pair[0].fragments, pair[0].label, pair[0].id))

    def _unlike(self, one: Span, other: Span) -> int:
        """In how much two spans differ; what only one of them says is half a difference."""
        names = self.differing_attributes(one, other)
        types = self.differing_links(one, other)
        told = sum(name in one.attributes and name in other.attributes for name in names)
        told += sum(
            bool(self.a.links_from(one.id, type) and self.b.links_from(other.id, type))
            for type in types
        )
        return len(names) + len(types) + told

    def _groups(
        self, pairs: list[tuple[Span, Span]], left: list[Span], right: list[Span]
    ) -> list[tuple[list[Span], list[Span]]]:
        """One span of a side that the other side has in several pieces, all mostly inside it."""
        groups: list[tuple[list[Span], list[Span]]] = []
        matched_a = {one.id for one, _ in pairs}
        matched_b = {other.id for _, other in pairs}
        loose_a = [span for span in left if span.id not in matched_a]
        loose_b = [span for span in right if span.id not in matched_b]
        used: set[str] = set()
        for one, other in pairs:
            pieces = pieces_of(one, [other, *(x for x in loose_b if x.id not in used)])
            if len(pieces) > 1 and pieces[0] is other:
                used.update(piece.id for piece in pieces)
                groups.append(([one], sorted(pieces, key=lambda x: x.fragments)))
        used.clear()
        grouped = {mine[0].id for mine, _ in groups}
        for one, other in pairs:
            pieces = pieces_of(other, [one, *(x for x in loose_a if x.id not in used)])
            if len(pieces) > 1 and pieces[0] is one and one.id not in grouped:
                used.update(piece.id for piece in pieces)
                groups.append((sorted(pieces, key=lambda x: x.fragments), [other]))
        return groups

    def _match_entities(self) -> dict[str, str]:
        """A's entities to B's: by the matched spans that refer to both, then by name."""
        votes: Counter[tuple[str, str]] = Counter()
        for key, partner in self.partner.items():
            theirs = defaultdict(list)
            for link in self.b.links_from(partner):
                if link.target in self.b.entities:
                    theirs[link.type].append(link.target)
            for link in self.a.links_from(key):
                if link.target in self.a.entities and self._refers(self.a.spans[key], link):
                    votes.update((link.target, target) for target in theirs[link.type])
        names = defaultdict(list)
        for entity in self.b.entities.values():
            names[entity.name.casefold()].append(entity.id)
        for entity in self.a.entities.values():
            for same in names[entity.name.casefold()]:
                votes[entity.id, same] += 0
        found: dict[str, str] = {}
        taken: set[str] = set()

        def worth(pair: tuple[str, str]) -> tuple[int, bool, str, str]:
            one, other = self.a.entities[pair[0]], self.b.entities[pair[1]]
            same = one.name.casefold() == other.name.casefold()
            return -votes[pair], not same, one.name + pair[0], other.name + pair[1]

        for one, other in sorted(votes, key=worth):
            if one not in found and other not in taken:
                found[one] = other
                taken.add(other)
        return found

    def _refers(self, span: Span, link: Link) -> bool:
        """Whether a link says who a mention is: a type that never leads to a span."""
        rule = self.scheme.link(span.label, link.type)
        return rule is not None and set(rule.targets) <= {ENTITY, TOPIC}


def same_value(one: Value | None, other: Value | None) -> bool:
    """Whether two values say the same; the order of a list of values says nothing."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return set(one) == set(other)
    return one == other


def _matched(
    left: list[Span], right: list[Span], min_iou: float, *, same_label: bool
) -> list[tuple[Span, Span]]:
    if not left or not right:
        return []
    corpus = read_corpus({"annotators": {"a": left, "b": right}})
    mine, theirs, _ = match_spans(corpus, (0, 1), min_iou, same_label=same_label)
    pairs = np.column_stack((mine, theirs)).tolist()
    return sorted(
        ((corpus.marked[i], corpus.marked[j]) for i, j in pairs),
        key=lambda pair: (pair[0].fragments, pair[0].label, pair[0].id),
    )


def _several(spans: list[Span]) -> list[list[Span]]:
    """Those of one label at one place, where they are more than one."""
    at: dict[tuple[str, tuple[Fragment, ...]], list[Span]] = {}
    for span in spans:
        at.setdefault((span.label, span.fragments), []).append(span)
    return [same for same in at.values() if len(same) > 1]


def shared(one: Span, other: Span) -> int:
    """Characters that lie in a fragment of both."""
    return sum(
        max(0, min(end, last) - max(start, first))
        for start, end in one.fragments
        for first, last in other.fragments
    )


def size(span: Span) -> int:
    """Characters in the fragments."""
    return sum(end - start for start, end in span.fragments)


def iou(one: Span, other: Span) -> float:
    """Characters in both over characters in either."""
    both = shared(one, other)
    return both / (size(one) + size(other) - both)


def pieces_of(whole: Span, spans: Iterable[Span]) -> list[Span]:
    """The spans of its label that lie mostly in `whole` and stand beside one another, the earlier
    before the later: what lies in another, or around it, is nested and no piece."""
    found: list[Span] = []
    for span in spans:
        nested = any(_mostly_in(span, x) or _mostly_in(x, span) for x in found)
        if span.label == whole.label and _mostly_in(span, whole) and not nested:
            found.append(span)
    return found


def _mostly_in(piece: Span, whole: Span) -> bool:
    return 2 * shared(piece, whole) > size(piece)


def _edges(one: Span, other: Span) -> list[str]:
    """How B's outer edges lie to A's."""
    found = []
    for edge, by in (("starts", other.start - one.start), ("ends", other.end - one.end)):
        if by:
            where = "later" if by > 0 else "earlier"
            characters = "character" if abs(by) == 1 else "characters"
            found.append(f"B {edge} {abs(by)} {characters} {where}")
    return found or [f"{len(one.fragments)} / {len(other.fragments)} fragments"]


def _ends(annotations: AnnotationSet, span: Span, type: str) -> str:
    links = annotations.links_from(span.id, type)
    return ", ".join(_end(annotations, link) for link in links) or _NONE


def _end(annotations: AnnotationSet, link: Link) -> str:
    if link.target_kind == "entity" and link.target in annotations.entities:
        return annotations.entities[link.target].name
    if link.target_kind == "span" and link.target in annotations.spans:
        return f"{annotations.spans[link.target].label} {link.target}"
    return link.target


def _shown(value: Value | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value) or _NONE
    return value or _NONE


def _count(spans: Sequence[Span]) -> str:
    return "1 span" if len(spans) == 1 else f"{len(spans)} spans"
