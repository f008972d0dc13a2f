"""Hills and walking: contours to elevation, elevation to slope, slope to minutes a metre on foot."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from scipy.interpolate import LinearNDInterpolator

from geodata.crs import require_bng
from geodata.errors import DataError, did_you_mean, examples
from geodata.grid import Floats, Grid, Raster

#: Tobler (1993): 6 km/h at best, on a slope of 5 % down; walking off the path takes 5/3 as long.
TOBLER_KMH, TOBLER_FALL, TOBLER_BEST = 6.0, 3.5, 0.05
CONTOUR_STEP = 1.0
#: Weight of the rows (or columns) above, through and below a cell.
HORN = ((-1, 1.0), (0, 2.0), (1, 1.0))


def tobler_min_per_m(slope: Floats) -> Floats:
    """Return minutes a metre on foot, by slope (rise over run, up is positive), by Tobler's hiking function.

        speed = 6 exp(-3.5 |slope + 0.05|) km/h

    Examples
    --------
    >>> kmh = 60 / (1000 * tobler_min_per_m(np.array([0.0, 0.1, -0.1])))
    >>> kmh.round(2).tolist()
    [5.04, 3.55, 5.04]
    """
    speed_kmh = TOBLER_KMH * np.exp(-TOBLER_FALL * np.abs(np.asarray(slope) + TOBLER_BEST))
    return np.asarray(60.0 / (1000.0 * speed_kmh))


def slope_of(elevation: Raster) -> Raster:
    """Return the steepest slope at every cell (rise over run, at least 0), by Horn (1981).

    Beyond the edge, and where a neighbour has no value, the ground goes on as it comes from the other side.
    """
    rise = _rises(elevation.values)
    east = sum(weight * (rise[row, 1] - rise[row, -1]) for row, weight in HORN)
    south = sum(weight * (rise[1, column] - rise[-1, column]) for column, weight in HORN)
    steep = np.hypot(east, south) / (8 * elevation.grid.cell_m)
    return elevation.with_values(
        np.where(np.isnan(elevation.values), np.nan, steep),
        units="rise over run",
        source=f"slope of {elevation.source}",
    )


def _rises(high: Floats) -> dict[tuple[int, int], Floats]:
    """Return the rise from every cell to each of its eight neighbours, by rows down and columns to the right."""
    n_rows, n_columns = high.shape
    wide = np.pad(high, 1, constant_values=np.nan)
    known = {
        (down, right): wide[1 + down : 1 + down + n_rows, 1 + right : 1 + right + n_columns] - high
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
    }
    mirrored = {
        (down, right): np.where(np.isnan(rise), -known[-down, -right], rise) for (down, right), rise in known.items()
    }
    straight = {step: np.nan_to_num(mirrored[step]) for step in ((0, -1), (0, 1), (-1, 0), (1, 0))}
    corners = {
        (down, right): np.where(
            np.isnan(mirrored[down, right]), straight[down, 0] + straight[0, right], mirrored[down, right]
        )
        for down in (-1, 1)
        for right in (-1, 1)
    }
    return {**straight, **corners}


def walking_friction(elevation: Raster) -> Raster:
    """Return minutes a metre on foot at every cell: the mean of going up and going down its steepest slope.

    For the same hill up and down apart, give the elevation to :func:`geodata.cost_distance.cost_distance`.
    """
    slope = slope_of(elevation)
    minutes = (tobler_min_per_m(slope.values) + tobler_min_per_m(-slope.values)) / 2
    return slope.with_values(
        minutes, units="minutes per metre", source=f"Tobler's hiking function on {elevation.source}"
    )


def elevation_from_contours(contours: gpd.GeoDataFrame, *, column: str, cell_m: float, source: str) -> Raster:
    """Grid contour lines and spot heights into a raster of elevation.

    Points are taken along every line, no further apart than a cell, and joined by the Delaunay triangles between them;
    cells outside all triangles have no value.

    Parameters
    ----------
    contours
        Lines or points in BNG.
    column
        Column of the height (metres).
    cell_m
        Side of a cell (metres).
    source
        Where the contours come from.

    Raises
    ------
    CrsError
        The contours are not in BNG.
    DataError
        The column is missing or holds something else than heights, or there are fewer than three points.
    """
    require_bng(contours, source)
    heights = _heights(contours, column, source)
    dense = shapely.segmentize(contours.geometry.to_numpy(), cell_m * CONTOUR_STEP)
    xy, row = shapely.get_coordinates(dense, return_index=True)
    xy, first = np.unique(np.round(xy, 2), axis=0, return_index=True)
    height = heights[row[first]]
    if len(np.unique(xy[:, 0])) < 2 or len(np.unique(xy[:, 1])) < 2:
        raise DataError(f"{source}: {len(xy)} points make no surface. Give contours that cover the place.")
    west, south = np.floor(xy.min(axis=0) / cell_m) * cell_m
    east, north = np.ceil(xy.max(axis=0) / cell_m) * cell_m
    grid = Grid(float(west), float(north), cell_m, round((north - south) / cell_m), round((east - west) / cell_m))
    # triangles are found in small numbers, where they are exact enough
    surface = LinearNDInterpolator(xy - (west, south), height)
    easting, northing = grid.centres()
    values = surface(*np.meshgrid(easting - west, northing - south))
    return Raster(np.asarray(values, dtype=np.float64), grid, "metres", f"gridded from {source}")


def _heights(contours: gpd.GeoDataFrame, column: str, source: str) -> Floats:
    if column not in contours:
        known = [str(name) for name in contours.columns]
        raise DataError(
            f"{source}: there is no column '{column}'.{did_you_mean(column, known)} It has {', '.join(known)}."
        )
    heights = np.array([_number(value) for value in contours[column]])
    bad = np.flatnonzero(~np.isfinite(heights))
    if len(bad):
        shown = examples([repr(contours[column].iloc[place]) for place in bad], total=len(contours))
        raise DataError(f"{source}, column '{column}': not a height in metres: {shown}. Correct or drop these lines.")
    return heights


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return float("nan")
