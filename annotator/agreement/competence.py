"""Which answer is likely right, and what each annotator tends to confuse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np

from annotator.agreement.given import distinct
from annotator.agreement.ratings import Floats, columns_of, is_missing, order_of
from annotator.agreement.result import Result, defined, undefined

_ROUNDS, _CLOSE = 20_000, 1e-12


def dawid_skene(
    data: Any,
    *,
    values: Sequence[Hashable] | None = None,
    one_coin: bool = False,
    prior: tuple[float, float] = (2.0, 1.0),
    by_unit: bool = True,
) -> Result:
    """Dawid & Skene (1979): error rates of annotators and the likely truth, by EM.

    A diagnosis, never a reason by itself to drop someone. `data`: as for `coding`; a value may
    be a list of repeated answers. With q_uj the probability that unit u is truly j:

    - start: q = shares of the answers to the unit;
    - M: p_j = mean q_uj; e_rjk = sum_u q_uj n_urk / sum_uk q_uj n_urk, without smoothing;
    - E: q_uj ~ p_j prod_rk e_rjk^n_urk; until nothing moves by more than 1e-12.
    - `one_coin`: each annotator is right with one probability, and wrong answers are spread
      evenly; it is the posterior mean under Beta(`prior`): for fewer than about 50 units an
      annotator.

    The value is the estimated accuracy of all answers together. `detail`: values, prior (p_j),
    errors {annotator: {true: {said: rate}}} (None where the true value never occurs),
    accuracy by annotator, rounds, converged; with `by_unit` also truth (likely value of each unit)
    and posterior (by unit, in the order of values). Undefined: `no_pairable_values` (no unit was
    rated), `no_variation`.
    """
    metric = "dawid_skene_one_coin" if one_coin else "dawid_skene"
    names, columns = columns_of(data)
    rows = list(zip(*columns, strict=True)) if columns else []
    patterns: Counter[tuple[tuple[Hashable, ...], ...]] = Counter()
    for row, count in _counted(rows):
        answered = tuple(map(_answers, row))
        distinct((one for answers in answered for one in answers), "An answer")
        patterns[answered] += count
    patterns.pop(tuple(() for _ in names), None)
    found = {value for pattern in patterns for answers in pattern for value in answers}
    domain = tuple(values) if values is not None else tuple(sorted(found, key=order_of))
    facts: dict[str, Any] = {"units": sum(patterns.values()), "values": domain}
    if not patterns:
        return undefined(metric, "no_pairable_values", **facts)
    if len(found) < 2:
        return undefined(metric, "no_variation", **facts)
    code = {value: number for number, value in enumerate(domain)}
    answers = np.zeros((len(patterns), len(names), len(domain)))
    for number, pattern in enumerate(patterns):
        for who, said in enumerate(pattern):
            for value in said:
                answers[number, who, code[value]] += 1
    often = np.array(list(patterns.values()), float)
    model = _OneCoin(prior) if one_coin else _Errors()
    q = answers.sum(axis=1)
    q = q / q.sum(axis=1, keepdims=True)
    rounds, moved = 0, 1.0
    while moved > _CLOSE and rounds < _ROUNDS:
        share = (q * often[:, None]).sum(axis=0) / often.sum()
        errors = model.errors(answers, q * often[:, None])
        after = _posterior(answers, share, errors)
        moved, q, rounds = float(np.abs(after - q).max()), after, rounds + 1
    weighed = q * often[:, None]
    right = np.einsum("uj,urj->r", weighed, answers)
    said = np.einsum("u,urk->r", often, answers)
    occurs = np.einsum("uj,urk->rj", weighed, answers) > 0
    facts |= {
        "rounds": rounds,
        "converged": moved <= _CLOSE,
        "prior": dict(zip(domain, share.tolist(), strict=True)),
        "errors": {
            name: {
                true: dict(zip(domain, errors[who, j].tolist(), strict=True))
                if occurs[who, j]
                else None
                for j, true in enumerate(domain)
            }
            for who, name in enumerate(names)
        },
        "accuracy": {
            name: float(right[who] / said[who]) if said[who] else None
            for who, name in enumerate(names)
        },
    }
    if by_unit:
        index = {pattern: number for number, pattern in enumerate(patterns)}
        places = [index.get(tuple(_answers(answer) for answer in row)) for row in rows]
        likely = [None if place is None else q[place] for place in places]
        facts["truth"] = [None if one is None else domain[int(one.argmax())] for one in likely]
        facts["posterior"] = likely
    if one_coin:
        rates = _OneCoin(prior).rates(answers, weighed)
        facts["accuracy"] = dict(zip(names, rates.tolist(), strict=True))
    return defined(metric, right.sum() / said.sum(), **facts)


def _counted(rows: list[tuple[Any, ...]]) -> Iterable[tuple[tuple[Any, ...], int]]:
    """Equal rows once, with their number; one by one where repeated answers are lists."""
    try:
        return Counter(rows).items()
    except TypeError:
        return ((row, 1) for row in rows)


def _answers(answer: Any) -> tuple[Hashable, ...]:
    """The answers of one annotator to one unit, in a fixed order."""
    if isinstance(answer, list | tuple):
        return tuple(sorted((one for one in answer if not is_missing(one)), key=order_of))
    return () if is_missing(answer) else (answer,)


def _posterior(answers: Floats, share: Floats, errors: Floats) -> Floats:
    """q (units, values) from p_j and the error rates (annotators, true, said)."""
    with np.errstate(divide="ignore"):
        logs = np.maximum(np.log(errors), -1e6)  # a rate of 0 rules the value out
        log = np.maximum(np.log(share), -1e6) + np.einsum("urk,rjk->uj", answers, logs)
    likely = np.exp(log - log.max(axis=1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=1, keepdims=True))


class _Errors:
    """A full error matrix for each annotator."""

    def errors(self, answers: Floats, weighed: Floats) -> Floats:
        table = np.einsum("uj,urk->rjk", weighed, answers)
        total = table.sum(axis=2, keepdims=True)
        even = np.full_like(table, 1 / table.shape[2])
        return np.asarray(np.divide(table, total, out=even, where=total > 0))


class _OneCoin:
    """One probability of being right for each annotator, with a Beta prior."""

    def __init__(self, prior: tuple[float, float]) -> None:
        self.right, self.wrong = prior

    def rates(self, answers: Floats, weighed: Floats) -> Floats:
        """Posterior mean of the probability to be right, shape (annotators,)."""
        right = np.einsum("uj,urj->r", weighed, answers)
        said = np.einsum("uj,urk->r", weighed, answers)
        return np.asarray((right + self.right) / (said + self.right + self.wrong))

    def errors(self, answers: Floats, weighed: Floats) -> Floats:
        rates, size = self.rates(answers, weighed), answers.shape[2]
        table = np.repeat(((1 - rates) / (size - 1))[:, None], size * size, axis=1)
        table = table.reshape(-1, size, size)
        table[:, range(size), range(size)] = rates[:, None]
        return table
