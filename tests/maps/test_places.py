"""Localities and wards: outlines that can be switched, names that lie on nothing, and where wards come from."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from geodata.place import Identity, Place
from geodata.place_people import NamedPlaces, PortraitChoice
from maps.areas import area_layer
from maps.base import TownMap
from maps.wards import told, wards_of
from tests.maps.test_page import PIXEL_AT, latlon

BuildMap = Callable[..., TownMap]
OpenMap = Callable[..., Any]

OVERLAY = "Object.values(map_onetown._layers).find((layer) => layer.clusters)"
NAMES = f"onetown.placedNames({OVERLAY}, [])"
OUTLINED = "onetown.outlinedAt(onetown.areas, map_onetown.getZoom())"
WARD_INK = "#6d1a5e"


def like_ward_ink(colour: str) -> bool:
    """Return whether a pixel is on the line of a ward: its ink, mixed with the white beside a thin line."""
    pairs = zip(bytes.fromhex(colour[1:]), bytes.fromhex(WARD_INK[1:]), strict=True)
    return all(abs(one - other) < 80 for one, other in pairs)


@pytest.fixture
def warded(town_areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the town in two wards of the same name, the southern row and the rest, and a third without a name."""
    row = np.arange(12) // 4
    return town_areas.assign(
        ward_code=np.array(["W1", "W2", "W2"])[row], ward_name=np.array(["Mill", "Mill", "Mill"])[row]
    )


def test_wards_of_one_name_are_told_apart(warded: gpd.GeoDataFrame) -> None:
    """There is a Central ward in every town."""
    wards = wards_of(warded)
    assert wards is not None
    ward: Any = told(wards, warded)["ward"]
    assert ward["words"] == ["Mill", "Mill"]
    assert ward["codes"] == [0] * 4 + [1] * 8


def test_wards_without_names_go_by_their_codes(warded: gpd.GeoDataFrame) -> None:
    """A look-up of codes alone still draws outlines; one ward for all is no layer."""
    bare = warded.drop(columns="ward_name")
    ward: Any = told(wards_of(bare), bare)["ward"]
    assert ward["words"] == ["W1", "W2"]
    assert wards_of(bare.assign(ward_code="W1")) is None
    assert wards_of(bare.drop(columns="ward_code")) is None


def test_wards_that_are_the_localities_are_not_drawn_twice(warded: gpd.GeoDataFrame) -> None:
    """Where the look-up has no localities, wards stand in for them."""
    alike = warded.assign(locality=warded["ward_name"])
    assert told(wards_of(alike), alike) == {}


def test_a_layer_of_places_names_wards_that_the_lookup_does_not(tmp_path: Path, warded: gpd.GeoDataFrame) -> None:
    """``[portraits] places`` names them already; by its heading a reader knows whether they are wards."""
    halves = {"WD25NM": ["South", "North"], "Parish": ["St Ann", "St Giles"]}
    shapes = [box(400_000, 300_000, 404_000, 301_000), box(400_000, 301_000, 404_000, 303_000)]
    gpd.GeoDataFrame(halves, geometry=shapes, crs="EPSG:27700").to_file(tmp_path / "places.gpkg")

    def place(heading: str) -> Place:
        named = PortraitChoice(places=NamedPlaces(file="places.gpkg", name=heading))
        return Place(path=tmp_path / "place.toml", base=tmp_path, place=Identity(name="Town"), portraits=named)

    wards, parishes = (wards_of(warded.drop(columns="ward_name"), place(name)) for name in ("WD25NM", "Parish"))
    assert wards is not None
    assert parishes is not None
    assert (wards.many, wards.names["T01"], wards.names["T12"]) == ("Wards", "South", "North")
    assert (parishes.many, parishes.names["T01"]) == ("Named places", "St Ann")
    known = wards_of(warded, place("Parish"))
    assert known is not None
    assert known.many == "Wards", "the look-up comes first"


def test_wards_cost_few_bytes() -> None:
    """A page gets a number for each area and each name once: 3,500 areas in 200 wards, under 3 kB."""
    n, rng = 3_500, np.random.default_rng(5)
    ward = np.sort(rng.integers(0, 200, n))
    corners = [(400_000 + 100 * (i % 70), 300_000 + 100 * (i // 70)) for i in range(n)]
    squares = [box(x, y, x + 100, y + 100) for x, y in corners]
    facts = {"locality": "Town", "population": 300.0, "ward_name": [f"Ward of {i}" for i in ward]}
    areas = gpd.GeoDataFrame(facts, [f"E{i}" for i in range(n)], geometry=squares, crs="EPSG:27700")

    def size(table: gpd.GeoDataFrame) -> int:
        data: Any = area_layer(table).data
        return len(data["table"])

    assert size(areas) - size(areas.drop(columns="ward_name")) < 3_000


@pytest.mark.browser
def test_wards_are_outlined_and_named_when_asked(town_map: BuildMap, visit: OpenMap, warded: gpd.GeoDataFrame) -> None:
    """Off at first; switched on, a line runs between two wards and both have their name; the address knows."""
    seen = visit(town_map(areas=warded.assign(ward_name=["Mill"] * 4 + ["Weir"] * 8), plans=()))
    border = latlon(400_300, 301_000)  # between T01 and T05
    assert not like_ward_ink(seen.page.evaluate(PIXEL_AT, border))
    assert {name["name"] for name in seen.ask(NAMES)} <= {"West", "East"}
    seen.page.get_by_label("Wards").check()
    assert like_ward_ink(seen.page.evaluate(PIXEL_AT, border))
    assert {"Mill", "Weir"} <= {name["name"] for name in seen.ask(NAMES)}
    assert "places=locality,ward" in seen.page.url
    seen.page.get_by_label("Localities").uncheck()
    assert {name["name"] for name in seen.ask(NAMES)} == {"Mill", "Weir"}
    seen.page.get_by_label("Wards").uncheck()
    assert seen.ask(NAMES) == []
    assert "places=none" in seen.page.url
    seen.page.evaluate("location.hash = 'places=ward'")
    seen.until("onetown.store.state.places.has('ward')")
    assert seen.page.get_by_label("Wards").is_checked()
    assert not seen.page.get_by_label("Localities").is_checked()
    assert seen.trouble == []


@pytest.mark.browser
def test_an_area_and_the_search_know_the_ward(town_map: BuildMap, visit: OpenMap, warded: gpd.GeoDataFrame) -> None:
    """In the panel, in the table and among the suggestions."""
    seen = visit(town_map(areas=warded.assign(ward_name=["Mill"] * 4 + ["Weir"] * 8)))
    seen.page.evaluate("onetown.choose({ kind: 'area', id: 0 })")
    assert "Ward\nMill" in seen.page.inner_text("#panel")
    seen.page.fill("#search", "weir")
    assert seen.page.locator("#found [role=option]").all_inner_texts()[0].split("\n") == ["Weir", "Ward"]
    seen.page.press("#search", "Escape")
    seen.page.click("#open-table")
    seen.page.click(".tabs button:has-text('Areas')")
    assert "Ward" in seen.page.locator("#table thead th").all_inner_texts()


@pytest.mark.browser
def test_names_never_lie_on_one_another(wide_map: TownMap, visit: OpenMap) -> None:
    """At every zoom, wards and localities together; more of them nearer in, and none of wards from far away."""
    seen = visit(wide_map)
    seen.page.evaluate("""() => {
      const { areas } = onetown; // 180 wards of about 20 areas
      const ward = (area) => Math.floor((area % 60) / 5) + 12 * Math.floor(area / 240);
      const codes = Array.from({ length: areas.n }, (_, area) => ward(area));
      const words = Array.from({ length: Math.max(...codes) + 1 }, (_, ward) => "A ward with a long name " + ward);
      areas.table.ward = { codes, words, title: "Wards", one: "Ward" };
      const known = onetown.placesOf(areas);
      for (const [code, name] of words.entries()) {
        const parts = codes.flatMap((one, area) => (one === code ? [area] : []));
        const sum = (axis) => parts.reduce((all, area) => all + areas.coverage.boxes[4 * area + axis], 0);
        const [x, y] = [sum(0), sum(1)];
        known.push({ kind: "ward", name, areas: parts, residents: 1, x, y, weight: parts.length });
      }
      onetown.store.change({ places: new Set(["locality", "ward"]) });
    }""")
    counts = []
    for zoom in (7, 9, 10, 11, 12, 13):
        seen.page.evaluate(
            f"map_onetown.setView(onetown.areas.coverage.latLngBounds().getCenter(), {zoom}, {{ animate: false }})"
        )
        names = seen.ask(NAMES)
        for one, other in itertools.combinations([name["box"] for name in names], 2):
            assert one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]
        counts.append(sum(name["kind"] == "ward" for name in names))
    assert counts[:2] == [0, 0]
    assert max(counts) > 10
    seen.page.evaluate("map_onetown.setZoom(7, { animate: false })")
    assert seen.ask(OUTLINED) == []


@pytest.mark.browser
def test_localities_that_are_districts_are_called_so(
    town_map: BuildMap, visit: OpenMap, town_areas: gpd.GeoDataFrame
) -> None:
    """Where nothing smaller has a name, the switch says what it switches."""
    seen = visit(town_map(areas=town_areas.assign(locality="Smalltown")))
    assert pd.Series(seen.page.locator("#places-part label").all_inner_texts()).str.startswith("Districts").any()
