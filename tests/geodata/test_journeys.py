"""Minutes on roads: right, resumable, and honest about points that stand on none."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

import geodata.journeys
from geodata.errors import CoverageError
from geodata.fallback import detour_of, fallback_error
from geodata.journeys import network_travel
from geodata.network import Network, load_network
from geodata.shortest import shortest_seconds
from geodata.travel import straight_line_travel
from tests.geodata.minutes import assert_travel
from tests.geodata.streets import write_town


@pytest.fixture
def streets(tmp_path: Path) -> Network:
    """Return the network of the small town."""
    return load_network(write_town(tmp_path / "town.osm.pbf"))


@pytest.mark.real
@pytest.mark.parametrize("mode", ["drive", "walk"])
def test_newport_is_as_networkx_finds_it(real_data: Path, mode: str) -> None:
    """1,000 random pairs on the same graph, to a thousandth of a second."""
    graph = load_network(real_data / "newport" / "newport-2023-06-13.osm.pbf").graph(mode)
    drawn = np.random.default_rng(5)
    starts, ends = drawn.integers(0, len(graph), 20), drawn.integers(0, len(graph), 50)
    peer = nx.from_scipy_sparse_array(graph.matrix(), create_using=nx.DiGraph)
    expected = [[nx.single_source_dijkstra_path_length(peer, int(start))][0] for start in starts]
    reference = np.array([[row[int(end)] for end in ends] for row in expected])
    found = shortest_seconds(graph, starts, ends)
    assert np.abs(found - reference).max() < 1e-3
    assert np.abs(shortest_seconds(graph, ends, starts) - _turned(peer, ends, starts)).max() < 1e-3


def _turned(peer: nx.DiGraph, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return the seconds the other way round, by searches on the roads turned round."""
    back = peer.reverse(copy=False)
    rows = [nx.single_source_dijkstra_path_length(back, int(end)) for end in ends]
    return np.array([[row[int(start)] for row in rows] for start in starts])


def test_minutes_on_the_grid(streets: Network, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame) -> None:
    """Areas and buildings stand on crossings: T01 to A3 is 3 km of street."""
    travel = network_travel(town_areas, town_assets, streets, mode="walk", limit_min=90)
    assert travel.table.loc[("T01", "A3"), "travel_min"] == pytest.approx(3 / 4.8 * 60, rel=2e-3)
    assert travel.table.loc[("T12", "A1"), "travel_min"] == pytest.approx(5 / 4.8 * 60, rel=2e-3)
    assert (travel.quality, travel.detour, travel.basis()) == ("measured", None, "network")
    assert "measured on the roads of" in travel.sentence()
    assert "indicative" not in travel.sentence()
    assert_travel(travel.table, town_areas, town_assets)


def test_the_cut_off_leaves_out_what_is_further_and_nothing_else(
    streets: Network, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """No row means out of reach."""
    whole = network_travel(town_areas, town_assets, streets, mode="walk", limit_min=500).table["travel_min"]
    near = network_travel(town_areas, town_assets, streets, mode="walk", limit_min=26)
    pd.testing.assert_series_equal(near.table["travel_min"], whole[whole <= 26])
    alone = network_travel(town_areas, town_assets.loc[["A1"]], streets, mode="walk", limit_min=13)
    assert set(alone.unreached) == set(town_areas.index) - {"T01", "T02", "T05"}


def test_points_far_from_any_road_are_named_and_indicative(
    streets: Network, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """They are not dropped, and not passed off as measured."""
    moved = town_assets.copy()
    moved.loc["C1", "geometry"] = Point(410_000, 310_000)
    travel = network_travel(town_areas, moved, streets, limit_min=120)
    straight = straight_line_travel(town_areas, moved, limit_min=120)
    assert travel.straight == ("C1",)
    assert travel.table.loc[("T01", "C1"), "travel_min"] == straight.table.loc[("T01", "C1"), "travel_min"]
    assert "1 of the areas and buildings stand too far from any road in it (C1): their minutes are indicative" in (
        travel.sentence()
    )
    assert travel.basis() == "network, indicative for 1 points"


def test_a_network_of_somewhere_else_is_refused(
    streets: Network, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """All unsnappable, or too many: no figure is better than a wrong one."""
    away = town_areas.copy()
    away["point"] = gpd.GeoSeries(away["point"]).translate(50_000)
    with pytest.raises(CoverageError, match="none of the 12 areas stands within 1,000 m of a road in it"):
        network_travel(away, town_assets, streets)
    half = town_areas.copy()
    half.loc["T07":, "point"] = gpd.GeoSeries(half.loc["T07":, "point"]).translate(50_000)
    with pytest.raises(CoverageError, match=r"does not cover the place: 6 of 12 areas .* \(T07, T08, T09 and 3 more\)"):
        network_travel(half, town_assets, streets)


def test_a_stopped_search_goes_on_where_it_was(
    streets: Network, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Ctrl-C keeps the finished pieces; the next run reads them, gives the same table and clears them away."""
    monkeypatch.setattr(geodata.journeys, "WORTH_KEEPING", 1)
    monkeypatch.setattr("geodata.shortest.AT_ONCE", 2)
    whole = network_travel(town_areas, town_assets, streets)

    def stop(done: int, _: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        network_travel(town_areas, town_assets, streets, cache=tmp_path, progress=stop)
    pieces = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("part-*.npy")}
    assert len(pieces) == 2
    searched: list[int] = []
    monkeypatch.setattr("geodata.shortest.dijkstra", _counting(searched))
    again = network_travel(town_areas, town_assets, streets, cache=tmp_path)
    pd.testing.assert_frame_equal(again.table, whole.table)
    assert sum(searched) == 2
    assert not list(tmp_path.rglob("part-*"))


def _counting(searched: list[int]):
    """Return Dijkstra's search that counts its sources."""
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    def count(roads, *, indices, limit):
        searched.append(len(indices))
        return dijkstra(roads, indices=indices, limit=limit)

    return count


def test_the_straight_line_is_measured_against_the_roads(
    streets: Network, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """On a grid of streets the way is at most 1.41 times the line; a fit brings the error down."""
    walk = network_travel(town_areas, town_assets, streets, mode="walk", limit_min=500)
    detour = detour_of(streets, town_areas, town_assets, walk)
    assert detour is not None
    assert 1 < detour < 1.42
    error = fallback_error(town_areas, town_assets, walk, detour=detour)
    assert error is not None
    assert error.fitted_error <= error.mean_error
    assert error.speed_kmh == pytest.approx(4.8, rel=0.15)
    assert 0 <= error.wrong_nearest <= 1
    assert "would be indicative: the straight line is" in error.sentence()
    fitted = straight_line_travel(
        town_areas, town_assets, mode="walk", detour=error.detour, speed_kmh=error.speed_kmh, limit_min=500
    )
    again = fitted.matrix(town_areas.index, town_assets.index) / walk.matrix(town_areas.index, town_assets.index)
    assert np.median(again[again > 0]) == pytest.approx(1.0, abs=0.02)
