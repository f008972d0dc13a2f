"""The road network of a place, ready for journeys: read from its file once, then kept by the file's checksum.

What is kept are plain arrays (``.npz`` without pickled objects) in the cache folder: ``ONETOWN_CACHE`` where that is
set, else the folder for caches of the person who runs it. A kept network that cannot be read is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geodata.errors import SourceError
from geodata.files import kind_of, sha256_of
from geodata.links import Links, links_of
from geodata.open_roads import ATTRIBUTION as OS_ATTRIBUTION
from geodata.open_roads import read_open_roads
from geodata.osm_roads import ATTRIBUTION as OSM_ATTRIBUTION
from geodata.osm_roads import read_osm_roads
from geodata.road_graph import RoadGraph, build_graph
from geodata.road_speeds import ROAD_MODES, RoadMode, SpeedTable, read_speeds
from geodata.write import writing

#: Changes whenever the meaning of the kept arrays does.
VERSION = "3"
ARRAYS = ("xy", "indptr", "indices", "seconds")
FIGURES = ("km", "left_places", "left_km", "left_parts")


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Roads as graphs, one per mode.

    Parameters
    ----------
    graphs
        By mode; a mode that may use no road of the file is not there.
    leg_kmh
        By mode, the speed between a point and the network (kilometres an hour).
    source
        Name of the file.
    kind
        ``"OpenStreetMap"`` or ``"OS Open Roads"``.
    key
        Checksum of file, speeds and version: what is worked out from the network is kept under it.
    notes
        What was left out, in words.
    attribution
        Line that every map and table drawn from it must carry.
    """

    graphs: dict[RoadMode, RoadGraph]
    leg_kmh: dict[RoadMode, float]
    source: str
    kind: str
    key: str
    notes: tuple[str, ...]
    attribution: str

    def graph(self, mode: RoadMode) -> RoadGraph:
        """Return the graph of a mode.

        Raises
        ------
        SourceError
            The mode may use no road of the file.
        """
        if mode not in self.graphs:
            raise SourceError(f"{self.source}: no road in it may be used by '{mode}'. Leave the mode out of [travel].")
        return self.graphs[mode]

    def sentences(self) -> list[str]:
        """Return what the network holds and what was left out."""
        return [*(graph.sentence() for graph in self.graphs.values()), *self.notes]


def cache_folder() -> Path:
    """Return the folder that networks and journeys are kept in."""
    if chosen := os.environ.get("ONETOWN_CACHE"):
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "onetown" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "onetown"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "onetown"


def load_network(
    path: str | Path, *, speeds: str | Path | None = None, cache: Path | None = None, name: str | None = None
) -> Network:
    """Return the network of a road file, from the cache where it was read before.

    Parameters
    ----------
    path
        OpenStreetMap extract (``.osm.pbf``) or the GeoPackage of OS Open Roads.
    speeds
        A table of speeds of the place's own; by default those that come with onetown.
    cache
        Folder to keep the network in; None keeps nothing.
    name
        How the file is called in messages and reports; by default the path.

    Raises
    ------
    SourceError
        The file is missing, broken, or of another kind.
    DataError
        The table of speeds is at fault.
    """
    path, table = Path(path), read_speeds(speeds)
    key = hashlib.sha256(f"{VERSION} {sha256_of(path)} {table.digest()}".encode()).hexdigest()
    kept = None if cache is None else cache / f"roads-{key[:32]}.npz"
    network = None if kept is None else _read_kept(kept, key, name or str(path))
    if network is None:
        network = _build(path, table, key, name or str(path))
        if kept is not None:
            _keep(network, kept)
    return network


def read_links(path: Path, table: SpeedTable) -> tuple[Links, list[str], str]:
    """Return the pieces of road of a file, what was left out, and the kind of the file.

    Raises
    ------
    SourceError
        The file is missing, broken, or of another kind.
    """
    if path.suffixes[-1:] == [".gpkg"] or (path.is_file() and _is_geopackage(path)):
        chains, notes = read_open_roads(path, table)
        return links_of(chains), notes, "OS Open Roads"
    if path.is_file() and not path.name.lower().endswith((".pbf", ".osm", ".osm.bz2", ".osm.gz")):
        raise SourceError(
            f"{path}: is no road file that onetown reads. Give an OpenStreetMap extract (.osm.pbf) or the GeoPackage "
            "of OS Open Roads (.gpkg)."
        )
    chains, notes = read_osm_roads(path, table)
    return links_of(chains), notes, "OpenStreetMap"


def _is_geopackage(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(16).startswith(b"SQLite format 3") and kind_of(path) == "gpkg"


def _build(path: Path, table: SpeedTable, key: str, name: str) -> Network:
    links, notes, kind = read_links(path, table)
    usable = [mode for index, mode in enumerate(ROAD_MODES) if np.isfinite(links.seconds[:, 2 * index :][:, :2]).any()]
    return Network(
        graphs={mode: build_graph(links, mode) for mode in usable},
        leg_kmh={mode: table.leg_kmh(mode) for mode in ROAD_MODES},
        source=name,
        kind=kind,
        key=key,
        notes=tuple(notes),
        attribution=OS_ATTRIBUTION if kind == "OS Open Roads" else OSM_ATTRIBUTION,
    )


def _keep(network: Network, path: Path) -> None:
    """Write the network to the cache; a cache that cannot be written to costs time, not the result."""
    arrays = {f"{mode}_{name}": getattr(graph, name) for mode, graph in network.graphs.items() for name in ARRAYS}
    about = {
        "key": network.key,
        "kind": network.kind,
        "notes": network.notes,
        "attribution": network.attribution,
        "leg_kmh": network.leg_kmh,
        "graphs": {mode: {name: getattr(graph, name) for name in FIGURES} for mode, graph in network.graphs.items()},
    }
    try:
        with writing(path, overwrite=True) as partial:
            np.savez(partial, about=np.array(json.dumps(about)), **arrays)
    except SourceError:
        return


def _read_kept(path: Path, key: str, source: str) -> Network | None:
    """Return a kept network, or None where there is none or it is broken."""
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as kept:
            about = json.loads(str(kept["about"]))
            if about["key"] != key:
                return None
            graphs = {
                mode: RoadGraph(mode=mode, **{name: kept[f"{mode}_{name}"] for name in ARRAYS}, **figures)
                for mode, figures in about["graphs"].items()
            }
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError):
        return None
    return Network(
        graphs=graphs,
        leg_kmh=about["leg_kmh"],
        source=source,
        kind=about["kind"],
        key=key,
        notes=tuple(about["notes"]),
        attribution=about["attribution"],
    )
