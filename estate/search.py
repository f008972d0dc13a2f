"""Search in large programmes: prove with the variables that matter most, improve a part at a time. Knows no offices.

Branch and bound alone may sit for minutes on a programme whose plan and bound are both easy to better. Three steps:

1. *Try it whole*, for a while. Small programmes end here.
2. *Relax.* Keep only the first variables whole. What that costs at least, every solution costs at least: a bound.
3. *Improve.* Free a small neighbourhood of the best solution, hold the rest, solve that exactly; again and again, with
   neighbourhoods that grow while they bring nothing and shrink while they take too long.

Steps end after fixed amounts of work, so that the result depends on the machine only where the clock stops the last.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from estate.solver import OPTIMAL_WITHIN, Answer, Floats, Model, Progress, Status, relative_gap, solve_mip
from geodata.errors import SolverError

Mask = NDArray[np.bool_]
#: Given a solution, a source of chance and a size: which variables may change.
Neighbourhood = Callable[[Floats, np.random.Generator, int], Mask]

WHOLE_WORK = 60
RELAXED_WORK = 4_000
ROUND_WORK = 60
ROUND_SECONDS = 10.0
SMALLEST, LARGEST = 10, 40
PATIENCE = 15
ROUND_GAP = 1e-3
RELAXED_GAP = 1e-4


@dataclass(frozen=True, slots=True)
class Strategy:
    """What the caller knows about a programme.

    Parameters
    ----------
    first
        The whole variables that matter most; the others follow from them nearly of themselves.
    neighbourhood
        Draws the variables that a round may change.
    """

    first: Mask
    neighbourhood: Neighbourhood


def search_mip(
    model: Model,
    strategy: Strategy,
    *,
    starts: Sequence[Floats],
    seed: int = 0,
    seconds: float = 60.0,
    rounds: int | None = None,
    gap: float = OPTIMAL_WITHIN,
    progress: Progress | None = None,
) -> Answer:
    """Minimise a programme that may be too large for branch and bound alone.

    Parameters
    ----------
    model
        The programme.
    strategy
        What is known about it.
    starts
        Solutions known beforehand. Without one that keeps all rows, only the first step is taken, with all the time.
    seed
        Seed of every random choice.
    seconds
        Processor time allowed (seconds).
    rounds
        Rounds of improvement allowed, for a stop that does not depend on the machine; without end by default.
    gap
        The search may stop once (objective - bound) / |objective| is this small.
    progress
        Called now and then with the best cost and the bound so far.

    Raises
    ------
    SolverError
        The time was over before any solution was found.
    """
    deadline = time.process_time() + seconds
    known = [values for values in starts if not model.breaks(values)]
    whole = solve_mip(
        model,
        seed=seed,
        seconds=seconds,
        work=WHOLE_WORK if known else None,
        gap=gap,
        starts=known,
        progress=progress,
    )
    if whole.status in ("optimal", "gap", "infeasible") or not known:
        return whole
    best = _Best(whole, gap, deadline, progress)
    best.prove(_relaxed_bound(model, strategy, best, seed))
    _improve(model, strategy, best, seed, rounds)
    return best.answer(time.process_time() - deadline + seconds)


class _Best:
    """The best solution and bound so far."""

    def __init__(self, whole: Answer, gap: float, deadline: float, progress: Progress | None) -> None:
        self.values, self.objective, self.bound = whole.values, whole.objective, whole.bound
        self.nodes, self.gap, self.deadline, self.progress = whole.nodes, gap, deadline, progress
        self.status: Status = "time limit"

    @property
    def seconds_left(self) -> float:
        return self.deadline - time.process_time()

    @property
    def good_enough(self) -> bool:
        return relative_gap(self.objective, self.bound) <= self.gap

    def prove(self, bound: float) -> None:
        self.bound = min(max(self.bound, bound), self.objective)
        self._tell()

    def better(self, values: Floats, objective: float) -> bool:
        """Take a solution if it is better; return True where it is by more than rounding."""
        improved = objective < self.objective - 1e-9 * abs(self.objective)
        if improved:
            self.values, self.objective = values, objective
            self._tell()
        return improved

    def _tell(self) -> None:
        if self.progress is not None:
            self.progress(self.objective, self.bound)

    def answer(self, cpu_s: float) -> Answer:
        closed: Status = "optimal" if relative_gap(self.objective, self.bound) <= OPTIMAL_WITHIN else "gap"
        status = closed if self.good_enough else self.status
        return Answer(self.values, self.objective, self.bound, status, self.nodes, cpu_s)


def _relaxed_bound(model: Model, strategy: Strategy, best: _Best, seed: int) -> float:
    """Return a proven bound from the programme in which only the first variables are whole."""
    relaxed = replace(model, integer=model.integer & strategy.first)
    answer = solve_mip(
        relaxed,
        seed=seed,
        seconds=best.seconds_left / 2,
        work=RELAXED_WORK,
        gap=RELAXED_GAP,
        starts=[best.values],
        progress=None if best.progress is None else (lambda _, bound: best.prove(bound)),
    )
    return answer.bound


def _improve(model: Model, strategy: Strategy, best: _Best, seed: int, rounds: int | None) -> None:
    """Solve one neighbourhood after another, exactly or nearly so, until time, rounds or the gap end it."""
    chance = np.random.default_rng(seed)
    size, idle, done = SMALLEST, 0, 0
    while best.seconds_left > 0 and not best.good_enough:
        if rounds is not None and done >= rounds:
            best.status = "work limit"
            return
        free = strategy.neighbourhood(best.values, chance, size)
        found = _round(model, best, free, seed=seed + done)
        idle = 0 if best.better(found.values, found.objective) else idle + 1
        if found.status == "work limit":
            size = max(size - 1, SMALLEST)
        elif idle >= PATIENCE:
            size, idle = min(size + 2, LARGEST), 0
        best.nodes += found.nodes
        done += 1


def _round(model: Model, best: _Best, free: Mask, *, seed: int) -> Answer:
    """Return the best solution in which only the free variables differ from the best so far."""
    part = restricted(model, best.values, free)
    seconds = min(max(best.seconds_left, 0.05), ROUND_SECONDS)
    try:
        answer = solve_mip(part, seed=seed, seconds=seconds, work=ROUND_WORK, gap=ROUND_GAP, starts=[best.values[free]])
    except SolverError:
        answer = None
    if answer is None or answer.status == "infeasible":
        return Answer(best.values, best.objective, best.bound, "time limit", 0, 0.0)
    values = best.values.copy()
    values[free] = answer.values
    return replace(answer, values=values, objective=model.objective(values))


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
