"""Outlines of thousands of areas in a few hundred kilobytes.

The steps: simplify all areas together (``coverage``), lay the vertices on a grid of about a metre, keep each common
edge once (``topology``), write steps between points instead of points, small numbers in few bytes, gzip. The page
undoes it with what every browser has (``page/decode.js``); :func:`unpack_areas` undoes it here.

The format (version 1) is one row of whole numbers, each as a *varint*: seven bits a byte, lowest first, the eighth bit
set where another byte follows. Numbers that may be negative are folded first: 0, -1, 1, -2 become 0, 1, 2, 3.

    version, areas, rings, uses, arcs, points, dots
    rings of each area | uses (steps along arcs) of each ring | uses | points of each arc
    columns of all points, each less the one before, folded | rows likewise | columns of dots | rows of dots

A use is twice how many arcs back the arc was first used (0: this is the first use of a new arc), plus 1 if it is
walked from its end. A dot is an area without outline (0 rings), in the order of the areas.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.errors import DataError, examples
from geodata.write import writing
from maps.coverage import Floats, Geometries, Grid, Integers, default_tolerance_m, mercator, polygons_of, simplify
from maps.inert import packed_bytes, unpacked_bytes
from maps.topology import Rings, Topology, build_topology, tidy_rings

FORMAT = 1
STEP = 1.0
MARGIN = 4  # grid points left free west and north, so that no vertex is negative


@dataclass(frozen=True, slots=True)
class PackedAreas:
    """The outlines of an areas table, ready for the page.

    Parameters
    ----------
    data
        The numbers above, gzipped, in base64.
    grid
        Where grid point (0, 0) lies on the Web Mercator plane, and how wide a step is (m).
    n_areas, n_dots
        Areas in the table, and how many of them have no outline and are drawn as dots.
    """

    data: str
    grid: Grid
    n_areas: int
    n_dots: int


def pack_areas(areas: gpd.GeoDataFrame, *, tolerance_m: float | None = None, cache: Path | None = None) -> PackedAreas:
    """Pack the outlines of areas.

    Parameters
    ----------
    areas
        Areas table in BNG, indexed by oa_code; where an area has no polygon its ``point`` is drawn.
    tolerance_m
        Detail to drop (metres); by default 8 up to 5,000 areas, 15 up to 50,000, 25 above.
    cache
        Folder of packed outlines, kept by checksum of the boundaries and tolerance. None packs anew.

    Raises
    ------
    CrsError
        If the table is not in British National Grid.
    DataError
        If a geometry is not polygonal, an area has neither polygon nor point, or lies outside Great Britain.
    """
    if areas.empty:
        raise DataError("areas: the table is empty, there is nothing to draw. Check the boundaries of the place.")
    tolerance = default_tolerance_m(len(areas)) if tolerance_m is None else tolerance_m
    outlines = polygons_of(areas)
    dots = _dots(areas, outlines)
    kept = None if cache is None else cache / f"areas-{_checksum(outlines, dots, tolerance)}.txt"
    if kept is not None and kept.is_file():
        return _from_text(kept.read_text(encoding="ascii"))
    packed = _pack(outlines, dots, tolerance, areas.index)
    if kept is not None:
        with writing(kept, overwrite=True) as draft:
            draft.write_text(_to_text(packed), encoding="ascii")
    return packed


def _dots(areas: gpd.GeoDataFrame, outlines: Geometries) -> Floats:
    """Return the points (BNG) of areas without outline, shape (n_dots, 2)."""
    bare = shapely.is_missing(outlines)
    if not bare.any():
        return np.zeros((0, 2))
    points = np.array(areas["point"].to_numpy()[bare], dtype=object) if "point" in areas else np.full(bare.sum(), None)
    lost = shapely.is_missing(points) | shapely.is_empty(points)
    if lost.any():
        codes = [str(code) for code in areas.index[bare][lost]]
        raise DataError(
            f"areas: {examples(codes, total=len(areas))} have neither an outline nor a point. "
            "Add boundaries or weighted centroids for them."
        )
    return np.asarray(shapely.get_coordinates(points), dtype=float)


def _checksum(outlines: Geometries, dots: Floats, tolerance: float) -> str:
    """Return the name of these outlines at this tolerance."""
    digest = hashlib.sha256(f"{FORMAT} {STEP} {tolerance!r} {len(outlines)}".encode())
    for wkb in shapely.to_wkb(outlines):
        digest.update(b"-" if wkb is None else wkb)
    digest.update(dots.tobytes())
    return digest.hexdigest()[:32]


def _pack(outlines: Geometries, dots: Floats, tolerance: float, codes: pd.Index) -> PackedAreas:
    """Return outlines (None for dots) simplified, snapped, cut into arcs and encoded."""
    drawn = np.flatnonzero(~shapely.is_missing(outlines))
    light = shapely.orient_polygons(simplify(outlines[drawn], tolerance))  # holes run against their outer ring
    parts, part_area = shapely.get_parts(light, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    points, point_ring = shapely.get_coordinates(rings, return_index=True)
    area_of_ring = drawn[part_area[ring_part]]
    bare = np.flatnonzero(shapely.is_missing(outlines))
    plane = mercator(np.concatenate([points, dots]))
    _check_inside(plane, np.concatenate([area_of_ring[point_ring], bare]), codes)
    grid = Grid(
        west=float(np.floor(plane[:, 0].min())) - MARGIN * STEP,
        north=float(np.ceil(plane[:, 1].max())) + MARGIN * STEP,
        step=STEP,
    )
    columns, rows = grid.snap(plane[:, 0], plane[:, 1])
    sizes = np.bincount(point_ring, minlength=len(rings)).astype(np.int64)
    closed = Rings(area_of_ring.astype(np.int64), sizes, columns[: len(points)], rows[: len(points)])
    topology = build_topology(tidy_rings(closed, len(outlines)), len(outlines))
    data = packed_bytes(_encoded(topology, columns[len(points) :], rows[len(points) :]))
    return PackedAreas(data, grid, len(outlines), len(dots))


def _check_inside(plane: Floats, owner: Integers, codes: pd.Index) -> None:
    """Raise where a point has no place on the plane, naming the areas it belongs to."""
    outside = np.unique(owner[~np.isfinite(plane).all(axis=1)])
    if len(outside):
        raise DataError(
            f"areas: {examples(list(codes[outside]), total=len(codes))} lie outside Great Britain. "
            "Check the coordinate reference system of the boundaries."
        )


def _encoded(topology: Topology, dot_columns: Integers, dot_rows: Integers) -> bytes:
    """Return the topology and the dots as bytes of the format above."""
    newest = np.maximum.accumulate(np.append(-1, topology.arcs))[:-1]
    uses = 2 * (newest + 1 - topology.arcs) + topology.backwards
    counts = [FORMAT, len(topology.rings_per_area), len(topology.arcs_per_ring), len(topology.arcs),
              len(topology.points_per_arc), len(topology.columns), len(dot_columns)]  # fmt: skip
    sections = [
        np.array(counts, dtype=np.int64),
        topology.rings_per_area,
        topology.arcs_per_ring,
        uses,
        topology.points_per_arc,
        *(_folded(np.diff(line, prepend=0)) for line in (topology.columns, topology.rows, dot_columns, dot_rows)),
    ]
    return _varints(np.concatenate(sections))


def _folded(values: Integers) -> Integers:
    """Return whole numbers folded to non-negative ones: 0, -1, 1, -2 become 0, 1, 2, 3."""
    return np.where(values < 0, -2 * values - 1, 2 * values)


def _unfolded(values: Integers) -> Integers:
    """Return what :func:`_folded` folded."""
    return np.where(values % 2 == 1, -(values + 1) // 2, values // 2)


def _varints(values: Integers) -> bytes:
    """Return non-negative whole numbers in seven bits a byte, lowest first.

    Examples
    --------
    >>> _varints(np.array([1, 127, 128, 300])).hex(" ")
    '01 7f 80 01 ac 02'
    """
    lengths = np.ones(len(values), dtype=np.int64)
    for bits in range(7, 63, 7):
        lengths += values >= (1 << bits)
    ends = np.cumsum(lengths)
    result = np.zeros(int(ends[-1]), dtype=np.uint8)
    for byte in range(int(lengths.max())):
        has = lengths > byte
        more = lengths[has] > byte + 1
        result[(ends - lengths)[has] + byte] = ((values[has] >> (7 * byte)) & 127) | (more << 7)
    return result.tobytes()


def _from_varints(data: bytes) -> Integers:
    """Return the numbers that :func:`_varints` wrote."""
    octets = np.frombuffer(data, dtype=np.uint8).astype(np.int64)
    last = octets < 128
    number: Integers = np.cumsum(last) - last
    first = np.append(0, np.flatnonzero(last)[:-1] + 1)
    place = np.arange(len(octets)) - first[number]
    return np.bincount(number, weights=((octets & 127) << (7 * place)).astype(float)).astype(np.int64)


def unpack_areas(packed: PackedAreas) -> tuple[NDArray[np.object_], Floats]:
    """Return the outlines as the page sees them, for checks and for drawing elsewhere.

    Returns
    -------
    tuple
        Polygons in Web Mercator metres, shape (n_areas,), None for dots; and the dots, shape (n_dots, 2).
    """
    stream = _from_varints(unpacked_bytes(packed.data))
    _, n_areas, n_rings, n_uses, n_arcs, n_points, n_dots = (int(count) for count in stream[:7])
    cuts = np.cumsum([7, n_areas, n_rings, n_uses, n_arcs, n_points, n_points, n_dots])
    per_area, per_ring, uses, per_arc, *lines = np.split(stream, cuts)[1:]
    columns, rows, dot_columns, dot_rows = (np.cumsum(_unfolded(line)) for line in lines)
    points = np.column_stack(packed.grid.place(columns, rows))
    arcs = np.split(points, np.cumsum(per_arc)[:-1])
    rings = [_ring(arcs, walk) for walk in np.split(_walked(uses), np.cumsum(per_ring)[:-1])] if n_rings else []
    outlines: NDArray[np.object_] = np.full(n_areas, None, dtype=object)
    ends = np.cumsum(per_area)
    for area, end in enumerate(ends):
        outlines[area] = _outline(rings[end - per_area[area] : end])
    return outlines, np.column_stack(packed.grid.place(dot_columns, dot_rows))


def _walked(uses: Integers) -> Integers:
    """Return the arc of each use, as ``~arc`` where it is walked from its end."""
    fresh = uses // 2 == 0
    newest = np.cumsum(fresh) - fresh - 1  # the newest arc before this use
    arcs: Integers = newest + 1 - uses // 2
    walked: Integers = np.where(uses % 2 == 1, ~arcs, arcs)
    return walked


def _ring(arcs: list[Floats], walk: Integers) -> Floats:
    """Return the points of a ring from the arcs it walks along."""
    return np.concatenate([arcs[step] if step >= 0 else arcs[~step][::-1] for step in walk])


def _outline(rings: list[Floats]) -> shapely.Geometry | None:
    """Return rings as one geometry by the even-odd rule, as the page fills them; None for no rings."""
    if not rings:
        return None
    outline: shapely.Geometry = shapely.Polygon(rings[0])
    for ring in rings[1:]:
        outline = shapely.symmetric_difference(outline, shapely.Polygon(ring))
    return outline


def _to_text(packed: PackedAreas) -> str:
    """Return packed outlines as one line for the cache."""
    grid = packed.grid
    return f"{grid.west!r} {grid.north!r} {grid.step!r} {packed.n_areas} {packed.n_dots} {packed.data}"


def _from_text(text: str) -> PackedAreas:
    """Return packed outlines from a line of the cache."""
    west, north, step, n_areas, n_dots, data = text.split(" ")
    return PackedAreas(data, Grid(float(west), float(north), float(step)), int(n_areas), int(n_dots))
