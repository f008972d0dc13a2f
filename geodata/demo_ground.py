"""The ground of Peakshire: hills, reservoirs, and residents by cell."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from geodata.demo_land import BNG, Land
from geodata.demo_outlines import Floats
from geodata.grid import Grid, Raster
from geodata.load_rasters import grid_around
from geodata.rasters import mask_of
from geodata.zonal import overlap_of, to_grid

CELL_M = 250.0
MARGIN_M = 1_000.0
LOW_M, HIGH_M = 40.0, 520.0
WAVES = 24
WAVE_M = (5_000.0, 30_000.0)
N_RESERVOIRS = 6
SHORE_M = 400.0
SOURCE = "Peakshire, made up"


def draw_elevation(land: Land, *, seed: int) -> Raster:
    """Return the height of the ground (metres): hills in the north-west, a plain in the south-east.

    Parameters
    ----------
    land
        The county.
    seed
        Seed of all random choices.
    """
    rng = np.random.default_rng((seed, 21))
    grid = grid_around(land.areas, cell_m=CELL_M, margin_m=MARGIN_M)
    east, north = np.meshgrid(*grid.centres())
    across = (east - grid.west) / (grid.east - grid.west)
    along = (north - grid.south) / (grid.north - grid.south)
    lift = np.clip(0.5 + 0.9 * (along - across), 0, 1)  # 0 in the south-east, 1 in the north-west
    field = np.zeros(grid.shape)
    for _ in range(WAVES):
        length, angle, phase = rng.uniform(*WAVE_M), rng.uniform(0, 2 * np.pi), rng.uniform(0, 2 * np.pi)
        field += length * np.cos(2 * np.pi / length * (east * np.cos(angle) + north * np.sin(angle)) + phase)
    field = (field - field.min()) / (field.max() - field.min())
    height = LOW_M + (HIGH_M - LOW_M) * lift * (0.35 + 0.65 * field) + 40 * field * (1 - lift)
    return Raster(np.round(height, 1), grid, "metres", SOURCE)


def draw_water(land: Land, *, seed: int) -> gpd.GeoDataFrame:
    """Return reservoirs in open country, away from the points that areas grew from, as polygons in BNG."""
    rng = np.random.default_rng((seed, 22))
    tree, (west, south, east, north) = cKDTree(land.seeds), land.areas.total_bounds
    shapes: list[shapely.Geometry] = []
    for middle in rng.uniform((west, south), (east, north), (4_000, 2)):
        radius = float(tree.query(middle)[0]) - SHORE_M
        if radius > SHORE_M and len(shapes) < N_RESERVOIRS:
            shape = _shore(rng, middle, min(radius, 1_500.0))
            if shapely.covers(land.county, shape) and not any(shape.intersects(other) for other in shapes):
                shapes.append(shape)
    names = [f"Reservoir {number}" for number in range(1, len(shapes) + 1)]
    return gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=BNG).rename_axis("id")


def _shore(rng: np.random.Generator, middle: Floats, radius: float) -> shapely.Polygon:
    """Return a long lake that stays within a circle."""
    turn, angle = rng.uniform(0, np.pi), np.linspace(0, 2 * np.pi, 40, endpoint=False)
    wobble = 0.85 + 0.15 * np.cos(3 * angle + rng.uniform(0, 2 * np.pi))
    x, y = radius * wobble * np.cos(angle), 0.45 * radius * wobble * np.sin(angle)
    return shapely.Polygon(
        np.column_stack([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)]) + middle
    )


def draw_residents(land: Land, residents: pd.Series, grid: Grid, water: gpd.GeoDataFrame) -> Raster:
    """Return residents by cell: each area's spread over its ground, none on the water.

    Parameters
    ----------
    land
        The county.
    residents
        People of each area, indexed like its areas.
    grid
        The cells.
    water
        Where nobody lives.
    """
    dry = Raster((~mask_of(water, grid, every_touched=False)).astype(np.float64), grid, "weight", SOURCE)
    overlap = overlap_of(land.areas, dry, name="population.tif")
    return to_grid(residents, overlap, units="residents", source=SOURCE, habitable=dry)
