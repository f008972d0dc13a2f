"""Tie points to the nearest place of a road network, and say which stand too far from any road."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.crs import require_bng
from geodata.errors import CoverageError, examples
from geodata.road_graph import RoadGraph

#: Further than this (metres) a point is no longer taken to stand on the network.
SNAP_LIMIT_M = 1_000.0
#: Where more than this share of the points is too far, the network is of somewhere else.
MOST_FAR = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Snapped:
    """Points tied to a network.

    Parameters
    ----------
    index
        Ids of the points, in their order.
    node
        Nearest place of the network, shape (n_points,).
    away_m
        Straight line to it (metres), shape (n_points,).
    far
        Ids of points further off than the limit. Their place and distance stand here too, but their minutes by road
        are not to be trusted.
    """

    index: pd.Index
    node: NDArray[np.int64]
    away_m: NDArray[np.float64]
    far: tuple[str, ...]


def snap(points: gpd.GeoSeries, graph: RoadGraph, *, what: str, limit_m: float = SNAP_LIMIT_M) -> Snapped:
    """Tie each point to the nearest place of the network.

    Parameters
    ----------
    points
        Points in BNG; every one has a place.
    graph
        The network of one mode.
    what
        What the points are, for messages ("areas").
    limit_m
        Distance (metres) beyond which a point counts as far.

    Raises
    ------
    CrsError
        The points are not in BNG.
    CoverageError
        Points have no place.
    """
    require_bng(points, what)
    nowhere = points.isna() | points.is_empty
    if nowhere.any():
        raise CoverageError(
            f"{what}: no point for {examples(list(points.index[nowhere]), total=len(points))}. Place them, or leave "
            "them out of the table."
        )
    if not len(points):
        return Snapped(points.index, np.empty(0, dtype=np.int64), np.empty(0), ())
    away, node = cKDTree(graph.xy).query(np.column_stack([points.x, points.y]))
    far = tuple(map(str, points.index[away > limit_m]))
    return Snapped(points.index, np.asarray(node, dtype=np.int64), np.asarray(away, dtype=np.float64), far)


def check_covered(snapped: Snapped, *, what: str, source: str, limit_m: float = SNAP_LIMIT_M) -> None:
    """Raise where so many points are far from the network that it must be of somewhere else.

    Raises
    ------
    CoverageError
        All points are too far, or more than a fifth of them.
    """
    far, total = len(snapped.far), len(snapped.index)
    if not far or far <= MOST_FAR * total:
        return
    if far == total:
        raise CoverageError(
            f"{source}: none of the {total:,} {what} stands within {limit_m:,.0f} m of a road in it: it is of "
            "somewhere else, or their coordinates are. Give the roads of the place."
        )
    raise CoverageError(
        f"{source}: does not cover the place: {far:,} of {total:,} {what} stand further than {limit_m:,.0f} m from "
        f"any road in it ({examples(snapped.far)}). Give roads of the whole place and some kilometres around it."
    )
