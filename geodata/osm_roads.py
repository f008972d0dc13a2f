"""Read the streets of an OpenStreetMap extract (``.osm.pbf``) with osmium.

Data © OpenStreetMap contributors, Open Database Licence: whoever shows results must say so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import numpy as np
import osmium

from geodata.crs import bng_from_lonlat
from geodata.errors import SourceError
from geodata.links import Chains
from geodata.osm_rules import Both, stopped_modes, way_speeds
from geodata.road_speeds import SpeedTable

#: Tags that decide how a way is gone along.
TAGS = ("highway", "maxspeed", "maxspeed:forward", "maxspeed:backward", "oneway", "oneway:bicycle", "oneway:foot",
        "junction", "access", "vehicle", "motor_vehicle", "motorcar", "foot", "bicycle", "surface", "area", "cycleway",
        "cycleway:left", "cycleway:right", "cycleway:both", "cycleway:left:oneway",
        "cycleway:right:oneway", "motorroad")  # fmt: skip
BARRIER_TAGS = ("barrier", "locked", "access", "vehicle", "motor_vehicle", "motorcar", "foot", "bicycle")
ATTRIBUTION = "© OpenStreetMap contributors, Open Database Licence (ODbL) 1.0"


@dataclass(slots=True)
class _Collected:
    """What one pass through the file gathers."""

    nodes: list[int] = field(default_factory=list)
    lon: list[float] = field(default_factory=list)
    lat: list[float] = field(default_factory=list)
    ways: list[int] = field(default_factory=list)
    speeds: list[Both] = field(default_factory=list)
    stopped: dict[int, tuple[bool, bool, bool]] = field(default_factory=dict)
    unused: int = 0
    cut_off: int = 0
    ferries: int = 0


def read_osm_roads(path: str | Path, speeds: SpeedTable) -> tuple[Chains, list[str]]:
    """Read all ways that somebody may drive, walk or cycle along.

    Parameters
    ----------
    path
        An ``.osm.pbf`` file (or ``.osm``).
    speeds
        Speeds by class and surface.

    Returns
    -------
    tuple
        The ways, and in words what was left out.

    Raises
    ------
    SourceError
        The file is missing, truncated or of another kind, or has no road in Great Britain.
    """
    path = Path(path)
    found = _collect(path, speeds)
    east, north = bng_from_lonlat(np.array(found.lon), np.array(found.lat))
    inside = np.isfinite(east)
    if not inside.any():
        raise SourceError(
            f"{path}: holds no road in Great Britain that could be driven, walked or cycled. "
            "Give an extract of the place, with its roads, in the format .osm.pbf."
        )
    node = np.array(found.nodes, dtype=np.int64)[inside]
    stopped = np.zeros((len(node), 3), dtype=np.bool_)
    if found.stopped:
        barred = np.flatnonzero(np.isin(node, np.array(list(found.stopped), dtype=np.int64)))
        stopped[barred] = [found.stopped[int(number)] for number in node[barred]]
    chains = Chains(
        node=node,
        way=np.array(found.ways, dtype=np.int64)[inside],
        xy=np.column_stack([east, north])[inside],
        speeds_kmh=np.array(found.speeds, dtype=np.float64).reshape(-1, 6),
        stopped=stopped,
    )
    return chains, _left_out(found, int((~inside).sum()))


def _collect(path: Path, speeds: SpeedTable) -> _Collected:
    if not path.is_file():
        raise SourceError(f"{path}: there is no such file. Check the path.")
    found, known = _Collected(), dict[tuple[str, ...], Both | None]()
    try:
        # locations first: a filter before them would hide the nodes that have no tag
        kinds = osmium.osm.NODE | osmium.osm.WAY
        wanted = osmium.filter.KeyFilter("highway", "barrier", "route")
        for thing in osmium.FileProcessor(str(path), kinds).with_locations().with_filter(wanted):
            if isinstance(thing, osmium.osm.Node):
                _take_barrier(thing, found)
            elif isinstance(thing, osmium.osm.Way) and "highway" in thing.tags:
                _take_way(thing, found, known, speeds)
            elif isinstance(thing, osmium.osm.Way):
                found.ferries += thing.tags.get("route") == "ferry"
    except (RuntimeError, ValueError) as error:
        raise SourceError(
            f"{path}: cannot be read as an OpenStreetMap extract: it is cut short, broken or something else "
            f"({str(error).rstrip('.')}). Download it again, in the format .osm.pbf."
        ) from error
    return found


def _take_barrier(node: osmium.osm.Node, found: _Collected) -> None:
    if "barrier" not in node.tags:
        return
    stops = stopped_modes({key: node.tags[key] for key in BARRIER_TAGS if key in node.tags})
    if any(stops):
        found.stopped[node.id] = stops


def _take_way(
    way: osmium.osm.Way, found: _Collected, known: dict[tuple[str, ...], Both | None], speeds: SpeedTable
) -> None:
    """Add a way, unless nobody may use it; the answer is kept by tags, for most ways are tagged alike."""
    key = tuple(way.tags.get(name) or "" for name in TAGS)
    if key not in known:
        known[key] = way_speeds({name: value for name, value in zip(TAGS, key, strict=True) if value}, speeds)
    speed = known[key]
    if speed is None:
        found.unused += 1
        return
    before = len(found.speeds)
    for inside, run in groupby(way.nodes, key=lambda node: node.location.valid()):
        points = [(node.ref, node.lon, node.lat) for node in run] if inside else []
        if len(points) < 2:
            continue
        # a way that leaves the file and comes back is two: what lies between is not known
        nodes, lon, lat = zip(*points, strict=True)
        found.nodes += nodes
        found.lon += lon
        found.lat += lat
        found.ways += [len(found.speeds)] * len(points)
        found.speeds.append(speed)
    found.cut_off += len(found.speeds) == before


def _left_out(found: _Collected, outside: int) -> list[str]:
    said = []
    if found.unused:
        said.append(f"Left out: {_many(found.unused, 'way')} that nobody may use, or of a kind that is no road.")
    if found.cut_off:
        said.append(f"Left out: {_many(found.cut_off, 'way')} without two points in the file, cut off at its edge.")
    if found.ferries:
        boats = "one ferry" if found.ferries == 1 else f"{found.ferries:,} ferries"
        said.append(f"Left out: {boats}, for nobody knows how long one waits for a boat.")
    if outside:
        said.append(f"Left out: {_many(outside, 'point')} of ways outside Great Britain.")
    return said


def _many(number: int, word: str) -> str:
    return f"one {word}" if number == 1 else f"{number:,} {word}s"
