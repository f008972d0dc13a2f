"""The yearly money of plans: by hand, and against the present values that the optimiser worked with."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from estate.appraisal import discount_factor
from estate.building_flows import LINES, building_flows, release_costs
from estate.costs import CostRules
from estate.options import solve_options
from estate.plans import Plan, cash_flows
from tests.estate.town_facts import random_town, with_rules

PLAIN = CostRules(
    horizon_years=4,
    discount_rate=0.0,
    start_year=2026.0,
    dilapidations_gbp_per_m2=10.0,
    notice_years=0.5,
    empty_share=0.5,
    backlog_years=2,
)


def building(**changes: object) -> pd.DataFrame:
    """Return a register of one building of 100 m2 that costs 1,000 a year to run."""
    row = {"tenure": "freehold", "nia_m2": 100.0, "running_cost_gbp_pa": 1_000.0, **changes}
    return pd.DataFrame([row], index=pd.Index(["A"], name="asset_id"))


def flows(assets: pd.DataFrame, leaving: int | None) -> dict[str, list[float]]:
    """Return the money of one building, lines without any left out."""
    found = building_flows(assets, PLAIN, leaving=leaving, n_years=3)
    return {line: money[0, :6].tolist() for line, money in found.items() if money.any()}


def test_a_freehold_that_is_sold_in_its_second_year() -> None:
    """One year of running cost, half the backlog, a year half empty, the price a year later."""
    assets = building(backlog_gbp=600.0, value_gbp=10_000.0)
    assert flows(assets, 1) == {
        "running cost": [0, -1_000, 0, 0, 0, 0],
        "backlog": [-300, 0, 0, 0, 0, 0],
        "standing empty": [0, 0, -500, 0, 0, 0],
        "receipts": [0, 0, pytest.approx(8_775), 0, 0, 0],
    }


def test_a_lease_that_is_left_before_its_break() -> None:
    """The break is two and a half years off; leaving after one, the rent of one and a half years is still due."""
    assets = building(tenure="leasehold", rent_gbp_pa=400.0, break_date="2028-07-01", lease_end="2035-01-01")
    found = flows(assets, 1)
    assert found["rent"] == [0, -400, 0, 0, 0, 0]
    assert found["rent to the next legal exit"] == pytest.approx([0, 0, -400, -200, 0, 0], abs=1.5)
    assert found["standing empty"] == pytest.approx([0, 0, -500, -250, 0, 0], abs=2.0)
    assert found["dilapidations"] == [0, -1_000, 0, 0, 0, 0]


def test_a_break_that_is_too_near_for_notice_is_lost() -> None:
    """Three months are not enough for half a year of notice: the rent runs to the end of the lease."""
    assets = building(tenure="leasehold", rent_gbp_pa=400.0, break_date="2026-04-01", lease_end="2028-01-01")
    assert sum(flows(assets, 0)["rent to the next legal exit"]) == pytest.approx(-800, abs=2)


def test_a_new_hub_costs_its_capital_when_it_is_ready_and_runs_from_then() -> None:
    """Not built it costs nothing."""
    hub = building(ready_year=1.0, capital_gbp=5_000.0, value_gbp=3_000.0)
    kept = flows(hub, None)
    assert kept["new hubs"] == [0, -5_000, 0, 0, 0, 0]
    assert kept["running cost"] == [0, 0, -1_000, -1_000, -1_000, 0]
    assert kept["value kept"] == [0, 0, 0, 0, 3_000, 0]
    assert release_costs(hub, PLAIN, n_years=3).tolist() == [[0, 0, 0]]


@pytest.mark.parametrize("seed", range(4))
def test_cash_flows_discount_to_the_saving_that_the_optimiser_reports(seed: int) -> None:
    """The appraisal must meet the same money; value kept is the only line that is no cash."""
    problem = with_rules(random_town(seed), years=2)
    nothing, _, joint = solve_options(problem)
    base, table = cash_flows(nothing), cash_flows(joint)
    assert worth(table, joint) - worth(base, nothing) == pytest.approx(nothing.cost_gbp - joint.cost_gbp, abs=0.01)
    cash = [flow[flow["line"] != "value kept"] for flow in (table, base)]
    assert worth(cash[0], joint) - worth(cash[1], nothing) == pytest.approx(joint.npv_gbp, abs=0.01)
    assert set(table["line"]) <= set(LINES)
    assert set(table["provenance"]) <= {"recorded", "estimated", "assumed"}
    assert (table.groupby(["body", "line", "year", "provenance"]).size() == 1).all()


def worth(table: pd.DataFrame, plan: Plan) -> float:
    """Return the present value of a table of cash flows."""
    return float((table["gbp"] * discount_factor(table["year"].to_numpy(float), rate=plan.discount_rate)).sum())


def test_where_a_number_comes_from_travels_with_it() -> None:
    """An estimated running cost is an estimated flow."""
    problem = random_town(1)
    labelled = problem.register.assign(running_cost_gbp_pa_from="estimated")
    nothing = solve_options(with_rules(replace(problem, register=labelled)))[0]
    table = cash_flows(nothing)
    assert set(table.loc[table["line"] == "running cost", "provenance"]) == {"estimated"}
    assert set(table.loc[table["line"] == "rent", "provenance"]) == {"recorded"}
