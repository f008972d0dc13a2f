"""Outlines made light: mended, simplified together so that neighbours keep one common edge, and laid on a fine grid.

Simplifying areas one by one opens slivers between them. ``shapely.coverage_simplify`` treats them as one coverage (a
set of areas that do not overlap and whose common edges have the same vertices) and moves common edges once. Real
boundaries are not always such a coverage, so they are mended first; whatever cannot be mended is drawn as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.crs import lonlat_from_bng
from geodata.errors import CrsError, DataError, examples

EARTH_RADIUS_M = 6_378_137.0
POLYGON, MULTIPOLYGON = 3, 6
SMALLEST_SHARE_LEFT = 0.5  # an area that mending would rob of more than this is left as it was

Geometries = NDArray[np.object_]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid on the Web Mercator plane on which all vertices of a map lie.

    Parameters
    ----------
    west, north
        Easting and northing (Web Mercator metres) of grid point (0, 0). Rows count southwards, as pixels do.
    step
        Distance between grid points (Web Mercator metres; about 0.6 m on the ground in England for a step of 1).
    """

    west: float
    north: float
    step: float

    def snap(self, x: Floats, y: Floats) -> tuple[Integers, Integers]:
        """Return the nearest grid points of Web Mercator coordinates."""
        columns = np.rint((x - self.west) / self.step).astype(np.int64)
        return columns, np.rint((self.north - y) / self.step).astype(np.int64)

    def place(self, columns: Integers, rows: Integers) -> tuple[Floats, Floats]:
        """Return the Web Mercator coordinates of grid points."""
        x: Floats = self.west + columns.astype(float) * self.step
        y: Floats = self.north - rows.astype(float) * self.step
        return x, y


def default_tolerance_m(n_areas: int) -> float:
    """Return how much detail to drop (metres): the more areas a map has, the smaller each of them is drawn.

    Examples
    --------
    >>> [default_tolerance_m(n) for n in (12, 3_500, 20_000, 190_000)]
    [8.0, 8.0, 15.0, 25.0]
    """
    if n_areas <= 5_000:
        return 8.0
    return 15.0 if n_areas <= 50_000 else 25.0


def polygons_of(areas: gpd.GeoDataFrame) -> Geometries:
    """Return the outlines of an areas table as valid polygons, None for areas that have none.

    Parameters
    ----------
    areas
        Areas table in BNG, indexed by oa_code.

    Raises
    ------
    CrsError
        If the table has no coordinate reference system, or another than British National Grid.
    DataError
        If a geometry is not polygonal.
    """
    if areas.crs is None or areas.crs.to_epsg() != 27700:
        raise CrsError(
            f"areas: outlines are in {areas.crs or 'no CRS'}. A map wants British National Grid (EPSG:27700)."
        )
    outlines: Geometries = np.array(areas.geometry.to_numpy(), dtype=object)
    outlines[shapely.is_empty(outlines)] = None
    foreign = ~np.isin(shapely.get_type_id(outlines), (-1, POLYGON, MULTIPOLYGON))
    if foreign.any():
        codes = [str(code) for code in areas.index[foreign]]
        raise DataError(
            f"areas: the geometry of {examples(codes, total=len(areas))} is not a polygon. "
            "Give areas by their outlines, or leave the geometry empty and give a point."
        )
    return _polygonal(outlines)


def _polygonal(outlines: Geometries) -> Geometries:
    """Return valid polygons; lines and points that mending splits off are dropped."""
    mended: Geometries = outlines.copy()
    spoiled = ~shapely.is_valid(outlines) & ~shapely.is_missing(outlines)
    mended[spoiled] = shapely.make_valid(outlines[spoiled], method="structure", keep_collapsed=False)
    collapsed = spoiled & (shapely.is_empty(mended) | ~np.isin(shapely.get_type_id(mended), (POLYGON, MULTIPOLYGON)))
    mended[collapsed] = shapely.buffer(shapely.envelope(outlines[collapsed]), 0.5)
    return mended


def simplify(outlines: Geometries, tolerance_m: float) -> Geometries:
    """Return outlines with less detail whose common edges stay common; no area is lost.

    Parameters
    ----------
    outlines
        Valid polygons in BNG, shape (n_areas,), without None.
    tolerance_m
        Detail to drop (metres): about the square root of the largest triangle that may go (Visvalingam and Whyatt).
    """
    light = _lightened(outlines, tolerance_m)
    if shapely.coverage_is_valid(light):  # asked of what is left, which takes a fraction of the time
        return light
    return _lightened(_cleaned(outlines), tolerance_m)


def _lightened(outlines: Geometries, tolerance_m: float) -> Geometries:
    """Return outlines simplified together; one that would vanish stays as it was."""
    light: Geometries = shapely.coverage_simplify(outlines, tolerance_m)
    lost = shapely.is_empty(light) | shapely.is_missing(light)
    light[lost] = outlines[lost]
    return light


def _cleaned(outlines: Geometries) -> Geometries:
    """Return outlines as a coverage; areas that cleaning would give away to a neighbour keep their own outline.

    Repeated features are the case in point: of two equal areas, cleaning leaves one. Both must stay on the map.
    """
    clean: Geometries = shapely.coverage_clean(outlines)  # type: ignore[attr-defined] # stubs are of 2.1
    robbed = shapely.area(clean) < SMALLEST_SHARE_LEFT * shapely.area(outlines)
    clean[robbed] = outlines[robbed]
    return clean


def mercator(points: Floats) -> Floats:
    """Return BNG coordinates as Web Mercator metres (EPSG:3857), by the exact OSTN15 shift.

    Parameters
    ----------
    points
        Eastings and northings (m), shape (n, 2).

    Returns
    -------
    array
        Shape (n, 2); NaN outside Great Britain.
    """
    lon, lat = lonlat_from_bng(points[:, 0], points[:, 1])
    x = EARTH_RADIUS_M * np.radians(lon)
    y = EARTH_RADIUS_M * np.log(np.tan(np.pi / 4 + np.radians(lat) / 2))
    return np.column_stack([x, y])
