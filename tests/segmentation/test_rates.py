"""Observed against expected: the interval holds the truth as often as it says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from segmentation.rates import byar_interval, false_discovery, index_of, poisson_p


def test_the_interval_covers_the_truth_in_93_to_97_of_100_segments() -> None:
    """2,000 segments of all sizes, each with its own true index; the expected numbers add up to the observed."""
    rng = np.random.default_rng(2021)
    people = rng.lognormal(4, 1, 2_000).clip(min=5)
    truth = rng.lognormal(0, 0.4, 2_000)
    observed = rng.poisson(people * truth).astype(float)
    expected = people * observed.sum() / people.sum()
    true_index = 100 * truth / ((people * truth).sum() / people.sum())
    low, high = byar_interval(observed, expected)
    covered = np.mean((low <= true_index) & (true_index <= high))
    assert 0.93 <= covered <= 0.97


def test_the_interval_is_near_the_exact_one() -> None:
    """Ten seen where ten were expected: the exact limits are 48.0 and 183.9."""
    low, high = byar_interval(np.array([10.0]), np.array([10.0]))
    assert low[0] == pytest.approx(47.95, abs=0.3)
    assert high[0] == pytest.approx(183.9, abs=0.5)


def test_none_seen_has_an_upper_limit_and_none_expected_has_no_index() -> None:
    """Zero is a count; nothing to expect is not."""
    low, high = byar_interval(np.array([0.0, 3.0]), np.array([10.0, 0.0]))
    assert low[0] == 0
    assert 30 < high[0] < 40
    assert np.isnan([low[1], high[1]]).all()
    assert np.isnan(index_of(np.array([3.0]), np.array([0.0]))[0])


def test_probabilities_are_exact() -> None:
    """Against the sum of Poisson terms, one by one."""
    for observed, expected in ((0, 3.2), (2, 7.5), (9, 4.0), (30, 12.5)):
        terms = [math.exp(-expected) * expected**n / math.factorial(n) for n in range(observed + 1)]
        below, above = sum(terms), 1 - sum(terms[:-1])
        p = poisson_p(np.array([float(observed)]), np.array([expected]))[0]
        assert p == pytest.approx(min(1.0, 2 * min(below, above)), abs=1e-12)


def test_false_discoveries_stay_below_what_was_allowed() -> None:
    """1,000 areas, 100 truly out of the ordinary: of those called so, about one in twenty is not."""
    rng = np.random.default_rng(7)
    shares = []
    for _ in range(20):
        p = np.concatenate([rng.uniform(size=900), rng.uniform(size=100) ** 12])
        called = false_discovery(p) <= 0.05
        shares.append((called[:900].sum()) / max(1, called.sum()))
    assert np.mean(shares) <= 0.05 + 0.01


def test_q_is_the_definition_of_benjamini_and_hochberg() -> None:
    """The smallest share of false discoveries at which a test would still be called."""
    p = np.random.default_rng(1).uniform(size=40) ** 2
    q = false_discovery(p)
    for level in (0.05, 0.2, 0.5):
        order = np.sort(p)
        passing = [k for k in range(1, 41) if order[k - 1] <= level * k / 40]
        cut = order[max(passing) - 1] if passing else -1.0
        assert ((q <= level) == (p <= cut)).all()
