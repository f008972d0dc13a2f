"""Gaps filled with labels, and the yardsticks of the estate, on the small town."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest

from estate.numbers import annual_cost, provenance_shares
from estate.space import estimate_assets, tied_fte
from estate.standard import CostRates, SpaceStandard, space_and_rates
from estate.yardsticks import yardsticks
from geodata.errors import DataError
from tests.conftest import assert_aligned

GAPS = ("desks", "fte", "running_cost_gbp_pa", "rent_gbp_pa")


def test_recorded_numbers_are_never_changed(town_assets: gpd.GeoDataFrame) -> None:
    """Only rates were missing; they stay missing where the running cost is recorded."""
    before = town_assets.copy()
    filled, account = estimate_assets(town_assets)
    assert_aligned(filled, town_assets)
    for column in ("nia_m2", *GAPS):
        assert filled[column].tolist() == before[column].tolist()
        assert set(filled[f"{column}_from"]) == {"recorded"}
    assert filled.rates_gbp_pa.isna().all()
    assert set(account.rule) == {"as the list says"}
    assert town_assets.columns.tolist() == before.columns.tolist()


def test_net_area_follows_from_gross_area_or_use(town_assets: gpd.GeoDataFrame) -> None:
    """From the gross area it is estimated, from the use assumed; land has none."""
    bare = town_assets.assign(
        nia_m2=np.nan, gia_m2=[1000.0, *[np.nan] * 5], use=["office", "office", "library", "land", "office", "clinic"]
    )
    filled, _ = estimate_assets(bare.drop(columns=list(GAPS)))
    assert filled.nia_m2.tolist()[:3] == [850.0, 735.0, 350.0]
    assert filled.nia_m2_from.tolist() == ["estimated", "assumed", "assumed", "", "assumed", "assumed"]
    assert filled.desks.tolist()[:2] == [85.0, 73.0]
    assert np.isnan(filled.desks.iloc[3])
    assert filled.desks_from.tolist()[:2] == ["estimated", "assumed"]


def test_costs_follow_from_area_use_and_tenure(town_assets: gpd.GeoDataFrame) -> None:
    """A freehold office of 1,000 m2: 75 + 20 a m2; leased: 105 more; PFI: twice the running cost."""
    bare = town_assets.assign(
        tenure=["freehold", "leasehold", "PFI", "unknown", "leasehold", "freehold"], use="office", nia_m2=1000.0
    )
    filled, _ = estimate_assets(bare.drop(columns=list(GAPS)))
    assert annual_cost(filled).tolist() == [95_000.0, 200_000.0, 170_000.0, 95_000.0, 200_000.0, 95_000.0]
    assert filled.rent_gbp_pa.tolist()[:3] == [0.0, 105_000.0, 0.0]
    assert np.isnan(filled.rent_gbp_pa.iloc[3])
    assert set(filled.running_cost_gbp_pa_from) == {"estimated"}


def test_running_cost_without_rates_is_taken_to_include_them(town_assets: gpd.GeoDataFrame) -> None:
    """Otherwise a recorded cost would be topped up with an estimate."""
    filled, _ = estimate_assets(town_assets)
    assert annual_cost(filled).tolist() == annual_cost(town_assets).tolist()


def test_desks_are_enough_for_the_people_who_are_there(town_assets: gpd.GeoDataFrame) -> None:
    """Ninety people in 1,000 m2 have 72 desks at least, whatever the standard says about space."""
    filled, _ = estimate_assets(town_assets.drop(columns="desks").assign(nia_m2=100.0, fte=90.0))
    assert filled.desks.iloc[0] == 72.0


def test_the_account_says_how_many_cells_rest_on_which_rule(town_assets: gpd.GeoDataFrame) -> None:
    """One line per column and rule; the numbers add up to the rows."""
    _, account = estimate_assets(town_assets.drop(columns="fte"))
    fte = account[account.column.eq("fte")]
    assert fte[["rule", "provenance", "n"]].to_numpy().tolist() == [["desks x 0.56 / 0.8", "assumed", 6]]


def test_yardsticks_of_the_small_town(town_assets: gpd.GeoDataFrame) -> None:
    """The council: 1,700 m2 for 65 people at 210,000 pounds a year; all by division."""
    table = yardsticks(town_assets)
    council = table.loc["Council"]
    assert (council.n_assets, council.nia_m2, council.fte, council.cost_gbp_pa) == (3, 1700.0, 65.0, 210_000.0)
    assert council.m2_per_fte == pytest.approx(1700 / 65)
    assert council.cost_gbp_per_m2 == pytest.approx(210_000 / 1700)
    assert council.desks_used == pytest.approx(65 * 0.8 / 150)
    assert council.space_empty == pytest.approx(1 - 65 * 0.8 / 150)
    assert (council.nia_recorded, council.cost_recorded, council.cost_assumed) == (1.0, 1.0, 0.0)
    assert list(yardsticks(town_assets, by=["organisation", "use"]).index.names) == ["organisation", "use"]


def test_shares_of_origin_add_up(town_assets: gpd.GeoDataFrame) -> None:
    """Half the cost of the police recorded, half assumed."""
    labelled = town_assets.assign(
        running_cost_gbp_pa_from=["recorded"] * 3 + ["recorded", "assumed", "recorded"],
        rent_gbp_pa_from=["recorded"] * 4 + ["assumed", "recorded"],
    )
    shares = provenance_shares(labelled, "cost", by="organisation", name="cost")
    assert shares.loc["Police"].tolist() == pytest.approx([0.6, 0.0, 0.4])
    assert shares.sum(axis=1).tolist() == pytest.approx([1.0, 1.0, 1.0])


def test_crews_are_tied_to_their_buildings(town_assets: gpd.GeoDataFrame) -> None:
    """A fire station of 400 m2 keeps a crew of twelve, an office nobody."""
    tied = tied_fte(town_assets.assign(use=["fire station"] + ["office"] * 5, nia_m2=400.0))
    assert tied.tolist() == [12.0, 0.0, 0.0, 0.0, 0.0, 0.0]


def test_assumptions_of_place_toml_are_taken() -> None:
    """Names of other rooms are passed over."""
    standard, rates = space_and_rates({"m2_per_desk": 8, "rent_gbp_per_m2": 120, "horizon_years": 10})
    assert (standard.m2_per_desk, standard.desk_use, rates.rent_gbp_per_m2) == (8.0, 0.56, 120.0)


def test_impossible_assumptions_are_told_at_once() -> None:
    """Nought square metres a desk would seat the county in a cupboard."""
    with pytest.raises(DataError) as error:
        SpaceStandard(m2_per_desk=0, nia_per_gia=1.5)
    assert str(error.value) == (
        "assumptions: 'nia_per_gia' is 1.5; it is a share and cannot be above 1. 'm2_per_desk' is 0; it must be "
        "above 0. Correct place.toml."
    )
    with pytest.raises(DataError, match="'rent_gbp_per_m2' is -1; it must be above 0"):
        CostRates(rent_gbp_per_m2=-1)
