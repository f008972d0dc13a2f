"""The options of a place: do nothing, do minimum, each body alone, joint within towns, joint."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import numpy as np

from estate.colocation import Problem, with_rules
from estate.decision import Decision, as_today, cost_by_body
from estate.feasibility import explain
from estate.model import Scope, formulate
from estate.plans import Plan, build_plan
from estate.preflight import check_pins
from estate.programme import Stop
from estate.rules import Pin
from estate.solver import solve_mip
from estate.years import Found, Limits, seek

Progress = Callable[[str, float, float], None]

ALONE_SHARE = 0.25
GAP = 1e-4
MINIMUM_SECONDS = 5.0
#: All options, in the order in which they are shown.
OPTIONS = ("do nothing", "do minimum", "each alone", "joint within towns", "joint")
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
    more: Collection[str] = (),
) -> tuple[Plan, ...]:
    """Return the options: do nothing, each body alone, joint, and those asked for besides, in the order of `OPTIONS`.

    The joint plan costs no more than any other, and doing nothing no less.

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
    more
        ``do minimum`` (nobody moves; empty buildings go when that is cheapest), ``joint within towns``.

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
    least = _minimum(problem, nothing, limits) if "do minimum" in more else None
    known = [] if least is None else [least.decision]
    first = _search("each alone", separate, "alone", known, replace(limits, seconds=seconds * ALONE_SHARE))
    alone = _told("each alone", first, nothing, waived, limits)
    ceilings = cost_by_body(separate, first.decision) if problem.rules.no_body_worse else None
    left, known = replace(limits, seconds=seconds - first.answer.cpu_s), [*known, first.decision]
    towns = None
    if "joint within towns" in more:
        apart, outside = _possible_in(problem, "towns")
        found = _search("joint within towns", apart, "towns", known[:-1], replace(left, seconds=left.seconds / 2))
        towns = _told("joint within towns", found, nothing, outside, limits)
        left, known = replace(left, seconds=left.seconds - found.answer.cpu_s), [*known, found.decision]
    second = _search("joint", problem, "joint", known, left, ceilings=ceilings)
    joint = build_plan(
        "joint",
        second.formulation,
        second.decision,
        answer=second.answer,
        nothing=nothing,
        seed=seed,
        ceilings=ceilings,
    )
    return tuple(plan for plan in (nothing, least, alone, towns, joint) if plan is not None)


def _minimum(problem: Problem, nothing: Plan, limits: _Limits) -> Plan:
    """Return the plan in which nobody moves and empty buildings go."""
    kept, waived = _possible_in(problem, "nobody")
    found = _search("do minimum", kept, "nobody", [], replace(limits, seconds=MINIMUM_SECONDS))
    return _told("do minimum", found, nothing, waived, limits)


def _told(name: str, found: Found, nothing: Plan, waived: tuple[Pin, ...], limits: _Limits) -> Plan:
    """Return what was found as a plan, with the pins that were not asked of it."""
    plan = build_plan(
        name, found.formulation, found.decision, answer=found.answer, nothing=nothing, seed=limits.seed, waived=waived
    )
    if not waived:
        return plan
    told = ", ".join(pin.sentence() for pin in waived)
    note = f"Not possible for {_WHOSE[name]}, so not asked of this option: {told}."
    return replace(plan, assumptions=(*plan.assumptions, note))


_WHOSE = {
    "each alone": "a body alone",
    "joint within towns": "a plan within towns",
    "do minimum": "a plan in which nobody moves",
}


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
    before: list[Decision],
    limits: _Limits,
    *,
    ceilings: dict[str, float] | None = None,
) -> Found:
    """Return the best plan found from today, the plans before and a greedy one; raise where there is none."""
    found = seek(
        problem,
        scope=scope,
        starts=[as_today(problem), *before],
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
    return _possible_in(problem, "alone", seed=seed)


def _possible_in(problem: Problem, scope: Scope, *, seed: int = 0) -> tuple[Problem, tuple[Pin, ...]]:
    """Return the problem without the pins that cannot be kept along the arcs of a scope, and these pins."""
    asked = [pin for pin in problem.rules.pins if pin.rule in CHANGES]
    if not asked:
        return problem, ()
    arcs = formulate(problem, scope=scope, detailed=False).arcs
    reach = {str(block): set(some["building"]) for block, some in arcs.groupby("block")}
    waived = tuple(pin for pin in asked if pin.rule != "release" and not _within_reach(problem, pin, reach))
    kept = _without(problem, waived)
    stuck = _impossible_releases(kept, scope, seed)
    return _without(kept, stuck), (*waived, *stuck)


def _within_reach(problem: Problem, pin: Pin, reach: dict[str, set[int]]) -> bool:
    """Return True where the teams of a pin can come to its building, or together, along the arcs given."""
    blocks = {team: number for number, teams in enumerate(problem.blocks["teams"]) for team in teams}
    if pin.rule == "move":
        return problem.buildings.index.get_loc(pin.asset) in reach[str(blocks[pin.team])]
    return bool(reach[str(blocks[pin.team])] & reach[str(blocks[pin.other])])


def _impossible_releases(problem: Problem, scope: Scope, seed: int) -> tuple[Pin, ...]:
    """Return the pinned releases that cannot be managed along the arcs of a scope, as few as possible."""
    pinned = np.flatnonzero(problem.buildings["must_release"].to_numpy())
    if not len(pinned):
        return ()
    formulation = formulate(problem, scope=scope)
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
