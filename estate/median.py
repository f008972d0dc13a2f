"""Open p sites at least cost, with a proof: exchange, prices, then branch and bound on what is left.

Most of the work is done before HiGHS sees anything: a good plan from exchanges, a bound from prices, and the rule that
a decision which lifts the bound above the plan cannot be part of a better one. The bound returned holds for the full
question: what the core leaves out costs more than the plan, and that is proved.
"""

from __future__ import annotations

import time

import numpy as np

from estate.interchange import exchange, greedy_sites
from estate.median_bound import Prices, climb, core_of
from estate.median_core import radius_model
from estate.median_tree import Watch, search_tree
from estate.programme import Floats, Indices, Progress, Status
from estate.siting import Median, Siting, proved, step_of, to_beat
from estate.solver import solve_mip
from geodata.errors import SolverError

ITERATIONS = 1_500
#: Share of the time that the climb of the prices may take.
CLIMB_SHARE = 0.5
#: Up to so many open sites the tree of sites proves sooner than the programme.
FEW = 10


def solve_median(median: Median, *, seconds: float = 60.0, seed: int = 0, progress: Progress | None = None) -> Siting:
    """Return the best sites to open and the proof of how good they are.

    Parameters
    ----------
    median
        The question.
    seconds
        Processor time allowed (seconds).
    seed
        Seed of the solver's own random choices.
    progress
        Called with the best cost and the bound so far.

    Examples
    --------
    >>> line = np.abs(np.subtract.outer(np.arange(6.0), np.arange(6.0)))
    >>> none = np.zeros(6, dtype=bool)
    >>> answer = solve_median(Median(line, 2, none, none))
    >>> answer.sites.tolist(), answer.objective, answer.bound, answer.status
    ([1, 4], 4.0, 4.0, 'optimal')
    """
    search = _Search(median, seconds=seconds, seed=seed, progress=progress)
    prices = search.climb()
    if not search.is_proved():
        search.branch(prices)
    return search.answer()


class _Search:
    """The best plan and bound so far, and the time left."""

    def __init__(self, median: Median, *, seconds: float, seed: int, progress: Progress | None) -> None:
        self.began = time.process_time()
        self.median, self.seconds, self.seed, self.progress = median, seconds, seed, progress
        self.step = step_of(median.cost)
        self.seen: set[bytes] = set()
        self.sites = exchange(median, greedy_sites(median))
        self.objective, self.bound = median.total(self.sites), 0.0

    def spent(self) -> float:
        """Return the processor seconds used."""
        return time.process_time() - self.began

    def is_proved(self) -> bool:
        """Return True where no better plan can exist."""
        return proved(self.objective, self.bound, self.step) == self.objective

    def offer(self, sites: Indices) -> float:
        """Take these sites, improved by exchanges, where they are better; return the best cost known."""
        key = np.sort(sites).tobytes()
        if key not in self.seen:
            self.seen.add(key)
            if self.median.total(sites) < self.objective * 1.01:
                self.take(exchange(self.median, sites))
        return self.objective

    def take(self, sites: Indices) -> None:
        """Keep these sites where they are better."""
        cost = self.median.total(sites)
        if cost < self.objective:
            self.sites, self.objective = np.sort(sites), cost

    def climb(self) -> Prices:
        """Raise the bound by prices; better plans found on the way are kept."""
        prices = climb(
            self.median,
            self.objective,
            step=self.step,
            iterations=ITERATIONS,
            stop=lambda: self.spent() > CLIMB_SHARE * self.seconds,
            plan=self.offer,
            start=self._first_prices(),
        )
        self.bound = prices.bound
        return prices

    def _first_prices(self) -> Floats:
        """Return the mean of the cheapest and second cheapest open site of each demand."""
        if len(self.sites) == 1:
            return self.median.cost[:, self.sites[0]]
        two = np.partition(self.median.cost[:, self.sites], 1, axis=1)[:, :2]
        return np.asarray(two.mean(axis=1))

    def branch(self, prices: Prices) -> None:
        """Solve what is left of the question: few open sites by the tree of sites, many by the programme."""
        if self.median.n_open <= FEW:
            self.branch_on_sites(prices)
        else:
            self.branch_by_programme(prices)

    def branch_on_sites(self, prices: Prices) -> None:
        """Prove by single sites with prices as the bound."""
        watch = Watch(self.offer, lambda: self.spent() > self.seconds, self.tell)
        self.bound = search_tree(self.median, prices, self.objective, step=self.step, watch=watch)

    def tell(self, bound: float) -> None:
        """Report the bound proved so far."""
        if self.progress is not None:
            self.progress(self.objective, min(bound, self.objective))

    def branch_by_programme(self, prices: Prices) -> None:
        """Prove by the programme of the core; a plan outside the core costs at least the present one."""
        core = core_of(self.median, prices, self.objective, self.step)
        model, sites = radius_model(self.median, core)
        left = max(self.seconds - self.spent(), 0.5)
        limit = to_beat(self.objective, self.step)
        floor = self.bound

        def report(best: float, bound: float) -> None:
            if self.progress is not None:
                self.progress(min(best, self.objective), min(max(bound, floor), self.objective))

        try:
            answer = solve_mip(model, seed=self.seed, seconds=left, progress=report)
        except SolverError:  # no plan found in time: the present one and the bound of the prices stand
            return
        if answer.status == "infeasible":
            self.bound = self.objective
            return
        lifted = max(self.bound, min(answer.bound, limit))
        self.take(sites[answer.values[: len(sites)] > 0.5])
        self.bound = self.objective if answer.status == "optimal" else lifted

    def answer(self) -> Siting:
        """Return what is known."""
        bound = proved(self.objective, self.bound, self.step)
        status: Status = "optimal" if bound == self.objective else "time limit"
        serves = self.sites[self.median.cost[:, self.sites].argmin(axis=1)]
        return Siting(self.sites, serves, self.objective, bound, status, self.spent())
