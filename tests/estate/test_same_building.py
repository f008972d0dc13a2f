"""The same building in the lists of different bodies."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from estate.intake import ListSettings, read_asset_list
from estate.same_building import FIELDS, add_buildings, match_buildings
from tests.conftest import assert_aligned


def town(*rows: tuple[str, str, str, str, str, object, float, float]) -> gpd.GeoDataFrame:
    """Return assets: id, organisation, use, name, address, uprn, easting, northing; all in postcode WS1 0AA."""
    table = pd.DataFrame(rows, columns=["id", "organisation", "use", "name", "address", "uprn", "east", "north"])
    points = [Point(east, north) for east, north in zip(table.east, table.north, strict=True)]
    table = table.assign(
        postcode="WS1 0AA", placed_by="coordinates", uprn=table.uprn.astype("str").where(table.uprn != "")
    )
    return gpd.GeoDataFrame(table.set_index(pd.Index(table.id, name="asset_id")), geometry=points, crs="EPSG:27700")


HALL = ("A1", "Council", "office", "Town Hall", "1 Market Place", "", 400_000.0, 300_000.0)


def same(*rows: tuple[str, str, str, str, str, object, float, float]) -> list[tuple[str, str]]:
    """Return the pairs taken for one building."""
    found = match_buildings(town(*rows))
    return list(found.loc[found.same_building, ["asset_a", "asset_b"]].itertuples(index=False, name=None))


def test_one_uprn_is_one_building_however_far_the_points() -> None:
    """The gazetteer's number settles it."""
    first = (*HALL[:5], "100", *HALL[6:])
    assert same(first, ("B1", "Police", "police station", "Desk", "", "100", 405_000.0, 300_000.0)) == [("A1", "B1")]


def test_name_address_and_place_speak_together() -> None:
    """Forty metres off, spelled otherwise, the same street and number."""
    found = match_buildings(
        town(
            HALL,
            ("B1", "Police", "police station", "Police desk, Town Hall", "1, Market Pl.", "", 400_040.0, 300_000.0),
        )
    )
    assert found.same_building.tolist() == [True]
    assert found.why[0].startswith("40 m apart, the same postcode, ")
    assert list(found.columns) == list(FIELDS)


def test_neighbours_are_not_the_same_building() -> None:
    """Two doors on are other people."""
    assert (
        same(HALL, ("B1", "Police", "police station", "Police Station", "5 Market Place", "", 400_040.0, 300_000.0))
        == []
    )


def test_names_of_places_agree_only_among_buildings_of_one_use() -> None:
    """'Glossop' is the fire station in one list of fire stations, and not the library next to it."""
    station = ("A1", "Fire", "fire station", "Glossop Fire Station", "Whitfield Park", "", 400_000.0, 300_000.0)
    assert same(station, ("B1", "Home Office", "fire station", "Glossop", "", "", 400_050.0, 300_000.0)) == [
        ("A1", "B1")
    ]
    assert same(station, ("C1", "County", "library", "Glossop", "Talbot Street", "", 400_050.0, 300_000.0)) == []


def test_a_body_lists_a_building_once() -> None:
    """Of two candidates in one other list, the surer is taken."""
    near = ("B1", "Police", "office", "Town Hall", "1 Market Place", "", 400_000.0, 300_000.0)
    further = ("B2", "Police", "office", "Town Hall Annexe", "1 Market Place", "", 400_060.0, 300_000.0)
    assert same(HALL, near, further) == [("A1", "B1")]


def test_own_rows_are_not_matched() -> None:
    """Repeats within a list are another matter."""
    assert same(HALL, ("A2", "Council", "office", "Town Hall", "1 Market Place", "", 400_000.0, 300_000.0)) == []
    assert len(match_buildings(town(HALL))) == 0


def test_matches_chain_into_buildings() -> None:
    """Three bodies in one building have one identifier; who stands alone has their own."""
    rows = [
        HALL,
        ("B1", "Police", *HALL[2:]),
        ("C1", "Health", *HALL[2:]),
        ("D1", "Fire", "office", "Far", "", "", 409_000.0, 300_000.0),
    ]
    assets = town(*rows)
    grouped = add_buildings(assets, match_buildings(assets))
    assert grouped.building.tolist() == ["A1", "A1", "A1", "D1"]
    assert_aligned(grouped, assets)


def test_row_order_does_not_matter() -> None:
    """The same pairs from the same rows."""
    rows = [HALL, ("B1", "Police", *HALL[2:]), ("C1", "Health", *HALL[2:])]
    pairs = [{frozenset(pair) for pair in same(*ordered)} for ordered in (rows, rows[::-1])]
    assert pairs[0] == pairs[1]


@pytest.mark.real
def test_fire_register_and_national_list_meet(real_data: Path, derbyshire: dict[str, object]) -> None:
    """Two lists of one county's stations, made by different people: 26 stations recognised, none wrongly."""
    folder = real_data / "derbyshire" / "assets"
    settings = [
        ListSettings(folder / "fire_rescue_land_and_assets_2016.xlsx", organisation="Fire"),
        ListSettings(folder / "home_office_fire_stations_england.ods", organisation="Home Office", national=True),
    ]
    lists = [read_asset_list(one, **derbyshire) for one in settings]  # type: ignore[arg-type]
    found = match_buildings(gpd.GeoDataFrame(pd.concat([one.accepted for one in lists])))
    sure = found[found.same_building]
    assert len(sure) >= 26
    town_a = sure.name_a.str.lower().str.extract(r"^(\w+)", expand=False)
    town_b = sure.name_b.str.lower().str.extract(r"^(\w+)", expand=False)
    assert np.mean(town_a == town_b) == 1.0
