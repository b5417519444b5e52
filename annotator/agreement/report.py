"""A panel as tables for a terminal of 80 columns, and as CSV."""

from __future__ import annotations

import csv
import io
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from wcwidth import wcswidth

from annotator.agreement.panel import Panel, Row
from annotator.agreement.statistics import FEW

NONE = "—"
WIDTH = 80
MEASURES = {
    "f1_exact": "F1 exact",
    "f1_iou": "F1 overlap",
    "f1_character": "F1 char",
    "f1_token": "F1 token",
    "alpha": "α",
    "alpha_masi": "α (MASI)",
    "percent": "same",
    "tuple_f1": "tuple F1",
    "strict_f1": "strict F1",
    "target_agreement": "given head",
    "b_cubed": "B-cubed F1",
}
FAMILIES = {
    "spans": "Spans",
    "labels": "Labels of matched spans",
    "attributes": "Attributes of matched spans",
    "links": "Links",
    "entities": "Who is who",
    "fields": "Document fields",
    "presence": "Does the label occur in the article at all",
}
EXPLAINED = {
    "spans": "F1: mean over pairs, counts pooled over articles. α: Krippendorff's, marked or not,"
    " per label.",
    "labels": "Spans that match whatever their label.",
    "attributes": "Coverage: the share of all spans of the label that could be compared.",
    "links": "Tuple: source matches and target is the same entity, topic or matched span."
    " Strict: both ends exact. Given head: the target where both linked a matched source.",
    "entities": "How matched mentions are grouped; coverage: the share of all mentions.",
    "fields": "",
    "presence": "The one figure that sees two annotators agree by marking nothing.",
}


def number(value: float | None) -> str:
    """ ".71", "1.00", "−.03", or a dash."""
    if value is None:
        return NONE
    text = f"{abs(value):.2f}"
    text = text[1:] if text.startswith("0.") else text
    return f"−{text}" if value < 0 and text != ".00" else text


def interval(row: Row) -> str:
    if row.low is None or row.high is None:
        return ""
    return f"{number(row.low)}–{number(row.high)}"


def percent(share: float | None) -> str:
    if share is None:
        return NONE
    return f"{100 * share:.1f} %" if 0 < share < 0.1 else f"{100 * share:.0f} %"


def groups(panel: Panel) -> Iterator[tuple[str, list[str], list[list[Row]]]]:
    """Families in order: name, measures, and the rows of each layer in the order of measures."""
    for family in FAMILIES:
        rows = [row for row in panel.rows if row.family == family]
        if not rows:
            continue
        layers: dict[str, list[Row]] = {}
        for row in rows:
            layers.setdefault(row.layer, []).append(row)
        several = any(row.measure == "alpha_masi" for row in rows)
        measures = list(dict.fromkeys(row.measure for row in rows if row.measure != "alpha_masi"))
        if several and "alpha" not in measures:
            measures.insert(0, "alpha_masi")
        yield family, measures, list(layers.values())


def lines(panel: Panel) -> Iterator[str]:
    """The whole report, at most 80 columns wide unless a name is longer than that allows."""
    yield from _wrapped(title(panel))
    yield from _wrapped(ground(panel))
    for dependence in panel.dependent:
        first, second = dependence.annotators
        yield from _wrapped(f"! {first} and {second} may not be independent: {dependence.reason}.")
    for warning in panel.warnings:
        yield from _wrapped(f"! {warning}")
    for family, measures, layers in groups(panel):
        yield ""
        yield FAMILIES[family]
        yield from _family(measures, layers)
        if EXPLAINED[family]:
            yield from _wrapped(EXPLAINED[family], "  ")
    if len(panel.annotators) > 2:
        yield ""
        yield from _pairs(panel)
    yield ""
    yield from _people(panel)
    if panel.manual_only:
        yield ""
        yield from _manual(panel)
    if "gamma" in panel.facts:
        yield ""
        yield from _wrapped(gamma_words(panel.facts["gamma"]))
    if "before" in panel.facts:
        yield ""
        yield from _before(panel)
    yield ""
    yield "Left out"
    for text in left_out(panel):
        yield from _wrapped(text, "  ")


def undefined(layers: Iterable[Sequence[Row]]) -> dict[str, list[str]]:
    """Layers with a figure that is undefined, by reason."""
    found: dict[str, dict[str, None]] = {}
    for rows in layers:
        for row in rows:
            if row.value is None:
                found.setdefault(row.reason, {})[row.layer] = None
    return {reason: list(names) for reason, names in found.items()}


def title(panel: Panel) -> str:
    people = _listed(panel.annotators)
    count = len(panel.articles)
    return f"Agreement of {people} on {_plural(count, 'article')} ({panel.scheme})"


def ground(panel: Panel) -> str:
    """Under what conditions the figures were computed."""
    told = [f"Spans match from an IoU of {number(panel.min_iou)} on, one to one."]
    told.append(f"α is computed over {panel.unit}s.")
    if panel.replicates:
        told.append(
            f"Behind each figure, the 95 % interval of {panel.replicates:,} bootstrap replicates"
            f" over articles, seed {panel.seed}."
        )
    if len(panel.articles) < FEW:
        told.append("With few articles the intervals are rough.")
    if panel.without_assisted:
        told.append("Assisted work, and what matches it, is left out.")
    return " ".join(told)


def left_out(panel: Panel) -> Iterator[str]:
    """What the figures do not rest on, and why."""
    reasons: dict[str, Counter[str]] = {}
    for one in panel.excluded:
        reasons.setdefault(one.reason, Counter())[one.annotator] += 1
    for reason, who in sorted(reasons.items(), key=lambda item: -item[1].total()):
        names = ", ".join(f"{name} {count:,}" for name, count in sorted(who.items()))
        yield f"{_plural(who.total(), 'piece')} of work {reason}: {names}"
    some = [article for article in panel.articles if article.left_out]
    if some:
        most = max(some, key=lambda article: article.left_out)
        yield (
            f"{percent(panel.left_out)} of the text, in {_plural(len(some), 'article')}, which"
            f" everyone excluded; most in {most.article} ({percent(most.left_out)})"
        )
    if panel.empty_articles:
        yield (
            f"{_plural(panel.empty_articles, 'article')} in which nobody marked anything: no span"
            " figure sees them"
        )
    if not (reasons or some or panel.empty_articles):
        yield "nothing"


def gamma_words(found: Mapping[str, object]) -> str:
    value = found.get("value")
    shown = number(value) if isinstance(value, float) else f"{NONE} ({found.get('reason')})"
    told = "; ".join(
        f"{key.replace('_', ' ')} {value:.3g}" if isinstance(value, float) else f"{key} {value}"
        for key, value in found.items()
        if key not in ("value", "reason") and value is not None
    )
    return f"γ {shown}: {told}."


def pair_rows(panel: Panel) -> list[tuple[str, list[float | None]]]:
    """Each pair with its figures of all labels, then mean, standard deviation and least.

    Alpha is not averaged: its mean over pairs is not the alpha of anything.
    """
    rows = _overall(panel)
    names = list(rows[0].by_pair) if rows else []
    found = [(name, [row.by_pair.get(name) for row in rows]) for name in names]
    columns = [[v for _, values in found if (v := values[i]) is not None] for i in range(len(rows))]
    means = [
        statistics.fmean(column) if column and row.measure != "alpha" else None
        for row, column in zip(rows, columns, strict=True)
    ]
    deviations = [
        statistics.stdev(column) if len(column) > 1 and row.measure != "alpha" else None
        for row, column in zip(rows, columns, strict=True)
    ]
    least = [min(column, default=None) for column in columns]
    return [*found, ("mean", means), ("sd", deviations), ("least", least)]


def changes(panel: Panel) -> tuple[list[tuple[Row, list[str]]], int]:
    """Figures that differ from an earlier panel's in two digits, with what was, is and changed;
    and how many do not."""
    earlier = panel.facts["before"]["values"]
    found, same = [], 0
    for row in panel.rows:
        if row.key not in earlier:
            continue
        before, change = earlier[row.key], ""
        if row.value is not None and before is not None:
            change = ("+" if row.value > before else "") + number(row.value - before)
        if number(before) == number(row.value):
            same += 1
        else:
            found.append((row, [number(before), number(row.value), change]))
    return found, same


def as_csv(panel: Panel) -> str:
    """One line a figure, with a header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    head = ["family", "layer", "measure", "value", "low", "high", "n", "unit", "articles"]
    head += ["coverage", "reason"]
    before = panel.facts.get("before", {}).get("values")
    writer.writerow([*head, "before"] if before is not None else head)
    for row in panel.rows:
        cells: list[object] = [getattr(row, name) for name in head]
        if before is not None:
            cells.append(before.get(row.key))
        writer.writerow(["" if cell is None else cell for cell in cells])
    return out.getvalue()


# -- parts -----------------------------------------------------------------------------------------


def _family(measures: Sequence[str], layers: Sequence[Sequence[Row]]) -> Iterator[str]:
    covered = any(row.coverage is not None for rows in layers for row in rows)
    head = ["", layers[0][0].unit]
    for measure in measures:
        head += [MEASURES[measure], ""]
    if covered:
        head.append("coverage")
    table = [head]
    for rows in layers:
        by_measure = {row.measure.removesuffix("_masi"): row for row in rows}
        cells = [rows[0].layer, f"{rows[0].n:,}"]
        for measure in measures:
            row = by_measure.get(measure.removesuffix("_masi"))
            star = "*" if row is not None and row.measure == "alpha_masi" else ""
            cells += [number(row.value) + star, interval(row)] if row else ["", ""]
        if covered:
            shares = [row.coverage for row in rows if row.coverage is not None]
            cells.append(percent(max(shares, default=None)))
        table.append(cells)
    yield from _table(table)
    if any(row.measure == "alpha_masi" for rows in layers for row in rows):
        yield "  * sets of topics, MASI distance"
    for reason, names in undefined(layers).items():
        yield from _wrapped(f"{NONE} {reason}: {', '.join(names)}", "  ")


def _overall(panel: Panel) -> list[Row]:
    rows = [row for row in panel.rows if row.family == "spans"]
    return [row for row in rows if row.layer == rows[0].layer]


def _pairs(panel: Panel) -> Iterator[str]:
    rows = _overall(panel)
    if not rows:
        return
    yield f"Pairs of annotators, {rows[0].layer}"
    table = [["", *(MEASURES[row.measure] for row in rows)]]
    table += [
        [name, *(number(value) if value is not None else "" for value in values)]
        for name, values in pair_rows(panel)
    ]
    yield from _table(table)


def _people(panel: Panel) -> Iterator[str]:
    yield "Annotators"
    many = len(panel.people) > 2
    head = ["", "articles", "spans", "links", "assisted"]
    head += ["vs rest", "without", "accuracy"] if many else []
    table = [head]
    for person in panel.people:
        total = person.spans + person.links
        assisted = person.assisted_spans + person.assisted_links
        cells = [
            person.name,
            f"{person.articles:,}",
            f"{person.spans:,}",
            f"{person.links:,}",
            percent(assisted / total if total else None),
        ]
        if many:
            cells += map(number, (person.against_rest, person.without, person.accuracy))
        table.append(cells)
    yield from _table(table)
    if many:
        yield from _wrapped(
            "vs rest: F1 overlap with everybody else; without: of the others alone. Accuracy:"
            " estimated by Dawid & Skene over all marked places; a diagnosis, no verdict.",
            "  ",
        )


def _manual(panel: Panel) -> Iterator[str]:
    yield "Assisted and manual work, F1 overlap"
    table = [["", "all", "manual"]]
    table += [[name, *map(number, both)] for name, both in panel.manual_only.items()]
    yield from _table(table)


def _before(panel: Panel) -> Iterator[str]:
    before = panel.facts["before"]
    yield f"Compared with before ({before['scheme']}, {_plural(before['articles'], 'article')})"
    found, same = changes(panel)
    table = [["", "", "before", "now", "change"]]
    for family, name in FAMILIES.items():
        rows = [(row, cells) for row, cells in found if row.family == family]
        if rows:
            table.append([name, "", "", "", ""])
        table += [[f"  {row.layer}", MEASURES[row.measure], *cells] for row, cells in rows]
    if found:
        yield from _table(table)
    yield f"  {_plural(same, 'figure')} did not change."


def _table(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The first column to the left, the others to the right; empty columns go.

    A name that leaves too little room stands on a line of its own.
    """
    table = [list(row) for row in rows]
    keep = [i for i in range(len(table[0])) if i == 0 or any(row[i] for row in table[1:])]
    table = [[row[i] for i in keep] for row in table]
    widths = [max(_width(row[i]) for row in table[1:]) for i in range(len(keep))]
    for i, name in enumerate(table[0][1:], 1):
        spans = widths[i] + (1 + widths[i + 1] if i + 1 < len(keep) and not table[0][i + 1] else 0)
        widths[i] += max(0, _width(name) - spans)
    gap = next((size for size in (2, 1) if _room(table[0], widths, size) >= 10), 1)
    first = min(widths[0], max(10, _room(table[0], widths, gap)))
    for place, row in enumerate(table):
        name, line = row[0], ""
        for i, cell in enumerate(row[1:], 1):
            pair = i + 1 < len(keep) and not table[0][i + 1]
            if place == 0 and pair:  # a heading over a figure and its interval
                room = widths[i] + 1 + widths[i + 1]
                line += " " * gap + cell + " " * (room - _width(cell))
            elif place or table[0][i]:
                line += " " * (gap if table[0][i] else 1) + " " * (widths[i] - _width(cell)) + cell
        if _width(name) > first:
            yield f"  {name}"
            name = ""
        yield f"  {name}{' ' * (first - _width(name))}{line}".rstrip()


def _room(head: Sequence[str], widths: Sequence[int], gap: int) -> int:
    """Columns left for the first one of a table."""
    taken = (width + (gap if name else 1) for name, width in zip(head[1:], widths[1:], strict=True))
    return WIDTH - 2 - sum(taken)


def _width(text: str) -> int:
    return max(0, wcswidth(text))


def _wrapped(text: str, indent: str = "") -> Iterator[str]:
    line = indent
    for word in text.split():
        if line.strip() and _width(line) + 1 + _width(word) > WIDTH:
            yield line
            line = indent + ("  " if indent or text.startswith("!") else "")
        line += (" " if line.strip() else "") + word
    yield line


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else noun + 's'}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
