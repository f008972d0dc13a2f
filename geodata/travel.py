"""Minutes from where people live to where services are, as one long table per mode.

No row means out of reach, never zero minutes. :mod:`geodata.journeys` measures them on roads and
:mod:`geodata.transit` on timetables. This page reckons with the straight line times a detour, which is the fallback
where neither is given, and its result says so: quality ``"indicative"``. Against real networks it was 12-20 % out for
walking and 22-50 % for driving, and picked the true nearest site only half to two thirds of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.crs import require_bng
from geodata.errors import CoverageError, examples

Mode = Literal["drive", "walk", "cycle", "transit"]
Quality = Literal["indicative", "measured"]

#: Kilometres an hour from door to door. Assumptions: 40 is a mix of streets and main roads, 4.8 is 3 miles an hour, 14
#: an unhurried cyclist. There is none for public transport: without a timetable nobody knows.
SPEED_KMH: dict[Mode, float] = {"drive": 40.0, "walk": 4.8, "cycle": 14.0}
#: Way on the ground over straight line. An assumption; published factors for whole road networks lie near 1.2 to 1.5.
DETOUR = 1.3
LIMIT_MIN = 60.0

MODE_WORDS = {"drive": "by car", "walk": "on foot", "cycle": "by bicycle", "transit": "by public transport"}


@dataclass(frozen=True, slots=True)
class Travel:
    """Travel times of one mode, with how far they may be trusted.

    Parameters
    ----------
    table
        Column ``travel_min`` (minutes), MultiIndex ``origin`` (``oa_code``) and ``destination`` (``asset_id``), in the
        order of the areas and, within each, of the assets. A pair out of reach has no row. By public transport there is
        a second column ``p90_min``: nine departures in ten take no longer.
    mode
        ``"drive"``, ``"walk"``, ``"cycle"`` or ``"transit"``.
    quality
        ``"indicative"`` (straight line) or ``"measured"`` (on a network or a timetable).
    detour
        Way over straight line; None where the times come from a network.
    speed_kmh
        Kilometres an hour; None where the times come from a network.
    limit_min
        Longest time in the table (minutes).
    unreached
        Codes of areas from which no asset is within the limit.
    source
        What the times were measured on, in words; empty for the straight line.
    unreached_sites
        Assets that were looked at and are within the limit of no area.
    straight
        Areas and assets too far from any road: their rows are reckoned with the straight line, in a table that is
        otherwise measured.
    attribution
        Line that the licence of the source asks for, or empty.
    straight_walks
        True where the walks of a timetable's journeys are along the straight line.
    """

    table: pd.DataFrame
    mode: Mode
    quality: Quality
    detour: float | None
    speed_kmh: float | None
    limit_min: float
    unreached: tuple[str, ...] = ()
    source: str = ""
    unreached_sites: tuple[str, ...] = ()
    straight: tuple[str, ...] = ()
    attribution: str = ""
    straight_walks: bool = False

    def __post_init__(self) -> None:
        if self.limit_min <= 0:
            message = f"limit_min must be above 0 minutes, not {self.limit_min}"
            raise ValueError(message)

    def matrix(self, areas: pd.Index, assets: pd.Index) -> NDArray[np.float64]:
        """Return the times as an array.

        Parameters
        ----------
        areas
            Area codes, n_areas of them, each once.
        assets
            Asset ids, n_assets of them, each once.

        Returns
        -------
        ndarray
            Minutes, shape (n_areas, n_assets), not-a-number where out of reach.
        """
        minutes = np.full((len(areas), len(assets)), np.nan)
        row = areas.get_indexer(self.table.index.get_level_values("origin"))
        column = assets.get_indexer(self.table.index.get_level_values("destination"))
        asked = (row >= 0) & (column >= 0)
        minutes[row[asked], column[asked]] = self.table["travel_min"].to_numpy()[asked]
        return minutes

    def sentence(self) -> str:
        """Return how the times were reckoned, for reports and maps."""
        how = f"Travel times {MODE_WORDS[self.mode]}, up to {self.limit_min:g} minutes"
        if self.quality == "measured":
            return f"{how}, measured on {self.source or 'a network'}.{self._exceptions()}"
        return (
            f"{how}: straight line x {self.detour:g} at {self.speed_kmh:g} km/h. Indicative only: no roads, hills, "
            "rivers or traffic."
        )

    def _exceptions(self) -> str:
        """Say which minutes of a measured table are not measured."""
        if not self.straight:
            return ""
        return (
            f" {len(self.straight):,} of the areas and buildings stand too far from any road in it "
            f"({examples(self.straight)}): their minutes are indicative only (straight line)."
        )

    def trust(self) -> str:
        """Return how far the minutes may be trusted, in words that name the straight line wherever it is in them.

        Examples
        --------
        >>> Travel(pd.DataFrame(), "transit", "measured", None, None, 60.0, straight_walks=True).trust()
        'measured, in part indicative'
        """
        partly = self.quality == "measured" and (self.straight or self.straight_walks)
        return "measured, in part indicative" if partly else self.quality

    def basis(self) -> str:
        """Return in a word or two what the minutes rest on: for a cell of a table.

        Examples
        --------
        >>> Travel(pd.DataFrame(), "drive", "indicative", 1.3, 40.0, 60.0).basis()
        'indicative (straight line)'
        """
        if self.quality == "indicative":
            return "indicative (straight line)"
        measured = "timetable" if self.mode == "transit" else "network"
        if self.straight_walks:
            return f"{measured}, walks indicative (straight line)"
        return f"{measured}, indicative for {len(self.straight)} points" if self.straight else measured


def straight_line_travel(
    areas: gpd.GeoDataFrame,
    assets: gpd.GeoDataFrame,
    *,
    mode: Mode = "drive",
    detour: float | None = None,
    speed_kmh: float | None = None,
    limit_min: float = LIMIT_MIN,
) -> Travel:
    """Reckon times from the point of each area to each asset along the straight line.

        minutes = straight line (m) x detour / speed (m a minute)

    An asset at the very point of an area is 0 minutes away. That is where the point stands for the whole area: its
    residents live around it, some minutes off.

    Parameters
    ----------
    areas
        Indexed by ``oa_code``, with a column ``point`` in BNG.
    assets
        Points in BNG, indexed by ``asset_id``.
    mode
        ``"drive"``, ``"walk"`` or ``"cycle"``; sets the speed where none is given.
    detour
        Way over straight line, at least 1; by default 1.3.
    speed_kmh
        Kilometres an hour from door to door; by default 40 (drive), 4.8 (walk) or 14 (cycle).
    limit_min
        Pairs further apart (minutes) get no row.

    Returns
    -------
    Travel
        With quality ``"indicative"``.

    Raises
    ------
    CrsError
        Areas or assets are not in BNG.
    CoverageError
        Areas or assets have no point: a plan must not save money on those whom it cannot see.
    ValueError
        A factor, speed or limit that makes no sense.
    """
    if mode == "transit":
        raise ValueError("there is no straight line by public transport: it needs a timetable")
    detour = DETOUR if detour is None else detour
    speed_kmh = SPEED_KMH[mode] if speed_kmh is None else speed_kmh
    if detour < 1 or speed_kmh <= 0:
        message = f"the detour must be at least 1 and the speed above 0, not {detour} and {speed_kmh}"
        raise ValueError(message)
    origins = _coordinates(gpd.GeoSeries(areas["point"]), "areas")
    destinations = _coordinates(assets.geometry, "assets")
    minutes_per_m = detour / (speed_kmh * 1000 / 60)
    pairs = _pairs_within(origins, destinations, limit_min / minutes_per_m)
    minutes = pairs["v"] * minutes_per_m
    ends = [areas.index.take(pairs["i"]), assets.index.take(pairs["j"])]
    index = pd.MultiIndex.from_arrays(ends, names=["origin", "destination"])
    reached, sites = np.zeros(len(areas), dtype=bool), np.zeros(len(assets), dtype=bool)
    reached[pairs["i"]], sites[pairs["j"]] = True, True
    return Travel(
        table=pd.DataFrame({"travel_min": minutes}, index=index),
        mode=mode,
        quality="indicative",
        detour=detour,
        speed_kmh=speed_kmh,
        limit_min=limit_min,
        unreached=tuple(areas.index[~reached]),
        unreached_sites=tuple(assets.index[~sites]),
    )


def _coordinates(points: gpd.GeoSeries, name: str) -> NDArray[np.float64]:
    """Return eastings and northings (metres), shape (n, 2), or name those without a point."""
    require_bng(points, name)
    nowhere = points.isna() | points.is_empty
    if nowhere.any():
        codes = list(points.index[nowhere])
        raise CoverageError(
            f"{name}: no point for {examples(codes, total=len(points))}. Place them, or leave them out of the table."
        )
    return np.column_stack([points.x, points.y])


def _pairs_within(origins: NDArray[np.float64], destinations: NDArray[np.float64], radius_m: float) -> NDArray[np.void]:
    """Return the pairs at most `radius_m` apart: ``i``, ``j`` and distance ``v`` (metres), ordered by i, then j."""
    if not len(origins) or not len(destinations):
        return np.empty(0, dtype=[("i", np.intp), ("j", np.intp), ("v", np.float64)])
    trees = cKDTree(origins), cKDTree(destinations)
    # a hair more, so that a pair exactly at the limit does not fall to rounding
    pairs = trees[0].sparse_distance_matrix(trees[1], radius_m * (1 + 1e-12), output_type="ndarray")
    return pairs[np.lexsort((pairs["j"], pairs["i"]))]
