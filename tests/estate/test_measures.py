"""Measures of worth against numpy-financial and against the laws they must keep."""

from __future__ import annotations

import numpy as np
import numpy_financial as npf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estate.appraisal import present_value
from estate.business_case import appraise
from estate.flows import Flows, Terms, flow_table
from estate.measures import internal_rate, level_payment, measures, payback
from geodata.errors import DataError


def test_a_thousand_random_flows_agree_with_numpy_financial() -> None:
    """Net present value, internal rate of return and payments, to one part in a thousand million."""
    random = np.random.default_rng(1)
    for _ in range(1000):
        years = int(random.integers(2, 30))
        flows = np.concatenate([[-random.uniform(10, 1000)], random.uniform(0, 200, years)])
        rate = float(random.uniform(0.001, 0.2))
        assert present_value(flows, rate=min(rate, 0.03)) == pytest.approx(
            npf.npv(min(rate, 0.03), flows), rel=1e-9, abs=1e-9
        )
        found, peer = internal_rate(flows), npf.irr(flows)
        if found is not None and np.isfinite(peer):
            assert found == pytest.approx(peer, rel=1e-9, abs=1e-9)
        payment = level_payment(1000.0, rate=rate, years=years)
        assert payment == pytest.approx(-npf.pmt(rate, years, 1000.0), rel=1e-9)


MONEY = st.floats(min_value=-1e6, max_value=1e6).map(lambda amount: round(amount, 2))


@given(st.lists(MONEY, min_size=1, max_size=12), st.floats(min_value=0.01, max_value=100))
@settings(max_examples=60, deadline=None)
def test_scaling_money_scales_worth_and_leaves_payback(amounts: list[float], scale: float) -> None:
    """Thousands or pounds: the same case."""
    flows = np.array(amounts)
    assert present_value(flows * scale) == pytest.approx(scale * present_value(flows), rel=1e-9, abs=1e-6)
    first, second = payback(flows), payback(flows * scale)
    assert (first is None) == (second is None)


def test_later_timing_is_worth_less() -> None:
    """A gain at the start of its year is worth more than in the middle, and that more than at its end."""
    flows = Flows(flow_table([{"gbp": 100.0, "first_year": 1, "last_year": np.inf}]))
    worth = [measures(flows, Terms(timing=timing)).npv_gbp for timing in ("start", "middle", "end")]
    assert worth == sorted(worth, reverse=True)
    assert worth[0] == pytest.approx(worth[2] * 1.035)


def test_nominal_money_is_deflated_and_bias_is_on_capital_costs_only() -> None:
    """Real prices: 102 pounds in a year's time at 2 % is 100 of today's."""
    rows = [
        {"kind": "cost", "gbp": -100.0, "capital": True},
        {"gbp": 102.0, "first_year": 1, "last_year": 1.0, "prices": "nominal"},
    ]
    found = measures(Flows(flow_table(rows)), Terms(rate=0.0, optimism_bias=0.25))
    assert found.benefits_gbp == pytest.approx(100.0)
    assert found.costs_gbp == pytest.approx(125.0)


def test_interest_and_transfers_stay_out_of_the_economic_view() -> None:
    """Paying each other, or a bank, makes nobody richer."""
    rows = [{"gbp": 50.0, "first_year": 1, "last_year": 1.0}]
    financing = [{"kind": kind, "gbp": -9.0} for kind in ("interest", "repayment", "transfer")]
    plain, financed = (Flows(flow_table(lines)) for lines in (rows, rows + financing))
    assert measures(plain, Terms()).npv_gbp == measures(financed, Terms()).npv_gbp


def test_plans_and_conditions_are_kept_out_of_the_claim() -> None:
    """What a body would do anyway is no saving of working together."""
    rows = [
        {"gbp": 10.0, "option": "joint"},
        {"gbp": 100.0, "option": "joint", "planned": True},
        {"gbp": 1000.0, "option": "joint", "condition": "grant"},
    ]
    found = appraise(Flows(flow_table(rows)), draws=100).option("joint")
    assert found.measures.npv_gbp == 10.0
    assert found.planned_gbp == 100.0
    assert found.conditions["npv_gbp"].tolist() == [1010.0]


def test_options_are_seen_against_doing_nothing_where_it_is_given() -> None:
    """Whole costs of two options become the difference between them."""
    rows = [
        {"option": "do nothing", "kind": "cost", "gbp": -100.0, "first_year": 1, "last_year": np.inf},
        {"option": "share", "kind": "cost", "gbp": -60.0, "first_year": 1, "last_year": np.inf},
    ]
    found = appraise(Flows(flow_table(rows)), terms=Terms(rate=0.0), draws=100)
    assert [option.name for option in found.options] == ["share"]
    assert found.options[0].measures.npv_gbp == pytest.approx(400.0)


def test_horizon_shorter_than_a_lease_is_refused() -> None:
    """Half a lease is not its cost."""
    flows = Flows(flow_table([{"line": "lease", "kind": "cost", "gbp": -1.0, "last_year": 25.0}]), source="x.csv")
    with pytest.raises(DataError, match=r"'lease' of .* ends in year 25"):
        appraise(flows, terms=Terms(horizon_years=10))


def test_terms_out_of_range_are_told_at_once() -> None:
    """A negative rate and an endless horizon: both named."""
    with pytest.raises(DataError, match=r"horizon is 0 years.*discount rate is -0.01"):
        Terms(horizon_years=0, rate=-0.01)
