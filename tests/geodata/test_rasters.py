"""Raster files: what is refused and why, what is written, and grids that do not lie cell on cell."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine, from_origin
from shapely.geometry import LineString, box

from geodata.errors import CrsError, DataError, SourceError
from geodata.grid import Grid, Raster, check_covers, check_same_grid, difference
from geodata.rasters import mask_of, read_raster, write_raster

GRID = Grid(400_000, 300_040, 10, 4, 5)
GOOD: Mapping[str, Any] = {
    "driver": "GTiff", "dtype": "float32", "count": 1, "height": 4, "width": 5, "crs": "EPSG:27700", "nodata": -1.0,
    "transform": from_origin(400_000, 300_040, 10, 10),
}  # fmt: skip


def made_up(**changes: Any) -> Raster:
    """Return twenty cells, one without value."""
    values = np.arange(20, dtype=float).reshape(4, 5)
    values[1, 1] = np.nan
    return Raster(values, changes.get("grid", GRID), changes.get("units", "residents"), "made up")


def write(path: Path, **changes: Any) -> Path:
    """Write a small raster, changed as the test wants."""
    profile = {**GOOD, **changes}
    with rasterio.open(path, "w", **profile) as dataset:
        dataset.write(np.ones((profile["count"], 4, 5), dtype="float32"))
    return path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """Values, grid, units, source and gaps."""
    raster = made_up()
    write_raster(raster, tmp_path / "a.tif")
    again = read_raster(tmp_path / "a.tif")
    np.testing.assert_array_equal(again.values, raster.values)
    assert (again.grid, again.units, again.source) == (raster.grid, "residents", "made up")


def test_the_file_is_cloud_optimised_and_the_same_each_time(tmp_path: Path) -> None:
    """Same bytes; tags, nodata, tiles and overviews are there."""
    grid = Grid(400_000, 300_000, 10, 700, 600)
    raster = Raster(np.random.default_rng(0).random(grid.shape), grid, "minutes", "made up")
    for name in ("a", "b"):
        write_raster(raster, tmp_path / f"{name}.tif")
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
    with rasterio.open(tmp_path / "a.tif") as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert dataset.tags()["units"] == "minutes"
        assert dataset.nodata is not None
        assert dataset.overviews(1)
    with pytest.raises(SourceError, match="exists already"):
        write_raster(raster, tmp_path / "a.tif")


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"crs": "EPSG:4326", "transform": from_origin(-2, 53, 0.01, 0.01)}, CrsError, "is in degrees .* gdalwarp"),
        ({"crs": "EPSG:3857"}, CrsError, "is in EPSG:3857, not in British National Grid"),
        ({"crs": None}, CrsError, "no coordinate reference system"),
        ({"nodata": None}, DataError, "no nodata value .* gdal_translate"),
        ({"transform": from_origin(400_000, 300_040, 10, 20)}, DataError, "cells are 10 m x 20 m"),
        ({"transform": Affine(10, 1, 4e5, 1, -10, 3e5)}, DataError, "do not lie north up"),
        ({"nodata": 1.0}, DataError, "every cell is nodata"),
    ],
)
def test_a_raster_that_will_not_do_is_refused_with_a_remedy(
    tmp_path: Path, changes: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    """Each names the file, what is wrong and what to type."""
    with pytest.raises(error, match=rf"a\.tif: .*{sentence}"):
        read_raster(write(tmp_path / "a.tif", **changes))


def test_all_faults_of_the_form_are_told_at_once(tmp_path: Path) -> None:
    """No nodata and oblong cells in one message."""
    path = write(tmp_path / "a.tif", nodata=None, transform=from_origin(4e5, 3e5, 10, 20))
    with pytest.raises(DataError, match=r"no nodata value.*cells are 10 m x 20 m"):
        read_raster(path)


def test_national_grid_with_heights_beside_it_is_national_grid(tmp_path: Path) -> None:
    """Elevation is often sold in EPSG:7405; its cells lie where those of EPSG:27700 do."""
    assert read_raster(write(tmp_path / "a.tif", crs="EPSG:7405")).grid.cell_m == 10


def test_a_raster_cut_short_says_what_was_not_read(tmp_path: Path) -> None:
    """Not "see previous exception": there is none to see."""
    path = tmp_path / "a.tif"
    write_raster(
        Raster(np.random.default_rng(0).random((300, 300)), Grid(4e5, 3e5, 10, 300, 300), "m", "made up"), path
    )
    path.write_bytes(path.read_bytes()[:50_000])
    with pytest.raises(SourceError, match=r"cannot be read as a raster \((?!Read failed).+\)\. Give a GeoTIFF"):
        read_raster(path)


def test_something_else_than_a_raster_is_refused(tmp_path: Path) -> None:
    """Text, nothing, and a folder."""
    (tmp_path / "a.tif").write_text("not a raster")
    for path in (tmp_path / "a.tif", tmp_path / "none.tif", tmp_path):
        with pytest.raises(SourceError, match="cannot be read as a raster"):
            read_raster(path)


@pytest.mark.real
def test_the_published_raster_in_another_projection_is_refused(real_data: Path) -> None:
    """Newport's is in a projection of the world."""
    with pytest.raises(CrsError, match="moll, not in British National Grid"):
        read_raster(real_data / "newport" / "mock_raster_input.tif")


def test_grids_that_do_not_match_are_told_apart() -> None:
    """Cell size, size and corner in one sentence, with the command that mends it."""
    other = Raster(np.zeros((2, 2)), Grid(400_005, 300_040, 20, 2, 2), "residents", "")
    with pytest.raises(DataError, match=r"cells of 10 m against 20 m; 5 x 4 cells .*corner.*gdalwarp -tr 10 10"):
        check_same_grid(made_up(), other, names=("people", "water"))
    with pytest.raises(DataError, match="residents, before minutes"):
        difference(made_up(), made_up(units="minutes"))


def test_areas_off_the_raster_are_counted() -> None:
    """The extent wanted is in the message."""
    areas = gpd.GeoDataFrame(geometry=[box(4e5, 3e5, 400_010, 300_010), box(5e5, 3e5, 500_010, 300_010)], crs=27700)
    with pytest.raises(DataError, match=r"1 of 2 areas lie off the raster .*eastings 400000 to 500010"):
        check_covers(made_up(), areas, name="people.tif")


def test_a_narrow_river_has_no_gap() -> None:
    """Every cell that the line touches is water."""
    river = gpd.GeoDataFrame(geometry=[LineString([(400_001, 300_001), (400_049, 300_039)])], crs=27700)
    mask = mask_of(river, GRID)
    assert mask.any(axis=0).all()
    assert mask.any(axis=1).all()
