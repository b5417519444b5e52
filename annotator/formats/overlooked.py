"""Annotations under names that a format does not read, so that none is dropped unsaid."""

from collections.abc import Iterator, Mapping

_STARTS = frozenset(("start", "start_offset", "begin", "start_char", "char_start"))
_ENDS = frozenset(("end", "end_offset", "stop", "end_char", "char_end"))
_LABELS = frozenset(("label", "labels", "type", "entity", "tag", "category"))


def overlooked(meta: Mapping[str, object]) -> Iterator[tuple[str, int]]:
    """Keys of meta data whose values are lists of spans, each with how many these are."""
    for key, value in meta.items():
        if isinstance(value, list) and (count := sum(map(_is_span, value))):
            yield key, count


def _is_span(item: object) -> bool:
    return (
        isinstance(item, Mapping)
        and not _LABELS.isdisjoint(item)
        and any(type(item[key]) is int for key in _STARTS & item.keys())
        and any(type(item[key]) is int for key in _ENDS & item.keys())
    )
