"""Risk: ranges, switching values and chance, with the same luck for all options."""

from __future__ import annotations

import numpy as np
import pytest

from estate.flows import Flows, Terms, flow_table, yearly
from estate.measures import measures
from estate.sensitivity import Scenario, chances, in_scenario, tornado


def two_options() -> Flows:
    rows = []
    for option, saving in (("alone", 20.0), ("joint", 24.0)):
        rows.append({"option": option, "line": "move", "kind": "cost", "gbp": -100.0, "capital": True})
        rows.append({"option": option, "line": "rent", "gbp": saving, "first_year": 1, "last_year": np.inf})
    return Flows(flow_table(rows))


def test_options_share_their_luck() -> None:
    """An option that is the same but larger wins in every draw, though the two ranges overlap."""
    found = chances(two_options(), Terms(), draws=2000)
    assert found.better.loc["joint", "alone"] == 1.0
    assert found.table.loc["joint", "p10_gbp"] < found.table.loc["alone", "p90_gbp"]


def test_the_same_seed_draws_the_same() -> None:
    """A committee paper can be made again to the pound."""
    first, again, other = (chances(two_options(), Terms(), draws=500, seed=seed).table for seed in (3, 3, 4))
    assert first.equals(again)
    assert not first.equals(other)


def test_the_mean_of_symmetric_ranges_is_the_plan() -> None:
    """Nothing is gained or lost by drawing."""
    found = chances(two_options(), Terms(), draws=40_000).table["mean_gbp"]
    for option in ("alone", "joint"):
        planned = measures(two_options().of(option), Terms()).npv_gbp
        assert found[option] == pytest.approx(planned, abs=0.02 * 250)


def test_at_its_switching_value_a_driver_leaves_nothing() -> None:
    """The word means: at this factor the net present value is nil."""
    flows = two_options().of("joint")
    row = tornado(flows, Terms()).set_index("driver").loc["savings"]
    at = in_scenario(flows, Scenario("switch", benefits=float(row["switching_value"])))
    assert measures(at, Terms()).npv_gbp == pytest.approx(0.0, abs=1e-9)


def test_a_year_late_loses_a_year_of_gains() -> None:
    """Costs come when planned, gains a year later and end when they would have ended."""
    flows = two_options().of("joint")
    late = in_scenario(flows, Scenario("late", delay_years=1))
    lost = measures(flows, Terms()).npv_gbp - measures(late, Terms()).npv_gbp
    assert lost == pytest.approx(24.0 / 1.035)


def test_a_range_given_by_the_source_is_taken() -> None:
    """600 to 1,000 around 800 is no 30 %."""
    flows = Flows(flow_table([{"gbp": 800.0, "low_gbp": 600.0, "high_gbp": 1000.0}]))
    row = tornado(flows, Terms()).set_index("driver").loc["savings"]
    assert (row["worst_gbp"], row["best_gbp"]) == (pytest.approx(600.0), pytest.approx(1000.0))


def test_a_late_gain_is_the_same_in_one_row_or_in_a_row_a_year() -> None:
    """Written year by year it ended a year later than in one row."""
    late = Scenario("late", delay_years=1)
    one = [{"line": "rent", "gbp": 10.0, "first_year": 1, "last_year": 5.0}]
    many = [{"line": "rent", "gbp": 10.0, "first_year": year, "last_year": float(year)} for year in range(1, 6)]
    found = [yearly(in_scenario(Flows(flow_table(rows)), late), Terms()).sum().tolist() for rows in (one, many)]
    assert found[0] == found[1] == [0, 0, 10, 10, 10, 10, 0, 0, 0, 0, 0]
