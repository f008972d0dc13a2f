"""How far two groupings of the same areas agree, and which group of one is which of the other.

The adjusted Rand index (Hubert and Arabie 1985) looks at pairs of areas: 1 where the two groupings put the same pairs
together, about 0 where they agree no more than by chance. Groups are matched by the Hungarian method (Kuhn 1955): of
all ways to pair them, the one that leaves most areas where they were.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score, silhouette_score

from geodata.errors import DataError
from segmentation.descent import Floats, Ints

SILHOUETTE_SAMPLE = 4_000
"""Above so many rows the silhouette is that of a sample of so many: it looks at every pair."""


def adjusted_rand(one: Ints, two: Ints) -> float:
    """Return the adjusted Rand index of two groupings, arrays of labels of the same shape.

    Examples
    --------
    >>> adjusted_rand(np.array([0, 0, 1, 1]), np.array([5, 5, 3, 3]))
    1.0
    """
    return float(adjusted_rand_score(one, two))


def least_agreement(labels: list[Ints]) -> float:
    """Return the least adjusted Rand index between any two groupings; 1 where there are fewer than two."""
    return min((adjusted_rand(one, two) for at, one in enumerate(labels) for two in labels[at + 1 :]), default=1.0)


def overlaps(earlier: Ints, later: Ints, n_earlier: int, n_later: int) -> Ints:
    """Return how many rows are in each pair of groups, shape (n_earlier, n_later)."""
    counts = np.zeros((n_earlier, n_later), dtype=np.intp)
    np.add.at(counts, (earlier, later), 1)
    return counts


def come_back(shared: Ints) -> Floats:
    """Return how far each earlier group comes back: the Jaccard index with the later group most like it (Hennig 2007).

    Parameters
    ----------
    shared
        Rows in each pair of groups, shape (n_earlier, n_later), from :func:`overlaps`.

    Returns
    -------
    Floats
        Shape (n_earlier,): 1 where a group is found again whole, below 0.5 where it is torn.

    Examples
    --------
    >>> come_back(np.array([[4, 0], [1, 5]])).round(2).tolist()
    [0.8, 0.83]
    """
    either = shared.sum(axis=1)[:, None] + shared.sum(axis=0)[None, :] - shared
    return np.asarray((shared / np.maximum(either, 1)).max(axis=1))


def match_groups(shared: Ints) -> Ints:
    """Return which earlier group each later group is, so that most rows stay where they were.

    Parameters
    ----------
    shared
        Rows in each pair of groups, shape (n_earlier, n_later), from :func:`overlaps`.

    Returns
    -------
    Ints
        Shape (n_later,); -1 where there are more later groups than earlier ones and none is left.

    Examples
    --------
    >>> match_groups(np.array([[1, 9], [8, 2]])).tolist()
    [1, 0]
    """
    rows, columns = linear_sum_assignment(-shared)
    matched = np.full(shared.shape[1], -1, dtype=np.intp)
    matched[columns] = rows
    return matched


def silhouette(x: Floats, labels: Ints, *, seed: int) -> float:
    """Return the mean silhouette (Rousseeuw 1987): 1 where groups lie far apart, 0 where they touch, below 0 mixed.

    Parameters
    ----------
    x
        Features, shape (n_rows, n_features).
    labels
        Group of each row, shape (n_rows,).
    seed
        Draws the sample where there are very many rows.

    Raises
    ------
    DataError
        There are no two groups, or every row is a group of its own.
    """
    if len(x) > SILHOUETTE_SAMPLE:
        chosen = np.sort(np.random.default_rng(seed).choice(len(x), SILHOUETTE_SAMPLE, replace=False))
        x, labels = x[chosen], labels[chosen]
    if not 2 <= len(np.unique(labels)) < len(labels):
        raise DataError("segments: a silhouette needs at least two groups, and fewer groups than areas.")
    return float(silhouette_score(x, labels))
