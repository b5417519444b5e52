"""Adjudication: two annotators' work on one article becomes gold, case by case.

Every decision is one edit of the gold session: the gold spans with attributes and links, and the
verdict that says where they come from. Nothing is remembered elsewhere, so undo, restarts and
crashes need no care here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Literal

from annotator.agreement.cases import Case, Comparison
from annotator.agreement.sources import changed_since, digest_of, recorded
from annotator.agreement.transfer import Transfer, kind_of
from annotator.agreement.votes import Votes, backed, votes
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
        self._transfer = Transfer(session, self.comparison, self.cases)
        self._pair = f"{a.annotator}:{b.annotator}:"
        self._keys = {case.key for case in self.cases}
        self._of_attribute = {(x.a, x.b, x.name): x for x in self.cases if x.kind == "attribute"}

    @property
    def gold(self) -> AnnotationSet:
        return self.session.annotations

    @property
    def left_out(self) -> list[str]:
        return self._transfer.left_out

    # -- where things stand ------------------------------------------------------------------------

    def verdict(self, case: Case) -> Verdict | None:
        """What was decided or noted about a case."""
        return next((item for item in self.gold.verdicts.values() if item.case == case.key), None)

    def open(self) -> list[Case]:
        """The cases that still have to be decided."""
        by_case = {item.case: item for item in self.gold.verdicts.values()}
        elsewhere = self._elsewhere()
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
            if elsewhere.keys() & set(self._sources(case)):
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

    def unasked(self) -> set[tuple[str, str]]:
        """Attributes and links of spans decided with another pair that differ and are not asked.

        By the annotator's span and the name; what that pair decided about the same name is left
        out.
        """
        elsewhere = self._elsewhere()
        return {
            (source, case.name)
            for case in self.cases
            if case.name and case.a
            for sources in [set(self._sources(case))]
            if (known := elsewhere.keys() & sources)
            and not any(case.name in elsewhere[source] for source in known)
            for source in sources - known
        }

    def _elsewhere(self) -> dict[str, set[str]]:
        """The names (of attributes and links; "" for the span itself) decided with other pairs.

        By source, an annotator's span.
        """
        found: dict[str, set[str]] = {}
        for item in self.gold.verdicts.values():
            if not item.case.startswith(self._pair) and kind_of(item) != "entity":
                for source in item.sources:
                    found.setdefault(source, set()).add(item.case.rsplit(":", 2)[-2])
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
        """Take over every span and document field that both have alike, as one edit; how many.

        What the scheme does not allow any more stays an open case, and so does what no majority
        of all annotators has.
        """
        agreed = [
            case for case in self.open() if case.kind == "agree" and backed(case, self.others)
        ]
        taken = 0
        with self._decision("take over what agrees"):
            made: set[str] = set()
            for case in agreed:
                with suppress(EditError):
                    made.update(self._record(case, "agree", self._merged_pair(case, "a")))
                    taken += 1
            self._transfer.draw(made)
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
            self._transfer.draw(
                set(self._record(case, "both", [self._whole(span) for span in spans]))
            )

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
            self._transfer.draw(set(made))
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
        if not recorded(self.gold):
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
                self._transfer.draw({gold}, only=case.name)

    def _record_sources(self, others: Iterable[AnnotationSet] = ()) -> None:
        mine = {work.annotator: digest_of(work) for work in (self.a, self.b, *others)}
        kept = [item for item in recorded(self.gold) if item.rsplit(" ", 1)[0] not in mine]
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
        of_attribute = self._of_attribute.get((case.a, case.b, name))
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

    def _gold_of(self, case: Case) -> list[str]:
        """The gold spans made of the pair that a case is about."""
        sources = set(self._sources(case))
        return [
            span for item, span in self._transfer.made() if sources and sources <= set(item.sources)
        ]


_Wanted = tuple[str, tuple[Fragment, ...], dict[str, Value]]
"""Label, fragments and attributes of a gold span to be made."""


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
