"""The alignment of least disorder, exactly.

A unitary alignment takes at most one unit of each of n annotators. Over its C = n(n-1)/2 pairs of
slots it costs the mean dissimilarity, delta for a pair with an empty slot; a unit left alone costs
delta. With d' = d - delta, joining k units instead of leaving them alone saves

    (k - 1) delta - sum of d' over their pairs / C,

so the best alignment is a set of disjoint joins that saves most: an assignment for two annotators,
a set packing for more. A join is only a candidate if no split into two parts costs as little, that
is if over every split the d' between the parts sum to less than C delta. That leaves few, and
their linear program is integral nearly always; the rest is repaired by a small integer program for
each connected part of the document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from math import comb, fsum
from typing import Any

import numpy as np

from annotator.agreement.continua import Continua
from annotator.agreement.corpus import Bools
from annotator.agreement.ratings import Floats, Ints

TOLERANCE = 1e-9
"""Costs this close are equal."""
_SCALE = 1e4
"""Savings are scaled up so that the solver's absolute tolerances, 1e-6 and less, lie below ours."""
_BATCH = 32
"""Continua in one linear program; fewer for more annotators, whose candidates take more room."""
_PAIRS = 2_000_000
"""Pairs of units of two annotators at a time, for long texts."""


def positional(start_a: Any, end_a: Any, start_b: Any, end_b: Any) -> Any:
    """((|start_a - start_b| + |end_a - end_b|) / (length_a + length_b))², numbers or arrays."""
    return (
        (abs(start_a - start_b) + abs(end_a - end_b)) / ((end_a - start_a) + (end_b - start_b))
    ) ** 2


@dataclass(frozen=True, slots=True)
class Dissimilarity:
    """d = delta (alpha positional + beta categorical); `labels[i, j]` is the categorical part."""

    alpha: float
    beta: float
    delta: float
    labels: Floats

    def excess(self, continua: Continua, a: int, b: int) -> Floats:
        """d - delta of each unit of `a` with each of `b`: (continua, slots + 1, slots + 1).

        The last slot of each is the empty one, 0 with all; slots without a unit are infinite.
        """
        size, _, slots = continua.label.shape
        out = np.zeros((size, slots + 1, slots + 1))
        label_a, label_b = continua.label[:, a, :, None], continua.label[:, b, None, :]
        absent = (label_a < 0) | (label_b < 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            place = positional(
                continua.start[:, a, :, None],
                continua.end[:, a, :, None],
                continua.start[:, b, None, :],
                continua.end[:, b, None, :],
            )
        d = self.delta * (self.alpha * place + self.beta * self.labels[label_a, label_b])
        out[:, :-1, :-1] = np.where(absent, np.inf, d - self.delta)
        return out


_Way = tuple[float, int, float, tuple[int, ...]]
"""What is saved, how many unitary alignments fewer, positional cost, and the joins taken."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Unitary alignments as one slot per annotator (-1: empty) and the sum of their costs."""

    joins: tuple[tuple[int, ...], ...]
    cost: float


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Joins worth considering: continuum, slot per annotator (-1: empty) and saving of each."""

    continuum: Ints
    slots: Ints
    saving: Floats


def least_costs(continua: Continua, dissimilarity: Dissimilarity) -> Floats:
    """The least sum of costs of each continuum."""
    alone = continua.units.sum(axis=1) * dissimilarity.delta
    solve = _assignment_savings if continua.label.shape[1] == 2 else _packing_savings
    saved = [solve(batch, dissimilarity) for batch in _batches(continua)]
    return np.asarray(alone - np.concatenate(saved))


def best_alignments(continua: Continua, dissimilarity: Dissimilarity) -> list[Alignment]:
    """The best alignment of each continuum; of equally good ones that with the fewest unitary
    alignments, then the least positional cost, then the earliest joins in the order of the text.
    """
    found = []
    for batch in _batches(continua):
        candidates = _candidates(batch, dissimilarity, ties=True)
        chosen = _Packing(candidates, batch.label.shape).canonical(batch)
        joins: list[list[tuple[int, ...]]] = [[] for _ in range(len(batch))]
        savings: list[list[float]] = [[] for _ in range(len(batch))]
        for index in chosen:
            joins[candidates.continuum[index]].append(tuple(candidates.slots[index].tolist()))
            savings[candidates.continuum[index]].append(float(candidates.saving[index]))
        for units, joined, saved in zip(batch.units, joins, savings, strict=True):
            cost = float(units.sum()) * dissimilarity.delta - fsum(saved)
            found.append(Alignment(_with_singles(joined, units.tolist()), cost))
    return found


def _batches(continua: Continua) -> Iterator[Continua]:
    _, number, slots = continua.label.shape
    step = min(_BATCH >> 2 * max(0, number - 3), _PAIRS // (slots + 1) ** 2)
    for first in range(0, len(continua), max(1, step)):
        yield continua[first : first + max(1, step)]


def _with_singles(joins: list[tuple[int, ...]], units: list[int]) -> tuple[tuple[int, ...], ...]:
    number = len(units)
    used = {(a, slot) for join in joins for a, slot in enumerate(join)}
    singles = [
        tuple(slot if b == a else -1 for b in range(number))
        for a in range(number)
        for slot in range(units[a])
        if (a, slot) not in used
    ]
    return tuple(sorted(joins + singles))


def _packing_savings(continua: Continua, dissimilarity: Dissimilarity) -> Floats:
    candidates = _candidates(continua, dissimilarity, ties=False)
    taken = _Packing(candidates, continua.label.shape).taken
    saving = candidates.saving[taken]
    return np.bincount(candidates.continuum[taken], saving, len(continua)).astype(float)


def _assignment_savings(continua: Continua, dissimilarity: Dissimilarity) -> Floats:
    from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]

    saving = np.maximum(dissimilarity.delta - dissimilarity.excess(continua, 0, 1), 0)
    saving = saving[:, :-1, :-1]
    best = (matrix[linear_sum_assignment(matrix, maximize=True)].sum() for matrix in saving)
    return np.array(list(best))


def _candidates(continua: Continua, dissimilarity: Dissimilarity, *, ties: bool) -> _Candidates:
    """All joins that no split into two parts beats; with `ties`, also those that one equals."""
    size, number, slots = continua.label.shape
    limit = comb(number, 2) * dissimilarity.delta + (TOLERANCE if ties else -TOLERANCE)
    excess = {
        (a, b): dissimilarity.excess(continua, a, b) for a, b in combinations(range(number), 2)
    }
    # Grow joins annotator by annotator, dropping those that no further units could save.
    which, joins, members = np.arange(size), np.empty((size, 0), int), np.zeros(size, int)
    for a in range(number):
        present = continua.label[which, a] >= 0
        reach = [
            limit + dissimilarity.delta * _later_pairs(k, number - a - 1) for k in range(a + 1)
        ]
        added = np.zeros((len(which), slots + 1))
        for b in range(a):
            added += excess[b, a][which, joins[:, b]]
        added[:, :-1][~present] = np.inf
        row, slot = np.nonzero(added < np.array(reach)[members][:, None])
        which, members = which[row], members[row] + (slot < slots)
        joins = np.column_stack((joins[row], np.where(slot == slots, -1, slot)))
    keep = members >= 2
    which, joins, members = which[keep], joins[keep], members[keep]
    between = {(a, b): table[which, joins[:, a], joins[:, b]] for (a, b), table in excess.items()}
    keep = np.ones(len(which), bool)
    for rest in product((False, True), repeat=number - 1):
        side = (False, *rest)
        across = [between[a, b] for a, b in between if side[a] != side[b]]
        if across:
            keep &= sum(across) < limit
    saving = (members - 1) * dissimilarity.delta - sum(between.values()) / comb(number, 2)
    return _Candidates(which[keep], joins[keep], saving[keep])


def _later_pairs(members: int, later: int) -> int:
    """Most pairs that `later` more units can add across a split of one unit from `members`."""
    return max(p * members + q + p * q for p in range(later + 1) for q in range(later + 1 - p))


class _Packing:
    """Disjoint candidates that save most, several continua at once."""

    def __init__(self, candidates: _Candidates, shape: tuple[int, ...]) -> None:
        from scipy.sparse import csc_matrix  # type: ignore[import-untyped]

        self.candidates = candidates
        self.size = len(candidates.saving)
        _, number, slots = shape
        place = (candidates.continuum[:, None] * number + np.arange(number)) * slots
        full = candidates.slots >= 0
        used, row = np.unique((place + candidates.slots)[full], return_inverse=True)
        self.units = np.column_stack(np.unravel_index(used, shape))
        """Continuum, annotator and slot of each row."""
        ends = np.concatenate(([0], np.cumsum(full.sum(axis=1))))
        self.matrix = csc_matrix((np.ones(len(row)), row, ends), shape=(len(used), self.size))
        """Units in rows, candidates in columns."""
        self.price = np.zeros(len(used))
        """Of each unit, from the dual of the linear program."""
        self.taken = self._solve()

    def _solve(self) -> Bools:
        from scipy.optimize import linprog

        if not self.size:
            return np.zeros(0, bool)
        # Presolve takes longer than the simplex method on programs of this kind.
        solution = linprog(
            -self.candidates.saving * _SCALE,
            A_ub=self.matrix,
            b_ub=np.ones(self.matrix.shape[0]),
            method="highs-ds",
            options={"presolve": False},
        )
        x = _solved(solution)
        self.price = -solution.ineqlin.marginals / _SCALE
        taken = x > 0.5
        between = np.flatnonzero((x > 1e-6) & (x < 1 - 1e-6))
        if len(between):
            part = self._parts(np.arange(self.size))
            broken = np.isin(part, part[between])
            taken[broken] = False
            taken[self._rounded(np.flatnonzero(broken), x)] = True
            columns = np.flatnonzero(broken & self._eligible(part, taken))
            taken[broken] = False
            taken[columns] = self._integers(columns) > 0.5
        return taken

    @property
    def _reduced_cost(self) -> Floats:
        return np.asarray(self.matrix.T @ self.price - self.candidates.saving)

    def _rounded(self, columns: Ints, x: Floats) -> list[int]:
        """A good packing of these candidates, near the solution `x` of the linear program."""
        chosen, used = [], set[int]()
        for column in columns[np.lexsort((self._reduced_cost[columns], -x[columns]))].tolist():
            rows = self._rows(column)
            if used.isdisjoint(rows):
                used.update(rows)
                chosen.append(column)
        return chosen

    def _eligible(self, part: Ints, taken: Bools) -> Bools:
        """Candidates that may be in an optimum: their reduced cost is no more than what the packing
        `taken` falls short of the linear program in their part.
        """
        rows = np.zeros(self.matrix.shape[0], int)
        rows[self.matrix.indices] = np.repeat(part, np.diff(self.matrix.indptr))
        gap = np.bincount(rows, self.price) - np.bincount(part, self.candidates.saving * taken)
        return np.asarray(self._reduced_cost <= np.maximum(gap, 0)[part] + TOLERANCE)

    def _integers(self, columns: Ints) -> Floats:
        from scipy.optimize import Bounds, LinearConstraint, milp

        matrix = self.matrix[:, columns]
        solution = milp(
            -self.candidates.saving[columns] * _SCALE,
            constraints=LinearConstraint(matrix[np.unique(matrix.indices)], -np.inf, 1),
            integrality=np.ones(len(columns)),
            bounds=Bounds(0, 1),
            options={"mip_rel_gap": 0},
        )
        return _solved(solution)

    def _parts(self, columns: Ints) -> Ints:
        """The connected part of each of these candidates; those that share a unit are connected."""
        from scipy.sparse.csgraph import connected_components  # type: ignore[import-untyped]

        matrix = self.matrix[:, columns]
        return connected_components(matrix.T @ matrix, directed=False)[1]  # type: ignore[no-any-return]

    def canonical(self, continua: Continua) -> list[int]:
        """The candidates of the best packing under the rule for ties."""
        if not self.size:
            return []
        eligible = self._eligible(self._parts(np.arange(self.size)), self.taken)
        tight = np.flatnonzero(eligible)
        groups: dict[int, list[int]] = {}
        for column, group in zip(tight.tolist(), self._parts(tight).tolist(), strict=True):
            groups.setdefault(group, []).append(column)
        chosen: list[int] = []
        for columns in groups.values():
            chosen += columns if len(columns) == 1 else self._first_best(columns, continua)
        return chosen

    def _first_best(self, columns: list[int], continua: Continua) -> list[int]:
        """Unit by unit in the order of the text, the best way to reach each set of used units."""
        rows = {column: self._rows(column) for column in columns}
        units = {row: self._sort_key(row, continua) for taken in rows.values() for row in taken}
        order = sorted(units, key=lambda row: units[row])
        bit = {row: 1 << index for index, row in enumerate(order)}
        # Of units that are alike in all, the first free one is used.
        twin = {
            bit[after]: bit[before]
            for before, after in pairwise(order)
            if units[before][:-1] == units[after][:-1]
        }
        starting: dict[int, list[tuple[int, int, int, float]]] = {}
        for column in columns:
            bits = sorted(bit[row] for row in rows[column])
            starting.setdefault(bits[0], []).append(
                (column, sum(bits), len(bits) - 1, self._place(rows[column], continua))
            )
        states: dict[int, _Way] = {0: (0.0, 0, 0.0, ())}
        for row in order:
            here = bit[row]
            ahead: dict[int, _Way] = {}
            for used, state in states.items():
                ways = [(used & ~here, state)]
                if not used & here:
                    ways += [
                        (
                            (used | bits) & ~here,
                            (
                                state[0] + float(self.candidates.saving[column]),
                                state[1] + fewer,
                                state[2] + place,
                                (*state[3], column),
                            ),
                        )
                        for column, bits, fewer, place in starting.get(here, ())
                        if not used & bits and _first_twins(bits, used, here, twin)
                    ]
                for left, way in ways:
                    if left not in ahead or _better(way, ahead[left]):
                        ahead[left] = way
            states = ahead
        return list(states[0][3])

    def _rows(self, column: int) -> list[int]:
        first, last = self.matrix.indptr[column : column + 2]
        return self.matrix.indices[first:last].tolist()  # type: ignore[no-any-return]

    def _sort_key(self, row: int, continua: Continua) -> tuple[Any, ...]:
        s, a, i = self.units[row]
        return (
            float(continua.start[s, a, i]),
            float(continua.end[s, a, i]),
            int(continua.label[s, a, i]),
            int(a),
            int(i),
        )

    def _place(self, rows: list[int], continua: Continua) -> float:
        keys = [self._sort_key(row, continua) for row in rows]
        return fsum(positional(*one[:2], *other[:2]) for one, other in combinations(keys, 2))


def _solved(solution: Any) -> Floats:
    if solution.x is None:
        raise ArithmeticError(f"The best alignment was not found: {solution.message}")
    return np.asarray(solution.x)


def _first_twins(bits: int, used: int, here: int, twin: dict[int, int]) -> bool:
    """Whether each unit of a join is preceded by no twin that is still free."""
    return all(
        not (bits & after) or before <= here or bool((used | bits) & before)
        for after, before in twin.items()
    )


def _better(way: _Way, other: _Way) -> bool:
    if abs(way[0] - other[0]) > TOLERANCE:
        return way[0] > other[0]
    if way[1] != other[1]:
        return way[1] > other[1]
    if abs(way[2] - other[2]) > TOLERANCE:
        return way[2] < other[2]
    return way[3] < other[3]
