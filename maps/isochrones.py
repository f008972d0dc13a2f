"""Isochrones of a place's services: the ground within so many minutes of them, as a layer, a page and in words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from estate.reach import Sites, minutes_of
from geodata.errors import DataError
from geodata.load_rasters import grid_around
from geodata.load_travel import load_isochrones
from geodata.network import cache_folder
from geodata.portable import plain
from geodata.rasters import burn
from geodata.travel import MODE_WORDS, Mode
from maps.accessing import AccessStudy
from maps.base import save_map
from maps.county import build_map
from maps.study import Say, silent
from maps.surface import LONGEST_PX, RISING, ClassOf, Surface

LEAST_CELL_M = 50.0
TODAY = "today"


def isochrones_of(access: AccessStudy, minutes: Sequence[float], *, say: Say = silent) -> gpd.GeoDataFrame:
    """Return the ground from which each service is reached within so many minutes, today and under the option.

    Parameters
    ----------
    access
        Access as worked through; its modes but public transport.
    minutes
        How long the journey may take.
    say
        Told what is being done.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per service, mode, time and number of minutes, in BNG: ``service``, ``mode``, ``when`` (``today`` or the
        option), ``minutes``, ``residents`` (within them by the table of minutes), ``km2``, ``rests_on``.

    Raises
    ------
    DataError
        The minutes are more than the longest journey looked for.
    ToolkitError
        Roads are at fault.
    """
    longest = access.study.place.travel.limit_min
    beyond = [f"{number:g}" for number in minutes if number > longest]
    if beyond:
        raise DataError(
            f"--isochrones {', '.join(beyond)}: the longest journey looked for is {longest:g} minutes. Raise [travel] "
            "limit_min, or ask for less."
        )
    areas = access.people.areas
    times: list[tuple[str, Sites]] = [(TODAY, access.today)]
    if access.after is not None and access.option is not None:
        times.append((access.option, access.after))
    rows: list[dict[str, Any]] = []
    for limit in access.limits:
        for mode in access.travels:
            for when, sites in times:
                say(f"Drawing the ground around {limit.service} {MODE_WORDS[mode]}, {when}")
                whose = {"service": limit.service, "mode": mode, "when": when}
                rows += [{**whose, **row} for row in _rows(access, sites[limit.service], minutes, mode, say)]
    columns = ["service", "mode", "when", "minutes", "residents", "km2", "rests_on", "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=areas.crs).rename_axis("row")


def _rows(
    access: AccessStudy, sites: Collection[str], minutes: Sequence[float], mode: Mode, say: Say
) -> list[dict[str, Any]]:
    """Return one row for each number of minutes; none by public transport."""
    if not minutes:
        return []
    points, travel = gpd.GeoSeries(access.study.assets.geometry[sorted(sites)]), access.travels[mode]
    found = load_isochrones(
        access.study.place, points, minutes, mode=mode, network=access.network, cache=cache_folder(), say=say
    )
    taken = minutes_of(travel, access.people.areas.index, sites)
    rows = []
    for number, ground in () if found is None else found.items():
        limit = float(str(number))
        rows.append(
            {
                "minutes": limit,
                "residents": float(access.people.residents()[taken <= limit].sum()),
                "km2": ground.area / 1e6,
                "rests_on": travel.basis(),
                "geometry": ground,
            }
        )
    return rows


def isochrone_sentences(layer: gpd.GeoDataFrame) -> list[str]:
    """Return how many residents live within, in one sentence a row; the word indicative stands where it must."""
    lines = []
    for row in layer.drop(columns="geometry").to_dict("records"):
        when = TODAY if row["when"] == TODAY else f"under '{row['when']}'"
        lines.append(
            f"Within {row['minutes']:g} minutes of {row['service']} {MODE_WORDS[row['mode']]}, {when}: "
            f"{row['residents']:,.0f} residents on {row['km2']:,.0f} km² [{row['rests_on']}]."
        )
    return lines


def tell_isochrones(layer: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return the isochrones without their outlines, as plain values."""
    told: list[dict[str, Any]] = plain(layer.drop(columns="geometry").to_dict("records"))
    return told


def draw_isochrones(access: AccessStudy, layer: gpd.GeoDataFrame, path: Path) -> None:
    """Draw the isochrones over the areas, one switch for each service, mode and time."""
    place, sites = access.study.place, sorted({site for chosen in access.today.values() for site in chosen})
    boundaries = place.boundaries
    owed = sorted({travel.attribution for travel in access.travels.values() if travel.attribution})
    page = build_map(
        title=f"{place.place.name}: ground within reach",
        areas=access.people.areas,
        segments=None,
        assets=access.study.assets.loc[sites],
        attribution="; ".join([*([] if boundaries is None else [boundaries.attribution]), *owed]),
        made_up=place.place.made_up,
        notes=[*isochrone_sentences(layer), *(travel.sentence() for travel in access.travels.values())],
        surfaces=_surfaces(access, layer),
        surface_shown=0,
    )
    save_map(page, path)


def _surfaces(access: AccessStudy, layer: gpd.GeoDataFrame) -> list[Surface]:
    """Return one picture for each service, mode and time, the shortest minutes on top."""
    shapes = access.people.areas.geometry
    drawn = access.people.areas[~(shapes.isna() | shapes.is_empty)]
    west, south, east, north = drawn.total_bounds
    grid = grid_around(drawn, cell_m=max(LEAST_CELL_M, float(np.ceil(max(east - west, north - south) / LONGEST_PX))))
    pictures = []
    for keys, rows in layer.groupby(["service", "mode", "when"], sort=False):
        service, mode, when = (str(key) for key in keys)
        limits = rows["minutes"].to_numpy(dtype=np.float64)
        colours = [RISING[round(at)] for at in np.linspace(len(RISING) - 1, 0, len(limits))]
        legend = tuple(
            ClassOf(f"within {limit:g} minutes: {people:,.0f} residents", colour)
            for limit, people, colour in zip(limits, rows["residents"], colours, strict=True)
        )
        # the last burnt wins: the widest first
        numbers = burn(gpd.GeoSeries(rows.geometry[::-1]), np.arange(len(rows), 0, -1, dtype=np.float64), grid)
        name = f"{service} {MODE_WORDS[mode]}" + ("" if when == TODAY else f", {when}")
        note = next(travel.sentence() for key, travel in access.travels.items() if key == mode)
        pictures.append(Surface(name, note, legend, np.nan_to_num(numbers).astype(np.uint8), grid))
    return pictures
