"""The divider: left of it other colours, another surface or option; on the screen, in the picture and in links."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from geodata.grid import Grid, Raster
from maps.base import TownMap
from maps.columns import Column
from maps.surface import surface_of
from tests.maps.test_page import latlon

pytestmark = pytest.mark.browser

BuildMap = Callable[..., TownMap]
OpenMap = Callable[..., Any]

WEST, EAST = (400_250, 301_250), (403_750, 301_250)  # in T05 and T08, away from buildings and names
SPOT = "([lat, lon]) => { const at = map_onetown.latLngToContainerPoint([lat, lon]); return [at.x, at.y]; }"
PNG = "onetown.picture(map_onetown).then(async (blob) => [...new Uint8Array(await blob.arrayBuffer())])"
WIDEST = 420  # elements while two things are compared


@pytest.fixture
def minutes(town_areas: gpd.GeoDataFrame) -> list[Column]:
    """Return minutes to a library today, and after: three more everywhere."""
    today = pd.Series(np.arange(1.0, 13.0), index=town_areas.index)
    first = Column("Minutes to library", "Access", "minutes", today, breaks=(4.0, 8.0))
    return [first, replace(first, name="Minutes to library, joint", figures=today + 3, before=first.name)]


def colours(seen: Any, picture: Image.Image) -> list[str]:
    """Return the colours in the west and in the east of a picture of the map."""
    spots = [seen.page.evaluate(SPOT, latlon(*place)) for place in (WEST, EAST)]
    found = [picture.getpixel((round(x), round(y))) for x, y in spots]
    return ["#" + bytes(one[:3]).hex() for one in found]


def on_screen(seen: Any) -> list[str]:
    """Return those colours as the screen shows them."""
    return colours(seen, Image.open(io.BytesIO(seen.page.screenshot())).convert("RGB"))


def in_picture(seen: Any) -> list[str]:
    """Return those colours as the downloaded picture shows them."""
    return colours(seen, Image.open(io.BytesIO(bytes(seen.page.evaluate(PNG)))).convert("RGB"))


def compare(seen: Any, choice: str) -> None:
    """Choose what areas left of the divider are coloured by."""
    seen.page.click("#left-part summary")
    seen.page.select_option("#left-areas", label=choice)
    seen.page.wait_for_selector("#divider:not([hidden])")


def test_areas_have_other_colours_left_and_right(town_map: BuildMap, visit: OpenMap, minutes: list[Column]) -> None:
    """Left minutes, right segments: on the screen, in the picture, and as the divider moves."""
    seen = visit(town_map(columns=minutes))
    both = seen.ask("[4, 7].map((area) => onetown.areas.colourOf(area))")
    assert on_screen(seen) == both
    compare(seen, "Minutes to library")
    left = seen.ask("onetown.swipe.during('left', () => [4, 7].map((area) => onetown.areas.colourOf(area)))")
    assert left[0] != both[0]
    assert on_screen(seen) == [left[0], both[1]]
    assert in_picture(seen) == [left[0], both[1]]
    divider = seen.page.locator("#divider")
    divider.press("End")
    assert on_screen(seen) == left
    divider.press("Home")
    assert on_screen(seen) == both
    assert "Minutes to library" in divider.get_attribute("aria-valuetext")
    assert seen.nodes() <= WIDEST
    seen.page.select_option("#left-areas", label="the same as right of it")
    assert divider.is_hidden()
    assert on_screen(seen) == both
    assert seen.trouble == []


def test_each_side_is_told_as_it_is_coloured(town_map: BuildMap, visit: OpenMap, minutes: list[Column]) -> None:
    """Beside the pointer stands the figure of the side it is on; the panel of an area tells both; the legend too."""
    seen = visit(town_map(columns=minutes))
    compare(seen, "Minutes to library")
    seen.page.mouse.move(*seen.page.evaluate(SPOT, latlon(*WEST)))
    assert seen.page.inner_text("#tip").startswith("Minutes to library: 5 minutes")
    seen.page.mouse.move(*seen.page.evaluate(SPOT, latlon(*EAST)))
    assert seen.page.inner_text("#tip").startswith("Northerners")
    seen.page.evaluate("onetown.choose({ kind: 'area', id: 4 })")
    assert "Minutes to library\n5 minutes" in seen.page.inner_text("#panel")
    legend = seen.page.inner_text("#left-part .legend")
    assert legend.startswith("Left of the divider: Minutes to library")
    assert "under 4 minutes" in legend


def test_before_and_after_is_one_button(town_map: BuildMap, visit: OpenMap, minutes: list[Column]) -> None:
    """A column of after offers the one of before; both in the same classes, said once."""
    seen = visit(town_map(columns=minutes))
    assert seen.page.locator("#before-after").is_hidden()
    seen.page.select_option("#column-choice", label="Minutes to library, joint")
    seen.page.click("#before-after")
    seen.page.wait_for_selector("#divider:not([hidden])")
    assert seen.ask("onetown.swipe.labels()") == ["Minutes to library", "Minutes to library, joint"]
    assert "In the same classes" in seen.page.inner_text("#left-part .legend")
    assert seen.page.locator("#before-after").is_hidden()


def test_groups_and_segments_are_compared(town_map: BuildMap, visit: OpenMap) -> None:
    """Without any column the two levels can be seen side by side."""
    seen = visit(town_map())
    compare(seen, "Segments")
    parts = seen.ask("onetown.areas.groups.filter(({ level }) => level === 'sub').map(({ colour }) => colour)")
    left, right = on_screen(seen)
    assert left in parts
    assert right not in parts


def test_a_surface_shows_on_one_side(town_map: BuildMap, visit: OpenMap) -> None:
    """No surface left, one right; the divider cuts the pane of each, and the picture agrees with the screen."""
    raster = Raster(np.full((3, 4), 7.0), Grid(400_000, 303_000, 1_000, 3, 4), "minutes", "made up")
    walk = surface_of(raster, name="Walk to a door", breaks=[5.0])
    seen = visit(town_map(surfaces=[walk], surface_shown=0))
    plain = seen.ask("[4, 7].map((area) => onetown.areas.colourOf(area))")
    covered = on_screen(seen)
    assert covered[0] != plain[0]
    seen.page.click("#left-surface-part summary")
    seen.page.select_option("#left-surface", label="No surface")
    assert on_screen(seen) == [plain[0], covered[1]]
    assert in_picture(seen)[0] == plain[0]
    assert seen.ask("onetown.swipe.labels()") == ["No surface", "Walk to a door"]
    assert "leftSurface=-" in seen.page.url
    seen.page.click("#left-surface-part summary")  # closing the fold ends the comparison
    seen.page.wait_for_selector("#divider[hidden]", state="attached")
    assert on_screen(seen) == covered


def test_a_link_brings_the_comparison_back(town_map: BuildMap, visit: OpenMap, minutes: list[Column]) -> None:
    """Both sides, the divider and its place are in the address."""
    seen = visit(town_map(columns=minutes))
    seen.page.select_option("#column-choice", label="Minutes to library, joint")
    compare(seen, "Minutes to library")
    seen.page.locator("#divider").press("PageDown")
    share = seen.ask("onetown.store.state.share")
    assert share == pytest.approx(0.52)
    before, link = on_screen(seen), seen.page.url
    assert "share=0.52" in link
    seen.page.goto("about:blank")
    seen.page.goto(link)
    seen.page.wait_for_selector("html[data-ready]")
    assert seen.ask("onetown.swipe.labels()") == ["Minutes to library", "Minutes to library, joint"]
    assert seen.ask("onetown.store.state.share") == share
    assert seen.page.input_value("#left-areas") == "0"
    assert on_screen(seen) == before
    seen.page.evaluate("location.hash = 'level=sub'")  # another link in the same page: nothing of the last one stays
    seen.page.wait_for_selector("#divider[hidden]", state="attached")
    assert seen.ask("onetown.store.state.column") == -1


def test_the_divider_is_dragged_without_flooding_the_address(
    town_map: BuildMap, visit: OpenMap, minutes: list[Column]
) -> None:
    """A hundred steps of the mouse are one change of the address; browsers refuse hundreds."""
    seen = visit(town_map(columns=minutes))
    compare(seen, "Minutes to library")
    box = seen.page.locator("#divider").bounding_box()
    assert box["width"] >= 24
    seen.page.evaluate("""() => {
      window.written = 0;
      const write = history.replaceState.bind(history);
      history.replaceState = (...all) => { window.written += 1; write(...all); };
    }""")
    seen.page.mouse.move(box["x"] + box["width"] / 2, 500)
    seen.page.mouse.down()
    seen.page.mouse.move(500, 500, steps=100)
    seen.page.mouse.up()
    assert seen.ask("window.written") == 1
    assert seen.ask("onetown.store.state.share") == pytest.approx(500 / 1280, abs=0.002)


def test_options_and_colours_are_compared_by_one_divider(
    town_map: BuildMap, visit: OpenMap, minutes: list[Column]
) -> None:
    """Do nothing with the minutes of today, left; the joint plan with those after it, right."""
    seen = visit(town_map(columns=minutes))
    seen.page.select_option("#against", label="Do nothing")
    seen.page.select_option("#column-choice", label="Minutes to library, joint")
    seen.page.click("#before-after")
    seen.until("onetown.swipe.labels()[0].includes('library')")
    assert seen.ask("onetown.swipe.labels()") == [
        "Do nothing · Minutes to library", "Joint · Minutes to library, joint"
    ]  # fmt: skip
    assert seen.ask("onetown.scenes().map(([at]) => at)") == [0, 1]
