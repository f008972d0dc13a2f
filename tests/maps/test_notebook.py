"""The example of docs/notebooks.md runs as it stands and gives a page without fault."""

from __future__ import annotations

import re
from pathlib import Path

import folium
import geopandas as gpd

from maps.base import TownMap
from maps.checking import check_page

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "notebooks.md"


def test_the_example_runs(town_areas: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """People copy it; a layer of their own must stand in the page."""
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    names = {"areas": town_areas, "folder": tmp_path}
    exec(example, names)  # noqa: S102 - our own guide
    assert isinstance(names["page"], TownMap)
    assert isinstance(names["page"], folium.Map)
    page = tmp_path / "my-town.html"
    assert "circleMarker" in page.read_text(encoding="utf-8").partition("map_onetown")[2]
    assert check_page(page).faults == ()
