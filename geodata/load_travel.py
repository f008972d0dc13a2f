"""Load the minutes that ``[travel]`` of a ``place.toml`` asks for, from the best that it names.

Timetables for public transport, roads for the others, and where there are none the straight line, whose result says
that it is indicative.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geodata.gtfs import read_feed
from geodata.isochrones import network_isochrones, straight_isochrones
from geodata.journeys import network_travel
from geodata.network import Network, cache_folder, load_network
from geodata.place import Place
from geodata.shortest import Progress
from geodata.timetable import build_timetable
from geodata.travel import MODE_WORDS, Mode, Travel, straight_line_travel
from geodata.walking import RoadWalker, StraightWalker

if TYPE_CHECKING:
    from geodata.turn_costs import TurnCosts

Say = Callable[[str], None]


def silent(_: str) -> None:
    """Say nothing."""


def load_roads(place: Place, *, cache: Path | None = None, say: Say = silent) -> Network | None:
    """Return the road network that a place names, or None.

    Raises
    ------
    ToolkitError
        Roads or speeds are at fault.
    """
    choice = place.travel
    if choice.roads is None:
        return None
    say(f"Reading the roads of {choice.roads}")
    speeds = None if choice.speeds is None else place.find(choice.speeds)
    network = load_network(place.find(choice.roads), speeds=speeds, cache=cache, name=choice.roads)
    if not place.place.made_up:
        return network
    # nobody holds rights in roads that do not exist
    return replace(network, attribution="", kind=f"made up, in the form of {network.kind}")


def load_travel(
    place: Place,
    areas: gpd.GeoDataFrame,
    assets: gpd.GeoDataFrame,
    *,
    mode: Mode | None = None,
    network: Network | None = None,
    cache: Path | None = None,
    say: Say = silent,
) -> Travel:
    """Return minutes from areas to assets by the best source that ``[travel]`` names for a mode.

    Parameters
    ----------
    place
        The place.
    areas, assets
        Indexed by ``oa_code`` (with ``point``) and ``asset_id``, BNG.
    mode
        By default ``[travel] mode``.
    network
        The roads, where they are loaded already.
    cache
        Folder to keep networks and unfinished journeys in; None keeps nothing.
    say
        Told what is being done.

    Raises
    ------
    ToolkitError
        Roads, timetables or points are at fault.
    """
    choice = place.travel
    mode = mode or choice.mode
    network = network or load_roads(place, cache=cache, say=say)
    if mode == "transit":
        return _by_timetable(place, areas, assets, network, say)
    if network is None:
        # detour and speed in place.toml are those of the plan's own mode
        own = mode == choice.mode
        return straight_line_travel(
            areas,
            assets,
            mode=mode,
            detour=choice.detour if own else None,
            speed_kmh=choice.speed_kmh if own else None,
            limit_min=choice.limit_min,
        )
    say(f"Measuring times {MODE_WORDS[mode]} from {len(areas):,} areas to {len(assets):,} buildings")
    return network_travel(
        areas,
        assets,
        network,
        mode=mode,
        limit_min=choice.limit_min,
        snap_m=choice.snap_m,
        cache=cache,
        progress=_progress(say),
        engine=None if choice.engine == "dijkstra" else _turn_costs(place, cache, say),
    )


def load_isochrones(
    place: Place,
    sites: gpd.GeoSeries,
    minutes: Sequence[float],
    *,
    mode: Mode,
    network: Network | None = None,
    cache: Path | None = None,
    say: Say = silent,
) -> gpd.GeoSeries | None:
    """Return the ground from which a site is reached within so many minutes, by the source of :func:`load_travel`.

    Parameters
    ----------
    place
        The place.
    sites
        Points in BNG.
    minutes
        How long the journey may take.
    mode
        None of public transport: there the answer is None.
    network, cache, say
        As for :func:`load_travel`.
    """
    choice = place.travel
    if mode == "transit":
        return None
    if network is None:
        own = mode == choice.mode
        detour, speed = (choice.detour, choice.speed_kmh) if own else (None, None)
        return straight_isochrones(sites, mode=mode, minutes=minutes, detour=detour, speed_kmh=speed)
    if choice.engine == "dijkstra":
        return network_isochrones(sites, network, mode=mode, minutes=minutes, snap_m=choice.snap_m)
    engine = _turn_costs(place, cache, say)
    ordered = sorted(set(minutes))
    found = [[engine.isochrone(site, mode=mode, minutes=limit) for site in sites] for limit in ordered]
    return gpd.GeoSeries([gpd.GeoSeries(shapes).union_all() for shapes in found], ordered, sites.crs)


def _turn_costs(place: Place, cache: Path | None, say: Say) -> TurnCosts:
    """Return Valhalla on the roads of the place."""
    from geodata.turn_costs import load_turn_costs  # noqa: PLC0415 - only this needs the extra `routing`

    say("Making Valhalla's tiles of the roads, where they are not kept from before")
    return load_turn_costs(place.find(str(place.travel.roads)), cache=cache or cache_folder())


def _by_timetable(
    place: Place, areas: gpd.GeoDataFrame, assets: gpd.GeoDataFrame, network: Network | None, say: Say
) -> Travel:
    """Return minutes by public transport, with walks on the roads where there are roads."""
    from geodata.transit import Departures, transit_travel  # noqa: PLC0415 - only this needs the extra `transit`

    choice = place.travel
    say(f"Reading {'timetables' if len(choice.timetables) > 1 else 'the timetable'} {', '.join(choice.timetables)}")
    feeds = [read_feed(place.find(name), name=name) for name in choice.timetables]
    timetable = build_timetable(feeds, bounds=_bounds(areas, assets), day=choice.date)
    for line in (timetable.sentence(), *timetable.notes):
        say(f"  {line}")
    first_s, last_s = choice.departures_s()
    say(f"Measuring times {MODE_WORDS['transit']} from {len(areas):,} areas to {len(assets):,} buildings")
    return transit_travel(
        areas,
        assets,
        timetable,
        StraightWalker() if network is None else RoadWalker(network),
        departures=Departures(first_s, last_s, choice.every_min, choice.walk_min),
        limit_min=choice.limit_min,
        progress=_progress(say),
        attribution="" if network is None else network.attribution,
    )


def _bounds(areas: gpd.GeoDataFrame, assets: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    """Return west, south, east and north of areas and buildings (BNG, metres)."""
    ends = pd.concat([gpd.GeoSeries(areas["point"]), assets.geometry])
    west, south, east, north = gpd.GeoSeries(ends).total_bounds
    return float(west), float(south), float(east), float(north)


def _progress(say: Say) -> Progress:
    """Return a progress function that speaks at every tenth of a long search."""
    told = [0]

    def progress(done: int, of: int) -> None:
        tenth = 10 * done // of
        if told[-1] < tenth < 10 and of > 64:
            told.append(tenth)
            say(f"  {done:,} of {of:,} searches")

    return progress
