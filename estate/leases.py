"""When a building may be left: leases, their breaks and ends, notice, and contracts that hold."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from estate.costs import CostRules
from estate.numbers import number

DAYS_A_YEAR: Final = 365.25


def exit_years(assets: pd.DataFrame, costs: CostRules, *, leaving: float = 0.0) -> pd.Series:
    """Return the years from the start to the legal exit of each lease or licence that is left at some time.

    The exit is the first of break and end that has not passed when the building is left; a break counts only where
    notice can still be given from the start. A lease that has run out by then is held over and ends once notice is
    given, from the start at the earliest. One without any date counts ``lease_years_if_unknown``; a licence without
    dates ends when it is left. Anything else may be left at any time.

    Parameters
    ----------
    assets
        Register rows with ``tenure``, ``rent_gbp_pa``, ``break_date`` and ``lease_end``.
    costs
        The assumptions.
    leaving
        When the building is left (years from the start).
    """
    start, notice = costs.start_year, costs.notice_years
    breaks, ends = (decimal_year(assets, column) - start for column in ("break_date", "lease_end"))
    breaks = breaks.where(breaks >= max(leaving, notice))
    ahead = pd.concat([breaks, ends.where(ends >= leaving)], axis=1).min(axis=1)
    known = decimal_year(assets, "break_date").notna() | ends.notna()
    years = ahead.fillna(max(leaving, notice)).where(known, max(leaving, costs.lease_years_if_unknown))
    leased = is_leased(assets)
    licence = assets["tenure"].eq("licence") & known
    return years.where(leased | licence, leaving).rename("exit_years")


def contract_end(assets: pd.DataFrame) -> pd.Series:
    """Return the decimal year in which lease or contract ends, missing where no date is recorded."""
    return decimal_year(assets, "lease_end")


def is_leased(assets: pd.DataFrame) -> pd.Series:
    """Return True for leases, and for unknown tenures that pay a rent."""
    rented = number(assets, "rent_gbp_pa").fillna(0.0) > 0
    return assets["tenure"].eq("leasehold") | (assets["tenure"].eq("unknown") & rented)


def decimal_year(assets: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of dates as decimal years, missing where there is none."""
    if column not in assets.columns:
        return pd.Series(np.nan, index=assets.index, name=column, dtype=np.float64)
    date = pd.to_datetime(assets[column])
    return (date.dt.year + (date.dt.day_of_year - 1) / DAYS_A_YEAR).astype(np.float64)
