"""Rasters: exact zonal sums and walking surfaces, in processor seconds, against peers in the same run.

    python -m bench.rasters [--peers PYTHON] [--json]

3,500 made-up areas on 800 x 700 cells: residents summed per area by exact shares, beside rasterstats in another
environment's Python (--peers; it counts whole cells by their centre) and beside this package's own centre rule; and
spread back. The walk to the nearest of 320 sites on the same cells with water, beside a plain heap in Python.
"""

from __future__ import annotations

import argparse
import heapq
import json
import subprocess
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.cost_distance import cost_distance
from geodata.grid import Floats, Grid, Raster
from geodata.rasters import write_raster
from geodata.zonal import beyond, overlap_of, to_areas, to_grid

GRID = Grid(400_000, 370_000, 100, 700, 800)
N_AREAS, N_SITES = 3_500, 320
PEER = """
import json, sys, time
from rasterstats import zonal_stats
began = time.process_time()
found = zonal_stats(sys.argv[1], sys.argv[2], stats="sum")
print(json.dumps({"cpu_s": round(time.process_time() - began, 2), "total": sum(row["sum"] or 0 for row in found)}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--peers", metavar="PYTHON", help="Python of an environment that holds rasterstats")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    told = {**_zonal(arguments.peers), **_walk()}
    lines = "\n".join(f"{name:<26}{value}" for name, value in told.items())
    print(json.dumps(told) if arguments.json else lines)


def _areas(random: np.random.Generator) -> gpd.GeoDataFrame:
    """Return areas around random points that fill most of the grid."""
    points = shapely.multipoints(random.uniform((405_000, 305_000), (475_000, 365_000), (N_AREAS, 2)))
    frame = shapely.box(403_333, 303_333, 476_789, 366_789)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=frame))
    shapes = shapely.intersection(cells, frame)
    return gpd.GeoDataFrame(geometry=shapes, index=pd.RangeIndex(len(shapes)).astype("str"), crs=27700)


def _zonal(peer: str | None) -> dict[str, object]:
    random = np.random.default_rng(0)
    areas, people = _areas(random), Raster(random.gamma(0.3, 20, GRID.shape), GRID, "residents", "made up")
    began = time.process_time()
    overlap = overlap_of(areas, people)
    sums = to_areas(people, overlap)
    cpu_s = time.process_time() - began
    kept = sums.sum() + beyond(people, overlap) * people.total()
    began = time.process_time()
    spread = to_grid(sums, overlap, units="residents", source="made up")
    told: dict[str, object] = {
        "areas": len(areas),
        "zonal_cpu_s": round(cpu_s, 2),
        "zonal_total_error": float(f"{abs(kept / people.total() - 1):.1e}"),
        "spread_cpu_s": round(time.process_time() - began, 2),
        "spread_total_error": float(f"{abs(spread.total() / sums.sum() - 1):.1e}"),
    }
    if peer is None:
        return told | {"rasterstats": "not measured: give --peers PYTHON"}
    with tempfile.TemporaryDirectory() as folder:
        areas.to_file(Path(folder) / "areas.gpkg")
        write_raster(people, Path(folder) / "people.tif")
        command = [peer, "-c", PEER, f"{folder}/areas.gpkg", f"{folder}/people.tif"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return told | {"rasterstats": f"missing or failed: {done.stderr.strip().splitlines()[-1]}"}
    found = json.loads(done.stdout)
    return told | {
        "rasterstats_cpu_s": found["cpu_s"],
        "rasterstats_over_ours": round(found["cpu_s"] / cpu_s, 1),
        "rasterstats_total_error": float(f"{abs(found['total'] / sums.sum() - 1):.1e}"),
    }


def _walk() -> dict[str, object]:
    random = np.random.default_rng(1)
    values = np.exp(random.normal(0, 0.3, GRID.shape)) / 80
    values[random.random(GRID.shape) < 0.05] = np.nan
    cells = random.choice(np.flatnonzero(np.isfinite(values.ravel())), N_SITES, replace=False)
    easting, northing = GRID.centres()
    points = gpd.points_from_xy(easting[cells % GRID.n_columns], northing[cells // GRID.n_columns])
    sites, friction = gpd.GeoDataFrame(geometry=points, crs=27700), Raster(values, GRID, "minutes per metre", "made up")
    began = time.process_time()
    surface = cost_distance(friction, sites)
    cpu_s = time.process_time() - began
    began = time.process_time()
    reference = _plain(values, cells)
    plain_s = time.process_time() - began
    np.testing.assert_allclose(surface.values, reference, rtol=1e-9)
    return {
        "walk_sites": N_SITES,
        "walk_cpu_s": round(cpu_s, 2),
        "plain_heap_cpu_s": round(plain_s, 2),
        "plain_over_ours": round(plain_s / cpu_s, 1),
    }


def _plain(friction: Floats, starts: np.ndarray) -> Floats:
    """Return the same minutes by a heap in plain Python."""
    n_rows, n_columns = friction.shape
    values, water = friction.ravel().tolist(), np.isnan(friction).ravel().tolist()
    best = [float("inf")] * friction.size
    heap = [(0.0, int(cell)) for cell in starts]
    for _, cell in heap:
        best[cell] = 0.0
    steps = [(dr, dc, GRID.cell_m * (2**0.5 if dr and dc else 1)) for dr in (-1, 0, 1) for dc in (-1, 0, 1) if dr or dc]
    while heap:
        cost, cell = heapq.heappop(heap)
        if cost > best[cell]:
            continue
        row, column = divmod(cell, n_columns)
        for dr, dc, length in steps:
            if not (0 <= row + dr < n_rows and 0 <= column + dc < n_columns):
                continue
            other = cell + dr * n_columns + dc
            if water[other]:
                continue
            if dr and dc and water[cell + dc] and water[cell + dr * n_columns]:
                continue
            reached = cost + (values[cell] + values[other]) / 2 * length
            if reached < best[other]:
                best[other] = reached
                heapq.heappush(heap, (reached, other))
    minutes = np.array(best).reshape(friction.shape)
    return np.where(np.isfinite(minutes), minutes, np.nan)


if __name__ == "__main__":
    main()
