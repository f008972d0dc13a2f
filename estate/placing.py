"""Put every row of a list on the map, or say why it cannot be.

Coordinates come as easting and northing, longitude and latitude, X and Y with or without a named system, one string,
or a grid reference; swapped pairs are turned when only one order can be in Britain. What is left is placed at the
centre of its postcode. A point far from its postcode is set aside with the likely slip of the keyboard proposed, never
put right silently. All points are British National Grid, metres.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from estate.angles import angle_of, angles_of
from estate.findings import findings, joined
from estate.values import is_blank
from geodata.crs import bng_from_lonlat

Floats = npt.NDArray[np.float64]

PAIRS = (("easting", "northing"), ("longitude", "latitude"), ("x", "y"))
DISAGREE_M = 1_000.0  # two pairs of one row this far apart are asked about: degrees may be rounded
LONGITUDES = (-9.5, 2.5)
LATITUDES = (49.5, 61.5)
EASTINGS = (0.0, 700_000.0)
NORTHINGS = (0.0, 1_300_000.0)
KM_EAST, KM_NORTH = (60.0, 700.0), (5.0, 1_300.0)  # no land of Britain is so few metres from the false origin
WHOLE_COLUMN = 3  # as many pairs the wrong way round, and more than half of all: the headings are exchanged
_GRID = re.compile(r"([HNOST])([A-HJ-Z])(\d{4}|\d{6}|\d{8}|\d{10})")
_PAIR = re.compile(r"[-+]?\d+(?:\.\d+)?")
_ONE_NUMBER = re.compile(r"\s*\d{1,3}(?:,\d{3})+(?:\.\d+)?\s*")
_THOUSANDS_PAIR = re.compile(r"\s*\d{1,3},\d{3}\s*[ ,;/]\s*(?:\d,)?\d{1,3},\d{3}\s*")


@dataclass(frozen=True, slots=True)
class Points:
    """Points of a list in British National Grid, and what was found on the way.

    Parameters
    ----------
    table
        Columns `easting`, `northing` (metres, missing where there is none), `placed_by` ("coordinates", "postcode" or
        ""), `column` (headings the point came from), `written` (the cells as they stand) and `kind` (what the pair of
        numbers is, as :func:`kinds_of` says, or ""); index = rows.
    found
        Table of findings.
    """

    table: pd.DataFrame
    found: pd.DataFrame


def read_points(cells: pd.DataFrame, columns: Mapping[str, str]) -> Points:
    """Read the coordinates of every row from the columns that hold some.

    Parameters
    ----------
    cells
        Text of the list, index = row numbers.
    columns
        Field -> heading for `easting`, `northing`, `longitude`, `latitude`, `x`, `y`, `coordinates`,
        `grid_reference`; absent fields are left out.
    """
    table = pd.DataFrame(
        {"easting": np.nan, "northing": np.nan, "placed_by": "", "column": "", "written": "", "kind": ""},
        index=cells.index,
    )
    found = []
    for first, second in PAIRS:
        if first in columns and second in columns:
            table, faults = _add_pair(table, cells[columns[first]], cells[columns[second]])
            found.append(faults)
    if "coordinates" in columns:
        table, faults = _add_strings(table, cells[columns["coordinates"]])
        found.append(faults)
    if "grid_reference" in columns:
        table, faults = _add_strings(
            table, cells[columns["grid_reference"]], what="is no grid reference", remedy="Write it as SK 407 543."
        )
        found.append(faults)
    found.append(_second_opinions(table, cells, columns))
    return Points(table, joined(found))


def _second_opinions(table: pd.DataFrame, cells: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return questions about rows whose easting and northing stand far from their own longitude and latitude."""
    found = []
    for first, second in PAIRS:
        if first not in columns or second not in columns:
            continue
        heads = [columns[first], columns[second]]
        a, b = _numbers(cells[heads[0]]), _numbers(cells[heads[1]])
        other = table["placed_by"].eq("coordinates") & table["column"].ne(", ".join(heads)) & a.notna() & b.notna()
        if not other.any():
            continue
        kind = pd.Series(kinds_of(a.to_numpy(), b.to_numpy()), index=table.index).where(other, "")
        east, north = _to_bng(a, b, kind)
        apart = pd.Series(np.hypot(table["easting"] - east, table["northing"] - north), index=table.index)
        rows = apart.index[other & (apart > DISAGREE_M)]
        told = cells[heads[0]].str.cat(cells[heads[1]], sep=", ")[rows]
        away = (apart[rows] / 1000).map("{:,.1f} km".format).astype("str")
        found.append(
            findings(
                rows,
                rule="two_places",
                message="The point '" + table["written"][rows] + "' lies " + away + " from '" + told
                + f"' in the columns {heads[0]} and {heads[1]} of the same row; the first is used.",
                remedy="See which of the two is right, and correct the other.",
                severity="question",
                column=table["column"],
                value=table["written"],
            )
        )  # fmt: skip
    return joined(found)


def bng_from_grid_reference(text: str) -> tuple[float, float] | None:
    """Return easting and northing (metres) of the middle of a grid square such as "SK 407 543"; None if it is none.

    Examples
    --------
    >>> bng_from_grid_reference("SK 407 543")
    (440750.0, 354350.0)
    >>> bng_from_grid_reference("Glossop") is None
    True
    """
    match = _GRID.fullmatch(re.sub(r"\s+", "", text.upper()))
    if match is None:
        return None
    letters = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
    large, small = letters.index(match[1]), letters.index(match[2])
    east = ((large % 5) - 2) * 5 + small % 5
    north = (3 - large // 5) * 5 + 4 - small // 5
    digits = len(match[3]) // 2
    size = 10.0 ** (5 - digits)
    return (
        east * 100_000.0 + int(match[3][:digits]) * size + size / 2,
        north * 100_000.0 + int(match[3][digits:]) * size + size / 2,
    )


def place_by_postcode(points: pd.DataFrame, postcode: pd.Series, centres: pd.DataFrame | None) -> pd.DataFrame:
    """Return the points with rows that lack coordinates put at the centre of their postcode.

    Parameters
    ----------
    points
        Table of :class:`Points`.
    postcode
        Normalised postcodes, "" where there is none; the same index.
    centres
        Columns `easting`, `northing` (metres), index postcode; None leaves the points as they are.
    """
    if centres is None:
        return points
    at = centres.reindex(postcode)
    use = points["easting"].isna() & pd.Series(at["easting"].notna().to_numpy(), index=points.index)
    return points.assign(
        easting=points["easting"].where(~use, at["easting"].to_numpy()),
        northing=points["northing"].where(~use, at["northing"].to_numpy()),
        placed_by=points["placed_by"].where(~use, "postcode"),
    )


# ------------------------------------------------------------------------------------------------------ reading pairs


def _numbers(text: pd.Series) -> pd.Series:
    """Return the numbers of a column; angles such as 1°28'30"W too, south and west negative."""
    bare = text.str.replace(r"(?<=\d),(?=\d{3}(?!\d))", "", regex=True).str.replace(",", ".", regex=False)
    plain = pd.to_numeric(bare.str.strip(" °\t"), errors="coerce").astype("float64")
    rest = text[plain.isna() & text.str.contains(r"\d", regex=True)]
    angles = {cell: angle_of(cell) for cell in rest.unique()}
    return plain.fillna(rest.map({cell: np.nan if at is None else at for cell, at in angles.items()}))


def _not_a_place(written: pd.Series, *, heading: str, what: str, remedy: str) -> pd.DataFrame:
    """Return the question about cells that cannot be read as a place."""
    return findings(
        written.index,
        rule="not_a_coordinate",
        message="'" + written.str.slice(0, 80) + f"' {what}.",
        remedy=remedy,
        severity="question",
        column=heading,
        value=written,
    )


def _add_pair(table: pd.DataFrame, first: pd.Series, second: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read two columns of numbers where the table has no point yet."""
    a, b = _numbers(first), _numbers(second)
    words = (a.isna() & ~is_blank(first)) | (b.isna() & ~is_blank(second))
    written = first.str.cat(second, sep=", ")
    heading = f"{first.name}, {second.name}"
    found = _not_a_place(
        written[words],
        heading=heading,
        what="are no coordinates",
        remedy="Write easting and northing in metres, or longitude and latitude in degrees.",
    )
    added, more = _add(_note_words(table, words, written, heading), a, b, written, heading, ordered=True)
    return added, joined([found, more])


def _note_words(table: pd.DataFrame, words: pd.Series, written: pd.Series, heading: str) -> pd.DataFrame:
    """Return the table with the words that stand for coordinates kept beside the row."""
    new = words & table["written"].eq("")
    return table.assign(written=table["written"].mask(new, written), column=table["column"].mask(new, heading))


def _add_strings(
    table: pd.DataFrame,
    text: pd.Series,
    *,
    what: str = "are no coordinates",
    remedy: str = "Write them as easting,northing such as 440715,354526.",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read one column of "440715,354526", "53.4, -2.3", "POINT (-2.3 53.4)" or "SK 407 543", mixed as they may be."""
    distinct = {cell: _numbers_in(cell) for cell in text[~is_blank(text)].unique()}
    squares = {cell for cell in distinct if bng_from_grid_reference(cell) is not None}
    pairs = {
        cell: (float(parts[0]), float(parts[1]))
        for cell, parts in distinct.items()
        if len(parts) == 2 and cell not in squares
    }
    pairs |= {cell: angles for cell in distinct if cell not in squares and (angles := angles_of(cell)) is not None}
    a = text.map({cell: pair[0] for cell, pair in pairs.items()}).astype("float64")
    b = text.map({cell: pair[1] for cell, pair in pairs.items()}).astype("float64")
    grid = text.isin(squares)
    words = a.isna() & ~is_blank(text) & ~grid
    found = _not_a_place(
        text[words],
        heading=str(text.name),
        what=what,
        remedy=remedy,
    )
    added, more = _add(_note_words(table, words, text, str(text.name)), a, b, text, str(text.name), ordered=False)
    added, last = _add_grid_references(added, text.where(grid, ""))
    return added, joined([found, more, last])


def _numbers_in(cell: str) -> list[str]:
    """Return the numbers of a cell; of a well-known text such as "SRID=27700;POINT Z (1 2 3)" the first two.

    "5,647" is one number and no pair; "440,715 354,526" is a pair.
    """
    if _THOUSANDS_PAIR.fullmatch(cell):
        cell = re.sub(r"(?<=\d),(?=\d{3})", "", cell)
    elif _ONE_NUMBER.fullmatch(cell):
        return []
    point = re.fullmatch(r"\s*(?:SRID=\d+;)?\s*POINT\s*(?:Z|M|ZM)?\s*\(([^()]*)\)\s*", cell, re.IGNORECASE)
    return _PAIR.findall(cell) if point is None else _PAIR.findall(point[1])[:2]


def _add_grid_references(table: pd.DataFrame, text: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    squares = {cell: bng_from_grid_reference(cell) for cell in text[~is_blank(text)].unique()}
    a = text.map({cell: at[0] for cell, at in squares.items() if at}).astype("float64")
    b = text.map({cell: at[1] for cell, at in squares.items() if at}).astype("float64")
    return _add(table, a, b, text, str(text.name), ordered=True)


def _add(
    table: pd.DataFrame, a: pd.Series, b: pd.Series, written: pd.Series, heading: str, *, ordered: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add pairs of numbers of any kind to the rows that have no point yet."""
    wanted = table["easting"].isna() & a.notna() & b.notna()
    kind = pd.Series(kinds_of(a.to_numpy(), b.to_numpy()), index=table.index).where(wanted, "")
    easting, northing = _to_bng(a, b, kind)
    got = wanted & easting.notna()
    table = table.assign(
        easting=table["easting"].where(~got, easting),
        northing=table["northing"].where(~got, northing),
        placed_by=table["placed_by"].where(~got, "coordinates"),
        column=table["column"].where(~wanted, heading),
        written=table["written"].where(~wanted, written),
        kind=table["kind"].where(~got, kind),
    )
    return table, joined(_pair_findings(kind, got, written, heading, ordered=ordered))


def kinds_of(a: Floats, b: Floats) -> npt.NDArray[np.str_]:
    """Say what pairs of numbers are: metres or degrees (or swapped), kilometres, zero, mercator, or nowhere in Britain.

    Examples
    --------
    >>> kinds_of(np.array([440715.0, -1.48, 53.1, 0.0, 5.0]), np.array([354526.0, 53.1, -1.48, 0.0, 1e9])).tolist()
    ['metres', 'degrees', 'degrees swapped', 'zero', 'nowhere']
    """
    small = (np.abs(a) <= 180.0) & (np.abs(b) <= 180.0)
    conditions = [
        (np.abs(a) < 1e-6) & (np.abs(b) < 1e-6),
        small & _between(a, LONGITUDES) & _between(b, LATITUDES),
        small & _between(b, LONGITUDES) & _between(a, LATITUDES),
        ~small & _between(a, KM_EAST) & _between(b, KM_NORTH),
        ~small & _between(a, EASTINGS) & _between(b, NORTHINGS),
        ~small & _between(b, EASTINGS) & _between(a, NORTHINGS),
        _between(a, (-1_100_000.0, 300_000.0)) & _between(b, (6_300_000.0, 8_900_000.0)),
    ]
    names = ["zero", "degrees", "degrees swapped", "kilometres", "metres", "metres swapped", "mercator"]
    return np.select(conditions, names, default="nowhere")


def _between(values: Floats, limits: tuple[float, float]) -> npt.NDArray[np.bool_]:
    return (values >= limits[0]) & (values <= limits[1])


def _to_bng(a: pd.Series, b: pd.Series, kind: pd.Series) -> tuple[pd.Series, pd.Series]:
    km = kind.eq("kilometres")
    easting = a.where(kind.eq("metres")).mask(km, a * 1000.0).mask(kind.eq("metres swapped"), b)
    northing = b.where(kind.eq("metres")).mask(km, b * 1000.0).mask(kind.eq("metres swapped"), a)
    degrees = kind.isin(["degrees", "degrees swapped", "mercator"])
    if degrees.any():
        swapped, mercator = kind.eq("degrees swapped"), kind.eq("mercator")
        lon = a.mask(swapped, b).mask(mercator, a / 6_378_137.0 * 180.0 / np.pi)
        lat = b.mask(swapped, a).mask(
            mercator, np.degrees(2 * np.arctan(np.exp(b.clip(-4e7, 4e7) / 6_378_137.0)) - np.pi / 2)
        )
        east, north = bng_from_lonlat(lon[degrees].to_numpy(), lat[degrees].to_numpy())
        easting.loc[degrees], northing.loc[degrees] = east, north
    return easting, northing


def _pair_findings(
    kind: pd.Series, got: pd.Series, written: pd.Series, heading: str, *, ordered: bool
) -> list[pd.DataFrame]:
    """Return what is to be said about pairs: 0,0, swapped, nowhere in Britain."""
    zero = kind.index[kind.eq("zero")]
    nowhere = kind.index[kind.ne("") & kind.ne("zero") & ~got]
    turned = kind.isin(["degrees swapped", "metres swapped"]) & got & ordered
    every = bool(turned.sum() >= WHOLE_COLUMN and turned.sum() > 0.5 * got.sum())
    swapped = kind.index[turned & (not every)]
    return [
        findings(
            kind.index[kind.eq("kilometres") & got],
            rule="kilometres",
            message="'" + written[kind.eq("kilometres") & got] + "' is read as kilometres.",
            remedy="Write easting and northing in metres.",
            severity="note",
            column=heading,
            value=written,
        ),
        findings(
            zero,
            rule="zero_coordinates",
            message="0,0 is no place in Britain; it is read as missing.",
            remedy="Give the coordinates, or leave the cells blank.",
            severity="question",
            column=heading,
            value=written,
        ),
        findings(
            nowhere,
            rule="outside_britain",
            message="'" + written[nowhere] + "' is no place in Britain.",
            remedy="Check for lost or added digits and for the order of the two numbers.",
            severity="question",
            column=heading,
            value=written,
        ),
        findings(
            swapped,
            rule="swapped_coordinates",
            message="'"
            + written[swapped]
            + "' stand in the wrong columns: only the other order lies in Britain, and it is used.",
            remedy="Exchange the two cells.",
            severity="question",
            column=heading,
            value=written,
        ),
        findings(
            kind.index[turned & every],
            rule="swapped_columns",
            message="The two columns hold each other's values; they are read the other way round.",
            remedy="Exchange the two headings.",
            severity="note",
            column=heading,
            value=written,
        ),
    ]
