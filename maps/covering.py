"""Work through response cover for a place: stations, candidates, minutes, demand, then the questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from estate.cover import BEYOND, GAINS, LOSES, STAYS, CoverChange, Ground, compare_cover, with_demand
from estate.cover_choice import Best, Pins, best_stations
from estate.cover_telling import best_table, cover_sentences, tell_cover
from estate.load import load_register
from estate.programme import Mask
from estate.words import uses
from geodata.demand import read_demand
from geodata.errors import DataError, did_you_mean, examples
from geodata.grid import Raster
from geodata.load import Geography, load_geography, load_postcodes
from geodata.load_rasters import grid_around
from geodata.load_travel import load_travel
from geodata.network import cache_folder
from geodata.place import AssetSource, Place
from geodata.place_cover import CoverChoice
from geodata.rasters import burn
from geodata.travel import Travel
from geodata.write import write_csv, write_geopackage, write_json
from maps.base import save_map
from maps.county import build_map
from maps.study import Say, silent
from maps.surface import LONGEST_PX, ClassOf, Surface, surface_of

CANDIDATE = "candidate"
COVER_COLOURS = ((STAYS, "#a9c9e8"), (GAINS, "#0b6e4f"), (LOSES, "#b3261e"), (BEYOND, "#f2d9a0"))
COVER_MINUTES = (3, 5, 8, 10, 12, 15, 20, 30)
LEAST_CELL_M = 50.0
SITE_COLUMNS = ["name", "organisation", "use", "today", "geometry"]


@dataclass(frozen=True, slots=True, eq=False)
class CoverStudy:
    """Response cover of a place, worked through.

    Parameters
    ----------
    place, choice
        The place, and the questions put to it.
    geography, sites, travel
        Areas; stations and candidates in BNG, indexed by id; the minutes used.
    ground, change, best
        What the questions are put to; today beside after; the best stations by each question.
    n_open, pins
        Number of stations and sites decided beforehand in the best choices.
    left_out
        Names of stations and candidates without a place on the map.
    """

    place: Place
    choice: CoverChoice
    geography: Geography
    sites: gpd.GeoDataFrame
    travel: Travel
    ground: Ground
    change: CoverChange
    best: tuple[Best, ...]
    n_open: int
    pins: Pins
    left_out: tuple[str, ...]


def with_cover(place: Place, choices: Mapping[str, object]) -> Place:
    """Return the place with the choices of the command line, where given, in the place of ``[cover]``'s."""
    given = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in choices.items()
        if value is not None and value != []
    }
    return place.model_copy(update={"cover": place.cover.model_copy(update=given)})


def cover_place(place: Place, *, seconds: float = 60.0, say: Say = silent) -> CoverStudy:
    """Return response cover of a place by its ``[cover]``.

    Raises
    ------
    ToolkitError
        Lists, demand or names are at fault, or no choice of stations keeps the pins.
    """
    choice = place.cover
    _check_uses(choice)
    say("Reading census and boundaries")
    geography = load_geography(place)
    sites, left_out = _sites(place, choice, geography, say)
    after, pins, n_open = _decided(sites, choice)
    travel = load_travel(place, geography.areas, sites, cache=cache_folder(), say=say)
    ground = _ground(place, choice, geography.areas, sites, travel)
    change = compare_cover(ground, after)
    say(f"Looking for the best {n_open} of {len(sites)} sites, at most {seconds:g} s")
    best = best_stations(ground, n_open, pins, seconds=seconds, seed=place.place.seed)
    return CoverStudy(place, choice, geography, sites, travel, ground, change, best, n_open, pins, left_out)


def _check_uses(choice: CoverChoice) -> None:
    known = set(uses())
    strange = [use for use in (*choice.uses, *choice.candidate_uses) if use not in known]
    if strange:
        hints = " ".join(f"'{use}' is no use of the register.{did_you_mean(use, known)}" for use in strange)
        raise DataError(f"cover: {hints} Uses are {', '.join(sorted(known))}.")


def _sites(
    place: Place, choice: CoverChoice, geography: Geography, say: Say
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return stations of today and candidates, each once, and the names of those without a point."""
    postcodes = load_postcodes(place)
    assets = load_register(place, postcodes=postcodes, extent=geography.outline, say=say).assets
    today = assets[assets["use"].isin(choice.uses)].assign(today=True)
    could = assets[assets["use"].isin(choice.candidate_uses) & ~assets.index.isin(today.index)].assign(today=False)
    parts = [today, could]
    if choice.candidates:
        source = AssetSource(file=choice.candidates, use="other", organisation=CANDIDATE)
        listed = load_register(place.model_copy(update={"assets": (source,)}), postcodes=postcodes, say=say)
        if len(listed.set_aside):
            faults = [fault.sentence() for fault in listed.faults if fault.severity == "set_aside"]
            raise DataError(f"candidates: {examples(faults, total=len(listed.set_aside) + len(listed.assets))}")
        more = listed.assets[~listed.assets.index.isin(assets.index)]
        parts.append(more.assign(today=False, use=CANDIDATE))
    sites = gpd.GeoDataFrame(pd.concat([part[SITE_COLUMNS] for part in parts]), geometry="geometry", crs=assets.crs)
    placed = ~(sites.geometry.isna() | sites.geometry.is_empty)
    if not sites["today"].any() and not len(sites):
        raise DataError(
            f"cover: no building of the place is used as {' or '.join(choice.uses)}, and no candidate is named. "
            'Say which uses are stations (--use "fire station"), or name candidates.'
        )
    return sites[placed], tuple(sites.loc[~placed, "name"].astype("str"))


def _decided(sites: gpd.GeoDataFrame, choice: CoverChoice) -> tuple[Mask, Pins, int]:
    """Return the stations open afterwards, the pins of the best choice and its number of stations."""
    today = sites["today"].to_numpy(dtype=np.bool_)
    among = {"open": ~today, "close": today}
    masks = {
        key: _named(sites, getattr(choice, key), key, among=among.get(key))
        for key in ("open", "close", "required", "forbidden")
    }
    faults = _contradictions(sites, masks, today)
    if faults:
        raise DataError("cover: " + " ".join(faults))
    after = (today & ~masks["close"]) | masks["open"]
    required = masks["required"]
    if choice.more is not None:
        required = required | (after & ~masks["forbidden"])
        return after, Pins(required, masks["forbidden"]), int(after.sum()) + choice.more
    return after, Pins(required, masks["forbidden"]), choice.stations or max(int(after.sum()), 1)


def _contradictions(sites: gpd.GeoDataFrame, masks: dict[str, Mask], today: Mask) -> list[str]:
    names = sites["name"].astype("str").to_numpy()
    wrong = (
        (masks["open"] & masks["close"], "opens and closes at once. Take it from one of the two"),
        (masks["open"] & today, "is a station already and cannot open. Leave it out of open"),
        (masks["close"] & ~today, "is not a station today and cannot close. Leave it out of close"),
        (masks["required"] & masks["forbidden"], "is required and forbidden. Take it from one of the two"),
    )
    return [f"'{name}' {what}." for mask, what in wrong for name in names[mask]]


def _named(sites: gpd.GeoDataFrame, wanted: tuple[str, ...], key: str, *, among: Mask | None = None) -> Mask:
    """Return True for the sites of these ids or names; of several with one name, those among which it makes sense.

    Raises
    ------
    DataError
        A name is unknown, or stands for several sites.
    """
    mask = np.zeros(len(sites), dtype=np.bool_)
    ids, names = sites.index.astype("str"), sites["name"].astype("str").str.strip().str.casefold()
    faults = []
    for word in wanted:
        plain = word.strip().casefold()
        own = ids.str.rsplit("/", n=1).str[-1].str.casefold() == plain  # the body's own reference
        hit = (ids == word) | (names == plain).to_numpy() | own
        hit = hit & among if among is not None and (hit & among).any() else hit
        if hit.sum() == 1:
            mask |= hit
        elif hit.any():
            faults.append(
                f"'{word}' is the name of {int(hit.sum())} sites: give one of the ids {examples(list(ids[hit]))}."
            )
        else:
            hint = did_you_mean(word, [*sites["name"].astype("str"), *ids])
            faults.append(f"'{word}' is no station or candidate.{hint}")
    if faults:
        raise DataError(f"cover, {key}: {' '.join(faults)}")
    return mask


def _ground(
    place: Place, choice: CoverChoice, areas: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, travel: Travel
) -> Ground:
    ground = Ground(
        areas=areas.index,
        demand=areas["population"].fillna(0.0).to_numpy(dtype=np.float64),
        counted="residents",
        sites=pd.DataFrame(sites.drop(columns="geometry")),
        minutes=travel.matrix(areas.index, sites.index),
        within_min=choice.within_min,
        limit_min=travel.limit_min,
        indicative=travel.quality != "measured",
    )
    if choice.demand is None:
        return ground
    demand = read_demand(place.find(choice.demand), areas.index, counted=choice.counted)
    return with_demand(ground, demand, counted=choice.counted)


def tell(study: CoverStudy) -> dict[str, Any]:
    """Return the shape of ``onetown cover --json``."""
    told = tell_cover(study.ground, study.change, study.best, study.n_open)
    return {
        "place": study.place.place.name,
        **told,
        "travel": study.travel.sentence(),
        "not_placed": list(study.left_out),
        "seed": study.place.place.seed,
    }


def sentences(study: CoverStudy) -> list[str]:
    """Return response cover in words."""
    lines = cover_sentences(study.ground, study.change, study.best, study.n_open)
    if study.left_out:
        shown = examples(list(study.left_out))
        lines.append(f"Left out, because no list says where they are: {shown}.")
    return [*lines, study.travel.sentence()]


def write_cover(study: CoverStudy, folder: Path) -> None:
    """Write cover by area and by station, the best choices, a GeoPackage and ``cover.json``.

    Every table says in ``rests_on`` what its minutes rest on.
    """
    basis = study.travel.basis()
    by_area, by_station = (table.assign(rests_on=basis) for table in (study.change.areas, study.change.stations))
    write_csv(by_area, folder / "cover_areas.csv")
    write_csv(by_station, folder / "cover_stations.csv")
    answers = best_table(study.ground, study.best, study.n_open).assign(rests_on=basis)
    write_csv(answers, folder / "cover_best.csv", index=False)
    areas = study.geography.areas
    shapes = gpd.GeoDataFrame(by_area, geometry=areas.geometry, crs=areas.crs)
    stations = gpd.GeoDataFrame(by_station, geometry=study.sites.geometry, crs=study.sites.crs)
    chosen = {f"best_{best.question.replace(' ', '_')}": best.opened for best in study.best}
    write_geopackage({"cover": shapes, "stations": stations.assign(**chosen)}, folder / "cover.gpkg")
    write_json(tell(study), folder / "cover.json")
    draw_cover(study, folder / "cover.html")


def draw_cover(study: CoverStudy, path: Path) -> None:
    """Draw who is within, newly within, no longer within and beyond the standard, and the minutes, on one page."""
    place, boundaries = study.place, study.place.boundaries
    page = build_map(
        title=f"{place.place.name}: within {study.choice.within_min:g} minutes",
        areas=study.geography.areas,
        segments=None,
        assets=study.sites.assign(status=study.change.stations["role"]),
        attribution="" if boundaries is None else boundaries.attribution,
        made_up=place.place.made_up,
        notes=sentences(study),
        surfaces=_surfaces(study, any_change=bool(study.choice.open or study.choice.close)),
        surface_shown=0,
    )
    save_map(page, path)


def _surfaces(study: CoverStudy, *, any_change: bool) -> list[Surface]:
    """Return the surface of cover and those of minutes, areas by areas."""
    shapes, table = study.geography.areas.geometry, study.change.areas
    drawn = study.geography.areas[~(shapes.isna() | shapes.is_empty)]
    west, south, east, north = drawn.total_bounds
    grid = grid_around(drawn, cell_m=max(LEAST_CELL_M, float(np.ceil(max(east - west, north - south) / LONGEST_PX))))
    number = table["change"].map({kind: place for place, (kind, _) in enumerate(COVER_COLOURS, start=1)})
    classes = np.nan_to_num(burn(shapes, np.asarray(number, dtype=np.float64), grid)).astype(np.uint8)
    counted = study.ground.counted
    legend = tuple(
        ClassOf(f"{kind}: {study.change.demand_of(kind):,.0f} {counted}", colour) for kind, colour in COVER_COLOURS
    )
    note = f"Areas by whether a station is within {study.choice.within_min:g} minutes. {study.travel.sentence()}"
    minutes = [("Minutes today", "before_min"), *([("Minutes after", "after_min")] if any_change else [])]
    return [
        Surface("Cover", note, legend, classes, grid),
        *(
            surface_of(
                Raster(burn(shapes, np.asarray(table[column], dtype=np.float64), grid), grid, "minutes", ""),
                name=name, note=study.travel.sentence(), breaks=COVER_MINUTES,
            )
            for name, column in minutes
        ),
    ]  # fmt: skip
