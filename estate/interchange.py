"""Good median plans at once: add greedily, then exchange one open site for one closed while that helps.

All exchanges are priced together (Whitaker 1983; Resende and Werneck 2007): opening `a` gains, closing `r` loses, and
`extra[r, a]` is the loss that opening `a` spares the demands of `r`.
"""

from __future__ import annotations

import numpy as np

from estate.programme import Floats, Indices
from estate.siting import Median

LEAST_GAIN = 1e-9


def greedy_sites(median: Median) -> Indices:
    """Return sites opened one after the other, each the one that lowers the cost most.

    Examples
    --------
    >>> line = np.abs(np.subtract.outer(np.arange(5.0), np.arange(5.0)))
    >>> none = np.zeros(5, dtype=bool)
    >>> greedy_sites(Median(line, 1, none, none)).tolist()
    [2]
    """
    chosen: list[int] = np.flatnonzero(median.required).tolist()
    nearest = median.cost[:, chosen].min(axis=1) if chosen else np.full(len(median.cost), np.inf)
    while len(chosen) < median.n_open:
        gain = np.maximum(nearest[:, None] - median.cost, 0.0).sum(axis=0) if chosen else -median.cost.sum(axis=0)
        gain[median.forbidden] = -np.inf
        gain[chosen] = -np.inf
        best = int(np.argmax(gain))
        chosen.append(best)
        nearest = np.minimum(nearest, median.cost[:, best])
    return np.sort(np.array(chosen, dtype=np.intp))


def exchange(median: Median, sites: Indices) -> Indices:
    """Return the sites after exchanging one for one while the cost falls; deterministic.

    Parameters
    ----------
    median
        The question.
    sites
        Open sites to begin with, `n_open` of them.

    Examples
    --------
    >>> line = np.abs(np.subtract.outer(np.arange(6.0), np.arange(6.0)))
    >>> none = np.zeros(6, dtype=bool)
    >>> exchange(Median(line, 2, none, none), np.array([0, 1])).tolist()
    [1, 4]
    """
    sites = np.array(sites, dtype=np.intp)
    while True:
        swap = _best_swap(median, sites)
        if swap is None:
            return np.sort(sites)
        sites[swap[0]] = swap[1]


def _best_swap(median: Median, sites: Indices) -> tuple[int, int] | None:
    """Return the place in `sites` to give up and the site to open instead, or None."""
    cost, rows = median.cost, np.arange(len(median.cost))
    own = cost[:, sites]
    first = own.argmin(axis=1)
    nearest = own[rows, first]
    own[rows, first] = np.inf
    # with one site open there is no second: any finite cost above all others leaves the exchange right
    second = np.minimum(own.min(axis=1), cost.max(initial=0.0) + 1.0)
    delta = _swap_costs(cost, nearest, second, first, len(sites))
    delta[median.required[sites]] = np.inf
    delta[:, median.forbidden] = np.inf
    delta[:, sites] = np.inf
    place, site = np.unravel_index(int(delta.argmin()), delta.shape)
    return (int(place), int(site)) if delta[place, site] < -LEAST_GAIN * max(1.0, nearest.sum()) else None


def _swap_costs(cost: Floats, nearest: Floats, second: Floats, first: Indices, n_open: int) -> Floats:
    """Return the change of cost of every exchange, shape (n_open, n_sites)."""
    order = np.argsort(first, kind="stable")
    starts = np.searchsorted(first[order], np.arange(n_open))
    with_new = np.minimum(cost, second[:, None])
    gain = np.maximum(nearest[:, None] - with_new, 0.0).sum(axis=0)
    moved = np.maximum(with_new, nearest[:, None]) - nearest[:, None]
    padded = np.vstack([moved[order], np.zeros((1, cost.shape[1]))])
    loss: Floats = np.add.reduceat(padded, starts, axis=0)
    empty = np.append(starts[1:], len(cost)) == starts
    loss[empty] = 0.0
    return np.asarray(loss - gain)
