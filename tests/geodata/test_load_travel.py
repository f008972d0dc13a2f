"""What [travel] asks for: the best source that it names, and word of which it was."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from geodata.load_travel import load_roads, load_travel
from geodata.place import read_place
from geodata.travel import Travel
from tests.geodata.streets import write_town
from tests.geodata.timetables import write_feed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the streets and the bus of the small town."""
    write_town(tmp_path / "town.osm.pbf")
    trip = [("w", "08:00:00", "08:00:00"), ("e", "08:06:00", "08:06:00")]
    write_feed(tmp_path / "bus.zip", {"w": (500.0, 600.0), "e": (3_500.0, 600.0)}, {"t": trip})
    return tmp_path


@pytest.fixture
def minutes(folder: Path, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame):
    """Return a function that gives the minutes of a place with some lines under [travel]."""

    def travel(lines: str, *, mode: str | None = None, head: str = "") -> Travel:
        (folder / "place.toml").write_text(f'[place]\nname = "Smalltown"\n{head}\n[travel]\n{lines}\n')
        return load_travel(read_place(folder / "place.toml"), town_areas, town_assets, mode=mode)  # type: ignore[arg-type]

    return travel


def test_without_roads_the_line_is_straight_and_says_so(minutes) -> None:
    """Detour and speed of place.toml are those of its own mode, not of the others."""
    own, other = minutes("speed_kmh = 30.0"), minutes("speed_kmh = 30.0", mode="walk")
    assert (own.quality, own.speed_kmh, other.speed_kmh) == ("indicative", 30.0, 4.8)
    assert "Indicative only" in own.sentence()


def test_with_roads_every_mode_goes_by_road(minutes) -> None:
    """By car as set, and on foot when asked."""
    for mode in (None, "walk", "cycle"):
        travel = minutes('roads = "town.osm.pbf"', mode=mode)
        assert (travel.quality, travel.basis()) == ("measured", "network")
        assert "town.osm.pbf (OpenStreetMap)" in travel.sentence()


def test_public_transport_walks_on_roads_where_there_are_roads(minutes) -> None:
    """And along the straight line where there are none, which is said."""
    pytest.importorskip("numba", reason="the extra `transit` is not installed")
    lines = 'timetables = ["bus.zip"]\nwindow = "07:50-08:00"\nevery_min = 5\ndate = 2024-03-12'
    straight, by_road = (minutes(f"{lines}\n{more}", mode="transit") for more in ("", 'roads = "town.osm.pbf"'))
    assert straight.table.loc[("T01", "A3"), "travel_min"] < 20
    assert (straight.basis(), by_road.basis()) == ("timetable, walks indicative (straight line)", "timetable")
    assert "indicative" in straight.sentence()
    assert "indicative" not in by_road.sentence()


def test_turn_costs_are_one_word_away(minutes) -> None:
    """The same question, another engine."""
    pytest.importorskip("valhalla", reason="the extra `routing` is not installed")
    travel = minutes('roads = "town.osm.pbf"\nengine = "valhalla"\nmode = "walk"')
    assert "by Valhalla" in travel.sentence()
    assert travel.table.loc[("T01", "A3"), "travel_min"] == pytest.approx(3 / 5.1 * 60, rel=0.1)


def test_made_up_roads_carry_nobodys_rights(folder: Path) -> None:
    """Crown copyright in roads that do not exist would be a claim too many."""
    (folder / "place.toml").write_text(
        '[place]\nname = "Smalltown"\nmade_up = true\n[travel]\nroads = "town.osm.pbf"\n'
    )
    network = load_roads(read_place(folder / "place.toml"))
    assert network is not None
    assert (network.attribution, network.kind) == ("", "made up, in the form of OpenStreetMap")
