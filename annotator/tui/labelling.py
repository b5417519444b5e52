"""What the label, link and attribute keys do: spans with defaults, offers, links. No screen here.

The screen turns keys into calls of `Labelling`; `Labelling` turns them into session edits and says
what to ask next (an `Offer`, see `offers`). Everything is data of the scheme.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from annotator.model.annotation import IMPLICIT, Fragment, Link, Origin, Span, Value
from annotator.model.errors import EditError
from annotator.model.scheme import ENTITY, Attribute, Label, LinkType
from annotator.suggest import attributes as computed
from annotator.suggest import cast, mentions, surfaces
from annotator.suggest.links import Candidate
from annotator.text.units import Range
from annotator.tui.offers import Asking, Offer, Proposal


class Labelling(Asking):
    """The labelling rhythm on one article."""

    # -- spans -------------------------------------------------------------------------------------

    def label(self, label: Label, ranges: Iterable[Range], origin: Origin = "manual") -> Span:
        """Mark text with a label, with its computed attributes, as one edit.

        White space at the edges is left out; labels of whole lines take the whole lines. A name is
        given its entity (known or new) at once. Raises EditError if only white space is selected.
        """
        fragments = self._fitted(label, ranges)
        with self.session.group(f"add {label.name}"):
            span = self.session.add_span(
                label.name, fragments, self._computed(label.name, fragments), origin=origin
            )
            self._refer(span)
        return span

    def relabel(self, span_id: str, label: Label) -> list[Link]:
        """Change a span's label; attributes that the new label adds are computed."""
        with self.session.group(f"relabel as {label.name}"):
            fragments = self._fitted(label, self.session.span(span_id).fragments)
            lost = self.session.relabel(span_id, label.name)
            self.session.set_fragments(span_id, fragments)
            span = self.session.span(span_id)
            for name, value in self._computed(label.name, fragments).items():
                if name not in span.attributes:
                    self.session.set_attribute(span_id, name, value)
        return lost

    def set_edges(self, span_id: str, ranges: Iterable[Range]) -> Span:
        span = self.session.span(span_id)
        label = self.session.scheme.labels.get(span.label)
        return self.session.set_fragments(span_id, self._fitted(label, ranges))

    def nudge(self, span_id: str, edge: Literal["start", "end"], step: int) -> Span:
        """Move the outer edge of a span by one character, and on over blanks: none stays inside.

        `step` is 1 or -1. Raises EditError where the text ends or nothing would be left.
        """
        pieces = list(self.session.span(span_id).fragments)
        start, end = pieces[0] if edge == "start" else pieces[-1]
        if edge == "end" and step > 0:
            words = self.units.trim(end, len(self.units.text))
            end = self.units.next_cluster(words[0]) if words else end
        elif edge == "start" and step < 0:
            words = self.units.trim(0, start)
            start = self.units.previous_cluster(words[1]) if words else start
        elif edge == "end":
            words = self.units.trim(start, max(start, self.units.previous_cluster(end)))
            end = words[1] if words else start
        else:
            words = self.units.trim(min(end, self.units.next_cluster(start)), end)
            start = words[0] if words else end
        if words is None:
            outwards = (edge == "end") == (step > 0)
            reason = "There are no more words." if outwards else "Nothing would be left."
            raise EditError(reason)
        pieces[0 if edge == "start" else -1] = (start, end)
        return self.session.set_fragments(span_id, pieces)

    def add_fragment(self, span_id: str, piece: Range) -> Span:
        """Add a piece to a span; pieces that overlap are joined, so it can also widen one."""
        trimmed = self.units.trim(*piece)
        if trimmed is None:
            raise EditError("Only white space is selected.")
        start, end = trimmed
        kept: list[Fragment] = []
        for first, last in self.session.span(span_id).fragments:
            if first <= end and last >= start:
                start, end = min(start, first), max(end, last)
            else:
                kept.append((first, last))
        return self.session.set_fragments(span_id, [*kept, (start, end)])

    def remove_fragment(self, span_id: str, offset: int) -> Span:
        """Take away the piece at `offset`. Raises EditError if it is the only one, or none."""
        span = self.session.span(span_id)
        rest = [(start, end) for start, end in span.fragments if not start <= offset < end]
        if len(rest) == len(span.fragments):
            raise EditError("No fragment of the chosen span is at the caret.")
        if not rest:
            raise EditError("This is the span's only fragment; delete the span instead.")
        return self.session.set_fragments(span_id, rest)

    def mark_same(self, span_id: str) -> list[Span]:
        """Mark every other occurrence of a span's words with its label, attributes and links."""
        span = self.session.span(span_id)
        annotations = self.session.annotations
        taken = [
            piece
            for other in annotations.spans.values()
            if other.label == span.label or self._excluded(other)
            for piece in other.fragments
        ]
        found = mentions.same_string(self.units, span.surface(self.units.text), taken)
        made: list[Span] = []
        with self.session.group(f"mark {len(found)} mentions"):
            for piece in found:
                new = self.session.add_span(span.label, [piece], span.attributes, origin="copied")
                for link in annotations.links_from(span_id):
                    if link.target_kind != "span":
                        self.session.link(
                            new.id, link.type, link.target, link.target_kind, origin="copied"
                        )
                made.append(new)
        return made

    # -- links -------------------------------------------------------------------------------------

    def take(self, offer: Offer) -> None:
        """Apply the picks of an offer as one edit; compute again what hangs on the links."""
        span = self.session.span(offer.span_id)
        before = self._defaults(span)
        with self.session.group("take the offer"):
            for row in offer.rows:
                for index in row.picks:
                    if row.values:
                        self.session.set_attribute(span.id, row.name, row.values[index])
                    elif row.attribute:
                        topic = row.candidates[index]
                        assert isinstance(topic, Candidate)
                        self.session.set_attribute(span.id, row.name, topic.target)
                    else:
                        origin: Origin = "manual" if row.touched else "suggested"
                        self._draw(span.id, row.name, row.candidates[index], origin)
            self._recompute(span.id, before)

    def toggle_link(self, span_id: str, link_type: str, candidate: Candidate) -> bool:
        """Draw the link, or take it away if it is there; True if it was drawn."""
        before = self._defaults(self.session.span(span_id))
        for link in self.session.annotations.links_from(span_id, link_type):
            if link.target == candidate.target and link.target_kind == candidate.target_kind:
                with self.session.group(f"unlink {link_type}"):
                    self.session.unlink(link.id)
                    self._recompute(span_id, before)
                return False
        with self.session.group(f"link {link_type}"):
            self._drop_guesses(span_id, link_type)
            self._draw(span_id, link_type, candidate, "manual")
            self._recompute(span_id, before)
        return True

    def _drop_guesses(self, span_id: str, link_type: str) -> None:
        """Who a mention names was set unasked; the first choice of a person replaces it."""
        rule = self._rule(span_id, link_type)
        present = self.session.annotations.links_from(span_id, link_type)
        if rule.offer == "same-name" and all(link.origin == "suggested" for link in present):
            for link in present:
                self.session.unlink(link.id)

    def attach(self, span_id: str, link_type: str, target: Span | None) -> None:
        """Draw a suggested link where the scheme knows it; an unnamed holder is IMPLICIT."""
        rule = self.scheme.link(self.session.span(span_id).label, link_type)
        if rule is None:
            return
        before = self._defaults(self.session.span(span_id))
        if target is not None:
            self.session.link(span_id, link_type, target.id, origin="suggested")
        elif IMPLICIT in self.scheme.entities.builtin and ENTITY in rule.targets:
            self.session.link(span_id, link_type, IMPLICIT, "entity", origin="suggested")
        self._recompute(span_id, before)

    def link_to_text(self, span_id: str, link_type: str, piece: Range) -> Span:
        """Link to the innermost span on `piece`; where there is none, mark it first.

        A mention that may not stand at that end stands for its entity, where an entity may. Raises
        EditError if no label may stand there.
        """
        rule = self._rule(span_id, link_type)
        here = [
            (span, candidate)
            for span in self.session.annotations.spans.values()
            if span.touches(*piece) and span.id != span_id
            for candidate in self._ends_at(rule, span)
        ]
        if here:
            target, end = min(here, key=lambda one: (one[0].end - one[0].start, one[0].id))
            self.toggle_link(span_id, link_type, end)
            return target
        label = next((self.scheme.labels[n] for n in rule.targets if n in self.scheme.labels), None)
        if label is None:
            raise EditError(f"{link_type} points to no kind of text; pick one of the list.")
        with self.session.group(f"link {link_type}"):
            target = self.label(label, [piece])
            self.toggle_link(span_id, link_type, Candidate(link_type, target.id, "span", "", 1.0))
        return target

    # -- attributes --------------------------------------------------------------------------------

    def cycle(self, span_id: str, attribute: Attribute) -> Value | None:
        """Go to the next value of a choice or flag, wrapping round; returns it."""
        span = self.session.span(span_id)
        current = span.attributes.get(attribute.name, attribute.default)
        if attribute.kind == "flag":
            value: Value = not current
        elif attribute.kind == "choice":
            place = attribute.values.index(current) + 1 if current in attribute.values else 0  # type: ignore[arg-type]
            value = attribute.values[place % len(attribute.values)]
        else:
            return None
        self.session.set_attribute(span_id, attribute.name, value)
        return value

    # -- inside ------------------------------------------------------------------------------------

    def _fitted(self, label: Label | None, ranges: Iterable[Range]) -> list[Fragment]:
        fitted: list[Fragment] = []
        for start, end in ranges:
            if label is not None and label.lines:
                start = self.units.paragraph_at(start)[0]
                end = self.units.paragraph_at(max(start, end - 1))[1]
            trimmed = self.units.trim(start, end)
            if trimmed is not None:
                fitted.append(trimmed)
        if not fitted:
            raise EditError("Only white space is selected; select some words first.")
        return fitted

    def _computed(self, label: str, fragments: Sequence[Fragment]) -> dict[str, Value]:
        """Computed attributes that the profile in use knows."""
        found = computed.defaults(
            self.units,
            self.scheme,
            self.session.annotations,
            label,
            tuple(fragments),
            self.session.article,
        )
        return {name: value for name, value in found.items() if self.scheme.attribute(label, name)}

    def _defaults(self, span: Span) -> dict[str, Value]:
        return computed.computed(
            self.units, self.scheme, self.session.annotations, span, self.session.article
        )

    def _recompute(self, span_id: str, before: dict[str, Value]) -> None:
        """Follow the computed values where nobody has said otherwise."""
        span = self.session.span(span_id)
        for name, value in self._defaults(span).items():
            untouched = span.attributes.get(name) == before.get(name)
            if untouched and span.attributes.get(name) != value:
                self.session.set_attribute(span_id, name, value, computed=True)

    def _rule(self, span_id: str, link_type: str) -> LinkType:
        span = self.session.span(span_id)
        rule = self.session.scheme.link(span.label, link_type)
        if rule is None:
            raise EditError(f"A {span.label} has no link called {link_type}.")
        return rule

    def _draw(
        self, span_id: str, link_type: str, candidate: Candidate | Proposal, origin: Origin
    ) -> None:
        if isinstance(candidate, Proposal):
            made = self.label(self.scheme.labels[candidate.label], [candidate.piece], "suggested")
            self.session.link(span_id, link_type, made.id, origin=origin)
            return
        target = candidate.target
        if not target and candidate.target_kind == "entity":
            target = self._new_entity(candidate.title)
        self.session.link(span_id, link_type, target, candidate.target_kind, origin=origin)

    def _new_entity(self, name: str) -> str:
        rules = self.session.scheme.entities
        kind, naming = surfaces.guess_type(name), surfaces.naming(name)
        return self.session.add_entity(
            surfaces.bare_name(name),
            kind if kind in rules.types else "",
            naming if naming in rules.naming else "",
        ).id

    def _refer(self, span: Span) -> None:
        """Give a mention its entity where the name says which.

        Pronouns are asked about; one that was suggested is taken with what it most likely means.
        """
        label = self.scheme.labels[span.label]
        for rule in label.links:
            if rule.offer != "same-name" or ENTITY not in rule.targets:
                continue
            surface = span.surface(self.units.text)
            if surfaces.pronoun_kind(surface):
                likely = self.antecedent(span) if span.origin == "suggested" else None
                target = likely.target if likely else None
            else:
                known = cast.entity_for(
                    self.session.annotations, self.units.text, surface, rule.name
                )
                target = known or self._new_entity(surface)
            if target:
                self.session.link(span.id, rule.name, target, "entity", origin="suggested")

    def _excluded(self, span: Span) -> bool:
        return span.attributes.get("exclude") is True
