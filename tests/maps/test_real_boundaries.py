"""Real boundaries on the page: gaps, holes, parts apart and repeated features are drawn, found and told as they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from maps.base import TownMap
from maps.county import build_map
from maps.coverage import EARTH_RADIUS_M, mercator
from maps.packing import pack_areas, unpack_areas
from tests.maps.conftest import Visit

pytestmark = pytest.mark.real

FILES = {
    "derbyshire": "derbyshire/oa11_boundaries.gpkg",
    "camden": "census/camden2011/Camden_oa11.shp",
    "trafford": "trafford/trafford_oa_generalised.geojson",
    "repeated": "trafford/oa.geojson",
    "lsoa": "derbyshire/lsoa21_boundaries.gpkg",
}
CLEAR_M = 25.0  # farther than this from any border, simplification changes nothing
EXPLORE_BYTES = 4_913_558  # Derbyshire with the same columns by GeoDataFrame.explore (python -m bench.map)
FOUND = "(places) => places.map(([lat, lon]) => onetown.areas.coverage.at(L.latLng(lat, lon), 14))"
TOLD = """() => {
  const { areas } = onetown;
  return Array.from({ length: areas.n }, (_, i) => [
    areas.table.code[i], areas.table.population[i], areas.word("district", i),
  ]);
}"""


def boundaries(folder: Path, name: str) -> gpd.GeoDataFrame:
    """Return the areas of a file in BNG with a number of residents and a district each, under codes of their own."""
    layer = gpd.read_file(folder / FILES[name])
    layer = layer.set_crs(27700, allow_override=True) if name == "camden" else layer.to_crs(27700)
    n = np.arange(len(layer))
    facts = {"population": 100.0 + n, "lad_name": [f"District {i % 7}" for i in n]}
    index = pd.Index([f"{name} {i}" for i in n], name="oa_code")
    return gpd.GeoDataFrame(facts, index, geometry=np.array(layer.geometry, dtype=object), crs=27700)


def spots(outlines: np.ndarray, seed: int = 5) -> np.ndarray:
    """Return points (Web Mercator): one in each area, each part and each hole, and a thousand at random."""
    pieces = shapely.get_parts(shapely.get_parts(outlines))
    parts = pieces[shapely.get_dimensions(pieces) == 2]  # a line is left where an area touches itself
    holes = [shapely.Polygon(ring) for part in parts for ring in part.interiors]
    inside = shapely.get_coordinates(shapely.point_on_surface([*outlines, *parts, *holes]))
    west, south, east, north = shapely.total_bounds(outlines)
    anywhere = np.random.default_rng(seed).uniform((west, south), (east, north), (1_000, 2))
    return np.concatenate([inside, anywhere])


def latlon(points: np.ndarray) -> list[list[float]]:
    """Return latitudes and longitudes of points on the Web Mercator plane."""
    lat = 2 * np.arctan(np.exp(points[:, 1] / EARTH_RADIUS_M)) - np.pi / 2
    return np.degrees(np.column_stack([lat, points[:, 0] / EARTH_RADIUS_M])).tolist()


def last_around(outlines: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return for each point the last of the outlines it lies in, -1 for none."""
    point, outline = shapely.STRtree(outlines).query(shapely.points(points), predicate="intersects")
    return pd.Series(outline).groupby(point).max().reindex(range(len(points)), fill_value=-1).to_numpy()


def distance_to_borders(outlines: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return how far each point is from the nearest border."""
    tree = shapely.STRtree(shapely.boundary(outlines))
    _, distance = tree.query_nearest(shapely.points(points), return_distance=True, all_matches=False)
    return distance


@pytest.mark.browser
@pytest.mark.parametrize("name", ["derbyshire", "camden", "repeated"])
def test_the_page_finds_and_tells_every_area(name: str, real_data: Path, visit: Callable[..., Visit]) -> None:
    """Thousands of points, in holes and islands too, and the attributes of every area, asked of the page itself."""
    areas = boundaries(real_data, name)
    page: TownMap = build_map(title=name, areas=areas, segments=None, assets=None, attribution="Crown copyright.")
    outlines, _ = unpack_areas(pack_areas(areas))
    outlines = shapely.make_valid(outlines)
    points = spots(outlines)
    opened = visit(page)
    found = np.array(opened.page.evaluate(FOUND, latlon(points)))
    clear = distance_to_borders(outlines, points) > 0.01  # a point on a border belongs to either side
    assert clear.mean() > 0.95
    assert (found == last_around(outlines, points))[clear].all()
    assert (found >= 0).sum() > len(areas)
    assert (found < 0).sum() > 100
    true = shapely.transform(shapely.make_valid(areas.geometry.to_numpy()), mercator)
    far = distance_to_borders(true, points) > CLEAR_M
    assert far.sum() > 300
    assert (found == last_around(true, points))[far].all()
    rows = zip(areas.index, areas["population"], areas["lad_name"], strict=True)
    assert opened.ask(TOLD) == [list(row) for row in rows]
    assert opened.trouble == []


@pytest.mark.parametrize("name", list(FILES))
def test_neighbours_share_their_edges(name: str, real_data: Path) -> None:
    """No slivers: what two neighbours had in common they still have; no area vanishes; sum and union are one."""
    areas = boundaries(real_data, name)
    areas = areas[~areas.geometry.duplicated()] if name == "repeated" else areas
    outlines, _ = unpack_areas(pack_areas(areas))
    assert (shapely.area(outlines) > 0).all()
    valid = shapely.make_valid(outlines)
    assert shapely.area(outlines).sum() == pytest.approx(shapely.union_all(valid).area, rel=1e-6)
    true = shapely.make_valid(areas.geometry.to_numpy())
    one, other = shapely.STRtree(true).query(true, predicate="touches")
    pair = one < other
    one, other = one[pair], other[pair]
    common = shapely.length(shapely.intersection(true[one], true[other]))
    beside = common > CLEAR_M
    kept = shapely.length(shapely.intersection(valid[one[beside]], valid[other[beside]]))
    assert beside.sum() > len(areas)
    assert (kept > 0).mean() > 0.995
    assert kept.sum() > common[beside].sum()  # metres of Web Mercator are shorter


def test_a_county_is_fifteen_times_smaller_than_explore(real_data: Path) -> None:
    """The page of Derbyshire's areas, with as many columns as explore was given."""
    areas = boundaries(real_data, "derbyshire")
    page: Any = build_map(title="Bench", areas=areas, segments=None, assets=None, attribution="Crown copyright.")
    assert len(page.get_root().render()) * 15 < EXPLORE_BYTES
