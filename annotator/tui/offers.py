"""What to ask about a span just made: offers with choices on digits. No screen here.

Everything is data of the scheme; `Labelling` carries the answers out.
"""

from dataclasses import dataclass, field
from itertools import islice

from annotator.model.annotation import Span
from annotator.model.scheme import ENTITY, TOPIC, Label, LinkType, Scheme
from annotator.model.session import Session
from annotator.project import Project
from annotator.suggest import surfaces
from annotator.suggest.attributions import frames
from annotator.suggest.links import Candidate, offers
from annotator.text.units import Range, Units

DIGITS = "123456789"
_TOPICS = 2  # so many of the topics used last are offered with a claim
_LATELY = 300  # spans made last, in which topics are looked for


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


class Asking:
    """The questions about the spans of one article."""

    def __init__(self, project: Project, session: Session, units: Units) -> None:
        self.project = project
        self.session = session
        self.units = units
        self.scheme: Scheme = project.profile_scheme

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
        last = reversed(self.session.annotations.spans.values()) if wanted else ()
        for other in islice(last, _LATELY):
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

    def antecedent(self, span: Span) -> Candidate | None:
        """The entity that a pronoun most likely refers to; None for a name, or if none is near."""
        if not surfaces.pronoun_kind(span.surface(self.units.text)):
            return None
        label = self.scheme.labels[span.label]
        rule = next((rule for rule in label.links if rule.offer == "same-name"), None)
        found = self._offers(span).get(rule.name, []) if rule else []
        entities = self.session.annotations.entities
        return next((x for x in found[:1] if x.target in entities), None)


def topic_possible(rule: LinkType) -> bool:
    """Whether a link of this type may point to a topic."""
    return TOPIC in rule.targets
