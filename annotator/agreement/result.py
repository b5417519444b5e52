"""What every measure returns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

REASONS = {
    "fewer_than_two_annotators": "no document was done by two annotators",
    "not_two_annotators": "not two annotators",
    "missing_values": "a plain Fleiss kappa is undefined when ratings are missing",
    "no_pairable_values": "no unit has two values",
    "no_variation": "only one value was used",
    "no_units": "nobody marked anything",
    "no_gaps": "the whole text was marked by everyone",
    "no_intersecting_units": "no unit of one annotator meets a unit of another",
    "no_continuum": "the length of the text is not given",
    "no_tokens": "neither the tokens nor the text are given",
    "overlapping_labels": "units of different labels overlap within one annotator",
    "no_matched_spans": "no span of one annotator matches a span of another",
    "no_links": "nobody drew a link",
    "no_matched_heads": "no linked span of one annotator matches one of another",
    "no_mentions": "nobody grouped any mention",
    "no_boundaries": "nobody placed a boundary",
    "different_lengths": "the segmentations cover texts of different length",
    "no_documents": "there is no document",
}


@dataclass(frozen=True, slots=True)
class Result:
    """A figure, or why there is none.

    `value` is a finite number or None; where it is None, `reason` is a key of `REASONS`.
    `detail` holds what the figure rests on (n, observed, expected, coverage, by label, ...) in
    plain dicts, lists, numbers, strings and None: it can be written as JSON as it is.
    """

    value: float | None
    reason: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    metric: str = ""

    @property
    def words(self) -> str:
        """The reason as a sentence for a reader; empty where there is a value."""
        return REASONS.get(self.reason, self.reason)

    def to_dict(self) -> dict[str, Any]:
        return {
            "metric": self.metric,
            "value": self.value,
            "reason": self.reason or None,
            "detail": self.detail,
        }


def undefined(metric: str, reason: str, **detail: Any) -> Result:
    """A result without a value."""
    return Result(None, reason, plain(detail), metric)


def defined(metric: str, value: Any, **detail: Any) -> Result:
    """A result with a value; a number that is not finite is a mistake of ours, never shown."""
    number = float(value)
    if not math.isfinite(number):
        raise ArithmeticError(f"{metric} came out as {number}; please report this.")
    return Result(number, "", plain(detail), metric)


def plain(value: Any) -> Any:
    """`value` as JSON can hold it: keys as text, arrays as lists, NaN as None."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return str(value)
