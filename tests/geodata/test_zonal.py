"""Between grids and areas: nobody is lost, nobody is made up, and borders count by share."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from geodata.errors import CoverageError
from geodata.grid import Grid, Raster
from geodata.zonal import beyond, overlap_of, to_areas, to_grid

GRID = Grid(400_000, 303_000, 300, 10, 14)


def people(seed: int = 0) -> Raster:
    """Return a raster of residents over the small town (4 km x 3 km) and a little more."""
    return Raster(np.random.default_rng(seed).random(GRID.shape) * 50, GRID, "residents", "made up")


def test_sums_agree_with_shares_worked_out_one_by_one(town_areas: gpd.GeoDataFrame) -> None:
    """Every cell counts by the share of it in the area."""
    raster = people()
    overlap = overlap_of(town_areas, raster)
    expected = np.zeros(len(town_areas))
    for row in range(GRID.n_rows):
        for column in range(GRID.n_columns):
            west, north = GRID.west + 300 * column, GRID.north - 300 * row
            cell = box(west, north - 300, west + 300, north)
            expected += (
                raster.cells()[row * GRID.n_columns + column]
                * town_areas.intersection(cell).area.to_numpy()
                / cell.area
            )
    found = to_areas(raster, overlap)
    assert found.index.equals(town_areas.index)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_totals_are_kept_both_ways(seed: int) -> None:
    """Areas and what lies beyond add up to the raster; spread over cells, the areas add up to themselves."""
    random = np.random.default_rng(seed)
    cuts = np.sort(random.uniform(400_000, 404_000, 3))
    edges = [399_990.0, *cuts, 404_100.0]
    shapes = [Polygon([(a, 300_100), (b, 300_100), (b + 50, 302_900), (a + 50, 302_900)]) for a, b in pairwise(edges)]
    areas = gpd.GeoDataFrame(geometry=shapes, crs=27700, index=list("abcd"))
    raster = people(seed)
    overlap = overlap_of(areas, raster)
    sums = to_areas(raster, overlap)
    assert sums.sum() + beyond(raster, overlap) * raster.total() == pytest.approx(raster.total(), rel=1e-6)
    counts = pd.Series(random.integers(0, 500, 4).astype(float), index=areas.index)
    spread = to_grid(counts, overlap, units="residents", source="census")
    assert spread.total() == pytest.approx(counts.sum(), rel=1e-9)


def test_whole_cells_keep_the_total_of_every_cell_touched(town_areas: gpd.GeoDataFrame) -> None:
    """What lies beyond the border goes to the areas that share the cell."""
    raster = people()
    overlap = overlap_of(town_areas, raster)
    touched = np.asarray(overlap.share.sum(axis=0)).ravel() > 0
    assert to_areas(raster, overlap, whole_cells=True).sum() == pytest.approx(raster.cells()[touched].sum())


def test_nobody_is_put_on_water(town_areas: gpd.GeoDataFrame) -> None:
    """Cells that weigh nothing get nobody, the total stays, and an area all water is spread evenly."""
    weight = np.ones(GRID.shape)
    weight[:, :3] = 0
    habitable = Raster(weight, GRID, "weight", "")
    overlap = overlap_of(town_areas, habitable)
    spread = to_grid(town_areas["population"], overlap, units="residents", source="", habitable=habitable)
    assert spread.total() == pytest.approx(1_200)
    assert np.nansum(spread.cells().reshape(GRID.shape)[:, :3]) == 0
    nowhere = habitable.with_values(0 * weight)
    evenly = to_grid(town_areas["population"], overlap, units="residents", source="", habitable=nowhere)
    assert evenly.total() == pytest.approx(1_200)


def test_people_without_ground_stop_the_work(town_areas: gpd.GeoDataFrame) -> None:
    """An area with residents and no polygon would lose them without a word."""
    areas = town_areas.copy()
    areas.loc["T05", "geometry"] = None
    overlap = overlap_of(areas, people())
    with pytest.raises(CoverageError, match=r"T05 \(1 of 12\) have people but no ground"):
        to_grid(areas["population"], overlap, units="residents", source="")
