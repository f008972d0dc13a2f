"""One day of one or more timetables as connections: from a stop to the next on a trip, in order of departure.

Blank times between two known ones are interpolated by the number of stops. Trips that run past midnight of the day
before are in it. Stops far from the place are ignored, and a trip through them goes on at its next stop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.crs import bng_from_lonlat
from geodata.errors import CoverageError, DataError, examples
from geodata.gtfs import Feed, seconds_of
from geodata.gtfs_days import choose_day, services_on

DAY_S = 86_400.0
#: Stops further than this (metres) outside the bounds of the place are ignored.
OUTSIDE_M = 10_000.0
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Timetable:
    """Stops and connections of a day.

    Parameters
    ----------
    day
        The day.
    stops
        ``name`` and ``source``, one row per stop, in the order of ``xy``; index is the stop's id within its file.
    xy
        Stops (BNG, metres), shape (n_stops, 2).
    connections
        In order of departure: ``from_stop``, ``to_stop`` (row numbers of stops), ``departs_s``, ``arrives_s`` (seconds
        after midnight), ``trip`` (number), ``board``, ``alight`` (whether that is allowed).
    changes
        What the files say of changing: ``from_stop``, ``to_stop`` (row numbers of stops), ``least_s`` (seconds,
        infinite where nobody can change).
    sources
        Names of the files.
    notes
        What was left out, in words.
    """

    day: date
    stops: pd.DataFrame
    xy: NDArray[np.float64]
    connections: pd.DataFrame
    changes: pd.DataFrame
    sources: tuple[str, ...]
    notes: tuple[str, ...]

    def sentence(self) -> str:
        """Return what the timetable holds, in words."""
        trips = int(self.connections["trip"].nunique())
        return (
            f"Timetable of {self.day:%A} {self.day.day} {self.day:%B %Y} from {', '.join(self.sources)}: "
            f"{trips:,} trips, {len(self.stops):,} stops in and around the place."
        )


def build_timetable(feeds: Sequence[Feed], *, bounds: Bounds, day: date | None = None) -> Timetable:
    """Merge one day of several timetables.

    Parameters
    ----------
    feeds
        Timetables as read.
    bounds
        West, south, east and north of the place (BNG, metres).
    day
        By default the first Tuesday that all cover.

    Raises
    ------
    CoverageError
        The day is not covered, or nothing runs in the place.
    DataError
        A time cannot be read.
    """
    day = choose_day(feeds, day)
    stops, calls, changes, notes = [], [], [], list[str]()
    trips = first = 0
    for feed in feeds:
        near, said = _stops(feed, bounds)
        notes += said
        of_day, said = _calls(feed, day)
        notes += said
        of_day["stop"] = near.index.get_indexer(pd.Index(of_day["stop_id"])) + first
        of_day = of_day[of_day["stop"] >= first]
        of_day["trip"] = pd.factorize(of_day["trip"])[0] + trips
        changes.append(_changes(feed, near.index, first=first))
        stops.append(near)
        calls.append(of_day)
        first += len(near)
        trips += of_day["trip"].nunique()
    together, connections = pd.concat(stops), _connections(pd.concat(calls, ignore_index=True))
    if together.empty or connections.empty:
        listed = ", ".join(feed.source for feed in feeds)
        what = "no stop lies" if together.empty else f"on {day} no trip runs between two stops"
        raise CoverageError(f"{listed}: {what} in or around the place. Give the timetables of the place.")
    return Timetable(
        day=day,
        stops=together[["name", "source"]],
        xy=together[["easting", "northing"]].to_numpy(dtype=np.float64),
        connections=connections,
        changes=pd.concat(changes, ignore_index=True).astype({"from_stop": np.int64, "to_stop": np.int64}),
        sources=tuple(feed.source for feed in feeds),
        notes=tuple(notes),
    )


def _stops(feed: Feed, bounds: Bounds) -> tuple[pd.DataFrame, list[str]]:
    """Return the stops in and around the place, indexed by their id, and what was ignored."""
    table = feed["stops"].drop_duplicates("stop_id").set_index("stop_id")
    lon, lat = (
        pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float) for column in ("stop_lon", "stop_lat")
    )
    east, north = bng_from_lonlat(lon, lat)
    known = np.isfinite(east) & np.isfinite(north)
    west, south, right, top = bounds
    near = known & (east >= west - OUTSIDE_M) & (east <= right + OUTSIDE_M)
    near &= (north >= south - OUTSIDE_M) & (north <= top + OUTSIDE_M)
    said = []
    if outside := int((known & ~near).sum()):
        said.append(
            f"{feed.source}: {outside:,} of {len(table):,} stops lie more than {OUTSIDE_M / 1000:g} km outside the "
            "place and were ignored."
        )
    if lost := int((~known).sum()):
        said.append(f"{feed.source}: {lost:,} stops have no place in Great Britain and were ignored.")
    names = table["stop_name"] if "stop_name" in table else pd.Series("", index=table.index)
    frame = pd.DataFrame({"name": names, "source": feed.source, "easting": east, "northing": north}, index=table.index)
    return frame[near], said


def _changes(feed: Feed, near: pd.Index, *, first: int) -> pd.DataFrame:
    """Return what a file says of changing between stops near the place; rules of single routes are passed over.

    A rule of a station holds for all its platforms.

    Raises
    ------
    DataError
        A time to change is no number.
    """
    table = feed["transfers"]
    single = [name for name in ("from_route_id", "to_route_id", "from_trip_id", "to_trip_id") if name in table]
    wanted = table["transfer_type"].isin(["2", "3"])
    for name in single:
        wanted &= table[name].eq("")
    told = table[wanted]
    given = told["min_transfer_time"] if "min_transfer_time" in told else pd.Series("", index=told.index)
    seconds = pd.to_numeric(given.str.strip().replace("", "0"), errors="coerce")
    if not (seconds >= 0).all():
        wrong = given[~(seconds >= 0)].iloc[0]
        raise DataError(
            f"{feed.source}: in transfers.txt, '{wrong}' is no time to change in seconds. Ask for a timetable that "
            "follows GTFS."
        )
    platforms = pd.DataFrame({"name": near, "stop": np.arange(len(near)) + first})
    if "parent_station" in feed["stops"]:
        parents = feed["stops"].drop_duplicates("stop_id").set_index("stop_id")["parent_station"].reindex(near)
        of_station = platforms.assign(name=parents.to_numpy())
        platforms = pd.concat([platforms, of_station[of_station["name"].ne("")]])
    rules = told.assign(least_s=seconds.where(told["transfer_type"].eq("2"), np.inf))
    for end in ("from", "to"):
        rules = rules.merge(platforms.rename(columns={"name": f"{end}_stop_id", "stop": f"{end}_stop"}))
    return pd.DataFrame(rules[["from_stop", "to_stop", "least_s"]])


def _calls(feed: Feed, day: date) -> tuple[pd.DataFrame, list[str]]:
    """Return the calls of a day, those past midnight of the day before with them, in order of trip and call."""
    today, before = (_timed(feed, services_on(feed, one)) for one in (day, day - timedelta(days=1)))
    late, said = before[0], today[1]
    past = late.groupby("trip")["departs_s"].transform("max") >= DAY_S
    shifted = late[past].assign(
        trip="before " + late.loc[past, "trip"],
        arrives_s=late.loc[past, "arrives_s"] - DAY_S,
        departs_s=late.loc[past, "departs_s"] - DAY_S,
    )
    return pd.concat([today[0], shifted], ignore_index=True), said


def _timed(feed: Feed, services: set[str]) -> tuple[pd.DataFrame, list[str]]:
    """Return the calls of some services with every time known, and what was left out."""
    running = feed["trips"].loc[feed["trips"]["service_id"].isin(services), "trip_id"]
    calls = feed["stop_times"][feed["stop_times"]["trip_id"].isin(running)]
    table = pd.DataFrame(
        {
            "trip": calls["trip_id"],
            "stop_id": calls["stop_id"],
            "sequence": pd.to_numeric(calls["stop_sequence"], errors="coerce"),
            "arrives_s": _seconds(feed, calls, "arrival_time"),
            "departs_s": _seconds(feed, calls, "departure_time"),
            "board": _allowed(calls, "pickup_type"),
            "alight": _allowed(calls, "drop_off_type"),
        }
    )
    table = table.sort_values(["trip", "sequence"], kind="stable", ignore_index=True)
    table["arrives_s"] = table["arrives_s"].fillna(table["departs_s"])
    table["departs_s"] = table["departs_s"].fillna(table["arrives_s"])
    whole, said = _whole_trips(table, feed.source)
    filled = interpolated(whole)
    ordered, more = _forward_trips(filled, feed.source)
    return with_headways(ordered, feed["frequencies"], feed.source), said + more


def _seconds(feed: Feed, calls: pd.DataFrame, column: str) -> NDArray[np.float64]:
    try:
        return seconds_of(calls[column])
    except ValueError as error:
        raise DataError(
            f"{feed.source}: in stop_times.txt, column {column}, '{error}' is no time such as 07:05:00. "
            "Ask for a timetable that follows GTFS."
        ) from error


def _allowed(calls: pd.DataFrame, column: str) -> NDArray[np.bool_]:
    """Return True where passengers may board or alight; on request counts as yes."""
    if column not in calls:
        return np.ones(len(calls), dtype=np.bool_)
    return calls[column].str.strip().ne("1").to_numpy()


def _whole_trips(calls: pd.DataFrame, source: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the trips whose first and last times are known: the others cannot be filled in."""
    known = calls["arrives_s"].notna()
    first, last = ~calls["trip"].duplicated(), ~calls["trip"].duplicated(keep="last")
    open_ended = calls.loc[(first | last) & ~known, "trip"].unique()
    if not len(open_ended):
        return calls, []
    said = f"{source}: {len(open_ended):,} trips without a first or last time were left out"
    said = f"{said} ({examples(list(open_ended))})."
    return calls[~calls["trip"].isin(open_ended)], [said]


def interpolated(calls: pd.DataFrame) -> pd.DataFrame:
    """Return the calls with blank times between two known ones filled in evenly.

    Parameters
    ----------
    calls
        In order of trip and call, with ``arrives_s`` and ``departs_s``; first and last of each trip are known.

    Examples
    --------
    >>> nan = float("nan")
    >>> interpolated(pd.DataFrame({"arrives_s": [0.0, nan, nan, 90.0], "departs_s": [30.0, nan, nan, 90.0]}))
       arrives_s  departs_s
    0        0.0       30.0
    1       50.0       50.0
    2       70.0       70.0
    3       90.0       90.0
    """
    blank = calls["arrives_s"].isna().to_numpy()
    if not blank.any():
        return calls
    at = np.flatnonzero(~blank)
    row = np.flatnonzero(blank)
    before = at[np.searchsorted(at, row) - 1]
    after = at[np.searchsorted(at, row)]
    leaves, comes = calls["departs_s"].to_numpy()[before], calls["arrives_s"].to_numpy()[after]
    times = leaves + (comes - leaves) * (row - before) / (after - before)
    filled = calls.copy()
    for column in ("arrives_s", "departs_s"):
        values = filled[column].to_numpy(copy=True)
        values[row] = times
        filled[column] = values
    return filled


def _forward_trips(calls: pd.DataFrame, source: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the trips that never go back in time."""
    same = calls["trip"].eq(calls["trip"].shift())
    backwards = (same & (calls["arrives_s"] < calls["departs_s"].shift())) | (calls["departs_s"] < calls["arrives_s"])
    wrong = calls.loc[backwards, "trip"].unique()
    if not len(wrong):
        return calls, []
    said = f"{source}: {len(wrong):,} trips whose times run backwards were left out ({examples(list(wrong))})."
    return calls[~calls["trip"].isin(wrong)], [said]


def with_headways(calls: pd.DataFrame, headways: pd.DataFrame, source: str) -> pd.DataFrame:
    """Return the calls with trips that are given by a headway ("every 600 seconds") written out one by one.

    Raises
    ------
    DataError
        A headway cannot be read.
    """
    given = headways[headways["trip_id"].isin(calls["trip"])]
    if given.empty:
        return calls
    try:
        starts, ends = seconds_of(given["start_time"]), seconds_of(given["end_time"])
        every = pd.to_numeric(given["headway_secs"]).to_numpy(dtype=float)
    except ValueError as error:
        raise DataError(f"{source}: frequencies.txt holds '{error}', which is no time or number.") from error
    if not (every > 0).all():
        raise DataError(f"{source}: a headway in frequencies.txt is not above 0 seconds.")
    parts = [calls[~calls["trip"].isin(given["trip_id"])]]
    for trip, start, end, step in zip(given["trip_id"], starts, ends, every, strict=True):
        pattern = calls[calls["trip"] == trip]
        for departs in np.arange(start, end, step):
            shift = departs - pattern["departs_s"].iloc[0]
            parts.append(
                pattern.assign(
                    trip=f"{trip} at {departs:.0f}",
                    arrives_s=pattern["arrives_s"] + shift,
                    departs_s=pattern["departs_s"] + shift,
                )
            )
    return pd.concat(parts, ignore_index=True)


def _connections(calls: pd.DataFrame) -> pd.DataFrame:
    """Return each call joined with the next of its trip, in order of departure, then of trip and call."""
    following = calls.shift(-1)
    going = calls["trip"].eq(following["trip"])
    table = pd.DataFrame(
        {
            "from_stop": calls["stop"][going].astype(np.int64),
            "to_stop": following["stop"][going].astype(np.int64),
            "departs_s": calls["departs_s"][going],
            "arrives_s": following["arrives_s"][going],
            "trip": calls["trip"][going].astype(np.int64),
            "board": calls["board"][going].astype(bool),
            "alight": following["alight"][going].astype(bool),
        }
    )
    # rows of a trip stand in order of call: a stable sort keeps them so where departures are equal
    return table.sort_values("departs_s", kind="stable", ignore_index=True)
