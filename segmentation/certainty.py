"""How certain the segment of an area is, that is, how often it would come out again with areas drawn anew.

Areas are drawn with replacement, as many as there are; the whole hierarchy is sought on them from new starts, its
segments are matched with those of the model, and all areas are assigned (bootstrap, after Hennig 2007). Going on from
the old centroids, without new starts, flatters: on Derbyshire it says that 94 % of labels are kept, where new starts
keep 81 %.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geodata.errors import DataError
from segmentation.agreement import adjusted_rand, match_groups, overlaps
from segmentation.descent import Floats, Ints
from segmentation.hierarchy import Assignment, Hierarchy, Progress, assign, fit_path

N_RESAMPLES = 20
REPEATS = 2
"""The search on a resample is shorter than that for the model: measured, it changes the mean by half a point."""


@dataclass(frozen=True, slots=True, eq=False)
class Certainty:
    """How often each row keeps its segment when the rows are drawn anew.

    Parameters
    ----------
    tops, subs
        Share of the resamples that keep its super cluster, and its sub-cluster; 0 to 1, shape (n_rows,).
    tops_agree, subs_agree
        Adjusted Rand index with the model, one number a resample.
    """

    tops: Floats
    subs: Floats
    tops_agree: Floats
    subs_agree: Floats


def certainty(
    x: Floats,
    hierarchy: Hierarchy,
    *,
    floor: float,
    seed: int,
    n_resamples: int = N_RESAMPLES,
    labels: tuple[Ints, Ints] | None = None,
    progress: Progress | None = None,
) -> Certainty:
    """Return how certain the labels are that the hierarchy gives these rows.

    A resample that holds fewer sub-clusters above the floor keeps those that match; one that cannot be grouped at all
    (fewer distinct rows than super clusters) keeps none.

    Parameters
    ----------
    x
        Features, shape (n_rows, n_features).
    hierarchy
        The model's.
    floor
        Least share of rows in a segment, as the model was built with.
    seed
        Same rows and seed, same certainty.
    n_resamples
        How often the rows are drawn anew.
    labels
        Super cluster and sub-cluster of each row, where they are not the nearest.
    progress
        Told how many are done.
    """
    rng = np.random.default_rng((seed, 1))
    top_labels, sub_labels = labels or _nearest(x, hierarchy)
    n_super, n_sub = len(hierarchy.tops), len(hierarchy.subs)
    tops, subs = np.zeros(len(x)), np.zeros(len(x))
    agree = np.zeros((2, n_resamples))
    for done in range(n_resamples):
        if progress:
            progress("drawing areas anew", done, n_resamples)
        drawn, drawn_seed = rng.integers(len(x), size=len(x)), int(rng.integers(2**31))
        found = _found_again(x, drawn, hierarchy, floor, drawn_seed)
        if found is None:
            continue
        tops += _matched(top_labels, found.tops, n_super) == top_labels
        subs += _matched(sub_labels, found.subs, n_sub) == sub_labels
        agree[:, done] = adjusted_rand(top_labels, found.tops), adjusted_rand(sub_labels, found.subs)
    return Certainty(tops / n_resamples, subs / n_resamples, agree[0], agree[1])


def _nearest(x: Floats, hierarchy: Hierarchy) -> tuple[Ints, Ints]:
    found = assign(x, hierarchy)
    return found.tops, found.subs


def _found_again(x: Floats, drawn: Ints, hierarchy: Hierarchy, floor: float, seed: int) -> Assignment | None:
    """Return where the rows belong in the hierarchy that is found on those drawn; None where there is none."""
    n_super, n_sub = len(hierarchy.tops), len(hierarchy.subs)
    try:
        path = fit_path(x[drawn], n_super=n_super, n_sub=n_sub, floor=floor, seed=seed, repeats=REPEATS)
    except DataError:
        return None
    return assign(x, path[-1].hierarchy)


def _matched(earlier: Ints, later: Ints, n: int) -> Ints:
    """Return the later labels under the numbers of the earlier ones that they match."""
    return match_groups(overlaps(earlier, later, n, n))[later]
