"""`corpus/articles`: immutable JSONL shards of at most 64 MB and their manifest."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from annotator.model.errors import AnnotatorError
from annotator.store.base import Problem
from annotator.store.lines import VERSION, Appender, end_torn_line, replace_file

SHARD_BYTES = 64_000_000
_BATCH_BYTES = 1_000_000


def append_articles(folder: Path, lines: Iterable[bytes], limit: int = SHARD_BYTES) -> None:
    """Append whole lines to the last shard, starting new ones at `limit` bytes.

    If `lines` raises, those before are written. What a crash cut short was never told as added:
    the rest of it is set aside in `<shard>.torn`. The manifest is brought up to date whatever
    happens. Raises WriteError.
    """
    shard = _Shard.last(folder)
    batch: list[bytes] = []
    size = 0
    try:
        for line in lines:
            if shard.size + size and shard.size + size + len(line) > limit:
                shard.append(batch)
                shard.close()
                _write_manifest(folder, shard)
                shard, size = shard.next(), 0
            batch.append(line)
            size += len(line)
            if size >= _BATCH_BYTES:
                shard.append(batch)
                size = 0
    finally:
        try:
            shard.append(batch)
        finally:
            shard.close()
            if shard.size:
                _write_manifest(folder, shard)


_REMEDY = "; after a merge of two clones, the next `annotator add` makes it right"


def check_shards(folder: Path, name: str) -> list[Problem]:
    """Compare every shard with the manifest, byte by byte.

    A shard may be longer, or the one after the last be not listed yet: adding was interrupted
    before the manifest, and the next makes it good.
    """
    problems: list[Problem] = []
    listed = _read_manifest(folder)
    numbers = (Path(name).stem for name in listed)
    due = _name_after(max((int(x) for x in numbers if x.isdecimal()), default=-1))
    for path in sorted(folder.glob("*.jsonl")):
        if path.name == due:
            continue
        if path.name not in listed:
            fault = f"this shard is not in the manifest{_REMEDY}"
            problems.append(Problem(f"{name}/{path.name}", 0, fault))
        elif not _matches(path, listed[path.name]):
            problems.append(
                Problem(
                    f"{name}/{path.name}", 0, f"this shard is not what the manifest says{_REMEDY}"
                )
            )
    problems.extend(
        Problem(f"{name}/{missing}", 0, "this shard is in the manifest but there is no such file")
        for missing in listed
        if not (folder / missing).exists()
    )
    return problems


def _name_after(number: int) -> str:
    return f"{number + 1:05d}.jsonl"


def _matches(path: Path, entry: dict[str, Any]) -> bool:
    size = entry.get("bytes")
    with path.open("rb") as file:
        data = file.read(size) if isinstance(size, int) else b""
    return sha256(data).hexdigest() == entry.get("sha256")


class _Shard:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self.count = 0
        self._hash = sha256()
        self._appender = Appender(path)
        if path.exists():
            try:
                end_torn_line(path, cut=True)
            except OSError as error:
                raise AnnotatorError(
                    f"{path} cannot be added to: {error.strerror}; allow writing there."
                ) from error
            with path.open("rb") as file:
                for line in file:
                    self._add(line)

    @classmethod
    def last(cls, folder: Path) -> "_Shard":
        names = sorted(path.name for path in folder.glob("*.jsonl"))
        return cls(folder / (names[-1] if names else _name_after(-1)))

    def next(self) -> "_Shard":
        return _Shard(self.path.with_name(_name_after(int(self.path.stem))))

    def append(self, batch: list[bytes]) -> None:
        """Write lines and empty the batch."""
        if batch:
            self._appender.append(b"".join(batch))
            for line in batch:
                self._add(line)
            batch.clear()

    def close(self) -> None:
        self._appender.close()

    def entry(self) -> dict[str, Any]:
        return {"articles": self.count, "bytes": self.size, "sha256": self._hash.hexdigest()}

    def _add(self, line: bytes) -> None:
        self.size += len(line)
        self.count += 1
        self._hash.update(line)


def _read_manifest(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / "manifest.json"
    if not path.exists():
        return {}
    try:
        shards = orjson.loads(path.read_bytes())["shards"]
        return {name: dict(entry) for name, entry in shards.items()}
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        return {}


def _write_manifest(folder: Path, shard: _Shard) -> None:
    shards = {**_read_manifest(folder), shard.path.name: shard.entry()}
    data = {"v": VERSION, "shards": dict(sorted(shards.items()))}
    replace_file(folder / "manifest.json", orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n")
