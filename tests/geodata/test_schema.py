"""Every fault of a table is found, told in a sentence of ours, and all at once."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from geodata.errors import CoverageError, SchemaError
from geodata.schema import (
    check_areas,
    check_assets,
    check_census,
    check_segments,
    check_teams,
)

Change = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture
def town_travel() -> pd.DataFrame:
    """Return two pairs."""
    index = pd.MultiIndex.from_tuples([("T01", "A1"), ("T02", "A1")], names=["origin", "destination"])
    return pd.DataFrame({"travel_min": [0.0, 1.95]}, index=index)


@pytest.fixture
def town_segments() -> pd.DataFrame:
    """Return two areas in two segments."""
    columns = {"super": [0, 1], "sub": [0, 4], "margin": [0.2, 0.1], "second_best": [1, 3], "certainty": [0.9, 0.5]}
    return pd.DataFrame(columns, index=pd.Index(["T01", "T02"], name="oa_code"))


def put(column: str, row: int, value: object) -> Change:
    """Return a change of one cell, in a column that may then hold anything."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        kind = frame[column].dtype
        cells = frame[column].to_list()
        cells[row] = value
        keep = isinstance(value, float) or kind == "geometry"
        series = gpd.GeoSeries(cells, index=frame.index, crs=27700) if kind == "geometry" else pd.Series(
            cells, index=frame.index, dtype=kind if keep else object)  # fmt: skip
        return frame.assign(**{column: series})

    return change


def rename(name: str) -> Change:
    return lambda frame: frame.rename_axis(index=name)


def test_the_small_town_passes_untouched(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame
) -> None:
    """A good table comes back as the same object, with nothing changed in it."""
    for frame, check in ((town_areas, check_areas), (town_assets, check_assets), (town_teams, check_teams)):
        before = frame.copy()
        assert check(frame) is frame
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(before))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (rename("code"), "areas: the index should be 'oa_code', but it is 'code'. Mend the boundaries or the look-up."),
        (lambda f: f.reset_index(drop=True), "areas: the index should be 'oa_code', but it has no name."),
        (lambda f: pd.concat([f, f.iloc[:1]]), "areas: 'oa_code' is repeated for T01, T01 (2 of 13)."),
        (lambda f: f.set_axis(pd.Index(range(12), name="oa_code")), "'oa_code' is not text"),
        (lambda f: f.set_axis(pd.Index([" ", *f.index[1:]], name="oa_code")), "'oa_code' is blank for   (1 of 12)."),
        (
            lambda f: f.rename(columns={"lad_code": "lad_cod"}),
            "the column 'lad_code' is not there. Did you mean 'lad_cod'?",
        ),
        (put("msoa_code", 0, 7), "'msoa_code' is not text for T01 (1 of 12)."),
        (put("lsoa_code", 0, None), "'lsoa_code' is missing for T01 (1 of 12)."),
        (put("population", 2, -1.0), "'population' is negative for T03 (1 of 12)."),
        (put("population", 2, np.nan), "'population' is missing for T03 (1 of 12)."),
        (put("population", 2, np.inf), "'population' is infinite for T03 (1 of 12)."),
        (put("population", 2, "many"), "'population' is not a column of numbers."),
        (
            put("placed_by", 1, "poligon"),
            "'placed_by' is not a known word for T02 ('poligon') (1 of 12). Did you mean 'polygon'?",
        ),
        (put("geometry", 1, None), "there is no polygon although 'placed_by' says so for T02 (1 of 12)."),
        (put("geometry", 1, Point(400_000, 300_000)), "'geometry' is not a polygon for T02 (1 of 12)."),
        (put("point", 1, None), "'point' is missing for T02 (1 of 12)."),
        (put("point", 1, Point(-1.5, 53)), "'point' lies outside Great Britain for T02 (1 of 12)."),
        (lambda f: f.to_crs(4326), "'geometry' is not in British National Grid (EPSG:27700)."),
        (lambda f: f.assign(point="here"), "'point' is not a point."),
    ],
)
def test_faults_of_areas(town_areas: gpd.GeoDataFrame, change: Change, sentence: str) -> None:
    """Each fault of the areas table has its sentence."""
    with pytest.raises(SchemaError) as caught:
        check_areas(change(town_areas))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (put("use", 0, "ofice"), "'use' is not a known word for A1 ('ofice') (1 of 6). Did you mean 'office'?"),
        (put("tenure", 1, "rented"), "'tenure' is not a known word for A2 ('rented') (1 of 6)."),
        (
            put("nia_m2", 0, -5.0),
            "assets: 'nia_m2' is negative for A1 (1 of 6). Correct the register or drop the rows.",
        ),
        (put("organisation", 3, ""), "'organisation' is blank for B1 (1 of 6)."),
        (lambda f: f.assign(uprn=100012345678.0), "'uprn' is not text"),
        (lambda f: f.assign(uprn="1000-1"), "'uprn' is not 1 to 12 digits for A1, A2, A3 and 3 more (6 of 6)."),
        (lambda f: f.assign(public_facing="yes"), "'public_facing' is not a column of true and false."),
        (lambda f: f.assign(lease_end="2030-01-01"), "'lease_end' is not a column of dates."),
        (lambda f: f.assign(source_row=1.5), "'source_row' is not a column of whole numbers."),
        (lambda f: f.assign(nia_m2_from="guessed"), "'nia_m2_from' is not a known word for A1 ('guessed')"),
        (lambda f: f.drop(columns="desks"), "the column 'desks' is not there. Did you mean 'desk'?"),
        (put("geometry", 2, None), "'geometry' is missing for A3 (1 of 6)."),
        (put("geometry", 2, Point(900_000, 300_000)), "'geometry' lies outside Great Britain for A3 (1 of 6)."),
    ],
)
def test_faults_of_assets(town_assets: gpd.GeoDataFrame, change: Change, sentence: str) -> None:
    """Each fault of the register has its sentence."""
    with pytest.raises(SchemaError) as caught:
        check_assets(change(town_assets.assign(desk=1)))
    assert sentence in str(caught.value)


def test_missing_numbers_of_assets_are_allowed(town_assets: gpd.GeoDataFrame) -> None:
    """Most real lists have no desks and few costs; that is no fault of the table."""
    check_assets(town_assets.assign(desks=np.nan, uprn=None, lease_end=pd.NaT))


def test_all_faults_come_at_once(town_assets: gpd.GeoDataFrame) -> None:
    """Someone who mends a list wants to mend it once."""
    bad = put("use", 0, "ofice")(put("nia_m2", 0, -5.0)(put("desks", 1, -1.0)(town_assets)))
    with pytest.raises(SchemaError) as caught:
        check_assets(bad, source="fire.xlsx")
    assert {(fault.column, fault.rule) for fault in caught.value.faults} == {
        ("use", "unknown_word"), ("nia_m2", "negative"), ("desks", "negative")}  # fmt: skip
    assert {fault.file for fault in caught.value.faults} == {"fire.xlsx"}
    assert str(caught.value).startswith("fire.xlsx: ")


def test_long_lists_of_faults_are_cut(town_assets: gpd.GeoDataFrame) -> None:
    """Five sentences can be read; the rest is counted and kept in `faults`."""
    with pytest.raises(SchemaError, match="And 5 more faults") as caught:
        check_assets(town_assets[["name", "geometry"]])
    assert len(caught.value.faults) == 10


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (put("ks1", 0, -1.0), "census: 'ks1' is negative for T01 (1 of 2). Download the census tables again."),
        (put("ks1", 0, ".."), "'ks1' is not a column of numbers."),
        (rename("GeographyCode"), "the index should be 'oa_code', but it is 'GeographyCode'."),
    ],
)
def test_faults_of_the_census(change: Change, sentence: str) -> None:
    """Counts are numbers of at least 0; a missing one is no fault."""
    counts = pd.DataFrame({"ks1": [10.0, np.nan]}, index=pd.Index(["T01", "T02"], name="oa_code"))
    assert check_census(counts) is counts
    with pytest.raises(SchemaError) as caught:
        check_census(change(counts))
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (put("fte", 0, np.nan), "teams: 'fte' is missing for t1 (1 of 7). Correct the list of teams."),
        (put("fte", 0, -2.0), "'fte' is negative for t1 (1 of 7)."),
        (put("asset_id", 6, ""), "'asset_id' is blank for t7 (1 of 7)."),
        (lambda f: f.assign(may_move="no"), "'may_move' is not a column of true and false."),
    ],
)
def test_faults_of_teams(town_teams: pd.DataFrame, change: Change, sentence: str) -> None:
    """Each fault of the teams has its sentence."""
    with pytest.raises(SchemaError) as caught:
        check_teams(change(town_teams))
    assert sentence in str(caught.value)


def test_a_team_in_an_unknown_building_is_named(town_teams: pd.DataFrame) -> None:
    """A team without a building would vanish from the plan."""
    with pytest.raises(CoverageError, match=r"teams: 'asset_id' names a building that is not in the register: C1"):
        check_teams(town_teams, assets=["A1", "A2", "A3", "B1", "B2"])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda f: f.assign(super=[0.5, 1]), "segments: 'super' is not a column of whole numbers."),
        (lambda f: f.assign(sub=[-1, 0]), "'sub' is negative for T01 (1 of 2). Run 'onetown segment' again."),
        (lambda f: f.assign(certainty=[1.5, 0.2]), "'certainty' is not between 0 and 1 for T01 (1 of 2)."),
    ],
)
def test_faults_of_segments(town_segments: pd.DataFrame, change: Change, sentence: str) -> None:
    """Each fault of the segments has its sentence."""
    assert check_segments(town_segments) is town_segments
    with pytest.raises(SchemaError) as caught:
        check_segments(change(town_segments))
    assert sentence in str(caught.value)
