"""Solve a finished plan again with some answers held, in a moment: a bound at once, and a plan from its neighbourhood.

The model is laid down once for all questions. Its relaxation goes on from where the last question left it and gives
what every plan with these answers costs at least; then the buildings around are freed and everything else stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from estate.colocation import Problem, with_rules
from estate.decision import Decision
from estate.forced import Forced, hold
from estate.model import Formulation, formulate
from estate.plans import Plan
from estate.programme import Floats, Indices, restricted
from estate.solver import Relaxation, solve_mip
from estate.years import Limits, freed, seek
from geodata.errors import SolverError

#: Buildings freed around a question, one attempt after the other until one holds a plan.
NEIGHBOURS = (12, 30)
WORK = 60
WORK_WHOLE = 120
GAP = 1e-5
#: Money that rounding and tolerances may bring.
NEGLIGIBLE_GBP = 1.0
#: A building counts as wanted by the relaxation from so large a part of a block on.
PART = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Resolved:
    """What came of a question.

    Parameters
    ----------
    cost_gbp
        What the best plan found costs (GBP, present value); infinite where none was found.
    bound_gbp
        What every such plan costs at least, proved; infinite where there is none.
    decision
        The plan; None where none was found.
    """

    cost_gbp: float
    bound_gbp: float
    decision: Decision | None

    @property
    def possible(self) -> bool | None:
        """False where no plan does it, None where none was found."""
        if self.decision is not None:
            return True
        return False if self.bound_gbp == np.inf else None

    def against(self, plan: Plan, *, ruled: bool = False) -> tuple[float, float]:
        """Return how much more than a plan the best found costs, and how much more every such plan costs at least.

        Parameters
        ----------
        plan
            The joint plan.
        ruled
            True where the answers held break a rule of the plan, whose bound then says nothing about them.
        """
        bound = self.bound_gbp if ruled else max(self.bound_gbp, plan.bound_gbp)
        return self.cost_gbp - plan.cost_gbp, min(bound, self.cost_gbp) - plan.cost_gbp


class Warm:
    """A plan that is solved again and again with other answers held.

    Parameters
    ----------
    problem, plan
        The facts and rules, and the joint plan found in them.
    """

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem, self.plan = problem, plan
        unruled = without_fixed_buildings(problem)
        self.whole = _as_fixed(formulate(unruled, ceilings=plan.ceilings), problem)
        loose = self.whole
        if loose.layout.enter.size:
            loose = _as_fixed(formulate(unruled, detailed=False, ceilings=plan.ceilings), problem)
        self.loose, self.relaxation = loose, Relaxation(loose.model, seed=plan.seed)
        self.values = self.whole.values(plan.decision)
        points = problem.register.loc[problem.buildings.index].geometry
        self.east, self.north = points.x.to_numpy(), points.y.to_numpy()
        self.block, self.building = (loose.arcs[name].to_numpy(dtype=np.intp) for name in ("block", "building"))

    def ask(self, forced: Forced, *, around: int, blocks: Indices) -> Resolved:
        """Return the cheapest plan near this one in which some answers are held.

        Parameters
        ----------
        forced
            The answers.
        around
            Row of the building whose neighbours may change.
        blocks
            Rows of the blocks that have to find another place: so may the buildings to which the relaxation sends them.
        """
        bound, values = self.relaxation.held(*forced.columns(self.loose))
        if bound == np.inf:
            return Resolved(np.inf, np.inf, None)
        held = hold(self.whole, forced)
        wanted = np.isin(self.block, blocks) & (values[self.loose.layout.move] > PART)
        for size in (*NEIGHBOURS, len(self.east)):
            near = self._near(around, size)
            near[self.building[wanted]] = True
            near[self.plan.decision.place[blocks]] = True
            decision = self._solve(held, near, forced)
            if decision is not None:
                cost = held.model.objective(held.values(decision))
                return Resolved(cost, min(bound, cost), decision)
            if size >= len(self.east):
                break
        return Resolved(np.inf, bound, None)

    def _near(self, around: int, size: int) -> NDArray[np.bool_]:
        metres = np.hypot(self.east - self.east[around], self.north - self.north[around])
        return np.isin(np.arange(len(metres)), np.argsort(metres, kind="stable")[:size])

    def _solve(self, held: Formulation, near: NDArray[np.bool_], forced: Forced) -> Decision | None:
        """Return the best plan in which only some buildings change; None where there is none."""
        free = freed(held, self.plan.decision, near)
        free[forced.columns(held)[0]] = True
        part = restricted(held.model, self.values, free)
        try:
            work = WORK_WHOLE if near.all() else WORK
            answer = solve_mip(part, seed=self.plan.seed, seconds=np.inf, work=work, gap=GAP)
        except SolverError:  # nothing was found with this effort
            return None
        if answer.status == "infeasible":
            return None
        values: Floats = self.values.copy()
        values[free] = answer.values
        return held.decision(values)


def best_of(problem: Problem, plan: Plan, forced: Forced, found: Resolved, limits: Limits) -> Resolved:
    """Return the better of what was found near a plan and of a search of the whole that begins there.

    Parameters
    ----------
    problem
        The facts, and the rules without those that the answers held break.
    plan
        The joint plan.
    forced
        The answers held.
    found
        What was found near the plan.
    limits
        When the search may end.
    """
    starts = [] if found.decision is None else [found.decision]
    try:
        more = seek(problem, starts=starts, limits=limits, forced=forced, ceilings=plan.ceilings)
    except SolverError:  # nothing was found in time, which is an answer too
        return found
    if more.answer.status == "infeasible":
        return found if found.decision is not None else Resolved(np.inf, np.inf, None)
    bound = max(found.bound_gbp, more.answer.bound)
    if more.answer.objective < found.cost_gbp:
        found = Resolved(more.answer.objective, bound, more.decision)
    return replace(found, bound_gbp=min(bound, found.cost_gbp))


def without_fixed_buildings(problem: Problem) -> Problem:
    """Return the problem in which nothing fixes buildings beforehand, so that each may be held either way."""
    pins = tuple(pin for pin in problem.rules.pins if pin.rule != "release")
    freer = problem if len(pins) == len(problem.rules.pins) else with_rules(problem, replace(problem.rules, pins=pins))
    return replace(freer, buildings=freer.buildings.assign(must_keep=False, must_release=False))


def _as_fixed(formulation: Formulation, problem: Problem) -> Formulation:
    """Return the formulation in which buildings are fixed as the problem says, by bounds that can be lifted."""
    keep, buildings = formulation.layout.keep, problem.buildings
    lower, upper = formulation.model.lower.copy(), formulation.model.upper.copy()
    lower[keep], upper[keep] = buildings["must_keep"], ~buildings["must_release"]
    return replace(formulation, model=replace(formulation.model, lower=lower, upper=upper))
