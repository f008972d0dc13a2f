"""Timetables: what runs on a day, blank times, midnight, stops far outside, and what is refused."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from geodata.errors import CoverageError, DataError, SourceError, ToolkitError
from geodata.gtfs import read_feed
from geodata.gtfs_days import choose_day, days_covered, services_on
from geodata.timetable import Timetable, build_timetable
from tests.geodata.streets import CORNER
from tests.geodata.timetables import EVERY_DAY, write_feed

TUESDAY = date(2024, 3, 12)
BOUNDS = (CORNER[0], CORNER[1], CORNER[0] + 4_000, CORNER[1] + 3_000)
STOPS = {"a": (500.0, 500.0), "b": (1_500.0, 500.0), "c": (2_500.0, 500.0), "d": (3_500.0, 500.0)}
LINE = [("a", "08:00:00", "08:00:00"), ("b", "", ""), ("c", "", ""), ("d", "08:09:00", "08:09:00")]


def times(table: Timetable) -> list[tuple[str, str, float, float]]:
    """Return connections as stop, stop, minutes of departure and of arrival after midnight."""
    names = list(table.stops.index)
    return [
        (names[row.from_stop], names[row.to_stop], row.departs_s / 60, row.arrives_s / 60)
        for row in table.connections.itertuples()
    ]


def built(tmp_path: Path, **more: object) -> Timetable:
    """Return the timetable of a single trip along four stops, with changes."""
    options = {"trips": {"t": LINE}, "stops": STOPS, **more}
    feed = read_feed(write_feed(tmp_path / "bus.zip", **options))  # type: ignore[arg-type]
    return build_timetable([feed], bounds=BOUNDS, day=TUESDAY)


def test_blank_times_are_spread_evenly(tmp_path: Path) -> None:
    """Timetables name the times of a few stops; the bus stands at the others in between."""
    assert times(built(tmp_path)) == [("a", "b", 480, 483), ("b", "c", 483, 486), ("c", "d", 486, 489)]


def test_a_stop_far_outside_is_ignored_counted_and_bridged(tmp_path: Path) -> None:
    """Whoever stays on the train through it still arrives."""
    table = built(tmp_path, stops={**STOPS, "c": (90_000.0, 500.0)})
    assert times(table) == [("a", "b", 480, 483), ("b", "d", 483, 489)]
    assert any("1 of 4 stops lie more than 10 km outside the place" in note for note in table.notes)


def test_trips_past_midnight_run_into_the_next_morning(tmp_path: Path) -> None:
    """24:30 yesterday is half past midnight today."""
    late = [("a", "23:50:00", "23:50:00"), ("b", "24:30:00", "24:30:00"), ("c", "24:50:00", "24:50:00")]
    table = built(tmp_path, trips={"t": late})
    assert ("b", "c", 30.0, 50.0) in times(table)
    assert ("b", "c", 24 * 60 + 30.0, 24 * 60 + 50.0) in times(table)


def test_calendars_and_exceptions(tmp_path: Path) -> None:
    """A bank holiday takes a service away and puts another in its place."""
    calendar = ["week,1,1,1,1,1,0,0,20240101,20241231", "sunday,0,0,0,0,0,0,1,20240101,20241231"]
    more = {"calendar_dates": "service_id,date,exception_type\nweek,20240312,2\nsunday,20240312,1\n"}
    path = write_feed(
        tmp_path / "bus.zip", STOPS, {"t": LINE, "s": LINE}, services={"t": "week", "s": "sunday"},
        calendar=calendar, more=more,
    )  # fmt: skip
    feed = read_feed(path)
    assert services_on(feed, TUESDAY) == {"sunday"}
    assert services_on(feed, date(2024, 3, 13)) == {"week"}
    assert services_on(feed, date(2024, 3, 17)) == {"sunday"}
    assert services_on(feed, date(2025, 3, 11)) == set()
    assert days_covered(feed) == (date(2024, 1, 1), date(2024, 12, 31))


def test_the_day_is_the_first_tuesday_that_all_cover(tmp_path: Path) -> None:
    """Two operators, two calendars, one day."""
    feeds = [
        read_feed(write_feed(tmp_path / f"{name}.zip", STOPS, {"t": LINE}, calendar=[f"everyday,1,1,1,1,1,1,1,{span}"]))
        for name, span in (("bus", "20240101,20240331"), ("rail", "20240306,20241231"))
    ]
    assert choose_day(feeds, None) == TUESDAY
    assert choose_day(feeds, date(2024, 3, 30)) == date(2024, 3, 30)
    with pytest.raises(
        CoverageError, match=r"nothing runs on 2024-01-05 in .*rail.zip .*runs from 2024-03-06 to 2024-12-31"
    ):
        choose_day(feeds, date(2024, 1, 5))
    apart = read_feed(
        write_feed(tmp_path / "old.zip", STOPS, {"t": LINE}, calendar=["everyday,1,1,1,1,1,1,1,20230101,20230131"])
    )
    with pytest.raises(CoverageError, match="there is no Tuesday on which all of them run"):
        choose_day([*feeds, apart], None)


def test_several_feeds_are_merged_though_their_ids_clash(tmp_path: Path) -> None:
    """Stop "a" of the bus is not stop "a" of the train, nor trip "t" trip "t"."""
    bus, rail = (read_feed(write_feed(tmp_path / f"{name}.zip", STOPS, {"t": LINE})) for name in ("bus", "rail"))
    table = build_timetable([bus, rail], bounds=BOUNDS, day=TUESDAY)
    assert len(table.stops) == 8
    assert table.connections["trip"].nunique() == 2
    assert set(table.connections["from_stop"]) == {0, 1, 2, 4, 5, 6}
    assert "from " in table.sentence()
    assert "2 trips, 8 stops" in table.sentence()


def test_headways_are_written_out(tmp_path: Path) -> None:
    """Every ten minutes from 9 to half past is three buses."""
    more = {"frequencies": "trip_id,start_time,end_time,headway_secs\nt,09:00:00,09:30:00,600\n"}
    first = [at for start, _, at, _ in times(built(tmp_path, more=more)) if start == "a"]
    assert first == [540, 550, 560]


def test_trips_that_cannot_be_are_left_out_and_named(tmp_path: Path) -> None:
    """A trip without its first time, and one that arrives before it leaves."""
    headless = [("a", "", ""), ("b", "08:00:00", "08:00:00")]
    backwards = [("a", "08:10:00", "08:10:00"), ("b", "08:00:00", "08:00:00")]
    table = built(tmp_path, trips={"t": LINE, "headless": headless, "backwards": backwards})
    assert len(times(table)) == 3
    assert any("1 trips without a first or last time were left out (headless)" in note for note in table.notes)
    assert any("1 trips whose times run backwards were left out (backwards)" in note for note in table.notes)


def test_where_nobody_may_board_or_alight(tmp_path: Path) -> None:
    """A coach that only sets down."""
    trip = [("a", "08:00:00", "08:00:00", "0", "1"), ("b", "08:05:00", "08:05:00", "1", "0"),
            ("c", "08:09:00", "08:09:00", "0", "1")]  # fmt: skip
    connections = built(tmp_path, trips={"t": trip}).connections
    assert connections["board"].tolist() == [True, False]
    assert connections["alight"].tolist() == [True, False]


def _zip(path: Path, **tables: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in tables.items():
            archive.writestr(f"{name}.txt", text)
    return path


def _bad_time(path: Path) -> Path:
    return write_feed(path, STOPS, {"t": [("a", "8 am", "8 am"), ("b", "09:00:00", "09:00:00")]})


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: path, "there is no such file"),
        (lambda path: path.write_bytes(b"no zip") and path, "it is no zip archive, or a broken one"),
        (lambda path: _zip(path, stops="stop_id\n"), r"there is no trips\.txt, stop_times\.txt in the archive"),
        (
            lambda path: _zip(path, stops="stop_id\n", trips="trip_id\n", stop_times="a\n", calendar="b\n"),
            r"stops\.txt has no column stop_lat, stop_lon\. trips\.txt has no column route_id",
        ),
        (_bad_time, r"in stop_times\.txt, column arrival_time, '8 am' is no time such as 07:05:00"),
        (
            lambda path: write_feed(path, dict.fromkeys(STOPS, (900000.0, 0.0)), {"t": LINE}),
            "no stop lies in or around the place",
        ),
        (
            lambda path: write_feed(path, {**STOPS, "b": (9e5, 0.0), "c": (9e5, 0.0), "d": (9e5, 0.0)}, {"t": LINE}),
            "no trip runs between two stops in or around the place",
        ),
        (lambda path: write_feed(path, STOPS, {"t": LINE}, calendar=[]), "names no day on which anything runs"),
        (
            lambda path: write_feed(path, STOPS, {"t": LINE}, calendar=[EVERY_DAY.replace("20240101", "1 January")]),
            "is not written as YYYYMMDD",
        ),
    ],
)
def test_what_is_no_timetable_is_refused(tmp_path: Path, make: Callable[[Path], Path], sentence: str) -> None:
    """One clear sentence each, that names the file."""
    path = make(tmp_path / "bus.zip")
    with pytest.raises(ToolkitError, match=sentence) as told:
        build_timetable([read_feed(path, name="bus.zip")], bounds=BOUNDS)
    assert str(told.value).startswith("bus.zip")
    assert isinstance(told.value, (SourceError, DataError, CoverageError))


@pytest.mark.real
@pytest.mark.parametrize(
    ("names", "day", "least_trips"),
    [
        (["newport-20230613_gtfs.zip"], date(2023, 6, 13), 150),
        (["newport-20240305_bods_bus_gtfs.zip", "newport-20240305_rail_gtfs.zip"], TUESDAY, 3_000),
    ],
)
def test_both_years_of_newport_are_read(real_data: Path, names: list[str], day: date, least_trips: int) -> None:
    """Two publishers, one with and one without shapes, headers in another order."""
    feeds = [read_feed(real_data / "newport" / name, name=name) for name in names]
    table = build_timetable(feeds, bounds=(324_195, 181_670, 343_314, 191_917), day=day)
    assert table.connections["trip"].nunique() > least_trips
    assert (table.connections["arrives_s"] >= table.connections["departs_s"]).all()
    assert np.all(np.diff(table.connections["departs_s"]) >= 0)
    assert len(table.notes) == len(names)
