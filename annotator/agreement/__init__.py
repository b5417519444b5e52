"""Agreement between annotators on spans, labels, attributes and links.

No files and no screen: plain Python data in, a `Result` out. One entry function per family of
measures; each names its `metric`s, formulas and sources in its own docstring.

    coding(data, metric)         one value a unit: alpha, kappas, AC1/AC2, percentages
    sets(data, distance)         several labels a unit: alpha with MASI or Jaccard distance
    spans(data, metric)          F1: f1_exact, f1_iou, f1_character, f1_token
    semeval(data)                strict, exact, partial and type counts of SemEval-2013
    layers(data, unit=)          alpha of each label, by character or token
    unitizing(data, metric)      alpha_u_2004, u_alpha, bar_u_alpha, cu_alpha, ku_alpha
    gamma(data, ...)             gamma, and gamma_cat, with the best alignment (needs scipy);
                                 `alignment.positional` is its distance of two places
    opt_gamma(data, layer)       opt-gamma on spans, links or both (needs scipy)
    attributes(data, name)       an attribute, or the label, on matched spans, with coverage
    links(data, metric)          tuple, strict and matched link F1; target agreement
    entities(data, metric)       B-cubed and LEA of clusterings of mentions
    segmentation(data)           boundary similarity of flat segmentations
    dawid_skene(data)            estimated truth, error matrices and accuracies
    bootstrap(statistics)        intervals of several figures over the same articles

Data
    Units: {annotator: [value, ...]}, {annotator: {unit: value}}, [[value, ...], ...] with a row
    per annotator, a numpy matrix of that shape, or {"annotators": [...], "units":
    [{"values": {annotator: value}}]}. None, NaN or absent is missing.

    Spans: one document or several. A document is {annotator: [span, ...]} or {"annotators":
    {annotator: [span, ...]}} with any of "id", "continuum" {"begin", "length"} or "length",
    "excluded" [[start, end], ...], "text", "tokens" [[start, end], ...]. Several are a list, a
    mapping by name, or {"documents": [...]}. A span is (start, end, label), {"start", "end",
    "label"}, {"fragments" (or "spans"): [[start, end], ...], "label"}, or any object with
    `label` and `fragments`; with "id" and "attributes" where they are asked for. Offsets are
    code points, half-open [start, end).
    An annotator who is absent or None was not assigned the document: missing, not empty. An
    empty list says that nothing was found.
    What lies outside the continuum or in an excluded stretch is cut away before anything is
    computed; the share left out is in `detail["excluded_share"]`.

Results
    `Result.value` is a finite number, or None with a `reason`; never NaN. `detail` can be
    written as JSON. Degenerate data never raise; data of a wrong form raise ValueError.
    Values do not change, to the last bit, when annotators, documents or spans are reordered or
    labels renamed.

Importing this package loads nothing else; numpy is loaded at the first call (extra
`agreement`), scipy by `gamma` alone (extra `gamma`).
"""

from __future__ import annotations

import importlib
import sys

TYPE_CHECKING = False  # as in typing, which is not worth loading for it
if TYPE_CHECKING:
    from typing import Any

    from annotator.agreement.attributed import attributes
    from annotator.agreement.clustered import entities
    from annotator.agreement.coefficients import coding
    from annotator.agreement.competence import dawid_skene
    from annotator.agreement.corpus import Corpus, from_columns, read_corpus
    from annotator.agreement.gamma import gamma, gamma_cat
    from annotator.agreement.layered import layers
    from annotator.agreement.linked import links
    from annotator.agreement.raw_gamma import opt_gamma
    from annotator.agreement.result import Result
    from annotator.agreement.segmented import segmentation
    from annotator.agreement.setvalued import sets
    from annotator.agreement.shared_task import semeval
    from annotator.agreement.spanwise import spans
    from annotator.agreement.statistics import Statistics, bootstrap
    from annotator.agreement.unitised import unitizing

_HOME = {
    "Corpus": "corpus",
    "Result": "result",
    "Statistics": "statistics",
    "attributes": "attributed",
    "bootstrap": "statistics",
    "coding": "coefficients",
    "dawid_skene": "competence",
    "entities": "clustered",
    "from_columns": "corpus",
    "gamma": "gamma",
    "gamma_cat": "gamma",
    "layers": "layered",
    "links": "linked",
    "opt_gamma": "raw_gamma",
    "read_corpus": "corpus",
    "segmentation": "segmented",
    "semeval": "shared_task",
    "sets": "setvalued",
    "spans": "spanwise",
    "unitizing": "unitised",
}

__all__ = [
    "Corpus",
    "Result",
    "Statistics",
    "attributes",
    "bootstrap",
    "coding",
    "dawid_skene",
    "entities",
    "from_columns",
    "gamma",
    "gamma_cat",
    "layers",
    "links",
    "opt_gamma",
    "read_corpus",
    "segmentation",
    "semeval",
    "sets",
    "spans",
    "unitizing",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(type(sys)):  # type: ignore[misc]
    """Keeps the function `gamma` in reach when the module of that name has been imported."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOME and isinstance(value, type(sys))):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
