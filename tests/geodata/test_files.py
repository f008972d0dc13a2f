"""Any list a partner sends is read, or refused in one sentence that says what to do."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import hashlib
import re
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from geodata.errors import SourceError
from geodata.files import read_areas_file, read_sheets, read_table, sha256_of

ODS_HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="S">'
)
ODS_TAIL = "</table:table></office:spreadsheet></office:body></office:document-content>"
ODS_CELL = '<table:table-cell office:value-type="string"{}><text:p>x</text:p></table:table-cell>'


def write_ods(path: Path, rows: str, manifest: str = "") -> Path:
    """Write a minimal OpenDocument spreadsheet."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f"<manifest:manifest>{manifest}</manifest:manifest>")
        archive.writestr("content.xml", ODS_HEAD + rows + ODS_TAIL)
    return path


def refusal(path: Path) -> str:
    """Return the one sentence with which a file is refused."""
    with pytest.raises(SourceError) as caught:
        read_sheets(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message.removeprefix(str(path))


# ---------------------------------------------------------------- text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "¬"])
def test_every_usual_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    """What Excel, a database and a mainframe write all reads the same."""
    rows = [["Name", "Rent £"], ["Café, Ashbourne", "1200"], ["Town Hall", "5"]]
    path = tmp_path / "list.csv"
    path.write_bytes("\r\n".join(f'"{name}"{delimiter}{rent}' for name, rent in rows).encode(encoding))
    (sheet,) = read_sheets(path)
    assert sheet.rows == tuple(tuple(row) for row in rows)


def test_utf8_with_a_stray_windows_sign(tmp_path: Path) -> None:
    """Two lists pasted together: the stray sign is read and the rest is not spoiled."""
    path = tmp_path / "list.csv"
    path.write_bytes("name,rent\nCafé Zoë,£5\n".encode() + "Pound,£6\n".encode("cp1252"))
    assert read_sheets(path)[0].rows[1:] == (("Café Zoë", "£5"), ("Pound", "£6"))


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    """Title rows, blank rows and cells with line breaks keep the row numbers that the sender sees."""
    path = tmp_path / "list.csv"
    path.write_text('Our estate 2024\n\nName,Address\n"Town\nHall","High St,\nDerby"\nLibrary,\n,,\n\n')
    (sheet,) = read_sheets(path)
    assert sheet.rows[0] == ("Our estate 2024",)
    assert sheet.rows[1] == ()
    assert sheet.rows[3] == ("Town\nHall", "High St,\nDerby")
    assert sheet.rows[4] == ("Library", None)
    assert len(sheet.rows) == 5  # nothing but empty rows follows


def test_a_line_that_tells_excel_the_separator_is_no_row(tmp_path: Path) -> None:
    """Excel does not show it, so row 1 is the header."""
    path = tmp_path / "list.csv"
    path.write_text("sep=;\nname;area\nA;1,5\n")
    assert read_sheets(path)[0].rows == (("name", "area"), ("A", "1,5"))


def test_a_header_without_rows_is_legal(tmp_path: Path) -> None:
    """A body with nothing to list sends such a file."""
    path = tmp_path / "list.csv"
    path.write_text("name,area,postcode\n")
    assert read_sheets(path)[0].rows == (("name", "area", "postcode"),)


def test_a_long_cell_is_read_whole(tmp_path: Path) -> None:
    """Outlines of areas are longer than the limit of Python's own reader."""
    path = tmp_path / "list.csv"
    path.write_text(f'name,wkt\nA,"{"1 2, " * 50_000}"\n')
    assert len(str(read_sheets(path)[0].rows[1][1])) == 250_000


def test_an_unclosed_quotation_mark_is_told_with_its_row(tmp_path: Path) -> None:
    """It would swallow the rest of the list in silence."""
    path = tmp_path / "list.csv"
    path.write_text('name,area\nTown Hall,1\n"Library,2\nDepot,3\n')
    assert refusal(path).startswith(", row 3: a quotation mark opens a cell and never closes it. Close it")


def test_gzipped_text_is_read(tmp_path: Path) -> None:
    """Large directories come packed."""
    path = tmp_path / "list.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert read_sheets(path)[0].rows == (("a", "b"), ("1", "2"))
    path.write_bytes(gzip.compress(b"a,b\n1,2\n" * 99)[:-9])
    assert "cannot be read" in refusal(path)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.binary(max_size=400), st.text('"a,;\n\r\t\0é', max_size=60).map(str.encode)))
def test_random_bytes_give_rows_or_a_sentence(tmp_path: Path, data: bytes) -> None:
    """Nothing that arrives by mail may end in a traceback."""
    path = tmp_path / "random.csv"
    path.write_bytes(data)
    with contextlib.suppress(SourceError):
        assert read_sheets(path)


# ---------------------------------------------------------------- workbooks


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """Return a workbook with a sheet that starts at B3 and an empty sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Estate"
    sheet["B3"], sheet["C3"] = "UPRN", "Opened"
    sheet["B5"], sheet["C5"], sheet["D5"] = 100012345678, dt.date(2020, 1, 2), 1.5
    sheet["E5"] = True
    sheet.merge_cells("B7:C8")
    sheet["B7"] = "merged"
    book.create_sheet("Empty")
    book.save(tmp_path / "estate.xlsx")
    return tmp_path / "estate.xlsx"


def test_a_workbook_keeps_the_places_of_its_cells(workbook: Path) -> None:
    """Row 5, column B of the sheet is row 5, second cell here; UPRNs are whole numbers."""
    estate, empty = read_sheets(workbook)
    assert (estate.name, empty.name, empty.rows) == ("Estate", "Empty", ())
    assert estate.rows[:2] == ((), ())
    assert estate.rows[4][:5] == (None, 100012345678, dt.date(2020, 1, 2), 1.5, True)
    assert estate.rows[6][1] == "merged"
    assert estate.points is None


def test_a_workbook_is_known_by_its_content(workbook: Path) -> None:
    """People rename files."""
    renamed = workbook.rename(workbook.with_suffix(".csv"))
    assert read_sheets(renamed)[0].name == "Estate"


def test_a_protected_workbook_is_told(tmp_path: Path) -> None:
    """Excel wraps it in an older container; OpenDocument says so in its manifest."""
    excel = tmp_path / "secret.xlsx"
    excel.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"))
    ods = write_ods(tmp_path / "secret.ods", "", '<manifest:encryption-data manifest:checksum="x"/>')
    for path in (excel, ods):
        assert refusal(path) == ": is protected by a password. Save it without one and try again."


@pytest.mark.parametrize(
    ("at", "bytes_"),
    [(48, "63 00 00 00"), (76, "63 00 00 00"), (1758, "00 00 00 00 ff ff ff ff 00 00 ff ff"),
     (1758, "00 00 00 00 ff ff ff 00 00 00 ff 00"), (1758, "05 00 00 00 01 00 00 00 05 00 01 00")],
)  # fmt: skip
def test_a_damaged_excel_97_workbook_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], at: int, bytes_: str
) -> None:
    """Sectors beyond the file, and sizes of gigabytes: calamine panics on some and takes the process down on others."""
    content = bytearray((Path(__file__).parent / "workbooks" / "excel_97.xls").read_bytes())
    assert content[1754:1758] == b"\x00\x02\x0e\x00"  # the record of the sheet's dimensions
    path = tmp_path / "old.xls"
    content[at : at + len(bytes.fromhex(bytes_))] = bytes.fromhex(bytes_)
    path.write_bytes(content)
    with contextlib.suppress(SourceError):
        read_sheets(path)
    if at < 1758 or "ff" in bytes_:
        assert "is a broken workbook" in refusal(path)
    assert capfd.readouterr().err == ""


def test_a_broken_workbook_is_told(workbook: Path, tmp_path: Path) -> None:
    """Half a download is no list."""
    data = workbook.read_bytes()
    workbook.write_bytes(data[: len(data) // 2])
    assert "is a broken workbook or archive. Ask for it again." in refusal(workbook)
    old = tmp_path / "old.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000))
    assert "is a broken workbook. Open it in Excel or LibreOffice" in refusal(old)
    spoiled = tmp_path / "spoiled.xlsx"
    with zipfile.ZipFile(spoiled, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook>")
    assert "is a broken workbook" in refusal(spoiled)


def test_two_cells_in_opposite_corners_do_not_fill_the_memory(tmp_path: Path) -> None:
    """Laid out as a rectangle, this small file would need 500 gigabytes and end the program."""
    book = openpyxl.Workbook()
    book.active["A1"] = 1
    book.active.cell(1_048_576, 16_384, 2)
    book.save(tmp_path / "corner.xlsx")
    assert "spreads over 1,048,576 rows and 16,384 columns. Delete the stray cells" in refusal(tmp_path / "corner.xlsx")
    repeated = '<table:table-row table:number-rows-repeated="100000">{}</table:table-row>'
    rows = repeated.format(ODS_CELL.format(' table:number-columns-repeated="1000"'))
    assert "spreads over 100,000 rows and 1,000 columns" in refusal(write_ods(tmp_path / "corner.ods", rows))


def test_empty_cells_repeated_to_the_edge_are_harmless(tmp_path: Path) -> None:
    """Every OpenDocument sheet says so of its unused part."""
    far = '<table:table-cell table:number-columns-repeated="16383"/>'
    rest = f'<table:table-row table:number-rows-repeated="1048575">{far}</table:table-row>'
    rows = f"<table:table-row>{ODS_CELL.format('')}{far}</table:table-row>{rest}"
    assert read_sheets(write_ods(tmp_path / "usual.ods", rows))[0].rows == (("x",),)


def test_an_archive_that_unpacks_to_gigabytes_is_refused(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size is looked at before anything is unpacked."""
    monkeypatch.setattr("geodata.workbooks.MAX_UNPACKED_BYTES", 1_000)
    assert "unpacks to more than 1 GiB. Save only the table" in refusal(workbook)


# ---------------------------------------------------------------- layers


@pytest.fixture
def stations() -> gpd.GeoDataFrame:
    """Return a point, a polygon and a station without a place."""
    columns = {"name": ["North", "South", "Lost"], "UPRN": [10, 20, None], "opened": pd.to_datetime(["2020-01-02"] * 3)}
    return gpd.GeoDataFrame(columns, geometry=[Point(1, 2), box(0, 0, 2, 2), None], crs=27700)


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "parquet"])
def test_layers_give_rows_and_points(tmp_path: Path, stations: gpd.GeoDataFrame, suffix: str) -> None:
    """A map layer is a list with places: names in row 1, a point for each row after it."""
    path = tmp_path / f"stations.{suffix}"
    stations.to_parquet(path) if suffix == "parquet" else stations.to_file(path)
    (sheet,) = read_sheets(path)
    assert sheet.rows[0] == ("name", "UPRN", "opened")
    assert sheet.rows[1][:2] == ("North", 10)
    assert sheet.rows[3][:2] == ("Lost", None)
    assert str(sheet.rows[1][2]).startswith("2020-01-02")
    assert sheet.points is not None
    assert sheet.points.index.to_list() == [0, 1, 2]
    assert sheet.points[0] == Point(1, 2)
    assert sheet.points[1].geom_type == "Point"
    assert sheet.points[2] is None
    assert sheet.points.crs.to_epsg() == 27700


def test_a_shapefile_is_asked_for_by_its_main_part(tmp_path: Path, stations: gpd.GeoDataFrame) -> None:
    """A Shapefile is four files; the others are no lists."""
    stations.iloc[:1].drop(columns="opened").to_file(tmp_path / "s.shp")
    (sheet,) = read_sheets(tmp_path / "s.shp")
    assert sheet.rows[1] == ("North", 10)
    assert refusal(tmp_path / "s.dbf") == ": is one part of a Shapefile. Give the file that ends in .shp."


def test_every_layer_of_a_geopackage_is_read(tmp_path: Path, stations: gpd.GeoDataFrame) -> None:
    """The styles that QGIS leaves in the file are nobody's assets."""
    path = tmp_path / "all.gpkg"
    for layer in ("fire", "police", "layer_styles"):
        stations.to_file(path, layer=layer)
    assert [sheet.name for sheet in read_sheets(path)] == ["fire", "police"]
    with pytest.raises(SourceError, match=r"has several layers \(fire, police\)\. Say which one to read"):
        read_areas_file(path)
    with pytest.raises(
        SourceError, match=re.escape("has no layer 'polise'; it has fire, police. Did you mean 'police'?")
    ):
        read_areas_file(path, layer="polise")
    assert len(read_areas_file(path, layer="fire")) == 3


KML = (
    '<?xml version="1.0"?>{}<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>{}</name>'
    "<Point><coordinates>-1.5,53,7</coordinates></Point></Placemark></Document></kml>"
)


def test_kml_is_read_and_its_entities_are_not(tmp_path: Path) -> None:
    """Ten lines of entities can unfold to gigabytes or read another file."""
    path = tmp_path / "sites.kml"
    path.write_text(KML.format("", "Library"))
    (sheet,) = read_sheets(path)
    assert "Library" in sheet.rows[1]
    assert sheet.points is not None
    assert sheet.points[0] == Point(-1.5, 53)
    path.write_text(KML.format('<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/hostname">]>', "&x;"))
    assert "declares XML entities, which onetown does not read" in refusal(path)


def test_a_broken_layer_is_told(tmp_path: Path, stations: gpd.GeoDataFrame) -> None:
    """Half a file, or another kind of JSON."""
    path = tmp_path / "a.geojson"
    path.write_text('{"title": "not a layer"}')
    assert "cannot be read as GeoJSON: it is broken, or something else." in refusal(path)
    parquet = tmp_path / "a.parquet"
    stations.to_parquet(parquet)
    parquet.write_bytes(parquet.read_bytes()[:-20])
    assert "is a broken Parquet file" in refusal(parquet)


# ---------------------------------------------------------------- refusals


def test_files_that_are_no_lists_are_told_apart(tmp_path: Path) -> None:
    """Each kind of wrong file has its own remedy."""
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("list.csv", "a,b")
    with zipfile.ZipFile(tmp_path / "letter.docx", "w") as archive:
        archive.writestr("word/document.xml", "")
    with zipfile.ZipFile(tmp_path / "binary.xlsb", "w") as archive:
        archive.writestr("xl/workbook.bin", "")
    contents = {
        "empty.csv": b"",
        "blank.csv": b" \n\n",
        "list.pdf": b"%PDF-1.7",
        "page.xls": b"<html><table></table></html>",
        "photo.csv": bytes(range(256)) * 9,
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    expected = {
        "missing.csv": ": does not exist. Check the path.",
        "empty.csv": ": is empty. Ask for the list again.",
        "blank.csv": ": is empty. Ask for the list again.",
        "list.pdf": ": is a PDF. Ask for the list as a workbook or CSV.",
        "page.xls": ": is a web page or XML, whatever its name says. Open it in Excel and save it as .xlsx.",
        "photo.csv": ": is not a text file. Save the list as CSV or as an Excel workbook.",
        "all.zip": ": is a zip archive (it holds list.csv). Unpack it and give the file inside.",
        "letter.docx": ": is a Word document. Ask for the list as a workbook or CSV.",
        "binary.xlsb": ": is a binary workbook (xlsb). Save it as .xlsx.",
    }
    assert {name: refusal(tmp_path / name) for name in expected} == expected
    assert refusal(tmp_path) == ": is a folder. Give the name of a file in it."


# ---------------------------------------------------------------- tables and checksums


def test_codes_of_a_table_stay_text(tmp_path: Path) -> None:
    """As numbers, UPRNs lose digits and codes their zeros; counts are numbers."""
    path = tmp_path / "table.csv"
    path.write_text("UPRN,area_code,phone,people,people,\n0100,E1,01332 1,10,1.5,x\n,E2,,,2,\n")
    table = read_table(path)
    assert table.columns.to_list() == ["UPRN", "area_code", "phone", "people", "people.1", "column 6"]
    assert table["UPRN"].to_list()[0] == "0100"
    assert table["people"].to_list()[0] == 10
    assert table["people.1"].sum() == 3.5
    assert table.isna().sum().to_list() == [1, 0, 1, 1, 0, 1]


def test_a_table_from_a_workbook_or_layer(workbook: Path, tmp_path: Path, stations: gpd.GeoDataFrame) -> None:
    """The same typing, whatever the format; a UPRN typed as a number becomes text without a decimal point."""
    book = openpyxl.Workbook()
    book.active.append(["uprn", "area"])
    book.active.append([100012345678, 2])
    book.save(tmp_path / "t.xlsx")
    assert read_table(tmp_path / "t.xlsx").to_dict("records") == [{"uprn": "100012345678", "area": 2}]
    stations.to_parquet(tmp_path / "s.parquet")
    assert read_table(tmp_path / "s.parquet")["UPRN"].to_list()[:2] == ["10", "20"]
    with pytest.raises(SourceError, match=re.escape("has no sheet 'Estat'; it has Estate. Did you mean 'Estate'?")):
        read_table(workbook, sheet="Estat")


def test_areas_need_geometry(workbook: Path, tmp_path: Path) -> None:
    """A look-up given for boundaries is told."""
    with pytest.raises(SourceError, match=r"has no geometry\. Give a GeoPackage"):
        read_areas_file(workbook)
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "plain.parquet")
    with pytest.raises(SourceError, match=r"has no geometry\. Give a layer"):
        read_areas_file(tmp_path / "plain.parquet")


def test_the_checksum_is_that_of_the_bytes(tmp_path: Path) -> None:
    """run.json names its inputs by it."""
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    assert sha256_of(path) == hashlib.sha256(b"abc").hexdigest()
    with pytest.raises(SourceError, match="cannot be read"):
        sha256_of(tmp_path / "b")


# ---------------------------------------------------------------- real lists

REAL_LISTS = {
    "derbyshire/assets/fire_rescue_land_and_assets_2016.xlsx": 58,  # 56 assets, a title and a header
    "derbyshire/assets/libraries_derbyshire_county.csv": 47,
    "derbyshire/assets/libraries_derby_city.csv": 20,
    "derbyshire/assets/libraries_england_2023_enhanced.csv": 3_540,
    "derbyshire/assets/home_office_fire_stations_england.ods": 1_400,
    "derbyshire/assets/nhs_choices_2014_GPPractices.csv": 8_289,
    "derbyshire/assets/nhs_choices_2014_Hospital.csv": 2_919,
    "derbyshire/assets/nhs_choices_2014_Clinics.csv": 5_463,
    "derbyshire/assets/nhs_choices_2014_WIC.csv": 1,
    "trafford/trafford_land_and_building_assets.csv": 609,
    "trafford/trafford_fire_stations.geojson": 7,
    "trafford/gm_probation_offices.csv": 13,
    "registers/cheltenham_2021.csv": 499,
    "registers/police_stations_england.tsv": 2_249,
}


@pytest.mark.real
@pytest.mark.parametrize(("name", "n_rows"), REAL_LISTS.items())
def test_real_lists_are_read_to_the_last_row(real_data: Path, name: str, n_rows: int) -> None:
    """Rows as counted by their publishers, all of one width: the delimiter and the quotes are right."""
    sheet = read_sheets(real_data / name)[0]
    assert len(sheet.rows) == n_rows
    assert len({len(row) for row in sheet.rows}) == 1
    assert len(sheet.rows[0]) > 5


@pytest.mark.real
def test_the_not_sign_and_windows_letters_of_the_nhs(real_data: Path) -> None:
    """The delimiter is the not sign, and an accent before it must not swallow it."""
    rows = read_sheets(real_data / "derbyshire/assets/nhs_choices_2014_GPPractices.csv")[0].rows
    assert rows[0][:3] == ("OrganisationID", "OrganisationCode", "OrganisationType")
    text = "".join(str(cell) for row in rows for cell in row)
    assert "\ufffd" not in text
    assert "¬" not in text
