"""Journeys by public transport: by hand on real timetables, by brute force on small ones."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

import geodata.connection_scan
from geodata.connection_scan import CHANGE_S, Changes, Walks, changes_of, scanner
from geodata.errors import CoverageError, DataError, SourceError
from geodata.gtfs import read_feed, seconds_of
from geodata.network import load_network
from geodata.timetable import Timetable, build_timetable
from geodata.transit import Departures, transit_travel
from geodata.walking import RoadWalker, StraightWalker
from tests.geodata.minutes import assert_travel
from tests.geodata.streets import CORNER, write_town
from tests.geodata.timetables import write_feed

pytest.importorskip("numba", reason="the extra `transit` is not installed")

NOBODY_WALKS = np.empty(0, dtype=np.int64)
BUS_2023, BUS_2024, RAIL = (
    "newport-20230613_gtfs.zip",
    "newport-20240305_bods_bus_gtfs.zip",
    "newport-20240305_rail_gtfs.zip",
)
IN_2023, IN_2024 = date(2023, 6, 13), date(2024, 3, 12)

#: Looked up in stop_times.txt by hand: the day, leave the stop at, from, to, arrive.
JOURNEYS = [
    (BUS_2023, IN_2023, "07:00:00", "5540AWB33073", "5310WDB47972", "07:54:00"),  # leaves 07:18
    (BUS_2023, IN_2023, "08:30:00", "5310AWB32207", "5310AWB30336", "09:26:49"),  # leaves 09:18
    (BUS_2023, IN_2023, "17:00:00", "5310AWB32208", "5330WDB47984", "18:35:07"),  # leaves 18:05, once a day
    (BUS_2023, IN_2023, "17:30:00", "5540AWB34277", "5310AWB30433", "19:24:00"),  # leaves 18:02
    (BUS_2024, IN_2024, "08:01:00", "5310AWB32209", "5310AWB30694", "08:37:30"),  # missed that of 08:00, leaves 08:20
    (BUS_2024, IN_2024, "08:44:00", "5340WDB21606", "5330AWB32287", "10:06:00"),  # missed 08:43, leaves 09:43
    (BUS_2024, IN_2024, "07:00:00", "5320AWB32971", "5310AWB30509", "09:29:00"),  # leaves 07:35
    (RAIL, IN_2024, "08:04:00", "NWPTRTG", "CRDFCEN", "08:22:00"),  # missed 08:03, leaves 08:08
    (RAIL, IN_2024, "08:29:00", "CWMBRAN", "NWPTRTG", "09:00:00"),  # missed 08:28, leaves 08:49
    (RAIL, IN_2024, "08:20:00", "CWMBRAN", "RISCA", "09:00:00"),  # 08:28 to Newport 08:39, change, 08:43
    (RAIL, IN_2024, "08:36:00", "RISCA", "CRDFCEN", "09:36:00"),  # 09:05 to Newport 09:22, change, 09:24
]


def no_walks(n_places: int) -> Changes:
    """Return changes at one stop only."""
    return changes_of(n_places, Walks.of(NOBODY_WALKS, NOBODY_WALKS, np.empty(0), n_places))


@pytest.fixture(scope="module")
def days(real_data: Path) -> dict[str, Timetable]:
    """Return a day of each timetable of Newport and the valleys north of it."""
    return {
        name: build_timetable([read_feed(real_data / "newport" / name)], bounds=(3e5, 1.6e5, 3.6e5, 2.3e5), day=day)
        for name, day in ((BUS_2023, IN_2023), (BUS_2024, IN_2024), (RAIL, IN_2024))
    }


@pytest.mark.real
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: f"{journey[3]} to {journey[4]}")
def test_journeys_looked_up_by_hand(days: dict[str, Timetable], journey: tuple[str, date, str, str, str, str]) -> None:
    """Each was read off the timetable with a finger."""
    feed, _, leaves, start, end, arrives = journey
    table = days[feed]
    leave, arrive = seconds_of(pd.Series([leaves, arrives]))
    scan = scanner(table.connections, len(table.stops), no_walks(len(table.stops)))
    at = scan.arrivals(leave, np.array([table.stops.index.get_loc(start)]), np.array([0.0]), limit_s=4 * 3600)
    assert at[table.stops.index.get_loc(end)] == arrive


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4)), min_size=2, max_size=5).map(
            lambda steps: [stop for at, stop in enumerate(steps) if at == 0 or stop[0] != steps[at - 1][0]]
        ),
        min_size=1,
        max_size=6,
    ),
    st.lists(st.integers(0, 20), min_size=6, max_size=6),
    st.integers(0, 10),
)
def test_the_scan_is_what_trying_everything_finds(
    trips: list[list[tuple[int, int]]], starts: list[int], leaves: int
) -> None:
    """Relaxing every ride and every walk until nothing changes is slow and plainly right."""
    rows = []
    for number, steps in enumerate(trips):
        clock = starts[number]
        for (stop, _), (following, minutes) in pairwise(steps):
            rows.append((stop, following, clock * 60.0, (clock + minutes) * 60.0, number))
            clock += minutes
    table = pd.DataFrame(rows, columns=["from_stop", "to_stop", "departs_s", "arrives_s", "trip"]).assign(
        board=True, alight=True
    )
    walks = [(0, 1, 90.0), (1, 0, 90.0), (2, 5, 200.0), (3, 4, 200.0), (3, 1, 30.0)]
    start, to, seconds = (np.array(part) for part in zip(*walks, strict=True))
    told = pd.DataFrame([(4, 4, 240.0), (0, 1, 150.0), (5, 5, np.inf)], columns=["from_stop", "to_stop", "least_s"])
    changes = changes_of(6, Walks.of(start, to, seconds, 6), told)
    scan = scanner(table.sort_values("departs_s", kind="stable"), 6, changes)
    home = {0: leaves * 60.0, 1: leaves * 60.0 + 90.0, 2: leaves * 60.0 + 30.0}
    found = scan.arrivals(leaves * 60.0, np.array([0, 1, 2]), np.array([0.0, 90.0, 30.0]), limit_s=1e5)
    assert found.tolist() == _by_force(rows, walks, home)


def _by_force(
    rows: list[tuple[int, int, float, float, int]], walks: list[tuple[int, int, float]], home: dict[int, float]
) -> list[float]:
    """Return the earliest arrival at six stops by relaxing until nothing changes."""
    at, ready = [home.get(stop, np.inf) for stop in range(6)], [home.get(stop, np.inf) for stop in range(6)]
    changed = True
    while changed:
        changed = False
        for first, (_, _, _, _, trip) in enumerate(rows):
            if ready[rows[first][0]] > rows[first][2]:
                continue
            for _, end, _, arrives, of_trip in rows[first:]:
                if of_trip != trip:
                    break
                better = [(end, arrives, arrives + {4: 240.0, 5: np.inf}.get(end, CHANGE_S))]
                better += [
                    (there, arrives + took, arrives + {(0, 1): 150.0}.get((here, there), max(took, CHANGE_S)))
                    for here, there, took in walks
                    if here == end
                ]
                for stop, then, can_board in better:
                    if then < at[stop] or can_board < ready[stop]:
                        at[stop], ready[stop] = min(at[stop], then), min(ready[stop], can_board)
                        changed = True
    return at


STOPS = {"west": (500.0, 600.0), "east": (3_500.0, 600.0)}


def bus_every_half_hour(tmp_path: Path) -> Timetable:
    """Return a bus from T01 to T04, 100 m north of the middles, that takes six minutes: 07:00, 07:30 ... 10:00."""
    trips = {
        f"t{at}": [("west", *[f"{at // 60:02d}:{at % 60:02d}:00"] * 2),
                   ("east", *[f"{(at + 6) // 60:02d}:{(at + 6) % 60:02d}:00"] * 2)]
        for at in range(420, 601, 30)
    }  # fmt: skip
    bounds = (CORNER[0], CORNER[1], CORNER[0] + 4_000, CORNER[1] + 3_000)
    return build_timetable([read_feed(write_feed(tmp_path / "bus.zip", STOPS, trips))], bounds=bounds)


def test_median_and_nine_in_ten_over_the_window(
    tmp_path: Path, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """Setting out at 8:00, 8:10, 8:20 for the bus of 8:30, one minute on foot at each end: 37, 27 and 17 minutes.

    The first of the three had better walk: 3 km at 6 km/h are 30.
    """
    travel = transit_travel(
        town_areas, town_assets, bus_every_half_hour(tmp_path), StraightWalker(detour=1.0, speed_kmh=6.0),
        departures=Departures(first_s=8 * 3600, last_s=8 * 3600 + 1200, every_min=10),
    )  # fmt: skip
    row = travel.table.loc[("T01", "A3")]
    assert row.tolist() == pytest.approx([27, 30])
    assert travel.mode == "transit"
    assert "setting out every 10 minutes from 08:00 to 08:20" in travel.sentence()


@pytest.mark.parametrize("apart_m", [0.0, 10.0])
def test_changing_takes_a_minute_at_the_next_bay_too(
    tmp_path: Path, apart_m: float, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """A bus thirty seconds later is missed: one minute on foot, 8:01 to 8:05, 8:10 to 8:15, one minute on foot."""
    stops = {**STOPS, "mid": (2_000.0, 600.0), "bay": (2_000.0 + apart_m, 600.0)}
    trips = {
        "there": [("west", "08:01:00", "08:01:00"), ("mid", "08:05:00", "08:05:00")],
        "missed": [("bay", "08:05:30", "08:05:30"), ("east", "08:09:00", "08:09:00")],
        "taken": [("bay", "08:10:00", "08:10:00"), ("east", "08:15:00", "08:15:00")],
    }
    bounds = (CORNER[0], CORNER[1], CORNER[0] + 4_000, CORNER[1] + 3_000)
    table = build_timetable([read_feed(write_feed(tmp_path / "bus.zip", stops, trips))], bounds=bounds)
    travel = transit_travel(
        town_areas, town_assets, table, StraightWalker(detour=1.0, speed_kmh=6.0),
        departures=Departures(first_s=8 * 3600, last_s=8 * 3600),
    )  # fmt: skip
    assert travel.table.loc[("T01", "A3"), "travel_min"] == pytest.approx(16)


def test_the_timetable_says_how_long_a_change_takes(
    tmp_path: Path, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """Six minutes from platform to platform of a station, or none at all; a rule of one route is passed over."""
    stops = {**STOPS, "mid": (2_000.0, 600.0), "bay": (2_010.0, 600.0)}
    trips = {
        "there": [("west", "08:01:00", "08:01:00"), ("mid", "08:05:00", "08:05:00")],
        "early": [("bay", "08:10:00", "08:10:00"), ("east", "08:15:00", "08:15:00")],
        "late": [("bay", "08:12:00", "08:12:00"), ("east", "08:16:00", "08:16:00")],
    }
    bounds = (CORNER[0], CORNER[1], CORNER[0] + 4_000, CORNER[1] + 3_000)
    head = "from_stop_id,to_stop_id,transfer_type,min_transfer_time,from_route_id\n"
    found = {}
    for rule in ("mid,bay,2,360,", "mid,bay,3,,", "mid,bay,2,360,r", "mid,bay,0,,"):
        feed = read_feed(write_feed(tmp_path / "bus.zip", stops, trips, more={"transfers": head + rule + "\n"}))
        travel = transit_travel(
            town_areas, town_assets, build_timetable([feed], bounds=bounds), StraightWalker(detour=1.0, speed_kmh=6.0),
            departures=Departures(first_s=8 * 3600, last_s=8 * 3600),
        )  # fmt: skip
        found[rule] = travel.table.loc[("T01", "A3"), "travel_min"]
    on_foot = pytest.approx(5 + np.hypot(1_500, 100) / 100, abs=1e-2)  # all the way from the middle stop
    assert list(found.values()) == [pytest.approx(17), on_foot, pytest.approx(16), pytest.approx(16)]
    wrong = read_feed(write_feed(tmp_path / "bus.zip", stops, trips, more={"transfers": head + "mid,bay,2,soon,\n"}))
    with pytest.raises(DataError, match=r"in transfers\.txt, 'soon' is no time to change in seconds"):
        build_timetable([wrong], bounds=bounds)


def test_nobody_waits_for_a_bus_that_is_slower_than_walking(
    tmp_path: Path, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """T01 to A2 is 1 km: there is no stop near A2, and 10 minutes on foot at any time."""
    travel = transit_travel(
        town_areas, town_assets, bus_every_half_hour(tmp_path), StraightWalker(detour=1.0, speed_kmh=6.0)
    )
    assert travel.table.loc[("T01", "A2")].tolist() == pytest.approx([10.0, 10.0])
    assert_travel(travel.table[["travel_min"]], town_areas, town_assets)


def test_walks_on_roads(tmp_path: Path, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame) -> None:
    """With streets, the walk to the stop follows them, and the sentence says so."""
    network = load_network(write_town(tmp_path / "town.osm.pbf"))
    table = bus_every_half_hour(tmp_path)
    by_road = transit_travel(town_areas, town_assets, table, RoadWalker(network))
    straight = transit_travel(town_areas, town_assets, table, StraightWalker())
    assert by_road.table.loc[("T05", "A3"), "travel_min"] < 60
    assert "walks on the roads of" in by_road.sentence()
    assert "indicative" not in by_road.sentence()
    assert "walks along the straight line, which are indicative" in straight.sentence()
    assert (by_road.basis(), by_road.trust()) == ("timetable", "measured")
    assert straight.basis() == "timetable, walks indicative (straight line)"
    assert straight.trust() == "measured, in part indicative"


def test_a_place_without_stops_near_anybody_is_refused(
    tmp_path: Path, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """A timetable of the next county would make everybody walk."""
    areas = town_areas.assign(point=gpd.GeoSeries([Point(406_000, 306_000)] * 12, index=town_areas.index, crs=27700))
    with pytest.raises(CoverageError, match="no stop is within 15 minutes on foot of any area"):
        transit_travel(areas, town_assets, bus_every_half_hour(tmp_path), StraightWalker())


def test_without_the_extra_one_sentence_says_how_to_get_it(
    tmp_path: Path, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Timetables are an extra; who has none of it is told, not shown a traceback."""
    monkeypatch.setattr(geodata.connection_scan, "njit", None)
    with pytest.raises(SourceError, match=r"pip install 'onetown\[transit\]'"):
        transit_travel(town_areas, town_assets, bus_every_half_hour(tmp_path), StraightWalker())
