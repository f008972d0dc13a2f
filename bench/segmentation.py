"""The k-means engine and the whole classification, beside scikit-learn on the same matrix in the same run.

    python -m bench.segmentation [--quick] [--large] [--seeds 5] [--json] [--data ../shared/data]

The matrix is Derbyshire's 44 variables over 3,447 areas (real, 2021). The peer is ``KMeans``: 1,000 starts for the best
inertia to be had by restarts, ``n_init=100`` for its cost; on one thread, which is how it spends least. Then each split
of the hierarchy on its parent, and how far two seeds agree. ``--large`` adds England and Wales (188,880 areas, 46
variables) against ``n_init=5``, with peak memory. Seconds are CPU seconds; `above` is how far ours lies above the best
of the peer (0.01 % = 0.0001; below 0 it is better).
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from geodata.census import read_census
from geodata.shares import compute_shares
from geodata.variables import read_variables
from segmentation.cluster import fit_kmeans
from segmentation.features import apply_recipe, fit_recipe
from segmentation.hierarchy import assign, certainty, fit_hierarchy
from segmentation.segments import build_segments

SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data"
N_SUPER, N_SUB, FLOOR = 4, 18, 0.02


def main() -> None:
    arguments = _arguments()
    if not (arguments.data / "derbyshire").is_dir():
        print(f"segmentation: {arguments.data} does not exist; nothing was measured")
        return
    census = read_census(arguments.data / "derbyshire" / "census2021_oa_counts.parquet", vintage=2021)
    shares = compute_shares(census, read_variables(2021))
    x = apply_recipe(shares, fit_recipe(shares)).to_numpy()
    starts = 100 if arguments.quick else 1_000
    seeds = range(arguments.seeds)
    result: dict[str, Any] = {
        "areas": len(x),
        "variables": x.shape[1],
        "flat": {k: _flat(x, k, starts, seeds) for k in (N_SUPER, N_SUB)},
        "splits": _splits(x, starts),
        "agreement": _agreement(x, seeds),
        "whole": _whole(census),
    }
    if arguments.large:
        result["large"] = {k: _large(arguments.data, k) for k in (8, 18)}
    print(json.dumps(result) if arguments.json else json.dumps(result, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="100 starts of the peer instead of 1,000")
    parser.add_argument("--large", action="store_true", help="England and Wales too")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--data", type=Path, default=SHARED)
    return parser.parse_args()


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.process_time()
    return work(), time.process_time() - begun


def _peer(x: np.ndarray, k: int, starts: int) -> tuple[float, float]:
    """Return inertia and CPU seconds of scikit-learn, on one thread."""
    with threadpool_limits(limits=1):
        found, seconds = _timed(lambda: KMeans(k, n_init=starts, random_state=0).fit(x))
    return float(found.inertia_), seconds


def _flat(x: np.ndarray, k: int, starts: int, seeds: range) -> dict[str, float]:
    """Return the engine asked for k clusters, over several seeds, beside the peer."""
    ours = [_timed(lambda seed=seed: fit_kmeans(x, k, seed=seed)) for seed in seeds]
    best, _ = _peer(x, k, starts)
    _, peer_seconds = _peer(x, k, 100)
    inertias, seconds = [found.inertia for found, _ in ours], [spent for _, spent in ours]
    return {
        "best_inertia": min(inertias),
        "worst_inertia": max(inertias),
        "peer_starts": starts,
        "peer_inertia": best,
        "above": max(inertias) / best - 1,
        "cpu_s": median(seconds),
        "worst_cpu_s": max(seconds),
        "peer_cpu_s_of_100_starts": peer_seconds,
        "ratio": median(seconds) / peer_seconds,
    }


def _splits(x: np.ndarray, starts: int) -> list[dict[str, float]]:
    """Return each split of the hierarchy beside the peer on the areas of its parent; the floor binds ours only."""
    hierarchy = fit_hierarchy(x, n_super=N_SUPER, n_sub=N_SUB, floor=FLOOR, seed=0).hierarchy
    labels, rows = assign(x, hierarchy), []
    for top in range(N_SUPER):
        mine, k = x[labels.tops == top], len(hierarchy.children(top))
        free, seconds = _timed(lambda mine=mine, k=k: fit_kmeans(mine, k, seed=0))
        best, _ = _peer(mine, k, starts)
        _, peer_seconds = _peer(mine, k, 100)
        with_floor = float(np.square(labels.distance[labels.tops == top]).sum())
        rows.append(
            {
                "areas": len(mine),
                "children": k,
                "above": free.inertia / best - 1,
                "above_with_floor": with_floor / best - 1,
                "ratio": seconds / peer_seconds,
            }
        )
    return rows


def _agreement(x: np.ndarray, seeds: range) -> dict[str, float]:
    """Return the least adjusted Rand index between any two seeds."""
    made = [
        assign(x, fit_hierarchy(x, n_super=N_SUPER, n_sub=N_SUB, floor=FLOOR, seed=seed).hierarchy) for seed in seeds
    ]
    pairs = [(one, two) for at, one in enumerate(made) for two in made[at + 1 :]]
    return {
        "super": min((adjusted_rand_score(one.tops, two.tops) for one, two in pairs), default=1.0),
        "sub": min((adjusted_rand_score(one.subs, two.subs) for one, two in pairs), default=1.0),
    }


def _whole(census: Any) -> dict[str, float]:
    """Return the cost of the whole classification and of the certainty in it."""
    made, seconds = _timed(lambda: build_segments(census, n_super=N_SUPER, n_sub=N_SUB, floor=FLOOR, seed=0))
    shares = compute_shares(census, read_variables(2021))
    x = apply_recipe(shares, made.model.recipe).to_numpy()
    _, sure = _timed(lambda: certainty(x, made.model.hierarchy, seed=0))
    return {"cpu_s": seconds, "certainty_cpu_s": sure, "smallest_sub": int(made.table["sub"].value_counts().min())}


def _large(data: Path, k: int) -> dict[str, float]:
    """Return the engine on England and Wales beside five starts of the peer; memory is the peak so far."""
    table = pd.read_parquet(data / "census" / "oac2021" / "derived_ew_oac2021_inputs_pct_partial.parquet")
    percent = table.filter(regex=r"^v\d\d$").dropna(axis=1).to_numpy(dtype="float64")
    x = np.arcsinh(percent)
    x = (x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0))
    found, seconds = _timed(lambda: fit_kmeans(x, k, seed=0))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    peer, peer_seconds = _peer(x, k, 5)
    return {
        "areas": len(x),
        "variables": x.shape[1],
        "inertia": found.inertia,
        "peer_inertia": peer,
        "above": found.inertia / peer - 1,
        "cpu_s": seconds,
        "peer_cpu_s_of_5_starts": peer_seconds,
        "ratio": seconds / peer_seconds,
        "peak_mb": peak_mb,
    }


if __name__ == "__main__":
    main()
