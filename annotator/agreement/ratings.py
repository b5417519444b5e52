"""Ratings of units, reduced to their distinct patterns.

With three annotators and five values there are at most 215 patterns, however many units: the
coefficients work on those.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from annotator.agreement.given import FormError, distinct, items

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
MISSING = -1
_MOST_PATTERN_KEYS = 1 << 24


@dataclass(frozen=True, slots=True)
class Ratings:
    """`codes` (patterns, annotators) index `values`, -1 = missing; `counts` (patterns,) units."""

    annotators: tuple[str, ...]
    values: tuple[Any, ...]
    codes: Ints
    counts: Ints

    @property
    def per_unit(self) -> Ints:
        """How many values each pattern has, shape (patterns,)."""
        return np.asarray((self.codes >= 0).sum(axis=1), dtype=np.int64)

    @property
    def tally(self) -> Ints:
        """How often each value occurs in a unit of the pattern, shape (patterns, values)."""
        table = np.zeros((len(self.codes), len(self.values)), np.int64)
        rows = np.arange(len(self.codes))
        for column in self.codes.T:
            held = column >= 0
            np.add.at(table, (rows[held], column[held]), 1)
        return table

    def where(self, keep: npt.NDArray[np.bool_]) -> Ratings:
        """The same with only some patterns; values that no longer occur stay in `values`."""
        return Ratings(self.annotators, self.values, self.codes[keep], self.counts[keep])

    def without(self, annotator: int) -> Ratings:
        """The same without one annotator, given by number."""
        names = self.annotators[:annotator] + self.annotators[annotator + 1 :]
        return Ratings(names, self.values, np.delete(self.codes, annotator, axis=1), self.counts)

    @property
    def pairable(self) -> Ratings:
        """Only the units with two values or more."""
        return self.where(self.per_unit >= 2)


def read_ratings(data: Any, values: Sequence[Hashable] | None = None) -> Ratings:
    """Ratings from plain data; see `annotator.agreement` for the forms.

    `values` fixes the domain and its order; without it, it is what occurs, in sorted order.
    Raises ValueError if a value is not in the domain, or rows differ in length.
    """
    if isinstance(data, np.ndarray) and data.dtype.kind in "fiu" and values is None:
        return _from_array(data)
    names, columns = columns_of(data)
    patterns = Counter[tuple[Any, ...]]()
    try:
        patterns.update(zip(*columns, strict=True))
    except TypeError:
        distinct((value for column in columns for value in column), "A value")
        raise
    found = {value for pattern in patterns for value in pattern if not is_missing(value)}
    domain = tuple(values) if values is not None else tuple(sorted(found, key=order_of))
    code = {value: number for number, value in enumerate(domain)}
    stray = found - code.keys()
    if stray:
        raise FormError(f"The value {min(stray, key=order_of)!r} is not one of {list(domain)}.")
    codes = [
        [MISSING if is_missing(value) else code[value] for value in pattern] for pattern in patterns
    ]
    return Ratings(
        names,
        domain,
        np.array(codes, np.int64).reshape(len(patterns), len(names)),
        np.array(list(patterns.values()), np.int64),
    )


def is_missing(value: Any) -> bool:
    return value is None or value != value


def order_of(value: Any) -> tuple[bool, float, str]:
    """Numbers by size, then everything else as text."""
    if isinstance(value, int | float):
        return (False, float(value), "")
    return (True, 0.0, f"{type(value).__name__} {value}")


def columns_of(data: Any) -> tuple[tuple[str, ...], list[Sequence[Any]]]:
    """One sequence of values per annotator, all in the same order of units."""
    if isinstance(data, Mapping) and _is_units(data.get("units")):
        units = data["units"]
        names = list(map(str, data.get("annotators", ())))
        names += sorted({str(name) for unit in units for name in unit["values"]} - set(names))
        return tuple(names), [[unit["values"].get(name) for unit in units] for name in names]
    if isinstance(data, Mapping):
        names = list(map(str, data))
        rows = list(data.values())
        if any(isinstance(row, Mapping) for row in rows):
            for row in rows:
                if not isinstance(row, Mapping):
                    raise FormError(f"Ratings are a mapping from units to values, not {row!r}.")
            units = list(dict.fromkeys(unit for row in rows for unit in row))
            rows = [[row.get(unit) for unit in units] for row in rows]
        rows = [items(row, "The values of an annotator") for row in rows]
    else:
        if isinstance(data, str) or not isinstance(data, Iterable):
            raise FormError(f"Ratings are a mapping or a list of rows, not {data!r}.")
        rows = [list(items(row, "The values of an annotator")) for row in data]
        names = [f"annotator {number}" for number in range(1, len(rows) + 1)]
    if len({len(row) for row in rows}) > 1:
        raise FormError(
            "The annotators have lists of different length; use None where one has no value."
        )
    return tuple(names), rows


def _is_units(units: Any) -> bool:
    return (
        isinstance(units, Iterable)
        and not isinstance(units, str | Mapping)
        and all(isinstance(unit, Mapping) and "values" in unit for unit in units)
    )


def _from_array(array: npt.NDArray[Any]) -> Ratings:
    """From a matrix (annotators, units) of numbers, NaN = missing."""
    table = np.atleast_2d(array)
    held = np.ones(table.shape, bool) if table.dtype.kind in "iu" else ~np.isnan(table)
    low, high = (table[held].min(), table[held].max()) if held.any() else (0, 0)
    width = int(high - low) + 2 if np.isfinite(high - low) else _MOST_PATTERN_KEYS
    codes = np.full(table.shape, MISSING, np.int64)
    whole = held & (table == np.floor(table)) if table.dtype.kind == "f" else held
    if width < 1 << 16 and bool((whole == held).all()):
        codes[held] = (table[held] - low).astype(np.int64)
        occurs = np.bincount(codes[held], minlength=1) > 0
        values = np.flatnonzero(occurs) + low
        codes[held] = (np.cumsum(occurs) - 1)[codes[held]]
    else:
        values, codes[held] = np.unique(table[held], return_inverse=True)
    names = tuple(f"annotator {number}" for number in range(1, len(table) + 1))
    patterns, counts = _distinct(codes.T, len(values) + 1)
    return Ratings(names, tuple(values.tolist()), patterns, counts)


def occurring(codes: Ints) -> Ints:
    """The different ones of small numbers from 0, ascending; `np.unique` loads a package first."""
    return np.flatnonzero(np.bincount(codes.ravel(), minlength=1))


def _distinct(rows: Ints, radix: int) -> tuple[Ints, Ints]:
    """The distinct rows of codes in [-1, radix - 1) and how often each occurs."""
    width = rows.shape[1]
    if radix**width >= 1 << 62:
        found, counts = np.unique(rows, axis=0, return_counts=True)
        return found, counts.astype(np.int64)
    keys = np.zeros(len(rows), np.int64)
    for column in rows.T:
        keys = keys * radix + (column + 1)
    if radix**width <= _MOST_PATTERN_KEYS:
        tallies = np.bincount(keys, minlength=1)
        found = np.flatnonzero(tallies)
        counts = tallies[found]
    else:
        found, counts = np.unique(keys, return_counts=True)
    patterns = np.empty((len(found), width), np.int64)
    for column_number in range(width - 1, -1, -1):
        patterns[:, column_number] = found % radix - 1
        found = found // radix
    return patterns, counts.astype(np.int64)
