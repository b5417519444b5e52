"""The table of figures as rows to walk in: families, layers, and a cell for each measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from annotator.agreement.panel import Panel, Row
from annotator.agreement.report import (
    EXPLAINED,
    FAMILIES,
    MEASURES,
    groups,
    interval,
    left_out,
    number,
    percent,
)
from annotator.project.reviewing import Filter
from annotator.tui.widgets.lines import ACCENT, MUTED, STRONG, WARNING, Part, line, shorten

LEAST, NAME, WIDEST = 8, 20, 40  # cells of the name of a layer: at least, wished for, at most
MOST = 4  # measures that a family may have
COUNT = 8
VALUE = 11
INTERVAL = 10
COVERED = 9


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table: with figures a layer, with columns alone a family, else a text."""

    family: str = ""
    columns: tuple[str, ...] = ()
    figures: tuple[Row | None, ...] = ()
    text: str = ""
    warns: bool = False


class Table:
    """A panel as lines. A column is a place among the measures of a line's family."""

    def __init__(self, panel: Panel, filter: Filter) -> None:
        self.entries: list[Entry] = []
        for one in panel.dependent:
            names = " and ".join(one.annotators)
            text = f"{names} may not be independent: {one.reason}."
            self.entries.append(Entry(text=text, warns=True))
        self.entries += [Entry(text=warning, warns=True) for warning in panel.warnings]
        for family, measures, layers in groups(panel):
            columns = tuple(measure.removesuffix("_masi") for measure in measures)
            rows = []
            for layer in layers:
                by_measure = {row.measure.removesuffix("_masi"): row for row in layer}
                figures = tuple(by_measure.get(name) for name in columns)
                if any(row is not None and filter.takes_row(row) for row in figures):
                    rows.append(Entry(family, columns, figures))
            if rows:
                self.entries += [Entry(), Entry(family, columns), *rows]
        if not any(entry.figures for entry in self.entries):
            self.entries.append(Entry(text="No figure rests on such cases; x shows all."))
        told = list(left_out(panel))
        self.entries += [Entry(), *(Entry(text=f"Left out: {text}") for text in told)]

    def selectable(self, index: int) -> bool:
        entry = self.entries[index]
        return bool(entry.figures or entry.text)

    def figure(self, index: int, column: int) -> Row | None:
        """The figure of a line and a column; the nearest to the left where a line has fewer."""
        entry = self.entries[index] if 0 <= index < len(self.entries) else Entry()
        for row in (
            entry.figures[column::-1] if column < len(entry.figures) else entry.figures[::-1]
        ):
            if row is not None:
                return row
        return next((row for row in entry.figures if row is not None), None)

    def place(self, key: str) -> int:
        """The line with the figure of a key; the first figure if it is not there."""
        lines = [number for number, entry in enumerate(self.entries) if entry.figures]
        for index in lines:
            if any(row is not None and row.key == key for row in self.entries[index].figures):
                return index
        return lines[0] if lines else 0

    # -- drawing -----------------------------------------------------------------------------------

    def draw(self, index: int, width: int, column: int | None) -> Content:
        """A line; the cell in `column` is the one that the cursor is on."""
        entry = self.entries[index]
        if entry.text:
            mark = "! " if entry.warns else ""
            style = WARNING if entry.warns else MUTED
            return line((shorten(mark + entry.text, width), style))
        if not entry.columns:
            return Content()
        own = self.figure(index, column) if column is not None else None
        here = entry.figures.index(own) if own is not None else 0
        return _Line(entry, width, here).draw(marked=own is not None)


class _Line:
    """One line drawn into a width: what does not fit is left out, but never the cell looked at."""

    def __init__(self, entry: Entry, width: int, column: int) -> None:
        self.entry, self.width, self.column = entry, width, column
        many = len(entry.columns)
        self.wide = width >= NAME + COUNT + MOST * (VALUE + INTERVAL)
        self.cell = VALUE + (INTERVAL if self.wide else 0)
        self.count = width >= LEAST + COUNT + self.cell
        room = width - (COUNT if self.count else 0)
        fitting = max(1, min(many, (room - LEAST) // self.cell))
        self.first = max(0, min(column - fitting + 1, many - fitting))
        self.last = self.first + fitting
        # As if there were most measures, so that those of all families stand in columns.
        self.name = min(WIDEST, max(LEAST, room - max(fitting, MOST) * self.cell))
        self.used = width - room + self.name + fitting * self.cell
        self.covers = entry.family in _COVERED and width - self.used >= COVERED
        self.used += COVERED if self.covers else 0

    def draw(self, *, marked: bool) -> Content:
        entry = self.entry
        if not entry.figures:
            return self._head()
        rows = [row for row in entry.figures if row is not None]
        parts: list[Part] = [shorten(rows[0].layer, self.name - 1, pad=True) + " "]
        if self.count:
            parts.append(f"{rows[0].n:,}".rjust(COUNT - 1) + " ")
        for place in range(self.first, self.last):
            parts += self._cell(entry.figures[place], marked=marked and place == self.column)
        shares = [row.coverage for row in rows if row.coverage is not None]
        if self.covers:
            share = percent(max(shares)) if shares else ""
            parts.append((share.rjust(COVERED), MUTED))
        reason = next((row.reason for row in rows if row.value is None), "")
        if reason and self.width - self.used > 14:
            parts.append((f"  {shorten(reason, self.width - self.used - 2)}", MUTED))
        return line(*parts)

    def _cell(self, row: Row | None, *, marked: bool) -> list[Part]:
        if row is None:
            return [" " * self.cell]
        star = "*" if row.measure.endswith("_masi") else ""
        value = number(row.value) + star
        style = "reverse bold" if marked else MUTED if row.value is None else STRONG
        room = max(1, VALUE - 2 - len(value))
        parts: list[Part] = [" " * room, (f" {value} ", style)]
        if self.wide:
            parts.append((interval(row).ljust(INTERVAL), MUTED))
        return parts

    def _head(self) -> Content:
        family = _SHORT.get(self.entry.family, FAMILIES[self.entry.family])
        parts: list[Part] = [(shorten(family, self.name - 1, pad=True) + " ", ACCENT)]
        if self.count:
            parts.append(("n".rjust(COUNT - 1) + " ", MUTED))
        for name in self.entry.columns[self.first : self.last]:
            head = MEASURES[name].rjust(VALUE - 1) + " "
            parts.append((head.ljust(self.cell), MUTED))
        if self.covers:
            parts.append(("coverage".rjust(COVERED), MUTED))
        return line(*parts)


_COVERED = ("attributes", "links", "entities", "labels")
_SHORT = {
    "labels": "Labels of matches",
    "attributes": "Attributes of matches",
    "presence": "Does it occur at all",
}


def about(row: Row, pairs: Sequence[tuple[str, float | None]], cases: str) -> list[Content]:
    """A figure in words: what it is, what it rests on, the pairs or how it is computed."""
    title = f"{FAMILIES[row.family]} · {row.layer} · {MEASURES[row.measure]}: "
    value = number(row.value)
    if row.value is None:
        value += f" {row.reason}"
    elif row.low is not None:
        value += f", 95 % interval {interval(row)}"
    ground = [f"{row.n:,} {row.unit} in {row.articles:,} articles"]
    if row.coverage is not None:
        ground.append(f"coverage {percent(row.coverage)}")
    ground.append(cases)
    lines = [line(title, (value, STRONG)), line(" · ".join(ground))]
    if len(pairs) > 1:
        told = " · ".join(f"{name} {number(value)}" for name, value in pairs)
        lines.append(line((told, MUTED)))
    elif EXPLAINED[row.family]:
        lines.append(line((EXPLAINED[row.family], MUTED)))
    return lines
