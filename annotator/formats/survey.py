"""What files hold, counted by name before anything is imported, and the draft of a map from it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from annotator.formats.exchange import ForeignDocument, ForeignSet
from annotator.formats.translating import nearly
from annotator.model.annotation import AnnotationSet
from annotator.model.scheme import Scheme

_VALUES = 20
"""How many values of an attribute are kept; more are no list to choose from."""


class Survey:
    """Counts over foreign documents; memory grows with the number of names only."""

    def __init__(self) -> None:
        self.documents = 0
        self.annotators: set[tuple[str, bool]] = set()
        """Names, each with whether it is a machine's."""
        self.nameless = 0
        """How many people a document has at most whom the file does not name."""
        self.labels: Counter[str] = Counter()
        self.attributes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self.links: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        """By type, the labels (or "an entity", "a topic") of both ends."""
        self.fields: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, document: ForeignDocument) -> None:
        self.documents += 1
        nameless = sum(not (x.annotator or x.suggested) for x in document.sets)
        self.nameless = max(self.nameless, nameless)
        for foreign in document.sets:
            self.annotators.add((foreign.annotator, foreign.suggested))
            self._add(foreign)

    def _add(self, foreign: ForeignSet) -> None:
        labels = {}
        for span in foreign.spans:
            labels[span.id] = span.label
            self.labels[span.label] += 1
            for name, value in span.attributes.items():
                self._count(self.attributes[span.label, name], value)
        for link in foreign.links:
            end = {"entity": "an entity", "topic": "a topic"}.get(link.target_kind)
            ends = labels.get(link.source, "?"), end or labels.get(link.target, "?")
            self.links[link.type][ends] += 1
        for name, value in foreign.fields.items():
            if name not in AnnotationSet.RESERVED_FIELDS:
                self._count(self.fields[name], value)

    def _count(self, counter: Counter[str], value: object) -> None:
        for item in value if isinstance(value, tuple) else (value,):
            text = str(item).lower() if isinstance(item, bool) else str(item)[:60]
            if text in counter or len(counter) <= _VALUES:
                counter[text] += 1


def draft_map(found: Survey, scheme: Scheme) -> str:
    """A label map as far as names are alike, as TOML with a comment on every name."""
    each = scheme.labels.values()
    attributes = list(dict.fromkeys(item.name for label in each for item in label.attributes))
    links = list(dict.fromkeys(item.name for label in each for item in label.links))
    parts = [
        '# Give every name of the file one of the scheme, or "" to leave it out.',
        "# Lines with # before them say nothing yet; what has no line is refused and counted.",
        "",
        "[labels]",
        f"# one of: {', '.join(scheme.labels)}",
        *_lines(((name, f"{n:,} spans") for name, n in _by_name(found.labels)), scheme.labels),
        "",
        "[attributes]",
        f"# one of: {', '.join(attributes)};",
        '# or { attribute = "...", values = { theirs = "ours" } };',
        '# or { link = "holder", to = "entity" } for names of entities',
        *_lines(
            (
                (f"{label}.{name}", _listed(values))
                for (label, name), values in sorted(found.attributes.items())
            ),
            attributes,
        ),
        "",
        "[links]",
        f"# one of: {', '.join(links)};",
        '# or { link = "...", reverse = true }; or { link = "ref", to = "entity" }',
        *_lines(
            (
                (name, "; ".join(f"{n:,} {a} to {b}" for (a, b), n in ends.most_common(4)))
                for name, ends in sorted(found.links.items())
            ),
            links,
        ),
        "",
        "[fields]",
        f"# one of: {', '.join(item.name for item in scheme.fields)}",
        *_lines(
            ((name, _listed(values)) for name, values in sorted(found.fields.items())),
            [item.name for item in scheme.fields],
        ),
        "",
        "[annotators]",
        "# whose work it is to be, by the file's name for them",
        *(
            f'# {_quoted(name)} = ""' + ("   # predictions" if machine else "")
            for name, machine in sorted(found.annotators)
            if name
        ),
    ]
    return "\n".join(parts) + "\n"


def _by_name(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _lines(names: Iterable[tuple[str, str]], known: Iterable[str]) -> Iterator[str]:
    """A line a name: with ours if it is the same but for its spelling, else to be filled in."""
    ours = list(known)
    folded = {name.casefold(): name for name in ours}
    for name, about in names:
        short = name.rpartition(".")[2]
        same = name if name in ours else short if short in ours else nearly(short, ours)
        if same:
            yield f"{_quoted(name)} = {_quoted(same)}   # {about}"
            continue
        close = get_close_matches(short.casefold(), folded, n=1, cutoff=0.5)
        maybe = f"; {folded[close[0]]}?" if close else ""
        yield f'# {_quoted(name)} = ""   # {about}{maybe}'


def _listed(values: Counter[str]) -> str:
    shown = ", ".join(f"{_quoted(value)} {n:,}" for value, n in values.most_common(6))
    return shown + (", ..." if len(values) > 6 else "")


def _quoted(name: str) -> str:
    """A TOML basic string."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(x if x.isprintable() else f"\\U{ord(x):08x}" for x in escaped) + '"'
