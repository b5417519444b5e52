"""The figures of the data sheet, each produced by a command of the program or by `rates`.

    python -m tests.corpus.datasheet          writes them into corpus/README.md

Whatever stands between the two marks is replaced; a test fails when it is stale.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from annotator.project import Project
from annotator.store.names import GOLD
from tests.corpus.rates import lines as rate_lines
from tests.corpus.rates import rates

ROOT = Path(__file__).parents[2]
SHEET = ROOT / "corpus" / "README.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
PASSES = ("pass-1", "pass-2")
FIRST = (  # annotated by version 1 of the guidelines
    "harbour-night-ferry-selmar",
    "gas-storage-levy-hallin",
    "strait-cable-freighter-skarvang",
    "ferry-vote-live-orlevik-post",
    "census-delay-interview-merrow",
    "rent-cap-hestby-analysis",
    "trawler-release-jorakhan-ministry",
    "quarry-collapse-trial-ambelino",
    "mine-camp-brana-homeland-observer",
    "helicopter-loss-tamur-border",
)
SECOND = (  # by version 2; all others by version 3
    "baggage-handlers-strike-ballenmore",
    "bridge-shots-wadi-sahan",
    "cable-cut-captain-storm-northline",
    "lake-treaty-talks-sellane",
    "mine-camp-brana-injury-dispute",
    "mine-camp-brana-velmer-daily",
    "mine-camp-cleared-brana",
    "parking-app-privacy-quaypark",
    "poultry-housing-order-sarral",
    "strait-cable-what-orlevik-can-prove",
    "sweetener-velatose-study-varenza",
    "tram-line-seven-osterhaun",
    "trawler-crew-freed-sarym",
    "trawler-seamen-let-go-sarim",
)
LABELS = ("SPEAKER", "CUE", "CLAIM", "STANCE", "TARGET", "REGION")
MEASURES = {"f1_exact": "F1 exact", "f1_iou": "F1 overlap", "f1_character": "F1 char", "alpha": "α"}
ATTRIBUTES = (
    "CLAIM.form",
    "CLAIM.act",
    "CLAIM.polarity",
    "CLAIM.certainty",
    "CLAIM.check",
    "STANCE.stance",
    "STANCE.basis",
    "REGION.kind",
)
LINKS = (
    "CLAIM holder",
    "CLAIM cue",
    "CLAIM relay",
    "CLAIM object",
    "STANCE holder",
    "STANCE target",
)


def command(*arguments: str) -> Any:
    """What a command says with --json."""
    done = subprocess.run(
        [sys.executable, "-m", "annotator", *arguments, "--json"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


def figures() -> str:
    """Everything between the marks."""
    return "\n".join(
        (BEGIN, "", *_composition(), *_agreement(), *_gold(), *_rates(), *_splits(), END)
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    head = list(head)
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"
    yield ""


def _composition() -> Iterator[str]:
    project = Project.open(ROOT)
    heads = project.store.heads()
    words = sum(len(project.store.article(head.id).text.split()) for head in heads)
    events = Counter(str(project.store.article(head.id).meta.get("event", "")) for head in heads)
    several = {name: count for name, count in events.items() if count > 1}
    works = list(project.store.all_annotations(GOLD))
    yield "### Composition"
    yield ""
    yield (
        f"{len(heads)} articles, {words:,} words,"
        f" {sum(head.characters for head in heads):,} characters, {len(events)} events,"
        f" {len(several)} of them told more than once:"
    )
    yield ""
    yield from _table(("event", "articles"), sorted(several.items(), key=lambda x: (-x[1], x[0])))
    for name in ("genre", "quality", "translated"):
        counts = Counter(str(work.fields.get(name, "")) for work in works)
        shown = ", ".join(f"{value} {count}" for value, count in counts.most_common())
        yield f"- {name}: {shown}"
    yield ""
    yield "Spans by label (`annotator status`):"
    yield ""
    people = {one["annotator"]: one for one in command("status")["annotators"]}
    names = [name for name in (*PASSES, GOLD) if name in people]
    rows = [
        (label, *(f"{people[name]['labels'].get(label, 0):,}" for name in names))
        for label in LABELS
    ]
    for title in ("spans", "links", "entities"):
        rows.append((f"all {title}", *(f"{people[name][title]:,}" for name in names)))
    rows.append(("articles done", *(people[name]["status"]["done"] for name in names)))
    yield from _table(("label", *names), rows)


def _agreement() -> Iterator[str]:
    done = {work.article_id for work in Project.open(ROOT).store.all_annotations(PASSES[1])}
    rounds = {
        "version 1": list(FIRST),
        "version 2": list(SECOND),
        "version 3": sorted(done.difference(FIRST, SECOND)),
    }
    found = {
        name: {
            (row["family"], row["layer"], row["measure"]): row
            for row in command(
                "agreement", "--annotators", ",".join(PASSES), "--articles", ",".join(articles)
            )["rows"]
        }
        for name, articles in rounds.items()
        if articles
    }
    sizes = ", ".join(f"{name} {len(articles)} articles" for name, articles in rounds.items())
    yield "### Agreement of the two passes"
    yield ""
    yield f"By version of the guidelines ({sizes}); in brackets the 95 % interval."
    yield ""
    for name, rows in found.items():
        yield f"Spans, guidelines {name}:"
        yield ""
        yield from _table(
            ("label", "spans", *MEASURES.values()),
            (
                (
                    label,
                    rows["spans", label, "f1_exact"]["n"],
                    *(_figure(rows.get(("spans", label, measure))) for measure in MEASURES),
                )
                for label in ("all labels", *LABELS)
                if ("spans", label, "f1_exact") in rows
            ),
        )
    yield "Attributes of matched spans (α) and links (F1 over entities):"
    yield ""
    yield from _table(
        ("layer", *found),
        (
            *(
                (
                    name,
                    *(_figure(rows.get(("attributes", name, "alpha"))) for rows in found.values()),
                )
                for name in ATTRIBUTES
            ),
            *(
                (name, *(_figure(rows.get(("links", name, "tuple_f1"))) for rows in found.values()))
                for name in LINKS
            ),
        ),
    )


def _figure(row: dict[str, Any] | None) -> str:
    if row is None or row["value"] is None:
        return "–"
    if row["low"] is None:
        return f"{row['value']:.2f}"
    return f"{row['value']:.2f} [{row['low']:.2f}, {row['high']:.2f}]"


def _gold() -> Iterator[str]:
    counts: Counter[str] = Counter()
    gaps = 0
    for work in Project.open(ROOT).store.all_annotations(GOLD):
        for verdict in work.verdicts.values():
            if verdict.case.split(":", 3)[2:3] != ["entity"]:
                counts[verdict.decision] += 1
                gaps += verdict.gap
    yield "### Verdicts in gold"
    yield ""
    yield from _table(("decision", "verdicts"), counts.most_common())
    yield f"{gaps} cases are marked as gaps in the guidelines (`annotator gaps`)."
    yield ""


def _rates() -> Iterator[str]:
    yield "### How often structures occur"
    yield ""
    yield "In gold, in body text, beside rates published for news:"
    yield ""
    yield from rate_lines(rates(Project.open(ROOT)))
    yield ""


def _splits() -> Iterator[str]:
    found = command("split", "--dry-run")["splits"]
    yield "### Splits"
    yield ""
    yield from _table(
        ("split", "articles", "groups", *LABELS),
        (
            (name, part["articles"], part["groups"], *(part["spans"].get(x, 0) for x in LABELS))
            for name, part in found.items()
        ),
    )


def main() -> int:
    text = SHEET.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    SHEET.write_text(before + figures() + after, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
