"""Arrays in, answer out: mixed-integer programmes handed to HiGHS. This room has never heard of offices.

    minimise    cost . x + offset
    subject to  row_lower <= matrix x <= row_upper,  lower <= x <= upper,  x[integer] whole

Parts of a programme that share no row are solved apart and their bounds added. The bound of an answer is always a
proven one: whatever stopped the search, no solution costs less. The same programme, seed and starts give the same
answer unless the clock stopped the search; a limit on work stops it at the same place every time.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

from geodata.errors import SolverError

Floats = NDArray[np.float64]
Status = Literal["optimal", "gap", "time limit", "work limit", "infeasible"]
Progress = Callable[[float, float], None]

OPTIMAL_WITHIN = 1e-6
INFEASIBLE_BY = 1e-6
LEAST_SECONDS = 0.5
_SEVERITY: tuple[Status, ...] = ("optimal", "gap", "work limit", "time limit", "infeasible")


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
    """

    cost: Floats
    lower: Floats
    upper: Floats
    integer: NDArray[np.bool_]
    matrix: csr_matrix
    row_lower: Floats
    row_upper: Floats
    offset: float = 0.0
    families: dict[str, NDArray[np.intp]] = field(default_factory=dict)

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
        asked for), ``time limit``, ``work limit`` or ``infeasible``.
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


def solve_mip(
    model: Model,
    *,
    seed: int = 0,
    seconds: float = 60.0,
    work: int | None = None,
    gap: float = OPTIMAL_WITHIN,
    starts: Sequence[Floats] = (),
    progress: Progress | None = None,
) -> Answer:
    """Minimise a mixed-integer programme.

    Parameters
    ----------
    model
        The programme.
    seed
        Seed of the solver's own random choices.
    seconds
        Processor time allowed (seconds); on an idle machine the same as time on the clock.
    work
        Checkpoints of the search allowed in each part, for a stop that does not depend on the machine: HiGHS passes
        them at the same points of the same search, some hundred a second.
    gap
        The search may stop once (objective - bound) / |objective| is this small.
    starts
        Solutions known beforehand; the cheapest that keeps all rows is where the search begins, so that the answer
        never costs more than it.
    progress
        Called now and then with the best cost and the bound so far (of the whole programme).

    Raises
    ------
    SolverError
        The limit was reached before any solution was found, or the solver failed.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> one = np.ones(2)
    >>> knapsack = Model(np.array([-3.0, -2.0]), 0 * one, one, one > 0, csr_matrix([[2.0, 2.0]]), -one[:1], 3 * one[:1])
    >>> answer = solve_mip(knapsack)
    >>> answer.values.tolist(), answer.objective, answer.status
    ([1.0, 0.0], -3.0, 'optimal')
    """
    began = time.process_time()
    start = _best_start(model, starts)
    parts = _components(model)
    answers: list[Answer] = []
    waiting = sum(_size(columns) for columns, _ in parts)
    for columns, rows in parts:
        left = max(seconds - (time.process_time() - began), LEAST_SECONDS)
        allowed = left if len(parts) == 1 else max(left * _size(columns) / waiting, LEAST_SECONDS)
        waiting -= _size(columns)
        answers.append(
            _solve_part(
                _part(model, columns, rows),
                start=None if start is None else start[columns],
                limits=_Limits(seed=seed, seconds=allowed, work=work, gap=gap),
                progress=_whole(progress, model, parts, answers, start) if progress else None,
            )
        )
        if answers[-1].status == "infeasible":
            break
    return _join(model, parts, answers, time.process_time() - began)


@dataclass(frozen=True, slots=True)
class _Limits:
    seed: int
    seconds: float
    work: int | None
    gap: float


def _best_start(model: Model, starts: Sequence[Floats]) -> Floats | None:
    good = [values for values in starts if not model.breaks(values)]
    return min(good, key=model.objective) if good else None


def _size(columns: NDArray[np.intp]) -> float:
    """Return the share of time a part deserves: a little more than in proportion, since search grows faster."""
    return float(len(columns) ** 1.5)


def _components(model: Model) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Return columns and rows of the parts that share no row, largest first, then by first column.

    Columns that stand in no row are gathered into one part of their own.
    """
    rows, columns = model.matrix.shape
    entries = model.matrix.tocoo()
    graph = coo_matrix((np.ones(entries.nnz), (entries.row + columns, entries.col)), shape=(rows + columns,) * 2)
    _, label = connected_components(graph, directed=False)
    lonely = np.bincount(entries.col, minlength=columns) == 0
    of_column = np.where(lonely, -1, label[:columns])
    of_row = label[columns:]
    parts = []
    for number in np.unique(of_column):
        own_rows = np.flatnonzero(of_row == number) if number >= 0 else np.array([], dtype=np.intp)
        parts.append((np.flatnonzero(of_column == number), own_rows))
    return sorted(parts, key=lambda part: (-len(part[0]), int(part[0][0])))


def _part(model: Model, columns: NDArray[np.intp], rows: NDArray[np.intp]) -> Model:
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


def _whole(
    progress: Progress,
    model: Model,
    parts: list[tuple[NDArray[np.intp], NDArray[np.intp]]],
    answers: list[Answer],
    start: Floats | None,
) -> Progress:
    """Return a progress function for the part now solved that reports on the whole programme.

    Parts not yet begun count with their start (infinite without one) and with the bound that their columns give.
    """
    later = np.concatenate([columns for columns, _ in parts[len(answers) + 1 :]] or [np.array([], dtype=np.intp)])
    cost = model.offset + sum(answer.objective for answer in answers)
    bound = model.offset + sum(answer.bound for answer in answers)
    if len(later):
        cost += float(model.cost[later] @ start[later]) if start is not None else np.inf
        bound += float(np.minimum(model.cost * model.lower, model.cost * model.upper)[later].sum())

    def report(best: float, proved: float) -> None:
        progress(cost + best, bound + proved)

    return report


def _join(
    model: Model,
    parts: list[tuple[NDArray[np.intp], NDArray[np.intp]]],
    answers: list[Answer],
    cpu_s: float,
) -> Answer:
    """Return the answer of the whole from the answers of its parts."""
    nodes = sum(answer.nodes for answer in answers)
    worst = max((_SEVERITY.index(answer.status) for answer in answers), default=0)
    status = _SEVERITY[worst]
    if status == "infeasible":
        return Answer(np.array([]), np.inf, np.inf, "infeasible", nodes, cpu_s)
    values = np.zeros(len(model.cost))
    for (columns, _), answer in zip(parts, answers, strict=True):
        values[columns] = answer.values
    objective = model.objective(values)
    bound = min(objective, model.offset + sum(answer.bound for answer in answers))
    if relative_gap(objective, bound) <= OPTIMAL_WITHIN:
        status = "optimal"
    return Answer(values, objective, bound, status, nodes, cpu_s)


def _solve_part(model: Model, *, start: Floats | None, limits: _Limits, progress: Progress | None) -> Answer:
    """Solve one connected part with HiGHS."""
    began = time.process_time()
    scale = _cost_scale(model)
    highs = _load(model, limits, scale)
    if start is not None:
        known = highspy.HighsSolution()
        known.col_value = start.tolist()
        highs.setSolution(known)
    stopped = _watch(highs, limits, progress, scale)
    highs.run()
    cpu_s = time.process_time() - began
    outcome, info = highs.getModelStatus(), highs.getInfo()
    if outcome in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return Answer(np.array([]), np.inf, np.inf, "infeasible", max(info.mip_node_count, 0), cpu_s)
    values = np.array(highs.getSolution().col_value)
    if len(values) != len(model.cost) or not np.isfinite(info.objective_function_value):
        raise SolverError(
            f"The search found no solution within its limit of {limits.seconds:.0f} s "
            f"({highs.modelStatusToString(outcome)}). Allow more time."
        )
    values = _rounded(model, values)
    objective = model.objective(values)
    bound = scale * (info.mip_dual_bound if model.integer.any() else info.objective_function_value)
    return Answer(
        values, objective, min(bound, objective), _status(outcome, stopped), max(info.mip_node_count, 0), cpu_s
    )


def _cost_scale(model: Model) -> float:
    """Return the power of two that brings the largest cost to about a thousand, which HiGHS handles best."""
    largest = np.abs(model.cost).max(initial=0.0)
    return float(2.0 ** np.round(np.log2(largest / 1000.0))) if largest > 0 else 1.0


def _load(model: Model, limits: _Limits, scale: float) -> Any:
    """Return HiGHS with the programme and its settings."""
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    settings = {
        "output_flag": False,
        "threads": 1,
        "random_seed": limits.seed % 2**31,
        "mip_rel_gap": limits.gap,
        "mip_abs_gap": 1e-6,
        "mip_feasibility_tolerance": INFEASIBLE_BY,
    }
    for name, value in settings.items():
        highs.setOptionValue(name, value)
    programme = highspy.HighsLp()
    programme.num_row_, programme.num_col_ = model.matrix.shape
    programme.col_cost_, programme.col_lower_, programme.col_upper_ = model.cost / scale, model.lower, model.upper
    programme.row_lower_, programme.row_upper_ = model.row_lower, model.row_upper
    programme.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    programme.a_matrix_.start_ = model.matrix.indptr
    programme.a_matrix_.index_ = model.matrix.indices
    programme.a_matrix_.value_ = model.matrix.data
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    if model.integer.any():
        programme.integrality_ = [kinds[int(whole)] for whole in model.integer]
    highs.passModel(programme)
    return highs


def _watch(highs: Any, limits: _Limits, progress: Progress | None, scale: float) -> list[Status]:
    """Stop the search at its limits; the list returned says which limit did."""
    stopped: list[Status] = []
    deadline = time.process_time() + limits.seconds
    checkpoints = itertools.count(1)

    def check(event: Any) -> None:
        done = next(checkpoints)
        if progress is not None:
            progress(event.data_out.mip_primal_bound * scale, event.data_out.mip_dual_bound * scale)
        if limits.work is not None and done >= limits.work:
            stopped.append("work limit")
        elif time.process_time() >= deadline:
            stopped.append("time limit")
        if stopped:
            event.data_in.user_interrupt = True

    highs.cbMipInterrupt += check
    return stopped


def _rounded(model: Model, values: Floats) -> Floats:
    """Return values with whole variables made exactly whole and all within their bounds."""
    whole = np.where(model.integer, np.rint(values), values)
    return np.clip(whole, model.lower, model.upper)


def _status(outcome: Any, stopped: list[Status]) -> Status:
    if outcome == highspy.HighsModelStatus.kOptimal:
        return "gap"
    return stopped[0] if stopped else "time limit"
