"""Find buildings of different bodies that stand close, ranked by what sharing could save.

For each pair the better move is taken: the people of one building go to the other as far as its spare desks and its
spare floor space reach, and that share of the emptied building's annual cost is what sharing could save. Floor space
counts as used in the proportion in which the desks are. Crews and wards do not move, so a fire
station can host and cannot be emptied. The saving is an upper bound for talking, not a business case: moving costs,
notice and access are for the options. Beside it stand the nine factors of :mod:`estate.factors`, counted, not weighed.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from estate.factors import COUNTS, NINE, Knowledge, pair_factors
from estate.numbers import annual_cost, number, origin
from estate.phrases import metres, pounds
from estate.space import tied_fte
from estate.standard import SpaceStandard, space_and_rates
from estate.words import uses
from geodata.travel import DETOUR, SPEED_KMH

COLUMNS = (
    "rank", "asset_a", "asset_b", "organisation_a", "organisation_b", "name_a", "name_b", "use_a", "use_b",
    "distance_m", "minutes", "spare_desks_a", "spare_desks_b", "guest", "host", "desks_needed", "saving_gbp_pa",
    "already_shared", "rests_on", *NINE, *COUNTS, "why",
)  # fmt: skip
CLOSED = ("sold", "closed", "transfer")
SAME_POINT_M = 1.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How minutes follow from the straight line: minutes = metres x detour / speed. Indicative, no roads or hills.

    Parameters
    ----------
    detour
        Way on the ground over straight line.
    speed_kmh
        Kilometres an hour; on foot by default.
    """

    detour: float = DETOUR
    speed_kmh: float = SPEED_KMH["walk"]

    def __post_init__(self) -> None:
        if not (self.detour >= 1 and self.speed_kmh > 0):
            raise ValueError(f"detour is {self.detour} and speed_kmh {self.speed_kmh}; at least 1, and above 0")

    def metres_a_minute(self) -> float:
        """Return how far one gets in a minute, as the crow flies (metres).

        Examples
        --------
        >>> Pace(detour=1.25, speed_kmh=6.0).metres_a_minute()
        80.0
        """
        return self.speed_kmh * 1_000 / 60 / self.detour


@dataclass(frozen=True, slots=True)
class _Side:
    """What pairs need to know of every building, as arrays in the order of the table."""

    cost: npt.NDArray[np.float64]
    need: npt.NDArray[np.float64]
    spare: npt.NDArray[np.float64]
    need_m2: npt.NDArray[np.float64]
    spare_m2: npt.NDArray[np.float64]
    movable: npt.NDArray[np.bool_]


def find_pairs(
    assets: gpd.GeoDataFrame,
    *,
    within_m: float = 500.0,
    within_min: float | None = None,
    pace: Pace | None = None,
    limit: int | None = 200,
    standard: SpaceStandard | None = None,
    knowledge: Knowledge | None = None,
) -> pd.DataFrame:
    """Return pairs of buildings of different bodies within a distance, what sharing could save first.

    Parameters
    ----------
    assets
        Register as :func:`estate.space.estimate_assets` leaves it; points in BNG.
    within_m
        Straight-line distance (metres).
    within_min
        Minutes instead of metres (indicative: straight line, detour and speed of `pace`).
    pace
        How minutes are reckoned; on foot by default.
    limit
        Number of pairs to return; None for all.
    standard
        For desks per FTE; by default that of ``data/space.toml``.
    knowledge
        What is known besides the register: classes kept apart, teams, notes of residents, carbon of a kWh.

    Returns
    -------
    DataFrame
        One row per pair, ranked from 1 by saving, then by how many factors speak for and against, then by distance;
        buildings that are shared already stand last. The two buildings, `distance_m`, `minutes` (indicative),
        `spare_desks_a` and `_b`, `guest` (the building that could be emptied) and `host`, `desks_needed`,
        `saving_gbp_pa` (upper bound), `already_shared` (the same UPRN or point, or matched as one building),
        `rests_on` ("recorded", "estimated" or "assumed": the weakest number in it), the nine factors ("for: 420 m
        apart") with `n_for`, `n_against`, `n_not_known`, and `why` in words.

    Raises
    ------
    ValueError
        If `within_m` or `within_min` is not above nought.
    """
    pace = pace or Pace()
    if within_min is not None:
        within_m = within_min * pace.metres_a_minute()
    if not within_m > 0:
        raise ValueError(f"within_m is {within_m:g}; it must be above 0")
    standard = standard or space_and_rates()[0]
    shareable = (
        assets["use"].map({name: use.shareable for name, use in uses().items()}).fillna(value=False).astype(bool)
    )
    table = assets[shareable & ~assets.get("status", pd.Series("", index=assets.index)).isin(CLOSED)]
    near = _near(table, within_m)
    if len(near) == 0:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in COLUMNS})
    pairs = _described(table, near, _sides(table, standard))
    pairs["minutes"] = (pairs["distance_m"] / pace.metres_a_minute()).round(1)
    known = table.assign(annual_cost_gbp=annual_cost(table))
    factors = pair_factors(pairs, known, within_m=within_m, knowledge=knowledge)
    return _ranked(pd.concat([pairs, factors], axis=1), limit)


def _near(table: gpd.GeoDataFrame, within_m: float) -> npt.NDArray[np.intp]:
    """Return the places (i < j) of all pairs of different bodies within the distance, shape (n, 2)."""
    points = np.column_stack([table.geometry.x, table.geometry.y])
    if len(points) < 2:
        return np.empty((0, 2), dtype=np.intp)
    pairs = np.asarray(cKDTree(points).query_pairs(within_m, output_type="ndarray"), dtype=np.intp)
    body = pd.factorize(table["organisation"])[0]
    pairs = pairs[body[pairs[:, 0]] != body[pairs[:, 1]]]
    ordered: npt.NDArray[np.intp] = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    return ordered


def _sides(table: gpd.GeoDataFrame, standard: SpaceStandard) -> _Side:
    need = (number(table, "fte") * standard.desks_per_fte).fillna(0.0)
    desks, space = number(table, "desks").fillna(0.0), number(table, "nia_m2").fillna(0.0)
    spare = (desks - need).clip(lower=0.0)
    used = (need / desks.where(desks > 0)).clip(upper=1.0).fillna(1.0)
    return _Side(
        cost=annual_cost(table).fillna(0.0).to_numpy(),
        need=need.to_numpy(),
        spare=spare.to_numpy(),
        need_m2=(space * used).to_numpy(),
        spare_m2=(space * (1.0 - used)).to_numpy(),
        movable=tied_fte(table).eq(0.0).to_numpy(),
    )


def _described(table: gpd.GeoDataFrame, near: npt.NDArray[np.intp], side: _Side) -> pd.DataFrame:
    """Return the pairs with distance, spare desks, the better move and its saving."""
    a, b = near[:, 0], near[:, 1]
    x, y = table.geometry.x.to_numpy(), table.geometry.y.to_numpy()
    distance = np.hypot(x[a] - x[b], y[a] - y[b])
    a_moves, b_moves = _saving(side, a, b), _saving(side, b, a)
    guest, host = np.where(a_moves >= b_moves, a, b), np.where(a_moves >= b_moves, b, a)
    saving = np.maximum(a_moves, b_moves)
    uprn = table["uprn"].to_numpy() if "uprn" in table else np.full(len(table), None)
    building = table.get("building", table.index.to_series()).to_numpy()
    by_postcode = table.get("placed_by", pd.Series("", index=table.index)).eq("postcode").to_numpy()
    same_point = (distance <= SAME_POINT_M) & ~by_postcode[a] & ~by_postcode[b]
    same = ((uprn[a] == uprn[b]) & pd.notna(uprn[a])) | same_point | (building[a] == building[b])
    ids, body = table.index.to_numpy(), table["organisation"].to_numpy()
    pairs = pd.DataFrame(
        {
            "asset_a": ids[a], "asset_b": ids[b], "organisation_a": body[a], "organisation_b": body[b],
            "name_a": table["name"].to_numpy()[a], "name_b": table["name"].to_numpy()[b],
            "use_a": table["use"].to_numpy()[a], "use_b": table["use"].to_numpy()[b],
            "distance_m": distance.round(0),
            "spare_desks_a": side.spare[a].round(1), "spare_desks_b": side.spare[b].round(1),
            "guest": np.where(saving > 0, ids[guest], ""), "host": np.where(saving > 0, ids[host], ""),
            "desks_needed": side.need[guest].round(1), "saving_gbp_pa": saving.round(0), "already_shared": same,
            "rests_on": _weakest(table)[guest],
        }
    )  # fmt: skip
    return pairs.assign(why=[_why(pair) for pair in pairs.to_dict("records")])


def _saving(side: _Side, guest: npt.NDArray[np.intp], host: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Return what emptying the guest building as far as the host has desks and space could save (GBP a year)."""
    desks, space = _over(side.spare[host], side.need[guest]), _over(side.spare_m2[host], side.need_m2[guest])
    return np.where(side.movable[guest], side.cost[guest] * np.minimum(np.minimum(desks, space), 1.0), 0.0)


def _over(spare: npt.NDArray[np.float64], need: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.divide(spare, need, out=np.zeros(len(need)), where=need > 0)


def _weakest(table: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Return the weakest label among cost, desks and staff of each building."""
    labels = [origin(table, name) for name in ("running_cost_gbp_pa", "desks", "fte")]
    weakest = pd.Series("recorded", index=table.index, dtype="str")
    for label in ("estimated", "assumed"):
        weakest = weakest.mask(pd.concat([one.eq(label) for one in labels], axis=1).any(axis=1), label)
    return weakest.to_numpy(dtype=object)


def _why(pair: Mapping[Hashable, object]) -> str:
    """Say in one sentence what the pair could do."""
    apart = f"{metres(float(str(pair['distance_m'])))} apart"
    if pair["already_shared"]:
        return f"The two bodies seem to list the same building ({apart}): sharing that exists."
    if not pair["guest"]:
        return f"They stand {apart}; neither has desks to spare for the other, or nobody there can move."
    guest_is_a = pair["guest"] == pair["asset_a"]
    guest, host = ("a", "b") if guest_is_a else ("b", "a")
    spare = float(str(pair[f"spare_desks_{host}"]))
    return (
        f"They stand {apart}. The {pair[f'use_{guest}']} needs {float(str(pair['desks_needed'])):,.0f} desks and the "
        f"{pair[f'use_{host}']} has {spare:,.0f} to spare: up to {pounds(float(str(pair['saving_gbp_pa'])))} a year "
        f"({pair['rests_on']})."
    )


def _ranked(pairs: pd.DataFrame, limit: int | None) -> pd.DataFrame:
    ordered = pairs.sort_values(
        ["already_shared", "saving_gbp_pa", "n_for", "n_against", "distance_m", "asset_a", "asset_b"],
        ascending=[True, False, False, True, True, True, True],
        kind="stable",
    )
    ordered = ordered.head(limit) if limit is not None else ordered
    return ordered.assign(rank=np.arange(1, len(ordered) + 1))[list(COLUMNS)].reset_index(drop=True)
