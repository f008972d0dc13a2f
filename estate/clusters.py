"""Clusters of access points: doors of any body that the public could use on one errand, as Leicestershire drew them.

Complete linkage: any two doors of a cluster are at most so far apart. Single linkage would chain doors along a high
street into one cluster a mile long, which no one on foot would call one place. The doors are first divided into groups
that are linked at all at that distance; no cluster reaches across two of them, so the answer is that of the whole.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from scipy.spatial.distance import pdist

from estate.numbers import annual_cost

GONE = ("sold", "closed", "transfer", "vacant", "surplus")
COLUMNS = (
    "rank", "n_access_points", "n_buildings", "n_bodies", "organisations", "services", "n_doubled", "doubled",
    "diameter_m", "easting", "northing", "cost_gbp_pa", "names", "asset_ids",
)  # fmt: skip


def access_clusters(assets: gpd.GeoDataFrame, *, within_m: float = 400.0) -> pd.DataFrame:
    """Return the places where several public doors stand together, those that double most services first.

    Parameters
    ----------
    assets
        Register; points in BNG. Doors are the rows that are `public_facing`, offer a service and are in use.
    within_m
        Greatest distance between any two doors of a cluster (metres); the default is five minutes on foot.

    Returns
    -------
    DataFrame
        One row per cluster of two doors or more: `rank`, `n_access_points`, `n_buildings` (fewer, where a building is
        shared already), `n_bodies`, `organisations`, `services`, `doubled` (services offered in more than one
        building) with `n_doubled`, `diameter_m`, the centre `easting` and `northing`, `cost_gbp_pa` (of all, whether
        for doors or not), `names` and `asset_ids`; lists are ";"-separated.

    Raises
    ------
    ValueError
        If `within_m` is not above nought.
    """
    if not within_m > 0:
        raise ValueError(f"within_m is {within_m:g}; it must be above 0")
    doors = access_points(assets)
    if len(doors) < 2:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in COLUMNS})
    label = pd.Series(_labels(np.column_stack([doors.geometry.x, doors.geometry.y]), within_m), index=doors.index)
    shared = label[label.duplicated(keep=False)]
    rows = [_told(doors.loc[members.index]) for _, members in shared.groupby(shared, sort=True)]
    table = pd.DataFrame(rows, columns=list(COLUMNS[1:]))
    ranked = table.sort_values(
        ["n_doubled", "n_bodies", "n_access_points", "diameter_m", "asset_ids"],
        ascending=[False, False, False, True, True],
        kind="stable",
    )
    return ranked.assign(rank=np.arange(1, len(ranked) + 1))[list(COLUMNS)].reset_index(drop=True)


def access_points(assets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the doors the public uses today: public-facing, with a service, and in use; in order of `asset_id`."""
    status = assets.get("status", pd.Series("", index=assets.index)).fillna("")
    services = assets["services"].fillna("").astype("str").str.strip()
    doors: gpd.GeoDataFrame = assets[assets["public_facing"].astype("bool") & services.ne("") & ~status.isin(GONE)]
    return doors.sort_index()


def _labels(points: npt.NDArray[np.float64], within_m: float) -> npt.NDArray[np.int64]:
    """Return the number of the cluster of each point, by complete linkage within each linked group."""
    links = np.asarray(cKDTree(points).query_pairs(within_m, output_type="ndarray"), dtype=np.int64)
    graph = coo_array((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(len(points), len(points)))
    group = connected_components(graph, directed=False)[1]
    label, used = np.zeros(len(points), dtype=np.int64), 0
    for members in (np.flatnonzero(group == one) for one in range(group.max() + 1)):
        own = np.ones(1, dtype=np.int64)
        if len(members) > 1:
            tree = linkage(pdist(points[members]), method="complete")
            own = fcluster(tree, t=within_m, criterion="distance").astype(np.int64)
        label[members], used = own + used, used + int(own.max())
    return label


def _told(doors: gpd.GeoDataFrame) -> tuple[object, ...]:
    """Return one cluster as a row, without its rank."""
    points = np.column_stack([doors.geometry.x, doors.geometry.y])
    building = doors.get("building", doors.index.to_series())
    offered = doors["services"].str.split(";").explode().str.strip()
    pairs = pd.DataFrame({"service": offered, "building": building.reindex(offered.index)})
    pairs = pairs[pairs["service"].ne("")].drop_duplicates()
    count = pairs["service"].value_counts()
    doubled = sorted(count.index[count >= 2])
    bodies = sorted(doors["organisation"].unique())
    centre = points.mean(axis=0).round(0)
    return (
        len(doors), int(building.nunique()), len(bodies), ";".join(bodies), ";".join(sorted(count.index)), len(doubled),
        ";".join(doubled), round(float(pdist(points).max()), 0), centre[0], centre[1],
        float(annual_cost(doors).sum(min_count=1)), ";".join(doors["name"].fillna("")), ";".join(doors.index),
    )  # fmt: skip
