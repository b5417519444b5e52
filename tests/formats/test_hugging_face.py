"""Other people's libraries load the data set, all splits have one schema, and the card tells."""

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import datasets
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotator.formats import registry
from annotator.formats.exchange import Export, Sink
from annotator.formats.loss import Loss
from annotator.formats.output import Output
from annotator.model.annotation import AnnotationSet, Entity, Link, Span
from annotator.model.article import Article, hash_text
from annotator.model.errors import AnnotatorError
from tests.formats import trips
from tests.formats.strategies import SCHEME
from tests.formats.trips import work_on

TEXT = "🎻 Ines Tal said the quay, “at last”, would close."


def rich(article_id: str = "quay", annotator: str = "ada", split: str = "") -> Export:
    """Spans that overlap, one in pieces, with attributes, links and an entity."""
    article = Article(
        article_id, TEXT, hash_text(TEXT), language="en", meta={"desk": "city", "no": 5}
    )
    speaker = TEXT.index("Ines Tal")
    first, last = TEXT.index("the quay"), TEXT.index("would close")
    spans = {
        "s1": Span("s1", "SPEAKER", ((speaker, speaker + 8),)),
        "s2": Span(
            "s2",
            "CLAIM",
            ((first, first + 8), (last, last + 11)),
            {"act": "assert", "gloss": "It | closes.", "odd name": True},
            ("unsure",),
            "see\nbelow",
            "suggested",
        ),
        "s3": Span("s3", "CLAIM", ((first, last + 11),)),
    }
    links = {
        "l1": Link("l1", "holder", "s2", "s1"),
        "l2": Link("l2", "ref", "s1", "e1", "entity", 2),
    }
    fields = {"status": "done", "genre": "news", "topics": ("quay", "ferry")}
    entities = {"e1": Entity("e1", "Ines Tal", "person")}
    work = AnnotationSet(
        article_id, article.text_hash, annotator, SCHEME.id, spans, links, entities, fields
    )
    return Export(article, (work,), split, ((0, 1),))


def bare(article_id: str, split: str) -> Export:
    return Export(work_on("Not a word.", id=article_id).article, (_nothing(article_id),), split)


def _nothing(article_id: str) -> AnnotationSet:
    return AnnotationSet(article_id, hash_text("Not a word."), "ada", SCHEME.id)


def loaded(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    datasets.disable_progress_bars()
    return datasets.load_dataset(str(folder), cache_dir=str(cache))


def schemas(folder: Path) -> list[pa.Schema]:
    return [pq.read_schema(path) for path in sorted(folder.glob("data/*.parquet"))]


# -- what other libraries see ----------------------------------------------------------------------


def test_the_folder_loads_with_datasets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = [rich(split="train"), rich("other", split="test"), bare("none", "dev")]
    trips.write("hf", tmp_path / "out", written)
    data = loaded(tmp_path / "out", tmp_path / "cache", monkeypatch)
    assert {name: len(rows) for name, rows in data.items()} == {
        "train": 1, "validation": 1, "test": 1,
    }  # fmt: skip
    [row] = data["train"]
    assert [(s["label"], row["text"][s["start"] : s["end"]]) for s in row["spans"]] == [
        ("SPEAKER", "Ines Tal"),
        ("CLAIM", "the quay, “at last”, would close"),
        ("CLAIM", "the quay, “at last”, would close"),
    ]
    claim = next(span for span in row["spans"] if span["id"] == "s2")
    assert claim["text"] == "the quay would close"
    assert claim["attributes"]["act"] == "assert"
    assert claim["attributes"]["polarity"] is None
    assert json.loads(claim["more_attributes"]) == {"odd name": True}
    assert row["fields"]["topics"] == ["quay", "ferry"]
    assert [(link["type"], link["target_kind"], link["order"]) for link in row["links"]] == [
        ("holder", "span", 0), ("ref", "entity", 2),
    ]  # fmt: skip
    assert row["excluded"] == [[0, 1]]


def test_a_file_loads_with_pandas(tmp_path: Path) -> None:
    trips.write("hf", tmp_path / "out", [rich(), rich("second")])
    table = pd.read_parquet(tmp_path / "out" / "data" / "train-00000-of-00001.parquet")
    assert list(table["id"]) == ["quay", "second"]
    spans = table.explode("spans")["spans"].map(lambda span: span["label"])
    assert spans.value_counts().to_dict() == {"CLAIM": 4, "SPEAKER": 2}


def test_what_datasets_writes_again_is_read_by_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trips.write("hf", tmp_path / "out", [rich()])
    data = loaded(tmp_path / "out", tmp_path / "cache", monkeypatch)
    data["train"].to_parquet(str(tmp_path / "again.parquet"))
    [trip] = trips.read("hf", tmp_path / "again.parquet")
    [export] = [rich()]
    assert trip.work.spans == export.sets[0].spans
    assert trip.work.links == export.sets[0].links
    assert trip.document.meta == {"desk": "city", "no": 5}


def test_a_table_made_with_pyarrow_is_read(tmp_path: Path) -> None:
    row = {
        "text": "Orla sang.",
        "annotator": "bo",
        "spans": [{"label": "SPEAKER", "start": 0, "end": 4}],
        "links": [],
    }
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "x.parquet")
    [trip] = trips.read("hf", tmp_path / "x.parquet")
    assert (trip.foreign.annotator, trip.places()) == ("bo", [("SPEAKER", "Orla")])


# -- one schema ------------------------------------------------------------------------------------


def test_a_split_without_spans_has_the_schema_of_the_others(tmp_path: Path) -> None:
    empty = [bare(f"e{number}", "train") for number in range(3)]
    trips.write("hf", tmp_path / "out", [*empty, rich(split="test")])
    test, train = schemas(tmp_path / "out")
    assert test.equals(train, check_metadata=True)
    assert "null" not in str(train)
    table = pa.concat_tables(
        [pq.read_table(path) for path in sorted((tmp_path / "out" / "data").iterdir())]
    )
    assert sorted(len(spans) for spans in table["spans"].to_pylist()) == [0, 0, 0, 3]


@pytest.mark.parametrize("written", [[], [bare("e", "")]])
def test_without_any_spans_the_columns_are_typed(tmp_path: Path, written: list[Export]) -> None:
    trips.write("hf", tmp_path / "out", written)
    [schema] = schemas(tmp_path / "out")
    assert schema.field("spans").type.value_type.field("start").type == pa.int32()
    assert schema.field("links").type.value_type.field("type").type == pa.string()
    assert not schema.metadata or b"huggingface" not in schema.metadata
    table = pq.read_table(tmp_path / "out" / "data" / "train-00000-of-00001.parquet")
    assert table["spans"].to_pylist() == [[] for _ in written]


# -- files -----------------------------------------------------------------------------------------


def test_long_data_is_cut_into_groups_and_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.formats.hugging_face.ROWS", 4)
    monkeypatch.setattr("annotator.formats.hugging_face._SHARD", 20_000)
    trips.write("hf", tmp_path / "out", [rich(f"a{number:03}") for number in range(30)])
    files = sorted((tmp_path / "out" / "data").iterdir())
    assert len(files) > 1
    assert files[0].name == f"train-00000-of-{len(files):05}.parquet"
    groups = [pq.ParquetFile(path).metadata for path in files]
    assert all(
        data.row_group(at).num_rows <= 4 for data in groups for at in range(data.num_row_groups)
    )
    assert [trip.document.id for trip in trips.read("hf", tmp_path / "out")] == [
        f"a{number:03}" for number in range(30)
    ]


def test_equal_work_gives_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        trips.write("hf", tmp_path / name, [rich(), rich("b", split="dev")])
    files = [path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*")]
    assert len(files) == 4
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_files_that_are_not_ours_are_refused_in_a_sentence(tmp_path: Path) -> None:
    pq.write_table(pa.table({"body": ["x"]}), tmp_path / "other.parquet")
    with pytest.raises(AnnotatorError, match=r"other\.parquet is no data set of ours.*rows"):
        trips.read("hf", tmp_path / "other.parquet")
    (tmp_path / "torn.parquet").write_bytes(b"PAR1 torn")
    with pytest.raises(AnnotatorError, match=r"torn\.parquet is no whole Parquet file"):
        trips.read("hf", tmp_path / "torn.parquet")
    (tmp_path / "empty").mkdir()
    with pytest.raises(AnnotatorError, match=r"holds no file that ends in \.parquet"):
        trips.read("hf", tmp_path / "empty")


def test_broken_rows_are_counted_and_the_others_read(tmp_path: Path) -> None:
    spans = [[{"label": "CUE", "start": 0, "end": 2}, {"label": "CUE", "start": 3, "end": 99}],
             [{"label": "", "start": 0, "end": 2}, {"label": "CUE", "start": None, "end": 2}],
             None]  # fmt: skip
    rows = [{"text": "So it is.", "annotator": "bo", "spans": x, "links": []} for x in spans]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "x.parquet")
    found = trips.read("hf", tmp_path / "x.parquet")
    assert [trip.places() for trip in found] == [[("CUE", "So")], []]
    assert sum(found[0].loss.left_out.values()) == 4
    assert {finding.line for finding in found[0].loss.findings} == {1, 2, 3}


# -- card ------------------------------------------------------------------------------------------


def test_the_card_says_what_one_must_know(tmp_path: Path) -> None:
    form = registry.get("hf")
    assert form.write is not None
    loss = Loss()
    loss.leave_out("CLAIM spans", "cover | nothing", 2)
    output = Output(str(tmp_path / "out"))
    about = {
        "name": "Quay news",
        "splits": {"method": "hash of near-duplicate groups", "salt": "x"},
        "agreement": [{"label": "CLAIM", "measure": "alpha", "value": 0.71234}],
        "annotators": "ada, lm-draft",
    }
    options = form.settle({"licence": "cc-by-4.0"})
    written = [rich(split="train"), rich("b", "lm-draft", "dev")]
    with output.committed():
        form.write(written, Sink(output, options, SCHEME, str, loss, about))
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    header = card.split("---")[1]
    assert 'license: "cc-by-4.0"' in header
    assert '- "machine-generated"\n' in header
    assert '- split: "validation"\n    path: data/validation-*.parquet' in header
    for line in (
        "| CLAIM spans | 2 | 2 |",
        "| lm-draft | model | 3 | 2 manual, 1 suggested |",
        "- method: hash of near-duplicate groups",
        "| CLAIM | alpha | 0.712 |",
        "| left out | 2 | CLAIM spans | cover \\| nothing |",
    ):
        assert line in card.split("\n")
    assert "Unicode code points" in card


def test_croissant_names_every_file_with_its_hash_and_every_column(tmp_path: Path) -> None:
    trips.write("hf", tmp_path / "out", [rich(split="train"), rich("b", split="test")])
    described = json.loads((tmp_path / "out" / "croissant.json").read_text(encoding="utf-8"))
    files = [item for item in described["distribution"] if item["@type"] == "cr:FileObject"]
    assert len(files) == 2
    for item in files:
        data = (tmp_path / "out" / item["contentUrl"]).read_bytes()
        assert item["sha256"] == sha256(data).hexdigest()
    [schema, _] = schemas(tmp_path / "out")
    for records in described["recordSet"]:
        assert [field["name"] for field in records["field"]] == schema.names


def test_a_missing_library_is_named_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(AnnotatorError, match=r'pip install "annotator\[parquet\]"'):
        trips.write("hf", tmp_path / "out", [rich()])
