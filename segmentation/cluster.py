"""The k-means engine: many quick starts, a search that redraws centres, a finish in double precision.

Minimise the inertia, the sum over rows of the squared distance to the nearest of k centroids. Restarts alone are a poor
search: at k = 18 on a county, 2 of 1,000 k-means++ starts come within 0.01 % of the best of them. So here

1. eight k-means++ starts (Arthur and Vassilvitskii 2007, greedy) go downhill together, in single precision, and the
   best is kept;
2. centres of the best are redrawn, one in each of eight copies, at rows drawn by their squared distance (swap search,
   Franti 2018); all eight take four steps, the two best go on to the bottom, and a better one becomes the best. It ends
   when `repeats` redraws for every centre have brought nothing better;
3. the best is shaken, each centroid moved to the mean of a random half of its rows, which finds the lowest of the many
   shallow hollows at the bottom, until two rounds of eight such copies have brought nothing;
4. the best goes on in double precision until no row changes its cluster.

How a start goes downhill is told in :mod:`segmentation.descent`. Rows are put in an order of their own and the linear
algebra runs on one thread, so that neither the order of rows nor the number of processors has a say in the result.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from geodata.errors import DataError
from segmentation.descent import MAX_STEPS, Floats, Ints, Points, Singles, descend, finish, scores

BATCH = 8
"""Starts, or redrawn copies, that go downhill together."""
KEPT = 2
"""Redrawn copies that go on after the first steps."""
FIRST_STEPS = 4
LOOSE, CLOSE, CLOSEST = 1e-4, 1e-5, 1e-6
"""Relative gain in inertia of one step below which a start, a redrawn copy, or a shaken copy has arrived."""
REPEATS = 5
"""Redraws of every centre that the best must stand."""
SHAKES = 2
"""Rounds of shaking that the best must stand."""
BETTER = 2e-5
"""Relative gain in inertia that counts as an improvement."""
SAME = 1e-4
"""Relative difference in inertia below which two starts have reached the same."""
SAMPLE_ABOVE, SAMPLE = 50_000, 20_000
"""Above so many rows the search runs on a sample of so many."""
ANSWERS, ROUNDS_ON_ALL = 3, 4
"""Different answers of a sample that are tried on all rows, and rounds of redraws there: the best answer for a sample
need not be the best for all."""


@dataclass(frozen=True, slots=True, eq=False)
class Clustering:
    """k centroids and the rows nearest to each.

    Parameters
    ----------
    centroids
        Shape (k, n_columns), the largest cluster first.
    labels
        Nearest centroid of each row, shape (n_rows,).
    inertia
        Sum of squared distances of the rows to their centroid.
    starts
        Starts taken, redraws included.
    reached
        How many of those that went to the bottom came within 0.01 % of the best.
    """

    centroids: Floats
    labels: Ints
    inertia: float
    starts: int
    reached: int

    @property
    def sizes(self) -> Ints:
        """Rows in each cluster."""
        return np.bincount(self.labels, minlength=len(self.centroids))


@dataclass(frozen=True, slots=True)
class _Search:
    """How long the search goes on, and the least size of a cluster that it prefers."""

    repeats: int
    max_starts: int
    min_size: int


def fit_kmeans(
    x: Floats,
    k: int,
    *,
    seed: int | tuple[int, ...],
    repeats: int = REPEATS,
    max_starts: int = 5_000,
    min_size: int = 1,
) -> Clustering:
    """Group rows around k centroids with the least inertia that the search finds.

    Parameters
    ----------
    x
        Finite numbers, shape (n_rows, n_columns). The order of the rows has no influence.
    k
        Number of clusters.
    seed
        Same rows and seed, same result.
    repeats
        Redraws of every centre that the best must stand before the search ends.
    max_starts
        Starts after which it ends anyway.
    min_size
        Least rows in a cluster that the search prefers; it may not be attainable, so look at ``sizes``.

    Raises
    ------
    DataError
        Fewer distinct rows than clusters, or numbers that are not finite.

    Examples
    --------
    >>> x = np.array([[0.0], [0.1], [0.2], [9.0], [9.1]])
    >>> found = fit_kmeans(x, 2, seed=1)
    >>> found.labels.tolist(), found.centroids.round(3).tolist()
    ([0, 0, 0, 1, 1], [[0.1], [9.05]])
    """
    x = np.ascontiguousarray(x, dtype=np.float64)
    ordered = x[_own_order(x)]
    _check_rows(ordered, k)
    middle = ordered.mean(axis=0)
    rng = np.random.default_rng(seed)
    with _threads().limit(limits=1):
        points = Points.of(ordered - middle)
        search = _Search(repeats, max_starts, min_size)
        best, starts, reached = _search(_sample(points, rng), k, rng, search)
        if len(x) > SAMPLE_ABOVE:
            best = _best_on_all(points, best, rng, search)
        centroids, sizes = finish(points, best[0].astype(np.float64))
    centroids = centroids[np.lexsort((*centroids.T[::-1], -sizes))] + middle
    labels, distances = nearest(x, centroids)
    return Clustering(centroids, labels, float(np.sort(np.square(distances)).sum()), starts, reached)


def nearest(x: Floats, centroids: Floats) -> tuple[Ints, Floats]:
    """Return the nearest centroid of each row and the distance to it.

    Each row is reckoned by itself, without matrix products, so that its answer does not depend on the rows beside it.

    Parameters
    ----------
    x
        Shape (n_rows, n_columns).
    centroids
        Shape (k, n_columns); of equally near ones the first is taken.
    """
    distances = distances_to(x, centroids)
    labels: Ints = distances.argmin(axis=1)
    return labels, distances[np.arange(len(x)), labels]


def distances_to(x: Floats, centroids: Floats) -> Floats:
    """Return the distance of each row to each centroid, shape (n_rows, k)."""
    squares: Floats = np.stack([np.square(x - centroid).sum(axis=1) for centroid in centroids], axis=1)
    return np.sqrt(squares)


@cache
def _threads() -> ThreadpoolController:
    """Return the libraries' pools of threads, looked up once: that takes as long as a small search."""
    return ThreadpoolController()


def warm_start(x: Floats, centroids: Floats, *, max_steps: int = MAX_STEPS) -> Floats:
    """Return centroids gone downhill from given ones, in the same order, until no row changes its cluster."""
    with _threads().limit(limits=1):
        middle = x.mean(axis=0)
        moved, _ = finish(Points.of(x - middle), centroids - middle, max_steps=max_steps)
    return np.asarray(moved + middle)


def count_distinct(x: Floats) -> int:
    """Return the number of distinct rows."""
    return _distinct_in_order(x[_own_order(x)])


def _own_order(x: Floats) -> Ints:
    """Return an order of the rows that depends on their numbers only; equal rows stand together.

    Rows are sorted by a weighted sum, which is quick; where two rows that differ have the same sum, column by column.
    """
    keys = (x * np.sqrt(np.arange(2, x.shape[1] + 2))).sum(axis=1)
    order: Ints = keys.argsort(kind="stable")
    tied = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    if (x[order[tied]] != x[order[tied + 1]]).any():
        order = np.lexsort(x.T[::-1])
    return order


def _distinct_in_order(ordered: Floats) -> int:
    return min(len(ordered), 1 + int((ordered[1:] != ordered[:-1]).any(axis=1).sum()))


def _check_rows(ordered: Floats, k: int) -> None:
    if k < 1:
        raise DataError(f"segments: {k} clusters were asked for. Ask for at least one.")
    if not np.isfinite(ordered).all():
        raise DataError("segments: the features hold numbers that are not finite. Check the census table.")
    distinct = _distinct_in_order(ordered)
    if distinct < k:
        raise DataError(
            f"segments: {k} clusters were asked for, and the {len(ordered)} areas have {distinct} distinct profiles. "
            "Ask for fewer clusters."
        )


def _sample(points: Points, rng: np.random.Generator) -> Points:
    """Return the points to search on: all, or a sample of very many."""
    if len(points.double) <= SAMPLE_ABOVE:
        return points
    return Points.of(points.double[np.sort(rng.choice(len(points.double), SAMPLE, replace=False))])


def _search(points: Points, k: int, rng: np.random.Generator, search: _Search) -> tuple[Singles, int, int]:
    """Return the best few different answers, the starts taken, and how many of those finished reached the best."""
    batch = min(BATCH, k)
    found, values = descend(points, _plus_plus(points, k, BATCH, rng), tolerance=LOOSE, min_size=search.min_size)
    best, value, ends = found[values.argmin()], float(values.min()), [(found, values)]
    starts, idle, patience = BATCH, 0, -(-search.repeats * k // batch)
    while k > 1 and starts < search.max_starts and idle < patience + SHAKES:
        if idle < patience:
            found, values = _redrawn(points, best, rng, search)
        else:
            copies = _shake(points, best, BATCH, rng)
            found, values = descend(points, copies, tolerance=CLOSEST, min_size=search.min_size)
        starts, idle = starts + batch, idle + 1
        ends.append((found, values))
        lowest = float(values.min())
        if lowest < value:
            idle = _idle_after(idle, lowest / value, patience)
            best, value = found[values.argmin()], lowest
    answers, worth = (np.concatenate(part) for part in zip(*ends, strict=True))
    return _different(answers, worth), starts, int((worth <= value * (1 + SAME)).sum())


def _redrawn(points: Points, best: Singles, rng: np.random.Generator, search: _Search) -> tuple[Singles, Floats]:
    """Return where the two most promising of some redrawn copies end, and what they are worth."""
    copies = _redraw(points, best, min(BATCH, len(best)), rng)
    copies, first = descend(points, copies, tolerance=0.0, steps=FIRST_STEPS, min_size=search.min_size)
    chosen = copies[first.argsort(kind="stable")[:KEPT]]
    return descend(points, chosen, tolerance=CLOSE, min_size=search.min_size)


def _different(answers: Singles, worth: Floats) -> Singles:
    """Return the best answers that differ in worth, the best first."""
    chosen: list[int] = []
    for at in worth.argsort(kind="stable"):
        if len(chosen) < ANSWERS and (not chosen or worth[at] > worth[chosen[-1]] * (1 + SAME)):
            chosen.append(int(at))
    return answers[chosen]


def _best_on_all(points: Points, answers: Singles, rng: np.random.Generator, search: _Search) -> Singles:
    """Return what becomes of answers found on a sample: the best on all points, after a few redraws there."""
    found, values = descend(points, answers, tolerance=CLOSE, min_size=search.min_size)
    for _ in range(ROUNDS_ON_ALL if answers.shape[1] > 1 else 0):
        best, value = found[values.argmin()], values.min()
        more, worth = _redrawn(points, best, rng, search)
        found, values = np.concatenate([best[None], more]), np.append(value, worth)
    return descend(points, found[values.argmin()][None], tolerance=CLOSEST / 10)[0]


def _idle_after(idle: int, ratio: float, patience: int) -> int:
    """Return the idle rounds after an improvement: back to the redraws, to the shakes, or no change."""
    if ratio < 1 - BETTER:
        return 0 if idle <= patience else patience
    return patience if idle > patience and ratio < 1 - CLOSEST else idle


def _plus_plus(points: Points, k: int, n_starts: int, rng: np.random.Generator) -> Singles:
    """Return greedy k-means++ starts: of a few rows drawn by squared distance, the one that lowers inertia most."""
    tries = 2 + int(np.log(k))
    rows = points.single[:, :-1]
    norms = np.square(rows).sum(axis=1)
    starts = np.empty((n_starts, k, rows.shape[1]), np.float32)
    for start in starts:
        start[0] = rows[rng.integers(len(rows))]
        distances = np.maximum(norms + scores(points, start[None, :1])[0, 0], 0)
        for at in range(1, k):
            drawn = rows[_draw(distances, tries, rng)]
            new = np.clip(norms + scores(points, drawn[None])[0], 0, distances)
            chosen = new.sum(axis=1).argmin()
            start[at], distances = drawn[chosen], new[chosen]
    return starts


def _redraw(points: Points, centroids: Singles, n_copies: int, rng: np.random.Generator) -> Singles:
    """Return copies, each with one centre of its own moved to a row drawn by squared distance."""
    rows = points.single[:, :-1]
    costs = scores(points, centroids[None])[0].min(axis=0)
    distances = np.maximum(costs + np.square(rows).sum(axis=1), 0)
    copies = np.repeat(centroids[None], n_copies, axis=0)
    moved = rng.permutation(len(centroids))[:n_copies]
    copies[np.arange(n_copies), moved] = rows[_draw(distances, n_copies, rng)]
    return copies


def _shake(points: Points, centroids: Singles, n_copies: int, rng: np.random.Generator) -> Singles:
    """Return copies in which every centroid is the mean of a random half of its rows."""
    costs = scores(points, centroids[None])[0]
    members = costs == costs.min(axis=0)
    copies = np.repeat(centroids[None], n_copies, axis=0)
    for copy in copies:
        sums = (members & (rng.random(members.shape[1]) < 0.5)).astype(np.float32) @ points.single
        some = sums[:, -1] > 0
        copy[some] = sums[some, :-1] / sums[some, -1:]
    return copies


def _draw(weights: Singles, n: int, rng: np.random.Generator) -> Ints:
    """Return rows drawn with chances in proportion to the weights (evenly where all are 0)."""
    cumulated = np.cumsum(weights, dtype=np.float64)
    if cumulated[-1] <= 0:
        return rng.integers(len(weights), size=n)
    drawn: Ints = np.searchsorted(cumulated, rng.random(n) * cumulated[-1], side="right")
    return np.minimum(drawn, len(weights) - 1)
