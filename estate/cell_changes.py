"""Which cells of a building differ between two lists, with the values before and after as people write them.

Columns that say where a row stood in its file, or what our own reading made of it, are not compared.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

#: Not compared: where the row stood in its file, and what we ourselves say of it.
NOT_COMPARED = {"source_file", "source_sheet", "source_row", "questions", "building"}
PLACE = "place"
SAME_PLACE_M = 0.5
SAME_NUMBER = 1e-9
CHANGED_COLUMNS = ("asset_id", "organisation", "name", "column", "before", "after")


def changed_cells(left: gpd.GeoDataFrame, right: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return one row per cell that differs.

    Parameters
    ----------
    left, right
        The same buildings in the same order, before and after, in British National Grid; `right` is indexed by
        `asset_id`. A column that only one of them has counts as empty in the other.

    Returns
    -------
    DataFrame
        `asset_id`, `organisation`, `name`, `column`, `before`, `after`, building by building; the column `place` is
        the point, where it moved by more than half a metre.
    """
    parts = []
    for name in dict.fromkeys([*right.columns, *left.columns]):
        if name in NOT_COMPARED or name.endswith("_from") or name in {left.geometry.name, right.geometry.name}:
            continue
        one, other = (side[name] if name in side else pd.Series("", side.index) for side in (left, right))
        differs = _differs(one, other)
        if differs.any():
            parts.append(_cells(name, said(one[differs]), said(other[differs]), right[differs]))
    moved = _moved(left, right)
    if moved.any():
        parts.append(_cells(PLACE, _points_said(left[moved]), _points_said(right[moved]), right[moved]))
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in CHANGED_COLUMNS})
    order = pd.Series(np.arange(len(right)), index=right.index)
    return pd.concat(parts).sort_values("asset_id", key=lambda ids: ids.map(order), kind="stable", ignore_index=True)


def _cells(column: str, before: list[str], after: list[str], rows: pd.DataFrame) -> pd.DataFrame:
    cells = {
        "asset_id": rows.index.to_numpy(),
        "organisation": rows["organisation"].to_numpy(),
        "name": rows["name"].to_numpy() if "name" in rows else "",
        "column": column,
        "before": before,
        "after": after,
    }
    return pd.DataFrame(cells, columns=list(CHANGED_COLUMNS)).astype("str")


def _differs(left: pd.Series, right: pd.Series) -> np.ndarray:
    """Return True where two columns differ. Missing and empty text are the same; numbers may differ by a billionth."""
    if pd.api.types.is_float_dtype(left) and pd.api.types.is_float_dtype(right):
        one, other = left.to_numpy(dtype=float), right.to_numpy(dtype=float)
        return np.asarray(~np.isclose(one, other, rtol=SAME_NUMBER, atol=0.0, equal_nan=True))
    return np.array([one != other for one, other in zip(said(left), said(right), strict=True)], dtype=bool)


def said(column: pd.Series) -> list[str]:
    """Return the cells as people write them, "" for missing.

    Examples
    --------
    >>> said(pd.Series([1250.0, None])), said(pd.Series([True, pd.NA], dtype="boolean"))
    (['1250', ''], ['yes', ''])
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        return ["" if pd.isna(cell) else cell.date().isoformat() for cell in column]
    if pd.api.types.is_bool_dtype(column):
        return ["" if pd.isna(cell) else "yes" if cell else "no" for cell in column]
    if pd.api.types.is_float_dtype(column):
        return ["" if pd.isna(cell) else repr(float(cell)).removesuffix(".0") for cell in column]
    return ["" if pd.isna(cell) else str(cell) for cell in column]


def _moved(left: gpd.GeoDataFrame, right: gpd.GeoDataFrame) -> np.ndarray:
    """Return True where a building stands elsewhere than before."""
    one, other = gpd.GeoSeries(left.geometry.to_numpy()), gpd.GeoSeries(right.geometry.to_numpy())
    nowhere = [(side.isna() | side.is_empty).to_numpy() for side in (one, other)]
    apart = one.distance(other).to_numpy() > SAME_PLACE_M
    return np.asarray(np.where(nowhere[0] | nowhere[1], nowhere[0] != nowhere[1], apart), dtype=bool)


def _points_said(rows: gpd.GeoDataFrame) -> list[str]:
    points = zip(rows.geometry.x, rows.geometry.y, strict=True)
    return ["" if pd.isna(east) else f"{east:.0f}, {north:.0f}" for east, north in points]
