"""Outlines come out of the page as they went in: nothing lost, nothing torn, the same bytes each time."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.spatial import Voronoi
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from geodata.errors import CrsError, DataError
from maps.arc_code import decode
from maps.coverage import default_tolerance_m, mercator
from maps.inert import unpacked_bytes
from maps.packing import PackedAreas, pack_areas, unpack_areas

BNG = "EPSG:27700"
WEST, SOUTH = 400_000, 300_000


def table(outlines: list[object], points: list[Point] | None = None) -> gpd.GeoDataFrame:
    """Return outlines in BNG as an areas table."""
    codes = pd.Index([f"A{i}" for i in range(len(outlines))], name="oa_code")
    frame = gpd.GeoDataFrame(index=codes, geometry=outlines, crs=BNG)
    if points is not None:
        frame["point"] = gpd.GeoSeries(points, index=codes, crs=BNG)
    return frame


def counts(packed: PackedAreas) -> dict[str, int]:
    """Return how much of everything is in the packed outlines."""
    code = decode(unpacked_bytes(packed.data))
    parts = {"areas": code.rings_per_area, "rings": code.arcs_per_ring, "arcs": code.points, "dots": code.dots}
    return {name: len(part) for name, part in parts.items()}


def plane_areas(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Return the areas (m2) of outlines on the Web Mercator plane."""
    return shapely.area(shapely.transform(frame.geometry.to_numpy(), mercator))


def assert_whole(packed: PackedAreas, frame: gpd.GeoDataFrame, *, within: float) -> None:
    """Assert that every outline is there, of about its size, and that neighbours neither overlap nor part."""
    outlines, _ = unpack_areas(packed)
    drawn = frame.geometry.notna().to_numpy()
    sizes = shapely.area(outlines[drawn])
    assert (sizes > 0).all()
    assert np.abs(sizes / plane_areas(frame[drawn]) - 1).max() < within
    union = shapely.union_all(shapely.make_valid(outlines[drawn])).area
    assert sizes.sum() == pytest.approx(union, rel=1e-6)


def test_each_common_edge_is_kept_once(town_areas: gpd.GeoDataFrame) -> None:
    """Twelve squares have 17 inner edges; the rim is cut at its 10 junctions, not at its 4 corners: 27 arcs."""
    packed = pack_areas(town_areas)
    assert counts(packed) | {"arcs": 27, "rings": 12, "areas": 12, "dots": 0} == counts(packed)
    assert_whole(packed, town_areas, within=0.003)


def test_vertices_come_back_within_a_grid_step(town_areas: gpd.GeoDataFrame) -> None:
    """The page draws what the boundary file says, to about half a metre."""
    outlines, _ = unpack_areas(pack_areas(town_areas))
    for outline, square in zip(outlines, town_areas.geometry, strict=True):
        true = shapely.transform(square, mercator)
        assert shapely.hausdorff_distance(outline, true) < 0.8


def test_hole_island_and_enclave_keep_their_shape() -> None:
    """Real areas have holes filled by others, and parts apart from one another."""
    enclave = box(WEST + 300, SOUTH + 300, WEST + 600, SOUTH + 600)
    around = box(WEST, SOUTH, WEST + 900, SOUTH + 900).difference(enclave)
    near, far = box(WEST + 900, SOUTH, WEST + 1200, SOUTH + 400), box(WEST + 2000, SOUTH, WEST + 2300, SOUTH + 300)
    frame = table([around, enclave, MultiPolygon([near, far])])
    packed = pack_areas(frame)
    assert counts(packed)["rings"] == 5
    assert_whole(packed, frame, within=0.01)


def test_no_area_vanishes_however_small() -> None:
    """An area smaller than a grid step stays on the map as one grid square."""
    speck = box(WEST + 500.1, SOUTH + 500.1, WEST + 500.2, SOUTH + 500.2)
    outlines, _ = unpack_areas(pack_areas(table([box(WEST, SOUTH, WEST + 400, SOUTH + 400), speck])))
    assert outlines[1].area == 1.0
    assert outlines[1].distance(shapely.transform(speck, mercator)) < 1.5


def test_area_without_outline_becomes_a_dot_in_its_place(town_areas: gpd.GeoDataFrame) -> None:
    """Areas without polygon are kept, as points, in the order of the table."""
    bare = town_areas.copy()
    bare.loc[["T03", "T07"], "geometry"] = None
    outlines, dots = unpack_areas(pack_areas(bare))
    assert [outline is None for outline in outlines] == [code in ("T03", "T07") for code in bare.index]
    expected = mercator(shapely.get_coordinates(bare.loc[["T03", "T07"], "point"].to_numpy()))
    assert np.abs(dots - expected).max() <= 0.5


def test_repeated_features_all_stay() -> None:
    """Files repeat features under two codes; cleaning would give both to one of them."""
    square = box(WEST, SOUTH, WEST + 500, SOUTH + 500)
    beside = box(WEST + 500, SOUTH, WEST + 900, SOUTH + 500)
    outlines, _ = unpack_areas(pack_areas(table([square, square, beside])))
    assert outlines[0].area == pytest.approx(outlines[1].area, rel=0.01)
    assert outlines[0].area == pytest.approx(plane_areas(table([square]))[0], rel=0.01)


def test_spoiled_outline_is_mended() -> None:
    """A bow-tie is drawn as its two triangles."""
    bow = Polygon([(WEST, SOUTH), (WEST + 400, SOUTH + 400), (WEST + 400, SOUTH), (WEST, SOUTH + 400)])
    outlines, _ = unpack_areas(pack_areas(table([bow])))
    assert outlines[0].area == pytest.approx(plane_areas(table([shapely.make_valid(bow)]))[0], rel=0.02)


def test_gap_and_overlap_are_drawn_without_losing_anyone() -> None:
    """Neighbours that overlap by a few metres are no coverage; they are cleaned, none is lost."""
    frame = table([box(WEST, SOUTH, WEST + 505, SOUTH + 500), box(WEST + 500, SOUTH, WEST + 900, SOUTH + 500)])
    outlines, _ = unpack_areas(pack_areas(frame))
    assert shapely.intersection(outlines[0], outlines[1]).area == 0
    assert shapely.area(outlines).sum() == pytest.approx(shapely.union_all(outlines).area, rel=1e-6)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_tessellations_stay_whole(seed: int) -> None:
    """On any tessellation the pieces still fit together after simplification and rounding."""
    spots = np.random.default_rng(seed).uniform(0, 4_000, (250, 2)) + np.array([WEST, SOUTH])
    diagram = Voronoi(spots)
    cells = [Polygon(diagram.vertices[region]) for region in diagram.regions if region and -1 not in region]
    frame = table([cell for cell in cells if cell.within(box(WEST, SOUTH, WEST + 4_000, SOUTH + 4_000))])
    outlines, _ = unpack_areas(pack_areas(frame))
    assert (shapely.area(outlines) > 0).all()
    assert shapely.area(outlines).sum() == pytest.approx(shapely.union_all(shapely.make_valid(outlines)).area, rel=1e-6)


def test_same_outlines_give_the_same_bytes(town_areas: gpd.GeoDataFrame) -> None:
    """A map can be compared with yesterday's by its checksum."""
    assert pack_areas(town_areas) == pack_areas(town_areas.copy())


def test_cache_is_used_and_told_apart(town_areas: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """A packed file serves the same outlines at the same tolerance, and nothing else."""
    first = pack_areas(town_areas, cache=tmp_path)
    assert pack_areas(town_areas, cache=tmp_path) == first
    assert len(list(tmp_path.iterdir())) == 1
    pack_areas(town_areas, tolerance_m=20.0, cache=tmp_path)
    pack_areas(town_areas.iloc[:-1], cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_cached_outlines_are_not_packed_again(town_areas: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """What comes back is the file's content: the second build does no geometry."""
    pack_areas(town_areas, cache=tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_text(kept.read_text(encoding="ascii").replace(" 12 0 ", " 12 5 "), encoding="ascii")
    assert pack_areas(town_areas, cache=tmp_path).n_dots == 5


def test_wrong_crs_is_refused(town_areas: gpd.GeoDataFrame) -> None:
    """Degrees would be drawn as metres."""
    with pytest.raises(CrsError, match=r"outlines are in EPSG:4326\. A map wants British National Grid"):
        pack_areas(town_areas.set_crs("EPSG:4326", allow_override=True))


def test_lines_are_refused(town_areas: gpd.GeoDataFrame) -> None:
    """A line has no inside to colour."""
    spoiled = town_areas.copy()
    spoiled.loc["T02", "geometry"] = LineString([(WEST, SOUTH), (WEST + 1, SOUTH)])
    with pytest.raises(DataError, match=r"geometry of T02 \(1 of 12\) is not a polygon"):
        pack_areas(spoiled)


def test_area_without_outline_and_point_is_named(town_areas: gpd.GeoDataFrame) -> None:
    """An area that cannot be drawn at all must not silently go."""
    bare = town_areas.copy()
    bare.loc["T05", ["geometry", "point"]] = None
    with pytest.raises(DataError, match=r"T05 \(1 of 12\) have neither an outline nor a point"):
        pack_areas(bare)


def test_areas_outside_britain_are_named(town_areas: gpd.GeoDataFrame) -> None:
    """Coordinates of another grid must not become a map of the Atlantic."""
    away = town_areas.set_geometry(town_areas.geometry.translate(5_000_000, 0))
    with pytest.raises(DataError, match=r"T01, T02, T03 and 9 more \(12 of 12\) lie outside Great Britain"):
        pack_areas(away)


def test_empty_table_is_refused(town_areas: gpd.GeoDataFrame) -> None:
    """A map of nothing is a mistake upstream."""
    with pytest.raises(DataError, match="the table is empty"):
        pack_areas(town_areas.iloc[:0])


def test_detail_follows_the_number_of_areas() -> None:
    """The budgets of size hold because big maps keep less detail."""
    assert [default_tolerance_m(n) for n in (5_000, 5_001, 190_000)] == [8.0, 15.0, 25.0]


@pytest.mark.real
@pytest.mark.parametrize(
    ("path", "n_areas"),
    [("derbyshire/oa11_boundaries.gpkg", 3_348), ("census/camden2011/Camden_oa11.shp", 749),
     ("trafford/trafford_oa_generalised.geojson", 738)],
)  # fmt: skip
def test_real_boundaries_stay_whole(real_data: Path, path: str, n_areas: int) -> None:
    """Nine invalid outlines, holes, parts and tiny urban blocks: all drawn, none torn."""
    layer = gpd.read_file(real_data / path)
    frame = table(list((layer.set_crs(BNG, allow_override=True) if "camden" in path else layer.to_crs(BNG)).geometry))
    packed = pack_areas(frame)
    assert counts(packed)["areas"] == n_areas
    assert_whole(packed, frame.set_geometry(frame.geometry.make_valid()), within=0.08)


@pytest.mark.real
def test_real_repeated_features_stay(real_data: Path) -> None:
    """Trafford's file repeats 317 features; every one is drawn at its full size."""
    frame = table(list(gpd.read_file(real_data / "trafford/oa.geojson").to_crs(BNG).geometry))
    outlines, _ = unpack_areas(pack_areas(frame))
    assert len(outlines) == 1_055
    assert np.abs(shapely.area(outlines) / plane_areas(frame) - 1).max() < 0.02
