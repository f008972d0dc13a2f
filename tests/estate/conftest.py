"""Lists of the small town as a body would send them, and the postcodes they are checked against."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from estate.intake import AssetList, ListSettings, read_asset_list
from estate.position import PostcodeTable, postcode_table
from geodata.postcodes import read_postcodes

WriteList = Callable[..., Path]
ReadList = Callable[..., AssetList]


@pytest.fixture
def write_list(tmp_path: Path) -> WriteList:
    """Return a function that writes rows as a CSV file and gives its path."""

    def write(rows: Sequence[Sequence[object]], name: str = "assets.csv") -> Path:
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows(rows)
        return path

    return write


@pytest.fixture
def town_postcodes() -> PostcodeTable:
    """Return 120 postcodes of district WS1 on a 100 m grid in the town's south-west, and one of far-off WS9."""
    rows = [
        (f"WS1 {number % 10}{'ABCDEFGHJL'[number // 12]}{'ABDEFGHJLNPQ'[number % 12]}", number) for number in range(120)
    ]
    units = pd.DataFrame(
        {
            "easting": [400_050.0 + 100 * (number % 12) for _, number in rows],
            "northing": [300_050.0 + 100 * (number // 12) for _, number in rows],
        },
        index=[code for code, _ in rows],
    )
    return postcode_table(units)


@pytest.fixture
def town_extent() -> BaseGeometry:
    """Return the outline of the small town."""
    return box(400_000, 300_000, 404_000, 303_000)


@pytest.fixture
def read_list(write_list: WriteList) -> ReadList:
    """Return a function that writes rows and reads them as an asset list."""

    def read(rows: Sequence[Sequence[object]], name: str = "assets.csv", **options: object) -> AssetList:
        about = {key: options.pop(key) for key in tuple(options) if key in ListSettings.__dataclass_fields__}
        return read_asset_list(ListSettings(write_list(rows, name), **about), **options)  # type: ignore[arg-type]

    return read


@pytest.fixture(scope="session")
def derbyshire(real_data: Path) -> dict[str, object]:
    """Return the postcodes, outline and name of Derbyshire, for the lists of its bodies."""
    msoas = gpd.read_file(real_data / "derbyshire" / "msoa21_boundaries.gpkg").to_crs("EPSG:27700")
    return {
        "postcodes": postcode_table(read_postcodes(real_data / "derbyshire" / "postcodes_onspd_2025.csv.gz")),
        "place_extent": msoas.union_all(),
        "place_name": "Derbyshire",
    }


@pytest.fixture(scope="session")
def trafford(real_data: Path) -> dict[str, object]:
    """Return the postcodes, outline and name of Trafford."""
    district = gpd.read_file(real_data / "trafford" / "local_authority_district.geojson").to_crs("EPSG:27700")
    return {
        "postcodes": postcode_table(read_postcodes(real_data / "trafford" / "trafford_postcodes.csv")),
        "place_extent": district.union_all(),
        "place_name": "Trafford",
    }
