"""What a data card says of an export: how it was chosen, its splits, and how far people agreed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import cache
from importlib.util import find_spec

from annotator.project import Project
from annotator.store.splits import read_splits

Facts = Mapping[str, object]


class CardFacts(Facts):
    """Facts by name. Figures of agreement take a while, so they are computed when asked for."""

    def __init__(self, known: Facts, later: Mapping[str, Callable[[], object]]) -> None:
        self._known = known
        self._later = {name: cache(compute) for name, compute in later.items()}

    def __getitem__(self, name: str) -> object:
        return self._later[name]() if name in self._later else self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*self._known, *self._later))

    def __len__(self) -> int:
        return len(self._known) + len(self._later)


def splits_of(project: Project) -> Facts:
    """How the splits were made; empty if there are none."""
    settings = read_splits(project.root).settings
    return {} if settings is None else {k: v for k, v in asdict(settings).items() if v}


def agreement_of(project: Project) -> list[Facts]:
    """One row a figure, of finished work that two or more did; none without numpy."""
    if find_spec("numpy") is None:
        return []
    from annotator.agreement.panel import panel
    from annotator.agreement.reading import read_documents
    from annotator.agreement.report import FAMILIES, MEASURES, number
    from annotator.agreement.works import Options

    documents, refused = read_documents(project.store)
    found = panel(documents, project.scheme, Options(replicates=0), refused=refused)
    return [
        {
            "figures": FAMILIES.get(row.family, row.family),
            "of": row.layer,
            "measure": MEASURES.get(row.measure, row.measure),
            "value": number(row.value) if row.value is not None else row.reason.replace("_", " "),
            row.unit: row.n,
        }
        for row in found.rows
        if found.articles and row.family in ("spans", "attributes", "links", "entities", "fields")
    ]
