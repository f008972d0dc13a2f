"""Search in large programmes: prove with the variables that matter most, improve a part at a time. Knows no offices.

Branch and bound alone may sit for minutes on a programme whose plan and bound are both easy to better. Five steps:

1. *Try it whole*, for a while. Small programmes end here; one that is nearly closed goes on to step 5.
2. *Relax.* Keep only the first variables whole. What that costs at least, every solution costs at least: a bound.
3. *Be cautious.* Relax a programme with a little less room in its rows, hold its first variables, and solve for the
   others: with a little slack the pieces fit together.
4. *Improve.* Free a small neighbourhood of the best solution, hold the rest, solve that nearly exactly; again and
   again, with neighbourhoods that grow while they bring nothing and shrink while they take too long.
5. *Try it whole again*, with the time that is left.

Steps end after fixed amounts of work, so that the result depends on the machine only where the clock cuts one short.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from estate.parts import Part, solve_apart
from estate.programme import (
    OPTIMAL_WITHIN,
    Answer,
    Floats,
    Mask,
    Model,
    Progress,
    Status,
    Stop,
    part_of,
    relative_gap,
    restricted,
)
from estate.solver import best_start, solve_mip
from geodata.errors import SolverError

#: Given a solution, a source of chance and a size: which variables may change.
Neighbourhood = Callable[[Floats, np.random.Generator, int], Mask]

WHOLE_WORK = 60
FIRST_SHARE = 0.25
RELAXED_WORK = 4_000
RELAXED_GAP = 1e-4
CAUTIOUS_GAP = 5e-4
ROUND_WORK = 60
ROUND_SECONDS = 10.0
ROUND_GAP = 1e-3
SMALLEST, LARGEST = 10, 40
PATIENCE = 15
LAST_IDLE_ROUND = 150
FEW_FIRST = 40
NEARLY = 1e-3
#: Variables above which the solver's own searches in parts are left out: their copies of the programme fill the memory,
#: and rounds of improvement do the same with small ones.
MANY = 50_000
#: Checkpoints of branch and bound that one round of a work limit stands for.
WORK_A_ROUND = 20


@dataclass(frozen=True, slots=True)
class Strategy:
    """What the caller knows about a programme.

    Parameters
    ----------
    first
        The whole variables that matter most; the others follow from them nearly of themselves.
    neighbourhood
        Draws the variables that a round may change.
    cautious
        The same programme with a little less room in its rows.
    """

    first: Mask
    neighbourhood: Neighbourhood
    cautious: Model


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
    stop: Stop | None = None,
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
        Rounds of improvement allowed in each part, for a stop that does not depend on the machine.
    gap
        The search may stop once (objective - bound) / |objective| is this small.
    progress
        Called now and then with the best cost and the bound so far.
    stop
        Asked now and then; True ends the search with the best solution and bound so far.

    Raises
    ------
    SolverError
        The time was over before any solution was found.
    """
    known = best_start(model, starts)
    if known is None:
        work = None if rounds is None else WORK_A_ROUND * (rounds + WHOLE_WORK)
        return solve_mip(model, seed=seed, seconds=seconds, work=work, gap=gap, progress=progress, stop=stop)

    def solve(part: Part, start: Floats | None, *, seconds: float, progress: Progress | None) -> Answer:
        begin = known[part.columns] if start is None else start
        best = _Best(part.model, begin, seconds=seconds, gap=gap, progress=progress, stop=stop)
        _search_part(best, _inside(strategy, part, known), seed=seed, rounds=rounds)
        return best.answer()

    return solve_apart(model, solve, start=known, seconds=seconds, progress=progress)


def improve_mip(
    model: Model,
    neighbourhood: Neighbourhood,
    *,
    start: Floats,
    bound: float = -np.inf,
    idle_rounds: int = LAST_IDLE_ROUND,
    seed: int = 0,
    seconds: float = 60.0,
    rounds: int | None = None,
    gap: float = OPTIMAL_WITHIN,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Answer:
    """Improve a solution one neighbourhood at a time, where a bound is known from elsewhere.

    Parameters
    ----------
    model
        The programme.
    neighbourhood
        Draws the variables that a round may change.
    start
        A solution that keeps all rows, shape (n,).
    bound
        A proven lower bound on the cost of every solution.
    idle_rounds
        Rounds without anything better after which the search ends.
    seed, seconds, rounds, gap, progress, stop
        As for :func:`search_mip`.
    """
    best = _Best(model, start, seconds=seconds, gap=gap, progress=progress, stop=stop)
    best.prove(bound)
    nowhere = Strategy(np.zeros(len(start), dtype=np.bool_), neighbourhood, model)
    _improve(best, nowhere, seed=seed, rounds=rounds, idle_rounds=idle_rounds)
    if rounds is not None and best.seconds_left > 0:
        best.status = "work limit"
    return best.answer()


def _inside(strategy: Strategy, part: Part, known: Floats) -> Strategy:
    """Return the strategy for a part; variables outside it stay as known."""

    def draw(values: Floats, chance: np.random.Generator, size: int) -> Mask:
        everything = known.copy()
        everything[part.columns] = values
        return strategy.neighbourhood(everything, chance, size)[part.columns]

    return Strategy(strategy.first[part.columns], draw, part_of(strategy.cautious, part.columns, part.rows))


class _Best:
    """The best solution and bound so far, and how long the search may go on."""

    def __init__(
        self,
        model: Model,
        values: Floats,
        *,
        seconds: float,
        gap: float,
        progress: Progress | None,
        stop: Stop | None = None,
    ) -> None:
        self.model, self.values, self.objective = model, values, model.objective(values)
        self.stop = stop
        self.bound, self.nodes, self.gap, self.progress = -np.inf, 0, gap, progress
        self.began = time.process_time()
        self.deadline = self.began + seconds
        self.status: Status = "time limit"

    @property
    def seconds_left(self) -> float:
        return max(self.deadline - time.process_time(), 0.0)

    @property
    def few(self) -> bool:
        """True where the programme is small enough for several copies of it in memory."""
        return len(self.model.cost) <= MANY

    @property
    def closed(self) -> bool:
        return relative_gap(self.objective, self.bound) <= self.gap

    @property
    def nearly_closed(self) -> bool:
        return relative_gap(self.objective, self.bound) <= NEARLY

    @property
    def stopped(self) -> bool:
        return self.stop is not None and self.stop()

    @property
    def over(self) -> bool:
        return self.closed or self.stopped or self.seconds_left <= 0.0

    def prove(self, bound: float) -> None:
        """Take a bound if it is higher."""
        self.bound = min(max(self.bound, bound), self.objective)
        self._tell()

    def better(self, values: Floats) -> bool:
        """Take a solution if it is cheaper; return True where it is by more than rounding."""
        objective = self.model.objective(values)
        improved = objective < self.objective - 1e-9 * abs(self.objective)
        if improved and not self.model.breaks(values):
            self.values, self.objective = values, objective
            self._tell()
        return improved

    def _tell(self) -> None:
        if self.progress is not None:
            self.progress(self.objective, self.bound)

    def answer(self) -> Answer:
        proved: Status = "optimal" if relative_gap(self.objective, self.bound) <= OPTIMAL_WITHIN else "gap"
        status: Status = proved if self.closed else "interrupted" if self.stopped else self.status
        cpu_s = time.process_time() - self.began
        return Answer(self.values, self.objective, self.bound, status, self.nodes, cpu_s)


def _search_part(best: _Best, strategy: Strategy, *, seed: int, rounds: int | None) -> None:
    """Take the five steps on one part."""
    few = np.count_nonzero(strategy.first) <= FEW_FIRST
    if few and rounds is None:
        _whole(best, seed=seed, work=None)
    else:
        _whole(best, seed=seed, work=max(WHOLE_WORK, WORK_A_ROUND * (rounds or 0)), share=FIRST_SHARE)
    if not (best.over or few or best.nearly_closed):
        _relax(best, strategy, seed=seed, work=RELAXED_WORK if rounds is None else WORK_A_ROUND * rounds)
        _be_cautious(best, strategy, seed=seed)
        _improve(best, strategy, seed=seed, rounds=rounds)
    if rounds is not None:
        best.status = "time limit" if best.seconds_left <= 0 else "work limit"
    elif not best.over:
        _whole(best, seed=seed, work=None)


def _whole(best: _Best, *, seed: int, work: int | None, share: float = 1.0) -> None:
    """Search the whole part by branch and bound, for a share of the time that is left."""
    answer = solve_mip(
        best.model,
        seed=seed,
        seconds=best.seconds_left * share,
        work=work,
        gap=best.gap,
        starts=[best.values],
        sub_searches=best.few,
        progress=best.progress,
        stop=best.stop,
    )
    best.nodes += answer.nodes
    best.better(answer.values)
    best.prove(answer.bound)


def _relax(best: _Best, strategy: Strategy, *, seed: int, work: int) -> None:
    """Raise the bound to that of the programme in which only the first variables are whole."""
    if best.over:
        return
    relaxed = replace(best.model, integer=best.model.integer & strategy.first)
    seconds = best.seconds_left / 2
    answer = solve_mip(
        relaxed,
        seed=seed,
        seconds=seconds if best.few else seconds / 2,
        work=work,
        gap=RELAXED_GAP,
        starts=[best.values],
        sub_searches=best.few,
        stop=best.stop,
    )
    best.nodes += answer.nodes
    best.prove(answer.bound)


def _be_cautious(best: _Best, strategy: Strategy, *, seed: int) -> None:
    """Try the first variables of a relaxation with less room."""
    if best.over:
        return
    relaxed = replace(strategy.cautious, integer=strategy.cautious.integer & strategy.first)
    try:
        seconds = best.seconds_left / 4
        loose = solve_mip(
            relaxed,
            seed=seed,
            seconds=seconds,
            work=RELAXED_WORK,
            gap=CAUTIOUS_GAP,
            sub_searches=best.few,
            stop=best.stop,
        )
        if loose.status != "infeasible":
            held = np.where(strategy.first, np.rint(loose.values), loose.values)
            rest = restricted(best.model, held, ~strategy.first)
            found = solve_mip(
                rest, seed=seed, seconds=best.seconds_left / 4, work=2 * WHOLE_WORK, gap=ROUND_GAP, stop=best.stop
            )
    except SolverError:  # the pieces did not fit together in time: nothing is lost but the time
        return
    if loose.status != "infeasible" and found.status != "infeasible":
        held[~strategy.first] = found.values
        best.better(held)


def _improve(
    best: _Best, strategy: Strategy, *, seed: int, rounds: int | None, idle_rounds: int = LAST_IDLE_ROUND
) -> None:
    """Solve one neighbourhood after another until time, rounds, patience or the gap end it."""
    chance = np.random.default_rng(seed)
    size, idle, last, done = SMALLEST, 0, 0, 0
    while not best.over and done - last <= idle_rounds and (rounds is None or done < rounds):
        free = strategy.neighbourhood(best.values, chance, size)
        improved, limited = _round(best, free, seed=seed + done, seconds=ROUND_SECONDS if rounds is None else np.inf)
        done += 1
        idle, last = (0, done) if improved else (idle + 1, last)
        if limited:
            size = max(size - 1, SMALLEST)
        elif idle >= PATIENCE:
            size, idle = min(size + 2, LARGEST), 0


def _round(best: _Best, free: Mask, *, seed: int, seconds: float) -> tuple[bool, bool]:
    """Let the free variables change; return whether that was better, and whether the search was cut short."""
    part = restricted(best.model, best.values, free)
    answer = solve_mip(
        part,
        seed=seed,
        seconds=min(max(best.seconds_left, 0.05), seconds),
        work=ROUND_WORK,
        gap=ROUND_GAP,
        starts=[best.values[free]],
        stop=best.stop,
    )
    best.nodes += answer.nodes
    values = best.values.copy()
    if answer.status != "infeasible":
        values[free] = answer.values
    return best.better(values), answer.status == "work limit"
