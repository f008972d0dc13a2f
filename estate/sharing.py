"""Who should pay and gain how much when several bodies save together.

The saving of every coalition of bodies is a number: what those bodies could save by sharing among themselves alone. The
*Shapley value* pays each body what it adds on average over all orders of joining (Shapley 1953); the *nucleolus* makes
the unhappiest coalition as happy as can be (Schmeidler 1969). A sharing is in the *core* where no coalition could do
better by itself. With more bodies than can be counted out, orders are sampled and the standard error is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from math import factorial
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linprog

from geodata.errors import DataError, SolverError, did_you_mean, examples

Floats = NDArray[np.float64]
Saving = Callable[[frozenset[str]], float]

EXACT_UP_TO: Final = 8
_TIGHT = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class Shapley:
    """What each body adds on average.

    Parameters
    ----------
    value
        GBP by body.
    standard_error
        GBP by body; 0 where every order was counted.
    exact
        True where every coalition was valued.
    coalitions
        Number of coalitions valued.
    """

    value: pd.Series
    standard_error: pd.Series
    exact: bool
    coalitions: int


def shapley(bodies: Sequence[str], saving: Saving, *, orders: int = 200, seed: int = 0) -> Shapley:
    """Return the Shapley value, exactly for up to eight bodies and from sampled orders beyond.

    Parameters
    ----------
    bodies
        Names, each once.
    saving
        What a coalition saves (GBP); nothing for the empty one. Called once for each coalition.
    orders
        Orders of joining that are sampled beyond eight bodies; each is taken forwards and backwards, which makes the
        error smaller.
    seed
        Seed of the sampling.

    Examples
    --------
    One owner of a building and two possible guests, either of which would save 60.

    >>> worth = lambda some: 60.0 if "owner" in some and len(some) > 1 else 0.0
    >>> shapley(["owner", "a", "b"], worth).value.round(2).to_dict()
    {'owner': 40.0, 'a': 10.0, 'b': 10.0}
    """
    known = cache(saving)
    names = list(bodies)
    if len(names) <= EXACT_UP_TO:
        value = pd.Series({name: _exact(name, names, known) for name in names}, dtype="float64")
        return Shapley(value, value * 0.0, True, 2 ** len(names) - 1)
    random = np.random.default_rng(seed)
    added = np.empty((orders, len(names)))
    for sample in range(orders):
        order = random.permutation(len(names))
        added[sample] = (_marginals(order, names, known) + _marginals(order[::-1], names, known)) / 2.0
    error = added.std(axis=0, ddof=1) / np.sqrt(orders)
    index = pd.Index(names)
    mean, standard = pd.Series(added.mean(axis=0), index=index), pd.Series(error, index=index)
    return Shapley(mean, standard, False, known.cache_info().currsize)


def nucleolus(bodies: Sequence[str], saving: Saving) -> pd.Series:
    """Return the sharing that leaves the unhappiest coalition as happy as can be (GBP by body).

    A sequence of linear programmes (Maschler, Peleg and Shapley 1979): raise the least surplus of any coalition, fix
    the coalitions that cannot rise further, repeat.

    Raises
    ------
    ValueError
        More than twelve bodies: there are too many coalitions.

    Examples
    --------
    >>> worth = lambda some: 60.0 if "owner" in some and len(some) > 1 else 0.0
    >>> (nucleolus(["owner", "a", "b"], worth) + 0.0).round(2).to_dict()
    {'owner': 60.0, 'a': 0.0, 'b': 0.0}
    """
    names = list(bodies)
    if len(names) > 12:
        raise ValueError("the nucleolus is for up to twelve bodies")
    groups = [frozenset(group) for size in range(1, len(names)) for group in combinations(names, size)]
    member = np.array([[float(name in group) for name in names] for group in groups]).reshape(-1, len(names))
    worth = np.array([saving(group) for group in groups])
    free = np.ones(len(groups), dtype=bool)
    equal, right = [np.ones(len(names))], [saving(frozenset(names))]
    share = np.full(len(names), right[0] / max(len(names), 1))
    while free.any() and np.linalg.matrix_rank(np.array(equal)) < len(names):
        rows = np.hstack([-member[free], np.ones((int(free.sum()), 1))])
        fixed = np.hstack([np.array(equal), np.zeros((len(equal), 1))])
        cost = np.append(np.zeros(len(names)), -1.0)
        found = linprog(cost, A_ub=rows, b_ub=-worth[free], A_eq=fixed, b_eq=right, bounds=(None, None), method="highs")
        if found.x is None:
            raise SolverError(f"The nucleolus cannot be found: {found.message}")
        share, least = found.x[:-1], float(found.x[-1])
        tight = np.flatnonzero(free)[np.abs(found.ineqlin.marginals) > _TIGHT]
        for place in tight:
            free[place] = False
            if np.linalg.matrix_rank(np.array([*equal, member[place]])) > len(equal):
                equal.append(member[place])
                right.append(worth[place] + least)
    return pd.Series(share, index=pd.Index(names))


def objections(
    shares: Mapping[str, float], saving: Saving, *, groups: Iterable[frozenset[str]] | None = None
) -> pd.DataFrame:
    """Return the coalitions that could do better by themselves, the most aggrieved first; none: it is in the core.

    Parameters
    ----------
    shares
        GBP by body.
    saving
        What a coalition saves (GBP).
    groups
        Coalitions to look at; by default all, for up to twelve bodies, else single bodies and pairs.

    Returns
    -------
    DataFrame
        ``bodies`` (joined by " + "), ``alone_gbp``, ``share_gbp``, ``short_gbp``.
    """
    names = list(shares)
    sizes = range(1, len(names)) if len(names) <= 12 else (1, 2)
    chosen = (
        groups if groups is not None else (frozenset(group) for size in sizes for group in combinations(names, size))
    )
    rows = []
    for group in chosen:
        alone, share = saving(group), sum(shares[name] for name in group)
        if alone - share > 0.005:
            rows.append((" + ".join(sorted(group)), alone, share, alone - share))
    table = pd.DataFrame(rows, columns=["bodies", "alone_gbp", "share_gbp", "short_gbp"])
    return table.sort_values("short_gbp", ascending=False, kind="stable").reset_index(drop=True)


def in_proportion(total_gbp: float, weights: Mapping[str, float]) -> pd.Series:
    """Return the total shared in proportion to space, staff, or what each would pay alone (GBP by body).

    Raises
    ------
    DataError
        A weight is negative or missing, or all are nothing.

    Examples
    --------
    >>> in_proportion(900.0, {"Council": 200.0, "Police": 100.0}).to_dict()
    {'Council': 600.0, 'Police': 300.0}
    """
    table = pd.Series(dict(weights), dtype="float64")
    wrong = [f"{name} {weight:g}" for name, weight in table.items() if not weight >= 0]
    if wrong or not table.sum() > 0:
        what = f"is negative or missing for {examples(wrong)}" if wrong else "is nothing for every body"
        raise DataError(f"sharing: the weight {what}. Give each body a number of 0 or more.")
    return table / table.sum() * total_gbp


def by_agreement(total_gbp: float, shares: Mapping[str, float], bodies: Sequence[str]) -> pd.Series:
    """Return the total shared as the bodies have agreed (GBP by body).

    Raises
    ------
    DataError
        Shares do not add to one, are negative, or name a body that takes no part; all are named at once.

    Examples
    --------
    >>> by_agreement(100.0, {"Council": 0.75, "Police": 0.25}, ["Council", "Police"]).to_dict()
    {'Council': 75.0, 'Police': 25.0}
    """
    faults = [f"'{name}' takes no part.{did_you_mean(name, bodies)}" for name in shares if name not in set(bodies)]
    faults += [f"The share of {name} is {share:g}; give 0 or more." for name, share in shares.items() if share < 0]
    if abs(sum(shares.values()) - 1.0) > 1e-6:
        faults.append(f"The shares add up to {sum(shares.values()):g}, not to 1. Correct them.")
    if faults:
        raise DataError(f"sharing: {' '.join(faults)}")
    return pd.Series({name: shares.get(name, 0.0) * total_gbp for name in bodies}, dtype="float64")


def side_payments(net_gbp: Mapping[str, float]) -> pd.DataFrame:
    """Return who pays whom so that nobody is worse off: losers are made whole by winners in proportion to their gain.

    Parameters
    ----------
    net_gbp
        What each body gains or loses before payments (GBP).

    Returns
    -------
    DataFrame
        ``payer``, ``payee``, ``gbp``; empty where nobody loses. Where all gains together are less than the losses,
        what can be paid is paid.

    Examples
    --------
    >>> side_payments({"Council": 90.0, "Police": 10.0, "Fire": -20.0}).values.tolist()
    [['Council', 'Fire', 18.0], ['Police', 'Fire', 2.0]]
    """
    gains = {name: net for name, net in net_gbp.items() if net > 0}
    losses = {name: -net for name, net in net_gbp.items() if net < 0}
    won, lost = sum(gains.values()), sum(losses.values())
    covered = min(1.0, won / lost) if lost else 0.0
    rows = [
        (payer, payee, covered * loss * gain / won) for payee, loss in losses.items() for payer, gain in gains.items()
    ]
    return pd.DataFrame(rows, columns=["payer", "payee", "gbp"])


def _exact(name: str, names: list[str], saving: Saving) -> float:
    others = [other for other in names if other != name]
    total = 0.0
    for size in range(len(others) + 1):
        weight = factorial(size) * factorial(len(others) - size) / factorial(len(names))
        for group in combinations(others, size):
            before = frozenset(group)
            total += weight * (saving(before | {name}) - (saving(before) if before else 0.0))
    return total


def _marginals(order: NDArray[np.int64], names: list[str], saving: Saving) -> Floats:
    """Return what each body adds when they join in this order, in the order of names."""
    added, before, joined = np.zeros(len(names)), 0.0, frozenset[str]()
    for place in order:
        joined |= {names[int(place)]}
        now = saving(joined)
        added[int(place)] = now - before
        before = now
    return added
