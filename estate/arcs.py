"""Where each block may end: near enough, with room, public and secure where it must be, and with no one forbidden."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estate.costs import CostRules
from estate.inspection import on_the_way_out
from estate.rules import Rules
from estate.security import offered, secure_places

METRES_A_KM = 1000.0
Mask = NDArray[np.bool_]


def permitted_arcs(
    chosen: gpd.GeoDataFrame, buildings: pd.DataFrame, blocks: pd.DataFrame, rules: Rules, costs: CostRules
) -> pd.DataFrame:
    """Return every permitted place of every block with its cost, sorted by block and building.

    Returns
    -------
    pandas.DataFrame
        ``block`` and ``building`` (rows of those tables), ``stay``, ``pinned`` (the block must end here),
        ``distance_m``, ``travel_gbp`` (excess travel) and ``cost_gbp`` (all of the move), both as if it happened at
        once.
    """
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
    open_still &= (buildings["ready"] < rules.years).to_numpy()
    secure = secure_places(blocks["secure"].tolist(), offered(buildings))
    wanted = blocks["only_town"].to_numpy(dtype=object)[:, None]
    in_town = (wanted == "") | (wanted == buildings["town"].to_numpy(dtype=object)[None])
    may = blocks["moves"].to_numpy()[:, None] & open_still[None] & open_to & secure & in_town & fits
    pinned = _pinned(blocks, buildings.index, rules) & (may | stay)
    free = ~pinned.any(axis=1)[:, None]
    block, building = np.nonzero(stay | pinned | (may & near & free & ~_repelled(blocks, len(buildings), rules)))
    moved = ~stay[block, building]
    fte = np.where(moved, blocks["fte"].to_numpy()[block], 0.0)
    travel = fte * costs.travel_gbp_per_fte_km * metres[block, building] / METRES_A_KM
    return pd.DataFrame(
        {
            "block": block,
            "building": building,
            "stay": ~moved,
            "pinned": pinned[block, building],
            "distance_m": np.where(moved, metres[block, building], 0.0),
            "travel_gbp": travel,
            "cost_gbp": fte * costs.per_fte_gbp + travel,
        }
    )


def apart_pairs(blocks: pd.DataFrame, rules: Rules) -> list[tuple[Mask, Mask]]:
    """Return the blocks on either side of each pair that may not share a building: classes, and teams named by pins."""
    pairs = [(_in_class(blocks, one), _in_class(blocks, other)) for one, other in rules.never_together]
    pairs += [(_in_class(blocks, name), ~_in_class(blocks, name)) for name in rules.separate_classes]
    pairs += [
        (of_team(blocks, pin.team), of_team(blocks, pin.other))
        for pin in rules.pins
        if pin.rule == "apart" and pin.other
    ]
    return [pair for pair in pairs if pair[0].any() and pair[1].any()]


def of_team(blocks: pd.DataFrame, team: str) -> Mask:
    """Return True for the block that a team belongs to."""
    return np.array([team in teams for teams in blocks["teams"]], dtype=np.bool_)


def shared_today(blocks: pd.DataFrame, pair: tuple[Mask, Mask]) -> NDArray[np.intp]:
    """Return the buildings in which both sides of a pair are today."""
    home = blocks["home"].to_numpy(dtype=np.intp)
    return np.intersect1d(home[pair[0]], home[pair[1]])


def _pinned(blocks: pd.DataFrame, buildings: pd.Index, rules: Rules) -> Mask:
    """Return True where a pin sends a block to a building."""
    pinned = np.zeros((len(blocks), len(buildings)), dtype=np.bool_)
    for pin in rules.pins:
        if pin.rule == "move" and pin.asset in buildings:
            pinned[of_team(blocks, pin.team), buildings.get_loc(pin.asset)] = True
    return pinned


def _distances(chosen: gpd.GeoDataFrame, blocks: pd.DataFrame) -> NDArray[np.float64]:
    """Return straight-line distances from each block's building to each building (m)."""
    east, north = chosen.geometry.x.to_numpy(), chosen.geometry.y.to_numpy()
    home = blocks["home"].to_numpy(dtype=np.intp)
    return np.asarray(np.hypot(east[home][:, None] - east[None], north[home][:, None] - north[None]))


def _repelled(blocks: pd.DataFrame, n_buildings: int, rules: Rules) -> Mask:
    """Return True where a block may not enter: a forbidden neighbour there never moves, or both are there already.

    A pair that shares a building today is tolerated there, but nobody of either side may join it.
    """
    repelled = np.zeros((len(blocks), n_buildings), dtype=np.bool_)
    home, moves = blocks["home"].to_numpy(dtype=np.intp), blocks["moves"].to_numpy()
    for pair in apart_pairs(blocks, rules):
        both = shared_today(blocks, pair)
        for mine, theirs in (pair, pair[::-1]):
            held = np.union1d(home[theirs & ~moves], both)
            repelled[np.ix_(mine, np.isin(np.arange(n_buildings), held))] = True
    return repelled


def _in_class(blocks: pd.DataFrame, name: str) -> Mask:
    """Return True for the blocks whose security class or service has this name."""
    return np.asarray(blocks["security_class"].eq(name) | blocks["service"].eq(name))
