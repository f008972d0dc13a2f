"""Metres and degrees by OSTN15, exact to a centimetre at the Ordnance Survey's own points."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from geodata.crs import bng_from_lonlat, lonlat_from_bng, require_bng, to_bng, to_wgs84
from geodata.errors import CrsError

#: Ordnance Survey's test point TP15 (Nottinghamshire): longitude, latitude, easting, northing.
TP15 = (-1.19747655922, 52.96219109410, 454_002.834, 340_834.943)


@pytest.fixture
def points(real_data: Path) -> pd.DataFrame:
    """Return twenty of Ordnance Survey's test points."""
    table = pd.read_csv(real_data / "ostn15_points.csv", index_col="point")
    return table.set_axis(["lat", "lon", "easting", "northing"], axis=1)


@pytest.mark.real
def test_the_ordnance_surveys_points_to_a_centimetre_both_ways(points: pd.DataFrame) -> None:
    """From Scilly to Shetland: 0.01 m in metres, the same in degrees."""
    easting, northing = bng_from_lonlat(points["lon"], points["lat"])
    np.testing.assert_allclose(easting, points["easting"], atol=0.01, rtol=0)
    np.testing.assert_allclose(northing, points["northing"], atol=0.01, rtol=0)
    lon, lat = lonlat_from_bng(points["easting"], points["northing"])
    metres_north = (lat - points["lat"]) * 111_000
    metres_east = (lon - points["lon"]) * 111_000 * np.cos(np.radians(points["lat"]))
    assert len(points) == 20
    assert np.hypot(metres_east, metres_north).max() < 0.01


@pytest.mark.real
@pytest.mark.filterwarnings("ignore:Best transformation is not available")
def test_plain_pyproj_is_metres_out(points: pd.DataFrame) -> None:
    """Why this page exists: without the grid file pyproj shifts by seven parameters and says nothing."""
    ways = pyproj.transformer.TransformerGroup("EPSG:4326", "EPSG:27700", always_xy=True).transformers
    plain = next(way for way in ways if "grids=" not in way.definition)  # the first choice where no grid is installed
    easting, northing = plain.transform(points["lon"].to_numpy(), points["lat"].to_numpy())
    error = np.hypot(easting - points["easting"], northing - points["northing"])
    assert error.max() > 3
    assert error.median() > 0.5


def test_one_point_without_the_data_folder() -> None:
    """The exact conversion is checked everywhere, also where the real data are not."""
    easting, northing = bng_from_lonlat([TP15[0]], [TP15[1]])
    assert (easting[0], northing[0]) == pytest.approx(TP15[2:], abs=0.001)


@given(st.floats(250_000, 600_000), st.floats(100_000, 600_000))
def test_there_and_back_moves_nothing(easting: float, northing: float) -> None:
    """A building that is exported and read again must not wander."""
    lon, lat = lonlat_from_bng([easting], [northing])
    back = bng_from_lonlat(lon, lat)
    # a place at sea without grid comes back as nothing, not as somewhere else
    assert np.isnan(lon[0]) or np.hypot(back[0] - easting, back[1] - northing)[0] < 0.005


def test_shape_is_kept_and_abroad_is_nothing() -> None:
    """Arrays of any shape go in; a point in France has no easting."""
    easting, _ = bng_from_lonlat(
        np.array([[TP15[0], 2.35], [np.nan, TP15[0]]]), np.array([[TP15[1], 48.85], [53, TP15[1]]])
    )
    assert easting.shape == (2, 2)
    assert np.isnan(easting).tolist() == [[False, True], [True, False]]
    with pytest.raises(ValueError, match="different shapes"):
        bng_from_lonlat([1.0], [1.0, 2.0])


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4258", "OGC:CRS84", "EPSG:3857", "EPSG:25830"])
def test_every_usual_system_gives_the_same_metres(crs: str) -> None:
    """WGS84 and ETRS89 are the same here, in degrees or in a projection of their own."""
    x, y = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(TP15[0], TP15[1])
    moved = to_bng(gpd.GeoSeries([Point(x, y)], crs=crs)).iloc[0]
    assert (moved.x, moved.y) == pytest.approx(TP15[2:], abs=0.002)
    back = to_wgs84(gpd.GeoSeries([Point(x, y)], crs=crs)).iloc[0]
    assert (back.x, back.y) == pytest.approx(TP15[:2], abs=1e-8)


def test_a_projection_of_the_same_datum_is_not_shifted() -> None:
    """OSGB36 degrees become grid metres by projection alone."""
    grid = gpd.GeoSeries([Point(454_002.834, 340_834.943)], crs=27700)
    assert to_bng(grid.to_crs(4277)).iloc[0].distance(grid.iloc[0]) < 0.001


def test_all_geometry_columns_move_and_heights_go(town_areas: gpd.GeoDataFrame) -> None:
    """Areas carry polygons and points; both must stay together, and the table that was given as it was."""
    before = town_areas.copy()
    degrees = to_wgs84(town_areas)
    assert degrees.crs.to_epsg() == degrees["point"].crs.to_epsg() == 4326
    back = to_bng(degrees)
    assert back["point"].distance(town_areas["point"]).max() < 0.01
    assert back.geometry.name == "geometry"
    assert town_areas.geometry.geom_equals(before.geometry).all()
    assert not to_bng(gpd.GeoSeries([Point(400_000, 300_000, 9)], crs=27700)).has_z.any()


def test_missing_empty_and_foreign_shapes() -> None:
    """A shape that reaches abroad becomes None, so that it can be counted; the others stay in their rows."""
    abroad = Polygon([(-1.5, 53), (-1.4, 53), (9, 50)])
    shapes = gpd.GeoSeries([None, Point(), abroad, Point(-1.5, 53)], index=list("abcd"), crs=4326)
    moved = to_bng(shapes)
    assert moved.index.to_list() == list("abcd")
    assert moved.isna().to_list() == [True, False, True, False]
    assert moved["b"].is_empty
    assert to_bng(shapes.iloc[:0]).empty


def test_many_vertices_at_once() -> None:
    """Vertices are converted in one call, whatever the number of shapes."""
    ring = shapely.get_coordinates(Point(-1.5, 53).buffer(0.1, quad_segs=5_000))
    shapes = gpd.GeoSeries([Polygon(ring)] * 5, crs=4326)
    moved = to_bng(shapes, source="ring")
    assert shapely.get_num_coordinates(moved.to_numpy()).sum() == 5 * len(ring)


@pytest.mark.parametrize(
    ("shapes", "sentence"),
    [
        (gpd.GeoSeries([Point(1, 2)]), "fire.shp: has no coordinate reference system. Set it in your mapping system"),
        (gpd.GeoSeries([Point(1, 2)], crs=29903), "fire.shp: is in TM75 / Irish Grid (EPSG:29903), from which"),
        (
            gpd.GeoSeries([Point(440_715, 354_526)], crs=4326),
            "says it is in degrees (WGS 84 (EPSG:4326)), but its coordinates are not (the first corner is 440715, 35",
        ),
        (
            gpd.GeoSeries([Point(-1.5, 53)], crs=27700),
            "in British National Grid, but its coordinates are degrees (the first corner is -1.5000, 53.0000)",
        ),
    ],
)
def test_what_cannot_be_converted_is_told(shapes: gpd.GeoSeries, sentence: str) -> None:
    """A wrong CRS puts every building somewhere else; guessing would be worse."""
    with pytest.raises(CrsError) as caught:
        to_bng(shapes, source="fire.shp")
    assert sentence in str(caught.value)


def test_metres_are_required(town_areas: gpd.GeoDataFrame) -> None:
    """Area and distance only in metres."""
    assert require_bng(town_areas, "areas") is town_areas
    with pytest.raises(CrsError, match=r"areas: is in WGS 84 \(EPSG:4326\), but metres are needed"):
        require_bng(to_wgs84(town_areas), "areas")


@pytest.mark.real
def test_a_shapefile_of_an_older_program_is_recognised(real_data: Path) -> None:
    """Camden's outlines say 'Transverse_Mercator' where others say EPSG:27700."""
    camden = gpd.read_file(real_data / "census" / "camden2011" / "Camden_oa11.shp")
    assert to_bng(camden).geometry.geom_equals(camden.geometry).all()


def test_the_south_of_scilly_is_in_britain() -> None:
    """St Mary's police station: the grid of convertbng ends just north of it."""
    east, north = bng_from_lonlat([-6.31772], [49.9146])
    assert abs(float(east[0]) - 90_151) < 20
    assert abs(float(north[0]) - 10_541) < 20
