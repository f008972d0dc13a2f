"""Read the streets of OS Open Roads, the Ordnance Survey's open road network, from its GeoPackage.

It holds every road with a name or number, with its class, and no speed limits, no one-way streets, no barriers and no
footpaths: every road is gone along both ways, at the usual speed of its class, and walkers and cyclists keep to roads.
Open Government Licence v3: contains OS data © Crown copyright and database right.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.crs import to_bng
from geodata.errors import DataError, SourceError, examples
from geodata.layers import read_layers
from geodata.links import Chains
from geodata.road_speeds import ROAD_MODES, SpeedTable

ATTRIBUTION = "Contains OS data © Crown copyright and database right (Open Government Licence v3.0)"
LAYER = "roadlink"

#: Our class by what the road is for (``road_function``); a trunk road is one of class A that the state looks after.
BY_FUNCTION = {
    "motorway": "motorway",
    "a road": "primary",
    "b road": "secondary",
    "minor road": "tertiary",
    "local road": "residential",
    "local access road": "residential",
    "restricted local access road": "service",
    "secondary access road": "service",
}


def read_open_roads(path: str | Path, speeds: SpeedTable) -> tuple[Chains, list[str]]:
    """Read all road links.

    Parameters
    ----------
    path
        GeoPackage with the layer ``road_link``: lines with ``road_function`` (or ``road_classification``),
        ``form_of_way``, and, where there, ``start_node``, ``end_node`` and ``trunk_road``. Case and underscores in the
        names do not matter.
    speeds
        Speeds by class.

    Returns
    -------
    tuple
        The ways, and in words what was left out.

    Raises
    ------
    SourceError
        The file cannot be read or has no such layer.
    DataError
        The layer says nothing of the class of its roads.
    """
    links = _links(Path(path))
    names = {name.lower().replace("_", ""): name for name in links.columns}
    kind = names.get("roadfunction", names.get("roadclassification"))
    if kind is None:
        raise DataError(
            f"{path}: the layer of road links has no column road_function. "
            f"It has {', '.join(map(str, links.columns))}. Give OS Open Roads as the Ordnance Survey publishes it."
        )
    drawn = links.geometry.notna() & ~links.geometry.is_empty
    classes = _classes(links, names, kind)
    known = drawn & classes.isin(list(speeds.classes))
    said = []
    if not known.all():
        strange = sorted(set(links.loc[~known, kind].astype(str)))
        said.append(
            f"{int((~known).sum()):,} road links were left out: without a line, or of a kind not known ("
            f"{examples(strange)})."
        )
    if not known.any():
        raise DataError(f"{path}: none of its {len(links):,} road links has a line and a known road_function.")
    return _chains(links[known], classes[known].tolist(), speeds, names), said


def is_open_roads(path: Path) -> bool:
    """Return True where a GeoPackage has a layer of road links."""
    return any(_plain_name(name) == LAYER for name, _ in read_layers(path, "gpkg"))


def _links(path: Path) -> gpd.GeoDataFrame:
    if not path.is_file():
        raise SourceError(f"{path}: there is no such file. Check the path.")
    layers = {_plain_name(name): frame for name, frame in read_layers(path, "gpkg")}
    links = layers.get(LAYER)
    if not isinstance(links, gpd.GeoDataFrame) or links.empty:
        raise SourceError(
            f"{path}: has no layer road_link with roads in it (it has {', '.join(layers) or 'none'}). "
            "Give the GeoPackage of OS Open Roads."
        )
    return to_bng(links, source=str(path))


def _plain_name(name: str) -> str:
    return name.lower().replace("_", "")


def _classes(links: gpd.GeoDataFrame, names: dict[str, str], kind: str) -> pd.Series:
    """Return our class of each link; slip roads and trunk roads are told from the others."""
    classes = links[kind].astype(str).str.strip().str.lower().map(BY_FUNCTION)
    if "trunkroad" in names:
        trunk = links[names["trunkroad"]].astype(str).str.lower().isin(["true", "1", "1.0"]) & (classes == "primary")
        classes = classes.mask(trunk, "trunk")
    if "formofway" in names:
        slip = links[names["formofway"]].astype(str).str.lower().eq("slip road")
        classes = classes.mask(slip & classes.isin(["motorway", "trunk", "primary", "secondary"]), classes + "_link")
        busway = links[names["formofway"]].astype(str).str.lower().eq("guided busway")
        classes = classes.mask(busway, "busway")
    return classes


def _chains(links: gpd.GeoDataFrame, classes: list[str], speeds: SpeedTable, names: dict[str, str]) -> Chains:
    lines = shapely.line_merge(shapely.force_2d(links.geometry.to_numpy()))
    parts, owner = shapely.get_parts(lines, return_index=True)
    xy, way = shapely.get_coordinates(parts, return_index=True)
    table = np.array([[speeds.classes[name].of(mode) for mode in ROAD_MODES for _ in (0, 1)] for name in classes])
    first = np.ones(len(way), dtype=np.bool_)
    first[1:] = way[1:] != way[:-1]
    last = np.append(first[1:], True)
    return Chains(
        node=_numbers(xy, way, first, last, _end_names(links, owner, names)),
        way=way.astype(np.int64),
        xy=xy,
        speeds_kmh=table[owner],
        stopped=np.zeros((len(way), 3), dtype=np.bool_),
    )


def _end_names(
    links: gpd.GeoDataFrame, owner: NDArray[np.int64], names: dict[str, str]
) -> tuple[NDArray[np.object_], NDArray[np.object_]] | None:
    """Return the names of the nodes at both ends of each line, or None where the file does not name them."""
    if len(owner) != len(links) or not {"startnode", "endnode"} <= set(names):
        return None
    start, end = (links[names[key]].astype(str).to_numpy(dtype=object) for key in ("startnode", "endnode"))
    return start, end


def _numbers(
    xy: NDArray[np.float64],
    way: NDArray[np.int64],
    first: NDArray[np.bool_],
    last: NDArray[np.bool_],
    ends: tuple[NDArray[np.object_], NDArray[np.object_]] | None,
) -> NDArray[np.int64]:
    """Return a number for every point: ends share one where the file says so, or where they lie within 0.1 m.

    The named nodes matter at bridges, where roads cross at one place and do not meet.
    """
    number = np.arange(len(xy), dtype=np.int64)
    either = first | last
    if ends is None:
        rounded = np.round(xy[either], 1)
        shared = pd.factorize(pd.MultiIndex.from_arrays([rounded[:, 0], rounded[:, 1]]))[0]
    else:
        keys = np.empty(len(xy), dtype=object)
        keys[first], keys[last] = ends[0][way[first]], ends[1][way[last]]
        shared = pd.factorize(keys[either])[0]
    number[either] = len(xy) + shared
    return number
