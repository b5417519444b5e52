"""What is at the caret: its spans, outermost first, with everything said of them."""

from collections.abc import Sequence

from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from annotator.model.annotation import Span, Value
from annotator.model.requirements import missing_of
from annotator.model.scheme import Attribute, Scheme
from annotator.model.session import Session
from annotator.project import Project
from annotator.text.units import Units
from annotator.tui.titles import link_title, value_title
from annotator.tui.widgets.inks import label_inks
from annotator.tui.widgets.lines import ACCENT, KEY, MUTED, STRONG, WARNING, line, shorten


class SpanPanel(Widget):
    """Shows the spans given to `update`, the scheme's labels below them when there is room."""

    DEFAULT_CSS = "SpanPanel { height: 1fr; width: 1fr; }"

    _session: Session

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._seen: tuple[object, ...] = ()
        self._ids: list[str] = []
        self._chosen: str | None = None

    def update(
        self, session: Session, units: Units, ids: Sequence[str], chosen: str | None
    ) -> None:
        """Show the spans `ids` (innermost first); does nothing if nothing changed."""
        seen = (id(session), session.annotations.mark, tuple(ids), chosen)
        if seen == self._seen:
            return
        visible = bool(ids or self._ids) or seen[:1] != self._seen[:1]
        self._seen = seen
        self._session, self._ids, self._chosen = session, list(ids), chosen
        if visible:
            self.refresh()

    @property
    def _project(self) -> Project:
        project: Project = self.app.project  # type: ignore[attr-defined]
        return project

    def render(self) -> Content:
        width, height = self.content_size
        if not self._seen or width < 4:
            return Content()
        scheme = self._project.profile_scheme
        inks = label_inks(self.app, self._project.scheme)
        lines = self._spans(scheme, inks, width)
        legend = self._legend(scheme, inks, width)
        if len(lines) + len(legend) + 1 <= height:
            lines += [Content(), *legend]
        if len(lines) > height > 0:
            lines = [*lines[: height - 1], line(("…", MUTED))]
        return Content("\n").join(x.truncate(width, ellipsis=True) for x in lines)

    def _spans(self, scheme: Scheme, inks: dict[str, Style], width: int) -> list[Content]:
        annotations = self._session.annotations
        spans = [annotations.spans[key] for key in reversed(self._ids) if key in annotations.spans]
        if not spans:
            return [line(("At the caret", STRONG)), line(("nothing marked", MUTED))]
        lines = [line(("At the caret", STRONG))]
        for depth, span in enumerate(spans):
            whole = span.id == self._chosen or (self._chosen is None and span is spans[-1])
            lines += self._span(span, min(depth, 4), whole, scheme, inks, width)
        return lines

    def _span(
        self,
        span: Span,
        depth: int,
        whole: bool,
        scheme: Scheme,
        inks: dict[str, Style],
        width: int,
    ) -> list[Content]:
        """A span in full; in brief (name, words and links) if it is not the one keys act on."""
        chosen = span.id == self._chosen
        indent = "  " * depth
        mark = ("▸ ", ACCENT) if chosen else ("└ ", MUTED) if depth else "  "
        start = indent[2:] if depth else ""
        name = inks.get(span.label, Style(bold=True))
        lacking = [issue.name for issue in missing_of(span, self._session.annotations, scheme)]
        head = [start, mark, (span.label, name + Style(underline=chosen)), (f" {span.id}", MUTED)]
        if span.origin != "manual":
            head.append((f" · {span.origin}", MUTED))
        if lacking:
            head.append((f" · ! no {', '.join(lacking)}", WARNING))
        inner = start + "  "
        room = max(4, width - len(inner))
        lines = [line(*head)]
        pieces = span.pieces(self._session.article.text)
        lines.append(line(inner, (shorten(" … ".join(pieces), room), "italic")))
        if whole:
            lines += self._attributes(span, inner, room)
        lines += self._links(span, inner, room, whole)
        if span.flags:
            lines.append(line(inner, (f"⚑ {', '.join(span.flags)}", WARNING)))
        if span.note:
            lines.append(line(inner, ("✎ ", MUTED), shorten(span.note, room - 2)))
        return lines

    def _attributes(self, span: Span, inner: str, room: int) -> list[Content]:
        label = self._session.scheme.labels.get(span.label)
        known = label.attributes if label else ()
        lines = []
        for attribute in known:
            value = span.attributes.get(attribute.name, attribute.default)
            if value is None and not attribute.required:
                continue
            lines.append(self._attribute(attribute, value, inner, room))
        names = {attribute.name for attribute in known}
        lines += [
            line(
                inner, (shorten(f"{name} {value_title(value)} (not in the scheme)", room), WARNING)
            )
            for name, value in span.attributes.items()
            if name not in names
        ]
        return lines

    def _attribute(
        self, attribute: Attribute, value: Value | None, inner: str, room: int
    ) -> Content:
        key = (f"{attribute.key or ' '} ", KEY)
        name = f"{attribute.name} "
        if value is None:
            return line(inner, key, name, ("! to be said", WARNING))
        text = value_title(value)
        if attribute.kind == "topic":
            text = self._project.topic_name(text)
        shown = shorten(text, max(4, room - len(name) - 2))
        if value == attribute.default:
            return line(inner, key, (name + shown, MUTED))
        return line(inner, key, name, (shown, ACCENT))

    def _links(self, span: Span, inner: str, room: int, whole: bool) -> list[Content]:
        lines = []
        for link in self._session.annotations.links_from(span.id):
            title = link_title(self._project, self._session, link, brief=not whole)
            start = f"{link.type} → "
            lines.append(line(inner, (start, MUTED), shorten(title, max(4, room - len(start)))))
        if whole:
            for link in self._session.annotations.links_to(span.id)[:5]:
                lines.append(line(inner, (f"{link.type} of {link.source}", MUTED)))
        return lines

    def _legend(self, scheme: Scheme, inks: dict[str, Style], width: int) -> list[Content]:
        lines = [line(("Labels", STRONG))]
        for label in scheme.labels.values():
            ink = inks[label.name]
            key = (f" {label.key or ' '} ", ink + Style(reverse=True))
            text = f" {label.name}"
            help = shorten(label.help, width - 5 - len(text)) if width > 60 else ""
            lines.append(line(key, (text, ink), (f"  {help}", MUTED)))
        return lines
