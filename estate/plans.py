"""A plan: what becomes of every building and team, what it saves, and how good it is known to be.

Two kinds of money must not be confused. *Cost* is what the optimiser makes as small as possible: the present value of
running the estate over the horizon, of one-off costs and receipts, and of the value given up by selling. The bound is
about it. *Net present value* is cash: the same without the value given up. Savings a year compare annual costs as they
are once every move is made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from estate.appraisal import discount_factor
from estate.cash_flows import cash_flow_table
from estate.decision import Decision, total_cost
from estate.model import Formulation
from estate.phrases import counted, pounds
from estate.programme import OPTIMAL_WITHIN, Answer, relative_gap
from estate.reasons import building_table, move_table
from estate.recheck import access_change, breaches
from estate.rules import Pin
from geodata.errors import SolverError

Status = Literal["as today", "optimal", "gap", "time limit", "work limit", "interrupted", "not proved"]

#: Lines of the cash flows that are the price of changing things.
ONE_OFF = (
    "moving people",
    "fit-out",
    "ICT",
    "optimism bias",
    "excess travel",
    "new hubs",
    "dilapidations",
    "rent to the next legal exit",
    "standing empty",
)
AMONG = {
    "each alone": "No plan in which every body keeps to its own buildings",
    "joint within towns": "No plan in which nobody leaves a town",
    "do minimum": "No plan in which nobody moves",
}
ANY = "No plan under these rules"


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One option, worked out and checked.

    Parameters
    ----------
    name
        ``do nothing``, ``do minimum``, ``each alone``, ``joint within towns``, ``joint``, or the user's own.
    status
        ``as today`` (do nothing: there is nothing to choose), ``optimal`` (proved: cost and bound agree within one part
        in a million), ``gap`` (the search was told to stop at this gap), ``time limit``, ``work limit``,
        ``interrupted`` (by the user), or ``not proved`` (the user's own plan: nothing was sought).
    annual_cost_gbp
        Running cost, rent and rates of the buildings kept (GBP a year, once every move is made).
    saving_gbp_pa
        Annual cost of doing nothing less that of the plan (GBP a year).
    one_off_gbp
        Moves, fit-out, ICT, excess travel, new hubs, dilapidations, rent to the next legal exit and what stands empty
        (GBP, present value); receipts are not taken off.
    npv_gbp
        Net present value against doing nothing over the horizon, in cash: annual savings, backlog avoided and receipts
        less one-off costs. What buildings would still be worth at the end of the horizon is not in it.
    cost_gbp
        The cost made as small as possible (GBP, present value over the horizon): annual costs and backlog of the
        buildings kept, one-off costs, less receipts, plus the value given up by selling.
    bound_gbp
        Proven lower bound on ``cost_gbp`` over all plans under the rules of this option; missing where something else
        than cost was aimed at. For each body alone it is the
        sum over the bodies.
    gap
        (cost - bound) / cost.
    nothing_gbp
        ``cost_gbp`` of doing nothing.
    buildings, moves, access, money
        What becomes of each building; the teams that move; access before and after by service and segment; and the
        lines of the net present value (GBP, present value, cash), which add up to ``npv_gbp``.
    cash_flows
        Yearly money by body and line, as :func:`estate.cash_flows.cash_flow_table` gives it.
    released
        Ids of the buildings released.
    built
        Ids of the new hubs that the plan builds.
    moved
        Number of teams that move.
    seed
        Seed of the search.
    assumptions
        Rules, prices and notes in words.
    horizon_years
        Years counted.
    n_years
        Years at whose start something may happen.
    discount_rate
        Real rate a year.
    decision
        Rows of blocks and buildings in the problem, to start other searches from.
    ceilings
        The most that each body may pay (GBP, present value), where that was asked; empty otherwise.
    """

    name: str
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
    cash_flows: pd.DataFrame
    released: tuple[str, ...]
    built: tuple[str, ...]
    moved: int
    seed: int
    assumptions: tuple[str, ...]
    horizon_years: int
    n_years: int
    discount_rate: float
    decision: Decision
    ceilings: Mapping[str, float] = field(default_factory=dict)

    @property
    def cost_saving_gbp(self) -> float:
        """How much less than doing nothing the plan costs (GBP, present value)."""
        return self.nothing_gbp - self.cost_gbp

    @property
    def saving_bound_gbp(self) -> float:
        """The most that any plan of this option can save (GBP, present value of cost), proved."""
        return self.nothing_gbp - self.bound_gbp

    def sentence(self) -> str:
        """Return the plan in a few sentences, each true of the money it names; indicative minutes are owned up to."""
        return f"{self._money_sentence()}{self.minutes_sentence()}"

    def minutes_sentence(self) -> str:
        """Say where access was judged by minutes along the straight line; nothing where nothing changes."""
        if self.name == "do nothing" or "indicative" not in self.minutes:
            return ""
        if self.minutes == "indicative":
            return " Access is judged by indicative minutes (straight line, no roads)."
        return " Some of the minutes by which access is judged are indicative (straight line)."

    @property
    def minutes(self) -> str:
        """How far the minutes by which access is judged may be trusted; empty where no access is judged."""
        found = sorted(set(self.access["quality"])) if "quality" in self.access else []
        return str(found[0]) if found else ""

    def _money_sentence(self) -> str:
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
            f"{verb} {pounds(abs(self.saving_gbp_pa))} a year by releasing "
            f"{counted(len(self.released), 'building')}{self._building()} and moving {counted(self.moved, 'team')}"
            f"{self._when()}. Over {self.horizon_years} years, in present value and with one-off costs, receipts and "
            f"the value of what is sold, it {balance}. {self._proof()}"
        )

    def _when(self) -> str:
        return f" within {self.n_years} years" if self.n_years > 1 else ""

    def _building(self) -> str:
        return f", building {counted(len(self.built), 'new hub')}" if self.built else ""

    def _proof(self) -> str:
        """Say what is proved about the saving in present value."""
        among, most = AMONG.get(self.name, ANY), self.saving_bound_gbp
        if self.status == "not proved":
            return "Nothing is proved about it: it is what was asked for, not what was sought."
        if np.isnan(self.bound_gbp):
            return "What is proved about it is about its own aim, not about its cost."
        if self.status == "optimal":
            return f"{among} can save more (proved)."
        if most < 0:
            return f"{among} can cost less than {pounds(-most, rounding='down')} more (proved)."
        return f"{among} can save more than {pounds(most, rounding='up')} (proved)."

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the plan as plain tables: summary, buildings, moves, access, money, cash_flows, assumptions."""
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
            "cash_flows": self.cash_flows,
            "assumptions": pd.DataFrame({"assumption": self.assumptions}),
        }


def build_plan(
    name: str,
    formulation: Formulation,
    decision: Decision,
    *,
    answer: Answer | None = None,
    nothing: Plan | None = None,
    seed: int = 0,
    waived: Collection[Pin] = (),
    ceilings: Mapping[str, float] | None = None,
) -> Plan:
    """Return a decision as a plan, after checking it row by row.

    Parameters
    ----------
    name
        The option.
    formulation
        The arrays of the option.
    decision
        Where every block ends and when, which buildings stand at the end and when the others go.
    answer
        What the search knows of it; None for a plan that was not searched for.
    nothing
        The plan to do nothing, which savings are counted from; None where this is it.
    seed
        Seed of the search.
    waived
        Pins that are not asked of this option.
    ceilings
        The most that each body may pay (GBP, present value), where that was asked.

    Raises
    ------
    SolverError
        The plan breaks a rule or its cost is wrong, by an independent reckoning.
    """
    problem, buildings = formulation.problem, formulation.problem.buildings
    moves = move_table(formulation, decision)
    where = problem.teams["asset_id"].astype(object)
    where.update(moves["to_asset"])
    cost = total_cost(problem, decision)
    gone = {str(asset): int(year) for asset, year in zip(buildings.index, decision.left_in, strict=True)}
    gone = {asset: gone[asset] for asset in map(str, buildings.index[~decision.kept])}
    check_plan(
        name,
        breaches(
            problem,
            {str(team): str(to) for team, to in where.items()},
            gone,
            cost_gbp=cost,
            when={str(team): int(year) for team, year in moves["year"].items()},
            scope=formulation.scope,
            waived=waived,
            ceilings=ceilings,
        ),
    )
    flows = cash_flow_table(problem, decision)
    money = _money(flows, None if nothing is None else nothing.cash_flows, problem.costs.discount_rate)
    stands_today = ~buildings["hub"].to_numpy()
    annual = float(buildings.loc[decision.kept, "annual_gbp"].sum())
    bound = cost if answer is None else min(answer.bound, cost)
    return Plan(
        name=name,
        status=_status(answer, relative_gap(cost, bound)),
        annual_cost_gbp=annual,
        saving_gbp_pa=float(buildings.loc[stands_today, "annual_gbp"].sum()) - annual,
        one_off_gbp=-float(money.loc[money["line"].isin(ONE_OFF), "gbp"].sum()),
        npv_gbp=float(money["gbp"].sum()),
        cost_gbp=cost,
        bound_gbp=bound,
        gap=relative_gap(cost, bound),
        nothing_gbp=cost if nothing is None else nothing.cost_gbp,
        buildings=building_table(formulation, decision),
        moves=moves,
        access=access_change(problem, where),
        money=money,
        cash_flows=flows,
        released=tuple(map(str, buildings.index[~decision.kept & stands_today])),
        built=tuple(map(str, buildings.index[decision.kept & ~stands_today])),
        moved=len(moves),
        seed=seed,
        assumptions=(*problem.costs.sentences(), *problem.rules.sentences(), problem.travel.sentence(), *problem.notes),
        horizon_years=problem.costs.horizon_years,
        n_years=problem.n_years,
        discount_rate=problem.costs.discount_rate,
        decision=decision,
        ceilings=dict(ceilings or {}),
    )


def check_plan(name: str, faults: Sequence[str]) -> None:
    """Raise where the independent check found something.

    Raises
    ------
    SolverError
        With everything that was found.
    """
    if faults:
        raise SolverError(
            f"The plan '{name}' failed its check: {'; '.join(faults)}. This is a fault of onetown: report it."
        )


def cash_flows(plan: Plan) -> pd.DataFrame:
    """Return the yearly money of a plan by body and line (GBP, real), as described in :mod:`estate.cash_flows`."""
    return plan.cash_flows


def _status(answer: Answer | None, gap: float) -> Status:
    if answer is None or answer.status == "infeasible":
        return "as today"
    return "optimal" if gap <= OPTIMAL_WITHIN else answer.status


def _money(flows: pd.DataFrame, nothing: pd.DataFrame | None, rate: float) -> pd.DataFrame:
    """Return the lines of the net present value: what the plan changes against doing nothing, in cash."""
    own, base = (_worth_by_line(table, rate) for table in (flows, flows if nothing is None else nothing))
    change = own.sub(base, fill_value=0.0)
    recurring = ["running cost", "rent", "rates"]
    told = {"annual costs saved": change.reindex(recurring).sum(), "backlog avoided": change.get("backlog", 0.0)}
    others = ["receipts", *ONE_OFF]
    told |= {line: change[line] for line in others if line in change.index and abs(change[line]) > 0}
    return pd.DataFrame({"line": list(told), "gbp": [float(amount) + 0.0 for amount in told.values()]})


def _worth_by_line(flows: pd.DataFrame, rate: float) -> pd.Series:
    """Return the present value of each line."""
    worth = flows["gbp"] * discount_factor(flows["year"].to_numpy(dtype=np.float64), rate=rate)
    return worth.groupby(flows["line"]).sum()
