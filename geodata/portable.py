"""Give tables and values the plain form that other programs can take: spreadsheets, QGIS and JSON readers."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

#: Signs that start a formula in a spreadsheet; the last four are the full-width forms of the first.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?(?:[eE][+-]?\d+)?%?")


def harmless_text(text: str) -> str:
    """Return the text with a leading apostrophe where a spreadsheet would run it as a formula.

    Examples
    --------
    >>> harmless_text("=HYPERLINK(1)"), harmless_text("-12.5"), harmless_text("Town Hall")
    ("'=HYPERLINK(1)", '-12.5', 'Town Hall')
    """
    if text.startswith(FORMULA_STARTS) and not PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    return text


def plain(value: Any) -> Any:
    """Return the value as what JSON can carry: None, bool, int, float, str, list and dict.

    Examples
    --------
    >>> plain({"path": Path("a") / "b", "gap": float("nan"), "sizes": (1, 2)})
    {'path': 'a/b', 'gap': None, 'sizes': [1, 2]}
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return _plain_object(value)


def without_geometry(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a copy in which each column of points is two columns of coordinates and other geometry is left out.

    The new columns are ``easting`` and ``northing`` in BNG, ``longitude`` and ``latitude`` in degrees and ``x`` and
    ``y`` otherwise, with the column's name before them unless it is the main geometry.
    """
    table = pd.DataFrame(frame)
    main = frame.active_geometry_name if isinstance(frame, gpd.GeoDataFrame) else None
    for name in [name for name in table.columns if table[name].dtype == "geometry"]:
        shapes = gpd.GeoSeries(table[name])
        table = table.drop(columns=name)
        if (shapes.geom_type.dropna() == "Point").all():
            prefix = "" if name == main else f"{name}_"
            x_name, y_name = _axis_names(shapes)
            table = table.assign(**{prefix + x_name: shapes.x, prefix + y_name: shapes.y})
    return table


def single_geometry(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its main geometry only; further points become coordinates."""
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        return without_geometry(frame)
    rest = pd.DataFrame(frame).drop(columns=frame.active_geometry_name)
    return gpd.GeoDataFrame(without_geometry(rest), geometry=frame.geometry, crs=frame.crs)


def _axis_names(shapes: gpd.GeoSeries) -> tuple[str, str]:
    if shapes.crs is None:
        return "x", "y"
    if shapes.crs.is_geographic:
        return "longitude", "latitude"
    return ("easting", "northing") if shapes.crs.to_epsg() == 27700 else ("x", "y")


def harmless_column(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return the column with its texts made harmless; numbers, dates and missing cells stay."""
    if column.dtype.kind not in "OTU" and str(column.dtype) not in {"str", "string", "category"}:
        return column
    return column.astype(object).map(lambda cell: harmless_text(cell) if isinstance(cell, str) else cell)


def _plain_object(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Path):
        return value.as_posix()
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "tolist"):  # numpy scalars and arrays
        return plain(value.tolist())
    message = f"{type(value).__name__} cannot be written as JSON"
    raise TypeError(message)
