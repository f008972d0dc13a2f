"""Tables as lines of JSON and back, without losing a digit: the form in which deliveries are kept for years.

One line holds one row. Columns may come and go over the years without a change to what was kept before. The kinds of
the columns are kept beside the lines, so that a table comes back as it went in. Lines are plain ASCII: they pass any
database, whatever its encoding.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

import geopandas as gpd
import pandas as pd

Kinds = Mapping[str, str]

_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


def kinds_of(frame: pd.DataFrame) -> dict[str, str]:
    """Return the kind of every column but geometry, in order.

    Examples
    --------
    >>> kinds_of(pd.DataFrame({"desks": [1.5], "opened": pd.to_datetime(["2020-01-02"]).astype("datetime64[s]")}))
    {'desks': 'float64', 'opened': 'datetime64[s]'}
    """
    return {str(name): str(frame[name].dtype) for name in frame.columns if frame[name].dtype != "geometry"}


def lines_of(frame: pd.DataFrame) -> list[str]:
    """Return every row as one line of JSON, missing cells left out, geometry left out.

    Examples
    --------
    >>> lines_of(pd.DataFrame({"uprn": ["010", None], "desks": [1.5, 2.0]}))
    ['{"uprn":"010","desks":1.5}', '{"desks":2.0}']
    """
    names = list(kinds_of(frame))
    columns = [_values(frame[name]) for name in names]
    write = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode
    rows = zip(*columns, strict=True) if names else ((),) * len(frame)
    return [
        write({name: cell for name, cell in zip(names, row, strict=True) if cell is not None}) for row in rows
    ]  # fmt: skip


def table_of(lines: Sequence[str], kinds: Kinds) -> pd.DataFrame:
    """Return the table that the lines were made of, indexed 0, 1, 2 ...

    Parameters
    ----------
    lines
        As :func:`lines_of` gives them.
    kinds
        As :func:`kinds_of` gives them.

    Examples
    --------
    >>> table_of(['{"uprn":"010","desks":1.5}', '{"desks":2.0}'], {"uprn": "str", "desks": "float64"})
      uprn  desks
    0  010    1.5
    1  NaN    2.0
    """
    rows = [json.loads(line) for line in lines]
    columns = {name: _column([row.get(name) for row in rows], kind) for name, kind in kinds.items()}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows)))


def writable(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table without the signs that no database keeps: the NUL sign and halves of signs become U+FFFD."""
    found = {name: _clean(frame[name]) for name in frame.columns if _is_text(frame[name])}
    return frame.assign(**found) if found else frame


def _clean(column: pd.Series) -> pd.Series:
    odd = column.map(lambda cell: isinstance(cell, str) and bool(_UNWRITABLE.search(cell))).astype(bool)
    if not odd.any():
        return column
    return column.mask(odd, column[odd].map(lambda cell: _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", cell)))


def _is_text(column: pd.Series) -> bool:
    return bool(pd.api.types.is_string_dtype(column.dtype) or column.dtype == object)


def _values(column: pd.Series) -> list[object]:
    """Return the cells as plain values; missing ones and infinite numbers as None."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return [None if pd.isna(cell) else cell.isoformat() for cell in column]
    if pd.api.types.is_float_dtype(column):
        column = column.where(column.abs() < float("inf"))
    return column.astype(object).where(column.notna(), None).tolist()


def _column(cells: list[object], kind: str) -> pd.Series:
    if kind.startswith("datetime64"):
        moments: pd.Series = pd.to_datetime(pd.Series(cells, dtype="object"), format="ISO8601")
        return moments.astype(kind)  # type: ignore[call-overload,no-any-return]
    if kind == "bool":
        return pd.Series([bool(cell) for cell in cells], dtype="bool")
    return pd.Series(cells, dtype=kind)
