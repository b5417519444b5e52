"""Adjudication: two annotators' work on one article becomes gold, case by case.

Every decision is one edit of the gold session: the gold spans with attributes and links, and the
verdict that says where they come from. Nothing is remembered elsewhere, so undo, restarts and
crashes need no care here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Literal, NamedTuple

from annotator.agreement.cases import Case, same_value
from annotator.agreement.counterparts import Counterparts
from annotator.agreement.sources import changed_since, digest_of, recorded
from annotator.agreement.standing import Standing, kind_of, name_of
from annotator.agreement.transfer import Transfer, said_by
from annotator.agreement.votes import Side, Votes, backed, majority, supporters, votes
from annotator.model.annotation import (
    AnnotationSet,
    Decision,
    Fragment,
    Span,
    Value,
    Verdict,
    normalise_fragments,
)
from annotator.model.errors import EditError
from annotator.model.scheme import Scheme
from annotator.model.session import Session

_TOOK: dict[Side, Decision] = {"a": "took-a", "b": "took-b"}


class _Wanted(NamedTuple):
    """A gold span to be made."""

    label: str
    fragments: tuple[Fragment, ...]
    values: dict[str, Value]
    flags: tuple[str, ...]


class Adjudication:
    """The cases of A and B and what gold says of them, with the work of any `others` in view.

    Of three annotators or more, each pair has an adjudication of its own on the same gold; what is
    decided with one is no case of another any more. A span that only one of A and B has is asked
    about with a third who has it with other edges.

    `cases` go through the text from start to end, a span before its attributes and links.
    `left_out` tells which links the scheme did not allow where the last decision wanted them.
    `counterparts` may be shared by the pairs of one article.
    """

    def __init__(
        self,
        session: Session,
        a: AnnotationSet,
        b: AnnotationSet,
        scheme: Scheme,
        others: Iterable[AnnotationSet] = (),
        *,
        counterparts: Counterparts | None = None,
    ) -> None:
        self.session, self.a, self.b, self.scheme = session, a, b, scheme
        others = list(others)
        self.counterparts = counterparts or Counterparts((a, b, *others), scheme)
        compare = self.counterparts.comparison
        self.comparison = compare(a.annotator, b.annotator)
        self.others = [
            (compare(a.annotator, x.annotator), compare(b.annotator, x.annotator)) for x in others
        ]
        found = self.comparison.cases()
        self._spans_case = {key: case for case in found if not case.name for key in case.a}
        self.cases = sorted(found, key=self._place)
        self._transfer = Transfer(session, self.counterparts)
        self._pair = f"{a.annotator}:{b.annotator}:"
        self._keys = {case.key for case in self.cases}

    @property
    def gold(self) -> AnnotationSet:
        return self.session.annotations

    @property
    def left_out(self) -> list[str]:
        return self._transfer.left_out

    # -- where things stand ------------------------------------------------------------------------

    def about(self, case: Case) -> Case:
        """The case of the spans that an attribute or link case is about; any other, itself."""
        return self._spans_case[case.a[0]] if case.name and case.a else case

    def _place(self, case: Case) -> tuple[object, ...]:
        spans = self.about(case)
        return spans.start, spans.end, spans.a, spans.b, bool(case.name), case.a, case.b

    def verdict(self, case: Case) -> Verdict | None:
        """What was decided or noted about a case."""
        return next((item for item in self.gold.verdicts.values() if item.case == case.key), None)

    def open(self) -> list[Case]:
        """The cases that still have to be decided."""
        by_case = {item.case: item for item in self.gold.verdicts.values()}
        standing = Standing(self.gold, self.counterparts)
        decided, elsewhere = self._decided_spans()
        doubtful = {span for item in self.stale() for span in item.spans}
        present: dict[tuple[str, tuple[Fragment, ...]], list[str]] = {}
        for span in self.gold.spans.values():
            if span.id not in doubtful:
                present.setdefault((span.label, span.fragments), []).append(span.id)
        found: list[Case] = []
        decisions: dict[str, Decision] = {}
        for case in self.cases:
            verdict = by_case.get(case.key)
            decision = verdict.decision if verdict is not None else "open"
            if not case.name:
                decisions[case.key] = decision
            if decision != "open":
                continue
            if not case.name:
                same = case.kind in ("agree", "missed", "extra") and all(
                    any(
                        standing.may_be(gold, source)
                        for gold in present.get((span.label, span.fragments), ())
                    )
                    for span, source in zip(self._spans(case), self._sources(case), strict=True)
                )
                if same or self._not_here(case, decided, elsewhere):
                    decisions[case.key] = "dropped"
                    continue
            elif not case.a:
                if case.name in self.gold.fields or standing.decided(case.name, ()):
                    continue
            elif not self._asks(case, decisions[self.about(case).key], standing):
                continue
            found.append(case)
        return found

    def _asks(self, case: Case, decision: Decision, standing: Standing) -> bool:
        """Whether an attribute or link is to be decided; `decision` is that about its spans."""
        if decision == "both" or standing.decided(case.name, self._sources(case)):
            return False
        return decision == "open" or self._gold_of(case, standing) is not None

    def _decided_spans(self) -> tuple[set[str], dict[str, set[str]]]:
        """The sources whose span was decided; those with another pair, with all it was about."""
        found: set[str] = set()
        elsewhere: dict[str, set[str]] = {}
        for item in self.gold.verdicts.values():
            if item.decision != "open" and kind_of(item) != "entity" and not name_of(item):
                found.update(item.sources)
                if not item.case.startswith(self._pair):
                    for source in item.sources:
                        elsewhere.setdefault(source, set()).update(item.sources)
        return found, elsewhere

    def _not_here(self, case: Case, decided: set[str], elsewhere: dict[str, set[str]]) -> bool:
        """Whether spans were decided with another pair of annotators, or are to be.

        What only one of A and B has is asked where a third has it, if that has other edges.
        """
        sources = set(self._sources(case))
        if not sources.isdisjoint(elsewhere):
            return True
        pair = (f"{self.a.annotator}/", f"{self.b.annotator}/")
        for near in set().union(*map(self.counterparts.near, sources)) & elsewhere.keys():
            # Not if one of these two has another span for what was decided.
            if {x for x in elsewhere[near] if x.startswith(pair)} <= sources:
                return True
        if case.kind not in ("missed", "extra"):
            return False
        [own] = self._spans(case)
        others = [
            self.counterparts.span(x) for y in sources for x in self.counterparts.of(y) - decided
        ]
        return any(x is not None and x.fragments != own.fragments for x in others)

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
            and kind_of(item) != "entity"
        ]

    def votes(self, case: Case) -> Votes:
        """How many annotators say what A says, and what B says."""
        return votes(case, self.comparison, self.others)

    def suggestion(self, case: Case) -> Side | None:
        """The side that agreement or a majority is on; None if there is neither."""
        if case.kind == "agree":
            return "a" if backed(case, self.others) else None
        count = self.votes(case)
        if count.a == count.b:
            return None
        return "a" if count.a > count.b else "b"

    # -- decisions ---------------------------------------------------------------------------------

    def take_agreed(self) -> int:
        """Take over what both have alike, and what a majority says, as one edit; how many spans.

        That is every span and document field that both have alike, if most of all annotators have
        it; and where one of them differs on an attribute or link from what the two have alike of
        whom the span was taken, and most say the same as these. What the scheme does not allow any
        more stays an open case.
        """
        taken = 0
        with self._decision("take over what agrees"):
            made: set[str] = set()
            for case in self.open():
                if case.kind == "agree" and backed(case, self.others):
                    with suppress(EditError):
                        made.update(self._record(case, "agree", self._merged_pair(case, "a")))
                        taken += 1
            self._transfer.draw(made)
            self._take_fields()
            for case, sources in self._outvoted():
                with suppress(EditError):
                    self._decide_named(case, "agree", sources=sources)
        return taken

    def _outvoted(self) -> Iterator[tuple[Case, list[str]]]:
        """Attributes and links of which gold has what most annotators say, with who says so: those
        of whom the span was taken, who had them alike, and others."""
        standing = Standing(self.gold, self.counterparts)
        for case in self.open():
            side = majority(case, self.comparison, self.others) if case.name and case.a else None
            gold = self._gold_of(case, standing)
            if side is not None and gold is not None:
                sources = supporters(case, side, self.comparison, self.others)
                if set(standing.sources(gold)) <= set(sources):
                    yield case, sources

    def _take_fields(self) -> None:
        works = self.counterparts.works.values()
        for field in self.scheme.fields:
            value = self.a.fields.get(field.name)
            count = sum(same_value(work.fields.get(field.name), value) for work in works)
            same = value is not None and same_value(value, self.b.fields.get(field.name))
            if same and 2 * count > len(works) and field.name not in self.gold.fields:
                with suppress(EditError):
                    self.session.set_field(field.name, value)

    def take_a(self, case: Case) -> None:
        """Gold says what A says. Raises EditError if the scheme does not allow it."""
        self._take(case, "a")

    def take_b(self, case: Case) -> None:
        self._take(case, "b")

    def take_whole(self, case: Case, side: Side) -> int:
        """Take one side's span with all attributes and links that differ; how many cases."""
        whole = self.about(case)
        wanted = [x for x in self.open() if self.about(x) is whole] or [case]
        with self._decision(f"take all of {side.upper()}"):
            for item in wanted:
                self._take(item, side)
        return len(wanted)

    def both(self, case: Case) -> None:
        """Gold has both: all spans of A and B, or the links of both. Raises EditError for values,
        of which there is only one."""
        if case.kind == "attribute":
            raise EditError(
                f"{case.name} has one value; take a or b, or choose with m. If these are two spans,"
                " take both spans (*)."
            )
        if case.kind == "link":
            self._decide_named(case, "both")
            return
        with self._decision(f"both {case.label}"):
            wanted = [
                _Wanted(span.label, span.fragments, dict(span.attributes), span.flags)
                for span in self._spans(case)
            ]
            self._transfer.draw(set(self._record(case, "both", wanted)))

    def both_spans(self, case: Case) -> None:
        """Gold has the spans of A and of B, whatever of them the case is about."""
        if case.name and not case.a:
            raise EditError(f"{case.name} is said of the article; there are no two spans.")
        self.both(self.about(case))

    def neither(self, case: Case) -> None:
        """Gold has nothing of it: no span, no link, the attribute's or field's default."""
        if case.name:
            self._decide_named(case, "dropped")
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
                pattern = [one._replace(fragments=fragments) for one in pattern[:1]]
            made = self._record(case, "merged", pattern)
            self._transfer.draw(set(made))
        return made

    def choose(self, case: Case, value: Value) -> None:
        """Give an attribute or document field a value that neither A nor B may have.

        Raises EditError for an attribute of a span that is not in gold yet.
        """
        if case.a and self._gold_of(case) is None:
            raise EditError("Decide about the span first; then it can be given a value.")
        self._decide_named(case, "new", value)

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
        if case.name:
            self._decide_named(case, _TOOK[side])
        else:
            decision = "agree" if case.kind == "agree" else _TOOK[side]
            with self._decision(f"take {side.upper()}: {case.label}"):
                self._transfer.draw(
                    set(self._record(case, decision, self._merged_pair(case, side)))
                )

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
            self.session.add_span(
                one.label, one.fragments, one.values, origin="copied", flags=one.flags
            ).id
            for one in wanted
        ]
        for item in [*outdated, *([before] if before else [])]:
            for span in item.spans:
                if span in self.gold.spans:
                    self.session.delete_span(span)
        for item in outdated:
            self.session.delete_verdict(item.id)
        self._judge(case, decision, made)
        return made

    def _judge(
        self,
        case: Case,
        decision: Decision,
        made: Iterable[str] = (),
        sources: Iterable[str] | None = None,
    ) -> None:
        before = self.verdict(case)
        found = tuple(self._sources(case) if sources is None else sources)
        if before is not None:
            self.session.update_verdict(
                before.id, decision=decision, sources=found, spans=tuple(made)
            )
        else:
            self.session.add_verdict(case.key, decision, sources=found, spans=made)
        if not recorded(self.gold):
            self._record_sources()

    def _remark(self, case: Case, **what: object) -> None:
        verdict = self.verdict(case)
        with self.session.group("remark"):
            if verdict is None:
                verdict = self.session.add_verdict(case.key, "open", sources=self._sources(case))
            self.session.update_verdict(verdict.id, **what)

    def _decide_named(
        self,
        case: Case,
        decision: Decision,
        value: Value | None = None,
        sources: Iterable[str] | None = None,
    ) -> None:
        """Decide an attribute, a type of link or a document field, in gold too if it has the span.

        `value` is what was chosen by hand; `sources` are those that agree.
        """
        with self._decision(f"{case.name}: {decision}"):
            self._judge(case, decision, sources=sources)
            verdict, gold = self.verdict(case), self._gold_of(case)
            if verdict is not None and decision != "new" and case.kind == "attribute":
                value = self._value(case, verdict)
            if not case.a:
                self.session.set_field(case.name, value)
            elif gold is not None and case.kind == "attribute":
                self.session.set_attribute(gold, case.name, value)
            elif gold is not None:
                for link in self.gold.links_from(gold, case.name):
                    self.session.unlink(link.id)
                self._transfer.draw({gold}, only=case.name)

    def _record_sources(self, others: Iterable[AnnotationSet] = ()) -> None:
        mine = {work.annotator: digest_of(work) for work in (self.a, self.b, *others)}
        kept = [item for item in recorded(self.gold) if item.rsplit(" ", 1)[0] not in mine]
        now = [*kept, *(f"{name} {digest}" for name, digest in mine.items())]
        self.session.set_field("sources", tuple(sorted(now)))

    # -- spans and values --------------------------------------------------------------------------

    def _merged_pair(self, case: Case, side: Side) -> list[_Wanted]:
        """One side's spans; a span both have keeps what both say of it and what was decided, and
        one they have alike the flags that both gave it."""
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
        flags = span.flags
        if case.kind == "agree":
            flags = tuple(flag for flag in one.flags if flag in other.flags)
        values = self._settled(self._sources(case), span, values)
        return [_Wanted(span.label, span.fragments, values, flags)]

    def _wholes(self, case: Case, side: Side) -> list[_Wanted]:
        name = (self.a if side == "a" else self.b).annotator
        return [
            _Wanted(
                span.label,
                span.fragments,
                self._settled([f"{name}/{span.id}"], span, dict(span.attributes)),
                span.flags,
            )
            for span in self._side(case, side)
        ]

    def _settled(
        self, sources: Sequence[str], span: Span, values: dict[str, Value]
    ) -> dict[str, Value]:
        """Values of a span to be made, with what was decided of its attributes before."""
        standing = Standing(self.gold, self.counterparts)
        gold = standing.only(sources)
        for name, verdict in standing.names(sources).items():
            if kind_of(verdict) != "attribute" or not self.scheme.attribute(span.label, name):
                continue
            if verdict.decision == "new":  # chosen by hand: only gold knows it
                value = self.gold.spans[gold].attributes.get(name) if gold else None
            else:
                value = self._said(verdict, name)
            values.pop(name, None)
            if value is not None:
                values[name] = value
        return values

    def _said(self, verdict: Verdict, name: str) -> Value | None:
        """The value of an attribute that was decided for."""
        for source in said_by(verdict):
            span = self.counterparts.span(source)
            if span is not None:
                return span.attributes.get(name)
        return None

    def _value(self, case: Case, verdict: Verdict) -> Value | None:
        """The value of an attribute or document field that a verdict on it stands for."""
        if case.a:
            return self._said(verdict, case.name)
        for side, work in (("took-a", self.a), ("took-b", self.b)):
            if verdict.decision == side:
                return work.fields.get(case.name)
        return None

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

    def _gold_of(self, case: Case, standing: Standing | None = None) -> str | None:
        """The one gold span for both spans that an attribute or link case is about."""
        standing = standing or Standing(self.gold, self.counterparts)
        gold = standing.only(self._sources(case)) if case.a else None
        return gold if gold and self.gold.spans[gold].label == case.label else None


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
