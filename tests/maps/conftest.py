"""Maps of the small town, and a browser to look at them with.

Stand-ins for segments and plans carry the documented attributes of ``segmentation.segments.Segments`` and
``estate.plans.Plan`` and nothing else, so that a test of a map does not wait for a clustering or a solver.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from shapely.geometry import Polygon

from maps.base import TownMap, save_map
from maps.county import build_map
from maps.inert import unpacked_bytes

ATTRIBUTION = "Contains National Statistics data © Crown copyright and database right 2024."
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 60_000
QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]


@dataclass(frozen=True)
class StandInSegments:
    """Segments as the map reads them."""

    table: pd.DataFrame
    portraits: pd.DataFrame
    stands_out: pd.DataFrame


@dataclass(frozen=True)
class StandInPlan:
    """A plan as the map reads it."""

    name: str
    status: str
    annual_cost_gbp: float
    saving_gbp_pa: float
    one_off_gbp: float
    npv_gbp: float
    gap: float
    buildings: pd.DataFrame
    moves: pd.DataFrame
    access: pd.DataFrame
    moved: int
    words: str
    released: tuple[str, ...] = ()
    seed: int = 7
    assumptions: tuple[str, ...] = ("A desk takes 10 m2.",)

    def sentence(self) -> str:
        """Return the plan in words."""
        return self.words


@pytest.fixture
def town_segments(town_areas: gpd.GeoDataFrame) -> StandInSegments:
    """Return two groups, the southern six areas and the northern six, of two segments each."""
    codes = list(town_areas.index)
    sub = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    table = pd.DataFrame(
        {"super": [s // 2 for s in sub], "sub": sub, "margin": 0.2, "second_best": [(s + 1) % 4 for s in sub],
         "certainty": 0.95},
        index=pd.Index(codes, name="oa_code"),
    )  # fmt: skip
    names = ["Southerners", "Northerners", "River side", "Mill end", "Hill foot", "Moor edge"]
    portraits = pd.DataFrame(
        {"level": ["super"] * 2 + ["sub"] * 4, "segment": [0, 1, 0, 1, 2, 3], "parent": [-1, -1, 0, 0, 1, 1],
         "name": names, "n_areas": [6, 6, 3, 3, 3, 3], "population": [600.0, 600.0, 300.0, 300.0, 300.0, 300.0]}
    )  # fmt: skip
    rows = [
        (row.level, row.segment, variable, label, share, 0.25, 100 * (share - 0.25), share / 0.25 * 100, rank)
        for row in portraits.itertuples()
        for rank, (variable, label, share) in enumerate([("v1", "Aged 65 and over", 0.4), ("v2", "Rents", 0.1)], 1)
    ]
    columns = ["level", "segment", "variable", "label", "share", "base_share", "difference_pp", "index_score", "rank"]
    return StandInSegments(table, portraits, pd.DataFrame(rows, columns=columns))


@pytest.fixture
def town_plans() -> list[StandInPlan]:
    """Return do nothing, and a joint plan that releases B2 (20 desks) and A2 (40) into A1 and B1."""
    access = pd.DataFrame(
        [("library", "all", 0.9, 0.875, 11.0, 11.5, 20.0, "indicative"),
         ("library", "0", 1.0, 1.0, 9.0, 9.0, 20.0, "indicative")],
        columns=["service", "segment", "share_within_before", "share_within_after", "mean_min_before",
                 "mean_min_after", "limit_min", "quality"],
    )  # fmt: skip
    move_columns = ["team_id", "organisation", "service", "fte", "from_asset", "to_asset", "distance_m", "reason"]
    decisions = {"A1": "host", "A2": "release", "A3": "keep", "B1": "host", "B2": "release", "C1": "keep"}
    buildings = pd.DataFrame({"decision": decisions, "reason": {key: f"Reason for {key}." for key in decisions}})
    moves = pd.DataFrame(
        [("t3", "Council", "office", 20.0, "A2", "A1", 1000.0, "Cheapest."),
         ("t6", "Police", "office", 10.0, "B2", "B1", 2000.0, "Cheapest.")],
        columns=move_columns,
    )  # fmt: skip
    nothing = StandInPlan(
        "do nothing", "as today", 360_000.0, 0.0, 0.0, 0.0, 0.0, buildings.assign(decision="keep"),
        moves.iloc[:0], access, 0, "Changes nothing: the buildings cost £360,000 a year.",
    )  # fmt: skip
    joint = StandInPlan(
        "joint", "gap", 240_000.0, 120_000.0, 60_000.0, 900_000.0, 0.005, buildings, moves, access, 2,
        "Saves £120,000 a year. No plan under these rules can save more than £125,000 (proved).", ("A2", "B2"),
    )  # fmt: skip
    return [nothing, joint]


@pytest.fixture
def town_map(
    town_areas: gpd.GeoDataFrame,
    town_assets: gpd.GeoDataFrame,
    town_segments: StandInSegments,
    town_plans: list[StandInPlan],
) -> Callable[..., TownMap]:
    """Return a function that builds the map of the small town; arguments replace its own."""

    def build(**changes: Any) -> TownMap:
        facts: dict[str, Any] = {
            "title": "Smalltown",
            "areas": town_areas,
            "segments": town_segments,
            "assets": town_assets.assign(postcode=["ST1 1AA", "ST1 1AB", "ST2 2AA", "ST3 1AA", "ST3 1AB", "ST4 4AA"]),
            "plans": town_plans,
            "attribution": ATTRIBUTION,
        }
        return build_map(**(facts | changes))

    return build


def _wavy_squares(side: int, rng: np.random.Generator) -> list[Polygon]:
    """Return side x side areas about 720 m wide whose common edges are crooked lines of 12 steps."""
    knots = np.stack(np.meshgrid(*[np.arange(12 * side + 1)] * 2, indexing="ij"), axis=-1)
    wavy = 60.0 * knots + rng.normal(0, 14, knots.shape) + [380_000, 300_000]
    outlines = []
    for i, j in itertools.product(range(0, 12 * side, 12), repeat=2):
        south, north = wavy[i : i + 12, j], wavy[i + 1 : i + 13, j + 12][::-1]
        east, west = wavy[i + 12, j : j + 12], wavy[i, j + 1 : j + 13][::-1]
        outlines.append(Polygon(np.concatenate([south, east, north, west])))
    return outlines


@pytest.fixture
def wide_map(town_map: Callable[..., TownMap], town_segments: StandInSegments) -> TownMap:
    """Return the map of a made-up county: 3,500 areas in 18 segments, 1,500 buildings of 26 bodies."""
    rng = np.random.default_rng(8)
    outlines = _wavy_squares(60, rng)[:3_500]
    codes = pd.Index([f"E{i:08d}" for i in range(3_500)], name="oa_code")
    facts = {"population": rng.integers(100, 600, 3_500).astype(float), "lad_name": "Wide",
             "locality": [f"Place {i % 14}" for i in range(3_500)]}  # fmt: skip
    areas = gpd.GeoDataFrame(facts, index=codes, geometry=outlines, crs="EPSG:27700")
    sub = rng.integers(0, 18, 3_500)
    table = pd.DataFrame({"super": sub % 4, "sub": sub, "second_best": (sub + 1) % 18, "certainty": 0.9}, index=codes)
    named = [("super", i, -1, f"Group {i}") for i in range(4)] + [("sub", i, i % 4, f"Part {i}") for i in range(18)]
    portraits = pd.DataFrame(named, columns=["level", "segment", "parent", "name"])
    segments = StandInSegments(table, portraits, town_segments.stands_out)
    return town_map(areas=areas, assets=_many_buildings(1_500, rng), segments=segments, plans=())


def _many_buildings(n: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return n buildings with the usual columns."""
    numbers = range(n)
    size = rng.lognormal(6.6, 0.85, n).round()
    columns = {
        "name": [f"Building {i} of the town" for i in numbers],
        "organisation": rng.choice([f"Body {i}" for i in range(26)], n),
        "use": rng.choice(["office", "library", "land"], n),
        "address": [f"{i} High Street" for i in numbers],
        "postcode": [f"AB{i % 90} {i % 9}CD" for i in numbers],
        "uprn": [str(10**11 + 37 * i) for i in numbers],
        "nia_m2": size,
        "desks": (size / 10).round(),
        "running_cost_gbp_pa": 95 * size,
    }
    where = rng.uniform(0, 43_000, (n, 2)) + np.array([380_000, 300_000])
    index = pd.Index([f"B{i}" for i in numbers], name="asset_id")
    return gpd.GeoDataFrame(columns, index=index, geometry=gpd.points_from_xy(*where.T), crs="EPSG:27700")


def page_data(html: str, name: str) -> Any:
    """Return the JSON of a layer as a browser would read it, packed tables unpacked."""
    found = re.search(rf'<script type="application/json" id="onetown-{name}">(.*?)</script>', html, re.DOTALL)
    assert found is not None, f"the page has no data called {name}"
    data = json.loads(found.group(1))
    return {key: json.loads(unpacked_bytes(value)) if isinstance(value, str) else value for key, value in data.items()}


@pytest.fixture
def read_page() -> Callable[[str, str], Any]:
    """Return a function that reads a layer out of the HTML of a page."""
    return page_data


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return headless Chromium: the one named by ONETOWN_CHROMIUM, else the system's, else playwright's own."""
    named = os.environ.get("ONETOWN_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=named, args=[*QUIET, *root])
        yield chromium
        chromium.close()


@dataclass
class Visit:
    """An opened map, and everything it did that it should not have done."""

    page: Page
    requests: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)

    def nodes(self) -> int:
        """Return the number of elements of the page."""
        count: int = self.page.evaluate("document.querySelectorAll('*').length")
        return count

    def ask(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        return self.page.evaluate(expression)

    def until(self, condition: str) -> None:
        """Wait until an expression holds; Playwright's own way evaluates text, which the policy forbids."""
        self.page.evaluate(f"""async () => {{
          const end = performance.now() + {PATIENCE_MS};
          while (!({condition})) {{
            if (performance.now() > end) throw new Error("it never came about");
            await new Promise((next) => setTimeout(next, 10));
          }}
        }}""")


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Visit]]:
    """Return a function that saves a map, opens the file and waits until it is drawn."""
    contexts = []

    def open_map(town: TownMap, *, width: int = 1280, height: int = 800) -> Visit:
        path = save_map(town, tmp_path / "map.html", overwrite=True).path
        context = browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(30_000)
        contexts.append(context)
        opened = Visit(context.new_page())
        context.on("request", lambda request: opened.requests.append(request.url))
        opened.page.on("console", lambda message: opened.trouble.append(f"{message.type}: {message.text}"))
        opened.page.on("pageerror", lambda error: opened.trouble.append(f"error: {error}"))
        opened.page.on("dialog", lambda dialog: (opened.trouble.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        opened.page.goto(path.as_uri())
        opened.page.wait_for_selector("html[data-ready], p.trouble", timeout=120_000)
        assert opened.ask("document.documentElement.dataset.ready") == "yes", opened.trouble
        opened.requests.remove(path.as_uri())
        return opened

    yield open_map
    for context in contexts:
        context.close()
