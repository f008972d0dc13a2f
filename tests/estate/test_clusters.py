"""Doors that stand together in the small town, and those that only seem to."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Point

from estate.clusters import COLUMNS, access_clusters, access_points


def moved(assets: gpd.GeoDataFrame, eastings: list[int]) -> gpd.GeoDataFrame:
    """Return the six buildings in a row along a street, at these eastings."""
    return assets.set_geometry([Point(east, 300_000) for east in eastings], crs="EPSG:27700").assign(public_facing=True)


def test_doors_together_are_one_cluster(town_assets: gpd.GeoDataFrame) -> None:
    """A1 and A2 (council offices) with B1 (police) within 300 m; the others stand a mile away from everyone."""
    table = access_clusters(moved(town_assets, [0, 100, 9_000, 300, 19_000, 29_000]), within_m=400)
    assert list(table.columns) == list(COLUMNS)
    assert len(table) == 1
    row = table.iloc[0]
    assert (row.n_access_points, row.n_buildings, row.n_bodies, row.diameter_m) == (3, 3, 2, 300.0)
    assert (row.organisations, row.services, row.doubled) == ("Council;Police", "office;police", "office")
    assert (row.asset_ids, row.easting, row.cost_gbp_pa) == ("A1;A2;B1", 133.0, 240_000.0)


def test_a_street_of_doors_is_not_chained(town_assets: gpd.GeoDataFrame) -> None:
    """Six doors 300 m apart make a street of 1,500 m; no cluster is longer than the limit."""
    street = moved(town_assets, [0, 300, 600, 900, 1_200, 1_500])
    table = access_clusters(street, within_m=400)
    assert table.n_access_points.tolist() == [2, 2, 2]
    assert (table.diameter_m <= 400).all()


def test_a_shared_building_doubles_nothing(town_assets: gpd.GeoDataFrame) -> None:
    """Two rows of one building are two doors at one address: the office service is there once."""
    street = moved(town_assets, [0, 0, 9_000, 19_000, 29_000, 39_000])
    row = access_clusters(street.assign(building=["A1", "A1", "A3", "B1", "B2", "C1"])).iloc[0]
    assert (row.n_access_points, row.n_buildings, row.n_doubled, row.diameter_m) == (2, 1, 0, 0.0)


def test_closed_doors_and_back_offices_are_no_access_points(town_assets: gpd.GeoDataFrame) -> None:
    """Only the library, the police station and the clinic have a public door; the clinic is sold."""
    assert access_points(town_assets).index.tolist() == ["A3", "B1", "C1"]
    sold = town_assets.assign(status=["", "", "", "", "", "sold"])
    assert access_points(sold).index.tolist() == ["A3", "B1"]
    assert len(access_clusters(sold, within_m=100)) == 0
    assert len(access_clusters(sold.iloc[:1])) == 0


def test_most_doubled_first_whatever_the_order_of_rows(town_assets: gpd.GeoDataFrame) -> None:
    """Ranks begin at one; the same rows in another order give the same table."""
    rng = np.random.default_rng(0)
    many = gpd.GeoDataFrame(
        {
            "organisation": rng.choice(["a", "b", "c"], 300), "name": "x",
            "services": rng.choice(["p", "q", "p;q"], 300),
            "public_facing": True, "running_cost_gbp_pa": 1.0,
        },
        index=[f"d{number:03d}" for number in range(300)],
        geometry=gpd.points_from_xy(rng.uniform(0, 5_000, 300), rng.uniform(0, 5_000, 300)),
        crs="EPSG:27700",
    )  # fmt: skip
    table = access_clusters(many)
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    assert table.n_doubled.is_monotonic_decreasing
    assert (table.diameter_m <= 400).all()
    assert access_clusters(many.iloc[::-1]).equals(table)
    with pytest.raises(ValueError, match="within_m is 0"):
        access_clusters(town_assets, within_m=0)
