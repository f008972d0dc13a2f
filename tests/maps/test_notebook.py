"""The example of docs/notebooks.md runs as it stands and gives a page without fault."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import folium
import geopandas as gpd
import pytest

from maps.base import TownMap
from maps.checking import check_page
from tests.maps.conftest import Visit

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "notebooks.md"


@pytest.mark.browser
def test_the_example_runs(town_areas: gpd.GeoDataFrame, tmp_path: Path, visit: Callable[..., Visit]) -> None:
    """People copy it; a layer of their own must stand on the map."""
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    names = {"areas": town_areas, "folder": tmp_path}
    exec(example, names)  # noqa: S102 - our own guide
    page = names["page"]
    assert isinstance(page, TownMap)
    assert isinstance(page, folium.Map)
    assert check_page(tmp_path / "my-town.html").faults == ()
    opened = visit(page)
    assert opened.ask("document.querySelectorAll('#map_onetown path').length") == 1
    assert opened.trouble == []
