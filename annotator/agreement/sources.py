"""Which sets gold was made of, so that a later change of one is noticed."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from annotator.model.annotation import AnnotationSet


def changed_since(gold: AnnotationSet, works: Iterable[AnnotationSet]) -> list[str]:
    """Whose work is not what it was when gold was made of it."""
    before = dict(source.rsplit(" ", 1) for source in recorded(gold))
    now = {work.annotator: digest_of(work) for work in works}
    return [name for name, digest in now.items() if before.get(name, digest) != digest]


def recorded(gold: AnnotationSet) -> tuple[str, ...]:
    """Name and digest of each set that gold was made of."""
    value = gold.fields.get("sources", ())
    return tuple(item for item in value if " " in item) if isinstance(value, tuple) else ()


def digest_of(work: AnnotationSet) -> str:
    """What a set says, as 16 digits; its status, times and notes do not count."""
    said = (
        sorted(
            repr((s.id, s.label, s.fragments, sorted(s.attributes.items())))
            for s in work.spans.values()
        ),
        sorted(repr((x.source, x.type, x.order, x.target)) for x in work.links.values()),
        sorted(map(repr, work.entities.values())),
        sorted((k, v) for k, v in work.fields.items() if k not in AnnotationSet.RESERVED_FIELDS),
    )
    return sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()[:16]
