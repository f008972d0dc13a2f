"""The engine: planted answers, the best answer by trying all, and no say for order, threads or copies of rows."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from geodata.errors import DataError
from segmentation.cluster import count_distinct, distances_to, fit_kmeans, nearest, warm_start


def inertia_of(x: np.ndarray, labels: np.ndarray, k: int) -> float:
    """Return the sum of squared distances to the means of the labels."""
    return sum(float(np.square(x[labels == at] - x[labels == at].mean(axis=0)).sum()) for at in range(k))


def test_planted_groups_are_found(blobs: np.ndarray) -> None:
    """Three clouds far apart are three clusters."""
    found = fit_kmeans(blobs, 3, seed=0)
    assert found.sizes.tolist() == [100, 100, 100]
    assert [len(set(found.labels[at : at + 100])) for at in (0, 100, 200)] == [1, 1, 1]
    assert found.inertia == pytest.approx(inertia_of(blobs, found.labels, 3), rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_no_other_grouping_of_eight_rows_is_better(seed: int) -> None:
    """Against every one of 6,561 ways to put eight rows into three groups."""
    x = np.random.default_rng(seed).random((8, 2))
    ways = (np.array(way) for way in product(range(3), repeat=8) if len(set(way)) == 3)
    best = min(inertia_of(x, way, 3) for way in ways)
    assert fit_kmeans(x, 3, seed=1).inertia == pytest.approx(best, rel=1e-9)


def test_the_same_seed_gives_the_same_bytes(blobs: np.ndarray) -> None:
    """A classification must be repeatable by somebody else."""
    one, two = fit_kmeans(blobs, 5, seed=3), fit_kmeans(blobs, 5, seed=3)
    assert one.centroids.tobytes() == two.centroids.tobytes()
    assert one.labels.tobytes() == two.labels.tobytes()


def test_the_number_of_threads_has_no_say(blobs: np.ndarray) -> None:
    """Nor has the machine it runs on, as far as that can be had."""
    with threadpool_limits(limits=1):
        one = fit_kmeans(blobs, 5, seed=3)
    with threadpool_limits(limits=2):
        two = fit_kmeans(blobs, 5, seed=3)
    assert one.centroids.tobytes() == two.centroids.tobytes()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_rows_has_no_say(seed: int) -> None:
    """Files are sorted in many ways."""
    rng = np.random.default_rng(seed)
    x, order = rng.random((40, 3)), rng.permutation(40)
    one, two = fit_kmeans(x, 4, seed=2), fit_kmeans(x[order], 4, seed=2)
    assert one.centroids.tobytes() == two.centroids.tobytes()
    assert one.labels[order].tolist() == two.labels.tolist()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6))
def test_every_row_is_with_its_nearest_centroid_and_sizes_fall(seed: int, k: int) -> None:
    """What k-means means, and how its clusters are numbered."""
    x = np.random.default_rng(seed).random((30, 2))
    found = fit_kmeans(x, k, seed=seed)
    assert found.labels.tolist() == distances_to(x, found.centroids).argmin(axis=1).tolist()
    assert (np.diff(found.sizes) <= 0).all()
    assert found.sizes.sum() == 30


def test_more_clusters_never_cost_more(blobs: np.ndarray) -> None:
    """Inertia falls as clusters are added."""
    costs = [fit_kmeans(blobs, k, seed=0).inertia for k in range(1, 7)]
    assert all(more <= fewer for fewer, more in pairwise(costs))


def test_copies_of_rows_make_no_trouble() -> None:
    """Many areas may have one profile; as many clusters as profiles leave no distance."""
    x = np.repeat(np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]]), 20, axis=0)
    found = fit_kmeans(x, 3, seed=0)
    assert found.inertia == pytest.approx(0.0, abs=1e-12)
    assert found.sizes.tolist() == [20, 20, 20]


def test_fewer_profiles_than_clusters_are_refused() -> None:
    """Clusters without anybody in them help nobody."""
    x = np.repeat(np.array([[0.0, 0.0], [1.0, 1.0]]), 5, axis=0)
    with pytest.raises(DataError, match="3 clusters were asked for, and the 10 areas have 2 distinct profiles"):
        fit_kmeans(x, 3, seed=0)
    with pytest.raises(DataError, match="0 clusters were asked for"):
        fit_kmeans(x, 0, seed=0)
    with pytest.raises(DataError, match="not finite"):
        fit_kmeans(np.array([[np.nan], [1.0]]), 1, seed=0)
    assert (count_distinct(x), count_distinct(x[:0])) == (2, 0)


def test_a_least_size_is_kept_where_it_can_be() -> None:
    """Three stragglers would be a cluster of their own; with a least size of 20 they join others."""
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(0, 0.1, (60, 2)), rng.normal(1, 0.1, (60, 2)), rng.normal(9, 0.1, (3, 2))])
    assert fit_kmeans(x, 3, seed=0).sizes.min() == 3
    assert fit_kmeans(x, 3, seed=0, min_size=20).sizes.min() >= 20


def test_a_large_table_is_searched_on_a_sample_and_finished_on_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """The centroids are those of all the rows, not of the sample."""
    monkeypatch.setattr("segmentation.cluster.SAMPLE_ABOVE", 1_000)
    monkeypatch.setattr("segmentation.cluster.SAMPLE", 200)
    rng = np.random.default_rng(1)
    x = np.repeat(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), 500, axis=0) + rng.normal(0, 0.05, (1_500, 2))
    found = fit_kmeans(x, 3, seed=0)
    assert found.inertia == pytest.approx(inertia_of(x, found.labels, 3), rel=1e-9)
    assert found.sizes.tolist() == [500, 500, 500]


def test_a_row_is_judged_by_itself(blobs: np.ndarray) -> None:
    """One customer labelled alone gets the label of the whole table, to the last bit of the distance."""
    centroids = blobs[[0, 100, 200]]
    labels, distances = nearest(blobs, centroids)
    for at in (0, 57, 299):
        label, distance = nearest(blobs[at : at + 1], centroids)
        assert (label[0], distance[0]) == (labels[at], distances[at])


def test_a_warm_start_keeps_the_numbers_of_its_clusters(blobs: np.ndarray) -> None:
    """Cluster 2 stays cluster 2, wherever it goes."""
    start = np.array([[0.1, 0.9], [0.9, 0.1], [0.1, 0.1]])
    assert warm_start(blobs, start).round(1).tolist() == [[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]


@pytest.mark.real
def test_derbyshire_beats_what_a_thousand_restarts_found(derbyshire_features: np.ndarray) -> None:
    """1,604.864 was the best inertia of 1,000 scikit-learn starts at k = 18 on this matrix (bench/segmentation.py)."""
    assert fit_kmeans(derbyshire_features, 18, seed=0).inertia < 1_604.864 * 1.0001
