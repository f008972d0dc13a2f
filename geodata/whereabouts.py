"""Say in which area each row of a list lies: by its area code, its postcode, or its easting and northing.

The first that a row has and that is known decides. A row that cannot be placed gets a reason in words; rows in = placed
+ not placed. Nothing else of a row is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.errors import SchemaError
from geodata.postcodes import normalise_postcodes, outward_only

PLACE_FIELDS = ("postcode", "area", "easting", "northing")

NO_PLACE = "no postcode, area code or coordinates in the row"
PART_OF_POSTCODE = "only the first half of a postcode, which covers many areas"
NOT_A_POSTCODE = "not a postcode"
UNKNOWN_POSTCODE = "a postcode that is not in the look-up: outside the place, or newer than the look-up"
OUTSIDE = "a postcode that is outside the areas of the place"
UNKNOWN_AREA = "an area code that is not among the areas of the place"
NOT_A_POINT = "coordinates that are not eastings and northings in metres"
POINT_OUTSIDE = "coordinates outside the areas of the place"
NO_OUTLINES = "coordinates, and the look-up has no outlines of areas"


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """What tells in which area a place lies.

    Parameters
    ----------
    codes
        The area codes of the place.
    postcodes
        Area code by normalised postcode; "" where the postcode lies outside every area. None where no look-up was
        given.
    outlines
        Polygons of the areas (BNG), indexed by ``oa_code``; None where there are none.
    """

    codes: pd.Index
    postcodes: pd.Series | None = None
    outlines: gpd.GeoSeries | None = None


def gazetteer_of(areas: gpd.GeoDataFrame, postcodes: pd.DataFrame | None = None) -> Gazetteer:
    """Return what places rows among the areas, each postcode in the area that its centre lies in.

    Parameters
    ----------
    areas
        The areas table (BNG), indexed by ``oa_code``.
    postcodes
        As :func:`geodata.postcodes.read_postcodes` gives them.
    """
    shapes = gpd.GeoSeries(areas.geometry.dropna())
    outlines = None if shapes.empty else shapes
    if postcodes is None or outlines is None:
        return Gazetteer(areas.index, None, outlines)
    inside = areas_at(postcodes["easting"].to_numpy(), postcodes["northing"].to_numpy(), outlines)
    return Gazetteer(areas.index, pd.Series(inside, index=postcodes.index, dtype="str"), outlines)


def areas_at(easting: np.ndarray, northing: np.ndarray, outlines: gpd.GeoSeries) -> np.ndarray:
    """Return the code of the area that each point lies in, "" where in none; on a border, the first in code order.

    Parameters
    ----------
    easting, northing
        Metres (BNG), shape (n_points,); not-a-number lies nowhere.
    outlines
        Polygons (BNG) indexed by ``oa_code``.

    Examples
    --------
    >>> square = gpd.GeoSeries([shapely.box(0, 0, 10, 10)], index=["A"])
    >>> areas_at(np.array([5.0, 50.0, np.nan]), np.array([5.0, 5.0, 5.0]), square).tolist()
    ['A', '', '']
    """
    known = np.flatnonzero(np.isfinite(easting) & np.isfinite(northing))
    shapes = gpd.GeoSeries(outlines.sort_index())
    tree = shapely.STRtree(shapes.to_numpy())
    points, found = tree.query(shapely.points(easting[known], northing[known]), predicate="intersects")
    codes = np.full(len(easting), "", dtype=object)
    order = np.lexsort((found, points))[::-1]  # the first in code order is written last
    codes[known[points[order]]] = shapes.index.to_numpy()[found[order]]
    return codes


def place_rows(rows: pd.DataFrame, columns: Mapping[str, str], gazetteer: Gazetteer, *, source: str) -> pd.DataFrame:
    """Return area, way and reason of every row.

    Parameters
    ----------
    rows
        Text cells, as :func:`geodata.rows.read_rows` gives them.
    columns
        Heading by field, as :func:`geodata.rows.find_columns` gives them; of :data:`PLACE_FIELDS`.
    gazetteer
        What is known of the place.
    source
        Name of the file, for messages.

    Returns
    -------
    DataFrame
        Index of `rows`; ``oa_code`` ("" where not placed), ``placed_by`` ("area code", "postcode", "coordinates" or
        ""), ``reason`` ("" where placed).

    Raises
    ------
    SchemaError
        There is no column that says where a row is, or a postcode column and no look-up of postcodes.
    """
    _check_columns(rows, columns, gazetteer, source)
    placed = pd.DataFrame({"oa_code": "", "placed_by": "", "reason": NO_PLACE}, index=rows.index, dtype="object")
    if "easting" in columns and "northing" in columns:
        _by_coordinates(placed, rows[columns["easting"]], rows[columns["northing"]], gazetteer)
    if "postcode" in columns and gazetteer.postcodes is not None:
        _by_postcode(placed, rows[columns["postcode"]], gazetteer.postcodes)
    if "area" in columns:
        _by_area(placed, rows[columns["area"]], gazetteer.codes)
    placed.loc[placed["oa_code"] != "", "reason"] = ""
    return placed.astype("str")


def not_placed(placed: pd.DataFrame) -> dict[str, int]:
    """Return how many rows were not placed, by reason, the most frequent first."""
    counts = placed.loc[placed["oa_code"] == "", "reason"].value_counts()
    return {str(reason): int(counts[reason]) for reason in sorted(counts.index, key=lambda key: (-counts[key], key))}


def _check_columns(rows: pd.DataFrame, columns: Mapping[str, str], gazetteer: Gazetteer, source: str) -> None:
    by_point = "easting" in columns and "northing" in columns
    if not ("postcode" in columns or "area" in columns or by_point):
        raise SchemaError(
            f"{source}: no column says where a customer lives. It has {', '.join(map(str, rows.columns))}. "
            "Head one column postcode or oa_code, or two easting and northing."
        )
    if gazetteer.postcodes is None and "area" not in columns and not by_point:
        raise SchemaError(
            f"{source}: customers are placed by '{columns['postcode']}', and there is no table of postcodes. "
            'Add [postcodes] file = "..." to place.toml, or give a look-up with --postcodes.'
        )


def _by_coordinates(placed: pd.DataFrame, x: pd.Series, y: pd.Series, gazetteer: Gazetteer) -> None:
    """Place the rows that have coordinates."""
    given = (x.notna() | y.notna()).to_numpy()
    easting, northing = (_numbers(axis) for axis in (x, y))
    metres = (easting > 1000) & (easting < 700_000) & (northing > 1000) & (northing < 1_300_000)
    placed.loc[given, "reason"] = NOT_A_POINT
    if gazetteer.outlines is None:
        placed.loc[given & metres, "reason"] = NO_OUTLINES
        return
    codes = areas_at(np.where(metres, easting, np.nan), np.where(metres, northing, np.nan), gazetteer.outlines)
    placed.loc[given & metres, "reason"] = POINT_OUTSIDE
    _settle(placed, codes, "coordinates")


def _by_postcode(placed: pd.DataFrame, typed: pd.Series, known: pd.Series) -> None:
    """Place the rows that have a postcode; it goes before coordinates."""
    given = typed.notna()
    clean = normalise_postcodes(typed)
    codes = clean.map(known)
    wrong = given & clean.isna()
    unread = typed[wrong].astype("str")
    half = pd.Series(typed.index.isin(unread.index[[outward_only(cell) is not None for cell in unread]]), typed.index)
    waiting = placed["oa_code"] == ""
    for rows, reason in (
        (wrong, NOT_A_POSTCODE),
        (half, PART_OF_POSTCODE),
        (given & clean.notna() & codes.isna(), UNKNOWN_POSTCODE),
        (given & codes.eq(""), OUTSIDE),
    ):
        placed.loc[rows & waiting, "reason"] = reason
    _settle(placed, codes.fillna("").to_numpy(), "postcode")


def _by_area(placed: pd.DataFrame, typed: pd.Series, known: pd.Index) -> None:
    """Place the rows that have an area code; it goes before everything else."""
    codes = typed.str.strip().str.upper()
    at_home = codes.isin(known)
    placed.loc[typed.notna() & ~at_home & (placed["oa_code"] == ""), "reason"] = UNKNOWN_AREA
    _settle(placed, codes.where(at_home, "").to_numpy(), "area code")


def _settle(placed: pd.DataFrame, codes: np.ndarray, way: str) -> None:
    found = codes != ""
    placed.loc[found, "oa_code"] = codes[found]
    placed.loc[found, "placed_by"] = way


def _numbers(cells: pd.Series) -> np.ndarray:
    text = cells.astype("str").str.replace(",", "", regex=False)
    return pd.to_numeric(text.where(cells.notna()), errors="coerce").to_numpy(dtype="float64")
