"""The tasks, who does each and what is asked of us."""

from dataclasses import dataclass
from typing import Literal

Measured = Literal["run", "cpu", "wall", "peak"]


@dataclass(frozen=True)
class Task:
    """`worker` is ours; `peer` is that of `package`.

    `faster`: how many times the peer's time ours must fit in. `at_most`: seconds and megabytes of
    ours. `equal`: how close the figures of both must be.
    """

    name: str
    worker: str
    peer: str = ""
    package: str = ""
    faster: dict[Measured, float] | None = None
    at_most: dict[Measured, float] | None = None
    equal: float = 1e-9


TASKS = (
    Task(
        "alpha, 100,000 units x 3, 5 values",
        "alpha-5",
        "alpha-5-krippendorff",
        "krippendorff",
        faster={"run": 3},
    ),
    Task("alpha, 100,000 units x 3, 50 values", "alpha-50", at_most={"peak": 60}),
    Task(
        "u-alpha, 1,000,080 spans",
        "unitizing",
        at_most={"run": 1, "peak": 300},
    ),
    Task(
        "gamma, 50 articles x 3, 30 random continua",
        "gamma",
        "gamma-pygamma",
        "pygamma-agreement",
        faster={"run": 10},
    ),
    Task(
        "exact F1, 500 articles x 3, from files",
        "f1",
        "f1-bratiaa",
        "bratiaa",
        faster={"run": 20},
    ),
)
