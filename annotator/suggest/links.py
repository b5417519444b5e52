"""Who or what a span may be linked to, best first, for any scheme."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from annotator.model.annotation import AUTHOR, IMPLICIT, AnnotationSet, Link, Span, TargetKind
from annotator.model.scheme import ENTITY, TOPIC, LinkType, Scheme
from annotator.suggest import cast
from annotator.suggest.context import cue_labels, distance, surroundings
from annotator.suggest.spelling import fold
from annotator.suggest.surfaces import guess_type, is_authors_voice, pronoun_kind
from annotator.text.lexicon import find_cues
from annotator.text.units import Range, Units

MOST = 9
"""At most so many candidates a link type: one digit each."""

_TITLE = 40  # code points
_STEM = 5  # code points two words must share to count as one


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible end of a link. An entity with no `target` is to be made, from the mention `title`.

    `score` only ranks the candidates of one link type, higher first.
    """

    type: str
    target: str
    target_kind: TargetKind
    title: str
    score: float


def offers(
    units: Units,
    scheme: Scheme,
    annotations: AnnotationSet,
    span: Span,
    topic_names: Mapping[str, str],
) -> dict[str, list[Candidate]]:
    """For every link type of the span's label the possible ends, best first, at most `MOST`.

    `topic_names` gives the project's topics by id. A link type that the scheme proposes but does
    not require has no candidates where the text gives no reason for one.
    """
    label = scheme.labels.get(span.label)
    if label is None:
        return {}
    finder = _Finder(units, scheme, annotations, span, topic_names)
    return {rule.name: finder.find(rule)[:MOST] for rule in label.links}


class _Finder:
    def __init__(
        self,
        units: Units,
        scheme: Scheme,
        annotations: AnnotationSet,
        span: Span,
        topic_names: Mapping[str, str],
    ) -> None:
        self.units = units
        self.text = units.text
        self.scheme = scheme
        self.annotations = annotations
        self.span = span
        self.topic_names = topic_names
        self.sentence = surroundings(units, span)
        self._cues = cue_labels(scheme)
        self._busy: set[str] = set()  # link types being found, against a scheme that goes round

    def find(self, rule: LinkType) -> list[Candidate]:
        if rule.name in self._busy:
            return []
        self._busy.add(rule.name)
        kind, _, name = rule.offer.partition(":")
        ways: dict[str, Callable[[LinkType], list[Candidate]]] = {
            "nearest": self._nearest,
            "under": self._under,
            "topic": self._topic,
            "same-name": self._same_name,
        }
        found = self._via(rule, name) if kind == "via" else ways.get(kind, self._any)(rule)
        self._busy.discard(rule.name)
        unique: dict[tuple[str, str], Candidate] = {}
        for candidate in found:
            unique.setdefault(
                (candidate.target_kind, candidate.target or candidate.title), candidate
            )
        kept = list(unique.values())
        if len(kept) > MOST:
            # The built-in entities stay within reach of a digit.
            built_in = [c for c in kept[MOST:] if c.target in self.scheme.entities.builtin]
            kept = kept[: MOST - len(built_in)] + built_in
        return kept

    # --- ways to offer

    def _nearest(self, rule: LinkType) -> list[Candidate]:
        here = self._spans(rule, self.sentence)
        first = [self._of_span(rule, span, 1.0 - 0.01 * n) for n, span in enumerate(here)]
        before = self._before() if not here else None
        speaks_on = before is not None and self._goes_on(before)
        if before is not None and speaks_on:
            first += self._ends_of(rule, before, 0.8)
        if rule.minimum == 0:
            return first
        if ENTITY not in rule.targets:
            return first or self._any(rule)
        if not here and not speaks_on:
            signalled = self._has_cue()
            if signalled:
                first += self._built_in(rule, IMPLICIT, 0.75)
            elif before is not None and before.end >= self._last_end():
                first += self._ends_of(rule, before, 0.7)
            first += self._built_in(rule, AUTHOR, 0.65)
        return first + self._entities(rule, 0.5)

    def _under(self, rule: LinkType) -> list[Candidate]:
        """What contains the span, or what hangs on the cue that the span stands on."""
        here = self._spans(rule, self.sentence)
        around = [
            span
            for span in here
            if any(span.touches(*piece) for piece in self.span.fragments) or self._is_cue_of(span)
        ]
        around.sort(key=lambda span: (not self._is_cue_of(span), span.end - span.start))
        rest = [span for span in here if span not in around]
        return [self._of_span(rule, s, 1.0 - 0.01 * n) for n, s in enumerate([*around, *rest])]

    def _via(self, rule: LinkType, name: str) -> list[Candidate]:
        """The same link of the span that this span's link `name` points to, or would."""
        between = [
            link.target
            for link in self.annotations.links_from(self.span.id, name)
            if link.target_kind == "span"
        ]
        other = self.scheme.link(self.span.label, name)
        if not between and other is not None:
            offered = [c for c in self.find(other) if c.target_kind == "span"]
            between = [c.target for c in offered[:1]]
        found = [
            candidate
            for key in between
            if key in self.annotations.spans
            for candidate in self._ends_of(rule, self.annotations.spans[key], 1.0)
        ]
        return found + self._nearest(rule)

    def _topic(self, rule: LinkType) -> list[Candidate]:
        topics = (
            self._topics(rule, self.text[slice(*self.sentence)]) if TOPIC in rule.targets else []
        )
        likely = [c for c in topics if c.score > 0]
        others = [c for c in topics if c.score <= 0]
        return likely + self._others_spans(rule) + others + self._entities(rule, 0.0)

    def _same_name(self, rule: LinkType) -> list[Candidate]:
        surface = self.span.surface(self.text)
        found: list[Candidate] = []
        if TOPIC in rule.targets:
            found += [c for c in self._topics(rule, surface, used=False) if c.score > 0]
        if ENTITY not in rule.targets:
            return found
        if is_authors_voice(surface):
            found += self._built_in(rule, AUTHOR, 0.9)
        if kind := pronoun_kind(surface):
            return found + self._recent(rule, kind) + self._entities(rule, 0.3)
        known = cast.entity_for(self.annotations, self.text, surface, rule.name)
        if known is not None:
            found.append(self._of_entity(rule, known, 1.0))
        name = " ".join(surface.split(",")[0].split()) or surface
        alike = [
            (cast.same_name(surface, entity.name), key)
            for key, entity in self.annotations.entities.items()
            if cast.naming(surface) == "named"
        ]
        close = [self._of_entity(rule, key, score) for score, key in alike if score >= cast.PROPOSE]
        close.sort(key=lambda candidate: -candidate.score)
        new = Candidate(rule.name, "", "entity", name, 0.6)
        found += [*close, new] if known is not None else [new, *close]
        return found + self._entities(rule, 0.3)

    def _any(self, rule: LinkType) -> list[Candidate]:
        """Whatever the link may point to: spans before this one first, the nearest ones first."""
        length, wanted = self.span.end - self.span.start, self.span.surface(self.text)

        def rank(other: Span) -> tuple[bool, bool, int, str]:
            alike = other.end - other.start == length and other.surface(self.text) == wanted
            later = other.start > self.span.start
            return not alike, later, abs(other.start - self.span.start), other.id

        near: dict[str, Span] = {}
        for label in rule.targets:
            spans = self._by_label.get(label, [])
            here = bisect_right(spans, self.span.start, key=lambda other: other.start)
            for other in spans[max(0, here - MOST - 1) : here + MOST]:
                near[other.id] = other
            near |= {s.id: s for s in spans if s.end - s.start == length and not rank(s)[0]}
        near.pop(self.span.id, None)
        ranked = sorted(near.values(), key=rank)[:MOST]
        found = [self._of_span(rule, s, 0.9 - 0.01 * n) for n, s in enumerate(ranked)]
        if TOPIC in rule.targets:
            found += self._topics(rule, self.text[slice(*self.sentence)])
        return found + (self._entities(rule, 0.3) if ENTITY in rule.targets else [])

    # --- spans

    @cached_property
    def _by_label(self) -> dict[str, list[Span]]:
        """All spans by label, in text order."""
        by_label: dict[str, list[Span]] = {}
        for span in self.annotations.spans.values():
            by_label.setdefault(span.label, []).append(span)
        for spans in by_label.values():
            spans.sort(key=lambda span: (span.start, span.id))
        return by_label

    def _possible(self, rule: LinkType) -> Iterator[Span]:
        """All spans the link may point to."""
        for label in rule.targets:
            for span in self._by_label.get(label, ()):
                if span.id != self.span.id:
                    yield span

    def _may_end_at(self, rule: LinkType, span: Span) -> bool:
        return span.label in rule.targets and span.id != self.span.id

    def _spans(self, rule: LinkType, within: Range) -> list[Span]:
        """The spans in a stretch of text that the link may point to, the nearest first.

        Those inside this span come last. A span that is no cue is measured from the cue, if this
        span has one: the speaker is nearest to the cue, not to what is said.
        """
        start, end = within
        found = [span for span in self._possible(rule) if span.start < end and span.end > start]
        if len(found) < 2:
            return found
        cue = None if self._cues.intersection(rule.targets) else self._own_cue()
        from_span = cue or self.span

        def rank(span: Span) -> tuple[bool, int, bool, int, str]:
            piece = (span.start, span.end)
            away = distance(self.units, from_span, piece)
            return (self._is_inside(span), away, span.start > from_span.start, span.start, span.id)

        return sorted(found, key=rank)

    def _is_inside(self, other: Span) -> bool:
        return any(self.span.touches(*piece) for piece in other.fragments)

    def _own_cue(self) -> Span | None:
        """The linked cue, else the one that would be offered."""
        if self.span.label in self._cues:
            return None
        for link in self.annotations.links_from(self.span.id):
            target = self.annotations.spans.get(link.target)
            if target is not None and target.label in self._cues:
                return target
        start, end = self.sentence
        found = [
            (
                self._is_inside(span),
                distance(self.units, self.span, (span.start, span.end)),
                span.id,
            )
            for label in self._cues
            for span in self._by_label.get(label, ())
            if span.start < end and span.end > start
        ]
        return self.annotations.spans[min(found)[2]] if found else None

    def _is_cue_of(self, other: Span) -> bool:
        """Whether `other` hangs on a cue that stands where this span stands."""
        return any(
            (cue := self.annotations.spans.get(link.target)) is not None
            and cue.label in self._cues
            and any(cue.touches(*piece) for piece in self.span.fragments)
            for link in self.annotations.links_from(other.id)
        )

    def _before(self) -> Span | None:
        """The span of the same label that ends last before this one, in this paragraph."""
        paragraph = self.units.paragraph_at(self.span.start)
        found = [
            span
            for span in self._by_label.get(self.span.label, ())
            if span.id != self.span.id and paragraph[0] <= span.start < self.span.start
        ]
        return max(found, key=lambda span: (span.start, span.id)) if found else None

    def _goes_on(self, before: Span) -> bool:
        """Whether this span is the next sentence of a quotation: one cue, many sentences."""
        quoted = self.units.quotation_at(self.span.start) is not None
        return quoted and bool(self.units.quotations(before.start, before.end))

    def _last_end(self) -> int:
        """Where the sentence before this one starts."""
        previous = self.units.previous_sentence(self.sentence[0]) if self.sentence[0] else None
        return previous[0] if previous else 0

    def _has_cue(self) -> bool:
        return any(not self._is_quoted(found) for found, _ in find_cues(self.units, *self.sentence))

    def _is_quoted(self, found: Range) -> bool:
        return self.span.touches(*found) or self.units.quotation_at(found[0]) is not None

    def _others_spans(self, rule: LinkType) -> list[Candidate]:
        """Spans a stance may be about: near ones, but not the holder's own words."""
        own = {
            link.target
            for link in self.annotations.links_from(self.span.id)
            if link.target_kind == "span"
        }
        spans = [
            span
            for span in self._possible(rule)
            if span.id not in own
            and span.start <= self.sentence[1]
            and not (len(rule.targets) > 1 and self._is_own_claim(span))
        ]
        spans.sort(key=lambda span: (-span.start, span.id))
        return [self._of_span(rule, span, 0.4 - 0.01 * n) for n, span in enumerate(spans[:4])]

    def _is_own_claim(self, span: Span) -> bool:
        return self._is_cue_of(span) or (
            span.fragments != self.span.fragments
            and span.start <= self.span.start
            and span.end >= self.span.end
        )

    # --- entities

    def _ends_of(self, rule: LinkType, other: Span, score: float) -> list[Candidate]:
        """Where the links of the same name leave another span to."""
        return [
            candidate
            for link in self.annotations.links_from(other.id, rule.name)
            if (candidate := self._of_link(rule, link, score)) is not None
        ]

    def _of_link(self, rule: LinkType, link: Link, score: float) -> Candidate | None:
        if link.target_kind == "span":
            span = self.annotations.spans.get(link.target)
            fits = span is not None and self._may_end_at(rule, span)
            return self._of_span(rule, span, score) if span is not None and fits else None
        if link.target_kind == "entity" and ENTITY in rule.targets:
            return self._of_entity(rule, link.target, score)
        if link.target_kind == "topic" and TOPIC in rule.targets:
            title = self.topic_names.get(link.target, link.target)
            return Candidate(rule.name, link.target, "topic", title, score)
        return None

    def _built_in(self, rule: LinkType, key: str, score: float) -> list[Candidate]:
        known = key in self.scheme.entities.builtin
        return [Candidate(rule.name, key, "entity", key, score)] if known else []

    def _entities(self, rule: LinkType, score: float) -> list[Candidate]:
        """Every entity, the one last mentioned before this span first, then the built-in ones."""
        if ENTITY not in rule.targets:
            return []
        ranked = sorted(
            self.annotations.entities, key=lambda key: (-self._last_mention(key), len(key), key)
        )
        found = [self._of_entity(rule, key, score - 0.01 * n) for n, key in enumerate(ranked)]
        for key in self.scheme.entities.builtin:
            found += self._built_in(rule, key, score - 0.9)
        return found

    @cached_property
    def _last_mentions(self) -> dict[str, int]:
        """Where each entity that was mentioned before this span was mentioned last."""
        last: dict[str, int] = {}
        for link in self.annotations.links.values():
            if link.target_kind == "entity":
                span = self.annotations.spans.get(link.source)
                if span is not None and span.start < self.span.start:
                    last[link.target] = max(span.start, last.get(link.target, -1))
        return last

    def _last_mention(self, entity_id: str) -> int:
        return self._last_mentions.get(entity_id, -1)

    def _recent(self, rule: LinkType, kind: str) -> list[Candidate]:
        """The entities a pronoun may stand for, the one last mentioned first."""
        fitting = [
            key
            for key in self.annotations.entities
            if self._last_mention(key) >= 0 and self._fits(key, kind)
        ]
        fitting.sort(key=lambda key: (-self._last_mention(key), key))
        return [self._of_entity(rule, key, 0.8 - 0.01 * n) for n, key in enumerate(fitting)]

    def _fits(self, entity_id: str, kind: str) -> bool:
        entity = self.annotations.entities[entity_id]
        type_ = entity.type or guess_type(entity.name)
        if kind == "person":
            return type_ in ("person", "")
        if kind == "thing":
            return type_ not in ("person", "group")
        return type_ != "document"

    # --- topics

    def _topics(self, rule: LinkType, words: str, used: bool = True) -> list[Candidate]:
        """The project's topics: those that share words with the text, then those in use here."""
        here = set(_stems(words))
        in_use = self._used_topics() if used else frozenset()
        found = []
        for topic, name in self.topic_names.items():
            shared = len(here.intersection(_stems(name)))
            score = shared + (0.5 if topic in in_use else 0.0)
            found.append(Candidate(rule.name, topic, "topic", name, score))
        return sorted(found, key=lambda candidate: -candidate.score)

    def _used_topics(self) -> frozenset[str]:
        used = {
            link.target for link in self.annotations.links.values() if link.target_kind == "topic"
        }
        for field in self.scheme.fields:
            value = self.annotations.fields.get(field.name)
            if field.kind == "topics" and isinstance(value, tuple):
                used.update(value)
        return frozenset(used)

    # --- candidates

    def _of_span(self, rule: LinkType, span: Span, score: float) -> Candidate:
        words = " ".join(span.surface(self.text).split())
        short = words if len(words) <= _TITLE else words[: _TITLE - 1].rstrip() + "…"
        return Candidate(rule.name, span.id, "span", f"{span.id} {short}", score)

    def _of_entity(self, rule: LinkType, key: str, score: float) -> Candidate:
        entity = self.annotations.entities.get(key)
        return Candidate(rule.name, key, "entity", entity.name if entity else key, score)


def _stems(words: str) -> Iterator[str]:
    """The longer words, cut so that their endings do not matter."""
    for word in words.split():
        folded = fold(word)
        if len(folded) >= 4:
            yield folded[:_STEM]
