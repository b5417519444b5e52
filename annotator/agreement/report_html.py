"""A panel as one web page that needs nothing else: no network, no script, no font."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from html import escape

from annotator.agreement.casebook import Disagreement
from annotator.agreement.measures import Confusion
from annotator.agreement.panel import ArticleFigure, Panel, Row
from annotator.agreement.people import Person
from annotator.agreement.report import (
    EXPLAINED,
    FAMILIES,
    MEASURES,
    changes,
    gamma_words,
    ground,
    groups,
    interval,
    left_out,
    number,
    pair_rows,
    percent,
    title,
    undefined,
)
from annotator.text.marks import visible

SHOWN = 100
"""Cases listed for each layer; the rest is counted."""
_AROUND = 60
_LONGEST = 240
_MOST_VALUES = 12  # of a matrix that shows all, also those never confused
_WINDOW = 10
_KINDS = {
    "missed": "marked by {0}, not by {1}",
    "extra": "marked by {1}, not by {0}",
    "boundary": "other boundaries",
    "label": "other label",
    "attribute": "other value",
    "link": "linked by one",
    "target": "other target",
    "entity": "other entity",
}

_STYLE = """
:root { color-scheme: light dark; --paper: #fbfaf7; --ink: #23211d; --soft: #6b665c;
  --line: #ddd8cc; --card: #ffffff; --accent: #1f5f8b; --warn: #8a4b00; --warn-paper: #fdf0dc;
  --mark: #ffe9a8; --shade: 31 95 139; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181b; --ink: #e4e1da; --soft: #9a958a;
  --line: #33373d; --card: #1d2024; --accent: #7db9e0; --warn: #f0c07a; --warn-paper: #33291a;
  --mark: #5c4a12; --shade: 125 185 224; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .4rem; }
h2 { font-size: 1.15rem; margin: 2.4rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
p, ul { margin: .4rem 0; } .soft, figcaption, caption { color: var(--soft); font-size: .87rem; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
nav { margin: 1rem 0 0; display: flex; flex-wrap: wrap; gap: .3rem 1rem; font-size: .9rem; }
.notice { background: var(--warn-paper); color: var(--warn); border-left: 4px solid var(--warn);
  padding: .55rem .8rem; margin: .6rem 0; border-radius: 0 4px 4px 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .3rem 0; }
th, td { padding: .28rem .7rem; text-align: right; border-bottom: 1px solid var(--line);
  white-space: nowrap; vertical-align: baseline; }
thead th { color: var(--soft); font-weight: 600; font-size: .85rem; }
tbody th, thead th:first-child { text-align: left; font-weight: 500; }
td small { color: var(--soft); margin-left: .35rem; }
td.none { color: var(--soft); }
td a { color: inherit; font-weight: 600; border-bottom: 1px dotted var(--soft); }
.bar { display: block; margin: .15rem 0 0 auto; }
.bar line { stroke: var(--line); stroke-width: 2; } .bar .range { stroke: var(--accent); }
.bar circle { fill: var(--accent); }
figure { margin: .6rem 0; } .small { display: grid; gap: .8rem;
  grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); }
.plot { width: 100%; height: auto; background: var(--card); border: 1px solid var(--line);
  border-radius: 4px; } .plot text { fill: var(--soft); font-size: 10px; }
.plot .grid { stroke: var(--line); } .plot circle { fill: rgb(var(--shade) / .45); }
.plot polyline { fill: none; stroke: var(--accent); stroke-width: 2; }
.matrices { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; align-items: flex-start; }
.matrix td { border: 1px solid var(--line); text-align: right; min-width: 3rem; }
.matrix caption { text-align: left; padding-bottom: .3rem; color: var(--ink); }
.cases { list-style: none; padding: 0; margin: .4rem 0; }
.cases li { background: var(--card); border: 1px solid var(--line); border-radius: 4px;
  padding: .45rem .7rem; margin: .35rem 0; break-inside: avoid; }
.cases p { margin: .1rem 0; overflow-wrap: anywhere; white-space: pre-wrap; }
mark { background: var(--mark); color: inherit; padding: 0 .1em; border-radius: 2px; }
.tag { display: inline-block; font-size: .8rem; color: var(--soft); margin-right: .8rem; }
.tag b { color: var(--ink); font-weight: 600; }
@media print { :root { color-scheme: light; --paper: #fff; --ink: #000; --soft: #555;
  --line: #ccc; --card: #fff; --accent: #1f5f8b; --warn: #8a4b00; --warn-paper: #fff;
  --mark: #ffe9a8; --shade: 31 95 139; } nav { display: none; }
  main { max-width: none; padding: 0; } body { font-size: 10.5pt; }
  table, figure { break-inside: avoid; }
  h2, h3 { break-after: avoid; } }
"""


def page(panel: Panel, text_of: Callable[[str], str]) -> str:
    """The whole page. `text_of` gives an article's text, from which the cases are quoted."""
    body = "\n".join(_body(panel, cache(text_of)))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title(panel))}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>"
    )


def _body(panel: Panel, text_of: Callable[[str], str]) -> Iterator[str]:
    anchors = _Anchors(panel)
    families = list(groups(panel))
    yield f"<header><h1>{_text(title(panel))}</h1>"
    yield f'<p class="soft">{_text(ground(panel))}</p>'
    places = [(f"f-{family}", FAMILIES[family]) for family, _, _ in families]
    places[-1:] = [(places[-1][0], "Presence")] if families[-1][0] == "presence" else places[-1:]
    if "before" in panel.facts:
        places.insert(0, ("before", "Before and now"))
    places += [("articles", "Articles"), ("people", "Annotators"), ("confusion", "Confusions")]
    places += [("left-out", "Left out"), ("cases", "Cases")]
    yield "<nav>" + " ".join(f'<a href="#{id}">{_text(name)}</a>' for id, name in places)
    yield "</nav></header>"
    for dependence in panel.dependent:
        first, second = dependence.annotators
        words = f"{first} and {second} may not be independent: {dependence.reason}."
        yield f'<p class="notice">{_text(words)}</p>'
    for warning in panel.warnings:
        yield f'<p class="notice">{_text(warning)}</p>'
    if "before" in panel.facts:
        yield from _before(panel)
    for family, measures, layers in families:
        yield f'<section id="f-{family}"><h2>{_text(FAMILIES[family])}</h2>'
        yield from _family(measures, layers, anchors)
        yield f'<p class="soft">{_text(EXPLAINED[family])}</p></section>'
    if "gamma" in panel.facts:
        yield f"<p>{_text(gamma_words(panel.facts['gamma']))}</p>"
    yield from _articles(panel)
    yield from _people(panel)
    yield '<section id="confusion"><h2>Confusions</h2>'
    yield '<p class="soft">Rows: the first annotator of a pair by name; columns: the second.</p>'
    yield '<div class="matrices">'
    for confusion in panel.confusions:
        yield from _matrix(confusion)
    yield "</div></section>"
    yield '<section id="left-out"><h2>Left out</h2><ul>'
    yield from (f"<li>{_text(words)}</li>" for words in left_out(panel))
    yield "</ul></section>"
    yield '<section id="cases"><h2>Cases</h2>'
    for layer in anchors.layers():
        yield from _cases(panel, layer, anchors, text_of)
    yield "</section>"


class _Anchors:
    """Where the cases of each layer stand in the page, and how many there are."""

    def __init__(self, panel: Panel) -> None:
        self._rows: dict[tuple[str, str], list[Row]] = {}
        for row in panel.rows:
            self._rows.setdefault((row.family, row.layer), []).append(row)
        self._number = {key: number for number, key in enumerate(self._rows, 1)}
        self.cases: dict[tuple[str, str], list[Disagreement]] = {}
        for key, rows in self._rows.items():
            widest = max(rows, key=lambda row: len(row.kinds))
            self.cases[key] = panel.cases(widest)

    def id(self, row: Row) -> str:
        return f"c{self._number[row.family, row.layer]}"

    def count(self, row: Row) -> int:
        found = self.cases[row.family, row.layer]
        return sum(case.kind in row.kinds for case in found)

    def layers(self) -> Iterator[Row]:
        """One row of each layer that has cases."""
        return (rows[0] for key, rows in self._rows.items() if self.cases[key])


# -- tables ----------------------------------------------------------------------------------------


def _family(
    measures: Sequence[str], layers: Sequence[Sequence[Row]], anchors: _Anchors
) -> Iterator[str]:
    covered = any(row.coverage is not None for rows in layers for row in rows)
    names = ["", layers[0][0].unit, *(MEASURES[name] for name in measures)]
    yield from _table(
        [*names, "coverage"] if covered else names,
        (_row(measures, rows, covered, anchors) for rows in layers),
    )
    for reason, without in undefined(layers).items():
        yield f'<p class="soft">— {_text(reason)}: {_text(", ".join(without))}.</p>'


def _row(
    measures: Sequence[str], rows: Sequence[Row], covered: bool, anchors: _Anchors
) -> Iterator[str]:
    yield f"<th>{_text(rows[0].layer)}</th>"
    yield f"<td>{rows[0].n:,}</td>"
    by_measure = {row.measure.removesuffix("_masi"): row for row in rows}
    for measure in measures:
        row = by_measure.get(measure.removesuffix("_masi"))
        yield _figure(row, anchors) if row is not None else "<td></td>"
    if covered:
        shares = [row.coverage for row in rows if row.coverage is not None]
        yield f"<td>{percent(max(shares, default=None))}</td>"


def _figure(row: Row, anchors: _Anchors) -> str:
    name = " (MASI)" if row.measure == "alpha_masi" else ""
    if row.value is None:
        return f'<td class="none" title="{_text(row.reason)}">—</td>'
    shown = number(row.value) + name
    count = anchors.count(row)
    if count:
        cases = f"{count:,} case{'s' if count > 1 else ''}"
        shown = f'<a href="#{anchors.id(row)}" title="{cases}">{shown}</a>'
    return f"<td>{shown}<small>{interval(row)}</small>{_bar(row)}</td>"


def _bar(row: Row) -> str:
    """The figure and its interval between 0 and 1."""
    if row.value is None:
        return ""
    width = 96

    def place(value: float) -> float:
        return round(3 + (width - 6) * min(1.0, max(0.0, value)), 1)

    line = ""
    if row.low is not None and row.high is not None:
        line = f'<line class="range" x1="{place(row.low)}" x2="{place(row.high)}" y1="4" y2="4"/>'
    return (
        f'<svg class="bar" width="{width}" height="8" aria-hidden="true">'
        f'<line x1="3" x2="{width - 3}" y1="4" y2="4"/>{line}'
        f'<circle cx="{place(row.value)}" cy="4" r="3"/></svg>'
    )


def _table(head: Sequence[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    yield '<div class="wide"><table><thead><tr>'
    yield "".join(f"<th>{_text(name)}</th>" for name in head)
    yield "</tr></thead><tbody>"
    for row in rows:
        yield f"<tr>{''.join(row)}</tr>"
    yield "</tbody></table></div>"


def _cells(name: str, cells: Iterable[str]) -> list[str]:
    return [f"<th>{_text(name)}</th>", *(f"<td>{_text(cell)}</td>" for cell in cells)]


def _before(panel: Panel) -> Iterator[str]:
    before = panel.facts["before"]
    yield '<section id="before"><h2>Before and now</h2>'
    words = f"Before: {before['articles']:,} articles, {before['scheme']}."
    yield f'<p class="soft">{_text(words)}</p>'
    found, same = changes(panel)
    for family, name in FAMILIES.items():
        rows = [
            _cells(row.layer, [MEASURES[row.measure], *cells])
            for row, cells in found
            if row.family == family
        ]
        if rows:
            yield from _table([name, "", "before", "now", "change"], rows)
    yield f'<p class="soft">{same:,} figures did not change.</p></section>'


def _people(panel: Panel) -> Iterator[str]:
    many = len(panel.people) > 2
    yield '<section id="people"><h2>Annotators</h2>'
    head = ["", "articles", "spans", "links", "assisted spans", "assisted links"]
    head += ["F1 with the rest", "F1 of the others", "accuracy"] if many else []
    yield from _table(head, (_cells(one.name, _person(one, many)) for one in panel.people))
    if many:
        yield (
            '<p class="soft">Accuracy: estimated by Dawid &amp; Skene (1979) over all marked'
            " places; a diagnosis, no verdict.</p>"
        )
        rows = pair_rows(panel)
        spans = [row for row in panel.rows if row.family == "spans"]
        names = [MEASURES[row.measure] for row in spans if row.layer == spans[0].layer]
        yield "<h3>Pairs</h3>"
        cells = (
            _cells(name, ("" if v is None else number(v) for v in values)) for name, values in rows
        )
        yield from _table(["", *names], cells)
        yield "<h3>What each one tends to say where the likely label is another</h3>"
        yield '<div class="matrices">'
        for person in panel.people:
            yield from _errors(person)
        yield "</div>"
    if panel.manual_only:
        yield "<h3>Assisted and manual work, F1 by overlap</h3>"
        yield from _table(
            ["", "all", "manual"],
            (_cells(name, map(number, both)) for name, both in panel.manual_only.items()),
        )
    yield "</section>"


def _person(person: Person, many: bool) -> list[str]:
    shares = (
        percent(part / whole if whole else None)
        for part, whole in (
            (person.assisted_spans, person.spans),
            (person.assisted_links, person.links),
        )
    )
    cells = [f"{person.articles:,}", f"{person.spans:,}", f"{person.links:,}", *shares]
    if many:
        cells += map(number, (person.against_rest, person.without, person.accuracy))
    return cells


def _errors(person: Person) -> Iterator[str]:
    rates = {true: said for true, said in person.errors.items() if said}
    if not rates:
        return
    values = list(rates)
    yield f'<table class="matrix"><caption>{_text(person.name)}</caption><thead><tr><th></th>'
    yield "".join(f"<th>{_text(value)}</th>" for value in values) + "</tr></thead><tbody>"
    for true, said in rates.items():
        cells = "".join(_shaded(said.get(value, 0.0), percent(said.get(value))) for value in values)
        yield f"<tr><th>{_text(true)}</th>{cells}</tr>"
    yield "</tbody></table>"


def _matrix(confusion: Confusion) -> Iterator[str]:
    used = [
        i
        for i in range(len(confusion.values))
        if confusion.counts[i].any() or confusion.counts[:, i].any()
    ]
    if len(used) < 2:
        return
    layer = _text(confusion.layer)
    alike = []
    if len(used) > _MOST_VALUES:
        alike = [i for i in used if not _is_confused(confusion, i)]
        used = [i for i in used if _is_confused(confusion, i)]
    if used:
        yield f'<div class="wide"><table class="matrix"><caption>{layer}</caption><thead><tr>'
        yield "<th></th>" + "".join(f"<th>{_text(confusion.values[i])}</th>" for i in used)
        yield "</tr></thead><tbody>"
        for i in used:
            total = int(confusion.counts[i].sum()) or 1
            counts = (int(confusion.counts[i, j]) for j in used)
            cells = "".join(_shaded(count / total, f"{count:,}") for count in counts)
            yield f"<tr><th>{_text(confusion.values[i])}</th>{cells}</tr>"
        yield "</tbody></table></div>"
    if alike:
        times = int(sum(confusion.counts[i, i] for i in alike))
        more = "more values" if used else "values"
        yield f'<p class="soft">{layer}: {len(alike):,} {more}, always said alike'
        yield f" ({times:,} times).</p>"


def _is_confused(confusion: Confusion, i: int) -> bool:
    """Whether a value was ever said where the other said another."""
    counts = confusion.counts
    return bool(counts[i].sum() + counts[:, i].sum() > 2 * counts[i, i])


def _shaded(share: float, words: str) -> str:
    return f'<td style="background: rgb(var(--shade) / {0.55 * share:.2f})">{_text(words)}</td>'


# -- plots -----------------------------------------------------------------------------------------


def _articles(panel: Panel) -> Iterator[str]:
    ordered = sorted(panel.articles, key=lambda one: one.at)
    yield '<section id="articles"><h2>Articles over time</h2>'
    yield '<p class="soft">F1 by overlap of each article, in the order in which the work on it was'
    yield f" last saved; the line is the mean of {_WINDOW} articles.</p><figure>"
    yield _plot(ordered, [one.value for one in ordered], 760, 200, "all labels")
    yield '</figure><div class="small">'
    for label in panel.labels:
        values = [one.by_label.get(label) for one in ordered]
        if any(value is not None for value in values):
            yield f"<figure>{_plot(ordered, values, 360, 130, label)}"
            yield f"<figcaption>{_text(label)}</figcaption></figure>"
    yield "</div></section>"


def _plot(
    articles: Sequence[ArticleFigure],
    values: Sequence[float | None],
    width: int,
    height: int,
    name: str,
) -> str:
    left, right, top, bottom = 30, 10, 10, 20
    held = [(article, value) for article, value in zip(articles, values, strict=True)]
    step = (width - left - right) / max(1, len(held) - 1)

    def x(place: float) -> float:
        return round(left + place * step if len(held) > 1 else (width + left - right) / 2, 1)

    def y(value: float) -> float:
        return round(top + (height - top - bottom) * (1 - value), 1)

    parts = [
        f'<svg class="plot" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{_text(f"F1 by overlap of each article, {name}")}">'
    ]
    for value in (0.0, 0.5, 1.0):
        parts.append(
            f'<line class="grid" x1="{left}" x2="{width - right}" y1="{y(value)}" y2="{y(value)}"/>'
            f'<text x="{left - 5}" y="{y(value) + 3.5}" text-anchor="end">{number(value)}</text>'
        )
    means = []
    recent: list[float] = []
    for place, (article, known) in enumerate(held):
        if known is None:
            continue
        recent = [*recent, known][-_WINDOW:]
        means.append(f"{x(place)},{y(sum(recent) / len(recent))}")
        hint = f"{article.article}: {number(known)} ({', '.join(article.annotators)})"
        parts.append(
            f'<circle cx="{x(place)}" cy="{y(known)}" r="3"><title>{_text(hint)}</title></circle>'
        )
    if len(means) > 1:
        parts.append(f'<polyline points="{" ".join(means)}"/>')
    for place, anchor in ((0, "start"), (len(held) - 1, "end")):
        day = _text(held[place][0].at[:10]) if held else ""
        if day and (place or len(held) == 1 or anchor == "start"):
            parts.append(
                f'<text x="{x(place)}" y="{height - 6}" text-anchor="{anchor}">{day}</text>'
            )
    return "".join(parts) + "</svg>"


# -- cases -----------------------------------------------------------------------------------------


def _cases(
    panel: Panel, row: Row, anchors: _Anchors, text_of: Callable[[str], str]
) -> Iterator[str]:
    found = anchors.cases[row.family, row.layer]
    kinds = Counter(case.kind for case in found)
    names = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
    where = "" if row.family == "spans" else f" · {FAMILIES[row.family].lower()}"
    yield f'<h3 id="{anchors.id(row)}">{_text(row.layer)}<span class="soft">{_text(where)}'
    yield f" · {_text(names)}</span></h3>"
    yield '<ol class="cases">'
    for case in found[:SHOWN]:
        yield from _case(case, text_of)
    yield "</ol>"
    if len(found) > SHOWN:
        more = f"… and {len(found) - SHOWN:,} more."
        yield f'<p class="soft">{more}</p>'


def _case(case: Disagreement, text_of: Callable[[str], str]) -> Iterator[str]:
    first, second = case.annotators
    kind = _KINDS[case.kind].format(first, second)
    yield f'<li><span class="tag"><b><bdi>{_text(case.article)}</bdi></b></span>'
    yield f'<span class="tag">{_text(case.label)}</span><span class="tag">{_text(kind)}</span>'
    if case.kind not in ("missed", "extra"):
        for name, said in zip(case.annotators, case.said, strict=True):
            yield f'<span class="tag"><b>{_text(name)}</b> <bdi>{_text(said)}</bdi></span>'
    if case.end > case.start:
        text = text_of(case.article)
        before = text[max(0, case.start - _AROUND) : case.start]
        after = text[case.end : case.end + _AROUND]
        inside = text[case.start : case.end]
        if len(inside) > _LONGEST:
            inside = f"{inside[: _LONGEST // 2]} … {inside[-_LONGEST // 2 :]}"
        yield f"<p><bdi>{_text(before)}<mark>{_text(inside)}</mark>{_text(after)}</bdi></p>"
    yield "</li>"


def _text(words: str) -> str:
    """Safe inside the page: markup and controls shown as what they are."""
    return escape(visible(" ".join(words.split("\n"))), quote=True)
