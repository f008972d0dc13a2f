"""The k-means engine and the whole classification, beside scikit-learn on the same matrix in the same run.

    python -m bench.segmentation [--quick] [--large] [--seeds 5] [--json] [--data ../shared/data]

The matrix is Derbyshire's 44 variables over 3,447 areas (real, 2021). The peer is ``KMeans``: 1,000 starts for the best
inertia to be had by restarts, ``n_init=100`` for its cost; on one thread, which is how it spends least. Then each split
of the hierarchy on its parent, how far two seeds agree, what certainty and `choose` cost, what the noise of counting
does to a refresh (by the way taken, by the bare nearest centroid, and numbered anew), and how often the nearest
published centroid gives the published supergroup. ``--large`` adds England and Wales (188,880 areas, 46 variables)
against ``n_init=5``, with peak memory. ``held`` lists the figures that are promised and whether they hold. Seconds are
CPU seconds; `above` is how far ours lies above the best of the peer (0.01 % = 0.0001; below 0 it is better).
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
from unittest.mock import patch

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from geodata.census import read_census
from geodata.code_changes import Carried
from geodata.shares import compute_shares
from geodata.variables import read_variables
from segmentation import refresh as refreshing
from segmentation.certainty import certainty
from segmentation.choose import choose
from segmentation.cluster import fit_kmeans, nearest
from segmentation.features import apply_recipe, fit_recipe
from segmentation.hierarchy import assign, fit_hierarchy, warm_hierarchy
from segmentation.noise import redraw
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
        "certainty": _certainty(x),
        "choose": _choose(x),
        "refresh": {k: _refresh(census, k, seeds) for k in (N_SUPER, N_SUB)},
        "published": published_agreement(arguments.data),
    }
    if arguments.large:
        result["large"] = {k: _large(arguments.data, k) for k in (8, 18)}
    result["held"] = _held(result)
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
    """Return the cost of the whole classification, certainty included."""
    made, seconds = _timed(lambda: build_segments(census, n_super=N_SUPER, n_sub=N_SUB, floor=FLOOR, seed=0))
    return {"cpu_s": seconds, "smallest_sub": int(made.table["sub"].value_counts().min())}


def _certainty(x: np.ndarray) -> dict[str, float]:
    """Return certainty by new starts, and what only going on from the old centroids would say."""
    hierarchy = fit_hierarchy(x, n_super=N_SUPER, n_sub=N_SUB, floor=FLOOR, seed=0).hierarchy
    sure, seconds = _timed(lambda: certainty(x, hierarchy, floor=FLOOR, seed=0))
    rng, labels = np.random.default_rng(0), assign(x, hierarchy).subs
    warm = [
        assign(x, warm_hierarchy(x[rng.integers(len(x), size=len(x))], hierarchy)).subs == labels for _ in range(20)
    ]
    return {
        "super": float(sure.tops.mean()),
        "sub": float(sure.subs.mean()),
        "sub_by_warm_starts": float(np.mean(warm)),
        "cpu_s": seconds,
    }


def _choose(x: np.ndarray) -> dict[str, float]:
    """Return what `onetown choose` says, and its cost."""
    found, seconds = _timed(lambda: choose(x, ks=range(2, 13), n_super=N_SUPER, n_sub=N_SUB, floor=FLOOR, seed=0))
    return {"super": found.recommended, "sub": found.recommended_sub, "holds": found.stability.holds, "cpu_s": seconds}


def _refresh(census: Any, n_sub: int, seeds: range) -> dict[str, Any]:
    """Return the greatest share of sub-clusters changed by binomial noise on every count, over several draws."""
    made = build_segments(census, n_super=N_SUPER, n_sub=n_sub, floor=FLOOR, seed=0, n_resamples=2)
    labels = Carried(made.table[["super", "sub"]], pd.Series("same", index=made.table.index))
    found = []
    for seed in seeds:
        with patch.object(
            refreshing, "compute_shares", lambda *given, at=seed: redraw(compute_shares(*given), seed=at)
        ):
            found.append(refreshing.refresh(made.model, census, earlier=labels, n_resamples=2))
    return {
        "taken": sorted({one.chosen for one in found}),
        "changed": max(one.way(one.chosen).changed["sub"] for one in found),
        "nearest_centroid": max(one.way("assign").nearest_changed["sub"] for one in found),
        "refit_matched": max(one.way("refit").nearest_changed["sub"] for one in found),
        "numbered_anew": max(one.way("refit").raw_changed["sub"] for one in found),
    }


def published_agreement(data: Path) -> dict[str, float]:
    """Return how often the nearest published centroid gives the published supergroup, on 46 and on 52 variables.

    The published centroids stand on the range of the whole country after the inverse hyperbolic sine; their columns are
    in an older order, which the map of columns undoes.
    """
    folder = data / "census" / "oac2021"
    table = pd.read_parquet(folder / "derived_ew_oac2021_inputs_pct_partial.parquet").set_index("oa21cd")
    labels = pd.read_parquet(folder / "oac2021_uk_oa_labels.parquet").set_index("oa_code")["supergroup"].astype("str")
    centroids = pd.read_csv(folder / "OAC_centroids.csv", index_col=0)
    columns = pd.read_csv(folder / "centroid_column_map.csv").set_index("oac_variable")["centroid_file_column"]
    whole = table.columns[table.notna().all()]
    result = {}
    for known in (whole, table.columns):
        rows = table[known].dropna()
        bent = np.arcsinh(rows.to_numpy(dtype="float64"))
        x = (bent - bent.min(axis=0)) / (bent.max(axis=0) - bent.min(axis=0))
        found, _ = nearest(x, centroids[columns.loc[known]].to_numpy())
        same = centroids.index.astype("str").to_numpy()[found] == labels.loc[rows.index].to_numpy()
        result[str(len(known))] = float(same.mean())
    return result


def _held(result: dict[str, Any]) -> dict[str, bool]:
    """Return each figure that is promised, and whether it holds in this run."""
    flat, splits, large = result["flat"][N_SUB], result["splits"], result.get("large", {})
    held = {
        "flat 18: within 0.01 % of the peer's starts": flat["above"] <= 1e-4,
        "flat 18: half the CPU of n_init=100": flat["ratio"] <= 0.5,
        "splits: within 0.01 % of the peer's starts": max(one["above"] for one in splits) <= 1e-4,
        "splits: half the CPU of n_init=100": max(one["ratio"] for one in splits) <= 0.5,
        "seeds agree at 0.95 on super clusters": result["agreement"]["super"] >= 0.95,
        "seeds agree at 0.85 on sub-clusters": result["agreement"]["sub"] >= 0.85,
        "refresh: at most 5 % changed at 4": result["refresh"][N_SUPER]["changed"] <= 0.05,
        "refresh: at most 12 % changed at 18": result["refresh"][N_SUB]["changed"] <= 0.12,
        "published supergroup for 89 % on 46 variables": result["published"]["46"] >= 0.89,
    }
    for k, one in large.items():
        held[f"England and Wales {k}: no more than n_init=5"] = one["ratio"] <= 1.0 and one["above"] <= 5e-4
        held[f"England and Wales {k}: under 2 GB"] = one["peak_mb"] < 2048
    return held


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
