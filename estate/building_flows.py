"""Yearly money of every building that is kept or left, and of every block that moves. All prices come from here.

Year 0 is the start and is not discounted; what is paid through a year falls at its end, so the first year's rent stands
in year 1. A part of a year falls at the end of that year. Money is real, in GBP; what is paid is negative.

    kept           running cost, rent, rates in years 1..horizon; backlog in equal parts from year 0;
                   a freehold's value in the last year of the horizon, which is no cash
    a new hub      the same from the year it is ready, when its capital is paid; nothing where it is not built
    left in year t running cost, rent, rates in years 1..t; backlog due before t; then rent to the legal exit, the cost
    of
                   standing empty, dilapidations in year t, and the receipt some years later
    moving in t    people x price in year t
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estate.appraisal import discount_factor
from estate.costs import CostRules
from estate.leases import exit_years, is_leased
from estate.numbers import annual_cost, number

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """What kind of money a line of the cash flows is.

    Parameters
    ----------
    kind
        ``capital`` or ``revenue``.
    recurring
        True for what is paid every year, False for what is paid once.
    cashable
        True where a budget falls or rises by it; False for works that were never funded and for value that stays.
    source
        Column of the register that it rests on; "" for assumptions.
    """

    kind: Literal["capital", "revenue"]
    recurring: bool
    cashable: bool
    source: str = ""


LINES: Final[Mapping[str, Line]] = {
    "running cost": Line("revenue", True, True, "running_cost_gbp_pa"),
    "rent": Line("revenue", True, True, "rent_gbp_pa"),
    "rates": Line("revenue", True, True, "rates_gbp_pa"),
    "backlog": Line("capital", False, False, "backlog_gbp"),
    "rent to the next legal exit": Line("revenue", False, True, "rent_gbp_pa"),
    "standing empty": Line("revenue", False, True, "running_cost_gbp_pa"),
    "dilapidations": Line("revenue", False, True),
    "receipts": Line("capital", False, True, "value_gbp"),
    "new hubs": Line("capital", False, True),
    "moving people": Line("revenue", False, True),
    "excess travel": Line("revenue", False, True),
    "fit-out": Line("capital", False, True),
    "ICT": Line("capital", False, True),
    "optimism bias": Line("capital", False, True),
    "value kept": Line("capital", False, False, "value_gbp"),
}


def flow_years(costs: CostRules, n_years: int) -> int:
    """Return how many years, year 0 among them, money of a plan over so many years may fall in."""
    return costs.horizon_years + n_years + costs.lag_years + 1


def building_flows(
    assets: pd.DataFrame, costs: CostRules, *, leaving: int | None = None, n_years: int = 1
) -> dict[str, Floats]:
    """Return the money of each building by line, shape (n_buildings, :func:`flow_years`).

    Parameters
    ----------
    assets
        Register rows.
    costs
        The assumptions.
    leaving
        The year at whose start every building is left; None where all are kept.
    n_years
        Years in which the plan may act.

    Examples
    --------
    >>> costs = CostRules(horizon_years=3)
    >>> house = pd.DataFrame({"tenure": ["freehold"], "running_cost_gbp_pa": [10.0], "nia_m2": [1.0]})
    >>> (building_flows(house, costs)["running cost"] + 0.0).tolist()
    [[0.0, -10.0, -10.0, -10.0, 0.0, 0.0]]
    """
    horizon, t = costs.horizon_years, costs.horizon_years if leaving is None else leaving
    year = np.arange(flow_years(costs, n_years), dtype=np.float64)
    ready, built = _each(assets, "ready_year"), is_hub(assets).to_numpy()[:, None]
    used = (year > ready) & (year <= np.where(built, horizon if leaving is None else 0, min(t, horizon)))
    flows = {line: -_each(assets, LINES[line].source) * used for line in ("running cost", "rent", "rates")}
    due = (year < costs.backlog_years) & (year < (np.inf if leaving is None else t))
    flows["backlog"] = -_each(assets, "backlog_gbp") * due / costs.backlog_years
    value = _each(assets, "value_gbp") * assets["tenure"].eq("freehold").to_numpy()[:, None]
    if leaving is None:
        capital = -_each(assets, "capital_gbp") * built * (year == ready)
        hubs = {"new hubs": capital, "optimism bias": capital * costs.optimism_bias} if built.any() else {}
        return {**flows, **hubs, "value kept": value * (year == horizon)}
    sold = {**_after(assets, costs, t, year), "receipts": value * costs.net_share * (year == t + costs.lag_years)}
    return {**flows, **{line: np.where(built, 0.0, money) for line, money in sold.items()}}


def is_hub(assets: pd.DataFrame) -> pd.Series:
    """Return True for candidate sites that stand only if the plan builds them: those with a ``ready_year``."""
    return number(assets, "ready_year").notna()


def _after(assets: pd.DataFrame, costs: CostRules, t: int, year: Floats) -> dict[str, Floats]:
    """Return what a building costs after it was left in year t."""
    leaves = exit_years(assets, costs, leaving=float(t)).clip(upper=costs.horizon_years).to_numpy(dtype=np.float64)
    sold = assets["tenure"].eq("freehold").to_numpy() & (number(assets, "value_gbp").fillna(0.0) > 0).to_numpy()
    gone = np.where(sold, np.minimum(t + costs.lag_years, costs.horizon_years), leaves)
    empty = _share_of_year(year, t, gone) * costs.empty_share
    area = _each(assets, "nia_m2") * is_leased(assets).to_numpy()[:, None]
    return {
        "rent to the next legal exit": -_each(assets, "rent_gbp_pa") * _share_of_year(year, t, leaves),
        "standing empty": -(_each(assets, "running_cost_gbp_pa") + _each(assets, "rates_gbp_pa")) * empty,
        "dilapidations": -area * costs.dilapidations_gbp_per_m2 * (year == t),
    }


def _share_of_year(year: Floats, t: int, until: Floats) -> Floats:
    """Return the share of each year after t that lies before `until`, shape (n, n_years)."""
    return np.asarray(np.where(year > t, np.clip(until[:, None] - (year - 1.0), 0.0, 1.0), 0.0))


def _each(assets: pd.DataFrame, column: str) -> Floats:
    """Return a column as a column vector, missing as 0."""
    return number(assets, column).fillna(0.0).to_numpy(dtype=np.float64)[:, None]


def move_prices(costs: CostRules) -> dict[str, float]:
    """Return what a move costs a person by line, before travel (GBP per FTE)."""
    capital = costs.fit_out_gbp_per_fte + costs.ict_gbp_per_fte
    return {
        "moving people": costs.move_gbp_per_fte,
        "fit-out": costs.fit_out_gbp_per_fte,
        "ICT": costs.ict_gbp_per_fte,
        "optimism bias": capital * costs.optimism_bias,
    }


def worth(flows: Floats, costs: CostRules) -> Floats:
    """Return the present value of yearly money along the last axis."""
    years = np.arange(flows.shape[-1], dtype=np.float64)
    return np.asarray(flows @ discount_factor(years, rate=costs.discount_rate))


def building_costs(assets: pd.DataFrame, costs: CostRules) -> pd.DataFrame:
    """Return what keeping each building costs over the horizon and what leaving it at once does, part by part.

    Parameters
    ----------
    assets
        Register rows, indexed by ``asset_id``.
    costs
        The assumptions.

    Returns
    -------
    pandas.DataFrame
        Indexed as ``assets``: ``annual_gbp`` (GBP a year), ``exit_years``, and in GBP of present value ``running_gbp``
        (the annual cost over the horizon), ``backlog_gbp``, ``rent_to_exit_gbp``, ``empty_gbp``, ``dilapidations_gbp``,
        ``receipt_gbp``, ``value_given_up_gbp``; ``keep_gbp`` = running + backlog (a hub: running from the year it
        is ready + capital - value kept); ``release_gbp`` = rent to exit + empty
        + dilapidations - receipt + value given up.
    """
    kept, left = building_flows(assets, costs), building_flows(assets, costs, leaving=0)
    table = pd.DataFrame({"annual_gbp": annual_cost(assets), "exit_years": exit_years(assets, costs)})
    table["running_gbp"] = -sum(worth(kept[line], costs) for line in ("running cost", "rent", "rates"))
    table["backlog_gbp"] = -worth(kept["backlog"], costs)
    for column, line in _PAID_ON_LEAVING.items():
        table[column] = -worth(left[line], costs) + 0.0
    table["receipt_gbp"] = worth(left["receipts"], costs)
    table["value_given_up_gbp"] = np.where(is_hub(assets), 0.0, worth(kept["value kept"], costs))
    everything = sum((worth(money, costs) for money in kept.values()), np.zeros(len(assets)))
    table["keep_gbp"] = table["value_given_up_gbp"] - everything
    table["release_gbp"] = release_costs(assets, costs, n_years=1)[:, 0]
    return table


_PAID_ON_LEAVING: Final = {
    "rent_to_exit_gbp": "rent to the next legal exit",
    "empty_gbp": "standing empty",
    "dilapidations_gbp": "dilapidations",
}


def release_costs(assets: pd.DataFrame, costs: CostRules, *, n_years: int) -> Floats:
    """Return what leaving each building at the start of each year costs (GBP, present value), shape (n, n_years).

    The value that a freehold would have had at the end of the horizon is given up, and counts as a cost.
    """
    given_up = np.where(is_hub(assets), 0.0, worth(building_flows(assets, costs)["value kept"], costs))
    columns = []
    for leaving in range(n_years):
        flows = building_flows(assets, costs, leaving=leaving, n_years=n_years)
        columns.append(given_up - sum((worth(money, costs) for money in flows.values()), np.zeros(len(assets))))
    return np.stack(columns, axis=1)
