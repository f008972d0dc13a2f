"""Work through access for a place: minutes by every mode, who reaches what, today and under an option, who loses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from estate.access import AccessStandard, delivering, sites_of
from estate.catchment import supply_per_head
from estate.load import load_teams
from estate.plans import Plan
from estate.reach import Limits, People, Sites, check_limits, losses, minutes_of, nearest_sites, reach_table
from estate.reach_telling import loss_sentences, reach_sentences, sources, supply_sentences
from geodata.census import Census
from geodata.errors import DataError, ToolkitError, did_you_mean
from geodata.fallback import FallbackError, detour_of, fallback_error
from geodata.load_travel import load_roads, load_travel
from geodata.network import Network, cache_folder
from geodata.place import Place
from geodata.portable import plain
from geodata.shares import compute_shares
from geodata.travel import MODE_WORDS, Mode, Travel
from geodata.variables import read_variables
from geodata.write import write_csv, write_geopackage, write_parquet, write_text
from maps.study import Say, Study, silent, with_geography, with_options, with_register, with_segments

NO_CAR = "no_car"
OPTIONS = ("joint", "each alone", "do nothing")


@dataclass(frozen=True, slots=True, eq=False)
class AccessStudy:
    """Access to the services of a place, worked through.

    Parameters
    ----------
    study
        The place with geography, register, segments, teams and, for an option, plans.
    option
        Name of the option, or None.
    people
        Who lives where.
    travels
        Minutes by mode.
    network
        The roads, or None.
    limits
        Standards by service.
    today, after
        Where each service is delivered, today and under the option.
    table, losses, nearest, supply
        Who reaches what; who loses; the nearest three sites of every area; supply for each thousand residents.
    errors
        How far the straight line would have been out, by mode.
    notes
        What could not be said, in words.
    """

    study: Study
    option: str | None
    people: People
    travels: dict[Mode, Travel]
    network: Network | None
    limits: tuple[Limits, ...]
    today: Sites
    after: Sites | None
    table: pd.DataFrame
    losses: pd.DataFrame
    nearest: pd.DataFrame
    supply: pd.DataFrame
    errors: tuple[FallbackError, ...]
    notes: tuple[str, ...]


def access_place(place: Place, *, option: str | None = None, say: Say = silent) -> AccessStudy:
    """Return access of a place today, and under one of its options.

    Parameters
    ----------
    place
        The place; ``[access]`` names the services and their standards.
    option
        ``joint`` or ``each alone``; None looks at today only.
    say
        Told what is being done.

    Raises
    ------
    DataError
        The place names no standard, or there is no such option.
    ToolkitError
        Data, roads or timetables are at fault.
    """
    if option is not None and option not in OPTIONS:
        raise DataError(
            f"--option '{option}': there is no such option.{did_you_mean(option, OPTIONS)} "
            f"Choose one of {', '.join(OPTIONS)}."
        )
    if not place.access.standards:
        raise DataError(
            f"{place.path}: [access] names no standard. Add, for each service to look at, "
            'standards = [{ service = "library", limit_min = 20 }].'
        )
    network = load_roads(place, cache=cache_folder(), say=say)  # a broken file is told before the long work
    study = with_segments(with_register(with_geography(Study(place), say=say), say=say), say=say)
    if option is not None:
        study = with_options(study, say=say)
    return access_of(study, option=option, network=network, say=say)


def access_of(
    study: Study, *, option: str | None = None, network: Network | None = None, say: Say = silent
) -> AccessStudy:
    """Return access of a place that is worked through already; see :func:`access_place`."""
    place, estate, geography = study.place, study.estate, study.geography
    if estate is None or geography is None:
        raise ValueError("access_of needs a study with a register and a geography")
    teams = load_teams(place, estate.assets) if study.teams is None else study.teams
    standards = [AccessStandard(one.service, one.limit_min, one.max_loss) for one in place.access.standards]
    limits = tuple(Limits(one.service, one.limit_min, dict(one.limits_min)) for one in place.access.standards)
    plan = next((one for one in study.plans if one.name == option), None)
    then = None if plan is None else teams.assign(asset_id=_moved(teams, plan))
    today, after = sites_of(teams, standards), None if then is None else sites_of(then, standards)
    visited = study.assets.loc[sorted(set().union(*today.values(), *(after or {}).values()))]
    network = network or load_roads(place, cache=cache_folder(), say=say)
    travels = {
        mode: load_travel(place, geography.areas, visited, mode=mode, network=network, cache=cache_folder(), say=say)
        for mode in place.travel.reported_modes()
    }
    check_limits(limits, travels)
    people, notes = _people(study, geography.areas, geography.census)
    services = [limit.service for limit in limits]
    worse = place.travel.worse_min
    lost = pd.DataFrame() if after is None else losses(people, travels, services, today, after, worse_min=worse)
    return AccessStudy(
        study=replace(study, teams=teams),
        option=option,
        people=people,
        travels=travels,
        network=network,
        limits=limits,
        today=today,
        after=after,
        table=reach_table(people, travels, limits, today, after),
        losses=lost,
        nearest=_nearest(people, travels, limits, today, study.assets["name"]),
        supply=_supply(people, travels, limits, teams, then),
        errors=_errors(geography.areas, visited, network, travels),
        notes=notes,
    )


def sentences(access: AccessStudy) -> list[str]:
    """Return what ``onetown access`` says on the screen."""
    lines = reach_sentences(access.table, option=access.option, names=_segment_names(access.study))
    if access.option is not None:
        worse = access.study.place.travel.worse_min
        lines += loss_sentences(access.losses, option=access.option, worse_min=worse)
    first = access.supply[access.supply["mode"] == next(iter(access.travels))]
    lines += supply_sentences(first, access.people.areas["population"])
    return [*lines, *access.notes, *sources(source_sentences(access))]


def source_sentences(access: AccessStudy) -> list[str]:
    """Return what the minutes of every mode rest on, what the roads lack, and how wrong the straight line would be."""
    roads = [] if access.network is None else access.network.sentences()
    return [
        *(travel.sentence() for travel in access.travels.values()),
        *roads,
        *(error.sentence() for error in access.errors),
    ]


def tell(access: AccessStudy) -> dict[str, Any]:
    """Return the shape of ``onetown access --json``."""
    told: dict[str, Any] = plain(
        {
            "option": access.option,
            "access": access.table.to_dict("records"),
            "losses": access.losses.to_dict("records"),
            "sources": [
                {"mode": mode, "quality": travel.quality, "rests_on": travel.basis(), "sentence": travel.sentence()}
                for mode, travel in access.travels.items()
            ],
            "fallback": list(access.errors),
            "notes": [*access.notes, *([] if access.network is None else access.network.sentences())],
            "seed": access.study.place.place.seed,
        }
    )
    return told


def tell_run(access: AccessStudy) -> dict[str, Any]:
    """Return what ``run.json`` says of access: all residents, the number of areas that lose, and the sources."""
    whole = tell(access)
    chosen = ("option", "sources", "fallback", "notes")
    rows = [row for row in whole["access"] if row["by"] == "all"]
    return {**{key: whole[key] for key in chosen}, "access": rows, "areas_that_lose": len(access.losses)}


def write_summary(access: AccessStudy, folder: Path) -> None:
    """Write who reaches what, who loses, and the words into a folder: the part of it that people read."""
    write_csv(access.table, folder / "access.csv", index=False)
    if access.option is not None:
        write_csv(access.losses, folder / "losses.csv", index=False)
    lines = [f"{access.study.place.place.name}: access to services", "", *sentences(access)]
    write_text("\n".join([*lines, *_attributions(access)]) + "\n", folder / "access.txt")


def write_access(access: AccessStudy, folder: Path, *, isochrones: gpd.GeoDataFrame | None = None) -> None:
    """Write tables, map layers (with those of :func:`maps.isochrones.isochrones_of`), minutes and words."""
    write_summary(access, folder)
    write_csv(access.nearest, folder / "nearest.csv", index=False)
    write_csv(access.supply, folder / "supply.csv", index=False)
    for mode, travel in access.travels.items():
        write_parquet(travel.table.assign(rests_on=travel.basis()), folder / f"travel_{mode}.parquet")
    layers = {"areas": _area_layer(access), "sites": _site_layer(access)}
    if isochrones is not None:
        layers["isochrones"] = isochrones[~isochrones.geometry.is_empty]
    write_geopackage(layers, folder / "access.gpkg")


def _segment_names(study: Study) -> dict[str, str]:
    """Return the names of the sub-clusters by their code."""
    if study.segments is None:
        return {}
    portraits = study.segments.portraits[study.segments.portraits["level"] == "sub"]
    return dict(zip(portraits["segment"].astype(str), portraits["name"].astype(str), strict=True))


def _attributions(access: AccessStudy) -> list[str]:
    return sorted({travel.attribution for travel in access.travels.values() if travel.attribution})


def _moved(teams: pd.DataFrame, plan: Plan) -> pd.Series:
    """Return where each team ends under a plan."""
    where = teams["asset_id"].astype(object).copy()
    where.update(plan.moves["to_asset"])
    return where


def _people(study: Study, areas: gpd.GeoDataFrame, census: Census) -> tuple[People, tuple[str, ...]]:
    """Return who lives where, with their segments and cars, and what the census does not say."""
    segments = None if study.segments is None else study.segments.table["sub"].astype("str")
    try:
        variable = [one for one in read_variables(census.vintage) if one.name == NO_CAR]
        cars = compute_shares(census, variable).table[NO_CAR]
    except ToolkitError:
        return People(areas, segments), ("The census table does not say who has a car: there are no figures by car.",)
    return People(areas, segments, cars), ()


def _nearest(
    people: People, travels: dict[Mode, Travel], limits: tuple[Limits, ...], today: Sites, names: pd.Series
) -> pd.DataFrame:
    """Return the nearest three sites of every area, by service and mode."""
    parts = [
        nearest_sites(travel, people.areas.index, today[limit.service]).assign(
            service=limit.service, mode=mode, rests_on=travel.basis()
        )
        for limit in limits
        for mode, travel in travels.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    table.insert(3, "name", table["asset_id"].map(names))
    return table[["service", "mode", "oa_code", "rank", "asset_id", "name", "travel_min", "rests_on"]]


def _supply(
    people: People,
    travels: dict[Mode, Travel],
    limits: tuple[Limits, ...],
    teams: pd.DataFrame,
    then: pd.DataFrame | None,
) -> pd.DataFrame:
    """Return the supply for each thousand residents of every area, by service and mode, today and under the option."""
    parts = []
    for limit in limits:
        sizes, unit = _sizes(teams, limit.service)
        later = None if then is None else _sizes(then, limit.service)[0]
        for mode, travel in travels.items():
            residents = people.areas["population"].astype(float)
            part = pd.DataFrame({"service": limit.service, "mode": mode, "oa_code": residents.index, "unit": unit})
            within = limit.of(mode)
            part["limit_min"] = within
            part["supply_today"] = supply_per_head(residents, sizes, travel, limit_min=within)[0].to_numpy()
            if later is not None:
                part["supply_option"] = supply_per_head(residents, later, travel, limit_min=within)[0].to_numpy()
            parts.append(part.assign(rests_on=travel.basis()))
    return pd.concat(parts, ignore_index=True)


def _sizes(teams: pd.DataFrame, service: str) -> tuple[pd.Series, str]:
    """Return the staff that deliver a service at each site; each site counts one where nobody is recorded."""
    chosen = teams[delivering(teams, service)]
    staff = chosen.groupby("asset_id")["fte"].sum().astype(float)
    if staff.sum() > 0:
        return staff, "full-time staff"
    return staff * 0.0 + 1.0, "sites"


def _errors(
    areas: gpd.GeoDataFrame, assets: gpd.GeoDataFrame, network: Network | None, travels: dict[Mode, Travel]
) -> tuple[FallbackError, ...]:
    """Return how wrong the straight line would have been for each mode that goes by road."""
    if network is None:
        return ()
    walk = travels.get("walk")
    detour = None if walk is None else detour_of(network, areas, assets, walk)
    found = [
        fallback_error(areas, assets, travel, detour=detour) for mode, travel in travels.items() if mode != "transit"
    ]
    return tuple(error for error in found if error is not None)


def _area_layer(access: AccessStudy) -> gpd.GeoDataFrame:
    """Return the areas with the minutes to each service by each mode, today and under the option."""
    areas = access.people.areas
    columns: dict[str, Any] = {}
    for limit in access.limits:
        for mode, travel in access.travels.items():
            name = f"{limit.service} {MODE_WORDS[mode]}"
            before = minutes_of(travel, areas.index, access.today[limit.service])
            columns[f"{name} (minutes)"] = np.where(np.isfinite(before), before, np.nan)
            if access.after is not None:
                then = minutes_of(travel, areas.index, access.after[limit.service])
                columns[f"{name} under {access.option} (minutes)"] = np.where(np.isfinite(then), then, np.nan)
    kept = areas[[name for name in ("locality", "population", "geometry") if name in areas]]
    rests = {mode: travel.basis() for mode, travel in access.travels.items()}
    layer = kept.join(pd.DataFrame(columns, index=areas.index))
    layer["rests_on"] = "; ".join(f"{MODE_WORDS[mode]}: {basis}" for mode, basis in rests.items())
    return gpd.GeoDataFrame(layer, geometry="geometry", crs=areas.crs)


def _site_layer(access: AccessStudy) -> gpd.GeoDataFrame:
    """Return the sites with the services delivered there, today and under the option."""
    assets = access.study.assets
    services: dict[str, dict[str, str]] = {"today": _listed(access.today), "option": _listed(access.after or {})}
    chosen = assets.loc[sorted(set(services["today"]) | set(services["option"])), ["name", "organisation", "geometry"]]
    for when, listed in services.items():
        if when == "today" or access.after is not None:
            chosen[f"services_{when}"] = [listed.get(str(asset), "") for asset in chosen.index]
    return chosen


def _listed(sites: Sites) -> dict[str, str]:
    """Return the services of each site, as a list in words."""
    places = sorted({asset for chosen in sites.values() for asset in chosen})
    return {asset: ", ".join(service for service, chosen in sites.items() if asset in chosen) for asset in places}
