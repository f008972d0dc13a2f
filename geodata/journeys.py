"""Minutes on roads, from every area to every building, by car, on foot or by bicycle.

    minutes = way to the network + quickest way on it + way from it

Both ends are tied to the nearest place of the network and the straight line to it is gone slowly. Times are those of
free roads: no traffic beyond what the table of speeds allows for, and no time lost by single turns.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import ClassVar, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.network import Network
from geodata.road_graph import RoadGraph
from geodata.road_speeds import RoadMode
from geodata.shortest import Progress, shortest_seconds
from geodata.snapping import SNAP_LIMIT_M, Snapped, check_covered, snap
from geodata.travel import LIMIT_MIN, Travel, straight_line_travel

#: A piece of a search is worth keeping on disk from this many places visited.
WORTH_KEEPING = 5_000_000


class Engine(Protocol):
    """Anything but our own search that knows the seconds between places of a network."""

    words: ClassVar[str]

    def seconds(
        self, graph: RoadGraph, origins: NDArray[np.int64], destinations: NDArray[np.int64], limit_s: float
    ) -> NDArray[np.float64]:
        """Return seconds, shape (n_origins, n_destinations), infinite beyond the limit."""


def network_travel(
    areas: gpd.GeoDataFrame,
    assets: gpd.GeoDataFrame,
    network: Network,
    *,
    mode: RoadMode = "drive",
    limit_min: float = LIMIT_MIN,
    snap_m: float = SNAP_LIMIT_M,
    cache: Path | None = None,
    progress: Progress | None = None,
    engine: Engine | None = None,
) -> Travel:
    """Measure times from the point of each area to each asset on roads.

    Parameters
    ----------
    areas
        Indexed by ``oa_code``, with a column ``point`` in BNG.
    assets
        Points in BNG, indexed by ``asset_id``.
    network
        The roads.
    mode
        ``"drive"``, ``"walk"`` or ``"cycle"``.
    limit_min
        Pairs further apart (minutes) get no row.
    snap_m
        Areas and assets further than this (metres) from the network get straight-line minutes, and the result names
        them.
    cache
        Folder in which the pieces of an unfinished search are kept, so that a stopped run goes on; None keeps nothing.
    progress
        Called with the number of searches done and of all.
    engine
        What finds the ways in the place of our own search.

    Returns
    -------
    Travel
        With quality ``"measured"``.

    Raises
    ------
    CrsError, CoverageError
        Areas or assets are not in BNG or have no point, or the network is of somewhere else.
    SourceError
        The mode may use none of the roads.
    """
    graph = network.graph(mode)
    origins = snap(gpd.GeoSeries(areas["point"]), graph, what="areas", limit_m=snap_m)
    destinations = snap(assets.geometry, graph, what="buildings", limit_m=snap_m)
    check_covered(origins, what="areas", source=network.source, limit_m=snap_m)
    check_covered(destinations, what="buildings", source=network.source, limit_m=snap_m)
    if engine is None:
        asked = _question(network, mode, origins, destinations, limit_min)
        small = min(len(origins.node), len(destinations.node)) * len(graph) < WORTH_KEEPING
        keep = None if cache is None or small else cache / f"journeys-{asked[:32]}"
        seconds = shortest_seconds(
            graph, origins.node, destinations.node, limit_s=limit_min * 60.0, keep=keep, progress=progress
        )
        if keep is not None:
            shutil.rmtree(keep, ignore_errors=True)
    else:
        seconds = engine.seconds(graph, origins.node, destinations.node, limit_min * 60.0)
    metres_a_second = network.leg_kmh[mode] / 3.6
    seconds += origins.away_m[:, None] / metres_a_second + destinations.away_m[None, :] / metres_a_second
    how = "without time lost at single turns" if engine is None else engine.words
    source = f"the roads of {network.source} ({network.kind}), without traffic, {how}"
    return travel_of_minutes(
        seconds / 60.0, areas, assets, mode=mode, limit_min=limit_min, source=source,
        far=(origins.far, destinations.far), attribution=network.attribution,
    )  # fmt: skip


def travel_of_minutes(
    minutes: NDArray[np.float64],
    areas: gpd.GeoDataFrame,
    assets: gpd.GeoDataFrame,
    *,
    mode: RoadMode,
    limit_min: float,
    source: str,
    far: tuple[tuple[str, ...], tuple[str, ...]] = ((), ()),
    attribution: str = "",
) -> Travel:
    """Return minutes as a long table, those of points far from any road reckoned with the straight line.

    Parameters
    ----------
    minutes
        Shape (n_areas, n_assets), infinite where there is no way.
    areas, assets
        Indexed by ``oa_code`` (with ``point``) and ``asset_id``, BNG.
    mode, limit_min, source, attribution
        As in :class:`~geodata.travel.Travel`.
    far
        Areas and assets that stand too far from any road.
    """
    if any(far):
        straight = straight_line_travel(areas, assets, mode=mode, limit_min=limit_min)
        minutes = _replaced(minutes, straight.matrix(areas.index, assets.index), _far(areas, assets, far))
    reached = np.asarray(minutes <= limit_min, dtype=np.bool_)
    row, column = np.nonzero(reached)
    index = pd.MultiIndex.from_arrays(
        [areas.index.take(row), assets.index.take(column)], names=["origin", "destination"]
    )
    return Travel(
        table=pd.DataFrame({"travel_min": minutes[reached]}, index=index),
        mode=mode,
        quality="measured",
        detour=None,
        speed_kmh=None,
        limit_min=limit_min,
        unreached=_without(areas.index, reached.any(axis=1)),
        source=source,
        unreached_sites=_without(assets.index, reached.any(axis=0)),
        straight=(*far[0], *far[1]),
        attribution=attribution,
    )


def _without(index: pd.Index, reached: NDArray[np.bool_] | np.bool_) -> tuple[str, ...]:
    """Return the ids that nothing reaches."""
    return tuple(map(str, index[~np.asarray(reached, dtype=np.bool_)]))


def _far(
    areas: gpd.GeoDataFrame, assets: gpd.GeoDataFrame, far: tuple[tuple[str, ...], tuple[str, ...]]
) -> NDArray[np.bool_]:
    """Return True for the pairs with a far point at either end, shape (n_areas, n_assets)."""
    rows, columns = np.asarray(areas.index.isin(far[0])), np.asarray(assets.index.isin(far[1]))
    return np.asarray(rows[:, None] | columns[None, :])


def _replaced(
    minutes: NDArray[np.float64], straight: NDArray[np.float64], chosen: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the minutes with those of the chosen pairs from the straight line; its gaps are out of reach."""
    return np.where(chosen, np.where(np.isnan(straight), np.inf, straight), minutes)


def _question(network: Network, mode: str, origins: Snapped, destinations: Snapped, limit_min: float) -> str:
    """Return a checksum of all that the answer depends on."""
    asked = hashlib.sha256(f"{network.key} {mode} {limit_min!r}".encode())
    asked.update(origins.node.tobytes())
    asked.update(destinations.node.tobytes())
    return asked.hexdigest()
