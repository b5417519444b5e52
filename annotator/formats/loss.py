"""The loss report: what an import or export carried, what it changed, what it left out and why.

Every count has a subject ("CLAIM spans", "holder links", "articles") and, unless it was carried as
it is, a reason in a few words that reads on after a number ("3 CLAIM spans: cross another span").
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

SHOWN = 1000
"""How many single findings are kept in memory; all of them go to `Loss.tell`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was refused or changed. `line` counts from 1; 0 means the whole file."""

    path: str
    line: int
    message: str
    raw: object = None
    """What the file held there, as a JSON value, so that nobody has to look for it again."""

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.message}" if where else self.message


@dataclass(slots=True)
class Loss:
    """Counts by subject and reason, and the single findings behind them.

    `aside` holds what nobody asked for (filters): told, but no loss. `tell` is called with every
    finding as it is made, for a rejects file.
    """

    carried: Counter[str] = field(default_factory=Counter)
    changed: Counter[tuple[str, str]] = field(default_factory=Counter)
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    aside: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    found: int = 0
    tell: Callable[[Finding], None] | None = None

    def carry(self, subject: str, count: int = 1) -> None:
        self.carried[subject] += count

    def change(
        self, subject: str, how: str, count: int = 1, finding: Finding | None = None
    ) -> None:
        """Something is there in another form; it also counts as carried by whoever writes it."""
        self.changed[subject, how] += count
        self._note(finding)

    def leave_out(
        self, subject: str, why: str, count: int = 1, finding: Finding | None = None
    ) -> None:
        self.left_out[subject, why] += count
        self._note(finding)

    def set_aside(self, subject: str, why: str, count: int = 1) -> None:
        self.aside[subject, why] += count

    def include(self, other: "Loss", findings: Iterable[Finding]) -> None:
        """Count what another report counted, with all its findings."""
        self.carried.update(other.carried)
        self.changed.update(other.changed)
        self.left_out.update(other.left_out)
        self.aside.update(other.aside)
        for finding in findings:
            self._note(finding)

    def _note(self, finding: Finding | None) -> None:
        if finding is None:
            return
        self.found += 1
        if len(self.findings) < SHOWN:
            self.findings.append(finding)
        if self.tell is not None:
            self.tell(finding)

    @property
    def anything_left_out(self) -> bool:
        return any(self.left_out.values())

    def as_json(self) -> dict[str, object]:
        """The report as plain data; keys in a fixed order."""
        return {
            "carried": {name: count for name, count in sorted(self.carried.items()) if count},
            "changed": _rows(self.changed, "how"),
            "left_out": _rows(self.left_out, "why"),
            "not_asked_for": _rows(self.aside, "why"),
        }

    def table(self) -> list[tuple[str, str, str, str]]:
        """Rows for people: what happened, how many, of what, how or why."""
        rows = [
            ("carried", f"{count:,}", name, "")
            for name, count in sorted(self.carried.items())
            if count
        ]
        for title, counts in (
            ("changed", self.changed),
            ("left out", self.left_out),
            ("not asked for", self.aside),
        ):
            rows += [
                (title, f"{count:,}", subject, reason)
                for (subject, reason), count in sorted(counts.items())
                if count
            ]
        return rows


def _rows(counts: Counter[tuple[str, str]], reason: str) -> list[dict[str, object]]:
    return [
        {"what": subject, reason: why, "count": count}
        for (subject, why), count in sorted(counts.items())
        if count
    ]
