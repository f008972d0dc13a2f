"""Small timetables, zipped as operators publish them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from geodata.crs import lonlat_from_bng
from tests.geodata.streets import CORNER

#: A call at a stop: its id, arrival, departure (both may be blank), and optionally pick-up and drop-off type.
Call = Sequence[str]
EVERY_DAY = "everyday,1,1,1,1,1,1,1,20240101,20241231"
CALENDAR = "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date"


def write_feed(
    path: Path,
    stops: Mapping[str, tuple[float, float]],
    trips: Mapping[str, Sequence[Call]],
    *,
    services: Mapping[str, str] | None = None,
    calendar: Sequence[str] = (EVERY_DAY,),
    more: Mapping[str, str] | None = None,
) -> Path:
    """Write a timetable of stops (metres from the corner of the small town) and trips; every trip runs every day."""
    rows = ["stop_id,stop_name,stop_lat,stop_lon"]
    for stop, (east, north) in stops.items():
        lon, lat = lonlat_from_bng([CORNER[0] + east], [CORNER[1] + north])
        rows.append(f"{stop},Stop {stop},{lat[0]:.8f},{lon[0]:.8f}")
    calls = ["trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type"]
    for trip, steps in trips.items():
        for number, (stop, arrives, departs, *kinds) in enumerate(steps):
            calls.append(f"{trip},{arrives},{departs},{stop},{number},{','.join([*kinds, '0', '0'][:2])}")
    ran = ["trip_id,route_id,service_id", *(f"{trip},r,{(services or {}).get(trip, 'everyday')}" for trip in trips)]
    tables = {"stops": rows, "stop_times": calls, "trips": ran, "calendar": [CALENDAR, *calendar]}
    with zipfile.ZipFile(path, "w") as archive:
        for name, lines in tables.items():
            archive.writestr(f"{name}.txt", "\n".join(lines) + "\n")
        for name, text in (more or {}).items():
            archive.writestr(f"{name}.txt", text)
    return path
