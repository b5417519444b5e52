"""UIMA's common analysis structure (CAS), as far as its XMI and JSON forms share it.

A CAS is a text (`Sofa`), a type system, and feature structures that refer to each other by id.
Offsets count UTF-16 units, by UIMA's specification.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from annotator.model.errors import AnnotatorError

TOP = "uima.cas.TOP"
BASE = "uima.cas.AnnotationBase"
ANNOTATION = "uima.tcas.Annotation"
DOCUMENT = "uima.tcas.DocumentAnnotation"
SOFA = "uima.cas.Sofa"
STRING = "uima.cas.String"
ARRAY = "uima.cas.FSArray"
VIEW = "_InitialView"
METADATA = "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData"
NAMED_ENTITY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
CUSTOM = "webanno.custom."
"""Where INCEpTION keeps the layers of a project."""

_BUILT_IN = {ANNOTATION: BASE, BASE: TOP, DOCUMENT: ANNOTATION}


class CasError(AnnotatorError):
    """A file that holds no CAS that can be used."""


@dataclass(frozen=True, slots=True)
class Type:
    """A type: `features` are its own, by name, with their ranges.

    An array of feature structures has the range of its elements with `[]` at the end.
    """

    name: str
    supertype: str
    features: Mapping[str, str] = field(default_factory=dict)
    description: str = ""


class Types:
    """A type system."""

    def __init__(self, types: Iterator[Type] | list[Type]) -> None:
        self.types = {item.name: item for item in types}
        self._features: dict[str, dict[str, str]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.types or name in _BUILT_IN or name.startswith("uima.cas.")

    def features(self, name: str) -> dict[str, str]:
        """The ranges of all features of a type, inherited ones included."""
        if name not in self._features:
            found: dict[str, str] = {}
            for ancestor in self._line(name):
                if ancestor in self.types:
                    found = {**self.types[ancestor].features, **found}
            self._features[name] = found
        return self._features[name]

    def is_annotation(self, name: str) -> bool:
        """Whether structures of this type have a place in the text."""
        return ANNOTATION in self._line(name)

    def is_document(self, name: str) -> bool:
        return DOCUMENT in self._line(name)

    def _line(self, name: str) -> list[str]:
        """The type and those above it; a circle, which nothing allows, ends there."""
        line = []
        while name and name not in line:
            line.append(name)
            known = self.types.get(name)
            name = known.supertype if known else _BUILT_IN.get(name, "")
        return line


@dataclass(slots=True)
class Structure:
    """A feature structure: plain `values`, and references by id in `refs` and `arrays`.

    `begin` and `end` are among the values, in UTF-16 units.
    """

    id: int
    type: str
    values: dict[str, object] = field(default_factory=dict)
    refs: dict[str, int] = field(default_factory=dict)
    arrays: dict[str, list[int]] = field(default_factory=dict)
    sofa: int | None = None
    line: int = 0

    @property
    def short_type(self) -> str:
        return self.type.rsplit(".", 1)[-1]

    def text(self, name: str) -> str:
        """A value that is a text, "" if it is none."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""


@dataclass(slots=True)
class Cas:
    """One document: its text by sofa, in the order of the file, and its structures by id.

    `members` are the ids of indexed structures; None where the file has no index.
    """

    types: Types
    sofas: dict[int, tuple[str, str | None]]
    """Name and text of each."""
    structures: dict[int, Structure]
    members: set[int] | None = None

    @property
    def main(self) -> tuple[int, str] | None:
        """The sofa to read and its text: the initial view, else the first that has a text."""
        for key, (name, text) in self.sofas.items():
            if name == VIEW and text is not None:
                return key, text
        return next(
            ((key, text) for key, (_, text) in self.sofas.items() if text is not None), None
        )
