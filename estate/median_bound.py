"""The bound on a median plan: prices on being served, improved step by step (Lagrangian relaxation).

Give demand i the price u_i for being served. A site then earns rho_j = sum_i min(0, c_ij - u_i) and the best that any
plan can cost is sum_i u_i + the n_open smallest rho_j, whatever the prices (Cornuejols, Fisher and Nemhauser 1977). The
prices climb along the deflected subgradient (Camerini, Fratta and Maffioli 1975). What forcing a single decision adds
to the bound tells which sites and which far services no better plan can use.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from estate.programme import Floats, Indices, Mask
from estate.siting import Median, proved, to_beat

PATIENCE = 30
PATIENCE_EAGER = 8
LEAST_STEP = 1e-3
KEEP = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """The best prices found and what they prove.

    Parameters
    ----------
    bound
        No plan costs less.
    price
        u, shape (n_demands,).
    earned
        rho, shape (n_sites,): at most 0; required sites count as taken, forbidden ones never.
    """

    bound: float
    price: Floats
    earned: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Core:
    """What a plan cheaper than the best known can look like.

    Parameters
    ----------
    free
        True for sites not ruled out, shape (n_sites,).
    fixed
        True for sites that such a plan must open.
    reach
        Most that serving each demand can cost, shape (n_demands,).
    """

    free: Mask
    fixed: Mask
    reach: Floats


def earnings(median: Median, price: Floats) -> tuple[float, Floats, Indices]:
    """Return the bound at these prices, what every site earns and the sites taken."""
    earned = np.minimum(median.cost - price[:, None], 0.0).sum(axis=0)
    taken = _taken(median, earned)
    return float(price.sum() + earned[taken].sum()), earned, taken


def _taken(median: Median, earned: Floats) -> Indices:
    key = np.where(median.required, -np.inf, np.where(median.forbidden, np.inf, earned))
    return np.argsort(key, kind="stable")[: median.n_open]


def climb(
    median: Median,
    upper: float,
    *,
    step: float,
    iterations: int,
    stop: Callable[[], bool],
    plan: Callable[[Indices], float],
    start: Floats | None = None,
    eager: bool = False,
) -> Prices:
    """Return the best prices found.

    Parameters
    ----------
    median
        The question.
    upper
        Cost of the best plan known.
    step
        Least difference between two plans (0 unknown).
    iterations
        Steps at most.
    stop
        Asked before each step; True ends the climb.
    plan
        Called with the sites taken whenever the bound has risen; returns the cost of the best plan known by now.
    start
        Prices to begin with; by default the mean of the cheapest and the second cheapest of the sites.
    eager
        Shorter steps and less patience, for prices that are nearly right already.
    """
    patience = PATIENCE_EAGER if eager else PATIENCE
    best = _first(median, start)
    price, along, theta, waited = best.price, np.zeros(len(median.cost)), 0.5 if eager else 1.5, 0
    for _ in range(iterations):
        value, earned, taken = earnings(median, price)
        if value > best.bound:
            waited = waited if value < best.bound + 1e-5 * abs(best.bound) else 0
            best = Prices(value, price, earned)
            upper = plan(taken)
        waited += 1
        if waited > patience:
            price, along, theta, waited = best.price, 0 * along, theta / 2, 0
            continue
        if proved(upper, best.bound, step) == upper or theta < LEAST_STEP or stop():
            break
        slope = 1.0 - (median.cost[:, taken] < price[:, None]).sum(axis=1)
        along = slope + KEEP * along
        length = float(along @ along)
        if length == 0:
            break
        price = price + theta * max(upper - value, 1e-6) / length * along
    return best


def _first(median: Median, start: Floats | None) -> Prices:
    if start is None:
        two = np.partition(median.cost, min(1, median.cost.shape[1] - 1), axis=1)[:, :2]
        start = two.mean(axis=1)
    value, earned, _ = earnings(median, start)
    return Prices(value, start, earned)


def core_of(median: Median, prices: Prices, upper: float, step: float) -> Core:
    """Return what a plan cheaper than `upper` can look like, by the price of each single decision.

    Examples
    --------
    >>> far = np.array([[0.0, 9.0], [1.0, 9.0]])
    >>> none = np.zeros(2, dtype=bool)
    >>> core = core_of(Median(far, 1, none, none), Prices(1.0, np.array([0.0, 1.0]), np.zeros(2)), 2.0, 1.0)
    >>> core.reach.round(3).tolist()
    [0.0, 1.0]
    """
    room = to_beat(upper, step) - prices.bound
    taken = np.zeros(len(prices.earned), dtype=np.bool_)
    taken[_taken(median, prices.earned)] = True
    open_to_choice = ~median.required & ~median.forbidden
    chosen, left = taken & open_to_choice, ~taken & open_to_choice
    last = prices.earned[chosen].max(initial=-np.inf)
    following = prices.earned[left].min(initial=np.inf)
    out = left & (prices.earned - last > room) if chosen.any() else left
    kept = chosen & (following - prices.earned > room) if left.any() else chosen
    return Core(~median.forbidden & ~out, median.required | kept, prices.price + max(room, 0.0))
