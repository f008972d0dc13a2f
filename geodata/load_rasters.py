"""Load the rasters that a ``place.toml`` names: residents by cell, hills, water."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.crs import to_bng
from geodata.errors import CoverageError, DataError, ToolkitError, examples
from geodata.files import read_areas_file
from geodata.grid import Grid, Raster, check_same_grid
from geodata.place import Place
from geodata.rasters import mask_of, read_raster
from geodata.terrain import tobler_min_per_m, walking_friction
from geodata.zonal import overlap_of, to_areas

RASTER_SUFFIXES = (".tif", ".tiff", ".asc", ".vrt")


def check_rasters(place: Place) -> None:
    """Raise before the long work where a raster that the place names will not do.

    Raises
    ------
    DataError
        One or several will not do; all are told at once.
    """
    errors: list[ToolkitError] = []
    for name in (place.rasters.population, place.rasters.elevation):
        if name is not None:
            try:
                read_raster(place.find(name))
            except ToolkitError as error:
                errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise DataError(" ".join(f"({number}) {error}" for number, error in enumerate(errors, start=1)))
    load_walking(place)


def with_residents(areas: gpd.GeoDataFrame, place: Place) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return the areas with residents from the population raster where the census counts none, and what was done.

    Parameters
    ----------
    areas
        Areas table in BNG; ``population`` is not-a-number where it is not known.
    place
        The place; without ``[rasters] population`` nothing is changed.

    Raises
    ------
    ToolkitError
        The raster will not do, or does not cover the areas that need it.
    CoverageError
        Such an area has no polygon.
    """
    name = place.rasters.population
    unknown = areas["population"].isna()
    if name is None or not unknown.any():
        return areas, ()
    lacking = areas[unknown]
    bare = lacking.geometry.isna() | lacking.geometry.is_empty
    if bare.any():
        raise CoverageError(
            f"areas: {examples(list(lacking.index[bare]), total=len(areas))} have no count of residents and no "
            f"polygon, so '{name}' cannot give them any. Add them to the census or to the boundaries."
        )
    raster = read_raster(place.find(name), units="residents")
    found = to_areas(raster, overlap_of(lacking, raster, name=name))
    filled = areas.assign(population=areas["population"].fillna(pd.Series(found, index=lacking.index)))
    many = f"{len(lacking):,} area{'' if len(lacking) == 1 else 's'} of {len(areas):,}"
    note = f"Residents of {many} come from the population grid {name} ({found.sum():,.0f} in all), not from the census."
    return filled, (note,)


def load_walking(place: Place) -> tuple[Raster, Raster | None] | None:
    """Return minutes a metre on foot (no value on water) and the elevation, or None where no raster is named.

    With elevation the walk follows its hills; with population alone the ground is taken as flat on the cells of that.

    Raises
    ------
    ToolkitError
        A raster will not do, or they do not lie cell on cell.
    """
    choice = place.rasters
    if choice.elevation is not None:
        elevation = read_raster(place.find(choice.elevation), units="metres")
        friction: Raster = walking_friction(elevation)
    elif choice.population is not None:
        people = read_raster(place.find(choice.population), units="residents")
        elevation = None
        flat = np.full(people.grid.shape, float(tobler_min_per_m(np.zeros(1))[0]))
        friction = people.with_values(flat, units="minutes per metre", source="flat ground")
    else:
        return None
    if choice.water is None:
        return friction, elevation
    water = _water(place.find(choice.water), friction)
    return friction.with_values(np.where(water, np.nan, friction.values)), elevation


def _water(path: Path, friction: Raster) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    if path.suffix.casefold() in RASTER_SUFFIXES:
        raster = read_raster(path)
        check_same_grid(friction, raster, names=("elevation", path.name))
        return np.asarray(np.nan_to_num(raster.values) > 0)
    shapes = to_bng(read_areas_file(path), source=path.name)
    lines = shapes[shapes.geom_type.isin(["LineString", "MultiLineString"])]
    solid = shapes[shapes.geom_type.isin(["Polygon", "MultiPolygon"])]
    return mask_of(lines, friction.grid) | mask_of(solid, friction.grid, every_touched=False)


def grid_around(areas: gpd.GeoDataFrame, *, cell_m: float, margin_m: float = 0.0) -> Grid:
    """Return a grid of whole cells around areas in BNG."""
    west, south, east, north = areas.total_bounds + np.array([-1, -1, 1, 1]) * margin_m
    west, north = np.floor(west / cell_m) * cell_m, np.ceil(north / cell_m) * cell_m
    rows, columns = int(np.ceil((north - south) / cell_m)), int(np.ceil((east - west) / cell_m))
    return Grid(float(west), float(north), cell_m, rows, columns)
