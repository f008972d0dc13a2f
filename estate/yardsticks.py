"""The trade's yardsticks of an estate: space, desks, cost, backlog, energy and carbon, and leases by year.

Every ratio is sum over sum, over the buildings that have both numbers; beside every sum stand the shares of it that
are recorded, estimated and assumed. Space is held against a standard: what the people and the services in a building
would need, so that a library is not measured as if it were an office.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from estate.numbers import annual_cost, number, provenance_shares
from estate.standard import EnergyFactor, SpaceStandard, energy_factor, space_and_rates, typical_of

RATIOS = {
    "m2_per_fte": ("nia_m2", "fte"),
    "m2_per_desk": ("nia_m2", "desks"),
    "cost_gbp_per_m2": ("cost_gbp_pa", "nia_m2"),
    "cost_gbp_per_fte": ("cost_gbp_pa", "fte"),
    "cost_gbp_per_desk": ("cost_gbp_pa", "desks"),
    "energy_kwh_per_m2": ("energy_kwh_pa", "nia_m2"),
    "standard_m2_per_fte": ("standard_m2", "fte"),
}
WITH_ORIGIN = {"nia_m2": "nia", "desks": "desks", "fte": "fte", "cost": "cost"}
LEASED = ("leasehold", "licence")
LOCALITY_WITHIN_M = 5_000.0
LEASES = ("year", "n_leases", "n_breaks", "nia_m2", "rent_gbp_pa")


def yardsticks(
    assets: gpd.GeoDataFrame,
    *,
    by: str | Sequence[str] = "organisation",
    standard: SpaceStandard | None = None,
    energy: EnergyFactor | None = None,
) -> pd.DataFrame:
    """Return the yardsticks of the estate by body, use, tenure or locality.

    Parameters
    ----------
    assets
        Register, as :func:`estate.space.estimate_assets` leaves it.
    by
        Column or columns to group by: `organisation`, `use`, `tenure`, `locality` (:func:`add_locality`).
    standard, energy
        The standard and the carbon of a kWh; by default those of ``data/space.toml``.

    Returns
    -------
    DataFrame
        One row per group, in alphabetical order. Sums: `n_assets`, `nia_m2`, `desks`, `fte`, `cost_gbp_pa`. Ratios:
        `m2_per_fte`, `m2_per_desk`, `cost_gbp_per_m2`, `cost_gbp_per_fte`, `cost_gbp_per_desk`, `desks_used` (share),
        `space_empty` (share of the floor space that the unused desks stand for). Condition: `backlog_gbp`,
        `backlog_known` (share of assets). Energy: `energy_kwh_per_m2`, `carbon_kgco2e_per_m2` (assumed: the fuel is not
        recorded), `energy_known` (share of the space). Against the standard: `standard_m2` (desks that the people need,
        and the space of the services), `standard_m2_per_fte`, `m2_over_standard`, `share_over_standard` and
        `cost_over_standard_gbp_pa` (at the group's cost per m2). Origin: `nia_recorded`, `nia_estimated`,
        `nia_assumed`, and so for `desks`, `fte` and `cost` (shares of the sum that add up to 1).
    """
    standard, energy = standard or space_and_rates()[0], energy or energy_factor()
    table = _measured(assets, standard)
    by = [by] if isinstance(by, str) else list(by)
    groups = table.groupby(by if len(by) > 1 else by[0], sort=True)
    sums = groups[["nia_m2", "desks", "fte", "cost_gbp_pa"]].sum(min_count=1)
    result = pd.concat([groups.size().rename("n_assets"), sums], axis=1)
    for name, (over, under) in RATIOS.items():
        result[name] = _ratio(table, by, over, under)
    result["desks_used"] = _ratio(table, by, "fte", "desks") * standard.desks_per_fte
    result["space_empty"] = (1.0 - result["desks_used"]).clip(lower=0.0)
    result["backlog_gbp"] = groups["backlog_gbp"].sum(min_count=1)
    result["backlog_known"] = groups["backlog_gbp"].count() / result["n_assets"]
    result["carbon_kgco2e_per_m2"] = result["energy_kwh_per_m2"] * energy.kgco2e_per_kwh
    result["energy_known"] = groups["energy_m2"].sum() / result["nia_m2"].where(result["nia_m2"] > 0)
    needs = groups[["standard_m2", "compared_m2"]].sum(min_count=1)
    shares = [provenance_shares(table, column, by=by, name=name) for column, name in WITH_ORIGIN.items()]
    return pd.concat([_against(result, needs), *shares], axis=1)


def add_locality(
    assets: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, *, within_m: float = LOCALITY_WITHIN_M
) -> gpd.GeoDataFrame:
    """Return the register with a column `locality`: that of the nearest area, "" where none is near.

    Parameters
    ----------
    assets
        Register; points in BNG.
    areas
        Areas with `point` and `locality`; BNG.
    within_m
        An asset further than this from every area point (metres) is outside the place.
    """
    named = areas[areas["locality"].fillna("").ne("")]
    if len(named) == 0 or len(assets) == 0:
        return assets.assign(locality=pd.Series("", index=assets.index, dtype="str"))
    points = gpd.GeoSeries(named["point"])
    tree = cKDTree(np.column_stack([points.x, points.y]))
    apart, nearest = tree.query(np.column_stack([assets.geometry.x, assets.geometry.y]))
    locality = np.where(apart <= within_m, named["locality"].to_numpy(dtype=object)[nearest], "")
    return assets.assign(locality=pd.Series(locality, index=assets.index, dtype="str"))


def leases_by_year(assets: gpd.GeoDataFrame, *, since: date | None = None) -> pd.DataFrame:
    """Return the leases that can be left year by year: at their end, or at a break before it.

    Parameters
    ----------
    assets
        Register with `tenure`, `lease_end`, `break_date`, `nia_m2` and `rent_gbp_pa`; every asset held on lease or
        licence, or with one of the dates, is counted once, at the first chance to leave.
    since
        Breaks before this day are past and do not count; a lease that ended before it stands under "before 2026" (it is
        held over, or the list is old). None counts every date.

    Returns
    -------
    DataFrame
        One row per year, then "not recorded": `year` (text), `n_leases`, `n_breaks` (of these, by a break), `nia_m2`,
        `rent_gbp_pa`, and the shares of both that are recorded, estimated and assumed (`nia_recorded`,
        `rent_recorded` ...).
    """
    end, may_break = (_dates(assets, name) for name in ("lease_end", "break_date"))
    held = assets["tenure"].isin(LEASED) | end.notna() | may_break.notna()
    if since is not None:
        may_break = may_break.where(may_break >= pd.Timestamp(since))
    by_break = may_break.notna() & ~(end < may_break)
    leave = end.mask(by_break, may_break)
    year = leave.dt.strftime("%Y").fillna("not recorded")
    if since is not None:
        year = year.mask(leave < pd.Timestamp(since), f"before {since.year}")
    columns = {name: number(assets, name) for name in ("nia_m2", "rent_gbp_pa")}
    table = assets.assign(year=year, n_breaks=by_break.astype("int64"), **columns)[held]
    if len(table) == 0:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in LEASES})
    groups = table.groupby("year")
    sums = groups[["n_breaks", "nia_m2", "rent_gbp_pa"]].sum(min_count=1)
    shares = [
        provenance_shares(table, column, by="year", name=name)
        for column, name in (("nia_m2", "nia"), ("rent_gbp_pa", "rent"))
    ]
    result = pd.concat([groups.size().rename("n_leases"), sums, *shares], axis=1)
    order = sorted(result.index, key=lambda text: (text == "not recorded", not text.startswith("before"), text))
    return result.loc[order].rename_axis("year").reset_index()


def _dates(assets: pd.DataFrame, column: str) -> pd.Series:
    if column not in assets:
        return pd.Series(pd.NaT, index=assets.index, dtype="datetime64[ns]")
    return pd.to_datetime(assets[column])


def _measured(assets: gpd.GeoDataFrame, standard: SpaceStandard) -> gpd.GeoDataFrame:
    """Return the register with all numbers as floats, and what each building would need by the standard."""
    names = ("nia_m2", "desks", "fte", "energy_kwh_pa", "backlog_gbp")
    table = assets.assign(cost_gbp_pa=annual_cost(assets), **{name: number(assets, name) for name in names})
    services = table["nia_m2"] * (1.0 - typical_of(table["use"])["desk_share"])
    needed = table["fte"] * standard.desks_per_fte * standard.m2_per_desk + services
    return table.assign(
        standard_m2=needed,
        compared_m2=table["nia_m2"].where(needed.notna(), 0.0),
        energy_m2=table["nia_m2"].where(table["energy_kwh_pa"].notna(), 0.0),
    )


def _against(result: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """Return the yardsticks with what stands above the standard, over the buildings that can be compared."""
    over = sums["compared_m2"].where(sums["standard_m2"].notna()) - sums["standard_m2"]
    return result.assign(
        standard_m2=sums["standard_m2"],
        m2_over_standard=over,
        share_over_standard=over / sums["standard_m2"].where(sums["standard_m2"] > 0),
        cost_over_standard_gbp_pa=over * result["cost_gbp_per_m2"],
    )


def _ratio(table: pd.DataFrame, by: list[str], over: str, under: str) -> pd.Series:
    """Return sum over sum per group, over rows that have both numbers."""
    both = table[over].notna() & table[under].notna()
    sums = table[both].groupby(by if len(by) > 1 else by[0])[[over, under]].sum()
    return sums[over] / sums[under].where(sums[under] > 0)
