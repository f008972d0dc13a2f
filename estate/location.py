"""Put the rows of one list on the map and check that they stand where their addresses say.

The list's own geometry or coordinates come first, then the centre of the postcode. What remains without a place is
told what it lacks.
"""

from __future__ import annotations

import pandas as pd

from estate.columns import BY_VALUES, PLACE_FIELDS, USER_SAID, ColumnMatch, columns_of
from estate.findings import findings, joined
from estate.grid import Grid
from estate.ground import Ground
from estate.identity import is_full_postcode
from estate.orientation import AREA_KM, SURE, turn_whole_lists
from estate.peers import check_against_areas, check_against_peers, check_in_local_list
from estate.placing import WHOLE_COLUMN, Points, place_by_postcode, read_points
from estate.placing_by_uprn import place_by_uprn
from estate.position import PostcodeTable, check_against_place, check_against_postcodes
from estate.to_copy import line_to_copy, under_assets
from geodata.crs import to_bng
from geodata.postcode_areas import beyond_area_km

GLUED = r"^\s*([1-6]\d{5})(\d{6})\s*$"  # easting and northing run together
COORDINATES = tuple(field for field in PLACE_FIELDS if field not in {"postcode", "uprn"})


def place_rows(
    grid: Grid, matches: tuple[ColumnMatch, ...], rows: pd.DataFrame, *, ground: Ground, national: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the points of all rows and what was found about them.

    Parameters
    ----------
    grid, matches
        The list and what its columns are.
    rows
        Columns `postcode` (normalised) and `uprn` (missing where there is none), index = row numbers of the list.
    ground
        What the points are checked against; without postcodes, the rows check each other.
    national
        True where rows outside the place are set aside without question.

    Returns
    -------
    tuple
        Table of points as in :class:`estate.placing.Points`, and table of findings; rows without a place are set aside.
    """
    postcode, uprn = rows["postcode"], rows["uprn"]
    given = _given_points(grid, matches)
    points = given if _user_named(matches) else turn_whole_lists(given, postcode, ground)
    table = ground.postcodes
    by_uprn, uprn_found = place_by_uprn(points.table, uprn, ground.uprns)
    placed = place_by_postcode(by_uprn, postcode, None if table is None else table.units)
    checked = joined(_checks(placed, postcode, table))
    outside = check_against_place(
        placed, postcode, extent=ground.extent, name=ground.name, table=table, national=national
    )
    found = joined(
        [
            points.found,
            _by_values(points, matches, postcode),
            uprn_found,
            checked,
            outside,
            _unplaced(placed, postcode, table),
        ]
    )
    return placed, found


def _user_named(matches: tuple[ColumnMatch, ...]) -> bool:
    """Return True where place.toml names the columns of coordinates: the user has the last word."""
    return any(match.field in COORDINATES and match.why == USER_SAID for match in matches)


def _by_values(points: Points, matches: tuple[ColumnMatch, ...], postcode: pd.Series) -> pd.DataFrame:
    """Say where coordinates were told by their values alone, a question where nothing bears it out."""
    told = {one.field: one.column for one in matches if one.field in COORDINATES and one.why.endswith(BY_VALUES)}
    pair = list(told.values())
    at = points.table[points.table["column"].eq(", ".join(pair)) & points.table["placed_by"].ne("")]
    if not pair or points.found["rule"].eq("swapped_columns").any():
        return joined([])
    beyond = beyond_area_km(at["easting"], at["northing"], postcode.loc[at.index]).dropna()
    borne_out = len(beyond) >= WHOLE_COLUMN and bool((beyond <= AREA_KM).mean() >= SURE)
    named = " and ".join(f"'{column}'" for column in pair)
    return findings(
        at.index,
        rule="columns_by_values",
        message=f"No heading names the coordinates; going by the values they stand in {named}.",
        remedy="Head the columns Easting and Northing; or " + under_assets(line_to_copy("columns", told)),
        severity="note" if borne_out else "question",
        column=at["column"],
        value=at["written"],
    )


def _checks(points: pd.DataFrame, postcode: pd.Series, table: PostcodeTable | None) -> list[pd.DataFrame]:
    """Return what speaks against the points: the table of postcodes, or where it is silent the postcode's area."""
    if table is None:
        checks = [check_against_areas(points, postcode), check_against_peers(points, postcode)]
        return [*checks, check_in_local_list(points, points.index)]
    unit = _not_in(postcode, table.units.index)
    unknown = unit & _not_in(postcode.str.split(" ").str[0], table.districts.index)
    areas = check_against_areas(points[unknown], postcode[unknown])
    return [check_against_postcodes(points, postcode, table), areas, check_in_local_list(points, points.index[unit])]


def _not_in(codes: pd.Series, known: pd.Index) -> pd.Series:
    """Return True where a code is not among the known ones, by the index's own hash table, which many lists share."""
    return pd.Series((known.get_indexer(pd.Index(codes)) < 0).tolist(), index=codes.index, dtype="bool")


def _given_points(grid: Grid, matches: tuple[ColumnMatch, ...]) -> Points:
    """Return the points that the list itself gives: its geometry, else its columns."""
    columns = {name: columns_of(matches, name)[0] for name in PLACE_FIELDS if columns_of(matches, name)}
    points = read_points(grid.cells, columns)
    if grid.points is None:
        return points
    shapes = to_bng(grid.points, source=grid.file)
    have = (~(shapes.is_empty | shapes.isna())).to_numpy()
    abroad = ~have & ~(grid.points.is_empty | grid.points.isna()).to_numpy()
    corners = grid.points.bounds[["minx", "miny"]].to_numpy()
    texts = [
        f"{east:.0f}, {north:.0f}" if ok else f"{corner[0]:.5g}, {corner[1]:.5g}" if far else ""
        for east, north, ok, far, corner in zip(shapes.x, shapes.y, have, abroad, corners, strict=True)
    ]
    written = pd.Series(texts, grid.cells.index, dtype="str")
    table = points.table.assign(
        easting=points.table["easting"].mask(have, shapes.x.to_numpy()),
        northing=points.table["northing"].mask(have, shapes.y.to_numpy()),
        placed_by=points.table["placed_by"].mask(have, "coordinates"),
        written=points.table["written"].mask(have | abroad, written),
        kind=points.table["kind"].mask(have, ""),
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
        remedy = remedy.mask(
            full,
            "Add easting and northing; or place the row by its postcode: --postcodes TABLE, when the list is checked.",
        )
    glued = written.str.extract(GLUED).dropna()
    apart = "Probably " + glued[0] + "," + glued[1] + " (two numbers without a comma between them). Correct it if so."
    remedy = remedy.mask(remedy.index.isin(glued.index), apart.reindex(remedy.index))
    return findings(nowhere, rule="no_place", message=message, remedy=remedy, severity="set_aside",
                    column=points["column"], value=written.where(written.ne(""), code))  # fmt: skip
