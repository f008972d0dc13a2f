"""Downhill: the steps of k-means, many starts at once in single precision, and a finish in double precision.

Steps are over-relaxed: a centroid moves 1.75 times the way to the mean of its rows. Any factor below 2 keeps inertia
falling (a cluster of n rows about a point c costs n |m - c|^2 more than about its mean m, and at c + w (m - c) it costs
(w - 1)^2 of that), and measured on Derbyshire it ends both sooner and lower.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Ints = npt.NDArray[np.intp]

RELAXATION = 1.75
MAX_STEPS = 300


@dataclass(frozen=True, slots=True, eq=False)
class Points:
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
    def of(cls, rows: Floats) -> Points:
        """Return the points of rows about their mean, shape (n_rows, n_columns)."""
        single = np.ones((len(rows), rows.shape[1] + 1), np.float32)
        single[:, :-1] = rows
        return cls(rows, single, np.ascontiguousarray(single.T), float(np.square(rows).sum()), {})

    def room(self, name: str, n_rows: int) -> Singles:
        """Return scratch memory of shape (n_rows, number of points), with whatever is in it."""
        held = self.scratch.get(name)
        if held is None or len(held) < n_rows:
            held = self.scratch[name] = np.empty((n_rows, len(self.double)), np.float32)
        return held[:n_rows]


def descend(
    points: Points, centroids: Singles, *, tolerance: float, steps: int = MAX_STEPS, min_size: int = 1
) -> tuple[Singles, Floats]:
    """Take over-relaxed steps with all starts at once, each until its gain is below the tolerance.

    Parameters
    ----------
    points
        The rows.
    centroids
        Where the starts stand, shape (n_starts, k, n_columns).
    tolerance
        Relative gain in inertia of one step below which a start has arrived.
    steps
        Steps after which it stops anyway.
    min_size
        Least rows in a cluster; a start with smaller ones is worth less than any without.

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


def _step(points: Points, centroids: Singles) -> tuple[Singles, Floats, Singles]:
    """Return the centroids one over-relaxed step further; inertia and sizes of the clusters before it."""
    costs = scores(points, centroids)
    least = costs.min(axis=1)
    members = points.room("members", costs.shape[0] * costs.shape[1])
    np.equal(costs, least[:, None], out=members.reshape(costs.shape))
    sums = (members @ points.single).reshape(*centroids.shape[:2], -1)
    sizes = sums[..., -1]
    means = sums[..., :-1] / np.maximum(sizes, 1)[..., None]
    move: Singles = np.float32(RELAXATION) * (means - centroids)
    move[sizes == 0] = 0
    return centroids + move, points.total + least.sum(axis=1, dtype=np.float64), sizes


def scores(points: Points, centroids: Singles) -> Singles:
    """Return squared distances less the squared length of the row, shape (n_starts, k, n_rows), in scratch memory."""
    flat = centroids.reshape(-1, centroids.shape[2])
    sides = np.empty((len(flat), flat.shape[1] + 1), np.float32)
    sides[:, :-1], sides[:, -1] = -2 * flat, np.square(flat).sum(axis=1)
    room = points.room("scores", len(flat))
    return np.matmul(sides, points.across, out=room).reshape(*centroids.shape[:2], -1)


def finish(points: Points, centroids: Floats, *, max_steps: int = MAX_STEPS) -> tuple[Floats, Ints]:
    """Return centroids and the sizes of their clusters after plain steps until no row changes its cluster.

    Parameters
    ----------
    points
        The rows.
    centroids
        Where to begin, shape (k, n_columns); their order is kept, and an empty cluster stays where it is.
    max_steps
        Steps after which it stops anyway.
    """
    labels, sizes = np.full(len(points.double), -1), np.zeros(len(centroids), dtype=np.intp)
    for _ in range(max_steps):
        costs = (-2 * centroids) @ points.double.T + np.square(centroids).sum(axis=1)[:, None]
        new = costs.argmin(axis=0)
        if (new == labels).all():
            break
        labels, sizes = new, np.bincount(new, minlength=len(centroids))
        members = np.zeros(costs.shape)
        members[labels, np.arange(len(labels))] = 1
        means = (members @ points.double) / np.maximum(sizes, 1)[:, None]
        centroids = np.where(sizes[:, None] > 0, means, centroids)
    return centroids, sizes
