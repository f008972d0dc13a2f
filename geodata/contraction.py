"""The core of a road network: the same times between chosen places, with most of the places between them left out.

Most places of a road file are no crossings: a lane is cut every 200 m, and a close leads nowhere. A place with at most
three neighbours is taken out and its neighbours are tied to each other by the times through it, so a dead end vanishes
(one neighbour), a chain becomes one edge (two), a crossing of three roads becomes a triangle (three). Every quickest
way between the places that remain has the time it had. No more edges come than go, and searches visit fewer places.

Places go in rounds, no two neighbours in one round: contraction as in Miller, G. L. and Reif, J. H. (1985): Parallel
tree contraction and its application, FOCS 26, 478-489; the triangle as in node contraction of Geisberger, R. et al.
(2008): Contraction hierarchies, WEA 5038, 319-333, without the search for witnesses.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Places with more neighbours than this stay: taking them out would leave more edges than there were.
MOST_NEIGHBOURS = 3
#: Rounds end when one takes out less than this share of the places left.
LEAST_SHARE = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Neighbours, each two once: places `low` < `high`, seconds `up` from low to high, `down` back; infinite = no."""

    low: Ints
    high: Ints
    up: Floats
    down: Floats


def contract(edges: csr_array[Any, tuple[int, int]], chosen: Ints) -> tuple[csr_array[Any, tuple[int, int]], Ints]:
    """Return the core of a network around chosen places.

    Parameters
    ----------
    edges
        Seconds from place to place, all above 0, shape (n_nodes, n_nodes).
    chosen
        Places that must stay.

    Returns
    -------
    tuple
        The edges of the core, and which place each of its rows is, in ascending order: all the chosen and some others.
        Times between any two places of the core are those in the whole network.

    Examples
    --------
    >>> road = csr_array(np.array([[0, 5, 0, 0], [5, 0, 7, 0], [0, 7, 0, 1], [0, 0, 1, 0]], dtype=float))
    >>> core, places = contract(road, np.array([0, 2]))
    >>> places.tolist(), core.toarray().tolist()
    ([0, 2], [[0.0, 12.0], [12.0, 0.0]])
    """
    pairs, left = _pairs_of(edges), np.ones(edges.shape[0], dtype=np.bool_)
    stays = np.zeros(len(left), dtype=np.bool_)
    stays[chosen] = True
    while True:
        gone = _unneighbourly(pairs, left & ~stays)
        if gone.sum() <= LEAST_SHARE * left.sum():
            break
        pairs = _taken_out(pairs, gone)
        left &= ~gone
    return _edges_of(pairs, left), np.flatnonzero(left).astype(np.int64)


def _pairs_of(edges: csr_array[Any, tuple[int, int]]) -> _Pairs:
    """Return the edges as pairs of neighbours."""
    table = edges.tocoo()
    start, end = (np.asarray(part, dtype=np.int64) for part in table.coords)
    seconds = np.asarray(table.data, dtype=np.float64)
    return _least(start, end, seconds, np.full(len(seconds), np.inf), edges.shape[0])


def _least(start: Ints, end: Ints, there: Floats, back: Floats, n_nodes: int) -> _Pairs:
    """Return pairs of neighbours in either order as one pair each, with the least seconds of several; no loops."""
    low, high, turned = np.minimum(start, end), np.maximum(start, end), start > end
    up, down = np.where(turned, back, there), np.where(turned, there, back)
    key = low * n_nodes + high
    real = (low < high) & (np.isfinite(up) | np.isfinite(down))
    order = np.flatnonzero(real)[np.argsort(key[real], kind="stable")]
    first = np.flatnonzero(np.diff(key[order], prepend=-1))
    if not len(first):
        return _Pairs(low[:0], high[:0], up[:0], down[:0])
    return _Pairs(
        low[order[first]],
        high[order[first]],
        np.minimum.reduceat(up[order], first),
        np.minimum.reduceat(down[order], first),
    )


def _unneighbourly(pairs: _Pairs, free: Flags) -> Flags:
    """Return True for free places with few neighbours, no two of them neighbours of each other."""
    count = np.bincount(pairs.low, minlength=len(free)) + np.bincount(pairs.high, minlength=len(free))
    may = free & (count <= MOST_NEIGHBOURS)
    # an even scatter of distinct ranks, so that about every other place of a chain goes in a round
    rank = (np.arange(len(free), dtype=np.int64) * 2_654_435_761) % 2**32
    both = may[pairs.low] & may[pairs.high]
    low, high = pairs.low[both], pairs.high[both]
    gone = may.copy()
    gone[np.where(rank[low] > rank[high], low, high)] = False
    return gone


def _taken_out(pairs: _Pairs, gone: Flags) -> _Pairs:
    """Return the pairs without some places, whose neighbours are tied to each other by the times through them."""
    from_low, from_high = gone[pairs.low], gone[pairs.high]
    middle = np.concatenate([pairs.low[from_low], pairs.high[from_high]])
    order = np.argsort(middle, kind="stable")
    middle = middle[order]
    end = np.concatenate([pairs.high[from_low], pairs.low[from_high]])[order]
    out = np.concatenate([pairs.up[from_low], pairs.down[from_high]])[order]
    into = np.concatenate([pairs.down[from_low], pairs.up[from_high]])[order]
    first = np.flatnonzero(np.diff(middle, prepend=-1))
    count = np.diff(first, append=len(middle))
    stay = ~(from_low | from_high)
    tied = [(pairs.low[stay], pairs.high[stay], pairs.up[stay], pairs.down[stay])]
    for one, other in combinations(range(MOST_NEIGHBOURS), 2):
        here, there = first[count > other] + one, first[count > other] + other
        tied.append((end[here], end[there], into[here] + out[there], into[there] + out[here]))
    start, finish, onward, back = (np.concatenate(part) for part in zip(*tied, strict=True))
    return _least(start, finish, onward, back, len(gone))


def _edges_of(pairs: _Pairs, left: Flags) -> csr_array[Any, tuple[int, int]]:
    """Return the pairs as edges between the places left, renumbered in their order."""
    number = np.cumsum(left) - 1
    start = number[np.concatenate([pairs.low, pairs.high])]
    end = number[np.concatenate([pairs.high, pairs.low])]
    seconds = np.concatenate([pairs.up, pairs.down])
    may = np.isfinite(seconds)
    n_left = int(left.sum())
    return csr_array((seconds[may], (start[may], end[may])), shape=(n_left, n_left))
