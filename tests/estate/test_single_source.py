"""Single-source siting: brute force, the bound and its exclusions, capacities, and published instances."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.location import read_instance
from estate.single_source import solve_single_source
from estate.single_source_bound import cheapest_holding, climb, core_of
from estate.single_source_start import improve, place_all
from estate.siting import SingleSource
from geodata.errors import InfeasibleError


def question(seed: int, *, n: int = 6, m: int = 3) -> SingleSource:
    """Return a made-up question whose sites together hold about one and a half times the demand."""
    random = np.random.default_rng(seed)
    size = random.integers(1, 9, n)
    capacity = np.maximum(random.integers(int(size.sum() * 0.4), int(size.sum() * 0.6) + 2, m), size.max())
    return SingleSource(random.integers(1, 30, (n, m)).astype(float), random.integers(5, 40, m).astype(float), size,
                        capacity)  # fmt: skip


def plans(facts: SingleSource) -> list[np.ndarray]:
    """Return every plan that fits."""
    n, m = facts.cost.shape
    every = (np.array(serves) for serves in product(range(m), repeat=n))
    return [serves for serves in every if facts.fits(serves)]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_plan_is_the_best_of_all_and_is_proved(seed: int) -> None:
    """Six demands and three sites can be counted out."""
    facts = question(seed)
    every = plans(facts)
    if not every:
        with pytest.raises(InfeasibleError):
            solve_single_source(facts)
        return
    answer = solve_single_source(facts)
    assert answer.objective == min(facts.total(serves) for serves in every)
    assert (answer.bound, answer.status) == (answer.objective, "optimal")
    assert facts.fits(answer.serves)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_core_leaves_out_no_better_plan(seed: int) -> None:
    """What is ruled out must not be part of any plan that beats the one known."""
    facts = question(seed)
    every = plans(facts)
    if not every:
        return
    upper = float(np.median([facts.total(serves) for serves in every]))
    offers = climb(facts, upper, step=1.0, iterations=60, stop=lambda: False, plan=lambda *_: upper)
    core = core_of(facts, offers, upper, 1.0)
    assert offers.bound <= min(facts.total(serves) for serves in every) + 1e-6
    for serves in every:
        if facts.total(serves) < upper:
            assert core.may_serve[np.arange(len(serves)), serves].all()
            assert not core.closed[serves].any()
            assert set(np.flatnonzero(core.opened)) <= set(serves.tolist())


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_cheapest_sites_that_hold_all_are_found(seed: int) -> None:
    """Against every subset of five sites."""
    random = np.random.default_rng(seed)
    cost, capacity = random.integers(-5, 9, 5).astype(float), random.integers(1, 9, 5)
    demand = int(random.integers(0, capacity.sum() + 3))
    subsets = [np.array(chosen, dtype=bool) for chosen in product([0, 1], repeat=5)]
    best = min((cost[one].sum() for one in subsets if capacity[one].sum() >= demand), default=np.inf)
    found, taken = cheapest_holding(cost, capacity, demand)
    assert found == best
    if np.isfinite(best):
        assert cost[taken].sum() == best
        assert capacity[taken].sum() >= demand


def test_improving_never_breaks_a_capacity_or_costs_more() -> None:
    """Shifts and exchanges keep what they start from."""
    for seed in range(30):
        facts = question(seed, n=30, m=5)
        serves = place_all(facts, np.ones(5, dtype=bool))
        if serves is not None:
            better = improve(facts, serves)
            assert facts.fits(better)
            assert facts.total(better) <= facts.total(serves)


@pytest.mark.real
@pytest.mark.parametrize(("name", "optimum"), [("p1", 8848), ("p16", 10408), ("p33", 11629), ("p41", 6589)])
def test_published_instances_come_out_at_their_optimum(real_data: Path, name: str, optimum: int) -> None:
    """One of each size that is quick."""
    facts = read_instance(real_data / "opt" / "holmberg" / f"{name}.txt")
    assert isinstance(facts, SingleSource)
    answer = solve_single_source(facts, seconds=30)
    assert (answer.objective, answer.bound, answer.status) == (optimum, optimum, "optimal")
    assert facts.fits(answer.serves)
