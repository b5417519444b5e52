"""Alpha as a function of a table of coincidences, which adds up over articles."""

from __future__ import annotations

from typing import Any

import numpy as np

from annotator.agreement.ratings import Floats
from annotator.agreement.statistics import ratio, steady


def alpha_of(table: Floats, values: tuple[Any, ...], level: str) -> Floats:
    """Krippendorff's alpha of coincidences (..., V, V); NaN where nothing varies.

    `level` nominal, ordinal (by the order of `values`), interval, ratio, or the distance of
    sets, masi or jaccard.
    """
    n_c = table.sum(axis=-1)
    n = n_c.sum(axis=-1)
    apart = _apart(n_c, values, level)
    observed = steady((table * apart).reshape(*n.shape, -1))
    chance = n_c[..., :, None] * n_c[..., None, :] * apart
    return np.asarray(1.0 - ratio((n - 1) * observed, steady(chance.reshape(*n.shape, -1))))


def set_distance(a: set[Any] | frozenset[Any], b: set[Any] | frozenset[Any], name: str) -> float:
    """How far two sets are apart, in [0, 1]."""
    if a == b:
        return 0.0
    shared = len(a & b)
    jaccard = shared / len(a | b)
    if name == "jaccard":
        return 1.0 - jaccard
    if name == "masi":
        return 1.0 - jaccard * (2 / 3 if a < b or b < a else 1 / 3) if shared else 1.0
    raise ValueError(f"There is no distance {name!r}; take masi or jaccard.")


def _apart(n_c: Floats, values: tuple[Any, ...], level: str) -> Floats:
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    if level in ("masi", "jaccard"):
        sets = [set(value) for value in values]
        return np.array([[set_distance(a, b, level) for b in sets] for a in sets])
    if level == "ordinal":
        place = np.cumsum(n_c, axis=-1) - n_c / 2.0
        return np.asarray((place[..., :, None] - place[..., None, :]) ** 2)
    if level not in ("interval", "ratio"):
        raise ValueError(f"There is no level {level!r}.")
    try:
        number = np.array([float(value) for value in values])
    except (TypeError, ValueError):
        raise ValueError(f"The {level} level needs values that are numbers.") from None
    gap, total = number[:, None] - number, number[:, None] + number
    if level == "ratio":
        gap = np.divide(gap, total, out=np.zeros_like(gap), where=total != 0)
    return np.asarray(gap**2)
