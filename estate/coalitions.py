"""What some bodies could save by sharing among themselves alone, while all others stay as they are.

This is the saving of a coalition that :mod:`estate.sharing` divides. Each is solved like the joint plan, with the moves
and releases of everybody else taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from estate.colocation import Problem
from estate.decision import as_today, total_cost
from estate.plans import Plan
from estate.sharing import EXACT_UP_TO
from estate.years import Limits, seek


def only_among(problem: Problem, bodies: Iterable[str]) -> Problem:
    """Return the problem in which only some bodies may move, receive and release.

    Parameters
    ----------
    problem
        The facts and the rules of the place.
    bodies
        Names of the bodies that work together.
    """
    some = set(bodies)
    inside = problem.buildings["organisation"].isin(some).to_numpy()
    member = problem.blocks["organisation"].isin(some).to_numpy()
    arcs, buildings = problem.arcs, problem.buildings
    block, building = arcs["block"].to_numpy(), arcs["building"].to_numpy()
    open_arc = arcs["stay"].to_numpy() | (member[block] & inside[building])
    return replace(
        problem,
        arcs=arcs[open_arc].reset_index(drop=True),
        buildings=buildings.assign(
            must_keep=np.where(inside, buildings["must_keep"], ~buildings["hub"]),
            must_release=np.where(inside, buildings["must_release"], buildings["hub"]),
        ),
    )


def saving_of_coalitions(problem: Problem, *, seed: int = 0, seconds: float = 5.0) -> Callable[[frozenset[str]], float]:
    """Return a function that gives what a coalition saves (GBP, present value of cost, 0 or more).

    Parameters
    ----------
    problem
        The facts and the rules of the place.
    seed
        Seed of the searches.
    seconds
        Processor time for one coalition; what is found by then counts.
    """
    today = total_cost(problem, as_today(problem))

    def saving(bodies: frozenset[str]) -> float:
        if not bodies:
            return 0.0
        restricted = only_among(problem, bodies)
        limits = Limits(seed=seed, seconds=seconds)
        found = seek(restricted, starts=[as_today(restricted)], limits=limits)
        return max(today - total_cost(problem, found.decision), 0.0)

    return saving


def sharers(problem: Problem, plan: Plan, *, most: int = EXACT_UP_TO) -> list[str]:
    """Return the bodies that share buildings in a plan, those with most people moved first, at most so many."""
    moves = plan.moves
    if moves.empty:
        return []
    owner = problem.register["organisation"]
    guest, host = (moves[column].map(owner) for column in ("from_asset", "to_asset"))
    apart = guest.ne(host)
    people = moves.loc[apart, "fte"]
    total = people.groupby(guest[apart]).sum().add(people.groupby(host[apart]).sum(), fill_value=0.0)
    order = total.sort_index().sort_values(ascending=False, kind="stable")
    return [str(name) for name in order.index[:most]]
