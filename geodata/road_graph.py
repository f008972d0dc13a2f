"""A road network as one mode sees it: places in the order of a Hilbert curve, and seconds from place to place.

Along the curve, places near each other on the ground stand near each other in memory: searches of a million places gain
by it, those of a town or a county hardly (docs/decisions/0021). Only the largest part in which every place can be
reached from every other is kept: a building tied to an island of the rest would look out of reach to everybody. What is
left out is counted, in places and in kilometres.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geodata.errors import DataError
from geodata.links import Links
from geodata.road_speeds import ROAD_MODES, RoadMode

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class RoadGraph:
    """Seconds from place to place by one mode.

    Parameters
    ----------
    mode
        ``"drive"``, ``"walk"`` or ``"cycle"``.
    xy
        Places (BNG, metres), shape (n_nodes, 2), in the order of a Hilbert curve.
    indptr, indices, seconds
        Edges in compressed sparse rows: those from place i are ``indices[indptr[i]:indptr[i + 1]]``. No edge is free,
        and there is at most one from a place to another.
    km
        Length of all pieces of road in it (kilometres; a road gone along both ways counts once).
    left_places, left_km, left_parts
        What the file has for this mode beside the largest connected part: places, kilometres, and separate parts.
    """

    mode: RoadMode
    xy: Floats
    indptr: NDArray[np.int32]
    indices: NDArray[np.int32]
    seconds: Floats
    km: float
    left_places: int
    left_km: float
    left_parts: int

    def __len__(self) -> int:
        return len(self.xy)

    def matrix(self) -> csr_array[Any, tuple[int, int]]:
        """Return the edges as a sparse array, shape (n_nodes, n_nodes)."""
        return csr_array((self.seconds, self.indices, self.indptr), shape=(len(self), len(self)))

    def sentence(self) -> str:
        """Return what the graph holds and what was left out."""
        words = {"drive": "By car", "walk": "On foot", "cycle": "By bicycle"}[self.mode]
        said = f"{words}: {self.km:,.0f} km of road in one connected network of {len(self):,} places."
        if not self.left_places:
            return said
        parts = "one separate part" if self.left_parts == 1 else f"{self.left_parts:,} separate parts"
        places = "one place" if self.left_places == 1 else f"{self.left_places:,} places"
        return f"{said} {self.left_km:,.1f} km in {parts} ({places}) are not connected to it and were left out."


def build_graph(links: Links, mode: RoadMode, *, hilbert: bool = True) -> RoadGraph:
    """Return the largest strongly connected part of the roads that a mode may use.

    Parameters
    ----------
    links
        Pieces of road.
    mode
        ``"drive"``, ``"walk"`` or ``"cycle"``.
    hilbert
        False keeps the order of the file (to measure what the other is worth).

    Raises
    ------
    DataError
        The mode may use none of the roads.
    """
    column = 2 * ROAD_MODES.index(mode)
    both = np.isfinite(links.seconds[:, column : column + 2])
    used = both.any(axis=1)
    if not used.any():
        raise DataError(
            f"roads: no road in the file may be used by '{mode}'. Give another file, or leave the mode out."
        )
    start = np.concatenate([links.start[both[:, 0]], links.end[both[:, 1]]])
    end = np.concatenate([links.end[both[:, 0]], links.start[both[:, 1]]])
    seconds = np.concatenate([links.seconds[both[:, 0], column], links.seconds[both[:, 1], column + 1]])
    edges = least_edges(start, end, seconds, len(links.xy))
    parts, label = connected_components(edges, directed=True, connection="strong")
    touched = np.zeros(len(links.xy), dtype=np.bool_)
    touched[links.start[used]] = touched[links.end[used]] = True
    sizes = np.bincount(label[touched], minlength=parts)
    keep = np.flatnonzero(touched & (label == sizes.argmax()))
    if hilbert:
        keep = keep[hilbert_order(links.xy[keep])]
    inside = np.zeros(len(links.xy), dtype=np.bool_)
    inside[keep] = True
    kept = used & inside[links.start] & inside[links.end]
    chosen = csr_array(edges[keep][:, keep])
    chosen.sort_indices()
    return RoadGraph(
        mode=mode,
        xy=links.xy[keep],
        indptr=chosen.indptr.astype(np.int32),
        indices=chosen.indices.astype(np.int32),
        seconds=chosen.data.astype(np.float64),
        km=float(links.length_m[kept].sum()) / 1000.0,
        left_places=int(touched.sum()) - len(keep),
        left_km=float(links.length_m[used & ~kept].sum()) / 1000.0,
        left_parts=int((sizes > 0).sum()) - 1,
    )


def hilbert_order(xy: Floats) -> NDArray[np.int64]:
    """Return the order of places along a Hilbert curve through their bounds, shape (n_nodes,)."""
    curve = gpd.GeoSeries(gpd.points_from_xy(xy[:, 0], xy[:, 1])).hilbert_distance()
    return np.argsort(curve.to_numpy(), kind="stable").astype(np.int64)


def least_edges(
    start: NDArray[np.int64], end: NDArray[np.int64], seconds: Floats, n_nodes: int
) -> csr_array[Any, tuple[int, int]]:
    """Return edges as a sparse array with the quickest of several between the same places, and no loops.

    Examples
    --------
    >>> import numpy as np
    >>> least_edges(np.array([0, 0, 1]), np.array([1, 1, 1]), np.array([5.0, 3.0, 1.0]), 2).toarray()
    array([[0., 3.],
           [0., 0.]])
    """
    order = np.lexsort((seconds, end, start))
    start, end, seconds = start[order], end[order], seconds[order]
    first = np.ones(len(start), dtype=np.bool_)
    first[1:] = (start[1:] != start[:-1]) | (end[1:] != end[:-1])
    first &= start != end
    return csr_array((seconds[first], (start[first], end[first])), shape=(n_nodes, n_nodes))
