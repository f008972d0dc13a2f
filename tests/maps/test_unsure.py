"""Areas unsure of their segment: hatched, a texture that needs no colour; the legend counts them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from maps.base import TownMap

pytestmark = pytest.mark.browser

BuildMap = Callable[..., TownMap]
OpenMap = Callable[..., Any]

CERTAINTY = [0.95, 0.8, 0.6, *[1.0] * 9]  # T01 sure, T02 fairly sure, T03 unsure
DARK = """() => [0, 1, 2, 3].map((area) => {
  const { coverage } = onetown.areas;
  const [west, north, east, south] = coverage.boxes.subarray(4 * area, 4 * area + 4);
  const inner = [[west, north], [east, south]].map(([x, y], i) => map_onetown.latLngToContainerPoint(
    coverage.toLatLng(x + (i ? -1 : 1) * 0.2 * (east - west), y + (i ? -1 : 1) * 0.2 * (south - north))));
  let dark = 0;
  let all = 0;
  for (const canvas of document.querySelectorAll(".leaflet-tile-pane canvas")) {
    const box = canvas.getBoundingClientRect();
    const [left, top] = [Math.max(inner[0].x, box.left), Math.max(inner[0].y, box.top)];
    const [right, bottom] = [Math.min(inner[1].x, box.right), Math.min(inner[1].y, box.bottom)];
    if (right - left < 1 || bottom - top < 1) continue;
    const scale = canvas.width / box.width;
    const part = [left - box.left, top - box.top, right - left, bottom - top].map((pixels) => pixels * scale);
    const { data } = canvas.getContext("2d").getImageData(...part);
    for (let i = 0; i < data.length; i += 4) {
      all += 1;
      dark += data[i] + data[i + 1] + data[i + 2] < 240;
    }
  }
  return dark / all;
})"""


def test_unsure_areas_are_hatched(town_map: BuildMap, visit: OpenMap, town_segments: Any) -> None:
    """A sure area is plain, a fairly sure one has lines, an unsure one twice as many, crossed; the colour stays."""
    town_segments.table["certainty"] = CERTAINTY
    seen = visit(town_map(plans=()))
    plain = seen.ask(DARK)
    assert max(plain) < 0.02
    seen.page.select_option("#unsure", label="hatched")
    sure, fairly, unsure, other = seen.ask(DARK)
    assert (sure, other) == (plain[0], plain[3])
    assert 0.05 < fairly < 0.3
    assert unsure > 1.5 * fairly
    assert len(set(seen.ask("[0, 1, 2].map((area) => onetown.areas.colourOf(area))"))) == 1
    assert "unsure=hatch" in seen.page.url
    rows = seen.page.locator("#unsure-legend li").all_inner_texts()
    assert [row.split("\n")[0] for row in rows] == [
        "Sure (90 % or more)",
        "Fairly sure (70 to 90 %)",
        "Unsure (under 70 %)",
    ]
    assert ["10 areas" in rows[0], "1 area" in rows[1], "100 residents" in rows[2]] == [True] * 3


def test_hatching_is_for_segments_only(town_map: BuildMap, visit: OpenMap, town_segments: Any) -> None:
    """What is filtered out is not hatched; links that say fade still fade."""
    town_segments.table["certainty"] = CERTAINTY
    seen = visit(town_map())
    seen.page.select_option("#unsure", "hatch")
    hatches = "[0, 1, 2, 3].map((area) => onetown.areas.hatchOf(area))"
    assert seen.ask(hatches) == [0, 1, 2, 0]
    seen.page.click("#community-legend button:has-text('Northerners')")
    assert seen.ask(hatches) == [0, 0, 0, 0]
    seen.page.evaluate("location.hash = 'fade=yes'")
    seen.until("onetown.store.state.unsure === 'fade'")
    assert seen.page.input_value("#unsure") == "fade"


def test_hatching_shows_in_forced_colours(town_map: BuildMap, visit: OpenMap, town_segments: Any) -> None:
    """The map is a picture, which forced colours leave alone; its key in the legend is left alone too."""
    town_segments.table["certainty"] = CERTAINTY
    seen = visit(town_map(plans=()))
    seen.page.emulate_media(forced_colors="active")
    seen.page.select_option("#unsure", "hatch")
    assert seen.ask(DARK)[2] > 0.1
    swatch = "[...document.querySelectorAll('#unsure-legend .swatch')].map((one) => getComputedStyle(one))"
    assert seen.ask(f"{swatch}.every((style) => style.forcedColorAdjust === 'none')")
    assert seen.ask(f"{swatch}.map((style) => style.backgroundImage.startsWith('url'))") == [False, True, True]


def test_no_certainty_no_choice(town_map: BuildMap, visit: OpenMap, town_segments: Any) -> None:
    """A model applied without resampling does not know how sure it is."""
    town_segments.table["certainty"] = float("nan")
    assert visit(town_map()).page.locator("#unsure-part").is_hidden()
