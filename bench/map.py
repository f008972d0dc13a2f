"""The map: how large, how soon ready, how quick to move, beside what folium does by itself with the same areas.

    python -m bench.map                       Derbyshire's areas where they are beside the project, else 3,500 made up
    python -m bench.map --areas 20000 --json  made-up areas in any number
    python -m bench.map --tiled 190000        Derbyshire laid side by side until there are so many; no peers above 5,000

The peers are ``folium.GeoJson``, which its choropleth is made of, and ``GeoDataFrame.explore`` where its extras are
installed. Their pages want files from other hosts; so that they can be measured at all, Leaflet is handed to them
from ``maps/vendor`` and the rest comes back empty, which flatters them.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from playwright.sync_api import Browser, Route, sync_playwright

from geodata.crs import to_wgs84
from maps.county import build_map, save_map

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "derbyshire" / "oa11_boundaries.gpkg"
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
    outlines = shapely.transform(
        np.array(one.geometry, dtype=object), lambda points: scale * (points - points.min(axis=0))
    )
    west, south, east, north = shapely.total_bounds(outlines)
    times = -(-n // len(one))
    across = int(np.ceil(np.sqrt(times)))
    parts = []
    for at in range(times):
        shift = np.array([130_000 + at % across * (east - west), 60_000 + at // across * (north - south)])
        facts = {
            "population": one["population"].to_numpy(),
            "lad_name": one["lad_name"].to_numpy(),
            "lsoa_code": codes["LSOA"].to_numpy() + f"-{at}",
            "msoa_code": codes["MSOA"].to_numpy() + f"-{at}",
        }
        index = [f"{code}-{at}" for code in one.index]
        moved = shapely.transform(outlines, lambda points, shift=shift: points + shift)
        parts.append(gpd.GeoDataFrame(facts, index, geometry=moved, crs="EPSG:27700"))
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


def made_up_segments(areas: gpd.GeoDataFrame) -> Any:
    """Return 18 segments in 4 groups, in stripes, with the attributes that a map reads."""
    sub = np.arange(len(areas)) * 7 % 18
    table = pd.DataFrame({"super": sub % 4, "sub": sub, "second_best": (sub + 1) % 18, "certainty": 0.9}, areas.index)
    named = [("super", i, -1, f"Group {i}") for i in range(4)] + [("sub", i, i % 4, f"Part {i}") for i in range(18)]
    columns = ["level", "segment", "variable", "label", "share", "base_share", "difference_pp", "index_score", "rank"]
    return SimpleNamespace(
        table=table,
        portraits=pd.DataFrame(named, columns=["level", "segment", "parent", "name"]),
        stands_out=pd.DataFrame(columns=columns),
    )


def made_up_buildings(areas: gpd.GeoDataFrame, n: int = 1_500) -> gpd.GeoDataFrame:
    """Return n buildings inside areas drawn at random."""
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


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return a result and the seconds it took."""
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def write_ours(areas: gpd.GeoDataFrame, folder: Path) -> dict[str, Any]:
    """Write our map twice, the second time with its outlines already packed."""
    segments, buildings = made_up_segments(areas), made_up_buildings(areas)

    def write() -> Any:
        page = build_map(title="Bench", areas=areas, segments=segments, assets=buildings, attribution="Made up.",
                         cache=folder / "packed")  # fmt: skip
        return save_map(page, folder / "ours.html", overwrite=True)

    summary, cold = timed(write)
    _, cached = timed(write)
    return {"path": summary.path, "bytes": summary.bytes, "build_cold_s": cold, "build_cached_s": cached}


def write_geojson(areas: gpd.GeoDataFrame, folder: Path) -> dict[str, Any]:
    """Write the same areas, with a tooltip, as folium draws them."""
    path = folder / "geojson.html"

    def write() -> None:
        frame = to_wgs84(areas[["geometry"]]).assign(
            code=areas.index.astype(str), segment=np.arange(len(areas)) * 7 % 18
        )
        west, south, east, north = frame.total_bounds
        page = folium.Map(tiles=None)
        colour = {i: f"#{(i * 911 + 1234567) % 0xFFFFFF:06x}" for i in range(18)}
        style = {"style_function": lambda area: {"fillColor": colour[area["properties"]["segment"]], "weight": 0.5}}
        folium.GeoJson(frame, tooltip=folium.GeoJsonTooltip(["code", "segment"]), **style).add_to(page)
        page.fit_bounds([[south, west], [north, east]])
        page.save(path)

    _, seconds = timed(write)
    return {"path": path, "bytes": path.stat().st_size, "build_cold_s": seconds}


def write_explore(areas: gpd.GeoDataFrame, folder: Path) -> dict[str, Any]:
    """Write the same areas with ``GeoDataFrame.explore``."""
    path = folder / "explore.html"
    frame = areas[["geometry"]].assign(segment=(np.arange(len(areas)) * 7 % 18).astype(str))
    _, seconds = timed(lambda: frame.explore("segment", tiles=None).save(path))
    return {"path": path, "bytes": path.stat().st_size, "build_cold_s": seconds}


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
    peers = {"folium.GeoJson": write_geojson} | (
        {"GeoDataFrame.explore": write_explore} if find_spec("mapclassify") and find_spec("matplotlib") else {}
    )
    peers = peers if len(areas) <= PEERS_UP_TO else {}
    ours = write_ours(areas, folder)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    drawn = PEER_READY % int(areas.geometry.notna().sum())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=named, args=["--disable-gpu", *root])
        result = {"onetown": look(browser, ours, READY) | {"peak_mb": peak_mb}}
        for name, write in peers.items():
            result[name] = look(browser, write(areas, folder), drawn)
        browser.close()
    return {"areas": len(areas), **result}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--areas", type=int, help="made-up areas in this number instead of real ones")
    parser.add_argument("--tiled", type=int, help="real areas laid side by side until there are this many")
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        areas = tiled(options.tiled) if options.tiled else real_or_made_up(options.areas)
        figures = compare(areas, Path(folder))
    if options.json:
        print(json.dumps(figures))
        return
    print(f"{figures.pop('areas'):,} areas")
    for name, values in figures.items():
        print(f"  {name}: " + ", ".join(f"{key} {value:,.2f}".removesuffix(".00") for key, value in values.items()))


if __name__ == "__main__":
    main()
