"""Shortest times between many places of a network: Dijkstra's algorithm from the smaller side, in pieces.

From many homes to few offices it is run from the offices, on the roads turned round. Pieces of sixteen keep the memory
small, let a run be stopped, and can be kept, so that a stopped run goes on where it was. Where there is more than one
piece, it is run on the core of the network around those places (geodata/contraction.py), which gives the same times.

Dijkstra, E. W. (1959): A note on two problems in connexion with graphs. Numerische Mathematik 1, 269-271.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geodata.contraction import contract
from geodata.errors import SourceError
from geodata.road_graph import RoadGraph
from geodata.write import writing

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Called with the number of searches done and of all.
Progress = Callable[[int, int], None]

AT_ONCE = 16


def shortest_seconds(
    graph: RoadGraph,
    origins: Ints,
    destinations: Ints,
    *,
    limit_s: float = np.inf,
    keep: Path | None = None,
    progress: Progress | None = None,
) -> Floats:
    """Return the seconds of the quickest way from each origin to each destination.

    Parameters
    ----------
    graph
        The network of one mode.
    origins, destinations
        Places of the network, shapes (n_origins,) and (n_destinations,); the same place may stand there twice.
    limit_s
        Ways longer than this (seconds) are not looked for.
    keep
        Folder in which finished pieces are kept, and found again; None keeps nothing. It belongs to this one question.
    progress
        Called after every piece.

    Returns
    -------
    ndarray
        Seconds, shape (n_origins, n_destinations), infinite beyond the limit.
    """
    backwards = len(np.unique(destinations)) < len(np.unique(origins))
    near, far = (destinations, origins) if backwards else (origins, destinations)
    roads = graph.matrix()
    searched = csr_array(roads.T) if backwards else roads
    sources, at = np.unique(near, return_inverse=True)
    targets, where = np.unique(far, return_inverse=True)
    seconds = np.empty((len(sources), len(targets)))
    if len(sources) > AT_ONCE:
        searched, places = contract(searched, np.union1d(sources, targets))
        sources, targets = np.searchsorted(places, sources), np.searchsorted(places, targets)
    for first in range(0, len(sources), AT_ONCE):
        chosen = slice(first, first + AT_ONCE)
        part = None if keep is None else keep / f"part-{first:07d}.npy"
        seconds[chosen] = _piece(searched, sources[chosen], targets, limit_s, part)
        if progress is not None:
            progress(min(first + AT_ONCE, len(sources)), len(sources))
    table = seconds[at][:, where]
    return np.ascontiguousarray(table.T) if backwards else table


def pairs_within(graph: RoadGraph, origins: Ints, destinations: Ints, *, limit_s: float) -> tuple[Ints, Ints, Floats]:
    """Return the pairs of places within a limit, for sets too large for a table of all pairs.

    Parameters
    ----------
    graph
        The network of one mode.
    origins, destinations
        Places of the network, shapes (n_origins,) and (n_destinations,).
    limit_s
        Longest way (seconds).

    Returns
    -------
    tuple
        Position in `origins`, position in `destinations` and seconds of each pair, in order of origin.
    """
    roads, found = graph.matrix(), []
    for first in range(0, len(origins), AT_ONCE):
        reached = np.asarray(dijkstra(roads, indices=origins[first : first + AT_ONCE], limit=limit_s))[:, destinations]
        row, column = np.nonzero(reached <= limit_s)
        found.append((row + first, column, reached[row, column]))
    if not found:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    rows, columns, seconds = (np.concatenate(part) for part in zip(*found, strict=True))
    return rows.astype(np.int64), columns.astype(np.int64), seconds


def nearest_seconds(graph: RoadGraph, sites: Ints, start_s: Floats, *, limit_s: float) -> Floats:
    """Return the seconds from every place of the network to the nearest of some sites.

    Parameters
    ----------
    graph
        The network of one mode.
    sites
        Places of the network, shape (n_sites,).
    start_s
        What each site takes besides, such as the way from the network to its door, shape (n_sites,).
    limit_s
        Ways on the network longer than this (seconds) are not looked for.

    Returns
    -------
    ndarray
        Seconds, shape (n_nodes,), infinite where no site is within the limit.
    """
    towards, least = csr_array(graph.matrix().T), np.full(len(graph), np.inf)
    for first in range(0, len(sites), AT_ONCE):
        chosen = slice(first, first + AT_ONCE)
        found = np.asarray(dijkstra(towards, indices=sites[chosen], limit=limit_s))
        least = np.minimum(least, (found + start_s[chosen, None]).min(axis=0))
    return least


def _piece(
    roads: csr_array[np.float64, tuple[int, int]], sources: Ints, targets: Ints, limit_s: float, part: Path | None
) -> Floats:
    """Return the seconds of some sources, from their file where they were found before."""
    shape = (len(sources), len(targets))
    if part is not None and (found := _read(part, shape)) is not None:
        return found
    seconds = np.asarray(dijkstra(roads, indices=sources, limit=limit_s))[:, targets]
    if part is not None:
        with suppress(SourceError), writing(part, overwrite=True) as partial:
            np.save(partial, seconds, allow_pickle=False)
    return seconds


def _read(part: Path, shape: tuple[int, int]) -> Floats | None:
    try:
        found = np.load(part, allow_pickle=False)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None
    return found if found.shape == shape and found.dtype == np.float64 else None
