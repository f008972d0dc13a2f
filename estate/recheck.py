"""A second pair of eyes: check a plan row by row against the register, the teams and the rules.

Nothing here knows how plans are found: no arrays, no blocks, no solver. It reads the tables the user gave, the list of
teams that move and the list of buildings released, works everything out again slowly, and says what does not hold.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from estate.access import ALL, access_table, compare_access, sites_of
from estate.appraisal import annuity_factor, discount_factor
from estate.colocation import Problem
from estate.costs import CostRules, annual_cost_gbp, exit_years, is_leased
from estate.inspection import held_contract, never_moves

SHARE_TOLERANCE = 2e-6
POUND = 1.0


def breaches(
    problem: Problem,
    where: Mapping[str, str],
    released: frozenset[str],
    *,
    cost_gbp: float,
    alone: bool = False,
    waived: Collection[str] = (),
    access: pd.DataFrame | None = None,
) -> list[str]:
    """Return what is wrong with a plan, in words; empty where it keeps every rule and its cost is right.

    Parameters
    ----------
    problem
        The facts as the user gave them.
    where
        The building in which each team ends, by ``team_id``.
    released
        Ids of the released buildings.
    cost_gbp
        The cost that the plan claims (GBP, present value).
    alone
        True where each body may use its own buildings only.
    waived
        Buildings whose pinned release is not asked of this plan.
    access
        What :func:`access_change` says of the plan; worked out here where not given.
    """
    teams = problem.teams.assign(to=pd.Series(dict(where), dtype=object))
    if teams["to"].isna().any():
        return [f"these teams end nowhere: {list(teams.index[teams['to'].isna()])}"]
    moved = teams[teams["to"] != teams["asset_id"]]
    return [
        *_bad_places(problem, teams, moved, released),
        *_bad_pins(problem, released, waived),
        *_bad_moves(problem, moved, alone=alone),
        *_overfull(problem, teams),
        *_bad_neighbours(problem, teams),
        *_lost_access(problem, access_change(problem, teams["to"]) if access is None else access),
        *_wrong_cost(problem, moved, released, cost_gbp),
    ]


def _bad_places(problem: Problem, teams: pd.DataFrame, moved: pd.DataFrame, released: frozenset[str]) -> list[str]:
    chosen = set(problem.buildings.index)
    found = [f"team '{team}' is in the released building '{to}'" for team, to in teams["to"].items() if to in released]
    found += [
        f"team '{row.Index}' moves to '{row.to}', outside the choice"
        for row in moved.itertuples()
        if row.to not in chosen
    ]
    found += [f"'{asset}' is released but not decided about" for asset in sorted(released - chosen)]
    held = held_contract(problem.register, start_year=problem.costs.start_year)
    for asset in sorted(released & set(held.index[held])):
        found.append(f"'{asset}' is released before its PFI contract ends")
    return found


def _bad_pins(problem: Problem, released: frozenset[str], waived: Collection[str]) -> list[str]:
    found = []
    for pin in problem.rules.pins:
        if pin.rule == "keep" and pin.asset in released:
            found.append(f"'{pin.asset}' is released, though {pin.sentence()}")
        if pin.rule == "release" and pin.asset not in released and pin.asset not in waived:
            found.append(f"'{pin.asset}' is kept, though {pin.sentence()}")
    return found


def _bad_moves(problem: Problem, moved: pd.DataFrame, *, alone: bool) -> list[str]:
    found = []
    stays = never_moves(problem.teams, problem.rules)
    register = problem.register
    for team in moved.rename_axis("team_id").reset_index().to_dict("records"):
        here, there, name = register.loc[team["asset_id"]], register.loc[team["to"]], team["team_id"]
        if stays[name]:
            found.append(f"team '{name}' moves, but must stay")
        reach_km = problem.rules.reach_km(public=bool(team["front_desk"]))
        if here.geometry.distance(there.geometry) > 1000.0 * reach_km + 0.01:
            found.append(f"team '{name}' moves further than {reach_km:g} km")
        step_free = there.get("step_free", False)
        if team["front_desk"] and not (there["public_facing"] or (pd.notna(step_free) and step_free)):
            found.append(f"front desk '{name}' moves to '{team['to']}', which is not open to the public")
        if alone and not (here["organisation"] == there["organisation"] == team["organisation"]):
            found.append(f"team '{name}' moves to or from a building of another body")
    return found


def _overfull(problem: Problem, teams: pd.DataFrame) -> list[str]:
    needs, before = _needs(problem, teams, "to"), _needs(problem, teams, "asset_id")
    recorded = problem.register.loc[problem.buildings.index]
    limits = {"desks": recorded["desks"] * problem.rules.usable_share, "m2": recorded["nia_m2"]}
    found = []
    for need, limit in limits.items():
        now, today = (table[need].reindex(limit.index).fillna(0.0) for table in (needs, before))
        over = now[now > np.maximum(limit, today) + 1e-6]
        found += [f"'{asset}' would hold work for {amount:,.1f} {need}" for asset, amount in over.items()]
    return found


def _needs(problem: Problem, teams: pd.DataFrame, building: str) -> pd.DataFrame:
    """Return the desks and m2 that teams need in each building.

    A team needs its desks, each with its space; teams that came together from one building need besides the greater of
    the space of their service and a public area for their front desk.
    """
    together = ["asset_id", "organisation", "service", "security_class", "stays", "public"]
    marked = teams.assign(
        desks=teams["fte"] * teams["desks_per_fte"],
        stays=never_moves(problem.teams, problem.rules).reindex(teams.index),
        public=teams["front_desk"].astype(bool),
        service_m2=teams["service_m2"].fillna(0.0) if "service_m2" in teams else 0.0,
        at=teams[building],
    )
    groups = marked.groupby(["at", *together], dropna=False)[["desks", "service_m2"]].sum().reset_index()
    beside = np.maximum(groups["service_m2"], groups["public"] * problem.rules.front_desk_m2)
    groups["m2"] = groups["desks"] * problem.rules.m2_per_desk + beside
    return groups.groupby("at")[["desks", "m2"]].sum()


def _bad_neighbours(problem: Problem, teams: pd.DataFrame) -> list[str]:
    found = []
    for one, other in problem.rules.never_together:
        marked = {name: teams[teams["security_class"].eq(name) | teams["service"].eq(name)] for name in (one, other)}
        for asset in sorted(set(marked[one]["to"]) & set(marked[other]["to"]) & set(problem.buildings.index)):
            together = all((marked[name]["asset_id"] == asset).any() for name in (one, other))
            joined = [
                name
                for name in (one, other)
                if (marked[name]["to"].eq(asset) & marked[name]["asset_id"].ne(asset)).any()
            ]
            if joined or not together:
                found.append(f"'{one}' and '{other}' would share '{asset}'")
    return found


def access_change(problem: Problem, to: pd.Series) -> pd.DataFrame:
    """Return access today and under a plan, by service and segment.

    Parameters
    ----------
    problem
        The facts.
    to
        The building in which each team ends, indexed by ``team_id``.
    """
    standards = problem.rules.standards
    sites = sites_of(problem.teams.assign(asset_id=to.reindex(problem.teams.index)), standards)
    after = access_table(problem.areas, sites, problem.travel, problem.segments, standards)
    return compare_access(problem.access_today, after)


def _lost_access(problem: Problem, access: pd.DataFrame) -> list[str]:
    losses = {standard.service: standard.max_loss for standard in problem.rules.standards}
    least = access["share_within_before"] - access["service"].map(losses) - SHARE_TOLERANCE
    found = []
    for row in access[access["share_within_after"] < least].to_dict("records"):
        who = "all" if row["segment"] == ALL else f"segment {row['segment']}"
        before, after = f"{row['share_within_before']:.1%}", f"{row['share_within_after']:.1%}"
        found.append(f"access to '{row['service']}' falls from {before} to {after} for {who}")
    return found


def _wrong_cost(problem: Problem, moved: pd.DataFrame, released: frozenset[str], cost_gbp: float) -> list[str]:
    costs = problem.costs
    total = sum(_cost_of_moving(row, problem) for _, row in moved.iterrows())
    chosen = problem.register.loc[problem.buildings.index]
    facts = chosen.assign(annual=annual_cost_gbp(chosen), exit=exit_years(chosen, costs), leased=is_leased(chosen))
    for asset, row in facts.iterrows():
        total += _cost_of_leaving(row, costs) if asset in released else _cost_of_keeping(row, costs)
    wrong = abs(total - cost_gbp) > max(POUND, 1e-9 * abs(total))
    return [f"the plan costs {total:,.0f} GBP, not {cost_gbp:,.0f}"] if wrong else []


def _cost_of_moving(team: pd.Series, problem: Problem) -> float:
    here, there = (problem.register.geometry[team[column]] for column in ("asset_id", "to"))
    costs = problem.costs
    once = costs.move_gbp_per_fte + costs.fit_out_gbp_per_fte + costs.ict_gbp_per_fte
    return float(team["fte"] * (once + costs.travel_gbp_per_fte_km * here.distance(there) / 1000.0))


def _cost_of_keeping(asset: pd.Series, costs: CostRules) -> float:
    return float(asset["annual"] * annuity_factor(costs.horizon_years, rate=costs.discount_rate)) + _money(
        asset, "backlog_gbp"
    )


def _cost_of_leaving(asset: pd.Series, costs: CostRules) -> float:
    rate, cost = costs.discount_rate, 0.0
    years = min(asset["exit"], costs.horizon_years)
    cost += _money(asset, "rent_gbp_pa") * float(annuity_factor(years, rate=rate))
    if asset["leased"]:
        cost += asset["nia_m2"] * costs.dilapidations_gbp_per_m2
    if asset["tenure"] == "freehold":
        value = _money(asset, "value_gbp")
        price = value * (1 - costs.receipt_haircut) * (1 - costs.sale_fee)
        cost -= price * float(discount_factor(costs.receipt_lag_years, rate=rate))
        cost += value * float(discount_factor(costs.horizon_years, rate=rate))
    return float(cost)


def _money(asset: pd.Series, column: str) -> float:
    value = asset.get(column, 0.0)
    return 0.0 if pd.isna(value) else float(value)
