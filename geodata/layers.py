"""Layers with geometry: GeoPackage, GeoJSON, Shapefile, KML and GeoParquet, through pyogrio.

The format is settled before GDAL sees the file (:func:`geodata.files.kind_of`): left to guess, GDAL would follow
references inside some formats to other files or to the network.
"""

from __future__ import annotations

import re
import warnings
from datetime import date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.errors import GEOSException

from geodata.delimited import decode, read_bytes
from geodata.errors import SourceError

Cell = str | float | int | bool | date | datetime | None

#: Tables in which QGIS keeps its styles; they are nobody's assets.
STYLE_TABLES = {"layer_styles", "qgis_projects"}
#: Tables in which a register keeps its history begin with this; a list is read from its layer ``register`` alone.
HISTORY_PREFIX = "onetown_"

#: What Arrow and geopandas raise where the description of the columns, or of their CRS (RuntimeError), is damaged.
_BROKEN_PARQUET = (
    OSError, pa.ArrowException, KeyError, TypeError, AttributeError, IndexError, NotImplementedError, RuntimeError,
)  # fmt: skip

KIND_NAMES = {"gpkg": "GeoPackage", "geojson": "GeoJSON", "kml": "KML", "shp": "Shapefile", "parquet": "Parquet"}


def read_layers(path: Path, kind: str) -> list[tuple[str, pd.DataFrame]]:
    """Read every layer of a file in its order.

    Parameters
    ----------
    path
        File to read.
    kind
        ``"gpkg"``, ``"geojson"``, ``"kml"``, ``"shp"`` or ``"parquet"``.

    Returns
    -------
    list
        Name and table of each layer: a GeoDataFrame in the CRS of the file, or a DataFrame where it has no geometry.

    Raises
    ------
    SourceError
        The file is broken, a shape cannot be drawn, a KML file declares entities, or a Shapefile lacks a part.
    """
    if kind == "parquet":
        return [("", _read_parquet(path))]
    if kind == "kml":
        _check_kml(path)
    if kind == "shp":
        _check_shapefile(path)
    try:
        with warnings.catch_warnings():
            for remark in (RuntimeWarning, UserWarning):  # GDAL's and pyogrio's on names, indexes and odd fields
                warnings.simplefilter("ignore", remark)
            return _layers_of(path)
    except (DataSourceError, DataLayerError, ValueError, RuntimeError, UnboundLocalError) as error:  # the last: pyogrio
        raise SourceError(
            f"{path}: cannot be read as {KIND_NAMES[kind]}: it is broken, or something else. "
            "Export it again from your mapping system."
        ) from error
    except GEOSException as error:
        raise _broken_shape(path, error) from error


def _layers_of(path: Path) -> list[tuple[str, pd.DataFrame]]:
    listed = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    names = [name for name in listed if name not in STYLE_TABLES and not name.startswith(HISTORY_PREFIX)]
    return [(name, pyogrio.read_dataframe(path, layer=name)) for name in names]


def cells_of(frame: pd.DataFrame) -> tuple[tuple[Cell, ...], list[tuple[Cell, ...]]]:
    """Return the attribute names and the rows of a layer as plain cells; missing values are None."""
    names = [name for name in frame.columns if frame[name].dtype != "geometry"]
    if not names:
        return (), [() for _ in range(len(frame))]
    columns = [[_cell(value) for value in frame[name].astype(object)] for name in names]
    return tuple(str(name) for name in names), list(zip(*columns, strict=True))


def points_of(frame: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return one point per row in the CRS of the layer, indexed 0, 1, 2 ...: the point itself, or one inside.

    A missing or empty geometry gives None. Heights are left out.
    """
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    single = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    points = shapes.copy()
    points[~empty & ~single] = shapely.point_on_surface(shapes[~empty & ~single])
    points[empty] = None
    return gpd.GeoSeries(points, crs=frame.crs)


def _cell(value: Any) -> Cell:
    """Return a value of a table as one of our cells: whole numbers as int, lists as text, missing as None."""
    if hasattr(value, "tolist"):  # numpy scalars and arrays
        value = value.tolist()
    if isinstance(value, list | tuple | dict):
        return str(value)
    if isinstance(value, pd.Timestamp) and value is not pd.NaT:
        return value.to_pydatetime()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    known = isinstance(value, str | bool | int | float | date) and not pd.isna(value)
    return value or None if isinstance(value, str) else value if known else None


def _read_parquet(path: Path) -> pd.DataFrame:
    """Read GeoParquet, or plain Parquet; a named index becomes columns."""
    frame: pd.DataFrame
    try:
        frame = gpd.read_parquet(path)
    except ValueError as error:
        if "geo" not in str(error).lower():
            raise _broken_parquet(path) from error
        frame = _read_plain_parquet(path)
    except GEOSException as error:
        raise _broken_shape(path, error) from error
    except _BROKEN_PARQUET as error:
        raise _broken_parquet(path) from error
    _check_texts(frame, path)
    return frame if isinstance(frame.index, pd.RangeIndex) else frame.reset_index()


def _check_texts(frame: pd.DataFrame, path: Path) -> None:
    """Raise where a text column holds bytes that are not text: Parquet finds out only when they are looked at."""
    try:
        for name in [name for name in frame.columns if frame[name].dtype == "str"]:
            frame[name].astype(object)
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise _broken_parquet(path) from error


def _read_plain_parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except (*_BROKEN_PARQUET, ValueError) as error:
        raise _broken_parquet(path) from error


def _broken_parquet(path: Path) -> SourceError:
    return SourceError(f"{path}: is a broken Parquet file. Export or download it again.")


def _broken_shape(path: Path, error: GEOSException) -> SourceError:
    """Return the refusal of a shape that geometry itself does not allow, with the reason and without its class."""
    reason = str(error).split(": ", 1)[-1].strip().rstrip(".")
    return SourceError(
        f"{path}: holds a shape that cannot be drawn ({reason}). "
        "Mend it in your mapping system (check geometries) and export the layer again."
    )


def _check_kml(path: Path) -> None:
    """Refuse declarations of entities: a few lines of them can unfold to gigabytes or name other files."""
    if re.search(r"<!(?:DOCTYPE|ENTITY)", decode(read_bytes(path), path), re.IGNORECASE):
        raise SourceError(
            f"{path}: declares XML entities, which onetown does not read. Export the KML again without them."
        )


def _check_shapefile(path: Path) -> None:
    """Refuse a Shapefile without its table or index: it would read as shapes without a name, or not at all."""
    beside = {one.suffix.lower() for one in path.parent.iterdir() if one.stem == path.stem}
    missing = [part for part in (".dbf", ".shx") if part not in beside]
    if missing:
        raise SourceError(
            f"{path}: is one file of a Shapefile, and {' and '.join(missing)} is not beside it. "
            "Put all its files into one folder, or ask for a GeoPackage."
        )
