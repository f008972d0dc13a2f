"""Branch and bound on single sites with prices as the bound: for few open sites, where a programme is slow to prove.

Each node requires some sites and forbids others; a few dozen steps of the prices bound it, and what single decisions
add to that bound requires or forbids more. With one site left to choose the answer is counted out.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from estate.median_bound import Prices, climb, core_of
from estate.programme import Floats, Indices, Mask
from estate.siting import Median, proved

NODE_ITERATIONS = 80


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    bound: float
    required: Mask
    free: Mask
    price: Floats


@dataclass(frozen=True, slots=True)
class Watch:
    """What the search asks of its caller.

    Parameters
    ----------
    offer
        Takes sites as a plan and returns the cost of the best plan known.
    stop
        True ends the search.
    tell
        Called with the bound proved so far.
    """

    offer: Callable[[Indices], float]
    stop: Callable[[], bool]
    tell: Callable[[float], None]


def search_tree(median: Median, prices: Prices, upper: float, *, step: float, watch: Watch) -> float:
    """Return the bound proved when nothing is left to look at or the caller says stop.

    Parameters
    ----------
    median
        The question.
    prices
        The best prices of the whole question.
    upper
        Cost of the best plan known.
    step
        Least difference between two plans (0 unknown).
    watch
        Where plans go, and when to stop.
    """
    order = itertools.count()
    root = _Node(prices.bound, median.required, ~median.forbidden, prices.price)
    heap = [(root.bound, next(order), root)]
    while heap and not watch.stop():
        bound, _, node = heapq.heappop(heap)
        watch.tell(bound)
        if proved(upper, bound, step) == upper:
            return upper
        upper, children = _branch(median, node, upper, step=step, watch=watch)
        for child in children:
            heapq.heappush(heap, (child.bound, next(order), child))
    return proved(upper, min((entry[0] for entry in heap), default=upper), step)


def _branch(median: Median, node: _Node, upper: float, *, step: float, watch: Watch) -> tuple[float, list[_Node]]:
    """Bound a node; return the best cost known by now and its two children, none where it holds nothing better."""
    sites = np.flatnonzero(node.free)
    n_required = int(node.required.sum())
    if len(sites) < median.n_open or n_required > median.n_open:
        return upper, []
    if len(sites) == median.n_open or median.n_open - n_required <= 1:
        return watch.offer(_last_site(median, node)), []
    here = Median(median.cost[:, sites], median.n_open, node.required[sites], np.zeros(len(sites), dtype=np.bool_))
    best = [upper]

    def offer(taken: Indices) -> float:
        best[0] = watch.offer(sites[taken])
        return best[0]

    prices = climb(
        here, upper, step=step, iterations=NODE_ITERATIONS, stop=watch.stop, plan=offer, start=node.price, eager=True
    )
    bound = max(prices.bound, node.bound)
    if proved(best[0], bound, step) == best[0]:
        return best[0], []
    core = core_of(here, prices, best[0], step)
    free, required = np.zeros_like(node.free), np.zeros_like(node.free)
    free[sites[core.free]] = True
    required[sites[core.fixed]] = True
    return best[0], _children(bound, required, free, prices, sites)


def _children(bound: float, required: Mask, free: Mask, prices: Prices, sites: Indices) -> list[_Node]:
    """Return the node with the site that earns most required, and the node with it forbidden."""
    open_to_choice = (free & ~required)[sites]
    if not open_to_choice.any():
        return [_Node(bound, required, required, prices.price)]
    site = sites[np.argmin(np.where(open_to_choice, prices.earned, np.inf))]
    more, less = required.copy(), free.copy()
    more[site], less[site] = True, False
    return [_Node(bound, more, free, prices.price), _Node(bound, required, less, prices.price)]


def _last_site(median: Median, node: _Node) -> Indices:
    """Return the best plan of a node that has at most one site left to choose."""
    required = np.flatnonzero(node.required)
    others = np.flatnonzero(node.free & ~node.required)
    wanted = median.n_open - len(required)
    if wanted == 0 or wanted == len(others):
        return np.concatenate([required, others[:wanted]])
    served = median.cost[:, required].min(axis=1, initial=np.inf)
    total = np.minimum(served[:, None], median.cost[:, others]).sum(axis=0)
    return np.append(required, others[int(total.argmin())])
