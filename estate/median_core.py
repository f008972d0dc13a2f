"""The programme of a median question by radius: one variable for each site and each ring around a demand.

    minimise    sum_i c_i1 + sum_ik (c_i,k+1 - c_ik) z_ik
    subject to  sum_j y_j = n_open
                z_ik + sum_{j: c_ij = c_ik} y_j >= z_i,k-1      demand i is past ring k where no site of it is open
                y binary, 0 <= z <= 1

z_ik = 1 says that no site within ring k of demand i is open (Cornuejols, Nemhauser and Wolsey 1980; Elloumi 2010). It
is as tight as one variable for each pair and far smaller; rings beyond the reach of the core are left out.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix

from estate.median_bound import Core
from estate.programme import Floats, Indices, Mask, Model
from estate.siting import Median


def radius_model(median: Median, core: Core) -> tuple[Model, Indices]:
    """Return the programme of a core and the number of the site behind each of its first columns.

    Parameters
    ----------
    median
        The question.
    core
        Sites and services still open to choice.

    Returns
    -------
    tuple
        The programme, infeasible where the core holds no plan, and site numbers, shape (n_free,).
    """
    sites = np.flatnonzero(core.free)
    rings = _Rings(len(sites))
    for demand in range(len(median.cost)):
        cost = median.cost[demand, sites]
        nearest_fixed = cost[core.fixed[sites]].min(initial=np.inf)
        rings.add(cost, min(float(core.reach[demand]), float(nearest_fixed)))
    return rings.model(median.n_open, core.fixed[sites]), sites


class _Rings:
    """Gathers the rows of one demand after the other."""

    def __init__(self, n_sites: int) -> None:
        self.n_sites = n_sites
        self.offset = 0.0
        self.cost: list[float] = []
        self.rows: list[Indices] = []
        self.columns: list[Indices] = []
        self.values: list[Floats] = []
        self.lower: list[float] = []

    def add(self, cost: Floats, reach: float) -> None:
        """Add the rings of one demand: at each distinct cost up to its reach."""
        near = np.flatnonzero(cost <= reach)
        order = near[np.argsort(cost[near], kind="stable")]
        level, first = np.unique(cost[order], return_index=True)
        self.offset += float(level[0]) if len(level) else 0.0
        previous = -1
        for k, group in enumerate(np.split(order, first[1:])):
            last = k == len(level) - 1
            ring = -1 if last else self._ring(level[k + 1] - level[k])
            self._row(group, ring, previous)
            previous = ring

    def _ring(self, cost: float) -> int:
        self.cost.append(float(cost))
        return self.n_sites + len(self.cost) - 1

    def _row(self, group: Indices, ring: int, previous: int) -> None:
        """Write z_k + sum of the group >= z_(k-1), with z_0 = 1 and z_last = 0."""
        more = [column for column in (ring, previous) if column >= 0]
        signs = [1.0] * (ring >= 0) + [-1.0] * (previous >= 0)
        self.columns.append(np.concatenate([group, np.array(more, dtype=np.intp)]))
        self.values.append(np.concatenate([np.ones(len(group)), signs]))
        self.rows.append(np.full(len(self.columns[-1]), len(self.lower) + 1))
        self.lower.append(1.0 if previous < 0 else 0.0)

    def model(self, n_open: int, fixed: Mask) -> Model:
        """Return the programme."""
        n, m = self.n_sites + len(self.cost), len(self.lower) + 1
        rows = np.concatenate([np.zeros(self.n_sites, dtype=np.intp), *self.rows])
        columns = np.concatenate([np.arange(self.n_sites), *self.columns])
        values = np.concatenate([np.ones(self.n_sites), *self.values])
        lower = np.zeros(n)
        lower[: self.n_sites] = fixed
        return Model(
            cost=np.concatenate([np.zeros(self.n_sites), self.cost]),
            lower=lower,
            upper=np.ones(n),
            integer=np.arange(n) < self.n_sites,
            matrix=coo_matrix((values, (rows, columns)), shape=(m, n)).tocsr(),
            row_lower=np.concatenate([[float(n_open)], self.lower]),
            row_upper=np.concatenate([[float(n_open)], np.full(m - 1, np.inf)]),
            offset=self.offset,
        )
