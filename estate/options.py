"""The options of a place: do nothing, each body alone, joint. Each starts from the one before and never costs more."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from estate.colocation import Problem, build_problem
from estate.decision import as_today, cost_by_body
from estate.feasibility import explain
from estate.model import Scope, formulate
from estate.plans import Plan, build_plan
from estate.preflight import check_pins
from estate.programme import Stop
from estate.rules import Pin, Rules
from estate.solver import solve_mip
from estate.years import Found, Limits, seek

Progress = Callable[[str, float, float], None]

ALONE_SHARE = 0.25
GAP = 1e-4
SECONDS_BETWEEN = 1.0
#: Pins that ask for a change; doing nothing ignores them.
CHANGES = ("release", "move", "together")


def solve_options(
    problem: Problem,
    *,
    seed: int = 0,
    seconds: float = 60.0,
    rounds: int | None = None,
    gap: float = GAP,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> tuple[Plan, Plan, Plan]:
    """Return the three options: do nothing, each body alone, joint; none costs more than the one before it.

    A plan that a pin forces may cost more than doing nothing, which ignores such pins.

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
    stop
        Asked now and then; True ends every search with the best plan and the proof it has.

    Raises
    ------
    InfeasibleError
        No plan satisfies the rules; says which rule bites and what would free it.
    SolverError
        A search found no plan in time, or a plan failed the independent check.
    """
    check_pins(problem)
    limits = _Limits(seed, seconds, rounds, gap, progress, stop)
    nothing = do_nothing(problem, seed=seed)
    separate, waived = possible_alone(problem, seed=seed)
    first = _search("each alone", separate, "alone", [], replace(limits, seconds=seconds * ALONE_SHARE))
    alone = build_plan(
        "each alone", first.formulation, first.decision, answer=first.answer, nothing=nothing, seed=seed, waived=waived
    )
    if waived:
        told = ", ".join(pin.sentence() for pin in waived)
        alone = replace(
            alone,
            assumptions=(*alone.assumptions, f"Not possible for a body alone, so not asked of this option: {told}."),
        )
    ceilings = cost_by_body(separate, first.decision) if problem.rules.no_body_worse else None
    left = replace(limits, seconds=seconds - first.answer.cpu_s)
    second = _search("joint", problem, "joint", [first], left, ceilings=ceilings)
    joint = build_plan(
        "joint",
        second.formulation,
        second.decision,
        answer=second.answer,
        nothing=nothing,
        seed=seed,
        ceilings=ceilings,
    )
    return nothing, alone, joint


@dataclass(frozen=True, slots=True)
class _Limits:
    seed: int
    seconds: float
    rounds: int | None
    gap: float
    progress: Progress | None
    stop: Stop | None


def do_nothing(problem: Problem, *, seed: int = 0) -> Plan:
    """Return the plan to change nothing; pins that ask for a change are not asked of it."""
    waived = tuple(pin for pin in problem.rules.pins if pin.rule in CHANGES)
    return build_plan("do nothing", formulate(problem, detailed=False), as_today(problem), seed=seed, waived=waived)


def _search(
    name: str,
    problem: Problem,
    scope: Scope,
    before: list[Found],
    limits: _Limits,
    *,
    ceilings: dict[str, float] | None = None,
) -> Found:
    """Return the best plan found from today, the plans before and a greedy one; raise where there is none."""
    found = seek(
        problem,
        scope=scope,
        starts=[as_today(problem), *(one.decision for one in before)],
        limits=Limits(
            seed=limits.seed,
            seconds=limits.seconds,
            rounds=limits.rounds,
            gap=limits.gap,
            progress=None if limits.progress is None else _narrowing(name, limits.progress),
            stop=limits.stop,
        ),
        ceilings=ceilings,
    )
    if found.answer.status == "infeasible":
        raise explain(found.formulation, seed=limits.seed)
    return found


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


def possible_alone(problem: Problem, *, seed: int = 0) -> tuple[Problem, tuple[Pin, ...]]:
    """Return the problem without the pins that bodies cannot keep alone, and these pins."""
    asked = [pin for pin in problem.rules.pins if pin.rule in CHANGES]
    if not asked:
        return problem, ()
    reach = {
        str(block): set(arcs["building"])
        for block, arcs in formulate(problem, scope="alone", detailed=False).arcs.groupby("block")
    }
    waived = tuple(pin for pin in asked if pin.rule != "release" and not _within_reach(problem, pin, reach))
    kept = _without(problem, waived)
    return _without(problem, (*waived, *(more := _impossible_releases(kept, seed)))), (*waived, *more)


def _within_reach(problem: Problem, pin: Pin, reach: dict[str, set[int]]) -> bool:
    """Return True where the teams of a pin can come to its building, or together, along the arcs given."""
    blocks = {team: number for number, teams in enumerate(problem.blocks["teams"]) for team in teams}
    if pin.rule == "move":
        return problem.buildings.index.get_loc(pin.asset) in reach[str(blocks[pin.team])]
    return bool(reach[str(blocks[pin.team])] & reach[str(blocks[pin.other])])


def _impossible_releases(problem: Problem, seed: int) -> tuple[Pin, ...]:
    """Return the pinned releases that bodies cannot manage alone, as few as possible."""
    pinned = np.flatnonzero(problem.buildings["must_release"].to_numpy())
    if not len(pinned):
        return ()
    formulation = formulate(problem, scope="alone")
    model = formulation.model
    cost, upper = np.zeros(len(model.cost)), model.upper.copy()
    cost[pinned], upper[pinned] = 1.0, 1.0
    fewest = replace(model, cost=cost, upper=upper, offset=0.0)
    answer = solve_mip(fewest, seed=seed, starts=[formulation.values(as_today(problem))])
    stays = set(problem.buildings.index[pinned[np.rint(answer.values[pinned]) > 0]])
    return tuple(pin for pin in problem.rules.pins if pin.rule == "release" and pin.asset in stays)


def _without(problem: Problem, pins: tuple[Pin, ...]) -> Problem:
    """Return the problem without some pins."""
    if not pins:
        return problem
    return with_rules(problem, replace(problem.rules, pins=tuple(pin for pin in problem.rules.pins if pin not in pins)))


def with_rules(problem: Problem, rules: Rules) -> Problem:
    """Return the problem built anew under other rules."""
    return build_problem(
        problem.register,
        problem.teams,
        areas=problem.areas,
        travel=problem.travel,
        segments=problem.segments,
        rules=rules,
        costs=problem.costs,
    )
