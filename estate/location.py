"""Put the rows of one list on the map and check that they stand where their addresses say.

The list's own geometry or coordinates come first, then the centre of the postcode. What remains without a place is
told what it lacks.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from shapely.geometry.base import BaseGeometry

from estate.columns import PLACE_FIELDS, ColumnMatch, columns_of
from estate.findings import findings, joined
from estate.grid import Grid
from estate.identity import is_full_postcode
from estate.placing import Points, place_by_postcode, read_points
from estate.position import PostcodeTable, check_against_peers, check_against_place, check_against_postcodes
from geodata.crs import to_bng


@dataclass(frozen=True, slots=True)
class Ground:
    """What a list is checked against.

    Parameters
    ----------
    postcodes
        Centres of postcodes, or None.
    extent
        Outline of the place (BNG), or None.
    name
        Name of the place, for messages.
    """

    postcodes: PostcodeTable | None
    extent: BaseGeometry | None
    name: str


def place_rows(
    grid: Grid, matches: tuple[ColumnMatch, ...], postcode: pd.Series, *, ground: Ground, national: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the points of all rows and what was found about them.

    Parameters
    ----------
    grid, matches
        The list and what its columns are.
    postcode
        Normalised postcodes, index = row numbers of the list.
    ground
        What the points are checked against; without postcodes, the rows check each other.
    national
        True where rows outside the place are set aside without question.

    Returns
    -------
    tuple
        Table of points as in :class:`estate.placing.Points`, and table of findings; rows without a place are set aside.
    """
    points = _given_points(grid, matches)
    table = ground.postcodes
    placed = place_by_postcode(points.table, postcode, None if table is None else table.units)
    checked = (
        check_against_peers(placed, postcode) if table is None else check_against_postcodes(placed, postcode, table)
    )
    outside = check_against_place(
        placed, postcode, extent=ground.extent, name=ground.name, table=table, national=national
    )
    found = joined([points.found, checked, outside, _unplaced(placed, postcode, table)])
    return placed, found


def _given_points(grid: Grid, matches: tuple[ColumnMatch, ...]) -> Points:
    """Return the points that the list itself gives: its geometry, else its columns."""
    columns = {name: columns_of(matches, name)[0] for name in PLACE_FIELDS if columns_of(matches, name)}
    points = read_points(grid.cells, columns)
    if grid.points is None:
        return points
    shapes = to_bng(grid.points, source=grid.file)
    have = (~(shapes.is_empty | shapes.isna())).to_numpy()
    pairs = zip(shapes.x, shapes.y, have, strict=True)
    written = pd.Series(
        [f"{east:.0f}, {north:.0f}" if ok else "" for east, north, ok in pairs], grid.cells.index, dtype="str"
    )
    table = points.table.assign(
        easting=points.table["easting"].mask(have, shapes.x.to_numpy()),
        northing=points.table["northing"].mask(have, shapes.y.to_numpy()),
        placed_by=points.table["placed_by"].mask(have, "coordinates"),
        written=points.table["written"].mask(have, written),
    )
    return Points(table, points.found)


def _unplaced(points: pd.DataFrame, postcode: pd.Series, table: PostcodeTable | None) -> pd.DataFrame:
    """Return findings for rows that could not be put on the map, with what is missing."""
    nowhere = points.index[points["placed_by"].eq("")]
    code = postcode.loc[nowhere]
    full = is_full_postcode(code)
    unknown = (
        "is not in the table of postcodes"
        if table is not None
        else "cannot be looked up: no table of postcodes is given"
    )
    written = points.loc[nowhere, "written"]
    lacks = pd.Series("The row has no coordinates", index=nowhere).mask(
        written.ne(""), "'" + written.str.slice(0, 60) + "' cannot be used as coordinates"
    )
    message = (
        (lacks + ", and there is no postcode.")
        .mask(full, lacks + ", and its postcode " + code + f" {unknown}.")
        .mask(~full & code.ne(""), lacks + ", and '" + code + "' is only the first part of a postcode.")
    )
    remedy = pd.Series("Add coordinates or a full postcode.", index=nowhere)
    if table is None:
        remedy = remedy.mask(full, "Add coordinates, or name a table of postcodes in place.toml.")
    return findings(nowhere, rule="no_place", message=message, remedy=remedy, severity="set_aside",
                    column=points["column"], value=written.where(written.ne(""), code))  # fmt: skip
