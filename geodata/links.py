"""The streets of a road file before they become a graph: chains of points, cut where ways meet and about every 200 m.

Points of journeys are tied to the nearest end of a piece, so pieces are kept short (:data:`LONGEST_M`, and never twice
that): a building on a road is tied to a place about 100 m off at most, and the way there is counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LONGEST_M = 200.0
#: Nobody goes through a barrier: so much of the road on either side of it is closed to those whom it stops.
BARRED_M = 1.0
#: Points put in between those of a file are numbered downwards from here, where no file numbers its own.
MADE_UP = -(2**62)
METRES_A_SECOND = 1.0 / 3.6


@dataclass(frozen=True, slots=True, eq=False)
class Chains:
    """Ways as their points one after the other.

    Parameters
    ----------
    node
        Number of the point in the file, shape (n_points,). The same number in two ways is one place.
    way
        Which way the point belongs to (0 ... n_ways - 1, in ascending order), shape (n_points,).
    xy
        Places (BNG, metres), shape (n_points, 2).
    speeds_kmh
        By way: forward and backward by car, on foot, by bicycle; 0 = not allowed. Shape (n_ways, 6).
    stopped
        By point: True where a barrier stops cars, walkers, cyclists. Shape (n_points, 3).
    """

    node: Ints
    way: Ints
    xy: Floats
    speeds_kmh: Floats
    stopped: NDArray[np.bool_]

    @property
    def barred(self) -> NDArray[np.bool_]:
        """True for the points where a barrier stops anybody, shape (n_points,)."""
        return np.asarray(self.stopped.any(axis=1), dtype=np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Pieces of road between numbered places.

    Parameters
    ----------
    xy
        Places (BNG, metres), shape (n_places, 2).
    start, end
        Number of the place at each end, shape (n_links,).
    length_m
        Length along the road (metres), shape (n_links,).
    seconds
        By link: forward and backward by car, on foot, by bicycle; infinite where not allowed. Shape (n_links, 6).
    """

    xy: Floats
    start: Ints
    end: Ints
    length_m: Floats
    seconds: Floats


def links_of(chains: Chains) -> Links:
    """Return the pieces of road between places where ways meet, end, are barred, or 200 m have been gone.

    Parameters
    ----------
    chains
        Ways as their points.
    """
    chains = _beside_barriers(_drop_repeats(_filled(chains)))
    places, place = np.unique(chains.node, return_inverse=True)
    n_points = len(place)
    inner = np.zeros(n_points, dtype=np.bool_)
    inner[1:-1] = (chains.way[1:-1] == chains.way[:-2]) & (chains.way[1:-1] == chains.way[2:])
    used = np.bincount(place, minlength=len(places))
    barrier = chains.barred
    cut = ~inner | (used[place] > 1) | barrier | (chains.node <= MADE_UP)
    cut |= _every_so_often(chains, cut)
    at = np.flatnonzero(cut)
    same_way = chains.way[at[:-1]] == chains.way[at[1:]]
    start, end = at[:-1][same_way], at[1:][same_way]
    along = _along(chains)
    length = along[end] - along[start]
    stopped = chains.stopped[start] | chains.stopped[end]
    kept, number = np.unique(place[np.concatenate([start, end])], return_inverse=True)
    xy = np.empty((len(places), 2))
    xy[place] = chains.xy
    return Links(
        xy=xy[kept],
        start=number[: len(start)],
        end=number[len(start) :],
        length_m=length,
        seconds=_seconds(length, chains.speeds_kmh[chains.way[start]], stopped),
    )


def _seconds(length_m: Floats, speeds_kmh: Floats, stopped: NDArray[np.bool_]) -> Floats:
    """Return how long each piece takes; at least a thousandth of a second, for a graph knows no free edge."""
    with np.errstate(divide="ignore", invalid="ignore"):
        seconds = length_m[:, None] / (speeds_kmh * METRES_A_SECOND)
    seconds = np.where(speeds_kmh > 0, np.maximum(seconds, 1e-3), np.inf)
    seconds[np.repeat(stopped, 2, axis=1)] = np.inf
    return seconds


def _filled(chains: Chains) -> Chains:
    """Return the chains with points put into straight stretches longer than 200 m."""
    step = np.hypot(*np.diff(chains.xy, axis=0).T)
    within = chains.way[1:] == chains.way[:-1]
    extra = np.where(within, np.ceil(step / LONGEST_M).astype(np.int64) - 1, 0).clip(min=0)
    times = np.append(extra + 1, 1)
    if not extra.any():
        return chains
    owner = np.repeat(np.arange(len(times)), times)
    first = np.cumsum(times) - times
    nth = np.arange(len(owner)) - first[owner]
    following = np.minimum(owner + 1, len(times) - 1)
    fraction = (nth / times[owner])[:, None]
    new = nth > 0
    node = chains.node[owner]
    node[new] = MADE_UP - np.arange(int(new.sum()))
    stopped = chains.stopped[owner].copy()
    stopped[new] = False
    xy = chains.xy[owner] * (1 - fraction) + chains.xy[following] * fraction
    return Chains(node, chains.way[owner], xy, chains.speeds_kmh, stopped)


def _beside_barriers(chains: Chains) -> Chains:
    """Return the chains with a point a metre before and after each barrier, so that only that metre is closed."""
    barrier = chains.barred
    within = chains.way[1:] == chains.way[:-1]
    after, before = np.flatnonzero(within & barrier[:-1]), np.flatnonzero(within & barrier[1:])
    if not len(after) and not len(before):
        return chains
    step = np.hypot(*np.diff(chains.xy, axis=0).T)
    near = np.minimum(BARRED_M, step / 3) / np.maximum(step, 1e-9)
    at = np.concatenate([after, before])
    fraction = np.concatenate([near[after], 1 - near[before]])
    order = np.lexsort((fraction, at))
    at, fraction = at[order], fraction[order, None]
    xy = chains.xy[at] * (1 - fraction) + chains.xy[at + 1] * fraction
    node = min(int(chains.node.min()), MADE_UP) - 1 - np.arange(len(at))
    return Chains(
        node=np.insert(chains.node, at + 1, node),
        way=np.insert(chains.way, at + 1, chains.way[at]),
        xy=np.insert(chains.xy, at + 1, xy, axis=0),
        speeds_kmh=chains.speeds_kmh,
        stopped=np.insert(chains.stopped, at + 1, False, axis=0),
    )


def _drop_repeats(chains: Chains) -> Chains:
    """Return the chains without points that repeat the one before."""
    repeat = np.zeros(len(chains.node), dtype=np.bool_)
    repeat[1:] = (chains.node[1:] == chains.node[:-1]) & (chains.way[1:] == chains.way[:-1])
    keep = ~repeat
    return Chains(chains.node[keep], chains.way[keep], chains.xy[keep], chains.speeds_kmh, chains.stopped[keep])


def _along(chains: Chains) -> Floats:
    """Return the distance from the first point of all to each point, along the chains (metres)."""
    step = np.hypot(*np.diff(chains.xy, axis=0).T)
    step[chains.way[1:] != chains.way[:-1]] = 0.0
    return np.concatenate([[0.0], np.cumsum(step)])


def _every_so_often(chains: Chains, cut: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return True for the points at which a stretch between two cuts is cut again, into parts of about 200 m."""
    along = _along(chains)
    run = np.cumsum(cut) - 1
    at = np.flatnonzero(cut)
    following = np.append(at[1:], at[-1])
    length = np.where(chains.way[following] == chains.way[at], along[following] - along[at], 0.0)
    parts = np.maximum(np.ceil(length / LONGEST_M), 1.0)
    size = np.where(length > 0, length / parts, np.inf)
    part = np.floor((along - along[at[run]]) / size[run])
    again = np.zeros(len(cut), dtype=np.bool_)
    again[1:] = (part[1:] > part[:-1]) & (run[1:] == run[:-1])
    return again
