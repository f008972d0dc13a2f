"""The rarer formats as real programs write them: old Excel, real encryption, Shapefiles in parts, KML in folders.

``workbooks/excel_97.xls`` is a BIFF8 workbook made with xlwt 1.3: a title in row 1, headings in row 3, a blank row 5
and an empty second sheet. ``workbooks/protected.xlsx`` was encrypted with msoffcrypto-tool 6.1, as Excel does it.
"""

from __future__ import annotations

import datetime as dt
import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from shapely.geometry import Point

from geodata.errors import SourceError
from geodata.files import read_sheets

WORKBOOKS = Path(__file__).parent / "workbooks"


def refusal(path: Path) -> str:
    """Return the one sentence with which a file is refused."""
    with pytest.raises(SourceError) as caught:
        read_sheets(path)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(str(path))


def test_a_workbook_of_old_excel_is_read() -> None:
    """Many estates teams still save .xls; a UPRN typed as a number is whole, dates are dates."""
    estate, notes = read_sheets(WORKBOOKS / "excel_97.xls")
    assert (estate.name, notes.name, notes.rows) == ("Estate", "Notes", ())
    assert estate.rows[2] == ("UPRN", "Name", "Postcode", "Opened", "NIA m2")
    assert estate.rows[3] == (100012345678, "Café at the Hall", "DE1 2AB", dt.date(2020, 1, 2), 1250.5)
    assert set(estate.rows[4]) == {None}
    assert estate.rows[5][:2] == ("100012345679", "Depot")


def test_a_workbook_that_excel_encrypted_is_told() -> None:
    """The remedy is not 'ask for it again'."""
    assert refusal(WORKBOOKS / "protected.xlsx") == (": is protected by a password. Save it without one and try again.")


def test_a_workbook_of_empty_sheets_reads_as_such(tmp_path: Path) -> None:
    """A template that nobody filled in."""
    book = openpyxl.Workbook()
    book.create_sheet("Second")
    book.save(tmp_path / "empty.xlsx")
    assert [(sheet.name, sheet.rows) for sheet in read_sheets(tmp_path / "empty.xlsx")] == [
        ("Sheet", ()),
        ("Second", ()),
    ]


@pytest.fixture
def shapefile(tmp_path: Path) -> Path:
    """Return a whole Shapefile of one station."""
    (tmp_path / "whole").mkdir()
    path = tmp_path / "whole" / "stations.shp"
    gpd.GeoDataFrame({"name": ["North"]}, geometry=[Point(400_000, 300_000)], crs=27700).to_file(path)
    return path


@pytest.mark.parametrize("part", [".dbf", ".shx"])
def test_a_shapefile_without_its_table_or_index_is_told(shapefile: Path, part: str) -> None:
    """Read on, it would be stations without a name; people send the .shp alone."""
    shapefile.with_suffix(part).unlink()
    assert refusal(shapefile) == (
        f": is one file of a Shapefile, and {part} is not beside it. "
        "Put all its files into one folder, or ask for a GeoPackage."
    )


def test_a_shapefile_in_capitals_is_whole(shapefile: Path, tmp_path: Path) -> None:
    """Older systems write STATIONS.SHP."""
    for one in shapefile.parent.iterdir():
        shutil.copy(one, tmp_path / one.name.upper())
    assert read_sheets(tmp_path / "STATIONS.SHP")[0].rows == (("name",), ("North",))


def test_a_zipped_shapefile_is_told_what_it_holds(shapefile: Path, tmp_path: Path) -> None:
    """The usual way to send one; which file to give is said."""
    with zipfile.ZipFile(tmp_path / "stations.zip", "w") as archive:
        for one in sorted(shapefile.parent.iterdir()):
            archive.write(one, one.name)
    assert refusal(tmp_path / "stations.zip") == (
        ": is a zip archive (it holds stations.cpg, stations.dbf, stations.prj and 2 more). "
        "Unpack it and give the file inside."
    )


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Folder><name>Fire</name><Placemark><name>North</name><ExtendedData><Data name="UPRN"><value>100012345678</value></Data>
</ExtendedData><Point><coordinates>-1.5,53,7</coordinates></Point></Placemark></Folder>
<Folder><name>Depots</name><Placemark><name>Yard</name><Polygon><outerBoundaryIs><LinearRing>
<coordinates>-1.5,53 -1.4,53 -1.4,53.1 -1.5,53</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
</Folder></Document></kml>"""


def test_every_folder_of_a_kml_file_is_a_sheet(tmp_path: Path) -> None:
    """Google Earth keeps one folder per body; what stands in its balloons are columns."""
    path = tmp_path / "sites.kml"
    path.write_text(KML)
    fire, depots = read_sheets(path)
    assert (fire.name, depots.name) == ("Fire", "Depots")
    assert dict(zip(fire.rows[0], fire.rows[1], strict=True))["UPRN"] == "100012345678"
    assert fire.points is not None
    assert fire.points[0] == Point(-1.5, 53)
    assert depots.points is not None
    assert depots.points[0].geom_type == "Point"
    assert depots.points.crs.to_epsg() == 4326


def test_geoparquet_keeps_its_index_as_columns(tmp_path: Path) -> None:
    """Our own results are indexed by asset_id; read again, the identifiers are there."""
    sites = gpd.GeoDataFrame({"name": ["North"]}, geometry=[Point(-1.5, 53)], crs=4326).rename_axis("row")
    sites.index = sites.index.map("A{}".format).rename("asset_id")
    sites.to_parquet(tmp_path / "sites.parquet")
    (sheet,) = read_sheets(tmp_path / "sites.parquet")
    assert sheet.rows == (("asset_id", "name"), ("A0", "North"))


def test_a_register_with_history_reads_as_one_layer(tmp_path: Path) -> None:
    """Its earlier versions are not assets of today."""
    sites = gpd.GeoDataFrame({"name": ["North"]}, geometry=[Point(1, 2)], crs=27700)
    for layer in ("register", "onetown_history"):
        sites.to_file(tmp_path / "county.gpkg", layer=layer)
    assert [sheet.name for sheet in read_sheets(tmp_path / "county.gpkg")] == ["register"]


def test_two_sheets_of_one_name_are_refused(tmp_path: Path) -> None:
    """Some programs write them; a reader by name would give the first sheet twice and lose the second."""
    book = openpyxl.Workbook()
    book.active.title = "Assets"
    book.create_sheet("Others")
    book.save(tmp_path / "good.xlsx")
    path = tmp_path / "twice.xlsx"
    with zipfile.ZipFile(tmp_path / "good.xlsx") as good, zipfile.ZipFile(path, "w") as twice:
        for part in good.namelist():
            twice.writestr(part, good.read(part).replace(b'"Others"', b'"Assets"'))
    assert [sheet.name for sheet in read_sheets(tmp_path / "good.xlsx")] == ["Assets", "Others"]
    assert "several sheets are called 'Assets'" in refusal(path)
