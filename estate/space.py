"""Fill the gaps in sizes, desks, staff and costs of the register.

A recorded number is never changed. A gap is filled from another cell of the same building by a named rule
("estimated"), or from what is typical of its use ("assumed"); what rests on an assumed number is assumed itself.

Costs: ``running_cost_gbp_pa`` is energy, cleaning, repairs and caretaking; rent and business rates stand apart, so that
annual cost = running + rent + rates. A list that records running costs and no rates is taken to include them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from estate.numbers import number, origin
from estate.standard import CostRates, SpaceStandard, space_and_rates, typical_of

ESTIMATED_COLUMNS = ("nia_m2", "desks", "fte", "running_cost_gbp_pa", "rent_gbp_pa", "rates_gbp_pa")


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
    typical = typical_of(assets["use"])
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


def service_space(assets: pd.DataFrame) -> pd.Series:
    """Return the net area that is not for desks: shelves, treatment rooms, wards, bays (m2, assumed by use)."""
    share = 1.0 - typical_of(assets["use"])["desk_share"]
    return (number(assets, "nia_m2") * share).fillna(0.0).round(1).rename("service_m2")


def tied_fte(assets: pd.DataFrame) -> pd.Series:
    """Return the people who cannot leave a building whatever is decided: crews, wards (FTE, assumed by use)."""
    return (
        (number(assets, "nia_m2") * typical_of(assets["use"])["tied_fte_per_m2"])
        .fillna(0.0)
        .round(1)
        .rename("tied_fte")
    )
