"""A plan: what becomes of every building and team, what it saves, and how good it is known to be.

Two kinds of money must not be confused. *Cost* is what the optimiser makes as small as possible: the present value of
running the estate over the horizon, of one-off costs and receipts, and of the value given up by selling. The bound is
about it. *Net present value* is cash: the same without the value given up. Savings a year compare annual costs as they
are once every move is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from estate.colocation import Problem
from estate.model import Decision, Formulation
from estate.phrases import counted, pounds
from estate.programme import OPTIMAL_WITHIN, Answer, relative_gap
from estate.reasons import building_table, move_table
from estate.recheck import access_change, breaches
from geodata.errors import SolverError

Name = Literal["do nothing", "each alone", "joint"]
Status = Literal["as today", "optimal", "gap", "time limit", "work limit"]

ONE_OFF = ("moving people", "dilapidations", "rent to the next legal exit")
AMONG = {
    "each alone": "No plan in which every body keeps to its own buildings",
    "joint": "No plan under these rules",
}


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One option, worked out and checked.

    Parameters
    ----------
    name
        ``do nothing``, ``each alone`` or ``joint``.
    status
        ``as today`` (do nothing: there is nothing to choose), ``optimal`` (proved: cost and bound agree within one part
        in a million), ``gap`` (the search was told to stop at this gap), ``time limit`` or ``work limit``.
    annual_cost_gbp
        Running cost, rent and rates of the buildings kept (GBP a year, once every move is made).
    saving_gbp_pa
        Annual cost of doing nothing less that of the plan (GBP a year).
    one_off_gbp
        Moves, fit-out, ICT, excess travel, dilapidations and rent to the next legal exit (GBP, present value); receipts
        are not taken off.
    npv_gbp
        Net present value against doing nothing over the horizon, in cash: annual savings, backlog avoided and receipts
        less one-off costs. What buildings would still be worth at the end of the horizon is not in it.
    cost_gbp
        The cost made as small as possible (GBP, present value over the horizon): annual costs and backlog of the
        buildings kept, one-off costs, less receipts, plus the value given up by selling.
    bound_gbp
        Proven lower bound on ``cost_gbp`` over all plans under the rules of this option. For each body alone it is the
        sum over the bodies.
    gap
        (cost - bound) / cost.
    nothing_gbp
        ``cost_gbp`` of doing nothing.
    buildings, moves, access, money
        What becomes of each building; the teams that move; access before and after by service and segment; and the
        lines of the net present value (GBP, present value, cash), which add up to ``npv_gbp``.
    released
        Ids of the buildings released.
    moved
        Number of teams that move.
    seed
        Seed of the search.
    assumptions
        Rules, prices and notes in words.
    horizon_years
        Years counted.
    """

    name: Name
    status: Status
    annual_cost_gbp: float
    saving_gbp_pa: float
    one_off_gbp: float
    npv_gbp: float
    cost_gbp: float
    bound_gbp: float
    gap: float
    nothing_gbp: float
    buildings: pd.DataFrame
    moves: pd.DataFrame
    access: pd.DataFrame
    money: pd.DataFrame
    released: tuple[str, ...]
    moved: int
    seed: int
    assumptions: tuple[str, ...]
    horizon_years: int

    @property
    def cost_saving_gbp(self) -> float:
        """How much less than doing nothing the plan costs (GBP, present value)."""
        return self.nothing_gbp - self.cost_gbp

    @property
    def saving_bound_gbp(self) -> float:
        """The most that any plan of this option can save (GBP, present value of cost), proved."""
        return self.nothing_gbp - self.bound_gbp

    def sentence(self) -> str:
        """Return the plan in two or three sentences, each true of the money it names."""
        if self.name == "do nothing":
            return (
                f"Changes nothing: the buildings cost {pounds(self.annual_cost_gbp)} a year, "
                f"{pounds(self.nothing_gbp)} over {self.horizon_years} years in present value."
            )
        if not self.released and not self.moved:
            return f"Finds nothing worth changing. {self._proof()}"
        verb = "Saves" if self.saving_gbp_pa >= 0 else "Costs"
        balance = (
            f"saves {pounds(self.cost_saving_gbp, rounding='down')}"
            if self.cost_saving_gbp >= 0
            else f"costs {pounds(-self.cost_saving_gbp, rounding='up')} more than doing nothing"
        )
        return (
            f"{verb} {pounds(abs(self.saving_gbp_pa))} a year by releasing {counted(len(self.released), 'building')} "
            f"and moving {counted(self.moved, 'team')}. Over {self.horizon_years} years, in present value and with "
            f"one-off costs, receipts and the value of what is sold, it {balance}. {self._proof()}"
        )

    def _proof(self) -> str:
        """Say what is proved about the saving in present value."""
        among, most = AMONG[self.name], self.saving_bound_gbp
        if self.status == "optimal":
            return f"{among} can save more (proved)."
        if most < 0:
            return f"{among} can cost less than {pounds(-most, rounding='down')} more (proved)."
        return f"{among} can save more than {pounds(most, rounding='up')} (proved)."

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the plan as plain tables by name: summary, buildings, moves, access, money and assumptions."""
        figures = (
            "status",
            "annual_cost_gbp",
            "saving_gbp_pa",
            "one_off_gbp",
            "npv_gbp",
            "cost_gbp",
            "bound_gbp",
            "gap",
        )
        summary = {"option": self.name, **{name: getattr(self, name) for name in figures}}
        summary |= {"released": len(self.released), "moved": self.moved, "seed": self.seed, "sentence": self.sentence()}
        return {
            "summary": pd.DataFrame([summary]),
            "buildings": self.buildings,
            "moves": self.moves,
            "access": self.access,
            "money": self.money,
            "assumptions": pd.DataFrame({"assumption": self.assumptions}),
        }


def build_plan(
    name: Name,
    formulation: Formulation,
    decision: Decision,
    *,
    answer: Answer | None = None,
    nothing: Plan | None = None,
    seed: int = 0,
    waived: tuple[str, ...] = (),
) -> Plan:
    """Return a decision as a plan, after checking it row by row.

    Parameters
    ----------
    name
        The option.
    formulation
        The arrays of the option.
    decision
        Where every block ends and which buildings are kept.
    answer
        What the search knows of it; None for a plan that was not searched for.
    nothing
        The plan to do nothing, which savings are counted from; None where this is it.
    seed
        Seed of the search.
    waived
        Buildings whose pinned release is not asked of this option.

    Raises
    ------
    SolverError
        The plan breaks a rule or its cost is wrong, by an independent reckoning.
    """
    problem = formulation.problem
    moves = move_table(formulation, decision)
    where = problem.teams["asset_id"].astype(object)
    where.update(moves["to_asset"])
    released = tuple(map(str, problem.buildings.index[~decision.kept]))
    cost = formulation.model.objective(formulation.values(decision))
    ends, access = {str(team): str(to) for team, to in where.items()}, access_change(problem, where)
    faults = breaches(
        problem, ends, frozenset(released), cost_gbp=cost, alone=name != "joint", waived=waived, access=access
    )
    if faults:
        raise SolverError(
            f"The plan '{name}' failed its check: {'; '.join(faults)}. This is a fault of onetown: report it."
        )
    money = _money(problem, decision, moves)
    annual = float(problem.buildings.loc[decision.kept, "annual_gbp"].sum())
    bound = cost if answer is None else min(answer.bound, cost)
    return Plan(
        name=name,
        status=_status(answer, relative_gap(cost, bound)),
        annual_cost_gbp=annual,
        saving_gbp_pa=float(problem.buildings["annual_gbp"].sum()) - annual,
        one_off_gbp=-float(money.loc[money["line"].isin(ONE_OFF), "gbp"].sum()),
        npv_gbp=float(money["gbp"].sum()),
        cost_gbp=cost,
        bound_gbp=bound,
        gap=relative_gap(cost, bound),
        nothing_gbp=cost if nothing is None else nothing.cost_gbp,
        buildings=building_table(formulation, decision),
        moves=moves,
        access=access,
        money=money,
        released=released,
        moved=len(moves),
        seed=seed,
        assumptions=(*problem.costs.sentences(), *problem.rules.sentences(), problem.travel.sentence(), *problem.notes),
        horizon_years=problem.costs.horizon_years,
    )


def _status(answer: Answer | None, gap: float) -> Status:
    if answer is None or answer.status == "infeasible":
        return "as today"
    return "optimal" if gap <= OPTIMAL_WITHIN else answer.status


def _money(problem: Problem, decision: Decision, moves: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of the net present value: what releasing and moving changes, in cash."""
    gone = problem.buildings.loc[~decision.kept]
    lines = {
        "annual costs saved": gone["running_gbp"].sum(),
        "backlog avoided": gone["backlog_gbp"].sum(),
        "receipts": gone["receipt_gbp"].sum(),
        "moving people": -moves["cost_gbp"].sum(),
        "dilapidations": -gone["dilapidations_gbp"].sum(),
        "rent to the next legal exit": -gone["rent_to_exit_gbp"].sum(),
    }
    return pd.DataFrame({"line": list(lines), "gbp": [float(amount) for amount in lines.values()]})
