"""The map: how large, how soon ready, how quick to move, beside what folium does by itself with the same areas.

    python -m bench.map                       Derbyshire's areas where they are beside the project, else 3,500 made up
    python -m bench.map --full                3,500 areas as surveyed, not generalised: Camden's laid side by side
    python -m bench.map --areas 20000 --json  made-up areas in any number
    python -m bench.map --tiled 190000        Derbyshire laid side by side until there are so many; no peers above 5,000

Two pages of ours are measured: `areas`, which holds what the peers are given and no more, and `whole`, with 1,500
buildings besides. The peers are ``GeoDataFrame.explore`` where its extras are installed, and ``folium.GeoJson``, which
folium's choropleth is made of; both get the same columns of every area. Their pages want files from other hosts; so
that they can be measured at all, Leaflet is handed to them from ``maps/vendor`` and the rest comes back empty, which
flatters them: those bytes are not counted. Each page is written in a process of its own, twice: `first_s` and `again_s`
are seconds of the processor once the table of areas is read, imports included the first time; ours then finds its
outlines packed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from playwright.sync_api import Browser, Route, sync_playwright

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
REAL = DATA / "derbyshire" / "oa11_boundaries.gpkg"
FULL = DATA / "census" / "camden2011" / "Camden_oa11.shp"
PEERS_UP_TO = 5_000  # above, their pages take a browser minutes
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
READY = "() => document.documentElement.dataset.ready === 'yes'"
PEER_READY = "() => document.querySelectorAll('path.leaflet-interactive').length >= %d"
MOVE = """async (step) => {
  const map = window.map_onetown || window[Object.keys(window).find((name) => /^map_[0-9a-f]{32}$/.test(name))];
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const times = [];
  for (let i = 0; i < 6; i += 1) {
    await painted();
    const start = performance.now();
    if (step === "zoom") map.setZoom(map.getZoom() + (i < 3 ? 1 : -1), { animate: false });
    else map.panBy([i % 2 ? -320 : 320, i % 2 ? -160 : 160], { animate: false });
    await painted();
    times.push((performance.now() - start) / 1000);
  }
  return Math.max(...times);
}"""


def real_or_made_up(n_areas: int | None) -> gpd.GeoDataFrame:
    """Return Derbyshire's areas, or the number of crooked squares asked for, in BNG."""
    if n_areas is None and REAL.is_file():
        layer = gpd.read_file(REAL).to_crs("EPSG:27700").set_index("OA11CD")
        return layer[["Persons", "LAD", "geometry"]].rename(columns={"Persons": "population", "LAD": "lad_name"})
    return crooked_squares(n_areas or 3_500)


def tiled(n: int, *, scale: float = 0.6) -> gpd.GeoDataFrame:
    """Return n areas: Derbyshire again and again, smaller, so that a country of it fits where England lies, in BNG.

    Gaps, holes and areas in several parts are those of the real boundaries; codes of larger areas go with them.
    """
    one = real_or_made_up(None)
    codes = pd.read_csv(REAL.parent / "oa11_lookup.csv", index_col="OA").reindex(one.index)
    return side_by_side(one.assign(lsoa_code=codes["LSOA"], msoa_code=codes["MSOA"]), n, scale=scale)


def surveyed(n: int = 3_500) -> gpd.GeoDataFrame:
    """Return n areas whose boundaries are not generalised: Camden's 749, with 126 points each, again and again."""
    one = gpd.read_file(FULL).set_index("OA11CD")[["geometry"]].assign(population=300.0, lad_name="Camden")
    return side_by_side(one.set_crs("EPSG:27700", allow_override=True), n)


def side_by_side(one: gpd.GeoDataFrame, n: int, *, scale: float = 1.0) -> gpd.GeoDataFrame:
    """Return n areas: those of a table laid side by side as often as it takes, codes with the number of the copy."""
    outlines = shapely.transform(
        np.array(one.geometry, dtype=object), lambda points: scale * (points - shapely.total_bounds(one.geometry)[:2])
    )
    west, south, east, north = shapely.total_bounds(outlines)
    times = -(-n // len(one))
    across = int(np.ceil(np.sqrt(times)))
    parts = []
    for at in range(times):
        shift = np.array([130_000 + at % across * (east - west), 60_000 + at // across * (north - south)])
        moved = shapely.transform(outlines, lambda points, shift=shift: points + shift)
        part = gpd.GeoDataFrame(one.drop(columns="geometry"), geometry=moved, crs="EPSG:27700")
        part.index = [f"{code}-{at}" for code in one.index]
        for column in one.columns.intersection(["lsoa_code", "msoa_code"]):
            part[column] += f"-{at}"
        parts.append(part)
    return gpd.GeoDataFrame(pd.concat(parts).head(n))


def crooked_squares(n: int) -> gpd.GeoDataFrame:
    """Return n areas with common edges of 20 crooked steps."""
    rng, side, steps = np.random.default_rng(4), int(np.ceil(np.sqrt(n))), 20
    knots = np.stack(np.meshgrid(*[np.arange(steps * side + 1)] * 2, indexing="ij"), axis=-1)
    pitch = 400_000 / max(steps * side, 8_000)
    wavy = pitch * (knots + rng.normal(0, 0.25, knots.shape)) + np.array([200_000, 100_000])
    outlines = []
    for i, j in itertools.islice(itertools.product(range(0, steps * side, steps), repeat=2), n):
        ends = i + steps, j + steps
        rim = [wavy[i : ends[0], j], wavy[ends[0], j : ends[1]], wavy[i + 1 : ends[0] + 1, ends[1]][::-1],
               wavy[i, j + 1 : ends[1] + 1][::-1]]  # fmt: skip
        outlines.append(shapely.Polygon(np.concatenate(rim)))
    facts = {"population": 300.0, "lad_name": [f"District {i * 8 // n}" for i in range(n)]}
    return gpd.GeoDataFrame(facts, index=[f"E{i:08d}" for i in range(n)], geometry=outlines, crs="EPSG:27700")


def write(way: str, areas: gpd.GeoDataFrame, folder: Path) -> dict[str, Any]:
    """Write a page in a process of its own; return its path, size, seconds of the processor and peak of memory."""
    table, out = folder / "areas.pickle", folder / f"{way}.html"
    if not table.exists():
        areas.to_pickle(table)
    command = [sys.executable, "-m", "bench.peers.maps", way, str(table), str(out)]
    said = subprocess.run(command, check=True, capture_output=True, text=True)
    return {"path": out, **json.loads(said.stdout.splitlines()[-1])}


def look(browser: Browser, written: dict[str, Any], ready: str) -> dict[str, Any]:
    """Open a page; return its figures: ready, slowest of six zooms and pans (s), elements, requests."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    asked: list[str] = []
    vendor = files("maps") / "vendor"

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        name = "leaflet.css" if "leaflet.css" in route.request.url else "leaflet.js"
        wanted = "leaflet@" in route.request.url
        route.fulfill(body=(vendor / name).read_bytes() if wanted else b"")

    page.route("http*://**/*", answer)
    start = time.perf_counter()
    page.goto(written["path"].as_uri())
    page.wait_for_function(ready, timeout=180_000)
    figures = {
        "ready_s": time.perf_counter() - start,
        "zoom_s": page.evaluate(MOVE, "zoom"),
        "pan_s": page.evaluate(MOVE, "pan"),
        "nodes": page.evaluate("document.querySelectorAll('*').length"),
        "requests": len(asked),
    }
    page.close()
    return {key: value for key, value in written.items() if key != "path"} | figures


def compare(areas: gpd.GeoDataFrame, folder: Path) -> dict[str, Any]:
    """Return the figures of our map and of its peers."""
    named = os.environ.get("ONETOWN_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    extras = ["explore"] if find_spec("mapclassify") and find_spec("matplotlib") else []
    peers = ["geojson", *extras] if len(areas) <= PEERS_UP_TO else []
    drawn = PEER_READY % int(areas.geometry.notna().sum())
    result = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=named, args=["--disable-gpu", *root])
        for way in ("areas", "whole", *peers):
            result[way] = look(browser, write(way, areas, folder), drawn if way in peers else READY)
        browser.close()
    for way in peers:
        result[way] = beside(result[way], result["areas"])
    n_points = int(shapely.get_num_coordinates(areas.geometry.to_numpy()).sum())
    return {"n_areas": len(areas), "points_per_area": n_points / len(areas), **result}


def beside(peer: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of a peer, and how many times as large and as slow to build it is."""
    times = {"times_as_large": "bytes", "times_as_long": "first_s", "times_as_long_again": "again_s"}
    return peer | {word: peer[key] / ours[key] for word, key in times.items()}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--areas", type=int, help="made-up areas in this number instead of real ones")
    parser.add_argument("--tiled", type=int, help="real areas laid side by side until there are this many")
    parser.add_argument("--full", action="store_true", help="3,500 areas as surveyed, not generalised")
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        areas = surveyed() if options.full else None
        areas = tiled(options.tiled) if options.tiled else areas
        areas = real_or_made_up(options.areas) if areas is None else areas
        figures = compare(areas, Path(folder))
    if options.json:
        print(json.dumps(figures))
        return
    print(f"{figures.pop('n_areas'):,} areas of {figures.pop('points_per_area'):.0f} points each")
    for name, values in figures.items():
        print(f"  {name}: " + ", ".join(f"{key} {value:,.2f}".removesuffix(".00") for key, value in values.items()))


if __name__ == "__main__":
    main()
