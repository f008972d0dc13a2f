"""Straight-line minutes in the small town, where a kilometre by car takes 1.95 minutes (1.3 / 40 x 60)."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from geodata.errors import CoverageError, CrsError
from geodata.travel import straight_line_travel
from tests.geodata.minutes import assert_travel

KM_BY_CAR = 1.3 / 40 * 60


def test_minutes_are_distance_times_detour_over_speed(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """A3 stands 3 km east of T01; on foot at 4.8 km/h that is 3 x 1.3 / 4.8 hours."""
    drive = straight_line_travel(town_areas, town_assets)
    walk = straight_line_travel(town_areas, town_assets, mode="walk")
    assert drive.table.loc[("T01", "A3"), "travel_min"] == pytest.approx(3 * KM_BY_CAR)
    assert walk.table.loc[("T01", "A3"), "travel_min"] == pytest.approx(3 * 1.3 / 4.8 * 60)
    assert_travel(drive.table, town_areas, town_assets)


def test_an_asset_at_the_point_of_an_area_takes_no_time_and_has_a_row(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """Zero minutes and out of reach are opposites: one is a row of 0, the other no row."""
    travel = straight_line_travel(town_areas, town_assets, limit_min=0.5)
    assert travel.table["travel_min"].to_list() == [0.0] * 6
    assert set(travel.unreached) == set(town_areas.index) - {"T01", "T02", "T04", "T09", "T11", "T12"}


def test_a_pair_exactly_at_the_limit_is_within(town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame) -> None:
    """A limit of ten minutes means ten minutes count."""
    travel = straight_line_travel(town_areas, town_assets.loc[["A1"]], limit_min=2 * KM_BY_CAR)
    assert set(travel.table.index.get_level_values("origin")) == {"T01", "T02", "T03", "T05", "T06", "T09"}


def test_the_order_is_that_of_the_areas_and_then_of_the_assets(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """The same input gives the same rows in the same order."""
    table = straight_line_travel(town_areas, town_assets).table
    expected = pd.MultiIndex.from_product([town_areas.index, town_assets.index], names=["origin", "destination"])
    assert table.index.equals(expected)


def test_the_matrix_has_nothing_where_out_of_reach(town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame) -> None:
    """The optimiser wants an array; out of reach must not look like a time."""
    travel = straight_line_travel(town_areas, town_assets, limit_min=KM_BY_CAR)
    minutes = travel.matrix(pd.Index(["T02", "T01", "T99"]), pd.Index(["A1", "C1"]))
    expected = [[KM_BY_CAR, np.nan], [0.0, np.nan], [np.nan, np.nan]]
    np.testing.assert_allclose(minutes, expected)


def test_the_sentence_says_indicative(town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame) -> None:
    """A straight line must not look like a road."""
    travel = straight_line_travel(town_areas, town_assets, mode="walk", detour=1.2, speed_kmh=5, limit_min=30)
    assert travel.quality == "indicative"
    assert travel.sentence() == (
        "Travel times on foot, up to 30 minutes: straight line x 1.2 at 5 km/h. Indicative only: no roads, hills, "
        "rivers or traffic."
    )


def test_an_area_without_a_point_stops_the_table(town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame) -> None:
    """Residents whom the table cannot see must not be saved on."""
    areas = town_areas.copy()
    areas["point"] = gpd.GeoSeries([None, Point(), *areas["point"].iloc[2:]], index=areas.index, crs=areas.crs)
    with pytest.raises(CoverageError, match=r"areas: no point for T01, T02 \(2 of 12\)\. Place them"):
        straight_line_travel(areas, town_assets)


def test_degrees_are_refused(town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame) -> None:
    """A distance in degrees is no distance."""
    with pytest.raises(CrsError, match="metres are needed"):
        straight_line_travel(town_areas, town_assets.to_crs(4326))


@pytest.mark.parametrize("options", [{"detour": 0.9}, {"speed_kmh": 0.0}, {"limit_min": 0.0}])
def test_senseless_options_are_refused(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, options: dict[str, float]
) -> None:
    """A wrong call is told at once."""
    with pytest.raises(ValueError, match="must be"):
        straight_line_travel(town_areas, town_assets, **options)


def test_no_asset_reaches_nobody(town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame) -> None:
    """An empty register gives an empty table and names every area."""
    travel = straight_line_travel(town_areas, town_assets.iloc[:0])
    assert travel.table.empty
    assert travel.unreached == tuple(town_areas.index)
