"""`corpus/splits.jsonl`: which article is for training, development or test.

The first line says how the splits were made, each other one where an article belongs; they are
sorted by article and end in a checksum. git may merge two clones' lines: of several about one
article the one of the earliest round holds, then train before dev before test.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from annotator.model.split import SPLITS, Cuts, Split
from annotator.store.base import Problem
from annotator.store.lines import (
    VERSION,
    Record,
    RecordError,
    decode,
    encode,
    read_lines,
    replace_file,
)

FILE = "corpus/splits.jsonl"


@dataclass(frozen=True, slots=True)
class SplitSettings:
    """How splits are made. `shares` are parts of 1 for train, dev and test.

    `together` names what keeps articles together besides being near-duplicates: story, speaker,
    topic, source. `cuts` is None unless the splits are by date; then `gap` days before are left
    out.
    """

    salt: str = ""
    shares: tuple[float, float, float] = (0.8, 0.1, 0.1)
    together: tuple[str, ...] = ("story",)
    gap: int = 0
    cuts: Cuts | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an article belongs, with the group it was in, since which run of `annotator split`."""

    split: Split
    group: str
    round: int


@dataclass(slots=True)
class SplitFile:
    """What the file holds. `settings` is None if there is none, or its first line is damaged.

    `problems` are lines that cannot be used, `conflicts` those that another line outdoes.
    """

    settings: SplitSettings | None = None
    articles: dict[str, Placed] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    conflicts: list[Problem] = field(default_factory=list)

    @property
    def crossing(self) -> list[str]:
        """The groups that stand in more than one split, sorted: after a merge, never before."""
        splits: dict[str, set[Split]] = {}
        for placed in self.articles.values():
            if placed.split != "out":
                splits.setdefault(placed.group, set()).add(placed.split)
        return sorted(group for group, found in splits.items() if len(found) > 1)


def load_splits(root: Path) -> dict[str, str]:
    """train, dev or test for each article id that has a place; empty if nothing was split.

    Articles that a split by date leaves out are not in it. See `read_splits` for lines that cannot
    be used.
    """
    articles = read_splits(root).articles
    return {article: placed.split for article, placed in articles.items() if placed.split != "out"}


def read_splits(root: Path) -> SplitFile:
    """The splits of a project, with everything that is wrong in their file."""
    found = SplitFile()
    path = root / FILE
    if not path.exists():
        return found
    lines: dict[str, int] = {}
    for line in read_lines(path):
        try:
            record = decode(line.raw)
            if "article" not in record:
                settings = _read_settings(record)
                if found.settings not in (None, settings):
                    message = "these are other settings than in the first line, which hold"
                    found.conflicts.append(Problem(FILE, line.number, message))
                found.settings = found.settings or settings
                continue
            article, placed = _read_placed(record)
        except RecordError as error:
            found.problems.append(Problem(FILE, line.number, f"this line {error}"))
            continue
        before = found.articles.get(article)
        if before is None or _rank(placed) < _rank(before):
            found.articles[article] = placed
        if before is not None and placed.split != before.split:
            kept = found.articles[article]
            lost, winner = (
                (line.number, lines[article]) if kept is before else (lines[article], line.number)
            )
            message = (
                f"{article!r} is in {kept.split} in line {winner}, which was earlier; it holds"
            )
            found.conflicts.append(Problem(FILE, lost, message))
        if found.articles[article] is placed:
            lines[article] = line.number
    if found.settings is None and not found.problems:
        found.problems.append(Problem(FILE, 0, "the line with the settings is missing"))
    return found


def write_splits(root: Path, settings: SplitSettings, articles: Mapping[str, Placed]) -> None:
    """Write the whole file, or leave the old one as it was. Raises WriteError."""
    data = [encode({"v": VERSION, **_settings_record(settings)})]
    data += [
        encode(
            {
                "v": VERSION,
                "article": article,
                "group": placed.group,
                "split": placed.split,
                "round": placed.round,
            }
        )
        for article, placed in sorted(articles.items())
    ]
    replace_file(root / FILE, b"".join(data))


def _rank(placed: Placed) -> tuple[int, int]:
    return placed.round, SPLITS.index(placed.split)


def _settings_record(settings: SplitSettings) -> Record:
    record: Record = {
        "salt": settings.salt,
        "shares": list(settings.shares),
        "together": list(settings.together),
    }
    if settings.cuts is not None:
        dev = settings.cuts.dev
        record["gap"] = settings.gap
        record["cuts"] = {
            "dev": dev.isoformat() if dev else None,
            "test": settings.cuts.test.isoformat(),
        }
    return record


def _read_settings(record: Record) -> SplitSettings:
    salt, shares, together = (record.get(key) for key in ("salt", "shares", "together"))
    if not isinstance(salt, str):
        raise RecordError("has a wrong salt")
    if not isinstance(shares, list) or len(shares) != 3 or {*map(type, shares)} - {int, float}:
        raise RecordError("has wrong shares")
    if not isinstance(together, list) or not all(isinstance(item, str) for item in together):
        raise RecordError("has a wrong together")
    gap, cuts = record.get("gap", 0), record.get("cuts")
    if type(gap) is not int or gap < 0:
        raise RecordError("has a wrong gap")
    train, dev, test = map(float, shares)
    return SplitSettings(salt, (train, dev, test), tuple(together), gap, _read_cuts(cuts))


def _read_cuts(cuts: Any) -> Cuts | None:
    if cuts is None:
        return None
    try:
        dev = cuts["dev"]
        return Cuts(date.fromisoformat(dev) if dev else None, date.fromisoformat(cuts["test"]))
    except (KeyError, TypeError, ValueError) as error:
        raise RecordError("has wrong cuts") from error


def _read_placed(record: Record) -> tuple[str, Placed]:
    article, group, split, number = (record.get(k) for k in ("article", "group", "split", "round"))
    if not isinstance(article, str) or not article:
        raise RecordError("has a wrong article")
    if split not in SPLITS:
        raise RecordError(f"has the unknown split {split!r}")
    if not isinstance(group, str) or not group:
        raise RecordError("has a wrong group")
    if type(number) is not int or number < 1:
        raise RecordError("has a wrong round")
    return article, Placed(split, group, number)
