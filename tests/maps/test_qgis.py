"""GIS teams see the colours of the page: the styles are whole, and QGIS finds them in the GeoPackage."""

from __future__ import annotations

import sqlite3
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import pyogrio
import pytest

from geodata.write import write_geopackage
from maps.areas import area_layer
from maps.bundle import write_layers
from maps.inert import unpacked_bytes
from maps.qgis import area_style, building_style, style_table
from maps.style import FAMILIES
from tests.maps.conftest import StandInSegments


def drawn(text: str) -> dict[str, dict[str, str]]:
    """Return what a style draws by the value of its column, as QGIS reads it: category, symbol, options."""
    root = ET.fromstring(text)  # noqa: S314 - our own
    assert root.tag == "qgis"
    renderer = root.find("renderer-v2")
    assert renderer is not None
    assert renderer.get("type") == "categorizedSymbol"
    symbols = {one.get("name"): one for one in renderer.iterfind("symbols/symbol")}
    found = {}
    for category in renderer.iterfind("categories/category"):
        layer = symbols[category.get("symbol")].find("layer")
        assert layer is not None
        options = {str(one.get("name")): str(one.get("value")) for one in layer.iterfind("Option/Option")}
        found[str(category.get("value"))] = {"label": str(category.get("label")), **options}
    assert len(symbols) == len(found)
    return found


def test_areas_have_the_colours_of_the_page(town_areas: gpd.GeoDataFrame, town_segments: StandInSegments) -> None:
    """Every segment, with its name and the very colour."""
    import json  # noqa: PLC0415

    layer: Any = area_layer(town_areas, town_segments).data  # type: ignore[arg-type]
    page = [one for one in json.loads(unpacked_bytes(layer["groups"])) if one["level"] == "sub"]
    styled = drawn(area_style(town_segments))  # type: ignore[arg-type]
    assert set(styled) == {*(str(one["segment"]) for one in page), ""}
    for one in page:
        mine = styled[str(one["segment"])]
        wanted = ",".join(str(int(one["colour"][at : at + 2], 16)) for at in (1, 3, 5))
        assert (mine["label"], mine["color"]) == (one["name"], f"{wanted},255")


def test_the_files_beside_the_geopackage_are_its_styles(
    town_areas: gpd.GeoDataFrame, town_segments: StandInSegments, tmp_path: Path
) -> None:
    """Whoever loads the .qml by hand sees the same classes; every area of the layer falls in one of them."""
    geography = SimpleNamespace(areas=town_areas, census=None)
    study: Any = SimpleNamespace(geography=geography, segments=town_segments, estate=None, plans=())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("maps.bundle.all_columns", lambda _: [])
        write_layers(study, tmp_path)
    beside = (tmp_path / "areas.qml").read_text(encoding="utf-8")
    with sqlite3.connect(tmp_path / "results.gpkg") as file:
        assert file.execute("SELECT styleQML FROM layer_styles").fetchall() == [(beside,)]
    column = ET.fromstring(beside).find("renderer-v2").get("attr")  # type: ignore[union-attr]  # noqa: S314 - our own
    areas = pyogrio.read_dataframe(tmp_path / "results.gpkg", layer="areas")
    assert set(areas[column].astype("str")) <= set(drawn(beside))


def test_every_use_has_a_sign() -> None:
    """A use without one would vanish from the map of a GIS team."""
    styled = drawn(building_style())
    assert set(styled) == {*(use for family in FAMILIES for use in family.uses), ""}
    assert len({(one["color"], one["name"]) for one in styled.values()}) == len(FAMILIES)


def test_hostile_names_stay_words(town_segments: StandInSegments) -> None:
    """Names of segments come from users."""
    name = 'A "B" <category value="9"/> & \u202eC'
    renamed = StandInSegments(town_segments.table, town_segments.portraits.assign(name=name), town_segments.stands_out)
    assert {one["label"] for one in drawn(area_style(renamed)).values()} >= {name.replace("\u202e", "")}  # type: ignore[arg-type]


def test_the_geopackage_carries_its_styles(
    town_areas: gpd.GeoDataFrame, town_segments: StandInSegments, tmp_path: Path
) -> None:
    """QGIS asks the table `layer_styles` by layer and geometry column, and takes the default."""
    style = area_style(town_segments)  # type: ignore[arg-type]
    path = tmp_path / "results.gpkg"
    write_geopackage({"areas": town_areas, "layer_styles": style_table({"areas": style})}, path)
    with sqlite3.connect(path) as file:
        asked = "SELECT styleQML FROM layer_styles WHERE f_table_schema = '' AND f_table_name = 'areas' "
        asked += "AND f_geometry_column = (SELECT column_name FROM gpkg_geometry_columns WHERE table_name = 'areas') "
        assert file.execute(asked + "AND useAsDefault").fetchall() == [(style,)]
        kind = file.execute("SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'").fetchone()
        assert kind == ("attributes",)
    assert len(pyogrio.read_dataframe(path, layer="areas")) == len(town_areas)
