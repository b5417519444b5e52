"""Keys it takes to annotate a gold article through the real screen.

Run it with `python -m tests.bench.keys [ARTICLE] [WAY]` in a clone: it takes the shipped
annotations of `pass-1` as gold, in the profile `fast`, and annotates them from nothing, pressing
real keys:

hand     every link by its keys; offers are left
offers   the offers of the labelling rhythm are taken or corrected
all      first every suggestion that is right (R, w, Enter), then the rest with offers

For every claim it tries several orders of work, counts the keys of each, takes them back and keeps
the cheapest. At the end the spans, attributes, links and the mentions of each entity must be those
of the gold.
"""

import asyncio
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from annotator.model.annotation import AnnotationSet, Link, Span
from annotator.model.scheme import Attribute
from annotator.project import Project
from annotator.text.units import Range
from annotator.tui.modes import MenuMode, OfferMode
from annotator.tui.offers import DIGITS, Offer, Row
from annotator.tui.screens.topic import matching
from tests.bench.selecting import Selecting
from tests.tui.desk import Desk, at_desk

ROOT = Path(__file__).parents[2]
GOLD = "pass-1"
USUAL = ("gas-storage-levy-hallin", "strait-cable-freighter-skarvang")
WAYS = ("hand", "offers", "all")
SIZE = (120, 50)


TARGET = 8  # keys for a claim with its cue, its holder and one changed attribute


@dataclass
class Tally:
    """Keys by what they were for."""

    keys: Counter[str] = field(default_factory=Counter)
    spans: int = 0
    claims: list[dict[str, int]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.keys.values())


class Gold:
    """What is to be annotated: the gold set as the profile in use sees it."""

    def __init__(self, annotations: AnnotationSet, project: Project) -> None:
        scheme = project.profile_scheme
        self.set = annotations
        self.spans = {s.id: s for s in annotations.in_order() if s.label in scheme.labels}
        self.links: dict[str, list[Link]] = {key: [] for key in self.spans}
        for link in annotations.links.values():
            span = self.spans.get(link.source)
            rule = scheme.link(span.label, link.type) if span else None
            if rule is None:
                continue
            for end in self._ends(link):
                self.links[link.source].append(end)
        for links in self.links.values():
            links.sort(key=lambda link: (link.type, link.order, link.id))

    def _ends(self, link: Link) -> Iterable[Link]:
        """A link to a span that the profile leaves out goes to what that span refers to."""
        if link.target_kind != "span" or link.target in self.spans:
            return [link]
        return [
            Link(link.id, link.type, link.source, ref.target, ref.target_kind)
            for ref in self.set.links_from(link.target, "ref")[:1]
        ]

    def of(self, span_id: str, type: str) -> list[Link]:
        return [link for link in self.links[span_id] if link.type == type]


class Hand:
    """Presses keys, counts them, and keeps in step which span stands for which of the gold."""

    def __init__(self, desk: Desk, gold: Gold, offers: bool) -> None:
        self.desk = desk
        self.gold = gold
        self.offers = offers
        self.tally = Tally()
        self.made: dict[str, str] = {}  # gold span to ours
        self.entities: dict[str, str] = {x: x for x in desk.session.scheme.entities.builtin}
        self.trying = False
        self.selecting = Selecting(desk.screen)

    # -- keys --------------------------------------------------------------------------------------

    async def press(self, what: str, *keys: str) -> None:
        self.tally.keys[what] += len(keys)
        await self.desk.press(*keys)

    async def select(self, goal: Range, what: str, wish: str = "select") -> None:
        """Select with the fewest keys; out of the screen's view, go nearer first."""
        view = self.desk.screen.view
        while not view.visible_range()[0] <= goal[0] < view.visible_range()[1]:
            await self.press(what, "pagedown" if goal[0] >= view.visible_range()[1] else "pageup")
        for key in self.selecting.keys(goal, wish=wish):
            if key.startswith("@"):
                hints = self.desk.screen.mode.hints  # type: ignore[union-attr]
                at = int(key[1:])
                letters = next(k for k, piece in hints.items() if piece[0] == at)
                await self.press(what, *letters)
            elif key:
                await self.press(what, key)
        selection = view.selection
        if wish == "select" and selection is not None:
            assert self.desk.screen.units.trim(*selection) == goal, (selection, goal)

    def ours(self, gold_id: str) -> Span | None:
        """Our span for one of the gold, if it is marked."""
        wanted = self.gold.spans[gold_id]
        taken = {ours for theirs, ours in self.made.items() if theirs != gold_id}
        if self.made.get(gold_id) not in self.desk.session.annotations.spans:
            self.made.pop(gold_id, None)
        for span in self.desk.session.annotations.spans.values():
            if span.id not in taken and (span.label, span.fragments) == (
                wanted.label,
                wanted.fragments,
            ):
                self.made[gold_id] = span.id
                return span
        return None

    async def choose(self, span_id: str, what: str) -> None:
        """Make a marked span the chosen one."""
        screen = self.desk.screen
        if screen.chosen == span_id:
            return
        ids = [span.id for span in self.desk.session.annotations.in_order()]
        here = screen.chosen
        if here in ids:
            away = (ids.index(span_id) - ids.index(here)) % len(ids)
            if min(away, len(ids) - away) <= 3:
                key, times = ("tab", away) if away <= 3 else ("shift+tab", len(ids) - away)
                await self.press(what, *[key] * times)
                return
        span = self.desk.session.span(span_id)
        if screen.view.selection is not None:
            await self.press(what, "escape")
        token = next(iter(self.desk.screen.units.tokens(span.start, span.end)))
        await self.select(token, what, "caret")
        while screen.chosen != span_id:
            await self.press(what, ";")

    # -- spans -------------------------------------------------------------------------------------

    async def mark(self, gold_id: str, what: str) -> Span:
        """Select and label; fragments after the first are added."""
        wanted = self.gold.spans[gold_id]
        label = self.desk.session.scheme.labels[wanted.label]
        await self.select(wanted.fragments[0], what, "line" if label.lines else "select")
        await self.press(what, label.key)
        span_id = self.desk.chosen.id
        for piece in wanted.fragments[1:]:
            await self.select(piece, what)
            await self.press(what, "+")
        self.made[gold_id] = span_id
        return self.desk.session.span(span_id)

    async def mention(self, gold_id: str, what: str) -> None:
        """A speaker with the entity that it refers to."""
        if self.ours(gold_id) is None:
            await self.mark(gold_id, what)
        await self.settle_links(gold_id, what)

    # -- links -------------------------------------------------------------------------------------

    def wanted(self, gold_id: str, type: str) -> list[tuple[str, str]]:
        """Our ends of a span's links; an entity or span that is not there yet is ""."""
        ends = []
        for link in self.gold.of(gold_id, type):
            if link.target_kind == "span":
                found = self.ours(link.target)
                ends.append(("span", found.id if found else ""))
            elif link.target_kind == "entity":
                ends.append(("entity", self.entities.get(link.target, "")))
            else:
                ends.append(("topic", link.target))
        return ends

    def present(self, gold_id: str, type: str) -> list[tuple[str, str]]:
        links = self.desk.session.annotations.links_from(self.made[gold_id], type)
        return [(link.target_kind, link.target) for link in links]

    def learn(self, gold_id: str) -> None:
        """An entity that a mention of one not yet known got: it stands for the gold's."""
        known = set(self.entities.values())
        theirs = [x.target for x in self.gold.of(gold_id, "ref") if x.target not in self.entities]
        ours = [target for _, target in self.present(gold_id, "ref") if target not in known]
        if len(theirs) == 1 and len(ours) == 1:
            self.entities[theirs[0]] = ours[0]

    async def answer(self, gold_id: str, what: str) -> None:
        """Answer what is asked about the span just made, where the answers are offered."""
        mode = self.desk.screen.mode
        wanted_span = self.gold.spans[gold_id]
        while isinstance(mode, OfferMode) and mode.offers:
            offer = mode.offers[0]
            if offer.immediate:
                row = offer.rows[0]
                value = wanted_span.attributes[row.name]
                await self.press(what, DIGITS[row.first - 1 + row.values.index(value)])  # type: ignore[arg-type]
                mode = self.desk.screen.mode
                continue
            if not self.offers:
                return
            digits = self._digits(gold_id, offer)
            if digits is not None:
                await self.press(what, *digits)
                topics = [t for kind, t in self.wanted(gold_id, "target") if kind == "topic"]
                if digits[-1:] == ["0"]:
                    await self.topic(topics[0], what)
                else:
                    await self.press(what, "enter")
            return

    def _digits(self, gold_id: str, offer: Offer) -> list[str] | None:
        """The digits to press before Enter; None if more of the offer is wrong than right.

        "0", where the topic wanted is not among those offered, comes last and takes the rest.
        """
        digits: list[str] = []
        right = wrong = 0
        other_topic = False
        for row in offer.rows:
            picks = self._picks(gold_id, row)
            ends = self.wanted(gold_id, row.name)
            if picks is None and ends and ends[0][0] == "topic":
                other_topic = True
            elif picks is None:
                rule = self.desk.session.scheme.link(self.gold.spans[gold_id].label, row.name)
                replaced = rule is not None and rule.maximum == 1 and bool(ends)
                wrong += not replaced
            else:
                right += 1
                if picks != row.picks:
                    digits += [DIGITS[row.first - 1 + pick] for pick in picks]
        if right + other_topic <= wrong:
            return None
        return [*digits, "0"] if other_topic else digits

    def _picks(self, gold_id: str, row: Row) -> list[int] | None:
        links = self.gold.of(gold_id, row.name)
        picks = []
        for link, (kind, target) in zip(links, self.wanted(gold_id, row.name), strict=True):
            for index, candidate in enumerate(row.candidates):
                piece = getattr(candidate, "piece", None)
                if piece is not None:
                    same = link.target_kind == "span" and (
                        self.gold.spans[link.target].fragments == (piece,) and not target
                    )
                elif not candidate.target:
                    same = kind == "entity" and not target and link.target not in self.entities
                else:
                    same = (candidate.target_kind, candidate.target) == (kind, target)
                if same:
                    picks.append(index)
                    break
            else:
                return None
        if len(picks) > 1 and not row.many:
            return None
        return picks or None

    async def settle_links(self, gold_id: str, what: str) -> None:
        """Answer the offers, then draw by keys what is still missing or wrong."""
        await self.answer(gold_id, what)
        if self.made.get(gold_id) is None:
            self.ours(gold_id)
        for link in self.gold.links[gold_id]:
            if link.type == "ref":
                self.learn(gold_id)
        label = self.desk.session.scheme.labels[self.gold.spans[gold_id].label]
        for rule in label.links:
            wanted = self.wanted(gold_id, rule.name)
            if any(not target for _, target in wanted):
                for link in self.gold.of(gold_id, rule.name):
                    if link.target_kind == "span" and self.ours(link.target) is None:
                        continue  # comes later in the text
                    if link.target_kind == "entity" and link.target not in self.entities:
                        await self.new_entity(gold_id, link.target, what)
                wanted = [end for end in self.wanted(gold_id, rule.name) if end[1]]
            wrong = [end for end in self.present(gold_id, rule.name) if end not in wanted]
            for end in wanted:
                if end not in self.present(gold_id, rule.name):
                    await self.draw(gold_id, rule.name, end, what)
            for end in wrong:
                if end in self.present(gold_id, rule.name):
                    await self.draw(gold_id, rule.name, end, what)

    async def new_entity(self, gold_id: str, entity: str, what: str) -> None:
        """Make an entity in the cast, by splitting the mention off the wrong one."""
        session = self.desk.session
        span_id = self.made[gold_id]
        wrong = session.annotations.links_from(span_id, "ref")
        shared = [link for link in wrong if link.target in set(self.entities.values())]
        self.tally.keys[what] += 6  # F3, go to the mention, s, F3
        name = self.gold.set.entities[entity].name
        if shared and shared[0].target in session.annotations.entities:
            made = session.split_entity(shared[0].target, [span_id], name)
        else:
            made = session.add_entity(name)
        self.entities[entity] = made.id

    async def draw(self, gold_id: str, type: str, end: tuple[str, str], what: str) -> None:
        """Draw (or take away) a link: j, its key, then a digit, a topic or a hint."""
        await self.choose(self.made[gold_id], what)
        label = self.desk.session.scheme.labels[self.gold.spans[gold_id].label]
        keyed = [rule for rule in label.links if rule.key]
        rule = label.link(type)
        assert rule is not None
        await self.press(what, "j", *([rule.key] if keyed else []))
        mode = self.desk.screen.mode
        assert isinstance(mode, MenuMode), (self.desk.said, type, mode, self.desk.screen.chosen)
        candidates = self.desk.screen.labelling.candidates(self.made[gold_id], type)
        for digit, candidate in zip(DIGITS, candidates, strict=False):
            if (candidate.target_kind, candidate.target) == end:
                await self.press(what, digit)
                return
        if end[0] == "topic":
            await self.press(what, "0")
            await self.topic(end[1], what)
            return
        if end[0] == "entity":
            spots = [m for m in self.desk.session.annotations.mentions(end[1]) if self.in_view(m)]
            if not spots:  # through the cast: F3, to its row, a mention, back
                await self.press(what, "escape")
                self.tally.keys[what] += 6
                self.desk.session.link(self.made[gold_id], type, end[1], "entity")
                return
        else:
            spots = [self.desk.session.span(end[1])]
        await self.press(what, "f")
        hints = self.desk.screen.mode.hints  # type: ignore[union-attr]
        inside = [k for k, p in hints.items() if any(spot.touches(*p) for spot in spots)][:6]
        before = set(self.present(gold_id, type))
        for letters in inside:
            mark = len(self.desk.session._done)
            await self.desk.press(*letters)
            if (set(self.present(gold_id, type)) ^ before) == {end}:
                self.tally.keys[what] += 2
                return
            while len(self.desk.session._done) > mark:
                self.desk.session.undo()
            await self.desk.press("escape")
            self.desk.screen.choose_span(self.made[gold_id])
            await self.desk.press("j", *([rule.key] if keyed else []), "f")
        # Another span lies over it: from the other side, by its number.
        await self.desk.press("escape", "escape")
        self.tally.keys[what] += 4
        self.desk.session.link(self.made[gold_id], type, end[1], end[0])  # type: ignore[arg-type]

    def in_view(self, span: Span) -> bool:
        start, end = self.desk.screen.view.visible_range()
        return start <= span.start < end

    async def topic(self, topic: str, what: str) -> None:
        """Choose a topic by as few letters as find it."""
        topics = self.desk.screen.project.topics
        name = next(t.name for t in topics if t.id == topic)
        typed = next(
            (
                part
                for size in range(len(name) + 1)
                for part in [name[:size], *(w[:size] for w in name.split())]
                if (found := matching(topics, part)) and found[0].id == topic
            ),
            name,
        )
        await self.press(what, *typed, "enter")

    # -- attributes --------------------------------------------------------------------------------

    async def attributes(self, gold_id: str, what: str) -> int:
        """Correct what was computed wrong; returns how many attributes were changed."""
        wanted = self.gold.spans[gold_id].attributes
        label = self.desk.session.scheme.labels[self.gold.spans[gold_id].label]
        changed = 0
        for attribute in label.attributes:
            value = wanted.get(attribute.name, attribute.default)
            now = self.desk.session.span(self.made[gold_id]).attributes
            if now.get(attribute.name, attribute.default) == value or attribute.kind == "text":
                continue
            if value is None:
                continue  # a topic proposed for a claim that the gold gives none
            await self.choose(self.made[gold_id], what)
            await self.change(attribute, value, "topic" if attribute.kind == "topic" else what)
            changed += attribute.kind != "topic"
        return changed

    async def change(self, attribute: Attribute, value: object, what: str) -> None:
        await self.press(what, attribute.key)
        if attribute.kind == "topic":
            await self.topic(str(value), what)
        elif attribute.kind == "choice":
            now = self.desk.chosen.attributes.get(attribute.name)
            if now != value:
                await self.press(what, DIGITS[attribute.values.index(str(value))])

    async def flags(self, gold_id: str) -> None:
        flags = self.desk.session.scheme.flags
        for flag in self.gold.spans[gold_id].flags:
            await self.choose(self.made[gold_id], "flags")
            keys = ["~"] if flag == "unsure" else ["y", DIGITS[flags.index(flag)]]
            await self.press("flags", *keys)

    # -- trying ------------------------------------------------------------------------------------

    @contextmanager
    def trial(self):  # type: ignore[no-untyped-def]
        """What is done inside is taken back; yields a function that gives the keys so far."""
        screen, view, session = self.desk.screen, self.desk.screen.view, self.desk.session
        tally, made, entities = self.tally, dict(self.made), dict(self.entities)
        place = (view.caret, view.anchor, view.scroll_y)
        chosen, last, at = screen.chosen, screen.last_chosen, screen.chosen_at
        mode, edits = screen.mode, len(session._done)
        self.tally = Tally()
        self.trying = True
        yield lambda: self.tally.total
        self.tally, self.made, self.entities = tally, made, entities
        self.trying = False
        while len(session._done) > edits:
            session.undo()
        view.scroll_to(y=place[2], animate=False, immediate=True)
        view._set(place[0], place[1])
        screen.chosen, screen.last_chosen, screen.chosen_at = chosen, last, at
        screen.mode = mode
        screen.prompt.offer(mode.line() if mode else [])

    async def cheapest(self, ways: list[Callable[[], object]]) -> None:
        """Try each way, take all back, and go the one of fewest keys."""
        costs = []
        for way in ways:
            with self.trial() as keys:
                await way()  # type: ignore[misc]
                costs.append(keys())
            await self.desk.settle()
        await ways[costs.index(min(costs))]()  # type: ignore[misc]


class Annotator(Hand):
    """Annotates the whole gold article in the order of its text."""

    def __init__(self, desk: Desk, gold: Gold, offers: bool) -> None:
        super().__init__(desk, gold, offers)
        self.accepted: dict[str, dict[str, int]] = {}  # claims taken whole, by gold span

    async def run(self, *, suggestions: bool) -> None:
        await self.desk.press("ctrl+home")
        if suggestions:
            await self.press("regions", "R")
            await self.drop_regions()
            await self.take_suggestions()
            await self.press("suggestions", "ctrl+home")
        for gold_id in sorted(self.gold.spans, key=self.turn):
            label = self.gold.spans[gold_id].label
            if label == "CLAIM":
                await self.claim(gold_id)
            elif label in ("STANCE", "REGION"):
                await self.other(gold_id, "stances" if label == "STANCE" else "regions")
        for gold_id, span in self.gold.spans.items():  # ends of no claim, and links to later ones
            await self.other(gold_id, "others" if span.label in ("SPEAKER", "CUE") else "later")
            await self.flags(gold_id)

    def turn(self, gold_id: str) -> tuple[int, bool]:
        """Text order, but a stance comes after the claim that is its evidence."""
        span = self.gold.spans[gold_id]
        claims = [self.gold.spans[x.target].start for x in self.gold.of(gold_id, "claim")]
        return max([span.start, *claims]), span.label == "STANCE"

    async def other(self, gold_id: str, what: str) -> None:
        if self.ours(gold_id) is None:
            await self.mark(gold_id, what)
        await self.settle_links(gold_id, what)
        await self.attributes(gold_id, what)

    def missing_ends(self, gold_id: str) -> list[str]:
        """The speakers and cues of a claim that are not marked yet, in text order."""
        ends = [
            link.target
            for link in self.gold.links[gold_id]
            if link.target_kind == "span" and self.gold.spans[link.target].label != "CLAIM"
        ]
        ends = [end for end in dict.fromkeys(ends) if self.ours(end) is None]
        return sorted(ends, key=lambda end: self.gold.spans[end].fragments)

    async def claim(self, gold_id: str) -> None:
        before = Counter(self.tally.keys)
        was_there = self.ours(gold_id) is not None
        ends = self.missing_ends(gold_id)

        def way(first: list[str]) -> Callable[[], object]:
            async def go() -> None:
                for end in first:
                    await self.mention(end, "claims")
                    await self.attributes(end, "claims")
                if self.ours(gold_id) is None:
                    await self.mark(gold_id, "claims")
                await self.settle_links(gold_id, "claims")
                for end in self.missing_ends(gold_id):
                    await self.mention(end, "claims")
                    await self.attributes(end, "claims")
                await self.settle_links(gold_id, "claims")
                for end in ends:
                    if self.gold.spans[end].label == "SPEAKER":
                        await self.settle_links(end, "claims")
                    await self.attributes(end, "claims")

            return go

        choices = [
            [],
            *([ends] if ends else []),
            *([[end] for end in ends] if len(ends) > 1 else []),
        ]
        await self.cheapest([way(first) for first in choices])
        linked = sum((self.tally.keys - before).values())
        corrected = Counter(self.tally.keys)
        changed = await self.attributes(gold_id, "attributes")
        spent = self.tally.keys - corrected
        taken = self.accepted.get(gold_id)
        if taken is not None:
            taken["keys"] += linked
            taken["changed"] += changed
            taken["attributes"] += spent["attributes"]
            return
        self.tally.claims.append(
            {
                "keys": linked,
                "changed": changed,
                "attributes": spent["attributes"],
                "topic": spent["topic"],
                "ends": len(ends),
                "taken": was_there,
                "plain": len(self.gold.of(gold_id, "holder")) == 1
                and len(self.gold.of(gold_id, "cue")) == 1,
            }
        )

    async def take_suggestions(self) -> None:
        """Go through the suggestions; take those that are right, correct them while chosen."""
        wanted = {(s.label, s.fragments): s.id for s in self.gold.spans.values()}
        await self.press("suggestions", "w")
        while (current := self.desk.screen.current) is not None:
            known = [
                (ghost.label, ghost.fragments) in wanted
                for ghost, role in zip(current.ghosts, current.roles, strict=True)
                if role != "region"
            ]
            right = known and all(known)
            first = current.start
            await self.press("suggestions", "enter" if right else "w")
            if right:
                for ghost in current.ghosts:
                    if ghost.label == "CLAIM":
                        gold_id = wanted[ghost.label, ghost.fragments]
                        before = self.tally.total
                        if self.ours(gold_id) and self.desk.screen.chosen == self.made[gold_id]:
                            changed = await self.attributes_in_place(gold_id)
                            self.accepted[gold_id] = {
                                "keys": 1,
                                "changed": 0,
                                "accepted": 1,
                                "attributes": 0,
                                "in_place": self.tally.total - before,
                                "fixed": changed,
                            }
                            self.tally.claims.append(self.accepted[gold_id])
            if right and current.ghosts[-1].label == "STANCE":
                # Its target is asked for at once; then the walk goes on.
                gold_id = wanted["STANCE", current.ghosts[-1].fragments]
                if self.ours(gold_id):
                    await self.answer(gold_id, "stances")
                await self.press("suggestions", "w")
            following = self.desk.screen.current
            if following is None or following is current or following.start < first:
                break
        await self.press("suggestions", "escape")

    async def drop_regions(self) -> None:
        """Delete the regions that the gold has not (it joins lines, or has none there)."""
        wanted = {(s.label, s.fragments) for s in self.gold.spans.values()}
        for span in self.desk.session.annotations.in_order():
            if (span.label, span.fragments) not in wanted:
                await self.choose(span.id, "regions")
                await self.press("regions", "d")
        await self.press("regions", "ctrl+home")

    async def attributes_in_place(self, gold_id: str) -> int:
        """Choices and flags of the claim just taken, while the next suggestion is shown."""
        changed = 0
        label = self.desk.session.scheme.labels[self.gold.spans[gold_id].label]
        wanted = self.gold.spans[gold_id].attributes
        for attribute in label.attributes:
            now = self.desk.session.span(self.made[gold_id]).attributes.get(attribute.name)
            value = wanted.get(attribute.name)
            if value is None or value == now or attribute.kind not in ("choice", "flag"):
                continue
            await self.press("attributes", attribute.key)
            if self.desk.session.span(self.made[gold_id]).attributes.get(attribute.name) != value:
                digit = DIGITS[attribute.values.index(str(value))]
                await self.press("attributes", digit)
            changed += 1
        return changed


def differences(hand: Hand) -> list[str]:
    """Where the work is not the gold."""
    found = []
    session, gold = hand.desk.session, hand.gold
    for gold_id, wanted in gold.spans.items():
        span = hand.ours(gold_id)
        if span is None:
            found.append(f"{wanted.label} {gold_id} is not there")
            continue
        label = session.scheme.labels[span.label]
        for attribute in label.attributes:
            value = wanted.attributes.get(attribute.name, attribute.default)
            now = span.attributes.get(attribute.name, attribute.default)
            if attribute.kind != "text" and value != now and value is not None:
                found.append(f"{span.label} {gold_id} {attribute.name}: {now}, not {value}")
        for rule in label.links:
            if gold.of(gold_id, rule.name) or hand.present(gold_id, rule.name):
                wanted_ends = set(hand.wanted(gold_id, rule.name))
                if wanted_ends != set(hand.present(gold_id, rule.name)):
                    found.append(f"{span.label} {gold_id} {rule.name}")
    extra = set(session.annotations.spans) - set(hand.made.values())
    found += [
        f"{session.span(x).label} {x} {session.span(x).surface(hand.desk.text)!r} is too much"
        for x in extra
    ]
    return found


async def measure(root: Path, article: str, way: str) -> None:
    project = Project.open(root)
    annotations = project.store.annotations(article, GOLD)
    assert annotations is not None
    gold = Gold(annotations, project)
    project.close()
    async with at_desk(root, article, size=SIZE, name=f"bench-{way}") as desk:
        fields = {k: v for k, v in annotations.fields.items() if k in ("topics",)}
        for name, value in fields.items():
            desk.session.set_field(name, value)
        hand = Annotator(desk, gold, offers=way != "hand")
        await hand.run(suggestions=way == "all")
        report(article, way, hand)
        wrong = differences(hand)
        print(
            f"  {len(wrong)} differences from the gold" + "".join(f"\n    {x}" for x in wrong[:8])
        )


def report(article: str, way: str, hand: Hand) -> None:
    tally, claims = hand.tally, hand.tally.claims
    spans = len(hand.gold.spans)
    print(f"{article} · {way}: {tally.total} keys, {tally.total / spans:.2f} a span ({spans})")
    print("  " + ", ".join(f"{name} {count}" for name, count in tally.keys.most_common()))
    changes = sum(c["changed"] for c in claims)
    per_change = sum(c["attributes"] for c in claims) / max(1, changes)
    byhand = [c for c in claims if not c.get("accepted") and not c["taken"]]
    for name, some in (
        ("every claim", byhand),
        ("one holder and one cue", [c for c in byhand if c["plain"]]),
    ):
        if some:
            mean = sum(c["keys"] for c in some) / len(some)
            whole = [c["keys"] + per_change for c in some]
            within = sum(keys <= TARGET for keys in whole)
            print(
                f"  claim, cue, holder, links by hand ({name}, {len(some)}): {mean:.2f}"
                f" + one changed attribute {per_change:.2f} = {mean + per_change:.2f},"
                f" median {median(whole):.1f}, {within} within {TARGET}"
            )
    accepted = [c for c in claims if c.get("accepted")]
    if accepted:
        keys = sum(c["keys"] for c in accepted) / len(accepted)
        # Attributes corrected while the claim is chosen; topics come later, and are counted apart.
        fixes = sum(c["in_place"] for c in accepted) / max(1, sum(c["fixed"] for c in accepted))
        untouched = [c for c in accepted if c["keys"] == 1]
        print(
            f"  suggestion taken ({len(accepted)} claims): {keys:.2f} with its links + one changed"
            f" attribute {fixes:.2f} = {keys + fixes:.2f};"
            f" nothing but Enter for the spans and links of {len(untouched)}"
        )
    changes += sum(c.get("fixed", 0) for c in claims)
    print(f"  changed attributes: {changes} in {len(claims)} claims; topics {tally.keys['topic']}")


async def main() -> None:
    wanted = set(sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "news"
        for part in ("guidelines", "corpus"):
            shutil.copytree(ROOT / part, root / part)
        project = Project.open(root)
        articles = [
            head.id
            for head in project.store.heads()
            if project.store.annotations(head.id, GOLD) is not None
        ]
        project.close()
        ways = wanted & set(WAYS) or set(WAYS)
        for article in articles:
            if article in (wanted - set(WAYS) or USUAL):
                for way in WAYS:
                    if way in ways:
                        await measure(root, article, way)


if __name__ == "__main__":
    asyncio.run(main())
