"""What a reader can choose: years, comparison, signs, clusters, tools; and the address that brings it all back."""

from __future__ import annotations

import contextlib
import io
import itertools
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from maps.base import TownMap
from maps.columns import Column
from maps.style import contrast

pytestmark = pytest.mark.browser

BuildMap = Callable[..., TownMap]
OpenMap = Callable[..., Any]

DECISIONS = "[0, 1, 2, 3, 4, 5].map((site) => onetown.sites.decision(site))"
PNG = """async () => {
  const blob = await onetown.picture(map_onetown);
  return [...new Uint8Array(await blob.arrayBuffer())];
}"""


@pytest.fixture
def phased(town_plans: list[Any]) -> list[Any]:
    """Return the joint plan in two years: A2 goes to A1 in the first, B2 to B1 in the second."""
    nothing, joint = town_plans
    year = pd.Series({"A2": 0, "B2": 1})
    buildings = joint.buildings.assign(year=year.reindex(joint.buildings.index).fillna(-1).astype(int))
    return [nothing, replace(joint, buildings=buildings, moves=joint.moves.assign(year=[0, 1]))]


@pytest.fixture
def rents(town_areas: gpd.GeoDataFrame) -> Column:
    """Return a column of 1 to 12 %."""
    figures = pd.Series(np.arange(1.0, 13.0), index=town_areas.index)
    return Column("Rents, private", "Housing", "% of households", figures, breaks=(4.0, 8.0), base=6.0)


def test_the_slider_goes_year_by_year(town_map: BuildMap, visit: OpenMap, phased: list[Any]) -> None:
    """In the first year one building is released and one takes others in; in the end two and two."""
    seen = visit(town_map(plans=phased))
    assert seen.ask(DECISIONS) == ["host", "release", "keep", "host", "release", "keep"]
    assert seen.page.inner_text("#year-told") == "In the end"
    seen.page.focus("#year")
    seen.page.keyboard.press("Home")
    assert seen.page.inner_text("#year-told") == "Year 1 of 2: 1 building released, 1 team moved"
    assert seen.ask(DECISIONS) == ["host", "release", "keep", "keep", "keep", "keep"]
    assert "Year 1 of 2" in seen.page.inner_text("#status")
    assert "year=0" in seen.page.url
    seen.page.keyboard.press("End")
    assert seen.ask(DECISIONS) == ["host", "release", "keep", "host", "release", "keep"]


def test_a_plan_of_one_year_has_no_slider(town_map: BuildMap, visit: OpenMap) -> None:
    """A slider with one stop would be noise."""
    assert visit(town_map()).page.locator("#year-part").is_hidden()


def test_two_options_are_compared_on_one_map(town_map: BuildMap, visit: OpenMap) -> None:
    """Left of the divider nothing is decided, right of it what the joint plan decides; the divider moves by keys."""
    seen = visit(town_map())
    seen.page.select_option("#against", label="Do nothing")
    table = seen.page.inner_text("#compare-figures")
    assert "£360,000\t£240,000" in table
    assert seen.ask("onetown.scenes().map(([at]) => at)") == [0, 1]
    divider = seen.page.locator("#divider")
    before = divider.bounding_box()["x"]
    divider.press("ArrowLeft")
    assert divider.bounding_box()["x"] < before
    assert "Do nothing" in divider.get_attribute("aria-valuetext")
    seen.page.select_option("#against", label="nothing")
    assert divider.is_hidden()
    assert seen.trouble == []


def test_signs_tell_body_and_size(town_map: BuildMap, visit: OpenMap) -> None:
    """Each body has a shape and colour of its own, larger buildings larger signs; entries filter."""
    seen = visit(town_map())
    seen.page.select_option("#signs", "body")
    signs = seen.ask("[0, 3, 5].map((site) => onetown.sites.sign(site, 12))")
    assert len({(sign["shape"], sign["colour"]) for sign in signs}) == 3
    assert len({sign["shape"] for sign in signs}) == 3
    seen.page.click("#family-legend button >> nth=0")
    shown = seen.ask("[0, 1, 2, 3, 4, 5].filter((site) => onetown.sites.shown(site)).length")
    assert 0 < shown < 6
    seen.page.select_option("#signs", "size")
    radii = seen.ask("[0, 1, 2, 3, 4, 5].map((site) => onetown.signing(onetown.sites).codeOf(site))")
    sizes = seen.ask("onetown.sites.table.nia_m2")
    assert [radii[i] for i in np.argsort(sizes, kind="stable")] == sorted(radii)
    assert seen.ask("[0, 1, 2, 3, 4, 5].every((site) => onetown.sites.shown(site))")


def test_26_bodies_have_26_signs(wide_map: TownMap, visit: OpenMap) -> None:
    """Shape and colour together tell every body; every colour reads on white (WCAG asks 3 to 1 of graphics)."""
    seen = visit(wide_map)
    seen.page.select_option("#signs", "body")
    classes = seen.ask("onetown.signing(onetown.sites).classes")
    assert len({(one["shape"], one["colour"]) for one in classes}) == len(classes) == 27
    assert min(contrast(one["colour"], "#ffffff") for one in classes) > 4.5
    assert all(one["shape"] != other["shape"] for one, other in itertools.pairwise(classes))


def test_far_out_buildings_become_a_cluster(town_map: BuildMap, visit: OpenMap) -> None:
    """Buildings on one spot are one disc with their number; a click comes nearer, where each has its sign."""
    seen = visit(town_map(plans=()))
    seen.page.evaluate("map_onetown.setView(map_onetown.getCenter(), 7, { animate: false })")
    seen.page.evaluate("onetown.store.change({})")
    overlay = "Object.values(map_onetown._layers).find((layer) => layer.clusters)"
    clusters = seen.ask(f"{overlay}.clusters.map(({{ members, x, y }}) => [members.length, x, y])")
    assert sum(count for count, *_ in clusters) >= 4
    spot = f"(() => {{ const o = {overlay}; const [c] = o.clusters; const at = L.point(c.x, c.y).add(o._bounds.min);"
    at = seen.ask(spot + " const p = map_onetown.layerPointToContainerPoint(at); return [p.x, p.y]; })()")
    seen.page.mouse.click(*at)
    seen.until("map_onetown.getZoom() >= 9")


def test_the_address_brings_everything_back(
    town_map: BuildMap, visit: OpenMap, phased: list[Any], rents: Column
) -> None:
    """A link shows the same view, layers, filters and selection."""
    town = town_map(plans=phased, columns=[rents])
    seen = visit(town)
    assert "#" not in seen.page.url
    seen.page.evaluate("map_onetown.setView([53.05, -1.9], 11, { animate: false })")
    seen.page.select_option("#column-choice", label="Rents, private")
    seen.page.wait_for_selector("#column-legend button")
    seen.page.click("#column-legend button >> nth=1")
    seen.page.focus("#year")
    seen.page.keyboard.press("Home")
    seen.page.select_option("#signs", "body")
    seen.page.evaluate("onetown.choose({ kind: 'site', id: 4 })")
    link = seen.page.url
    state = "JSON.stringify(onetown.store.state, (_, value) => (value instanceof Set ? [...value] : value))"
    wanted = seen.ask(state)
    seen.page.goto("about:blank")
    seen.page.goto(link)
    seen.page.wait_for_selector("html[data-ready]")
    assert seen.ask(state) == wanted
    assert seen.ask("map_onetown.getZoom()") == 11
    assert seen.page.input_value("#column-choice") == "0"
    assert seen.page.inner_text("#panel-title") == "Police office B2"
    assert seen.trouble == []


@pytest.mark.parametrize(
    "fragment",
    ["map=NaN/x/1e999", "map=10/999/999", "site=nobody", "option=%E0%A4%A",
     "segments=%25E0,<img src=x onerror=alert(1)>", "column=__proto__", "year=99", "level=constructor",
     "signs=toString", "against=7", "pair=1&pairs=yes", "leftAreas=__proto__&share=0.5e3", "leftAreas=column __proto__",
     "share=9", "surface=constructor&leftSurface=toString", "unsure=constructor", "places=__proto__,toString"],
)  # fmt: skip
def test_a_strange_address_does_no_harm(town_map: BuildMap, visit: OpenMap, fragment: str) -> None:
    """What the page does not know is left out."""
    seen = visit(town_map())
    seen.page.evaluate("(text) => { location.hash = text; }", fragment)
    seen.page.wait_for_timeout(60)
    assert seen.trouble == []
    assert seen.requests == []
    assert seen.ask("onetown.store.state.column") == -1
    assert seen.ask("onetown.store.state.level") == "super"
    assert seen.ask("onetown.store.state.signs") == "use"
    assert seen.ask("onetown.swipe.on()") is False
    assert seen.ask("[onetown.store.state.share, onetown.store.state.unsure]") == [None, ""]
    assert seen.page.locator("#panel").is_hidden()


def test_areas_have_a_table_too(town_map: BuildMap, visit: OpenMap, rents: Column) -> None:
    """Segment, certainty, residents and the column on show of every area, sorted and filtered; a row leads there."""
    seen = visit(town_map(columns=[rents]))
    seen.page.select_option("#column-choice", label="Rents, private")
    seen.page.click("#open-table")
    seen.page.click(".tabs button:has-text('Areas')")
    heads = seen.page.locator("#table thead th").all_inner_texts()
    assert [head.split(" ▲")[0] for head in heads] == [
        "Area", "Place", "Group", "Segment", "Certainty (%)", "Residents", "Households",
        "Rents, private (% of households)", "Index (place = 100)",
    ]  # fmt: skip
    assert seen.page.locator("#table tbody tr").count() == 12
    seen.page.click("#table thead >> text=Rents, private")
    seen.page.click("#table thead >> text=Rents, private")
    first = seen.page.locator("#table tbody tr >> nth=0")
    assert first.locator("th").inner_text() == "T12"
    assert first.locator("td").all_inner_texts()[-2:] == ["12", "200"]
    seen.page.fill("#table-filter", "river side")
    assert seen.page.locator("#table tbody tr").count() == 3
    seen.page.click("#table tbody button >> nth=0")
    assert seen.page.inner_text("#panel-title").startswith("Area T")


def test_long_tables_come_in_pages(wide_map: TownMap, visit: OpenMap) -> None:
    """3,500 rows would be 30,000 elements: a hundred at a time are there, all can be reached and none twice."""
    seen = visit(wide_map)
    seen.page.click("#open-table")
    seen.page.click(".tabs button:has-text('Areas')")
    first = seen.page.locator("#table tbody th").all_inner_texts()
    seen.page.click("#table .later")
    second = seen.page.locator("#table tbody th").all_inner_texts()
    assert len(first) == len(second) == 100
    assert not set(first) & set(second)
    assert "rows 101 to 200" in seen.page.inner_text("#table output")


def test_a_way_is_measured_by_keyboard(town_map: BuildMap, visit: OpenMap) -> None:
    """Enter adds the middle of the map, a degree of latitude is about 111 km; Escape ends and gives back the focus."""
    seen = visit(town_map())
    seen.page.focus("#measure")
    seen.page.keyboard.press("Enter")
    assert seen.ask("document.activeElement.id") == "map_onetown"
    for lat in (52.5, 53.5):
        seen.page.evaluate(f"map_onetown.setView([{lat}, -1.5], 9, {{ animate: false }})")
        seen.page.keyboard.press("Enter")
    assert re.fullmatch(r"111\.[12] km in a straight line\.", seen.page.inner_text("#tool-talk"))
    seen.page.keyboard.press("Escape")
    assert seen.ask("document.activeElement.id") == "measure"
    assert seen.page.locator("#tool-talk").is_hidden()


def test_the_picture_shows_the_map(town_map: BuildMap, visit: OpenMap, rents: Column) -> None:
    """A PNG of the view, with the colours of the areas, the legend and the line that says whose data they are."""
    seen = visit(town_map(columns=[rents]))
    picture = Image.open(io.BytesIO(bytes(seen.page.evaluate(PNG)))).convert("RGB")
    assert picture.size == (1280, 800)
    counts = {colour: n for n, colour in picture.getcolors(maxcolors=2**24)}
    for group in seen.ask("onetown.areas.groups.filter(({ level }) => level === 'super').map(({ colour }) => colour)"):
        assert counts.get(tuple(bytes.fromhex(group[1:])), 0) > 5_000
    assert picture.crop((0, 780, 1280, 800)).convert("L").getextrema()[0] < 80  # letters of the attribution
    assert seen.requests == []
    assert seen.trouble == []


def test_paper_has_one_page_with_scale_and_north(town_map: BuildMap, visit: OpenMap) -> None:
    """Title, legend, scale, north and attribution, no buttons."""
    seen = visit(town_map())
    seen.page.emulate_media(media="print")
    for there in ("h1", "#community-legend", ".leaflet-control-scale", ".north", ".credit"):
        assert seen.page.locator(there).is_visible()
    for away in ("#search", "#print", "#measure", "#column-choice", ".leaflet-control-zoom"):
        assert seen.page.locator(away).is_hidden()
    assert seen.page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1


def test_paper_shows_the_areas(town_map: BuildMap, visit: OpenMap, rents: Column) -> None:
    """No mask wipes them out, as once the canvas above did; so beside a divider; the screen is as before."""
    seen = visit(town_map(columns=[rents]))
    seen.page.click("#left-part summary")
    seen.page.select_option("#left-areas", label="Rents, private")
    seen.page.wait_for_selector("#divider:not([hidden])")
    before = seen.ask("[map_onetown.getZoom(), map_onetown.getCenter()]")
    paper = seen.page.pdf(prefer_css_page_size=True, print_background=True)
    assert paper.count(b"/Type /Page\n") == 1
    assert b"/S /Alpha" not in paper
    drawn = b"".join(_streams(paper))
    for side in ("left", "right"):
        colour = seen.ask(f"onetown.swipe.during('{side}', () => onetown.areas.colourOf(4))")
        red = f"{int(colour[1:3], 16) / 255:.4f}".lstrip("0").encode()
        assert red.rstrip(b"0") in drawn, colour
    assert seen.page.locator("#divider").is_visible()
    seen.until("map_onetown.getSize().x === 1280")
    assert seen.ask("[map_onetown.getZoom(), map_onetown.getCenter()]") == before


def _streams(paper: bytes) -> Iterator[bytes]:
    """Yield the unpacked streams of a PDF."""
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", paper, re.DOTALL):
        with contextlib.suppress(zlib.error):
            yield zlib.decompress(found[1])
