"""Roads of Peakshire: lanes between neighbouring areas, main roads between towns, as OS Open Roads is published.

A spanning tree joins every area; two fifths of the other neighbours are joined too. The quickest way along them from
each town to the three nearest is a main road. No road crosses another but at a junction.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree
from scipy.spatial import cKDTree

from geodata.demo_land import BNG, Land

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MORE_ROADS = 0.4
"""Share of the neighbours not in the tree that a road joins."""
NEAREST_TOWNS = 3
BEND = 0.12
"""Most that the middle of a road lies beside the straight line, as a share of its length."""
FUNCTIONS = {"main": "A Road", "town": "Local Road", "country": "Minor Road"}


def draw_roads(land: Land, *, seed: int) -> gpd.GeoDataFrame:
    """Return the roads of the county.

    Parameters
    ----------
    land
        The county.
    seed
        Seed of all random choices.

    Returns
    -------
    GeoDataFrame
        Lines in BNG with ``road_function``, ``form_of_way``, ``start_node`` and ``end_node``; index ``id``.
    """
    rng = np.random.default_rng((seed, 11))
    pairs = np.sort(land.neighbours.astype(np.int64), axis=1)
    metres = np.hypot(*(land.seeds[pairs[:, 0]] - land.seeds[pairs[:, 1]]).T)
    joined = _in_tree(pairs, metres, len(land.seeds)) | (rng.random(len(pairs)) < MORE_ROADS)
    pairs, metres = pairs[joined], metres[joined]
    main = _main_roads(land, pairs, metres)
    in_town = (land.areas["zone"] == "town").to_numpy()[pairs].all(axis=1)
    kind = np.where(main, "main", np.where(in_town, "town", "country"))
    return gpd.GeoDataFrame(
        {
            "road_function": [FUNCTIONS[name] for name in kind],
            "form_of_way": "Single Carriageway",
            "start_node": [f"PKN{number:06d}" for number in pairs[:, 0]],
            "end_node": [f"PKN{number:06d}" for number in pairs[:, 1]],
        },
        geometry=_bent(rng, land.seeds[pairs[:, 0]], land.seeds[pairs[:, 1]]),
        crs=BNG,
    ).rename_axis("id")


def _in_tree(pairs: Ints, metres: Floats, n_areas: int) -> NDArray[np.bool_]:
    """Return True for the pairs of the shortest tree that joins all areas."""
    tree = minimum_spanning_tree(csr_array((metres, (pairs[:, 0], pairs[:, 1])), shape=(n_areas, n_areas))).tocoo()
    chosen = np.sort(np.column_stack([tree.row, tree.col]).astype(np.int64), axis=1) @ np.array([n_areas, 1])
    return np.isin(pairs @ np.array([n_areas, 1]), chosen)


def _main_roads(land: Land, pairs: Ints, metres: Floats) -> NDArray[np.bool_]:
    """Return True for the roads on the shortest way from a town to one of the three nearest."""
    n_areas = len(land.seeds)
    centres = np.array([(town.east, town.north) for town in land.towns])
    homes = np.asarray(cKDTree(land.seeds).query(centres)[1], dtype=np.int64)
    roads = csr_array((metres, (pairs[:, 0], pairs[:, 1])), shape=(n_areas, n_areas))
    _, before = dijkstra(roads, directed=False, indices=homes, return_predecessors=True)
    near = np.asarray(cKDTree(centres).query(centres, k=min(NEAREST_TOWNS + 1, len(centres)))[1], dtype=np.int64)
    steps: set[int] = set()
    for town, others in enumerate(near):
        for other in others[1:]:
            at = int(homes[other])
            while before[town, at] >= 0:
                low, high = sorted((at, int(before[town, at])))
                steps.add(low * n_areas + high)
                at = int(before[town, at])
    return np.isin(pairs @ np.array([n_areas, 1]), np.array(sorted(steps), dtype=np.int64))


def _bent(rng: np.random.Generator, start: Floats, end: Floats) -> NDArray[np.object_]:
    """Return a line for each road with a bend in its middle."""
    across = (end - start)[:, ::-1] * np.array([1.0, -1.0])
    middle = (start + end) / 2 + across * rng.uniform(-BEND, BEND, len(start))[:, None]
    return np.asarray(shapely.linestrings(np.stack([start, middle, end], axis=1).round(1)))
