"""Coefficients for units that each got one value of a list: percentages, alpha, kappa, AC."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Literal

import numpy as np

from annotator.agreement.coincidences import alpha_of
from annotator.agreement.ratings import Floats, Ints, Ratings, occurring, read_ratings
from annotator.agreement.result import Result, defined, undefined
from annotator.agreement.statistics import Statistics, bootstrap

_LARGEST = 1e100  # squares of differences must stay finite
Level = Literal["nominal", "ordinal", "interval", "ratio"]
Weights = Literal["identity", "linear", "quadratic"]
CodingMetric = Literal[
    "alpha",
    "percent_agreement",
    "specific_agreement",
    "cohen_kappa",
    "scott_pi",
    "fleiss_kappa",
    "conger_kappa",
    "bennett_s",
    "gwet_ac1",
    "gwet_ac2",
]


def coding(
    data: Any,
    metric: CodingMetric = "alpha",
    *,
    level: Level = "nominal",
    weights: Weights | None = None,
    values: Sequence[Hashable] | None = None,
    missing: Literal["refuse", "gwet"] = "refuse",
    replicates: int = 0,
    seed: int = 0,
) -> Result:
    """Agreement on units that each annotator gave one value, or none.

    `data`: annotator -> list of values (None = missing), annotator -> {unit: value}, a list of
    rows (one an annotator), a numpy matrix (annotators, units) with NaN = missing, or
    {"annotators": [...], "units": [{"values": {annotator: value}}]}. `values` fixes the domain
    and its order (needed for ordered levels and weights of values that are not numbers).

    Written with n_uc = how many annotators gave unit u the value c, m_u = sum_c n_uc:

    - `alpha` (Krippendorff 2011; 2019 ch. 12): 1 - D_o / D_e over the units with m_u >= 2.
      o_ck = sum_u n_uc (n_uk - [c=k]) / (m_u - 1), n_c = sum_k o_ck, n = sum_c n_c,
      D_o = sum o_ck d2_ck / n, D_e = sum n_c n_k d2_ck / (n (n - 1)).
      d2_ck by `level`: nominal [c != k]; ordinal (sum_{g=c..k} n_g - (n_c + n_k) / 2)^2;
      interval (c - k)^2; ratio ((c - k) / (c + k))^2. `detail`: distribution, leave_one_out
      (value without an annotator), and with `replicates` the `interval` of a bootstrap over
      units (documents, where the labels are theirs).
    - `percent_agreement`: agreeing pairs of values / pairs of values, over all units.
    - `specific_agreement` (Cicchetti & Feinstein 1990): for each value,
      sum_u n_uc (n_uc - 1) / sum_u n_uc (m_u - 1); the figures are in `detail["by_value"]`,
      the value is their pooled ratio.
    - `cohen_kappa` (Cohen 1960, 1968): two annotators, units both rated;
      (p_o - p_e) / (1 - p_e) with each annotator's own shares. `weights` linear or quadratic
      give credit 1 - |c-k|/range or 1 - ((c-k)/range)^2. `detail["maximum"]` is the largest
      kappa these shares allow.
    - `scott_pi` (Scott 1955): the same with the pooled shares.
    - `fleiss_kappa` (Fleiss 1971): any number of annotators, every unit rated by all;
      undefined with missing ratings unless `missing="gwet"`: p_o over units with two ratings,
      shares over all units (Gwet 2014). `detail["by_value"]` is kappa of each value.
    - `conger_kappa` (Conger 1980): Cohen's for more than two annotators.
    - `bennett_s` (Bennett, Alpert & Goldstein 1954): p_e = 1 / number of values.
    - `gwet_ac1`, `gwet_ac2` (Gwet 2008, 2014): p_o over units with two ratings, shares pi_c
      over units with one; p_e = sum w / (q (q - 1)) * sum_c pi_c (1 - pi_c). AC2 takes
      `weights` (default quadratic).

    Value in (-inf, 1]; undefined: no unit with two values (`no_pairable_values`), one value
    only (`no_variation`), Cohen and Scott for other than two annotators
    (`not_two_annotators`). Percentages stay defined with one value.
    """
    ratings = read_ratings(data, values)
    pairable = ratings.pairable
    facts: dict[str, Any] = {
        "units": int(ratings.counts.sum()),
        "pairable_units": int(pairable.counts.sum()),
        "values": int((pairable.per_unit * pairable.counts).sum()),
        "annotators": len(ratings.annotators),
    }
    if metric in ("cohen_kappa", "scott_pi") and len(ratings.annotators) != 2:
        return undefined(metric, "not_two_annotators", **facts)
    if not len(pairable.counts):
        return undefined(metric, "no_pairable_values", **facts)
    if metric == "percent_agreement":
        agreeing, pairs = agreeing_pairs(pairable)
        return defined(metric, agreeing / pairs, pairs=pairs, **facts)
    if metric == "specific_agreement":
        return _specific(pairable, facts)
    if metric == "alpha":
        numbers = all(isinstance(value, int | float) for value in ratings.values)
        if level == "ordinal" and values is None and not numbers:
            raise ValueError("The ordinal level needs `values`, in order, unless they are numbers.")
        found = alpha(pairable, level, metric, facts)
        found.detail["leave_one_out"] = {
            name: alpha(ratings.without(who).pairable, level, metric, {}).value
            for who, name in enumerate(ratings.annotators)
            if len(ratings.annotators) > 2
        }
        if replicates and found.value is not None:
            statistics = Statistics(*coincidences(pairable, level))
            (found.detail["interval"],) = bootstrap(
                [statistics], replicates=replicates, seed=seed, often=pairable.counts
            )
        return found
    if values is None and len(occurring(pairable.codes[pairable.codes >= 0])) < 2:
        return undefined(metric, "no_variation", observed=1.0, **facts)
    credit = _credit(ratings, weights or ("quadratic" if metric == "gwet_ac2" else "identity"))
    facts["weights"] = weights or ("quadratic" if metric == "gwet_ac2" else "identity")
    if metric in ("cohen_kappa", "scott_pi"):
        return _two(pairable, metric, credit, facts)
    if metric not in _CHANCE:
        raise ValueError(f"There is no metric {metric!r} for coding.")
    incomplete = bool((ratings.codes < 0).any()) and _uneven(ratings)
    if metric != "gwet_ac1" and metric != "gwet_ac2" and incomplete and missing != "gwet":
        return undefined(metric, "missing_values", **facts)
    return _many(ratings, metric, credit, facts)


def steady_sum(terms: Any) -> float:
    """A sum that does not depend on the order of its terms, to the last bit."""
    return math.fsum(np.asarray(terms, dtype=float).ravel().tolist())


def agreeing_pairs(ratings: Ratings) -> tuple[int, int]:
    """Pairs of equal values within units, and all pairs of values within units."""
    equal = np.zeros(len(ratings.counts), np.int64)
    for first in range(len(ratings.annotators)):
        for second in range(first):
            a, b = ratings.codes[:, first], ratings.codes[:, second]
            equal += (a == b) & (a >= 0)
    m = ratings.per_unit
    pairs = m * (m - 1) // 2
    return int((equal * ratings.counts).sum()), int((pairs * ratings.counts).sum())


def coincidences(ratings: Ratings, level: Level) -> tuple[Floats, Callable[[Floats], Floats]]:
    """Coincidences of one unit of every pattern, (patterns, V * V), and alpha of their sums."""
    tally, size = ratings.tally.astype(float), len(ratings.values)
    table = tally[:, :, None] * tally[:, None, :] - tally[:, :, None] * np.eye(size)
    table /= (ratings.per_unit - 1.0)[:, None, None]
    return table.reshape(-1, size * size), lambda sums: alpha_of(
        sums.reshape(*sums.shape[:-1], size, size), ratings.values, level
    )


def alpha(ratings: Ratings, level: Level, metric: str, facts: dict[str, Any]) -> Result:
    """Krippendorff's alpha of units with two values or more."""
    totals = _totals(ratings)
    n = int(totals.sum())
    if n < 2:
        return undefined(metric, "no_pairable_values", **facts)
    if level == "nominal":
        place: Floats = np.arange(len(ratings.values), dtype=float)
        expected = (n * n - sum(int(c) ** 2 for c in totals)) / (n - 1)
    elif level in ("ordinal", "interval"):
        # Ordinal distance is the distance of mid-ranks, so both have the closed form.
        place = np.cumsum(totals) - totals / 2.0 if level == "ordinal" else _numbers(ratings)
        place = place - steady_sum(totals * place) / n
        expected = 2 * steady_sum(totals * place**2) * n / (n - 1)
    elif level == "ratio":
        place = _numbers(ratings)
        rows = (_ratio(place, one) * totals for one in place)
        parts = [steady_sum(row * own) for row, own in zip(rows, totals.tolist(), strict=True)]
        expected = math.fsum(parts) / (n - 1)
    else:
        raise ValueError(f"There is no level {level!r}; take nominal, ordinal, interval or ratio.")
    observed = _observed(ratings, place, level)
    facts = {"level": level, "n": n, **facts}
    facts["distribution"] = dict(zip(map(str, ratings.values), totals.tolist(), strict=True))
    if expected <= 0:
        agreeing, pairs = agreeing_pairs(ratings)
        return undefined(metric, "no_variation", observed_agreement=agreeing / pairs, **facts)
    return defined(
        metric,
        1.0 - observed / expected,
        observed=observed / n,
        expected=expected / n,
        **facts,
    )


def _observed(ratings: Ratings, place: Floats, level: Level) -> float:
    """Sum of o_ck d2_ck, from the pairs of columns."""
    apart = np.zeros(len(ratings.counts))
    for first in range(len(ratings.annotators)):
        for second in range(first):
            a, b = ratings.codes[:, first], ratings.codes[:, second]
            both = (a >= 0) & (b >= 0)
            x, y = place[a], place[b]
            if level == "nominal":
                apart += both & (a != b)
            elif level == "ratio":
                apart += np.where(both, _ratio(x, y), 0.0)
            else:
                apart += np.where(both, (x - y) ** 2, 0.0)
    m = ratings.per_unit
    weighted = 2.0 * apart * ratings.counts
    return math.fsum(steady_sum(weighted[m == size]) / (int(size) - 1) for size in occurring(m))


def _ratio(x: Any, y: Any) -> Floats:
    total = x + y
    return np.asarray(np.divide(x - y, total, out=np.zeros(np.shape(total)), where=total != 0) ** 2)


def _totals(ratings: Ratings) -> Ints:
    """How often each value occurs, shape (values,)."""
    totals = np.zeros(len(ratings.values), np.int64)
    for column in ratings.codes.T:
        held = column >= 0
        np.add.at(totals, column[held], ratings.counts[held])
    return totals


def _numbers(ratings: Ratings) -> Floats:
    try:
        found = np.array([float(value) for value in ratings.values])
    except (TypeError, ValueError, OverflowError):
        raise ValueError("The interval and ratio levels need values that are numbers.") from None
    if len(found) and not np.abs(found).max() < _LARGEST:
        raise ValueError(f"The interval and ratio levels need values below {_LARGEST:g}.")
    return found


def _credit(ratings: Ratings, weights: Weights) -> Floats:
    """Agreement weights, shape (values, values), 1 on the diagonal."""
    size = len(ratings.values)
    if weights == "identity":
        return np.eye(size)
    try:
        place = np.array([float(value) for value in ratings.values])
    except (TypeError, ValueError, OverflowError):
        place = np.arange(size, dtype=float)
    if size and not np.abs(place).max() < _LARGEST:
        raise ValueError(f"Weights need values below {_LARGEST:g}.")
    apart = np.abs(place[:, None] - place) / (np.ptp(place) or 1.0)
    return np.asarray(1.0 - (apart if weights == "linear" else apart**2))


def _specific(ratings: Ratings, facts: dict[str, Any]) -> Result:
    tally, counts, m = ratings.tally, ratings.counts[:, None], ratings.per_unit[:, None]
    agree = (tally * (tally - 1) * counts).sum(axis=0)
    could = (tally * (m - 1) * counts).sum(axis=0)
    by_value = {
        value: yes / of if of else None
        for value, yes, of in zip(ratings.values, agree.tolist(), could.tolist(), strict=True)
    }
    return defined(
        "specific_agreement", int(agree.sum()) / int(could.sum()), by_value=by_value, **facts
    )


def _two(ratings: Ratings, metric: str, credit: Floats, facts: dict[str, Any]) -> Result:
    """Cohen's kappa or Scott's pi over the units that both annotators rated."""
    size = len(ratings.values)
    table = np.zeros((size, size), np.int64)
    np.add.at(table, (ratings.codes[:, 0], ratings.codes[:, 1]), ratings.counts)
    n = int(table.sum())
    first, second = table.sum(axis=1), table.sum(axis=0)
    if metric == "scott_pi":
        pooled = first + second
        chance = steady_sum(np.outer(pooled, pooled) * credit) / (4 * n * n)
    else:
        chance = steady_sum(np.outer(first, second) * credit) / (n * n)
    agreed = steady_sum(table * credit) / n
    facts["observed"], facts["expected"], facts["confusion"] = agreed, chance, table
    facts["value_order"] = [str(value) for value in ratings.values]
    if chance >= 1:
        return undefined(metric, "no_variation", **facts)
    if metric == "cohen_kappa" and facts["weights"] == "identity":
        most = int(np.minimum(first, second).sum()) / n
        facts["maximum"] = (most - chance) / (1 - chance)
    return defined(metric, (agreed - chance) / (1 - chance), **facts)


def _uneven(ratings: Ratings) -> bool:
    """Whether units differ in their number of ratings (who gave them does not matter)."""
    return len(occurring(ratings.per_unit)) > 1


def _many(ratings: Ratings, metric: str, credit: Floats, facts: dict[str, Any]) -> Result:
    tally, counts, m = ratings.tally.astype(float), ratings.counts, ratings.per_unit
    two, one = m >= 2, m >= 1
    credited = tally @ credit
    share = (tally * (credited - 1)).sum(axis=1)[two] / (m * (m - 1))[two]
    agreed = steady_sum(share * counts[two]) / int(counts[two].sum())
    rated = int(counts[one].sum())
    pi = np.array([steady_sum(column[one] / m[one] * counts[one]) / rated for column in tally.T])
    chance = _CHANCE[metric](ratings, pi, credit)
    facts["observed"], facts["expected"] = agreed, chance
    if chance >= 1:
        return undefined(metric, "no_variation", **facts)
    if metric == "fleiss_kappa" and facts["weights"] == "identity":
        facts["by_value"] = _fleiss_by_value(ratings, pi)
    return defined(metric, (agreed - chance) / (1 - chance), **facts)


def _fleiss_by_value(ratings: Ratings, pi: Floats) -> dict[Any, float | None]:
    """Kappa of each value against all others (Fleiss 1971, eq. 20)."""
    tally, counts, m = ratings.tally, ratings.counts[:, None], ratings.per_unit[:, None]
    agree = (tally * (tally - 1) * counts).sum(axis=0)
    could = (tally * (m - 1) * counts).sum(axis=0)
    found: dict[Any, float | None] = {}
    for number, value in enumerate(ratings.values):
        defined_ = could[number] and pi[number] < 1
        observed = agree[number] / could[number] if could[number] else 0.0
        found[value] = float((observed - pi[number]) / (1 - pi[number])) if defined_ else None
    return found


def _chance_fleiss(ratings: Ratings, pi: Floats, credit: Floats) -> float:
    return steady_sum(np.outer(pi, pi) * credit)


def _chance_bennett(ratings: Ratings, pi: Floats, credit: Floats) -> float:
    return steady_sum(credit) / len(pi) ** 2


def _chance_gwet(ratings: Ratings, pi: Floats, credit: Floats) -> float:
    q = len(pi)
    return steady_sum(credit) / (q * (q - 1)) * steady_sum(pi * (1 - pi)) if q > 1 else 1.0


def _chance_conger(ratings: Ratings, pi: Floats, credit: Floats) -> float:
    shares = []
    for column in ratings.codes.T:
        held = column >= 0
        counts = np.zeros(len(pi))
        np.add.at(counts, column[held], ratings.counts[held])
        if counts.sum():
            shares.append(counts / counts.sum())
    own = np.array(shares)
    mean = own.mean(axis=0)
    spread = (own.T @ own - len(own) * np.outer(mean, mean)) / (len(own) - 1)
    return steady_sum((np.outer(mean, mean) - spread / len(own)) * credit)


_CHANCE: dict[str, Callable[[Ratings, Floats, Floats], float]] = {
    "fleiss_kappa": _chance_fleiss,
    "conger_kappa": _chance_conger,
    "bennett_s": _chance_bennett,
    "gwet_ac1": _chance_gwet,
    "gwet_ac2": _chance_gwet,
}
