"""The financial view: loans, minimum revenue provision and what budgets feel."""

from __future__ import annotations

import numpy as np
import numpy_financial as npf
import pytest

from estate.finance import Borrowing, financial_view, repayments
from estate.flows import Flows, Terms, flow_table
from estate.measures import measures
from geodata.errors import DataError


@pytest.mark.parametrize("provision", ["equal instalments", "annuity"])
def test_a_loan_is_repaid_in_full(provision: str) -> None:
    """Whatever the form, what was borrowed is repaid by the end of the term."""
    borrowed = np.zeros(31)
    borrowed[0], borrowed[3] = 1000.0, 500.0
    repaid, interest = repayments(borrowed, Borrowing(0.05, 25, provision))  # type: ignore[arg-type]
    assert repaid.sum() == pytest.approx(1500.0)
    assert interest[1] == pytest.approx(50.0)
    assert interest.min() >= 0


def test_an_annuity_pays_what_numpy_financial_says() -> None:
    """Interest and principal of each year."""
    borrowed = np.zeros(11)
    borrowed[0] = 1000.0
    repaid, interest = repayments(borrowed, Borrowing(0.04, 10, "annuity"))
    years = np.arange(1, 11)
    assert repaid[1:] == pytest.approx(-npf.ppmt(0.04, years, 10, 1000.0))
    assert interest[1:] == pytest.approx(-npf.ipmt(0.04, years, 10, 1000.0))


def test_receipts_are_spent_before_anything_is_borrowed() -> None:
    """Borrowing is for what is left; savings that are no cash stay out."""
    rows = [
        {"kind": "cost", "gbp": -100.0, "capital": True},
        {"kind": "receipt", "gbp": 40.0},
        {"gbp": 10.0, "first_year": 1, "last_year": np.inf},
        {"gbp": 99.0, "first_year": 1, "last_year": np.inf, "cashable": False},
    ]
    view = financial_view(Flows(flow_table(rows)), Terms(horizon_years=30), Borrowing(0.05, 20))
    assert view.loc[0, "borrowed"] == pytest.approx(60.0)
    assert view["revenue"].sum() == pytest.approx(300.0)
    assert view["owed"].iloc[-1] == 0.0
    assert view.loc[1, "revenue_effect"] == pytest.approx(10.0 - 60 / 20 - 60 * 0.05)


def test_borrowing_out_of_range_is_told_at_once() -> None:
    """Rate, term and form."""
    with pytest.raises(DataError, match=r"interest rate is 2.*term is 0 years"):
        Borrowing(2.0, 0)


def test_a_nominal_loan_is_repaid_in_full() -> None:
    """The financial view is cash: repayments in the prices given pay off what was borrowed."""
    rows = [
        {"line": "loan", "kind": "borrowing", "gbp": 1000.0, "prices": "nominal"},
        {"line": "repaid", "kind": "repayment", "gbp": -100.0, "first_year": 1, "last_year": 10.0, "prices": "nominal"},
    ]
    view = financial_view(Flows(flow_table(rows)), Terms(), Borrowing())
    assert view["owed"].iloc[-1] == 0.0
    assert measures(Flows(flow_table(rows)), Terms()).net_cash_gbp == 0.0
