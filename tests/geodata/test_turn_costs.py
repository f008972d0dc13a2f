"""Valhalla behind the same function: close to our own times, slower by its turns, and optional."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Point

import geodata.turn_costs
from geodata.errors import SourceError
from geodata.journeys import network_travel
from geodata.network import Network, load_network
from geodata.turn_costs import TurnCosts, load_turn_costs

#: Middle of Newport (BNG).
CENTRE = (331_000.0, 188_000.0)


@pytest.fixture(scope="module")
def newport(real_data: Path) -> Path:
    """Return the extract of Newport."""
    return real_data / "newport" / "newport-2023-06-13.osm.pbf"


@pytest.fixture(scope="module")
def turn_costs(newport: Path, tmp_path_factory: pytest.TempPathFactory) -> TurnCosts:
    """Return Valhalla on Newport."""
    pytest.importorskip("valhalla", reason="the extra `routing` is not installed")
    return load_turn_costs(newport, cache=tmp_path_factory.mktemp("tiles"))


@pytest.fixture(scope="module")
def network(newport: Path) -> Network:
    """Return our own network of Newport."""
    return load_network(newport)


def places(n: int, *, prefix: str) -> gpd.GeoDataFrame:
    """Return points within 2.5 km of the middle of Newport."""
    drawn = np.random.default_rng(n).uniform(-2_500, 2_500, (n, 2)) + CENTRE
    points = gpd.GeoSeries.from_xy(drawn[:, 0], drawn[:, 1], crs=27700, index=[f"{prefix}{at}" for at in range(n)])
    return gpd.GeoDataFrame({"point": points}, geometry=points, crs=27700)


@pytest.mark.real
def test_newport_by_both_engines(turn_costs: TurnCosts, network: Network) -> None:
    """The two know the same streets: times go together, and Valhalla's differ by its turns and its own speeds."""
    areas, sites = places(30, prefix="T"), places(8, prefix="A")
    ours, theirs = (
        network_travel(areas, sites, network, mode="walk", limit_min=120, engine=engine)
        for engine in (None, turn_costs)
    )
    assert "with the time lost at turns, by Valhalla" in theirs.sentence()
    assert theirs.quality == "measured"
    one, two = (travel.matrix(areas.index, sites.index).ravel() for travel in (ours, theirs))
    both = np.isfinite(one) & np.isfinite(two)
    assert both.mean() > 0.95
    assert np.corrcoef(one[both], two[both])[0, 1] > 0.9
    assert 0.7 < np.median(two[both] / one[both]) < 1.3


@pytest.mark.real
def test_areas_within_ten_minutes_grow_with_the_minutes(turn_costs: TurnCosts) -> None:
    """Five minutes on foot lie within ten, and ten minutes go no further than 1 km."""
    centre = Point(CENTRE)
    five, ten = (turn_costs.isochrone(centre, mode="walk", minutes=minutes) for minutes in (5, 10))
    assert five.area < ten.area
    assert five.difference(ten.buffer(50)).area < 1
    assert ten.hausdorff_distance(centre) < 1_000


def test_without_the_extra_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody is shown a traceback for an optional library."""
    monkeypatch.setattr(geodata.turn_costs, "valhalla", None)
    with pytest.raises(SourceError, match=r"pip install 'onetown\[routing\]'"):
        load_turn_costs(tmp_path / "roads.osm.pbf", cache=tmp_path)


def test_a_broken_extract_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    """Half a set of tiles would answer half the questions."""
    pytest.importorskip("valhalla", reason="the extra `routing` is not installed")
    (tmp_path / "roads.osm.pbf").write_bytes(b"no map")
    with pytest.raises(SourceError, match="Valhalla cannot read this extract"):
        load_turn_costs(tmp_path / "roads.osm.pbf", cache=tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("tiles-*"))
