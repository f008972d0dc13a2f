"""The page in a browser: it draws the table, asks the network for nothing, and everything works by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from playwright.sync_api import ConsoleMessage

from geodata.crs import lonlat_from_bng
from maps.base import TownMap

pytestmark = pytest.mark.browser

BuildMap = Callable[..., TownMap]
OpenMap = Callable[..., Any]

MOST_NODES = 300
CHECK_ALL = """() => {
  const { areas } = onetown;
  return Array.from({ length: areas.n }, (_, i) => [
    areas.table.code[i], areas.groupOf(i) < 0 ? null : areas.groups[areas.groupOf(i)].segment,
    areas.table.population[i], areas.coverage.ringStart[i + 1] - areas.coverage.ringStart[i],
  ]);
}"""
FOCUS = """() => {
  const node = document.activeElement;
  const drawn = [node, node.type === "radio" ? node.nextElementSibling : node];
  const name = node === document.body ? "body" : node.id || node.className.split(" ")[0] || node.textContent.trim();
  return [name, drawn.some((shown) => getComputedStyle(shown).outlineStyle !== "none")];
}"""
AREA_AT = "([lat, lon]) => onetown.areas.coverage.at(L.latLng(lat, lon), 14)"
PIXEL_AT = """([lat, lon]) => {
  const at = map_onetown.latLngToContainerPoint([lat, lon]);
  const spot = [...document.querySelectorAll(".leaflet-tile-pane canvas")].find((tile) => {
    const box = tile.getBoundingClientRect();
    return at.x >= box.left && at.x < box.right && at.y >= box.top && at.y < box.bottom;
  });
  const box = spot.getBoundingClientRect();
  const scale = spot.width / box.width;
  const data = spot.getContext("2d").getImageData((at.x - box.left) * scale, (at.y - box.top) * scale, 1, 1).data;
  return "#" + [...data.slice(0, 3)].map((channel) => channel.toString(16).padStart(2, "0")).join("");
}"""


def latlon(east: float, north: float) -> list[float]:
    """Return latitude and longitude of a point in BNG."""
    lon, lat = lonlat_from_bng([east], [north])
    return [float(lat[0]), float(lon[0])]


def test_page_is_quiet_offline_and_small(town_map: BuildMap, visit: OpenMap) -> None:
    """No request of any kind, no message in the console, few elements."""
    seen = visit(town_map(made_up=True, notes=["Desks are estimated."], subtitle="A town", today="3 May 2026"))
    assert seen.requests == []
    assert seen.trouble == []
    assert seen.nodes() <= MOST_NODES


def test_policy_lets_nothing_else_run(town_map: BuildMap, visit: OpenMap) -> None:
    """The second wall: a script that got into the page somehow is stopped, and so is a request."""
    seen = visit(town_map())
    refusals = 0

    def count(message: ConsoleMessage) -> bool:
        nonlocal refusals
        refusals += "Content Security Policy" in message.text
        return refusals == 2

    with seen.page.expect_console_message(count):
        seen.ask("""() => {
          const script = document.createElement("script");
          script.textContent = "window.__pwned = 1";
          document.body.append(script);
          new Image().src = "https://example.org/a.png";
        }""")
    assert seen.ask("window.__pwned") is None


def test_every_area_of_the_page_is_that_of_the_table(
    town_map: BuildMap, visit: OpenMap, town_areas: gpd.GeoDataFrame, town_segments: Any
) -> None:
    """Code, segment, residents and outline of every area, asked of the page itself."""
    bare = town_areas.copy()
    bare.loc["T06", "geometry"] = None
    rows = visit(town_map(areas=bare)).ask(CHECK_ALL)
    expected = [
        [code, int(segment), 100, 0 if code == "T06" else 1]
        for code, segment in town_segments.table["super"].items()
    ]  # fmt: skip
    assert rows == expected


def test_hit_testing_finds_the_area_of_a_point(
    town_map: BuildMap, visit: OpenMap, town_areas: gpd.GeoDataFrame
) -> None:
    """The middle of each square is in that square; a point outside is in none; a hole belongs to what fills it."""
    holed = town_areas.copy()
    enclave = shapely.box(400_300, 300_300, 400_700, 300_700)
    holed.loc["T01", "geometry"] = holed.geometry["T01"].difference(enclave)
    holed.loc["T02", "geometry"] = shapely.MultiPolygon([holed.geometry["T02"], enclave])
    seen = visit(town_map(areas=holed))
    points = [latlon(point.x, point.y) for point in town_areas.geometry.centroid]
    assert [seen.page.evaluate(AREA_AT, point) for point in points] == [1, 1, *range(2, 12)]
    assert seen.page.evaluate(AREA_AT, latlon(400_100, 300_100)) == 0
    assert seen.page.evaluate(AREA_AT, latlon(399_900, 300_100)) == -1


def test_areas_are_painted_in_the_colour_of_their_segment(town_map: BuildMap, visit: OpenMap) -> None:
    """The picture itself: a pixel in the south has the first colour, in the north the second; filtered out is pale."""
    seen = visit(town_map(assets=gpd.GeoDataFrame({"use": []}, geometry=[], crs="EPSG:27700"), plans=()))
    south, north = latlon(400_800, 300_200), latlon(400_800, 302_800)
    colours = seen.ask("onetown.areas.groups.filter((group) => group.level === 'super').map((group) => group.colour)")
    assert [seen.page.evaluate(PIXEL_AT, place) for place in (south, north)] == colours
    seen.page.click("#community-legend button:has-text('Northerners')")
    assert seen.page.evaluate(PIXEL_AT, south) == "#eceff2"
    assert seen.page.evaluate(PIXEL_AT, north) == colours[1]


def test_legend_filters_and_counts(town_map: BuildMap, visit: OpenMap) -> None:
    """An entry says how many areas and residents it stands for, and picks them when pressed."""
    seen = visit(town_map())
    entry = seen.page.locator("#community-legend button").first
    assert entry.inner_text().split("\n") == ["Southerners", "6 areas, 600 residents"]
    entry.click()
    assert entry.get_attribute("aria-pressed") == "true"
    assert seen.ask("Array.from({ length: 12 }, (_, i) => onetown.areas.shown(i))") == [True] * 6 + [False] * 6
    assert seen.page.inner_text("#panel-title") == "Southerners"
    seen.page.click("#show-all")
    assert seen.ask("Array.from({ length: 12 }, (_, i) => onetown.areas.shown(i))") == [True] * 12


def test_buildings_filter_by_kind_body_and_decision(town_map: BuildMap, visit: OpenMap) -> None:
    """Each list narrows the buildings further."""
    seen = visit(town_map())
    shown = "onetown.sites.drawingOrder().map((site) => onetown.sites.table.id[site]).sort()"
    seen.page.click("#decision-legend button:has-text('Released')")
    assert seen.ask(shown) == ["A2", "B2"]
    seen.page.click("#bodies summary")
    seen.page.click("#bodies button:has-text('Police')")
    assert seen.ask(shown) == ["B2"]
    seen.page.click("#show-all")
    seen.page.click("#family-legend button:has-text('Libraries')")
    assert seen.ask(shown) == ["A3"]


def test_segments_switch_without_reloading(town_map: BuildMap, visit: OpenMap) -> None:
    """Groups and their parts are two views of the same areas."""
    seen = visit(town_map())
    seen.page.get_by_label("4 segments").check()
    names = seen.page.locator("#community-legend button").all_inner_texts()
    assert [name.split("\n")[0] for name in names] == ["River side", "Mill end", "Hill foot", "Moor edge"]


def test_options_switch_with_their_figures(town_map: BuildMap, visit: OpenMap) -> None:
    """The joint option is shown first, with its sentence, saving and how good it is known to be."""
    seen = visit(town_map())
    figures = seen.page.inner_text("#option-figures")
    assert "No plan under these rules can save more than £125,000 (proved)." in figures
    seen.page.click("#option-figures summary")
    figures = seen.page.inner_text("#option-figures dl")
    assert "£120,000 a year" in figures
    assert "within 0.5% of the best possible" in figures
    assert seen.ask("onetown.options.current().journeys.length") == 2
    seen.page.get_by_label("Do nothing").check()
    assert "Changes nothing" in seen.page.inner_text("#option-figures")
    assert seen.ask("onetown.options.current().journeys.length") == 0


def test_travel_times_never_come_without_their_quality(town_map: BuildMap, visit: OpenMap) -> None:
    """A straight-line minute is not a measured minute."""
    seen = visit(town_map())
    seen.page.click("#option-figures summary")
    text = seen.page.inner_text("#option-figures details:has(table)")
    assert "Library, 20 min" in text
    assert "87.5%" in text
    assert "indicative" in text
    seen.page.get_by_label("4 segments").check()
    seen.page.click("#community-legend button:has-text('River side')")
    panel = seen.page.inner_text("#panel")
    assert "Access in this segment" in panel
    assert "indicative" in panel


def test_the_panel_says_what_the_opposite_would_cost_or_how_to_learn_it(
    town_map: BuildMap, town_plans: list[Any], visit: OpenMap
) -> None:
    """Reasons without a price are half an answer; where none was worked out, the reader learns what to run."""
    words = town_plans[-1].buildings.index.map({"A2": "Keeping <b>it</b> instead would cost £780,000 more."})
    priced = town_plans[-1].buildings.assign(opposite_words=words.fillna(""))
    seen = visit(town_map(plans=[town_plans[0], replace(town_plans[-1], buildings=priced)]))
    told = {}
    for site, name in ((1, "A2"), (2, "A3")):
        seen.ask(f"onetown.choose({{ kind: 'site', id: {site} }})")
        told[name] = seen.page.inner_text("#panel")
    assert "Keeping <b>it</b> instead would cost £780,000 more." in told["A2"]
    assert "What the opposite would cost" in told["A3"]
    assert "onetown run place.toml --why all" in told["A3"]


def test_clicking_shows_what_is_known(town_map: BuildMap, visit: OpenMap) -> None:
    """A click on a building opens the building, a click beside it the area."""
    seen = visit(town_map())
    spot = "([lat, lon]) => { const p = map_onetown.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; }"
    seen.page.mouse.click(*seen.page.evaluate(spot, latlon(401_500, 300_500)))
    panel = seen.page.inner_text("#panel")
    assert "Council office A2" in panel
    assert "Released (joint)" in panel
    assert "20 staff) to Council office A1, 1.0 km" in panel
    seen.page.mouse.click(*seen.page.evaluate(spot, latlon(402_500, 301_300)))
    panel = seen.page.inner_text("#panel")
    assert "Area T07" in panel
    assert "Far more: Aged 65 and over: 40 % (25 % in the whole place)" in panel
    assert "+15.0 points, index 160" in panel
    assert "Half as many or fewer: Rents: 10 % (25 % in the whole place)" in panel
    assert "Segment\nHill foot" in panel
    assert "Next nearest\nMoor edge" in panel
    assert "sure (95%)" in panel


@pytest.mark.parametrize(
    ("typed", "found"),
    [("police office", "Police office B2"), ("ST4 4AA", "Health clinic C1"), ("st44aa", "Health clinic C1"),
     ("East", "East"), ("T09", "Area T09"), ("Mill", "Mill end"), ("healt", "Health")],
)  # fmt: skip
def test_search_finds(town_map: BuildMap, visit: OpenMap, typed: str, found: str) -> None:
    """Buildings, postcodes with or without space, places, areas, segments and bodies."""
    seen = visit(town_map())
    seen.page.fill("#search", typed)
    options = seen.page.locator("#found [role=option]").all_inner_texts()
    assert options[0].split("\n")[0] in (found, found.removeprefix("Area "))
    seen.page.keyboard.press("Enter")
    assert seen.page.locator("#found").is_hidden()
    title = seen.page.locator("#panel-title")
    if title.count():
        assert title.inner_text() == found


def test_search_says_when_there_is_nothing(town_map: BuildMap, visit: OpenMap) -> None:
    """Silence would look like a fault."""
    seen = visit(town_map())
    seen.page.fill("#search", "windmill")
    assert seen.page.inner_text("#found") == "Nothing found."
    assert seen.page.inner_text("#status") == "0 suggestions"


def test_everything_is_reached_by_keyboard(town_map: BuildMap, visit: OpenMap) -> None:
    """Tab walks from the skip link through map, search and options to the table; each stop shows where it is."""
    seen = visit(town_map(notes=["A note."]))
    stops = []
    for _ in range(40):
        seen.page.keyboard.press("Tab")
        name, outlined = seen.ask(FOCUS)
        if name == "body":
            break
        assert outlined, f"the focus cannot be seen on {name}"
        stops.append(name)
    assert stops[0] == "skip"
    for needed in ("map_onetown", "search", "entry", "open-table", "print", "leaflet-control-zoom-in"):
        assert needed in stops
    assert stops.index("map_onetown") < stops.index("search") < stops.index("entry") < stops.index("open-table")


def test_enter_on_the_map_tells_what_is_at_its_centre(town_map: BuildMap, visit: OpenMap) -> None:
    """Who does not use a mouse moves the map under the cross-hair and asks; Escape closes and gives the focus back."""
    seen = visit(town_map())
    centre = latlon(402_500, 301_300)
    seen.page.evaluate("([lat, lon]) => { map_onetown.setView([lat, lon], 14, { animate: false }); }", centre)
    seen.page.focus("#map_onetown")
    seen.page.keyboard.press("Shift")
    assert seen.page.locator(".crosshair").is_visible()
    seen.page.keyboard.press("Enter")
    assert seen.page.inner_text("#panel-title") == "Area T07"
    assert seen.ask("document.activeElement.id") == "panel"
    seen.page.keyboard.press("Escape")
    assert seen.page.locator("#panel").is_hidden()
    assert seen.ask("document.activeElement.id") == "map_onetown"
    seen.page.mouse.click(640, 300)
    assert seen.page.locator(".crosshair").is_hidden()


def test_table_of_buildings_says_what_the_map_says(town_map: BuildMap, visit: OpenMap) -> None:
    """The accessible route: rows only while open, sorted by any column, missing values last, focus given back."""
    seen = visit(town_map())
    before = seen.nodes()
    seen.page.focus("#open-table")
    seen.page.keyboard.press("Enter")
    assert seen.page.locator("#table tbody tr").count() == 6
    seen.page.click("#table thead >> text=Net area")
    cells = seen.page.locator("#table tbody td:nth-child(6)").all_inner_texts()
    assert cells == ["200", "300", "400", "500", "600", "1,000"]
    assert seen.page.locator("#table thead th").nth(5).get_attribute("aria-sort") == "ascending"
    seen.page.click("#table thead >> text=Net area")
    assert seen.page.locator("#table tbody td:nth-child(6)").first.inner_text() == "1,000"
    seen.page.fill("#table-filter", "released")
    assert sorted(seen.page.locator("#table tbody th").all_inner_texts()) == ["Council office A2", "Police office B2"]
    seen.page.keyboard.press("Escape")  # a browser first empties the filter
    seen.page.keyboard.press("Escape")
    assert seen.ask("document.activeElement.id") == "open-table"
    seen.page.wait_for_selector("#table tbody", state="detached")
    assert seen.nodes() == before


def test_areas_without_outline_are_counted_and_drawn(
    town_map: BuildMap, visit: OpenMap, town_areas: gpd.GeoDataFrame
) -> None:
    """Two areas at the same spot are two dots side by side, and can each be pointed at."""
    bare = town_areas.copy()
    bare.loc[["T03", "T04"], "geometry"] = None
    bare["point"] = bare["point"].where(~bare.index.isin(["T03", "T04"]), shapely.Point(403_000, 300_500))
    bare["point"] = gpd.GeoSeries(bare["point"], crs="EPSG:27700")
    seen = visit(town_map(areas=bare))
    assert "2 areas without an outline are drawn as dots." in seen.page.inner_text("#community-note")
    places = seen.ask("[2, 3].map((area) => onetown.areas.coverage.dotPlace(area, 12))")
    apart = np.hypot(places[0]["x"] - places[1]["x"], places[0]["y"] - places[1]["y"])
    assert apart >= places[0]["radius"] * 2
    back = """(area) => {
      const { coverage } = onetown.areas;
      const dot = coverage.dotPlace(area, 12);
      return coverage.at(coverage.toLatLng(dot.x / coverage.scale(12), dot.y / coverage.scale(12)), 12);
    }"""
    assert [seen.page.evaluate(back, area) for area in (2, 3)] == [2, 3]


def test_page_works_on_a_telephone(town_map: BuildMap, visit: OpenMap) -> None:
    """Nothing is wider than the screen; legend and options unfold; targets are at least 24 pixels."""
    seen = visit(town_map(), width=390, height=844)
    assert seen.ask("document.documentElement.scrollWidth") <= 390
    assert seen.page.locator("#folds").is_hidden()
    seen.page.click("#unfold")
    assert seen.page.locator("#option-choice").is_visible()
    shown = "[...document.querySelectorAll('button')].filter((button) => button.offsetParent)"
    sizes = seen.ask(f"{shown}.map((button) => button.getBoundingClientRect().height)")
    assert min(sizes) >= 24


def test_map_without_segments_and_plans_still_shows_buildings(town_map: BuildMap, visit: OpenMap) -> None:
    """A register alone is a map too."""
    seen = visit(town_map(segments=None, plans=()))
    assert seen.trouble == []
    assert seen.page.locator("#options").is_hidden()
    assert seen.page.locator("#family-legend button").count() == 4


def test_county_of_3500_areas_keeps_its_budget(wide_map: TownMap, visit: OpenMap) -> None:
    """At most 1 MB, no request and 300 elements with 3,500 outlines of 48 vertices, 1,500 buildings; none lost."""
    assert len(wide_map.get_root().render().encode()) <= 1_000_000
    seen = visit(wide_map)
    assert seen.requests == []
    assert seen.trouble == []
    assert seen.ask("onetown.areas.n") == 3_500
    assert min(row[3] for row in seen.ask(CHECK_ALL)) == 1
    seen.page.get_by_label("18 segments").check()
    assert seen.nodes() <= MOST_NODES
