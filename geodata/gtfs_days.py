"""Which services of a timetable run on a day: weekly calendars, and the dates that depart from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from geodata.errors import CoverageError, DataError
from geodata.gtfs import Feed

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TUESDAY = 1


def services_on(feed: Feed, day: date) -> set[str]:
    """Return the services that run on a day.

    Parameters
    ----------
    feed
        A timetable.
    day
        A calendar day.
    """
    stamp = day.strftime("%Y%m%d")
    weekly = feed["calendar"]
    runs = weekly[WEEKDAYS[day.weekday()]].eq("1") & (weekly["start_date"] <= stamp) & (weekly["end_date"] >= stamp)
    services = set(weekly.loc[runs, "service_id"])
    changed = feed["calendar_dates"][feed["calendar_dates"]["date"] == stamp]
    added = set(changed.loc[changed["exception_type"] == "1", "service_id"])
    return (services | added) - set(changed.loc[changed["exception_type"] == "2", "service_id"])


def days_covered(feed: Feed) -> tuple[date, date]:
    """Return the first and last day for which a timetable says anything.

    Raises
    ------
    DataError
        There is no day in it, or one is not written as YYYYMMDD.
    """
    stamps = pd.concat([feed["calendar"]["start_date"], feed["calendar"]["end_date"], feed["calendar_dates"]["date"]])
    if stamps.empty:
        raise DataError(f"{feed.source}: names no day on which anything runs. Ask for a timetable with its calendar.")
    try:
        return (date.fromisoformat(stamps.min()), date.fromisoformat(stamps.max()))
    except ValueError as error:
        raise DataError(
            f"{feed.source}: a day in calendar.txt or calendar_dates.txt is not written as YYYYMMDD ({error}). "
            "Ask for a timetable that follows GTFS."
        ) from error


def choose_day(feeds: Sequence[Feed], wanted: date | None) -> date:
    """Return the day to look at: the one wanted, or the first Tuesday on which all the timetables run.

    Raises
    ------
    CoverageError
        A timetable does not cover the day wanted, or there is no day that all of them cover.
    """
    spans = {feed.source: days_covered(feed) for feed in feeds}
    said = "; ".join(f"{source} runs from {first} to {last}" for source, (first, last) in spans.items())
    if wanted is not None:
        idle = [feed.source for feed in feeds if not services_on(feed, wanted)]
        if idle:
            raise CoverageError(
                f"[travel] date: nothing runs on {wanted} in {', '.join(idle)} ({said}). Choose a day that all cover."
            )
        return wanted
    first, last = max(start for start, _ in spans.values()), min(end for _, end in spans.values())
    day = first + timedelta(days=(TUESDAY - first.weekday()) % 7)
    while day <= last:
        if all(services_on(feed, day) for feed in feeds):
            return day
        day += timedelta(days=7)
    raise CoverageError(
        f"timetables: there is no Tuesday on which all of them run ({said}). Set [travel] date, or give timetables "
        "of the same time."
    )
