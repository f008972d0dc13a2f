"""What an option is worth, each measure by its own name.

*Net present value*: discounted benefits less discounted costs. *Benefit-cost ratio*: discounted benefits over
discounted costs. *Net return*: the same difference, not discounted, in pounds. *Payback*: years until the running total
is no longer negative, simple or discounted. *Break-even saving*: the yearly saving at which the net present value is
nil. *Equivalent annual saving*: the level yearly sum with the same present value. The words "return on investment" are
never used: published cases mean three different things by them. Source: HM Treasury, The Green Book (2022), chapter 5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from estate.flows import ENDLESS, GAINS, Flows, Terms, row_values, yearly

Floats = NDArray[np.float64]
LONGEST_YEARS = 100  # how far lines that go on are followed to see when they pay back
LEVEL = 1e-9


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of one option over one horizon, in real pounds; None where a measure does not exist.

    Parameters
    ----------
    npv_gbp, pv_benefits_gbp, pv_costs_gbp
        Present values; costs positive.
    benefit_cost_ratio
        Present value of benefits over that of costs.
    benefits_gbp, costs_gbp, net_return_gbp
        The same sums not discounted.
    net_over_cost
        ``net_return_gbp / costs_gbp``.
    saving_gbp_pa
        Recurring benefits of the last year of the horizon.
    payback_years, discounted_payback_years
        Years from today, following lines that go on beyond the horizon; 0 where nothing is ever owed.
    break_even_saving_gbp_pa, break_even_share
        Yearly saving, and share of all recurring benefits, at which the net present value is nil.
    equivalent_annual_gbp
        ``npv_gbp`` as a level sum a year over the horizon.
    first_net_gbp
        Net flow of year 0.
    net_cash_gbp
        Cashable gains less costs with borrowing, repayment, interest and transfers, not discounted: the financial view.
    irr
        Internal rate of return of the yearly net flows; None where there is none, or more than one.
    """

    npv_gbp: float
    pv_benefits_gbp: float
    pv_costs_gbp: float
    benefit_cost_ratio: float | None
    benefits_gbp: float
    costs_gbp: float
    net_return_gbp: float
    net_over_cost: float | None
    saving_gbp_pa: float
    payback_years: float | None
    discounted_payback_years: float | None
    break_even_saving_gbp_pa: float | None
    break_even_share: float | None
    equivalent_annual_gbp: float
    first_net_gbp: float
    net_cash_gbp: float
    irr: float | None


def measures(flows: Flows, terms: Terms) -> Measures:
    """Return the measures of the economic view of some flows.

    Parameters
    ----------
    flows
        Flows of one option; financing is left out, conditions are not looked at.
    terms
        Horizon, rate, timing and prices.

    Examples
    --------
    Suffolk's six shared stations, in thousands: 1,620 of capital, then 188 a year.

    >>> from estate.flows import flow_table
    >>> rows = [{"kind": "cost", "gbp": -1620.0, "capital": True},
    ...         {"line": "running", "gbp": 188.0, "first_year": 1, "last_year": float("inf")}]
    >>> found = measures(Flows(flow_table(rows)), Terms())
    >>> round(found.npv_gbp), round(found.payback_years, 1), round(found.discounted_payback_years, 1)
    (-56, 8.6, 10.4)
    >>> round(found.break_even_saving_gbp_pa, 1)
    194.8
    """
    cash = yearly(flows.where(flows.table["cashable"]), as_written(terms)).to_numpy().sum()
    flows = flows.economic()
    money, value = yearly(flows, terms), row_values(flows, terms)
    gain = flows.table["kind"].isin(GAINS)
    recurring = gain & ~flows.table["one_off"] & flows.table["kind"].eq("benefit")
    total = money.sum(axis=1)
    net = money.sum().to_numpy()
    benefits, costs = float(total[gain].sum()), -float(total[~gain].sum())
    pv_benefits, pv_costs = float(value[gain].sum()), -float(value[~gain].sum())
    npv, pv_recurring = pv_benefits - pv_costs, float(value[recurring].sum())
    saving = float(money.loc[recurring, terms.horizon_years].sum())
    share = 1.0 - npv / pv_recurring if pv_recurring > 0 else None
    level = np.ptp(money.loc[recurring].sum().to_numpy()[1:]) <= LEVEL * max(abs(saving), 1.0)
    long = replace(terms, horizon_years=max(LONGEST_YEARS, terms.horizon_years))
    far = yearly(flows, long).sum().to_numpy() if _goes_on(flows) else net
    return Measures(
        npv_gbp=npv,
        pv_benefits_gbp=pv_benefits,
        pv_costs_gbp=pv_costs,
        benefit_cost_ratio=pv_benefits / pv_costs if pv_costs > 0 else None,
        benefits_gbp=benefits,
        costs_gbp=costs,
        net_return_gbp=benefits - costs,
        net_over_cost=(benefits - costs) / costs if costs > 0 else None,
        saving_gbp_pa=saving,
        payback_years=payback(far),
        discounted_payback_years=payback(far * long.weights()[: len(far)]),
        break_even_saving_gbp_pa=None if share is None or not level or not saving else share * saving,
        break_even_share=share,
        equivalent_annual_gbp=npv / float(terms.weights()[1:].sum()),
        first_net_gbp=float(net[0]),
        net_cash_gbp=float(cash),
        irr=internal_rate(net),
    )


def as_written(terms: Terms) -> Terms:
    """Return the terms of the financial view: cash as it is written, nominal amounts not turned into today's prices."""
    return replace(terms, inflation=0.0)


def payback(flows: Floats) -> float | None:
    """Return after how many years the running total is no longer negative, or None if never.

    Within a year money is taken to come evenly.

    Parameters
    ----------
    flows
        Net flow by year from year 0 (GBP), shape (n_years + 1,).

    Examples
    --------
    >>> payback(np.array([-100.0, 40.0, 40.0, 40.0])), payback(np.array([-100.0, 40.0])), payback(np.array([5.0, 1.0]))
    (2.5, None, 0.0)
    """
    total = np.cumsum(flows)
    owing = np.flatnonzero(total < -LEVEL * max(np.abs(flows).max(initial=0.0), 1.0))
    if not len(owing):
        return 0.0
    last = int(owing[-1])
    if last == len(flows) - 1:
        return None
    return last - float(total[last]) / float(flows[last + 1])


def internal_rate(flows: Floats) -> float | None:
    """Return the rate at which yearly flows are worth nothing, or None where there is none or more than one.

    Parameters
    ----------
    flows
        Net flow by year from year 0 (GBP), shape (n_years + 1,).

    Examples
    --------
    >>> round(internal_rate(np.array([-100.0, 60.0, 60.0])), 4)
    0.1307
    >>> internal_rate(np.array([-100.0, 300.0, -210.0])) is None  # changes sign twice: two rates, so no answer
    True
    """
    signs = np.sign(flows[np.abs(flows) > 0])
    if not len(signs) or (np.diff(signs) != 0).sum() != 1:
        return None
    years = np.arange(len(flows))

    def worth(growth: float) -> float:
        return float(flows @ growth**-years)

    low, high = 0.5, 2.0
    while worth(low) * worth(high) > 0 and high < 1e6:
        low, high = low / 2, high * 2
    if worth(low) * worth(high) > 0:
        return None
    return float(brentq(worth, low, high, xtol=1e-14, rtol=8.9e-16)) - 1.0


def level_payment(principal_gbp: float, *, rate: float, years: int) -> float:
    """Return the level yearly payment that repays a loan with interest, paid at the end of each year (GBP a year).

    Examples
    --------
    >>> round(level_payment(1000.0, rate=0.05, years=10), 2)
    129.5
    """
    if rate == 0:
        return principal_gbp / years
    return principal_gbp * rate / -float(np.expm1(-years * np.log1p(rate)))


def implied_rate(principal_gbp: float, paid_gbp: float, *, years: int) -> float | None:
    """Return the interest rate of a level loan that costs so much in all; None where no rate from 0 to 100 % does.

    Examples
    --------
    Hayle: 1,115 borrowed and 983 of interest is 3.53 % over 40 years and 5.60 % over 25.

    >>> [round(100 * implied_rate(1115, 1115 + 983, years=years), 2) for years in (40, 25)]
    [3.53, 5.6]
    """
    if (
        not principal_gbp > 0
        or paid_gbp < principal_gbp
        or level_payment(principal_gbp, rate=1.0, years=years) * years < paid_gbp
    ):
        return None

    def excess(rate: float) -> float:
        return level_payment(principal_gbp, rate=rate, years=years) * years - paid_gbp

    return float(brentq(excess, 0.0, 1.0, xtol=1e-14))


def _goes_on(flows: Flows) -> bool:
    return bool(flows.table["last_year"].eq(ENDLESS).any())
