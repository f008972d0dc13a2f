"""Results are whole or absent, the same each time, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import SourceError
from geodata.files import sha256_of
from geodata.portable import harmless_text
from geodata.write import (
    FOLDER_MARK,
    check_free,
    check_free_folder,
    write_csv,
    write_geopackage,
    write_json,
    write_parquet,
    write_text,
    writing,
    writing_folder,
)


def names(folder: Path) -> set[str]:
    """Return everything in a folder, hidden files too."""
    return {path.name for path in folder.iterdir()}


def test_a_file_appears_only_when_it_is_complete(tmp_path: Path) -> None:
    """A run that is stopped leaves no half a map that looks like a map."""
    target = tmp_path / "results" / "map.html"
    with writing(target) as partial:
        partial.write_text("half")
        assert not target.exists()
        assert partial.suffix == ".html"
    assert target.read_text() == "half"
    assert names(target.parent) == {"map.html"}


def test_a_failure_leaves_the_earlier_file_and_no_rubbish(tmp_path: Path) -> None:
    """The result of last week is better than none."""
    target = tmp_path / "map.html"
    target.write_text("earlier")

    def fail(partial: Path) -> None:
        partial.write_text("half")
        raise KeyError

    with pytest.raises(KeyError), writing(target, overwrite=True) as partial:
        fail(partial)
    assert target.read_text() == "earlier"
    assert names(tmp_path) == {"map.html"}


def test_nothing_is_replaced_unless_told(tmp_path: Path) -> None:
    """The sentence names the option."""
    target = tmp_path / "map.html"
    target.write_text("earlier")
    with pytest.raises(SourceError, match=r"exists already\. Use --overwrite to replace it"):
        write_text("new", target)
    write_text("new", target, overwrite=True)
    assert target.read_text() == "new"
    with pytest.raises(SourceError, match=r"is a folder\. Give the name of a file"):
        write_text("new", tmp_path)


def test_one_can_ask_before_long_work(tmp_path: Path) -> None:
    """Ninety seconds of work must not end in a refusal that was known at the start."""
    (tmp_path / "map.html").write_text("earlier")
    check_free(tmp_path / "new.html")
    check_free(tmp_path / "map.html", overwrite=True)
    check_free_folder(tmp_path / "new")
    with pytest.raises(SourceError, match="exists already"):
        check_free(str(tmp_path / "map.html"))
    with pytest.raises(SourceError, match="holds files already"):
        check_free_folder(str(tmp_path))


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Here a file stands where a folder is needed; a full disk or a lock reads the same."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match=r"cannot be written \(.*\)\. Check the folder, its permissions"):
        write_text("new", tmp_path / "file" / "map.html")


def test_a_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """No file of the earlier run stays among those of the new one."""
    target = tmp_path / "out"
    for content in ("first", "second"):
        with writing_folder(target, overwrite=content == "second") as folder:
            (folder / f"{content}.txt").write_text(content)
    assert names(target) == {"second.txt", FOLDER_MARK}
    assert names(tmp_path) == {"out"}


def test_an_interrupted_folder_leaves_the_earlier_one(tmp_path: Path) -> None:
    """Also when somebody presses Ctrl-C in the middle."""
    target = tmp_path / "out"
    with writing_folder(target) as folder:
        (folder / "a.txt").write_text("earlier")

    def press_ctrl_c(folder: Path) -> None:
        (folder / "b.txt").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), writing_folder(target, overwrite=True) as folder:
        press_ctrl_c(folder)
    assert names(target) == {"a.txt", FOLDER_MARK}
    assert names(tmp_path) == {"out"}


def test_a_folder_lost_between_two_renames_is_put_back(tmp_path: Path) -> None:
    """The power fails at the worst moment; the next run finds the earlier results."""
    target = tmp_path / "out"
    with writing_folder(target) as folder:
        (folder / "a.txt").write_text("earlier")
    target.rename(tmp_path / ".out.previous")
    with pytest.raises(SourceError, match="holds files already"), writing_folder(target):
        pass
    assert names(target) == {"a.txt", FOLDER_MARK}


def test_a_folder_that_is_not_ours_is_never_replaced(tmp_path: Path) -> None:
    """`--out . --overwrite` must not delete somebody's documents."""
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "will.txt").write_text("precious")
    refused = pytest.raises(
        SourceError, match="holds files that onetown did not write, so --overwrite does not replace"
    )
    with refused, writing_folder(tmp_path / "letters", overwrite=True):
        pass
    assert names(tmp_path / "letters") == {"will.txt"}
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match=r"is a file\. Give the name of a folder"), writing_folder(tmp_path / "file"):
        pass


def test_an_empty_folder_counts_as_free(tmp_path: Path) -> None:
    """People make the folder first."""
    (tmp_path / "out").mkdir()
    with writing_folder(tmp_path / "out") as folder:
        (folder / "a.txt").write_text("")
    assert "a.txt" in names(tmp_path / "out")


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ('=HYPERLINK("http://x","y")', '\'=HYPERLINK("http://x","y")'),
        ("+44 1332 000", "'+44 1332 000"),
        ("-2+3", "'-2+3"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("-12.5", "-12.5"),
        ("+1,200.50", "+1,200.50"),
        ("Town = Hall", "Town = Hall"),
        ("", ""),
    ],
)
def test_formulas_are_neutralised_and_numbers_are_not(cell: str, written: str) -> None:
    """A name in a partner's list must not run in the spreadsheet of another."""
    assert harmless_text(cell) == written


@given(st.text())
def test_no_cell_starts_a_formula(text: str) -> None:
    """Whatever the text, what a spreadsheet sees first is no formula, or a plain number."""
    written = harmless_text(text)
    assert written.removeprefix("'") == text.removeprefix("'")
    assert written[:1] not in {"=", "@", "\t", "\r"}


def test_csv_opens_in_excel_and_says_what_the_table_said(tmp_path: Path, town_assets: gpd.GeoDataFrame) -> None:
    """Byte order mark, index first, points as coordinates, formulas harmless also in headings."""
    table = town_assets[["name", "nia_m2", "geometry"]].assign(
        name=["=1+1", 'a "b"\nc', None, "-5", "Ü", "x"], **{"=head": pd.Categorical(["@a"] * 6)}
    )
    write_csv(table, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbfasset_id,")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["asset_id", "name", "nia_m2", "'=head", "easting", "northing"]
    assert [row[1] for row in rows[1:]] == ["'=1+1", 'a "b"\nc', "", "-5", "Ü", "x"]
    assert rows[1][2:] == ["1000.0", "'@a", "400500.0", "300500.0"]
    assert table["name"].iloc[0] == "=1+1"


def test_the_same_tables_give_the_same_bytes(
    tmp_path: Path, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame
) -> None:
    """Results can be compared by checksum; GeoPackage would otherwise carry the time of day."""
    layers = {"areas": town_areas, "assets": town_assets, "teams": town_teams}
    for run in ("a", "b"):
        write_geopackage(layers, tmp_path / f"{run}.gpkg")
        write_csv(town_assets, tmp_path / f"{run}.csv")
        write_parquet(town_areas, tmp_path / f"{run}.parquet")
    assert b"2000-01-01T00:00:00" in (tmp_path / "a.gpkg").read_bytes()
    for suffix in ("gpkg", "csv", "parquet"):
        assert sha256_of(tmp_path / f"a.{suffix}") == sha256_of(tmp_path / f"b.{suffix}")


def test_a_geopackage_carries_all_layers(
    tmp_path: Path, town_areas: gpd.GeoDataFrame, town_teams: pd.DataFrame
) -> None:
    """One file for QGIS: areas with their outline, the point beside it as coordinates, tables as tables."""
    areas = town_areas.copy()
    areas.loc["T03", "geometry"] = None
    write_geopackage({"areas": areas, "teams": town_teams}, tmp_path / "a.gpkg")
    back = gpd.read_file(tmp_path / "a.gpkg", layer="areas").set_index("oa_code")
    assert back.geometry["T01"].equals(town_areas.geometry["T01"])
    assert back.geometry["T03"] is None
    assert back["point_easting"].to_list() == town_areas["point"].x.to_list()
    assert back.crs.to_epsg() == 27700
    teams = pd.DataFrame(gpd.read_file(tmp_path / "a.gpkg", layer="teams"))
    assert teams["team_id"].to_list() == town_teams.index.to_list()
    with pytest.raises(SourceError, match="exists already"):
        write_geopackage({"teams": town_teams}, tmp_path / "a.gpkg")


def test_parquet_comes_back_with_its_index(tmp_path: Path, town_areas: gpd.GeoDataFrame) -> None:
    """Both geometries, the CRS and the index survive."""
    write_parquet(town_areas, tmp_path / "a.parquet")
    back = gpd.read_parquet(tmp_path / "a.parquet")
    assert back.index.name == "oa_code"
    assert back["point"].crs.to_epsg() == 27700


def test_json_has_no_word_for_not_a_number(tmp_path: Path) -> None:
    """Other programs refuse NaN; null they read."""

    @dataclass
    class Gap:
        gap: float
        seeds: tuple[int, ...]

    value = {"a": Gap(float("nan"), (1, 2)), "b": np.arange(2), "c": pd.Timestamp("2024-01-02"), "d": np.float64("inf")}
    write_json(value | {"path": Path("a/b"), "text": "£"}, tmp_path / "run.json")
    text = (tmp_path / "run.json").read_text(encoding="utf-8")
    assert json.loads(text) == {
        "a": {"gap": None, "seeds": [1, 2]},
        "b": [0, 1],
        "c": "2024-01-02T00:00:00",
        "d": None,
        "path": "a/b",
        "text": "£",
    }
    assert "£" in text
    with pytest.raises(TypeError, match="set cannot be written as JSON"):
        write_json({"a": {1}}, tmp_path / "other.json")
    assert names(tmp_path) == {"run.json"}
