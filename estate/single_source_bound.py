"""The bound on a single-source plan: prices on being served, and a knapsack at every site (Lagrangian relaxation).

At price u_i a site serves what fits and pays best: v_j = f_j - max sum_i (u_i - c_ij) over what its capacity holds. The
sites taken must together hold all demand; sum_i u_i + min sum_j v_j y_j is then a bound on every plan, whatever the
prices, and tighter than the linear relaxation (Holmberg, Ronnqvist and Yuan 1999).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from estate.programme import Floats, Indices, Mask
from estate.siting import SingleSource, proved, to_beat

PATIENCE = 20
KEEP = 0.5
LEAST_STEP = 3e-3


@dataclass(frozen=True, slots=True, eq=False)
class Offers:
    """What the prices prove.

    Parameters
    ----------
    bound
        No plan costs less.
    price
        u, shape (n_demands,).
    site_cost
        v, shape (n_sites,).
    """

    bound: float
    price: Floats
    site_cost: Floats


def knapsacks(facts: SingleSource, price: Floats) -> tuple[Floats, Mask]:
    """Return the best profit of each site and what it serves for it, shapes (n_sites,) and (n_demands, n_sites)."""
    profit = price[:, None] - facts.cost
    room = int(facts.capacity.max(initial=0))
    best = np.zeros((len(facts.fixed), room + 1))
    took = np.zeros((len(price), *best.shape), dtype=np.bool_)
    for demand, size in enumerate(facts.size):
        if size > room or profit[demand].max() <= 0:
            continue
        with_it = best[:, : room + 1 - size] + profit[demand][:, None]
        took[demand, :, size:] = with_it > best[:, size:]
        best[:, size:] = np.maximum(best[:, size:], with_it)
    return best[np.arange(len(facts.fixed)), facts.capacity], _traced(facts, took)


def _traced(facts: SingleSource, took: Mask) -> Mask:
    """Return what each site serves, from what was taken at each filling."""
    sites, left = np.arange(len(facts.fixed)), facts.capacity.copy()
    served = np.zeros((len(facts.size), len(sites)), dtype=np.bool_)
    for demand in range(len(facts.size) - 1, -1, -1):
        served[demand] = took[demand, sites, left]
        left = left - facts.size[demand] * served[demand]
    return served


def cheapest_holding(site_cost: Floats, capacity: Indices, demand: int) -> tuple[float, Mask]:
    """Return the cheapest sites that together hold all demand, and their cost; infinite where none do.

    Examples
    --------
    >>> cost, taken = cheapest_holding(np.array([3.0, -1.0, 2.0]), np.array([5, 2, 4]), 6)
    >>> cost, taken.tolist()
    (1.0, [False, True, True])
    """
    best = np.full(demand + 1, np.inf)
    best[0] = 0.0
    took = np.zeros((len(site_cost), demand + 1), dtype=np.bool_)
    reach = np.arange(demand + 1)
    for site, (cost, room) in enumerate(zip(site_cost, capacity, strict=True)):
        # holding h with this site means holding h - room (at least 0) without it
        with_it = best[np.maximum(reach - room, 0)] + cost
        took[site] = with_it < best
        best = np.minimum(best, with_it)
    taken, left = np.zeros(len(site_cost), dtype=np.bool_), demand
    for site in range(len(site_cost) - 1, -1, -1):
        if took[site, left]:
            taken[site] = True
            left = max(left - int(capacity[site]), 0)
    return float(best[demand]), taken


def climb(
    facts: SingleSource,
    upper: float,
    *,
    step: float,
    iterations: int,
    stop: Callable[[], bool],
    plan: Callable[[Mask, Mask], float],
    start: Floats | None = None,
) -> Offers:
    """Return the best prices found.

    Parameters
    ----------
    facts
        The question.
    upper
        Cost of the best plan known (any high number where none is).
    step
        Least difference between two plans (0 unknown).
    iterations
        Steps at most.
    stop
        Asked before each step; True ends the climb.
    plan
        Called with the sites taken and what each would serve; returns the cost of the best plan known by now.
    start
        Prices to begin with.
    """
    demand = int(facts.size.sum())
    price = start if start is not None else np.partition(facts.cost, 1, axis=1)[:, 1].astype(np.float64)
    best = Offers(-np.inf, price, facts.fixed.astype(np.float64))
    along, theta, waited = np.zeros(len(price)), 1.5, 0
    for _ in range(iterations):
        profit, served = knapsacks(facts, price)
        site_cost = facts.fixed - profit
        value, taken = cheapest_holding(site_cost, facts.capacity, demand)
        value += float(price.sum())
        upper = plan(taken, served)
        waited += 1
        if value > best.bound:
            waited = 0 if value > best.bound + 1e-5 * abs(value) else waited
            best = Offers(value, price, site_cost)
        if waited > PATIENCE:
            price, along, theta, waited = best.price, 0 * along, theta / 2, 0
            continue
        if proved(upper, best.bound, step) == upper or theta < LEAST_STEP or stop():
            break
        slope = 1.0 - served[:, taken].sum(axis=1)
        along = slope + KEEP * along
        length = float(along @ along)
        if length == 0:
            break
        price = price + theta * max(upper - value, 1e-6) / length * along
    return best


@dataclass(frozen=True, slots=True, eq=False)
class Core:
    """What a plan cheaper than the best known can look like.

    Parameters
    ----------
    may_serve
        False where that site cannot serve that demand in such a plan, shape (n_demands, n_sites).
    closed, opened
        Sites that such a plan leaves closed, or opens, shape (n_sites,).
    """

    may_serve: Mask
    closed: Mask
    opened: Mask


def core_of(facts: SingleSource, offers: Offers, upper: float, step: float) -> Core:
    """Return what a plan cheaper than `upper` can look like, by the price of each single decision."""
    limit, demand = to_beat(upper, step), int(facts.size.sum())
    base = float(offers.price.sum())
    n_sites = len(facts.fixed)
    with_it, without = np.empty(n_sites), np.empty(n_sites)
    for site in range(n_sites):
        others = np.arange(n_sites) != site
        rest = max(demand - int(facts.capacity[site]), 0)
        cost, room = offers.site_cost[others], facts.capacity[others]
        with_it[site] = base + offers.site_cost[site] + cheapest_holding(cost, room, rest)[0]
        without[site] = base + cheapest_holding(cost, room, demand)[0]
    closed, opened = with_it > limit, without > limit
    forced = _forced_profit(facts, offers.price)
    serving = with_it + (facts.fixed - offers.site_cost) - forced
    return Core((serving <= limit) & ~closed, closed, opened)


def _forced_profit(facts: SingleSource, price: Floats) -> Floats:
    """Return the best profit of each site when it must serve a demand, shape (n_demands, n_sites).

    The best of the demands before and the best of those after, over all ways to share the room that is left.
    """
    profit = price[:, None] - facts.cost
    before, after = _fillings(profit, facts), _fillings(profit[::-1], facts, backwards=True)[::-1]
    forced = np.full(profit.shape, -np.inf)
    for site, capacity in enumerate(facts.capacity):
        for demand, size in enumerate(facts.size):
            left = capacity - size
            if left >= 0:
                shared = before[demand, site, : left + 1] + after[demand + 1, site, left::-1]
                forced[demand, site] = profit[demand, site] + shared.max()
    return forced


def _fillings(profit: Floats, facts: SingleSource, *, backwards: bool = False) -> Floats:
    """Return the best profit of the first k demands in each room, shape (n_demands + 1, n_sites, room + 1)."""
    sizes = facts.size[::-1] if backwards else facts.size
    room = int(facts.capacity.max(initial=0))
    best = np.zeros((len(sizes) + 1, len(facts.fixed), room + 1))
    for k, size in enumerate(sizes):
        best[k + 1] = best[k]
        if size <= room:
            better = best[k, :, : room + 1 - size] + profit[k][:, None]
            best[k + 1, :, size:] = np.maximum(best[k, :, size:], better)
    return best
