"""A user's own table of UPRNs, in the formats in which the national one comes."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from geodata.errors import SourceError
from geodata.uprns import read_uprns

TABLE = pd.DataFrame(
    {"UPRN": [100012345678, 5, 10000000001], "X_COORDINATE": [435400.5, 600000.0, 436000.0],
     "Y_COORDINATE": [336400.0, 200000.0, 337000.0], "LATITUDE": [52.92, 51.6, 52.93],
     "LONGITUDE": [-1.47, 0.8, -1.46]}
)  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet", "gpkg"])
def test_every_format_gives_the_same_points(tmp_path: Path, ending: str) -> None:
    """CSV, gzipped CSV, Parquet and GeoPackage; UPRNs are compared as numbers."""
    path = tmp_path / f"osopenuprn.{ending}"
    if ending == "parquet":
        TABLE.to_parquet(path)
    elif ending == "gpkg":
        points = gpd.points_from_xy(TABLE["X_COORDINATE"], TABLE["Y_COORDINATE"], crs="EPSG:27700")
        gpd.GeoDataFrame(TABLE, geometry=points).to_file(path)
    else:
        TABLE.to_csv(path, index=False)
    found = read_uprns(path).points_of(pd.Series(["100012345678", pd.NA, "000000000005", "77"], index=[2, 3, 4, 5]))
    assert found.index.tolist() == [2, 3, 4, 5]
    assert found["easting"].tolist()[::2] == [435400.5, 600000.0]
    assert found["easting"].isna().tolist() == [False, True, False, True]


def test_only_the_neighbourhood_is_kept(tmp_path: Path) -> None:
    """Forty million rows are cut to the place."""
    TABLE.to_csv(tmp_path / "u.csv", index=False)
    table = read_uprns(tmp_path / "u.csv", around=(420_000, 320_000, 450_000, 360_000))
    assert table.numbers.tolist() == [10000000001, 100012345678]


def test_degrees_serve_where_metres_are_missing(tmp_path: Path) -> None:
    """Some extracts carry latitude and longitude alone."""
    TABLE.drop(columns=["X_COORDINATE", "Y_COORDINATE"]).to_csv(tmp_path / "u.csv", index=False)
    found = read_uprns(tmp_path / "u.csv").points_of(pd.Series(["100012345678"]))
    assert found["easting"].between(435_000, 436_500).all()


def test_a_table_without_coordinates_or_uprns_is_refused(tmp_path: Path) -> None:
    """With the headings it needs."""
    pd.DataFrame({"UPRN": [1], "name": ["x"]}).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(SourceError, match="no columns of coordinates"):
        read_uprns(tmp_path / "a.csv")
    pd.DataFrame({"UPNR": [1], "easting": [1], "northing": [2]}).to_csv(tmp_path / "b.csv", index=False)
    with pytest.raises(SourceError, match=r"no column of UPRNs\. Did you mean 'UPNR'\?"):
        read_uprns(tmp_path / "b.csv")


def test_an_empty_table_knows_nothing(tmp_path: Path) -> None:
    """A header alone places nobody, and harms nobody."""
    TABLE.iloc[:0].to_csv(tmp_path / "u.csv", index=False)
    assert read_uprns(tmp_path / "u.csv").points_of(pd.Series(["5"])).isna().all(axis=None)
