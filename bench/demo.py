"""Drawing the made-up county: processor time and memory of the whole, and its outlines beside plain Voronoi cells.

    python -m bench.demo [--areas 2600] [--json]

The peer cuts GEOS's Voronoi cells to the county: straight edges, and vertices that neighbours do not share at the
border. Ours draws 60 to 200 vertices for every area and shares them all; the ratio says what that costs.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import shapely

from geodata.demo import write_demo
from geodata.demo_land import build_land
from geodata.demo_outlines import draw_outlines


def main() -> None:
    arguments = _arguments()
    begun = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        summary = write_demo(Path(folder) / "peakshire", n_areas=arguments.areas)
        n_bytes = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    whole = time.process_time() - begun
    ours, peer = _outlines(arguments.areas)
    result = {
        "areas": summary.areas,
        "assets": summary.assets,
        "megabytes_written": round(n_bytes / 1e6, 2),
        "cpu_s": round(whole, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "outlines_cpu_s": round(ours, 3),
        "plain_voronoi_cpu_s": round(peer, 3),
        "ratio": round(ours / peer, 2),
    }
    print(json.dumps(result) if arguments.json else "\n".join(f"{name:22} {value}" for name, value in result.items()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--areas", type=int, default=2600)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _outlines(n_areas: int) -> tuple[float, float]:
    """Return processor seconds for drawing the outlines by our way and by plain Voronoi cells."""
    land = build_land(seed=0, n_areas=n_areas)
    border = shapely.Polygon(shapely.get_exterior_ring(land.county))
    begun = time.process_time()
    draw_outlines(np.random.default_rng(0), land.seeds, border, roughness=np.full(n_areas, 0.15))
    ours = time.process_time() - begun
    begun = time.process_time()
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(land.seeds), extend_to=border))
    shapely.intersection(cells, border)
    return ours, time.process_time() - begun


if __name__ == "__main__":
    main()
