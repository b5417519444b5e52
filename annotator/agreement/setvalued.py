"""Alpha for units that each got any number of labels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import numpy as np

from annotator.agreement.coefficients import steady_sum
from annotator.agreement.coincidences import set_distance
from annotator.agreement.given import FormError, distinct, items
from annotator.agreement.ratings import Floats, read_ratings
from annotator.agreement.result import Result, defined, undefined

SetDistance = Literal["masi", "jaccard"]


def sets(data: Any, distance: SetDistance = "masi") -> Result:
    """Krippendorff's alpha for set values.

    `data`: as for `coding`, each value a list or set of labels; [] is the empty set, None (or
    absent) is missing. With J = |A & B| / |A | B|, the distance is 1 - J (`jaccard`), or
    1 - J M with M = 1 for equal sets, 2/3 where one holds the other, 1/3 where they only
    overlap, 0 where they are disjoint (`masi`, Passonneau 2006). Two empty sets are 0 apart.

    `detail`: observed and expected disagreement, share of equal sets, and alpha nominal of each
    label by itself (`by_label`). Undefined: `no_pairable_values`, `no_variation`.
    """
    ratings = read_ratings(_frozen(data)).pairable
    metric = f"alpha_{distance}"
    if not len(ratings.counts):
        return undefined(metric, "no_pairable_values", units=0)
    apart = _distances([set(value) for value in ratings.values], distance)
    totals = (ratings.tally * ratings.counts[:, None]).sum(axis=0)
    n = int(totals.sum())
    m = ratings.per_unit
    between = np.zeros(len(m))
    equal = np.zeros(len(m), np.int64)
    for first in range(len(ratings.annotators)):
        for second in range(first):
            a, b = ratings.codes[:, first], ratings.codes[:, second]
            both = (a >= 0) & (b >= 0)
            between += np.where(both, apart[a, b], 0.0)
            equal += both & (a == b)
    observed = steady_sum(2.0 * between * ratings.counts / (m - 1)) / n
    expected = steady_sum(np.outer(totals, totals) * apart) / (n * (n - 1))
    facts = {
        "distance": distance,
        "units": int(ratings.counts.sum()),
        "n": n,
        "observed": observed,
        "expected": expected,
        "equal_sets": int((equal * ratings.counts).sum())
        / int((m * (m - 1) // 2 * ratings.counts).sum()),
        "by_label": _by_label(data),
    }
    if expected <= 0:
        return undefined(metric, "no_variation", **facts)
    return defined(metric, 1.0 - observed / expected, **facts)


def _distances(values: list[set[Any]], name: str) -> Floats:
    return np.array([[set_distance(a, b, name) for b in values] for a in values])


def _frozen(data: Any) -> Any:
    """The same data with every set made hashable; labels in a fixed order."""
    return _each(data, _labels)


def _labels(value: Any) -> tuple[Any, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise FormError(f"A value is a list or set of labels, not {value!r}.")
    return tuple(sorted(distinct(value, "A label"), key=str))


def _each(data: Any, change: Any) -> Any:
    def one(value: Any) -> Any:
        gap = value is None or (isinstance(value, float) and math.isnan(value))
        return None if gap else change(value)

    if isinstance(data, Mapping) and isinstance(data.get("units"), list):
        units = [
            {"values": {name: one(value) for name, value in (unit.get("values") or {}).items()}}
            for unit in data["units"]
        ]
        return {**data, "units": units}
    if isinstance(data, Mapping):
        return {
            name: {unit: one(value) for unit, value in row.items()}
            if isinstance(row, Mapping)
            else [one(value) for value in items(row, "The values of an annotator")]
            for name, row in data.items()
        }
    return [
        [one(value) for value in items(row, "The values of an annotator")]
        for row in items(data, "Ratings")
    ]


def _by_label(data: Any) -> dict[str, float | None]:
    from annotator.agreement.coefficients import coding

    labels = {label for value in read_ratings(_frozen(data)).values for label in value}
    return {
        str(label): coding(_each(data, lambda value, label=label: label in value)).value
        for label in sorted(labels, key=str)
    }
