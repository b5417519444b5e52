"""The law of formats: what is written and read again is what the capability says, and every loss
is counted.

A format whose offsets are tokens or which holds no text has tests of its own, and so have those
that hold other records than ours.
"""

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.formats import registry
from annotator.formats.capability import Capability, reduced
from annotator.formats.decoding import clean
from annotator.formats.exchange import Export, Sink, Source
from annotator.formats.fitting import fit
from annotator.formats.loss import Loss
from annotator.formats.output import Output
from annotator.formats.registry import Format
from annotator.model.annotation import AnnotationSet, Entity, Link, Span
from annotator.model.article import Article, hash_text
from tests.formats.strategies import SCHEME, exports

SAID = {"doccano": {"unit": "utf-16"}}
"""What a user must say at import, because the file does not."""

CONVERTING = ("parc",)
"""Formats whose records are made of ours, and not one for one."""


VIEWS = frozenset(("parc",))
"""Formats that hold a part of the work that their capability cannot tell: attributions only."""


def lawful() -> list[str]:
    """The formats that can be written and read, and hold text and places."""
    return [name for name in registry.names() if _is_lawful(registry.get(name))]


def _is_lawful(form: Format) -> bool:
    can = form.capability
    places = can.text and can.unit in ("code points", "utf-16")
    return bool(form.read and form.write and places and form.name not in VIEWS)


@pytest.mark.parametrize("name", lawful())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_what_is_read_is_what_was_written(name: str, data: st.DataObject) -> None:
    form = registry.get(name)
    written = data.draw(exports())
    expected = Loss()
    kept = [(one.article.text, reduced(work, form.capability, expected))
            for one in written for work in one.sets]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"out{form.suffix}")
        told = write(form, written, path)
        back, misfits = read(form, written, path)
    named = form.capability.annotators
    assert Counter(text_and_state(*one, form.capability, named) for one in back) == Counter(
        text_and_state(*one, form.capability, named) for one in kept
    )
    assert +told.left_out == +expected.left_out
    assert {key: told.changed[key] for key in +expected.changed} == +expected.changed
    assert {k: n for k, n in told.carried.items() if n and k in expected.carried} == {
        k: n for k, n in expected.carried.items() if n
    }
    assert not misfits.left_out
    assert not misfits.changed


def write(form: Format, written: list[Export], path: Path) -> Loss:
    assert form.write is not None
    loss = Loss()
    output = Output(str(path))
    sink = Sink(output, form.settle({}), SCHEME, lambda topic: f"Topic {topic}", loss)
    with output.committed():
        form.write(iter(written), sink)
    return loss


def read(
    form: Format, written: list[Export], path: Path
) -> tuple[list[tuple[str, AnnotationSet]], Loss]:
    assert form.read is not None
    loss = Loss()
    articles = {one.article.text: one.article for one in written}
    options = form.settle(SAID.get(form.name, {}))
    found = []
    for document in form.read(Source(path, options, SCHEME, loss)):
        article = articles[clean(document.text or "").text]
        for foreign in document.sets:
            fitted = fit(document, foreign, article, foreign.annotator, SCHEME, loss)
            found.append((article.text, fitted))
    return found, loss


def text_and_state(
    text: str, work: AnnotationSet, can: Capability, named: bool
) -> tuple[object, ...]:
    """A set as a value to compare: by ids where the format keeps them, else by what they name."""
    spans = {key: repr(_span(work, key, can)) for key in work.spans}
    entities = {key: repr(_entity(entity, can, work)) for key, entity in work.entities.items()}
    by_rank: dict[tuple[str, str], list[Link]] = {}
    for link in work.links.values():
        by_rank.setdefault((spans[link.source], link.type), []).append(link)
    links = []
    for (source, type_), group in by_rank.items():
        ends = [
            (
                link.source if can.ids else "",
                link.order if can.order else 0,
                link.target_kind,
                {"span": spans, "entity": entities}.get(link.target_kind, {}).get(
                    link.target, link.target
                ),
                link.id if can.ids else "",
                link.origin if can.remarks else "",
            )
            for link in group
        ]
        links.append((source, type_, tuple(sorted(ends))))
    fields = {k: v for k, v in work.fields.items() if k not in AnnotationSet.RESERVED_FIELDS}
    state: tuple[object, ...] = ()
    if can.state:
        reason = str(work.fields.get("skip_reason", ""))
        state = (work.status, reason, work.flags, work.note)
    return (
        text,
        work.annotator if named else "",
        tuple(sorted(spans.values())),
        tuple(sorted(links)),
        tuple(sorted(entities.values())),
        tuple(sorted(fields.items())) if can.fields else (),
        state,
    )


def _span(work: AnnotationSet, key: str, can: Capability) -> tuple[object, ...]:
    span = work.spans[key]
    attributes = tuple(sorted(span.attributes.items()))
    origin = span.origin if can.remarks else "imported"
    name = key if can.ids else ""
    return name, span.label, span.fragments, attributes, span.flags, span.note, origin


def _entity(entity: Entity, can: Capability, work: AnnotationSet) -> tuple[object, ...]:
    home = entity.affiliation
    if not can.ids and home in work.entities:
        home = work.entities[home].name
    name = entity.id if can.ids else ""
    return name, entity.name, entity.type, entity.naming, home, entity.kb, entity.note


@pytest.mark.parametrize("name", [x for x in registry.names() if registry.get(x).write])
def test_a_written_file_is_taken_for_no_other_format(name: str, tmp_path: Path) -> None:
    form = registry.get(name)
    text = "Mayor Osk said it rains.\n\nHolm agreed."
    article = Article("a1", text, hash_text(text))
    spans = {"s1": Span("s1", "SPEAKER", ((0, 9),)), "s2": Span("s2", "CLAIM", ((15, 23),))}
    links = {"l3": Link("l3", "holder", "s2", "s1")}
    work = AnnotationSet("a1", article.text_hash, "ada", SCHEME.id, spans, links)
    path = tmp_path / f"out{form.suffix}"
    write(form, [Export(article, (work,))], path)
    guessed = registry.guess(path)
    assert guessed is None or guessed.name == name
