"""Which formats there are. Others can be added by entry point, group `annotator.formats`.

A format is a module with a `FORMAT`; nothing of it is loaded before it is asked for, and the
libraries it needs not before it reads or writes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from annotator.formats.capability import Capability
from annotator.formats.exchange import Export, ForeignDocument, Sink, Source
from annotator.model.errors import AnnotatorError

GROUP = "annotator.formats"


@dataclass(frozen=True, slots=True)
class Option:
    """Something a user may say about a format, `--set name=value`.

    `values` are the allowed ones, empty for any text.
    """

    name: str
    help: str
    default: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """One format: what it is, what it can carry, how it is read and written (None: it is not).

    `read` yields documents and counts in `source.loss` what it refuses; it raises AnnotatorError
    only if nothing of the file can be used. `write` takes the exports as a stream and writes
    through `sink.output`. `suffix` is that of the file to write, "" for a folder. `knows` says
    whether a file, by its path and first bytes, looks like this format; it must be sure, not hope.
    """

    name: str
    title: str
    capability: Capability
    read: Callable[[Source], Iterator[ForeignDocument]] | None = None
    write: Callable[[Iterable[Export], Sink], None] | None = None
    suffix: str = ""
    options: tuple[Option, ...] = ()
    extra: str = ""
    knows: Callable[[Path, bytes], bool] | None = None
    fills: bool = False
    """Attributes the file does not give are computed by the scheme's rules at import."""

    def settle(self, given: Mapping[str, str]) -> dict[str, str]:
        """All options, defaults filled in. Raises AnnotatorError for an unknown one or value."""
        known = {option.name: option for option in self.options}
        for name, value in given.items():
            if name not in known:
                close = get_close_matches(name, known, n=1)
                remedy = (
                    f"did you mean {close[0]}?"
                    if close
                    else f"it has {', '.join(known) or 'none'}."
                )
                raise AnnotatorError(f"Format {self.name} has no option {name}; {remedy}")
            allowed = known[name].values
            if allowed and value not in allowed:
                raise AnnotatorError(
                    f"Option {name} of format {self.name} cannot be {value!r};"
                    f" it is one of {', '.join(allowed)}."
                )
        return {name: given.get(name, option.default) for name, option in known.items()}


# In the order in which files of unknown format are shown to them.
_MODULES = {
    "jsonl": "nested",
    "flat": "flat",
    "brackets": "brackets",
    "brat": "brat",
    "doccano": "doccano",
    "label-studio": "label_studio",
    "prodigy": "prodigy",
    "xmi": "xmi",
    "cas-json": "cas_json",
    "webanno-tsv": "webanno_tsv",
    "w3c": "w3c",
    "bdoc": "bdoc",
    "conll": "conll",
    "spacy": "docbin",
    "hf": "hugging_face",
    "parc": "parc",
    "mpqa": "mpqa",
    "newsclaims": "newsclaims",
    "quotebank": "quotebank",
    "rows": "rows",
    "semeval": "semeval",
    "csv": "tables",
    "chat": "chat",
}


def names() -> list[str]:
    """The names of all formats, ours first."""
    return [*_MODULES, *sorted(_foreign().keys() - _MODULES.keys())]


def get(name: str) -> Format:
    """A format by name. Raises AnnotatorError if there is none, or it cannot be loaded."""
    if name in _MODULES:
        found: Format = import_module(f"annotator.formats.{_MODULES[name]}").FORMAT
        return found
    point = _foreign().get(name)
    if point is None:
        close = get_close_matches(name, names(), n=1)
        remedy = f"did you mean {close[0]}?" if close else f"there are: {', '.join(names())}."
        raise AnnotatorError(f"There is no format {name!r}; {remedy}")
    try:
        loaded = point.load()
    except Exception as error:
        raise AnnotatorError(
            f"Format {name} of {point.value} cannot be loaded ({error}); reinstall its package."
        ) from error
    if not isinstance(loaded, Format):
        raise AnnotatorError(f"{point.value}, which should be format {name}, is not a Format.")
    return loaded


def guess(path: Path) -> Format | None:
    """The one format that knows this file or folder, or None."""
    head = b""
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(65536)
    for name in names():
        found = get(name)
        if found.read is not None and found.knows is not None and found.knows(path, head):
            return found
    return None


def _foreign() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}
