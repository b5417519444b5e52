"""An annotation set being edited: every change goes through here and can be taken back."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from annotator.model.annotation import (
    AnnotationSet,
    Change,
    Decision,
    Entity,
    Fragment,
    Link,
    Origin,
    Span,
    Status,
    TargetKind,
    Value,
    Verdict,
    normalise_fragments,
)
from annotator.model.article import Article
from annotator.model.errors import EditError
from annotator.model.renaming import Renaming
from annotator.model.scheme import ENTITY, TOPIC, LinkType, Scheme

EditKind = Literal["edit", "undo", "redo", "rename"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One step of work: what the annotator did, as changes that can be applied and inverted.

    `number` counts from 1 within one annotator's work on one article. `of` is the number of the
    edit that an undo or redo concerns (0 otherwise). `at` is UTC, ISO 8601 with milliseconds.
    `active` is how long the article had been worked on by then, in seconds.

    A "rename" is no step that can be undone: after it, undo and redo go on with `done` and
    `undone`, the edits until then under their new names (in both, the next one is last).
    """

    number: int
    at: str
    kind: EditKind
    action: str
    changes: tuple[Change, ...]
    of: int = 0
    active: float = 0.0
    done: tuple["Edit", ...] = ()
    undone: tuple["Edit", ...] = ()


def utc_now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Session:
    """The only place where an annotation set changes.

    `record` is called with every edit once it is applied and must make it durable before it
    returns; if it raises OSError the edit stays applied and waits in `unsaved`, and `save_pending`
    (called with the next edit, or by the screen's timer) tries again in order.

    `watch`, if set, is called with every edit after it was recorded (or kept waiting).

    `history` replays what a journal holds: edits up to `annotations.mark` only rebuild undo and
    redo, later ones are applied.
    """

    def __init__(
        self,
        article: Article,
        scheme: Scheme,
        annotations: AnnotationSet,
        *,
        history: Iterable[Edit] = (),
        record: Callable[[Edit], None] | None = None,
        now: Callable[[], str] = utc_now,
    ) -> None:
        self.article = article
        self.scheme = scheme
        self.annotations = annotations
        self.unsaved: list[Edit] = []
        self.watch: Callable[[Edit], None] | None = None
        self.replayed = 0
        self._record = record
        self._now = now
        self._done: list[Edit] = []
        self._undone: list[Edit] = []
        self._group: list[Change] | None = None
        self._last = annotations.mark
        for edit in history:
            if edit.number > annotations.mark:
                for change in edit.changes:
                    annotations.apply(change)
                annotations.active_seconds = max(annotations.active_seconds, edit.active)
                self.replayed += 1
            self._remember(edit)
            self._last = max(self._last, edit.number)
        annotations.mark = self._last

    # -- edits -------------------------------------------------------------------------------------

    @contextmanager
    def group(self, action: str) -> Iterator[None]:
        """Join the edits made inside into one edit, undone by one key. If one fails, none stays."""
        if self._group is not None:
            yield
            return
        self._group = []
        try:
            yield
        except BaseException:
            for change in reversed(self._group):
                self.annotations.apply(change.inverse())
            self._group = None
            raise
        changes, self._group = self._group, None
        if changes:
            self._commit("edit", action, tuple(changes))

    def add_span(
        self,
        label: str,
        fragments: Iterable[Fragment],
        attributes: Mapping[str, Value] | None = None,
        *,
        origin: Origin = "manual",
        flags: Iterable[str] = (),
        note: str = "",
    ) -> Span:
        """Add a span. Raises EditError for an unknown label or fragments outside the text."""
        if label not in self.scheme.labels:
            raise EditError(f"The scheme has no label {label}.")
        pieces = self._fit(label, fragments)
        for name, value in (attributes or {}).items():
            self._check_value(label, name, value)
        span = Span(
            self._new_id("s"), label, pieces, dict(attributes or {}), tuple(flags), note, origin
        )
        self._change(f"add {label}", Change("span", span.id, None, span))
        return span

    def delete_span(self, span_id: str) -> list[Link]:
        """Delete a span and every link from or to it; returns those links."""
        span = self.span(span_id)
        taken = self.annotations.links_from(span_id) + self.annotations.links_to(span_id)
        taken = list({link.id: link for link in taken}.values())
        with self.group(f"delete {span.label}"):
            for link in taken:
                self._change("", Change("link", link.id, link, None))
            self._change("", Change("span", span_id, span, None))
        return taken

    def relabel(self, span_id: str, label: str) -> list[Link]:
        """Give a span another label.

        Attributes that the new label has not are dropped, and links that it may not have; returns
        those links. A link whose other end the scheme does not know is left as it is. Raises
        EditError if the scheme has no such label.
        """
        span = self.span(span_id)
        found = self.scheme.labels.get(label)
        if found is None:
            raise EditError(f"The scheme has no label {label}.")
        kept = {
            name: value
            for name, value in span.attributes.items()
            if (attribute := found.attribute(name)) and attribute.allows(value)
        }
        changed = replace(
            span, label=label, attributes=kept, fragments=self._fit(label, span.fragments)
        )
        lost: list[Link] = []
        for link in self.annotations.links_from(span_id):
            rule = found.link(link.type)
            end = self._end_label(link)
            if rule is None or (end and end not in rule.targets):
                lost.append(link)
        for link in self.annotations.links_to(span_id):
            source = self.annotations.spans.get(link.source)
            if source is None or source.label not in self.scheme.labels:
                continue
            rule = self.scheme.link(source.label, link.type)
            if rule is None or label not in rule.targets:
                lost.append(link)
        with self.group(f"{span.label} to {label}"):
            for link in {link.id: link for link in lost}.values():
                self._change("", Change("link", link.id, link, None))
            self._replace_span(span, changed)
        return lost

    def set_fragments(self, span_id: str, fragments: Iterable[Fragment]) -> Span:
        """Move a span's edges. Raises EditError if the new fragments do not fit."""
        span = self.span(span_id)
        pieces = self._fit(span.label, fragments)
        return self._replace_span(span, replace(span, fragments=pieces), "move edges")

    def set_attribute(
        self, span_id: str, name: str, value: Value | None, *, computed: bool = False
    ) -> Span:
        """Say (with None, unsay) an attribute. Raises EditError for a value not in the scheme.

        A `computed` value is no correction: a suggested span stays suggested.
        """
        span = self.span(span_id)
        attributes = dict(span.attributes)
        if value is None:
            attributes.pop(name, None)
        else:
            self._check_value(span.label, name, value)
            attributes[name] = value
        changed = replace(span, attributes=attributes)
        return self._replace_span(span, changed, f"{name} {value}", touch=not computed)

    def set_flag(self, span_id: str, flag: str, on: bool) -> Span:
        span = self.span(span_id)
        flags = tuple(item for item in span.flags if item != flag) + ((flag,) if on else ())
        return self._replace_span(span, replace(span, flags=flags), f"flag {flag}", touch=False)

    def set_note(self, span_id: str, note: str) -> Span:
        span = self.span(span_id)
        return self._replace_span(span, replace(span, note=note), "note", touch=False)

    def link(
        self,
        source: str,
        type: str,
        target: str,
        target_kind: TargetKind = "span",
        *,
        origin: Origin = "manual",
    ) -> Link:
        """Draw a link. At its maximum, a link type that allows one end replaces it.

        Raises EditError if the scheme does not allow it, an end does not exist, it would join a
        span to itself, or the maximum (above one) is reached. An equal link is returned as it is.
        """
        span = self.span(source)
        rule = self.scheme.link(span.label, type)
        if rule is None:
            raise EditError(f"A {span.label} has no link called {type} in this scheme.")
        self._check_target(rule, source, target, target_kind)
        present = self.annotations.links_from(source, type)
        for link in present:
            if link.target == target and link.target_kind == target_kind:
                return link
        order = max((link.order for link in present), default=-1) + 1
        link = Link(self._new_id("l"), type, source, target, target_kind, order, origin)
        if rule.maximum is not None and len(present) >= rule.maximum:
            if rule.maximum > 1:
                raise EditError(f"A {span.label} has at most {rule.maximum} {type} links.")
            with self.group(f"change {type}"):
                self._change("", Change("link", present[0].id, present[0], None))
                self._change("", Change("link", link.id, None, link))
        else:
            self._change(f"link {type}", Change("link", link.id, None, link))
        return link

    def unlink(self, link_id: str) -> Link:
        link = self.annotations.links.get(link_id)
        if link is None:
            raise EditError(f"There is no link {link_id}.")
        self._change(f"unlink {link.type}", Change("link", link_id, link, None))
        return link

    def reorder(self, source: str, type: str, link_ids: list[str]) -> None:
        """Put the links of one type that leave `source` in the given order."""
        with self.group(f"order {type}"):
            for order, link_id in enumerate(link_ids):
                link = self.annotations.links[link_id]
                if link.source == source and link.type == type and link.order != order:
                    self._change("", Change("link", link_id, link, replace(link, order=order)))

    def add_entity(self, name: str, type: str = "", naming: str = "") -> Entity:
        """Add an entity to the cast. Raises EditError for no name or a value not in the scheme."""
        entity = Entity(self._new_id("e"), name.strip(), type, naming)
        self._check_entity(entity)
        self._change("add entity", Change("entity", entity.id, None, entity))
        return entity

    def update_entity(self, entity_id: str, **changes: str) -> Entity:
        """Rename an entity or set its type, naming, affiliation, kb or note."""
        entity = self.entity(entity_id)
        changed = replace(entity, **changes)
        self._check_entity(changed)
        if changed != entity:
            self._change("edit entity", Change("entity", entity_id, entity, changed))
        return changed

    def merge_entities(self, keep: str, other: str) -> None:
        """Move every link and affiliation of `other` to `keep`, then remove `other`."""
        kept, gone = self.entity(keep), self.entity(other)
        if keep == other:
            raise EditError("An entity cannot be merged with itself.")
        with self.group(f"merge {gone.name} into {kept.name}"):
            self._move_links(self.annotations.links_to(other), keep)
            for entity in list(self.annotations.entities.values()):
                if entity.affiliation == other and entity.id != other:
                    home = keep if entity.id != keep else ""
                    self._change(
                        "", Change("entity", entity.id, entity, replace(entity, affiliation=home))
                    )
            self._change("", Change("entity", other, self.entity(other), None))

    def split_entity(self, entity_id: str, span_ids: Iterable[str], name: str) -> Entity:
        """Give some mentions of an entity (spans that refer to it) an entity of their own."""
        old = self.entity(entity_id)
        chosen = set(span_ids)
        with self.group(f"split {old.name}"):
            new = self.add_entity(name, old.type, old.naming)
            self._move_links(
                [link for link in self.annotations.links_to(entity_id) if link.source in chosen],
                new.id,
            )
        return new

    def delete_entity(self, entity_id: str) -> list[Link]:
        """Remove an entity and the links to it; returns those links."""
        entity = self.entity(entity_id)
        taken = self.annotations.links_to(entity_id)
        with self.group(f"delete {entity.name}"):
            for link in taken:
                self._change("", Change("link", link.id, link, None))
            for member in list(self.annotations.entities.values()):
                if member.affiliation == entity_id:
                    self._change(
                        "", Change("entity", member.id, member, replace(member, affiliation=""))
                    )
            self._change("", Change("entity", entity_id, entity, None))
        return taken

    def add_verdict(
        self,
        case: str,
        decision: Decision,
        *,
        sources: Iterable[str] = (),
        spans: Iterable[str] = (),
        note: str = "",
        gap: bool = False,
    ) -> Verdict:
        """Record what was decided about a case; see `Verdict`."""
        verdict = Verdict(
            self._new_id("v"), case, decision, tuple(sources), tuple(spans), note, gap
        )
        self._change(f"verdict {decision}", Change("verdict", verdict.id, None, verdict))
        return verdict

    def update_verdict(self, verdict_id: str, **changes: Any) -> Verdict:
        """Change the decision, sources, spans, note or gap of a verdict."""
        verdict = self.verdict(verdict_id)
        changed = replace(verdict, **changes)
        if changed != verdict:
            action = f"verdict {changed.decision}"
            self._change(action, Change("verdict", verdict_id, verdict, changed))
        return changed

    def delete_verdict(self, verdict_id: str) -> Verdict:
        """Make a case undecided; the spans made for it stay."""
        verdict = self.verdict(verdict_id)
        self._change("take back a verdict", Change("verdict", verdict_id, verdict, None))
        return verdict

    def set_field(self, name: str, value: Value | None) -> None:
        """Set a document field. Raises EditError for a field or value not in the scheme."""
        if name not in AnnotationSet.RESERVED_FIELDS:
            field = self.scheme.document_field(name)
            if field is None:
                raise EditError(f"The scheme has no document field {name}.")
            if value is not None and not field.allows(value):
                raise EditError(
                    f"{name} cannot be {value!r}; choose one of {', '.join(field.values)}."
                )
        before = self.annotations.fields.get(name)
        if before != value:
            self._change(f"set {name}", Change("field", name, before, value))

    def set_status(self, status: Status, reason: str = "") -> None:
        """Mark the article open, done or skipped; `reason` goes with skipped."""
        with self.group(f"mark {status}"):
            self.set_field("status", status)
            self.set_field("skip_reason", reason or None)

    def undo(self) -> Edit | None:
        """Take back the last edit; None if there is none."""
        if not self._done:
            return None
        edit = self._done[-1]
        inverse = tuple(change.inverse() for change in reversed(edit.changes))
        return self._commit("undo", edit.action, inverse, of=edit.number, apply=True)

    def redo(self) -> Edit | None:
        """Do again what undo took back; None if there is nothing."""
        if not self._undone:
            return None
        edit = self._undone[-1]
        return self._commit("redo", edit.action, edit.changes, of=edit.number, apply=True)

    def rename(self, renaming: Renaming) -> Edit | None:
        """Put new names in the place of old ones, in the work and in what undo and redo do.

        Nothing to undo comes of it. None if no old name occurs.
        """
        work = self.annotations
        changes = renaming.changes(work)
        ahead = [edit.changes for edit in reversed(self._undone)]
        undone = renaming.steps(_copy(work), ahead)
        earlier = _copy(work)
        for edit in reversed(self._done):
            for change in reversed(edit.changes):
                earlier.apply(change.inverse())
        done = renaming.steps(earlier, [edit.changes for edit in self._done])
        if not changes and undone == ahead and done == [edit.changes for edit in self._done]:
            return None
        return self._commit(
            "rename",
            "rename",
            changes,
            apply=True,
            done=_with_changes(self._done, done),
            undone=_with_changes(self._undone, undone[::-1]),
        )

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    @property
    def to_undo(self) -> Edit | None:
        """The edit that `undo` would take back."""
        return self._done[-1] if self._done else None

    @property
    def to_redo(self) -> Edit | None:
        """The edit that `redo` would do again."""
        return self._undone[-1] if self._undone else None

    def save_pending(self) -> bool:
        """Try again to record what could not be written; True if nothing waits any more."""
        while self.unsaved and self._record is not None:
            try:
                self._record(self.unsaved[0])
            except OSError:
                return False
            del self.unsaved[0]
        return True

    # -- looking up --------------------------------------------------------------------------------

    def span(self, span_id: str) -> Span:
        """Raises EditError if there is no such span."""
        span = self.annotations.spans.get(span_id)
        if span is None:
            raise EditError(f"There is no span {span_id}.")
        return span

    def entity(self, entity_id: str) -> Entity:
        """Raises EditError if there is no such entity (built-in ones are not kept in the set)."""
        entity = self.annotations.entities.get(entity_id)
        if entity is None:
            raise EditError(f"There is no entity {entity_id} that can be changed.")
        return entity

    def verdict(self, verdict_id: str) -> Verdict:
        """Raises EditError if there is no such verdict."""
        verdict = self.annotations.verdicts.get(verdict_id)
        if verdict is None:
            raise EditError(f"There is no verdict {verdict_id}.")
        return verdict

    # -- inside ------------------------------------------------------------------------------------

    def _new_id(self, prefix: str) -> str:
        self.annotations.serial += 1
        return f"{prefix}{self.annotations.serial}"

    def _fit(self, label: str, fragments: Iterable[Fragment]) -> tuple[Fragment, ...]:
        pieces = normalise_fragments(fragments, len(self.article.text))
        found = self.scheme.labels.get(label)
        if len(pieces) > 1 and found is not None and not found.fragments:
            raise EditError(
                f"A {label} is one piece of text; the scheme allows it no second fragment."
            )
        return pieces

    def _check_value(self, label: str, name: str, value: Value) -> None:
        attribute = self.scheme.attribute(label, name)
        if attribute is None:
            raise EditError(f"A {label} has no attribute {name} in this scheme.")
        if not attribute.allows(value):
            choices = ", ".join(attribute.values) or attribute.kind
            raise EditError(f"{name} cannot be {value!r}; choose one of {choices}.")

    def _check_entity(self, entity: Entity) -> None:
        rules = self.scheme.entities
        if not entity.name:
            raise EditError("An entity needs a name.")
        if entity.type and rules.types and entity.type not in rules.types:
            raise EditError(f"An entity cannot be of type {entity.type!r}.")
        if entity.naming and rules.naming and entity.naming not in rules.naming:
            raise EditError(f"Naming cannot be {entity.naming!r}.")
        if entity.affiliation == entity.id:
            raise EditError("An entity cannot be affiliated with itself.")

    def _check_target(self, rule: LinkType, source: str, target: str, kind: TargetKind) -> None:
        if kind == "topic":
            if TOPIC not in rule.targets:
                raise EditError(f"{rule.name} cannot point to a topic.")
            return
        if kind == "entity":
            if ENTITY not in rule.targets:
                raise EditError(f"{rule.name} cannot point to an entity.")
            if target not in self.scheme.entities.builtin:
                self.entity(target)
            return
        if target == source:
            raise EditError("A span cannot be linked to itself.")
        label = self.span(target).label
        if label not in rule.targets:
            raise EditError(f"{rule.name} cannot point to a {label}.")

    def _end_label(self, link: Link) -> str:
        """What a link points to; "" if that is missing or has a label the scheme does not know."""
        if link.target_kind == "entity":
            return ENTITY
        if link.target_kind == "topic":
            return TOPIC
        target = self.annotations.spans.get(link.target)
        return target.label if target is not None and target.label in self.scheme.labels else ""

    def _move_links(self, links: list[Link], target: str) -> None:
        for link in links:
            same = [
                x for x in self.annotations.links_from(link.source, link.type) if x.target == target
            ]
            moved = None if same else replace(link, target=target)
            self._change("", Change("link", link.id, link, moved))

    def _replace_span(
        self, span: Span, changed: Span, action: str = "", touch: bool = True
    ) -> Span:
        if changed == span:
            return span
        if touch and span.origin == "suggested":
            changed = replace(changed, origin="edited")
        self._change(action, Change("span", span.id, span, changed))
        return changed

    def _change(self, action: str, change: Change) -> None:
        self.annotations.apply(change)
        if self._group is not None:
            self._group.append(change)
        else:
            self._commit("edit", action, (change,))

    def _commit(
        self,
        kind: EditKind,
        action: str,
        changes: tuple[Change, ...],
        *,
        of: int = 0,
        apply: bool = False,
        done: tuple[Edit, ...] = (),
        undone: tuple[Edit, ...] = (),
    ) -> Edit:
        if apply:
            for change in changes:
                self.annotations.apply(change)
        self._last += 1
        self.annotations.mark = self._last
        active = self.annotations.active_seconds
        edit = Edit(self._last, self._now(), kind, action, changes, of, active, done, undone)
        self._remember(edit)
        self.unsaved.append(edit)
        if self._record is None:
            self.unsaved.clear()
        else:
            self.save_pending()
        if self.watch is not None:
            self.watch(edit)
        return edit

    def _remember(self, edit: Edit) -> None:
        if edit.kind == "edit":
            self._done.append(edit)
            self._undone.clear()
        elif edit.kind == "undo" and self._done:
            self._undone.append(self._done.pop())
        elif edit.kind == "redo" and self._undone:
            self._done.append(self._undone.pop())
        elif edit.kind == "rename":
            self._done, self._undone = list(edit.done), list(edit.undone)


def _copy(work: AnnotationSet) -> AnnotationSet:
    """The same work, to be changed on its own (what the mappings hold never changes)."""
    return replace(
        work,
        spans=dict(work.spans),
        links=dict(work.links),
        entities=dict(work.entities),
        verdicts=dict(work.verdicts),
        fields=dict(work.fields),
    )


def _with_changes(edits: list[Edit], changes: list[tuple[Change, ...]]) -> tuple[Edit, ...]:
    """The same edits with other changes; those of which nothing is left are dropped."""
    pairs = zip(edits, changes, strict=True)
    return tuple(replace(edit, changes=items) for edit, items in pairs if items)
