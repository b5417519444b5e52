"""The cast: who the mentions of the article refer to, and which of them are one."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from annotator.model.annotation import Change, Entity, Link, Span
from annotator.model.session import Edit, Session
from annotator.suggest import cast
from annotator.suggest.cast import MergeProposal
from annotator.tui.dispatch import GoTo, Perform, Say
from annotator.tui.panes.pane import Pane
from annotator.tui.screens.prompt import Prompt
from annotator.tui.titles import entity_title, is_reference, references
from annotator.tui.widgets.lines import (
    ACCENT,
    KEY,
    MUTED,
    STRONG,
    WARNING,
    Part,
    beside,
    line,
    shorten,
)
from annotator.tui.widgets.rows import Rows


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the cast; `key` is an entity's or a span's id."""

    kind: Literal["title", "proposal", "entity", "builtin", "mention", "loose"]
    key: str
    proposal: MergeProposal | None = None


class CastPane(Pane):
    """Entities with their mentions, mentions without entity, and proposals to merge."""

    scope = "cast"
    title = "Cast"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._list: list[Row] = []
        self._marked: dict[str, None] = {}
        self._open: set[str] = set()
        self._rejected: set[tuple[str, frozenset[str]]] = set()
        self._visited: dict[str, str] = {}  # entity to the mention last gone to
        self._article = ""
        self._head = Static(classes="pane--head", markup=False)
        self._rows = Rows(self._draw, selectable=lambda index: self._list[index].kind != "title")
        self._foot = Static(classes="pane--foot", markup=False)

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._rows
        yield self._foot

    def reload(self) -> None:
        if self._article != self.session.article.id:
            self._article = self.session.article.id
            self._marked.clear()
            self._open.clear()
            self._visited.clear()
        self._refs = references(self.session.scheme)
        self._rebuild()

    def edited(self, edit: Edit) -> None:
        if any(self._concerns(change) for change in edit.changes):
            self._rebuild()

    def _concerns(self, change: Change) -> bool:
        for state in (change.before, change.after):
            if isinstance(state, Entity):
                return True
            if isinstance(state, Link) and state.target_kind == "entity":
                return True
            if isinstance(state, Span) and state.label in self._refs:
                return True
        return False

    # -- what there is -----------------------------------------------------------------------------

    def _rebuild(self) -> None:
        annotations = self.session.annotations
        kept = self._row()
        self._text = self.session.article.text
        rows = [Row("title", "Same name?"), *self._proposals()]
        rows = rows if len(rows) > 1 else []
        rows.append(Row("title", "Cast"))
        for entity in sorted(annotations.entities.values(), key=self._rank):
            rows.append(Row("entity", entity.id))
            rows += self._mention_rows(entity.id)
        for entity_id in self.session.scheme.entities.builtin:
            rows.append(Row("builtin", entity_id))
            rows += self._mention_rows(entity_id)
        loose = self._loose()
        if loose:
            rows.append(Row("title", "Not assigned"))
            rows += [Row("loose", span.id) for span in loose]
        self._list = rows
        known = annotations.entities.keys() | annotations.spans.keys()
        self._marked = {k: None for k in self._marked if k.rpartition("/")[2] in known}
        cursor = next(
            (
                i
                for i, row in enumerate(rows)
                if kept and (row.kind, row.key) == (kept.kind, kept.key)
            ),
            self._rows.cursor
            if kept
            else next((i for i, row in enumerate(rows) if row.kind == "entity"), 0),
        )
        self._rows.show(len(rows), cursor)
        self._tell(len(loose))

    def _rank(self, entity: Entity) -> tuple[int, str]:
        links = self._links(entity.id)
        first = min((self.session.annotations.spans[x.source].start for x in links), default=-1)
        return (first if links else len(self._text), entity.id)

    def _proposals(self) -> list[Row]:
        seen = self.session.article.id
        found: dict[frozenset[str], Row] = {}
        for proposal in cast.variants(self.session.annotations, self._text):
            pair = frozenset((proposal.keep, proposal.other))
            if (seen, pair) not in self._rejected and pair not in found:
                found[pair] = Row("proposal", proposal.keep + "=" + proposal.other, proposal)
        return list(found.values())

    def _loose(self) -> list[Span]:
        annotations = self.session.annotations
        return [
            span
            for span in annotations.in_order()
            if (ref := self._refs.get(span.label)) and not annotations.links_from(span.id, ref)
        ]

    def _links(self, entity_id: str) -> list[Link]:
        """Every link to an entity, in text order of where it starts."""
        spans = self.session.annotations.spans
        links = [x for x in self.session.annotations.links_to(entity_id) if x.source in spans]
        return sorted(links, key=lambda link: (spans[link.source].fragments, link.id))

    def _is_mention(self, link: Link) -> bool:
        rule = self.session.scheme.link(
            self.session.annotations.spans[link.source].label, link.type
        )
        return rule is not None and is_reference(rule)

    def _mention_rows(self, entity_id: str) -> list[Row]:
        if entity_id not in self._open:
            return []
        return [Row("mention", f"{entity_id}/{link.source}") for link in self._links(entity_id)]

    def _row(self) -> Row | None:
        return self._list[self._rows.cursor] if self._rows.cursor < len(self._list) else None

    def _entity_id(self, row: Row) -> str:
        """The entity a row belongs to; empty for a mention without one."""
        if row.proposal is not None:
            return row.proposal.keep
        if row.kind == "mention":
            return row.key.partition("/")[0]
        return row.key if row.kind in ("entity", "builtin") else ""

    def _span_id(self, row: Row) -> str:
        if row.kind == "loose":
            return row.key
        return row.key.partition("/")[2] if row.kind == "mention" else ""

    # -- drawing -----------------------------------------------------------------------------------

    def _tell(self, loose: int) -> None:
        count = len(self.session.annotations.entities)
        head = [(f"{count} {'entity' if count == 1 else 'entities'}", STRONG)]
        if loose:
            head.append((f" · ! {loose} not assigned", WARNING))
        if self._marked:
            head.append((f" · {len(self._marked)} marked", ACCENT))
        self._head.update(line(*head))
        self._describe()

    def _describe(self) -> None:
        row = self._row()
        if row is None or row.kind == "title":
            self._foot.update("")
        elif row.proposal is not None:
            self._foot.update(
                line(("m", KEY), " merge  ", ("x", KEY), f" not the same · {row.proposal.reason}")
            )
        elif row.kind in ("entity", "builtin"):
            self._foot.update(self._about(row.key))
        else:
            span = self.session.annotations.spans[self._span_id(row)]
            self._foot.update(
                line(f"{span.label} {span.id} · ", shorten(span.surface(self._text), 60))
            )

    def _about(self, entity_id: str) -> Content:
        names = cast.aliases(self.session.annotations, self._text, entity_id)
        written = " · ".join(f"{shorten(name, 40)} {count}×" for name, count in names.items())
        visited = self.session.annotations.spans.get(self._visited.get(entity_id, ""))
        if visited is None:
            return line(written or "⏎ goes through the mentions, → lists them")
        return line(f"at “{shorten(visited.surface(self._text), 30)}”, s splits it off · ", written)

    def _draw(self, index: int, width: int) -> list[Content]:
        row = self._list[index]
        if row.kind == "title":
            return [line((row.key, "bold $text-secondary"))]
        mark = ("◆ ", ACCENT) if row.key in self._marked else "  "
        if row.proposal is not None:
            annotations = self.session.annotations
            keep = entity_title(annotations, row.proposal.keep, kind=False)
            other = entity_title(annotations, row.proposal.other, kind=False)
            half = max(4, (width - 6) // 2)
            return [
                line(("? ", WARNING), shorten(keep, half), (" = ", MUTED), shorten(other, half))
            ]
        if row.kind in ("entity", "builtin"):
            return [self._draw_entity(row.key, mark, width)]
        span = self.session.annotations.spans[self._span_id(row)]
        surface = shorten(span.surface(self._text), width - 6)
        if row.kind == "loose":
            return [line(mark, ("! ", WARNING), surface, (f"  {span.label}", MUTED))]
        return [line(mark, "  ", surface, (f"  {span.label} {span.id}", MUTED))]

    def _draw_entity(self, entity_id: str, mark: Part, width: int) -> Content:
        annotations = self.session.annotations
        links = self._links(entity_id)
        mentions = sum(map(self._is_mention, links))
        counts = [f"{mentions}×"] if mentions else []
        others = len(links) - mentions
        counts += [f"{others} link{'s' if others > 1 else ''}"] if others else []
        right = line((" ".join(counts) or "–", MUTED))
        entity = annotations.entities.get(entity_id)
        if entity is None:
            return beside(line(mark, (entity_id, STRONG), ("  built in", MUTED)), right, width)
        facts = " ".join(x for x in (entity.type, entity.naming) if x and x != "named")
        about = (f"  {facts}", MUTED) if facts else ("  type?", WARNING)
        left: list[Part] = [mark, (entity.name, STRONG), about]
        if entity.affiliation:
            home = entity_title(annotations, entity.affiliation, kind=False)
            left.append((f" → {home}", MUTED))
        names = [n for n in cast.aliases(annotations, self._text, entity_id) if n != entity.name]
        if names and width > 40:
            also = " · ".join(shorten(name, 30) for name in names)
            left.append((f"  {also}", "italic $foreground-muted"))
        return beside(line(*left), right, width)

    def on_rows_moved(self, event: Rows.Moved) -> None:
        event.stop()
        self._describe()

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.do_goto()

    # -- hands -------------------------------------------------------------------------------------

    def do_goto(self) -> None:
        row = self._row()
        if row is None or row.kind == "title":
            return
        if span_id := self._span_id(row):
            self.post_message(GoTo(span_id))
            return
        entity_id = self._entity_id(row)
        sources = [source for source, _ in groupby(link.source for link in self._links(entity_id))]
        if not sources:
            self.post_message(Say("Nothing in the text refers to it."))
            return
        last = self._visited.get(entity_id)
        place = sources.index(last) + 1 if last in sources else 0
        self._visited[entity_id] = sources[place % len(sources)]
        self._describe()
        self.post_message(GoTo(self._visited[entity_id]))

    def do_expand(self) -> None:
        row = self._row()
        if row is not None and row.kind in ("entity", "builtin"):
            self._open.add(row.key)
            self._rebuild()

    def do_collapse(self) -> None:
        row = self._row()
        if row is not None and self._entity_id(row) in self._open:
            self._open.discard(self._entity_id(row))
            place = next(i for i, x in enumerate(self._list) if x.key == self._entity_id(row))
            self._rows.move_to(place)
            self._rebuild()

    def do_mark(self) -> None:
        row = self._row()
        if row is None or row.kind in ("title", "proposal", "builtin"):
            return
        if row.key in self._marked:
            del self._marked[row.key]
        else:
            self._marked[row.key] = None
        self._rows.repaint(self._rows.cursor)
        self._rows.move(1)
        self._tell(len(self._loose()))

    def do_merge(self) -> None:
        """Take the proposal; else bring what is marked to the entity at the cursor."""
        row = self._row()
        if row is None:
            return
        if row.proposal is not None:
            keep, other = row.proposal.keep, row.proposal.other
            self.post_message(Perform(lambda session: session.merge_entities(keep, other)))
            return
        target = self._entity_id(row)
        marked = [key for key in self._marked if key != target]
        if not target or not marked:
            self.post_message(
                Say("Mark what belongs together with space, then m at the one to keep.")
            )
            return
        self._marked.clear()
        title = entity_title(self.session.annotations, target, kind=False)
        self.post_message(Perform(self._bring(marked, target, f"merge into {title}")))

    def _bring(self, keys: list[str], target: str, action: str) -> Callable[[Session], object]:
        """An edit that merges entities into one, and lets mentions refer to it."""
        refs = self._refs

        def bring(session: Session) -> None:
            with session.group(action):
                for key in keys:
                    if key in session.annotations.entities:
                        if target in session.annotations.entities:
                            session.merge_entities(target, key)
                            continue
                        for link in session.annotations.links_to(key):  # into a built-in one
                            session.link(link.source, link.type, target, "entity")
                        session.delete_entity(key)
                        continue
                    old, _, span_id = key.rpartition("/")
                    ref = refs[session.span(span_id).label]
                    for link in session.annotations.links_from(span_id, ref):
                        if link.target == old:
                            session.unlink(link.id)
                    session.link(span_id, ref, target, "entity")

        return bring

    def do_reject(self) -> None:
        row = self._row()
        if row is not None and row.proposal is not None:
            pair = frozenset((row.proposal.keep, row.proposal.other))
            self._rejected.add((self.session.article.id, pair))
            self._rebuild()

    def do_split(self) -> None:
        """Give the mention at the cursor, or the one last gone to, an entity of its own."""
        row = self._row()
        if row is None:
            return
        entity_id = self._entity_id(row)
        span_id = self._span_id(row) or self._visited.get(entity_id, "")
        span = self.session.annotations.spans.get(span_id)
        if span is None or not self._own_entity(entity_id):
            if row.kind == "loose" and span is not None:
                self._create(span)
            else:
                self.post_message(Say("Go to a mention first (⏎), or open the list with →."))
            return
        name = cast.bare_name(span.surface(self._text)) or entity_id
        self._visited.pop(entity_id, None)
        self.post_message(Perform(lambda session: session.split_entity(entity_id, [span_id], name)))

    def _create(self, span: Span) -> None:
        """Make an entity of a mention that has none."""
        surface = span.surface(self._text)
        ref = self._refs[span.label]
        rules = self.session.scheme.entities
        kind, naming = cast.guess_type(surface), cast.naming(surface)

        def create(session: Session) -> None:
            with session.group("add entity"):
                entity = session.add_entity(
                    cast.bare_name(surface) or surface,
                    kind if kind in rules.types else "",
                    naming if naming in rules.naming else "",
                )
                session.link(span.id, ref, entity.id, "entity")

        self.post_message(Perform(create))

    def do_rename(self) -> None:
        entity = self._entity_at_cursor()
        if entity is None:
            return
        names = list(cast.aliases(self.session.annotations, self._text, entity.id))

        def rename(name: str | None) -> None:
            if name and name.strip():
                self.post_message(
                    Perform(lambda session: session.update_entity(entity.id, name=name.strip()))
                )

        self.app.push_screen(Prompt("Name", entity.name, suggestions=names), rename)

    def do_type(self) -> None:
        entity = self._entity_at_cursor()
        if entity is not None:
            self._cycle(entity, "type", entity.type, self.session.scheme.entities.types)

    def do_naming(self) -> None:
        entity = self._entity_at_cursor()
        if entity is not None:
            self._cycle(entity, "naming", entity.naming, self.session.scheme.entities.naming)

    def _cycle(self, entity: Entity, name: str, value: str, values: tuple[str, ...]) -> None:
        if not values:
            self.post_message(Say(f"The scheme gives no values for {name}."))
            return
        after = values[(values.index(value) + 1) % len(values)] if value in values else values[0]
        self.post_message(
            Perform(lambda session: session.update_entity(entity.id, **{name: after}))
        )

    def do_affiliation(self) -> None:
        """The one marked entity becomes the home of the one at the cursor; none marked: no home."""
        entity = self._entity_at_cursor()
        if entity is None:
            return
        marked = [key for key in self._marked if self._own_entity(key) and key != entity.id]
        if len(marked) > 1 or (not marked and not entity.affiliation):
            self.post_message(Say("Mark the one organisation or state with space first."))
            return
        home = marked[0] if marked else ""
        self._marked.clear()
        self.post_message(
            Perform(lambda session: session.update_entity(entity.id, affiliation=home))
        )

    def do_remove(self) -> None:
        entity = self._entity_at_cursor()
        if entity is not None:
            links = len(self._links(entity.id))
            count = "1 link" if links == 1 else f"{links} links"
            told = f"Removed {entity.name} and {count}; u brings all back."

            def tell(links: object) -> None:
                self.post_message(Say(told))

            self.post_message(Perform(lambda session: session.delete_entity(entity.id), tell))

    def _own_entity(self, key: str) -> bool:
        return key in self.session.annotations.entities

    def _entity_at_cursor(self) -> Entity | None:
        row = self._row()
        found = self.session.annotations.entities.get(self._entity_id(row)) if row else None
        if found is None:
            self.post_message(Say("Put the cursor on an entity that can be changed."))
        return found
