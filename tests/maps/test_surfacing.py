"""Walks over the ground of a place: rasters named in place.toml, today and under an option, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin
from shapely.geometry import Point, box

from geodata.boundaries import AreaReport
from geodata.errors import CoverageError, DataError
from geodata.grid import Grid, Raster
from geodata.load import Geography
from geodata.load_rasters import check_rasters, load_walking, with_residents
from geodata.place import Identity, Place
from geodata.place_rasters import RasterChoice
from geodata.rasters import read_raster, write_raster
from geodata.write import write_geopackage
from maps.surfacing import walks_of, write_walks

GRID = Grid(400_000, 303_000, 100, 30, 40)


@dataclass
class Moves:
    """A plan as walks read it: A3, a public door, closes and its front desk goes to C1."""

    name: str = "joint"
    released: tuple[str, ...] = ("A3",)
    moves: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame({"to_asset": ["C1"]}, index=pd.Index(["t4"], name="team_id"))
    )


def place(folder: Path, *, population: bool = False, lake: Any = None, **changes: Any) -> Place:
    """Return a place with flat ground, and water where told."""
    write_raster(Raster(np.zeros(GRID.shape), GRID, "metres", "made up"), folder / "elevation.tif", overwrite=True)
    choice: dict[str, Any] = {"elevation": "elevation.tif"}
    if population:
        write_raster(Raster(np.full(GRID.shape, 2.0), GRID, "residents", "made up"), folder / "people.tif")
        choice["population"] = "people.tif"
    if lake is not None:
        frame = gpd.GeoDataFrame({"name": ["Lake"]}, geometry=[lake], crs=27700).rename_axis("id")
        write_geopackage({"water": frame}, folder / "water.gpkg")
        choice["water"] = "water.gpkg"
    rasters = RasterChoice(**{**choice, **changes})
    return Place(path=folder / "place.toml", base=folder, place=Identity(name="Smalltown"), rasters=rasters)


def geography(areas: gpd.GeoDataFrame) -> Geography:
    """Return the areas as a geography; the census is not asked."""
    return Geography(None, areas, AreaReport(len(areas)), shapely.union_all(areas.geometry.to_numpy()))  # type: ignore[arg-type]


def test_walks_today_and_under_the_option_are_drawn_written_and_said(
    tmp_path: Path, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame
) -> None:
    """On flat ground 1 km takes 11.9 minutes; closing A3 sends the south-east corner 2 km north."""
    walks = walks_of(place(tmp_path), town_assets, geography(town_areas), plan=Moves(), teams=town_teams)  # type: ignore[arg-type]
    assert walks is not None
    assert list(walks.rasters) == ["walk_minutes_today", "walk_minutes_joint", "walk_minutes_joint_less_today"]
    corner = int(GRID.cells(np.array([403_550.0]), np.array([300_450.0]))[0])
    change = walks.rasters["walk_minutes_joint_less_today"].cells()[corner]
    assert change == pytest.approx(2_000 / (5.037 / 60 * 1_000), rel=0.05)
    assert [surface.name for surface in walks.surfaces] == ["Walk today", "Walk, joint", "Change, joint"]
    assert any("residents walk longer to the nearest public door than today" in note for note in walks.notes)
    assert "indicative only" in walks.notes[0]
    write_walks(walks, tmp_path)
    assert read_raster(tmp_path / "walk_minutes_joint.tif").units == "minutes"


def test_water_is_walked_around(tmp_path: Path, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame) -> None:
    """A lake across the middle with one gap in the west makes the way longer."""
    dry = walks_of(place(tmp_path), town_assets[town_assets.index == "C1"], geography(town_areas))
    lake = box(400_200, 301_400, 404_000, 301_600)
    wet = walks_of(place(tmp_path, lake=lake), town_assets[town_assets.index == "C1"], geography(town_areas))
    assert dry is not None
    assert wet is not None
    cell = int(GRID.cells(np.array([403_550.0]), np.array([300_450.0]))[0])
    assert wet.rasters["walk_minutes_today"].cells()[cell] > 2.5 * dry.rasters["walk_minutes_today"].cells()[cell]


def test_residents_off_the_raster_are_counted_and_said(
    tmp_path: Path, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """A raster of half the place must not make the other half silently far."""
    far = town_areas.copy()
    far.loc["T01", "point"] = Point(390_000, 300_000)
    walks = walks_of(place(tmp_path), town_assets, geography(far))
    assert walks is not None
    people = f"{far.loc['T01', 'population']:,.0f}"
    assert any(note.startswith(f"{people} residents live off the raster: they count as 180") for note in walks.notes)


def test_water_alone_is_no_ground_to_walk_on() -> None:
    """It would be passed over in silence."""
    with pytest.raises(ValueError, match="add elevation or population, or leave water out"):
        RasterChoice(water="water.gpkg")


def test_a_place_without_rasters_has_no_walks(
    tmp_path: Path, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """Nothing is drawn and nothing is said."""
    bare = place(tmp_path, elevation=None)
    assert walks_of(bare, town_assets, geography(town_areas)) is None
    assert load_walking(bare) is None


def test_rasters_of_somewhere_else_are_refused(
    tmp_path: Path, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """No public door stands on them."""
    far = town_assets.set_geometry(town_assets.translate(50_000, 0))
    with pytest.raises(CoverageError, match="none of the 3 public doors stands on the raster"):
        walks_of(place(tmp_path), far, geography(town_areas))


def test_water_on_another_grid_is_refused(tmp_path: Path) -> None:
    """A raster of water must lie cell on cell with the elevation."""
    other = Grid(400_000, 303_000, 50, 60, 80)
    write_raster(Raster(np.zeros(other.shape), other, "water", "made up"), tmp_path / "water.tif")
    with pytest.raises(DataError, match=r"elevation and water\.tif do not lie cell on cell"):
        load_walking(place(tmp_path, water="water.tif"))


def test_all_rasters_at_fault_are_told_before_the_long_work(tmp_path: Path) -> None:
    """One in degrees, one without nodata: both are named at once, each with its remedy."""
    good = {"driver": "GTiff", "dtype": "float32", "count": 1, "height": 4, "width": 5}
    for name, crs, corner, cell, nodata in (
        ("people.tif", "EPSG:4326", (-2.0, 53.0), 0.01, -1.0),
        ("hills.tif", "EPSG:27700", (400_000, 303_000), 100, None),
    ):
        shape = from_origin(*corner, cell, cell)
        with rasterio.open(tmp_path / name, "w", **good, crs=crs, transform=shape, nodata=nodata) as dataset:
            dataset.write(np.ones((1, 4, 5), dtype="float32"))
    with pytest.raises(DataError, match=r"people\.tif: is in degrees.*hills\.tif: no nodata value"):
        check_rasters(
            place(tmp_path, population=False, elevation="hills.tif").model_copy(
                update={"rasters": RasterChoice(population="people.tif", elevation="hills.tif")}
            )
        )
    check_rasters(place(tmp_path))


def test_areas_without_a_count_take_their_residents_from_the_grid(tmp_path: Path, town_areas: gpd.GeoDataFrame) -> None:
    """100 cells of 2 residents in each square kilometre; the others keep their census count, and it is said."""
    areas = town_areas.copy()
    areas.loc[["T03", "T07"], "population"] = np.nan
    filled, notes = with_residents(areas, place(tmp_path, population=True))
    assert filled["population"].tolist() == [200.0 if code in ("T03", "T07") else 100.0 for code in areas.index]
    assert notes == (
        "Residents of 2 areas of 12 come from the population grid people.tif (400 in all), not from the census.",
    )
    areas.loc["T03", "geometry"] = None
    with pytest.raises(CoverageError, match=r"T03 \(1 of 12\) have no count of residents and no polygon"):
        with_residents(areas, place(tmp_path / "b", population=True))
