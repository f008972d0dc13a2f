"""Write a table of areas as a page, in a process of its own, and say what it took: what ``bench.map`` times.

    python -m bench.peers.maps areas AREAS.pickle OUT.html

The clock of the processor starts once the table is read, as it would for somebody who has it in a notebook: whatever a
way of drawing has to import is counted. Then the page is written once more; the peak of memory is that of the process.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import pandas as pd

COLOURS = {str(i): f"#{(i * 911 + 1234567) % 0xFFFFFF:06x}" for i in range(18)}


def made_up_segments(areas: gpd.GeoDataFrame) -> Any:
    """Return 18 segments in 4 groups, in stripes, with the attributes that a map reads."""
    sub = [i * 7 % 18 for i in range(len(areas))]
    table = pd.DataFrame({"super": [i % 4 for i in sub], "sub": sub, "second_best": [(i + 1) % 18 for i in sub],
                          "certainty": 0.9}, areas.index)  # fmt: skip
    named = [("super", i, -1, f"Group {i}") for i in range(4)] + [("sub", i, i % 4, f"Part {i}") for i in range(18)]
    columns = ["level", "segment", "variable", "label", "share", "base_share", "difference_pp", "index_score", "rank"]
    return SimpleNamespace(
        table=table,
        portraits=pd.DataFrame(named, columns=["level", "segment", "parent", "name"]),
        stands_out=pd.DataFrame(columns=columns),
    )


def told(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return areas with the columns that our page tells of each: code, district, residents, segment and how sure."""
    facts = areas[["lad_name", "population", "geometry"]].assign(code=areas.index.astype(str))
    return gpd.GeoDataFrame(facts.join(made_up_segments(areas).table)).astype({"super": str, "sub": str})


def made_up_buildings(areas: gpd.GeoDataFrame, n: int = 1_500) -> gpd.GeoDataFrame:
    """Return n buildings inside areas drawn at random."""
    import numpy as np  # noqa: PLC0415

    rng = np.random.default_rng(5)
    places = areas.geometry.representative_point().iloc[rng.integers(0, len(areas), n)]
    size = rng.lognormal(6.6, 0.85, n).round()
    facts = {
        "name": [f"Building {i} of the town" for i in range(n)],
        "organisation": rng.choice([f"Body {i}" for i in range(26)], n),
        "use": rng.choice(["office", "library", "clinic", "land", "house", "other"], n),
        "postcode": [f"AB{i % 90} {i % 9}CD" for i in range(n)],
        "nia_m2": size,
        "running_cost_gbp_pa": 95 * size,
    }
    return gpd.GeoDataFrame(facts, index=[f"B{i}" for i in range(n)], geometry=places.to_numpy(), crs=areas.crs)


def write_ours(areas: gpd.GeoDataFrame, path: Path, *, assets: gpd.GeoDataFrame | None) -> None:
    """Write our map; its packed outlines are kept beside it, so that it is quicker the second time."""
    from maps.county import build_map, save_map  # noqa: PLC0415

    page = build_map(title="Bench", areas=areas, segments=made_up_segments(areas), assets=assets,
                     attribution="Made up.", cache=path.with_suffix(".packed"))  # fmt: skip
    save_map(page, path, overwrite=True)


def write_geojson(areas: gpd.GeoDataFrame, path: Path) -> None:
    """Write the same areas and columns, with a tooltip, as folium draws them."""
    import folium  # noqa: PLC0415

    frame = told(areas).to_crs("EPSG:4326")
    west, south, east, north = frame.total_bounds
    page = folium.Map(tiles=None)
    style = {"style_function": lambda area: {"fillColor": COLOURS[area["properties"]["sub"]], "weight": 0.5}}
    folium.GeoJson(frame, tooltip=folium.GeoJsonTooltip(["code", "sub"]), **style).add_to(page)
    page.fit_bounds([[south, west], [north, east]])
    page.save(path)


def write_explore(areas: gpd.GeoDataFrame, path: Path) -> None:
    """Write the same areas and columns with ``GeoDataFrame.explore``."""
    told(areas).explore("sub", tiles=None).save(path)


def main() -> None:
    """Write a page twice; print its size, the processor seconds of both times and the peak of memory as JSON."""
    way, source, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    areas = pd.read_pickle(source)  # noqa: S301 - written by bench.map a moment ago
    assets = made_up_buildings(areas) if way == "whole" else None
    ways = {"geojson": write_geojson, "explore": write_explore}
    times = []
    for _ in range(2):
        start = time.process_time()
        if way in ways:
            ways[way](areas, out)
        else:
            write_ours(areas, out, assets=assets)
        times.append(time.process_time() - start)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"bytes": out.stat().st_size, "first_s": times[0], "again_s": times[1], "peak_mb": peak_mb}))


if __name__ == "__main__":
    main()
