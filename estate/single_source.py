"""Open sites of limited capacity at least cost, each demand served whole by one: prices, then branch and bound.

    minimise    sum_j f_j y_j + sum_ij c_ij x_ij
    subject to  sum_j x_ij = 1                        every demand is served once
                sum_i w_i x_ij <= s_j y_j             within capacity
                x_ij <= y_j                           from open sites only (strong)
                sum_j s_j y_j >= sum_i w_i            the open sites hold all demand
                x, y binary

Prices with a knapsack at every site bound it first; what they rule out is left out of the programme.
"""

from __future__ import annotations

import time

import numpy as np
from scipy.sparse import coo_matrix

from estate.programme import Floats, Indices, Mask, Model, Progress, Status
from estate.single_source_bound import Core, Offers, climb, core_of
from estate.single_source_start import improve, place_all
from estate.siting import SingleSource, Siting, proved, step_of, to_beat
from estate.solver import solve_mip
from geodata.errors import InfeasibleError, SolverError

ITERATIONS = 600
CLIMB_SHARE = 0.3


def solve_single_source(
    facts: SingleSource, *, seconds: float = 60.0, seed: int = 0, progress: Progress | None = None
) -> Siting:
    """Return the sites to open and who is served from where, with the proof of how good that is.

    Parameters
    ----------
    facts
        The question.
    seconds
        Processor time allowed (seconds).
    seed
        Seed of the solver's own random choices.
    progress
        Called with the best cost and the bound so far.

    Raises
    ------
    InfeasibleError
        No plan serves every demand within the capacities.
    SolverError
        No plan was found in the time allowed.

    Examples
    --------
    >>> cost, fixed = np.array([[1.0, 5.0], [5.0, 1.0]]), np.array([3.0, 3.0])
    >>> facts = SingleSource(cost, fixed, np.array([2, 2]), np.array([4, 4]))
    >>> answer = solve_single_source(facts)
    >>> answer.sites.tolist(), answer.objective, answer.status
    ([0, 1], 8.0, 'optimal')
    """
    search = _Search(facts, seconds=seconds, seed=seed, progress=progress)
    offers = search.climb()
    if not search.is_proved():
        search.branch(offers)
    return search.answer()


class _Search:
    """The best plan and bound so far, and the time left."""

    def __init__(self, facts: SingleSource, *, seconds: float, seed: int, progress: Progress | None) -> None:
        self.began = time.process_time()
        self.facts, self.seconds, self.seed, self.progress = facts, seconds, seed, progress
        self.step = step_of(facts.cost, facts.fixed)
        self.seen: set[bytes] = set()
        self.serves: Indices | None = None
        # no plan costs more than all sites open and every demand served at its dearest
        self.objective, self.bound = float(facts.fixed.sum() + facts.cost.max(axis=1).sum()) + 1.0, -np.inf
        self.offer(np.ones(len(facts.fixed), dtype=np.bool_))

    def spent(self) -> float:
        """Return the processor seconds used."""
        return time.process_time() - self.began

    def is_proved(self) -> bool:
        """Return True where no better plan can exist."""
        return self.serves is not None and proved(self.objective, self.bound, self.step) == self.objective

    def offer(self, taken: Mask) -> float:
        """Serve all from these sites where that was not tried before; return the best cost known."""
        if taken.tobytes() not in self.seen:
            self.seen.add(taken.tobytes())
            serves = place_all(self.facts, taken)
            if serves is not None:
                self.take(improve(self.facts, serves))
        return self.objective

    def take(self, serves: Indices) -> None:
        """Keep this plan where it is better."""
        cost = self.facts.total(serves)
        if cost < self.objective and self.facts.fits(serves):
            self.serves, self.objective = serves, cost

    def climb(self) -> Offers:
        """Raise the bound by prices; better plans found on the way are kept."""
        offers = climb(
            self.facts,
            self.objective,
            step=self.step,
            iterations=ITERATIONS,
            stop=lambda: self.spent() > CLIMB_SHARE * self.seconds,
            plan=lambda taken, _: self.offer(taken),
        )
        self.bound = offers.bound
        return offers

    def branch(self, offers: Offers) -> None:
        """Solve what is left of the question; a plan outside the core costs at least the present one."""
        core = core_of(self.facts, offers, self.objective, self.step)
        model, demand, site = assignment_model(self.facts, core)
        left, limit, floor = max(self.seconds - self.spent(), 0.5), to_beat(self.objective, self.step), self.bound
        start = None if self.serves is None else start_values(model, demand, site, self.serves)

        def report(best: float, bound: float) -> None:
            if self.progress is not None:
                self.progress(min(best, self.objective), min(max(bound, floor), self.objective))

        try:
            answer = solve_mip(
                model, seed=self.seed, seconds=left, progress=report, starts=[] if start is None else [start]
            )
        except SolverError:
            return
        if answer.status == "infeasible":
            if self.serves is None:
                raise InfeasibleError("No plan serves every demand within the capacities. Add sites or capacity.")
            self.bound = self.objective
            return
        chosen = np.flatnonzero(answer.values[: len(demand)] > 0.5)
        serves = np.zeros(len(self.facts.size), dtype=np.intp)
        serves[demand[chosen]] = site[chosen]
        lifted = max(self.bound, min(answer.bound, limit))
        self.take(serves)
        self.bound = self.objective if answer.status == "optimal" else lifted

    def answer(self) -> Siting:
        """Return what is known."""
        if self.serves is None:
            raise SolverError("The search found no plan within its time. Allow more seconds.")
        bound = proved(self.objective, self.bound, self.step)
        status: Status = "optimal" if bound == self.objective else "time limit"
        return Siting(np.unique(self.serves), self.serves, self.objective, bound, status, self.spent())


def assignment_model(facts: SingleSource, core: Core) -> tuple[Model, Indices, Indices]:
    """Return the programme of a core, with the demand and the site behind each of its first columns."""
    demand, site = np.nonzero(core.may_serve)
    n_pairs, (n_demands, n_sites) = len(demand), facts.cost.shape
    n, pair = n_pairs + n_sites, np.arange(n_pairs)
    opened = n_pairs + np.arange(n_sites)
    capacity, link, hold = n_demands, n_demands + n_sites, n_demands + n_sites + n_pairs
    rows = [demand, capacity + site, capacity + np.arange(n_sites), link + pair, link + pair, np.full(n_sites, hold)]
    columns = [pair, pair, opened, pair, n_pairs + site, opened]
    values = [
        np.ones(n_pairs), facts.size[demand], -facts.capacity, np.ones(n_pairs), -np.ones(n_pairs), facts.capacity
    ]  # fmt: skip
    lower = np.concatenate([np.ones(n_demands), np.full(n_sites + n_pairs, -np.inf), [float(facts.size.sum())]])
    upper = np.concatenate([np.ones(n_demands), np.zeros(n_sites + n_pairs), [np.inf]])
    matrix = coo_matrix(
        (np.concatenate(values).astype(np.float64), (np.concatenate(rows), np.concatenate(columns))),
        shape=(hold + 1, n),
    ).tocsr()
    model = Model(
        cost=np.concatenate([facts.cost[demand, site], facts.fixed]).astype(np.float64),
        lower=np.concatenate([np.zeros(n_pairs), core.opened.astype(np.float64)]),
        upper=np.concatenate([np.ones(n_pairs), (~core.closed).astype(np.float64)]),
        integer=np.ones(n, dtype=np.bool_),
        matrix=matrix,
        row_lower=lower,
        row_upper=upper,
    )
    return model, demand, site


def start_values(model: Model, demand: Indices, site: Indices, serves: Indices) -> Floats:
    """Return the values of a plan; it may lie outside the core and is then no start."""
    values = np.zeros(len(model.cost))
    values[: len(demand)] = serves[demand] == site
    values[len(demand) + np.unique(serves)] = 1.0
    return values
