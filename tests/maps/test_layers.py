"""What the page is told of areas, buildings and options is what the tables say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geodata.crs import bng_from_lonlat
from geodata.errors import CoverageError, CrsError, DataError
from maps.base import TownMap

BuildMap = Callable[..., TownMap]
ReadPage = Callable[[str, str], Any]


def layer(town: TownMap, name: str, read_page: ReadPage) -> Any:
    """Return the data of a layer as the page gets them."""
    return read_page(town.get_root().render(), name)


def words(column: dict[str, list[Any]]) -> list[str]:
    """Return a coded column as its words."""
    return [column["words"][code] for code in column["codes"]]


def test_areas_carry_their_facts(town_map: BuildMap, read_page: ReadPage, town_areas: gpd.GeoDataFrame) -> None:
    """Code, people and place of every area, in the order of the table."""
    table = layer(town_map(), "areas", read_page)["table"]
    assert table["code"] == list(town_areas.index)
    assert table["population"] == [100] * 12
    assert words(table["locality"]) == list(town_areas["locality"])
    assert words(table["district"]) == ["Smalltown"] * 12


def test_areas_carry_their_segments(town_map: BuildMap, read_page: ReadPage, town_segments: Any) -> None:
    """Super and sub-segment of every area match the table; an area without any is -1, not segment 0."""
    short = replace(town_segments, table=town_segments.table.drop(index="T12"))
    table = layer(town_map(segments=short), "areas", read_page)["table"]
    assert table["sub"] == [*town_segments.table["sub"].iloc[:11], -1]
    assert table["super"][:11] == list(town_segments.table["super"].iloc[:11])
    assert table["certainty"][-1] is None


def test_portraits_say_what_stands_out(town_map: BuildMap, read_page: ReadPage) -> None:
    """Name, percentage points and index of each segment; parts follow their group."""
    groups = layer(town_map(), "areas", read_page)["groups"]
    assert [group["name"] for group in groups] == [
        "Southerners", "River side", "Mill end", "Northerners", "Hill foot", "Moor edge",
    ]  # fmt: skip
    first = {"label": "Aged 65 and over", "sentence": "", "share": 40, "base": 25, "pp": 15, "index": 160}
    assert groups[0]["standsOut"][0] == first
    assert len({group["colour"] for group in groups if group["level"] == "sub"}) == 4


def test_map_of_buildings_only_has_no_segments(town_map: BuildMap, read_page: ReadPage) -> None:
    """Segments are optional; areas are then drawn plain."""
    data = layer(town_map(segments=None, plans=()), "areas", read_page)
    assert data["groups"] == []
    assert "sub" not in data["table"]


def test_segments_of_another_census_are_refused(town_map: BuildMap, town_segments: Any) -> None:
    """Codes of 2011 and 2021 do not join: a grey map would look like an answer."""
    foreign = replace(town_segments, table=town_segments.table.rename(index=lambda code: f"X{code}"))
    with pytest.raises(CoverageError, match=r"none of their areas \(XT01, XT02, XT03 and 9 more\) is on the map"):
        town_map(segments=foreign)


def test_segment_without_portrait_is_refused(town_map: BuildMap, town_segments: Any) -> None:
    """An area coloured by a segment that nobody described cannot be explained."""
    portraits = town_segments.portraits
    short = replace(town_segments, portraits=portraits[portraits["name"] != "Moor edge"])
    with pytest.raises(CoverageError, match="no portrait for sub segment 3"):
        town_map(segments=short)


def test_too_many_groups_are_refused(town_map: BuildMap, town_segments: Any) -> None:
    """Thirteen colours cannot be told apart."""
    many = pd.DataFrame({"level": "super", "segment": range(13), "parent": -1, "name": "x", "n_areas": 1})
    with pytest.raises(DataError, match="13 super segments, a map can tell 12 apart"):
        town_map(segments=replace(town_segments, portraits=many))


def test_buildings_stand_where_the_register_says(
    town_map: BuildMap, read_page: ReadPage, town_assets: gpd.GeoDataFrame
) -> None:
    """Longitude and latitude in the page go back to the easting and northing of the register, to 20 cm."""
    table = layer(town_map(), "sites", read_page)["table"]
    east, north = bng_from_lonlat(table["lon"], table["lat"])
    assert np.abs(east - town_assets.geometry.x).max() < 0.2
    assert np.abs(north - town_assets.geometry.y).max() < 0.2
    assert table["id"] == list(town_assets.index)


def test_buildings_carry_figures_with_their_provenance(
    town_map: BuildMap, read_page: ReadPage, town_assets: gpd.GeoDataFrame
) -> None:
    """An estimate that is labelled is useful, one that is not is a lie; missing is not zero."""
    known = town_assets.assign(desks_from=["recorded", "estimated"] * 3, fte=[40.0, np.nan, 5.0, 30.0, 10.0, 15.0])
    table = layer(town_map(assets=known), "sites", read_page)["table"]
    assert words(table["desks_from"]) == ["recorded", "estimated"] * 3
    assert table["fte"] == [40, None, 5, 30, 10, 15]
    assert table["public_facing"] == [0, 0, 1, 1, 0, 1]


def test_building_without_a_point_stays_in_the_table(
    town_map: BuildMap, read_page: ReadPage, town_assets: gpd.GeoDataFrame
) -> None:
    """Nothing is lost: it cannot be drawn, it can be listed."""
    lost = town_assets.copy()
    lost.loc["B2", "geometry"] = None
    table = layer(town_map(assets=lost), "sites", read_page)["table"]
    assert [lon is None for lon in table["lon"]] == [key == "B2" for key in lost.index]


def test_buildings_in_degrees_are_refused(town_map: BuildMap, town_assets: gpd.GeoDataFrame) -> None:
    """Metres or nothing."""
    with pytest.raises(CrsError, match="assets: points are in EPSG:4326"):
        town_map(assets=town_assets.to_crs("EPSG:4326"))


def test_options_carry_decisions_moves_and_figures(town_map: BuildMap, read_page: ReadPage) -> None:
    """The page draws the plan of the table: releases, hosts, who moves where."""
    nothing, joint = layer(town_map(), "moves", read_page)["table"]
    assert joint["decision"] == [2, 3, 1, 2, 3, 1]
    assert (joint["moves"]["from"], joint["moves"]["to"]) == ([1, 4], [0, 3])
    assert (joint["saving"], joint["gap"], joint["npv"]) == (120_000, 0.005, 900_000)
    assert nothing["moves"]["from"] == []
    assert joint["access"][0] == {
        "service": "library", "segment": "all", "before": 90, "after": 87.5, "minBefore": 11, "minAfter": 11.5,
        "limit": 20, "quality": "indicative",
    }  # fmt: skip


def test_plan_of_other_buildings_is_refused(town_map: BuildMap, town_plans: list[Any]) -> None:
    """A plan made from another register names buildings that are not here."""
    moves = town_plans[1].moves.assign(to_asset="A9")
    with pytest.raises(CoverageError, match=r"plan 'joint': building A9 is not in the register\. Make the plan anew"):
        town_map(plans=[replace(town_plans[1], moves=moves)])


def test_input_tables_are_not_touched(
    town_map: BuildMap, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_segments: Any
) -> None:
    """A map only looks."""
    before = [frame.copy() for frame in (town_areas, town_assets, town_segments.table)]
    town_map(assets=town_assets)
    for frame, kept in zip((town_areas, town_assets, town_segments.table), before, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(kept))
