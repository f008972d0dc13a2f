"""Response cover: who is within so many minutes of a station, today and after stations open, close or move.

Demand is what calls for a station: residents, or incidents counted by area. An area is reached when a station is within
the limit of its point; the minutes are those of the travel table, as good as that is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from estate.programme import Floats, Mask
from geodata.errors import CoverageError, DataError

GAINS, LOSES, STAYS, BEYOND = "newly within", "no longer within", "within", "beyond"


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Areas with their demand, stations and candidates with their minutes.

    Parameters
    ----------
    areas
        Codes of the areas, n_areas of them.
    demand
        What each area asks for, shape (n_areas,), at least 0.
    counted
        What demand counts, in the plural: "residents", "incidents".
    sites
        One row for each station or candidate, indexed by id: ``name``, ``organisation``, ``use``, ``today`` (True for
        stations of today).
    minutes
        Travel time, shape (n_areas, n_sites), not-a-number where out of reach.
    within_min
        The standard (minutes).
    limit_min
        Longest time the travel table knows; areas out of reach count with it in means.
    indicative
        True where the minutes are those of the straight line.

    Raises
    ------
    CoverageError
        The travel table stops short of the standard.
    DataError
        There is no demand at all, or no site.
    """

    areas: pd.Index
    demand: Floats
    counted: str
    sites: pd.DataFrame
    minutes: Floats
    within_min: float
    limit_min: float
    indicative: bool

    def __post_init__(self) -> None:
        if self.limit_min < self.within_min:
            raise CoverageError(
                f"travel: times are known up to {self.limit_min:g} minutes, but the cover asks about "
                f"{self.within_min:g}. Raise [travel] limit_min."
            )
        if not len(self.sites):
            raise DataError("cover: there is no station and no candidate. Name their use, or a list of candidates.")
        if not self.demand.sum() > 0:
            raise DataError(f"cover: no area has any {self.counted}. Check the table of demand.")

    @property
    def today(self) -> Mask:
        """True for the stations of today, shape (n_sites,)."""
        return self.sites["today"].to_numpy(dtype=np.bool_)

    @property
    def total(self) -> float:
        """All demand."""
        return float(self.demand.sum())

    def nearest(self, opened: Mask) -> Floats:
        """Return the minutes from every area to the nearest open station, infinite where none is in reach."""
        if not opened.any():
            return np.full(len(self.areas), np.inf)
        return np.asarray(np.nan_to_num(self.minutes[:, opened], nan=np.inf).min(axis=1))

    def reached(self, opened: Mask) -> float:
        """Return the demand within the standard of an open station."""
        return float(self.demand[self.nearest(opened) <= self.within_min].sum())

    def mean_min(self, opened: Mask) -> float:
        """Return the mean minutes to the nearest open station; what is out of reach counts with the limit."""
        return float(np.minimum(self.nearest(opened), self.limit_min) @ self.demand / self.total)


@dataclass(frozen=True, slots=True, eq=False)
class CoverChange:
    """Cover today and after stations open and close.

    Parameters
    ----------
    areas
        Indexed by ``oa_code``: ``demand``, ``before_min``, ``after_min`` (not-a-number out of reach), ``change`` (newly
        within, no longer within, within, beyond).
    stations
        Indexed by site: ``name``, ``organisation``, ``use``, ``role`` (stays, opens, closes, candidate), ``within``
        (demand within the standard of it), ``only_it`` (of the open stations, within the standard of it alone: what
        closing it would leave beyond), ``nearest`` (demand to which it is the nearest).
    before, after
        Demand within the standard.
    before_mean_min, after_mean_min
        Mean minutes to the nearest station.
    """

    areas: pd.DataFrame
    stations: pd.DataFrame
    before: float
    after: float
    before_mean_min: float
    after_mean_min: float

    def demand_of(self, change: str) -> float:
        """Return the demand of the areas with a change, such as ``newly within``."""
        return float(self.areas.loc[self.areas["change"] == change, "demand"].sum())


def compare_cover(ground: Ground, after: Mask) -> CoverChange:
    """Return cover today beside cover with other stations open.

    Parameters
    ----------
    ground
        Areas and sites.
    after
        True for the stations open afterwards, shape (n_sites,).
    """
    old, new = ground.nearest(ground.today), ground.nearest(after)
    was, will = old <= ground.within_min, new <= ground.within_min
    change = np.select([was & will, will, was], [STAYS, GAINS, LOSES], default=BEYOND)
    areas = pd.DataFrame(
        {"demand": ground.demand, "before_min": _finite(old), "after_min": _finite(new), "change": change},
        index=ground.areas,
    )
    return CoverChange(
        areas=areas,
        stations=station_table(ground, after),
        before=ground.reached(ground.today),
        after=ground.reached(after),
        before_mean_min=ground.mean_min(ground.today),
        after_mean_min=ground.mean_min(after),
    )


def station_table(ground: Ground, after: Mask) -> pd.DataFrame:
    """Return what every site does for cover, in the order of the sites; see :class:`CoverChange`."""
    reach = np.nan_to_num(ground.minutes, nan=np.inf) <= ground.within_min
    alone = (reach & after).sum(axis=1) == 1
    minutes = np.where(after, np.nan_to_num(ground.minutes, nan=np.inf), np.inf)
    nearest = np.where(np.isfinite(minutes.min(axis=1)), minutes.argmin(axis=1), -1)
    served = np.bincount(nearest[nearest >= 0], ground.demand[nearest >= 0], minlength=len(ground.sites))
    role = np.select([ground.today & after, after, ground.today], ["stays", "opens", "closes"], default="candidate")
    return ground.sites[["name", "organisation", "use"]].assign(
        role=role,
        within=ground.demand @ reach,
        only_it=np.where(after, (ground.demand * alone) @ reach, 0.0),
        nearest=np.where(after, served, 0.0),
    )


def with_demand(ground: Ground, demand: pd.Series, *, counted: str) -> Ground:
    """Return the ground with another demand; areas that the table lacks ask for nothing."""
    values = demand.reindex(ground.areas).fillna(0.0).to_numpy(dtype=np.float64)
    return replace(ground, demand=values, counted=counted)


def _finite(minutes: Floats) -> Floats:
    return np.where(np.isfinite(minutes), minutes, np.nan)
