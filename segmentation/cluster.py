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

Steps are over-relaxed: a centroid moves 1.75 times the way to the mean of its rows. Any factor below 2 keeps inertia
falling (the cluster's cost at m + (w - 1)(m - c) exceeds that at its mean m by (w - 1)^2 n |m - c|^2), and measured on
Derbyshire it ends both sooner and lower. Rows are put in an order of their own and the linear algebra runs on one
thread, so that neither the order of rows nor the number of processors has a say in the result.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from geodata.errors import DataError

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Ints = npt.NDArray[np.intp]

BATCH = 8
"""Starts, or redrawn copies, that go downhill together."""
KEPT = 2
"""Redrawn copies that go on after the first steps."""
FIRST_STEPS = 4
RELAXATION = 1.75
LOOSE, CLOSE, CLOSEST = 1e-4, 1e-5, 1e-6
"""Relative gain in inertia of one step below which a start, a redrawn copy, or a shaken copy has arrived."""
SHAKES = 2
"""Rounds of shaking that the best must stand."""
BETTER = 2e-5
"""Relative gain in inertia that counts as an improvement."""
SAME = 1e-4
"""Relative difference in inertia below which two starts have reached the same."""
SAMPLE_ABOVE, SAMPLE = 50_000, 20_000
"""Above so many rows the search runs on a sample of so many."""
MAX_STEPS = 300


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


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """Rows about their mean, in both precisions; `single` has a last column of ones, which counts and adds constants.

    `across` is `single` transposed; `scratch` is memory that every step uses again (asking for it anew takes as long
    as the arithmetic).
    """

    double: Floats
    single: Singles
    across: Singles
    total: float
    scratch: dict[str, Singles]

    @classmethod
    def of(cls, rows: Floats) -> _Points:
        single = np.ones((len(rows), rows.shape[1] + 1), np.float32)
        single[:, :-1] = rows
        return cls(rows, single, np.ascontiguousarray(single.T), float(np.square(rows).sum()), {})

    def room(self, name: str, n_rows: int) -> Singles:
        """Return scratch memory of shape (n_rows, number of points), with whatever is in it."""
        held = self.scratch.get(name)
        if held is None or len(held) < n_rows:
            held = self.scratch[name] = np.empty((n_rows, len(self.double)), np.float32)
        return held[:n_rows]


@dataclass(frozen=True, slots=True)
class _Search:
    """How long the search goes on, and the least size of a cluster that it prefers."""

    repeats: int
    max_starts: int
    min_size: int


def fit_kmeans(
    x: Floats, k: int, *, seed: int | tuple[int, ...], repeats: int = 5, max_starts: int = 5_000, min_size: int = 1
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
    ordered = x[np.lexsort(x.T[::-1])]
    _check_rows(ordered, k)
    middle = ordered.mean(axis=0)
    rng = np.random.default_rng(seed)
    with threadpool_limits(limits=1):
        points = _Points.of(ordered - middle)
        search = _Search(repeats, max_starts, min_size)
        best, starts, reached = _search(_sample(points, rng), k, rng, search)
        if len(x) > SAMPLE_ABOVE:
            best = _descend(points, best[None], tolerance=CLOSE)[0][0]
        centroids = _finish(points, best.astype(np.float64)) + middle
    centroids = _in_order(ordered, centroids)
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


def warm_start(x: Floats, centroids: Floats, *, max_steps: int = MAX_STEPS) -> Floats:
    """Return centroids gone downhill from given ones, in the same order, until no row changes its cluster."""
    with threadpool_limits(limits=1):
        middle = x.mean(axis=0)
        moved: Floats = _finish(_Points.of(x - middle), centroids - middle, max_steps=max_steps) + middle
    return moved


def count_distinct(x: Floats) -> int:
    """Return the number of distinct rows."""
    return _distinct_in_order(x[np.lexsort(x.T[::-1])])


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


def _sample(points: _Points, rng: np.random.Generator) -> _Points:
    """Return the points to search on: all, or a sample of very many."""
    if len(points.double) <= SAMPLE_ABOVE:
        return points
    return _Points.of(points.double[np.sort(rng.choice(len(points.double), SAMPLE, replace=False))])


def _search(points: _Points, k: int, rng: np.random.Generator, search: _Search) -> tuple[Singles, int, int]:
    """Return the best centroids found, the starts taken, and how many of those finished reached the best."""
    batch, least = min(BATCH, k), search.min_size
    found, values = _descend(points, _plus_plus(points, k, BATCH, rng), tolerance=LOOSE, min_size=least)
    best, value, finished = found[values.argmin()], float(values.min()), [values]
    starts, idle, patience = BATCH, 0, -(-search.repeats * k // batch)
    while k > 1 and starts < search.max_starts and idle < patience + SHAKES:
        if idle < patience:
            copies = _redraw(points, best, batch, rng)
            copies, first = _descend(points, copies, tolerance=0.0, steps=FIRST_STEPS, min_size=least)
            copies, tolerance = copies[first.argsort(kind="stable")[:KEPT]], CLOSE
        else:
            copies, tolerance = _shake(points, best, BATCH, rng), CLOSEST
        found, values = _descend(points, copies, tolerance=tolerance, min_size=least)
        starts, idle = starts + batch, idle + 1
        finished.append(values)
        lowest = float(values.min())
        if lowest < value:
            idle = _idle_after(idle, lowest / value, patience)
            best, value = found[values.argmin()], lowest
    return best, starts, int((np.concatenate(finished) <= value * (1 + SAME)).sum())


def _idle_after(idle: int, ratio: float, patience: int) -> int:
    """Return the idle rounds after an improvement: back to the redraws, to the shakes, or no change."""
    if ratio < 1 - BETTER:
        return 0 if idle <= patience else patience
    return patience if idle > patience and ratio < 1 - CLOSEST else idle


def _plus_plus(points: _Points, k: int, n_starts: int, rng: np.random.Generator) -> Singles:
    """Return greedy k-means++ starts: of a few rows drawn by squared distance, the one that lowers inertia most."""
    tries = 2 + int(np.log(k))
    rows = points.single[:, :-1]
    norms = np.square(rows).sum(axis=1)
    starts = np.empty((n_starts, k, rows.shape[1]), np.float32)
    for start in starts:
        start[0] = rows[rng.integers(len(rows))]
        distances = np.maximum(norms + _scores(points, start[None, :1])[0, 0], 0)
        for at in range(1, k):
            drawn = rows[_draw(distances, tries, rng)]
            new = np.clip(norms + _scores(points, drawn[None])[0], 0, distances)
            chosen = new.sum(axis=1).argmin()
            start[at], distances = drawn[chosen], new[chosen]
    return starts


def _redraw(points: _Points, centroids: Singles, n_copies: int, rng: np.random.Generator) -> Singles:
    """Return copies, each with one centre of its own moved to a row drawn by squared distance."""
    rows = points.single[:, :-1]
    scores = _scores(points, centroids[None])[0].min(axis=0)
    distances = np.maximum(scores + np.square(rows).sum(axis=1), 0)
    copies = np.repeat(centroids[None], n_copies, axis=0)
    moved = rng.permutation(len(centroids))[:n_copies]
    copies[np.arange(n_copies), moved] = rows[_draw(distances, n_copies, rng)]
    return copies


def _shake(points: _Points, centroids: Singles, n_copies: int, rng: np.random.Generator) -> Singles:
    """Return copies in which every centroid is the mean of a random half of its rows."""
    scores = _scores(points, centroids[None])[0]
    members = scores == scores.min(axis=0)
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


def _descend(
    points: _Points, centroids: Singles, *, tolerance: float, steps: int = MAX_STEPS, min_size: int = 1
) -> tuple[Singles, Floats]:
    """Take over-relaxed steps with all starts at once, each until its gain is below the tolerance.

    Returns
    -------
    tuple
        Centroids, shape (n_starts, k, n_columns), and what each start is worth: its inertia, and the inertia of a
        single cluster more for every row that is lacking in a cluster below `min_size`.
    """
    arrived, values = centroids.copy(), np.full(len(centroids), np.inf)
    going, last = np.arange(len(centroids)), np.full(len(centroids), np.inf)
    for _ in range(steps):
        centroids, inertia, sizes = _step(points, centroids)
        lacking = np.maximum(min_size - sizes, 0).sum(axis=1) if min_size > 1 else 0
        arrived[going], values[going] = centroids, inertia + points.total * lacking
        on = last - inertia > tolerance * inertia
        going, centroids, last = going[on], centroids[on], inertia[on]
        if not len(going):
            break
    return arrived, values


def _step(points: _Points, centroids: Singles) -> tuple[Singles, Floats, Singles]:
    """Return the centroids one over-relaxed step further; inertia and sizes of the clusters before it."""
    scores = _scores(points, centroids)
    least = scores.min(axis=1)
    members = points.room("members", scores.shape[0] * scores.shape[1])
    np.equal(scores, least[:, None], out=members.reshape(scores.shape))
    sums = (members @ points.single).reshape(*centroids.shape[:2], -1)
    sizes = sums[..., -1]
    means = sums[..., :-1] / np.maximum(sizes, 1)[..., None]
    move: Singles = np.float32(RELAXATION) * (means - centroids)
    move[sizes == 0] = 0
    return centroids + move, points.total + least.sum(axis=1, dtype=np.float64), sizes


def _scores(points: _Points, centroids: Singles) -> Singles:
    """Return squared distances less the squared length of the row, shape (n_starts, k, n_rows), in scratch memory."""
    flat = centroids.reshape(-1, centroids.shape[2])
    sides = np.empty((len(flat), flat.shape[1] + 1), np.float32)
    sides[:, :-1], sides[:, -1] = -2 * flat, np.square(flat).sum(axis=1)
    room = points.room("scores", len(flat))
    return np.matmul(sides, points.across, out=room).reshape(*centroids.shape[:2], -1)


def _finish(points: _Points, centroids: Floats, *, max_steps: int = MAX_STEPS) -> Floats:
    """Return the centroids after plain steps in double precision until no row changes its cluster."""
    labels = np.full(len(points.double), -1)
    for _ in range(max_steps):
        scores = (-2 * centroids) @ points.double.T + np.square(centroids).sum(axis=1)[:, None]
        new = scores.argmin(axis=0)
        if (new == labels).all():
            break
        labels = new
        members = np.zeros(scores.shape)
        members[labels, np.arange(len(labels))] = 1
        sizes = members.sum(axis=1)[:, None]
        centroids = np.where(sizes > 0, (members @ points.double) / np.maximum(sizes, 1), centroids)
    return centroids


def _in_order(x: Floats, centroids: Floats) -> Floats:
    """Return the centroids by falling size of their clusters; equally large ones by their numbers."""
    sizes = np.bincount(nearest(x, centroids)[0], minlength=len(centroids))
    return centroids[np.lexsort((*centroids.T[::-1], -sizes))]
