"""The p-median: brute force, both ways to prove, rules, and published instances."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.location import read_instance
from estate import median as median_room
from estate.interchange import exchange, greedy_sites
from estate.median import solve_median
from estate.median_bound import earnings
from estate.siting import Median
from geodata.errors import DataError, InfeasibleError


def question(seed: int, *, n: int = 12, m: int = 8, n_open: int = 3, whole: bool = True) -> Median:
    """Return a made-up question with one site required and one forbidden."""
    random = np.random.default_rng(seed)
    cost = random.integers(0, 40, (n, m)).astype(float) if whole else random.random((n, m))
    required, forbidden = np.zeros(m, dtype=bool), np.zeros(m, dtype=bool)
    required[1], forbidden[2] = True, True
    return Median(cost, n_open, required, forbidden)


def brute_force(median: Median) -> float:
    """Return the least cost over all allowed sets of sites."""
    return min(
        median.total(np.array(sites))
        for sites in combinations(range(median.cost.shape[1]), median.n_open)
        if median.required[list(sites)].sum() == median.required.sum() and not median.forbidden[list(sites)].any()
    )


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), n_open=st.integers(1, 6), whole=st.booleans(), few=st.sampled_from([0, 10]))
def test_the_plan_is_the_best_of_all_and_is_proved(seed: int, n_open: int, whole: bool, few: int) -> None:
    """Whether the tree of sites or the programme proves it."""
    median = question(seed, n_open=n_open, whole=whole)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(median_room, "FEW", few)
        answer = solve_median(median)
    assert answer.objective == pytest.approx(brute_force(median))
    assert answer.status == "optimal"
    assert answer.bound <= answer.objective
    assert len(answer.sites) == n_open
    assert 1 in answer.sites
    assert 2 not in answer.sites


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), whole=st.booleans())
def test_any_prices_bound_every_plan(seed: int, whole: bool) -> None:
    """The bound must hold whatever the prices: it is what the proof rests on."""
    median = question(seed, whole=whole)
    price = np.random.default_rng(seed + 1).random(len(median.cost)) * median.cost.max()
    assert earnings(median, price)[0] <= brute_force(median) + 1e-9


def test_exchange_never_makes_a_plan_dearer() -> None:
    """From the greedy plan down, keeping the required site."""
    for seed in range(20):
        median = question(seed, n=40, m=15, n_open=4)
        begun = greedy_sites(median)
        ended = exchange(median, begun)
        assert median.total(ended) <= median.total(begun)
        assert 1 in ended
        assert 2 not in ended


def test_an_impossible_number_is_refused_in_words() -> None:
    """More required than open, more open than allowed, required and forbidden at once."""
    cost, none, all_ = np.zeros((2, 3)), np.zeros(3, dtype=bool), np.ones(3, dtype=bool)
    with pytest.raises(InfeasibleError, match="3 sites are required, but only 1 may be open"):
        Median(cost, 1, all_, none)
    with pytest.raises(InfeasibleError, match="4 sites are to be open, but only 3 are allowed"):
        Median(cost, 4, none, none)
    with pytest.raises(InfeasibleError, match="required and forbidden at once"):
        Median(cost, 2, all_, all_)


def test_stopped_at_once_the_bound_still_holds() -> None:
    """Nearly no time: a plan and a bound below it, and no claim of proof unless they meet."""
    median = question(7, n=120, m=60, n_open=6, whole=False)
    hurried, patient = solve_median(median, seconds=0.001), solve_median(median)
    assert hurried.bound <= patient.objective + 1e-9 <= hurried.objective + 2e-9
    assert patient.status == "optimal"


def test_an_instance_file_that_is_none_is_refused(tmp_path: Path) -> None:
    """A file of another kind is named with what was expected."""
    path = tmp_path / "x.txt"
    path.write_text("1 2 3\n4\n")
    with pytest.raises(DataError, match="fit neither"):
        read_instance(path)
    path.write_text("a b")
    with pytest.raises(DataError, match="something else than numbers"):
        read_instance(path)


@pytest.mark.real
@pytest.mark.parametrize(("name", "optimum"), [("pmed1", 5819), ("pmed8", 4445), ("pmed11", 7696), ("pmed15", 1729)])
def test_published_instances_come_out_at_their_optimum(real_data: Path, name: str, optimum: int) -> None:
    """Of duplicate edges the last counts; proofs by prices, by the tree and by the programme are among them."""
    facts = read_instance(real_data / "opt" / "pmedian" / f"{name}.txt")
    assert isinstance(facts, Median)
    answer = solve_median(facts, seconds=30)
    assert (answer.objective, answer.bound, answer.status) == (optimum, optimum, "optimal")
