"""The ground from which some site is reached within so many minutes, as polygons.

On roads every cell of a grid is tied to the network as the areas of a place are, so a resident inside an isochrone and
the minutes in the tables tell the same story. Ground too far from any road is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
from scipy.spatial import cKDTree

from geodata.grid import Floats, Grid
from geodata.network import Network
from geodata.rasters import shape_of
from geodata.road_graph import RoadGraph
from geodata.road_speeds import RoadMode
from geodata.shortest import nearest_seconds
from geodata.snapping import SNAP_LIMIT_M, snap
from geodata.travel import DETOUR, SPEED_KMH, Mode

#: Side of the cells that an isochrone on roads is made of (metres).
CELL_M = 100.0


def network_isochrones(
    sites: gpd.GeoSeries,
    network: Network,
    *,
    mode: RoadMode,
    minutes: Sequence[float],
    snap_m: float = SNAP_LIMIT_M,
    cell_m: float = CELL_M,
) -> gpd.GeoSeries:
    """Return the ground from which the nearest of some sites is reached on roads.

    Parameters
    ----------
    sites
        Points in BNG. Those further than `snap_m` from any road are reached along the straight line.
    network
        The roads.
    mode
        ``"drive"``, ``"walk"`` or ``"cycle"``.
    minutes
        How long the journey may take.
    snap_m
        Ground further than this (metres) from any road is left out.
    cell_m
        Side of the cells (metres).

    Returns
    -------
    geopandas.GeoSeries
        Polygons in BNG, indexed by the minutes, ascending; empty where nothing is reached.

    Raises
    ------
    CrsError, CoverageError
        The sites are not in BNG or have no point.
    SourceError
        The mode may use none of the roads.
    """
    graph = network.graph(mode)
    tied = snap(sites, graph, what="sites", limit_m=snap_m)
    near = tied.away_m <= snap_m
    seconds_a_m = 3.6 / network.leg_kmh[mode]
    limit_s = max(minutes) * 60.0
    least = nearest_seconds(graph, tied.node[near], tied.away_m[near] * seconds_a_m, limit_s=limit_s)
    far = straight_isochrones(gpd.GeoSeries(sites[~near]), mode=mode, minutes=minutes)
    grid = _grid_around(graph.xy[np.isfinite(least)], snap_m, cell_m)
    if grid is None:
        return far
    taken = _seconds_of_cells(grid, graph, least, seconds_a_m, snap_m)
    shapes = [shape_of(taken <= limit * 60.0, grid).union(far[limit]) for limit in far.index]
    return gpd.GeoSeries(shapes, index=far.index, crs=sites.crs)


def straight_isochrones(
    sites: gpd.GeoSeries,
    *,
    mode: Mode,
    minutes: Sequence[float],
    detour: float | None = None,
    speed_kmh: float | None = None,
) -> gpd.GeoSeries:
    """Return the circles within which some site is reached along the straight line: indicative only.

    Parameters
    ----------
    sites
        Points in BNG.
    mode, detour, speed_kmh
        As for :func:`geodata.travel.straight_line_travel`.
    minutes
        How long the journey may take.

    Returns
    -------
    geopandas.GeoSeries
        Polygons in BNG, indexed by the minutes, ascending.

    Examples
    --------
    >>> one = gpd.GeoSeries.from_xy([4e5], [3e5], crs=27700)
    >>> straight_isochrones(one, mode="walk", minutes=[13], detour=1.3, speed_kmh=6).total_bounds.tolist()
    [399000.0, 299000.0, 401000.0, 301000.0]
    """
    metres_a_min = (SPEED_KMH[mode] if speed_kmh is None else speed_kmh) * 1000.0 / 60.0
    metres_a_min /= DETOUR if detour is None else detour
    ordered = sorted(set(minutes))
    return gpd.GeoSeries([sites.buffer(limit * metres_a_min).union_all() for limit in ordered], ordered, sites.crs)


def _grid_around(places: Floats, margin_m: float, cell_m: float) -> Grid | None:
    """Return whole cells around places, with a margin; None where there is no place."""
    if not len(places):
        return None
    west, south = np.floor((places.min(axis=0) - margin_m) / cell_m) * cell_m
    east, north = np.ceil((places.max(axis=0) + margin_m) / cell_m) * cell_m
    return Grid(float(west), float(north), cell_m, round((north - south) / cell_m), round((east - west) / cell_m))


def _seconds_of_cells(grid: Grid, graph: RoadGraph, least: Floats, seconds_a_m: float, snap_m: float) -> Floats:
    """Return the seconds from the middle of every cell, by the place of the network nearest to it."""
    easting, northing = np.meshgrid(*grid.centres())
    away, node = cKDTree(graph.xy).query(
        np.column_stack([easting.ravel(), northing.ravel()]), distance_upper_bound=snap_m
    )
    # a cell with no place within the limit is given the number after the last
    seconds = np.append(least, np.inf)[node] + np.where(np.isfinite(away), away, 0.0) * seconds_a_m
    return np.asarray(seconds, dtype=np.float64).reshape(grid.shape)
