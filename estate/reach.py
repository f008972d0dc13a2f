"""Who reaches which service in how long, by every mode, today and under an option, and who loses by it.

Every resident counts at the point of the area they live in, for the nearest place where the service is delivered. Those
beyond the longest journey looked for count with that longest journey: their true minutes are more.

People without a car do not drive. The mode ``own means`` takes each household by what it has: a car where it has one,
else public transport where a timetable is known, else its feet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estate.access import natural_order
from estate.segment_losses import ALL
from geodata.errors import DataError
from geodata.travel import Mode, Travel

Floats = NDArray[np.float64]

OWN_MEANS = "own means"
WITH_CAR, WITHOUT_CAR = "households with a car", "households without a car"
NEAREST = 3
MEASURES = ("share_within", "mean_min", "p90_min", "share_out_of_reach")


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Who lives where, and to which groups they belong.

    Parameters
    ----------
    areas
        Indexed by ``oa_code``, with ``population``; ``locality`` where known.
    segments
        Segment of each area as text, indexed by ``oa_code``, or None.
    without_car
        Share of households without a car or van, indexed by ``oa_code``, or None where the census does not say.
    """

    areas: gpd.GeoDataFrame
    segments: pd.Series | None = None
    without_car: pd.Series | None = None

    def residents(self) -> Floats:
        """Return residents by area, shape (n_areas,)."""
        return self.areas["population"].to_numpy(dtype=np.float64)

    def carless(self) -> Floats | None:
        """Return the share of residents without a car by area; areas that do not say take the share of all."""
        if self.without_car is None:
            return None
        share = self.without_car.reindex(self.areas.index).to_numpy(dtype=np.float64)
        known = np.isfinite(share)
        if not known.any():
            return None
        usual = float(np.average(share[known], weights=np.maximum(self.residents()[known], 1e-9)))
        return np.where(known, share, usual)

    def groups(self) -> Iterator[tuple[str, str, Floats]]:
        """Yield every group: by what, its name, and how many of each area's residents are in it."""
        residents = self.residents()
        yield ("all", ALL, residents)
        kinds = {"segment": self.segments, "locality": self.areas.get("locality")}
        for kind, codes in kinds.items():
            if codes is None:
                continue
            names = codes.reindex(self.areas.index).astype(object)
            for name in sorted(set(names.dropna()), key=natural_order):
                yield (kind, str(name), residents * names.eq(name).to_numpy(dtype=np.float64))
        carless = self.carless()
        if carless is not None:
            yield ("cars", WITH_CAR, residents * (1 - carless))
            yield ("cars", WITHOUT_CAR, residents * carless)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many minutes to a service are acceptable.

    Parameters
    ----------
    service
        Name of the service.
    limit_min
        Minutes by any mode.
    by_mode
        Other limits for some modes.
    """

    service: str
    limit_min: float
    by_mode: Mapping[Mode, float]

    def of(self, mode: str) -> float:
        """Return the limit of a mode (minutes); ``own means`` has that of any mode."""
        return {**self.by_mode}.get(mode, self.limit_min)  # type: ignore[call-overload, no-any-return]


Sites = Mapping[str, Collection[str]]


def minutes_of(travel: Travel, areas: pd.Index, sites: Collection[str]) -> Floats:
    """Return the minutes to the nearest site from each area, shape (n_areas,), infinite where none is in reach."""
    table = travel.table["travel_min"]
    rows = table[table.index.get_level_values("destination").isin(list(sites))]
    return rows.groupby(level="origin").min().reindex(areas).fillna(np.inf).to_numpy(dtype=np.float64)


def nearest_sites(travel: Travel, areas: pd.Index, sites: Collection[str], *, n: int = NEAREST) -> pd.DataFrame:
    """Return the nearest sites of each area.

    Parameters
    ----------
    travel
        Travel times of one mode.
    areas
        Area codes.
    sites
        Ids of the assets where the service is delivered.
    n
        How many of them.

    Returns
    -------
    pandas.DataFrame
        ``oa_code``, ``rank`` (1 is nearest), ``asset_id``, ``travel_min``; no row where fewer are in reach.
    """
    table = travel.table.reset_index()
    table = table[table["destination"].isin(list(sites)) & table["origin"].isin(areas)]
    ordered = table.sort_values(["origin", "travel_min", "destination"], kind="stable")
    ordered["rank"] = ordered.groupby("origin").cumcount() + 1
    chosen = ordered[ordered["rank"] <= n]
    order = np.argsort(areas.get_indexer(pd.Index(chosen["origin"])), kind="stable")
    renamed = chosen.iloc[order].rename(columns={"origin": "oa_code", "destination": "asset_id"})
    return renamed[["oa_code", "rank", "asset_id", "travel_min"]].reset_index(drop=True)


def reach_table(
    people: People,
    travels: Mapping[Mode, Travel],
    limits: Sequence[Limits],
    today: Sites,
    after: Sites | None = None,
) -> pd.DataFrame:
    """Return how well residents reach each service, by mode and group, today and under an option.

    Parameters
    ----------
    people
        Who lives where.
    travels
        Travel times by mode.
    limits
        One per service to report on.
    today, after
        Asset ids where each service is delivered, today and under the option (None: no option).

    Returns
    -------
    pandas.DataFrame
        One row per service, mode and group: ``service``, ``mode``, ``by`` (all, segment, locality, cars), ``group``,
        ``residents``, ``limit_min``; ``share_within`` (share of residents within the limit), ``mean_min``, ``p90_min``
        (minutes to the nearest place; nine residents in ten need no more) and ``share_out_of_reach`` (share beyond the
        longest journey looked for, who count with that), each with ``_today`` and, with an option, ``_option``;
        ``rests_on`` (network, timetable or indicative).
    """
    rows: list[dict[str, object]] = []
    for limit in limits:
        for mode, parts in _parts(people, travels):
            before = _minutes(parts, travels, people.areas.index, today[limit.service])
            then = None if after is None else _minutes(parts, travels, people.areas.index, after[limit.service])
            longest = max(travels[part].limit_min for part, _ in parts)
            for by, group, weights in _groups_of(people, mode):
                shares = np.concatenate([weights * share for _, share in parts])
                figures = {"residents": float(shares.sum()), "limit_min": limit.of(mode)}
                row = {"service": limit.service, "mode": mode, "by": by, "group": group, **figures}
                row |= _named(summarise(before, shares, limit.of(mode), longest), "today")
                if then is not None:
                    row |= _named(summarise(then, shares, limit.of(mode), longest), "option")
                rows.append({**row, "rests_on": _rests_on(travels, [part for part, _ in parts])})
    return pd.DataFrame(rows)


def summarise(minutes: Floats, weights: Floats, limit_min: float, longest_min: float) -> dict[str, float]:
    """Return share within a limit, mean, 90th percentile and share out of reach of weighted residents.

    Parameters
    ----------
    minutes
        To the nearest place, infinite where out of reach, shape (n,).
    weights
        Residents, shape (n,).
    limit_min
        The standard (minutes).
    longest_min
        What those out of reach count with (minutes).

    Examples
    --------
    >>> summarise(np.array([5.0, 20.0, np.inf]), np.array([8.0, 1.0, 1.0]), 10.0, 60.0)
    {'share_within': 0.8, 'mean_min': 12.0, 'p90_min': 20.0, 'share_out_of_reach': 0.1}
    """
    total = float(weights.sum())
    if total <= 0:
        return dict.fromkeys(MEASURES, float("nan"))
    counted = np.minimum(minutes, longest_min)
    order = np.argsort(counted, kind="stable")
    at = int(np.searchsorted(np.cumsum(weights[order]), 0.9 * total * (1 - 1e-12)))
    return {
        "share_within": float(weights[minutes <= limit_min].sum()) / total,
        "mean_min": float((counted * weights).sum()) / total,
        "p90_min": float(counted[order][min(at, len(order) - 1)]),
        "share_out_of_reach": float(weights[~np.isfinite(minutes)].sum()) / total,
    }


def losses(
    people: People,
    travels: Mapping[Mode, Travel],
    services: Sequence[str],
    today: Sites,
    after: Sites,
    *,
    worse_min: float,
) -> pd.DataFrame:
    """Return the areas whose way to a service grows by more than some minutes, most residents first.

    Parameters
    ----------
    people, travels, today, after
        As for :func:`reach_table`.
    services
        Services to look at.
    worse_min
        Minutes.

    Returns
    -------
    pandas.DataFrame
        ``service``, ``mode``, ``oa_code``, ``locality``, ``residents``, ``today_min``, ``option_min`` (missing where
        the service goes out of reach), ``loss_min`` (then at least this), ``rests_on``.
    """
    areas, found = people.areas, []
    for service in services:
        for mode, travel in travels.items():
            before = minutes_of(travel, areas.index, today[service])
            then = minutes_of(travel, areas.index, after[service])
            loss = np.minimum(then, travel.limit_min) - np.minimum(before, travel.limit_min)
            worse = (loss > worse_min) | (np.isfinite(before) & ~np.isfinite(then))
            found.append(
                pd.DataFrame(
                    {
                        "service": service,
                        "mode": mode,
                        "oa_code": areas.index[worse],
                        "locality": areas["locality"].to_numpy()[worse] if "locality" in areas else "",
                        "residents": people.residents()[worse],
                        "today_min": before[worse],
                        "option_min": np.where(np.isfinite(then), then, np.nan)[worse],
                        "loss_min": loss[worse],
                        "rests_on": travel.basis(),
                    }
                )
            )
    table = pd.concat(found, ignore_index=True)
    order = ["residents", "loss_min", "oa_code", "service", "mode"]
    return table.sort_values(order, ascending=[False, False, True, True, True], ignore_index=True)


def check_limits(limits: Sequence[Limits], travels: Mapping[Mode, Travel]) -> None:
    """Raise where a standard asks about longer journeys than were looked for.

    Raises
    ------
    DataError
        All standards are named at once.
    """
    longest = min((travel.limit_min for travel in travels.values()), default=np.inf)
    beyond = [
        f"'{limit.service}' {mode} {limit.of(mode):g}"
        for limit in limits
        for mode in travels
        if limit.of(mode) > longest
    ]
    if beyond:
        raise DataError(
            f"[access] standards: {', '.join(beyond)} minutes are beyond the longest journey looked for, {longest:g} "
            "minutes. Raise [travel] limit_min."
        )


def _parts(people: People, travels: Mapping[Mode, Travel]) -> Iterator[tuple[str, list[tuple[Mode, Floats]]]]:
    """Yield each mode with the modes it is made of and the share of every area's residents that go by them."""
    everybody = np.ones(len(people.areas))
    for mode in travels:
        yield mode, [(mode, everybody)]
    carless = people.carless()
    other: Mode | None = next((mode for mode in ("transit", "walk") if mode in travels), None)
    if carless is not None and "drive" in travels and other is not None:
        yield OWN_MEANS, [("drive", 1 - carless), (other, carless)]


def _groups_of(people: People, mode: str) -> Iterator[tuple[str, str, Floats]]:
    """Yield the groups of a mode; by their own means, those with and without a car stand in their own modes' rows."""
    for by, group, weights in people.groups():
        if not (mode == OWN_MEANS and by == "cars"):
            yield by, group, weights


def _minutes(
    parts: Sequence[tuple[Mode, Floats]], travels: Mapping[Mode, Travel], areas: pd.Index, sites: Collection[str]
) -> Floats:
    return np.concatenate([minutes_of(travels[mode], areas, sites) for mode, _ in parts])


def _named(figures: Mapping[str, float], when: str) -> dict[str, float]:
    return {f"{name}_{when}": value for name, value in figures.items()}


def _rests_on(travels: Mapping[Mode, Travel], modes: Sequence[Mode]) -> str:
    return " and ".join(dict.fromkeys(travels[mode].basis() for mode in modes))
