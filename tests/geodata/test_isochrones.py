"""The ground within so many minutes, on the streets of the small town and along the straight line."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Point

from geodata.isochrones import network_isochrones, straight_isochrones
from geodata.journeys import network_travel
from geodata.network import Network, load_network
from geodata.snapping import snap
from tests.geodata.streets import CORNER, write_osm, write_town

STREET = {"highway": "residential"}


@pytest.fixture
def streets(tmp_path: Path) -> Network:
    """Return the streets of the small town: a grid of 3 km by 2 km."""
    return load_network(write_town(tmp_path / "town.osm.pbf"))


def sites(*places: tuple[float, float]) -> gpd.GeoSeries:
    """Return points (metres from the corner of the town)."""
    return gpd.GeoSeries([Point(CORNER[0] + east, CORNER[1] + north) for east, north in places], crs=27700)


@pytest.mark.parametrize("mode", ["drive", "walk", "cycle"])
def test_ground_is_inside_where_the_table_of_minutes_says_so(streets: Network, mode: str) -> None:
    """The middle of every cell is a resident: on the map or not as in the table, for any number of minutes."""
    desks = sites((500, 500), (2_700, 1_480))
    grounds = network_isochrones(desks, streets, mode=mode, minutes=[20, 5], snap_m=300)  # type: ignore[arg-type]
    assert list(grounds.index) == [5, 20]
    drawn = np.random.default_rng(1)
    middles = CORNER + np.array([450, 350]) + 100 * drawn.integers([0, 0], [25, 20], (200, 2)) - 400
    points = gpd.GeoSeries.from_xy(*middles.T, crs=27700)
    areas = gpd.GeoDataFrame({"point": points}, geometry=points)
    offices = gpd.GeoDataFrame(geometry=desks)
    travel = network_travel(areas, offices, streets, mode=mode, limit_min=60)  # type: ignore[arg-type]
    known = snap(points, streets.graph(mode), what="points").away_m <= 300  # type: ignore[arg-type]
    least = np.nanmin(travel.matrix(areas.index, offices.index), axis=1)
    for minutes, ground in grounds.items():
        inside = points.within(ground).to_numpy()
        assert (inside == (least <= minutes))[known].all()
        assert not inside[~known].any()
    assert grounds[5].difference(grounds[20]).area == 0


def test_one_way_streets_count_towards_the_site(tmp_path: Path) -> None:
    """Residents come to the desk: from behind it a car has to go round the block."""
    places = {1: (0.0, 0.0), 2: (1_000.0, 0.0), 3: (1_000.0, 1_000.0), 4: (0.0, 1_000.0)}
    way = [([1, 2, 3, 4, 1], {**STREET, "oneway": "yes"})]
    roads = load_network(write_osm(tmp_path / "block.osm.pbf", places, way))
    ground = network_isochrones(sites((500, 0)), roads, mode="drive", minutes=[2], snap_m=150)[2]
    before, behind = sites((150, 50), (850, 50))
    assert before.within(ground)
    assert not behind.within(ground)


def test_a_site_far_from_any_road_is_reached_along_the_straight_line(streets: Network) -> None:
    """As the table reckons it; ground off the roads is left out otherwise."""
    far = sites((20_000, 0))
    ground = network_isochrones(far, streets, mode="walk", minutes=[10])[10]
    assert ground.equals(straight_isochrones(far, mode="walk", minutes=[10])[10])


def test_nothing_is_reached_in_no_time_at_all(streets: Network) -> None:
    """A few seconds do not leave the doorstep: an empty outline, not a fault."""
    assert network_isochrones(sites((1_013, 990)), streets, mode="walk", minutes=[0.01])[0.01].is_empty
