"""What is timed, each run in a process of its own: `python workers.py WORKER FOLDER`.

A worker reads its data and imports what it needs, then returns the work itself; that is timed and
answers its figures. One line of JSON goes to standard output. This file runs in the environments
of the peers too, so it needs nothing but the package it times.
"""

import json
import logging
import resource
import sys
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

Work = Callable[[], list[float]]


def alpha(folder: Path, values: int) -> Work:
    import numpy as np

    from annotator.agreement import coding

    ratings = np.load(folder / f"ratings-{values}.npy")
    return lambda: [coding(ratings, "alpha").value]


def alpha_krippendorff(folder: Path, values: int) -> Work:
    import krippendorff
    import numpy as np

    ratings = np.load(folder / f"ratings-{values}.npy")
    return lambda: [krippendorff.alpha(ratings, level_of_measurement="nominal")]


def unitizing(folder: Path) -> Work:
    import numpy as np

    from annotator.agreement import from_columns
    from annotator.agreement import unitizing as measure

    columns = dict(np.load(folder / "spans.npz"))
    length = columns.pop("lengths")

    def work() -> list[float]:
        corpus = from_columns(
            **columns, length=length, annotators=("A0", "A1", "A2"), labels=tuple("abcde")
        )
        return [measure(corpus, "u_alpha").value]

    return work


def gamma(folder: Path) -> Work:
    import scipy.optimize
    import scipy.sparse.csgraph  # noqa: F401, imports are not timed

    from annotator.agreement.gamma import gamma as measure

    documents = json.loads((folder / "documents-50.json").read_text())

    def work() -> list[float]:
        parts = measure(documents, samples=30, precision=None).detail["by_document"]
        return [part["cost"] for part in parts.values()]

    return work


def gamma_pygamma(folder: Path) -> Work:
    logging.disable()
    import numpy as np
    from pyannote.core import Segment
    from pygamma_agreement import CombinedCategoricalDissimilarity, Continuum

    documents = json.loads((folder / "documents-50.json").read_text())
    dissimilarity = CombinedCategoricalDissimilarity(alpha=1, beta=1, delta_empty=1)
    np.random.seed(0)

    def work() -> list[float]:
        costs = []
        for document in documents:
            continuum = Continuum()
            for name, spans in document["annotators"].items():
                for start, end, label in spans:
                    continuum.add(name, Segment(start, end), label)
            found = continuum.compute_gamma(dissimilarity, n_samples=30)
            found.gamma  # noqa: B018, computes the expected disorder
            joins = [[unit for _, unit in join.n_tuple] for join in found.best_alignment]
            costs.append(sum(map(exact_cost, joins)))
        return costs

    return work


def exact_cost(join: list[Any]) -> float:
    """The cost of a unitary alignment of pygamma-agreement, which computes in single precision."""
    total, pairs = 0.0, list(combinations(join, 2))
    for one, other in pairs:
        if one is None or other is None:
            total += 1
            continue
        a, b = one.segment, other.segment
        apart = abs(a.start - b.start) + abs(a.end - b.end)
        total += (apart / (a.end - a.start + b.end - b.start)) ** 2
        total += one.annotation != other.annotation
    return total / len(pairs)


def f1(folder: Path) -> Work:
    import numpy  # noqa: F401, imports are not timed
    import orjson

    from annotator.agreement import spans

    def work() -> list[float]:
        documents = orjson.loads((folder / "documents-500.json").read_bytes())
        return [spans(documents, "f1_exact").value]

    return work


def f1_bratiaa(folder: Path) -> Work:
    logging.disable()
    import bratiaa

    def work() -> list[float]:
        return [float(bratiaa.compute_f1_agreement(str(folder / "brat-500")).mean_sd_total()[0])]

    return work


WORKERS: dict[str, Callable[[Path], Work]] = {
    "alpha-5": lambda folder: alpha(folder, 5),
    "alpha-5-krippendorff": lambda folder: alpha_krippendorff(folder, 5),
    "alpha-50": lambda folder: alpha(folder, 50),
    "unitizing": unitizing,
    "gamma": gamma,
    "gamma-pygamma": gamma_pygamma,
    "f1": f1,
    "f1-bratiaa": f1_bratiaa,
}


def processor_time() -> float:
    """Seconds of all threads and finished child processes."""
    who = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return sum(sum(resource.getrusage(one)[:2]) for one in who)


if __name__ == "__main__":
    work = WORKERS[sys.argv[1]](Path(sys.argv[2]))
    begin, used = time.perf_counter(), processor_time()
    figures = work()
    run, processor = time.perf_counter() - begin, processor_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes = peak / 1e6 if sys.platform == "darwin" else peak / 1e3
    print(json.dumps({"run": run, "cpu": processor, "peak": megabytes, "figures": figures}))
