"""Fill the gaps in sizes, desks, staff and costs, and measure the estate with the trade's yardsticks.

A recorded number is never changed. A gap is filled from another cell of the same building by a named rule
("estimated"), or from what is typical of its use ("assumed"); what rests on an assumed number is assumed itself.

Costs: ``running_cost_gbp_pa`` is energy, cleaning, repairs and caretaking; rent and business rates stand apart, so that
annual cost = running + rent + rates. A list that records running costs and no rates is taken to include them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.errors import DataError

PROVENANCE = ("recorded", "estimated", "assumed")
ESTIMATED_COLUMNS = ("nia_m2", "desks", "fte", "running_cost_gbp_pa", "rent_gbp_pa", "rates_gbp_pa")


@dataclass(frozen=True, slots=True)
class SpaceStandard:
    """How much space work needs; all values are assumptions unless a body has measured its own.

    Parameters
    ----------
    nia_per_gia
        Net over gross internal area, share.
    m2_per_desk
        Net m2 of desk space per desk, circulation and meeting rooms included.
    desks_per_fte
        Desks a full-time equivalent needs.
    service_share
        Share of a service's present space besides desks that it needs if it moves or is joined by another.
    desk_use
        Share of the desks that is needed today, where nobody has counted.

    Raises
    ------
    DataError
        If a value is not above nought, or a share above one; all at once.
    """

    nia_per_gia: float = 0.85
    m2_per_desk: float = 10.0
    desks_per_fte: float = 0.8
    desk_use: float = 0.56
    service_share: float = 0.7

    def __post_init__(self) -> None:
        """Check the ranges."""
        _check_positive(self, shares=("nia_per_gia", "desk_use", "service_share"))


@dataclass(frozen=True, slots=True)
class CostRates:
    """What a square metre costs a year where the list does not say (GBP per net m2 and year).

    Parameters
    ----------
    running_gbp_per_m2
        Energy, cleaning, repairs, caretaking of an office; other uses by their factor.
    rates_gbp_per_m2
        Business rates.
    rent_gbp_per_m2
        Rent, where leased.
    pfi_factor
        Running charge of a PFI contract over the ordinary running cost.

    Raises
    ------
    DataError
        If a value is not above nought; all at once.
    """

    running_gbp_per_m2: float = 75.0
    rates_gbp_per_m2: float = 20.0
    rent_gbp_per_m2: float = 105.0
    pfi_factor: float = 2.0

    def __post_init__(self) -> None:
        """Check the ranges."""
        _check_positive(self, shares=())


ASSUMPTIONS = tuple(field.name for kind in (SpaceStandard, CostRates) for field in fields(kind))


def space_and_rates(assumptions: Mapping[str, float] | None = None) -> tuple[SpaceStandard, CostRates]:
    """Return standard and rates of ``data/space.toml`` with the changes of place.toml; other names are passed over.

    Examples
    --------
    >>> standard, rates = space_and_rates({"m2_per_desk": 8})
    >>> standard.m2_per_desk, rates.rent_gbp_per_m2
    (8.0, 105.0)
    """
    changes = {name: float(value) for name, value in (assumptions or {}).items() if name in ASSUMPTIONS}
    told = {**_table()["standard"], **_table()["rates"], **changes}
    return (
        SpaceStandard(**{field.name: told[field.name] for field in fields(SpaceStandard)}),
        CostRates(**{field.name: told[field.name] for field in fields(CostRates)}),
    )


def estimate_assets(
    assets: gpd.GeoDataFrame, standard: SpaceStandard | None = None, rates: CostRates | None = None
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Fill sizes, desks, staff and costs where they are missing, each labelled in ``X_from``.

    Parameters
    ----------
    assets
        Register, index `asset_id`; recorded numbers are never changed.
    standard, rates
        Assumptions; those of ``data/space.toml`` by default.

    Returns
    -------
    tuple
        A new table with the caller's index, and the account of the estimates: one row per column and rule with
        `column`, `rule`, `provenance` and `n` (rows).
    """
    standard, rates = standard or space_and_rates()[0], rates or space_and_rates()[1]
    typical = _typical(assets["use"])
    account: list[pd.DataFrame] = []

    def fill(table: gpd.GeoDataFrame, column: str, rules: Sequence[_Rule]) -> gpd.GeoDataFrame:
        filled, said = _fill(table, column, rules)
        account.append(said)
        return filled

    net = _Rule(f"gross area x {standard.nia_per_gia:g}", number(assets, "gia_m2") * standard.nia_per_gia, ("gia_m2",))
    table = fill(assets, "nia_m2", [net, _Rule("typical of the use", typical["nia_m2"], (), "assumed")])
    nia = number(table, "nia_m2")
    table = fill(table, "desks", _desk_rules(table, nia * typical["desk_share"], standard))
    table = fill(table, "fte", _staff_rules(table, standard))
    return _with_costs(table, fill, typical["cost_factor"], rates), pd.concat(account, ignore_index=True)


def yardsticks(
    assets: gpd.GeoDataFrame, *, by: str | Sequence[str] = "organisation", standard: SpaceStandard | None = None
) -> pd.DataFrame:
    """Return the yardsticks of the estate: m2 and cost per FTE, cost per m2, share of desks used.

    Parameters
    ----------
    assets
        Register, as :func:`estimate_assets` leaves it.
    by
        Column or columns to group by: organisation, use, tenure, locality.
    standard
        For desks per FTE; by default that of ``data/space.toml``.

    Returns
    -------
    DataFrame
        One row per group, in alphabetical order: `n_assets`, `nia_m2`, `desks`, `fte`, `cost_gbp_pa`, `m2_per_fte`,
        `m2_per_desk`, `cost_gbp_per_m2`, `cost_gbp_per_fte`, `cost_gbp_per_desk`, `desks_used` (share),
        `space_empty` (share of the floor space that the unused desks stand for), `backlog_gbp`, `energy_kwh_per_m2`,
        and for space and cost the shares that are recorded, estimated and assumed (`nia_recorded` ... by m2,
        `cost_recorded` ... by pounds). Ratios use the rows that have both numbers.
    """
    standard = standard or space_and_rates()[0]
    table = assets.assign(cost_gbp_pa=annual_cost(assets))
    by = [by] if isinstance(by, str) else list(by)
    groups = table.groupby(by if len(by) > 1 else by[0], sort=True)
    sums = groups[["nia_m2", "desks", "fte", "cost_gbp_pa"]].sum(min_count=1)
    result = pd.concat([groups.size().rename("n_assets"), sums], axis=1)
    result["m2_per_fte"] = _ratio(table, by, "nia_m2", "fte")
    result["m2_per_desk"] = _ratio(table, by, "nia_m2", "desks")
    result["cost_gbp_per_m2"] = _ratio(table, by, "cost_gbp_pa", "nia_m2")
    result["cost_gbp_per_fte"] = _ratio(table, by, "cost_gbp_pa", "fte")
    result["cost_gbp_per_desk"] = _ratio(table, by, "cost_gbp_pa", "desks")
    result["desks_used"] = _ratio(table, by, "fte", "desks") * standard.desks_per_fte
    result["space_empty"] = (1.0 - result["desks_used"]).clip(lower=0.0)
    result["backlog_gbp"] = groups["backlog_gbp"].sum(min_count=1) if "backlog_gbp" in table else np.nan
    result["energy_kwh_per_m2"] = _ratio(table, by, "energy_kwh_pa", "nia_m2") if "energy_kwh_pa" in table else np.nan
    shares = [
        provenance_shares(table, column, by=by, name=name) for column, name in (("nia_m2", "nia"), ("cost", "cost"))
    ]
    return pd.concat([result, *shares], axis=1)


def annual_cost(assets: pd.DataFrame) -> pd.Series:
    """Return running cost + rent + rates (GBP a year); missing only where the running cost is."""
    extra = number(assets, "rent_gbp_pa").fillna(0.0) + number(assets, "rates_gbp_pa").fillna(0.0)
    return (number(assets, "running_cost_gbp_pa") + extra).rename("cost_gbp_pa")


def provenance_shares(assets: pd.DataFrame, column: str, *, by: str | Sequence[str], name: str) -> pd.DataFrame:
    """Return how much of a sum is recorded, estimated and assumed, per group.

    Parameters
    ----------
    assets
        Register with `X_from` columns.
    column
        A number with provenance, or "cost" for running + rent + rates.
    by
        Column or columns to group by.
    name
        Prefix of the result's columns: `name_recorded`, `name_estimated`, `name_assumed` (shares that add up to 1).
    """
    parts = ("running_cost_gbp_pa", "rent_gbp_pa", "rates_gbp_pa") if column == "cost" else (column,)
    groups = assets[[by] if isinstance(by, str) else list(by)]
    keys = [groups[key] for key in groups]
    sums = {
        kind: sum(
            (number(assets, part).where(origin(assets, part).eq(kind), 0.0).fillna(0.0) for part in parts),
            start=pd.Series(0.0, index=assets.index),
        )
        .groupby(keys)
        .sum()
        for kind in PROVENANCE
    }
    table = pd.DataFrame(sums)
    return table.div(table.sum(axis=1).where(lambda total: total > 0), axis=0).add_prefix(f"{name}_")


def number(assets: pd.DataFrame, column: str) -> pd.Series:
    """Return a column as floats; all missing where the table lacks it."""
    if column not in assets:
        return pd.Series(np.nan, index=assets.index, name=column, dtype="float64")
    return pd.to_numeric(assets[column], errors="coerce").astype("float64")


def origin(assets: pd.DataFrame, column: str) -> pd.Series:
    """Return where a column's numbers come from; what has no label was recorded."""
    present = number(assets, column).notna()
    plain = pd.Series("", index=assets.index, dtype="str").mask(present, "recorded")
    return (
        assets[f"{column}_from"].where(assets[f"{column}_from"].ne(""), plain) if f"{column}_from" in assets else plain
    )


# --------------------------------------------------------------------------------------------------------------- rules


@dataclass(frozen=True, slots=True)
class _Rule:
    """One way to fill a gap: its name, its values, the columns it rests on, its label unless one of those is worse."""

    name: str
    value: pd.Series
    rests_on: tuple[str, ...] = ()
    label: str = "estimated"


def _fill(table: gpd.GeoDataFrame, column: str, rules: Sequence[_Rule]) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Fill the gaps of one column by the first rule that has a value, and say how often each was used."""
    value, label = number(table, column), origin(table, column)
    rule = pd.Series("as the list says", index=table.index, dtype="str").where(value.notna(), "")
    for option in rules:
        use = value.isna() & option.value.notna()
        worst = pd.Series(option.label, index=table.index, dtype="str")
        for basis in option.rests_on:
            worst = worst.mask(origin(table, basis).eq("assumed"), "assumed")
        value, label, rule = value.mask(use, option.value), label.mask(use, worst), rule.mask(use, option.name)
    said = (
        pd.DataFrame({"column": column, "rule": rule, "provenance": label})[value.notna()]
        .groupby(["column", "rule", "provenance"], sort=True)
        .size()
        .rename("n")
        .reset_index()
    )
    return table.assign(**{column: value, f"{column}_from": label}), said


def _desk_rules(table: pd.DataFrame, desk_space: pd.Series, standard: SpaceStandard) -> list[_Rule]:
    """Return the rules for desks: by the people who need them at least, else by the space they have."""
    by_space = np.floor(desk_space / standard.m2_per_desk)
    needed = np.ceil(number(table, "fte") * standard.desks_per_fte)
    enough = by_space.mask(needed > by_space, needed)
    return [_Rule(f"desk space / {standard.m2_per_desk:g} m2", enough, ("nia_m2",))]


def _staff_rules(table: pd.DataFrame, standard: SpaceStandard) -> list[_Rule]:
    people = number(table, "desks") * standard.desk_use / standard.desks_per_fte
    return [
        _Rule(f"desks x {standard.desk_use:g} / {standard.desks_per_fte:g}", people.round(1), ("desks",), "assumed")
    ]


def _with_costs(table: gpd.GeoDataFrame, fill: Any, factor: pd.Series, rates: CostRates) -> gpd.GeoDataFrame:
    """Fill running cost, rates and rent from net area, use and tenure."""
    nia, tenure = number(table, "nia_m2"), table["tenure"]
    pfi = pd.Series(1.0, index=table.index).mask(tenure.eq("PFI"), rates.pfi_factor)
    without_running = number(table, "running_cost_gbp_pa").isna()
    running = _Rule("net area x running cost of the use", nia * factor * pfi * rates.running_gbp_per_m2, ("nia_m2",))
    owed = (nia * rates.rates_gbp_per_m2).where(without_running & factor.notna())
    business = _Rule("net area x rates", owed, ("nia_m2",))
    leased = tenure.isin(["leasehold", "licence"]) & factor.notna()
    rent = _Rule("net area x rent", (nia * rates.rent_gbp_per_m2).where(leased), ("nia_m2",))
    free = _Rule("not leased", pd.Series(0.0, index=table.index).where(tenure.isin(["freehold", "PFI"])), ())
    filled: gpd.GeoDataFrame = fill(table, "rent_gbp_pa", [rent, free])
    filled = fill(filled, "rates_gbp_pa", [business])
    return fill(filled, "running_cost_gbp_pa", [running])  # type: ignore[no-any-return]


def _ratio(table: pd.DataFrame, by: list[str], over: str, under: str) -> pd.Series:
    """Return sum over sum per group, over rows that have both numbers."""
    both = table[over].notna() & table[under].notna()
    sums = table[both].groupby(by if len(by) > 1 else by[0])[[over, under]].sum()
    return sums[over] / sums[under].where(sums[under] > 0)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("estate") / "data" / "space.toml").read_text(encoding="utf-8"))


def _typical(use: pd.Series) -> pd.DataFrame:
    """Return what is typical of each asset's use: columns of ``data/space.toml``, missing for land and the like."""
    known = pd.DataFrame.from_dict(_table()["use"], orient="index").astype("float64")
    return known.reindex(use.to_numpy()).set_axis(use.index)


def service_space(assets: pd.DataFrame) -> pd.Series:
    """Return the net area that is not for desks: shelves, treatment rooms, wards, bays (m2, assumed by use)."""
    share = 1.0 - _typical(assets["use"])["desk_share"]
    return (number(assets, "nia_m2") * share).fillna(0.0).round(1).rename("service_m2")


def tied_fte(assets: pd.DataFrame) -> pd.Series:
    """Return the people who cannot leave a building whatever is decided: crews, wards (FTE, assumed by use)."""
    return (
        (number(assets, "nia_m2") * _typical(assets["use"])["tied_fte_per_m2"]).fillna(0.0).round(1).rename("tied_fte")
    )


def _check_positive(values: SpaceStandard | CostRates, *, shares: Sequence[str]) -> None:
    slips = []
    for field in fields(values):
        value = getattr(values, field.name)
        if not value > 0:
            slips.append(f"'{field.name}' is {value:g}; it must be above 0.")
        elif field.name in shares and value > 1:
            slips.append(f"'{field.name}' is {value:g}; it is a share and cannot be above 1.")
    if slips:
        raise DataError(f"assumptions: {' '.join(slips)} Correct place.toml.")
