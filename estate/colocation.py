"""The facts of a co-location problem: blocks, buildings, what each move costs, and who must still reach what.

A *block* is the teams of one body in one building with the same service and class of work; it moves whole. The page
``model`` states what is decided about blocks and buildings; ``plans`` seeks the decisions.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estate.access import Cells, access_table, check_coverage, delivering, merge_cells, sites_of
from estate.arcs import permitted_arcs
from estate.building_flows import building_costs, is_hub, release_costs
from estate.costs import CostRules
from estate.inspection import by_asset, check_facts, held_contract, in_choice, never_moves, on_the_way_out
from estate.leases import contract_end
from estate.numbers import number
from estate.rules import Rules
from estate.security import needed, security_notes
from geodata.errors import examples
from geodata.travel import Travel

Floats = NDArray[np.float64]

BLOCK_KEYS = ["asset_id", "organisation", "service", "security_class", "front_desk", "moves", "pinned", "only_town"]


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Everything a plan depends on, checked.

    Parameters
    ----------
    register, teams
        All assets and all teams, sorted by their ids.
    buildings
        The buildings decided about, indexed by ``asset_id``: the columns of :func:`estate.costs.building_costs`, and
        ``organisation``, ``name``, ``locality`` where known, ``desks_limit`` and ``m2_limit`` (what may be filled),
        ``desks_used`` and ``m2_used`` (today), ``crowded`` (fuller today than it should be), ``public`` (may hold front
        desks), ``secure_for`` (classes of work, "; " between them), ``must_keep``, ``must_release``, ``why`` (the
        reason of a must), ``town`` ("" where unknown), ``hub`` (stands only if the plan builds it), ``ready`` (first
        year in which somebody may move in) and ``free_from`` (first year in which it may be left; the number of years
        where never).
    blocks
        Indexed by the first of their team ids: ``organisation``, ``service``, ``security_class``, ``front_desk``,
        ``moves`` (may move at all), ``asset_id`` (today), ``home`` (its row in ``buildings``), ``fte``, ``desks`` and
        ``m2`` (needed), ``secure`` (the classes for which it needs a secure building), ``only_town`` (the one town in
        which it may sit, or ""), ``delivers`` (its service is delivered where it sits), ``capital_gbp`` (of its move),
        ``teams`` (their ids).
    arcs
        Every permitted place of every block, as :func:`estate.arcs.permitted_arcs` gives them.
    release_gbp
        What leaving each building at the start of each year costs (GBP, present value), shape (n_buildings, n_years).
    cells
        One per access standard.
    access_today
        The access table of today.
    areas, travel, segments, rules, costs
        As given.
    notes
        What a reader should know about the facts, in words.
    """

    register: gpd.GeoDataFrame
    teams: pd.DataFrame
    buildings: pd.DataFrame
    blocks: pd.DataFrame
    arcs: pd.DataFrame
    release_gbp: Floats
    cells: tuple[Cells, ...]
    access_today: pd.DataFrame
    areas: gpd.GeoDataFrame
    travel: Travel
    segments: pd.Series | None
    rules: Rules
    costs: CostRules
    notes: tuple[str, ...]

    @property
    def n_years(self) -> int:
        """Years at whose start something may happen."""
        return self.rules.years

    def fixed_sites(self, cells: Cells) -> tuple[str, ...]:
        """Return where a service is delivered whatever is decided: outside the choice, or by blocks that stay."""
        today = set(self.sites_today(cells))
        deciding = self.blocks[self.blocks["moves"] & self.deliverers(cells)]
        staying = self.blocks[~self.blocks["moves"] & self.deliverers(cells)]
        return tuple(sorted((today - set(deciding["asset_id"])) | set(staying["asset_id"])))

    def sites_today(self, cells: Cells) -> tuple[str, ...]:
        """Return where a service is delivered today."""
        return sites_of(self.teams, [cells.standard])[cells.standard.service]

    def deliverers(self, cells: Cells) -> pd.Series:
        """Return True for the blocks that deliver a service."""
        return self.blocks["delivers"] & self.blocks["service"].eq(cells.standard.service)


def build_problem(
    assets: gpd.GeoDataFrame,
    teams: pd.DataFrame,
    *,
    areas: gpd.GeoDataFrame,
    travel: Travel,
    segments: pd.Series | None = None,
    rules: Rules | None = None,
    costs: CostRules | None = None,
) -> Problem:
    """Return a checked problem from the register, the teams and the rules.

    Parameters
    ----------
    assets
        The register, indexed by ``asset_id``, points in BNG. ``rules.uses`` says which are decided about; they
        need ``desks``, ``nia_m2`` and ``running_cost_gbp_pa``, recorded or estimated.
    teams
        Indexed by ``team_id``; each sits in one building of the register.
    areas
        Indexed by ``oa_code``, with ``population`` and ``point``.
    travel
        Minutes from areas to buildings.
    segments
        Segment of each area, indexed by ``oa_code``; access is then also kept by segment.
    rules, costs
        The defaults of :class:`Rules` and :class:`CostRules` where not given.

    Raises
    ------
    DataError
        Anything is wrong with buildings, teams, pins or classes; all is named at once.
    CoverageError
        Areas or buildings have no travel times, or areas no segment.
    """
    rules, costs = rules or Rules(), costs or CostRules()
    check_facts(assets, teams, rules, start_year=costs.start_year + rules.years - 1, segments=segments)
    register, everyone = assets.sort_index(), teams.sort_index()
    chosen = register[in_choice(register, everyone, rules)]
    blocks = _blocks(everyone, chosen.index, rules, costs)
    buildings = _buildings(chosen, blocks, rules, costs)
    arcs = permitted_arcs(chosen, buildings, blocks, rules, costs)
    sites = sites_of(everyone, rules.standards)
    places = {}
    for standard in rules.standards:
        deciding = np.flatnonzero(blocks["delivers"] & blocks["service"].eq(standard.service))
        hosts = chosen.index[arcs.loc[arcs["block"].isin(deciding), "building"].unique()]
        places[standard] = {*sites[standard.service], *hosts}
    check_coverage(areas, register, travel, set().union(*places.values()))
    return Problem(
        register=register,
        teams=everyone,
        buildings=buildings,
        blocks=blocks,
        arcs=arcs,
        release_gbp=release_costs(chosen, costs, n_years=rules.years),
        cells=tuple(
            merge_cells(standard, areas=areas, travel=travel, segments=segments, sites=where)
            for standard, where in places.items()
        ),
        access_today=access_table(areas, sites, travel, segments, rules.standards),
        areas=areas,
        travel=travel,
        segments=segments,
        rules=rules,
        costs=costs,
        notes=(
            *_left_out(register, chosen, rules),
            *_notes(chosen, buildings),
            *security_notes(blocks, buildings, rules.secure_classes),
        ),
    )


def _blocks(teams: pd.DataFrame, chosen: pd.Index, rules: Rules, costs: CostRules) -> pd.DataFrame:
    """Merge teams into blocks; only those in the buildings decided about. A team that a pin names is its own block."""
    towns = teams["only_town"].fillna("").astype(str) if "only_town" in teams else ""
    named = {team for pin in rules.pins if pin.rule in ("move", "together", "apart") for team in (pin.team, pin.other)}
    marked = teams.assign(
        moves=~never_moves(teams, rules),
        front_desk=teams["front_desk"].astype(bool),
        fte=pd.to_numeric(teams["fte"]).astype(np.float64),
        delivers=False,
        pinned=np.where(teams.index.isin(named), teams.index, ""),
        only_town=towns,
    )
    for service in marked["service"].unique():
        marked["delivers"] |= delivering(marked, service)
    marked["service_m2"] = number(teams, "service_m2").fillna(0.0) if "service_m2" in teams else 0.0
    marked["desks"] = marked["fte"] * pd.to_numeric(teams["desks_per_fte"]).astype(np.float64)
    inside = marked[marked["asset_id"].isin(chosen)].rename_axis("team_id").reset_index()
    grouped = inside.groupby(BLOCK_KEYS, sort=False, dropna=False)
    merged = grouped.agg(
        block=("team_id", "first"),
        fte=("fte", "sum"),
        desks=("desks", "sum"),
        service_m2=("service_m2", "sum"),
        delivers=("delivers", "any"),
        teams=("team_id", tuple),
    )
    table = merged.reset_index().set_index("block").sort_index()
    public_area = np.where(table["front_desk"], rules.front_desk_m2, 0.0)
    table["m2"] = table["desks"] * rules.m2_per_desk + np.maximum(public_area, table["service_m2"])
    table["home"] = chosen.get_indexer(pd.Index(table["asset_id"]))
    table["capital_gbp"] = table["fte"] * costs.capital_gbp_per_fte
    kinds = zip(table["security_class"].astype(str), table["service"].astype(str), strict=True)
    table["secure"] = pd.Series([needed(*kind, rules.secure_classes) for kind in kinds], table.index, dtype=object)
    return table


def _buildings(chosen: gpd.GeoDataFrame, blocks: pd.DataFrame, rules: Rules, costs: CostRules) -> pd.DataFrame:
    """Return costs, limits and musts of the buildings decided about."""
    table = building_costs(chosen, costs)
    for column in ("organisation", "name", "use", "tenure"):
        table[column] = chosen[column].astype(object).where(chosen[column].notna(), "") if column in chosen else ""
    used = blocks.groupby("asset_id")[["desks", "m2"]].sum().reindex(table.index).fillna(0.0)
    table["desks_used"], table["m2_used"] = used["desks"], used["m2"]
    usable = number(chosen, "desks") * rules.usable_share
    table["crowded"] = used["desks"] > usable + 1e-9
    table["desks_limit"] = np.maximum(usable, used["desks"])
    table["m2_limit"] = np.maximum(number(chosen, "nia_m2"), used["m2"])
    step_free = chosen["step_free"].fillna(False).astype(bool) if "step_free" in chosen else False
    facing = chosen["public_facing"].fillna(False).astype(bool)
    table["public"] = (facing & step_free) if rules.step_free_desks else (facing | step_free)
    table["secure_for"] = chosen["secure_for"].fillna("").astype(object) if "secure_for" in chosen else ""
    table["town"] = chosen["locality"].fillna("").astype(object) if "locality" in chosen else ""
    table["hub"] = is_hub(chosen)
    table["ready"] = number(chosen, "ready_year").fillna(0.0).astype(int)
    table["free_from"] = _free_from(chosen, rules, costs)
    table["must_release"] = table.index.isin([pin.asset for pin in rules.pins if pin.rule == "release"])
    table["why"] = _musts(chosen, blocks, rules, costs).where(~table["must_release"], "")
    table["must_keep"] = table["why"].ne("")
    for pin in rules.pins:
        if pin.rule == "release":
            table.loc[pin.asset, "why"] = pin.reason or "decided beforehand"
    return table


def _free_from(chosen: gpd.GeoDataFrame, rules: Rules, costs: CostRules) -> NDArray[np.intp]:
    """Return the first year in which each building may be left; the number of years where its contract forbids all."""
    held = [held_contract(chosen, start_year=costs.start_year + year).to_numpy() for year in range(rules.years)]
    return np.asarray(np.sum(held, axis=0), dtype=np.intp)


def _musts(chosen: gpd.GeoDataFrame, blocks: pd.DataFrame, rules: Rules, costs: CostRules) -> pd.Series:
    """Return why a building must be kept, or an empty text."""
    why = pd.Series("", index=chosen.index, dtype=object)
    vacant = number(chosen, "fte").eq(0.0)
    if "fte_from" in chosen:
        vacant &= chosen["fte_from"].eq("recorded")
    unknown = ~chosen.index.isin(blocks["asset_id"]) & ~vacant & ~is_hub(chosen)
    why[unknown] = "no team is on record here, and the register does not say that it is empty"
    for asset, group in by_asset(blocks[~blocks["moves"]]):
        teams = [team for names in group["teams"] for team in names]
        why[asset] = f"{group['fte'].sum():,.1f} FTE here may not move ({examples(teams)})"
    ends = contract_end(chosen)
    for asset in chosen.index[held_contract(chosen, start_year=costs.start_year + rules.years - 1)]:
        until = f"runs until {int(ends[asset])}" if pd.notna(ends[asset]) else "has no end on record"
        why[asset] = f"its PFI contract {until}"
    for pin in rules.pins:
        if pin.rule != "release" and pin.asset in why.index:
            why[pin.asset] = pin.reason or "decided beforehand"
    return why


def _left_out(register: gpd.GeoDataFrame, chosen: gpd.GeoDataFrame, rules: Rules) -> tuple[str, ...]:
    """Say which buildings of the uses asked for are not decided about."""
    of_use = register["use"].isin(rules.uses) if rules.uses else pd.Series(True, index=register.index)
    out = list(register.index[of_use & on_the_way_out(register, rules) & ~register.index.isin(chosen.index)])
    if not out:
        return ()
    return (f"{examples(out, total=int(of_use.sum()))} closed or on the way out with nobody in: not decided about.",)


def _notes(chosen: gpd.GeoDataFrame, buildings: pd.DataFrame) -> tuple[str, ...]:
    """Return what a reader should know about the facts."""
    counted = {
        "hold more staff today than their usable desks; they may stay so, but no plan makes it worse": buildings.index[
            buildings["crowded"]
        ],
        "are leased with no rent on record, which counts as none": chosen.index[
            chosen["tenure"].eq("leasehold") & number(chosen, "rent_gbp_pa").isna()
        ],
        "are freehold with no value on record; selling them counts as bringing nothing": chosen.index[
            chosen["tenure"].eq("freehold") & number(chosen, "value_gbp").isna()
        ],
        "have no tenure on record; they count as neither sold nor leased unless a rent is paid": chosen.index[
            chosen["tenure"].eq("unknown")
        ],
        "have no team on record and are not said to be empty; they are kept": buildings.index[
            buildings["why"].str.startswith("no team is on record")
        ],
    }
    return tuple(
        f"{len(ids)} of {len(chosen)} buildings {text} ({examples(list(ids))})."
        for text, ids in counted.items()
        if len(ids)
    )


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
