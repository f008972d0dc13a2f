"""The ground of the made-up county: hills, reservoirs away from people, and every resident in a cell."""

from __future__ import annotations

import numpy as np
import pytest

from geodata.demo_ground import draw_elevation, draw_residents, draw_water
from geodata.demo_land import Land, build_land
from geodata.demo_people import settle_people
from geodata.zonal import overlap_of, to_areas


@pytest.fixture(scope="module")
def land() -> Land:
    """Return a small county."""
    return build_land(seed=3, n_areas=200)


def test_hills_rise_to_the_north_west_and_are_the_same_for_the_same_seed(land: Land) -> None:
    """High there, low in the south-east, and nowhere below the sea."""
    elevation = draw_elevation(land, seed=3)
    half_rows, half_columns = (size // 2 for size in elevation.grid.shape)
    assert elevation.values[:half_rows, :half_columns].mean() > 2 * elevation.values[half_rows:, half_columns:].mean()
    assert 0 < elevation.values.min() < elevation.values.max() < 600
    np.testing.assert_array_equal(elevation.values, draw_elevation(land, seed=3).values)
    assert not np.array_equal(elevation.values, draw_elevation(land, seed=4).values)


def test_every_resident_is_in_a_cell_of_the_county_and_none_in_the_water(land: Land) -> None:
    """The total is that of the census, and the areas get about their own back."""
    residents = settle_people(land, seed=3).counts["ts0010001"].astype("float64")
    grid, water = draw_elevation(land, seed=3).grid, draw_water(land, seed=3)
    cells = draw_residents(land, residents, grid, water)
    assert cells.total() == pytest.approx(residents.sum())
    assert len(water) > 0
    assert water.geometry.covered_by(land.county).all()
    back = to_areas(cells, overlap_of(land.areas, cells))
    assert np.corrcoef(back, residents)[0, 1] > 0.5
    lakes = to_areas(cells, overlap_of(water.set_geometry(water.buffer(-250 * 1.5)), cells))
    assert lakes.sum() == pytest.approx(0, abs=1e-9)
