"""The yardsticks of the small town against the standard, by locality, and its leases by year."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from estate.standard import EnergyFactor, energy_factor, space_and_rates
from estate.yardsticks import add_locality, leases_by_year, yardsticks
from geodata.errors import DataError
from tests.conftest import assert_aligned


def test_space_is_held_against_a_standard(town_assets: gpd.GeoDataFrame) -> None:
    """Police: station of 600 m2, 45 % of it no desk space, 30 people; office of 200 m2, 10 people; 8 m2 a person."""
    police = yardsticks(town_assets).loc["Police"]
    assert police.standard_m2 == pytest.approx(600 * 0.45 + 40 * 8)
    assert police.m2_over_standard == pytest.approx(800 - 590)
    assert police.share_over_standard == pytest.approx(210 / 590)
    assert police.standard_m2_per_fte == pytest.approx(590 / 40)
    assert police.cost_over_standard_gbp_pa == pytest.approx(210 * 100_000 / 800)
    tight, _ = space_and_rates({"m2_per_desk": 5})
    assert yardsticks(town_assets, standard=tight).loc["Police", "standard_m2"] == pytest.approx(270 + 160)


def test_land_is_not_above_any_standard(town_assets: gpd.GeoDataFrame) -> None:
    """What nobody works in has no standard, and does not count as space too much."""
    land = town_assets.assign(use=["office"] * 3 + ["land", "office", "clinic"])
    police = yardsticks(land).loc["Police"]
    assert (police.standard_m2, police.m2_over_standard) == (80.0, 120.0)


def test_energy_and_carbon_per_square_metre(town_assets: gpd.GeoDataFrame) -> None:
    """A1 uses 100,000 kWh on 1,000 m2; the other 700 m2 of the council are not known and do not thin it out."""
    known = town_assets.assign(energy_kwh_pa=[100_000.0] + [np.nan] * 5, backlog_gbp=[np.nan, 5_000.0] + [np.nan] * 4)
    council = yardsticks(known, energy=EnergyFactor(0.2)).loc["Council"]
    assert (council.energy_kwh_per_m2, council.carbon_kgco2e_per_m2) == (100.0, 20.0)
    assert council.energy_known == pytest.approx(1000 / 1700)
    assert (council.backlog_gbp, council.backlog_known) == (5_000.0, pytest.approx(1 / 3))
    police = yardsticks(known).loc["Police"]
    assert np.isnan(police.carbon_kgco2e_per_m2)
    assert (np.isnan(police.backlog_gbp), police.backlog_known, police.energy_known) == (True, 0.0, 0.0)


def test_every_sum_says_what_it_rests_on(town_assets: gpd.GeoDataFrame) -> None:
    """Thirty of the forty people of the police are counted, ten assumed."""
    labelled = town_assets.assign(fte_from=["recorded"] * 4 + ["assumed", "recorded"])
    police = yardsticks(labelled).loc["Police"]
    assert (police.fte_recorded, police.fte_estimated, police.fte_assumed) == (0.75, 0.0, 0.25)
    assert police.desks_recorded == 1.0


def test_yardsticks_by_locality(town_assets: gpd.GeoDataFrame, town_areas: gpd.GeoDataFrame) -> None:
    """Columns of the town are West or East; A1, A2 and B1 stand in the west."""
    placed = add_locality(town_assets, town_areas)
    assert_aligned(placed, town_assets)
    assert placed.locality.tolist() == ["West", "West", "East", "West", "East", "East"]
    table = yardsticks(placed, by=["locality", "tenure"])
    assert table.loc[("West", "freehold"), "nia_m2"] == 1_600.0
    assert table["n_assets"].sum() == len(town_assets)


def test_an_asset_far_outside_has_no_locality(town_assets: gpd.GeoDataFrame, town_areas: gpd.GeoDataFrame) -> None:
    """The nearest town is not its town."""
    moved = town_assets.set_geometry([Point(450_000, 300_500), *town_assets.geometry.iloc[1:]], crs="EPSG:27700")
    assert add_locality(moved, town_areas).locality.tolist()[0] == ""
    assert set(add_locality(moved, town_areas.assign(locality="")).locality) == {""}


@pytest.fixture
def leased(town_assets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the town with a lease to 2030 that may be broken in 2027, one to 2024, and a licence without a date."""
    return town_assets.assign(
        tenure=["freehold", "leasehold", "licence", "freehold", "leasehold", "freehold"],
        lease_end=pd.to_datetime(["", "2030-03-31", "", "", "2024-12-31", ""]),
        break_date=pd.to_datetime(["", "2027-03-31", "", "", "", ""]),
    )


def test_leases_stand_at_the_first_chance_to_leave(leased: gpd.GeoDataFrame) -> None:
    """A break before the end counts, one that is past does not; nothing that is leased is lost."""
    table = leases_by_year(leased, since=date(2026, 1, 1))
    assert table[["year", "n_leases", "n_breaks", "nia_m2", "rent_gbp_pa"]].to_numpy().tolist() == [
        ["before 2026", 1, 0, 200.0, 20_000.0],
        ["2027", 1, 1, 400.0, 40_000.0],
        ["not recorded", 1, 0, 300.0, 0.0],
    ]
    assert table["nia_recorded"].tolist() == [1.0, 1.0, 1.0]
    assert leases_by_year(leased, since=date(2028, 1, 1))["year"].tolist() == ["before 2028", "2030", "not recorded"]
    assert leases_by_year(leased)["year"].tolist() == ["2024", "2027", "not recorded"]


def test_a_town_that_owns_everything_has_no_leases(town_assets: gpd.GeoDataFrame) -> None:
    """An empty table with its columns, not a fault."""
    table = leases_by_year(town_assets.assign(tenure="freehold"))
    assert (len(table), list(table.columns)[:2]) == (0, ["year", "n_leases"])


def test_a_factor_below_nought_is_refused() -> None:
    """Buildings do not drink carbon."""
    with pytest.raises(DataError, match="'kgco2e_per_kwh' is -1; it must be above 0"):
        energy_factor({"kgco2e_per_kwh": -1})
