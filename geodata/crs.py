"""The one door between coordinate systems: British National Grid inside, longitude and latitude for exchange.

Between the two stands Ordnance Survey's OSTN15 grid of shifts, here through convertbng, exact to the millimetre where
the Ordnance Survey prints its test points. Plain pyproj without that grid file uses a seven-parameter shift instead,
is up to 5 m out and does not say so; it is used here only for projections that need no change of datum.

WGS84 and ETRS89 are treated as the same. They drift apart by 2.5 cm a year, at present some 90 cm; the longitudes and
latitudes that British bodies publish are ETRS89 in all but name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from convertbng.cutil import convert_bng, convert_lonlat
from numpy.typing import ArrayLike, NDArray

from geodata.errors import CrsError

BNG = "EPSG:27700"
WGS84 = "EPSG:4326"

SCILLY = (-6.6, 49.8, -6.1, 50.0)
"""Degrees west, south, east and north of the Isles of Scilly."""

Floats = NDArray[np.float64]
Shapes = TypeVar("Shapes", gpd.GeoDataFrame, gpd.GeoSeries)

_OSGB36 = ("ordnance survey of great britain 1936", "osgb 1936", "osgb36")
_GLOBAL = ("world geodetic system 1984", "wgs 84", "wgs 1984", "european terrestrial reference system 1989", "etrs")


def bng_from_lonlat(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Convert longitudes and latitudes to eastings and northings by OSTN15.

    Parameters
    ----------
    lon, lat
        Degrees, ETRS89 or WGS84, any shape, both the same.

    Returns
    -------
    tuple of ndarray
        Eastings and northings (metres, EPSG:27700, rounded to the millimetre), of the same shape; not-a-number
        outside the grid of OSTN15, which covers Great Britain and its coastal waters. The south of the Isles of
        Scilly, which the grid of convertbng leaves out, is shifted by seven parameters (within 5 m).

    Examples
    --------
    >>> east, north = bng_from_lonlat([-1.5], [53.0])
    >>> float(east[0]), float(north[0])
    (433653.095, 344856.808)
    """
    east, north = _converted(convert_bng, lon, lat)
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    west, south, right, top = SCILLY
    beyond = np.isnan(east) & (lon >= west) & (lon <= right) & (lat >= south) & (lat <= top)
    if beyond.any():
        shift = pyproj.Transformer.from_crs(WGS84, BNG, always_xy=True)
        east[beyond], north[beyond] = shift.transform(lon[beyond], lat[beyond])
    return east, north


def lonlat_from_bng(easting: ArrayLike, northing: ArrayLike) -> tuple[Floats, Floats]:
    """Convert eastings and northings to longitudes and latitudes by OSTN15.

    Parameters
    ----------
    easting, northing
        Metres, EPSG:27700, any shape, both the same.

    Returns
    -------
    tuple of ndarray
        Longitudes and latitudes (degrees, rounded to 1e-8, which is a millimetre), of the same shape; not-a-number
        outside the grid of OSTN15.
    """
    return _converted(convert_lonlat, easting, northing)


def to_bng(frame: Shapes, *, source: str = "table") -> Shapes:
    """Return a copy in British National Grid, all geometry columns, heights left out.

    Parameters
    ----------
    frame
        Table or series in British National Grid, in degrees (EPSG:4326, 4258 or 4277) or in a projection of the same
        datums (such as EPSG:3857 or UTM).
    source
        Name of the table or file, for messages.

    Returns
    -------
    GeoDataFrame or GeoSeries
        The same rows and index in EPSG:27700. A geometry that reaches outside the grid of OSTN15 becomes None: count
        them where it matters.

    Raises
    ------
    CrsError
        There is no CRS, it is of another datum, or the coordinates cannot be in it.
    """
    return _each_column(frame, lambda shapes: _series_to_bng(shapes, source))


def to_wgs84(frame: Shapes, *, source: str = "table") -> Shapes:
    """Return a copy in longitude and latitude (EPSG:4326), all geometry columns, heights left out.

    Raises
    ------
    CrsError
        There is no CRS, it is of another datum, or the coordinates cannot be in it.
    """
    return _each_column(frame, lambda shapes: _series_to_wgs84(shapes, source))


def require_bng(frame: Shapes, name: str) -> Shapes:
    """Return the table itself where it is in British National Grid.

    Raises
    ------
    CrsError
        It is in another CRS or in none, or its coordinates are degrees.
    """
    shapes = frame.geometry
    crs = _crs_of(shapes, name)
    if not _is_bng(crs):
        raise CrsError(f"{name}: is in {_name_of(crs)}, but metres are needed. Convert it with to_bng first.")
    _check_metres(shapes, name)
    return frame


def _converted(convert: Callable[..., tuple[Floats, Floats]], x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if x.shape != y.shape:
        message = f"the two coordinates have different shapes, {x.shape} and {y.shape}"
        raise ValueError(message)
    first, second = convert(np.ravel(x), np.ravel(y))
    return first.reshape(x.shape), second.reshape(x.shape)


def _each_column(frame: Shapes, convert: Callable[[gpd.GeoSeries], gpd.GeoSeries]) -> Shapes:
    """Return a copy of the table with each geometry column converted."""
    if isinstance(frame, gpd.GeoSeries):
        return convert(frame)
    result = frame.copy()
    names = [name for name in frame.columns if frame[name].dtype == "geometry"]
    for name in names:
        result[name] = convert(gpd.GeoSeries(frame[name]))
    return result.set_geometry(frame.active_geometry_name) if frame.active_geometry_name else result


def _series_to_bng(shapes: gpd.GeoSeries, source: str) -> gpd.GeoSeries:
    crs = _crs_of(shapes, source)
    if _is_bng(crs):
        _check_metres(shapes, source)
        return _like(shapes, shapely.force_2d(shapes.to_numpy()), BNG)
    if _of_datum(crs, _OSGB36):  # a projection of the same datum: nothing is shifted
        return _moved(shapes, _projection(crs, pyproj.CRS(BNG)), BNG)
    return _moved(_degrees(shapes, crs, source), _both_ways(bng_from_lonlat), BNG)


def _series_to_wgs84(shapes: gpd.GeoSeries, source: str) -> gpd.GeoSeries:
    crs = _crs_of(shapes, source)
    if _of_datum(crs, _GLOBAL):
        return _degrees(shapes, crs, source)
    return _moved(_series_to_bng(shapes, source), _both_ways(lonlat_from_bng), WGS84)


def _degrees(shapes: gpd.GeoSeries, crs: pyproj.CRS, source: str) -> gpd.GeoSeries:
    """Return shapes of a global datum in longitude and latitude, without any change of datum."""
    if crs.geodetic_crs is None or not _of_datum(crs, _GLOBAL):
        raise CrsError(
            f"{source}: is in {_name_of(crs)}, from which onetown cannot convert exactly. "
            "Save it in British National Grid (EPSG:27700) or in WGS84 (EPSG:4326) with your mapping system."
        )
    if not crs.is_geographic:
        return _moved(shapes, _projection(crs, crs.geodetic_crs), WGS84)
    west, south, east, north = shapes.total_bounds
    if west > 180 or south > 90 or east < -180 or north < -90:
        raise CrsError(
            f"{source}: says it is in degrees ({_name_of(crs)}), but its coordinates are not (the first corner "
            f"is {west:.0f}, {south:.0f}). Set its CRS to British National Grid (EPSG:27700) and save it again."
        )
    return _like(shapes, shapely.force_2d(shapes.to_numpy()), WGS84)


def _moved(shapes: gpd.GeoSeries, move: Callable[[Floats], Floats], crs: str) -> gpd.GeoSeries:
    """Return the shapes with every vertex moved; a shape with a vertex that has no place becomes None."""
    flat = shapely.force_2d(shapes.to_numpy())
    coordinates, owner = shapely.get_coordinates(flat, return_index=True)
    placed = move(coordinates)
    lost = np.unique(owner[~np.isfinite(placed).all(axis=1)])
    moved = shapely.set_coordinates(flat, np.where(np.isfinite(placed), placed, 0.0))
    moved[lost] = None
    return _like(shapes, moved, crs)


def _like(shapes: gpd.GeoSeries, values: NDArray[np.object_], crs: str) -> gpd.GeoSeries:
    return gpd.GeoSeries(values, index=shapes.index, crs=crs, name=shapes.name)


def _both_ways(convert: Callable[[Floats, Floats], tuple[Floats, Floats]]) -> Callable[[Floats], Floats]:
    return lambda xy: np.column_stack(convert(xy[:, 0], xy[:, 1]))


def _projection(origin: pyproj.CRS, target: pyproj.CRS) -> Callable[[Floats], Floats]:
    transformer = pyproj.Transformer.from_crs(origin, target, always_xy=True)
    return lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))


def _is_bng(crs: pyproj.CRS) -> bool:
    """Return True for British National Grid, also as older programs write it, and with heights."""
    flat = crs.sub_crs_list[0] if crs.is_compound else crs
    return flat.to_epsg(min_confidence=25) == 27700


def _of_datum(crs: pyproj.CRS, names: tuple[str, ...]) -> bool:
    geodetic = crs.geodetic_crs
    datum = geodetic.datum.name if geodetic is not None and geodetic.datum is not None else ""
    return any(name in datum.lower().replace("_", " ") for name in names)


def _name_of(crs: pyproj.CRS) -> str:
    code = crs.to_epsg()
    return f"{crs.name} (EPSG:{code})" if code else str(crs.name)


def _crs_of(shapes: gpd.GeoSeries, source: str) -> pyproj.CRS:
    if shapes.crs is None:
        raise CrsError(
            f"{source}: has no coordinate reference system. Set it in your mapping system and save it again "
            "(for a Shapefile, send the .prj file too)."
        )
    return shapes.crs


def _check_metres(shapes: gpd.GeoSeries, source: str) -> None:
    """Refuse coordinates that are called British National Grid and are all degrees."""
    west, south, east, north = shapes.total_bounds
    if west >= -180 and east <= 180 and south >= -90 and north <= 90:
        raise CrsError(
            f"{source}: says it is in British National Grid, but its coordinates are degrees (the first corner is "
            f"{west:.4f}, {south:.4f}). Set its CRS to WGS84 (EPSG:4326) and save it again."
        )
