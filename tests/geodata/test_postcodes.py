"""Postcodes have one spelling, and only certain slips are mended."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geodata.errors import SourceError
from geodata.postcodes import normalise_postcode, normalise_postcodes, outward_only, read_postcodes


@pytest.mark.parametrize(
    ("typed", "postcode"),
    [
        ("GL50 1DY\n", "GL50 1DY"),
        ("m15\u00a04ab", "M15 4AB"),
        ("W1A1AA", "W1A 1AA"),
        ("EC1A 1BB.", "EC1A 1BB"),
        ("DE1 OAA", "DE1 0AA"),  # an inward code starts with a figure
        ("S014 1AA", "SO14 1AA"),  # no district 014; SO is an area
        ("SW1O 2AA", "SW10 2AA"),  # no district 1O
        ("CRO 2AB", "CR0 2AB"),  # Croydon has a district 0
        ("PK1 2AB", "PK1 2AB"),  # no such area, but nothing to mend: the made-up county uses it
        ("LO 1AB", None),  # Liverpool has no district 0
        ("DE1 2A0", None),  # no inward code has an O
        ("DE1", None),
        ("B01 2AB", None),
        ("", None),
        ("See deeds", None),
    ],
)
def test_one_spelling_and_only_certain_mends(typed: str, postcode: str | None) -> None:
    """A wrong mend moves a building; no mend only asks."""
    assert normalise_postcode(typed) == postcode


def test_an_outward_code_alone_is_told_apart() -> None:
    """It says which district, not which street."""
    assert [outward_only(text) for text in ("de1 ", "SW1W", "DE1 0AA", "QQ1", "")] == ["DE1", "SW1W", None, None, None]


def test_a_column_is_normalised_like_its_cells() -> None:
    """The quick way over columns and the careful way over cells must agree."""
    typed = pd.Series(["de1 0aa", None, "DE1 OAA", "x", "W1A 1AA"], index=[3, 1, 4, 1, 5])
    result = normalise_postcodes(typed)
    assert result.index.equals(typed.index)
    assert [None if pd.isna(cell) else cell for cell in result] == ["DE1 0AA", None, "DE1 0AA", None, "W1A 1AA"]


def test_a_directory_is_read_by_its_headings(tmp_path: Path) -> None:
    """Headings change with every edition; a postcode listed twice counts once and 0,0 is no place."""
    path = tmp_path / "onspd.csv"
    path.write_text("pcd7,lad25cd,east1m,north1m\nDE1 0AA,E06000015,435996,335424\nDE1 0AA,X,1,1\nGY1 1AA,L99,0,0\n")
    places = read_postcodes(path)
    assert places.index.to_list() == ["DE1 0AA", "GY1 1AA"]
    assert places.loc["DE1 0AA"].to_list() == ["E06000015", 435996.0, 335424.0]
    assert places.loc["GY1 1AA", ["easting", "northing"]].isna().all()


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("postcode,name", "has no columns of coordinates. A postcode table needs eastings and northings"),
        ("post,lon,lat", "has no column of postcodes (such as 'pcds' or 'postcode'). Did you mean 'post'?"),
    ],
)
def test_a_table_without_postcodes_or_places_is_refused(tmp_path: Path, header: str, sentence: str) -> None:
    """Each missing column has its sentence."""
    path = tmp_path / "places.csv"
    path.write_text(f"{header}\nDE1 0AA,1,2\n")
    with pytest.raises(SourceError) as caught:
        read_postcodes(path)
    assert sentence in str(caught.value)


@pytest.mark.real
def test_real_directories(real_data: Path) -> None:
    """44,048 postcodes with eastings, 11,264 with longitudes: all read, all with a place."""
    derbyshire = read_postcodes(real_data / "derbyshire" / "postcodes_onspd_2025.csv.gz")
    trafford = read_postcodes(real_data / "trafford" / "trafford_postcodes.csv")
    assert (len(derbyshire), len(trafford)) == (44_048, 11_264)
    assert derbyshire.notna().all().all()
    assert set(trafford["lad_code"]) == {"E08000009"}
    assert trafford["easting"].between(365_000, 385_000).all()
