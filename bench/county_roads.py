"""An invented county of roads for benchmarks: planar, with towns and lanes, of any size, drawn from a seed."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay

from geodata.links import Links

SIDE_M = 55_000.0


def main() -> None:
    """Say what is drawn; this is a part of bench.travel and measures nothing by itself."""
    links = draw_county(20_000)
    print(f"{len(links.xy):,} places, {len(links.start):,} pieces of road, {links.length_m.sum() / 1000:,.0f} km")


def draw_county(n_places: int, *, seed: int = 0) -> Links:
    """Return pieces of road between places: towns one after the other, then the country, unordered within each.

    Every place has 2.6 roads on average, as on real maps: a spanning tree and two fifths of the other neighbours.

    Parameters
    ----------
    n_places
        Number of places.
    seed
        Seed of the drawing.
    """
    rng = np.random.default_rng(seed)
    xy = _places(rng, n_places)
    triangles = Delaunay(xy).simplices.astype(np.int64)
    pairs = np.unique(
        np.sort(np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]]), axis=1), axis=0
    )
    metres = np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T) + 1e-3
    tree = minimum_spanning_tree(coo_array((metres, pairs.T), shape=(n_places, n_places)).tocsr()).tocoo()
    in_tree = np.isin(
        pairs[:, 0] * n_places + pairs[:, 1], np.sort(np.stack([tree.row, tree.col]), axis=0).T @ [n_places, 1]
    )
    kept = in_tree | ((rng.random(len(pairs)) < 0.16) & (metres < np.quantile(metres, 0.9)))
    start, end = pairs[kept].T
    kmh = rng.choice([26.0, 36.0, 48.0, 72.0], len(start), p=[0.55, 0.25, 0.12, 0.08])
    drive = metres[kept] * rng.uniform(1.0, 1.2, len(start)) / (kmh / 3.6)
    one_way = ~in_tree[kept] & (rng.random(len(start)) < 0.15)
    back = np.where(one_way, np.inf, drive)
    on_foot = metres[kept] / (4.8 / 3.6)
    return Links(xy, start, end, metres[kept], np.column_stack([drive, back, on_foot, on_foot, on_foot, on_foot]))


def _places(rng: np.random.Generator, n_places: int) -> np.ndarray:
    """Return 40 towns of unequal size, and a third of the places in the country."""
    weights = 1.0 / np.arange(1, 41)
    in_towns = rng.multinomial(2 * n_places // 3, weights / weights.sum())
    towns = [
        rng.uniform(0, SIDE_M, 2) + rng.normal(0, 18.0 * np.sqrt(count), (count, 2)) for count in in_towns if count
    ]
    country = rng.uniform(0, SIDE_M, (n_places - int(in_towns.sum()), 2))
    return np.vstack([*towns, country]) + np.array([400_000.0, 300_000.0])


if __name__ == "__main__":
    main()
