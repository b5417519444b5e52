"""Figures of a corpus as ratios of sums over articles, and their intervals.

Every measure keeps, for each article, numbers that add up; a figure is a function of their sums.
Then a bootstrap over articles is one matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from annotator.agreement.ratings import Floats, Ints

FEW = 20


@dataclass(frozen=True, slots=True)
class Statistics:
    """`table` (articles, K) holds what adds up; `figure` turns sums (..., K) into values (...).

    `figure` gives NaN where the sums leave the value undefined.
    """

    table: Floats
    figure: Callable[[Floats], Floats]

    @property
    def value(self) -> float | None:
        """The figure of the whole corpus."""
        if not len(self.table):
            return None
        value = float(self.figure(np.sort(self.table, axis=0).sum(axis=0)))
        return None if np.isnan(value) else value


def weights(articles: int, replicates: int, seed: int, often: Ints | None = None) -> Floats:
    """How often each article is drawn in each replicate, shape (replicates, articles).

    With `often` (articles,), each row stands for so many equal articles.
    """
    if often is not None:
        total = int(often.sum())
        random = np.random.default_rng(seed)
        return random.multinomial(total, often / total, replicates).astype(float)
    drawn = np.random.default_rng(seed).integers(0, articles, (replicates, articles))
    drawn += np.arange(replicates)[:, None] * articles
    counts = np.bincount(drawn.ravel(), minlength=replicates * articles)
    return counts.reshape(replicates, articles).astype(float)


def bootstrap(
    statistics: Sequence[Statistics],
    *,
    replicates: int = 2000,
    seed: int = 0,
    level: float = 0.95,
    often: Ints | None = None,
) -> list[dict[str, Any]]:
    """Percentile intervals of several figures over the same articles (Efron 1979).

    Articles are drawn with replacement; annotators stay. All figures see the same draws. Each
    answer holds low, high (None if undefined in every replicate), level, replicates, seed,
    articles, `undefined` (replicates without a value) and `few_articles` (fewer than 20: read
    it with care). `often` (rows,) says how many articles each row of the tables stands for.
    """
    if not statistics:
        return []
    articles = len(statistics[0].table)
    if any(len(one.table) != articles for one in statistics):
        raise ValueError("The figures do not rest on the same articles.")
    drawn = articles if often is None else int(often.sum())
    facts = {"level": level, "replicates": replicates, "seed": seed, "articles": drawn}
    facts["few_articles"] = drawn < FEW
    if not articles:
        return [{"low": None, "high": None, "undefined": replicates, **facts} for _ in statistics]
    sums = weights(articles, replicates, seed, often) @ np.hstack([one.table for one in statistics])
    answers, column = [], 0
    for one in statistics:
        width = one.table.shape[1]
        found = np.atleast_1d(one.figure(sums[:, column : column + width]))
        column += width
        held = np.sort(found[~np.isnan(found)])
        low, high = (
            np.quantile(held, [(1 - level) / 2, (1 + level) / 2]) if len(held) else (None, None)
        )
        answers.append(
            {
                "low": None if low is None else float(low),
                "high": None if high is None else float(high),
                "undefined": len(found) - len(held),
                **facts,
            }
        )
    return answers


def steady(terms: Floats) -> Floats:
    """Sums over the last axis that do not depend on the order of its terms."""
    return np.asarray(np.sort(terms, axis=-1).sum(axis=-1))


def ratio(above: Floats, below: Floats) -> Floats:
    """above / below, NaN where below is not positive."""
    return np.asarray(
        np.divide(above, below, out=np.full(np.shape(below), np.nan), where=below > 0)
    )


def mean_defined(values: Floats) -> Floats:
    """Mean over the last axis of what is not NaN, NaN if nothing is."""
    held = ~np.isnan(values)
    return ratio(steady(np.where(held, values, 0.0)), held.sum(axis=-1).astype(float))
