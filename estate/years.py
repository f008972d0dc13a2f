"""Seek the best plan of a problem, over one year or many, and prove how good it is.

A problem of one year, or a small one, is searched whole. A large one over years is searched in three steps: first its
relaxation, in which arcs have no dates, which gives the bound and says who ends where; then the dates of that plan;
then neighbourhoods of the whole model, one after the other. The answer's bound is always one of the whole model.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from estate.colocation import Problem
from estate.decision import Decision
from estate.forced import Forced, hold
from estate.greedy import greedy_decision
from estate.model import ROOM_ROWS, Formulation, Scope, formulate
from estate.programme import OPTIMAL_WITHIN, Answer, Floats, Model, Progress, Stop, relative_gap, restricted
from estate.search import LAST_IDLE_ROUND, NEARLY, Neighbourhood, Strategy, improve_mip, search_mip
from estate.solver import best_start, solve_mip
from geodata.errors import SolverError

#: Arcs times years up to which the whole model is searched at once.
SMALL = 6_000
RELAXED_SHARE = 0.6
DATES_SECONDS = 10.0
DATES_WORK = 400
DATES_GAP = 1e-5
CAUTION = 0.015
#: Rounds without anything better after which a plan that is nearly closed is left as it is.
FEW_IDLE_ROUNDS = 15


@dataclass(frozen=True, slots=True)
class Limits:
    """When a search may end.

    Parameters
    ----------
    seed
        Seed of every random choice.
    seconds
        Processor time (seconds).
    rounds
        Rounds of improvement, for a stop that is the same on every machine; None for none.
    gap
        A proven gap at which to stop, as a share of the cost.
    progress
        Called with the cost of the best plan and the bound.
    stop
        Asked now and then; True ends the search with what it has.
    """

    seed: int = 0
    seconds: float = 60.0
    rounds: int | None = None
    gap: float = OPTIMAL_WITHIN
    progress: Progress | None = None
    stop: Stop | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The best plan found: what is decided, in which arrays, and what is known of it."""

    formulation: Formulation
    decision: Decision
    answer: Answer


def seek(
    problem: Problem,
    *,
    scope: Scope = "joint",
    starts: Sequence[Decision] = (),
    limits: Limits | None = None,
    ceilings: Mapping[str, float] | None = None,
    forced: Forced | None = None,
) -> Found:
    """Return the best plan found within the limits; it never costs more than a start that keeps the rules.

    Parameters
    ----------
    problem
        The facts and the rules.
    scope
        Which moves are allowed at all.
    starts
        Plans known beforehand; a greedy one is added.
    limits
        When to end.
    ceilings
        The most that each body may pay (GBP, present value), where that is asked.
    forced
        Answers that are held.

    Raises
    ------
    SolverError
        The limits were reached before any plan was found.
    """
    limits = limits or Limits()
    began = time.process_time()
    whole = hold(formulate(problem, scope=scope, ceilings=ceilings), forced)
    known = [*starts, greedy_decision(whole)]
    if whole.layout.enter.size <= SMALL:
        answer = _search(whole, [whole.values(one) for one in known], limits)
        return Found(whole, whole.decision(answer.values) if len(answer.values) else known[0], answer)
    loose = hold(formulate(problem, scope=scope, detailed=False, ceilings=ceilings), forced)
    begin = best_start(whole.model, [whole.values(one) for one in known])
    early = replace(limits, seconds=RELAXED_SHARE * limits.seconds, progress=_only_bound(limits.progress, whole, begin))
    relaxed = _search(loose, [loose.values(one) for one in known], early)
    if relaxed.status == "infeasible":
        return Found(whole, known[0], relaxed)
    dated = with_dates(whole, loose.decision(relaxed.values), limits)
    begin = best_start(whole.model, [values for values in (begin, dated) if values is not None])
    left = replace(limits, seconds=max(limits.seconds - (time.process_time() - began), 0.5))
    answer = _finish(whole, begin, relaxed, left)
    return Found(whole, whole.decision(answer.values) if len(answer.values) else known[0], answer)


def _search(formulation: Formulation, starts: Sequence[Floats], limits: Limits) -> Answer:
    return search_mip(
        formulation.model,
        strategy_for(formulation),
        starts=starts,
        seed=limits.seed,
        seconds=limits.seconds,
        rounds=limits.rounds,
        gap=limits.gap,
        progress=limits.progress,
        stop=limits.stop,
    )


def _finish(whole: Formulation, begin: Floats | None, relaxed: Answer, limits: Limits) -> Answer:
    """Improve the plan with the time that is left; its bound is that of the relaxation or better."""
    if begin is None:
        answer = _search(whole, [], limits)
        return replace(answer, bound=min(max(answer.bound, relaxed.bound), answer.objective))
    nearly = relative_gap(whole.model.objective(begin), relaxed.bound) <= NEARLY
    return improve_mip(
        whole.model,
        neighbourhood(whole),
        start=begin,
        bound=relaxed.bound,
        idle_rounds=FEW_IDLE_ROUNDS if nearly else LAST_IDLE_ROUND,
        seed=limits.seed,
        seconds=limits.seconds,
        rounds=limits.rounds,
        gap=limits.gap,
        progress=limits.progress,
        stop=limits.stop,
    )


def _only_bound(progress: Progress | None, whole: Formulation, begin: Floats | None) -> Progress | None:
    """Return a progress function that tells the bound of a relaxation beside the plan known so far."""
    if progress is None:
        return None
    cost = np.inf if begin is None else whole.model.objective(begin)
    return lambda _, bound: progress(cost, min(bound, cost))


def with_dates(whole: Formulation, decision: Decision, limits: Limits) -> Floats | None:
    """Return the variables of a plan with the best years for who ends where, or None where no years fit."""
    values = whole.values(decision)
    free = np.ones(len(values), dtype=np.bool_)
    free[whole.layout.move] = False
    part = restricted(whole.model, values, free)
    try:
        answer = solve_mip(
            part,
            seed=limits.seed,
            seconds=min(DATES_SECONDS, limits.seconds) if limits.rounds is None else np.inf,
            work=DATES_WORK,
            gap=DATES_GAP,
            starts=[values[free]],
            stop=limits.stop,
        )
    except SolverError:  # no years were found in time: the search goes on from another plan
        return None
    if answer.status == "infeasible":
        return None
    values[free] = answer.values
    return values


def strategy_for(formulation: Formulation) -> Strategy:
    """Return how to search: which buildings are kept, and until when, matters most; neighbours matter to each other."""
    layout = formulation.layout
    first = np.zeros(len(formulation.model.cost), dtype=np.bool_)
    first[layout.keep] = True
    first[layout.release] = True
    return Strategy(first, neighbourhood(formulation), _with_less_room(formulation))


def _with_less_room(formulation: Formulation) -> Model:
    """Return the arrays with a little less room in every building."""
    model = formulation.model
    rows = np.concatenate([model.families.get(name, np.array([], dtype=np.intp)) for name in ROOM_ROWS])
    entries = model.matrix.tocoo()
    limit = np.isin(entries.row, rows) & (entries.data < 0)
    values = np.where(limit, (1.0 - CAUTION) * entries.data, entries.data)
    return replace(model, matrix=csr_matrix((values, (entries.row, entries.col)), shape=model.matrix.shape))


def neighbourhood(formulation: Formulation) -> Neighbourhood:
    """Return a function that frees some buildings near each other, and the blocks in them to move among them."""
    problem = formulation.problem
    n_buildings = len(problem.buildings)
    points = problem.register.loc[problem.buildings.index].geometry
    east, north = points.x.to_numpy(), points.y.to_numpy()

    def draw(values: Floats, chance: np.random.Generator, size: int) -> NDArray[np.bool_]:
        centre = chance.integers(n_buildings)
        metres = np.hypot(east - east[centre], north - north[centre]) * chance.uniform(0.5, 1.5, n_buildings)
        near = np.isin(np.arange(n_buildings), np.argsort(metres, kind="stable")[:size])
        return freed(formulation, formulation.decision(values), near)

    return draw


def freed(formulation: Formulation, decision: Decision, near: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return True for the variables that may change where only some buildings, and the blocks in them, are free."""
    arcs, layout = formulation.arcs, formulation.layout
    block, building = arcs["block"].to_numpy(dtype=np.intp), arcs["building"].to_numpy(dtype=np.intp)
    home, place = formulation.problem.blocks["home"].to_numpy(dtype=np.intp), decision.place
    free = np.ones(len(formulation.model.cost), dtype=np.bool_)
    free[layout.keep] = near
    moving = near[place[block]] & near[building]
    free[layout.move] = moving
    if layout.dated:
        free[layout.release] = near[:, None]
        free[layout.leave] = (near[place] | near[home])[:, None]
    if layout.detailed:
        taken = place[block] == building
        free[layout.enter] = (moving | (taken & near[home[block]]))[:, None]
    return free
