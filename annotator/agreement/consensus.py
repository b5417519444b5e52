"""One set made of several annotators' work on one article: what most say, or all that anyone says.

Spans are matched as for F1 and adjudication: within a label, one to one, by the largest IoU; here
from an IoU of 0.5 on. Entities are matched as adjudication does.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, count

from annotator.agreement.cases import Comparison, iou
from annotator.model.annotation import (
    AnnotationSet,
    Decision,
    Link,
    Span,
    Value,
    Verdict,
)
from annotator.model.scheme import Scheme

MIN_IOU = 0.5
WHO = "annotators"
"""The attribute of a union's spans that tells who marked them."""

Key = tuple[int, str]
"""The number of an annotator's set and an id in it."""


@dataclass(slots=True)
class Consensus:
    """The set, and by subject and reason what had to be chosen for it and what is not in it."""

    work: AnnotationSet
    changed: Counter[tuple[str, str]] = field(default_factory=Counter)
    absent: Counter[tuple[str, str]] = field(default_factory=Counter)


def majority(works: Sequence[AnnotationSet], scheme: Scheme) -> Consensus:
    """What more than half of the annotators say, by an annotator called "majority".

    A span is in if more than half have one that matches it; it gets the edges of the one that the
    others are closest to. Attributes, links and document fields are in if more than half of all
    say the same; a link to another mention of the same entity says the same. `works` are all on
    one text, at least one.
    """
    return _Majority(works, scheme).result()


def union(works: Sequence[AnnotationSet], scheme: Scheme) -> Consensus:
    """All that any annotator says, by an annotator called "union".

    Spans with equal label, fragments and attributes are one; the attribute `WHO` and the verdicts
    tell whose they are. `works` are all on one text, at least one.
    """
    return _Union(works, scheme).result()


class _Joined:
    """A new set that is put together from several."""

    name = ""
    decision: Decision = "agree"

    def __init__(self, works: Sequence[AnnotationSet], scheme: Scheme) -> None:
        self.works, self.scheme = works, scheme
        first = works[0]
        self.made = AnnotationSet(first.article_id, first.text_hash, self.name, first.scheme)
        self.consensus = Consensus(self.made)
        self.compared = {
            (i, j): Comparison(works[i], works[j], scheme)
            for i, j in combinations(range(len(works)), 2)
        }
        self._numbers = count(1)
        self.entity_groups = self._group_entities()
        self.group_of = {key: n for n, keys in enumerate(self.entity_groups) for key in keys}
        self._entity_ids: dict[int, str] = {}

    def value(self, span: Span, name: str) -> Value | None:
        attribute = self.scheme.attribute(span.label, name)
        return span.attributes.get(name, attribute.default if attribute else None)

    def finish(self) -> Consensus:
        statuses = {work.status for work in self.works}
        self.made.fields["status"] = "done" if statuses == {"done"} else "open"
        self.made.serial = next(self._numbers) - 1
        return self.consensus

    def new_id(self, letter: str) -> str:
        return f"{letter}{next(self._numbers)}"

    def add_span(self, pattern: Span, members: Iterable[Key]) -> str:
        key = self.new_id("s")
        self.made.spans[key] = replace(pattern, id=key)
        self._judge(key, members)
        return key

    def _judge(self, key: str, members: Iterable[Key]) -> None:
        sources = tuple(f"{self.works[i].annotator}/{span}" for i, span in members)
        verdict = self.new_id("v")
        self.made.verdicts[verdict] = Verdict(
            verdict, f"{self.name}:{key}", self.decision, sources, (key,)
        )

    def add_entity(self, group: int) -> str:
        """The id of the new entity for some that are the same, made when first asked for."""
        if group not in self._entity_ids:
            found = [self.works[i].entities[key] for i, key in self.entity_groups[group]]
            alike = Counter(replace(entity, id="", affiliation="") for entity in found)
            key = self.new_id("e")
            self._entity_ids[group] = key
            self.made.entities[key] = replace(alike.most_common(1)[0][0], id=key)
            for i, own in self.entity_groups[group]:
                if home := self.works[i].entities[own].affiliation:
                    inner = self.group_of.get((i, home))
                    home = home if inner is None else self.add_entity(inner)
                    self.made.entities[key] = replace(self.made.entities[key], affiliation=home)
                    break
        return self._entity_ids[group]

    def outside(self, number: int, link: Link) -> Hashable:
        """What a link to an entity or topic leads to, in terms that all annotators share."""
        if link.target_kind == "entity":
            return self.group_of.get((number, link.target), link.target)
        return link.target

    def end(self, link: Link, shared: Hashable) -> str:
        """The target of a new link to an entity or topic."""
        if link.target_kind == "entity" and isinstance(shared, int):
            return self.add_entity(shared)
        return link.target

    def add_link(self, pattern: Link, source: str, target: str) -> None:
        key = self.new_id("l")
        self.made.links[key] = replace(pattern, id=key, source=source, target=target)

    def _group_entities(self) -> list[list[Key]]:
        """Entities of all annotators in groups of the same, of each annotator one at most."""
        groups: list[dict[int, str]] = []
        for number, work in enumerate(self.works):
            for key in work.entities:
                for group in groups:
                    if number not in group and any(
                        self.compared[other, number].entities.get(own) == key
                        for other, own in group.items()
                    ):
                        group[number] = key
                        break
                else:
                    groups.append({number: key})
        return [sorted(group.items()) for group in groups]

    def said(self, name: str) -> list[Value | None]:
        field = self.scheme.document_field(name)
        default = field.default if field else None
        return [work.fields.get(name, default) for work in self.works]

    @property
    def field_names(self) -> list[str]:
        return sorted(
            {name for work in self.works for name in work.fields} - {*AnnotationSet.RESERVED_FIELDS}
        )


class _Majority(_Joined):
    name = "majority"

    def result(self) -> Consensus:
        self.clusters = self._clusters()
        self.ids: dict[Key, str] = {}
        made = []
        for pivot, members in self.clusters:
            pattern = self.works[pivot[0]].spans[pivot[1]]
            subject = f"{pattern.label} spans"
            if not self.most(len(members)):
                self.consensus.absent[subject, "no majority has them"] += len(members)
                continue
            spans = [self.works[i].spans[key] for i, key in members]
            if len({span.fragments for span in spans}) > 1:
                self.consensus.changed[subject, "edges differ, the middle ones taken"] += 1
            flags = Counter(flag for span in spans for flag in set(span.flags))
            key = self.add_span(
                replace(
                    pattern,
                    attributes=self._attributes(spans),
                    flags=tuple(sorted(flag for flag, n in flags.items() if self.most(n))),
                    note="",
                ),
                members,
            )
            self.ids.update(dict.fromkeys(members, key))
            made.append((key, members))
        for key, members in made:
            self._links(key, members)
        for group, found in enumerate(self.entity_groups):
            if self.most(len(found)):
                self.add_entity(group)
        for name in self.field_names:
            value, votes = Counter(self.said(name)).most_common(1)[0]
            if self.most(votes) and value is not None:
                self.made.fields[name] = value
            else:
                self.consensus.absent["document fields", "no majority says the same"] += 1
        self.made = replace(self.made)  # makes the index of links
        self.consensus.work = self.made
        return self.finish()

    def most(self, votes: int) -> bool:
        return 2 * votes > len(self.works)

    def _clusters(self) -> list[tuple[Key, list[Key]]]:
        """Spans that match one another: the one closest to all, and all; every span in one."""
        partners: dict[Key, dict[Key, float]] = {
            (i, key): {} for i, work in enumerate(self.works) for key in work.spans
        }
        for (i, j), comparison in self.compared.items():
            for one, other in comparison.partner.items():
                near = iou(self.works[i].spans[one], self.works[j].spans[other])
                if near >= MIN_IOU:
                    partners[i, one][j, other] = partners[j, other][i, one] = near

        def rank(key: Key) -> tuple[object, ...]:
            span, near = self.works[key[0]].spans[key[1]], partners[key]
            return -len(near), -sum(near.values()), span.fragments, span.label, key

        waiting = [(rank(key), key) for key in partners]
        heapq.heapify(waiting)
        found = []
        while waiting:
            known, key = heapq.heappop(waiting)
            if key not in partners:
                continue
            if known != (now := rank(key)):  # others have taken some of its partners
                heapq.heappush(waiting, (now, key))
                continue
            members = sorted([key, *partners[key]])
            for member in members:
                for partner in partners.pop(member):
                    if partner in partners:
                        partners[partner].pop(member)
            found.append((key, members))
        return sorted(found, key=lambda x: (*self._place(x[0]), x[0]))

    def _place(self, key: Key) -> tuple[int, int]:
        span = self.works[key[0]].spans[key[1]]
        return span.start, -span.end

    def _attributes(self, spans: Sequence[Span]) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for name in dict.fromkeys(name for span in spans for name in span.attributes):
            value, votes = Counter(self.value(span, name) for span in spans).most_common(1)[0]
            if self.most(votes) and value is not None:
                found[name] = value
            else:
                self.consensus.absent["attributes", "no majority says the same"] += 1
        return found

    def _links(self, source: str, members: Sequence[Key]) -> None:
        votes: dict[tuple[str, str, Hashable], list[tuple[int, Link]]] = {}
        for number, key in members:
            own = set()
            for link in self.works[number].links_from(key):
                end = (link.type, link.target_kind, self._end(number, link))
                if end not in own:
                    own.add(end)
                    votes.setdefault(end, []).append((number, link))
        for (type, kind, shared), voters in votes.items():
            if not self.most(len(voters)):
                why = "no majority says the same"
                self.consensus.absent[f"{type} links", why] += len(voters)
                continue
            pattern = voters[0][1]
            if kind != "span":
                self.add_link(pattern, source, self.end(pattern, shared))
                continue
            targets = Counter(
                self.ids[number, link.target]
                for number, link in voters
                if (number, link.target) in self.ids
            )
            if targets:
                self.add_link(pattern, source, targets.most_common(1)[0][0])
            else:
                self.consensus.absent[f"{type} links", "no majority has their end"] += len(voters)

    def _end(self, number: int, link: Link) -> Hashable:
        if link.target_kind != "span":
            return self.outside(number, link)
        work = self.works[number]
        inner = work.links_from(link.target)
        if inner and all(one.target_kind != "span" for one in inner):  # a mention
            return frozenset((one.type, self.outside(number, one)) for one in inner)
        return self.ids.get((number, link.target), (number, link.target))


class _Union(_Joined):
    name = "union"
    decision: Decision = "both"

    def result(self) -> Consensus:
        same: dict[Hashable, list[Key]] = {}
        for number, work in enumerate(self.works):
            seen: Counter[Hashable] = Counter()
            for span in work.in_order():
                key = self._said(span)
                seen[key] += 1  # twins of one annotator stay two
                same.setdefault((key, seen[key]), []).append((number, span.id))
        ids: dict[Key, str] = {}
        for members in sorted(same.values(), key=self._place):
            spans = [self.works[i].spans[key] for i, key in members]
            names = tuple(self.works[i].annotator for i, _ in members)
            pattern = replace(
                spans[0],
                attributes={**spans[0].attributes, WHO: names},
                flags=tuple(sorted({flag for span in spans for flag in span.flags})),
                note=" / ".join(dict.fromkeys(span.note for span in spans if span.note)),
            )
            ids.update(dict.fromkeys(members, self.add_span(pattern, members)))
        self._links(ids)
        for group in range(len(self.entity_groups)):
            self.add_entity(group)
        for name in self.field_names:
            self._field(name)
        self.made = replace(self.made)  # makes the index of links
        self.consensus.work = self.made
        return self.finish()

    def _said(self, span: Span) -> Hashable:
        label = self.scheme.labels.get(span.label)
        known = [attribute.name for attribute in label.attributes] if label else []
        names = sorted({*known, *span.attributes})
        return span.label, span.fragments, tuple((x, self.value(span, x)) for x in names)

    def _place(self, members: Sequence[Key]) -> tuple[int, int, Key]:
        span = self.works[members[0][0]].spans[members[0][1]]
        return span.start, -span.end, members[0]

    def _links(self, ids: Mapping[Key, str]) -> None:
        seen = set()
        for number, work in enumerate(self.works):
            for link in sorted(work.links.values(), key=lambda x: (len(x.id), x.id)):
                source = ids.get((number, link.source))
                if link.target_kind == "span":
                    target = ids.get((number, link.target))
                else:
                    target = self.end(link, self.outside(number, link))
                if source is None or target is None:
                    why = "an end is left out or missing"
                    self.consensus.absent[f"{link.type} links", why] += 1
                elif (link.type, source, link.target_kind, target) not in seen:
                    seen.add((link.type, source, link.target_kind, target))
                    self.add_link(link, source, target)

    def _field(self, name: str) -> None:
        values = [work.fields[name] for work in self.works if name in work.fields]
        if all(isinstance(value, tuple) for value in values):
            every = [item for value in values if isinstance(value, tuple) for item in value]
            self.made.fields[name] = tuple(dict.fromkeys(every))
        elif len(set(values)) == 1:
            self.made.fields[name] = values[0]
        else:
            self.consensus.absent["document fields", "annotators differ"] += 1
