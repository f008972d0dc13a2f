"""Good single-source plans at once: place the hardest demands first, then shift and exchange while that helps."""

from __future__ import annotations

import numpy as np

from estate.programme import Floats, Indices, Mask
from estate.siting import SingleSource

ROUNDS = 60


def place_all(facts: SingleSource, taken: Mask) -> Indices | None:
    """Return the site of each demand, open sites only, or None where the greedy rule does not fit them all.

    The demand that would lose most by its second choice goes first, weighed by its size.
    """
    sites = np.flatnonzero(taken)
    cost, left = facts.cost[:, sites], facts.capacity[sites].copy()
    serves = np.full(len(facts.size), -1, dtype=np.intp)
    if len(sites) == 0 or left.sum() < facts.size.sum():
        return None
    waiting = np.ones(len(facts.size), dtype=np.bool_)
    while waiting.any():
        rows = np.flatnonzero(waiting)
        open_cost = np.where(facts.size[rows, None] <= left[None, :], cost[rows], np.inf)
        first = open_cost.argmin(axis=1)
        lowest = open_cost[np.arange(len(rows)), first]
        if not np.isfinite(lowest).all():
            return None
        open_cost[np.arange(len(rows)), first] = np.inf
        regret = open_cost.min(axis=1, initial=np.inf) - lowest
        pick = int(np.argmax(np.where(np.isfinite(regret), regret, 1e12) + 1e-6 * facts.size[rows]))
        serves[rows[pick]] = sites[first[pick]]
        left[first[pick]] -= facts.size[rows[pick]]
        waiting[rows[pick]] = False
    return serves


def improve(facts: SingleSource, serves: Indices) -> Indices:
    """Return the plan after moving one demand, exchanging two, or closing an idle site, while the cost falls."""
    serves = serves.copy()
    for _ in range(ROUNDS):
        moved = _shift(facts, serves) or _exchange(facts, serves)
        if not moved:
            break
    return serves


def _loads(facts: SingleSource, serves: Indices) -> Indices:
    return np.bincount(serves, weights=facts.size, minlength=len(facts.fixed)).astype(np.intp)


def _shift(facts: SingleSource, serves: Indices) -> bool:
    """Move the demand whose move saves most, fixed costs counted; return False where none saves."""
    rows, load = np.arange(len(serves)), _loads(facts, serves)
    count = np.bincount(serves, minlength=len(facts.fixed))
    delta = facts.cost - facts.cost[rows, serves][:, None]
    delta += np.where(count == 0, facts.fixed, 0.0)[None, :]
    delta -= np.where(count[serves] == 1, facts.fixed[serves], 0.0)[:, None]
    delta[load[None, :] + facts.size[:, None] > facts.capacity[None, :]] = np.inf
    delta[rows, serves] = np.inf
    demand, site = np.unravel_index(int(delta.argmin()), delta.shape)
    if delta[demand, site] >= -1e-9:
        return False
    serves[demand] = site
    return True


def _exchange(facts: SingleSource, serves: Indices) -> bool:
    """Exchange the two demands whose exchange saves most; return False where none saves."""
    rows, load = np.arange(len(serves)), _loads(facts, serves)
    own = facts.cost[rows, serves]
    crossed: Floats = facts.cost[:, serves]
    delta = crossed + crossed.T - own[:, None] - own[None, :]
    grows = facts.size[None, :] - facts.size[:, None]
    spare = (facts.capacity - load)[serves]
    delta[(grows > spare[:, None]) | (-grows > spare[None, :])] = np.inf
    delta[serves[:, None] == serves[None, :]] = np.inf
    a, b = np.unravel_index(int(delta.argmin()), delta.shape)
    if delta[a, b] >= -1e-9:
        return False
    serves[a], serves[b] = serves[b], serves[a]
    return True
