"""A Hugging Face data set: Parquet files by split, a data card and a Croissant description.

One row is one annotator's work on one article, in the columns of `parquet_rows`. Everything is
typed, also in files without a single span, so that all splits have one schema. The folder loads
with `datasets.load_dataset(folder)` and each file with `pandas.read_parquet`.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, Any

from annotator.formats.capability import EVERYTHING, reduced
from annotator.formats.croissant import Shard, croissant
from annotator.formats.data_card import Tally, card
from annotator.formats.exchange import Export, ForeignDocument, Sink, Source, needs
from annotator.formats.foreign_json import Record
from annotator.formats.nested_in import document
from annotator.formats.parquet_rows import Rows, record_of
from annotator.formats.registry import Format, Option
from annotator.model.errors import AnnotatorError

ROWS = 1_000
"""Rows of a row group, which is held in memory as a whole, as columns."""
_BATCH = 50
"""Rows that are held as objects, which take much more."""
_GROUP = 32 << 20
"""Bytes of text after which a row group ends early."""
_SHARD = 450 << 20
"""Bytes of a file after which the next is begun; hubs want at most 500 MB."""
_NAMES = {"": "train", "dev": "validation"}


# -- out -------------------------------------------------------------------------------------------


def write(exports: Iterable[Export], sink: Sink) -> None:
    """`data/{train,validation,test}-00000-of-0000N.parquet`, `README.md` and `croissant.json`.

    Rows are in the order of the exports; articles in no split are in `train`.
    """
    with needs("parquet", "pyarrow"):
        import pyarrow as pa
        import pyarrow.parquet as pq
    rows = Rows(sink.scheme, sink.topic_name)
    schema = rows.schema(pa)
    splits: dict[str, _Split] = {}
    tally = Tally()
    with ExitStack() as stack:
        for export in exports:
            name = _NAMES.get(export.split, export.split)
            if name not in splits:
                splits[name] = stack.enter_context(_Split(name, schema, sink, pa, pq))
            for work in export.sets:
                kept = reduced(work, FORMAT.capability, sink.loss)
                splits[name].add(rows.row(export.article, kept, export.excluded))
                tally.add(name, export.article, kept)
        if not splits:
            splits["train"] = stack.enter_context(_Split("train", schema, sink, pa, pq))
    shards = [shard for name in sorted(splits, key=_rank) for shard in splits[name].named()]
    options = sink.options
    with sink.output.part("croissant.json") as file:
        file.write(croissant(schema, shards, sink.about, options["licence"], pa))
    with sink.output.part("README.md") as file:
        machines = _machines(options["machine"], tally.people)
        written = card(tally, shards, sink, options["licence"], machines)
        file.write(written.encode("utf-8"))


def _rank(split: str) -> tuple[int, str]:
    known = ("train", "validation", "test")
    return (known.index(split) if split in known else len(known)), split


def _machines(patterns: str, people: Iterable[str]) -> list[str]:
    wanted = [pattern.strip() for pattern in patterns.split(",")]
    return [name for name in people if any(fnmatchcase(name, pattern) for pattern in wanted)]


class _Split:
    """The rows of one split, written a row group at a time to one file after the other."""

    def __init__(self, name: str, schema: Any, sink: Sink, pa: Any, pq: Any) -> None:
        self._name, self._schema, self._sink, self._pa, self._pq = name, schema, sink, pa, pq
        self._rows: list[dict[str, Any]] = []
        self._batches: list[Any] = []
        self._waiting = self._size = 0
        self._files: list[str] = []
        self._counts: list[int] = []
        self._open: ExitStack | None = None
        self._file: IO[bytes] | None = None
        self._writer: Any = None

    def __enter__(self) -> "_Split":
        self._begin()
        return self

    def add(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        self._waiting += 1
        self._size += len(row["text"])
        full = self._waiting >= ROWS or self._size >= _GROUP
        if full or len(self._rows) >= _BATCH:
            self._pack()
        if full:
            self._flush()

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self._pack()
            self._flush()
        self._end()

    def named(self) -> list[Shard]:
        """The files, once it is known how many there are and they have their final names."""
        found = []
        total = len(self._files)
        for number, (file, count) in enumerate(zip(self._files, self._counts, strict=True)):
            name = f"data/{self._name}-{number:05}-of-{total:05}.parquet"
            path = self._sink.output.place(file).rename(self._sink.output.place(name))
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            found.append(Shard(name, self._name, count, path.stat().st_size, digest))
        return found

    def _begin(self) -> None:
        name = f"data/{self._name}-{len(self._files):05}.parquet"
        self._files.append(name)
        self._counts.append(0)
        self._open = ExitStack()
        self._file = self._open.enter_context(self._sink.output.part(name))
        self._writer = self._open.enter_context(
            self._pq.ParquetWriter(
                self._file, self._schema, compression="zstd", write_page_index=True
            )
        )

    def _pack(self) -> None:
        if self._rows:
            batch = self._pa.RecordBatch.from_pylist(self._rows, self._schema)
            self._batches.append(batch)
            self._rows = []

    def _flush(self) -> None:
        if not self._waiting or self._file is None:
            return
        if self._file.tell() > _SHARD:
            self._end()
            self._begin()
        self._writer.write_table(self._pa.Table.from_batches(self._batches, self._schema), ROWS)
        self._counts[-1] += self._waiting
        self._batches, self._waiting, self._size = [], 0, 0

    def _end(self) -> None:
        if self._open is not None:
            self._open.close()
        self._open = None


# -- in --------------------------------------------------------------------------------------------


def read(source: Source) -> Iterator[ForeignDocument]:
    """The rows of a Parquet file of ours, or of all in a folder, also rewritten by other tools.

    Raises AnnotatorError for a file without our columns.
    """
    with needs("parquet", "pyarrow"):
        import pyarrow as pa
        import pyarrow.parquet as pq
    paths = [source.path]
    if source.path.is_dir():
        paths = sorted(source.path.rglob("*.parquet"), key=_place)
        if not paths:
            raise AnnotatorError(f"{source.path} holds no file that ends in .parquet.")
    for path in paths:
        try:
            with pq.ParquetFile(path, memory_map=False) as file:
                names = set(file.schema_arrow.names)
                if not names >= {"text", "spans", "links", "annotator"}:
                    raise AnnotatorError(
                        f"{path} is no data set of ours: it needs the columns text, spans, links"
                        " and annotator; read others with --format rows."
                    )
                number = 0
                for batch in file.iter_batches(batch_size=100):
                    for row in batch.to_pylist():
                        number += 1
                        record = Record(record_of(row), source, str(path), number)
                        found = document(record)
                        if found is not None:
                            yield found
        except OSError as error:
            raise AnnotatorError(f"{path} cannot be read ({error.strerror or error}).") from error
        except (pa.ArrowException, ValueError) as error:
            message = str(error).strip().splitlines()[0].rstrip(".")
            raise AnnotatorError(f"{path} is no whole Parquet file ({message[:200]}).") from error


def _place(path: Path) -> tuple[tuple[int, str], str]:
    return _rank(path.name.split("-")[0]), str(path)


def _knows(path: Path, head: bytes) -> bool:
    """A folder with a card and Parquet files; a single file may be anybody's."""
    return path.is_dir() and (path / "croissant.json").is_file() and (path / "data").is_dir()


FORMAT = Format(
    name="hf",
    title="Hugging Face data set: Parquet by split, data card, Croissant",
    capability=EVERYTHING,
    read=read,
    write=write,
    options=(
        Option("licence", "of the data, for the card, such as cc-by-4.0", "unknown"),
        Option("machine", "annotators that are models, for the card, such as lm-*,gpt", "lm-*"),
    ),
    extra="parquet",
    knows=_knows,
)
