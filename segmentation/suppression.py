"""Small counts are not told, nor any other count from which they could be worked out.

Published counts add up: areas to segments, services to all services, channels to all channels. Somebody who knows the
sums can subtract. So a count from 1 to the threshold less one is withheld (*primary*), and then others beside it until
nothing can be recovered (*secondary*). Withheld cells all look alike.

Zeros are told (areas that never make contact matter), so a withheld cell is known to be 1 or more, and two that add up
to 2 would both be 1. The attacker is given all of that: the withheld cells are the unknowns of a system of linear
equations, each at least 1, and a cell is safe where it can have more than one value (Cox 1980; the attacker's problem
is a linear programme). Cells are withheld, the smallest first, until all are safe; that they are the fewest is not
attempted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

SURE = 1e-7
"""How near to 1 a leverage counts as 1."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A published total and the cells it is the sum of, as positions."""

    total: int
    parts: tuple[int, ...]

    @property
    def cells(self) -> tuple[int, ...]:
        """Total and parts."""
        return (self.total, *self.parts)


def withhold(counts: Ints, sums: Sequence[Sum], *, below: int, known: Collection[int] = ()) -> Flags:
    """Return which counts are not told.

    Parameters
    ----------
    counts
        Whole numbers from 0, shape (n_cells,).
    sums
        Every addition that a reader could know of.
    below
        Counts from 1 to one less are withheld.
    known
        Positions of counts that everybody knows anyway and that cannot be withheld, such as the rows of a list.

    Returns
    -------
    ndarray
        True where withheld, shape (n_cells,).

    Examples
    --------
    A three alone under a known total would be 40 - 30 - 7; the seven goes with it.

    >>> withhold(np.array([40, 30, 7, 3]), [Sum(0, (1, 2, 3))], below=5).tolist()
    [False, False, True, True]
    """
    search = _Withholding(counts, sums, below, np.isin(np.arange(len(counts)), list(known)))
    while True:
        search.close()
        weak = pinned(search.hidden, counts, sums)
        if not any(search.hide_beside(int(cell)) for cell in weak):
            return search.hidden


def pinned(hidden: Flags, counts: Ints, sums: Sequence[Sum]) -> Ints:
    """Return the withheld cells that can have one value only, given the told ones and that none of them is 0.

    Some are 1 in every solution. Of the others, a cell has one value exactly where its unit vector lies in the row
    space of the equations, that is where its leverage is 1.

    Parameters
    ----------
    hidden
        True where withheld, shape (n_cells,).
    counts
        All counts, shape (n_cells,); those withheld are not looked at.
    sums
        What is known to add up.

    Returns
    -------
    ndarray
        Positions of cells.

    Examples
    --------
    >>> pinned(np.array([False, True, True]), np.array([2, 1, 1]), [Sum(0, (1, 2))]).tolist()
    [1, 2]
    >>> pinned(np.array([False, True, True]), np.array([9, 1, 8]), [Sum(0, (1, 2))]).tolist()
    []
    """
    cells = np.flatnonzero(hidden).astype(np.int64)
    if not len(cells):
        return cells
    system, known = _equations(cells, counts, sums)
    free = _above_one(system, known)
    dense = system[:, free].toarray()
    values, vectors = np.linalg.eigh(dense @ dense.T)
    kept = values > SURE * values.max(initial=0.0)
    along = (vectors[:, kept] / np.sqrt(values[kept])).T @ dense
    fixed = np.ones(len(cells), dtype=np.bool_)
    fixed[free] = (along**2).sum(axis=0) > 1 - SURE
    return cells[fixed]


def _above_one(system: csr_array, known: NDArray[np.float64]) -> Flags:
    """Return which unknowns exceed 1 in some solution of system x = known, x >= 1.

    Solutions can be added up, so one stretched solution (system x = known t, t >= 1) shows them all at once: the one
    with the most unknowns at least t + 1 (Freund, Roundy and Todd 1985).
    """
    n = system.shape[1]
    stretch = csr_array(-known.reshape(-1, 1))
    equal = hstack([system, csr_array((system.shape[0], n)), stretch])
    above = hstack([-eye_array(n), eye_array(n), csr_array(np.ones((n, 1)))])
    goal = np.concatenate([np.zeros(n), -np.ones(n), np.zeros(1)])
    bounds = [(0.0, None)] * n + [(0.0, 1.0)] * n + [(1.0, None)]
    answer: Any = linprog(
        goal,
        A_ub=cast("Any", above),
        b_ub=np.zeros(n),
        A_eq=cast("Any", equal),
        b_eq=np.zeros(system.shape[0]),
        bounds=bounds,
        method="highs",
    )
    found: Flags = answer.x[n : 2 * n] > 0.5
    return found


def _equations(cells: Ints, counts: Ints, sums: Sequence[Sum]) -> tuple[csr_array, NDArray[np.float64]]:
    """Return the withheld cells' equations: their coefficients and what the told cells say they come to."""
    at = {int(cell): column for column, cell in enumerate(cells)}
    known: list[float] = []
    rows, columns, signs = [], [], []
    for one in sums:
        unknown = [cell for cell in one.cells if cell in at]
        if not unknown:
            continue
        rows += [len(known)] * len(unknown)
        columns += [at[cell] for cell in unknown]
        signs += [-1.0 if cell == one.total else 1.0 for cell in unknown]
        known.append(sum(signs_of * float(counts[cell]) for cell, signs_of in _told(one, at)))
    shape = (len(known), len(cells))
    return csr_array((signs, (rows, columns)), shape=shape), np.array(known)


def _told(one: Sum, hidden: Mapping[int, int]) -> list[tuple[int, float]]:
    """Return the told cells of a sum with the sign they have on the other side of the equation."""
    return [(cell, 1.0 if cell == one.total else -1.0) for cell in one.cells if cell not in hidden]


class _Withholding:
    """The cells withheld so far."""

    def __init__(self, counts: Ints, sums: Sequence[Sum], below: int, known: Flags) -> None:
        self.counts, self.sums, self.below, self.known = counts, sums, below, known
        self.hidden: Flags = (counts > 0) & (counts < below) & ~known
        self.sums_of: dict[int, list[int]] = {cell: [] for cell in range(len(counts))}
        for at, one in enumerate(sums):
            for cell in one.cells:
                self.sums_of[cell].append(at)

    def close(self) -> None:
        """Withhold cells until every sum has none or enough of them."""
        queue = dict.fromkeys(range(len(self.sums)))
        while queue:
            at = next(iter(queue))
            del queue[at]
            while self.is_open(self.sums[at]) and (cell := self.smallest_told(self.sums[at])) is not None:
                self.hidden[cell] = True
                queue |= dict.fromkeys(other for other in self.sums_of[cell] if other != at)

    def is_open(self, one: Sum) -> bool:
        """Return True where a sum gives a withheld cell away, exactly or by leaving it no room."""
        unknown = [cell for cell in one.parts if self.hidden[cell]]
        if self.hidden[one.total]:
            return not unknown
        room = int(self.counts[unknown].sum()) - len(unknown) + 1
        return bool(unknown) and (len(unknown) < 2 or room < self.below)

    def smallest_told(self, one: Sum) -> int | None:
        """Return the smallest told count that is not 0: a part if there is one, else the total."""
        for cells in (one.parts, (one.total,)):
            told = [cell for cell in cells if self.counts[cell] > 0 and not (self.hidden[cell] or self.known[cell])]
            if told:
                return min(told, key=lambda cell: (self.counts[cell], cell))
        return None

    def hide_beside(self, cell: int) -> bool:
        """Withhold the smallest told cell of the sums of a cell; return False where there is none."""
        found = [self.smallest_told(self.sums[at]) for at in self.sums_of[cell]]
        told = [one for one in found if one is not None]
        if told:
            self.hidden[min(told, key=lambda one: (self.counts[one], one))] = True
        return bool(told)
