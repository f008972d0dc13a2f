"""The options of a place: do nothing, each body alone, joint. Each starts from the one before and never costs more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from estate.colocation import Problem
from estate.feasibility import check_releases, explain
from estate.greedy import greedy_decision
from estate.model import Decision, Formulation, as_today, formulate
from estate.plans import Plan, build_plan
from estate.solver import Answer, solve_mip

Progress = Callable[[str, float, float], None]

ALONE_SHARE = 0.25
GAP = 1e-4


def solve_options(
    problem: Problem,
    *,
    seed: int = 0,
    seconds: float = 60.0,
    work: int | None = None,
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
    work
        Checkpoints of the search per option, for a stop that is the same on every machine.
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
    limits = _Limits(seed, seconds, work, gap, progress)
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
    work: int | None
    gap: float
    progress: Progress | None


def _search(name: str, formulation: Formulation, starts: list[Decision], limits: _Limits) -> Answer:
    """Return the best plan found from the starts and a greedy one; raise where there is none."""
    told, known = limits.progress, [*starts, greedy_decision(formulation)]
    answer = solve_mip(
        formulation.model,
        seed=limits.seed,
        seconds=limits.seconds,
        work=limits.work,
        gap=limits.gap,
        starts=[formulation.values(decision) for decision in known],
        progress=None if told is None else (lambda cost, bound: told(name, cost, bound)),
    )
    if answer.status == "infeasible":
        raise explain(formulation, seed=limits.seed)
    return answer


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
