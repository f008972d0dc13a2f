"""The hierarchy: children where they explain most, a floor that holds, and labels that follow from distances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import DataError
from segmentation.hierarchy import Hierarchy, assign, fit_hierarchy, fit_path

LINE = Hierarchy(np.array([[1.0], [11.0]]), np.array([[0.0], [2.0], [10.0], [12.0]]), np.array([0, 0, 1, 1]))
"""Two super clusters on a line, two sub-clusters in each; the border of the former is at 6."""


def clouds() -> np.ndarray:
    """Return two groups far apart: one of three clouds, one of a single cloud; 60 points in each cloud."""
    middles = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [9.0, 9.0]])
    return np.repeat(middles, 60, axis=0) + np.random.default_rng(2).normal(0, 0.05, (240, 2))


def test_sub_clusters_go_where_they_explain_most() -> None:
    """Three clouds get three, one cloud gets one."""
    fit = fit_hierarchy(clouds(), n_super=2, n_sub=4, floor=0.02, seed=0)
    assert np.bincount(fit.hierarchy.parents).tolist() == [3, 1]
    assert fit.sub_inertia < fit.super_inertia / 10


def test_the_inertia_told_is_that_of_the_labels() -> None:
    """A quality that belongs to other labels is none."""
    x = clouds()
    fit = fit_hierarchy(x, n_super=2, n_sub=5, floor=0.02, seed=0)
    assert np.square(assign(x, fit.hierarchy).distance).sum() == pytest.approx(fit.sub_inertia)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1_000), st.integers(1, 3), st.integers(3, 6))
def test_no_segment_is_below_the_floor(seed: int, n_super: int, n_sub: int) -> None:
    """A segment of a few areas cannot be planned for."""
    x = np.random.default_rng(seed).random((60, 2))
    try:
        fit = fit_hierarchy(x, n_super=n_super, n_sub=n_sub, floor=0.1, seed=seed)
    except DataError as error:
        assert "lower the floor" in str(error)  # noqa: PT017 - either outcome keeps the promise
        return
    found = assign(x, fit.hierarchy)
    assert np.bincount(found.subs, minlength=n_sub).min() >= 6
    assert (fit.hierarchy.parents[found.subs] == found.tops).all()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"n_super": 3, "n_sub": 2}, "3 super clusters and 2 sub-clusters were asked for"),
        ({"n_super": 0}, "Ask for at least one super cluster"),
        ({"floor": 1.2}, "the floor is a share of the areas from 0 to 1, not 1.2"),
        ({"n_sub": 400}, "400 clusters were asked for, and there are 240 areas"),
        ({"n_sub": 18, "floor": 0.1}, "18 clusters of at least 24 areas .* need 432 areas, and there are 240"),
        ({"n_sub": 5, "floor": 0.2}, "only 4 sub-clusters hold at least 48 areas .* Ask for 4 or fewer"),
    ],
)  # fmt: skip
def test_numbers_that_cannot_be_had_are_refused(options: dict[str, float], sentence: str) -> None:
    """Before any work where it can be seen before."""
    wanted = {"n_super": 2, "n_sub": 4, "floor": 0.02} | options
    with pytest.raises(DataError, match=sentence):
        fit_hierarchy(clouds(), seed=0, **wanted)


def test_the_second_best_is_the_next_it_could_be_in() -> None:
    """At 0.9 and 12 it is the sibling; at 5.9 it is the nearest of the other super cluster, at 10."""
    found = assign(np.array([[0.9], [5.9], [12.0]]), LINE)
    assert found.subs.tolist() == [0, 1, 3]
    assert found.second_best.tolist() == [1, 2, 2]
    assert found.margin[0] == pytest.approx(1 - 0.9 / 1.1)
    assert found.margin[1] == pytest.approx(1 - 4.9 / 5.1)
    assert found.margin[2] == pytest.approx(1 - 1.0 / 11.0)


def test_a_row_on_a_border_has_no_margin_and_one_alone_has_no_rival() -> None:
    """0 and 1 are the ends of the scale."""
    assert assign(np.array([[1.0]]), LINE).margin.tolist() == [0.0]
    alone = assign(np.array([[5.0]]), Hierarchy(np.array([[1.0]]), np.array([[1.0]]), np.array([0])))
    assert (alone.margin.tolist(), alone.second_best.tolist()) == ([1.0], [-1])


def test_a_super_cluster_without_sub_clusters_has_its_rival_next_door() -> None:
    """With one sub-cluster each, the second best is that of the other super cluster."""
    pair = Hierarchy(np.array([[0.0], [4.0]]), np.array([[0.0], [4.0]]), np.array([0, 1]))
    found = assign(np.array([[1.0], [4.0]]), pair)
    assert found.second_best.tolist() == [1, 0]
    assert found.margin.tolist() == pytest.approx([1 - 1 / 3, 1.0])


def test_progress_is_told() -> None:
    """Anything over two seconds says how far it is."""
    told: list[tuple[str, int, int]] = []
    fit = fit_hierarchy(clouds(), n_super=2, n_sub=4, floor=0.02, seed=0, progress=lambda *step: told.append(step))
    assert told == [("splitting super clusters", 2, 4), ("splitting super clusters", 3, 4)]
    assert len(fit.hierarchy.subs) == 4


def test_the_way_down_is_the_hierarchies_that_would_have_been_asked_for() -> None:
    """One search tells of every number of sub-clusters, and ends where the floor does."""
    path = fit_path(clouds(), n_super=2, n_sub=4, floor=0.02, seed=0)
    assert [len(step.hierarchy.subs) for step in path] == [2, 3, 4]
    for step in path:
        alone = fit_hierarchy(clouds(), n_super=2, n_sub=len(step.hierarchy.subs), floor=0.02, seed=0)
        assert (alone.hierarchy.subs == step.hierarchy.subs).all()
    assert len(fit_path(clouds(), n_super=2, n_sub=9, floor=0.2, seed=0)) == 3


def test_sub_clusters_may_keep_numbers_out_of_the_order_of_their_parents() -> None:
    """After a refresh number 1 may have moved to another super cluster; labels follow the parents all the same."""
    mixed = Hierarchy(LINE.tops, LINE.subs[[0, 2, 1, 3]], np.array([0, 1, 0, 1]))
    assert assign(np.array([[0.9], [2.2], [9.0]]), mixed).subs.tolist() == [0, 2, 1]
    assert mixed.children(1).tolist() == [1, 3]


def test_a_hierarchy_that_does_not_hang_together_cannot_be_made() -> None:
    """A model file that was edited by hand may hold anything."""
    with pytest.raises(ValueError, match="every super cluster at least one"):
        Hierarchy(LINE.tops, LINE.subs, np.array([0, 0, 0, 0]))
