"""Hills: slopes known on paper, Tobler's speeds, and contours made into a surface."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString, Point

from geodata.crs import to_bng
from geodata.errors import DataError
from geodata.files import read_areas_file
from geodata.grid import Grid, Raster
from geodata.terrain import elevation_from_contours, slope_of, tobler_min_per_m, walking_friction

GRID = Grid(400_000, 301_000, 50, 20, 20)


def plane(east: float, north: float) -> Raster:
    """Return a tilted plane: metres up per metre east and north."""
    easting, northing = np.meshgrid(*GRID.centres())
    return Raster(easting * east + northing * north, GRID, "metres", "made up")


def test_the_slope_of_a_plane_is_its_tilt() -> None:
    """3 % east and 4 % north are 5 %, at the edges and corners too."""
    slope = slope_of(plane(0.03, 0.04)).values
    np.testing.assert_allclose(slope, 0.05, atol=1e-9)


def test_a_gap_in_the_elevation_stays_a_gap_and_spoils_nothing() -> None:
    """Its neighbours still have the true slope, for the ground goes on as it comes from the other side."""
    elevation = plane(0.03, 0.04)
    elevation.values[5, 5] = np.nan
    slope = slope_of(elevation).values
    assert np.isnan(slope[5, 5])
    assert np.isnan(slope).sum() == 1
    np.testing.assert_allclose(slope[np.isfinite(slope)], 0.05, atol=1e-9)


def test_walking_on_the_flat_is_five_kilometres_an_hour_and_slower_on_hills() -> None:
    """Tobler: best slightly downhill, up and down alike about -5 %."""
    flat, hilly = walking_friction(plane(0, 0)), walking_friction(plane(0.15, 0.2))
    assert 60 / (1000 * flat.values[5, 5]) == pytest.approx(6 * np.exp(-0.175))
    assert hilly.values[5, 5] > 2 * flat.values[5, 5]
    assert tobler_min_per_m(np.array([-0.05]))[0] == pytest.approx(0.01)


def test_contours_of_a_plane_give_the_plane() -> None:
    """Straight contours every 10 m, 100 m apart."""
    lines = [LineString([(400_000 + 100 * k, 300_000), (400_000 + 100 * k, 301_000)]) for k in range(11)]
    contours = gpd.GeoDataFrame({"height": [str(10 * k) for k in range(11)]}, geometry=lines, crs=27700)
    raster = elevation_from_contours(contours, column="height", cell_m=50, source="contours")
    assert raster.grid == GRID
    np.testing.assert_allclose(raster.values, np.tile((np.arange(20) + 0.5) * 5, (20, 1)), atol=1e-6)


def test_contours_that_will_not_do_are_named() -> None:
    """A wrong column, words for heights, a single point."""
    one = gpd.GeoDataFrame({"height": ["high"]}, geometry=[Point(400_000, 300_000)], crs=27700)
    with pytest.raises(DataError, match=r"no column 'heigth'.* Did you mean 'height'"):
        elevation_from_contours(one, column="heigth", cell_m=50, source="hills.geojson")
    with pytest.raises(DataError, match=r"not a height in metres: 'high' \(1 of 1\)"):
        elevation_from_contours(one, column="height", cell_m=50, source="hills.geojson")
    with pytest.raises(DataError, match="1 points make no surface"):
        elevation_from_contours(one.assign(height=3), column="height", cell_m=50, source="hills.geojson")


@pytest.mark.real
def test_the_contours_of_trafford_make_its_hills(real_data: Path) -> None:
    """Low by the Mersey, higher at Hale and Bowdon: between 5 and 80 metres, and every contour near its height."""
    lines = to_bng(read_areas_file(real_data / "trafford" / "trafford_terrain_lines.geojson"), source="contours")
    raster = elevation_from_contours(lines, column="PROP_VALUE", cell_m=50, source="Trafford contours")
    heights = lines["PROP_VALUE"].astype(float)
    known = raster.values[np.isfinite(raster.values)]
    assert heights.min() - 1e-6 <= known.min() <= known.max() <= heights.max() + 1e-6
    assert np.isfinite(raster.values).mean() > 0.5
    middle = lines.geometry.interpolate(0.5, normalized=True)
    cells = raster.grid.cells(middle.x.to_numpy(), middle.y.to_numpy())
    error = np.abs(raster.cells()[cells] - heights.to_numpy())
    assert np.nanmedian(error) < 1.0
