"""`annotator show`: an annotated article as plain text."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator

import click

from annotator.cli.output import OK, emit, json_option, plural, say, warn
from annotator.cli.state import State, pass_state
from annotator.formats.nested import nested_line
from annotator.formats.resolve import aliases, ends
from annotator.model.annotation import AnnotationSet, Link, Span
from annotator.model.article import Article
from annotator.model.errors import AnnotatorError
from annotator.model.requirements import missing
from annotator.project import Project
from annotator.text.marks import visible_label
from annotator.text.units import Units


@click.command("show")
@click.argument("article")
@click.option("--annotator", "owner", metavar="NAME", help="Whose work to show. Default: yours.")
@click.option("--lead", is_flag=True, help="Show others' work before it is done by both.")
@json_option
@pass_state
def command(state: State, article: str, owner: str | None, lead: bool, as_json: bool) -> int:
    """Print ARTICLE as text with its annotations, for reading without the screen.

    In the text, [3 and 3] enclose the span with number 3, so crossing and nested spans can be
    told apart. Under each paragraph, the spans that begin in it are listed: number, label, id, the
    words, attributes and links.

    Annotators work blind: another's work is shown once both of you are done with the article. The
    lead sees it before, with --lead or by the setting `lead`.
    """
    project = state.project()
    found = project.store.article(article)
    viewer = project.owner_name(state.name)
    annotator = _owner(project, viewer, owner, article, lead=lead)
    annotations = project.store.annotations(article, annotator) or AnnotationSet(
        found.id, found.text_hash, annotator
    )
    if as_json:
        line = nested_line(found, annotations, project.scheme, project.topic_name)
        import orjson

        emit(orjson.loads(line))
        return OK
    for line_text in _Page(project, found, annotations).lines():
        say(line_text)
    return OK


def _owner(project: Project, viewer: str, owner: str | None, article: str, *, lead: bool) -> str:
    """Who was asked for; else the user, or the only other one whose work the user may see."""

    def visible(name: str) -> bool:
        return lead or project.may_see(viewer, name, article)

    if owner is not None:
        name = project.owner_name(owner)
        if not visible(name):
            raise AnnotatorError(
                f"You see what {name} did with {article} once both of you are done with it;"
                " the lead may before, with --lead."
            )
        return name
    if project.store.annotations(article, viewer) is not None:
        return viewer
    owners = [x for x in project.store.owners() if project.store.annotations(article, x)]
    others = [name for name in owners if visible(name)]
    if len(others) > 1:
        raise AnnotatorError(
            f"{article} has annotations by {', '.join(others)}; choose one: annotator show"
            f" {article} --annotator NAME"
        )
    if len(owners) > len(others):
        warn(
            f"{plural(len(owners), 'other')} worked on {article}; you see that once you are done"
            " with it too, the lead may before, with --lead."
        )
    return others[0] if others else viewer


class _Page:
    def __init__(self, project: Project, article: Article, annotations: AnnotationSet) -> None:
        self.project, self.article, self.annotations = project, article, annotations
        self.scheme = project.scheme
        self.spans = annotations.in_order()
        self.numbers = {span.id: number for number, span in enumerate(self.spans, 1)}

    def lines(self) -> Iterator[str]:
        yield from self._head()
        units = Units(self.article.text)
        inserts = self._inserts()
        offsets = sorted(inserts)
        waiting = iter(self.spans)
        span = next(waiting, None)
        for index in range(units.paragraph_count()):
            start, end = units.paragraph(index)
            inside = offsets[bisect_left(offsets, start) : bisect_right(offsets, end)]
            yield self._marked(start, end, inside, inserts)
            while span is not None and span.start <= end:
                yield f"    {self._describe(span)}"
                span = next(waiting, None)
        yield from self._cast()
        yield from self._fields()

    def _head(self) -> Iterator[str]:
        article = self.article
        facts = [article.headline, article.source, article.published, article.url]
        yield f"{article.id}: " + " · ".join(visible_label(fact) for fact in facts if fact)
        state = f"{self.annotations.annotator}: {self.annotations.status}"
        if self.spans:
            state += f", {plural(len(self.spans), 'span')}"
        if self.annotations.flags:
            state += f", flags {' '.join(self.annotations.flags)}"
        if self.annotations.note:
            state += f", note: {visible_label(self.annotations.note)}"
        yield state
        yield "-" * 72

    def _inserts(self) -> dict[int, str]:
        """What stands before each offset: first what ends there (inner first), then what begins."""
        closing: dict[int, list[tuple[int, str]]] = defaultdict(list)
        opening: dict[int, list[str]] = defaultdict(list)
        for span in self.spans:
            number = self.numbers[span.id]
            for start, end in span.fragments:
                opening[start].append(f"[{number} ")
                closing[end].append((-number, f" {number}]"))
        offsets = closing.keys() | opening.keys()
        return {
            offset: "".join(mark for _, mark in sorted(closing[offset])) + "".join(opening[offset])
            for offset in offsets
        }

    def _marked(self, start: int, end: int, offsets: list[int], inserts: dict[int, str]) -> str:
        parts: list[str] = []
        at = start
        for offset in offsets:
            parts += [self.article.text[at:offset], inserts[offset]]
            at = offset
        return "".join((*parts, self.article.text[at:end]))

    def _describe(self, span: Span) -> str:
        label = self.scheme.labels.get(span.label)
        words = visible_label(span.surface(self.article.text))
        parts = [f"{self.numbers[span.id]} {span.label} {span.id}: {words}"]
        parts += [f"{name}={_shown(value)}" for name, value in span.attributes.items()]
        for link in self.annotations.links_from(span.id):
            parts.append(f"{link.type} → {self._target(link)}")
        parts += [f"({flag})" for flag in span.flags]
        if span.origin != "manual":
            parts.append(f"({span.origin})")
        if span.note:
            parts.append(f"note: {visible_label(span.note)}")
        if label is None:
            parts.append("(this label is not in the scheme)")
        return " | ".join(parts)

    def _target(self, link: Link) -> str:
        names: list[str] = []
        for span, entity, topic in ends(self.annotations, self.scheme, link):
            if entity is not None:
                names.append(entity.name)
            elif topic:
                names.append(self.project.topic_name(topic) or topic)
            elif span is not None:
                names.append(span.surface(self.article.text))
        number = self.numbers.get(link.target)
        shown = visible_label(" and ".join(names)) or f"{link.target}, which does not exist"
        return f"{number} {shown}" if number else shown

    def _cast(self) -> Iterator[str]:
        if not self.annotations.entities:
            return
        yield ""
        yield "Cast"
        for entity in self.annotations.entities.values():
            parts = [entity.id, entity.name, entity.type, entity.naming, entity.kb, entity.note]
            if entity.affiliation:
                home = self.annotations.entities.get(entity.affiliation)
                parts.append(f"of {home.name if home else entity.affiliation}")
            forms = aliases(self.annotations, self.scheme, entity.id, self.article.text)
            if forms:
                parts.append(f"as {', '.join(forms)}")
            yield "    " + " | ".join(visible_label(part) for part in parts if part)

    def _fields(self) -> Iterator[str]:
        fields = {
            name: value
            for name, value in self.annotations.fields.items()
            if name not in AnnotationSet.RESERVED_FIELDS
        }
        if fields:
            yield ""
            yield "Document"
            for name, value in fields.items():
                yield f"    {name}={visible_label(_shown(value))}"
        todo = list(missing(self.annotations, self.project.profile_scheme))
        if self.spans and todo:
            yield ""
            yield "Still missing"
            for issue in todo:
                yield f"    {issue.message}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)
