"""The nested export: records are copied to the same bytes and counts that objects give."""

import io
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.formats import nested
from annotator.formats.exchange import Export, Sink
from annotator.formats.loss import Loss
from annotator.formats.output import Output
from annotator.formats.recorded import Fit, RecordedExport
from annotator.formats.resolve import aliases
from annotator.model.annotation import Verdict
from annotator.model.requirements import unfit
from annotator.store.base import Recorded
from annotator.store.lines import decode, encode
from annotator.store.records import Lineage, article_record, checkpoint_record, read_checkpoint
from tests.formats.dock import dock
from tests.formats.strategies import SCHEME, exports
from tests.formats.trips import read, write


class Memory(Output):
    """An output that keeps what is written."""

    def __init__(self) -> None:
        super().__init__("memory")
        self.written = io.BytesIO()

    @contextmanager
    def file(self):  # type: ignore[no-untyped-def]
        yield self.written


def lines_of(written: Iterable[Export]) -> tuple[bytes, Loss]:
    loss, output = Loss(), Memory()
    nested.write(written, Sink(output, {}, SCHEME, lambda x: f"Topic {x}", loss))
    return output.written.getvalue(), loss


def recorded(export: Export) -> Recorded:
    """As the store gives it back, from its own bytes."""
    lineage = Lineage(3, ("a" * 32,), "2031-05-04T10:00:00Z", "abcdef", "h1")
    works = tuple(
        decode(encode(checkpoint_record(work, export.article.text, lineage)).rstrip(b"\n"))
        for work in export.sets
    )
    return Recorded(orjson.loads(orjson.dumps(article_record(export.article))), works)


HARD = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@HARD
@given(exports())
def test_records_are_copied_to_the_same_bytes_and_counts(written: list[Export]) -> None:
    fit = Fit(SCHEME)
    copies = []
    for export in written:
        found = recorded(export)
        assert fit.takes_article(found.article)
        if all(map(fit.takes, found.works)):
            copies.append(RecordedExport(found, "", lambda sets: ()))
        else:
            copies.append(export)
    fast, fast_loss = lines_of(copies)
    slow, slow_loss = lines_of(written)
    assert fast == slow
    assert fast_loss.as_json() == slow_loss.as_json()


@HARD
@given(exports())
def test_a_recorded_export_is_the_export(written: list[Export]) -> None:
    for export in written:
        copy = RecordedExport(recorded(export), "dev", lambda sets: ((0, len(sets)),))
        assert copy.article == replace(export.article, text_hash=copy.article.text_hash)
        assert [work.spans for work in copy.sets] == [work.spans for work in export.sets]
        assert [work.fields for work in copy.sets] == [work.fields for work in export.sets]
        assert (copy.split, copy.excluded) == ("dev", ((0, len(export.sets)),))


@HARD
@given(exports(), st.data())
def test_what_is_taken_fits_the_scheme(written: list[Export], data: st.DataObject) -> None:
    """Also where a record was changed anywhere: taken, it can be copied and has no fault."""
    fit = Fit(SCHEME)
    for export in written:
        for work in recorded(export).works:
            changed = _changed(work, data)
            if fit.takes(changed):
                assert list(unfit(read_checkpoint(dict(changed)), SCHEME)) == []
                nested.Lines(SCHEME, str).line(article_record(export.article), changed)


def _changed(work, data):  # type: ignore[no-untyped-def]
    """One thing of a record removed or replaced."""
    work = orjson.loads(orjson.dumps(work))
    kind = data.draw(st.sampled_from(["spans", "links", "entities"]))
    if not work[kind]:
        return work
    item = data.draw(st.sampled_from(work[kind]))
    name = data.draw(st.sampled_from(sorted(item.keys() - {"id", "fragments", "text"})))
    if data.draw(st.booleans()) and name not in ("label", "type", "source"):
        del item[name]
    elif isinstance(item[name], str) and name not in ("origin", "target_kind"):
        item[name] = data.draw(st.sampled_from(["ferry", "CLAIM", "person"]))
    elif name == "attributes":
        item[name] = {"act": data.draw(st.sampled_from(["deny", "no such act", True]))}
    elif name == "flags":
        item[name] = ["no such flag"]
    return work


def test_the_shipped_words_are_taken() -> None:
    """The fast way is really gone."""
    assert all(map(Fit(SCHEME).takes, recorded(dock()).works))


def test_gold_keeps_where_it_comes_from(tmp_path: Path) -> None:
    export = dock("gold")
    (work,) = export.sets
    verdict = Verdict(
        "v1", "ada:bo:agree:s1:s1::0", "merged", ("ada/s1", "bo/s2"), ("s1",), "so", True
    )
    gold = replace(
        work,
        verdicts={"v1": verdict},
        fields={**work.fields, "sources": ("ada 0123456789abcdef",), "note": "late"},
    )
    loss = write("jsonl", tmp_path / "out.jsonl", [Export(export.article, (gold,))])
    (trip,) = read("jsonl", tmp_path / "out.jsonl")
    assert trip.work.verdicts == gold.verdicts
    assert trip.work.spans == {key: gold.spans[key] for key in trip.work.spans}
    assert {key: trip.work.links[key] for key in gold.links} == gold.links
    assert trip.work.entities == gold.entities
    assert trip.work.fields == gold.fields
    assert trip.work.annotator == "gold"
    assert not loss.left_out


def test_names_are_gathered_as_everywhere() -> None:
    export = dock()
    (work,) = export.sets
    line = orjson.loads(nested.nested_line(export.article, work, SCHEME, str))
    for entity in line["entities"]:
        assert entity["aliases"] == aliases(work, SCHEME, entity["id"], export.article.text)
        assert entity["aliases"]
    lost = replace(work, spans={**work.spans, "s1": replace(work.spans["s1"], label="LOST")})
    line = orjson.loads(nested.nested_line(export.article, lost, SCHEME, str))
    assert line["entities"][0]["aliases"] == aliases(lost, SCHEME, "e1", export.article.text)


def test_what_an_article_brought_along_is_kept() -> None:
    export = dock()
    article = replace(export.article, meta={"wire": {"desk": 7}})
    line = orjson.loads(nested.nested_line(article, export.sets[0], SCHEME, str))
    assert line["meta"] == {"wire": {"desk": 7}}
    assert "meta" not in orjson.loads(
        nested.nested_line(export.article, export.sets[0], SCHEME, str)
    )


def test_broken_links_are_left_out_and_told() -> None:
    export = dock()
    (work,) = export.sets
    cut = replace(work, spans={k: v for k, v in work.spans.items() if k != "s1"})
    data, loss = lines_of([Export(export.article, (cut,))])
    assert loss.left_out["holder links", "an end is left out or missing"] == 3
    assert all(link["target"] != "s1" for link in orjson.loads(data)["links"])
    assert not Fit(SCHEME).takes(recorded(Export(export.article, (cut,))).works[0])
