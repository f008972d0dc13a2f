"""What keeping, leaving and moving cost: one building at a time, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from estate.building_flows import building_costs
from estate.costs import CostRules, cost_rules
from estate.leases import contract_end, exit_years
from estate.numbers import annual_cost
from geodata.errors import DataError

PLAIN = CostRules(
    discount_rate=0.0,
    start_year=2026.0,
    receipt_lag_years=0.0,
    dilapidations_gbp_per_m2=10.0,
    notice_years=0.0,
    empty_share=0.0,
)


def building(**changes: object) -> pd.DataFrame:
    """Return a register of one building of 100 m2 that costs 1,000 a year to run."""
    row = {"tenure": "freehold", "nia_m2": 100.0, "running_cost_gbp_pa": 1_000.0, **changes}
    return pd.DataFrame([row], index=pd.Index(["A"], name="asset_id"))


def test_annual_cost_adds_running_rent_and_rates() -> None:
    """One formula for every page that speaks of a building's cost."""
    assets = building(rent_gbp_pa=200.0, rates_gbp_pa=30.0)
    assert annual_cost(assets).tolist() == [1_230.0]


def test_rent_that_is_not_recorded_counts_as_none_but_running_cost_does_not() -> None:
    """A freehold has no rent; a building without a running cost has an unknown one."""
    assert annual_cost(building(rent_gbp_pa=None)).tolist() == [1_000.0]
    assert annual_cost(building(running_cost_gbp_pa=None)).isna().all()


def test_keeping_a_freehold_costs_its_years_and_its_backlog() -> None:
    """Ten years at 1,000 and 500 of backlog."""
    assert building_costs(building(backlog_gbp=500.0), PLAIN)["keep_gbp"].tolist() == [10_500.0]


def test_selling_loses_what_the_building_would_still_be_worth() -> None:
    """Without discounting a sale gains nothing: its haircut and fee are lost, the value is given up."""
    table = building_costs(building(value_gbp=1_000.0), PLAIN)
    assert table["receipt_gbp"].tolist() == pytest.approx([877.5])
    assert table["release_gbp"].tolist() == pytest.approx([122.5])


def test_a_finite_horizon_does_not_sell_everything() -> None:
    """A building that costs almost nothing to keep is not sold for its value: the reason residual value is counted."""
    table = building_costs(building(value_gbp=1_000_000.0, running_cost_gbp_pa=1.0), CostRules(receipt_haircut=0.4))
    assert table["keep_gbp"].iloc[0] < table["release_gbp"].iloc[0]


@pytest.mark.parametrize(
    ("break_date", "lease_end", "years"),
    [
        ("2028-01-01", "2034-01-01", 2.0),  # the break comes first
        (None, "2029-01-01", 3.0),
        ("2025-01-01", "2030-01-01", 4.0),  # that break has passed
        ("2020-01-01", "2024-01-01", 0.0),  # held over
        (None, None, 5.0),  # assumed
    ],
)
def test_a_lease_is_paid_to_its_next_legal_exit(break_date: str | None, lease_end: str | None, years: float) -> None:
    """The rent until then is a cost of leaving; so are dilapidations."""
    assets = building(tenure="leasehold", rent_gbp_pa=100.0, break_date=break_date, lease_end=lease_end)
    assert exit_years(assets, PLAIN).tolist() == pytest.approx([years], abs=0.01)
    assert building_costs(assets, PLAIN)["release_gbp"].tolist() == pytest.approx([100.0 * years + 1_000.0], abs=1.0)


def test_rent_beyond_the_horizon_is_left_out_on_both_sides() -> None:
    """Keeping counts ten years of rent, so leaving may not count fifteen."""
    assets = building(tenure="leasehold", rent_gbp_pa=100.0, lease_end="2041-01-01")
    assert building_costs(assets, PLAIN)["rent_to_exit_gbp"].tolist() == [1_000.0]


def test_a_licence_ends_when_asked_and_leaves_nothing_to_repair() -> None:
    """A licence without dates is free to leave."""
    assets = building(tenure="licence", rent_gbp_pa=100.0)
    assert building_costs(assets, PLAIN)["release_gbp"].tolist() == [0.0]


def test_an_unknown_tenure_with_rent_is_treated_as_a_lease() -> None:
    """Rent gives it away; without rent it is neither sold nor leased."""
    rented, other = building(tenure="unknown", rent_gbp_pa=9.0), building(tenure="unknown", value_gbp=1_000.0)
    assert building_costs(rented, PLAIN)["dilapidations_gbp"].tolist() == [1_000.0]
    assert building_costs(other, PLAIN)["release_gbp"].tolist() == [0.0]


def test_contract_end_is_a_decimal_year() -> None:
    """1 July is the middle of the year."""
    assert contract_end(building(lease_end="2030-07-01")).tolist() == pytest.approx([2030.5], abs=0.005)


def test_assumptions_can_be_changed_by_name() -> None:
    """place.toml speaks the names of the dataclass; names of other rooms are passed over."""
    costs = cost_rules({"move_gbp_per_fte": 1.0, "m2_per_desk": 9.0}, known_elsewhere=["m2_per_desk"])
    assert costs.move_gbp_per_fte == 1.0


def test_an_unknown_assumption_is_named_with_the_nearest_known() -> None:
    """A slip of the pen must not silently leave the default."""
    with pytest.raises(DataError, match=r"'move_gbp_per_fe' is not an assumption. Did you mean 'move_gbp_per_fte'"):
        cost_rules({"move_gbp_per_fe": 1.0})


def test_assumptions_out_of_range_are_named_all_at_once() -> None:
    """Negative money, shares above one and half years of horizon are told together."""
    with pytest.raises(DataError) as caught:
        CostRules(horizon_years=0, move_gbp_per_fte=-1.0, receipt_haircut=1.5)
    message = str(caught.value)
    assert "'move_gbp_per_fte' is -1" in message
    assert "'receipt_haircut' is 1.5, above 1" in message
    assert "'horizon_years' is 0" in message


def test_every_price_is_told_in_words() -> None:
    """The papers print these sentences; a changed rate must change them."""
    told = " ".join(CostRules(discount_rate=0.05, move_gbp_per_fte=300.0).sentences())
    assert "5.0% a year (set by the user)" in told
    assert "move 300" in told
    assert "April 2026" in told
