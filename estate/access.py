"""Who reaches which service in how long: shares and minutes, by service and by segment of residents.

A service is delivered where one of its front desks is; a service without front desks, wherever its teams sit. A
resident is within the limit when one of those places is. Residents whom the travel table brings to no place at all
count in mean and percentile with the table's own limit: they are at least that far away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from estate.segment_losses import ALL, SegmentLoss, loss_of
from geodata.errors import CoverageError, DataError, did_you_mean, examples
from geodata.travel import Travel

COLUMNS = ("service", "segment", "share_within", "mean_min", "p90_min", "residents", "limit_min", "quality")


@dataclass(frozen=True, slots=True)
class AccessStandard:
    """Residents should reach a service within a limit, and no plan may take that from too many.

    Parameters
    ----------
    service
        Name of the service, as in the teams table.
    limit_min
        Travel time (minutes).
    max_loss
        Largest fall in the share of residents within the limit, in all and in every segment (0.02 = two points).
    losses
        Other largest falls for single segments.
    """

    service: str
    limit_min: float
    max_loss: float = 0.02
    losses: tuple[SegmentLoss, ...] = ()

    def __post_init__(self) -> None:
        if not (self.limit_min > 0 and 0 <= self.max_loss <= 1):
            raise DataError(
                f"access standard '{self.service}': limit_min is {self.limit_min:g} and max_loss {self.max_loss:g}. "
                "The limit must be above 0 minutes, the loss a share between 0 and 1."
            )

    def sentence(self) -> str:
        """Return the standard in words.

        Examples
        --------
        >>> AccessStandard("library", 20).sentence()
        'The share of residents within 20 minutes of library falls by at most 2.0 points, in all and in every segment.'
        """
        others = ", ".join(f"{100 * one.max_loss:.1f} in {one.segment}" for one in self.losses)
        return (
            f"The share of residents within {self.limit_min:g} minutes of {self.service} falls by at most "
            f"{100 * self.max_loss:.1f} points, in all and in every segment{f'; but {others}' if others else ''}."
        )

    def eased(self, points: float) -> AccessStandard:
        """Return the standard with so much more loss permitted, in all and in every segment (0.01 = one point)."""
        losses = tuple(replace(one, max_loss=min(one.max_loss + points, 1.0)) for one in self.losses)
        return replace(self, max_loss=min(self.max_loss + points, 1.0), losses=losses)


def delivering(teams: pd.DataFrame, service: str) -> pd.Series:
    """Return True for the teams that deliver a service: its front desks, or all its teams where it has none."""
    of_service = teams["service"].eq(service)
    front = of_service & teams["front_desk"].astype(bool)
    return front if front.any() else of_service


def sites_of(teams: pd.DataFrame, standards: Iterable[AccessStandard]) -> dict[str, tuple[str, ...]]:
    """Return where each service with a standard is delivered: asset ids by service, sorted.

    Raises
    ------
    DataError
        A standard names a service that no team has; all are named at once.
    """
    known = sorted(set(teams["service"]))
    unknown = [standard.service for standard in standards if standard.service not in known]
    if unknown:
        listed = " ".join(f"No team has the service '{name}'.{did_you_mean(name, known)}" for name in unknown)
        raise DataError(f"access standards: {listed} Correct the service, or drop the standard.")
    return {
        standard.service: tuple(sorted(set(teams.loc[delivering(teams, standard.service), "asset_id"])))
        for standard in standards
    }


def check_coverage(areas: gpd.GeoDataFrame, assets: gpd.GeoDataFrame, travel: Travel, sites: Collection[str]) -> None:
    """Raise unless the travel table was worked out for every area with residents and for every site.

    An area without a row is either out of reach, which the table says, or was forgotten; so is a building that stands
    near areas. What was forgotten would make closures look harmless.

    Raises
    ------
    CoverageError
        Areas or sites have no travel times though they should have.
    """
    lived_in = areas.index[areas["population"] > 0]
    origins, destinations = (travel.table.index.get_level_values(level).unique() for level in (0, 1))
    forgotten = list(lived_in.difference(origins).difference(pd.Index(travel.unreached)))
    wanted = pd.Index(sorted(set(sites)))
    unseen = wanted.difference(destinations).difference(pd.Index(travel.unreached_sites))
    blind = [site for site in unseen if _stands_near(assets.geometry[site], areas, travel)]
    for what, codes, total in (("areas", forgotten, len(lived_in)), ("buildings", blind, len(wanted))):
        if codes:
            raise CoverageError(
                f"travel: no travel times for {what} {examples(codes, total=total)}. Without them a plan could not "
                "tell whom it cuts off. Compute travel times for all areas and buildings, or place what has no point."
            )


def _stands_near(site: BaseGeometry, areas: gpd.GeoDataFrame, travel: Travel) -> bool:
    """Return True where the straight line to some area is within the table's limit, or cannot be reckoned."""
    if travel.speed_kmh is None or travel.detour is None:
        return True
    metres = gpd.GeoSeries(areas["point"]).distance(site)
    return bool((metres * travel.detour / (travel.speed_kmh * 1000.0 / 60.0) <= travel.limit_min).any())


def segment_codes(areas: gpd.GeoDataFrame, segments: pd.Series | None) -> pd.Series:
    """Return the segment of each area as text, indexed as ``areas``; one and the same where none are given.

    Raises
    ------
    CoverageError
        Areas with residents have no segment.
    """
    if segments is None:
        return pd.Series(ALL, index=areas.index, dtype=object)
    codes = segments.reindex(areas.index)
    missing = areas.index[codes.isna().to_numpy() & (areas["population"] > 0).to_numpy()]
    if len(missing):
        raise CoverageError(
            f"segments: no segment for areas {examples(list(missing), total=len(areas))}. Segment the same areas that "
            "are planned for."
        )
    return codes.map(str, na_action="ignore").fillna(ALL).astype(object)


def access_table(
    areas: gpd.GeoDataFrame,
    assets_by_service: Mapping[str, Collection[str]],
    travel: Travel,
    segments: pd.Series | None,
    standards: Iterable[AccessStandard],
) -> pd.DataFrame:
    """Return how well residents reach each service, in all and by segment.

    Parameters
    ----------
    areas
        Indexed by ``oa_code``, with ``population``.
    assets_by_service
        Asset ids where each service is delivered.
    travel
        Travel times from areas to assets.
    segments
        Segment of each area, indexed by ``oa_code``, or None.
    standards
        One per service to report on.

    Returns
    -------
    pandas.DataFrame
        One row per service and segment ("all" first): ``service``, ``segment`` (text), ``share_within`` (share of
        residents within the limit), ``mean_min`` and ``p90_min`` (minutes to the nearest place, weighted by residents),
        ``residents``, ``limit_min``, ``quality`` of the travel table (:meth:`geodata.travel.Travel.trust`).
    """
    codes = segment_codes(areas, segments).to_numpy(dtype=object)
    population = areas["population"].to_numpy(dtype=np.float64)
    groups = {ALL: np.ones(len(areas), dtype=np.bool_)}
    groups |= {code: codes == code for code in sorted(set(codes) - {ALL}, key=natural_order)}
    rows: list[dict[str, object]] = []
    for standard in standards:
        nearest = nearest_minutes(travel, areas.index, assets_by_service[standard.service])
        for code, chosen in groups.items():
            summary = _summary(nearest[chosen], population[chosen], standard.limit_min, travel.limit_min)
            limits = {"limit_min": standard.limit_min, "quality": travel.trust()}
            rows.append({"service": standard.service, "segment": code, **summary, **limits})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def compare_access(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return two access tables of the same services and segments side by side.

    Returns
    -------
    pandas.DataFrame
        ``service``, ``segment``, ``residents``, ``limit_min``, ``quality``, then ``share_within``, ``mean_min`` and
        ``p90_min`` with ``_before`` and with ``_after``.
    """
    keys = ["service", "segment", "residents", "limit_min", "quality"]
    measures = ["share_within", "mean_min", "p90_min"]
    return before[keys].join([before[measures].add_suffix("_before"), after[measures].add_suffix("_after")])


def natural_order(code: object) -> tuple[int, str]:
    """Order codes as people count: 2 before 10."""
    text = str(code)
    return (len(text), text) if text.isdigit() else (1_000, text)


def nearest_minutes(travel: Travel, areas: pd.Index, sites: Collection[str]) -> NDArray[np.float64]:
    """Return the minutes to the nearest site, shape (n_areas,), infinite where none is in reach."""
    rows = travel.table["travel_min"][travel.table.index.get_level_values(1).isin(list(sites))]
    nearest = rows.groupby(level=0).min().reindex(areas)
    return nearest.fillna(np.inf).to_numpy(dtype=np.float64)


def _summary(
    nearest: NDArray[np.float64], population: NDArray[np.float64], limit_min: float, table_limit_min: float
) -> dict[str, float]:
    residents = float(population.sum())
    if residents <= 0:
        return {"share_within": np.nan, "mean_min": np.nan, "p90_min": np.nan, "residents": 0.0}
    minutes = np.minimum(nearest, table_limit_min)
    order = np.argsort(minutes, kind="stable")
    tenth = int(np.searchsorted(np.cumsum(population[order]), 0.9 * residents))
    return {
        "share_within": float(population[nearest <= limit_min].sum()) / residents,
        "mean_min": float((minutes * population).sum()) / residents,
        "p90_min": float(minutes[order][min(tenth, len(order) - 1)]),
        "residents": residents,
    }


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The areas of one service, merged where they lie in one segment and reach the same sites within the limit.

    Parameters
    ----------
    standard
        The standard.
    sites
        Asset ids where the service is, or might be, delivered.
    reach
        True where the cell is within the limit of the site, shape (n_cells, n_sites).
    residents
        Residents of each cell, shape (n_cells,).
    segment
        Segment of each cell, shape (n_cells,).
    """

    standard: AccessStandard
    sites: tuple[str, ...]
    reach: NDArray[np.bool_]
    residents: NDArray[np.float64]
    segment: NDArray[np.object_]

    def groups(self) -> tuple[str, ...]:
        """Return the groups that must not lose too much: all, each segment, and super clusters with a limit."""
        codes = sorted(set(self.segment) - {ALL}, key=natural_order)
        whole = [one.segment for one in self.standard.losses if one.whole and not set(codes).isdisjoint(one.parts)]
        return (ALL, *codes, *whole)

    def members(self, group: str) -> NDArray[np.bool_]:
        """Return True for the cells of a group."""
        if group == ALL:
            return np.ones(len(self.residents), dtype=np.bool_)
        parts = next((one.parts for one in self.standard.losses if one.whole and one.segment == group), (group,))
        return np.isin(self.segment, parts)

    def max_loss(self, group: str) -> float:
        """Return the largest fall in the share of a group that the standard permits."""
        losses = self.standard.losses
        of_whole = [one.max_loss for one in losses if one.whole and one.segment == group]
        return of_whole[0] if of_whole else loss_of(group, losses, otherwise=self.standard.max_loss)

    def within(self, open_sites: Collection[str]) -> NDArray[np.bool_]:
        """Return True for the cells that reach one of the open sites."""
        chosen = np.isin(np.array(self.sites, dtype=object), list(open_sites))
        return np.asarray(self.reach[:, chosen].any(axis=1))


def merge_cells(
    standard: AccessStandard,
    *,
    areas: gpd.GeoDataFrame,
    travel: Travel,
    segments: pd.Series | None,
    sites: Collection[str],
) -> Cells:
    """Return the cells of a service: a few hundred where there are thousands of areas.

    Raises
    ------
    CoverageError
        The travel table stops short of the standard's limit, or areas have no segment.
    """
    if travel.limit_min < standard.limit_min:
        raise CoverageError(
            f"travel: times are known up to {travel.limit_min:g} minutes, but the standard for '{standard.service}' "
            f"asks about {standard.limit_min:g}. Raise [travel] limit_min."
        )
    ordered = tuple(sorted(set(sites)))
    lived_in = (areas["population"] > 0).to_numpy()
    reach = travel.matrix(areas.index, pd.Index(ordered))[lived_in] <= standard.limit_min
    codes = segment_codes(areas, segments)[lived_in]
    packed = np.packbits(reach, axis=1)
    keys = pd.MultiIndex.from_arrays([codes, [row.tobytes() for row in packed]])
    number, unique = pd.factorize(keys)
    first = np.unique(number, return_index=True)[1]
    population = areas["population"].to_numpy(dtype=np.float64)[lived_in]
    residents = np.bincount(number, weights=population, minlength=len(unique)).astype(np.float64)
    return Cells(standard, ordered, reach[first], residents, codes.to_numpy(dtype=object)[first])
