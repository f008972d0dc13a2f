"""The door to HiGHS: arrays in, answer out. This room has never heard of offices.

Parts of a programme that share no row are solved apart and their bounds added. The bound of an answer is always a
proven one: whatever stopped the search, no solution costs less. The same programme, seed and starts give the same
answer unless the clock stopped the search; a limit on work stops it at the same place every time.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np

from estate.parts import Part, solve_apart
from estate.programme import INFEASIBLE_BY, OPTIMAL_WITHIN, Answer, Floats, Indices, Model, Progress, Status, Stop
from geodata.errors import SolverError

SUB_SEARCHES = ("mip_heuristic_run_rins", "mip_heuristic_run_rens", "mip_heuristic_run_root_reduced_cost")


def solve_mip(
    model: Model,
    *,
    seed: int = 0,
    seconds: float = 60.0,
    work: int | None = None,
    gap: float = OPTIMAL_WITHIN,
    starts: Sequence[Floats] = (),
    sub_searches: bool = True,
    progress: Progress | None = None,
    stop: Stop | None = None,
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
    sub_searches
        False to leave out the solver's searches in parts of the programme. They find solutions, but one inside the
        other they hold a dozen copies of it.
    progress
        Called now and then with the best cost and the bound so far (of the whole programme).
    stop
        Asked now and then; True ends the search with the best solution and bound so far.

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

    def solve(part: Part, start: Floats | None, *, seconds: float, progress: Progress | None) -> Answer:
        limits = _Limits(seed=seed, seconds=seconds, work=work, gap=gap, sub_searches=sub_searches, stop=stop)
        return _solve_part(part.model, start=start, limits=limits, progress=progress)

    return solve_apart(model, solve, start=best_start(model, starts), seconds=seconds, progress=progress)


@dataclass(frozen=True, slots=True)
class _Limits:
    seed: int
    seconds: float
    work: int | None
    gap: float
    sub_searches: bool = True
    stop: Stop | None = None


def best_start(model: Model, starts: Sequence[Floats]) -> Floats | None:
    """Return the cheapest of the starts that keep all rows, or None."""
    good = [values for values in starts if not model.breaks(values)]
    return min(good, key=model.objective) if good else None


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


class Relaxation:
    """A programme without whole numbers, solved again and again with other variables held, each time from the last.

    What it costs at least, every solution of the programme with these variables held costs at least.

    Parameters
    ----------
    model
        The programme.
    seed
        Seed of the solver's own random choices.
    """

    def __init__(self, model: Model, *, seed: int = 0) -> None:
        self.model, self.scale = model, _cost_scale(model)
        fractional = replace(model, integer=np.zeros(len(model.cost), dtype=np.bool_))
        self.highs = _load(fractional, _Limits(seed=seed, seconds=np.inf, work=None, gap=0.0), self.scale)

    def held(self, columns: Indices, values: Floats) -> tuple[float, Floats]:
        """Return the least cost while variables are held, and the variables; infinite where nothing keeps the rows.

        Where the solver gave up, which is no proof of anything, the cost is minus infinity.
        """
        at = columns.astype(np.int32)
        self.highs.changeColsBounds(len(at), at, values, values)
        self.highs.run()
        status, found = self.highs.getModelStatus(), np.array(self.highs.getSolution().col_value)
        cost = self.scale * self.highs.getInfo().objective_function_value + self.model.offset
        self.highs.changeColsBounds(len(at), at, self.model.lower[columns], self.model.upper[columns])
        if status == highspy.HighsModelStatus.kInfeasible:
            return np.inf, found
        return (float(cost) if status == highspy.HighsModelStatus.kOptimal else -np.inf), found


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
    settings |= {} if limits.sub_searches else dict.fromkeys(SUB_SEARCHES, False)
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
        if limits.stop is not None and limits.stop():
            stopped.append("interrupted")
        elif limits.work is not None and done >= limits.work:
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
