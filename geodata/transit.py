"""Minutes by public transport from every area to every building, walks at both ends and changes included.

Somebody who wants to set out at a time of the window walks to a stop, rides, changes where that helps, and walks on; or
walks all the way where that is quicker. Departures are looked at every few minutes: the table holds the median of the
minutes from setting out to arriving, waiting included, and what nine departures in ten do not exceed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.connection_scan import Scanner, Walks, changes_of, scanner
from geodata.crs import require_bng
from geodata.errors import CoverageError, examples
from geodata.shortest import Progress
from geodata.timetable import Timetable
from geodata.travel import Travel
from geodata.walking import Walker

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Nobody walks longer than this (seconds) from one stop to another to change.
CHANGE_WALK_S = 600.0


@dataclass(frozen=True, slots=True)
class Departures:
    """When people set out, and how far they walk.

    Parameters
    ----------
    first_s, last_s
        First and last departure (seconds after midnight).
    every_min
        Minutes from one to the next.
    walk_min
        Longest walk to the first stop, from the last, and (up to 10) between stops (minutes).
    """

    first_s: int = 27_000
    last_s: int = 34_200
    every_min: int = 10
    walk_min: float = 15.0

    def times(self) -> Floats:
        """Return all departures (seconds after midnight).

        Examples
        --------
        >>> Departures(first_s=28_800, last_s=30_000).times().tolist()
        [28800.0, 29400.0, 30000.0]
        """
        return np.arange(self.first_s, self.last_s + 1, self.every_min * 60, dtype=np.float64)

    def sentence(self) -> str:
        """Return the window in words."""
        first, last = (f"{at // 3600:02d}:{at % 3600 // 60:02d}" for at in (self.first_s, self.last_s))
        return f"setting out every {self.every_min} minutes from {first} to {last}"


def transit_travel(
    areas: gpd.GeoDataFrame,
    assets: gpd.GeoDataFrame,
    timetable: Timetable,
    walker: Walker,
    *,
    departures: Departures | None = None,
    limit_min: float = 60.0,
    progress: Progress | None = None,
    attribution: str = "",
) -> Travel:
    """Measure times from the point of each area to each asset by public transport and on foot.

    Parameters
    ----------
    areas
        Indexed by ``oa_code``, with a column ``point`` in BNG.
    assets
        Points in BNG, indexed by ``asset_id``.
    timetable
        Stops and connections of a day.
    walker
        Finds the walks.
    departures
        When people set out; by default every ten minutes from 07:30 to 09:30.
    limit_min
        Pairs whose median is longer (minutes) get no row.
    progress
        Called with the number of areas done and of all.
    attribution
        Line that the licence of roads and timetables asks for.

    Returns
    -------
    Travel
        ``travel_min`` is the median over the departures, ``p90_min`` what nine in ten do not exceed (missing where more
        than one in ten takes longer than the limit).

    Raises
    ------
    CrsError, CoverageError
        Areas or assets are not in BNG or have no point, or no stop is within a walk of any area.
    SourceError
        Numba is not installed.
    """
    departures = departures or Departures()
    origins, destinations = _places(gpd.GeoSeries(areas["point"]), "areas"), _places(assets.geometry, "buildings")
    ends = _ends(timetable, walker, (origins, destinations), departures, limit_s=limit_min * 60.0)
    seconds = np.full((2, len(areas), len(assets)), np.inf)
    for origin in range(len(areas)):
        each = _from_one(ends, origin, departures.times(), limit_min * 60.0, len(assets))
        seconds[:, origin] = _middle_and_most(each)
        if progress is not None:
            progress(origin + 1, len(areas))
    day = f"{timetable.day:%A} {timetable.day.day} {timetable.day:%B %Y}"
    source = (
        f"the timetable of {day} ({', '.join(timetable.sources)}), "
        f"{departures.sentence()}, median, with up to {departures.walk_min:g} minutes on foot at each end; "
        f"{walker.sentence()}"
    )
    travel = _table(seconds / 60.0, areas, assets, limit_min=limit_min, source=source, attribution=attribution)
    return replace(travel, straight_walks=walker.straight)


@dataclass(frozen=True, slots=True, eq=False)
class _Ends:
    """The scanner, and the walks at both ends and all the way."""

    scan: Scanner
    to_stops: Walks
    from_stops: Walks
    direct: Walks


def _ends(
    timetable: Timetable, walker: Walker, places: tuple[Floats, Floats], departures: Departures, *, limit_s: float
) -> _Ends:
    """Return the walks from areas to stops, between stops, from stops to buildings, and all the way."""
    origins, destinations = places
    n_stops, walk_s = len(timetable.stops), departures.walk_min * 60.0
    to_stops = Walks.of(*walker.walks(origins, timetable.xy, walk_s), len(origins))
    if not len(to_stops.to):
        raise CoverageError(
            f"{', '.join(timetable.sources)}: no stop is within {departures.walk_min:g} minutes on foot of any area. "
            "Give the timetables of the place."
        )
    between = Walks.of(*walker.walks(timetable.xy, timetable.xy, min(walk_s, CHANGE_WALK_S)), n_stops)
    # walks from stops to buildings are looked for from the buildings, which are fewer: on foot both ways are alike
    building, stop, seconds = walker.walks(destinations, timetable.xy, walk_s)
    return _Ends(
        scan=scanner(timetable.connections, n_stops, changes_of(n_stops, between, timetable.changes)),
        to_stops=to_stops,
        from_stops=Walks.of(building, stop, seconds, len(destinations)),
        direct=_turned(walker, origins, destinations, limit_s),
    )


def _turned(walker: Walker, origins: Floats, destinations: Floats, limit_s: float) -> Walks:
    """Return the walks all the way, looked for from the buildings."""
    building, area, seconds = walker.walks(destinations, origins, limit_s)
    return Walks.of(area, building, seconds, len(origins))


def _from_one(ends: _Ends, origin: int, times: Floats, limit_s: float, n_assets: int) -> Floats:
    """Return the seconds from one area to every building for each departure, shape (n_departures, n_assets)."""
    chosen = slice(ends.to_stops.first[origin], ends.to_stops.first[origin + 1])
    stops, walks = ends.to_stops.to[chosen], ends.to_stops.seconds[chosen]
    on_foot = np.full(n_assets, np.inf)
    whole = slice(ends.direct.first[origin], ends.direct.first[origin + 1])
    on_foot[ends.direct.to[whole]] = ends.direct.seconds[whole]
    seconds = np.tile(on_foot, (len(times), 1))
    if not len(stops) or not len(ends.from_stops.to):
        return seconds
    served = np.flatnonzero(np.diff(ends.from_stops.first))
    starts = ends.from_stops.first[served]
    for row, leaves in enumerate(times):
        at = ends.scan.arrivals(float(leaves), stops, walks, limit_s=limit_s)
        arrives = np.minimum.reduceat(at[ends.from_stops.to] + ends.from_stops.seconds, starts)
        seconds[row, served] = np.minimum(seconds[row, served], arrives - leaves)
    return seconds


def _middle_and_most(seconds: Floats) -> Floats:
    """Return the median and what nine departures in ten do not exceed, shape (2, n_assets): values that occurred."""
    ordered = np.sort(seconds, axis=0)
    n = len(ordered)
    return ordered[[int(np.ceil(share * n)) - 1 for share in (0.5, 0.9)]]


def _places(points: gpd.GeoSeries, what: str) -> Floats:
    require_bng(points, what)
    nowhere = points.isna() | points.is_empty
    if nowhere.any():
        raise CoverageError(
            f"{what}: no point for {examples(list(points.index[nowhere]), total=len(points))}. Place them, or leave "
            "them out of the table."
        )
    return np.column_stack([points.x, points.y])


def _table(
    minutes: Floats,
    areas: gpd.GeoDataFrame,
    assets: gpd.GeoDataFrame,
    *,
    limit_min: float,
    source: str,
    attribution: str,
) -> Travel:
    reached = np.asarray(minutes[0] <= limit_min, dtype=np.bool_)
    row, column = np.nonzero(reached)
    index = pd.MultiIndex.from_arrays(
        [areas.index.take(row), assets.index.take(column)], names=["origin", "destination"]
    )
    most = minutes[1][reached]
    reached_areas, reached_assets = (np.asarray(reached.any(axis=axis), dtype=np.bool_) for axis in (1, 0))
    return Travel(
        table=pd.DataFrame(
            {"travel_min": minutes[0][reached], "p90_min": np.where(most <= limit_min, most, np.nan)}, index=index
        ),
        mode="transit",
        quality="measured",
        detour=None,
        speed_kmh=None,
        limit_min=limit_min,
        unreached=tuple(map(str, areas.index[~reached_areas])),
        source=source,
        unreached_sites=tuple(map(str, assets.index[~reached_assets])),
        attribution=attribution,
    )
