"""The page is for everyone: WCAG 2.2 AA by axe-core in every view, narrow and wide and at a zoom of 400 %."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geodata.grid import Grid, Raster
from maps.base import TownMap
from maps.columns import Column
from maps.surface import surface_of

pytestmark = pytest.mark.browser

BuildMap = Callable[..., TownMap]
OpenMap = Callable[..., Any]

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALL_TARGETS = """() => [...document.querySelectorAll("button, summary, input, select, a")].filter((node) => {
  const box = node.getBoundingClientRect();
  return node.checkVisibility() && !node.closest(".skip") && (box.height < 24 || box.width < 24);
}).map((node) => (node.id || node.className || node.localName) + " " + node.textContent.slice(0, 30))"""


def faults(seen: Any) -> list[str]:
    """Return what axe-core finds wrong, one line per element."""
    found: list[dict[str, Any]] = seen.ask(
        f"{AXE};axe.run(document, {{runOnly: {TAGS}}}).then((one) => one.violations)"
    )
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


@pytest.fixture(params=[(1280, 800), (390, 844), (320, 256)], ids=["desktop", "telephone", "400 %"])
def opened(request: pytest.FixtureRequest, town_map: BuildMap, visit: OpenMap, town_areas: gpd.GeoDataFrame) -> Any:
    """Return the map of the small town on a wide screen, a telephone, and as 1280 pixels at a zoom of 400 %."""
    width, height = request.param
    figures = pd.Series(range(12), index=town_areas.index, dtype=float)
    column = Column("Rents", "Housing", "% of households", figures, breaks=(3.0, 8.0), base=5.0)
    after = replace(column, name="Rents after", before="Rents")
    seven = Raster(np.full((3, 4), 7.0), Grid(400_000, 303_000, 1_000, 3, 4), "minutes", "made up")
    walk = surface_of(seven, name="Walk", note="Made up.", breaks=[5.0])
    warded = town_areas.assign(ward_name=["Mill"] * 4 + ["Weir"] * 8)
    said = pd.DataFrame({"note": ["The bus is late."], "oa_code": ["T07"], "locality": [""]})
    town = town_map(areas=warded, notes=["A note."], made_up=True, columns=[column, after], interviews=said,
                    surfaces=[walk])  # fmt: skip
    seen = visit(town, width=width, height=height)
    if width < 720:
        seen.page.click("#unfold")
    return seen


def test_axe_finds_nothing_in_any_view(opened: Any) -> None:
    """Legend, panel of an area, a segment and a building, suggestions, folds and the tables."""
    page = opened.page
    assert faults(opened) == []
    for kind, key in (("area", 0), ("segment", "'sub 1'"), ("site", 1)):
        page.evaluate(f"onetown.choose({{ kind: '{kind}', id: {key} }})")
        assert faults(opened) == [], kind
    page.evaluate("onetown.unchoose()")
    page.fill("#search", "a")
    assert faults(opened) == []
    page.press("#search", "Escape")
    for fold in page.locator("summary:visible").all():
        fold.click()
    assert faults(opened) == []
    page.select_option("#unsure", "hatch")
    for box in page.locator("#places-part input").all():
        box.check()
    assert faults(opened) == []
    page.select_option("#column-choice", "1")
    page.click("#before-after")
    page.locator("#surface-choice input").nth(1).check()
    page.select_option("#left-surface", "-1")
    page.select_option("#against", "0")
    page.select_option("#signs", "body")
    page.click("#notes-switch")
    page.evaluate("onetown.choose({ kind: 'note', id: 0 })")
    assert faults(opened) == []
    page.evaluate("onetown.unchoose()")
    page.click("#open-table")
    for table in page.locator(".tabs button").all():
        table.click()
        assert faults(opened) == [], table.inner_text()


def test_axe_would_find_something(town_map: BuildMap, visit: OpenMap) -> None:
    """A button without a name, and text too pale to read, are found: the test above is awake."""
    seen = visit(town_map())
    seen.page.evaluate("document.querySelector('#print').textContent = ''")
    seen.page.evaluate("document.querySelector('h1').style.color = '#ccc'")
    found = " ".join(faults(seen))
    assert "button-name" in found
    assert "color-contrast" in found


def test_reduced_motion_and_forced_colours_are_heeded(town_map: BuildMap, visit: OpenMap) -> None:
    """Nothing glides for those who asked for calm; in forced colours pressed entries are outlined."""
    seen = visit(town_map())
    page = seen.page
    page.emulate_media(reduced_motion="reduce", forced_colors="active")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert not seen.ask("map_onetown.options.zoomAnimation || map_onetown.options.inertia")
    page.click("#community-legend button >> nth=0")
    outline = "getComputedStyle(document.querySelector('#community-legend button')).outlineStyle"
    assert seen.ask(outline) == "solid"
    assert faults(seen) == []


def test_the_divider_and_the_slider_have_names_and_values(town_map: BuildMap, visit: OpenMap) -> None:
    """What a screen reader says of them: name, value in words."""
    seen = visit(town_map())
    seen.page.select_option("#against", "0")
    divider = seen.page.get_by_role("slider", name="Divider: something else left and right of it")
    assert divider.get_attribute("aria-valuetext").endswith("the rest Joint")
    divider.press("Home")
    assert divider.get_attribute("aria-valuenow") == "2"
    assert seen.ask("document.activeElement.id") == "divider"


def test_targets_are_at_least_24_pixels(opened: Any) -> None:
    """WCAG 2.2, 2.5.8: a finger or a shaking hand finds every control."""
    for fold in opened.page.locator("summary:visible").all():
        fold.click()
    opened.page.evaluate("onetown.choose({ kind: 'site', id: 1 })")
    assert opened.ask(SMALL_TARGETS) == []


def test_nothing_is_wider_than_the_screen(opened: Any) -> None:
    """WCAG 1.4.10: at 320 pixels nothing scrolls two ways."""
    width = opened.page.viewport_size["width"]
    assert opened.ask("document.documentElement.scrollWidth") <= width
    assert opened.ask("[...document.querySelectorAll('.card')].every((card) => card.scrollWidth <= card.clientWidth)")
