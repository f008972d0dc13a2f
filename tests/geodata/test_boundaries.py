"""Every area of the census gets a place, and everything that was done to the boundaries is counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from geodata.boundaries import LargerAreas, mend, read_areas
from geodata.errors import CoverageError, SchemaError, SourceError
from geodata.files import read_table

WriteLayer = Callable[..., Path]
MSOA = gpd.GeoSeries({"M1": box(400_000, 300_000, 404_000, 303_000)}, crs=27700)


@pytest.fixture
def squares(town_areas: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return the twelve squares of the town."""
    return gpd.GeoSeries(town_areas.geometry)


def test_the_town_is_read_from_degrees(
    squares: gpd.GeoSeries, town_census: pd.DataFrame, write_layer: WriteLayer
) -> None:
    """Files in degrees come out in metres, in the order of the census, with the names that it brings along."""
    path = write_layer(squares.to_crs(4326).iloc[::-1], name="areas.geojson")
    people = pd.Series(100, index=town_census.index)
    areas, report = read_areas(town_census, population=people, households=people / 2, areas=path)
    assert areas.index.equals(town_census.index)
    assert areas.loc["T01", ["msoa_code", "lad_code", "lad_name", "locality"]].to_list() == [
        "M1", "D1", "Smalltown", "Smalltown"]  # fmt: skip
    assert areas["households"].eq(50.0).all()
    assert set(areas["placed_by"]) == {"polygon"}
    assert areas["point"].distance(squares.centroid).max() < 10  # written by plain pyproj, metres out
    assert report.sentences() == ()


def test_an_area_without_polygon_is_kept_at_the_centre_of_the_larger_area(
    squares: gpd.GeoSeries, town_census: pd.DataFrame, write_layer: WriteLayer
) -> None:
    """People live there: dropping it would lose them, and their services."""
    path = write_layer(squares.drop(["T03", "T07"]))
    larger = LargerAreas(write_layer(MSOA, heading="MSOA21CD", name="m.gpkg"), "MSOA21CD", "msoa21cd")
    people = pd.Series(100, index=town_census.index)
    areas, report = read_areas(town_census, population=people, areas=path, larger=[larger])
    assert areas.loc["T03", "placed_by"] == "larger area"
    assert areas.loc["T03", "geometry"] is None
    assert areas.loc["T03", "point"] == Point(402_000, 301_500)
    assert report.without_polygon == report.by_larger_area == ("T03", "T07")
    assert report.sentences()[0] == "2 of 12 areas have no polygon and are not drawn: T03, T07."


def test_the_next_larger_area_goes_first(
    squares: gpd.GeoSeries, town_census: pd.DataFrame, write_layer: WriteLayer
) -> None:
    """An LSOA says more precisely than an MSOA where somebody lives."""
    census = town_census.assign(lsoa21cd=["L1", *[""] * 11])
    lsoa = gpd.GeoSeries({"L1": box(400_000, 300_000, 402_000, 303_000)}, crs=27700)
    larger = [
        LargerAreas(write_layer(lsoa, heading="LSOA21CD", name="l.gpkg"), "LSOA21CD", "lsoa21cd"),
        LargerAreas(write_layer(MSOA, heading="MSOA21CD", name="m.gpkg"), "MSOA21CD", "msoa_code"),
    ]
    areas, _ = read_areas(
        census,
        population=pd.Series(1.0, index=census.index),
        areas=write_layer(squares.drop(["T01", "T02"])),
        larger=larger,
    )
    assert areas.loc["T01", "point"] == Point(401_000, 301_500)
    assert areas.loc["T02", "point"] == Point(402_000, 301_500)


def test_an_area_that_can_be_placed_nowhere_stops_the_run(
    squares: gpd.GeoSeries, town_census: pd.DataFrame, write_layer: WriteLayer
) -> None:
    """An area without a place would be cut off for free."""
    path = write_layer(squares.drop("T03"))
    with pytest.raises(CoverageError, match=r"no place for T03 \(1 of 12\).*Name the larger areas"):
        read_areas(town_census, population=pd.Series(1.0, index=town_census.index), areas=path)


def test_invalid_repeated_and_unknown_polygons_are_counted(
    squares: gpd.GeoSeries, town_census: pd.DataFrame, write_layer: WriteLayer
) -> None:
    """Each mend is harmless and each is told."""
    bow_tie = Polygon([(400_000, 300_000), (401_000, 301_000), (401_000, 300_000), (400_000, 301_000)])
    shapes = pd.concat([squares, squares.loc[["T02"]], gpd.GeoSeries({"X9": squares.iloc[0]}, crs=27700)])
    shapes = gpd.GeoSeries(shapes.where(shapes.index != "T01", bow_tie), crs=27700)
    areas, report = read_areas(
        town_census, population=pd.Series(1.0, index=town_census.index), areas=write_layer(shapes)
    )
    assert (report.mended, report.merged, report.unknown) == (("T01",), ("T02",), ("X9",))
    assert report.n_features == 14
    assert areas.geometry.is_valid.all()
    assert areas.loc["T01", "geometry"].area == pytest.approx(500_000)
    assert areas.loc["T02", "geometry"].area == pytest.approx(1_000_000)
    assert any("1 polygons were invalid" in sentence for sentence in report.sentences())


def test_weighted_centroids_place_the_areas_that_they_have(
    squares: gpd.GeoSeries, town_census: pd.DataFrame, write_layer: WriteLayer
) -> None:
    """Where people live is better than the middle of the outline."""
    weighted = gpd.GeoSeries({"T01": Point(400_900, 300_900)}, crs=27700)
    areas, report = read_areas(
        town_census,
        population=pd.Series(1.0, index=town_census.index),
        areas=write_layer(squares),
        centroids=write_layer(weighted, name="centroids.parquet"),
    )
    assert areas.loc["T01", "point"] == Point(400_900, 300_900)
    assert areas["placed_by"].to_list() == ["weighted centroid", *["polygon"] * 11]
    assert report.by_centroid == ("T01",)


def test_the_point_of_a_bent_area_lies_inside_it(town_census: pd.DataFrame, write_layer: WriteLayer) -> None:
    """The centre of a horseshoe lies in somebody else's area."""
    horseshoe = box(400_000, 300_000, 403_000, 303_000) - box(401_000, 300_000, 402_000, 302_900)
    census = town_census.iloc[:1]
    path = write_layer(gpd.GeoSeries({"T01": horseshoe}, crs=27700))
    areas, _ = read_areas(census, population=pd.Series(1.0, index=census.index), areas=path)
    assert areas.geometry.iloc[0].contains(areas["point"].iloc[0])


def test_names_come_from_the_most_telling_source(
    squares: gpd.GeoSeries, town_census: pd.DataFrame, write_layer: WriteLayer, tmp_path: Path
) -> None:
    """A name such as "Derby 001" is a number; a ward's name is better than the district's."""
    lookup = tmp_path / "lookup.csv"
    wards = [f"T{number:02d},W1,{'Riverside' if number < 7 else ''},L1,D9" for number in range(1, 13)]
    lookup.write_text("OA,WD21CD,WD21NM,LSOA,LAD\n" + "\n".join(wards))
    larger = LargerAreas(
        write_layer(MSOA, heading="MSOA21CD", name="m.gpkg", MSOA21NM="Smalltown 001"),
        "MSOA21CD",
        "msoa21cd",
        "MSOA21NM",
    )
    areas, _ = read_areas(
        town_census,
        population=pd.Series(1.0, index=town_census.index),
        areas=write_layer(squares),
        lookup=lookup,
        larger=[larger],
    )
    assert areas["locality"].to_list() == ["Riverside"] * 6 + ["Smalltown"] * 6
    assert set(areas["ward_code"]) == {"W1"}
    assert set(areas["lsoa_code"]) == {"L1"}
    assert set(areas["lad_code"]) == {"D1"}  # the census goes before its look-up


def test_codes_of_another_census_are_refused(
    squares: gpd.GeoSeries, town_census: pd.DataFrame, write_layer: WriteLayer
) -> None:
    """2011 and 2021 codes do not join, and a map that is silently empty helps nobody."""
    path = write_layer(squares.rename(index=lambda code: f"E{code}"))
    with pytest.raises(CoverageError) as caught:
        read_areas(town_census, population=pd.Series(1.0, index=town_census.index), areas=path)
    assert "none of its 12 area codes (such as ET01) is among the 12 areas of the census (such as T01)." in str(
        caught.value
    )
    assert "Their vintages or places differ" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"areas_code": "OA11CD"}, "has no column 'OA11CD'. Did you mean 'OA21CD'? Its columns are OA21CD, geometry."),
        ({"code": "MSOA"}, "has no column 'MSOA'. Did you mean 'MSOA21CD'?"),
        (
            {"areas_column": "msoa11cd"},
            "the column 'msoa11cd' is neither in the census nor in its look-up. Did you mean 'msoa21cd'?",
        ),
    ],
)
def test_a_wrong_column_is_told_with_the_nearest(
    squares: gpd.GeoSeries, town_census: pd.DataFrame, write_layer: WriteLayer, change: dict[str, str], sentence: str
) -> None:
    """The column names of every release differ by a digit."""
    names = {"code": "MSOA21CD", "areas_column": "msoa21cd"} | change
    larger = LargerAreas(write_layer(MSOA, heading="MSOA21CD", name="m.gpkg"), names["code"], names["areas_column"])
    with pytest.raises(SourceError) as caught:
        read_areas(
            town_census,
            population=pd.Series(1.0, index=town_census.index),
            areas=write_layer(squares),
            areas_code=change.get("areas_code"),
            larger=[larger],
        )
    assert sentence in str(caught.value)


def test_a_census_with_repeated_codes_is_refused(town_census: pd.DataFrame) -> None:
    """Two rows for one area would count its people twice."""
    twice = pd.concat([town_census, town_census.iloc[:1]])
    with pytest.raises(SchemaError, match=r"'oa_code' is repeated for T01\. Keep one row"):
        read_areas(twice, population=pd.Series(1.0, index=town_census.index))


def test_mending_keeps_polygons_only() -> None:
    """A line that falls out of a mended polygon is no part of an area."""
    square = box(0, 0, 1, 1)
    mixed = GeometryCollection([square, LineString([(5, 5), (6, 6)]), MultiPolygon([box(2, 2, 3, 3)])])
    mended = mend(gpd.GeoSeries([square, mixed, LineString([(0, 0), (1, 1)]), None], index=[7, 8, 9, 10], crs=27700))
    assert mended[7].equals(square)
    assert (mended[8].geom_type, mended[8].area) == ("MultiPolygon", 2.0)
    assert mended[[9, 10]].isna().all()
    assert mended.index.to_list() == [7, 8, 9, 10]


@pytest.mark.real
def test_derbyshire_with_boundaries_of_2011(real_data: Path) -> None:
    """3,273 of 3,447 areas kept their code; 174 have no polygon and none is lost."""
    folder = real_data / "derbyshire"
    census = read_table(folder / "census2021_oa_counts.parquet").set_index("oa21cd")
    areas, report = read_areas(
        census[["msoa21cd", "lad22cd", "lad22nm"]],
        population=census["ts0010001"],
        areas=folder / "oa11_boundaries.gpkg",
        areas_code="OA11CD",
        lookup=folder / "oa11_lookup.csv",
        larger=[LargerAreas(folder / "msoa21_boundaries.gpkg", "MSOA21CD", "msoa21cd", "MSOA21NM")],
    )
    assert (report.n_areas, report.n_features) == (3_447, 3_348)
    assert len(report.without_polygon) == len(report.by_larger_area) == 174
    assert len(report.unknown) == 75
    assert len(report.mended) == 8  # the ninth invalid polygon is among the unknown ones
    assert areas.geometry.dropna().is_valid.all()
    assert areas["population"].sum() == census["ts0010001"].sum()
    assert areas["locality"].nunique() == 9
    held = areas.loc[areas["placed_by"] == "larger area", "point"]
    assert not np.isnan(held.x).any()


@pytest.mark.real
def test_trafford_repeats_its_codes(real_data: Path) -> None:
    """1,055 features are 738 areas, and the same ground as in the clean file."""
    folder = real_data / "trafford"
    clean = gpd.read_file(folder / "trafford_oa_generalised.geojson")
    census = pd.DataFrame(index=pd.Index(clean["area_code"], name="oa_code"))
    people = pd.Series(1.0, index=census.index)
    areas, report = read_areas(census, population=people, areas=folder / "oa.geojson")
    same, _ = read_areas(census, population=people, areas=folder / "trafford_oa_generalised.geojson")
    assert (len(areas), report.n_features, len(report.merged)) == (738, 1_055, 317)
    assert areas.geometry.area.sum() == pytest.approx(same.geometry.area.sum(), rel=1e-6)
    assert set(same["lad_name"]) == {"Trafford"}


@pytest.mark.real
def test_newport_has_centroids_and_no_polygon(real_data: Path) -> None:
    """Weighted centroids alone are enough to reckon travel."""
    path = real_data / "newport" / "newport_oa2021_pwc.parquet"
    census = pd.DataFrame(index=pd.Index(read_table(path)["OA21CD"], name="oa_code"))
    areas, report = read_areas(census, population=pd.Series(1.0, index=census.index), centroids=path)
    assert len(areas) == len(report.by_centroid) == 511
    assert set(areas["placed_by"]) == {"weighted centroid"}
