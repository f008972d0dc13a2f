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
from estate.costs import CostRules, building_costs, contract_end
from estate.inspection import by_asset, check_facts, held_contract, in_choice, never_moves, on_the_way_out
from estate.numbers import number
from estate.rules import Rules
from geodata.errors import examples
from geodata.travel import Travel

BLOCK_KEYS = ["asset_id", "organisation", "service", "security_class", "front_desk", "moves"]
METRES_A_KM = 1000.0


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
        desks), ``must_keep``, ``must_release``, ``why`` (the reason of a must).
    blocks
        Indexed by the first of their team ids: ``organisation``, ``service``, ``security_class``, ``front_desk``,
        ``moves`` (may move at all), ``asset_id`` (today), ``home`` (its row in ``buildings``), ``fte``, ``desks`` and
        ``m2`` (needed), ``delivers`` (its service is delivered where it sits), ``teams`` (their ids).
    arcs
        Every permitted place of every block, sorted by block and building: ``block`` and ``building`` (rows of those
        tables), ``stay``, ``distance_m``, ``cost_gbp``.
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
    cells: tuple[Cells, ...]
    access_today: pd.DataFrame
    areas: gpd.GeoDataFrame
    travel: Travel
    segments: pd.Series | None
    rules: Rules
    costs: CostRules
    notes: tuple[str, ...]

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
    check_facts(assets, teams, rules, start_year=costs.start_year)
    register, everyone = assets.sort_index(), teams.sort_index()
    chosen = register[in_choice(register, everyone, rules)]
    blocks = _blocks(everyone, chosen.index, rules)
    buildings = _buildings(chosen, blocks, rules, costs)
    arcs = _arcs(chosen, buildings, blocks, rules, costs)
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
        notes=(*_left_out(register, chosen, rules), *_notes(chosen, buildings)),
    )


def _blocks(teams: pd.DataFrame, chosen: pd.Index, rules: Rules) -> pd.DataFrame:
    """Merge teams into blocks; only those in the buildings decided about."""
    marked = teams.assign(
        moves=~never_moves(teams, rules),
        front_desk=teams["front_desk"].astype(bool),
        fte=pd.to_numeric(teams["fte"]).astype(np.float64),
        delivers=False,
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
    return table


def _buildings(chosen: gpd.GeoDataFrame, blocks: pd.DataFrame, rules: Rules, costs: CostRules) -> pd.DataFrame:
    """Return costs, limits and musts of the buildings decided about."""
    table = building_costs(chosen, costs)
    for column in ("organisation", "name", "use", "tenure"):
        table[column] = chosen[column].astype(object) if column in chosen else ""
    used = blocks.groupby("asset_id")[["desks", "m2"]].sum().reindex(table.index).fillna(0.0)
    table["desks_used"], table["m2_used"] = used["desks"], used["m2"]
    usable = number(chosen, "desks") * rules.usable_share
    table["crowded"] = used["desks"] > usable + 1e-9
    table["desks_limit"] = np.maximum(usable, used["desks"])
    table["m2_limit"] = np.maximum(number(chosen, "nia_m2"), used["m2"])
    step_free = chosen["step_free"].fillna(False).astype(bool) if "step_free" in chosen else False
    table["public"] = chosen["public_facing"].fillna(False).astype(bool) | step_free
    table["must_release"] = table.index.isin([pin.asset for pin in rules.pins if pin.rule == "release"])
    table["why"] = _musts(chosen, blocks, rules, costs).where(~table["must_release"], "")
    table["must_keep"] = table["why"].ne("")
    for pin in rules.pins:
        if pin.rule == "release":
            table.loc[pin.asset, "why"] = pin.reason or "decided beforehand"
    return table


def _musts(chosen: gpd.GeoDataFrame, blocks: pd.DataFrame, rules: Rules, costs: CostRules) -> pd.Series:
    """Return why a building must be kept, or an empty text."""
    why = pd.Series("", index=chosen.index, dtype=object)
    vacant = number(chosen, "fte").eq(0.0)
    if "fte_from" in chosen:
        vacant &= chosen["fte_from"].eq("recorded")
    unknown = ~chosen.index.isin(blocks["asset_id"]) & ~vacant
    why[unknown] = "no team is on record here, and the register does not say that it is empty"
    for asset, group in by_asset(blocks[~blocks["moves"]]):
        teams = [team for names in group["teams"] for team in names]
        why[asset] = f"{group['fte'].sum():,.1f} FTE here may not move ({examples(teams)})"
    ends = contract_end(chosen)
    for asset in chosen.index[held_contract(chosen, start_year=costs.start_year)]:
        until = f"runs until {int(ends[asset])}" if pd.notna(ends[asset]) else "has no end on record"
        why[asset] = f"its PFI contract {until}"
    for pin in rules.pins:
        if pin.rule != "release" and pin.asset in why.index:
            why[pin.asset] = pin.reason or "decided beforehand"
    return why


def _arcs(
    chosen: gpd.GeoDataFrame, buildings: pd.DataFrame, blocks: pd.DataFrame, rules: Rules, costs: CostRules
) -> pd.DataFrame:
    """Return every permitted place of every block with its cost."""
    metres = _distances(chosen, blocks)
    home = blocks["home"].to_numpy(dtype=np.intp)
    stay = np.zeros(metres.shape, dtype=np.bool_)
    stay[np.arange(len(home)), home] = True
    fits = (blocks["desks"].to_numpy()[:, None] <= buildings["desks_limit"].to_numpy()[None] + 1e-9) & (
        blocks["m2"].to_numpy()[:, None] <= buildings["m2_limit"].to_numpy()[None] + 1e-9
    )
    open_to = ~blocks["front_desk"].to_numpy()[:, None] | buildings["public"].to_numpy()[None]
    reach_km = np.where(blocks["front_desk"], rules.reach_km(public=True), rules.reach_km(public=False))
    near = metres <= reach_km[:, None] * METRES_A_KM + 1e-6
    open_still = ~(buildings["must_release"] | on_the_way_out(chosen, rules)).to_numpy()
    may = blocks["moves"].to_numpy()[:, None] & open_still[None]
    block, building = np.nonzero(stay | (may & near & open_to & fits & ~_repelled(blocks, len(buildings), rules)))
    moved = ~stay[block, building]
    each = costs.per_fte_gbp + costs.travel_gbp_per_fte_km * metres[block, building] / METRES_A_KM
    return pd.DataFrame(
        {
            "block": block,
            "building": building,
            "stay": ~moved,
            "distance_m": np.where(moved, metres[block, building], 0.0),
            "cost_gbp": np.where(moved, blocks["fte"].to_numpy()[block] * each, 0.0),
        }
    )


def _distances(chosen: gpd.GeoDataFrame, blocks: pd.DataFrame) -> NDArray[np.float64]:
    """Return straight-line distances from each block's building to each building (m)."""
    east, north = chosen.geometry.x.to_numpy(), chosen.geometry.y.to_numpy()
    home = blocks["home"].to_numpy(dtype=np.intp)
    return np.asarray(np.hypot(east[home][:, None] - east[None], north[home][:, None] - north[None]))


def _repelled(blocks: pd.DataFrame, n_buildings: int, rules: Rules) -> NDArray[np.bool_]:
    """Return True where a block may not enter: a forbidden neighbour there never moves, or both are there already.

    A pair that shares a building today is tolerated there, but nobody of either class may join it.
    """
    repelled = np.zeros((len(blocks), n_buildings), dtype=np.bool_)
    for one, other in rules.never_together:
        both = np.intersect1d(*(blocks.loc[in_class(blocks, name), "home"] for name in (one, other)))
        for mine, theirs in ((one, other), (other, one)):
            held = np.union1d(blocks.loc[in_class(blocks, theirs) & ~blocks["moves"], "home"], both)
            repelled[np.ix_(in_class(blocks, mine).to_numpy(), np.isin(np.arange(n_buildings), held))] = True
    return repelled


def in_class(blocks: pd.DataFrame, name: str) -> pd.Series:
    """Return True for the blocks whose security class or service has this name."""
    return blocks["security_class"].eq(name) | blocks["service"].eq(name)


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
