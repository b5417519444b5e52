"""The README.md of a data set: a header for machines, then what people must know before use."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from annotator.formats.croissant import Shard
from annotator.formats.exchange import Sink
from annotator.model.annotation import AnnotationSet
from annotator.model.article import Article

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (10**6, "100K<n<1M"))
_ORIGINS = {
    "manual": "made by hand",
    "suggested": "proposed by a program and taken as they were",
    "edited": "proposed by a program, then changed by hand",
    "imported": "read from a file; the program does not know who or what made them",
    "copied": "copied from another's work",
}


class Tally:
    """Counts for a card, kept while rows are written."""

    def __init__(self) -> None:
        self.sets: Counter[str] = Counter()
        self.spans: dict[str, Counter[str]] = {}
        self.links: Counter[str] = Counter()
        self.languages: set[str] = set()
        self.people: dict[str, Counter[str]] = {}
        self.states: Counter[str] = Counter()
        self._articles: dict[str, set[str]] = {}

    def add(self, split: str, article: Article, work: AnnotationSet) -> None:
        self.sets[split] += 1
        self._articles.setdefault(split, set()).add(article.id)
        self.languages.update([article.language] if article.language else [])
        labels = self.spans.setdefault(split, Counter())
        origins = self.people.setdefault(work.annotator, Counter())
        for span in work.spans.values():
            labels[span.label] += 1
            origins[span.origin] += 1
        self.links.update(link.type for link in work.links.values())
        self.states[work.status] += 1

    def articles(self, split: str) -> int:
        return len(self._articles.get(split, ()))


def card(
    tally: Tally, shards: Sequence[Shard], sink: Sink, licence: str, machines: Sequence[str]
) -> str:
    """The text of the card; `machines` are annotators of whom it is known that they are models."""
    name = str(sink.about.get("name") or "annotations")
    splits = list(dict.fromkeys(shard.split for shard in shards))
    parts = [
        _front_matter(tally, splits, name, licence, machines),
        f"# {name}\n\nNews articles with marked spans, links between them, and entities, under the"
        f" scheme {sink.scheme.id}. One row is one annotator's work on one article.",
        _structure(tally, splits),
        _fields(),
        _splits(sink.about, splits),
        _annotation(tally, sink.about, machines),
        _agreement(sink.about),
        _losses(sink),
        "## Licence\n\n"
        + (
            "Not stated; ask before use. News texts often are not the annotators' to give."
            if licence == "unknown"
            else f"{licence}, as stated by who made this export."
        ),
        '## Use\n\n```python\nfrom datasets import load_dataset\n\ndata = load_dataset("FOLDER")\n'
        'row = data["train"][0]\nspan = row["spans"][0]\n'
        'assert row["text"][span["start"]:span["end"]]\n```',
    ]
    return "\n\n".join(parts) + "\n"


def _front_matter(
    tally: Tally, splits: Sequence[str], name: str, licence: str, machines: Sequence[str]
) -> str:
    rows = sum(tally.sets.values())
    size = next((text for limit, text in _SIZES if rows < limit), "n>1M")
    creators = []
    if any(person not in machines for person in tally.people):
        creators.append("expert-generated")
    if any(person in machines for person in tally.people):
        creators.append("machine-generated")
    lines = [
        "---",
        f"pretty_name: {json.dumps(name, ensure_ascii=False)}",
        f"license: {json.dumps(licence)}",
        *_yaml_list("language", sorted({code.split("-")[0] for code in tally.languages})),
        *_yaml_list("annotations_creators", creators),
        *_yaml_list("task_categories", ["token-classification"]),
        *_yaml_list("tags", ["attribution", "claims", "stance", "news"]),
        *_yaml_list("size_categories", [size]),
        "configs:",
        "- config_name: default",
        "  data_files:",
    ]
    for split in splits:
        lines += [f"  - split: {json.dumps(split)}", f"    path: data/{split}-*.parquet"]
    return "\n".join([*lines, "---"])


def _yaml_list(key: str, values: Iterable[str]) -> list[str]:
    items = [f"- {json.dumps(value, ensure_ascii=False)}" for value in values]
    return [f"{key}:", *items] if items else []


def _structure(tally: Tally, splits: Sequence[str]) -> str:
    labels = sorted({label for counts in tally.spans.values() for label in counts})
    rows = [
        ["articles", *(f"{tally.articles(split):,}" for split in splits)],
        ["rows", *(f"{tally.sets[split]:,}" for split in splits)],
    ]
    for label in labels:
        counts = (tally.spans.get(split, Counter())[label] for split in splits)
        rows.append([f"{label} spans", *(f"{count:,}" for count in counts)])
    links = ", ".join(f"{type_} {count:,}" for type_, count in sorted(tally.links.items()))
    return (
        "## What is in it\n\n"
        + _table(["", *splits], rows)
        + (f"\n\nLinks: {links}." if links else "\n\nNo links.")
    )


def _fields() -> str:
    return """## Columns

Offsets are Unicode code points, from 0, the end not included, into `text` exactly as it stands; in
Python `text[start:end]`. `text_sha256` is that of its UTF-8 bytes.

- `id`, `headline`, `source`, `published`, `url`, `language`, `meta` (JSON): the article.
- `annotator`, `status`, `skip_reason`, `flags`, `note`, `scheme`: whose work it is, and its state.
- `spans`: `label`, `start`, `end`, `fragments` (more than one pair if it is discontinuous), `text`,
  `attributes` (null: not said), `more_attributes` (JSON: what has no column), `flags`, `note`,
  `origin`.
- `links`: from a span, `source`, to `target`, which is a span, an entity or a topic
  (`target_kind`).
- `entities` with the forms that name them (`aliases`); `topics` that are used.
- `fields`, `more_fields` (JSON): what was said of the article as a whole.
- `excluded`: ranges that are no body text.
- `sources`, `verdicts`: of adjudicated work, whose it was and what was decided."""


def _splits(about: Mapping[str, object], splits: Sequence[str]) -> str:
    method = about.get("splits")
    said = _said(method) if method else ""
    if not said:
        said = (
            "There are none: everything is in `train`."
            if list(splits) == ["train"]
            else "As the project's `splits.jsonl` says."
        )
    return f"## Splits\n\n{said}"


def _annotation(tally: Tally, about: Mapping[str, object], machines: Sequence[str]) -> str:
    rows = []
    for person, origins in sorted(tally.people.items()):
        made = sum(origins.values())
        who = "model" if person in machines else "not stated to be a model"
        how = ", ".join(f"{count:,} {origin}" for origin, count in sorted(origins.items()))
        rows.append([person, who, f"{made:,}", how or "none"])
    used = sorted({origin for origins in tally.people.values() for origin in origins})
    states = ", ".join(f"{state} {count:,}" for state, count in sorted(tally.states.items()))
    chosen = {
        key: value
        for key, value in about.items()
        if key not in ("name", "splits", "agreement") and value not in ("", None, [], (), False)
    }
    parts = [
        "## Annotation",
        _table(["annotator", "is a", "spans", "by origin"], rows) if rows else "Nobody's work.",
        "\n".join(f"- {origin}: {_ORIGINS[origin]}." for origin in used),
        "Passes by models were not made by people, and are not gold." if machines else "",
        f"State of the rows: {states}." if states else "",
        f"What was exported:\n\n{_said(chosen)}" if chosen else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _agreement(about: Mapping[str, object]) -> str:
    figures = about.get("agreement")
    said = _said(figures) if figures else "No figures were given to this export; see"
    said += "" if figures else " `annotator agreement`."
    return f"## Agreement\n\n{said}"


def _losses(sink: Sink) -> str:
    rows = [list(row) for row in sink.loss.table() if row[0] != "carried"]
    if not rows:
        return "## Left out\n\nNothing that was asked for was changed or left out."
    return "## Left out\n\n" + _table(["", "count", "what", "how or why"], rows)


def _said(value: object) -> str:
    """Facts as a table if they are rows of named values, else as a list."""
    if isinstance(value, Mapping):
        return "\n".join(
            f"- {str(key).replace('_', ' ')}: {_inline(item)}" for key, item in value.items()
        )
    if isinstance(value, Sequence) and not isinstance(value, str):
        if value and all(isinstance(item, Mapping) for item in value):
            names = list(dict.fromkeys(name for item in value for name in item))
            return _table(
                names, [[_inline(item.get(name, "")) for name in names] for item in value]
            )
        return "\n".join(f"- {_inline(item)}" for item in value)
    return str(value)


def _inline(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_inline(item) for item in value)
    return str(value)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; bars and line ends in cells are made harmless."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in line) + " |"
        for line in lines
    )
