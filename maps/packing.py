"""Outlines of thousands of areas in a few hundred kilobytes.

The steps: simplify all areas together (``coverage``), lay the vertices on a grid of about a metre, keep each common
edge once (``topology``), write each point once as a step in few bits (``arc_code``), gzip. The page undoes it with what
every browser has (``page/decode.js``); :func:`unpack_areas` undoes it here.
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
from maps.arc_code import FORMAT, decode, encode
from maps.coverage import Floats, Geometries, Grid, Integers, default_tolerance_m, mercator, polygons_of, simplify
from maps.inert import packed_bytes, unpacked_bytes
from maps.topology import Rings, build_topology, tidy_rings

STEP = 1.0
MARGIN = 4  # grid points left free west and north, so that no vertex is negative


@dataclass(frozen=True, slots=True)
class PackedAreas:
    """The outlines of an areas table, ready for the page.

    Parameters
    ----------
    data
        The bytes of :mod:`maps.arc_code`, gzipped, in letters.
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
    spots = np.column_stack([columns[len(points) :], rows[len(points) :]])
    data = packed_bytes(encode(topology, spots))
    return PackedAreas(data, grid, len(outlines), len(dots))


def _check_inside(plane: Floats, owner: Integers, codes: pd.Index) -> None:
    """Raise where a point has no place on the plane, naming the areas it belongs to."""
    outside = np.unique(owner[~np.isfinite(plane).all(axis=1)])
    if len(outside):
        raise DataError(
            f"areas: {examples(list(codes[outside]), total=len(codes))} lie outside Great Britain. "
            "Check the coordinate reference system of the boundaries."
        )


def unpack_areas(packed: PackedAreas) -> tuple[NDArray[np.object_], Floats]:
    """Return the outlines as the page sees them, for checks and for drawing elsewhere.

    Returns
    -------
    tuple
        Polygons in Web Mercator metres, shape (n_areas,), None for dots; and the dots, shape (n_dots, 2).
    """
    code = decode(unpacked_bytes(packed.data))
    arcs = [_placed(packed.grid, points) for points in code.points]
    walks = np.split(code.arcs, np.cumsum(code.arcs_per_ring)[:-1]) if len(code.arcs_per_ring) else []
    rings = [_ring(arcs, walk) for walk in walks]
    outlines: NDArray[np.object_] = np.full(len(code.rings_per_area), None, dtype=object)
    for area, end in enumerate(np.cumsum(code.rings_per_area)):
        outlines[area] = _outline(rings[end - code.rings_per_area[area] : end])
    return outlines, _placed(packed.grid, code.dots)


def _placed(grid: Grid, points: Integers) -> Floats:
    """Return grid points as Web Mercator metres, shape (n, 2)."""
    return np.column_stack(grid.place(points[:, 0], points[:, 1]))


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
