"""From a road file to graphs: what is kept, what is left out, what is refused, and the cache."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geodata.errors import SourceError, ToolkitError
from geodata.network import load_network, read_links
from geodata.road_graph import build_graph, hilbert_order, least_edges
from geodata.road_speeds import read_speeds
from geodata.shortest import shortest_seconds
from geodata.snapping import snap
from tests.geodata.streets import CORNER, write_open_roads, write_osm, write_town

STREET = {"highway": "residential"}


def seconds_between(path: Path, mode: str, start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return the seconds from one place to another (metres from the corner of the town)."""
    import geopandas as gpd  # noqa: PLC0415

    graph = load_network(path).graph(mode)
    points = gpd.GeoSeries.from_xy(
        [CORNER[0] + start[0], CORNER[0] + end[0]], [CORNER[1] + start[1], CORNER[1] + end[1]], crs="EPSG:27700"
    )
    tied = snap(points, graph, what="points")
    assert tied.away_m.max() < 0.1
    return float(shortest_seconds(graph, tied.node[:1], tied.node[1:])[0, 0])


def test_seconds_are_metres_over_speed(tmp_path: Path) -> None:
    """3 km along streets at the speeds of the table, whichever way round the blocks."""
    town = write_town(tmp_path / "town.osm.pbf")
    speed = read_speeds().classes["residential"]
    for mode in ("drive", "walk", "cycle"):
        expected = 3_000 / (speed.of(mode) / 3.6)
        found = seconds_between(town, mode, (500, 500), (2_500, 1_500))
        assert found == pytest.approx(expected, rel=1e-3)  # the grid is 1 m in 2,500 off the ground


def test_one_way_and_contraflow_reach_the_graph(tmp_path: Path) -> None:
    """Round the block by car, straight back by bicycle where the sign says so."""
    places = {1: (0.0, 0.0), 2: (100.0, 0.0), 3: (100.0, 100.0), 4: (0.0, 100.0)}
    oneway = {**STREET, "oneway": "yes"}
    path = write_osm(tmp_path / "block.osm.pbf", places, [([1, 2], {**oneway, "oneway:bicycle": "no"}),
                                                          ([2, 3, 4, 1], oneway)])  # fmt: skip
    a, b = (0.0, 0.0), (100.0, 0.0)
    assert seconds_between(path, "drive", b, a) == pytest.approx(3 * seconds_between(path, "drive", a, b), rel=1e-3)
    assert seconds_between(path, "cycle", b, a) == pytest.approx(seconds_between(path, "cycle", a, b), rel=1e-6)


def test_a_bollard_sends_cars_round_and_lets_walkers_through(tmp_path: Path) -> None:
    """A street that is closed in the middle is two dead ends by car."""
    places = {1: (0.0, 0.0), 2: (100.0, 0.0), 3: (200.0, 0.0), 4: (200.0, 300.0), 5: (0.0, 300.0)}
    ways = [([1, 2, 3], STREET), ([3, 4, 5, 1], STREET)]
    path = write_osm(tmp_path / "shut.osm.pbf", places, ways, {2: {"barrier": "bollard"}})
    start, end = (0.0, 0.0), (200.0, 0.0)
    drive, walk = (seconds_between(path, mode, start, end) for mode in ("drive", "walk"))
    speed = read_speeds().classes["residential"]
    assert drive == pytest.approx(800 / (speed.drive_kmh / 3.6), rel=1e-3)
    assert walk == pytest.approx(200 / (speed.walk_kmh / 3.6), rel=1e-3)


def test_only_the_metre_beside_a_bollard_is_closed(tmp_path: Path) -> None:
    """The houses up to it are driven to from their own side, at the speed of their street."""
    places = {1: (0.0, 0.0), 2: (190.0, 0.0), 3: (200.0, 0.0), 4: (200.0, 300.0), 5: (0.0, 300.0)}
    ways = [([1, 2], STREET), ([2, 3], STREET), ([3, 4, 5, 1], STREET)]
    path = write_osm(tmp_path / "shut.osm.pbf", places, ways, {2: {"barrier": "bollard"}})
    kmh = read_speeds().classes["residential"].drive_kmh
    assert seconds_between(path, "drive", (0, 0), (189, 0)) == pytest.approx(189 / (kmh / 3.6), rel=1e-2)
    assert seconds_between(path, "drive", (200, 0), (191, 0)) == pytest.approx(9 / (kmh / 3.6), rel=2e-2)
    around = 9 + 300 + 200 + 300 + 189
    assert seconds_between(path, "drive", (191, 0), (189, 0)) == pytest.approx(around / (kmh / 3.6), rel=1e-2)
    assert seconds_between(path, "walk", (191, 0), (189, 0)) == pytest.approx(2 / (4.8 / 3.6), rel=0.1)


def test_a_road_that_leaves_the_extract_and_comes_back_is_not_joined_across(tmp_path: Path) -> None:
    """A straight line over the edge of the file would be a road that nobody built."""
    places = {1: (0.0, 0.0), 3: (600.0, 0.0), 4: (0.0, 600.0), 5: (600.0, 600.0), 6: (-100.0, 0.0), 7: (700.0, 0.0)}
    ways = [([6, 1, 2, 3, 7], STREET), ([1, 4, 5, 3], STREET)]  # the file lacks point 2
    path = write_osm(tmp_path / "cut.osm.pbf", places, ways)
    kmh = read_speeds().classes["residential"].drive_kmh
    assert seconds_between(path, "drive", (-100, 0), (700, 0)) == pytest.approx(2_000 / (kmh / 3.6), rel=1e-3)


def test_ferries_are_left_out_and_said(tmp_path: Path) -> None:
    """Nobody knows the wait; a town across the water must not look near, and the reader is told."""
    places = {1: (0.0, 0.0), 2: (600.0, 0.0), 3: (1_600.0, 0.0), 4: (2_200.0, 0.0), 5: (2_900.0, 0.0)}
    ferry = {"route": "ferry", "motor_vehicle": "yes", "foot": "yes"}
    path = write_osm(tmp_path / "strait.osm.pbf", places, [([1, 2], STREET), ([2, 3], ferry), ([3, 4, 5], STREET)])
    network = load_network(path)
    assert "Left out: one ferry, for nobody knows how long one waits for a boat." in network.sentences()
    assert network.graph("walk").xy[:, 0].min() > CORNER[0] + 1_599


def test_ways_that_cross_without_a_common_point_do_not_meet(tmp_path: Path) -> None:
    """A bridge is no junction."""
    places = {1: (0.0, 0.0), 2: (200.0, 0.0), 3: (100.0, -100.0), 4: (100.0, 100.0), 5: (0.0, 500.0)}
    path = write_osm(
        tmp_path / "bridge.osm.pbf", places, [([1, 2], STREET), ([3, 4], STREET), ([2, 5], STREET), ([4, 5], STREET)]
    )
    assert seconds_between(path, "walk", (200, 0), (100, 100)) > 600 / (4.8 / 3.6)


def test_islands_are_left_out_and_counted(tmp_path: Path) -> None:
    """A building tied to an island would look out of reach to everybody."""
    places = {1: (0.0, 0.0), 2: (900.0, 0.0), 3: (0.0, 5_000.0), 4: (300.0, 5_000.0)}
    path = write_osm(tmp_path / "two.osm.pbf", places, [([1, 2], STREET), ([3, 4], STREET)])
    graph = load_network(path).graph("drive")
    assert graph.km == pytest.approx(0.9, rel=1e-3)
    assert (graph.left_parts, graph.left_km) == (1, pytest.approx(0.3, rel=1e-3))
    assert "0.3 km in one separate part (3 places) are not connected to it and were left out." in graph.sentence()


def test_a_dead_end_behind_a_one_way_street_is_not_strongly_connected(tmp_path: Path) -> None:
    """Who drives in and cannot come out again has not reached it for a day's work."""
    places = {1: (0.0, 0.0), 2: (500.0, 0.0), 3: (700.0, 0.0)}
    path = write_osm(tmp_path / "trap.osm.pbf", places, [([1, 2], STREET), ([2, 3], {**STREET, "oneway": "yes"})])
    graph = load_network(path).graph("drive")
    assert graph.xy[:, 0].max() < CORNER[0] + 501
    assert load_network(path).graph("walk").xy[:, 0].max() > CORNER[0] + 699


def test_long_roads_are_cut_and_short_ones_are_not(tmp_path: Path) -> None:
    """A farm half-way along a lane of 3 km is not tied to a junction 1.5 km off."""
    path = write_osm(tmp_path / "lane.osm.pbf", {1: (0.0, 0.0), 2: (3_000.0, 0.0), 3: (3_100.0, 0.0)},
                     [([1, 2, 3], STREET)])  # fmt: skip
    links, _, kind = read_links(path, read_speeds())
    assert kind == "OpenStreetMap"
    assert links.length_m.max() < 201
    assert links.length_m.sum() == pytest.approx(3_100, rel=1e-3)


def test_the_hilbert_order_changes_no_time(tmp_path: Path) -> None:
    """It is there for speed only."""
    links, _, _ = read_links(write_town(tmp_path / "town.osm.pbf"), read_speeds())
    ordered, raw = (build_graph(links, "walk", hilbert=hilbert) for hilbert in (True, False))
    places = {tuple(xy): at for at, xy in enumerate(raw.xy)}
    same = np.array([places[tuple(xy)] for xy in ordered.xy])
    every = np.arange(len(ordered))
    assert np.allclose(shortest_seconds(ordered, every, every), shortest_seconds(raw, same, same))
    assert sorted(hilbert_order(raw.xy)) == list(range(len(raw)))


def test_of_several_edges_the_quickest_stays() -> None:
    """Sparse arrays add up what stands twice: two streets between the same places would be one slow street."""
    edges = least_edges(np.array([0, 0, 1, 1]), np.array([1, 1, 1, 0]), np.array([9.0, 4.0, 1.0, 2.0]), 2)
    assert edges.toarray().tolist() == [[0.0, 4.0], [2.0, 0.0]]


def test_os_open_roads(tmp_path: Path) -> None:
    """Named nodes join links; a bridge at the same spot does not; walkers keep off the motorway."""
    rows = [
        ([(0, 0), (1_000, 0)], "A Road", "Single Carriageway", "n1", "n2"),
        ([(1_000, 0), (1_000, 1_000)], "Local Road", "Single Carriageway", "n2", "n3"),
        ([(1_000, 1_000), (0, 0)], "Minor Road", "Single Carriageway", "n3", "n1"),
        ([(1_000, 0), (2_000, 0)], "Motorway", "Dual Carriageway", "n9", "n8"),
    ]
    links = [
        (line, {"road_function": kind, "form_of_way": form, "start_node": start, "end_node": end})
        for line, kind, form, start, end in rows
    ]
    network = load_network(write_open_roads(tmp_path / "oproad.gpkg", links))
    assert network.kind == "OS Open Roads"
    assert network.graph("drive").km == pytest.approx(2 + 2**0.5, rel=1e-6)
    assert network.graph("drive").left_km == pytest.approx(1.0)
    assert network.graph("walk").left_parts == 0
    assert "Crown copyright" in network.attribution


def test_the_network_is_kept_by_checksum_and_a_broken_copy_is_made_again(tmp_path: Path) -> None:
    """Reading a county once is enough; a file that changed, or other speeds, are another network."""
    town, cache = write_town(tmp_path / "town.osm.pbf"), tmp_path / "cache"
    first = load_network(town, cache=cache)
    (kept,) = cache.glob("roads-*.npz")
    before = kept.read_bytes()
    again = load_network(town, cache=cache)
    assert again.key == first.key
    assert np.array_equal(again.graph("drive").seconds, first.graph("drive").seconds)
    assert again.sentences() == first.sentences()
    kept.write_bytes(before[: len(before) // 2])
    assert np.array_equal(load_network(town, cache=cache).graph("walk").indices, first.graph("walk").indices)
    assert kept.read_bytes() == before
    speeds = tmp_path / "speeds.tsv"
    speeds.write_text("class\tdrive_kmh\tshare_of_limit\twalk_kmh\tcycle_kmh\nresidential\t13\t0.6\t4.8\t15\n")
    slow = load_network(town, cache=cache, speeds=speeds)
    assert slow.graph("drive").seconds.sum() == pytest.approx(2 * first.graph("drive").seconds.sum())
    assert len(list(cache.glob("roads-*.npz"))) == 2


def test_a_cache_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "cache").write_text("in the way")
    assert len(load_network(write_town(tmp_path / "town.osm.pbf"), cache=tmp_path / "cache").graph("drive")) > 12


@pytest.mark.real
def test_a_truncated_extract_is_refused(real_data: Path, tmp_path: Path) -> None:
    """A download that broke off is told, not half read."""
    whole = (real_data / "newport" / "newport-2023-06-13.osm.pbf").read_bytes()
    for share in (0.3, 0.9):
        path = tmp_path / f"cut-{share}.osm.pbf"
        path.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(SourceError, match=r"cut short, broken or something else .* Download it again"):
            load_network(path)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("roads.osm.pbf", b"this is no map", "cannot be read as an OpenStreetMap extract"),
        ("roads.csv", b"a,b\n1,2\n", "is no road file that onetown reads"),
        ("roads.gpkg", b"SQLite format 3\x00 and then nothing", "cannot be read as GeoPackage"),
        ("none.osm.pbf", None, "there is no such file|cannot be read|does not exist"),
    ],
)
def test_what_is_no_road_file_is_refused(tmp_path: Path, name: str, content: bytes | None, sentence: str) -> None:
    """One sentence with what to do."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ToolkitError, match=sentence):
        load_network(tmp_path / name)


def test_an_extract_without_roads_here_is_refused(tmp_path: Path) -> None:
    """A file of buildings, or of another country."""
    path = write_osm(tmp_path / "empty.osm.pbf", {1: (0.0, 0.0)}, [])
    with pytest.raises(SourceError, match="holds no road in Great Britain"):
        load_network(path)


def test_a_mode_without_roads_is_named(tmp_path: Path) -> None:
    """A file of footpaths has no way for cars."""
    path = write_osm(tmp_path / "paths.osm.pbf", {1: (0.0, 0.0), 2: (90.0, 0.0)}, [([1, 2], {"highway": "footway"})])
    network = load_network(path)
    assert set(network.graphs) == {"walk"}
    with pytest.raises(SourceError, match="no road in it may be used by 'drive'"):
        network.graph("drive")
    assert replace(network, notes=("x",)).sentences()[-1] == "x"
