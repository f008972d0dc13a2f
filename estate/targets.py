"""Other aims than least cost: a saving with least harm, the best access for the money, and the front between the two.

*Served* counts residents within the limit of a service, added over all services with a standard. *Harm* is what a plan
takes from people: residents no longer served, and people who work further off, in kilometres. How much a kilometre
weighs is a choice (``[assumptions] residents_per_fte_km``), and is told. Among plans that are equal otherwise the
cheaper one is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, vstack

from estate.colocation import Problem
from estate.decision import Decision, as_today, total_cost
from estate.model import Formulation, formulate
from estate.phrases import pounds
from estate.plans import Plan, Status, build_plan
from estate.programme import Answer, Floats, Model
from estate.search import search_mip
from estate.years import Limits, strategy_for
from geodata.errors import DataError, InfeasibleError

Aim = Literal["saving", "access"]

#: Weight of a pound where two plans are equal otherwise.
TIE_GBP = 1e-7
POINTS = 10
HEAD = (
    "served_at_least",
    "served",
    "served_share",
    "cost_gbp",
    "bound_gbp",
    "saving_gbp",
    "saving_bound_gbp",
    "status",
)


@dataclass(frozen=True, slots=True)
class Target:
    """What a plan should reach.

    Parameters
    ----------
    aim
        ``saving``: a share of today's yearly cost, with least harm. ``access``: most residents served, at a cost of at
        most ``amount`` more than doing nothing.
    amount
        The share (0.2 is a fifth), or the money (GBP, present value; negative asks for a saving).
    """

    aim: Aim
    amount: float

    def sentence(self) -> str:
        """Return the target in words.

        Examples
        --------
        >>> Target("saving", 0.2).sentence()
        'Save at least 20% of the yearly cost with least harm.'
        """
        if self.aim == "saving":
            return f"Save at least {self.amount:.0%} of the yearly cost with least harm."
        if self.amount < 0:
            return f"Serve most residents while saving at least {pounds(-self.amount)} over the horizon."
        return f"Serve most residents for at most {pounds(self.amount)} more than doing nothing over the horizon."


def target_named(words: str) -> Target:
    """Return the target that a user wrote: ``saving:20`` (per cent) or ``access:250000`` (pounds).

    Raises
    ------
    DataError
        It is neither, or the number is out of range.

    Examples
    --------
    >>> target_named("saving:20").amount
    0.2
    """
    aim, _, number = words.partition(":")
    try:
        amount = float(number.strip().rstrip("%").replace(",", ""))
    except ValueError as error:
        raise DataError(f"--target {words}: write saving:20 (per cent) or access:250000 (pounds).") from error
    if aim == "access":
        return Target("access", amount)
    if aim != "saving" or not 0 < amount <= 100:
        raise DataError(
            f"--target {words}: write saving:20 (per cent, above 0 and at most 100) or access:250000 (pounds)."
        )
    return Target("saving", amount / 100.0)


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """A plan that reaches a target, and how good it is known to be.

    Parameters
    ----------
    target, plan
        What was asked, and the plan.
    points, bound_points
        What the plan was judged by (harm, or residents served), and the best that any plan can have, proved.
    saving_share
        Share of the yearly cost saved.
    served_change
        Residents served more than today, over all services.
    weighing
        How journeys to work weigh against residents served, in words; "" where they do not count.
    """

    target: Target
    plan: Plan
    points: float
    bound_points: float
    saving_share: float
    served_change: float
    weighing: str = ""

    def sentences(self) -> tuple[str, ...]:
        """Return target, plan and proof in words."""
        change = f"{abs(self.served_change):,.0f} residents {'more' if self.served_change >= 0 else 'fewer'} are served"
        told = f"It saves {self.saving_share:.1%} of the yearly cost ({pounds(self.plan.saving_gbp_pa)}); {change}."
        if self.target.aim == "saving":
            proof = f"Its harm is {self.points:,.0f} points; no plan that saves as much does less than"
        else:
            proof = f"It serves {self.points:,.0f}; no plan for that money serves more than"
        proof = f"{proof} {self.bound_points:,.0f} (proved)."
        if not np.isfinite(self.bound_points):
            proof = "How good that is was not proved in time; give more seconds."
        weighing = (f"  {self.weighing}",) if self.weighing else ()
        return (self.target.sentence(), f"  {told}", f"  {proof}", *weighing)


def reach(
    problem: Problem, target: Target, *, nothing: Plan, starts: Sequence[Decision] = (), limits: Limits | None = None
) -> Reached:
    """Return the best plan found for a target.

    Parameters
    ----------
    problem
        The facts and the rules.
    target
        What to reach.
    nothing
        The plan to do nothing.
    starts
        Plans known beforehand, such as that of least cost.
    limits
        When to end.

    Raises
    ------
    InfeasibleError
        No plan under the rules reaches it; says how far one can get.
    """
    limits = limits or Limits()
    whole = formulate(problem)
    served, constant = _served(whole)
    if target.aim == "saving":
        today = nothing.annual_cost_gbp
        row, most = _annual(whole), (1.0 - target.amount) * today
        cost = _harm(whole) - served + TIE_GBP * whole.model.cost
        offset = _served_by(whole, as_today(problem)) - constant + TIE_GBP * whole.model.offset
    else:
        row, most = whole.model.cost, nothing.cost_gbp + target.amount - whole.model.offset
        cost, offset = TIE_GBP * whole.model.cost - served, TIE_GBP * whole.model.offset - constant
    aimed = replace(whole, model=_with_row(replace(whole.model, cost=cost, offset=offset), row, upper=most))
    answer = _search(aimed, [as_today(problem), *starts], limits)
    if answer.status == "infeasible":
        raise InfeasibleError(_out_of_reach(whole, target, nothing, starts, limits))
    decision = aimed.decision(answer.values)
    plan = _plan("to the target", whole, decision, nothing, status=_said(answer))
    weighing = _weighing(problem.rules.residents_per_fte_km) if target.aim == "saving" else ""
    plan = replace(plan, assumptions=(*plan.assumptions, *((weighing,) if weighing else ())))
    money = TIE_GBP * total_cost(problem, decision)
    points = answer.objective - money
    slack = answer.objective - answer.bound
    sign = 1.0 if target.aim == "saving" else -1.0
    gained = _served_by(whole, decision) - _served_by(whole, as_today(problem))
    return Reached(
        target=target,
        plan=plan,
        points=sign * points,
        bound_points=sign * (points - slack - money) if target.aim == "saving" else -(points - slack - money),
        saving_share=plan.saving_gbp_pa / max(nothing.annual_cost_gbp, 1.0),
        served_change=gained,
        weighing=weighing,
    )


def _weighing(residents_per_fte_km: float) -> str:
    """Return in words what a kilometre to work weighs.

    Examples
    --------
    >>> _weighing(2.5)
    'In this harm one FTE who works 1 km further off weighs as much as 2.5 residents no longer served (assumed).'
    """
    if residents_per_fte_km == 0:
        return "In this harm only residents no longer served count, not how far people go to work (assumed)."
    residents = f"{residents_per_fte_km:g} resident{'' if residents_per_fte_km == 1 else 's'}"
    return f"In this harm one FTE who works 1 km further off weighs as much as {residents} no longer served (assumed)."


def _search(formulation: Formulation, starts: Sequence[Decision], limits: Limits) -> Answer:
    return search_mip(
        formulation.model,
        strategy_for(formulation),
        starts=[formulation.values(one) for one in starts],
        seed=limits.seed,
        seconds=limits.seconds,
        rounds=limits.rounds,
        gap=limits.gap,
        stop=limits.stop,
    )


def _plan(name: str, whole: Formulation, decision: Decision, nothing: Plan, *, status: Status = "not proved") -> Plan:
    """Return a decision as a checked plan; its bound is not one of cost."""
    plan = build_plan(name, whole, decision, nothing=nothing, seed=nothing.seed)
    return replace(plan, status=status, bound_gbp=np.nan, gap=np.nan)


def _said(answer: Answer) -> Status:
    return "not proved" if answer.status == "infeasible" else answer.status


def _out_of_reach(whole: Formulation, target: Target, nothing: Plan, starts: Sequence[Decision], limits: Limits) -> str:
    """Say how far a plan can get."""
    if target.aim == "access":
        return f"No plan under these rules costs as little as that. {target.sentence()} Allow more money."
    row = _annual(whole)
    most = replace(whole, model=replace(whole.model, cost=row, offset=0.0))
    answer = _search(most, [as_today(whole.problem), *starts], limits)
    today = nothing.annual_cost_gbp
    found, proved = (1.0 - value / today for value in (answer.objective, answer.bound))
    return (
        f"No plan under these rules saves {target.amount:.0%} of the yearly cost: the most found is {found:.1%}, and "
        f"none can save more than {proved:.1%} (proved). Lower the target, drop pins, or allow longer moves or more "
        "lost access."
    )


def front(
    problem: Problem,
    *,
    nothing: Plan,
    starts: Sequence[Decision] = (),
    points: int = POINTS,
    least_gbp: float = -np.inf,
    limits: Limits | None = None,
) -> pd.DataFrame:
    """Return the front of saving against access: for each number of residents served, the least cost there is.

    Augmented epsilon-constraint: cost is made as small as possible while at least so many residents are served, from as
    many as the cheapest plan serves to as many as any plan can; among equal plans the one that serves more is taken.
    Source: Mavrotas, Effective implementation of the epsilon-constraint method (2009).

    Parameters
    ----------
    problem, nothing, starts
        As for :func:`reach`.
    points
        How many points of the front, two or more.
    least_gbp
        A bound on the cost of every plan that is known already, such as that of the joint option.
    limits
        When to end; seconds and rounds are for all points together.

    Returns
    -------
    pandas.DataFrame
        One row a point: ``served_at_least`` (asked), ``served`` and ``served_share`` (of residents times services),
        ``cost_gbp`` of the plan and ``bound_gbp`` (no plan that serves as many costs less), the same as savings against
        doing nothing, and ``status``.
    """
    limits = limits or Limits()
    each = replace(limits, seconds=limits.seconds / (points + 2))
    whole = formulate(problem)
    served, constant = _served(whole)
    known = [as_today(problem), *starts]
    best = replace(whole, model=replace(whole.model, cost=-served + TIE_GBP * whole.model.cost, offset=-constant))
    most_answer = _search(best, known, each)
    known.append(best.decision(most_answer.values))
    cheapest = _search(whole, known, each)
    known.append(whole.decision(cheapest.values))
    low, high = (_served_by(whole, one) for one in (known[-1], known[-2]))
    rows = []
    for least in np.linspace(low, high, points):
        model = _with_row(whole.model, served, lower=least - constant - 1e-6 * max(high, 1.0))
        bonus = min(1e-4 * max(abs(cheapest.objective), 1.0) / max(high - low, 1.0), 1.0)
        aimed = replace(whole, model=replace(model, cost=model.cost - bonus * served))
        answer = _search(aimed, known, each)
        decision = aimed.decision(answer.values)
        known.append(decision)
        plan = _plan("on the front", whole, decision, nothing)
        reached = _served_by(whole, decision)
        lowest = max(answer.bound + bonus * (least - constant), cheapest.bound, least_gbp)
        lowest = min(lowest, plan.cost_gbp)
        rows.append(
            (
                least,
                reached,
                reached / max(_asked(problem), 1.0),
                plan.cost_gbp,
                lowest,
                plan.cost_saving_gbp,
                plan.nothing_gbp - lowest,
                answer.status,
            )
        )
    return pd.DataFrame(rows, columns=list(HEAD))


def _served(formulation: Formulation) -> tuple[Floats, float]:
    """Return residents served, added over services, as coefficients of the variables and a constant."""
    weights, constant = np.zeros(len(formulation.model.cost)), 0.0
    for cells, served in zip(formulation.problem.cells, formulation.served, strict=True):
        np.add.at(weights, served.column, cells.residents[served.cell] * served.weight)
        constant += float((cells.residents * served.always).sum())
    return weights, constant


def _served_by(formulation: Formulation, decision: Decision) -> float:
    weights, constant = _served(formulation)
    return float(weights @ formulation.values(decision)) + constant


def _asked(problem: Problem) -> float:
    return float(sum(cells.residents.sum() for cells in problem.cells))


def _harm(formulation: Formulation) -> Floats:
    """Return the harm of longer journeys to work, in residents, as coefficients."""
    arcs, weights = formulation.arcs, np.zeros(len(formulation.model.cost))
    fte = formulation.problem.blocks["fte"].to_numpy(dtype=np.float64)[arcs["block"].to_numpy()]
    weights[formulation.layout.move] = (
        formulation.problem.rules.residents_per_fte_km * fte * arcs["distance_m"].to_numpy() / 1000.0
    )
    return weights


def _annual(formulation: Formulation) -> Floats:
    """Return the yearly cost of the buildings that stand at the end, as coefficients."""
    weights = np.zeros(len(formulation.model.cost))
    weights[formulation.layout.keep] = formulation.problem.buildings["annual_gbp"]
    return weights


def _with_row(model: Model, row: Floats, *, lower: float = -np.inf, upper: float = np.inf) -> Model:
    """Return the programme with one more row, scaled to the size of its bound."""
    scale = max(abs(lower) if np.isfinite(lower) else abs(upper), 1.0)
    return replace(
        model,
        matrix=csr_matrix(vstack([model.matrix, csr_matrix(row / scale)])),
        row_lower=np.append(model.row_lower, lower / scale),
        row_upper=np.append(model.row_upper, upper / scale),
    )
