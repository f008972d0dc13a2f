"""Top-down hierarchy: a few super clusters, and sub-clusters allotted to them where they explain most.

Each super cluster starts with one sub-cluster. Then, one at a time, another is given to the super cluster whose inertia
falls most by it (its sub-clusters are found anew), until the number asked for is reached. A step that would leave a
sub-cluster below the floor is not taken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from geodata.errors import DataError
from segmentation.cluster import REPEATS, Clustering, count_distinct, distances_to, fit_kmeans, nearest, warm_start
from segmentation.descent import Floats, Ints

Progress = Callable[[str, int, int], None]
"""What is told while it runs: the step in words, how many are done, of how many."""


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """Centroids of super clusters and of the sub-clusters within them.

    Parameters
    ----------
    tops
        Centroids of the super clusters, shape (n_super, n_features).
    subs
        Centroids of the sub-clusters, shape (n_sub, n_features).
    parents
        Super cluster of each sub-cluster, shape (n_sub,). Those of one super cluster stand in a row when a hierarchy is
        made; after a refresh they keep the numbers they had.
    """

    tops: Floats
    subs: Floats
    parents: Ints

    def __post_init__(self) -> None:
        if len(self.subs) != len(self.parents) or sorted(set(self.parents.tolist())) != list(range(len(self.tops))):
            raise ValueError("every sub-cluster has a parent, and every super cluster at least one sub-cluster")

    def children(self, top: int) -> Ints:
        """Return the sub-clusters of a super cluster."""
        return np.flatnonzero(self.parents == top)


@dataclass(frozen=True, slots=True, eq=False)
class HierarchyFit:
    """A hierarchy and what it took to find it.

    Parameters
    ----------
    hierarchy
        The centroids.
    super_inertia, sub_inertia
        Sum of squared distances of the rows to the centroid of their super cluster, and of their sub-cluster.
    starts
        Starts taken, over all splits.
    """

    hierarchy: Hierarchy
    super_inertia: float
    sub_inertia: float
    starts: int


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """Where each row belongs; every array has shape (n_rows,).

    Parameters
    ----------
    tops, subs
        Nearest super cluster, and the nearest sub-cluster within it.
    margin
        1 - (distance to the nearest) / (distance to the second nearest), the smaller of both levels: 0 on the border
        between two segments, 1 at the centroid, 1 where there is no second.
    second_best
        The nearest sub-cluster that the row could fall to: a sibling, or one in the second nearest super cluster; -1
        where there is none.
    distance
        Distance to the centroid of the sub-cluster.
    """

    tops: Ints
    subs: Ints
    margin: Floats
    second_best: Ints
    distance: Floats


def fit_hierarchy(
    x: Floats, *, n_super: int, n_sub: int, floor: float, seed: int, progress: Progress | None = None
) -> HierarchyFit:
    """Find super clusters and sub-clusters top-down.

    Parameters
    ----------
    x
        Features, shape (n_rows, n_features); the order of rows has no influence.
    n_super, n_sub
        Numbers of super clusters, and of sub-clusters in all.
    floor
        Least share of all rows in a cluster, such as 0.02.
    seed
        Same features and seed, same hierarchy.
    progress
        Called after each split.

    Raises
    ------
    DataError
        The numbers cannot be reached: too few rows or distinct profiles, or the floor does not allow so many.
    """
    return find_path(x, n_super=n_super, n_sub=n_sub, floor=floor, seed=seed, progress=progress)[-1]


def find_path(
    x: Floats, *, n_super: int, n_sub: int, floor: float, seed: int, progress: Progress | None = None
) -> tuple[HierarchyFit, ...]:
    """Return what :func:`fit_path` returns, all the way down to `n_sub`; see :func:`fit_hierarchy`.

    Raises
    ------
    DataError
        The numbers cannot be reached.
    """
    least = check_numbers(len(x), n_super=n_super, n_sub=n_sub, floor=floor)
    path = fit_path(x, n_super=n_super, n_sub=n_sub, floor=floor, seed=seed, progress=progress)
    smallest = int(np.bincount(assign(x, path[0].hierarchy).tops, minlength=n_super).min())
    if smallest < least:
        raise DataError(
            f"segments: no {n_super} super clusters of at least {least} areas (floor {floor:.1%}) were found; the "
            f"smallest has {smallest}. Ask for fewer super clusters, or lower the floor."
        )
    done = len(path[-1].hierarchy.subs)
    if done < n_sub:
        raise DataError(
            f"segments: only {done} sub-clusters hold at least {least} areas each (floor {floor:.1%}), and {n_sub} "
            f"were asked for. Ask for {done} or fewer, or lower the floor."
        )
    return path


def fit_path(
    x: Floats,
    *,
    n_super: int,
    n_sub: int,
    floor: float,
    seed: int,
    repeats: int = REPEATS,
    progress: Progress | None = None,
) -> tuple[HierarchyFit, ...]:
    """Return the hierarchies on the way from the super clusters alone to `n_sub` sub-clusters, each with one more.

    Parameters
    ----------
    x, n_super, n_sub, floor, seed, progress
        As for :func:`fit_hierarchy`.
    repeats
        How long the search goes on; see :func:`segmentation.cluster.fit_kmeans`.

    Returns
    -------
    tuple
        The first has `n_super` sub-clusters. It ends early where the floor allows no more.
    """
    least = max(1, int(np.ceil(floor * len(x) - 1e-9)))
    top = fit_kmeans(x, n_super, seed=(seed, 0), min_size=least, repeats=repeats)
    splits = _Splits([x[top.labels == number] for number in range(n_super)], least, seed, repeats)
    path = [splits.hierarchy(top)]
    for done in range(n_super, n_sub):
        if progress:
            progress("splitting super clusters", done, n_sub)
        if not splits.take_best():
            break
        path.append(splits.hierarchy(top))
    return tuple(path)


def check_numbers(n_rows: int, *, n_super: int, n_sub: int, floor: float) -> int:
    """Return the least number of rows in a cluster.

    Raises
    ------
    DataError
        The numbers contradict each other.
    """
    if not 0 <= floor < 1:
        raise DataError(f"segments: the floor is a share of the areas from 0 to 1, not {floor:g}. Try 0.02.")
    if not 1 <= n_super <= n_sub:
        raise DataError(
            f"segments: {n_super} super clusters and {n_sub} sub-clusters were asked for. Ask for at least one super "
            "cluster and at least as many sub-clusters."
        )
    least = max(1, int(np.ceil(floor * n_rows - 1e-9)))
    if n_sub > n_rows:
        raise DataError(f"segments: {n_sub} clusters were asked for, and there are {n_rows} areas. Ask for fewer.")
    if n_sub * least > n_rows:
        raise DataError(
            f"segments: {n_sub} clusters of at least {least} areas (floor {floor:.1%}) need {n_sub * least} areas, "
            f"and there are {n_rows}. Ask for fewer clusters, or lower the floor."
        )
    return least


def assign(x: Floats, hierarchy: Hierarchy) -> Assignment:
    """Return where rows belong: the nearest super cluster, and within it the nearest sub-cluster.

    Each row is judged by itself; the rows beside it do not matter.
    """
    tops, other_tops, top_margin = _two_nearest(distances_to(x, hierarchy.tops))
    distances, rows = distances_to(x, hierarchy.subs), np.arange(len(x))
    inside = np.where(hierarchy.parents == tops[:, None], distances, np.inf)
    subs, _, sub_margin = _two_nearest(inside)
    within_reach = (hierarchy.parents == tops[:, None]) | (hierarchy.parents == other_tops[:, None])
    within_reach[rows, subs] = False
    second = np.where(within_reach, distances, np.inf).argmin(axis=1)
    return Assignment(
        tops,
        subs,
        np.minimum(top_margin, sub_margin),
        np.where(within_reach.any(axis=1), second, -1),
        distances[rows, subs],
    )


def warm_hierarchy(x: Floats, hierarchy: Hierarchy) -> Hierarchy:
    """Return the hierarchy gone downhill on other rows until it is at rest, its clusters in the same order."""
    tops = warm_start(x, hierarchy.tops)
    labels, _ = nearest(x, tops)
    subs = hierarchy.subs.copy()
    for top in range(len(tops)):
        mine, rows = hierarchy.children(top), x[labels == top]
        if len(rows):
            subs[mine] = warm_start(rows, subs[mine])
    return Hierarchy(tops, subs, hierarchy.parents)


@dataclass(slots=True)
class _Splits:
    """Sub-clusters of each super cluster found so far: those of the hierarchy, and one more where it is allowed."""

    rows: list[Floats]
    least: int
    seed: int
    repeats: int
    counts: list[int] = field(default_factory=list)
    distinct: list[int] = field(default_factory=list)
    fits: dict[tuple[int, int], Clustering] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.counts = [1] * len(self.rows)
        self.distinct = [count_distinct(rows) for rows in self.rows]
        for parent in range(len(self.rows)):
            self._fit(parent, 1)

    def take_best(self) -> bool:
        """Give one more sub-cluster where inertia falls most; False where the floor allows none."""
        gains = [self._gain(parent) for parent in range(len(self.rows))]
        best = int(np.argmax(gains))
        if gains[best] <= 0:
            return False
        self.counts[best] += 1
        return True

    def hierarchy(self, top: Clustering) -> HierarchyFit:
        """Return the hierarchy as it stands under these super clusters."""
        chosen = [self.fits[parent, count] for parent, count in enumerate(self.counts)]
        subs = np.concatenate([fit.centroids for fit in chosen])
        hierarchy = Hierarchy(top.centroids, subs, np.repeat(np.arange(len(self.counts)), self.counts))
        starts = top.starts + sum(fit.starts for fit in self.fits.values())
        return HierarchyFit(hierarchy, top.inertia, float(sum(fit.inertia for fit in chosen)), starts)

    def _gain(self, parent: int) -> float:
        """Return by how much inertia falls with one more; 0 where the floor does not allow it."""
        now, more = self.counts[parent], self.counts[parent] + 1
        if len(self.rows[parent]) < more * self.least or self.distinct[parent] < more:
            return 0.0
        fit = self._fit(parent, more)
        if fit.sizes.min() < self.least:
            return 0.0
        return self._fit(parent, now).inertia - fit.inertia

    def _fit(self, parent: int, k: int) -> Clustering:
        if (parent, k) not in self.fits:
            seed = (self.seed, 1 + parent, k)
            rows = self.rows[parent]
            self.fits[parent, k] = fit_kmeans(rows, k, seed=seed, min_size=self.least, repeats=self.repeats)
        return self.fits[parent, k]


def _two_nearest(distances: Floats) -> tuple[Ints, Ints, Floats]:
    """Return the nearest, the second nearest (-1 where there is none) and the margin between them."""
    first: Ints = distances.argmin(axis=1)
    rows = np.arange(len(distances))
    nearest_by = distances[rows, first]
    others = distances.copy()
    others[rows, first] = np.inf
    second = others.argmin(axis=1)
    by = others[rows, second]
    margin = 1 - np.divide(nearest_by, by, out=np.ones(len(rows)), where=by > 0)
    return first, np.where(np.isinf(by), -1, second), margin
