"""A list may be a file, a table of a database, or piped in; a password is never shown."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from geodata.errors import SourceError
from geodata.files import read_sheets, read_table, sha256_of
from geodata.inputs import DatabaseAddress, StandardInput, input_named, is_database, shown, without_password

CSV = b"Name,Postcode\r\nTown Hall,DE1 2AB\r\n"


@dataclass
class Piped:
    """Stands for the process's standard input."""

    buffer: io.BytesIO


def pipe(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Let the process find these bytes on its standard input."""
    monkeypatch.setattr("sys.stdin", Piped(io.BytesIO(content)))


# ---------------------------------------------------------------- names


def test_names_mean_files_databases_or_standard_input(tmp_path: Path) -> None:
    """A file may be called almost anything; the other two have their own form."""
    assert input_named("fire.xlsx", base=tmp_path) == tmp_path / "fire.xlsx"
    assert input_named(tmp_path / "x.csv", base=Path("elsewhere")) == tmp_path / "x.csv"
    assert isinstance(input_named("-"), StandardInput)
    address = input_named("postgresql+psycopg://ann@gis.example:5433/estate?sslmode=require#assets.sites")
    assert isinstance(address, DatabaseAddress)
    assert address.connection == "postgresql://ann@gis.example:5433/estate?sslmode=require"
    assert address.target == "assets.sites"
    assert input_named(address, base=tmp_path) is address
    assert (is_database("postgres://h/d"), is_database("-"), is_database(tmp_path)) == (True, False, False)


def test_an_address_squeezed_by_pathlib_is_mended() -> None:
    """Somebody wraps every argument in a Path, which makes one slash of two."""
    squeezed = input_named(Path("postgresql://ann@gis.example/estate#sites"))
    assert isinstance(squeezed, DatabaseAddress)
    assert squeezed.connection == "postgresql://ann@gis.example/estate"


@pytest.mark.parametrize("name", ["https://example.org/list.csv", "mysql://ann:secret@h/d", "s3://bucket/list.csv"])
def test_other_addresses_are_refused_with_a_remedy(name: str) -> None:
    """A file of that name is not what was meant."""
    with pytest.raises(SourceError, match=r"is an address that onetown does not read\. Download the list") as caught:
        input_named(name)
    assert "secret" not in str(caught.value)


@given(
    st.text(min_size=1).filter(lambda word: not set(word) & set("/?#")),
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=1),
)
def test_no_password_is_ever_shown(password: str, user: str) -> None:
    """Whatever signs it has: messages, results and run.json carry three stars."""
    marked = f"q7{password}q7"
    address = DatabaseAddress(f"postgresql://{user}:{marked}@gis.example/estate?sslpassword=z9z9", "sites")
    for said in (str(address), repr(address), f"{address}", shown(address), without_password(address.connection)):
        assert marked not in said
        assert "z9z9" not in said
    assert {marked, "z9z9"} <= set(address.secrets)


def test_a_name_of_its_own_can_be_made_from_each(tmp_path: Path) -> None:
    """Rows say in `source_file` where they came from."""
    assert Path(input_named("postgresql://ann:pw@h/estate#assets.sites")).name == "estate#assets.sites"
    assert Path(input_named("-")).name == "standard input"
    assert shown(str(tmp_path / "a.csv")) == str(tmp_path / "a.csv")
    assert shown("-") == "standard input"


# ---------------------------------------------------------------- standard input


def test_what_is_piped_in_reads_like_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """`curl ... | onetown check -` needs no temporary file; asked twice, it answers twice."""
    pipe(monkeypatch, CSV)
    (sheet,) = read_sheets("-")
    assert (sheet.file, sheet.rows[1]) == ("standard input", ("Town Hall", "DE1 2AB"))
    assert read_sheets("-") == (sheet,)
    assert read_table("-")["Name"].to_list() == ["Town Hall"]


def test_the_checksum_of_what_is_piped_in_is_that_of_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The same list, sent either way, is the same delivery."""
    (tmp_path / "list.csv").write_bytes(CSV)
    pipe(monkeypatch, CSV)
    assert sha256_of("-") == sha256_of(tmp_path / "list.csv")


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "parquet", "xlsx", "kml"])
def test_any_format_can_be_piped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, suffix: str) -> None:
    """The kind is told by the bytes, since there is no name."""
    path = tmp_path / f"sites.{suffix}"
    sites = gpd.GeoDataFrame({"Name": ["Library"]}, geometry=[Point(-1.5, 53)], crs=4326)
    if suffix == "parquet":
        sites.to_parquet(path)
    elif suffix == "xlsx":
        sites.drop(columns="geometry").to_excel(path, index=False)
    else:
        sites.to_file(path, driver="KML" if suffix == "kml" else None)
    pipe(monkeypatch, path.read_bytes())
    (sheet,) = read_sheets("-")
    assert sheet.file == "standard input"
    assert "Library" in sheet.rows[1]
    assert (sheet.points is None) == (suffix == "xlsx")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "standard input: is empty. Ask for the list again."),
        (b"%PDF-1.7", "standard input: is a PDF. Ask for the list as a workbook or CSV."),
        (json.dumps({"a": 1}).encode(), "standard input: cannot be read as GeoJSON: it is broken, or something else."),
        (b"\x00\x00\x27\x0a" + bytes(96), "standard input: is one file of a Shapefile, and .dbf and .shx is not"),
    ],
    ids=["empty", "pdf", "json", "shapefile"],
)
def test_what_cannot_be_read_is_told_as_standard_input(
    monkeypatch: pytest.MonkeyPatch, content: bytes, sentence: str
) -> None:
    """Nobody asked for the name of our temporary file."""
    pipe(monkeypatch, content)
    with pytest.raises(SourceError) as caught:
        read_sheets("-")
    assert str(caught.value).startswith(sentence)
    assert "onetown-" not in str(caught.value)


def test_a_keyboard_is_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for ever at an empty prompt helps nobody."""

    class Keyboard(io.BytesIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Piped(Keyboard()))
    with pytest.raises(SourceError, match=r"nothing is piped in\. Pipe a list"):
        read_sheets("-")


def test_more_than_a_gigabyte_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe has no end that one can look at beforehand."""
    monkeypatch.setattr("geodata.inputs.MAX_INPUT_BYTES", 10)
    pipe(monkeypatch, CSV)
    with pytest.raises(SourceError, match="holds more than 1 GiB"):
        read_sheets("-")
