"""Certainty: high inside, low on borders, the same each time, and by new starts."""

from __future__ import annotations

import numpy as np
import pytest

from segmentation.certainty import certainty
from segmentation.hierarchy import fit_hierarchy


def test_certainty_is_high_inside_and_low_on_borders() -> None:
    """Points between two clouds change sides when the areas are drawn anew."""
    rng = np.random.default_rng(3)
    x = np.concatenate([rng.normal(0, 0.3, (100, 1)), rng.normal(3, 0.3, (100, 1)), [[1.5]]])
    hierarchy = fit_hierarchy(x, n_super=1, n_sub=2, floor=0.1, seed=0).hierarchy
    sure = certainty(x, hierarchy, floor=0.1, seed=0)
    assert sure.subs[:200].min() == 1.0
    assert sure.subs[200] < 0.95
    assert sure.tops.tolist() == [1.0] * 201
    assert sure.subs_agree.min() > 0.97
    assert certainty(x, hierarchy, floor=0.1, seed=0).subs.tolist() == sure.subs.tolist()


def test_splits_that_the_data_do_not_hold_are_uncertain() -> None:
    """A round cloud can be halved along any line: going on from the old line would call it certain."""
    x = np.random.default_rng(0).normal(size=(400, 2))
    hierarchy = fit_hierarchy(x, n_super=1, n_sub=2, floor=0.1, seed=0).hierarchy
    sure = certainty(x, hierarchy, floor=0.1, seed=0)
    assert sure.subs.mean() < 0.85
    assert sure.subs_agree.mean() < 0.5


def test_numbers_of_segments_have_no_say() -> None:
    """Groups of a resample come in any order and are matched."""
    rng = np.random.default_rng(1)
    x = np.repeat(np.array([[0.0], [10.0], [20.0], [30.0]]), 30, axis=0) + rng.normal(0, 0.1, (120, 1))
    hierarchy = fit_hierarchy(x, n_super=2, n_sub=4, floor=0.05, seed=0).hierarchy
    assert certainty(x, hierarchy, floor=0.05, seed=5).subs.min() == 1.0


def test_a_resample_that_cannot_be_grouped_keeps_nothing() -> None:
    """Three areas drawn anew are often only two."""
    x = np.array([[0.0], [5.0], [9.0]])
    hierarchy = fit_hierarchy(x, n_super=3, n_sub=3, floor=0.0, seed=0).hierarchy
    assert certainty(x, hierarchy, floor=0.0, seed=0).tops.max() < 0.8


def test_progress_is_told() -> None:
    """Anything over two seconds says how far it is."""
    told: list[tuple[str, int, int]] = []
    x = np.arange(20.0)[:, None]
    hierarchy = fit_hierarchy(x, n_super=2, n_sub=2, floor=0.1, seed=0).hierarchy
    certainty(x, hierarchy, floor=0.1, seed=0, n_resamples=2, progress=lambda *step: told.append(step))
    assert told == [("drawing areas anew", 0, 2), ("drawing areas anew", 1, 2)]
    assert pytest.approx(1.0) == certainty(x, hierarchy, floor=0.1, seed=0, n_resamples=2).tops.max()
