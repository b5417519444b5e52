"""Adjudication: two annotators' work on one article becomes gold, case by case.

Every decision is one edit of the gold session: the gold spans with attributes and links, and the
verdict that says where they come from. Nothing is remembered elsewhere, so undo, restarts and
crashes need no care here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from hashlib import sha256
from typing import Literal

from annotator.agreement.cases import Case, Comparison, shared, size
from annotator.agreement.votes import Votes, votes
from annotator.model.annotation import (
    AnnotationSet,
    Decision,
    Fragment,
    Link,
    Span,
    Value,
    Verdict,
    normalise_fragments,
)
from annotator.model.errors import EditError
from annotator.model.scheme import Scheme
from annotator.model.session import Session

Side = Literal["a", "b"]
_TOOK: dict[Side, Decision] = {"a": "took-a", "b": "took-b"}


class Adjudication:
    """The cases of A and B and what gold says of them. `others` have a vote but no cases here.

    `cases` go through the text from start to end, a span before its attributes and links.
    `left_out` tells which links the scheme did not allow where the last decision wanted them.
    """

    def __init__(
        self,
        session: Session,
        a: AnnotationSet,
        b: AnnotationSet,
        scheme: Scheme,
        others: Iterable[AnnotationSet] = (),
    ) -> None:
        self.session, self.a, self.b, self.scheme = session, a, b, scheme
        self.comparison = Comparison(a, b, scheme)
        self.others = [
            (Comparison(a, other, scheme), Comparison(b, other, scheme)) for other in others
        ]
        self.cases = sorted(
            self.comparison.cases(), key=lambda x: (x.start, x.end, x.a, x.b, bool(x.name))
        )
        self.left_out: list[str] = []
        self._pair = f"{a.annotator}:{b.annotator}:"
        self._keys = {case.key for case in self.cases}
        self._by_pair = {(x.a, x.b, x.kind, x.name): x for x in self.cases if x.name}
        self._entity_back = {b: a for a, b in self.comparison.entities.items()}

    @property
    def gold(self) -> AnnotationSet:
        return self.session.annotations

    # -- where things stand ------------------------------------------------------------------------

    def verdict(self, case: Case) -> Verdict | None:
        """What was decided or noted about a case."""
        return next((item for item in self.gold.verdicts.values() if item.case == case.key), None)

    def open(self) -> list[Case]:
        """The cases that still have to be decided."""
        by_case = {item.case: item for item in self.gold.verdicts.values()}
        elsewhere = {
            source
            for item in self.gold.verdicts.values()
            if not item.case.startswith(self._pair) and _kind(item) != "entity"
            for source in item.sources
        }
        doubtful = {span for item in self.stale() for span in item.spans}
        present = {
            (span.label, span.fragments)
            for span in self.gold.spans.values()
            if span.id not in doubtful
        }
        gone = self._without_gold(by_case)
        found = []
        for case in self.cases:
            verdict = by_case.get(case.key)
            if verdict is not None and verdict.decision != "open":
                continue
            spans = self._spans(case)
            if any(source in elsewhere for source in self._sources(case)):
                continue  # decided with another pair of annotators
            if case.name and case.a in gone:
                continue
            one = {(span.label, span.fragments) for span in spans}
            if case.kind in ("agree", "missed", "extra") and one and one <= present:
                continue
            if not spans and case.name in self.gold.fields:
                continue
            found.append(case)
        return found

    def _without_gold(self, by_case: dict[str, Verdict]) -> set[tuple[str, ...]]:
        """A's sides of the pairs that have no gold span to which both sides' attributes go."""
        gone = set()
        for case in self.cases:
            verdict = by_case.get(case.key)
            if case.name or verdict is None or verdict.decision == "open":
                continue
            if verdict.decision == "both" or not any(x in self.gold.spans for x in verdict.spans):
                gone.add(case.a)
        return gone

    def changed(self) -> list[str]:
        """Who changed their work since it was adjudicated here."""
        return changed_since(self.gold, (self.a, self.b))

    def stale(self) -> list[Verdict]:
        """Verdicts about what A and B do not say any more; their gold stays until decided anew."""
        return [
            item
            for item in self.gold.verdicts.values()
            if item.case.startswith(self._pair)
            and item.case not in self._keys
            and _kind(item) != "entity"
        ]

    def votes(self, case: Case) -> Votes:
        """How many annotators say what A says, and what B says."""
        return votes(case, self.comparison, self.others)

    def suggestion(self, case: Case) -> Side | None:
        """The side that agreement or a majority is on; None if there is neither."""
        if case.kind == "agree":
            return "a"
        count = self.votes(case)
        if count.a == count.b:
            return None
        return "a" if count.a > count.b else "b"

    # -- decisions ---------------------------------------------------------------------------------

    def take_agreed(self) -> int:
        """Take over every span and document field that both have alike, as one edit; how many.

        What the scheme does not allow any more stays an open case.
        """
        agreed = [case for case in self.open() if case.kind == "agree"]
        taken = 0
        with self._decision("take over what agrees"):
            made: set[str] = set()
            for case in agreed:
                with suppress(EditError):
                    made.update(self._record(case, "agree", self._merged_pair(case, "a")))
                    taken += 1
            self._draw(made)
            for field in self.scheme.fields:
                value = self.a.fields.get(field.name)
                same = value is not None and value == self.b.fields.get(field.name)
                if same and field.name not in self.gold.fields:
                    with suppress(EditError):
                        self.session.set_field(field.name, value)
        return taken

    def take_a(self, case: Case) -> None:
        """Gold says what A says. Raises EditError if the scheme does not allow it."""
        self._take(case, "a")

    def take_b(self, case: Case) -> None:
        self._take(case, "b")

    def take_whole(self, case: Case, side: Side) -> int:
        """Take one side's span with all attributes and links that differ; how many cases."""
        wanted = [x for x in self.open() if (x.a, x.b) == (case.a, case.b)] or [case]
        with self._decision(f"take all of {side.upper()}"):
            for item in wanted:
                self._take(item, side)
        return len(wanted)

    def both(self, case: Case) -> None:
        """Gold has both: all spans of A and B, or the links of both. Raises EditError for values,
        of which there is only one."""
        if case.kind == "attribute":
            raise EditError(f"{case.name} has one value; take a or b, or choose with m.")
        if case.kind == "link":
            self._decide_link(case, "both")
            return
        with self._decision(f"both {case.label}"):
            spans = [*self._side(case, "a"), *self._side(case, "b")]
            self._draw(set(self._record(case, "both", [self._whole(span) for span in spans])))

    def neither(self, case: Case) -> None:
        """Gold has nothing of it: no span, no link, the attribute's or field's default."""
        if case.kind == "attribute":
            self._decide_value(case, None, "dropped")
        elif case.kind == "link":
            self._decide_link(case, "dropped")
        else:
            with self._decision(f"drop {case.label}"):
                self._record(case, "dropped", [])

    def merge(self, case: Case, how: Literal["union", "intersection", "by hand"]) -> list[str]:
        """Make one gold span of both sides; returns its id.

        "by hand" starts from A's span (or the only one), to be edited in gold. Raises EditError if
        the sides share nothing, or for what is no span.
        """
        if case.name:
            raise EditError("Edges can be merged, not values or links; take a or b.")
        spans = self._spans(case)
        if how != "by hand" and len({span.label for span in spans}) > 1:
            raise EditError("These have different labels; take a or b, or edit by hand.")
        with self._decision(f"merge {case.label}"):
            pattern = self._merged_pair(case, "a") if case.a else self._wholes(case, "b")
            if how != "by hand":
                fragments = self._fragments(case, how)
                pattern = [(label, fragments, values) for label, _, values in pattern[:1]]
            made = self._record(case, "merged", pattern)
            self._draw(set(made))
        return made

    def choose(self, case: Case, value: Value) -> None:
        """Give an attribute or document field a value that neither A nor B may have."""
        self._decide_value(case, value, "new")

    def note(self, case: Case, text: str) -> None:
        """Keep a note on a case, decided or not; "" removes it."""
        self._remark(case, note=text)

    def mark_gap(self, case: Case, on: bool) -> None:
        """Mark a case as a gap in the guidelines, or not."""
        self._remark(case, gap=on)

    def adopt(self) -> int:
        """Record gold spans made by hand as new, and what was adjudicated; how many spans."""
        known = {span for item in self.gold.verdicts.values() for span in item.spans}
        new = [span for span in self.gold.in_order() if span.id not in known]
        if new:
            with self.session.group("record what is new"):
                for span in new:
                    self.session.add_verdict(f"new:{span.id}", "new", spans=(span.id,))
        return len(new)

    def finish(self, others: Iterable[AnnotationSet] = ()) -> None:
        """Mark gold done, made from A, B and `others` as they are now."""
        with self.session.group("adjudicated"):
            self._record_sources(others)
            self.session.set_status("done")

    # -- deciding ----------------------------------------------------------------------------------

    def _take(self, case: Case, side: Side) -> None:
        if case.kind == "attribute":
            self._decide_value(case, self._value(case, side), _TOOK[side])
        elif case.kind == "link":
            self._decide_link(case, _TOOK[side])
        else:
            decision = "agree" if case.kind == "agree" else _TOOK[side]
            with self._decision(f"take {side.upper()}: {case.label}"):
                self._draw(set(self._record(case, decision, self._merged_pair(case, side))))

    def _decision(self, action: str) -> AbstractContextManager[None]:
        self.left_out.clear()
        return self.session.group(action)

    def _record(self, case: Case, decision: Decision, wanted: Sequence[_Wanted]) -> list[str]:
        """Put gold spans in the place of those made for the case before, with the verdict."""
        before = self.verdict(case)
        sources = self._sources(case)
        outdated = [
            item
            for item in self.stale()
            if item.spans and any(source in sources for source in item.sources)
        ]
        made = [
            self.session.add_span(label, fragments, values, origin="copied").id
            for label, fragments, values in wanted
        ]
        for item in [*outdated, *([before] if before else [])]:
            for span in item.spans:
                if span in self.gold.spans:
                    self.session.delete_span(span)
        for item in outdated:
            self.session.delete_verdict(item.id)
        self._judge(case, decision, made)
        return made

    def _judge(self, case: Case, decision: Decision, made: Iterable[str] = ()) -> None:
        before = self.verdict(case)
        if before is not None:
            self.session.update_verdict(before.id, decision=decision, spans=tuple(made))
        else:
            self.session.add_verdict(case.key, decision, sources=self._sources(case), spans=made)
        if not _recorded(self.gold):
            self._record_sources()

    def _remark(self, case: Case, **what: object) -> None:
        verdict = self.verdict(case)
        with self.session.group("remark"):
            if verdict is None:
                verdict = self.session.add_verdict(case.key, "open", sources=self._sources(case))
            self.session.update_verdict(verdict.id, **what)

    def _decide_value(self, case: Case, value: Value | None, decision: Decision) -> None:
        with self._decision(f"{case.name}: {decision}"):
            if not case.a:
                self.session.set_field(case.name, value)
            for gold in self._gold_of(case):
                self.session.set_attribute(gold, case.name, value)
            self._judge(case, decision)

    def _decide_link(self, case: Case, decision: Decision) -> None:
        with self._decision(f"{case.name}: {decision}"):
            self._judge(case, decision)
            for gold in self._gold_of(case):
                for link in self.gold.links_from(gold, case.name):
                    self.session.unlink(link.id)
                self._draw({gold}, only=case.name)

    def _record_sources(self, others: Iterable[AnnotationSet] = ()) -> None:
        mine = {work.annotator: _digest(work) for work in (self.a, self.b, *others)}
        kept = [item for item in _recorded(self.gold) if item.rsplit(" ", 1)[0] not in mine]
        now = [*kept, *(f"{name} {digest}" for name, digest in mine.items())]
        self.session.set_field("sources", tuple(sorted(now)))

    # -- spans and values --------------------------------------------------------------------------

    def _merged_pair(self, case: Case, side: Side) -> list[_Wanted]:
        """One side's spans; a span both have keeps what both say of it and what was decided."""
        if case.kind not in ("agree", "boundary"):
            return self._wholes(case, side)
        one, other = self.a.spans[case.a[0]], self.b.spans[case.b[0]]
        span = one if side == "a" else other
        differing = self.comparison.differing_attributes(one, other)
        values = {
            name: value
            for name, value in {**other.attributes, **one.attributes}.items()
            if name not in differing
        }
        for name in differing:
            value = self._decided_value(case, name)
            if value is not None:
                values[name] = value
        return [(span.label, span.fragments, values)]

    def _decided_value(self, case: Case, name: str) -> Value | None:
        of_attribute = self._by_pair.get((case.a, case.b, "attribute", name))
        verdict = self.verdict(of_attribute) if of_attribute else None
        if of_attribute is None or verdict is None:
            return None
        if verdict.decision == "new":  # chosen by hand: only gold knows it
            for gold in self._gold_of(case):
                return self.gold.spans[gold].attributes.get(name)
        for side, took in _TOOK.items():
            if verdict.decision == took:
                return self._value(of_attribute, side)
        return None

    def _wholes(self, case: Case, side: Side) -> list[_Wanted]:
        return [self._whole(span) for span in self._side(case, side)]

    @staticmethod
    def _whole(span: Span) -> _Wanted:
        return span.label, span.fragments, dict(span.attributes)

    def _value(self, case: Case, side: Side) -> Value | None:
        work = self.a if side == "a" else self.b
        spans = self._side(case, side)
        return spans[0].attributes.get(case.name) if spans else work.fields.get(case.name)

    def _fragments(self, case: Case, how: str) -> tuple[Fragment, ...]:
        mine = [pair for span in self._side(case, "a") for pair in span.fragments]
        theirs = [pair for span in self._side(case, "b") for pair in span.fragments]
        pieces = _union([*mine, *theirs]) if how == "union" else _intersection(mine, theirs)
        if not pieces:
            raise EditError("The two share no text; take a or b.")
        label = self.scheme.labels.get(case.label)
        if len(pieces) > 1 and label is not None and not label.fragments:
            pieces = [(pieces[0][0], pieces[-1][1])]
        return normalise_fragments(pieces, len(self.session.article.text))

    def _side(self, case: Case, side: Side) -> list[Span]:
        if side == "a":
            return [self.a.spans[key] for key in case.a]
        return [self.b.spans[key] for key in case.b]

    def _spans(self, case: Case) -> list[Span]:
        return [*self._side(case, "a"), *self._side(case, "b")]

    def _sources(self, case: Case) -> tuple[str, ...]:
        return (
            *(f"{self.a.annotator}/{key}" for key in case.a),
            *(f"{self.b.annotator}/{key}" for key in case.b),
        )

    # -- from the annotators' ids to gold's --------------------------------------------------------

    def _made(self) -> Iterator[tuple[Verdict, str]]:
        """Gold spans and the verdicts they come from."""
        for item in self.gold.verdicts.values():
            for span in item.spans:
                if span in self.gold.spans:
                    yield item, span

    def _gold_of(self, case: Case) -> list[str]:
        """The gold spans made of the pair that a case is about."""
        sources = set(self._sources(case))
        return [span for item, span in self._made() if sources and sources <= set(item.sources)]

    def _stands(self) -> _Stands:
        """The gold spans made of each annotator's span, by source."""
        found: _Stands = {}
        for item, span in self._made():
            for source in item.sources:
                found.setdefault(source, []).append(self.gold.spans[span])
        return found

    def _gold_span(self, work: AnnotationSet, key: str, stands: _Stands) -> str | None:
        """The gold span that stands for an annotator's: of several, the one most alike."""
        own = work.spans.get(key)
        found = stands.get(f"{work.annotator}/{key}")
        if own is None or not found:
            return None
        best = max(
            found,
            key=lambda x: (x.label == own.label, shared(x, own) / max(size(x), size(own)), x.id),
        )
        return best.id

    def _gold_entity(self, work: AnnotationSet, key: str) -> str:
        """The gold entity for an annotator's: the one made of it, one of the same name, or new."""
        if key in self.scheme.entities.builtin or key not in work.entities:
            return key
        other, twin = self._twin(work, key)
        sources = [f"{work.annotator}/{key}", *([f"{other.annotator}/{twin}"] if twin else [])]
        claimed: set[str] = set()
        for item in self.gold.verdicts.values():
            if _kind(item) == "entity" and item.spans and item.spans[0] in self.gold.entities:
                if any(source in item.sources for source in sources):
                    return item.spans[0]
                if any(source.startswith(f"{work.annotator}/") for source in item.sources):
                    claimed.add(item.spans[0])
        entity = work.entities[key]
        gold = next(
            (
                item.id
                for item in self.gold.entities.values()
                if item.name.casefold() == entity.name.casefold()
                and item.type == entity.type
                and item.id not in claimed
            ),
            "",
        )
        decision: Decision = "agree" if gold or twin else "took-a" if work is self.a else "took-b"
        if not gold:
            gold = self.session.add_entity(entity.name).id
        self.session.add_verdict(
            f"{self._pair}entity:{key}:{twin}::", decision, sources=sources, spans=(gold,)
        )
        spare = other.entities.get(twin)
        for name in ("type", "naming", "kb", "note"):
            value = getattr(entity, name) or (getattr(spare, name) if spare else "")
            if value and not getattr(self.gold.entities[gold], name):
                with suppress(EditError):
                    self.session.update_entity(gold, **{name: value})
        if entity.affiliation and not self.gold.entities[gold].affiliation:
            home = self._gold_entity(work, entity.affiliation)
            if home != gold:
                self.session.update_entity(gold, affiliation=home)
        return gold

    def _twin(self, work: AnnotationSet, key: str) -> tuple[AnnotationSet, str]:
        if work is self.a:
            return self.b, self.comparison.entities.get(key, "")
        return self.a, self._entity_back.get(key, "")

    # -- links -------------------------------------------------------------------------------------

    def _draw(self, new: set[str], only: str = "") -> None:
        """Draw the links that leave or reach new gold spans, as far as both ends are in gold."""
        made, stands = list(self._made()), self._stands()
        sources = {source for item, gold in made if gold in new for source in item.sources}
        around = set(new)
        for work in (self.a, self.b):
            start = f"{work.annotator}/"
            for source in sources:
                if source.startswith(start):
                    for link in work.links_to(source.removeprefix(start)):
                        around.add(self._gold_span(work, link.source, stands) or "")
        for item, gold in made:
            if gold not in around:
                continue
            for work, links in self._wanted_links(item, gold):
                for link in links:
                    if only and link.type != only:
                        continue
                    target = self._target(work, link, stands)
                    if target is not None and (gold in new or target in new):
                        self._link(gold, link, target)
        for item, gold in made:
            if gold in around:
                self._restore_order(item, gold, stands)

    def _link(self, gold: str, link: Link, target: str) -> None:
        try:
            self.session.link(gold, link.type, target, link.target_kind, origin="copied")
        except EditError as error:
            self.left_out.append(str(error))

    def _target(self, work: AnnotationSet, link: Link, stands: _Stands) -> str | None:
        if link.target_kind == "span":
            return self._gold_span(work, link.target, stands)
        return self._gold_entity(work, link.target) if link.target_kind == "entity" else link.target

    def _wanted_links(
        self, verdict: Verdict, gold: str
    ) -> Iterator[tuple[AnnotationSet, list[Link]]]:
        """The links a gold span is to have, as links of A and of B."""
        mine = self._nearest(self.a, verdict, gold)
        theirs = self._nearest(self.b, verdict, gold)
        paired = (
            mine is not None
            and theirs is not None
            and verdict.decision != "both"
            and self.comparison.partner.get(mine.id) == theirs.id
        )
        if not paired or mine is None or theirs is None:
            a, b = mine, theirs
            if a is not None and b is not None:
                of_a = verdict.decision in ("took-a", "merged", "agree")
                if verdict.decision == "both":
                    label, fragments = self.gold.spans[gold].label, self.gold.spans[gold].fragments
                    of_a = (a.label, a.fragments) == (label, fragments)
                a, b = (a, None) if of_a else (None, b)
            if a is not None:
                yield self.a, self.a.links_from(a.id)
            if b is not None:
                yield self.b, self.b.links_from(b.id)
            return
        differing = self.comparison.differing_links(mine, theirs)
        yield self.a, [x for x in self.a.links_from(mine.id) if x.type not in differing]
        for type in differing:
            case = self._by_pair.get(((mine.id,), (theirs.id,), "link", type))
            decided = self.verdict(case) if case else None
            if decided is not None and decided.decision in ("took-a", "both"):
                yield self.a, self.a.links_from(mine.id, type)
            if decided is not None and decided.decision in ("took-b", "both"):
                yield self.b, self.b.links_from(theirs.id, type)

    def _nearest(self, work: AnnotationSet, verdict: Verdict, gold: str) -> Span | None:
        """The annotator's span among a verdict's sources that a gold span is most alike."""
        start = f"{work.annotator}/"
        keys = [x.removeprefix(start) for x in verdict.sources if x.startswith(start)]
        found = [work.spans[key] for key in keys if key in work.spans]
        own = self.gold.spans[gold]
        return max(
            found,
            key=lambda x: (x.label == own.label, shared(x, own) / max(size(x), size(own)), x.id),
            default=None,
        )

    def _restore_order(self, verdict: Verdict, gold: str, stands: _Stands) -> None:
        """Ordered links that came one by one stand in the order of their source again."""
        label = self.scheme.labels.get(self.gold.spans[gold].label)
        for rule in label.links if label else ():
            present = self.gold.links_from(gold, rule.name)
            if not rule.ordered or len(present) < 2:
                continue
            rank = {
                self._target(work, link, stands): number
                for work, links in self._wanted_links(verdict, gold)
                for number, link in enumerate(links)
            }
            order = sorted(present, key=lambda x: (rank.get(x.target, len(rank)), x.order))
            self.session.reorder(gold, rule.name, [link.id for link in order])


_Stands = dict[str, list[Span]]
_Wanted = tuple[str, tuple[Fragment, ...], dict[str, Value]]
"""Label, fragments and attributes of a gold span to be made."""


def changed_since(gold: AnnotationSet, works: Iterable[AnnotationSet]) -> list[str]:
    """Whose work is not what it was when gold was made of it."""
    recorded = dict(source.rsplit(" ", 1) for source in _recorded(gold))
    now = {work.annotator: _digest(work) for work in works}
    return [name for name, digest in now.items() if recorded.get(name, digest) != digest]


def _recorded(gold: AnnotationSet) -> tuple[str, ...]:
    """Name and digest of each set that gold was made of."""
    value = gold.fields.get("sources", ())
    return tuple(item for item in value if " " in item) if isinstance(value, tuple) else ()


def _kind(verdict: Verdict) -> str:
    parts = verdict.case.split(":")
    return parts[2] if len(parts) > 2 else parts[0]


def _digest(work: AnnotationSet) -> str:
    """What a set says, as 16 digits; its status, times and notes do not count."""
    said = (
        sorted(
            repr((s.id, s.label, s.fragments, sorted(s.attributes.items())))
            for s in work.spans.values()
        ),
        sorted(repr((x.source, x.type, x.order, x.target)) for x in work.links.values()),
        sorted(map(repr, work.entities.values())),
        sorted((k, v) for k, v in work.fields.items() if k not in AnnotationSet.RESERVED_FIELDS),
    )
    return sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _union(pieces: Iterable[Fragment]) -> list[Fragment]:
    joined: list[Fragment] = []
    for start, end in sorted(pieces):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _intersection(mine: Sequence[Fragment], theirs: Sequence[Fragment]) -> list[Fragment]:
    return _union(
        (max(start, first), min(end, last))
        for start, end in mine
        for first, last in theirs
        if max(start, first) < min(end, last)
    )
