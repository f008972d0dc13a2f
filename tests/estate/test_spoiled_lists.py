"""Lists as six bodies would spoil them: each gives the same six buildings, or a question."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from estate.intake import ListSettings, read_asset_list
from estate.position import PostcodeTable
from estate.words import recognise
from geodata.crs import lonlat_from_bng
from tests.estate.conftest import ReadList

SITES = [("Town Hall", "DE1 2FS", 435_400, 336_400), ("Allenton Library", "DE24 9DA", 437_000, 332_500),
         ("Belper Fire Station", "DE56 2JQ", 434_800, 348_000)]  # fmt: skip


def degrees(east: float, north: float) -> tuple[float, float]:
    """Return longitude and latitude."""
    lon, lat = lonlat_from_bng([east], [north])
    return float(lon[0]), float(lat[0])


def spoiled(kind: str, east: int, north: int) -> list[str]:
    """Return the coordinates of a site as some list writes them."""
    lon, lat = degrees(east, north)
    return {
        "minus": [f"{lat:.6f}", f"{lon:.6f}".replace("-", "\u2212")],
        "kilometres": [str(east / 1000), str(north / 1000)],
        "thousands": [f"{east:,}", f"{north:,}"],
        "decimal commas": [f"{lat:.6f}".replace(".", ","), f"{lon:.6f}".replace(".", ",")],
        "wkt": [f"POINT ({lon:.6f} {lat:.6f})"],
        "ewkt": [f"SRID=27700;POINT Z ({east} {north} 52.5)"],
        "pair": [f"{lat:.6f}, {lon:.6f}"],
    }[kind]


@pytest.mark.parametrize(
    ("kind", "heads"),
    [
        ("minus", ["Latitude", "Longitude"]), ("kilometres", ["Easting (km)", "Northing (km)"]),
        ("thousands", ["Easting", "Northing"]), ("decimal commas", ["Lat", "Long"]), ("wkt", ["the_geom"]),
        ("ewkt", ["geometry"]), ("pair", ["Location (lat, long)"]),
    ],
)  # fmt: skip
def test_coordinates_in_any_dress(read_list: ReadList, kind: str, heads: list[str]) -> None:
    """The three sites stand where they stand."""
    rows = [["Name", "Postcode", *heads]]
    rows += [[name, code, *spoiled(kind, east, north)] for name, code, east, north in SITES]
    one = read_list(rows)
    assert one.accepted.geometry.x.round(-1).tolist() == [east for _, _, east, _ in SITES]
    assert one.accepted.geometry.y.round(-1).tolist() == [north for _, _, _, north in SITES]
    assert not [fault for fault in one.faults if fault.severity == "question"]


def test_postcodes_inside_addresses_place_a_list(read_list: ReadList, town_postcodes: PostcodeTable) -> None:
    """No column of its own is needed."""
    rows = [["Asset", "Full address"], ["Hall", "1 High Street, WS1 0AA"], ["Depot", "2 Mill Lane WS1 1AB"]]
    assert read_list(rows, postcodes=town_postcodes).accepted["placed_by"].tolist() == ["postcode", "postcode"]


def test_headings_cut_by_a_shapefile_are_whole_again(tmp_path: Path) -> None:
    """Ten letters of GROSS_INTERNAL_AREA are enough; PROPERTY_N holds names, since its values do."""
    table = pd.DataFrame({"PROPERTY_N": [site[0] for site in SITES], "POST_CODE_": [site[1] for site in SITES],
                          "TENURE_TYP": "Freehold", "GROSS_INTE": [5200, 410, 640]})  # fmt: skip
    points = gpd.points_from_xy([site[2] for site in SITES], [site[3] for site in SITES], crs="EPSG:27700")
    gpd.GeoDataFrame(table, geometry=points).to_file(tmp_path / "estate.shp")
    one = read_asset_list(ListSettings(tmp_path / "estate.shp", organisation="X"))
    assert one.accepted["name"].tolist() == [site[0] for site in SITES]
    assert one.accepted["gia_m2"].tolist() == [5200, 410, 640]
    assert one.accepted["tenure"].tolist() == ["freehold"] * 3


def test_headings_count_in_thousands_and_rates_are_no_sums(read_list: ReadList) -> None:
    """£k under "Rent (£k pa)", millions under "Value (£m)"; "Rent £/m2" is no rent of a building."""
    heads = ["Name", "Easting", "Northing", "Rent (£k pa)", "Backlog (£'000)", "Value (£m)"]
    one = read_list([heads, ["Hall", 435_400, 336_400, "12.5", "120", "1.2"]])
    asset = one.accepted.iloc[0]
    assert (asset.rent_gbp_pa, asset.backlog_gbp, asset.value_gbp) == (12_500.0, 120_000.0, 1_200_000.0)
    rate = read_list([["Name", "Easting", "Northing", "Rent £/m2"], ["Hall", 435_400, 336_400, "150"]])
    assert rate.accepted["rent_gbp_pa"].isna().all()


def test_monthly_rent_is_a_year_of_it(read_list: ReadList) -> None:
    """£1,000 a calendar month is £12,000 a year, and said so."""
    one = read_list([["Name", "Easting", "Northing", "Rent"], ["Hall", 435_400, 336_400, "£1,000 pcm"]])
    assert one.accepted["rent_gbp_pa"].tolist() == [12_000.0]
    assert "money_mended" in {fault.rule for fault in one.faults}


def test_longer_phrases_win_over_words_inside_them() -> None:
    """What is to be sold is not sold."""
    cells = pd.Series(["Surplus - to be sold", "Sold March 2024", "Surplus, sold 2019"])
    assert recognise(cells, "status").tolist() == ["surplus", "sold", "sold"]


def test_unknown_conditions_are_asked_about(read_list: ReadList) -> None:
    """B/C is neither B nor C."""
    rows = [["Name", "Easting", "Northing", "Condition"], ["Hall", 435_400, 336_400, "B/C"]]
    assert [fault.rule for fault in read_list(rows).faults if fault.severity == "question"] == ["condition_unknown"]
