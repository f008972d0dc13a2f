"""The financial view: what budgets feel, with borrowing, interest and repayment.

It is never mixed with the economic view, which leaves all of that out.

Capital that receipts and grants do not pay for is borrowed. Interest is charged on what is owed; the yearly charge to
revenue for repayment is the minimum revenue provision (Local Authorities (Capital Finance and Accounting) Regulations
2003 as amended), in equal instalments over the life of the asset or as an annuity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estate.flows import FINANCING, Flows, Terms, yearly
from estate.measures import as_written, implied_rate, level_payment
from geodata.errors import DataError

Floats = NDArray[np.float64]
Provision = Literal["equal instalments", "annuity"]


@dataclass(frozen=True, slots=True)
class Borrowing:
    """How capital is borrowed.

    Parameters
    ----------
    rate
        Interest a year, nominal. Assumed: about the rate of the Public Works Loan Board for long loans; change it.
    term_years
        Years over which revenue is charged with repayment, from the year after the money is spent.
    provision
        How the charge is spread.
    """

    rate: float = 0.05
    term_years: int = 25
    provision: Provision = "equal instalments"

    def __post_init__(self) -> None:
        faults = []
        if not 0 <= self.rate < 1:
            faults.append(f"the interest rate is {self.rate:g}; give a share from 0 to 1, such as 0.05")
        if not 1 <= self.term_years <= 100:
            faults.append(f"the term is {self.term_years:g} years; give 1 to 100")
        if self.provision not in {"equal instalments", "annuity"}:
            faults.append(f"the provision is '{self.provision}'; give 'equal instalments' or 'annuity'")
        if faults:
            raise DataError(f"borrowing: {'; '.join(faults)}.")

    def sentence(self) -> str:
        """Return the assumption in words."""
        return (
            f"Capital that receipts do not pay for is borrowed at {self.rate:.2%} a year; revenue is charged with its "
            f"repayment over {self.term_years} years ({self.provision}).".replace("%", " %")
        )


def repayments(borrowed: Floats, borrowing: Borrowing) -> tuple[Floats, Floats]:
    """Return repayment and interest by year.

    Parameters
    ----------
    borrowed
        Money borrowed by year (GBP), shape (n_years + 1,).
    borrowing
        Rate, term and form.

    Returns
    -------
    tuple of arrays
        Repayment and interest (GBP, positive), each shape (n_years + 1,). What falls after the last year is cut off.

    Examples
    --------
    >>> paid, interest = repayments(np.array([1000.0, 0, 0]), Borrowing(rate=0.05, term_years=2))
    >>> paid.tolist(), interest.tolist()
    ([0.0, 500.0, 500.0], [0.0, 50.0, 25.0])
    """
    years = len(borrowed)
    repaid, interest = np.zeros(years), np.zeros(years)
    for start, principal in enumerate(borrowed):
        owed = float(principal)
        level = level_payment(owed, rate=borrowing.rate, years=borrowing.term_years)
        for year in range(start + 1, min(start + borrowing.term_years, years - 1) + 1):
            due = owed * borrowing.rate
            share = level - due if borrowing.provision == "annuity" else float(principal) / borrowing.term_years
            repaid[year] += share
            interest[year] += due
            owed -= share
    return repaid, interest


def financial_view(flows: Flows, terms: Terms, borrowing: Borrowing) -> pd.DataFrame:
    """Return the money of each year as budgets see it, in the prices given, not discounted, cashable lines only.

    Where the flows bring their own borrowing, repayment or interest, these count and nothing is added.

    Parameters
    ----------
    flows
        Flows of one option.
    terms
        Horizon and prices.
    borrowing
        How capital is paid for where the flows do not say.

    Returns
    -------
    DataFrame
        Index year (0 to horizon); GBP: ``revenue`` (savings less revenue costs), ``capital`` (spent, negative),
        ``receipts``, ``borrowed``, ``repayment`` and ``interest`` (negative), ``transfers``, ``revenue_effect``
        (revenue + repayment + interest + transfers), ``net_cash`` (all of it), ``running_total`` and ``owed`` (what is
        still to be repaid at the end of the year).
    """
    table, money = flows.table, yearly(flows, as_written(terms))
    cashable = table["cashable"]

    def total(rows: pd.Series) -> Floats:
        return np.asarray(money[rows & cashable].sum().to_numpy(), dtype=np.float64)

    kind, capital = table["kind"], table["capital"]
    view = pd.DataFrame(
        {
            "revenue": total(kind.isin(["cost", "benefit"]) & ~capital),
            "capital": total(kind.isin(["cost", "benefit"]) & capital),
            "receipts": total(kind.eq("receipt")),
            "borrowed": total(kind.eq("borrowing")),
            "repayment": total(kind.eq("repayment")),
            "interest": total(kind.eq("interest")),
            "transfers": total(kind.eq("transfer")),
        },
        index=pd.RangeIndex(terms.horizon_years + 1, name="year"),
    )
    if not kind.isin(["borrowing", "repayment", "interest"]).any():
        needed = np.clip(-(view["capital"] + view["receipts"]).to_numpy(), 0.0, None)
        repaid, interest = repayments(needed, borrowing)
        view["borrowed"], view["repayment"], view["interest"] = needed, -repaid, -interest
    view["revenue_effect"] = view[["revenue", "repayment", "interest", "transfers"]].sum(axis=1)
    view["net_cash"] = view[["revenue_effect", "capital", "receipts", "borrowed"]].sum(axis=1)
    view["running_total"] = view["net_cash"].cumsum()
    view["owed"] = (view["borrowed"] + view["repayment"]).cumsum().round(2) + 0.0
    return view


def loan_rate(flows: Flows, terms: Terms) -> float | None:
    """Return the rate that a level loan of the borrowing, repayment and interest in the flows implies, or None."""
    table = flows.table[flows.table["kind"].isin(FINANCING)]
    money = yearly(Flows(table), as_written(terms)).sum(axis=1)
    by_kind = money.groupby(table["kind"]).sum()
    repaid = table[table["kind"].eq("repayment")]
    if repaid.empty or "interest" not in by_kind:
        return None
    years = int(min(repaid["last_year"].max(), terms.horizon_years) - repaid["first_year"].min() + 1)
    principal = -float(by_kind["repayment"])
    return implied_rate(principal, principal - float(by_kind["interest"]), years=years)
