"""The document fields: one short form, with the scheme's defaults shown."""

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from annotator.model.annotation import Value
from annotator.model.requirements import default_of
from annotator.model.scheme import DocumentField
from annotator.model.session import Edit
from annotator.tui.dispatch import Perform, key_name
from annotator.tui.panes.pane import Pane
from annotator.tui.screens.prompt import Prompt
from annotator.tui.screens.topic import TopicChooser
from annotator.tui.titles import value_title
from annotator.tui.widgets.lines import ACCENT, KEY, MUTED, STRONG, WARNING, line, shorten
from annotator.tui.widgets.rows import Rows

DIGITS = "123456789"


class DocumentPane(Pane):
    """One row a field; what nobody has said yet shows its default."""

    scope = "document"
    title = "Document"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._fields: tuple[DocumentField, ...] = ()
        self._head = Static(classes="pane--head", markup=False)
        self._rows = Rows(self._draw)
        self._foot = Static(classes="pane--foot", markup=False)

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._rows
        yield self._foot

    def reload(self) -> None:
        self._fields = self.session.scheme.fields
        self._rows.show(len(self._fields))
        self._tell()

    def edited(self, edit: Edit) -> None:
        names = {change.key for change in edit.changes if change.kind == "field"}
        touched = [i for i, field in enumerate(self._fields) if field.name in names]
        if touched:
            self._rows.repaint(*touched)
            self._tell()

    # -- drawing -----------------------------------------------------------------------------------

    def _field(self) -> DocumentField | None:
        return self._fields[self._rows.cursor] if self._fields else None

    def _value(self, field: DocumentField) -> Value | None:
        return self.session.annotations.fields.get(
            field.name, default_of(field, self.session.article)
        )

    def _lacks(self, field: DocumentField) -> bool:
        return field.required and self._value(field) in (None, "", ())

    def _tell(self) -> None:
        lacking = [field.name for field in self._fields if self._lacks(field)]
        head = line(("Document", STRONG))
        if not self._fields:
            head = line("The scheme has no document fields.")
        elif lacking:
            head = line(("Document", STRONG), (f" · ! lacks {', '.join(lacking)}", WARNING))
        self._head.update(head)
        self._describe()

    def _describe(self) -> None:
        field = self._field()
        if field is None:
            self._foot.update("")
            return
        value = self._value(field)
        lines = [line(field.help)] if field.help else []
        if field.kind == "choice":
            parts = []
            for digit, choice in zip(DIGITS, field.values, strict=False):
                parts += [(digit, KEY), (f" {choice}  ", ACCENT if choice == value else "")]
            lines.append(line(*parts))
        else:
            how = {"flag": "␣ yes or no", "text": "⏎ write", "topics": "⏎ add or take away"}
            lines.append(line(how[field.kind]))
        self._foot.update(Content("\n").join(lines))

    def _draw(self, index: int, width: int) -> list[Content]:
        field = self._fields[index]
        said = field.name in self.session.annotations.fields
        room = min(max(len(f.name) for f in self._fields) + 1, width // 2)
        value = self._value(field)
        if field.kind == "topics" and isinstance(value, tuple):
            text = ", ".join(self.project.topic_name(topic) for topic in value)
        else:
            text = value_title(value)
        if self._lacks(field):
            text, style = "! to be said", WARNING
        elif said:
            style = ACCENT if value != field.default else STRONG
        else:
            text, style = text or "–", MUTED
        star = ("* ", WARNING if self._lacks(field) else MUTED) if field.required else "  "
        note = "" if said or width < 38 else "  default" if field.default is not None else ""
        arrows = ("‹ ", " ›") if field.kind == "choice" and width > 30 else ("", "")
        return [
            line(
                star,
                shorten(field.name.replace("_", " "), room, pad=True),
                " ",
                (arrows[0], MUTED),
                (shorten(text, max(1, width - room - 7)), style),
                (arrows[1], MUTED),
                (note, MUTED),
            )
        ]

    def on_rows_moved(self, event: Rows.Moved) -> None:
        event.stop()
        self._describe()

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.do_edit()

    # -- hands -------------------------------------------------------------------------------------

    async def on_key(self, event: events.Key) -> None:
        """Digits pick a value of a choice."""
        field = self._field()
        key = key_name(event)
        if field is None or field.kind != "choice" or key not in DIGITS:
            return
        event.stop()
        event.prevent_default()
        if int(key) <= len(field.values):
            self._set(field, field.values[int(key) - 1])

    def do_previous_value(self) -> None:
        self._step(-1)

    def do_next_value(self) -> None:
        self._step(1)

    def _step(self, by: int) -> None:
        field = self._field()
        if field is None:
            return
        value = self._value(field)
        if field.kind == "flag":
            self._set(field, not value)
        elif field.kind == "choice":
            values = field.values
            place = values.index(value) + by if value in values else 0
            self._set(field, values[place % len(values)])

    def do_toggle(self) -> None:
        field = self._field()
        if field is not None and field.kind in ("flag", "choice"):
            self._step(1)

    def do_unset(self) -> None:
        """Back to the default."""
        field = self._field()
        if field is not None:
            self._set(field, None)

    def do_edit(self) -> None:
        field = self._field()
        if field is None:
            return
        if field.kind == "topics":
            value = self._value(field)
            self._choose_topics(field, value if isinstance(value, tuple) else ())
        elif field.kind == "text":
            prompt = Prompt(field.name, value_title(self._value(field)), hint=field.help)
            self.app.push_screen(
                prompt, lambda text: None if text is None else self._set(field, text.strip())
            )
        else:
            self._step(1)

    def _choose_topics(self, field: DocumentField, taken: tuple[str, ...]) -> None:
        """Add or take away one topic after another, until Esc."""

        def chosen(topic: str | None) -> None:
            if topic is None:
                return
            after = tuple(x for x in taken if x != topic)
            if topic not in taken:
                after = (*taken, topic)
            self._set(field, after)
            self._choose_topics(field, after)

        title = f"{field.name.replace('_', ' ')} · esc when all are there"
        self.app.push_screen(TopicChooser(self.project, title, taken), chosen)

    def _set(self, field: DocumentField, value: Value | None) -> None:
        name = field.name
        self.post_message(Perform(lambda session: session.set_field(name, value)))
