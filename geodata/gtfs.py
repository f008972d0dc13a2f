"""Read a timetable in the General Transit Feed Specification: one zip archive of text tables.

Reference: https://gtfs.org/documentation/schedule/reference/. Only what a journey needs is read: stops, trips, calls
at stops, the days they run, headways where trips are given by them, and how long it takes to change.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.errors import DataError, SourceError

#: Tables and the columns without which they are of no use; the last four tables may be absent.
NEEDED = {
    "stops": ("stop_id", "stop_lat", "stop_lon"),
    "trips": ("trip_id", "route_id", "service_id"),
    "stop_times": ("trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time"),
    "calendar": ("service_id", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
                 "start_date", "end_date"),
    "calendar_dates": ("service_id", "date", "exception_type"),
    "frequencies": ("trip_id", "start_time", "end_time", "headway_secs"),
    "transfers": ("from_stop_id", "to_stop_id", "transfer_type"),
}  # fmt: skip
USEFUL = {
    "stops": ("stop_name", "parent_station", "location_type"),
    "stop_times": ("pickup_type", "drop_off_type"),
    "transfers": ("min_transfer_time", "from_route_id", "to_route_id", "from_trip_id", "to_trip_id"),
}
OPTIONAL = {"calendar", "calendar_dates", "frequencies", "transfers"}
#: A table that unpacks to more (bytes) is not read.
LARGEST = 2_000_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Feed:
    """The tables of one archive, every cell as text; an absent table has no rows.

    Parameters
    ----------
    source
        Name of the file, for messages.
    tables
        By name without ``.txt``.
    """

    source: str
    tables: dict[str, pd.DataFrame]

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables[name]


def read_feed(path: str | Path, *, name: str | None = None) -> Feed:
    """Read the tables of one archive.

    Parameters
    ----------
    path
        Zip archive; its tables stand at its top or in one folder.
    name
        How the file is called in messages; by default the path.

    Raises
    ------
    SourceError
        The file is missing, no zip archive, or broken.
    DataError
        Tables or columns are missing; all are named at once.
    """
    source = name or str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            found = {Path(info.filename).name: info for info in archive.infolist()}
            members = {table: found[f"{table}.txt"] for table in NEEDED if f"{table}.txt" in found}
            _check_tables(source, members)
            tables = {table: _read(archive, info, table, source) for table, info in members.items()}
    except FileNotFoundError as error:
        raise SourceError(f"{source}: there is no such file. Check the path.") from error
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise SourceError(
            f"{source}: cannot be read as a timetable: it is no zip archive, or a broken one ({error}). "
            "Download the GTFS archive again."
        ) from error
    faults = [
        f"{table}.txt has no column {', '.join(missing)}."
        for table, frame in tables.items()
        if (missing := [column for column in NEEDED[table] if column not in frame])
    ]
    if faults:
        raise DataError(f"{source}: {' '.join(faults)} Ask for a timetable that follows GTFS.")
    absent = {table: pd.DataFrame(columns=list(NEEDED[table]), dtype=str) for table in NEEDED if table not in tables}
    return Feed(source, {**tables, **absent})


def seconds_of(times: pd.Series) -> NDArray[np.float64]:
    """Return times such as "07:05:00" or "25:10:00" as seconds after midnight; blank ones are not-a-number.

    Raises
    ------
    ValueError
        Some are neither; the message shows one.

    Examples
    --------
    >>> seconds_of(pd.Series(["07:05:00", "25:10:00", ""])).tolist()
    [25500.0, 90600.0, nan]
    """
    codes, unique = pd.factorize(times.str.strip())
    parts = pd.Series(unique, dtype=str).str.extract(r"^(\d{1,3}):([0-5]?\d):([0-5]\d)$").astype(float)
    seconds = (parts[0] * 3600 + parts[1] * 60 + parts[2]).to_numpy(dtype=np.float64)
    strange = [text for text, value in zip(unique, seconds, strict=True) if np.isnan(value) and text]
    if strange:
        raise ValueError(str(strange[0]))
    return seconds[codes]


def _check_tables(source: str, members: dict[str, zipfile.ZipInfo]) -> None:
    missing = [f"{table}.txt" for table in NEEDED if table not in members and table not in OPTIONAL]
    if not missing and not {"calendar", "calendar_dates"} & set(members):
        missing = ["calendar.txt"]
    if missing:
        raise DataError(
            f"{source}: there is no {', '.join(missing)} in the archive. Give a timetable in GTFS (a zip archive of "
            "stops.txt, trips.txt, stop_times.txt and calendar.txt)."
        )
    large = [info.filename for info in members.values() if info.file_size > LARGEST]
    if large:
        raise SourceError(
            f"{source}: {', '.join(large)} unpacks to more than {LARGEST / 1e9:g} GB. Cut the timetable to the region."
        )


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, table: str, source: str) -> pd.DataFrame:
    wanted = {*NEEDED[table], *USEFUL.get(table, ())}
    try:
        with archive.open(info) as stream, io.TextIOWrapper(stream, encoding="utf-8-sig") as text:
            return pd.read_csv(
                text, dtype=str, keep_default_na=False, skipinitialspace=True, usecols=lambda name: name in wanted
            )
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SourceError(
            f"{source}: {info.filename} cannot be read ({error}). Ask for the timetable again."
        ) from error
