"""Small road files, written as partners would send them, from places in metres."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import osmium
from osmium.osm.mutable import Node, Way
from shapely.geometry import LineString

from geodata.crs import lonlat_from_bng

#: The south-west corner of the small town.
CORNER = (400_000.0, 300_000.0)
Tags = Mapping[str, str]


def write_osm(
    path: Path,
    places: Mapping[int, tuple[float, float]],
    ways: Sequence[tuple[Sequence[int], Tags]],
    barriers: Mapping[int, Tags] | None = None,
) -> Path:
    """Write an OpenStreetMap file of places (metres east and north of the corner) and ways through them."""
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for number, (east, north) in sorted(places.items()):
            lon, lat = lonlat_from_bng([CORNER[0] + east], [CORNER[1] + north])
            tags = dict((barriers or {}).get(number, {}))
            writer.add_node(Node(id=number, location=(float(lon[0]), float(lat[0])), tags=tags, version=1))
        for number, (nodes, tags) in enumerate(ways, start=1):
            writer.add_way(Way(id=number, nodes=list(nodes), tags=dict(tags), version=1))
    return path


def write_town(path: Path, **tags: str) -> Path:
    """Write the streets of the small town: a grid through the middles of its twelve areas, 1 km apart."""
    places = {
        10 * row + column: (500.0 + 1_000 * column, 500.0 + 1_000 * row) for row in range(3) for column in range(4)
    }
    street = {"highway": "residential", **tags}
    ways = [([10 * row + column for column in range(4)], street) for row in range(3)]
    ways += [([10 * row + column for row in range(3)], street) for column in range(4)]
    return write_osm(path, places, ways)


def write_open_roads(path: Path, links: Sequence[tuple[Sequence[tuple[float, float]], Mapping[str, object]]]) -> Path:
    """Write a GeoPackage as OS Open Roads is published, of lines (metres from the corner) and their attributes."""
    lines = [LineString([(CORNER[0] + east, CORNER[1] + north) for east, north in line]) for line, _ in links]
    frame = gpd.GeoDataFrame([dict(row) for _, row in links], geometry=lines, crs="EPSG:27700")
    frame.to_file(path, layer="road_link", driver="GPKG")
    return path
