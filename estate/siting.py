"""Where to open sites: the facts of the classic questions, and an answer with its proof.

Two families share this page. *Median*: open p sites so that the cost of serving every demand from its cheapest open
site is least. *Single source*: open any sites at a fixed cost each; every demand is served whole by one of them, within
their capacities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estate.programme import OPTIMAL_WITHIN, Floats, Indices, Mask, Status, relative_gap
from geodata.errors import InfeasibleError


@dataclass(frozen=True, slots=True, eq=False)
class Median:
    """The p-median question.

    Parameters
    ----------
    cost
        Cost of serving a demand from a site (any one unit), shape (n_demands, n_sites), finite, at least 0.
    n_open
        Number of sites to open, the required ones among them.
    required, forbidden
        True for sites that must be, or cannot be, open, shape (n_sites,).

    Raises
    ------
    InfeasibleError
        More sites are required, or fewer allowed, than are to be open.
    """

    cost: Floats
    n_open: int
    required: Mask
    forbidden: Mask

    def __post_init__(self) -> None:
        check_number(self.n_open, self.required, self.forbidden)
        if not np.isfinite(self.cost).all():
            raise ValueError("every cost of a median question must be finite")

    def total(self, sites: Indices) -> float:
        """Return the cost of serving every demand from its cheapest of these sites."""
        return float(self.cost[:, sites].min(axis=1).sum())


@dataclass(frozen=True, slots=True, eq=False)
class SingleSource:
    """The single-source capacitated question.

    Parameters
    ----------
    cost
        Cost of serving a whole demand from a site, shape (n_demands, n_sites).
    fixed
        Cost of opening each site, shape (n_sites,).
    size, capacity
        Whole units that each demand takes, shape (n_demands,), and that each site has, shape (n_sites,).
    """

    cost: Floats
    fixed: Floats
    size: Indices
    capacity: Indices

    def total(self, serves: Indices) -> float:
        """Return the cost of serving demand i from site serves[i], all open sites paid."""
        served = self.cost[np.arange(len(serves)), serves].sum()
        return float(served + self.fixed[np.unique(serves)].sum())

    def fits(self, serves: Indices) -> bool:
        """Return True where no site serves more than its capacity."""
        return bool(np.all(np.bincount(serves, weights=self.size, minlength=len(self.fixed)) <= self.capacity))


@dataclass(frozen=True, slots=True, eq=False)
class Siting:
    """Which sites to open, and how good that is known to be.

    Parameters
    ----------
    sites
        Numbers of the open sites, ascending.
    serves
        Site that serves each demand, shape (n_demands,).
    objective, bound
        Cost of the plan, and the proven lower bound on the cost of every plan.
    status
        ``optimal``, or which limit stopped the search.
    cpu_s
        Processor time used (seconds).
    """

    sites: Indices
    serves: Indices
    objective: float
    bound: float
    status: Status
    cpu_s: float

    @property
    def gap(self) -> float:
        """Distance of the plan from the bound as a share of its cost."""
        return relative_gap(self.objective, self.bound)


def check_number(n_open: int, required: Mask, forbidden: Mask) -> None:
    """Raise where the number of sites to open cannot be kept.

    Raises
    ------
    InfeasibleError
        Sites are required and forbidden at once, too many required, or too few allowed.
    """
    both, allowed = int((required & forbidden).sum()), int((~forbidden).sum())
    if both:
        raise InfeasibleError(f"{both} site(s) are required and forbidden at once. Take each from one of the lists.")
    if n_open < max(int(required.sum()), 1):
        raise InfeasibleError(
            f"{int(required.sum())} sites are required, but only {n_open} may be open. Allow more, or require fewer."
        )
    if n_open > allowed:
        raise InfeasibleError(
            f"{n_open} sites are to be open, but only {allowed} are allowed. Ask for fewer, or forbid fewer."
        )


def step_of(*costs: Floats) -> float:
    """Return 1 where all costs are whole numbers, so that no two plans differ by less; else 0.

    Examples
    --------
    >>> step_of(np.array([1.0, 2.0])), step_of(np.array([1.5]))
    (1.0, 0.0)
    """
    return float(all(np.all(cost == np.rint(cost)) for cost in costs))


def to_beat(objective: float, step: float) -> float:
    """Return the highest cost that would still be an improvement worth looking for."""
    return objective - step + 1e-6 if step else objective * (1 - OPTIMAL_WITHIN)


def proved(objective: float, bound: float, step: float) -> float:
    """Return the bound, lifted to the objective where nothing can lie between."""
    return objective if bound > to_beat(objective, step) else min(bound, objective)
