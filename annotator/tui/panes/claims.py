"""The second pass: a row per claim or stance, its attributes changed by single keys."""

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from annotator.model.annotation import Change, Link, Span, Value
from annotator.model.requirements import missing_of
from annotator.model.scheme import Attribute, Label, LinkType
from annotator.model.session import Edit
from annotator.tui.dispatch import GoTo, Perform, Say, key_name
from annotator.tui.panes.pane import Pane
from annotator.tui.screens.prompt import Prompt
from annotator.tui.screens.topic import TopicChooser
from annotator.tui.titles import link_title, value_title
from annotator.tui.widgets.inks import label_inks
from annotator.tui.widgets.lines import ACCENT, KEY, MUTED, STRONG, WARNING, Part, line, shorten
from annotator.tui.widgets.rows import Rows

DIGITS = "123456789"
ONE_LINE, TWO_LINES = 110, 64
"""From these widths on a row takes one line, or two; below, three: text, holder, attributes."""

_INDENT = 7  # mark and id
_HOLDER = 18


def listed_labels(labels: dict[str, Label]) -> list[Label]:
    """The labels whose spans are worth a second pass: choices to check, and links where any has."""
    choices = [
        label
        for label in labels.values()
        if not label.lines and any(a.kind == "choice" for a in label.attributes)
    ]
    return [label for label in choices if label.links] or choices


class ClaimsPane(Pane):
    """Every claim, then every stance, with holder and attributes."""

    scope = "claims"
    title = "Claims"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._list: list[str] = []  # span ids; a label's name stands for its title row
        self._labels: dict[str, Label] = {}
        self._inks: dict[str, Style] = {}
        self._counts: list[str] = []
        self._lacking: set[str] = set()
        self._only_incomplete = False
        self._picking: Attribute | None = None
        self._head = Static(classes="pane--head", markup=False)
        self._rows = Rows(self._draw, height=2, selectable=self._is_span)
        self._foot = Static(classes="pane--foot", markup=False)

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._rows
        yield self._foot

    def reload(self) -> None:
        scheme = self.project.profile_scheme
        self._labels = {label.name: label for label in listed_labels(dict(scheme.labels))}
        self._inks = label_inks(self.app, scheme)
        self._rebuild()

    def on_resize(self, event: events.Resize) -> None:
        if self._has_article:
            self._rows.show(len(self._list), height=self._row_height())
            self._describe()

    def edited(self, edit: Edit) -> None:
        """Draw again what changed; the list is made anew when spans come, go or move."""
        touched: set[str] = set()
        for change in edit.changes:
            if change.kind == "entity" or self._moves(change):
                self._rebuild()
                return
            if change.kind == "span":
                touched.add(change.key)
            for state in (change.before, change.after):
                if isinstance(state, Link):
                    touched.add(state.source)
        spans = self.session.annotations.spans
        if any(spans[key].label not in self._labels for key in touched if key in spans):
            self._rebuild()  # holders are named in the rows of others
            return
        for key in touched & spans.keys():
            self._check(spans[key])
        self._rows.repaint(*(i for i, key in enumerate(self._list) if key in touched))
        self._tell()

    def _moves(self, change: Change) -> bool:
        before, after = change.before, change.after
        if not isinstance(before or after, Span):
            return False
        if not isinstance(before, Span) or not isinstance(after, Span):
            return True
        return (before.label, before.fragments) != (after.label, after.fragments)

    # -- what there is -----------------------------------------------------------------------------

    def _rebuild(self) -> None:
        kept = self._span()
        listed: dict[str, list[str]] = {name: [] for name in self._labels}
        self._lacking = set()
        for span in self.session.annotations.in_order():
            if span.label in listed:
                self._check(span)
                listed[span.label].append(span.id)
        self._counts = [f"{name} {len(found)}" for name, found in listed.items()]
        rows: list[str] = []
        for name, found in listed.items():
            shown = [key for key in found if not self._only_incomplete or key in self._lacking]
            rows += [name, *shown] if shown else []
        self._list = rows
        cursor = rows.index(kept.id) if kept and kept.id in rows else self._rows.cursor
        self._rows.show(len(rows), cursor, self._row_height())
        self._tell()

    def _check(self, span: Span) -> None:
        """Note whether a listed span still lacks something."""
        if self._missing(span):
            self._lacking.add(span.id)
        else:
            self._lacking.discard(span.id)

    def _missing(self, span: Span) -> list[str]:
        scheme = self.project.profile_scheme
        return [issue.name for issue in missing_of(span, self.session.annotations, scheme)]

    def _is_span(self, index: int) -> bool:
        return self._list[index] not in self._labels

    def _span(self) -> Span | None:
        if self._rows.cursor >= len(self._list):
            return None
        return self.session.annotations.spans.get(self._list[self._rows.cursor])

    def _row_height(self) -> int:
        width = self.size.width
        return 1 if width >= ONE_LINE else 2 if width >= TWO_LINES else 3

    # -- drawing -----------------------------------------------------------------------------------

    def _tell(self) -> None:
        head: list[Part] = [(" · ".join(self._counts), STRONG)]
        if self._lacking:
            head.append((f" · ! {len(self._lacking)} incomplete", WARNING))
        else:
            head.append((" · ✓ complete", MUTED))
        if self._only_incomplete:
            head.append((" · only these", ACCENT))
        self._head.update(line(*head) if self._labels else line("No label has choices to check."))
        self._describe()

    def _describe(self) -> None:
        span = self._span()
        if span is None:
            self._foot.update("")
            return
        if self._picking is not None:
            parts: list[Part] = [(f"{self._picking.name}: ", STRONG)]
            current = self._value(span, self._picking)
            for digit, value in zip(DIGITS, self._picking.values, strict=False):
                parts += [(digit, KEY), (f" {value}  ", ACCENT if value == current else "")]
            self._foot.update(line(*parts))
            return
        room = max(20, self.size.width * 2 - 10)
        text = shorten(" … ".join(span.pieces(self.session.article.text)), room)
        lines = [line((span.id, STRONG), f" {text}")]
        if lacking := self._missing(span):
            lines.append(line((f"! lacks {', '.join(lacking)}", WARNING)))
        told = [
            (attribute, value_title(span.attributes.get(attribute.name)))
            for attribute in self._labels[span.label].attributes
        ]
        if self._rows.row_height == 3:  # the columns show no more than a few letters of each
            words = [value for attribute, value in told if value and attribute.kind == "choice"]
            lines.append(line(" · ".join(words)))
        lines += [
            line(shorten(f"{attribute.name}: {value}", room))
            for attribute, value in told
            if value and attribute.kind == "text"
        ]
        self._foot.update(Content("\n").join(lines))

    def _draw(self, index: int, width: int) -> list[Content]:
        key = self._list[index]
        if key in self._labels:
            return self._draw_title(self._labels[key], width)
        span = self.session.annotations.spans.get(key)
        if span is None:
            return []
        mark = ("! ", WARNING) if self._missing(span) else "  "
        start = [mark, (f"{span.id:<5}", self._inks.get(span.label, STRONG))]
        text = " … ".join(span.pieces(self.session.article.text))
        columns = self._columns(self._labels[span.label], width)
        values = self._values(span, columns)
        match self._rows.row_height:
            case 1:
                room = self._text_room(columns, width)
                shown = shorten(text, room, pad=True)
                return [line(*start, shown, "  ", self._holder(span, _HOLDER), *values)]
            case 2:
                first = line(*start, shorten(text, width - _INDENT))
                return [first, line("    ", self._holder(span, _HOLDER), *values)]
            case _:
                first = line(*start, shorten(text, width - _INDENT))
                holder = self._holder(span, width - _INDENT)
                return [first, line(" " * _INDENT, holder), line(" " * _INDENT, *values)]

    def _draw_title(self, label: Label, width: int) -> list[Content]:
        rule = self._holder_link(label)
        holder = (shorten(rule.name if rule else "", _HOLDER - 1, pad=True) + " ", MUTED)
        columns = self._columns(label, width)
        cells = []
        for attribute, room in columns:
            name = f"{attribute.key} {attribute.name}" if attribute.key else attribute.name
            if attribute.key and room < min(len(name), 6) + 1:
                name = attribute.key  # in a narrow column the key says more than a few letters
            cells.append((shorten(name, room - 1, pad=True) + " ", MUTED))
        title = (label.name, self._inks.get(label.name, STRONG))
        match self._rows.row_height:
            case 1:
                pad = " " * max(1, _INDENT + self._text_room(columns, width) - len(label.name))
                return [line("  ", title, pad, holder, *cells)]
            case 2:
                return [line("  ", title), line("    ", holder, *cells)]
            case _:
                return [Content(), line("  ", title), line(" " * _INDENT, *cells)]

    def _text_room(self, columns: list[tuple[Attribute, int]], width: int) -> int:
        return max(10, width - _INDENT - 2 - _HOLDER - sum(room for _, room in columns))

    def _columns(self, label: Label, width: int) -> list[tuple[Attribute, int]]:
        """The attributes of a label, each with the cells of its column."""
        free = {1: (width - _INDENT - _HOLDER) * 3 // 5, 2: width - 4 - _HOLDER}.get(
            self._rows.row_height, width - _INDENT
        )
        columns = [(a, self._widest(a) + 1) for a in label.attributes]
        while sum(room for _, room in columns) > free:
            # Take from the widest, down to three letters.
            place = max(range(len(columns)), key=lambda i: columns[i][1])
            attribute, room = columns[place]
            if room <= 4:
                break
            columns[place] = (attribute, room - 1)
        return columns

    def _widest(self, attribute: Attribute) -> int:
        if attribute.kind == "choice":
            return max(map(len, attribute.values), default=3)
        return {"flag": 3, "text": 3, "topic": 14}[attribute.kind]

    def _holder_link(self, label: Label) -> LinkType | None:
        """The link a row names: the first that is required, else the first."""
        required = [rule for rule in label.links if rule.minimum]
        return next(iter(required or label.links), None)

    def _holder(self, span: Span, room: int) -> Content:
        rule = self._holder_link(self._labels[span.label])
        links = self.session.annotations.links_from(span.id, rule.name) if rule else []
        if links:
            names = " + ".join(link_title(self.project, self.session, x, brief=True) for x in links)
            return line(shorten(names, room - 1, pad=True) + " ")
        if rule and rule.minimum:
            return line((shorten(f"! no {rule.name}", room - 1, pad=True) + " ", WARNING))
        return line((shorten("–", room - 1, pad=True) + " ", MUTED))

    def _values(self, span: Span, columns: list[tuple[Attribute, int]]) -> list[Part]:
        parts: list[Part] = []
        for attribute, room in columns:
            value = self._value(span, attribute)
            text = self._brief(attribute, value)
            if value is None and attribute.required:
                text, style = "!", WARNING
            elif attribute.name in span.attributes and value != attribute.default:
                style = ACCENT
            else:
                style = MUTED
            if attribute.kind == "choice":
                text = text[: room - 1]
            parts += [(shorten(text, room - 1, pad=True), style), " "]
        return parts

    def _brief(self, attribute: Attribute, value: Value | None) -> str:
        if attribute.kind == "flag":
            return "✓" if value else "·"
        if attribute.kind == "text":
            return "✎" if value else "·"
        if attribute.kind == "topic" and isinstance(value, str) and value:
            return self.project.topic_name(value)
        return value_title(value) or "·"

    def _value(self, span: Span, attribute: Attribute) -> Value | None:
        return span.attributes.get(attribute.name, attribute.default)

    def on_rows_moved(self, event: Rows.Moved) -> None:
        event.stop()
        self._picking = None
        self._describe()

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.do_goto()

    # -- hands -------------------------------------------------------------------------------------

    async def on_key(self, event: events.Key) -> None:
        """Attribute keys of the row's label, then digits for the attribute pressed last."""
        span = self._span()
        if span is None:
            return
        key = key_name(event)
        label = self._labels[span.label]
        attribute = next((a for a in label.attributes if a.key == key), None)
        if attribute is not None:
            self._change(span, attribute)
        elif self._picking is not None and key in DIGITS:
            self._pick(span, self._picking, int(key) - 1)
        else:
            return
        event.stop()
        event.prevent_default()

    def _change(self, span: Span, attribute: Attribute) -> None:
        value = self._value(span, attribute)
        self._picking = attribute if attribute.kind == "choice" else None
        if attribute.kind == "flag":
            self._set(span, attribute, not value)
        elif attribute.kind == "choice":
            values = attribute.values
            place = values.index(value) + 1 if value in values else 0
            self._set(span, attribute, values[place % len(values)])
        elif attribute.kind == "topic":
            chosen = [str(value)] if value else []
            chooser = TopicChooser(self.project, f"{attribute.name} of {span.id}", chosen)
            self.app.push_screen(chooser, lambda id: self._set(span, attribute, id) if id else None)
        else:
            self.app.push_screen(
                Prompt(f"{attribute.name} of {span.id}", value_title(value)),
                lambda text: None if text is None else self._set(span, attribute, text or None),
            )

    def _pick(self, span: Span, attribute: Attribute, place: int) -> None:
        if place < len(attribute.values):
            self._set(span, attribute, attribute.values[place])

    def _set(self, span: Span, attribute: Attribute, value: Value | None) -> None:
        name, span_id = attribute.name, span.id
        self.post_message(Perform(lambda session: session.set_attribute(span_id, name, value)))

    def do_goto(self) -> None:
        span = self._span()
        if span is not None:
            self.post_message(GoTo(span.id))

    def do_incomplete(self) -> None:
        self._only_incomplete = not self._only_incomplete
        self._rebuild()
        if self._only_incomplete and not self._list:
            self.post_message(Say("Nothing is incomplete."))
