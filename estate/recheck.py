"""A second pair of eyes: check a plan row by row against the register, the teams and the rules.

Nothing here knows how plans are found: no arrays, no blocks, no solver. It reads the tables the user gave, the list of
teams that move and the list of buildings released, works everything out again slowly, and says what does not hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from estate.access import AccessStandard, access_table, compare_access, segment_codes, sites_of
from estate.colocation import Problem
from estate.inspection import held_contract, never_moves
from estate.model import Scope
from estate.recheck_money import overspent, worse_off, wrong_cost
from estate.rules import Pin
from estate.segment_losses import ALL

SHARE_TOLERANCE = 2e-6


def breaches(
    problem: Problem,
    where: Mapping[str, str],
    released: Collection[str] | Mapping[str, int],
    *,
    cost_gbp: float,
    when: Mapping[str, int] | None = None,
    scope: Scope = "joint",
    waived: Collection[Pin] = (),
    ceilings: Mapping[str, float] | None = None,
) -> list[str]:
    """Return what is wrong with a plan, in words; empty where it keeps every rule and its cost is right.

    Parameters
    ----------
    problem
        The facts as the user gave them.
    where
        The building in which each team ends, by ``team_id``.
    released
        Ids of the buildings that do not stand at the end (new hubs that are not built among them), with the year in
        which each goes; year 0 for all where only ids are given.
    cost_gbp
        The cost that the plan claims (GBP, present value).
    when
        The year in which each team moves, by ``team_id``; year 0 where not given.
    scope
        ``alone`` where each body may use its own buildings only, ``towns`` where nobody leaves a town.
    waived
        Pins that are not asked of this plan.
    ceilings
        The most that each body may pay (GBP, present value), where that is asked.
    """
    gone = dict(released) if isinstance(released, Mapping) else dict.fromkeys(released, 0)
    teams = problem.teams.assign(to=pd.Series(dict(where), dtype=object))
    if teams["to"].isna().any():
        return [f"these teams end nowhere: {list(teams.index[teams['to'].isna()])}"]
    years = pd.Series(dict(when or {}), dtype=np.float64).reindex(teams.index).fillna(0.0).astype(int)
    teams["year"] = years.where(teams["to"] != teams["asset_id"], 0)
    moved = teams[teams["to"] != teams["asset_id"]]
    found = [
        *_bad_times(problem, moved, gone),
        *_bad_pins(problem, teams, gone, waived),
        *_bad_moves(problem, moved, scope=scope, waived=waived),
    ]
    for year in sorted({problem.n_years - 1, *moved["year"], *gone.values()}):
        at = teams["to"].where(teams["year"] <= year, teams["asset_id"])
        standing_out = {asset for asset, left in gone.items() if left <= year}
        found += _bad_state(problem, teams.assign(to=at), standing_out)
    found += [*overspent(problem, moved, gone), *wrong_cost(problem, moved, gone, cost_gbp)]
    return list(dict.fromkeys([*found, *worse_off(problem, moved, gone, ceilings or {})]))


def _bad_state(problem: Problem, teams: pd.DataFrame, gone: Collection[str]) -> list[str]:
    """Return what is wrong once some teams have moved and some buildings are gone."""
    return [
        *(f"team '{team}' is in the released building '{to}'" for team, to in teams["to"].items() if to in gone),
        *_overfull(problem, teams),
        *_bad_neighbours(problem, teams),
        *_too_few(problem, teams),
        *_lost_access(problem, access_change(problem, teams["to"])),
    ]


def _bad_times(problem: Problem, moved: pd.DataFrame, gone: Mapping[str, int]) -> list[str]:
    """Return what happens in a year in which it may not, or outside the choice."""
    chosen, last = set(problem.buildings.index), problem.rules.years - 1
    found = [
        f"team '{name}' moves to '{to}', outside the choice" for name, to in moved["to"].items() if to not in chosen
    ]
    found += [f"'{asset}' is released but not decided about" for asset in sorted(set(gone) - chosen)]
    found += [f"team '{name}' moves in year {year}" for name, year in moved["year"].items() if not 0 <= year <= last]
    register, start = problem.register, problem.costs.start_year
    for name, to, year in zip(moved.index, moved["to"], moved["year"], strict=True):
        ready = register.loc[to].get("ready_year")
        if pd.notna(ready) and year < ready:
            found.append(f"team '{name}' moves into '{to}' before it is ready")
    for asset, year in gone.items():
        if asset in chosen and held_contract(register.loc[[asset]], start_year=start + year).any():
            found.append(f"'{asset}' is released before its PFI contract ends")
    return found + _flooded(problem, gone)


def _flooded(problem: Problem, gone: Mapping[str, int]) -> list[str]:
    """Return the towns and years in which more buildings are released than the rule permits."""
    limit = problem.rules.releases_per_town
    if limit is None or "locality" not in problem.register:
        return []
    towns = problem.register["locality"].fillna("")
    real = [asset for asset in gone if pd.isna(problem.register.loc[asset].get("ready_year")) and towns[asset]]
    counts = Counter((towns[asset], gone[asset]) for asset in real)
    return [
        f"{count} buildings are released in {town} in year {year}"
        for (town, year), count in counts.items()
        if count > limit
    ]


def _bad_pins(problem: Problem, teams: pd.DataFrame, gone: Mapping[str, int], waived: Collection[Pin]) -> list[str]:
    found, ends = [], {str(team): str(to) for team, to in teams["to"].items()}
    for pin in problem.rules.pins:
        if pin in waived:
            continue
        if pin.rule in ("keep", "move") and pin.asset in gone:
            found.append(f"'{pin.asset}' is released, though {pin.sentence()}")
        if pin.rule == "release" and pin.asset not in gone:
            found.append(f"'{pin.asset}' is kept, though {pin.sentence()}")
        if pin.rule == "move" and ends[pin.team] != pin.asset:
            found.append(f"team '{pin.team}' ends in '{ends[pin.team]}', though {pin.sentence()}")
        if pin.rule == "together" and ends[pin.team] != ends[pin.other]:
            found.append(f"{pin.sentence()}, but they do not")
    return found


def _bad_moves(problem: Problem, moved: pd.DataFrame, *, scope: Scope, waived: Collection[Pin] = ()) -> list[str]:
    found = []
    sent = {(pin.team, pin.asset) for pin in problem.rules.pins if pin.rule == "move" and pin not in waived}
    stays = never_moves(problem.teams, problem.rules)
    register = problem.register
    for team in moved.rename_axis("team_id").reset_index().to_dict("records"):
        here, there, name = register.loc[team["asset_id"]], register.loc[team["to"]], team["team_id"]
        if stays[name] or scope == "nobody":
            found.append(f"team '{name}' moves, but must stay")
        reach_km = problem.rules.reach_km(public=bool(team["front_desk"]))
        if here.geometry.distance(there.geometry) > 1000.0 * reach_km + 0.01 and (name, team["to"]) not in sent:
            found.append(f"team '{name}' moves further than {reach_km:g} km")
        if team["front_desk"] and not _open_to_all(problem, there):
            found.append(f"front desk '{name}' moves to '{team['to']}', which is not open to the public")
        unsafe = _not_secure_for(problem, team, there)
        found += [f"team '{name}' moves to '{team['to']}', not recorded as secure for '{work}'" for work in unsafe]
        wanted = team.get("only_town", "")
        if isinstance(wanted, str) and wanted and there.get("locality") != wanted:
            found.append(f"team '{name}' moves to '{team['to']}', which is not in {wanted}")
        if scope == "towns" and not (here.get("locality") and here.get("locality") == there.get("locality")):
            found.append(f"team '{name}' leaves its town")
        if scope == "alone" and not (here["organisation"] == there["organisation"] == team["organisation"]):
            found.append(f"team '{name}' moves to or from a building of another body")
    return found


def _open_to_all(problem: Problem, building: pd.Series) -> bool:
    """Return True where a front desk may be: open to the public or step-free, or both where the rules ask for it."""
    step_free = building.get("step_free", False)
    easy, facing = pd.notna(step_free) and bool(step_free), bool(building["public_facing"])
    return (easy and facing) if problem.rules.step_free_desks else (easy or facing)


def _not_secure_for(problem: Problem, team: Mapping[Any, Any], building: pd.Series) -> list[str]:
    """Return the classes for which a team needs a secure building and this one is not recorded as one."""
    recorded = building.get("secure_for", "")
    offers = [word.strip().lower() for word in recorded.split(";")] if isinstance(recorded, str) else []
    kinds = [str(team[column]).strip().lower() for column in ("security_class", "service")]
    asked = [work for work in problem.rules.secure_classes if work.strip().lower() in kinds]
    return [work for work in asked if "all" not in offers and work.strip().lower() not in offers]


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
    together = ["asset_id", "organisation", "service", "security_class", "stays", "public", "named"]
    together += ["only_town"] if "only_town" in teams else []
    named = {
        team
        for pin in problem.rules.pins
        if pin.rule in ("move", "together", "apart")
        for team in (pin.team, pin.other)
    }
    marked = teams.assign(
        named=np.where(teams.index.isin(named), teams.index, ""),
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
    """Return forbidden pairs that share a building; those that do today may, but nobody of either side may join."""
    found = []
    inside = teams[teams["to"].isin(problem.buildings.index)]
    for told, one, other in _forbidden(problem, inside):
        for asset in sorted(set(one["to"]) & set(other["to"])):
            sides = [side[side["to"] == asset] for side in (one, other)]
            today = all((side["asset_id"] == asset).any() for side in (one, other))
            if not today or any((side["asset_id"] != asset).any() for side in sides):
                found.append(f"{told} would share '{asset}'")
    return found


def _forbidden(problem: Problem, teams: pd.DataFrame) -> list[tuple[str, pd.DataFrame, pd.DataFrame]]:
    """Return each pair that may not share a building: its words and the teams on either side."""

    def of(name: str) -> pd.DataFrame:
        return teams[teams["security_class"].eq(name) | teams["service"].eq(name)]

    rules = problem.rules
    pairs = [(f"'{one}' and '{other}'", of(one), of(other)) for one, other in rules.never_together]
    pairs += [(f"'{name}' and others", of(name), teams.drop(of(name).index)) for name in rules.separate_classes]
    apart = [pin for pin in rules.pins if pin.rule == "apart"]
    pairs += [
        (f"'{pin.team}' and '{pin.other}'", teams[teams.index == pin.team], teams[teams.index == pin.other])
        for pin in apart
    ]
    return pairs


def _too_few(problem: Problem, teams: pd.DataFrame) -> list[str]:
    """Return the bodies that keep too few people in a town."""
    found = []
    towns = (
        problem.register["locality"].fillna("")
        if "locality" in problem.register
        else pd.Series("", problem.register.index)
    )
    decided = teams[teams["asset_id"].isin(problem.buildings.index)]
    for rule in problem.rules.presence:
        for body in [rule.body] if rule.body else sorted(set(decided["organisation"])):
            mine = decided[decided["organisation"] == body]
            today, now = (float(mine.loc[mine[at].map(towns) == rule.town, "fte"].sum()) for at in ("asset_id", "to"))
            if now < min(rule.fte, today) - 1e-6:
                found.append(f"'{body}' keeps {now:g} FTE in {rule.town}, fewer than {min(rule.fte, today):g}")
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
    table = compare_access(problem.access_today, after)
    for when, at in (("before", problem.teams["asset_id"]), ("after", to.reindex(problem.teams.index))):
        away = [_kept_away(problem, at, row) for row in table.to_dict("records")]
        table[f"share_served_{when}"] = table[f"share_within_{when}"] - away
    return table


def _kept_away(problem: Problem, at: pd.Series, row: Mapping[Any, Any]) -> float:
    """Return the share of a group of residents that neighbours keep away from a service."""
    rules = [rule for rule in problem.rules.perceptions if rule.service == row["service"]]
    if not rules or not row["residents"]:
        return 0.0
    areas, teams = problem.areas, problem.teams.assign(asset_id=at)
    codes = segment_codes(areas, problem.segments)
    standard = next(one for one in problem.rules.standards if one.service == row["service"])
    sites = set(sites_of(teams, [standard])[row["service"]])
    group = pd.Series(True, areas.index) if row["segment"] == ALL else codes.eq(row["segment"])
    away = 0.0
    for rule in rules:
        beside = teams["security_class"].eq(rule.beside) | teams["service"].eq(rule.beside)
        within, clear = (
            _within(problem, some, standard.limit_min) for some in (sites, sites - set(teams.loc[beside, "asset_id"]))
        )
        concerned = group & (codes.eq(rule.segment) if rule.segment != ALL else True) & within & ~clear
        away += rule.share_away * float(areas.loc[concerned, "population"].sum())
    return away / float(row["residents"])


def _within(problem: Problem, sites: Collection[str], limit_min: float) -> pd.Series:
    """Return True for the areas within a limit of one of some sites."""
    rows = problem.travel.table["travel_min"]
    near = rows[rows.index.get_level_values(1).isin(list(sites)) & (rows <= limit_min)]
    return pd.Series(problem.areas.index.isin(near.index.get_level_values(0)), problem.areas.index)


def _lost_access(problem: Problem, access: pd.DataFrame) -> list[str]:
    """Return the groups of residents that lose more access to a service than its standard permits them to."""
    found = []
    for standard in problem.rules.standards:
        rows = access[access["service"] == standard.service].set_index("segment")
        groups = [(str(code), [str(code)], _permitted_loss(standard, str(code))) for code in rows.index]
        groups += [(one.segment, sorted(set(one.parts) & set(rows.index)), one.max_loss) for one in standard.losses]
        for name, codes, loss in groups:
            people = rows.loc[codes, "residents"]
            before, after = (
                float((rows.loc[codes, f"share_served_{when}"] * people).sum() / max(people.sum(), 1.0))
                for when in ("before", "after")
            )
            if after < before - loss - SHARE_TOLERANCE:
                who = "all" if name == ALL else f"segment {name}"
                found.append(f"access to '{standard.service}' falls from {before:.1%} to {after:.1%} for {who}")
    return list(dict.fromkeys(found))


def _permitted_loss(standard: AccessStandard, code: str) -> float:
    """Return the loss permitted to one sub-cluster, or to all."""
    own = [one.max_loss for one in standard.losses if list(one.parts) == [code]]
    of_super = [one.max_loss for one in standard.losses if len(one.parts) > 1 and code in one.parts]
    return [*own, *of_super, standard.max_loss][0]
