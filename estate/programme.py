"""A mixed-integer programme as arrays, and what is known of its answer.

minimise    cost . x + offset
subject to  row_lower <= matrix x <= row_upper,  lower <= x <= upper,  x[integer] whole
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]
Status = Literal["optimal", "gap", "work limit", "time limit", "interrupted", "infeasible"]
#: Asked now and then; True ends the search with what it has.
Stop = Callable[[], bool]
#: Called with the best cost and the bound so far.
Progress = Callable[[float, float], None]

OPTIMAL_WITHIN = 1e-6
INFEASIBLE_BY = 1e-6


@dataclass(frozen=True, slots=True)
class RowLabel:
    """What a row is about, and how much one of its units is in the unit in which it is told.

    Parameters
    ----------
    words
        Whom or what the row is about.
    unit
        One unit of the row in the unit in which people speak of it (100 for a share told in points).
    """

    words: str
    unit: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A mixed-integer programme as arrays.

    Parameters
    ----------
    cost, lower, upper
        Cost and bounds of each variable, shape (n,).
    integer
        True where a variable must be whole, shape (n,).
    matrix
        Coefficients, shape (m, n), compressed by rows.
    row_lower, row_upper
        Bounds of each row, shape (m,); infinite where there is none.
    offset
        Constant added to the cost.
    families
        Rows by the name of the rule they come from; every row belongs to at most one.
    labels
        What some rows are about, by row.
    """

    cost: Floats
    lower: Floats
    upper: Floats
    integer: Mask
    matrix: csr_matrix
    row_lower: Floats
    row_upper: Floats
    offset: float = 0.0
    families: dict[str, Indices] = field(default_factory=dict)
    labels: dict[int, RowLabel] = field(default_factory=dict)

    def objective(self, values: Floats) -> float:
        """Return the cost of a solution."""
        return float(self.cost @ values) + self.offset

    def breaks(self, values: Floats, *, tolerance: float = INFEASIBLE_BY) -> bool:
        """Return True where a solution breaks a row, a bound or wholeness by more than the tolerance.

        The tolerance of a row grows with the size of its bound.
        """
        rows = self.matrix @ values
        scale = 1.0 + np.where(np.isfinite(self.row_upper), np.abs(self.row_upper), 0.0)
        return bool(
            np.any(values < self.lower - tolerance)
            or np.any(values > self.upper + tolerance)
            or np.any(np.abs(values - np.rint(values))[self.integer] > tolerance)
            or np.any(rows < self.row_lower - tolerance * scale)
            or np.any(rows > self.row_upper + tolerance * scale)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What the search came back with, and how good it is known to be.

    Parameters
    ----------
    values
        The best solution found, shape (n,); empty where there is none.
    objective
        Its cost; infinite where there is none.
    bound
        Proven lower bound on the cost of every solution.
    status
        ``optimal`` (objective and bound agree within one part in a million), ``gap`` (the search stopped at the gap
        asked for), ``time limit``, ``work limit``, ``interrupted`` or ``infeasible``.
    nodes
        Branch-and-bound nodes looked at.
    cpu_s
        Processor time used (seconds).
    """

    values: Floats
    objective: float
    bound: float
    status: Status
    nodes: int
    cpu_s: float

    @property
    def gap(self) -> float:
        """Distance of the objective from the bound as a share of the objective."""
        return relative_gap(self.objective, self.bound)


def relative_gap(objective: float, bound: float) -> float:
    """Return (objective - bound) / |objective|, never below 0.

    Examples
    --------
    >>> relative_gap(200.0, 199.0)
    0.005
    >>> relative_gap(0.0, 0.0)
    0.0
    """
    distance = max(objective - bound, 0.0)
    return distance / max(abs(objective), 1e-9) if distance > 0 else 0.0


def part_of(model: Model, columns: Indices, rows: Indices) -> Model:
    """Return the programme of some columns and the rows that hold them, without the constant."""
    return Model(
        cost=model.cost[columns],
        lower=model.lower[columns],
        upper=model.upper[columns],
        integer=model.integer[columns],
        matrix=model.matrix[rows][:, columns],
        row_lower=model.row_lower[rows],
        row_upper=model.row_upper[rows],
    )


def restricted(model: Model, values: Floats, free: Mask) -> Model:
    """Return the programme of the free variables, the others held at their values.

    Parameters
    ----------
    model
        The whole programme.
    values
        A solution of it, shape (n,).
    free
        True for the variables that may change, shape (n,).

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> one = np.ones(2)
    >>> both = Model(-one, 0 * one, one, one > 0, csr_matrix([[1.0, 1.0]]), -one[:1], 1.5 * one[:1])
    >>> part = restricted(both, np.array([1.0, 0.0]), np.array([False, True]))
    >>> part.row_upper.tolist(), part.offset
    ([0.5], -1.0)
    """
    held = np.where(free, 0.0, values)
    matrix = model.matrix[:, free]
    rows = np.flatnonzero(np.diff(matrix.indptr))
    shift = (model.matrix @ held)[rows]
    return Model(
        cost=model.cost[free],
        lower=model.lower[free],
        upper=model.upper[free],
        integer=model.integer[free],
        matrix=matrix[rows],
        row_lower=model.row_lower[rows] - shift,
        row_upper=model.row_upper[rows] - shift,
        offset=model.offset + float(model.cost @ held),
    )
