"""The options of a place: do nothing, each body alone, joint. Each starts from the one before and never costs more."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from estate.colocation import Problem
from estate.feasibility import check_releases, explain
from estate.greedy import greedy_decision
from estate.model import ROOM_ROWS, Decision, Formulation, as_today, formulate
from estate.plans import Plan, build_plan
from estate.programme import Answer, Floats, Model
from estate.search import Neighbourhood, Strategy, search_mip
from estate.solver import solve_mip

Progress = Callable[[str, float, float], None]

ALONE_SHARE = 0.25
GAP = 1e-4
CAUTION = 0.015
SECONDS_BETWEEN = 1.0


def solve_options(
    problem: Problem,
    *,
    seed: int = 0,
    seconds: float = 60.0,
    rounds: int | None = None,
    gap: float = GAP,
    progress: Progress | None = None,
) -> tuple[Plan, Plan, Plan]:
    """Return the three options: do nothing, each body alone, joint; none costs more than the one before it.

    A plan that a pinned release forces may cost more than doing nothing, which ignores such pins.

    Parameters
    ----------
    problem
        The facts and the rules.
    seed
        Seed of the search. The same problem and seed give the same plans unless the clock stops the search.
    seconds
        Processor time for all options together (seconds).
    rounds
        Rounds of improvement allowed per option, for a stop that is the same on every machine.
    gap
        A search may stop once its plan is proved to cost at most this share more than the best.
    progress
        Called with the option's name, the cost of its best plan and the bound (GBP, present value).

    Raises
    ------
    InfeasibleError
        No plan satisfies the rules; says which rule bites and what would free it.
    SolverError
        A search found no plan in time, or a plan failed the independent check.
    """
    check_releases(problem)
    separate, together = formulate(problem, alone=True), formulate(problem)
    pinned = tuple(map(str, problem.buildings.index[problem.buildings["must_release"]]))
    nothing = build_plan("do nothing", separate, as_today(problem), seed=seed, waived=pinned)
    limits = _Limits(seed, seconds, rounds, gap, progress)
    apart, kept_alone = _releases_possible(separate, seed)
    first = _search("each alone", apart, [as_today(problem)], replace(limits, seconds=seconds * ALONE_SHARE))
    decided = apart.decision(first.values)
    alone = build_plan("each alone", apart, decided, answer=first, nothing=nothing, seed=seed, waived=kept_alone)
    if kept_alone:
        note = f"Not possible for a body alone, so not asked of this option: the release of {', '.join(kept_alone)}."
        alone = replace(alone, assumptions=(*alone.assumptions, note))
    second = _search("joint", together, [as_today(problem), decided], replace(limits, seconds=seconds - first.cpu_s))
    best = together.decision(second.values)
    return nothing, alone, build_plan("joint", together, best, answer=second, nothing=nothing, seed=seed)


@dataclass(frozen=True, slots=True)
class _Limits:
    seed: int
    seconds: float
    rounds: int | None
    gap: float
    progress: Progress | None


def _search(name: str, formulation: Formulation, starts: list[Decision], limits: _Limits) -> Answer:
    """Return the best plan found from the starts and a greedy one; raise where there is none."""
    known = [*starts, greedy_decision(formulation)]
    answer = search_mip(
        formulation.model,
        strategy_for(formulation),
        starts=[formulation.values(decision) for decision in known],
        seed=limits.seed,
        seconds=limits.seconds,
        rounds=limits.rounds,
        gap=limits.gap,
        progress=None if limits.progress is None else _narrowing(name, limits.progress),
    )
    if answer.status == "infeasible":
        raise explain(formulation, seed=limits.seed)
    return answer


def _narrowing(name: str, progress: Progress) -> Callable[[float, float], None]:
    """Return a progress function that tells the lowest cost and the highest bound so far, once a second at most."""
    cost_so_far, bound_so_far, quiet_until = math.inf, -math.inf, -math.inf

    def tell(cost: float, bound: float) -> None:
        nonlocal cost_so_far, bound_so_far, quiet_until
        cost_so_far, bound_so_far = min(cost, cost_so_far), max(bound, bound_so_far)
        if time.process_time() >= quiet_until:
            quiet_until = time.process_time() + SECONDS_BETWEEN
            progress(name, cost_so_far, bound_so_far)

    return tell


def strategy_for(formulation: Formulation) -> Strategy:
    """Return how to search: which buildings are kept matters most, and neighbours matter to each other."""
    buildings = np.arange(len(formulation.model.cost)) < len(formulation.problem.buildings)
    return Strategy(buildings, _neighbourhood(formulation), _with_less_room(formulation))


def _with_less_room(formulation: Formulation) -> Model:
    """Return the arrays with a little less room in every building."""
    model = formulation.model
    rows = np.concatenate([model.families.get(name, np.array([], dtype=np.intp)) for name in ROOM_ROWS])
    entries = model.matrix.tocoo()
    limit = np.isin(entries.row, rows) & (entries.col < len(formulation.problem.buildings))
    values = np.where(limit, (1.0 - CAUTION) * entries.data, entries.data)
    return replace(model, matrix=csr_matrix((values, (entries.row, entries.col)), shape=model.matrix.shape))


def _neighbourhood(formulation: Formulation) -> Neighbourhood:
    """Return a function that frees some buildings near each other, and the blocks in them to move among them."""
    problem, arcs = formulation.problem, formulation.arcs
    n_buildings, n_whole = len(problem.buildings), len(problem.buildings) + len(arcs)
    points = problem.register.loc[problem.buildings.index].geometry
    east, north = points.x.to_numpy(), points.y.to_numpy()
    block, building = arcs["block"].to_numpy(), arcs["building"].to_numpy()

    def draw(values: Floats, chance: np.random.Generator, size: int) -> NDArray[np.bool_]:
        centre = chance.integers(n_buildings)
        metres = np.hypot(east - east[centre], north - north[centre]) * chance.uniform(0.5, 1.5, n_buildings)
        near = np.isin(np.arange(n_buildings), np.argsort(metres, kind="stable")[:size])
        free = np.ones(len(values), dtype=np.bool_)
        free[:n_buildings] = near
        free[n_buildings:n_whole] = near[formulation.decision(values).place[block]] & near[building]
        return free

    return draw


def _releases_possible(formulation: Formulation, seed: int) -> tuple[Formulation, tuple[str, ...]]:
    """Return the formulation without the pinned releases that bodies cannot manage alone, and the ids of these."""
    problem = formulation.problem
    pinned = np.flatnonzero(problem.buildings["must_release"].to_numpy())
    if not len(pinned):
        return formulation, ()
    model = formulation.model
    cost, upper = np.zeros(len(model.cost)), model.upper.copy()
    cost[pinned], upper[pinned] = 1.0, 1.0
    fewest = replace(model, cost=cost, upper=upper, offset=0.0)
    answer = solve_mip(fewest, seed=seed, starts=[formulation.values(as_today(problem))])
    upper[pinned] = np.rint(answer.values[pinned])
    kept = problem.buildings.index[pinned[upper[pinned] > 0]]
    return replace(formulation, model=replace(model, upper=upper)), tuple(map(str, kept))
