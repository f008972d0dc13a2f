"""What it costs to keep, to leave and to move: every price of the optimiser, in present value.

    annual cost      = running cost + rent + rates
    keeping          = annual cost for every year of the horizon + backlog
    leaving          = rent to the next legal exit + dilapidations - sale receipt + value given up
    moving a block   = people x (move + fit-out + ICT + travel x distance)

*Value given up* is what a freehold would still be worth at the end of the horizon. Charging it to the sale (the same as
crediting it to keeping) is what stops a finite horizon from selling everything: a sale gains only by coming earlier.
"""

from __future__ import annotations

from calendar import month_name
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import pandas as pd

from estate.appraisal import GREEN_BOOK_RATE, annuity_factor, discount_factor
from estate.numbers import annual_cost, number
from geodata.errors import DataError, did_you_mean

DAYS_A_YEAR: Final = 365.25


@dataclass(frozen=True, slots=True)
class CostRules:
    """Every assumption that turns a register into money. Real prices, GBP.

    Parameters
    ----------
    horizon_years
        Years counted. Source: ten years is the appraisal period of the published cases.
    discount_rate
        Real rate a year. Source: HM Treasury Green Book, 3.5 %.
    start_year
        Decimal year in which the plan happens (2026.25 is 1 April 2026); leases are counted from it. Assumed.
    move_gbp_per_fte
        Removal and disruption per person who moves. Assumed.
    fit_out_gbp_per_fte
        Changing the receiving building, per person who moves in. Assumed.
    ict_gbp_per_fte
        Network, telephones and desks set up, per person who moves. Assumed.
    travel_gbp_per_fte_km
        Excess travel paid once per person and straight-line kilometre of the move. Assumed: about two years of
        extra mileage on 90 office days a year.
    dilapidations_gbp_per_m2
        Putting a leased building back in order on leaving, per m2 of net internal area. Assumed.
    lease_years_if_unknown
        Years to the next legal exit of a lease without an end or break date. Assumed.
    receipt_haircut
        Share taken off the recorded value of a freehold that is sold. Assumed.
    sale_fee
        Agents and legal work, as a share of the price. Assumed.
    receipt_lag_years
        Years between leaving and the receipt. Assumed.
    """

    horizon_years: int = 10
    discount_rate: float = GREEN_BOOK_RATE
    start_year: float = 2026.25
    move_gbp_per_fte: float = 250.0
    fit_out_gbp_per_fte: float = 800.0
    ict_gbp_per_fte: float = 450.0
    travel_gbp_per_fte_km: float = 60.0
    dilapidations_gbp_per_m2: float = 100.0
    lease_years_if_unknown: float = 5.0
    receipt_haircut: float = 0.10
    sale_fee: float = 0.025
    receipt_lag_years: float = 1.0

    def __post_init__(self) -> None:
        faults = [f"'{name}' is {getattr(self, name):g}" for name in _amounts() if not getattr(self, name) >= 0]
        faults += [f"'{name}' is {getattr(self, name):g}, above 1" for name in _SHARES if getattr(self, name) > 1]
        if self.horizon_years < 1 or self.horizon_years != int(self.horizon_years):
            faults.append(f"'horizon_years' is {self.horizon_years:g}, not a whole number of at least 1")
        if faults:
            raise DataError(f"assumptions: {'; '.join(faults)}. Costs and years are 0 or more, shares between 0 and 1.")

    @property
    def start(self) -> str:
        """Month and year in which the plan happens, in words.

        Examples
        --------
        >>> CostRules(start_year=2026.25).start
        'April 2026'
        """
        year = int(self.start_year)
        return f"{month_name[int(12 * (self.start_year - year)) + 1]} {year}"

    @property
    def annuity(self) -> float:
        """Present value of one pound a year over the horizon."""
        return float(annuity_factor(self.horizon_years, rate=self.discount_rate))

    @property
    def per_fte_gbp(self) -> float:
        """One-off cost per person moved, before travel (GBP)."""
        return self.move_gbp_per_fte + self.fit_out_gbp_per_fte + self.ict_gbp_per_fte

    def sentences(self) -> tuple[str, ...]:
        """Return the assumptions in words, for the papers."""
        source = "HM Treasury Green Book" if self.discount_rate == GREEN_BOOK_RATE else "set by the user"
        month = month_name[int(self.start_year % 1 * 12 + 1e-9) + 1]
        moving = {"move": self.move_gbp_per_fte, "fit-out": self.fit_out_gbp_per_fte, "ICT": self.ict_gbp_per_fte}
        net = (1.0 - self.receipt_haircut) * (1.0 - self.sale_fee)
        once = ", ".join(f"{what} {amount:,.0f}" for what, amount in moving.items())
        told = [
            f"Costs are real, over {self.horizon_years} years at {self.discount_rate:.1%} a year ({source}).",
            f"The plan happens at once, in {month} {int(self.start_year)}; leases are counted from then.",
            f"Moving costs {self.per_fte_gbp:,.0f} GBP a person ({once}; assumed).",
            f"Excess travel costs {self.travel_gbp_per_fte_km:,.0f} GBP a person and kilometre, once (assumed).",
            f"A lease is paid to its next break or end, or {self.lease_years_if_unknown:g} years if unknown (assumed).",
            f"Leaving a lease costs {self.dilapidations_gbp_per_m2:,.0f} GBP a m2 in dilapidations (assumed).",
            f"A freehold sells {self.receipt_lag_years:g} year(s) later for {net:.1%} of its recorded value (assumed).",
            "What it would still be worth at the end of the horizon counts in the cost, not in the net present value.",
        ]
        return tuple(told)


_SHARES = ("discount_rate", "receipt_haircut", "sale_fee")


def _amounts() -> list[str]:
    return [field.name for field in fields(CostRules) if field.name != "horizon_years"]


def cost_rules(assumptions: Mapping[str, float], *, known_elsewhere: Iterable[str] = ()) -> CostRules:
    """Return the cost rules with the changes of ``place.toml [assumptions]``.

    Parameters
    ----------
    assumptions
        Value by name.
    known_elsewhere
        Names that other rooms understand; they are passed over here.

    Raises
    ------
    DataError
        A name is unknown anywhere, or a value is out of range; all are named at once.

    Examples
    --------
    >>> cost_rules({"move_gbp_per_fte": 300}).move_gbp_per_fte
    300
    """
    known = [field.name for field in fields(CostRules)]
    elsewhere = set(known_elsewhere)
    unknown = [name for name in assumptions if name not in known and name not in elsewhere]
    if unknown:
        listed = " ".join(
            f"'{name}' is not an assumption.{did_you_mean(name, [*known, *elsewhere])}" for name in unknown
        )
        raise DataError(f"assumptions: {listed} Correct or remove it.")
    return CostRules(**{name: value for name, value in assumptions.items() if name in known})  # type: ignore[arg-type]


def annual_cost_gbp(assets: pd.DataFrame) -> pd.Series:
    """Return what each building costs a year (GBP a year), as :func:`estate.numbers.annual_cost` reckons it."""
    return annual_cost(assets).rename("annual_gbp")


def exit_years(assets: pd.DataFrame, costs: CostRules) -> pd.Series:
    """Return the years from the start to the next legal exit of each lease or licence (0 for anything else).

    The next exit is the earlier of break and end that still lies ahead. A lease whose dates have all passed is held
    over and can be left at once; one without any date counts ``lease_years_if_unknown``, a licence without dates none.
    """
    dates = pd.concat([_decimal_year(assets, column) for column in ("break_date", "lease_end")], axis=1)
    ahead = dates.where(dates >= costs.start_year).min(axis=1) - costs.start_year
    known = dates.notna().any(axis=1)
    years = ahead.fillna(0.0).where(known, costs.lease_years_if_unknown)
    leased = is_leased(assets)
    licence = assets["tenure"].eq("licence") & known
    return years.where(leased | licence, 0.0).rename("exit_years")


def contract_end(assets: pd.DataFrame) -> pd.Series:
    """Return the decimal year in which lease or contract ends, missing where no date is recorded."""
    return _decimal_year(assets, "lease_end")


def is_leased(assets: pd.DataFrame) -> pd.Series:
    """Return True for leases, and for unknown tenures that pay a rent."""
    rented = number(assets, "rent_gbp_pa").fillna(0.0) > 0
    return assets["tenure"].eq("leasehold") | (assets["tenure"].eq("unknown") & rented)


def _decimal_year(assets: pd.DataFrame, column: str) -> pd.Series:
    if column not in assets.columns:
        return pd.Series(np.nan, index=assets.index, name=column, dtype=np.float64)
    date = pd.to_datetime(assets[column])
    return (date.dt.year + (date.dt.day_of_year - 1) / DAYS_A_YEAR).astype(np.float64)


def building_costs(assets: pd.DataFrame, costs: CostRules) -> pd.DataFrame:
    """Return what keeping and leaving each building costs over the horizon, part by part.

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
        (the annual cost over the horizon), ``backlog_gbp``, ``rent_to_exit_gbp``, ``dilapidations_gbp``,
        ``receipt_gbp``, ``value_given_up_gbp``; ``keep_gbp`` = running + backlog; ``release_gbp`` = rent to exit +
        dilapidations - receipt + value given up.
    """
    table = pd.DataFrame({"annual_gbp": annual_cost_gbp(assets), "exit_years": exit_years(assets, costs)})
    table["running_gbp"] = table.annual_gbp * costs.annuity
    table["backlog_gbp"] = number(assets, "backlog_gbp").fillna(0.0)
    horizon = table.exit_years.clip(upper=costs.horizon_years).to_numpy(dtype=np.float64)
    rent = number(assets, "rent_gbp_pa").fillna(0.0)
    table["rent_to_exit_gbp"] = rent * annuity_factor(horizon, rate=costs.discount_rate)
    area = number(assets, "nia_m2").fillna(0.0)
    table["dilapidations_gbp"] = (area * costs.dilapidations_gbp_per_m2).where(is_leased(assets), 0.0)
    value = number(assets, "value_gbp").fillna(0.0).where(assets["tenure"].eq("freehold"), 0.0)
    net_share = (1.0 - costs.receipt_haircut) * (1.0 - costs.sale_fee)
    sold, end = discount_factor([costs.receipt_lag_years, costs.horizon_years], rate=costs.discount_rate)
    table["receipt_gbp"] = value * net_share * sold
    table["value_given_up_gbp"] = value * end
    table["keep_gbp"] = table.running_gbp + table.backlog_gbp
    table["release_gbp"] = (
        table.rent_to_exit_gbp + table.dilapidations_gbp - table.receipt_gbp + table.value_given_up_gbp
    )
    return table
