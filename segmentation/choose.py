"""How many segments: what each number of them costs and holds, with a picture's worth of numbers and a plain answer.

For each number of super clusters k:

- *inertia* and *silhouette*: how tight the groups are, and how far they lie apart;
- *seeds*: the least adjusted Rand index between searches with different seeds;
- *resamples*: its mean between the groups and those found when areas are drawn anew (bootstrap);
- *weakest*: how far the group that comes back least comes back then (Jaccard index; Hennig 2007 takes 0.75 for stable);
- *smallest*: the areas in the smallest group.

Then the same for sub-clusters below the number of super clusters that the place asks for. The clustergram (Schonlau
2002) draws how groups split as k grows; the height of a group is the mean of its areas on the first principal axis.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.errors import DataError
from segmentation.agreement import adjusted_rand, come_back, least_agreement, overlaps, silhouette
from segmentation.certainty import REPEATS
from segmentation.cluster import Clustering, count_distinct, fit_kmeans, nearest
from segmentation.descent import Floats, Ints
from segmentation.hierarchy import HierarchyFit, Progress, assign, check_numbers, fit_path
from segmentation.stability import N_SEEDS, STABLE_SUB, STABLE_SUPER, Stability, paths_of, seeds_of, stability_of

N_RESAMPLES = 10
KEPT_SUPER, KEPT_SUB = 0.75, 0.65
"""From which groups count as coming back when areas are drawn anew: the Jaccard index of the weakest super cluster, and
the mean adjusted Rand index of sub-clusters, of which single ones may be torn."""
MOST_K = 30


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """What each number of segments costs and holds.

    Parameters
    ----------
    supers
        Indexed by ``k``: ``inertia``, ``silhouette`` (NaN at 1), ``seeds``, ``resamples``, ``weakest``, ``smallest``
        (areas).
    subs
        Indexed by ``n_sub``, below `asked_super` super clusters: ``inertia``, ``seeds``, ``resamples``, ``smallest``.
    nodes
        The clustergram: ``k group n_areas height``.
    flows
        ``k from to n_areas``: areas of a group at k that are in a group at the next k.
    recommended
        Number of super clusters, 0 where none of those tried holds; see :func:`recommend`.
    stability
        How far seeds agree below that number.
    n_areas, floor, asked_super, asked_sub, seed
        What was asked.
    """

    supers: pd.DataFrame
    subs: pd.DataFrame
    nodes: pd.DataFrame
    flows: pd.DataFrame
    recommended: int
    stability: Stability
    n_areas: int
    floor: float
    asked_super: int
    asked_sub: int
    seed: int

    @property
    def recommended_sub(self) -> int:
        """The most sub-clusters, up to those asked for, that both seeds and resamples bring back; 0 for none."""
        held = self.subs[(self.subs["seeds"] >= STABLE_SUB) & (self.subs["resamples"] >= KEPT_SUB)]
        return int(max(held.index, default=0))


def choose(
    x: Floats,
    *,
    ks: Sequence[int],
    n_super: int,
    n_sub: int,
    floor: float,
    seed: int,
    n_resamples: int = N_RESAMPLES,
    progress: Progress | None = None,
) -> Choice:
    """Measure each number of segments.

    Parameters
    ----------
    x
        Features, shape (n_areas, n_features), in an order that does not depend on the file.
    ks
        Numbers of super clusters to try, rising.
    n_super, n_sub, floor
        What the place asks for now; `n_sub` is the most sub-clusters looked at.
    seed
        Same features and seed, same answer.
    n_resamples
        How often areas are drawn anew.
    progress
        Told which k is done.

    Raises
    ------
    DataError
        A number is no number of groups, or there are too few areas or distinct profiles for it.
    """
    check_numbers(len(x), n_super=n_super, n_sub=n_sub, floor=floor)
    check_range(ks, n_distinct=count_distinct(x))
    rng = np.random.default_rng((seed, 2))
    drawn = [rng.integers(len(x), size=len(x)) for _ in range(n_resamples)]
    found: dict[int, Clustering] = {}
    rows = []
    for done, k in enumerate(ks):
        if progress:
            progress("trying numbers of super clusters", done, len(ks))
        found[k] = fit_kmeans(x, k, seed=(seed, k))
        rows.append(_measured(x, found[k], drawn, seed))
    supers = pd.DataFrame(rows, index=pd.Index(list(ks), name="k"))
    subs, stability = _sub_clusters(x, drawn, n_super=n_super, n_sub=n_sub, floor=floor, seed=seed, progress=progress)
    nodes, flows = clustergram(x, {k: one.labels for k, one in found.items()})
    best = recommend(supers, n_areas=len(x), floor=floor)
    return Choice(supers, subs, nodes, flows, best, stability, len(x), floor, n_super, n_sub, seed)


def numbers_of(said: str) -> tuple[int, ...]:
    """Return the numbers that "2-12" or "4" stand for.

    Raises
    ------
    DataError
        It is neither.

    Examples
    --------
    >>> numbers_of("2-5")
    (2, 3, 4, 5)
    """
    found = re.fullmatch(r"\s*(\d{1,4})\s*(?:[-\u2013:]\s*(\d{1,4}))?\s*", said)
    if found is None or int(found[1]) > int(found[2] or found[1]):
        raise DataError(f"--k '{said}' is no range of numbers. Write the smaller first, as in --k 2-12.")
    return tuple(range(int(found[1]), int(found[2] or found[1]) + 1))


def check_range(ks: Sequence[int], *, n_distinct: int) -> None:
    """Raise where numbers of groups make no sense.

    Raises
    ------
    DataError
        They are none, below 1, above what is looked at, or above what the areas allow.
    """
    if not ks or list(ks) != sorted(set(ks)):
        raise DataError("choose: no rising range of numbers was given. Write it as --k 2-12.")
    if ks[0] < 1 or ks[-1] > MOST_K:
        raise DataError(f"choose: {ks[0]}-{ks[-1]} is outside 1-{MOST_K}. People tell few groups apart: try --k 2-12.")
    if ks[-1] > n_distinct:
        raise DataError(
            f"choose: {ks[-1]} groups were asked for, and the areas have {n_distinct} distinct profiles. "
            f"Try --k 2-{max(2, min(12, n_distinct // 2))}."
        )


def recommend(supers: pd.DataFrame, *, n_areas: int, floor: float) -> int:
    """Return the number of super clusters to take: the most that hold; 0 where none does.

    A number holds where seeds agree, resamples bring every group back and no group is below the floor.
    """
    held = (
        (supers["seeds"] >= STABLE_SUPER) & (supers["weakest"] >= KEPT_SUPER) & (supers["smallest"] >= floor * n_areas)
    )
    return int(max(supers.index[held], default=0))


def clustergram(x: Floats, labels: dict[int, Ints]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return groups by k with their height, and the flows of areas from each k to the next.

    Parameters
    ----------
    x
        Features, shape (n_areas, n_features).
    labels
        Group of each area, by k.
    """
    along = _first_component(x)
    nodes = [
        {"k": k, "group": group, "n_areas": int((mine == group).sum()), "height": float(along[mine == group].mean())}
        for k, mine in labels.items()
        for group in np.unique(mine)
    ]
    flows = [
        {"k": k, "from": one, "to": two, "n_areas": int(number)}
        for k, following in zip(list(labels)[:-1], list(labels)[1:], strict=True)
        for one, row in enumerate(
            overlaps(labels[k], labels[following], labels[k].max() + 1, labels[following].max() + 1)
        )
        for two, number in enumerate(row)
        if number
    ]
    return pd.DataFrame(nodes), pd.DataFrame(flows, columns=["k", "from", "to", "n_areas"])


def _measured(x: Floats, fit: Clustering, drawn: Sequence[Ints], seed: int) -> dict[str, float]:
    """Return the measures of one number of groups."""
    k = len(fit.centroids)
    others = [fit_kmeans(x, k, seed=(one, k)).labels for one in seeds_of(seed, N_SEEDS)[1:]]
    again, back = [0.0] * len(drawn), np.zeros((len(drawn), k))
    for at, rows in enumerate(drawn):
        if count_distinct(x[rows]) < k:
            continue
        found, _ = nearest(x, fit_kmeans(x[rows], k, seed=(seed, k, at), repeats=REPEATS).centroids)
        again[at], back[at] = adjusted_rand(fit.labels, found), come_back(overlaps(fit.labels, found, k, k))
    return {
        "inertia": fit.inertia,
        "silhouette": silhouette(x, fit.labels, seed=seed) if 1 < k < len(x) else np.nan,
        "seeds": least_agreement([fit.labels, *others]),
        "resamples": float(np.mean(again)),
        "weakest": float(back.mean(axis=0).min()),
        "smallest": int(fit.sizes.min()),
    }


def _sub_clusters(
    x: Floats, drawn: Sequence[Ints], *, n_super: int, n_sub: int, floor: float, seed: int, progress: Progress | None
) -> tuple[pd.DataFrame, Stability]:
    """Return the measures of each number of sub-clusters, and how far seeds agree."""
    paths = paths_of(x, n_super=n_super, n_sub=n_sub, floor=floor, seeds=seeds_of(seed, N_SEEDS))
    stability, again = stability_of(x, paths, n_sub=n_sub), []
    for at, rows in enumerate(drawn):
        if progress:
            progress("trying numbers of sub-clusters", at, len(drawn))
        again.append(_path_again(x[rows], n_super=n_super, n_sub=n_sub, floor=floor, seed=seed + 1_000 + at))
    measured = {
        len(step.hierarchy.subs): _sub_measured(x, step, [path[min(at, len(path) - 1)] for path in again if path])
        for at, step in enumerate(paths[0][: len(stability.subs)])
    }
    table = pd.DataFrame.from_dict(measured, orient="index").rename_axis("n_sub")
    return table.assign(seeds=pd.Series(stability.subs))[["inertia", "seeds", "resamples", "smallest"]], stability


def _path_again(drawn: Floats, *, n_super: int, n_sub: int, floor: float, seed: int) -> tuple[HierarchyFit, ...]:
    """Return the way down on areas drawn anew; nothing where they have too few distinct profiles."""
    if count_distinct(drawn) < n_super:
        return ()
    return fit_path(drawn, n_super=n_super, n_sub=n_sub, floor=floor, seed=seed, repeats=REPEATS)


def _sub_measured(x: Floats, step: HierarchyFit, again: Sequence[HierarchyFit]) -> dict[str, float]:
    labels = assign(x, step.hierarchy).subs
    agree = [adjusted_rand(labels, assign(x, one.hierarchy).subs) for one in again]
    return {
        "inertia": step.sub_inertia,
        "resamples": float(np.mean(agree)) if agree else 0.0,
        "smallest": int(np.bincount(labels, minlength=len(step.hierarchy.subs)).min()),
    }


def _first_component(x: Floats) -> Floats:
    """Return where each row lies along the direction in which rows differ most; its largest part points upwards."""
    about = x - x.mean(axis=0)
    _, directions = np.linalg.eigh(about.T @ about)
    first = directions[:, -1]
    along: Floats = about @ (first if first[np.abs(first).argmax()] > 0 else -first)
    return along
