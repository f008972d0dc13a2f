"""Minutes on roads and timetables: right against networkx, CPU seconds and ratios beside networkx and pandana.

    python -m bench.travel [--quick] [--large] [--pandana PYTHON] [--json] [--data ../shared/data]

Newport is real (OpenStreetMap, 2023; bus and rail, 2024); the county of 150,000 places is invented
(bench/county_roads.py). Pandana is measured with ``--pandana``, the Python of an environment that holds it, on one
thread. Seconds are CPU seconds of one process; ``--quick`` takes 20,000 places and fewer areas, ``--large`` compares
the orders of places on a million of them too (a minute more).

networkx searches the whole network. We search its core (geodata/contraction.py), made anew for each table, which is in
our time. The orders of places are compared on whole networks, sixteen searches a run, five runs, by the median.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from bench.county_roads import draw_county
from geodata.contraction import contract
from geodata.fallback import detour_of, fallback_error
from geodata.gtfs import read_feed
from geodata.journeys import network_travel
from geodata.links import Links
from geodata.network import Network, load_network, read_links
from geodata.road_graph import RoadGraph, build_graph
from geodata.road_speeds import RoadMode, read_speeds
from geodata.shortest import AT_ONCE, shortest_seconds
from geodata.snapping import snap
from geodata.timetable import build_timetable
from geodata.walking import RoadWalker

SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data"
ROADS = "newport-2023-06-13.osm.pbf"
FEEDS = ("newport-20240305_bods_bus_gtfs.zip", "newport-20240305_rail_gtfs.zip")


def main() -> None:
    arguments = _arguments()
    small = arguments.quick
    # the county first: what peak memory says afterwards is its own
    result: dict[str, Any] = {
        "county": _county(20_000 if small else 150_000, 500 if small else 3_500, arguments.pandana)
    }
    if arguments.large:
        result["large"] = {"places": 1_000_000} | _orders(draw_county(1_000_000), "drive")
    newport = arguments.data / "newport"
    if newport.is_dir():
        result["newport"] = _newport(newport)
        result["timetable"] = _timetable(newport)
        result["fallback"] = _fallback(newport)
    else:
        print(f"travel: {newport} does not exist; Newport was not measured", file=sys.stderr)
    print(json.dumps(result) if arguments.json else json.dumps(result, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="20,000 places")
    parser.add_argument("--large", action="store_true", help="orders of a million places too")
    parser.add_argument("--pandana", metavar="PYTHON", help="Python of an environment that holds pandana")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--data", type=Path, default=SHARED)
    return parser.parse_args()


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.process_time()
    return work(), time.process_time() - begun


def _county(n_places: int, n_areas: int, pandana: str | None) -> dict[str, Any]:
    """Return 320 buildings x 3,500 areas, unlimited and within 30 minutes, the orders of places, and the peers."""
    n_sites = 320
    links = draw_county(n_places)
    graph, build_s = _timed(lambda: build_graph(links, "drive"))
    drawn = np.random.default_rng(1)
    areas, sites = drawn.integers(0, len(graph), n_areas), drawn.integers(0, len(graph), n_sites)
    whole, whole_s = _timed(lambda: shortest_seconds(graph, areas, sites))
    cut, cut_s = _timed(lambda: shortest_seconds(graph, areas, sites, limit_s=1_800))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (_, core), core_s = _timed(lambda: contract(graph.matrix(), np.union1d(areas, sites)))
    neighbours = np.diff((graph.matrix() + graph.matrix().T).tocsr().indptr)
    row = {
        "places": len(graph),
        "edges": len(graph.indices),
        "share_of_dead_ends": round(float((neighbours == 1).mean()), 3),
        "share_of_two_neighbours": round(float((neighbours == 2).mean()), 3),
        "core_places": len(core),
        "core_cpu_s": round(core_s, 2),
        "buildings": n_sites,
        "areas": n_areas,
        "build_cpu_s": round(build_s, 2),
        "unlimited_cpu_s": round(whole_s, 2),
        "within_30_min_cpu_s": round(cut_s, 2),
        "share_within_30_min": round(float(np.isfinite(cut).mean()), 3),
        "peak_mb": round(peak_mb),
    } | _orders(links, "drive")
    row |= _networkx(graph, areas, sites, whole, whole_s / n_sites)
    row["networkx_over_whole_network"] = round(row["networkx_cpu_s_each"] / row["whole_network_cpu_s_each"], 1)
    return row | _pandana(graph, (areas, sites), whole, whole_s, pandana)


def _orders(links: Links, mode: RoadMode) -> dict[str, Any]:
    """Return how much longer searches of a whole network take in the order of the file, and shuffled, than in ours."""
    drawn = np.random.default_rng(2)
    ordered, raw = build_graph(links, mode).matrix(), build_graph(links, mode, hilbert=False).matrix()
    shuffle = drawn.permutation(raw.shape[0])
    shuffled = csr_array(raw[shuffle][:, shuffle])
    runs = [
        [_timed(lambda m=matrix, at=at: dijkstra(m, indices=at))[1] for matrix in (ordered, raw, shuffled)]
        for at in drawn.integers(0, raw.shape[0], (5, AT_ONCE))
    ]
    ours, file, mixed = np.array(runs).T
    return {
        "whole_network_cpu_s_each": round(float(np.median(ours)) / AT_ONCE, 4),
        "raw_order_over_hilbert": round(float(np.median(file / ours)), 2),
        "shuffled_over_hilbert": round(float(np.median(mixed / ours)), 2),
    }


def _networkx(
    graph: RoadGraph, areas: np.ndarray, sites: np.ndarray, found: np.ndarray, each_s: float
) -> dict[str, Any]:
    """Return how much longer networkx takes for one building, over two of them, and how far its answers are off."""
    peer = nx.from_scipy_sparse_array(graph.matrix().T, create_using=nx.DiGraph)
    few = 2
    lengths, seconds = _timed(lambda: [nx.single_source_dijkstra_path_length(peer, int(site)) for site in sites[:few]])
    reference = np.array([[length[int(area)] for length in lengths] for area in areas])
    return {
        "networkx_cpu_s_each": round(seconds / few, 3),
        "networkx_over_ours": round(seconds / few / each_s, 1),
        "networkx_most_apart_s": float(np.abs(reference - found[:, :few]).max()),
    }


def _pandana(
    graph: RoadGraph, ends: tuple[np.ndarray, np.ndarray], found: np.ndarray, ours_s: float, python: str | None
) -> dict[str, Any]:
    """Return pandana on the same network, in its own environment."""
    if python is None:
        print("pandana not measured: give --pandana PYTHON of an environment that holds it", file=sys.stderr)
        return {}
    areas, sites = ends
    start = np.repeat(np.arange(len(graph)), np.diff(graph.indptr))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.npz"
        np.savez(path, xy=graph.xy, start=start, end=graph.indices.astype(np.int64), seconds=graph.seconds,
                 origins=areas, destinations=sites)  # fmt: skip
        script = Path(__file__).parent / "peers" / "travel.py"
        ran = subprocess.run(
            [python, str(script), str(path)], capture_output=True, text=True, check=False,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
    if ran.returncode:
        return {"pandana": ran.stderr.strip().splitlines()[-1]}
    # its library prints too, and after us
    peer = json.loads(next(line for line in ran.stdout.splitlines() if line.startswith("{")))
    total = peer["prepare_cpu_s"] + peer["search_cpu_s"]
    return {
        "pandana": peer,
        "pandana_over_ours": round(total / ours_s, 2),
        "pandana_search_alone_over_ours": round(peer["search_cpu_s"] / ours_s, 2),
        "pandana_sum_apart": abs(peer["sum_s"] / float(found.sum()) - 1),
    }


def _newport(folder: Path) -> dict[str, Any]:
    """Return reading, 1,000 random pairs beside networkx, and the orders of places, by car and on foot."""
    network, read_s = _timed(lambda: load_network(folder / ROADS))
    links, _, _ = read_links(folder / ROADS, read_speeds())
    told: dict[str, Any] = {"read_cpu_s": round(read_s, 2)}
    for mode in ("drive", "walk"):
        graph = network.graph(mode)
        drawn = np.random.default_rng(5)
        starts, ends = drawn.integers(0, len(graph), 20), drawn.integers(0, len(graph), 50)
        found = shortest_seconds(graph, starts, ends)
        peer = nx.from_scipy_sparse_array(graph.matrix(), create_using=nx.DiGraph)
        lengths = [nx.single_source_dijkstra_path_length(peer, int(start)) for start in starts]
        reference = np.array([[length[int(end)] for end in ends] for length in lengths])
        told[mode] = {
            "places": len(graph),
            "pairs": reference.size,
            "networkx_most_apart_s": float(np.abs(found - reference).max()),
        } | _orders(links, mode)
    return told


def _centroids(folder: Path, network: Network) -> gpd.GeoDataFrame:
    """Return the centroids of output areas that the extract covers."""
    points = gpd.read_parquet(folder / "newport_oa2021_pwc.parquet").set_index("OA21CD").geometry
    near = snap(points, network.graph("walk"), what="areas")
    points = points[~points.index.isin(near.far)]
    return gpd.GeoDataFrame({"point": points}, geometry=points)


def _timetable(folder: Path) -> dict[str, Any]:
    """Return the CPU milliseconds of one origin and one departure, after compilation, and of reading."""
    from geodata.transit import Departures, transit_travel  # noqa: PLC0415 - after the peak of the county

    network = load_network(folder / ROADS)
    areas = _centroids(folder, network)
    sites = areas.iloc[::10]
    bounds = tuple(areas.total_bounds)
    table, read_s = _timed(
        lambda: build_timetable([read_feed(folder / name, name=name) for name in FEEDS], bounds=bounds)
    )
    departures, walker = Departures(), RoadWalker(network)
    transit_travel(areas.iloc[:2], sites, table, walker, departures=departures)  # compiles
    travel, seconds = _timed(lambda: transit_travel(areas, sites, table, walker, departures=departures, limit_min=90))
    asked = len(areas) * len(departures.times())
    return {
        "day": str(table.day),
        "connections": len(table.connections),
        "stops": len(table.stops),
        "read_cpu_s": round(read_s, 2),
        "origin_departures": asked,
        "cpu_ms_each": round(1000 * seconds / asked, 3),
        "rows": len(travel.table),
    }


def _fallback(folder: Path) -> dict[str, Any]:
    """Return how far the straight line is out on Newport: every area to every tenth of them as a service."""
    network = load_network(folder / ROADS)
    areas = _centroids(folder, network)
    sites = areas.iloc[::10].set_index("S" + areas.index[::10])
    travels = {mode: network_travel(areas, sites, network, mode=mode, limit_min=600) for mode in ("drive", "walk")}
    detour = detour_of(network, areas, sites, travels["walk"])
    told = {}
    for mode, travel in travels.items():
        error = fallback_error(areas, sites, travel, detour=detour)
        if error is not None:
            figures = ("mean_error", "bias", "wrong_nearest", "fitted_error", "detour", "speed_kmh")
            told[mode] = {name: round(getattr(error, name), 3) for name in figures} | {"said": error.sentence()}
    return told


if __name__ == "__main__":
    main()
