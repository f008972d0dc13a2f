"""A second pair of eyes on the money of a plan: its cost, its budgets and what each body pays, summed year by year."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from estate.colocation import Problem
from estate.costs import CostRules
from estate.leases import exit_years, is_leased

POUND = 1.0


def wrong_cost(problem: Problem, moved: pd.DataFrame, gone: Mapping[str, int], cost_gbp: float) -> list[str]:
    """Return a sentence where the plan does not cost what it claims (GBP, present value)."""
    total = sum(_by_body(problem, moved, gone).values())
    wrong = abs(total - cost_gbp) > max(POUND, 1e-9 * abs(total))
    return [f"the plan costs {total:,.0f} GBP, not {cost_gbp:,.0f}"] if wrong else []


def worse_off(
    problem: Problem, moved: pd.DataFrame, gone: Mapping[str, int], ceilings: Mapping[str, float]
) -> list[str]:
    """Return the bodies that pay more than their ceiling."""
    paid = _by_body(problem, moved, gone) if ceilings else {}
    return [
        f"'{body}' pays {paid.get(body, 0.0):,.0f} GBP, more than {most:,.0f}"
        for body, most in ceilings.items()
        if paid.get(body, 0.0) > most + max(POUND, 1e-6 * abs(most))
    ]


def overspent(problem: Problem, moved: pd.DataFrame, gone: Mapping[str, int]) -> list[str]:
    """Return the budgets and years in which more capital is spent than there is."""
    found = []
    rules = problem.rules
    for budget in rules.budgets:
        balance = 0.0
        for year in range(rules.years):
            balance = (balance if rules.carry_over else 0.0) + budget.amount_gbp(year)
            balance += rules.recycled_share * _receipts(problem, gone, budget.body, year - rules.recycling_years)
            spent = _capital(problem, moved, gone, budget.body, year)
            if spent > balance + max(POUND, 1e-6 * balance):
                found.append(
                    f"capital of {budget.body or 'all bodies'} in year {year} is {spent:,.0f} GBP of {balance:,.0f}"
                )
            balance -= spent
    return found


def _capital(problem: Problem, moved: pd.DataFrame, gone: Mapping[str, int], body: str, year: int) -> float:
    """Return what a body spends on fit-out, ICT and hubs in a year, with optimism bias (GBP, real)."""
    costs = problem.costs
    mine = moved[(moved["year"] == year) & (moved["organisation"].eq(body) if body else True)]
    spent = float(mine["fte"].sum()) * (costs.fit_out_gbp_per_fte + costs.ict_gbp_per_fte)
    for asset, row in problem.register.loc[problem.buildings.index].iterrows():
        if row.get("ready_year") == year and asset not in gone and body in ("", row["organisation"]):
            spent += _money(row, "capital_gbp")
    return spent * (1.0 + costs.optimism_bias)


def _receipts(problem: Problem, gone: Mapping[str, int], body: str, year: int) -> float:
    """Return what the sales of a body bring in a year (GBP, real)."""
    costs, total = problem.costs, 0.0
    for asset, row in problem.register.loc[list(gone)].iterrows():
        left = gone[str(asset)]
        if left + math.ceil(costs.receipt_lag_years) == year and body in ("", row["organisation"]):
            total += _price(row, costs)
    return total


def _price(asset: pd.Series, costs: CostRules) -> float:
    if asset["tenure"] != "freehold" or pd.notna(asset.get("ready_year")):
        return 0.0
    return _money(asset, "value_gbp") * (1 - costs.receipt_haircut) * (1 - costs.sale_fee)


def _by_body(problem: Problem, moved: pd.DataFrame, gone: Mapping[str, int]) -> dict[str, float]:
    """Return what each body pays (GBP, present value)."""
    paid: dict[str, float] = {}
    for _, team in moved.iterrows():
        here, there = (problem.register.geometry[team[column]] for column in ("asset_id", "to"))
        amount = _cost_of_moving(team, here.distance(there) / 1000.0, problem.costs) * _worth(
            team["year"], problem.costs
        )
        paid[team["organisation"]] = paid.get(team["organisation"], 0.0) + amount
    register = problem.register.loc[problem.buildings.index]
    leased = is_leased(register).to_dict()
    exits = {year: exit_years(register, problem.costs, leaving=float(year)).to_dict() for year in set(gone.values())}
    for asset, row in register.iterrows():
        left = gone.get(str(asset))
        exit_year = 0.0 if left is None else exits[left][asset]
        amount = _cost_of_building(row, left, exit_year, leased=bool(leased[asset]), costs=problem.costs)
        paid[row["organisation"]] = paid.get(row["organisation"], 0.0) + amount
    return paid


def _cost_of_moving(team: pd.Series, distance_km: float, costs: CostRules) -> float:
    capital = (costs.fit_out_gbp_per_fte + costs.ict_gbp_per_fte) * (1 + costs.optimism_bias)
    return float(team["fte"] * (costs.move_gbp_per_fte + capital + costs.travel_gbp_per_fte_km * distance_km))


def _cost_of_building(asset: pd.Series, left: int | None, exit_year: float, *, leased: bool, costs: CostRules) -> float:
    """Return the present value of a building that is left in some year, or kept; year by year."""
    horizon, hub = costs.horizon_years, pd.notna(asset.get("ready_year"))
    if hub and left is not None:
        return 0.0
    running, rates, rent = (_money(asset, f"{name}_gbp_pa") for name in ("running_cost", "rates", "rent"))
    first = int(asset["ready_year"]) if hub else 0
    until = horizon if left is None else min(left, horizon)
    cost = sum((running + rates + rent) * _worth(year, costs) for year in range(first + 1, until + 1))
    due = costs.backlog_years if left is None else min(left, costs.backlog_years)
    cost += sum(_money(asset, "backlog_gbp") / costs.backlog_years * _worth(year, costs) for year in range(due))
    if hub:
        cost += _money(asset, "capital_gbp") * (1 + costs.optimism_bias) * _worth(first, costs)
        return cost - (_money(asset, "value_gbp") * _worth(horizon, costs) if asset["tenure"] == "freehold" else 0.0)
    return cost if left is None else cost + _after_leaving(asset, left, exit_year, leased=leased, costs=costs)


def _after_leaving(asset: pd.Series, left: int, exit_year: float, *, leased: bool, costs: CostRules) -> float:
    """Return what a building costs once it is empty, less its price, with the value given up."""
    horizon, price = costs.horizon_years, _price(asset, costs)
    lag = math.ceil(costs.receipt_lag_years)
    ends = min(exit_year, horizon)
    empty = (
        min(left + lag, horizon)
        if price > 0 or (asset["tenure"] == "freehold" and _money(asset, "value_gbp"))
        else ends
    )
    running, rates, rent = (_money(asset, f"{name}_gbp_pa") for name in ("running_cost", "rates", "rent"))
    cost = 0.0
    for year in range(left + 1, horizon + 1):
        cost += rent * min(max(ends - (year - 1), 0.0), 1.0) * _worth(year, costs)
        cost += costs.empty_share * (running + rates) * min(max(empty - (year - 1), 0.0), 1.0) * _worth(year, costs)
    if leased:
        cost += _money(asset, "nia_m2") * costs.dilapidations_gbp_per_m2 * _worth(left, costs)
    if asset["tenure"] == "freehold":
        cost += _money(asset, "value_gbp") * _worth(horizon, costs) - price * _worth(left + lag, costs)
    return cost


def _worth(year: float, costs: CostRules) -> float:
    """Return what a pound of some year is worth at the start."""
    late = max(year - 30, 0)
    return float((1 + costs.discount_rate) ** -min(year, 30) * (1 + min(costs.discount_rate, 0.03)) ** -late)


def _money(asset: pd.Series, column: str) -> float:
    value = asset.get(column, 0.0)
    return 0.0 if pd.isna(value) else float(value)
