"""Whole attributions and regions that the machine would mark, taken or refused by one key."""

from dataclasses import dataclass, replace

from annotator.model.annotation import Fragment, Link, Span
from annotator.model.article import Article, Region
from annotator.model.session import Edit
from annotator.suggest.attributions import Frame, frames
from annotator.suggest.stances import direction
from annotator.tui.labelling import Labelling

_BUCKET = 500  # code points; suggestions are looked up by where they are
_MARGIN = 1_500  # code points read around a block, so that no sentence is cut
_REACH = 4_000  # code points searched at once, so that a huge article costs no more than a page


@dataclass(frozen=True, slots=True, eq=False)
class Suggestion:
    """Spans that belong together. `ghosts` are not in the annotation set until taken.

    `roles` says, ghost by ghost, what each is in the attribution: "holder", "cue", "relay",
    "relay_cue" (also the link that the claim gets to it), "claim", "region" or "stance"; a stance
    is that of the holders of `claim`.
    """

    ghosts: tuple[Span, ...]
    roles: tuple[str, ...]
    claim: str = ""

    @property
    def start(self) -> int:
        return min(ghost.start for ghost in self.ghosts)

    @property
    def end(self) -> int:
        return max(ghost.end for ghost in self.ghosts)


class Suggestions:
    """The open suggestions of one article, found block by block and kept."""

    def __init__(self, labelling: Labelling) -> None:
        self.labelling = labelling
        self._refused: set[Suggestion] = set()
        self._answers: dict[Suggestion, set[str]] = {}
        self._places: dict[int, list[Suggestion]] = {}
        self._marked: dict[int, set[str]] = {}  # ids of spans by bucket
        for span in labelling.session.annotations.spans.values():
            self._note(span, there=True)
        self._blocks: dict[int, list[Suggestion]] = {}
        self._stances: dict[str, Suggestion] = {}  # by claim
        self._originals = {
            (region.start, region.end): region.duplicate_of
            for region in labelling.session.article.regions
            if region.duplicate_of
        }
        self._serial = 0
        self._regions = self._find_regions()
        self._look_for_answers(self._regions)
        for span_id in labelling.session.annotations.spans:
            self._suggest_stance(span_id)

    def within(self, start: int, end: int) -> list[Suggestion]:
        """Open suggestions that touch `[start, end)`, in order."""
        found = [item for item in self._regions if item.start < end and item.end > start]
        for block in range(start // _REACH, max(start, end - 1) // _REACH + 1):
            if block not in self._blocks:
                self._blocks[block] = self._find_frames(block)
                self._look_for_answers(self._blocks[block])
            found += [x for x in self._blocks[block] if x.start < end and x.end > start]
        found += [x for x in self._stances.values() if x.start < end and x.end > start]
        live = [item for item in found if self._is_open(item)]
        return sorted(live, key=lambda item: (item.start, item.end))

    def regions(self) -> list[Suggestion]:
        """All proposed regions still open."""
        return [item for item in self._regions if self._is_open(item)]

    def of_ghost(self, ghost_id: str) -> Suggestion | None:
        """The open suggestion that a ghost belongs to."""
        known = (item for item in self._answers if any(g.id == ghost_id for g in item.ghosts))
        return next((item for item in known if self._is_open(item)), None)

    def next(self, offset: int, step: int) -> Suggestion | None:
        """The nearest open suggestion that starts after (or for step -1, before) `offset`."""
        length = len(self.labelling.units.text)
        block = min(max(0, offset), max(0, length - 1)) // _REACH
        while 0 <= block * _REACH < max(1, length):
            start, end = block * _REACH, min(length, (block + 1) * _REACH)
            items = self.within(start, end)
            if step > 0:
                later = [item for item in items if item.start > offset]
                if later:
                    return later[0]
            else:
                earlier = [item for item in items if item.start < offset]
                if earlier:
                    return earlier[-1]
            block += step
        return None

    def refuse(self, suggestion: Suggestion) -> None:
        self._refused.add(suggestion)

    def edited(self, edit: Edit) -> None:
        """Follow an edit: what a span answers, or no longer answers."""
        claims = dict.fromkeys(
            state.source if isinstance(state, Link) else change.key
            for change in edit.changes
            for state in (change.before, change.after)
            if isinstance(state, Span) or (isinstance(state, Link) and state.type == "cue")
        )
        for change in edit.changes:
            if isinstance(change.before, Span):
                self._note(change.before, there=False)
            if isinstance(change.after, Span):
                self._note(change.after, there=True)
        for claim_id in claims:
            self._suggest_stance(claim_id)
        for change in edit.changes:
            if isinstance(change.before, Span):
                for suggestion in self._near(change.before):
                    self._answers[suggestion].discard(change.key)
            if isinstance(change.after, Span):
                for suggestion in self._near(change.after):
                    if _answers(change.after, suggestion):
                        self._answers[suggestion].add(change.key)

    def take(self, suggestion: Suggestion) -> Span:
        """Mark what is suggested, with its links, as one edit; returns the span that has them."""
        labelling = self.labelling
        session = labelling.session
        with session.group("take the suggestion"):
            ends: dict[str, Span] = {}
            for ghost, role in zip(suggestion.ghosts, suggestion.roles, strict=True):
                span = self._same(ghost) or labelling.label(
                    labelling.scheme.labels[ghost.label], ghost.fragments, origin="suggested"
                )
                for name, value in ghost.attributes.items():
                    if session.span(span.id).attributes.get(name) != value:
                        session.set_attribute(span.id, name, value, computed=True)
                if role == "region":
                    self._link_duplicate(span)
                elif role == "stance":
                    self._link_stance(span, suggestion)
                elif role == "claim":
                    labelling.attach(span.id, "holder", ends.get("holder"))
                    for name in ("cue", "relay", "relay_cue"):
                        if name in ends:
                            labelling.attach(span.id, name, ends[name])
                else:
                    ends[role] = span
        return session.span(span.id)

    # -- inside ------------------------------------------------------------------------------------

    def _link_duplicate(self, span: Span) -> None:
        """Link a repeated line to the line it repeats, where that is marked too."""
        labelling = self.labelling
        if labelling.scheme.link(span.label, "dup_of") is None:
            return
        original = self._originals.get(span.fragments[0])
        if original is not None:
            first = self._same(self._ghost(span.label, (original,), {}))
            if first is not None:
                labelling.session.link(span.id, "dup_of", first.id, origin="suggested")

    def _link_stance(self, span: Span, suggestion: Suggestion) -> None:
        """A suggested stance gets its claim and that claim's holders."""
        session = self.labelling.session
        claim = suggestion.claim
        label = self.labelling.scheme.labels[span.label]
        if label.link("claim"):
            session.link(span.id, "claim", claim, origin="suggested")
        for holder in session.annotations.links_from(claim, "holder"):
            if label.link("holder"):
                session.link(
                    span.id, "holder", holder.target, holder.target_kind, origin="suggested"
                )

    def _suggest_stance(self, claim_id: str) -> None:
        """Look whether a claim's cue carries a direction that nobody marked as a stance yet."""
        annotations = self.labelling.session.annotations
        before = self._stances.pop(claim_id, None)
        label = self.labelling.scheme.labels.get("STANCE")
        attribute = label.attribute("stance") if label else None
        claim = annotations.spans.get(claim_id)
        if attribute is None or claim is None or claim.label != "CLAIM":
            return
        for link in annotations.links_from(claim_id, "cue"):
            cue = annotations.spans[link.target]
            value = direction(cue.surface(self.labelling.units.text))
            if value is not None and attribute.allows(value):
                same = before is not None and before.ghosts[0].fragments == cue.fragments
                if before is None or not same:
                    ghost = self._ghost("STANCE", cue.fragments, {"stance": value})
                    before = Suggestion((ghost,), ("stance",), claim_id)
                    self._look_for_answers([before])
                self._stances[claim_id] = before

    def _ghost(
        self, label: str, fragments: tuple[Fragment, ...], attributes: dict[str, str | bool]
    ) -> Span:
        self._serial += 1
        return Span(f"g{self._serial}", label, fragments, attributes, origin="suggested")

    def _find_regions(self) -> list[Suggestion]:
        label = self.labelling.scheme.labels.get("REGION")
        if label is None:
            return []
        found = []
        for region in joined(self.labelling.session.article):
            attributes: dict[str, str | bool] = {}
            kind, exclude = label.attribute("kind"), label.attribute("exclude")
            if kind and kind.allows(region.kind):
                attributes["kind"] = region.kind
            if exclude:
                attributes["exclude"] = region.exclude
            ghost = self._ghost("REGION", ((region.start, region.end),), attributes)
            found.append(Suggestion((ghost,), ("region",)))
        return found

    def _find_frames(self, block: int) -> list[Suggestion]:
        labels = self.labelling.scheme.labels
        if not {"SPEAKER", "CUE", "CLAIM"} <= set(labels):
            return []
        units = self.labelling.units
        first, end = block * _REACH, min(len(units.text), (block + 1) * _REACH)
        last = end if end < len(units.text) else end + 1
        # Whole paragraphs, where they are no longer than people write them.
        start = max(units.paragraph_at(first)[0], first - _MARGIN)
        stop = min(units.paragraph_at(end)[1], end + _MARGIN)
        found = frames(units, units.snap(start), units.snap(stop))
        return [
            self._suggestion(frame)
            for frame in found
            if frame.claims and first <= frame.cue[0] < last and not self._in_noise(frame.cue[0])
        ]

    def _in_noise(self, offset: int) -> bool:
        """Whether import proposed to leave this line out: nothing in it is worth a suggestion."""
        regions = self.labelling.session.article.regions
        return any(x.exclude and x.start <= offset < x.end for x in regions)

    def _suggestion(self, frame: Frame) -> Suggestion:
        pieces = [
            ("holder", "SPEAKER", (frame.speaker,)),
            ("cue", "CUE", (frame.cue,)),
            ("relay", "SPEAKER", (frame.relay,)),
            ("relay_cue", "CUE", (frame.relay_cue,)),
            *(("claim", "CLAIM", claim) for claim in frame.claims),
        ]
        known = [(role, label, found) for role, label, found in pieces if found != (None,)]
        claim = self.labelling.scheme.labels["CLAIM"]
        if claim.link("relay_cue") is None:
            known = [piece for piece in known if piece[0] != "relay_cue"]
        return Suggestion(
            tuple(self._ghost(label, found, {}) for _, label, found in known),  # type: ignore[arg-type]
            tuple(role for role, _, _ in known),
        )

    def _same(self, ghost: Span) -> Span | None:
        spans = self.labelling.session.annotations.spans.values()
        return next(
            (s for s in spans if s.label == ghost.label and s.fragments == ghost.fragments), None
        )

    def _look_for_answers(self, suggestions: list[Suggestion]) -> None:
        """Note which spans answer new suggestions, and where to find these from now on."""
        spans = self.labelling.session.annotations.spans
        for suggestion in suggestions:
            answers = self._answers[suggestion] = set()
            for bucket in _buckets(suggestion.start, suggestion.end):
                self._places.setdefault(bucket, []).append(suggestion)
                for span_id in self._marked.get(bucket, ()):
                    if span_id in spans and _answers(spans[span_id], suggestion):
                        answers.add(span_id)

    def _note(self, span: Span, *, there: bool) -> None:
        """Keep in step where spans are."""
        for bucket in _buckets(span.start, span.end):
            marked = self._marked.setdefault(bucket, set())
            (marked.add if there else marked.discard)(span.id)

    def _near(self, span: Span) -> list[Suggestion]:
        """The suggestions that a span may touch."""
        found: dict[Suggestion, None] = {}
        for bucket in _buckets(span.start, span.end):
            found.update(dict.fromkeys(self._places.get(bucket, ())))
        return list(found)

    def _is_open(self, suggestion: Suggestion) -> bool:
        return suggestion not in self._refused and not self._answers[suggestion]


def joined(article: Article) -> list[Region]:
    """The proposed regions; lines of one kind with nothing but blank lines between are one."""
    found: list[Region] = []
    for region in article.regions:
        last = found[-1] if found else None
        if (
            last is not None
            and (last.kind, last.exclude) == (region.kind, region.exclude)
            and last.duplicate_of is None
            and region.duplicate_of is None
            and region.kind in ("boilerplate", "related")
            and not article.text[last.end : region.start].strip()
        ):
            found[-1] = replace(last, end=region.end)
        else:
            found.append(region)
    return found


def _buckets(start: int, end: int) -> range:
    return range(start // _BUCKET, end // _BUCKET + 1)


def _answers(span: Span, suggestion: Suggestion) -> bool:
    """Whether a span makes a suggestion pointless: it marks the same, or noise."""
    if span.end <= suggestion.start or span.start >= suggestion.end:
        return False
    head = suggestion.ghosts[-1].label
    if span.label != head:
        return span.attributes.get("exclude") is True
    return any(
        span.touches(*piece)
        for ghost in suggestion.ghosts
        if ghost.label == head
        for piece in ghost.fragments
    )
