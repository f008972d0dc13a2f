"""Columns named on the command line are drawn, unknown ones told with what there is; no plan is solved for them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest

import cli
from geodata.errors import DataError
from geodata.place import read_place
from geodata.write import write_geopackage
from maps.area_columns import all_columns, columns_of
from maps.bundle import write_layers
from maps.named_columns import named_columns, needs_options
from maps.picked import Picked, pick, study_for
from maps.static import static_maps
from maps.study import Study
from tests.maps.conftest import page_data

PLACE = """
[place]
name = "Smalltown"
vintage = 2021

[census]
counts = "census.parquet"
code = "oa21cd"

[boundaries]
areas = "areas.gpkg"
areas_code = "oa21cd"
attribution = "Made up."

[[variables.add]]
name = "calls"
file = "calls.csv"
area = "oa"
value = "n"
kind = "rate"
label = "Calls for help"
"""


@pytest.fixture
def town(tmp_path: Path, town_areas: gpd.GeoDataFrame) -> Path:
    """Return the place file of the small town: households without a car rise from area to area, calls fall."""
    n = np.arange(12)
    cells = {"ts0010001": 100, "ts0450001": 40, "ts0450002": n, "ts0450003": 40 - n}
    counts = pd.DataFrame({"oa21cd": town_areas.index, **cells, "lad22cd": "D1"})
    counts.to_parquet(tmp_path / "census.parquet")
    pd.DataFrame({"oa": town_areas.index, "n": n[::-1]}).to_csv(tmp_path / "calls.csv", index=False)
    write_geopackage({"areas": town_areas[["geometry"]].rename_axis("oa21cd")}, tmp_path / "areas.gpkg")
    (tmp_path / "place.toml").write_text(PLACE)
    return tmp_path / "place.toml"


@pytest.fixture
def study(town: Path) -> Study:
    """Return the town as far as columns need it."""
    return study_for(read_place(town), Picked(only=("columns",)))


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    """Run ``onetown map`` and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["onetown", "map", "--quiet", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


def test_columns_are_found_by_every_name(study: Study) -> None:
    """Short name, heading in any case, the place's own and a count as published; each once."""
    found = named_columns(study, ["no_car", "NO CAR OR VAN", "calls", "TS0450002"])
    assert [one.key for one in found] == ["no_car", "calls", "ts0450002"]
    assert found[0].figures.tolist() == pytest.approx([2.5 * i for i in range(12)])
    assert found[1].unit == "calls for help per 1,000 residents"
    assert found[2].figures.tolist() == list(range(12))
    assert found[2].name == "Number of cars or vans: No cars or vans in household"


def test_classes_are_as_many_as_asked_for(study: Study) -> None:
    """Twelve areas in four classes of three."""
    (column,) = named_columns(study, ["no_car"], 4)
    assert len(column.breaks or ()) == 3
    number = np.digitize(column.figures.to_numpy(), column.breaks or ())
    assert np.bincount(number).tolist() == [3, 3, 3, 3]


@pytest.mark.parametrize(
    ("wanted", "classes", "said"),
    [(["no_cra", "calls", "cals"], None,
      r"place\.toml: 'no_cra' .*'no_car'\? 'cals' .*'calls'\? There are 2 columns .*, calls; 4 counts of census"),
     (["minutes to library"], None, "'minutes to library' is no column"),
     (["no_car"], 13, "13 classes. A map can tell 12 apart"),
     (["no_car"], 1, "1 classes")],
)  # fmt: skip
def test_what_cannot_be_drawn_is_told_at_once(study: Study, wanted: list[str], classes: int | None, said: str) -> None:
    """All names in one sentence, with the file and what it has."""
    with pytest.raises(DataError, match=said):
        named_columns(study, wanted, classes)


def test_too_many_columns_for_a_page_are_refused(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page would be too large to send; all figures are in results.gpkg."""
    monkeypatch.setattr("maps.area_columns.MOST_FIGURES", 24)
    with pytest.raises(DataError, match=r"3 columns of 12 areas are more than a page carries\. Name 2 at most"):
        named_columns(study, ["no_car", "calls", "ts0450002"])


@pytest.mark.parametrize(
    ("only", "columns", "classes", "said"),
    [(["segmnts"], [], None, r"'segmnts' is no part of a map\. Did you mean 'segments'"),
     ([], [], 5, "Name a column"), ([], ["a"], 99, "99 classes")],
)  # fmt: skip
def test_a_wrong_choice_is_told_before_anything_is_read(
    only: list[str], columns: list[str], classes: int | None, said: str
) -> None:
    """Nobody waits for a plan to learn of a slip of the pen."""
    with pytest.raises(DataError, match=said):
        pick(only, columns, classes)


def test_minutes_alone_need_options() -> None:
    """A census column is drawn without solving anything."""
    assert needs_options(["no_car", "Change in minutes to library, joint"])
    assert not needs_options(["no_car", "ts0450002"])


@pytest.mark.parametrize(("only", "worked"), [("segments", ["segments"]), ("buildings", ["register"]), ("columns", [])])
def test_no_more_is_worked_out_than_is_drawn(
    only: str, worked: list[str], town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Segments alone need no register, buildings no plan."""
    done: list[str] = []

    def step(name: str) -> Any:
        return lambda study, **_: done.append(name) or study

    def never(*_: object, **__: object) -> Study:
        raise AssertionError

    monkeypatch.setattr("maps.picked.with_segments", step("segments"))
    monkeypatch.setattr("maps.picked.with_register", step("register"))
    monkeypatch.setattr("maps.picked.study_place", never)
    text = town.read_text().replace("[[variables.add]]", '[[assets]]\nfile = "calls.csv"\n\n[[variables.add]]')
    town.write_text(text)
    study_for(read_place(town), Picked(only=(only,)))
    assert done == worked


def test_the_page_has_the_named_columns_first_shown(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One command, no asset list, no segments: a map of a census column."""
    out = town.parent / "map.html"
    named = ["--column", "calls", "--column", "no_car", "--classes", "3"]
    assert run(monkeypatch, town, "--only", "columns", *named, "--out", out) == 0
    data = page_data_of(out)
    assert [one["name"] for one in data["columns"]] == ["Calls for help", "No car or van"]
    assert data["shown"] == 0
    assert all(len(one["classes"]) == 3 for one in data["columns"])


def page_data_of(page: Path) -> Any:
    """Return the layer of columns of a page."""
    return page_data(page.read_text(encoding="utf-8"), "columns")


def test_nothing_is_written_where_a_name_is_unknown(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1, one sentence, no file."""
    before = sorted(town.parent.iterdir())
    assert run(monkeypatch, town, "--column", "no_cra", "--out", town.parent / "map.html") == 1
    assert run(monkeypatch, town, "--column", "no_cra", "--static", town.parent / "pictures") == 1
    assert "Did you mean 'no_car'" in capsys.readouterr().err
    assert sorted(town.parent.iterdir()) == before


def test_pictures_show_the_named_columns(study: Study) -> None:
    """For papers the same columns."""
    drawn = list(static_maps(study, Picked(only=("columns",), columns=("calls", "no_car"))))
    assert [one.name for one in drawn] == ["calls_for_help", "no_car_or_van"]


def test_every_column_is_in_the_geopackage(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the page has no room for is there, with a table that says what each column is."""
    monkeypatch.setattr("maps.area_columns.MOST_FIGURES", 12)
    assert len(columns_of(study)) == 1
    write_layers(study, tmp_path)
    areas = pyogrio.read_dataframe(tmp_path / "results.gpkg", layer="areas").set_index("oa_code")
    told = pyogrio.read_dataframe(tmp_path / "results.gpkg", layer="columns", read_geometry=False)
    assert told["column"].tolist() == [one.key for one in all_columns(study)]
    assert told["on_the_map"].tolist() == [True, False]
    for one in all_columns(study):
        assert np.allclose(areas[one.key], one.figures)
