"""What the label, link and attribute keys do: spans with defaults, offers, links. No screen here.

The screen turns keys into calls of `Labelling`; `Labelling` turns them into session edits and says
what to ask next (an `Offer`). Everything is data of the scheme.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from annotator.model.annotation import IMPLICIT, Fragment, Link, Origin, Span, Value
from annotator.model.errors import EditError
from annotator.model.scheme import ENTITY, TOPIC, Attribute, Label, LinkType, Scheme
from annotator.model.session import Session
from annotator.project import Project
from annotator.suggest import attributes as computed
from annotator.suggest import cast, mentions, surfaces
from annotator.suggest.attributions import frames
from annotator.suggest.links import Candidate, offers
from annotator.text.units import Range, Units

DIGITS = "123456789"
_TOPICS = 2  # so many of the topics used last are offered with a claim


@dataclass(frozen=True, slots=True)
class Proposal:
    """An end of a link that is not marked yet; picking it marks `piece` with `label` first."""

    type: str
    label: str
    piece: Range
    title: str


@dataclass(slots=True)
class Row:
    """One question of an offer: the targets of a link type, or the values of an attribute.

    An attribute that names a topic has topics as candidates, and `attribute` set.

    `picks` are indices into `candidates` or `values`; `first` is the digit of the first choice.
    """

    name: str
    candidates: list[Candidate | Proposal] = field(default_factory=list)
    values: tuple[str, ...] = ()
    picks: list[int] = field(default_factory=list)
    many: bool = False
    first: int = 1
    touched: bool = False
    attribute: bool = False

    def __len__(self) -> int:
        return len(self.candidates) or len(self.values)

    def pick(self, index: int) -> None:
        """The first pick replaces what was offered; later ones toggle where many may be.

        Pressed twice, the only pick is taken back: the question is left out.
        """
        if self.touched and self.picks == [index]:
            self.picks = []
        elif not self.many or not self.touched:
            self.picks = [index]
        elif index in self.picks:
            self.picks.remove(index)
        else:
            self.picks.append(index)
        self.touched = True


@dataclass(slots=True)
class Offer:
    """What is asked about a span that was just made; `take` it, change picks by digit, or leave it.

    With `immediate`, the first digit answers it at once (a required attribute).
    """

    span_id: str
    rows: list[Row]
    immediate: bool = False

    def choose(self, digit: str) -> bool:
        """Pick the choice with this digit; False if there is none."""
        if digit not in DIGITS:
            return False
        number = int(digit)
        for row in self.rows:
            if row.first <= number < row.first + len(row):
                row.pick(number - row.first)
                return True
        return False


class Labelling:
    """The labelling rhythm on one article."""

    def __init__(self, project: Project, session: Session, units: Units) -> None:
        self.project = project
        self.session = session
        self.units = units
        self.scheme: Scheme = project.profile_scheme

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

    # -- offers ------------------------------------------------------------------------------------

    def questions(self, span: Span) -> list[Offer]:
        """What to ask about a new span, in order: required attributes, then links."""
        label = self.scheme.labels.get(span.label)
        if label is None:
            return []
        asked = [
            Offer(span.id, [Row(a.name, values=a.values, picks=[0])], immediate=True)
            for a in label.attributes
            if a.required and a.kind == "choice" and a.name not in span.attributes
        ]
        links = self.links_offer(span, label)
        return [*asked, links] if links else asked

    def links_offer(self, span: Span, label: Label) -> Offer | None:
        """The proposed ends of the links that a span still lacks; None if there are none."""
        proposed = self._proposed(span)
        wanted = [
            link
            for link in label.links
            if proposed.get(link.name)
            and (link.offer or isinstance(proposed[link.name][0], Proposal))
            and not self.session.annotations.links_from(span.id, link.name)
        ]
        topics = self._topic_rows(span, label)
        rows: list[Row] = []
        digit = 1
        for place, link in enumerate(wanted):
            left = len(DIGITS) + 1 - digit - sum(map(len, topics))
            room = max(1, left // (len(wanted) - place))
            candidates = proposed[link.name][: min(room, 4) if len(wanted) > 1 else 9]
            if digit > len(DIGITS):
                break
            many = link.maximum is None or link.maximum > 1
            rows.append(Row(link.name, candidates, picks=[0], many=many, first=digit))
            digit += len(candidates)
        if not rows:
            return None
        self._pick_all_holders(span, label, rows)
        for row in topics:
            row.first = digit
            digit += len(row)
            if digit <= len(DIGITS) + 1:
                rows.append(row)
        return Offer(span.id, rows)

    def _topic_rows(self, span: Span, label: Label) -> list[Row]:
        """The topics used last in this article, for the topic attributes not said yet."""
        wanted = [
            a for a in label.attributes if a.kind == "topic" and a.name not in span.attributes
        ]
        used: dict[str, None] = {}
        for other in reversed(self.session.annotations.spans.values()):
            named = [other.attributes.get(attribute.name) for attribute in wanted]
            links = self.session.annotations.links_from(other.id)
            named += [link.target for link in links if link.target_kind == "topic"]
            used.update((topic, None) for topic in named if isinstance(topic, str))
            if len(used) >= _TOPICS:
                break
        recent = list(used)[:_TOPICS]
        return [
            Row(a.name, [self._topic(a.name, topic) for topic in recent], attribute=True)
            for a in wanted
            if recent
        ]

    def _topic(self, name: str, topic: str) -> Candidate:
        return Candidate(name, topic, "topic", self.project.topic_name(topic), 1.0)

    def _pick_all_holders(self, span: Span, label: Label, rows: list[Row]) -> None:
        """Where a link follows another ("via"), everyone at the other's end is picked."""
        for row in rows:
            rule = label.link(row.name)
            if rule is None or not row.many or not rule.offer.startswith("via:"):
                continue
            via = rule.offer.removeprefix("via:")
            bases = [link.target for link in self.session.annotations.links_from(span.id, via)]
            bases += [
                picked.target
                for other in rows
                if other.name == via
                for picked in (other.candidates[index] for index in other.picks)
                if isinstance(picked, Candidate)
            ]
            ends = {
                link.target
                for base in bases
                for link in self.session.annotations.links_from(base, row.name)
            }
            picks = [
                index
                for index, candidate in enumerate(row.candidates)
                if isinstance(candidate, Candidate) and candidate.target in ends
            ]
            row.picks = picks or row.picks

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

    def _proposed(self, span: Span) -> dict[str, list[Candidate | Proposal]]:
        """Offers by link type; where the text names an end nobody marked yet, that one first."""
        found: dict[str, list[Candidate | Proposal]] = {**self._offers(span)}  # type: ignore[dict-item]
        for proposal in self._unmarked_ends(span):
            found[proposal.type] = [proposal, *found.get(proposal.type, [])]
        return found

    def _unmarked_ends(self, span: Span) -> list[Proposal]:
        """The ends that the text's attribution gives a claim and that nobody marked yet."""
        label = self.scheme.labels[span.label]
        if not any(rule.offer == "nearest" for rule in label.links):
            return []
        first, last = (self.units.sentence_at(at) for at in (span.start, span.end - 1))
        start, end = (first or span.fragments[0])[0], (last or span.fragments[-1])[1]
        around = frames(self.units, start, end)
        best = [f for f in around if any(span.touches(*p) for claim in f.claims for p in claim)]
        if not best:
            return []
        frame = best[0]
        ends = {
            "holder": frame.speaker,
            "cue": frame.cue,
            "relay": frame.relay,
            "relay_cue": frame.relay_cue,
        }
        found = []
        for rule in label.links:
            piece = ends.get(rule.name)
            name = next((name for name in rule.targets if name in self.scheme.labels), None)
            if piece is None or name is None or span.touches(*piece):
                continue
            if not self._marked(name, piece):
                words = self.units.text[piece[0] : piece[1]]
                found.append(Proposal(rule.name, name, piece, f"{words} (new)"))
        return found

    def _marked(self, label: str, piece: Range) -> bool:
        return any(
            span.label == label and span.touches(*piece)
            for span in self.session.annotations.spans.values()
        )

    def candidates(self, span_id: str, link_type: str) -> list[Candidate]:
        """Who or what a link of this type could point to, best first, present ends included."""
        span = self.session.span(span_id)
        found = list(self._offers(span).get(link_type, []))
        known = {(c.target_kind, c.target) for c in found}
        for link in self.session.annotations.links_from(span_id, link_type):
            if (link.target_kind, link.target) not in known:
                title = self.title(link.target, link.target_kind)
                found.insert(0, Candidate(link_type, link.target, link.target_kind, title, 1.0))
        return found[: len(DIGITS)]

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

    # -- names -------------------------------------------------------------------------------------

    def title(self, target: str, kind: str) -> str:
        """What to call the end of a link on screen."""
        annotations = self.session.annotations
        if kind == "topic":
            return self.project.topic_name(target)
        if kind == "entity":
            entity = annotations.entities.get(target)
            return entity.name if entity else target
        span = annotations.spans.get(target)
        return span.surface(self.units.text) if span else target

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

    def _offers(self, span: Span) -> dict[str, list[Candidate]]:
        names = {topic.id: topic.name for topic in self.project.topics}
        return offers(self.units, self.scheme, self.session.annotations, span, names)

    def _ends_at(self, rule: LinkType, span: Span) -> list[Candidate]:
        """The span itself, if it may be the end of a link, or else the entity it names."""
        if span.label in rule.targets:
            return [Candidate(rule.name, span.id, "span", "", 1.0)]
        if ENTITY not in rule.targets:
            return []
        return [
            Candidate(rule.name, link.target, "entity", "", 1.0)
            for link in self.session.annotations.links_from(span.id)
            if link.target_kind == "entity"
            and (own := self.session.scheme.link(span.label, link.type)) is not None
            and own.offer == "same-name"
        ]

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

    def antecedent(self, span: Span) -> Candidate | None:
        """The entity that a pronoun most likely refers to; None for a name, or if none is near."""
        if not surfaces.pronoun_kind(span.surface(self.units.text)):
            return None
        label = self.scheme.labels[span.label]
        rule = next((rule for rule in label.links if rule.offer == "same-name"), None)
        found = self._offers(span).get(rule.name, []) if rule else []
        entities = self.session.annotations.entities
        return next((x for x in found[:1] if x.target in entities), None)

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


def topic_possible(rule: LinkType) -> bool:
    """Whether a link of this type may point to a topic."""
    return TOPIC in rule.targets
